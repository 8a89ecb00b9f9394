"""What captures held in the database goes into the store, under its hash; figures learn their case."""

import hashlib
import os
from pathlib import Path

from django.conf import settings
from django.db import migrations


def kept(content):
    """The hash under which the content now stands in the folder; on disk before any row names it."""
    sha256 = hashlib.sha256(content).hexdigest()
    place = Path(settings.DATA) / "files" / sha256[:2] / sha256[2:4] / sha256
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        new = place.with_suffix(".new")
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.chmod(0o440)
        new.replace(place)
    return sha256


def into_the_store(apps, schema_editor):
    """Capture by capture, so that no two are in memory."""
    Capture, StoredFile = apps.get_model("claims", "Capture"), apps.get_model("claims", "StoredFile")
    for key in list(Capture.objects.order_by("pk").values_list("pk", flat=True)):
        capture = Capture.objects.get(pk=key)
        content = bytes(capture.content)
        values = {"size": len(content), "received_at": capture.captured_at}
        file, _fresh = StoredFile.objects.get_or_create(sha256=kept(content), defaults=values)
        Capture.objects.filter(pk=key).update(file=file)


def cases_of_figures(apps, schema_editor):
    """Each figure's case is its claim's."""
    schema_editor.execute(
        "UPDATE claims_quantity SET case_id = (SELECT case_id FROM claims_claim WHERE claims_claim.id = claim_id)"
    )


class Migration(migrations.Migration):
    dependencies = [("claims", "0003_sources_custody_and_lineage")]
    operations = [
        migrations.RunPython(into_the_store),
        migrations.RunPython(cases_of_figures, migrations.RunPython.noop),
    ]
