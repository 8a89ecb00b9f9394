"""Two sources made one, and parted again: nothing is lost, whoever is killed on the way."""

import os
import signal

import pytest
from django.conf import settings as now
from django.db import connection

from claims.custody.chain import altered_merges, verify
from claims.models import (
    Entry,
    Evidence,
    EvidenceChange,
    Exhibit,
    Grade,
    Merge,
    NotNow,
    NotYours,
    Refused,
    Role,
    Source,
    kept_back,
    merge,
    part,
    uphold,
)
from tests.custody.test_broken_off import database
from tests.factories import (
    make_assessment,
    make_case,
    make_claim,
    make_evidence,
    make_exhibit,
    make_source,
    make_verdict,
)
from tests.processes import python

WHY = "The imprint of both names one editor."


def names(sources) -> set[str]:
    return {source.name for source in sources}


@pytest.fixture
def two(case, ann) -> tuple[Source, Source]:
    """A paper under two names."""
    return make_source(case=case, name="Belta", by=ann), make_source(case=case, name="BelTA agency", by=ann)


def as_it_stands(source: Source) -> Source:
    found: Source = Source.objects.get(pk=source.pk)
    return found


def test_what_stood_under_the_one_stands_under_the_other(case, ann, two):
    source, kept = two
    evidence = make_evidence(claim=make_claim(case=case), source=source, by=ann)
    member = make_source(case=case, belongs_to=source, by=ann)

    made = merge(source, kept, by=ann, reason=WHY)

    assert Exhibit.objects.get(pk=evidence.cited.pk).source == kept
    assert as_it_stands(member).belongs_to == kept
    assert as_it_stands(source).merged_into == kept
    assert (made.kept, made.merged, made.reason, made.made_by) == (kept, source, WHY, ann)
    assert source not in Source.objects.listed()
    assert kept in Source.objects.listed()
    assert "Belta" in as_it_stands(kept).other_names


def test_cases_that_knew_the_one_know_the_other(case, ann):
    other = make_case(code="OT", members={ann: Role.EDITOR})
    source, kept = make_source(case=other, by=ann), make_source(case=case, by=ann)
    merge(source, kept, by=ann, reason=WHY)
    assert set(kept.cases.all()) == {case, other}


def test_grades_stay_where_they_were_given_and_evidence_keeps_its_own(case, ann, two):
    source, kept = two
    grade = source.grade("D", by=ann, reason="It invents.")
    kept.grade("B", by=ann, reason="Mostly right.")
    evidence = make_evidence(claim=make_claim(case=case), source=source, by=ann)

    merge(source, kept, by=ann, reason=WHY)

    assert Grade.objects.get(pk=grade.pk).source == source
    evidence = Evidence.objects.get(pk=evidence.pk)
    assert (evidence.grade, evidence.two_grades, evidence.grade_since) == (grade, "D3", "B")
    assert as_it_stands(kept).reliability == "B"


def test_what_was_merged_into_the_merged_one_follows(case, ann, two):
    source, kept = two
    first = make_source(case=case, by=ann)
    earlier = merge(first, source, by=ann, reason=WHY)
    later = merge(source, kept, by=ann, reason=WHY)
    assert as_it_stands(first).merged_into == kept
    with pytest.raises(NotNow, match="part those two first"):
        part(earlier, by=ann)
    part(later, by=ann)
    assert as_it_stands(first).merged_into == source
    part(earlier, by=ann)
    assert as_it_stands(first).merged_into is None


def test_parting_puts_everything_back(case, ann, two):
    source, kept = two
    other = make_case(code="OT", members={ann: Role.ANALYST})
    exhibits = [make_evidence(claim=make_claim(case=at), source=source, by=ann).cited for at in (case, other)]
    own = make_evidence(claim=make_claim(case=case), source=kept, by=ann).cited
    member = make_source(case=case, belongs_to=source, by=ann)
    before = {**as_it_stands(kept).facts()}

    parted = part(merge(source, kept, by=ann, reason=WHY), by=ann)

    assert {Exhibit.objects.get(pk=exhibit.pk).source for exhibit in exhibits} == {source}
    assert Exhibit.objects.get(pk=own.pk).source == kept
    assert as_it_stands(member).belongs_to == source
    assert as_it_stands(source).merged_into is None
    assert set(kept.cases.all()) == {case}
    assert set(source.cases.all()) == {case, other}
    assert as_it_stands(kept).facts() == before
    assert parted.undone_by == ann
    assert not any(parted.stayed.values())


def test_what_changed_hands_since_stays_and_is_said(case, ann, two):
    source, kept = two
    third = make_source(case=case, by=ann)
    moved, stays = (make_evidence(claim=make_claim(case=case), source=source, by=ann).cited for _ in range(2))
    member = make_source(case=case, belongs_to=source, by=ann)
    made = merge(source, kept, by=ann, reason=WHY)
    exhibit = Exhibit.objects.get(pk=stays.pk)
    exhibit.source = third
    exhibit.save(by=ann)
    member = as_it_stands(member)
    member.belongs_to = third
    member.save(by=ann)

    parted = part(made, by=ann)

    assert Exhibit.objects.get(pk=moved.pk).source == source
    assert Exhibit.objects.get(pk=stays.pk).source == third
    assert as_it_stands(member).belongs_to == third
    assert parted.stayed == {"exhibits": 1, "members": 1, "followed": 0}


def test_a_case_that_cites_the_kept_one_since_goes_on_knowing_it(case, ann):
    other = make_case(code="OT", members={ann: Role.EDITOR})
    source, kept = make_source(case=other, by=ann), make_source(case=case, by=ann)
    made = merge(source, kept, by=ann, reason=WHY)
    make_evidence(claim=make_claim(case=other), source=as_it_stands(kept), by=ann)
    part(made, by=ann)
    assert set(kept.cases.all()) == {case, other}


def test_each_case_that_knew_one_of_them_enters_it_without_naming_others(case, ann, two):
    source, kept = two
    other = make_case(code="OT", title="Elsewhere", members={ann: Role.EDITOR})
    for at in (case, case, other):
        make_evidence(claim=make_claim(case=at), source=source, by=ann)

    part(merge(source, kept, by=ann, reason=WHY), by=ann)

    for at, count in ((case, 2), (other, 1), (None, 3)):
        entries = Entry.objects.filter(case=at, verb__in=["merged", "parted"]).order_by("number")
        assert [entry.verb for entry in entries] == ["merged", "parted"]
        told, seal = {"merged_into": f"BelTA agency (#{kept.pk})", "exhibits": count}, Merge.objects.get()
        assert entries[0].parts["after"] == told | {"merge": seal.pk, "moved_sha256": seal.moved_sha256}
        assert list(altered_merges(at)) == []
        assert entries[0].why == WHY
        assert "Elsewhere" not in "".join(entry.detail for entry in entries)
        assert verify(at).fault is None


def test_who_may_not_grade_in_every_case_that_knows_them_merges_nothing(case, ann, ada, two):
    source, kept = two
    other = make_case(code="OT", members={ann: Role.READER})
    make_evidence(claim=make_claim(case=other), source=source)
    with pytest.raises(NotYours, match="administrator"):
        merge(source, kept, by=ann, reason=WHY)
    made = merge(source, kept, by=ada, reason=WHY)
    with pytest.raises(NotYours):
        part(made, by=ann)
    assert as_it_stands(source).merged_into == kept


def test_not_with_itself_nor_without_a_reason_nor_into_one_that_is_merged(case, ann, two):
    source, kept = two
    third = make_source(case=case, by=ann)
    for other, reason, field in ((source, WHY, "other"), (kept, "  ", "reason")):
        with pytest.raises(Refused) as refusal:
            merge(source, other, by=ann, reason=reason)
        assert refusal.value.field == field
    merge(source, kept, by=ann, reason=WHY)
    for one, into in ((third, source), (source, third)):
        with pytest.raises(NotNow, match="“Belta” was merged into “BelTA agency” already"):
            merge(one, into, by=ann, reason=WHY)
    assert Merge.objects.count() == 1


def test_not_where_the_kept_one_would_come_to_belong_to_itself(case, ann, two):
    source, kept = two
    between = make_source(case=case, belongs_to=source, by=ann)
    kept.belongs_to = between
    kept.save(by=ann)
    with pytest.raises(Refused, match="belong to itself"):
        merge(source, kept, by=ann, reason=WHY)
    merge(kept, source, by=ann, reason=WHY)
    assert as_it_stands(source).above() == []


def test_parting_closes_no_circle(case, ann, two):
    source, kept = two
    between = make_source(case=case, belongs_to=kept, by=ann)
    source.belongs_to = between
    source.save(by=ann)
    member = make_source(case=case, belongs_to=source, by=ann)
    made = merge(source, kept, by=ann, reason=WHY)
    between = as_it_stands(between)
    between.belongs_to = member
    between.save(by=ann)
    parted = part(made, by=ann)
    assert as_it_stands(member).belongs_to == kept
    assert parted.stayed["members"] == 1
    assert as_it_stands(source).above() == [between.pk, member.pk, kept.pk]


def test_the_same_form_merges_once_and_parting_twice_is_refused(case, ann, two):
    made = [merge(*two, by=ann, reason=WHY, once="form-1") for _ in range(2)]
    assert made[0] == made[1]
    part(made[0], by=ann)
    with pytest.raises(NotNow, match="parted already"):
        part(made[0], by=ann)
    assert Entry.objects.filter(case=None, verb="parted").count() == 1


def test_a_merged_source_is_neither_graded_nor_corrected_nor_cited(case, ann, two):
    source, kept = two
    merge(source, kept, by=ann, reason=WHY)
    with pytest.raises(NotNow):
        source.grade("A", by=ann, reason="Too late.")
    with pytest.raises(NotNow):
        source.save(by=ann)
    assert not Grade.objects.exists()
    # Chosen before it was merged, it is cited as the one that was kept.
    assert make_evidence(claim=make_claim(case=case), source=source, by=ann).cited.source == kept
    assert make_source(case=case, belongs_to=source, by=ann).belongs_to == kept


def test_a_reader_from_whom_the_one_is_withheld_learns_of_neither(case, ann, rod, two):
    source, kept = two
    make_evidence(claim=make_claim(case=case), source=source, by=ann, withheld=True)
    merge(source, kept, by=ann, reason=WHY)
    assert not Source.objects.visible_to(rod).filter(pk__in=[source.pk, kept.pk]).exists()
    case.role = Role.READER
    entries = Entry.objects.filter(case=case, thing="source")
    assert kept_back(entries, rod, case) == {entry.number for entry in entries}
    assert Source.objects.visible_to(ann).filter(pk__in=[source.pk, kept.pk]).count() == 2


def test_statements_do_not_grow_with_exhibits(case, ann, two, django_assert_max_num_queries):
    source, kept = two
    for _ in range(30):
        make_exhibit(case=case, source=source)
    with django_assert_max_num_queries(75):
        part(merge(source, kept, by=ann, reason=WHY), by=ann)


KILLED = """
import os, signal, sys
import django
django.setup()
from claims.models import Chain, Merge, Source, User, merge, part

done, point = [], int(sys.argv[1])
record = Chain.record


def killed(self, **what):
    entry = record(self, **what)
    if what["verb"] in ("merged", "parted"):
        done.append(entry)
        if len(done) == point:
            os.kill(os.getpid(), signal.SIGKILL)
    return entry


Chain.record = killed
by = User.objects.get(name="Ann")
source, kept = (Source.objects.get(name=name) for name in ("Belta", "BelTA agency"))
made = Merge.objects.first()
merge(source, kept, by=by, reason="One.") if made is None else part(made, by=by)
"""


@pytest.mark.parametrize("undoing", [False, True])
@pytest.mark.parametrize("point", [1, 2])
def test_killed_in_the_middle_nothing_is_half_done(real_transactions, request, undoing, point):
    case, ann, two = (request.getfixturevalue(name) for name in ("case", "ann", "two"))
    source, kept = two
    make_evidence(claim=make_claim(case=case), source=source, by=ann)
    make_source(case=case, belongs_to=source, by=ann)
    if undoing:
        merge(source, kept, by=ann, reason=WHY)

    def stands() -> list[object]:
        return [
            list(Exhibit.objects.order_by("pk").values("source", "version")),
            list(Source.objects.order_by("pk").values()),
            list(Source.cases.through.objects.order_by("pk").values()),
            list(Merge.objects.values()),
            Entry.objects.count(),
        ]

    def run(point: int) -> int:
        done = python(
            "-c", KILLED, str(point), DATABASE_URL=database(), WORKBENCH_DATA=str(now.DATA),
            DJANGO_SETTINGS_MODULE="workbench.settings", WORKBENCH_SECRET_KEY="k" * 60,
        )  # fmt: skip
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        return done.returncode

    before = stands()
    connection.close()

    assert run(point) == -signal.SIGKILL

    assert stands() == before
    assert verify(case).fault is None
    assert verify(None).fault is None
    assert run(0) == 0
    assert (as_it_stands(source).merged_into == kept) is not undoing
    assert os.path.exists(now.DATA)


def test_the_editors_of_verdicts_that_rest_on_them_are_told(case, ann, ben, eve, max_, two):
    source, kept = two
    claim = make_claim(case=case)
    evidence = make_evidence(claim=claim, source=source, by=ann)
    for reviewer in (ann, ben):
        make_assessment(claim=claim, by=reviewer)
    make_verdict(claim=claim, by=eve, signed_by=max_)
    made = merge(source, kept, by=ann, reason=WHY)
    change = EvidenceChange.objects.get()
    assert (change.evidence, change.what, change.editor, change.by) == (evidence, "merge", max_, ann)
    part(made, by=ann)
    assert EvidenceChange.objects.count() == 1, "the same is told once until it is answered"


def test_nobody_is_asked_about_a_merge_that_was_undone_at_once_but_about_one_that_was_answered(
    case, ann, ben, eve, max_, two
):
    kept, other = two
    claim = make_claim(case=case)
    make_evidence(claim=claim, source=other)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    make_verdict(claim=claim, by=eve, signed_by=max_)
    waiting = EvidenceChange.objects.unanswered()
    part(merge(other, kept, by=ann, reason="One desk."), by=ann)
    assert not waiting.exists()

    made = merge(other, kept, by=ann, reason="One desk.")
    uphold(claim, by=max_, reason="The same people.", upto=waiting.get().pk)
    part(made, by=ann)
    assert waiting.get().what == "merge"
