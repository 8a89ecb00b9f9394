"""A report's bundle, what becomes of it in another installation, and where the two differ."""

import json
import zipfile
from io import StringIO
from pathlib import Path

from django.core.management import call_command

from claims.models import Case, Claim
from claims.reports.bundle import make_bundle
from claims.reports.choices import SECTIONS, Choice
from claims.reports.comparing import comparable
from claims.reports.freezing import freeze
from claims.reports.render import FORMATS
from tests.factories import make_assessment, make_verdict

ALL = tuple(SECTIONS)
CHECKED = {
    "html",
    "json",
    "csv",
    "md",
    "docx",
    "xlsx",
}  # the formats that verify.py reads; the others say nothing that is brought in


def bundled(report, folder) -> Path:
    """The report's bundle as a file."""
    file = Path(folder) / "report.zip"
    with make_bundle(report) as bundle:
        file.write_bytes(bundle.read())
    return file


def brought(file, by, **options) -> Case:
    """The case that the command makes of it."""
    call_command("import_bundle", file, by=by.email, stdout=StringIO(), **{"code": "NEW"} | options)
    return Case.objects.get(code=options.get("code", "NEW"))


def left_out_of(file) -> set[str]:
    with zipfile.ZipFile(file) as zip:
        return {each["sha256"] for each in json.loads(zip.read("manifest.json"))["left_out"]}


def differences(one, other, place=""):
    """Where two frozen data differ, leaf by leaf."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for name in one:
            yield from differences(one[name], other[name], f"{place}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other, strict=True)):
            yield from differences(*pair, f"{place}[{number}]")
    elif one != other:
        yield place, one, other


def settle(claim, reviewers, editors, ratings=("supported", "supported"), rating="supported", **fields):
    """Take a claim to a signed verdict."""
    for reviewer, said in zip(reviewers, ratings, strict=True):
        make_assessment(claim=Claim.objects.get(pk=claim.pk), by=reviewer, rating=said, rationale=f"I read {said}.")
    claim = Claim.objects.get(pk=claim.pk)
    make_verdict(claim=claim, by=editors[0], signed_by=editors[1], rating=rating, **fields)


def round_trip(case, by, other, folder, **fields):
    """Where a report of the case and one of what is made of its bundle differ; and the new case."""
    choice = Choice(sections=ALL, **fields)
    report = freeze(case, case.claims.all(), by=by, title="A report", choice=choice)
    file = bundled(report, folder)
    new = brought(file, other)
    again = freeze(new, new.claims.all(), by=other, title="A report", choice=choice)
    left_out = left_out_of(file)
    return list(differences(comparable(report.data, left_out), comparable(again.data, left_out))), new


def few_formats(monkeypatch):
    """Bundles hold those formats alone that verify.py reads, as the others say nothing that is brought in."""
    monkeypatch.setattr("claims.reports.bundle.FORMATS", {name: FORMATS[name] for name in FORMATS if name in CHECKED})
