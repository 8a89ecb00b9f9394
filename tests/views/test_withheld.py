"""Withheld identity: no reader learns who a source is, on any page; analysts and editors do."""

import itertools

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.exceptions import NoReverseMatch

from claims.models import Capture, Entry, Exhibit, Lineage, Role, Source
from claims.reports.freezing import freeze
from claims.search.everything import search
from tests.factories import (
    make_absence,
    make_capture,
    make_case,
    make_claim,
    make_document,
    make_evidence,
    make_signed_claim,
    make_source,
)
from tests.views.test_claims import text_of

NAME, TITLE, ADDRESS = "Halina Kavalenka", "Letter of a quartermaster", "https://whistle.example/letter"
TELLING = ("Kavalenka", "quartermaster", "whistle.example", "Her cousin told us", "third drawer")
QUOTE = "The depot holds boots for 48,000."


@pytest.fixture
def letter(case, ann, ben, eve, max_):
    """Evidence that withholds who wrote it, with all that is known of it; and more of the same source."""
    document = make_document(case=case, text=f"{QUOTE} Nobody asked.", title="A scan")
    claim = make_claim(case=case)
    source = make_source(case=case, by=ann, name=NAME, aliases="Alias Halka", note="Her cousin told us.")
    source.grade("B", by=ann, reason="Her cousin told us.")
    item = make_evidence(
        claim=claim, by=ann, source=source, exhibit=Exhibit(title=TITLE, url=ADDRESS, document=document), quote=QUOTE,
        withheld=True, note="Her cousin told us.", where="third drawer", level="primary",
        level_reason="It was there.",
    )  # fmt: skip
    other = make_claim(case=case)
    make_evidence(claim=other, by=ann, source=source, exhibit=Exhibit(title=f"Another {TITLE}"), quote="Boots.")
    copied = Exhibit(case=case, title="A copy")
    copied.save(by=ann)
    Lineage(exhibit=copied, original=item.cited, kind="quotes", reason="Same words.", made_by=ann).save(by=ann)
    make_capture(exhibit=item.cited, by=ann, url=ADDRESS, final_url=ADDRESS)
    make_absence(claim=claim, by=ann)
    item.cited.published = "2023-02-01"
    item.cited.save(by=ann)
    item.remove(by=ann)
    item.restore(by=ann)
    item.refresh_from_db()
    make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    freeze(case, case.claims.filter(pk=claim.pk), by=eve)
    return item


def patterns(resolver, prefix=""):
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver) and each.namespace in (None, "claims"):
            yield from patterns(each)
        elif isinstance(each, URLPattern):
            yield each


def addresses():
    """Every address of the workbench's own pages, for the first few numbers and keys."""
    extensions = ["html", "md", "json", "csv", "claimreview.json"]
    for each in patterns(get_resolver("claims.urls")):
        options = {}
        for route in _names(each.name):
            options[route] = ["BY"] if route == "code" else extensions if route == "extension" else range(1, 7)
        for values in itertools.product(*options.values()):
            try:
                yield reverse(f"claims:{each.name}", kwargs=dict(zip(options, values, strict=True)))
            except NoReverseMatch as fault:
                raise AssertionError(f"{each.name} is not walked") from fault


def _names(name):
    possibility = get_resolver("claims.urls").reverse_dict.getlist(name)
    return possibility[0][0][0][1] if possibility else []


def searches():
    # In other letters than they are told in: what was asked for stands in the search field.
    words = ("kavalenka", "halka", "cousin", "LETTER QUARTERMASTER", "boots", "drawer", "depot", "scan")
    for word in words:
        for kind in ("", "claim", "document", "source", "evidence"):
            yield f"/search/?q={word}&kind={kind}"
    yield "/sources/?name=halina"
    yield "/sources/?kind=person&reliability=B"


def test_no_page_tells_a_reader(letter, rod, as_):
    browser, seen = as_(rod), 0
    for path in [*addresses(), *searches()]:
        answer = browser.get(path)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        page = body.decode(errors="replace")
        seen += answer.status_code == 200
        for words in (*TELLING, "Alias Halka"):
            assert words not in page, f"{path}: {words}"
    assert seen > 40, "the walk went somewhere"


def test_the_walk_would_have_found_it_told(letter, ann, as_):
    """What analysts see holds every telling word, so the walk looks for the right ones."""
    browser = as_(ann)
    pages = [letter.claim.get_absolute_url(), "/cases/BY/log/", f"/sources/{letter.cited.source_id}/", "/sources/"]
    told = "".join(text_of(browser.get(path)) for path in pages)
    for words in TELLING:
        assert words in told, words
    assert "identity withheld" in told


def test_a_reader_sees_the_quotation_and_that_its_source_is_withheld(letter, rod, as_):
    page = text_of(as_(rod).get(letter.claim.get_absolute_url()))
    assert "Source withheld" in page
    assert QUOTE in page
    assert "B3" in page
    assert "identity withheld" not in page


def test_the_log_tells_a_reader_only_that_something_was_done(letter, rod, as_):
    log = text_of(as_(rod).get("/cases/BY/log/"))
    kept = {"evidence", "exhibit", "source", "lineage", "capture"}
    about = Entry.objects.filter(case__code="BY", thing__in=kept)
    assert {entry.thing for entry in about} == kept
    assert log.count("source that is hidden from you") >= about.count() - 3, "the copy's own entry tells nobody"
    assert "A copy" in log, "what it repeats is hidden, not that there is a copy"
    assert "The state archive" in log
    history = text_of(as_(rod).get(f"{letter.claim.get_absolute_url()}history/"))
    assert "source that is hidden from you" in history
    assert "The state archive" in history


def test_a_source_that_is_known_in_another_case_too_is_seen_there_and_only_from_there(letter, ann, rod, as_):
    source = letter.cited.source
    assert not Source.objects.visible_to(rod).filter(pk=source.pk).exists()
    assert as_(rod).get(f"/sources/{source.pk}/").status_code == 404
    other = make_case(code="OTHER", title="Another case", members={rod: Role.READER})
    make_evidence(claim=make_claim(case=other), source=source, exhibit=Exhibit(title="A speech"))

    page = text_of(as_(rod).get(f"/sources/{source.pk}/"))
    assert "A speech" in page
    assert TITLE not in page
    assert "Belarus, February 2023" not in page
    assert NAME not in text_of(as_(rod).get(letter.claim.get_absolute_url()))
    assert NAME not in text_of(as_(rod).get("/search/?q=depot&kind=evidence"))
    other.enrol(rod, Role.ANALYST, by=ann)
    assert Source.objects.visible_to(rod).filter(pk=source.pk).exists()


def test_a_withheld_capture_is_not_taken_home(letter, ann, rod, as_):
    path = f"/cases/BY/documents/1/captures/{Capture.objects.get().pk}/"
    assert as_(ann).get(path).status_code == 200
    assert as_(rod).get(path).status_code == 404


def test_what_is_withheld_no_more_is_told_again(letter, ann, rod, as_):
    letter.withheld = False
    letter.save(by=ann)
    page = text_of(as_(rod).get(letter.claim.get_absolute_url()))
    assert NAME in page
    assert TITLE in page
    assert TITLE in text_of(as_(rod).get("/cases/BY/log/"))


def test_hits_beyond_what_is_withheld_are_on_the_page(letter, case, ann, rod):
    older = make_evidence(claim=letter.claim, by=ann, note="boots", exhibit=Exhibit(title="An open letter"))
    for number in range(3):
        make_evidence(
            claim=letter.claim, by=ann, source=letter.cited.source, note="boots", exhibit=Exhibit(title=f"No. {number}")
        )
    page = search("boots", rod, kind="evidence", limit=1)
    assert [hit.record for hit in page.hits] == [older]
    assert page.after == ""
