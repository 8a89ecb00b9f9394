"""Whether everything that an installation holds is what it was: one look at all of it, and what to do where not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import NamedTuple

from django.db import connection

from claims.custody import former_logs, guards, heads, keys
from claims.custody.chain import altered_merges, broken_seals, gone, verify
from claims.custody.stamps import check_stamps
from claims.custody.verifying import Verification
from claims.keeping.checking import sound
from claims.keeping.databases import database_file
from claims.keeping.restoring import half_done
from claims.models import Case, Document, Evidence, Exhibit, Key, Passage, Refused, Suggestion

RESTORE = "Restore the newest backup that verify_backup finds whole, or ask for help before anybody goes on writing."


class Finding(NamedTuple):
    """One thing that is wrong, and what to do about it."""

    what: str
    do: str


class Look(NamedTuple):
    """One kind of thing to look at: what it is called, and what finds the wrong ones."""

    title: str
    look: Callable[[], Iterator[Finding]]


def database() -> Iterator[Finding]:
    """Whether the database can be read whole, and what protects the log stands in it."""
    if connection.vendor == "sqlite":
        try:
            sound(database_file())
        except Refused as fault:
            yield Finding(str(fault), RESTORE)
    for name in guards.missing(connection):
        yield Finding(f"the database lacks {name}", "Run manage.py migrate, which puts it back.")
    if half_done():
        yield Finding(
            "a restore was broken off",
            "Run manage.py restore again: it finishes or clears away what is half done before anything else.",
        )


def log() -> Iterator[Finding]:
    """Whether the log's chains, seals, merges and stamps hold."""
    tampered = "Somebody wrote into the database past the program, or it was damaged. " + RESTORE
    for case in [None, *Case.objects.order_by("code")]:
        name = case.code if case else "outside cases"
        wrong: list[str] = []
        try:
            heads.kept(case.code if case else "")
        except ValueError:
            yield Finding(f"{name}: the head kept in the data folder is empty or damaged", heads.MEND)
        else:
            wrong += filter(None, [verify(case).fault])
        wrong += [*broken_seals(case), *former_logs.faults(case)] if case else []
        wrong += [*altered_merges(case), *check_stamps(case).faults]
        for said in wrong:
            yield Finding(f"{name}: {said}", tampered)
    for code in gone():
        yield Finding(f"{code}: the data folder keeps a head of this case, and the case is gone", tampered)


def files() -> Iterator[Finding]:
    """Whether the store holds every file as it came, and nothing that nobody knows."""
    do = {
        "missing": "Put it back from a backup, or load the same file again: it is known by its hash.",
        "altered": "Put it back from a backup, or load the same file again: it is known by its hash.",
        "orphaned": "Nothing needs it: delete it, unless what a restore put aside is still wanted.",
    }
    for fault in Verification().run():
        yield Finding(f"{fault.name} is {fault.what}: {fault.said}", do[fault.what])


def documents(case: Case | None = None) -> Iterator[Finding]:
    """Whether each document (of this case) is what was loaded, and each passage and suggestion stands in it."""
    chosen = Document.objects.filter(case=case) if case else Document.objects.all()
    for key in chosen.order_by("pk").values_list("pk", flat=True).iterator():
        document = Document.objects.select_related("case").get(pk=key)
        if not document.holds_its_text():
            yield Finding(f"{document.ref} is not the text that was loaded: its hash is another", RESTORE)
        for passage in Passage.objects.filter(document=document).select_related("claim__case").order_by("pk"):
            passage.document = document  # its text is long: it is read once
            if not passage.stands():
                yield Finding(
                    f"{passage.claim.ref}: its words do not stand in {document.ref} at {passage.start}", RESTORE
                )
        beyond = Suggestion.objects.filter(document=document, end__gt=len(document.text))
        for suggestion in beyond.order_by("pk"):
            yield Finding(f"{document.ref}: a suggestion lies beyond its end, at {suggestion.start}", RESTORE)


def quotations(case: Case | None = None) -> Iterator[Finding]:
    """Whether each quotation (of this case) stands in the text of its exhibit, where that is held."""
    chosen = Evidence.objects.filter(claim__case=case) if case else Evidence.objects.all()
    quoting = chosen.standing().exclude(quote="").exclude(exhibit=None).select_related("claim__case")
    for exhibit_id, some in groupby(quoting.order_by("exhibit_id", "pk").iterator(), lambda one: one.exhibit_id):
        exhibit = Exhibit.objects.select_related("document").get(pk=exhibit_id)
        for evidence in some:
            evidence.exhibit = exhibit
            if evidence.quote_stands is False:
                yield Finding(
                    f"{evidence.claim.ref}, evidence {evidence.number}: its quotation does not stand in “{exhibit}”",
                    RESTORE,
                )


def signing() -> Iterator[Finding]:
    """Whether the key that signs is here."""
    for key in Key.objects.filter(until=None):
        try:
            keys.sign_with(key.fingerprint, b"")
        except Refused as fault:
            yield Finding(f"key {key.fingerprint[:16]}…", str(fault))


LOOKS = (
    Look("database", database),
    Look("log", log),
    Look("files", files),
    Look("documents and passages", documents),
    Look("quotations", quotations),
    Look("signing key", signing),
)
