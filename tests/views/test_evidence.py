"""Adding, correcting, removing and restoring evidence."""

import uuid
from typing import Any

import pytest
from django.db import connection

from claims.custody import guards
from claims.models import Evidence, Exhibit, Job, Source
from tests.factories import make_case, make_claim, make_document, make_evidence, make_source
from tests.views.test_claims import text_of


@pytest.fixture
def claim(case):
    return make_claim(case=case)


def typed(**fields):
    return {
        "title": "A statement", "source_name": "Ministry", "source_kind": "organisation", "stance": "supports",
        "bearing": "true", "credibility": "3", "once": str(uuid.uuid4()),
    } | fields  # fmt: skip


def add(claim):
    return f"{claim.get_absolute_url()}evidence/add/"


def test_evidence_is_added_with_a_new_source(claim, ann, as_):
    page = text_of(as_(ann).post(add(claim), typed(url="https://example.org/a"), follow=True))

    assert "Evidence added." in page
    assert "Ministry" in page
    assert 'rel="noopener noreferrer nofollow"' in page
    assert "?3" in page
    assert str(Evidence.objects.get().cited.source) == "Ministry"


def test_with_htmx_the_list_comes_back(claim, ann, as_, htmx):
    answer = as_(ann).post(add(claim), typed(), headers=htmx)

    assert answer.headers["HX-Retarget"] == "#evidence"
    page = text_of(answer)
    assert 'id="evidence-1"' in page
    assert 'name="relied_on" value="1"' in page
    assert "Evidence added." in page
    assert "<html" not in page


def test_the_form_opens_in_the_page_and_as_a_page(claim, ann, as_, htmx):
    part = text_of(as_(ann).get(add(claim), headers=htmx))
    assert part.strip().startswith('<div id="evidence-form">')
    assert "<h1>" in text_of(as_(ann).get(add(claim)))


def test_looking_for_an_exhibit_keeps_what_was_typed_and_makes_nothing(claim, ann, as_):
    make_evidence(claim=claim)
    held = Exhibit.objects.get()
    form = typed(words=held.title, exhibit=held.pk, note="What I typed", quote="") | {"title": "Half a tit"}
    for sent in (form | {"find": "1"}, form | {"older": "1"}, form | {"stance": ""}):
        answer = as_(ann).post(add(claim), sent)
        page = text_of(answer)
        assert answer.status_code == 200
        assert "What I typed" in page
        assert 'value="Half a tit"' in page
        assert f'value="{form["once"]}"' in page, "it is the same form still"
        assert f'value="{held.pk}" id="exhibit-{held.pk}" selected' in page
        assert "errorlist" not in page
    assert Evidence.objects.count() == 1


def test_without_script_the_text_of_what_is_chosen_is_shown_before_it_is_quoted(claim, ann, as_):
    long = "\n\n".join(f"Paragraph {n} of a long text." for n in range(4000))
    make_evidence(claim=claim, exhibit=Exhibit(title="A long report", text=long))
    held = Exhibit.objects.get()
    assert '<noscript><button class="button small" name="show"' in text_of(as_(ann).get(add(claim)))
    sent = typed(exhibit=held.pk, title="", source_name="", note="What I typed")
    first = text_of(as_(ann).post(add(claim), sent | {"show": "1"}))
    assert "Paragraph 3 of" in first
    assert "What I typed" in first
    assert 'name="show" value="2"' in first
    assert "Paragraph 3999 of" in text_of(as_(ann).post(add(claim), sent | {"show": "3"}))
    assert 'id="text"' in text_of(as_(ann).post(add(claim), sent | {"show": "x"}))
    assert as_(ann).post(add(claim), sent | {"exhibit": "", "show": "1"}).status_code == 200
    assert Evidence.objects.count() == 1


def test_with_htmx_the_list_of_exhibits_alone_is_narrowed(claim, ann, as_, htmx):
    make_evidence(claim=claim)
    held = Exhibit.objects.get()
    url = f"{add(claim)}?words={held.title.split()[0]}"
    part = text_of(as_(ann).get(url, headers=htmx))
    assert part.strip().startswith('<div id="exhibits"')
    assert "1 exhibit listed" in part
    part = text_of(as_(ann).get(f"{add(claim)}?words=unheard-of", headers=htmx))
    assert "No exhibit is like that" in part
    assert "<h1>" in text_of(as_(ann).get(url)), "the same address is a page of its own"


def test_an_exhibit_and_a_source_that_are_known_are_used_again(claim, ann, as_):
    make_evidence(claim=claim, source=make_source(case=claim.case, name="Ministry", kind="organisation"))
    exhibit = Exhibit.objects.get()

    as_(ann).post(add(claim), typed(exhibit=exhibit.pk, title="", source_name=""))
    as_(ann).post(add(claim), typed(title="Another"))

    assert Exhibit.objects.count() == 2
    assert Source.objects.count() == 1
    assert Evidence.objects.count() == 3


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": ""}, "Give the exhibit"),
        ({"source_name": ""}, "Say who put it out"),
        ({"stance": ""}, "Say whether it supports"),
        ({"credibility": ""}, "Choose how far"),
        ({"credibility": "1"}, "needs two independent origins"),
        ({"url": "javascript:alert(1)"}, "begins with http"),
        ({"url": "ftp://example.org/a"}, "begins with http"),
        ({"text": "The census says 48,000.", "quote": "The census says 84,000."}, "do not stand in the exhibit"),
        ({"quote": "\x00"}, "Null characters"),
        ({"quote": "\u200b"}, "There is no text in it"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(claim, ann, as_, htmx, fields, sentence):
    for headers in (None, htmx):
        answer = as_(ann).post(add(claim), typed(note="What I typed", **fields), headers=headers)

        assert answer.status_code == 422
        assert sentence in text_of(answer)
        assert "What I typed" in text_of(answer)
    assert not Evidence.objects.exists()
    assert not Source.objects.exists()
    assert not Exhibit.objects.exists()


def test_all_that_is_wrong_is_said_at_once(claim, ann, as_):
    wrong = typed(text="The census says 48,000.", quote="The census says 84,000.", credibility="1")
    page = text_of(as_(ann).post(add(claim), wrong))
    assert "do not stand in the exhibit" in page
    assert "needs two independent origins" in page


def test_a_quotation_is_checked_against_the_text(claim, ann, as_):
    words = {"text": "The census\r\nsays 48,000.", "quote": "census\r\nsays"}
    page = text_of(as_(ann).post(add(claim), typed(**words), follow=True))
    assert "checked against the held text" in page
    page = text_of(as_(ann).post(add(claim), typed(quote="Said on the radio."), follow=True))
    assert "no text held, not checked" in page


def test_the_text_can_be_a_document_of_the_case(claim, ann, as_):
    document = make_document(case=claim.case, language="be")
    elsewhere = make_document(case=make_case())
    page = text_of(as_(ann).post(add(claim), typed(document=document.pk, quote="The army is"), follow=True))
    assert '<blockquote class="prewrap" lang="be" dir="auto">The army is</blockquote>' in page
    assert as_(ann).post(add(claim), typed(document=elsewhere.pk)).status_code == 422


def test_sources_of_cases_one_is_not_in_are_not_to_be_had(claim, ann, as_):
    hidden = make_source(case=make_case(), name="Hidden source")
    assert "Hidden source" not in text_of(as_(ann).get(add(claim)))
    assert as_(ann).post(add(claim), typed(source=hidden.pk, source_name="")).status_code == 422


def test_a_form_sent_twice_makes_one_record(claim, ann, as_):
    form = typed()
    for _n in range(2):
        assert as_(ann).post(add(claim), form).status_code == 302
    assert (Evidence.objects.count(), Source.objects.count(), Exhibit.objects.count()) == (1, 1, 1)


def test_removing_offers_undo_and_the_removed_are_listed(claim, ann, as_, htmx):
    item = make_evidence(claim=claim)
    url = f"{claim.get_absolute_url()}evidence/1/"
    browser = as_(ann)

    assert "It stays on record" in text_of(browser.get(f"{url}remove/"))
    page = text_of(browser.post(f"{url}remove/", {"version": item.version}, follow=True))
    assert 'data-key="u"' in page
    assert "1 removed" in page
    assert 'id="evidence-1"' not in page

    page = text_of(browser.post(f"{url}restore/", headers=htmx))
    assert 'id="evidence-1"' in page
    assert 'data-key="u"' not in page
    item.refresh_from_db()
    part = text_of(browser.post(f"{url}remove/", {"version": item.version}, headers=htmx))
    assert 'data-key="u"' in part
    assert "hx-preserve" in part, "a form for other evidence that is open stays as it is"


def test_nothing_is_restored_by_looking(claim, ann, as_):
    make_evidence(claim=claim).remove(by=ann)
    assert as_(ann).get(f"{claim.get_absolute_url()}evidence/1/restore/").status_code == 200
    assert Evidence.objects.get().removed_at is not None


def test_what_somebody_changed_meanwhile_is_not_removed_unseen(claim, ann, ben, as_):
    item = make_evidence(claim=claim)
    seen = item.version
    item.note = "Mind this."
    item.save(by=ben)
    answer = as_(ann).post(f"{claim.get_absolute_url()}evidence/1/remove/", {"version": seen})
    assert answer.status_code == 409
    assert Evidence.objects.get().removed_at is None


def test_an_edit_is_saved_and_a_stale_one_shows_both(claim, ann, ben, as_):
    item = make_evidence(claim=claim)
    url = f"{claim.get_absolute_url()}evidence/1/edit/"
    form = {"stance": "refutes", "bearing": "said", "credibility": "4", "note": "Mine.", "version": item.version}
    assert as_(ann).post(url, form).status_code == 302
    item.refresh_from_db()
    assert (item.stance, item.credibility) == ("refutes", "4")

    answer = as_(ben).post(url, form | {"note": "Another's."})
    assert answer.status_code == 409
    assert "Mine." in text_of(answer)
    assert "Another&#x27;s." in text_of(answer)


def test_removed_evidence_is_not_edited(claim, ann, as_):
    make_evidence(claim=claim).remove(by=ann)
    assert as_(ann).get(f"{claim.get_absolute_url()}evidence/1/edit/").status_code == 409


@pytest.mark.parametrize("act", ["add", "1/edit", "1/remove", "1/restore"])
def test_a_reader_cites_nothing_and_a_stranger_finds_nothing(claim, rod, zoe, as_, act):
    make_evidence(claim=claim)
    url = f"{claim.get_absolute_url()}evidence/{act}/"
    assert as_(rod).post(url).status_code == 403
    assert as_(zoe).post(url).status_code == 404


def test_there_is_no_seventh_piece(claim, ann, as_):
    assert as_(ann).get(f"{claim.get_absolute_url()}evidence/7/edit/").status_code == 404


def test_a_quotation_that_no_longer_stands_is_not_shown(claim, ann, as_):
    make_evidence(claim=claim, quote="The census says 48,000.")
    guards.take_down(connection)  # as somebody with the database's file in hand would
    with connection.cursor() as cursor:
        cursor.execute("UPDATE claims_exhibit SET text = 'Something else.'")
    page = text_of(as_(ann).get(claim.get_absolute_url()))
    assert "does not stand in the held text" in page
    assert "The census says 48,000." not in page


def test_what_is_rarely_said_is_kept_and_shown(claim, ann, rod, as_):
    more = {"level": "primary", "level_reason": "It signed the order.", "withheld": "on"}
    page = text_of(as_(ann).post(add(claim), typed(**more), follow=True))
    assert "Primary: it speaks at first hand" in page
    assert "It signed the order." in page
    assert "identity withheld" in page
    item = Evidence.objects.get()
    assert item.withheld
    assert item.cited.lineage.get().reason == "It signed the order."

    url = f"{claim.get_absolute_url()}evidence/1/edit/"
    form = text_of(as_(ann).get(url))
    assert '<details id="says-more" open>' in form
    edited = {"stance": "supports", "bearing": "true", "credibility": "3", "version": item.version}
    assert as_(ann).post(url, edited | {"level": "secondary"}).status_code == 422
    assert as_(ann).post(url, edited).status_code == 302
    item.refresh_from_db()
    assert (item.level, item.withheld) == ("", False)


def test_a_pasted_address_picks_its_exhibit_or_fills_in_a_new_one(claim, ann, as_, htmx):
    make_evidence(claim=claim, exhibit=Exhibit(title="A register", url="https://example.org/register"))
    held = Exhibit.objects.get()
    part = text_of(as_(ann).get(f"{add(claim)}?words=https://example.org/register", headers=htmx))
    assert f'<option value="{held.pk}" id="exhibit-{held.pk}" selected>' in part
    assert "new-address" not in part
    part = text_of(as_(ann).get(f"{add(claim)}?words=https://example.org/new", headers=htmx))
    assert "No exhibit of this case has this address" in part
    assert 'data-opens="new-exhibit"' in part
    assert 'value="https://example.org/new"' in part
    assert "<form" not in part, "what is typed in the form stays"
    page = text_of(as_(ann).post(add(claim), typed(words="https://example.org/new", find="1") | {"title": ""}))
    assert '<details id="new-exhibit" open>' in page
    assert page.count('value="https://example.org/new"') == 2

    form = typed(words="https://example.org/register") | {"title": "", "source_name": ""}
    assert as_(ann).post(add(claim), form).status_code == 302
    assert Exhibit.objects.count() == 1


def test_the_grade_in_force_and_the_one_since_stand_side_by_side(claim, ann, as_):
    source = make_source(case=claim.case)
    source.grade("B", by=ann, reason="Mostly right.")
    make_evidence(claim=claim, source=source)
    assert "source now" not in text_of(as_(ann).get(claim.get_absolute_url()))
    source.grade("D", by=ann, reason="Wrong twice.")
    page = text_of(as_(ann).get(claim.get_absolute_url()))
    assert "B3" in page
    assert "source now D" in page


def test_confirmed_is_offered_and_given_where_two_independent_origins_support(claim, ann, as_):
    assert '<option value="1">' in text_of(as_(ann).get(add(claim)))
    said = {"level": "primary", "level_reason": "It counted them."}
    values: dict[str, Any] = {"source": make_source(case=claim.case), **said}
    make_evidence(claim=claim, by=ann, **values)
    form = typed(title="Another count", source_name="Border guard", credibility="1")
    answer = as_(ann).post(add(claim), form)
    assert answer.status_code == 422, "nobody said where the second comes from"
    assert as_(ann).post(add(claim), form | said).status_code == 302
    assert Evidence.objects.get(number=2).credibility == "1"


def test_a_new_address_is_captured_too_where_fetching_is_on(claim, ann, as_, settings):
    settings.FETCH_URLS = False
    assert 'name="capture"' not in text_of(as_(ann).get(add(claim)))
    as_(ann).post(add(claim), typed(url="https://example.org/a", capture="on"))
    assert not Job.objects.exists()

    settings.FETCH_URLS = True
    assert 'name="capture"' in text_of(as_(ann).get(add(claim)))
    form = typed(title="B", url="https://example.org/b", capture="on")
    for _n in range(2):
        assert as_(ann).post(add(claim), form).status_code == 302
    job = Job.objects.get()
    assert (job.task, job.about["exhibit"]) == ("capture", Exhibit.objects.get(title="B").pk)
    answer = as_(ann).post(add(claim), typed(title="C", capture="on"))
    assert answer.status_code == 422
    assert "Give the address that is to be captured" in text_of(answer)
    as_(ann).post(add(claim), typed(title="D", url="https://example.org/d"))
    assert Job.objects.count() == 1
