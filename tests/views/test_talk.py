"""The talk of a claim, as people meet it on its pages."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.models import Comment, Role
from tests.factories import (
    make_assessment,
    make_claim,
    make_comment,
    make_document,
    make_evidence,
    make_signed_claim,
    make_user,
)
from tests.views.test_claims import text_of

WORDS = "Plainly overstated, say I"


@pytest.fixture
def claim(case):
    return make_claim(case=case, exact="The army is 48,000 strong.", document=make_document(case=case))


def talk(claim, more: str = "") -> str:
    return f"{claim.get_absolute_url()}talk/{more}"


def test_a_comment_is_made_and_read_with_and_without_htmx(claim, ann, as_, htmx):
    sent = as_(ann).post(talk(claim, "add/"), {"text": WORDS}, follow=True)
    assert WORDS in text_of(sent)
    assert "still to answer sees it once" in text_of(sent)
    said = Comment.objects.get()
    assert sent.redirect_chain[-1][0] == f"{talk(claim)}?at={said.pk}#comment-{said.pk}"

    part = as_(ann, **htmx).post(talk(claim, "add/"), {"text": "And more", "parent": said.pk})
    assert part.status_code == 200
    assert "<html" not in text_of(part)
    assert 'id="talk"' in text_of(part)
    assert WORDS in text_of(part)
    assert said.replies.get().text == "And more"


def test_the_claims_page_leads_to_the_talk_and_loads_it_after_itself(claim, ann, as_):
    make_comment(claim=claim, by=ann, text=WORDS)
    make_evidence(claim=claim)
    page = text_of(as_(ann).get(claim.get_absolute_url()))
    assert WORDS not in page
    assert 'hx-get="talk/" hx-trigger="load"' in page
    assert 'href="talk/?on=evidence-1"' in page
    assert f'href="talk/?on=passage-{claim.passages.get().pk}"' in page


def test_a_comment_stands_on_the_evidence_or_passage_it_was_begun_at(claim, ann, as_):
    evidence, passage = make_evidence(claim=claim), claim.passages.get()
    browser = as_(ann)
    for on in ("evidence-1", f"passage-{passage.pk}"):
        form = text_of(browser.get(talk(claim, f"?on={on}")))
        assert f'value="{on}"' in form
        browser.post(talk(claim, "add/"), {"text": f"About {on}", "on": on})
    assert [said.evidence or said.passage for said in Comment.objects.order_by("pk")] == [evidence, passage]
    page = text_of(browser.get(talk(claim)))
    assert f'href="{claim.get_absolute_url()}#evidence-1">on evidence 1</a>' in page
    assert "on the passage in “A briefing”" in page


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"text": ""}, "Write what you want to say."),
        ({"text": "x" * 5001}, "too long"),
        ({"text": "@Nobody, look"}, "Nobody in this case is called “Nobody”"),
        ({"text": "a", "on": "evidence-7"}, "is not there"),
        ({"text": "a", "on": "passage-99999999999999999999"}, "is not there"),
        ({"text": "a", "on": "thing"}, "is not there"),
        ({"text": "a\0b"}, "Null characters are not allowed"),
    ],
)
def test_what_cannot_be_said_is_told_at_the_field(claim, ann, as_, htmx, sent, said):
    for browser in (as_(ann), as_(ann, **htmx)):
        answer = browser.post(talk(claim, "add/"), sent)
        assert answer.status_code == 422
        assert said in text_of(answer)
        if len(sent["text"]) == 1:
            assert f">\n{sent['text']}</textarea>" in text_of(answer)
    assert not Comment.objects.exists()


def test_what_is_no_number_or_no_comment_is_not_found(claim, ann, ben, as_):
    make_assessment(claim=claim, by=ben)
    hidden = make_comment(claim=claim, by=ben, text=WORDS)
    browser = as_(ann)
    for more in (
        "?before=x",
        "?at=x",
        "?reply=99",
        f"?reply={hidden.pk}",
        f"{hidden.pk}/history/",
        f"{hidden.pk}/edit/",
    ):
        assert browser.get(talk(claim, more)).status_code == 404, more
    assert browser.post(talk(claim, "add/"), {"text": "a", "parent": hidden.pk}).status_code == 404
    assert browser.post(talk(claim, f"{hidden.pk}/resolve/")).status_code == 404
    assert "is not there for you to see" in text_of(browser.get(talk(claim, f"?at={hidden.pk}")))


def test_a_stranger_learns_nothing_and_a_reader_only_reads(claim, ann, zoe, rod, as_, htmx):
    said = make_comment(claim=claim, by=ann, text=WORDS)
    ways = ["", "?reply=1", f"{said.pk}/history/", f"{said.pk}/edit/"]
    for headers in (dict[str, str](), htmx):
        for way in ways:
            assert as_(zoe, **headers).get(talk(claim, way)).status_code == 404
        assert as_(zoe, **headers).get(f"{claim.get_absolute_url()}news/?since=0").status_code == 404
        assert as_(zoe, **headers).get("/cases/BY/people/?q=a").status_code == 404
        for way in ("add/", f"{said.pk}/edit/", f"{said.pk}/resolve/"):
            assert as_(zoe, **headers).post(talk(claim, way), {"text": "a"}).status_code == 404
            assert as_(rod, **headers).post(talk(claim, way), {"text": "a"}).status_code == 403
    page = text_of(as_(rod).get(talk(claim)))
    assert WORDS not in page
    assert "<textarea" not in page
    assert "once its verdict is signed off" in page
    assert as_(rod).get("/cases/BY/people/?q=a").status_code == 403
    assert "Comment on this" not in text_of(as_(rod).get(claim.get_absolute_url()))


def test_a_reader_of_a_signed_claim_without_talk_is_told_so(case, ann, ben, eve, max_, rod, as_):
    claim = make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    assert "Nobody has said anything here" in text_of(as_(rod).get(talk(claim)))


def test_asking_everybody_is_offered_until_one_has_answered(claim, ann, as_):
    browser = as_(ann)
    assert "Ask everybody now" in text_of(browser.get(talk(claim)))
    browser.post(talk(claim, "add/"), {"text": "Men or soldiers?", "to_all": "1"})
    assert Comment.objects.get().to_all
    make_assessment(claim=claim, by=ann)
    assert "Ask everybody now" not in text_of(browser.get(talk(claim)))
    refused = browser.post(talk(claim, "add/"), {"text": "I said refuted.", "to_all": "1"})
    assert refused.status_code == 422
    assert "you cannot ask everybody now" in text_of(refused)


def test_an_edit_is_shown_with_what_was_said_before(claim, ann, ben, as_, htmx):
    said = make_comment(claim=claim, by=ann, text="It is 48,000.", to_all=True)
    browser = as_(ann)
    form = text_of(browser.get(talk(claim, f"{said.pk}/edit/")))
    assert "It is 48,000." in form
    browser.post(talk(claim, f"{said.pk}/edit/"), {"text": "It is 65,000.", "version": "0"})
    stale = as_(ann, **htmx).post(talk(claim, f"{said.pk}/edit/"), {"text": "It is 70,000.", "version": "0"})
    assert stale.status_code == 409
    assert stale["HX-Retarget"] == f"#edit-{said.pk}"
    assert "It is 65,000." in text_of(stale)
    assert "It is 70,000." in text_of(stale)
    history = text_of(as_(ben).get(talk(claim, f"{said.pk}/history/")))
    assert "It is 48,000." in history
    assert "edited</small></a>" in text_of(as_(ben).get(talk(claim)))
    assert as_(ben).get(talk(claim, f"{said.pk}/edit/")).status_code == 404


def test_a_thread_is_resolved_folded_and_opened_again(claim, ann, ben, as_):
    said = make_comment(claim=claim, by=ann, text="Men or soldiers?", to_all=True)
    as_(ben).post(talk(claim, f"{said.pk}/resolve/"), {"done": "1"})
    assert "Resolved by Ben: Men or soldiers?" in text_of(as_(ann).get(talk(claim)))
    assert "<details><summary>Resolved" not in text_of(as_(ann).get(talk(claim, f"?at={said.pk}")))
    again = as_(ben).post(talk(claim, f"{said.pk}/resolve/"), {"done": "1"})
    assert again.status_code == 409
    as_(ben).post(talk(claim, f"{said.pk}/resolve/"), {"done": "0"})
    assert "Resolved by" not in text_of(as_(ann).get(talk(claim)))


def test_long_talk_is_paged_and_an_address_shows_its_comments_page(claim, ann, as_):
    said = [make_comment(claim=claim, by=ann, text=f"Number {n}.") for n in range(35)]
    reply = make_comment(claim=claim, by=ann, text="An answer.", parent=said[2])
    page = text_of(as_(ann).get(talk(claim)))
    assert "Number 34." in page
    assert "Number 4." not in page
    earlier = re.search(r'\?before=(\d+)" rel="prev"', page)
    assert earlier
    assert "Number 4." in text_of(as_(ann).get(talk(claim, f"?before={earlier[1]}")))
    assert "An answer." in text_of(as_(ann).get(talk(claim, f"?at={reply.pk}")))


def test_the_talk_asks_no_more_where_more_is_said(claim, ann, ben, as_):
    def asked() -> int:
        browser = as_(ann)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert browser.get(talk(claim)).status_code == 200
        return len(queries)

    first = make_comment(claim=claim, by=ann, to_all=True)
    make_comment(claim=claim, by=ben, parent=first, to_all=True)
    few = asked()
    for n in range(10):
        said = make_comment(claim=claim, by=ann if n % 2 else ben, to_all=True, evidence=make_evidence(claim=claim))
        make_comment(claim=claim, by=ben, parent=said, to_all=True)
    assert asked() == few


def test_markup_in_a_comment_is_text(claim, ann, as_):
    make_comment(claim=claim, by=ann, text="<b hx-get='/'>bold</b>")
    assert "&lt;b hx-get=" in text_of(as_(ann).get(talk(claim)))


def test_people_are_offered_as_a_name_is_typed(claim, ann, eve, as_):
    for n in range(2):
        claim.case.enrol(make_user(name="Kim Lee", email=f"kim{n}@example.org"), Role.ANALYST, by=eve)
    offered = as_(ann).get("/cases/BY/people/?q=le").json()["people"]
    assert offered == [{"name": "Kim Lee", "write": f"kim{n}@example.org"} for n in range(2)]
    assert as_(ann).get("/cases/BY/people/?q=be").json()["people"] == [{"name": "Ben", "write": "Ben"}]
    assert len(as_(ann).get("/cases/BY/people/").json()["people"]) == 7
    assert not as_(ann).get("/cases/BY/people/?q=zoe").json()["people"]
    assert not as_(ann).get("/cases/BY/people/?q=%25").json()["people"]


def test_no_more_people_are_read_than_are_offered_and_a_whole_name_is_found_from_any_of_its_words(claim, ann, eve, as_):
    def offered(typed: str) -> tuple[list[str], int]:
        with CaptureQueriesContext(connection) as queries:
            people = as_(ann).get("/cases/BY/people/", {"q": typed}).json()["people"]
        return [person["name"] for person in people], len(queries)

    few = offered("an")[1]
    for n in range(20):
        claim.case.enrol(make_user(name=f"Anders van der Berg {n:02}"), Role.ANALYST, by=eve)
    claim.case.enrol(make_user(name="Ünal Öz"), Role.ANALYST, by=eve)
    names, many = offered("an")
    assert (len(names), many) == (8, few)
    assert offered("der berg 07")[0] == ["Anders van der Berg 07"]
    assert offered("öz")[0] == offered("üNAL")[0] == ["Ünal Öz"]


def test_the_poll_for_news_counts_what_others_added_and_one_may_see(claim, ann, ben, as_, htmx):
    browser = as_(ann, **htmx)
    since = claim.entries.order_by("-number").values_list("number", flat=True)[0]
    news = f"{claim.get_absolute_url()}news/?since={since}"
    quiet = browser.get(news)
    assert "new" not in re.sub(r"<div[^>]*>", "", text_of(quiet))
    assert browser.get(news, headers={"If-None-Match": quiet["ETag"]}).status_code == 304

    make_comment(claim=claim, by=ann, to_all=True)
    make_assessment(claim=claim, by=ben)
    make_comment(claim=claim, by=ben, text=WORDS)
    assert browser.get(news, headers={"If-None-Match": quiet["ETag"]}).status_code == 304

    make_evidence(claim=claim)
    counted = browser.get(news, headers={"If-None-Match": quiet["ETag"]})
    assert counted.status_code == 200
    assert "1 new" in text_of(counted)
    assert 'data-key="l"' in text_of(counted)

    make_assessment(claim=claim, by=ann)
    assert "3 new" in text_of(browser.get(news))
    shown = text_of(browser.get(f"{news}&show=1"))
    assert WORDS in shown
    assert 'id="evidence-1"' in shown
    assert "1 new" not in shown


def test_news_without_htmx_is_the_claims_page(claim, ann, as_):
    assert as_(ann).get(f"{claim.get_absolute_url()}news/?since=0").status_code == 302
    assert as_(ann).get(f"{claim.get_absolute_url()}news/?since=x").status_code in (302, 404)


def test_a_poll_writes_nothing_and_keeps_no_session_alive(claim, ann, as_, client, htmx):
    browser = as_(ann, **htmx)
    ways = ["/notices/count/", f"{claim.get_absolute_url()}news/?since=0"]
    for way in ways:
        browser.get(way)
    before = Session.objects.values_list("expire_date", "session_data").get()
    for way in ways:
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get(way)
        assert not answer.cookies
        assert not [q["sql"] for q in queries if re.match(r"INSERT|UPDATE|DELETE|REPLACE", q["sql"])]
    assert Session.objects.values_list("expire_date", "session_data").get() == before


def test_a_poll_after_the_session_ended_leaves_the_page_as_it_is(claim, client, htmx):
    for way in ("/notices/count/", f"{claim.get_absolute_url()}news/?since=0"):
        answer = client.get(way, headers=htmx)
        assert answer.status_code == 204
        assert "HX-Redirect" not in answer
