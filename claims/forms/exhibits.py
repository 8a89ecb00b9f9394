"""What people may type about an exhibit, and what they may bring as a capture of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from claims.forms.evidence import SOURCES, WebAddress
from claims.forms.fields import PlainWords, WorkForm, initial_of, is_language
from claims.loading.capturing import capture, capture_text
from claims.models import Capture, Exhibit, Source, User

FIELDS = ["title", "source", "url", "published", "language"]


class ExhibitForm(WorkForm):
    """Correct what is known of an exhibit. Its text and its captures stay as they came."""

    title = forms.CharField(label=_("Title"), max_length=300)
    source = forms.ModelChoiceField(Source.objects.none(), label=_("Source"), required=False)
    url = WebAddress(label=_("Web address"), required=False, max_length=1000, assume_scheme="https")
    published = forms.DateField(label=_("Published"), required=False)
    language = forms.CharField(
        label=_("Language"), max_length=12, required=False, validators=[is_language],
        help_text=_("As a code: en, uk, be, ar."),
    )  # fmt: skip

    def __init__(self, user: User, data: Any = None, *, exhibit: Exhibit) -> None:
        super().__init__(data, initial=initial_of(exhibit, FIELDS) | {"source": exhibit.source_id})
        self.exhibit = exhibit
        sources = Source.objects.visible_to(user).filter(merged_into=None).order_by("name", "pk").defer("note")
        field = self.fields["source"]
        field.queryset = sources  # type: ignore[attr-defined]
        listed = {each.pk: str(each) for each in sources[:SOURCES]}
        if exhibit.source is not None:
            listed[exhibit.source.pk] = str(exhibit.source)
        field.widget.choices = [("", _("None named")), *listed.items()]

    def revise(self, by: User) -> Exhibit:
        """Save what was typed over the version that the person saw."""
        stands: Exhibit = Exhibit.objects.select_related("case", "source", "document").get(pk=self.exhibit.pk)
        for name, value in self.values.items():
            setattr(stands, name, value)
        stands.save(by=by, expect=self.seen_version)
        return stands


class CaptureForm(WorkForm):
    """A capture of an exhibit: a file, a screenshot, or a pasted text."""

    file = forms.FileField(
        label=_("File"), required=False,
        help_text=_("Of any kind, up to 100 MB. Its bytes are kept as they come."),
    )  # fmt: skip
    screenshot = forms.BooleanField(label=_("It is a screenshot"), required=False)
    text = forms.CharField(
        label=_("Or paste its text"), required=False, max_length=1_000_000, widget=forms.Textarea(attrs={"rows": 6}),
        strip=False,
    )  # fmt: skip
    note = forms.CharField(
        label=_("Note"), required=False, max_length=500, help_text=_("How it was come by, if that needs words.")
    )

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        typed = super().clean()
        if typed.get("file") and typed.get("text"):
            self.add_error("text", _("You chose a file already. Capture one after the other."))
        elif not typed.get("file") and not typed.get("text") and not {"file", "text"} & set(self.errors):
            self.add_error("file", _("Choose a file, or paste the text below."))
        return typed

    def capture(self, exhibit: Exhibit, by: User) -> Capture:
        """Keep the bytes, then enter the capture."""
        typed, key = self.values, self.key(by)
        if typed["text"]:
            return capture_text(exhibit, typed["text"], by=by, once=key, note=typed["note"])
        how = Capture.How.SCREENSHOT if typed["screenshot"] else Capture.How.UPLOAD
        file = typed["file"]
        return capture(
            exhibit, file.keep(), by=by, how=how, once=key, name=file.name or "",
            declared_type=file.content_type or "", note=typed["note"],
        )  # fmt: skip

    @property
    def fetches(self) -> bool:
        """Whether web addresses are fetched here."""
        return bool(settings.FETCH_URLS)


class ExhibitFilters(PlainWords, forms.Form):
    """Which exhibits a list shows; it stands in the address."""

    words = forms.CharField(label=_("Words of title, source or address"), max_length=200, required=False)
    unknown = forms.BooleanField(label=_("Lineage unknown"), required=False)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
