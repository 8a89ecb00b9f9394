import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.loading import suggesting
from claims.loading.reading import LONGEST_PASSAGE
from claims.loading.suggesting import suggested
from claims.models import Attribution, Kind, Quantity, Role, keep_suggestions
from claims.models.suggestions import typed
from claims.text.assertions import THRESHOLD, WORDINGS
from tests.factories import make_case, make_document

BRIEFING = (Path(__file__).parents[2] / "fixtures" / "briefing.txt").read_text(encoding="utf-8")


def words(text, suggestion):
    return text[suggestion.start : suggestion.end]


def the_one(part, text=BRIEFING):
    (found,) = [each for each in suggested(text) if part in words(text, each)]
    return found


def told(suggestion):
    return [(rung["speaker"], rung["hedged"], rung["basis"]) for rung in suggestion.rungs]


def counted(suggestion):
    return [(figure["entity"] or figure["measure"], figure["low"], figure["high"]) for figure in suggestion.figures]


def test_the_force_of_the_briefing_is_suggested_with_its_range_and_the_minister():
    force = the_one("100,000 to 150,000")
    assert words(BRIEFING, force) == "the force is to comprise 100,000 to 150,000 men."
    assert (force.kind, counted(force)) == (Kind.QUANTITY, [("men", "100000", "150000")])
    assert told(force) == [("Defence Minister Viktor Khrenin", False, "on_record")]


def test_the_army_and_the_border_guard_of_the_briefing_are_suggested_with_their_figures():
    forces = the_one("48,000")
    assert counted(forces) == [("army", "48000", "48000"), ("border guard", "12000", "12000")]
    assert told(forces) == []


def test_the_plan_of_the_briefing_is_suggested_as_hearsay_about_leaked_documents():
    plan = the_one("by 2030")
    assert plan.kind == Kind.PLAN
    assert told(plan) == [("Not named", True, "hearsay")]
    assert {"leaked_document", "future_plan_dated", "hedged"} <= set(plan.reasons)
    assert counted(plan) == []
    assert (plan.as_of, plan.resolves_on) == (None, date(2030, 12, 31))


def test_days_without_a_year_are_told_where_the_day_of_the_text_is_known():
    text = "The army shelled the town of 4,000 people on 20 February."
    ((with_day,), (without,)) = suggested(text, today=date(2023, 2, 25)), suggested(text)
    assert (with_day.as_of, without.as_of) == (date(2023, 2, 20), None)


def test_the_massing_of_the_briefing_is_suggested_as_claimed_by_minsk():
    massing = the_one("massed near the border")
    assert words(BRIEFING, massing) == "Ukrainian troops are massed near the border in substantial numbers."
    assert (massing.kind, told(massing)) == (Kind.STATE, [("Minsk", True, "on_record")])


def test_the_december_warning_of_the_briefing_is_suggested_with_both_who_gave_it():
    warning = the_one("attacked a second time")
    assert warning.kind == Kind.FORECAST
    assert told(warning) == [("both President Zelensky and Ukraine's army", False, "on_record")]


def test_force_plan_and_massing_are_among_the_first_eight():
    first = "\n".join(words(BRIEFING, each) for each in suggested(BRIEFING)[:8])
    assert all(part in first for part in ("100,000 to 150,000", "by 2030", "massed near the border"))


def test_what_is_not_worth_checking_is_not_suggested():
    assert suggested("Is it so? I think it is a great mistake. Look here. Thank you.") == []


def test_the_best_come_first_and_equals_in_the_order_of_the_text():
    text = "The army has 48,000 men. Is it so? The army has 48,000 men."
    assert [each.start for each in suggested(text)] == [0, text.rindex("The army")]


def test_no_more_than_so_many_are_suggested_and_those_are_the_best(monkeypatch):
    text = "The mayor voted for it in May. " * 5 + "The army of 48,000 men lost 300 tanks in the war."
    monkeypatch.setattr(suggesting, "MOST", 3)
    found = suggested(text)
    assert len(found) == 3
    assert "48,000" in words(text, found[0])


def test_a_sentence_too_long_for_a_passage_is_left_out(monkeypatch):
    text = "The army of 48,000 men lost 300 tanks in the war."
    monkeypatch.setattr(suggesting, "LONGEST_PASSAGE", len(text) - 1)
    assert suggested(text) == []


def test_names_and_things_are_cut_to_what_their_fields_hold():
    name = " ".join(["Very"] * 25 + ["Long"] * 4 + ["Extraordinarily" * 15])
    thing = "x" * 150 + "s"
    text = f"{name} said that the army had lost 300 {thing}. It has 4,000 {thing} more."
    found = suggested(text)
    assert found
    check(text)


def check(text):
    found = suggested(text)
    assert len({(each.start, each.end) for each in found}) == len(found)
    assert [-each.score for each in found] == sorted(-each.score for each in found)
    for each in found:
        assert 0 <= each.start < each.end <= len(text)
        assert each.end - each.start <= LONGEST_PASSAGE
        assert each.score >= round(THRESHOLD, 4)
        assert each.kind in Kind.values
        assert set(each.reasons) <= set(WORDINGS)
        json.dumps([each.rungs, each.figures])
        for rung in each.rungs:
            Attribution(**rung).clean_fields(exclude=["claim", "position"])
        for figure in each.figures:
            quantity = Quantity(**typed(figure))
            quantity.clean_fields(exclude=["claim", "position"])
            assert quantity.low is None or quantity.high is None or quantity.low <= quantity.high


PIECES = [
    "The army", "has", "said that", "12,000", "-strong", "men", "99999999999999999999", "1e400", "0.000001", "killed",
    "a third of", "between", "and", "to", "up to", "percent", "$", "million", "trillion trillion", "by 2030", ".", ",",
    "is said to be", "\n\n", "reportedly",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join))
def test_whatever_is_suggested_can_be_stored(text):
    check(text)


def test_the_briefing_is_suggested_in_a_form_that_can_be_stored():
    check(BRIEFING)


@pytest.mark.django_db
def test_a_suggestion_becomes_a_claim_with_who_said_it_and_its_figures(ann):
    document = make_document(case=make_case(members={ann: Role.ANALYST}), text=BRIEFING)
    keep_suggestions(document, suggested(BRIEFING), by=ann)
    massing, force = (
        document.suggestions.get(start=BRIEFING.index(words))
        for words in ("Ukrainian troops are massed", "the force is to comprise")
    )

    claim = force.make_claim(by=ann)
    assert claim.statement == "the force is to comprise 100,000 to 150,000 men."
    quantity = claim.quantities.get()
    assert (quantity.low, quantity.high) == (Decimal(100_000), Decimal(150_000))
    rung = massing.make_claim(by=ann).attributions.get()
    assert (rung.speaker, rung.verb, rung.hedged) == ("Minsk", "claims", True)


@pytest.mark.django_db
def test_a_plan_becomes_a_claim_with_the_day_it_resolves_on(ann):
    document = make_document(case=make_case(members={ann: Role.ANALYST}), text=BRIEFING)
    plan = the_one("by 2030")
    keep_suggestions(document, [plan], by=ann)

    claim = document.suggestions.get().make_claim(by=ann)
    assert (claim.as_of, claim.resolves_on) == (None, date(2030, 12, 31))
