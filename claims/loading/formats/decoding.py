"""Bytes into text: UTF-8 where they are, then what they say they are, then a guess that is told as one."""

import codecs
import re

from claims.loading.formats.parsed import Fault, Note

MARKS = [  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
# Of Python's codecs those that people write texts in; `punycode` or `unicode_escape` are none, and UTF-7 hides markup.
WRITTEN = re.compile(
    r"ascii|utf-(8|16|32)(-[lb]e|-sig)?|iso(8859|2022).*|cp\d+|koi8.*|mac.*|gb.*|big5.*|(shift|euc)_.*"
)
# The Encoding Standard reads these as windows-1252, and so do browsers. https://encoding.spec.whatwg.org/#names-and-labels
LATIN = {"ascii", "iso8859-1"}
ENOUGH_TO_GUESS = 64  # bytes
ENOUGH_OF_IT = 1_000_000


def decode(content: bytes, *, declared: str = "", chosen: str = "") -> tuple[str, list[Note]]:
    """The text of some bytes: in the encoding that a person chose, or else in the first that fits. Raises Fault."""
    if chosen:
        return in_encoding(content, chosen), [Note("chosen", codec(chosen))]
    for mark, name in MARKS:
        if content.startswith(mark):
            return in_encoding(content, name), []
    declared = codec(declared, or_else="")
    # Its bytes are all ASCII, so that it would pass for UTF-8.
    if declared.startswith("iso2022"):
        return in_encoding(content, declared), []
    if 0 in content:
        raise Fault("binary", content.index(0))
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError as error:
        no_half_pairs(content)
        position = error.start
    if declared and declared != "utf-8":
        try:
            return content.decode("cp1252" if declared in LATIN else declared), []
        except UnicodeError:
            pass
    return guessed(content, position)


def codec(name: str, or_else: str | None = None) -> str:
    """Python's name for an encoding that texts are written in. Raises Fault where it is none, unless told what else."""
    try:
        found = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        found = ""
    if WRITTEN.fullmatch(found):
        return found
    if or_else is None:
        raise Fault("encoding", name[:40])
    return or_else


def in_encoding(content: bytes, name: str) -> str:
    """The text in that encoding. Raises Fault where it does not fit."""
    try:
        return content.decode(codec(name))
    except UnicodeError as error:
        reason = "surrogate" if "surrogate" in str(error) else "not_in"
        raise Fault(reason, getattr(error, "start", 0) // 2 if reason == "surrogate" else name) from None


def no_half_pairs(content: bytes) -> None:
    """Refuse what would be UTF-8 were it not for halves of surrogate pairs: no encoding makes sense of them."""
    try:
        text = content.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return
    raise Fault("surrogate", next(place for place, each in enumerate(text) if "\ud800" <= each <= "\udfff"))


def guessed(content: bytes, position: int) -> tuple[str, list[Note]]:
    """The text in the likeliest encoding. Raises Fault where there is too little to tell, or nothing fits."""
    from charset_normalizer import from_bytes

    if len(content) >= ENOUGH_TO_GUESS:
        for match in from_bytes(content[:ENOUGH_OF_IT]):
            name = codec(match.encoding, or_else="")
            try:
                return content.decode(name or "ascii"), [Note("guessed", name)]
            except UnicodeError:
                continue
    raise Fault("not_utf8", position)
