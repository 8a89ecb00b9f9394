"""What a format's reader gives back and how it says no: plain data, so that it can travel between processes."""

import datetime
import re
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import NamedTuple

LONGEST_TEXT = 10_000_000  # characters

ISO_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?!\d)|(\d{4})(\d\d)(\d\d)")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


class Note(NamedTuple):
    """Something a person should know of a text: what it is, as a code, and its figure or name."""

    code: str
    detail: str | int = ""


class Fault(Exception):
    """A file cannot be read: ``reason`` is a code for why, ``detail`` a place, a number or a name."""

    def __init__(self, reason: str, detail: str | int = "") -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason} {detail}".strip())


@dataclass
class Parsed:
    """A text and what its file says about it. Dates are ISO, or empty; ``pages`` are where each page begins."""

    text: str
    extractor: str
    title: str = ""
    author: str = ""
    publisher: str = ""
    published: str = ""
    modified: str = ""
    language: str = ""
    pages: list[int] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def iso_date(words: str) -> str:
    """The day that a file names in ISO's form, in PDF's (``D:20230214…``) or in an e-mail's: in ISO's; or nothing."""
    words = words.strip().removeprefix("D:")
    if found := ISO_DATE.match(words):
        year, month, day = (int(part) for part in found.groups() if part)
        try:
            return datetime.date(year, month, day).isoformat()
        except ValueError:
            return ""
    try:
        return parsedate_to_datetime(words).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return ""


def language_tag(words: str) -> str:
    """A language as in `en` or `pt-BR`, or nothing where that is no tag."""
    tag = words.strip().replace("_", "-")
    return tag if LANGUAGE.fullmatch(tag) else ""
