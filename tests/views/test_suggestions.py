"""What people decide on suggestions: made a claim, dismissed, taken back; with scripts and without."""

import pytest

from claims.models import Claim, Suggestion
from tests.factories import make_document, make_evidence, make_suggestion

ROOM = "/cases/BY/documents/1/"
RUNG = {"speaker": "Minsk", "verb": "claims", "hedged": True, "basis": "on_record"}
STRENGTH = {"measure": "strength", "low": "48000", "high": None, "unit": "men"}


def page(answer) -> str:
    return str(answer.content.decode())


def path(suggestion: Suggestion, act: str) -> str:
    return f"{ROOM}suggestions/{suggestion.pk}/{act}/"


@pytest.fixture
def three(case):
    """Suggestions in reading order; the one in the middle has figures and somebody who said it."""
    document = make_document(case=case)
    return [
        make_suggestion(document=document, exact="The minister said", kind="statement"),
        make_suggestion(document=document, exact="The army is 48,000 strong", rungs=[RUNG], figures=[STRENGTH]),
        make_suggestion(document=document, exact="strong."),
    ]


def state(suggestion: Suggestion) -> str:
    return str(Suggestion.objects.get(pk=suggestion.pk).state)


def test_yes_makes_a_claim_with_all_that_was_found_and_leads_to_the_next(three, ann, as_):
    browser = as_(ann)
    answer = browser.post(path(three[1], "make"))

    assert (answer.status_code, answer["Location"]) == (302, f"{ROOM}?suggestion={three[2].pk}#mark-s{three[2].pk}")
    claim = Claim.objects.get()
    assert (claim.statement, claim.kind, claim.made_by) == ("The army is 48,000 strong", "quantity", ann)
    assert claim.attributions.get().speaker == "Minsk"
    assert str(claim.quantities.get()) == "strength: 48,000 men"
    seen = page(browser.get(answer["Location"]))
    assert "BY-1 is made of" in seen
    assert 'href="/cases/BY/claims/1/edit/" data-key="e"' in seen
    assert 'data-mark="1"' in seen
    assert f'data-mark="s{three[1].pk}"' not in seen


def test_htmx_gets_the_room_with_the_next_one_chosen(three, ann, as_, htmx):
    answer = as_(ann).post(path(three[0], "dismiss"), headers=htmx)

    assert answer.status_code == 200
    assert (answer["HX-Retarget"], answer["HX-Push-Url"]) == (
        "#room", f"{ROOM}?suggestion={three[1].pk}#mark-s{three[1].pk}",
    )  # fmt: skip
    seen = page(answer)
    assert seen.strip().startswith('<div class="split reading" id="room">')
    assert f'id="mark-s{three[1].pk}" aria-current="true"' in seen
    assert f'data-mark="s{three[0].pk}"' not in seen
    assert "1 dismissed" in seen


def test_a_mistaken_yes_is_undone_and_the_claim_vanishes_from_the_text(three, ann, as_, htmx):
    browser = as_(ann)
    browser.post(path(three[1], "make"))
    seen = page(browser.post(path(three[1], "undo"), headers=htmx))

    assert state(three[1]) == "pending"
    assert Claim.objects.get().status == "withdrawn"
    assert 'data-mark="1"' not in seen
    assert f'id="mark-s{three[1].pk}" aria-current="true"' in seen
    assert browser.post(path(three[1], "make")).status_code == 302
    assert [claim.status for claim in Claim.objects.order_by("number")] == ["withdrawn", "open"]


def test_undo_takes_back_one_decision_after_the_other(three, ann, ben, as_):
    browser = as_(ann)
    browser.post(path(three[0], "dismiss"))
    browser.post(path(three[2], "dismiss"))
    as_(ben).post(path(three[1], "dismiss"))
    assert path(three[2], "undo") in page(browser.get(ROOM))
    browser.post(path(three[2], "undo"))
    assert path(three[0], "undo") in page(browser.get(ROOM))
    browser.post(path(three[0], "undo"))
    assert "/undo/" not in page(browser.get(ROOM)), "what somebody else decided is not one's own to undo by a key"
    assert path(three[1], "undo") in page(browser.get(f"{ROOM}?suggestion={three[1].pk}"))


def test_when_all_are_decided_the_room_says_so(three, ann, as_):
    browser = as_(ann)
    for each in three:
        answer = browser.post(path(each, "dismiss"))
    assert answer["Location"] == ROOM
    assert "Every suggestion is decided." in page(browser.get(ROOM))


def test_a_button_pressed_twice_does_what_it_says_once(three, ann, as_):
    browser = as_(ann)
    for act in ("make", "make", "undo", "undo", "dismiss", "dismiss"):
        assert browser.post(path(three[1], act)).status_code == 302
    assert Claim.objects.count() == 1
    assert state(three[1]) == "dismissed"


@pytest.mark.parametrize("act", ["make", "dismiss"])
def test_whoever_comes_second_is_told_so(three, ann, ben, as_, htmx, act):
    as_(ben).post(path(three[0], "dismiss"))
    for headers in (dict[str, str](), htmx):
        answer = as_(ann).post(path(three[0], act), headers=headers)
        assert answer.status_code == 409
        assert "Somebody has decided on this suggestion already." in page(answer)
    assert not Claim.objects.exists()


def test_a_claim_on_which_work_has_begun_is_not_taken_back(three, ann, as_):
    browser = as_(ann)
    browser.post(path(three[1], "make"))
    make_evidence(claim=Claim.objects.get())
    answer = browser.post(path(three[1], "undo"))
    assert answer.status_code == 409
    assert "Work on BY-1 has begun" in page(answer)
    assert state(three[1]) == "claimed"


def test_readers_see_suggestions_and_no_buttons(three, rod, as_):
    browser = as_(rod)
    for place in (ROOM, f"{ROOM}?suggestion={three[1].pk}", f"{ROOM}sentences/"):
        seen = page(browser.get(place))
        assert "uggest" in seen
        assert "/suggestions/" not in seen
        assert 'id="caret-button"' not in seen
    assert browser.post(path(three[1], "make")).status_code == 403
    assert state(three[1]) == "pending"


@pytest.mark.parametrize("act", ["make", "dismiss", "undo"])
def test_strangers_and_forged_addresses_find_nothing(three, ann, zoe, as_, act):
    assert as_(zoe).post(path(three[0], act)).status_code == 404
    assert as_(zoe).get(f"{ROOM}?suggestion={three[0].pk}").status_code == 404
    elsewhere = make_suggestion()
    for key in (elsewhere.pk, 999_999, 9**40):
        assert as_(ann).post(f"{ROOM}suggestions/{key}/{act}/").status_code == 404
    assert state(elsewhere) == "pending"


def test_an_address_alone_decides_nothing(three, ann, as_):
    answer = as_(ann).get(path(three[0], "dismiss"))
    assert (answer.status_code, answer["Location"]) == (302, f"{ROOM}?suggestion={three[0].pk}#mark-s{three[0].pk}")
    assert state(three[0]) == "pending"


def test_the_sentences_hide_nothing_and_decide_without_scripts(three, ann, as_):
    browser = as_(ann)
    seen = page(browser.get(f"{ROOM}sentences/"))
    for each in three:
        assert path(each, "make") in seen
        assert path(each, "dismiss") in seen
    answer = browser.post(path(three[0], "dismiss"), {"from": "sentences", "part": "1"})
    assert answer["Location"] == f"{ROOM}sentences/?part=1#at-0"
    seen = page(browser.get(f"{ROOM}sentences/"))
    assert "Dismissed · 0.90" in seen
    assert path(three[0], "undo") in seen
    browser.post(path(three[0], "undo"), {"from": "sentences", "part": "1"})
    browser.post(path(three[1], "make"), {"from": "sentences", "part": "no number"})
    seen = page(browser.get(f"{ROOM}sentences/"))
    assert "Made a claim · 0.90" in seen
    assert path(three[0], "make") in seen


def test_a_suggestion_whose_words_the_text_no_longer_has_is_refused(case, ann, as_):
    made = make_suggestion(case=case)
    made.start, made.end = 5_000, 5_010
    made.store()
    answer = as_(ann).post(path(made, "make"))
    assert answer.status_code == 422
    assert "do not stand in the document" in page(answer)
    assert as_(ann).get(f"{ROOM}?suggestion={made.pk}").status_code == 200


def test_the_decision_stands_above_the_reasons_and_the_strongest_three_are_shown(case, ann, as_):
    codes = ["figure", "two_quantities", "range", "attributed", "figure_in_digits"]
    chosen = make_suggestion(document=make_document(case=case), exact="The army is 48,000 strong", reasons=codes)
    seen = page(as_(ann).get(f"{ROOM}?suggestion={chosen.pk}"))
    shown, folded = seen.index('<ul class="reasons">'), seen.index("2 more reasons</summary>")
    assert seen.index("Make it a claim") < seen.index("Dismiss") < shown < folded
    assert seen[shown:folded].count("<li>") == 3
    assert "a figure in digits" in seen[folded:]
