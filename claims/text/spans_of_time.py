"""Rules that tie days together: from May to October, two weeks before Easter, since 2014, three days starting "
"Monday."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from claims.text.calendar_values import DAY, Day, Days, Length, Moment, Moments, later, period, year
from claims.text.clocks import is_back
from claims.text.days import TO, value, values
from claims.text.periods import early_or_late, end_of_period, month_of
from claims.text.rewriting import Made, Token, rule

Run = Sequence[Token]


def to_span(run: Run, now: datetime) -> Made:
    return "span", year(run[-1].value)


def unit_year(run: Run, now: datetime) -> Made:
    return to_span(run, now) if run[0].value == "Y" else None


def bare_period(run: Run, now: datetime) -> Made:
    """The week, the month, the year: the present one, where dates are asked for."""
    unit = run[-1].value
    if unit not in ("W", "m", "Y", "E") or (len(run) == 1 and unit != "E"):
        return None
    return "bare_span", period(unit, now.date())


def away(run: Run, now: datetime) -> Made:
    """Two weeks ago, in three hours, five days from now."""
    length: Length = value(run, "length")
    names = {token.name for token in run}
    if names & {"in"} and "the" in names:
        return None
    sign = -1 if names & {"ago", "earlier"} or "before" in names else 1
    at = later(now, length, sign)
    if length.in_clock:
        return "moment", Moment(at.isoformat(), at)
    return "date", Day(at.date().isoformat(), at.date())


def from_day(run: Run, now: datetime) -> Made:
    """Two weeks before Easter, three days from tomorrow, within two years of 2011."""
    length, day = value(run, "length"), value(run, "date")
    if length.in_clock:
        return None
    whole = value(run, "span") or (value(run, "year") and year(value(run, "year")))
    start = day.day if day else whole and whole.begin
    if start is None:
        return None
    sign = -1 if any(token.name in ("before", "prior") for token in run) else 1
    at = later(datetime.combine(start, datetime.min.time()), length, sign).date()
    limit = next((token.name for token in run if token.name in ("more", "less")), None)
    if limit is None:
        return "date", Day(at.isoformat(), at)
    if limit == "less":
        begin, end = sorted([start, at])
        return "span", Days(f"({begin},{end},{length.timex})", begin, end)
    return "span", Days(at.isoformat(), at if sign > 0 else None, at if sign < 0 else None)


def length_starting(run: Run, now: datetime) -> Made:
    length, day, words = value(run, "length"), value(run, "date"), values(run, "from")
    if (words == ["from"] and run[0].name != "for") or (words != ["from"] and run[0].name == "for"):
        return None
    if day is None:
        begin: datetime = value(run, "moment").at
        until = later(begin, length)
        return "moments", Moments(f"({begin.isoformat()},{until.isoformat()},{length.timex})", begin, until)
    if length.in_clock:
        return None
    end = later(datetime.combine(day.day, datetime.min.time()), length).date()
    return "span", Days(f"({day.day},{end},{length.timex})", day.day, end)


class End(NamedTuple):
    """One end of a span: its TIMEX3 name, its first day and the one after its last, and what it is: a day, a month."""

    timex: str
    day: date
    after: date
    unit: str


def end_day(token: Token, now: datetime) -> End | None:
    """How TIMEX3 names this end of a span, its first day and the day after it, and its unit."""
    if token.name == "year":
        token = token._replace(name="span", value=year(token.value))
    if token.name == "month":
        made = month_of([token], now)
        token = token._replace(name="span", value=made[1] if made else None)
    if isinstance(token.value, Day):
        return End(token.value.timex, token.value.day, token.value.day, "D")
    if isinstance(token.value, Days) and token.value.begin is not None and token.value.end is not None:
        yearless = token.value.timex.lstrip("(").startswith("XXXX")
        begin = token.value.begin.isoformat()
        name = "XXXX" + begin[4:] if yearless else begin
        return End(name, token.value.begin, token.value.end, token.value.unit)
    if token.name in ("now", "present"):
        return End(now.date().isoformat(), now.date(), now.date(), "D")
    return None


def day_range(run: Run, now: datetime) -> Made:
    """From one day, month or year to another; a year said at one end holds for the other too."""
    ends = [
        end
        for token in run
        if token.name in ("date", "span", "year", "present", "now") and (end := end_day(token, now))
    ]
    if len(ends) != 2:
        return None
    first, last = ends
    if last.unit == "part":
        unit = "m" if first.unit in ("m", "part") else first.unit
        name = last.after.isoformat()
        last = End("XXXX" + name[4:] if is_yearless(first) else name, last.after, last.after, unit)
    if first.unit == "part":
        first = first._replace(unit=last.unit)
    if is_yearless(first) and not is_yearless(last):
        day = first.day.replace(year=last.day.year)
        day = day if day <= last.day else day.replace(year=day.year - 1)
        first = first._replace(day=day, timex=day.isoformat())
    elif is_yearless(last) and not is_yearless(first):
        day = last.day.replace(year=first.day.year)
        day = day if day >= first.day else day.replace(year=day.year + 1)
        last = last._replace(day=day, timex=day.isoformat())
    elif last.day < first.day and is_yearless(first):
        same = last.day.replace(year=first.day.year)
        day = last.day + 7 * DAY if "WXX" in last.timex else same.replace(year=same.year + (same < first.day))
        last = last._replace(day=day)
    if last.day < first.day:
        return None
    lasts = between(first.day, last.day, {first.unit, last.unit})
    return "span", Days(f"({first.timex},{last.timex},{lasts})", first.day, last.day)


def is_yearless(end: End) -> bool:
    return end.timex.startswith("XXXX-")


def between(begin: date, end: date, units: set[str]) -> str:
    if units <= {"Y"}:
        return f"P{end.year - begin.year}Y"
    if units <= {"Y", "m", "Q"}:
        return f"P{(end.year - begin.year) * 12 + end.month - begin.month}M"
    return f"P{(end - begin).days}D"


def days_in_month(run: Run, now: datetime) -> Made:
    """9 to 12 June, April 9th through 17th, from 4 to 23 next month."""
    names = {token.name for token in run}
    if "and" in names and "between" not in names:
        return None
    numbers = values(run, "num", "ordinal")
    month_number, number, day = value(run, "month"), value(run, "year"), value(run, "date")
    whole = value(run, "span")
    if len(numbers) == 1 and day is not None:
        numbers = [day.day.day, *numbers]
        month_number, number = day.day.month, None if day.timex.startswith("XXXX") else day.day.year
        yearless, first = number is None, day.day
    elif whole is not None and whole.unit == "m" and whole.begin:
        yearless, first = whole.timex.startswith("XXXX"), whole.begin.replace(day=numbers[0])
    elif month_number is not None:
        yearless = number is None
        first = date(number or now.year, month_number, numbers[0])
        first = first.replace(year=now.year + 1) if yearless and first < now.date() else first
    else:
        return None
    if numbers[-1] > numbers[0]:
        last = first.replace(day=numbers[-1])
    elif any(token.name == "ordinal" for token in run):
        last = period("m", first, 1).begin.replace(day=numbers[-1])  # type: ignore[union-attr]
    else:
        return None
    said = [("XXXX" + end.isoformat()[4:]) if yearless else end.isoformat() for end in (first, last)]
    return "span", Days(f"({said[0]},{said[1]},P{(last - first).days}D)", first, last)


def open_span(run: Run, now: datetime) -> Made:
    """Before May, since 2014, until Friday, after the war's first week."""
    token = next(token for token in run if token.name in ("date", "span", "year"))
    names = [other.name for other in run]
    if value(run, "from") == "from" or value(run, "unit") not in (None, "Y"):
        return None
    whole = year(token.value) if token.name == "year" else token.value
    begin, end = (whole.day, whole.day) if isinstance(whole, Day) else (whole.begin, whole.end)
    if begin is None or end is None:
        return None
    if "equals" in names:
        return "span", Days(whole.timex, begin, end)
    if "upto" in names:
        return "span", Days(whole.timex, None, end)
    if is_back(run):
        by = value(run, "before") == "by"
        last = end if isinstance(whole, Days) and (by or whole.unit == "part") else begin + DAY * by
        return "span", Days(whole.timex, None, last)
    inclusive = set(names) & {"since", "from", "or", "and", "no"}
    starts = begin if inclusive or (isinstance(whole, Days) and whole.unit == "part" and "since" in names) else end
    return "span", Days(whole.timex, starts, None)


def bounded_length(run: Run, now: datetime) -> Made:
    return "length", value(run, "length")


def to_date(run: Run, now: datetime) -> Made:
    first = next((end for token in run if token.name in ("span", "date") and (end := end_day(token, now))), None)
    today = now.date()
    if first is None:
        return "span", Days("PRESENT_REF", None, today)
    begin = first.day if first.day <= today else first.day.replace(year=first.day.year - 1)
    return "span", Days(f"({begin},{today},P{(today - begin).days}D)", begin, today)


def moment_range(run: Run, now: datetime) -> Made:
    one, other = values(run, "moment")
    seconds = int((other.at - one.at).total_seconds())
    if seconds <= 0:
        return None
    hours, minutes = divmod(seconds // 60, 60)
    lasts = f"PT{hours}H" * (hours > 0) + (f"{minutes}M" if hours else f"PT{minutes}M") * (minutes > 0)
    return "moments", Moments(f"({one.timex},{other.timex},{lasts})", one.at, other.at)


OPEN = (
    "(since|after|before|prior to|until|no (later|earlier) than|(later|earlier|greater|more|less) than|upto|"
    "equals|as late as|"
    "from on?)"
)
DAYS_RULES = [
    rule("(from|between)? the? (num|ordinal) (to|until|dash|and) the? (num|ordinal) (of|in)? the? month (comma? "
         "of? year)?|"
         f"from? month the? (num|ordinal) {TO} the? (num|ordinal) (?!slash|ampm|units|unit|dash) (comma? of? "
         f"year)?", days_in_month),
]  # fmt: skip
SPAN_RULES = [
    rule("unit (?=year) year", unit_year),
    rule("(?<=before) year|(?<=after) year|(?<=since) year", to_span),
    rule("(early|mid|late|earlier|later) (of|dash|in)? the? span|"
         "(from|start|finish|mid|early) of the? span", early_or_late),
    rule("(early|mid|late) dash? year|(from|start|finish|mid) of (the unit)? year",
         lambda run, now: early_or_late([run[0], Token("span", 0, 0, year(run[-1].value))], now)),
    rule("finish of? the? unit|(earlier|later) in the? unit|eoy|eom", end_of_period),
    rule(f"from? (num|ordinal) {TO} (num|ordinal) (of|in)? span|from? date {TO} the? (num|ordinal) (?!units|"
         f"unit|month|slash|dash|ampm)", days_in_month),
    rule("for length comma? from on? (date|moment)|length comma? from from? on? (date|moment)|(?<=for) length "
         "comma? from on? (date|moment)", length_starting),
    rule("length (ago|later)|in length (from now)?(?!before|after|since|from|prior)|length (from now|later)", away),
    rule("(more|less)? than? (in)? length (before|after|since|from|prior to) (date|span|year)", from_day),
    rule("between the? (date|span|year) and the? (date|span|year|present|now)|"
         f"from the? (date|span|year) {TO} the? (date|span|year|present|now)|"
         f"(between|in (?=year {TO} year)|(?<!num dash) (?<!dash))? (date|span|year) {TO} the? (date|span|year) "
         f"(?!dash)", day_range),
    rule("(from (date|span))? to the? date_word", to_date),
    rule(f"moment {TO} moment|from moment to moment|between moment and moment", moment_range),
    rule(f"(unit (?=greater|later))? {OPEN} the? (date|span|year)|(date|span|year) ((or|and) (later|earlier|"
         f"greater|more)|or (after|before))",
         open_span),
    rule("(more|less) than length", bounded_length),
    rule("the? unit", bare_period),
]  # fmt: skip
