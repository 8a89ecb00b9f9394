"""An exhibit's page: what it is, what is held of it, how it came, what rests on it; and bringing a capture in."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.custody import store
from claims.models import Capture, Custody, Exhibit, Job, Role
from tests.factories import make_capture, make_case, make_claim, make_document, make_evidence, make_source


def text_of(answer) -> str:
    return str(answer.content.decode())


@pytest.fixture
def evidence(case, ann):
    source = make_source(case=case, name="The ministry")
    exhibit = Exhibit(
        title="A statement", text="The census says 48,000.\n\nIt was taken in 2019.", url="https://a.example/"
    )
    return make_evidence(claim=make_claim(case=case), source=source, exhibit=exhibit, by=ann)


@pytest.fixture
def page(evidence) -> str:
    return str(evidence.cited.get_absolute_url())


def test_the_page_shows_what_it_is_its_text_and_what_rests_on_it(evidence, page, ann, as_):
    seen = text_of(as_(ann).get(page))
    for words in ("A statement", "The ministry", "It was taken in 2019.", "https://a.example/", evidence.claim.ref):
        assert words in seen
    assert 'data-start="25"' in seen, "the second paragraph says where it begins"
    assert "Nobody has said where it comes from" in seen


def test_strangers_find_nothing_and_readers_nothing_that_is_withheld(evidence, page, case, zoe, rod, ann, as_):
    for path in (page, f"{page}text/", f"{page}edit/", f"{page}captures/add/"):
        assert as_(zoe).get(path).status_code == 404
    assert as_(rod).get(page).status_code == 200
    evidence.withheld = True
    evidence.save(by=ann)
    for path in (page, f"{page}text/"):
        assert as_(rod).get(path).status_code == 404
    assert "A statement" not in text_of(as_(rod).get("/cases/BY/exhibits/"))
    assert "identity withheld" in text_of(as_(ann).get(page))


def test_an_exhibit_is_found_in_its_own_case_alone(evidence, page, ann, as_):
    make_case(members={ann: Role.ANALYST}, code="OTHER")
    assert as_(ann).get(page.replace("/BY/", "/OTHER/")).status_code == 404


def test_exhibits_are_listed_newest_first_by_words_and_by_what_lacks_lineage(case, evidence, ann, as_):
    from claims.models import trace

    trace(evidence.cited, "first_hand", None, by=ann, reason="It says so.")
    make_evidence(claim=evidence.claim, exhibit=Exhibit(title="A wire report"))
    seen = text_of(as_(ann).get("/cases/BY/exhibits/"))
    assert seen.index("A wire report") < seen.index("A statement")
    seen = text_of(as_(ann).get("/cases/BY/exhibits/?words=ministry"))
    assert "A statement" in seen
    assert "A wire report" not in seen
    seen = text_of(as_(ann).get("/cases/BY/exhibits/?unknown=1"))
    assert "A wire report" in seen
    assert "A statement" not in seen


def test_a_list_of_many_is_paged_and_asks_no_more_often(case, ann, as_):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get("/cases/BY/exhibits/").status_code == 200
        return len(queries)

    browser = as_(ann)
    browser.get("/cases/BY/exhibits/")
    for n in range(3):
        Exhibit(case=case, title=f"Exhibit {n}").save(by=ann)
    few = asked()
    for n in range(3, 60):
        Exhibit(case=case, title=f"Exhibit {n}").save(by=ann)
    assert asked() == few
    seen = text_of(browser.get("/cases/BY/exhibits/"))
    assert "Exhibit 59" in seen
    assert "Exhibit 9<" not in seen
    older = seen.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "Exhibit 9<" in text_of(browser.get(older))


def test_what_is_known_is_corrected_and_a_stale_save_overwrites_nothing(evidence, page, ann, ben, as_):
    form = as_(ann).get(f"{page}edit/").context["form"]
    typed = {"title": "The statement", "source": evidence.cited.source_id, "version": form["version"].value()}
    assert as_(ann).post(f"{page}edit/", typed).status_code == 302
    answer = as_(ben).post(f"{page}edit/", typed | {"title": "Another"})
    assert answer.status_code == 409
    assert Exhibit.objects.get().title == "The statement"


def test_readers_change_nothing(page, rod, as_):
    for path in (f"{page}edit/", f"{page}captures/add/"):
        assert as_(rod).post(path, {"text": "Words."}).status_code == 403
    assert not Capture.objects.exists()


def test_a_file_of_any_kind_is_kept_under_its_hash_and_entered(evidence, page, ann, as_):
    content = b"\x00\x01 not a text at all"
    file = SimpleUploadedFile("leak.bin", content, content_type="application/x-thing")
    answer = as_(ann).post(f"{page}captures/add/", {"file": file, "screenshot": "on", "note": "From the box."})
    assert answer["Location"] == page
    capture = Capture.objects.get()
    assert capture.file.sha256 == hashlib.sha256(content).hexdigest()
    assert (capture.how, capture.name, capture.declared_type) == ("screenshot", "leak.bin", "application/x-thing")
    assert b"".join(store.read(capture.file)) == content
    assert capture.custody.get().act == "received"
    assert capture.file.sha256[:8] in text_of(as_(ann).get(page))


def test_a_pasted_text_is_a_capture_too_and_the_same_bytes_are_told(evidence, page, ann, as_):
    for told in ("its bytes are kept", "The same bytes came on"):
        answer = as_(ann).post(f"{page}captures/add/", {"text": "The census."}, follow=True)
        assert told in text_of(answer)
    assert [capture.how for capture in Capture.objects.all()] == ["pasted", "pasted"]
    assert Capture.objects.values("file").distinct().count() == 1


def test_the_same_form_sent_twice_makes_one_capture(page, ann, as_):
    form = {"text": "The census.", "once": "8d3d1c1e-3f0e-4f7a-9f51-7a54d56a5d5e"}
    for _n in range(2):
        assert as_(ann).post(f"{page}captures/add/", form).status_code == 302
    assert Capture.objects.count() == 1


@pytest.mark.parametrize("typed", [{}, {"text": "Words.", "file": SimpleUploadedFile("a.txt", b"Words.")}])
def test_it_is_one_of_the_two(page, ann, as_, typed):
    assert as_(ann).post(f"{page}captures/add/", typed).status_code == 422
    assert not Capture.objects.exists()


def test_an_address_is_fetched_by_a_job_where_that_is_allowed(page, ann, as_, settings):
    answer = as_(ann).post(f"{page}captures/add/", {"act": "fetch"})
    assert answer.status_code == 422
    assert "switched off" in text_of(answer)
    settings.FETCH_URLS = True
    answer = as_(ann).post(f"{page}captures/add/", {"act": "fetch"})
    job = Job.objects.get()
    assert answer["Location"] == job.get_absolute_url()
    assert (job.task, job.items.get().name) == ("capture", "https://a.example/")


def test_a_captures_page_tells_all_of_it_and_who_looked(evidence, page, ann, ben, as_):
    capture = make_capture(exhibit=evidence.cited, headers=[["Server", "nginx"]])
    for person in (ann, ann, ben):
        seen = text_of(as_(person).get(f"{page}captures/{capture.pk}/"))
    for words in (capture.file.sha256, "nginx", "answered 200", "received", "viewed"):
        assert words in seen
    acts = [(line.act, line.by) for line in Custody.objects.order_by("pk")][1:]
    assert acts == [("viewed", ann), ("viewed", ben)], "a second look within minutes is none"


def test_bytes_leave_as_a_file_only_and_are_entered_as_taken_out(evidence, page, ann, zoe, as_):
    script = b"<script>alert(1)</script>"
    capture = make_capture(exhibit=evidence.cited, content=script, final_url="https://a.example/x.html")
    answer = as_(ann).get(f"{page}captures/{capture.pk}/file/")
    assert b"".join(answer.streaming_content) == script
    assert answer["Content-Type"] == "application/octet-stream"
    name = f"BY-exhibit-{evidence.cited.pk}-capture-{capture.pk}.html"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert capture.custody.order_by("-pk")[0].act == "exported"
    assert as_(zoe).get(f"{page}captures/{capture.pk}/file/").status_code == 404
    assert as_(ann).get(f"{page}captures/{capture.pk + 1}/file/").status_code == 404


def test_captures_are_listed_and_leave_under_the_name_they_came_with(evidence, page, ann, as_):
    file = SimpleUploadedFile("photo of the gate.PNG", b"no picture at all", content_type="image/png")
    as_(ann).post(f"{page}captures/add/", {"file": file})
    as_(ann).post(f"{page}captures/add/", {"text": "The census."})
    seen = text_of(as_(ann).get(page))
    assert "<bdi>photo of the gate.PNG</bdi>, " in seen
    assert "<bdi>Pasted text</bdi>, " in seen
    for capture, ending in zip(Capture.objects.order_by("pk"), ("png", "txt"), strict=True):
        sent = as_(ann).get(f"{page}captures/{capture.pk}/file/")["Content-Disposition"]
        assert sent.endswith(f'-capture-{capture.pk}.{ending}"')


def test_a_missing_file_is_said_and_is_no_fault_of_the_page(evidence, page, ann, as_):
    capture = make_capture(exhibit=evidence.cited)
    store.store().remove(capture.file.sha256)
    answer = as_(ann).get(f"{page}captures/{capture.pk}/file/")
    assert answer.status_code == 410
    assert "verify_files" in text_of(answer)
    assert as_(ann).get(f"{page}captures/{capture.pk}/").status_code == 200


def test_a_document_behind_an_exhibit_is_its_text(case, ann, as_):
    exhibit = Exhibit(title="The briefing", document=make_document(case=case))
    held = make_evidence(claim=make_claim(case=case), exhibit=exhibit)
    seen = text_of(as_(ann).get(f"{held.cited.get_absolute_url()}text/"))
    assert "The army is 48,000 strong." in seen
    assert as_(ann).get(f"{held.cited.get_absolute_url()}text/?part=9").status_code == 404
