import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("claims", "0007_wordings_of_exhibits")]
    operations = [
        migrations.AddField(
            model_name="leaning",
            name="case",
            # No verdict has leant on anything yet, so the default is never written.
            field=models.ForeignKey(
                default=0, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name="leanings",
                to="claims.case",
            ),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="leaning",
            index=models.Index(fields=["case", "source", "-id"], name="leaning_of_source"),
        ),
        migrations.AddConstraint(
            model_name="evidencechange",
            constraint=models.UniqueConstraint(
                condition=Q(answered_at=None), fields=["verdict", "evidence", "what"],
                name="evidence_change_once_until_answered",
            ),
        ),
    ]
