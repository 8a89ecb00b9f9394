"""Rules for days and spans of days: 5 May 2020, next Monday, the last week of June, two years ago, mid-2019."""

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from claims.text.calendar_values import (
    DAY,
    Day,
    Length,
    add_months,
    feast,
    in_week,
    nth_weekday,
    period,
    soonest,
    yearly,
)
from claims.text.rewriting import Made, Token, rule

Run = Sequence[Token]


def value(run: Run, *names: str) -> Any:
    """What the first token of these names says, None without one."""
    return next((token.value for token in run if token.name in names), None)


def values(run: Run, *names: str) -> list[Any]:
    return [token.value for token in run if token.name in names]


# What joins two ends.
TO = "(to|until|dash)"
STEPS = {"next": 1, "soon": 1, "this": 0, "last": -1, "past": -1, "same": 0}


# Numbers and years in words.


def add_up(run: Run, now: datetime) -> Made:
    total = sum(values(run, "tens", "digit", "ordinal", "num"))
    return ("ordinal" if run[-1].name == "ordinal" else "num"), total


def tens_then_ordinal(run: Run, now: datetime) -> Made:
    return add_up(run, now) if run[-1].value < 10 else None


def year_in_words(run: Run, now: datetime) -> Made:
    """Nineteen seventy-two, seventeen hundred thirty-three, two thousand and five."""
    numbers = values(run, "digit", "teen", "tens", "num")
    if any(token.name == "thousand" for token in run):
        total = numbers[0] * 1000 + sum(numbers[1:])
    else:
        total = numbers[0] * 100 + sum(numbers[1:])
    said = any(token.name in ("hundred", "thousand") for token in run) or (len(numbers) > 1 and numbers[1] >= 10)
    return ("year", total) if said and 1500 <= total < 2100 and all(run[0].value != n for n in [1]) else None


WORDS_RULES = [
    rule("(teen|tens) hundred and? tens (dash?digit)?", year_in_words),
    rule("digit thousand (and? (tens dash? digit|tens|teen|digit))?", year_in_words),
    rule("(?:(?<=month)|(?<=month comma)|(?<=month of)|(?<=ordinal)|(?<=in)) (teen|tens) (tens dash? digit|tens|"
         "teen)",
         year_in_words),
    rule("tens dash? ordinal", tens_then_ordinal),
    rule("tens dash? digit", add_up),
    rule("teen|tens|digit", lambda run, now: ("num", run[0].value)),
    rule("maybe_month (?=the? (num|ordinal)|comma? year|dash (num|year|month)|(to|until) the? (month|"
         "maybe_month|num))|"
         "(?<=in|of|by|on) maybe_month|(?:(?<=relative)|(?<=since)|(?<=until)|(?<=to)|(?<=from)|(?<=mid)|"
         "(?<=mid dash)|(?<=ordinal)|"
         "(?<=early)|(?<=late)|(?<=before)|(?<=after)|(?<=ordinal of)) maybe_month",
         lambda run, now: ("month", run[0].value)),
    rule("(?<=relative|in|the|of|by|since|until|early|mid|late) maybe_season|maybe_season (?=of? year)",
         lambda run, now: ("season", run[0].value)),
    rule("(?<=num) maybe_month (?=comma? year)", lambda run, now: ("month", run[0].value)),
    rule("(?:(?<=relative)|(?<=on)|(?<=every)|(?<=comma)) maybe_weekday|maybe_weekday (?=comma? (month|num|"
         "ordinal|the ordinal))",
         lambda run, now: ("weekday", run[0].value)),
]  # fmt: skip


# Lengths of time.


def length(run: Run, now: datetime) -> Made:
    unit = value(run, "unit", "units", "weekends")
    if run[-1].name == "daypart":
        return ("length", Length((("N", Fraction(1)),))) if run[0].value == 1 and run[-1].value[0] == "TNI" else None
    number = value(run, "num", "int", "float")
    if unit == "Q" and len(run) == 2 and run[0].name == "article":
        return None  # A fourth, unless the words around say otherwise.
    many = Fraction(number) if number is not None else None
    if any(token.name == "half" for token in run):
        many = (many or Fraction(0)) + Fraction(1, 2)
    elif any(token.name == "unit" and token.value == "Q" for token in run[:-1]):
        many, unit = (many or Fraction(0)) + Fraction(1, 4), run[-1].value
    elif any(token.name == "float" for token in run) and number is not None and len(values(run, "num", "int")) == 1:
        many = Fraction(value(run, "num", "int")) + Fraction(value(run, "float"))
    elif many is None:
        many = Fraction(3 if value(run, "few") else 2 if value(run, "couple") else 1)
    return ("length", Length(((unit, many),))) if many <= 100_000 else None


def longer(run: Run, now: datetime) -> Made:
    """Three hours and 20 minutes: one length out of several, from large units to small."""
    amounts = tuple(amount for length in values(run, "length") for amount in length.amounts)
    order = "CXYQmFWEDNBhMs"
    places = [order.index(unit) for unit, _ in amounts]
    return ("length", Length(amounts)) if places == sorted(set(places)) else None


def and_a_half(run: Run, now: datetime) -> Made:
    (unit, many), *rest = run[0].value.amounts
    return None if rest else ("length", Length(((unit, many + Fraction(1, 2)),)))


UNIT = "(unit|units|weekends)"
MANY = "(num|int|float|num? float)"
LENGTH_RULES = [
    rule(f"(num|article) and article? (half|unit) dash? of? {UNIT}", length),
    rule(f"(half article|article half|half) dash? {UNIT}", length),
    rule(
        f"{MANY} dash? {UNIT}|(?<!relative) num (?=daypart) daypart|(article|the)? (few|article couple of?|"
        f"couple of?) {UNIT}|article unit",
        length,
    ),
    rule("(?<!the) any (?=unit) unit", length),
    rule("length and article? half", and_a_half),
    rule("length (comma? and? length)+ (?!ago)|length (comma? and? length)+", longer),
]


# Days of the calendar.


def ymd(run: Run, now: datetime) -> Made:
    number, month_number, day_number = run[-1].value
    return "date", Day(f"{number:04}-{month_number:02}-{day_number:02}", date(number, month_number, day_number))


def md(run: Run, now: datetime) -> Made:
    month_number, day_number = run[-1].value
    return "date", yearly(month_number, day_number, now)


def md_year(run: Run, now: datetime) -> Made:
    (month_number, day_number), number = value(run, "md"), value(run, "year")
    return ymd([Token("ymd", 0, 0, (number, month_number, day_number))], now)


def calendar_day(run: Run, now: datetime) -> Made:
    """A day and a month in words, with the year or without."""
    day_number, month_number, number = value(run, "num", "ordinal"), value(run, "month"), value(run, "year")
    short = values(run, "num")
    if value(run, "unit") not in (None, "D"):
        return None
    if number is None and len(short) + len(values(run, "ordinal")) == 2:
        number = (1900 if short[-1] >= 40 else 2000) + short[-1]
    if number is None:
        return "date", yearly(month_number, day_number, now)
    return "date", Day(f"{number:04}-{month_number:02}-{day_number:02}", date(number, month_number, day_number))


def weekday_with_number(run: Run, now: datetime) -> Made:
    """Friday the 13th: the next one, named by its day alone if it lies in this month."""
    weekday, number = value(run, "weekday"), value(run, "num", "ordinal")
    if not 1 <= number <= 31:
        return None
    if run[-2].name == "the" and (day := now.date().replace(day=number)).isoweekday() == weekday:
        return "date", Day(day.isoformat(), day)
    first = now.date().replace(day=1)
    for step in range(100):
        try:
            day = add_months(first, step).replace(day=number)
        except ValueError:
            continue
        if day >= now.date() and day.isoweekday() == weekday:
            return "date", Day(day.isoformat() if step == 0 else f"XXXX-WXX-{weekday}", day)
    return None


def weekday_with_figures(run: Run, now: datetime) -> Made:
    """Friday 7.6 or 7-6: month and day."""
    number = value(run, "float")
    figures = str(number).split(".") if number is not None else values(run, "num")
    if isinstance(number, Fraction) or len(figures) != 2:
        return None
    month_number, day_number = int(figures[0]), int(figures[1])
    if month_number > 12:
        month_number, day_number = day_number, month_number
    made = yearly(month_number, day_number, now)
    days = {made.day.isoweekday(), date(now.year, month_number, day_number).isoweekday()}
    return ("date", made) if number is not None or value(run, "weekday") in days else None


def holiday(run: Run, now: datetime) -> Made:
    (month_number, day_number), number, way = value(run, "holiday"), value(run, "year"), value(run, "relative")
    if number is None and any(token.name == "unit" for token in run):
        number, way = now.year + STEPS[way or "this"], None
    if number is not None:
        day = feast(month_number, day_number, number)
        return "date", Day(day.isoformat(), day)
    days = [feast(month_number, day_number, now.year + step) for step in (-1, 0, 1)]
    if way in ("last", "past"):
        day = max(day for day in days if day < now.date())
    elif way == "this":
        day = days[1]
    else:
        day = min(day for day in days if day >= now.date())
    if way is not None:
        return "date", Day(day.isoformat(), day)
    return "date", Day(f"XXXX-{day.month:02}-{day.day:02}", day)


def plain_weekday(run: Run, now: datetime) -> Made:
    weekday = value(run, "weekday")
    day = in_week(weekday, now)
    return "date", Day(f"XXXX-WXX-{weekday}", day if day >= now.date() else day + 7 * DAY)


def relative_weekday(run: Run, now: datetime) -> Made:
    """Next Monday, last Friday, Monday of next week."""
    weekday, ways = value(run, "weekday"), values(run, "relative")
    if len(ways) == 2 or ways[0] == "soon":
        past = ways[-1] in ("last", "past")
        back = (1 if weekday != now.isoweekday() else 2) if past else 0
        day = soonest(weekday, now) - 7 * DAY * back
    elif ways[0] == "past":
        day = now.date() - DAY * ((now.isoweekday() - weekday - 1) % 7 + 1)
    else:
        day = in_week(weekday, now, STEPS[ways[0]])
    return "date", Day(day.isoformat(), day)


def day_in_month(run: Run, now: datetime) -> Made:
    """The 15th day of next month, the 2nd of this month."""
    whole = period("m", now.date(), STEPS[value(run, "relative") or "this"])
    if whole.begin is None:
        return None
    day = whole.begin.replace(day=value(run, "ordinal", "num"))
    return "date", Day(day.isoformat(), day)


def nth_weekday_of(run: Run, now: datetime) -> Made:
    """The first Monday of next month, the last Friday of May 2020."""
    weekday, month_number, number = value(run, "weekday"), value(run, "month"), value(run, "year")
    ways = values(run, "relative")
    nth = value(run, "ordinal", "num") or -1
    if month_number is None:
        whole = period("m", now.date(), STEPS[ways[-1]] if ways else 0)
        if whole.begin is None:
            return None
        month_number, first = whole.begin.month, whole.begin.year
    else:
        first = number or now.year
    day = nth_weekday(first, month_number, weekday, nth)
    if number is None and value(run, "month") and day < now.date():
        day = nth_weekday(first + 1, month_number, weekday, nth)
    shown = f"{number:04}" if number else "XXXX"
    return "date", Day(f"{shown}-{month_number:02}-WXX-{weekday}-#{nth if nth > 0 else 5}", day)


def near_today(run: Run, now: datetime) -> Made:
    step = {"today": 0, "tomorrow": 1, "yesterday": -1}[run[-1].name]
    if len(run) > 1:
        step *= 2
    day = now.date() + DAY * step
    return "date", Day(day.isoformat(), day)


def relative_day(run: Run, now: datetime) -> Made:
    """The next day, the previous day, the day before."""
    names = [token.name for token in run]
    step = -1 if "before" in names else 1 if "after" in names else STEPS[value(run, "relative")]
    day = now.date() + DAY * step
    return "date", Day(day.isoformat(), day)


SEP = "(dash|slash)"
YEAR = "(comma? (of|in)? the? year)"
CALENDAR_RULES = [
    rule("(weekday comma?)? ymd", ymd),
    rule("(weekday comma?)? relative? md (?!comma? year)", md),
    rule("(weekday comma?)? md comma? year", md_year),
    rule(f"(weekday comma?)? month {SEP} (num|ordinal) {SEP} year|year {SEP} month {SEP} num|month {SEP} year "
         f"{SEP} num|"
         f"year {SEP} num {SEP} month|num {SEP} year {SEP} month|num {SEP} month {SEP} (year|num)", calendar_day),
    rule(f"(weekday comma?)? (relative)? ((the? (num|ordinal))|(?<=the) ordinal (?=unit)) (unit? of|dash|slash|"
         f"the)? month {YEAR}?", calendar_day),
    rule(f"(weekday comma?)? relative? month (slash|comma)? the? (num|ordinal) {YEAR}", calendar_day),
    rule("month ordinal num (?!dash|to|num|units|unit)", calendar_day),
    rule("(weekday comma?)? relative? month (slash)? the? (num|ordinal) (?!ampm)", calendar_day),
    rule("(relative unit on?)? relative? weekday (float|num dash num) (?!ampm|to|dash)", weekday_with_figures),
    rule("relative? holiday (comma? (of|in)? year|of relative unit)?", holiday),
    rule("the? (num|ordinal) (?=unit) unit of the? relative? (?=unit) unit", lambda run, now: day_in_month(run, now)
         if [token.value for token in run if token.name == "unit"] == ["D", "m"] else None),
    rule("the? ordinal of the? relative unit", lambda run, now: day_in_month(run, now)
         if value(run, "unit") == "m" else None),
    rule("the? (ordinal|relative) weekday (of|in) (month year?|the? relative? unit)", lambda run, now: nth_weekday_of(
         run, now) if value(run, "unit") in (None, "m") else None),
    rule("weekday comma? (the ordinal|ordinal|num) (?!dash|to|ampm|units|unit|month|float)", weekday_with_number),
    rule("on? weekday of? the? relative unit|relative unit on? weekday", lambda run, now: relative_weekday(run, now)
         if value(run, "unit") == "W" else None),
    rule("relative? relative weekday", relative_weekday),
    rule("the? (unit (after|before))? (today|tomorrow|yesterday)", near_today),
    rule("the relative unit|the unit (before|after) (?!.)", lambda run, now: relative_day(run, now)
         if value(run, "unit") == "D" else None),
    rule("weekday", plain_weekday),
]  # fmt: skip
