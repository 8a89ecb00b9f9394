"""The parts that a report is made of, as people read it: every word in place, nothing of how it is laid out."""

from dataclasses import dataclass

from . import method, pictures


@dataclass(frozen=True)
class Fact:
    """A labelled value; ``code`` for what is compared character by character, such as a hash."""

    label: str
    value: str
    code: bool = False


@dataclass(frozen=True)
class Badge:
    """A rating as it is shown: never colour (``look``) alone, but a sign and a word as well."""

    word: str
    look: str
    sign: str


@dataclass(frozen=True)
class Quote:
    """Words of somebody else, character for character, with what stands around them.

    ``opening`` and ``closing`` are an ellipsis where the document goes on before or after.
    """

    exact: str
    language: str
    direction: str
    before: str = ""
    after: str = ""
    where: str = ""
    opening: str = ""
    closing: str = ""


@dataclass(frozen=True)
class Rung:
    """One step of who told whom."""

    speaker: str
    verb: str
    hedged: str
    basis: str


@dataclass(frozen=True)
class Evidence:
    """One item of evidence, its two grades side by side. ``link`` is the ``url`` if it is safe to follow."""

    number: int
    stance: str
    stance_label: str
    grade: str
    grade_meaning: list[str]
    source: str
    exhibit: str
    url: str
    link: str
    facts: list[Fact]
    quote: Quote | None
    caution: str
    note: str


@dataclass(frozen=True)
class Verdict:
    """A signed verdict."""

    heading: str
    badge: Badge
    summary: str
    facts: list[Fact]
    open_questions: str


@dataclass(frozen=True)
class Assessment:
    """One reviewer's answer in a round that ended with a signed verdict."""

    reviewer: str
    badge: Badge
    facts: list[Fact]
    rationale: str
    would_change: str


@dataclass(frozen=True)
class Part:
    """A part of the report, as its table of contents names it."""

    heading: str
    anchor: str


@dataclass(frozen=True)
class Claim:
    """One claim's section. ``unsigned`` is a sentence where no verdict is signed, and empty otherwise.

    ``opens`` is the part that begins with it. ``badge`` is its rating, also where the verdict itself is not told.
    """

    opens: "Part | None"
    ref: str
    anchor: str
    statement: str
    kind: str
    facts: list[Fact]
    quotes: list[Quote]
    chain: list[Rung]
    figures: list[list[str]]
    evidence: list[Evidence]
    badge: Badge | None
    verdict: Verdict | None
    unsigned: str
    assessments: list[Assessment]
    earlier: list[Verdict]
    signed_off: str
    corrections: list[str]
    gaps: list[str]
    comments: list[str]
    pictures: list[pictures.Drawn]


@dataclass(frozen=True)
class Tally:
    """How many claims share one rating (or have none), for the summary's picture."""

    badge: Badge
    count: int


@dataclass(frozen=True)
class Outline:
    """The whole report. ``shows`` tells of each section whether it was chosen, ``logo`` is a PNG in base64."""

    shows: dict[str, bool]
    imprint: str
    logo: str
    parts: list[Part]
    language: str
    words: dict[str, str]
    kicker: str
    title: str
    case: str
    description: str
    facts: list[Fact]
    notices: list[str]
    count: str
    tallies: list[Tally]
    claims: list[Claim]
    since: method.Section | None
    annex: list[method.Section]
    custody: method.Section | None
    documents: list[list[Fact]]
    sources: list[list[str]]
    checking: list[str]
    ratings: list[pictures.Drawn]
    pictures: dict[str, list[pictures.Drawn]]
