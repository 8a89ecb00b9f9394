"""Writers at the same instant: nobody's work is lost, nothing is made twice, the log never forks."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from claims.loading.claim_tables import import_claims
from claims.models import (
    Case,
    Claim,
    Entry,
    Evidence,
    Exhibit,
    Grade,
    Job,
    Merge,
    NotNow,
    Role,
    Source,
    Stale,
    User,
    begin,
    merge,
    writing,
)
from tests.at_once import at_once, counted, holds, recounted
from tests.factories import (
    make_assessment,
    make_case,
    make_claim,
    make_evidence,
    make_source,
    make_suggestion,
    make_user,
)

pytestmark = pytest.mark.usefixtures("real_transactions")


def test_of_two_who_save_the_same_version_one_wins_and_the_other_is_told(case, ann, ben):
    claim = make_claim(case=case)

    def save(user: User) -> Callable[[], Any]:
        own = Claim.objects.select_related("case").get(pk=claim.pk)
        own.statement = f"As {user} wrote it."

        def act() -> Any:
            own.save(by=user, expect=0)
            return own

        return act

    results = at_once([save(user) for user in (ann, ben) for _ in range(3)])

    won = [result for result in results if isinstance(result, Claim)]
    assert len(won) == 1
    assert all(isinstance(result, Stale) for result in results if result not in won)
    claim.refresh_from_db()
    assert (claim.statement, claim.version) == (won[0].statement, 1)
    assert Entry.objects.filter(claim=claim, verb="changed").count() == 1
    assert holds(case)


def test_of_two_who_revise_a_claim_one_wins_with_figures_and_all(case, ann, ben):
    claim = make_claim(case=case)

    def revise(user: User) -> Callable[[], Any]:
        def act() -> Any:
            own = Claim.objects.select_related("case").get(pk=claim.pk)
            rungs = [{"speaker": f"{user} {n}"} for n in range(3)]
            return own.revise(by=user, expect=0, statement=f"{user}.", attributions=rungs)

        return act

    results = at_once([revise(user) for user in (ann, ben)])

    assert sorted(type(result).__name__ for result in results) == ["Claim", "Stale"]
    claim.refresh_from_db()
    winner = claim.statement.rstrip(".")
    assert [rung.speaker for rung in claim.attributions.order_by("position")] == [f"{winner} {n}" for n in range(3)]
    assert holds(case)


def test_the_same_form_sent_eight_times_at_once_makes_one_claim(case, ann):
    made = at_once([lambda: Claim.make(case, by=ann, statement="Once.", once="form-1") for _ in range(8)])
    assert {claim.pk for claim in made} == {Claim.objects.get().pk}
    assert Entry.objects.filter(verb="made").count() == 1
    assert counted(case) == {("open", None): 1}
    assert holds(case)


def test_the_same_page_sent_eight_times_at_once_makes_one_source(case, as_, ann):
    browser = as_(ann)
    form = browser.get("/sources/add/").context["form"]
    typed = {"case": case.pk, "name": "Agency", "kind": "outlet", "once": str(form["once"].value())}
    cookies = browser.cookies

    def send() -> tuple[int, str]:
        own = Client()
        own.cookies = cookies
        answer = own.post("/sources/add/", typed)
        return answer.status_code, answer["Location"]

    answers = at_once([send for _ in range(8)])

    source = Source.objects.get()
    assert set(answers) == {(302, source.get_absolute_url())}
    assert Entry.objects.filter(thing="source", case=None).count() == 1
    assert holds(None)


def test_the_same_grade_sent_eight_times_at_once_is_one_grade(case, as_, ann):
    source = make_source(case=case)
    browser = as_(ann)
    form = browser.get(f"/sources/{source.pk}/").context["grade_form"]
    typed = {"letter": "B", "reason": "Right before.", "once": str(form["once"].value())}

    def send() -> int:
        own = Client()
        own.cookies = browser.cookies
        return own.post(f"/sources/{source.pk}/grade/", typed).status_code

    assert set(at_once([send for _ in range(8)])) == {302}
    assert Grade.objects.count() == 1
    assert Entry.objects.filter(verb="graded").count() == 1
    assert holds(None)


def test_the_same_form_of_the_admin_sent_at_once_makes_one_claim(case, as_, ada):
    browser = as_(ada)
    page = browser.get("/admin/claims/claim/add/")
    form = {"case": case.pk, "statement": "Made once.", "kind": "event"}
    form["this_form"] = str(page.context["adminform"].form["this_form"].value())
    for inline in page.context["inline_admin_formsets"]:
        form |= {field.html_name: field.value() for field in inline.formset.management_form}

    def send() -> int:
        own = Client()
        own.cookies = browser.cookies
        return own.post("/admin/claims/claim/add/", form).status_code

    assert set(at_once([send for _ in range(4)])) == {302}
    assert Claim.objects.count() == 1
    assert holds(case)


def test_writers_in_one_case_number_without_gaps_and_make_one_chain(case):
    users = [make_user() for _ in range(8)]

    def write(user: User) -> Callable[[], Any]:
        return lambda: [Claim.make(case, by=user, statement=f"{user} {n}.") for n in range(5)]

    results = at_once([write(user) for user in users])

    assert all(isinstance(result, list) for result in results), results
    assert sorted(Claim.objects.values_list("number", flat=True)) == list(range(1, 41))
    assert counted(case) == recounted(case) == {("open", None): 40}
    numbers = list(Entry.objects.filter(case=case).order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert holds(case)


def test_writers_across_cases_and_outside_them_do_not_wait_for_each_other_forever(case, ann, ben):
    cases = [case, make_case(), make_case()]
    source = make_source(case=case)

    def everything(user: User, turn: int) -> Callable[[], Any]:
        def act() -> None:
            for n in range(4):
                one = Case.objects.get(pk=cases[(turn + n) % 3].pk)
                Source.make(one, by=user, name=f"Source {turn} {n}", kind="person")
                claim = Claim.make(one, by=user, statement=f"Claim {turn} {n}.")
                make_evidence(claim=claim, source=source, by=user)
                source.grade("B", by=user, reason="Right before.")
                User.objects.get(pk=user.pk).save(by=user)

        return act

    users = [make_user() for _ in range(6)]
    results = at_once([everything(user, turn) for turn, user in enumerate(users)])

    assert results == [None] * 6
    assert Claim.objects.count() == 24
    assert Evidence.objects.count() == 24
    assert Grade.objects.count() == 24
    for one in cases:
        assert holds(one)
        assert counted(one) == recounted(one)
    assert holds(None)


def test_evidence_added_at_once_is_numbered_and_counted(case):
    claim = make_claim(case=case)
    source = make_source(case=case)
    users = [make_user() for _ in range(6)]
    results = at_once([lambda user=user: make_evidence(claim=claim, source=source, by=user) for user in users])  # type: ignore[misc]
    assert all(isinstance(result, Evidence) for result in results), results
    assert sorted(claim.evidence.values_list("number", flat=True)) == list(range(1, 7))
    claim.refresh_from_db()
    assert claim.evidence_count == 6
    assert holds(case)


def test_a_reworded_claim_keeps_what_reviewers_did_meanwhile(case, ann, ben, eve):
    claim = make_claim(case=case)
    source = make_source(case=case)
    before = Claim.objects.select_related("case").get(pk=claim.pk)
    before.statement = "Reworded."

    results = at_once(
        [
            lambda: before.save(by=eve, expect=0),
            lambda: make_assessment(claim=Claim.objects.get(pk=claim.pk), by=ann),
            lambda: make_assessment(claim=Claim.objects.get(pk=claim.pk), by=ben),
            lambda: make_evidence(claim=Claim.objects.get(pk=claim.pk), source=source, by=ben),
        ]
    )

    assert not [result for result in results if isinstance(result, Exception)], results
    claim.refresh_from_db()
    assert (claim.statement, claim.status, claim.answers_in, claim.evidence_count) == ("Reworded.", "to_decide", 2, 1)
    assert counted(case) == recounted(case)


def test_a_reader_is_not_held_up_by_a_writer(case):
    """Somebody writes and takes their time; a page opens all the same."""
    started, done = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with writing(case):
                started.set()
                done.wait(timeout=20)
        finally:
            connections.close_all()

    writer = threading.Thread(target=slow)
    writer.start()
    try:
        assert started.wait(timeout=10)
        assert Claim.objects.filter(case=case).count() == 0
        assert Case.objects.get(pk=case.pk) == case
    finally:
        done.set()
        writer.join(timeout=20)


def test_each_job_is_taken_up_by_one_worker(case, ann):
    jobs = {begin(case, Job.Task.FILES, [("a.txt", b"It grew.")], by=ann) for _ in range(3)}
    taken = at_once([Job.objects.take] * 4)
    assert None in taken
    assert {job for job in taken if job} == jobs


def test_of_two_who_decide_on_a_suggestion_one_makes_the_claim(case, ann, ben):
    suggestion = make_suggestion(case=case)
    results = at_once([lambda: suggestion.make_claim(by=ann), lambda: suggestion.dismiss(by=ben)])
    assert sum(isinstance(result, NotNow) for result in results) == 1
    suggestion.refresh_from_db()
    assert Claim.objects.count() == (suggestion.state == "claimed")
    assert holds(case)


def test_a_table_that_two_import_at_once_is_not_doubled(case, ann, ben):
    table = ("statement\n" + "".join(f"Claim {n}.\n" for n in range(30))).encode()
    results = at_once([lambda: import_claims(case, table, by=ann), lambda: import_claims(case, table, by=ben)])
    assert sorted(result.made for result in results) == [0, 30]
    assert Claim.objects.count() == 30
    assert holds(case)
    assert counted(case) == recounted(case)


def test_of_two_who_merge_the_same_two_sources_one_way_and_the_other_one_wins(case, ann, eve):
    one, other = make_source(case=case), make_source(case=case)
    claim = make_claim(case=case)
    for source in (one, other):
        make_evidence(claim=claim, source=source)
    ways = [(one, other), (other, one)] * 2

    results = at_once([partial(merge, a, b, by=ann, reason="They are one.") for a, b in ways])

    won = [result for result in results if isinstance(result, Merge)]
    assert len(won) == 1
    assert all(isinstance(result, NotNow) and "already" in str(result) for result in results if result not in won)
    made = Merge.objects.get()
    assert set(Exhibit.objects.values_list("source", flat=True)) == {made.kept_id}
    assert Source.objects.exclude(merged_into=None).get() == made.merged
    assert Entry.objects.filter(verb="merged").count() == 2
    assert holds(case)
    assert holds(None)


def test_what_is_cited_while_its_source_is_merged_is_found_under_the_kept_one(case, ada, eve):
    other = make_case(members={eve: Role.ANALYST})
    source, kept = make_source(case=case), make_source(case=case)
    claims = [make_claim(case=other) for _ in range(6)]

    def cite(claim: Claim) -> Callable[[], Any]:
        return lambda: make_evidence(claim=claim, source=Source.objects.get(pk=source.pk), by=eve)

    results = at_once([lambda: merge(source, kept, by=ada, reason="One."), *map(cite, claims)])

    faults = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(fault, NotNow) for fault in faults), faults
    if isinstance(results[0], Merge):
        assert set(Exhibit.objects.values_list("source", flat=True)) == {kept.pk}
        assert other in kept.cases.all()
    assert holds(other)
