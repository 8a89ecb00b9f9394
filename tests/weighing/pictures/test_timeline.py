"""Days in lanes: each at its place, none on top of another, and those without a day in the table."""

import datetime
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from claims.weighing.pictures.timeline import APART, HALF, Day, Lane, marks, rounded, timeline
from tests.weighing.pictures.drawings import check, texts

DAYS = st.one_of(st.none(), st.dates())
NEAR = st.one_of(st.none(), st.dates(datetime.date(2022, 1, 1), datetime.date(2024, 12, 31)))
COLUMNS = ["When", "What", "Which"]


def spell(day: datetime.date, unit: str) -> str:
    return {"year": f"{day.year}", "month": f"{day:%b %Y}", "day": f"{day.day} {day:%b %Y}"}[unit]


def drawn(lanes: list[Lane]) -> Any:
    return timeline(lanes, title="When", spell=spell, columns=COLUMNS, undated="no date")


@st.composite
def lanes(draw: st.DrawFn) -> list[Lane]:
    days = st.builds(Day, draw(st.sampled_from([DAYS, NEAR])), st.text(max_size=4), st.text(max_size=60))
    looks = st.sampled_from(["supports", "refutes", "context", "own", "supported"])
    shapes = st.sampled_from(["circle", "square", "diamond"])
    lane = st.builds(Lane, st.text(max_size=60), looks, shapes, st.lists(days, max_size=100), st.booleans())
    return draw(st.lists(lane, max_size=8))


@given(lanes())
def test_whatever_the_days_all_stand_within_the_picture_and_no_words_overlap(lanes):
    picture = drawn(lanes)
    known = [each.day for lane in lanes for each in lane.days if each.day]
    if len(known) < 2:
        assert picture is None
    else:
        check(picture)
        assert len(picture.rows) == sum(len(lane.days) for lane in lanes)


@given(st.lists(st.integers(0, 500), min_size=1, max_size=100))
def test_no_two_marks_of_a_lane_overlap_and_each_stays_near_its_days(places):
    start = datetime.date(2020, 1, 1).toordinal()
    days = [Day(datetime.date.fromordinal(start + place), "1", "x") for place in places]
    found = marks(days, lambda day: float(day.toordinal() - start))
    assert sum(len(mark.days) for mark in found) == len(days)
    assert all(other.x - one.x >= APART - 0.2 for one, other in pairwise(found))
    assert APART > 2 * HALF
    for mark in found:
        assert all(each.day and abs(mark.x - (each.day.toordinal() - start)) <= 2 * APART for each in mark.days)


def test_a_hundred_days_are_told_as_marks_that_say_how_many():
    days = [Day(datetime.date(2023, 1, 1) + datetime.timedelta(n), str(n), f"evidence {n}") for n in range(100)]
    picture = drawn([Lane("Evidence", "supports", "circle", days)])
    told = [said for said, _box in texts(picture) if said.startswith("×")]
    assert len(told) < 25
    assert sum(int(said[1:]) for said in told) == 100


def test_what_has_no_day_stands_in_the_table_alone_and_last():
    days = [
        Day(None, "3", "undated thing"),
        Day(datetime.date(2023, 5, 1), "1", "first"),
        Day(datetime.date(2023, 6, 1), "2", "second"),
    ]
    picture = drawn([Lane("Evidence", "supports", "circle", days)])
    assert [row[2] for row in picture.rows] == ["first", "second", "undated thing"]
    assert picture.rows[-1][0] == "no date"
    assert "undated" not in picture.svg("x")


@given(st.dates(), st.dates())
def test_the_axis_has_a_few_round_dates_between_its_ends(one, other):
    first, last = sorted((one, other))
    unit, days = rounded(first, last)
    assert all(first <= day <= last for day in days)
    assert len(days) <= 13
    assert unit != "year" or all((day.month, day.day) == (1, 1) for day in days)


def test_two_things_on_one_day_share_a_mark():
    day = datetime.date(2023, 2, 21)
    picture = drawn([Lane("Evidence", "supports", "circle", [Day(day, "1", "a"), Day(day, "2", "b")])])
    assert "×2" in [said for said, _box in texts(picture)]


def test_verdicts_that_fall_together_and_differ_share_a_mark_that_takes_no_side():
    signed = [
        Day(datetime.date(2023, 5, 1), "✓", "Supported", "supported"),
        Day(datetime.date(2023, 5, 1), "✕", "Refuted", "refuted"),
    ]
    picture = drawn([Lane("Verdict", "unverified", "square", signed)])
    assert "edge unverified" in picture.svg("x")
    assert picture.said == "Verdict: 2, 1 May 2023"
