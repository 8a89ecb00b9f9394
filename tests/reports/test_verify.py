"""The program that a stranger checks a report with: a real bundle, tampered with in every way, and what it says."""

import ast
import json
import random
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.db import transaction
from django.test import override_settings

from claims.custody import keys
from claims.models import Entry
from claims.reports import verify
from claims.reports.bundle import make_bundle
from claims.reports.choices import Choice
from claims.reports.disclosing import disclosed
from claims.reports.freezing import freeze
from claims.reports.packing import EARLIEST
from claims.reports.render import render
from tests.factories import make_claim, make_signed_claim
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


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, tmp_path_factory) -> Made:
    """Made once; nothing of it stays in the database."""
    folder = tmp_path_factory.mktemp("data")
    with django_db_blocker.unblock(), override_settings(DATA=folder), transaction.atomic():
        made = Made(folder)
        transaction.set_rollback(True)
    return made


@pytest.fixture
def files(made) -> Files:
    """The files of the public report, to be tampered with."""
    return dict(made.files["public"])


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
    return packed(rest | {"manifest.json": written, "manifest.sig": json.dumps(seal).encode()})


def faults(tmp_path: Path, whole: bytes, named: str = "", told: Values | None = None) -> list[str]:
    """What verify.py names; nothing where all holds."""
    file = tmp_path / "report.zip"
    file.write_bytes(whole)
    disclosed = None
    if told is not None:
        disclosed = tmp_path / "told.json"
        disclosed.write_text(json.dumps(told))
    try:
        verify.verify(file, named, disclosed)
    except verify.Wrong as fault:
        return str(fault).split("\n")
    return []


# ---- what holds


@pytest.mark.parametrize("audience", ["public", "internal"])
def test_a_bundle_that_nobody_touched_holds_and_an_account_is_printed(made, tmp_path, capsys, audience):
    assert faults(tmp_path, made.whole[audience], made.fingerprint) == []
    said = capsys.readouterr().out
    assert "Report" in said
    assert "of BY" in said
    assert "All of this holds." in said
    assert "as you named it" in said


def run(made: Made, tmp_path: Path, *more: str, whole: bytes = b"") -> subprocess.CompletedProcess[str]:
    """The copy in the bundle, run by itself: no package of ours, no settings."""
    program, file = tmp_path / "verify.py", tmp_path / "report.zip"
    program.write_bytes(made.files["public"]["verify.py"])
    file.write_bytes(whole or made.whole["public"])
    return subprocess.run(
        [sys.executable, "-I", str(program), str(file), *more], capture_output=True, text=True, cwd=tmp_path, timeout=60
    )


def test_a_bundle_of_few_sections_holds_as_well(case, eve, tmp_path):
    make_claim(case=case)
    choice = Choice(sections=("verdicts", "method"), order="rating", grouping="kind")
    whole = make_bundle(freeze(case, case.claims.all(), by=eve, choice=choice)).read()
    assert faults(tmp_path, whole) == []


def test_the_copy_in_the_bundle_runs_by_itself_and_ends_with_0_or_with_1(made, tmp_path):
    grouped = verify.grouped(made.fingerprint).upper()
    fine = run(made, tmp_path, "--key", grouped)
    assert (fine.returncode, fine.stderr) == (0, "")
    wrong = run(made, tmp_path, "--key", "ab" * 32)
    assert (wrong.returncode, wrong.stderr) == (1, "")
    assert "not by the key that you named" in wrong.stdout
    assert "must not be relied on" in wrong.stdout
    nothing = run(made, tmp_path, whole=b"no archive")
    assert (nothing.returncode, nothing.stderr) == (1, "")
    assert "no whole zip archive" in nothing.stdout


def test_it_is_plain_python_of_3_9_with_the_standard_library_alone():
    tree = ast.parse(Path(verify.__file__).read_text(), feature_version=(3, 9))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names | {"__future__"}


def test_what_is_left_out_is_listed_with_its_hash_and_why(made, tmp_path, capsys):
    faults(tmp_path, made.whole["public"])
    said = capsys.readouterr().out
    assert re.search(r"Left out: the text of exhibit \d, SHA-256 [0-9a-f]{64}: its source is withheld", said)
    assert "1 could not be checked" in said


def test_a_key_before_vouches_for_the_one_that_signed(ann, tmp_path, capsys):
    old = keys.current(by=ann)
    keys.rotate(by=ann)
    new = keys.rotate(by=ann)
    whole = make_bundle(make_checked_report()).read()
    assert faults(tmp_path, whole, new.fingerprint) == []
    assert faults(tmp_path, whole, old.fingerprint) == []
    assert "for which the key that you named vouches" in capsys.readouterr().out
    assert "not by the key that you named" in faults(tmp_path, whole, "ab" * 32)[0]


def test_a_field_that_was_kept_back_is_disclosed_later_and_checked(made, tmp_path):
    assert faults(tmp_path, made.whole["public"], told=made.disclosed) == []
    entry = made.disclosed["entry"]
    for change in ({"value": "Other words."}, {"salt": "0" * 32}, {"field": "by_name"}):
        named = faults(tmp_path, made.whole["public"], told=made.disclosed | change)
        assert any(line.startswith(f"Entry {entry} does not say ") for line in named)
    assert faults(tmp_path, made.whole["public"], told=made.disclosed | {"entry": 999}) == [
        "There is no entry 999 in the log."
    ]


# ---- the archive


def test_one_byte_in_any_file_is_named(made, files, tmp_path):
    for name in files:
        content = bytearray(files[name])
        content[len(content) // 2] ^= 1
        named = faults(tmp_path, packed(files | {name: bytes(content)}))
        if name.startswith("manifest."):
            assert re.search("The signature is|cannot be read|by another key|canonical spelling", named[0]), name
        else:
            assert named == [f"{name} is not what was signed: its SHA-256 differs."]


def test_one_bit_anywhere_before_the_directory_is_found(made, tmp_path):
    whole, draw = made.whole["public"], random.Random(1)
    end = zipfile.ZipFile(BytesIO(whole)).start_dir
    for _ in range(150):
        at = draw.randrange(end)
        changed = bytearray(whole)
        changed[at] ^= 1 << draw.randrange(8)
        assert faults(tmp_path, bytes(changed)), f"byte {at}"


EVIL: dict[str, tuple[Callable[[Files], bytes], str]] = {
    "a name that is there twice": (
        lambda files: packed(files, (member("report.html"), b"x")), "'report.html' is in the archive twice."
    ),
    "a name that differs in case alone": (
        lambda files: packed(files, (member("Report.html"), b"x")), "'Report.html' is in the archive twice."
    ),
    "a path with ..": (lambda files: packed(files, (member("../x"), b"x")), "'../x' leads out of the folder"),
    "a path with .. in the middle": (lambda files: packed(files, (member("a/../../x"), b"x")), "leads out of the"),
    "a path with .. of another system": (lambda files: packed(files, (member("..\\x"), b"x")), "leads out of the"),
    "an absolute path": (lambda files: packed(files, (member("/etc/x"), b"x")), "'/etc/x' has an absolute path."),
    "a drive": (lambda files: packed(files, (member("C:/x"), b"x")), "'C:/x' has an absolute path."),
    "a link": (
        lambda files: packed(files, (member("link", external_attr=0o120777 << 16), b"/etc/passwd")), "'link' is a link."
    ),
    "a folder": (lambda files: packed(files, (member("folder/"), b"")), "has a name that no file of a bundle has"),
    "an odd name": (lambda files: packed(files, (member("a\nb"), b"x")), "has a name that no file of a bundle has"),
    "a name beyond a NUL": (lambda files: packed(files, (member("a\0b"), b"x")), "has a name that no file of a bundle"),
    "a bomb": (
        lambda files: packed(files, (member("bomb", compress_type=zipfile.ZIP_DEFLATED), b"\0" * 10_000_000)),
        "'bomb' is compressed, or its sizes disagree",
    ),
    "other marks": (
        lambda files: packed(files, (member("x", external_attr=0o104755 << 16), b"x")), "has marks that no file"
    ),
    "bytes before it": (lambda files: b"#!/bin/sh\n" + packed(files), "belong to no file"),
    "bytes after it": (lambda files: packed(files) + b"\0" * 9, "archive"),
    "a truncated tail": (lambda files: packed(files)[:-9], "This is no whole zip archive"),
    "nothing": (lambda files: b"", "This is no whole zip archive"),
    "encrypted": (lambda files: encrypted(packed(files, (member("secret"), b"x"))), "'secret' is encrypted."),
    "two sizes": (lambda files: resized(packed(files)), "described in two ways in the archive, or its sizes disagree"),
    "a file added": (lambda files: packed(files | {"more.txt": b"x"}), "more.txt does not belong to the bundle."),
    "a file removed": (
        lambda files: packed({name: files[name] for name in files if name != "report.pdf"}), "report.pdf is missing."
    ),
    "the manifest removed": (
        lambda files: packed({name: files[name] for name in files if name != "manifest.json"}),
        "manifest.json is missing.",
    ),
    "the signature removed": (
        lambda files: packed({name: files[name] for name in files if name != "manifest.sig"}),
        "manifest.sig is missing.",
    ),
    "a file emptied": (
        lambda files: packed(files | {"report.pdf": b""}), "report.pdf has 0 bytes, and the manifest says "
    ),
    "two files exchanged": (
        lambda files: packed(files | {"report.md": files["report.csv"], "report.csv": files["report.md"]}),
        "report.csv has ",
    ),
    "a verdict edited in the PDF alone": (
        lambda files: packed(files | {"report.pdf": files["report.pdf"].replace(b"PDF", b"pdf", 1)}),
        "report.pdf is not what was signed",
    ),
    "the program itself": (
        lambda files: packed(files | {"verify.py": files["verify.py"].replace(b"return 1", b"return 0")}),
        "verify.py is not what was signed",
    ),
    "a manifest with more in it": (
        lambda files: packed(files | {"manifest.json": files["manifest.json"].replace(b'"left_out"', b'"left_ouu"')}),
        "",
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


# ---- what is inside, by a forger who has the key: the manifest is made anew and signed with the very same


def relined(content: bytes, change: Callable[[list[Values]], list[Values] | None]) -> bytes:
    """A file of JSON lines with these changed."""
    lines = [json.loads(line) for line in content.splitlines()]
    lines = change(lines) or lines
    return b"".join(verify.canonical(line).encode() + b"\n" for line in lines)


def swap(lines: list[Values]) -> None:
    lines[4], lines[5] = lines[5], lines[4]


def change_shown(lines: list[Values]) -> None:
    line = next(line for line in lines if "shown" in line and "label" in line["shown"])
    line["shown"]["label"][1] = "BY-99"


def change_withheld(lines: list[Values]) -> None:
    lines[3]["withheld"]["by_name"] = "0" * 64


def show_withheld(lines: list[Values]) -> None:
    lines[3]["shown"]["by_name"] = ["0" * 32, "Somebody else"]
    del lines[3]["withheld"]["by_name"]


def add_line(lines: list[Values]) -> None:
    lines.insert(4, dict(lines[3]))


def renumber(lines: list[Values]) -> list[Values]:
    del lines[4]
    return [line | {"number": n} for n, line in enumerate(lines, 1)]


def rechained(lines: list[Values]) -> list[Values]:
    """An entry taken out, and every hash after it made to fit."""
    del lines[6]
    previous = "0" * 64
    for number, line in enumerate(lines, 1):
        kept = verify.said_in(line)[1]
        line |= {"number": number, "previous": previous}
        line["hash"] = previous = verify.sha256(verify.canonical(["workbench-log/2", "BY", number, kept, previous]))
    return lines


LOG: dict[str, tuple[Callable[[list[Values]], list[Values] | None], str]] = {
    "an entry removed": (lambda lines: lines[:4] + lines[5:], "Entry 5 of the log is missing: 6 follows 4."),
    "an entry removed and the others numbered anew": (renumber, "Entry 5 of the log does not follow the one before"),
    "an entry removed and all hashes made to fit": (rechained, "The log has another head at entry"),
    "an entry added": (add_line, "Entry 5 of the log is missing: 4 follows 4."),
    "two entries exchanged": (swap, "Entry 5 of the log is missing: 6 follows 4."),
    "the newest entries cut off": (lambda lines: lines[:-3], "The log ends with entry "),
    "the last entry cut off": (lambda lines: lines[:-1], "The log ends with entry "),
    "all of it cut off": (lambda lines: lines[:0] or [{}], "The log cannot be checked"),
    "a word that is shown": (change_shown, " of the log is not what was entered."),
    "a hash of what is withheld": (change_withheld, "Entry 4 of the log is not what was entered."),
    "something else shown for what was withheld": (show_withheld, "Entry 4 of the log is not what was entered."),
    "a hash": (lambda lines: [lines[0] | {"hash": "f" * 64}, *lines[1:]], "Entry 1 of the log is not what was"),
    "no chain": (
        lambda lines: [lines[0] | {"previous": "f" * 64}, *lines[1:]],
        "Entry 1 of the log does not follow the one before it.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", LOG)
@pytest.mark.parametrize("audience", ["public"])
def test_a_log_that_was_tampered_with_is_named(made, tmp_path, how, audience):
    change, sentence = LOG[how]
    files = made.files[audience]
    named = faults(tmp_path, signed(files | {"log.jsonl": relined(files["log.jsonl"], change)}, made.secret))
    assert any(sentence in line for line in named), named


def test_an_entry_that_is_shown_in_whole_and_was_changed_is_named(made, tmp_path):
    def change(lines: list[Values]) -> None:
        lines[7]["said"]["by_name"] = "Somebody else"

    files = made.files["internal"]
    named = faults(tmp_path, signed(files | {"log.jsonl": relined(files["log.jsonl"], change)}, made.secret))
    assert "Entry 8 of the log is not what was entered." in named


def resealed(lines: list[Values]) -> None:
    content = json.loads(lines[0]["content"]) | {"rationale": "Other words."}
    lines[0]["content"] = verify.canonical(content)


SEALS: dict[str, tuple[Callable[[list[Values]], list[Values] | None], str]] = {
    "words": (resealed, "is not what was sealed."),
    "one left out": (lambda lines: lines[1:], " has no seal in the bundle."),
    "another seal": (lambda lines: [lines[0] | {"seal": "f" * 64}, *lines[1:]], " has no seal in the bundle."),
}


@pytest.mark.parametrize("how", SEALS)
def test_a_seal_that_was_tampered_with_is_named(made, files, tmp_path, how):
    change, sentence = SEALS[how]
    named = faults(tmp_path, signed(files | {"seals.jsonl": relined(files["seals.jsonl"], change)}, made.secret))
    assert any(sentence in line for line in named), named


def reworded(at: str, text: str, other: str) -> Callable[[Files], Files]:
    """A file in which some words are others."""

    def tamper(files: Files) -> Files:
        content = files[at].decode()
        assert text in content, (at, text)
        return {at: content.replace(text, other, 1).encode()}

    return tamper


def in_summary(before: str, after: str) -> Callable[[Files], Files]:
    """The web page with something else in the table of its summary."""

    def tamper(files: Files) -> Files:
        head, table, rest = files["report.html"].decode().partition('<table class="list">')
        assert before in rest
        return {"report.html": (head + table + rest.replace(before, after, 1)).encode()}

    return tamper


def without_a_row(files: Files) -> Files:
    return {"report.html": re.sub(rb"<tr[^>]*><td class=\"ref\">.*?</tr>", b"", files["report.html"], count=1)}


TABLES: dict[str, tuple[Callable[[Files], Files], str]] = {
    "a verdict in the page's summary": (
        in_summary("Supported", "Refuted"), "report.html: the summary gives BY-1 the verdict “✓ Refuted”"
    ),
    "a statement in the page's summary": (
        in_summary("The army is 48,000 strong.", "The army is 84,000 strong."),
        "report.html: the summary words BY-1 otherwise than the data.",
    ),
    "who signed in the page's summary": (
        in_summary("<td><bdi>Editor 2</bdi></td>", "<td><bdi>Editor 1</bdi></td>"),
        "report.html: the summary says that “Editor 1” signed BY-1 off; the data say “Editor 2”.",
    ),
    "a row out of the page's summary": (
        without_a_row,
        " is missing from the summary.",
    ),
    "a verdict in the table": (
        reworded("report.csv", ",Supported,", ",Refuted,"), "report.csv: the summary gives BY-1 the verdict “Refuted”"
    ),
    "a row out of the table": (
        lambda files: {"report.csv": files["report.csv"][: files["report.csv"].rindex(b"BY,")]},
        "report.csv: BY-3 is missing from the summary.",
    ),
    "a row more in the table": (
        lambda files: {"report.csv": files["report.csv"].rstrip() + b"\r\n" +
                       files["report.csv"].rstrip().split(b"\r\n")[-1].replace(b"BY-3", b"BY-4") + b"\r\n"},
        "report.csv: BY-4 stands in the summary, and not in the data.",
    ),
    "the log's head in the table": (
        lambda files: {"report.csv": re.sub(rb"[0-9a-f]{64},(\d+),[0-9a-f]{64}", b"0" * 64 + rb",\1," + b"0" * 64,
                                            files["report.csv"], count=1)},
        "report.csv: the row of BY-1 names another snapshot or another head of the log.",
    ),
    "a summary in the table": (
        reworded("report.csv", "The census bears it out.", "Nothing bears it out."),
        "report.csv: the verdict on BY-1 has another summary than in the data.",
    ),
    "a verdict in the text": (
        reworded("report.md", "| **✓ Supported** |", "| **✕ Refuted** |"),
        "report.md: the summary gives BY-1 the verdict “✕ Refuted”",
    ),
    "a statement in the text": (
        reworded("report.md", "| The army is 48,000 strong. |", "| The army is 84,000 strong. |"),
        "report.md: the summary words BY-1 otherwise than the data.",
    ),
    "how many have a verdict in the text": (
        reworded("report.md", "- 1 × **✓ Supported**", "- 2 × **✓ Supported**"),
        "report.md: 1 claims have the verdict “Supported”, and the text says otherwise.",
    ),
    "the hash in the text": (
        lambda files: {"report.md": re.sub(rb"`[0-9a-f]{64}`", b"`" + b"0" * 64 + b"`", files["report.md"])},
        "report.md does not print the hash",
    ),
    "the hash in the page": (
        lambda files: {"report.html": re.sub(rb">[0-9a-f]{64}<", b">" + b"0" * 64 + b"<", files["report.html"])},
        "report.html does not print the hash of the snapshot.",
    ),
    "the data": (reworded("report.json", "48,000 strong", "84,000 strong"), "report.json holds other data"),
    "a document's text": (
        reworded("documents/1/text.txt", "48,000", "84,000"), "documents/1/text.txt is not what the report names."
    ),
    "a text that is held": (
        reworded("exhibits/1/text.txt", "village", "town"), "exhibits/1/text.txt is not what the report names."
    ),
    "a document's file": (reworded("documents/1/original", "48,000", "84,000"), "documents/1/original is not"),
}  # fmt: skip


@pytest.mark.parametrize("how", TABLES)
def test_what_was_changed_in_one_format_and_signed_again_is_named(made, files, tmp_path, how):
    tamper, sentence = TABLES[how]
    named = faults(tmp_path, signed(files | tamper(files), made.secret))
    assert any(sentence in line for line in named), named


def test_a_capture_that_was_exchanged_is_named(made, files, tmp_path):
    (capture,) = (name for name in files if name.startswith("captures/"))
    named = faults(tmp_path, signed(files | {capture: b"other"}, made.secret))
    assert any("names a capture of exhibit 1, which is neither" in line for line in named)


def forged(made: Made, files: Files, change: Callable[[Values], None], **also: bytes) -> bytes:
    """Other data, with every format made from them anew: all that somebody can do who has key and workbench."""
    data = json.loads(files["snapshot.json"])
    change(data)
    written = verify.canonical(data).encode()
    new = {f"report.{name}": render(data, name) for name in ("html", "csv", "md", "json")}
    return signed(files | new | {"snapshot.json": written} | also, made.secret, snapshot_sha256=verify.sha256(written))


def claim(data: Values, number: int) -> Values:
    found: Values = data["claims"][number - 1]
    return found


def put(value: Any, *path: Any) -> Callable[[Values], None]:
    """Something else at a place in the data."""

    def change(data: Values) -> None:
        for step in path[:-1]:
            data = data[step]
        assert data[path[-1]] != value
        data[path[-1]] = value

    return change


def drop(*path: Any) -> Callable[[Values], None]:
    def change(data: Values) -> None:
        for step in path[:-1]:
            data = data[step]
        del data[path[-1]]

    return change


REFUTED = {"rating": "refuted", "label": "Refuted", "look": "refuted"}
FORGED: dict[str, tuple[Callable[[Values], None], str]] = {
    "a verdict": (
        lambda data: claim(data, 1)["verdict"].update(REFUTED),
        "BY-1: the log has another verdict signed off in round 1.",
    ),
    "the name of a verdict alone": (
        put("Refuted", "claims", 0, "verdict", "label"), "BY-1: “Refuted” is not what the scale calls “supported”."
    ),
    "the name of an answer alone": (
        put("Refuted", "claims", 0, "assessments", 0, "label"), "“Refuted” is not what the scale calls “supported”."
    ),
    "a statement": (
        put("The army is 84,000 strong.", "claims", 0, "statement"), "BY-1: the log words the claim otherwise"
    ),
    "how likely somebody holds it to be": (
        put("certain", "claims", 0, "assessments", 0, "likelihood"), "is not what was sealed."
    ),
    "words in a quotation": (
        put("84,000", "claims", 0, "passages", 0, "exact"), "BY-1: the quotation does not stand at characters"
    ),
    "where a quotation stands": (
        lambda data: claim(data, 1)["passages"][0].update(start=0, end=6), "BY-1: the quotation does not stand at"
    ),
    "a quotation beyond the end": (
        lambda data: claim(data, 1)["passages"][0].update(start=10**6, end=10**6 + 6), "does not stand at characters"
    ),
    "the words around a quotation": (put("Never ", "claims", 0, "passages", 0, "before"), "BY-1: the words around"),
    "a quotation of evidence": (
        put("Every town will know.", "claims", 0, "evidence", 0, "quote"),
        "BY-1: the quotation of evidence 1 does not stand in exhibit:1.",
    ),
    "an answer": (
        lambda data: claim(data, 2)["assessments"][1].update(REFUTED),
        "BY-2: the answer of Reviewer 2 in round 1 is not what was sealed.",
    ),
    "a rationale": (put("I was told to.", "claims", 0, "assessments", 0, "rationale"), "is not what was sealed."),
    "what an answer relies on": (put([2], "claims", 0, "assessments", 0, "relied_on"), "is not what was sealed."),
    "an answer left out": (drop("claims", 1, "assessments", 1), "BY-2: an answer of round 1, sealed as "),
    "an answer made up": (
        lambda data: claim(data, 1)["assessments"].append(claim(data, 1)["assessments"][0] | {"seal": "f" * 64}),
        "has no seal in the bundle.",
    ),
    "how many agree": (put(2, "agreement", "unanimous"), "Agreement: unanimous is 1 when counted again"),
    "percent agreement": (put("0.900", "agreement", "percent"), "Agreement: percent is 0.5 when counted again"),
    "alpha": (put("0.900", "agreement", "alpha_nominal"), "Agreement: alpha_nominal is "),
    "ordinal alpha": (put("0.900", "agreement", "alpha_ordinal"), "Agreement: alpha_ordinal is "),
    "the number of origins": (
        put(2, "claims", 0, "origins", "origins"), "BY-1: origins of evidence is 1 when counted again"
    ),
    "the number of items": (put(5, "claims", 0, "origins", "items"), "BY-1: items of evidence is 2 when counted"),
    "an item's origin": (put(2, "claims", 0, "evidence", 1, "origin"), "BY-1: evidence 2 counts for origin 1, not 2."),
    "a link of lineage": (
        lambda data: data["exhibits"][1].update(repeats=[], first_hand=True, marks=[]), "BY-1: origins of evidence is 2"
    ),
    "an item left out": (drop("claims", 0, "evidence", 1), "BY-1: items of evidence is 1 when counted again"),
    "the log's head": (put("0" * 64, "log", "head"), "The log has another head at entry "),
    "how many entries there were": (
        lambda data: data["log"].update(count=data["log"]["count"] - 1), "the report was entered as "
    ),
    "a document's hash": (put("0" * 64, "documents", 0, "sha256"), "the text of document 1, which is neither"),
    "a capture's hash": (put("0" * 64, "custody", 0, "sha256"), "a capture of exhibit 1, which is neither"),
    "the key": (put("0" * 64, "key", "fingerprint"), "The report names another key than the one that signed"),
    "the title alone": (put("Another", "report", "title"), " of the log does not say that this report was made."),
    "a claim left out": (drop("claims", 2), " of the log does not say that this report was made."),
    "the case's code": (put("XX", "case", "code"), "Entry 1 of the log is not what was entered."),
    "nothing a program can read": (put(None, "claims", 0, "passages"), "The quotations cannot be checked: TypeError"),
}  # fmt: skip


@pytest.mark.parametrize("how", FORGED)
def test_data_that_were_changed_everywhere_and_signed_again_are_named(made, files, tmp_path, how):
    change, sentence = FORGED[how]
    try:
        whole = forged(made, files, change)
    except (KeyError, TypeError):  # no format can be made from these
        data = json.loads(files["snapshot.json"])
        change(data)
        written = verify.canonical(data).encode()
        whole = signed(files | {"snapshot.json": written}, made.secret, snapshot_sha256=verify.sha256(written))
    named = faults(tmp_path, whole)
    assert any(sentence in line for line in named), named


def test_another_spelling_of_the_same_data_is_named(made, files, tmp_path):
    written = json.dumps(json.loads(files["snapshot.json"])).encode()
    whole = signed(files | {"snapshot.json": written}, made.secret, snapshot_sha256=verify.sha256(written))
    assert "snapshot.json is not in its canonical spelling." in faults(tmp_path, whole)


def test_what_is_left_out_must_be_listed(made, files, tmp_path):
    named = faults(tmp_path, signed(files, made.secret, left_out=[]))
    assert any("which is neither in the bundle nor listed as left out" in line for line in named)


def test_a_stamp_of_another_head_is_named(made, files, tmp_path):
    whole = signed(files | {"stamp/head.txt": b"3:" + b"f" * 64}, made.secret)
    assert "The stamping service attested another head at entry 3 than the log has." in faults(tmp_path, whole)


def test_more_than_forty_kinds_of_tampering_are_tried():
    assert len(EVIL) + len(LOG) + len(SEALS) + len(TABLES) + len(FORGED) > 40


ODD = [
    "=1+1 men", "-5 degrees", "@home | and away", "a \\", "a \\| b", "**bold** _it_ `code` ~no~", "1. first", "- item",
    "<b>x</b> &amp; \"y\" 'z'", "[link](#claim-9)", "שלום | עולם", "— 100 % — ✓ Supported",
    "#5 $5 !5", "\u00a0kept\u00a0apart",
]  # fmt: skip


def test_words_that_could_be_taken_for_markup_are_held_against_the_data_all_the_same(
    case, ann, ben, eve, max_, tmp_path
):
    for words in ODD:
        make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_), statement=words)
    report = freeze(case, case.claims.all(), by=eve, title="| **x** <b>")
    assert faults(tmp_path, make_bundle(report).read()) == []
