"""Scales: what an answer means is fixed once somebody has answered."""

from typing import Any

import pytest
from django.utils import translation

from claims.models import Case, Entry, NotNow, Rating, Refused, Role, Scale, Stale, assess
from tests.factories import make_case, make_claim

ROWS: list[dict[str, Any]] = [
    {"code": "true", "label": "True", "meaning": "It holds.", "look": "supported", "position": 2},
    {"code": "false", "label": "False", "meaning": "It does not hold.", "look": "refuted", "position": 1},
    {"code": "open", "label": "Open", "meaning": "Nobody knows.", "look": "unverified", "position": None},
]


@pytest.fixture
def scale(eve):
    return Scale().revise("True or false", ROWS, by=eve)


def rows_of(scale, **changes):
    """The scale's answers as rows, with changes by code."""
    names = ("pk", "code", "label", "meaning", "look", "position", "review_value", "translations")
    return [{n: getattr(r, n) for n in names} | changes.get(r.code, {}) for r in scale.ratings.all()]


@pytest.fixture
def used(scale, ann, eve):
    """A scale on which Ann has begun to answer."""
    claim = make_claim(case=make_case(scale=scale, members={ann: Role.ANALYST, eve: Role.EDITOR}))
    assess(claim, by=ann, submit=False, rating=scale.ratings.get(code="true"), rationale="So far.")
    return scale


def test_a_scale_is_made_with_its_answers_in_one_entry_outside_the_cases(scale, eve):
    entry = Entry.objects.get(thing="scale", thing_id=scale.pk)
    assert (entry.case, entry.verb, entry.by) == (None, "added", eve)
    assert entry.parts["after"]["ratings"]["open"]["label"] == "Open"
    assert [rating.code for rating in scale.ratings.all()] == ["true", "false", "open"]


def test_answers_change_places_and_go_while_nobody_has_answered(scale, eve):
    rows = rows_of(scale, true={"position": 1}, false={"position": 2})[:2]
    scale.revise("Turned round", rows, by=eve)
    assert [rating.code for rating in scale.ratings.all()] == ["false", "true"]
    assert Entry.objects.filter(thing="scale", verb="changed").count() == 1


def test_a_save_that_changes_nothing_leaves_no_entry(scale, eve):
    scale.revise(scale.name, rows_of(scale), by=eve)
    assert not Entry.objects.filter(thing="scale", verb="changed").exists()


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("true", {"label": "Right"}),
        ("open", {"meaning": "Nothing was found."}),
        ("false", {"look": "mixed"}),
        ("open", {"position": 3}),
        ("open", {"code": "other"}),
        ("true", {"review_value": 4}),
        ("open", {"review_value": 2}),
    ],
)
def test_no_answer_of_a_used_scale_comes_to_mean_another(used, eve, code, change):
    with pytest.raises(Refused, match="Copy the scale"):
        used.revise(used.name, rows_of(used, **{code: change}), by=eve)
    rating = used.ratings.get(code=code)
    for name, value in change.items():
        setattr(rating, name, value)
    with pytest.raises(Refused, match="keep"):
        rating.save(by=eve)


def test_no_answer_joins_or_leaves_a_used_scale(used, eve):
    more = {"code": "half", "label": "Half", "meaning": "Partly.", "look": "mixed", "position": 7}
    with pytest.raises(Refused, match="Copy the scale"):
        used.revise(used.name, [*rows_of(used), more], by=eve)
    with pytest.raises(Refused, match="Copy the scale"):
        used.revise(used.name, rows_of(used)[:2], by=eve)
    with pytest.raises(Refused, match="Copy the scale"):
        Rating(scale=used, **more).save(by=eve)
    with pytest.raises(Refused, match="Copy the scale"):
        used.ratings.get(code="open").delete(by=eve)
    assert used.ratings.count() == 3


def test_a_draft_without_a_rating_uses_the_scale_too(scale, ann, eve):
    claim = make_claim(case=make_case(scale=scale, members={ann: Role.ANALYST}))
    assert not scale.in_use
    assess(claim, by=ann, submit=False, rationale="So far.")
    assert scale.in_use


def test_a_used_scale_learns_other_languages(used, eve):
    said = {"de": {"label": "Wahr", "meaning": "Es stimmt."}}
    used.revise(used.name, rows_of(used, true={"translations": said}), by=eve)
    rating = used.ratings.get(code="true")
    assert (rating.label_here, str(rating)) == ("True", "True")
    with translation.override("de-at"):
        assert (rating.label_here, rating.meaning_here, str(rating)) == ("Wahr", "Es stimmt.", "True")
        assert used.ratings.get(code="false").label_here == "False"


@pytest.mark.parametrize("said", [{}, {"de": {"label": "Falsch", "meaning": ""}}, {"uk": {"label": "Так"}}])
def test_what_an_answer_is_called_in_another_language_stays_once_it_is_used(used, eve, said):
    used.revise(used.name, rows_of(used, true={"translations": {"de": {"label": "Wahr", "meaning": ""}}}), by=eve)
    with pytest.raises(Refused, match="Copy the scale"):
        used.revise(used.name, rows_of(used, true={"translations": said}), by=eve)
    rating = used.ratings.get(code="true")
    rating.translations = said
    with pytest.raises(Refused, match="keep"):
        rating.save(by=eve)
    more = {"de": {"label": "Wahr", "meaning": "Es stimmt."}, "uk": {"label": "Так", "meaning": ""}}
    used.revise(used.name, rows_of(used, true={"translations": more}), by=eve)
    assert used.ratings.get(code="true").translations == more


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "at least two"),
        ([ROWS[0], ROWS[2]], "at least two"),
        ([ROWS[0], ROWS[1] | {"position": 2}], "the same place"),
        ([ROWS[0], ROWS[1] | {"code": "true"}], "the same code"),
        ([ROWS[0] | {"position": n, "code": f"c{n}"} for n in range(1, 22)], "20 answers"),
    ],
)
def test_what_makes_no_scale_is_refused(eve, rows, sentence):
    with pytest.raises(Refused, match=sentence):
        Scale().revise("Another", rows, by=eve)
    assert not Scale.objects.filter(name="Another").exists()


def test_two_scales_do_not_share_a_name(scale, eve):
    with pytest.raises(Refused, match="already") as refusal:
        Scale().revise(scale.name, ROWS, by=eve)
    assert refusal.value.field == "name"


def test_the_scale_of_the_installation_keeps_its_name(eve):
    scale = Scale.objects.default()
    with pytest.raises(Refused, match="keeps its name"):
        scale.revise("Mine", rows_of(scale), by=eve)
    scale.name = "Mine"
    with pytest.raises(Refused, match="keeps its name"):
        scale.save(by=eve)


def test_a_stale_save_of_a_scale_is_refused(scale, eve):
    scale.revise("Newer", rows_of(scale), by=eve, expect=0)
    with pytest.raises(Stale):
        scale.revise("Older", rows_of(scale), by=eve, expect=0)


def test_a_retired_scale_is_kept_by_its_cases_and_chosen_by_no_other(scale, eve):
    Scale.objects.default()
    case = make_case(scale=scale)
    scale.retire(by=eve)
    with pytest.raises(NotNow):
        scale.retire(by=eve)
    assert scale not in Scale.objects.offered()

    with pytest.raises(Refused, match="retired") as refusal:
        make_case(scale=scale)
    assert refusal.value.field == "scale"
    other = make_case()
    other.scale = scale
    with pytest.raises(Refused, match="retired"):
        other.save(by=eve)
    case = Case.objects.get(pk=case.pk)
    case.title = "Goes on"
    case.save(by=eve)

    scale.take_back(by=eve)
    with pytest.raises(NotNow):
        scale.take_back(by=eve)
    assert make_case(scale=scale).scale == scale
    assert Entry.objects.filter(case=None, thing="scale", verb="changed").count() == 2


def test_one_scale_at_least_stays_on_offer(eve):
    with pytest.raises(Refused, match="no scale to choose"):
        Scale.objects.default().retire(by=eve)


def test_a_case_keeps_its_scale_once_it_has_a_claim(scale, eve):
    case = make_case()
    case.scale = scale
    case.save(by=eve)
    make_claim(case=case)
    case.scale = Scale.objects.default()
    with pytest.raises(Refused, match="The scale stays"):
        case.save(by=eve)
