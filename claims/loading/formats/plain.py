"""Plain text and Markdown."""

import re

from claims.loading.formats.decoding import decode
from claims.loading.formats.parsed import Parsed, iso_date, language_tag
from claims.text.normalising import clean

EXTRACTOR = "text 1"
FRONT_MATTER = re.compile(r"---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
FIELD = re.compile(r"^([A-Za-z_]+):[ \t]*(.+)$", re.MULTILINE)
# The signs that may close it are cut off afterwards: a pattern for both would try every place for where it ends.
HEADING = re.compile(r"^# +([^\n]+)$", re.MULTILINE)
NAMES = {
    "title": ["title"],
    "author": ["author", "authors", "by"],
    "publisher": ["publisher", "publication", "site"],
    "published": ["date", "published"],
    "modified": ["modified", "updated", "lastmod"],
    "language": ["lang", "language"],
}


def read(content: bytes, *, encoding: str = "", declared: str = "", markdown: bool = False) -> Parsed:
    """A text in any encoding. Raises Fault and Unreadable."""
    text, notes = decode(content, declared=declared, chosen=encoding)
    parsed = Parsed(clean(text), EXTRACTOR, notes=notes)
    if markdown:
        tell(parsed)
    return parsed


def tell(parsed: Parsed) -> None:
    """Fill in what a Markdown text says about itself: in its front matter, else in its first heading."""
    front = FRONT_MATTER.match(parsed.text)
    rows = {name.lower(): unquoted(value) for name, value in FIELD.findall(front[1])} if front else {}
    said = {name: next((rows[key] for key in keys if key in rows), "") for name, keys in NAMES.items()}
    heading = HEADING.search(parsed.text, front.end() if front else 0)
    parsed.title = said["title"] or (heading[1].rstrip(" #") if heading else "")
    parsed.author, parsed.publisher = said["author"].strip("[]"), said["publisher"]
    parsed.published, parsed.modified = iso_date(said["published"]), iso_date(said["modified"])
    parsed.language = language_tag(said["language"])


def unquoted(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
