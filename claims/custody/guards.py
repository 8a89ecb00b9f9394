"""What the database itself must refuse, and the words it must index: triggers, set up again after every migration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate
from django.db.utils import DatabaseError

from claims.custody import words

# table → columns that never change once written; None: the row neither changes nor goes.
FROZEN: dict[str, tuple[str, ...] | None] = {
    "claims_entry": None,
    "claims_report": None,
    "claims_reportedclaim": None,
    "claims_document": ("id", "content", "text", "sha256", "sha256_bytes", "case_id", "number", "once"),
    "claims_capture": None,
    "claims_derived": None,
    "claims_custody": None,
    "claims_stamp": None,
    "claims_reply": None,
    "claims_storedfile": ("id", "sha256", "size"),
    "claims_passage": ("id", "start", '"end"', "exact", "prefix", "suffix", "document_id", "claim_id", "once"),
    "claims_exhibit": ("text",),
    "claims_assessment": (
        "id", "claim_id", "reviewer_id", "round", "rating_id", "was_said", "likelihood", "confidence", "rationale",
        "would_change", "statement", "submitted_at", "seal", "once",
        "follows_id", "moved_reason",
        "facets", "override_reason", "sealed_as",
    ),
    "claims_verdict": (
        "id", "claim_id", "round", "rating_id", "summary", "reached", "difference", "support", "one_origin",
        "to_overruled", "open_questions", "review_by", "proposed_by_id", "proposed_at", "decision", "decided_by_id",
        "decided_at", "reason", "basis", "basis_content", "renewed", "renewed_at", "once",
    ),
    "claims_grade": None,
    "claims_merge": ("id", "kept_id", "merged_id", "reason", "moved", "made_by_id", "made_at", "once"),
    "claims_evidencechange": (
        "id", "claim_id", "verdict_id", "evidence_id", "what", "at", "by_id", "case_id", "once",
    ),
    "claims_comment": (
        "id", "claim_id", "evidence_id", "passage_id", "parent_id", "author_id", "at", "round", "to_all", "salt",
        "once",
    ),
    "claims_commentedit": None,
    "claims_key": ("id", "fingerprint", "public", "since", "before_id", "statement", "signature"),
    "claims_bundle": None,
    "claims_unchecked": None,
    "claims_formerlog": None,
    "claims_share": ("id", "report_id", "token_hash", "made_by_id", "made_at", "expires_at", "once"),
    "claims_token": (
        "id", "owner_id", "token_hash", "begins", "reads", "writes", "reports", "case_id", "made_at", "expires_at",
        "once",
    ),
}  # fmt: skip

# table → columns that are written once more, after the others; what tells that they were comes first.
ANSWERED: dict[str, tuple[str, ...]] = {
    "claims_merge": ("undone_at", "undone_by_id", "stayed"),
    "claims_evidencechange": ("answered_at", "answered_by_id", "answer"),
    "claims_key": ("until",),
    "claims_share": ("withdrawn_at", "withdrawn_by_id"),
    "claims_token": ("withdrawn_at", "withdrawn_by_id"),
}

# table → when a row of it is frozen; those of the others are from the start.
# An exhibit's text gives way only to that of another capture, which is named with it.
FROZEN_ONCE = {
    "claims_exhibit": "length(old.text) > 0 AND (new.text_of_id IS NULL OR new.text_of_id = old.text_of_id)",
    "claims_assessment": "old.submitted_at IS NOT NULL",
    "claims_verdict": "old.decision = 'signed_off'",
}

# table → its unique keys: such rows are neither deleted nor replaced, under none of them.
KEPT: dict[str, tuple[tuple[str, ...], ...]] = {
    "claims_entry": (("case_id", "number"),),
    "claims_report": (("case_id", "number"), ("once",)),
    "claims_reportedclaim": (("report_id", "position"),),
    "claims_document": (("case_id", "number"), ("case_id", "sha256"), ("once",)),
    "claims_capture": (("once",),),
    "claims_derived": (("parent_id", "kind", "page", "tool", "tool_version"),),
    "claims_custody": (("id",),),
    "claims_stamp": (("case_id", "count"),),
    "claims_reply": (("verdict_id", "reviewer_id"), ("once",)),
    "claims_passage": (("claim_id", "document_id", "start", '"end"'), ("once",)),
    "claims_assessment": (("claim_id", "reviewer_id", "round", "follows_id"), ("follows_id",), ("once",)),
    "claims_verdict": (("claim_id", "round", "decision"), ("once",)),
    "claims_grade": (("once",),),
    "claims_merge": (("merged_id", "undone_at"), ("once",)),
    # A change that is told already is told again, and let be: it is no replacing.
    "claims_evidencechange": (("once",),),
    "claims_comment": (("once",),),
    "claims_commentedit": (("id",),),
    "claims_key": (("fingerprint",), ("before_id",)),
    "claims_share": (("token_hash",), ("once",)),
    "claims_token": (("token_hash",), ("once",)),
    "claims_bundle": (("case_id",),),
    "claims_unchecked": (("id",),),
    "claims_formerlog": (("case_id", "file_id"),),
}


# What lineage never does: condition on a new link → what is said of it. SQLite asks in the trigger, PostgreSQL in its
# function. Of a link that changes, what it was does not count.
CIRCLE = """new.original_id <> new.exhibit_id AND new.original_id IN (
    WITH RECURSIVE below(id) AS (
        SELECT new.exhibit_id
        UNION SELECT link.exhibit_id FROM claims_lineage AS link
            JOIN below ON link.original_id = below.id AND link.id <> {besides}
    ) SELECT id FROM below)"""
ELSEWHERE = """(SELECT case_id FROM claims_exhibit WHERE id = new.original_id)
    <> (SELECT case_id FROM claims_exhibit WHERE id = new.exhibit_id)"""
LINEAGE_NEVER = {CIRCLE: "an exhibit never traces back to itself", ELSEWHERE: "no link leaves its case"}


# Marks, and the matrix that they are of, are fixed once its reviewer's own assessment of that round is in.
ANSWER_IN = """EXISTS (SELECT 1 FROM claims_assessment AS answer WHERE answer.claim_id = {matrix}.claim_id
    AND answer.reviewer_id = {matrix}.reviewer_id AND answer.round = {matrix}.round
    AND answer.submitted_at IS NOT NULL)"""
# table → the condition that a row of it, by whatever name, is fixed; and its unique keys, for SQLite's REPLACE.
FIXED_WITH_ANSWER = {
    "claims_matrix": ANSWER_IN.replace("{matrix}", "{row}"),
    "claims_mark": "EXISTS (SELECT 1 FROM claims_matrix AS matrix WHERE matrix.id = {row}.matrix_id AND "  # noqa: S608 - own names
    + ANSWER_IN.format(matrix="matrix")
    + ")",
}
MATRIX_KEY = "held.claim_id = new.claim_id AND held.reviewer_id = new.reviewer_id AND held.round = new.round"


def differing(table: str, columns: tuple[str, ...], than: str) -> str:
    """The condition that an update changes one of these columns while they are frozen."""
    changes = " OR ".join(f"old.{column} {than} new.{column}" for column in columns)
    changes = f"({changes})" if len(columns) > 1 and table in FROZEN_ONCE else changes
    return f"{FROZEN_ONCE[table]} AND {changes}" if table in FROZEN_ONCE else changes


def answering_again(table: str, than: str) -> str:
    """The condition that an update changes what was written once already."""
    columns = ANSWERED[table]
    changes = " OR ".join(f"old.{each} {than} new.{each}" for each in columns)
    changes = f"({changes})" if len(columns) > 1 else changes  # as PostgreSQL writes it down
    return f"old.{columns[0]} IS NOT NULL AND {changes}"


def same(table: str, key: tuple[str, ...]) -> str:
    """The condition that a row has the key of the new one.

    A column that is a key by itself is null in most rows: the plus keeps SQLite from going through all of these, as it
    would for want of statistics.
    """
    return " AND ".join(f"{'+' if (column,) in KEPT[table] else ''}{column} IS new.{column}" for column in key)


def replacing(table: str) -> str:
    """The condition, on SQLite, that a row comes in where a kept one stands, under its id or another unique key."""
    # Most rows have no `once` and follow none, and none of them is another's for that.
    keys = [f"{key[0]} = new.{key[0]}" if len(key) == 1 else same(table, key) for key in KEPT[table]]
    held = f" AND {FROZEN_ONCE[table].replace('old.', '')}" if table in FROZEN_ONCE else ""
    return f"EXISTS (SELECT 1 FROM {table} WHERE (id = new.id OR ({') OR ('.join(keys)})){held})"  # noqa: S608 - own names


def sqlite_guards() -> dict[str, str]:
    """Name → statement of each trigger and table that must stand in a SQLite database."""
    made: dict[str, str] = {}
    for table, columns in FROZEN.items():
        update = "UPDATE" if columns is None else "UPDATE OF " + ", ".join(columns)
        for act in (update, "DELETE") if table in KEPT else (update,):
            name = f"{table}_refuses_{act.split()[0].lower()}"
            # Django's save writes every column, so an update that changes none of these must pass.
            when = differing(table, columns, "IS NOT") if columns and act == update else FROZEN_ONCE.get(table)
            only = f"WHEN {when} " if when else ""
            made[name] = (
                f"CREATE TRIGGER {name} BEFORE {act} ON {table} {only}"
                f"BEGIN SELECT RAISE(ABORT, '{table}: what stands here is never changed'); END"
            )
    for table, columns in ANSWERED.items():
        name = f"{table}_refuses_another_answer"
        made[name] = (
            f"CREATE TRIGGER {name} BEFORE UPDATE OF {', '.join(columns)} ON {table} "
            f"WHEN {answering_again(table, 'IS NOT')} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: what stands here is never changed'); END"
        )
    for table, keys in KEPT.items():
        # REPLACE deletes what it replaces without firing a DELETE trigger.
        conditions = {("INSERT", "replace"): replacing(table)}
        if table in FROZEN_ONCE:  # elsewhere no key of any row moves
            moved = " OR ".join(f"old.{column} IS NOT new.{column}" for column in sorted({"id"}.union(*keys)))
            conditions["UPDATE", "overwrite"] = f"({moved}) AND {replacing(table)}"
        for (act, what), when in conditions.items():
            made[f"{table}_refuses_{what}"] = (
                f"CREATE TRIGGER {table}_refuses_{what} BEFORE {act} ON {table} WHEN {when} "
                f"BEGIN SELECT RAISE(ABORT, '{table}: what stands here is never changed'); END"
            )
    return made | lineage_on_sqlite() | marks_on_sqlite() | words.on_sqlite()


def lineage_on_sqlite() -> dict[str, str]:
    """The triggers that keep lineage free of circles and within its case."""
    made: dict[str, str] = {}
    for act, besides in (("INSERT", "0"), ("UPDATE OF exhibit_id, original_id", "old.id")):
        for what, (when, said) in zip(("circle", "elsewhere"), LINEAGE_NEVER.items(), strict=True):
            name = f"claims_lineage_refuses_{what}_on_{act.split()[0].lower()}"
            made[name] = (
                f"CREATE TRIGGER {name} BEFORE {act} ON claims_lineage WHEN {when.format(besides=besides)} "
                f"BEGIN SELECT RAISE(ABORT, 'claims_lineage: {said}'); END"
            )
    return made


def marks_on_sqlite() -> dict[str, str]:
    """The triggers that fix marks, and their matrix, with the answer. REPLACE deletes without firing a trigger."""
    made: dict[str, str] = {}
    for table, fixed in FIXED_WITH_ANSWER.items():
        key = f" OR ({MATRIX_KEY})" if table == "claims_matrix" else ""
        # A matrix may come after the answer only where nothing stood; a mark may not come at all.
        comes = f"EXISTS (SELECT 1 FROM {table} AS held WHERE (held.id = new.id{key}) AND {fixed.format(row='held')})"  # noqa: S608 - own names
        if table == "claims_mark":
            comes = f"{fixed.format(row='new')} OR {comes}"
        whens = {"insert": comes, "update": f"{fixed.format(row='old')} OR {comes}", "delete": fixed.format(row="old")}
        for act, when in whens.items():
            name = f"{table}_refuses_{act}"
            made[name] = (
                f"CREATE TRIGGER {name} BEFORE {act.upper()} ON {table} WHEN {when} "
                f"BEGIN SELECT RAISE(ABORT, '{table}: what stands here is never changed'); END"
            )
    return made


def postgres_guards() -> dict[str, str]:
    """Name → statement of each trigger that must stand in a PostgreSQL database.

    They are written as `pg_get_triggerdef` gives them back, so that the two can be compared.
    """
    made: dict[str, str] = {}
    for table, columns in FROZEN.items():
        acts = "DELETE OR UPDATE" if columns is None else "UPDATE OF " + ", ".join(columns)
        name = f"{table}_refuses_{'update_and_delete' if columns is None else 'update'}"
        only = f"WHEN ({differing(table, columns, 'IS DISTINCT FROM')}) " if columns else ""
        made[name] = (
            f"CREATE TRIGGER {name} BEFORE {acts} ON {table} FOR EACH ROW {only}EXECUTE FUNCTION claims_refuse()"
        )
        if columns is not None and table in KEPT:
            once = f"WHEN ({FROZEN_ONCE[table]}) " if table in FROZEN_ONCE else ""
            made[f"{table}_refuses_delete"] = (
                f"CREATE TRIGGER {table}_refuses_delete BEFORE DELETE ON {table} "
                f"FOR EACH ROW {once}EXECUTE FUNCTION claims_refuse()"
            )
        if table in KEPT:
            made[f"{table}_refuses_truncate"] = (
                f"CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION claims_refuse()"
            )
    for table, columns in ANSWERED.items():
        name = f"{table}_refuses_another_answer"
        made[name] = (
            f"CREATE TRIGGER {name} BEFORE UPDATE OF {', '.join(columns)} ON {table} FOR EACH ROW "
            f"WHEN ({answering_again(table, 'IS DISTINCT FROM')}) EXECUTE FUNCTION claims_refuse()"
        )
    name = "claims_lineage_refuses_circle"
    made[name] = (
        f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OF exhibit_id, original_id ON claims_lineage "
        "FOR EACH ROW EXECUTE FUNCTION claims_refuse_circle()"
    )
    for table in FIXED_WITH_ANSWER:
        acts = "INSERT OR DELETE OR UPDATE" if table == "claims_mark" else "DELETE OR UPDATE"
        made[f"{table}_refuses_change"] = (
            f"CREATE TRIGGER {table}_refuses_change BEFORE {acts} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
        )
        made[f"{table}_refuses_truncate"] = (
            f"CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION claims_refuse()"
        )
    return made


# PostgreSQL: function → its body. Links of a case are asked about one by one: two that are made at the same instant
# could close a circle together, and neither would see the other.
FUNCTIONS = {
    "claims_refuse": "BEGIN RAISE EXCEPTION '%: what stands here is never changed', TG_TABLE_NAME; END",
    "claims_refuse_circle": """BEGIN
IF new.original_id IS NULL THEN RETURN new; END IF;
PERFORM pg_advisory_xact_lock(hashtextextended('claims_lineage', case_id))
    FROM claims_exhibit WHERE id = new.exhibit_id;
"""
    + "".join(
        f"IF {when.format(besides='new.id')} THEN RAISE EXCEPTION 'claims_lineage: {said}'; END IF;\n"
        for when, said in LINEAGE_NEVER.items()
    )
    + "RETURN new;\nEND",
}
for _table, _fixed in FIXED_WITH_ANSWER.items():
    _refuse = f"THEN RAISE EXCEPTION '{_table}: what stands here is never changed'; END IF;"
    FUNCTIONS[f"{_table}_refuse"] = (
        f"BEGIN\nIF TG_OP <> 'INSERT' THEN IF {_fixed.format(row='old')} {_refuse} END IF;\n"
        f"IF TG_OP = 'DELETE' THEN RETURN old; END IF;\nIF {_fixed.format(row='new')} {_refuse}\nRETURN new;\nEND"
    )


def function(name: str) -> str:
    """The statement that makes one of them."""
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${FUNCTIONS[name]}$$"


def wanted(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """What must stand in this database, by name."""
    if connection.vendor == "sqlite":
        return sqlite_guards()
    return postgres_guards() | words.on_postgres(connection)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of what should stand and does not, or stands otherwise than it should."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE name LIKE 'claims\\_%' ESCAPE '\\'")
            stands = dict(cursor.fetchall())
            return [name for name, statement in wanted(connection).items() if stands.get(name) != statement]
        cursor.execute(
            "SELECT tgname, pg_get_triggerdef(pg_trigger.oid, true), proname, prosrc FROM pg_trigger "
            "JOIN pg_proc ON pg_proc.oid = tgfoid JOIN pg_class ON pg_class.oid = tgrelid "
            "WHERE relnamespace = current_schema()::regnamespace "
            "AND NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgname LIKE 'claims_%'"
        )
        # PostgreSQL writes down that it compares short strings as text; we need not.
        stands = {
            name: definition.replace("::text", "")
            for name, definition, called, body in cursor.fetchall()
            if FUNCTIONS.get(called) == body
        }
    stands |= words.standing(connection)
    return [name for name, statement in wanted(connection).items() if stands.get(name) != statement]


def set_up(connection: BaseDatabaseWrapper) -> list[str]:
    """Create what is missing and return its names; all words are indexed anew where what keeps their index was gone."""
    gone = missing(connection)
    statements = wanted(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and gone:
            for name in FUNCTIONS:
                cursor.execute(function(name))
        for name in gone:
            if connection.vendor == "sqlite":
                kind = statements[name].split()[1]
                cursor.execute(f"DROP {'TABLE' if kind == 'VIRTUAL' else kind} IF EXISTS {name}")
            elif "_refuses_" in name:
                # One that is switched off still has its name.
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {name.split('_refuses_')[0]}")
            cursor.execute(statements[name])
        if connection.vendor == "sqlite":
            for index in words.out_of_step(gone):
                cursor.execute(f"INSERT INTO {index}({index}) VALUES ('rebuild')")  # noqa: S608 - own names
    return gone


def take_down(connection: BaseDatabaseWrapper) -> None:
    """Drop what protects the log: for tests that tamper with it, and for emptying a test's database."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # Whoever empties the tables takes exhibits before the evidence whose words are theirs.
            cursor.execute("DROP TRIGGER IF EXISTS claims_found_evidence_deleted")
        for name, statement in wanted(connection).items():
            if statement.startswith("CREATE TRIGGER") and "_refuses_" in name:
                table = name.split("_refuses_")[0]
                cursor.execute(
                    f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if connection.vendor == "postgresql" else "")
                )


def after_migrate(sender: Any, using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """A migration that rebuilds a SQLite table drops its triggers: put them back, and the default scale with them."""
    from claims.models import Chain, Scale

    connection = connections[using]
    if "claims_entry" not in connection.introspection.table_names():
        return
    set_up(connection)
    call_command("createcachetable", database=using, verbosity=0)
    Scale.objects.default()
    Chain.objects.get_or_create(case=None)


@register(Tags.database)
def check_guards(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Warns, by name, of every trigger that should stand in the database and does not."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        try:
            if "claims_entry" in connection.introspection.table_names():
                found += [
                    Warning(f"The database lacks {name}.", hint="Run manage.py migrate.", id="claims.W001")
                    for name in missing(connection)
                ]
        except DatabaseError as fault:
            found.append(Warning(f"The database could not be asked: {fault}", id="claims.W002"))
    return found


def connect() -> None:
    """Have the guards set up after every migration."""
    post_migrate.connect(after_migrate, dispatch_uid="claims.guards")
