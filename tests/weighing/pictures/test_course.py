"""A coefficient from month to month: drawn within the picture, with gaps where there is none."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from claims.weighing.pictures.course import Point, course
from tests.weighing.pictures.drawings import check, read, texts

POINTS = st.builds(Point, st.text(max_size=20), st.one_of(st.none(), st.floats(-1, 1)), st.text(max_size=40))


def drawn(points: list[Point]) -> Any:
    return course(points, title="Alpha", columns=["Month", "Alpha"])


@given(st.lists(POINTS, max_size=24))
def test_whatever_the_values_all_points_stand_within_the_picture_and_no_words_overlap(points):
    picture = drawn(points)
    if sum(point.value is not None for point in points) < 2:
        assert picture is None
    else:
        check(picture)
        assert len(picture.rows) == len(points)


def test_a_month_without_a_value_is_a_gap():
    points = [Point("Jan", 0.5, "Jan: 0.50"), Point("Feb", None, "Feb: –"), Point("Mar", 0.7, "Mar: 0.70")]
    line = next(each for each in read(drawn(points)).iter() if each.get("class") == "edge own")
    assert line.get("d", "").count("M") == 2
    assert [said for said, _box in texts(drawn(points))][-2:] == ["Jan", "Mar"]
