"""Rules for days and spans of days: 5 May 2020, next Monday, the last week of June, two years ago, mid-2019."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from claims.text.calendar_values import (
    DAY,
    Day,
    Days,
    Length,
    Moment,
    Moments,
    add_months,
    feast,
    in_week,
    later,
    month,
    monday,
    months,
    nth_weekday,
    period,
    soonest,
    week,
    weekend,
    year,
    yearly,
)
from claims.text.rewriting import Made, Rule, Token, rule

Run = Sequence[Token]


def value(run: Run, *names: str) -> Any:
    """What the first token of these names says, None without one."""
    return next((token.value for token in run if token.name in names), None)


def values(run: Run, *names: str) -> list[Any]:
    return [token.value for token in run if token.name in names]


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
    rule("(?:(?<=month)|(?<=month comma)|(?<=month of)|(?<=ordinal)|(?<=in)) (teen|tens) (tens dash? digit|tens|teen)",
         year_in_words),
    rule("tens dash? ordinal", tens_then_ordinal),
    rule("tens dash? digit", add_up),
    rule("teen|tens|digit", lambda run, now: ("num", run[0].value)),
    rule("maybe_month (?=the? (num|ordinal)|comma? year|dash (num|year|month)|(to|until) the? (month|maybe_month|num))|"
         "(?<=in|of|by|on) maybe_month|(?:(?<=relative)|(?<=since)|(?<=until)|(?<=to)|(?<=from)|(?<=mid)|(?<=mid dash)|(?<=ordinal)|"
         "(?<=early)|(?<=late)|(?<=before)|(?<=after)|(?<=ordinal of)) maybe_month",
         lambda run, now: ("month", run[0].value)),
    rule("(?<=num) maybe_month (?=comma? year)", lambda run, now: ("month", run[0].value)),
    rule("(?:(?<=relative)|(?<=on)|(?<=every)|(?<=comma)) maybe_weekday|maybe_weekday (?=comma? (month|num|ordinal|the ordinal))",
         lambda run, now: ("weekday", run[0].value)),
]  # fmt: skip


# Lengths of time.


def length(run: Run, now: datetime) -> Made:
    unit = value(run, "unit", "units", "weekends")
    if run[-1].name == "daypart":
        return ("length", Length((("N", Fraction(1)),))) if run[0].value == 1 and run[-1].value[0] == "TNI" else None
    number = value(run, "num", "int", "float")
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
    rule(f"{MANY} dash? {UNIT}|(?<!relative) num (?=daypart) daypart|(article|the)? (few|article couple of?|couple of?) {UNIT}|article unit", length),
    rule("(?<!the) any (?=unit) unit", length),
    rule("length and article? half", and_a_half),
    rule("length (comma? and? length)+ (?!ago)|length (comma? and? length)+", longer),
]


# Days of the calendar.


def ymd(run: Run, now: datetime) -> Made:
    number, month_number, day_number = run[-1].value
    return "date", Day(f"{number:04}-{month_number:02}-{day_number:02}", date(number, month_number, day_number))


def md(run: Run, now: datetime) -> Made:
    return "date", yearly(*run[-1].value, now)


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
        day = soonest(weekday, now) - (
            7 * DAY if past and weekday != now.isoweekday() else 14 * DAY if past else 0 * DAY
        )
    elif ways[0] == "past":
        day = now.date() - DAY * ((now.isoweekday() - weekday - 1) % 7 + 1)
    else:
        day = in_week(weekday, now, STEPS[ways[0]])
    return "date", Day(day.isoformat(), day)


def day_in_month(run: Run, now: datetime) -> Made:
    """The 15th day of next month, the 2nd of this month."""
    whole = period("m", now.date(), STEPS[value(run, "relative") or "this"])
    assert whole.begin is not None
    day = whole.begin.replace(day=value(run, "ordinal", "num"))
    return "date", Day(day.isoformat(), day)


def nth_weekday_of(run: Run, now: datetime) -> Made:
    """The first Monday of next month, the last Friday of May 2020."""
    weekday, month_number, number = value(run, "weekday"), value(run, "month"), value(run, "year")
    ways = values(run, "relative")
    nth = value(run, "ordinal", "num") or -1
    if month_number is None:
        whole = period("m", now.date(), STEPS[ways[-1]] if ways else 0)
        assert whole.begin is not None
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
    rule(f"(weekday comma?)? month {SEP} (num|ordinal) {SEP} year|year {SEP} month {SEP} num|month {SEP} year {SEP} num|"
         f"year {SEP} num {SEP} month|num {SEP} year {SEP} month|num {SEP} month {SEP} (year|num)", calendar_day),
    rule(f"(weekday comma?)? (relative)? ((the? (num|ordinal))|(?<=the) ordinal (?=unit)) (unit? of|dash|slash|the)? month {YEAR}?", calendar_day),
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


# Weeks, months, quarters, years, and parts of them.


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
    assert whole.begin is not None and whole.end is not None
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
        return "moments", between_moments(*sorted([now, other]), Length(((unit, Fraction(1)),)).timex) if step else None
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
    name, number = kind if kind else ({"fiscal": "FY", "school": "SY"}.get(run[0].name) or {
        "fiscal": "FY", "school": "SY"}.get(run[1].name, "CY"), value(run, "year") or now.year + STEPS[way or "this"])  # fmt: skip
    if value(run, "unit") not in (None, "Y"):
        return None
    whole = year(number)
    return "span", whole if name == "CY" else whole._replace(timex=f"{name}{number}", begin=None, end=None)


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
    assert whole.end is not None
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
    rule("the? (ordinal|relative) (unit|units) (of|in) (the? year|month year?|the? relative? unit)|unit num ((of|in) year)?",
         in_unit("W")(week_of)),
    rule("relative? (fiscal|school|calendar) unit year?|fiscal_year", named_year),
    rule("relative month|month comma? (of|in|dash|slash)? the? year|year (dash|slash|comma)? month", month_of),
    rule("(?<!num|float) (?<!dash) year dash num (?!dash|slash|num)|(?<!dash) num dash year (?!dash|slash)", month_in_figures),
    rule("the? (ordinal unit|qn|hn) (comma|of|dash|in)? (the? year|the? relative? unit)|year (dash|comma)? (ordinal unit|qn|hn)|"
         "qn|hn", quarter_of),
    rule("the? (ordinal) unit", century_of),
    rule("the? decade", decade_of),
    rule("the? relative? season (of? year)?", season_of),
    rule("month", month_of),
    rule("relative of? length|(num|int) relative (units|unit|weekends)|within the? (relative? length|relative unit)", counted),
    rule("rest of (the|relative) unit", rest_of),
    rule("relative (unit|weekends)", relative_period),
]  # fmt: skip
