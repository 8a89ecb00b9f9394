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
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from claims.custody.keys import KeyGone, publishable, sign_with
from claims.custody.store import CHUNK, store
from claims.models import Assessment, Document, Exhibit, Refused, Report, Stamp, withheld
from claims.models.entries import canonical, sha256
from claims.reports import verify
from claims.reports.disclosing import Disclosing
from claims.reports.freezing import check_quotations
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
snapshot.json   the frozen data from which all of them are made
documents/      the texts that are quoted, and the files that they were read from
exhibits/       the texts that evidence is quoted from, where they are held
captures/       exhibits as they came, under their SHA-256
log.jsonl       the case's log until the report was made: each entry holds the hash of the one before it. Of fields
                that are kept back stands a salted hash, so that each can be disclosed later and checked
seals.jsonl     the reviewers' answers as they were sealed
stamp/          where a stamping service (RFC 3161) attested the log: what it attested, and its token:
                openssl ts -verify -data stamp/head.txt -in stamp/token.tsr -CAfile ROOT
keys.json       the public keys, each vouched for by the one before
manifest.json   every file with its SHA-256, and what is left out and why; manifest.sig is its signature
"""

LARGE = 50_000_000  # bytes: a bundle that is about so large is better made by a job


class Packed:
    """An archive as it is written: every file stored as it is, hashed on its way in, the same on every machine."""

    def __init__(self, out: IO[bytes]) -> None:
        self.zip = zipfile.ZipFile(out, "w", zipfile.ZIP_STORED)
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
        self.files.append({"path": path, "sha256": hashed.hexdigest(), "size": length})
        self.hashes.add(hashed.hexdigest())
        return hashed.hexdigest()


class Bundle:
    """One report's bundle in the making."""

    def __init__(self, report: Report, out: IO[bytes], *, captures: bool) -> None:
        self.report, self.captures = report, captures
        self.data = report.data
        if self.data["format"] != SNAPSHOT or not self.data["key"]:
            raise Refused(_("This report is from before reports could be checked like this. Make a new one."))
        self.packed = Packed(out)
        self.left_out: list[dict[str, Any]] = []
        self.log = Disclosing(report)

    def write(self) -> None:
        """All of it, the signed manifest last. Raises Refused, KeyGone."""
        with self.packed.zip:
            self._write(self.packed.add)

    def _write(self, add: Callable[..., str]) -> None:
        add("README.txt", [README.encode()])
        add("verify.py", [Path(verify.__file__).read_bytes()])
        add("snapshot.json", (piece.encode() for piece in self.report.pieces()))
        for name, format in FORMATS.items():
            add(f"report.{format.extension}", [render(self.data, name)])
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

    def documents(self) -> None:
        """The texts that are quoted, and the files that they were read from."""
        numbers = [document["number"] for document in self.data["documents"]]
        for document in Document.objects.filter(case=self.report.case, number__in=numbers).order_by("number"):
            called = f"document {document.number}"
            if self.log.names_withheld(document.text):
                reason = "it names a source that is withheld"
                self.leave_out(f"the text of {called}", document.sha256, reason)
                self.leave_out(f"the file of {called}", document.sha256_bytes, reason)
                continue
            folder, content = f"documents/{document.number}", bytes(document.content)
            self.packed.add(f"{folder}/text.txt", [document.text.encode()])
            self.packed.add(f"{folder}/original", [content], len(content))

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
            if exhibit is None:
                self.leave_out(called, hash, "its source is withheld")
            elif self.log.names_withheld(text):
                self.leave_out(called, hash, "it names a source that is withheld")
            elif sha256(text) != hash:
                self.leave_out(called, hash, "the exhibit holds another text by now")
            else:
                self.packed.add(f"exhibits/{node['id']}/text.txt", [text.encode()])

    def shown(self) -> dict[int, Exhibit]:
        """The exhibits that may be shown, by the numbers that they have in the report."""
        hidden = {item["exhibit_id"] for claim in self.data["claims"] for item in claim["evidence"] if item["withheld"]}
        hidden |= {capture["exhibit"] for capture in self.data["custody"] if capture["withheld"]}
        keys = {key: int(number) for number, key in self.report.held.items() if int(number) not in hidden}
        found: QuerySet[Exhibit] = Exhibit.objects.filter(pk__in=keys).exclude(withheld("pk", "source", "case"))
        return {keys[exhibit.pk]: exhibit for exhibit in found.select_related("document")}

    def custody(self) -> None:
        """The captures, under their hashes."""
        shown, kept = self.shown(), store()
        for capture in sorted(self.data["custody"], key=lambda each: str(each["sha256"])):
            hash, size, called = capture["sha256"], capture["size"], f"a capture of exhibit {capture['exhibit']}"
            if hash in self.packed.hashes:
                continue
            if capture["withheld"] or capture["exhibit"] not in shown:
                self.leave_out(called, hash, "its source is withheld", size)
            elif not self.captures:
                self.leave_out(called, hash, "captures were not asked for", size)
            else:
                try:
                    with kept.open(hash) as stream:
                        found = self.packed.add(f"captures/{hash}", chunks(stream), size)
                except FileNotFoundError:
                    self.leave_out(called, hash, "it was missing when the bundle was made", size)
                    continue
                if found != hash:
                    raise Refused(_("A capture is not what came in: run manage.py verify_files.")) from None

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
            elif self.log.names(content):
                self.leave_out(
                    f"a sealed answer on {refs[own.seal]}", own.seal, "it names somebody who is not named here"
                )
            else:
                yield {"ref": refs[own.seal], "seal": own.seal, "content": content}

    def stamp(self) -> None:
        """The newest token of the stamping service for this part of the log, if there is one."""
        stamps = Stamp.objects.filter(case=self.report.case, count__lte=self.log.last)
        stamp = stamps.order_by("-count").first()
        if stamp is not None:
            self.packed.add("stamp/head.txt", [f"{stamp.count}:{stamp.head}".encode()])
            self.packed.add("stamp/token.tsr", [bytes(stamp.token)])


def make_bundle(report: Report, *, captures: bool = True) -> IO[bytes]:
    """The report's bundle as a file without a name, to be read from its beginning; the same bytes each time.

    It is never held in memory, however large the captures are; without them it is small. Raises Refused where the
    report cannot be checked or is not what was frozen, KeyGone where the key that it names is not here.
    """
    check_quotations(report)
    out = tempfile.TemporaryFile(dir=settings.DATA)  # noqa: SIM115 - whoever asked reads and closes it
    try:
        Bundle(report, out, captures=captures).write()
    except BaseException:
        out.close()
        raise
    out.seek(0)
    return out


def about_how_large(report: Report) -> int:
    """About how many bytes the bundle has: those of its captures, documents and frozen data."""
    head = report.head
    captures: dict[str, int] = {each["sha256"]: each["size"] for each in head["custody"] if not each["withheld"]}
    return sum(captures.values()) + 8 * len(report.snapshot)


def lines(values: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """JSON, a value on each line."""
    for value in values:
        yield json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """A stream's bytes, piece by piece."""
    while piece := stream.read(CHUNK):
        yield piece


__all__ = ["FORMAT", "LARGE", "KeyGone", "about_how_large", "make_bundle"]
