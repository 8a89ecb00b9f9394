"""Who told whom, in one sentence: the speakers, how surely they speak, and the words that are left as the assertion."""

import re
from typing import NamedTuple

from claims.text import cues
from claims.text.clauses import Found
from claims.text.direct_speech import quoted, speech
from claims.text.phrases import Words, take_apart
from claims.text.spans import Span, trim
from claims.text.speakers import is_official, manner_of
from claims.text.telling import CUES, at_cue

__all__ = ["Rung", "content", "is_official", "rungs", "speech"]

LONGEST = 10_000
MOST = 3
MOST_CUES = 24
SMALL_WORD = re.compile(r"[a-z]+(?:-called)?")
NOUNS = f"(?:{'|'.join(sorted(cues.TELLING_NOUNS))})"
CLAIM_OF = re.compile(
    rf"\A(?:{NOUNS} (?:by|from)\b|(?!there\b).*['\u2019]s(?: \S+){{0,3}} {NOUNS} (?:that|of)\Z|{NOUNS} that\Z)", re.I
)
QUOTES = re.compile('["\u201c\u201e\u00ab]')


class Rung(NamedTuple):
    """One step of who told whom. ``sentence[start:end]`` is what it takes up, all but the assertion.

    ``speaker`` and ``verb`` stand as printed; both may be empty ("reportedly"), and then ``hedge`` is not.
    ``manner`` is a value of ``Attribution.Basis``.
    """

    speaker: str
    verb: str
    hedge: str
    manner: str
    start: int
    end: int


def rungs(sentence: str) -> tuple[Rung, ...]:
    """Who told whom in one English sentence, the outermost first; empty if nobody is named or hinted at.

    At most three, found by rules; a sentence is read up to its ten thousandth character.
    """
    read = sentence[:LONGEST]
    if CUES.isdisjoint(SMALL_WORD.findall(read.lower())):
        return ()
    words = take_apart(read)
    found: list[Found] = []
    places = [index for index, word in enumerate(words.small) if word in CUES][:MOST_CUES]
    for index in places:
        here = at_cue(words, index, found)
        found += [each for each in here if each.first < each.last]
    in_quotes = list(quoted(read)) if found and QUOTES.search(read) else []
    ordered = sorted(apart(found), key=lambda each: depth(words, each, in_quotes))
    told = [as_rung(words, each) for each in ordered]
    return tuple([rung for rung in told if rung.speaker or rung.hedge][:MOST])


def content(sentence: str, rungs: tuple[Rung, ...]) -> Span:
    """The stretch that carries the assertion, without who says so at either end; the whole sentence if that is all."""
    left, right = 0, len(sentence.rstrip())
    for rung in sorted(rungs, key=lambda each: each.start):
        if CLAIM_OF.search(sentence[rung.start : rung.end]):
            # "Kyiv's claim that … is false" asserts nothing without its end.
            continue
        if not sentence[left : rung.start].strip(" ,;:\u2014\u2013-"):
            left = max(left, rung.end)
    for rung in sorted(rungs, key=lambda each: -each.end):
        if rung.start > left and not re.search(r"\w", sentence[rung.end : right]):
            right = min(right, rung.start)
    inner = sentence[left:right]
    left += len(inner) - len(inner.lstrip(" \t\n,:;\u2014\u2013"))
    right -= len(inner) - len(inner.rstrip(" \t\n,:;\u2014\u2013"))
    return trim(sentence, left, right) if re.search(r"\w", sentence[left:right]) else trim(sentence, 0, len(sentence))


def apart(found: list[Found]) -> list[Found]:
    """The rungs without overlap: of "X, citing Y, said that" the first ends where the second begins."""
    kept: list[Found] = []
    for each in sorted(found, key=lambda one: (one.first, -one.last)):
        if kept and kept[-1].last > each.first:
            outer = kept.pop()
            if outer.first == each.first:
                kept.append(outer)
                continue
            kept.append(outer._replace(last=each.first))
            each = each._replace(last=max(outer.last, each.last))
        kept.append(each)
    return kept


def depth(words: Words, found: Found, in_quotes: list[Span]) -> tuple[bool, int, int]:
    """What orders the rungs: those inside a quotation come last, one put behind stands above one put before."""
    start = words.starts[found.first]
    inside = any(span.start <= start < span.end for span in in_quotes)
    return (inside, -start if found.side == "after" else 1, start)


def as_rung(words: Words, found: Found) -> Rung:
    speaker = words.between(*found.speaker).removesuffix("'s").removesuffix("\u2019s")
    verb = words.between(*found.verb)
    start, end = words.starts[found.first], words.ends[found.last - 1]
    near = words.text[max(0, start - 120) : end + 120]
    return Rung(speaker, verb, found.hedge, manner_of(speaker, near), start, end)
