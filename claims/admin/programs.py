"""What programs act with, and where other systems are told: read here, never written."""

from __future__ import annotations

from django.contrib import admin

from claims.admin.recorded import ReadOnlyAdmin
from claims.models import Delivery, KeptAnswer, Token, Webhook


@admin.register(Token)
class TokenAdmin(ReadOnlyAdmin):
    """What programs show to act for people; made and withdrawn on a page of its own."""

    list_display = ("name", "owner", "begins", "case", "made_at", "expires_at", "last_used_at", "withdrawn_at")
    list_filter = ("reads", "writes", "reports")
    list_select_related = ("owner", "case")
    search_fields = ("name", "owner__name", "owner__email")
    ordering = ("-pk",)
    fields = (
        "name", "owner", "begins", "reads", "writes", "reports", "case", "made_at", "expires_at", "last_used_at",
        "withdrawn_at", "withdrawn_by",
    )  # fmt: skip


@admin.register(KeptAnswer)
class KeptAnswerAdmin(ReadOnlyAdmin):
    """What programs were answered in the last day; not what the answers say."""

    list_display = ("token", "status", "location", "made_at")
    list_select_related = ("token",)
    search_fields = ("token__name", "location")
    ordering = ("-pk",)
    fields = ("token", "status", "location", "made_at")


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    """Where cases tell other systems what was done; set up and removed on pages of the case."""

    list_display = ("__str__", "case", "made_by", "made_at", "removed_at")
    list_filter = ("case",)
    list_select_related = ("case", "made_by")
    search_fields = ("url", "case__code")
    ordering = ("-pk",)
    fields = ("case", "url", "signed_off", "reopened", "frozen", "made_by", "made_at", "removed_at", "removed_by")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Messages to other systems, and what became of them."""

    list_display = ("key", "webhook", "event", "state", "attempts", "made_at", "tried_at")
    list_filter = ("state", "event")
    list_select_related = ("webhook",)
    search_fields = ("key", "outcome")
    ordering = ("-pk",)
