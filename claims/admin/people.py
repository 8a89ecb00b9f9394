"""People's accounts: given, corrected and closed here; never deleted, as the log names them."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    BaseUserCreationForm,
    SetUnusablePasswordMixin,
    UserChangeForm,
)
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.admin.recorded import AnsweringAdmin, AnsweringForm, Bounded, ReadOnlyAdmin
from claims.models import Presence, Refused, User, writing
from claims.models.entries import canonical, sha256


def as_it_stands(user: User) -> str:
    """A short name for the state of an account: another state, another name."""
    return sha256(canonical([user.facts(), user.password]))[:32]


class AccountForm(AnsweringForm, UserChangeForm):  # type: ignore[type-arg]
    """An account, with the state that the person saw of it."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = User
        fields = ("email", "name", "time_zone", "is_active", "is_staff", "is_superuser")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = as_it_stands(self.instance)

    def clean_email(self) -> str:
        """The address as it is compared: in small letters."""
        return str(self.cleaned_data["email"]).strip().lower()

    def clean(self) -> dict[str, Any] | None:
        """Raises ValidationError where somebody saved the account after this form was opened."""
        values = super().clean() or self.cleaned_data
        now = as_it_stands(self.instance)
        if values.get("seen") != now:
            self.refuse_stale(values, now)
        return values


class NewAccountForm(SetUnusablePasswordMixin, BaseUserCreationForm):  # type: ignore[type-arg]
    """A new account; without a password nobody can sign in to it yet."""

    usable_password = SetUnusablePasswordMixin.create_usable_password_field()
    refusal: Refused | None = None

    class Meta:
        model = User
        fields = ("email", "name")
        field_classes: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].required = self.fields["password2"].required = False

    def clean_email(self) -> str:
        """The address as it is compared: in small letters."""
        return str(self.cleaned_data["email"]).strip().lower()


class NewPasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg]
    """Another password for somebody, entered as the doing of whoever sets it."""

    def save(self, commit: bool = True) -> User:
        """Set it, with an entry."""
        user: User = self.set_password_and_save(self.user, commit=False)  # type: ignore[attr-defined]
        user.save(by=user.set_by)  # type: ignore[attr-defined]
        return user


@admin.register(User)
class AccountAdmin(AnsweringAdmin, Bounded, UserAdmin):  # type: ignore[type-arg]
    """Accounts. What somebody may see and do in a case is their membership there, not a right given here."""

    form = AccountForm
    add_form = NewAccountForm
    change_password_form = NewPasswordForm
    list_display = ("name", "email", "is_active", "is_staff", "is_superuser", "last_login")
    list_display_links = ("name", "email")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("name", "email")
    ordering = ("name", "pk")
    filter_horizontal = ()
    readonly_fields = ("is_demo", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "time_zone", "seen")}),
        (
            gettext_lazy("What the account may do"),
            {
                "fields": ("is_active", "is_staff", "is_superuser", "is_demo"),
                "description": gettext_lazy(
                    "An account is closed by making it inactive: the log names people, so none is deleted. "
                    "An administrator has both of staff and superuser, sees every case, and every assessment in it."
                ),
            },
        ),
        (gettext_lazy("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("email", "name", "usable_password", "password1", "password2")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: accounts are made inactive."""
        return False

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The account, and who is about to change it: the form for a new password is told nothing else."""
        found = super().get_object(request, *args, **kwargs)
        if found is not None:
            found.set_by = request.user
        return found

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save, as the doing of whoever is signed in; nobody takes away the rights they are using."""
        by: Any = request.user
        if obj.pk == by.pk and not (obj.is_active and obj.is_staff and obj.is_superuser):
            raise Refused(_("These are your own rights: another administrator must take them away."), "is_superuser")
        with writing(None):
            stands = User.objects.filter(pk=obj.pk).first()
            if stands is not None and as_it_stands(stands) != form.cleaned_data.get("seen"):
                raise Refused(_("Someone else changed this while you were typing. Nothing was overwritten."))
            obj.save(by=by)
            # The sign-in library keeps addresses of its own; an old one would still open the account.
            EmailAddress.objects.filter(user=obj).exclude(email__iexact=obj.email).delete()


@admin.register(Presence)
class PresenceAdmin(ReadOnlyAdmin):
    """Who has which claim open; a row stands no longer than somebody looks for the next one."""

    list_display = ("user", "claim", "seen_at")
    list_select_related = ("user", "claim__case")
    search_fields = ("user__name", "user__email")
    ordering = ("-pk",)
