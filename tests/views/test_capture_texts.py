"""What a capture says is read on its page, and can be made the text that quotations are checked against."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from claims.custody import store
from claims.loading.deriving import derive, use_text
from claims.models import Capture, Derived, Entry, EvidenceChange, Exhibit, Refused
from claims.reports.freezing import check_quotations, freeze
from tests.factories import (
    make_assessment,
    make_capture,
    make_claim,
    make_document,
    make_evidence,
    make_exhibit,
    make_verdict,
)
from tests.loading.test_deriving import make_pdf

OLD, NEW = "The census says 48,000.", "The census says 48,000. It was counted twice."


def page_of(answer) -> str:
    return str(answer.content.decode())


def captured(exhibit: Exhibit, by, words: str, **fields) -> Capture:
    capture = make_capture(exhibit=exhibit, content=words.encode(), by=by, **fields)
    derive(capture, by=by)
    return capture


@pytest.fixture
def exhibit(case, ann) -> Exhibit:
    return make_exhibit(case=case, title="A report", text=OLD)


def stored(exhibit: Exhibit) -> Exhibit:
    found: Exhibit = Exhibit.objects.select_related("case", "document", "source").get(pk=exhibit.pk)
    return found


def test_a_captures_text_is_read_on_its_page_as_words(exhibit, ann, rod, zoe, as_):
    capture = captured(exhibit, ann, "Two < three.\n\nThe end.")
    for person in (ann, rod):
        for way in ("", "text/"):
            seen = page_of(as_(person).get(f"{exhibit.get_absolute_url()}captures/{capture.pk}/{way}"))
            assert "Two &lt; three." in seen
            assert ("Use this text" in seen) == (person == ann)
    assert as_(zoe).get(f"{exhibit.get_absolute_url()}captures/{capture.pk}/text/").status_code == 404


def test_a_long_text_comes_once_the_page_is_there_and_in_parts(exhibit, ann, as_, htmx):
    capture = captured(exhibit, ann, "\n\n".join(f"Paragraph {n} of a long text." for n in range(4000)))
    here = f"{exhibit.get_absolute_url()}captures/{capture.pk}/"
    seen = page_of(as_(ann).get(here))
    assert "Paragraph 3 " not in seen
    assert f'hx-get="{here}text/"' in seen
    part = page_of(as_(ann, **htmx).get(f"{here}text/"))
    assert "Paragraph 3 " in part
    assert "Part 1 of 3" in part
    assert "<html" not in part
    assert "Paragraph 3999 " in page_of(as_(ann).get(f"{here}text/?part=3"))
    for wrong in ("?part=4", "?part=x"):
        assert as_(ann).get(f"{here}text/{wrong}").status_code == 404


def test_the_text_of_a_capture_takes_the_place_of_the_held_one_with_an_entry(exhibit, ann, as_):
    capture = captured(exhibit, ann, NEW, name="report.txt")
    answer = as_(ann).post(f"{exhibit.get_absolute_url()}captures/{capture.pk}/text/use/", follow=True)
    assert "It was counted twice." in page_of(answer)
    assert "report.txt</bdi></a></span>" in page_of(answer), "the text says of which capture it is"
    assert (stored(exhibit).text, stored(exhibit).text_of) == (NEW, capture)
    entry = Entry.objects.filter(thing="exhibit", thing_id=exhibit.pk).order_by("-number")[0]
    assert capture.file.sha256[:12] in entry.parts["after"]["text_of"]
    assert entry.parts["before"]["text_sha256"] != entry.parts["after"]["text_sha256"]
    assert "The exhibit holds this text" in page_of(as_(ann).get(f"{exhibit.get_absolute_url()}captures/{capture.pk}/"))


def test_the_text_that_was_held_becomes_a_capture_and_can_be_used_again(exhibit, ann):
    use_text(captured(exhibit, ann, NEW), by=ann)
    before = Capture.objects.get(how="pasted")
    assert b"".join(store.read(before.file)).decode() == OLD
    use_text(before, by=ann)
    use_text(before, by=ann)
    assert stored(exhibit).text == OLD
    assert Capture.objects.count() == 2


def test_a_text_in_which_a_quotation_does_not_stand_is_refused_and_said(case, exhibit, ann, as_):
    make_evidence(claim=make_claim(case=case), exhibit=exhibit, quote=OLD)
    capture = captured(exhibit, ann, "The census says 52,000.")
    here = f"{exhibit.get_absolute_url()}captures/{capture.pk}/"
    seen = page_of(as_(ann).get(here))
    assert "do not stand in that text: BY-1, evidence 1." in seen
    assert "Use this text" not in seen
    answer = as_(ann).post(f"{here}text/use/")
    assert answer.status_code == 422
    assert "BY-1, evidence 1." in page_of(answer)
    assert stored(exhibit).text == OLD


def test_an_upload_whose_text_is_not_held_says_why_and_can_be_used_once_that_is_mended(case, ann, as_):
    exhibit = make_exhibit(case=case, title="A report")
    item = make_evidence(claim=make_claim(case=case), exhibit=exhibit, quote="The register says 50,000.")
    file = SimpleUploadedFile("a.pdf", make_pdf(OLD), content_type="application/pdf")
    answer = as_(ann).post(f"{exhibit.get_absolute_url()}captures/add/", {"file": file}, follow=True)
    capture = Capture.objects.get()
    here = f"{exhibit.get_absolute_url()}captures/{capture.pk}/"
    assert answer.redirect_chain[-1][0] == f"{here}#text"
    assert "Its text is not held." in page_of(answer)
    assert "BY-1, evidence 1." in page_of(answer)
    assert f'href="{here}#text">Read the text of capture' in page_of(as_(ann).get(exhibit.get_absolute_url()))
    item.remove(by=ann)
    assert as_(ann).post(f"{here}text/use/").status_code == 302
    assert OLD in stored(exhibit).text
    with pytest.raises(Refused, match="do not stand"):
        item.restore(by=ann)


def test_verdicts_on_a_text_that_is_replaced_are_told(case, exhibit, ann, ben, eve):
    claim = make_claim(case=case)
    make_evidence(claim=claim, exhibit=exhibit, quote=OLD)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    make_verdict(claim=claim, by=eve)
    capture = make_capture(exhibit=exhibit, content=NEW.encode())  # its first, so it is no change by itself
    assert not EvidenceChange.objects.exists()
    use_text(capture, by=ann)
    assert [(change.what, change.editor) for change in EvidenceChange.objects.all()] == [("capture", eve)]


def test_the_first_text_of_an_exhibit_is_no_change(case, ann, ben, eve):
    exhibit = make_exhibit(case=case)
    claim = make_claim(case=case)
    make_evidence(claim=claim, exhibit=exhibit, quote=OLD)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    make_verdict(claim=claim, by=eve)
    captured(exhibit, ann, OLD)
    assert stored(exhibit).text == OLD
    assert not EvidenceChange.objects.exists()


def test_what_a_report_quotes_stays_checkable(case, exhibit, ann, eve):
    claim = make_claim(case=case)
    item = make_evidence(claim=claim, exhibit=exhibit, quote=OLD)
    report = freeze(case, case.claims.all(), by=eve)
    item.quote = "The census"
    item.save(by=ann)
    with pytest.raises(Refused, match="Report 1 quotes words"):
        use_text(captured(exhibit, ann, "The census says 52,000."), by=ann)
    check_quotations(report)


def test_neither_a_document_nor_a_capture_without_words_gives_way(case, ann):
    exhibit = make_exhibit(case=case, document=make_document(case=case))
    with pytest.raises(Refused, match="that of a document"):
        use_text(captured(exhibit, ann, NEW), by=ann)
    with pytest.raises(Refused, match="no text that could be used"):
        use_text(captured(make_exhibit(case=case), ann, "\x00\x01"), by=ann)


def test_readers_and_strangers_choose_no_text(exhibit, ann, rod, zoe, as_):
    capture = captured(exhibit, ann, NEW)
    here = f"{exhibit.get_absolute_url()}captures/{capture.pk}/text/use/"
    assert as_(rod).post(here).status_code == 403
    assert as_(zoe).post(here).status_code == 404
    assert as_(ann).get(here).status_code == 405
    assert as_(ann).post(here.replace(f"/{capture.pk}/", f"/{capture.pk + 1}/")).status_code == 404
    assert stored(exhibit).text == OLD


def test_a_text_that_is_missing_from_the_store_is_no_fault_of_the_page(exhibit, ann, as_):
    capture = captured(exhibit, ann, NEW)
    made = Derived.objects.get(kind="text")
    assert made.file is not None
    store.store().remove(made.file.sha256)
    assert as_(ann).get(f"{exhibit.get_absolute_url()}captures/{capture.pk}/").status_code == 200
