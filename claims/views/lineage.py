"""Where an exhibit comes from: what was said, what is proposed, and saying it."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db import models
from django.db.models import ExpressionWrapper, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.forms.filters import cursor
from claims.forms.lineage import SOUGHT, LineageForm
from claims.models import Entry, Evidence, Exhibit, Lineage, NotNow, NotYours, Role, User, untrace, withheld
from claims.models.lineage import REPEATS, links_above
from claims.search.lineage import Proposal, proposals
from claims.views.access import Request, on_exhibit
from claims.views.parts import go, render_part, wants_part

ROWS = 50  # links shown, each way
RESTING = 5  # pieces of evidence that lead back to their claims
LOOKED_AT = 500  # newest entries of the log, among which what was just taken back is looked for
TEMPLATE = "claims/lineage_add.html"


class LineagePage:
    """What is shown to one person of where an exhibit comes from. Each part is looked up when the page comes to it."""

    def __init__(
        self, exhibit: Exhibit, user: User, *, form: LineageForm | None = None, said: str = "", taken: str = ""
    ) -> None:
        self.exhibit, self.user = exhibit, user
        self.may = exhibit.case.allows(user, "cite")
        self.reads = exhibit.case.role == Role.READER
        self._form, self._said, self._taken = form, cursor(said), cursor(taken)

    def _rows(self, rows: QuerySet[Lineage], other: str) -> list[Any]:
        unnamed = ExpressionWrapper(
            withheld(other, f"{other}__source", f"{other}__case"), output_field=models.BooleanField()
        )
        rows = rows.select_related(other, "made_by").defer(f"{other}__text")
        rows = rows.annotate(withheld=unnamed).order_by("pk").fetch_mode(models.FETCH_RAISE)
        found: list[Any] = list(rows[:ROWS])
        for row in found:
            row.hidden = row.withheld and self.reads
            row.other = getattr(row, other)
        return found

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
        return proposals(self.exhibit) if self.may else []

    @cached_property
    def form(self) -> LineageForm:
        """The form, as it was sent or empty."""
        return self._form or LineageForm(self.exhibit)

    @property
    def links(self) -> list[tuple[str, str]]:
        """The kinds of link, as a proposal offers them."""
        return [(kind.value, str(kind.label)) for kind in Lineage.Kind if kind in REPEATS]

    @property
    def opens(self) -> bool:
        """Whether the form must be in sight."""
        return self._form is not None or not (self.rows or self.proposals)

    @cached_property
    def just_said(self) -> Lineage | None:
        """What was just said, to be taken back with one key."""
        if self._said is None or not self.may:
            return None
        ends = Q(exhibit=self.exhibit) | Q(original=self.exhibit)
        return Lineage.objects.filter(ends, pk=self._said).select_related("exhibit", "original").first()

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
        ends = {end: cursor(found[1]) for end in ("exhibit", "original") if (found := KEY.search(before[end] or ""))}
        other = {"original": ends.get("original")}
        if ends.get("original") == self.exhibit.pk:
            other = {"repeats": ends["exhibit"]}
        elif ends["exhibit"] != self.exhibit.pk:
            return None
        return {"kind": before["kind"], "reason": before["reason"], **{k: v for k, v in other.items() if v}}


KEY = re.compile(r"\(#(\d+)\)$")  # how the log names a record


def context_of(page: LineagePage) -> dict[str, Any]:
    """What the templates read."""
    return {"room": "case", "case": page.exhibit.case, "exhibit": page.exhibit, "lineage": page}


@on_exhibit()
def lineage_add(request: Request, exhibit: Exhibit) -> HttpResponse:
    """Where the exhibit comes from, and the form to say so; on the way there, look for another exhibit."""
    if request.method == "POST":
        _check_may_say(request, exhibit)
        if LineageForm.looks(request.POST):
            form = LineageForm(exhibit, typed=request.POST.dict())
            return _shown(request, LineagePage(exhibit, request.user, form=form))
        form = LineageForm(exhibit, request.POST)
        if form.is_valid() and (made := form.attempt(lambda: form.say(request.user))) is not None:
            return _answer(request, exhibit, _("Said: %(lineage)s.") % {"lineage": made}, said=made.pk)
        return _shown(request, LineagePage(exhibit, request.user, form=form), status=form.status)
    if sought := {name: request.GET[name] for name in SOUGHT if name in request.GET}:
        page = LineagePage(exhibit, request.user, form=LineageForm(exhibit, typed=sought))
        return _shown(request, page, part="originals")
    said, taken = request.GET.get("said", ""), request.GET.get("taken", "")
    return _shown(request, LineagePage(exhibit, request.user, said=said, taken=taken))


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
    untrace(made, by=request.user)
    return _answer(request, exhibit, sentence, taken=said)


def _check_may_say(request: Request, exhibit: Exhibit) -> None:
    if not exhibit.case.allows(request.user, "cite"):
        raise NotYours(_("Your role in this case does not allow this. Ask one of its editors."))


def _shown(request: Request, page: LineagePage, *, part: str = "lineage", status: int = 200) -> HttpResponse:
    return render_part(request, TEMPLATE, part, context_of(page), status)


def _answer(request: Request, exhibit: Exhibit, sentence: str, *, said: int = 0, taken: int = 0) -> HttpResponse:
    """After an act: what is now said of the exhibit; without htmx, on the page for it."""
    place = reverse("claims:lineage-add", args=[exhibit.case.code, exhibit.pk])
    if not wants_part(request):
        return go(request, f"{place}?said={said}" if said else f"{place}?taken={taken}", sentence)
    messages.success(request, sentence)
    return _shown(request, LineagePage(exhibit, request.user, said=str(said), taken=str(taken)), part="told")
