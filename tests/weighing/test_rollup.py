"""How the parts of a claim add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.weighing.rollup import Answer, roll_up

PARTS = ("actor", "action", "quantity", "place", "time", "attribution")
DEFAULT = [
    Answer("supported", 3, "supported"),
    Answer("partly", 2, "mixed"),
    Answer("refuted", 1, "refuted"),
    Answer("conflicting", None, "mixed"),
    Answer("not-enough", None, "unverified"),
]
LOOKS = ("supported", "mixed", "refuted", "unverified")


@pytest.mark.parametrize(
    ("judged", "whole"),
    [
        ({}, None),
        ({"actor": "supported", "place": "supported"}, "supported"),
        ({"actor": "supported", "place": "partly"}, "partly"),
        ({"actor": "supported", "action": "supported", "place": "refuted"}, "partly"),
        ({"actor": "refuted", "action": "supported"}, "refuted"),
        ({"action": "refuted", "place": "not-enough"}, "refuted"),
        ({"place": "refuted"}, "refuted"),
        ({"place": "refuted", "time": "refuted"}, "refuted"),
        ({"actor": "supported", "place": "not-enough"}, "not-enough"),
        ({"actor": "not-enough", "place": "conflicting"}, "not-enough"),
        ({"actor": "supported", "place": "conflicting"}, "conflicting"),
        ({"actor": "supported", "place": "refuted", "time": "not-enough"}, "partly"),
        ({"actor": "not-enough", "place": "refuted"}, "refuted"),
    ],
)
def test_the_default_scale_adds_up_by_the_printed_rule(judged, whole):
    assert roll_up(judged, DEFAULT) == whole


def test_on_a_longer_scale_the_whole_is_no_better_than_its_best_part_or_its_weaker_core():
    looks = ["refuted", "refuted", "mixed", "supported", "supported"]
    five = [Answer(str(n), n, look) for n, look in enumerate(looks, 1)]
    assert roll_up({"actor": "5", "place": "4"}, five) == "3"
    assert roll_up({"actor": "2", "place": "5"}, five) == "2"
    assert roll_up({"place": "2", "time": "2"}, five) == "2"


def test_on_a_scale_of_two_what_is_not_all_at_the_top_is_at_the_bottom():
    two = [Answer("yes", 2, "supported"), Answer("no", 1, "refuted")]
    assert roll_up({"actor": "yes", "place": "no"}, two) == "no"


def test_nothing_adds_up_on_a_scale_without_places():
    assert roll_up({"actor": "open"}, [Answer("open", None, "unverified")]) is None


def test_an_answer_of_another_scale_is_an_error():
    with pytest.raises(KeyError):
        roll_up({"actor": "elsewhere"}, DEFAULT)


@st.composite
def scales(draw):
    places = draw(st.lists(st.integers(0, 30), min_size=2, max_size=7, unique=True))
    answers = [Answer(f"p{place}", place, draw(st.sampled_from(LOOKS))) for place in places]
    off = [Answer(f"off{n}", None, draw(st.sampled_from(LOOKS))) for n in range(draw(st.integers(0, 3)))]
    return draw(st.permutations(answers + off))


@st.composite
def judgements(draw):
    scale = draw(scales())
    codes = st.sampled_from([answer.code for answer in scale])
    return scale, draw(st.dictionaries(st.sampled_from(PARTS), codes, min_size=1))


@given(judgements(), st.randoms())
def test_the_order_of_the_parts_does_not_matter(case, random):
    scale, judged = case
    rows = list(judged.items())
    random.shuffle(rows)
    assert roll_up(dict(rows), scale) == roll_up(judged, scale)


@given(judgements(), st.data())
def test_making_a_part_worse_never_makes_the_whole_better(case, data):
    scale, judged = case
    places = {answer.code: answer.position for answer in scale}
    part = data.draw(st.sampled_from(sorted(judged)))
    here = places[judged[part]]
    worse = [code for code, place in places.items() if here is not None and place is not None and place < here]
    if not worse:
        return
    lower = judged | {part: data.draw(st.sampled_from(sorted(worse)))}
    before, after = places[roll_up(judged, scale)], places[roll_up(lower, scale)]
    if before is not None:
        assert after is not None
        assert after <= before
    else:  # from off the scale it never rises to the top
        assert after != max(place for place in places.values() if place is not None) or after == min(
            place for place in places.values() if place is not None
        )


@given(scales(), st.sets(st.sampled_from(PARTS), min_size=1))
def test_all_at_the_top_gives_the_top(scale, parts):
    top = max((answer for answer in scale if answer.position is not None), key=lambda answer: answer.position).code
    assert roll_up(dict.fromkeys(parts, top), scale) == top


@given(judgements())
def test_the_whole_is_an_answer_of_the_scale(case):
    scale, judged = case
    assert roll_up(judged, scale) in {answer.code for answer in scale}


@given(scales(), st.sampled_from(["actor", "action"]), st.data())
def test_a_core_part_at_the_bottom_brings_the_whole_there(scale, part, data):
    bottom = min((a for a in scale if a.position is not None), key=lambda answer: answer.position).code
    others = data.draw(st.dictionaries(st.sampled_from(PARTS), st.sampled_from([a.code for a in scale])))
    assert roll_up(others | {part: bottom}, scale) == bottom
