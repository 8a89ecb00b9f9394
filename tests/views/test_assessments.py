"""Giving one's own assessment, and what one sees of others'."""

import re

import pytest

from claims.models import Assessment, Entry, Status
from tests.factories import make_assessment, make_claim, make_evidence, make_signed_claim
from tests.views.test_claims import text_of


@pytest.fixture
def claim(case):
    return make_claim(case=case)


def assess_url(claim):
    return f"{claim.get_absolute_url()}assess/"


def typed(claim, **fields):
    rating = claim.case.rating("refuted").pk
    return {"rating": rating, "rationale": "The census says otherwise.", "version": -1, "act": "submit"} | fields


def test_an_assessment_is_submitted_and_sealed(claim, ann, as_):
    make_evidence(claim=claim)
    answers = {"likelihood": "unlikely", "confidence": "low", "was_said": "yes", "relied_on": ["1"]}

    page = text_of(as_(ann).post(assess_url(claim), typed(claim, **answers), follow=True))

    own = Assessment.objects.get()
    assert "in, and sealed." in page
    assert own.seal[:12] in page
    assert "✓ holds" in page
    assert "Submit assessment" not in page
    assert own.seal_holds()
    assert [item.number for item in own.relied_on.all()] == [1]


def test_with_htmx_every_part_that_changed_comes_back(claim, ann, as_, htmx):
    answer = as_(ann).post(assess_url(claim), typed(claim), headers=htmx)

    page = text_of(answer)
    assert answer.status_code == 200
    assert answer.headers["HX-Retarget"] == "#standing"
    assert '<li aria-current="step">In review</li>' in page
    assert "1 of 2 assessments" in page
    assert "submitted an assessment" in page


def test_a_draft_is_its_authors_alone(claim, ann, ben, as_, htmx):
    form = typed(claim, act="draft", rationale="Half a thought", rating="")
    assert "Draft saved" in text_of(as_(ann).post(assess_url(claim), form, headers=htmx))
    assert "Half a thought" in text_of(as_(ann).get(claim.get_absolute_url()))
    assert "Half a thought" not in text_of(as_(ben).get(claim.get_absolute_url()))
    claim.refresh_from_db()
    assert claim.status == Status.OPEN


def test_a_draft_is_shown_in_the_readers_zone(claim, ann, as_):
    ann.time_zone = "Europe/Warsaw"
    ann.save()
    page = text_of(as_(ann).post(assess_url(claim), typed(claim, act="draft"), follow=True))
    assert "CET" in page or "CEST" in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"rationale": "  "}, "Say what leads you"),
        ({"rating": ""}, "Choose an answer."),
        ({"rating": "99999"}, "not on the case"),
        ({"likelihood": "perhaps"}, "Select a valid choice"),
        ({"relied_on": ["9"]}, "Select a valid choice"),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_nothing_is_lost(claim, ann, as_, htmx, fields, sentence):
    for headers in (None, htmx):
        form = typed(claim, would_change="A new census.", **fields)
        answer = as_(ann).post(assess_url(claim), form, headers=headers)
        assert answer.status_code == 422
        assert sentence in text_of(answer)
        assert "A new census." in text_of(answer)
    assert not Assessment.objects.exists()


@pytest.mark.parametrize(("rating", "likelihood"), [("refuted", "certain"), ("supported", "unlikely")])
def test_answers_that_contradict_each_other_are_asked_back_once(claim, ann, as_, htmx, rating, likelihood):
    browser = as_(ann)
    form = typed(claim, rating=claim.case.rating(rating).pk, likelihood=likelihood, rationale="Typed with care.")

    for headers in (None, htmx):
        asked = browser.post(assess_url(claim), form, headers=headers)
        assert asked.status_code == 422
        assert "contradict each other" in text_of(asked)
        assert "Typed with care." in text_of(asked)
    assert not Assessment.objects.exists()

    meant = re.search(r'name="meant" value="([^"]+)"', asked.content.decode())
    assert meant
    assert browser.post(assess_url(claim), form | {"meant": meant[1]}).status_code == 302
    own = Assessment.objects.get(rating__code=rating, likelihood=likelihood)
    assert own.submitted_at is not None


def test_one_contradiction_that_is_meant_is_no_leave_for_another(claim, ann, as_):
    form = typed(claim, likelihood="certain")
    asked = as_(ann).post(assess_url(claim), form)
    other = form | {"likelihood": "likely", "meant": asked.context["form"].at_odds}
    assert as_(ann).post(assess_url(claim), other).status_code == 422


def test_a_contradiction_that_is_meant_stays_ticked_while_something_else_is_mended(claim, ann, as_):
    form = typed(claim, likelihood="certain", rationale="")
    meant = as_(ann).post(assess_url(claim), form).context["form"].at_odds
    page = text_of(as_(ann).post(assess_url(claim), form | {"meant": meant}))
    assert "contradict each other" not in page
    assert "Say what leads you" in page
    assert f'name="meant" value="{meant}" checked' in page


def test_a_draft_may_contradict_itself(claim, ann, as_):
    assert as_(ann).post(assess_url(claim), typed(claim, act="draft", likelihood="certain")).status_code == 302


@pytest.mark.parametrize("likelihood", ["", "remote", "even"])
def test_what_does_not_contradict_is_not_asked_back(claim, ann, as_, likelihood):
    assert as_(ann).post(assess_url(claim), typed(claim, likelihood=likelihood)).status_code == 302


def test_sent_twice_it_is_one(claim, ann, as_):
    for act in ("draft", "draft", "submit", "submit"):
        version = Assessment.objects.values_list("version", flat=True).first()
        if act == "draft" or version is None:
            version = -1
        assert as_(ann).post(assess_url(claim), typed(claim, act=act, version=version)).status_code == 302
    assert Assessment.objects.count() == 1


def test_another_answer_after_the_seal_is_refused(claim, ann, as_):
    make_assessment(claim=claim, by=ann)
    answer = as_(ann).post(assess_url(claim), typed(claim, rationale="Another thought"))
    assert answer.status_code == 409
    assert "Another thought" in text_of(answer)
    assert as_(ann).get(assess_url(claim)).status_code == 409


def test_a_draft_of_another_window_is_not_overwritten(claim, ann, as_):
    as_(ann).post(assess_url(claim), typed(claim, act="draft", rationale="From the first window"))
    answer = as_(ann).post(assess_url(claim), typed(claim, act="draft", rationale="From the second window"))
    assert answer.status_code == 409
    assert re.search(r"You saved this at \d\d:\d\d UTC in another window", text_of(answer))
    assert "From the first window" in text_of(answer)
    assert "From the second window" in text_of(answer)
    assert Assessment.objects.get().rationale == "From the first window"


def test_others_stay_hidden_until_ones_own_is_in(claim, ann, ben, rod, as_):
    make_assessment(claim=claim, by=ben, rationale="Ben's own words")
    url = claim.get_absolute_url()

    for who in (ann, rod):
        page = text_of(as_(who).get(url))
        assert "own words" not in page
        assert "1 of 2 assessments" in page
    assert "stays hidden until yours is in" in text_of(as_(ann).get(url))
    assert "shown once the verdict is signed off" in text_of(as_(rod).get(url))

    make_assessment(claim=claim, by=ann)
    assert "own words" in text_of(as_(ann).get(url))
    assert "own words" not in text_of(as_(rod).get(url))


def test_the_history_never_tells_an_answer(claim, ann, ben, as_):
    make_assessment(claim=claim, by=ben, rating="refuted")
    entry = Entry.objects.get(verb="assessed")
    page = text_of(as_(ann).get(f"{claim.get_absolute_url()}history/"))
    assert "submitted an assessment" in page
    assert "efuted" not in page
    assert "efuted" not in entry.detail


def test_earlier_rounds_can_be_read(case, ann, ben, eve, max_, as_):
    claim = make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    claim.reopen(by=eve, why="A new census is out.")
    page = text_of(as_(ann).get(claim.get_absolute_url()))
    assert "Assessments of earlier rounds" in page
    assert "Earlier verdicts and proposals" in page
    assert "A new census is out." in page
    assert "Submit assessment" in page


def test_only_reviewers_assess_and_only_in_time(claim, rod, zoe, ann, eve, as_):
    assert as_(rod).post(assess_url(claim), typed(claim)).status_code == 403
    assert as_(zoe).post(assess_url(claim), typed(claim)).status_code == 404
    claim.withdraw(by=eve, why="Said of another army.")
    assert as_(ann).get(assess_url(claim)).status_code == 409
    answer = as_(ann).post(assess_url(claim), typed(claim))
    assert answer.status_code == 409
    assert "The census says otherwise." in text_of(answer)


def saving_itself(claim, **fields):
    return typed(claim, act="draft", auto="1", rating="", once="6f3c9d2e-8a51-4b0f-9c27-1d2e3f4a5b6c") | fields


def test_a_draft_that_saves_itself_says_when_and_leaves_the_form_alone(claim, ann, as_, htmx):
    browser = as_(ann)
    answer = browser.post(assess_url(claim), saving_itself(claim, rationale="Half a tho"), headers=htmx)
    assert "Draft saved" in text_of(answer)
    assert "<form" not in text_of(answer)
    again = browser.post(assess_url(claim), saving_itself(claim, rationale="Half a thought"), headers=htmx)
    assert again.status_code == 200, "the same page has seen its own drafts"
    assert Assessment.objects.get().rationale == "Half a thought"
    assert Entry.objects.filter(verb="drafted").count() == 1, "what is typed is one draft"

    submitted = browser.post(assess_url(claim), saving_itself(claim, act="submit", rating=typed(claim)["rating"]))
    assert submitted.status_code == 302


def test_a_draft_that_saves_itself_overwrites_none_of_another_window(claim, ann, as_, htmx):
    browser = as_(ann)
    browser.post(assess_url(claim), saving_itself(claim, rationale="Here"), headers=htmx)
    other = saving_itself(claim, rationale="There", once="00000000-8a51-4b0f-9c27-1d2e3f4a5b6c")
    answer = browser.post(assess_url(claim), other, headers=htmx)
    assert answer.status_code == 409
    assert "in another window" in text_of(answer)
    assert Assessment.objects.get().rationale == "Here"


def test_a_draft_that_cannot_be_saved_says_why_beside_the_form(claim, ann, as_, htmx):
    answer = as_(ann).post(assess_url(claim), saving_itself(claim, rationale="x" * 20_001), headers=htmx)
    assert answer.status_code == 422
    assert "Not saved:" in text_of(answer)
