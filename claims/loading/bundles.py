"""Another installation's bundle as a new case of this one: checked first, then brought in whole or not at all.

The rows are written past the rules by which people work here, as nobody here did what they tell. What those rules ask
was asked of the bundle by its verifier instead, before anything of it was read: that every quotation stands in its
document and every quotation of evidence in the text that is held; that each answer is what was sealed and was entered
in the log, and each signed verdict too; that ratings, agreement and origins are what the records make them; that the
chain is whole and the manifest is signed. That two people decide a verdict, that a figure's low is not above its high
and what else the database itself refuses, it refuses here as ever.

What is not brought in, as no report holds it: answers and proposals of rounds that no signed verdict closed (such
claims are in review here, and nobody is asked yet), texts and files that were left out, and the reasons of what was
said of lineage. Words out of a text that was left out are kept beside the claim as unchecked: they are no quotation
here. The bundle itself is kept as it came, with the log of the other house in it, and an account of all this.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, InterfaceError, OperationalError, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from claims.custody.store import Kept, pieces
from claims.loading.bundled_account import account
from claims.loading.bundled_claims import Claims
from claims.loading.bundled_exhibits import Exhibits, day, moment
from claims.loading.bundled_faults import require_sound
from claims.loading.bundled_people import Guests
from claims.models import (
    Bundle,
    Case,
    Claim,
    Document,
    Rating,
    Refused,
    Role,
    Scale,
    StoredFile,
    Unchecked,
    User,
    writing,
)

FORMAT = "workbench-report/4"
CODE = r"[A-Z][A-Z0-9]{0,11}"
CAPTURES = "captures/"

# What reading data can end in that somebody wrote to end so; whatever is at fault here ends so too, and is named.
ODD = (
    LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, NotImplementedError,
    DatabaseError, zipfile.BadZipFile,
)  # fmt: skip

type Check = Callable[[str], Any]


class Opened:
    """A bundle that was checked: its frozen data, and what it holds beside them."""

    def __init__(self, file: IO[bytes]) -> None:
        self.zip = zipfile.ZipFile(file)
        self.names = set(self.zip.namelist())
        self.data: dict[str, Any] = json.loads(self.zip.read("snapshot.json"))
        self.manifest: dict[str, Any] = json.loads(self.zip.read("manifest.json"))
        if not isinstance(self.data, dict) or self.data.get("format") != FORMAT:
            said = self.data.get("format") if isinstance(self.data, dict) else type(self.data).__name__
            raise Refused(_("The report is of the format %(format)s, and only %(known)s is brought in.")
                          % {"format": said, "known": FORMAT})  # fmt: skip
        require_sound(self.data)
        seals = [json.loads(line) for line in self.zip.read("seals.jsonl").splitlines()]
        self.seals: dict[str, dict[str, Any]] = {each["seal"]: json.loads(each["content"]) for each in seals}
        self.texts = {each["sha256"]: self._text(each["path"]) for each in self.manifest["files"] if is_text(each)}

    def _text(self, path: str) -> str:
        return self.zip.read(path).decode()

    def document(self, told: dict[str, Any]) -> tuple[str, bytes] | None:
        """A document's text and the file that it was read from; None where they were left out. Raises Refused."""
        text, original = (f"documents/{told['number']}/{name}" for name in ("text.txt", "original"))
        if not {text, original} <= self.names:
            return None
        found = self._text(text), self.zip.read(original)
        hashes = tuple(hashlib.sha256(each).hexdigest() for each in (found[0].encode(), found[1]))
        if hashes != (told["sha256"], told["sha256_bytes"]):
            raise Refused(_("Text or file of document %(number)s is not the one that the report names.") % told)
        return found

    def captures(self) -> Iterator[tuple[str, IO[bytes]]]:
        """Each capture by its hash, to be read."""
        for name in sorted(self.names):
            if name.startswith(CAPTURES):
                with self.zip.open(name) as stream:
                    yield name.removeprefix(CAPTURES), stream


def is_text(file: dict[str, Any]) -> bool:
    """Whether this file of a bundle is the text of a document or of an exhibit."""
    return bool(re.fullmatch(r"(documents|exhibits)/\d+/text\.txt", file["path"]))


def import_bundle(file: Path, *, check: Check, by: User, code: str = "", named: bool = False) -> Case:
    """A new case with what the bundle holds. `check` is the verifier: it raises for a bundle that does not hold.

    `named` tells that it knew from elsewhere which key must have signed. Raises Refused where the bundle cannot become
    a case here, and whatever `check` raises; then nothing stays.
    """
    # A copy that nobody else can write to: what was checked is what is read.
    with tempfile.TemporaryDirectory(dir=settings.DATA) as folder:
        copy = Path(folder) / "report.zip"
        with file.open("rb") as came, copy.open("wb") as out:
            out.writelines(pieces(came))
        check(str(copy))
        with copy.open("rb") as checked:
            try:
                return _brought(checked, by=by, code=code, named=named)
            except (OperationalError, InterfaceError):
                raise
            except ODD as fault:
                raise Refused(
                    _("The bundle holds something that no workbench writes, so nothing was brought in: %(fault)s")
                    % {"fault": f"{type(fault).__name__}, {fault}"}
                ) from fault


def _brought(file: IO[bytes], *, by: User, code: str, named: bool) -> Case:
    opened = Opened(file)
    code = code or str(opened.data["case"]["code"])
    check_code(code)
    kept = Kept()
    try:
        files = {hash: kept.take(pieces(stream)) for hash, stream in opened.captures()}
        file.seek(0)
        whole = kept.take(pieces(file))
        with transaction.atomic(), override(opened.data["language"]):
            return Bringing(opened, code, by=by, named=named).bring(files, whole)
    except BaseException:
        kept.let_go()
        raise


def check_code(code: str) -> None:
    """Raises Refused where no case of that code can begin here, before anything is written."""
    if not re.fullmatch(CODE, code):
        raise Refused(_("“%(code)s” is no code of a case: capital letters and digits, 12 at most.") % {"code": code})
    if Case.objects.filter(code=code).exists():
        raise Refused(_("There is a case %(code)s here already: choose another code with --code.") % {"code": code})


def waits_for_rating(data: dict[str, Any]) -> bool:
    """Whether some evidence is not rated yet: so it is only where others rate it, with its source hidden."""
    items = (item for claim in data["claims"] for item in claim["evidence"])
    return any(item["exhibit_id"] is not None and not item["credibility"] for item in items)


class Bringing:
    """One bundle on its way in; everything in one transaction."""

    def __init__(self, opened: Opened, code: str, *, by: User, named: bool) -> None:
        self.opened, self.data, self.by, self.named = opened, opened.data, by, named
        report, case = self.data["report"], self.data["case"]
        self.made_at = moment(report["made_at"])
        self.origin_said = f"from report {report['number']} of {case['code']}, made {report['made_at']}"
        self.case = Case(
            code=code, title=case["title"], description=case["description"], sample=case["sample"],
            assessments_required=case["assessments_required"], hides_sources=waits_for_rating(self.data),
        )  # fmt: skip
        self.documents: dict[int, Document] = {}

    def bring(self, files: dict[str, StoredFile], whole: StoredFile) -> Case:
        """The new case, with everything in it."""
        self.case.scale = self._scale()
        self.keep(self.case)
        bundle = self._bundle(whole)
        with writing(self.case) as chain:
            self._enter(chain, bundle)
            self.case.enrol(self.by, Role.EDITOR, by=self.by)
            public = self.data["audience"] == "public"
            self.guests = Guests(self.case, public=public, language=self.data["language"], by=self.by)
            for told in self.data["documents"]:
                self._document(told)
            exhibits = Exhibits(self)
            exhibits.bring(files)
            Claims(self, exhibits).bring()
            bundle.account = account(self.case, self.data, self.opened.manifest["left_out"], named=self.named)
            bundle.save()
        return self.case

    def _bundle(self, whole: StoredFile) -> Bundle:
        """The bundle with the log of the other house, not yet stored: what came in is counted at the end."""
        log, report = self.data["log"], self.data["report"]
        bundle = Bundle(
            case=self.case, file=whole, code=self.data["case"]["code"], number=report["number"],
            audience=self.data["audience"], snapshot_sha256=self.opened.manifest["snapshot_sha256"],
            key=self.opened.manifest["key"], log_count=log["count"], log_head=log["head"], brought_by=self.by,
        )  # fmt: skip
        self.check(bundle)
        return bundle

    def _enter(self, chain: Any, bundle: Bundle) -> None:
        """The first entry of the new log."""
        origin = {
            "bundle_sha256": bundle.file.sha256,
            "snapshot_sha256": bundle.snapshot_sha256,
            "key": bundle.key,
            "log": f"{bundle.log_count}:{bundle.log_head}",
            "origin": f"{bundle.code}, report {bundle.number}",
        }
        chain.record(by=self.by, verb="imported", on=self.case, after=self.case.facts() | origin)

    def _scale(self) -> Scale:
        """The scale of that name where it has these very answers; else a new one."""
        told = self.data["scale"]
        fields = ("code", "label", "meaning", "look", "position", "review_value")
        name, number = str(told["name"]), 1
        while (found := Scale.objects.filter(name=name).first()) is not None:
            rows = sorted(found.ratings.values_list(*fields), key=str)
            if rows == sorted((tuple(each[field] for field in fields) for each in told["ratings"]), key=str):
                same: Scale = found
                return same
            number += 1
            name = f"{told['name'][:90]} ({number})"
        scale = Scale(name=name)
        self.check(scale)
        scale.save(by=self.by)
        for each in told["ratings"]:
            rating = Rating(scale=scale, **{field: each[field] for field in fields})
            self.check(rating)
            rating.save(by=self.by)
        return scale

    def _document(self, told: dict[str, Any]) -> None:
        names = ("number", "title", "author", "publisher", "language", "origin", "url", "sha256", "sha256_bytes")
        if (found := self.opened.document(told)) is None:
            return
        text, content = found
        document = Document(
            case=self.case, text=text, content=content, words=len(text.split()), extractor="imported",
            published=day(told["published"]), loaded_at=moment(told["loaded_at"]), loaded_by=self.by,
            **{name: told[name] for name in names},
        )  # fmt: skip
        self.keep(document)
        self.documents[document.number] = document

    def unchecked(self, claim: Claim, passage: dict[str, Any]) -> None:
        """Keep beside a claim the words that it was made from, where the text that they stand in was left out."""
        told = next(each for each in self.data["documents"] if each["number"] == passage["document"])
        reasons = {each["sha256"]: each["reason"] for each in self.opened.manifest["left_out"]}
        document = told | {"reason": str(reasons.get(told["sha256"], ""))}
        words = {name: passage[name] for name in ("start", "end", "exact", "before", "after")}
        Unchecked.objects.create(claim=claim, document=document, **words)

    def keep(self, record: Any) -> None:
        """Store a record whose fields are what they may be. It leaves no entry: the case's first stands for all."""
        self.check(record)
        record.store()

    def check(self, record: models.Model) -> None:
        """Raises Refused where a field of it is too long, no choice, or no address."""
        named = {field.name for field in record._meta.get_fields() if field.is_relation}
        verbatim = {"content", "text", "facets", "sealed_as", "headers", "pages", "notes", "loaded_at", "password"}
        try:
            record.clean_fields(exclude=named | verbatim)
        except ValidationError as fault:
            told = "; ".join(f"{name}: {' '.join(said)}" for name, said in fault.message_dict.items())
            raise Refused(
                _("The bundle holds a %(what)s that cannot stand here: %(why)s")
                % {"what": record._meta.verbose_name, "why": told}
            ) from fault

    def codes(self, choices: type[models.TextChoices]) -> dict[str, str]:
        """Code by label, in the language of the report."""
        return {label: code for code, label in self.labels(choices).items()}

    def labels(self, choices: type[models.TextChoices]) -> dict[str, str]:
        """Label by code, in the language of the report."""
        return {code: str(label) for code, label in choices.choices}
