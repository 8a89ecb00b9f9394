"""The log, and what is kept beside it: read here, never written."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from claims.admin.recorded import ReadOnlyAdmin
from claims.models import (
    Bundle,
    Chain,
    Entry,
    FormerLog,
    Key,
    RenderedFile,
    Report,
    ReportedClaim,
    ReportTemplate,
    Share,
    Tally,
    Unchecked,
)


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """Every line of every log."""

    list_display = ("case", "number", "at", "by_name", "verb", "label")
    list_display_links = ("number",)
    list_filter = ("case", "verb", "thing")
    list_select_related = ("case",)
    search_fields = ("label", "by_name")
    note = _("The search looks for what it was done on, and by whom.")
    ordering = ("-pk",)
    fields = (
        "case", "number", "at", "by", "by_name", "verb", "thing", "thing_id", "label", "claim", "detail",
        "previous", "hash",
    )  # fmt: skip


@admin.register(Chain)
class ChainAdmin(ReadOnlyAdmin):
    """Where each log stands."""

    list_display = ("__str__", "case", "count", "head")
    list_select_related = ("case",)
    search_fields = ("case__code", "case__title")
    ordering = ("case__code", "pk")


@admin.register(Tally)
class TallyAdmin(ReadOnlyAdmin):
    """How many claims of a case stand where."""

    list_display = ("case", "status", "rating", "count")
    list_filter = ("case", "status")
    list_select_related = ("case", "rating")
    search_fields = ("case__code", "case__title")
    ordering = ("case__code", "status", "pk")


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    """Frozen reports; their data are read on their own pages."""

    list_display = ("case", "number", "title", "claims_in", "made_by", "made_at")
    list_display_links = ("title",)
    list_filter = ("case",)
    list_select_related = ("case", "made_by")
    search_fields = ("title", "sha256")
    fields = ("case", "number", "title", "selection", "claims_in", "made_by", "made_at", "sha256")
    deferred = ("snapshot",)


@admin.register(ReportedClaim)
class ReportedClaimAdmin(ReadOnlyAdmin):
    """What reports say of single claims."""

    list_display = ("report", "position")
    list_select_related = ("report",)
    search_fields = ("report__title",)
    fields = ("report", "position", "text", "row")
    ordering = ("-pk",)
    deferred = ("report__snapshot",)


@admin.register(RenderedFile)
class RenderedFileAdmin(ReadOnlyAdmin):
    """Reports in one format, as jobs made them."""

    list_display = ("report", "format", "file")
    list_select_related = ("report", "file")
    search_fields = ("report__title", "format")
    ordering = ("-pk",)
    deferred = ("report__snapshot",)


@admin.register(ReportTemplate)
class ReportTemplateAdmin(ReadOnlyAdmin):
    """What a case keeps of how its reports are to be."""

    list_display = ("name", "case")
    list_select_related = ("case",)
    search_fields = ("name",)
    fields = ("case", "name", "choice")


@admin.register(Key)
class KeyAdmin(ReadOnlyAdmin):
    """The public keys of the installation; `rotate_key` makes a new one."""

    list_display = ("fingerprint", "since", "until")
    search_fields = ("fingerprint",)
    ordering = ("-pk",)


@admin.register(Share)
class ShareAdmin(ReadOnlyAdmin):
    """Links by which strangers read reports; made and withdrawn on the report's page."""

    list_display = ("__str__", "report", "made_by", "made_at", "expires_at", "withdrawn_at")
    list_filter = ("report__case",)
    list_select_related = ("report__case", "made_by")
    search_fields = ("report__title", "report__case__code")
    ordering = ("-pk",)
    fields = ("report", "made_by", "made_at", "expires_at", "withdrawn_at", "withdrawn_by")
    deferred = ("report__snapshot", "report__held")


@admin.register(Bundle)
class BundleAdmin(ReadOnlyAdmin):
    """The bundles that cases were brought in with."""

    list_display = ("case", "code", "number", "audience", "key", "brought_by", "brought_at")
    list_filter = ("audience",)
    list_select_related = ("case", "brought_by")
    search_fields = ("case__code", "code", "key", "snapshot_sha256")
    ordering = ("-pk",)


@admin.register(FormerLog)
class FormerLogAdmin(ReadOnlyAdmin):
    """The logs that cases had in other installations; `verify_log` recomputes them too."""

    list_display = ("case", "code", "count", "head", "file", "brought_by", "brought_at")
    list_select_related = ("case", "file", "brought_by")
    search_fields = ("case__code", "code", "head", "file__sha256")
    ordering = ("-pk",)


@admin.register(Unchecked)
class UncheckedAdmin(ReadOnlyAdmin):
    """Words that came in without the text that they are said to stand in."""

    list_display = ("claim", "exact", "start", "end")
    list_select_related = ("claim__case",)
    search_fields = ("claim__case__code", "exact")
    ordering = ("-pk",)
