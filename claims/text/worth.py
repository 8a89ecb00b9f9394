"""How much a sentence is worth checking: named signs, a printed table of weights, and nothing hidden.

A sentence's words are put into classes, the classes are counted, and each sign asks for so many of this and
that class. The weights of the signs that speak are added up; the logistic function makes the sum a score.

The weights were found by logistic regression (L2) on the train part of the ClaimBuster debate sentences
(Arslan, Hassan, Li and Tremayne, ICWSM 2020), rounded to a tenth, with the bias moved so that the best F1 in
cross-validation falls at one half. The words of each class are general English, counted from no data. Signs
that debates hardly show were weighed by hand and say so.
"""

import re
from functools import lru_cache
from math import exp
from typing import NamedTuple

from claims.text.vocabulary import LISTS

METHOD = "signs"
VERSION = "1"
THRESHOLD = 0.5
BIAS = -2.0


class Reason(NamedTuple):
    """A sign that speaks for checking a sentence, or against it where its weight is negative."""

    code: str
    weight: float


class Worth(NamedTuple):
    """A sentence's score, from 0 to 1, and the reasons for it, the strongest first."""

    score: float
    reasons: tuple[Reason, ...]


class Sign(NamedTuple):
    """``needs`` says of which traits a sentence must have how many for the sign to speak."""

    code: str
    weight: float
    wording: str
    needs: dict[str, int]


SIGNS = (
    # Figures and dates.
    Sign("figure", 1.2, "a figure", {"figure": 1}),
    Sign("two_quantities", 0.6, "two quantities", {"figure": 2}),
    Sign("figure_in_digits", 0.6, "a figure in digits", {"digits": 1}),
    Sign("large_figure", 1.1, "a figure in the thousands or more", {"large": 1}),
    Sign("percentage", 2.0, "a percentage", {"percent": 1}),
    Sign("money", 0.4, "a sum of money", {"money": 1}),
    Sign("rank", 0.5, "a place in an order", {"ordinal": 1}),
    Sign("year", 0.9, "a year", {"year": 1}),
    Sign("date", 0.2, "a month, a day or a season", {"date": 1}),  # by hand
    Sign("past_time", 0.5, "set against an earlier time", {"past time": 1}),
    Sign("comparison", 0.5, "a comparison", {"more": 1}),
    Sign("superlative", 0.7, "the most, the least or the only one", {"most": 1}),
    Sign("change", 0.7, "a rise, a fall or another change", {"change": 1}),
    Sign("length_of_time", -0.4, "a figure that may be a length of time", {"figure": 1, "time unit": 1}),
    # What it is about.
    Sign("statistic", 0.8, "something that is counted: a rate, a price, a level", {"statistic": 1}),
    Sign("economy", 0.7, "taxes, jobs, trade or business", {"economy": 1}),
    Sign("public_services", 0.7, "health, schools or housing", {"welfare": 1}),
    Sign("energy", 0.4, "energy or climate", {"energy": 1}),
    Sign("law", 0.5, "a law, a treaty or a policy", {"law": 1}),
    Sign("institution", 0.2, "an institution", {"institution": 1}),
    Sign("office_holder", 0.3, "somebody in office", {"office": 1}),
    Sign("armed_forces", 0.5, "armed forces or weapons", {"armed": 1}),
    Sign("armed_forces_twice", 0.4, "armed forces or weapons more than once", {"armed": 2}),
    Sign("conflict", 0.9, "war, violence or crime", {"conflict": 1}),
    Sign("name", 0.5, "a name", {"name": 1}),
    Sign("two_names", 0.5, "two names", {"name": 2}),
    # What was done, and by whom.
    Sign("act", 1.2, "an act on record: voted, signed, built, sent", {"act": 1}),
    Sign("own_act", 0.3, "an act on record of the speaker's own", {"i": 1, "act": 1}),
    Sign("past", 0.5, "told in the past tense", {"past": 1}),
    Sign("past_twice", 0.5, "told in the past tense throughout", {"past": 2}),
    Sign("past_form", 0.2, "a verb in -ed", {"ed": 1}),
    Sign("perfect", 0.3, "what has or had happened", {"has": 1}),
    Sign("stance", 0.5, "for or against something", {"stance": 1}),
    Sign("about_another", 0.3, "about another person", {"he": 1}),
    Sign("begins_with_another", 0.6, "begins with another person", {"first he": 1}),
    Sign("about_others", 0.4, "about others", {"they": 1}),
    Sign("plan", 0.2, "a plan or a programme", {"plan": 1}),
    Sign("future_plan_dated", 0.8, "a future plan with a date", {"plan": 1, "year": 1}),  # by hand
    Sign("future_dated", 0.5, "a future event with a date", {"will": 1, "year": 1}),  # by hand
    # Who says so.
    Sign("source", 0.8, "a study, a document or another source", {"source": 1}),
    Sign("attributed", 0.2, "somebody said, claimed or warned so", {"speech": 1}),
    Sign("attributed_other", 0.3, "another person is said to have said so", {"he": 1, "speech": 1}),
    Sign("attributed_official", 0.6, "attributed to an official", {"office": 1, "speech": 1}),  # by hand
    Sign("attributed_institution", 0.4, "attributed to an institution", {"institution": 1, "speech": 1}),  # by hand
    Sign("hedged", 0.3, "hedged: claimed, reportedly, leaked", {"hearsay": 1}),  # by hand
    # What speaks against.
    Sign("question", -1.2, "a question", {"asks": 1}),
    Sign("instruction", -0.9, "an instruction", {"first instruction": 1}),
    Sign("demand", -1.0, "what should be: should, must, need", {"should": 1}),
    Sign("future", -0.9, "what is yet to be", {"will": 1}),
    Sign("possibility", -0.7, "what could or would be", {"would": 1}),
    Sign("condition", -0.6, "a condition", {"if": 1}),
    Sign("first_person", -0.8, "about the speaker", {"i": 1}),
    Sign("opinion", -0.4, "an opinion: think, believe, hope", {"opinion": 1}),
    Sign("own_opinion", -0.4, "the speaker's own opinion", {"i": 1, "opinion": 1}),
    Sign("judgement", -0.5, "words of praise or blame", {"valued": 1}),
    Sign("judgement_twice", -0.5, "many words of praise or blame", {"valued": 2}),
    Sign("unsure", -0.6, "perhaps, probably, seems", {"hedge": 1}),
    Sign("negated_twice", -0.5, "more than one no or not", {"not": 2}),
    Sign("indirect_question", -0.4, "what, how, who or why", {"wh": 1}),
    Sign("listener", -0.2, "spoken to the listener", {"you": 1}),
    Sign("aside", -0.3, "begins with an aside: well, now, frankly", {"first aside": 1}),
    Sign("courtesy", -0.3, "a greeting or thanks", {"courtesy": 1}),
    Sign("not_short", 0.3, "eight words or more", {"words": 8}),
)
# How each reason is put to a person, by its code.
WORDINGS = {sign.code: sign.wording for sign in SIGNS}
# A sign waits for its first trait, so that only those are asked of which something stands in the sentence.
WAITING: dict[str, list[tuple[Reason, int, dict[str, int]]]] = {}
for sign in SIGNS:
    (trait, least), *others = sign.needs.items()
    WAITING.setdefault(trait, []).append((Reason(sign.code, sign.weight), least, dict(others)))

CLASSES: dict[str, tuple[str, ...]] = {}
for name, words in LISTS.items():
    for word in words.split():
        spelled = word.replace("-", " ")
        CLASSES[spelled] = (*CLASSES.get(spelled, ()), name)

# In small letters only: a choice of thirty spellings in either case would take half of the time.
PHRASES = "|".join(word for word in CLASSES if " " in word)
TOKEN = re.compile(rf"\b(?:{PHRASES})\b|[^\W\d_]+(?:['’][^\W\d_]+)?|\d(?:[\d,.]*\d)?|[%$€£?]")
MARKS = {"%": "percent", "$": "money", "€": "money", "£": "money", "?": "asks"}
SHORT_FORMS = {"t": "not", "ll": "will", "d": "would", "ve": "has"}
# "Fifty thousand" is one figure and "Viktor Khrenin" one name: a run of them counts once.
RUNS = {"figure", "name"}
YEARS = range(1500, 2101)


def worth(sentence: str) -> Worth:
    """How much a sentence is worth checking, and why; from THRESHOLD on it counts as check-worthy."""
    counts = traits(sentence)
    reasons = [
        reason
        for trait, count in counts.items()
        if trait in WAITING
        for reason, least, others in WAITING[trait]
        if count >= least and (not others or all(counts.get(other, 0) >= n for other, n in others.items()))
    ]
    reasons.sort(key=strength)
    # In the order of their strength, so that the same signs always add up to the same last digit.
    total = BIAS + sum(reason.weight for reason in reasons)
    return Worth(1 / (1 + exp(-total)), tuple(reasons))


def strength(reason: Reason) -> tuple[float, str]:
    return -abs(reason.weight), reason.code


def traits(sentence: str) -> dict[str, int]:
    """How many words of each class a sentence has; of figures and of names, how many runs."""
    counts = {"words": 0}
    before: tuple[str, ...] = ()
    for token in TOKEN.findall(sentence):
        found = classes(token)
        if token[0].isalpha():
            if not counts["words"]:
                counts |= {f"first {trait}": 1 for trait in found}
                found = tuple(trait for trait in found if trait != "name")
            counts["words"] += 1
        for trait in found:
            if trait not in RUNS or trait not in before:
                counts[trait] = counts.get(trait, 0) + 1
        before = found
    return counts


@lru_cache(maxsize=10_000)
def classes(token: str) -> tuple[str, ...]:
    """The classes of a word, a figure or a mark."""
    if token in MARKS:
        return (MARKS[token],)
    if token[0].isdigit():
        return figure_classes(token)
    lower = token.lower().replace("\u2019", "'")
    found = list(CLASSES.get(token) or CLASSES.get(lower) or ())
    stem, _mark, ending = lower.partition("'")
    if ending:
        found += CLASSES.get(stem, ()) or CLASSES.get(stem[:-1], ())
        found += [SHORT_FORMS[ending]] if ending in SHORT_FORMS else []
    if not found:
        found += ["ed"] if stem.endswith("ed") and len(stem) > 4 else []
    if token[0].isupper() and "i" not in found:
        found.append("name")
    return tuple(found)


def figure_classes(token: str) -> tuple[str, ...]:
    if len(token) == 4 and token.isdecimal() and int(token) in YEARS:
        return ("year",)
    return ("figure", "digits", "large") if len(token) > 4 and "," in token else ("figure", "digits")
