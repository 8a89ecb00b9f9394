"""A search that found nothing: recorded, shown with what bounds it, relied on, corrected."""

import datetime
import re
import uuid

import pytest

from claims.models import Absence, Assessment, Evidence, User
from tests.factories import make_absence, make_claim, make_evidence
from tests.views.test_claims import text_of


@pytest.fixture
def claim(case):
    return make_claim(case=case)


def typed(user: User, **fields):
    return {
        "place": "The state archive", "query": "order of 4 February", "languages": "en, be", "since": "2022-01-01",
        "until": "2023-02-28", "searched_on": "2023-03-04", "searched_by": user.pk, "stance": "refutes",
        "bearing": "true", "limits": "Closed files were out of reach.", "once": str(uuid.uuid4()),
    } | fields  # fmt: skip


def bare(answer) -> str:
    """What a reader sees, without the tags."""
    return re.sub(r"<[^>]*>", "", text_of(answer))


def add(claim):
    return f"{claim.get_absolute_url()}absences/add/"


def test_it_stands_among_the_evidence_as_searched_not_found_with_all_that_bounds_it(claim, ann, ben, as_):
    page = bare(as_(ann).post(add(claim), typed(ben), follow=True))

    assert "Search recorded." in page
    for words in (
        "Searched, not found", "In The state archive, for “order of 4 February”", "in en, be",
        "from 1 Jan 2022 to 28 Feb 2023", "on 4 Mar 2023 by Ben", "limits: Closed files were out of reach.",
        "a search has no grade",
    ):  # fmt: skip
        assert words in page, words
    assert "?3" not in page
    assert Absence.objects.get().searched_by == ben


def test_what_was_not_said_of_a_search_is_not_shown(claim, ann, as_):
    make_absence(claim=claim, by=ann)
    page = text_of(as_(ann).get(claim.get_absolute_url()))
    assert "limits:" not in page
    assert "None" not in page.split('id="evidence"')[1].split("</section>")[0]
    for since, until, words in (("2023-01-01", None, "from 1 Jan 2023 on"), (None, "2023-01-01", "up to 1 Jan 2023")):
        days = {"since": since and datetime.date(2023, 1, 1), "until": until and datetime.date(2023, 1, 1)}
        make_absence(claim=claim, by=ann, **days)
        assert words in bare(as_(ann).get(claim.get_absolute_url()))


def test_with_htmx_the_list_comes_back(claim, ann, as_, htmx):
    part = text_of(as_(ann).get(add(claim), headers=htmx))
    assert part.strip().startswith('<div id="evidence-form">')
    answer = as_(ann).post(add(claim), typed(ann), headers=htmx)
    assert answer.headers["HX-Retarget"] == "#evidence"
    assert 'id="evidence-1"' in text_of(answer)
    assert 'name="relied_on" value="1"' in text_of(answer)


def test_the_form_begins_with_today_and_oneself(claim, ann, as_):
    page = text_of(as_(ann).get(add(claim)))
    assert f'value="{datetime.date.today():%Y-%m-%d}"' in page
    assert f'<option value="{ann.pk}" selected>Ann</option>' in page
    assert "finds nothing" not in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"place": ""}, "This field is required"),
        ({"query": " "}, "This field is required"),
        ({"stance": ""}, "Say whether it supports"),
        ({"since": "2023-03-01", "until": "2023-02-01"}, "ends before it begins"),
        ({"searched_on": "2999-01-01"}, "has not come yet"),
        ({"searched_by": "999999"}, "Select a valid choice"),
        ({"query": "\x00"}, "Null characters"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(claim, ann, as_, fields, sentence):
    answer = as_(ann).post(add(claim), typed(ann, **fields))
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert "Closed files" in text_of(answer), "what was typed stays"
    assert not Evidence.objects.exists()


def test_a_stranger_did_not_search(claim, ann, zoe, as_):
    assert as_(ann).post(add(claim), typed(zoe)).status_code == 422


def test_it_is_corrected_and_a_stale_correction_overwrites_nothing(claim, ann, ben, as_):
    item = make_absence(claim=claim, by=ann)
    url = f"{claim.get_absolute_url()}evidence/1/edit/"
    assert 'value="The state archive"' in text_of(as_(ben).get(url))
    form = typed(ann, place="The national library", version=item.version, stance="context")
    assert as_(ann).post(url, form).status_code == 302
    assert Absence.objects.get().place == "The national library"
    assert Evidence.objects.get().stance == "context"
    answer = as_(ben).post(url, form | {"place": "Nowhere"})
    assert answer.status_code == 409
    assert Absence.objects.get().place == "The national library"


def test_it_is_removed_restored_and_relied_on_like_other_evidence(claim, case, ann, as_):
    item = make_absence(claim=claim, by=ann)
    url = f"{claim.get_absolute_url()}evidence/1/"
    assert "Searched, not found: “order" in text_of(as_(ann).get(f"{url}remove/"))
    page = text_of(as_(ann).post(f"{url}remove/", {"version": item.version}, follow=True))
    assert "was removed" in page
    assert "Searched, not found: “order" in text_of(as_(ann).get(f"{url}restore/"))
    as_(ann).post(f"{url}restore/")

    page = text_of(as_(ann).get(claim.get_absolute_url()))
    assert "1. Searched, not found: “order" in page
    answers = {
        "act": "submit", "rating": case.rating("refuted").pk, "rationale": "It is not there.", "relied_on": "1",
        "version": "-1",
    }  # fmt: skip
    assert as_(ann).post(f"{claim.get_absolute_url()}assess/", answers).status_code == 302
    assert list(Assessment.objects.get().relied_on.all()) == [item]


def test_pages_that_tell_of_evidence_cope_with_a_search(claim, case, ann, rod, as_):
    make_absence(claim=claim, by=ann)
    make_evidence(claim=claim)
    for path in (
        claim.get_absolute_url(), f"{claim.get_absolute_url()}history/", "/cases/BY/log/", "/search/?q=archive+order",
        "/search/?q=archive&kind=evidence",
    ):  # fmt: skip
        for reader in (ann, rod):
            answer = as_(reader).get(path)
            assert answer.status_code == 200
            if "search" in path:
                assert f"{claim.get_absolute_url()}#evidence-1" in text_of(answer)


def test_a_reader_records_nothing_and_a_stranger_finds_nothing(claim, rod, zoe, as_):
    for reader, status in ((rod, 403), (zoe, 404)):
        assert as_(reader).get(add(claim)).status_code == status
        assert as_(reader).post(add(claim), typed(reader)).status_code == status
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("languages", ["xx-notalang", "en, Englisch"])
def test_a_language_that_is_none_is_refused_at_its_field(claim, ann, as_, languages):
    answer = as_(ann).post(add(claim), typed(ann, languages=languages))
    assert answer.status_code == 422
    assert "is no code of a language" in text_of(answer)
    assert not Absence.objects.exists()
