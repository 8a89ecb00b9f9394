"""Who may see an assessment, who may give one, and what its seal covers."""

from tests.factories import make_assessment, make_claim, make_verdict


def abandoned(case, ann, eve):
    """A claim that Ann had judged when it was withdrawn and reopened."""
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann, rationale="Ann's own reasons.")
    claim.withdraw(by=eve, why="Said of another army.").reopen(by=eve, why="It was this one.")
    claim.refresh_from_db()
    return claim


def test_a_round_that_was_never_signed_off_stays_closed(case, ann, ben, eve, max_, rod, as_):
    claim = abandoned(case, ann, eve)
    for reader, role in ((ben, "analyst"), (eve, "editor"), (rod, "reader")):
        assert not claim.assessments.visible_to(reader, role)
        assert "own reasons" not in as_(reader).get(claim.get_absolute_url()).content.decode()
    assert claim.assessments.visible_to(ann, "analyst").count() == 1

    for reviewer in (ann, ben):
        make_assessment(claim=claim, by=reviewer)
    assert {row.round for row in claim.assessments.visible_to(eve, "editor")} == {2}
    make_verdict(claim=claim, by=eve, signed_by=max_)
    assert {row.round for row in claim.assessments.visible_to(rod, "reader")} == {2}


def test_a_proposal_of_a_round_that_was_never_signed_off_stays_closed(case, ann, ben, eve, max_, rod, as_):
    claim = make_claim(case=case)
    for reviewer in (ann, ben):
        make_assessment(claim=claim, by=reviewer)
    make_verdict(claim=claim, by=eve, summary="What both of them said.")
    claim.withdraw(by=eve, why="Said of another army.").reopen(by=eve, why="It was this one.")
    claim.refresh_from_db()
    for address in (claim.get_absolute_url(), claim.get_absolute_url() + "history/"):
        assert "both of them" not in as_(rod).get(address).content.decode()
        assert "both of them" in as_(ann).get(address).content.decode()
