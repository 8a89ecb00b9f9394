"""Where an exhibit comes from: what was said, what is proposed, and saying it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import models
from django.db.models import ExpressionWrapper, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.forms.filters import cursor
from claims.forms.lineage import SOUGHT, LineageForm
from claims.models import (
    Dismissal,
    Entry,
    Evidence,
    Exhibit,
    Lineage,
    NotNow,
    NotYours,
    Role,
    User,
    dismiss,
    propose_again,
    undo,
    untrace,
    withheld,
)
from claims.models.dismissals import dismissals_of
from claims.models.lineage import LOOKED_AT, REPEATS, ends_of, links_above, would_return
from claims.search.lineage import Proposal, Way, proposals
from claims.views.access import Request, on_exhibit
from claims.views.parts import go, render_part, wants_part

ROWS = 50  # links shown, each way
RESTING = 5  # pieces of evidence that lead back to their claims
HANDFUL = 3  # proposals in sight
TEMPLATE = "claims/lineage_add.html"


class LineagePage:
    """What is shown to one person of where an exhibit comes from. Each part is looked up when the page comes to it."""

    def __init__(
        self, exhibit: Exhibit, user: User, *, form: LineageForm | None = None, just: Mapping[str, str] | None = None
    ) -> None:
        self.exhibit, self.user = exhibit, user
        self.may = exhibit.case.allows(user, "cite")
        self.reads = exhibit.case.role == Role.READER
        just = just or {}
        self._form = form
        self._said, self._taken, self._apart = (cursor(just.get(name)) for name in ("said", "taken", "apart"))

    def _rows(self, rows: QuerySet[Lineage], other: str) -> list[Any]:
        unnamed = ExpressionWrapper(
            withheld(other, f"{other}__source", f"{other}__case"), output_field=models.BooleanField()
        )
        rows = rows.select_related(other, "made_by").defer(f"{other}__text")
        rows = rows.annotate(withheld=unnamed).order_by("pk").fetch_mode(models.FETCH_RAISE)
        found: list[Any] = list(rows[:ROWS])
        told = self._told({getattr(row, f"{other}_id") for row in found} - {None})
        for row in found:
            row.other = getattr(row, other)
            row.unrated = row.other is not None and row.other.pk not in told
            row.hidden = row.unrated or (row.withheld and self.reads)
        return found

    def _told(self, keys: set[int]) -> set[int]:
        """Those of these exhibits of which the person may know whose they are, as far as it hangs on a rating."""
        if not keys or not self.exhibit.case.hides_sources:
            return keys
        exhibits = Exhibit.objects.filter(pk__in=keys).rated_for(self.user, self.exhibit.case)
        return set(exhibits.order_by().values_list("pk", flat=True))

    @cached_property
    def rows(self) -> list[Any]:
        """What was said of this exhibit; of each, whether the other exhibit is hidden from the person."""
        return self._rows(Lineage.objects.filter(exhibit=self.exhibit), "original")

    @cached_property
    def repeated_in(self) -> list[Any]:
        """What repeats it, as far as was said."""
        return self._rows(Lineage.objects.filter(original=self.exhibit), "exhibit")

    @cached_property
    def resting(self) -> list[Evidence]:
        """The newest evidence that it is: the way back to the claims."""
        rows = Evidence.objects.standing().filter(exhibit=self.exhibit).select_related("claim").order_by("-pk")
        found = list(rows.fetch_mode(models.FETCH_RAISE)[:RESTING])
        for item in found:
            item.claim.case = self.exhibit.case
        return found

    @cached_property
    def known(self) -> str:
        """What follows from all that was said, in a sentence."""
        if not self.rows:
            return _("Nobody has said where it comes from: it counts for no origin until somebody does.")
        words = [row.kind for row in self.rows if row.is_word]
        if Lineage.Kind.FIRST_HAND in words:
            return _("It speaks at first hand, so it counts as an origin.")
        if words:
            return _("It repeats something that is not on record, so it counts for no origin of its own.")
        above = {upper for links in links_above(self.exhibit).values() for upper in links}
        if Lineage.objects.filter(exhibit__in=above, kind=Lineage.Kind.FIRST_HAND).exists():
            return _("It goes back to what speaks at first hand: together they count as one origin.")
        return _(
            "Of what it goes back to, nobody has said yet that it speaks at first hand: until then it counts for no "
            "origin of its own."
        )

    @cached_property
    def proposals(self) -> list[Proposal]:
        """What the texts let one suppose; nothing for those who may not confirm it."""
        found = proposals(self.exhibit) if self.may else []
        told = self._told({one.other.pk for one in found})
        return [one for one in found if one.other.pk in told]

    @cached_property
    def offered(self) -> list[tuple[Proposal, list[tuple[Way, Lineage | None]]]]:
        """The proposals, each with its ways and with what each of them would replace."""
        return [(one, [(way, self.words.get(way.repeats.pk)) for way in one.ways]) for one in self.proposals]

    @property
    def in_sight(self) -> list[Any]:
        """The proposals that one sees at once: a handful, and none where something says where it comes from."""
        return [] if self.rows else self.offered[:HANDFUL]

    @property
    def folded(self) -> list[Any]:
        """The other proposals."""
        return self.offered[len(self.in_sight) :]

    @cached_property
    def just_dismissed(self) -> Exhibit | None:
        """The exhibit of which it was just said that it does not go together with this one."""
        if self._apart is None or not self.may:
            return None
        other = Exhibit.objects.filter(case=self.exhibit.case_id, pk=self._apart).defer("text").first()
        return other if other is not None and dismissals_of(self.exhibit, other).exists() else None

    @cached_property
    def form(self) -> LineageForm:
        """The form, as it was sent or empty."""
        return self._form or LineageForm(self.exhibit, self.user)

    @cached_property
    def words(self) -> dict[int, Lineage]:
        """The words that a confirmed proposal would replace, by the key of the exhibit of which they were said."""
        keys = [self.exhibit.pk, *(one.other.pk for one in self.proposals)]
        return {word.exhibit_id: word for word in Lineage.objects.filter(exhibit__in=keys, original=None)}

    @property
    def links(self) -> list[tuple[str, str]]:
        """The kinds of link, as a proposal offers them."""
        return [(kind.value, str(kind.label)) for kind in Lineage.Kind if kind in REPEATS]

    @property
    def opens(self) -> bool:
        """Whether the form must be in sight."""
        return self._form is not None or not (self.rows or self.proposals)

    @cached_property
    def just_said(self) -> Any:
        """What was just said, to be taken back with one key; `returning` is what is then said again."""
        if self._said is None or not self.may:
            return None
        ends = Q(exhibit=self.exhibit) | Q(original=self.exhibit)
        made: Any = Lineage.objects.filter(ends, pk=self._said).select_related("exhibit__case", "original").first()
        keys = {made.exhibit_id, made.original_id or made.exhibit_id} if made is not None else set()
        if made is None or self._told(keys) != keys:
            return None
        made.returning = told(would_return(made))
        return made

    @cached_property
    def just_taken(self) -> dict[str, Any] | None:
        """What was just taken back, to be said again with one key: the fields of the form that says it."""
        if not self._taken or not self.may:
            return None
        log = Entry.objects.filter(case=self.exhibit.case).order_by("-number")
        top = log.values_list("number", flat=True).first() or 0
        entry = log.filter(
            number__gt=top - LOOKED_AT, thing="lineage", thing_id=self._taken, verb="untraced"
        ).first()  # fmt: skip
        before = entry.parts["before"] if entry else None
        if not before:
            return None
        exhibit, original = ends_of(before)
        if self.exhibit.pk not in (exhibit, original):
            return None
        other = {"repeats": exhibit} if original == self.exhibit.pk else {"original": original}
        stands = Lineage.objects.filter(exhibit=exhibit, original=None).first() if exhibit else None
        fields = {"kind": before["kind"], "reason": before["reason"], "replaces": stands and stands.pk}
        return {
            "fields": {name: value for name, value in (fields | other).items() if value},
            "replaced": stands,
        }


def told(facts: dict[str, Any] | None) -> str:
    """What was said, in words, from what the log keeps of it; nothing of nothing."""
    return str(Lineage.Kind(facts["kind"]).label) if facts else ""


def context_of(page: LineagePage) -> dict[str, Any]:
    """What the templates read."""
    return {"room": "case", "case": page.exhibit.case, "exhibit": page.exhibit, "lineage": page}


@on_exhibit()
def lineage_add(request: Request, exhibit: Exhibit) -> HttpResponse:
    """Where the exhibit comes from, and the form to say so; on the way there, look for another exhibit."""
    if request.method == "POST":
        _check_may_say(request, exhibit)
        if LineageForm.looks(request.POST):
            form = LineageForm(exhibit, request.user, typed=request.POST.dict())
            return _shown(request, LineagePage(exhibit, request.user, form=form))
        form = LineageForm(exhibit, request.user, request.POST)
        if form.is_valid() and (made := form.attempt(lambda: form.say(request.user))) is not None:
            return _answer(request, exhibit, _("Said: %(lineage)s.") % {"lineage": made}, said=made.pk)
        return _shown(request, LineagePage(exhibit, request.user, form=form), status=form.status)
    if sought := {name: request.GET[name] for name in SOUGHT if name in request.GET}:
        page = LineagePage(exhibit, request.user, form=LineageForm(exhibit, request.user, typed=sought))
        return _shown(request, page, part="originals")
    return _shown(request, LineagePage(exhibit, request.user, just=request.GET.dict()))


@on_exhibit()
def lineage_remove(request: Request, exhibit: Exhibit, said: int) -> HttpResponse:
    """Take back what was said of the exhibit, or of another that it repeats this one."""
    if request.method != "POST":
        return redirect("claims:lineage-add", exhibit.case.code, exhibit.pk)
    _check_may_say(request, exhibit)
    ends = Q(exhibit=exhibit) | Q(original=exhibit)
    made = Lineage.objects.filter(ends, pk=said).select_related("exhibit__case", "original").first()
    if made is None:
        raise NotNow(_("This was taken back already."))
    sentence = _("Taken back: %(lineage)s.") % {"lineage": made}
    if "undo" not in request.POST:
        untrace(made, by=request.user)
        return _answer(request, exhibit, sentence, taken=said)
    again = undo(made, by=request.user)
    if again is None:
        return _answer(request, exhibit, sentence, taken=said)
    sentence += " " + _("It stands again that %(lineage)s.") % {"lineage": f"“{again}”"}
    # What was said of the same pair in other words is one record: saying that again is the undoing of this undoing.
    return _answer(request, exhibit, sentence, **({"said": said} if again.pk == said else {"taken": said}))


@on_exhibit()
def lineage_dismiss(request: Request, exhibit: Exhibit, other: int) -> HttpResponse:
    """Say that neither this exhibit nor the other repeats the other, or take that back."""
    if request.method != "POST":
        return redirect("claims:lineage-add", exhibit.case.code, exhibit.pk)
    _check_may_say(request, exhibit)
    beside = Exhibit.objects.filter(case=exhibit.case, pk=other).select_related("case").defer("text").first()
    if beside is None:
        raise Http404
    if "undo" in request.POST:
        propose_again(exhibit, beside, by=request.user)
        return _answer(request, exhibit, _("Taken back. “%(other)s” is proposed again.") % {"other": beside})
    made: Dismissal = dismiss(exhibit, beside, by=request.user)
    return _answer(request, exhibit, _("Not so: %(dismissal)s.") % {"dismissal": made}, apart=other)


def _check_may_say(request: Request, exhibit: Exhibit) -> None:
    if not exhibit.case.allows(request.user, "cite"):
        raise NotYours(_("Your role in this case does not allow this. Ask one of its editors."))


def _shown(request: Request, page: LineagePage, *, part: str = "lineage", status: int = 200) -> HttpResponse:
    return render_part(request, TEMPLATE, part, context_of(page), status)


def _answer(request: Request, exhibit: Exhibit, sentence: str, **just: int) -> HttpResponse:
    """After an act: what is now said of the exhibit; without htmx, on the page for it."""
    place = reverse("claims:lineage-add", args=[exhibit.case.code, exhibit.pk])
    if not wants_part(request):
        return go(request, f"{place}?{urlencode(just)}" if just else place, sentence)
    messages.success(request, sentence)
    page = LineagePage(exhibit, request.user, just={name: str(key) for name, key in just.items()})
    return _shown(request, page, part="told")
