"""What a report appends to its claims, as people read it: what changed since the one before, custody, comments."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import wording
from .method import Section
from .snapshots import Snapshot, shows


def since(told: dict[str, Any] | None) -> Section | None:
    """What changed since an earlier report, as `Since.told` has it; None where there is none."""
    if told is None:
        return None
    opening = _("Compared with report %(number)s, made %(when)s:") % {
        "number": told["number"],
        "when": wording.moment(told["made_at"]),
    }
    nothing = _("It has the same claims with the same ratings, and no evidence was added to them.")
    rows = [
        *([ref, _("added")] for ref in told["claims_added"]),
        *([ref, _("left out")] for ref in told["claims_left_out"]),
        *([moved["ref"], _moved(moved)] for moved in told["ratings_moved"]),
        *([brought["ref"], _brought(brought["numbers"])] for brought in told["evidence_added"]),
    ]
    paragraphs = [opening] if rows else [f"{opening} {nothing}"]
    return Section(_("Changes since report %(number)s") % told, paragraphs, [_("Claim"), _("What changed")], rows)


def _moved(moved: dict[str, str]) -> str:
    none = _("no signed verdict")
    return _("the rating moved from “%(was)s” to “%(is)s”") % {"was": moved["was"] or none, "is": moved["is"] or none}


def _brought(numbers: list[int]) -> str:
    named = ", ".join(map(str, numbers))
    return ngettext("evidence added: item %(named)s", "evidence added: items %(named)s", len(numbers)) % {
        "named": named
    }


def custody(snapshot: Snapshot) -> Section | None:
    """What was kept of the exhibits, each with its hash; None where that was not chosen."""
    if not snapshot.get("custody") or not shows(snapshot, "custody"):
        return None
    exhibits = {each["id"]: each["title"] for each in snapshot.get("exhibits", [])}
    told = _("Each of these files was kept as it came in, and is known by its hash. A file whose name is left out is "
             "that of an exhibit that the report does not name.")  # fmt: skip
    columns = [_("Exhibit"), _("File"), _("SHA-256")]
    rows = [
        [exhibits.get(each["exhibit"], "") or _("not named"), _captured(each), each["sha256"]]
        for each in snapshot["custody"]
    ]
    return Section(_("Custody annex"), [told], columns, rows)


def _captured(capture: dict[str, Any]) -> str:
    if capture["size"] is None:  # withheld: of the time the day alone is told
        told = [capture["how_label"], wording.day(capture["captured_at"][:10]), capture["captured_by"]]
        return " · ".join(part for part in told if part)
    size = ngettext("%(n)s byte", "%(n)s bytes", capture["size"]) % {"n": f"{capture['size']:,}"}
    taken = ", ".join(part for part in (wording.moment(capture["captured_at"]), capture["captured_by"]) if part)
    parts = [capture["name"], capture["type"], size, capture["how_label"], taken]
    parts += [f"{line['label']}: {wording.moment(line['at'])}, {line['by']}".rstrip(", ") for line in capture["lines"]]
    return " · ".join(part for part in parts if part)


def comments(claim: dict[str, Any]) -> list[str]:
    """What was said about a claim, a sentence for each comment, with who said it and when."""
    return [
        f"{each['number']}. {each['by']}, {wording.moment(each['at'])}: {each['text']}"
        for each in claim.get("comments", [])
    ]
