"""What verdicts lean on, what changed under them since, and saying that they still stand."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.models import Claim, Evidence, EvidenceChange, Exhibit, Role, renew, sign_off, trace
from claims.views import changes, leaning
from tests.factories import make_assessment, make_claim, make_evidence, make_source, make_user, make_verdict


@pytest.fixture
def ministry(case):
    return make_source(case=case, name="Foreign ministry")


def first_hand(exhibit: Exhibit, by) -> None:
    trace(exhibit, "first_hand", None, by=by, reason="It is their own words.")


@pytest.fixture
def decide(case, ann, ben, eve, max_):
    """`decide(source, …)` is a verdict on a claim of its own that rests on these, each at first hand."""

    def made(*sources, signed=True, rating="supported", said=True, **fields):
        claim = make_claim(case=case)
        for source in sources:
            evidence = make_evidence(claim=claim, source=source, **fields)
            if said:
                first_hand(evidence.cited, ann)
        for person in (ann, ben):
            make_assessment(claim=claim, by=person)
        return make_verdict(
            claim=claim, by=eve, signed_by=max_ if signed else None, rating=rating, difference="reading"
        )

    return made


def page(browser, path: str, status: int = 200) -> str:
    response = browser.get(path)
    assert response.status_code == status
    return str(response.content.decode())


# the sources of a case


def test_a_case_shows_what_its_verdicts_lean_on_linchpins_first(as_, ann, case, ministry, decide):
    others = [make_source(case=case, name=f"Agency {n}") for n in range(3)]
    decide(*others)
    decide(*others, rating="refuted", stance="refutes")
    decide(ministry)
    ministry.grade("B", by=ann, reason="Right before.")

    shown = page(as_(ann), "/cases/BY/leaning/")

    assert shown.index("Foreign ministry") < shown.index("Agency 0")
    assert 'title="B · usually reliable"' in shown
    assert shown.count("not graded") == 3
    assert '<a class="ref" href="/cases/BY/claims/3/">BY-3</a>' in shown
    assert "Refuted" in shown
    assert "/cases/BY/leaning/" in page(as_(ann), "/cases/BY/")


def test_an_empty_page_says_how_it_fills(as_, ann, case):
    assert "No verdict leans on a source yet" in page(as_(ann), "/cases/BY/leaning/")


def test_a_stranger_finds_no_such_page(as_, zoe, case):
    page(as_(zoe), "/cases/BY/leaning/", 404)


def test_readers_do_not_learn_whom_verdicts_lean_on_where_that_is_withheld(as_, ann, rod, ministry, decide):
    decide(ministry, withheld=True)
    reader = page(as_(rod), "/cases/BY/leaning/")
    assert "Source withheld" in reader
    assert "Foreign ministry" not in reader
    assert f"/sources/{ministry.pk}/" not in reader
    assert "BY-1" not in reader
    assert "Foreign ministry" in page(as_(ann), "/cases/BY/leaning/")


def test_what_is_only_proposed_stands_here_for_nobody(as_, eve, max_, ministry, decide):
    proposed = decide(ministry, signed=False)
    assert "BY-1" not in page(as_(eve), "/cases/BY/leaning/")
    sign_off(proposed.claim, by=max_)
    assert "BY-1" in page(as_(eve), "/cases/BY/leaning/")


def test_fifty_come_at_a_time_in_the_order_of_their_weight(as_, ann, case, ministry, decide, monkeypatch):
    monkeypatch.setattr(leaning, "PAGE", 2)
    names = [f"Agency {n}" for n in range(5)]
    decide(*(make_source(case=case, name=name) for name in names))
    decide(ministry)

    found, address = [], "/cases/BY/leaning/"
    for _ in range(3):
        response = as_(ann).get(address)
        found.append([row.name for row in response.context["rows"]])
        address = "/cases/BY/leaning/" + response.context["more"]

    assert found == [["Foreign ministry", "Agency 0"], ["Agency 1", "Agency 2"], ["Agency 3", "Agency 4"]]
    assert response.context["more"] == ""
    assert "No sources beyond this one" in page(as_(ann), "/cases/BY/leaning/?after=0-0-0")


@pytest.mark.parametrize("after", ["x", "1-2", "1-2-x", "1-2-3-4", "-1-2-3", "9" * 30 + "-1-1", "%00", "²-1-1"])
def test_an_address_that_is_none_begins_at_the_top(as_, ann, ministry, decide, after):
    decide(ministry)
    assert "Foreign ministry" in page(as_(ann), f"/cases/BY/leaning/?after={after}")


def test_the_page_asks_as_much_of_the_database_for_many_sources_as_for_one(as_, ann, rod, case, ministry, decide):
    def queries(person) -> int:
        browser = as_(person)
        page(browser, "/cases/BY/leaning/")
        with CaptureQueriesContext(connection) as caught:
            page(browser, "/cases/BY/leaning/")
        return len(caught)

    decide(ministry)
    decide(ministry, signed=False)
    few = queries(ann), queries(rod)
    for _ in range(3):
        decide(ministry, *(make_source(case=case) for _ in range(3)))
        decide(ministry, make_source(case=case), signed=False)
    assert (queries(ann), queries(rod)) == few
    assert max(few) <= 9


# what changed since


def test_whoever_sees_the_verdict_sees_what_changed_since_and_where(as_, ann, ben, ministry, decide):
    decide(ministry)
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    shown = page(as_(ben), "/cases/BY/claims/1/")
    assert "Since this verdict, evidence changed:" in shown
    what = "the source was graded anew (not graded when judged; now E)"
    assert f'<a href="/cases/BY/claims/1/#evidence-1">Evidence 1</a>: {what}, by Ann' in shown
    assert "The verdict still stands, because" not in shown


def test_whoever_may_not_see_the_verdict_is_not_told_of_changes_under_it(as_, case, ann, eve, rod, ministry, decide):
    decide(ministry, signed=False)
    cleo = make_user(email="cleo@example.org", name="Cleo")
    case.enrol(cleo, Role.ANALYST, by=eve)
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    for person in (cleo, rod):
        assert "Since this verdict" not in page(as_(person), "/cases/BY/claims/1/")
    assert "Since this verdict" in page(as_(eve), "/cases/BY/claims/1/")


def test_of_a_withheld_source_readers_are_told_neither_who_graded_it_nor_when(as_, ann, rod, ministry, decide):
    decide(ministry, withheld=True)
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    shown = page(as_(rod), "/cases/BY/claims/1/")
    assert "Evidence 1</a>: the source was graded anew</li>" in shown
    assert "Foreign ministry" not in shown


def test_an_editor_says_why_the_verdict_still_stands(as_, ann, max_, ministry, decide):
    decide(ministry)
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    browser = as_(max_)
    assert "The verdict still stands, because" in page(browser, "/cases/BY/claims/1/")
    change = EvidenceChange.objects.get()

    answer = browser.post(
        "/cases/BY/claims/1/changes/uphold/", {"version": change.pk, "reason": "The census says the same."}
    )

    assert answer.status_code == 302
    assert answer["Location"] == "/cases/BY/claims/1/"
    change.refresh_from_db()
    assert change.answer == "The census says the same."
    shown = page(browser, "/cases/BY/claims/1/")
    assert "Since this verdict" not in shown
    assert "said that the verdict still stands" in shown
    assert "“The census says the same.”" in shown
    assert "“The census says the same.”" in page(browser, "/cases/BY/claims/1/history/")
    assert "1 grade" in page(browser, "/cases/BY/log/")


def test_with_htmx_the_verdict_comes_back_without_the_notice(as_, ann, max_, ministry, decide, htmx):
    decide(ministry)
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    answer = as_(max_, **htmx, **{"HX-Current-URL": "http://testserver/cases/BY/claims/1/"}).post(
        "/cases/BY/claims/1/changes/uphold/",
        {"version": EvidenceChange.objects.get().pk, "reason": "The census says the same."},
    )
    assert answer.status_code == 200
    assert answer["HX-Retarget"] == "#standing"
    assert 'id="verdict"' in answer.content.decode()
    assert "Since this verdict" not in answer.content.decode()


def test_without_a_reason_the_form_comes_back_and_says_so_at_the_field(as_, ann, max_, ministry, decide, htmx):
    decide(ministry)
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    typed = {"version": EvidenceChange.objects.get().pk, "reason": "  "}
    whole = as_(max_).post("/cases/BY/claims/1/changes/uphold/", typed)
    part = as_(max_, **htmx).post("/cases/BY/claims/1/changes/uphold/", typed)
    for answer in (whole, part):
        assert answer.status_code == 422
        shown = answer.content.decode()
        assert "Say why the verdict still stands" in shown
        assert 'aria-describedby="uphold-reason-error"' in shown
    assert EvidenceChange.objects.unanswered().exists()


@pytest.mark.parametrize("seen", ["", "x", "0", "-4", "9" * 40])
def test_a_form_that_names_no_change_that_was_seen_answers_none_it_does_not(as_, ann, max_, ministry, decide, seen):
    decide(ministry)
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    answer = as_(max_).post("/cases/BY/claims/1/changes/uphold/", {"version": seen, "reason": "It does."})
    assert answer.status_code in (302, 409, 422)
    assert EvidenceChange.objects.unanswered().exists() or seen == "9" * 40


def test_what_came_after_is_asked_of_again(as_, ann, max_, ministry, decide):
    claim = decide(ministry).claim
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    seen = EvidenceChange.objects.get().pk
    claim.evidence.get().cited.lineage.get().delete(by=ann)
    browser = as_(max_)
    browser.post("/cases/BY/claims/1/changes/uphold/", {"version": seen, "reason": "It does."})
    shown = page(browser, "/cases/BY/claims/1/")
    assert "where the exhibit comes from was said anew" in shown
    assert "the source was graded anew" not in shown


def test_sending_the_form_twice_is_no_fault(as_, ann, max_, ministry, decide):
    decide(ministry)
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    typed = {"version": EvidenceChange.objects.get().pk, "reason": "It does."}
    browser = as_(max_)
    assert [browser.post("/cases/BY/claims/1/changes/uphold/", typed).status_code for _ in range(2)] == [302, 302]
    assert Claim.objects.get().entries.filter(verb="upheld").count() == 1


def test_who_may_say_so(as_, ann, rod, zoe, max_, ministry, decide):
    decide(ministry)
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    typed = {"version": EvidenceChange.objects.get().pk, "reason": "It does."}
    answers = {
        person: as_(person).post("/cases/BY/claims/1/changes/uphold/", typed).status_code for person in (ann, rod, zoe)
    }
    assert answers == {ann: 403, rod: 403, zoe: 404}
    assert EvidenceChange.objects.unanswered().exists()


def test_where_nothing_changed_the_page_says_so(as_, max_, ministry, decide):
    decide(ministry)
    assert "Nothing has changed under the verdict" in page(as_(max_), "/cases/BY/claims/1/changes/uphold/")


def test_fifty_changes_are_listed_and_answered_at_a_time(as_, ann, max_, case, decide, monkeypatch):
    monkeypatch.setattr(changes, "LISTED", 2)
    changes.changes_under.written = None
    sources = [make_source(case=case) for _ in range(3)]
    decide(*sources)
    for source in sources:
        source.grade("E", by=ann, reason="Two of its statements were false.")
    browser = as_(max_)
    shown = browser.get("/cases/BY/claims/1/")
    assert "There is more; it is listed once this is answered." in shown.content.decode()
    last = shown.context["page"].changes.last
    browser.post("/cases/BY/claims/1/changes/uphold/", {"version": last, "reason": "It does."})
    changes.changes_under.written = None
    assert [row.evidence.number for row in EvidenceChange.objects.unanswered()] == [3]


def test_an_editor_is_shown_the_way_back_where_it_does_not_stand(as_, ann, eve, max_, ministry, decide):
    claim = decide(ministry, signed=False).claim
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    for person in (eve, max_):
        shown = page(as_(person), "/cases/BY/claims/1/")
        assert 'href="/cases/BY/claims/1/verdict/send-back/"' in shown
        assert "It still stands" not in shown
    since = f"/cases/BY/claims/1/verdict/{claim.verdicts.get().pk}/since/"
    assert "Propose as it now stands" in page(as_(eve), since)
    renew(claim, by=eve)
    sign_off(claim, by=max_)
    ministry.grade("D", by=ann, reason="One of them was true after all.")
    shown = page(as_(max_), "/cases/BY/claims/1/")
    assert 'href="/cases/BY/claims/1/reopen/"' in shown
    assert "It still stands" in shown


def test_whoever_proposed_a_verdict_does_not_say_that_it_still_stands(as_, case, ann, eve, max_, ministry, decide):
    decide(ministry)
    ministry.grade("E", by=ann, reason="Two of its statements were false.")
    shown = page(as_(eve), "/cases/BY/claims/1/")
    assert "another editor says whether it still stands" in shown
    assert 'href="/cases/BY/claims/1/reopen/"' in shown
    assert "It still stands" not in shown
    typed = {"version": EvidenceChange.objects.get().pk, "reason": "It does."}
    refused = as_(eve).post("/cases/BY/claims/1/changes/uphold/", typed)
    assert refused.status_code == 403
    assert "another editor says whether it still stands: Max." in refused.content.decode()
    case.memberships.get(user=max_).delete(by=eve)
    refused = as_(eve).post("/cases/BY/claims/1/changes/uphold/", typed)
    assert "this case has none: make somebody an editor of it first." in refused.content.decode()
    assert EvidenceChange.objects.unanswered().exists()


def test_the_claim_page_asks_once_for_all_changes(as_, ann, eve, case, decide):
    sources = [make_source(case=case) for _ in range(4)]
    decide(*sources)
    browser = as_(eve)

    def queries() -> int:
        page(browser, "/cases/BY/claims/1/")
        with CaptureQueriesContext(connection) as caught:
            page(browser, "/cases/BY/claims/1/")
        return len(caught)

    none = queries()
    for source in sources:
        source.grade("E", by=ann, reason="Two of its statements were false.")
    assert queries() == none


# what one origin carries


def test_what_a_verdict_would_have_left_without_one_origin_is_said(as_, ann, case, ministry, decide):
    decide(ministry, make_source(case=case, name="An agency"))
    shown = page(as_(ann), "/cases/BY/claims/1/origins/")
    assert "Without “Foreign ministry” this verdict would have 1 origin where 2 are asked." in shown
    assert "Without “An agency” this verdict would have 1 origin where 2 are asked." in shown


def test_several_speakers_nobody_has_named_are_not_called_by_the_first_of_their_titles(as_, ann, case, ministry):
    claim = make_claim(case=case)
    pieces = [make_evidence(claim=claim, source=ministry)]
    for words in ("A leaflet counts 48,000.", "An unsigned letter counts 48,000."):
        exhibit = Exhibit(title=words, text=words)
        pieces.append(Evidence.cite(claim, by=ann, source=None, exhibit=exhibit, stance="supports", credibility="3"))
    for piece in pieces:
        first_hand(piece.cited, ann)
    pieces[0].credibility = "1"
    pieces[0].save(by=ann)
    shown = page(as_(ann), "/cases/BY/claims/1/origins/")
    assert "Without several speakers nobody has named evidence 1 would no longer be confirmed" in shown
    assert "Without “A leaflet" not in shown


def test_three_origins_can_spare_one(as_, ann, case, ministry, decide):
    decide(ministry, *(make_source(case=case) for _ in range(2)))
    assert "Without “" not in page(as_(ann), "/cases/BY/claims/1/origins/")


def test_whoever_may_not_see_the_verdict_is_not_told_what_it_hangs_on(as_, rod, ministry, decide):
    decide(ministry, signed=False)
    assert "this verdict" not in page(as_(rod), "/cases/BY/claims/1/origins/")


def test_readers_are_not_told_the_name_of_a_withheld_linchpin(as_, rod, ministry, decide):
    decide(ministry, withheld=True)
    shown = page(as_(rod), "/cases/BY/claims/1/origins/")
    assert "Without “Source withheld” this verdict would have 0 origins where 2 are asked." in shown
    assert "Foreign ministry" not in shown


def test_ratings_that_hang_on_one_other_origin_are_named(as_, ann, case, ministry):
    claim = make_claim(case=case)
    one = make_evidence(claim=claim, source=ministry)
    other = make_evidence(claim=claim, source=make_source(case=case, name="An agency"))
    for each in (one, other):
        first_hand(each.cited, ann)
    one.credibility = "1"
    one.save(by=ann)
    said = "Without “An agency” evidence 1 would no longer be confirmed by other independent sources."
    assert said in page(as_(ann), "/cases/BY/claims/1/origins/")
    trace(other.cited, "quotes", one.cited, by=ann, reason="It says so.")
    shown = page(as_(ann), "/cases/BY/claims/1/origins/")
    assert "no other origin that is known says the same" in shown


def test_what_waits_on_another_claim_hides_no_source_that_is_named_already(as_, case, ann, ben, eve, ministry, decide):
    decide(ministry)
    case.refresh_from_db()
    case.hides_sources = True
    case.save(by=eve)
    make_evidence(claim=make_claim(case=case), by=ann, source=ministry, credibility="")
    assert "Foreign ministry" in page(as_(ben), "/cases/BY/leaning/")


def test_what_waits_on_the_claim_itself_hides_it(as_, case, ann, ben, eve, rod, ministry, decide):
    case.hides_sources = True
    case.save(by=eve)
    decide(ministry, by=ann, credibility="")
    for person in (ben, rod):
        assert "Foreign ministry" not in page(as_(person), "/cases/BY/leaning/")
    assert "Foreign ministry" in page(as_(ann), "/cases/BY/leaning/")
