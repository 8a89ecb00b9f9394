"""What may be typed about a document, and its way in by paste or upload."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.forms.fields import WorkForm, initial_of, is_language
from claims.loading import claim_tables
from claims.loading.documents import TYPED, Read, keep, read_through
from claims.models import Case, Document, Job, Refused, User, begin

WAYS = ("text", "file", "address")
KNOWN = (".txt", ".md", ".html", ".htm", ".pdf", ".docx", ".eml")
MOST_FILES = 200
HEAD = 100_000  # bytes of a table, to see whether it is one
ENCODINGS = [
    ("", gettext_lazy("as the file says")), ("utf-8", "UTF-8"), ("windows-1251", "Windows-1251"), ("koi8-r", "KOI8-R"),
    ("windows-1252", "Windows-1252"), ("windows-1250", "Windows-1250"), ("windows-1256", "Windows-1256"),
    ("iso-8859-1", "ISO-8859-1"), ("utf-16", "UTF-16"), ("gb18030", "GB 18030"), ("shift_jis", "Shift JIS"),
]  # fmt: skip


class AboutForm(WorkForm):
    """What is known about a document."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=300)
    publisher = forms.CharField(label=gettext_lazy("Publisher"), max_length=200, required=False)
    author = forms.CharField(label=gettext_lazy("Author"), max_length=200, required=False)
    published = forms.DateField(label=gettext_lazy("Published"), required=False)
    modified = forms.DateField(label=gettext_lazy("Last changed"), required=False)
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


class Files(forms.FileField):
    """Any number of files."""

    widget = type("ManyFiles", (forms.FileInput,), {"allow_multiple_selected": True})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """The files, each of them checked."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(Files, self).clean(each, initial) for each in given] or ([super().clean(None)] * self.required)


class LoadForm(AboutForm):
    """Loads documents: pasted text, files, or a web address."""

    text = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14, "dir": "auto"}),
    )
    file = Files(
        label=gettext_lazy("or files"), required=False, allow_empty_file=True,
        help_text=gettext_lazy("PDF, Word (.docx), web page (.html), e-mail (.eml), Markdown or plain text; at most "
                               "10 MB each."),
    )  # fmt: skip
    address = forms.URLField(
        label=gettext_lazy("or a web address"), required=False, max_length=2000, assume_scheme="https",
        help_text=gettext_lazy("The page is fetched once, and kept as it came."),
    )  # fmt: skip
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding of the file"), required=False, choices=ENCODINGS,
        help_text=gettext_lazy("Only where letters came out wrong before."),
    )  # fmt: skip

    field_order = ["text", "file", "address"]

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        self.fields["file"].widget.attrs["accept"] = ",".join(KNOWN)
        self.fields["title"].required = self.fields["language"].required = False
        self.fields["language"].initial = ""
        self.fields["title"].help_text = _("Left empty, it is what the file says, its first line, or its name.")
        if not settings.FETCH_URLS:
            del self.fields["address"]

    def clean(self) -> dict[str, Any]:
        """Exactly one of text, files and address; of several files nothing can be said at once."""
        given = super().clean() or self.cleaned_data
        if any(self.has_error(name) for name in WAYS if name in self.fields):
            return given
        ways = [name for name in WAYS if given.get(name) and (name != "text" or given[name].strip())]
        if len(ways) > 1:
            raise ValidationError({ways[1]: _("Choose one way: paste the text, or load it from elsewhere.")})
        if not ways and not given.get("text"):
            raise ValidationError({"text": _("Paste a text here, or choose a file below.")})
        if len(given.get("file") or []) > 1 and (given.get("title") or given.get("url")):
            alone = "title" if given.get("title") else "url"
            raise ValidationError({alone: _("Each of several files has its own: leave this empty, or load one file.")})
        if len(given.get("file") or []) > MOST_FILES:
            raise ValidationError({"file": _("Choose at most %(most)s files at once.") % {"most": MOST_FILES}})
        return given

    @property
    def details_open(self) -> bool:  # type: ignore[override]
        """Whether what is known about the document must be in sight: something there is wrong."""
        return any(name in self.errors for name in TYPED)

    def load(self, case: Case, by: User) -> tuple[Document, bool] | Job | None:
        """The document and whether it is new in the case, or the job that loads; None where errors stand in the form.

        One file is read while the person waits; several files, and an address, are a worker's.
        """
        if not self.is_valid():
            return None
        said = {name: str(self.cleaned_data[name]) for name in [*TYPED, "encoding"] if self.cleaned_data[name]}
        files, address = self.cleaned_data["file"], self.cleaned_data.get("address")
        if address:
            return self.attempt(
                lambda: begin(case, Job.Task.ADDRESS, [(address, b"")], by=by, once=self.key(by), about=said)
            )
        if len(files) > 1:
            given = [(file.name[-255:], file.read()) for file in files]
            return self.attempt(lambda: begin(case, Job.Task.FILES, given, by=by, once=self.key(by), about=said))
        return self.attempt(lambda: keep(case, self.read(case), by=by))

    def read(self, case: Case) -> Document | Read:
        """What was pasted, or the one file, as it was read and before it is kept. Raises Refused, ValidationError."""
        about = {name: self.cleaned_data[name] for name in TYPED}
        files, encoding = self.cleaned_data["file"], self.cleaned_data["encoding"]
        if not files:
            return read_through(case, self.cleaned_data["text"], origin="paste", **about)
        file = files[0]
        return read_through(
            case, file.read(), origin="file", file_name=file.name, encoding=encoding,
            content_type=file.content_type or "", **about,
        )  # fmt: skip


class TableForm(WorkForm):
    """Imports claims from a table."""

    file = forms.FileField(
        label=gettext_lazy("Table"), widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=gettext_lazy("CSV in UTF-8. Its first line names the columns: statement, and if you have them quote, "
                               "speaker, date (2023-02-20) and url."),
    )  # fmt: skip

    def clean_file(self) -> Any:
        """Raises ValidationError where no line of it could be a claim."""
        file = self.cleaned_data["file"]
        head = file.read(HEAD)
        file.seek(0)
        try:
            next(claim_tables.rows(head[: head.rfind(b"\n") + 1 or None]), None)
        except Refused as refusal:
            raise ValidationError(str(refusal)) from refusal
        return file

    def begin(self, case: Case, by: User) -> Job | None:
        """The job that imports them; None where errors stand in the form."""
        if not self.is_valid():
            return None
        file = self.cleaned_data["file"]
        return self.attempt(
            lambda: begin(case, Job.Task.CLAIMS, [(file.name[-255:], file.read())], by=by, once=self.key(by))
        )
