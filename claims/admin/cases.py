"""Cases, who belongs to them, the scales that they use, and the documents in them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from claims.admin.recorded import ConfirmedAdmin, ReadOnlyAdmin, RecordedAdmin, RecordedInline, RecordForm
from claims.models import Case, Document, Membership, Passage, Rating, Role, Scale
from claims.models.scales import MEANT

MEMBERS = 200  # of a case, on its own page; those of larger ones are in the list of memberships


class RatingForm(RecordForm):
    """An answer of a scale; its code stands in sealed assessments, so it stays, and once used, so does its meaning."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in MEANT if self.instance.pk and self.instance.scale.in_use else ("code",) if self.instance.pk else ():
            if name in self.fields:
                self.fields[name].disabled = True


class RatingInline(RecordedInline):
    """The answers of a scale."""

    model = Rating
    form = RatingForm
    fields = ("code", "label", "meaning", "look", "position", "review_value", "translations")


@admin.register(Scale)
class ScaleAdmin(RecordedAdmin):
    """The answers among which reviewers choose."""

    list_display = ("name",)
    search_fields = ("name",)
    inlines = (RatingInline,)
    fields = ("name",)
    deletable = True


@admin.register(Rating)
class RatingAdmin(RecordedAdmin):
    """One answer of a scale."""

    form = RatingForm
    list_display = ("label", "scale", "code", "look", "position", "review_value")
    list_filter = ("scale", "look")
    list_select_related = ("scale",)
    search_fields = ("label", "code", "meaning")
    autocomplete_fields = ("scale",)
    fields = ("scale", "code", "label", "meaning", "look", "position", "review_value", "translations")
    deletable = True

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """An answer stays on its scale."""
        return ("scale",) if obj else ()


class MembershipForm(RecordForm):
    """Who is what in a case: a membership stays whose it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "user" in self.fields:
            # Named from what was read with the row: the widget for choosing would ask anew for each.
            self.fields["user"].disabled = True
            self.fields["user"].widget = forms.Select(choices=[(self.instance.user_id, str(self.instance.user))])


class MembershipInline(RecordedInline):
    """Who belongs to a case."""

    model = Membership
    form = MembershipForm
    autocomplete_fields = ("user",)
    fields = ("user", "role")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With whose they are."""
        return super().get_queryset(request).select_related("user", "case")


@admin.register(Membership)
class MembershipAdmin(ConfirmedAdmin, RecordedAdmin):
    """Who is what, in which case."""

    list_display = ("user", "case", "role")
    list_filter = ("role", "case")
    list_select_related = ("user", "case")
    search_fields = ("user__name", "user__email", "case__title", "case__code")
    autocomplete_fields = ("case", "user")
    fields = ("case", "user", "role")
    ordering = ("case__code", "user__name", "pk")
    deletable = True

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """A membership stays what it is of whom; the role changes."""
        return ("case", "user") if obj else ()


@admin.register(Case)
class CaseAdmin(ConfirmedAdmin, RecordedAdmin):
    """The room for one investigation."""

    list_display = ("title", "code", "policy", "assessments_required", "scale", "page")
    list_filter = ("policy", "scale")
    list_select_related = ("scale",)
    search_fields = ("title", "code")
    autocomplete_fields = ("scale",)
    inlines = (MembershipInline,)
    fields = ("title", "code", "description", "scale", "policy", "assessments_required")

    def get_inlines(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Its members, where they are not too many for a page."""
        many = obj is not None and obj.memberships.all()[: MEMBERS + 1].count() > MEMBERS  # type: ignore[attr-defined]
        return () if many else self.inlines

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """The code stands in every hash of its log, and answers given are answers of its scale."""
        if obj is None:
            return ()
        return ("code", "scale") if obj.claims.exists() else ("code",)  # type: ignore[attr-defined]

    def waits(self, record: Any, goes: bool) -> bool:
        """Editors are made before others are unmade: in between, the case always has one."""
        return isinstance(record, Membership) and (goes or record.role != Role.EDITOR)

    @admin.display(description=_("page"))
    def page(self, case: Case) -> str:
        """The way to the case's own page."""
        return format_html('<a href="{}">{}</a>', case.get_absolute_url(), case.code)


@admin.register(Document)
class DocumentAdmin(RecordedAdmin):
    """A text under review: what is known about it can be corrected, its words and bytes never.

    Loaded on the case's own page or with `load_document`, where the file is read and checked.
    """

    list_display = ("title", "case", "number", "publisher", "published", "language", "words", "page")
    list_filter = ("case", "language", "origin")
    list_select_related = ("case",)
    search_fields = ("title", "publisher", "author", "sha256")
    fields = (
        "title", "publisher", "author", "language", "published", "url", "case", "number", "origin", "file_name",
        "sha256", "sha256_bytes", "words", "extractor", "loaded_by", "loaded_at",
    )  # fmt: skip
    readonly_fields = (
        "case", "number", "origin", "file_name", "sha256", "sha256_bytes", "words", "extractor", "loaded_by",
        "loaded_at",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Not here: a document is read, normalised and hashed as it comes in."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without bytes and text."""
        return super().get_queryset(request).light()  # type: ignore[attr-defined,no-any-return]

    @admin.display(description=_("page"))
    def page(self, document: Document) -> str:
        """The way to the reading room."""
        return format_html('<a href="{}">{}</a>', document.get_absolute_url(), document.ref)


@admin.register(Passage)
class PassageAdmin(ReadOnlyAdmin):
    """Where claims stand in documents."""

    list_display = ("__str__", "claim", "document", "start", "end")
    list_filter = ("document__case",)
    list_select_related = ("claim__case", "document")
    search_fields = ("exact",)
    ordering = ("-pk",)
    fields = ("claim", "document", "start", "end", "exact", "prefix", "suffix")
    deferred = ("document__content", "document__text")
