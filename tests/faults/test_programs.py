"""What programs ask for is broken off at its first write, then at its second: all is there, or nothing; then once."""

import pytest

from claims.custody.chain import verify
from claims.models import Claim, KeptAnswer
from tests.api.conftest import Program, no_leases, program
from tests.factories import TEXT, make_claim, make_document
from tests.faults.writes import MOST, breaking, everything

__all__ = ["no_leases", "program"]

SAID = "The army is 48,000 strong."
START = TEXT.index(SAID)
# That a token was used is written down before anything else, and says nothing of the cases.
PASSING = {"claims.Token"}
ACTS = {
    "a document is added": ("/cases/BY/documents", {"text": "The army of Ruritania is large.", "title": "A paper"}),
    "a claim is added": (
        "/cases/BY/documents/1/claims",
        {"start": START, "end": START + len(SAID), "exact": SAID, "statement": SAID, "kind": "quantity",
         "attributions": [{"speaker": "The minister", "verb": "said"}],
         "quantities": [{"measure": "strength", "low": "48000", "unit": "men"}]}),
    "a source is added": ("/cases/BY/sources", {"name": "The census bureau", "kind": "organisation"}),
    "evidence is added": (
        "/cases/BY/claims/1/evidence",
        {"stance": "supports", "credibility": "3", "title": "The census", "source_name": "Census bureau",
         "text": "The census says 48,000.", "quote": "says 48,000"}),
    "an answer is given": (
        "/cases/BY/claims/1/assessments",
        {"rating": "supported", "rationale": "The census says so.", "likelihood": "likely", "confidence": "high"}),
}  # fmt: skip


@pytest.mark.parametrize("key", ["a-key", ""])
@pytest.mark.parametrize("act", ACTS)
def test_broken_off_at_any_write_all_of_it_is_there_or_none(real_transactions, act, key, case, ann, program):
    path, said = ACTS[act]
    make_claim(document=make_document(case=case), exact="100,000")
    asker: Program = program(ann)
    headers = {"Idempotency_Key": key} if key else {}
    assert asker.get("/cases/BY").status_code == 200  # that the token is used is written down once a minute
    before = everything()

    for n in range(MOST):
        with breaking(n) as broken:
            answer = asker.post(path, said, **headers)
        if not broken.failed:
            break
        assert answer.status_code == 503, f"at write {n + 1}: {answer.status_code}"
        assert answer["Content-Type"] == "application/problem+json"
        assert "Nothing was half-saved" in answer.json()["detail"]
        assert answer["Retry-After"] == "10"
        changed = {table for table, rows in everything().items() if rows != before[table]}
        assert changed <= PASSING, f"at write {n + 1}"

    assert n > 2
    assert answer.status_code == 201, answer.content.decode()
    after = everything()
    assert KeptAnswer.objects.count() == bool(key)
    if key:
        again = asker.post(path, said, **headers)
        assert (again.status_code, again.content) == (201, answer.content)
        assert {table for table, rows in everything().items() if rows != after[table]} <= PASSING
    for each in (case, None):
        assert verify(each).fault is None


def test_a_correction_is_broken_off_like_the_rest(real_transactions, case, ann, program):
    make_claim(document=make_document(case=case), exact="100,000")
    asker: Program = program(ann)
    tag = asker.get("/cases/BY/claims/1")["ETag"]
    before = everything()
    for n in range(MOST):
        with breaking(n) as broken:
            answer = asker.patch("/cases/BY/claims/1", {"statement": "It is 49,000."}, If_Match=tag)
        if not broken.failed:
            break
        assert answer.status_code == 503
        assert {table for table, rows in everything().items() if rows != before[table]} <= PASSING
    assert n > 1
    assert answer.status_code == 200
    assert Claim.objects.get(case=case, number=1).statement == "It is 49,000."
