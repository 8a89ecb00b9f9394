"""Numbers as English writes them, in figures and in words: 48,000, 1.5 million, a dozen, two thirds, twenty-first."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation, Overflow, localcontext
from fractions import Fraction
from typing import NamedTuple


class Number(NamedTuple):
    """A number and where it stands; ``in_words`` if any of it is spelled."""

    start: int
    end: int
    value: Decimal
    ordinal: bool = False
    in_words: bool = False


class Part(NamedTuple):
    """One word or figure of a number."""

    sort: str
    start: int
    end: int
    value: Fraction = Fraction(0)


ONES = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SCALES = {
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "quadrillion": 10**15,
    "lakh": 10**5, "crore": 10**7, "mn": 10**6, "bn": 10**9, "tn": 10**12, "mil": 10**6,
}  # fmt: skip
LETTER_SCALES = {
    "k": 10**3,
    "K": 10**3,
    "M": 10**6,
    "MM": 10**6,
    "bn": 10**9,
    "mn": 10**6,
    "mln": 10**6,
    "tn": 10**12,
    "mil": 10**6,
    "G": 10**9,
    "B": 10**9,
    "T": 10**12,
}
ODD_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
VULGAR = dict(zip("½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞", [
    Fraction(1, 2), Fraction(1, 3), Fraction(2, 3), Fraction(1, 4), Fraction(3, 4), Fraction(1, 5), Fraction(2, 5),
    Fraction(3, 5), Fraction(4, 5), Fraction(1, 6), Fraction(5, 6), Fraction(1, 8), Fraction(3, 8), Fraction(5, 8),
    Fraction(7, 8),
], strict=True))  # fmt: skip


def ordinal_of(word: str) -> str:
    return ODD_ORDINALS.get(word) or (word[:-1] + "ieth" if word.endswith("y") else word + "th")


def vocabulary() -> dict[str, tuple[str, int]]:
    """Each number word with its sort and value."""
    words: dict[str, tuple[str, int]] = {"zero": ("zero", 0), "nought": ("zero", 0), "naught": ("zero", 0)}
    counted = [
        *(("one", word, value) for value, word in enumerate(ONES, 1)),
        *(("teen", word, value) for value, word in enumerate(TEENS, 10)),
        *(("tens", word, value) for value, word in zip(range(20, 100, 10), TENS, strict=True)),
    ]
    for sort, word, value in counted:
        words[word] = sort, value
        words[ordinal_of(word)] = "ordinal", value
        words[ordinal_of(word) + "s"] = "parts", value
    del words["seconds"], words["firsts"]
    words |= {"forth": ("", 0), "half": ("half", 2), "halves": ("parts", 2)}
    words |= {"quarter": ("quarter", 4), "quarters": ("parts", 4)}
    for word, value in {"hundred": 100, **SCALES}.items():
        words[word] = ("hundred" if value == 100 else "scale"), value
        if len(word) > 3:
            words[word + "s"] = ("hundreds" if value == 100 else "scales"), value
            words[word + "th"] = "scaleth", value
            words[word + "ths"] = "parts", value
    words |= {"dozen": ("dozen", 12), "dozens": ("dozens", 12), "doz": ("dozen", 12), "dozs": ("dozens", 12)}
    words |= {"score": ("dozen", 20), "and": ("and", 0), "point": ("point", 0), "a": ("a", 1), "an": ("a", 1)}
    words |= {"minus": ("minus", 0), "negative": ("minus", 0), "over": ("over", 0), "out": ("out", 0)}
    words |= {"of": ("of", 0), "in": ("in", 0), "couple": ("couple", 2), "few": ("few", 3), "several": ("few", 3)}
    return {word: what for word, what in words.items() if what[0]}


WORDS = vocabulary()
# These may stand in a number, but none begins or makes one by itself.
WEAK = {"and", "point", "a", "minus", "over", "out", "of", "in", "couple", "few"}

GROUPS = (
    r"\d{1,3}(?:,\d{3}){1,12}(?!\d)(?:\.\d+)?|\d{1,3}(?:\.\d{3}){1,12},\d{1,2}(?!\d)|"
    r"\d{1,2}(?:,\d{2}){1,12},\d{3}(?!\d)(?:\.\d+)?"
)
SPACED = r"\d{1,3}(?:\ \d{3}){2,4}(?![\d ]\d)|\d{1,3}(?:[\u00a0\u2009\u202f]\d{3}){1,12}(?!\d)"
PLAIN = r"\d+(?:\.\d+)?(?![\d.]{0,20}\.\d)|\d+"
POWER = r"(?:[eE][+-]?\d{1,3}(?!\w)|\ ?[x×*]\ ?10\^[-\u2212]?\d{1,3}|\^[-\u2212]?\d{1,3})"
LITERAL = re.compile(
    rf"""(?: (?P<whole>\d{{1,9}})[\ \u00a0](?P<top2>\d{{1,3}})/(?P<under2>\d{{1,4}})(?![\d/.])
      | (?<!/)(?P<top>\d{{1,9}})/(?P<under>\d{{1,3}})(?![\d/.])
      | (?P<with>\d{{1,9}})?\ ?(?P<vulgar>[{"".join(VULGAR)}])
      | (?P<digits>{SPACED}|{GROUPS}|\d+,\d{{1,2}}(?![\d,])|{PLAIN}|\.\d+)
        (?: (?P<th>(?:st|nd|rd|th)\b) | (?P<power>{POWER}) )?
        (?: [\ \u00a0]{{0,2}} (?P<scale>MM|[kKMGBT]|bn|mn|mln|tn|mil)(?![\w/°²³]) )?
    )""",
    re.VERBOSE | re.ASCII,
)
TOKEN = re.compile(r"[.]?\d+|[A-Za-z]+|[" + "".join(VULGAR) + "]", re.ASCII)
JOINT = re.compile(r"[\s\u00a0]*-?[\s\u00a0]*")
# Longer than any figure that is meant as one: hostile input, not a number.
MOST_DIGITS = 40
MOST_POWER = 60
MOST_PARTS = 60
# Made once: making a fraction takes longer than comparing two.
NONE, ONE, TEN, MOST = Fraction(0), Fraction(1), Fraction(10), Fraction(10**30)


def numbers(text: str) -> list[Number]:
    """Every number of the text, in order, none within another."""
    found: list[Number] = []
    for run in runs(text):
        position = 0
        while position < len(run):
            number, after = read(text, run, position)
            if number is not None:
                found.append(number)
            position = max(after, position + 1)
    return found


def runs(text: str) -> Iterator[list[Part]]:
    """The words and figures of numbers, those together that only space or a hyphen parts."""
    run: list[Part] = []
    reached = strong = 0
    for at in TOKEN.finditer(text):
        if at.start() < reached:
            continue
        part = part_at(text, at)
        if part is None:
            continue
        if run and (len(run) == MOST_PARTS or not joined(text, reached, part.start)):
            if strong:
                yield run
            run, strong = [], 0
        run.append(part)
        reached, strong = part.end, strong + (part.sort not in WEAK)
    if strong:
        yield run


def joined(text: str, end: int, start: int) -> bool:
    return start - end <= 5 and JOINT.fullmatch(text, end, start) is not None


def part_at(text: str, at: re.Match[str]) -> Part | None:
    word = at[0]
    if not word.isalpha():
        return figure_at(text, at.start())
    known = WORDS.get(word.lower())
    if known is None:
        return None
    start, end = at.span()
    if is_within_word(text[start - 1 : start]) or is_within_word(text[end : end + 1]):
        return None
    return Part(known[0], start, end, Fraction(known[1]))


def is_within_word(neighbour: str) -> bool:
    """Whether a word goes on over its neighbour: a letter with an accent, a digit, an apostrophe."""
    return neighbour.isalnum() or neighbour in ("'", "\u2019", "_")


def figure_at(text: str, start: int) -> Part | None:
    """The figure that begins here, with a minus sign right before it."""
    before = text[max(0, start - 2) : start]
    if before[-1:].isalnum() or before[-1:] == "_":
        return None
    match = LITERAL.match(text, start)
    if match is None:
        return None
    value = literal_value(match) if len(match[0]) <= MOST_DIGITS else None
    if value is None:
        return Part("none", start, match.end())
    sort = "th" if match["th"] else "scaled" if match["scale"] else "figure"
    signed = before[-1:] in ("-", "\u2212") and not before[:1].isalnum() and is_minus(text, start - 1)
    return Part(sort, start - signed, match.end(), -value if signed else value)


def is_minus(text: str, at: int) -> bool:
    """Whether the sign is the number's own: not a range (200 -300), a double dash, or one behind a bracket."""
    if text[max(0, at - 1) : at] in (")", "]", "%", "$", "€", "£", "-"):
        return False
    return not text[max(0, at - 6) : at].rstrip()[-1:].isdigit()


def literal_value(match: re.Match[str]) -> Fraction | None:
    if match["vulgar"]:
        return int(match["with"] or 0) + VULGAR[match["vulgar"]]
    if match["top2"] or match["top"]:
        under = int(match["under2"] or match["under"])
        return int(match["whole"] or 0) + Fraction(int(match["top2"] or match["top"]), under) if under else None
    value = digits_value(match["digits"])
    if match["power"]:
        power = match["power"].replace("\u2212", "-").lower()
        raised = int(power.rsplit("^", 1)[-1].lstrip("e"))
        if abs(raised) > MOST_POWER:
            return None
        base = value if power.startswith("^") else Fraction(10)
        if not base and raised < 0:
            return None
        value = base**raised * (1 if power.startswith("^") else value)
    return value * LETTER_SCALES.get(match["scale"] or "", 1)


def digits_value(digits: str) -> Fraction:
    """The value of digits with commas, points or spaces: 1,234.5 and 1.234,5 and 1 234."""
    if digits.isdecimal():
        return Fraction(int(digits))
    plain = re.sub(r"[\s\u00a0\u2009\u202f]", "", digits)
    if re.fullmatch(r"\d{1,3}(\.\d{3})+,\d+|\d+,\d{1,2}", plain, re.ASCII):
        plain = plain.replace(".", "").replace(",", ".")
    return Fraction(plain.replace(",", ""))


def read(text: str, run: Sequence[Part], start: int) -> tuple[Number | None, int]:
    """The number that begins at this part, and the first part behind it."""
    sort = run[start].sort
    if sort in ("none", "and", "of", "in", "over", "out", "point"):
        return None, start + 1
    if sort == "minus":
        number, after = read(text, run, start + 1) if start + 1 < len(run) else (None, start)
        if number is None or number.ordinal or run[start + 1].sort in WEAK:
            return None, start + 1
        return number._replace(start=run[start].start, value=-number.value), after
    value, after, ordinal = amount(text, run, start)
    if value is None:
        return None, after
    if not ordinal:
        value, after = share(run, value, start, after)
    words = any(part.sort not in ("figure", "scaled", "th") for part in run[start:after])
    made = decimal(value)
    return (made if made is None else Number(run[start].start, run[after - 1].end, made, ordinal, words)), after


def decimal(value: Fraction) -> Decimal | None:
    with localcontext(prec=30):
        try:
            return Decimal(value.numerator) / Decimal(value.denominator)
        except (InvalidOperation, Overflow):
            return None


def sort_at(run: Sequence[Part], position: int) -> str:
    return run[position].sort if position < len(run) else ""


def amount(text: str, run: Sequence[Part], start: int) -> tuple[Fraction | None, int, bool]:
    """A whole number, a fraction or both, or an ordinal: value, the part behind it, whether it is an ordinal."""
    sort = run[start].sort
    if sort == "a" and sort_at(run, start + 1) in ("", "and", "a", "of", "in", "figure", "one", "teen", "tens", "th"):
        return None, start + 1, False
    if (plain := fraction(text, run, start)) is not None:
        value, after = plain
        if sort_at(run, after) in ("scale", "hundred") and run[start].sort in ("half", "quarter"):
            return value * run[after].value, after + 1, False
        if [part.sort for part in run[after : after + 3]] == ["of", "a", "scale"]:
            return value * run[after + 2].value, after + 3, False
        return value, after, False
    whole, after, ends_in = cardinal(text, run, start + (sort == "a"))
    if whole is None:
        return (run[start].value, start + 1, True) if sort in ("ordinal", "th", "scaleth") else (None, start + 1, False)
    return extended(text, run, start, (whole, after, ends_in))


def extended(
    text: str, run: Sequence[Part], start: int, whole: tuple[Fraction, int, Fraction]
) -> tuple[Fraction | None, int, bool]:
    """The whole number with what may follow: an ordinal, a fraction, "and a half"."""
    value, after, scale = whole
    follows = sort_at(run, after)
    room = 10 if run[after - 1].sort == "tens" else 100 if run[after - 1].sort == "hundred" else scale
    if follows == "ordinal" and run[after].value < room:
        return value + run[after].value, after + 1, True
    if follows == "and" and sort_at(run, after + 1) == "ordinal" and scale > 1 and run[after + 1].value < scale:
        return value + run[after + 1].value, after + 2, True
    if follows == "scaleth":
        return value * run[after].value, after + 1, True
    if follows == "parts" or (follows in ("ordinal", "quarter", "half") and value == 1):
        under = run[after].value
        if (
            under
            and after - start > 1
            and run[after - 1].sort == "tens"
            and "-" in text[run[after - 1].end : run[after].start]
        ):
            return (value - run[after - 1].value) / (under + run[after - 1].value), after + 1, False
        return value / under, after + 1, False
    if follows == "and" and (plain := fraction(text, run, after + 1)) is not None:
        value, after = value + plain[0] * max(scale, Fraction(1)), plain[1]
        if scale == 1 and sort_at(run, after) == "scale":
            return value * run[after].value, after + 1, False
        return value, after, False
    return value, after, False


def fraction(text: str, run: Sequence[Part], start: int) -> tuple[Fraction, int] | None:
    """A fraction below one in words: half, a quarter, one third, three fifths."""
    sort, follows = sort_at(run, start), sort_at(run, start + 1)
    if sort == "half":
        after = start + 1
        if follows == "a" and sort_at(run, start + 2) in ("scale", "hundred", "dozen"):
            after += 1
        return Fraction(1, 2), after
    if sort == "quarter":
        return (Fraction(1, 4), start + 1) if follows in ("scale", "hundred") else None
    if sort == "a" and follows in ("half", "quarter", "scaleth"):
        return 1 / run[start + 1].value, start + 2
    if (
        sort == "a"
        and follows == "ordinal"
        and run[start + 1].value > 2
        and text.startswith(" of ", run[start + 1].end)
    ):
        return 1 / run[start + 1].value, start + 2
    if sort == "a" and follows == "ordinal" and start and run[start - 1].sort == "and":
        return 1 / run[start + 1].value, start + 2
    if (sort == "one" and follows == "parts") or (sort == "one" and run[start].value == 1 and follows == "ordinal"):
        return run[start].value / run[start + 1].value, start + 2
    return None


def cardinal(text: str, run: Sequence[Part], start: int) -> tuple[Fraction | None, int, Fraction]:
    """A whole number: value, the part behind it, and the scale of its last word (1 where it has none)."""
    total, group, last = NONE, NONE, NONE
    room, highest, scale, position = MOST, MOST, ONE, start
    while position < len(run):
        sort, value = run[position].sort, run[position].value
        if sort == "and":
            if room <= 1 or not follows_and(run, position + 1, room, scale):
                break
        elif sort in ("one", "teen", "tens", "figure", "zero", "scaled", "couple", "few"):
            if (
                value >= room
                or (sort == "zero" and position > start)
                or (sort in ("couple", "few") and position > start)
            ):
                break
            group, last, scale = (group + value if group else value), value, ONE
            room = TEN if sort == "tens" else ONE if sort != "scaled" else NONE
        elif sort in ("hundred", "hundreds") and last < 100 and group == last and (position == start or last):
            group = last = (group or Fraction(1)) * 100
            room = scale = Fraction(100)
        elif sort in ("scale", "scales") and value < highest and (group or position == start):
            total, highest, room, scale = total + (group or Fraction(1)) * value, value, value, value
            group = last = Fraction(0)
        elif sort in ("dozen", "dozens") and (last or position == start):
            group, last, room = group - last + (last or Fraction(1)) * value, Fraction(0), Fraction(0)
        else:
            break
        position += 1
    if position == start or run[position - 1].sort in ("couple", "few"):
        return None, start, scale
    if sort_at(run, position) == "point":
        decimals, position = after_point(run, position + 1)
        group += decimals
    return (total + group if total else group), position, scale


def follows_and(run: Sequence[Part], position: int, room: Fraction, scale: Fraction) -> bool:
    """Whether a smaller number stands here, one that does not begin a figure of its own."""
    if sort_at(run, position) not in ("one", "teen", "tens", "figure") or not 0 < run[position].value < room:
        return False
    behind = position + 1
    if sort_at(run, position) == "tens" and sort_at(run, behind) == "one":
        behind += 1
    if sort_at(run, behind) in ("parts", "quarter"):
        return run[position].sort != "one"
    return not (sort_at(run, behind) in ("hundred", "scale") and room <= run[behind].value and scale == room == 100
                and run[behind].value == 100)  # fmt: skip


def after_point(run: Sequence[Part], position: int) -> tuple[Fraction, int]:
    digits = ""
    while sort_at(run, position) in ("zero", "one", "teen", "tens"):
        value = str(run[position].value)
        if run[position].sort == "tens" and sort_at(run, position + 1) == "one":
            position += 1
            value = value[0] + str(run[position].value)
        digits += value
        position += 1
    return (Fraction(int(digits), 10 ** len(digits)), position) if digits else (Fraction(0), position - 1)


def share(run: Sequence[Part], value: Fraction, start: int, after: int) -> tuple[Fraction, int]:
    """One in five, two out of three, one over twenty: the share, where the second number follows and is larger."""
    sort = sort_at(run, after)
    behind = after + 1
    if sort == "out" and sort_at(run, behind) == "of":
        behind += 1
    elif sort not in ("over", "in"):
        return value, after
    whole, end, _ = cardinal("", run, behind + (sort_at(run, behind) == "a")) if behind < len(run) else (None, 0, 0)
    if whole is None or whole == 0 or (sort != "over" and value >= whole) or value <= 0:
        return value, after
    if sort == "in" and whole >= 1000 and run[behind].sort == "figure":
        return value, after  # "three in 2019" counts within a year.
    return value / whole, end
