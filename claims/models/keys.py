"""The installation's keys: what signs the reports that leave, and what signed those that left before."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Key(models.Model):
    """The public half of a key (Ed25519); it stays when a newer one signs, so that what it signed can be checked."""

    fingerprint = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 of the public key."))
    public = models.CharField(max_length=64, help_text=_("The public key's 32 bytes, in hexadecimal."))
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True, help_text=_("When a newer one took over."))
    before = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="next",
        help_text=_("The key that it took over from."),
    )  # fmt: skip
    statement = models.TextField(blank=True, help_text=_("That it takes over, as the key before signed it."))
    signature = models.CharField(max_length=128, blank=True, help_text=_("Of that statement, by the key before."))

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(models.Value(1), condition=Q(until=None), name="key_only_one_signs"),
            models.CheckConstraint(
                condition=Q(signature="", statement="")
                | (Q(before__isnull=False) & ~Q(signature="") & ~Q(statement="")),
                name="key_statement_is_signed_by_the_one_before",
            ),
        ]

    def __str__(self) -> str:
        return self.grouped[:19]

    @property
    def grouped(self) -> str:
        """The fingerprint in groups of four, as it is read out and compared."""
        return in_fours(self.fingerprint)


def in_fours(fingerprint: str) -> str:
    """A fingerprint in groups of four characters."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))
