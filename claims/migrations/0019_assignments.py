"""Claims know since when they stand where they stand, and whether they wait for somebody; assignments may be due."""

import django.utils.timezone
from django.db import migrations, models
from django.db.models import Exists, F, OuterRef, Subquery


def clear_the_way(apps, schema_editor):
    """SQLite makes the tables anew: triggers and views on them are set up again after the migration."""
    if schema_editor.connection.vendor != "sqlite":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view') AND name LIKE 'claims\\_%' ESCAPE '\\'"
        )
        for kind, name in cursor.fetchall():
            cursor.execute(f"DROP {kind} IF EXISTS {name}")


def fill(apps, schema_editor):
    """What stands already counts from when it was made: nothing better is kept beside it."""
    Claim, Assignment = apps.get_model("claims", "Claim"), apps.get_model("claims", "Assignment")
    Claim.objects.update(entered_at=F("made_at"))
    waiting = Assignment.objects.filter(claim=OuterRef("pk"), current=True, answered=False)
    Claim.objects.filter(~Exists(waiting), status="in_review").update(unasked=True)
    made = Claim.objects.filter(pk=OuterRef("claim")).values("made_at")[:1]
    Assignment.objects.update(asked_at=Subquery(made))


class Migration(migrations.Migration):

    dependencies = [
        ('claims', '0018_settling'),
    ]

    operations = [
        migrations.RunPython(clear_the_way, migrations.RunPython.noop),
        migrations.AddField(
            model_name='assignment',
            name='asked_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name='assignment',
            name='came_back_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='Since when it is set aside because the draft lay untouched; until the reviewer has seen that.', null=True),
        ),
        migrations.AddField(
            model_name='assignment',
            name='due',
            field=models.DateField(blank=True, help_text='The day by which an answer is asked for.', null=True, verbose_name='due'),
        ),
        migrations.AddField(
            model_name='case',
            name='draft_days',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Who leaves a draft untouched for longer is asked no more; the draft stays theirs. Empty: never.', null=True, verbose_name='days that a draft may lie'),
        ),
        migrations.AddField(
            model_name='claim',
            name='entered_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, help_text='Since when it stands at its status.'),
        ),
        migrations.AddField(
            model_name='claim',
            name='unasked',
            field=models.BooleanField(default=False, editable=False, help_text="In review, yet it waits for nobody's answer."),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(fields=['reviewer', 'answered', 'current', 'due', 'id'], name='assignment_due'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(condition=models.Q(('came_back_at__isnull', False)), fields=['reviewer', 'id'], name='assignment_came_back'),
        ),
        migrations.AddIndex(
            model_name='claim',
            index=models.Index(fields=['case', 'status', 'entered_at', 'number'], name='claim_by_age'),
        ),
        migrations.AddIndex(
            model_name='claim',
            index=models.Index(condition=models.Q(('review_by__isnull', False)), fields=['case', 'status', '-review_by'], name='claim_by_review_by'),
        ),
        migrations.AddIndex(
            model_name='claim',
            index=models.Index(condition=models.Q(('unasked', True)), fields=['case', '-number'], name='claim_unasked'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('draft_days', None), ('draft_days__gte', 1), _connector='OR'), name='case_lets_a_draft_lie_a_day_at_least'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
