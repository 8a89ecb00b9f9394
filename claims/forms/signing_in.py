"""Forms by which people prove who they are: where one types first, the cursor stands."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm
from allauth.account.forms import ReauthenticateForm as PasswordAgainForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgainForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms


class Ready(forms.Form):
    """A form in which the cursor stands in the first field that is still to be typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        for name, field in self.fields.items():
            # What was typed as a password is never given back.
            if not self.data.get(name) or isinstance(field.widget, forms.PasswordInput):
                field.widget.attrs["autofocus"] = True
                return


class SignIn(Ready, LoginForm):  # type: ignore[misc]
    """Address and password."""


class PasswordAgain(Ready, PasswordAgainForm):  # type: ignore[misc]
    """The password, before a dangerous act."""


class PasswordChange(Ready, ChangePasswordForm):  # type: ignore[misc]
    """The password that there is, and another."""


class Code(Ready, AuthenticateForm):  # type: ignore[misc]
    """The code of a second factor."""


class CodeAgain(Ready, CodeAgainForm):  # type: ignore[misc]
    """The same, before a dangerous act."""


class FirstCode(Ready, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an app that is set up."""
