"""Withheld names in free texts that readers are shown, and what tells those who decide that a name is withheld."""

import datetime

import pytest
from django.utils import timezone

from claims.models import Assessment, Exhibit, Share, Source, Verdict
from claims.models.shares import share
from claims.models.withheld_names import surnames
from claims.reports.choices import Choice
from claims.reports.freezing import freeze
from tests.factories import make_assessment, make_case, make_claim, make_evidence, make_source, make_verdict
from tests.views.test_claims import text_of
from tests.views.test_evidence import typed as typed_evidence

NAME = "Halina Kavalenka"


@pytest.fixture
def source(case):
    return make_source(case=case, name=NAME, aliases="Halka\nHK")


@pytest.fixture
def letter(case, ann, source):
    return make_evidence(claim=make_claim(case=case), by=ann, source=source, withheld=True)


def propose(case, claim, browser, **texts):
    form = {"rating": case.rating("refuted").pk, "summary": "The census says 48,000."} | texts
    return browser.post(f"{claim.get_absolute_url()}verdict/propose/", form)


@pytest.fixture
def decided(case, ann, ben, letter):
    claim = make_claim(case=case)
    for person in (ann, ben):
        make_assessment(claim=claim, by=person, rating="refuted")
    return claim


@pytest.mark.parametrize("field", ["summary", "one_origin", "open_questions"])
@pytest.mark.parametrize(
    ("text", "name"),
    [(f"So says {NAME}.", NAME), ("So says HALKA, twice.", "Halka"), ("Kavalenka's depot.", "Kavalenka")],
)
def test_a_proposal_that_names_a_withheld_source_is_refused_at_the_field(case, decided, eve, as_, field, text, name):
    answer = propose(case, decided, as_(eve), **{field: text})
    assert answer.status_code == 422
    assert f"“{name}” is withheld in this case: take the name out." in text_of(answer)
    assert list(answer.context["form"].errors) == [field]
    assert not Verdict.objects.exists()


@pytest.mark.parametrize("text", ["Halkasville says so.", "HK says so.", "A kavalenka is a smith."])
def test_other_words_name_nobody(case, decided, eve, as_, text):
    assert propose(case, decided, as_(eve), summary=text).status_code == 302


def test_who_is_withheld_in_another_case_is_named_here(case, decided, letter, ann, eve, as_):
    letter.withheld = False
    letter.save(by=ann)
    other = make_case()
    make_evidence(claim=make_claim(case=other), source=letter.cited.source, withheld=True)
    assert propose(case, decided, as_(eve), summary=f"So says {NAME}.").status_code == 302


def test_an_assessment_names_nobody_who_is_withheld_and_a_draft_may(case, letter, ben, as_):
    assess = f"{letter.claim.get_absolute_url()}assess/"
    form = {"rating": case.rating("refuted").pk, "rationale": f"{NAME} was not there.", "version": "-1"}
    answer = as_(ben).post(assess, form | {"act": "submit"})
    assert answer.status_code == 422
    assert "is withheld in this case" in text_of(answer)
    assert not Assessment.objects.submitted().exists()
    assert as_(ben).post(assess, form | {"act": "draft"}).status_code == 302


def test_withholding_tells_which_standing_texts_name_the_source(case, source, ann, ben, eve, max_, as_):
    told = make_claim(case=case)
    make_evidence(claim=told, by=ann, source=source)
    for person in (ann, ben):
        make_assessment(claim=told, by=person, rationale=f"{NAME} was there.")
    make_verdict(claim=told, by=eve, signed_by=max_, summary="Halka was there.")
    claim = make_claim(case=case)
    add = f"{claim.get_absolute_url()}evidence/add/"
    typed = typed_evidence(exhibit=told.evidence.get().exhibit_id, withheld="on")
    page = text_of(as_(ann).post(add, {**typed, "title": "", "source_name": ""}, follow=True))
    assert "Evidence added. Texts that readers are shown still name" in page
    assert f'<a href="{told.get_absolute_url()}">{told.ref}</a>' in page
    page = text_of(as_(ann).get(f"{claim.get_absolute_url()}evidence/1/edit/"))
    assert page.count(f'<a href="{told.get_absolute_url()}">{told.ref}</a>') == 2
    assert "in a verdict:" in page
    assert "“<bdi>Halka</bdi>”" in page


def test_answers_that_are_not_open_yet_are_not_told_of(case, letter, ann, ben, as_):
    claim = letter.claim
    make_assessment(claim=claim, by=ben, rationale=f"{NAME} was there.")
    page = text_of(as_(ann).get(f"{claim.get_absolute_url()}evidence/1/edit/"))
    assert "in an assessment:" not in page


def test_those_who_decide_see_on_every_piece_what_withholds_it(case, letter, source, ann, eve, rod, as_):
    more = make_evidence(claim=make_claim(case=case), by=ann, source=source, exhibit=Exhibit(title="A second letter"))
    make_evidence(claim=more.claim, by=ann)
    for person in (ann, eve):
        page = text_of(as_(person).get(more.claim.get_absolute_url()))
        assert page.count("identity withheld") == 1
        assert f'title="withheld by evidence 1 of {letter.claim.ref}"' in page
        assert "withheld by this evidence" in text_of(as_(person).get(letter.claim.get_absolute_url()))
    page = text_of(as_(rod).get(more.claim.get_absolute_url()))
    assert "withheld by" not in page
    assert "Source withheld" in page


def test_whoever_withholds_a_source_is_told_of_the_open_links_that_name_it(case, source, ann, eve, as_):
    claim = make_claim(case=case)
    make_evidence(claim=claim, by=ann, source=source)
    make_evidence(claim=make_claim(case=case), by=ann, source=make_source(case=case, name="Another"))
    soon = timezone.now() + datetime.timedelta(days=3)
    naming, other = (
        freeze(case, case.claims.filter(number=number), by=eve, title=title, choice=Choice(audience="public"))
        for number, title in ((1, "Names it"), (2, "Does not"))
    )
    for report in (naming, other):
        share(report, by=eve, until=soon)
    third = make_claim(case=case)
    typed = typed_evidence(exhibit=claim.evidence.get().exhibit_id, withheld="on") | {"title": "", "source_name": ""}
    page = text_of(as_(ann).post(f"{third.get_absolute_url()}evidence/add/", typed, follow=True))
    edit = f"{third.get_absolute_url()}evidence/1/edit/"
    told = "Whoever has a link to these reports still reads who it is, until you withdraw it:"
    assert f'{told} <a href="{naming.get_absolute_url()}#shares">Names it (1)</a>.' in page
    page = text_of(as_(ann).get(edit))
    assert told in page
    assert "Names it (1)" in page
    assert "Does not" not in page
    page = text_of(as_(eve).get(naming.get_absolute_url()))
    assert f"This report still tells what was withheld since it was made: “<bdi>{NAME}</bdi>”" in page
    assert "still tells" not in text_of(as_(eve).get(other.get_absolute_url()))
    Share.objects.get(report=naming).withdraw(by=eve)
    assert told not in text_of(as_(ann).get(edit))


def test_no_new_link_is_made_to_a_report_that_tells_who_is_withheld_by_now(case, source, ann, eve, as_):
    claim = make_claim(case=case, statement="Kavalenka was there.")
    cited = make_evidence(claim=make_claim(case=case), by=ann, source=source).cited
    report = freeze(case, case.claims.filter(pk=claim.pk), by=eve, choice=Choice(audience="public"))
    make_evidence(claim=make_claim(case=case), by=ann, source=None, exhibit=cited, withheld=True)
    page = text_of(as_(eve).post(f"{report.get_absolute_url()}shares/add/", {"lasting": "week"}, follow=True))
    assert "This report tells “Kavalenka”, which was withheld since it was made." in page
    assert not Share.objects.exists()
    assert "“<bdi>Kavalenka</bdi>”" in text_of(as_(eve).get(report.get_absolute_url())), "also where no source is named"


@pytest.mark.parametrize(
    ("name", "kind", "found"),
    [
        ("Ivan Testovich", "organisation", ["Testovich"]),
        ("Halina Kavalenka (driver)", "person", ["Kavalenka"]),
        ("Halina Kavalenka, driver of the unit", "person", ["Kavalenka"]),
        ("Kavalenka, Halina", "person", ["Kavalenka"]),
        ("Halina Kavalenka Jr.", "person", ["Kavalenka"]),
        ("Ministry of Defence", "organisation", []),
        ("Border Guard", "organisation", []),
        ("Madonna", "person", []),
    ],
)
def test_the_surname_of_whoever_could_be_a_person_is_withheld_too(name, kind, found):
    assert surnames(Source(name=name, kind=kind)) == found


def test_a_claim_that_names_a_withheld_source_is_refused_at_its_statement(case, letter, ann, as_):
    claim = letter.claim
    form = {"statement": f"So says {NAME}.", "kind": "event", "version": str(claim.version)}
    answer = as_(ann).post(f"{claim.get_absolute_url()}edit/", form)
    assert answer.status_code == 422
    assert f"“{NAME}” is withheld in this case: take the name out." in text_of(answer)
