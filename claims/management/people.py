"""Who does what a command does."""

from __future__ import annotations

from django.core.management.base import CommandError

from claims.models import User


def find_person(email: str | None) -> User:
    """Whoever has that e-mail, or else the first administrator. Raises CommandError."""
    people = User.objects.filter(is_active=True).order_by("pk")
    people = people.filter(email=email.strip().lower()) if email else people.filter(is_superuser=True)
    person = people.first()
    if person is None and email:
        raise CommandError(f"Nobody has that e-mail address, or the account is closed: {email}.")
    if person is None:
        raise CommandError("There is no administrator: name somebody with --by.")
    return person
