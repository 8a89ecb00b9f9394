"""Dates and times in running text, as TIMEX3 writes them and as days of the calendar.

TIMEX3: Pustejovsky and others, ISO-TimeML, 2010; what is not said is written X, as in XXXX-10-02 for 2 October.
"""

import re
from datetime import date, datetime
from typing import NamedTuple

from claims.text.calendar_values import DAY, Day, Days, Hours, Length, Moment, Moments, Repeat
from claims.text.clocks import CLOCK_RULES, MEETING_RULES, REPEAT_RULES, daypart_moments
from claims.text.date_words import OPENERS, WORDS, runs
from claims.text.days import CALENDAR_RULES, LENGTH_RULES, WORDS_RULES
from claims.text.periods import PERIOD_RULES
from claims.text.rewriting import Grammar, Token
from claims.text.spans_of_time import DAYS_RULES, SPAN_RULES


class Timed(NamedTuple):
    """A date or a time in a text: what sort, its TIMEX3 name, and the moments from which and up to which it lasts.

    ``floating`` if it hangs on the day it was said, such as "yesterday".
    """

    start: int
    end: int
    sort: str
    timex: str
    begin: datetime | None = None
    until: datetime | None = None
    length: Length | None = None
    hours: Hours | None = None
    floating: bool = False


GRAMMAR = Grammar(
    [
        *WORDS_RULES,
        *REPEAT_RULES,
        *LENGTH_RULES,
        *DAYS_RULES,
        *CALENDAR_RULES,
        *CLOCK_RULES,
        *PERIOD_RULES,
        *SPAN_RULES,
        *MEETING_RULES,
    ]
)
# Any of these may be part of a date, none is one.
WEAK = frozenset([
    "to", "from", "between", "and", "or", "of", "at", "about", "in", "on", "the", "before", "after", "since",
    "later", "earlier", "early", "late", "within", "article", "few", "more", "less", "than", "no", "half", "present",
    "time", "for", "finish", "start", "fiscal", "school", "calendar", "greater", "rest", "prior", "as", "right",
    "long", "hundred", "thousand", "num", "int", "float", "ordinal", "dash", "comma", "slash", "digit", "teen",
    "tens", "any", "every", "once", "any", "relative", "maybe_month", "maybe_weekday", "equals", "upto", "date_word",
    "mid", "couple", "until", "semi",
])  # fmt: skip
MEANT = frozenset([
    "bare_span", "date", "span", "clock", "hours", "length", "moment", "moments", "repeat", "dayp", "weekend_set",
])  # fmt: skip
YEAR_BEFORE = re.compile(
    r"\b(?:in|since|by|of|from|until|till|during|before|after|and|or|year|mid|to|for|summer|winter|spring|autumn|fall|"
    r"early|late|the|not|but|is|than)\s+$",
    re.IGNORECASE,
)
YEAR_AFTER = re.compile(
    r"\s*(?:$|[.,;:!?)\]’”\"'–—-]|(?:is|was|were|are|and|or|to|but|the|in|at|on|by|for|will|would|as|with|that|which|when|"
    r"had|has|have|after|before|because|until|from|it|he|she|they|than|alone)\b|[A-Z][a-z])"
)
# A figure makes a date by itself only as a year, with signs, or with letters; else it needs a word.
FIGURE_TRIGGER = re.compile(r"(?<![\d.,])[12]\d{3}(?!\d|,\d)|\d[:/.-]\d|\d\s?[ap]\.?m|\d[a-zA-Z]|[<>=½]", re.ASCII)
TRIGGERS = frozenset(word for word, (name, _) in WORDS.items() if name not in WEAK) | OPENERS - {
    "a",
    "p",
    "new",
    "all",
    "st",
    "black",
}


def may_hold(text: str, words: frozenset[str]) -> bool:
    """Whether a date may stand in the text, whose words in lower case are these: quick, and never wrong with no."""
    return not TRIGGERS.isdisjoint(words) or FIGURE_TRIGGER.search(text) is not None


def dates(text: str, now: datetime, *, bare: bool = True) -> list[Timed]:
    """Every date, time and length of time, in order, none within another.

    ``bare`` also takes what is one only where dates are asked for, such as "the week", "at 6" and 1/2.
    """
    found: list[Timed] = []
    for run in runs(text):
        if all(token.name in WEAK for token in run):
            continue
        for token in GRAMMAR.rewrite(run, now):
            if (made := timed(token, text, now, bare=bare)) is not None:
                found.append(made)
    return found


def timed(token: Token, text: str, now: datetime, *, bare: bool) -> Timed | None:
    """What the token means, if it is a date after all."""
    name, value = token.name, token.value
    if name == "year" and is_year(token, text):
        name, value = "span", Days(f"{value:04}", date(value, 1, 1), date(value + 1, 1, 1), "Y")
    if name == "dayp":
        name, value = "moments", daypart_moments(*value)
    if name not in MEANT or (name == "bare_span" and not bare):
        return None
    if name == "hours" and text[max(0, token.start - 5) : token.start].lower() == "good ":
        return None
    shape = (token.start, token.end, name)
    midnight = datetime.min.time()
    floating = token.floating
    if isinstance(value, Day):
        begin = datetime.combine(value.day, midnight)
        return Timed(*shape, value.timex, begin, begin + DAY if value.day < date.max else None, floating=floating)
    if isinstance(value, Days):
        begins = datetime.combine(value.begin, midnight) if value.begin else None
        ends = datetime.combine(value.end, midnight) if value.end else None
        return Timed(*shape, value.timex, begins, ends, floating=floating)
    if isinstance(value, Moments):
        return Timed(*shape, value.timex, value.begin, value.end, floating=floating)
    if isinstance(value, Moment):
        return Timed(*shape, value.timex, value.at, value.at, floating=floating)
    if isinstance(value, Length):
        return Timed(*shape, value.timex, length=value)
    if isinstance(value, Hours):
        return Timed(*shape, value.timex, hours=value)
    if isinstance(value, Repeat):
        return Timed(*shape, value.timex)
    return Timed(*shape, value.timex, hours=Hours(value.timex, value.seconds, value.seconds))


def is_year(token: Token, text: str) -> bool:
    before, after = text[max(0, token.start - 14) : token.start], text[token.end : token.end + 12]
    if before[-1:] in tuple("-–/.,+#$£€") or before.rstrip()[-1:].isdigit():
        return False
    led = YEAR_BEFORE.search(before) is not None
    if not 1500 <= token.value < 2100:
        return led and before.rstrip().lower().endswith("in") and YEAR_AFTER.match(after) is not None
    if not led and before.rstrip()[-1:] not in ("", "(", ",", ";", ":"):
        return False
    return YEAR_AFTER.match(after) is not None
