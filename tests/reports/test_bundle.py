"""The bundle: what leaves in it, for whom, and what is kept back."""

import json
import os
import re
import subprocess
import sys
import zipfile
from io import BytesIO

import pytest
from django.apps import apps
from django.core.management import CommandError
from django.core.management.color import no_style
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from claims.custody import keys
from claims.custody.store import FolderStore, store
from claims.models import (
    Assessment,
    Chain,
    Entry,
    Evidence,
    Exhibit,
    Key,
    Rating,
    Refused,
    Report,
    Scale,
    Stamp,
)
from claims.reports import bundle, verify
from claims.reports.annotated.offering import annotated_file
from claims.reports.bundle import about_how_large, make_bundle
from claims.reports.disclosing import Disclosing
from claims.reports.kept_back import KeptBack, salted
from claims.reports.render import FORMATS, render
from tests.counters import kept_counters
from tests.factories import (
    make_assessment,
    make_capture,
    make_claim,
    make_document,
    make_evidence,
    make_signed_claim,
    make_source,
    make_verdict,
)
from tests.processes import ROOT, bare_environment
from tests.reports.bundles import disclose, files_of, lines_of, report_of
from tests.reports.checked import LETTER, STATEMENT, make_checked_report, nothing_by_chance
from tests.reports.test_pdf import text_of

HOUSE = ("Annika", "Benedikt", "Evelina", "Maximus", "annika@")
WITHHELD = ("Kavalenka", "quartermaster")


# ---- what is in it


def test_it_holds_every_format_what_is_quoted_the_log_the_seals_and_the_program(public):
    files = files_of(public)
    assert {f"report.{format.extension}" for format in FORMATS.values()} < set(files)
    assert files["snapshot.json"].decode() == "".join(public.pieces())
    assert b"48,000" in files["documents/1/text.txt"]
    assert files["documents/1/original"] == files["documents/1/text.txt"]
    assert files["exhibits/1/text.txt"].decode() == STATEMENT
    assert [content for name, content in files.items() if name.startswith("captures/")] == [
        f"<p>{STATEMENT}</p>".encode()
    ]
    assert len(lines_of(files, "seals.jsonl")) == 4
    assert files["verify.py"].startswith(b"#!/usr/bin/env python3")
    assert b"python3 verify.py report.zip" in files["README.txt"]


def test_the_log_goes_up_to_the_entry_that_the_report_was_made_and_no_further(public, ann):
    make_claim(case=public.case, by=ann)
    lines = lines_of(files_of(public), "log.jsonl")
    assert [line["number"] for line in lines] == list(range(1, public.data["log"]["count"] + 2))
    assert lines[-2]["hash"] == public.data["log"]["head"]
    assert lines[-1]["shown"]["after.sha256"][1] == public.sha256


def test_it_has_the_same_bytes_each_time_also_when_the_key_is_another_by_then(public, ann):
    once = make_bundle(public).read()
    assert make_bundle(public).read() == once
    keys.rotate(by=ann)
    make_claim(case=public.case, by=ann)
    assert make_bundle(public).read() == once


def test_the_frozen_data_name_the_key_that_signs(public):
    files, key = files_of(public), Key.objects.get()
    assert public.data["key"] == {"fingerprint": key.fingerprint, "public": key.public}
    assert json.loads(files["manifest.json"])["key"] == key.fingerprint
    signature = json.loads(files["manifest.sig"])["signature"]
    assert keys.signed_by(key.public, signature, files["manifest.json"])


def test_a_stamp_of_the_log_comes_with_it(public):
    count = 5
    head = Entry.objects.get(case=public.case, number=count).hash
    said = {"service": "a clock", "stamped_at": timezone.now()}
    Stamp.objects.create(case=public.case, count=count, head=head, token=b"token", **said)
    Stamp.objects.create(case=public.case, count=10_000, head="f" * 64, token=b"later", **said)
    files = files_of(public)
    assert files["stamp/head.txt"].decode() == f"{count}:{head}"
    assert files["stamp/token.tsr"] == b"token"


# ---- what is not


def test_nobody_of_the_house_and_nothing_withheld_stands_anywhere_in_a_public_one(public):
    files = files_of(public)
    for name, content in files.items():
        found = content.decode(errors="replace") + (text_of(content) if name.endswith(".pdf") else "")
        for word in (*HOUSE, *WITHHELD):
            assert word not in found, (name, word)
    assert "depot is said" not in "".join(content.decode(errors="replace") for content in files.values())


def test_nothing_withheld_stands_in_an_internal_one_either_but_who_did_what_does(internal):
    files = files_of(internal)
    log = files["log.jsonl"].decode()
    assert "Annika" in log
    for name, content in files.items():
        found = content.decode(errors="replace") + (text_of(content) if name.endswith(".pdf") else "")
        for word in WITHHELD:
            assert word not in found, (name, word)
        assert LETTER not in found


def test_what_is_left_out_is_listed_with_hash_and_reason(public):
    files = files_of(public)
    (left,) = json.loads(files["manifest.json"])["left_out"]
    assert left["reason"] == "its source is withheld"
    key = Key.objects.get(until=None)
    assert left["sha256"] == salted(key, public.case)(verify.sha256(LETTER))


def test_nothing_of_what_is_withheld_can_be_found_by_its_hash_size_or_time(public, ann):
    letter = Exhibit.objects.get(title="Letter of a quartermaster")
    make_capture(exhibit=letter, by=ann, content=LETTER.encode())
    files = files_of(make_checked_report("public", public.case))
    for name, content in files.items():
        assert verify.sha256(LETTER).encode() not in content, name
    (told,) = (each for each in json.loads(files["snapshot.json"])["custody"] if each["withheld"])
    assert (told["size"], told["type"], told["name"], told["url"], told["lines"]) == (None, "", "", "", [])
    assert told["captured_at"].endswith("T00:00:00Z")
    assert told["sha256"] in {each["sha256"] for each in json.loads(files["manifest.json"])["left_out"]}


def test_a_document_that_names_a_withheld_source_is_left_out(case, ann, eve):
    text = f"Told by Halina Kavalenka. {'All is quiet. ' * 50}The army is 48,000 strong."
    claim = make_claim(document=make_document(case=case, text=text), exact="48,000")
    source = make_source(case=case, by=ann, name="Halina Kavalenka")
    make_evidence(claim=make_claim(case=case), source=source, withheld=True, by=ann)
    report = report_of(claim.case, eve, "internal")
    files = files_of(report)
    assert not [name for name in files if name.startswith("documents/")]
    left = {each["what"]: each["reason"] for each in json.loads(files["manifest.json"])["left_out"]}
    annotated = [f"document 1, annotated ({extension})" for extension in ("html", "pdf", "docx")]
    for what in ("the text of document 1", *annotated):
        assert left[what] == "it names who or what is not named here"


def test_a_document_that_names_a_reviewer_by_chance_stays_in_a_public_one(case, ann, eve):
    text = f"Told by Ann. {'All is quiet. ' * 50}The army is 48,000 strong."
    make_claim(document=make_document(case=case, text=text), exact="48,000")
    assert files_of(report_of(case, eve, "public"))["documents/1/text.txt"].decode() == text


def test_each_signed_claim_comes_as_a_page_of_its_own(public):
    files = files_of(public)
    signed = [claim["number"] for claim in public.data["claims"] if claim["verdict"]]
    assert {name for name in files if name.startswith("pages/")} == {f"pages/claim-{n}.html" for n in signed}
    assert signed


def test_the_texts_come_annotated_as_the_report_page_gives_them(public):
    files = files_of(public)
    for extension in ("html", "pdf", "docx"):
        assert files[f"documents/1/annotated.{extension}"] == annotated_file(public, 1, extension)


def test_a_text_that_names_a_reviewer_by_chance_does_not_come_annotated_in_a_public_one(case, ann, eve):
    text = f"Told by Ann. {'All is quiet. ' * 50}The army is 48,000 strong."
    make_claim(document=make_document(case=case, text=text), exact="48,000")
    files = files_of(report_of(case, eve, "public"))
    assert not [name for name in files if "annotated" in name]
    left = [each for each in json.loads(files["manifest.json"])["left_out"] if "annotated" in each["what"]]
    assert [each["what"] for each in left] == [f"document 1, annotated ({each})" for each in ("html", "pdf", "docx")]
    assert {each["reason"] for each in left} == {"it names who or what is not named here"}


def test_captures_can_be_left_out_and_are_listed(public):
    files = files_of(public, captures=False)
    assert not [name for name in files if name.startswith("captures/")]
    reasons = {left["reason"] for left in json.loads(files["manifest.json"])["left_out"]}
    assert "captures were not asked for" in reasons


def test_a_capture_that_is_missing_is_listed_and_one_that_is_damaged_stops_it(public):
    (capture,) = public.data["custody"]
    kept = store()
    assert isinstance(kept, FolderStore)
    place = kept.place(capture["sha256"])
    place.chmod(0o600)
    place.write_bytes(b"another")
    with pytest.raises(Refused, match="not what came in"):
        make_bundle(public)
    place.unlink()
    reasons = {left["reason"] for left in json.loads(files_of(public)["manifest.json"])["left_out"]}
    assert "it was missing when the bundle was made" in reasons


def test_of_an_entry_about_a_claim_that_is_not_in_a_public_report_only_the_kind_is_told(case, ann, ben, eve, max_):
    make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    left = make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_), statement="Left out.")
    eve_report = report_of(case, eve, "public", case.claims.exclude(pk=left.pk))
    shown = {line["number"]: set(line["shown"]) for line in lines_of(files_of(eve_report), "log.jsonl")}
    for entry in Entry.objects.filter(claim=left):
        assert shown[entry.number] <= {"at", "verb", "thing", "thing_id", "before"}, entry


def test_an_internal_log_tells_no_proposal_of_a_round_that_is_open(case, ann, ben, eve):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben)
    make_verdict(claim=claim, by=eve, summary="Nobody is to know yet.")
    report = report_of(case, eve, "internal")
    files = files_of(report)
    assert b"Nobody is to know yet." not in files["log.jsonl"]
    shown = [line for line in lines_of(files, "log.jsonl") if "shown" in line]
    (line,) = (line for line in shown if line["shown"]["verb"][1] == "proposed")
    assert "after.summary" in line["withheld"]


def test_a_seal_that_would_name_somebody_is_left_out_and_listed(case, ann, ben, eve, max_):
    claim = make_claim(case=case, statement="Ben counted 48,000.", by=ann)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    make_verdict(claim=claim, by=eve, signed_by=max_)
    claim.refresh_from_db()
    claim.statement = "Somebody counted 48,000."
    claim.save(by=eve)
    files = files_of(report_of(case, eve, "public"))
    assert lines_of(files, "seals.jsonl") == []
    left = [each["sha256"] for each in json.loads(files["manifest.json"])["left_out"]]
    assert set(Assessment.objects.values_list("seal", flat=True)) == set(left)


def test_entries_from_before_there_were_salts_are_told_in_whole_or_by_their_hash(internal):
    entry = Entry.objects.filter(case=internal.case).earliest("number")
    entry.salt = ""
    told = Disclosing(internal, KeptBack(internal))
    from claims.reports.disclosing import line_of

    whole = line_of(entry, told.shown(entry))
    assert whole["said"][2] == entry.by_name
    assert set(line_of(entry, {"verb"})) == {"number", "previous", "hash"}


def test_one_from_before_reports_named_a_key_is_refused(public):
    data = public.data | {"key": None}
    old = Report(case=public.case, number=9, title="Old", claims_in=3, made_by=public.made_by, held=public.held)
    old.snapshot = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    old.sha256 = verify.sha256(old.snapshot)
    old.store()
    with pytest.raises(Refused, match="from before reports could be checked"):
        make_bundle(old)


def test_it_is_known_before_about_how_large_it_is(public):
    assert about_how_large(public) > public.data["custody"][0]["size"]


# ---- how it is had


def test_a_member_gets_it_as_a_file_and_a_stranger_nothing(as_, public, zoe):
    address = f"/cases/BY/reports/{public.number}/report.zip"
    answer = as_(public.made_by).get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == f'attachment; filename="BY-report-{public.number}.zip"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    whole = b"".join(answer.streaming_content)
    assert zipfile.ZipFile(BytesIO(whole)).testzip() is None
    assert as_(zoe).get(address).status_code == 404
    assert as_(public.made_by).get("/cases/BY/reports/99/report.zip").status_code == 404


def test_it_comes_with_its_length_and_is_not_compressed_once_more_on_its_way(as_, public):
    ways = {"accept-encoding": "gzip"}
    answer = as_(public.made_by).get(f"/cases/BY/reports/{public.number}/report.zip", headers=ways)
    assert not answer.has_header("Content-Encoding")
    assert int(answer["Content-Length"]) == len(b"".join(answer.streaming_content))
    assert as_(public.made_by).get("/cases/BY/reports/", headers=ways)["Content-Encoding"] == "gzip"


def test_long_texts_make_a_bundle_large_as_they_are_annotated(case, eve, monkeypatch):
    text = f"The army is 48,000 strong. {'All is quiet on the border today. ' * 5000}"
    make_claim(document=make_document(case=case, text=text), exact="48,000")
    report = report_of(case, eve, "internal")
    assert not bundle.is_large(report)
    assert 0.3 < about_how_large(report) / make_bundle(report).seek(0, 2) < 3
    monkeypatch.setattr(bundle, "LONG", 150_000)
    assert bundle.is_large(report)


def test_where_the_key_is_gone_it_is_said_and_nothing_leaves(as_, public):
    keys.place(public.data["key"]["fingerprint"]).unlink()
    answer = as_(public.made_by).get(f"/cases/BY/reports/{public.number}/report.zip")
    assert answer.status_code == 503
    assert "The key that signs reports is not here." in answer.content.decode()


def test_nothing_of_it_is_left_behind_where_it_breaks_off(public, settings):
    before = {path for path in settings.DATA.rglob("*")}
    keys.place(public.data["key"]["fingerprint"]).unlink()
    with pytest.raises(keys.KeyGone):
        make_bundle(public)
    assert {path for path in settings.DATA.rglob("*")} <= before


def test_one_field_is_disclosed_by_a_command_and_what_cannot_be_is_told(public, tmp_path):
    entry = Entry.objects.filter(case=public.case, thing="comment").earliest("number")
    told = json.loads(disclose("BY", str(entry.number), "by_name"))
    assert (told["entry"], told["field"], told["value"]) == (entry.number, "by_name", "Annika")
    assert entry.salt not in json.dumps(told), "the entry's own salt would tell the others"
    for args, sentence in (
        (("NO", "1", "why"), "There is no case NO."),
        (("BY", "9999", "why"), "has no entry 9999"),
        (("BY", str(entry.number), "secret"), "has no field secret. It has: after.answers"),
    ):
        with pytest.raises(CommandError, match=sentence):
            disclose(*args)


def test_the_hash_of_a_withheld_text_is_disclosed_by_a_command(public):
    (left,) = json.loads(files_of(public)["manifest.json"])["left_out"]
    told = json.loads(disclose("BY", "--hash", left["sha256"]))
    assert told["value"] == verify.sha256(LETTER)
    for args in (("BY",), ("BY", "1"), ("BY", "1", "why", "--hash", left["sha256"])):
        with pytest.raises(CommandError, match="Name an entry and one of its fields, or a hash with --hash"):
            disclose(*args)


def test_who_is_withheld_since_the_report_was_made_is_left_out_too(public, ann):
    said: QuerySet[Evidence] = QuerySet(Evidence).filter(claim__case=public.case, claim__number=1)
    said.update(withheld=True)
    assert "exhibits/1/text.txt" not in files_of(public)


def test_every_format_for_people_prints_the_key_and_how_the_bundle_is_checked(public):
    key = public.data["key"]
    for name in ("html", "md", "pdf"):
        content = render(public.data, name)
        page = text_of(content) if name == "pdf" else content.decode()
        flat = re.sub(r"\s", "", page)
        assert flat.count(key["fingerprint"]) >= 2, name
        assert key["public"] in flat, name
        assert "verify.py" in page, name


# ---- on both databases


def count_from_one() -> None:
    """As in a database that was just set up: nothing is there but the default scale, and keys begin with 1."""
    for model in (Rating, Scale, Chain):
        QuerySet(model).all()._raw_delete("default")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("UPDATE sqlite_sequence SET seq = 0")
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(statement)
    Scale.objects.default()
    Chain.objects.create()


@pytest.mark.django_db
def test_the_same_case_gives_the_same_snapshot_on_sqlite_and_on_postgresql(tmp_path):
    with kept_counters(), nothing_by_chance():
        count_from_one()
        here = make_checked_report("public").sha256
    program = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "call_command('migrate', verbosity=0)\n"
        "from tests.reports.checked import make_checked_report, nothing_by_chance\n"
        "with nothing_by_chance(): print(make_checked_report('public').sha256)\n"
    )
    variables = {
        "WORKBENCH_DATA": str(tmp_path), "WORKBENCH_SECRET_KEY": "x" * 60, "DJANGO_SETTINGS_MODULE": "tests.settings",
    }  # fmt: skip
    other = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=bare_environment(**variables) | {"PATH": os.environ["PATH"]},
        capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert other.returncode == 0, other.stderr
    assert other.stdout.split()[-1] == here, f"this is {connection.vendor}, the other is SQLite"
