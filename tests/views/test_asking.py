"""Asking about many claims at once, as editors do it on the case's page."""

import re

import pytest

from claims.models import Assignment, Entry, Status, assign
from tests.factories import make_assessment, make_case, make_claim

PAGE = "/cases/BY/assign/"


def read(response, status: int = 200) -> str:
    assert response.status_code == status
    return str(response.content.decode())


def hidden(page: str, name: str) -> str:
    return str(re.findall(rf'name="{name}" value="([^"]*)"', page)[0])


def see(browser, claims, *people, status: int = 200, **typed) -> tuple[str, dict[str, object]]:
    """The plan as the page shows it, and what its form holds then."""
    form = {"claim": claims, "reviewers": [person.pk for person in people], "how": "all"} | typed
    form["once"] = hidden(read(browser.get(PAGE, {"claim": claims})), "once")
    page = read(browser.post(PAGE, form | {"act": "see"}), status)
    assert hidden(page, "once") == form["once"]
    if 'name="seen"' in page:
        form |= {"seen": hidden(page, "seen"), "act": "ask"}
    return page, form


def asked(claim) -> set[str]:
    return {str(row.reviewer) for row in claim.assignments.filter(current=True)}


def test_editors_tick_claims_where_they_are_listed(as_, case, eve, ann):
    make_claim(case=case)
    page = read(as_(eve).get("/cases/BY/?kind=quantity"))
    assert '<input type="checkbox" name="claim" value="1" form="ask">' in page
    assert f'method="get" action="{PAGE}"><input type="hidden" name="kind" value="quantity">' in page
    assert 'form="ask"' not in read(as_(ann).get("/cases/BY/"))


@pytest.mark.parametrize("partly", [False, True])
def test_nobody_is_asked_before_the_editor_has_seen_who(as_, case, ann, ben, eve, htmx, partly):
    claims = [make_claim(case=case) for _ in range(3)]
    browser = as_(eve, **(htmx if partly else {}))
    page = read(browser.get(f"{PAGE}?claim=1&claim=3"))
    assert "Who gets how many" not in page

    page, form = see(browser, [1, 3], ann, ben, due="2099-01-05")
    assert "Who gets how many" in page
    assert "Ask them about 2 claims" in page
    assert not Assignment.objects.exists()

    response = browser.post(PAGE, form)
    assert response["HX-Redirect" if partly else "Location"] == "/cases/BY/"
    assert [asked(claim) for claim in claims] == [{"Ann", "Ben"}, set(), {"Ann", "Ben"}]
    assert "Reviewers are asked about 2 claims." in read(browser.get("/"))


def test_by_number_each_claim_gets_as_many_and_all_about_as_many_claims(as_, case, ann, ben, eve, max_):
    for _ in range(6):
        make_claim(case=case)
    _page, form = see(as_(eve), list(range(1, 7)), how="number", each="2")
    as_(eve).post(PAGE, form)
    assert [claim.assignments.count() for claim in case.claims.all()] == [2] * 6
    counts = [Assignment.objects.waiting_for(person).count() for person in (ann, ben, eve, max_)]
    assert counts == [3, 3, 3, 3]


def test_all_that_the_filter_finds_and_that_can_be_asked_about(as_, case, ann, eve):
    for kind in ("event", "quantity", "event"):
        make_claim(case=case, kind=kind)
    make_claim(case=case, kind="event").withdraw(by=eve, why="Of another army.")
    page = read(as_(eve).get(f"{PAGE}?all=1&kind=event"))
    assert "Ask reviewers about 2 claims" in page
    assert "BY-3, BY-1" in page
    assert "The filter finds more" not in page


def test_of_more_than_can_be_at_once_the_page_says_so(as_, case, eve, monkeypatch):
    monkeypatch.setattr("claims.views.asking.AT_ONCE", 2)
    for _ in range(3):
        make_claim(case=case)
    page = read(as_(eve).get(f"{PAGE}?all=1"))
    assert "Ask reviewers about 2 claims" in page
    assert "The filter finds more; 2 can be asked about at a time." in page


def test_what_cannot_be_asked_about_is_listed_with_the_reason(as_, case, ann, ben, eve):
    make_claim(case=case, by=ann, statement="Made by Ann.")
    make_claim(case=case)
    page, form = see(as_(eve), [1, 2], ann, ben, how="number", each="2")
    assert "1 claim is left as it is" in page
    assert "1 of 2 can be asked. Ann made the claim." in page
    as_(eve).post(PAGE, form)
    assert [asked(claim) for claim in case.claims.order_by("number")] == [set(), {"Ann", "Ben"}]


def test_what_is_not_as_it_was_seen_is_shown_again(as_, case, ann, ben, eve, max_):
    for _ in range(2):
        make_claim(case=case)
    _page, form = see(as_(eve), [1, 2], ann, ben)
    assign(case.claims.get(number=1), [ann], by=max_)

    page = read(as_(eve).post(PAGE, form), 409)

    assert "Nobody is asked yet; look again." in page
    assert asked(case.claims.get(number=2)) == set()
    again = form | {"seen": hidden(page, "seen"), "once": hidden(page, "once")}
    assert as_(eve).post(PAGE, again).status_code == 302
    assert asked(case.claims.get(number=2)) == {"Ann", "Ben"}


def test_the_form_sent_twice_asks_once(as_, case, ann, eve):
    make_claim(case=case)
    _page, form = see(as_(eve), [1], ann)
    browser = as_(eve)
    for sentence in ("Reviewers are asked about 1 claim.", "They are asked already"):
        assert sentence in read(browser.post(PAGE, form, follow=True))
    assert Entry.objects.filter(verb="assigned").count() == 1


def test_strangers_learn_nothing_and_others_may_not(as_, case, ann, rod, zoe):
    make_claim(case=case)
    for method in ("get", "post"):
        assert getattr(as_(zoe), method)(f"{PAGE}?claim=1").status_code == 404
        for person in (ann, rod):
            assert getattr(as_(person), method)(f"{PAGE}?claim=1").status_code == 403


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "Tick the claims first"),
        ("claim=99", "no claim of this case"),
        ("claim=1&claim=x", "no claim of this case"),
        ("claim=99999999999999999999", "no claim of this case"),
        ("claim=%00", "no claim of this case"),
        ("&".join(f"claim={n}" for n in range(1, 502)), "500 claims at most"),
        ("all=1&status=signed_off", "finds no claim"),
    ],
)
def test_what_is_no_claim_here_is_refused_in_a_sentence(as_, case, eve, query, sentence):
    make_claim(case=case)
    assert sentence in read(as_(eve).get(f"{PAGE}?{query}"), 422)


def test_claims_of_another_case_are_none_of_this_one(as_, case, eve, ann):
    make_claim(case=case)
    elsewhere = make_case()
    for _ in range(2):
        foreign = make_claim(case=elsewhere)
    assert "no claim of this case" in read(as_(eve).post(PAGE, {"claim": [foreign.number], "act": "see"}), 422)


def test_unknown_people_and_days_are_refused_at_their_fields(as_, case, ann, rod, zoe, eve):
    make_claim(case=case)
    for person in (rod, zoe):
        page, _form = see(as_(eve), [1], person, status=422)
        assert "Select a valid choice" in page
    for typed, sentence in (
        ({"due": "2001-01-01"}, "This day has passed"),
        ({"due": "soon"}, "Enter a valid date"),
        ({"how": "number", "each": ""}, "Say how many"),
        ({"how": "number", "each": "21"}, "less than or equal to 20"),
        ({"how": "lots"}, "Select a valid choice"),
        ({"reviewers": []}, "at least one reviewer"),
    ):
        page, _form = see(as_(eve), [1], ann, status=422, **typed)
        assert sentence in page, typed
    assert not Assignment.objects.exists()


def test_a_plan_that_nobody_saw_asks_nobody(as_, case, ann, eve):
    make_claim(case=case)
    typed = {"claim": 1, "reviewers": ann.pk, "how": "all", "act": "ask"}
    for seen in ("", "x", "0" * 64):
        assert as_(eve).post(PAGE, typed | {"seen": seen}).status_code == 409
    assert not Assignment.objects.exists()


def test_who_is_asked_about_one_claim_is_asked_by_a_day_too(as_, case, ann, ben, eve):
    claim = make_claim(case=case)
    browser, page = as_(eve), "/cases/BY/claims/1/assign/"
    assert "keeps their draft" in read(browser.get(page))
    browser.post(page, {"reviewers": [ann.pk, ben.pk], "due": "2099-01-05"})
    assert 'value="2099-01-05"' in read(browser.get(page))
    make_assessment(claim=claim, by=ben)
    browser.post(page, {"reviewers": [ann.pk, ben.pk], "due": ""})
    assert Assignment.objects.get(reviewer=ann).due is None
    assert "This day has passed" in read(browser.post(page, {"reviewers": [ann.pk], "due": "2001-01-01"}), 422)
    claim.refresh_from_db()
    assert claim.status == Status.IN_REVIEW
