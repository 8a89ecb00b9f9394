"""Documents by their pages: loading, correcting, and claims made of their words."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from claims.models import Claim, Document
from tests.factories import TEXT, make_claim, make_document

ADD = "/cases/BY/documents/add/"
ROOM = "/cases/BY/documents/1/"
MAKE = "/cases/BY/documents/1/claims/add/"


def page(answer) -> str:
    return str(answer.content.decode())


def first(pattern: str, seen: str) -> str:
    found = re.search(pattern, seen)
    assert found is not None
    return found[1]


def upload(content: bytes, name: str = "briefing.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/plain")


def span(words: str, text: str = TEXT) -> str:
    start = text.index(words)
    return f"{MAKE}?start={start}&end={start + len(words)}"


@pytest.mark.parametrize("path", [ADD, ROOM, ROOM + "edit/", ROOM + "sentences/", MAKE + "?start=0&end=9"])
def test_a_stranger_learns_nothing_and_a_reader_may_only_read(case, zoe, rod, as_, path):
    make_document(case=case)
    assert as_(zoe).get(path).status_code == 404
    assert as_(rod).get(path).status_code == (200 if path in (ROOM, ROOM + "sentences/") else 403)


def test_a_reader_is_offered_nothing_that_is_refused(case, rod, as_):
    make_document(case=case)
    for path in (ROOM, ROOM + "sentences/"):
        seen = page(as_(rod).get(path))
        assert "claims/add/" not in seen
        assert "documents/1/edit/" not in seen


def test_a_pasted_text_opens_in_the_reading_room(case, ann, as_):
    browser = as_(ann)
    answer = browser.post(ADD, {"text": "The army\r\n\r\nis 48,000 strong.", "language": "en"}, follow=True)
    assert answer.redirect_chain == [(ROOM, 302)]
    assert "“The army” is loaded: 5 words" in page(answer)
    assert bytes(Document.objects.get().content) == b"The army\r\n\r\nis 48,000 strong."


def test_an_uploaded_text_keeps_its_name_and_what_is_said_about_it(case, ann, as_, htmx):
    about = {"title": "Of armies", "publisher": "A paper", "author": "A. Writer", "published": "2023-02-20"}
    data = {"file": upload(TEXT.encode()), "language": "be", "url": "https://example.org/a"} | about
    answer = as_(ann).post(ADD, data, headers=htmx)
    assert answer["HX-Redirect"] == ROOM
    document = Document.objects.get()
    assert (document.title, document.file_name, document.language) == ("Of armies", "briefing.txt", "be")
    assert str(document.published) == "2023-02-20"
    assert 'lang="be"' in page(as_(ann).get(ROOM))


def test_the_same_text_again_says_so_and_makes_no_second_document(case, ann, as_):
    browser = as_(ann)
    for _ in range(2):
        answer = browser.post(ADD, {"text": TEXT, "language": "en"}, follow=True)
    assert "in the case already. It is document 1." in page(answer)
    assert Document.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Paste a text here"),
        ({"text": " \n "}, "no text in it"),
        ({"file": b""}, "no text in it"),
        ({"file": b"a\0b"}, "binary"),
        ({"file": b"caf\xe9"}, "not UTF-8"),
        ({"text": "Some", "file": b"Other"}, "Choose one way"),
        ({"text": "Some", "url": "javascript:alert(1)"}, "valid URL"),
        ({"text": "Some", "language": '"><b>'}, "as a code"),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_what_cannot_be_loaded_is_said_at_its_field_and_nothing_typed_is_lost(case, ann, as_, data, sentence, headers):
    data = {"language": "en", "title": "Typed title", "author": "Typed <author>"} | data
    if "file" in data:
        data["file"] = upload(data["file"])
    answer = as_(ann).post(ADD, data, headers=headers)
    assert answer.status_code == 422
    assert sentence in page(answer)
    assert 'value="Typed title"' in page(answer)
    assert "Typed &lt;author&gt;" in page(answer)
    assert ("<html" in page(answer)) == (not headers)
    assert not Document.objects.exists()


def test_too_large_a_document_is_refused_at_its_field(case, ann, as_, settings):
    settings.UPLOAD_LIMIT = 1_000_000
    answer = as_(ann).post(ADD, {"file": upload(b"a" * 1_100_000), "language": "en", "title": "Kept"})
    assert answer.status_code == 413
    assert "1.1 MB; a document may have at most 1 MB" in page(answer)
    assert "Kept" in page(answer)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_too_large_a_request_is_refused_by_a_sentence_too(case, ann, as_, settings, headers):
    settings.UPLOAD_LIMIT, settings.REQUEST_LIMIT = 1_000_000, 1_000_000
    answer = as_(ann).post(ADD, {"text": "a" * 1_300_000, "language": "en"}, headers=headers)
    assert answer.status_code == 413
    assert "at most 1 MB" in page(answer)
    assert answer.get("HX-Retarget", "") == ("#messages" if headers else "")
    assert not Document.objects.exists()


def test_what_is_known_can_be_corrected_and_the_text_stays(case, ann, as_):
    document = make_document(case=case)
    answer = as_(ann).post(ROOM + "edit/", {"title": "Better", "language": "uk", "version": "0"})
    assert answer["Location"] == ROOM
    document.refresh_from_db()
    assert (document.title, document.language, document.version) == ("Better", "uk", 1)
    assert document.holds_its_text()


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_stale_correction_shows_both_and_overwrites_nothing(case, ann, ben, as_, headers):
    document = make_document(case=case)
    as_(ben).post(ROOM + "edit/", {"title": "Ben's title", "language": "en", "version": "0"})
    answer = as_(ann).post(ROOM + "edit/", {"title": "Ann's title", "language": "en", "version": "0"}, headers=headers)
    assert answer.status_code == 409
    assert "Ben&#x27;s title" in page(answer)
    assert "Ann&#x27;s title" in page(answer)
    document.refresh_from_db()
    assert document.title == "Ben's title"
    again = as_(ann).post(ROOM + "edit/", {"title": "Ann's title", "language": "en", "version": "1"})
    assert again.status_code == 302


@pytest.mark.parametrize(("version", "status"), [("", 409), ("7", 409), ("-1", 409), ("9" * 30, 409), ("x", 422)])
def test_a_correction_with_a_forged_version_changes_nothing(case, ann, as_, version, status):
    document = make_document(case=case)
    answer = as_(ann).post(ROOM + "edit/", {"title": "Forged", "language": "en", "version": version})
    assert answer.status_code == status
    assert "Forged" in page(answer)
    document.refresh_from_db()
    assert document.title == "A briefing"


def test_every_sentence_offers_a_claim(case, ann, as_, htmx):
    make_document(case=case)
    for sent in [dict[str, str](), htmx]:
        seen = page(as_(ann).get(ROOM + "sentences/", headers=sent))
        assert seen.count("claims/add/?start=") == 3
        start = TEXT.index("The army")
        assert f"start={start}&amp;end={len(TEXT)}" in seen


def test_a_sentence_names_the_claims_in_it(case, ann, as_):
    document = make_document(case=case)
    make_claim(document=document, exact="48,000")
    assert f'{ROOM}?claim=1#mark-1"' in page(as_(ann).get(ROOM + "sentences/"))


def test_a_claim_is_made_without_javascript_in_three_actions(case, ann, as_):
    make_document(case=case)
    browser = as_(ann)
    sentences = page(browser.get(ROOM + "sentences/"))
    make = first(r'href="([^"]*claims/add/\?start=0&amp;end=\d+)"', sentences).replace("&amp;", "&")
    form = page(browser.get(make))
    assert '<option value="quantity" selected>' in form
    fields = {name: value for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}
    statement = first(r'<textarea name="statement"[^>]*>\s*([^<]*)</textarea>', form)
    answer = browser.post(make, fields | {"statement": statement, "kind": "quantity", "language": "en"}, follow=True)

    claim = Claim.objects.get()
    assert answer.redirect_chain == [(f"{ROOM}?claim=1#mark-1", 302)]
    assert "BY-1 is made." in page(answer)
    assert claim.passages.get().exact == claim.statement
    assert 'aria-current="true"' in page(answer)


def test_the_words_can_be_narrowed_to_some_of_the_sentence(case, ann, as_):
    make_document(case=case)
    make = span("Minsk claims that troops have been massed near the border.")
    data = {"statement": "Troops are massed.", "kind": "state", "words": " troops have been massed "}
    as_(ann).post(make, data)
    passage = Claim.objects.get().passages.get()
    assert passage.exact == "troops have been massed"
    assert passage.start == TEXT.index("troops")


@pytest.mark.parametrize("words", ["no such words", "r"])
def test_words_that_do_not_stand_once_are_refused(case, ann, as_, words):
    make_document(case=case)
    data = {"statement": "Troops <are> massed.", "kind": "state", "words": words}
    answer = as_(ann).post(span("troops have been massed near the border"), data)
    assert answer.status_code == 422
    assert "not at all, or more than once" in page(answer)
    assert "Troops &lt;are&gt; massed." in page(answer)
    assert not Claim.objects.exists()


@pytest.mark.parametrize(
    "query",
    ["", "?start=1", "?start=5&end=5", "?start=9&end=3", "?start=-3&end=5", "?start=a&end=b", "?start=0&end=999999",
     "?start=999999&end=9999999", f"?start=0&end={'9' * 5000}", "?start=%00&end=4", "?start=1.5&end=4"],
)  # fmt: skip
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_span_that_holds_no_words_is_refused_by_a_sentence(case, ann, as_, query, headers):
    make_document(case=case)
    for answer in (as_(ann).get(MAKE + query, headers=headers), as_(ann).post(MAKE + query, headers=headers)):
        assert answer.status_code == 422
        assert re.search("Select|select", page(answer))


def test_a_span_of_white_space_is_refused(case, ann, as_):
    make_document(case=case)
    gap = TEXT.index("\n\n")
    answer = as_(ann).get(f"{MAKE}?start={gap}&end={gap + 2}")
    assert answer.status_code == 422


def test_white_space_at_the_ends_is_left_out(case, ann, as_):
    make_document(case=case)
    gap = TEXT.index("\n\n")
    as_(ann).post(f"{MAKE}?start={gap}&end={gap + 7}", {"statement": "Minsk.", "kind": "other"})
    assert Claim.objects.get().passages.get().exact == "Minsk"


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_claim_is_made_with_who_said_it_and_its_figure(case, ann, as_, headers):
    make_document(case=case)
    data = {
        "statement": "The force comprises 100,000 to 150,000 men.", "kind": "quantity", "as_of": "2023-02-20",
        "speaker_1": "The minister", "verb_1": "said", "hedged_1": "on", "basis_1": "on_record",
        "speaker_3": "A paper", "basis_3": "hearsay",
        "measure_1": "strength", "low_1": "100,000", "high_1": "150 000", "unit_1": "men", "entity_1": "the force",
    }  # fmt: skip
    answer = as_(ann).post(span("100,000 to 150,000 men"), data, headers=headers)
    assert (answer.get("HX-Redirect") or answer.get("Location")) == f"{ROOM}?claim=1#mark-1"
    claim = Claim.objects.get()
    assert [(rung.position, rung.speaker, rung.hedged) for rung in claim.attributions.all()] == [
        (1, "The minister", True),
        (2, "A paper", False),
    ]
    assert str(claim.quantities.get()) == "strength: 100,000–150,000 men"
    room = page(as_(ann).get(f"{ROOM}?claim=1"))
    assert "The minister" in room
    assert "100,000–150,000 men" in room


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"measure_1": "strength", "low_1": "5", "high_1": "4"}, "Low is above high."),
        ({"measure_1": "strength"}, "at least one of low and high"),
        ({"low_2": "5"}, "Say what is counted"),
        ({"measure_1": "strength", "low_1": "many"}, "Enter a number."),
        ({"measure_1": "strength", "low_1": "NaN"}, "Enter a number."),
        ({"verb_1": "said"}, "Name who said it"),
        ({"statement": ""}, "required"),
        ({"statement": "x" * 1001}, "This is 1 character too long: 1,000 fit"),
        ({"kind": "rumour"}, "not one of the available"),
        ({"as_of": "yesterday"}, "valid date"),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(case, ann, as_, wrong, sentence, headers):
    make_document(case=case)
    data = {"statement": "The army", "kind": "quantity", "speaker_1": "" if "verb_1" in wrong else "Typed speaker"}
    answer = as_(ann).post(span("48,000"), data | wrong, headers=headers)
    assert answer.status_code == 422
    assert sentence in page(answer)
    assert ("<html" in page(answer)) == (not headers)
    for typed in (data | wrong).values():
        assert typed in page(answer) or typed == "rumour"
    assert not Claim.objects.exists()


def test_a_form_sent_twice_makes_one_claim(case, ann, as_):
    make_document(case=case)
    data = {"statement": "The army", "kind": "quantity", "once": "8d1c3f0e-7c39-4c8e-9b0d-3a5e0f4f2b11"}
    answers = [as_(ann).post(span("48,000"), data) for _ in range(2)]
    assert [answer["Location"] for answer in answers] == [f"{ROOM}?claim=1#mark-1"] * 2
    assert Claim.objects.count() == 1


def test_a_reader_and_a_stranger_make_no_claim(case, rod, zoe, as_):
    make_document(case=case)
    data = {"statement": "The army", "kind": "quantity"}
    assert as_(rod).post(span("48,000"), data).status_code == 403
    assert as_(zoe).post(span("48,000"), data).status_code == 404
    assert not Claim.objects.exists()


def test_whoever_makes_a_claim_hears_of_those_that_stand_in_the_words(case, ann, eve, as_, htmx):
    document = make_document(case=case, text=TEXT)
    there = [make_claim(document=document, exact=words) for words in ("The army is 48,000 strong", "48,000")]
    gone = make_claim(document=document, exact="48,000 strong")
    gone.withdraw(by=eve, why="Made twice.")
    address = span("army is 48,000")
    seen = page(as_(ann).get(address, headers=htmx))
    assert "Claims stand in these words already:" in seen
    for claim in there:
        assert f'<a href="{claim.get_absolute_url()}"' in seen
    assert gone.get_absolute_url() not in seen
    elsewhere = page(as_(ann).get(span("The minister said")))
    assert "in these words already" not in elsewhere
