import pytest

from claims.models import Entry, Link, Refused, link
from claims.models.links import unlink
from tests.factories import make_case, make_claim


def test_a_link_shows_from_both_ends(case, ann):
    one, other = make_claim(case=case), make_claim(case=case)
    made = link(one, other, "contradicts", by=ann)

    assert list(Link.objects.of(one, ann)) == list(Link.objects.of(other, ann)) == [made]
    assert made.seen_from(other) == one


def test_a_link_into_a_case_the_reader_does_not_see_is_not_shown(case, ann):
    one, hidden = make_claim(case=case), make_claim(case=make_case())
    link(one, hidden, "same", by=ann)

    assert not Link.objects.of(one, ann)


def test_saying_it_again_changes_the_link_and_makes_no_second(case, ann):
    one, other = make_claim(case=case), make_claim(case=case)
    link(one, other, "same", by=ann)
    link(one, other, "contradicts", by=ann)

    assert [made.kind for made in Link.objects.all()] == ["contradicts"]
    assert link(other, one, "contradicts", by=ann).claim == one
    with pytest.raises(Refused):
        link(other, one, "same", by=ann)


def test_a_claim_is_not_linked_with_itself(case, ann):
    one = make_claim(case=case)
    with pytest.raises(Refused):
        link(one, one, "same", by=ann)


def test_a_link_is_taken_back_once_and_the_log_keeps_both(case, ann):
    one, other = make_claim(case=case), make_claim(case=case)
    made = link(one, other, "same", by=ann)
    unlink(made, by=ann)

    assert not Link.objects.exists()
    assert list(one.entries.filter(thing="link").order_by("number").values_list("verb", flat=True)) == [
        "linked", "deleted",
    ]  # fmt: skip
    with pytest.raises(Refused):
        unlink(made, by=ann)


def test_the_log_tells_nothing_of_a_claim_in_another_case(case, ann):
    """Whoever reads a case's log may not see the other case."""
    other = make_claim(case=make_case(code="HID"), statement="A secret.")
    link(make_claim(case=case), other, "same", by=ann)

    entry = Entry.objects.get(thing="link")
    assert entry.label == "BY-1 says the same as a claim of another case"
    assert entry.parts["after"]["other"] == f"#{other.pk}"
