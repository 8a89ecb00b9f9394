"""Talk: who reads what of it, and what stays of it."""

import pytest
from django.db import DatabaseError, connection, transaction

from claims.custody import guards
from claims.models import (
    Case,
    Comment,
    CommentEdit,
    Entry,
    Mention,
    Notice,
    NotNow,
    NotYours,
    Refused,
    Role,
    Stale,
    assign,
    comment,
    resolve,
    rewrite,
)
from claims.models.talk import may_ask_all
from tests.factories import (
    make_assessment,
    make_case,
    make_claim,
    make_comment,
    make_evidence,
    make_signed_claim,
    make_user,
    make_verdict,
)


@pytest.fixture
def claim(case):
    return make_claim(case=case)


def seen_by(user, claim) -> list[str]:
    """What somebody reads of a claim's talk."""
    seen = Comment.objects.filter(claim=claim).visible_to(user, claim.case.role_of(user))
    return [said.text for said in seen.order_by("pk")]


def test_a_comment_waits_for_whoever_is_still_to_answer(claim, ann, ben, eve, rod):
    make_assessment(claim=claim, by=ben)
    make_comment(claim=claim, by=ben, text="I trust the census.")

    assert seen_by(ben, claim) == ["I trust the census."]
    assert not seen_by(ann, claim)
    assert not seen_by(eve, claim)
    assert not seen_by(rod, claim)

    make_assessment(claim=claim, by=ann)
    assert seen_by(ann, claim) == ["I trust the census."]
    assert seen_by(eve, claim) == ["I trust the census."], "all required answers are in"
    assert not seen_by(rod, claim)


def test_a_comment_by_somebody_who_has_not_answered_waits_too(claim, ann, ben):
    make_comment(claim=claim, by=ann, text="Plainly false.")
    assert not seen_by(ben, claim)


def test_what_is_asked_of_everybody_is_seen_at_once_by_reviewers_alone(claim, ann, ben, eve, rod, zoe):
    make_comment(claim=claim, by=ann, text="Is it men or soldiers?", to_all=True)
    assert seen_by(ben, claim) == seen_by(eve, claim) == ["Is it men or soldiers?"]
    assert not seen_by(rod, claim)
    assert not seen_by(zoe, claim)


def test_once_it_is_signed_off_everybody_reads_the_talk(case, ann, ben, eve, max_, rod):
    claim = make_claim(case=case)
    make_comment(claim=claim, by=ann, text="I doubt it.")
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben)
    make_verdict(claim=claim, by=eve, signed_by=max_)
    assert seen_by(rod, claim) == ["I doubt it."]


def test_a_round_given_up_stays_as_closed_as_it_was(claim, ann, ben, eve, rod):
    make_assessment(claim=claim, by=ben)
    make_comment(claim=claim, by=ben, text="I trust the census.")
    claim.withdraw(by=eve, why="Wrong words.").reopen(by=eve, why="Mended.")
    claim.refresh_from_db()
    assert not seen_by(ann, claim)
    assert not seen_by(eve, claim)
    assert not seen_by(rod, claim)


def test_where_the_case_reviews_in_the_open_reviewers_read_all(ann, ben, rod):
    roles = {ann: Role.ANALYST, ben: Role.ANALYST, rod: Role.READER}
    claim = make_claim(case=make_case(policy=Case.Policy.OPEN, members=roles))
    make_comment(claim=claim, by=ann, text="I doubt it.")
    assert seen_by(ben, claim) == ["I doubt it."]
    assert not seen_by(rod, claim)


def test_who_has_answered_cannot_ask_everybody(claim, ann, ben):
    make_assessment(claim=claim, by=ben)
    with pytest.raises(Refused, match="You know answers"):
        make_comment(claim=claim, by=ben, to_all=True)
    assert may_ask_all(claim, ann)


def test_an_editor_who_could_read_the_answers_cannot_ask_everybody(claim, ann, ben, eve):
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben)
    cid = make_user()
    claim.case.enrol(cid, Role.ANALYST, by=eve)
    assign(claim, [cid], by=eve)
    claim.refresh_from_db()
    assert claim.status == "in_review"
    assert not may_ask_all(claim, eve)
    assert may_ask_all(claim, cid)


def test_an_answer_to_all_needs_a_question_to_all(claim, ann, ben):
    make_assessment(claim=claim, by=ben)
    closed = make_comment(claim=claim, by=ann)
    with pytest.raises(Refused, match="can only be a comment"):
        make_comment(claim=claim, by=ann, parent=closed, to_all=True)
    asked = make_comment(claim=claim, by=ann, text="Men or soldiers?", to_all=True)
    make_comment(claim=claim, by=ben, parent=asked, text="Soldiers, and so I answered.")
    assert seen_by(ann, claim) == [closed.text, "Men or soldiers?"]


def test_what_one_may_not_see_cannot_be_answered(claim, ann, ben):
    make_assessment(claim=claim, by=ben)
    hidden = make_comment(claim=claim, by=ben)
    with pytest.raises(NotNow):
        make_comment(claim=claim, by=ann, parent=hidden)


def test_threads_are_one_level_deep(claim, ann):
    first = make_comment(claim=claim, by=ann)
    reply = make_comment(claim=claim, by=ann, parent=first)
    assert make_comment(claim=claim, by=ann, parent=reply).parent == first


def test_readers_and_strangers_say_nothing(claim, rod, zoe):
    for nobody in (rod, zoe):
        with pytest.raises(NotYours):
            make_comment(claim=claim, by=nobody)


def test_one_form_makes_one_comment(claim, ann):
    first = make_comment(claim=claim, by=ann, once="1:form")
    assert make_comment(claim=claim, by=ann, once="1:form") == first


def test_an_edit_keeps_what_was_said_before(claim, ann, ben):
    said = make_comment(claim=claim, by=ann, text="It is 48,000.")
    kept = rewrite(said, by=ann, text="It is 65,000.", expect=said.version)
    assert kept.text == "It is 65,000."
    assert [edit.text for edit in kept.edits.all()] == ["It is 48,000."]
    with pytest.raises(NotYours):
        rewrite(said, by=ben, text="It is mine.")
    with pytest.raises(Stale):
        rewrite(said, by=ann, text="It is 70,000.", expect=said.version)


def test_a_question_to_all_is_not_rewritten_by_whoever_has_answered_since(claim, ann):
    said = make_comment(claim=claim, by=ann, text="Men or soldiers?", to_all=True)
    assert rewrite(said, by=ann, text="Soldiers, or all men?").edited_at
    make_assessment(claim=claim, by=ann)
    with pytest.raises(NotNow, match="Everybody sees"):
        rewrite(said, by=ann, text="I answered: refuted.")


def test_a_comment_of_an_earlier_round_is_not_rewritten(case, ann, ben, eve, max_):
    claim = make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    said = make_comment(claim=claim, by=ann)
    claim.reopen(by=eve, why="New figures.")
    with pytest.raises(NotNow, match="earlier round"):
        rewrite(said, by=ann, text="I answered: refuted.")


def test_a_thread_is_resolved_and_taken_up_again(claim, ann, ben):
    said = make_comment(claim=claim, by=ann, to_all=True)
    assert resolve(said, by=ben).resolved_by == ben
    with pytest.raises(NotNow):
        resolve(said, by=ann)
    assert resolve(said, by=ann, done=False).resolved_at is None
    reply = make_comment(claim=claim, by=ann, parent=said)
    with pytest.raises(NotNow):
        resolve(reply, by=ann)


def test_the_log_keeps_that_something_was_said_and_none_of_its_words(claim, ann):
    said = make_comment(claim=claim, by=ann, text="Plainly refuted.")
    rewrite(said, by=ann, text="Plainly supported.")
    resolve(said, by=ann)
    entries = list(Entry.objects.filter(claim=claim, thing="comment").order_by("number"))
    assert [entry.verb for entry in entries] == ["commented", "edited", "resolved"]
    written = " ".join(entry.label + entry.detail for entry in entries)
    assert "lainly" not in written
    assert said.salt not in written


def test_the_people_named_are_told_once_and_nobody_of_their_own_doing(claim, ann, ben):
    said = make_comment(claim=claim, by=ann, text="@Ben and @Ann, look at this, @ben@example.org.")
    rewrite(said, by=ann, text="@Ben, look at that.")
    assert [str(notice) for notice in Notice.objects.all()] == [f"Ann mentioned you on {claim.ref}"]
    assert Notice.objects.get().user == ben
    assert [row.user for row in Mention.objects.all()] == [ben]


def test_the_author_of_a_comment_is_told_of_an_answer_they_may_read(claim, ann, ben):
    asked = make_comment(claim=claim, by=ann, text="Men or soldiers?", to_all=True)
    make_comment(claim=claim, by=ben, parent=asked, text="Soldiers.", to_all=True)
    assert [str(notice) for notice in ann.notices.all()] == [f"Ben answered your comment on {claim.ref}"]
    make_assessment(claim=claim, by=ben)
    make_comment(claim=claim, by=ben, parent=asked, text="Soldiers, and so I answered.")
    assert ann.notices.count() == 1


def test_a_name_that_is_nobodys_or_several_peoples_is_refused_at_the_text(claim, ann, eve):
    for name in ("Cid Smith", "Cid Miller"):
        claim.case.enrol(make_user(name=name), Role.ANALYST, by=eve)
    with pytest.raises(Refused, match="Nobody in this case is called “Zoe”") as refused:
        make_comment(claim=claim, by=ann, text="@Zoe, look.")
    assert refused.value.field == "text"
    with pytest.raises(Refused, match="“@cid” could be Cid Miller, Cid Smith"):
        make_comment(claim=claim, by=ann, text="What do you think, @cid?")
    assert make_comment(claim=claim, by=ann, text="@Cid Smith’s view: write to me@example.org.").pk


def test_a_comment_on_evidence_of_another_claim_is_refused(claim, case, ann):
    with pytest.raises(Refused):
        make_comment(claim=claim, by=ann, evidence=make_evidence(claim=make_claim(case=case)))
    own = make_evidence(claim=claim)
    assert make_comment(claim=claim, by=ann, evidence=own).evidence == own


def test_no_comment_is_deleted_or_moved_past_the_rules(claim, ann):
    said = make_comment(claim=claim, by=ann)
    rewrite(said, by=ann, text="Other words.")
    edit = CommentEdit.objects.get()
    for statement in (
        f"DELETE FROM claims_comment WHERE id = {said.pk}",
        f"UPDATE claims_comment SET to_all = NOT to_all WHERE id = {said.pk}",
        f"UPDATE claims_comment SET round = 2 WHERE id = {said.pk}",
        f"UPDATE claims_commentedit SET text = 'x' WHERE id = {edit.pk}",
        f"DELETE FROM claims_commentedit WHERE id = {edit.pk}",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert "claims_comment" in guards.KEPT


def test_the_talk_is_the_same_after_the_role_changed(claim, ann, eve):
    make_comment(claim=claim, by=ann, text="I doubt it.")
    claim.case.enrol(ann, Role.READER, by=eve)
    assert seen_by(ann, claim) == ["I doubt it."]
    with pytest.raises(NotYours):
        comment(claim, by=ann, text="And more.")
