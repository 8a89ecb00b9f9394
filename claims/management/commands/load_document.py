"""`manage.py load_document WHAT … --case BY`: files, web addresses and tables of claims into a case."""

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from claims.loading import claim_tables
from claims.loading.documents import TooLarge, found_in, load
from claims.loading.extracting import sentence
from claims.loading.web import load_address
from claims.management.installed import InstalledCommand
from claims.management.people import find_person
from claims.models import Case, Document, User


class Command(InstalledCommand):
    """Loads documents."""

    help = "Load documents into a case (.txt .md .html .pdf .docx .eml, or web addresses), and say what was found."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", nargs="+", help="a file, or a web address where fetching is switched on")
        parser.add_argument("--case", required=True, help="the code of the case, as in BY")
        parser.add_argument("--title", default="", help="otherwise what the file says, its first line, or its name")
        parser.add_argument("--encoding", default="", help="of a text, where it is neither told nor UTF-8")
        parser.add_argument("--claims", action="store_true", help="the files are tables of claims, in CSV")
        parser.add_argument("--by", default="", help="e-mail of whoever loads it; otherwise the first administrator")

    def handle(self, *args: Any, what: list[str], case: str, by: str, claims: bool, **options: Any) -> None:
        into = Case.objects.filter(code=case).first()
        if into is None:
            raise CommandError(f"There is no case {case}.")
        person = find_person(by)
        if not into.allows(person, "load"):
            raise CommandError(f"{person} may not load documents in {case}: only its analysts and editors may.")
        for each in what:
            try:
                if claims:
                    self.load_table(into, Path(each), person)
                else:
                    self.load_one(into, each, person, options["title"], options["encoding"])
            except ValidationError as refusal:
                raise CommandError(f"{each}: {' '.join(refusal.messages)}") from refusal

    def load_one(self, case: Case, what: str, by: User, title: str, encoding: str) -> None:
        """Load a file or an address, and print what came of it. Raises ValidationError."""
        if re.match(r"https?://", what):
            document, new = load_address(case, what, by=by, title=title, waits=True)
        else:
            file = Path(what)
            document, new = load(
                case,
                read(file),
                by=by,
                origin=Document.Origin.FILE,
                title=title,
                file_name=file.name,
                encoding=encoding,
                waits=True,
            )
        self.stdout.write(document.get_absolute_url())
        self.stdout.write(f"{'loaded' if new else 'already loaded'} as document {document.number}, “{document}”")
        found = found_in(document)
        self.stdout.write(f"{found.words} words, {found.paragraphs} paragraphs, {found.sentences} sentences")
        self.stdout.write(f"{document.suggestions.count()} assertions suggested; read by {document.extractor}")
        for note in document.notes:
            self.stdout.write(f"note: {sentence(note)}")
        self.stdout.write(f"sha256 {document.sha256} (text), {document.sha256_bytes} (bytes)")

    def load_table(self, case: Case, file: Path, by: User) -> None:
        """Import a table of claims, and print how it went. Raises ValidationError."""
        outcome = claim_tables.import_claims(case, read(file, settings.REQUEST_LIMIT), by=by, file_name=file.name)
        self.stdout.write(f"{outcome.made} claims made, {outcome.found} here already, {len(outcome.refused)} refused")
        for line, why in outcome.refused:
            self.stderr.write(f"line {line}: {why}")


def read(file: Path, limit: int | None = None) -> bytes:
    """The file's bytes. Raises CommandError, or TooLarge before more than the limit (one document's) is read."""
    most = limit or settings.UPLOAD_LIMIT
    try:
        if file.is_dir():
            raise CommandError(f"{file} is a directory. Name a text file.")
        if file.exists() and not file.is_file():
            raise CommandError(f"{file} is no file. Name a text file.")
        with file.open("rb") as opened:
            content = opened.read(most + 1)
    except FileNotFoundError:
        raise CommandError(f"There is no file {file}.") from None
    except OSError as fault:
        raise CommandError(f"{file} cannot be read: {fault.strerror}.") from fault
    if len(content) > most:
        raise TooLarge(max(file.stat().st_size, len(content)), limit=limit)
    return content
