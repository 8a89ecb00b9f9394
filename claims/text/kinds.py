"""What sort of assertion some words are likely to make: a first guess for a person to correct."""

import re

YEAR = re.compile(r"\b(?:1[5-9]|20|21)\d\d\b")
DAY = re.compile(
    r"\b\d{1,2}(?:st|nd|rd|th)?\s+(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*"
    r"|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*\s+\d{1,2}(?:st|nd|rd|th)?\b"
)
SIGNS: list[tuple[str, re.Pattern[str]]] = [
    ("plan", re.compile(r"\b(?:plan(?:s|ned|ning)?|intend\w*|aim(?:s|ed)? to|strategy|absor\w+)\b", re.I)),
    ("quantity", re.compile(r"\d|\b(?:hundreds?|thousands?|millions?|billions?|per cent|percent)\b", re.I)),
    ("forecast", re.compile(r"\b(?:will|would|could|may|might|expect\w*|likely|forecast\w*)\b", re.I)),
    ("state", re.compile(r"\b(?:is|are|was|were|has been|have been|had been|remains?|massed|stationed)\b", re.I)),
]


def likely_kind(words: str) -> str:
    """The code of a claim's kind, by the signs that English words give; a statement where there are none."""
    # A year or a day dates an assertion; it is not the figure that is asserted.
    undated = YEAR.sub("", DAY.sub("", words))
    return next((kind for kind, sign in SIGNS if sign.search(undated)), "statement")
