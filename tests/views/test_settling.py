"""Settling a claim on its pages: side by side, what changed since the proposal, the replies of the overruled."""

import uuid

import pytest

from claims.models import Claim, Overruled, Reply, Role, Verdict, reconsider, send_back, sign_off
from tests.factories import (
    make_assessment,
    make_claim,
    make_evidence,
    make_overruled,
    make_reply,
    make_source,
    make_verdict,
)
from tests.views.test_claims import text_of


@pytest.fixture
def claim(case, ann, ben):
    """Ann and Ben differ; both say that it was said, and only Ann relied on the evidence."""
    claim = make_claim(case=case)
    item = make_evidence(claim=claim)
    make_evidence(claim=claim)
    said = {"was_said": "yes"}
    make_assessment(claim=claim, by=ann, rationale="Ann: the census.", relied_on=[item], confidence="high", **said)
    make_assessment(claim=claim, by=ben, rating="refuted", rationale="Ben: a newer count.", confidence="low", **said)
    return Claim.objects.get(pk=claim.pk)


@pytest.fixture
def verdict(case, ann, ben, eve):
    """Eve proposes what Ann said and Ben did not."""
    return make_overruled(case=case, reviewers=[ann, ben], editor=eve)


def at(claim, path: str) -> str:
    return f"{claim.get_absolute_url()}{path}"


def reply_to(verdict) -> str:
    return at(verdict.claim, f"verdict/{verdict.pk}/reply/")


def answer_of(claim, person) -> int:
    return int(claim.assessments.get(reviewer=person).pk)


def test_the_answers_stand_side_by_side_and_what_all_say_is_folded(claim, eve, as_):
    page = text_of(as_(eve).get(at(claim, "settle/")))
    for words in ("Ann: the census.", "Ben: a newer count.", "Adopt Ann’s answer", "Adopt Ben’s answer"):
        assert words in page
    folded = page.split("<summary>")[1].split("</summary>")[0]
    assert folded == "All agree: Was it said: Yes, it was said"
    assert "<dt>Confidence</dt><dd>High</dd>" in page
    assert page.count('<span aria-hidden="true">✓</span>') == 1
    assert "1 piece on which all agree" in page


def test_a_reason_for_the_difference_is_asked_where_they_differ(claim, eve, as_):
    page = text_of(as_(eve).get(at(claim, "settle/")))
    assert "Choose the reason" in page
    assert "Does not apply: they agree" not in page


def test_the_way_there_stands_where_a_verdict_is_proposed(claim, eve, ann, as_):
    assert at(claim, "settle/") in text_of(as_(eve).get(claim.get_absolute_url()))
    assert at(claim, "settle/") not in text_of(as_(ann).get(claim.get_absolute_url()))


def test_an_answer_is_adopted_by_its_address(claim, ben, eve, as_, htmx):
    refuted = claim.case.rating("refuted").pk
    for headers in (None, htmx):
        page = text_of(as_(eve).get(at(claim, f"settle/?adopt={answer_of(claim, ben)}"), headers=headers))
        assert f'name="rating" value="{refuted}" checked' in page
        assert "Ben: a newer count.</textarea>" in page
        assert "these are Ben’s words" in page
    assert "<html" not in page
    assert 'hx-target="#proposal-summary"' in page


def test_an_answer_off_the_scale_brings_its_question_along(case, ann, ben, eve, as_):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    answer = make_assessment(claim=claim, by=ben, rating="not-enough", would_change="A second register.")
    assert "A second register.</textarea>" in text_of(as_(eve).get(at(claim, f"settle/?adopt={answer.pk}")))


@pytest.mark.parametrize("adopt", ["0", "999999", "x", "-1", "1" * 30])
def test_what_is_no_answer_of_this_claim_cannot_be_adopted(claim, eve, as_, adopt):
    assert as_(eve).get(at(claim, f"settle/?adopt={adopt}")).status_code == 404


def test_only_editors_settle_and_only_in_time(claim, case, ann, rod, zoe, eve, as_):
    assert as_(zoe).get(at(claim, "settle/")).status_code == 404
    for person in (ann, rod):
        assert as_(person).get(at(claim, "settle/")).status_code == 403
    fresh = make_claim(case=case)
    make_assessment(claim=fresh, by=ann, rationale="Not for Eve yet.")
    early = as_(eve).get(at(fresh, "settle/"))
    assert early.status_code == 409
    assert "Not for Eve yet." not in text_of(early)


def test_where_all_agree_one_action_proposes_what_they_say(case, ann, ben, eve, as_):
    claim = make_claim(case=case)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person, rationale=f"{person}: the census.")
    supported = case.rating("supported").pk
    for path in ("", "verdict/propose/", "settle/"):
        page = text_of(as_(eve).get(at(claim, path)))
        assert f'name="rating" value="{supported}">Propose “Supported”, as all 2 say</button>' in page
        assert "Ann: the census.</textarea>" in page
        assert "To be edited: these are Ann’s words" in page
    typed = {"rating": supported, "summary": "Ann: the census.", "one_origin": "Nobody else.", "once": uuid.uuid4()}
    assert as_(eve).post(at(claim, "verdict/propose/"), typed).status_code == 302
    assert Verdict.objects.get().reached == "agreed"


def test_where_they_differ_nothing_is_filled_in(claim, eve, as_):
    page = text_of(as_(eve).get(claim.get_absolute_url()))
    assert "as all" not in page
    assert "To be edited" not in page
    assert "To whoever is overruled" in page


def test_what_is_missing_is_asked_for_at_its_field(claim, eve, as_, htmx):
    typed = {"rating": claim.case.rating("not-enough").pk, "summary": "Who knows.", "once": str(uuid.uuid4())}
    asked = (("open_questions", "open-questions"), ("difference", "difference"), ("to_overruled", "to-overruled"))
    for (name, field), given in zip(asked, ("Who counted?", "scope", "It is another year."), strict=True):
        answer = as_(eve).post(at(claim, "verdict/propose/"), typed, headers=htmx)
        assert answer.status_code == 422
        assert f'<div id="{field}-error">' in text_of(answer)
        typed[name] = given
    assert as_(eve).post(at(claim, "verdict/propose/"), typed).status_code == 302


def grade(verdict, ann):
    source = verdict.claim.evidence.get().cited.source
    source.grade("E", by=ann, reason="Two of its statements were false.")


@pytest.fixture
def moved(case, ann, ben, eve):
    """A proposal of Eve's whose source was graded anew since."""
    claim = make_claim(case=case)
    make_evidence(claim=claim)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    verdict = make_verdict(claim=claim, by=eve)
    grade(verdict, ann)
    return verdict


def test_whoever_signs_sees_exactly_what_changed_and_is_refused(moved, eve, max_, as_, htmx):
    told = "Evidence 1: its source was graded anew: – before, E now."
    for path in ("verdict/sign-off/", f"verdict/{moved.pk}/since/"):
        page = text_of(as_(max_).get(at(moved.claim, path)))
        assert told in page
        assert "Propose as it now stands</button>" not in page
    for headers in (None, htmx):
        refused = as_(max_).post(at(moved.claim, "verdict/sign-off/"), {"version": moved.pk}, headers=headers)
        assert refused.status_code == 409
        assert told in text_of(refused)
        assert "proposes it as it now stands" in text_of(refused)
    assert Claim.objects.get(pk=moved.claim_id).status == "proposed"


def test_whoever_proposed_it_renews_it_and_then_it_is_signed(moved, eve, max_, ann, as_):
    page = as_(eve).get(at(moved.claim, f"verdict/{moved.pk}/since/"))
    assert "Propose as it now stands</button>" in text_of(page)
    seen = {"version": moved.pk, "basis": page.context["basis"]}
    assert as_(max_).post(at(moved.claim, "verdict/renew/"), seen).status_code == 403
    assert as_(ann).post(at(moved.claim, "verdict/renew/"), seen).status_code == 403
    assert as_(eve).post(at(moved.claim, "verdict/renew/"), seen | {"basis": "0" * 64}).status_code == 409
    assert as_(eve).post(at(moved.claim, "verdict/renew/"), seen).status_code == 302
    assert as_(eve).post(at(moved.claim, "verdict/renew/"), seen).status_code == 409
    page = text_of(as_(max_).get(moved.claim.get_absolute_url()))
    assert "Evidence 1: its source was graded anew" in page
    assert as_(max_).post(at(moved.claim, "verdict/sign-off/"), {"version": moved.pk}).status_code == 302


def test_where_nothing_changed_the_page_says_so(verdict, max_, as_):
    assert "Nothing it rests on has changed" in text_of(as_(max_).get(at(verdict.claim, "verdict/sign-off/")))


def test_whoever_is_overruled_finds_it_in_their_queue_and_replies_once(verdict, ann, ben, max_, as_, htmx):
    queue = text_of(as_(ben).get("/"))
    assert "Overruled" in queue
    assert reply_to(verdict) in queue
    assert "Overruled" not in text_of(as_(ann).get("/"))

    page = text_of(as_(ben).get(reply_to(verdict)))
    assert "The census counts more." in page
    empty = as_(ben).post(reply_to(verdict), {"text": " "}, headers=htmx)
    assert (empty.status_code, "Write what you say" in text_of(empty)) == (422, True)
    long = as_(ben).post(reply_to(verdict), {"text": "x" * 2001})
    assert (long.status_code, "too long" in text_of(long)) == (422, True)
    form = {"text": "The census is of 2019.", "once": str(uuid.uuid4())}
    for _n in range(2):
        assert as_(ben).post(reply_to(verdict), form).status_code == 302
    assert Reply.objects.count() == 1
    assert as_(ben).post(reply_to(verdict), {"text": "And more."}).status_code == 409
    assert "Overruled" not in text_of(as_(ben).get("/"))
    for person in (ann, max_):
        shown = text_of(as_(person).get(at(verdict.claim, f"verdict/{verdict.pk}/since/")))
        assert "The census is of 2019." in shown


def test_a_reply_stands_with_the_verdict_after_the_signature_and_then_for_readers_too(verdict, ben, rod, max_, as_):
    make_reply(verdict=verdict, by=ben)
    since = at(verdict.claim, f"verdict/{verdict.pk}/since/")
    assert as_(rod).get(since).status_code == 404
    sign_off(verdict.claim, by=max_)
    assert "The census is of 2019." in text_of(as_(rod).get(since))


def test_whoever_leaves_it_at_that_is_not_asked_again(verdict, ben, as_):
    assert as_(ben).post(reply_to(verdict), {"act": "leave"}).status_code == 302
    assert "Overruled" not in text_of(as_(ben).get("/"))
    assert as_(ben).get(reply_to(verdict)).status_code == 200


def test_nobody_else_gets_to_a_reply(verdict, ann, rod, zoe, max_, as_):
    for person in (ann, rod, zoe, max_):
        assert as_(person).get(reply_to(verdict)).status_code == 404
        assert as_(person).post(reply_to(verdict), {"text": "I say so too."}).status_code == 404
    assert not Reply.objects.exists()


def test_a_proposal_that_went_back_is_replied_to_no_more(verdict, ben, max_, as_):
    send_back(verdict.claim, by=max_, reason="Too short.")
    assert as_(ben).post(reply_to(verdict), {"text": "Good."}).status_code == 409


def test_whoever_left_the_case_finds_nothing_in_their_queue(verdict, case, ben, eve, as_):
    case.memberships.get(user=ben).delete(by=eve)
    assert "Overruled" not in text_of(as_(ben).get("/"))
    assert as_(ben).get(reply_to(verdict)).status_code == 404


def test_that_somebody_replied_is_kept_from_whoever_may_not_see_the_answers(verdict, case, ben, rod, max_, as_):
    make_reply(verdict=verdict, by=ben)
    cyd = type(ben).objects.create_user("cyd@example.org", name="Cyd")
    case.enrol(cyd, Role.ANALYST, by=max_)
    pages = (verdict.claim.get_absolute_url(), at(verdict.claim, "history/"), f"{case.get_absolute_url()}log/")
    for person in (cyd, rod):
        for page in pages:
            shown = text_of(as_(person).get(page))
            assert "replied" not in shown
            assert "The census" not in shown
    assert "replied" in text_of(as_(max_).get(pages[1]))


def test_whoever_lost_their_role_meanwhile_is_told_so(verdict, case, max_, eve, as_):
    browser = as_(max_)
    assert browser.get(at(verdict.claim, "verdict/sign-off/")).status_code == 200
    case.enrol(max_, Role.ANALYST, by=eve)
    refused = browser.post(at(verdict.claim, "verdict/sign-off/"), {"version": verdict.pk})
    assert refused.status_code == 403
    assert "Your role in this case does not allow this" in text_of(refused)


def test_an_administrator_neither_signs_their_own_proposal_here_nor_in_the_admin(case, ann, ben, ada, as_):
    claim = make_claim(case=case)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    verdict = make_verdict(claim=claim, by=ada)
    browser = as_(ada)
    assert browser.post(at(claim, "verdict/sign-off/"), {"version": verdict.pk}).status_code == 403
    typed = {"decision": "signed_off", "decided_by": ben.pk}
    assert browser.post(f"/admin/claims/verdict/{verdict.pk}/change/", typed).status_code == 403
    assert browser.post("/admin/claims/verdict/add/", typed).status_code == 403
    assert Verdict.objects.get().decision == ""


def test_the_queue_asks_no_more_for_many_than_for_one(case, ann, ben, eve, as_, django_assert_max_num_queries):
    for _n in range(4):
        make_overruled(case=case, reviewers=[ann, ben], editor=eve)
    assert Overruled.objects.waiting_for(ben).count() == 4
    browser = as_(ben)
    browser.get("/")
    with django_assert_max_num_queries(20):
        browser.get("/")


def test_a_reply_names_nobody_whom_the_case_withholds(verdict, case, ben, as_):
    make_evidence(claim=make_claim(case=case), source=make_source(case=case, name="Agent Rook"), withheld=True)
    refused = as_(ben).post(reply_to(verdict), {"text": "Agent Rook told me so."})
    assert (refused.status_code, "is withheld in this case" in text_of(refused)) == (422, True)


def test_what_a_reviewer_thinks_by_now_counts_and_not_what_they_thought_first(case, ann, ben, eve, as_):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben, rating="refuted", rationale="Ben: first thought.")
    claim = Claim.objects.get(pk=claim.pk)
    again = {"rating": case.rating("supported"), "rationale": "Ben: second thought."}
    reconsider(claim, by=ben, reason="I found the census.", **again)

    page = text_of(as_(eve).get(at(claim, "settle/")))

    assert "Ben: second thought." in page
    assert "Ben: first thought." not in page
    assert make_verdict(claim=claim, by=eve).reached == "agreed"
    assert not Overruled.objects.exists()
