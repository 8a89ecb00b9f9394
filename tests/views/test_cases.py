"""The cases' pages, judged by what a reader sees."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.models import Case, Role, Scale
from tests.factories import (
    make_assessment,
    make_case,
    make_claim,
    make_document,
    make_evidence,
    make_signed_claim,
    make_verdict,
)


def refs(page: str) -> list[str]:
    return re.findall(r'<td class="ref">([A-Z0-9-]+)</td>', page)


def read(browser, path: str, **headers) -> str:
    response = browser.get(path, headers=headers)
    assert response.status_code == 200
    return str(response.content.decode())


# the list of cases


def test_the_list_holds_ones_own_cases_with_counts_and_role(as_, case, ann, zoe, ada):
    make_case(code="KY", title="Not Ann's")
    make_claim(case=case)

    page = read(as_(ann), "/cases/")

    assert refs(page) == ["BY"]
    assert "Analyst" in page
    assert '<td class="num">1<' in page
    assert refs(read(as_(ada), "/cases/")) == ["BY", "KY"]
    assert "You are in no case yet" in read(as_(zoe), "/cases/")


def test_the_list_is_paged_by_code(as_, ada, monkeypatch):
    monkeypatch.setattr("claims.views.cases.PAGE", 2)
    for code in ("A1", "A2", "A3"):
        make_case(code=code)
    page = read(as_(ada), "/cases/")
    assert refs(page) == ["A1", "A2"]
    assert 'href="?after=A2"' in page
    assert refs(read(as_(ada), "/cases/?after=A2")) == ["A3"]
    assert refs(read(as_(ada), "/cases/?after=%00A2")) == ["A3"]


# a new case


def typed(**fields) -> dict[str, object]:
    values = {"title": "Kyiv", "code": "KY", "description": "", "policy": "blind", "assessments_required": 2}
    return values | {"scale": Scale.objects.default().pk} | fields


def test_whoever_begins_a_case_is_its_editor(as_, ada):
    assert "New case" in read(as_(ada), "/cases/")
    response = as_(ada).post("/cases/add/", typed(), follow=True)
    assert response.redirect_chain == [("/cases/KY/", 302)]
    assert "No claims yet" in response.content.decode()
    case = Case.objects.get(code="KY")
    assert case.memberships.get().role == Role.EDITOR
    assert [entry.verb for entry in case.entries.order_by("number")] == ["added", "enrolled"]


def test_the_same_form_makes_one_case(as_, ada):
    browser = as_(ada)
    page = read(browser, "/cases/add/")
    once = re.findall(r'name="once" value="([^"]+)"', page)[0]
    for _ in range(2):
        assert browser.post("/cases/add/", typed(once=once))["Location"] == "/cases/KY/"
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"code": "BY"}, "There is a case BY already."),
        ({"code": "by"}, "Capital letters and digits"),
        ({"title": " "}, "This field is required."),
        ({"assessments_required": 0}, "greater than or equal to 1"),
        ({"policy": "loud"}, "Select a valid choice"),
    ],
)
def test_a_case_that_cannot_be_is_refused_and_what_was_typed_stays(as_, case, ada, htmx, fields, sentence):
    for headers in (None, htmx):
        data = typed(description="About Kyiv.", **fields)
        response = as_(ada).post("/cases/add/", data, headers=headers)
        page = response.content.decode()
        assert response.status_code == 422
        assert sentence in page
        assert "About Kyiv." in page
        assert ("<html" in page) == (not headers)
    assert Case.objects.count() == 1


def test_others_begin_no_cases(as_, case, eve):
    assert "New case" not in read(as_(eve), "/cases/")
    assert as_(eve).get("/cases/add/").status_code == 403
    assert as_(eve).post("/cases/add/", typed()).status_code == 403
    assert Case.objects.count() == 1


# a case


@pytest.mark.parametrize("name", ["case-detail", "case-edit", "case-log"])
def test_a_stranger_finds_no_case(as_, case, zoe, name):
    assert as_(zoe).get(reverse(f"claims:{name}", args=["BY"])).status_code == 404
    assert as_(zoe).post(reverse(f"claims:{name}", args=["BY"])).status_code == 404
    assert as_(zoe).get(reverse(f"claims:{name}", args=["NONE"])).status_code == 404


def test_a_row_says_what_was_said_by_whom_and_how_far_it_is(as_, case, ann, ben, eve, max_):
    make_document(case=case, title="A briefing")
    signed = make_claim(case=case, statement="The army is strong.")
    make_evidence(claim=signed)
    for reviewer in (ann, ben):
        make_assessment(claim=signed, by=reviewer)
    make_verdict(claim=signed, by=eve, signed_by=max_)
    claim = make_claim(case=case, attributions=[{"speaker": "Minsk"}, {"speaker": "A paper"}], kind="plan")
    make_assessment(claim=claim, by=ann)

    page = read(as_(ann), "/cases/BY/")

    rows = re.findall(r"<tr>.*?</tr>", page.split("<tbody>")[1], re.S)
    assert refs(page) == ["BY-2", "BY-1"]
    for part in ("Minsk", "Plan", "In review", ">0<", ">1/2<"):
        assert part in rows[0]
    assert "A paper" not in rows[0]
    for part in ("The army is strong.", "Supported", "not attributed", ">1<", ">2/2<", "/cases/BY/claims/1/"):
        assert part in rows[1]
    assert "2 claims" in page
    assert '<a href="/cases/BY/?status=in_review">1 in review</a>' in page
    assert '<rect class="supported" x="0.00" width="50.00"' in page
    assert "A briefing" in page


def test_buttons_are_those_of_the_role(as_, case, ann, eve, rod):
    make_claim(case=case)
    expected = {rod: (False, False, False), ann: (True, False, False), eve: (True, True, True)}
    for person, allowed in expected.items():
        page = read(as_(person), "/cases/BY/")
        assert tuple(word in page for word in ("Load document", "Export report", "Settings")) == allowed


def test_an_empty_case_says_how_to_begin(as_, case, ann, rod):
    assert "Load a document. Then select in it" in read(as_(ann), "/cases/BY/")
    assert "The analysts of the case make them" in read(as_(rod), "/cases/BY/")


def test_documents_are_the_newest_five_until_all_are_asked_for(as_, case, ann, monkeypatch):
    for n in range(1, 8):
        make_document(case=case, title=f"Document {n}", text=f"Text number {n}.")
    shown = re.compile(r">Document (\d)<")
    page = read(as_(ann), "/cases/BY/")
    assert shown.findall(page) == ["7", "6", "5", "4", "3"]
    assert "?documents=all" in page
    assert shown.findall(read(as_(ann), "/cases/BY/?documents=all")) == [*"7654321"]
    assert shown.findall(read(as_(ann), "/cases/BY/?documents=3")) == ["2", "1"]
    assert len(shown.findall(read(as_(ann), "/cases/BY/?documents=nonsense"))) == 7


@pytest.fixture
def filled(case, ann, ben, eve, max_):
    make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_), statement="The army is strong.")
    make_claim(case=case, kind="plan", statement="A plan of absorption.")
    make_assessment(claim=make_claim(case=case, statement="The army is weak."), by=ben)
    return case


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["BY-3", "BY-2", "BY-1"]),
        ("order=oldest", ["BY-1", "BY-2", "BY-3"]),
        ("status=open", ["BY-2"]),
        ("rating=supported", ["BY-1"]),
        ("rating=none", ["BY-3", "BY-2"]),
        ("kind=plan", ["BY-2"]),
        ("words=army", ["BY-3", "BY-1"]),
        ("words=army&order=oldest", ["BY-1", "BY-3"]),
        ("words=army&status=in_review", ["BY-3"]),
        ("words=army&reviewer={ann}", ["BY-1"]),
        ("reviewer={ann}", ["BY-1"]),
        ("reviewer={ben}", ["BY-3", "BY-1"]),
        ("reviewer={ben}&order=oldest", ["BY-1", "BY-3"]),
        ("reviewer={ben}&status=in_review&kind=quantity", ["BY-3"]),
        ("status=withdrawn", []),
        ("words=nowhere", []),
    ],
)
def test_claims_are_filtered_by_the_address(as_, filled, ann, ben, htmx, query, found):
    query = query.format(ann=ann.pk, ben=ben.pk)
    page = read(as_(ann), f"/cases/BY/?{query}")
    assert refs(page) == found
    if not found:
        assert "No claim is like that" in page
        assert "Clear filters" in page
    part = read(as_(ann), f"/cases/BY/?{query}", **htmx)
    assert refs(part) == found
    assert "<html" not in part
    assert 'id="claims"' in part


def test_the_filter_stands_in_the_form_and_in_the_address_without_what_is_empty(as_, filled, ann, htmx):
    page = read(as_(ann), "/cases/BY/?status=open&words=plan")
    assert '<option value="open" selected>' in page
    assert 'value="plan"' in page
    response = as_(ann).get("/cases/BY/?status=open&rating=&kind=&words=a+plan", headers=htmx)
    assert response["HX-Push-Url"] == "/cases/BY/?status=open&words=a+plan"
    assert as_(ann).get("/cases/BY/?status=&words=", headers=htmx)["HX-Push-Url"] == "/cases/BY/"
    assert "HX-Request" in response["Vary"]
    restored = read(as_(ann), "/cases/BY/?status=open", **htmx, **{"HX-History-Restore-Request": "true"})
    assert "<html" in restored


@pytest.mark.parametrize(
    "query",
    [
        "status=closed", "rating=%22", "kind=1", "reviewer=99999999999999999999999", "reviewer=x", "reviewer={zoe}",
        "order=upside", "words=%2D%2D", "status=open%00", "words=%00",
    ],
)  # fmt: skip
def test_what_makes_no_sense_in_the_address_is_left_out_and_said(as_, filled, ann, zoe, query):
    page = read(as_(ann), f"/cases/BY/?{query.format(zoe=zoe.pk)}")
    if query != "words=%00":
        assert 'class="notice"' in page
    assert refs(page) == ["BY-3", "BY-2", "BY-1"]
    assert "Zoe" not in page


@pytest.mark.parametrize("edge", ["before=x", "before=-1", "before=9999999999999999999", "after=%00", "before=²"])
def test_a_forged_place_in_the_list_is_the_first_page(as_, filled, ann, edge):
    assert refs(read(as_(ann), f"/cases/BY/?{edge}")) == ["BY-3", "BY-2", "BY-1"]


@pytest.mark.parametrize(
    "narrowed", ["", "words=army&", "reviewer={eve}&", "order=oldest&", "kind=quantity&order=oldest&"]
)
def test_pages_follow_each_other_and_lead_back(as_, case, ann, eve, monkeypatch, narrowed):
    monkeypatch.setattr("claims.views.cases.PAGE", 2)
    for _ in range(5):
        make_assessment(claim=make_claim(case=case), by=eve)
    browser, forward, backward = as_(ann), [], []
    address = f"/cases/BY/?{narrowed.format(eve=eve.pk)}"
    while address:
        page = read(browser, address).replace("&amp;", "&")
        forward.append(refs(page))
        last, found = address, re.search(r'rel="next" href="([^"]+)"', page)
        address = f"/cases/BY/{found[1]}" if found else ""
    address = last
    while address:
        page = read(browser, address).replace("&amp;", "&")
        backward.append(refs(page))
        found = re.search(r'rel="prev" href="([^"]+)"', page)
        address = f"/cases/BY/{found[1]}" if found else ""
    ordered = [f"BY-{n}" for n in range(1, 6)] if "oldest" in narrowed else [f"BY-{n}" for n in range(5, 0, -1)]
    assert forward == [ordered[:2], ordered[2:4], ordered[4:]]
    assert [ref for page in reversed(backward) for ref in page] == ordered


def test_beyond_the_last_claim_the_page_leads_back(as_, filled, ann):
    assert "No claims beyond this one" in read(as_(ann), "/cases/BY/?before=1")


def test_counting_ends_at_a_bound(as_, filled, ann, monkeypatch):
    monkeypatch.setattr("claims.forms.filters.COUNTED", 1)
    monkeypatch.setattr("claims.views.cases.COUNTED", 1)
    assert "1+ claims" in read(as_(ann), "/cases/BY/?words=army")
    assert "3 claims" in read(as_(ann), "/cases/BY/")


def test_the_number_of_queries_does_not_depend_on_the_rows(as_, filled, ann, ben, eve, max_):
    browser = as_(ann)

    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            read(browser, path)
        return len(caught)

    paths = ["/cases/BY/", "/cases/BY/?status=signed_off", f"/cases/BY/?reviewer={ben.pk}", "/cases/BY/?words=army"]
    paths += ["/cases/", "/cases/BY/log/"]
    few = [queries(path) for path in paths]
    for _ in range(4):
        make_signed_claim(case=filled, reviewers=[ann, ben], editors=(eve, max_), statement="The army again.")
        make_document(case=filled, text=f"Text {filled.entries.count()}")
        make_case(members={ann: Role.ANALYST})
    assert [queries(path) for path in paths] == few
    assert max(few) <= 10


def test_a_proposal_in_the_log_is_kept_from_whoever_may_still_be_asked(as_, case, ann, ben, eve, rod):
    case.assessments_required = 1
    case.save(by=eve)
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ben)
    make_verdict(claim=claim, by=eve, summary="The heron counts them.")

    for reader, seen in ((ann, False), (rod, False), (ben, True), (eve, True)):
        assert ("The heron counts them." in as_(reader).get("/cases/BY/log/").content.decode()) is seen


def test_a_proposal_of_a_round_that_was_given_up_stays_out_of_the_log(as_, case, ann, ben, eve):
    case.assessments_required = 1
    case.save(by=eve)
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ben)
    make_verdict(claim=claim, by=eve, summary="The heron counts them.")
    claim.withdraw(by=eve, why="A doublet.")
    claim.reopen(by=eve, why="It is none.")

    assert "The heron counts them." not in as_(ann).get("/cases/BY/log/").content.decode()
    assert "The heron counts them." in as_(ben).get("/cases/BY/log/").content.decode()


def test_what_is_exported_is_what_the_filter_shows(as_, filled, eve, htmx):
    browser = as_(eve)
    part = read(browser, "/cases/BY/?status=signed_off&words=army", **htmx)
    for page in (part, read(browser, "/cases/BY/?status=signed_off&words=army")):
        export = re.search(r'id="export" href="([^"]*)"', page)
        assert export
        address = export[1].replace("&amp;", "&")
        assert address == "/cases/BY/reports/add/?status=signed_off&words=army"
        assert "Status: Signed off; Words: army" in read(browser, address)
    assert '<hx-partial hx-target="#export"' in part
    assert 'id="export" href="/cases/BY/reports/add/"' in read(browser, "/cases/BY/")


def test_a_claim_is_found_by_its_number(as_, case, ann):
    for statement in ("The army grows.", "The army of BY-1 shrinks.", "Nobody counts."):
        make_claim(case=case, statement=statement)
    assert refs(read(as_(ann), "/cases/BY/?words=by-3")) == ["BY-3"]
    assert refs(read(as_(ann), "/cases/BY/?words=BY-3&status=signed_off")) == []
    assert refs(read(as_(ann), "/cases/BY/?words=KY-1")) == []
    assert refs(read(as_(ann), "/cases/BY/?words=army")) == ["BY-2", "BY-1"]


def test_large_numbers_are_written_in_one_way(as_, case, ann):
    document = make_document(case=case, text="word " * 12_345)
    assert "12,345 words" in read(as_(ann), "/cases/BY/")
    assert "12,345 words" in read(as_(ann), document.get_absolute_url())
