"""Which address is told of what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from claims.forms.fields import WorkForm
from claims.loading.fetching import why_not
from claims.models import Case, Event, User, Webhook, hook


class WebhookForm(WorkForm):
    """A new webhook."""

    cursor = "url"

    url = forms.URLField(
        label=_("Web address"), max_length=1000, assume_scheme="https",
        help_text=_("Of a system on the public internet, with https://. It is sent ids and links, and nobody’s words."),
    )  # fmt: skip
    events = forms.MultipleChoiceField(
        label=_("It is told when"), choices=Event, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one thing that it is to be told of.")},
    )  # fmt: skip

    def clean_url(self) -> str:
        """An address to which something may be sent. Raises ValidationError saying why not."""
        url = str(self.cleaned_data["url"])
        if not url.startswith("https://"):
            raise ValidationError(_("Give an address that begins with https://: others read along without it."))
        if why := why_not(url):
            raise ValidationError(why)
        return url

    def hook(self, case: Case, user: User) -> tuple[Webhook, str | None] | None:
        """The webhook and its secret, which is None where this form made it before; None where a rule refused."""
        given: Any = self.cleaned_data
        key = self.key(user)
        return self.attempt(lambda: hook(case, by=user, url=given["url"], events=given["events"], once=key))
