"""How an entry is written down before it is hashed, and how it is read back."""

import datetime
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.models import Entry, writing
from claims.models.commitments import commitment, commitments, fields_of_detail, salts
from claims.models.entries import canonical, sha256
from tests.factories import make_claim

WORDS = st.text(st.characters(codec="utf-8"), max_size=40)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
SAID_OF = st.none() | st.dictionaries(WORDS, PLAIN, max_size=3)
DETAIL = st.fixed_dictionaries({"before": SAID_OF, "after": SAID_OF, "why": WORDS}).map(canonical)
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
        "detail": WORDS | DETAIL,
        "previous": WORDS,
        "salt": st.just("") | st.text("0123456789abcdef", min_size=32, max_size=32),
    }
)

# The order in which an entry of the first format is hashed, after its chain, its number and its moment.
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
def test_the_hash_of_an_entry_without_a_salt_is_a_sha256_of_all_it_says(values, chain):
    entry = Entry(**values | {"salt": ""})
    written = ["workbench-log/1", chain, values["number"], values["at"].isoformat(timespec="microseconds")]
    written += [values[name] for name in SAID]
    text = json.dumps(written, separators=(",", ":"), ensure_ascii=False)
    assert entry.expected_hash(chain) == hashlib.sha256(text.encode()).hexdigest()


def hashed(*said) -> str:
    text = json.dumps(said, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@given(HASHED, WORDS, SAID_OF, SAID_OF, st.text("0123456789abcdef", min_size=32, max_size=32))
def test_the_hash_of_an_entry_is_one_of_salted_hashes_of_all_it_says(values, chain, before, after, salt):
    detail = {"before": before, "after": after, "why": "So."}
    entry = Entry(**values | {"salt": salt, "detail": canonical(detail)})
    said = {
        "at": values["at"].isoformat(timespec="microseconds"), "by": values["by_id"], "claim": values["claim_id"],
        "why": "So.",
    }  # fmt: skip
    said |= {name: values[name] for name in ("by_name", "verb", "thing", "thing_id", "label")}
    for when, parts in (("before", before), ("after", after)):
        said |= {f"{when}.{key}": value for key, value in parts.items()} if parts else {when: parts}
    drawn = hashlib.shake_256(salt.encode()).digest(16 * len(said))
    own = {name: drawn[16 * n : 16 * (n + 1)].hex() for n, name in enumerate(sorted(said))}
    hidden = {name: hashed(own[name], value) for name, value in said.items()}
    whole = hashed("workbench-log/2", chain, values["number"], hidden, values["previous"])
    assert entry.expected_hash(chain) == whole


def test_one_field_is_disclosed_without_the_others():
    hidden = commitments("a" * 32, {"why": "Because.", "by_name": "Ann"})
    own = salts("a" * 32, ["why", "by_name"])["why"]
    assert commitment(own, "Because.") == hidden["why"]
    assert commitment(own, "Ann") != hidden["by_name"], "its salt serves no other field"
    assert salts("b" * 32, ["by_name", "why"])["why"] != own


@pytest.mark.parametrize(
    "detail", ["", "no", "[]", '"x"', '{"before":null,"after":null,"why":""}', '{"after":null,"before":null}',
               '{"after":null,"before":null,"why":"", "why":"x"}', '{"after":{"b":1,"a":2},"before":null,"why":""}'],
)  # fmt: skip
def test_a_detail_that_is_written_in_another_way_is_hashed_as_it_stands(detail):
    assert fields_of_detail(detail) == {"detail": detail}


def test_a_new_entry_has_a_salt_of_its_own(case, ann):
    make_claim(case=case, by=ann)
    found = list(Entry.objects.filter(case=case).values_list("salt", flat=True))
    assert all(len(salt) == 32 for salt in found)
    assert len(set(found)) == len(found) > 1


def test_an_entry_from_before_there_were_salts_still_holds(case, ann):
    old = Entry(
        case=case, number=1, at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC), by_id=7, by_name="Ann",
        verb="added", thing="case", thing_id=1, label="BY", detail='{"after":null,"before":null,"why":""}',
        previous="0" * 64,
    )  # fmt: skip
    # As the first release of the log wrote it.
    assert old.expected_hash("BY") == "ecca8925969ff1476e2aa1108fdce5d894d2c5973bd646f126d5ad9c5fd7ad2e"


@given(HASHED, HASHED, WORDS, WORDS)
def test_entries_that_differ_anywhere_have_different_hashes(one, other, chain, other_chain):
    same = (one, chain) == (other, other_chain)
    assert (Entry(**one).expected_hash(chain) == Entry(**other).expected_hash(other_chain)) == same
    for name in one:
        changed = one | {name: other[name]}
        assert (Entry(**changed).expected_hash(chain) == Entry(**one).expected_hash(chain)) == (changed == one)


def test_words_cannot_flow_from_one_field_into_the_next():
    values = {"number": 1, "at": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC), "by_id": 1, "thing_id": 1}
    for salt in ("", "5a" * 16):
        one = Entry(**values, by_name="Ann", verb='"],["', thing="", label="", detail="", previous="", salt=salt)
        other = Entry(**values, by_name='Ann","', verb="],[", thing="", label="", detail="", previous="", salt=salt)
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
