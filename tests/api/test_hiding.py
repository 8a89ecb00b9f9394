"""What hides on the pages hides from programs: others' answers until one's own is in, and who a source is.

As with the pages, each walk goes through every operation twice, in two worlds that differ in nothing but what others
answered: where an answer differs, it tells.
"""

import pytest
import time_machine
from django.utils import timezone

from claims.models import Claim, Exhibit, Source
from claims.reports.freezing import freeze
from tests.api.conftest import Program
from tests.counters import count_from, counters
from tests.factories import make_claim, make_evidence, make_source, make_token
from tests.views.test_blindness import (
    ANSWERS,
    PASSING,
    STAGES,
    TELLING,
    answer,
    cast,
    check,
    claim,
    differences,
    reopened,
    undone,
)
from tests.views.test_withheld import TELLING as TELLING_WHO
from tests.views.test_withheld import letter

__all__ = ["cast", "claim", "letter"]


def addresses():
    """Every reading operation, with what is in the case filled in."""
    yield from ("/cases", "/cases/BY", "/cases/BY/documents", "/cases/BY/documents/1", "/sources", "/cases/BY/reports")
    yield from (f"/cases/BY/claims?{query}" for query in ("", "status=to_decide", "status=open", "rating=supported"))
    yield from (f"/cases/BY/reports/1{path}" for path in ("", "/files/json", "/files/md", "/files/csv"))
    for number in (1, 2):
        for part in ("", "/evidence", "/evidence/1", "/evidence/2", "/assessments"):
            yield f"/cases/BY/claims/{number}{part}"
    yield from (f"/sources/{key}" for key in Source.objects.order_by("pk").values_list("pk", flat=True)[:5])
    for words in ("xylographs", "quartermaster", "quagga", "obelisk", "army", "census", "boots", "Kavalenka"):
        yield f"/search?q={words}&limit=100"


def told(program):
    """What a program is answered at each address, without what passes."""
    pages = {}
    for path in addresses():
        said = program.get(path)
        body = b"".join(said.streaming_content) if said.streaming else said.content
        pages[path] = PASSING.sub("…", f"{said.status_code}\n{body.decode()}")
    return pages


def worlds(stage, claim, cast, person):
    """What is answered in either world."""
    program = Program(make_token(owner=person)[1])
    seen, now, stood = [], timezone.now(), counters()
    for how in ANSWERS:
        with undone(), time_machine.travel(now, tick=False):
            count_from(stood)
            stage(claim, how, cast)
            freeze(claim.case, claim.case.claims.all(), by=cast["eve"])
            seen.append(told(program))
    return seen


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("who", ["ann", "rod"])
def test_nothing_tells_whoever_may_not_see_it_what_others_answered(stage, who, claim, cast):
    words = TELLING if stage is not reopened else ("An obelisk",)  # what was signed off may be read
    check(worlds(stage, claim, cast, cast[who]), words=words)


def test_the_walk_would_have_found_it_told(claim, cast):
    def answered(claim, how, cast):
        answer(claim, cast["ann"], "yes")
        answer(claim, cast["ben"], how)

    seen = worlds(answered, claim, cast, cast["ann"])
    assert "/cases/BY/claims/1/assessments" in dict(differences(seen))
    assert "An obelisk denies it." in seen[1]["/cases/BY/claims/1/assessments"]
    assert sum(page.startswith("200") for page in seen[0].values()) > 30, "the walk went somewhere"


def test_a_reader_is_not_told_who_is_withheld_and_an_analyst_is(letter, case, eve, rod, ann):
    freeze(case, case.claims.all(), by=eve)
    for path, page in told(Program(make_token(owner=rod)[1])).items():
        for word in TELLING_WHO:
            assert word not in page or f"q={word}" in path, f"{path}: {word}"
    assert "Kavalenka" in told(Program(make_token(owner=ann)[1]))["/cases/BY/claims/1/evidence"]


def test_whose_evidence_is_hides_until_it_is_rated(case, ann, ben, eve):
    case.hides_sources = True
    case.save(by=eve)
    claim = Claim.objects.get(pk=make_claim(case=case).pk)
    source = make_source(case=case, name="Halina Kavalenka")
    exhibit = Exhibit(title="Letter of a quartermaster", text="The depot holds boots.", url="https://whistle.example/x")
    item = make_evidence(claim=claim, by=ben, source=source, exhibit=exhibit, credibility="", quote="boots")
    path = "/cases/BY/claims/1/evidence/1"
    hidden = Program(make_token(owner=ann)[1]).get(path).json()
    assert (hidden["hidden"], hidden["exhibit"], hidden["reliability"], hidden["where"]) == ("unrated", None, "", "")
    assert not any(word in str(hidden) for word in ("Kavalenka", "quartermaster", "whistle"))
    assert Program(make_token(owner=ben)[1]).get(path).json()["exhibit"]["source_name"] == "Halina Kavalenka"
    item.rate(by=ann, credibility="3")
    assert Program(make_token(owner=ann)[1]).get(path).json()["exhibit"]["source_name"] == "Halina Kavalenka"
