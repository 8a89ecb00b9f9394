"""What people say to each other about a claim."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.forms.fields import WorkForm
from claims.forms.filters import cursor
from claims.models import Claim, Comment, Evidence, Passage, Refused, User, comment, rewrite
from claims.models.talk import LONGEST


class CommentForm(WorkForm):
    """A comment, and what it is about: as in “evidence-2” or “passage-7”; nothing is the claim itself."""

    text = forms.CharField(
        label=_("Comment"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write what you want to say.")},
    )  # fmt: skip
    on = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    parent = forms.IntegerField(required=False, widget=forms.HiddenInput)
    to_all = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, claim: Claim, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.claim = claim
        people = reverse("claims:case-people", args=[claim.case.code])
        self.fields["text"].widget.attrs |= {"data-mentions": people, "autocomplete": "off"}

    def send(self, user: User) -> Comment:
        """Say it."""
        values = self.values
        evidence, passage = thing(self.claim, values["on"])
        parent = values["parent"]
        return comment(
            self.claim, by=user, text=values["text"], to_all=values["to_all"], evidence=evidence, passage=passage,
            parent=Comment(pk=parent) if parent else None, once=self.key(user),
        )  # fmt: skip


class CommentEditForm(CommentForm):
    """Other words for one's own comment."""

    on = None  # type: ignore[assignment]
    parent = None  # type: ignore[assignment]
    to_all = None  # type: ignore[assignment]

    def save(self, said: Comment, user: User) -> Comment:
        """Edit it. Raises Stale where it was edited elsewhere."""
        return rewrite(said, by=user, text=self.values["text"], expect=self.seen_version)


def thing(claim: Claim, on: str) -> tuple[Evidence | None, Passage | None]:
    """The piece of evidence or the passage of the claim that is meant. Raises Refused where there is no such thing."""
    kind, _dash, key = on.partition("-")
    number = cursor(key)
    if not on:
        return None, None
    if kind == "evidence" and number is not None:
        evidence: Evidence | None = claim.evidence.filter(number=number).first()
        if evidence is not None:
            return evidence, None
    if kind == "passage" and number is not None:
        passage: Passage | None = claim.passages.filter(pk=number).first()
        if passage is not None:
            return None, passage
    raise Refused(_("What this comment is about is not there. Open the talk from the claim’s page again."))
