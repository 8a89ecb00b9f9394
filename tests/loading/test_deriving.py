"""What is made of captures: their text, and pictures that nobody's file can reach a browser through."""

import io

import pytest
from PIL import Image, PngImagePlugin

from claims.custody import store
from claims.loading import deriving
from claims.loading.deriving import derive, derive_now_or_later, picture_of
from claims.loading.formats import picture
from claims.loading.formats.parsed import Fault
from claims.loading.working import work_once
from claims.models import Derived, Exhibit, Job
from tests.factories import make_capture, make_claim, make_evidence
from tests.loading.files import drawn as typed_page
from tests.loading.files import pdf


def make_pdf(words: str) -> bytes:
    return pdf(typed_page((words, 12)))


def image(size: tuple[int, int] = (40, 20), kind: str = "PNG", **saved) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **saved)
    return out.getvalue()


def bytes_of(derived: Derived) -> bytes:
    assert derived.file is not None, derived.fault
    return b"".join(store.read(derived.file))


def drawn(derived: Derived) -> Image.Image:
    return Image.open(io.BytesIO(bytes_of(derived)))


@pytest.fixture
def exhibit(case, ann) -> Exhibit:
    made = Exhibit(case=case, title="A report")
    made.save(by=ann)
    return made


def test_a_pdf_gives_its_text_and_a_picture_of_its_first_page(exhibit, ann):
    capture = make_capture(exhibit=exhibit, content=make_pdf("The census says 48,000."))
    text, first = derive(capture, by=ann)
    assert (text.parent, text.tool) == (capture.file, "pypdfium2")
    assert b"The census says 48,000." in bytes_of(text)
    assert drawn(first).format == "PNG"
    assert (first.page, first.facts["pages"]) == (1, 1)
    exhibit.refresh_from_db()
    assert "The census says 48,000." in exhibit.text
    assert exhibit.pages == [0]


def test_what_was_derived_is_not_derived_again(exhibit, ann):
    capture = make_capture(exhibit=exhibit, content=make_pdf("The census."))
    first = derive(capture, by=ann)
    again = make_capture(exhibit=exhibit, content=make_pdf("The census."))
    assert again.file == capture.file
    assert [each.pk for each in derive(again, by=ann)] == [each.pk for each in first]


def test_an_image_is_written_anew_without_what_it_carries(exhibit, ann):
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", "<script>alert(1)</script>")
    file = make_capture(exhibit=exhibit, content=image((4000, 1000), pnginfo=told)).file
    made = picture_of(file)
    assert drawn(made).size == (1600, 400)
    assert b"script" not in bytes_of(made)


@pytest.mark.parametrize("kind", ["JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_images_of_all_common_kinds_are_drawn(exhibit, kind):
    file = make_capture(exhibit=exhibit, content=image(kind=kind)).file
    assert drawn(picture_of(file)).size == (40, 20)


def test_an_svg_is_never_drawn(exhibit, ann):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    capture = make_capture(exhibit=exhibit, content=svg)
    assert not deriving.is_drawn(capture.file)
    assert [each.kind for each in derive(capture, by=ann)] == ["text"]
    assert "no image" in picture_of(capture.file).fault


def test_a_picture_that_hides_a_page_is_only_a_picture(exhibit):
    file = make_capture(exhibit=exhibit, content=image() + b"<html><script>alert(1)</script></html>").file
    made = picture_of(file)
    assert b"script" not in bytes_of(made)


def test_an_image_too_large_to_decode_is_refused_before_it_is(monkeypatch):
    monkeypatch.setattr(picture, "MOST_PIXELS", 100)
    with pytest.raises(Fault, match="pixels"):
        picture.read(image())


@pytest.mark.parametrize("content", [b"%PDF-1.7 broken", image()[:60], b"\x89PNG\r\n\x1a\n"])
def test_a_broken_file_leaves_a_row_that_says_so_and_nothing_else(exhibit, ann, content):
    capture = make_capture(exhibit=exhibit, content=content)
    for made in derive(capture, by=ann):
        assert made.file is None
        assert made.fault
    exhibit.refresh_from_db()
    assert exhibit.text == ""


def test_a_page_that_is_not_there_is_said(exhibit):
    file = make_capture(exhibit=exhibit, content=make_pdf("One page.")).file
    assert "no page 7" in picture_of(file, 7).fault


def test_a_later_capture_with_another_text_leaves_the_held_text_as_it_is(exhibit, ann):
    for words in (b"The census says 48,000.", b"The census says 52,000."):
        derive(make_capture(exhibit=exhibit, content=words), by=ann)
    exhibit.refresh_from_db()
    assert exhibit.text == "The census says 48,000."
    assert Derived.objects.filter(kind="text").count() == 2


def test_a_text_in_which_a_quotation_does_not_stand_is_not_held(case, exhibit, ann):
    make_evidence(claim=make_claim(case=case), exhibit=exhibit, quote="The register says 50,000.")
    derive(make_capture(exhibit=exhibit, content=b"The census says 48,000."), by=ann)
    exhibit.refresh_from_db()
    assert exhibit.text == ""


def test_a_worker_says_why_a_text_is_not_held(case, exhibit, ann, settings):
    make_evidence(claim=make_claim(case=case), exhibit=exhibit, quote="The register says 50,000.")
    settings.UPLOAD_LIMIT = 10
    job = derive_now_or_later(make_capture(exhibit=exhibit, content=b"The census says 48,000."), by=ann)
    assert job is not None
    settings.UPLOAD_LIMIT = 10_000
    work_once()
    job.refresh_from_db()
    assert job.message == "Its text is not held. Words that are quoted do not stand in that text: BY-1, evidence 1."


def test_a_large_file_is_read_by_a_worker(exhibit, ann, settings):
    settings.UPLOAD_LIMIT = 10
    capture = make_capture(exhibit=exhibit, content=b"The census says 48,000.")
    job = derive_now_or_later(capture, by=ann)
    assert job is not None
    assert not Derived.objects.exists()
    settings.UPLOAD_LIMIT = 10_000
    assert work_once() == job
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    exhibit.refresh_from_db()
    assert exhibit.text == "The census says 48,000."
