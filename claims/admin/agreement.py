"""The admin's look at what is counted of reviewers' agreement; all of it is only read."""

from __future__ import annotations

from django.contrib import admin

from claims.admin.custody import NewestFirst
from claims.models import Pace, Pair, Pattern, Split


@admin.register(Pattern)
class PatternAdmin(NewestFirst):
    """How many rounds were answered by which ratings."""

    list_display = ("case", "part", "ratings", "rounds")
    list_filter = ("case",)
    list_select_related = ("case",)
    search_fields = ("part",)


@admin.register(Pair)
class PairAdmin(NewestFirst):
    """What two reviewers said of the same rounds."""

    list_display = ("case", "one", "other")
    list_filter = ("case",)
    list_select_related = ("case", "one", "other")
    search_fields = ("one__name", "other__name")


@admin.register(Split)
class SplitAdmin(NewestFirst):
    """Rounds that two reviewers did not answer alike."""

    list_display = ("claim", "round", "one", "other")
    list_filter = ("case",)
    list_select_related = ("claim__case", "one", "other")
    search_fields = ("claim__statement", "one__name", "other__name")


@admin.register(Pace)
class PaceAdmin(NewestFirst):
    """How many rounds each reviewer has answered."""

    list_display = ("case", "reviewer", "answers")
    list_filter = ("case",)
    list_select_related = ("case", "reviewer")
    search_fields = ("reviewer__name",)
