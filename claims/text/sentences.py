"""Where the sentences of a text begin and end."""

import re
import unicodedata
from collections.abc import Iterator

from claims.text.cues import words
from claims.text.marks import each_paragraph
from claims.text.spans import Span, trim

__all__ = ["Span", "each_sentence", "in_paragraph", "sentences"]

LONGEST = 10_000

# A mark and what closes with it, before white space; in Chinese and Japanese nothing stands between sentences.
END = re.compile(
    r"(?<![.!?\u2026])(?P<mark>[.!?\u2026\u061f\u06d4\u0964\u0589]++)\ufe0f*+(?P<closed>[\"'\u201d\u201c\u2019»)\]]*+)"
    r"(?:\[\d{1,3}\])*(?=\s)|[\u3002\uff01\uff1f]++[\u300d\u300f\u201d]*+"
)
FOLLOWING = re.compile(r"\s+[\"'\u201c\u201e\u2018«(\[¿¡\u2014\u2013-]*+\s?(?P<word>[^\W_]{0,20})")
BEFORE = re.compile(r"[^\s(\[\"\u201c\u201e\u2018«/]+\Z")
REACH = 30
SAID_AFTER = re.compile(
    r"\s+(?:[A-Z][\w.'\u2019-]*\s+){0,4}(?:said|says|asked|told|added|replied|wrote|warned|shouted|cried|insisted)\b"
)
DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]\Z")

# A name or a figure follows these, so that they never end a sentence.
BEFORE_NAMES = words("""
    mr mrs ms mx dr prof gen col lt maj capt sgt cpl adm cmdr brig gov sen rep pres rev hon fr st mt ft messrs
    hr nr dipl ing vs cf approx ca eds al e.g i.e viz bzw z.b u.a d.h тыс млн млрд руб ул им стр
""")  # noqa: RUF001
BEFORE_FIGURES = words("""
    no nos art arts fig figs p pp vol vols ch sec sect para par nr ex ed jan feb mar apr jun jul aug sep sept
    oct nov dec jän okt dez
""")
# These may end one: only if a word follows with which a sentence likely begins.
MAY_END = words("inc ltd co corp plc bros jr sr dept div univ esq ave blvd rd u.s u.k u.n e.u")
OPENERS = words("""
    The A An This That These Those It He She They We I You His Her Its Their Our My There Here In On At By For
    From With After Before During Since Until As While When Where If Although Though Because But And Or So Yet
    However Meanwhile Then Now Today Yesterday Not No Some Many Most All Both Each Every Several Officials
    Nobody What Who Why How Once Last Next According To Under Over Despite Another Other Others One Two Three
""")
MONTHS = words("Januar Jänner Februar März April Mai Juni Juli August September Oktober November Dezember Uhr")


def sentences(text: str) -> list[Span]:
    """The sentences in order. Every character but white space stands in exactly one of them.

    None begins or ends in white space or reaches over a paragraph. One of more than ten thousand characters is
    cut at a space.
    """
    return list(each_sentence(text))


def each_sentence(text: str) -> Iterator[Span]:
    """The same, one after the other."""
    for paragraph in each_paragraph(text):
        yield from in_paragraph(text, paragraph)


def in_paragraph(text: str, paragraph: Span) -> Iterator[Span]:
    """The sentences of one paragraph."""
    start = paragraph.start
    for found in END.finditer(text, *paragraph):
        if is_end(text, start, found):
            yield from cut(text, start, found.end())
            start = found.end()
    yield from cut(text, start, paragraph.end)


def is_end(text: str, start: int, found: re.Match[str]) -> bool:
    """Whether a sentence that begins at ``start`` ends with this mark."""
    mark, closed, at = found["mark"], found["closed"], found.start()
    following = FOLLOWING.match(text, found.end())
    if mark is None or following is None:
        return found.end() < len(text) and is_free(text, found.end())
    word = following["word"]
    if word[:1].islower() or not is_free(text, min(following.start("word"), len(text) - 1)):
        return False
    if closed and closed[0] not in ")]" and SAID_AFTER.match(text, found.end(), found.end() + 100):
        return False
    if mark != ".":
        return True
    before = BEFORE.search(text, max(start, at - REACH), at)
    return before is None or ends_with(before[0], word, closed, is_first=before.start() == start)


def ends_with(before: str, word: str, closed: str, *, is_first: bool) -> bool:
    """Whether the full stop behind a word ends a sentence, and is no part of it; ``word`` comes next."""
    if before.isdecimal():
        # "1. The force" numbers a list, "20. Februar" is a day.
        return not (is_first and len(before) < 4) and word not in MONTHS
    if closed:
        return True
    small = before.lower()
    if small in BEFORE_NAMES:
        return False
    if (len(before) == 1 and before.isupper()) or small in MAY_END or DOTTED.match(before):
        return not word or word in OPENERS
    return small not in BEFORE_FIGURES or not word[:1].isdecimal()


def cut(text: str, start: int, end: int) -> Iterator[Span]:
    """The stretch without white space around it, in pieces if it is too long; nothing if it is blank."""
    while end - start > LONGEST:
        size = room(text, start)
        yield from cut(text, start, start + size)
        start += size
    span = trim(text, start, end)
    if span.end > span.start:
        yield span


def room(text: str, start: int) -> int:
    """How much to take of what is too long: to the last space, or else to the end of a character."""
    for may_cut in (is_space, is_free):
        for size in range(LONGEST, LONGEST // 2, -1):
            if may_cut(text, start + size):
                return size
    return LONGEST


def is_space(text: str, position: int) -> bool:
    return text[position].isspace()


def is_free(text: str, position: int) -> bool:
    """Whether a character begins here, and no accent, variant sign or joined emoji of the one before."""
    return unicodedata.category(text[position])[0] != "M" and "\u200d" not in text[position - 1 : position + 1]
