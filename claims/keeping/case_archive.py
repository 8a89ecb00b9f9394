"""The file that a case leaves in: a zip with records, the log, files under their hashes, and a manifest of it all.

    records.jsonl    a record on each line, in the words of `case_format`
    log.jsonl        the log as it stood, entry by entry as each was hashed, with the stamps that it got
    files/HEX        texts, originals and captures, each under its SHA-256
    manifest.json    format, code, head of the log, and name, SHA-256 and size of every other member

What is written is hashed on its way, and what is read is too; nothing is held in memory but one piece, or one line.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Self

from django.conf import settings

from claims.custody.store import CHUNK
from claims.keeping.case_format import FORMAT, READS
from claims.models import Refused

RECORDS, LOG, MANIFEST, FILES = "records.jsonl", "log.jsonl", "manifest.json", "files/"
MEMBER = re.compile(r"records\.jsonl|log\.jsonl|manifest\.json|files/[0-9a-f]{64}")
SHA256 = re.compile("[0-9a-f]{64}")
EARLIEST = (1980, 1, 1, 0, 0, 0)
LONGEST_LINE = 64 << 20  # bytes of one record, which is held in memory
MOST_MANIFEST = 256 << 20  # bytes; held in memory: enough for two million files
SAYS = {"format", "code", "made_at", "log", "counts", "amiss", "members"}


class Written:
    """A case on its way out."""

    def __init__(self, out: IO[bytes]) -> None:
        self.zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self.members: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *fault: object) -> None:
        """Where something went wrong, write no end to it: not now, and not when it is cleared away."""
        if kind is not None:
            self.zip.fp = None

    def add(self, name: str, pieces: Iterable[bytes]) -> str:
        """Write one member; gives its SHA-256."""
        hashed, size = hashlib.sha256(), 0
        member = zipfile.ZipInfo(name, EARLIEST)
        member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o100600 << 16
        with self.zip.open(member, "w", force_zip64=True) as file:
            for piece in pieces:
                hashed.update(piece)
                size += len(piece)
                file.write(piece)
        self.members[name] = {"sha256": hashed.hexdigest(), "size": size}
        return hashed.hexdigest()

    def end(self, said: dict[str, Any]) -> None:
        """End it with its manifest."""
        members = dict(sorted(self.members.items()))
        self.add(MANIFEST, [json.dumps({"format": FORMAT} | said | {"members": members}, indent=1).encode()])
        self.zip.close()


class Archive:
    """A case on its way in: nothing in it is taken on trust. Raises Refused, in a sentence, for what does not hold."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self.zip = zipfile.ZipFile(file)
        # zipfile also says what is cut off by OSError, and names and dates that cannot be by ValueError.
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as fault:
            raise Refused(f"It is no case that left a workbench, or cut off: {fault}.") from fault
        self._check_names()
        self.manifest = self._manifest()
        self.members: dict[str, dict[str, Any]] = self.manifest["members"]
        self._check_members()

    def _check_names(self) -> None:
        seen = set[str]()
        for info in self.zip.infolist():
            if not MEMBER.fullmatch(info.filename):
                raise Refused(f"{info.filename[:80]!r} is no part of a case.")
            if info.filename in seen:
                raise Refused(f"{info.filename} is in it twice.")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
                raise Refused(f"{info.filename} is packed in a way in which no case is.")
            seen.add(info.filename)
        if missing := {RECORDS, LOG, MANIFEST} - seen:
            raise Refused(f"It is no case that left a workbench: {min(missing)} is missing.")

    def _manifest(self) -> dict[str, Any]:
        if self.zip.getinfo(MANIFEST).file_size > MOST_MANIFEST:
            raise Refused("Its manifest is longer than any is.")
        manifest = parsed(b"".join(self.pieces(MANIFEST)), "its manifest")
        if manifest.get("format") not in READS:
            raise Refused(
                f"It has the format {str(manifest.get('format'))[:80]!r}, and this program reads {', '.join(READS)}: a "
                "newer program may have made it."
            )
        if manifest.keys() != SAYS or not all(
            isinstance(manifest[name], dict) for name in SAYS - {"format", "code", "made_at"}
        ):
            raise Refused("Its manifest is not what a workbench writes.")
        return manifest

    def _check_members(self) -> None:
        listed, there = self.members.keys(), {info.filename for info in self.zip.infolist()} - {MANIFEST}
        if missing := listed - there:
            raise Refused(f"{min(missing)} is missing.")
        if unknown := there - listed:
            raise Refused(f"Its manifest knows nothing of {min(unknown)}.")
        for name, told in self.members.items():
            if not isinstance(told, dict) or told.keys() != {"sha256", "size"}:
                raise Refused("Its manifest is not what a workbench writes.")
            if self.zip.getinfo(name).file_size != told["size"]:
                raise Refused(f"{name} has another size than its manifest says.")
            if name.startswith(FILES) and name != FILES + str(told["sha256"]):
                raise Refused(f"{name} is not named by its hash.")
        size, room = sum(told["size"] for told in self.members.values()), shutil.disk_usage(Path(settings.DATA)).free
        if size > room:
            raise Refused(f"Unpacked it has {size:,} bytes, and there is room for {room:,}.")

    def pieces(self, name: str) -> Iterator[bytes]:
        """A member piece by piece, hashed as it goes by where the manifest tells its hash."""
        told = getattr(self, "members", {}).get(name)
        hashed = hashlib.sha256()
        try:
            with self.zip.open(name) as stream:
                while piece := stream.read(CHUNK):
                    hashed.update(piece)
                    yield piece
        # zipfile lets through what unpacking says of damage; RuntimeError is its word for what is locked. A disk's own
        # fault (OSError) is none of the file's.
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError) as fault:
            raise Refused(f"{name} is damaged: {fault}.") from fault
        if told is not None and hashed.hexdigest() != told["sha256"]:
            raise Refused(f"{name} is not what was written: its hash is another.")

    def check(self) -> None:
        """Read all of it to its end, and hash it."""
        for name in self.members:
            for _piece in self.pieces(name):
                pass

    def lines(self, name: str) -> Iterator[dict[str, Any]]:
        """The lines of a member, each as it is read back."""
        rest, number = b"", 0
        for piece in self.pieces(name):
            *whole, rest = (rest + piece).split(b"\n")
            for line in whole:
                number += 1
                yield parsed(line, f"line {number} of {name}")
            if len(rest) > LONGEST_LINE:
                raise Refused(f"Line {number + 1} of {name} is longer than any record is.")
        if rest:
            raise Refused(f"{name} is cut off in line {number + 1}.")


def line_of(value: dict[str, Any]) -> bytes:
    """One line of JSON. Raises Refused where it is longer than what is read back."""
    line = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"
    if len(line) > LONGEST_LINE:
        raise Refused(f"A {value.get('record')} is longer than {LONGEST_LINE:,} bytes: such a case cannot leave whole.")
    return line


def parsed(line: bytes, what: str) -> dict[str, Any]:
    """A line read back: an object, no name in it twice, no number that is none, no text that no database takes."""
    try:
        value = json.loads(line.decode(), object_pairs_hook=_once, parse_constant=_no_number)
        _check_texts(value)
    except (ValueError, RecursionError) as fault:
        raise Refused(f"{what[:1].upper()}{what[1:]} cannot be read: {str(fault)[:200]}.") from fault
    if not isinstance(value, dict):
        raise Refused(f"{what[:1].upper()}{what[1:]} is no record.")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands in it twice")
    return found


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _check_texts(value: Any) -> None:
    if isinstance(value, str):
        value.encode()  # half of a surrogate pair is no text
        if "\0" in value:
            raise ValueError("a text holds the character NUL")
    elif isinstance(value, dict):
        for name, each in value.items():
            _check_texts(name)
            _check_texts(each)
    elif isinstance(value, list):
        for each in value:
            _check_texts(each)
