"""The data of a release, as its tables held them, to be brought forward by every later one.

`python -m tests.keeping.release_before write` makes the fixture of the release as it stands: run it when a release is
made, name the last migration in RELEASE, and keep the file. `… load` brings the database of the settings to that
release, and fills it from the fixture.
"""

import datetime
import gzip
import json
import os
import sys
import tempfile
from typing import Any

from tests.processes import ROOT

RELEASE = "0030_house_of_reports"
FIXTURE = ROOT / "fixtures" / "release-0.1.json.gz"


def read() -> Any:
    """Table → its `columns` and `rows`, as they stood in the release."""
    return json.loads(gzip.decompress(FIXTURE.read_bytes()))


def write() -> None:
    """Fill an empty database with something of everything, and keep it."""
    from django.core.management import call_command

    from claims.keeping.comparing import rows, tables

    call_command("migrate", verbosity=0)
    fill()
    held = {}
    for model in tables():
        if model._meta.app_label == "claims":
            columns = [field.attname for field in model._meta.concrete_fields]
            held[model._meta.db_table] = {"columns": columns, "rows": [json.loads(row) for row in rows(model)]}
    empty = [table for table, each in held.items() if not each["rows"]]
    assert empty == ["claims_user_groups", "claims_user_user_permissions"], empty  # they lean on another app's tables
    FIXTURE.write_bytes(gzip.compress(json.dumps(held, ensure_ascii=False).encode(), mtime=0))


def fill() -> None:
    """Something in every table: the sample, and what it does without."""
    from django.utils import timezone

    from claims.custody import keys, store
    from claims.loading.sample import load_sample
    from claims.models import (
        Derived,
        EvidenceChange,
        Job,
        Presence,
        Quantity,
        RenderedFile,
        ReportTemplate,
        Stamp,
        begin,
        dismiss,
        flag,
        link,
        merge,
        rewrite,
        share,
        tell_apart,
    )
    from claims.reports.choices import Choice
    from claims.reports.freezing import freeze
    from tests.factories import (
        keeper,
        make_bundle_row,
        make_capture,
        make_case,
        make_comment,
        make_exhibit,
        make_source,
        make_suggestion,
        make_unchecked,
    )  # fmt: skip

    case, by, now = load_sample(), keeper(), timezone.now()
    one, two = case.claims.order_by("number")[:2]
    document = case.documents.get()
    capture = make_capture(case=case, content=b"as it came")
    key = keys.current(by=by)
    Derived.objects.create(parent=capture.file, kind="text", tool="tool", tool_version="1", file=store.keep(b"text"))
    Stamp.objects.create(
        case=case, count=1, head=case.entries.get(number=1).hash, token=b"\x30\x00", stamped_at=now,
        service="https://stamps.example.org",
    )  # fmt: skip
    Presence.objects.create(claim=one, user=by, seen_at=now)
    make_suggestion(document=document, exact=document.text[:30].strip())
    make_bundle_row(case=make_case(code="UA", by=by), by=by)
    make_unchecked(claim=one)
    dismiss(make_exhibit(case=case), make_exhibit(case=case), by=by)
    link(one, two, "similar", by=by)
    merge(make_source(case=case), make_source(case=case), by=by, reason="They share an imprint.")
    begin(case, Job.Task.FILES, [("a.txt", b"A text.")], by=by)
    figures = Quantity.objects.order_by("pk")[:2]
    tell_apart(figures[0], figures[1], by=by, reason="One counts officers too.")
    rewrite(make_comment(claim=case.claims.get(number=14), by=by), by=by, text="As it is now.")
    ReportTemplate(case=case, name="House", choice={"title": "A report"}).save(by=by)
    report = freeze(case, case.claims.all(), by=by, title="A report", choice=Choice(audience="public"))
    share(report, by=by, until=now + datetime.timedelta(days=2))
    RenderedFile.objects.create(report=report, format="csv", file=store.keep(b"a,b"))
    leaning = case.claims.filter(status="signed_off")[0]
    flag(EvidenceChange.What.CAPTURE, by=by, exhibits=list(leaning.evidence.values_list("exhibit_id", flat=True)))
    assert key.pk


def load() -> None:
    """Bring an empty database to the release, and put its rows in."""
    from django.core.management import call_command
    from django.db import connection, models, transaction
    from django.db.migrations.executor import MigrationExecutor
    from django.db.models.signals import post_migrate

    # What guards the newest tables cannot be set up where these are not made yet.
    post_migrate.disconnect(dispatch_uid="claims.guards")
    call_command("migrate", "claims", RELEASE, verbosity=0)
    apps = MigrationExecutor(connection).loader.project_state([("claims", RELEASE)]).apps
    with transaction.atomic():
        for model in apps.get_app_config("claims").get_models(include_auto_created=True):
            held, fields = read()[model._meta.db_table], model._meta.concrete_fields
            made = []
            for row in held["rows"]:
                values = dict(zip(held["columns"], row, strict=True))
                made.append(model(**{field.attname: meant(field, values[field.attname]) for field in fields}))
            for at in range(0, len(made), 100):
                rows: Any = models.QuerySet(model)
                rows._insert(made[at : at + 100], fields=fields, using="default", raw=True)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(_plain(), apps.get_models()):
                cursor.execute(statement)


def _plain():
    from django.core.management.color import no_style

    return no_style()


def meant(field, value):
    """What a value that was spelt for the fixture stands for."""
    from django.db import models

    if isinstance(field, models.BinaryField):
        return bytes.fromhex(value)
    return value if isinstance(field, models.JSONField) else field.to_python(value)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "workbench.settings"
    with tempfile.TemporaryDirectory() as folder:
        if sys.argv[1] == "write":
            os.environ["WORKBENCH_DATA"] = folder
        import django

        django.setup()
        {"write": write, "load": load}[sys.argv[1]]()
