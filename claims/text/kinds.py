"""What sort of assertion some words are likely to make: a first guess for a person to correct."""

import re

from claims.text import cues
from claims.text.cues import DAYS, words

TOKEN = re.compile(r"[a-z]+(?:-[a-z0-9]+)*|\d[\d.,:]*\d|\d|[%$€£]", re.ASCII)

# What each word is a sign of. Where a word stands in two lists, the later one holds.
LISTS = {
    "act": """build introduce close open send raise cut buy sell create deploy join withdraw leave merge launch
        invest spend impose lift ban stop end start begin sign hold call move expand reduce increase support keep
        mobilise mobilize strengthen harmonise replace release provide supply train""",
    "plan": """plan plans planned planning plot strategy roadmap intend intends intended intention intentions
        scheduled proposal proposals proposes proposed vows vowed pledge pledges pledged aims aimed prepares
        preparing ambition ambitions goal goals""",
    "to plan": "agreed decided promised wants want hopes set ready due",
    "will": "will shall won",
    "would": "would could may might should",
    "forecast": """expect expects expected expecting likely unlikely forecast forecasts predict predicts predicted
        projected prediction prospect looming""",
    "share": "% $ € £ percent percentage pct euros dollars roubles rubles pounds",
    "figure": """hundred hundreds thousand thousands million millions billion billions trillion trillions dozen
        dozens tens scores half twice doubled tripled halved majority thirds quarters fifths""",
    "small": "two three four five six seven eight nine ten eleven twelve",
    "unit of time": "year years month months week weeks day days hour hours minute minutes decade decades time times",
    "toll": """killed kill wounded injured arrested detained died die fled crossed attacked shot kidnapped executed
        expelled drowned evacuated deported captured""",
    "event": """fired struck hit exploded bombed shelled invaded sank crashed met left arrived came went took gave
        began sent won lost fell broke shut fought held signed voted resigned abducted became used""",
    "state": """remain remains remained massed stationed based located surrounded closed divided involved equipped
        occupied control controls own owns owned belong belongs consist consists contain contains lies keeps
        maintain maintains continue continues stands lacks exists alive known unknown blocked united""",
    "part": "third quarter fifth tenth",
    "is": "is are isn aren am",
    "was": "was were been wasn weren",
    "has": "has have hasn haven",
    "not": "not never t no neither nobody none",
    "to": "to",
    "article": "a an the its his her their our of",
}
SIGNS = {word: sign for sign, listed in LISTS.items() for word in listed.split()}
SIGNS |= dict.fromkeys(cues.SAYING - SIGNS.keys(), "speech") | {month: "date" for month in DAYS - words("may march")}
# What happened in May has happened, and is not only what may be.
MONTH_OF_MAY = re.compile(r"(?<=[a-z\d] )May\b|\bMay(?= \d)|(?<=\d )may(?= \d)")
YEARS = range(1500, 2200)
# In this order: what holds first is the kind.
ORDER = (
    ("plan", "plan"), ("forecast", "forecast"), ("share", "quantity"), ("toll", "event"), ("figure", "quantity"),
    ("to be done", "plan"), ("would", "forecast"), ("not yet", "state"), ("event", "event"), ("state", "state"),
    ("is", "state"), ("was", "state"), ("small", "quantity"),
)  # fmt: skip
LOOK_AHEAD = {"will", "would", "small", "part", "to plan"}


def likely_kind(words: str) -> str:
    """The code of a claim's kind, by the signs that English words give; a statement where there are none."""
    if words.endswith("?"):
        return "statement"
    if "May" in words or "may" in words:  # to look for the month takes as long as all that follows
        words = MONTH_OF_MAY.sub("June", words)
    signs = signs_of(TOKEN.findall(words.lower()))
    if not signs.isdisjoint(("would", "to be done")):
        signs -= {"toll", "event"}  # What might be attacked has not been.
    return next((kind for sign, kind in ORDER if sign in signs), "statement")


def signs_of(tokens: list[str]) -> set[str]:
    """What the words are signs of, each seen with its neighbours."""
    found: set[str] = set()
    before = ""
    for at, token in enumerate(tokens):
        sign = SIGNS.get(token, "")
        if not sign:
            if token[0].isdigit():
                after = tokens[at + 1] if at + 1 < len(tokens) else ""
                sign = "figure" if is_counted(token, before, after) else "date"
            elif token.endswith("ed") and len(token) > 4:
                sign = "state" if before in ("is", "state", "article") else "event"
        elif sign in LOOK_AHEAD:
            sign = ahead(sign, token, tokens[at + 1] if at + 1 < len(tokens) else "")
        elif sign == "not" and before == "has" and "event" not in found:
            sign = "not yet"
        elif sign == "to" and before in ("is", "was", "to plan"):
            sign = "plan" if before == "to plan" else "to be done"
        found.add(sign)
        if sign != "not":
            before = sign
    return found


def ahead(sign: str, word: str, after: str) -> str:
    """What a word is a sign of that waits for the next one."""
    if sign in ("will", "would"):
        is_act = SIGNS.get(after) == "act"
        return ("plan" if is_act else "forecast") if sign == "will" else "to be done" if is_act else sign
    if sign == "small":
        return "date" if SIGNS.get(after) == "unit of time" else sign
    if sign == "part":
        return "figure" if after == "of" else ""
    return "event" if word == "agreed" and after != "to" else sign


def is_counted(token: str, before: str, after: str) -> bool:
    """Whether a figure counts or measures something: a year, a day or a time only dates it."""
    if before == "date" or SIGNS.get(after) in ("date", "unit of time") or after in ("march", "may") or ":" in token:
        return False
    return not (len(token) == 4 and token.isdecimal() and int(token) in YEARS)
