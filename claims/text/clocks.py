"""Rules for times of day and what comes again: 3 pm, half past two, tomorrow morning, from 2 to 4 pm, every "
"Friday."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from claims.text.calendar_values import DAY, Day, Hours, Length, Moment, Moments, Repeat
from claims.text.date_words import Clock
from claims.text.days import STEPS, TO, value, values
from claims.text.rewriting import Made, Token, rule

Run = Sequence[Token]
LATE_PARTS = ("TAF", "TEV", "TNI", "TMED")


def clock_of(token: Token) -> Clock | None:
    """A clock, or a number that can be read as one: 4, 2.30."""
    if token.name == "clock":
        clock: Clock = token.value
        return clock
    if token.name == "num" and token.value <= 24:
        return Clock(token.value % 24, loose=token.value <= 12)
    if token.name == "float" and not isinstance(token.value, Fraction) and token.value.as_tuple().exponent == -2:
        hour, minute = divmod(int(token.value * 100), 100)
        return Clock(hour, minute, 0, 2, hour <= 12) if hour <= 24 and minute < 60 else None
    if token.name == "int" and token.end - token.start == 4:
        hour, minute = divmod(token.value, 100)
        return Clock(hour, minute, 0, 2, hour <= 12) if hour < 24 and minute < 60 else None
    return None


def clocks(run: Run) -> list[Clock]:
    return [clock for token in run if (clock := clock_of(token)) is not None]


def at_part(clock: Clock, part: tuple[str, int, int]) -> Clock:
    """The clock as meant in a part of the day: seven in the evening is 19:00."""
    hour = clock.hour
    if clock.loose and part[0] in LATE_PARTS and hour < 12 and (part[0] != "TNI" or hour >= 4):
        hour += 12
    return clock._replace(hour=hour, loose=False)


def spoken_clock(run: Run, now: datetime) -> Made:
    """Seven p.m., one thirty p m, five o'clock."""
    numbers = values(run, "num")
    minute = numbers[1] if len(numbers) > 1 else 0
    if not 0 < numbers[0] <= 24 or not 0 <= minute < 60:
        return None
    hour, way = numbers[0], value(run, "ampm")
    if way:
        hour = hour % 12 + (12 if way.lower().startswith("p") else 0)
    return "clock", Clock(hour % 24, minute, 0, len(numbers), way is None and hour <= 12)


def minutes_past(run: Run, now: datetime) -> Made:
    """Ten past nine, half past two, a quarter to six."""
    names = [token.name for token in run]
    hour = run[-1].value
    minutes = 30 if "half" in names else 15 if value(run, "unit") == "Q" else values(run, "num")[0]
    if not 0 < hour <= 12 or minutes >= 60 or (value(run, "relative") not in (None, "past")):
        return None
    sign = -1 if "to" in names or "before" in names else 1
    total = (hour * 60 + sign * minutes) % 720
    return "clock", Clock(total // 60, total % 60, 0, 2, True)


def in_words(run: Run, now: datetime) -> Made:
    """Five-thirty and nine thirty, in words only."""
    if any(token.name == "num" and token.end - token.start < 3 for token in run):
        return None
    hour, minute = values(run, "num")
    return ("clock", Clock(hour, minute, 0, 2, True)) if 0 < hour <= 12 and 10 <= minute < 60 else None


def part_clock(run: Run, now: datetime) -> Made:
    """Three in the morning, 10 at night."""
    said = clocks(run)
    return ("clock", at_part(said[0], value(run, "daypart"))) if said and said[0].hour <= 12 else None


def part_hours(run: Run, now: datetime) -> Made:
    """The morning, late afternoon, after dinner."""
    timex, begin, end = value(run, "daypart")
    names = {token.name for token in run}
    if "early" in names or "earlier" in names:
        end = begin + 2
    elif "late" in names or "later" in names:
        begin = end - 2
    if timex[:3] == "TME" and not names & {"at", "after", "before", "about", "in"} and len(timex) == 4:
        return None
    if "after" in names:
        return "hours", Hours(timex, end * 3600, None)
    if "before" in names:
        return "hours", Hours(timex, None, begin * 3600)
    return "hours", Hours(timex, begin * 3600, min(end * 3600, 86399))


def day_part(run: Run, now: datetime) -> Made:
    """This morning, last night, tonight, tomorrow evening, Friday night."""
    part = value(run, "daypart") or ("TNI", 20, 24)
    day = value(run, "date")
    if part[0].startswith("TME"):
        return None
    if day is None:
        way = value(run, "relative") or "this"
        if way == "same":
            return None
        if run[-1].name != "tonight" and part[0] == "TDT":
            return None
        on = now.date() + DAY * STEPS[way]
        day = Day(on.isoformat(), on)
    names = {token.name for token in run}
    if "early" in names or "earlier" in names:
        part = part[0], part[1], part[1] + 2
    elif "late" in names or "later" in names:
        part = part[0], part[2] - 2, part[2]
    return "dayp", (day, part)


def daypart_moments(day: Day, part: tuple[str, int, int]) -> Moments:
    midnight = datetime.combine(day.day, datetime.min.time())
    lasting_to = timedelta(hours=part[2]) - timedelta(seconds=part[2] == 24)
    return Moments(day.timex + part[0], midnight + timedelta(hours=part[1]), midnight + lasting_to)


def moment(run: Run, now: datetime) -> Made:
    """A day and a time in any order, the day's part telling morning from evening."""
    spread, day = value(run, "dayp"), value(run, "date")
    if spread is not None:
        day = spread[0]
    said = [clock for token in run if token.name in ("clock", "num", "float") and (clock := clock_of(token))]
    if not said or day is None:
        return None
    clock = at_part(said[-1], spread[1]) if spread else said[-1]
    return "moment", Moment(day.timex + clock.timex, datetime.combine(day.day, datetime.min.time()) + timedelta(
        seconds=clock.seconds))  # fmt: skip


def lasting(seconds: int) -> str:
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    return "PT" + "".join([f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (rest, "S")) if n])


def clock_range(run: Run, now: datetime) -> Made:
    """From 2 to 4 pm, 10:30-15:00: what is said of one end helps to read the other."""
    said = [clock for token in run if token.name in ("clock", "num", "float", "int") and (clock := clock_of(token))]
    if len(said) != 2:
        return None
    begin, end = said
    part = value(run, "daypart") or (value(run, "dayp") or (None, None))[1]
    if any(token.name == "and" for token in run) and run[0].name not in ("between", "date", "dayp"):
        return None
    if not any(token.name == "between" for token in run) and "and" in {token.name for token in run}:
        return None
    if part:
        begin, end = at_part(begin, part), at_part(end, part)
    if begin.loose and not end.loose and begin.hour < 12 and begin.seconds + 43200 <= end.seconds:
        begin = begin._replace(hour=begin.hour + 12)
    if end.loose and end.hour < 12 and end.seconds <= begin.seconds:
        end = end._replace(hour=end.hour + 12)
    if begin.loose and end.loose and begin.hour == 12 and begin.parts == 1:
        begin = begin._replace(hour=0)
    seconds = (end.seconds - begin.seconds) % 86400
    timex = f"({begin.timex},{end.timex},{lasting(seconds)})"
    hours = Hours(timex, begin.seconds, begin.seconds + seconds)
    day = value(run, "date") or (value(run, "dayp") or (None,))[0]
    return ("hours", hours) if day is None else hours_on(day, hours)


def hours_on(day: Day, hours: Hours) -> Made:
    midnight = datetime.combine(day.day, datetime.min.time())
    timex = hours.timex.replace("(T", f"({day.timex}T").replace(",T", f",{day.timex}T") if "(" in hours.timex else (
        day.timex + hours.timex)  # fmt: skip
    ends = [None if end is None else midnight + timedelta(seconds=end) for end in (hours.begin, hours.end)]
    return "moments", Moments(timex, *ends)


def day_hours(run: Run, now: datetime) -> Made:
    day = value(run, "date") or value(run, "dayp")[0]
    return hours_on(day, value(run, "hours"))


def clock_for(run: Run, now: datetime) -> Made:
    """From 10 am for three hours."""
    clock, length = value(run, "clock"), value(run, "length")
    if not length.in_clock:
        return None
    seconds = clock.seconds + int(length.seconds)
    end = Clock(seconds // 3600 % 24, seconds // 60 % 60, seconds % 60, 3)
    return "hours", Hours(f"({clock.timex},{end.timex},{length.timex})", clock.seconds, seconds)


def open_clock(run: Run, now: datetime) -> Made:
    """Before 5 pm, after noon, 3 pm or later."""
    clock = clocks(run)[-1]
    back = is_back(run)
    return "hours", Hours(clock.timex, None if back else clock.seconds, clock.seconds if back else None)


def open_moment(run: Run, now: datetime) -> Made:
    said: Moment = value(run, "moment")
    back = is_back(run)
    return "moments", Moments(said.timex, None if back else said.at, said.at if back else None)


def is_back(run: Run) -> bool:
    """Whether the words speak of what lies before: before, until, no later than."""
    names = {token.name for token in run}
    if "no" in names or "as" in names:
        return bool(names & {"later", "late"})
    return bool(names & {"before", "until", "prior", "earlier", "upto", "less"})


def end_of_day(run: Run, now: datetime) -> Made:
    day = value(run, "date")
    if day is None:
        if value(run, "unit") not in (None, "D"):
            return None
        day = Day(now.date().isoformat(), now.date())
    end = datetime.combine(day.day, datetime.min.time()) + timedelta(seconds=86399)
    return "moment", Moment(day.timex + "T23:59:59", end)


def moment_in_year(run: Run, now: datetime) -> Made:
    said: Moment = run[0].value
    if not said.timex.startswith("XXXX"):
        return None
    number = run[1].value
    return "moment", Moment(f"{number:04}{said.timex[4:]}", said.at.replace(year=number))


def at_present(run: Run, now: datetime) -> Made:
    return "moment", Moment("PRESENT_REF", now)


CLOCK_RULES = [
    rule("num num? ampm|num oclock", spoken_clock),
    rule("clock oclock", lambda run, now: ("clock", run[0].value)),
    rule("(num|article? (?=unit) unit|half) units? (relative|after) num", minutes_past),
    rule("(article? (?=unit) unit|num units) (to|before) num", minutes_past),
    rule("(?<=date|from|at) num num (?!unit|units)|num dash num (?!unit|units|of|month)|(?<=to) num num (?!unit|"
         "units)",
         in_words),
    rule("(?:about)? (clock|num) (in|at|on) the? daypart", part_clock),
    rule("clock daypart", part_clock),
    rule("about clock", lambda run, now: ("clock", run[1].value)),
    rule("(?:late|later|early|earlier)? relative daypart|(the? (earlier|later|early|late))? tonight", day_part),
    rule("weekday daypart of? the? relative unit|date comma? (in the?)? (late|early)? daypart|daypart (of|on) "
         "date", day_part),
    rule("(date|dayp) comma? (from|between|at)? (num|float|int|clock) (to|until|dash|and) (num|float|clock) "
         "(?!unit|units|month|of|weekday)",
         clock_range),
    rule("(from|between)? (clock|num|float) (to|until|dash|and) (clock|num|float) (on|in|of)? (date|dayp)",
         clock_range),
    rule("(from|between)? (clock|num|float|int) (to|until|dash|and) clock|"
         f"(from|between) clock (to|until|dash|and) (clock|num|float)|clock {TO} (num|float) (?!of|month|units|unit)|"
         "between int dash int|(from|between)? (num|float) (to|until|dash|and) (num|float) in the daypart",
         clock_range),
    rule("between clock date and (clock|num)|dayp at? clock (dash|to|until) (clock|num)", clock_range),
    rule("from? clock comma? for length", clock_for),
    rule("dayp comma? (at|about)* (clock|num) (?!units|unit|month)|(clock|num) comma? (on|in)? dayp", moment),
    rule("date comma? (at|about|by)* comma? clock|clock comma? (on|of|in)? date|"
         "date (at|about)+ (num|float) (?!units|unit|month|int)", moment),
    rule("the? (finish) of? (the|relative)? (date)|the? finish of the? (?=unit) unit|the? eod", end_of_day),
]  # fmt: skip


# What comes again.


def repeat(run: Run, now: datetime) -> Made:
    weekday, unit, many = value(run, "weekday", "weekdays"), value(run, "unit", "units", "weekends"), value(run, "num")
    clock = next(iter(clocks([token for token in run if token.name in ("clock", "float")])), None)
    if weekday is not None:
        return "repeat", Repeat(f"XXXX-WXX-{weekday}" + (clock.timex if clock else ""))
    if unit is None or unit in ("s", "B"):
        return None
    if clock is not None:
        return "repeat", Repeat(clock.timex)
    if value(run, "any") == "all" and run[-1].name == "unit":
        return "length", Length(((unit, Fraction(1)),))
    return "repeat", Repeat(Length(((unit, Fraction(many or 1)),)).timex)


def repeat_word(run: Run, now: datetime) -> Made:
    clock, timex, half = value(run, "clock"), value(run, "periodic"), value(run, "semi")
    if half:
        timex = timex.replace("1", "0.5" if half == "semi" else "2")
    return "repeat", Repeat(clock.timex if clock else timex)


def repeat_month(run: Run, now: datetime) -> Made:
    number = value(run, "ordinal")
    return ("repeat", Repeat(f"XXXX-XX-{number:02}")) if value(run, "unit") == "m" else None


def repeat_part(run: Run, now: datetime) -> Made:
    return "repeat", Repeat(value(run, "daypart")[0])


REPEAT_RULES = [
    rule("the? ordinal of every unit", repeat_month),
    rule("clock periodic|periodic at? clock|semi dash? periodic|periodic", repeat_word),
    rule("clock every unit|every unit at? clock", repeat),
    rule("(once|num) article unit|once every unit", lambda run, now: repeat([run[-1]], now)),
    rule("(every|any) (num|ordinal)? (unit|units|weekends)|every weekday (at? clock)?", repeat),
    rule("on? weekdays (at (clock|float))?", repeat),
    rule("every daypart", repeat_part),
    rule("(?<!relative|num|the|few) (?<!couple) weekends (?!of)", repeat),
]  # fmt: skip

OPEN = "(before|after|since|until|prior to|(as late as)|(no (later|earlier) than)|(later|earlier|more|less) than)"
MEETING_RULES = [
    rule("(date|dayp) comma? hours (?!date)|hours (on|of|in)? (date|dayp)", day_hours),
    rule("moment year", moment_in_year),
    rule("(late|later|early|earlier) (in the?)? daypart|in the? daypart|(at|after|before) daypart|daypart", part_hours),
    rule(f"{OPEN} about? moment|moment (or|and) (later|earlier)|moment or (after|before)", open_moment),
    rule(f"date {OPEN} clock", lambda run, now: hours_on(run[0].value, open_clock(run[1:], now)[1])),  # type: ignore[index]
    rule(f"{OPEN} about? clock|clock (or|and) (later|earlier)|clock or (after|before)", open_clock),
    rule("(?<=at) (num|float) (?!.)", lambda run, now: ("clock", clocks(run)[0]) if clocks(run) and
         clocks(run)[0].loose else None),
    rule("right? now|at the (present time?|(?=unit) unit)|at relative time", at_present),
]  # fmt: skip
