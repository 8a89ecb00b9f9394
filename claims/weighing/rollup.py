"""How judgements of a claim's parts add up to one of the whole. It proposes an answer, and never gives one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Without who it was and what was done there is no claim: it is never better than the weaker of the two.
CORE = frozenset({"actor", "action"})


@dataclass(frozen=True)
class Answer:
    """One answer of a scale: higher positions are more supported, None is off the scale."""

    code: str
    position: int | None
    look: str


def roll_up(judged: Mapping[str, str], scale: Sequence[Answer]) -> str | None:
    """The code of the answer to which the parts add up; None where no part is judged, or nothing is on the scale.

    ``judged`` holds the code of an answer by the name of the part: those alone that were judged and apply.
    The rule, in the order in which it is asked:

    1. Where a part has an answer off the scale and none is at the bottom of the scale, it is that answer; where there
       are several, the one that looks unverified, and else the one that the scale names first.
    2. Otherwise parts off the scale have no say besides that not all is at the top. If every part is at the top, it is
       the top; else the lowest of these three: the middle (of the answers between top and bottom, the highest that
       looks mixed, or the highest at all; where there are none, the bottom), the weakest of the core parts, and the
       best of the parts.

    Raises KeyError for a code that the scale does not have.
    """
    answers = {answer.code: answer for answer in scale}
    ladder = sorted((a.position, a.code, a.look) for a in scale if a.position is not None)
    given = [answers[code] for code in judged.values()]
    if not given or not ladder:
        return None
    (bottom, *_words), (top, top_code, _look) = ladder[0], ladder[-1]
    placed = {part: p for part, code in judged.items() if (p := answers[code].position) is not None}
    off = [answer for answer in scale if answer.position is None and answer in given]
    if off and bottom not in placed.values():
        return min(off, key=lambda answer: answer.look != "unverified").code
    if not off and set(placed.values()) == {top}:
        return top_code
    core = [place for part, place in placed.items() if part in CORE]
    lowest = min([_middle(ladder), max(placed.values()), *core])
    return next(code for place, code, _look in ladder if place == lowest)


def _middle(ladder: list[tuple[int, str, str]]) -> int:
    between = ladder[1:-1]
    mixed = [place for place, _code, look in between if look == "mixed"]
    return max(mixed or [place for place, *_words in between] or [ladder[0][0]])
