"""The reading room: a document with its marks, and the chosen claim beside it."""

import html
import re

import pytest
from django.db import connection

from claims.custody import guards
from claims.models import Claim, Role
from claims.text import parts
from tests.factories import (
    make_assessment,
    make_claim,
    make_document,
    make_evidence,
    make_signed_claim,
    make_suggestion,
    make_user,
)

ROOM = "/cases/BY/documents/1/"
LONG = "".join(f"Sentence number {n} says that the army is 48,000 strong.\n\n" for n in range(3000))


def page(answer) -> str:
    return str(answer.content.decode())


def runs(seen: str) -> list[tuple[int, str]]:
    """The runs of text with the places where they say they stand."""
    found = re.findall(r'<(?:span|a)[^>]* ?data-start="(\d+)"[^>]*>([^<]*)<', seen)
    return [(int(start), html.unescape(text)) for start, text in found]


def test_every_run_stands_where_it_says(case, ann, as_):
    text = "\U0001d518 first & <b>second</b>.\n\nThe army is 48,000 strong, \U0001f600 they say."
    document = make_document(case=case, text=text)
    make_claim(document=document, exact="army is 48,000")
    make_claim(document=document, exact="48,000 strong, \U0001f600")

    found = runs(page(as_(ann).get(ROOM)))
    assert len(found) == 6
    for start, words in found:
        assert text[start : start + len(words)] == words
    assert "<b>second" not in page(as_(ann).get(ROOM))


def test_what_turns_the_direction_of_writing_is_shown_by_a_sign_that_adds_no_text(case, ann, as_):
    text = "The army is \u202e000,84\u202c <strong>, they \u2067say\u2069."
    document = make_document(case=case, text=text)
    make_claim(document=document, exact="army is \u202e000")
    seen = page(as_(ann).get(ROOM))
    said = "Invisible character U+202E: it turns the direction of writing"
    assert f'<span class="turn" role="img" title="{said}" aria-label="{said}">\u202e</span>' in seen
    assert seen.count('class="turn"') == 4
    shown = re.search(r'<p dir="auto">(<span data-start="0">.*?)</p>', seen)
    assert shown
    assert html.unescape(re.sub(r"<[^>]*>", "", shown[1])) == text
    assert f'aria-label="{said}">\u202e</span>' in page(as_(ann).get(f"{ROOM}sentences/"))


def test_a_mark_wears_the_look_of_its_rating(case, ann, ben, eve, max_, as_):
    document = make_document(case=case)
    make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_), document=document, exact="48,000")
    make_claim(document=document, exact="massed near")
    seen = page(as_(ann).get(ROOM))
    assert '<mark class="supported" data-mark="1" id="mark-1">' in seen
    assert '<mark class="unverified" data-mark="2" id="mark-2">' in seen


def test_overlapping_marks_nest_with_one_link_in_the_innermost(case, ann, as_):
    document = make_document(case=case)
    make_claim(document=document, exact="100,000 to 150,000 men")
    make_claim(document=document, exact="150,000 men.")
    seen = page(as_(ann).get(ROOM))
    nested = re.search(
        r'<mark [^>]*data-mark="1"[^>]*><mark [^>]*data-mark="2"[^>]*><a data-open="2"[^>]*>([^<]*)</a></mark></mark>',
        seen,
    )
    assert nested is not None
    assert nested[1] == "150,000 men"


def test_the_chosen_claim_stands_beside_the_text(case, ann, as_, htmx):
    document = make_document(case=case)
    claim = make_claim(document=document, exact="48,000", statement="The army has <48,000> men.")
    make_evidence(claim=claim)
    make_claim(document=document, exact="strong")

    whole, some = (page(as_(ann).get(f"{ROOM}?claim=1", headers=sent)) for sent in [dict[str, str](), htmx])
    for seen in (whole, some):
        assert "The army has &lt;48,000&gt; men." in seen
        assert "1 supports" in seen
        assert "0 of 2 in" in seen
        assert "/cases/BY/claims/1/assess/" in seen
        assert "?claim=2#mark-2" in seen
    assert 'data-mark="1" id="mark-1" aria-current="true"' in whole
    assert "<article" not in some
    assert some.strip().startswith('<section id="claim"')


def test_a_page_brought_back_from_history_is_whole(case, ann, as_, htmx):
    make_claim(document=make_document(case=case), exact="48,000")
    answer = as_(ann).get(f"{ROOM}?claim=1", headers=htmx | {"HX-History-Restore-Request": "true"})
    assert "<html" in page(answer)
    assert "HX-Request" in answer["Vary"]


def test_all_claims_of_the_document_are_listed(case, ann, as_):
    document = make_document(case=case)
    make_claim(document=document, exact="48,000")
    make_claim(document=document, exact="48,000", statement="Wholly under another.")
    seen = page(as_(ann).get(ROOM))
    assert "Wholly under another." in seen
    assert seen.count('data-open="1"') + seen.count('data-open="2"') == 3


def test_an_empty_room_says_how_to_begin(case, ann, rod, as_):
    make_document(case=case)
    assert "Select the words of an assertion" in page(as_(ann).get(ROOM))
    assert 'id="new-claim-selection"' in page(as_(ann).get(ROOM))
    assert "Select the words" not in page(as_(rod).get(ROOM))
    assert 'id="new-claim-selection"' not in page(as_(rod).get(ROOM))


def test_whether_the_answers_agree_is_told_to_those_who_may_see_them(case, ann, ben, eve, rod, as_):
    cleo = make_user(email="cleo@example.org", name="Cleo")
    case.enrol(cleo, Role.ANALYST, by=eve)
    claim = make_claim(document=make_document(case=case), exact="48,000")
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben, rating="refuted")

    def said(person) -> str:
        return page(as_(person).get(f"{ROOM}?claim=1"))

    assert "they differ" in said(ann)
    assert "they differ" in said(eve)
    for person in (cleo, rod):
        assert "2 of 2 in" in said(person)
        assert "they differ" not in said(person)


def test_a_reader_is_offered_no_assessment(case, rod, as_):
    make_claim(document=make_document(case=case), exact="48,000")
    seen = page(as_(rod).get(f"{ROOM}?claim=1"))
    assert "/assess/" not in seen
    assert "/evidence/add/" not in seen


@pytest.mark.parametrize(
    "query",
    [
        "claim=99",
        "claim=x",
        "claim=-1",
        f"claim={'9' * 40}",
        "claim=2",
        "part=0",
        "part=2",
        "part=x",
        "part=%00",
        "suggestion=99",
        "suggestion=x",
        f"suggestion={'9' * 40}",
        "suggestion=%00",
    ],
)
def test_what_is_not_there_is_not_found(case, ann, as_, query):
    make_claim(document=make_document(case=case), exact="48,000")
    make_claim(case=case)  # stands in no document
    assert as_(ann).get(f"{ROOM}?{query}").status_code == 404


def test_an_unknown_document_is_not_found(case, ann, as_):
    assert as_(ann).get("/cases/BY/documents/7/").status_code == 404
    assert as_(ann).get("/cases/BY/documents/7/sentences/").status_code == 404


def test_a_long_text_is_read_in_parts_and_a_claim_opens_its_own(case, ann, as_):
    document = make_document(case=case, text=LONG)
    make_claim(document=document, exact="Sentence number 2900 says")
    browser = as_(ann)

    first = page(browser.get(ROOM))
    assert sum(len(words) for _start, words in runs(first)) <= parts.SIZE + parts.REACH
    assert 'href="?part=2"' in first
    assert "Sentence number 2900" not in first
    last = page(browser.get(f"{ROOM}?claim=1"))
    assert "Sentence number 2900" in last
    assert 'aria-current="true"' in last
    assert "&amp;part=" in last
    read = [runs(page(browser.get(f"{ROOM}?part={n}"))) for n in range(1, parts.count(len(LONG)) + 1)]
    assert "".join(words for part in read for _start, words in part) == LONG.replace("\n", "")


def test_the_room_costs_the_same_however_many_claims_there_are(case, ann, as_, django_assert_max_num_queries):
    document = make_document(case=case)
    make_claim(document=document, exact="48,000")
    browser = as_(ann)
    with django_assert_max_num_queries(19) as few:
        browser.get(f"{ROOM}?claim=1")
    for _ in range(12):
        make_claim(document=document, exact="strong")
    for words in ("The minister", "the force", "Minsk", "troops", "The army"):
        make_suggestion(document=document, exact=words)
    with django_assert_max_num_queries(len(few.captured_queries)):
        browser.get(f"{ROOM}?claim=1")
    assert Claim.objects.count() == 13


RUNG = {"speaker": "Minsk", "verb": "claims", "hedged": True, "basis": "anonymous"}
STRENGTH = {"measure": "strength", "low": "48000", "high": None, "unit": "men"}


def test_a_suggestion_is_marked_apart_and_says_why_it_was_made(case, ann, as_, htmx):
    document = make_document(case=case, pages=[0, 60])
    made = make_suggestion(
        document=document, score=0.874, reasons=["two_quantities", "question", "unheard_of"], rungs=[RUNG],
        figures=[STRENGTH], method="signs 1",
    )  # fmt: skip
    query = f"{ROOM}?suggestion={made.pk}"
    whole, some = (page(as_(ann).get(query, headers=sent)) for sent in [dict[str, str](), htmx])
    for seen in (whole, some):
        panel = seen[seen.index('<section id="claim"') :].split("</section>")[0]
        for words in ("Suggestion", "0.87", "signs 1", "Quantity", "Minsk", "claims", "anonymous", "48,000 men"):
            assert words in panel
        assert "<dt>Page</dt><dd>2</dd>" in panel
        assert "<li>two quantities</li>" in panel
        assert '<li class="against"><span class="visually-hidden">against: </span>a question</li>' in panel
        assert "<li>unheard_of</li>" in panel
        assert "The army is 48,000 strong." in panel
    assert f'<mark class="suggested" data-mark="s{made.pk}" id="mark-s{made.pk}" aria-current="true">' in whole
    assert 'title="Suggestion, score 0.87"' in whole
    assert "<article" not in some


def test_the_best_suggestions_are_listed_and_the_others_a_page_further(case, ann, as_, monkeypatch):
    monkeypatch.setattr("claims.views.reading_room.LISTED", 2)
    document = make_document(case=case)
    for score, words in [(0.2, "The minister"), (0.9, "Minsk claims"), (0.5, "The army")]:
        make_suggestion(document=document, exact=words, score=score)
    make_suggestion(document=document, exact="troops").dismiss(by=ann)
    browser = as_(ann)

    def listed(seen: str) -> list[str]:
        return re.findall(r'dir="auto">([^<]*)</span></a></li>', seen)

    first = page(browser.get(ROOM))
    assert listed(first) == ["Minsk claims", "The army"]
    assert "3 open · 0 accepted · 1 dismissed" in first
    further = re.search(r'href="(\?after=\d+)#suggestions"', first)
    assert further
    assert listed(page(browser.get(f"{ROOM}{further[1]}"))) == ["The minister"]
    for forged in ("x", "0", "9" * 40, "%00"):
        assert listed(page(browser.get(f"{ROOM}?after={forged}"))) == listed(first)


def test_the_pages_of_the_file_are_named_in_the_text_and_beside_the_claim(case, ann, as_):
    document = make_document(case=case, pages=[0, 69])
    make_claim(document=document, exact="48,000")
    seen = page(as_(ann).get(f"{ROOM}?claim=1"))
    sign = '<span class="pagebreak" role="img" aria-label="Page 2" data-page="p. 2"></span>'
    assert seen.count(sign) == 1
    assert "<dt>Page</dt><dd>2</dd>" in seen
    assert "p. 2" in page(as_(ann).get("/cases/BY/claims/1/"))


def test_what_a_reader_should_know_of_the_reading_stands_at_the_head(case, ann, as_):
    make_document(case=case, extractor="pypdfium2 5", notes=[["blank_pages", 2], ["hidden", 1], ["unheard of", 1]])
    seen = page(as_(ann).get(ROOM))
    assert "read by pypdfium2 5" in seen
    assert "2 pages hold no text." in seen
    assert "1 hidden word was left out." in seen


def test_a_withdrawn_claim_is_named_but_not_marked(case, ann, eve, as_):
    document = make_document(case=case)
    make_claim(document=document, exact="48,000").withdraw(by=eve, why="Made by mistake.")
    seen = page(as_(ann).get(ROOM))
    assert "data-mark" not in seen
    assert "Withdrawn, and not marked:" in seen
    assert '<mark class="withdrawn" data-mark="1"' in page(as_(ann).get(f"{ROOM}?claim=1"))


def test_passages_that_no_longer_match_are_listed_and_neither_marked_nor_lost(case, ann, as_):
    document = make_document(case=case)
    make_claim(document=document, exact="100,000 to 150,000 men")
    make_claim(document=document, exact="48,000 strong")
    make_suggestion(document=document)
    connection.check_constraints()
    guards.take_down(connection)
    try:
        with connection.cursor() as cursor:
            text = document.text[: document.text.index("The army")]
            cursor.execute("UPDATE claims_document SET text = %s WHERE id = %s", [text, document.pk])
    finally:
        guards.set_up(connection)

    for query in ("", "?claim=1", "?claim=2"):
        seen = page(as_(ann).get(f"{ROOM}{query}"))
        orphans = seen[seen.index('id="orphans"') :].split("</section>")[0]
        assert "BY-2" in orphans
        assert "48,000 strong" in orphans
        assert "BY-1" not in orphans
        assert 'data-mark="2"' not in seen
        assert 'data-mark="1"' in seen
    assert "do not stand in this document any more" in page(as_(ann).get(f"{ROOM}?claim=2"))
    assert as_(ann).get(f"{ROOM}sentences/").status_code == 200
