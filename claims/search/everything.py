"""Finding claims, documents, sources and evidence by their words, in all the cases that somebody may see."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models.functions import Length, Substr
from django.utils.safestring import SafeString

from claims.models import Case, Claim, Document, Evidence, Role, Source, User
from claims.models.prepared import Prepared
from claims.search.snippets import marked, snippet
from claims.search.words import WORDS, folded
from claims.text import parts

KINDS = ("claim", "document", "source", "evidence")
MOST_TERMS = 20
FEW = 6  # records, found by a query that is written once: a page of all kinds shows five of each and tells of a sixth
STRETCH = 5 * parts.SIZE  # characters of a document that are read at once
MOST_LOOKED = 4_000_000  # characters of a page's documents, beyond how they begin, in which a hit is looked for
NEWEST = 200  # pieces of evidence that are looked through before any index is asked, on PostgreSQL
LONGEST_WORD = 500  # characters; PostgreSQL takes 2046 bytes, and a letter may fold to eighteen
TERMS = re.compile(r'"([^"]*)"|“([^“”]*)”|([^\s"“”]+)')
CURSOR = re.compile(r"([a-z]+)-(\d{1,18})", re.ASCII)


@dataclass(frozen=True)
class Term:
    """Words that must stand next to each other; with `begins` the last is only the beginning of one."""

    text: str
    begins: bool = False


@dataclass(frozen=True)
class Hit:
    """A record in which all terms stand: its name and a stretch with many of them, safe and with marks.

    Of a document only `read` was read, from its character `start` on; deep in a long one the words may not be found.
    """

    kind: str
    record: Any
    title: SafeString
    snippet: SafeString
    start: int = 0
    read: str = ""


@dataclass(frozen=True)
class Page:
    """Some of what was found, and where the next page goes on; "" at the end."""

    hits: list[Hit]
    after: str


def terms(words: str) -> list[Term]:
    """What was typed: words, “phrases”, and with an asterisk a word's beginning; the first twenty."""
    found = []
    for match in TERMS.finditer(words.replace("\0", " ")):
        text = "".join(group or "" for group in match.groups())
        # Some letters fold to nothing but an accent, and a beginning needs a word.
        if WORDS.search(folded(text)):
            found.append(Term(text, begins=bool(match[3]) and text.endswith("*")))
    return found[:MOST_TERMS]


def search(
    words: str, reader: User, *, kind: str | None = None, case: Case | None = None, after: str = "", limit: int = 20
) -> Page:
    """What the reader may see that holds all the words: claims, documents, sources, evidence; each newest first.

    `kind` is one of KINDS, and `after` where the page before said that this one goes on.
    """
    return Search(words, reader, case).page(kind, after, limit)


class Search:
    """The words that somebody looks for, in one case or in all that they may see."""

    def __init__(self, words: str, reader: User, case: Case | None = None) -> None:
        self.reader, self.asked = reader, terms(words)
        roles = in_cases(reader, case)
        self.among = None if roles is None else list(roles)
        self.reads = [key for key, role in (roles or {}).items() if role == Role.READER]

    def page(self, kind: str | None, after: str, limit: int) -> Page:
        """So many of what is found, of one kind or one kind after the other, each newest first."""
        if not self.asked or self.among == []:
            return Page([], "")
        at = CURSOR.fullmatch(after)
        from_kind, beyond = (at[1], int(at[2])) if at and at[1] in KINDS else (KINDS[0], None)
        hits: list[Hit] = []
        for each in KINDS[KINDS.index(from_kind) :]:
            if kind in (None, each):
                beyond_it = beyond if each == from_kind else None
                most = limit + 1 - len(hits)
                keys = found(each, self.asked, self.among, beyond_it, most, self.reads, rater=self.reader.pk)
                hits += shown(each, keys, self.asked, self.reader)
            if len(hits) > limit:
                return Page(hits[:limit], f"{hits[limit - 1].kind}-{hits[limit - 1].record.pk}")
        return Page(hits, "")


def in_cases(reader: User, case: Case | None) -> dict[int, str] | None:
    """The cases to search, one or those the reader belongs to: key → their role there. None for all there are."""
    if case is None and reader.is_superuser and reader.is_active:
        return None
    seen = Case.objects.visible_to(reader).order_by()
    return dict((seen.filter(pk=case.pk) if case else seen).values_list("pk", "role"))


def _withheld(same: str) -> str:
    """That evidence withholds an exhibit, called “its” in the condition that it is the same."""
    # As the index has it, or it would not be used; with a plus sign before its columns the database begins there.
    withheld = "kept.withheld = 1" if connection.vendor == "sqlite" else "kept.withheld"
    both = "claims_evidence AS kept JOIN claims_exhibit AS its ON its.id = kept.exhibit_id"
    return f"EXISTS (SELECT 1 FROM {both} WHERE {withheld} AND {same})"  # noqa: S608 - own names


def found(
    kind: str,
    asked: list[Term],
    among: list[int] | None,
    beyond: int | None,
    most: int,
    reads: Sequence[int] = (),
    named: bool = False,
    rater: int = 0,
) -> list[int]:
    """The keys of the records of a kind that hold all the terms, the newest first, from beyond a key.

    In the cases `reads` one is a reader, and finds nothing of whom evidence withholds. `named` asks for sources that
    hold the terms in their names alone. Evidence that waits to be rated with its source hidden is found by whoever
    added it alone.
    """

    def keys(sql: str, values: list[Any]) -> list[int]:
        return _first(kind, sql, values, among, beyond, most, reads, rater)

    if connection.vendor == "sqlite":
        return keys(*_on_sqlite(kind, asked, among, named))
    if kind == "evidence":
        # No index of PostgreSQL's gives words in an order. Those that very much evidence holds stand in the newest
        # already, and of what holds the others there is little enough to fetch all of it.
        newest = keys(*_in_newest(asked, among, beyond))
        return newest if len(newest) == most else keys(*_on_postgres(kind, asked, among, named))
    return keys(*_on_postgres(kind, asked, among, named))


def _first(
    kind: str, sql: str, values: list[Any], among: list[int] | None, beyond: int | None, most: int,
    reads: Sequence[int], rater: int,
) -> list[int]:  # fmt: skip
    """The keys of what a statement finds, the newest first, as far as the reader may see it."""
    if kind == "source":
        sql += " AND EXISTS (SELECT 1 FROM claims_source AS one WHERE one.id = {key} AND one.merged_into_id IS NULL)"
    if beyond is not None:
        sql += " AND {key} < %s"
        values.append(beyond)
    if kind == "source" and among is not None:
        sql += f" AND EXISTS (SELECT 1 FROM claims_source_cases AS known WHERE {_known(reads, among)})"  # noqa: S608 - own names; values are parameters
        values += [*among, *reads]
    if kind == "evidence":
        sql += f" AND EXISTS ({STANDING} AND NOT {UNRATED})"
        values.append(rater)
        if reads:
            sql += f" AND NOT EXISTS ({_kept(reads)})"
            values += reads
    key = f"{INDEXES[kind][0]}.rowid" if connection.vendor == "sqlite" else f"{TABLES[kind]}.id"
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ORDER BY {{key}} DESC LIMIT %s".replace("{key}", key), [*values, most])
        return [row[0] for row in cursor.fetchall()]


def _known(reads: Sequence[int], among: Sequence[int]) -> str:
    """That a source is known in one of these cases, and not withheld there from their readers."""
    known = f"known.source_id = {{key}} AND known.case_id IN ({_many(among)})"
    if not reads:
        return known
    here = "+its.source_id = known.source_id AND +its.case_id = known.case_id"
    return f"{known} AND (known.case_id NOT IN ({_many(reads)}) OR NOT {_withheld(here)})"


def _kept(reads: Sequence[int]) -> str:
    """That evidence stands in one of these cases and is withheld, or names whom other evidence there withholds."""
    same = "(+its.id = shown.id OR +its.source_id = shown.source_id AND +its.case_id = shown.case_id)"
    return (
        "SELECT 1 FROM claims_evidence AS cited JOIN claims_exhibit AS shown ON shown.id = cited.exhibit_id "  # noqa: S608 - own names; values are parameters
        f"WHERE cited.id = {{key}} AND shown.case_id IN ({_many(reads)}) AND {_withheld(same)}"
    )


STANDING = "SELECT 1 FROM claims_evidence AS cited WHERE cited.id = {key} AND cited.removed_at IS NULL"
# That evidence, called “cited”, waits to be rated by others than whoever added it.
UNRATED = (
    "(cited.credibility = '' AND cited.exhibit_id IS NOT NULL AND cited.added_by_id <> %s AND EXISTS (SELECT 1 FROM "
    "claims_claim AS its_claim JOIN claims_case AS its_case ON its_case.id = its_claim.case_id "
    "WHERE its_claim.id = cited.claim_id AND its_case.hides_sources))"
)


def _many(values: Sequence[int]) -> str:
    return ", ".join(["%s"] * len(values))


INDEXES = {
    "claim": ("claims_found_claims", "statement"),
    "document": ("claims_found_documents", "title text"),
    "source": ("claims_found_sources", "name aliases note"),
    "evidence": ("claims_found_evidence", "title quote note"),
}

NAMES = "name aliases"


def _on_sqlite(kind: str, asked: list[Term], among: list[int] | None, named: bool) -> tuple[str, list[Any]]:
    index, columns = INDEXES[kind]
    columns = NAMES if named else columns
    phrases = ['"' + term.text.replace('"', '""') + '"' + "*" * term.begins for term in asked]
    match = f"{{{columns}}}:({' AND '.join(phrases)})"
    if among is not None and kind != "source":
        match = f"facet:({' OR '.join(f'case{key}' for key in among)}) AND {match}"
    return f"SELECT rowid FROM {index} WHERE {index} MATCH %s", [match]  # noqa: S608 - own names; values are parameters


TABLES = {
    "claim": "claims_claim",
    "document": "claims_document",
    "source": "claims_source",
    "evidence": "claims_evidence",
}
# As the indexes have it, or they would not be used.
TEXTS = {
    "claim": "statement",
    "document": "title || ' ' || text",
    "source": "name || ' ' || aliases || ' ' || note",
    "evidence": "quote || ' ' || note",
}


# A term may stand in the evidence, in its exhibit's title or in what its absence looked for; each has its own index.
HOLDING = """SELECT id FROM claims_evidence WHERE claims_words_of({text}) @@ {query} UNION ALL
    SELECT cited.id FROM claims_evidence cited JOIN claims_exhibit ON claims_exhibit.id = exhibit_id
        WHERE claims_words_of(title) @@ {query} UNION ALL
    SELECT cited.id FROM claims_evidence cited JOIN claims_absence ON claims_absence.id = absence_id
        WHERE claims_words_of(place || ' ' || query) @@ {query}"""
# The same, asked of one piece of evidence after the other.
HOLDS = """(claims_words_of({text}) @@ {query}
    OR claims_words_of((SELECT title FROM claims_exhibit WHERE id = claims_evidence.exhibit_id)) @@ {query}
    OR claims_words_of((SELECT place || ' ' || query FROM claims_absence WHERE id = absence_id)) @@ {query})"""


def _on_postgres(kind: str, asked: list[Term], among: list[int] | None, named: bool) -> tuple[str, list[Any]]:
    if kind == "evidence":
        return _holding_rarest(asked, among)
    table = TABLES[kind]
    conditions: list[str] = []
    values: list[Any] = []
    for term in asked:
        query, value = _tsquery(term)
        conditions.append(f"claims_words_of({TEXTS[kind]}) @@ {query}")
        values.append(value)
        if named:
            conditions.append(f"claims_words_of(name || ' ' || aliases) @@ {query}")
            values.append(value)
    if among is not None and kind != "source":
        conditions.append("case_id = ANY(%s)")
        values.append(among)
    return f"SELECT {table}.id FROM {table} WHERE {' AND '.join(conditions)}", values  # noqa: S608 - own names; values are parameters


def _in_newest(asked: list[Term], among: list[int] | None, beyond: int | None) -> tuple[str, list[Any]]:
    """Looks through the newest evidence."""
    before = "" if beyond is None else "WHERE id < %s "
    newest = f"(SELECT * FROM claims_evidence {before}ORDER BY id DESC LIMIT {NEWEST}) AS claims_evidence"  # noqa: S608 - own names
    return _evidence(newest, [] if beyond is None else [beyond], asked, among)


def _holding_rarest(asked: list[Term], among: list[int] | None) -> tuple[str, list[Any]]:
    """Looks through all evidence that holds the rarest of the terms."""
    held = [_worded(HOLDING, term) for term in asked]
    rarest = min(range(len(held)), key=lambda n: _expected(*held[n])) if len(held) > 1 else 0
    rows = f"(SELECT * FROM claims_evidence WHERE id = ANY(ARRAY({held[rarest][0]}))) AS claims_evidence"  # noqa: S608 - own names
    return _evidence(rows, held[rarest][1], [*asked[:rarest], *asked[rarest + 1 :]], among)


def _evidence(rows: str, values: list[Any], asked: list[Term], among: list[int] | None) -> tuple[str, list[Any]]:
    conditions = ["TRUE"]
    for term in asked:
        condition, more = _worded(HOLDS, term)
        conditions.append(condition)
        values += more
    if among is not None:
        conditions.append("(SELECT case_id FROM claims_claim WHERE id = claims_evidence.claim_id) = ANY(%s)")
        values.append(among)
    return f"SELECT claims_evidence.id FROM {rows} WHERE {' AND '.join(conditions)}", values  # noqa: S608 - own names; values are parameters


def _worded(sql: str, term: Term) -> tuple[str, list[Any]]:
    query, value = _tsquery(term)
    return sql.format(text=TEXTS["evidence"], query=query), [value] * 3


def _expected(sql: str, values: list[Any]) -> int:
    """How many rows PostgreSQL expects a query to find; it is not run."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", values)
        return int(cursor.fetchone()[0][0]["Plan"]["Plan Rows"])


def _tsquery(term: Term) -> tuple[str, str]:
    words = [word[:LONGEST_WORD] for word in WORDS.findall(folded(term.text))]
    if term.begins:
        return "to_tsquery('claims_stemmed', %s)", " <-> ".join(f"'{word}'" for word in words) + ":*"
    return "phraseto_tsquery('claims_stemmed', %s)", folded(term.text)


def shown(kind: str, keys: list[int], asked: list[Term], reader: User) -> Iterator[Hit]:
    """The records of these keys, in this order, as far as the reader may see them."""
    records = {record.pk: record for record in of_keys(kind, keys, reader)}
    words = [word for term in asked for word in WORDS.findall(folded(term.text))]
    begun = {WORDS.findall(folded(term.text))[-1] for term in asked if term.begins}
    left = MOST_LOOKED
    for key in keys:
        if key in records and kind == "document":
            document = records[key]
            start, read, cut = seen_in(document, words, begun, left)
            left -= start if "<mark>" in cut else min(document.length, left)
            yield Hit(kind, document, marked(document.title, words, begun), cut, start, read)
        elif key in records:
            title, *bodies = _texts(kind, records[key])
            best = max((snippet(body, words, begun) for body in bodies), key=lambda cut: "<mark>" in cut)
            yield Hit(kind, records[key], marked(title, words, begun), best)


def seen_in(document: Document, words: list[str], begun: set[str], most: int) -> tuple[int, str, SafeString]:
    """The first stretch of a long text in which a word can be marked, where it starts, and the snippet of it.

    Looks so many characters beyond the first stretch; where it finds none, that is how the text begins.
    """
    begins: str = document.begins  # type: ignore[attr-defined]
    length: int = document.length  # type: ignore[attr-defined]
    first = 0, begins, snippet(begins, words, begun, after=length > len(begins))
    if "<mark>" in first[2]:
        return first
    for start in range(STRETCH, min(length, most), STRETCH):
        texts = Document.objects.filter(pk=document.pk).order_by().values_list(_stretch(start), flat=True)
        read = texts.get()
        cut = snippet(read, words, begun, before=True, after=length > start + len(read))
        if "<mark>" in cut:
            return start, read, cut
    return first


def _stretch(start: int) -> Substr:
    # With a little of what follows, so that no snippet ends where a stretch does.
    return Substr("text", start + 1, STRETCH + parts.REACH)


def of_keys(kind: str, keys: list[int], reader: User) -> list[Any]:
    """The records of a kind that have these keys, as far as the reader may see them, in no order."""
    if len(keys) > FEW or reader.bound_to is not None:
        return list(_records(kind, reader).filter(pk__in=keys))
    if not keys:
        return []
    everywhere = reader.is_superuser and reader.is_active
    return records_by_key(kind, everywhere)(reader.pk, *keys, *keys[:1] * (FEW - len(keys)))


@functools.cache
def records_by_key(kind: str, everywhere: bool) -> Prepared[Any]:
    """The records of a few keys that somebody may see; `everywhere` for an administrator."""

    def build(reader: int, *keys: int) -> Any:
        return _records(kind, User(pk=reader, is_superuser=everywhere)).filter(pk__in=keys)

    return Prepared(build)


def _records(kind: str, reader: User) -> models.QuerySet[Any]:
    """The records of a kind that the reader may see, with what their hits name."""
    if kind == "claim":
        return Claim.objects.visible_to(reader).select_related("case", "rating").order_by()
    if kind == "document":
        documents = Document.objects.visible_to(reader).light().select_related("case").order_by()
        annotated: models.QuerySet[Any] = documents.annotate(length=Length("text"), begins=_stretch(0))
        return annotated
    if kind == "source":
        return Source.objects.visible_to(reader).listed().order_by()
    standing = Evidence.objects.standing().visible_to(reader)
    return standing.select_related("claim__case", "exhibit", "absence").defer("exhibit__text").order_by()


def _texts(kind: str, record: Any) -> tuple[str, ...]:
    """What a hit is called, and in which texts it can be seen, the first preferred."""
    if kind == "claim":
        return record.ref, record.statement
    if kind == "source":
        return record.name, record.aliases, record.note
    title = record.exhibit.title if record.exhibit is not None else str(record.absence)
    return title, record.quote, record.note
