"""Proposing a verdict, signing it off, sending it back."""

import uuid

import pytest

from claims.models import Status, Verdict
from tests.factories import make_assessment, make_claim, make_verdict
from tests.views.test_claims import text_of


@pytest.fixture
def claim(case, ann, ben):
    """All answers are in, and agree."""
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben)
    claim.refresh_from_db()
    return claim


def url_of(claim, act):
    return f"{claim.get_absolute_url()}verdict/{act}/"


def typed(claim, **fields):
    rating = claim.case.rating("supported").pk
    return {
        "rating": rating,
        "summary": "Both registers agree.",
        "one_origin": "Nobody else.",
        "once": str(uuid.uuid4()),
    } | fields


def test_a_verdict_is_proposed_and_signed_off_by_somebody_else(claim, eve, max_, rod, as_):
    assert "somebody else signs it off" in text_of(as_(eve).post(url_of(claim, "propose"), typed(claim), follow=True))
    verdict = Verdict.objects.get()
    refused = as_(eve).post(url_of(claim, "sign-off"), {"version": verdict.pk})
    assert refused.status_code == 403
    assert "somebody else must sign it off" in text_of(refused)
    assert "Both registers agree." not in text_of(as_(rod).get(claim.get_absolute_url()))

    page = text_of(as_(max_).post(url_of(claim, "sign-off"), {"version": verdict.pk}, follow=True))
    assert '<span class="verdict supported">Supported</span>' in page
    assert "Both registers agree." in text_of(as_(rod).get(claim.get_absolute_url()))


def test_with_htmx_the_parts_come_back(claim, eve, max_, as_, htmx):
    page = text_of(as_(eve).post(url_of(claim, "propose"), typed(claim), headers=htmx))
    assert '<li aria-current="step">Proposed</li>' in page
    assert "Both registers agree." in page
    page = text_of(as_(max_).post(url_of(claim, "sign-off"), {"version": Verdict.objects.get().pk}, headers=htmx))
    assert '<li aria-current="step">Signed off</li>' in page
    assert "<html" not in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"rating": ""}, "Choose an answer."),
        ({"summary": " "}, "Say in a few sentences"),
        ({"review_by": "soon"}, "Enter a valid date"),
        ({"difference": "mood"}, "Select a valid choice"),
    ],
)
def test_a_proposal_that_lacks_something_keeps_what_was_typed(claim, eve, as_, htmx, fields, sentence):
    for headers in (None, htmx):
        answer = as_(eve).post(
            url_of(claim, "propose"), typed(claim, open_questions="Who counted?", **fields), headers=headers
        )
        assert answer.status_code == 422
        assert sentence in text_of(answer)
        assert "Who counted?" in text_of(answer)
    assert not Verdict.objects.exists()


def test_another_answer_than_the_reviewers_says_why(claim, eve, as_):
    other = claim.case.rating("refuted").pk
    answer = as_(eve).post(url_of(claim, "propose"), typed(claim, rating=other))
    assert answer.status_code == 422
    assert "choose why they differed" in text_of(answer)
    assert as_(eve).post(url_of(claim, "propose"), typed(claim, rating=other, difference="sources")).status_code == 422
    told = typed(claim, rating=other, difference="sources", to_overruled="The census is of 2019.")
    assert as_(eve).post(url_of(claim, "propose"), told).status_code == 302


def test_forms_sent_twice_make_one_record(claim, eve, max_, as_):
    form = typed(claim)
    for _n in range(2):
        assert as_(eve).post(url_of(claim, "propose"), form).status_code == 302
    seen = {"version": Verdict.objects.get().pk}
    for _n in range(2):
        assert as_(max_).post(url_of(claim, "sign-off"), seen).status_code == 302


def test_sending_back_needs_a_reason_which_stays(claim, eve, max_, as_, htmx):
    seen = {"version": make_verdict(claim=claim, by=eve).pk}
    assert as_(max_).post(url_of(claim, "send-back"), seen | {"reason": ""}).status_code == 422
    page = text_of(
        as_(max_).post(url_of(claim, "send-back"), seen | {"reason": "The census is of 2019."}, headers=htmx)
    )
    assert "The census is of 2019." in page
    assert '<li aria-current="step">To decide</li>' in page


def test_a_decision_holds_for_the_proposal_that_was_seen(claim, eve, max_, as_):
    first = make_verdict(claim=claim, by=eve)
    as_(max_).post(url_of(claim, "send-back"), {"version": first.pk, "reason": "Too short."})
    make_verdict(claim=claim, by=eve, summary="Another text.")
    answer = as_(max_).post(url_of(claim, "sign-off"), {"version": first.pk})
    assert answer.status_code == 409
    claim.refresh_from_db()
    assert claim.status == Status.PROPOSED


@pytest.mark.parametrize("act", ["propose", "sign-off", "send-back"])
def test_only_editors_decide_and_only_in_time(claim, ann, rod, zoe, eve, as_, act):
    assert as_(ann).post(url_of(claim, act), typed(claim)).status_code == 403
    assert as_(rod).get(url_of(claim, act)).status_code == 403
    assert as_(zoe).get(url_of(claim, act)).status_code == 404
    fresh = make_claim(case=claim.case)
    assert as_(eve).get(url_of(fresh, act)).status_code == 409
    assert as_(eve).post(url_of(fresh, act), typed(fresh, version=1, reason="x")).status_code == 409


@pytest.mark.parametrize("act", ["sign-off", "send-back"])
def test_the_pages_of_their_own_show_the_proposal(claim, eve, max_, as_, act):
    make_verdict(claim=claim, by=eve)
    assert "The census bears it out." in text_of(as_(max_).get(url_of(claim, act)))
