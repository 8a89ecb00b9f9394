"""A case's settings, its members and its log, judged by what a reader sees."""

import re

import pytest

from claims.models import Entry, Membership, Role
from tests.factories import make_assessment, make_case, make_claim
from tests.views.test_cases import read


def details(case, **fields) -> dict[str, object]:
    values = {"act": "details", "title": case.title, "description": "", "policy": "blind", "assessments_required": 2}
    return values | {"version": case.version} | fields


def test_an_editor_changes_what_a_case_is_about(as_, case, eve):
    response = as_(eve).post("/cases/BY/edit/", details(case, title="Belarus", policy="open"), follow=True)
    assert response.redirect_chain == [("/cases/BY/", 302)]
    assert "Saved." in response.content.decode()
    case.refresh_from_db()
    assert (case.title, case.policy) == ("Belarus", "open")
    assert Entry.objects.filter(case=case, verb="changed", by=eve).exists()


def test_analysts_and_readers_change_nothing(as_, case, ann, rod):
    for person in (ann, rod):
        assert as_(person).get("/cases/BY/edit/").status_code == 403
        assert as_(person).post("/cases/BY/edit/", details(case, title="Mine")).status_code == 403
    case.refresh_from_db()
    assert case.title == "Belarus, February 2023"


@pytest.mark.parametrize("partly", [False, True])
def test_a_stale_save_changes_nothing_and_shows_both(as_, case, eve, max_, htmx, partly):
    stale = details(case, title="What Eve typed")
    as_(max_).post("/cases/BY/edit/", details(case, title="What Max wrote"))

    response = as_(eve).post("/cases/BY/edit/", stale, headers=htmx if partly else {})

    page = response.content.decode()
    assert response.status_code == 409
    assert "What Max wrote" in page
    assert 'value="What Eve typed"' in page
    case.refresh_from_db()
    assert case.title == "What Max wrote"
    again = re.findall(r'name="version" value="(\d+)"', page)[0]
    as_(eve).post("/cases/BY/edit/", stale | {"version": again})
    case.refresh_from_db()
    assert case.title == "What Eve typed"


@pytest.mark.parametrize("version", ["", "x", "-5"])
def test_a_forged_version_saves_nothing(as_, case, eve, version):
    response = as_(eve).post("/cases/BY/edit/", details(case, title="Forged", version=version))
    assert response.status_code in (409, 422)
    case.refresh_from_db()
    assert case.title != "Forged"


def test_somebody_is_added_by_email_once(as_, case, eve, zoe):
    for _ in range(2):
        response = as_(eve).post(
            "/cases/BY/edit/", {"act": "member", "email": "ZOE@example.org", "role": "analyst"}, follow=True
        )
        assert "Zoe is in the case." in response.content.decode()
    assert case.role_of(zoe) == Role.ANALYST
    assert case.entries.filter(verb="enrolled", label="Zoe: Analyst").count() == 1


def test_an_unknown_email_is_refused_where_it_was_typed(as_, case, eve, htmx):
    data = {"act": "member", "email": "nobody@example.org", "role": "reader"}
    for headers in (None, htmx):
        response = as_(eve).post("/cases/BY/edit/", data, headers=headers)
        page = response.content.decode()
        assert response.status_code == 422
        assert "Nobody has an account with this e-mail" in page
        assert 'value="nobody@example.org"' in page
        assert 'value="Belarus, February 2023"' in page or headers


def member(case, person, **fields) -> dict[str, object]:
    membership = Membership.objects.get(case=case, user=person)
    return {"member": membership.pk, "version": membership.version} | fields


def test_a_role_is_changed_and_a_member_removed(as_, case, eve, ann):
    as_(eve).post("/cases/BY/edit/", member(case, ann, act="role", role="reader"))
    assert case.role_of(ann) == Role.READER
    gone = member(case, ann, act="remove")
    response = as_(eve).post("/cases/BY/edit/", gone, follow=True)
    assert "no longer in the case" in response.content.decode()
    assert case.role_of(ann) is None
    assert as_(ann).get("/cases/BY/").status_code == 404
    assert as_(eve).post("/cases/BY/edit/", gone).status_code == 409


def test_the_last_editor_stays(as_, case, eve, max_):
    assert as_(eve).post("/cases/BY/edit/", member(case, max_, act="remove")).status_code == 302
    own = member(case, eve)
    for data in (
        own | {"act": "remove"},
        own | {"act": "role", "role": "reader"},
        {"act": "member", "email": "eve@example.org", "role": "analyst"},
    ):
        response = as_(eve).post("/cases/BY/edit/", data)
        assert response.status_code == 422
        assert "without an editor" in response.content.decode()
    assert case.role_of(eve) == Role.EDITOR


def test_a_role_changed_meanwhile_is_not_overwritten(as_, case, eve, max_, ann):
    stale = member(case, ann, act="role", role="editor")
    as_(max_).post("/cases/BY/edit/", member(case, ann, act="role", role="reader"))
    assert as_(eve).post("/cases/BY/edit/", stale).status_code == 409
    assert case.role_of(ann) == Role.READER


def test_members_of_another_case_are_out_of_reach(as_, case, eve, zoe):
    other = make_case(members={zoe: Role.EDITOR})
    response = as_(eve).post("/cases/BY/edit/", member(other, zoe, act="remove"))
    assert response.status_code == 409
    assert other.role_of(zoe) == Role.EDITOR


@pytest.mark.parametrize("forged", [{"member": "x"}, {"member": ""}, {"role": "king"}, {"version": ""}])
def test_a_forged_member_form_changes_nothing(as_, case, eve, ann, forged):
    data = member(case, ann, act="role", role="editor") | forged
    assert as_(eve).post("/cases/BY/edit/", data).status_code in (409, 422)
    assert case.role_of(ann) == Role.ANALYST


# the log


def test_the_log_says_who_did_what_from_what_to_what_and_why(as_, case, ann, eve):
    claim = make_claim(case=case, by=ann, statement="The army is strong.")
    claim.statement = "The army is weak."
    claim.save(by=ann)
    claim.withdraw(by=eve, why="Said of another army.")

    page = read(as_(ann), "/cases/BY/log/")

    assert page.index("withdrew the claim") < page.index("made a claim")
    assert "Said of another army." in page
    assert "<del>The army is strong.</del> → The army is weak." in page
    assert '<a href="/cases/BY/claims/1/history/" dir="auto">BY-1</a>' in page
    chain = case.chain
    assert f"verify_log --case BY --head {chain.count}:{chain.head}" in page
    assert " UTC</time>" in page


def test_the_log_does_not_give_an_answer_away(as_, case, ann, rod):
    make_assessment(claim=make_claim(case=case), by=ann, rationale="The census of 2019.", rating="refuted")
    page = read(as_(rod), "/cases/BY/log/")
    assert "submitted an assessment" in page
    assert "The census of 2019." not in page
    assert "refuted" not in page.lower()


def test_the_log_is_paged_by_number(as_, case, ann, monkeypatch):
    monkeypatch.setattr("claims.views.cases.PAGE", 2)
    count = case.entries.count()
    page = read(as_(ann), "/cases/BY/log/")
    assert re.findall(r'id="entry-(\d+)"', page) == [str(count), str(count - 1)]
    page = read(as_(ann), f"/cases/BY/log/?before={count - 1}")
    assert re.findall(r'id="entry-(\d+)"', page) == [str(count - 2), str(count - 3)]
    assert "nothing older" in read(as_(ann), "/cases/BY/log/?before=1")
    assert 'id="entry-' in read(as_(ann), "/cases/BY/log/?before=-1")


def test_what_people_typed_is_escaped(as_, case, ann, eve):
    make_claim(case=case, statement="<script>alert(1)</script>", attributions=[{"speaker": "<b>Minsk</b>"}])
    for path in ("/cases/BY/", "/cases/BY/log/", "/", "/cases/BY/?words=<script>alert(2)</script>"):
        page = read(as_(ann), path)
        assert "<script>alert" not in page
        assert "<b>Minsk" not in page


def test_an_editor_says_how_long_a_draft_may_lie(as_, case, eve):
    browser = as_(eve)
    browser.post("/cases/BY/edit/", details(case, draft_days="14"))
    case.refresh_from_db()
    assert case.draft_days == 14
    assert 'value="14"' in read(browser, "/cases/BY/edit/")
    browser.post("/cases/BY/edit/", details(case, draft_days=""))
    case.refresh_from_db()
    assert case.draft_days is None


@pytest.mark.parametrize("days", ["0", "-1", "366", "soon"])
def test_days_that_are_none_are_refused_at_their_field(as_, case, eve, days):
    response = as_(eve).post("/cases/BY/edit/", details(case, draft_days=days))
    assert response.status_code == 422
    case.refresh_from_db()
    assert case.draft_days is None
