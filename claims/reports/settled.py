"""What became of claims after a verdict: how it was corrected, what it leaves open, what the overruled say."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

from django.db import models

from claims.models import Claim, Entry, OpenQuestion, Verdict
from claims.reports.people import People
from claims.reports.wording import iso_day, iso_moment


def corrections_of(chosen: list[Claim], people: People) -> dict[int, list[dict[str, Any]]]:
    """Of each claim that was reopened after a signed verdict: what that said, what the next one says, when and why.

    `became` is empty, and date and name are those of the reopening, while no other is signed. The claims must hold
    their signed verdicts.
    """
    reopened: dict[int, list[Entry]] = defaultdict(list)
    entries = Entry.objects.filter(
        claim__in=[claim.pk for claim in chosen if claim.round > 1], verb__in=["reopened", "imported"]
    )
    for entry in entries.order_by("number"):
        if entry.why:
            reopened[entry.claim_id or 0].append(entry)
    return {claim.pk: _of_claim(claim, reopened[claim.pk], people) for claim in chosen if claim.pk in reopened}


def _of_claim(claim: Claim, reopened: list[Entry], people: People) -> list[dict[str, Any]]:
    signed = sorted(claim.verdicts.all(), key=lambda verdict: verdict.round)
    followed: list[tuple[Verdict, Verdict | None]] = [*pairwise(signed), *((verdict, None) for verdict in signed[-1:])]
    found = []
    for was, became in followed:
        last = became.round if became is not None else claim.round
        why = [entry for entry in reopened if was.round < entry.parts["after"]["round"] <= last]
        if not why:
            continue
        at = iso_moment(became.decided_at if became is not None else why[0].at)
        by = people(became.decided_by) if became is not None else people.named(why[0].by_id, why[0].by_name)
        if became is None and why[0].verb == "imported":
            told = why[0].parts["after"]  # who reopened it in the installation that it came from, and when
            at, by = told["at"], people.named(told["by"], told["by_name"])
        found.append(
            {
                "round": last,
                "was": was.rating.label_here,
                "became": became.rating.label_here if became is not None else "",
                "at": at,
                "by": by,
                "reason": " · ".join(entry.why for entry in why),
            }
        )
    return found


def gaps_of(chosen: list[Claim], people: People) -> dict[int, list[dict[str, Any]]]:
    """Of each claim the questions that nobody has answered: those still open, and those dropped with the reason."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    questions = OpenQuestion.objects.filter(claim__in=chosen).exclude(state=OpenQuestion.State.ANSWERED)
    for question in questions.select_related("owner").order_by("claim", "number").fetch_mode(models.FETCH_RAISE):
        found[question.claim_id].append(
            {
                "number": question.number,
                "text": question.text,
                "state": question.state,
                "state_label": question.get_state_display(),
                "owner": people(question.owner),
                "due": iso_day(question.due),
                "reason": question.answer if question.state == OpenQuestion.State.DROPPED else "",
            }
        )
    return dict(found)


def overruling(verdict: Verdict, people: People) -> dict[str, Any]:
    """What was said to whoever is overruled, what they reply, and what changed between proposal and signature."""
    return {
        "to_overruled": verdict.to_overruled,
        "replies": [
            {"reviewer": people(reply.reviewer), "text": reply.text, "at": iso_moment(reply.at)}
            for reply in verdict.replies.all()
        ],
        "renewed": verdict.renewed.splitlines(),
    }
