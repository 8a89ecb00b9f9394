"""What people may send to import sources."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.forms.fields import WorkForm
from claims.loading import source_tables
from claims.loading.source_lines import MOST_BYTES
from claims.loading.source_tables import Outcome, Plan
from claims.models import Case, Refused, Role, Source, User
from claims.search.sources import finder


class ImportForm(WorkForm):
    """A table of sources, and the case in which the new ones are known."""

    case = forms.ModelChoiceField(
        label=gettext_lazy("Known in"), queryset=Case.objects.none(), empty_label=None,
        help_text=gettext_lazy("New sources are seen by the people of this case."),
    )  # fmt: skip
    file = forms.FileField(
        label=gettext_lazy("Table"), required=False, widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=gettext_lazy("CSV in UTF-8, at most 5,000 lines, as the export writes it. Its first line names the "
                               "columns; only name must be among them."),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("or paste it"), required=False, strip=False, max_length=MOST_BYTES,
        widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip

    def __init__(self, user: User, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        self.user = user
        cases = Case.objects.visible_to(user).filter(role__in=[Role.ANALYST, Role.EDITOR])
        self.fields["case"].queryset = cases.order_by("title", "pk")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """One table: a file is read into the text, so that the preview can send it again."""
        typed = self.cleaned_data
        file = typed.get("file")
        if file is not None and file.size > MOST_BYTES:
            raise ValidationError({"file": _("The table is larger than 5 MB. Import it in parts.")})
        if file is not None:
            try:
                typed["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError as fault:
                said = _("This is no table in UTF-8. Save it as CSV in UTF-8 and try again.")
                raise ValidationError({"file": said}) from fault
            self.data = {**self.data.dict(), self.add_prefix("text"): typed["text"]}  # type: ignore[attr-defined]
        if not (typed.get("text") or "").strip() and not self.errors:
            raise ValidationError({"file": _("Choose a file, or paste a table below.")})
        return typed

    def plan(self) -> Plan | None:
        """What would come of the table; None where errors stand in the form."""
        if not self.is_valid():
            return None
        content = self.cleaned_data["text"].encode()
        gradable = Source.objects.gradable_by(self.user)
        return self.attempt(
            lambda: source_tables.plan(
                content,
                finder=lambda names: finder(names, self.user),
                may_fill=lambda source: bool(gradable.filter(pk=source.pk).exists()),
            )
        )

    def carry_out(self, plan: Plan) -> Outcome | None:
        """Import what was planned; None where a rule refused."""
        case, key = self.cleaned_data["case"], self.key(self.user) or ""
        if not key:
            raise Refused(_("This form is incomplete: begin again."))
        return self.attempt(lambda: source_tables.import_sources(case, plan, by=self.user, key=key))
