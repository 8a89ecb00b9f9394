"""The archive and its signature, tampered with in every way by somebody who has no key."""

import json
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from claims.custody import keys
from claims.reports import verify
from tests.reports.verifying.bundles import (
    Files,
    faults,
    member,
    packed,
    signed,
)


def test_one_byte_in_any_file_is_named(made, files, tmp_path):
    for name in files:
        content = bytearray(files[name])
        content[len(content) // 2] ^= 1
        named = faults(tmp_path, packed(files | {name: bytes(content)}))
        if name.startswith("manifest."):
            assert re.search("The signature is|cannot be read|by another key|canonical spelling", named[0]), name
        else:
            assert named == [f"{name} is not what was signed: its SHA-256 differs."]


@pytest.mark.parametrize(
    "respelled",
    [(b"Ed25519", b"ed25519"), (b"\n", b"\n\n"), (b'"algorithm":', b'"Algorithm":')],
    ids=lambda how: repr(how[1]),
)
def test_a_signature_that_is_spelled_otherwise_is_named(made, tmp_path, respelled):
    files = made.files["public"]
    changed = files["manifest.sig"].replace(*respelled)
    assert faults(tmp_path, packed(files | {"manifest.sig": changed})) == [
        "The signature is not in its canonical spelling."
    ]


@pytest.mark.parametrize("part", ["signature", "public_key"])
def test_a_capital_letter_in_the_signature_or_the_key_is_named(made, tmp_path, part):
    files = made.files["public"]
    seal = json.loads(files["manifest.sig"])
    changed = verify.canonical(seal | {part: seal[part].upper()}).encode() + b"\n"
    assert faults(tmp_path, packed(files | {"manifest.sig": changed})) == [
        "The signature is not in its canonical spelling."
    ]


@pytest.mark.parametrize("part", ["the files", "the directory"])
def test_one_bit_anywhere_is_found(made, tmp_path, part):
    whole, draw = made.whole["public"], random.Random(1)
    directory = zipfile.ZipFile(BytesIO(whole)).start_dir
    first, end = (0, directory) if part == "the files" else (directory, len(whole))
    for _ in range(150):
        at = draw.randrange(first, end)
        changed = bytearray(whole)
        changed[at] ^= 1 << draw.randrange(8)
        assert faults(tmp_path, bytes(changed)), f"byte {at}"


def test_an_archive_of_many_gigabytes_is_described_otherwise_and_holds(files, tmp_path, monkeypatch):
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10_000)  # as if these were thousands of megabytes
    assert faults(tmp_path, packed(files)) == []


def with_member(name: str, content: bytes = b"x", **marks: Any) -> Callable[[Files], bytes]:
    """The archive with one more member at its end."""
    return lambda files: packed(files, (member(name, **marks), content))


def without(name: str) -> Callable[[Files], bytes]:
    return lambda files: packed({each: content for each, content in files.items() if each != name})


def edited(name: str, before: bytes, after: bytes) -> Callable[[Files], bytes]:
    """The archive with other bytes in one file, and nothing signed anew."""
    return lambda files: packed(files | {name: files[name].replace(before, after, 1)})


DIRECTORY = "its directory says more than where files are."


def other_name(name: str, other: str) -> bytes:
    """The extra field by which unzip takes another name for a file (Info-ZIP's “Unicode Path”)."""
    return struct.pack("<2HBL", 0x7075, 5 + len(other), 1, zlib.crc32(name.encode())) + other.encode()


def with_extra(whole: bytes, name: str, extra: bytes) -> bytes:
    """The archive with this extra field of a file in its directory, and nothing signed anew."""
    at = whole.rindex(name.encode(), zipfile.ZipFile(BytesIO(whole)).start_dir)
    long = whole[: at - 16] + struct.pack("<H", len(extra)) + whole[at - 14 : at + len(name)] + extra
    rest = whole[at + len(name) :]
    size = struct.unpack("<L", rest[-10:-6])[0] + len(extra)
    return long + rest[:-10] + struct.pack("<L", size) + rest[-6:]


EVIL: dict[str, tuple[Callable[[Files], bytes], str]] = {
    "a name that is there twice": (with_member("report.html"), "'report.html' is in the archive twice."),
    "a name that differs in case alone": (with_member("Report.html"), "'Report.html' is in the archive twice."),
    "a path with ..": (with_member("../x"), "'../x' leads out of the folder"),
    "a path with .. in the middle": (with_member("a/../../x"), "leads out of the folder"),
    "a path with .. of another system": (with_member("..\\x"), "leads out of the folder"),
    "an absolute path": (with_member("/etc/x"), "'/etc/x' has an absolute path."),
    "a drive": (with_member("C:/x"), "'C:/x' has an absolute path."),
    "a link": (with_member("link", b"/etc/passwd", external_attr=0o120777 << 16), "'link' is a link."),
    "a folder": (with_member("folder/", b""), "has a name that no file of a bundle has"),
    "an odd name": (with_member("a\nb"), "has a name that no file of a bundle has"),
    "a name beyond a NUL": (with_member("a\0b"), "has a name that no file of a bundle has"),
    "a bomb": (
        with_member("bomb", b"\0" * 10_000_000, compress_type=zipfile.ZIP_DEFLATED),
        "'bomb' is compressed, or its sizes disagree",
    ),
    "other marks": (with_member("x", external_attr=0o104755 << 16), "has marks that no file of a bundle has"),
    "bytes before it": (lambda files: b"#!/bin/sh\n" + packed(files), "belong to no file"),
    "bytes after it": (lambda files: packed(files) + b"\0" * 9, "archive"),
    "a truncated tail": (lambda files: packed(files)[:-9], "This is no whole zip archive"),
    "nothing": (lambda files: b"", "This is no whole zip archive"),
    "encrypted": (lambda files: encrypted(with_member("secret")(files)), "'secret' is encrypted."),
    "another name in the directory's extra fields": (
        lambda files: with_extra(packed(files), "report.pdf", other_name("report.pdf", "evil.py")), DIRECTORY
    ),
    "a message in the directory's extra fields": (
        lambda files: with_extra(packed(files), "report.md", struct.pack("<2H", 0x9999, 4) + b"Call"), DIRECTORY
    ),
    "fewer files in the directory's count": (
        lambda files: packed(files)[:-14] + struct.pack("<2H", 1, 1) + packed(files)[-10:], DIRECTORY
    ),
    "two sizes": (lambda files: resized(packed(files)), "is described in two ways in the archive."),
    "a file added": (with_member("more.txt"), "more.txt does not belong to the bundle."),
    "a file removed": (without("report.pdf"), "report.pdf is missing."),
    "the manifest removed": (without("manifest.json"), "manifest.json is missing."),
    "the signature removed": (without("manifest.sig"), "manifest.sig is missing."),
    "a file emptied": (
        lambda files: packed(files | {"report.pdf": b""}), "report.pdf has 0 bytes, and the manifest says "
    ),
    "two files exchanged": (
        lambda files: packed(files | {"report.md": files["report.csv"], "report.csv": files["report.md"]}),
        "report.csv has ",
    ),
    "a verdict edited in the PDF alone": (edited("report.pdf", b"PDF", b"pdf"), "report.pdf is not what was signed"),
    "the program itself": (edited("verify.py", b"sys.exit(1)", b"sys.exit(0)"), "verify.py is not what was signed"),
    "a manifest with more in it": (edited("manifest.json", b'"left_out"', b'"left_ouu"'), "cannot be read"),
    "a manifest that is nested without end": (
        lambda files: packed(files | {"manifest.json": b"[" * 100_000}), "The manifest or its signature cannot be read."
    ),
}  # fmt: skip


def encrypted(whole: bytes) -> bytes:
    """The last member with the flag that it is encrypted, in both places."""
    at = zipfile.ZipFile(BytesIO(whole)).infolist()[-1].header_offset
    entry = whole.rindex(b"PK\1\2")
    return whole[: at + 6] + b"\1\0" + whole[at + 8 : entry + 8] + b"\1\0" + whole[entry + 10 :]


def resized(whole: bytes) -> bytes:
    """The first member with another size where it begins than in the archive's directory."""
    return whole[:22] + struct.pack("<L", 5) + whole[26:]


def test_a_checksum_by_which_other_programs_would_stumble_is_named(made, tmp_path):
    whole = bytearray(made.whole["public"])
    archive = zipfile.ZipFile(BytesIO(bytes(whole)))
    for name in ("report.pdf", "manifest.sig"):
        info = archive.getinfo(name)
        crc, other = struct.pack("<L", info.CRC), struct.pack("<L", info.CRC ^ 1)
        assert whole.count(crc) == 2
        changed = bytes(whole).replace(crc, other)
        assert faults(tmp_path, changed) == [f"{name} has another CRC-32 in the archive."]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("how", EVIL)
def test_an_archive_that_was_tampered_with_is_named(files, tmp_path, how):
    tamper, sentence = EVIL[how]
    named = faults(tmp_path, tamper(files))
    assert named
    assert any(sentence in line for line in named), named


# ---- the signature


def test_a_manifest_signed_anew_with_another_key_is_named(made, files, tmp_path):
    other = Ed25519PrivateKey.generate()
    fingerprint = keys.fingerprint_of(other.public_key().public_bytes_raw().hex())
    whole = signed(files | {"report.pdf": b"other"}, other)
    assert "The signature is by another key than the manifest names." in faults(tmp_path, whole)
    whole = signed(files, other, key=fingerprint)
    assert faults(tmp_path, whole) == ["The report names another key than the one that signed the bundle."]
    assert "not by the key that you named" in faults(tmp_path, whole, made.fingerprint)[0]


@pytest.mark.parametrize("seal", [b"", b"{}", b"[]", b'{"public_key":"x","signature":"x"}', b'{"public_key":5}'])
def test_a_signature_that_is_none_is_named(files, tmp_path, seal):
    assert faults(tmp_path, packed(files | {"manifest.sig": seal})) == ["The manifest or its signature cannot be read."]


def test_signatures_are_checked_as_the_library_does():
    secret = Ed25519PrivateKey.generate()
    public = secret.public_key().public_bytes_raw().hex()
    for message in (b"", b"words", b"\0" * 500):
        signature = secret.sign(message)
        assert verify.signed(public, signature.hex(), message)
        assert not verify.signed(public, signature.hex(), message + b".")
        for at in (0, 31, 32, 63):
            other = bytearray(signature)
            other[at] ^= 1
            assert not verify.signed(public, other.hex(), message)
        more = int.from_bytes(signature[32:], "little") + verify.ORDER
        if more < 2**256:
            assert not verify.signed(public, (signature[:32] + more.to_bytes(32, "little")).hex(), message)
    for wrong in ("", "zz", "ff" * 32, "00" * 31, None):
        assert not verify.signed(wrong, "00" * 64, b"")


def test_signatures_are_those_of_rfc_8032():
    # The third example in section 7.1.
    public = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"
    signature = (
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    )
    assert verify.signed(public, signature, bytes.fromhex("af82"))
