"""Exhibits that look as if one repeated the other, and do not."""

import pytest

from claims.models import Dismissal, Entry, NotNow, Refused, dismiss, propose_again
from tests.factories import make_exhibit


def test_it_is_said_once_of_a_pair_from_either_side_and_entered(case, ann, ben):
    one, other = make_exhibit(case=case), make_exhibit(case=case)
    made = dismiss(other, one, by=ann)
    assert dismiss(one, other, by=ben) == made
    assert (made.one, made.other, made.made_by) == (one, other, ann)
    entry = Entry.objects.get(case=case, thing="dismissal")
    assert (entry.verb, entry.by, entry.label) == ("ruled_out", ann, f"{one} – {other}")


def test_it_is_taken_back_once_and_entered(case, ann):
    one, other = make_exhibit(case=case), make_exhibit(case=case)
    dismiss(one, other, by=ann)
    propose_again(other, one, by=ann)
    assert not Dismissal.objects.exists()
    assert Entry.objects.filter(case=case, verb="ruled_in").count() == 1
    with pytest.raises(NotNow):
        propose_again(one, other, by=ann)


def test_not_of_itself_nor_of_one_in_another_case(case, ann):
    one = make_exhibit(case=case)
    for other in (one, make_exhibit()):
        with pytest.raises(Refused):
            dismiss(one, other, by=ann)
