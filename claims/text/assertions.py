"""The assertions of a text: each sentence with the words that carry one, how much they are worth checking, and why."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from math import exp
from typing import NamedTuple

from claims.text import cues, worth
from claims.text.attribution import Rung, content, rungs
from claims.text.figures import Figure, density, figures
from claims.text.kinds import likely_kind
from claims.text.marks import each_paragraph
from claims.text.phrases import Words, is_name, is_verb, take_apart
from claims.text.sentences import in_paragraph
from claims.text.spans import Span
from claims.text.speakers import CAPITALS, is_official, is_paper
from claims.text.worth import Reason

METHOD = "rules 1"
THRESHOLD = worth.THRESHOLD

# What only the whole sentence with its rungs and figures shows, with weights set by hand, in the scale of `worth`.
SEEN = {
    "two_quantities": (0.6, "two quantities"),
    "range": (0.3, "a range between two figures"),
    "attributed": (0.2, "attributed to somebody"),
    "attributed_official": (0.7, "attributed to an official"),
    "attributed_anonymous": (0.5, "attributed to somebody without a name"),
    "attributed_document": (0.5, "attributed to a document"),
    "leaked_document": (0.5, "a document that is said to be leaked"),
    "told_twice": (0.2, "told at second hand"),
    "hedged": (0.4, "hedged: claimed, reportedly, apparently"),
    "future_plan_dated": (0.8, "a future plan with a date"),
    "future_dated": (0.5, "a forecast with a date"),
    "event": (0.5, "something that happened"),
    "quantity": (0.3, "a figure is what is asserted"),
    "state": (0.3, "how things stand"),
    "plan": (0.3, "a plan"),
    "heading": (-1.2, "a heading"),
}
# How each reason is put to a person, by its code.
WORDINGS = worth.WORDINGS | {code: wording for code, (_, wording) in SEEN.items()}
# ... and those that speak against checking it.
AGAINST = frozenset({sign.code for sign in worth.SIGNS if sign.weight < 0} | {"heading"})
# Where the words alone let `worth` guess at what is seen here.
GUESSED = frozenset(SEEN) | {"attributed_institution"}
DEMANDING = frozenset({"demand"})
OF_FIGURES = frozenset({"figure", "figure_in_digits", "large_figure", "length_of_time"})

TIMED = frozenset({"date", "time", "duration", "repeat"})
AHEAD = re.compile(r"\b(?:by|until|till|before|next|within|coming|end of)\b", re.I)
LEAKED = re.compile(r"\bleak(?:ed|s)?\b", re.I)
REACH = 12
# Reading a figure takes as long as a hundred characters of other words. A text may have so many in one go, and one in
# so many characters on and on: enough for a table and for any report, while columns of digits cost what words do.
MOST_FIGURES = 500
FIGURE_EVERY = 20
LEAST_WORDS = 3
CLOSED = re.compile(r"[.!?…:;][\"'\u201d\u2019»)\]]*\Z")
LONGEST_HEADING = 100
BARRED = cues.RELATIVE | cues.words("how whether what why")
NO_CLAUSE = cues.PREPOSITIONS | cues.words("of how whether to out against")
PAIRS = (("\u201c", "\u201d"), ("\u00ab", "\u00bb"), ("(", ")"))
# A verb that says what sort of thing is told.
FORESEEING = cues.forms("expect predict forecast foresee")
INTENDING = cues.forms("promise vow pledge threaten propose")
# "I think" tells of nobody else.
OWN = frozenset({"i", "we", "you"})
THINKING = cues.forms("think believe suppose guess feel hope understand find fear doubt say")
SIZE_OF = re.compile(
    r"\b(?:an?|the|its|his|her|their|our|whose)\s+(?P<words>(?:[\w-]+ ){1,4})of\s+"
    r"(?:(?:about|around|some|nearly|almost|up to|at least|more than|between|only|roughly)\s+)*\Z", re.I
)  # fmt: skip
NO_PERSON = cues.DETERMINERS | cues.SUBJECTS | cues.PREPOSITIONS | cues.CONJUNCTIONS | cues.words("there here")
OF_PLACES = cues.BE | {"fell"}
TOLD_BEHIND = re.compile(r"\s*\w")
QUOTED = re.compile('["\u201c\u201d\u00ab\u00bb]')
THE_SMALL = re.compile(r"\b(?:the|these|those|both|his|her|its|their|other)\s+\Z", re.I)


class Assertion(NamedTuple):
    """A sentence and what it asserts; all offsets count in the whole text, but those of the rungs in the sentence.

    ``span`` are the words that carry the assertion, without who says so where they stand by themselves.
    ``score`` is from 0 to 1, and from THRESHOLD on the sentence is worth checking; ``reasons`` has the strongest
    first. ``kind`` is the code of a claim's kind. A rung's speaker stands as printed, but "he", "it" and "they" are
    the speaker of the sentence before, where that is clear. ``quantities`` are those of the ``figures`` that are
    asserted: no dates, and none that belong to whoever speaks.
    """

    sentence: Span
    span: Span
    score: float
    kind: str
    reasons: tuple[Reason, ...]
    rungs: tuple[Rung, ...]
    figures: tuple[Figure, ...]
    quantities: tuple[Figure, ...]


def assertions(text: str, today: date | None = None) -> Iterator[Assertion]:
    """Every sentence of a text in order, read paragraph by paragraph; opinions, questions and instructions too.

    "Last week" is counted from ``today``, the day the text was published, where it is known. Where figures
    follow each other far more densely than in any running text, those of a sentence are left unread.
    """
    room = float(MOST_FIGURES)
    for paragraph in each_paragraph(text):
        speaker = ""
        for sentence in in_paragraph(text, paragraph):
            room = min(MOST_FIGURES, room + (sentence.end - sentence.start) / FIGURE_EVERY)
            dense = density(text[sentence.start : sentence.end])
            found = assertion(text, sentence, speaker, today, counting=dense <= room)
            room -= dense if dense <= room else 0
            speaker = next((rung.speaker for rung in found.rungs if rung.speaker), speaker if found.rungs else "")
            yield found


def assertion(
    text: str, sentence: Span, speaker: str = "", today: date | None = None, *, counting: bool = True
) -> Assertion:
    """What one sentence asserts; ``speaker`` is whoever speaks in the sentence before, ``counting`` reads figures."""
    words = text[sentence.start : sentence.end]
    told = tuple([named(words, rung, speaker) for rung in rungs(words) if not is_own_thought(rung)])
    counted = figures(words, today) if counting else []
    whole = Span(0, len(words))
    told_words = content(words, told) if told else whole
    kind = kind_of(words[told_words.start : told_words.end], told)
    quantities = [figure for figure in counted if is_quantity(words, figure, told)]
    codes = [*seen(words, told, counted, kind), *(["two_quantities"] if len(quantities) > 1 else [])]
    reasons = weighed(words, codes, mistakes(counted, quantities, told))
    score = 1 / (1 + exp(-worth.BIAS - sum(reason.weight for reason in reasons)))
    span = told_words if stands_alone(words, told_words) else whole
    return Assertion(
        sentence, Span(sentence.start + span.start, sentence.start + span.end), score, kind, reasons, told,
        placed(counted, sentence.start), placed(quantities, sentence.start),
    )  # fmt: skip


def placed(counted: Sequence[Figure], start: int) -> tuple[Figure, ...]:
    return tuple([figure._replace(start=start + figure.start, end=start + figure.end) for figure in counted])


def is_own_thought(rung: Rung) -> bool:
    """Whether it is the writer who thinks so: "I think" tells of nobody else."""
    return rung.speaker.lower() in OWN and rung.verb.lower() in THINKING


def kind_of(words: str, told: Sequence[Rung]) -> str:
    """The kind of what is told: a verb such as "expects" or "vowed" says it too."""
    kind = likely_kind(words)
    verbs = {word for rung in told for word in rung.verb.lower().split()}
    if not FORESEEING.isdisjoint(verbs) and kind in ("quantity", "state", "statement"):
        return "forecast"
    if not INTENDING.isdisjoint(verbs) and kind in ("forecast", "statement"):
        return "plan"
    return kind


def weighed(words: str, codes: Sequence[str], mistaken: frozenset[str]) -> tuple[Reason, ...]:
    """The reasons, the strongest first: those of the words, with what is seen in the place of what was guessed."""
    reasons = [each for each in worth.worth(words).reasons if each.code not in GUESSED and each.code not in mistaken]
    reasons += [Reason(code, SEEN[code][0]) for code in codes]
    return tuple(sorted(reasons, key=worth.strength))


def mistakes(counted: Sequence[Figure], quantities: Sequence[Figure], told: Sequence[Rung]) -> frozenset[str]:
    """The signs that a sentence only seems to give.

    A date is no figure, and "the force should have 5,000 men" is no demand where somebody else is heard saying so.
    """
    if quantities:
        return DEMANDING if told else frozenset()
    return OF_FIGURES if counted and all(map(is_dated, counted)) else frozenset()


def seen(words: str, told: Sequence[Rung], counted: Sequence[Figure], kind: str) -> Iterator[str]:
    """The codes of what the rungs, the dates and the kind show."""
    if len(words) < LONGEST_HEADING and not CLOSED.search(words):
        yield "heading"
    elif kind in SEEN:
        yield kind
    if kind in ("plan", "forecast") and any(is_ahead(words, figure) for figure in counted):
        yield "future_plan_dated" if kind == "plan" else "future_dated"
    if any(each.kind not in TIMED and None not in (each.low, each.high) and each.low != each.high for each in counted):
        yield "range"
    if told:
        yield from who_tells(words, told)


def who_tells(words: str, told: Sequence[Rung]) -> Iterator[str]:
    manners = {rung.manner for rung in told}
    if any(rung.manner == "on_record" and is_official(rung.speaker) for rung in told):
        yield "attributed_official"
    elif "anonymous" in manners:
        yield "attributed_anonymous"
    elif "document" not in manners and any(rung.speaker for rung in told):
        yield "attributed"
    if LEAKED.search(words) and not manners.isdisjoint(("document", "hearsay")):
        yield "leaked_document"
    elif "document" in manners:
        yield "attributed_document"
    if any(rung.hedge for rung in told):
        yield "hedged"
    if len({rung.speaker for rung in told}) > 1:
        yield "told_twice"


def is_quantity(words: str, figure: Figure, told: Sequence[Rung]) -> bool:
    """Whether a figure is asserted: no date, no rank, none of "two officials say", nor the two of "the two sides"."""
    if is_dated(figure) or figure.kind == "ordinal":
        return False
    if any(rung.start <= figure.start < rung.end for rung in told):
        return False
    before = words[max(0, figure.start - REACH) : figure.start]
    return not (words[figure.start].isalpha() and figure.low == figure.high and THE_SMALL.search(before))


def is_dated(figure: Figure) -> bool:
    return figure.kind in TIMED or is_year(figure)


def is_year(figure: Figure) -> bool:
    value = figure.low
    bare = figure.kind == "number" and not figure.unit and not figure.counted and value == figure.high
    return bare and value is not None and 1500 <= value < 2200 and figure.end - figure.start == len("2030")


def is_ahead(words: str, figure: Figure) -> bool:
    """Whether a date is one by which something is to be: by 2030, next year."""
    if not is_dated(figure):
        return False
    return AHEAD.search(words, max(0, figure.start - len("the end of ")), figure.end) is not None


def stands_alone(sentence: str, span: Span) -> bool:
    """Whether some words of a sentence are a clause that can be understood by itself."""
    if span == (0, len(sentence)):
        return True
    inner = sentence[span.start : span.end]
    words = take_apart(inner)
    if len(words.small) < LEAST_WORDS or words.at(0) in cues.SUBJECTS or not are_paired(inner):
        return False
    lead = sentence[: span.start].rstrip(" \n,:").rpartition(" ")[2].lower()
    if lead in NO_CLAUSE:
        return False
    return lead == "that" or has_finite_verb(words)


def are_paired(words: str) -> bool:
    """Whether every quotation mark and bracket that opens is closed."""
    return words.count('"') % 2 == 0 and all(words.count(one) == words.count(other) for one, other in PAIRS)


def has_finite_verb(words: Words) -> bool:
    """Whether a verb follows the subject with which the words begin, before any "who", "which" or "that"."""
    for at in range(1, len(words.small)):
        word = words.at(at)
        if word in BARRED:
            return False
        if word.endswith("ing"):
            continue
        if is_verb(words, at) or is_verb_in_s(words, at):
            return True
    return False


def is_verb_in_s(words: Words, at: int) -> bool:
    """Whether a word such as "keeps" is a verb, by what stands behind it."""
    word, after = words.at(at), words.at(at + 1)
    if len(word) < 4 or not word.endswith("s") or word.endswith("ss") or words.at(at - 1) in cues.DETERMINERS:
        return False
    return after == "to" or after in cues.DETERMINERS or after in cues.NOT or after.endswith("ing")


def entity(text: str, figure: Figure) -> str:
    """Of what a figure is the size: "border guard" of "a border guard of 12,000" or "12,000-strong border guard"."""
    if text.startswith("-strong ", figure.end):
        return figure.counted
    before = SIZE_OF.search(text, max(0, figure.start - 80), figure.start)
    return before["words"].strip() if before and not figure.unit else ""


def named(sentence: str, rung: Rung, speaker: str) -> Rung:
    """The rung with whoever a "he", "it" or "they" means: the one person named before it, or who spoke just before."""
    pronoun = rung.speaker.lower()
    if pronoun in ("he", "she") and (person := subject_before(sentence, rung)):
        return rung._replace(speaker=person)
    if not speaker or pronoun not in cues.SUBJECTS or sentence[: rung.start].count(" ") > 2:
        return rung
    several = " and " in speaker or speaker.endswith("s")
    is_place = speaker in CAPITALS or rung.manner == "document"
    fits = {"they": several, "it": not several, "he": not several and not is_place, "she": not several and not is_place}
    return rung._replace(speaker=speaker) if fits.get(pronoun) else rung


def subject_before(sentence: str, rung: Rung) -> str:
    """The person with whom the sentence begins, where no other is named before "he said"."""
    if not TOLD_BEHIND.match(sentence, rung.end) or sentence[rung.end - 1] == "," or QUOTED.search(sentence):
        return ""  # "Khrenin lies, he said" is said by somebody else.
    words = take_apart(sentence[: rung.start])
    first = end = 1 if words.at(0) in cues.CONJUNCTIONS else 0
    while is_name(words, end):
        end += 1
    name = words.between(first, end)
    if not name or name in CAPITALS or words.at(first) in NO_PERSON or is_paper(name):
        return ""
    if words.at(end) in OF_PLACES or not (is_verb(words, end) or words.at(end).endswith("ed")):
        return ""
    others = [at for at in range(end, len(words.small)) if is_name(words, at)]
    return "" if any(may_be_person(words, at) for at in others) else name


def may_be_person(words: Words, at: int) -> bool:
    is_place = words.printed[at] in CAPITALS or words.at(at - 1) in cues.PREPOSITIONS - {"with", "by", "for"}
    return not is_place and words.at(at) not in cues.DAYS
