"""Freezing what a report says: everything that leaves is rendered from the frozen data alone."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from itertools import batched
from typing import IO, Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from claims.custody.keys import current
from claims.models import (
    Case,
    Chain,
    Claim,
    Document,
    Key,
    Refused,
    Report,
    ReportedClaim,
    Source,
    User,
    withholding,
    writing,
)
from claims.models.reports import digest_of, joined
from claims.reports.choices import Choice
from claims.reports.gathering import Gathering
from claims.reports.since import since_of
from claims.reports.snapshots import FORMAT, canonical, misquotes, shows
from claims.reports.spreadsheet import row_of, titles_of
from claims.reports.wording import iso_moment

MOST = 1000  # claims in one report that people read: a person has to be able to open it, and it is made while they wait
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
) -> Report:
    """A new report of these claims of the case, frozen as they stand now and entered in the log.

    Raises Refused where nothing or too much was chosen, a name would leave that is to be kept back, or a quotation
    does not stand where it says it does: then nothing is made.
    """

    current(by=by)  # the first is made before the case is taken, as it is kept in a file

    def make() -> Report:
        with writing(case) as chain, tempfile.SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8") as spool:
            # Gathered while nobody else can write in the case, so that the log's head is that of what is frozen.
            report = Report(case=case, made_by=by, made_at=timezone.now(), once=once, claims_in=0)
            report.number = case.next_number(Report.objects.all())
            report.title = title.strip() or case.title
            report.selection = selection.strip()
            with override((choice or Choice()).language):
                _freeze(report, claims.filter(case=case), choice or Choice(), chain, spool, most)
            report.store()
            _store_claims(report, spool)
            check_quotations(report)
            chain.record(by=by, verb="exported", on=report, after=report.facts())
        return report

    return Report.made_once(once, make)


def _freeze(
    report: Report, claims: models.QuerySet[Claim], choice: Choice, chain: Chain, spool: IO[str], most: int
) -> None:
    """Put into the report what stands beside its claims, and into the spool a line for each of these."""
    report.audience = choice.audience
    gathering = Gathering(report.case, choice)
    kept_back = withheld_names(report.case)
    since = since_of(report)
    named: dict[str, list[str]] = {}
    for claim in gathering.claims(claims):
        report.claims_in += 1
        if report.claims_in > most:
            raise Refused(_("That is more than %(most)s claims. Choose fewer with a filter.") % {"most": f"{most:,}"})
        note_names(named, kept_back, claim, claim["ref"])
        since.take(claim)
        spool.write(canonical(claim).decode() + "\n")
    if not report.claims_in:
        raise Refused(_("No claim was chosen. Choose at least one."))
    head = head_of(report, choice, chain, gathering) | {"key": key_frozen(), "since": since.told()}
    for place, room in rooms_of(head):
        note_names(named, kept_back, room, place)
    check_names(named)
    if choice.public:
        # An imprint is there to name whoever answers for the report.
        check_people(gathering.people.kept_in, head | {"imprint": ""}, frozen_lines(spool))
    report.snapshot = canonical(head).decode()
    report.held = {str(number): key for key, number in gathering.cited.exhibits.of.items()}
    report.sha256 = digest_of(joined(report.snapshot, frozen_lines(spool)))


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


def key_frozen() -> dict[str, str]:
    """The key with which the installation signs by now."""
    key = Key.objects.get(until=None)
    return {"fingerprint": key.fingerprint, "public": key.public}


def withheld_names(case: Case) -> list[str]:
    """What those sources are called whom some evidence of the case withholds."""
    sources = Source.objects.filter(Exists(withholding(OuterRef("pk"), case.pk))).order_by("pk")
    return list(dict.fromkeys(name for source in sources for name in names_of(source)))


def note_names(named: dict[str, list[str]], names: list[str], room: Any, place: str) -> None:
    """Note of each name that stands in a part of what would leave in which place it does."""
    for name in names:
        if stands_in(room, name):
            named.setdefault(name, []).append(place)


def check_names(named: dict[str, list[str]]) -> None:
    """Raises Refused where a withheld name stands anywhere in what would leave."""
    told = [
        _("“%(name)s” is withheld, and stands in %(places)s") % {"name": name, "places": ", ".join(places)}
        for name, places in named.items()
    ]
    if told:
        raise Refused(
            _("Nothing was exported, as a withheld name would leave with it: %(told)s. Take the name out there, leave "
              "those claims out, or name the source.") % {"told": "; ".join(told)}
        )  # fmt: skip


def check_people(names: list[str], head: dict[str, Any], claims: Iterator[str]) -> None:
    """Raises Refused where somebody of the house stands by name in what would leave in public."""
    word = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names)) if names else None
    if word is None:
        return
    found: dict[str, list[str]] = {}
    for place, room in (*rooms_of(head), *((claim["ref"], claim) for claim in map(json.loads, claims))):
        for name in {match for text in texts_in(room) for match in word.findall(text)}:
            found.setdefault(name, []).append(place)
    if found:
        told = "; ".join(
            _("“%(name)s” stands in %(places)s") % {"name": name, "places": ", ".join(places)}
            for name, places in sorted(found.items())
        )
        raise Refused(
            _("Nothing was exported: a public report names nobody of the house, and %(told)s. Take the name out there, "
              "leave those claims out, or make the report internal.") % {"told": told}
        )  # fmt: skip


def names_of(source: Source) -> list[str]:
    """What a source is called; names of one or two letters stand everywhere."""
    names = [source.name, *source.aliases.splitlines()]
    return [name.strip() for name in names if len(name.strip()) > 2]


def rooms_of(head: dict[str, Any]) -> list[tuple[str, Any]]:
    """What stands beside the claims, part by part, each with what people call it."""
    return [
        (_("the case"), head["case"]),
        (_("the report's title and selection"), [head["report"], head["imprint"]]),
        (_("the documents"), head["documents"]),
        (_("the sources"), [head["sources"], head["exhibits"]]),
        (_("the custody annex"), head["custody"]),
    ]


def stands_in(room: Any, name: str) -> bool:
    """Whether a name stands in a text of this part, as words of its own."""
    word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
    return any(word.search(text) for text in texts_in(room))


def texts_in(value: Any) -> Iterator[str]:
    """Every text of plain data, at whatever depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts_in(each)


def check_leaving(report: Report) -> None:
    """What is asked of a report each time that it leaves. Raises Refused where it is not what was frozen.

    The quotations of one that a person can read through are held against their texts once more. Those of a longer one
    were when it was frozen, and neither they nor the texts change since: it leaves as it is read.
    """
    check_frozen(report)
    if report.claims_in <= MOST:
        check_quotations(report)


def check_frozen(report: Report) -> None:
    """Raises Refused where somebody wrote past the database's own guard."""
    if not report.holds_its_data():
        raise Refused(_("This report is not what was frozen: its data have been changed."))


def check_quotations(report: Report) -> None:
    """The quote gate on the way out. Raises Refused with the claims' names where a quotation does not stand."""
    wrong = [told for some in batched(report.claims(), FEW, strict=False) for told in misquoted(report, some)]
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
