"""Exhibits learn the hash of their words, so that two with the same text are known for one origin."""

from hashlib import sha256

from django.db import migrations, models


def learn_wordings(apps, schema_editor):
    """Exhibit by exhibit, so that no two texts are in memory."""
    Exhibit = apps.get_model("claims", "Exhibit")
    for key in list(Exhibit.objects.order_by("pk").values_list("pk", flat=True)):
        exhibit = Exhibit.objects.select_related("document").only("text", "document__text").get(pk=key)
        words = (exhibit.document.text if exhibit.document else exhibit.text).casefold().split()
        if len(words) >= 15:
            wording = sha256(" ".join(words).encode(errors="replace")).hexdigest()
            Exhibit.objects.filter(pk=key).update(wording=wording)


class Migration(migrations.Migration):
    dependencies = [("claims", "0006_withheld_evidence")]
    operations = [
        migrations.AddField(
            model_name="exhibit",
            name="wording",
            field=models.CharField(
                blank=True,
                default="",
                editable=False,
                help_text="The hash of its words, where they are so many that nobody else happens upon the same.",
                max_length=64,
            ),
            preserve_default=False,
        ),
        migrations.RunPython(learn_wordings, migrations.RunPython.noop),
    ]
