"""The log: one chain of entries per case, and one for what belongs to no case."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models.commitments import canonical as canonical
from claims.models.commitments import commitments, entry_hash, fields_of_detail, fields_of_parts, new_salt
from claims.models.commitments import sha256 as sha256
from claims.models.prepared import Prepared

if TYPE_CHECKING:
    from claims.models.cases import Case
    from claims.models.people import User

FIRST = "0" * 64  # what the first entry of a chain names as the one before it

# Written out, as every write of every kind ends in it.
NEW_HEAD = "UPDATE claims_chain SET count = %s, head = %s WHERE id = %s"

VERBS = {
    "added": _("added"),
    "changed": _("changed"),
    "deleted": _("deleted"),
    "loaded": _("loaded"),
    "made": _("made a claim"),
    "assigned": _("asked for assessments"),
    "drafted": _("saved a draft assessment"),
    "returned": _("let a draft lie, and is asked no more"),
    "assessed": _("submitted an assessment"),
    "reconsidered": _("changed an assessment that was sealed"),
    "proposed": _("proposed a verdict"),
    "signed_off": _("signed off the verdict"),
    "sent_back": _("sent the proposal back"),
    "reopened": _("reopened the claim"),
    "withdrew": _("withdrew the claim"),
    "removed": _("removed"),
    "restored": _("restored"),
    "graded": _("graded"),
    "exported": _("made a report"),
    "imported": _("brought in from another installation"),
    "shared": _("shared a report by link"),
    "unshared": _("withdrew a link to a report"),
    "enrolled": _("gave a role"),
    "accepted": _("made a claim of the suggestion"),
    "dismissed": _("dismissed the suggestion"),
    "took_back": _("took the decision back"),
    "suggested": _("looked for assertions"),
    "linked": _("linked two claims"),
    "fetched": _("fetched a web address"),
    "received": _("received a capture"),
    "traced": _("said where it comes from"),
    "untraced": _("took back where it comes from"),
    "ruled_out": _("said that neither of two exhibits repeats the other"),
    "ruled_in": _("took back that neither of two exhibits repeats the other"),
    "merged": _("merged two sources"),
    "parted": _("parted two sources again"),
    "rated": _("rated credibility with the source hidden"),
    "upheld": _("said that the verdict still stands"),
    "renewed": _("proposed the verdict again, as it now stands"),
    "replied": _("replied to a verdict that overrules them"),
    "asked": _("left a question open"),
    "answered": _("answered an open question"),
    "dropped": _("dropped an open question"),
    "told_apart": _("said that two figures count different things"),
    "marked": _("marked evidence against hypotheses"),
    "commented": _("commented"),
    "edited": _("edited a comment"),
    "resolved": _("resolved a thread"),
    "unresolved": _("took up a thread again"),
    "rotated": _("made a new key that signs"),
    "issued": _("issued a token for programs"),
    "revoked": _("withdrew a token for programs"),
    "hooked": _("set up a webhook"),
    "unhooked": _("removed a webhook"),
}

# What a program acted with, as in: token “Wire feed” (#3). Each entry that is made meanwhile names it.
through: ContextVar[str] = ContextVar("through", default="")


def verbs() -> list[tuple[str, Any]]:
    """The verbs as choices: named in migrations, so that a new one needs none."""
    return list(VERBS.items())


class Chain(models.Model):
    """Where the log of a case stands: how many entries it has, and the hash of the newest."""

    case = models.OneToOneField("claims.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="chain")
    count = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, default=FIRST)

    class Meta:
        constraints = [
            models.UniqueConstraint(models.Value(1), condition=Q(case=None), name="chain_only_one_belongs_to_no_case")
        ]

    def __str__(self) -> str:
        return f"{self.name or '–'} {self.count}:{self.head[:12]}"

    @property
    def name(self) -> str:
        """The case's code, or nothing for the chain of what belongs to no case."""
        return self.case.code if self.case else ""

    def record(
        self,
        *,
        by: User,
        verb: str,
        on: models.Model,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
        why: str = "",
    ) -> Entry:
        """Append one entry. The chain must have been taken with `writing`, or two writers could fork it."""
        if through.get():
            after = (after or {}) | {"through": through.get()}
        entry = Entry(
            case=self.case,
            number=self.count + 1,
            at=timezone.now(),
            by=by,
            by_name=str(by),
            verb=verb,
            thing=on._meta.model_name or "",
            thing_id=on.pk,
            label=str(getattr(on, "log_label", on))[:200],
            claim_id=getattr(on, "log_claim_id", None),
            detail=canonical({"before": before, "after": after, "why": why}),
            previous=self.head,
        )
        entry.close(self.name)
        entry.save(force_insert=True)
        self.count, self.head = entry.number, entry.hash
        self.keep_head()
        self._tell_hooks(entry, on)
        return entry

    def _tell_hooks(self, entry: Entry, on: models.Model) -> None:
        from claims.models.webhooks import tell_hooks  # webhooks are built on the log

        tell_hooks(entry, on)

    def keep_head(self) -> None:
        """Store how many entries there are, and the hash of the last."""
        with connection.cursor() as cursor:
            cursor.execute(NEW_HEAD, [self.count, self.head, self.pk])


@Prepared
def chains_of(case: int) -> Any:
    """The chain of a case, which from now on nobody else may take."""
    return Chain.objects.select_for_update().filter(case=case)


# What is asked anew with every write, while somebody's work is done that they asked for earlier.
_asked_anew: ContextVar[Callable[[], None] | None] = ContextVar("asked_anew", default=None)


@contextmanager
def asking_anew(ask: Callable[[], None]) -> Iterator[None]:
    """Within the block each write in a case first calls this, which raises Refused where it may not be done any more.

    It is called in the write's transaction, once the chain is taken: a role that is taken away meanwhile takes the
    same chain, so nothing is written after it is gone.
    """
    token = _asked_anew.set(ask)
    try:
        yield
    finally:
        _asked_anew.reset(token)


@contextmanager
def writing(case: Case | None) -> Iterator[Chain]:
    """One transaction that writes in a case: takes its chain, so that writers of a case come one after the other.

    Where both are needed, the case's chain is taken before the one that belongs to no case: in
    one order always, so that no two writers wait for each other.
    """
    with transaction.atomic():
        found = chains_of(case.pk) if case is not None else None
        chain = found[0] if found else Chain.objects.select_for_update().get_or_create(case=case)[0]
        if case is not None:
            chain.case = case
            if (ask := _asked_anew.get()) is not None:
                ask()
        yield chain


def take_chains(cases: models.QuerySet[Case]) -> None:
    """Take the chains of several cases, for an act that writes in all of them; inside a transaction.

    Always in the order of their keys, and before the one that belongs to no case, as `writing` has it.
    """
    chains = Chain.objects.select_for_update().filter(case__in=cases.order_by().values("pk"))
    list(chains.order_by("case_id").values_list("pk", flat=True))


class Entry(models.Model):
    """One line of the log. The database refuses to change or delete it; each holds the hash of the one before."""

    case = models.ForeignKey("claims.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="entries")
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="entries")
    by_name = models.CharField(max_length=320)
    verb = models.CharField(max_length=20, choices=verbs)
    thing = models.CharField(max_length=40)
    thing_id = models.BigIntegerField()
    label = models.CharField(max_length=200)
    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, null=True, blank=True, related_name="entries")
    detail = models.TextField(help_text=_("What was before, what came after, and why: JSON, exactly as it was hashed."))
    salt = models.CharField(max_length=32, blank=True, default="", editable=False)  # the first entries had none
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = _("entries")
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="entry_numbered_once_per_case"),
            models.UniqueConstraint(
                fields=["number"], condition=Q(case=None), name="entry_numbered_once_outside_cases"
            ),
        ]
        indexes = [
            models.Index(fields=["claim", "-number"], name="entry_of_claim"),
            models.Index(fields=["case", "thing", "number"], name="entry_of_things"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.by_name} {self.verb} {self.label}"

    def close(self, chain: str, parts: dict[str, Any] | None = None) -> None:
        """Give it a salt of its own, and its hash over all it says by now; `chain` is the case's code, or nothing.

        `parts` is what its detail was written from, if that is at hand: it need not be read back.
        """
        self.salt = new_salt()
        self.hash = entry_hash(chain, self.number, commitments(self.salt, self.fields(parts)), self.previous)

    def fields(self, parts: dict[str, Any] | None = None) -> dict[str, Any]:
        """What it says, by the names under which each can be disclosed alone."""
        return {
            "at": self.at.isoformat(timespec="microseconds"),
            "by": self.by_id,
            "by_name": self.by_name,
            "verb": self.verb,
            "thing": self.thing,
            "thing_id": self.thing_id,
            "label": self.label,
            "claim": self.claim_id,
        } | (fields_of_detail(self.detail) if parts is None else fields_of_parts(parts))

    def expected_hash(self, chain: str) -> str:
        """What the hash must be for the content that stands here; `chain` is the case's code, or nothing."""
        if not self.salt:
            return self._hash_before_salts(chain)
        return entry_hash(chain, self.number, commitments(self.salt, self.fields()), self.previous)

    def said_before_salts(self) -> list[Any]:
        """What it says, in the order in which an entry without a salt is hashed."""
        at = self.at.isoformat(timespec="microseconds")
        about = [self.verb, self.thing, self.thing_id, self.label, self.claim_id]
        return [at, self.by_id, self.by_name, *about, self.detail]

    def _hash_before_salts(self, chain: str) -> str:
        """The hash of an entry from before each had a salt: all of it has to be known to recompute it."""
        return sha256(canonical(["workbench-log/1", chain, self.number, *self.said_before_salts(), self.previous]))

    @property
    def parts(self) -> dict[str, Any]:
        """`before`, `after` and `why`, read back from the detail."""
        loaded: dict[str, Any] = json.loads(self.detail)
        return loaded

    @property
    def why(self) -> str:
        """The reason given, if one was."""
        return str(self.parts["why"])

    @property
    def changes(self) -> list[tuple[str, Any, Any]]:
        """What differs between before and after, as (field, before, after)."""
        before, after = self.parts["before"] or {}, self.parts["after"] or {}
        names = [*before, *(name for name in after if name not in before)]
        return [(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)]
