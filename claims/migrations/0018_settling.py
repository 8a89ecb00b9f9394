import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0017_talk"),
    ]

    operations = [
        migrations.AddField(
            model_name="verdict",
            name="basis",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="SHA-256 of what it rested on when it was proposed, or renewed; signing compares.",
                max_length=64,
            ),
        ),
        migrations.AddField(
            model_name="verdict",
            name="basis_content",
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AddField(
            model_name="verdict",
            name="renewed",
            field=models.TextField(
                blank=True,
                editable=False,
                help_text="What had changed when it was proposed as it then stood, by lines.",
            ),
        ),
        migrations.AddField(
            model_name="verdict",
            name="renewed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="verdict",
            name="to_overruled",
            field=models.TextField(
                blank=True,
                help_text="Asked where a reviewer's answer is another than the verdict's; they read it and can reply once.",
                max_length=5000,
                verbose_name="to whoever is overruled",
            ),
        ),
        migrations.AlterField(
            model_name="verdict",
            name="difference",
            field=models.CharField(
                blank=True,
                choices=[
                    ("missed", "The evidence differs: not everybody had, or used, the same"),
                    ("sources", "The same evidence was read or weighed differently"),
                    ("reading", "The definition: the claim's words were understood differently"),
                    ("scope", "Scope or date: another part, place or time was judged"),
                    ("scale", "The scale was used differently"),
                    ("other", "Another reason"),
                ],
                max_length=8,
                verbose_name="why they differed",
            ),
        ),
        migrations.AlterField(
            model_name="verdict",
            name="open_questions",
            field=models.TextField(
                blank=True,
                help_text="What would settle it, one question a line. Asked where the answer is off the scale.",
                max_length=5000,
                verbose_name="open questions",
            ),
        ),
        migrations.CreateModel(
            name="OpenQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "once",
                    models.CharField(
                        editable=False,
                        help_text="The form that made it: one form, one record.",
                        max_length=80,
                        null=True,
                        unique=True,
                    ),
                ),
                ("number", models.PositiveIntegerField(editable=False)),
                ("text", models.TextField(max_length=5000, verbose_name="question")),
                ("due", models.DateField(blank=True, null=True, verbose_name="due")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("answered", "Answered"), ("dropped", "Dropped")],
                        default="open",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("answer", models.TextField(blank=True, max_length=5000, verbose_name="answer, or why it is dropped")),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="open_questions", to="claims.case"
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="open_questions", to="claims.claim"
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "from_assessment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="open_questions",
                        to="claims.assessment",
                    ),
                ),
                (
                    "from_verdict",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="claims.verdict",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="open_questions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["case", "-id"], name="question_of_case"),
                    models.Index(fields=["case", "state", "-id"], name="question_by_state"),
                    models.Index(fields=["case", "owner", "-id"], name="question_by_owner"),
                    models.Index(
                        condition=models.Q(("state", "open")), fields=["owner", "due", "id"], name="question_owned"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("claim", "number"), name="question_numbered_once_per_claim"),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="question_asks_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("closed_by", None), ("state", "open")),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("closed_by__isnull", False),
                                ("state__in", ["answered", "dropped"]),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="question_closed_says_how_and_by_whom",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Overruled",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("waiting", models.BooleanField(default=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="overruled", to="claims.case"
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="overruled",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "verdict",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="overruled", to="claims.verdict"
                    ),
                ),
            ],
            options={
                "verbose_name": "overruled reviewer",
                "ordering": ["-pk"],
                "indexes": [models.Index(fields=["reviewer", "waiting", "-id"], name="overruled_of_reviewer")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("verdict", "reviewer"), name="overruled_once_per_verdict_and_reviewer"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reply",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "once",
                    models.CharField(
                        editable=False,
                        help_text="The form that made it: one form, one record.",
                        max_length=80,
                        null=True,
                        unique=True,
                    ),
                ),
                ("text", models.TextField(max_length=2000, verbose_name="reply")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "reviewer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="replies", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "verdict",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="replies", to="claims.verdict"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "replies",
                "ordering": ["verdict", "at", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("verdict", "reviewer"), name="reply_once_per_verdict_and_reviewer"),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="reply_says_something"
                    ),
                ],
            },
        ),
    ]
