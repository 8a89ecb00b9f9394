"""The report as a Word document: the outline in named styles, each quotation with a comment that tells its verdict."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from claims.reports import parts
from claims.reports.method import Section
from claims.reports.outline import outline
from claims.reports.pictures import Drawn
from claims.reports.snapshots import Snapshot, digest

from .drawing import fitted, pngs, sizes
from .manuscript import Cell, Manuscript, Marked, Words

WIDE, HIGH = 470, 600  # points that a picture may take
LOGO_WIDE, LOGO_HIGH = 227, 57  # as large as in the PDF


def render(snapshot: Snapshot) -> bytes:
    """The document; with the same snapshot the same bytes."""
    return Paper(snapshot).written()


def moment(value: str | None) -> datetime:
    """A moment of the snapshot; of one that is none, the start of the century, as every file has to name one."""
    try:
        at = datetime.fromisoformat(value or "")
    except ValueError:
        return datetime(2000, 1, 1, tzinfo=UTC)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def shown(badge: parts.Badge) -> Words:
    """A rating: sign, word and colour."""
    return Words(f"{badge.sign} {badge.word}".strip(), f"Look{badge.look}")


def place(anchor: str) -> str:
    """The name of a bookmark; a hyphen may not stand in one."""
    return anchor.replace("-", "_")


class Paper:
    """One report on its way into a Word document."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.report = outline(snapshot, on_pages=True)
        self.words = self.report.words
        self.made_by, self.made_at = snapshot["report"]["made_by"], moment(snapshot["report"]["made_at"])
        self.signed: dict[str, dict[str, Any] | None] = {c["ref"]: c["verdict"] for c in snapshot["claims"]}
        self.out = Manuscript(
            title=self.report.title, author=self.made_by, subject=self.report.case, language=self.report.language,
            made=self.made_at, name=f"sha256:{digest(snapshot)}",
        )  # fmt: skip
        drawn = list(self._drawn())
        self.pictures = dict(zip((one.svg for one in drawn), pngs(drawn), strict=True))

    def _drawn(self) -> Iterator[Drawn]:
        yield from self.report.ratings
        for claim in self.report.claims:
            yield from claim.pictures
        for some in self.report.pictures.values():
            yield from some

    def written(self) -> bytes:
        """The whole document, written once."""
        report, words = self.report, self.words
        self.out.edges(report.title, report.case, words["page"], words["of"])
        self._opening()
        if report.shows["summary"]:
            self._summary()
        self._section(report.since, "since")
        for claim in report.claims:
            self._claim(claim)
        for name, heading in (("figures", "same_figures"), ("agreement", "agreement")):
            if report.pictures.get(name):
                self._part(name, words[heading])
                self._pictures(report.pictures[name])
        if report.annex:
            self._annex()
        self._section(report.custody, "custody")
        self._ends()
        return self.out.bytes()

    # ---- what stands beside the claims

    def _opening(self) -> None:
        report, out = self.report, self.out
        if report.logo:
            logo = base64.b64decode(report.logo)
            out.picture(logo, self.words["logo"], *fitted(logo, LOGO_WIDE, LOGO_HIGH))
        out.paragraph("Kicker", report.kicker)
        out.paragraph("Title", report.title)
        out.prose(report.description)
        self._facts(report.facts)
        out.prose(report.imprint, "Faint")
        for notice in report.notices:
            out.paragraph("Notice", notice)
        out.contents(_("Contents"), self._contents())
        out.page_break()

    def _contents(self) -> Iterator[tuple[int, str, str]]:
        report = self.report
        below = {"annex": [(2, section.heading, f"annex_{n}") for n, section in enumerate(report.annex, 1)]}
        opened = ""
        for claim in report.claims:
            opened = claim.opens.anchor if claim.opens else opened
            below.setdefault(opened, []).append((2, f"{claim.ref} {claim.statement}", place(claim.anchor)))
        for part in report.parts:
            yield 1, part.heading, f"part_{place(part.anchor)}"
            yield from below.get(part.anchor, [])

    def _part(self, name: str, heading: str = "") -> None:
        self.out.paragraph("Heading1", heading or self.words[name], mark=f"part_{place(name)}")

    def _section(self, section: Section | None, name: str) -> None:
        """What is appended to the claims; nothing where there is none."""
        if section is None:
            return
        self._part(name, section.heading)
        for paragraph in section.paragraphs:
            self.out.prose(paragraph)
        if section.rows:
            self.out.table((1, 2, 2)[: len(section.columns)], section.columns, section.rows)

    def _summary(self) -> None:
        report, words = self.report, self.words
        self._part("summary")
        self.out.paragraph("Normal", Words(report.count, "Label"))
        if not report.claims:
            self.out.paragraph("Normal", words["no_claims"])
            return
        self._pictures(report.ratings)
        rows: list[list[Cell]] = [
            [
                Marked(f"row_{place(claim.anchor)}", Words(claim.ref, to=place(claim.anchor))),
                [claim.statement, Words(f" ({claim.kind})", "Label")],
                shown(claim.badge) if claim.badge else Words(claim.unsigned, "Label"),
                claim.signed_off,
            ]
            for claim in report.claims
        ]
        headings = [words[name] for name in ("claim", "statement", "verdict", "signed_off")]
        self.out.table((1.1, 4.4, 2.4, 1.5), headings, rows)

    def _annex(self) -> None:
        self._part("annex")
        for number, section in enumerate(self.report.annex, 1):
            self.out.paragraph("Heading2", section.heading, mark=f"annex_{number}")
            for paragraph in section.paragraphs:
                self.out.prose(paragraph)
            if section.rows:
                widths = {4: (1.2, 2, 1, 2), 3: (1, 2, 1)}.get(len(section.columns), (1, 4))
                widths = widths if len(widths) == len(section.columns) else (1,) * len(section.columns)
                self.out.table(widths, section.columns, section.rows)

    def _ends(self) -> None:
        words, out = self.words, self.out
        if self.report.shows["evidence"]:
            self._sources()
        self._part("documents")
        for at, document in enumerate(self.report.documents):
            if at:
                out.paragraph("Faint", "")
            self._facts(document)
        if not self.report.documents:
            out.paragraph("Normal", words["no_documents"])
        self._part("checking")
        for paragraph in self.report.checking:
            out.prose(paragraph)

    def _sources(self) -> None:
        words, out = self.words, self.out
        self._part("sources")
        if self.report.sources:
            names = ("source", "source_kind", "country", "reliability", "reason", "graded")
            out.table((1.6, 1.2, 0.9, 1, 2.4, 1.5), [words[name] for name in names], self.report.sources)
        else:
            out.paragraph("Normal", words["no_sources"])

    # ---- a claim

    def _claim(self, claim: parts.Claim) -> None:
        out, words = self.out, self.words
        if claim.opens:
            self._part(claim.opens.anchor, claim.opens.heading)
        out.paragraph("Heading2", f"{claim.ref} {claim.statement}", mark=place(claim.anchor))
        back = [Words(words["back"], to=f"row_{place(claim.anchor)}")] if self.report.shows["summary"] else []
        standing = shown(claim.badge) if claim.badge else Words(claim.unsigned, "Label")
        out.paragraph("Normal", standing, "   ", *back)
        self._facts(claim.facts)
        if claim.verdict:
            self._verdict(claim.verdict)
        self._list("corrections", claim.corrections)
        self._list("known_gaps", claim.gaps)
        self._list("comments", claim.comments)
        out.paragraph("Heading3", words["said"])
        for quote in claim.quotes:
            self._passage(claim, quote)
        out.paragraph("Heading3", words["chain"])
        out.paragraph("Normal", *(self._chain(claim.chain) if claim.chain else [words["no_attribution"]]))
        if claim.figures:
            out.paragraph("Heading3", words["figures"])
            headings = [words[name] for name in ("measure", "figure", "of_whom", "place", "as_of")]
            out.table((1.2, 1.6, 1.4, 1, 1), headings, claim.figures)
        if self.report.shows["evidence"]:
            out.paragraph("Heading3", words["evidence"])
            for item in claim.evidence:
                self._evidence(item)
            if not claim.evidence:
                out.paragraph("Normal", words["no_evidence"])
        if claim.pictures:
            out.paragraph("Heading3", words["pictures"])
            self._pictures(claim.pictures)
        if claim.assessments:
            out.paragraph("Heading3", words["assessments"])
        for given in claim.assessments:
            self._assessment(given)
        for verdict in claim.earlier:
            self._verdict(verdict)

    def _passage(self, claim: parts.Claim, quote: parts.Quote) -> None:
        """The words where they stand, with the verdict in a comment on them."""
        before, after = quote.opening + quote.before, quote.after + quote.closing
        tongue = quote.language
        words = [
            Words(before, "Context", tongue), Words(quote.exact, "Quoted", tongue), Words(after, "Context", tongue),
        ]  # fmt: skip
        runs = self.out.paragraph("Quote", *words, rtl=quote.direction == "rtl", keep=True)
        quoted = runs[1]
        self.out.paragraph("Faint", quote.where)
        if not quoted:
            return
        verdict = self.signed.get(claim.ref)
        lines = self._remark(claim)
        if verdict:
            self.out.comment(quoted, lines, author=verdict["signed_off_by"], at=moment(verdict["signed_off_at"]))
        else:
            self.out.comment(quoted, lines, author=self.made_by, at=self.made_at)

    def _remark(self, claim: parts.Claim) -> list[list[str | Words]]:
        if claim.badge is None:
            return [[f"{claim.ref}: {claim.unsigned}"], [claim.statement]]
        summary = [[line] for line in (claim.verdict.summary if claim.verdict else "").split("\n") if line.strip()]
        return [[f"{claim.ref}: ", shown(claim.badge)], *summary]  # type: ignore[list-item]

    def _chain(self, chain: list[parts.Rung]) -> list[Words]:
        found = []
        for at, rung in enumerate(chain):
            if at:
                found.append(Words(" → ", "Label"))
            found.append(Words(rung.speaker))
            if rung.verb:
                found.append(Words(f" {rung.verb}", "Verb"))
            found.append(Words(f" ({', '.join(part for part in (rung.hedged, rung.basis) if part)})", "Label"))
        return found

    def _evidence(self, item: parts.Evidence) -> None:
        out = self.out
        named = " ".join(name for name in (item.source, item.exhibit) if name)
        out.paragraph(
            "Heading4", f"{item.number}. ", Words(item.stance_label, f"Look{item.stance}"),
            f" · {item.grade} · {named}", rtl=False,
        )  # fmt: skip
        if item.quote:
            for line in item.quote.exact.split("\n"):
                if line.strip():
                    out.paragraph("Quote", Words(line, "", item.quote.language), rtl=item.quote.direction == "rtl")
            if where := " · ".join(part for part in (item.quote.where, item.caution) if part):
                out.paragraph("Faint", where)
        out.prose(item.note)
        if item.url:
            out.paragraph("Faint", Words(item.url, to=item.link))
        self._facts(item.facts)
        if item.grade_meaning:
            out.paragraph("Faint", " · ".join(item.grade_meaning))

    def _verdict(self, verdict: parts.Verdict) -> None:
        self.out.paragraph("Heading3", f"{verdict.heading}: ", shown(verdict.badge))
        self.out.prose(verdict.summary)
        if verdict.open_questions:
            self.out.paragraph("Heading4", self.words["open_questions"])
            self.out.prose(verdict.open_questions)
        self._facts(verdict.facts)

    def _assessment(self, given: parts.Assessment) -> None:
        self.out.paragraph("Heading4", f"{given.reviewer}: ", shown(given.badge))
        self.out.prose(given.rationale)
        if given.would_change:
            self.out.paragraph("Normal", Words(self.words["would_change"], "Strong"), keep=True)
            self.out.prose(given.would_change)
        self._facts(given.facts)

    # ---- small pieces

    def _facts(self, facts: Iterable[parts.Fact]) -> None:
        for fact in facts:
            value = Words(fact.value, "Code" if fact.code else "")
            self.out.paragraph("Fact", Words(fact.label, "Label"), "\t", value, rtl=False)

    def _list(self, name: str, sentences: list[str]) -> None:
        if sentences:
            self.out.paragraph("Heading3", self.words[name])
        for sentence in sentences:
            self.out.paragraph("ListBullet", sentence)

    def _pictures(self, pictures: Iterable[Drawn]) -> None:
        for one in pictures:
            self.out.paragraph("Caption", one.title)
            width, height = sizes(one, WIDE, HIGH)
            if width:
                self.out.picture(self.pictures[one.svg], f"{one.title}: {one.said}", width, height)
            else:
                self.out.paragraph("Faint", self.words["too_wide"])
