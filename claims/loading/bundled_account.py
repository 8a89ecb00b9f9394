"""What came in with a bundle, and what of it is another house's word: for whoever is to work with it here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims.models import (
    Assessment,
    Bundle,
    Capture,
    Case,
    Claim,
    Custody,
    Document,
    Evidence,
    Exhibit,
    Grade,
    Lineage,
    Passage,
    Source,
    StoredFile,
    Unchecked,
    Verdict,
)
from claims.models.keys import in_fours

# The sections that hold data of their own, in words.
HELD = {
    "assessments": gettext_lazy("Assessments"), "evidence": gettext_lazy("Evidence"),
    "questions": gettext_lazy("Open questions"), "absence": gettext_lazy("Searches that found nothing"),
    "corrections": gettext_lazy("Corrections"), "comments": gettext_lazy("Comments"),
    "custody": gettext_lazy("Custody annex"),
}  # fmt: skip
UNDER_REVIEW = ("in_review", "to_decide", "proposed")
REFS = 20  # claims that are named; of more the number is told


def account(case: Case, data: dict[str, Any], left_out: list[dict[str, Any]], *, named: bool) -> dict[str, Any]:
    """The account of a case that was just brought in, as plain data: it is stored, and told by `told`."""
    answers = Assessment.objects.filter(claim__case=case)
    captures = Capture.objects.filter(exhibit__case=case)
    missing = Q(file__fault=StoredFile.Fault.MISSING)
    return {
        "key_named": named,
        "claims": Claim.objects.filter(case=case).count(),
        "documents": Document.objects.filter(case=case).count(),
        "evidence": Evidence.objects.standing().filter(claim__case=case).count(),
        "exhibits": Exhibit.objects.filter(case=case).count(),
        "sources": Source.objects.filter(cases=case).count(),
        "grades": Grade.objects.filter(source__cases=case).count(),
        "lineage": Lineage.objects.filter(exhibit__case=case).count(),
        "captures": captures.exclude(missing).count(),
        "captures_missing": captures.filter(missing).count(),
        "custody": Custody.objects.filter(capture__exhibit__case=case).count(),
        "quotations": Passage.objects.filter(claim__case=case).count(),
        "unchecked": Unchecked.objects.filter(claim__case=case).count(),
        "quotes_unheld": unheld(case),
        "answers": answers.count(),
        "answers_unsealed": answers.filter(sealed_as={}).count(),
        "verdicts": Verdict.objects.filter(claim__case=case).count(),
        "under_review": [each["number"] for each in data["claims"] if each["status"] in UNDER_REVIEW],
        "sections_left_out": [code for code in HELD if code not in data["sections"]],
        "files_left_out": len(left_out),
    }


def unheld(case: Case) -> int:
    """How many quotations of evidence stand in no text that is here."""
    quoting = Evidence.objects.standing().filter(claim__case=case).exclude(quote="")
    return quoting.filter(exhibit__document=None, exhibit__text="").count()


@dataclass(frozen=True)
class Told:
    """The account in words: how much came in, what was checked here, what is others' word, what did not come."""

    figures: list[tuple[str, str]]
    checked: list[str]
    trusted: list[str]
    absent: list[str]


def told(bundle: Bundle) -> Told:
    """The account of a bundle that was brought in. What nothing is told of is left out."""
    said = bundle.account
    names = {
        "claims": _("Claims"), "documents": _("Documents"), "evidence": _("Evidence"), "exhibits": _("Exhibits"),
        "sources": _("Sources"), "captures": _("Captures"), "answers": _("Assessments"), "verdicts": _("Verdicts"),
    }  # fmt: skip
    figures = [(label, f"{said[name]:,}") for name, label in names.items() if name in said]
    return Told(figures, list(_checked(bundle)), list(_trusted(said)), list(_absent(bundle))) if said else EMPTY


EMPTY = Told([], [], [], [])


def _checked(bundle: Bundle) -> Iterator[str]:
    said = bundle.account
    key = in_fours(bundle.key)
    if said["key_named"]:
        yield _("It is signed by the key that was named when it was brought in: %(key)s.") % {"key": key}
    else:
        yield _(
            "It is signed by the key %(key)s, and nobody named the key that it must be signed by: compare it with the "
            "one that the other house publishes, in another way than the bundle came."
        ) % {"key": key}
    yield _("Its log is whole until the report was made, and its files are those that were signed.")
    if n := said["quotations"]:
        yield ngettext(
            "%(n)s quotation stands in its document, character for character.",
            "%(n)s quotations stand in their documents, character for character.", n,
        ) % {"n": f"{n:,}"}  # fmt: skip
    if n := said["answers"] - said["answers_unsealed"]:
        yield ngettext(
            "%(n)s assessment is what was sealed there, word for word.",
            "%(n)s assessments are what was sealed there, word for word.", n,
        ) % {"n": f"{n:,}"}  # fmt: skip


def _trusted(said: dict[str, Any]) -> Iterator[str]:
    yield _("Who did what: people of the other house are closed accounts here, marked “(imported)”. Nobody can sign in "
            "with them.")  # fmt: skip
    if said["verdicts"] or said["answers"]:
        yield _("Verdicts and assessments are theirs. To judge a claim here, reopen it: a new round begins, and the "
                "old one is kept.")  # fmt: skip
    if said["grades"] or said["lineage"]:
        yield _("Grades of sources, credibility, and where exhibits come from are what they said. Their sources are "
                "new entries of the register: merge those that you know already.")  # fmt: skip
    if n := said["unchecked"]:
        yield ngettext(
            "%(n)s quotation has not been checked here: the text that it stands in was left out. It stands beside its "
            "claim, marked as not checked, and leaves with no report.",
            "%(n)s quotations have not been checked here: the texts that they stand in were left out. They stand "
            "beside their claims, marked as not checked, and leave with no report.", n,
        ) % {"n": f"{n:,}"}  # fmt: skip
    if n := said["quotes_unheld"]:
        yield ngettext(
            "%(n)s quotation of evidence has not been checked here: no text of its exhibit is held.",
            "%(n)s quotations of evidence have not been checked here: no text of their exhibits is held.", n,
        ) % {"n": f"{n:,}"}  # fmt: skip
    if n := said["answers_unsealed"]:
        yield ngettext(
            "Of %(n)s assessment it is kept back what was sealed: it is what the report says.",
            "Of %(n)s assessments it is kept back what was sealed: they are what the report says.", n,
        ) % {"n": f"{n:,}"}  # fmt: skip
    if said["custody"]:
        yield _("How captures were kept there is what their log of custody says; their bytes are checked here.")


def _absent(bundle: Bundle) -> Iterator[str]:
    said = bundle.account
    if sections := said["sections_left_out"]:
        yield _("The report was made without: %(sections)s.") % {
            "sections": ", ".join(str(HELD[code]) for code in sections)
        }
    if n := said["captures_missing"]:
        yield ngettext(
            "%(n)s capture was left out: it is known by its hash alone.",
            "%(n)s captures were left out: they are known by their hashes alone.", n,
        ) % {"n": f"{n:,}"}  # fmt: skip
    if said["files_left_out"]:
        yield _("What else was left out, and why, stands in the manifest of the bundle, which is kept as it came.")
    if numbers := said["under_review"]:
        refs = ", ".join(f"{bundle.case.code}-{number}" for number in numbers[:REFS])
        more = f" … ({len(numbers):,})" if len(numbers) > REFS else ""
        yield _("Under review there, and in review here with nobody asked yet, as no report tells what was answered "
                "before a verdict is signed: %(refs)s.") % {"refs": refs + more}  # fmt: skip
