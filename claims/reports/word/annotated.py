"""The annotated document as a Word document: each mark carries its note as a comment, and a number that leads on."""

from __future__ import annotations

from docx.oxml.text.run import CT_R

from claims.reports.annotated.annotating import Annotated, Note, Read, Told
from claims.reports.parts import Fact

from .manuscript import Manuscript, Words
from .report import moment, place, shown


def render(document: Annotated) -> bytes:
    """The document; with the same report and text the same bytes."""
    return Copy(document).written()


class Copy:
    """One annotated document on its way into a Word document."""

    def __init__(self, document: Annotated) -> None:
        self.document = document
        self.author, self.made = document.made_by, moment(document.made_at)
        self.words = document.words
        self.told = {claim.ref: claim for claim in document.claims}
        self.runs: dict[int, list[CT_R]] = {}
        self.out = Manuscript(
            title=document.title, author=self.author, subject=document.case, language=document.language,
            made=self.made, name=f"sha256:{document.sha256}",
        )  # fmt: skip

    def written(self) -> bytes:
        """The whole document, written once."""
        document, out, words = self.document, self.out, self.words
        out.edges(document.kicker, document.case, words["page"], words["of"])
        out.paragraph("Kicker", document.kicker)
        out.paragraph("Title", document.title)
        self._facts(document.facts)
        out.prose(document.imprint, "Faint")
        for notice in document.notices:
            out.paragraph("Notice", notice)
        if not document.notes:
            out.paragraph("Normal", words["no_marks"])
        out.paragraph("Heading1", words["text"])
        for line in document.read:
            self._line(line)
        for number, note in document.notes.items():
            out.comment(self.runs[number], self._remark(note), author=self.author, at=self.made)
        if document.claims:
            out.paragraph("Heading1", words["claims_here"])
        for claim in document.claims:
            self._claim(claim)
        return out.bytes()

    def _line(self, line: Read) -> None:
        given: list[Words] = []
        within: list[tuple[int, ...]] = []  # the marks that these words stand in
        for piece in line.pieces:
            if piece.text:
                given.append(Words(piece.text, "Quoted" if piece.within else "", self.document.text_language))
                within.append(piece.within)
            for number in piece.ends:
                to = place(self.document.notes[number].anchor)
                given.append(Words(str(number), "MarkNumber", to=to, mark=f"mark_{number}"))
                # A mark of nothing but line ends has no words that a comment could hang on but its number.
                within.append(() if piece.text else (number,))
        style = "ReadApart" if line.apart else "Read"
        written = self.out.paragraph(style, *given, rtl=line.direction == "rtl")
        for runs, marks in zip(written, within, strict=True):
            for number in marks:
                self.runs.setdefault(number, []).extend(runs)

    def _remark(self, note: Note) -> list[list[str | Words]]:
        told = self.told[note.ref]
        lines: list[list[str | Words]] = [[f"{note.number} · {note.ref}: ", shown(note.badge)], [note.statement]]
        summary = told.verdict.summary if told.verdict else ""
        return lines + [[line] for line in summary.split("\n") if line.strip()]

    def _claim(self, claim: Told) -> None:
        out = self.out
        out.paragraph("Heading2", f"{claim.ref} {claim.statement}", mark=place(claim.anchor))
        marks: list[Words | str] = []
        for number in claim.marks:
            marks += [", "] if marks else []
            marks.append(Words(str(number), to=f"mark_{number}"))
        out.paragraph("Normal", Words(f"{self.words['marks']}: ", "Label"), *marks)
        if claim.verdict is None:
            out.paragraph("Normal", shown(claim.badge) if claim.badge else Words(claim.unsigned, "Label"))
            return
        out.paragraph("Heading3", f"{claim.verdict.heading}: ", shown(claim.verdict.badge))
        out.prose(claim.verdict.summary)
        if claim.verdict.open_questions:
            out.paragraph("Heading4", self.words["open_questions"])
            out.prose(claim.verdict.open_questions)
        self._facts(claim.verdict.facts)

    def _facts(self, facts: list[Fact]) -> None:
        for fact in facts:
            value = Words(fact.value, "Code" if fact.code else "")
            self.out.paragraph("Fact", Words(fact.label, "Label"), "\t", value, rtl=False)
