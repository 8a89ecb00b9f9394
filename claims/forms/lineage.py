"""What people may say of where an exhibit comes from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from claims.forms.evidence import Listing
from claims.forms.fields import WorkForm
from claims.forms.filters import cursor
from claims.models import Exhibit, Lineage, User, trace
from claims.models.lineage import replaced_by

SOUGHT = ["words", "older", "original"]  # what the search for an exhibit sends


class LineageForm(WorkForm):
    """Where an exhibit comes from: another one of the case that it repeats, or a word without one.

    With `repeats` it is said of that exhibit that it repeats this one. `typed` is what stands in a form that only
    looks for an exhibit: shown again, and not yet judged.
    """

    kind = forms.ChoiceField(
        label=_("This exhibit"),
        choices=Lineage.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether it speaks at first hand, or how it comes from another exhibit.")},
    )
    words = forms.CharField(label=_("Find the exhibit that it repeats"), required=False, max_length=200)
    original = forms.ModelChoiceField(
        Exhibit.objects.none(),
        label=_("The exhibit that it repeats"),
        required=False,
        error_messages={"invalid_choice": _("This exhibit is not in the case. Choose another.")},
    )
    repeats = forms.ModelChoiceField(Exhibit.objects.none(), required=False, widget=forms.HiddenInput)
    replaces = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("How do you know?"),
        max_length=2000,
        widget=forms.Textarea,
        error_messages={"required": _("Say how you know: it will be asked.")},
        help_text=_("What it says itself, a byline, the same words, whom you asked."),
    )

    def __init__(
        self, exhibit: Exhibit, user: User, data: Any = None, *, typed: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=dict(typed or {}), auto_id="trace_%s")
        self.exhibit, self.user, asked = exhibit, user, typed or data or {}
        others = (
            Exhibit.objects.filter(case=exhibit.case).rated_for(user, exhibit.case).exclude(pk=exhibit.pk).defer("text")
        )
        for name in ("original", "repeats"):
            self.fields[name].queryset = others  # type: ignore[attr-defined]
        self.fields["reason"].widget.attrs["rows"] = 2
        self._asked = asked

    @cached_property
    def listing(self) -> Listing:
        """A page of the exhibits from which one can choose."""
        chosen = cursor(str(self["original"].value() or ""))
        words, older = self._asked.get("words", ""), cursor(self._asked.get("older"))
        found = Listing.of(self.exhibit.case, self.user, words, older, chosen)
        others = [row for row in found.rows if row[0] != self.exhibit.pk]
        found.found -= len(found.rows) - len(others)
        found.rows = others
        return found

    @cached_property
    def repeating(self) -> Exhibit | None:
        """The exhibit of which it is said that it repeats this one, if that is what the form says."""
        key = cursor(str(self["repeats"].value() or ""))
        return self.fields["repeats"].queryset.filter(pk=key).first() if key else None  # type: ignore[attr-defined]

    @cached_property
    def replaced(self) -> Lineage | None:
        """What this would replace, as far as the form says by now what it is: shown before it is sent."""
        exhibit, original = self.exhibit, None
        if self.repeating:
            exhibit, original = self.repeating, self.exhibit
        elif key := cursor(str(self["original"].value() or "")):
            original = self.fields["original"].queryset.filter(pk=key).first()  # type: ignore[attr-defined]
        said = (str(self[name].value() or "").strip() for name in ("kind", "reason"))
        kind, reason = said
        return replaced_by(exhibit, kind, original, reason)

    @staticmethod
    def looks(sent: Mapping[str, str]) -> bool:
        """Whether what was sent only looks for an exhibit: by its buttons, or by Return in its field."""
        return "find" in sent or "older" in sent or bool(sent.get("words") and not sent.get("kind"))

    def say(self, by: User) -> Lineage:
        """Say it."""
        typed = self.values
        exhibit, original = self.exhibit, typed["original"]
        if typed["repeats"]:
            exhibit, original = typed["repeats"], self.exhibit
        warned = [key for word in typed["replaces"].split() if (key := cursor(word))]
        return trace(exhibit, typed["kind"], original, by=by, reason=typed["reason"], once=self.key(by), warned=warned)
