"""Units in which figures are counted: what kind of thing each measures, and how much of the kind's own unit it is.

Factors are exact where the unit is defined by the metre, kilogram or second: The International System of Units,
9th edition (BIPM, 2019), tables 4, 7 and 8; for customary units NIST Special Publication 811 (2008), appendix B.8.
A unit that is not in the table is a kind of its own: men are compared with men alone, euros with euros.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import NamedTuple


class Unit(NamedTuple):
    """A kind of thing, and how much of the kind's own unit one of this is."""

    kind: str
    factor: Decimal


# kind: (factor, spellings), the kind's own unit first
TABLE: dict[str, list[tuple[str, str]]] = {
    "length": [
        ("1", "m metre meter"), ("1000", "km kilometre kilometer"), ("0.01", "cm centimetre centimeter"),
        ("0.001", "mm millimetre millimeter"), ("1609.344", "mi mile"), ("0.9144", "yd yard"),
        ("0.3048", "ft foot"), ("0.0254", "in inch"), ("1852", "nmi nautical_mile"),
    ],
    "area": [
        ("1", "m2 sq_m square_metre square_meter"), ("1000000", "km2 sq_km square_kilometre square_kilometer"),
        ("10000", "ha hectare"), ("4046.8564224", "acre"), ("2589988.110336", "sq_mi square_mile mi2"),
        ("0.09290304", "sq_ft square_foot ft2"),
    ],
    "volume": [
        ("1", "m3 cubic_metre cubic_meter"), ("0.001", "l litre liter"), ("1000000000", "km3 cubic_kilometre"),
        ("0.158987294928", "bbl barrel"), ("0.003785411784", "gal gallon us_gallon"),
        ("0.028316846592", "ft3 cubic_foot"),
        ("1000000000", "bcm billion_cubic_metre billion_cubic_meter"),
    ],
    "mass": [
        ("1", "kg kilogram kilogramme"), ("0.001", "g gram gramme"), ("1000", "t tonne metric_ton"),
        ("0.45359237", "lb pound_mass lbs"), ("907.18474", "short_ton"), ("1016.0469088", "long_ton"),
        ("1000000", "kt kilotonne"), ("1000000000", "mt megatonne million_tonne"),
    ],
    "time": [
        ("1", "s second sec"), ("60", "min minute"), ("3600", "h hour hr"), ("86400", "d day"), ("604800", "week"),
    ],
    "speed": [
        ("1", "m/s"), ("1000/3600", "km/h kph kmh"), ("1609.344/3600", "mph"), ("1852/3600", "kn knot"),
    ],
    "energy": [
        ("1", "j joule"), ("3600000", "kwh kilowatt_hour"), ("3600000000", "mwh"), ("3600000000000", "gwh"),
        ("3600000000000000", "twh"),
    ],
    "power": [("1", "w watt"), ("1000", "kw kilowatt"), ("1000000", "mw megawatt"), ("1000000000", "gw gigawatt")],
    "share": [("1", "share"), ("0.01", "% percent per_cent pct"), ("0.001", "per_mille ‰")],
    "years": [("1", "year yr"), ("1/12", "month")],
}  # fmt: skip
MULTIPLES = {"hundred": 100, "thousand": 1000, "k": 1000, "million": 10**6, "m": 10**6, "mn": 10**6,
             "billion": 10**9, "bn": 10**9, "trillion": 10**12}  # fmt: skip
SPOKEN = {"²": "2", "³": "3"}
WORD = re.compile(r"[^\W_]+(?:[/.][^\W_]+)*|%|‰", re.UNICODE)


def folded(words: str) -> str:
    """Words in small letters, without accents, articles and plurals, one space apart: as figures are told apart by."""
    for sign, plain in SPOKEN.items():
        words = words.replace(sign, plain)
    bare = "".join(c for c in unicodedata.normalize("NFKD", words.casefold()) if not unicodedata.combining(c))
    return " ".join(singular(word) for word in WORD.findall(bare) if word not in {"the", "a", "an", "of"})


def singular(word: str) -> str:
    """A word without the s of its plural; short words and those in -ss stay."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


IRREGULAR = {"men": "man", "women": "woman", "people": "person", "persons": "person", "feet": "foot", "inches": "inch"}


def _factor(words: str) -> Decimal:
    above, _slash, below = words.partition("/")
    return Decimal(above) / Decimal(below or "1")


KNOWN: dict[str, Unit] = {
    folded(spelling.replace("_", " ")): Unit(kind, _factor(factor))
    for kind, units in TABLE.items()
    for factor, spellings in units
    for spelling in spellings.split()
}


def unit(words: str) -> Unit:
    """The unit that these words name; one of a kind of its own where the table has none. "" is a plain number."""
    name = folded(words)
    if name in KNOWN:
        return KNOWN[name]
    first, _space, rest = name.partition(" ")
    if first in MULTIPLES and (rest or first not in {"k", "m"}):
        below = unit(rest)
        return Unit(below.kind, below.factor * MULTIPLES[first])
    return Unit(f"={name}", Decimal(1))
