"""Claims by rating: a bar for each, its figure beside its name."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from claims.weighing.pictures.ratings import Share, percent, ratings
from tests.weighing.pictures.drawings import check, read

COLUMNS = ["Rating", "Claims", "Share"]
LOOKS = st.sampled_from(["supported", "mixed", "refuted", "unverified", "none"])
SHARES = st.lists(
    st.builds(Share, st.text(max_size=80), LOOKS, st.sampled_from("✓≈✕?"), st.integers(0, 10**7)), max_size=12
)


def drawn_of(shares: list[Share]) -> Any:
    return ratings(shares, title="Ratings", columns=COLUMNS)


@given(SHARES)
def test_whatever_is_counted_is_drawn_within_the_picture_and_no_words_overlap(shares):
    drawn = drawn_of(shares)
    if any(share.claims for share in shares):
        check(drawn)
        assert [row[1] for row in drawn.rows] == [f"{share.claims:,}" for share in shares]
    else:
        assert drawn is None


def test_a_bar_is_as_long_as_its_share():
    drawn = drawn_of([Share("a", "supported", "✓", 3), Share("b", "refuted", "✕", 1)])
    bars = [each for each in read(drawn).iter() if "edge" in each.get("class", "") and each.get("width")]
    lengths = [float(each.get("width", "")) for each in bars]
    assert lengths[0] == 3 * lengths[1]
    assert drawn.said == "a: 3 (75 %); b: 1 (25 %)"


def test_a_share_is_all_or_nothing_only_where_it_is_so():
    assert [percent(n, 1000) for n in (0, 1, 999, 1000)] == ["0 %", "1 %", "99 %", "100 %"]
