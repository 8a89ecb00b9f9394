"""Whatever the reader may see is found by its words, the same on both databases."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.custody import guards
from claims.models import Claim, Exhibit, Role
from claims.search import everything, snippets
from claims.search.claims import matching
from claims.search.everything import KINDS, search, terms
from claims.search.similar import similar
from claims.search.snippets import folded_in_place, marked, snippet
from claims.text import parts
from tests.factories import (
    make_assessment,
    make_case,
    make_claim,
    make_document,
    make_evidence,
    make_source,
    make_user,
)


def kinds(page) -> list[str]:
    return [hit.kind for hit in page.hits]


@pytest.fixture
def stocked(case, ann):
    """One of each kind, all of them of an army."""
    claim = make_claim(case=case, statement="The army is 48,000 strong.")
    make_document(case=case, title="A briefing", text="Of armies. The border guard is 12,000 strong.")
    source = make_source(case=case, name="The Army", note="It counts its own men.")
    make_evidence(
        claim=claim, source=source, quote="census says 48,000", note="Of the army’s men.",
        exhibit=Exhibit(title="A register", text="The census says 48,000."),
    )  # fmt: skip
    return case


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("army", ["claim", "document", "source", "evidence"]),
        ("ARMIES", ["claim", "document", "source", "evidence"]),
        ('"border guard"', ["document"]),
        ("“border guards”", ["document"]),
        ('"guard border"', []),
        ("guard border", ["document"]),
        ("48,000", ["claim", "evidence"]),
        ("register census", ["evidence"]),
        ("cens*", ["evidence"]),
        ("cens", []),
        ("briefing", ["document"]),
        ("the", ["claim", "document", "source", "evidence"]),
        ("army nowhere", []),
        ("case1", []),
    ],
)
def test_each_kind_is_found_by_its_words(stocked, ann, words, expected):
    assert kinds(search(words, ann)) == expected


def test_the_kind_and_the_case_can_be_chosen(stocked, ann):
    for kind in KINDS:
        assert kinds(search("army", ann, kind=kind)) == [kind]
    other = make_case(members={ann: Role.READER})
    make_claim(case=other, statement="Another army.")
    assert kinds(search("army", ann, case=other)) == ["claim"]
    assert len(search("army", ann, kind="claim").hits) == 2


def test_what_the_reader_may_not_see_is_not_found(stocked, ada, zoe, rod):
    assert search("army", zoe).hits == []
    assert search("army", zoe, case=stocked).hits == []
    assert search("army", make_user(is_superuser=True, is_active=False)).hits == []
    assert kinds(search("army", ada)) == kinds(search("army", rod)) == list(KINDS)
    make_case(members={zoe: Role.EDITOR})
    assert search("army", zoe).hits == []


def test_assessments_are_never_found(stocked, ann, ben):
    make_assessment(claim=stocked.claims.get(number=1), by=ann, rationale="A zebra told me.")
    assert search("zebra", ann).hits == search("zebra", ben).hits == []


def test_removed_evidence_is_found_no_more(stocked, ann):
    evidence = stocked.claims.get(number=1).evidence.get()
    evidence.remove(by=ann)
    assert search("census", ann).hits == []
    evidence.restore(by=ann)
    assert kinds(search("census", ann)) == ["evidence"]


def test_corrected_words_are_found_and_the_old_ones_no_more(stocked, ann):
    document, source = stocked.documents.get(), stocked.sources.get()
    exhibit = stocked.exhibits.get()
    document.title, source.note, exhibit.title = "A memorandum", "A lighthouse.", "A ledger"
    for record in (document, source, exhibit):
        record.save(by=ann)
    assert [kinds(search(word, ann)) for word in ("memorandum", "lighthouse", "ledger")] == [
        ["document"], ["source"], ["evidence"],
    ]  # fmt: skip
    assert [search(word, ann).hits for word in ("briefing", "counts", "register")] == [[], [], []]


def test_pages_follow_each_other_without_gap_or_double(stocked, ann):
    for n in range(7):
        make_claim(case=stocked, statement=f"Army number {n}.")
    seen, after, turns = [], "", 0
    while turns == 0 or after:
        page = search("army", ann, after=after, limit=3)
        seen += [(hit.kind, hit.record.pk) for hit in page.hits]
        after, turns = page.after, turns + 1
    assert len(seen) == len(set(seen)) == 11
    assert [kind for kind, _ in seen] == ["claim"] * 8 + ["document", "source", "evidence"]
    claims = [key for kind, key in seen if kind == "claim"]
    assert claims == sorted(claims, reverse=True)
    assert turns == 4


@pytest.mark.parametrize(
    "after", ["", "x", "claim-", "claim-x", "zebra-1", "claim--1", "claim-" + "9" * 400, "claim-٣"]
)
def test_an_odd_place_to_go_on_is_the_beginning(stocked, ann, after):
    assert kinds(search("army", ann, after=after)) == list(KINDS)


@pytest.mark.parametrize(
    "words",
    [
        "",
        '"',
        "'",
        "\\",
        "-",
        '""',
        "army'",
        'army"',
        "army)",
        "-army",
        "army:*",
        "^army",
        "ar\0my",
        "%s army",
        "<-> army",
        "a*b*",
        "*",
        "{army",
        "ÅRMY*",
        "army & !",
        "army:* |",
        "facet:case1",
        "x " * 500,
        "\u037a*",
        "\ufe70*",
        "army \u037a*",
        "\u037a",
        "\u3349" * 200 + "*",
    ],
)
def test_signs_of_a_query_language_are_only_signs(stocked, ann, words):
    assert set(kinds(search(words, ann))) <= set(KINDS)


# Of every sort that a query language, a tokeniser or a folding may stumble over.
SIGNS = st.one_of(
    st.characters(),
    st.sampled_from("*\"“”':&|!()<>-\\^{}%\0\u037a\ufe70\ufc5e\u0345\u3349\u00b5İßﬁ\u0661"),
    st.sampled_from(["army", "ab*", " ", "* ", "NEAR(", " AND ", " NOT ", "facet:"]),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(SIGNS, max_size=200).map(lambda signs: "".join(signs)[:200]))
def test_whatever_is_typed_is_looked_for_without_a_fault(stocked, ann, words):
    assert set(kinds(search(words, ann))) <= set(KINDS)
    assert list(matching(stocked, words)[:3]) is not None
    assert similar(words, ann) is not None


def test_accents_are_no_matter(case, ann):
    make_claim(case=case, statement="Le général à Orléans.")
    (hit,) = search("general orleans", ann).hits
    assert hit.snippet == "Le <mark>général</mark> à <mark>Orléans</mark>."


def test_hits_are_marked_and_hostile_text_stays_text(case, ann):
    make_claim(case=case, statement="<script>army</script> & <mark>more</mark> \x02army\x03")
    (hit,) = search("army", ann).hits
    assert hit.snippet.count("<mark>") == 2
    assert "&lt;script&gt;<mark>army</mark>&lt;/script&gt; &amp; &lt;mark&gt;more" in hit.snippet


def test_a_long_document_is_found_by_its_last_word(case, ann):
    text = "A word and another. " * 25_000 + "The zebra is last."
    make_document(case=case, title="Long", text=text)
    (hit,) = search("zebra", ann).hits
    assert hit.snippet.endswith("The <mark>zebra</mark> is last.")
    assert len(hit.snippet) < 300


def test_a_long_text_is_marked_alike_wherever_the_word_stands():
    for place in range(9_980, 10_260):
        cut = snippet("x" * (place - 1) + " armies " + "y" * 20_000, ["army"])
        assert cut.count("<mark>armies</mark>") == 1
    assert "<mark>" not in snippet("x" * 9_999 + "army" + "y" * 20_000, ["army"])


def test_no_more_of_a_long_text_is_looked_through_than_it_takes(monkeypatch):
    looked = []

    def first_hit(hits):
        looked.append(1)
        return (hits[0][0], 1) if hits else (0, 0)

    monkeypatch.setattr(snippets, "densest", first_hit)
    assert "<mark>army</mark>" in snippet("The army. " * 1_000_000, ["army", "zebra"])
    assert len(looked) <= snippets.MOST_PIECES


def test_of_a_long_document_only_the_stretches_up_to_the_hit_are_read(case, ann, monkeypatch):
    monkeypatch.setattr(everything, "STRETCH", parts.SIZE)
    monkeypatch.setattr(everything, "FEW", 0)  # what is written once holds the length of a stretch
    text = "A word and another. " * 10_000
    make_document(case=case, title="Late", text=text + "The zebra is last.")
    make_document(case=case, title="Early", text="The zebra is first. " + text)
    early, late = search("zebra", ann).hits
    assert early.snippet.startswith("The <mark>zebra</mark> is first.")
    assert early.snippet.endswith(" …")
    assert late.snippet.startswith("… ")
    assert late.snippet.endswith("The <mark>zebra</mark> is last.")
    assert len(early.read) == len(early.record.begins) == parts.SIZE + parts.REACH
    assert late.start == 4 * parts.SIZE
    assert not {"text", "content"} & (early.record.__dict__.keys() | late.record.__dict__.keys())

    monkeypatch.setattr(everything, "MOST_LOOKED", 2 * parts.SIZE)
    _early, late = search("zebra", ann).hits
    assert late.snippet.startswith("A word and another.")
    assert "<mark>" not in late.snippet


def test_the_stretch_with_most_of_the_words_is_shown():
    text = "An army. " + "Nothing here. " * 2_000 + "The army stood at the border. " + "Nothing here. " * 2_000
    assert "The <mark>army</mark> stood at the <mark>border</mark>." in snippet(text, ["army", "border"])


def test_a_text_of_nothing_but_new_words_can_be_written(case, ann):
    text = " ".join(f"идём{n:x}я" for n in range(45_000))
    make_document(case=case, title="Odd", text=text)
    assert kinds(search("идём1я", ann)) == ["document"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's indexes need no triggers")
def test_words_are_indexed_anew_where_the_triggers_were_gone(stocked, ann):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER claims_words_added")
        cursor.execute("DROP TRIGGER claims_found_evidence_titled")
    make_claim(case=stocked, statement="A zebra.")
    assert search("zebra", ann).hits == []
    assert sorted(guards.set_up(connection)) == ["claims_found_evidence_titled", "claims_words_added"]
    assert kinds(search("zebra", ann)) == ["claim"]
    assert kinds(search("army", ann)) == list(KINDS)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has a table for each index")
@pytest.mark.parametrize(
    "harm",
    [
        "DROP INDEX claims_found_claims",
        "DROP TEXT SEARCH CONFIGURATION claims_stemmed",
        "CREATE OR REPLACE FUNCTION claims_words_of(body text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE STRICT "
        "AS $$ BEGIN RETURN ''; END $$",
    ],
)
def test_indexes_are_made_anew_where_what_they_rest_on_was_gone(stocked, ann, harm):
    connection.check_constraints()  # PostgreSQL alters nothing that has checks still to come
    with connection.cursor() as cursor:
        cursor.execute(harm)
    assert "claims_found_claims" in guards.missing(connection)
    guards.set_up(connection)
    assert guards.missing(connection) == []
    assert kinds(search("army", ann)) == list(KINDS)


def test_a_deleted_record_is_found_no_more(stocked, ann):
    claim = Claim(case=stocked, number=9, statement="A zebra.", made_by=ann)
    claim.store()  # without an entry in the log, which would keep it
    assert kinds(search("zebra", ann)) == ["claim"]
    Claim._base_manager.filter(pk=claim.pk)._raw_delete("default")
    assert search("zebra", ann).hits == []
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO claims_found_claims(claims_found_claims, rank) VALUES ('integrity-check', 1)")


def test_what_was_typed_is_taken_apart():
    assert [(term.text, term.begins) for term in terms('army "the border* guard" plan* - ""')] == [
        ("army", False), ("the border* guard", False), ("plan*", True),
    ]  # fmt: skip
    assert len(terms("word " * 100)) == 20


@given(st.text(max_size=400), st.lists(st.text("abcé ", min_size=1, max_size=4), max_size=3))
def test_a_snippet_is_the_text_with_marks_and_nothing_else(text, words):
    from html import unescape

    plain = unescape(marked(text, words).replace("<mark>", "").replace("</mark>", ""))
    assert plain == unescape(text) or plain == text
    assert snippet(text, words).count("<mark>") == snippet(text, words).count("</mark>")
    assert len(folded_in_place(text)) == len(text)
