"""Recorded absences: evidence of a search, and no more than that."""

import datetime

import pytest

from claims.models import Absence, Entry, Evidence, NotNow, Refused, Stale, assess
from claims.search.everything import search
from tests.factories import make_absence, make_case, make_claim, make_evidence, make_signed_claim


@pytest.fixture
def claim(case):
    return make_claim(case=case)


def found(words, reader):
    return [hit.record.number for hit in search(words, reader, kind="evidence").hits]


def test_a_search_becomes_evidence_with_one_entry_each(claim, ann):
    item = make_absence(claim=claim, by=ann, languages="en, be", limits="Only what is online.")

    assert (item.number, item.credibility, item.grade, item.exhibit) == (1, "", None, None)
    absence = Absence.objects.get()
    assert item.absence == absence
    assert absence.searched_by == ann
    assert absence.searched_on == datetime.date.today()
    claim.refresh_from_db()
    assert claim.evidence_count == 1
    told = Entry.objects.filter(claim=claim, verb="added").order_by("number").values_list("thing", flat=True)
    assert list(told) == ["evidence", "absence"]
    assert Entry.objects.get(thing="absence").parts["after"]["limits"] == "Only what is online."


def test_a_form_sent_twice_records_one_search(claim, ann):
    assert make_absence(claim=claim, by=ann, once="a") == make_absence(claim=claim, by=ann, once="a")
    assert Absence.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"since": datetime.date(2023, 3, 1), "until": datetime.date(2023, 2, 1)}, "until"),
        ({"searched_on": datetime.date.today() + datetime.timedelta(days=2)}, "searched_on"),
    ],
)
def test_a_search_is_not_of_tomorrow_and_its_period_ends_after_it_begins(claim, fields, name):
    with pytest.raises(Refused) as refusal:
        make_absence(claim=claim, **fields)
    assert refusal.value.field == name
    assert not Evidence.objects.exists()
    assert not Absence.objects.exists()


def test_a_search_is_corrected_over_what_one_saw_and_the_log_tells(claim, ann, ben):
    item = make_absence(claim=claim, by=ann)
    mine, other = Evidence.objects.get(), Evidence.objects.get()
    mine.search_anew(by=ann, expect=item.version, stance="context", bearing="said", place="The national library")
    assert mine.stance == "context"
    with pytest.raises(Stale):
        other.search_anew(by=ben, expect=item.version, stance="supports", bearing="said", place="Nowhere")
    assert Absence.objects.get().place == "The national library"
    changed = Entry.objects.get(thing="absence", verb="changed")
    assert changed.changes == [("place", "The state archive", "The national library")]


def test_it_comes_and_goes_like_other_evidence(claim, ann):
    item = make_absence(claim=claim, by=ann)
    item.remove(by=ann)
    claim.refresh_from_db()
    assert claim.evidence_count == 0
    item.restore(by=ann)
    assert Evidence.objects.standing().get() == item


def test_an_assessment_can_rely_on_it_and_then_it_stays(claim, case, ann):
    item = make_absence(claim=claim, by=ann)
    assess(claim, by=ann, rating=case.rating("refuted"), rationale="It is not there.", relied_on=[item])
    with pytest.raises(NotNow, match="add another instead"):
        item.search_anew(by=ann, expect=item.version, stance="context", bearing="true", place="Elsewhere")
    with pytest.raises(NotNow):
        Absence.objects.get().save(by=ann)


def test_none_is_recorded_where_the_verdict_stands(case, ann, ben, eve, max_):
    signed = make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    with pytest.raises(NotNow):
        make_absence(claim=signed)


def test_it_is_found_by_where_and_for_what_was_searched_also_once_that_is_corrected(claim, ann):
    item = make_absence(claim=claim, by=ann)
    make_evidence(claim=claim, by=ann)
    assert found("archives order", ann) == [1]
    item.search_anew(by=ann, expect=item.version, stance="refutes", bearing="true", query="decree of 5 March")
    assert found("decree", ann) == [1]
    assert found("order", ann) == []
    item.remove(by=ann)
    assert found("decree", ann) == []
    other = make_case()
    make_absence(claim=make_claim(case=other), query="decree elsewhere")
    assert found("decree", ann) == []
