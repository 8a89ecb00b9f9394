"""Who may do what, and the one table of the moves in a claim's life. Pages, tests and documentation read it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody is in a case."""

    READER = "reader", _("Reader")
    ANALYST = "analyst", _("Analyst")
    EDITOR = "editor", _("Editor")


class Status(models.TextChoices):
    """Where a claim stands in its life."""

    OPEN = "open", _("Open")
    IN_REVIEW = "in_review", _("In review")
    TO_DECIDE = "to_decide", _("To decide")
    PROPOSED = "proposed", _("Proposed")
    SIGNED_OFF = "signed_off", _("Signed off")
    WITHDRAWN = "withdrawn", _("Withdrawn")


READERS = frozenset(Role)
ANALYSTS = frozenset({Role.ANALYST, Role.EDITOR})
EDITORS = frozenset({Role.EDITOR})

# What is no move in a claim's life: act → roles.
ACTS: dict[str, frozenset[Role]] = {
    "see": READERS,
    "load": ANALYSTS,
    "make": ANALYSTS,
    "revise": ANALYSTS,
    "cite": ANALYSTS,
    "grade": ANALYSTS,
    "comment": ANALYSTS,
    "export": EDITORS,
    "configure": EDITORS,
}


@dataclass(frozen=True)
class Move:
    """One move: from where, to where, by whom, and whether it needs a reason."""

    name: str
    label: Promise
    start: frozenset[Status]
    end: Status
    roles: frozenset[Role]
    needs_reason: bool = False
    hint: Promise | str = ""


_UNDECIDED = frozenset({Status.OPEN, Status.IN_REVIEW, Status.TO_DECIDE, Status.PROPOSED})

MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        Move(
            "assign", _("Ask for assessments"), frozenset({Status.OPEN, Status.IN_REVIEW, Status.TO_DECIDE}),
            Status.IN_REVIEW, EDITORS, hint=_("Reviewers are named; the claim waits for their answers."),
        ),
        Move(
            "assess", _("Assess"), frozenset({Status.OPEN, Status.IN_REVIEW}), Status.IN_REVIEW, ANALYSTS,
            hint=_("Each reviewer answers without seeing the others."),
        ),
        Move(
            "complete", _("All answers are in"), frozenset({Status.OPEN, Status.IN_REVIEW}), Status.TO_DECIDE, ANALYSTS,
            hint=_("Follows by itself from the last required assessment."),
        ),
        Move(
            "release", _("Nobody is asked any more"), frozenset({Status.IN_REVIEW}), Status.OPEN, EDITORS,
            hint=_("Follows by itself when the last one asked is set aside and nobody has answered."),
        ),
        Move(
            "propose", _("Propose a verdict"), frozenset({Status.TO_DECIDE}), Status.PROPOSED, EDITORS,
            hint=_("An editor settles what the case answers."),
        ),
        Move(
            "sign_off", _("Sign off"), frozenset({Status.PROPOSED}), Status.SIGNED_OFF, EDITORS,
            hint=_("By somebody other than whoever proposed it."),
        ),
        Move(
            "send_back", _("Send back"), frozenset({Status.PROPOSED}), Status.TO_DECIDE, EDITORS, needs_reason=True,
            hint=_("The proposal is returned with a reason."),
        ),
        Move(
            "reopen", _("Reopen"), frozenset({Status.SIGNED_OFF, Status.WITHDRAWN}), Status.OPEN, EDITORS,
            needs_reason=True, hint=_("A new round begins; the old one is kept."),
        ),
        Move(
            "withdraw", _("Withdraw"), _UNDECIDED, Status.WITHDRAWN, EDITORS, needs_reason=True,
            hint=_("The claim is set aside, with a reason."),
        ),
    )
}  # fmt: skip


def may(role: str | None, act: str) -> bool:
    """Whether somebody in this role may ever do this, whatever the claim's status; a stranger (None) may nothing."""
    roles = MOVES[act].roles if act in MOVES else ACTS[act]
    return role is not None and Role(role) in roles


def diagram() -> str:
    """The moves as a Mermaid state diagram, for the documentation."""
    lines = ["stateDiagram-v2", "    [*] --> open"]
    for move in MOVES.values():
        lines += [f"    {start.value} --> {move.end.value}: {move.name}" for start in Status if start in move.start]
    return "\n".join(lines)
