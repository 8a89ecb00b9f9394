"""Who told whom, in one sentence: the speakers, how surely they speak, and the words that are left as the assertion."""

import re
from typing import Literal, NamedTuple

from claims.text import cues
from claims.text.direct_speech import quoted, speech
from claims.text.phrases import (
    ADJECTIVE,
    CLOSING_QUOTES,
    Words,
    after_opening,
    has_verb,
    is_clause,
    is_name,
    is_stop,
    is_verb,
    phrase_after,
    phrase_before,
    skip_adverbials,
    take_apart,
)
from claims.text.spans import Span, trim
from claims.text.speakers import is_official, manner_of

__all__ = ["Rung", "content", "is_official", "rungs", "speech"]

LONGEST = 10_000
MOST = 3
MOST_CUES = 24
THAT_WITHIN = 15
CUES = (
    cues.SAYING | cues.SHOWING | cues.HEDGES | cues.TELLING_NOUNS | cues.HEARD | cues.WITH_PARTICLE.keys()
    | cues.WITH_THING.keys() | cues.WITH_WHAT.keys() | {"according"}
)  # fmt: skip
SMALL_WORD = re.compile(r"[a-z]+(?:-called)?")
QUOTES = re.compile('["\u201c\u201e\u00ab]')

type Side = Literal["before", "after", "within"]


class Rung(NamedTuple):
    """One step of who told whom. ``sentence[start:end]`` is what it takes up, all but the assertion.

    ``speaker`` and ``verb`` stand as printed; both may be empty ("reportedly"), and then ``hedge`` is not.
    ``manner`` is a value of ``Attribution.Basis``.
    """

    speaker: str
    verb: str
    hedge: str
    manner: str
    start: int
    end: int


class Found(NamedTuple):
    """A rung as indexes of words: the speaker's, the verb's, and where the whole begins and ends."""

    speaker: tuple[int, int]
    verb: tuple[int, int]
    first: int
    last: int
    side: Side = "before"
    hedge: str = ""


NOBODY = (0, 0)


def rungs(sentence: str) -> tuple[Rung, ...]:
    """Who told whom in one English sentence, the outermost first; empty if nobody is named or hinted at.

    At most three, found by rules; a sentence is read up to its ten thousandth character.
    """
    read = sentence[:LONGEST]
    if CUES.isdisjoint(SMALL_WORD.findall(read.lower())):
        return ()
    words = take_apart(read)
    found: list[Found] = []
    places = [index for index, word in enumerate(words.small) if word in CUES][:MOST_CUES]
    for index in places:
        here = at_cue(words, index, found)
        found += [each for each in here if each.first < each.last]
    in_quotes = list(quoted(read)) if found and QUOTES.search(read) else []
    ordered = sorted(apart(found), key=lambda each: depth(words, each, in_quotes))
    return tuple(as_rung(words, each) for each in ordered[:MOST])


def content(sentence: str, rungs: tuple[Rung, ...]) -> Span:
    """The stretch that carries the assertion, without who says so at either end; the whole sentence if that is all."""
    left, right = 0, len(sentence.rstrip())
    for rung in sorted(rungs, key=lambda each: each.start):
        if not sentence[left : rung.start].strip(" ,;:\u2014\u2013-"):
            left = max(left, rung.end)
    for rung in sorted(rungs, key=lambda each: -each.end):
        if rung.start > left and not re.search(r"\w", sentence[rung.end : right]):
            right = min(right, rung.start)
    inner = sentence[left:right]
    left += len(inner) - len(inner.lstrip(" \t\n,:;\u2014\u2013"))
    right -= len(inner) - len(inner.rstrip(" \t\n,:;\u2014\u2013"))
    return trim(sentence, left, right) if re.search(r"\w", sentence[left:right]) else trim(sentence, 0, len(sentence))


def apart(found: list[Found]) -> list[Found]:
    """The rungs without overlap: of "X, citing Y, said that" the first ends where the second begins."""
    kept: list[Found] = []
    for each in sorted(found, key=lambda one: (one.first, -one.last)):
        if kept and kept[-1].last > each.first:
            outer = kept.pop()
            if outer.first == each.first:
                kept.append(outer)
                continue
            kept.append(outer._replace(last=each.first))
            each = each._replace(last=max(outer.last, each.last))
        kept.append(each)
    return kept


def depth(words: Words, found: Found, in_quotes: list[Span]) -> tuple[bool, int, int]:
    """What orders the rungs: those inside a quotation come last, one put behind stands above one put before."""
    start = words.starts[found.first]
    inside = any(span.start <= start < span.end for span in in_quotes)
    return (inside, -start if found.side == "after" else 1, start)


def as_rung(words: Words, found: Found) -> Rung:
    speaker = words.between(*found.speaker).removesuffix("'s").removesuffix("\u2019s")
    verb = words.between(*found.verb)
    start, end = words.starts[found.first], words.ends[found.last - 1]
    near = words.text[max(0, start - 120) : end + 120]
    return Rung(speaker, verb, found.hedge, manner_of(speaker, near), start, end)


def at_cue(words: Words, index: int, earlier: list[Found]) -> list[Found]:
    """What one word that may tell of a speaker tells in its place."""
    word = words.at(index)
    if word == "according":
        return according(words, index)
    if word in cues.HEDGES:
        return hedge(words, index, earlier)
    if word in cues.NOUNS and is_noun(words, index):
        return telling_noun(words, index) if word in cues.TELLING_NOUNS else []
    if word in ("quoted", "cited", "quoting") and (told := quoted_as(words, index)):
        return told
    if word == "citing":
        end = phrase_after(words, index + 1)
        return [Found((index + 1, end), (index, index + 1), before_comma(words, index), end, "within")]
    if (passive := in_passive(words, index)) is not None:
        return passive
    if not has_its_company(words, index):
        return []
    return active(words, index, earlier)


def before_comma(words: Words, index: int) -> int:
    return index - 1 if words.at(index - 1) == "," else index


def according(words: Words, index: int) -> list[Found]:
    if words.at(index + 1) != "to" or is_stop(words, index + 2):
        return []
    end = phrase_after(words, index + 2)
    first = before_comma(words, index)
    end = with_apposition(words, index + 2, end)
    last = end + 1 if index == 0 and words.at(end) == "," else end
    return [Found((index + 2, end), (index, index + 2), first, last, "before" if index == 0 else "after")]


def with_apposition(words: Words, start: int, end: int) -> int:
    """The end of a name that its office follows: "Viktor Khrenin, the minister"."""
    if words.at(end) == "," and words.at(end + 1) in cues.OF_PAPERS:
        return phrase_after(words, end + 1)
    if words.at(end) != "," or not any(is_name(words, at) for at in range(start, end)):
        return end
    after = phrase_after(words, end + 1) if words.at(end + 1) in cues.DETERMINERS else end
    closed = words.at(after) in (",", ".", "") or words.at(after) in CLOSING_QUOTES
    return after if closed and after > end else end


def hedge(words: Words, index: int, earlier: list[Found]) -> list[Found]:
    """A word such as "reportedly"; where it stands within someone's verb it is theirs already."""
    end = index + 1
    if any(each.verb[0] <= index < each.verb[1] for each in earlier) or holds_verb_of_saying(words, end):
        return []
    last = end + 1 if words.at(end) == "," and index == 0 else end
    return [Found(NOBODY, NOBODY, index, last, "within", words.between(index, end))]


def holds_verb_of_saying(words: Words, index: int) -> bool:
    while words.at(index) in cues.AUXILIARIES or words.at(index) in cues.ADVERBS:
        index += 1
    return words.at(index) in cues.SAYING and words.at(index) not in cues.NOUNS


def is_noun(words: Words, index: int) -> bool:
    """Whether "claims", "reports" or "states" names a thing here."""
    before, after = words.at(index - 1), words.at(index + 1)
    if index == 0 or is_stop(words, index - 1):
        return words.at(index)[-3:] != "ing" and (index == 0 or after not in ("that", "out"))
    if before in cues.SUBJECTS or before in cues.RELATIVE or before in cues.AUXILIARIES or before in cues.MODALS:
        return before in cues.BE and words.at(index)[-3:] != "ing"
    if before in cues.DETERMINERS or before in cues.PREPOSITIONS or before.endswith(("'s", "\u2019s")):
        return True
    if before in ("and", "or", "to", "as", "united"):
        return before != "as" or after != "that"
    if words.at(index).endswith("s") and not words.at(index).endswith("ss"):
        if after == "that" and words.at(index) != "states":
            return bool(ADJECTIVE.match(before))
        is_end = is_stop(words, index + 1) or after in cues.PREPOSITIONS or after in ("and", "or")
        return words.at(index) == "states" or (is_end and after != "to") or is_verb(words, index + 1)
    return not before.endswith("s") and before not in ("people", "police", "media") and not before.endswith("ly")


def telling_noun(words: Words, index: int) -> list[Found]:
    """ "Kyiv's claim that", "claims by Minsk that", "reports that"."""
    hedging = words.between(index, index + 1) if words.at(index) in cues.HEDGING_NOUNS else ""
    if words.at(index + 1) in ("by", "from"):
        end = phrase_after(words, index + 2)
        return [Found((index + 2, end), (index, index + 1), index, end + 1, "within", hedging)] * (
            words.at(end) == "that"
        )
    if words.at(index + 1) not in ("that", "of"):
        return []
    start = index
    while start > 0 and not is_stop(words, start - 1) and not words.at(start).endswith(("'s", "\u2019s")):
        if (
            words.at(start - 1) in cues.PREPOSITIONS
            or words.at(start - 1) in cues.CONJUNCTIONS
            or is_verb(words, start - 1)
        ):
            break
        start -= 1
    if words.at(start).endswith(("'s", "\u2019s")):
        begin = phrase_before(words, start + 1)
        return [Found((begin, start + 1), (index, index + 1), begin, index + 2, "within", hedging)]
    if words.at(index + 1) == "that" and hedging:
        if words.at(0) == "there" and start <= 4:
            start = 0
        return [Found(NOBODY, NOBODY, start, index + 2, "within", hedging)]
    return []


def quoted_as(words: Words, index: int) -> list[Found]:
    """ "X was quoted by Y as saying that", "Y quoted X as saying that"."""
    as_at = next((at for at in range(index + 1, index + 14) if words.at(at) == "as"), 0)
    if not as_at or words.at(as_at + 1) not in cues.SAYING or not words.at(as_at + 1).endswith("ing"):
        return []
    last = behind_verb(words, as_at + 1)
    group = verb_group(words, index)
    subject = phrase_before(words, group)
    if words.at(index - 1) in cues.BE or words.at(group) in cues.BE:
        inner = Found((subject, group), (group, as_at + 2), subject, last)
        if words.at(index + 1) != "by":
            return [inner]
        outer = Found((index + 2, as_at), (index, index + 1), subject, as_at)
        return [outer, inner._replace(first=as_at)]
    outer = Found((subject, group), verb_itself(words, group, index), subject, index + 1)
    return [outer, Found((index + 1, as_at), (as_at + 1, as_at + 2), index + 1, last)]


def verb_group(words: Words, index: int) -> int:
    """Where "has not yet said" or "went on to say" begins."""
    start = index
    while start > max(0, index - 8):
        word = words.at(start - 1)
        is_part = word in cues.AUXILIARIES or word in cues.MODALS or word in cues.ADVERBS or word in cues.HEDGES
        if not is_part and not (word.endswith("ly") and not is_name(words, start - 1)):
            break
        start -= 1
    if words.at(start - 1) == "to" and words.at(start - 2) in cues.LEADING_TO:
        start -= 2
        while words.at(start) == "on" or words.at(start - 1) in cues.AUXILIARIES or words.at(start - 1) in cues.ADVERBS:
            start -= 1
    return start


def verb_itself(words: Words, group: int, index: int) -> tuple[int, int]:
    """The verb as it is to be printed: without the adverbs in front of it."""
    while group < index and (words.at(group) in cues.ADVERBS or words.at(group).endswith("ly")):
        group += 1
    return group, index + 1


def in_passive(words: Words, index: int) -> list[Found] | None:
    """What a verb in the passive voice tells; None if it is active."""
    word, after = words.at(index), words.at(index + 1)
    if word.endswith("ing") or not word.endswith(("ed", "said", "told", "thought", "understood", "cited")):
        return None
    group = verb_group(words, index)
    is_passive = any(words.at(at) in cues.BE for at in range(group, index))
    hedging = words.between(*verb_itself(words, group, index))
    if after == "by" and word in cues.SAYING:
        end = with_apposition(words, index + 2, phrase_after(words, index + 2))
        last = end + 1 if words.at(end) in ("as", "that") else end
        first = group - 1 if words.at(group - 1) == "as" else group
        first = before_comma(words, first) if end == last else first
        side: Side = "after" if end == last else "within"
        return [
            Found((index + 2, end), verb_itself(words, group, index), first, last, side, hedge_of(words, group, index))
        ]
    if is_passive and words.at(group - 1) == "it" and word in cues.HEARD | {"announced", "confirmed", "noted"}:
        end = index + 2 if after == "that" else index + 1
        return [
            Found(
                NOBODY, verb_itself(words, group, index), group - 1, end, "before", words.between(group - 1, index + 1)
            )
        ]
    if after == "to" and word in cues.HEARD and (is_passive or is_reduced(words, index)):
        return hearsay_about(words, group, index, hedging)
    if word == "told" and is_passive:
        last = behind_verb(words, index)
        if after == "to":
            return []
        return [Found(NOBODY, verb_itself(words, group, index), phrase_before(words, group), last, "before", hedging)]
    return [] if is_passive else None


def is_reduced(words: Words, index: int) -> bool:
    """Whether "claimed to be" says what is claimed of the noun before it: he claimed to be, a paper claimed to be."""
    if words.at(index + 2) not in ("be", "have"):
        return False
    if words.at(index) not in cues.HEDGING:
        return True
    start = phrase_before(words, index)
    return start == index or not (words.at(start) in cues.SUBJECTS or is_name(words, start) or start == 0)


def hearsay_about(words: Words, group: int, index: int, hedging: str) -> list[Found]:
    """ "is said to be", and the paper of which that is said: "papers that outline a plan, said to be leaked"."""
    heard = Found(NOBODY, verb_itself(words, group, index), group, index + 2, "within", hedging)
    if words.at(index + 2) == "have" and words.at(index + 3) in cues.SAYING:
        return [heard._replace(first=phrase_before(words, group), last=index + 1)]
    if words.at(group - 1) != "," or words.at(index + 2) not in ("have", "be"):
        return [heard]
    # What is said of the paper itself reaches to the end; what the paper tells stands before it.
    end = len(words.small)
    while end > index and is_stop(words, end - 1):
        end -= 1
    tells = any(words.at(at) in cues.SHOWING | cues.SAYING and words.at(at - 1) == "," for at in range(1, group))
    return [heard._replace(first=group - 1, last=end, side="after") if tells else heard]


def hedge_of(words: Words, group: int, index: int) -> str:
    adverb = next((at for at in range(group, index) if words.at(at) in cues.HEDGES), None)
    if adverb is not None:
        return words.between(adverb, adverb + 1)
    return words.between(index, index + 1) if words.at(index) in cues.HEDGING else ""


def has_its_company(words: Words, index: int) -> bool:
    """Whether a verb that tells of speech only together with other words has them here."""
    word, near = words.at(index), words.small[index + 1 : index + 6]
    if word in cues.WITH_PARTICLE:
        return cues.WITH_PARTICLE[word] in near[:1]
    for table in (cues.WITH_THING, cues.WITH_WHAT):
        if word in table:
            return not set(table[word].split()).isdisjoint(near)
    if word in cues.SHOWING:
        return "that" in near[:4] or manner_of(words.between(*subject_of(words, index, [])), "") == "document"
    if word in cues.WITH_OF:
        return "of" in near[:1]
    return word in cues.SAYING


def active(words: Words, index: int, earlier: list[Found]) -> list[Found]:
    """ "X said that", ", X said", "said X", ", adding that"."""
    group = verb_group(words, index)
    before = words.at(group - 1)
    spoken = words.small[group:index]
    if before == "to" or (not cues.MODALS.isdisjoint(spoken) and cues.NOT.isdisjoint(spoken)) or before == "having":
        return heard_saying(words, group, index)
    hedging = hedge_of(words, group, index)
    if inverted := said_someone(words, group, index, hedging):
        return inverted
    start, end = subject_of(words, group, earlier)
    if start >= end:
        return []
    last = behind_verb(words, index)
    first = start
    if words.at(start - 1) == "as":
        first = start - 1
    if any(each.speaker == (start, end) and each.last <= group for each in earlier):
        # The same speaker goes on: ", adding that".
        return [
            Found((start, end), verb_itself(words, group, index), before_comma(words, group), last, "within", hedging)
        ]
    if is_put_behind(words, first, last, index):
        last = len(words.small) if words.at(skip_adverbials(words, last)) != "," else skip_adverbials(words, last)
        last = before_stops(words, last)
        return [
            Found((start, end), verb_itself(words, group, index), before_comma(words, first), last, "after", hedging)
        ]
    if words.at(last) in (".", "", "!", "?"):
        return []
    if words.at(start - 1) == "what" and words.between(last, last + 2) == "to be":
        last += 2
    first = clause_opening(words, first, earlier)
    last += words.at(last) in (",", ":") and first == 0
    return [Found((start, end), verb_itself(words, group, index), min(first, start), last, "before", hedging)]


def heard_saying(words: Words, group: int, index: int) -> list[Found]:
    """ "X is reported to have said that": X says it, and others say that X does."""
    at = group - 2
    if words.at(group - 1) != "to" or words.at(at) not in cues.HEARD:
        return []
    outer = verb_group(words, at)
    start = phrase_before(words, outer)
    return (
        [Found((start, outer), verb_itself(words, group, index), group - 1, behind_verb(words, index))]
        if start < outer
        else []
    )


def before_stops(words: Words, index: int) -> int:
    while index > 0 and is_stop(words, index - 1):
        index -= 1
    return index


def clause_opening(words: Words, first: int, earlier: list[Found]) -> int:
    """Where the clause begins, with "On Monday" and the like if nothing else stands before the speaker."""
    floor = max((each.last for each in earlier if each.last <= first), default=0)
    opening = floor
    if words.at(first - 1) in cues.RELATIVE or first <= floor:
        return first
    if any(is_verb(words, at) for at in range(opening, first)):
        return first
    return opening if first - opening <= 12 else first


def said_someone(words: Words, group: int, index: int, hedging: str) -> list[Found]:
    """ "…, said Khrenin": the speaker stands behind the verb."""
    before = words.at(group - 1)
    if group != index or not (before in (",", "?", "!", "\u2014", "\u2013") or (before in CLOSING_QUOTES and before)):
        return []
    if is_stop(words, index + 1) or words.at(index + 1) in cues.PREPOSITIONS or words.at(index).endswith("ing"):
        return []
    end = phrase_after(words, index + 1)
    behind = skip_adverbials(words, end)
    closed = words.at(behind) in (",", ".", ";", ":", "", *cues.PREPOSITIONS, "who", "which", "when", "as")
    if end == index + 1 or not (closed or words.at(behind) in CLOSING_QUOTES):
        return []
    end = with_apposition(words, index + 1, end)
    last = end if words.at(end) == "," else before_stops(words, len(words.small))
    return [
        Found((index + 1, end), verb_itself(words, group, index), before_comma(words, group), last, "after", hedging)
    ]


def subject_of(words: Words, group: int, earlier: list[Found]) -> tuple[int, int]:
    """The words that name who speaks."""
    before = words.at(group - 1)
    if before in ("who", "which", "that"):
        end = group - 2 if words.at(group - 2) == "," else group - 1
        return phrase_before(words, end), end
    if before in ("and", "or", "nor", "but", "by", "then", "") or (before == "," and words.at(group).endswith("ing")):
        told = [each.speaker for each in earlier if each.speaker != NOBODY]
        return told[-1] if told else leading_subject(words, group)
    if before == ",":
        return subject_before_comma(words, group)
    start = phrase_before(words, group)
    # "Monday" in "the minister on Monday said" is no part of the name.
    end = group
    for at in range(start + 1, group):
        if words.at(at) in ("on", "last", "this", "in", "who") and skip_to(words, at, group):
            end = at
            break
    return start, end


def skip_to(words: Words, at: int, group: int) -> bool:
    return words.at(at) == "who" or skip_adverbials(words, at) == group


def subject_before_comma(words: Words, group: int) -> tuple[int, int]:
    """The speaker where something stands between commas: "the minister, Viktor Khrenin, said"."""
    close = group - 1
    opening = next((at for at in range(close - 1, max(-1, close - 25), -1) if words.at(at) == ","), None)
    if opening is None or opening == 0:
        return leading_subject(words, group)
    inside = words.at(opening + 1)
    end = close
    if (
        inside in cues.RELATIVE or inside in cues.PREPOSITIONS or inside.endswith("ing") or inside in ("however", "whose")
        or inside.endswith("ly") or is_verb(words, opening + 1) or inside in cues.CONJUNCTIONS or inside in cues.ADVERBS
        or inside.endswith("ed")
    ):  # fmt: skip
        end = opening
    start = phrase_before(words, opening)
    return start, end if start < opening else start


def leading_subject(words: Words, before: int) -> tuple[int, int]:
    """The subject with which the sentence begins, for "… and said that" and "…, adding that"."""
    start = 0
    if words.at(0) in cues.PREPOSITIONS or words.at(0).endswith("ing") or words.at(0) in cues.TIMES:
        comma = next((at for at in range(min(before, 25)) if words.at(at) == ","), -1)
        start = comma + 1
    end = phrase_after(words, start)
    start = after_opening(words, start, end)
    while end > start and words.at(end - 1).endswith("ly"):
        end -= 1
    return (start, end) if start < end < before and is_verb_near(words, end) else NOBODY


def is_verb_near(words: Words, index: int) -> bool:
    return any(is_verb(words, at) for at in range(index, index + 3)) or words.at(index) == ","


def behind_verb(words: Words, index: int) -> int:
    """The index where what is said begins: behind "that", behind "on Monday", or right behind the verb."""
    word, at = words.at(index), index + 1
    if word in cues.WITH_PARTICLE:
        word, at = words.at(at), at + 1
    if word in cues.TOLD_SOMEONE and words.at(at) not in ("that", "of", "about", "against", "to"):
        listener = at + 1 if words.at(at) in cues.OBJECTS else phrase_after(words, at)
        if word in cues.TELLING or words.at(skip_adverbials(words, listener)) in ("that", "of", "about", "against"):
            at = listener
    if word in cues.WITH_THING or word in cues.WITH_WHAT:
        at = next(ahead for ahead in range(at, at + 6) if words.at(ahead) in thing(word)) + 1
        return at + (words.at(at) in ("that", "of", "about", "over"))
    behind = skip_adverbials(words, at)
    if words.at(behind) in ("that", "how", "whether"):
        return behind + (words.at(behind) == "that")
    if behind > at or words.at(at) in cues.PREPOSITIONS:
        for ahead in range(at, min(at + THAT_WITHIN, len(words.small))):
            if words.at(ahead) == "that":
                return ahead + 1
            if is_verb(words, ahead) or (is_stop(words, ahead) and words.at(ahead) != ","):
                break
    if words.at(behind) in cues.OF.get(word, frozenset()):
        return behind + 1
    return behind


def thing(verb: str) -> list[str]:
    return (cues.WITH_THING.get(verb) or cues.WITH_WHAT[verb]).split()


def is_put_behind(words: Words, first: int, last: int, index: int) -> bool:
    """Whether the speaker follows what is said: "…, the ministry said on Monday."."""
    before = words.at(first - 1)
    if first == 0 or not (before in (",", "\u2014", "\u2013") or before in CLOSING_QUOTES):
        return before == "as" and words.at(last) in (".", ",", "")
    if words.at(last - 1) in ("that", "of") and last - 1 > index:
        return False
    behind = words.at(skip_adverbials(words, last))
    if behind in (",", ".", "", "!", "?") or behind in CLOSING_QUOTES:
        opening = words.at(0) in cues.PREPOSITIONS or words.at(0) in cues.TIMES or words.at(0).endswith(("ing", "ly"))
        return before in CLOSING_QUOTES or not opening or has_verb(words, first - 1, 0)
    return (
        behind in cues.PREPOSITIONS
        and (before in CLOSING_QUOTES or has_verb(words, first - 1, 0))
        and not is_clause(words, index + 1)
    )
