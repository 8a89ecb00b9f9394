import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.models import Exhibit, Print, dismiss, propose_again, trace
from claims.search.lineage import BOILERPLATE, Proposal, proposals
from tests.factories import make_case, make_document, make_exhibit, make_source

PASSAGE = (
    "troops have been massed near the border since the autumn, and nobody in Minsk will say what for, although "
    "everybody has been asked more than once"
)
ORIGINAL = f"A spokesman of the ministry said on Monday that {PASSAGE}. He took no questions that day, he said."
REPEAT = f"Our readers wrote to us about it. According to the ministry, {PASSAGE}! What is there to be said of it?"
OTHER = "A wholly different report, on the price of potash and on who buys it now, came out on that very Monday."
MONDAY = datetime.date(2023, 2, 20)
FEBRUARY: dict[str, Any] = {"published": MONDAY}
LATER: dict[str, Any] = {"published": MONDAY + datetime.timedelta(days=2)}


def found(exhibit: Exhibit) -> list[Proposal]:
    return proposals(Exhibit.objects.get(pk=exhibit.pk))


def ways(proposal: Proposal) -> list[tuple[str, str]]:
    return [(str(way.repeats), str(way.original)) for way in proposal.ways]


def test_a_long_passage_in_common_is_proposed_and_quoted(case):
    one = make_exhibit(case=case, title="One", text=ORIGINAL)
    two = make_exhibit(case=case, title="Two", text=REPEAT)
    make_exhibit(case=case, text=OTHER)
    make_exhibit(text=REPEAT)

    [proposal] = found(one)

    assert proposal.other == two
    assert proposal.kind == "derived", "it is most of both texts"
    assert ways(proposal) == [("One", "Two"), ("Two", "One")], "nothing tells which came first"
    assert proposal.reasons[0].startswith("the same passage of 26 words: “troops have been massed near the border")
    assert proposal.reason.startswith("The same passage of 26 words: ")
    assert proposal.reason.endswith("more than once”.")


def test_the_later_one_repeats_the_earlier_one_seen_from_either(case):
    one = make_exhibit(case=case, title="One", text=ORIGINAL, **FEBRUARY)
    document = make_document(case=case, text=REPEAT, **LATER)
    two = make_exhibit(case=case, title="Two", document=document)
    for exhibit in (one, two):
        [proposal] = found(exhibit)
        assert ways(proposal) == [("Two", "One")]
        assert proposal.reasons[1] == "“One” was published 2 days earlier"


def test_on_the_same_day_it_may_be_either_way(case):
    one = make_exhibit(case=case, title="One", text=ORIGINAL, **FEBRUARY)
    make_exhibit(case=case, title="Two", text=REPEAT, **FEBRUARY)
    [proposal] = found(one)
    assert len(proposal.ways) == 2
    assert proposal.reasons[1] == "both were published on the same day"


def test_a_link_in_the_text_decides_whatever_the_days_are(case):
    one = make_exhibit(case=case, title="One", url="https://example.org/News/1/", text=ORIGINAL, **LATER)
    text = f"{REPEAT} HTTP://EXAMPLE.org/News/1?utm_source=feed#top."
    two = make_exhibit(case=case, title="Two", text=text, **FEBRUARY)
    three = make_exhibit(case=case, title="Three", text="More is told at https://example.org/News/1")
    for exhibit in (one, two):
        proposal = found(exhibit)[0]
        assert ways(proposal) == [("Two", "One")]
        assert "the text of “Two” links to “One”" in proposal.reasons
    [_first, proposal] = found(one)
    assert (proposal.other, proposal.reasons) == (three, ["the text of “Three” links to “One”"])
    assert proposal.kind == "quotes"


def test_a_link_to_what_is_in_another_language_looks_like_a_translation(case):
    make_exhibit(case=case, title="One", url="https://example.org/1", language="be")
    two = make_exhibit(case=case, text="More is told at https://example.org/1", language="en-GB")
    assert [proposal.kind for proposal in found(two)] == ["translates"]


def test_the_same_page_cited_in_both_is_no_passage(case):
    one = make_exhibit(case=case, text="More is told at https://example.org/1")
    make_exhibit(case=case, text="Read https://example.org/1")
    assert found(one) == []


def test_the_same_agency_and_a_passage_look_like_wire_copy(case):
    one = make_exhibit(case=case, title="One", text=f"MINSK, Feb 20 (Reuters) – {ORIGINAL}")
    make_exhibit(case=case, title="Two", text=f"{REPEAT}\n\nSource: Reuters")
    [proposal] = found(one)
    assert proposal.kind == "wire"
    assert "both credit Reuters" in proposal.reasons


def test_what_credits_an_agency_repeats_what_that_agency_put_out(case):
    agency = make_source(case=case, name="Agence France-Presse")
    one = make_exhibit(case=case, title="One", text=ORIGINAL, source=agency, **LATER)
    make_exhibit(case=case, title="Two", text=f"{REPEAT}\n\nQuelle: AFP", **FEBRUARY)
    [proposal] = found(one)
    assert ways(proposal) == [("Two", "One")]
    assert "“Two” credits AFP, which put out “One”" in proposal.reasons
    assert proposal.kind == "wire"


def test_the_same_agency_alone_is_proposed_only_within_a_few_days_and_last(case):
    one = make_exhibit(case=case, title="One", text=f"(AP) – {ORIGINAL}", **FEBRUARY)
    make_exhibit(case=case, title="Near", text=f"(AP) – {OTHER}", **LATER)
    make_exhibit(case=case, title="Far", text=f"(AP) – {OTHER} So.", published=MONDAY + datetime.timedelta(days=9))
    make_exhibit(case=case, title="Undated", text=f"(AP) – {OTHER} Well.")
    make_exhibit(case=case, title="Repeat", text=REPEAT, **LATER)
    assert [(str(proposal.other), proposal.kind) for proposal in found(one)] == [
        ("Repeat", "derived"), ("Near", "wire"),
    ]  # fmt: skip


def test_what_traces_back_already_either_way_is_not_proposed(case, ann):
    one, two, three = (make_exhibit(case=case, text=f"{n} {REPEAT}") for n in "123")
    trace(one, "quotes", two, by=ann, reason="It says so.")
    trace(two, "quotes", three, by=ann, reason="It says so.")
    for exhibit in (one, two, three):
        assert found(exhibit) == []


def test_what_more_than_fifty_share_tells_nothing(case):
    footer = "All rights are reserved and none of this may be printed again without our leave, which is seldom given."
    for n in range(BOILERPLATE + 2):
        make_exhibit(case=case, text=f"Report {n}. {footer}")
    newest = make_exhibit(case=case, title="One", text=f"{ORIGINAL} {footer}")
    two = make_exhibit(case=case, text=f"{REPEAT} {footer}")
    assert [proposal.other for proposal in found(newest)] == [two]


def test_exhibits_from_before_there_were_prints_get_them_when_they_are_asked_for(case):
    one = make_exhibit(case=case, text=ORIGINAL)
    two = make_exhibit(case=case, document=make_document(case=case, text=REPEAT))
    Print.objects.all().delete()
    assert [proposal.other for proposal in found(one)] == [two]
    assert Print.objects.filter(exhibit=two).exists()


def test_an_exhibit_without_text_or_address_has_nothing_proposed(case):
    assert found(make_exhibit(case=case)) == []


@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_are_proposed_than_asked_for_the_longest_passage_first(case, limit):
    words = PASSAGE.split()
    one = make_exhibit(case=case, text=ORIGINAL)
    for n in (17, 25, 20, 22):
        make_exhibit(case=case, title=f"{n}", text=f"Somebody wrote: {' '.join(words[:n])}")
    assert [str(proposal.other) for proposal in proposals(one, limit)] == ["25", "22", "20"][:limit]


def test_it_asks_no_more_often_however_many_exhibits_there_are(case):
    one = make_exhibit(case=case, text=f"(AP) – {ORIGINAL} https://example.org/1", url="https://example.org/0", **LATER)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert found(one)
        return len(queries)

    def more(n: int) -> None:
        text = f"(AP) – {n} {REPEAT} https://example.org/0"
        make_exhibit(case=case, text=text, url="https://example.org/1", source=make_source(case=case), **FEBRUARY)

    more(0)
    few = asked()
    for n in range(1, 12):
        more(n)
    assert asked() == few
    assert few <= 12


def test_other_cases_are_left_alone(case):
    one = make_exhibit(case=case, text=f"{ORIGINAL} https://example.org/1", url="https://example.org/0", **FEBRUARY)
    there = make_case()
    make_exhibit(case=there, text=f"{REPEAT} https://example.org/0", url="https://example.org/1", **FEBRUARY)
    assert found(one) == []


def test_of_those_with_one_text_there_is_one_proposal_that_counts_the_others(case):
    one = make_exhibit(case=case, text=ORIGINAL)
    briefing = make_document(case=case, text=REPEAT)
    cut = [make_exhibit(case=case, title=f"Cut {n}", document=briefing) for n in range(7)]
    [proposal] = found(one)
    assert (proposal.other, proposal.more) == (cut[0], 6)


@pytest.mark.parametrize("same", ["document", "text", "url"])
def test_what_is_one_origin_by_its_document_text_or_address_is_not_proposed(case, same):
    long = f"{ORIGINAL} {OTHER} {REPEAT}"
    if same == "document":
        document = make_document(case=case, text=long)
        one, _two = (make_exhibit(case=case, document=document) for _ in range(2))
    elif same == "text":
        one, _two = (make_exhibit(case=case, text=long) for _ in range(2))
    else:
        one = make_exhibit(case=case, text=ORIGINAL, url="https://example.org/1?utm_source=x")
        make_exhibit(case=case, text=REPEAT, url="http://example.org/1")
    assert found(one) == []


def test_what_was_said_not_to_go_together_does_not_come_back_under_any_exhibit_of_its_text(case, ann):
    one = make_exhibit(case=case, text=ORIGINAL)
    documents = [make_document(case=case, text=f"{n} {REPEAT}") for n in range(2)]
    cut = [make_exhibit(case=case, document=document) for document in documents for _ in range(3)]
    assert len(found(one)) == 2
    dismiss(one, cut[1], by=ann)
    assert [proposal.other for proposal in found(one)] == [cut[3]]
    assert one not in [proposal.other for proposal in found(cut[2])]
    propose_again(one, cut[1], by=ann)
    assert len(found(one)) == 2


def test_what_traces_back_to_one_exhibit_of_a_text_is_not_proposed_for_the_others(case, ann):
    one = make_exhibit(case=case, text=ORIGINAL)
    document = make_document(case=case, text=REPEAT)
    cut = [make_exhibit(case=case, document=document) for _ in range(3)]
    trace(one, "quotes", cut[2], by=ann, reason="It says so.")
    assert found(one) == []
