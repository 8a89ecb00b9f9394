"""Where somebody speaks in a text, in the quotation marks of many countries, and no other use of such marks."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from claims.text import cues
from claims.text.spans import Span, trim

__all__ = ["Span", "quoted", "speech"]

CLOSERS = {
    '"': '"',
    "\u201c": "\u201d",
    "\u201d": "\u201d",
    "\u201e": "\u201c\u201d",
    "\u00ab": "\u00bb",
    "\u00bb": "\u00ab",
    "\u2039": "\u203a",
    "\u203a": "\u2039",
    "'": "'",
    "\u2018": "\u2019",
    "\u201a": "\u2018\u2019",
}
SINGLE = "'\u2018\u2019\u201a"
STRAIGHT = '"\u201d'
MARK = re.compile("[\"\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a'\u2018\u2019\u201a]|\n[^\\S\n]*\n\\s*")
DOUBLE_OPENING = re.compile(r"(?<![^\s(\[\u2014-])[\"\u201c\u201d\u201e\u00ab\u00bb]")
SINGLE_OPENING = re.compile(r"(?<![^\s(\[\u2014-])['\u2018\u201a](?=\s?[A-Z])")
# Words that begin with an apostrophe, and years such as '90s.
ELISION = re.compile(r"(?i:tis|twas|twere|twill|twould|em|cause|til|till|bout|n|neath|un|ere)\b|\d\ds?\b")

BEFORE_OPENING = "([{\u2014\u2013-/"
STOPS = ".,!?;:\u2026\u2014\u2013-"
LEADS = STOPS + "".join(CLOSERS)
LONGEST = 10_000
NEAR = 80

VOICES = cues.SAYING | cues.forms("""
    ask answer cry exclaim shout whisper mutter murmur observe continue begin conclude inquire enquire demand
    interrupt suggest return roar scream gasp groan sigh laugh beg plead urge yell retort resume pursue agree
    repeat echo
""")
LISTENERS = cues.OBJECTS | {"again", "out", "loudly", "softly", "that"}


class Opened(NamedTuple):
    """A quotation mark that still waits for its other half."""

    start: int
    mark: str
    depth: int = 1
    # Where it ends if nothing better follows: the mark of "the soldiers' " may be an apostrophe.
    maybe: int = 0


def speech(text: str) -> list[Span]:
    """Stretches of direct speech in order, quotation marks included; what is quoted inside one is part of it.

    Straight, curly, low-high and angled marks, double and single. Speech over several paragraphs, with an
    opening mark before each, is one stretch; speech that "he said" breaks is two. Quoted titles, names and
    single words are left out, and so is whatever is not closed within ten thousand characters.
    """
    return [span for span in quoted(text) if is_spoken(text, span)]


def quoted(text: str) -> Iterator[Span]:
    """The outermost pairs of quotation marks, whatever they are used for."""
    singles = speaks_in_singles(text)
    opened: Opened | None = None
    for found in MARK.finditer(text):
        at, mark = found.start(), found[0]
        if opened is None:
            if mark in CLOSERS and (singles or mark not in SINGLE) and opens(text, at, mark):
                opened = Opened(at, mark)
            continue
        if mark.isspace():
            if not goes_on(text, found.end(), opened.mark):
                yield from perhaps(opened)
                opened = None
            continue
        opened, span = read(text, at, mark, opened)
        if span:
            yield span
    if opened:
        yield from perhaps(opened)


def perhaps(opened: Opened) -> Iterator[Span]:
    if opened.maybe:
        yield Span(opened.start, opened.maybe)


def read(text: str, at: int, mark: str, opened: Opened) -> tuple[Opened | None, Span | None]:
    """What is open behind this mark, and the stretch that it ends."""
    if at - opened.start > LONGEST:
        return (Opened(at, mark) if opens(text, at, mark) else None), None
    if mark in CLOSERS[opened.mark] and closes(text, at, opened.mark):
        if mark in SINGLE and is_maybe_apostrophe(text, at):
            return opened._replace(maybe=opened.maybe or at + 1), None
        if opened.depth > 1:
            return opened._replace(depth=opened.depth - 1), None
        return None, Span(opened.start, at + 1)
    if mark == opened.mark and opens(text, at, mark) and not begins_line(text, at):
        if opened.maybe:
            return Opened(at, mark), Span(opened.start, opened.maybe)
        if mark in CLOSERS[mark]:
            # A straight mark that can only open says that the one before was never closed.
            return Opened(at, mark), None
        return opened._replace(depth=opened.depth + 1), None
    return opened, None


def speaks_in_singles(text: str) -> bool:
    """Whether dialogue stands in single marks here: then the double ones are not more."""
    singles = sum(1 for _ in SINGLE_OPENING.finditer(text))
    return singles > 0 and singles >= sum(1 for _ in DOUBLE_OPENING.finditer(text))


def opens(text: str, at: int, mark: str) -> bool:
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if mark in "\u201c\u201e\u00ab\u2039\u201a":
        return True
    if before and not before.isspace() and before not in BEFORE_OPENING and before not in CLOSERS:
        return False
    if mark in SINGLE:
        return mark != "\u2019" and bool(after) and not ELISION.match(text, at + 1)
    return bool(after) and (not after.isspace() or before.isspace())


def closes(text: str, at: int, opener: str) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if opener not in SINGLE:
        return opener not in STRAIGHT or not before.isspace() or not after or after.isspace()
    if before.isalnum() and after.isalnum():
        return False
    return not before.isspace() or after.isspace() or not after


def is_maybe_apostrophe(text: str, at: int) -> bool:
    """Whether the mark may belong to its word: the soldiers' homes, goin' home."""
    return text[at - 1 : at] in ("s", "n") and text[at + 1 : at + 2].isspace()


def begins_line(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] == "\n"


def goes_on(text: str, at: int, mark: str) -> bool:
    """Whether a paragraph begins with the mark that was left open in the one before; French repeats the closing one."""
    return text[at : at + 1] == mark or (mark == "\u00ab" and text[at : at + 1] == "\u00bb")


def is_spoken(text: str, span: Span) -> bool:
    """Whether these marks hold speech: it ends like a sentence, or a verb of saying stands next to it."""
    words = trim(text, span.start + 1, span.end - 1)
    if words.start == words.end:
        return False
    before = text[max(0, span.start - NEAR) : span.start]
    stopped = text[words.end - 1] in STOPS
    lead = before.rstrip()[-1:]
    if not lead or before.endswith("\n") or lead in LEADS:
        return stopped or is_told_after(text[span.end : span.end + NEAR]) or is_told_before(before)
    if is_told_before(before):
        return stopped or not text[words.start].islower()
    first, last = text[words.start], text[words.start : min(words.end, words.start + NEAR)]
    return stopped and first.isupper() and last.count(" ") > 2 and is_told_in_sentence(before)


def is_told_before(before: str) -> bool:
    near = [word.strip(",:;\u2014-").lower() for word in before.split()[-2:]]
    return any(word in VOICES and set(near[at + 1 :]) <= LISTENERS for at, word in enumerate(near))


def is_told_after(after: str) -> bool:
    return any(word.strip(",.;:!?\u2014").lower() in VOICES for word in after.split()[:4])


def is_told_in_sentence(before: str) -> bool:
    sentence = re.split(r"[.!?\n]", before)[-1]
    return any(word in VOICES for word in sentence.lower().split())
