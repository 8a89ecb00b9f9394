"""What the form for evidence offers, and what it says of the rest."""

import pytest

from claims.forms import evidence
from claims.models import Exhibit
from tests.factories import make_case, make_claim, make_source


@pytest.fixture
def claim(case):
    return make_claim(case=case)


@pytest.fixture
def hold(case, ann):
    """`hold("A title")` is an exhibit of that title in the case."""

    def held(title, source="Road office", **values):
        exhibit = Exhibit(case=case, title=title, source=make_source(case=case, name=source), **values)
        exhibit.save(by=ann)
        return exhibit

    return held


def titles(claim, user, **typed):
    form = evidence.EvidenceForm(claim, user, typed=typed)
    return [words.partition(" · ")[0] for _pk, words, _chosen in form.listing.rows]


def test_that_there_are_more_than_the_list_offers_is_said(case, ann, monkeypatch):
    monkeypatch.setattr(evidence, "SOURCES", 2)
    claim = make_claim(case=case)
    for _ in range(2):
        make_source(case=case)
    assert "There are more" not in str(evidence.EvidenceForm(claim, ann)["source"].help_text)
    make_source(case=case)
    assert "more than the 2 listed" in str(evidence.EvidenceForm(claim, ann)["source"].help_text)


def test_exhibits_are_found_by_words_of_title_source_or_address(claim, ann, hold):
    hold("Load table", url="https://roads.example/tables/7")
    hold("Минск заявляет", source="Радио")
    hold("Census", source="Statistics office")

    assert titles(claim, ann, words="load") == ["Load table"]
    assert titles(claim, ann, words="OFFICE statistics") == ["Census"]
    assert titles(claim, ann, words="roads.example") == ["Load table"]
    assert titles(claim, ann, words="минск") == ["Минск заявляет"], "capital and small letters are one, in any script"
    assert titles(claim, ann, words="100% _") == []
    assert titles(claim, ann, words="\0 –") == ["Census", "Минск заявляет", "Load table"], "no word to look for"
    assert titles(claim, ann, words="load census") == []


def test_exhibits_of_other_cases_are_neither_found_nor_chosen(claim, ann):
    elsewhere = make_case()
    there = Exhibit(case=elsewhere, title="Hidden table", source=make_source(case=elsewhere))
    there.save(by=ann)

    assert titles(claim, ann, words="hidden") == []
    assert titles(claim, ann, exhibit=str(there.pk)) == []


def test_older_exhibits_are_a_page_away_and_the_chosen_one_stays(
    claim, ann, hold, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(evidence, "EXHIBITS", 2)
    first, *_rest = [hold(f"Table {n}") for n in range(1, 6)]

    form = evidence.EvidenceForm(claim, ann)
    assert [words for _pk, words, _chosen in form.listing.rows] == ["Table 5 · Road office", "Table 4 · Road office"]
    with django_assert_max_num_queries(4):
        older = evidence.EvidenceForm(claim, ann, typed={"older": str(form.listing.older)})
    assert [pk for pk, *_words in older.listing.rows] == [first.pk + 2, first.pk + 1]
    assert titles(claim, ann, older=str(older.listing.older)) == ["Table 1"]
    assert titles(claim, ann, exhibit=str(first.pk), words="5") == ["Table 1", "Table 5"]
    assert titles(claim, ann, older="nonsense", exhibit="9" * 30) == ["Table 5", "Table 4"]


def test_the_description_of_a_new_exhibit_is_open_only_where_it_is_needed(claim, ann, hold):
    assert evidence.EvidenceForm(claim, ann).describes, "the case has no exhibit"
    held = hold("Load table")
    assert not evidence.EvidenceForm(claim, ann).describes
    assert not evidence.EvidenceForm(claim, ann, typed={"words": "nothing is like that"}).describes
    assert evidence.EvidenceForm(claim, ann, typed={"title": "Another table"}).describes
    assert evidence.EvidenceForm(claim, ann, {"url": "https://example.org"}).describes, "a title is missing"
    empty = evidence.EvidenceForm(claim, ann, {"stance": "supports"})
    assert list(empty.errors)[-1] == "exhibit", "nothing was chosen and nothing described"
    assert not empty.describes
    assert not evidence.EvidenceForm(claim, ann, {"exhibit": str(held.pk)}).describes
    assert evidence.EvidenceForm(claim, ann, {"exhibit": str(held.pk), "title": "Another"}).describes


@pytest.mark.parametrize(
    "pasted",
    [
        "https://roads.example/tables/7", "http://roads.example/tables/7/", " https://roads.example/tables/7#row-3 ",
        "HTTPS://roads.example/tables/7",
    ],
)  # fmt: skip
def test_an_address_that_an_exhibit_has_picks_that_exhibit(claim, ann, hold, pasted):
    hold("Census", url="https://census.example/")
    held = hold("Load table", url="https://roads.example/tables/7")
    form = evidence.EvidenceForm(claim, ann, typed={"words": pasted})
    assert form.listing.rows == [(held.pk, "Load table · Road office", True)]
    assert not form.describes
    sent = evidence.EvidenceForm(
        claim, ann, {"words": pasted, "stance": "supports", "credibility": "3", "bearing": "true"}
    )
    assert sent.is_valid()
    assert sent.cite().exhibit == held


def test_a_new_address_opens_the_description_of_a_new_exhibit(claim, ann, hold):
    hold("Load table", url="https://roads.example/tables/7")
    address = "https://roads.example/tables/8"
    form = evidence.EvidenceForm(claim, ann, typed={"words": address})
    assert form.describes
    assert form["url"].value() == address
    assert form.listing.rows == []
    assert evidence.EvidenceForm(claim, ann, typed={"words": "roads.example/tables"})["url"].value() is None
    sent = evidence.EvidenceForm(claim, ann, {"words": address, "stance": "supports"})
    assert "title" in sent.errors
    assert sent["url"].value() == address


def test_what_was_chosen_or_described_goes_before_an_address_that_still_stands_above(claim, ann, hold):
    hold("Load table", url="https://roads.example/tables/7")
    other = hold("Census")
    sent = {"words": "https://roads.example/tables/7", "stance": "supports", "bearing": "true", "credibility": "3"}
    form = evidence.EvidenceForm(claim, ann, sent | {"exhibit": str(other.pk)})
    assert form.is_valid()
    assert form.cite().exhibit == other
    form = evidence.EvidenceForm(claim, ann, sent | {"title": "Another table", "source_name": "Road office"})
    assert form.is_valid()
    assert form.cite().cited.url == ""


def test_an_address_of_another_case_is_new_here(claim, ann):
    elsewhere = make_case()
    Exhibit(case=elsewhere, title="Hidden table", url="https://roads.example/7").save(by=ann)
    form = evidence.EvidenceForm(claim, ann, typed={"words": "https://roads.example/7"})
    assert form.listing.rows == []
    assert form.describes


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"level": "primary"}, "level_reason"),
        ({"level": "secondary", "level_reason": " "}, "level_reason"),
        ({"level_reason": "It was there."}, "level"),
        ({"level": "tertiary", "level_reason": "Why not."}, "level"),
    ],
)
def test_primary_or_secondary_comes_with_its_reason_and_the_fold_opens_on_a_fault(claim, ann, fields, name):
    sent = {"title": "A", "source_name": "B", "stance": "supports", "bearing": "true", "credibility": "3"}
    form = evidence.EvidenceForm(claim, ann, sent | fields)
    assert list(form.errors) == [name]
    assert form.says_more
    assert not evidence.EvidenceForm(claim, ann).says_more


def test_no_credibility_is_chosen_beforehand(claim, ann):
    assert not evidence.EvidenceForm(claim, ann)["credibility"].value()
    assert not evidence.RateForm()["credibility"].value()
