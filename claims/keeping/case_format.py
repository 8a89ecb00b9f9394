"""What a case is called when it leaves: each kind of record in words of its own, whatever its table looks like by then.

This is the one place where the words of the format and the fields of the models meet. A line of `records.jsonl` is one
record: its kind, and its words. Where a word is not the name of the field, it stands as word=field. A record is called
by its number in the case, where it has one, else by its place among its kind; a person by e-mail, a rating by its
code, a file by its SHA-256. No key of a database is the name of anything.

Whoever adds a field to a model of a case names it here, or under `left_out` with the reason why it stays behind: a test
asks. Once cases have left with a word, files with and without it are read: a new word in an old kind makes a new
FORMAT, and READS keeps the old one with what it lacks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from django.db import models
from django.db.models import Q

from claims import models as m
from claims.models import Case

FORMAT = "workbench-case/1"
READS = (FORMAT,)


@dataclass(frozen=True)
class Kind:
    """One kind of record: its word, its model, and how its words are spelt in the model's fields.

    `of` is how a record is found from the case, `name` the field with its number in the case ("" where it has none).
    `later` are references that are set once all is in, as they may point forward. `beside` are fields whose words are
    written by a rule of their own, `follows` those that other records say already, `left_out` what stays, with why.
    """

    word: str
    model: type[models.Model]
    of: str
    says: str
    name: str = ""
    later: str = ""
    beside: str = ""
    follows: str = ""
    left_out: dict[str, str] = field(default_factory=dict)
    at_once: int = 500

    @cached_property
    def fields(self) -> dict[str, models.Field[object, object]]:
        """Word → the model's field."""
        pairs = [one.partition("=") for one in self.says.split()]
        if hasattr(self.model, "version"):
            pairs.append(("edits", "=", "version"))
        return {word: self.model._meta.get_field(column or word) for word, _, column in pairs}  # type: ignore[misc]

    @cached_property
    def set_later(self) -> set[str]:
        return set(self.later.split())

    def rows(self, case: Case) -> models.QuerySet[models.Model]:
        """The records of a case, in the order of their names; without the check of who may see them."""
        found: models.QuerySet[models.Model] = models.QuerySet(self.model)
        return found.filter(Q(**{self.of: case})).order_by(self.name or "pk")


ONCE = "names a form of the installation where it was sent"
ALWAYS_LEFT_OUT = {"id": "a key of the database", "once": ONCE}
COUNTED = "follows from the other records, and is counted anew"

# In the order in which they are read: what is named comes before what names it, but for what is set later.
KINDS = (
    Kind("membership", m.Membership, "case", "person=user role", follows="case"),
    Kind(
        "file", m.StoredFile, "", "sha256 size",
        left_out={
            "detected_type": "is seen anew from the bytes", "received_at": "tells of the store that it was in",
            "rehashed_at": "tells of the store that it was in", "fault": "told in the manifest, where there is one",
        },
    ),
    Kind("derived", m.Derived, "", "parent file kind page tool tool_version facts fault made_at"),
    Kind(
        "document", m.Document, "case",
        "number title publisher author language published modified origin url file_name text=sha256 "
        "original=sha256_bytes words extractor pages notes loaded_by loaded_at",
        name="number", beside="text content", follows="case", at_once=2,
    ),
    Kind(
        "claim", m.Claim, "case",
        "number statement kind as_of resolves_on review_by status round disputed rating evidence=evidence_count "
        "unrated=unrated_count answers_in made_by made_at status_since=entered_at unasked",
        name="number", follows="case",
    ),
    Kind("passage", m.Passage, "claim__case", "claim document start end exact before=prefix after=suffix"),
    Kind(
        "unchecked_words", m.Unchecked, "claim__case", "claim document start end exact before after",
    ),
    Kind(
        "suggestion", m.Suggestion, "document__case",
        "document start end kind score reasons rungs figures as_of resolves_on method state made_it claim decided_by "
        "decided_at",
    ),
    Kind("rung", m.Attribution, "claim__case", "claim position speaker verb hedged basis"),
    Kind(
        "source", m.Source, "",
        "name kind other_names=aliases belongs_to country languages interests note reliability merged_into",
        later="belongs_to merged_into", beside="cases",
    ),
    Kind("grade", m.Grade, "", "source letter reason by=graded_by at=graded_at"),
    Kind(
        "exhibit", m.Exhibit, "case",
        "source title url published document text text_of language pages credit wording",
        later="text_of", follows="case", at_once=50,
    ),
    Kind(
        "capture", m.Capture, "exhibit__case",
        "exhibit file how name declared_type note url final_url status headers at=captured_at by=captured_by",
    ),
    Kind("custody", m.Custody, "capture__exhibit__case", "capture act by at detail"),
    Kind("lineage", m.Lineage, "exhibit__case", "exhibit original kind reason by=made_by at=made_at"),
    Kind("no_lineage", m.Dismissal, "one__case", "one other by=made_by at=made_at"),
    Kind(
        "absence", m.Absence, "evidence__claim__case",
        "place query languages since until searched_on searched_by limits",
    ),
    Kind(
        "evidence", m.Evidence, "claim__case",
        "claim number exhibit absence grade stance bears_on=bearing quote where credibility rated_by level "
        "level_reason withheld note added_by added_at removed_at",
    ),
    Kind(
        "figure", m.Quantity, "case", "claim evidence position measure low high unit entity place as_of",
        follows="case series",
    ),
    Kind("figures_apart", m.Distinction, "one__case", "one other reason by=made_by at=made_at"),
    Kind("hypothesis", m.Hypothesis, "claim__case", "claim number statement added_by added_at retired_at"),
    # Its marks stand in it: they are sealed together, and fixed once the answer is in.
    Kind("matrix", m.Matrix, "claim__case", "claim reviewer round saved_at salt seal"),
    Kind(
        "assessment", m.Assessment, "claim__case",
        "claim reviewer round rating was_said likelihood confidence rationale would_change statement saved_at "
        "submitted_at seal changes=follows moved_reason facets override_reason",
        beside="sealed_as relied_on", left_out={"window": "names the page of a browser in which a draft was written"},
    ),
    Kind(
        "verdict", m.Verdict, "claim__case",
        "claim round rating summary reached difference support one_origin to_overruled open_questions review_by "
        "proposed_by proposed_at decision decided_by decided_at reason renewed renewed_at",
        beside="basis basis_content",
    ),
    Kind(
        "asked", m.Assignment, "case", "claim reviewer round current answered asked_at due came_back_at",
        follows="case number",
    ),
    Kind("overruled", m.Overruled, "case", "verdict reviewer waiting", follows="case"),
    Kind("reply", m.Reply, "verdict__claim__case", "verdict reviewer text at"),
    Kind(
        "change", m.EvidenceChange, "case",
        "claim verdict evidence what at by editor answered_by answered_at answer", follows="case",
    ),
    Kind(
        "question", m.OpenQuestion, "case",
        "claim number text assessment=from_assessment verdict=from_verdict owner due state answer added_by added_at "
        "closed_by closed_at",
        follows="case",
    ),
    Kind("link", m.Link, "claim__case", "claim other kind by=made_by at=made_at"),
    Kind(
        "comment", m.Comment, "claim__case",
        "claim evidence passage answers=parent author at round text to_all edited_at resolved_by resolved_at salt",
    ),
    Kind("comment_before", m.CommentEdit, "comment__claim__case", "comment text until"),
    Kind("mention", m.Mention, "comment__claim__case", "comment person=user"),
    Kind("report_template", m.ReportTemplate, "case", "name choice logo", follows="case", at_once=10),
    Kind(
        "report", m.Report, "case",
        "number title audience selection claims_in made_by made_at snapshot house sha256",
        name="number", beside="held", follows="case", at_once=2,
    ),
    Kind("report_claim", m.ReportedClaim, "report__case", "report position text row", at_once=100),
    Kind(
        "bundle", m.Bundle, "case",
        "file code number audience snapshot_sha256 key log_count log_head by=brought_by at=brought_at account",
        follows="case",
    ),
    Kind("former_log", m.FormerLog, "case", "file code count head by=brought_by at=brought_at", follows="case"),
)  # fmt: skip
BY_WORD = {kind.word: kind for kind in KINDS}
BY_MODEL = {kind.model: kind for kind in KINDS}

# What comes before them, one line each or a few; each is read and written by a rule of its own.
HEAD = {
    m.Case: ("code title description policy assessments_required hides_sources draft_days sample scale version", {}),
    m.Scale: ("name", {
        "version": "counts edits in the installation", "retired_at": "an installation retires its scales",
        "retired_by": "an installation retires its scales",
    }),
    m.Rating: ("scale code label meaning look position review_value translations", {
        "version": "counts edits in the installation",
    }),
    m.User: ("email name", {
        name: "belongs to the account, which never leaves" for name in (
            "password", "last_login", "is_superuser", "is_staff", "is_active", "date_joined", "time_zone", "digest",
            "is_demo", "groups", "user_permissions",
        )
    }),
    m.Mark: ("matrix hypothesis evidence value at", {}),
    m.Entry: ("number at by by_name verb thing thing_id label claim detail salt previous hash case", {}),
    m.Stamp: ("count head token service stamped_at made_at case", {}),
}  # fmt: skip
CASE, RATING = (
    "code title description policy assessments_required hides_sources draft_days sample",
    "code label meaning look position review_value translations",
)

# Models of which nothing leaves, and why.
STAYS: dict[type[models.Model], str] = {
    m.Chain: "the chain is of one installation; the log leaves whole, and a new one begins",
    m.Tally: COUNTED, m.Pattern: COUNTED, m.Pair: COUNTED, m.Split: COUNTED, m.Pace: COUNTED, m.Series: COUNTED,
    m.Print: COUNTED, m.Leaning: COUNTED, m.Reliance: COUNTED,
    m.Merge: "joins sources of the register by keys, in other cases too: merged sources leave as they stand",
    m.RenderedFile: "is made again of the frozen data",
    m.Share: "a link opens a report where it was made, and its secret never leaves",
    m.Token: "a secret", m.KeptAnswer: "belongs to a token", m.Key: "the installation signs, not the case",
    m.Webhook: "holds a secret, and tells systems of that installation", m.Delivery: "belongs to a webhook",
    m.Notice: "is told to a person in an installation", m.Presence: "is of the moment",
    m.Job: "is done by a worker of that installation", m.JobItem: "is done by a worker of that installation",
    m.Worker: "belongs to the installation",
}  # fmt: skip

# What a log's entry names by a bare key: the name in its detail → the kind that it is of.
KEYS_IN_DETAIL = {"reviewer": "person", "answers": "comment", "passage": "passage"}
MERGE_IN_DETAIL = {"merge", "moved_sha256"}  # of a merge, which stays where it was made
