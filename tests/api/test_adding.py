"""What programs add: under the rules of the pages, with the same entries, and once however often it is sent."""

import pytest
from django.db import connection

from claims.management.commands import worker
from claims.models import Assessment, Claim, Document, Entry, Evidence, KeptAnswer, Role, Source, assess
from tests.api.conftest import Program
from tests.at_once import at_once, holds
from tests.factories import (
    TEXT,
    make_assessment,
    make_case,
    make_claim,
    make_document,
    make_evidence,
    make_source,
    make_token,
    make_user,
)

SAID = "The army is 48,000 strong."
START = TEXT.index(SAID)
CLAIM = {"start": START, "end": START + len(SAID), "exact": SAID, "statement": "Belarus has 48,000 soldiers."}
EVIDENCE = {
    "stance": "supports", "credibility": "3", "title": "The census", "source_name": "Census bureau",
    "text": "The census says 48,000.", "quote": "says 48,000",
}  # fmt: skip
ANSWER = {"rating": "supported", "rationale": "The census says so.", "likelihood": "likely", "confidence": "high"}


@pytest.fixture
def document(case):
    return make_document(case=case)


@pytest.fixture
def claim(document):
    return make_claim(document=document, exact=SAID)


def test_a_program_takes_a_document_to_a_sealed_assessment(case, ann, program):
    asker = program(ann)
    loaded = asker.post("/cases/BY/documents", {"text": TEXT, "title": "A briefing", "published": "2023-02-20"})
    assert (loaded.status_code, loaded["Location"]) == (201, "/api/cases/BY/documents/1")
    made = asker.post("/cases/BY/documents/1/claims", CLAIM | {
        "kind": "quantity", "as_of": "2023-02-01", "attributions": [{"speaker": "The minister", "verb": "said"}],
        "quantities": [{"measure": "strength", "low": "48000", "unit": "men"}],
    })  # fmt: skip
    assert made.status_code == 201
    assert made.json()["quantities"][0]["low"] == "48000"
    assert asker.get("/cases/BY/claims/1").json() == made.json()
    cited = asker.post("/cases/BY/claims/1/evidence", EVIDENCE)
    assert (cited.status_code, cited.json()["quote_stands"]) == (201, True)
    assert asker.get(cited["Location"].removeprefix("/api")).json() == cited.json()
    sealed = asker.post("/cases/BY/claims/1/assessments", ANSWER | {"relied_on": [1]})
    assert (sealed.status_code, sealed.json()["relied_on"]) == (201, [1])
    own = Claim.objects.get(case=case, number=1).assessments.get()
    assert own.seal_holds()
    assert own.reviewer == ann


def test_the_log_holds_what_the_pages_would_leave_and_names_the_token(case, ann, program):
    asker = program(ann, name="Wire feed")
    asker.post("/cases/BY/documents", {"text": TEXT})
    asker.post("/cases/BY/documents/1/claims", CLAIM)
    asker.post("/cases/BY/claims/1/evidence", EVIDENCE)
    asker.post("/cases/BY/claims/1/assessments", ANSWER)
    entries = Entry.objects.filter(case=case, by=ann)
    assert set(entries.values_list("verb", flat=True)) >= {"loaded", "made", "added", "assessed"}
    assert all("token “Wire feed” (#" in entry.parts["after"]["through"] for entry in entries)
    make_document(case=case, text="Another.", by=ann)
    assert "through" not in Entry.objects.filter(case=case).latest("number").parts["after"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"exact": "The army is 49,000 strong."}, "exact"),
        ({"end": START + 4}, "exact"),
        ({"start": 10_000, "end": 10_005}, "start"),
        ({"start": 5, "end": 4}, "start"),
    ],
)
def test_words_that_do_not_stand_there_make_no_claim(changed, field, document, ann, program):
    told = program(ann).post("/cases/BY/documents/1/claims", CLAIM | changed)
    assert (told.status_code, told.json()["errors"][0]["field"]) == (422, field)
    assert not Claim.objects.exists()


def test_a_quotation_that_does_not_stand_in_the_exhibit_is_refused(claim, ann, program):
    told = program(ann).post("/cases/BY/claims/1/evidence", EVIDENCE | {"quote": "says 49,000"})
    assert (told.status_code, told.json()["errors"][0]["field"]) == (422, "quote")
    assert not Evidence.objects.exists()
    assert not Source.objects.exists()


def test_confirmed_by_others_needs_the_origins_here_too(claim, ann, program):
    told = program(ann).post("/cases/BY/claims/1/evidence", EVIDENCE | {"credibility": "1"})
    assert (told.status_code, told.json()["errors"][0]["field"]) == (422, "credibility")


def test_the_same_text_is_the_same_document(document, ann, program):
    told = program(ann).post("/cases/BY/documents", {"text": TEXT, "title": "Again"})
    assert (told.status_code, told.json()["number"], told.json()["title"]) == (200, 1, "A briefing")
    assert Document.objects.count() == 1


def test_a_source_of_the_same_name_is_asked_about_first(case, ann, program):
    known = make_source(case=case, name="Census bureau")
    asker = program(ann)
    told = asker.post("/cases/BY/sources", {"name": "Census Bureau"})
    assert (told.status_code, told.json()["errors"][0]["field"]) == (422, "name")
    told = asker.post("/cases/BY/sources", {"name": "Census Bureau", "anyway": [known.pk], "belongs_to": known.pk})
    assert told.status_code == 201
    assert told.json()["belongs_to"] == [known.pk]
    assert told.json()["known_in"] == ["BY"]


def test_a_token_bound_to_a_case_reaches_no_source_of_another(case, ann, program):
    other = make_case(members={ann: Role.ANALYST})
    hidden = make_source(case=other, name="Deep throat", note="Met in a garage.")
    claim = make_claim(case=case)
    asker = program(ann, case=case)
    assert (
        asker.post(
            f"/cases/BY/claims/{claim.number}/evidence", EVIDENCE | {"source": hidden.pk, "source_name": ""}
        ).status_code
        == 422
    )
    asker.post("/cases/BY/claims/1/evidence", EVIDENCE | {"source_name": "Deep throat", "source_kind": hidden.kind})
    assert list(hidden.cases.all()) == [other]
    assert Source.objects.filter(name="Deep throat").count() == 2, "they are two until somebody who sees both says else"
    assert asker.post(f"/cases/{other.code}/documents", {"text": TEXT}).status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/cases/BY/documents", {"text": "Other words."}),
        ("/cases/BY/documents/1/claims", CLAIM),
        ("/cases/BY/sources", {"name": "Census bureau"}),
        ("/cases/BY/claims/1/evidence", EVIDENCE),
        ("/cases/BY/claims/1/assessments", ANSWER),
    ],
)
def test_a_reader_adds_nothing_and_a_stranger_learns_nothing(path, body, claim, rod, zoe, program):
    before = Entry.objects.count()
    asker, stranger = program(rod), program(zoe)
    assert asker.post(path, body).status_code == 403
    assert stranger.post(path, body).status_code == 404
    assert Entry.objects.count() == before + 2, "the tokens, and nothing else"


def test_a_second_answer_and_one_on_another_scale_are_refused(claim, ann, program):
    asker = program(ann)
    assert asker.post("/cases/BY/claims/1/assessments", ANSWER | {"rating": "splendid"}).status_code == 422
    told = asker.post("/cases/BY/claims/1/assessments", ANSWER | {"likelihood": "remote"})
    assert (told.status_code, told.json()["errors"][0]["field"]) == (422, "likelihood")
    assert (
        asker.post("/cases/BY/claims/1/assessments", ANSWER | {"likelihood": "remote", "means_both": True}).status_code
        == 201
    )
    assert asker.post("/cases/BY/claims/1/assessments", ANSWER).status_code == 409
    assert claim.assessments.count() == 1


def test_a_draft_that_the_person_wrote_on_the_page_is_not_overwritten(claim, ann, program):
    assess(claim, by=ann, submit=False, rationale="I wonder.")
    assert program(ann).post("/cases/BY/claims/1/assessments", ANSWER).status_code == 409
    assert claim.assessments.get().rationale == "I wonder."


def test_evidence_of_another_claim_cannot_be_relied_on(claim, ann, program):
    make_evidence(claim=claim)
    told = program(ann).post("/cases/BY/claims/1/assessments", ANSWER | {"relied_on": [2]})
    assert (told.status_code, told.json()["errors"][0]["field"]) == (422, "relied_on")


def test_a_claim_is_changed_only_as_it_was_seen(claim, ann, program):
    asker = program(ann)
    seen = asker.get("/cases/BY/claims/1")["ETag"]
    assert asker.patch("/cases/BY/claims/1", {"kind": "state"}).status_code == 428
    changed = asker.patch("/cases/BY/claims/1", {"kind": "state"}, If_Match=seen)
    assert (changed.status_code, changed.json()["kind"]) == (200, "state")
    assert changed["ETag"] == asker.get("/cases/BY/claims/1")["ETag"]
    told = asker.patch("/cases/BY/claims/1", {"kind": "event"}, If_Match=seen)
    assert told.status_code == 412
    assert Claim.objects.get(pk=claim.pk).kind == "state"
    assert Claim.objects.get(pk=claim.pk).statement == claim.statement


def test_what_was_assessed_is_not_changed(claim, ann, ben, program):
    make_assessment(claim=claim, by=ben)
    asker = program(ann)
    seen = asker.get("/cases/BY/claims/1")["ETag"]
    assert asker.patch("/cases/BY/claims/1", {"statement": "Other words."}, If_Match=seen).status_code == 409


def test_whoever_judges_can_make_sure_of_what_they_judge(claim, ann, program):
    asker = program(ann)
    seen = asker.get("/cases/BY/claims/1")["ETag"]
    asker.patch("/cases/BY/claims/1", {"statement": "The army is 50,000 strong."}, If_Match=seen)
    assert asker.post("/cases/BY/claims/1/assessments", ANSWER, If_Match=seen).status_code == 412
    assert not claim.assessments.exists()
    now = asker.get("/cases/BY/claims/1")["ETag"]
    assert asker.post("/cases/BY/claims/1/assessments", ANSWER, If_Match=f"W/{now}").status_code == 201


WRITES = [
    ("/cases/BY/documents", {"text": "Other words."}, Document, {"text": "Third words."}),
    ("/cases/BY/documents/1/claims", CLAIM, Claim, {"kind": "event"}),
    ("/cases/BY/sources", {"name": "Census bureau"}, Source, {"name": "Another bureau"}),
    ("/cases/BY/claims/1/evidence", EVIDENCE, Evidence, {"note": "Another."}),
    ("/cases/BY/claims/1/assessments", ANSWER, Assessment, {"rationale": "Another."}),
]


@pytest.mark.parametrize(("path", "body", "model", "otherwise"), WRITES)
def test_the_same_request_with_the_same_key_is_done_once(path, body, model, otherwise, claim, ann, program):
    asker, before = program(ann), model.objects.count()
    first = asker.post(path, body, Idempotency_Key="monday-1")
    again = asker.post(path, body, Idempotency_Key="monday-1")
    assert first.status_code == 201
    assert (again.status_code, again.content, again["Location"]) == (201, first.content, first["Location"])
    assert model.objects.count() == before + 1
    other = asker.post(path, body | otherwise, Idempotency_Key="monday-1")
    assert (other.status_code, other.json()["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert model.objects.count() == before + 1


def test_another_request_with_a_used_key_is_refused(document, ann, program):
    asker = program(ann)
    asker.post("/cases/BY/documents", {"text": "Other words."}, Idempotency_Key="1")
    told = asker.post("/cases/BY/documents", {"text": "Third words."}, Idempotency_Key="1")
    assert (told.status_code, told.json()["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert program(ann).post("/cases/BY/documents", {"text": "Third words."}, Idempotency_Key="1").status_code == 201


def test_a_refused_request_leaves_its_key_free(document, ann, program):
    asker = program(ann)
    assert (
        asker.post("/cases/BY/documents/1/claims", CLAIM | {"exact": "Wrong"}, Idempotency_Key="1").status_code == 422
    )
    assert asker.post("/cases/BY/documents/1/claims", CLAIM, Idempotency_Key="1").status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "ü"])
def test_a_key_that_is_none_is_refused(key, document, ann, program):
    told = program(ann).post("/cases/BY/documents", {"text": "Other."}, Idempotency_Key=key)
    assert told.status_code == 400
    assert Document.objects.count() == 1


@pytest.mark.parametrize(("path", "body", "model"), [each[:3] for each in WRITES])
def test_a_fault_after_the_write_leaves_neither_it_nor_its_answer(path, body, model, claim, ann, program, monkeypatch):
    before, asker = model.objects.count(), program(ann)

    def broken(*args, **kwargs):
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(KeptAnswer, "keep", broken)
        assert asker.post(path, body, Idempotency_Key="1").status_code == 500
    assert model.objects.count() == before
    assert not KeptAnswer.objects.exists()
    assert asker.post(path, body, Idempotency_Key="1").status_code == 201


def test_what_is_kept_of_answers_goes_after_a_day(document, ann, program):
    token, secret = make_token(owner=ann)
    for n in range(3):
        KeptAnswer.keep(token, str(n), asked="0" * 64, status=201, body="{}")
    KeptAnswer.objects.update(made_at="2020-01-01T00:00:00Z")
    assert Program(secret).post("/cases/BY/documents", {"text": "Other."}, Idempotency_Key="1").status_code == 201
    assert KeptAnswer.objects.count() == 3, "the new one in place of the old one of its key"
    worker.Upkeep().go_if_due()
    assert KeptAnswer.objects.get().key == "1"


def test_two_at_once_with_one_key_make_one_record(real_transactions):
    ann = make_user()
    case = make_case(code="BY", members={ann: Role.ANALYST})
    asker = Program(make_token(owner=ann)[1])

    def send():
        return asker.post("/cases/BY/sources", {"name": "Census bureau"}, Idempotency_Key="1").status_code

    statuses = at_once([send, send, send])
    assert 201 in statuses
    assert set(statuses) <= {201, 409}
    assert case.sources.count() == 1
    assert send() == 201
    assert case.sources.count() == 1
    assert holds(case)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time: the second waits")
def test_while_a_request_is_at_work_the_same_one_is_told_to_come_back(real_transactions, monkeypatch):
    ann = make_user()
    make_case(code="BY", members={ann: Role.ANALYST})
    asker, keep, second = Program(make_token(owner=ann)[1]), KeptAnswer.keep, []

    def send():
        return asker.post("/cases/BY/sources", {"name": "Census bureau"}, Idempotency_Key="1")

    def keep_slowly(*args, **kwargs):
        second.extend(at_once([send]))
        return keep(*args, **kwargs)

    monkeypatch.setattr(KeptAnswer, "keep", keep_slowly)
    assert send().status_code == 201
    assert (second[0].status_code, second[0]["Retry-After"]) == (409, "1")
    assert send().status_code == 201
