"""The origins of a claim's evidence as the records have them, and what the rules ask of them."""

import pytest

from claims.models import Evidence, Exhibit, Lineage, Refused, propose, trace
from claims.models.origins import UNSAVED, gathered, origins_of
from claims.models.origins_said import OriginsSaid
from claims.weighing.origins import Count
from tests.factories import make_assessment, make_claim, make_document, make_evidence, make_exhibit, make_source


@pytest.fixture
def claim(case):
    return make_claim(case=case)


def say(exhibit: Exhibit, kind: str, original: Exhibit | None = None) -> None:
    by = exhibit.case.memberships.select_related("user")[0].user
    Lineage(exhibit=exhibit, original=original, kind=kind, reason="It says so itself.", made_by=by).save(by=by)


def brought(claim, *, first_hand: bool = False, title: str = "A statement", **fields):
    """A piece of evidence of a source of its own, with an exhibit of its own."""
    evidence = make_evidence(claim=claim, exhibit=Exhibit(title=title), **fields)
    if first_hand:
        say(evidence.cited, "first_hand")
    return evidence


def test_until_somebody_says_where_they_come_from_all_are_of_unknown_lineage(claim):
    brought(claim), brought(claim)
    found = origins_of(claim)
    assert found.origins.count() == Count(2, 0, 2)
    said = OriginsSaid(found)
    assert said.count == "2 items, 0 origins, 2 of unknown lineage"
    assert "unknown lineage" in said.caution
    assert [number for number, *_rest in said.untraced] == [1, 2]


def test_a_report_and_what_it_quotes_are_one_origin_and_a_third_is_another(claim):
    statement, report = brought(claim, first_hand=True), brought(claim)
    say(report.cited, "quotes", statement.cited)
    brought(claim, first_hand=True, stance="refutes")
    said = OriginsSaid(origins_of(claim))
    assert said.count == "3 items, 2 origins"
    assert said.caution == "all support that it is true comes from 1."
    assert said.why == (
        f"Both supporting items trace back to {statement.cited.source}: evidence 2 quotes evidence 1. "
        "What repeats does not corroborate."
    )


def test_what_reports_trace_back_to_over_exhibits_that_are_no_evidence(claim, case, ann):
    origin, wire = (Exhibit(case=case, title=title) for title in ("The decree", "The wire"))
    for exhibit in (origin, wire):
        exhibit.save(by=ann)
    say(origin, "first_hand")
    say(wire, "quotes", origin)
    for _n in range(2):
        say(brought(claim).cited, "wire", wire)
    found = origins_of(claim)
    assert found.origins.count() == Count(2, 1, 0)
    assert {each.title for each in found.exhibits.values()} >= {"The decree", "The wire"}


@pytest.mark.parametrize("shared", ["source", "document", "url"])
def test_one_speaker_one_document_or_one_address_is_one_origin(claim, case, ann, shared):
    source = make_source(case=case) if shared == "source" else None
    document = make_document(case=case) if shared == "document" else None
    for address in ("https://example.org/a/", "https://example.org/a#top"):
        exhibit = Exhibit(title="A page", document=document, url=address if shared == "url" else "")
        held = make_evidence(claim=claim, source=source, exhibit=exhibit)
        say(held.cited, "first_hand")
    assert origins_of(claim).origins.count() == Count(2, 1, 0)


def test_removed_evidence_and_other_claims_do_not_count(claim, case, ann):
    brought(claim, first_hand=True).remove(by=ann)
    brought(make_claim(case=case), first_hand=True)
    assert origins_of(claim).origins.count() == Count(0, 0, 0)


def test_many_claims_are_gathered_at_once_each_as_if_alone(case, django_assert_num_queries):
    claims = [make_claim(case=case) for _ in range(3)]
    for n, claim in enumerate(claims):
        for _n in range(n):
            brought(claim, first_hand=True)
    with django_assert_num_queries(2):
        found = gathered([claim.pk for claim in claims])
    assert [found[claim.pk].origins.count().origins for claim in claims] == [0, 1, 2]


def test_what_is_to_be_added_is_counted_in(claim, ann):
    brought(claim, first_hand=True)
    adding = make_evidence(claim=make_claim(case=claim.case))
    adding.pk, adding.claim, adding.level, adding.exhibit = None, claim, "primary", Exhibit(title="A letter")
    found = origins_of(claim, adding)
    assert found.origins.count().origins == 2
    assert found.items[-1].key == UNSAVED
    assert origins_of(claim).origins.count().origins == 1


def test_credibility_one_takes_two_independent_origins_of_known_lineage(claim, ann):
    first = brought(claim, first_hand=True, title="The ministry's statement")
    with pytest.raises(Refused, match="There is one") as refusal:
        brought(claim, credibility="1")
    assert refusal.value.field == "credibility"
    assert "unknown lineage" in str(refusal.value)

    second = brought(claim)
    say(second.cited, "quotes", first.cited)
    second.credibility = "1"
    with pytest.raises(Refused, match="Evidence 2 quotes evidence 1"):
        second.save(by=ann)

    third = brought(claim, first_hand=True, title="The guard's statement")
    third.credibility = "1"
    third.save(by=ann)
    assert third.two_grades == "?1"


def test_an_origin_of_the_other_stance_or_question_confirms_nothing(claim, ann):
    brought(claim, first_hand=True, stance="refutes")
    brought(claim, first_hand=True, bearing="said")
    own = brought(claim, first_hand=True)
    own.credibility = "1"
    with pytest.raises(Refused, match="There is one"):
        own.save(by=ann)


def test_context_is_never_confirmed(claim):
    with pytest.raises(Refused, match="context"):
        brought(claim, stance="context", credibility="1")


def test_supported_on_one_origin_asks_why_that_is_enough(case, claim, ann, ben, eve):
    brought(claim, first_hand=True)
    for reviewer in (ann, ben):
        make_assessment(claim=claim, by=reviewer)
    answer = {"rating": case.rating("supported"), "summary": "The census."}
    with pytest.raises(Refused, match="Only 1 independent origin") as refusal:
        propose(claim, by=eve, **answer)
    assert refusal.value.field == "one_origin"
    verdict = propose(claim, by=eve, **answer, one_origin="Nobody but the office counts.")
    assert (verdict.support, verdict.one_origin) == (1, "Nobody but the office counts.")


def test_two_origins_need_no_reason_and_other_answers_neither(case, ann, ben, eve):
    for rating, support in (("supported", 2), ("refuted", 1), ("not-enough", None)):
        claim = make_claim(case=case)
        brought(claim, first_hand=True), brought(claim, first_hand=True)
        brought(claim, first_hand=True, stance="refutes")
        for reviewer in (ann, ben):
            make_assessment(claim=claim, by=reviewer, rating=rating)
        verdict = propose(
            claim,
            by=eve,
            rating=case.rating(rating),
            summary="The census.",
            one_origin="So it is.",
            open_questions="Who?",
        )
        assert (verdict.support, verdict.one_origin) == (support, "")


def test_support_that_it_was_said_does_not_bear_the_answer_that_it_is_true(case, ann, ben, eve):
    for kind, enough in (("event", False), ("statement", True)):
        claim = make_claim(case=case, kind=kind)
        for _n in range(2):
            brought(claim, first_hand=True, bearing="said")
        for person in (ann, ben):
            make_assessment(claim=claim, by=person)
        answer = {"by": eve, "rating": case.rating("supported"), "summary": "Two heard it."}
        if enough:
            assert propose(claim, **answer).support == 2
            continue
        with pytest.raises(Refused) as refusal:
            propose(claim, **answer)
        assert refusal.value.field == "one_origin"


def test_each_question_whose_support_is_thin_is_warned_of_by_itself(claim):
    brought(claim, first_hand=True, bearing="said", title="A speech")
    for _n in range(2):
        brought(claim, first_hand=True)
    assert OriginsSaid(origins_of(claim)).caution == "all support that it was said comes from 1."
    brought(claim, first_hand=True, bearing="said", title="Another speech")
    assert OriginsSaid(origins_of(claim)).caution == ""


def test_of_two_thin_questions_each_says_what_it_traces_back_to(claim):
    speech, letter = (brought(claim, first_hand=True, bearing=bearing) for bearing in ("said", "true"))
    said = OriginsSaid(origins_of(claim))
    assert said.caution == "all support that it is true comes from 1; all support that it was said comes from 1."
    assert said.why == f"Is it true? That is {letter.cited.source}. Was it said? That is {speech.cited.source}."


def test_what_is_asked_next_is_the_word_that_is_missing_up_the_way(claim, case, ann):
    wire = Exhibit(case=case, title="The wire")
    wire.save(by=ann)
    report, rumour, silent = (brought(claim) for _n in range(3))
    say(report.cited, "quotes", wire)
    say(rumour.cited, "unknown")
    asked = OriginsSaid(origins_of(claim)).untraced
    assert asked == [(1, wire.pk, False), (3, silent.cited.pk, True)]
    say(wire, "unknown")
    assert OriginsSaid(origins_of(claim)).untraced == [(3, silent.cited.pk, True)]


def test_two_that_name_no_speaker_are_one_origin_and_it_is_said_who_must_be_named(case, ann):
    claim = make_claim(case=case)
    one, two = make_exhibit(case=case, title="One"), make_exhibit(case=case, title="Two")
    for exhibit in (one, two):
        Evidence.cite(claim, by=ann, source=None, exhibit=exhibit, stance="supports", credibility="3")
        trace(exhibit, "first_hand", None, by=ann, reason="The author was there.")
    found = origins_of(claim)
    assert found.origins.count("supports").origins == 1
    told = OriginsSaid(found)
    assert told.caution == "all support that it is true comes from 1."
    assert told.why == "That is as far as can be told: evidence 1, evidence 2 name no speaker. Say who speaks."
    assert "Evidence 1, evidence 2 name no speaker. Say who speaks." in told.missing(found.items[0])

    two.source = make_source(case=case)
    two.save(by=ann)
    found = origins_of(claim)
    assert found.origins.count("supports").origins == 2
    assert OriginsSaid(found).caution == ""
