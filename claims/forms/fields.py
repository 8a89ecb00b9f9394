"""What all forms share: one form makes one record, a stale save overwrites nothing, a rule speaks at its field."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import DjangoTemplates
from django.http import QueryDict

from claims.loading.documents import why_unreadable
from claims.models import Recorded, Refused, Stale, User
from claims.text.normalising import Unreadable, clean


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
            except ValidationError as fault:
                form.add_error(name, fault)


def _spelled(field: forms.Field, value: str) -> str:
    try:
        value = clean(value)
    except Unreadable as fault:
        raise ValidationError(why_unreadable(fault)) from fault
    field.run_validators(value)
    return value


class WorkForm(forms.Form):
    """A form that makes or changes a record.

    `once` names this very form, so that sending it twice makes one record. `version` is what the
    person saw; after a stale save `conflict` is the record as somebody else left it.
    """

    once = forms.UUIDField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    conflict: Recorded | None = None
    status = 422

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        self.fields["once"].initial = uuid.uuid4
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
            self.add_error(None, str(stale))
            if isinstance(self.data, QueryDict):
                self.data = self.data.copy()
                # Sent again, it is saved over what now stands beside it.
                self.data[self.add_prefix("version")] = str(stale.stored.version)
        except Refused as refusal:
            self.status = refusal.status
            self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))
        except ValidationError as fault:
            faults = fault.message_dict if hasattr(fault, "error_dict") else {"": fault.messages}
            for name, sentences in faults.items():
                self.add_error(name if name in self.fields else None, sentences)
        return None

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


def initial_of(record: Recorded | User, names: list[str]) -> dict[str, Any]:
    """A record's fields as a form begins with them, its version among them."""
    return {"version": record.version} | {name: getattr(record, name) for name in names}
