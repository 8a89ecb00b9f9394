"""Who is told what was done to a claim that concerns them, where the link leads, and who is told nothing."""

import datetime

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims.models import (
    Assignment,
    Claim,
    Membership,
    Notice,
    Role,
    ask_many,
    assess,
    assign,
    plan_asking,
    renew,
    return_stale,
)
from claims.models import send_back as give_back
from claims.models import sign_off as sign
from claims.models.notices import unread_count
from claims.models.tidings import ONE_BY_ONE
from claims.reports.digests import send_digests
from tests.factories import (
    make_assessment,
    make_case,
    make_claim,
    make_overruled,
    make_question,
    make_signed_claim,
    make_user,
    make_verdict,
)


@pytest.fixture
def claim(case):
    return make_claim(case=case)


def told(user) -> list[str]:
    """What somebody is told, the oldest first."""
    return [notice.sentence for notice in user.notices.order_by("pk")]


def place_of(user) -> str:
    """Where somebody's newest notice leads."""
    return str(user.notices.latest("pk").link)


def opens(browser, user) -> str:
    """The page to which somebody's newest notice leads; its anchor must be on it."""
    path, _hash, anchor = place_of(user).partition("#")
    page = browser.get(path)
    assert page.status_code == 200
    assert f'id="{anchor}"' in page.content.decode()
    return str(page.content.decode())


def ask_all(case, claims, people, *, by, each=None, due=None):
    numbers, keys = [claim.number for claim in claims], [person.pk for person in people]
    plan = plan_asking(case, numbers, keys, each=each)
    return ask_many(case, numbers, keys, by=by, each=each, due=due, seen=plan.seen)


def let_lie(claim, reviewer, *, by):
    """A draft that nobody touched for longer than the case lets it lie."""
    claim.case.draft_days = 14
    claim.case.store()
    assign(claim, [reviewer], by=by)
    then = timezone.now() - datetime.timedelta(days=15)
    draft = assess(claim, by=reviewer, submit=False, rationale="The census …")
    draft.saved_at = then
    draft.store()
    row = Assignment.objects.get(claim=claim, reviewer=reviewer)
    row.asked_at = then
    row.store()


def test_whoever_is_asked_is_told_so_once_and_comes_to_the_form(claim, ann, ben, eve, as_):
    assign(claim, [ann], by=eve)
    assign(claim, [ann, ben], by=eve)
    assert told(ann) == told(ben) == [f"Eve asks you for your assessment of {claim.ref}"]
    assert "Submit assessment" in opens(as_(ann), ann)


def test_whoever_asks_themself_is_told_nothing(claim, eve):
    assign(claim, [eve], by=eve)
    assign(claim, [], by=eve)
    assert not Notice.objects.exists()


def test_whoever_is_asked_no_more_is_told_so_and_told_anew_when_asked_again(claim, ann, eve):
    for reviewers in ([ann], [], [ann], []):
        assign(claim, reviewers, by=eve)
    asked, back = (
        f"Eve asks you for your assessment of {claim.ref}",
        f"Eve took back that you are asked about {claim.ref}",
    )
    assert told(ann) == [asked, back, asked, back]


def test_whoever_has_answered_is_not_told_that_they_are_asked_no_more(claim, ann, eve):
    make_assessment(claim=claim, by=ann)
    assign(claim, [], by=eve)
    assert told(ann) == []


def test_whoever_may_assess_no_more_is_told_that_nobody_asks_them_and_whoever_left_is_told_nothing(
    claim, case, ann, ben, eve
):
    assign(claim, [ann, ben], by=eve)
    Notice.objects.all().delete()
    anns = case.memberships.get(user=ann)
    anns.role = Role.READER
    anns.save(by=eve)
    case.memberships.get(user=ben).delete(by=eve)
    assert told(ann) == [f"Eve took back that you are asked about {claim.ref}"]
    assert told(ben) == []


def test_a_few_claims_asked_about_at_once_are_told_singly(case, ann, eve):
    claims = [make_claim(case=case) for _ in range(3)]
    ask_all(case, claims, [ann], by=eve)
    assert told(ann) == [f"Eve asks you for your assessment of {claim.ref}" for claim in claims]


@pytest.mark.parametrize(("due", "section"), [(None, "asked"), (datetime.date(2030, 1, 1), "due")])
def test_many_claims_asked_about_at_once_are_one_notice_that_leads_to_the_queue(case, ann, eve, as_, due, section):
    claims = [make_claim(case=case) for _ in range(ONE_BY_ONE + 1)]
    ask_all(case, claims, [ann], by=eve, due=due)
    assert told(ann) == ["Eve asks you for your assessments of claims in BY"]
    assert place_of(ann) == f"/#{section}"
    assert claims[0].ref in opens(as_(ann), ann)


def test_telling_costs_the_same_however_many_claims_are_asked_about(case, ann, ben, eve):
    def statements(claims) -> int:
        with CaptureQueriesContext(connection) as caught:
            ask_all(case, claims, [ann, ben], by=eve)
        return len([query for query in caught if "claims_notice" in query["sql"]])

    few, many = [make_claim(case=case) for _ in range(2)], [make_claim(case=case) for _ in range(9)]
    assert statements(few) == statements(many) == 1


def test_a_proposal_that_comes_back_is_told_to_whoever_made_it_alone(claim, ann, ben, eve, max_, as_):
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    make_verdict(claim=claim, by=eve)
    give_back(claim, by=max_, reason="The census is of 2019.")
    assert told(eve) == [f"Max sent your proposal on {claim.ref} back"]
    assert "Propose a verdict" in opens(as_(eve), eve)
    assert not Notice.objects.exclude(user=eve).exists()


def test_a_signature_is_told_to_whoever_proposed_and_to_those_who_answered(case, ann, ben, eve, max_, as_):
    cem = make_user(name="Cem")
    Membership(case=case, user=cem, role=Role.ANALYST).save(by=eve)
    claim = make_claim(case=case)
    assign(claim, [ann, ben, cem], by=eve)
    Notice.objects.all().delete()
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    make_verdict(claim=Claim.objects.get(pk=claim.pk), by=eve)
    sign(claim, by=max_)
    for person in (ann, ben, eve):
        assert told(person) == [f"Max signed off the verdict on {claim.ref}"]
    assert "Verdict" in opens(as_(ann), ann)
    # Cem was asked and has not answered: nothing tells him that others have.
    assert told(cem) == told(max_) == []


def test_whoever_left_the_case_is_not_told_of_the_signature(case, ann, ben, eve, max_):
    claim = make_claim(case=case)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    make_verdict(claim=claim, by=eve)
    case.memberships.get(user=ann).delete(by=eve)
    sign(claim, by=max_)
    assert told(ann) == []
    assert len(told(ben)) == 1


def test_the_overruled_alone_are_told_and_come_to_where_they_reply(case, ann, ben, eve, as_):
    verdict = make_overruled(case=case, reviewers=[ann, ben], editor=eve)
    overruled = [row.reviewer for row in verdict.overruled.select_related("reviewer")]
    for person in overruled:
        assert told(person) == [f"Eve settled {verdict.claim.ref} otherwise than you answered"]
        assert 'name="text"' in opens(as_(person), person)
    assert Notice.objects.count() == len(overruled) > 0
    assert "Supported" not in told(overruled[0])[0]


def test_the_overruled_are_not_told_twice_when_it_is_proposed_as_it_now_stands(case, ann, ben, eve):
    verdict = make_overruled(case=case, reviewers=[ann, ben], editor=eve)
    before = Notice.objects.count()
    verdict.summary = "As the census of 2019 has it."
    verdict.store()
    renew(verdict.claim, by=eve)
    assert Notice.objects.count() == before


def test_a_draft_that_lay_untouched_is_told_to_its_author_and_once_to_the_editors(case, ann, eve, max_, as_):
    claims = [make_claim(case=case) for _ in range(2)]
    for claim in claims:
        let_lie(claim, ann, by=eve)
    Notice.objects.all().delete()
    assert return_stale(case) == 2
    assert told(ann) == [f"Your draft on {claim.ref} lay untouched; somebody else may be asked now" for claim in claims]
    assert "The census …" in opens(as_(ann), ann)
    for editor in (eve, max_):
        assert told(editor) == ["Drafts in BY lay untouched; others may be asked now"]
        assert as_(editor).get(place_of(editor)).status_code == 200
    return_stale(case)
    assert len(told(eve)) == 1


def test_whoever_gets_a_question_to_look_into_is_told_and_comes_to_it(claim, ann, ben, eve, as_):
    asked = make_question(claim=claim)
    for owner in (ann, ann, None, ann):
        asked = asked.settle(by=eve, owner=owner, due=None, state="open", answer="")
    assert told(ann) == [f"Eve gave you a task on {claim.ref}"] * 2
    assert asked.text in as_(ann).get(place_of(ann)).content.decode()
    asked.settle(by=ben, owner=ben, due=None, state="open", answer="")
    assert told(ben) == []


def test_a_question_that_is_closed_is_nobodys_task(claim, ann, eve):
    make_question(claim=claim).settle(by=eve, owner=ann, due=None, state="answered", answer="48,000.")
    assert told(ann) == []


def test_what_is_told_is_in_the_mail_of_those_who_want_it_and_never_what_was_answered(case, ann, ben, eve, max_):
    for person in (ann, eve):
        person.digest = True
        person.save(by=person)
    claim = make_claim(case=case)
    assign(claim, [ann], by=eve)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    make_verdict(claim=Claim.objects.get(pk=claim.pk), by=eve)
    sign(claim, by=max_)
    send_digests()
    mails = {message.to[0]: message.body for message in mail.outbox}
    assert set(mails) == {ann.email, eve.email}
    assert f"Eve asks you for your assessment of {claim.ref}" in mails[ann.email]
    assert f"{claim.get_absolute_url()}#verdict" in mails[ann.email]
    assert "Supported" not in "".join(map(str, mails.values()))


def test_a_notice_of_a_case_that_one_left_since_is_in_no_mail(claim, case, ann, eve):
    ann.digest = True
    ann.save(by=ann)
    assign(claim, [ann], by=eve)
    case.memberships.get(user=ann).delete(by=eve)
    send_digests()
    assert mail.outbox == []


def test_an_administrator_who_answered_is_told_without_a_role(ada, ben, eve, max_):
    case = make_case(members={ben: Role.ANALYST, eve: Role.EDITOR, max_: Role.EDITOR})
    make_signed_claim(case=case, reviewers=[ada, ben], editors=(eve, max_))
    assert unread_count(ada) == 1
