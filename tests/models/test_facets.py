"""The parts of a claim, judged one by one, and what they add up to."""

import pytest
from django.db import DatabaseError, models, transaction

from claims.models import Assessment, Refused, Role, assess, reconsider
from claims.models.entries import sha256
from claims.models.facets import rule
from tests.factories import make_case, make_claim, make_user

PARTS = {"actor": {"rating": "supported"}, "place": {"rating": "partly", "note": "Near the border, not at it."}}


@pytest.fixture
def claim(case):
    return make_claim(case=case)


def given(claim, by, rating="partly", **fields):
    answers = {"rationale": "The census says so.", "facets": PARTS} | fields
    return assess(claim, by=by, rating=claim.case.rating(rating), **answers)


def test_parts_are_sealed_with_the_assessment(claim, ann):
    own = Assessment.objects.get(pk=given(claim, ann).pk)

    assert own.seal_holds()
    assert own.whole == claim.case.rating("partly")
    assert [(part.facet, part.rating and part.rating.code, part.note) for part in own.parts] == [
        ("actor", "supported", ""),
        ("place", "partly", "Near the border, not at it."),
    ]
    own.facets = {"actor": {"rating": "supported"}}
    assert not own.seal_holds()


def test_an_assessment_without_parts_is_sealed_as_before_there_were_any(claim, ann):
    own = given(claim, ann, facets={})
    content = own.sealed_content()
    assert "facets" not in content
    assert "override_reason" not in content
    assert own.seal == sha256(content)


def test_another_answer_than_the_parts_add_up_to_needs_a_reason(claim, ann):
    with pytest.raises(Refused, match="add up to “Partly supported”") as refusal:
        given(claim, ann, rating="supported", override_reason="  ")
    assert refusal.value.field == "override_reason"

    own = given(claim, ann, rating="supported", override_reason="The place does not matter here.")
    own = Assessment.objects.get(pk=own.pk)
    assert own.seal_holds()
    own.override_reason = ""
    assert not own.seal_holds()


def test_a_reason_that_overrides_nothing_is_not_kept(claim, ann):
    assert given(claim, ann, override_reason="Just so.").override_reason == ""


def test_a_draft_may_hold_parts_that_add_up_to_something_else(claim, ann):
    own = given(claim, ann, rating="refuted", submit=False, facets=PARTS | {"time": {"note": "To look up."}})
    assert own.submitted_at is None
    assert own.whole == claim.case.rating("partly")


@pytest.mark.parametrize(
    ("facets", "sentence"),
    [
        ({"weather": {"rating": "supported"}}, "Choose for each part"),
        ({"actor": {"rating": "elsewhere"}}, "Choose for each part"),
        ({"actor": {"rating": ["supported"]}}, "Choose for each part"),
        ({"actor": "supported"}, "Choose for each part"),
        ({"actor": {}}, "Choose for each part"),
        ({"actor": {"rating": "supported", "weight": 2}}, "Choose for each part"),
        ({"actor": {"rating": "supported", "note": "n" * 501}}, "Choose for each part"),
        (["actor"], "Choose for each part"),
        ({"place": {"note": "Where?"}}, "a note on “Where” without judging it"),
    ],
)
def test_what_is_no_judgement_of_a_part_is_refused(claim, ann, facets, sentence):
    with pytest.raises(Refused, match=sentence) as refusal:
        given(claim, ann, facets=facets)
    assert refusal.value.field == "facets"


def test_a_part_that_does_not_apply_has_no_say(claim, ann):
    own = given(claim, ann, rating="supported", facets={"actor": {"rating": "supported"}, "place": {"rating": None}})
    assert own.whole == claim.case.rating("supported")
    assert [part.rating for part in own.parts] == [claim.case.rating("supported"), None]


def test_second_thoughts_carry_parts_of_their_own(claim, ann):
    given(claim, ann)
    answers = {"rating": claim.case.rating("partly"), "rationale": "The census says so."}
    with pytest.raises(Refused, match="Nothing in your answer is changed"):
        reconsider(claim, by=ann, reason="A new map.", facets=PARTS, **answers)
    with pytest.raises(Refused, match="add up to “Supported”"):
        reconsider(claim, by=ann, reason="A new map.", facets={"place": {"rating": "supported"}}, **answers)

    again = reconsider(claim, by=ann, reason="A new map.", facets={"place": {"rating": "partly"}}, **answers)

    assert Assessment.objects.get(pk=again.pk).seal_holds()
    assert Assessment.objects.get(followed_by=again).facets == PARTS


@pytest.mark.parametrize("change", [{"facets": {}}, {"override_reason": "Later."}])
def test_the_database_keeps_the_parts_of_a_sealed_assessment(claim, ann, change):
    own = given(claim, ann)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        models.QuerySet.update(Assessment.objects.filter(pk=own.pk), **change)
    models.QuerySet.update(Assessment.objects.filter(pk=own.pk), window="another", facets=PARTS)


def test_parts_of_a_draft_change_freely(claim, ann):
    given(claim, ann, submit=False)
    assert given(claim, ann, submit=False, facets={}).facets == {}


def test_no_query_is_spent_on_assessments_without_parts(claim, ann, django_assert_num_queries):
    own = Assessment.objects.get(pk=given(claim, ann, facets={}).pk)
    with django_assert_num_queries(0):
        assert own.parts == []
        assert own.whole is None


def test_a_stranger_judges_no_part(ann, zoe):
    claim = make_claim(case=make_case(members={make_user(): Role.ANALYST}))
    with pytest.raises(Refused, match="role"):
        given(claim, zoe)


def test_the_rule_is_told_in_sentences():
    assert len(rule()) == 6
    assert all(sentence.endswith(".") for sentence in rule())
