"""Rating information before one sees whose it is, where the case says so."""

import uuid

import pytest

from claims.models import Evidence, Exhibit, Grade
from tests.factories import make_claim, make_evidence, make_source
from tests.views.test_claims import text_of
from tests.views.test_evidence import typed as typed_evidence

HIDDEN = "Source hidden until the credibility is rated"
TELLING = ("Ministry of Truth", "A statement of it", "ministry.example", "page nine")


@pytest.fixture
def claim(case, eve):
    case.hides_sources = True
    case.save(by=eve)
    return make_claim(case=case)


@pytest.fixture
def item(claim, ann):
    """Evidence that Ann added, not rated yet."""
    exhibit = Exhibit(
        title="A statement of it", url="https://ministry.example/a", text="Then they said: The census says 48,000."
    )
    return make_evidence(
        claim=claim, by=ann, source=make_source(case=claim.case, name="Ministry of Truth"), exhibit=exhibit,
        quote="The census says 48,000.", note="A round figure.", where="page nine", credibility="",
    )  # fmt: skip


def rate(claim):
    return f"{claim.get_absolute_url()}evidence/1/rate/"


def test_an_editor_says_so_in_the_cases_settings(case, eve, as_):
    page = text_of(as_(eve).get("/cases/BY/edit/"))
    assert "is no secret elsewhere" in page
    form = {
        "act": "details", "title": case.title, "policy": "blind", "assessments_required": "2", "hides_sources": "on",
        "version": case.version,
    }  # fmt: skip
    assert as_(eve).post("/cases/BY/edit/", form).status_code == 302
    case.refresh_from_db()
    assert case.hides_sources


def test_evidence_is_added_without_a_credibility(claim, ann, as_):
    add = f"{claim.get_absolute_url()}evidence/add/"
    page = text_of(as_(ann).get(add))
    assert 'name="credibility"' not in page
    assert "somebody else rates the credibility" in page
    for credibility in ("", "3"):
        form = typed_evidence(title="T", credibility=credibility)
        assert as_(ann).post(add, form).status_code == 302
    assert set(Evidence.objects.values_list("credibility", flat=True)) == {""}


def test_the_source_is_hidden_from_all_but_who_added_it_until_then(item, claim, ann, ben, eve, rod, as_):
    pages = [f"{claim.get_absolute_url()}{part}" for part in ("", "history/", "assess/", "origins/")]
    for reader in (ben, eve, rod):
        page = text_of(as_(reader).get(pages[0]))
        assert HIDDEN in page
        assert "The census says 48,000." in page
        assert "A round figure." in page
        for path in pages:
            assert not [words for words in TELLING if words in text_of(as_(reader).get(path, follow=True))], path
    own = text_of(as_(ann).get(pages[0]))
    assert "Ministry of Truth" in own
    assert HIDDEN not in own
    assert "waits for somebody else" in own
    assert rate(claim) not in own
    assert rate(claim) in text_of(as_(ben).get(pages[0]))
    assert rate(claim) not in text_of(as_(rod).get(pages[0]))


def test_it_is_hidden_too_where_it_is_removed_and_nobody_edits_it_before(item, claim, ann, ben, as_):
    url = f"{claim.get_absolute_url()}evidence/1/"
    assert as_(ben).get(f"{url}edit/").status_code == 409
    assert "A statement of it" not in text_of(as_(ben).get(f"{url}remove/"))
    page = text_of(as_(ben).post(f"{url}remove/", {"version": item.version}, follow=True))
    assert "was removed" in page
    assert "A statement of it" not in page
    assert "A statement of it" not in text_of(as_(ben).get(f"{url}restore/"))
    assert as_(ben).get(rate(claim)).status_code == 409


def test_who_rates_sees_the_words_around_and_then_whose_it_is(item, claim, ben, as_):
    page = text_of(as_(ben).get(rate(claim)))
    assert "Then they said: <mark>The census says 48,000.</mark>" in page
    assert not [words for words in TELLING if words in page]
    assert '<option value="" selected>Choose</option>' in page

    answer = as_(ben).post(rate(claim), {"credibility": ""})
    assert answer.status_code == 422
    assert "Choose how far" in text_of(answer)
    page = text_of(as_(ben).post(rate(claim), {"credibility": "4"}, follow=True))
    assert "Ministry of Truth" in page
    assert "A statement of it" in page
    assert 'name="letter"' in page
    item.refresh_from_db()
    assert (item.credibility, item.rated_by) == ("4", ben)

    source = item.cited.source
    graded = {"letter": "C", "reason": "Half of it was right.", "once": str(uuid.uuid4())}
    assert as_(ben).post(f"/sources/{source.pk}/grade/", graded).status_code == 302
    assert Grade.objects.get().letter == "C"
    page = text_of(as_(ben).get(rate(claim)))
    assert 'name="letter"' not in page, "it has a grade now"
    page = text_of(as_(ben).get(claim.get_absolute_url()))
    assert "?4" in page
    assert "source now C" in page


def test_who_added_it_does_not_rate_it_and_nobody_rates_twice(item, claim, ann, ben, eve, as_):
    for answer in (as_(ann).get(rate(claim)), as_(ann).post(rate(claim), {"credibility": "2"})):
        assert answer.status_code == 403
        assert "know its source" in text_of(answer)
    as_(ben).post(rate(claim), {"credibility": "2"})
    answer = as_(eve).post(rate(claim), {"credibility": "5"})
    assert answer.status_code == 409
    assert "rated already" in text_of(answer)
    assert Evidence.objects.get().credibility == "2"


def test_what_waits_for_its_rating_is_not_relied_on_yet(item, claim, case, ben, as_):
    assert 'name="relied_on" value="1"' not in text_of(as_(ben).get(claim.get_absolute_url()))
    answers = {"act": "submit", "rating": case.rating("refuted").pk, "rationale": "So it is.", "relied_on": "1"}
    assert as_(ben).post(f"{claim.get_absolute_url()}assess/", answers | {"version": "-1"}).status_code == 422
    item.rate(by=ben, credibility="2")
    assert 'name="relied_on" value="1"' in text_of(as_(ben).get(claim.get_absolute_url()))


def test_where_sources_are_not_hidden_nothing_waits(case, ann, ben, as_):
    claim = make_claim(case=case)
    make_evidence(claim=claim, by=ann)
    assert HIDDEN not in text_of(as_(ben).get(claim.get_absolute_url()))
    assert as_(ben).get(rate(claim)).status_code == 409
    assert as_(ben).post(rate(claim), {"credibility": "2"}).status_code == 409


def test_a_rating_of_somebody_else_is_not_changed_by_who_added_it(item, claim, ann, ben, as_):
    rated = item.rate(by=ben, credibility="2")
    url = f"{claim.get_absolute_url()}evidence/1/edit/"
    assert 'name="credibility"' not in text_of(as_(ann).get(url))
    assert 'name="credibility"' in text_of(as_(ben).get(url))
    form = {"stance": "supports", "bearing": "true", "credibility": "5", "note": "Mine.", "version": rated.version}
    assert as_(ann).post(url, form | {"quote": rated.quote}).status_code == 302
    item.refresh_from_db()
    assert (item.credibility, item.note) == ("2", "Mine.")


def test_a_reader_rates_nothing_and_a_stranger_finds_nothing(item, claim, rod, zoe, as_):
    for reader, status in ((rod, 403), (zoe, 404)):
        assert as_(reader).get(rate(claim)).status_code == status
        assert as_(reader).post(rate(claim), {"credibility": "2"}).status_code == status
    assert as_(rod).get(f"{claim.get_absolute_url()}evidence/7/rate/").status_code == 403
