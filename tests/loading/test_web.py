"""A web page's way in."""

import datetime
import hashlib

import pytest

from claims.custody import store
from claims.loading import capturing
from claims.loading.fetching import Fetched, Unfetchable
from claims.loading.web import load_address
from claims.models import Capture, Document, Exhibit, Refused

PAGE = b"<html><head><title>Army</title></head><body><p>The army has 48,000 men, says the ministry.</p></body></html>"


@pytest.fixture
def answers(monkeypatch):
    """Makes every address answer with these bytes."""

    def answer(content=PAGE, status=200):
        def fetched(url):
            return Fetched(
                url, "https://example.org/army.html", status, [("Content-Type", "text/html; charset=utf-8")], content,
                hashlib.sha256(content).hexdigest(), datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC), [], [],
            )  # fmt: skip

        monkeypatch.setattr(capturing, "fetch", fetched)

    return answer


def test_what_was_fetched_is_a_document_and_kept_as_it_came(case, ann, answers):
    answers()
    document, new = load_address(case, "https://example.org/a", by=ann)

    assert new
    assert (document.origin, document.url) == ("url", "https://example.org/army.html")
    assert "48,000 men" in document.text
    capture = Capture.objects.get()
    assert b"".join(store.read(capture.file)) == PAGE
    assert capture.file.sha256 == hashlib.sha256(PAGE).hexdigest()
    assert (capture.url, capture.final_url) == ("https://example.org/a", "https://example.org/army.html")
    assert capture.headers == [["Content-Type", "text/html; charset=utf-8"]]
    assert capture.exhibit.document == document


def test_the_same_page_again_is_one_document_and_one_exhibit_with_two_captures(case, ann, answers):
    answers()
    load_address(case, "https://example.org/a", by=ann)
    _document, new = load_address(case, "https://example.org/a", by=ann)

    assert not new
    assert (Document.objects.count(), Exhibit.objects.count(), Capture.objects.count()) == (1, 1, 2)


@pytest.mark.parametrize(("content", "status"), [(PAGE, 404), (b"\x89PNG\r\n\x1a\n\0\0", 200), (b"", 200)])
def test_what_is_no_page_is_refused_at_the_address_and_nothing_is_kept(case, ann, answers, content, status):
    answers(content, status)
    with pytest.raises(Refused) as refusal:
        load_address(case, "https://example.org/a", by=ann)

    assert refusal.value.field == "url"
    assert not Capture.objects.exists()
    assert not Document.objects.exists()


def test_what_cannot_be_fetched_is_refused_by_its_sentence(case, ann, monkeypatch):
    def fail(url):
        raise Unfetchable("inside")

    monkeypatch.setattr(capturing, "fetch", fail)
    with pytest.raises(Refused, match="public internet"):
        load_address(case, "https://example.org/a", by=ann)
