"""What may be typed about a document, and its way in by paste or upload."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.forms.fields import WorkForm, initial_of
from claims.loading.documents import TYPED, load
from claims.models import Case, Document, User

is_language = RegexValidator(
    r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$", gettext_lazy("Write the language as a code, as in en, uk, be or ar.")
)


class AboutForm(WorkForm):
    """What is known about a document."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=300)
    publisher = forms.CharField(label=gettext_lazy("Publisher"), max_length=200, required=False)
    author = forms.CharField(label=gettext_lazy("Author"), max_length=200, required=False)
    published = forms.DateField(label=gettext_lazy("Published"), required=False)
    language = forms.CharField(
        label=gettext_lazy("Language"), max_length=12, initial="en", validators=[is_language],
        help_text=gettext_lazy("As a code: en, uk, be, ar."),
    )  # fmt: skip
    url = forms.URLField(label=gettext_lazy("Web address"), max_length=1000, required=False, assume_scheme="https")

    details_open = False


class DocumentForm(AboutForm):
    """Corrects what is known about a document. Its text and bytes never change."""

    def __init__(self, data: Any = None, *, document: Document) -> None:
        super().__init__(data, initial=initial_of(document, TYPED))
        self.document = document

    def save(self, by: User) -> Document | None:
        """The corrected document; None where errors stand in the form."""
        if not self.is_valid():
            return None
        return self.attempt(lambda: self._save(by))

    def _save(self, by: User) -> Document:
        for name, value in self.values.items():
            setattr(self.document, name, value)
        self.document.save(by=by, expect=self.seen_version)
        return self.document


class LoadForm(AboutForm):
    """Loads a document from pasted text or from an uploaded file."""

    text = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14, "dir": "auto"}),
    )
    file = forms.FileField(
        label=gettext_lazy("or a text file"), required=False, allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".txt,text/plain"}),
        help_text=gettext_lazy("A .txt file in UTF-8, at most 10 MB."),
    )  # fmt: skip

    field_order = ["text", "file"]

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        self.fields["title"].required = False
        self.fields["title"].help_text = _("Left empty, it is the first line or the file's name.")

    def clean(self) -> dict[str, Any]:
        """Exactly one of text and file."""
        given = super().clean() or self.cleaned_data
        if self.has_error("text") or self.has_error("file"):
            return given
        if given.get("file") is not None and given.get("text", "").strip():
            raise ValidationError({"file": _("Paste the text or choose a file, not both.")})
        if given.get("file") is None and not given.get("text"):
            raise ValidationError({"text": _("Paste a text here, or choose a file below.")})
        return given

    @property
    def details_open(self) -> bool:  # type: ignore[override]
        """Whether what is known about the document must be in sight: something there is wrong."""
        return any(name in self.errors for name in TYPED)

    def load(self, case: Case, by: User) -> tuple[Document, bool] | None:
        """The document, and whether it is new in the case; None where errors stand in the form."""
        if not self.is_valid():
            return None
        about = {name: self.cleaned_data[name] for name in TYPED}
        file = self.cleaned_data["file"]
        if file is None:
            return self.attempt(lambda: load(case, self.cleaned_data["text"], by=by, origin="paste", **about))
        return self.attempt(lambda: load(case, file.read(), by=by, origin="file", file_name=file.name, **about))
