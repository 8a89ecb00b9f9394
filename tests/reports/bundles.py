"""What is in a bundle, and how tests come by one."""

import json
import zipfile
from io import StringIO
from typing import Any

from django.core.management import call_command

from claims.models import (
    Report,
    User,
)
from claims.reports.bundle import make_bundle
from claims.reports.choices import Choice
from claims.reports.freezing import freeze


def files_of(report: Report, **how: Any) -> dict[str, bytes]:
    archive = zipfile.ZipFile(make_bundle(report, **how))
    return {name: archive.read(name) for name in archive.namelist()}


def lines_of(files: dict[str, bytes], name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files[name].splitlines()]


def report_of(case, by: User, audience: str, claims=None) -> Report:
    chosen = claims if claims is not None else case.claims.all()
    return freeze(case, chosen, by=by, choice=Choice(audience=audience))


def disclose(*args: str) -> str:
    out = StringIO()
    call_command("disclose", *args, stdout=out)
    return out.getvalue()
