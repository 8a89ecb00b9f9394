"""Matrices of competing hypotheses: one's own until the assessments open, fixed with one's own, never a verdict."""

import pytest

from claims.models import Case, Entry, Hypothesis, Mark, Matrix, NotNow, NotYours, Refused, Role, mark
from claims.models.hypotheses import MOST_HYPOTHESES
from tests.factories import make_absence, make_assessment, make_claim, make_evidence, make_verdict


@pytest.fixture
def claim(case, ann):
    made = make_claim(case=case)
    for _ in range(2):
        make_evidence(claim=made)
    for statement in ("The army is 48,000 strong.", "It is larger, and the census old."):
        Hypothesis.put(made, by=ann, statement=statement)
    return made


def marks_of(matrix) -> dict[tuple[int, int], str]:
    rows = matrix.marks.values_list("hypothesis__number", "evidence__number", "value")
    return {(hypothesis, evidence): value for hypothesis, evidence, value in rows}


def marked(claim, cells, *, by) -> Matrix:
    """The matrix, once these cells are marked."""
    made = mark(claim, cells, by=by)
    assert made is not None
    return made


def seen_by(reader, claim, role=Role.ANALYST) -> set[str]:
    return {matrix.reviewer.name for matrix in claim.matrices.visible_to(reader, role)}


def test_hypotheses_are_numbered_per_claim_and_a_number_is_never_used_again(claim, ann):
    Hypothesis.objects.get(number=2).retire(by=ann)
    assert Hypothesis.put(claim, by=ann, statement="Nobody knows.").number == 3
    assert Hypothesis.put(make_claim(case=claim.case), by=ann, statement="Nobody knows.").number == 1


def test_what_stands_already_or_was_set_aside_is_not_added_again(claim, ann):
    with pytest.raises(Refused, match="as H1"):
        Hypothesis.put(claim, by=ann, statement="the army is 48,000 STRONG.")
    Hypothesis.objects.get(number=1).retire(by=ann)
    with pytest.raises(Refused, match="restore it"):
        Hypothesis.put(claim, by=ann, statement="The army is 48,000 strong.")


def test_a_thirteenth_hypothesis_is_refused_also_by_the_way_of_restoring(claim, ann):
    first = Hypothesis.objects.get(number=1)
    for n in range(3, MOST_HYPOTHESES + 1):
        Hypothesis.put(claim, by=ann, statement=f"Another, {n}.")
    with pytest.raises(Refused, match="at most 12"):
        Hypothesis.put(claim, by=ann, statement="One more.")
    first.retire(by=ann)
    Hypothesis.put(claim, by=ann, statement="One more.")
    with pytest.raises(Refused, match="at most 12"):
        first.restore(by=ann)


def test_one_form_sent_twice_adds_one(claim, ann):
    for _ in range(2):
        Hypothesis.put(claim, by=ann, statement="Nobody knows.", once="1:form")
    assert claim.hypotheses.count() == 3


def test_marks_are_set_changed_and_taken_back(claim, ann):
    mark(claim, {(1, 1): "C", (2, 1): "II", (1, 2): "N"}, by=ann)
    own = marked(claim, {(1, 1): "I", (1, 2): ""}, by=ann)
    assert marks_of(own) == {(1, 1): "I", (2, 1): "II"}
    assert claim.matrices.count() == 1


def test_what_changes_nothing_leaves_no_entry_and_no_matrix(claim, ann):
    assert mark(claim, {(1, 1): ""}, by=ann) is None
    mark(claim, {(1, 1): "C"}, by=ann)
    entries = Entry.objects.count()
    mark(claim, {(1, 1): "C"}, by=ann)
    assert (Entry.objects.count(), Matrix.objects.count()) == (entries, 1)


@pytest.mark.parametrize("value", ["XX", "c", "CCC", "0"])
def test_a_mark_is_one_of_the_six(claim, ann, value):
    with pytest.raises(Refused, match="none of the six"):
        mark(claim, {(1, 1): value}, by=ann)


def test_a_recorded_absence_can_be_marked_too(claim, ann):
    number = make_absence(claim=claim).number
    assert marks_of(marked(claim, {(1, number): "I"}, by=ann)) == {(1, 3): "I"}


def test_removed_evidence_takes_no_mark_but_keeps_those_it_has(claim, ann):
    own = marked(claim, {(1, 1): "C"}, by=ann)
    evidence = claim.evidence.get(number=1)
    evidence.remove(by=ann)
    with pytest.raises(NotNow, match="Evidence 1 was removed"):
        mark(claim, {(1, 1): "II"}, by=ann)
    assert marks_of(own) == {(1, 1): "C"}
    evidence.restore(by=ann)
    assert marks_of(marked(claim, {(1, 1): "II"}, by=ann)) == {(1, 1): "II"}


def test_a_hypothesis_set_aside_takes_no_mark_but_keeps_those_it_has(claim, ann):
    own = marked(claim, {(2, 1): "C"}, by=ann)
    Hypothesis.objects.get(number=2).retire(by=ann)
    with pytest.raises(NotNow, match="H2 was set aside"):
        mark(claim, {(2, 1): "II"}, by=ann)
    assert marks_of(own) == {(2, 1): "C"}


def test_evidence_of_another_claim_takes_no_mark(claim, ann):
    other = make_claim(case=claim.case)
    for _ in range(3):
        make_evidence(claim=other)
    with pytest.raises(NotNow):
        mark(claim, {(1, 3): "C"}, by=ann)


def test_the_log_tells_that_somebody_marked_and_never_what(claim, ann):
    for value in ("C", "II"):
        own = marked(claim, {(1, 1): value}, by=ann)
        entry = Entry.objects.filter(claim=claim, verb="marked").latest("number")
        assert entry.parts["after"] == {"round": 1, "reviewer": ann.pk, "seal": own.seal}
        assert entry.parts["before"] is None
        assert own.seal_holds()


def test_equal_marks_have_seals_that_differ(claim, ann, ben):
    assert marked(claim, {(1, 1): "C"}, by=ann).seal != marked(claim, {(1, 1): "C"}, by=ben).seal


def test_a_mark_that_was_tampered_with_breaks_the_seal(claim, ann):
    own = marked(claim, {(1, 1): "C"}, by=ann)
    Mark.objects.update(value="II")
    assert not own.seal_holds()


def test_nobody_sees_anothers_matrix_before_answering(claim, ann, ben):
    mark(claim, {(1, 1): "C"}, by=ann)
    mark(claim, {(1, 1): "I"}, by=ben)
    make_assessment(claim=claim, by=ann)
    assert seen_by(ann, claim) == {"Ann"}, "of what Ben has not submitted nobody learns"
    assert seen_by(ben, claim) == {"Ben"}
    make_assessment(claim=claim, by=ben)
    assert seen_by(ben, claim) == {"Ann", "Ben"}
    assert seen_by(ann, claim) == {"Ann", "Ben"}


def test_readers_and_editors_see_matrices_when_they_see_assessments(claim, ann, ben, eve, max_, rod):
    for who in (ann, ben):
        mark(claim, {(1, 1): "C"}, by=who)
    make_assessment(claim=claim, by=ann)
    assert seen_by(eve, claim, Role.EDITOR) == set()
    make_assessment(claim=claim, by=ben)
    assert seen_by(eve, claim, Role.EDITOR) == {"Ann", "Ben"}
    assert seen_by(rod, claim, Role.READER) == set()
    make_verdict(claim=claim, by=eve, signed_by=max_)
    assert seen_by(rod, claim, Role.READER) == {"Ann", "Ben"}


def test_a_matrix_without_an_assessment_stays_its_authors(claim, ann, ben, eve, max_, rod):
    claim.case.assessments_required = 1
    claim.case.save(by=eve)
    mark(claim, {(1, 1): "C"}, by=ben)
    make_assessment(claim=claim, by=ann)
    make_verdict(claim=claim, by=eve, signed_by=max_)
    for reader, role in ((ann, Role.ANALYST), (eve, Role.EDITOR), (rod, Role.READER)):
        assert seen_by(reader, claim, role) == set()


def test_in_a_case_that_reviews_in_the_open_a_submitted_matrix_is_seen_at_once(claim, ann, ben, eve):
    claim.case.policy = Case.Policy.OPEN
    claim.case.save(by=eve)
    mark(claim, {(1, 1): "C"}, by=ann)
    assert seen_by(ben, claim) == set()
    make_assessment(claim=claim, by=ann)
    assert seen_by(ben, claim) == {"Ann"}


def test_once_ones_assessment_is_in_the_marks_are_fixed(claim, ann):
    mark(claim, {(1, 1): "C"}, by=ann)
    make_assessment(claim=claim, by=ann)
    with pytest.raises(NotNow, match="fixed with it"):
        mark(claim, {(1, 1): "II"}, by=ann)


def test_a_reader_marks_nothing_and_after_the_decision_nobody_does(claim, ann, ben, eve, rod):
    with pytest.raises(NotYours):
        mark(claim, {(1, 1): "C"}, by=rod)
    for who in (ann, ben):
        make_assessment(claim=claim, by=who)
    with pytest.raises(NotNow, match="To decide"):
        mark(claim, {(1, 1): "C"}, by=eve)


def test_a_new_round_begins_with_an_empty_matrix_and_keeps_the_old_one(claim, ann, ben, eve, max_):
    old = marked(claim, {(1, 1): "C"}, by=ann)
    for who in (ann, ben):
        make_assessment(claim=claim, by=who)
    make_verdict(claim=claim, by=eve, signed_by=max_)
    claim.reopen(by=eve, why="There is a new census.")
    new = marked(claim, {(1, 1): "II"}, by=ann)
    assert (old.round, new.round) == (1, 2)
    assert marks_of(old) == {(1, 1): "C"}


def test_hypotheses_stay_as_the_verdict_found_them(claim, ann, ben, eve, max_):
    for who in (ann, ben):
        make_assessment(claim=claim, by=who)
    make_verdict(claim=claim, by=eve, signed_by=max_)
    with pytest.raises(NotNow):
        Hypothesis.put(claim, by=ann, statement="Nobody knows.")
    with pytest.raises(NotNow):
        claim.hypotheses.all()[0].retire(by=ann)


def test_a_matrix_moves_neither_the_claim_nor_its_assessments(claim, ann):
    before = Case.objects.get(pk=claim.case.pk), claim.locked()
    mark(claim, {(1, 1): "II", (2, 1): "CC"}, by=ann)
    after = Case.objects.get(pk=claim.case.pk), claim.locked()
    for old, new in zip(before, after, strict=True):
        fields = [field.attname for field in old._meta.concrete_fields]
        assert [getattr(old, name) for name in fields] == [getattr(new, name) for name in fields]
    assert not claim.assessments.exists()
    assert not claim.verdicts.exists()
