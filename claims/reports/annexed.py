"""What a report's annexes hold: the captures with their custody, how far the reviewers agree, and the comments."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.db import models

from claims.models import Capture, Claim, Comment, Custody
from claims.reports.people import People
from claims.reports.wording import fields_of, iso_moment, the_day
from claims.weighing.agreement import alpha, interval, percent, size_of, unanimous

LINES = 20  # of a capture's custody, the newest


def custody_of(
    exhibits: dict[int, int], shown: set[int], people: People, salted: Callable[[str], str]
) -> list[dict[str, Any]]:
    """The captures of exhibits, by the numbers that these have in the report; of others than `shown` a salted hash.

    Size, kind and time of such a capture could tell which it is as well.
    """
    captures = Capture.objects.filter(exhibit__in=exhibits).select_related("file", "captured_by")
    lines: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for line in _newest(captures):
        said = {"act": line.act, "label": line.get_act_display(), "at": iso_moment(line.at), "by": people(line.by)}
        lines[line.capture_id].append(said)
    found = [
        _capture(each, exhibits[each.exhibit_id], people, lines[each.pk])
        if each.exhibit_id in shown
        else _withheld(each, exhibits[each.exhibit_id], people, salted)
        for each in captures
    ]
    return sorted(found, key=lambda each: (each["exhibit"], each["captured_at"] or "", each["sha256"]))


def _newest(captures: models.QuerySet[Capture]) -> Iterable[Custody]:
    rank = models.Window(models.functions.RowNumber(), partition_by="capture", order_by="-pk")
    lines = Custody.objects.filter(capture__in=captures.order_by().values("pk")).annotate(rank=rank)
    return lines.filter(rank__lte=LINES).select_related("by").order_by("capture", "pk")


def _capture(capture: Capture, exhibit: int, people: People, lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "exhibit": exhibit,
        "sha256": capture.file.sha256,
        "size": capture.file.size,
        "type": capture.file.detected_type,
        "withheld": False,
        "name": capture.name,
        "url": capture.final_url or capture.url,
        "how": capture.how,
        "how_label": capture.get_how_display(),
        "captured_at": iso_moment(capture.captured_at),
        "captured_by": people(capture.captured_by),
        "lines": lines,
    }


def _withheld(capture: Capture, exhibit: int, people: People, salted: Callable[[str], str]) -> dict[str, Any]:
    told = {"sha256": salted(capture.file.sha256), "size": None, "type": "", "withheld": True, "name": "", "url": ""}
    return _capture(capture, exhibit, people, []) | told | {"captured_at": iso_moment(the_day(capture.captured_at))}


class Concord:
    """The first answers of each round that a signed verdict closed, as the frozen claims hold them."""

    def __init__(self, ratings: Iterable[dict[str, Any]]) -> None:
        places = [(rating["position"], rating["code"]) for rating in ratings if rating["position"] is not None]
        self.order = [code for _place, code in sorted(places)]
        self.patterns: Counter[tuple[str, ...]] = Counter()

    def take(self, claim: dict[str, Any]) -> None:
        """Count the rounds of one frozen claim."""
        rounds: dict[int, list[str]] = defaultdict(list)
        for answer in claim["assessments"]:
            if not answer["follows"]:
                rounds[answer["round"]].append(answer["rating"])
        self.patterns.update(tuple(sorted(ratings)) for ratings in rounds.values())

    def figures(self) -> dict[str, Any]:
        """Over all of them: how many, and the measures as decimals; null where one is undefined."""
        size, spread = size_of(self.patterns), interval(self.patterns)
        return {
            "rounds": size.units,
            "answers": size.answers,
            "unanimous": unanimous(self.patterns),
            "percent": _decimal(percent(self.patterns)),
            "alpha_nominal": _decimal(alpha(self.patterns)),
            "alpha_ordinal": _decimal(alpha(self.patterns, self.order)),
            "interval": [_decimal(spread.low), _decimal(spread.high)] if spread else None,
        }


def _decimal(value: float | None) -> str | None:
    """To three places, as text, so that no reader's arithmetic changes it."""
    return None if value is None else f"{value:.3f}"


def comments_of(chosen: list[Claim], people: People) -> dict[int, list[dict[str, Any]]]:
    """What was said about these claims in rounds that a signed verdict closed, oldest first."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    closed = {claim.pk: {verdict.round for verdict in claim.verdicts.all()} for claim in chosen}
    comments = Comment.objects.filter(claim__in=chosen).select_related("author").order_by("pk")
    numbers: dict[int, int] = {}
    for comment in comments:
        if comment.round not in closed[comment.claim_id]:
            continue
        rows = found[comment.claim_id]
        numbers[comment.pk] = len(rows) + 1
        rows.append(
            {
                **fields_of(comment, "round", "text"),
                "number": len(rows) + 1,
                "answers": numbers.get(comment.parent_id or 0),
                "by": people(comment.author),
                "at": iso_moment(comment.at),
                "resolved": comment.resolved_at is not None,
            }
        )
    return dict(found)
