"""Names that a case withholds, and the free texts in which they stand all the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from claims.models.assessments import Assessment
from claims.models.captures import Capture
from claims.models.cases import Case
from claims.models.claims import Claim
from claims.models.documents import Document
from claims.models.evidence import Evidence
from claims.models.exhibits import Exhibit
from claims.models.moves import Role
from claims.models.sources import Source
from claims.models.verdicts import Verdict
from claims.text.names import Names

if TYPE_CHECKING:
    from claims.models.people import User

MOST = 500  # withheld sources of a case that a form looks for, the newest
CLAIMS, TEXTS = 200, 500  # looked through for a name, the newest
SURNAME = 3  # letters of a surname: shorter ones are words as well
TELLING = 20  # letters of a title: shorter ones stand in many a sentence
BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]|\"[^\"]*\"|“[^”]*”")
# Words that no person is called by: a source is taken for an organisation where nobody says what it is.
OFFICES = frozenset(
    "Academy Administration Agency Alliance Army Assembly Association Authority Bank Board Broadcasting Brigade Bureau "  # noqa: SIM905 - to be read
    "Cabinet Center Centre Chamber Channel Church Club Command Commission Committee Company Congress Corps Corporation "
    "Council Court Daily Defence Defense Department Directorate Embassy Exchange Federation Force Forces Forum "
    "Foundation Front Fund Gazette Government Group Guard Headquarters Herald Hospital House Institute Intelligence "
    "Journal League Library Ltd Media Ministry Mission Monitor Movement Navy Network News Office Observatory "
    "Organisation Organization Parliament Party Police Post Press Prosecutor Radio Railways Red Registry Review School "
    "Secretariat Senate Service Services Society Staff State Station Survey Syndicate Television Times Tribune Trust "
    "Union University Wire".split()
)
SUFFIXES = frozenset({"Jr", "Sr", "II", "III", "IV", "PhD", "MD", "Esq"})


def withheld_names(case: Case) -> Names:
    """What the sources are called of whom some evidence of the case withholds who they are; of a person the surname."""
    return Names(*_of_sources(_kept(case)[:MOST]))


def withheld_words(case: Case) -> Names:
    """The same, of all of them, with the titles and addresses of what they put out; it goes through all exhibits.

    Those that a document of the case bears too, or an exhibit that may be named, are no secret.
    """
    sources, own = _kept(case), Exhibit.objects.filter(case=case).order_by()
    hidden = hidden_exhibits(case)
    masked = masked_documents(case)
    titles, addresses = (
        {*hidden.values_list(field, flat=True), *masked.values_list(field, flat=True)} for field in ("title", "url")
    )
    titles -= {_("Exhibit not named"), _("Exhibit withheld")}  # so they are called that came withheld in a bundle
    told = Document.objects.filter(case=case).exclude(pk__in=masked.values("pk")).order_by()
    for others in (own.exclude(pk__in=hidden.values("pk")), told) if titles else ():
        titles -= set(others.filter(title__in=hidden.values("title")).values_list("title", flat=True))
        addresses -= set(others.filter(url__in=hidden.values("url")).values_list("url", flat=True))
    captures = Capture.objects.filter(exhibit__in=hidden.values("pk")).order_by()
    addresses |= {each for pair in captures.values_list("url", "final_url") for each in pair}
    titles |= set(captures.values_list("name", flat=True))
    whole, cased = _of_sources(sources)
    cased += [title for title in titles if len(title) >= TELLING]
    places = {address.partition("://")[2].rstrip("/") for address in addresses}
    return Names(whole, cased, (place for place in places if "/" in place))


def hidden_exhibits(case: Case) -> models.QuerySet[Exhibit]:
    """The exhibits of a case of which it is withheld who put them out."""
    kept = Evidence.objects.withheld_in(case).order_by()
    of_it = Q(pk__in=kept.values("exhibit")) | Q(source__in=kept.values("exhibit__source"))
    # With a sum the database begins at what is withheld, and not at all exhibits of the case.
    return Exhibit.objects.annotate(in_case=F("case") + 0).filter(of_it, in_case=case.pk).order_by()


def masked_documents(case: Case) -> models.QuerySet[Document]:
    """The documents that are withheld exhibits, and none that may be named: they would tell which ones these are."""
    if not Evidence.objects.withheld_in(case).exists():
        return Document.objects.none()  # known from an index, as in most cases
    hidden = hidden_exhibits(case)
    told = Exhibit.objects.filter(case=case, document__isnull=False).exclude(pk__in=hidden.values("pk")).order_by()
    documents = Document.objects.filter(case=case, pk__in=hidden.filter(document__isnull=False).values("document"))
    return documents.exclude(pk__in=told.values("document")).order_by()


def _kept(case: Case) -> models.QuerySet[Source]:
    kept = Evidence.objects.withheld_in(case).order_by().values("exhibit__source")
    return Source.objects.filter(pk__in=kept).order_by("-pk")


def _of_sources(sources: Iterable[Source]) -> tuple[list[str], list[str]]:
    whole, cased = list[str](), list[str]()
    for source in sources:
        for name in source.names:
            (whole if " " in name.strip() else cased).append(name)
        cased += surnames(source)
    return whole, cased


def surnames(source: Source) -> list[str]:
    """The surnames in a person's names, as far as they are told: the last word, or the one before a comma.

    What stands in brackets is none, nor is what follows a name, such as Jr. Who writes surnames first says them as
    other names.
    """
    found = []
    for name in source.names:
        words = [word for word in BRACKETS.sub(" ", name).partition(",")[0].split() if word.strip(".") not in SUFFIXES]
        if source.kind == Source.Kind.PERSON or like_a_person(words):
            found += words[-1:] if len(words) > 1 or "," in name else []
    return [name for name in found if len(name) > SURNAME]


def like_a_person(words: list[str]) -> bool:
    """Whether a name could be a person's, though nobody has said that it is: two or three words, none of an office."""
    return 1 < len(words) < 4 and all(word[:1].isupper() for word in words) and not OFFICES & set(words)


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
    names = Names(*_of_sources([source]))
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
    found = [Naming(claim, verdict, name) for claim, verdict, text in texts if (name := names.first(text))]
    for one in found:
        one.claim.case = case
    return list(dict.fromkeys(found))
