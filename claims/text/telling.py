"""The ways in which English tells who says something: what each telling word says in its place."""

from claims.text import cues
from claims.text.clauses import (
    NOBODY,
    Found,
    before_comma,
    before_stops,
    behind_verb,
    clause_opening,
    subject_of,
    verb_group,
    verb_itself,
    with_apposition,
    with_joint,
)
from claims.text.phrases import (
    ADJECTIVE,
    CLOSING_QUOTES,
    Words,
    has_verb,
    is_clause,
    is_name,
    is_stop,
    is_verb,
    phrase_after,
    phrase_before,
    skip_adverbials,
)
from claims.text.speakers import manner_of

CUES = (
    cues.SAYING | cues.SHOWING | cues.HEDGES | cues.TELLING_NOUNS | cues.HEARD | cues.WITH_PARTICLE.keys()
    | cues.WITH_THING.keys() | cues.WITH_WHAT.keys() | {"according"}
)  # fmt: skip
TELLING = cues.SHOWING | cues.SAYING
# "…, said Khrenin", but never "…, told Khrenin": behind these stands the one who hears it, or a thing.
NEVER_FIRST = cues.forms("tell assure inform accuse describe outline unveil foresee cite quote propose")
# "let me say", "heard him say"
OTHERS_MAY = frozenset({"me", "us", "him", "them"})


def at_cue(words: Words, index: int, earlier: list[Found]) -> list[Found]:
    """What one word that may tell of a speaker tells in its place."""
    word = words.at(index)
    if word == "according":
        return according(words, index)
    if word in cues.HEDGES and is_hedge(words, index):
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


def according(words: Words, index: int) -> list[Found]:
    if words.at(index + 1) != "to" or is_stop(words, index + 2):
        return []
    end = phrase_after(words, index + 2)
    first = before_comma(words, index)
    end = with_apposition(words, index + 2, end)
    last = end + 1 if index == 0 and words.at(end) == "," else end
    return [Found((index + 2, end), (index, index + 2), first, last, "before" if index == 0 else "after")]


def is_hedge(words: Words, index: int) -> bool:
    """Whether "alleged" stands before a noun; the adverbs always hedge."""
    word, before, after = words.at(index), words.at(index - 1), words.at(index + 1)
    if not word.endswith("ed") or word == "so-called":
        return True
    if before in cues.AUXILIARIES or after in ("that", "to", "by"):
        return before in cues.DETERMINERS
    if before in cues.DETERMINERS:
        return True
    return (not is_name(words, index - 1) and before not in cues.SUBJECTS) or before.endswith(("'s", "\u2019s"))


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
    if (after == "of" and not words.at(index).endswith("ing")) or (
        before.endswith("ing") and not is_name(words, index - 1)
    ):
        return True
    if before in ("and", "or", "to", "as", "united"):
        return before != "as" or after != "that"
    if words.at(index).endswith("s") and not words.at(index).endswith("ss"):
        if after == "that" and words.at(index) != "states":
            return bool(ADJECTIVE.match(before))
        is_end = is_stop(words, index + 1) or after in cues.PREPOSITIONS or after in ("and", "or")
        return words.at(index) == "states" or (is_end and after != "to") or is_verb(words, index + 1)
    if after == "that" and words.at(index) in cues.SHOWING:
        return False  # "papers obtained by a newspaper show that"
    return (
        not before.endswith("s") and before not in ("people", "police", "media", "data") and not before.endswith("ly")
    )


def telling_noun(words: Words, index: int) -> list[Found]:
    """ "Kyiv's claim that", "claims by Minsk that", "reports that"."""
    hedging = words.between(index, index + 1) if words.at(index) in cues.HEDGING_NOUNS else ""
    if words.at(index + 1) in ("by", "from"):
        end = phrase_after(words, index + 2)
        by = Found((index + 2, end), (index, index + 1), index, end + 1, "within", hedging)
        return [by] if words.at(end) == "that" else []
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


def in_passive(words: Words, index: int) -> list[Found] | None:
    """What a verb in the passive voice tells; None if it is active."""
    word, after = words.at(index), words.at(index + 1)
    if word.endswith("ing") or not word.endswith(("ed", "said", "told", "thought", "understood", "cited")):
        return None
    group = verb_group(words, index)
    # "was named and confirmed" is passive twice.
    begin = index - 4 if words.at(index - 1) in ("and", "or") and words.at(index - 2).endswith("ed") else group
    is_passive = any(words.at(at) in cues.BE for at in range(begin, index))
    verb = verb_itself(words, group, index)
    hedging = words.between(*verb)
    if after == "by" and word in cues.SAYING:
        return [told_by(words, group, index)]
    if is_passive and words.at(group - 1) == "it" and word in cues.HEARD | {"announced", "confirmed", "noted"}:
        end = index + 2 if after == "that" else index + 1
        return [Found(NOBODY, verb, group - 1, end, "before", words.between(group - 1, index + 1))]
    if after == "to" and word in cues.HEARD and (is_passive or is_reduced(words, index)):
        return hearsay_about(words, group, index, hedging)
    if word == "told" and is_passive:
        last = behind_verb(words, index)
        return [] if after == "to" else [Found(NOBODY, verb, phrase_before(words, group), last, "before", hedging)]
    return [] if is_passive else None


def told_by(words: Words, group: int, index: int) -> Found:
    """ "was described by Minsk as", "as reported by state media"."""
    end = with_apposition(words, index + 2, phrase_after(words, index + 2))
    verb, hedging = verb_itself(words, group, index), hedge_of(words, group, index)
    if words.at(end) in ("as", "that"):
        return Found((index + 2, end), verb, group, end + 1, "within", hedging)
    first = before_comma(words, group - 1 if words.at(group - 1) == "as" else group)
    return Found((index + 2, end), verb, first, end, "after", hedging)


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
    tells = any(words.at(at) in TELLING and words.at(at - 1) == "," for at in range(1, group))
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
    if before in OTHERS_MAY:
        return []
    if before == "to" or (not cues.MODALS.isdisjoint(spoken) and cues.NOT.isdisjoint(spoken)) or before == "having":
        return heard_saying(words, group, index)
    hedging = hedge_of(words, group, index)
    if inverted := said_someone(words, group, index, hedging):
        return inverted
    speaker = start, end = subject_of(words, group, earlier)
    if start >= end:
        return []
    verb, last = verb_itself(words, group, index), behind_verb(words, index)
    first = start - 1 if words.at(start - 1) == "as" else start
    if any(each.speaker == speaker and each.last <= group for each in earlier):
        # The same speaker goes on: ", adding that".
        return [Found(speaker, verb, with_joint(words, group), last, "within", hedging)]
    if is_put_behind(words, first, last, index):
        comma = skip_adverbials(words, last)
        last = before_stops(words, comma if words.at(comma) == "," else len(words.small))
        return [Found(speaker, verb, before_comma(words, first), last, "after", hedging)]
    if words.at(last) in (".", "", "!", "?") or (words.at(last) in cues.OBJECTS and is_stop(words, last + 1)):
        return []
    if words.at(start - 1) == "what" and words.between(last, last + 2) == "to be":
        last += 2
    first = clause_opening(words, first, earlier)
    last += words.at(last) in (",", ":") and first == 0
    return [Found(speaker, verb, min(first, start), last, "before", hedging)]


def heard_saying(words: Words, group: int, index: int) -> list[Found]:
    """ "X is reported to have said that": X says it, and others say that X does."""
    at = group - 2
    if words.at(group - 1) != "to" or words.at(at) not in cues.HEARD:
        return []
    outer = verb_group(words, at)
    start = phrase_before(words, outer)
    if start == outer:
        return []
    return [Found((start, outer), verb_itself(words, group, index), group - 1, behind_verb(words, index))]


def said_someone(words: Words, group: int, index: int, hedging: str) -> list[Found]:
    """ "…, said Khrenin": the speaker stands behind the verb."""
    before = words.at(group - 1)
    if (
        words.at(index) in NEVER_FIRST
        or group != index
        or not (before in (",", "?", "!", "\u2014", "\u2013") or (before in CLOSING_QUOTES and before))
    ):
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
    return [Found((index + 1, end), (index, index + 1), before_comma(words, group), last, "after", hedging)]


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
