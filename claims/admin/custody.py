"""Custody, lineage and what rests on what: read here, as acts of their own write it."""

from __future__ import annotations

from django.contrib import admin

from claims.admin.recorded import ReadOnlyAdmin
from claims.models import (
    Absence,
    Custody,
    Derived,
    Dismissal,
    Distinction,
    EvidenceChange,
    Leaning,
    Lineage,
    Merge,
    Print,
    Reliance,
    Series,
    Stamp,
    StoredFile,
)


class NewestFirst(ReadOnlyAdmin):
    """A list to read, the newest rows first."""

    ordering = ("-pk",)


@admin.register(StoredFile)
class StoredFileAdmin(NewestFirst):
    """What the store holds; `verify_files` looks whether it still does."""

    list_display = ("sha256", "size", "detected_type", "received_at", "rehashed_at", "fault")
    list_filter = ("fault", "detected_type")
    search_fields = ("sha256",)


@admin.register(Derived)
class DerivedAdmin(NewestFirst):
    """What tools made of stored files."""

    list_display = ("parent", "kind", "page", "tool", "tool_version", "fault", "made_at")
    list_filter = ("kind", "tool")
    list_select_related = ("parent",)
    search_fields = ("parent__sha256", "fault")


@admin.register(Custody)
class CustodyAdmin(NewestFirst):
    """What became of captures."""

    list_display = ("capture", "act", "by", "at", "detail")
    list_filter = ("act",)
    list_select_related = ("capture__file", "by")
    search_fields = ("capture__name", "detail")


@admin.register(Lineage)
class LineageAdmin(NewestFirst):
    """Where exhibits come from; said on an exhibit's page."""

    list_display = ("exhibit", "kind", "original", "made_by", "made_at")
    list_filter = ("kind",)
    list_select_related = ("exhibit", "original", "made_by")
    search_fields = ("exhibit__title", "original__title", "reason")
    deferred = ("exhibit__text", "original__text")


@admin.register(Dismissal)
class DismissalAdmin(NewestFirst):
    """Exhibits of which neither repeats the other; said on an exhibit's page."""

    list_display = ("one", "other", "made_by", "made_at")
    list_select_related = ("one", "other", "made_by")
    search_fields = ("one__title", "other__title")
    deferred = ("one__text", "other__text")


@admin.register(Print)
class PrintAdmin(NewestFirst):
    """Fingerprints of exhibits' texts."""

    list_display = ("value", "exhibit", "case")
    list_select_related = ("exhibit", "case")
    search_fields = ("exhibit__title",)
    deferred = ("exhibit__text",)


@admin.register(Absence)
class AbsenceAdmin(NewestFirst):
    """Searches that found nothing."""

    list_display = ("query", "place", "searched_on", "searched_by")
    list_select_related = ("searched_by",)
    search_fields = ("query", "place", "limits")


@admin.register(Merge)
class MergeAdmin(NewestFirst):
    """Sources that somebody said are one."""

    list_display = ("merged", "kept", "made_by", "made_at", "undone_at")
    list_select_related = ("merged", "kept", "made_by")
    search_fields = ("merged__name", "kept__name", "reason")


@admin.register(Distinction)
class DistinctionAdmin(NewestFirst):
    """Figures that somebody said count different things."""

    list_display = ("one", "other", "reason", "made_by", "made_at")
    list_select_related = ("one", "other", "made_by")
    search_fields = ("reason", "one__measure")


@admin.register(Series)
class SeriesAdmin(NewestFirst):
    """Figures of a case that count the same."""

    list_display = ("title", "case", "figures", "state")
    list_filter = ("state",)
    list_select_related = ("case",)
    search_fields = ("title",)


@admin.register(Leaning)
class LeaningAdmin(NewestFirst):
    """Which sources verdicts lean on."""

    list_display = ("verdict", "source", "linchpin")
    list_filter = ("linchpin",)
    list_select_related = ("verdict__rating", "source")
    search_fields = ("source__name",)


@admin.register(Reliance)
class RelianceAdmin(NewestFirst):
    """How many verdicts of a case lean on a source."""

    list_display = ("case", "source", "verdicts", "linchpins")
    list_select_related = ("case", "source")
    search_fields = ("source__name",)


@admin.register(EvidenceChange)
class EvidenceChangeAdmin(NewestFirst):
    """What changed under standing verdicts; answered on the claim's page."""

    list_display = ("claim", "evidence", "what", "at", "editor", "answered_at")
    list_filter = ("what", "case")
    list_select_related = ("claim__case", "evidence__claim__case", "evidence__exhibit", "evidence__absence", "editor")
    search_fields = ("claim__statement", "answer")
    deferred = ("evidence__exhibit__text",)


@admin.register(Stamp)
class StampAdmin(NewestFirst):
    """What a stamping service attested of the log."""

    list_display = ("case", "count", "head", "stamped_at", "service")
    list_select_related = ("case",)
    search_fields = ("head", "service")
    fields = ("case", "count", "head", "service", "stamped_at", "made_at")
