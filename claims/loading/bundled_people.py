"""The people of another house: in an imported case each is a closed account that nobody can sign in to."""

from __future__ import annotations

import secrets

from django.utils.translation import gettext as _
from django.utils.translation import override

from claims.models import Case, Role, User

MARK = " (imported)"


class Guests:
    """Closed accounts for the people whom a report names, one for each name; for each key, where keys are told."""

    def __init__(self, case: Case, *, public: bool, language: str, by: User) -> None:
        self.case, self.public, self.by = case, public, by
        self.of: dict[tuple[str, int], User] = {}
        with override(language):
            self.editor = _("Editor %(n)s").split("%")[0]

    def __call__(self, name: str, other_than: User | None = None) -> User:
        """Whoever bears this name; where that is `other_than`, another who bears it too."""
        number = 0
        while (found := self._numbered(name, number)) == other_than:
            number += 1
        return found

    def known(self, name: str) -> User | None:
        """The same; None for nobody."""
        return self(name) if name else None

    def _numbered(self, name: str, number: int) -> User:
        if (name, number) not in self.of:
            self.of[name, number] = self._made(name)
        return self.of[name, number]

    def _made(self, name: str) -> User:
        address = f"imported-{secrets.token_hex(8)}@imported.invalid"
        called = name[: 150 - len(MARK)] + MARK
        made = User.objects.create_user(address, None, by=self.by, name=called, is_active=False)
        if self.public and name.startswith(self.editor):
            # Public reports call them editors again, and give them their numbers.
            self.case.enrol(made, Role.EDITOR, by=self.by)
        return made
