"""The search page, judged by what a reader sees of it."""

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.forms import search as forms
from claims.models import Exhibit, Role
from claims.search import everything
from claims.text import parts
from claims.views import search as pages
from tests.factories import (
    make_assessment,
    make_case,
    make_claim,
    make_document,
    make_evidence,
    make_signed_claim,
    make_source,
    make_verdict,
)
from tests.views.test_claims import text_of


@pytest.fixture
def stocked(case):
    """One of each kind, all of them of an army."""
    document = make_document(case=case, title="A briefing", text="Of 5 < 6 armies.\n\nThe army is 48,000 strong.")
    claim = make_claim(document=document, exact="army is 48,000 strong", statement="The army is 48,000 strong.")
    source = make_source(case=case, name="The Army", kind="organisation", note="It counts its own men.")
    make_evidence(
        claim=claim, source=source, quote="census says 48,000", note="Of the army’s men.",
        exhibit=Exhibit(title="A register", text="The census says 48,000."),
    )  # fmt: skip
    return case


def found(answer) -> list[tuple[str, int]]:
    return [(hit.kind, hit.record.pk) for group in answer.context["groups"] for hit in group.hits]


def kinds(answer) -> list[str]:
    return [group.kind for group in answer.context["groups"]]


def test_what_is_found_stands_kind_by_kind_with_its_words_marked(stocked, ann, as_):
    page = text_of(as_(ann).get("/search/?q=army"))

    titles = [page.index(f">{title}</h2>") for title in ("Claims", "Documents", "Sources", "Evidence")]
    assert titles == sorted(titles)
    assert "The <mark>army</mark> is 48,000 strong." in page
    assert "The <mark>Army</mark>" in page
    assert "5 &lt; 6 <mark>armies</mark>" in page, "what stands in a document is no markup"
    assert "A register" in page


def test_each_hit_leads_to_where_its_words_stand(stocked, ann, as_):
    page = html.unescape(text_of(as_(ann).get("/search/?q=army")))

    assert 'href="/cases/BY/claims/1/"' in page
    assert 'href="/cases/BY/documents/1/?claim=1#mark-1"' in page
    assert 'href="/cases/BY/documents/1/#:~:text=armies."' in page
    assert 'href="/cases/BY/claims/1/#evidence-1"' in page


def test_words_far_down_a_long_document_are_found_in_their_part(case, ann, as_):
    document = make_document(case=case, text="Words before it. " * 6_000 + "\n\nA well-known zebra, and more.")
    place = document.text.index("well")
    page = html.unescape(text_of(as_(ann).get("/search/?q=well+zebra")))

    number = parts.number_at(document.text, place)
    assert number == 3
    links = re.findall(r'href="(/cases/BY/documents/1/\?part=\d+)#:~:text=([^"]*)"', page)
    ((address, words),) = links
    assert address.endswith(f"part={number}")
    assert words == "well%2Dknown%20zebra%2C%20and%20more."
    assert "zebra" in text_of(as_(ann).get(address))


def test_a_paged_file_names_the_page(case, ann, as_):
    make_document(case=case, text="One.\n\nTwo.\n\nA zebra.", pages=[0, 6, 12])
    assert "Page 3, at these words" in text_of(as_(ann).get("/search/?q=zebra"))


def test_a_claim_wears_its_verdict_and_before_it_only_its_status(stocked, ann, ben, eve, max_, as_):
    make_signed_claim(case=stocked, reviewers=[ann, ben], editors=(eve, max_), statement="An army of ants.")
    proposed = make_claim(case=stocked, statement="An army of bees.")
    for reviewer in (ann, ben):
        make_assessment(claim=proposed, by=reviewer, rating="refuted")
    make_verdict(claim=proposed, by=eve, rating="refuted")
    make_claim(case=stocked, statement="An army of cats.").withdraw(by=eve, why="Made twice.")

    page = text_of(as_(ann).get("/search/?q=army+of&kind=claim"))

    assert page.count('class="verdict supported"') == 1
    assert 'class="verdict refuted"' not in page, "what is only proposed is nobody's verdict yet"
    assert re.search(
        r">Withdrawn</span>.*?class=\"title withdrawn\"[^>]*>An <mark>army</mark> <mark>of</mark> cats", page, re.S
    )


def test_a_stranger_finds_nothing_and_learns_nothing(stocked, zoe, as_):
    browser = as_(zoe)
    assert "You belong to no case" in text_of(browser.get("/search/"))
    make_case(code="ZOE", members={zoe: Role.EDITOR})
    answer = browser.get("/search/?q=army")
    assert found(answer) == []
    for code in ("BY", "NOSUCH"):
        page = text_of(browser.get(f"/search/?q=army&case={code}"))
        assert f"You belong to no case “{code}”" in page
    assert "Belarus" not in page


def test_nobody_searches_without_signing_in(client, db):
    assert client.get("/search/?q=army").status_code == 302


def test_kind_and_case_narrow_it_and_stand_in_the_address(stocked, ann, as_):
    other = make_case(code="CZ", members={ann: Role.READER})
    mine = make_claim(case=other, statement="Another army.")
    browser = as_(ann)

    assert found(browser.get("/search/?q=army&case=CZ")) == [("claim", mine.pk)]
    assert kinds(browser.get("/search/?q=army&kind=source")) == ["source"]
    assert kinds(browser.get("/search/?q=army&kind=source&case=CZ")) == []
    page = text_of(browser.get("/search/?q=army&kind=source&case=CZ"))
    assert '<option value="CZ" selected>' in page
    assert '<option value="source" selected>' in page
    assert 'href="?q=army">Look in everything' in page


def test_a_case_beyond_those_listed_can_still_be_asked_for(ann, as_, monkeypatch):
    monkeypatch.setattr(forms, "CASES", 1)
    make_case(code="AA", members={ann: Role.READER})
    claim = make_claim(case=make_case(code="ZZ", members={ann: Role.READER}), statement="An army.")

    assert found(as_(ann).get("/search/?q=army&case=ZZ")) == [("claim", claim.pk)]
    assert as_(ann).get("/search/?q=army&case=%00").status_code == 200


def test_many_of_a_kind_come_page_by_page_without_gap_or_double(stocked, ann, as_, monkeypatch):
    monkeypatch.setattr(pages, "PAGE", 3)
    monkeypatch.setattr(pages, "FEW", 2)
    for n in range(7):
        make_claim(case=stocked, statement=f"Army number {n}.")
    browser = as_(ann)

    first = browser.get("/search/?q=army")
    assert kinds(first) == ["claim", "document", "source", "evidence"], "a crowd of claims hides nothing else"
    assert "the newest 2" in text_of(first)
    answer, seen = browser.get("/search/" + first.context["groups"][0].more), []
    while True:
        seen += found(answer)
        more = answer.context["groups"][0].more
        if not more:
            break
        answer = browser.get(f"/search/{more}")
    assert [kind for kind, _key in seen] == ["claim"] * 8
    assert seen == sorted(set(seen), reverse=True)
    assert "First page" in text_of(answer)
    assert "Nothing beyond this" in text_of(browser.get("/search/?q=army&kind=claim&after=claim-0"))


@pytest.mark.parametrize("query", ["", "?q=", "?q=+"])
def test_before_anything_is_asked_the_page_says_what_can_be(stocked, ann, as_, query):
    page = text_of(as_(ann).get(f"/search/{query}"))
    assert "Find it again" in page
    assert "autofocus" in page


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("?!", "There is no word in “?!”"),
        ('"', "There is no word in"),
        ("zebra", "Nothing holds all of these words"),
        ("x" * 10_000, "Only the first 200 characters were looked for."),
        ("army " * 2_000, "Only the first 20 words and phrases were looked for."),
        ("字" * 10_000, "Only the first 200 characters were looked for."),
    ],
)
def test_what_cannot_be_found_is_said_in_a_sentence(stocked, ann, as_, words, says):
    answer = as_(ann).get("/search/", {"q": words})
    assert answer.status_code == 200
    assert says in html.unescape(text_of(answer))


@pytest.mark.parametrize(
    "words", ['"army', 'army"', "“army", "ar\0my army", "army'", "army) OR (", "ARMY*", "%army", "\\army"]
)
def test_unbalanced_and_odd_signs_are_no_error(stocked, ann, as_, words):
    assert as_(ann).get("/search/", {"q": words}).status_code == 200


@pytest.mark.parametrize(
    "query", ["kind=zebra", "case=%00", "case=by%27", "kind=claim&after=zebra-1", "after=claim-1", "case=" + "X" * 5000]
)
def test_odd_addresses_find_what_makes_sense_of_them(stocked, ann, as_, query):
    answer = as_(ann).get(f"/search/?q=army&{query}")
    assert answer.status_code == 200
    assert found(answer)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=220))
def test_whatever_is_typed_is_answered(stocked, ann, as_, words):
    assert as_(ann).get("/search/", {"q": words}).status_code == 200


def test_with_htmx_the_part_comes_back_and_typing_takes_one_step_of_history(stocked, ann, as_, htmx):
    browser = as_(ann)
    typed = browser.get("/search/?q=army&kind=&case=", headers=htmx | {"HX-Source": "input#q"})
    chosen = browser.get("/search/?q=army&kind=claim&case=", headers=htmx | {"HX-Source": "form"})
    back = browser.get("/search/?q=army", headers=htmx | {"HX-History-Restore-Request": "true"})

    assert text_of(typed).lstrip().startswith('<div id="found"')
    assert typed["HX-Replace-Url"] == "/search/?q=army"
    assert "HX-Push-Url" not in typed
    assert chosen["HX-Push-Url"] == "/search/?q=army&kind=claim"
    assert "<html" in text_of(back)
    assert 'value="army"' in text_of(back)


def test_the_page_asks_no_more_often_where_more_is_found(stocked, ann, as_, django_assert_max_num_queries):
    browser = as_(ann)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            browser.get("/search/?q=army")
        return len(queries)

    browser.get("/search/?q=army")
    few = asked()
    assert few <= 17
    for n in range(6):
        document = make_document(case=stocked, text=f"Army number {n}.")
        claim = make_claim(document=document, exact=f"Army number {n}", statement=f"Army {n}.")
        make_evidence(claim=claim, source=make_source(case=stocked, name=f"Army {n}"), note="An army.")
    with django_assert_max_num_queries(few):
        assert len(found(browser.get("/search/?q=army"))) == 20


def test_the_box_stands_on_every_page_and_once_on_the_searchs_own(case, ann, as_):
    browser = as_(ann)
    for address in ("/", "/cases/BY/", "/sources/"):
        page = text_of(browser.get(address))
        assert page.count('action="/search/"') == 1
        assert page.count('data-key="/"') == 1
    assert text_of(browser.get("/search/")).count('name="q"') == 1


def test_a_hit_too_deep_in_a_text_to_be_looked_for_says_so(case, ann, as_, monkeypatch):
    monkeypatch.setattr(everything, "STRETCH", parts.SIZE)
    make_document(case=case, text="Words before it. " * 20_000 + "\n\nA zebra.")
    assert "The words stand elsewhere" not in text_of(as_(ann).get("/search/?q=zebra"))
    monkeypatch.setattr(everything, "MOST_LOOKED", 0)
    page = text_of(as_(ann).get("/search/?q=zebra"))
    assert "the words stand elsewhere in it" in page
    assert "part=" not in page


@pytest.mark.parametrize("query", ["?q=BY-3", "?q=by-3", "?q=BY-3&kind=claim", "?q=BY-3&case=BY"])
def test_the_claim_of_a_number_stands_first(case, ann, as_, query):
    for statement in ("One says BY-3 is wrong.", "Nobody counts.", "The army is strong & large."):
        make_claim(case=case, statement=statement)
    answer = as_(ann).get(f"/search/{query}")
    assert [hit.record.ref for hit in answer.context["groups"][0].hits] == ["BY-3", "BY-1"]
    assert "strong &amp; large" in answer.content.decode()


def test_a_number_names_no_claim_that_one_may_not_see(case, zoe, ann, as_):
    make_claim(case=case)
    other = make_case(code="KY", members={ann: Role.READER})
    assert found(as_(zoe).get("/search/?q=BY-1")) == []
    assert found(as_(ann).get(f"/search/?q=BY-1&case={other.code}")) == []
