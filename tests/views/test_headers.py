"""Headers and cookies of every kind of answer, graded by the rules of the MDN HTTP Observatory.

Rules and figures: developer.mozilla.org/en-US/observatory/docs/tests_and_scoring, and the scanner's own source.
"""

import re

import pytest
from django.conf import settings as standing
from django.test import Client

from claims.models import Share
from claims.reports.choices import PUBLIC, Choice
from claims.reports.freezing import freeze
from tests.factories import make_capture, make_claim, make_exhibit

SIX_MONTHS = 15_768_000  # seconds
BROAD = {"*", "http:", "https:", "ftp:", "http://*", "https://*"}
UNSAFE = {"'unsafe-inline'", "'unsafe-eval'", "data:"}
PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}


def policy_of(answer) -> dict[str, set[str]]:
    """The directives of its policy, each with its sources."""
    parts = [part.split() for part in answer.headers.get("Content-Security-Policy", "").split(";") if part.strip()]
    assert len(parts) == len({part[0] for part in parts}), "no directive twice"
    return {part[0]: set(part[1:]) for part in parts}


def graded(answer) -> tuple[int, list[str]]:
    """Points as the Observatory gives them for one answer over HTTPS, with what cost or brought some."""
    score, bonus, told = 100, 0, []

    def mark(points: int, why: str) -> None:
        nonlocal score, bonus
        score, bonus = (score + points, bonus) if points < 0 else (score, bonus + points)
        told.append(f"{points:+} {why}")

    csp = policy_of(answer)
    script, style = (csp.get(name, csp.get("default-src", {"*"})) for name in ("script-src", "style-src"))
    objects = csp.get("object-src", csp.get("default-src", {"*"}))
    if not csp:
        mark(-25, "no policy")
    elif script & (BROAD | UNSAFE) or objects & BROAD:
        mark(-20, "unsafe scripts")
    elif any(each.startswith("http:") for sources in csp.values() for each in sources):
        mark(-20, "insecure scheme")
    elif style & (BROAD | UNSAFE):
        mark(0, "unsafe styles")
    elif csp.get("default-src") == {"'none'"} and csp.get("form-action", {"*"}) <= {"'none'", "'self'"}:
        mark(10, "default-src none")
    else:
        mark(5, "policy without unsafe")
    cookies = list(answer.cookies.values())
    if cookies and not all(each["secure"] for each in cookies):
        mark(-40, "cookie without Secure")
    elif cookies and not all(each["httponly"] for each in cookies):
        mark(-30, "cookie without HttpOnly")
    elif cookies and not all(each["samesite"] in ("Lax", "Strict") for each in cookies):
        mark(-20, "cookie without SameSite")
    elif cookies:
        mark(5, "cookies")
    age = re.search(r"max-age=(\d+)", answer.headers.get("Strict-Transport-Security", ""))
    if age is None or int(age[1]) < SIX_MONTHS:
        mark(-20 if age is None else -10, "HSTS")
    referrer = answer.headers.get("Referrer-Policy", "")
    mark(5 if referrer in PRIVATE else -5 if referrer else 0, "referrer policy")
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        mark(-5, "no nosniff")
    if csp.get("frame-ancestors", {"*"}) <= {"'none'", "'self'"}:
        mark(5, "frame-ancestors")
    elif answer.headers.get("X-Frame-Options") not in ("DENY", "SAMEORIGIN"):
        mark(-20, "may be framed")
    corp = answer.headers.get("Cross-Origin-Resource-Policy")
    if corp in ("same-origin", "same-site"):
        mark(10, "resource policy")
    if answer.headers.get("Access-Control-Allow-Origin"):
        mark(-50, "open to other origins")
    return score + (bonus if score >= 90 else 0), told


@pytest.fixture
def https(settings):
    """As in production, behind HTTPS."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS, settings.SECURE_SSL_REDIRECT = 31_536_000, True


def answers(case, ann, ada, eve, as_):
    """(what it is, the answer) of each kind of answer there is."""
    claim = make_claim(case=case, exact="The army is 48,000 strong.")
    report = freeze(case, case.claims.all(), by=eve, choice=Choice(audience=PUBLIC))
    link = as_(eve).post(f"/cases/BY/reports/{report.number}/shares/add/", {"lasting": "month"}, secure=True)
    shared = re.findall(r'id="link">https?://[^/]+(/shared/[^<]+/)<', link.content.decode())[0]
    assert Share.objects.count() == 1
    exhibit = make_exhibit(case=case)
    capture = make_capture(exhibit=exhibit, by=ann)
    signed_in, admin, nobody = as_(ann), as_(ada), Client()
    paths = {
        nobody: ["/", "/accounts/login/", "/accounts/signup/", "/keys/", "/healthz", "/nothing/", "/shared/nothing/",
                 "/static/claims/look.css", "/static/claims/keys.js", "/static/nothing.css", shared,
                 f"{shared}report.pdf", f"{shared}report.html", "/.well-known/security.txt"],
        signed_in: ["/", "/cases/", "/cases/BY/", claim.get_absolute_url(), "/you/", "/accounts/2fa/",
                    "/accounts/2fa/totp/activate/", "/accounts/sessions/", "/cases/NONE/", "/search/?q=army",
                    f"/cases/BY/exhibits/{exhibit.pk}/captures/{capture.pk}/file/",
                    f"/cases/BY/reports/{report.number}/report.json", f"/cases/BY/reports/{report.number}/report.html",
                    f"/cases/BY/reports/{report.number}/report.zip"],
        admin: ["/admin/", "/admin/claims/case/", "/admin/claims/entry/", f"/admin/claims/case/{case.pk}/change/"],
    }  # fmt: skip
    for browser, some in paths.items():
        for path in some:
            yield path, browser.get(path, secure=True)
    yield "a wrong password", nobody.post("/accounts/login/", {"login": "x@example.org", "password": "x"}, secure=True)
    yield "a sign-in", nobody.post("/accounts/login/", {"login": ann.email, "password": "pass-word-1"}, secure=True)
    yield "an old form", Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x"}, secure=True)
    yield "too much", signed_in.post(claim.get_absolute_url() + "assess/", {"rationale": ""}, secure=True)


def test_every_kind_of_answer_is_worth_an_a_plus(https, case, ann, ada, eve, as_):
    found = []
    for what, answer in answers(case, ann, ada, eve, as_):
        score, told = graded(answer)
        if score < 100 or "'none'" not in policy_of(answer).get("base-uri", set()):
            found.append(f"{what}: {answer.status_code}, {score} ({', '.join(told)})")
    assert not found, "\n".join(found)


def test_every_answer_names_its_type_and_every_text_its_signs(https, case, ann, ada, eve, as_):
    for what, answer in answers(case, ann, ada, eve, as_):
        kind, _, rest = answer["Content-Type"].partition(";")
        assert "/" in kind, what
        if kind.startswith("text/"):
            assert "charset=" in rest.replace('"', "").lower(), f"{what}: {answer['Content-Type']}"


@pytest.mark.parametrize("path", [
    "/.git/", "/.git/HEAD", "/.git/config", "/.gitignore", "/.env", "/pyproject.toml", "/workbench/settings.py",
    "/static/", "/static/claims/", "/static/../.git/HEAD", "/static/%2e%2e/.git/HEAD",
])  # fmt: skip
def test_nothing_of_the_program_s_own_folder_is_served_and_no_folder_is_listed(path, client, as_, ada):
    assert client.get(path).status_code == 404
    assert as_(ada).get(path).status_code == 404


def test_a_fault_is_worth_it_too(https, as_, ann, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("a secret within")

    monkeypatch.setattr("claims.models.cases.CaseQuerySet.visible_to", broken)
    browser = as_(ann)
    browser.raise_request_exception = False
    answer = browser.get("/cases/", secure=True)
    assert answer.status_code == 500
    assert graded(answer)[0] >= 100, graded(answer)
    assert "a secret within" not in answer.content.decode()


def test_plain_http_is_led_to_https_on_the_same_host(https, client):
    answer = client.get("/cases/?status=open")
    assert (answer.status_code, answer["Location"]) == (301, "https://testserver/cases/?status=open")


def test_the_rules_find_what_is_wrong(client, db):
    answer = client.get("/accounts/login/")
    good, _told = graded(answer)
    for name, value in (
        ("Content-Security-Policy", "default-src 'none'; script-src 'self' 'unsafe-inline'"),
        ("Content-Security-Policy", ""),
        ("Referrer-Policy", "unsafe-url"),
        ("X-Content-Type-Options", ""),
        ("Access-Control-Allow-Origin", "*"),
    ):
        kept = answer.headers.get(name)
        answer.headers[name] = value
        assert graded(answer)[0] < good, name
        answer.headers[name] = kept if kept is not None else ""
    assert standing.CSRF_COOKIE_HTTPONLY
