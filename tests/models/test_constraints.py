"""What the database itself will not hold: each test goes round the rules, and bears the constraint's name."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from claims.custody import guards
from claims.custody.keys import current
from claims.custody.store import keep
from claims.models import (
    Absence,
    Attribution,
    Case,
    Chain,
    Claim,
    CommentEdit,
    Derived,
    Dismissal,
    Distinction,
    Document,
    Entry,
    Evidence,
    EvidenceChange,
    Exhibit,
    Grade,
    Hypothesis,
    Job,
    JobItem,
    KeptAnswer,
    Key,
    Leaning,
    Lineage,
    Membership,
    Mention,
    Merge,
    Notice,
    Overruled,
    Pace,
    Pair,
    Passage,
    Pattern,
    Presence,
    Print,
    Quantity,
    Rating,
    Reliance,
    RenderedFile,
    Report,
    ReportedClaim,
    ReportTemplate,
    Scale,
    Series,
    Share,
    Source,
    Split,
    Stamp,
    StoredFile,
    Tally,
    Token,
    User,
    Verdict,
    Webhook,
    assign,
    link,
    mark,
    trace,
)
from claims.reports.freezing import freeze
from tests.factories import (
    make_assessment,
    make_capture,
    make_case,
    make_claim,
    make_comment,
    make_document,
    make_evidence,
    make_exhibit,
    make_former_log,
    make_overruled,
    make_question,
    make_reply,
    make_source,
    make_suggestion,
    make_token,
    make_unchecked,
    make_verdict,
)


def another(record: Any, **changes: Any) -> Any:
    """A second record like this one, but for the changes; not saved."""
    values = {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields}
    values.pop(record._meta.pk.attname)
    if "once" in values:
        values["once"] = None
    made = type(record)(**values)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def breaks(name: str, record: Any) -> None:
    """Fails unless the database refuses to insert the record, by the constraint of this name."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        models.Model.save(record, force_insert=True)
    said = str(refusal.value)
    # SQLite names a unique constraint by its columns, and a guard speaks before the constraint of what is kept.
    assert name in said or (
        connection.vendor == "sqlite" and said.startswith(("UNIQUE constraint failed", *guards.KEPT))
    ), said


def holds(record: Any) -> None:
    """Fails unless the database takes the record: what breaks must be the one thing that was changed."""
    with transaction.atomic():
        models.Model.save(record, force_insert=True)


@pytest.fixture
def claim(case: Case) -> Claim:
    return make_claim(case=case, exact="48,000")


def test_assessment_moved_says_why(claim: Claim, ann: User) -> None:
    own = make_assessment(claim=claim, by=ann)
    changed = another(own, follows=own, moved_reason="The census came out.")
    breaks("assessment_moved_says_why", another(changed, moved_reason=""))
    breaks("assessment_moved_says_why", another(changed, follows=None))
    holds(changed)
    breaks("follows", another(changed))


@pytest.fixture
def decided(claim: Claim, ann: User, ben: User, eve: User, max_: User) -> Verdict:
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben)
    return make_verdict(claim=claim, by=eve, signed_by=max_)


def test_presence_once_per_person_and_claim(claim, ann, ben):
    stands = Presence.objects.create(claim=claim, user=ann, seen_at=timezone.now())
    breaks("presence_once_per_person_and_claim", another(stands))
    holds(another(stands, user=ben))


def test_every_named_constraint_has_a_test_of_its_name():
    named = {
        constraint.name
        for model in apps.get_app_config("claims").get_models()
        for constraint in model._meta.constraints
    }
    assert {name for name in named if f"test_{name}" not in globals()} == set()


def test_assessment_once_per_reviewer_and_round(claim, ann):
    own = make_assessment(claim=claim, by=ann)
    breaks("assessment_once_per_reviewer_and_round", another(own))
    holds(another(own, round=2))


@pytest.mark.parametrize("lacks", [{"rationale": ""}, {"rating_id": None}, {"seal": ""}])
def test_assessment_submitted_has_rationale(claim, ann, ben, lacks):
    own = make_assessment(claim=claim, by=ann)
    breaks("assessment_submitted_has_rationale", another(own, reviewer=ben, **lacks))
    holds(another(own, reviewer=ben, submitted_at=None, **lacks))


def test_assignment_once_per_reviewer_and_round(claim, ann, ben, eve):
    assign(claim, [ann], by=eve)
    asked = claim.assignments.get()
    breaks("assignment_once_per_reviewer_and_round", another(asked))
    holds(another(asked, reviewer=ben))


@pytest.fixture
def rung(claim: Claim, ann: User) -> Attribution:
    claim.set_attributions([{"speaker": "The minister"}], by=ann)
    found: Attribution = claim.attributions.get()
    return found


def test_attribution_one_per_position(rung):
    breaks("attribution_one_per_position", another(rung))
    holds(another(rung, position=2))


def test_attribution_positions_from_one(rung):
    breaks("attribution_positions_from_one", another(rung, position=0))


@pytest.fixture
def figure(claim: Claim, ann: User) -> Quantity:
    claim.set_quantities([{"measure": "strength", "low": Decimal(4), "high": Decimal(5)}], by=ann)
    found: Quantity = claim.quantities.get()
    return found


def test_quantity_one_per_position(figure):
    breaks("quantity_one_per_position", another(figure))


def test_quantity_low_not_above_high(figure):
    breaks("quantity_low_not_above_high", another(figure, position=2, low=Decimal(6)))
    holds(another(figure, position=2, low=Decimal(5)))
    holds(another(figure, position=3, low=Decimal(6), high=None))


def test_case_requires_an_assessment(case):
    breaks("case_requires_an_assessment", another(case, code="NEW", assessments_required=0))


def test_case_lets_a_draft_lie_a_day_at_least(case):
    breaks("case_lets_a_draft_lie_a_day_at_least", another(case, code="NEW", draft_days=0))


def test_membership_once_per_case_and_user(case, ann):
    breaks("membership_once_per_case_and_user", another(Membership.objects.get(case=case, user=ann)))


def test_membership_role_known(case, ann, zoe):
    breaks("membership_role_known", another(Membership.objects.get(case=case, user=ann), user=zoe, role="king"))


def test_chain_only_one_belongs_to_no_case(db):
    breaks("chain_only_one_belongs_to_no_case", Chain(case=None))


def test_entry_numbered_once_per_case(claim):
    breaks("entry_numbered_once_per_case", another(Entry.objects.filter(case=claim.case).latest("number")))


def test_entry_numbered_once_outside_cases(ann):
    breaks("entry_numbered_once_outside_cases", another(Entry.objects.filter(case=None).latest("number")))


def test_claim_numbered_once_per_case(claim):
    breaks("claim_numbered_once_per_case", another(claim))
    holds(another(claim, case=make_case()))


def test_claim_says_something(claim):
    breaks("claim_says_something", another(claim, number=2, statement=""))


def test_claim_status_known(claim):
    breaks("claim_status_known", another(claim, number=2, status="lost"))


def test_claim_rated_only_when_signed_off(claim):
    rating = claim.case.rating("supported")
    breaks("claim_rated_only_when_signed_off", another(claim, number=2, rating=rating))
    holds(another(claim, number=2, rating=rating, status="signed_off"))


def test_former_log_once_per_case(case, ann):
    log = make_former_log(case=case, by=ann)
    breaks("former_log_once_per_case", another(log))
    holds(another(log, case=make_case()))


def test_document_numbered_once_per_case(case):
    breaks("document_numbered_once_per_case", another(make_document(case=case), sha256="another"))


def test_document_text_once_per_case(case):
    document: Document = make_document(case=case)
    breaks("document_text_once_per_case", another(document, number=2))
    holds(another(document, case=make_case()))


@pytest.mark.parametrize("end", [0, 5])
def test_passage_end_after_start(claim, end):
    breaks("passage_end_after_start", another(Passage.objects.get(claim=claim), start=5, end=end))


def test_passage_once_per_claim(claim):
    breaks("passage_once_per_claim", another(Passage.objects.get(claim=claim)))


@pytest.fixture
def evidence(claim: Claim) -> Evidence:
    return make_evidence(claim=claim)


def test_evidence_numbered_once_per_claim(evidence):
    breaks("evidence_numbered_once_per_claim", another(evidence))


@pytest.mark.parametrize("credibility", ["0", "7", "x"])
def test_evidence_credibility_known(evidence, credibility):
    breaks("evidence_credibility_known", another(evidence, number=2, credibility=credibility))


def test_evidence_stance_known(evidence):
    breaks("evidence_stance_known", another(evidence, number=2, stance="shrugs"))


def test_evidence_level_has_a_reason(evidence):
    breaks("evidence_level_has_a_reason", another(evidence, number=2, level="primary"))


@pytest.fixture
def absence(evidence) -> Absence:
    """A search that no evidence records yet."""
    made = Absence(place="The archive", query="an order", searched_by=evidence.added_by)
    made.store()
    return made


def test_evidence_is_an_exhibit_or_an_absence(evidence, absence):
    breaks("evidence_is_an_exhibit_or_an_absence", another(evidence, number=2, absence=absence))
    breaks("evidence_is_an_exhibit_or_an_absence", another(evidence, number=2, exhibit=None, credibility=""))


@pytest.mark.parametrize("more", [{"quote": "Words."}, {"credibility": "2"}, {"withheld": True}])
def test_evidence_of_an_absence_quotes_nobody(evidence, absence, more):
    found = {"number": 2, "exhibit": None, "grade": None, "absence": absence, "credibility": ""}
    breaks("evidence_of_an_absence_quotes_nobody", another(evidence, **(found | more)))
    holds(another(evidence, **found))


@pytest.mark.parametrize("missing", ["place", "query"])
def test_absence_says_where_and_for_what(absence, missing):
    breaks("absence_says_where_and_for_what", another(absence, **{missing: ""}))


def test_absence_since_not_after_until(absence):
    days = {"since": datetime.date(2023, 3, 1), "until": datetime.date(2023, 2, 1)}
    breaks("absence_since_not_after_until", another(absence, **days))


def test_exhibit_has_a_title(evidence):
    exhibit: Exhibit = evidence.exhibit
    breaks("exhibit_has_a_title", another(exhibit, title=""))


def test_source_has_a_name(case):
    source: Source = make_source(case=case)
    breaks("source_has_a_name", another(source, name=""))


@pytest.fixture
def grade(case: Case, ann: User) -> Grade:
    return make_source(case=case).grade("B", by=ann, reason="Right before.")


def test_grade_has_a_reason(grade):
    breaks("grade_has_a_reason", another(grade, reason=""))


@pytest.mark.parametrize("letter", ["", "G", "a"])
def test_grade_letter_known(grade, letter):
    breaks("grade_letter_known", another(grade, letter=letter))


@pytest.fixture
def rating(db: None) -> Rating:
    return Scale.objects.default().ratings.get(code="supported")


def test_rating_code_once_per_scale(rating):
    breaks("rating_code_once_per_scale", another(rating, position=9))


def test_rating_position_once_per_scale(rating):
    breaks("rating_position_once_per_scale", another(rating, code="new"))
    holds(another(rating, code="new", position=None))


def test_rating_review_value_from_one(rating):
    breaks("rating_review_value_from_one", another(rating, code="new", position=9, review_value=0))


def test_rating_look_known(rating):
    breaks("rating_look_known", another(rating, code="new", position=9, look="pink"))


def test_report_numbered_once_per_case(case, eve):
    report = Report(case=case, number=1, title="A report", claims_in=0, made_by=eve, snapshot="{}", sha256="0" * 64)
    report.save(by=eve, verb="exported")
    breaks("report_numbered_once_per_case", another(report))


def test_reported_claim_once_per_place(case, eve):
    report = Report(case=case, number=1, title="A report", claims_in=0, made_by=eve, snapshot="{}", sha256="0" * 64)
    report.save(by=eve, verb="exported")
    said = ReportedClaim.objects.create(report=report, position=0, text="{}")
    breaks("reported_claim_once_per_place", another(said))


def test_rendered_file_once_per_format(case, eve):
    make_claim(case=case)
    kept = RenderedFile(report=freeze(case, case.claims.all(), by=eve), format="pdf", file=keep(b"%PDF"))
    kept.save()
    breaks("rendered_file_once_per_format", another(kept))
    holds(another(kept, format="docx"))


def test_report_template_named_once_per_case(case, eve):
    template = ReportTemplate(case=case, name="Weekly")
    template.save(by=eve)
    breaks("report_template_named_once_per_case", another(template))
    holds(another(template, name="Daily"))


def test_tally_once_per_status_and_rating(decided):
    breaks("tally_once_per_status_and_rating", another(Tally.objects.get(status="signed_off", count=1)))


def test_tally_once_per_status_unrated(claim):
    breaks("tally_once_per_status_unrated", another(Tally.objects.get(case=claim.case, status="open")))


def test_user_email_whatever_the_case(ann):
    breaks("user_email_whatever_the_case", another(ann, email="ANN@example.org"))


def test_verdict_has_a_summary(decided):
    breaks("verdict_has_a_summary", another(decided, round=2, summary=""))


def test_verdict_signed_off_by_somebody_else(decided):
    breaks("verdict_signed_off_by_somebody_else", another(decided, round=2, decided_by=decided.proposed_by))
    breaks("verdict_signed_off_by_somebody_else", another(decided, round=2, decided_by=None))
    holds(another(decided, round=2))


def test_verdict_sent_back_with_a_reason(decided):
    breaks("verdict_sent_back_with_a_reason", another(decided, decision="sent_back", reason=""))
    holds(another(decided, decision="sent_back", reason="The census is of 2019."))


def test_verdict_settled_says_why_they_differed(decided):
    breaks("verdict_settled_says_why_they_differed", another(decided, round=2, reached="settled", difference=""))


def test_verdict_one_proposal_at_a_time(decided):
    proposal = another(decided, round=2, decision="", decided_by=None, decided_at=None)
    holds(proposal)
    breaks("verdict_one_proposal_at_a_time", another(proposal, round=3))


def test_verdict_one_signed_per_round(decided):
    breaks("verdict_one_signed_per_round", another(decided))


def test_suggestion_end_after_start(case, ann):
    stands = make_suggestion(case=case)
    breaks("suggestion_end_after_start", another(stands, start=9, end=9))
    holds(another(stands, end=stands.end + 1))


def test_suggestion_once_per_passage(case):
    breaks("suggestion_once_per_passage", another(make_suggestion(case=case)))


def test_suggestion_claimed_names_its_claim(claim, case):
    stands = make_suggestion(case=case)
    breaks("suggestion_claimed_names_its_claim", another(stands, start=0, state="claimed"))
    breaks("suggestion_claimed_names_its_claim", another(stands, start=0, state="dismissed", claim=claim))
    holds(another(stands, start=0, state="claimed", claim=claim))


def test_link_once_per_pair(claim, case, ann):
    stands = link(claim, make_claim(case=case), "same", by=ann)
    breaks("link_once_per_pair", another(stands, kind="contradicts"))
    breaks("link_once_per_pair", another(stands, claim=stands.other, other=stands.claim))


def test_link_joins_two_claims(claim, case, ann):
    stands = link(claim, make_claim(case=case), "same", by=ann)
    breaks("link_joins_two_claims", another(stands, other=claim))


def test_job_item_one_per_position(case, ann):
    job = Job.objects.create(case=case, task="files", by=ann)
    item = JobItem.objects.create(job=job, position=1, name="a.txt")
    breaks("job_item_one_per_position", another(item))
    holds(another(item, position=2))


def test_stored_file_under_its_hash(db):
    breaks("stored_file_under_its_hash", StoredFile(sha256="", size=1))
    holds(StoredFile(sha256="0" * 64, size=1))


def test_capture_fetched_from_somewhere(case):
    stands = make_capture(case=case)
    breaks("capture_fetched_from_somewhere", another(stands, final_url=""))
    holds(another(stands, final_url="", how="upload"))


def derived(case: Case, **fields: Any) -> Derived:
    file = make_capture(case=case).file
    return Derived(**{"parent": file, "file": file, "kind": "text", "tool": "a reader", "tool_version": "1"} | fields)


def test_derived_once_per_tool(case):
    stands = derived(case)
    stands.save()
    breaks("derived_once_per_tool", another(stands, fault="Again."))
    holds(another(stands, tool_version="2"))


def test_derived_or_says_why_not(case):
    breaks("derived_or_says_why_not", derived(case, file=None))
    holds(derived(case, file=None, fault="It is locked with a password."))


def exhibit(case: Case, by: User) -> Exhibit:
    made = Exhibit(case=case, title="A statement")
    made.save(by=by)
    return made


def test_print_once_per_exhibit(case, ann):
    stands = Print.objects.create(case=case, exhibit=exhibit(case, ann), value=7)
    breaks("print_once_per_exhibit", another(stands))
    holds(another(stands, value=8))


@pytest.mark.parametrize("field", ["belongs_to", "merged_into"])
def test_source_belongs_to_another(case, field):
    source = make_source(case=case)
    setattr(source, f"{field}_id", source.pk)
    name = {"belongs_to": "source_belongs_to_another", "merged_into": "source_merged_into_another"}[field]
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        models.Model.save(source)


test_source_merged_into_another = test_source_belongs_to_another


def merge(case: Case, by: User, **fields: Any) -> Merge:
    values = {"kept": make_source(case=case), "merged": make_source(case=case), "reason": "One agency.", "made_by": by}
    return Merge(**values | fields)


def test_merge_joins_two_sources(case, ann):
    one = make_source(case=case)
    breaks("merge_joins_two_sources", merge(case, ann, kept=one, merged=one))


def test_merge_has_a_reason(case, ann):
    breaks("merge_has_a_reason", merge(case, ann, reason=""))


def test_merge_once_until_it_is_undone(case, ann):
    stands = merge(case, ann)
    stands.save(by=ann)
    breaks("merge_once_until_it_is_undone", another(stands, kept=make_source(case=case)))
    holds(another(stands, undone_at=timezone.now()))


def test_quantity_one_per_position_of_evidence(claim):
    stands = Quantity(evidence=make_evidence(claim=claim), position=1, measure="strength")
    holds(stands)
    breaks("quantity_one_per_position_of_evidence", another(stands))
    holds(another(stands, position=2))


def test_quantity_of_a_claim_or_of_evidence(claim):
    both = Quantity(claim=claim, evidence=make_evidence(claim=claim), position=1, measure="strength")
    breaks("quantity_of_a_claim_or_of_evidence", both)
    breaks("quantity_of_a_claim_or_of_evidence", Quantity(position=1, measure="strength"))


def distinction(claim: Claim, by: User, **fields: Any) -> Distinction:
    figures = [Quantity(claim=claim, position=n, measure="strength") for n in (8, 9)]
    for figure in figures:
        holds(figure)
    return Distinction(**{"one": figures[0], "other": figures[1], "reason": "Reserves.", "made_by": by} | fields)


def test_distinction_once_per_pair(claim, ann):
    stands = distinction(claim, ann)
    holds(stands)
    breaks("distinction_once_per_pair", another(stands, one=stands.other, other=stands.one))


def test_distinction_between_two(claim, ann):
    stands = distinction(claim, ann)
    breaks("distinction_between_two", another(stands, other=stands.one))


def test_distinction_has_a_reason(claim, ann):
    breaks("distinction_has_a_reason", distinction(claim, ann, reason=""))


def test_series_once_per_case(case):
    stands = Series(case=case, key="0" * 64, title="strength")
    holds(stands)
    breaks("series_once_per_case", another(stands))


def test_leaning_once_per_source(decided, case):
    stands = Leaning(verdict=decided, source=make_source(case=case), case=case)
    holds(stands)
    breaks("leaning_once_per_source", another(stands, linchpin=True))


def test_reliance_once_per_source(case):
    stands = Reliance(case=case, source=make_source(case=case))
    holds(stands)
    breaks("reliance_once_per_source", another(stands))


def test_evidence_change_once_until_answered(claim, ann, ben, eve):
    evidence = make_evidence(claim=claim)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    verdict = make_verdict(claim=claim, by=eve)
    stands = EvidenceChange(
        claim=claim, verdict=verdict, evidence=evidence, what="grade", by=ann, case=claim.case,
        answered_at=timezone.now(), answer="The other source says the same.",
    )  # fmt: skip
    holds(stands)
    waits = another(stands, answered_at=None, answer="")
    holds(waits)
    holds(another(waits, what="lineage"))
    breaks("evidence_change_once_until_answered", another(waits))


def test_dismissal_names_the_smaller_key_first(case, ann):
    one, other = make_exhibit(case=case), make_exhibit(case=case)
    breaks("dismissal_names_the_smaller_key_first", Dismissal(one=other, other=one, made_by=ann))
    breaks("dismissal_names_the_smaller_key_first", Dismissal(one=one, other=one, made_by=ann))
    holds(Dismissal(one=one, other=other, made_by=ann))


def test_dismissal_once_per_pair(case, ann):
    stands = Dismissal(one=make_exhibit(case=case), other=make_exhibit(case=case), made_by=ann)
    holds(stands)
    breaks("dismissal_once_per_pair", another(stands))


def test_stamp_once_per_head(case):
    stands = Stamp(case=case, count=1, head="0" * 64, token=b"0", service="a clock", stamped_at=timezone.now())
    holds(stands)
    breaks("stamp_once_per_head", another(stands))
    holds(another(stands, count=2))


def test_stamp_once_outside_cases(db):
    stands = Stamp(count=1, head="0" * 64, token=b"0", service="a clock", stamped_at=timezone.now())
    holds(stands)
    breaks("stamp_once_outside_cases", another(stands))


def test_what_a_form_made_once_is_not_made_again(case, ann):
    claim = make_claim(case=case, once="a-form")
    again = another(claim, number=2, once="a-form")
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Model.save(again, force_insert=True)


@pytest.fixture
def traced(case: Case, ann: User) -> Lineage:
    return trace(make_exhibit(case=case), "quotes", make_exhibit(case=case), by=ann, reason="It says so.")


def test_lineage_names_what_is_repeated(traced, case):
    breaks("lineage_names_what_is_repeated", another(traced, original=None))
    for word in ("first_hand", "unknown"):
        breaks("lineage_names_what_is_repeated", another(traced, kind=word, original=make_exhibit(case=case)))
        holds(another(traced, kind=word, original=None, exhibit=make_exhibit(case=case)))


def test_lineage_joins_two_exhibits(traced):
    breaks("lineage_joins_two_exhibits", another(traced, original=traced.exhibit))


def test_lineage_has_a_reason(traced, case):
    breaks("lineage_has_a_reason", another(traced, reason="", original=make_exhibit(case=case)))


def test_lineage_once_per_pair(traced, case):
    breaks("lineage_once_per_pair", another(traced, kind="wire"))
    holds(another(traced, original=make_exhibit(case=case)))


def test_lineage_one_word_on_first_hand(traced):
    holds(word := another(traced, kind="first_hand", original=None))
    breaks("lineage_one_word_on_first_hand", another(word, kind="unknown"))


def test_pattern_once_per_part_and_ratings(case):
    stands = Pattern(case=case, part="plan", ratings="1,2", rounds=1)
    holds(stands)
    breaks("pattern_once_per_part_and_ratings", another(stands))
    holds(another(stands, part=""))


def test_pair_once_per_case(case, ann, ben):
    stands = Pair(case=case, one=ann, other=ben)
    holds(stands)
    breaks("pair_once_per_case", another(stands))


def test_pair_is_of_two_in_order(case, ann, ben):
    breaks("pair_is_of_two_in_order", Pair(case=case, one=ben, other=ann))
    holds(Pair(case=case, one=ann, other=ben))


def test_split_once_per_round(case, claim, ann, ben):
    stands = Split(case=case, claim=claim, round=1, one=ann, other=ben)
    holds(stands)
    breaks("split_once_per_round", another(stands))
    holds(another(stands, round=2))


def test_pace_once_per_reviewer(case, ann, ben):
    stands = Pace(case=case, reviewer=ann)
    holds(stands)
    breaks("pace_once_per_reviewer", another(stands))
    holds(another(stands, reviewer=ben))


@pytest.fixture
def hypothesis(claim: Claim, ann: User) -> Hypothesis:
    return Hypothesis.put(claim, by=ann, statement="The census is right.")


@pytest.fixture
def marked(claim: Claim, hypothesis: Hypothesis, ann: User) -> Any:
    make_evidence(claim=claim)
    return mark(claim, {(1, 1): "C"}, by=ann)


def test_hypothesis_numbered_once_per_claim(hypothesis):
    breaks("hypothesis_numbered_once_per_claim", another(hypothesis, statement="It is not."))
    holds(another(hypothesis, statement="It is not.", number=2))


def test_hypothesis_stated_once_per_claim(hypothesis, case):
    breaks("hypothesis_stated_once_per_claim", another(hypothesis, number=2))
    holds(another(hypothesis, claim=make_claim(case=case)))


def test_hypothesis_says_something(hypothesis):
    breaks("hypothesis_says_something", another(hypothesis, number=2, statement=""))


def test_matrix_once_per_reviewer_and_round(marked, ben):
    breaks("matrix_once_per_reviewer_and_round", another(marked))
    holds(another(marked, round=2))
    holds(another(marked, reviewer=ben))


def test_mark_once_per_cell(marked, claim):
    mark_ = marked.marks.get()
    breaks("mark_once_per_cell", another(mark_, value="II"))
    holds(another(mark_, evidence=make_evidence(claim=claim)))


@pytest.mark.parametrize("value", ["", "c", "X"])
def test_mark_is_one_of_six(marked, claim, value):
    breaks("mark_is_one_of_six", another(marked.marks.get(), evidence=make_evidence(claim=claim), value=value))


def test_comment_says_something(claim, ann):
    said = make_comment(claim=claim, by=ann)
    breaks("comment_says_something", another(said, text=""))
    holds(another(said))


def test_comment_not_too_long(claim, ann):
    said = make_comment(claim=claim, by=ann)
    breaks("comment_not_too_long", another(said, text="x" * 5001))
    holds(another(said, text="é" * 5000))


def test_comment_reply_is_about_what_it_answers(claim, ann):
    first = make_comment(claim=claim, by=ann)
    reply = make_comment(claim=claim, by=ann, parent=first)
    breaks("comment_reply_is_about_what_it_answers", another(reply, passage=claim.passages.get()))
    breaks("comment_reply_is_about_what_it_answers", another(reply, resolved_by=ann, resolved_at=timezone.now()))
    holds(another(reply))


def test_comment_on_one_thing(claim, ann):
    said = make_comment(claim=claim, by=ann, evidence=make_evidence(claim=claim))
    breaks("comment_on_one_thing", another(said, passage=claim.passages.get()))
    holds(another(said))


def test_comment_resolved_by_somebody(claim, ann):
    said = make_comment(claim=claim, by=ann)
    breaks("comment_resolved_by_somebody", another(said, resolved_at=timezone.now()))
    breaks("comment_resolved_by_somebody", another(said, resolved_by=ann))
    holds(another(said, resolved_by=ann, resolved_at=timezone.now()))


def test_comment_rounds_from_one(claim, ann):
    breaks("comment_rounds_from_one", another(make_comment(claim=claim, by=ann), round=0))


def test_commentedit_said_something(claim, ann):
    edit = CommentEdit(comment=make_comment(claim=claim, by=ann), text="Before.")
    holds(edit)
    breaks("commentedit_said_something", another(edit, text=""))


def test_mention_once_per_comment(claim, ann, ben):
    named = Mention(comment=make_comment(claim=claim, by=ann), user=ben)
    holds(named)
    breaks("mention_once_per_comment", another(named))
    holds(another(named, user=ann))


def test_notice_once_per_person_and_thing(ann, ben):
    told = Notice(user=ann, what="task", link="/", key="/")
    holds(told)
    breaks("notice_once_per_person_and_thing", another(told, link="/cases/"))
    holds(another(told, user=ben))


def test_notice_what_known(ann):
    breaks("notice_what_known", Notice(user=ann, what="shouted", link="/", key="/"))


@pytest.mark.parametrize("link", ["//evil.example", "https://evil.example", ""])
def test_notice_leads_within_the_site(ann, link):
    breaks("notice_leads_within_the_site", Notice(user=ann, what="task", link=link, key="/"))


def test_overruled_once_per_verdict_and_reviewer(case, ann, ben, eve):
    make_overruled(case=case, reviewers=[ann, ben], editor=eve)
    breaks("overruled_once_per_verdict_and_reviewer", another(Overruled.objects.get()))


def test_reply_once_per_verdict_and_reviewer(case, ann, ben, eve):
    verdict = make_overruled(case=case, reviewers=[ann, ben], editor=eve)
    breaks("reply_once_per_verdict_and_reviewer", another(make_reply(verdict=verdict, by=ben), text="And another."))


def test_reply_says_something(case, ann, ben, eve):
    verdict = make_overruled(case=case, reviewers=[ann, ben], editor=eve)
    breaks("reply_says_something", another(make_reply(verdict=verdict, by=ben), reviewer=ann, text=""))


def test_question_numbered_once_per_claim(claim):
    breaks("question_numbered_once_per_claim", another(make_question(claim=claim)))


def test_question_asks_something(claim):
    breaks("question_asks_something", another(make_question(claim=claim), number=2, text=""))


def test_question_closed_says_how_and_by_whom(claim, ann):
    question, now = make_question(claim=claim), timezone.now()
    closed = {"number": 2, "state": "answered", "answer": "The census bureau.", "closed_by": ann, "closed_at": now}
    holds(another(question, **closed))
    for name, nothing in (("answer", ""), ("closed_by", None), ("closed_at", None)):
        lacking = closed | {"number": 3, name: nothing}
        breaks("question_closed_says_how_and_by_whom", another(question, **lacking))
    breaks("question_closed_says_how_and_by_whom", another(question, **closed | {"number": 3, "state": "open"}))


def test_scale_retired_by_somebody(db):
    breaks("scale_retired_by_somebody", Scale(name="Half retired", retired_at=timezone.now()))


def test_key_only_one_signs(ann):
    current(by=ann)
    with pytest.raises(IntegrityError), transaction.atomic():
        Key(fingerprint="f" * 64, public="f" * 64, since=timezone.now()).save()


def test_key_statement_is_signed_by_the_one_before(ann):
    old = current(by=ann)
    guards.take_down(connection)
    Key.objects.update(until=timezone.now())
    for wrong in ({"statement": "x"}, {"signature": "x", "before": old}, {"signature": "x", "statement": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Key(fingerprint="f" * 64, public="f" * 64, since=timezone.now(), **wrong).save()


def share_of(case, by):
    """A link to a report of the case; not saved."""
    report = Report(case=case, number=1, title="R", claims_in=0, made_by=by, snapshot="{}", sha256="0" * 64)
    report.save(by=by, verb="exported")
    now = timezone.now()
    return Share(
        report=report, token_hash="0" * 64, made_by=by, made_at=now, expires_at=now + datetime.timedelta(days=1)
    )


def test_share_ends_after_it_began(case, eve):
    share = share_of(case, eve)
    breaks("share_ends_after_it_began", another(share, expires_at=share.made_at))
    holds(share)


def test_share_withdrawn_by_somebody(case, eve):
    share = share_of(case, eve)
    breaks("share_withdrawn_by_somebody", another(share, withdrawn_at=timezone.now()))
    breaks("share_withdrawn_by_somebody", another(share, withdrawn_by=eve))
    holds(another(share, withdrawn_at=timezone.now(), withdrawn_by=eve))


def test_unchecked_end_after_start(claim):
    words = make_unchecked(claim=claim)
    breaks("unchecked_end_after_start", another(words, end=words.start))
    holds(another(words))


def test_unchecked_says_something(claim):
    words = make_unchecked(claim=claim)
    breaks("unchecked_says_something", another(words, exact=""))
    holds(another(words))


def token_of(owner):
    """A token that is not stored yet."""
    return Token(
        owner=owner, name="Feed", token_hash="0" * 64, begins="wb_0000", reads=True, made_at=timezone.now(),
        expires_at=timezone.now() + datetime.timedelta(days=1),
    )  # fmt: skip


def test_token_ends_after_it_began(ann):
    token = token_of(ann)
    breaks("token_ends_after_it_began", another(token, expires_at=token.made_at))
    holds(token)


def test_token_opens_something(ann):
    breaks("token_opens_something", another(token_of(ann), reads=False))
    holds(another(token_of(ann), reads=False, reports=True))


def test_token_withdrawn_by_somebody(ann):
    breaks("token_withdrawn_by_somebody", another(token_of(ann), withdrawn_at=timezone.now()))
    breaks("token_withdrawn_by_somebody", another(token_of(ann), withdrawn_by=ann))
    holds(another(token_of(ann), withdrawn_at=timezone.now(), withdrawn_by=ann))


def test_kept_answer_once_per_token_and_key(ann):
    kept = KeptAnswer.keep(make_token(owner=ann)[0], "1", asked="0" * 64, status=201, body="{}")
    breaks("kept_answer_once_per_token_and_key", another(kept))
    holds(another(kept, key="2"))


def test_webhook_is_told_something(case, eve):
    breaks("webhook_is_told_something", Webhook(case=case, url="https://a.example/", made_by=eve))
    holds(Webhook(case=case, url="https://a.example/", made_by=eve, frozen=True))


def test_webhook_removed_by_somebody(case, eve):
    made = Webhook(case=case, url="https://a.example/", made_by=eve, frozen=True)
    breaks("webhook_removed_by_somebody", another(made, removed_at=timezone.now()))
    breaks("webhook_removed_by_somebody", another(made, removed_by=eve))
    holds(another(made, removed_at=timezone.now(), removed_by=eve))
