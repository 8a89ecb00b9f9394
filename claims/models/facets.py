"""The parts of a claim, each judged for itself, and what they add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.models.records import Refused
from claims.models.scales import Rating
from claims.weighing.rollup import Answer, roll_up

LONGEST_NOTE = 500


class Facet(models.TextChoices):
    """What of a claim can be judged by itself."""

    ACTOR = "actor", gettext_lazy("Who did it")
    ACTION = "action", gettext_lazy("What was done")
    QUANTITY = "quantity", gettext_lazy("How much or how many")
    PLACE = "place", gettext_lazy("Where")
    TIME = "time", gettext_lazy("When")
    ATTRIBUTION = "attribution", gettext_lazy("Who said so")


class Judged(NamedTuple):
    """One part as it was judged; it has no rating where it does not apply."""

    facet: str
    label: str
    rating: Rating | None
    note: str


def judged(facets: Mapping[str, Any], ratings: Sequence[Rating]) -> list[Judged]:
    """The parts that were judged, in their order. A note without a judgement is part of a draft alone."""
    by_code = {rating.code: rating for rating in ratings}
    return [
        Judged(facet.value, str(facet.label), by_code.get(said["rating"] or ""), said.get("note", ""))
        for facet in Facet
        if "rating" in (said := facets.get(facet.value, {}))
    ]


def adds_up_to(facets: Mapping[str, Any], ratings: Sequence[Rating]) -> Rating | None:
    """The answer to which the parts add up; None where no part was judged."""
    codes = {facet: said["rating"] for facet, said in facets.items() if said.get("rating")}
    if not codes:
        return None
    scale = [Answer(rating.code, rating.position, rating.look) for rating in ratings]
    whole = roll_up(codes, scale)
    return next((rating for rating in ratings if rating.code == whole), None)


def check_facets(facets: Any, ratings: Sequence[Rating], *, sealing: bool) -> None:
    """Raises Refused where these are no judgements of parts on this scale; to be sealed, each must have an answer."""
    codes = {rating.code for rating in ratings}
    if not isinstance(facets, dict) or not all(_sound(each, said, codes) for each, said in facets.items()):
        raise Refused(_("Choose for each part an answer of the case's scale, with a note of %(most)s characters at "
                        "most.") % {"most": LONGEST_NOTE}, "facets")  # fmt: skip
    bare = [str(facet.label) for facet in Facet if sealing and "rating" not in facets.get(facet.value, {"rating": ""})]
    if bare:
        raise Refused(
            _("You wrote a note on “%(part)s” without judging it: choose an answer, or take the note out.")
            % {"part": bare[0]},
            "facets",
        )


def _sound(facet: Any, said: Any, codes: set[str]) -> bool:
    if facet not in Facet.values or not isinstance(said, dict) or not said or set(said) - {"rating", "note"}:
        return False
    note, rating = said.get("note", ""), said.get("rating")
    answered = rating is None or (isinstance(rating, str) and rating in codes)
    return answered and isinstance(note, str) and len(note) <= LONGEST_NOTE


def check_override(rating: Rating, facets: Mapping[str, Any], ratings: Sequence[Rating], reason: str) -> bool:
    """Whether the rating is another than the parts add up to. Raises Refused where nobody says why."""
    whole = adds_up_to(facets, ratings)
    differs = whole is not None and whole.pk != rating.pk
    if differs and not reason.strip():
        raise Refused(
            _("The parts add up to “%(whole)s”, and you answer “%(rating)s”. Say why, or change one of them.")
            % {"whole": whole.label_here if whole else "", "rating": rating.label_here},
            "override_reason",
        )
    return differs


def rule() -> list[str]:
    """How the parts add up, as people read it; `weighing.rollup` does just this."""
    return [
        _("Where no part is judged, nothing is proposed. Parts that do not apply are left out."),
        _("Where a part has an answer off the scale and none is at the bottom of the scale, the whole is that answer: "
          "the one for missing evidence comes before the others."),
        _("Where every part is at the top of the scale, so is the whole."),
        _("Else the whole is the lowest of three: the middle of the scale (the highest answer below the top that looks "
          "mixed), the weaker of “who did it” and “what was done”, and the best of the parts."),
        _("So the whole is refuted where “who did it” or “what was done” is, and never better than its best part."),
        _("A reviewer may answer otherwise, and says why. The rule proposes; it never answers."),
    ]  # fmt: skip
