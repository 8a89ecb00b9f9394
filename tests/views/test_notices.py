"""Notices: how many are unread on every page, the list, and the way to each place."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.models import Notice, notify
from claims.models.notices import unread_count
from tests.factories import make_case, make_claim, make_comment, make_user
from tests.views.test_claims import text_of

COUNT = "/notices/count/"


@pytest.fixture
def claim(case):
    return make_claim(case=case)


def tell(user, claim, many: int = 1):
    for n in range(many):
        notify(user, "mentioned", f"{claim.get_absolute_url()}talk/#comment-{n}", by=make_user(), claim=claim)


def test_the_count_is_a_figure_or_nothing_and_304_while_it_stays(claim, ann, as_):
    browser = as_(ann)
    nothing = browser.get(COUNT)
    assert nothing.content == b""
    tell(ann, claim, 2)
    two = browser.get(COUNT, headers={"If-None-Match": nothing["ETag"]})
    assert (two.status_code, two.content) == (200, b"2")
    assert "private" in two["Cache-Control"]
    assert browser.get(COUNT, headers={"If-None-Match": two["ETag"]}).status_code == 304
    browser.post("/notices/read/")
    assert browser.get(COUNT, headers={"If-None-Match": two["ETag"]}).content == b""


def test_one_persons_tag_says_nothing_of_anothers(claim, ann, ben, as_):
    tag = as_(ann).get(COUNT)["ETag"]
    assert as_(ben).get(COUNT, headers={"If-None-Match": tag}).status_code == 200


def test_the_count_is_one_query_however_many_there_are(claim, ann, as_):
    tell(ann, claim, 120)
    with CaptureQueriesContext(connection) as queries:
        assert unread_count(ann) == 100
    assert len(queries) == 1
    assert as_(ann).get(COUNT).content == b"99+"


def test_every_page_leads_to_the_notices(claim, ann, as_):
    page = text_of(as_(ann).get("/cases/"))
    assert 'href="/notices/"' in page
    assert 'hx-get="/notices/count/" hx-trigger="load, every 60s"' in page


def test_a_notice_opens_its_exact_place_and_is_read_then(claim, ann, eve, as_):
    said = make_comment(claim=claim, by=eve, text="Look, @Ann.", to_all=True)
    browser, notice = as_(ann), Notice.objects.get()
    page = text_of(browser.get("/notices/"))
    assert f"Eve mentioned you on {claim.ref}" in page
    assert "Look" not in page
    opened = browser.post(f"/notices/{notice.pk}/open/")
    assert opened["Location"] == said.get_absolute_url()
    assert f'id="comment-{said.pk}"' in text_of(browser.get(opened["Location"]))
    assert browser.get(COUNT).content == b""
    assert browser.get(f"/notices/{notice.pk}/open/").status_code == 302


def test_the_list_is_paged(claim, ann, as_):
    tell(ann, claim, 60)
    browser = as_(ann)
    first = text_of(browser.get("/notices/"))
    assert first.count("/open/") == 50
    older = first.split("?before=")[1].split('"')[0]
    assert text_of(browser.get(f"/notices/?before={older}")).count("/open/") == 10
    assert browser.get("/notices/?before=x").status_code == 404


def test_nobody_opens_or_reads_anothers_notices(claim, ann, ben, as_):
    tell(ann, claim)
    notice = Notice.objects.get()
    assert as_(ben).post(f"/notices/{notice.pk}/open/").status_code == 404
    as_(ben).post("/notices/read/")
    assert unread_count(ann) == 1
    assert as_(ben).get("/notices/").content.count(b"/open/") == 0


def test_of_a_case_that_one_has_left_one_is_told_nothing_more(claim, ann, eve, as_):
    tell(ann, claim)
    claim.case.memberships.get(user=ann).delete(by=eve)
    assert unread_count(ann) == 0
    assert claim.ref not in text_of(as_(ann).get("/notices/"))
    assert as_(ann).post(f"/notices/{Notice.objects.get().pk}/open/").status_code == 404


def test_an_administrator_is_told_of_every_case(ada, eve):
    tell(ada, make_claim(case=make_case(by=eve)))
    assert unread_count(ada) == 1


def test_the_same_is_not_told_twice_but_anew_with_another_key(claim, ann, eve):
    for key in ("", "", "round 2"):
        notify(ann, "assigned", claim.get_absolute_url(), by=eve, claim=claim, key=key)
    assert ann.notices.count() == 2
    notify(eve, "assigned", claim.get_absolute_url(), by=eve, claim=claim)
    assert not eve.notices.exists()
    with pytest.raises(ValueError, match="no notice called"):
        notify(ann, "shouted", "/")
