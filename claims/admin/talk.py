"""What people say about claims, and what they are told: shown to administrators alone, as assessments are."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from claims.admin.recorded import ReadOnlyAdmin
from claims.models import Comment, CommentEdit, Mention, Notice


class AdministratorsOnly(ReadOnlyAdmin):
    """Read by administrators: other staff, who may review, are not to be swayed."""

    ordering = ("-pk",)
    note = _("Administrators see every comment at once. Whoever reviews in a case should not be an administrator.")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether this is an administrator."""
        return bool(request.user.is_active and request.user.is_superuser)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether this is an administrator."""
        return self.has_view_permission(request)


@admin.register(Comment)
class CommentAdmin(AdministratorsOnly):
    """What was said; people say it on the claim's page."""

    list_display = ("author", "claim", "round", "to_all", "at", "edited_at")
    list_filter = ("to_all", "claim__case")
    list_select_related: ClassVar[Any] = ("author", "claim__case")
    search_fields = ("author__name", "author__email", "claim__statement")
    fields = (
        "claim", "evidence", "passage", "parent", "author", "at", "round", "text", "to_all", "edited_at", "resolved_by",
        "resolved_at",
    )  # fmt: skip


@admin.register(CommentEdit)
class CommentEditAdmin(AdministratorsOnly):
    """What comments said before they were edited."""

    list_display = ("comment", "until")
    list_select_related: ClassVar[Any] = ("comment__claim__case",)
    search_fields = ("comment__author__name",)
    fields = ("comment", "text", "until")


@admin.register(Mention)
class MentionAdmin(AdministratorsOnly):
    """Whom comments name."""

    list_display = ("comment", "user")
    list_select_related: ClassVar[Any] = ("comment__claim__case", "user")
    search_fields = ("user__name", "user__email")


@admin.register(Notice)
class NoticeAdmin(AdministratorsOnly):
    """What people are told, and whether they have read it or were mailed it."""

    list_display = ("user", "what", "by", "claim", "at", "read_at", "mailed_at")
    list_filter = ("what", "case")
    list_select_related: ClassVar[Any] = ("user", "by", "claim__case")
    search_fields = ("user__name", "user__email")
