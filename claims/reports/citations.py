"""What a report quotes and cites, for programs that keep references: as BibTeX and as CSL JSON.

An entry for each document and for each exhibit; what a source withheld put out has none.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from django.utils.text import slugify
from django.utils.translation import gettext as _

from . import wording
from .snapshots import Snapshot, digest

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# A brace counts for BibTeX even behind a backslash: only by name it can stand alone.
IN_TEX = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
}  # fmt: skip


@dataclass
class Reference:
    """One thing that is cited, and by which claims."""

    title: str
    author: str = ""
    publisher: str = ""
    published: str = ""
    url: str = ""
    language: str = ""
    read_on: str = ""
    note: str = ""
    document: int | None = None
    claims: list[str] = field(default_factory=list)

    def key(self, case: str) -> str:
        """Its name in ASCII: the same in every report that says the same of it."""
        if self.document is not None:
            return f"{_ascii(case) or 'case'}-document-{self.document}"
        said = "\0".join([self.title, self.author, self.published, self.url])
        who = _ascii(self.author)[:20].strip("-") or "exhibit"
        year = _parts(self.published)[0] or "undated"
        return f"{who}-{year}-{hashlib.sha256(said.encode()).hexdigest()[:8]}"


def bibtex(snapshot: Snapshot) -> bytes:
    """The entries for BibTeX, biber and whatever reads their files, in UTF-8."""
    case = snapshot["case"]["code"]
    # What stands outside of entries is a comment, as long as it holds no @.
    head = f"% Case {_ascii(case)}, report {snapshot['report']['number']}, snapshot {digest(snapshot)}\n"
    return "\n".join([head, *(_entry(each, each.key(case)) for each in references(snapshot))]).encode()


def csl(snapshot: Snapshot) -> bytes:
    """The entries for citation processors, as an array of CSL JSON."""
    case = snapshot["case"]["code"]
    items = [_item(each, each.key(case)) for each in references(snapshot)]
    return (json.dumps(items, ensure_ascii=False, indent=1) + "\n").encode()


def references(snapshot: Snapshot) -> list[Reference]:
    """The documents in their order, then the exhibits in that in which the claims cite them."""
    of_document = {document["number"]: _document(document, snapshot) for document in snapshot["documents"]}
    found: dict[tuple[str, ...], Reference] = {}
    for claim in snapshot["claims"]:
        for passage in claim["passages"]:
            _note(of_document.get(passage["document"]), claim)
        for item in claim["evidence"]:
            if item.get("withheld") or item.get("absence") or not item["exhibit"]:
                continue
            kind, _colon, number = (item["held_in"] or "").partition(":")
            if kind == "document" and int(number) in of_document:
                _note(of_document[int(number)], claim)
                continue
            same = (item["exhibit"], item["source_name"], item["published"] or "", item["url"])
            _note(found.setdefault(same, _exhibit(item)), claim)
    return [*of_document.values(), *found.values()]


def _note(cited: Reference | None, claim: dict[str, Any]) -> None:
    if cited is not None and claim["ref"] not in cited.claims:
        cited.claims.append(claim["ref"])


def _document(document: dict[str, Any], snapshot: Snapshot) -> Reference:
    values = {"number": document["number"], "case": snapshot["case"]["code"], "hash": document["sha256"]}
    return Reference(
        title=document["title"],
        author=document["author"] or document["publisher"],
        publisher=document["publisher"] if document["author"] else "",
        published=document["published"] or "",
        url=wording.link(document["url"]),
        language=document["language"],
        read_on=document["loaded_at"][:10],
        note=_("Document %(number)s of case %(case)s, SHA-256 of its text %(hash)s") % values,
        document=document["number"],
    )


def _exhibit(item: dict[str, Any]) -> Reference:
    return Reference(
        title=item["exhibit"],
        author=item["source_name"],
        published=item["published"] or "",
        url=wording.link(item["url"]),
        language=item["language"],
    )


def _entry(cited: Reference, key: str) -> str:
    year, month, day = _parts(cited.published)
    # Names stand in braces of their own, so that nobody looks for given names or an "and" in them.
    fields = {
        "author": f"{{{tex(cited.author)}}}" if cited.author else "",
        "title": f"{{{tex(cited.title)}}}",
        "publisher": f"{{{tex(cited.publisher)}}}" if cited.publisher else "",
        "year": year,
        "month": MONTHS[int(month) - 1] if month else "",
        "day": day.lstrip("0"),
        "url": verbatim(cited.url),
        "urldate": cited.read_on if cited.url else "",
        "language": re.sub(r"[^A-Za-z0-9-]", "", cited.language),
        "note": tex(cited.note),
        "keywords": tex(", ".join(cited.claims)),
    }
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'}" for name, value in fields.items() if value]
    return f"@misc{{{key},\n{',\n'.join(lines)}\n}}\n"


def tex(text: str) -> str:
    """A text as TeX prints it, on one line."""
    text = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+", " ", text).strip()
    return "".join(IN_TEX.get(character, character) for character in text)


def verbatim(url: str) -> str:
    """An address for a field that TeX takes as it is: what would end or break it is percent-encoded."""
    return quote(url, safe="!#$%&'()*+,/:;=?@[]~-._")


def _ascii(text: str) -> str:
    return slugify(text).replace("_", "-")


def _parts(day: str) -> tuple[str, str, str]:
    found = re.fullmatch(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(\d{2}))?)?", day, re.ASCII)
    return (found[1], found[2] or "", found[3] or "") if found else ("", "", "")


def _item(cited: Reference, key: str) -> dict[str, Any]:
    kinds = {"id": key, "type": "webpage" if cited.url else "document", "title": cited.title}
    parts: dict[str, Any] = {
        "author": [{"literal": cited.author}] if cited.author else None,
        "publisher": cited.publisher,
        "issued": _date(cited.published),
        "URL": cited.url,
        "accessed": _date(cited.read_on) if cited.url else None,
        "language": cited.language,
        "keyword": ", ".join(cited.claims),
        "note": cited.note,
    }
    return kinds | {name: part for name, part in parts.items() if part}


def _date(day: str) -> dict[str, Any] | None:
    parts = [int(part) for part in _parts(day) if part]
    return {"date-parts": [parts]} if parts else None
