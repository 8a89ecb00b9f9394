"""How a test reaches the admin's pages."""

from typing import Any

from django.urls import reverse

from claims.models import Entry


def at(record_or_model, page: str, *args) -> str:
    meta = record_or_model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=args)


def typed(page) -> dict[str, Any]:
    """What a browser would send back from an admin form as it stands."""
    context = page.context
    forms = [context["adminform"].form]
    values: dict[str, Any] = {}
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for field in form:
            value = field.value()
            if isinstance(value, bool):
                value = "on" if value else None
            if value is not None:
                values[field.html_name] = getattr(value, "pk", value)
    return values


def newest_entry(**of) -> Entry:
    """The last line of the log about something."""
    return Entry.objects.filter(**of).latest("number")
