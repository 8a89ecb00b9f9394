"""What the admin may not do past the rules, and what its pages cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.models import Case, Claim, Exhibit, Rating, Role, Source
from tests.admin.pages import at, typed
from tests.factories import make_case, make_claim, make_document, make_evidence, make_signed_claim, make_user


def test_an_answer_that_was_given_is_only_read_and_so_are_those_beside_it(as_, ada, case, ann, ben, eve, max_):
    make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    used, unused = case.rating("supported"), case.rating("conflicting")
    browser = as_(ada)
    for rating in (used, unused):
        form = typed(browser.get(at(rating, "change", rating.pk))) | {"label": "Another", "look": "refuted"}
        browser.post(at(rating, "change", rating.pk), form)
    assert Rating.objects.get(pk=used.pk).label == "Supported"
    assert Rating.objects.get(pk=unused.pk).label == "Conflicting evidence"


def test_the_last_editor_of_a_case_stays(as_, ada, eve):
    membership = make_case(members={eve: Role.EDITOR}).memberships.get()
    browser = as_(ada)
    assert browser.post(at(membership, "delete", membership.pk), {"post": "yes"}).status_code == 302
    form = typed(browser.get(at(membership, "change", membership.pk))) | {"role": "reader"}
    answer = browser.post(at(membership, "change", membership.pk), form)
    assert "without an editor" in answer.content.decode()
    membership.refresh_from_db()
    assert membership.role == Role.EDITOR


def test_an_exhibit_takes_no_document_in_which_its_quotations_do_not_stand(as_, ada, case):
    evidence = make_evidence(claim=make_claim(case=case), quote="48,000")
    browser, page = as_(ada), at(evidence.exhibit, "change", evidence.exhibit_id)
    document = make_document(case=case, text="Nothing of the sort.")
    answer = browser.post(page, typed(browser.get(page)) | {"document": document.pk})
    assert "document" in answer.context["adminform"].form.errors
    assert Exhibit.objects.get(pk=evidence.cited.pk).document is None


def test_what_is_typed_is_spelled_as_everywhere(as_, ada, case):
    browser = as_(ada)
    form = typed(browser.get("/admin/claims/claim/add/")) | {"case": case.pk, "kind": "event"}
    answer = browser.post("/admin/claims/claim/add/", form | {"statement": "Esc \x1b[31m and e\u0301"})
    assert answer.status_code == 302
    assert Claim.objects.get().statement == "Esc [31m and \xe9"


def test_the_page_of_a_case_asks_no_more_for_more_members(as_, ada, case):
    browser, page = as_(ada), at(case, "change", case.pk)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert "Ben" in browser.get(page).content.decode()
        return len(asked)

    queries()  # what is asked once for all
    before = queries()
    for _ in range(6):
        case.enrol(make_user(), Role.READER, by=ada)
    assert queries() == before


def test_a_very_large_case_shows_its_members_elsewhere(as_, ada, case, monkeypatch):
    monkeypatch.setattr("claims.admin.cases.MEMBERS", 2)
    assert "memberships-0-role" not in as_(ada).get(at(case, "change", case.pk)).content.decode()


def test_the_case_of_a_new_source_is_searched_for(as_, ada, case):
    make_case(title="Not offered until it is looked for")
    page = as_(ada).get("/admin/claims/source/add/").content.decode()
    assert "admin-autocomplete" in page
    assert "Not offered" not in page
    found = as_(ada).get(
        "/admin/autocomplete/", {"app_label": "claims", "model_name": "source", "field_name": "cases", "term": "BY"}
    )
    assert [row["id"] for row in found.json()["results"]] == [str(case.pk)]
    assert (Case.objects.count(), Source.objects.count()) == (2, 0)


@pytest.mark.parametrize("first", ["ann", "eve"])
def test_the_only_editor_hands_over_in_one_save_whichever_row_comes_first(as_, ada, ann, eve, first):
    members = {ann: Role.ANALYST, eve: Role.EDITOR} if first == "ann" else {eve: Role.EDITOR, ann: Role.ANALYST}
    case = make_case(members=members)
    browser, page = as_(ada), at(case, "change", case.pk)
    form = typed(browser.get(page))
    row = {form[f"memberships-{n}-user"]: f"memberships-{n}" for n in range(2)}
    answer = browser.post(page, form | {f"{row[ann.pk]}-role": "editor", f"{row[eve.pk]}-DELETE": "on"})
    assert answer.status_code == 302, answer.context["errors"]
    assert (case.role_of(ann), case.role_of(eve)) == ("editor", None)
    form = typed(browser.get(page)) | {"memberships-0-role": "reader", "memberships-TOTAL_FORMS": "2"}
    form |= {"memberships-1-user": eve.pk, "memberships-1-role": "editor", "memberships-1-case": case.pk}
    answer = browser.post(page, form)
    assert answer.status_code == 302, answer.context["errors"]
    assert (case.role_of(ann), case.role_of(eve)) == ("reader", "editor")


def test_nobody_hands_over_to_nobody(as_, ada, ann, eve):
    case = make_case(members={ann: Role.ANALYST, eve: Role.EDITOR})
    browser, page = as_(ada), at(case, "change", case.pk)
    form = typed(browser.get(page))
    answer = browser.post(page, form | {"memberships-0-role": "reader", "memberships-1-role": "analyst"})
    assert "without an editor" in answer.content.decode()
    assert (case.role_of(ann), case.role_of(eve)) == ("analyst", "editor")


def test_staff_who_are_no_administrators_are_told_why_they_see_nothing(as_, ada):
    staff = make_user(is_staff=True)
    page = as_(staff).get("/admin/").content.decode()
    assert "staff, but no administrator" in page
    assert 'href="/cases/"' in page
    assert "any administrator can give your account more" in page
    assert as_(staff).get("/admin/claims/assessment/").status_code == 403
    assert "staff, but no administrator" not in as_(ada).get("/admin/").content.decode()
