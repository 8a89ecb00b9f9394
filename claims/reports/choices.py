"""What may be chosen of a report: for whom it is, what stands in it, and in which order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from claims.models import Report

PUBLIC, INTERNAL = Report.Audience.PUBLIC, Report.Audience.INTERNAL
# In the order in which a report has them.
SECTIONS = {
    "summary": _("Summary"),
    "verdicts": _("Verdicts"),
    "assessments": _("Assessments"),
    "evidence": _("Evidence"),
    "lineage": _("Lineage pictures"),
    "figures": _("Figures"),
    "agreement": _("Agreement"),
    "questions": _("Open questions"),
    "absence": _("Searches that found nothing"),
    "corrections": _("Corrections"),
    "comments": _("Comments"),
    "method": _("Method and scales"),
    "custody": _("Custody annex"),
}
INTERNAL_ALONE = {"comments"}  # never in what is public
USUAL = tuple(code for code in SECTIONS if code not in INTERNAL_ALONE)
ORDERS = {
    "number": _("By number"),
    "rating": _("By rating"),
    "as_of": _("By date"),
}
GROUPINGS = {
    "": _("Not grouped"),
    "document": _("By document"),
    "kind": _("By kind"),
    "rating": _("By rating"),
}


# What stands in a report that is to be read, where nobody chose otherwise.
PRESELECTED = tuple(code for code in USUAL if code != "custody")


@dataclass(frozen=True)
class Choice:
    """How a report is to be. `logo` is a PNG in base64, `language` the code of one that the labels are in."""

    audience: str = INTERNAL
    sections: tuple[str, ...] = field(default=USUAL)
    order: str = "number"
    grouping: str = ""
    language: str = "en"
    imprint: str = ""
    logo: str | None = None

    @classmethod
    def of(cls, facts: dict[str, Any]) -> Choice:
        """The choice that these facts tell, as `facts` gave them; what they do not tell is as usual."""
        told = {name: facts[name] for name in cls.__dataclass_fields__ if name in facts}
        return cls(**told | {"sections": tuple(told.get("sections", USUAL))})

    @property
    def public(self) -> bool:
        return self.audience == PUBLIC

    def shows(self, section: str) -> bool:
        """Whether this section is in it; what is for the house alone is in nothing public."""
        return section in self.sections and not (self.public and section in INTERNAL_ALONE)

    def facts(self) -> dict[str, Any]:
        """The choice as the frozen data hold it."""
        return {
            "audience": str(self.audience),
            "sections": [code for code in SECTIONS if self.shows(code)],
            "order": self.order,
            "grouping": self.grouping,
            "language": self.language,
            "imprint": self.imprint,
            "logo": self.logo,
        }
