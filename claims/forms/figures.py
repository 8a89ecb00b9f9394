"""What people may type about the figures of a piece of evidence, and about two that count different things."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.forms.fields import WorkForm
from claims.models import Evidence, Quantity, User

NAMES = ["measure", "low", "high", "unit", "entity", "place", "as_of"]
ROWS = 2  # empty ones, at least


class FiguresForm(WorkForm):
    """The typed figures of a piece of evidence; a row without a measure is left out."""

    def __init__(self, data: Any = None, *, evidence: Evidence, like: Sequence[Quantity] = ()) -> None:
        super().__init__(data, initial={"version": evidence.version})
        self.evidence = evidence
        stand = list(evidence.quantities.order_by("position"))
        # Where nothing stands yet, it begins with what the claim counts, so that the two can be compared.
        shown = stand or [Quantity(measure=each.measure, unit=each.unit, entity=each.entity) for each in like]
        self.count = max(len(shown) + (1 if stand else 0), ROWS)
        for n in range(self.count):
            self._add(n + 1, shown[n] if n < len(shown) else None, filled=bool(stand))

    def _add(self, n: int, figure: Quantity | None, *, filled: bool) -> None:
        number = {"max_digits": 20, "decimal_places": 4, "required": False}
        fields: dict[str, forms.Field] = {
            f"measure_{n}": forms.CharField(label=_("Measure"), max_length=100, required=False),
            f"low_{n}": forms.DecimalField(label=_("From"), **number),  # type: ignore[arg-type]
            f"high_{n}": forms.DecimalField(label=_("To"), **number),  # type: ignore[arg-type]
            f"unit_{n}": forms.CharField(label=_("Unit"), max_length=60, required=False),
            f"entity_{n}": forms.CharField(label=_("Of whom or what"), max_length=200, required=False),
            f"place_{n}": forms.CharField(label=_("Place"), max_length=200, required=False),
            f"as_of_{n}": forms.DateField(label=_("As of"), required=False),
        }
        self.fields.update(fields)
        if figure is not None:
            self.initial.update({f"{name}_{n}": getattr(figure, name) for name in NAMES})

    def rows(self) -> list[list[forms.BoundField]]:
        """The fields, row by row."""
        return [[self[f"{name}_{n}"] for name in NAMES] for n in range(1, self.count + 1)]

    def clean(self) -> dict[str, Any]:
        """A figure has an end at least, and its ends in their order."""
        typed = super().clean()
        for n in range(1, self.count + 1):
            low, high = typed.get(f"low_{n}"), typed.get(f"high_{n}")
            if not typed.get(f"measure_{n}"):
                if low is not None or high is not None:
                    self.add_error(f"measure_{n}", _("Say what this figure counts."))
                continue
            if low is not None and high is not None and low > high:
                self.add_error(f"high_{n}", _("This is less than where the range begins."))
        return typed

    @property
    def typed(self) -> list[dict[str, Any]]:
        """The rows in which a figure stands, in order; one end typed alone is a single figure."""
        found = []
        for n in range(1, self.count + 1):
            row = {name: self.cleaned_data.get(f"{name}_{n}") for name in NAMES}
            ends: list[Decimal | None] = [row["low"], row["high"]]
            if row["measure"] and any(end is not None for end in ends):
                found.append(row)
        return found

    def keep(self, by: User) -> bool:
        """Make them the evidence's figures."""
        self.evidence.set_quantities(self.typed, by=by)
        return True


class ApartForm(WorkForm):
    """That two figures count different things, and how."""

    one = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    other = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    reason = forms.CharField(
        label=gettext_lazy("How what they count differs"), max_length=500,
        error_messages={"required": gettext_lazy("Say how what they count differs.")},
    )  # fmt: skip
