"""What people are told when the disk is full or the database is gone, and that both pass by themselves."""

import errno

import pytest
from django.db import DataError, OperationalError, ProgrammingError, connection
from django.test import Client, RequestFactory

from claims.custody.store import FolderStore, OutOfReach
from claims.models import Claim, Exhibit
from claims.views import faults
from tests.factories import keeper, make_capture, make_claim, make_document


@pytest.fixture
def browser(as_, eve):
    browser: Client = as_(eve)
    browser.raise_request_exception = False
    return browser


def lost(execute, sql, params, many, context):
    raise OperationalError("the connection is gone")


def full(execute, sql, params, many, context):
    if sql.startswith(("INSERT", "UPDATE")):
        raise OSError(errno.ENOSPC, "No space left on device")
    return execute(sql, params, many, context)


def test_a_lost_database_answers_503_with_a_sentence_and_recovers_by_itself(case, browser):
    with connection.execute_wrapper(lost):
        answer = browser.get("/cases/BY/")
    assert answer.status_code == 503
    assert "cannot be reached just now" in answer.content.decode()
    assert answer["Retry-After"]

    assert browser.get("/cases/BY/").status_code == 200


def test_a_full_disk_answers_507_and_nothing_is_half_saved(case, browser):
    claim = make_claim(case=case)
    with connection.execute_wrapper(full):
        answer = browser.post(f"/cases/BY/claims/{claim.number}/withdraw/", {"reason": "A doublet."})
    assert answer.status_code == 507
    assert "disk of this installation is full" in answer.content.decode()

    claim.refresh_from_db()
    assert claim.status == "open"
    assert browser.post(f"/cases/BY/claims/{claim.number}/withdraw/", {"reason": "A doublet."}).status_code == 302


def test_a_database_that_takes_no_writes_answers_503_and_is_read_meanwhile(real_transactions, case, browser):
    claim, sqlite = make_claim(case=case), connection.vendor == "sqlite"
    path = f"/cases/BY/claims/{claim.number}/withdraw/"
    with connection.cursor() as cursor:
        off, on = ("PRAGMA query_only = 1", "PRAGMA query_only = 0") if sqlite else (
            "SET default_transaction_read_only = on", "RESET default_transaction_read_only")  # fmt: skip
        cursor.execute(off)
        try:
            answer = browser.post(path, {"reason": "A doublet."})
            assert browser.get("/cases/BY/").status_code == 200
        finally:
            cursor.execute(on)
    assert answer.status_code == 503
    assert "takes no writes just now. Nothing was half-saved." in answer.content.decode()
    assert answer["Retry-After"]
    assert Claim.objects.get(pk=claim.pk).status == "open"
    assert browser.post(path, {"reason": "A doublet."}).status_code == 302


def test_a_store_out_of_reach_answers_503_with_a_sentence(case, browser, monkeypatch):
    def gone(*args, **kwargs):
        raise OutOfReach("nobody answers")

    document = make_document(case=case)
    exhibit = Exhibit(case=case, title="A page", document=document)
    exhibit.save(by=keeper())
    capture = make_capture(exhibit=exhibit)
    path = f"/cases/BY/documents/{document.number}/captures/{capture.pk}/"
    with monkeypatch.context() as broken:
        broken.setattr(FolderStore, "open", gone)
        answer = browser.get(path)
    assert answer.status_code == 503
    assert "store of files cannot be reached just now" in answer.content.decode()
    assert answer["Retry-After"]
    assert browser.get(path).status_code == 200


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="this way to fill a disk is SQLite's own")
def test_a_full_sqlite_file_is_a_full_disk(case, browser, ann):
    claim = make_claim(case=case, by=ann)
    with connection.cursor() as cursor:
        # What other tests left free in the file is filled first.
        cursor.execute("PRAGMA freelist_count")
        cursor.execute(f"CREATE TABLE filler AS SELECT zeroblob({4096 * (cursor.fetchone()[0] + 2)}) AS filling")
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            answer = browser.post(f"/cases/BY/claims/{claim.number}/withdraw/", {"reason": "A doublet. " * 400})
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert answer.status_code == 507
    assert Claim.objects.get(pk=claim.pk).status == "open"


def test_a_demo_says_so_where_something_is_missing_refused_or_broken_and_in_the_admin(
    case, browser, as_, ada, settings, monkeypatch
):
    aside = "This is a demo: its accounts and their password are public."
    strict = Client(enforce_csrf_checks=True)
    staff = as_(ada)
    monkeypatch.setattr("claims.views.cases.render_part", None)

    def pages() -> list[tuple[int, bool]]:
        answers = [
            browser.get("/cases/NONE/"),
            browser.get("/cases/BY/"),
            strict.post("/accounts/login/"),
            faults.bad_request(RequestFactory().get("/")),
            faults.forbidden(RequestFactory().get("/")),
            *(staff.get(f"/admin/{path}") for path in ("", "claims/case/", "claims/case/add/?_popup=1")),
        ]
        return [(answer.status_code, aside in answer.content.decode()) for answer in answers]

    statuses = [404, 500, 403, 400, 403, 200, 200, 200]
    settings.DEMO = False
    assert pages() == [(status, False) for status in statuses]
    settings.DEMO = True
    assert pages() == [(status, True) for status in statuses]


def test_a_defect_is_called_one(case, browser, monkeypatch):
    monkeypatch.setattr("claims.views.cases.render_part", None)
    answer = browser.get("/cases/BY/")
    assert answer.status_code == 500
    assert "defect of the workbench" in answer.content.decode()


def test_a_part_that_fails_says_so_on_the_page_that_stays(case, browser, monkeypatch, htmx):
    monkeypatch.setattr("claims.views.cases.render_part", None)
    answer = browser.get("/cases/BY/", headers=htmx)
    assert answer.status_code == 500
    assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#messages", "innerHTML")
    assert "defect of the workbench" in answer.content.decode()
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize("fault", [DataError("too long"), ProgrammingError("no such"), OSError(errno.EACCES, "no")])
def test_what_the_database_or_the_disk_will_not_take_is_a_defect_of_ours(case, browser, fault):
    def wrong(execute, sql, params, many, context):
        raise fault

    with connection.execute_wrapper(wrong):
        answer = browser.get("/cases/BY/")
    assert answer.status_code == 500
    assert "defect of the workbench" in answer.content.decode()


def test_a_form_from_before_the_sign_in_is_refused_with_what_to_do(case, eve):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(eve, backend="claims.views.access.AccountBackend")
    answer = browser.post("/cases/BY/claims/1/withdraw/", {"reason": "A doublet."})
    assert answer.status_code == 403
    assert "Open the page again" in answer.content.decode()
    assert "style=" not in answer.content.decode()


def test_what_the_admin_forbids_is_said_in_the_workbenchs_own_page(as_, ada, case):
    entry = case.entries.first()
    answer = as_(ada).post(f"/admin/claims/entry/{entry.pk}/delete/", {"post": "yes"})
    assert answer.status_code == 403
    assert "does not allow this" in answer.content.decode()
