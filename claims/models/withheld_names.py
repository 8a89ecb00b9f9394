"""Names that a case withholds, and the free texts in which they stand all the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from claims.models.assessments import Assessment
from claims.models.cases import Case
from claims.models.claims import Claim
from claims.models.evidence import Evidence
from claims.models.moves import Role
from claims.models.sources import Source
from claims.models.verdicts import Verdict

if TYPE_CHECKING:
    from claims.models.people import User

MOST_SOURCES = 500  # withheld sources of a case
SHORTEST = 3  # letters of a name: shorter ones stand everywhere
CLAIMS, TEXTS = 200, 500  # looked through for a name, the newest


def withheld_names(case: Case) -> list[str]:
    """What the sources are called of whom some evidence of the case withholds who they are."""
    kept = Evidence.objects.filter(withheld=True, exhibit__case=case).order_by().values("exhibit__source")
    sources = Source.objects.filter(pk__in=kept).order_by("-pk").only("name", "aliases")
    return [name for source in sources[:MOST_SOURCES] for name in telling_names(source)]


def telling_names(source: Source) -> list[str]:
    """Its names and other names, as far as they are long enough to tell anything."""
    return [name for name in source.names if len(name) >= SHORTEST]


def first_named(text: str, names: Iterable[str]) -> str:
    """The first of these names that stands in a text as a word of its own, in whatever letters; "" if none does."""
    for name in names:
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE):
            return name
    return ""


class Naming(NamedTuple):
    """A free text on a claim in which a withheld name stands."""

    claim: Claim
    verdict: bool  # whether it is a verdict's; else an assessment's
    name: str


def naming(evidence: Evidence, reader: User) -> list[Naming]:
    """The texts of verdicts and assessments that name the source of evidence, on the newest claims that cite it.

    Only those that this reader may see. `evidence.claim.case.role` must be the reader's role.
    """
    source, case = evidence.cited.source, evidence.claim.case
    if source is None:
        return []
    names = telling_names(source)
    of_it = Evidence.objects.filter(exhibit__source=source, claim__case=case).order_by("-pk")
    keys = list(dict.fromkeys([evidence.claim_id, *of_it.values_list("claim", flat=True)[:CLAIMS]]))
    answers = Assessment.objects.filter(claim__in=keys).visible_to(reader, case.role).select_related("claim")
    verdicts = Verdict.objects.filter(claim__in=keys).select_related("claim")
    if case.role != Role.EDITOR:
        verdicts = verdicts.filter(decision=Verdict.Decision.SIGNED_OFF)
    texts = [
        (one.claim, True, f"{one.summary}\n{one.one_origin}\n{one.open_questions}")
        for one in verdicts.order_by("-pk")[:TEXTS]
    ]
    texts += [(one.claim, False, one.free_text) for one in answers.order_by("-pk")[:TEXTS]]
    found = [Naming(claim, verdict, name) for claim, verdict, text in texts if (name := first_named(text, names))]
    for one in found:
        one.claim.case = case
    return list(dict.fromkeys(found))
