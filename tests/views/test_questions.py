"""The questions of a case: who sees them, who takes them on, how they end."""

import datetime

import pytest

from claims.models import OpenQuestion
from tests.factories import make_assessment, make_claim, make_question, make_verdict
from tests.views.test_claims import text_of


@pytest.fixture
def question(case):
    return make_question(claim=make_claim(case=case))


def list_of(case) -> str:
    return f"{case.get_absolute_url()}questions/"


def typed(question, **fields):
    return {"version": question.version, "owner": "", "due": "", "state": "open", "answer": ""} | fields


def test_a_case_lists_its_open_questions(question, case, rod, zoe, as_, htmx):
    for headers in (None, htmx):
        page = text_of(as_(rod).get(list_of(case), headers=headers))
        assert "Who counted them?" in page
        assert "1 question" in page
    assert "<html" not in page
    assert question.get_absolute_url() not in page
    assert as_(zoe).get(list_of(case)).status_code == 404
    assert list_of(case) in text_of(as_(rod).get(case.get_absolute_url()))


def test_they_are_narrowed_by_state_owner_and_claim(question, case, ann, ben, as_):
    make_question(claim=question.claim, text="Owned by Ann?", owner=ann)
    other = make_question(claim=make_claim(case=case), text="Of another claim?")
    other.settle(by=ann, owner=None, due=None, state="dropped", answer="Not worth it.")
    shown = {
        "": {"Who counted them?", "Owned by Ann?"},
        "?state=dropped": {"Of another claim?"},
        "?state=any": {"Who counted them?", "Owned by Ann?", "Of another claim?"},
        f"?owner={ann.pk}": {"Owned by Ann?"},
        "?owner=nobody": {"Who counted them?"},
        f"?owner={ben.pk}": set(),
        f"?state=any&claim={other.claim.number}": {"Of another claim?"},
        "?state=nonsense&owner=x&claim=y&before=z": {"Who counted them?", "Owned by Ann?"},
    }
    for query, texts in shown.items():
        page = text_of(as_(ann).get(list_of(case) + query))
        found = {text for text in ("Who counted them?", "Owned by Ann?", "Of another claim?") if text in page}
        assert found == texts, query


def test_they_are_paged_by_key_and_cost_the_same(question, case, ann, as_, django_assert_max_num_queries):
    for n in range(55):
        make_question(claim=question.claim, text=f"Question no. {n}?", owner=ann)
    browser = as_(ann)
    browser.get(list_of(case))
    with django_assert_max_num_queries(8):
        page = text_of(browser.get(list_of(case)))
    assert page.count("Question no. ") == 50
    more = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "Who counted them?" in text_of(browser.get(list_of(case) + more))


def test_somebody_takes_it_on_and_finds_it_in_their_queue(question, ann, ben, as_):
    day = {"owner": ben.pk, "due": "2020-01-02"}
    later = make_question(claim=question.claim, text="Without a day?", owner=ben)
    assert as_(ann).post(question.get_absolute_url(), typed(question, **day)).status_code == 302
    queue = text_of(as_(ben).get("/"))
    assert "Questions you own" in queue
    assert 'was due <time datetime="2020-01-02">2 Jan 2020</time>' in queue
    assert queue.index("Who counted them?") < queue.index("Without a day?")
    assert later.get_absolute_url() in queue
    assert "Questions you own" not in text_of(as_(ann).get("/"))


def test_it_is_answered_with_a_text(question, case, ann, as_, htmx):
    for headers in (None, htmx):
        empty = as_(ann).post(question.get_absolute_url(), typed(question, state="answered"), headers=headers)
        assert (empty.status_code, "Say what the answer is." in text_of(empty)) == (422, True)
    done = as_(ann).post(question.get_absolute_url(), typed(question, state="answered", answer="The bureau."))
    assert done.status_code == 302
    assert "The bureau." in text_of(as_(ann).get(list_of(case) + "?state=answered"))


@pytest.mark.parametrize(
    "fields", [{"due": "soon"}, {"state": "solved"}, {"owner": "999999"}, {"owner": "x"}, {"answer": "x" * 5001}]
)
def test_bad_input_is_refused_and_changes_nothing(question, ann, as_, fields):
    assert as_(ann).post(question.get_absolute_url(), typed(question, **fields)).status_code == 422
    stands = OpenQuestion.objects.get()
    assert (stands.state, stands.owner, stands.due, stands.version) == ("open", None, None, 0)


def test_a_stale_form_overwrites_nothing(question, ann, ben, as_):
    form = typed(question, due=datetime.date(2026, 12, 1).isoformat())
    assert as_(ann).post(question.get_absolute_url(), form).status_code == 302
    late = as_(ben).post(question.get_absolute_url(), typed(question, state="dropped", answer="No."))
    assert late.status_code == 409
    assert "Nothing was overwritten" in text_of(late)


def test_only_whoever_works_in_the_case_edits_a_question(question, rod, zoe, ann, as_):
    for method in ("get", "post"):
        assert getattr(as_(rod), method)(question.get_absolute_url()).status_code == 403
        assert getattr(as_(zoe), method)(question.get_absolute_url()).status_code == 404
    gone = question.get_absolute_url().replace("/questions/1/", "/questions/2/")
    assert as_(ann).get(gone).status_code == 404


def test_what_a_sealed_answer_asks_is_seen_by_nobody_before_the_signature(case, ann, ben, eve, max_, rod, as_):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann, rating="not-enough", would_change="Sealed: a second register.")
    pages = (list_of(case) + "?state=any", claim.get_absolute_url(), "/", f"{case.get_absolute_url()}log/")

    def seen(person) -> bool:
        return any("Sealed: a second" in text_of(as_(person).get(page)) for page in pages)

    assert not any(seen(person) for person in (ben, rod, eve))
    make_assessment(claim=claim, by=ben, rating="not-enough")
    make_verdict(claim=claim, by=eve, rating="not-enough")
    assert not seen(rod)
    assert "Sealed: a second" not in text_of(as_(ben).get(pages[0]))
    claim.verdicts.get()
    as_(max_).post(f"{claim.get_absolute_url()}verdict/sign-off/", {"version": claim.verdicts.get().pk})
    assert "Sealed: a second" in text_of(as_(rod).get(pages[0]))


def test_the_claims_page_leads_to_what_is_left_open(case, ann, ben, eve, max_, rod, as_):
    claim = make_claim(case=case)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    make_verdict(claim=claim, by=eve, signed_by=max_)
    assert f"{list_of(case)}?state=any&amp;claim={claim.number}" in text_of(as_(rod).get(claim.get_absolute_url()))
