"""Repetition is never counted as corroboration: what must hold of every claim's evidence, however it hangs together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.weighing.origins import Count, Item, Origins, Thing, linchpins, weigh


def thing(key: int, *marks: str, first_hand: bool = True, named: bool = True) -> Thing:
    return Thing(key, frozenset(marks), first_hand, named)


def item(key: int, stance: str = "supports", bearing: str = "true") -> Item:
    return Item(key, key, stance, bearing)


def test_two_reports_of_one_statement_are_one_origin():
    things = [thing(1), thing(2, first_hand=False), thing(3, first_hand=False)]
    found = weigh([item(1), item(2), item(3)], things, [(2, 1), (3, 2)])
    assert found.count() == Count(items=3, origins=1, unknown=0)


def test_what_two_reports_repeat_need_not_be_evidence_itself():
    things = [thing(1), thing(2, first_hand=False), thing(3, first_hand=False)]
    found = weigh([item(2), item(3)], things, [(2, 1), (3, 1)])
    assert found.count() == Count(items=2, origins=1, unknown=0)


def test_two_exhibits_of_one_speaker_are_one_origin():
    found = weigh([item(1), item(2)], [thing(1, "the ministry"), thing(2, "the ministry")], [])
    assert found.count().origins == 1


def test_two_who_speak_at_first_hand_are_two_origins():
    found = weigh([item(1), item(2)], [thing(1, "the ministry"), thing(2, "the border guard")], [])
    assert found.count() == Count(items=2, origins=2, unknown=0)


def test_an_item_of_which_nobody_has_said_anything_is_of_unknown_lineage():
    found = weigh([item(1), item(2)], [thing(1), thing(2, first_hand=False)], [])
    assert found.count() == Count(items=2, origins=1, unknown=1)
    assert found.of == {1: 1, 2: None}


def test_who_repeats_two_others_makes_them_one():
    found = weigh([item(1), item(2), item(3)], [thing(1), thing(2), thing(3, first_hand=False)], [(3, 1), (3, 2)])
    assert found.count().origins == 1


def test_the_word_that_a_report_speaks_at_first_hand_counts_for_nothing_where_it_repeats_another():
    things = [thing(1, first_hand=False), thing(2, first_hand=True)]
    assert weigh([item(1), item(2)], things, [(2, 1)]).count() == Count(items=2, origins=0, unknown=2)


def test_stances_and_questions_are_counted_apart():
    items = [item(1), item(2, "refutes"), item(3, bearing="said")]
    found = weigh(items, [thing(1), thing(2), thing(3)], [])
    assert found.count("supports").origins == 2
    assert found.count("supports", "true") == Count(1, 1, 0)
    assert found.count("refutes", "said") == Count(0, 0, 0)


def test_origins_are_numbered_in_the_order_of_the_evidence():
    found = weigh([item(5), item(2), item(9)], [thing(2), thing(5), thing(9, first_hand=False)], [])
    assert found.numbers == {5: 1, 2: 2}


def test_a_thing_that_is_not_there_is_a_fault():
    with pytest.raises(KeyError):
        weigh([item(1)], [], [])


@pytest.mark.parametrize(("speakers", "left"), [(0, 0), (1, 1), (2, 2), (3, 0)])
def test_with_two_asked_for_one_or_two_origins_are_linchpins_and_three_are_none(speakers, left):
    things = [thing(key) for key in range(speakers)]
    found = weigh([item(key) for key in range(speakers)], things, [])
    assert len(linchpins(found, "supports")) == left
    assert linchpins(found, "refutes") == set()


def test_of_those_who_name_no_speaker_nobody_can_tell_that_they_are_two():
    things = [thing(1, named=False), thing(2, named=False), thing(3, "the ministry")]
    assert weigh([item(1), item(2)], things, []).count().origins == 1
    found = weigh([item(1), item(2), item(3)], things, [])
    assert found.count() == Count(items=3, origins=2, unknown=0)
    assert (found.of, found.unnamed) == ({1: 1, 2: 1, 3: 3}, 1)
    assert found.groups[2] == 1


def test_who_repeats_what_names_no_speaker_names_none_for_it():
    things = [thing(1, named=False), thing(2, named=False), thing(3, "a paper", first_hand=False)]
    assert weigh([item(1), item(2), item(3)], things, [(3, 1)]).count().origins == 1


def test_two_papers_that_quote_unnamed_people_and_speak_themselves_stay_two():
    things = [thing(1, named=False), thing(2, named=False), thing(3, "a paper"), thing(4, "another paper")]
    things += [thing(5, "a paper", first_hand=False), thing(6, "another paper", first_hand=False)]
    found = weigh([item(key) for key in range(1, 7)], things, [(5, 1), (6, 2)])
    assert found.count().origins == 2


KEYS = st.integers(0, 11)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Item], list[Thing], list[tuple[int, int]]]:
    """Twelve exhibits with some marks, some of them evidence, and links between them."""
    flag = st.booleans()
    things = [
        thing(key, *draw(st.sets(st.sampled_from("abcdefgh"), max_size=2)), first_hand=draw(flag), named=draw(flag))
        for key in range(12)
    ]
    cited = draw(st.lists(KEYS, unique=True, min_size=1))
    stances = st.sampled_from(["supports", "refutes", "context"])
    items = [Item(100 + key, key, draw(stances), draw(st.sampled_from(["said", "true"]))) for key in cited]
    links = draw(st.lists(st.tuples(KEYS, KEYS).filter(lambda pair: pair[0] != pair[1]), max_size=12))
    return items, things, links


def parts(found: Origins) -> set[frozenset[int]]:
    """Which items share an origin."""
    sharing: dict[int, set[int]] = {}
    for key, origin in found.of.items():
        if origin is not None:
            sharing.setdefault(origin, set()).add(key)
    return {frozenset(keys) for keys in sharing.values()}


@given(cases(), st.data(), st.booleans())
def test_adding_a_repeat_never_raises_the_count_whatever_the_repeat_says_of_itself(case, data, first_hand):
    items, things, links = case
    repeated = data.draw(st.sampled_from(items))
    again = Item(999, 99, repeated.stance, repeated.bearing)
    more = weigh([*items, again], [*things, thing(99, first_hand=first_hand)], [*links, (99, repeated.exhibit)])
    before = weigh(items, things, links)
    for stance in (None, "supports", "refutes"):
        for bearing in (None, "said", "true"):
            assert more.count(stance, bearing).origins <= before.count(stance, bearing).origins


@given(cases(), st.data())
def test_a_repeat_that_shares_marks_with_others_raises_no_count_either(case, data):
    items, things, links = case
    # Whatever is here stands behind an item, as it does where it was gathered for one.
    items = [*items, *(Item(200 + each.key, each.key, "supports", "true") for each in things)]
    marks = data.draw(st.sets(st.sampled_from("abcdefgh")))
    more = weigh([*items, item(99)], [*things, thing(99, *marks)], [*links, (99, data.draw(KEYS))])
    assert more.count().origins <= weigh(items, things, links).count().origins


@given(cases(), st.data())
def test_saying_that_one_item_repeats_another_never_raises_the_count_of_what_is_known(case, data):
    items, things, links = case
    one, other = data.draw(st.sampled_from(items)), data.draw(st.sampled_from(items))
    before, after = weigh(items, things, links), weigh(items, things, [*links, (one.exhibit, other.exhibit)])
    assert after.count().origins <= before.count().origins


@given(cases(), st.randoms())
def test_order_does_not_matter(case, random):
    items, things, links = case
    shuffled = [random.sample(rows, len(rows)) for rows in (items, things, links)]
    one, other = weigh(items, things, links), weigh(*shuffled)
    assert one.of == other.of
    assert weigh(items, things, links + links).of == one.of


@given(cases(), st.sets(st.sampled_from("abcdefgh")))
def test_an_item_of_unknown_lineage_never_adds_an_origin_whatever_it_shares_with_others(case, marks):
    items, things, links = case
    more = weigh([*items, Item(999, 99, "supports", "true")], [*things, thing(99, *marks, first_hand=False)], links)
    before = weigh(items, things, links).count()
    assert more.count().origins <= before.origins
    assert more.count().unknown == before.unknown + 1


def test_what_only_shares_a_speaker_with_what_is_first_hand_stays_unknown():
    things = [thing(1, "outlet", first_hand=False), thing(2, "pentagon"), thing(3, "outlet")]
    found = weigh([item(1), item(2), item(3, "context")], things, [])
    assert found.count("supports") == Count(items=2, origins=1, unknown=1)


def test_what_repeats_something_untraced_stays_unknown_though_its_speaker_is_known():
    things = [thing(1, "outlet", first_hand=False), thing(2, first_hand=False), thing(3, "outlet")]
    assert weigh([item(1), item(3)], things, [(1, 2)]).of == {1: None, 3: 1}


@given(cases())
def test_the_same_exhibit_brought_twice_adds_no_origin(case):
    items, things, links = case
    again = [*items, items[0]._replace(key=999)]
    assert weigh(again, things, links).count().origins == weigh(items, things, links).count().origins


@given(cases())
def test_leaving_an_origin_out_takes_just_that_one(case):
    found = weigh(*case)
    for origin in {origin for origin in found.of.values() if origin is not None}:
        left = found.without(origin)
        assert left.count().origins == found.count().origins - 1
        assert left.count().unknown == found.count().unknown


@given(cases())
def test_what_shares_an_origin_is_what_links_and_marks_join(case):
    """Against the plainest reading: spread from each exhibit over links and marks until nothing is new.

    Where nothing goes back to speakers who are all named, all is one.
    """
    items, things, links = case
    by_key = {each.key: each for each in things}

    def group(start: int) -> frozenset[int]:
        seen, waiting = {start}, [start]
        while waiting:
            here = waiting.pop()
            near = {b for a, b in links if a == here} | {a for a, b in links if b == here}
            near |= {key for key, each in by_key.items() if each.marks & by_key[here].marks}
            waiting += near - seen
            seen |= near
        return frozenset(seen)

    def is_traced(start: int, to: set[int], way: tuple[int, ...] = ()) -> bool:
        above = {other for one, other in links if one == start}
        if start in way:
            return False
        return all(is_traced(key, to, (*way, start)) for key in above) if above else start in to

    speak = {key for key, each in by_key.items() if each.first_hand}
    named = {key for key in speak if by_key[key].named}
    own = {group(each.exhibit) for each in items if is_traced(each.exhibit, named)}
    expected: dict[frozenset[int], set[int]] = {}
    for each in items:
        joined = group(each.exhibit)
        if is_traced(each.exhibit, speak):
            expected.setdefault(joined if joined in own else frozenset(), set()).add(each.key)
    assert parts(weigh(items, things, links)) == {frozenset(keys) for keys in expected.values()}


@given(cases())
def test_those_who_name_no_speaker_are_one_origin_at_most(case):
    items, things, links = case
    nobody = [each._replace(named=False) for each in things]
    assert weigh(items, nobody, links).count().origins <= 1
    everybody = [each._replace(named=True) for each in things]
    assert weigh(items, things, links).count().origins <= weigh(items, everybody, links).count().origins
