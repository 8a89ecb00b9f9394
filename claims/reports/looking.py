"""Looking through what would leave for names that must not, and saying where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from claims.models import Refused
from claims.reports.comparing import PEOPLE
from claims.text.names import Names

FEW = 50  # names, and places of each, that are told


class Found:
    """Names that must not leave, and where they stand."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.places: dict[str, list[str]] = {}

    def look(self, room: Any, place: str) -> None:
        """Note which of the names stand in a part of what would leave: in what people wrote, not in our own words."""
        for name in self.names.within(list(written(room))):
            self.places.setdefault(name, []).append(place)

    @property
    def told(self) -> str:
        """Each with where it stands, as far as a person can read; "" where there is none."""
        said = [
            _("“%(name)s” in %(places)s") % {"name": name, "places": listed(places)}
            for name, places in islice(sorted(self.places.items()), FEW)
        ]
        return "; ".join(said)


def written(value: Any) -> Iterator[str]:
    """The texts of plain data that people wrote: all but labels, and what this report calls the people in it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from written(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name not in PEOPLE and not name.endswith("label"):
                yield from written(each)


def listed(places: list[str]) -> str:
    """The first of some places, and how many more there are."""
    more = len(places) - FEW
    told = ", ".join(places[:FEW])
    return _("%(told)s and %(more)s more") % {"told": told, "more": more} if more > 0 else told


def check_names(found: Found) -> None:
    """Raises Refused where a withheld name stands anywhere in what would leave."""
    if found.places:
        raise Refused(
            _("Nothing was exported, as what is withheld would leave with it: %(told)s. Take the name out there, leave "
              "those claims out, or name the source.") % {"told": found.told}
        )  # fmt: skip


def check_people(found: Found) -> None:
    """Raises Refused where somebody of the house stands by name in what would leave in public."""
    if found.places:
        raise Refused(
            _("Nothing was exported: a public report names nobody of the house, and there is %(told)s. Take the name "
              "out there, leave those claims out, or make the report internal.") % {"told": found.told}
        )  # fmt: skip


def rooms_of(head: dict[str, Any]) -> list[tuple[str, Any]]:
    """What stands beside the claims, part by part, each with what people call it."""
    called = {
        "case": _("the case"), "report": _("the report's title and selection"), "imprint": _("the imprint"),
        "documents": _("the documents"), "sources": _("the sources"), "exhibits": _("the sources"),
        "custody": _("the custody annex"), "scale": _("the scale"),
    }  # fmt: skip
    return [
        (called.get(name, _("the report")), room) for name, room in head.items() if name not in ("key", "log", "logo")
    ]
