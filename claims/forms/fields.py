"""What all forms share: one form makes one record, a stale save overwrites nothing, a rule speaks at its field."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.forms.renderers import DjangoTemplates
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.loading.documents import why_unreadable
from claims.models import Entry, Recorded, Refused, Stale, User
from claims.text.languages import is_code, no_codes
from claims.text.normalising import TURNS, Unreadable, clean, code_point

VERBATIM = {"quote", "text", "words"}  # fields for a document's own words: they must stay as they stand there
LOOKED_AT = 500  # newest entries of a log, among which the last one about a record is looked for


class Renderer(DjangoTemplates):
    """Django's own form templates."""


class DateInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


def spell(form: forms.BaseForm) -> None:
    """Bring the words that were typed into one spelling; what cannot be, or becomes too long, is said at its field."""
    for name, value in list(form.cleaned_data.items()):
        if isinstance(value, str) and value and getattr(form.fields[name], "strip", True):
            try:
                form.cleaned_data[name] = _spelled(form.fields[name], value)
                if name not in VERBATIM:
                    _check_direction(form.cleaned_data[name])
            except ValidationError as fault:
                form.add_error(name, fault)


def _spelled(field: forms.Field, value: str) -> str:
    try:
        value = clean(value)
    except Unreadable as fault:
        raise ValidationError(why_unreadable(fault)) from fault
    field.run_validators(value)
    return value


def spelled(field: forms.Field, value: str) -> str:
    """Words in one spelling. Raises ValidationError for what cannot be, becomes too long or turns its direction."""
    value = _spelled(field, value)
    _check_direction(value)
    return value


def _check_direction(value: str) -> None:
    if turn := TURNS.search(value):
        raise ValidationError(
            _("Character %(position)s (%(code)s) is invisible and turns the direction of writing. Type the words "
              "around it anew instead of pasting them.")
            % {"position": turn.start() + 1, "code": code_point(turn[0])}
        )  # fmt: skip


class Fits(MaxLengthValidator):
    """Says how much too long a text is. A line end counts once, as in the browser, which sends two characters."""

    def __call__(self, value: Any) -> None:
        """Raises ValidationError where the text is too long."""
        over = self.clean(value) - self.limit_value
        if over > 0:
            sentence = ngettext(
                "This is %(over)s character too long: %(limit)s fit here. Shorten it, and send it again.",
                "This is %(over)s characters too long: %(limit)s fit here. Shorten it, and send it again.",
                over,
            )
            raise ValidationError(sentence % {"over": f"{over:,}", "limit": f"{self.limit_value:,}"}, code=self.code)

    def clean(self, x: Any) -> int:
        """How long it is."""
        return len(x.replace("\r\n", "\n"))


def is_language(typed: str) -> None:
    """Raises ValidationError where this is no code of a language."""
    if not is_code(typed):
        raise ValidationError(_("Write the language as a code, as in en, uk, be or ar."))


def are_languages(typed: str) -> None:
    """Raises ValidationError where one of these is no code of a language."""
    if wrong := no_codes(typed):
        said = _("“%(wrong)s” is no code of a language. Write codes with commas between them, as in en, uk, be, ar.")
        raise ValidationError(said % {"wrong": wrong[0][:40]})


class PlainWords(forms.BaseForm):
    """A form that refuses what is too long in words of our own."""

    def full_clean(self) -> None:
        """Check all that was typed."""
        for field in self.fields.values():
            field.validators = [
                Fits(check.limit_value) if type(check) is MaxLengthValidator else check for check in field.validators
            ]
        super().full_clean()


class WorkForm(PlainWords, forms.Form):
    """A form that makes or changes a record.

    `once` names this very form, so that sending it twice makes one record. `version` is what the
    person saw; after a stale save `conflict` is the record as somebody else left it. `cursor` is the
    field in which one begins to type, of a form that has a page to itself.
    """

    once = forms.UUIDField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    cursor = ""
    conflict: Recorded | None = None
    status = 422

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        self.fields["once"].initial = uuid.uuid4
        if self.cursor:
            self.fields[self.cursor].widget.attrs["autofocus"] = True
        for field in self.fields.values():
            if isinstance(field, forms.DateField):
                field.widget = DateInput(field.widget.attrs)
                field.widget.is_required = field.required

    def clean(self) -> dict[str, Any]:
        """Words in one spelling, without control characters; those of a field with `strip=False` as they were typed."""
        spell(self)
        return self.cleaned_data

    def key(self, user: User) -> str | None:
        """The name of this form by this person; None where the form carried none."""
        once = self.cleaned_data.get("once")
        return f"{user.pk}:{once}" if once else None

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, without the form's own two fields."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"once", "version"}}

    @property
    def seen_version(self) -> int:
        """The version that the person saw; one that never was where the form names none, so that it is stale."""
        version: int | None = self.cleaned_data["version"]
        return -1 if version is None else version

    def attempt[T](self, act: Callable[[], T]) -> T | None:
        """What `act` gives; None where a rule refused, which then stands in the form's errors at its field."""
        try:
            return act()
        except Stale as stale:
            self.conflict = stale.stored
            self.status = stale.status
            self.add_error(None, self.overtaken(stale))
            if isinstance(self.data, QueryDict):
                self.data = self.data.copy()
                # Sent again, it is saved over what now stands beside it.
                self.data[self.add_prefix("version")] = str(stale.stored.version)
        except Refused as refusal:
            self.status = refusal.status
            for each in (refusal, *refusal.others):
                self.add_error(each.field if each.field in self.fields else None, str(each))
        except ValidationError as fault:
            faults = fault.message_dict if hasattr(fault, "error_dict") else {"": fault.messages}
            for name, sentences in faults.items():
                self.add_error(name if name in self.fields else None, sentences)
        return None

    def overtaken(self, stale: Stale) -> str:
        """Who saved the record in the meantime, and when; as much of it as the log tells at once."""
        entry = last_entry(stale.stored)
        if entry is None:
            return str(stale)
        return _("%(who)s changed this at %(time)s, while you were writing. Nothing was overwritten.") % {
            "who": entry.by_name,
            "time": clock(entry.at),
        }

    def conflicting(self) -> list[tuple[str, Any, Any]]:
        """(label, what stands now, what was typed) of each field in which the two differ."""
        if self.conflict is None:
            return []
        rows = []
        for name in self.fields:
            if name in {"once", "version"} or not hasattr(self.conflict, name):
                continue
            stands, typed = getattr(self.conflict, name), self.cleaned_data.get(name)
            if stands != typed and not callable(stands):
                rows.append((str(self[name].label), _shown(self.conflict, name, stands), typed))
        return rows


def _shown(record: Recorded, name: str, value: Any) -> Any:
    display = getattr(record, f"get_{name}_display", None)
    return display() if display else value.isoformat() if isinstance(value, datetime.date) else value


def last_entry(record: Recorded | User) -> Entry | None:
    """The newest entry about a record; None where it is not among the newest of its log."""
    log = Entry.objects.filter(case=getattr(record, "log_case", None)).order_by("-number")
    top = log.values_list("number", flat=True).first() or 0
    about = {"thing": record._meta.model_name, "thing_id": record.pk}
    found: Entry | None = log.filter(number__gt=top - LOOKED_AT, **about).first()
    return found


def clock(moment: datetime.datetime) -> str:
    """A moment in the reader's zone: 14:03 UTC, with the day where it was another one than today."""
    local = timezone.localtime(moment)
    time = f"{date_format(local, 'H:i')} {local.tzname() or 'UTC'}"
    if local.date() == timezone.localdate():
        return time
    return _("%(time)s on %(day)s") % {"time": time, "day": date_format(local, "j M Y")}


def initial_of(record: Recorded | User, names: list[str]) -> dict[str, Any]:
    """A record's fields as a form begins with them, its version among them."""
    return {"version": record.version} | {name: getattr(record, name) for name in names}
