import hashlib
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from claims.reports import snapshots
from claims.reports.snapshots import canonical, digest, misquotes
from tests.reports.snapshots import HELD, TEXT, make_claim, make_evidence, make_passage, make_snapshot, make_unsigned

SCHEMA = json.loads((Path(snapshots.__file__).parent / "snapshot.schema.json").read_text())
TEXTS = {1: TEXT}
HOLDINGS = {"exhibit-1": HELD}


def test_the_canonical_spelling_is_one_whatever_the_order_of_the_keys():
    snapshot = make_snapshot(make_claim(statement="Сила — 100 000"))
    reversed_keys = dict(reversed(snapshot.items()))

    assert canonical(reversed_keys) == canonical(snapshot)
    assert "Сила — 100 000".encode() in canonical(snapshot)
    assert digest(snapshot) == hashlib.sha256(canonical(snapshot)).hexdigest()


def test_one_changed_character_gives_another_hash():
    assert digest(make_snapshot(make_claim())) != digest(make_snapshot(make_claim(statement="Another.")))


def test_words_that_stand_where_they_say_pass():
    assert misquotes(make_snapshot(make_claim(), make_unsigned()), TEXTS, HOLDINGS) == []


@pytest.mark.parametrize(
    "passage",
    [
        make_passage(38, 84, exact="the force will comprise 100,000 to 160,000 men"),
        make_passage(38, 84, start=37),
        make_passage(38, 84, end=10),
        make_passage(38, 84, end=38, exact=""),
        make_passage(len(TEXT) - 3, len(TEXT), end=len(TEXT) + 1),
        make_passage(0, 3, start=-len(TEXT)),
        make_passage(38, 84, before="The minister denied that "),
        make_passage(38, 84, after=", he hopes"),
        make_passage(38, 84, document=9),
    ],
)
def test_a_passage_that_does_not_is_named_by_its_claim(passage):
    (reason,) = misquotes(make_snapshot(make_claim(passages=[passage]), make_unsigned()), TEXTS, HOLDINGS)
    assert reason.startswith("BY-1: ")


def test_offsets_count_code_points():
    text = "😀 «Ми готові», — сказав він."
    passage = make_passage(3, 12, text=text)
    assert passage["exact"] == "Ми готові"
    assert misquotes(make_snapshot(make_claim(passages=[passage])), {1: text}, HOLDINGS) == []


def test_a_quotation_of_evidence_must_stand_in_the_text_held_for_it():
    invented = make_claim(evidence=[make_evidence(number=7, quote="No militia will be formed.")])
    (reason,) = misquotes(make_snapshot(invented), TEXTS, HOLDINGS)
    assert reason.startswith("BY-1: ")
    assert "evidence 7" in reason

    (reason,) = misquotes(make_snapshot(make_claim()), TEXTS, {})
    assert "is not there" in reason


def test_a_quotation_of_what_is_not_held_cannot_be_checked_and_passes():
    unheld = make_claim(evidence=[make_evidence(quote="Whatever it says.", held_in=None)])
    assert misquotes(make_snapshot(unheld), TEXTS, HOLDINGS) == []


def test_the_documented_keys_are_those_of_a_snapshot():
    full = make_claim(earlier_verdicts=[make_claim()["verdict"]])
    assert SCHEMA["properties"]["format"]["const"] == snapshots.FORMAT
    assert list(faults_of(make_snapshot(full, make_unsigned()))) == []
    assert list(faults_of(make_snapshot(full) | {"more": 1}))


def faults_of(snapshot):
    return (fault.message for fault in Draft202012Validator(SCHEMA).iter_errors(snapshot))
