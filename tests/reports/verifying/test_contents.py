"""What is inside, by a forger who has the key: the manifest is made anew and signed with the very same."""

import json
import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from claims.reports import verify
from tests.reports.verifying.bundles import (
    Values,
    faults,
    forged,
    relined,
    resigned,
    signed,
)
from tests.reports.verifying.test_archive import EVIL


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
    "an entry told by its hash alone, which others before it are not": (
        lambda lines: [*lines[:5], {name: lines[5][name] for name in ("number", "previous", "hash")}, *lines[6:]],
        "Entry 6 of the log tells less than what entries have told since one before it.",
    ),
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


@pytest.mark.parametrize("name", ["log.jsonl", "seals.jsonl"])
def test_a_line_in_which_a_name_stands_twice_is_named(made, files, tmp_path, name):
    twice = files[name].replace(b"{", b'{"number":1,', 1)
    named = faults(tmp_path, signed(files | {name: twice}, made.secret))
    assert f"{name} has a line that is not in its canonical spelling." in named


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
    "one made up": (
        lambda lines: [*lines, {"ref": "BY-1", "seal": verify.sha256("{}"), "content": "{}"}],
        " is none of the report.",
    ),
    "another seal": (lambda lines: [lines[0] | {"seal": "f" * 64}, *lines[1:]], " has no seal in the bundle."),
}


@pytest.mark.parametrize("how", SEALS)
def test_a_seal_that_was_tampered_with_is_named(made, files, tmp_path, how):
    change, sentence = SEALS[how]
    named = faults(tmp_path, signed(files | {"seals.jsonl": relined(files["seals.jsonl"], change)}, made.secret))
    assert any(sentence in line for line in named), named


def parted(file: bytes, name: str, change: Callable[[bytes], bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """An Office file with something else in one of its parts."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(file)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            changed = info.filename == name
            new.writestr(info.filename, change(content) if changed else content, method if changed else None)
    return out.getvalue()


DIGEST = "(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])"
PARTS = {"report.docx": "word/document.xml", "report.xlsx": "xl/worksheets/sheet1.xml"}
LIST = '<table class="list">.*?'  # the page's summary as a table: what stands before it is no row of a claim

# By file: what (a pattern) is replaced by what, and what is said of it after the file's name.
TABLES: dict[str, dict[str, tuple[str, str, str]]] = {
    "report.html": {
        "a verdict": (f"({LIST})Supported", r"\1Refuted", ": the summary gives BY-1 the verdict “✓ Refuted”"),
        "a statement": (f"({LIST})48,000", r"\g<1>84,000", ": the summary words BY-1 otherwise than the data."),
        "who signed": (f"({LIST})Editor 2", r"\1Editor 1", ": the summary says that “Editor 1” signed BY-1 off; the"),
        "a row left out": ('<tr[^>]*><td class="ref">.*?</tr>', "", ": BY-1 is missing from the summary."),
        "a row twice": ('<tr[^>]*><td class="ref">.*?</tr>', r"\g<0>\g<0>", ": BY-1 stands in the summary more"),
        "a count": ('(Supported</td><td dir="auto">)1', r"\g<1>2", ": 1 claims have the verdict “Supported”; the"),
        "the hash": (DIGEST, "0" * 64, " does not print the hash of the snapshot."),
    },
    "report.csv": {
        "a verdict": (",Supported,", ",Refuted,", ": the summary gives BY-1 the verdict “Refuted”"),
        "a row left out": (r"\r\nBY,[^\n]*BY-3.*", "\r\n", ": BY-3 is missing from the summary."),
        "a row more": (r"BY,([^\n]*)BY-3([^\n]*\n)", r"\g<0>BY,\1BY-4\2", ": BY-4 stands in the summary, and not"),
        "the log's head": (r",[0-9a-f]{64}\r", f",{'0' * 64}\r", ": the row of BY-1 names another snapshot or another"),
        "a summary": ("The census", "Nothing", ": the verdict on BY-1 has another summary than in the data."),
        "a cell more": (r"(BY-3[^\r]*)\r", r"\1,more\r", " has a row of another length."),
        "counts of evidence": (",2,2,0,0,", ",2,1,1,0,", ": the evidence of BY-1 is counted otherwise"),
    },
    "report.md": {
        "a verdict": (r"\| \*\*✓ Supported", "| **✕ Refuted", ": the summary gives BY-1 the verdict “✕ Refuted”"),
        "a statement": (r"\| The army is 48,000", "| The army is 84,000", ": the summary words BY-1 otherwise"),
        "a count": (r"- 1 × \*\*✓", "- 2 × **✓", ": 1 claims have the verdict “Supported”; the summary"),
        "the hash": (DIGEST, "0" * 64, " does not print the hash of the snapshot."),
    },
    "report.docx": {
        "a verdict": ("✓ Supported", "✕ Refuted", ": the summary gives BY-1 the verdict “✕ Refuted”"),
        "a statement": ("(row_claim_1.*?)48,000", r"\g<1>84,000", ": the summary words BY-1 otherwise than the data."),
        "who signed": ("(row_claim_1.*?)Editor 2", r"\1Editor 1", ": the summary says that “Editor 1” signed BY-1 off"),
        "a row left out": (r"<w:tr>(?:(?!<w:tr>).)*row_claim_2.*?</w:tr>", "", ": BY-2 is missing from the summary."),
        "the hash": (DIGEST, "0" * 64, " does not print the hash of the snapshot."),
    },
    "report.xlsx": {
        "a verdict": ("<t>Refuted</t>", "<t>Supported</t>", ": the summary gives BY-2 the verdict “Supported”"),
        "a statement": ("48,000", "84,000", ": the summary words BY-1 otherwise than the data."),
        "who signed": ('(r="N2".*?)Editor 2', r"\1Editor 1", ": the summary says that “Editor 1” signed BY-1 off"),
        "a row left out": ('<row r="3".*?</row>', "", ": BY-2 is missing from the summary."),
    },
    "report.json": {"the data": ("48,000", "84,000", " holds other data than snapshot.json.")},
    "documents/1/text.txt": {"a document's text": ("48,000", "84,000", " is not what the report names.")},
    "documents/1/original": {"a document's file": ("48,000", "84,000", " is not what the report names.")},
    "exhibits/1/text.txt": {"a text that is held": ("village", "town", " is not what the report names.")},
}  # fmt: skip
IN_ONE = [(file, how) for file, hows in TABLES.items() for how in hows]


@pytest.mark.parametrize(("file", "how"), IN_ONE)
def test_what_was_changed_in_one_format_and_signed_again_is_named(made, files, tmp_path, file, how):
    before, after, sentence = TABLES[file][how]

    def change(content: bytes) -> bytes:
        count = 0 if before == DIGEST else 1  # the hash stands in more places than one
        changed = re.sub(before, after, content.decode(), count=count, flags=re.DOTALL).encode()
        assert changed != content
        return changed

    part = PARTS.get(file)
    content = parted(files[file], part, change) if part else change(files[file])
    named = faults(tmp_path, signed(files | {file: content}, made.secret))
    assert any(line.startswith(file + sentence) for line in named), named


def test_what_could_grow_without_end_is_not_read(made, files, tmp_path):
    name = PARTS["report.xlsx"]
    sheet = parted(files["report.xlsx"], name, bytes, zipfile.ZIP_DEFLATED)
    (named,) = faults(tmp_path, signed(files | {"report.xlsx": sheet}, made.secret))
    assert named == f"The workbook cannot be checked: ValueError, {name} in it is compressed: it could grow to any size"
    sheet = parted(files["report.xlsx"], name, lambda xml: b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + xml)
    (named,) = faults(tmp_path, signed(files | {"report.xlsx": sheet}, made.secret))
    assert "it has comments or definitions" in named


@pytest.mark.timeout(60)
@pytest.mark.parametrize("more", ['<section class="card" id="summary">', "<tr ", "<tr>", "<td>", "<"])
def test_a_page_of_tags_that_never_end_is_read_in_no_time(made, files, tmp_path, more):
    head, opening, _rest = files["report.html"].partition(b'id="summary">')
    named = faults(tmp_path, signed(files | {"report.html": head + opening + more.encode() * 500_000}, made.secret))
    assert "report.html: BY-1 is missing from the summary." in named


def test_a_capture_that_was_exchanged_is_named(made, files, tmp_path):
    (capture,) = (name for name in files if name.startswith("captures/"))
    named = faults(tmp_path, signed(files | {capture: b"other"}, made.secret))
    assert any("names a capture of exhibit 1, which is neither" in line for line in named)


def place(data: Any, path: str) -> tuple[Any, Any]:
    """What holds the thing at a path such as claims.0.verdict, and by which name."""
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
    for step in steps:
        data = data[step]
    return data, last


def put(path: str, value: Any) -> Callable[[Values], None]:
    """Something else at a place in the data; into what has names, these."""

    def change(data: Values) -> None:
        room, name = place(data, path)
        assert room[name] != value
        room[name] = room[name] | value if isinstance(value, dict) else value

    return change


def drop(path: str) -> Callable[[Values], None]:
    def change(data: Values) -> None:
        room, name = place(data, path)
        del room[name]

    return change


def make_up_an_answer(data: Values) -> None:
    answers = data["claims"][0]["assessments"]
    answers.append(answers[0] | {"seal": "f" * 64})


def log_one_entry_less(data: Values) -> None:
    data["log"]["count"] -= 1


FIRST = "claims.0"
ANSWER = "claims.0.assessments.0"
PASSAGE = "claims.0.passages.0"
NO_QUOTE = "BY-1: the quotation does not stand at characters "
NOT_SEALED = "BY-1: the answer of Reviewer 1 in round 1 is not what was sealed."
NOT_MADE = " of the log does not say that this report was made."
REFUTED = {"rating": "refuted", "label": "Refuted", "look": "refuted"}
FORGED: dict[str, tuple[Callable[[Values], None], str]] = {
    "a verdict": (put(f"{FIRST}.verdict", REFUTED), "BY-1: the log has another verdict signed off in round 1."),
    "the name of a verdict alone": (
        put(f"{FIRST}.verdict.label", "Refuted"), "BY-1: “Refuted” is not what the scale calls “supported”."
    ),
    "the name of an answer alone": (put(f"{ANSWER}.label", "Refuted"), "“Refuted” is not what the scale calls “supp"),
    "a statement": (put(f"{FIRST}.statement", "It is 84,000 strong."), "BY-1: the log words the claim otherwise"),
    "how likely somebody holds it to be": (put(f"{ANSWER}.likelihood", "certain"), NOT_SEALED),
    "words in a quotation": (put(f"{PASSAGE}.exact", "84,000"), NO_QUOTE),
    "where a quotation stands": (put(PASSAGE, {"start": 0, "end": 6}), NO_QUOTE),
    "a quotation beyond the end": (put(PASSAGE, {"start": 10**6, "end": 10**6 + 6}), NO_QUOTE),
    "the words around a quotation": (put(f"{PASSAGE}.before", "Never "), "BY-1: the words around characters "),
    "a quotation of evidence": (
        put(f"{FIRST}.evidence.0.quote", "Every town will know."),
        "BY-1: the quotation of evidence 1 does not stand in exhibit:1.",
    ),
    "an answer": (
        put("claims.1.assessments.1", REFUTED), "BY-2: the answer of Reviewer 2 in round 1 is not what was sealed."
    ),
    "a rationale": (put(f"{ANSWER}.rationale", "I was told to."), NOT_SEALED),
    "what an answer relies on": (put(f"{ANSWER}.relied_on", [2]), NOT_SEALED),
    "an answer left out": (drop("claims.1.assessments.1"), "BY-2: an answer of round 1, sealed as "),
    "an answer made up": (make_up_an_answer, "has no seal in the bundle."),
    "how many agree": (put("agreement.unanimous", 2), "Agreement: unanimous is 1 when counted again"),
    "percent agreement": (put("agreement.percent", "0.900"), "Agreement: percent is 0.500 when counted again"),
    "alpha": (put("agreement.alpha_nominal", "0.900"), "Agreement: alpha_nominal is 0.000 when counted again"),
    "ordinal alpha": (put("agreement.alpha_ordinal", "0.900"), "Agreement: alpha_ordinal is "),
    "the number of origins": (put(f"{FIRST}.origins.origins", 2), "BY-1: origins of evidence is 1 when counted again"),
    "the number of items": (put(f"{FIRST}.origins.items", 5), "BY-1: items of evidence is 2 when counted again"),
    "an item's origin": (put(f"{FIRST}.evidence.1.origin", 2), "BY-1: evidence 2 counts for origin 1, not 2."),
    "a link of lineage": (
        put("exhibits.1", {"repeats": [], "first_hand": True, "marks": []}), "BY-1: origins of evidence is 2"
    ),
    "an item left out": (drop(f"{FIRST}.evidence.1"), "BY-1: items of evidence is 1 when counted again"),
    "the log's head": (put("log.head", "0" * 64), "The log has another head at entry "),
    "how many entries there were": (log_one_entry_less, "the report was entered as "),
    "a document's hash": (put("documents.0.sha256", "0" * 64), "the text of document 1, which is neither"),
    "a capture's hash": (put("custody.0.sha256", "0" * 64), "a capture of exhibit 1, which is neither"),
    "the key": (put("key.fingerprint", "0" * 64), "The report names another key than the one that signed"),
    "the title alone": (put("report.title", "Another"), NOT_MADE),
    "a claim left out": (drop("claims.2"), NOT_MADE),
    "the case's code": (put("case.code", "XX"), "Entry 1 of the log is not what was entered."),
    "nothing a program can read": (put(f"{FIRST}.passages", None), "The quotations cannot be checked: TypeError"),
    "a number without end": (put(f"{PASSAGE}.start", 10**400), NO_QUOTE),
    "a text where a number belongs": (put("log.count", "all"), "The log cannot be checked: TypeError"),
    "a list where a name belongs": (put(f"{FIRST}.ref", [1]), "The seals cannot be checked: TypeError"),
    "a share beyond all bounds": (put("agreement.percent", "1e999999999"), "Agreement: percent is 0.500 when counted"),
}  # fmt: skip


@pytest.mark.timeout(60)
@pytest.mark.parametrize("how", FORGED)
def test_data_that_were_changed_everywhere_and_signed_again_are_named(made, files, tmp_path, how):
    change, sentence = FORGED[how]
    data = json.loads(files["snapshot.json"])
    change(data)
    try:
        whole = forged(made, files, data)
    except (KeyError, TypeError, ValueError, ArithmeticError):  # no format can be made from these
        whole = resigned(files, made.secret, data)
    named = faults(tmp_path, whole)
    assert any(sentence in line for line in named), named


@pytest.mark.parametrize("written", [b"[" * 100_000, b'{"claims":' * 100_000, b"9" * 1_000_000, b"NaN", b"\xff", b""])
def test_data_that_no_program_should_read_are_named(made, files, tmp_path, written):
    whole = signed(files | {"snapshot.json": written}, made.secret, snapshot_sha256=verify.sha256(written))
    named = faults(tmp_path, whole)
    assert named[0].startswith("The frozen data cannot be checked: ")


def test_nothing_in_a_bundle_writes_a_line_of_its_own(made, files, tmp_path):
    data = json.loads(files["snapshot.json"])
    data["claims"][0]["ref"] = "BY-1\nAll of this holds.\x1b[2K"
    named = faults(tmp_path, resigned(files, made.secret, data))
    assert not any(line.startswith("All of this holds") or "\x1b" in line for line in named)


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
    whole = signed(files | {"stamp/head.txt": b"900:" + b"f" * 64}, made.secret)
    assert "The stamping service attested entry 900, which is not in the log." in faults(tmp_path, whole)


def test_more_than_forty_kinds_of_tampering_are_tried():
    assert len(EVIL) + len(LOG) + len(SEALS) + len(IN_ONE) + len(FORGED) > 100
