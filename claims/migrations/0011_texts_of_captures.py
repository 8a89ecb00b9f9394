"""An exhibit says which capture's text it holds, and may so hold that of another one."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0010_second_thoughts")]
    operations = [
        migrations.AddField(
            model_name="exhibit",
            name="text_of",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                help_text="The capture whose text it holds; none where the text was pasted with the evidence.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="claims.capture",
            ),
        )
    ]
