"""The pages of scales, judged by what a reader sees."""

import pytest

from claims.models import Entry, Rating, Role, Scale, assess
from tests.factories import make_assessment, make_case, make_claim
from tests.models.test_scales import ROWS
from tests.views.test_claims import text_of


@pytest.fixture
def scale(eve):
    return Scale().revise("True or false", ROWS, by=eve)


def typed(rows, name="True or false", begun=0, **fields):
    """A form as the browser sends it, with a row left empty at its end."""
    form = {"name": name, "version": 0, "answers-TOTAL_FORMS": len(rows) + 1, "answers-INITIAL_FORMS": begun}
    for n, row in enumerate([*rows, {}]):
        empty = {"label": "", "meaning": "", "look": "", "position": "", "translations": ""}
        form |= {f"answers-{n}-{key}": "" if value is None else value for key, value in (empty | row).items()}
    return form | fields


def stands(scale):
    return [
        {"pk": r.pk, "code": r.code, "label": r.label, "meaning": r.meaning, "look": r.look, "position": r.position}
        for r in scale.ratings.all()
    ]


@pytest.mark.parametrize("by_htmx", [True, False])
def test_an_editor_makes_a_scale(case, eve, as_, htmx, by_htmx):
    rows = [{name: value for name, value in row.items() if name != "code"} for row in ROWS]
    rows[0]["translations"] = "de: Wahr | Es stimmt."
    answer = as_(eve).post("/scales/add/", typed(rows), headers=htmx if by_htmx else None)

    scale = Scale.objects.get(name="True or false")
    assert answer.headers["HX-Redirect" if by_htmx else "Location"] == scale.get_absolute_url()
    assert [rating.code for rating in scale.ratings.all()] == ["true", "false", "open"]
    assert scale.ratings.get(code="true").translations == {"de": {"label": "Wahr", "meaning": "Es stimmt."}}
    assert "True or false" in text_of(as_(eve).get("/scales/"))
    assert "de: Wahr | Es stimmt." in text_of(as_(eve).get(scale.get_absolute_url()))


def test_a_form_sent_twice_makes_one_scale(case, eve, as_):
    form = typed(ROWS, once="5b1b6b44-4f2c-4b51-9d4a-1f4f1f0f9a11")
    for _time in range(2):
        assert as_(eve).post("/scales/add/", form).status_code == 302
    assert Scale.objects.filter(name="True or false").count() == 1


def test_a_copy_begins_as_the_other_is(case, scale, eve, as_):
    page = text_of(as_(eve).get(f"/scales/add/?of={scale.pk}"))
    assert 'value="It does not hold."' in page
    form = typed(ROWS, name="A copy", begun=3)
    assert as_(eve).post(f"/scales/add/?of={scale.pk}", form).status_code == 302
    assert Rating.objects.filter(scale__name="A copy").count() == 3
    assert as_(eve).get("/scales/add/?of=99999").status_code == 404
    assert as_(eve).get("/scales/add/?of=x").status_code == 404


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"label": ""}, "This field is required."),
        ({"look": "golden"}, "Select a valid choice"),
        ({"position": "-1"}, "greater than or equal to 1"),
        ({"position": "1"}, "the same place"),
        ({"label": "Верно", "code": ""}, "Latin letters"),
        ({"code": "no code"}, "valid “slug”"),
        ({"translations": "Gestützt"}, "cannot be read"),
        ({"translations": "de: A\nde: B"}, "stands there twice"),
        ({"translations": f"de: {'n' * 61}"}, "too long"),
        ({"meaning": "a\u202eb"}, "turns the direction of writing"),
    ],
)
def test_bad_answers_are_refused_where_they_stand(case, eve, as_, row, sentence):
    answer = as_(eve).post("/scales/add/", typed([ROWS[0] | row, *ROWS[1:]]))
    page = text_of(answer)
    assert answer.status_code == 422
    assert sentence in page
    assert 'value="It does not hold."' in page
    assert not Scale.objects.filter(name="True or false").exists()


def test_an_unused_scale_is_changed_and_answers_are_taken_out(case, scale, eve, as_):
    rows = stands(scale)
    rows[0] |= {"label": "Right", "position": 9}
    rows[2] |= {"DELETE": "on"}
    answer = as_(eve).post(scale.get_absolute_url(), typed(rows, begun=3), follow=True)
    assert "Saved." in text_of(answer)
    assert [(r.label, r.position) for r in scale.ratings.all()] == [("Right", 9), ("False", 1)]
    assert Entry.objects.filter(case=None, thing="scale", verb="changed", by=eve).exists()


def test_a_used_scale_shows_its_answers_frozen_and_takes_other_languages(scale, ann, eve, as_):
    case = make_case(scale=scale, members={ann: Role.ANALYST, eve: Role.EDITOR})
    begun_before = typed(stands(scale)[:3], begun=3)
    assess(make_claim(case=case), by=ann, submit=False, rationale="So far.")
    page = text_of(as_(eve).get(scale.get_absolute_url()))
    assert "keep their meaning" in page
    assert "Take this answer out" not in page

    answer = as_(eve).post(scale.get_absolute_url(), begun_before | {"answers-0-label": "Right"})
    assert answer.status_code == 422
    assert "Copy the scale" in text_of(answer)

    form = {"name": scale.name, "version": 0, "answers-TOTAL_FORMS": 3, "answers-INITIAL_FORMS": 3}
    form |= {"answers-0-translations": "de: Wahr"}
    assert as_(eve).post(scale.get_absolute_url(), form).status_code == 302
    assert scale.ratings.get(code="true").translations == {"de": {"label": "Wahr", "meaning": ""}}
    assert scale.ratings.get(code="true").label == "True"


def test_a_stale_save_shows_both_names(case, scale, eve, max_, as_):
    as_(max_).post(scale.get_absolute_url(), typed(stands(scale), name="What Max wrote", begun=3))
    answer = as_(eve).post(scale.get_absolute_url(), typed(stands(scale), name="What Eve typed", begun=3))
    assert answer.status_code == 409
    assert "What Max wrote" in text_of(answer)
    assert "What Eve typed" in text_of(answer)


def test_a_scale_is_retired_and_offered_again(case, scale, eve, ada, as_):
    Scale.objects.default()
    page = text_of(as_(eve).post(scale.get_absolute_url(), {"act": "retire"}, follow=True))
    assert "Retired by Eve" in page
    assert "True or false" not in text_of(as_(ada).get("/cases/add/"))
    page = text_of(as_(eve).post(scale.get_absolute_url(), {"act": "offer"}, follow=True))
    assert "New cases can choose it." in page
    assert "True or false" in text_of(as_(ada).get("/cases/add/"))


def test_a_case_chooses_another_scale_until_it_has_claims(case, scale, eve, as_):
    details = {"act": "details", "title": case.title, "description": "", "policy": "blind", "assessments_required": 2}
    assert 'name="scale"' in text_of(as_(eve).get("/cases/BY/edit/"))
    as_(eve).post("/cases/BY/edit/", details | {"version": case.version, "scale": scale.pk})
    case.refresh_from_db()
    assert case.scale == scale

    make_claim(case=case)
    assert 'name="scale"' not in text_of(as_(eve).get("/cases/BY/edit/"))
    default = Scale.objects.default()
    answer = as_(eve).post("/cases/BY/edit/", details | {"version": case.version, "scale": default.pk})
    assert answer.status_code == 422
    assert "The scale stays" in text_of(answer)
    case.refresh_from_db()
    assert case.scale == scale


@pytest.mark.parametrize("path", ["/scales/", "/scales/add/", "detail"])
def test_scales_are_for_whoever_edits_a_case(case, scale, ann, rod, zoe, ada, eve, as_, path):
    path = scale.get_absolute_url() if path == "detail" else path
    statuses = {who: as_(who).get(path).status_code for who in (ann, rod, zoe, ada, eve)}
    assert statuses == {ann: 403, rod: 403, zoe: 404, ada: 200, eve: 200}
    assert as_(rod).post(scale.get_absolute_url(), {"act": "retire"}).status_code == 403
    assert as_(zoe).post(scale.get_absolute_url(), {"act": "retire"}).status_code == 404
    assert as_(eve).get("/scales/99999/").status_code == 404


def test_the_list_asks_the_database_no_more_often_for_more_scales(case, eve, as_, django_assert_num_queries):
    browser = as_(eve)
    browser.get("/scales/")
    with django_assert_num_queries(COUNT):
        browser.get("/scales/")
    for n in range(3):
        Scale().revise(f"Scale {n}", ROWS, by=eve)
    with django_assert_num_queries(COUNT):
        browser.get("/scales/")


COUNT = 5  # session, person, role, scales, answers


def test_the_page_of_a_used_scale_shows_the_claimreview_value_and_changes_none(as_, case, eve, ann):
    make_assessment(claim=make_claim(case=case), by=ann)
    page = as_(eve).get(case.scale.get_absolute_url()).content.decode()
    assert "ClaimReview value 3" in page
    assert 'name="answers-0-review_value"' not in page
    assert 'name="answers-0-translations"' in page
