import importlib.util
import json
import sys

import pytest

from claims.reports import render, stix
from claims.reports.snapshots import digest
from tests.reports.snapshots import (
    make_assessment,
    make_claim,
    make_document,
    make_evidence,
    make_snapshot,
    make_unsigned,
    make_verdict,
)

stix2 = pytest.importorskip("stix2", reason="the extra stix is not installed")


def objects_of(snapshot, kind=None):
    bundle = json.loads(stix.render(snapshot))
    assert bundle["type"] == "bundle"
    return [each for each in bundle["objects"] if kind in (None, each["type"])]


def rated(look, code=None, **changes):
    code = code or look
    verdict = make_verdict(rating=code, look=look, label=look.title())
    return make_claim(verdict=verdict, assessments=[make_assessment(rating=code, look=look)], **changes)


@pytest.mark.parametrize(
    "snapshot",
    [
        make_snapshot(documents=[], sources=[]),
        make_snapshot(make_claim(), make_unsigned(), sample=True),
        make_snapshot(make_claim(statement="=1+1 قال 😀 \x07", verdict=make_verdict(summary="x" * 10_000))),
        make_snapshot(make_claim(passages=[], attributions=[], evidence=[], assessments=[]), imprint="The desk"),
        make_snapshot(make_claim(verdict=make_verdict(summary=""), origins={"said": ""}), case={
            "code": "BY", "title": "Belarus", "description": "", "sample": False, "assessments_required": 1,
        }),
    ],
)  # fmt: skip
def test_the_library_reads_it_back(snapshot):
    content = stix.render(snapshot)
    parsed = stix2.parse(content.decode(), version="2.1")
    assert [each["id"] for each in parsed.objects] == [each["id"] for each in objects_of(snapshot)]
    names = {each["id"] for each in parsed.objects}
    assert len(names) == len(parsed.objects)
    for each in parsed.objects:
        assert set(each.get("object_refs", [])) <= names
    assert stix.render(snapshot) == content


def test_it_holds_the_report_a_note_for_each_claim_and_opinions_on_it():
    snapshot = make_snapshot(make_claim(), make_unsigned())
    (report,) = objects_of(snapshot, "report")
    first, second = objects_of(snapshot, "note")
    verdict, assessment = objects_of(snapshot, "opinion")

    assert report["name"] == "People's militia: what holds"
    assert report["published"] == "2026-11-22T12:04:05Z"
    assert report["external_references"][0]["external_id"] == digest(snapshot)
    assert {first["id"], second["id"], verdict["id"], assessment["id"]} < set(report["object_refs"])
    assert first["abstract"] == "BY-1: The force is to comprise 100,000 to 150,000 men."
    assert "“the force will comprise 100,000 to 150,000 men” (Briefing on the militia)" in first["content"]
    # The authors of a note are those who wrote the note.
    assert "authors" not in first
    assert "Said by: Defence minister" in first["content"]
    assert "No signed verdict (status: In review)" in second["content"]
    assert (verdict["opinion"], verdict["authors"]) == ("agree", ["Sam Second"])
    assert verdict["object_refs"] == assessment["object_refs"] == [first["id"]]
    assert assessment["authors"] == ["Ann Analyst"]


@pytest.mark.parametrize(("look", "term"), [("supported", "agree"), ("mixed", "neutral"), ("refuted", "disagree")])
def test_an_opinion_is_a_term_that_fits_how_the_rating_looks(look, term):
    assert {each["opinion"] for each in objects_of(make_snapshot(rated(look)), "opinion")} == {term}


def test_what_is_off_the_scale_is_no_opinion():
    conflicting = rated("mixed", "unverified")
    assert objects_of(make_snapshot(rated("unverified"), conflicting), "opinion") == []
    assert len(objects_of(make_snapshot(rated("unverified")), "note")) == 1


def test_an_assessment_without_a_rating_is_no_opinion():
    claim = make_claim(assessments=[make_assessment(rating="", label="", look="unverified")])
    assert len(objects_of(make_snapshot(claim), "opinion")) == 1


def test_it_is_offered_only_where_the_library_is_installed(monkeypatch):
    assert "stix" in render.FORMATS
    monkeypatch.setattr(stix, "INSTALLED", False)
    spec = importlib.util.spec_from_file_location("claims.reports.again", render.__file__)
    assert spec
    assert spec.loader
    again = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, again)
    spec.loader.exec_module(again)
    assert set(render.FORMATS) - set(again.FORMATS) == {"stix"}


def test_nothing_counts_as_a_number():
    (opinion, *_others) = objects_of(make_snapshot(make_claim()), "opinion")
    assert "confidence" not in opinion


def test_everything_of_a_sample_says_so():
    snapshot = make_snapshot(make_claim(), sample=True)
    assert objects_of(snapshot, "report")[0]["name"].startswith("Sample: ")
    for each in objects_of(snapshot):
        assert each["type"] == "identity" or each["labels"] == ["sample"]
    assert all(each["explanation"].startswith("Sample: ") for each in objects_of(snapshot, "opinion"))
    assert "Sample: Supported" in objects_of(snapshot, "note")[0]["content"]


def test_it_is_by_whoever_the_imprint_names():
    (house,) = objects_of(make_snapshot(imprint="The Policy Desk\nExample Street"), "identity")
    assert (house["name"], house["identity_class"]) == ("The Policy Desk", "organization")
    (person,) = objects_of(make_snapshot(), "identity")
    assert (person["name"], person["identity_class"]) == ("Eva Editor", "individual")


def test_what_is_withheld_and_what_is_no_address_is_not_referred_to():
    evidence = [
        make_evidence(withheld=True, exhibit="Exhibit withheld", url="https://secret.example/"),
        make_evidence(number=2, url="javascript:alert(1)"),
        make_evidence(number=3, url="https://example.org/a"),
    ]
    snapshot = make_snapshot(make_claim(evidence=evidence), documents=[make_document(url="https://desk.example/b")])
    (note,) = objects_of(snapshot, "note")
    assert [each["url"] for each in note["external_references"]] == ["https://desk.example/b", "https://example.org/a"]


def test_the_next_report_has_other_names():
    once, again = (objects_of(make_snapshot(make_claim(), log={"count": n, "head": "ab" * 32})) for n in (1, 2))
    assert not {each["id"] for each in once} & {each["id"] for each in again}
