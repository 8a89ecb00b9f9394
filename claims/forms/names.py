"""Free texts that readers are shown, and names that are withheld from them."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext as _

from claims.models import Case
from claims.models.withheld_names import withheld_names
from claims.text.names import Names


def refuse_names(form: forms.BaseForm, case: Case, fields: Iterable[str]) -> None:
    """Refuse at the field what names a source that some evidence of the case withholds; call it from `clean`."""
    texts = {name: form.cleaned_data.get(name) for name in fields}
    names = withheld_names(case) if any(texts.values()) else Names([])
    for field, text in texts.items():
        if text and (name := names.first(text)):
            form.add_error(field, _("“%(name)s” is withheld in this case: take the name out.") % {"name": name})


def refuse_names_in(form: forms.BaseForm, case: Case, field: str, texts: Iterable[str]) -> None:
    """The same for a field that holds several texts."""
    whole = "\n".join(texts)
    if whole.strip() and (name := withheld_names(case).first(whole)):
        form.add_error(field, _("“%(name)s” is withheld in this case: take the name out.") % {"name": name})
