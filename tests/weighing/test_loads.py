"""Claims are shared out so that everyone has about as much to do, and nobody gets what they may not."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from claims.weighing.loads import Need, share_out

PEOPLE = st.frozensets(st.integers(1, 9), max_size=7)
NEEDS = st.lists(st.tuples(st.integers(0, 4), PEOPLE), max_size=30).map(
    lambda rows: [Need(number, wanted, may) for number, (wanted, may) in enumerate(rows)]
)
WAITING = st.dictionaries(st.integers(1, 9), st.integers(0, 20))


@given(NEEDS, WAITING)
def test_nobody_gets_a_claim_twice_or_one_that_they_may_not(needs, waiting):
    shares = share_out(needs, waiting)
    assert set(shares) == {need.claim for need in needs}
    for need in needs:
        got = shares[need.claim]
        assert len(got) == len(set(got)) == min(need.wanted, len(need.may))
        assert set(got) <= need.may


@given(st.frozensets(st.integers(1, 9), min_size=1), st.lists(st.integers(0, 4), max_size=40))
def test_where_all_may_take_all_nobody_gets_more_than_one_more_than_others(people, wanted):
    shares = share_out([Need(number, n, people) for number, n in enumerate(wanted)], {})
    load = Counter(person for got in shares.values() for person in got)
    assert max(load[person] for person in people) - min(load[person] for person in people) <= 1


@given(st.frozensets(st.integers(1, 9), min_size=1), st.lists(st.integers(0, 4), max_size=40), WAITING)
def test_who_has_much_to_do_already_is_asked_later(people, wanted, waiting):
    before = {person: waiting.get(person, 0) for person in people}
    shares = share_out([Need(number, n, people) for number, n in enumerate(wanted)], before)
    load = Counter(before)
    load.update(person for got in shares.values() for person in got)
    apart = max(before.values()) - min(before.values())
    assert max(load.values()) - min(load[person] for person in people) <= max(apart, 1)


@given(NEEDS, WAITING)
def test_the_same_claims_are_shared_out_the_same_way(needs, waiting):
    assert share_out(needs, waiting) == share_out(list(needs), dict(reversed(waiting.items())))


def test_of_equals_the_lowest_key_comes_first():
    assert share_out([Need(7, 2, frozenset({3, 1, 2}))], {}) == {7: [1, 2]}
    assert share_out([Need(7, 2, frozenset({3, 1, 2}))], {1: 4}) == {7: [2, 3]}
