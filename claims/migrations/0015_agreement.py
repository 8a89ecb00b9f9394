"""What is counted of reviewers' agreement; of the rounds that are signed off already it is counted here."""

import json
from collections import Counter, defaultdict
from itertools import combinations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from claims.weighing.pace import step_of


def count(apps, schema_editor):
    """As claims.models.agreement counts, which the models of later days may no longer do."""
    Case, Verdict = apps.get_model("claims", "Case"), apps.get_model("claims", "Verdict")
    for case in Case.objects.order_by("pk"):
        patterns, pairs, steps = Counter(), defaultdict(Counter), defaultdict(Counter)
        signed = Verdict.objects.filter(claim__case=case, decision="signed_off").select_related("claim")
        for verdict in signed.order_by("decided_at", "pk").iterator(chunk_size=500):
            answers = answers_of(apps, verdict)
            if not answers:
                continue
            month = max(row.submitted_at for row, _since in answers).strftime("%Y-%m")
            ratings = ",".join(str(key) for key in sorted(row.rating_id for row, _since in answers))
            patterns.update((part, ratings) for part in ("", verdict.claim.kind, month))
            for row, since in answers:
                steps[row.reviewer_id][str(step_of((row.submitted_at - since).total_seconds()))] += 1
            rows = sorted((row for row, _since in answers), key=lambda row: row.reviewer_id)
            for one, other in combinations(rows, 2):
                two = {"case": case, "one_id": one.reviewer_id, "other_id": other.reviewer_id}
                pairs[one.reviewer_id, other.reviewer_id][f"{one.rating_id},{other.rating_id}"] += 1
                if one.rating_id != other.rating_id:
                    apps.get_model("claims", "Split").objects.create(**two, claim=verdict.claim, round=verdict.round)
        for (part, ratings), rounds in patterns.items():
            apps.get_model("claims", "Pattern").objects.create(case=case, part=part, ratings=ratings, rounds=rounds)
        for (one, other), said in pairs.items():
            apps.get_model("claims", "Pair").objects.create(case=case, one_id=one, other_id=other, said=dict(said))
        for reviewer, times in steps.items():
            values = {"reviewer_id": reviewer, "answers": times.total(), "steps": dict(times)}
            apps.get_model("claims", "Pace").objects.create(case=case, **values)


def answers_of(apps, verdict):
    """The answers of a round, each with since when it could have been given."""
    claim, began, named = verdict.claim, [verdict.claim.made_at], defaultdict(list)
    entries = apps.get_model("claims", "Entry").objects.filter(claim=claim, thing="claim").order_by("number")
    for at, verb, detail in entries.filter(verb__in=["assigned", "reopened"]).values_list("at", "verb", "detail"):
        if verb == "reopened":
            began.append(at)
            continue
        before, after = (set((json.loads(detail)[name] or {}).get("reviewers", [])) for name in ("before", "after"))
        named[len(began)].append((at, after - before))
    rows = apps.get_model("claims", "Assessment").objects.filter(claim=claim, round=verdict.round, follows=None)
    found = []
    for row in rows.exclude(submitted_at=None).select_related("reviewer").order_by("submitted_at", "pk"):
        name = row.reviewer.name or row.reviewer.email
        asked = [at for at, names in named[verdict.round] if name in names and at <= row.submitted_at]
        found.append((row, asked[-1] if asked else began[min(verdict.round, len(began)) - 1]))
    return found


class Migration(migrations.Migration):

    dependencies = [
        ('claims', '0014_verbs'),
    ]

    operations = [
        migrations.CreateModel(
            name='Pace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('answers', models.PositiveIntegerField(default=0)),
                ('steps', models.JSONField(default=dict, help_text='step of time → how many answers took so long')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='paces', to='claims.case')),
                ('reviewer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['case', '-answers', 'id'], name='pace_by_answers')],
                'constraints': [models.UniqueConstraint(fields=('case', 'reviewer'), name='pace_once_per_reviewer')],
            },
        ),
        migrations.CreateModel(
            name='Pair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('said', models.JSONField(default=dict, help_text='“rating of one,rating of the other” → how many rounds')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pairs', to='claims.case')),
                ('one', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'one', 'other'), name='pair_once_per_case'), models.CheckConstraint(condition=models.Q(('one__lt', models.F('other'))), name='pair_is_of_two_in_order')],
            },
        ),
        migrations.CreateModel(
            name='Pattern',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('part', models.CharField(blank=True, max_length=10)),
                ('ratings', models.CharField(help_text='The ratings’ keys, rising, with commas between.', max_length=2000)),
                ('rounds', models.PositiveIntegerField(default=0)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='patterns', to='claims.case')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'part', 'ratings'), name='pattern_once_per_part_and_ratings')],
            },
        ),
        migrations.CreateModel(
            name='Split',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.PositiveSmallIntegerField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='splits', to='claims.case')),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='splits', to='claims.claim')),
                ('one', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['case', 'one', 'other', '-id'], name='split_of_pair')],
                'constraints': [models.UniqueConstraint(fields=('claim', 'round', 'one', 'other'), name='split_once_per_round')],
            },
        ),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
