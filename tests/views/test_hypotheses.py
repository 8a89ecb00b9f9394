"""The page of competing hypotheses: it teaches, it is marked with and without JavaScript, and it sways nobody."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.custody import guards
from claims.forms.hypotheses import CELL
from claims.models import Exhibit, Hypothesis, Mark, mark
from tests.factories import make_assessment, make_claim, make_evidence, make_source, make_user, make_verdict

CLAIM = "/cases/BY/claims/1/"
PAGE = CLAIM + "hypotheses/"
OTHERS = PAGE + "others/"
PLAIN: dict[str, str] = {}
CSRF = re.compile(r"csrfmiddlewaretoken\" value=\"\w+|name=\"once\" value=\"[\w-]+")


def text_of(answer) -> str:
    return str(answer.content.decode())


@pytest.fixture
def claim(case, ann):
    made = make_claim(case=case)
    for title in ("The census", "The parade"):
        make_evidence(claim=made, exhibit=Exhibit(title=title))
    for statement in ("It is 48,000 strong.", "It is larger by now."):
        Hypothesis.put(made, by=ann, statement=statement)
    return made


def marks_of(user) -> dict[tuple[int, int], str]:
    rows = Mark.objects.filter(matrix__reviewer=user)
    return {
        (hypothesis, evidence): value
        for hypothesis, evidence, value in rows.values_list("hypothesis__number", "evidence__number", "value")
    }


def test_the_claims_page_leads_there(claim, ann, as_):
    assert 'href="hypotheses/"' in text_of(as_(ann).get(CLAIM))


def test_an_empty_page_teaches_what_it_is_for(case, ann, as_):
    make_claim(case=case)
    seen = text_of(as_(ann).get(PAGE))
    assert "two hypotheses at least" in seen
    assert "never writes the verdict" in seen
    assert "<select" not in seen


def test_a_hypothesis_is_added_and_stands_in_the_table(claim, ann, as_):
    answer = as_(ann).post(PAGE + "add/", {"statement": "Nobody knows."}, follow=True)
    assert "Added as H3." in text_of(answer)
    assert "Nobody knows." in text_of(answer)
    assert 'name="mark-3-2"' in text_of(answer)


def test_one_form_sent_twice_adds_one_hypothesis(claim, ann, as_):
    sent = {"statement": "Nobody knows.", "once": "3f2c9f1e-0c55-4a8e-9f43-0f5f6c9a1a11"}
    for _ in range(2):
        assert as_(ann).post(PAGE + "add/", sent).status_code == 302
    assert claim.hypotheses.count() == 3


@pytest.mark.parametrize(
    ("statement", "said"),
    [("", "Say in a sentence"), ("x" * 501, "too long"), ("It is 48,000 strong.", "as H1"), (" \0 ", "")],
)
def test_what_cannot_be_added_is_answered_at_the_field(claim, ann, as_, htmx, statement, said):
    for headers in (PLAIN, htmx):
        answer = as_(ann, **headers).post(PAGE + "add/", {"statement": statement})
        assert answer.status_code == 422
        assert said in text_of(answer)
    assert claim.hypotheses.count() == 2


def test_the_thirteenth_is_refused_with_a_sentence(claim, ann, as_):
    for n in range(10):
        Hypothesis.put(claim, by=ann, statement=f"Another, {n}.")
    assert "There are twelve" in text_of(as_(ann).get(PAGE))
    answer = as_(ann).post(PAGE + "add/", {"statement": "One more."})
    assert answer.status_code == 422
    assert "at most 12" in text_of(answer)


def test_a_hypothesis_is_set_aside_and_comes_back_with_its_marks(claim, ann, as_):
    mark(claim, {(2, 1): "II"}, by=ann)
    browser = as_(ann)
    assert "leaves everybody" in text_of(browser.get(PAGE + "2/retire/"))
    assert "H2 is set aside." in text_of(browser.post(PAGE + "2/retire/", follow=True))
    assert 'name="mark-2-1"' not in text_of(browser.get(PAGE))
    browser.post(PAGE + "2/restore/")
    assert marks_of(ann) == {(2, 1): "II"}
    assert browser.post(PAGE + "9/retire/").status_code == 404
    assert browser.post(PAGE + "99999999999999999999/retire/").status_code == 404


def test_the_whole_matrix_is_saved_at_once_without_javascript(claim, ann, as_):
    sent = {"shown": "", "mark-1-1": "C", "mark-2-1": "II", "mark-1-2": "", "mark-2-2": "NA"}
    answer = as_(ann).post(PAGE, sent, follow=True)
    assert "Saved " in text_of(answer)
    assert marks_of(ann) == {(1, 1): "C", (2, 1): "II", (2, 2): "NA"}
    seen = text_of(as_(ann).get(PAGE))
    assert 'value="II" selected' in seen
    assert 'name="shown" value="1-1:C,2-1:II,2-2:NA"' in seen


def test_a_page_opened_long_ago_takes_nothing_back_that_was_marked_since(claim, ann, as_):
    mark(claim, {(1, 1): "C", (2, 1): "C"}, by=ann)
    mark(claim, {(1, 1): "II"}, by=ann)
    as_(ann).post(PAGE, {"shown": "1-1:C,2-1:C", "mark-1-1": "C", "mark-2-1": "I"})
    assert marks_of(ann) == {(1, 1): "II", (2, 1): "I"}


def test_a_mark_is_taken_back_by_choosing_nothing(claim, ann, as_):
    mark(claim, {(1, 1): "C"}, by=ann)
    as_(ann).post(PAGE, {"shown": "1-1:C", "mark-1-1": ""})
    assert marks_of(ann) == {}


def test_one_cell_is_saved_at_once_and_says_when(claim, ann, as_, htmx):
    mark(claim, {(1, 1): "C"}, by=ann)
    answer = as_(ann, **htmx).post(PAGE, {"cell": "mark-2-1", "mark-2-1": "II", "mark-1-2": "I", "shown": ""})
    seen = text_of(answer)
    assert answer.status_code == 200
    assert "<h1" not in seen
    assert 'hx-target="#matrix-saved" hx-swap="innerHTML">Saved ' in seen
    assert 'hx-target="#apart-1"' in seen
    assert "3 of 4" in seen
    assert marks_of(ann) == {(1, 1): "C", (2, 1): "II"}, "the other fields of the form are not this cell's"


@pytest.mark.parametrize(
    "sent",
    [
        {"cell": "mark-1-1", "mark-1-1": "XX"},
        {"mark-1-1": "c"},
        {"cell": "elsewhere", "elsewhere": "C"},
        {"cell": "mark-1-99999999999", "mark-1-99999999999": "C"},
    ],
)
def test_a_mark_that_is_none_is_refused(claim, ann, as_, htmx, sent):
    assert as_(ann).post(PAGE, sent).status_code == 422
    assert as_(ann, **htmx).post(PAGE, sent).status_code == 422
    assert marks_of(ann) == {}


def test_a_cell_whose_evidence_went_meanwhile_says_so_and_a_whole_form_saves_the_rest(claim, ann, as_, htmx):
    claim.evidence.get(number=2).remove(by=ann)
    answer = as_(ann, **htmx).post(PAGE, {"cell": "mark-1-2", "mark-1-2": "C"})
    assert answer.status_code == 409
    assert "Evidence 2 was removed" in text_of(answer)
    as_(ann).post(PAGE, {"shown": "", "mark-1-1": "C", "mark-1-2": "C"})
    assert marks_of(ann) == {(1, 1): "C"}


def test_it_is_a_table_with_headers_and_the_best_hypothesis_comes_first(claim, ann, as_):
    mark(claim, {(1, 1): "II", (2, 1): "C", (1, 2): "N", (2, 2): "N"}, by=ann)
    seen = text_of(as_(ann).get(PAGE))
    assert '<th scope="row"><a href="/cases/BY/claims/1/#evidence-1"' in seen
    assert seen.index("<b>H2</b>") < seen.index("<b>H1</b>")
    assert 'aria-label="Evidence 1, H2"' in seen
    assert 'id="apart-1">3 of 4<' in seen
    assert 'id="apart-2">none<' in seen
    assert "could still change this order" not in seen


def test_what_is_unknown_stays_unknown(claim, ann, as_):
    mark(claim, {(1, 1): "I"}, by=ann)
    seen = text_of(as_(ann).get(PAGE))
    assert "1 to 3" in seen
    assert 'id="apart-1">–<' in seen
    assert "could still change this order" in seen


def test_what_changes_without_a_row_is_said(claim, ann, as_):
    mark(claim, {(1, 1): "II", (2, 1): "C", (1, 2): "C", (2, 2): "I"}, by=ann)
    seen = text_of(as_(ann).get(PAGE + "?without=1"))
    assert "Without evidence 1 the order is another: H1, then H2. With it: H2, then H1." in seen
    assert "Without evidence 2 the order stays as it is: H2, then H1." in text_of(as_(ann).get(PAGE + "?without=2"))
    assert "Evidence 7 is not in the matrix." in text_of(as_(ann).get(PAGE + "?without=7"))


@pytest.mark.parametrize("query", ["?without=x", "?after=-1", "?without=" + "9" * 40])
def test_a_number_that_is_none_is_not_found(claim, ann, as_, query):
    assert as_(ann).get(PAGE + query).status_code == 404


def test_more_evidence_stands_on_further_pages(claim, ann, as_):
    exhibit = claim.evidence.get(number=1).cited
    for _ in range(50):
        make_evidence(claim=claim, source=exhibit.source, exhibit=exhibit)
    mark(claim, {(1, 1): "I", (1, 52): "II"}, by=ann)
    first = text_of(as_(ann).get(PAGE))
    assert len(set(CELL.findall(first))) == 100
    assert "?after=50" in first
    assert "3 to 103" in first, "what speaks against it on another page counts too"
    second = text_of(as_(ann).get(PAGE + "?after=50"))
    assert set(CELL.findall(second)) == {(h, e) for h in "12" for e in ("51", "52")}
    assert 'name="shown" value="1-52:II"' in second


def test_a_stranger_learns_nothing(claim, zoe, as_):
    for path in (PAGE, OTHERS, PAGE + "add/", PAGE + "1/retire/", PAGE + "1/restore/"):
        assert as_(zoe).get(path).status_code == 404
        assert as_(zoe).post(path, {"mark-1-1": "C", "statement": "x"}).status_code == 404


def test_a_reader_reads_the_hypotheses_and_marks_nothing(claim, rod, as_):
    seen = text_of(as_(rod).get(PAGE))
    assert "It is larger by now." in seen
    assert "once the claim is signed off" in seen
    assert "<select" not in seen
    assert "Add hypothesis" not in seen
    assert as_(rod).post(PAGE, {"mark-1-1": "C"}).status_code == 403
    assert as_(rod).post(PAGE + "add/", {"statement": "x"}).status_code == 403
    assert as_(rod).post(PAGE + "1/retire/").status_code == 403


@pytest.fixture
def marked(claim, ann, ben):
    """Ann marked, and submitted; Ben marked."""
    mark(claim, {(1, 1): "II", (2, 1): "CC", (1, 2): "I", (2, 2): "C"}, by=ann)
    mark(claim, {(1, 1): "C", (2, 1): "I", (1, 2): "I"}, by=ben)
    make_assessment(claim=claim, by=ann)
    return claim


def test_whoever_has_not_answered_finds_nothing_of_others_matrices_anywhere(marked, ann, ben, eve, rod, as_, htmx):
    pages = [CLAIM, CLAIM + "history/", "/cases/BY/", "/cases/BY/log/", PAGE, PAGE + "?without=1", OTHERS,
             OTHERS + "?round=1", "/", "/search/?q=48"]  # fmt: skip
    salt = marked.matrices.get(reviewer=ann).salt
    for reader in (ben, eve, rod):
        for headers in (PLAIN, htmx):
            for page in pages:
                answer = as_(reader, **headers).get(page)
                assert answer.status_code == 200
                assert salt not in text_of(answer)
            assert ("of 4" in text_of(as_(reader, **headers).get(PAGE))) == (reader == ben and not headers)
        seen = text_of(as_(reader).get(OTHERS))
        assert "Ann" not in seen
        assert "no matrix that you may see" in seen or "nobody else’s matrix" in seen


def test_the_page_of_who_has_not_answered_is_the_same_whatever_the_others_marked(claim, ann, ben, as_, htmx):
    def seen() -> list[str]:
        pages = [as_(ben, **headers).get(page) for headers in (PLAIN, htmx) for page in (PAGE, OTHERS)]
        return [CSRF.sub("", text_of(page)) for page in pages]

    before = seen()
    mark(claim, {(1, 1): "II", (2, 2): "CC"}, by=ann)
    assert seen() == before


def test_those_who_answered_see_where_they_differ_and_each_ones_order(marked, ben, as_):
    make_assessment(claim=marked, by=ben)
    seen = text_of(as_(ben).get(OTHERS))
    assert "In 2 cells" in seen
    assert "II · very inconsistent" in seen
    assert "H2, then H1" in seen
    assert "The census" in seen
    part = seen[seen.index("What speaks against each hypothesis") :]
    assert "<td>3</td><td>1</td>" in part, "one score of each hypothesis by each reviewer"
    assert "1 to 3" in part


def test_once_answered_the_matrix_is_read_and_no_more_marked(marked, ann, as_):
    seen = text_of(as_(ann).get(PAGE))
    assert "your marks are fixed with it" in seen
    assert "<select" not in seen
    assert "II · very inconsistent" in seen
    assert as_(ann).post(PAGE, {"shown": "", "mark-1-1": "C"}).status_code == 409


def test_a_reader_compares_them_once_the_claim_is_signed_off(marked, ben, eve, max_, rod, as_):
    make_assessment(claim=marked, by=ben)
    assert "There is no matrix" in text_of(as_(rod).get(OTHERS))
    make_verdict(claim=marked, by=eve, signed_by=max_)
    seen = text_of(as_(rod).get(OTHERS))
    assert "Ann" in seen
    assert "In 2 cells" in seen


def test_a_round_that_was_signed_off_can_still_be_compared_in_the_next(marked, ben, eve, max_, as_):
    make_assessment(claim=marked, by=ben)
    make_verdict(claim=marked, by=eve, signed_by=max_)
    marked.reopen(by=eve, why="A new census.")
    mark(marked, {(1, 1): "N"}, by=ben)
    assert "?round=1" in text_of(as_(ben).get(OTHERS))
    assert "In 2 cells" in text_of(as_(ben).get(OTHERS + "?round=1"))
    assert "nobody else’s matrix" in text_of(as_(ben).get(OTHERS + "?round=9"))
    assert as_(ben).get(OTHERS + "?round=x").status_code == 404


def test_a_marks_broken_seal_is_told(marked, ann, as_):
    guards.take_down(connection)
    Mark.objects.filter(matrix__reviewer=ann).update(value="C")
    assert "do not match their seal" in text_of(as_(ann).get(PAGE))


def test_evidence_is_called_here_as_on_the_claims_page(case, ann, ben, rod, eve, max_, as_):
    claim = make_claim(case=case)
    source = make_source(case=case, name="A deserter")
    make_evidence(claim=claim, source=source, by=ann, withheld=True, exhibit=Exhibit(title="What A deserter says"))
    case.hides_sources = True
    case.save(by=eve)
    claim = claim.locked()
    make_evidence(claim=claim, by=ann, credibility="", exhibit=Exhibit(title="A hidden letter"))
    for statement in ("So.", "Otherwise."):
        Hypothesis.put(claim, by=ann, statement=statement)
    for who in (ann, ben):
        mark(claim, {(1, 1): "C" if who == ann else "II", (1, 2): "C" if who == ann else "II"}, by=who)
    page = f"/cases/BY/claims/{claim.number}/hypotheses/"
    assert "A hidden letter" not in text_of(as_(ben).get(page))
    assert "Source hidden until the credibility is rated" in text_of(as_(ben).get(page))
    for who in (ann, ben):
        make_assessment(claim=claim, by=who)
    make_verdict(claim=claim, by=eve, signed_by=max_)
    for path in (page, page + "others/"):
        seen = text_of(as_(rod).get(path))
        assert "deserter" not in seen
        assert "A hidden letter" not in seen
    assert "Source withheld" in text_of(as_(rod).get(page + "others/"))


def test_the_queries_do_not_grow_with_evidence_hypotheses_or_reviewers(case, eve, max_, rod, as_):
    def asked(n: int) -> tuple[int, int]:
        claim = make_claim(case=case)
        exhibit = Exhibit(title="The census")
        for _ in range(n):
            make_evidence(claim=claim, source=make_source(case=case), exhibit=exhibit)
        for i in range(n):
            Hypothesis.put(claim, by=eve, statement=f"So it is, {i}.")
        people = [make_user() for _ in range(2)]
        for who in people:
            case.enrol(who, "analyst", by=eve)
            mark(claim, {(h, e): "CI"[(h + e) % 2] for h in range(1, n + 1) for e in range(1, n + 1)}, by=who)
        counts = []
        for path in ("", "others/"):
            browser = as_(people[0])
            browser.get("/you/")
            with CaptureQueriesContext(
                connection,
            ) as queries:
                browser.get(f"/cases/BY/claims/{claim.number}/hypotheses/{path}")
            counts.append(len(queries))
        return counts[0], counts[1]

    asked(2)
    assert asked(2) == asked(9)
