"""A real bundle that holds: what is said of it, and what is said that was not checked."""

import ast
import json
import re
import subprocess
import sys
import zipfile
from copy import copy
from io import BytesIO
from pathlib import Path

import pytest

from claims.custody import keys
from claims.models import Exhibit, Refused
from claims.reports import verify
from claims.reports.bundle import make_bundle
from claims.reports.choices import Choice
from claims.reports.disclosing import disclosed_hash
from claims.reports.freezing import freeze
from claims.reports.render import render
from tests.factories import make_claim, make_document, make_evidence, make_signed_claim
from tests.reports.checked import LETTER, make_checked_report
from tests.reports.verifying.bundles import Made, Values, faults, files_of, resigned


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
    assert re.search(r"Left out: the text of exhibit \d, listed as [0-9a-f]{64}: its source is withheld", said)
    assert "Quotations of texts that were left out, and so not checked: 1." in said


def test_a_key_before_vouches_for_the_one_that_signed(ann, tmp_path, capsys):
    old = keys.current(by=ann)
    keys.rotate(by=ann)
    new = keys.rotate(by=ann)
    whole = make_bundle(make_checked_report()).read()
    assert faults(tmp_path, whole, new.fingerprint) == []
    assert faults(tmp_path, whole, old.fingerprint) == []
    assert "for which the key that you named vouches" in capsys.readouterr().out
    assert "not by the key that you named" in faults(tmp_path, whole, "ab" * 32)[0]


def test_a_field_that_was_kept_back_is_disclosed_later_and_checked(made, tmp_path, capsys):
    assert faults(tmp_path, made.whole["public"], told=made.disclosed) == []
    assert f"Disclosed: entry {made.disclosed['entry']} of the log says after.words = " in capsys.readouterr().out
    fine = "That is no fault of the report: check it without what is disclosed."
    assert faults(tmp_path, made.whole["public"], told=made.disclosed | {"case": "XX"}) == [
        "What is disclosed is of XX, and the report of BY.",
        fine,
    ]
    entry = made.disclosed["entry"]
    for change in ({"value": "Other words."}, {"salt": "0" * 32}, {"field": "by_name"}):
        named = faults(tmp_path, made.whole["public"], told=made.disclosed | change)
        assert any(line.startswith(f"Entry {entry} does not say ") for line in named)
    assert faults(tmp_path, made.whole["public"], told=made.disclosed | {"entry": 999}) == [
        "There is no entry 999 in the log.",
        fine,
    ]


def test_what_cannot_be_read_is_no_fault_of_the_report(made, tmp_path):
    (tmp_path / "told.json").write_text("{}")
    for more in (["--disclosed", "nothing.json"], ["--disclosed", "told.json"]):
        tried = run(made, tmp_path, *more)
        assert tried.returncode == 2
        assert "so nothing was checked" in tried.stderr
        assert "must not be relied on" not in tried.stdout + tried.stderr


def test_a_bundle_that_was_packed_again_is_told_so_in_a_few_lines(files, tmp_path):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    named = faults(tmp_path, out.getvalue())
    assert len(named) == 21
    assert "Was it packed again? Check the file as it came." in named[-1]


def test_a_text_that_was_left_out_is_disclosed_later_by_its_hash_and_checked(db, tmp_path, capsys):
    report = make_checked_report("public")
    whole = make_bundle(report).read()
    (left,) = json.loads(files_of(whole)["manifest.json"])["left_out"]
    told = disclosed_hash(report.case, left["sha256"])
    assert told["value"] == verify.sha256(LETTER)
    assert faults(tmp_path, whole, told=told) == []
    assert (
        f"Disclosed: what is left out as {left['sha256']} has the SHA-256 {told['value']}." in capsys.readouterr().out
    )
    for change in ({"value": "0" * 64}, {"salt": "0" * 32}, {"withheld": "0" * 64}):
        named = faults(tmp_path, whole, told=told | change)
        assert re.match("What is left out as [0-9a-f]{64} is not of the SHA-256 ", named[0])
    with pytest.raises(Refused, match="is told by this hash"):
        disclosed_hash(report.case, "0" * 64)


@pytest.mark.parametrize("key", ["", " : ", "none"])
def test_a_key_that_is_none_is_asked_for_again(made, tmp_path, key):
    tried = run(made, tmp_path, "--key", key)
    assert tried.returncode == 2
    assert "--key needs a fingerprint: 64 hexadecimal digits." in tried.stderr


def account(whole: bytes, tmp_path: Path, capsys) -> str:
    capsys.readouterr()
    assert faults(tmp_path, whole) == []
    return str(capsys.readouterr().out)


def test_it_says_of_nothing_that_it_was_counted_again_where_it_was_not(case, eve, ann, ben, max_, tmp_path, capsys):
    make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    some = {
        ("summary", "verdicts", "agreement", "assessments", "evidence"): (
            ["same: ratings, agreement, origins.", "So does the summary in report.html"], ["not counted again"]
        ),
        ("verdicts", "agreement"): (
            ["same: ratings.", "agree was not counted again", "origins behind each claim were not counted again"],
            ["So does the summary"],
        ),
    }  # fmt: skip
    for sections, (told, untold) in some.items():
        whole = make_bundle(freeze(case, case.claims.all(), by=eve, choice=Choice(sections=sections))).read()
        said = account(whole, tmp_path, capsys)
        assert [words for words in told if words not in said] == []
        assert [words for words in untold if words in said] == []


def test_a_quotation_of_which_no_text_is_held_is_counted_as_not_checked(case, eve, ann, tmp_path, capsys):
    claim = make_claim(case=case, exact="48,000", document=make_document(case=case))
    make_evidence(claim=claim, by=ann, quote="Words on a wall.", exhibit=Exhibit(title="A wall"))
    said = account(make_bundle(freeze(case, case.claims.all(), by=eve)).read(), tmp_path, capsys)
    assert "The quotations: 1 stand where they should." in said
    assert "Quotations of exhibits whose text the house does not hold, and so not checked: 1." in said


def remade(made: Made, lines: list[Values], data: Values) -> bytes:
    """Data and log made to fit each other, as somebody can who has the key."""
    written = verify.canonical(data).encode()
    last = lines[-1]
    last["shown"]["after.sha256"][1], last["previous"] = verify.sha256(written), data["log"]["head"]
    kept = verify.said_in(last)[1]
    last["hash"] = verify.sha256(verify.canonical(["workbench-log/2", "BY", last["number"], kept, last["previous"]]))
    log = b"".join(verify.canonical(line).encode() + b"\n" for line in lines)
    new = {f"report.{name}": render(data, name) for name in ("html", "csv", "md", "json", "docx", "xlsx")}
    return resigned(made.files["public"] | new | {"log.jsonl": log}, made.secret, data)


def test_what_is_told_by_hashes_alone_is_said_to_be_so(made, tmp_path, capsys):
    lines = [json.loads(line) for line in made.files["public"]["log.jsonl"].splitlines()]
    lines[:-1] = [{name: line[name] for name in ("number", "previous", "hash")} for line in lines[:-1]]
    said = account(remade(made, lines, json.loads(made.files["public"]["snapshot.json"])), tmp_path, capsys)
    assert f"{len(lines) - 1} of the first {len(lines) - 1} told by their hashes alone" in said
    assert "Answers that are in no other part of the log than the one told by its hashes, if there: 4." in said
    assert "Verdicts that are in no other part of the log than the one told by its hashes, if there: 2." in said


def test_an_answer_that_was_dropped_leaves_an_entry_of_which_nothing_is_told(made, tmp_path, capsys):
    files = made.files["public"]
    assert "Answers in the log of which it is not told" not in account(made.whole["public"], tmp_path, capsys)
    data, lines = json.loads(files["snapshot.json"]), [json.loads(each) for each in files["log.jsonl"].splitlines()]
    dropped = data["claims"][1]["assessments"].pop(0)
    data["agreement"] |= {"answers": 2, "rounds": 1, "percent": "1.000", "alpha_nominal": None, "alpha_ordinal": None}
    (line,) = (each for each in lines if each["shown"].get("after.seal", ["", ""])[1] == dropped["seal"])
    for field in ("label", "after.seal", "after.round", "claim"):
        line["withheld"][field] = verify.sha256(verify.canonical(line["shown"].pop(field)))
    seals = b"".join(each + b"\n" for each in files["seals.jsonl"].splitlines() if dropped["seal"].encode() not in each)
    made = copy(made)
    made.files = {"public": files | {"seals.jsonl": seals}}
    said = account(remade(made, lines, data), tmp_path, capsys)
    assert "Answers in the log of which it is not told here what they are, or on which claim: 1." in said


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
