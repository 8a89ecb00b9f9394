"""Dates and times in running text, as TIMEX3 writes them and as days of the calendar.

TIMEX3: Pustejovsky and others, ISO-TimeML, 2010; what is not said is written X, as in XXXX-10-02 for 2 October.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from claims.text.calendar_values import DAY, Day, Days, Hours, Length, Moment, Moments, Repeat, later
from claims.text.clocks import CLOCK_RULES, MEETING_RULES, REPEAT_RULES, daypart_moments
from claims.text.date_words import TOKEN, named
from claims.text.days import CALENDAR_RULES, LENGTH_RULES, PERIOD_RULES, WORDS_RULES
from claims.text.rewriting import Token, rewrite
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


RULES = [*WORDS_RULES, *REPEAT_RULES, *LENGTH_RULES, *DAYS_RULES, *CALENDAR_RULES, *CLOCK_RULES, *PERIOD_RULES, *SPAN_RULES, *MEETING_RULES]
# Any of these may be part of a date, none is one.
WEAK = frozenset(
    "to from between and or of at about in on the before after since later earlier early late within article few more less "
    "than no half moment time for finish start fiscal school calendar greater rest prior as right long hundred thousand num int "
    "float ordinal dash comma slash digit teen tens any every once any relative maybe_month maybe_weekday equals upto date_word "
    "quarter ampm mid couple until semi season daypart now".split()
)  # fmt: skip
ALONE = frozenset("unit units weekends".split())
MEANT = frozenset("bare_span date span clock hours length moment moments repeat dayp weekend_set".split())
MOST_TOKENS = 100
YEAR_BEFORE = re.compile(r"\b(?:in|since|by|of|from|until|till|during|before|after|and|or|year|mid|to|for|summer|winter|spring|"
                         r"autumn|fall|early|late|the|not|but|is|than)\s+$", re.IGNORECASE)  # fmt: skip
YEAR_AFTER = re.compile(
    r"\s*(?:$|[.,;:!?)\]’”\"'–—-]|(?:is|was|were|are|and|or|to|but|the|in|at|on|by|for|will|would|as|with|that|which|when|"
    r"had|has|have|after|before|because|until|from|it|he|she|they|than|alone)\b)"
)
TRIGGER = re.compile(
    r"\d|\b(?:today|tom+or|tmr|yester|tonig|tonit|now\b|mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|"
    r"dec|week|month|year|day|hour|minute|decade|centur|quarter|annual|semi|fortnight|noon|mid|morning|afternoon|"
    r"evening|night|spring|summer|autumn|fall|winter|christmas|easter|eo[dym]\b|hallow|thanks|indep|labou?r|new\syear|"
    r"daily|every|current|at\s|in\s|to\sdate)",
    re.IGNORECASE | re.ASCII,
)


def dates(text: str, now: datetime, *, bare: bool = True) -> list[Timed]:
    """Every date, time and length of time, in order, none within another.

    ``bare`` also takes what is one only where dates are asked for, such as "the week", "at 6" and 1/2.
    """
    found: list[Timed] = []
    for run in runs(text):
        for token in rewrite(run, RULES, now):
            if (made := timed(token, text, now, bare=bare)) is not None:
                found.append(made)
    return found


def runs(text: str) -> Iterator[Sequence[Token]]:
    """Words that may make a date together, where any of them may make one at all."""
    run: list[Token] = []
    strong = False
    for match in TOKEN.finditer(text):
        name, value = named(match, text)
        if name == "other" or len(run) >= MOST_TOKENS:
            if strong:
                yield run
            run, strong = [], False
        if name != "other":
            run.append(Token(name, match.start(), match.end(), value, name in FLOATS))
            strong = strong or name not in WEAK or name in ("now", "ampm", "daypart", "season", "maybe_month", "maybe_weekday", "relative", "once", "every")
    if strong:
        yield run


FLOATS = frozenset("relative today tomorrow yesterday tonight now".split())


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
        ends = [end and datetime.combine(end, midnight) for end in (value.begin, value.end)]
        return Timed(*shape, value.timex, *ends, floating=floating)
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
    return Timed(*shape, value.timex, hours=Hours(value.timex, value.seconds, value.seconds)) if name == "clock" else Timed(
        *shape, value.timex)  # fmt: skip


def is_year(token: Token, text: str) -> bool:
    before, after = text[max(0, token.start - 14) : token.start], text[token.end : token.end + 12]
    if before[-1:] in tuple("-–/.,+#$£€") and before[-1:] or before.rstrip()[-1:].isdigit():
        return False
    led = YEAR_BEFORE.search(before) is not None
    if not 1500 <= token.value < 2100:
        return led and before.rstrip().lower().endswith("in") and YEAR_AFTER.match(after) is not None
    return YEAR_AFTER.match(after) is not None if led or before.strip() == "" or before.rstrip()[-1:] in "(,;:" else False
