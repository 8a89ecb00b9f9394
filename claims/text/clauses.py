"""What a rung of who-told-whom is made of: who speaks, with which verb, and where the words that are told begin."""

from typing import Literal, NamedTuple

from claims.text import cues
from claims.text.phrases import (
    CLOSING_QUOTES,
    Words,
    after_opening,
    is_name,
    is_stop,
    is_verb,
    phrase_after,
    phrase_before,
    skip_adverbials,
)

type Side = Literal["before", "after", "within"]

THAT_WITHIN = 15
ASIDES = cues.RELATIVE | cues.PREPOSITIONS | cues.CONJUNCTIONS | cues.ADVERBS | {"however"}


class Found(NamedTuple):
    """A rung as indexes of words: the speaker's, the verb's, and where the whole begins and ends."""

    speaker: tuple[int, int]
    verb: tuple[int, int]
    first: int
    last: int
    side: Side = "before"
    hedge: str = ""


NOBODY = (0, 0)


def before_comma(words: Words, index: int) -> int:
    return index - 1 if words.at(index - 1) == "," else index


def with_apposition(words: Words, start: int, end: int) -> int:
    """The end of a name that its office follows: "Viktor Khrenin, the minister"."""
    if words.at(end) == "," and words.at(end + 1) in cues.OF_PAPERS:
        return phrase_after(words, end + 1)
    if words.at(end) != "," or not any(is_name(words, at) for at in range(start, end)):
        return end
    after = phrase_after(words, end + 1) if words.at(end + 1) in cues.DETERMINERS else end
    closed = words.at(after) in (",", ".", "") or words.at(after) in CLOSING_QUOTES
    return after if closed and after > end else end


def with_joint(words: Words, index: int) -> int:
    """Where a second verb of the same speaker begins: with its comma and its "and"."""
    return before_comma(words, index - 1 if words.at(index - 1) in ("and", "or", "nor", "but") else index)


def before_stops(words: Words, index: int) -> int:
    while index > 0 and is_stop(words, index - 1):
        index -= 1
    return index


def verb_group(words: Words, index: int) -> int:
    """Where "has not yet said" or "went on to say" begins."""
    start = index
    while start > max(0, index - 8):
        word = words.at(start - 1)
        is_part = word in cues.AUXILIARIES or word in cues.MODALS or word in cues.ADVERBS or word in cues.HEDGES
        if not is_part and not (word.endswith("ly") and not is_name(words, start - 1)):
            break
        start -= 1
    if words.at(start - 1) == "to" and words.at(start - 2) in cues.LEADING_TO:
        start -= 2
        while words.at(start) == "on" or words.at(start - 1) in cues.AUXILIARIES or words.at(start - 1) in cues.ADVERBS:
            start -= 1
    return start


def verb_itself(words: Words, group: int, index: int) -> tuple[int, int]:
    """The verb as it is to be printed: without the adverbs in front of it."""
    while group < index and (
        words.at(group) in cues.ADVERBS or words.at(group).endswith("ly") or words.at(group)[0] in "'\u2019"
    ):
        group += 1
    return group, index + 1


def subject_of(words: Words, group: int, earlier: list[Found]) -> tuple[int, int]:
    """The words that name who speaks."""
    before = words.at(group - 1)
    if before in ("who", "which", "that"):
        end = group - 2 if words.at(group - 2) == "," else group - 1
        return phrase_before(words, end), end
    if before in ("and", "or", "nor", "but", "by", "then", "") or (before == "," and words.at(group).endswith("ing")):
        told = [each.speaker for each in earlier if each.speaker != NOBODY]
        return told[-1] if told else leading_subject(words, group)
    if before in (",", "\u2013", "\u2014"):
        return subject_before_comma(words, group)
    start = phrase_before(words, group)
    # "Monday" in "the minister on Monday said" is no part of the name.
    end = group
    for at in range(start + 1, group):
        if words.at(at) in ("on", "last", "this", "in", "who") and skip_to(words, at, group):
            end = at
            break
    return start, end


def skip_to(words: Words, at: int, group: int) -> bool:
    return words.at(at) == "who" or skip_adverbials(words, at) == group


def subject_before_comma(words: Words, group: int) -> tuple[int, int]:
    """The speaker where something stands between commas: "the minister, Viktor Khrenin, said"."""
    close = group - 1
    opening = next((at for at in range(close - 1, max(-1, close - 25), -1) if words.at(at) == words.at(close)), None)
    if opening is None or opening == 0:
        return leading_subject(words, group)
    end = close
    if is_aside(words, opening + 1):
        end = opening
    start = phrase_before(words, opening)
    return start, end if start < opening else start


def is_aside(words: Words, index: int) -> bool:
    """Whether "who took office", "speaking in Brest" or "however" begins here, and no second name of the speaker."""
    word = words.at(index)
    return word in ASIDES or word.endswith(("ing", "ly", "ed")) or is_verb(words, index)


def leading_subject(words: Words, before: int) -> tuple[int, int]:
    """The subject with which the sentence begins, for "… and said that" and "…, adding that"."""
    start, first = 0, words.at(0)
    if first in cues.INTERJECTIONS:
        return NOBODY
    if (first in cues.PREPOSITIONS and words.at(1) not in cues.DAYS) or first.endswith("ing"):
        comma = next((at for at in range(min(before, 25)) if words.at(at) == ","), None)
        if comma is None:
            return NOBODY
        start = comma + 1
    if first in cues.PREPOSITIONS and start == 0:
        start = skip_adverbials(words, 0)
    end = phrase_after(words, start)
    start = after_opening(words, start, end)
    while end > start and words.at(end - 1).endswith("ly"):
        end -= 1
    return (start, end) if start < end < before and is_verb_near(words, end) else NOBODY


def is_verb_near(words: Words, index: int) -> bool:
    return any(is_verb(words, at) for at in range(index, index + 3)) or words.at(index) == ","


def behind_verb(words: Words, index: int) -> int:
    """The index where what is said begins: behind "that", behind "on Monday", or right behind the verb."""
    word, at = words.at(index), index + 1
    if word in cues.WITH_PARTICLE:
        word, at = words.at(at), at + 1
    if word in cues.TOLD_SOMEONE and words.at(at) not in ("that", "of", "about", "against", "to"):
        listener = at + 1 if words.at(at) in cues.OBJECTS else phrase_after(words, at)
        if word in cues.TELLING or words.at(skip_adverbials(words, listener)) in ("that", "of", "about", "against"):
            at = listener
    if word in cues.WITH_THING or word in cues.WITH_WHAT:
        at = next(ahead for ahead in range(at, at + 6) if words.at(ahead) in thing(word)) + 1
        return at + (words.at(at) in ("that", "of", "about", "over"))
    behind = skip_adverbials(words, at)
    if words.at(behind) in ("that", "how", "whether"):
        return behind + (words.at(behind) == "that")
    if behind > at or words.at(at) in cues.PREPOSITIONS:
        for ahead in range(at, min(at + THAT_WITHIN, len(words.small))):
            if words.at(ahead) == "that":
                return ahead + 1
            if is_verb(words, ahead) or (is_stop(words, ahead) and words.at(ahead) != ","):
                break
    if words.at(behind) in cues.OF.get(word, frozenset()):
        return behind + 1
    return behind


def thing(verb: str) -> list[str]:
    return (cues.WITH_THING.get(verb) or cues.WITH_WHAT[verb]).split()


def clause_opening(words: Words, first: int, earlier: list[Found]) -> int:
    """Where the clause begins, with "On Monday" and the like if nothing else stands before the speaker."""
    floor = max((each.last for each in earlier if each.last <= first), default=0)
    opening = floor
    if words.at(first - 1) in cues.RELATIVE or first <= floor:
        return first
    if any(is_verb(words, at) for at in range(opening, first)):
        return first
    return opening if first - opening <= 12 else first
