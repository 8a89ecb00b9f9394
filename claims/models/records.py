"""What all records share: nobody writes one without leaving an entry, and no save undoes another unseen."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from claims.models.entries import writing

if TYPE_CHECKING:
    from claims.models.cases import Case
    from claims.models.claims import Claim
    from claims.models.people import User


class Refused(ValidationError):
    """A rule says no. The text is a sentence for the person; `field` is the form's field it belongs to, if any.

    `others` are what further rules say no to in the same record.
    """

    status = 422
    others: tuple[Refused, ...] = ()

    def __init__(self, sentence: Any, field: str | None = None) -> None:
        super().__init__({field: sentence} if field else sentence)
        self.sentence, self.field = sentence, field

    def __str__(self) -> str:
        return str(self.sentence)

    @classmethod
    def check(cls, *rules: Callable[[], Any]) -> None:
        """Ask each of these rules. Raises the first that says no, with the others that do."""
        found: list[Refused] = []
        for rule in rules:
            try:
                rule()
            except Refused as refusal:
                found += [refusal, *refusal.others]
        if found:
            found[0].others = tuple(found[1:])
            raise found[0]


class NotNow(Refused):
    """The record is not in a state from which this can be done."""

    status = 409


class NotYours(Refused):
    """Somebody else must do this."""

    status = 403


class Stale(Refused):
    """Someone saved the record after it was opened. `stored` is what stands there now."""

    status = 409

    def __init__(self, stored: Recorded) -> None:
        super().__init__(_("Someone else changed this while you were typing. Nothing was overwritten."))
        self.stored = stored


class RecordedQuerySet(models.QuerySet[Any]):
    """Writes in bulk would pass the log by, so they are refused here."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError("save each record with by=…: an update in bulk leaves no entry")

    def delete(self) -> Any:
        raise TypeError("delete each record with by=…: a deletion in bulk leaves no entry")

    def bulk_create(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("save each record with by=…: a creation in bulk leaves no entry")

    def bulk_update(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("save each record with by=…: an update in bulk leaves no entry")


class Recorded(models.Model):
    """A record whose every write is in the log. Each kind's `objects` is a RecordedQuerySet's manager."""

    version = models.PositiveIntegerField(default=0, editable=False)
    once = models.CharField(  # noqa: DJ001 - unique, and most records come from no form
        max_length=80,
        null=True,
        unique=True,
        editable=False,
        help_text=_("The form that made it: one form, one record."),
    )

    not_logged: ClassVar[set[str]] = set()
    moved_by_acts: ClassVar[set[str]] = set()  # fields that acts of their own keep; a save leaves them as they stand

    class Meta:
        abstract = True

    def save(
        self,
        *args: Any,
        by: User | None = None,
        verb: str = "",
        why: str = "",
        expect: int | None = None,
        **kwargs: Any,
    ) -> None:
        """Save and enter it in the log. `expect` is the version that the person saw; Stale if it has moved on."""
        if by is None:
            raise TypeError("who saves it? save(by=…)")
        with writing(self.log_case) as chain:
            stored = self.stored() if self.pk else None
            if stored is not None and expect is not None and stored.version != expect:
                raise Stale(stored)
            self.version = stored.version + 1 if stored is not None else 0
            for name in self.moved_by_acts if stored is not None else ():
                setattr(self, name, getattr(stored, name))
            super().save()
            before = stored.facts() if stored is not None else None
            after = self.facts()
            if before != after:
                chain.record(
                    by=by,
                    verb=verb or ("changed" if stored else "added"),
                    on=self,
                    before=before,
                    after=after,
                    why=why,
                )

    @property
    def log_case(self) -> Case | None:
        """The case in whose log writes to this record are entered; None for the log outside all cases."""
        return getattr(self, "case", None)

    @property
    def log_label(self) -> str:
        """How the log names this record."""
        return str(self)

    def facts(self) -> dict[str, Any]:
        """The record as the log keeps it: every field in plain values that JSON can hold.

        Another record stands there by its name and its key, as two may bear one name: “Ministry (#12)”.
        """
        kept: dict[str, Any] = {}
        for field in self._meta.concrete_fields:
            if field.primary_key or field.name in {"version", "once", "case", "claim", *self.not_logged}:
                continue
            value = getattr(self, field.name)
            if isinstance(value, datetime.datetime | datetime.date):
                value = value.isoformat()
            elif isinstance(value, models.Model):
                value = f"{value} (#{value.pk})"
            kept[field.name] = value if value is None or isinstance(value, bool | int) else str(value)
        return kept

    def store(self) -> None:
        """Save without an entry: for acts that write several records and enter them as one."""
        super().save()

    def delete(
        self, *args: Any, by: User | None = None, verb: str = "deleted", why: str = "", **kwargs: Any
    ) -> tuple[int, dict[str, int]]:
        """Delete and enter it in the log."""
        if by is None:
            raise TypeError("who deletes it? delete(by=…)")
        with writing(self.log_case) as chain:
            chain.record(by=by, verb=verb, on=self, before=self.facts(), after=None, why=why)
            return super().delete()

    def stored(self) -> Self | None:
        """The record as it stands in the database now."""
        found: Self | None = type(self)._base_manager.filter(pk=self.pk).first()
        return found

    @classmethod
    def made_once(cls, key: str | None, make: Callable[[], Self]) -> Self:
        """What `make` makes; what the same form made before, where it was sent twice."""
        manager = cls._base_manager
        try:
            with transaction.atomic():
                return (key and manager.filter(once=key).first()) or make()
        except IntegrityError:
            # Two processes took the same form at the same instant: the first one's record is the record.
            found: Self | None = manager.filter(once=key).first() if key else None
            if found is None:
                raise
            return found


class OfClaim(Recorded):
    """A record of a claim: the log of the claim's case holds its entries, and names the claim with each.

    `log_part` is what the log calls it after the claim's reference: “evidence {0.number}”.
    """

    log_part: str = ""

    class Meta:
        abstract = True

    @property
    def of_claim(self) -> Claim:
        """The claim that it belongs to."""
        found: Claim = self.claim  # type: ignore[attr-defined]
        return found

    @property
    def log_case(self) -> Case:
        return self.of_claim.case

    @property
    def log_claim_id(self) -> int:
        return self.of_claim.pk

    @property
    def log_label(self) -> str:
        return f"{self.of_claim.ref}, {self.log_part.format(self)}" if self.log_part else super().log_label
