"""Claims, who said them, the figures in them, and how they were judged."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from claims.admin.recorded import ReadOnlyAdmin, ReadOnlyInline, RecordedAdmin, RecordedInline, form_key
from claims.models import (
    Assessment,
    Assignment,
    Attribution,
    Claim,
    Evidence,
    OpenQuestion,
    Overruled,
    Passage,
    Quantity,
    Reply,
    Verdict,
    writing,
)


def revisable(claim: Any) -> bool:
    """Whether what it says may still be corrected; None: a claim that is still to be made."""
    return claim is None or bool(claim.revisable)


class RevisableInline(RecordedInline):
    """What a claim says, as long as nobody has answered it."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """While the claim can be revised."""
        return revisable(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """While the claim can be revised."""
        return revisable(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """While the claim can be revised."""
        return revisable(obj) and super().has_delete_permission(request, obj)


class AttributionInline(RevisableInline):
    """Who told whom."""

    model = Attribution
    fields = ("speaker", "verb", "hedged", "basis")


class QuantityInline(RevisableInline):
    """The figures of a claim."""

    model = Quantity
    fields = ("measure", "low", "high", "unit", "entity", "place", "as_of")


class PassageInline(ReadOnlyInline):
    """Where a claim stands."""

    model = Passage
    fields = ("document", "start", "end", "exact")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the documents' bytes and text."""
        found = super().get_queryset(request).select_related("document", "claim__case")
        return found.defer("document__content", "document__text")


class EvidenceInline(ReadOnlyInline):
    """What was brought to bear on a claim."""

    model = Evidence
    fields = ("number", "stance", "exhibit", "credibility", "removed_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the exhibits' titles, without their texts."""
        return super().get_queryset(request).select_related("exhibit", "claim__case").defer("exhibit__text")


@admin.register(Claim)
class ClaimAdmin(RecordedAdmin):
    """One assertion. Its life (assessments, verdicts, withdrawal) is moved on its own page alone.

    A claim added here stands in no document; one that does is made from its words in the reading room.
    """

    list_display = ("ref", "statement", "kind", "status", "rating", "evidence_count", "page")
    list_display_links = ("ref", "statement")
    list_filter = ("status", "kind", "case")
    list_select_related = ("case", "rating")
    search_fields = ("statement",)
    autocomplete_fields = ("case",)
    inlines = (AttributionInline, QuantityInline, PassageInline, EvidenceInline)
    ordering = ("-pk",)
    said = ("statement", "kind", "as_of", "resolves_on", "review_by")
    kept = (
        "status",
        "rating",
        "round",
        "disputed",
        "evidence_count",
        "unrated_count",
        "answers_in",
        "made_by",
        "made_at",
    )

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> Any:
        """What can be added to a new claim; for one that stands, what rests on it too."""
        return self.inlines if obj else self.inlines[:2]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """What is said; for a claim that stands, how it stands too."""
        return ("case", *self.said, *self.kept) if obj else ("case", *self.said)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """What acts of their own keep; once somebody has answered, all of it."""
        if obj is None:
            return ()
        return ("case", *self.kept)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """While nobody has answered it in this round; a list can always be opened."""
        return revisable(obj) and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Claim, form: Any, change: bool) -> None:
        """Made under the case's next number; changed while nobody has answered it in this round."""
        by: Any = request.user
        if not change:
            said = {name: getattr(obj, name) for name in self.said}
            made = Claim.make(obj.case, by=by, once=form_key(request), **said)
            obj.pk, obj.number, obj.made_by = made.pk, made.number, made.made_by
            obj._state.adding = False
            return
        with writing(obj.case):
            obj.locked().require_revisable()
            super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save the rungs and figures, and keep their places without gaps."""
        if formset.model not in (Attribution, Quantity):
            formset.save(commit=False)  # lists to read: only the message about the change asks what they hold
            return
        claim = form.instance
        rows = formset.model._base_manager.filter(claim=claim).order_by("position")
        with writing(claim.case):
            top = rows.values_list("position", flat=True).last() or 0
            for place, new in enumerate((one for one in formset.extra_forms if one.has_changed()), start=top + 1):
                new.instance.position = place
            super().save_formset(request, form, formset, change)
            for place, record in enumerate(rows.all(), start=1):
                if record.position != place:
                    record.position = place
                    record.save(by=request.user)

    @admin.display(description=_("page"))
    def page(self, claim: Claim) -> str:
        """The way to the claim's own page."""
        return format_html('<a href="{}">{}</a>', claim.get_absolute_url(), claim.ref)


class OfClaimAdmin(ReadOnlyAdmin):
    """What belongs to a claim, as a list to read; it is changed with the claim."""

    list_select_related: ClassVar[Any] = ("claim__case",)
    list_filter: ClassVar[Any] = ("claim__case",)
    ordering = ("-pk",)


@admin.register(Attribution)
class AttributionAdmin(OfClaimAdmin):
    """Who told whom; changed on the claim."""

    list_display = ("speaker", "verb", "hedged", "basis", "position", "claim")
    list_filter = ("basis", "hedged", "claim__case")
    search_fields = ("speaker", "verb")


@admin.register(Quantity)
class QuantityAdmin(OfClaimAdmin):
    """The typed figures; changed on the claim."""

    list_display = ("measure", "span", "unit", "entity", "place", "as_of", "claim")
    search_fields = ("measure", "entity", "place")


@admin.register(Assignment)
class AssignmentAdmin(OfClaimAdmin):
    """Who is asked; editors ask on the claim's page."""

    list_display = ("reviewer", "claim", "round", "current", "answered", "due")
    list_filter = ("current", "answered", "case")
    list_select_related = ("reviewer", "claim__case", "case")
    search_fields = ("reviewer__name", "reviewer__email")


@admin.register(Assessment)
class AssessmentAdmin(OfClaimAdmin):
    """What each reviewer said: sealed, so it is only read.

    An administrator sees all of them, drafts among them. Whoever reviews in a case should not be one.
    """

    list_display = ("reviewer", "claim", "round", "rating", "confidence", "submitted_at")
    list_filter = ("confidence", "was_said", "claim__case")
    list_select_related = ("reviewer", "claim__case", "rating")
    search_fields = ("reviewer__name", "reviewer__email", "claim__statement")
    note = _(
        "Administrators see every assessment, drafts too. Whoever reviews in a case should not be an administrator."
    )
    fields = (
        "claim", "reviewer", "round", "rating", "was_said", "likelihood", "confidence", "rationale", "would_change",
        "facets", "override_reason", "relied_on", "saved_at", "submitted_at", "seal",
    )  # fmt: skip


@admin.register(Verdict)
class VerdictAdmin(OfClaimAdmin):
    """Proposals, and what became of them; they are decided on the claim's page."""

    list_display = ("claim", "round", "rating", "reached", "proposed_by", "decision", "decided_by")
    list_filter = ("decision", "reached", "difference", "claim__case")
    list_select_related = ("claim__case", "rating", "proposed_by", "decided_by")
    search_fields = ("summary", "claim__statement")
    fields = (
        "claim", "round", "rating", "summary", "reached", "difference", "to_overruled", "open_questions", "review_by",
        "proposed_by", "proposed_at", "decision", "decided_by", "decided_at", "reason", "basis",
        "renewed", "renewed_at",
    )  # fmt: skip


@admin.register(Overruled)
class OverruledAdmin(OfClaimAdmin):
    """Who was told that a verdict gives another answer than theirs."""

    list_display = ("reviewer", "verdict", "waiting")
    list_filter = ("waiting", "case")
    list_select_related = ("reviewer", "verdict__rating", "case")
    search_fields = ("reviewer__name", "reviewer__email")


@admin.register(Reply)
class ReplyAdmin(OfClaimAdmin):
    """What reviewers said to verdicts that give another answer than theirs."""

    list_display = ("reviewer", "verdict", "text", "at")
    list_filter = ("verdict__claim__case",)
    list_select_related = ("reviewer", "verdict__rating")
    search_fields = ("text", "reviewer__name", "reviewer__email")


@admin.register(OpenQuestion)
class OpenQuestionAdmin(OfClaimAdmin):
    """What would settle claims that were left open; owners and answers are given on their own pages."""

    list_display = ("claim", "number", "text", "state", "owner", "due")
    list_filter = ("state", "case")
    list_select_related = ("claim__case", "owner", "case")
    search_fields = ("text", "answer")
