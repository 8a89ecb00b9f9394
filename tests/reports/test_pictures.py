"""The pictures of a report, from its frozen data alone."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from claims.models import tell_apart
from claims.reports.freezing import freeze
from claims.reports.pictures import Pictures, of_ratings
from claims.reports.render import render
from tests.factories import make_claim as make_case_claim
from tests.factories import make_evidence as make_case_evidence
from tests.reports.snapshots import make_assessment, make_claim, make_evidence, make_snapshot, make_unsigned

EXHIBITS = [
    {"id": 1, "title": "The order", "source_name": "Ministry", "repeats": []},
    {"id": 2, "title": "A report", "source_name": "Agency",
     "repeats": [{"exhibit": 1, "kind": "quotes", "label": "quotes"}]},
]  # fmt: skip


def figure(low, **changes):
    return {
        "measure": "size",
        "low": low,
        "high": low,
        "unit": "men",
        "entity": "",
        "place": "",
        "as_of": None,
    } | changes


def kinds(claim, snapshot) -> list[str]:
    return [each.kind for each in Pictures(snapshot).of_claim(claim)]


def test_a_claim_has_its_timeline_with_the_days_of_its_evidence():
    claim = make_claim(
        as_of="2023-02-21", evidence=[make_evidence(published="2023-02-20"), make_evidence(published=None)]
    )
    drawn = Pictures(make_snapshot(claim)).of_claim(claim)[0]
    assert drawn.kind == "timeline"
    assert ["20 Feb 2023", "Evidence that supports", "1 Ministry of Defence, Statement on the militia"] in drawn.rows
    assert drawn.rows[-1][0] == "no date"


def test_lineage_is_drawn_where_the_data_have_the_exhibits():
    claim = make_claim(evidence=[make_evidence(exhibit_id=2)])
    assert "lineage" not in kinds(claim, make_snapshot(claim))
    snapshot = make_snapshot(claim) | {"exhibits": EXHIBITS}
    drawn = next(each for each in Pictures(snapshot).of_claim(claim) if each.kind == "lineage")
    assert [row[0] for row in drawn.rows] == ["A report", "The order"]
    assert drawn.rows[0][2] == "Agency put out A report; A report quotes The order"


def test_exhibits_that_nothing_leads_to_need_no_drawing():
    claim = make_claim(evidence=[make_evidence(exhibit_id=1)])
    nobody = [EXHIBITS[0] | {"source_name": ""}]
    assert "lineage" not in kinds(claim, make_snapshot(claim) | {"exhibits": nobody})


def test_data_from_elsewhere_that_make_a_circle_or_name_what_is_not_there_have_no_lineage():
    claim = make_claim(evidence=[make_evidence(exhibit_id=2)])
    back = EXHIBITS[0] | {"repeats": [{"exhibit": 2, "kind": "quotes", "label": "quotes"}]}
    assert "lineage" not in kinds(claim, make_snapshot(claim) | {"exhibits": [back, EXHIBITS[1]]})
    alone = EXHIBITS[1] | {"source_name": ""}
    assert "lineage" not in kinds(claim, make_snapshot(claim) | {"exhibits": [alone]})


def test_of_many_figures_that_count_the_same_the_first_are_drawn_and_that_is_said():
    claims = [make_claim(ref=f"BY-{n}", number=n, quantities=[figure(str(n))]) for n in range(1, 41)]
    drawn = Pictures(make_snapshot(*claims)).of_figures()[0]
    assert drawn.title == "size: the first 30 of 40 figures"
    assert len(drawn.rows) == 30


def test_sections_that_were_not_chosen_have_no_pictures():
    claim = make_claim(evidence=[make_evidence(exhibit_id=2)])
    snapshot = make_snapshot(claim) | {"exhibits": EXHIBITS, "sections": ["summary"]}
    assert kinds(claim, snapshot) == ["timeline"]
    assert Pictures(snapshot).of_figures() == Pictures(snapshot).of_agreement() == []


def test_figures_of_several_claims_that_count_the_same_stand_on_one_axis():
    claims = [make_claim(quantities=[figure("5000")]), make_claim(ref="BY-2", number=2, quantities=[figure("7000")])]
    drawn = Pictures(make_snapshot(*claims)).of_figures()
    assert [[row[0], row[3]] for row in drawn[0].rows] == [["BY-1", ""], ["BY-2", ""]]


def test_a_claim_s_figures_are_held_against_those_of_its_evidence():
    claim = make_claim(
        quantities=[figure("5000")],
        evidence=[make_evidence(quantities=[figure("5", unit="thousand men", compared="agrees")])],
    )
    drawn = next(each for each in Pictures(make_snapshot(claim)).of_claim(claim) if each.kind == "ranges")
    assert [row[3] for row in drawn.rows] == ["", "agrees"]


def test_agreement_is_drawn_from_the_frozen_figures_and_answers():
    claim = make_claim(assessments=[make_assessment(), make_assessment(rating="refuted")])
    figures = {
        "rounds": 1,
        "answers": 2,
        "alpha_nominal": "0.500",
        "alpha_ordinal": None,
        "interval": ["0.100", "0.900"],
    }
    coefficients, answers = Pictures(make_snapshot(claim) | {"agreement": figures}).of_agreement()
    assert coefficients.rows[0] == ["Alpha, nominal", "1 review", "0.50 (0.10 to 0.90)"]
    assert answers.rows[0][2] == "1"


def test_ratings_are_counted_with_those_that_have_none():
    drawn = of_ratings([("Supported", "supported", "✓", 3), ("No signed verdict", "none", "", 1)])[0]
    assert drawn.said == "Supported: 3 (75 %); No signed verdict: 1 (25 %)"


def test_every_id_in_a_page_is_its_own_and_markup_in_names_stays_words():
    first = make_claim(evidence=[make_evidence(exhibit_id=1)])
    snapshot = make_snapshot(first, make_unsigned(number=2)) | {
        "exhibits": [EXHIBITS[0] | {"title": "<script>x</script>"}]
    }
    page = render(snapshot, "html").decode()
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert "<script" not in page


def test_pictures_look_the_same_in_reports_and_in_the_app():
    def rules(path: Path) -> list[str]:
        told = path.read_text().partition("/* pictures: ")[2].partition("/* end of pictures */")[0]
        return [line.strip() for line in told.splitlines() if line.strip()]

    root = Path(__file__).parents[2]
    own, app = rules(root / "templates/reports/report.css"), rules(root / "claims/static/claims/look.css")
    assert len(own) > 20
    assert own == app


def test_the_figures_of_evidence_are_frozen_with_how_they_compare_and_what_was_told_apart(case, ann, eve):
    counted = {"measure": "strength", "unit": "men", "entity": "Army"}
    claim = make_case_claim(case=case)
    claim.set_quantities([counted | {"low": Decimal(48000), "high": Decimal(48000)}], by=ann)
    evidence = make_case_evidence(claim=claim, by=ann)
    evidence.set_quantities([counted | {"low": Decimal(52000), "high": None}], by=ann)

    def frozen() -> dict[str, Any]:
        (item,) = freeze(case, case.claims.all(), by=eve).data["claims"][0]["evidence"]
        (figure,) = item["quantities"]
        return dict(figure)

    assert frozen() == counted | {
        "low": "52000", "high": None, "place": "", "as_of": None, "compared": "contradicts",
    }  # fmt: skip
    tell_apart(claim.quantities.get(), evidence.quantities.get(), by=ann, reason="One counts reserves.")
    assert frozen()["compared"] == "other_definition"
