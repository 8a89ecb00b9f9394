"""My queue: what waits for somebody, and nothing else."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims.models import (
    Assessment,
    Assignment,
    EvidenceChange,
    Notice,
    Role,
    assess,
    assign,
    return_stale,
    send_back,
    uphold,
)
from claims.views import changes
from tests.factories import (
    make_assessment,
    make_case,
    make_claim,
    make_comment,
    make_evidence,
    make_signed_claim,
    make_source,
    make_user,
    make_verdict,
)


def read(browser) -> str:
    response = browser.get("/")
    assert response.status_code == 200
    return str(response.content.decode())


def days(n: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(n)


def review_by(claim, n: int) -> None:
    claim.review_by = days(n)
    claim.store()


def lapse(claim, people, *, by) -> None:
    """Ask people, let their drafts lie, and take the claim back from them."""
    case = claim.case
    case.draft_days = 14
    case.store()
    assign(claim, people, by=by)
    then = timezone.now() - datetime.timedelta(15)
    for person in people:
        draft = assess(claim, by=person, submit=False, rationale="The census …")
        draft.saved_at = then
        draft.store()
    for row in Assignment.objects.filter(claim=claim):
        row.asked_at = then
        row.store()
    assert return_stale(case) == len(people)


def answer(browser, claim, *, source: str, headers=None, **more):
    """Submit an assessment on the claim's page, as one comes to it from a section of the queue."""
    page = f"/cases/BY/claims/{claim.number}/"
    shown = browser.get(f"{page}?from={source}").content.decode()
    assert f'<input type="hidden" name="from" value="{source}">' in shown
    typed = {"rating": claim.case.rating("supported").pk, "rationale": "The census says so.", "from": source}
    return browser.post(f"{page}assess/", typed | {"version": -1} | more, headers=headers)


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


def test_an_administrator_in_no_case_is_told_to_begin_one_and_whom_to_let_in(as_, ada):
    for place in ("/", "/cases/"):
        page = as_(ada).get(place).text
        assert "give accounts to those who are to work on it" in page
        assert "/admin/claims/user/" in page
        assert "Ask an editor" not in page


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


def test_whoever_signed_a_verdict_looks_again_when_its_evidence_changed(as_, case, ann, ben, eve, max_, ada):
    source = make_source(case=case)
    claim = resting(case, source, ann, ben, eve, max_, statement="Signed off.")
    assert "Evidence changed since" not in read(as_(max_))

    source.grade("E", by=ann, reason="Two of its statements were false.")

    page = read(as_(max_))
    assert "Evidence changed since" in page
    assert "Signed off." in page
    assert "Evidence 1: the source was graded anew, " in page
    for person in (eve, ann, ada):
        assert "Evidence changed since" not in read(as_(person))
    uphold(claim, by=max_, reason="The census says the same.", upto=EvidenceChange.objects.get().pk)
    assert "Evidence changed since" not in read(as_(max_))


def test_what_nobody_in_particular_is_to_look_at_waits_for_every_editor(as_, case, ann, ben, eve, max_, ada, zoe):
    source = make_source(case=case)
    resting(case, source, ann, ben, eve, max_)
    source.grade("E", by=ann, reason="Two of its statements were false.")
    case.memberships.get(user=max_).delete(by=ada)
    for person in (eve, ada):
        assert "Evidence changed since" in read(as_(person))
    for person in (max_, ann, zoe):
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
    page = read(as_(max_))
    assert page.count("the source was graded anew") == 3
    assert "and 2 more" in page
    assert page.count(f'data-mark="changed-{claim.pk}"') == 1


def test_where_more_changed_than_is_looked_at_it_is_said(as_, case, ann, ben, eve, max_, monkeypatch):
    monkeypatch.setattr(changes, "LOOKED_AT", 2)
    source = make_source(case=case)
    for _ in range(3):
        resting(case, source, ann, ben, eve, max_)
    source.grade("E", by=ann, reason="Two of its statements were false.")
    assert '<span class="muted">2+</span>' in read(as_(max_))


@pytest.mark.parametrize("who", ["ann", "eve", "ada"])
def test_the_number_of_queries_does_not_depend_on_the_rows(as_, case, ann, ben, eve, max_, ada, who):
    browser = as_({"ann": ann, "eve": eve, "ada": ada}[who])

    def one_of_each(room) -> None:
        assign(make_claim(case=room), [ann, eve], by=eve)
        assign(make_claim(case=room), [ann, eve], by=eve, due=timezone.localdate())
        make_assessment(claim=make_claim(case=room), by=ben)  # waits for nobody
        lapse(make_claim(case=room), [ann, eve], by=eve)
        review_by(make_signed_claim(case=room, reviewers=[ann, ben], editors=(eve, max_)), -1)
        make_claim(case=room)
        decided(room, ann, ben)
        make_verdict(claim=decided(room, ann, ben), by=max_)
        returned = decided(room, ann, ben)
        make_verdict(claim=returned, by=eve)
        send_back(returned, by=max_, reason="Not yet.")
        source = make_source(case=room)
        resting(room, source, ann, ben, eve, max_)
        source.grade("E", by=ann, reason="Two of its statements were false.")
        make_comment(claim=make_claim(case=room), by=ann, text="Look, @Eve.")

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
    assert few <= 24


def test_rows_can_be_walked_by_key(as_, case, ann):
    claim = make_claim(case=case)
    page = read(as_(ann))
    assert f'<tr data-mark="open-{claim.pk}">' in page
    assert 'href="/cases/BY/claims/1/?from=open"' in page


def test_what_is_due_comes_first_and_what_is_overdue_before_it(as_, case, ann, eve):
    for statement, day in (("Next week.", days(7)), ("Last week.", days(-7)), ("Some day.", None)):
        assign(make_claim(case=case, statement=statement), [ann], by=eve, due=day)
    page = read(as_(ann))
    assert page.index("Last week.") < page.index("Next week.") < page.index("You are asked") < page.index("Some day.")
    assert page.count("Overdue since") == 1
    assert page.count("Some day.") == 1


def test_each_section_says_how_long_its_oldest_waits_and_opens_by_one_key(as_, case, ann, eve):
    for _ in range(3):
        assign(make_claim(case=case), [ann], by=eve)
    row = Assignment.objects.get(claim__number=1)
    row.asked_at = timezone.now() - datetime.timedelta(3)
    row.store()
    make_claim(case=case)
    page = read(as_(ann))
    assert "waits 3\xa0days" in page
    assert 'data-key="enter" aria-label="You are asked: begin"' in page
    assert 'data-key="2" aria-label="Open to anyone: begin"' in page


def test_of_more_than_are_shown_the_oldest_is_still_found(as_, case, ann):
    for _ in range(22):
        claim = make_claim(case=case)
    claim.entered_at = timezone.now() - datetime.timedelta(5)
    claim.store()
    assert "waits 5\xa0days" in read(as_(ann))


def test_after_an_answer_the_next_claim_opens_by_itself(as_, case, ann, eve):
    first, second, third = (make_claim(case=case) for _ in range(3))
    for claim in (first, second, third):
        assign(claim, [ann], by=eve)
    browser = as_(ann)

    response = answer(browser, first, source="asked")

    assert response["Location"] == "/cases/BY/claims/2/?from=asked"
    shown = browser.get(response["Location"]).content.decode()
    assert "Your assessment is in, and sealed. Next: BY-2 (2 left)" in shown
    response = answer(browser, second, source="asked")
    response = answer(browser, third, source="asked")
    assert response["Location"] == "/"
    assert "Nothing is left that you were asked to assess." in read(browser)


def test_for_htmx_the_next_claim_opens_as_a_page(as_, case, ann, eve, htmx):
    for _ in range(2):
        assign(make_claim(case=case), [ann], by=eve)
    claim = case.claims.get(number=1)
    response = answer(as_(ann), claim, source="asked", headers=htmx)
    assert (response.status_code, response["HX-Redirect"]) == (200, "/cases/BY/claims/2/?from=asked")


def test_from_what_is_due_it_goes_on_to_what_is_asked_without_a_day(as_, case, ann, eve):
    assign(make_claim(case=case), [ann], by=eve, due=days(1))
    assign(make_claim(case=case), [ann], by=eve)
    response = answer(as_(ann), case.claims.get(number=1), source="due")
    assert response["Location"] == "/cases/BY/claims/2/?from=asked"


def test_a_draft_and_a_fault_stay_on_the_claim(as_, case, ann, eve):
    for _ in range(2):
        assign(make_claim(case=case), [ann], by=eve)
    claim, browser = case.claims.get(number=1), as_(ann)
    faulty = answer(browser, claim, source="asked", rationale="")
    assert faulty.status_code == 422
    assert 'name="from" value="asked"' in faulty.content.decode()
    assert answer(browser, claim, source="asked", act="draft")["Location"] == "/cases/BY/claims/1/"


@pytest.mark.parametrize("source", ["nowhere", "asked<script>", "%00", "x" * 200])
def test_whoever_comes_from_nowhere_stays_on_the_claim(as_, case, ann, source):
    claim = make_claim(case=case)
    typed = {"rating": case.rating("supported").pk, "rationale": "The census.", "version": -1, "from": source}
    response = as_(ann).post("/cases/BY/claims/1/assess/", typed)
    assert response["Location"] == claim.get_absolute_url()
    assert "<script>" not in as_(ann).get(f"/cases/BY/claims/1/?from={source}").content.decode().split("<main")[1]


def test_an_editor_walks_from_decision_to_decision(as_, case, ann, ben, eve, max_):
    for _ in range(2):
        make_verdict(claim=decided(case, ann, ben), by=eve)
    browser = as_(max_)
    version = case.claims.get(number=1).verdicts.get().pk
    response = browser.post("/cases/BY/claims/1/verdict/sign-off/", {"version": version, "from": "sign-off"})
    assert response["Location"] == "/cases/BY/claims/2/?from=sign-off"
    version = case.claims.get(number=2).verdicts.get().pk
    typed = {"version": version, "reason": "Of 2019.", "from": "sign-off"}
    response = browser.post("/cases/BY/claims/2/verdict/send-back/", typed)
    assert response["Location"] == "/"
    assert "Nothing is left to sign off." in read(browser)


def test_a_claim_that_came_back_is_told_until_its_draft_is_opened(as_, case, ann, ben, eve):
    lapse(make_claim(case=case, statement="Lay untouched."), [ann], by=eve)
    browser = as_(ann)
    page = read(browser)
    assert "Came back from you" in page
    assert "It is still yours" in page
    assert "Came back from you" not in read(as_(ben))

    shown = browser.get("/cases/BY/claims/1/?from=lapsed").content.decode()

    assert "The census …" in shown
    assert "Came back from you" not in read(browser)


def test_what_came_back_and_is_asked_anew_is_asked(as_, case, ann, eve):
    claim = make_claim(case=case)
    lapse(claim, [ann], by=eve)
    assign(claim, [ann], by=eve)
    page = read(as_(ann))
    assert "Came back from you" not in page
    assert "You are asked" in page
    assert Assessment.objects.get(reviewer=ann).rationale == "The census …"


def test_a_claim_in_review_that_waits_for_nobody_waits_for_editors(as_, case, ann, ben, eve, max_):
    claim = make_claim(case=case, statement="Half answered.")
    make_assessment(claim=claim, by=ben)
    page = read(as_(eve))
    assert "Nobody is asked" in page
    assert 'href="/cases/BY/claims/1/assign/?from=unasked"' in page
    assert "Nobody is asked" not in read(as_(ann))
    response = as_(eve).post("/cases/BY/claims/1/assign/", {"reviewers": [ann.pk], "from": "unasked"})
    assert response["Location"] == "/"
    assert "Nobody is asked" not in read(as_(eve))


def test_a_signed_claim_whose_day_has_passed_waits_for_editors(as_, case, ann, ben, eve, max_):
    for statement, day in (("Long past.", -9), ("Not yet.", 9)):
        claim = make_signed_claim(case=case, statement=statement, reviewers=[ann, ben], editors=(eve, max_))
        review_by(claim, day)
    page = read(as_(eve))
    assert "To look at again" in page
    assert "Long past." in page
    assert "Not yet." not in page
    assert "Long past." not in read(as_(ann))


def test_whoever_is_mentioned_finds_it_in_the_queue_until_they_have_read_it_at_its_place(as_, case, ann, ben):
    claim = make_claim(case=case)
    said = make_comment(claim=claim, by=ben, text="Which army, @Ann?", to_all=True)
    browser = as_(ann)

    page = read(browser)

    assert "You are mentioned" in page
    assert "Ben mentioned you" in page
    assert "Which army" not in page
    assert f'href="{said.get_absolute_url()}" data-key-label="You are mentioned"' in page
    assert "You are mentioned" not in read(as_(ben))

    browser.get(f"{claim.get_absolute_url()}talk/", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert "You are mentioned" in read(browser)  # loaded below the claim, where nobody may have looked
    as_(ben).get(said.get_absolute_url())
    assert "You are mentioned" in read(browser)
    assert "Which army" in browser.get(said.get_absolute_url()).content.decode()
    assert "You are mentioned" not in read(browser)
    assert Notice.objects.get(user=ann).read_at is not None


def test_a_mention_that_one_may_not_read_yet_waits_until_one_may(as_, case, ann, ben):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ben)
    said = make_comment(claim=claim, by=ben, text="Look, @Ann.")
    browser = as_(ann)
    assert "not there for you to see" in browser.get(said.get_absolute_url()).content.decode()
    assert "You are mentioned" in read(browser)
    make_assessment(claim=claim, by=ann)
    browser.get(said.get_absolute_url())
    assert "You are mentioned" not in read(browser)


def test_a_mention_opened_from_the_notices_leaves_the_queue_and_one_of_a_case_left_since_is_not_in_it(
    as_, case, ann, ben, eve
):
    claim = make_claim(case=case)
    for _ in range(2):
        make_comment(claim=claim, by=ben, text="Which army, @Ann?", to_all=True)
    browser = as_(ann)
    assert read(browser).count("Ben mentioned you") == 2
    browser.post(f"/notices/{Notice.objects.earliest('pk').pk}/open/")
    assert read(browser).count("Ben mentioned you") == 1
    case.memberships.get(user=ann).delete(by=eve)
    assert "Ben mentioned you" not in read(browser)
