"""Sources, their grades, what they put out, and the evidence that rests on it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from claims.admin.recorded import ReadOnlyAdmin, ReadOnlyInline, RecordedAdmin, RecordForm, form_key
from claims.models import Case, Evidence, Exhibit, Grade, Source

KNOWN = ("name", "kind", "aliases", "belongs_to", "country", "languages", "interests", "note")


class NewSourceForm(RecordForm):
    """A source is always known in some case: that decides who sees it."""

    known_in = forms.ModelChoiceField(
        label=_("Known in"), queryset=Case.objects.order_by("title", "pk"),
        widget=AutocompleteSelect(Source._meta.get_field("cases"), admin.site),
    )  # fmt: skip


class GradeInline(ReadOnlyInline):
    """Every grade a source was given."""

    model = Grade
    fields = ("letter", "reason", "graded_by", "graded_at")
    ordering = ("-graded_at", "-pk")
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With who gave it."""
        return super().get_queryset(request).select_related("graded_by", "source")


@admin.register(Source)
class SourceAdmin(RecordedAdmin):
    """Whoever speaks. Grades are given on the source's own page, with a reason."""

    list_display = ("name", "kind", "country", "reliability", "page")
    list_filter = ("kind", "reliability")
    search_fields = ("name", "aliases", "country")
    autocomplete_fields = ("belongs_to",)
    inlines = (GradeInline,)
    ordering = ("name", "pk")

    def get_fields(self, request: HttpRequest, obj: Source | None = None) -> tuple[str, ...]:
        """For a new one, the case that knows it; for one that stands, its reliability."""
        said = KNOWN
        return (*said, "reliability") if obj else (*said, "known_in")

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> tuple[str, ...]:
        """What its grades say."""
        return ("reliability",) if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """With the case, for a new one."""
        return super().get_form(request, obj, change=change, **({} if obj else {"form": NewSourceForm}) | kwargs)

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        """Made known in its case, or saved."""
        if change:
            super().save_model(request, obj, form, change)
            return
        values = {name: getattr(obj, name) for name in KNOWN}
        by: Any = request.user
        made = Source.make(form.cleaned_data["known_in"], by=by, once=form_key(request), **values)
        obj.pk, obj._state.adding = made.pk, False

    @admin.display(description=_("page"))
    def page(self, source: Source) -> str:
        """The way to the source's own page."""
        return format_html('<a href="{}">{}</a>', source.get_absolute_url(), source.pk)


@admin.register(Grade)
class GradeAdmin(ReadOnlyAdmin):
    """Every grade ever given; a new one is given on the source's page."""

    list_display = ("source", "letter", "graded_by", "graded_at", "reason")
    list_filter = ("letter",)
    list_select_related = ("source", "graded_by")
    search_fields = ("source__name", "reason")
    ordering = ("-pk",)


class ExhibitForm(RecordForm):
    """What a source put out; where it is a document, one of the same case."""

    def clean(self) -> dict[str, Any] | None:
        """Raises ValidationError for a document of another case."""
        values = super().clean() or self.cleaned_data
        document, case = values.get("document"), values.get("case") or self.instance.case
        if document is not None and document.case_id != case.pk:
            self.add_error("document", _("This document lies in another case."))
        return values


@admin.register(Exhibit)
class ExhibitAdmin(RecordedAdmin):
    """What sources put out, as each case holds it. Added where it is cited, on a claim's page."""

    form = ExhibitForm
    list_display = ("title", "source", "case", "published", "url")
    list_filter = ("case",)
    list_select_related = ("source", "case")
    search_fields = ("title", "url", "source__name")
    autocomplete_fields = ("source", "document")
    ordering = ("-pk",)
    fields = ("case", "source", "title", "url", "published", "language", "document", "credit")
    readonly_fields = ("case", "credit")
    deferred = ("text",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Not here: an exhibit comes in with the evidence that cites it."""
        return False


@admin.register(Evidence)
class EvidenceAdmin(RecordedAdmin):
    """Exhibits brought to bear on claims. Added, removed and restored on the claim's page."""

    list_display = ("claim", "number", "stance", "exhibit", "credibility", "removed_at")
    list_display_links = ("number",)
    list_filter = ("stance", "credibility", "bearing", "claim__case")
    list_select_related = ("claim__case", "exhibit", "absence")
    search_fields = ("quote", "note", "exhibit__title")
    ordering = ("-pk",)
    fields = (
        "claim", "number", "exhibit", "absence", "stance", "bearing", "quote", "where", "credibility", "level",
        "level_reason", "withheld", "note", "grade", "rated_by", "added_by", "added_at", "removed_at",
    )  # fmt: skip
    readonly_fields = (
        "claim", "number", "exhibit", "absence", "grade", "rated_by", "added_by", "added_at", "removed_at",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Not here: what is cited, and where it comes from, is asked on the claim's page."""
        return False
