"""My queue: what waits for somebody, and nothing else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.models import EvidenceChange, Role, assign, send_back, uphold
from claims.views import changes
from tests.factories import make_assessment, make_case, make_claim, make_evidence, make_source, make_user, make_verdict


def read(browser) -> str:
    response = browser.get("/")
    assert response.status_code == 200
    return str(response.content.decode())


def decided(case, ann, ben, **fields):
    claim = make_claim(case=case, **fields)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    return claim


def test_a_reviewer_sees_what_is_asked_and_what_is_open(as_, case, ann, ben, eve):
    assign(make_claim(case=case, statement="Asked of Ann."), [ann], by=eve)
    assign(make_claim(case=case, statement="Asked of Ben."), [ben], by=eve)
    make_claim(case=case, statement="Open to all.")

    page = read(as_(ann))

    assert "You are asked" in page
    assert "Asked of Ann." in page
    assert "Asked of Ben." not in page
    assert "Open to anyone" in page
    assert "Open to all." in page
    assert '<a href="/cases/BY/?status=open">BY 1</a>' in page
    assert page.index("Asked of Ann.") < page.index("Open to all.")


def test_an_answered_claim_is_gone_from_the_queue(as_, case, ann, eve):
    claim = make_claim(case=case, statement="Asked of Ann.")
    assign(claim, [ann], by=eve)
    make_assessment(claim=claim, by=ann)
    assert "Asked of Ann." not in read(as_(ann))


def test_whoever_left_a_case_is_asked_for_nothing_there(as_, case, ann, eve):
    assign(make_claim(case=case, statement="Asked of Ann."), [ann], by=eve)
    case.memberships.get(user=ann).delete(by=eve)
    assert "Asked of Ann." not in read(as_(ann))


def test_editors_decide_and_sign_off_what_others_proposed(as_, case, ann, ben, eve, max_):
    decided(case, ann, ben, statement="To be decided.")
    make_verdict(claim=decided(case, ann, ben, statement="Proposed by Eve."), by=eve)

    eves, maxs, anns = read(as_(eve)), read(as_(max_)), read(as_(ann))

    assert "To be decided." in eves
    assert "Proposed by Eve." not in eves
    assert "To sign off" in maxs
    assert "“Supported”, proposed by Eve" in maxs
    assert "To be decided." not in anns
    assert "Proposed by Eve." not in anns


def test_a_proposal_that_came_back_says_why_to_whoever_made_it(as_, case, ann, ben, eve, max_):
    claim = decided(case, ann, ben)
    make_verdict(claim=claim, by=eve)
    send_back(claim, by=max_, reason="The census is of 2019.")

    eves, maxs = read(as_(eve)), read(as_(max_))
    assert "Your proposals that came back" in eves
    assert "“The census is of 2019.”" in eves
    assert "Your proposals that came back" not in maxs
    assert "“The census is of 2019.”" in maxs  # beside the claim among those to decide

    make_verdict(claim=claim, by=max_)
    assert "came back" not in read(as_(eve))


def test_whether_the_answers_differ_is_told_to_those_who_may_see_them(as_, case, ann, ben, eve):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben, rating="refuted")
    cleo = make_user(email="cleo@example.org", name="Cleo")
    case.enrol(cleo, Role.ANALYST, by=eve)
    assert "Disputed" in read(as_(eve))  # decides, with every answer in sight

    assign(claim, [cleo], by=eve)
    page = read(as_(cleo))
    assert claim.statement in page
    assert "Disputed" not in page


def test_why_a_proposal_came_back_is_kept_from_who_is_still_to_answer(as_, case, ann, ben, eve, max_):
    claim = decided(case, ann, ben)
    make_verdict(claim=claim, by=eve)
    send_back(claim, by=max_, reason="The census is of 2019.")
    cleo = make_user(email="cleo@example.org", name="Cleo")
    case.enrol(cleo, Role.ANALYST, by=eve)
    assign(claim, [cleo], by=eve)
    assert claim.statement in read(as_(cleo))
    assert "The census is of 2019." not in read(as_(cleo))


def test_a_reader_and_a_stranger_have_nothing_to_do(as_, case, rod, zoe):
    make_claim(case=case, statement="Open to all.")
    reader, stranger = read(as_(rod)), read(as_(zoe))
    assert "Nothing waits for you" in reader
    assert "Open to all." not in reader
    assert "You are in no case yet" in stranger
    assert "zoe@example.org" in stranger


def test_twenty_are_shown_and_more_are_said_to_be_there(as_, case, ann):
    for _ in range(22):
        make_claim(case=case)
    page = read(as_(ann))
    assert page.count('<td class="ref">') == 20
    assert "20+" in page
    assert "BY 22" in page
    assert "BY-1<" in page  # the oldest first


def resting(case, source, ann, ben, eve, max_=None, **fields):
    """A claim with evidence of a source, and a verdict by Eve."""
    claim = make_claim(case=case, **fields)
    make_evidence(claim=claim, source=source)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    make_verdict(claim=claim, by=eve, signed_by=max_)
    return claim


def test_whoever_proposed_a_verdict_looks_again_when_its_evidence_changed(as_, case, ann, ben, eve, max_, ada):
    source = make_source(case=case)
    claim = resting(case, source, ann, ben, eve, max_, statement="Signed off.")
    assert "Evidence changed since" not in read(as_(eve))

    source.grade("E", by=ann, reason="Two of its statements were false.")

    page = read(as_(eve))
    assert "Evidence changed since" in page
    assert "Signed off." in page
    assert "Evidence 1: the source was graded anew, " in page
    for person in (max_, ann, ada):
        assert "Evidence changed since" not in read(as_(person))
    uphold(claim, by=eve, reason="The census says the same.", upto=EvidenceChange.objects.get().pk)
    assert "Evidence changed since" not in read(as_(eve))


def test_what_nobody_in_particular_is_to_look_at_waits_for_every_editor(as_, case, ann, ben, eve, max_, ada, zoe):
    source = make_source(case=case)
    resting(case, source, ann, ben, eve, max_)
    source.grade("E", by=ann, reason="Two of its statements were false.")
    case.memberships.get(user=eve).delete(by=ada)
    for person in (max_, ada):
        assert "Evidence changed since" in read(as_(person))
    for person in (eve, ann, zoe):
        assert "Evidence changed since" not in read(as_(person))


def test_a_claim_of_which_much_changed_is_one_row(as_, case, ann, ben, eve, max_):
    source = make_source(case=case)
    claim = make_claim(case=case)
    for _ in range(5):
        make_evidence(claim=claim, source=source)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    make_verdict(claim=claim, by=eve, signed_by=max_)
    source.grade("E", by=ann, reason="Two of its statements were false.")
    page = read(as_(eve))
    assert page.count("the source was graded anew") == 3
    assert "and 2 more" in page
    assert page.count(f'data-mark="changed-{claim.pk}"') == 1


def test_where_more_changed_than_is_looked_at_it_is_said(as_, case, ann, ben, eve, max_, monkeypatch):
    monkeypatch.setattr(changes, "LOOKED_AT", 2)
    source = make_source(case=case)
    for _ in range(3):
        resting(case, source, ann, ben, eve, max_)
    source.grade("E", by=ann, reason="Two of its statements were false.")
    assert '<span class="muted">2+</span>' in read(as_(eve))


@pytest.mark.parametrize("who", ["ann", "eve", "ada"])
def test_the_number_of_queries_does_not_depend_on_the_rows(as_, case, ann, ben, eve, max_, ada, who):
    browser = as_({"ann": ann, "eve": eve, "ada": ada}[who])

    def one_of_each(room) -> None:
        assign(make_claim(case=room), [ann, eve], by=eve)
        make_claim(case=room)
        decided(room, ann, ben)
        make_verdict(claim=decided(room, ann, ben), by=max_)
        returned = decided(room, ann, ben)
        make_verdict(claim=returned, by=eve)
        send_back(returned, by=max_, reason="Not yet.")
        source = make_source(case=room)
        resting(room, source, ann, ben, eve, max_)
        source.grade("E", by=ann, reason="Two of its statements were false.")

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            read(browser)
        return len(caught)

    one_of_each(case)
    few = queries()
    for _ in range(3):
        one_of_each(case)
    roles = {ann: Role.ANALYST, ben: Role.ANALYST, eve: Role.EDITOR, max_: Role.EDITOR}
    one_of_each(make_case(members=roles))
    assert queries() == few
    assert few <= 18


def test_rows_can_be_walked_by_key(as_, case, ann):
    claim = make_claim(case=case)
    page = read(as_(ann))
    assert f'<tr data-mark="open-{claim.pk}">' in page
    assert 'href="/cases/BY/claims/1/"' in page
