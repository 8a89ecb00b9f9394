"""The scales that verdicts use: answers, what each means and how it looks; frozen as soon as anybody has answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from claims.models.entries import take_chains, writing
from claims.models.records import NotNow, Recorded, RecordedQuerySet, Refused, Stale

if TYPE_CHECKING:
    from claims.models.people import User


class Look(models.TextChoices):
    """The four signs and colours a rating can wear."""

    SUPPORTED = "supported", _("✓ supported")
    MIXED = "mixed", _("≈ mixed")
    REFUTED = "refuted", _("✕ refuted")
    UNVERIFIED = "unverified", _("? unverified")


DEFAULT = "Default scale"
# code, label, meaning, look, position on the scale (None: off it), ClaimReview's ratingValue
DEFAULT_RATINGS: list[tuple[str, str, str, str, int | None, int | None]] = [
    ("supported", "Supported", "The evidence bears the claim out.", "supported", 3, 3),
    (
        "partly",
        "Partly supported",
        "Part of the claim is borne out, or it holds with a reservation.",
        "mixed",
        2,
        2,
    ),
    ("refuted", "Refuted", "The evidence speaks against the claim.", "refuted", 1, 1),
    (
        "conflicting",
        "Conflicting evidence",
        "Evidence of like weight speaks for and against.",
        "mixed",
        None,
        None,
    ),
    (
        "not-enough",
        "Not enough evidence",
        "What was found does not allow a judgement.",
        "unverified",
        None,
        None,
    ),
]
MOST_RATINGS = 20  # answers of a scale


class ScaleQuerySet(RecordedQuerySet):
    """Scales, from the side of whoever chooses one."""

    def offered(self) -> Self:
        """Those that a new case may take."""
        return self.filter(retired_at=None)


class ScaleManager(models.Manager.from_queryset(ScaleQuerySet)):  # type: ignore[misc]
    """Finds scales."""

    def default(self) -> Scale:
        """The scale a new case gets. It is part of the installation, so it is made where it is missing."""
        scale, made = self.get_or_create_unlogged(DEFAULT)
        if made:
            for code, label, meaning, look, position, value in DEFAULT_RATINGS:
                Rating(
                    scale=scale,
                    code=code,
                    label=label,
                    meaning=meaning,
                    look=look,
                    position=position,
                    review_value=value,
                ).store()
        return scale

    def get_or_create_unlogged(self, name: str) -> tuple[Scale, bool]:
        """The scale of that name, and whether it had to be made; setting up is nobody's doing, so no entry."""
        scale = self.filter(name=name).first()
        if scale is not None:
            return scale, False
        scale = Scale(name=name)
        scale.store()
        return scale, True


class Scale(Recorded):
    """The answers among which a case's reviewers choose."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    objects = ScaleManager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(retired_at=None, retired_by=None) | Q(retired_at__isnull=False, retired_by__isnull=False),
                name="scale_retired_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("claims:scale-detail", args=[self.pk])

    @property
    def in_use(self) -> bool:
        """Whether somebody has answered with it, be it in a draft: its answers keep their meaning from then on."""
        if not self.pk:
            return False
        drafts = self.cases.filter(claims__assessments__isnull=False)
        of_it = self.ratings.all()
        return bool(
            drafts.exists()
            or of_it.filter(assessments__isnull=False).exists()
            or of_it.filter(verdicts__isnull=False).exists()
            or of_it.filter(claims__isnull=False).exists()
        )

    def save(self, *args: Any, by: User | None = None, **kwargs: Any) -> None:
        """Save; Refused where the scale that belongs to the installation would lose its name."""
        stored = self.stored() if self.pk else None
        if stored is not None and stored.name == DEFAULT != self.name:
            raise Refused(_("This scale belongs to the installation and keeps its name. Copy it to change it."), "name")
        super().save(*args, by=by, **kwargs)

    @transaction.atomic
    def revise(self, name: str, rows: list[dict[str, Any]], *, by: User, expect: int | None = None) -> Scale:
        """Give the scale this name and these answers, the new one it is or the one that stands; one entry for all.

        Each of `rows` holds an answer's fields; one with the `pk` of an answer changes it, an answer that no row has
        goes. Raises Refused where a scale in use would have other answers, or the answers are none to choose among.
        """
        if self.pk:
            take_chains(self.cases.all())  # nobody answers meanwhile
        with writing(None) as chain:
            stored = self.stored() if self.pk else None
            if stored is not None and expect is not None and stored.version != expect:
                raise Stale(stored)
            before = stored.whole() if stored is not None else None
            self._check_name(name, stored)
            ratings = self._revised(rows)
            check_answers(ratings)
            self.name, self.version = name, stored.version + 1 if stored is not None else 0
            self.store()
            self._put(ratings)
            after = self.whole()
            if before != after:
                chain.record(by=by, verb="changed" if before else "added", on=self, before=before, after=after)
        return self

    def _check_name(self, name: str, stored: Scale | None) -> None:
        if stored is not None and stored.name == DEFAULT != name:
            raise Refused(_("This scale belongs to the installation and keeps its name. Copy it to change it."), "name")
        if Scale.objects.filter(name=name).exclude(pk=self.pk).exists():
            raise Refused(_("There is a scale of this name already. Choose another name."), "name")

    def _revised(self, rows: list[dict[str, Any]]) -> list[Rating]:
        """The answers as they shall be. Refused where they mean something to whoever answered with them."""
        stand = {rating.pk: rating for rating in self.ratings.all()} if self.pk else {}
        frozen = self.in_use
        made: list[Rating] = []
        for row in rows:
            rating = stand.pop(row.get("pk"), None) or Rating()
            for field, value in row.items():
                if field != "pk":
                    if frozen and field in MEANT and getattr(rating, field) != value:
                        raise Refused(IN_USE)
                    if frozen and field == "translations" and unsays(rating.translations, value):
                        raise Refused(IN_USE)
                    setattr(rating, field, value)
            if frozen and not rating.pk:
                raise Refused(IN_USE)
            made.append(rating)
        if frozen and stand:
            raise Refused(IN_USE)
        return made

    def _put(self, ratings: list[Rating]) -> None:
        stay = {rating.pk for rating in ratings if rating.pk}
        models.QuerySet.delete(self.ratings.exclude(pk__in=stay))
        moved = [rating.pk for rating in ratings if rating.pk and not rating.same_place()]
        if moved:  # two that change places must not meet
            models.QuerySet.update(self.ratings.filter(pk__in=moved), position=None)
        for rating in ratings:
            rating.version += 1 if rating.pk else 0
            rating.scale = self
            rating.store()

    def whole(self) -> dict[str, Any]:
        """The scale with its answers, as the log keeps it."""
        names = ("label", "meaning", "look", "position", "review_value", "translations")
        kept = {one.code: {name: getattr(one, name) for name in names} for one in self.ratings.all()}
        return {"name": self.name, "ratings": kept}

    def retire(self, *, by: User) -> None:
        """Offer it to no new case; those that have it keep it. Refused where none would be left to choose."""
        with writing(None) as chain:
            stored = Scale.objects.get(pk=self.pk)
            if stored.retired_at is not None:
                raise NotNow(_("This scale is retired already."))
            if not Scale.objects.offered().exclude(pk=self.pk).exists():
                raise Refused(_("New cases would have no scale to choose. Make another one first."))
            stored.retired_at, stored.retired_by = timezone.now(), by
            stored._retirement(chain, by)

    def take_back(self, *, by: User) -> None:
        """Offer it to new cases again."""
        with writing(None) as chain:
            stored = Scale.objects.get(pk=self.pk)
            if stored.retired_at is None:
                raise NotNow(_("This scale is offered to new cases already."))
            stored.retired_at = stored.retired_by = None
            stored._retirement(chain, by)

    def _retirement(self, chain: Any, by: User) -> None:
        retired = self.retired_at is not None
        self.version += 1
        self.store()
        chain.record(by=by, verb="changed", on=self, before={"retired": not retired}, after={"retired": retired})


# What an answer means to whoever gave it.
MEANT = ("scale_id", "code", "label", "meaning", "look", "position", "review_value")
IN_USE = _("Somebody has answered on this scale, so its answers keep their meaning: none is changed, added or removed. "
           "Copy the scale, and change the copy.")  # fmt: skip


def unsays(stood: dict[str, dict[str, str]], said: dict[str, dict[str, str]]) -> bool:
    """Whether translations lose or change words that stood there; to add a language, or what it lacks, is neither."""
    return any(said.get(code, {}).get(what, "") != text for code, one in stood.items() for what, text in one.items()
               if text)  # fmt: skip


def check_answers(ratings: list[Rating]) -> None:
    """Raises Refused where these answers make no scale."""
    placed = [rating.position for rating in ratings if rating.position is not None]
    if len(placed) < 2:
        raise Refused(_("Give at least two answers a place on the scale."))
    if len(set(placed)) < len(placed):
        raise Refused(_("Two answers have the same place. Give each its own, the higher the more supported."))
    if len({rating.code for rating in ratings}) < len(ratings):
        raise Refused(_("Two answers have the same code. Give each its own."))
    if len(ratings) > MOST_RATINGS:
        raise Refused(_("A scale has %(most)s answers at most.") % {"most": MOST_RATINGS})


class Rating(Recorded):
    """One answer of a scale. Without a position it is off the scale, and never counts as a middle value."""

    scale = models.ForeignKey(Scale, on_delete=models.PROTECT, related_name="ratings")
    code = models.SlugField(_("code"), max_length=30)
    label = models.CharField(_("label"), max_length=60)
    meaning = models.CharField(_("meaning"), max_length=300)
    look = models.CharField(_("look"), max_length=12, choices=Look)
    position = models.PositiveSmallIntegerField(
        _("position"), null=True, blank=True, help_text=_("Higher is more supported. Empty: off the scale.")
    )
    review_value = models.PositiveSmallIntegerField(_("ClaimReview value"), null=True, blank=True)
    translations = models.JSONField(
        _("translations"), default=dict, blank=True,
        help_text=_("Label and meaning by the code of a language."),
    )  # fmt: skip

    objects = RecordedQuerySet.as_manager()

    class Meta:
        ordering = ["scale", F("position").desc(nulls_last=True), "pk"]
        constraints = [
            models.UniqueConstraint(fields=["scale", "code"], name="rating_code_once_per_scale"),
            models.UniqueConstraint(fields=["scale", "position"], name="rating_position_once_per_scale"),
            models.CheckConstraint(
                condition=Q(review_value=None) | Q(review_value__gte=1), name="rating_review_value_from_one"
            ),
            models.CheckConstraint(condition=Q(look__in=Look.values), name="rating_look_known"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label_here(self) -> str:
        """The label in the reader's language; as it was written where that has none."""
        return self._here("label") or self.label

    @property
    def meaning_here(self) -> str:
        """What it means, in the reader's language; as it was written where that has none."""
        return self._here("meaning") or self.meaning

    def _here(self, what: str) -> str:
        if not self.translations:
            return ""
        language = (get_language() or "").lower()
        said = {code.lower(): words for code, words in self.translations.items()}
        found = said.get(language) or said.get(language.partition("-")[0]) or {}
        return str(found.get(what, ""))

    @property
    def used(self) -> bool:
        """Whether somebody has answered with it."""
        return self.assessments.exists() or self.verdicts.exists() or self.claims.exists()

    def same_place(self) -> bool:
        """Whether it stands where it stood."""
        stored = self.stored()
        return stored is not None and stored.position == self.position

    def save(self, *args: Any, by: User | None = None, **kwargs: Any) -> None:
        """Save; Refused where an answer that was given would come to mean another, or be one of others than it was."""
        stored = self.stored() if self.pk else None
        changed = [name for name in MEANT if stored is None or getattr(stored, name) != getattr(self, name)]
        if stored is not None and unsays(stored.translations, self.translations):
            changed.append("translations")
        if changed and stored and self.used:
            raise Refused(
                _("Somebody has answered with this, so it keeps its meaning."), changed[0].removesuffix("_id")
            )
        if changed and (self.scale.in_use or (stored and stored.scale.in_use)):
            raise Refused(IN_USE, None if stored is None else changed[0].removesuffix("_id"))
        super().save(*args, by=by, **kwargs)

    def delete(self, *args: Any, by: User | None = None, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete; Refused where somebody has answered on its scale."""
        if self.scale.in_use:
            raise Refused(IN_USE)
        return super().delete(*args, by=by, **kwargs)
