"""Bundles of one real case, and what a forger does to them."""

import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from claims.custody import keys
from claims.models import Entry
from claims.reports import verify
from claims.reports.bundle import make_bundle
from claims.reports.disclosing import disclosed
from claims.reports.packing import EARLIEST
from claims.reports.render import render
from tests.reports.checked import make_checked_case, make_checked_report

type Files = dict[str, bytes]
type Values = dict[str, Any]


class Made:
    """The bundles of one case, with what a forger who has the key would have."""

    def __init__(self, folder: Path) -> None:
        case = make_checked_case()
        self.reports = {audience: make_checked_report(audience, case) for audience in ("public", "internal")}
        self.whole = {audience: make_bundle(report).read() for audience, report in self.reports.items()}
        self.files = {audience: files_of(whole) for audience, whole in self.whole.items()}
        (file,) = (folder / "keys").iterdir()
        secret = load_pem_private_key(file.read_bytes(), None)
        assert isinstance(secret, Ed25519PrivateKey)
        self.secret, self.fingerprint = secret, file.stem
        kept_back = Entry.objects.filter(case=case, thing="comment").latest("number")
        self.disclosed = disclosed(kept_back, "after.words")
        self.removed_words = disclosed(kept_back, "by_name")


def files_of(whole: bytes) -> Files:
    archive = zipfile.ZipFile(BytesIO(whole))
    return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Files, *more: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    """An archive as the workbench writes it, with members of another kind at its end."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(member(name), content)
        for info, content in more:
            archive.writestr(info, content, info.compress_type)
    return out.getvalue()


def member(name: str, **marks: Any) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("x", EARLIEST)
    info.filename, info.create_system, info.external_attr = name, 3, 0o100644 << 16
    for mark, value in marks.items():
        setattr(info, mark, value)
    return info


def signed(files: Files, secret: Ed25519PrivateKey, **said: Any) -> bytes:
    """The files with a manifest that fits them, signed anew."""
    manifest = json.loads(files["manifest.json"]) | said
    rest = {name: content for name, content in files.items() if not name.startswith("manifest.")}
    manifest["files"] = [
        {"path": name, "sha256": verify.sha256(content), "size": len(content)} for name, content in rest.items()
    ]
    public = secret.public_key().public_bytes_raw().hex()
    written = verify.canonical(manifest).encode()
    seal = {"public_key": public, "fingerprint": keys.fingerprint_of(public), "signature": secret.sign(written).hex()}
    sealed = verify.canonical(seal | {"algorithm": "Ed25519"}).encode() + b"\n"
    return packed(rest | {"manifest.json": written, "manifest.sig": sealed})


def faults(tmp_path: Path, whole: bytes, named: str = "", told: Values | None = None) -> list[str]:
    """What verify.py names; nothing where all holds."""
    file = tmp_path / "report.zip"
    file.write_bytes(whole)
    try:
        verify.verify(file, named, told)
    except (verify.Wrong, verify.Unfit) as fault:
        return str(fault).split("\n")
    return []


def relined(content: bytes, change: Callable[[list[Values]], list[Values] | None]) -> bytes:
    """A file of JSON lines with these changed."""
    lines = [json.loads(line) for line in content.splitlines()]
    lines = change(lines) or lines
    return b"".join(verify.canonical(line).encode() + b"\n" for line in lines)


def forged(made: Made, files: Files, data: Values) -> bytes:
    """Other data, with the formats made from them anew: all that somebody can do who has key and workbench."""
    new = {f"report.{name}": render(data, name) for name in ("html", "csv", "md", "json")}
    return resigned(files | new, made.secret, data)


def resigned(files: Files, secret: Ed25519PrivateKey, data: Values) -> bytes:
    """Other data alone, signed anew: no format is made from them."""
    written = verify.canonical(data).encode()
    return signed(files | {"snapshot.json": written}, secret, snapshot_sha256=verify.sha256(written))
