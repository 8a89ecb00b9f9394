"""Links to a report: made and withdrawn by editors, opened by strangers without an account or a cookie."""

import base64
import datetime
import hashlib
import re

import pytest
import time_machine
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from claims.loading.working import work_once
from claims.models import Entry, Job, Share
from claims.reports.choices import INTERNAL, PUBLIC, Choice
from claims.reports.freezing import freeze
from claims.reports.render import FORMATS, render
from tests.factories import make_claim

ADD = "/cases/BY/reports/1/shares/add/"
PAGE = "/cases/BY/reports/1/"
NOTHING, REST = "default-src 'none'", "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@pytest.fixture
def report(case, eve):
    make_claim(case=case, exact="48,000", statement="The army is 48,000 strong.")
    return freeze(case, case.claims.all(), by=eve, title="Strong?", choice=Choice(audience=PUBLIC))


def made(browser, **typed) -> str:
    """The path of a new link, as the page shows it."""
    answer = browser.post(ADD, {"lasting": "month"} | typed)
    assert answer.status_code == 200, answer.content.decode()
    return found(r'id="link">http://testserver(/shared/[^<]+/)<', answer.content.decode())


def found(pattern: str, page: str) -> str:
    """The first group of what it finds."""
    match = re.search(pattern, page, re.DOTALL)
    assert match
    return match[1]


def test_a_stranger_reads_the_report_by_its_link_without_an_account(report, as_, eve):
    answer = Client().get(made(as_(eve)))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "The army is 48,000 strong." in page
    assert report.sha256 in page
    frozen = render(report.data, "html").decode()
    before, after = frozen.split("</header>", 1)
    assert page.startswith(before)
    assert page.endswith(after)


@pytest.mark.parametrize("format", FORMATS)
def test_the_other_formats_are_the_same_files_as_inside(report, as_, eve, format):
    link, extension = made(as_(eve)), FORMATS[format].extension
    assert f'href="{link}report.{extension}"' in Client().get(link).content.decode()
    outside, inside = Client().get(f"{link}report.{extension}"), as_(eve).get(f"{PAGE}report.{extension}")
    assert outside.getvalue() == inside.getvalue()
    assert outside["Content-Type"] == inside["Content-Type"]


def test_the_bundle_can_be_had_by_the_link_and_is_the_same_as_inside(report, as_, eve):
    link = made(as_(eve))
    assert f'href="{link}report.zip"' in Client().get(link).content.decode()
    outside, inside = Client().get(f"{link}report.zip"), as_(eve).get(f"{PAGE}report.zip")
    assert outside.getvalue() == inside.getvalue()
    assert outside["Content-Security-Policy"] == f"{NOTHING}; style-src 'none'; {REST}"
    assert Client().get("/shared/unknown/report.zip").status_code == 404
    assert Client().post(f"{link}report.zip").status_code == 405


def test_the_documents_can_be_had_annotated_by_the_link(report, as_, eve):
    link = made(as_(eve))
    page = Client().get(link).content.decode()
    for extension in ("html", "pdf", "docx"):
        assert f'href="{link}documents/1/annotated.{extension}"' in page
        outside = Client().get(f"{link}documents/1/annotated.{extension}")
        assert outside.content == as_(eve).get(f"{PAGE}documents/1/annotated.{extension}").content
        assert outside["Content-Security-Policy"].startswith(NOTHING)
    for way in (
        f"{link}documents/2/annotated.pdf",
        f"{link}documents/1/annotated.exe",
        "/shared/no/documents/1/annotated.pdf",
    ):
        assert Client().get(way).status_code == 404


def test_a_large_bundle_is_not_made_for_strangers_and_the_page_says_whom_to_ask(report, as_, eve, monkeypatch):
    monkeypatch.setattr("claims.reports.bundle.LARGE", 1)
    link = made(as_(eve))
    page = Client().get(link).content.decode()
    assert (f"{link}report.zip" in page, "Ask whoever gave you the link to have it made." in page) == (False, True)
    answer = Client().get(f"{link}report.zip")
    assert answer.status_code == 404
    assert "Ask whoever gave you the link to have it made, and come back then." in answer.content.decode()
    assert not Job.objects.exists()
    as_(eve).post(f"{PAGE}bundle/")
    assert "is being made now. Load this page again" in Client().get(link).content.decode()
    assert "It is being made now." in Client().get(f"{link}report.zip").content.decode()
    assert Job.objects.count() == 1
    work_once()
    assert f'href="{link}report.zip"' in Client().get(link).content.decode()
    assert Client().get(f"{link}report.zip").status_code == 200


def test_the_link_sets_no_cookie_reads_no_session_and_asks_for_nothing_but_the_report(
    report, as_, eve, zoe, monkeypatch
):
    editor, signed_in, broken = as_(eve), as_(zoe), Client()
    link = made(editor)
    broken.cookies["session"] = "x"  # where sessions are looked at, this one would be taken back by a cookie

    def looked_at(*args):
        raise AssertionError("the session was looked at")

    monkeypatch.setattr(SessionMiddleware, "__call__", looked_at)
    for browser in (Client(), signed_in, broken):
        for path in (link, f"{link}report.md", f"{link[:-2]}/", "/shared/", f"{link}other/"):
            with CaptureQueriesContext(connection) as asked:
                answer = browser.get(path)
            assert "Set-Cookie" not in answer.headers
            assert not answer.cookies
            assert "Cookie" not in answer.get("Vary", "")
            assert not [query for query in asked if "session" in query["sql"] or "claims_user" in query["sql"]]


def test_every_answer_is_kept_out_of_search_engines_caches_and_referrers(report, as_, eve):
    link = made(as_(eve))
    for path in (link, f"{link}report.json", "/shared/unknown/", "/shared/a/b/c"):
        headers = Client().get(path).headers
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "private, no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")


def test_the_policy_allows_the_one_style_of_the_page_and_no_script(report, as_, eve):
    answer = Client().get(made(as_(eve)))
    rules = dict(rule.split(" ", 1) for rule in answer["Content-Security-Policy"].split("; "))
    style = found(r"<style>(.*?)</style>", answer.content.decode())
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert rules == {
        "default-src": "'none'",
        "style-src": f"'sha256-{digest}'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


def test_the_page_can_be_asked_for_by_head_and_by_nothing_else(report, as_, eve):
    link = made(as_(eve))
    answer = Client().head(link)
    assert (answer.status_code, answer.content) == (200, b"")
    assert Client().head("/shared/unknown/").status_code == 404
    for path in (link, f"{link}report.pdf", "/shared/unknown/", "/shared/a/b/c"):
        assert Client(enforce_csrf_checks=True).post(path).status_code == 405
        assert Client().delete(path).status_code == 405


def test_nothing_is_made_for_whoever_only_looks_whether_a_link_works(report, as_, eve, monkeypatch):
    link = made(as_(eve))
    monkeypatch.setattr("claims.views.shared.check_leaving", None)
    monkeypatch.setattr("claims.views.shared.kept_or_made", None)
    for path in (link, f"{link}report.zip"):
        assert Client().head(path).status_code == 200


def test_the_page_is_made_once_and_not_for_each_who_opens_the_link(report, as_, eve, monkeypatch):
    link = made(as_(eve))
    monkeypatch.setattr("claims.reports.render.render", None)
    assert report.title in Client().get(link).content.decode()


def test_an_address_with_a_stroke_too_many_is_logged_nowhere(report, as_, eve, caplog):
    link = made(as_(eve))
    assert Client().get("/", PATH_INFO=f"/{link}").status_code == 404
    assert caplog.text == ""


def test_expired_withdrawn_and_unknown_links_all_give_the_same_plain_page(report, as_, eve):
    with time_machine.travel("2026-03-01 10:00Z"):
        expired = made(as_(eve), lasting="day")
        assert Client().get(expired).status_code == 200
    withdrawn = made(as_(eve))
    as_(eve).post(f"{PAGE}shares/{Share.objects.latest('pk').pk}/withdraw/")
    answers = [
        Client().get(path)
        for path in (
            expired, withdrawn, f"{withdrawn}report.pdf", "/shared/unknown/", "/shared/%00/", f"/shared/{'a' * 2000}/",
        )
    ]  # fmt: skip
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert "has run out, or was withdrawn" in answers[0].content.decode()
    assert "<link" not in answers[0].content.decode()


def test_looking_up_takes_the_same_questions_whatever_is_wrong(report, as_, eve):
    links = ["/shared/unknown/"]
    with time_machine.travel("2026-03-01 10:00Z"):
        links.append(made(as_(eve), lasting="day"))
    asked = []
    for link in links:
        with CaptureQueriesContext(connection) as queries:
            Client().get(link)
        asked.append(len(queries))
    assert asked == [1, 1]


@pytest.mark.parametrize(
    ("typed", "last", "after"),
    [
        ({"lasting": "day"}, "2026-03-02 09:59Z", "2026-03-02 10:01Z"),
        ({"lasting": "week"}, "2026-03-08 09:59Z", "2026-03-08 10:01Z"),
        ({"lasting": "month"}, "2026-03-31 09:59Z", "2026-03-31 10:01Z"),
        ({"lasting": "date", "until": "2026-03-05"}, "2026-03-05 23:59Z", "2026-03-06 00:01Z"),
    ],
)
def test_a_link_works_for_as_long_as_was_chosen(report, as_, eve, typed, last, after):
    with time_machine.travel("2026-03-01 10:00Z") as clock:
        link = made(as_(eve), **typed)
        clock.move_to(last.replace("Z", "+00:00"))
        assert Client().get(link).status_code == 200
        clock.move_to(after.replace("Z", "+00:00"))
        assert Client().get(link).status_code == 404


def test_a_month_is_what_is_offered_first(report, as_, eve):
    assert '<option value="month" selected>' in as_(eve).get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"lasting": "date"}, "Write the last day on which the link is to work."),
        ({"lasting": "date", "until": "2026-02-27"}, "This day is past."),
        ({"lasting": "date", "until": "2031-01-01"}, "for a year at most"),
        ({"lasting": "date", "until": "9999-12-31"}, "for a year at most"),
        ({"lasting": "date", "until": "soon"}, "Enter a valid date."),
        ({"lasting": "ever"}, "Select a valid choice."),
        ({}, "This field is required."),
    ],
)
def test_a_time_that_makes_no_sense_is_said_at_its_field(report, as_, eve, typed, said):
    with time_machine.travel("2026-03-01 10:00Z"):
        answer = as_(eve).post(ADD, typed)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Share.objects.exists()


def test_no_log_of_the_server_has_the_secret_of_a_link(report, as_, eve, client, caplog):
    assert client.post(made(as_(eve))).status_code == 405
    client.get("/shared/" + "b" * 43 + "/")
    assert "/shared/" not in caplog.text


def test_the_link_is_shown_once_and_kept_nowhere(report, as_, eve):
    link = made(as_(eve))
    token = link.split("/")[2]
    assert len(token) >= 43  # 256 bits
    share = Share.objects.get()
    assert share.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert token not in as_(eve).get(PAGE).content.decode()
    kept = "".join(Entry.objects.values_list("detail", flat=True))
    assert token not in kept
    assert share.token_hash not in kept


def test_a_form_sent_twice_makes_one_link(report, as_, eve):
    browser = as_(eve)
    once = {"once": "0d3e5a52-3a2a-4a26-9a2c-0d8f7a4f3c11"}
    made(browser, **once)
    again = browser.post(ADD, {"lasting": "month"} | once).content.decode()
    assert "made its link already" in again
    assert "/shared/" not in again
    assert Share.objects.count() == 1


def test_the_log_says_who_shared_and_who_withdrew(report, as_, eve, max_, case):
    made(as_(eve))
    share = Share.objects.get()
    assert as_(max_).post(f"{PAGE}shares/{share.pk}/withdraw/", follow=True).status_code == 200
    shared, unshared = Entry.objects.filter(case=case, thing="share").order_by("number")
    assert (shared.verb, shared.by, shared.label) == ("shared", eve, f"link {share.pk} to report 1")
    assert (unshared.verb, unshared.by) == ("unshared", max_)


def test_the_reports_page_lists_its_links_with_their_state(report, as_, eve):
    with time_machine.travel("2026-03-01 10:00Z"):
        made(as_(eve), lasting="day")
    made(as_(eve))
    as_(eve).post(f"{PAGE}shares/{Share.objects.latest('pk').pk}/withdraw/")
    made(as_(eve))
    page = as_(eve).get(PAGE).content.decode()
    states = re.findall(r'<li><span class="chip">(\w+[ \w]*)</span>', page)
    assert states == ["Open", "Withdrawn", "Run out"]
    assert page.count("/withdraw/") == 1


def test_a_withdrawn_link_cannot_be_withdrawn_again(report, as_, eve):
    made(as_(eve))
    path = f"{PAGE}shares/{Share.objects.get().pk}/withdraw/"
    as_(eve).post(path)
    again = as_(eve).post(path)
    assert again.status_code == 409
    assert "withdrawn already" in again.content.decode()
    assert as_(eve).get(path).status_code == 405


def test_an_internal_report_is_not_shared_and_the_page_says_why(case, as_, eve):
    make_claim(case=case)
    freeze(case, case.claims.all(), by=eve, choice=Choice(audience=INTERNAL))
    page = as_(eve).get(PAGE).content.decode()
    assert "This report is internal" in page
    assert ADD not in page
    answer = as_(eve).post(ADD, {"lasting": "month"})
    assert answer.status_code == 422
    assert "Make a public report of the same claims" in answer.content.decode()
    assert not Share.objects.exists()


def test_readers_analysts_and_strangers_make_and_withdraw_none(report, as_, eve, ann, rod, zoe):
    made(as_(eve))
    share = Share.objects.get()
    for person, status in ((rod, 403), (ann, 403), (zoe, 404)):
        assert as_(person).get(ADD).status_code == status
        assert as_(person).post(ADD, {"lasting": "month"}).status_code == status
        assert as_(person).post(f"{PAGE}shares/{share.pk}/withdraw/").status_code == status
    assert Client().post(ADD, {"lasting": "month"}).status_code == 302
    page = as_(rod).get(PAGE).content.decode()
    assert "works until" in page
    assert ADD not in page
    assert "/withdraw/" not in page
    assert Share.objects.get().is_open


def test_a_link_is_withdrawn_at_its_own_report_alone(report, as_, eve, case):
    made(as_(eve))
    freeze(case, case.claims.all(), by=eve, choice=Choice(audience=PUBLIC))
    assert as_(eve).post(f"/cases/BY/reports/2/shares/{Share.objects.get().pk}/withdraw/").status_code == 404


def test_an_address_without_its_last_stroke_leads_to_the_page(report, as_, eve):
    link = made(as_(eve))
    assert Client().get(link[:-1], follow=True).status_code == 200
    unknown = Client().get("/shared/unknown")
    assert (unknown.status_code, unknown["Location"]) == (302, "/shared/unknown/")


def test_a_report_whose_data_were_changed_is_not_shown(report, as_, eve, monkeypatch):
    link = made(as_(eve))
    monkeypatch.setattr("claims.models.Report.holds_its_data", lambda report: False)
    assert Client().get(link).status_code == 404


def test_nothing_else_is_opened_to_strangers(report):
    for path in ("/cases/BY/reports/1/", "/cases/BY/reports/1/report.html", "/"):
        assert Client().get(path).status_code == 302


def test_a_link_to_the_end_of_a_day_follows_the_zone_of_whoever_chose_it(report, as_, eve):
    eve.time_zone = "Asia/Tokyo"
    eve.save(by=eve)
    with time_machine.travel("2026-03-01 10:00Z"):
        made(as_(eve), lasting="date", until="2026-03-05")
    assert Share.objects.get().expires_at == datetime.datetime(2026, 3, 5, 15, tzinfo=datetime.UTC)
