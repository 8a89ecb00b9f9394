"""Whoever is still to answer finds no word of what those who have answered say: on no page, in no mail or export."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from claims.models import Comment, Notice
from claims.reports.digests import send_digests
from tests.factories import make_assessment, make_claim, make_comment, make_document, make_evidence, make_source
from tests.views.test_claims import text_of

SECRET = "Plainly-overstated"
QUERIES = ["", "?show=1&since=0", "?since=0", "?at=2", "?at=3", "?reply=1", "?before=99", "?on=evidence-1"]


@pytest.fixture
def walked(case, ann, ben, eve, settings):
    """Ben has answered and says so; Ann is named by him and has not answered."""
    settings.MAIL, settings.SITE = "smtp://mail.example.org", "https://claims.example.org"
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    mail.outbox = []
    document = make_document(case=case)
    claim = make_claim(case=case, document=document, exact="The army is 48,000 strong.")
    make_evidence(claim=claim, source=make_source(case=case))
    asked = make_comment(claim=claim, by=ann, text="Men or soldiers?", to_all=True)
    make_assessment(claim=claim, by=ben)
    make_comment(claim=claim, by=ben, text=f"{SECRET}, @Ann, and @Eve should see it.")
    make_comment(claim=claim, by=ben, text=f"{SECRET}: soldiers.", parent=asked)
    return claim


def addresses(patterns, prefix: str = "") -> list[str]:
    """The path of every page that can be asked for, with the numbers of what the case holds."""
    found = []
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += addresses(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            found.append(path)
    return found


def filled(path: str) -> set[str]:
    """A path with each of its blanks filled in, in turn by every number that something has here."""
    ways = set()
    for number in ("1", "2", "3", "4", "5"):
        way = path.replace("<str:code>", "BY").replace("<str:extension>", "json")
        ways.add("/" + re.sub(r"<int:\w+>", number, way))
    return ways


def test_no_address_tells_a_word_of_it(walked, ann, as_, htmx):
    paths = addresses(get_resolver("claims.urls").url_patterns)
    reached = set()
    for headers in (dict[str, str](), htmx):
        browser = as_(ann, **headers)
        for way in sorted({way for path in paths for way in filled(path)}):
            for query in QUERIES if re.search(r"talk|news|notices", way) else [""]:
                answer = browser.get(way + query)
                body = b"".join(answer.streaming_content) if answer.streaming else answer.content
                reached |= {way} if answer.status_code == 200 else set()
                assert SECRET.encode() not in body, way + query
    assert len(reached) > 30
    assert {"/cases/BY/log/", "/cases/BY/claims/1/talk/", "/cases/BY/claims/1/news/"} <= reached


def test_the_search_finds_none_of_it(walked, ann, ben, as_):
    for user in (ann, ben):
        assert "<mark>" not in text_of(as_(user).get(f"/search/?q={SECRET}"))


def test_counts_are_those_of_what_one_may_see(walked, ann, ben, as_, htmx):
    since = walked.entries.order_by("-number").values_list("number", flat=True)[3]
    news = f"{walked.get_absolute_url()}news/?since={since}"
    quiet = text_of(as_(ann, **htmx).get(news))
    assert "data-key" not in quiet
    page = text_of(as_(ann).get(f"{walked.get_absolute_url()}talk/"))
    assert page.count('class="comment"') == 1
    make_assessment(claim=walked, by=ann)
    assert "3 new" in text_of(as_(ann, **htmx).get(news))
    assert text_of(as_(ann).get(f"{walked.get_absolute_url()}talk/")).count('class="comment"') == 3


def test_nobody_is_told_or_mailed_a_word_of_it(walked, ann, eve, as_):
    ann.digest = True
    ann.save()
    assert [str(notice) for notice in Notice.objects.filter(user=ann)] == [f"Ben mentioned you on {walked.ref}"]
    assert SECRET not in text_of(as_(ann).get("/notices/"))
    assert send_digests().people == 1
    [sent] = mail.outbox
    assert SECRET not in f"{sent.subject} {sent.body}"
    place = as_(ann).post(f"/notices/{ann.notices.get().pk}/open/", follow=True)
    assert SECRET not in text_of(place)
    assert "you see it once you have answered" in text_of(place)


def test_the_log_and_the_history_tell_that_and_not_what(walked, ann, as_):
    for page in (reverse("claims:case-log", args=["BY"]), f"{walked.get_absolute_url()}history/"):
        shown = text_of(as_(ann).get(page))
        assert "commented" in shown
        assert SECRET not in shown
        assert not any(said.salt in shown for said in Comment.objects.all())


def test_staff_who_are_no_administrators_find_none_of_it_in_the_admin(walked, ann, ada, as_):
    ann.is_staff = True
    ann.save(by=ada)
    ann.user_permissions.add(*Permission.objects.filter(content_type__app_label="claims", codename__startswith="view_"))
    for name in ("comment", "commentedit", "mention", "notice"):
        assert as_(ann).get(f"/admin/claims/{name}/").status_code == 403
        assert as_(ada).get(f"/admin/claims/{name}/").status_code == 200
