"""How the parts of a claim are judged in a form: one field for all, so that a page with the form stays light."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from claims.forms.fields import Fits, spelled
from claims.models import Rating
from claims.models.facets import LONGEST_NOTE, Facet

DOES_NOT_APPLY = "/"  # no rating has such a code


class FacetInputs(forms.Widget):
    """A choice and a note for each part; the template writes them out."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, dict[str, str]]:
        """What was chosen and noted, of the parts of which anything was."""
        typed = {}
        for facet in Facet.values:
            chosen, note = data.get(f"{name}_{facet}", ""), data.get(f"{name}_{facet}_note", "")
            if chosen or note.strip():
                typed[facet] = {"chosen": chosen, "note": note}
        return typed


class FacetsField(forms.Field):
    """By the name of each part: the code of its rating (None where it does not apply), and a note."""

    widget = FacetInputs
    ratings: list[Rating] = []

    def clean(self, value: Any) -> dict[str, dict[str, Any]]:
        """The parts as an assessment keeps them. Raises ValidationError for an answer that the scale does not have."""
        codes, kept = {rating.code for rating in self.ratings}, dict[str, dict[str, Any]]()
        for facet, typed in (value or {}).items():
            said: dict[str, Any] = {}
            if typed["chosen"]:
                if typed["chosen"] not in codes | {DOES_NOT_APPLY}:
                    raise ValidationError(_("This answer is not on the case's scale."))
                said["rating"] = None if typed["chosen"] == DOES_NOT_APPLY else typed["chosen"]
            if note := NOTE.clean(typed["note"]):
                said["note"] = spelled(NOTE, note)
            kept[facet] = said
        return kept


NOTE = forms.CharField(required=False, validators=[Fits(LONGEST_NOTE)])


def typed_of(facets: dict[str, Any]) -> dict[str, dict[str, str]]:
    """What an assessment keeps, as the form has it."""
    return {
        facet: {
            "chosen": "" if "rating" not in said else said["rating"] or DOES_NOT_APPLY,
            "note": said.get("note", ""),
        }
        for facet, said in facets.items()
    }


def rows(typed: dict[str, dict[str, str]], ratings: list[Rating]) -> list[dict[str, Any]]:
    """Each part for the template: its name, label, choices and note."""
    answers = tuple((rating.code, rating.label_here) for rating in ratings)
    words = (_("Not judged"), _("Does not apply"))
    found, on = [], _("Note on: %(part)s")
    for facet in Facet:
        said = typed.get(facet.value, {"chosen": "", "note": ""})
        options = _options(answers, words, said["chosen"])
        label = str(facet.label)
        row = {"name": facet.value, "label": label, "note_label": on % {"part": label}}
        found.append(row | {"options": options, "note": said["note"]})
    return found


@lru_cache(maxsize=500)
def _options(answers: tuple[tuple[str, str], ...], words: tuple[str, str], chosen: str) -> SafeString:
    """The choices, written out once for all parts and pages: a template's loop over them would cost more."""
    choices = [("", words[0]), *answers, (DOES_NOT_APPLY, words[1])]
    marked = [(value, SafeString(" selected") if value == chosen else "", label) for value, label in choices]
    return format_html("{}", format_html_join("", '<option value="{}"{}>{}</option>', marked))
