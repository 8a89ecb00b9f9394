"""What came in and how: suggestions, jobs, captures, and the links between claims. Read here; pages decide."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from claims.admin.recorded import ReadOnlyAdmin, ReadOnlyInline
from claims.models import Capture, Job, JobItem, Link, Suggestion


@admin.register(Suggestion)
class SuggestionAdmin(ReadOnlyAdmin):
    """What the reader of the texts suggested, and what people made of it."""

    list_display = ("document", "start", "kind", "score", "state", "decided_by")
    list_display_links = ("start",)
    list_filter = ("state", "kind", "method")
    list_select_related = ("document__case", "decided_by")
    search_fields = ("document__title",)
    ordering = ("-pk",)
    deferred = ("document__content", "document__text")


class JobItemInline(ReadOnlyInline):
    """What the job was given."""

    model = JobItem
    fields = ("position", "name", "state", "message")
    ordering = ("position",)
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the bytes."""
        return super().get_queryset(request).defer("content")


@admin.register(JobItem)
class JobItemAdmin(ReadOnlyAdmin):
    """Each thing that a job was given."""

    list_display = ("job", "position", "name", "state", "message")
    list_display_links = ("position",)
    list_filter = ("state",)
    list_select_related = ("job",)
    search_fields = ("name", "message")
    ordering = ("-pk",)
    fields = ("job", "position", "name", "state", "message", "document")
    deferred = ("content",)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Work that waits, runs or is over."""

    list_display = ("pk", "task", "case", "by", "state", "done", "total", "made_at")
    list_filter = ("state", "task", "case")
    list_select_related = ("case", "by")
    search_fields = ("message", "by__email")
    inlines = (JobItemInline,)
    ordering = ("-pk",)


@admin.register(Capture)
class CaptureAdmin(ReadOnlyAdmin):
    """What came in, with what came with it; the bytes are read on their own pages."""

    list_display = ("exhibit", "how", "final_url", "status", "captured_at", "captured_by")
    list_select_related = ("exhibit", "captured_by", "file")
    search_fields = ("final_url", "name", "file__sha256")
    ordering = ("-pk",)
    fields = (
        "exhibit", "file", "how", "name", "declared_type", "note", "url", "final_url", "status", "headers",
        "captured_at", "captured_by",
    )  # fmt: skip
    deferred = ("exhibit__text",)


@admin.register(Link)
class LinkAdmin(ReadOnlyAdmin):
    """Claims that somebody linked."""

    list_display = ("claim", "kind", "other", "made_by", "made_at")
    list_filter = ("kind",)
    list_select_related = ("claim__case", "other__case", "made_by")
    search_fields = ("claim__statement", "other__statement")
    ordering = ("-pk",)
