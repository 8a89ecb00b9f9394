"""Typed figures compared: beside a claim, across a case, and told apart by a person; never more than was typed."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.models import Distinction, Entry, Exhibit, Quantity, Series, tell_apart
from tests.factories import make_assessment, make_claim, make_evidence

PAGE = "/cases/BY/claims/1/figures/"


def text_of(answer) -> str:
    return str(answer.content.decode())


def counted(value: int, unit: str = "men", **fields):
    return {
        "measure": "strength",
        "low": Decimal(value),
        "high": Decimal(value),
        "unit": unit,
        "entity": "Army",
    } | fields


@pytest.fixture
def claim(case, ann):
    made = make_claim(case=case)
    made.set_quantities([counted(48_000)], by=ann)
    return made


@pytest.fixture
def evidence(claim):
    return make_evidence(claim=claim, exhibit=Exhibit(title="The census"))


def typed(**rows) -> dict[str, str]:
    return {f"{name}_1": value for name, value in rows.items()}


def test_figures_are_typed_on_evidence_and_compared_with_the_claims(claim, evidence, ann, as_):
    form = as_(ann).get("/cases/BY/claims/1/evidence/1/figures/")
    assert 'value="strength"' in text_of(form), "it begins with what the claim counts"
    sent = typed(measure="Strength", low="52", high="52", unit="thousand men", entity="the army")
    assert as_(ann).post("/cases/BY/claims/1/evidence/1/figures/", sent).status_code == 302
    figure = Quantity.objects.get(evidence=evidence)
    assert (figure.case, figure.position) == (claim.case, 1)
    assert Entry.objects.filter(thing="quantity", thing_id=figure.pk, verb="added").exists()
    seen = text_of(as_(ann).get(PAGE))
    assert "contradicts" in seen
    assert "The census" in seen
    assert "<svg" in seen
    assert "52 thousand men" in seen


@pytest.mark.parametrize(
    ("sent", "told"),
    [({"low": "5"}, "Say what this figure counts"), ({"measure": "x", "low": "5", "high": "4"}, "less than where"),
     ({"measure": "x", "low": "five"}, "number"), ({"measure": "x", "as_of": "soon"}, "date")],
)  # fmt: skip
def test_what_is_no_figure_is_said_at_its_field(evidence, ann, as_, sent, told):
    answer = as_(ann).post("/cases/BY/claims/1/evidence/1/figures/", typed(**sent))
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert not Quantity.objects.filter(evidence=evidence).exists()


def test_what_counts_something_else_is_not_compared(claim, evidence, ann, as_):
    evidence.set_quantities([counted(12_000, entity="Border guard"), counted(300, unit="tanks")], by=ann)
    assert "Only typed figures are compared" in text_of(as_(ann).get(PAGE))


def test_a_person_tells_two_apart_with_a_reason_and_takes_it_back(claim, evidence, ann, rod, as_):
    evidence.set_quantities([counted(52_000)], by=ann)
    pair = {"one": claim.quantities.get().pk, "other": evidence.quantities.get().pk}
    assert as_(rod).post(PAGE, pair | {"reason": "x"}).status_code in (403, 409)
    assert as_(ann).post(PAGE, pair | {"reason": " "}).status_code == 422
    assert as_(ann).post(PAGE, pair | {"reason": "The census counts reserves."}).status_code == 302
    seen = text_of(as_(ann).get(PAGE))
    assert "counts something else" in seen
    assert "The census counts reserves." in seen
    assert as_(ann).post(PAGE, pair | {"reason": "-", "act": "undo"}).status_code == 302
    assert not Distinction.objects.exists()
    assert as_(ann).post(PAGE, {"one": pair["one"], "other": 10**18, "reason": "x"}).status_code == 409


def test_figures_of_judged_evidence_stay(claim, evidence, ann, ben, as_):
    make_assessment(claim=claim, by=ben, relied_on=[evidence])
    sent = typed(measure="strength", low="52")
    assert as_(ann).post("/cases/BY/claims/1/evidence/1/figures/", sent).status_code == 409
    assert not Quantity.objects.filter(evidence=evidence).exists()


def test_claims_whose_figures_contradict_are_listed_and_those_that_drift_apart_from_them(case, claim, ann, rod, as_):
    other = make_claim(case=case)
    other.set_quantities([counted(52_000)], by=ann)
    series = Series.objects.get()
    assert (series.state, series.figures) == ("contradicts", 2)
    assert "strength · Army" in text_of(as_(rod).get("/cases/BY/figures/"))
    page = text_of(as_(rod).get(f"/cases/BY/figures/{series.pk}/"))
    assert "BY-1" in page
    assert "contradicts" in page

    days = [datetime.date(2022, 1, 1), datetime.date(2023, 1, 1)]
    claim.set_quantities([counted(48_000, as_of=days[0])], by=ann)
    other.set_quantities([counted(52_000, as_of=days[1])], by=ann)
    assert Series.objects.get().state == "drifts"
    assert "strength · Army" not in text_of(as_(rod).get("/cases/BY/figures/"))
    assert "strength · Army" in text_of(as_(rod).get("/cases/BY/figures/?state=drifts"))


def test_a_withdrawn_claims_figures_leave_the_series_and_come_back(case, claim, ann, eve):
    other = make_claim(case=case)
    other.set_quantities([counted(52_000)], by=ann)
    claim.withdraw(by=eve, why="Twice the same.")
    assert (Series.objects.get().state, Series.objects.get().figures) == ("alone", 1)
    claim.refresh_from_db()
    claim.reopen(by=eve, why="It was not.")
    assert Series.objects.get().state == "contradicts"


def test_a_series_told_apart_contradicts_no_more_and_goes_with_its_last_figure(case, claim, ann):
    other = make_claim(case=case)
    other.set_quantities([counted(52_000)], by=ann)
    tell_apart(claim.quantities.get(), other.quantities.get(), by=ann, reason="One counts reserves.")
    assert Series.objects.get().state == "agrees"
    other.set_quantities([], by=ann)
    assert not Distinction.objects.exists()
    claim.set_quantities([], by=ann)
    assert not Series.objects.exists()


def test_strangers_find_nothing(claim, evidence, zoe, as_):
    for path in (
        PAGE,
        "/cases/BY/claims/1/evidence/1/figures/",
        "/cases/BY/figures/",
        f"/cases/BY/figures/{Series.objects.get().pk}/",
    ):
        assert as_(zoe).get(path).status_code == 404


def test_more_figures_ask_no_more_often(claim, ann, as_):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(PAGE).status_code == 200
        return len(queries)

    browser = as_(ann)
    make_evidence(claim=claim).set_quantities([counted(52_000)], by=ann)
    browser.get(PAGE)
    few = asked()
    for n in range(5):
        make_evidence(claim=claim).set_quantities([counted(50_000 + n)], by=ann)
    assert asked() == few
