"""The one table of moves, walked at random: nothing happens that it does not allow, and the counts keep up."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from claims.models import (
    MOVES,
    Claim,
    NotNow,
    NotYours,
    Refused,
    Role,
    Status,
    Tally,
    assess,
    assign,
    may,
    propose,
    send_back,
    sign_off,
)
from claims.models.moves import ACTS, diagram
from tests.factories import make_claim

CHOSEN = sorted(set(MOVES) - {"complete", "release"})  # these follow by themselves
# Whether to try anything or just what is allowed, which of it, and the answer to give.
STEPS = st.lists(
    st.tuples(st.sampled_from([False, False, True]), st.integers(0, 41), st.sampled_from(["supported", "refuted"])),
    min_size=5,
    max_size=25,
)


def act(claim: Claim, move: str, by, rating: str, reviewers) -> None:
    """Make a move as its page does."""
    answer = claim.case.rating(rating)
    if move == "assign":
        assign(claim, reviewers, by=by)
    elif move == "assess":
        assess(claim, by=by, rating=answer, rationale="The census says so.")
    elif move == "propose":
        propose(claim, by=by, rating=answer, summary="The census.", difference="sources")
    elif move == "sign_off":
        sign_off(claim, by=by)
    elif move == "send_back":
        send_back(claim, by=by, reason="Of another year.")
    elif move == "withdraw":
        claim.withdraw(by=by, why="Said of another army.")
    else:
        claim.reopen(by=by, why="A new census.")


def refused(move: Callable[[], None]) -> Refused | None:
    """What a rule said to it, if one did."""
    try:
        move()
    except Refused as refusal:
        return refusal
    return None


def check_sound(claim: Claim) -> None:
    assert (claim.rating is not None) == (claim.status == Status.SIGNED_OFF)
    assert claim.answers_in == claim.assessments.submitted().filter(round=claim.round).count()
    assert claim.verdicts.filter(decision="").exists() == (claim.status == Status.PROPOSED)
    kept = {(row.status, row.rating_id): row.count for row in Tally.objects.filter(case=claim.case) if row.count}
    counted: dict[tuple[str, int | None], int] = {}
    for status, rating in Claim.objects.filter(case=claim.case).values_list("status", "rating_id"):
        counted[status, rating] = counted.get((status, rating), 0) + 1
    assert kept == counted


@settings(
    max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(steps=STEPS)
def test_any_walk_stays_within_the_table(case, ann, ben, eve, max_, rod, zoe, steps):
    cast = [ann, ben, eve, max_, rod, zoe]
    claim = make_claim(case=case)
    everything = [(move, by) for move in CHOSEN for by in cast]
    for wild, pick, rating in steps:
        options = everything if wild else [one for one in everything if claim.allowed(*one)]
        move, by = options[pick % len(options)]
        before, entries = claim.status, claim.entries.count()
        allowed = claim.allowed(move, by)
        assert allowed == (may(case.role_of(by), move) and before in MOVES[move].start)
        refusal = refused(lambda: act(claim, move, by, rating, [ann, ben]))  # noqa: B023 - called at once
        claim.refresh_from_db()
        if refusal is not None:
            assert claim.status == before
            assert claim.entries.count() == entries, "what was refused leaves no entry"
            assert allowed or isinstance(refusal, NotNow | NotYours)
        else:
            assert allowed
            assert claim.status in {MOVES[move].end, MOVES["complete"].end, before}
            assert claim.status == MOVES[move].end or move in {"assess", "assign"}
            assert claim.entries.count() == entries + 1
        check_sound(claim)
        event(claim.status)


def test_every_status_can_be_reached_and_left():
    reached = {Status.OPEN}
    while more := {move.end for move in MOVES.values() if move.start & reached} - reached:
        reached |= more
    assert reached == set(Status)
    assert {start for move in MOVES.values() for start in move.start} == set(Status)


def test_no_move_leads_past_a_second_person():
    assert {move.name for move in MOVES.values() if move.end == Status.SIGNED_OFF} == {"sign_off"}
    assert MOVES["sign_off"].start == {Status.PROPOSED}


@pytest.mark.parametrize("act_name", sorted({*MOVES, *ACTS}))
def test_a_stranger_may_nothing_and_an_editor_everything(act_name):
    assert not may(None, act_name)
    assert may(Role.EDITOR, act_name)
    assert may(Role.READER, act_name) == (act_name == "see")


@pytest.mark.parametrize("name", [move.name for move in MOVES.values() if move.needs_reason])
def test_moves_that_undo_need_a_reason(name):
    assert name in {"send_back", "reopen", "withdraw"}


def test_the_diagram_shows_every_move():
    drawn = diagram()
    for move in MOVES.values():
        for start in move.start:
            assert f"{start.value} --> {move.end.value}: {move.name}" in drawn
