"""What rests on what: the origins and sources that verdicts lean on, and what changed under a verdict since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import batched
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.cases import Case, Membership
from claims.models.claims import Claim
from claims.models.entries import VERBS, writing
from claims.models.evidence import Evidence
from claims.models.exhibits import Exhibit, Lineage
from claims.models.moves import Role
from claims.models.origins import Gathered, gathered, origins_of
from claims.models.questions import let_go
from claims.models.records import NotNow, NotYours, Recorded, RecordedQuerySet, Refused
from claims.models.settling import leave_overruled
from claims.models.sources import Source
from claims.models.verdicts import BORNE_BY, Verdict, question_of
from claims.weighing.origins import REQUIRED, linchpins

if TYPE_CHECKING:
    from claims.models.people import User

BATCH = 1000  # rows written by one statement
NAMED = 5  # editors, where it is said who can do it


class Leaning(models.Model):
    """A standing verdict leans on a source: what bears its answer is of the source's origin.

    It is a linchpin where the verdict would lose its required support without that origin. The row goes once the
    verdict stands no more.
    """

    verdict = models.ForeignKey(Verdict, on_delete=models.CASCADE, related_name="leanings")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="leanings")
    linchpin = models.BooleanField(default=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, editable=False, related_name="leanings")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["verdict", "source"], name="leaning_once_per_source")]
        indexes = [models.Index(fields=["case", "source", "-id"], name="leaning_of_source")]

    def __str__(self) -> str:
        return f"{self.verdict} leans on {self.source}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; the case is the claim's."""
        self.case = self.verdict.claim.case
        super().save(*args, **kwargs)


class Reliance(models.Model):
    """How many standing verdicts of a case lean on a source: kept, so that no page has to count them."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reliances")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="reliances")
    verdicts = models.PositiveIntegerField(default=0)
    linchpins = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "source"], name="reliance_once_per_source")]
        indexes = [models.Index(fields=["case", "-linchpins", "-verdicts", "id"], name="reliance_by_weight")]

    def __str__(self) -> str:
        return f"{self.case}: {self.verdicts} on {self.source}"

    @classmethod
    def step(cls, case: Case, sources: dict[int, bool], by: int) -> None:
        """Count one verdict more or less (1 or -1) on each of these, a linchpin where true; inside `writing(case)`."""
        if not sources:
            return
        stand = {row.source_id: row for row in Reliance.objects.filter(case=case, source__in=sources)}
        for source, linchpin in sources.items():
            row = stand.setdefault(source, Reliance(case=case, source_id=source))
            row.verdicts = max(0, row.verdicts + by)
            row.linchpins = max(0, row.linchpins + by * linchpin)
        Reliance.objects.bulk_create(
            stand.values(), batch_size=BATCH, update_conflicts=True, unique_fields=["case", "source"],
            update_fields=["verdicts", "linchpins"],
        )  # fmt: skip
        if by < 0:
            Reliance.objects.filter(case=case, source__in=sources, verdicts=0).delete()

    @classmethod
    def recount(cls, case: Case) -> None:
        """Count a case's standing verdicts anew."""
        with writing(case):
            Reliance.objects.filter(case=case).delete()
            rows = Leaning.objects.filter(case=case).order_by().values("source_id")
            counted = rows.annotate(verdicts=Count("pk"), linchpins=Count("pk", filter=Q(linchpin=True)))
            Reliance.objects.bulk_create((Reliance(case=case, **row) for row in counted), batch_size=BATCH)


class EvidenceChangeQuerySet(RecordedQuerySet):
    """Changes, from the side of whoever is to answer them."""

    def unanswered(self) -> Self:
        """Those of which nobody has said yet what follows."""
        return self.filter(answered_at=None)


class EvidenceChange(Recorded):
    """Something that a standing verdict relied on is no longer as it was; an editor says what follows from it."""

    class What(models.TextChoices):
        GRADE = "grade", _("the source was graded anew")
        LINEAGE = "lineage", _("where the exhibit comes from was said anew")
        CAPTURE = "capture", _("the exhibit was captured again, and differs")
        MERGE = "merge", _("its source was merged with another, or parted from it")
        RATING = "rating", _("its credibility was rated")

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="evidence_changes")
    verdict = models.ForeignKey(Verdict, on_delete=models.PROTECT, related_name="evidence_changes")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="changes")
    what = models.CharField(max_length=8, choices=What)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="evidence_changes",
        help_text=_("In whose queue it stands: who proposed the verdict; nobody's where they edit here no more."),
    )  # fmt: skip
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence_changes")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(_("why the verdict still stands"), blank=True, max_length=2000)

    objects = EvidenceChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["verdict", "evidence", "what"], condition=Q(answered_at=None),
                name="evidence_change_once_until_answered",
            )
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["claim", "-id"], name="evidence_change_of_claim"),
            models.Index(
                fields=["case", "editor", "id"], condition=Q(answered_at=None), name="evidence_change_unanswered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim.ref}, evidence {self.evidence.number}: {self.get_what_display()}"

    @property
    def log_claim_id(self) -> int:
        return self.claim_id

    def facts(self) -> dict[str, Any]:
        """As the log keeps it, by the evidence's number: of a withheld source it says no name."""
        return {"what": self.what, "evidence": self.evidence.number, "answer": self.answer}


def standing_verdict(claim: Claim) -> Verdict | None:
    """The claim's verdict, proposed or signed off; None where none stands."""
    found: Verdict | None = Verdict.objects.standing().filter(claim=claim).select_related("rating").first()
    return found


def leans_on(gathered: Gathered, stance: str | None, bearing: str | None = None) -> dict[int, bool]:
    """The sources that bear an answer, each with whether it is a linchpin.

    An item leans on whoever speaks at first hand in its origin; where that is not on record, on its own source.
    `stance` is that of the evidence that bears the answer, `bearing` the question that it is about. An answer that
    rests on no one stance leans on all that speaks for or against the claim, and has no linchpins. Where fewer
    origins are known than are asked, what is of unknown lineage is a linchpin too: it would count, were it traced.
    """
    origins = gathered.origins
    pins: set[int | None] = set(linchpins(origins, stance, bearing)) if stance else set()
    if stance and len(origins.known(stance, bearing)) < REQUIRED:
        pins.add(None)
    repeating = {link.exhibit for link in gathered.links if link.original is not None}
    speakers: dict[int, set[int]] = defaultdict(set)
    for link in gathered.links:
        source = gathered.exhibits[link.exhibit].source
        if link.kind == Lineage.Kind.FIRST_HAND and link.exhibit not in repeating and source is not None:
            speakers[origins.groups[link.exhibit]].add(source)
    found: dict[int, bool] = {}
    for item in origins.chosen(stance, bearing):
        origin, own = origins.of[item.key], gathered.exhibits[item.exhibit].source
        if item.stance == Evidence.Stance.CONTEXT:
            continue
        first = speakers.get(origin) if origin is not None else None
        for source in first or ({own} if own is not None else ()):
            found[source] = found.get(source, False) or origin in pins
    return found


def lean(verdict: Verdict, gathered: Gathered) -> None:
    """Keep what a standing verdict leans on, in the place of what it leant on before; inside `writing(case)`."""
    case = verdict.claim.case
    stood = dict(Leaning.objects.filter(verdict=verdict).values_list("source", "linchpin"))
    stands = leans_on(gathered, BORNE_BY.get(verdict.rating.look), question_of(verdict.claim))
    if stands == stood:
        return
    if stood:
        Reliance.step(case, stood, -1)
        Leaning.objects.filter(verdict=verdict).delete()
    rows = [Leaning(case=case, verdict=verdict, source_id=key, linchpin=pin) for key, pin in stands.items()]
    Leaning.objects.bulk_create(rows, batch_size=BATCH)
    Reliance.step(case, stands, 1)


def fall(claim: Claim, verb: str, *, by: User) -> None:
    """The claim's verdict stands no more, by the act of this name: nothing leans by it, and no change waits under it.

    Call it in the transaction of the act, which holds the case's chain.
    """
    leanings = Leaning.objects.filter(verdict__claim=claim)
    if stood := dict(leanings.values_list("source", "linchpin")):
        Reliance.step(claim.case, stood, -1)
        leanings.delete()
    leave_overruled(claim)
    waiting = EvidenceChange.objects.unanswered().filter(verdict__claim=claim)
    models.QuerySet.update(waiting, answered_by=by, answered_at=timezone.now(), answer=str(VERBS[verb]))


def flag(what: str, *, by: User, exhibits: Iterable[int] | RawSQL | None = None, source: Source | None = None) -> int:
    """Tell the editors of standing verdicts that evidence under them changed: of how many pieces.

    These are the pieces whose exhibit is of `source`, or among `exhibits` (keys, or SQL that finds them). Of each
    the same is told once, until somebody answers it. Call it in the transaction of the change, which must
    hold the chains of the cases concerned, so that no verdict is proposed meanwhile.
    """
    changed = Evidence.objects.standing().order_by()
    changed = changed.filter(exhibit__source=source) if source is not None else changed.filter(exhibit__in=exhibits)
    signed = Q(decision=Verdict.Decision.SIGNED_OFF)
    # Whoever proposed it may propose it anew; once it is signed somebody else says whether it stands: the signer first.
    whose = models.Case(
        models.When(signed & _edits("decided_by"), then="decided_by"),
        models.When(~signed & _edits("proposed_by"), then="proposed_by"),
    )
    resting = Verdict.objects.standing().filter(claim__evidence__in=changed).order_by("claim__evidence")
    rows = resting.values_list("pk", "claim", "claim__case", "claim__evidence", whose)
    told, now = 0, timezone.now()
    for some in batched(rows.iterator(BATCH), BATCH, strict=False):
        made = [
            EvidenceChange(
                verdict_id=verdict, claim_id=claim, case_id=case, evidence_id=evidence, editor_id=editor, what=what,
                at=now, by=by,
            )
            for verdict, claim, case, evidence, editor in some
        ]  # fmt: skip
        # What is told already, and not answered, is not told twice.
        models.QuerySet.bulk_create(EvidenceChange.objects.all(), made, ignore_conflicts=True)
        told += len(made)
    return told


def _edits(who: str) -> Q:
    """That this person of a verdict's edits its case still."""
    edits = Membership.objects.filter(case=OuterRef("claim__case"), user=OuterRef(who), role=Role.EDITOR)
    return Q(**{f"{who}__is_active": True}) & (Q(**{f"{who}__is_superuser": True}) | Q(Exists(edits.order_by())))


# An exhibit, and each that traces back to it.
BELOW = """
WITH RECURSIVE below(id) AS (
    SELECT CAST(%s AS bigint)
    UNION SELECT exhibit_id FROM claims_lineage JOIN below ON original_id = below.id
) SELECT id FROM below
"""


def flag_lineage(exhibit: Exhibit, *, by: User) -> int:
    """Tell of all evidence that is this exhibit, or traces back to it: where it comes from was said anew."""
    return flag(EvidenceChange.What.LINEAGE, by=by, exhibits=RawSQL(BELOW, [exhibit.pk]))  # noqa: S611 - own words


def flag_merge(source: Source, *, by: User) -> int:
    """Tell of all evidence that is of this source: it was merged with another, or parted from it."""
    return flag(EvidenceChange.What.MERGE, by=by, source=source)


def settle_merge(*sources: Source, by: User, between: tuple[Any, Any]) -> None:
    """Ask nobody any more about a merge of these that was told between two moments: all of it was undone."""
    waiting = EvidenceChange.objects.unanswered().filter(
        what=EvidenceChange.What.MERGE, evidence__exhibit__source__in=sources, at__range=between
    )
    said = _("Its source was parted again from the other, and all went back.")
    models.QuerySet.update(waiting, answered_by=by, answered_at=timezone.now(), answer=str(said))


def uphold(claim: Claim, *, by: User, reason: str, upto: int) -> int:
    """Say why the claim's signed verdict still stands after all that changed under it, up to the change of key `upto`.

    Returns how many changes that answers; 0 where this person has said just so already. Raises NotYours for whoever
    proposed it: two people always. NotNow for what is only proposed; that can be renewed.
    """
    reason = reason.strip()
    with writing(claim.case) as chain:
        claim = claim.locked()
        if not claim.case.allows(by, "propose"):
            raise NotYours(_("Your role in this case does not allow this. Ask one of its editors."))
        verdict = standing_verdict(claim)
        if verdict is None:
            raise NotNow(_("No verdict stands on %(ref)s that could be upheld.") % {"ref": claim.ref})
        if verdict.decision != Verdict.Decision.SIGNED_OFF:
            raise NotNow(
                _("This verdict is only proposed. %(name)s, who proposed it, proposes it as it now stands; or send it "
                  "back.") % {"name": verdict.proposed_by}
            )  # fmt: skip
        verdict.claim = claim
        require_another(verdict, by)
        if not reason:
            raise Refused(_("Say why the verdict still stands: it will be asked."), "reason")
        of_verdict = EvidenceChange.objects.filter(verdict=verdict)
        waiting = of_verdict.unanswered().filter(pk__lte=upto).order_by("evidence__number", "pk")
        changes = list(waiting.values_list("pk", "evidence__number", "what"))
        if not changes:
            if of_verdict.filter(pk=upto, answered_by=by, answer=reason).exists():
                return 0
            raise NotNow(_("These changes are answered already."))
        answered = EvidenceChange.objects.filter(pk__in=[key for key, *_rest in changes])
        models.QuerySet.update(answered, answered_by=by, answered_at=timezone.now(), answer=reason)
        told = ", ".join(f"{number} {what}" for _key, number, what in changes)
        chain.record(by=by, verb="upheld", on=verdict, after={"round": verdict.round, "changes": told}, why=reason)
        lean(verdict, origins_of(claim))
    return len(changes)


def require_another(verdict: Verdict, by: User) -> None:
    """Raises NotYours for whoever proposed the verdict, with who can say instead that it still stands."""
    if verdict.proposed_by_id != by.pk:
        return
    editors = verdict.claim.case.memberships.filter(role=Role.EDITOR, user__is_active=True).exclude(user=by)
    names = [str(row.user) for row in editors.select_related("user").order_by("user__name", "pk")[:NAMED]]
    if not names:
        raise NotYours(
            _("You proposed this verdict, so another editor says whether it still stands, and this case has none: make "
              "somebody an editor of it first.")
        )  # fmt: skip
    raise NotYours(
        _("You proposed this verdict, so another editor says whether it still stands: %(names)s.")
        % {"names": ", ".join(names)}
    )


def hand_to_signer(verdict: Verdict) -> None:
    """What changed under a verdict and is not answered waits for whoever signs it from now on; inside `writing`."""
    waiting = EvidenceChange.objects.unanswered().filter(verdict=verdict)
    models.QuerySet.update(waiting, editor=verdict.decided_by)


def lean_anew(*sources: Source) -> None:
    """Keep anew what the verdicts lean on that leant on one of these; in the transaction of what changed them."""
    keys = Leaning.objects.filter(source__in=sources).order_by("verdict").values_list("verdict", flat=True).distinct()
    verdicts = Verdict.objects.filter(pk__in=list(keys)).select_related("claim__case", "rating").order_by("pk")
    for some in batched(verdicts.iterator(chunk_size=BATCH), BATCH, strict=False):
        found = gathered([verdict.claim_id for verdict in some])
        for verdict in some:
            lean(verdict, found[verdict.claim_id])


def hand_over(user: User, case: Case | None = None) -> None:
    """What waits for somebody who edits no more (in this case, or where they did) waits for any editor from now on."""
    let_go(user, case)
    if user.is_active and user.is_superuser:
        return
    waiting = EvidenceChange.objects.unanswered().filter(editor=user)
    if case is not None:
        waiting = waiting.filter(case=case)
    if user.is_active:
        edits = Membership.objects.filter(case=OuterRef("case"), user=user, role=Role.EDITOR)
        waiting = waiting.exclude(Exists(edits.order_by()))
    models.QuerySet.update(waiting, editor=None)
