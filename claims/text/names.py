"""Names in texts, found however they are spaced, accented, spelled in capitals or encoded in an address."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import accumulate
from typing import Any, NamedTuple
from urllib.parse import unquote

SHORTEST = 3  # letters of a name: shorter ones stand everywhere
APART = 20  # characters between two words of a name at the most: spaces, a line's end, a hyphen, or none at all
WORD = re.compile(r"[^\W_]+")
RUNNING = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
UNSEEN = re.compile("[\u0300-\u036f\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
# What has no accent that could be taken off.
LETTERS = str.maketrans({
    "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "\u0131": "i", "ß": "ss", "æ": "ae", "Æ": "AE",
    "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH",
})  # fmt: skip
SENTENCE = re.compile(r"[.!?;:]\s")
ADDRESSED = re.compile(r"[@/_]|\.\w")  # what follows a word in an address, and ends none in a sentence
STEP = re.compile(r"/\w")
TAG = re.compile(r"<[^<>]*>")
ESCAPED = re.compile(r"\\(u[0-9a-fA-F]{4}|[nrt/\"\\])")
# In these a name may stand that no search of the bytes finds: other formats of text, and what is encoded in text.
SEALED = re.compile(
    r"%PDF|%!PS|\{\\rtf|;\s*base64\s*,|content-transfer-encoding:\s*(?:base64|quoted-printable)", re.IGNORECASE
)


class Sought(NamedTuple):
    """One way in which a name can stand: its letters, and what it is called when it is found."""

    letters: str
    name: str
    cased: bool = False  # as they are; otherwise in whatever letters
    addressed: bool = False  # in an address or the name of a file alone
    whole: bool = False  # not with another step of an address behind it


class Names:
    """Some names, to be looked for in whatever is about to leave.

    Those in `cased` are found in their own letters, in capitals, and in addresses: they could be other words as well,
    as a surname could, or a name of one word. The others are found in whatever letters; `places` are addresses. It
    takes about as long for one name as for thousands: what is looked up is each word of the text.
    """

    def __init__(self, names: Iterable[str], cased: Iterable[str] = (), places: Iterable[str] = ()) -> None:
        self.all = [_long_enough(names), _long_enough(cased), _long_enough(places)]
        self._begun: dict[str, list[Sought]] = {}  # by what a name can begin with, in one word or in more
        self._running: dict[str, str] = {}  # names in scripts without spaces between words
        names, cased, places = self.all
        for name in [*names, *cased]:
            if RUNNING.search(name):
                self._running["".join(_words(name))] = name
        for name in names:
            self._note(name.lower(), name)
        for name in places:
            self._note(name.lower(), name, whole=True)
        for name in cased:
            for way in dict.fromkeys((name, name.upper())):
                self._note(way, name, cased=True)
            self._note(name.lower(), name, addressed=True)

    def _note(self, way: str, name: str, **how: bool) -> None:
        words = _words(way)
        for beginning in accumulate(words):
            self._begun.setdefault(beginning, []).append(Sought("".join(words), name, **how))

    def __bool__(self) -> bool:
        return bool(self._begun)

    def within(self, value: Any) -> list[str]:
        """Those that stand in a text, or in the texts of plain data, each once in the order in which they come up."""
        if not self._begun:
            return []
        found = (name for text in texts_in(value) for way in ways_to_read(text) for name in self._of(way))
        return list(dict.fromkeys(found))

    def first(self, value: Any) -> str:
        """One that stands in it; "" where none does."""
        return next(iter(self.within(value)), "")

    def _of(self, text: str) -> Iterator[str]:
        yield from (name for letters, name in self._running.items() if letters in text)
        if self._begun.keys().isdisjoint((*WORD.findall(text), *WORD.findall(text.lower()))):
            return  # most texts name nobody
        found, at = list(WORD.finditer(text)), 0
        while at < len(found):
            word = found[at][0]
            begun = [each for way in dict.fromkeys((word.lower(), word)) for each in self._begun.get(way, ())]
            ends = [(_end(text, found, at, each), each.name) for each in begun]
            end, name = max(ends, default=(0, ""))
            if end:
                yield name
            at = end or at + 1


def _end(text: str, found: list[re.Match[str]], at: int, sought: Sought) -> int:
    """Where the words end that from this one on have these letters and no others, close to one another; 0: nowhere."""
    first, seen = found[at], ""
    while len(seen) < len(sought.letters) and at < len(found):
        word = found[at]
        if seen and not _close(text, found[at - 1], word):
            return 0
        seen, at = seen + (word[0] if sought.cased else word[0].lower()), at + 1
    if seen != sought.letters:
        return 0
    end = found[at - 1].end()
    before = text[max(0, first.start() - 1) : first.start()]
    if sought.addressed and not (ADDRESSED.match(text, end) or before in ("@", "/", "_", ".")):
        return 0
    return 0 if sought.whole and STEP.match(text, end) else at


def _close(text: str, one: re.Match[str], other: re.Match[str]) -> bool:
    """Whether two words can be those of one name: no sentence ends between them, unless the first is an initial."""
    between = text[one.end() : other.start()]
    return len(between) <= APART and (len(one[0]) < SHORTEST or not SENTENCE.search(between))


def _long_enough(names: Iterable[str]) -> list[str]:
    long = (name.strip() for name in names)
    return sorted({name for name in long if len("".join(_words(name))) >= (2 if RUNNING.search(name) else SHORTEST)})


def _words(name: str) -> list[str]:
    return WORD.findall(folded(name))


def folded(text: str) -> str:
    """The text as names are looked for in it: without accents and unseen characters."""
    if text.isascii():
        return text
    return UNSEEN.sub("", unicodedata.normalize("NFKD", text)).translate(LETTERS)


def ways_to_read(text: str) -> Iterator[str]:
    """The text folded; where it may be encoded as addresses are, also decoded until nothing is left to decode."""
    for _time in range(3):
        yield folded(text)
        decoded = unquote(text) if "%" in text else text
        if decoded == text:
            return
        text = decoded


def texts_in(value: Any) -> Iterator[str]:
    """Every text of plain data, at whatever depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts_in(each)


def text_of_file(content: bytes) -> list[str] | None:
    """What can be read in a file that is text, also between its tags; None of another, in which names may be hidden."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if "\0" in text or SEALED.search(text):
        return None
    read = [text, unescape(text), unescape(TAG.sub(" ", text)), unescape(TAG.sub("", text))]
    if "\\" in text:
        read.append(ESCAPED.sub(lambda found: json.loads(f'"{found[0]}"'), text))
    return list(dict.fromkeys(read))
