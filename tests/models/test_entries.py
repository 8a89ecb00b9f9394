"""How an entry is written down before it is hashed, and how it is read back."""

import datetime
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.models import Entry, writing
from claims.models.entries import canonical, sha256
from tests.factories import make_claim

WORDS = st.text(st.characters(codec="utf-8"), max_size=40)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
HASHED = st.fixed_dictionaries(
    {
        "number": st.integers(1, 2**62),
        "at": st.datetimes(timezones=st.just(datetime.UTC)),
        "by_id": st.integers(1, 2**62),
        "by_name": WORDS,
        "verb": WORDS,
        "thing": WORDS,
        "thing_id": st.integers(1, 2**62),
        "label": WORDS,
        "claim_id": st.none() | st.integers(1, 2**62),
        "detail": WORDS,
        "previous": WORDS,
    }
)

# The order in which an entry's content is hashed, after its chain, its number and its moment.
SAID = ["by_id", "by_name", "verb", "thing", "thing_id", "label", "claim_id", "detail", "previous"]


@given(PLAIN)
def test_what_is_written_canonically_reads_back_the_same(value):
    assert json.loads(canonical(value)) == value


@given(st.dictionaries(WORDS, PLAIN, max_size=5))
def test_the_order_of_keys_makes_no_difference(value):
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@given(PLAIN, PLAIN)
def test_different_values_are_written_differently(one, other):
    # JSON itself tells 1 from true, Python's == does not.
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (canonical(one) == canonical(other)) == same


@given(HASHED, WORDS)
def test_an_entrys_hash_is_a_sha256_of_all_it_says(values, chain):
    entry = Entry(**values)
    written = ["workbench-log/1", chain, values["number"], values["at"].isoformat(timespec="microseconds")]
    written += [values[name] for name in SAID]
    text = json.dumps(written, separators=(",", ":"), ensure_ascii=False)
    assert entry.expected_hash(chain) == hashlib.sha256(text.encode()).hexdigest()


@given(HASHED, HASHED, WORDS, WORDS)
def test_entries_that_differ_anywhere_have_different_hashes(one, other, chain, other_chain):
    same = (one, chain) == (other, other_chain)
    assert (Entry(**one).expected_hash(chain) == Entry(**other).expected_hash(other_chain)) == same
    for name in one:
        changed = one | {name: other[name]}
        assert (Entry(**changed).expected_hash(chain) == Entry(**one).expected_hash(chain)) == (changed == one)


def test_words_cannot_flow_from_one_field_into_the_next():
    values = {"number": 1, "at": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC), "by_id": 1, "thing_id": 1}
    one = Entry(**values, by_name="Ann", verb='"],["', thing="", label="", detail="", previous="")
    other = Entry(**values, by_name='Ann","', verb="],[", thing="", label="", detail="", previous="")
    assert one.expected_hash("BY") != other.expected_hash("BY")


@pytest.mark.parametrize(
    "why", ["", "Because.", 'It says "no".', "Радио Свабода", "שלום", "\u2028 line", "🗎 beyond the first plane", "\\"]
)
def test_a_reason_is_read_back_as_it_was_given(case, ann, why):
    claim = make_claim(case=case)
    claim.statement = f"Reworded: {why}"
    claim.save(by=ann, why=why)
    entry = Entry.objects.filter(claim=claim).latest("number")
    assert entry.why == why
    assert entry.changes == [("statement", "The army is 48,000 strong.", f"Reworded: {why}")]
    assert entry.expected_hash(case.code) == entry.hash


def test_what_changed_names_fields_that_came_and_went():
    entry = Entry(detail=canonical({"before": {"a": 1, "b": 2}, "after": {"b": 3, "c": 4}, "why": ""}))
    assert entry.changes == [("a", 1, None), ("b", 2, 3), ("c", None, 4)]


def test_a_fault_while_writing_leaves_neither_record_nor_entry(case, ann):
    before = Entry.objects.count()

    def fail() -> None:
        with writing(case):
            make_claim(case=case, by=ann)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not case.claims.exists()
    assert Entry.objects.count() == before


def test_a_save_that_changes_nothing_leaves_no_entry(case, ann):
    claim = make_claim(case=case)
    before = Entry.objects.count()
    claim.save(by=ann)
    assert Entry.objects.count() == before


def test_sha256_is_of_the_text_in_utf_8():
    assert sha256("é") == hashlib.sha256("é".encode()).hexdigest()
