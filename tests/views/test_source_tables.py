"""The register as a table on its pages, judged by what a reader sees."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from claims.models import Role, Source
from tests.factories import make_case, make_source


@pytest.fixture
def source(case, ann) -> Source:
    return make_source(case=case, name="Ministry of Defence", kind="organisation", country="Belarus", by=ann)


def test_the_register_comes_out_as_a_table_of_what_one_sees(as_, case, source, ann, zoe):
    source.grade("B", by=ann, reason="Right about the census.")
    make_source(name="Of another case")
    answer = as_(ann).get("/sources/export.csv")
    table = answer.getvalue().decode()
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    assert "Right about the census." in table
    assert "Of another case" not in table
    assert as_(zoe).get("/sources/export.csv").getvalue().decode().count("\n") == 1


def test_a_table_is_previewed_before_it_is_imported(as_, case, source, ann, htmx):
    browser = as_(ann)
    form = browser.get("/sources/import/").context["form"]
    text = "name,kind,letter,reason\nBelta,outlet,C,Late.\nMinistry of Defence,organisation,,\nBad,outlet,Q,x"
    typed = {"case": case.pk, "text": text, "once": str(form["once"].value())}
    preview = browser.post("/sources/import/", typed, headers=htmx)
    assert preview.status_code == 200
    for words in ("1 new source", "1 known, left as it is", "1 line cannot be read", "“Q” is no grade", "Line 4"):
        assert words in preview.text
    assert Source.objects.count() == 1
    for _ in range(2):
        answer = browser.post("/sources/import/", typed | {"import": "1"})
        assert answer["Location"] == "/sources/"
    assert list(Source.objects.get(name="Belta").cases.all()) == [case]
    assert Source.objects.count() == 2


def test_a_file_is_imported_through_its_preview(as_, case, ann):
    browser = as_(ann)
    file = SimpleUploadedFile("sources.csv", "\ufeffname;kind\n<b>Юди;outlet\n".encode())
    preview = browser.post("/sources/import/", {"case": case.pk, "file": file})
    assert "&lt;b&gt;Юди;outlet" in preview.text
    sent = {"case": case.pk, "text": preview.context["form"]["text"].value(), "import": "1",
            "once": "6f1d4a52-3c1e-4a43-9d5c-1f0f3d1f8d11"}  # fmt: skip
    assert browser.post("/sources/import/", sent).status_code == 302
    assert Source.objects.get().name == "<b>Юди"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"text": ""}, "Choose a file, or paste a table below."),
        ({"text": "title\nx"}, "The first line must name the columns"),
        ({"file": SimpleUploadedFile("x.csv", b"\xff\xfe\x00")}, "This is no table in UTF-8"),
        ({"text": "name\n" + "x\n" * 5001}, "more than 5,000 lines"),
    ],
)
def test_what_is_no_table_is_refused_at_the_field(as_, case, ann, typed, said):
    answer = as_(ann).post("/sources/import/", {"case": case.pk} | typed)
    assert answer.status_code == 422
    assert said in answer.context["form"].errors["file"][0]


def test_what_was_left_out_of_an_import_is_said_line_by_line(as_, case, ann):
    text = "name,belongs_to\nOne,Two\nTwo,One"
    sent = {"case": case.pk, "text": text, "import": "1", "once": "6f1d4a52-3c1e-4a43-9d5c-1f0f3d1f8d11"}
    answer = as_(ann).post("/sources/import/", sent)
    assert "would be a circle" in answer.text
    assert "2 sources added" in answer.text


@pytest.mark.parametrize("person", ["rod", "zoe"])
def test_who_is_no_analyst_anywhere_imports_nothing(as_, case, request, person):
    browser = as_(request.getfixturevalue(person))
    assert browser.get("/sources/import/").status_code == 403
    assert browser.post("/sources/import/", {"case": case.pk, "text": "name\nx", "import": "1"}).status_code == 403
    assert not Source.objects.exists()


def test_an_import_completes_nothing_that_one_only_reads(as_, case, source, rod):
    own = make_case(members={rod: Role.ANALYST})
    sent = {"case": own.pk, "text": "name,kind,note\nMinistry of Defence,organisation,Mine.", "import": "1",
            "once": "6f1d4a52-3c1e-4a43-9d5c-1f0f3d1f8d11"}  # fmt: skip
    as_(rod).post("/sources/import/", sent)
    source.refresh_from_db()
    assert source.note == ""
