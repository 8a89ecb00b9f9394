"""What all of the admin shares: nothing is written without an entry, past a rule, or over somebody else's work."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Model, ProtectedError, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from claims.forms.fields import PlainWords, spell
from claims.models import Recorded, Refused, Stale, writing


class AnsweringForm(PlainWords, forms.ModelForm):  # type: ignore[type-arg]
    """A form that says what a rule said, and shows what somebody else wrote beside what was typed."""

    refusal: ClassVar[Refused | None] = None  # what a rule said when this very form was saved a moment ago

    def clean(self) -> dict[str, Any] | None:
        """What was typed, in one spelling."""
        super().clean()
        spell(self)
        return self.cleaned_data

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.refusal is not None:
            field = self.refusal.field
            self.add_error(field if field in self.fields else None, str(self.refusal))

    def refuse_stale(self, values: dict[str, Any], now: Any) -> None:
        """Show what stands in each field that differs, let a second save pass, and raise ValidationError."""
        for name in [name for name in self.fields if name in values and hasattr(self.instance, name)]:
            stands = getattr(self.instance, name)
            if stands != values[name]:
                shown = getattr(self.instance, f"get_{name}_display", lambda stands=stands: stands)()
                self.add_error(
                    name, _("Somebody else wrote here: “%(text)s”. Save again to keep yours.") % {"text": shown}
                )
        data = QueryDict(mutable=True)
        data.update(self.data)
        data[self.add_prefix("seen")] = str(now)
        self.data = data
        raise ValidationError(_("Someone else changed this while you were typing. Nothing was overwritten."))


class RecordForm(AnsweringForm):
    """A record's form, with the version that the person saw, or the name of the form that makes it."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    this_form = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.instance.version if self.instance.pk else None
        if "this_form" in self.fields and not self.instance.pk:
            self.initial["this_form"] = uuid.uuid4

    def clean(self) -> dict[str, Any] | None:
        """Raises ValidationError where somebody saved the record after this form was opened."""
        values = super().clean() or self.cleaned_data
        if self.instance.pk and values.get("seen") != self.instance.version:
            self.refuse_stale(values, self.instance.version)
        return values


class Bounded(admin.ModelAdmin):  # type: ignore[type-arg]
    """Lists that stay quick however many rows there are."""

    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 200
    actions = None
    note: ClassVar[str | Promise] = ""  # what should be known of a list; it stands beside its search
    deferred: ClassVar[tuple[str, ...]] = ()  # long columns that no page of it shows

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without what is long."""
        return super().get_queryset(request).defer(*self.deferred)


class ReadOnlyAdmin(Bounded):
    """Records that only rules of their own write: shown, never touched here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False


class ReadOnlyInline(admin.TabularInline):  # type: ignore[type-arg]
    """What belongs to a record, as a list to read."""

    extra = 0
    can_delete = False
    show_change_link = True

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """All of them."""
        return self.get_fields(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False


class NamedFields(BaseInlineFormSet):  # type: ignore[type-arg]
    """Rows in which every field says what it is and of which record: the table only says so in its head."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """With a name for each field that is shown."""
        super().add_fields(form, index)
        whose = str(form.instance) if form.instance.pk else _("new")
        for field in form.fields.values():
            widget = getattr(field.widget, "widget", field.widget)  # within the one that adds buttons beside it
            if not widget.is_hidden:
                widget.attrs.setdefault("aria-label", f"{field.label} ({whose})")


class RecordedInline(admin.TabularInline):  # type: ignore[type-arg]
    """What belongs to a record and is saved with it, each with an entry of its own."""

    form = RecordForm
    formset = NamedFields
    extra = 0

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """With the version that was seen, where the rows can be changed."""
        fields = super().get_fields(request, obj)
        return [*fields, "seen"] if self.has_change_permission(request, obj) else fields


class AnsweringAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What a rule refuses is said in the form, with all that was typed; nothing is half-saved."""

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        """The form; while a refusal is being answered, one that says what the rule said."""
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal = getattr(request, "refusal", None)
        return type(form.__name__, (form,), {"refusal": refusal}) if refusal is not None else form

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Add or change. A refusal undoes all of it, and the form comes back with what was typed."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refusal:
            request.refusal = refusal  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)


class ConfirmedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What gives or takes rights: shown and written only to somebody who said a little while ago who they are."""

    keeps_typed = True  # whether what was typed may wait in the session while they say it; passwords may not

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Add or change, once it is clear who does."""
        self.confirm(request)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Delete, once it is clear who does."""
        self.confirm(request)
        return super().delete_view(request, object_id, extra_context)

    def confirm(self, request: HttpRequest) -> None:
        """Raises what leads to the page that asks who somebody is, unless they said so a little while ago."""
        if not is_reauthentication_required(request, app="claims"):
            return
        if request.method == "POST" and not self.keeps_typed:
            self.message_user(request, _("Nothing was saved. Say who you are, then type it once more."), messages.ERROR)
            raise ImmediateHttpResponse(HttpResponseRedirect(request.get_full_path()))
        raise ReauthenticationRequired


class RecordedAdmin(AnsweringAdmin, Bounded):
    """Saves and deletes through the records, so that entries appear and rules hold."""

    form = RecordForm
    deletable = False  # most records are named by the log, by reports or by others: they stay

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only what nothing else rests on."""
        return self.deletable and super().has_delete_permission(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """The fields, with what travels with the form unseen."""
        name, options = super().get_fieldsets(request, obj)[0]
        fields = list(options["fields"])
        if obj is None:
            fields.append("this_form")
        elif self.has_change_permission(request, obj):
            fields.append("seen")
        return [(name, {**options, "fields": fields})]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Add or change; the same form sent twice makes one record."""
        made = self._made_before(request) if object_id is None else None
        if made is None:
            try:
                return super().changeform_view(request, object_id, form_url, extra_context)
            except IntegrityError:
                # Two processes took the same form at the same instant.
                made = self._made_before(request) if object_id is None else None
                if made is None:
                    raise
        return self.response_add(request, made)

    def _made_before(self, request: HttpRequest) -> Any:
        key = form_key(request)
        return self.model._base_manager.filter(once=key).first() if key else None

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save over the version that the person saw."""
        if not change:
            obj.once = form_key(request)
        obj.save(by=request.user, expect=form.cleaned_data.get("seen") if change else None)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete, with an entry."""
        obj.delete(by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Never: each deletion is an act of its own."""
        raise TypeError("delete each record by itself: a deletion in bulk leaves no entry")

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Delete, unless a rule or another record forbids it."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except Refused as refusal:
            sentence = str(refusal)
        except ProtectedError:
            sentence = _("Something else rests on this by now, so it stays.")
        self.message_user(request, sentence, level=messages.ERROR)
        return HttpResponseRedirect("../change/")

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save what belongs to the record, each with an entry of its own."""
        seen = {one.instance.pk: one.cleaned_data.get("seen") for one in formset.initial_forms}
        formset.save(commit=False)
        kept = [*(record for record, _changed in formset.changed_objects), *formset.new_objects]
        steps = [*((record, True) for record in formset.deleted_objects), *((record, False) for record in kept)]
        for record, goes in sorted(steps, key=lambda step: self.waits(*step)):
            if goes:
                self._delete_inline(request, record, seen.get(record.pk))
            else:
                record.save(by=request.user, expect=seen.get(record.pk))

    def waits(self, record: Any, goes: bool) -> bool:
        """Whether an inline's record, which goes or is saved, comes after the others; else: deletions first."""
        return False

    def _delete_inline(self, request: HttpRequest, record: Recorded, seen: int | None) -> None:
        with writing(record.log_case):
            stands = record.stored()
            if stands is not None and stands.version != seen:
                raise Stale(stands)
            record.delete(by=request.user)  # type: ignore[arg-type]


def form_key(request: HttpRequest) -> str | None:
    """The name of the form that was sent, by this person; None where it carried none."""
    try:
        return f"{request.user.pk}:{uuid.UUID(request.POST.get('this_form', ''))}"
    except ValueError:
        return None
