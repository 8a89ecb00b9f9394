"""The words that the database indexes, on SQLite in FTS5's tables, on PostgreSQL under GIN indexes.

SQLite's tables hold no text of their own: they read it from the view or table they are made on, and triggers keep
their words in step. An index of the exact words serves the filter of a case's claims; all others hold stems.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

EXACT = "unicode61 remove_diacritics 2"
STEMMED = f"porter {EXACT}"

# What the text of one tsvector may be; a longer one is cut, so that no text is too long to be written.
LONGEST, LONGEST_IN_ANY_SCRIPT = 700_000, 100_000


@dataclass(frozen=True)
class Index:
    """One of SQLite's tables of words: its name, its columns, and what each row of the view or table brings."""

    name: str
    columns: tuple[str, ...]
    source: str
    tokens: str = STEMMED

    @property
    def statement(self) -> str:
        """Without the sizes of columns, which nothing asks for, a row is written more quickly.

        Beginnings of two to six letters have lists of their own; of longer ones few words begin so.
        """
        return (
            f"CREATE VIRTUAL TABLE {self.name} USING fts5({', '.join(self.columns)}, content='{self.source}', "
            f"content_rowid='id', columnsize=0, prefix='2 3 4 5 6', tokenize=\"{self.tokens}\")"
        )

    def add(self, values: str, rest: str = "") -> str:
        """What brings a row's words in."""
        return f"INSERT INTO {self.name}(rowid, {', '.join(self.columns)}) SELECT {values}{rest};"

    def drop(self, values: str, rest: str = "") -> str:
        """What takes them out: FTS5 must be told the very words that it was given."""
        columns = ", ".join(self.columns)
        return f"INSERT INTO {self.name}({self.name}, rowid, {columns}) SELECT 'delete', {values}{rest};"


CLAIM_WORDS = Index("claims_words", ("statement", "facet"), "claims_words_source", EXACT)
CLAIMS = Index("claims_found_claims", ("statement", "facet"), "claims_words_source")
DOCUMENTS = Index("claims_found_documents", ("title", "text", "facet"), "claims_found_documents_source")
SOURCES = Index("claims_found_sources", ("name", "aliases", "note"), "claims_source")
EVIDENCE = Index("claims_found_evidence", ("title", "quote", "note", "facet"), "claims_found_evidence_source")
INDEXES = (CLAIM_WORDS, CLAIMS, DOCUMENTS, SOURCES, EVIDENCE)

VIEWS = {
    "claims_words_source": "SELECT id, statement, 'case' || case_id AS facet FROM claims_claim",
    "claims_found_documents_source": "SELECT id, title, text, 'case' || case_id AS facet FROM claims_document",
    "claims_found_evidence_source": (
        "SELECT claims_evidence.id, COALESCE(title, place || ' ' || query) AS title, quote, note, "
        "'case' || claims_claim.case_id AS facet FROM claims_evidence JOIN claims_claim ON claims_claim.id = claim_id "
        "LEFT JOIN claims_exhibit ON claims_exhibit.id = exhibit_id "
        "LEFT JOIN claims_absence ON claims_absence.id = absence_id"
    ),
}

# table → its indexes, the columns that they hold, and the values of a row for them
KEPT_IN_STEP: dict[str, tuple[tuple[Index, ...], tuple[str, ...], str]] = {
    "claims_claim": (
        (CLAIM_WORDS, CLAIMS), ("statement", "case_id"), "{row}.id, {row}.statement, 'case' || {row}.case_id",
    ),
    "claims_document": (
        (DOCUMENTS,), ("title", "text", "case_id"), "{row}.id, {row}.title, {row}.text, 'case' || {row}.case_id",
    ),
    "claims_source": ((SOURCES,), ("name", "aliases", "note"), "{row}.id, {row}.name, {row}.aliases, {row}.note"),
    "claims_evidence": (
        (EVIDENCE,),
        ("quote", "note", "exhibit_id"),
        "{row}.id, COALESCE((SELECT title FROM claims_exhibit WHERE id = {row}.exhibit_id), "
        "(SELECT place || ' ' || query FROM claims_absence WHERE id = {row}.absence_id)), {row}.quote, {row}.note, "
        "(SELECT 'case' || case_id FROM claims_claim WHERE id = {row}.claim_id)",
    ),
}  # fmt: skip


def on_sqlite() -> dict[str, str]:
    """Name → statement of each table of words, and of the views and triggers behind them."""
    made = {index.name: index.statement for index in INDEXES}
    made |= {name: f"CREATE VIEW {name} AS {rows}" for name, rows in VIEWS.items()}
    for table, (indexes, columns, values) in KEPT_IN_STEP.items():
        name = indexes[0].name
        add = " ".join(index.add(values.format(row="new")) for index in indexes)
        drop = " ".join(index.drop(values.format(row="old")) for index in indexes)
        # Django's save writes every column, so most updates change no word.
        changed = " OR ".join(f"old.{column} IS NOT new.{column}" for column in columns)
        made[f"{name}_added"] = f"CREATE TRIGGER {name}_added AFTER INSERT ON {table} BEGIN {add} END"
        made[f"{name}_deleted"] = f"CREATE TRIGGER {name}_deleted AFTER DELETE ON {table} BEGIN {drop} END"
        made[f"{name}_changed"] = (
            f"CREATE TRIGGER {name}_changed AFTER UPDATE OF {', '.join(columns)} ON {table} "
            f"WHEN {changed} BEGIN {drop} {add} END"
        )
    made["claims_found_evidence_titled"] = _titled()
    made["claims_found_evidence_sought"] = _sought()
    return made


def _titled() -> str:
    """An exhibit's title is found with every piece of evidence that it is."""
    values = "id, {row}.title, quote, note, 'case' || {row}.case_id"
    rest = " FROM claims_evidence WHERE exhibit_id = old.id"
    return (
        "CREATE TRIGGER claims_found_evidence_titled AFTER UPDATE OF title, case_id ON claims_exhibit "
        "WHEN old.title IS NOT new.title OR old.case_id IS NOT new.case_id BEGIN "
        f"{EVIDENCE.drop(values.format(row='old'), rest)} {EVIDENCE.add(values.format(row='new'), rest)} END"
    )


def _sought() -> str:
    """Where a search found nothing, and for what, is found with the evidence that records it."""
    values = (
        "id, {row}.place || ' ' || {row}.query, quote, note, "
        "(SELECT 'case' || case_id FROM claims_claim WHERE id = claim_id)"
    )
    rest = " FROM claims_evidence WHERE absence_id = old.id"
    return (
        "CREATE TRIGGER claims_found_evidence_sought AFTER UPDATE OF place, query ON claims_absence "
        "WHEN old.place IS NOT new.place OR old.query IS NOT new.query BEGIN "
        f"{EVIDENCE.drop(values.format(row='old'), rest)} {EVIDENCE.add(values.format(row='new'), rest)} END"
    )


# Accents go as in FTS5, without an extension that may be missing. A text with too many words for a tsvector
# is indexed as far as any text can be. The schema is named: a restored dump looks things up in none.
WORDS_OF = """
BEGIN
    body := regexp_replace(normalize(left(body, {longest}), NFKD), '[\u0300-\u036f]', '', 'g');
    IF octet_length(body) < {shorter} THEN
        RETURN to_tsvector('{schema}.claims_stemmed', body);
    END IF;
    BEGIN
        RETURN to_tsvector('{schema}.claims_stemmed', body);
    EXCEPTION WHEN program_limit_exceeded THEN
        RETURN to_tsvector('{schema}.claims_stemmed', left(body, {shorter}));
    END;
END """

# index → its table, and what is indexed
ON_POSTGRES = {
    "claims_claim_words": ("claims_claim", "to_tsvector('simple', statement)"),
    "claims_found_claims": ("claims_claim", "claims_words_of(statement)"),
    "claims_found_documents": ("claims_document", "claims_words_of(title || ' ' || text)"),
    "claims_found_named_sources": ("claims_source", "claims_words_of(name || ' ' || aliases || ' ' || note)"),
    "claims_found_evidence": ("claims_evidence", "claims_words_of(quote || ' ' || note)"),
    "claims_found_exhibits": ("claims_exhibit", "claims_words_of(title)"),
    "claims_found_absences": ("claims_absence", "claims_words_of(place || ' ' || query)"),
}


def words_of(connection: BaseDatabaseWrapper) -> str:
    """The body of the function that finds a text's words on PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = cursor.fetchone()[0]
    return WORDS_OF.format(schema=schema, longest=LONGEST, shorter=LONGEST_IN_ANY_SCRIPT)


def on_postgres(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Name → statements of the dictionary, the function and the indexes, in the order in which they are made."""
    kinds = "asciiword, asciihword, hword_asciipart, word, hword, hword_part"
    made = {
        # Stems as in English, but no word is left out: somebody may be called “The Who”.
        "claims_stemmed": (
            "DROP TEXT SEARCH CONFIGURATION IF EXISTS claims_stemmed; "
            "DROP TEXT SEARCH DICTIONARY IF EXISTS claims_stem; "
            "CREATE TEXT SEARCH DICTIONARY claims_stem (TEMPLATE = snowball, LANGUAGE = english); "
            "CREATE TEXT SEARCH CONFIGURATION claims_stemmed (COPY = simple); "
            f"ALTER TEXT SEARCH CONFIGURATION claims_stemmed ALTER MAPPING FOR {kinds} WITH claims_stem"
        ),
        # So dear that no plan works words out again where an index holds them.
        "claims_words_of": (
            "CREATE OR REPLACE FUNCTION claims_words_of(body text) RETURNS tsvector LANGUAGE plpgsql "
            f"IMMUTABLE STRICT COST 10000 AS $${words_of(connection)}$$"
        ),
    }
    for name, (table, text) in ON_POSTGRES.items():
        made[name] = f"DROP INDEX IF EXISTS {name}; CREATE INDEX {name} ON {table} USING gin ({text})"
    return made


def standing(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Those of `on_postgres` that stand as they should; an index is known by its name alone."""
    made = on_postgres(connection)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() "
            "UNION SELECT cfgname FROM pg_ts_config WHERE cfgnamespace = current_schema()::regnamespace "
            "UNION SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND prosrc = %s",
            [words_of(connection)],
        )
        names = {row[0] for row in cursor.fetchall()}
    if "claims_stemmed" not in names:
        names.discard("claims_words_of")  # sessions remember the old one until the function is made anew
    if "claims_words_of" not in names:
        names -= {name for name, (_, text) in ON_POSTGRES.items() if "claims_words_of" in text}
    return {name: statement for name, statement in made.items() if name in names}


def out_of_step(gone: list[str]) -> list[str]:
    """SQLite's tables of words that must be filled anew where these tables, views and triggers were gone."""
    return [
        index.name
        for indexes, _columns, _values in KEPT_IN_STEP.values()
        for index in indexes
        if any(name == index.source or name.startswith(each.name) for name in gone for each in indexes)
    ]
