"""A document's way in, from bytes, from a paste and from the command line."""

import datetime
import hashlib
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError

from claims.loading.documents import READ_AT_ONCE, TooLarge, default_title, found_in, load
from claims.models import Document, Entry, Job, Refused, User
from tests.factories import make_user

TEXT = "A briefing\r\n\r\nThe army is 48,000 strong. It is the cafe\u0301's claim.\r\n"


def test_text_and_bytes_are_both_kept_as_they_came(case, ann):
    document, new = load(case, TEXT.encode(), by=ann, origin="file", file_name="briefing.txt")

    document = Document.objects.get(pk=document.pk)
    assert new
    assert bytes(document.content) == TEXT.encode()
    assert document.text == "A briefing\n\nThe army is 48,000 strong. It is the caf\u00e9's claim.\n"
    assert document.sha256_bytes == hashlib.sha256(TEXT.encode()).hexdigest()
    assert document.holds_its_text()
    assert (document.title, document.file_name, document.extractor) == ("A briefing", "briefing.txt", "text 1")
    assert found_in(document).sentences == 3


def test_the_same_text_finds_the_first(case, ann, ben):
    first, _ = load(case, TEXT.encode(), by=ann, origin="file")
    again, new = load(case, TEXT.replace("\r\n", "\n"), by=ben, origin="paste", title="Another title")
    assert (again, new, Document.objects.count()) == (first, False, 1)


def test_loading_leaves_an_entry(case, ann):
    load(case, TEXT, by=ann, origin="paste")
    entry = Entry.objects.get(case=case, verb="loaded")
    assert entry.by == ann
    assert "48,000" not in entry.detail


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b" \n\t ", "white space"),
        (b"%PDF\0\0", "binary"),
        (b"caf\xe9", "byte 3"),
        ("\ud800", "surrogate"),
        ("a" + "\u0301" * 100, "accents"),
    ],
)
def test_what_is_no_text_is_refused_by_a_sentence(case, ann, content, sentence):
    with pytest.raises(Refused, match=sentence) as refusal:
        load(case, content, by=ann, origin="file")
    assert refusal.value.field == ("file" if isinstance(content, bytes) else "text")
    assert not Document.objects.exists()


def test_what_is_too_large_is_refused_with_its_size_and_the_limit(case, ann, settings):
    settings.UPLOAD_LIMIT = 1_000_000
    with pytest.raises(TooLarge, match=r"1\.1 MB.*at most 1 MB"):
        load(case, b"a" * 1_000_001, by=ann, origin="file")
    assert load(case, b"a" * 1_000_000, by=ann, origin="file")[1]


def test_a_title_that_is_too_long_is_refused(case, ann):
    with pytest.raises(ValidationError, match="300"):
        load(case, TEXT, by=ann, origin="paste", title="x" * 301)


@pytest.mark.parametrize(
    ("text", "file_name", "title"),
    [
        ("\n A  title \nText", "a.txt", "A title"),
        ("word " * 100, "report.final.txt", "report.final"),
        ("word " * 100, "", "word " * 22 + "word…"),
    ],
)
def test_the_title_is_the_first_line_or_the_name_of_the_file(text, file_name, title):
    assert default_title(text, file_name) == title


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("load_document", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_where_the_document_is_and_what_it_found(case, ada, tmp_path):
    file = tmp_path / "briefing.txt"
    file.write_bytes(TEXT.encode())

    said = command(str(file), "--case", "BY")
    assert said.startswith("/cases/BY/documents/1/\n")
    assert "12 words, 2 paragraphs, 3 sentences" in said
    assert hashlib.sha256(TEXT.encode()).hexdigest() in said
    assert "already loaded as document 1" in command(str(file), "--case", "BY", "--title", "Again")


def test_the_command_refuses_in_a_sentence(case, ada, rod, tmp_path, settings):
    settings.UPLOAD_LIMIT = 100
    contents = {"good": b"Text.", "empty": b"", "binary": b"a\0b", "latin": b"caf\xe9", "large": b"a" * 101}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)

    def refusal(name: str, *more: str) -> str:
        with pytest.raises(CommandError) as fault:
            command(str(tmp_path / name), *more)
        return str(fault.value)

    assert "no file" in refusal("missing", "--case", "BY")
    assert "directory" in refusal("", "--case", "BY")
    assert "no text" in refusal("empty", "--case", "BY")
    assert "binary" in refusal("binary", "--case", "BY")
    assert "not UTF-8" in refusal("latin", "--case", "BY")
    assert "at most" in refusal("large", "--case", "BY")
    assert "no case NO" in refusal("good", "--case", "NO")
    assert "the account is closed" in refusal("good", "--case", "BY", "--by", "who@example.org")
    assert "only its analysts" in refusal("good", "--case", "BY", "--by", rod.email)
    assert not Document.objects.exists()


def test_the_command_needs_somebody_to_load_it(case, tmp_path):
    (tmp_path / "a.txt").write_text("Text.")
    for person in User.objects.filter(is_superuser=True):
        person.is_active = False
        person.save(by=make_user())
    with pytest.raises(CommandError, match="--by"):
        command(str(tmp_path / "a.txt"), "--case", "BY")


def test_the_command_reads_other_files_and_tables_of_claims(case, ada, tmp_path):
    page = tmp_path / "army.html"
    page.write_text(
        "<html><head><title>The army</title></head><body><p>The army has 48,000 men, says Minsk.</p></body>"
    )
    said = command(str(page), "--case", "BY")
    assert "loaded as document 1, “The army”" in said
    assert "1 assertions suggested" in said

    table = tmp_path / "claims.csv"
    table.write_text("statement\nThe army grew.\n")
    assert "1 claims made, 0 here already" in command(str(table), "--case", "BY", "--claims")


def test_the_command_fetches_nothing_while_that_is_off(case, ada):
    with pytest.raises(CommandError, match="switched off"):
        command("https://example.org/", "--case", "BY")


def test_a_long_text_is_searched_for_assertions_by_a_worker(case, ann):
    sentence = "The army has 48,000 men, the ministry said on Monday. "
    document, _new = load(case, sentence * (READ_AT_ONCE // len(sentence) + 2), by=ann, origin="paste", title="Long")
    assert not document.suggestions.exists()

    call_command("worker", "--once", stdout=StringIO())
    assert document.suggestions.exists()
    assert Job.objects.get().state == "done"


def test_last_week_is_counted_from_the_day_the_text_was_published(case, ann):
    text = "The army shelled the town of 4,000 people yesterday."
    document, _ = load(case, text, by=ann, origin="paste", published=datetime.date(2023, 2, 25))
    assert document.suggestions.get().as_of == datetime.date(2023, 2, 24)
