"""What programs were answered: kept for a day, so that a request which is sent twice is done once."""

from __future__ import annotations

import datetime
from typing import Self

from django.db import models
from django.utils import timezone

from claims.models.people import User
from claims.models.tokens import Token

KEPT = datetime.timedelta(days=1)


class KeptAnswerQuerySet(models.QuerySet["KeptAnswer"]):
    """Answers, and which of them still count."""

    def fresh(self) -> Self:
        """Those of the last day."""
        return self.filter(made_at__gt=timezone.now() - KEPT)

    def sweep(self) -> int:
        """Let those go that are past their day, and what they hold of people's words: how many."""
        return self.filter(made_at__lte=timezone.now() - KEPT).delete()[0]

    def forget(self, user: User) -> None:
        """Let those go that somebody's programs were given."""
        self.filter(token__owner=user).delete()


class KeptAnswer(models.Model):
    """What one request with an Idempotency-Key was answered. Written in the transaction of what the request wrote."""

    token = models.ForeignKey(Token, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    asked = models.CharField(max_length=64)  # SHA-256 of the request
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    location = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    objects = KeptAnswerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="kept_answer_once_per_token_and_key")]
        indexes = [models.Index(fields=["made_at"], name="kept_answer_by_age")]

    def __str__(self) -> str:
        return f"{self.token}: {self.status}"

    @classmethod
    def keep(cls, token: Token, key: str, **said: object) -> KeptAnswer:
        """Keep an answer, in place of one with this key that is past its day."""
        cls.objects.filter(token=token, key=key, made_at__lte=timezone.now() - KEPT).delete()
        made: KeptAnswer = cls.objects.create(token=token, key=key, **said)
        return made
