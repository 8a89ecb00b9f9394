"""What was fetched, kept as it came: listed beside its document, and taken home as a file."""

import hashlib

import pytest

from claims.models import Exhibit, Role
from tests.factories import make_capture, make_case, make_document

ROOM = "/cases/BY/documents/1/"


def page(answer) -> str:
    return str(answer.content.decode())


@pytest.fixture
def captured(case, ann):
    """The capture of a case's only document."""
    document = make_document(case=case)
    exhibit = Exhibit(case=case, title="A page", document=document)
    exhibit.save(by=ann)
    return make_capture(exhibit=exhibit, final_url="https://example.org/a/page.html?x=1", status=203)


def test_a_documents_captures_are_listed_with_all_that_tells_them_apart(case, ann, rod, as_, captured):
    for reader in (ann, rod):
        seen = page(as_(reader).get(ROOM))
        assert "Kept as it came" in seen
        assert f'href="{ROOM}captures/{captured.pk}/"' in seen
        for told in ("answered 203", "https://example.org/a/page.html", captured.file.sha256, "30"):
            assert told in seen


def test_a_document_that_was_never_fetched_lists_none(case, ann, as_):
    make_document(case=case)
    assert "Kept as it came" not in page(as_(ann).get(ROOM))


def test_a_capture_comes_byte_for_byte_and_is_never_shown_as_a_page(case, ann, as_, captured):
    answer = as_(ann).get(f"{ROOM}captures/{captured.pk}/")
    assert hashlib.sha256(b"".join(answer.streaming_content)).hexdigest() == captured.file.sha256
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == f'attachment; filename="BY-document-1-capture-{captured.pk}.html"'
    assert as_(ann).post(f"{ROOM}captures/{captured.pk}/").status_code == 405


def test_a_capture_is_there_for_those_who_see_its_case_and_under_its_document_alone(case, ann, zoe, as_, captured):
    other = make_case(members={zoe: Role.EDITOR, ann: Role.EDITOR}, code="OTHER")
    make_document(case=other)
    make_document(case=case, text="Another text.")
    assert as_(zoe).get(f"{ROOM}captures/{captured.pk}/").status_code == 404
    for reader, path in ((zoe, "OTHER/documents/1"), (ann, "OTHER/documents/1"), (ann, "BY/documents/2")):
        assert as_(reader).get(f"/cases/{path}/captures/{captured.pk}/").status_code == 404
    assert as_(ann).get(f"{ROOM}captures/{captured.pk + 1}/").status_code == 404


def test_the_newest_of_many_captures_are_listed_without_their_bytes(
    case, ann, as_, captured, django_assert_max_num_queries
):
    browser = as_(ann)
    with django_assert_max_num_queries(19) as few:
        browser.get(ROOM)
    for n in range(25):
        make_capture(exhibit=captured.exhibit, final_url=f"https://example.org/{n}")
    with django_assert_max_num_queries(len(few.captured_queries)) as many:
        seen = page(browser.get(ROOM))
    assert seen.count(f"{ROOM}captures/") == 20
    assert "the newest 20" in seen
    assert not [each for each in many.captured_queries if '"claims_capture"."content"' in each["sql"]]
