"""Where an exhibit comes from: what was said, what is proposed, and who may say it."""

import datetime
import re
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from claims.models import Entry, Exhibit, Lineage, Role, lineage_said, trace
from tests.factories import make_case, make_claim, make_evidence, make_exhibit, make_source
from tests.search.test_lineage import ORIGINAL, REPEAT
from tests.views.test_claims import text_of

EARLY, LATE = datetime.date(2023, 2, 18), datetime.date(2023, 2, 20)


def place(exhibit: Exhibit) -> str:
    return f"/cases/{exhibit.case.code}/exhibits/{exhibit.pk}/trace/"


def back(exhibit: Exhibit, made: Lineage) -> str:
    return f"/cases/{exhibit.case.code}/exhibits/{exhibit.pk}/lineage/{made.pk}/remove/"


def confirmable(page: str) -> list[tuple[str, str]]:
    """What the buttons of the proposals send."""
    return re.findall(r'<button[^>]*name="(\w+)" value="(\d+)">(?:This one|It) repeats', page)


@pytest.fixture
def one(case) -> Exhibit:
    return make_exhibit(case=case, title="A wire report", text=ORIGINAL, published=EARLY)


@pytest.fixture
def two(case) -> Exhibit:
    return make_exhibit(case=case, title="A reader's letter", text=REPEAT, published=LATE)


def test_an_exhibit_of_which_nothing_was_said_counts_for_no_origin(one, ann, as_):
    page = text_of(as_(ann).get(place(one)))
    assert "Nobody has said where it comes from: it counts for no origin until somebody does." in page
    assert "A translation cannot be found this way" in page
    assert '<details id="lineage-say" open>' in page


def test_a_proposal_shows_its_reasons_and_is_confirmed_with_one_button(one, two, case, ann, as_):
    browser = as_(ann)
    page = text_of(browser.get(place(two)))
    assert "the same passage of 26 words: “troops have been massed" in page
    assert "“A wire report” was published 2 days earlier" in page
    assert re.findall(r'<button[^>]*name="(\w+)" value="(\d+)">(?:This one|It) repeats', page) == [
        ("original", str(one.pk))
    ]
    kind = re.search(r'<option value="(\w+)" selected>', page)
    reason = re.search(r'<textarea class="input" id="reason-\d+"[^>]*>([^<]+)</textarea>', page)
    assert kind
    assert reason

    answer = browser.post(place(two), {"kind": kind[1], "reason": reason[1], "original": one.pk}, follow=True)

    made = Lineage.objects.get()
    assert (made.exhibit, made.original, made.kind, made.made_by) == (two, one, "derived", ann)
    assert made.reason.startswith("The same passage of 26 words: “troops have been massed")
    page = text_of(answer)
    assert "Said: A reader&#x27;s letter is derived from A wire report." in page
    assert "No other exhibit of this case has a long passage" in page, "what is said is not proposed again"
    assert Entry.objects.filter(case=case, verb="traced", by=ann).count() == 1


def test_seen_from_the_original_the_other_one_is_said_to_repeat_it(one, two, ann, as_):
    browser = as_(ann)
    page = text_of(browser.get(place(one)))
    assert re.findall(r'<button[^>]*name="(\w+)" value="(\d+)">(?:This one|It) repeats', page) == [
        ("repeats", str(two.pk))
    ]

    page = text_of(browser.post(place(one), {"kind": "quotes", "reason": "So.", "repeats": two.pk}, follow=True))

    made = Lineage.objects.get()
    assert (made.exhibit, made.original) == (two, one)
    assert "What repeats it" in page
    assert "Nobody has said where it comes from" in page, "of this one nothing was said"


def test_where_nothing_tells_which_came_first_both_ways_are_offered(one, two, case, ann, as_):
    for exhibit in (one, two):
        exhibit.published = None
        exhibit.save(by=ann)
    page = text_of(as_(ann).get(place(one)))
    assert confirmable(page) == [("original", str(two.pk)), ("repeats", str(two.pk))]
    assert "Nothing tells which of the two came first." in page


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("first_hand", "It speaks at first hand, so it counts as an origin."),
        ("unknown", "It repeats something that is not on record, so it counts for no origin of its own."),
    ],
)
def test_a_word_without_another_exhibit_is_said(one, ann, as_, kind, says):
    page = text_of(as_(ann).post(place(one), {"kind": kind, "reason": "The author was there."}, follow=True))
    assert says in page
    assert "The author was there." in page
    assert "said by Ann" in page
    assert (Lineage.objects.get().kind, Lineage.objects.get().original) == (kind, None)


def test_what_follows_from_the_links_is_told(one, two, ann, as_):
    trace(two, "quotes", one, by=ann, reason="So.")
    assert "nobody has said yet that it speaks at first hand" in text_of(as_(ann).get(place(two)))
    trace(one, "first_hand", None, by=ann, reason="So.")
    assert "together they count as one origin" in text_of(as_(ann).get(place(two)))


def test_what_was_said_is_taken_back_and_said_again_with_one_key_each(one, two, ann, as_):
    browser = as_(ann)
    answer = browser.post(place(two), {"kind": "wire", "reason": "The byline.", "original": one.pk}, follow=True)
    made = Lineage.objects.get()
    undo = re.search(r'<form class="notice row"[^>]*action="([^"]+)".*?data-key="u"', text_of(answer), re.S)
    assert undo
    assert undo[1] == back(two, made)

    page = text_of(browser.post(undo[1], follow=True))

    assert not Lineage.objects.exists()
    assert "Taken back: A reader&#x27;s letter is wire copy of A wire report." in page
    form = re.search(r'<form class="notice row"[^>]*action="([^"]+)".*?data-key="u"', page, re.S)
    assert form
    fields = dict(re.findall(r'type="hidden" name="(kind|original|repeats|reason)" value="([^"]*)"', form[0]))
    assert fields == {"kind": "wire", "reason": "The byline.", "original": str(one.pk)}
    browser.post(form[1], fields)
    assert Lineage.objects.get().reason == "The byline."


def test_it_is_taken_back_from_the_other_end_too_and_can_be_undone_there(one, two, ann, as_, htmx):
    made = trace(two, "wire", one, by=ann, reason="The byline.")
    page = text_of(as_(ann).post(back(one, made), headers=htmx))
    assert page.lstrip().startswith('<section class="card stack" id="lineage">')
    assert f'type="hidden" name="repeats" value="{two.pk}"' in page
    assert "Taken back: " in page
    again = as_(ann).post(back(one, made), headers=htmx)
    assert again.status_code == 409
    assert "This was taken back already." in text_of(again)


def test_with_htmx_the_part_comes_back_with_the_sentence(one, two, ann, as_, htmx):
    page = text_of(as_(ann).post(place(two), {"kind": "wire", "reason": "So.", "original": one.pk}, headers=htmx))
    assert page.lstrip().startswith('<section class="card stack" id="lineage">')
    assert "<html" not in page
    assert 'hx-target="#messages"' in page
    assert page.count("Said: ") == 2


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"reason": "So."}, "kind", "Say whether it speaks at first hand, or how it comes from another exhibit."),
        ({"kind": "first_hand"}, "reason", "Say how you know: it will be asked."),
        ({"kind": "quotes", "reason": "So."}, "original", "Choose the exhibit that it repeats."),
        ({"kind": "quotes", "reason": "So.", "original": "999999"}, "original", "This exhibit is not in the case."),
        ({"kind": "quotes", "reason": "So.", "original": "x\0"}, "original", "Null characters are not allowed."),
        ({"kind": "first_hand", "reason": "So.", "original": "ONE"}, "kind", "It cannot repeat an exhibit and this"),
        ({"kind": "likes", "reason": "So."}, "kind", "Select a valid choice."),
        ({"kind": "quotes", "reason": "So.", "original": "ELSEWHERE"}, "original", "This exhibit is not in the case."),
    ],
)
def test_what_cannot_be_said_is_answered_at_its_field(one, two, ann, as_, htmx, typed, field, says):
    keys = {"ONE": one.pk, "ELSEWHERE": make_exhibit().pk}
    typed = {name: keys.get(value, value) for name, value in typed.items()}
    for headers in (None, htmx):
        answer = as_(ann).post(place(two), typed, headers=headers)
        page = text_of(answer)
        assert answer.status_code == 422
        assert says in page
        invalid = re.findall(r'<(?:input|select|textarea|fieldset)[^>]*name="(\w+)"[^>]*aria-invalid="true"', page)
        assert set(invalid) == {field}
        assert '<details id="lineage-say" open>' in page
    assert not Lineage.objects.exists()


def test_a_circle_is_answered_at_the_exhibit_and_what_was_typed_stays(one, two, ann, as_):
    trace(one, "quotes", two, by=ann, reason="So.")
    answer = as_(ann).post(place(two), {"kind": "wire", "reason": "The byline.", "original": one.pk})
    page = text_of(answer)
    assert answer.status_code == 422
    assert "“A wire report” already traces back to “A reader&#x27;s letter”: “A wire report” quotes" in page
    assert f'<option value="{one.pk}" id="original-{one.pk}" selected>' in page
    assert "The byline.</textarea>" in page


def test_first_hand_is_refused_while_links_stand_and_names_them(one, two, ann, as_):
    trace(two, "quotes", one, by=ann, reason="So.")
    answer = as_(ann).post(place(two), {"kind": "first_hand", "reason": "The author was there."})
    assert answer.status_code == 422
    assert "that it quotes “A wire report”. Take that back first." in text_of(answer)


def test_a_wrong_reason_in_a_proposal_keeps_which_way_it_was(one, two, ann, as_):
    page = text_of(as_(ann).post(place(one), {"kind": "quotes", "reason": " ", "repeats": two.pk}))
    assert "This is said of “A reader&#x27;s letter”: that it repeats this one." in page
    assert f'<input type="hidden" name="repeats" value="{two.pk}"' in page


def test_another_exhibit_is_found_by_its_words_with_and_without_htmx(one, two, case, ann, as_, htmx):
    make_exhibit(case=case, title="On potash")
    browser = as_(ann)
    page = text_of(browser.get(place(one), {"words": "potash"}))
    assert ">On potash</option>" in page
    assert ">A reader&#x27;s letter</option>" not in page
    part = text_of(browser.get(place(one), {"words": "letter", "original": two.pk}, headers=htmx))
    assert part.lstrip().startswith('<div id="originals"')
    assert f'<option value="{two.pk}" id="original-{two.pk}" selected>' in part
    page = text_of(browser.post(place(one), {"words": "potash", "find": "1", "kind": "wire", "reason": "The byline."}))
    assert ">On potash</option>" in page
    assert "The byline.</textarea>" in page
    assert not Lineage.objects.exists()
    assert f'value="{one.pk}" id="original-' not in page, "an exhibit does not repeat itself"


def test_readers_see_and_do_not_act_strangers_see_nothing(one, two, ann, rod, zoe, as_):
    made = trace(two, "quotes", one, by=ann, reason="It says so.")
    page = text_of(as_(rod).get(place(two)))
    assert "It says so." in page
    for absent in ("Take back", "It repeats this one", "lineage-say", "What its text lets one suppose"):
        assert absent not in page
    for user, status in ((rod, 403), (zoe, 404)):
        answer = as_(user).post(place(two), {"kind": "wire", "reason": "So.", "original": one.pk})
        assert answer.status_code == status
        assert as_(user).post(back(two, made)).status_code == status
    assert as_(zoe).get(place(two)).status_code == 404
    assert Lineage.objects.get().kind == "quotes"


def test_no_reader_gets_to_a_withheld_exhibit_or_reads_its_title(one, two, case, ann, rod, as_):
    make_evidence(claim=make_claim(case=case), exhibit=one, withheld=True)
    trace(two, "quotes", one, by=ann, reason="The clerk A. B. gave it to us.")
    assert as_(rod).get(place(one)).status_code == 404
    page = text_of(as_(rod).get(place(two)))
    assert "Exhibit withheld" in page
    assert "A wire report" not in page
    assert "clerk" not in page
    assert "A wire report" in text_of(as_(ann).get(place(two)))


def test_an_exhibit_of_another_case_is_not_found_here(one, ann, as_):
    make_case(code="MY", members={ann: Role.EDITOR})
    assert as_(ann).get(f"/cases/MY/exhibits/{one.pk}/trace/").status_code == 404
    assert as_(ann).get(f"/cases/BY/exhibits/{'9' * 30}/trace/").status_code == 404


def test_taking_back_is_no_page(one, two, ann, as_):
    made = trace(two, "quotes", one, by=ann, reason="So.")
    assert as_(ann).get(back(two, made))["Location"] == place(two)
    assert as_(ann).post(back(make_exhibit(case=one.case), made)).status_code == 409
    assert Lineage.objects.exists()


def test_a_form_sent_twice_says_it_once(one, two, case, ann, as_):
    browser = as_(ann)
    once = browser.get(place(two)).context["lineage"].form["once"].value()
    for _ in range(2):
        browser.post(place(two), {"kind": "wire", "reason": "So.", "original": one.pk, "once": once})
    assert Entry.objects.filter(case=case, verb="traced").count() == 1


def test_the_part_stands_on_another_page_and_asks_for_the_rest_later(one, two, ann, as_):
    trace(two, "quotes", one, by=ann, reason="So.")
    answer = as_(ann).get(place(two))
    context = {name: answer.context[name] for name in ("case", "exhibit", "lineage")} | {"later": True}
    part = render_to_string("claims/_exhibit_lineage.html", context)
    assert f'hx-get="{place(two)}" hx-trigger="load" hx-target="#lineage"' in part
    assert "What its text lets one suppose" not in part
    assert "It quotes" in part


def test_the_page_asks_no_more_often_for_more_of_everything(one, case, ann, as_):
    browser = as_(ann)

    def more(n: int) -> None:
        new: dict[str, Any] = {"text": f"{n} {REPEAT}", "source": make_source(case=case), "published": LATE}
        trace(make_exhibit(case=case, **new), "quotes", one, by=ann, reason="So.")
        trace(one, "quotes", make_exhibit(case=case), by=ann, reason="So.")
        make_exhibit(case=case, **new)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(place(one)).status_code == 200
        return len(queries)

    more(0)
    asked()
    few = asked()
    for n in range(1, 8):
        more(n)
    assert asked() == few
    assert few <= 30


def test_a_piece_of_evidence_tells_where_it_comes_from_or_asks(one, two, case, ann):
    trace(two, "quotes", one, by=ann, reason="So.")
    said = lineage_said([one.pk, two.pk], "analyst")

    def told(exhibit: Exhibit, may_cite: bool) -> str:
        context = {"case": case, "exhibit": exhibit, "said": said.get(exhibit.pk), "may_cite": may_cite}
        return str(render_to_string("claims/_evidence_lineage.html", context))

    assert "quotes “A wire report”" in told(two, True)
    assert f'lineage unknown: <a href="{place(one)}">say where it comes from</a>' in told(one, True)
    assert "<a" not in told(one, False)
    assert "lineage unknown" in told(one, False)


def test_the_page_leads_back_to_the_claims_that_rest_on_the_exhibit(case, ann, as_):
    claim = make_claim(case=case)
    item = make_evidence(claim=claim)
    page = as_(ann).get(f"{item.cited.get_absolute_url()}trace/").content.decode()
    assert "It is evidence on" in page
    assert f'href="{claim.get_absolute_url()}#evidence-1"' in page
    item.remove(by=ann)
    assert "It is evidence on" not in as_(ann).get(f"{item.cited.get_absolute_url()}trace/").content.decode()


def fields_of(form: str) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(kind|original|repeats|reason|replaces|undo)" value="([^"]*)"', form))


def notice(page: str) -> tuple[str, dict[str, str], str]:
    """Where the form of the one key goes, what it sends, and what stands in it."""
    form = re.search(r'<form class="notice row"[^>]*action="([^"]+)".*?data-key="u"', page, re.S)
    assert form
    return form[1], fields_of(form[0]), form[0]


def test_a_proposal_says_what_it_replaces_and_undo_brings_that_back(one, two, ann, as_):
    word = trace(two, "first_hand", None, by=ann, reason="The author was there.")
    browser = as_(ann)
    page = text_of(browser.get(place(one)))
    button = re.search(r'name="repeats" value="\d+">(.*?)</button>', page, re.S)
    assert button
    assert "(replaces “speaks at first hand, and repeats nothing”)" in button[1]
    sent = {"kind": "derived", "reason": "The same words.", "repeats": two.pk}

    refused = browser.post(place(one), sent | {"replaces": ""})
    page = text_of(refused)
    assert refused.status_code == 409
    assert "as Ann said: “The author was there.”. Send this once more to replace it." in page
    assert Lineage.objects.get() == word
    assert f'<input type="hidden" name="replaces" value="{word.pk}">' in page, "sent once more, it replaces it"
    assert ">Replace it</button>" in page

    page = text_of(browser.post(place(one), sent | {"replaces": f"{word.pk} "}, follow=True))
    assert Lineage.objects.get().kind == "derived"
    address, fields, words = notice(page)
    assert "It replaced “speaks at first hand, and repeats nothing”, which Undo brings back." in words

    page = text_of(browser.post(address, fields, follow=True))
    stands = Lineage.objects.get()
    assert (stands.exhibit, stands.kind, stands.reason) == (two, "first_hand", "The author was there.")
    assert "It stands again that “A reader&#x27;s letter speaks at first hand" in page
    address, fields, words = notice(page)
    assert "Undo replaces “speaks at first hand, and repeats nothing” again." in words
    browser.post(address, fields)
    assert Lineage.objects.get().kind == "derived"


def test_undo_of_other_words_on_one_pair_goes_to_and_fro(one, two, ann, as_):
    browser = as_(ann)
    first = trace(two, "quotes", one, by=ann, reason="So.")
    page = text_of(browser.post(place(two), {"kind": "wire", "reason": "The byline.", "original": one.pk}))
    assert "This replaces “A reader&#x27;s letter quotes A wire report”." in page
    sent = {"kind": "wire", "reason": "The byline.", "original": one.pk, "replaces": first.pk}
    page = text_of(browser.post(place(two), sent, follow=True))
    for kind in ("quotes", "wire"):
        address, fields, _words = notice(page)
        page = text_of(browser.post(address, fields, follow=True))
        assert Lineage.objects.get().kind == kind


def test_the_form_says_which_word_it_replaces_before_it_is_sent(one, ann, as_):
    assert "This replaces" not in text_of(as_(ann).get(place(one)))
    word = trace(one, "unknown", None, by=ann, reason="So.")
    page = text_of(as_(ann).get(place(one)))
    assert "This replaces “A wire report repeats something that is not on record”." in page
    assert f'<input type="hidden" name="replaces" value="{word.pk}">' in page


def test_taking_back_is_labelled_with_who_repeats_whom(one, two, ann, as_):
    trace(two, "quotes", one, by=ann, reason="So.")

    def label(exhibit: Exhibit) -> str:
        found = re.search(
            r'Take back<span class="visually-hidden"[^>]*>: (.*?)</span>', text_of(as_(ann).get(place(exhibit)))
        )
        assert found
        return found[1]

    assert label(two) == "quotes A wire report"
    assert label(one) == "A reader&#x27;s letter quotes this one"


def test_a_proposal_is_dismissed_and_that_is_undone_with_one_key(one, two, case, ann, rod, zoe, as_, htmx):
    browser = as_(ann)
    address = f"/cases/BY/exhibits/{one.pk}/trace/{two.pk}/dismiss/"
    assert f'action="{address}"' in text_of(browser.get(place(one)))
    for user, status in ((rod, 403), (zoe, 404)):
        assert as_(user).post(address).status_code == status
    assert browser.post(f"/cases/BY/exhibits/{one.pk}/trace/{make_exhibit().pk}/dismiss/").status_code == 404
    assert browser.get(address)["Location"] == place(one)

    page = text_of(browser.post(address, follow=True))

    assert "Not so: A wire report – A reader&#x27;s letter." in page
    assert not confirmable(page)
    assert not confirmable(text_of(browser.get(place(one))))
    assert not confirmable(text_of(browser.get(place(two)))), "nor from the other side"
    undo_at, fields, words = notice(page)
    assert "it is not proposed again" in words
    page = text_of(browser.post(undo_at, fields, headers=htmx))
    assert confirmable(page)
    assert browser.post(undo_at, fields).status_code == 409


def test_a_handful_of_proposals_is_in_sight_and_none_once_something_was_said(one, case, ann, as_):
    for n in range(5):
        make_exhibit(case=case, title=f"Letter {n}", text=f"{n} {REPEAT}", published=LATE)
    page = text_of(as_(ann).get(place(one)))
    before, _, folded = page.partition('<details id="proposals-folded">')
    assert (len(confirmable(before)), len(confirmable(folded))) == (3, 2)
    assert "Show all 5" in folded
    trace(one, "first_hand", None, by=ann, reason="The author was there.")
    before, _, folded = text_of(as_(ann).get(place(one))).partition('<details id="proposals-folded">')
    assert (len(confirmable(before)), len(confirmable(folded))) == (0, 5)
    assert "5 more exhibits it may go together with" in folded


def test_captures_stand_before_what_the_text_lets_one_suppose(one, ann, as_):
    page = text_of(as_(ann).get(f"/cases/BY/exhibits/{one.pk}/"))
    assert 0 < page.index('id="captures"') < page.index('id="lineage"')
