"""Rules for spans of days: the last week of June, next quarter, mid-2019, the past two decades, the 21st century."""

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from claims.text.calendar_values import (
    DAY,
    Day,
    Days,
    Length,
    Moments,
    add_months,
    later,
    monday,
    month,
    months,
    period,
    week,
    weekend,
    year,
)  # fmt: skip
from claims.text.days import STEPS, value, values
from claims.text.rewriting import Made, Token, rule

Run = Sequence[Token]


def month_of(run: Run, now: datetime) -> Made:
    number, month_number, way = value(run, "year"), value(run, "month"), value(run, "relative")
    if way is not None:
        number = now.year + (1 if way == "next" and month_number <= now.month else 0)
        number -= 1 if way in ("last", "past") and month_number >= now.month else 0
    if number is not None:
        return "span", month(number, month_number)
    whole = month(now.year + (month_number < now.month), month_number)
    return "span", whole._replace(timex=f"XXXX-{month_number:02}")


def month_in_figures(run: Run, now: datetime) -> Made:
    return "span", month(value(run, "year"), value(run, "num"))


def quarter_of(run: Run, now: datetime) -> Made:
    """A quarter or half of a year, named by number."""
    size = 6 if value(run, "hn") else 3
    part, number = value(run, "qn", "hn", "ordinal"), value(run, "year")
    if value(run, "unit") not in (None, "Q") or part > 12 // size:
        return None
    way = value(run, "relative")
    if number is None and way is not None:
        number = now.year + STEPS[way]
    first = date(number or now.year, size * (part - 1) + 1, 1)
    return "span", months(first, size, "" if number else "any year")


def week_of(run: Run, now: datetime) -> Made:
    """Week 3 of 2027, the last week of May, the first two weeks of 2021."""
    number, month_number, way = value(run, "year"), value(run, "month"), values(run, "relative")
    nth = -1 if run[0].value == "last" or run[1].value == "last" else value(run, "ordinal", "num")
    if len(values(run, "unit")) == 2 or month_number:
        step = STEPS[way[-1]] if way and run[-1].name == "unit" else 0
        whole = month(number or now.year, month_number) if month_number else period(run[-1].value, now.date(), step)
        if whole.unit == "m":
            return week_in_month(whole, nth)
        number = whole.begin.year if whole.begin else None
    number = number or now.year
    last = date(number, 12, 28).isocalendar().week
    return "span", week(date.fromisocalendar(number, last if nth < 0 else nth, 1))


def week_in_month(whole: Days, nth: int) -> Made:
    """A week that belongs to the month by its Thursday; the last is always called the fifth."""
    if whole.begin is None or whole.end is None:
        return None
    first = monday(whole.begin + 3 * DAY)
    day = monday(whole.end - DAY) if nth < 0 else first + 7 * DAY * (nth - 1)
    if (day + 3 * DAY).month != whole.begin.month and nth < 0:
        day -= 7 * DAY
    name = 5 if nth < 0 else nth
    return "span", Days(f"{whole.timex}-W{name:02}", day, day + 7 * DAY, "W")


def relative_period(run: Run, now: datetime) -> Made:
    unit, way = value(run, "unit", "weekends"), value(run, "relative") or "this"
    if way == "same":
        return same_period(unit, now)
    step = STEPS[way]
    if unit in ("s", "M", "h"):
        other = later(now, Length(((unit, Fraction(step)),)))
        name = Length(((unit, Fraction(1)),)).timex
        return ("moments", between_moments(min(now, other), max(now, other), name)) if step else None
    if unit in ("D", "N", "B"):
        return None
    if unit == "F":
        return counted(run, now)
    return "span", period(unit, now.date(), step)


def same_period(unit: str, now: datetime) -> Made:
    timex = {"W": "XXXX-WXX", "E": "XXXX-WXX-WE", "m": "XXXX-XX", "Y": "XXXX"}.get(unit)
    return ("span", period(unit, now.date())._replace(timex=timex)) if timex else None


def between_moments(begin: datetime, end: datetime, name: str) -> Moments:
    return Moments(f"({begin.isoformat()},{end.isoformat()},{name})", begin, end)


def counted(run: Run, now: datetime) -> Made:
    """The next three days, the past two decades, within five hours."""
    way = value(run, "relative") or "within"
    whole = value(run, "length")
    if whole is None:
        many = value(run, "num", "int", "couple", "few", "article")
        many = {"couple": 2, "few": 3, "several": 3}.get(many, many) if isinstance(many, str) else many
        whole = Length(((value(run, "unit", "units", "weekends"), Fraction(many if isinstance(many, int) else 1)),))
    unit, number = whole.amounts[0]
    if way in ("this", "same"):
        return None
    back = way in ("last", "past")
    if whole.in_clock:
        other = later(now, whole, -1 if back else 1)
        return "moments", between_moments(min(now, other), max(now, other), whole.timex)
    if unit in ("Q", "X", "C") and way != "within":
        first, size = period(unit, now.date(), int(-number if back else 1)).begin, {"Q": 3, "X": 120, "C": 1200}[unit]
        return ("span", months(first, int(number) * size)) if first else None
    begin = now.date() + DAY * (way != "within" and not back and run[0].name != "within")
    end = later(datetime.combine(begin, datetime.min.time()), whole, -1 if back else 1).date()
    begin, end = min(begin, end), max(begin, end)
    return "span", Days(f"({begin},{end},{whole.timex})", begin, end)


def early_or_late(run: Run, now: datetime) -> Made:
    """Early May, mid-2019, the end of the month, later this year."""
    whole: Days = value(run, "span")
    if whole.begin is None or whole.end is None or whole.timex.startswith("("):
        return None
    begin, end = whole.begin, whole.end
    part = run[0].name if run[0].name != "the" else run[1].name
    if whole.unit == "Y":
        cuts = [5, 9] if part in ("start", "from", "finish", "mid") else [7, 7]
        cut = [add_months(begin, cuts[0] - 1), add_months(begin, cuts[1] - 1)]
    elif whole.unit == "m":
        cut = [begin + 9 * DAY, begin + 20 * DAY] if part == "mid" else [begin + 15 * DAY] * 2
    elif whole.unit == "W":
        cut = [begin + 2 * DAY, begin + 4 * DAY] if part == "mid" else [begin + 3 * DAY] * 2
    else:
        cut = [begin + (end - begin) / 3, end - (end - begin) / 3]
    if part in ("early", "earlier", "start", "from"):
        end = cut[0]
    elif part in ("late", "later", "finish"):
        begin = cut[1]
    else:
        begin, end = cut
    return "span", Days(whole.timex, begin, end, "part")


def decade_of(run: Run, now: datetime) -> Made:
    first = run[-1].value
    if first < 100:
        return "span", Days(f"(XX{first:02}-01-01,XX{(first + 10) % 100:02}-01-01,P10Y)", date(1900 + first, 1, 1),
                            date(1910 + first, 1, 1), "X")  # fmt: skip
    return "span", months(date(first, 1, 1), 120)


def century_of(run: Run, now: datetime) -> Made:
    number = value(run, "ordinal")
    if value(run, "unit") != "C" or number < 2:
        return None
    return "span", months(date((number - 1) * 100, 1, 1), 1200)


def named_year(run: Run, now: datetime) -> Made:
    """A year counted for money, for school or by the calendar."""
    way, kind = value(run, "relative"), value(run, "fiscal_year")
    if value(run, "unit") not in (None, "Y"):
        return None
    words = {token.name for token in run}
    name = kind[0] if kind else "FY" if "fiscal" in words else "SY" if "school" in words else "CY"
    number = kind[1] if kind else value(run, "year") or now.year + STEPS[way or "this"]
    whole = year(number)
    return "span", (whole if name == "CY" else whole._replace(timex=f"{name}{number}", begin=None, end=None))


def season_of(run: Run, now: datetime) -> Made:
    name, number, way = value(run, "season"), value(run, "year"), value(run, "relative")
    if number is None and way is not None:
        number = now.year + STEPS[way]
    return "span", Days(f"{number:04}-{name}" if number else name, None, None, "season")


def end_of_period(run: Run, now: datetime) -> Made:
    """EOY and EOM, and the end of a period without an article."""
    unit = {"eoy": "Y", "eom": "m"}.get(run[-1].name, value(run, "unit"))
    if unit not in ("Y", "m", "W", "Q"):
        return None
    whole = Token("span", 0, 0, period(unit, now.date()))
    return early_or_late(
        [Token("finish" if run[0].name == "finish" or len(run) == 1 else run[0].name, 0, 0), whole], now
    )


def rest_of(run: Run, now: datetime) -> Made:
    whole = period(value(run, "unit"), now.date())
    if whole.end is None:
        return None
    begin, end = now.date(), whole.end - DAY
    return "span", Days(f"({begin},{end},P{(end - begin).days}D)", begin, end)


def holiday_weekend(run: Run, now: datetime) -> Made:
    day: Day = value(run, "date")
    near = weekend(day.day - DAY if day.day.isoweekday() == 1 else day.day)
    return ("span", near) if value(run, "unit", "weekends") == "E" else None


def week_with(run: Run, now: datetime) -> Made:
    """The week of the 18th, the week starting on 4 February."""
    day = value(run, "date")
    if value(run, "unit") != "W":
        return None
    if day is None:
        number = value(run, "ordinal")
        day = Day(f"XXXX-XX-{number:02}", now.date().replace(day=number))
    whole = week(day.day)
    return "span", whole._replace(timex=day.timex)


def in_unit(*units: str) -> Any:
    return lambda make: lambda run, now: make(run, now) if value(run, "unit", "weekends") in units else None


PERIOD_RULES = [
    rule("the? unit (of|from) (the ordinal|on? the? date)", week_with),
    rule("the? (unit|weekends) of date|date (?=unit) unit", holiday_weekend),
    rule("the? (ordinal|relative) (unit|units) (of|in) (the? year|month year?|the? relative? unit)|unit num "
         "((of|in) year)?",
         in_unit("W")(week_of)),
    rule("relative? (fiscal|school|calendar) unit year?|fiscal_year", named_year),
    rule("relative month|month comma? (of|in|dash|slash)? the? year|year (dash|slash|comma)? month", month_of),
    rule("(?<!num|float) (?<!dash) year dash num (?!dash|slash|num)|"
         "(?<!dash) num dash year (?!dash|slash)", month_in_figures),
    rule("the? (ordinal unit|qn|hn) (comma|of|dash|in)? (the? year|the? relative? unit)|year (dash|comma)? "
         "(ordinal unit|qn|hn)|"
         "qn|hn", quarter_of),
    rule("the? (ordinal) unit", century_of),
    rule("the? decade", decade_of),
    rule("the? relative? season (of? year)?", season_of),
    rule("month", month_of),
    rule("relative of? length|(num|int) relative (units|unit|weekends)|within the? (relative? length|relative "
         "unit)", counted),
    rule("rest of (the|relative) unit", rest_of),
    rule("relative (unit|weekends)", relative_period),
]  # fmt: skip
