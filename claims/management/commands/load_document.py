"""`manage.py load_document FILE --case BY`: a text file into a case."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from claims.loading.documents import TooLarge, found_in, load
from claims.models import Case, Document, User


class Command(BaseCommand):
    """Loads a document."""

    help = "Load a UTF-8 text into a case, and say where it is and what was found in it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the text file, in UTF-8")
        parser.add_argument("--case", required=True, help="the code of the case, as in BY")
        parser.add_argument("--title", default="", help="otherwise the first line or the file's name")
        parser.add_argument("--by", default="", help="e-mail of whoever loads it; otherwise the first administrator")

    def handle(self, *args: Any, file: Path, case: str, title: str, by: str, **options: Any) -> None:
        into = Case.objects.filter(code=case).first()
        if into is None:
            raise CommandError(f"There is no case {case}.")
        person = find_person(by)
        if not into.allows(person, "load"):
            raise CommandError(f"{person} may not load documents in {case}: only its analysts and editors may.")
        try:
            document, new = load(
                into, read(file), by=person, origin=Document.Origin.FILE, title=title, file_name=file.name
            )
        except ValidationError as refusal:
            raise CommandError(f"{file}: {' '.join(refusal.messages)}") from refusal
        self.stdout.write(document.get_absolute_url())
        self.stdout.write(f"{'loaded' if new else 'already loaded'} as document {document.number}, “{document}”")
        found = found_in(document)
        self.stdout.write(f"{found.words} words, {found.paragraphs} paragraphs, {found.sentences} sentences")
        self.stdout.write(f"sha256 {document.sha256} (text), {document.sha256_bytes} (bytes)")


def find_person(email: str) -> User:
    """Whoever has that e-mail, or else the first administrator. Raises CommandError."""
    people = User.objects.filter(is_active=True)
    if email:
        person = people.filter(email=email.strip().lower()).first()
        if person is None:
            raise CommandError(f"There is no active account {email}.")
        return person
    person = people.filter(is_superuser=True).order_by("pk").first()
    if person is None:
        raise CommandError("There is no administrator yet. Name who loads it: --by person@example.org")
    return person


def read(file: Path) -> bytes:
    """The file's bytes. Raises CommandError, or TooLarge before more than the limit is read."""
    try:
        if file.is_dir():
            raise CommandError(f"{file} is a directory. Name a text file.")
        if file.exists() and not file.is_file():
            raise CommandError(f"{file} is no file. Name a text file.")
        with file.open("rb") as opened:
            content = opened.read(settings.UPLOAD_LIMIT + 1)
    except FileNotFoundError:
        raise CommandError(f"There is no file {file}.") from None
    except OSError as fault:
        raise CommandError(f"{file} cannot be read: {fault.strerror}.") from fault
    if len(content) > settings.UPLOAD_LIMIT:
        raise TooLarge(max(file.stat().st_size, len(content)))
    return content
