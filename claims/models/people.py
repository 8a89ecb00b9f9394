"""People: whoever has an account."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from claims.models.entries import canonical, sha256, writing
from claims.models.records import NotNow, RecordedQuerySet, Refused

NOBODY = "removed.invalid"  # RFC 2606: no mail is ever delivered there
RIGHTS = ("is_active", "is_staff", "is_superuser")


def is_time_zone(name: str) -> None:
    """Raises ValidationError unless the name stands in the time zone database."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(name)s” is no time zone. Write it like Europe/Warsaw."), params={"name": name})


class UserManager(BaseUserManager["User"]):
    """Makes people; the e-mail address is the login. Nobody is written in bulk, past the log."""

    def get_queryset(self) -> models.QuerySet[User]:
        """Those that refuse what leaves no entry."""
        return RecordedQuerySet(self.model, using=self._db)

    def create_user(self, email: str, password: str | None = None, by: User | None = None, **fields: Any) -> User:
        """A new person with a hashed password (none: cannot sign in yet). `by` is who gives the account."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db, by=by)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A new administrator."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def administrators(self) -> models.QuerySet[User]:
        """Those who may do everything, and may sign in."""
        return self.filter(is_superuser=True, is_active=True)

    def create_first_administrator(self, email: str, password: str, name: str) -> User:
        """Whoever administers a new installation. Raises NotNow where somebody does, Refused for the address."""
        with writing(None):
            if self.administrators().exists():
                raise NotNow(_("This workbench has an administrator already, who gives accounts to others."))
            if self.filter(email__iexact=email.strip()).exists():
                raise Refused(_("An account that administers nothing has this address. Take another one."), "email")
            return self.create_superuser(email, password, name=name)


def set_up_code() -> str:
    """What opens the page that makes the first administrator: for whoever can read what `serve` prints."""
    return salted_hmac("claims.first_administrator", "", algorithm="sha256").hexdigest()[:32]


class User(AbstractUser):
    """A person with an account."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150, help_text=_("As it stands in reports."))
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="UTC",
        validators=[is_time_zone],
        help_text=_("For example Europe/Warsaw."),
    )
    digest = models.BooleanField(
        _("daily e-mail"), default=False, help_text=_("Once a day, what you have not read of your notices.")
    )
    is_demo = models.BooleanField(default=False, editable=False)
    # The one case that whoever acts for this person may see: set for a program with a token that is bound to it.
    bound_to: int | None = None

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()  # type: ignore[misc,assignment]

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_whatever_the_case")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """The name, for the admin and for mail."""
        return str(self)

    get_short_name = get_full_name

    @property
    def version(self) -> int:
        """A number for what people say of themselves as it stands: once that is changed, another number."""
        return int(sha256(canonical([self.name, self.time_zone, self.digest]))[:12], 16)

    @property
    def is_removed(self) -> bool:
        """Whether the person was taken out of it."""
        return self.email.endswith(f"@{NOBODY}")

    def facts(self) -> dict[str, Any]:
        """The account as the log keeps it; of the password, nothing."""
        return {name: getattr(self, name) for name in ("email", "name", "time_zone", "digest", *RIGHTS)}

    def save(self, *args: Any, by: User | None = None, **kwargs: Any) -> None:
        """Save and enter it in the log, as the person's own doing unless `by` names another.

        A sign-in only moves `last_login`, or hashes the same password anew: that is no change to the account, and is
        not entered. Nobody's own save touches their rights: an account that was closed since it was read stays closed.
        With another password, and with the account, tokens end. Raises Refused where the person was taken out of it.
        """
        named = set(kwargs.get("update_fields") or ())
        anew = named == {"password"} and getattr(self, "_password", None) is None  # as Django does at a sign-in
        if named == {"last_login"} or anew:
            super().save(*args, **kwargs)
            return
        with writing(None) as chain:
            stored = User.objects.filter(pk=self.pk).first() if self.pk else None
            if stored is not None and stored.is_removed:
                raise Refused(_("The person was taken out of this account, for good: add another account."))
            if stored is not None and (by is None or by.pk == self.pk):
                for name in RIGHTS:
                    setattr(self, name, getattr(stored, name))
            super().save(*args, **kwargs)
            if stored is not None and any(getattr(stored, name) > getattr(self, name) for name in RIGHTS):
                self._hand_over()
            before, after = stored.facts() if stored else None, self.facts()
            new_password = stored is not None and stored.password != self.password
            if new_password:
                after["password"] = "changed"  # noqa: S105 - says that it was, not what to
            if before != after:
                chain.record(by=by or self, verb="changed" if stored else "added", on=self, before=before, after=after)
            if new_password or (stored is not None and stored.is_active and not self.is_active):
                self._end_tokens(by or self)  # takes the chain anew

    def forget(self, *, by: User) -> None:
        """Take out who it was, for good: what stays is “Former member 7”, and an entry that does not say who either."""
        self.name, self.email = _("Former member %(n)s") % {"n": self.pk}, f"former-{self.pk}@{NOBODY}"
        self.is_active = self.is_staff = self.is_superuser = self.digest = False
        self.time_zone, self.last_login = "UTC", None
        self.set_unusable_password()
        with writing(None) as chain:
            super().save()
            chain.record(by=by, verb="removed", on=self, after={"name": self.name})

    def _hand_over(self) -> None:
        from claims.models.leaning import hand_over  # what verdicts lean on is built on people

        hand_over(self)

    def _end_tokens(self, by: User) -> None:
        from claims.models.tokens import end_tokens  # tokens are built on people

        end_tokens(self, by=by)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Never: the log names people. Accounts are made inactive instead."""
        raise TypeError("accounts are made inactive, not deleted: the log names them")
