"""Plain text and Markdown."""

import re

from claims.loading.formats.decoding import decode
from claims.loading.formats.parsed import Note, Parsed, iso_date, language_tag
from claims.text.normalising import clean

EXTRACTOR = "text 1"
MARKDOWN_EXTRACTOR = "markdown text 1"
FRONT_MATTER = re.compile(r"---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
# Between two rules, prose is prose: what YAML says begins with a name, a dash, a sign of a comment, or further in.
SAYING = re.compile(r"(?:[A-Za-z_][\w-]*:(?:[ \t]|$)|-(?:[ \t]|$)|#|[ \t]|$)")
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
    parsed = Parsed(clean(text), MARKDOWN_EXTRACTOR if markdown else EXTRACTOR, notes=notes)
    if markdown:
        tell(parsed)
    return parsed


def tell(parsed: Parsed) -> None:
    """Fill in what a Markdown text says about itself: in its front matter, else in its first heading.

    The front matter is left out of the text: nobody reads it there, and no claim is made of it.
    """
    front = front_matter(parsed.text)
    rows = {name.lower(): unquoted(value) for name, value in FIELD.findall(front[1])} if front else {}
    said = {name: next((rows[key] for key in keys if key in rows), "") for name, keys in NAMES.items()}
    heading = HEADING.search(parsed.text, front.end() if front else 0)
    parsed.title = said["title"] or (heading[1].rstrip(" #") if heading else "")
    parsed.author, parsed.publisher = said["author"].strip("[]"), said["publisher"]
    parsed.published, parsed.modified = iso_date(said["published"]), iso_date(said["modified"])
    parsed.language = language_tag(said["language"])
    if front and (rest := parsed.text[front.end() :].lstrip("\n")).strip():
        parsed.notes.append(Note("front_matter", front[1].count("\n") + 1))
        parsed.text = rest


def front_matter(text: str) -> re.Match[str] | None:
    """What stands in YAML before the text, between two lines of dashes."""
    front = FRONT_MATTER.match(text)
    lines = front[1].split("\n") if front else []
    return front if any(map(FIELD.match, lines)) and all(map(SAYING.match, lines)) else None


def unquoted(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
