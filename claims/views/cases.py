"""Cases: those one belongs to, one with its claims, its settings and its log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _

from claims.forms.cases import CaseForm, MemberForm, NewCaseForm, RoleForm, UnbegunCaseForm
from claims.forms.fields import initial_of
from claims.forms.filters import COUNTED, ClaimFilter, cursor
from claims.models import (
    Assessment,
    Attribution,
    Bundle,
    Case,
    Chain,
    Document,
    Entry,
    Membership,
    NotNow,
    NotYours,
    Rating,
    Role,
    Scale,
    Status,
    Tally,
    User,
    kept_back,
)
from claims.views.access import Request, on_case, polite
from claims.views.claim_page import TELLING
from claims.views.parts import go, render_part
from claims.views.scales import may_edit_scales
from claims.views.signing_in import say_who_first

PAGE = 50  # claims, cases or entries
DOCUMENTS = 5  # newest documents of a case; all of them come 50 at a time
PEOPLE = 200  # members of a case on one page


def may_add(user: User) -> bool:
    """Whether somebody may begin a case: administrators and staff."""
    return user.is_superuser or user.is_staff


def case_list(request: Request) -> HttpResponse:
    """The cases the person belongs to, by their codes."""
    cases = Case.objects.visible_to(request.user).prefetch_related("tallies").order_by("code")
    after = request.GET.get("after", "").replace("\0", "")
    if after:
        cases = cases.filter(code__gt=after)
    rows = list(cases.fetch_mode(models.FETCH_RAISE)[: PAGE + 1])
    for case in rows:
        case.counts = Counts(case.tallies.all())
    context = {
        "room": "cases",
        "cases": rows[:PAGE],
        "next": rows[PAGE - 1].code if len(rows) > PAGE else "",
        "after": after,
        "may_add": may_add(request.user),
    }
    return render_part(request, "claims/case_list.html", "cases", context)


@polite
def case_add(request: Request) -> HttpResponse:
    """Begin a case; whoever does becomes its editor."""
    if not may_add(request.user):
        raise NotYours(_("Cases are begun by administrators and staff. Ask one of them."))
    posted = request.POST if request.method == "POST" else None
    form = NewCaseForm(posted, initial={"scale": Scale.objects.default()})
    if form.is_valid():
        case = form.attempt(lambda: form.make(request.user))
        if case is not None:
            return go(request, case, _("The case is there. Load its first document, or add who works on it."))
    context = {"room": "cases", "form": form, "may_edit_scales": may_edit_scales(request.user)}
    return render_part(request, "claims/case_add.html", "details", context, form.status if form.errors else 200)


class Counts:
    """A case's claims as its tallies count them: all, by status and by rating."""

    def __init__(self, tallies: Iterable[Tally]) -> None:
        self.all, self.statuses, self.ratings = 0, dict.fromkeys(Status.values, 0), dict[int | None, int]()
        for tally in tallies:
            self.all += tally.count
            self.statuses[tally.status] += tally.count
            self.ratings[tally.rating_id] = self.ratings.get(tally.rating_id, 0) + tally.count

    @property
    def figure(self) -> str:
        """How many there are in all, as people read it: 100,000."""
        return f"{self.all:,}"

    @property
    def unrated(self) -> str:
        """How many have no signed verdict; nothing where all have."""
        return f"{count:,}" if (count := self.ratings.get(None, 0)) else ""

    def by_status(self) -> list[tuple[str, str, str]]:
        """(status, its word, how many) of each status that some claim is at."""
        return [(one.value, str(one.label), f"{count:,}") for one in Status if (count := self.statuses[one.value])]

    def picture(self, ratings: list[Rating]) -> list[dict[str, Any]]:
        """The bar of the ratings, piece by piece: where it begins and how wide it is, in hundredths."""
        pieces, start = [], 0.0
        for rating in ratings:
            count = self.ratings.get(rating.pk, 0)
            width = 100 * count / self.all if self.all else 0
            pieces.append({"rating": rating, "count": f"{count:,}", "x": f"{start:.2f}", "width": f"{width:.2f}"})
            start += width
        return pieces


@on_case()
def case_detail(request: Request, case: Case) -> HttpResponse:
    """A case: where it stands, its documents, and its claims as the address filters them."""
    counts = Counts(Tally.objects.filter(case=case))
    ratings = list(case.scale.ratings.all())
    filters = ClaimFilter(case, request.GET, ratings, reviewers_of(case))
    rows, pages = page_of_claims(filters, request, {rating.pk: rating for rating in ratings})
    count, more = filters.count() if filters.narrows else (counts.all, False)
    documents, older_documents = documents_of(case, request.GET.get("documents", ""))
    may = {act: case.allows(request.user, act) for act in ("load", "export", "configure", "assign")}
    context = {
        "room": "case", "case": case, "counts": counts, "picture": counts.picture(ratings), "filters": filters,
        "claims": rows, "count": count, "figure": f"{count:,}", "more": more,
        "pages": pages, "counted": COUNTED, "may": may,
        "documents": documents, "older_documents": older_documents,
        "all_documents": request.GET.get("documents"),
        "brought": not request.htmx and Bundle.objects.filter(case=case).exists(),
    }  # fmt: skip
    response = render_part(request, "claims/case_detail.html", "filtered", context)
    if request.htmx:
        # Without the empty fields that a form sends along.
        response["HX-Push-Url"] = f"{request.path}{filters.query()}".rstrip("?")
    return response


def reviewers_of(case: Case) -> dict[str, str]:
    """Whoever may assess in the case: the name by the key, as a list to choose from."""
    members = case.memberships.filter(role__in=[Role.ANALYST, Role.EDITOR]).order_by("user__name", "user_id")
    people = members.values_list("user", "user__name", "user__email")[:PEOPLE]
    return {str(pk): name or email for pk, name, email in people}


def page_of_claims(
    filters: ClaimFilter, request: Request, ratings: dict[int, Rating]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Fifty claims from where the address says, and the ways to those before and after them.

    Rows are plain values, their words looked up once: fifty records cost more than all else on the page.
    """
    before, after = cursor(request.GET.get("before")), cursor(request.GET.get("after"))
    edge = before if before is not None else after
    oldest = filters.oldest if edge is None else before is None
    said = Attribution.objects.filter(claim=models.OuterRef("pk"), position=1).order_by().values("speaker")
    claims = filters.claims(oldest=oldest, beyond=edge).annotate(said_by=models.Subquery(said[:1]))
    names = ("number", "statement", "kind", "status", "rating_id", "evidence_count", "answers_in", "said_by")
    rows: list[dict[str, Any]] = list(claims.values(*names)[: PAGE + 1])
    kinds, statuses = filters.choices["kind"], filters.choices["status"]
    for row in rows:
        row["kind"], row["status"] = kinds[row["kind"]], statuses[row["status"]]
        row["rating"] = ratings.get(row["rating_id"])
        # Numbers as text: a template would look for the way to write each.
        row["ref"], row["evidence"] = str(row["number"]), str(row["evidence_count"])
        row["answers"] = f"{row['answers_in']}/{filters.case.assessments_required}"
    more, rows = len(rows) > PAGE, rows[:PAGE]
    onward = oldest == filters.oldest
    if not onward:
        rows.reverse()
    pages = {}
    if rows:
        ahead, back = ("after", "before") if filters.oldest else ("before", "after")
        if more or not onward:
            pages["next"] = filters.query(**{ahead: rows[-1]["number"]})
        if more if not onward else edge is not None:
            pages["previous"] = filters.query(**{back: rows[0]["number"]})
    return rows, pages


def documents_of(case: Case, asked: str) -> tuple[list[Document], int | None]:
    """The newest five documents; or, where all are asked for, fifty at a time. And where older ones begin."""
    documents = Document.objects.filter(case=case).light().order_by("-number")
    limit = PAGE if asked else DOCUMENTS
    edge = cursor(asked)
    if edge is not None:
        documents = documents.filter(number__lt=edge)
    rows = list(documents.fetch_mode(models.FETCH_RAISE)[: limit + 1])
    return rows[:limit], rows[limit - 1].number if len(rows) > limit else None


@on_case(may="configure")
def case_edit(request: Request, case: Case) -> HttpResponse:
    """Change what a case is about, how it reviews, and who belongs to it."""
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if act in ("member", "role", "remove"):
        say_who_first(request)  # a stolen session must not let others in, or its owner's people out
    if act in ("role", "remove"):
        return change_member(request, case, act)
    details = settings_form(case, request.POST if act == "details" else None)
    member = MemberForm(request.POST if act == "member" else None)
    if details.is_valid() and details.attempt(lambda: revise(request, details)) is not None:
        return go(request, case, _("Saved."))
    if member.is_valid():
        made = member.attempt(lambda: member.enrol(case, request.user))
        if made is not None:
            sentence = _("%(name)s is in the case.") % {"name": made.user}
            return go(request, request.path, sentence)
    faulty = next((form for form in (details, member) if form.errors), None)
    context = {
        "room": "case", "case": case, "details": details, "member": member,
        "members": members_of(case), "roles": Role.choices, "people": PEOPLE,
        "may_edit_scales": may_edit_scales(request.user),
    }  # fmt: skip
    part = "members" if act == "member" else "details"
    return render_part(request, "claims/case_edit.html", part, context, faulty.status if faulty else 200)


def settings_form(case: Case, data: Any) -> CaseForm:
    """The form for what a case is about; while it has no claims, it can choose another scale."""
    names = ["title", "description", "policy", "assessments_required", "hides_sources", "draft_days"]
    # A form from before the first claim names a scale: what it chose is refused there, not passed over.
    if case.claims.exists() and not (data and data.get("scale")):
        return CaseForm(data, initial=initial_of(case, names))
    return UnbegunCaseForm(data, initial=initial_of(case, [*names, "scale"]), case=case)


def untold(entries: Sequence[Entry], reader: User, role: str) -> set[int]:
    """The numbers of the entries that are kept from the reader: a proposal tells what hidden reviewers said."""
    proposals = {
        entry.number: (entry.claim_id, entry.parts["after"]["round"]) for entry in entries if entry.thing in TELLING
    }
    answers = Assessment.objects.submitted().filter(claim__in={claim for claim, _round in proposals.values()})
    hidden = answers.exclude(pk__in=answers.visible_to(reader, role)) if proposals else answers.none()
    closed = set(hidden.values_list("claim_id", "round"))
    return {number for number, place in proposals.items() if place in closed}


def revise(request: Request, form: CaseForm) -> Case:
    """Save what was typed over the version that the form began with."""
    case: Case = Case.objects.get(code=request.resolver_match.kwargs["code"])  # type: ignore[union-attr]
    for name, value in form.values.items():
        setattr(case, name, value)
    case.save(by=request.user, expect=form.seen_version)
    return case


def members_of(case: Case) -> QuerySet[Membership]:
    """Who belongs to the case, by name."""
    members: QuerySet[Membership] = case.memberships.select_related("user").order_by("user__name", "pk")
    return members.fetch_mode(models.FETCH_RAISE)[:PEOPLE]


def change_member(request: Request, case: Case, act: str) -> HttpResponse:
    """Give a member another role, or take them out of the case."""
    pk = cursor(request.POST.get("member"))
    membership = case.memberships.select_related("user").filter(pk=pk).first()
    if membership is None:
        raise NotNow(_("This person is no longer in the case."))
    if act == "remove":
        membership.delete(by=request.user)
        sentence = _("%(name)s is no longer in the case. What they did stays.") % {"name": membership.user}
    else:
        form = RoleForm(request.POST)
        if not form.is_valid():
            raise NotNow(_("This is no role. Choose one from the list."))
        form.change(membership, request.user)
        sentence = _("%(name)s has another role now.") % {"name": membership.user}
    leaves = membership.user_id == request.user.pk and not request.user.is_superuser
    return go(request, "claims:case-list" if leaves else request.path, sentence)


@on_case()
def case_log(request: Request, case: Case) -> HttpResponse:
    """Everything that was written in the case, newest first."""
    entries = Entry.objects.filter(case=case).annotate(claim_number=F("claim__number")).order_by("-number")
    before = cursor(request.GET.get("before"))
    if before is not None:
        entries = entries.filter(number__lt=before)
    rows = list(entries.fetch_mode(models.FETCH_RAISE)[: PAGE + 1])
    context = {
        "room": "case",
        "case": case,
        "entries": rows[:PAGE],
        "untold": untold(rows, request.user, case.role),
        "kept_back": kept_back(rows, request.user, case),
        "older": rows[PAGE - 1].number if len(rows) > PAGE else None,
        "before": before,
        "chain": Chain.objects.filter(case=case).first(),
    }
    return render_part(request, "claims/case_log.html", "entries", context)
