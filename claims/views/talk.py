"""Talk about a claim: threads, answers, edits, and who can be named in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.forms.filters import cursor
from claims.forms.talk import CommentEditForm, CommentForm, thing
from claims.models import Case, Claim, Comment, Refused, Status, User, may, resolve
from claims.models.notices import read_there
from claims.models.talk import RUNNING, CommentQuerySet, may_ask_all, people_called, require_editable
from claims.views.access import Request, on_case, on_claim
from claims.views.claim_page import ClaimPage
from claims.views.claims import context_of
from claims.views.parts import go, render_part, wants_part, whole

PAGE = 30  # threads
REPLIES = 300  # shown of the threads of one page
OFFERED = 8  # people, while a name is typed


@dataclass
class Thread:
    """A comment and its answers. A reply whose comment the reader may not see stands alone."""

    first: Comment
    replies: list[Comment] = field(default_factory=list)
    opened: bool = False  # though it is resolved: its address names it

    @property
    def folded(self) -> bool:
        """Whether it is shown folded."""
        return self.first.resolved_at is not None and not self.opened


class Talk:
    """What one person sees of the talk about a claim. `at` is a comment whose thread is to be on the page."""

    def __init__(self, claim: Claim, user: User, *, before: int | None = None, at: int | None = None) -> None:
        self.claim, self.user, self.before = claim, user, before
        self.role: str = claim.case.role
        self.at = self._find(at) if at else None
        self.lost = at is not None and self.at is None
        if self.at is not None:
            self.before = (self.at.parent_id if self.at.parent_id in self._parents else self.at.pk) + 1

    @property
    def seen(self) -> CommentQuerySet:
        """The comments that the person may see."""
        found: CommentQuerySet = Comment.objects.filter(claim=self.claim).visible_to(self.user, self.role)
        return found

    @cached_property
    def _parents(self) -> set[int]:
        parent = self.at.parent_id if self.at else None
        return set(self.seen.filter(pk=parent).values_list("pk", flat=True)) if parent else set()

    def _find(self, key: int) -> Comment | None:
        found: Comment | None = self.seen.filter(pk=key).first()
        return found

    @cached_property
    def _firsts(self) -> list[Comment]:
        alone = ~Exists(self.seen.filter(pk=OuterRef("parent")))
        rows = self.seen.filter(Q(parent=None) | alone)
        rows = rows.filter(pk__lt=self.before) if self.before else rows
        return list(self._listed(rows.order_by("-pk"))[: PAGE + 1])

    def _listed(self, rows: Any) -> Any:
        beside = ("author", "evidence", "passage__document", "resolved_by")
        return (
            rows.select_related(*beside)
            .defer("passage__document__text", "passage__document__content")
            .fetch_mode(models.FETCH_RAISE)
        )

    @cached_property
    def threads(self) -> list[Thread]:
        """The threads of this page, the oldest first, each with its answers."""
        threads = {first.pk: Thread(first) for first in reversed(self._firsts[:PAGE])}
        for reply in self._listed(self.seen.filter(parent__in=threads).order_by("pk"))[:REPLIES]:
            threads[reply.parent_id].replies.append(reply)
        for thread in threads.values():
            thread.opened = self.at is not None and self.at.pk in {each.pk for each in (thread.first, *thread.replies)}
            for said in (thread.first, *thread.replies):
                said.claim = self.claim
                said.editable = self._editable(said)  # type: ignore[attr-defined]
                said.waits = waits_for_answers(said)  # type: ignore[attr-defined]
        return list(threads.values())

    @property
    def places(self) -> list[str]:
        """The address of each comment on this page."""
        return [said.get_absolute_url() for thread in self.threads for said in (thread.first, *thread.replies)]

    @property
    def earlier(self) -> int | None:
        """The key before which the next page of threads begins; None where there are none."""
        return self._firsts[PAGE - 1].pk if len(self._firsts) > PAGE else None

    @cached_property
    def may_comment(self) -> bool:
        """Whether the person's role lets them talk."""
        return may(self.role, "comment")

    @cached_property
    def may_ask_all(self) -> bool:
        """Whether the person may put a question to all: they have read no answer, and so wait for others' comments."""
        return self.may_comment and may_ask_all(self.claim, self.user)

    @property
    def for_later(self) -> bool:
        """Whether this is a reader before the sign-off."""
        return not self.may_comment and self.claim.status != Status.SIGNED_OFF

    def _editable(self, said: Comment) -> bool:
        if said.author_id != self.user.pk or not self.may_comment:
            return False
        told = said.to_all and self.claim.status in RUNNING and not self.may_ask_all
        return said.round == self.claim.round and not told


@on_claim()
def claim_talk(request: Request, claim: Claim) -> HttpResponse:
    """The talk about a claim; with `reply` in the address, the form to answer one of its comments."""
    talk = Talk(claim, request.user, before=whole(request.GET, "before"), at=whole(request.GET, "at"))
    reply, on = whole(request.GET, "reply"), request.GET.get("on", "")
    if reply is not None and talk.may_comment:
        return _show_reply(request, talk, reply)
    if not wants_part(request):
        # Below a claim the talk loads by itself, perhaps unseen; here somebody has come to read it.
        read_there(request.user, claim, talk.places)
    form = CommentForm(claim, initial={"on": on if _is_there(claim, on) else ""})
    return _show(request, talk, form)


def _is_there(claim: Claim, on: str) -> bool:
    try:
        return any(thing(claim, on))
    except Refused:
        return False


def _show(
    request: Request, talk: Talk, form: CommentForm, status: int = 200, part: str = "talk", **more: Any
) -> HttpResponse:
    context = context_of(ClaimPage(talk.claim, request.user)) | {"talk": talk, "form": form} | more
    return render_part(request, "claims/claim_talk.html", part, context, status)


def _show_reply(request: Request, talk: Talk, reply: int) -> HttpResponse:
    parent = talk.seen.filter(pk=reply, parent=None).first()
    if parent is None:
        raise Http404
    form = _reply_form(talk.claim, parent)
    if not wants_part(request):
        talk = Talk(talk.claim, request.user, at=reply)
    return _show(request, talk, CommentForm(talk.claim), part="reply", answer=form, answers=parent.pk, first=parent)


def _reply_form(claim: Claim, parent: Comment, data: Any = None) -> CommentForm:
    form = CommentForm(claim, data, auto_id=f"id_reply_{parent.pk}_%s", initial={"parent": parent.pk})
    form.fields["text"].label = _("Your answer")
    return form


@on_claim(may="comment")
def comment_add(request: Request, claim: Claim) -> HttpResponse:
    """Say something about a claim, or answer a comment."""
    if request.method != "POST":
        return redirect("claims:claim-talk", claim.case.code, claim.number)
    key = cursor(request.POST.get("parent"))
    parent = Comment.objects.filter(claim=claim).visible_to(request.user, claim.case.role).filter(pk=key).first()
    if key is not None and parent is None:
        raise Http404
    form = _reply_form(claim, parent, request.POST) if parent else CommentForm(claim, request.POST)
    if form.is_valid():
        made = form.attempt(lambda: form.send(request.user))
        if made is not None:
            return _said(request, claim, made, _who_sees(made), begins_anew=parent is None)
    if parent is None:
        return _show(request, Talk(claim, request.user), form, form.status)
    talk = Talk(claim, request.user, at=parent.pk)
    more = {"answer": form, "answers": parent.parent_id or parent.pk, "first": parent}
    return _show(request, talk, CommentForm(claim), form.status, **more)


def _who_sees(made: Comment) -> str:
    """What is said once a comment is made: by whom it can be read."""
    if waits_for_answers(made):
        return _("Said. Whoever is still to answer sees it once they have answered.")
    return _("Said.")


def waits_for_answers(said: Comment) -> bool:
    """Whether a comment is kept from those who are still to answer."""
    claim = said.claim
    running = claim.status in RUNNING and said.round == claim.round
    return running and not said.to_all and claim.case.policy != Case.Policy.OPEN


def _said(request: Request, claim: Claim, said: Comment, sentence: str, *, begins_anew: bool = False) -> HttpResponse:
    """After an act: the talk as it stands now; without htmx, on its own page at the very comment."""
    said.claim = claim
    if not _within(request, claim):
        return go(request, said.get_absolute_url(), sentence)
    messages.success(request, sentence)
    # A comment that one just wrote is on the newest page; any other is on its own.
    talk = Talk(claim, request.user, at=said.pk)
    newest = Talk(claim, request.user)
    if any(said.pk in {each.pk for each in (thread.first, *thread.replies)} for thread in newest.threads):
        talk = newest
    return _show(request, talk, CommentForm(claim), part="told", begins_anew=begins_anew)


def _within(request: Request, claim: Claim) -> bool:
    """Whether htmx asks from a page that shows the talk: the claim's, or the talk's own."""
    if not wants_part(request):
        return False
    talk = reverse("claims:claim-talk", args=[claim.case.code, claim.number])
    shown = urlsplit(request.htmx.current_url_abs_path or talk).path
    return shown in (talk, claim.get_absolute_url())


def _own(claim: Claim, pk: int, user: User) -> Comment:
    """The comment, if the person may see it. 404 otherwise."""
    said: Comment | None = (
        Comment.objects.filter(claim=claim, pk=pk)
        .visible_to(user, claim.case.role)
        .select_related("author", "evidence", "passage")
        .first()
    )
    if said is None:
        raise Http404
    said.claim = claim
    return said


@on_claim(may="comment")
def comment_edit(request: Request, claim: Claim, pk: int) -> HttpResponse:
    """Edit one's own comment."""
    said = _own(claim, pk, request.user)
    if said.author_id != request.user.pk:
        raise Http404
    if request.method != "POST":
        require_editable(said, request.user)
    data = request.POST if request.method == "POST" else None
    initial = {"text": said.text, "version": said.version}
    form = CommentEditForm(claim, data, auto_id=f"id_edit_{pk}_%s", initial=initial)
    if form.is_valid():
        kept = form.attempt(lambda: form.save(said, request.user))
        if kept is not None:
            return _said(request, claim, kept, _("Saved. What it said before can be read beside it."))
    context = context_of(ClaimPage(claim, request.user)) | {
        "said": said,
        "form": form,
        "within": _within(request, claim),
    }
    response = render_part(request, "claims/comment_edit.html", "edit", context, form.status if form.errors else 200)
    if form.errors:
        response["HX-Retarget"] = f"#edit-{pk}"
    return response


@on_claim(may="comment")
def comment_resolve(request: Request, claim: Claim, pk: int) -> HttpResponse:
    """Say that a thread is resolved, or take that back."""
    said = _own(claim, pk, request.user)
    if request.method != "POST":
        return redirect(said)
    done = request.POST.get("done") != "0"
    kept = resolve(said, by=request.user, done=done)
    return _said(request, claim, kept, _("Resolved.") if done else _("Open again."))


@on_claim()
def comment_history(request: Request, claim: Claim, pk: int) -> HttpResponse:
    """What a comment said before, the newest first."""
    said = _own(claim, pk, request.user)
    before = whole(request.GET, "before")
    edits = said.edits.order_by("-pk")
    rows = list((edits.filter(pk__lt=before) if before else edits)[: PAGE + 1])
    context = context_of(ClaimPage(claim, request.user)) | {
        "said": said, "edits": rows[:PAGE], "more": rows[PAGE - 1].pk if len(rows) > PAGE else None, "before": before,
    }  # fmt: skip
    return render_part(request, "claims/comment_history.html", "edits", context)


@on_case(may="comment")
def case_people(request: Request, case: Case) -> JsonResponse:
    """Who in the case is called what is being typed: what stands in the list, and what to write after the @."""
    typed = request.GET.get("q", "").strip()[:60]
    found = people_called(case, typed, OFFERED)
    rows = [{"name": person.name, "write": person.name if alone else person.email} for person, alone in found]
    return JsonResponse({"people": rows})
