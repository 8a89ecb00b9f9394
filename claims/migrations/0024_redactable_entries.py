from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0023_entries_of_things"),
    ]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="salt",
            field=models.CharField(blank=True, default="", editable=False, max_length=32),
        ),
    ]
