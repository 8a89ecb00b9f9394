"""What dates and times mean: days, spans of days, moments and lengths of time, each with its TIMEX3 name."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

DAY = timedelta(days=1)
SECONDS = {"s": 1, "M": 60, "h": 3600, "D": 86400, "W": 604800, "m": 2592000, "Q": 7776000, "Y": 31536000,
           "X": 315360000, "C": 3153600000, "F": 1209600, "E": 172800, "N": 86400, "B": 86400}  # fmt: skip
# How TIMEX3 writes a unit, and how many of it: a decade is ten years.
WRITTEN = {"s": ("S", 1), "M": ("M", 1), "h": ("H", 1), "D": ("D", 1), "W": ("W", 1), "m": ("M", 1), "Q": ("M", 3),
           "Y": ("Y", 1), "X": ("Y", 10), "C": ("Y", 100), "F": ("W", 2), "E": ("WE", 1), "N": ("D", 1),
           "B": ("BD", 1)}  # fmt: skip
CLOCK_UNITS = {"s", "M", "h"}
MONTHS_IN = {"m": 1, "Q": 3, "Y": 12, "X": 120, "C": 1200}


class Day(NamedTuple):
    """A day; where the year or the week was not said, the next one that fits."""

    timex: str
    day: date


class Days(NamedTuple):
    """The days from ``begin`` up to ``end``, not counting it; None where that side is open."""

    timex: str
    begin: date | None
    end: date | None
    unit: str = "D"


class Moment(NamedTuple):
    """A day and a time."""

    timex: str
    at: datetime


class Moments(NamedTuple):
    """From one moment to another, either of them open."""

    timex: str
    begin: datetime | None
    end: datetime | None


class Hours(NamedTuple):
    """A stretch of a day that is not named, in seconds from midnight."""

    timex: str
    begin: int | None
    end: int | None
    loose: bool = False


class Length(NamedTuple):
    """A length of time: units and how many of each."""

    amounts: tuple[tuple[str, Fraction], ...]

    @property
    def timex(self) -> str:
        days = clock = ""
        for unit, number in self.amounts:
            sign, times = WRITTEN[unit]
            said = f"{shown(number * times)}{sign}"
            days, clock = (days, clock + said) if unit in CLOCK_UNITS else (days + said, clock)
        return f"P{days}" + (f"T{clock}" if clock else "")

    @property
    def seconds(self) -> Fraction:
        return sum((SECONDS[unit] * number for unit, number in self.amounts), Fraction(0))

    @property
    def in_clock(self) -> bool:
        return any(unit in CLOCK_UNITS for unit, _ in self.amounts)


class Repeat(NamedTuple):
    """What comes again and again."""

    timex: str


def shown(number: Fraction) -> str:
    return str(number.numerator) if number.denominator == 1 else f"{float(number):g}"


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last one that month has."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - DAY).day if year < 9999 else 28
    return date(year, month + 1, min(day.day, last))


def later(moment: datetime, length: Length, sign: int = 1) -> datetime:
    """The moment that lies so long after, or before with -1."""
    for unit, number in length.amounts:
        if unit in MONTHS_IN and number.denominator == 1:
            moved = add_months(moment.date(), sign * int(number) * MONTHS_IN[unit])
            moment = datetime.combine(moved, moment.time())
        else:
            moment += sign * timedelta(seconds=float(SECONDS[unit] * number))
    return moment


def monday(day: date) -> date:
    return day - DAY * (day.isoweekday() - 1)


def week(day: date) -> Days:
    first = monday(day)
    year, number, _ = first.isocalendar()
    return Days(f"{year:04}-W{number:02}", first, first + 7 * DAY, "W")


def weekend(day: date) -> Days:
    saturday = monday(day) + 5 * DAY
    return Days(week(day).timex + "-WE", saturday, saturday + 2 * DAY, "E")


def month(year: int, number: int) -> Days:
    first = date(year, number, 1)
    return Days(f"{year:04}-{number:02}", first, add_months(first, 1), "m")


def year(number: int) -> Days:
    return Days(f"{number:04}", date(number, 1, 1), date(number + 1, 1, 1), "Y")


def months(first: date, count: int, named: str = "") -> Days:
    """So many months from a first of a month on, as TIMEX3 writes what has no name of its own."""
    end = add_months(first, count)
    unit = f"P{count // 12}Y" if count % 12 == 0 else f"P{count}M"
    begins, ends = first.isoformat(), end.isoformat()
    if named:
        begins, ends = "XXXX" + begins[4:], "XXXX" + ends[4:]
    return Days(f"({begins},{ends},{unit})", first, end, "Y" if count % 12 == 0 else "m")


def period(unit: str, day: date, step: int = 0) -> Days:
    """The week, month, quarter, year, decade or weekend of a day, or one that is so many steps away."""
    if unit == "W":
        return week(day + 7 * DAY * step)
    if unit == "E":
        return weekend(day + 7 * DAY * step)
    if unit == "F":
        return Days("", day + 14 * DAY * step, day + 14 * DAY * (step + 1), "W")
    if unit == "m":
        moved = add_months(day.replace(day=1), step)
        return month(moved.year, moved.month)
    if unit == "Y":
        return year(day.year + step)
    size = {"Q": 3, "X": 120, "C": 1200}[unit]
    whole = (day.year * 12 + day.month - 1) // size + step
    return months(date(whole * size // 12, whole * size % 12 + 1, 1), size)


def yearly(month_number: int, day_number: int, now: datetime) -> Day:
    """A day of the calendar without its year: the next such day."""
    timex = f"XXXX-{month_number:02}-{day_number:02}"
    for number in range(now.year, now.year + 9):
        try:
            day = date(number, month_number, day_number)
        except ValueError:
            if not (month_number == 2 and day_number == 29):
                raise
            continue
        if day >= now.date():
            return Day(timex, day)
    raise ValueError(timex)


def in_week(weekday: int, now: datetime, weeks: int = 0) -> date:
    return monday(now.date()) + DAY * (weekday - 1 + 7 * weeks)


def soonest(weekday: int, now: datetime) -> date:
    """The next such day, not today."""
    return now.date() + DAY * ((weekday - now.isoweekday() - 1) % 7 + 1)


def easter(number: int) -> date:
    """Easter Sunday, after the anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, 1991, ch. 8)."""
    a, (b, c) = number % 19, divmod(number, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    l = (32 + 2 * e + 2 * i - h - k) % 7  # noqa: E741 - the letters of the source
    m = (a + 11 * h + 19 * l) // 433
    month_number = (h + l - 7 * m + 90) // 25
    return date(number, month_number, (h + l - 7 * m + 33 * month_number + 19) % 32)


# Weekday and which one in the month, for feasts such as the fourth Thursday of November.
NTH_FEASTS = {(11, -3): (4, 4), (11, -4): (5, 4), (9, -1): (1, 1), (5, -1): (1, -1), (5, -2): (7, 2), (6, -3): (7, 3),
              (1, -3): (1, 3)}  # fmt: skip


def nth_weekday(number: int, month_number: int, weekday: int, nth: int) -> date:
    """The nth such weekday of a month, or the last with -1. Raises ValueError where the month has no such."""
    first = date(number, month_number, 1)
    if nth < 0:
        last = add_months(first, 1) - DAY
        return last - DAY * ((last.isoweekday() - weekday) % 7)
    day = first + DAY * ((weekday - first.isoweekday()) % 7 + 7 * (nth - 1))
    if day.month != month_number:
        raise ValueError("no such weekday in the month")
    return day


def feast(month_number: int, day_number: int, number: int) -> date:
    """A holiday's day in a year."""
    if month_number == 0:
        return easter(number) + DAY * day_number
    if day_number < 0:
        weekday, nth = NTH_FEASTS[month_number, day_number]
        return nth_weekday(number, month_number, weekday, nth)
    return date(number, month_number, day_number)
