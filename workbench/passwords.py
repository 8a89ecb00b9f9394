"""What a password must not lean on: words that everybody who attacks a workbench tries first."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

WORDS = ("workbench", "newsroom", "editor", "analyst", "reader", "staff", "admin", "claims", "password")
BESIDE = 8  # characters that must stand beside such words


class HouseWords:
    """Refuses passwords that hold little but words of the house: of the workbench, its roles and its host names."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError where fewer than eight characters stand beside them."""
        rest = password.lower()
        hosts = (part for host in settings.ALLOWED_HOSTS for part in host.lower().split(".") if len(part) > 3)
        for word in sorted({*WORDS, *hosts}, key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(rest) < BESIDE:
            raise ValidationError(self.get_help_text(), code="password_house_words")

    def get_help_text(self) -> str:
        """What is wanted."""
        return _("Your password must not be little more than words of this workbench, such as its name or its roles.")
