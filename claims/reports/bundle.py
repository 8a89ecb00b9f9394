"""The bundle: a report with all that a stranger needs to check it offline, in one archive with a signed manifest.

What is in it and how it hangs together is what `verify.py` checks, which comes with it.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from claims.custody.keys import publishable, sign_with
from claims.custody.store import pieces, store
from claims.models import Assessment, Document, Entry, Exhibit, Refused, Report, Stamp, withheld
from claims.models.entries import canonical, sha256
from claims.models.withheld_names import hidden_exhibits, withheld_names
from claims.reports import claim_page, verify
from claims.reports.annotated import formats, offering
from claims.reports.disclosing import Disclosing
from claims.reports.freezing import check_quotations
from claims.reports.kept_back import NAMES, TELLS, KeptBack
from claims.reports.packing import EARLIEST
from claims.reports.render import FORMATS, render
from claims.reports.snapshots import FORMAT as SNAPSHOT

FORMAT = "workbench-bundle/1"
README = """This is a report with all that is needed to check it, offline.

    python3 verify.py report.zip

tells what holds, or names what is wrong. It needs Python 3.9 or later and nothing else. If you do not trust the
copy of verify.py that came with the report, take one from elsewhere: it is the same program for every report.

It prints the fingerprint of the key that signed the report. Compare it with the one that is published by whoever
made the report, or name that one yourself:

    python3 verify.py report.zip --key FINGERPRINT

report.html     the report, to read in a browser; the other report.* say the same for other programs
pages/          each signed claim as a page of its own, with what search engines read of a fact check
snapshot.json   the frozen data from which all of them are made
documents/      the texts that are quoted, the files that they were read from, and the same texts annotated
exhibits/       the texts that evidence is quoted from, where they are held
captures/       exhibits as they came, under their SHA-256
log.jsonl       the case's log until the report was made: each entry holds the hash of the one before it. Of fields
                that are kept back stands a salted hash, so that each can be disclosed later and checked
seals.jsonl     the reviewers' answers as they were sealed
stamp/          where a stamping service (RFC 3161) attested the log: what it attested, and its token:
                openssl ts -verify -data stamp/head.txt -in stamp/token.tsr -CAfile ROOT
keys.json       the public keys, each vouched for by the one before
manifest.json   every file with its SHA-256, and what is left out and why: what is withheld is listed by a hash with a
                salt, which can be disclosed later and checked; manifest.sig is the manifest's signature
"""

WITHHELD = "its source is withheld"
LARGE = 50_000_000  # bytes: a bundle that is about so large, or of so many claims, is made by a job
MANY = 200
CLAIM = 3000  # characters of frozen data for each, about
LONG = 1_000_000  # characters that are annotated take some seconds
SEARCHED = 50_000_000  # bytes of a capture in which names are looked for; in a larger one nobody can tell


class Packed:
    """An archive as it is written: every file stored as it is, hashed on its way in, the same on every machine."""

    def __init__(self, out: IO[bytes], tell: Callable[[int], None]) -> None:
        self.zip = zipfile.ZipFile(out, "w", zipfile.ZIP_STORED)
        self.tell, self.size = tell, 0
        self.files: list[dict[str, Any]] = []
        self.hashes: set[str] = set()

    def add(self, path: str, pieces: Iterable[bytes], size: int = 0) -> str:
        """Write a file, and give its SHA-256; `size` where it is known and may be large."""
        member = zipfile.ZipInfo(path, EARLIEST)
        member.create_system = 3  # otherwise it names the machine's own
        member.external_attr = 0o100644 << 16
        member.file_size = size
        hashed, length = hashlib.sha256(), 0
        with self.zip.open(member, "w") as file:
            for piece in pieces:
                hashed.update(piece)
                file.write(piece)
                length += len(piece)
                self.tell(self.size + length)
        self.size += length
        self.files.append({"path": path, "sha256": hashed.hexdigest(), "size": length})
        self.hashes.add(hashed.hexdigest())
        return hashed.hexdigest()


class Bundle:
    """One report's bundle in the making."""

    def __init__(self, report: Report, out: IO[bytes], *, captures: bool, tell: Callable[[int], None]) -> None:
        self.report, self.captures = report, captures
        self.data = report.data
        if self.data["format"] != SNAPSHOT or not self.data["key"]:
            raise Refused(_("This report is from before reports could be checked like this. Make a new one."))
        log = self.data["log"]
        if not Entry.objects.filter(case=report.case, number=log["count"], hash=log["head"]).exists():
            raise Refused(
                _("This report was frozen before the case was brought in from another installation: its log and its "
                  "signature are there, and so is its bundle. Make a new report.")
            )  # fmt: skip
        self.packed = Packed(out, tell)
        self.left_out: list[dict[str, Any]] = []
        self.kept_back = KeptBack(report)
        self.log = Disclosing(report, self.kept_back)

    def write(self) -> None:
        """All of it, the signed manifest last. Raises Refused, also where the key is gone."""
        with self.packed.zip:
            self._write(self.packed.add)

    def _write(self, add: Callable[..., str]) -> None:
        add("README.txt", [README.encode()])
        add("verify.py", [Path(verify.__file__).read_bytes()])
        add("snapshot.json", (piece.encode() for piece in self.report.pieces()))
        for name, format in FORMATS.items():
            add(f"report.{format.extension}", [render(self.data, name)])
        for number, page in claim_page.pages(self.data, self.data["claims"]):
            add(f"pages/{claim_page.name(number)}", [page])
        self.documents()
        self.exhibits()
        self.custody()
        add("log.jsonl", lines(self.log.lines()))
        add("seals.jsonl", lines(self.seals()))
        self.stamp()
        key = self.data["key"]["fingerprint"]
        signer, _signature = sign_with(key, b"")
        add("keys.json", [canonical(publishable(signer)).encode() + b"\n"])
        manifest = self.manifest(key)
        signature = sign_with(key, manifest)[1]
        seal = {"algorithm": "Ed25519", "fingerprint": key, "public_key": signer.public, "signature": signature}
        add("manifest.json", [manifest])
        add("manifest.sig", [canonical(seal).encode() + b"\n"])

    def manifest(self, key: str) -> bytes:
        """What is in the bundle and what is not, in its one spelling."""
        said = {
            "format": FORMAT,
            "case": self.data["case"]["code"],
            "report": self.data["report"]["number"],
            "audience": self.data["audience"],
            "snapshot_sha256": self.report.sha256,
            "key": key,
            "files": self.packed.files,
            "left_out": self.left_out,
        }
        return canonical(said).encode()

    def leave_out(self, what: str, hash: str, reason: str, size: int | None = None) -> None:
        """List something that does not leave, unless the same bytes are there under another name."""
        if hash not in self.packed.hashes and hash not in {each["sha256"] for each in self.left_out}:
            self.left_out.append({"what": what, "sha256": hash, "size": size, "reason": reason})

    def add_or_leave(self, path: str, content: bytes, what: str, hash: str, reason: str) -> None:
        """Put a file in, or list it where there is a reason to leave it out."""
        if reason:
            self.leave_out(what, hash, reason, None if reason == TELLS else len(content))
        else:
            self.packed.add(path, [content], len(content))

    def documents(self) -> None:
        """The texts that are quoted, the files that they were read from, and the texts annotated."""
        cited = {passage["document"] for claim in self.data["claims"] for passage in claim["passages"]}
        told = {each["number"]: each for each in self.data["documents"]}  # of one that is withheld with other hashes
        for document in documents_of(self.report, self.data).order_by("number").iterator(chunk_size=1):
            number, text, content = document.number, document.text.encode(), bytes(document.content)
            folder, called = f"documents/{number}", f"document {number}"
            against = self.kept_back.against_text(document.text, number)
            hash, file_hash = (told[number][name] for name in ("sha256", "sha256_bytes"))
            self.add_or_leave(f"{folder}/text.txt", text, f"the text of {called}", hash, against)
            against = against or ("" if content == text else self.kept_back.against_file(content))
            self.add_or_leave(f"{folder}/original", content, f"the file of {called}", file_hash, against)
            if number in cited and number not in self.kept_back.telling:
                self.annotated(document)

    def annotated(self, document: Document) -> None:
        """The text with the report's notes beside it; listed alone where there is a reason to leave it out."""
        number, against = document.number, self.kept_back.against_annotated(document.text, document.number)
        for extension in formats.FORMATS:
            path, called = f"documents/{number}/annotated.{extension}", f"document {number}, annotated ({extension})"
            made = offering.made(self.data, number, document.text, extension)
            self.add_or_leave(path, made, called, hashlib.sha256(made).hexdigest(), against)

    def exhibits(self) -> None:
        """The texts that evidence is quoted from, once each."""
        nodes = [node for node in self.data["exhibits"] if node["text_sha256"]]
        shown = self.shown()
        for node in nodes:
            hash, called = node["text_sha256"], f"the text of exhibit {node['id']}"
            if hash in self.packed.hashes:
                continue
            exhibit = shown.get(node["id"])
            text = (exhibit.held_text or "") if exhibit is not None else ""
            number = exhibit.document.number if exhibit is not None and exhibit.document is not None else None
            if exhibit is None:
                self.leave_out(called, hash, WITHHELD)
            elif sha256(text) != hash:
                self.leave_out(called, hash, "its source was withheld, or the exhibit holds another text by now")
            else:
                against = self.kept_back.against_text(text, number)
                content = text.encode()
                self.add_or_leave(f"exhibits/{node['id']}/text.txt", content, called, hash, against)

    def shown(self) -> dict[int, Exhibit]:
        """The exhibits that may be shown, by the numbers that they have in the report."""
        hidden = {item["exhibit_id"] for claim in self.data["claims"] for item in claim["evidence"] if item["withheld"]}
        hidden |= {capture["exhibit"] for capture in self.data["custody"] if capture["withheld"]}
        keys = {key: int(number) for number, key in self.report.held.items() if int(number) not in hidden}
        found: QuerySet[Exhibit] = Exhibit.objects.filter(pk__in=keys).exclude(withheld("pk", "source", "case"))
        return {keys[exhibit.pk]: exhibit for exhibit in found.select_related("document")}

    def custody(self) -> None:
        """The captures, under their hashes."""
        shown = self.shown()
        for capture in sorted(self.data["custody"], key=lambda each: str(each["sha256"])):
            hash, size, called = capture["sha256"], capture["size"], f"a capture of exhibit {capture['exhibit']}"
            if hash in self.packed.hashes:
                continue
            if capture["withheld"] or capture["exhibit"] not in shown:
                self.leave_out(called, hash, WITHHELD, size)
            elif not self.captures:
                self.leave_out(called, hash, "captures were not asked for", size)
            else:
                self.capture(hash, size, called)

    def capture(self, hash: str, size: int, called: str) -> None:
        """One capture; listed alone where it is missing, or names may stand in it that are withheld."""
        try:
            against = self.kept_back.against_file(read_whole(hash, size)) if self.kept_back.withheld else ""
            if against:
                self.leave_out(called, hash, against, size)
                return
            with store().open(hash) as stream:
                found = self.packed.add(f"captures/{hash}", pieces(stream), size)
        except FileNotFoundError:
            self.leave_out(called, hash, "it was missing when the bundle was made", size)
            return
        if found != hash:
            raise Refused(_("A capture is not what came in: run manage.py verify_files."))

    def seals(self) -> Iterator[dict[str, Any]]:
        """The answers in the report as they were sealed. They name their reviewers by keys alone."""
        refs = {answer["seal"]: claim["ref"] for claim in self.data["claims"] for answer in claim["assessments"]}
        answers = Assessment.objects.submitted().filter(claim__case=self.report.case, seal__in=refs)
        rows = answers.select_related("claim__case", "rating", "follows").prefetch_related("relied_on")
        for own in rows.order_by("claim__number", "round", "seal").iterator(chunk_size=500):
            content = own.sealed_content()
            if own.sealed_as is not None:
                # It names claim and reviewer as they were called there; the bundle that it came in shows it.
                self.leave_out(
                    f"a sealed answer on {refs[own.seal]}", own.seal, "it was sealed in another installation"
                )
            elif self.kept_back.names(content):
                self.leave_out(f"a sealed answer on {refs[own.seal]}", own.seal, NAMES)
            else:
                yield {"ref": refs[own.seal], "seal": own.seal, "content": content}

    def stamp(self) -> None:
        """The newest token of the stamping service for this part of the log, if there is one."""
        stamps = Stamp.objects.filter(case=self.report.case, count__lte=self.log.last)
        stamp = stamps.order_by("-count").first()
        if stamp is not None:
            self.packed.add("stamp/head.txt", [f"{stamp.count}:{stamp.head}".encode()])
            self.packed.add("stamp/token.tsr", [bytes(stamp.token)])


def make_bundle(
    report: Report, *, captures: bool = True, tell: Callable[[int], None] = lambda written: None
) -> IO[bytes]:
    """The report's bundle as a file without a name, to be read from its beginning; the same bytes each time.

    It is never held in memory, however large the captures are; without them it is small. `tell` hears with each piece
    how many bytes are written. Raises Refused where the report cannot be checked or is not what was frozen, or the
    key that it names is not here.
    """
    report.check_readable()
    check_quotations(report)
    out = tempfile.TemporaryFile(dir=settings.DATA)  # noqa: SIM115 - whoever asked reads and closes it
    try:
        Bundle(report, out, captures=captures, tell=tell).write()
    except BaseException:
        out.close()
        raise
    out.seek(0)
    return out


def about_how_large(report: Report) -> int:
    """About how many bytes the bundle has: those of its captures, documents and frozen data."""
    head = report.head
    captures: dict[str, int] = {each["sha256"]: each["size"] for each in head["custody"] if not each["withheld"]}
    read: int = documents_of(report, head).aggregate(size=Sum(Length("content"), default=0))["size"]
    return sum(captures.values()) + 5 * read + 8 * (len(report.snapshot) + CLAIM * report.claims_in)


def is_large(report: Report) -> bool:
    """Whether its bundle takes longer than somebody should wait for a page."""
    large = LARGE // 10 if withheld_names(report.case) else LARGE  # to look for names takes longer than to pack
    return report.claims_in > MANY or about_how_large(report) > large or characters(report, report.head) > LONG


def documents_of(report: Report, data: dict[str, Any]) -> QuerySet[Document]:
    """The documents that a report's data name."""
    numbers = [document["number"] for document in data["documents"]]
    found: QuerySet[Document] = Document.objects.filter(case=report.case, number__in=numbers)
    return found


def characters(report: Report, data: dict[str, Any]) -> int:
    """How long their texts are, all together."""
    return int(documents_of(report, data).aggregate(size=Sum(Length("text"), default=0))["size"])


def kept_back_by_now(report: Report) -> str:
    """What is withheld in the case, as a short hash: a bundle that was made when it was otherwise does not leave."""
    hidden = hidden_exhibits(report.case).order_by("pk")
    return sha256(canonical([list(hidden.values_list("pk", flat=True)), withheld_names(report.case).all]))[:12]


def lines(values: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """JSON, a value on each line."""
    for value in values:
        yield json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def read_whole(hash: str, size: int) -> bytes:
    """A capture's bytes; of a very large one some that are no text. Raises FileNotFoundError."""
    with store().open(hash) as stream:
        return stream.read() if size <= SEARCHED else b"\0"
