"""The claim's page, its history, and the moves that need no form of their own kind."""

import datetime
import html

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.custody import guards
from claims.models import Claim, Document, Entry, Status, assign
from tests.factories import (
    make_assessment,
    make_claim,
    make_document,
    make_evidence,
    make_signed_claim,
    make_verdict,
)

WORDS = "army is 48,000 strong"


def text_of(answer):
    return answer.content.decode()


def test_the_page_quotes_the_passage_in_its_paragraph(case, ann, as_):
    document = make_document(case=case, language="en", title="A briefing")
    claim = make_claim(document=document, exact=WORDS)
    claim.set_attributions([{"speaker": "Minsk", "verb": "claims", "hedged": True}], by=ann)

    page = text_of(as_(ann).get(claim.get_absolute_url()))

    assert f'<mark class="unverified">{WORDS}</mark>' in page
    assert "troops have been massed near the border. The <mark" in page
    assert 'lang="en" dir="auto"' in page
    assert f"/cases/BY/documents/1/?claim={claim.number}" in page
    assert ">claims</i>" in page
    assert "“claims”" not in page, "what was typed is no quotation"
    assert "hedged" in page


def test_words_that_no_longer_stand_are_not_quoted(case, ann, as_):
    document = make_document(case=case)
    claim = make_claim(document=document, exact=WORDS)
    guards.take_down(connection)  # as somebody with the database's file in hand would
    with connection.cursor() as cursor:
        cursor.execute("UPDATE claims_document SET text = replace(text, '48,000', '84,000')")

    page = text_of(as_(ann).get(claim.get_absolute_url()))

    assert "do not stand in" in page
    assert "48,000</mark>" not in page


def test_of_a_long_document_only_the_neighbourhood_is_read(case, ann, as_):
    text = "Words before it. " * 5_000 + "\n\nThe army is 48,000 strong.\n\n" + "Words after it. " * 5_000
    claim = make_claim(document=make_document(case=case, text=text), exact=WORDS)

    with CaptureQueriesContext(connection) as queries:
        page = text_of(as_(ann).get(claim.get_absolute_url()))

    assert f'The <mark class="unverified">{WORDS}</mark>.”' in page
    assert not any(', "claims_document"."text"' in query["sql"] for query in queries)


def test_the_page_asks_no_more_often_for_more(case, ann, ben, eve, as_):
    def asked(claim):
        browser = as_(eve)
        browser.get(claim.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(claim.get_absolute_url()).status_code == 200
        return len(queries)

    few, many = make_claim(case=case), make_claim(case=case)
    for claim, pieces in ((few, 1), (many, 7)):
        for _n in range(pieces):
            make_evidence(claim=claim)
        make_assessment(claim=claim, by=ann)
    make_assessment(claim=many, by=ben)

    assert asked(few) <= 15
    assert asked(many) <= 15


def test_there_is_no_claim_of_a_number_beyond_all_numbers(case, ann, as_):
    assert as_(ann).get(f"/cases/BY/claims/{10**30}/").status_code == 404


def test_a_stranger_finds_nothing_and_a_reader_no_forms(case, zoe, rod, as_):
    claim = make_claim(case=case)

    assert as_(zoe).get(claim.get_absolute_url()).status_code == 404
    page = text_of(as_(rod).get(claim.get_absolute_url()))
    assert "Add evidence" not in page
    assert "Submit assessment" not in page


@pytest.mark.parametrize(
    ("act", "status"), [("assign", 403), ("withdraw", 403), ("reopen", 403), ("edit", 200), ("history", 200)]
)
def test_an_analyst_does_what_analysts_may(case, ann, as_, act, status):
    claim = make_claim(case=case)
    assert as_(ann).get(f"{claim.get_absolute_url()}{act}/").status_code == status


def test_an_editor_asks_reviewers_on_a_page_of_its_own(case, ann, ben, eve, as_):
    claim = make_claim(case=case)
    url = f"{claim.get_absolute_url()}assign/"

    assert "Ann · Analyst" in text_of(as_(eve).get(url))
    answer = as_(eve).post(url, {"reviewers": [ann.pk, ben.pk]}, follow=True)

    assert "Ann, Ben" in text_of(answer)
    assert "You are asked for your assessment." in text_of(as_(ann).get(claim.get_absolute_url()))


def test_with_htmx_the_parts_that_changed_come_back(case, ann, eve, as_, htmx):
    claim = make_claim(case=case)

    answer = as_(eve).post(f"{claim.get_absolute_url()}assign/", {"reviewers": [ann.pk]}, headers=htmx)

    assert answer.headers["HX-Retarget"] == "#standing"
    page = text_of(answer)
    assert '<li aria-current="step">In review</li>' in page
    assert 'id="assessments"' in page
    assert 'id="history"' in page
    assert 'id="evidence"' not in page
    assert "<html" not in page


def test_somebody_who_may_not_assess_is_not_asked(case, rod, eve, as_):
    claim = make_claim(case=case)
    assert as_(eve).post(f"{claim.get_absolute_url()}assign/", {"reviewers": [rod.pk]}).status_code == 422


def test_withdrawing_needs_a_reason_and_reopening_begins_a_round(case, eve, as_, htmx):
    claim = make_claim(case=case)
    url, browser = claim.get_absolute_url(), as_(eve)

    refused = browser.post(f"{url}withdraw/", {"reason": " "})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in text_of(refused)
    assert "Said of another army." in text_of(
        browser.post(f"{url}withdraw/", {"reason": "Said of another army."}, follow=True)
    )
    assert browser.get(f"{url}withdraw/").status_code == 409
    browser.post(f"{url}reopen/", {"reason": "It was this one."}, headers=htmx)
    claim.refresh_from_db()
    assert (claim.status, claim.round) == (Status.OPEN, 2)


def test_reopening_is_done_by_post_alone(case, ann, ben, eve, max_, as_):
    claim = make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))

    answer = as_(eve).get(f"{claim.get_absolute_url()}reopen/")

    assert "Reason" in text_of(answer)
    claim.refresh_from_db()
    assert claim.status == Status.SIGNED_OFF


def test_a_stale_edit_changes_nothing_and_shows_both(case, ann, ben, as_):
    claim = make_claim(case=case)
    form = {"statement": "The army is 50,000 strong.", "kind": "quantity", "version": claim.version}
    theirs = Claim.objects.get(pk=claim.pk)
    theirs.statement = "The army is 48,500 strong."
    theirs.save(by=ben)

    answer = as_(ann).post(f"{claim.get_absolute_url()}edit/", form)

    assert answer.status_code == 409
    assert "The army is 48,500 strong." in text_of(answer)
    assert "The army is 50,000 strong." in text_of(answer)
    claim.refresh_from_db()
    assert claim.statement == "The army is 48,500 strong."


def test_an_edit_is_saved(case, ann, as_):
    claim = make_claim(case=case)
    form = {"statement": "The army is 50,000 strong.", "kind": "quantity", "version": claim.version}
    assert as_(ann).post(f"{claim.get_absolute_url()}edit/", form).status_code == 302
    claim.refresh_from_db()
    assert claim.statement == "The army is 50,000 strong."


def test_the_history_shows_before_and_after_and_goes_on_by_key(case, ann, as_):
    claim = make_claim(case=case)
    for n in range(60):
        claim.statement = f"The army is {n} strong."
        claim.save(by=ann)
    browser, url = as_(ann), f"{claim.get_absolute_url()}history/"

    first = text_of(browser.get(url))
    assert "<del>The army is 58 strong.</del>" in first
    assert "<ins>The army is 59 strong.</ins>" in first
    last = Entry.objects.filter(claim=claim).order_by("-number")[49].number
    assert f"?before={last}" in first
    assert "made a claim" in text_of(browser.get(f"{url}?before={last}"))
    assert browser.get(f"{url}?before=x").status_code == 200


def test_history_and_page_keep_a_proposal_from_whoever_may_still_be_asked(case, ann, ben, eve, max_, as_):
    """Sent back, a claim can be put to further reviewers: what was proposed would sway them."""
    ann_may_yet_answer = make_claim(case=case)
    make_assessment(claim=ann_may_yet_answer, by=ben)
    make_assessment(claim=ann_may_yet_answer, by=max_)
    make_verdict(claim=ann_may_yet_answer, by=eve, summary="The census bears it out.")
    url = ann_may_yet_answer.get_absolute_url()

    for address in (url, f"{url}history/"):
        assert "The census bears it out." not in text_of(as_(ann).get(address))
        assert "The census bears it out." in text_of(as_(ben).get(address))


def test_user_text_is_escaped(case, ann, as_):
    claim = make_claim(case=case, statement="<script>alert(1)</script>")
    make_evidence(claim=claim, note="<img src=x onerror=alert(1)>")
    page = text_of(as_(ann).get(claim.get_absolute_url()))
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_signs_of_formats_and_templates_in_a_users_words_are_text(case, ann, as_):
    words = "48,000 %s %(name)s {0.__class__} {name!r} {{ case.title }} {% now 'Y' %} ${HOME} of 100 %"
    claim = make_claim(case=case, statement=words)
    assert words in html.unescape(text_of(as_(ann).get(claim.get_absolute_url())))
    claim.case.title = words
    claim.case.save(by=ann)
    assert words in html.unescape(text_of(as_(ann).get("/cases/BY/")))


def test_what_is_asked_next_is_said(case, ann, eve, max_, ben, as_):
    claim = make_claim(case=case)
    url = claim.get_absolute_url()
    assert "Nobody is asked yet" in text_of(as_(eve).get(url))
    assign(claim, [ann, ben], by=eve)
    make_assessment(claim=claim, by=ann)
    assert "Your assessment is in. 1 of 2 are" in text_of(as_(ann).get(url))
    make_assessment(claim=claim, by=ben)
    assert "propose a verdict" in text_of(as_(eve).get(url))
    make_verdict(claim=claim, by=eve)
    assert "sign it off, or send it back" in text_of(as_(max_).get(url))
    assert "somebody else must sign it off" in text_of(as_(eve).get(url))


def test_dates_and_figures_are_shown(case, ann, as_):
    from decimal import Decimal

    claim = make_claim(case=case, as_of=datetime.date(2023, 2, 20))
    claim.set_quantities(
        [{"measure": "strength", "low": Decimal(100_000), "high": Decimal(150_000), "unit": "men"}], by=ann
    )
    page = text_of(as_(ann).get(claim.get_absolute_url()))
    assert "100,000–150,000" in page
    assert "20 Feb 2023" in page
    assert Document.objects.count() == 0
