"""The log, tampered with in every way: what recomputing it finds."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F, QuerySet

from claims.custody import guards, heads
from claims.custody.chain import broken_seals, verify
from claims.custody.heads import Head
from claims.models import Assessment, Case, Chain, Entry, Merge, User, merge, part
from claims.models.entries import sha256
from tests.factories import make_assessment, make_claim, make_evidence, make_source

EDITS: dict[str, object] = {
    "at": F("at") + timedelta(seconds=1),
    "by_id": None,  # another person, filled in below
    "by_name": "Somebody else",
    "verb": "removed",
    "thing": "case",
    "thing_id": 99,
    "label": "BY-99",
    "claim_id": None,
    "detail": '{"after":null,"before":null,"why":"because"}',
    "salt": "f" * 32,
    "previous": "f" * 64,
    "hash": "f" * 64,
}


@pytest.fixture
def log(case: Case, ann: User) -> Case:
    """A case with a log of some length, whose head is kept in the data folder, and no guards."""
    for n in range(4):
        make_claim(case=case, by=ann, statement=f"Claim {n}.")
    chain = Chain.objects.get(case=case)
    heads.keep("BY", Head(chain.count, chain.head))
    guards.take_down(connection)
    return case


def entries(log: Case):
    return Entry.objects.filter(case=log)


def told(*args: str) -> tuple[str, bool]:
    """What verify_log prints, and whether it says that all holds."""
    out = StringIO()
    try:
        call_command("verify_log", *args, stdout=out, no_color=True)
    except CommandError as fault:
        return out.getvalue() + str(fault), False
    return out.getvalue(), True


def rehash_from(log: Case, number: int, previous: str | None = None) -> None:
    """What a forger would do: make every hash from here on fit again, the chain's head too."""
    before = entries(log).filter(number__lt=number).order_by("-number").first()
    last = previous or (before.hash if before else "0" * 64)
    for entry in entries(log).filter(number__gte=number).order_by("number"):
        entry.previous = last
        entry.hash = last = entry.expected_hash(log.code)
        entries(log).filter(pk=entry.pk).update(previous=entry.previous, hash=entry.hash)
    newest = entries(log).latest("number")
    Chain.objects.filter(case=log).update(count=newest.number, head=newest.hash)


def test_a_log_that_nobody_touched_holds(log):
    said, holds = told()
    assert holds
    chain = Chain.objects.get(case=log)
    assert f"BY: {chain.count} entries hold, head {chain.count}:{chain.head}" in said
    assert "outside cases: " in said


def test_entries_from_before_and_from_after_there_were_salts_hold_in_one_log(log):
    entries(log).filter(number__lte=6).update(salt="")
    rehash_from(log, 1)
    heads.place("BY").unlink()
    assert told("--case", "BY")[1]
    entries(log).filter(number=4).update(label="BY-99")
    assert "Entry 4 is not what was entered" in told("--case", "BY")[0]


def test_a_salt_that_was_taken_away_is_named(log):
    entries(log).filter(number=8).update(salt="")
    assert "Entry 8 is not what was entered" in told("--case", "BY")[0]


@pytest.mark.parametrize("column", sorted(EDITS))
def test_an_edited_entry_is_named(log, column, zoe):
    value = zoe.pk if column == "by_id" else EDITS[column]
    entries(log).filter(number=8).update(**{column: value})

    said, holds = told("--case", "BY")

    assert not holds
    assert "Entry 8 " in said


def test_every_hashed_column_is_among_those_that_were_edited():
    kept = {field.attname for field in Entry._meta.concrete_fields} - {"id", "case_id", "number"}
    assert kept == set(EDITS)


def test_an_edit_with_every_later_hash_made_to_fit_is_found_by_the_kept_head(log):
    entries(log).filter(number=6).update(label="BY-99")
    rehash_from(log, 6)

    said, holds = told("--case", "BY")

    assert not holds
    assert "than the head kept in the data folder says" in said


def test_the_same_is_found_by_a_head_on_paper_when_the_folder_was_forged_too(log):
    chain = Chain.objects.get(case=log)
    paper = f"{chain.count}:{chain.head}"
    entries(log).filter(number=6).update(label="BY-99")
    rehash_from(log, 6)
    chain.refresh_from_db()
    heads.place("BY").write_text(f"{chain.count}:{chain.head}\n")

    assert told("--case", "BY")[1], "nothing inside shows it"
    said, holds = told("--case", "BY", "--head", paper)
    assert not holds
    assert "than the head given says" in said


def test_a_deleted_entry_in_the_middle_is_named(log):
    entries(log).filter(number=6).delete()
    said, holds = told("--case", "BY")
    assert not holds
    assert "Entry 6 is missing: 7 follows 5." in said


def test_deleted_newest_entries_are_found_by_the_kept_head(log):
    count = entries(log).count()
    entries(log).filter(number__gt=count - 2).delete()
    rehash_from(log, count + 1)

    said, holds = told("--case", "BY")

    assert not holds
    assert f"Entries {count - 1} to {count} are gone" in said
    assert "kept in the data folder" in said


def test_deleted_newest_entries_are_found_by_the_head_on_paper(log):
    chain = Chain.objects.get(case=log)
    paper = f"{chain.count}:{chain.head}"
    entries(log).filter(number=chain.count).delete()
    rehash_from(log, chain.count)
    heads.place("BY").unlink()

    assert told("--case", "BY")[1], "nothing inside shows it"
    said, holds = told("--case", "BY", "--head", paper)
    assert not holds
    assert f"Entries {chain.count} to {chain.count} are gone: the head given" in said


def test_the_whole_log_deleted_is_found(log):
    entries(log).delete()
    Chain.objects.filter(case=log).update(count=0, head="0" * 64)
    assert not told("--case", "BY")[1]


def test_an_earlier_head_on_paper_still_fits(log, ann):
    chain = Chain.objects.get(case=log)
    paper = f"{chain.count}:{chain.head}"
    make_claim(case=log, by=ann)
    assert told("--case", "BY", "--head", paper)[1]


def test_two_swapped_entries_are_named(log):
    six, seven = entries(log).get(number=6), entries(log).get(number=7)
    entries(log).filter(pk=six.pk).update(number=9999)
    entries(log).filter(pk=seven.pk).update(number=6)
    entries(log).filter(pk=six.pk).update(number=7)
    said, holds = told("--case", "BY")
    assert not holds
    assert "Entry 6 does not follow the one before it" in said


def test_swapped_contents_are_named(log):
    six, seven = entries(log).get(number=6), entries(log).get(number=7)
    for one, other in ((six, seven), (seven, six)):
        entries(log).filter(pk=one.pk).update(label=other.label, detail=other.detail, thing=other.thing)
    assert "Entry 6 is not what was entered" in told("--case", "BY")[0]


def test_an_inserted_row_is_named(log, ann):
    for entry in entries(log).filter(number__gte=6).order_by("-number"):
        entries(log).filter(pk=entry.pk).update(number=entry.number + 1)
    before = entries(log).get(number=5)
    forged = Entry(
        case=log, number=6, at=before.at, by=ann, by_name="Ann", verb="removed", thing="claim", thing_id=1,
        label="BY-1", detail="{}", previous=before.hash,
    )  # fmt: skip
    forged.hash = forged.expected_hash("BY")
    forged.save(force_insert=True)

    said, holds = told("--case", "BY")

    assert not holds
    assert "Entry 7 does not follow the one before it" in said


def test_a_row_added_at_the_end_is_found(log, ann):
    newest = entries(log).latest("number")
    forged = Entry(
        case=log, number=newest.number + 1, at=newest.at, by=ann, by_name="Ann", verb="removed", thing="claim",
        thing_id=1, label="BY-1", detail="{}", previous=newest.hash,
    )  # fmt: skip
    forged.hash = forged.expected_hash("BY")
    forged.save(force_insert=True)

    said, holds = told("--case", "BY")
    assert not holds
    assert "The chain says it has" in said


@pytest.mark.parametrize("change", [{"count": 1}, {"head": "e" * 64}])
def test_an_altered_chain_is_found(log, change):
    Chain.objects.filter(case=log).update(**change)
    said, holds = told("--case", "BY")
    assert not holds
    assert "The chain says it has" in said


def test_a_missing_chain_is_found(log):
    Chain.objects.filter(case=log).delete()
    assert not told("--case", "BY")[1]


def test_entries_moved_to_another_case_are_found(log):
    other = Case.objects.exclude(pk=log.pk).first() or Case(title="Other", code="OT", scale=log.scale)
    if other.pk is None:
        other.save(by=Entry.objects.latest("pk").by)
    top = Chain.objects.get(case=other).count
    newest = entries(log).latest("number")
    Entry.objects.filter(pk=newest.pk).update(case=other, number=top + 1)
    assert not told("--case", "BY")[1]
    assert not told("--case", other.code)[1]


def test_one_bad_log_does_not_hide_another_that_holds(log):
    entries(log).filter(number=2).update(label="x")
    said, holds = told()
    assert not holds
    assert "BY: Entry 2 is not what was entered" in said
    assert "outside cases: " in said


@pytest.mark.parametrize("args", [("--head", "1:" + "0" * 64), ("--case", "NO"), ("--case", "BY", "--head", "x")])
def test_wrong_arguments_are_named(log, args):
    with pytest.raises(CommandError):
        call_command("verify_log", *args, stdout=StringIO())


def test_the_log_outside_cases_is_recomputed_too(log, zoe):
    Entry.objects.filter(case=None).order_by("number")
    first = Entry.objects.filter(case=None).earliest("number")
    Entry.objects.filter(pk=first.pk).update(by_name="Nobody")
    assert "Entry 1 is not what was entered" in (verify(None).fault or "")


def test_an_unreadable_kept_head_is_a_fault_not_a_traceback(log):
    heads.place("BY").write_text("rubbish")
    said, holds = told("--case", "BY")
    assert not holds
    assert "BY" in said


def test_a_case_that_is_gone_with_its_log_is_found_by_its_kept_head(db):
    heads.keep("GONE", Head(3, "a" * 64))
    said, holds = told()
    assert not holds
    assert "GONE: the data folder keeps a head of this case, and the case is gone" in said


def test_it_is_said_where_no_head_is_kept(log):
    assert "BY: no head is kept" not in told("--case", "BY")[0]
    heads.place("BY").unlink()
    said, holds = told("--case", "BY")
    assert holds
    assert "BY: no head is kept" in said


def test_a_kept_head_that_lags_is_said_and_is_no_fault(log, ann):
    assert "newer" not in told("--case", "BY")[0]
    count = Chain.objects.get(case=log).count
    make_claim(case=log, by=ann)
    said, holds = told("--case", "BY")
    assert holds
    assert f"BY: the head kept in the data folder counts {count}: 1 newer entries" in said


@pytest.fixture
def sealed(log, ann) -> Assessment:
    claim = make_claim(case=log)
    found: Assessment = make_assessment(claim=claim, by=ann, relied_on=[make_evidence(claim=claim)])
    return found


def tamper(own: Assessment, *, seal_too: bool = False, **changes) -> None:
    """Write past every rule, as somebody with the database's file in hand would."""
    QuerySet(Assessment).filter(pk=own.pk).update(**changes)
    if seal_too:
        own = Assessment.objects.get(pk=own.pk)
        QuerySet(Assessment).filter(pk=own.pk).update(seal=sha256(own.sealed_content()))


def test_sealed_assessments_that_nobody_touched_hold(sealed):
    assert told()[1]


@pytest.mark.parametrize(
    ("seal_too", "fault"), [(False, "is not what was sealed."), (True, "bears another seal than was entered.")]
)
def test_a_sealed_assessment_that_was_reworded_is_named(sealed, seal_too, fault):
    tamper(sealed, seal_too=seal_too, rationale="Another.")
    for args in ([], ["--case", "BY"]):
        said, holds = told(*args)
        assert not holds
        assert f"BY: Assessment {sealed.pk} of BY-5 by Ann {fault}" in said


def test_evidence_taken_from_under_a_seal_is_named(sealed):
    sealed.relied_on.clear()
    assert "is not what was sealed." in told()[0]


def test_a_sealed_assessment_that_is_gone_or_was_never_entered_is_named(sealed):
    tamper(sealed, submitted_at=None)
    said, holds = told()
    assert not holds
    assert f"Assessment {sealed.pk}, entered as submitted" in said
    entries(sealed.claim.case).filter(verb="assessed").delete()
    tamper(sealed, submitted_at=F("saved_at"))
    assert f"Assessment {sealed.pk} of BY-5 by Ann was never entered as submitted." in told()[0]


def test_many_sealed_assessments_are_read_with_few_queries(log, ann, ben, django_assert_max_num_queries):
    for _ in range(8):
        claim = make_claim(case=log)
        for person in (ann, ben):
            make_assessment(claim=claim, by=person, relied_on=[make_evidence(claim=claim)])
    with django_assert_max_num_queries(4):
        assert list(broken_seals(log)) == []


@pytest.fixture
def merged(log: Case, ann: User) -> Merge:
    """Two sources of the case made one, without guards."""
    one, other = make_source(case=log, by=ann), make_source(case=log, by=ann)
    make_evidence(claim=make_claim(case=log), source=one)
    return merge(one, other, by=ann, reason="One imprint.")


def test_a_merge_that_nobody_touched_or_that_was_undone_holds(merged, ann):
    assert told()[1]
    part(merged, by=ann)
    said, holds = told()
    assert holds, said


def test_a_merge_that_is_said_to_have_moved_something_else_is_named(merged):
    QuerySet.update(Merge.objects.all(), moved=merged.moved | {"exhibits": []})
    said, holds = told()
    assert not holds
    assert f"BY: Merge {merged.pk} moved something else than was entered" in said
    assert f"outside cases: Merge {merged.pk} moved something else than was entered" in said
    assert not told("--case", "BY")[1]


def test_a_merge_that_is_gone_or_was_never_entered_is_named(merged, log, ann):
    made = Merge(kept=make_source(case=log), merged=make_source(case=log), reason="So.", made_by=ann)
    made.store()
    assert f"Merge {made.pk} was never entered." in told()[0]
    Merge.objects.filter(pk=merged.pk)._raw_delete("default")
    assert f"Merge {merged.pk}, made in entry" in told()[0]
