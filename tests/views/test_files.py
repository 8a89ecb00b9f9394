"""Every file and every page of a case asks anew, each time, whether this person may still have it."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from claims import urls
from claims.reports.freezing import freeze
from tests.factories import make_capture, make_claim, make_document, make_exhibit, make_user


def patterns(of, prefix=""):
    """Each pattern below, with the whole of its path."""
    for each in of:
        if isinstance(each, URLResolver):
            yield from patterns(each.url_patterns, prefix + str(each.pattern))
        elif isinstance(each, URLPattern):
            yield prefix + str(each.pattern), each


OF_CASES = sorted(
    (path, each.name, tuple(re.findall(r"<\w+:(\w+)>", path)))
    for path, each in patterns(urls.urlpatterns)
    if path.startswith("cases/<str:code>/")
)


def address(name, keys):
    return reverse(f"claims:{name}", kwargs={key: {"code": "BY", "extension": "json"}.get(key, 1) for key in keys})


def test_a_stranger_finds_none_of_the_pages_of_a_case_and_who_is_signed_out_is_asked_to_sign_in(as_, case, zoe):
    make_claim(case=case, exact="The army is 48,000 strong.")
    browser, signed_out = as_(zoe), Client()
    assert len(OF_CASES) > 80
    for path, name, keys in OF_CASES:
        assert browser.get(address(name, keys)).status_code in (404, 405), path
        # Where something is only read or only posted, 405 says so of every case, and of none.
        assert browser.post(address(name, keys)).status_code in (404, 405), path
        answer = signed_out.get(address(name, keys))
        assert answer.status_code in (204, 302), path
        assert answer.get("Location", "/accounts/login/").startswith("/accounts/login/"), path


@pytest.fixture
def files(case, ann, eve):
    """The addresses of files of each kind that Ann may have."""
    make_claim(document=make_document(case=case), exact="The army is 48,000 strong.")
    exhibit = make_exhibit(case=case)
    capture = make_capture(exhibit=exhibit, by=ann)
    report = freeze(case, case.claims.all(), by=eve).get_absolute_url()
    bytes_of = f"/cases/BY/exhibits/{exhibit.pk}/captures/{capture.pk}/file/"
    names = ("report.json", "report.csv", "report.md", "report.html", "report.zip")
    return [bytes_of, *(f"{report}{name}" for name in names), f"{report}documents/1/annotated.html"]


def take_role(case, person):
    case.memberships.get(user=person).delete(by=make_user())


def close_account(case, person):
    person.is_active = False
    person.save(by=make_user())


@pytest.mark.parametrize(("lose", "status"), [(take_role, 404), (close_account, 302)])
def test_a_file_is_sent_for_as_long_as_the_role_lasts_and_no_longer(as_, case, ann, files, lose, status):
    browser = as_(ann)
    for path in files:
        assert browser.get(path).status_code == 200, path
    lose(case, ann)
    for path in files:
        assert browser.get(path).status_code == status, path
