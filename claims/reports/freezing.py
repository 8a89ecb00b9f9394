"""Freezing what a report says: everything that leaves is rendered from the frozen data alone."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import batched
from typing import IO, Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from claims.custody.keys import current
from claims.models import (
    Bundle,
    Case,
    Chain,
    Claim,
    Document,
    Refused,
    Report,
    ReportedClaim,
    User,
    writing,
)
from claims.models.moments import one_moment
from claims.models.reports import digest_of, joined
from claims.models.withheld_names import withheld_words
from claims.reports.choices import Choice
from claims.reports.gathering import Gathering
from claims.reports.kept_back import house_names, salted
from claims.reports.looking import Found, check_names, check_people, rooms_of
from claims.reports.since import since_of
from claims.reports.snapshots import FORMAT, canonical, misquotes, shows
from claims.reports.spreadsheet import row_of, titles_of
from claims.reports.wording import iso_moment

MOST = 100_000  # claims in one report
BATCH = 500  # claims that are stored at once
FEW = 50  # claims whose texts are fetched at once; faults that are told
IN_MEMORY = 20_000_000  # characters of frozen claims; more go to a file while they are gathered


def freeze(
    case: Case,
    claims: models.QuerySet[Claim],
    *,
    by: User,
    title: str = "",
    selection: str = "",
    once: str | None = None,
    choice: Choice | None = None,
    most: int = MOST,
    tell: Callable[[int], None] | None = None,
) -> Report:
    """A new report of these claims of the case, frozen as they stand now and entered in the log.

    It is gathered as all of it stood at one moment, while others go on writing; a short one, where they did, once more
    while they wait. `tell` hears now and then how many claims are gathered. Raises Refused where nothing or too much
    was chosen, a name would leave that is to be kept back, a quotation does not stand where it says it does, or the key
    that signs is gone: then nothing is made.
    """
    current(by=by)  # the first is made before anything is read, as it is kept in a file
    made: Report | None = Report.objects.filter(once=once).first() if once else None
    if made is not None:
        return made
    choice = choice or Choice()
    report = Report(case=case, made_by=by, made_at=timezone.now(), once=once, claims_in=0)
    report.title, report.selection = title.strip() or case.title, selection.strip()
    with tempfile.SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8") as spool:

        def gathered(tell: Callable[[int], None] = lambda done: None) -> dict[str, Any]:
            with override(choice.language):
                return _gathered(report, claims.filter(case=case), choice, spool, most, tell)

        def kept() -> Report:
            with writing(case) as chain:
                # In a bundle the log ends with the report's own entry, right behind the head that the report names.
                stale = report.readable and chain.head != head["log"]["head"]
                return _kept(report, gathered() if stale else head, spool, chain)

        with one_moment():
            head = gathered(tell) if tell else gathered()
        return Report.made_once(once, kept)


def _gathered(
    report: Report,
    claims: models.QuerySet[Claim],
    choice: Choice,
    spool: IO[str],
    most: int,
    tell: Callable[[int], None],
) -> dict[str, Any]:
    """What stands in the report beside its claims; into the spool goes a line for each of these."""
    report.number, report.claims_in = report.case.next_number(Report.objects.all()), 0
    report.audience = choice.audience
    spool.seek(0)
    spool.truncate()
    if claims.order_by()[: most + 1].count() > most:
        raise Refused(_("That is more than %(most)s claims. Choose fewer with a filter.") % {"most": f"{most:,}"})
    chain = Chain.objects.get(case=report.case)
    key = current(by=report.made_by)
    gathering = Gathering(report.case, choice, salted(key, report.case))
    withheld = Found(withheld_words(report.case))
    since = since_of(report)
    for claim in gathering.claims(claims):
        report.claims_in += 1
        if report.claims_in % BATCH == 0:
            tell(report.claims_in)
        withheld.look(claim, claim["ref"])
        since.take(claim)
        spool.write(canonical(claim).decode() + "\n")
    if not report.claims_in:
        raise Refused(_("No claim was chosen. Choose at least one."))
    head = head_of(report, choice, chain, gathering)
    head |= {"key": {"fingerprint": key.fingerprint, "public": key.public}, "since": since.told()}
    for place, room in rooms_of(head):
        withheld.look(room, place)
    check_names(withheld)
    if choice.public:
        house = house_names(report.case, gathering.people.names)
        report.house = house.all
        _check_house(Found(house), head, spool)
    report.held = {str(number): key for key, number in gathering.cited.exhibits.of.items()}
    _check(report, map(json.loads, frozen_lines(spool)))
    return head


def _check_house(found: Found, head: dict[str, Any], spool: IO[str]) -> None:
    # An imprint is there to name whoever answers for the report.
    for place, room in rooms_of(head | {"imprint": ""}):
        found.look(room, place)
    for claim in map(json.loads, frozen_lines(spool)):
        found.look(claim, claim["ref"])
    check_people(found)


def _kept(report: Report, head: dict[str, Any], spool: IO[str], chain: Chain) -> Report:
    """The report, stored with its claims and entered in the log."""
    report.number = head["report"]["number"] = report.case.next_number(Report.objects.all())
    report.snapshot = canonical(head).decode()
    report.sha256 = digest_of(joined(report.snapshot, frozen_lines(spool)))
    report.store()
    _store_claims(report, spool)
    chain.record(by=report.made_by, verb="exported", on=report, after=report.facts())
    return report


def frozen_lines(spool: IO[str]) -> Iterator[str]:
    """The frozen claims, each as it was hashed."""
    spool.seek(0)
    return (line.rstrip("\n") for line in spool)


def _store_claims(report: Report, spool: IO[str]) -> None:
    head = report.head
    titles, sample, chosen = titles_of(head["documents"]), head["case"]["sample"], shows(head, "evidence")
    for some in batched(enumerate(frozen_lines(spool)), BATCH, strict=False):
        rows = [(n, text, row_of(json.loads(text), titles, sample=sample, evidence=chosen)) for n, text in some]
        ReportedClaim.objects.bulk_create(ReportedClaim(report=report, position=n, text=t, row=r) for n, t, r in rows)


def head_of(report: Report, choice: Choice, chain: Chain, gathering: Gathering) -> dict[str, Any]:
    """What stands beside the claims, once these were gathered: but for the key, and what changed since."""
    case = report.case
    return {
        "format": FORMAT,
        **choice.facts(),
        "case": {
            "code": case.code,
            "title": case.title,
            "description": case.description,
            "sample": case.sample,
            "assessments_required": case.assessments_required,
            "brought_in": brought_in(case),
        },
        "report": {
            "number": report.number,
            "title": report.title,
            "made_at": iso_moment(report.made_at),
            "made_by": gathering.people(report.made_by),
            "selection": report.selection,
            "demo": settings.DEMO,
        },
        "log": {"count": chain.count, "head": chain.head},
        "key": None,
        "claims": [],
        **gathering.beside(),
    }


def brought_in(case: Case) -> dict[str, Any] | None:
    """Of a case that came from another installation: with which report of which key, and when."""
    bundle = Bundle.objects.filter(case=case).first()
    if bundle is None:
        return None
    return {"case": bundle.code, "report": bundle.number, "key": bundle.key, "at": iso_moment(bundle.brought_at)}


def check_leaving(report: Report) -> None:
    """What is asked of a report each time that it leaves. Raises Refused where it is not what was frozen.

    The quotations of one that a person can read through are held against their texts once more. Those of a longer one
    were when it was frozen, and neither they nor the texts change since: it leaves as it is read.
    """
    check_frozen(report)
    if report.readable:
        check_quotations(report)


def check_frozen(report: Report) -> None:
    """Raises Refused where somebody wrote past the database's own guard."""
    if not report.holds_its_data():
        raise Refused(_("This report is not what was frozen: its data have been changed."))


def check_quotations(report: Report) -> None:
    """The quote gate on the way out. Raises Refused with the claims' names where a quotation does not stand."""
    _check(report, report.claims())


def _check(report: Report, claims: Iterable[dict[str, Any]]) -> None:
    wrong = [told for some in batched(claims, FEW, strict=False) for told in misquoted(report, some)]
    if wrong:
        raise Refused(
            _("Nothing was exported: a quotation does not stand where it should. %(wrong)s")
            % {"wrong": " ".join(wrong[:FEW])}
        )


def misquoted(report: Report, claims: Sequence[dict[str, Any]]) -> list[str]:
    """What is wrong with the quotations of some of its claims, in sentences."""
    numbers = {passage["document"] for claim in claims for passage in claim["passages"]}
    keys = {item["held_in"] for claim in claims for item in claim["evidence"] if item["held_in"]}
    held_documents = {int(key.split(":")[1]) for key in keys if key.startswith("document:")}
    documents = Document.objects.filter(case=report.case, number__in=numbers | held_documents)
    texts = dict(documents.values_list("number", "text"))
    # A report from before it numbered its exhibits names them by their keys.
    places = {report.held.get(number := key.split(":")[1], number): key for key in keys if key.startswith("exhibit:")}
    places = {int(key): place for key, place in places.items()}
    rows = report.case.exhibits.filter(pk__in=places).values_list("pk", "text", "document__text")
    held = {f"document:{number}": text for number, text in texts.items()}
    held |= {places[pk]: document or text for pk, text, document in rows}
    return misquotes({"claims": claims}, texts, held)
