"""What every picture is made of: words that cannot break out, that fit, and that turn the right way."""

from hypothesis import given
from hypothesis import strategies as st

from claims.weighing.pictures.svg import Picture, bar, fitted, hatching, wide, words
from tests.weighing.pictures.drawings import reached, read


def picture(said: str) -> Picture:
    return Picture("kind", said, said, 100, 20, words(0, 12, said, room=100), ["What"], [[said]])


@given(st.text())
def test_whatever_is_said_stays_words(said):
    root = read(picture(said))
    assert [each.tag.split("}")[1] for each in root] == ["title", "desc", "text"]


def test_markup_in_words_is_shown_as_it_is_typed():
    assert read(picture("</text><script>x</script>"))[0].text == "</text><script>x</script>"


@given(st.text(), st.floats(20, 400), st.booleans())
def test_words_fit_their_room(said, room, bold):
    assert wide(fitted(said, room, bold=bold), bold=bold) <= room


def test_words_that_fit_are_whole_and_others_end_in_an_ellipsis():
    assert fitted("a short name", 200) == "a short name"
    assert fitted("a name that is far too long for it", 60).endswith("…")


def test_right_to_left_words_begin_at_the_right():
    said = "وكالة (BelTA)"
    text = read(picture(said))[2]
    assert (text.get("x"), text.get("text-anchor")) == ("100", "end")
    assert text.text == f"\u2067{said}\u2069"


def test_what_would_turn_the_words_around_it_is_left_out():
    assert read(picture("a\u202eb"))[2].text == "ab"


@given(st.floats(0, 300), st.floats(8, 300), st.integers(4, 20), st.integers(3, 9), st.booleans())
def test_strokes_stay_within_their_box(x, width, height, step, crossed):
    for across, down in reached(hatching(x, 5, width, height, step, crossed=crossed)):
        assert x - 0.01 <= round(across, 2) + 0.01 <= x + width + 0.02 or abs(across - x) < 0.01
        assert 4.99 <= down <= 5.01 + height


def test_looks_differ_without_colour():
    drawn = {
        look: bar(0, 0, 60, 10, look).replace('"', "'")
        for look in ("supported", "mixed", "refuted", "none", "unverified")
    }
    plain = {look: [part.split("=")[0] for part in svg.split(" ") if "=" in part] for look, svg in drawn.items()}
    strokes = {look: svg.count("M") for look, svg in drawn.items()}
    assert strokes["refuted"] > strokes["mixed"] > strokes["supported"] == 0
    assert "stroke-dasharray" in plain["none"]
    assert "stroke-dasharray" not in plain["unverified"]
    assert "full" in drawn["supported"]
    assert "soft" in drawn["unverified"]
