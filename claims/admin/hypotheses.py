"""The admin's look at competing hypotheses and what reviewers made of them; all of it is only read."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from claims.admin.claims import OfClaimAdmin
from claims.admin.custody import NewestFirst
from claims.models import Hypothesis, Mark, Matrix


@admin.register(Hypothesis)
class HypothesisAdmin(OfClaimAdmin):
    """Answers that were put beside one another."""

    list_display = ("claim", "number", "statement", "added_by", "retired_at")
    list_filter = ("claim__case",)
    list_select_related = ("claim__case", "added_by")
    search_fields = ("statement",)


@admin.register(Matrix)
class MatrixAdmin(OfClaimAdmin):
    """Who weighed the evidence of a claim against its hypotheses."""

    list_display = ("claim", "reviewer", "round")
    list_filter = ("claim__case",)
    list_select_related = ("claim__case", "reviewer")
    search_fields = ("reviewer__name", "claim__statement")
    note = _(
        "Administrators see every matrix, unfinished ones too. Whoever reviews in a case should not be an "
        "administrator."
    )


@admin.register(Mark)
class MarkAdmin(NewestFirst):
    """How somebody finds a piece of evidence to go with a hypothesis."""

    list_display = ("matrix", "hypothesis", "evidence", "value", "at")
    list_filter = ("value",)
    list_select_related = (
        "matrix__claim__case", "matrix__reviewer", "hypothesis", "evidence__claim__case", "evidence__exhibit",
        "evidence__absence",
    )  # fmt: skip
    search_fields = ("hypothesis__statement",)
