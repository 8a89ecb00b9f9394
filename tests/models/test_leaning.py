"""What verdicts lean on, and who is told that something changed under them."""

import random

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from claims.models import (
    Claim,
    EvidenceChange,
    Exhibit,
    Leaning,
    NotNow,
    NotYours,
    Refused,
    Reliance,
    Role,
    flag_merge,
    send_back,
    sign_off,
    trace,
    untrace,
    uphold,
)
from tests.factories import (
    make_assessment,
    make_capture,
    make_case,
    make_claim,
    make_evidence,
    make_exhibit,
    make_source,
    make_user,
    make_verdict,
)


@pytest.fixture
def ministry(case):
    return make_source(case=case, name="Foreign ministry")


@pytest.fixture
def claim(case):
    return make_claim(case=case)


def answered(claim, ann, ben) -> None:
    """All answers are in."""
    claim = Claim.objects.get(pk=claim.pk)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben)


def first_hand(exhibit: Exhibit, by) -> None:
    trace(exhibit, "first_hand", None, by=by, reason="It is their own words.")


def told() -> list[tuple[str, int, str | None]]:
    """What waits for an answer: what changed, under which evidence, in whose queue."""
    rows = EvidenceChange.objects.unanswered().select_related("editor", "evidence").order_by("pk")
    return [(row.what, row.evidence.number, row.editor and row.editor.name) for row in rows]


def kept(case) -> dict[str, tuple[int, int]]:
    rows = Reliance.objects.filter(case=case).select_related("source")
    return {row.source.name: (row.verdicts, row.linchpins) for row in rows}


def recounted(case) -> dict[str, tuple[int, int]]:
    Reliance.recount(case)
    return kept(case)


@pytest.fixture
def decided(claim, ministry, ann, ben, eve):
    """A claim with one piece of evidence of the ministry, and a verdict that Eve proposed."""
    make_evidence(claim=claim, source=ministry)
    answered(claim, ann, ben)
    return make_verdict(claim=claim, by=eve)


def test_whoever_proposed_a_verdict_is_told_that_its_source_was_graded_anew(decided, ministry, ann):
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    assert told() == [("grade", 1, "Eve")]


def test_a_verdict_that_is_signed_off_stands_too(decided, ministry, claim, ann, max_):
    sign_off(claim, by=max_)
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    assert told() == [("grade", 1, "Max")]  # who may say that it still stands


def test_the_same_grade_again_changes_nothing(decided, ministry, claim, ann, max_):
    sign_off(claim, by=max_)
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    uphold(claim, by=max_, reason="The census says the same.", upto=EvidenceChange.objects.get().pk)
    ministry.grade("E", by=ann, reason="And a third was.")
    assert told() == []


def test_the_same_is_told_once_until_somebody_answers(decided, ministry, claim, ann, max_):
    sign_off(claim, by=max_)
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    ministry.grade("D", by=ann, reason="One of them was true after all.")
    assert told() == [("grade", 1, "Max")]
    uphold(claim, by=max_, reason="The census says the same.", upto=EvidenceChange.objects.get().pk)
    ministry.grade("C", by=ann, reason="And the other.")
    assert told() == [("grade", 1, "Max")]


def test_nobody_is_told_where_no_verdict_stands(claim, ministry, ann, ben, eve, max_):
    make_evidence(claim=claim, source=ministry)
    ministry.grade("A", by=ann, reason="It was right before.")
    answered(claim, ann, ben)
    make_verdict(claim=claim, by=eve)
    send_back(claim, by=max_, reason="The census is of 2019.")
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    assert told() == []


def test_removed_evidence_and_other_sources_are_no_concern(claim, case, ministry, ann, ben, eve):
    make_evidence(claim=claim, source=ministry).remove(by=ann)
    make_evidence(claim=claim)
    answered(claim, ann, ben)
    make_verdict(claim=claim, by=eve)
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    assert told() == []


def test_verdicts_of_earlier_rounds_do_not_stand(decided, ministry, claim, ann, max_):
    sign_off(claim, by=max_)
    claim.reopen(by=max_, why="There is a new census.")
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    assert told() == []


def test_a_grade_reaches_the_verdicts_of_every_case(decided, ministry, ann, ben, eve):
    other = make_case(members={ann: Role.ANALYST, ben: Role.ANALYST, eve: Role.EDITOR})
    elsewhere = make_claim(case=other)
    make_evidence(claim=elsewhere, source=ministry)
    answered(elsewhere, ann, ben)
    make_verdict(claim=elsewhere, by=eve)
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    assert {row.case for row in EvidenceChange.objects.all()} == {decided.claim.case, other}


def test_a_change_of_where_an_original_comes_from_reaches_all_that_trace_back_to_it(claim, case, ann, ben, eve):
    decree, wire, aside = make_exhibit(case=case), make_exhibit(case=case), make_exhibit(case=case)
    report = make_evidence(claim=claim).cited
    make_evidence(claim=claim, exhibit=aside)
    trace(report, "wire", wire, by=ann, reason="It says so.")
    trace(wire, "quotes", decree, by=ann, reason="It says so.")
    answered(claim, ann, ben)
    make_verdict(claim=claim, by=eve)
    assert told() == []

    first_hand(decree, ann)

    assert told() == [("lineage", 1, "Eve")]


def test_taking_back_where_an_exhibit_comes_from_is_a_change(claim, case, ann, ben, eve):
    evidence = make_evidence(claim=claim)
    first_hand(evidence.cited, ann)
    answered(claim, ann, ben)
    make_verdict(claim=claim, by=eve)
    untrace(evidence.cited.lineage.get(), by=ann)
    assert told() == [("lineage", 1, "Eve")]


def test_another_reason_for_the_same_link_is_no_change(claim, case, ann, ben, eve):
    evidence = make_evidence(claim=claim)
    first_hand(evidence.cited, ann)
    answered(claim, ann, ben)
    make_verdict(claim=claim, by=eve)
    trace(evidence.cited, "first_hand", None, by=ann, reason="He was there himself.")
    assert told() == []


def test_evidence_said_to_be_primary_tells_other_claims_that_rest_on_its_exhibit(decided, claim, case, ann):
    elsewhere = make_claim(case=case)
    make_evidence(
        claim=elsewhere, exhibit=claim.evidence.get().cited, level="primary", level_reason="He was there.", by=ann
    )
    assert told() == [("lineage", 1, "Eve")]


def test_a_first_capture_is_no_change_and_other_bytes_are(decided, claim, ann):
    exhibit = claim.evidence.get().cited
    make_capture(exhibit=exhibit, content=b"as it was")
    make_capture(exhibit=exhibit, content=b"as it was")
    assert told() == []
    make_capture(exhibit=exhibit, content=b"as it is now")
    assert told() == [("capture", 1, "Eve")]


def test_merging_a_source_is_told(decided, ministry, ann):
    assert flag_merge(ministry, by=ann) == 1
    assert told() == [("merge", 1, "Eve")]


def test_no_credibility_is_rated_anew_while_a_verdict_stands(decided, claim, ann):
    evidence = claim.evidence.get()
    evidence.credibility = "5"
    with pytest.raises(NotNow):
        evidence.save(by=ann)


def test_what_waits_for_somebody_who_edits_no_more_waits_for_any_editor(decided, ministry, case, ann, eve, max_, ada):
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    case.enrol(eve, Role.ANALYST, by=ada)
    assert told() == [("grade", 1, None)]
    ministry.grade("D", by=ann, reason="One of them was true after all.")
    first_hand(decided.claim.evidence.get().cited, ann)
    assert told() == [("grade", 1, None), ("lineage", 1, None)]


@pytest.mark.parametrize("how", ["removed", "closed"])
def test_so_does_what_waits_for_somebody_who_left(decided, ministry, case, ann, eve, ada, how):
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    if how == "removed":
        case.memberships.get(user=eve).delete(by=ada)
    else:
        eve.is_active = False
        eve.save(by=ada)
    assert told() == [("grade", 1, None)]


def test_an_administrator_edits_without_a_role(claim, ministry, ann, ben, ada):
    make_evidence(claim=claim, source=ministry)
    answered(claim, ann, ben)
    make_verdict(claim=claim, by=ada)
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    assert told() == [("grade", 1, "Ada")]
    ada.is_superuser = False
    ada.save(by=ann)
    assert told() == [("grade", 1, None)]


def test_a_verdict_is_upheld_with_a_reason_that_the_log_keeps(decided, ministry, claim, ann, max_):
    sign_off(claim, by=max_)
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    change = EvidenceChange.objects.get()
    with pytest.raises(Refused) as refusal:
        uphold(claim, by=max_, reason=" ", upto=change.pk)
    assert refusal.value.field == "reason"

    assert uphold(claim, by=max_, reason="The census says the same.", upto=change.pk) == 1

    change.refresh_from_db()
    assert (change.answered_by, change.answer) == (max_, "The census says the same.")
    entry = claim.entries.order_by("-number").first()
    assert (entry.verb, entry.thing, entry.by, entry.why) == ("upheld", "verdict", max_, "The census says the same.")
    assert entry.parts["after"] == {"round": 1, "changes": "1 grade"}


def test_what_came_after_the_person_looked_still_waits(decided, ministry, claim, ann, max_):
    sign_off(claim, by=max_)
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    seen = EvidenceChange.objects.get().pk
    first_hand(claim.evidence.get().cited, ann)
    uphold(claim, by=max_, reason="The census says the same.", upto=seen)
    assert told() == [("lineage", 1, "Max")]


def test_saying_so_twice_is_said_once_and_another_is_told_that_it_was(decided, ministry, claim, ann, max_, ada):
    sign_off(claim, by=max_)
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    seen = EvidenceChange.objects.get().pk
    uphold(claim, by=max_, reason="The census says the same.", upto=seen)
    assert uphold(claim, by=max_, reason="The census says the same.", upto=seen) == 0
    assert claim.entries.filter(verb="upheld").count() == 1
    with pytest.raises(NotNow):
        uphold(claim, by=ada, reason="I think so too.", upto=seen)


def test_only_editors_uphold_and_only_what_is_signed(decided, ministry, claim, ann, eve, max_):
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    seen = EvidenceChange.objects.get().pk
    with pytest.raises(NotYours):
        uphold(claim, by=ann, reason="It does.", upto=seen)
    with pytest.raises(NotNow, match="Eve, who proposed it"):
        uphold(claim, by=max_, reason="It does.", upto=seen)
    send_back(claim, by=max_, reason="The ministry is unreliable.")
    with pytest.raises(NotNow):
        uphold(claim, by=max_, reason="It does.", upto=seen)


@pytest.mark.parametrize("act", ["sent back", "withdrawn", "reopened"])
def test_what_ends_a_verdict_answers_what_changed_under_it(decided, ministry, claim, case, ann, max_, act):
    if act == "reopened":
        sign_off(claim, by=max_)
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    if act == "sent back":
        send_back(claim, by=max_, reason="The ministry is unreliable.")
    elif act == "withdrawn":
        claim.withdraw(by=max_, why="Said of another army.")
    else:
        claim.reopen(by=max_, why="The ministry is unreliable.")
    change = EvidenceChange.objects.get()
    said = {"sent back": "sent the proposal back", "withdrawn": "withdrew the claim", "reopened": "reopened the claim"}
    assert (change.answered_by, change.answer) == (max_, said[act])
    assert kept(case) == {}
    assert not Leaning.objects.exists()


def test_a_verdict_leans_on_who_speaks_at_first_hand_and_on_others_where_nobody_said(
    claim, case, ministry, ann, ben, eve, max_
):
    decree = make_exhibit(case=case, source=ministry)
    first_hand(decree, ann)
    for name in ("An agency", "A paper"):
        report = make_evidence(claim=claim, source=make_source(case=case, name=name)).cited
        trace(report, "quotes", decree, by=ann, reason="It says so.")
    make_evidence(claim=claim, source=make_source(case=case, name="Hearsay"))
    make_evidence(claim=claim, source=make_source(case=case, name="Against it"), stance="refutes")
    make_evidence(claim=claim, source=make_source(case=case, name="Around it"), stance="context")
    answered(claim, ann, ben)

    make_verdict(claim=claim, by=eve, signed_by=max_)

    assert kept(case) == {"Foreign ministry": (1, 1), "Hearsay": (1, 1)}
    assert recounted(case) == {"Foreign ministry": (1, 1), "Hearsay": (1, 1)}


@pytest.mark.parametrize(("origins", "pins"), [(1, 1), (2, 1), (3, 0)])
def test_sources_are_linchpins_where_no_origin_can_be_spared(claim, case, ann, ben, eve, max_, origins, pins):
    for n in range(origins):
        first_hand(make_evidence(claim=claim, source=make_source(case=case, name=f"Source {n}")).cited, ann)
    answered(claim, ann, ben)
    make_verdict(claim=claim, by=eve, signed_by=max_)
    assert kept(case) == {f"Source {n}": (1, pins) for n in range(origins)}


@pytest.mark.parametrize(
    ("rating", "leant"),
    [("refuted", {"B": (1, 1)}), ("partly", {"A": (1, 0), "B": (1, 0)}), ("not-enough", {"A": (1, 0), "B": (1, 0)})],
)
def test_what_an_answer_leans_on_depends_on_the_answer(claim, case, ann, ben, eve, max_, rating, leant):
    for name, stance in {"A": "supports", "B": "refutes", "C": "context"}.items():
        evidence = make_evidence(claim=claim, source=make_source(case=case, name=name), stance=stance)
        first_hand(evidence.cited, ann)
    answered(claim, ann, ben)
    make_verdict(claim=claim, by=eve, signed_by=max_, rating=rating, difference="reading")
    assert kept(case) == leant


def test_a_verdict_that_is_upheld_is_weighed_anew(claim, case, ministry, ann, ben, eve, max_):
    first_hand(make_evidence(claim=claim, source=ministry).cited, ann)
    report = make_evidence(claim=claim, source=make_source(case=case, name="An agency")).cited
    answered(claim, ann, ben)
    make_verdict(claim=claim, by=eve, signed_by=max_)
    assert kept(case) == {"Foreign ministry": (1, 1), "An agency": (1, 1)}
    trace(report, "wire", claim.evidence.get(number=1).cited, by=ann, reason="It says so.")
    uphold(claim, by=max_, reason="One is enough here.", upto=EvidenceChange.objects.get().pk)
    assert kept(case) == recounted(case) == {"Foreign ministry": (1, 1)}


@pytest.mark.parametrize("seed", range(4))
def test_after_any_walk_of_acts_what_is_kept_is_what_is_counted(case, ann, ben, eve, max_, seed):
    dice = random.Random(seed)
    sources = [make_source(case=case) for _ in range(3)]
    claims = [make_claim(case=case) for _ in range(3)]

    def act() -> None:
        claim = Claim.objects.get(pk=dice.choice(claims).pk)
        exhibits = list(Exhibit.objects.filter(case=case))
        waiting = EvidenceChange.objects.unanswered().filter(claim=claim).order_by("-pk").first()
        dice.choice(
            [
                lambda: make_evidence(
                    claim=claim, source=dice.choice(sources), stance=dice.choice(["supports", "refutes"])
                ),
                lambda: first_hand(dice.choice(exhibits), ann),
                lambda: trace(dice.choice(exhibits), "quotes", dice.choice(exhibits), by=ann, reason="It says so."),
                lambda: answered(claim, ann, ben),
                lambda: make_verdict(
                    claim=claim, by=eve, rating=dice.choice(["supported", "refuted", "partly"]), difference="reading"
                ),
                lambda: sign_off(claim, by=max_),
                lambda: send_back(claim, by=max_, reason="Not yet."),
                lambda: claim.reopen(by=max_, why="There is more."),
                lambda: claim.withdraw(by=max_, why="Said of another army."),
                lambda: uphold(claim, by=max_, reason="All the same.", upto=waiting.pk if waiting else 0),
                lambda: dice.choice(sources).grade(dice.choice("ABCDE"), by=ann, reason="It turned out so."),
            ]
        )()

    done = 0
    for _ in range(120):
        try:
            act()
            done += 1
        except (Refused, IndexError):
            continue
        found = kept(case)
        assert found == recounted(case)
    assert done > 30
    standing = EvidenceChange.objects.unanswered().exclude(verdict__in=Leaning.objects.values("verdict"))
    assert not standing.filter(verdict__decision="sent_back").exists()


def test_counts_never_fall_below_nothing(decided, case, ministry):
    Reliance.objects.all().delete()
    Reliance.step(case, {ministry.pk: True}, -1)
    assert kept(case) == {}


def test_many_pieces_are_told_of_in_a_few_statements(decided, claim, ministry, ann):
    one = claim.evidence.get()
    models.QuerySet.bulk_create(
        one.__class__.objects.all(),
        [
            one.__class__(claim=claim, exhibit=one.exhibit, number=n, stance="supports", credibility="3", added_by=ann)
            for n in range(2, 3002)
        ],
    )
    with CaptureQueriesContext(
        connection,
    ) as caught:
        ministry.grade("E", by=ann, reason="Two of its statements were false.")
    assert EvidenceChange.objects.count() == 3001
    assert len(caught) < 60


def test_who_edits_elsewhere_is_not_told_of_what_they_edit_no_more(claim, ministry, case, ann, ben, eve):
    stranger = make_user()
    case.enrol(stranger, Role.EDITOR, by=eve)
    make_evidence(claim=claim, source=ministry)
    answered(claim, ann, ben)
    make_verdict(claim=claim, by=stranger)
    make_case(members={stranger: Role.EDITOR})
    case.memberships.get(user=stranger).delete(by=eve)
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    assert told() == [("grade", 1, None)]


def test_whoever_proposed_a_verdict_cannot_uphold_it_alone_even_where_no_other_editor_is_left(
    decided, ministry, claim, case, ann, eve, max_
):
    sign_off(claim, by=max_)
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    seen = EvidenceChange.objects.get().pk
    with pytest.raises(NotYours, match="another editor says whether it still stands: Max"):
        uphold(claim, by=eve, reason="It does.", upto=seen)
    case.memberships.get(user=max_).delete(by=eve)
    with pytest.raises(NotYours, match="this case has none"):
        uphold(claim, by=eve, reason="It does.", upto=seen)
    assert told() == [("grade", 1, None)]


def test_what_changed_under_a_proposal_and_went_back_waits_for_the_signer_from_the_signature_on(
    claim, ministry, ann, ben, eve, max_
):
    ministry.grade("C", by=ann, reason="Right half of the time.")
    make_evidence(claim=claim, source=ministry)
    answered(claim, ann, ben)
    make_verdict(claim=claim, by=eve)
    for letter in "EC":
        ministry.grade(letter, by=ann, reason="It turned out so.")
    assert told() == [("grade", 1, "Eve")]
    sign_off(claim, by=max_)
    assert told() == [("grade", 1, "Max")]
