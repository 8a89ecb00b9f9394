"""The words that dates and times are made of, found in a text as tokens."""

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from claims.text.numbers import ONES, TEENS, TENS, VULGAR, ordinal_of
from claims.text.rewriting import Token

MONTHS = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
]  # fmt: skip
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
# Also words of their own, unless a capital or the words around them say otherwise.
ALSO_WORDS = {"fall", "spring", "may", "march", "mar", "sat", "sun", "mon", "wed", "jan", "dec"}


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
    "christmas": (12, 25), "christmas day": (12, 25), "xmas": (12, 25), "christmas eve": (12, 24),
    "boxing day": (12, 26), "new year's day": (1, 1), "new year": (1, 1), "new year's eve": (12, 31),
    "new years eve": (12, 31), "new years day": (1, 1), "valentine's day": (2, 14), "valentines day": (2, 14),
    "independence day": (7, 4), "halloween": (10, 31), "saint patrick": (3, 17), "st patrick's day": (3, 17),
    "saint patrick's day": (3, 17), "earth day": (4, 22), "labour day": (5, 1), "may day": (5, 1),
    "international workers' day": (5, 1), "veterans day": (11, 11), "armistice day": (11, 11), "victory day": (5, 9),
    "april fools": (4, 1), "april fools' day": (4, 1), "women's day": (3, 8), "international women's day": (3, 8),
    "epiphany": (1, 6), "all saints' day": (11, 1), "juneteenth": (6, 19), "groundhog day": (2, 2),
    "guy fawkes": (11, 5), "easter": (0, 0), "easter sunday": (0, 0), "easter monday": (0, 1),
    "good friday": (0, -2), "ash wednesday": (0, -46), "palm sunday": (0, -7), "maundy thursday": (0, -3),
    "ascension day": (0, 39), "pentecost": (0, 49), "thanksgiving": (11, -3), "thanksgiving day": (11, -3),
    "labor day": (9, -1), "memorial day": (5, -1), "mother's day": (5, -2), "father's day": (6, -3),
    "black friday": (11, -4), "martin luther king day": (1, -3),
}  # fmt: skip

SIMPLE: dict[str, Iterable[str]] = {
    "to": ["to", "through", "thru"], "until": ["until", "till", "til"], "semi": ["semi", "bi"],
    "from": ["from", "starting", "commencing", "beginning"], "between": ["between"], "and": ["and"], "or": ["or"],
    "of": ["of"], "at": ["at"], "about": ["around", "about", "circa", "approximately"],
    "in": ["in", "during", "within_"], "on": ["on"], "the": ["the"], "before": ["before", "by"], "after": ["after"],
    "since": ["since"], "ago": ["ago"], "later": ["later"], "earlier": ["earlier"], "early": ["early"],
    "mid": ["mid", "middle"], "late": ["late"], "every": ["every", "each"], "any": ["any", "all"], "once": ["once"],
    "within": ["within"], "article": ["a", "an", "another"], "few": ["few", "several"], "couple": ["couple"],
    "more": ["more", "over"], "less": ["less", "under"], "than": ["than"], "no": ["no", "not"], "half": ["half"],
    "today": ["today"], "tomorrow": ["tomorrow", "tmrw", "tmr"], "yesterday": ["yesterday"],
    "tonight": ["tonight", "tonite"], "now": ["now", "currently", "nowadays"], "present": ["moment", "present"],
    "time": ["time"], "for": ["for"], "oclock": ["o'clock", "oclock", "o’clock"], "finish": ["end"],
    "start": ["start"], "date_word": ["date"], "fiscal": ["fiscal", "financial"], "school": ["school", "academic"],
    "calendar": ["calendar"], "eod": ["eod"], "eoy": ["eoy"], "eom": ["eom"], "greater": ["greater"],
    "rest": ["rest", "remainder", "remaining"], "prior": ["prior"], "as": ["as"], "right": ["right"],
    "long": ["long"], "equal": [], "hundred": ["hundred"], "thousand": ["thousand"],
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
    words |= {word: ("periodic", timex) for word, timex in REPEATS.items()}
    words |= {"noon": ("clock", Clock(12)), "midday": ("clock", Clock(12)), "midnight": ("clock", Clock(0))}
    return words


WORDS = vocabulary()
HOLIDAY = re.compile(
    "(?:" + "|".join([re.escape(name).replace("'", "['’]?").replace("\\ ", r"\s") for name in sorted(
        HOLIDAYS, key=len, reverse=True)]) + r")\b", re.IGNORECASE)  # fmt: skip
SHORT = frozenset([
    "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sept", "sep", "oct", "nov", "dec", "mon", "tues", "tue", "wed",
    "thurs", "thur", "thu", "fri", "sat", "sun",
])  # fmt: skip
# Words that only begin something longer: new year, q1, fy 2020, p. m.
OPENERS = {name.split("'")[0].split(" ")[0] for name in HOLIDAYS} | {"q", "h", "fy", "cy", "p", "a", "am", "pm"}
SCAN = re.compile(rf"[A-Za-z]+(?:['’]clock\b)?|\d+|[{''.join(VULGAR)}]|\S", re.ASCII)
NUMBERED = re.compile(
    r"q(?P<qn>[1-4])\b|h(?P<hn>[12])\b|(?P<fc>fy|cy)\s?[’']?(?P<fiscal_year>\d{4}|\d{2})\b", re.IGNORECASE | re.ASCII
)
AM_PM = re.compile(r"[ap](?:\s?\.\s?m\b(?:\s?\.)?|\s?m\b)", re.IGNORECASE)
ABBREVIATED = re.compile(r"\.(?=\s?,?\s?\d)", re.ASCII)
SIGN = re.compile(r"@|[<>]\s?=|[<>=]")
SIGNS = {",": "comma", "/": "slash", **dict.fromkeys("-–—~", "dash")}
FIGURE = re.compile(
    r"""(?P<ymd>(?<![\d.,/:])(?P<y1>\d{4})(?P<s1>[-/.])(?P<m1>\d{1,2})(?P=s1)(?P<d1>\d{1,2})(?![\d/:]|[.]\d))
    | (?P<dmy>(?<![\d.,/:])(?<!\d-(?=\d\d-))(?<!\d-(?=\d-))(?P<a2>\d{1,2})(?P<s2>[-/.])(?P<b2>\d{1,2})(?P=s2)
        (?P<y2>\d{4}|\d{2})(?![\d/:]|[.]\d))
    | (?P<compact>(?<![\w.,-])(?:19|20)\d\d(?:0[1-9]|1[012])(?:0[1-9]|[12]\d|3[01])(?![\w-]))
    | (?P<md>(?<![\d.,/:])(?P<a3>\d{1,2})/(?P<b3>\d{1,2})(?![\d/%]|[.,]\d))
    | (?P<clock>(?<![\d.,:/$£€])(?P<h>\d{1,2})(?:[:.](?P<min>[0-5]\d)(?::(?P<sec>[0-5]\d))?|(?P<min4>[0-5]\d))?
        \ ?(?P<ap>(?:[ap](?:\s?\.\s?m\b(?:\s?\.)?|\s?m\b)|ampm\b|[ap]\b(?![.']\w))))
    | (?P<hms>(?<![\d.,:/$£€])(?P<h2>[01]?\d|2[0-4]):(?P<n2>[0-5]\d)(?::(?P<c2>[0-5]\d))?(?![\d:%]))
    | (?P<th>(?<![\w.,])(?P<nth>\d{1,2})(?:st|nd|rd|th)\b)
    | (?P<decade>(?<![\w.,])(?P<ten>\d{3}0)s\b)
    | (?P<figure>(?<![\d.,:$£€])\d+(?:[.]\d+)?(?![\d]|[.,:]\d|\ ?[%°$£€]))
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
FLOATING = {"relative", "today", "tomorrow", "yesterday", "tonight", "now", "present"}
NOT_WORDS = frozenset("'’_")
CAPITALS_TOO = {"may", "march", "sun", "mar"}
MOST_TOKENS = 100


def runs(text: str) -> Iterator[list[Token]]:
    """Words, figures and signs that may make a date together; whatever no date holds parts them."""
    run: list[Token] = []
    reached = 0
    for found in SCAN.finditer(text):
        start, end = found.span()
        if start < reached:
            continue
        word = found[0]
        if ("A" <= word[0] <= "z" and word.isalpha()) or (len(word) > 5 and word[1:].endswith("clock")):
            lower = word.lower()
            if lower not in WORDS and lower not in OPENERS and not text[start - 1 : start].isdigit():
                token = None
            else:
                token = word_token(word, lower, text, start, end)
        else:
            token = sign_token(word, text, start)
        if token is None or len(run) == MOST_TOKENS:
            if run:
                yield run
            run = []
        if token is not None:
            run.append(token)
            reached = token.end
    if run:
        yield run


def sign_token(word: str, text: str, start: int) -> Token | None:
    """A figure, alone or with what makes it a date or a clock, or a sign."""
    if word in SIGNS:
        return Token(SIGNS[word], start, start + 1, word)
    if word in VULGAR:
        return Token("float", start, start + 1, VULGAR[word])
    if "0" <= word[0] <= "9":
        match = FIGURE.match(text, start)
        if match is None:
            return None
        name, value = READERS[str(match.lastgroup)](match)
        return Token(name, start, match.end(), value) if name else None
    if match := SIGN.match(text, start):
        sign = match[0]
        name = {"@": "at", ">": "after", "<": "before", "=": "equals"}.get(sign) or (
            "since" if sign[0] == ">" else "upto"
        )
        return Token(name, start, match.end(), sign)
    return None


def word_token(word: str, lower: str, text: str, start: int, end: int) -> Token | None:
    before = text[start - 1 : start]
    if before.isdigit():
        if unit := GLUED_UNITS.get(lower):
            return Token("units", start, end, unit)
        if word == "T" and text[end : end + 1].isdigit():
            return Token("at", start, end, word)  # ISO 8601: 2022-02-24T05:00
        if WORDS.get(lower, ("",))[0] not in ("unit", "units"):
            return None
    if before == "_" or (before.isalpha() and not before.isascii()) or (text[end : end + 1].isalpha()):
        return None
    if lower in OPENERS and (longer := longer_token(lower, text, start)):
        return longer
    name, value = WORDS.get(lower, ("", None))
    if not name:
        return None
    follows = text[end : end + 2]
    if follows[:1] in NOT_WORDS and follows[1:].isalpha() and follows[1:] != "s":
        return None
    if lower in SHORT and ABBREVIATED.match(text, end):
        return Token(name, start, end + 1, value)
    # May and March are months where they are capitals before a number; lower-case words need their neighbours.
    if lower in ALSO_WORDS and not word.isupper() and (not word[0].isupper() or begins_sentence(lower, text, start)):
        name = "maybe_" + name
    return Token(name, start, end, value, name in FLOATING)


def begins_sentence(lower: str, text: str, start: int) -> bool:
    """Whether the capital may be that of a sentence, or of the Sun and of Mar as names."""
    if lower in ("may", "march"):
        return text[max(0, start - 4) : start].rstrip()[-1:] not in (",", "(") and not text[max(0, start - 2)].isalnum()
    return lower in CAPITALS_TOO


def longer_token(lower: str, text: str, start: int) -> Token | None:
    """What begins with this word and is one token: a holiday, a numbered quarter or year, a.m. and p.m."""
    if lower in ("a", "p", "am", "pm"):
        match = AM_PM.match(text, start)
        return Token("ampm", start, match.end(), match[0]) if match else None
    if match := NUMBERED.match(text, start):
        name = str(match.lastgroup)
        value = (match["fc"].upper(), full_year(match[name])) if name == "fiscal_year" else int(match[name])
        return Token(name, start, match.end(), value)
    if match := HOLIDAY.match(text, start):
        return Token("holiday", start, match.end(), feast_named(match[0]))
    return None


def figure(match: re.Match[str]) -> tuple[str, Any]:
    digits = match["figure"]
    if "." in digits:
        return "float", Decimal(digits)
    if len(digits) == 4 and 1000 <= int(digits) < 2200:
        return "year", int(digits)
    if len(digits) <= 2:
        return "num", int(digits)
    return ("int", int(digits)) if len(digits) < 7 else ("", None)


def clock(match: re.Match[str]) -> tuple[str, Any]:
    hour = int(match["h"])
    minute = match["min"] or match["min4"]
    way = match["ap"].lower()
    if hour > 24 or (len(way) == 1 and match["ap"].isupper() and not minute):
        return "", None
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


def feast_named(name: str) -> tuple[int, int]:
    return BARE_HOLIDAYS[re.sub(r"\s", " ", name.lower().replace("’", "'")).replace("'", "")]


BARE_HOLIDAYS = {name.replace("'", ""): day for name, day in HOLIDAYS.items()}
READERS: dict[str, Callable[[re.Match[str]], tuple[str, Any]]] = {
    "ymd": slashed, "dmy": slashed, "md": slashed, "compact": compact, "clock": clock, "hms": hms, "figure": figure,
    "th": lambda match: ("ordinal", int(match["nth"])), "decade": lambda match: ("decade", int(match["ten"])),
}  # fmt: skip
