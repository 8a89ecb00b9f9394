"""What the database itself refuses, whoever asks it."""

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from django.core.checks import run_checks
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from claims.custody import guards
from claims.custody.keys import current
from claims.models import (
    Assessment,
    Case,
    Derived,
    Document,
    Entry,
    EvidenceChange,
    Exhibit,
    Grade,
    Hypothesis,
    Lineage,
    Merge,
    Passage,
    Report,
    ReportedClaim,
    Role,
    Share,
    Stamp,
    mark,
    merge,
    part,
    rewrite,
)
from tests.factories import (
    keeper,
    make_assessment,
    make_bundle_row,
    make_capture,
    make_claim,
    make_comment,
    make_document,
    make_evidence,
    make_exhibit,
    make_former_log,
    make_overruled,
    make_reply,
    make_signed_claim,
    make_source,
    make_token,
    make_unchecked,
    make_user,
    make_verdict,
)

ONLY_POSTGRES = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
ONLY_SQLITE = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no REPLACE")


def refused(statement: str, *values: int | str | None) -> bool:
    """Whether the database will not do this."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    except DatabaseError as fault:
        return "never changed" in str(fault)
    return False


@pytest.fixture
def entry(case, ann) -> Entry:
    make_claim(case=case, by=ann)
    return Entry.objects.filter(case=case).latest("number")


@pytest.fixture
def report(case, eve) -> Report:
    report = Report(case=case, number=1, title="A report", claims_in=0, made_by=eve, snapshot="{}", sha256="0" * 64)
    report.save(by=eve, verb="exported")
    return report


@pytest.mark.parametrize(
    "column", ["number", "by_name", "verb", "label", "detail", "previous", "hash", "at", "case_id"]
)
def test_no_column_of_an_entry_is_changed(entry, column):
    assert refused(f"UPDATE claims_entry SET {column} = {column} WHERE id = %s", entry.pk)


def test_no_entry_is_deleted(entry):
    assert refused("DELETE FROM claims_entry WHERE id = %s", entry.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(label="Another")


def test_no_report_is_changed_or_deleted(report):
    assert refused("UPDATE claims_report SET title = 'Another' WHERE id = %s", report.pk)
    assert refused("DELETE FROM claims_report WHERE id = %s", report.pk)


def test_what_a_report_says_of_a_claim_is_neither_changed_nor_deleted(report):
    said = ReportedClaim.objects.create(report=report, position=0, text="{}")
    assert refused("UPDATE claims_reportedclaim SET text = '[]' WHERE id = %s", said.pk)
    assert refused("UPDATE claims_reportedclaim SET row = 'a' WHERE id = %s", said.pk)
    assert refused("DELETE FROM claims_reportedclaim WHERE id = %s", said.pk)


def share_of(report: Report) -> Share:
    """A link to it that works for a day."""
    share = Share(report=report, token_hash="0" * 64, made_by=report.made_by, once="1:share")
    share.expires_at = share.made_at + timedelta(days=1)
    share.save(by=report.made_by)
    return share


def test_a_link_is_withdrawn_once_and_its_time_never_prolonged(report):
    share = share_of(report)
    assert refused("UPDATE claims_share SET expires_at = made_at WHERE id = %s", share.pk)
    assert refused("UPDATE claims_share SET token_hash = '1' WHERE id = %s", share.pk)
    assert refused("DELETE FROM claims_share WHERE id = %s", share.pk)
    share.withdraw(by=report.made_by)
    assert refused("UPDATE claims_share SET withdrawn_at = NULL, withdrawn_by_id = NULL WHERE id = %s", share.pk)


def test_a_token_is_withdrawn_once_and_never_reaches_further(report):
    token = make_token(owner=report.made_by)[0]
    for change in ("expires_at = made_at", "token_hash = '1'", "writes = NOT writes", "case_id = NULL, owner_id = 0"):
        assert refused(f"UPDATE claims_token SET {change} WHERE id = %s", token.pk)
    assert refused("DELETE FROM claims_token WHERE id = %s", token.pk)
    token.withdraw(by=report.made_by)
    assert refused("UPDATE claims_token SET withdrawn_at = NULL, withdrawn_by_id = NULL WHERE id = %s", token.pk)


def of_sources(case: Case) -> tuple[Grade, Merge, EvidenceChange]:
    """A grade, a merge of two sources that stands, and a change under a verdict that waits for its answer."""
    ann, ben, eve = make_user(), make_user(), make_user()
    for person, role in ((ann, Role.ANALYST), (ben, Role.ANALYST), (eve, Role.EDITOR)):
        case.enrol(person, role, by=keeper())
    claim = make_claim(case=case)
    evidence = make_evidence(claim=claim)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    verdict = make_verdict(claim=claim, by=eve)
    change = EvidenceChange(
        claim=claim, verdict=verdict, evidence=evidence, what="rating", by=ann, case=case, once="1:change"
    )
    change.store()
    one, other = make_source(case=case, by=ann), make_source(case=case, by=ann)
    grade = one.grade("B", by=ann, reason="It was right before.", once="1:grade")
    merged = merge(one, other, by=ann, reason="One imprint.", once="1:merge")
    return grade, merged, change


@ONLY_POSTGRES
@pytest.mark.parametrize("table", guards.KEPT)
def test_neither_log_nor_reports_are_truncated(entry, report, table):
    connection.check_constraints()  # PostgreSQL truncates nothing that has checks still to come
    assert refused(f"TRUNCATE {table} CASCADE")


@ONLY_SQLITE
@pytest.mark.parametrize("table", guards.KEPT)
def test_nothing_is_replaced_under_its_number(entry, report, case, table):
    make_assessment(claim=make_claim(case=case, exact="48,000"))
    capture = make_capture(case=case, once="1:form")
    of_sources(case)
    reviewers = [make_user(), make_user()]
    for reviewer in reviewers:
        case.enrol(reviewer, Role.ANALYST, by=reviewer)
    make_reply(verdict=make_overruled(case=case, reviewers=reviewers, editor=keeper()), by=reviewers[1])
    Derived.objects.create(parent=capture.file, kind="text", tool="a reader", tool_version="1", fault="It is empty.")
    current(by=keeper())
    Stamp.objects.create(case=case, count=1, head="0" * 64, token=b"0", service="a clock", stamped_at=timezone.now())
    share_of(report)
    make_token(owner=keeper(), once="1:token")
    make_bundle_row(case=case, by=keeper())
    make_former_log(case=case, by=keeper())
    make_unchecked(claim=make_claim(case=case))
    make_signed_claim(case=case, reviewers=reviewers, editors=(keeper(), make_user(is_superuser=True)))
    said = make_comment(claim=make_claim(case=case), once="1:comment")
    rewrite(said, by=said.author, text="Other words.")
    ReportedClaim.objects.create(report=report, position=0, text="{}")
    columns = [row[1] for row in connection.cursor().execute(f"PRAGMA table_info({table})")]
    rest = ", ".join(f'"{name}"' for name in columns if name != "id")
    for id_ in (
        ("id",) if table in {"claims_custody", "claims_commentedit", "claims_unchecked"} else ("id", "id + 1000")
    ):
        assert refused(f"INSERT OR REPLACE INTO {table} (id, {rest}) SELECT {id_}, {rest} FROM {table}")


@ONLY_SQLITE
@pytest.mark.parametrize("key", ["sha256", "once"])
def test_no_document_is_replaced_under_its_hash_or_the_form_that_made_it(case, key):
    make_document(case=case, once="1:form")
    columns = [row[1] for row in connection.cursor().execute("PRAGMA table_info(claims_document)")]
    others = {"id": "id + 1", "number": "number + 1", "sha256": "'x'", "once": "NULL"}
    changed = ", ".join(f'"{name}"' if name == key else others.get(name, f'"{name}"') for name in columns)
    assert refused(f"INSERT OR REPLACE INTO claims_document SELECT {changed} FROM claims_document")


@ONLY_SQLITE
@pytest.mark.parametrize("key", ["id", "once", "reviewer_id"])
def test_no_draft_is_moved_over_a_sealed_assessment(case, ann, ben, key):
    claim = make_claim(case=case)
    sealed, draft = make_assessment(claim=claim, by=ann), make_assessment(claim=claim, by=ben, submit=False)
    if key == "once":
        guards.take_down(connection)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE claims_assessment SET once = '1:form' WHERE id = %s", [sealed.pk])
        guards.set_up(connection)
    move = f"SET {key} = (SELECT {key} FROM claims_assessment WHERE id = %s) WHERE id = %s"
    assert refused(f"UPDATE OR REPLACE claims_assessment {move}", sealed.pk, draft.pk)


@pytest.mark.parametrize("change", ["text = 'Another'", "sha256 = 'x'", "number = 9", "content = NULL"])
def test_text_bytes_and_number_of_a_document_never_change(case, change):
    document = make_document(case=case)
    assert refused(f"UPDATE claims_document SET {change} WHERE id = %s", document.pk)


def test_what_is_known_about_a_document_can_be_corrected(case, ann):
    document = make_document(case=case)
    document.title = "Another title"
    document.save(by=ann)
    assert Document.objects.get(pk=document.pk).title == "Another title"


def test_a_document_is_not_saved_with_another_text(case, ann):
    document = make_document(case=case)
    document.text += " And more."
    with pytest.raises(DatabaseError), transaction.atomic():
        document.save(by=ann)
    assert Document.objects.get(pk=document.pk).holds_its_text()


@pytest.mark.parametrize("change", ["start = 0", "exact = 'other words'", "suffix = 'x'"])
def test_a_passage_never_moves(case, change):
    claim = make_claim(case=case, exact="48,000")
    passage = Passage.objects.get(claim=claim)
    assert refused(f"UPDATE claims_passage SET {change} WHERE id = %s", passage.pk)


def test_what_stands_is_left_alone_when_set_up_again(db):
    assert guards.missing(connection) == []
    assert guards.set_up(connection) == []


def test_what_was_taken_down_is_put_back_and_refuses_again(entry):
    guards.take_down(connection)
    gone = guards.missing(connection)
    assert gone
    assert sorted(guards.set_up(connection)) == sorted(gone)
    assert guards.missing(connection) == []
    assert refused("DELETE FROM claims_entry WHERE id = %s", entry.pk)


def test_the_checks_name_what_is_missing(db):
    def warned() -> list[str]:
        return [message.msg for message in run_checks(databases=["default"]) if message.id == "claims.W001"]

    assert warned() == []
    guards.take_down(connection)
    name = next(name for name in guards.wanted(connection) if name.startswith("claims_entry_refuses_"))
    assert f"The database lacks {name}." in warned()


@ONLY_SQLITE
def test_a_trigger_of_that_name_that_does_something_else_is_missing(db):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER claims_entry_refuses_delete")
        cursor.execute("CREATE TRIGGER claims_entry_refuses_delete BEFORE DELETE ON claims_entry BEGIN SELECT 1; END")
    assert guards.missing(connection) == ["claims_entry_refuses_delete"]


@ONLY_POSTGRES
def test_a_trigger_that_is_switched_off_or_made_harmless_is_missing_and_mended(entry):
    connection.check_constraints()  # PostgreSQL alters nothing that has checks still to come
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE claims_entry DISABLE TRIGGER claims_entry_refuses_update_and_delete")
        assert guards.missing(connection) == ["claims_entry_refuses_update_and_delete"]
        cursor.execute(
            "CREATE OR REPLACE FUNCTION claims_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$"
        )
    assert len(guards.missing(connection)) > 1
    guards.set_up(connection)
    assert guards.missing(connection) == []
    assert refused("DELETE FROM claims_entry WHERE id = %s", entry.pk)


def test_neither_documents_nor_passages_are_deleted(case):
    passage = make_claim(case=case, exact="48,000").passages.get()
    assert refused("DELETE FROM claims_passage WHERE id = %s", passage.pk)
    assert refused("DELETE FROM claims_document WHERE id = %s", passage.document_id)


@ONLY_SQLITE
@pytest.mark.parametrize("table", ["claims_document", "claims_passage"])
def test_no_row_is_moved_over_another(case, table):
    make_claim(document=make_document(case=case, text="One 48,000."), exact="48,000")
    make_claim(document=make_document(case=case, text="Two 48,000."), exact="48,000")
    assert refused(f"UPDATE OR REPLACE {table} SET id = (SELECT max(id) FROM {table}) WHERE id = 1")


def test_the_text_of_an_exhibit_never_changes_once_it_is_there(case):
    exhibit = make_evidence(claim=make_claim(case=case)).cited
    assert refused("UPDATE claims_exhibit SET text = 'Another' WHERE id = %s", exhibit.pk)
    assert not refused("UPDATE claims_exhibit SET title = 'Another' WHERE id = %s", exhibit.pk)


def test_the_text_of_an_exhibit_gives_way_only_to_that_of_another_capture(case):
    exhibit = make_evidence(claim=make_claim(case=case)).cited
    first, second = make_capture(exhibit=exhibit), make_capture(exhibit=exhibit)
    change = "UPDATE claims_exhibit SET text = %s, text_of_id = %s WHERE id = %s"
    assert not refused(change, "One", first.pk, exhibit.pk)
    assert refused(change, "Two", first.pk, exhibit.pk)
    assert refused(change, "Two", None, exhibit.pk)
    assert not refused(change, "Two", second.pk, exhibit.pk)


@pytest.mark.parametrize(
    "change", ["rationale = 'x'", "seal = 'x'", "submitted_at = NULL", "rating_id = NULL", "once = 'x'", "id = id + 9"]
)
def test_a_submitted_assessment_never_changes_and_a_draft_does(case, ann, ben, change):
    claim = make_claim(case=case)
    sealed, draft = make_assessment(claim=claim, by=ann), make_assessment(claim=claim, by=ben, submit=False)
    assert refused(f"UPDATE claims_assessment SET {change} WHERE id = %s", sealed.pk)
    assert not refused(f"UPDATE claims_assessment SET {change} WHERE id = %s", draft.pk)
    assert Assessment.objects.get(pk=sealed.pk).seal_holds()


def test_a_submitted_assessment_is_not_deleted_and_a_draft_can_be(case, ann, ben):
    claim = make_claim(case=case)
    sealed, draft = make_assessment(claim=claim, by=ann), make_assessment(claim=claim, by=ben, submit=False)
    assert refused("DELETE FROM claims_assessment WHERE id = %s", sealed.pk)
    assert not refused("DELETE FROM claims_assessment WHERE id = %s", draft.pk)
    assert Assessment.objects.get().pk == sealed.pk


@pytest.mark.parametrize("change", ["summary = 'x'", "rating_id = rating_id + 1", "decided_by_id = 1", "decision = ''"])
def test_a_signed_verdict_never_changes_nor_goes_and_a_proposal_does(case, ann, ben, eve, max_, change):
    signed = make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_)).verdicts.get()
    pending = make_overruled(case=case, reviewers=[ann, ben], editor=eve)
    assert refused(f"UPDATE claims_verdict SET {change} WHERE id = %s", signed.pk)
    assert refused("DELETE FROM claims_verdict WHERE id = %s", signed.pk)
    assert not refused("UPDATE claims_verdict SET summary = 'x' WHERE id = %s", pending.pk)


@ONLY_POSTGRES
@pytest.mark.parametrize(
    "altered",
    [
        "BEFORE UPDATE OF seal ON claims_assessment FOR EACH ROW",
        "AFTER UPDATE ON claims_assessment FOR EACH ROW",
        "BEFORE UPDATE ON claims_assessment FOR EACH ROW WHEN (old.submitted_at < now() - interval '1 day')",
    ],
)
def test_a_trigger_that_refuses_less_than_it_should_is_missing_and_mended(case, altered):
    assessment = make_assessment(claim=make_claim(case=case))
    connection.check_constraints()  # PostgreSQL alters nothing that has checks still to come
    name = "claims_assessment_refuses_update"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name} ON claims_assessment")
        cursor.execute(f"CREATE TRIGGER {name} {altered} EXECUTE FUNCTION claims_refuse()")
    assert guards.missing(connection) == [name]
    assert f"The database lacks {name}." in [one.msg for one in run_checks(databases=["default"])]
    guards.set_up(connection)
    assert guards.missing(connection) == []
    assert refused("UPDATE claims_assessment SET rationale = 'x' WHERE id = %s", assessment.pk)


def insert_link(exhibit: Exhibit, original: Exhibit) -> None:
    """A link made round all rules of ours."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO claims_lineage (version, exhibit_id, original_id, kind, reason, made_by_id, made_at) "
            "VALUES (0, %s, %s, 'quotes', 'So it says.', %s, '2023-02-20')",
            [exhibit.pk, original.pk, keeper().pk],
        )


def refused_link(statement: Callable[[], object]) -> str:
    """What the database says against it; nothing where it lets it pass."""
    try:
        with transaction.atomic():
            statement()
    except DatabaseError as fault:
        return str(fault).splitlines()[0]
    return ""


def update_link(**values: int) -> Callable[[], object]:
    link = Lineage.objects.latest("pk")
    return lambda: models.QuerySet.update(Lineage.objects.filter(pk=link.pk), **values)


def test_lineage_never_goes_in_a_circle(case):
    a, b, c, d = (make_exhibit(case=case) for _ in range(4))
    insert_link(a, b)
    insert_link(b, c)
    insert_link(a, c)
    assert "never traces back to itself" in refused_link(lambda: insert_link(c, a))
    assert "never traces back to itself" in refused_link(lambda: insert_link(b, a))
    assert refused_link(lambda: insert_link(a, a))
    insert_link(d, c)
    assert "never traces back to itself" in refused_link(update_link(exhibit_id=c.pk, original_id=a.pk))
    assert Lineage.objects.count() == 4


def test_lineage_that_changes_is_asked_without_what_it_was(case):
    a, b = make_exhibit(case=case), make_exhibit(case=case)
    insert_link(a, b)
    assert not refused_link(update_link(exhibit_id=b.pk, original_id=a.pk))
    assert Lineage.objects.get().exhibit == b


def test_lineage_never_leaves_its_case(case):
    a, b, elsewhere = make_exhibit(case=case), make_exhibit(case=case), make_exhibit()
    assert "no link leaves its case" in refused_link(lambda: insert_link(a, elsewhere))
    insert_link(a, b)
    assert "no link leaves its case" in refused_link(update_link(original_id=elsewhere.pk))
    assert "no link leaves its case" in refused_link(update_link(exhibit_id=elsewhere.pk))


def test_lineage_is_asked_along_many_ways_at_once(case):
    """A ladder has twice as many ways with every rung, and each exhibit is gone through once."""
    rungs = [(make_exhibit(case=case), make_exhibit(case=case)) for _ in range(20)]
    for (a, b), (c, d) in pairwise(rungs):
        for lower, upper in ((a, c), (a, d), (b, c), (b, d)):
            insert_link(lower, upper)
    assert refused_link(lambda: insert_link(rungs[-1][0], rungs[0][0]))


@ONLY_POSTGRES
def test_a_function_that_lets_circles_pass_is_missing_and_mended(case):
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION claims_refuse_circle() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN new; END $$"
        )
    assert guards.missing(connection) == ["claims_lineage_refuses_circle"]
    guards.set_up(connection)
    assert guards.missing(connection) == []
    a, b = make_exhibit(case=case), make_exhibit(case=case)
    insert_link(a, b)
    assert refused_link(lambda: insert_link(b, a))


@ONLY_SQLITE
def test_a_trigger_that_lets_circles_pass_is_missing_and_mended(case):
    name = "claims_lineage_refuses_circle_on_insert"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON claims_lineage BEGIN SELECT 1; END")
    assert guards.missing(connection) == [name]
    guards.set_up(connection)
    assert guards.missing(connection) == []


def test_a_grade_once_given_neither_changes_nor_goes(case):
    grade, _merged, _change = of_sources(case)
    for change in ("letter = 'A'", "reason = 'Another.'", "source_id = source_id", "graded_at = '2020-01-01'"):
        assert refused(f"UPDATE claims_grade SET {change} WHERE id = %s", grade.pk)
    assert refused("DELETE FROM claims_grade WHERE id = %s", grade.pk)


@pytest.mark.parametrize(
    "change", ["moved = '{}'", "reason = 'Another.'", "kept_id = merged_id", "made_at = '2020-01-01'"]
)
def test_a_merge_never_changes_and_is_undone_once(case, change):
    _grade, merged, _change = of_sources(case)
    kept = merged.kept_id
    assert refused(f"UPDATE claims_merge SET {change} WHERE id = %s", merged.pk)
    assert refused("DELETE FROM claims_merge WHERE id = %s", merged.pk)
    done = part(merged, by=keeper())
    assert (done.undone_by, done.kept_id) == (keeper(), kept)
    again = ["undone_at = NULL", "undone_by_id = NULL", "undone_at = '2020-01-01'", "stayed = '[9]'"]
    for change_again in (*again, change):
        assert refused(f"UPDATE claims_merge SET {change_again} WHERE id = %s", merged.pk)
    assert refused("DELETE FROM claims_merge WHERE id = %s", merged.pk)


def test_what_changed_under_a_verdict_never_changes_and_is_answered_once(case):
    _grade, _merged, change = of_sources(case)
    for new in ("what = 'capture'", "at = '2020-01-01'", "by_id = NULL", "claim_id = claim_id + 1"):
        assert refused(f"UPDATE claims_evidencechange SET {new} WHERE id = %s", change.pk)
    assert refused("DELETE FROM claims_evidencechange WHERE id = %s", change.pk)
    assert not refused("UPDATE claims_evidencechange SET editor_id = NULL WHERE id = %s", change.pk)
    answer = "answered_at = '2023-03-01', answer = 'So.', answered_by_id = by_id"
    assert not refused(f"UPDATE claims_evidencechange SET {answer} WHERE id = %s", change.pk)
    for new in ("answer = 'Another.'", "answered_at = NULL", "answered_by_id = NULL"):
        assert refused(f"UPDATE claims_evidencechange SET {new} WHERE id = %s", change.pk)
    assert not refused("UPDATE claims_evidencechange SET editor_id = NULL WHERE id = %s", change.pk)


@pytest.fixture
def matrix(case, ann, eve):
    """Ann's marks on a claim, which she has not answered yet."""
    claim = make_claim(case=case)
    evidence = make_evidence(claim=claim)
    hypothesis = Hypothesis.put(claim, by=eve, statement="It is so.")
    Hypothesis.put(claim, by=eve, statement="It is not.")
    return mark(claim, {(hypothesis.number, evidence.number): "C"}, by=ann)


MARKS = {
    "changed": "UPDATE claims_mark SET value = 'II' WHERE matrix_id = %s",
    "taken off": "DELETE FROM claims_mark WHERE matrix_id = %s",
    "added": "INSERT INTO claims_mark (matrix_id, hypothesis_id, evidence_id, value, at) SELECT matrix_id, "
    "hypothesis_id + 1, evidence_id, value, at FROM claims_mark WHERE matrix_id = %s",
    "sealed anew": "UPDATE claims_matrix SET seal = '' WHERE id = %s",
    "given to another round": "UPDATE claims_matrix SET round = 2 WHERE id = %s",
}


@pytest.mark.parametrize("how", MARKS)
def test_no_mark_is_moved_once_the_answer_of_whoever_made_it_is_in(matrix, ann, how):
    make_assessment(claim=matrix.claim, by=ann)
    assert refused(MARKS[how], matrix.pk)


@pytest.mark.parametrize("how", MARKS)
def test_until_then_marks_are_their_authors_to_move(matrix, ben, how):
    make_assessment(claim=matrix.claim, by=ben)
    assert not refused(MARKS[how], matrix.pk)


@ONLY_SQLITE
@pytest.mark.parametrize("table", guards.FIXED_WITH_ANSWER)
def test_no_fixed_mark_is_replaced(matrix, ann, table):
    make_assessment(claim=matrix.claim, by=ann)
    assert refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


@ONLY_SQLITE
@pytest.mark.parametrize("table", sorted(guards.KEPT))
def test_what_would_be_replaced_is_looked_up_by_the_first_part_of_each_key_however_many_rows_there_are(db, table):
    condition = re.sub(r'new\.("?\w+"?)', "12345", guards.replacing(table))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN SELECT {condition}")
        steps = " ".join(row[3] for row in cursor.fetchall())
    assert f"SCAN {table}" not in steps
    keys = [("rowid",), *(key for key in guards.KEPT[table] if key != ("id",))]
    searched = re.findall(rf"SEARCH {table} USING .*?\((\w+)=", steps)
    assert sorted(searched) == sorted([key[0] for key in keys] if len(keys) > 1 else searched)
