"""What people may say of themselves."""

from __future__ import annotations

import zoneinfo
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from claims.forms.fields import WorkForm
from claims.models import Stale, User, writing


@cache
def zones() -> list[tuple[str, str]]:
    """Every time zone by its name, the oddly named ones of old left out."""
    names = (
        name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/"))
    )
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in sorted(names))]


class PersonForm(WorkForm):
    """How one is called, and where one reads the clock."""

    name = forms.CharField(label=_("Name"), max_length=150, help_text=_("As it stands in reports."))
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zones, help_text=_("Times on every page are shown in this zone.")
    )
    digest = forms.BooleanField(
        label=_("Daily e-mail"), required=False,
        help_text=_("Once a day, what you have not read of your notices; nothing where there is nothing."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.MAIL:
            del self.fields["digest"]

    def save(self, user: User) -> User:
        """Change the account, and nothing of it that was not on the form. Raises Stale where it has moved on."""
        with writing(None):
            fresh = User.objects.get(pk=user.pk)
            stands = {name: getattr(fresh, name) for name in self.values}
            if self.cleaned_data["version"] != fresh.version and self.values != stands:
                raise Stale(fresh)  # type: ignore[arg-type]  # an account has a version too
            for name, value in self.values.items():
                setattr(fresh, name, value)
            fresh.save(by=fresh)
        return fresh


class FirstForm(WorkForm):
    """Whoever administers a new installation."""

    email = forms.EmailField(label=_("E-mail"), max_length=254, help_text=_("You sign in with it."))
    name = forms.CharField(label=_("Name"), max_length=150, help_text=_("As it stands in reports."))
    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html,
    )  # fmt: skip
    again = forms.CharField(
        label=_("The same once more"), strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """The password is a good one, and typed twice alike."""
        given = super().clean()
        about = User(email=given.get("email", ""), name=given.get("name", ""))
        if "password" in given:
            try:
                validate_password(given["password"], about)
            except ValidationError as fault:
                self.add_error("password", fault)
        if "again" in given and given["again"] != given.get("password", given["again"]):
            self.add_error("again", _("This is not what stands above. Type the same password twice."))
        return given

    def save(self) -> User:
        """The new administrator. Raises NotNow where there is one already."""
        given = self.cleaned_data
        return User.objects.create_first_administrator(given["email"], given["password"], given["name"])
