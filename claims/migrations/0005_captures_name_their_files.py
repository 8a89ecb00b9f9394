import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0004_captures_into_the_store")]
    operations = [
        migrations.RemoveField(
            model_name='capture',
            name='content',
        ),
        migrations.RemoveField(
            model_name='capture',
            name='sha256',
        ),
        migrations.RemoveField(
            model_name='capture',
            name='size',
        ),
        migrations.AlterField(
            model_name="capture",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="captures", to="claims.storedfile"
            ),
        ),
        migrations.AlterField(
            model_name="capture",
            name="how",
            field=models.CharField(
                choices=[
                    ("upload", "File"),
                    ("fetched", "Fetched from its web address"),
                    ("pasted", "Pasted text"),
                    ("screenshot", "Screenshot"),
                ],
                max_length=10,
                verbose_name="how it came",
            ),
        ),
    ]
