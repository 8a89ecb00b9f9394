"""People's accounts: given, corrected and closed here; never deleted, as the log names them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    BaseUserCreationForm,
    SetUnusablePasswordMixin,
    UserChangeForm,
)
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.admin.recorded import AnsweringAdmin, AnsweringForm, Bounded, ConfirmedAdmin, ReadOnlyAdmin
from claims.models import Presence, Refused, User, Worker, writing
from claims.models.entries import canonical, sha256
from claims.models.leaving import close, remove
from claims.models.sign_ins import end_sessions, sign_out, take_factors


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
        with writing(None):
            user.save(by=user.set_by)  # type: ignore[attr-defined]
            if user != user.set_by:  # type: ignore[attr-defined]
                end_sessions(user)
        return user


@dataclass(frozen=True)
class Act:
    """Something that is done to an account by itself, with what is asked before and said after it."""

    do: Callable[..., Any]
    title: Any
    said: Any
    done: Any


ACTS = {
    "close": Act(
        close,
        gettext_lazy("Close the account"),
        gettext_lazy("From this moment nobody is signed in with it. It can be opened again."),
        gettext_lazy("The account is closed."),
    ),
    "remove": Act(
        remove,
        gettext_lazy("Remove the person"),
        gettext_lazy(
            "Name, address, ways to sign in, roles and notices go, for good. What they did stays, under “Former "
            "member”. What the log, reports and people's own words hold of the name stays there."
        ),
        gettext_lazy("The person is removed."),
    ),
    "out": Act(
        sign_out,
        gettext_lazy("Sign out everywhere"),
        gettext_lazy("Every session of the account ends; whoever knows the password can sign in again."),
        gettext_lazy("The account is signed in nowhere now."),
    ),
    "factors": Act(
        take_factors,
        gettext_lazy("Take the second factors away"),
        gettext_lazy(
            "For somebody who lost them: the password alone signs in until they set up another. A tie to a provider of "
            "sign-ins is undone too. They are signed out everywhere, and told. Make sure that it is they who ask."
        ),
        gettext_lazy("The second factors are gone."),
    ),
}


@admin.register(User)
class AccountAdmin(ConfirmedAdmin, AnsweringAdmin, Bounded, UserAdmin):  # type: ignore[type-arg]
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
    keeps_typed = False
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

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Not of an account whose person was taken out of it."""
        return super().has_change_permission(request, obj) and not (obj and obj.is_removed)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Set another password for somebody, once it is clear who does. They are signed out everywhere."""
        self.confirm(request)
        return super().user_change_password(request, id, form_url)

    def get_urls(self) -> list[Any]:
        """With the acts that are no saving of a form."""
        act = path("<int:pk>/<str:act>/", self.admin_site.admin_view(self.act), name="claims_user_act")
        urls = super().get_urls()
        # Before the last, which leads old addresses on to the form; after those of the form itself.
        return [*urls[:-1], act, urls[-1]]

    def act(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        """Ask whether an account is to be closed, its person removed or its second factors taken away, and do it."""
        user = User.objects.filter(pk=pk).first()
        if act not in ACTS or user is None:
            raise Http404
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        self.confirm(request)
        if request.method == "POST":
            by: Any = request.user
            try:
                ACTS[act].do(user, by=by)
                self.message_user(request, ACTS[act].done, messages.SUCCESS)
            except Refused as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect("../change/")
        context = self.admin_site.each_context(request) | {
            "title": ACTS[act].title, "said": ACTS[act].said, "original": user, "opts": self.opts,
        }  # fmt: skip
        return TemplateResponse(request, "admin/claims/user/act.html", context)

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
            if not obj.is_active:
                end_sessions(obj)
            # The sign-in library keeps addresses of its own; an old one would still open the account.
            EmailAddress.objects.filter(user=obj).exclude(email__iexact=obj.email).delete()


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    """The processes that take up jobs; one that has not been heard of for a day is forgotten."""

    list_display = ("name", "started_at", "seen_at")
    search_fields = ("name",)
    ordering = ("-pk",)


@admin.register(Presence)
class PresenceAdmin(ReadOnlyAdmin):
    """Who has which claim open; a row stands no longer than somebody looks for the next one."""

    list_display = ("user", "claim", "seen_at")
    list_select_related = ("user", "claim__case")
    search_fields = ("user__name", "user__email")
    ordering = ("-pk",)
