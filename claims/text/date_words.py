"""The words that dates and times are made of, found in a text as tokens."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from claims.text.numbers import ONES, TEENS, TENS, VULGAR, ordinal_of
from claims.text.rewriting import Token

MONTHS = "january february march april may june july august september october november december".split()
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
# Also words of their own, unless a capital or the words around them say otherwise.
ALSO_WORDS = {"may", "march", "mar", "sat", "sun", "mon", "wed", "jan", "dec"}


class Clock(NamedTuple):
    """A time of day; ``loose`` where it may be the morning's or the evening's, ``parts`` how many were said."""

    hour: int
    minute: int = 0
    second: int = 0
    parts: int = 1
    loose: bool = False

    @property
    def timex(self) -> str:
        return "T" + ":".join([f"{part:02}" for part in self[: self.parts]])

    @property
    def seconds(self) -> int:
        return self.hour * 3600 + self.minute * 60 + self.second


# What a daypart is called in TIMEX3, and from when to when it lasts, in hours.
DAYPARTS = {
    "morning": ("TMO", 8, 12), "afternoon": ("TAF", 12, 16), "evening": ("TEV", 16, 20), "night": ("TNI", 20, 24),
    "daytime": ("TDT", 8, 18), "breakfast": ("TMEB", 8, 12), "lunch": ("TMEL", 11, 13), "dinner": ("TMED", 16, 20),
    "lunchtime": ("TMEL", 11, 13), "dinnertime": ("TMED", 16, 20), "nite": ("TNI", 20, 24),
}  # fmt: skip
SEASONS = {"spring": "SP", "summer": "SU", "autumn": "FA", "fall": "FA", "winter": "WI"}
UNITS = {
    "second": "s", "sec": "s", "minute": "M", "min": "M", "hour": "h", "hr": "h", "day": "D", "week": "W", "wk": "W",
    "month": "m", "quarter": "Q", "year": "Y", "yr": "Y", "decade": "X", "century": "C", "weekend": "E",
    "fortnight": "F", "night": "N", "weekday": "B",
}  # fmt: skip
# Letters that follow a figure at once: 3h, 10D, 5min.
GLUED_UNITS = {"h": "h", "hr": "h", "hrs": "h", "min": "M", "mins": "M", "sec": "s", "secs": "s", "d": "D", "w": "W",
               "y": "Y", "yr": "Y", "yrs": "Y"}  # fmt: skip
RELATIVE = {
    "next": "next", "following": "next", "coming": "soon", "upcoming": "soon", "this": "this", "current": "this",
    "last": "last", "previous": "last", "past": "past", "same": "same", "that": "same",
}  # fmt: skip
REPEATS = {
    "daily": "P1D", "everyday": "P1D", "weekly": "P1W", "biweekly": "P2W", "fortnightly": "P2W", "monthly": "P1M",
    "quarterly": "P3M", "annually": "P1Y", "annual": "P1Y", "yearly": "P1Y", "semiannual": "P0.5Y",
    "semiannually": "P0.5Y", "hourly": "PT1H", "nightly": "P1D", "biannual": "P0.5Y", "biannually": "P0.5Y",
}  # fmt: skip
# Fixed feasts by month and day; those that move by a rule stand in ``days``.
HOLIDAYS = {
    "christmas": (12, 25), "christmas day": (12, 25), "xmas": (12, 25), "christmas eve": (12, 24), "boxing day": (12, 26),
    "new year's day": (1, 1), "new year": (1, 1), "new year's eve": (12, 31), "new years eve": (12, 31),
    "new years day": (1, 1), "valentine's day": (2, 14), "valentines day": (2, 14), "independence day": (7, 4),
    "halloween": (10, 31), "saint patrick": (3, 17), "st patrick's day": (3, 17), "saint patrick's day": (3, 17),
    "earth day": (4, 22), "labour day": (5, 1), "may day": (5, 1), "international workers' day": (5, 1),
    "veterans day": (11, 11), "armistice day": (11, 11), "victory day": (5, 9), "april fools": (4, 1),
    "april fools' day": (4, 1), "women's day": (3, 8), "international women's day": (3, 8), "epiphany": (1, 6),
    "all saints' day": (11, 1), "juneteenth": (6, 19), "groundhog day": (2, 2), "guy fawkes": (11, 5),
    "easter": (0, 0), "easter sunday": (0, 0), "easter monday": (0, 1), "good friday": (0, -2), "ash wednesday": (0, -46),
    "palm sunday": (0, -7), "maundy thursday": (0, -3), "ascension day": (0, 39), "pentecost": (0, 49),
    "thanksgiving": (11, -3), "thanksgiving day": (11, -3), "labor day": (9, -1), "memorial day": (5, -1),
    "mother's day": (5, -2), "father's day": (6, -3), "black friday": (11, -4), "martin luther king day": (1, -3),
}  # fmt: skip

SIMPLE: dict[str, Iterable[str]] = {
    "to": ["to", "through", "thru"], "until": ["until", "till", "til"], "semi": ["semi", "bi"], "from": ["from", "starting", "commencing", "beginning"],
    "between": ["between"], "and": ["and"], "or": ["or"], "of": ["of"], "at": ["at"], "about": ["around", "about", "circa",
    "approximately"], "in": ["in", "during", "within_"], "on": ["on"], "the": ["the"], "before": ["before", "by"],
    "after": ["after"], "since": ["since"], "ago": ["ago"], "later": ["later"], "earlier": ["earlier"], "early": ["early"],
    "mid": ["mid", "middle"], "late": ["late"], "every": ["every", "each"], "any": ["any", "all"], "once": ["once"],
    "within": ["within"], "article": ["a", "an", "another"], "few": ["few", "several"], "couple": ["couple"],
    "more": ["more", "over"], "less": ["less", "under"], "than": ["than"], "no": ["no", "not"], "half": ["half"],
    "today": ["today"], "tomorrow": ["tomorrow", "tmrw", "tmr"], "yesterday": ["yesterday"], "tonight": ["tonight",
    "tonite"], "now": ["now", "currently", "nowadays"], "moment": ["moment", "present"], "time": ["time"], "for": ["for"],
    "oclock": ["o'clock", "oclock", "o’clock"], "finish": ["end"], "start": ["start"], "date_word": ["date"], "fiscal":
    ["fiscal", "financial"], "school": ["school", "academic"], "calendar": ["calendar"], "eod": ["eod"], "eoy": ["eoy"],
    "eom": ["eom"], "greater": ["greater"], "rest": ["rest", "remainder", "remaining"], "prior": ["prior"], "as": ["as"],
    "right": ["right"], "long": ["long"], "equal": [], "hundred": ["hundred"], "thousand": ["thousand"],
}  # fmt: skip


def units() -> dict[str, tuple[str, Any]]:
    named: dict[str, tuple[str, Any]] = {}
    for word, unit in UNITS.items():
        named[word] = "unit", unit
        plural = "centuries" if word == "century" else word + "s"
        named[plural] = ("weekends" if unit == "E" else "units"), unit
    return named


def vocabulary() -> dict[str, tuple[str, Any]]:
    """Each word of a date with the name and value of its token."""
    words = {word: (name, word) for name, ways in SIMPLE.items() for word in ways} | units()
    for value, word in enumerate([*ONES, *TEENS], 1):
        words[word] = "digit" if value < 10 else "teen", value
        words[ordinal_of(word)] = "ordinal", value
    for value, word in zip(range(20, 100, 10), TENS, strict=True):
        words[word] = "tens", value
        if value < 40:
            words[ordinal_of(word)] = "ordinal", value
    for number, name in enumerate(MONTHS, 1):
        for way in {name, name[:3], *(["sept"] if number == 9 else [])}:
            words[way] = "month", number
    for number, name in enumerate(WEEKDAYS, 1):
        words[name] = words[name[:3]] = "weekday", number
        words[name + "s"] = "weekdays", number
    words |= {"tues": ("weekday", 2), "thur": ("weekday", 4), "thurs": ("weekday", 4)}
    words |= {word: ("daypart", part) for word, part in DAYPARTS.items() if word != "night"}
    words |= {word + "s": ("daypart", part) for word, part in DAYPARTS.items()}
    words |= {"night": ("daypart", DAYPARTS["night"]), "nights": ("units", "N"), "nineties": ("decade", 90)}
    words |= {word: ("season", name) for word, name in SEASONS.items()}
    words |= {word: ("relative", way) for word, way in RELATIVE.items()}
    words |= {word: ("repeat", timex) for word, timex in REPEATS.items()}
    words |= {"noon": ("clock", Clock(12)), "midday": ("clock", Clock(12)), "midnight": ("clock", Clock(0))}
    return words


WORDS = vocabulary()
DASHES = "-–—~"
HOLIDAY = "|".join(sorted((re.escape(name).replace("'", "['’]?").replace("\\ ", r"\s") for name in HOLIDAYS),
                          key=len, reverse=True))  # fmt: skip
SHORT = "jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec|mon|tues|tue|wed|thurs|thur|thu|fri|sat|sun"
MONTH_NAMES = "|".join([*MONTHS, *(name[:3] for name in MONTHS), "sept"])
TOKEN = re.compile(
    rf"""(?P<holiday>\b(?:{HOLIDAY})\b)
    | (?P<ymd>(?<![\d.,/:])(?P<y1>\d{{4}})(?P<s1>[-/.])(?P<m1>\d{{1,2}})(?P=s1)(?P<d1>\d{{1,2}})(?![\d/:]|[.]\d))
    | (?P<dmy>(?<![\d.,/:])(?<!\d-(?=\d\d-))(?<!\d-(?=\d-))(?P<a2>\d{{1,2}})(?P<s2>[-/.])(?P<b2>\d{{1,2}})(?P=s2)(?P<y2>\d{{4}}|\d{{2}})
        (?![\d/:]|[.]\d))
    | (?P<compact>(?<![\w.,-])(?:19|20)\d\d(?:0[1-9]|1[012])(?:0[1-9]|[12]\d|3[01])(?![\w-]))
    | (?P<md>(?<![\d.,/:])(?P<a3>\d{{1,2}})/(?P<b3>\d{{1,2}})(?![\d/%]|[.,]\d))
    | (?P<iso_time>(?<=\d)T(?=\d\d:))
    | (?P<clock>(?<![\d.,:/$£€])(?P<h>\d{{1,2}})(?:[:.](?P<min>[0-5]\d)(?::(?P<sec>[0-5]\d))?|(?P<min4>[0-5]\d))?
        \ ?(?P<ap>(?:[ap](?:\s?\.\s?m\b(?:\s?\.)?|\s?m\b)|ampm\b|[ap]\b(?![.']\w))))
    | (?P<hms>(?<![\d.,:/$£€])(?P<h2>[01]?\d|2[0-4]):(?P<n2>[0-5]\d)(?::(?P<c2>[0-5]\d))?(?![\d:%]))
    | (?P<th>(?<![\w.,])(?P<nth>\d{{1,2}})(?:st|nd|rd|th)\b)
    | (?P<decade>(?<![\w.,])(?P<ten>\d{{3}}0)s\b)
    | (?P<quarter>\b[qQ](?P<q>[1-4])\b)
    | (?P<halfyear>\b[hH](?P<hy>[12])\b)
    | (?P<fiscal>\b(?P<fc>[fF][yY]|[cC][yY])\s?[’']?(?P<fy>\d{{4}}|\d{{2}})\b)
    | (?P<gluedmonth>\b(?:{MONTH_NAMES})(?=\d{{1,2}}\b))
    | (?P<figure>(?<![\d.,:$£€])\d+(?:[.]\d+)?(?![\d]|[.,:]\d|\ ?[%°$£€]))
    | (?P<abbreviated>\b(?:{SHORT})\.(?=\s?,?\s?\d))
    | (?P<vulgar>[{"".join(VULGAR)}])
    | (?P<ampm>\b[ap](?:\s?\.\s?m\b(?:\s?\.)?|\s?m\b))
    | (?P<word>[a-z]+(?:['’]clock)?)
    | (?P<dash>[{DASHES}])
    | (?P<comma>,) | (?P<slash>/) | (?P<sign>@|[<>]\s?=|[<>=]) | (?P<other>\S)
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
FLOATING = {"relative", "today", "tomorrow", "yesterday", "tonight", "now"}
NOT_WORDS = "'’_"


def tokens(text: str, start: int, end: int) -> list[Token]:
    """The words, figures and signs of a stretch of the text; whatever a date does not hold is "other"."""
    found: list[Token] = []
    for match in TOKEN.finditer(text, start, end):
        name, value = named(match, text)
        found.append(Token(name, match.start(), match.end(), value, name in FLOATING))
    return found


def named(match: re.Match[str], text: str) -> tuple[str, Any]:
    kind = str(match.lastgroup)
    if kind == "word":
        return word_token(match[0], text, match.end())
    reader = READERS.get(kind)
    return reader(match) if reader else (kind, match[0])


def word_token(word: str, text: str, end: int) -> tuple[str, Any]:
    lower = word.lower()
    before = text[end - len(word) - 1 : end - len(word)]
    if before.isdigit() and (unit := GLUED_UNITS.get(lower)):
        return "units", unit
    if before == "_" or before.isdigit() and lower not in UNITS and lower + "s" not in UNITS and lower[:-1] not in UNITS:
        return "other", None
    name, value = WORDS.get(lower, ("other", None))
    if name == "other":
        return name, None
    if (
        lower in ALSO_WORDS
        and not word.isupper()
        and (not word[0].isupper() or lower in ("may", "march", "sun", "mar"))
    ):
        name = "maybe_" + name
    if text[end : end + 1] in tuple(NOT_WORDS) and text[end + 1 : end + 2].isalpha() and text[end + 1 : end + 2] != "s":
        return "other", None
    return name, value


def figure(match: re.Match[str]) -> tuple[str, Any]:
    digits = match["figure"]
    if "." in digits:
        return "float", Decimal(digits)
    if len(digits) == 4 and 1000 <= int(digits) < 2200:
        return "year", int(digits)
    if len(digits) <= 2:
        return "num", int(digits)
    return ("int", int(digits)) if len(digits) < 7 else ("other", None)


def clock(match: re.Match[str]) -> tuple[str, Any]:
    hour = int(match["h"])
    minute = match["min"] or match["min4"]
    way = match["ap"].lower()
    if hour > 24 or (len(way) == 1 and match["ap"].isupper() and not minute):
        return "other", None
    afternoon = way[0] == "p" and hour < 12
    hour = hour + 12 if afternoon else 0 if way[0] == "a" and hour == 12 and way != "ampm" else hour
    parts = 3 if match["sec"] else 2 if minute else 1
    return "clock", Clock(hour % 24, int(minute or 0), int(match["sec"] or 0), parts, way == "ampm")


def hms(match: re.Match[str]) -> tuple[str, Any]:
    hour, loose = int(match["h2"]), int(match["h2"]) <= 12 and not match["h2"].startswith("0")
    return "clock", Clock(hour % 24, int(match["n2"]), int(match["c2"] or 0), 3 if match["c2"] else 2, loose)


def full_year(digits: str) -> int:
    """The year of two figures as usually meant: 18 is 2018, 40 is 1940."""
    return int(digits) if len(digits) > 2 else int(digits) + (1900 if int(digits) >= 40 else 2000)


def slashed(match: re.Match[str]) -> tuple[str, Any]:
    """A date in figures: month first, unless that cannot be."""
    if match["ymd"]:
        return "ymd", (int(match["y1"]), int(match["m1"]), int(match["d1"]))
    letters = ("a2", "b2") if match["dmy"] else ("a3", "b3")
    month, day = int(match[letters[0]]), int(match[letters[1]])
    if month > 12 >= day:
        month, day = day, month
    return ("ymd", (full_year(match["y2"]), month, day)) if match["dmy"] else ("md", (month, day))


def compact(match: re.Match[str]) -> tuple[str, Any]:
    digits = match["compact"]
    return "ymd", (int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def feast(match: re.Match[str]) -> tuple[str, Any]:
    name = re.sub(r"\s", " ", match["holiday"].lower().replace("’", "'"))
    plain = {key.replace("'", ""): value for key, value in HOLIDAYS.items()}
    return "holiday", plain[name.replace("'", "")]


def fiscal(match: re.Match[str]) -> tuple[str, Any]:
    return "fiscal_year", (match["fc"].upper(), full_year(match["fy"]))


READERS = {
    "holiday": feast, "ymd": slashed, "dmy": slashed, "md": slashed, "compact": compact, "clock": clock, "hms": hms,
    "th": lambda match: ("ordinal", int(match["nth"])), "decade": lambda match: ("decade", int(match["ten"])),
    "quarter": lambda match: ("qn", int(match["q"])),
    "halfyear": lambda match: ("hn", int(match["hy"])), "fiscal": fiscal, "figure": figure,
    "gluedmonth": lambda match: ("month", MONTHS_BY_START[match[0].lower()[:3]]),
    "vulgar": lambda match: ("float", VULGAR[match[0]]),
    "sign": lambda match: {"@": ("at", "@"), ">": ("after", ">"), "<": ("before", "<"), "=": ("equals", "=")}.get(
        match[0], ("since" if match[0][0] == ">" else "upto", match[0])),
    "abbreviated": lambda match: WORDS[match[0].lower()[:-1]],
    "iso_time": lambda match: ("at", "T"), "other": lambda match: ("other", None),
}  # fmt: skip
MONTHS_BY_START = {name[:3]: number for number, name in enumerate(MONTHS, 1)}
