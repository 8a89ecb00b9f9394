"""The report as Markdown (CommonMark with tables), in which nothing that a user wrote can act as markup."""

import re
from collections.abc import Iterable, Iterator

from . import method, parts
from .outline import outline
from .snapshots import Snapshot


def render(snapshot: Snapshot) -> bytes:
    """The report from its title to how to check it, as UTF-8."""
    report = outline(snapshot)
    blocks = [*_opening(report), *_summary(report)]
    for claim in report.claims:
        blocks += _claim(claim, report)
    blocks += [*_annex(report), *_ends(report)]
    return ("\n\n".join(block for block in blocks if block) + "\n").encode()


def line(text: str) -> str:
    """A user's text on one line, with every character escaped that Markdown or HTML could take for markup."""
    text = re.sub(r"([\\`*_{}\[\]<>&#|~$!])", r"\\\1", re.sub(r"[\t\n\v\f\r]+", " ", text).strip(" "))
    # At the start of a line more characters mean something: lists, rules and numbered lists.
    text = re.sub(r"^([-+=:])", r"\\\1", text)
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", text)


def prose(text: str) -> str:
    """A user's text with its lines kept, each of them escaped."""
    return "\\\n".join(line(row) for row in text.split("\n") if row.strip())


def quoted(text: str, *after: str) -> str:
    """A block quotation, and below it where it stands."""
    below = [f">\n> {note}" for note in after if note]
    return "\n".join([*(f"> {row}" for row in text.split("\n")), *below])


def table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of cells that are Markdown already."""
    columns = list(columns)
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def facts(items: Iterable[parts.Fact]) -> str:
    return "\n".join(f"- {line(fact.label)}: {_value(fact)}" for fact in items)


def _value(fact: parts.Fact) -> str:
    # In a code span a backslash is itself: only what has no backtick may go into one.
    return f"`{fact.value}`" if fact.code and "`" not in fact.value else line(fact.value)


def _badge(badge: parts.Badge) -> str:
    return f"**{badge.sign} {line(badge.word)}**" if badge.sign else line(badge.word)


def _opening(report: parts.Outline) -> Iterator[str]:
    yield f"# {line(report.title)}"
    yield f"{line(report.kicker)}"
    yield prose(report.description)
    yield facts(report.facts)
    yield prose(report.imprint)
    for notice in report.notices:
        yield f"> **{line(notice)}**"
    yield "\n".join(f"- [{line(part.heading)}](#{part.anchor})" for part in report.parts)


def _heading(heading: str, anchor: str) -> str:
    """The heading of a part, to which the table of contents leads."""
    return f'<a id="{anchor}"></a>\n\n## {line(heading)}'


def _summary(report: parts.Outline) -> Iterator[str]:
    words = report.words
    if report.shows["summary"]:
        yield _heading(words["summary"], "summary")
        yield from _table_of_claims(report)
    yield from _section(report.since, "since")


def _section(section: method.Section | None, anchor: str) -> Iterator[str]:
    if section is None:
        return
    yield _heading(section.heading, anchor)
    yield from (prose(paragraph) for paragraph in section.paragraphs)
    if section.rows:
        yield table(section.columns, [[line(cell) for cell in row] for row in section.rows])


def _table_of_claims(report: parts.Outline) -> Iterator[str]:
    words = report.words
    if not report.claims:
        yield words["no_claims"]
        return
    yield line(report.count)
    yield "\n".join(f"- {tally.count} × {_badge(tally.badge)}" for tally in report.tallies)
    rows = [
        [
            f'<a id="row-{claim.anchor}"></a>[{line(claim.ref)}](#{claim.anchor})',
            line(claim.statement),
            line(claim.kind),
            _badge(claim.badge) if claim.badge else line(claim.unsigned),
            line(claim.signed_off),
        ]
        for claim in report.claims
    ]
    yield table([words[name] for name in ("claim", "statement", "kind", "verdict", "signed_off")], rows)


def _claim(claim: parts.Claim, report: parts.Outline) -> Iterator[str]:
    words = report.words
    if claim.opens:
        yield _heading(claim.opens.heading, claim.opens.anchor)
    yield f'<a id="{claim.anchor}"></a>\n\n### {line(claim.ref)} {line(claim.statement)}'
    yield _badge(claim.badge) if claim.badge else line(claim.unsigned)
    if report.shows["summary"]:
        yield f"[{words['back']}](#row-{claim.anchor})"
    yield facts(claim.facts)
    if claim.verdict:
        yield from _verdict(claim.verdict, words)
    for name, sentences in (
        ("corrections", claim.corrections),
        ("known_gaps", claim.gaps),
        ("comments", claim.comments),
    ):
        if sentences:
            yield f"#### {words[name]}"
            yield "\n".join(f"- {line(sentence)}" for sentence in sentences)
    yield f"#### {words['said']}"
    for quote in claim.quotes:
        yield quoted(_marked(quote), line(quote.where))
    yield f"#### {words['chain']}"
    yield " → ".join(_rung(rung) for rung in claim.chain) or words["no_attribution"]
    if claim.figures:
        yield f"#### {words['figures']}"
        columns = [words[name] for name in ("measure", "figure", "of_whom", "place", "as_of")]
        yield table(columns, [[line(cell) for cell in row] for row in claim.figures])
    if report.shows["evidence"]:
        yield f"#### {words['evidence']}"
        for item in claim.evidence:
            yield from _evidence(item)
        if not claim.evidence:
            yield words["no_evidence"]
    if claim.assessments:
        yield f"#### {words['assessments']}"
    for assessment in claim.assessments:
        yield from _assessment(assessment, words)
    for verdict in claim.earlier:
        yield from _verdict(verdict, words)


def _marked(quote: parts.Quote) -> str:
    """The quotation in its context, its own words bold. Stars would stay stars beside some punctuation."""
    before, after = quote.opening + quote.before, quote.after + quote.closing
    return f"{_spaced(before)}<b>{_spaced(quote.exact)}</b>{_spaced(after)}"


def _spaced(text: str) -> str:
    """One line of escaped text that keeps a space at either end."""
    before = " " if text[:1].isspace() else ""
    after = " " if text[-1:].isspace() and text.strip() else ""
    return before + line(text) + after


def _rung(rung: parts.Rung) -> str:
    verb = f" *{line(rung.verb)}*" if rung.verb else ""
    return f"{line(rung.speaker)}{verb} ({', '.join(line(part) for part in (rung.hedged, rung.basis) if part)})"


def _evidence(item: parts.Evidence) -> Iterator[str]:
    named = " ".join(line(name) for name in (item.source, item.exhibit) if name)
    yield f"**{item.number}. {line(item.stance_label)}, {line(item.grade)}:** {named}"
    if item.quote:
        yield quoted(prose(item.quote.exact), line(item.quote.where), line(item.caution))
    yield prose(item.note)
    address = [parts.Fact("URL", item.url)] if item.url and not item.link else []
    listed = facts([*item.facts, *address])
    grades = "\n".join(f"- {line(meaning)}" for meaning in item.grade_meaning)
    yield "\n".join(part for part in (listed, f"- <{item.link}>" if item.link else "", grades) if part)


def _verdict(verdict: parts.Verdict, words: dict[str, str]) -> Iterator[str]:
    yield f"#### {line(verdict.heading)}: {_badge(verdict.badge)}"
    yield prose(verdict.summary)
    if verdict.open_questions:
        yield f"##### {words['open_questions']}"
        yield prose(verdict.open_questions)
    yield facts(verdict.facts)


def _assessment(given: parts.Assessment, words: dict[str, str]) -> Iterator[str]:
    yield f"##### {line(given.reviewer)}: {_badge(given.badge)}"
    yield prose(given.rationale)
    if given.would_change:
        yield f"**{words['would_change']}**"
        yield prose(given.would_change)
    yield facts(given.facts)


def _annex(report: parts.Outline) -> Iterator[str]:
    if report.annex:
        yield _heading(report.words["annex"], "annex")
    for section in report.annex:
        yield f"### {line(section.heading)}"
        yield from (prose(paragraph) for paragraph in section.paragraphs)
        if section.rows:
            yield table(section.columns, [[line(cell) for cell in row] for row in section.rows])


def _ends(report: parts.Outline) -> Iterator[str]:
    words = report.words
    yield from _section(report.custody, "custody")
    if report.shows["evidence"]:
        yield _heading(words["sources"], "sources")
        columns = [words[name] for name in ("source", "source_kind", "country", "reliability", "reason", "graded")]
        rows = [[line(cell) for cell in source] for source in report.sources]
        yield table(columns, rows) if rows else words["no_sources"]
    yield _heading(words["documents"], "documents")
    for document in report.documents:
        yield facts(document)
    if not report.documents:
        yield words["no_documents"]
    yield _heading(words["checking"], "checking")
    yield from (prose(paragraph) for paragraph in report.checking)
