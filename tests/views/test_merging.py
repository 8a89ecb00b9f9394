"""Merging sources on their pages, judged by what a reader sees."""

import pytest

from claims.models import Merge, Role, Source, merge
from tests.factories import make_case, make_claim, make_evidence, make_source

WHY = "One editor, one address."


@pytest.fixture
def two(case, ann) -> tuple[Source, Source]:
    return make_source(case=case, name="Belta", by=ann), make_source(case=case, name="Belta news", by=ann)


def test_the_other_is_found_by_how_its_name_begins(as_, case, ann, two):
    make_source(name="Belta of another case")
    make_source(case=case, name="Belarus", aliases="Beltele", by=ann)
    browser = as_(ann)
    first = browser.get(f"/sources/{two[0].pk}/merge/")
    assert [one.name for one in first.context["offered"]] == ["Belta news"]
    found = browser.get(f"/sources/{two[0].pk}/merge/?q=belt").context["offered"]
    assert [one.name for one in found] == ["Belarus", "Belta news"]
    assert "No source that you see" in browser.get(f"/sources/{two[0].pk}/merge/?q=zzz").text


def test_both_are_shown_side_by_side(as_, case, ann, two):
    two[1].grade("D", by=ann, reason="It invents.")
    make_evidence(claim=make_claim(case=case), source=two[0], by=ann)
    page = as_(ann).get(f"/sources/{two[0].pk}/merge/?other={two[1].pk}").text
    assert "It invents." in page
    assert "<dt>Exhibits</dt><dd>1</dd>" in page
    assert "<dt>Exhibits</dt><dd>0</dd>" in page


@pytest.mark.parametrize("with_htmx", [True, False])
@pytest.mark.parametrize("kept", [0, 1])
def test_two_are_merged_and_the_one_that_was_chosen_is_kept(as_, ann, two, htmx, with_htmx, kept):
    browser, headers = as_(ann), htmx if with_htmx else {}
    form = browser.get(f"/sources/{two[0].pk}/merge/?other={two[1].pk}").context["form"]
    typed = {"other": two[1].pk, "keep": two[kept].pk, "reason": WHY, "once": str(form["once"].value())}
    answer = browser.post(f"/sources/{two[0].pk}/merge/", typed, headers=headers)

    made = Merge.objects.get()
    assert (made.kept, made.merged) == (two[kept], two[1 - kept])
    assert answer["HX-Redirect" if with_htmx else "Location"] == f"/sources/{two[kept].pk}/?merged={made.pk}"
    page = browser.get(f"/sources/{two[kept].pk}/?merged={made.pk}").text
    assert 'data-key="u"' in page
    assert WHY in page
    assert 'data-key="u"' not in browser.get(f"/sources/{two[kept].pk}/").text
    gone = browser.get(f"/sources/{two[1 - kept].pk}/").text
    assert f'href="/sources/{two[kept].pk}/"' in gone
    assert "Keep this grade" not in gone
    assert f'href="/sources/{two[1 - kept].pk}/"' not in browser.get("/sources/").text

    answer = browser.post(f"/sources/{two[1 - kept].pk}/part/", follow=True)
    assert f"Parted from “{two[kept]}” again." in answer.text
    assert f'href="/sources/{two[1 - kept].pk}/"' in browser.get("/sources/").text


def test_what_changed_hands_since_is_said_when_they_are_parted(as_, case, ann, two):
    exhibit = make_evidence(claim=make_claim(case=case), source=two[0], by=ann).cited
    merge(*two, by=ann, reason=WHY)
    exhibit.source = make_source(case=case, by=ann)
    exhibit.save(by=ann)
    page = as_(ann).post(f"/sources/{two[0].pk}/part/", follow=True).text
    assert "1 exhibit has changed hands since, and stays where it is." in page


@pytest.mark.parametrize(
    ("typed", "field"), [({"reason": " "}, "reason"), ({"keep": ""}, "keep"), ({"keep": "7777"}, "keep")]
)
def test_what_is_missing_is_said_at_its_field(as_, ann, two, htmx, typed, field):
    whole = {"other": two[1].pk, "keep": two[1].pk, "reason": WHY} | typed
    answer = as_(ann).post(f"/sources/{two[0].pk}/merge/", whole, headers=htmx)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert answer.text.lstrip().startswith('<section class="card stack" id="merge">')
    assert not Merge.objects.exists()


def test_where_the_kept_one_would_belong_to_itself_a_sentence_says_what_to_do(as_, ann, two):
    two[1].belongs_to = two[0]
    two[1].save(by=ann)
    answer = as_(ann).post(f"/sources/{two[0].pk}/merge/", {"other": two[1].pk, "keep": two[1].pk, "reason": WHY})
    assert answer.status_code == 422
    assert "Merge them the other way round" in answer.text


def test_who_may_not_write_in_all_their_cases_is_sent_to_an_administrator(as_, ann, ada, two):
    make_evidence(claim=make_claim(case=make_case(members={ann: Role.READER})), source=two[0])
    typed = {"other": two[1].pk, "keep": two[1].pk, "reason": WHY}
    answer = as_(ann).post(f"/sources/{two[0].pk}/merge/", typed)
    assert answer.status_code == 403
    assert "An administrator can do this." in answer.text
    assert as_(ada).post(f"/sources/{two[0].pk}/merge/", typed).status_code == 302
    assert "Undo" not in as_(ann).get(f"/sources/{two[1].pk}/").text
    assert as_(ann).post(f"/sources/{two[0].pk}/part/").status_code == 403


def test_a_reader_and_a_stranger_merge_nothing(as_, rod, zoe, two):
    typed = {"other": two[1].pk, "keep": two[1].pk, "reason": WHY}
    for person, status in ((rod, 403), (zoe, 404)):
        browser = as_(person)
        assert browser.get(f"/sources/{two[0].pk}/merge/").status_code == status
        assert browser.post(f"/sources/{two[0].pk}/merge/", typed).status_code == status
    assert as_(zoe).post(f"/sources/{two[0].pk}/part/").status_code == 404
    assert as_(rod).get(f"/sources/{two[0].pk}/part/").status_code == 405
    assert not Merge.objects.exists()


def test_one_that_is_not_seen_or_merged_already_or_the_same_is_not_chosen(as_, case, ann, two):
    hidden, third = make_source(), make_source(case=case, by=ann)
    merge(two[1], third, by=ann, reason=WHY)
    browser, address = as_(ann), f"/sources/{two[0].pk}/merge/?other="
    for other, status in ((hidden.pk, 404), ("x", 404), ("9" * 40, 404), (two[1].pk, 409), (two[0].pk, 409)):
        assert browser.get(f"{address}{other}").status_code == status
    assert browser.get(f"/sources/{two[1].pk}/merge/").status_code == 409
    assert browser.post(f"/sources/{two[0].pk}/part/").status_code == 409
    for path in ("edit", "grade"):
        assert browser.get(f"/sources/{two[1].pk}/{path}/").status_code == 409


def test_the_merged_ones_grades_are_shown_as_its_own_on_the_page_of_the_kept(as_, ann, two):
    two[0].grade("D", by=ann, reason="It invents.")
    merge(*two, by=ann, reason=WHY)
    page = as_(ann).get(f"/sources/{two[1].pk}/").text
    assert "It invents." in page
    assert "to “Belta”, merged into this one" in page
    assert "Not graded yet" in page


def test_a_reader_of_two_cases_is_not_told_in_which_the_merged_one_is_withheld(as_, case, ann, rod, ada):
    open_case = make_case(title="The open case", members={rod: Role.READER})
    source, kept = make_source(case=open_case, name="Belta"), make_source(case=open_case)
    make_evidence(claim=make_claim(case=case), source=source, withheld=True)
    merge(source, kept, by=ada, reason=WHY)
    for one in (source, kept):
        page = as_(rod).get(f"/sources/{one.pk}/")
        assert page.status_code == 200
        assert [known.title for known in page.context["known_in"]] == ["The open case"]
        assert "Belarus, February 2023" not in page.text


def test_what_the_two_differ_in_is_shown_before_they_are_merged(as_, case, ann):
    house = make_source(case=case, name="The house", kind="organisation", country="Belarus", by=ann)
    paper = make_source(case=case, name="The paper", kind="outlet", country="Poland", belongs_to=house, by=ann)
    page = as_(ann).get(f"/sources/{paper.pk}/merge/?other={house.pk}").text
    for words in (
        "They differ, and may be two.", "kind: “Outlet” and “Organisation”", "country: “Poland” and “Belarus”",
        "one belongs to the other, “The house”", "<dt>Belongs to</dt>",
    ):  # fmt: skip
        assert words in page, words


def test_two_that_do_not_differ_are_merged_without_a_warning(as_, ann, two):
    page = as_(ann).get(f"/sources/{two[0].pk}/merge/?other={two[1].pk}").text
    assert "They differ" not in page
