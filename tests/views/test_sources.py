"""The sources' pages, judged by what a reader sees."""

import re

import pytest

from claims.models import Entry, Exhibit, Grade, Role, Source
from claims.views import sources as pages
from tests.factories import make_assessment, make_case, make_claim, make_evidence, make_source, make_verdict


def grade(source, letter="B", by=None, reason="It was right about the census."):
    return source.grade(letter, by=by, reason=reason)


@pytest.fixture
def source(case, ann) -> Source:
    return make_source(case=case, name="Ministry of Defence", kind="organisation", country="Belarus", by=ann)


def test_the_list_shows_the_sources_of_ones_own_cases_by_name(as_, case, ann, source):
    make_source(case=case, name="Agency", by=ann)
    make_source(name="A paper of another case")

    page = as_(ann).get("/sources/").content.decode()

    assert page.index("Agency") < page.index("Ministry of Defence")
    assert "another case" not in page
    assert "<h1>Sources</h1>" in page


def test_the_list_is_narrowed_by_name_kind_and_reliability(as_, case, ann, source):
    make_source(case=case, name="Minsk paper", kind="outlet", by=ann).grade("C", by=ann, reason="Often late.")
    browser = as_(ann)

    def shown(query: str) -> list[str]:
        page = browser.get(f"/sources/?{query}").content.decode()
        return [name for name in ("Ministry of Defence", "Minsk paper") if name in page]

    assert shown("name=minIS") == ["Ministry of Defence"]
    assert shown("kind=outlet") == ["Minsk paper"]
    assert shown("reliability=C") == ["Minsk paper"]
    assert shown("reliability=none") == ["Ministry of Defence"]
    assert shown("name=Zz") == []
    assert browser.get("/sources/?kind=banana").status_code == 422


def test_the_list_is_paged_by_key(as_, case, ann, monkeypatch, htmx):
    monkeypatch.setattr(pages, "PAGE", 2)
    for name in ("Same", "Same", "Same", "Zebra"):
        make_source(case=case, name=name, by=ann)
    browser = as_(ann)

    first = browser.get("/sources/")
    rest = browser.get("/sources/" + first.context["more"], headers=htmx)

    both = [row.pk for page in (first, rest) for row in page.context["sources"]]
    assert both == list(Source.objects.order_by("name", "pk").values_list("pk", flat=True))
    assert "<html" not in rest.content.decode()
    assert rest.content.decode().lstrip().startswith('<section class="card stack" id="sources">')


def test_what_was_not_graded_is_marked_so_that_nobody_reads_a_minus(as_, case, source, ann):
    item = make_evidence(claim=make_claim(case=case), source=source)
    browser = as_(ann)
    pages_with_a_grade = [f"/sources/{source.pk}/", item.claim.get_absolute_url(),
                          f"{item.claim.get_absolute_url()}evidence/1/remove/"]  # fmt: skip
    for address in pages_with_a_grade:
        page = browser.get(address).content.decode()
        assert re.search(r'title="[^"]*(not graded|no grade)[^"]*">\?3<span class="visually-hidden">: source not', page)
        assert "–3" not in page
    assert re.search(r'title="Not graded">\?<span class="visually-hidden"> Not graded', browser.get("/sources/").text)


def test_queries_of_the_list_do_not_grow_with_it(as_, case, ann, django_assert_max_num_queries):
    for _ in range(12):
        make_source(case=case, by=ann)
    browser = as_(ann)
    with django_assert_max_num_queries(5):
        browser.get("/sources/")


def test_a_source_is_added_to_one_of_ones_cases(as_, case, ann):
    browser = as_(ann)
    form = browser.get("/sources/add/").context["form"]
    typed = {"case": case.pk, "name": "Agency", "kind": "outlet", "once": str(form["once"].value())}

    answer = browser.post("/sources/add/", typed)
    again = browser.post("/sources/add/", typed)

    made = Source.objects.get(name="Agency")
    assert answer.status_code == again.status_code == 302
    assert answer["Location"] == again["Location"] == made.get_absolute_url()
    assert list(made.cases.all()) == [case]
    assert Entry.objects.filter(case=None, thing="source", thing_id=made.pk, verb="added", by=ann).count() == 1


def test_a_bad_source_is_refused_with_what_was_typed(as_, case, ann, htmx):
    other = make_case(code="CZ")
    typed = {"case": other.pk, "name": "", "kind": "organisation", "note": "Typed with care."}

    answer = as_(ann).post("/sources/add/", typed, headers=htmx)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Typed with care." in page
    assert {"case", "name"} <= set(answer.context["form"].errors)
    assert not Source.objects.exists()


@pytest.mark.parametrize("person", ["rod", "zoe"])
def test_who_is_no_analyst_anywhere_adds_no_source(as_, case, request, person):
    browser = as_(request.getfixturevalue(person))
    assert browser.get("/sources/add/").status_code == 403
    assert browser.post("/sources/add/", {"case": case.pk, "name": "x", "kind": "person"}).status_code == 403
    assert "New source" not in browser.get("/sources/").content.decode()


@pytest.mark.parametrize("path", ["", "edit/", "grade/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_learns_nothing(as_, source, zoe, path, method):
    answer = getattr(as_(zoe), method)(f"/sources/{source.pk}/{path}")
    assert answer.status_code == 404
    assert "Ministry" not in answer.content.decode()


def test_the_page_shows_every_grade_newest_first(as_, source, ann, ben, rod):
    grade(source, "E", by=ann, reason="It was caught inventing.")
    grade(source, "B", by=ben)

    page = as_(rod).get(f"/sources/{source.pk}/").content.decode()

    assert page.index("It was right about the census.") < page.index("It was caught inventing.")
    assert '<h2>Reliability</h2><span class="grade">B</span>' in page
    assert "Belarus" in page
    assert '<form class="stack"' not in page, "a reader grades nothing"


def test_the_page_shows_what_rests_on_it_in_ones_own_cases_alone(as_, case, source, ann):
    seen = make_evidence(claim=make_claim(case=case, statement="Seen by Ann."), source=source)
    removed = make_evidence(claim=make_claim(case=case, statement="Removed since."), source=source)
    removed.remove(by=ann)
    elsewhere = make_case(code="XX")
    unseen = make_evidence(claim=make_claim(case=elsewhere, statement="Of another case."), source=source)

    page = as_(ann).get(f"/sources/{source.pk}/").content.decode()

    assert "Seen by Ann." in page
    assert f"{seen.get_absolute_url()}" in page
    assert "Removed since." not in page
    assert "Of another case." not in page
    assert unseen.get_absolute_url() not in page
    assert "/cases/XX/" not in page


def test_exhibits_are_paged_by_key(as_, case, source, ann, monkeypatch, htmx):
    monkeypatch.setattr(pages, "EXHIBITS", 2)
    for n in range(5):
        make_evidence(claim=make_claim(case=case), source=source, exhibit=Exhibit(title=f"Exhibit {n}"))
    browser, address, titles = as_(ann), f"/sources/{source.pk}/", []
    query = ""
    for _ in range(3):
        answer = browser.get(address + query, headers=htmx if query else {})
        titles += [exhibit.title for exhibit, _ in answer.context["exhibits"]]
        query = answer.context["more"]
    assert titles == [f"Exhibit {n}" for n in (4, 3, 2, 1, 0)]
    assert query == ""


def test_queries_of_the_page_do_not_grow(as_, case, source, ann, django_assert_max_num_queries):
    for _ in range(6):
        make_evidence(claim=make_claim(case=case), source=source)
        grade(source, by=ann)
    browser = as_(ann)
    with django_assert_max_num_queries(13):
        browser.get(f"/sources/{source.pk}/")


@pytest.mark.parametrize("with_htmx", [True, False])
def test_a_source_is_graded_with_a_reason_once(as_, source, ann, htmx, with_htmx):
    browser = as_(ann)
    form = browser.get(f"/sources/{source.pk}/").context["grade_form"]
    typed = {"letter": "B", "reason": "Right about the census.", "once": str(form["once"].value())}

    for _ in range(2):
        answer = browser.post(f"/sources/{source.pk}/grade/", typed, headers=htmx if with_htmx else {})

    assert answer.status_code == (200 if with_htmx else 302)
    if with_htmx:
        part = answer.content.decode()
        assert part.lstrip().startswith('<section class="card stack" id="reliability">')
        assert '<span class="grade">B</span>' in part
        assert "Right about the census.</textarea>" not in part
    source.refresh_from_db()
    assert source.reliability == "B"
    assert Grade.objects.filter(source=source).count() == 1
    assert Entry.objects.filter(thing="source", thing_id=source.pk, verb="graded", by=ann).count() == 1


@pytest.mark.parametrize("with_htmx", [True, False])
def test_a_grade_without_a_reason_is_refused_at_the_field(as_, source, ann, htmx, with_htmx):
    answer = as_(ann).post(
        f"/sources/{source.pk}/grade/", {"letter": "A", "reason": "  "}, headers=htmx if with_htmx else {}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert answer.context["grade_form"].errors["reason"] == ["Say why this grade: it will be asked."]
    assert "Say why this grade" in page
    assert 'value="A" checked' in " ".join(page.split()) or answer.context["grade_form"]["letter"].value() == "A"
    assert ("<html" in page) is not with_htmx
    assert not Grade.objects.exists()


def test_a_letter_off_the_scale_is_refused(as_, source, ann):
    answer = as_(ann).post(f"/sources/{source.pk}/grade/", {"letter": "G", "reason": "Typed with care."})
    assert answer.status_code == 422
    assert "Typed with care." in answer.content.decode()


@pytest.mark.parametrize("path", ["edit/", "grade/"])
def test_a_reader_neither_grades_nor_corrects(as_, source, rod, path):
    browser = as_(rod)
    assert browser.get(f"/sources/{source.pk}/{path}").status_code == 403
    assert browser.post(f"/sources/{source.pk}/{path}", {"letter": "A", "reason": "x"}).status_code == 403
    assert not Grade.objects.exists()


def test_an_analyst_of_one_case_and_reader_of_another_grades_what_the_first_knows(as_, case, source, rod, eve):
    other = make_case(code="CZ", members={rod: Role.ANALYST})
    assert as_(rod).get(f"/sources/{source.pk}/grade/").status_code == 403
    source.cases.add(other)
    assert as_(rod).get(f"/sources/{source.pk}/grade/").status_code == 200


def test_a_stale_correction_shows_both_and_keeps_what_was_typed(as_, source, ann, ben):
    slow = as_(ann)
    form = slow.get(f"/sources/{source.pk}/edit/").context["form"]
    begun = {"name": "Defence Ministry", "kind": "organisation", "version": form["version"].value()}
    quick = as_(ben).post(
        f"/sources/{source.pk}/edit/", begun | {"name": "Ministry of Defence of Belarus", "country": "Belarus"}
    )
    assert quick.status_code == 302

    answer = slow.post(f"/sources/{source.pk}/edit/", begun)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert re.search(r"Ben changed this at \d\d:\d\d UTC, while you were writing", page)
    assert "Ministry of Defence of Belarus" in page
    assert 'value="Defence Ministry"' in page
    source.refresh_from_db()
    assert source.name == "Ministry of Defence of Belarus"
    again = slow.post(f"/sources/{source.pk}/edit/", begun | {"version": answer.context["form"]["version"].value()})
    assert again.status_code == 302


@pytest.mark.parametrize("version", ["", "99", "banana"])
def test_a_forged_version_saves_nothing(as_, source, ann, version):
    answer = as_(ann).post(f"/sources/{source.pk}/edit/", {"name": "Forged", "kind": "person", "version": version})
    assert 400 <= answer.status_code < 500
    source.refresh_from_db()
    assert source.name == "Ministry of Defence"


def test_a_grade_given_while_somebody_corrects_the_source_is_kept(source, ann, ben):
    before = Source.objects.get(pk=source.pk)
    grade(source, "D", by=ben)
    before.name = "Defence Ministry"
    before.save(by=ann, expect=before.version)

    source.refresh_from_db()
    assert (source.name, source.reliability) == ("Defence Ministry", "D")
    stale = Source.objects.get(pk=source.pk)
    stale.name = "Read long ago"
    grade(stale, "E", by=ben)
    source.refresh_from_db()
    assert (source.name, source.reliability) == ("Defence Ministry", "E")


@pytest.mark.parametrize("before", ["-1", "x", "9" * 40, "٣"])
def test_a_forged_page_is_just_the_first(as_, source, ann, before):
    assert as_(ann).get(f"/sources/{source.pk}/", {"before": before}).status_code == 200
    assert as_(ann).get("/sources/", {"after": before}).status_code in (200, 422)


def edited(source, **typed) -> dict[str, object]:
    whole = {"name": source.name, "kind": source.kind, "version": source.version}
    return whole | {"country": source.country} | typed


def test_all_that_is_known_of_a_source_is_typed_and_shown(as_, case, source, ann):
    above = make_source(case=case, name="Government", by=ann)
    typed = edited(
        source, kind="sensor", aliases="MoD\n  Miniabarony \n\nMoD", belongs_to="government", languages="be, ru",
        interests="To look strong.",
    )  # fmt: skip
    assert as_(ann).post(f"/sources/{source.pk}/edit/", typed).status_code == 302
    source.refresh_from_db()
    assert (source.aliases, source.belongs_to, source.languages) == ("MoD\nMiniabarony", above, "be, ru")
    page = as_(ann).get(f"/sources/{source.pk}/").text
    for words in ("Sensor or imagery", "Miniabarony", "Government", "be, ru", "To look strong."):
        assert words in page
    assert "Ministry of Defence" in as_(ann).get(f"/sources/{above.pk}/").text
    form = as_(ann).get(f"/sources/{source.pk}/edit/").context["form"]
    assert form["belongs_to"].value() == f"Government (#{above.pk})"


def test_the_whole_chain_of_belongings_is_shown_as_far_as_one_sees_it(as_, case, ann):
    top = make_source(name="Hidden holding")
    above = make_source(case=case, name="Publisher", by=ann)
    Source._base_manager.filter(pk=above.pk).update(belongs_to=top)
    paper = make_source(case=case, name="The paper", belongs_to=above, by=ann)
    desk = make_source(case=case, name="Its desk", belongs_to=paper, by=ann)
    page = as_(ann).get(f"/sources/{desk.pk}/").text
    assert page.index("The paper") < page.index("Publisher")
    assert "Hidden holding" not in page
    # What one does not see, a correction leaves as it is.
    typed = edited(above, version=Source.objects.get(pk=above.pk).version, country="Belarus")
    assert as_(ann).post(f"/sources/{above.pk}/edit/", typed).status_code == 302
    assert Source.objects.get(pk=above.pk).belongs_to == top


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Its desk", "would be a circle"),
        ("Ministry of Defence", "would be a circle"),
        ("Twin", "Several sources are called so"),
        ("Minis", "Did you mean Ministry of Defence"),
        ("Nobody", "No source that you see is called so"),
        ("Hidden", "No source that you see is called so"),
    ],
)
def test_what_it_cannot_belong_to_is_said_at_the_field(as_, case, source, ann, typed, said):
    make_source(case=case, name="Its desk", belongs_to=source, by=ann)
    for _ in range(2):
        make_source(case=case, name="Twin", by=ann)
    make_source(name="Hidden")
    answer = as_(ann).post(f"/sources/{source.pk}/edit/", edited(source, belongs_to=typed))
    assert answer.status_code == 422
    assert said in answer.context["form"].errors["belongs_to"][0]
    assert f'value="{typed}"' in answer.text


def test_of_two_that_bear_one_name_the_number_tells_which(as_, case, source, ann):
    twins = [make_source(case=case, name="Twin", by=ann) for _ in range(2)]
    as_(ann).post(f"/sources/{source.pk}/edit/", edited(source, belongs_to=f"Twin (#{twins[1].pk})"))
    source.refresh_from_db()
    assert source.belongs_to == twins[1]


@pytest.mark.parametrize("name", ["ministry of defence", "MoD", "Ministry of Défence"])
def test_a_new_one_of_a_name_that_is_known_is_added_only_when_that_is_meant(as_, case, source, ann, htmx, name):
    source.aliases = "MoD"
    source.save(by=ann)
    browser = as_(ann)
    typed = {"case": case.pk, "name": name, "kind": "organisation", "once": "6f1d4a52-3c1e-4a43-9d5c-1f0f3d1f8d11"}
    answer = browser.post("/sources/add/", typed, headers=htmx)
    assert answer.status_code == 422
    assert "There is “Ministry of Defence” already" in answer.text
    assert f'href="/sources/{source.pk}/"' in answer.text
    assert f'name="anyway" value="{source.pk} "' in answer.text
    assert browser.post("/sources/add/", typed | {"anyway": f"{source.pk + 9}"}).status_code == 422
    for _ in range(2):
        assert browser.post("/sources/add/", typed | {"anyway": f"{source.pk} "}).status_code == 302
    assert Source.objects.count() == 2


def test_a_name_known_in_another_case_alone_warns_nobody(as_, case, ann):
    make_source(name="Their own")
    assert as_(ann).post("/sources/add/", {"case": case.pk, "name": "Their own", "kind": "person"}).status_code == 302


def test_a_source_is_found_by_its_other_names(as_, case, source, ann):
    source.aliases = "Miniabarony\nЛюдивюд"
    source.save(by=ann)
    browser = as_(ann)
    for words in ("miniab", "Людив", "defence", "minis def"):
        assert "Ministry of Defence" in browser.get("/sources/", {"name": words}).text
    assert "Ministry of Defence" not in browser.get("/sources/", {"name": "Belarus"}).text
    assert f"/sources/{source.pk}/" in browser.get("/search/", {"q": "Miniabarony"}).text


def test_of_very_many_with_a_name_the_list_says_that_there_are_more(as_, case, ann, monkeypatch):
    monkeypatch.setattr(pages, "NAMED", 2)
    for _ in range(3):
        make_source(case=case, name="Agency", by=ann)
    answer = as_(ann).get("/sources/?name=agen")
    assert len(answer.context["sources"]) == 2
    assert "More than 2 sources have such a name" in answer.text


def test_grades_are_drawn_as_steps_with_f_off_the_scale(as_, source, ann):
    for letter in "BFFDA":
        grade(source, letter, by=ann)
    page = as_(ann).get(f"/sources/{source.pk}/").text
    assert "5 grades from" in page
    assert "B, F (cannot be judged), F (cannot be judged), D, A" in page
    assert page.count('class="off"') == 2
    assert page.count('class="step"') == 3
    assert page.count('class="rise"') == 1, "no line crosses the gap"


def test_the_verdicts_of_claims_that_rest_on_it_are_shown(as_, case, source, ann, ben, eve, max_):
    claim = make_claim(case=case)
    make_evidence(claim=claim, source=source)
    for reviewer in (ann, ben):
        make_assessment(claim=claim, by=reviewer)
    make_verdict(claim=claim, by=eve, signed_by=max_)
    assert '<span class="verdict supported">Supported</span>' in as_(ann).get(f"/sources/{source.pk}/").text
