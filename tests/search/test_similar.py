"""Claims that say the same or something near are offered, to those who may see them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.models import Role
from claims.search.bench import ranked, stock
from claims.search.candidates import combined, telling
from claims.search.similar import NEAR, Comparable, judged, likeness, set_back, similar
from claims.search.words import denies, figures, folded, stem
from tests.factories import make_case, make_claim, make_user

FORCE = "The joint force is to have 100,000 to 150,000 men, the minister said."


@pytest.fixture
def spoken(case):
    for statement in (
        FORCE,
        "A leaked plan speaks of absorption by 2030.",
        "Troops have been massed near the border.",
        "The border guard is 12,000 strong.",
    ):
        make_claim(case=case, statement=statement)
    return case


def said(near) -> list[tuple[int, str]]:
    return [(one.claim.number, one.judgement) for one in near]


def test_the_same_words_say_the_same(spoken, ann):
    assert said(similar(FORCE, ann))[0] == (1, "same")
    assert similar(FORCE, ann)[0].score == pytest.approx(1)


def test_other_endings_order_and_case_say_the_same(spoken, ann):
    assert said(similar("Near the BORDER, troops have been massing", ann))[0] == (3, "same")


def test_another_figure_is_never_the_same(spoken, ann):
    other = "The joint force is to have 100,000 to 180,000 men, the minister said."
    assert said(similar(other, ann))[0] == (1, "near")


def test_a_denial_is_never_the_same(spoken, ann):
    assert said(similar("Troops have not been massed near the border.", ann))[0] == (3, "near")


def test_what_has_little_in_common_is_not_offered(spoken, ann):
    assert similar("The harvest failed in the south.", ann) == []
    assert [one.judgement for one in similar("The border was closed in June by decree.", ann, least=0)][:1] == ["far"]


@pytest.mark.parametrize("nothing", ["", " ", "…", "“”", "?!", "\0", '"', "'", "*"])
def test_where_there_is_no_word_nothing_is_found(spoken, ann, nothing):
    assert similar(nothing, ann) == []


@pytest.mark.parametrize(
    "odd", ["Border' OR \\'", 'facet:case1 "border', "border NEAR(guard)", "100%s border", "ж ॐ 字 border"]
)
def test_signs_of_a_query_language_are_only_signs(spoken, ann, odd):
    assert {one.claim.number for one in similar(odd, ann, least=0)} <= {1, 3, 4}


def test_accents_and_other_scripts_are_found(case, ann):
    make_claim(case=case, statement="Лукашенко выступил в Минске.")
    make_claim(case=case, statement="The café in Orléans was closed.")
    assert said(similar("Лукашенко в Минске выступил", ann)) == [(1, "same")]
    assert said(similar("The cafe in Orleans was closed", ann)) == [(2, "same")]


def test_only_claims_that_the_reader_may_see_are_offered(spoken, ann, ada, zoe):
    elsewhere = make_claim(case=make_case(members={zoe: Role.READER}), statement=FORCE)
    assert [one.claim.case for one in similar(FORCE, ann)] == [spoken]
    assert [one.claim for one in similar(FORCE, zoe)] == [elsewhere]
    assert {one.claim.case for one in similar(FORCE, ada)} == {spoken, elsewhere.case}


def test_a_reader_of_little_among_much_is_asked_for_that_alone(case, zoe):
    for n in range(12):
        make_claim(case=case, statement=f"{FORCE} It is the {n}th time.")
    own = make_claim(case=make_case(members={zoe: Role.READER}), statement=FORCE)
    assert [one.claim for one in similar(FORCE, zoe)] == [own]


def test_a_stranger_without_cases_is_offered_nothing(spoken):
    assert similar(FORCE, make_user()) == []
    assert similar(FORCE, make_user(is_superuser=True, is_active=False)) == []


def test_a_claim_is_not_similar_to_itself(spoken, ann):
    first = spoken.claims.get(number=1)
    assert 1 not in [number for number, _ in said(similar(first.statement, ann, besides=first, least=0))]


def test_a_revised_statement_is_found_by_its_new_words(spoken, ann):
    claim = spoken.claims.get(number=1)
    claim.revise(by=ann, statement="The navy is small.")
    assert said(similar("The navy is small", ann)) == [(1, "same")]
    assert similar(FORCE, ann) == []


def test_cases_and_ratings_come_with_the_claims(spoken, ann, django_assert_num_queries):
    found = similar(FORCE, ann)
    with django_assert_num_queries(0):
        assert (found[0].claim.ref, found[0].claim.look) == ("BY-1", "unverified")


def test_common_words_are_asked_together_where_none_is_rare(case, ann, monkeypatch):
    monkeypatch.setattr("claims.search.candidates.PROBE", 3)
    monkeypatch.setattr("claims.search.candidates.RARE", 4)
    for n in range(8):
        make_claim(case=case, statement=f"Common{n} army border said minister.")
    make_claim(case=case, statement="The army at the border, a minister: nothing.")
    assert 9 in [number for number, _ in said(similar("army border minister nothing", ann, least=0))]
    assert combined(["a"]) == [("a",)]
    assert combined([]) == []


def test_the_bench_goes_the_same_way(db):
    reader, names = stock([("a", FORCE), ("b", "The border guard is 12,000 strong.")])
    ((name, ranking),) = ranked([("q", "12,000 border guards")], reader, names)
    assert (name, ranking[0][0]) == ("q", "b")


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("48,000 men", "48 000 men".replace(" ", "\u00a0", 1), True),
        ("five million", "5m", True),
        ("5,000,000 men", "5 million men", True),
        ("26 per cent", "26%", True),
        ("a dozen", "12", True),
        ("48,000", "48", False),
        ("1.5 million", "15 million", False),
        ("in 2030", "in 2031", False),
        ("no figure", "7", False),
    ],
)
def test_figures_are_compared_by_what_they_come_to(one, other, alike):
    assert (figures(one) == figures(other)) is alike


def test_denials_are_known():
    assert all(map(denies, ("It isn’t so.", "Never!", "It cannot be", "He didn't")))
    assert not any(map(denies, ("A note", "Nothingness is", "Know it")))


texts = st.text(max_size=200)


@given(texts, texts)
def test_likeness_is_a_share_and_full_for_the_same(one, other):
    weights = {each: telling(1, 10) for each in Comparable.of(one).stems}
    assert 0 <= likeness(Comparable.of(one), Comparable.of(other), weights) <= 1 + 1e-9
    if weights:
        assert likeness(Comparable.of(one), Comparable.of(one), weights) == pytest.approx(1)


@given(texts, texts, st.floats(0, 1))
def test_a_judgement_is_made_of_any_text(one, other, score):
    assert judged(score, one, other) in ("same", "near", "far")
    assert folded(folded(one)) == folded(one)
    assert all(stem(word) for word in one.split())


def test_letters_of_another_alphabet_of_signs_fold_to_small_ones():
    assert folded("\U0001d56crmy") == "army"


def test_where_there_is_no_claim_at_all_nothing_is_similar(case, ann, zoe):
    for reader in (ann, zoe):
        assert similar(FORCE, reader) == []


def test_another_figure_never_stands_above_the_same_figure_of_the_same_thing(case, ann):
    for statement in (
        "The joint force is to have 90,000 men, the minister said.",
        "A force of 48,000 men is planned jointly, according to the minister.",
        *(f"Voter rolls of county {n} list ballots by mail." for n in range(30)),
    ):
        make_claim(case=case, statement=statement)
    near = similar("The joint force is to have 48,000 men, the minister said.", ann)
    assert [one.claim.number for one in near] == [2, 1]
    assert all(one.judgement == "near" for one in near), "another figure may contradict: it stays in sight"


@given(texts, texts, st.floats(0, 1))
def test_a_set_back_claim_stays_near_and_never_rises(one, other, score):
    after = set_back(score, one, other)
    assert after <= score
    assert (after >= NEAR) == (score >= NEAR)
