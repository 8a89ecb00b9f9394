"""Claims learn how much of their evidence is not rated yet, so that a queue finds it without looking through all."""

from django.db import migrations, models
from django.db.models import Count, Q


def count(apps, schema_editor):
    Claim, Evidence = apps.get_model("claims", "Claim"), apps.get_model("claims", "Evidence")
    waiting = Evidence.objects.filter(removed_at=None, credibility="", exhibit__isnull=False).order_by()
    for claim, unrated in waiting.values_list("claim").annotate(n=Count("pk")):
        Claim.objects.filter(pk=claim).update(unrated_count=unrated)


class Migration(migrations.Migration):
    dependencies = [("claims", "0012_dismissals")]
    operations = [
        migrations.AddField(
            model_name="claim",
            name="unrated_count",
            field=models.PositiveIntegerField(
                default=0, editable=False, help_text="Of its standing evidence, what has no credibility yet."
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                fields=["-case", "number"], condition=Q(unrated_count__gt=0), name="claim_to_rate"
            ),
        ),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
