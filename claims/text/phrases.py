"""The words of one sentence, and how far a name or a noun with all that belongs to it reaches."""

import re
from typing import NamedTuple

from claims.text import cues

PLAIN = r"\d[\d.,]*\d|\w+(?:['\u2019.&/-]\w+)*|[^\w\s]"
WORD = re.compile(PLAIN)
# "He's" and "you've" are two words here; "Kyiv's" is one.
SHORTENED = re.compile(
    r"\b(?:i|you|we|they|he|she|it|that|who|there)(?=['\u2019](?:s|ve|ll|re|m|d)\b)|['\u2019](?:s|ve|ll|re|m|d)\b|"
    + PLAIN,
    re.I,
)
APOSTROPHE = re.compile(r"\w['\u2019]\w")
MOST_WORDS = 30

CLOSING_QUOTES = frozenset("\"\u201d\u00bb\u2019\u201c'")
STOPS = frozenset(",;:!?()[]{}\u2026\u2014\u2013-\"\u201c\u201d\u201e\u00ab\u00bb\u2018\u2019'")
ABBREVIATION = re.compile(r"(?:[A-Z]|[A-Z]\w{1,3}|(?:\w\.)+\w)\Z")
ADJECTIVE = re.compile(r".*(?:ian|ish|ese|can|ean|ern|al|ive|ous|ic)\Z")


class Words(NamedTuple):
    """A sentence taken apart: each word or mark as printed, in small letters, and where it stands."""

    text: str
    printed: list[str]
    small: list[str]
    starts: list[int]
    ends: list[int]

    def at(self, index: int) -> str:
        """The word in small letters, "" outside the sentence."""
        return self.small[index] if 0 <= index < len(self.small) else ""

    def between(self, first: int, last: int) -> str:
        """The text from one word up to, and without, another."""
        last = min(last, len(self.ends))
        return self.text[self.starts[first] : self.ends[last - 1]] if first < last else ""


def take_apart(text: str) -> Words:
    spans = [found.span() for found in (SHORTENED if APOSTROPHE.search(text) else WORD).finditer(text)]
    printed = [text[start:end] for start, end in spans]
    return Words(
        text,
        printed,
        [word.lower() for word in printed],
        [start for start, _ in spans],
        [end for _, end in spans],
    )


def is_name(words: Words, index: int) -> bool:
    return 0 <= index < len(words.printed) and words.printed[index][0].isupper()


def is_stop(words: Words, index: int) -> bool:
    """Whether a mark parts phrases here; the full stop of an abbreviation does not."""
    mark = words.at(index)
    if mark == ".":
        return index == 0 or index + 1 >= len(words.small) or not ABBREVIATION.match(words.printed[index - 1])
    return not mark or mark in STOPS


def is_verb(words: Words, index: int) -> bool:
    """Whether a word is likely to be a finite verb: no dictionary is asked."""
    word = words.at(index)
    if word in cues.AUXILIARIES or word in cues.MODALS or word in cues.PAST_VERBS:
        return word != "may" or not is_name(words, index)
    if word in cues.SAYING or word in cues.SHOWING:
        return word not in cues.NOUNS and not word.endswith("ing")
    if not word.endswith("ed") or len(word) < 5 or is_name(words, index) or is_stop(words, index - 1):
        return False
    # "the exiled leader" and "a paper obtained by" belong to a noun.
    before = words.at(index - 1)
    is_adjective = before in cues.DETERMINERS or before in cues.PREPOSITIONS or ADJECTIVE.match(before)
    return not is_adjective and words.at(index + 1) not in cues.PREPOSITIONS


def phrase_before(words: Words, end: int, floor: int = 0) -> int:
    """The index where the noun phrase begins whose last word stands right before ``end``; ``end`` if there is none."""
    if words.at(end - 1) in cues.SUBJECTS:
        return end - 1
    start = end
    lowest = max(floor, end - MOST_WORDS)
    while start > lowest and not is_stop(words, start - 1):
        word = words.at(start - 1)
        if word == "and":
            if start == end or is_stop(words, start - 2) or has_verb(words, start - 1, floor):
                break
        elif word in cues.RELATIVE and start < end and (is_verb(words, start) or begins_relative(words, start)):
            return phrase_before(words, start - 1, max(floor, start - MOST_WORDS)) if start - 1 > floor else start
        elif word in cues.CONJUNCTIONS or word in cues.SUBJECTS:
            break
        elif is_verb(words, start - 1):
            if start - 2 > lowest and words.at(start - 2) in cues.RELATIVE and start < end:
                return phrase_before(words, start - 2, lowest)
            break
        start -= 1
    return after_opening(words, start, end)


def begins_relative(words: Words, index: int) -> bool:
    """Whether "who" or "which" has its own verb behind it."""
    return words.at(index - 1) == "who" or words.at(index).endswith("ed")


def has_verb(words: Words, end: int, floor: int) -> bool:
    """Whether a clause of its own stands before ``end``."""
    index = end - 1
    while index >= max(floor, end - MOST_WORDS) and not is_stop(words, index):
        if is_verb(words, index):
            return True
        index -= 1
    return False


def after_opening(words: Words, start: int, end: int) -> int:
    """Where the noun phrase begins behind "In December", "Last week" or "However"."""
    while start < end - 1:
        word = words.at(start)
        if word in cues.TIMES or (word.endswith("ly") and not is_name(words, start + 1)) or word in cues.ADVERBS:
            start += 1
        elif word in cues.PREPOSITIONS and words.at(start + 1) not in cues.DETERMINERS:
            start += 2
        elif word in cues.PREPOSITIONS and start + 3 < end:
            start += 3
        elif words.printed[start].isdigit():
            start += 1
        else:
            break
    return min(start, end)


def phrase_after(words: Words, start: int) -> int:
    """The index behind the noun phrase that begins at ``start``."""
    index = start
    while index < min(len(words.small), start + MOST_WORDS) and not is_stop(words, index):
        word = words.at(index)
        if index > start and starts_anew(words, index, word):
            break
        if word in cues.CONJUNCTIONS and not (word == "and" and index > start and not is_clause(words, index + 1)):
            break
        index += 1
        if word in cues.SUBJECTS:
            break
    return index


def starts_anew(words: Words, index: int, word: str) -> bool:
    before = words.at(index - 1)
    if word in cues.DETERMINERS or word in cues.SUBJECTS:
        return before not in cues.PREPOSITIONS and before != "and" and not before.endswith("ed")
    if word in ("on", "in", "at", "last", "this", "yesterday"):
        return skip_adverbials(words, index) > index
    return is_verb(words, index)


def is_clause(words: Words, index: int) -> bool:
    """Whether a subject with its verb begins here."""
    if words.at(index) in cues.SUBJECTS:
        return True
    return any(is_verb(words, at) for at in range(index, min(index + 6, len(words.small))) if not is_stop(words, at))


def skip_adverbials(words: Words, index: int) -> int:
    """The index behind "on Monday", "in a statement", "late last week" and the like."""
    while True:
        following = index
        word = words.at(index)
        if word in cues.TIMES or word in cues.ADVERBS or (word.endswith("ly") and len(word) > 4):
            if not (word in ("this", "last", "may", "march") and words.at(index + 1) not in cues.TIMES):
                following = index + 1
        elif word in cues.PREPOSITIONS or word == "late":
            following = skip_preposition(words, index)
        if following == index:
            return index
        index = following


def skip_preposition(words: Words, index: int) -> int:
    for size in range(1, 5):
        word = words.at(index + size)
        if word in cues.PLACES_OF_SPEECH:
            return index + size + 1
        if size == 1 and (word in cues.DAYS or word[:1].isdigit()):
            at = index + 2
            while words.at(at) in cues.DAYS or words.at(at)[:1].isdigit():
                at += 1
            return at
        if not word or is_stop(words, index + size) or is_verb(words, index + size):
            return index
    return index
