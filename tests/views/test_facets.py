"""Judging the parts of a claim in the form of an assessment."""

import pytest

from claims.models import Assessment
from tests.factories import make_claim
from tests.views.test_assessments import assess_url, typed
from tests.views.test_claims import text_of

PARTS = {"facets_actor": "supported", "facets_place": "partly", "facets_place_note": "Near the border."}


@pytest.fixture
def claim(case):
    return make_claim(case=case)


def test_parts_are_judged_beside_the_whole_and_shown_with_it(claim, ann, as_):
    form = typed(claim, rating=claim.case.rating("partly").pk, **PARTS)

    page = text_of(as_(ann).post(assess_url(claim), form, follow=True))

    assert Assessment.objects.get().facets == {
        "actor": {"rating": "supported"},
        "place": {"rating": "partly", "note": "Near the border."},
    }
    assert "Near the border." in page
    assert "Who did it" in page


@pytest.mark.parametrize("by_htmx", [True, False])
def test_another_answer_than_they_add_up_to_is_asked_back_and_nothing_is_lost(claim, ann, as_, htmx, by_htmx):
    form = typed(claim, **PARTS)

    answer = as_(ann).post(assess_url(claim), form, headers=htmx if by_htmx else None)

    page = text_of(answer)
    assert answer.status_code == 422
    assert "The parts add up to “Partly supported”, and you answer “Refuted”." in page
    assert 'value="Near the border."' in page
    assert '<option value="partly" selected>' in page
    assert not Assessment.objects.exists()

    form |= {"override_reason": "The place is the point."}
    page = text_of(as_(ann).post(assess_url(claim), form, follow=True))
    assert "Not “Partly supported”, to which the parts add up, because" in page
    assert "The place is the point." in page


def test_while_one_types_the_page_says_what_the_parts_add_up_to(claim, ann, as_, htmx):
    form = typed(claim, act="draft", auto="1", facets_time_note="To look up.", **PARTS)
    page = text_of(as_(ann).post(assess_url(claim), form, headers=htmx))
    assert "The parts add up to: Partly supported" in page

    page = text_of(as_(ann).get(claim.get_absolute_url()))
    assert 'value="To look up."' in page
    assert '<details class="parts stack" open>' in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"facets_actor": "elsewhere"}, "This answer is not on the case"),
        ({"facets_actor": "partly", "facets_actor_note": "n" * 501}, "too long"),
        ({"facets_actor": "partly", "facets_actor_note": "a\u202eb"}, "turns the direction of writing"),
        ({"facets_time_note": "In May?"}, "without judging it"),
        ({"override_reason": "n" * 2001}, "too long"),
    ],
)
def test_bad_parts_are_refused_at_their_field(claim, ann, as_, fields, sentence):
    answer = as_(ann).post(assess_url(claim), typed(claim, **fields))
    assert answer.status_code == 422
    assert sentence in text_of(answer)


def test_the_form_sent_twice_makes_one_answer(claim, ann, as_):
    form = typed(claim, rating=claim.case.rating("partly").pk, override_reason="For nothing.", **PARTS)
    for _time in range(2):
        assert "in, and sealed." in text_of(as_(ann).post(assess_url(claim), form, follow=True))
    assert Assessment.objects.count() == 1


def test_others_see_the_parts_once_they_have_answered_and_not_before(claim, ann, ben, rod, zoe, as_):
    as_(ann).post(assess_url(claim), typed(claim, rating=claim.case.rating("partly").pk, **PARTS))
    for reader in (ben, rod):
        assert "Near the border." not in text_of(as_(reader).get(claim.get_absolute_url()))
    assert as_(zoe).post(assess_url(claim), typed(claim, **PARTS)).status_code == 404
    assert as_(rod).post(assess_url(claim), typed(claim, **PARTS)).status_code == 403

    page = text_of(as_(ben).post(assess_url(claim), typed(claim), follow=True))
    assert "Near the border." in page


def test_second_thoughts_begin_with_the_parts_as_they_were(claim, ann, as_):
    as_(ann).post(assess_url(claim), typed(claim, rating=claim.case.rating("partly").pk, **PARTS))
    page = text_of(as_(ann).get(f"{claim.get_absolute_url()}assess/again/"))
    assert 'value="Near the border."' in page
    assert '<option value="partly" selected>' in page


def test_a_page_with_parts_asks_the_database_no_more_often(claim, ann, as_, django_assert_max_num_queries):
    browser = as_(ann)
    browser.post(assess_url(claim), typed(claim, act="draft"))
    browser.get(claim.get_absolute_url())
    with django_assert_max_num_queries(100) as without:
        browser.get(claim.get_absolute_url())
    count = len(without)
    browser.post(assess_url(claim), typed(claim, act="draft", version=0, **PARTS))
    with django_assert_max_num_queries(count):
        browser.get(claim.get_absolute_url())


def test_the_parts_stand_beside_each_answer_where_they_are_settled(claim, ann, ben, eve, as_):
    as_(ann).post(assess_url(claim), typed(claim, rating=claim.case.rating("partly").pk, **PARTS))
    as_(ben).post(assess_url(claim), typed(claim))
    page = text_of(as_(eve).get(f"{claim.get_absolute_url()}settle/"))
    assert "Near the border." in page
