"""Finding a case's claims by their words, on both databases, in the order of their numbers."""

from __future__ import annotations

from django.db import connection
from django.db.models import QuerySet

from claims.models import Case, Claim

MOST_WORDS = 20
LONGEST_WORD = 500  # characters; PostgreSQL takes 2046 bytes


def usable(words: str) -> list[str]:
    """The words in which there is a letter or a digit to look for; the first twenty."""
    found = [word for word in words.replace("\0", " ").split() if any(sign.isalnum() for sign in word)]
    return found[:MOST_WORDS]


def matching(case: Case, words: str, *, oldest: bool = False, beyond: int | None = None) -> QuerySet[Claim]:
    """The claims in whose statement all these words stand, newest first. With an asterisk a word is a beginning.

    `beyond` is a claim's number: only what comes after it in that order. The database reads them in
    this order from its index of words, so the first fifty cost the same among any number.
    """
    found = usable(words)
    if not found:
        return Claim.objects.none()
    on_sqlite = connection.vendor == "sqlite"
    return (_on_sqlite if on_sqlite else _on_postgres)(case, found, oldest, beyond)


def _on_sqlite(case: Case, words: list[str], oldest: bool, beyond: int | None) -> QuerySet[Claim]:
    # Not every word is taken as a beginning: for those the index is merged before the first claim is found.
    phrases = ['"' + word.replace('"', '""') + '"' + "*" * word.endswith("*") for word in words]
    match = f"facet:case{case.pk} AND statement:({' AND '.join(phrases)})"
    # The plus sign keeps the planner from beginning with the case and asking for the words of each claim.
    where = ["claims_words.rowid = claims_claim.id", "claims_words MATCH %s", "+claims_claim.case_id = %s"]
    params: list[str | int] = [match, case.pk]
    if beyond is not None:
        # Within a case numbers follow ids: both are given while the case's chain is held.
        where.append(_NEXT[oldest])
        params += [case.pk, beyond]
    claims: QuerySet[Claim] = Claim.objects.extra(  # noqa: S610 - what the person typed goes in as a parameter
        tables=["claims_words"],
        where=where,
        params=params,
        order_by=["claims_words.rowid" if oldest else "-claims_words.rowid"],
    )
    return claims


_NEXT = {
    False: "claims_words.rowid <= "
    "(SELECT id FROM claims_claim WHERE case_id = %s AND number < %s ORDER BY number DESC LIMIT 1)",
    True: "claims_words.rowid >= "
    "(SELECT id FROM claims_claim WHERE case_id = %s AND number > %s ORDER BY number LIMIT 1)",
}


def _on_postgres(case: Case, words: list[str], oldest: bool, beyond: int | None) -> QuerySet[Claim]:
    quoted = [
        "'" + word[:LONGEST_WORD].replace("\\", "\\\\").replace("'", "''") + "'" + ":*" * word.endswith("*")
        for word in words
    ]
    claims: QuerySet[Claim] = Claim.objects.filter(case=case).extra(
        where=["to_tsvector('simple', claims_claim.statement) @@ to_tsquery('simple', %s)"],
        params=[" & ".join(quoted)],
    )
    if beyond is not None:
        claims = claims.filter(number__gt=beyond) if oldest else claims.filter(number__lt=beyond)
    return claims.order_by("number" if oldest else "-number")
