"""What programs read: what their owner's pages show, page by page, and nothing twice that has not changed."""

from typing import Any

import pytest

from claims.models import Exhibit, Role
from claims.reports.freezing import freeze
from tests.api.conftest import Program
from tests.factories import (
    make_absence,
    make_assessment,
    make_case,
    make_claim,
    make_document,
    make_evidence,
    make_signed_claim,
    make_source,
    make_token,
)


@pytest.fixture
def claim(case, ann):
    document = make_document(case=case)
    made = make_claim(document=document, exact="The army is 48,000 strong.", by=ann)
    made.set_attributions([{"speaker": "The minister", "verb": "said"}], by=ann)
    source = make_source(case=case, name="Census bureau", aliases="The bureau")
    source.grade("B", by=ann, reason="It was right before.")
    exhibit = Exhibit(title="The census", text="The census says 48,000.", url="https://census.example/1")
    make_evidence(claim=made, source=source, by=ann, exhibit=exhibit, quote="says 48,000")
    make_absence(claim=made, by=ann)
    return made


ADDRESSES = [
    "/token", "/cases", "/cases/BY", "/cases/BY/documents", "/cases/BY/documents/1", "/cases/BY/documents/1/text",
    "/cases/BY/claims", "/cases/BY/claims/1", "/cases/BY/claims/1/evidence", "/cases/BY/claims/1/evidence/1",
    "/cases/BY/claims/1/assessments", "/sources", "/search?q=army", "/cases/BY/reports", "/cases/BY/reports/1",
    "/cases/BY/reports/1/files/json",
]  # fmt: skip


def test_a_claim_is_told_with_its_words_and_who_said_it(claim, ann, program):
    told = program(ann).get("/cases/BY/claims/1").json()
    assert (told["ref"], told["statement"], told["status"]) == ("BY-1", "The army is 48,000 strong.", "open")
    [passage] = told["passages"]
    assert (passage["exact"], passage["stands"], passage["document"]) == ("The army is 48,000 strong.", True, 1)
    assert told["attributions"] == [{"speaker": "The minister", "verb": "said", "hedged": False, "basis": "on_record"}]
    assert told["verdict"] is None
    assert program(ann).get("/cases/BY/documents/1/text").content.decode().count("48,000") == 1


def test_evidence_is_told_with_both_grades_and_what_the_quote_gate_says(claim, ann, program):
    exhibit, absence = program(ann).get("/cases/BY/claims/1/evidence").json()["items"]
    assert (exhibit["reliability"], exhibit["credibility"], exhibit["quote_stands"]) == ("B", "3", True)
    assert exhibit["exhibit"]["source_name"] == "Census bureau"
    assert absence["exhibit"] is None
    assert absence["absence"]["place"] == "The state archive"
    source = program(ann).get(f"/sources/{exhibit['exhibit']['source']}").json()
    assert (source["aliases"], source["known_in"], source["grades"][0]["letter"]) == (["The bureau"], ["BY"], "B")


def test_a_signed_verdict_and_its_answers_are_told_to_a_reader(case, ann, ben, eve, max_, rod, program):
    make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    told = program(rod).get("/cases/BY/claims/1").json()
    assert (told["rating"], told["verdict"]["decided_by"], told["disputed"]) == ("supported", "Max", False)
    answers = program(rod).get("/cases/BY/claims/1/assessments").json()
    assert [one["reviewer"] for one in answers["items"]] == ["Ann", "Ben"]
    assert answers["hidden"] == 0


def test_others_answers_are_told_once_ones_own_is_in(claim, ann, ben, program):
    make_assessment(claim=claim, by=ben, rationale="The census bears it out.")
    told = program(ann).get("/cases/BY/claims/1/assessments")
    assert (told.json()["items"], told.json()["hidden"], told.json()["answers_in"]) == ([], 1, 1)
    make_assessment(claim=claim, by=ann)
    told = program(ann).get("/cases/BY/claims/1/assessments").json()
    assert [(one["reviewer"], one["own"]) for one in told["items"]] == [("Ann", True), ("Ben", False)]


def test_reports_are_listed_and_taken(claim, case, eve, rod, program):
    report = freeze(case, case.claims.all(), by=eve)
    reader = program(rod, scopes=["reports"])
    assert reader.get("/cases/BY/reports").json()["items"][0]["sha256"] == report.sha256
    files = {one["extension"]: one["href"] for one in reader.get("/cases/BY/reports/1").json()["files"]}
    assert {"json", "pdf", "zip"} <= set(files)
    taken = reader.get(files["json"].removeprefix("/api"))
    assert b"".join(taken.streaming_content).startswith(b"{")
    assert reader.get(files["json"].removeprefix("/api"), If_None_Match=taken["ETag"]).status_code == 304
    assert b"".join(reader.get(files["zip"].removeprefix("/api")).streaming_content).startswith(b"PK")
    assert reader.get("/cases/BY/reports/1/files/exe").status_code == 404


def test_the_search_finds_what_the_person_would_find(claim, ann, zoe, program):
    hits = program(ann).get("/search?q=census").json()["items"]
    assert {hit["kind"] for hit in hits} == {"source", "evidence"}
    for hit in hits:
        assert program(ann).get(hit["href"].removeprefix("/api")).status_code == 200
    assert program(zoe).get("/search?q=census").json()["items"] == []


@pytest.mark.parametrize("path", ADDRESSES)
def test_what_has_not_changed_is_not_sent_again(path, claim, case, eve, ann, program):
    freeze(case, case.claims.all(), by=eve)
    asker = program(ann)
    first = asker.get(path)
    assert first.status_code == 200
    again = asker.get(path, If_None_Match=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert asker.get(path, If_None_Match=f'"other", W/{first["ETag"]}').status_code == 304
    assert asker.get(path, If_None_Match='"other"').status_code == 200
    assert "private" in first["Cache-Control"]
    assert asker.ask("HEAD", path)["ETag"] == first["ETag"]


@pytest.mark.parametrize("path", ADDRESSES[2:11] + ADDRESSES[13:])
def test_a_stranger_learns_nothing_not_even_that_it_is_there(path, claim, case, eve, zoe, ann, program):
    freeze(case, case.claims.all(), by=eve)
    bound = program(ann, case=make_case(members={ann: Role.ANALYST}))
    for asker in (program(zoe), bound):
        told = asker.get(path)
        assert told.status_code == 404
        assert told.json() == asker.get("/cases/NOWHERE").json()


def test_a_source_known_elsewhere_is_not_told_of(claim, zoe, program):
    source = claim.evidence.exclude(exhibit=None).get().exhibit.source
    assert program(zoe).get(f"/sources/{source.pk}").status_code == 404
    assert program(zoe).get("/sources").json()["items"] == []


def test_lists_come_page_by_page_and_miss_nothing(case, ann, program):
    for n in range(7):
        make_claim(case=case, statement=f"Claim {n}.")
        make_document(case=case, text=f"Text {n}.")
        make_evidence(claim=case.claims.get(number=1))
    asker = program(ann)
    for path in ("/cases/BY/claims", "/cases/BY/documents", "/cases/BY/claims/1/evidence", "/sources"):
        everything = asker.get(f"{path}?limit=100").json()
        assert everything["next"] is None
        assert len(everything["items"]) == 7
        found, after = list[dict[str, Any]](), ""
        while after is not None:
            page = asker.get(f"{path}?limit=3{after and f'&after={after}'}").json()
            assert len(page["items"]) <= 3
            found, after = found + page["items"], page["next"]
        assert found == everything["items"]


def test_claims_are_chosen_by_status_kind_rating_and_words(case, ann, program):
    make_claim(case=case, statement="The army marches.", kind="event")
    make_claim(case=case, statement="The census is done.", kind="state")
    asker = program(ann)

    def numbers(query):
        return [one["number"] for one in asker.get(f"/cases/BY/claims?{query}").json()["items"]]

    assert numbers("") == [2, 1]
    assert numbers("order=oldest") == [1, 2]
    assert numbers("kind=event") == [1]
    assert numbers("words=census") == [2]
    assert numbers("status=signed_off") == []
    assert asker.get("/cases/BY/claims?rating=splendid").status_code == 422
    assert asker.get("/cases/BY/claims?status=splendid").status_code == 400


@pytest.mark.parametrize("after", ["x", "bm9wZQ", "WyJhIl0", "Wy0xXQ", "WzFdWzFd", "%00", "W1sxXV0"])
def test_a_place_that_is_not_ours_is_refused(after, case, ann, program):
    told = program(ann).get(f"/cases/BY/claims?after={after}")
    assert told.status_code in (400, 422)
    assert told["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("limit", ["0", "101", "-1", "many"])
def test_a_page_has_its_bounds(limit, case, ann, program):
    assert program(ann).get(f"/cases/BY/claims?limit={limit}").status_code == 400


def test_a_list_costs_the_same_whatever_its_length(case, ann, program, django_assert_max_num_queries):
    make_claim(case=case)
    asker = program(ann)
    asker.get("/cases/BY/claims")
    for path in ("/cases/BY/claims", "/cases/BY/claims/1/evidence", "/cases/BY/documents", "/sources"):
        with django_assert_max_num_queries(6):
            asker.get(path)
    for _ in range(5):
        make_evidence(claim=make_claim(case=case))
        make_evidence(claim=case.claims.get(number=1))
    for path in ("/cases/BY/claims", "/cases/BY/claims/1/evidence", "/cases/BY/documents", "/sources"):
        with django_assert_max_num_queries(7):
            asker.get(path)


def test_the_token_tells_of_itself(case, ann):
    token, secret = make_token(owner=ann, case=case, scopes=["reports"])
    told = Program(secret).get("/token").json()
    assert (told["owner"], told["case"], told["scopes"]) == ("Ann", "BY", ["reports"])
    assert token.token_hash not in str(told)
