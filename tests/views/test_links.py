"""Claims beside a claim: what is like it is offered, and a person links it."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.models import Entry, Link, Role, link
from tests.factories import (
    make_assessment,
    make_case,
    make_claim,
    make_document,
    make_signed_claim,
    make_verdict,
)
from tests.views.test_claims import text_of

SAID = "The army of Belarus is 48,000 strong."
SAME = "The Belarus army is 48,000 strong."
NEAR = "The army of Belarus is 65,000 strong."


def beside(claim) -> str:
    return f"{claim.get_absolute_url()}similar/"


@pytest.fixture
def crowd(case):
    """Claims of many other things, so that words tell."""
    for n in range(30):
        make_claim(case=case, statement=f"Voter rolls of county {n} list {n * 7 + 3} ballots by mail.")


@pytest.fixture
def claim(case, crowd):
    return make_claim(case=case, statement=SAID)


def offers(page: str, title: str) -> list[str]:
    """The claims under a heading, by their names."""
    found = re.search(rf"<h3>{title}</h3>\s*<ul.*?</ul>", page, re.S)
    return re.findall(r'class="mono muted">([A-Z0-9]+-\d+)', found[0]) if found else []


def test_claims_that_say_the_same_or_something_near_are_offered_with_their_verdicts(
    claim, case, ann, ben, eve, max_, as_
):
    same = make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_), statement=SAME)
    near = make_claim(case=case, statement=NEAR)

    page = text_of(as_(ann).get(beside(claim)))

    assert offers(page, "Says the same") == [same.ref]
    assert offers(page, "Says something near") == [near.ref]
    assert page.count('class="verdict supported"') == 1
    assert f'href="{near.get_absolute_url()}"' in page


def test_the_very_same_words_in_the_case_are_said_plainly(claim, case, ann, as_):
    twin = make_claim(case=case, statement=SAID.upper())
    elsewhere = make_claim(case=make_case(members={ann: Role.READER}), statement=SAID)

    page = text_of(as_(ann).get(beside(claim)))

    assert f"{twin.ref} of this case says just this, word for word" in page
    assert offers(page, "Says the same") == [elsewhere.ref]


def test_claims_of_cases_one_does_not_see_are_not_offered(claim, zoe, ann, as_):
    make_claim(case=make_case(members={zoe: Role.EDITOR}), statement=SAME)
    assert "No other claim you may see" in text_of(as_(ann).get(beside(claim)))
    assert as_(zoe).get(beside(claim)).status_code == 404


def test_before_a_verdict_is_signed_only_the_status_is_shown(claim, case, ann, ben, eve, as_):
    proposed = make_claim(case=case, statement=SAME)
    for reviewer in (ann, ben):
        make_assessment(claim=proposed, by=reviewer, rating="refuted")
    make_verdict(claim=proposed, by=eve, rating="refuted")
    make_claim(case=case, statement=NEAR).withdraw(by=eve, why="Made twice.")

    page = text_of(as_(ann).get(beside(claim)))

    assert 'class="verdict' not in page
    assert '<span class="chip">Proposed</span>' in page
    assert '<span class="chip">Withdrawn</span>' in page
    assert 'class="withdrawn"' in page


def test_the_claims_page_asks_for_them_after_itself_and_without_javascript_links_to_them(claim, ann, as_):
    page = text_of(as_(ann).get(claim.get_absolute_url()))
    assert 'hx-get="similar/" hx-trigger="load"' in page
    assert '<a href="similar/">' in page
    part = as_(ann, HX_Request="true").get(beside(claim), headers={"HX-Request": "true"})
    assert text_of(part).lstrip().startswith('<div id="similar"')


def post(browser, claim, **typed):
    return browser.post(f"{claim.get_absolute_url()}links/add/", typed, follow=True)


def test_a_link_is_made_and_shows_from_both_ends(claim, case, ann, as_):
    other = make_claim(case=case, statement=NEAR)
    browser = as_(ann)

    answer = post(browser, claim, other=other.ref, kind="contradicts")

    assert f"Linked: {claim.ref} contradicts {other.ref}." in text_of(answer)
    assert offers(text_of(answer), "Says something near") == [], "what is linked is not offered again"
    for one, far in ((claim, other), (other, claim)):
        page = text_of(browser.get(beside(one)))
        assert 'aria-label="Linked claims"' in page
        assert f'href="{far.get_absolute_url()}"' in page
    assert Entry.objects.filter(case=case, thing="link", verb="linked", by=ann).count() == 1


def test_a_claim_found_elsewhere_is_linked_by_its_number(claim, case, ann, as_):
    other = make_claim(case=case, statement="Nobody has counted.")
    answer = post(as_(ann), claim, other=f" {other.ref.lower()} ", kind="contradicts")
    assert answer.status_code == 200
    assert Link.objects.get().other == other


def test_with_htmx_the_part_comes_back_and_the_claims_page_hears_of_it(claim, case, ann, as_, htmx):
    other = make_claim(case=case, statement=SAME)
    browser = as_(ann)
    typed = {"other": other.ref, "kind": "same"}

    def sent(page: str) -> str:
        headers = htmx | {"HX-Current-URL": f"http://testserver{page}"}
        return str(text_of(browser.post(f"{claim.get_absolute_url()}links/add/", typed, headers=headers)))

    own, on_claim = sent(beside(claim)), sent(claim.get_absolute_url())
    for part in (own, on_claim):
        assert part.lstrip().startswith('<div id="similar"')
        assert "Linked: " in part
        assert "<html" not in part
    assert 'id="history"' in on_claim
    assert 'id="history"' not in own


def test_a_link_is_taken_back_from_either_end_and_can_be_made_again(claim, case, ann, as_, htmx):
    other = make_claim(case=case, statement=NEAR)
    browser = as_(ann)
    for end, far in ((claim, other), (other, claim)):
        made = link(claim, other, "contradicts", by=ann)
        answer = browser.post(f"{end.get_absolute_url()}links/{made.pk}/remove/", follow=True)
        page = text_of(answer)
        assert f"Taken back: {claim.ref} contradicts {other.ref}." in page
        assert f'name="other" value="{far.ref}"' in page
        assert "Undo" in page
        assert not Link.objects.exists()
    assert Entry.objects.filter(case=case, thing="link", verb="deleted", by=ann).count() == 2
    part = browser.post(f"{claim.get_absolute_url()}links/{made.pk}/remove/", headers=htmx)
    assert part.status_code == 409


def test_only_who_may_revise_links_and_takes_back(claim, case, ann, rod, zoe, as_):
    other = make_claim(case=case, statement=NEAR)
    made = link(claim, other, "same", by=ann)
    page = text_of(as_(rod).get(beside(claim)))
    assert "Take back" not in page
    assert "Same as" not in page

    for user, status in ((rod, 403), (zoe, 404)):
        assert post(as_(user), claim, other=other.ref, kind="contradicts").status_code == status
        assert as_(user).post(f"{claim.get_absolute_url()}links/{made.pk}/remove/").status_code == status
    assert Link.objects.get().kind == "same"


def test_a_link_made_in_a_case_where_one_only_reads_is_not_taken_back(claim, ann, as_):
    there = make_claim(case=make_case(members={ann: Role.READER}), statement=SAME)
    made = link(there, claim, "same", by=ann)
    browser = as_(ann)

    assert "Take back" not in text_of(browser.get(beside(claim)))
    assert browser.post(f"{claim.get_absolute_url()}links/{made.pk}/remove/").status_code == 403


@pytest.mark.parametrize(
    ("other", "kind", "says"),
    [
        ("", "same", "None of the claims you may see is called “”."),
        ("BY-99999", "same", "BY-99999"),
        ("BY-" + "9" * 40, "same", "None of the claims"),
        ("by\0-1", "same", "None of the claims"),
        ("HID-1", "same", "None of the claims you may see is called “HID-1”."),
        ("BY-1", "likes", "Say whether the other claim says the same or contradicts this one."),
        ("BY-31", "same", "A claim cannot be linked with itself."),
    ],
)
def test_what_makes_no_link_is_said_in_a_sentence(claim, ann, as_, other, kind, says):
    make_claim(case=make_case(code="HID"), statement=SAME)
    answer = post(as_(ann), claim, other=other, kind=kind)
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert not Link.objects.exists()


def test_the_acts_are_no_pages(claim, case, ann, as_):
    made = link(claim, make_claim(case=case), "same", by=ann)
    for act in ("links/add/", f"links/{made.pk}/remove/"):
        assert as_(ann).get(f"{claim.get_absolute_url()}{act}")["Location"] == beside(claim)
    assert Link.objects.exists()


LIKE = "/cases/BY/claims/similar/"


def test_while_a_claim_is_typed_those_like_it_are_shown(claim, ann, rod, as_, htmx):
    for browser in (as_(ann), as_(rod)):
        part = text_of(browser.post(LIKE, {"statement": SAID}, headers=htmx))
        assert f"{claim.ref} of this case says just this, word for word" in part
        assert f'href="{claim.get_absolute_url()}" target="_blank"' in part
        assert "1 claim is like this one." in part
        assert "Same as" not in part, "there is nothing yet to link"
        assert part.lstrip().startswith('<div class="stack">')
    assert offers(text_of(as_(ann).get(LIKE, {"statement": SAME})), "Says the same") == [claim.ref]


@pytest.mark.parametrize(
    "statement", ["", " ", "?!", "\0", "x" * 10_000, "字" * 10_000, "ж" * 10_000, "army " * 3_000, "\"'\\ OR 1=1 --"]
)
def test_whatever_is_typed_is_answered(claim, ann, as_, htmx, statement):
    assert as_(ann).post(LIKE, {"statement": statement}, headers=htmx).status_code == 200


def test_a_stranger_asks_for_nothing(claim, zoe, as_):
    assert as_(zoe).get(LIKE, {"statement": SAID}).status_code == 404


def test_the_form_of_a_new_claim_asks_for_them(case, ann, as_):
    document = make_document(case=case)
    start = document.text.index("army is")
    page = text_of(as_(ann).get(f"/cases/BY/documents/1/claims/add/?start={start}&end={start + 21}"))
    assert f'hx-post="{LIKE}"' in page
    assert f'id="like-{start}-{start + 21}"' in page
    assert f'<a href="{LIKE}?statement=army%20is%2048%2C000%20strong">' in page


def test_the_part_asks_no_more_often_for_more_links(claim, case, ann, as_, htmx):
    browser = as_(ann)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(beside(claim), headers=htmx).status_code == 200
        return len(queries)

    link(claim, make_claim(case=case, statement="Nobody has counted."), "same", by=ann)
    asked()
    few = asked()
    assert few <= 26
    for n in range(6):
        link(claim, make_claim(case=case, statement=f"Nobody has counted county {n}."), "same", by=ann)
    assert asked() == few


def test_a_wrong_number_is_said_at_its_field_and_stays_there(claim, ann, as_, htmx):
    typed = {"other": "by-99999", "kind": "same", "typed": "1"}
    for headers in (None, htmx):
        answer = as_(ann).post(f"{claim.get_absolute_url()}links/add/", typed, headers=headers)
        page = text_of(answer)
        assert answer.status_code == 422
        field = re.search(r'<input[^>]* name="other"[^>]*maxlength[^>]*>', page)
        assert field
        assert 'value="by-99999"' in field[0]
        assert 'aria-invalid="true"' in field[0]
        assert 'aria-describedby="other-error other-help"' in field[0]
        assert 'id="other-error">None of the claims you may see is called “BY-99999”.' in page
        assert "<details open><summary>Link with another claim" in page


def test_what_is_looked_up_while_typing_leaves_the_address_alone(case, ann, as_):
    make_document(case=case)
    page = text_of(as_(ann).get("/cases/BY/documents/1/claims/add/?start=0&end=10"))
    assert re.search(rf'<section id="like-0-10"[^>]*hx-post="{LIKE}"[^>]*hx-push-url="false"', page)
