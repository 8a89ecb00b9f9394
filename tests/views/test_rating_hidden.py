"""Rating information before one sees whose it is, where the case says so."""

import uuid

import pytest

from claims.models import Evidence, Exhibit, Grade, Lineage
from tests.factories import make_capture, make_claim, make_document, make_evidence, make_exhibit, make_source
from tests.views.test_claims import text_of
from tests.views.test_evidence import typed as typed_evidence
from tests.views.test_withheld import addresses

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
    item.remove(by=ann)
    assert "A statement of it" not in text_of(as_(ben).get(claim.get_absolute_url()))
    assert "A statement of it" not in text_of(as_(ben).get(f"{url}restore/"))
    assert as_(ben).get(rate(claim)).status_code == 409


def test_only_who_added_it_takes_it_off_unrated(item, claim, ann, ben, eve, as_):
    remove = f"{claim.get_absolute_url()}evidence/1/remove/"
    for person in (ben, eve):
        assert "Remove evidence 1" not in text_of(as_(person).get(claim.get_absolute_url()))
        for answer in (as_(person).get(remove), as_(person).post(remove, {"version": item.version})):
            assert answer.status_code == 403
            assert "Rate it first" in text_of(answer)
            assert "A statement of it" not in text_of(answer)
    item.refresh_from_db()
    assert item.removed_at is None
    assert "Remove evidence 1" in text_of(as_(ann).get(claim.get_absolute_url()))
    assert as_(ann).post(remove, {"version": item.version}).status_code == 302
    item.refresh_from_db()
    item.restore(by=ann)
    rated = item.rate(by=ben, credibility="2")
    assert as_(eve).post(remove, {"version": rated.version}).status_code == 302


def test_who_would_confirm_it_is_told_what_they_can_do(item, claim, ben, as_):
    answer = as_(ben).post(rate(claim), {"credibility": "1"})
    assert answer.status_code == 422
    page = text_of(answer)
    assert "1 is not to be had yet: choose 2 to 6" in page
    assert "exhibit" not in page.split('class="errorlist"')[1].split("</ul>")[0]


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

    graded = {"letter": "C", "reason": "", "once": str(uuid.uuid4())}
    answer = as_(ben).post(rate(claim), graded)
    assert answer.status_code == 422
    assert "Say why this grade" in text_of(answer)
    graded["reason"] = "Half of it was right."
    for _twice in range(2):
        assert as_(ben).post(rate(claim), graded).status_code == 302
    item.refresh_from_db()
    assert item.grade == Grade.objects.get()
    page = text_of(as_(ben).get(rate(claim)))
    assert 'name="letter"' not in page, "it has a grade now"
    page = text_of(as_(ben).get(claim.get_absolute_url()))
    assert "C4" in page
    assert "when judged" not in page


def test_a_grade_that_comes_later_and_from_elsewhere_is_told_beside(item, claim, ben, eve, as_):
    item.rate(by=ben, credibility="4")
    source, graded = item.cited.source, {"letter": "E", "reason": "Half of it was wrong.", "once": str(uuid.uuid4())}
    assert as_(ben).post(f"/sources/{source.pk}/grade/", graded).status_code == 302
    item.refresh_from_db()
    assert item.grade is None
    for path in (claim.get_absolute_url(), source.get_absolute_url(), item.cited.get_absolute_url()):
        page = text_of(as_(ben).get(path))
        assert "?4" in page
        assert "not graded when judged; now E" in page, path
        assert ": source not graded;" not in page


def test_only_who_rated_it_gives_it_a_grade_with_their_rating(item, claim, ben, eve, rod, zoe, as_):
    graded = {"letter": "C", "reason": "Half of it was right.", "once": str(uuid.uuid4())}
    assert as_(ben).post(rate(claim), graded).status_code == 422, "first the information"
    assert not Grade.objects.exists()
    item.rate(by=ben, credibility="4")
    assert as_(rod).post(rate(claim), graded).status_code == 403
    assert as_(zoe).post(rate(claim), graded).status_code == 404
    assert not Grade.objects.exists()
    assert as_(eve).post(rate(claim), graded).status_code == 302
    item.refresh_from_db()
    assert (Grade.objects.get().graded_by, item.grade) == (eve, None)


def test_what_was_graded_already_has_the_grade_of_its_rating(item, ann, ben):
    grade = item.cited.source.grade("B", by=ann, reason="It has been right.")
    item.rate(by=ben, credibility="4")
    item.refresh_from_db()
    assert item.grade == grade


def test_what_is_sealed_by_then_keeps_what_it_had(item, claim, case, ben, as_):
    item.rate(by=ben, credibility="4")
    answers = {"act": "submit", "rating": case.rating("refuted").pk, "rationale": "So it is.", "relied_on": "1"}
    assert as_(ben).post(f"{claim.get_absolute_url()}assess/", answers | {"version": "-1"}).status_code == 302
    graded = {"letter": "C", "reason": "Half of it was right.", "once": str(uuid.uuid4())}
    assert as_(ben).post(rate(claim), graded).status_code == 302
    item.refresh_from_db()
    assert (Grade.objects.get().letter, item.grade) == ("C", None)


@pytest.mark.parametrize("relied_on", [[], ["1"]])
def test_whether_it_takes_the_grade_tells_nobody_that_a_hidden_answer_relies_on_it(
    item, claim, case, ann, ben, eve, as_, relied_on
):
    item.rate(by=ben, credibility="4")
    answers = {"act": "submit", "rating": case.rating("refuted").pk, "rationale": "So it is.", "relied_on": relied_on}
    assert as_(ann).post(f"{claim.get_absolute_url()}assess/", answers | {"version": "-1"}).status_code == 302
    graded = {"letter": "C", "reason": "Half of it was right.", "once": str(uuid.uuid4())}
    assert as_(ben).post(rate(claim), graded).status_code == 302
    item.refresh_from_db()
    assert (Grade.objects.get().letter, item.grade) == ("C", None)


def test_who_added_it_does_not_rate_it_and_nobody_rates_twice(item, claim, ann, ben, eve, as_):
    for answer in (as_(ann).get(rate(claim)), as_(ann).post(rate(claim), {"credibility": "2"})):
        assert answer.status_code == 403
        assert "know its source" in text_of(answer)
    as_(ben).post(rate(claim), {"credibility": "2"})
    answer = as_(eve).post(rate(claim), {"credibility": "5"})
    assert answer.status_code == 409
    assert "rated already" in text_of(answer)
    assert Evidence.objects.get().credibility == "2"


def test_what_waits_for_its_rating_is_listed_and_not_relied_on_yet(item, claim, case, ann, ben, as_):
    for path in (claim.get_absolute_url(), f"{claim.get_absolute_url()}assess/"):
        page = text_of(as_(ben).get(path))
        assert 'name="relied_on" value="1"' not in page
        assert "Evidence 1, source hidden until it is rated" in page
        assert rate(claim) in page
        assert not [words for words in TELLING if words in page]
    own = text_of(as_(ann).get(f"{claim.get_absolute_url()}assess/"))
    assert "Waits until somebody else has rated it" in own
    assert rate(claim) not in own
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


def walked():
    words = ("ministry", "statement", "census", "TRUTH STATEMENT")
    yield from addresses()
    yield from (f"/search/?q={word}&kind={kind}" for word in words for kind in ("", "evidence", "source"))
    yield from (f"/cases/BY/exhibits/?words={word}" for word in words)
    yield from (f"/cases/BY/claims/1/evidence/add/?words={word}" for word in (*words, "https://ministry.example/a"))
    yield from (f"/cases/BY/exhibits/2/trace/?words={word}" for word in words)
    yield from (f"/cases/BY/claims/1/evidence/add/?exhibit={key}" for key in (1, 2))
    yield from ("/", "/cases/BY/exhibits/2/trace/?said=1", "/cases/BY/exhibits/2/trace/?original=1")


@pytest.fixture
def told_elsewhere(item, claim, case, ann, ben):
    """All that stands beside evidence that is not rated yet: lineage, captures, a document, figures, more evidence."""
    source, hidden = item.cited.source, item.cited
    document = make_document(case=case, text="The census says 48,000. Nobody asked.", title="A scan")
    make_capture(exhibit=hidden, by=ann, url="https://ministry.example/a", final_url="https://ministry.example/a")
    copied = make_exhibit(case=case, by=ben, title="A copy", text=hidden.text, url="https://copy.example/b")
    Lineage(exhibit=copied, original=hidden, kind="quotes", reason="Same words.", made_by=ann).save(by=ann)
    other = make_evidence(
        claim=make_claim(case=case), by=ann, source=source, credibility="",
        exhibit=Exhibit(title="A statement of it, printed", document=document),
    )  # fmt: skip
    make_capture(exhibit=other.cited, by=ann, url="https://ministry.example/c", final_url="https://ministry.example/c")
    return item


def test_no_page_tells_whoever_has_not_rated_it(told_elsewhere, ben, rod, as_):
    copied = Exhibit.objects.get(title="A copy").get_absolute_url()
    for person in (ben, rod):
        browser, seen = as_(person), 0
        for path in [*walked(), copied, f"{copied}trace/", told_elsewhere.cited.source.get_absolute_url()]:
            answer = browser.get(path)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            page = body.decode(errors="replace")
            seen += answer.status_code == 200
            for words in ("A statement of it", "ministry.example/c", "page nine"):
                assert words not in page, f"{path}: {words}"
            if "ministry.example" not in path:  # what was asked for stands in the field
                assert "ministry.example" not in page, path
        assert seen > 40, "the walk went somewhere"


def test_the_walk_would_have_found_it(told_elsewhere, ann, ben, as_):
    pages = [
        told_elsewhere.claim.get_absolute_url(), "/cases/BY/exhibits/",
        Exhibit.objects.get(title="A copy").get_absolute_url(),
        told_elsewhere.cited.source.get_absolute_url(), "/search/?q=census&kind=evidence",
    ]  # fmt: skip
    for path in pages:
        assert "A statement of it" in text_of(as_(ann).get(path)), path
    told_elsewhere.rate(by=ben, credibility="3")
    for path in pages:
        page = text_of(as_(ben).get(path))
        assert "A statement of it" in page, path
        assert "A statement of it, printed" not in page, path


def test_its_exhibit_says_to_rate_it_first(told_elsewhere, ben, as_):
    exhibit = told_elsewhere.cited.get_absolute_url()
    for path in (exhibit, f"{exhibit}edit/", f"{exhibit}captures/add/", f"{exhibit}trace/"):
        answer = as_(ben).get(path)
        assert answer.status_code == 409
        assert "Evidence 1 of BY-1 cites this exhibit" in text_of(answer)
    listed = text_of(as_(ben).get("/cases/BY/exhibits/"))
    assert listed.count(HIDDEN) == 2
    assert "A copy" in listed
    told_elsewhere.rate(by=ben, credibility="3")
    assert as_(ben).get(exhibit).status_code == 200


def test_who_added_some_evidence_of_an_exhibit_knows_it(told_elsewhere, claim, case, ann, ben, as_):
    exhibit = told_elsewhere.cited
    add = f"{claim.get_absolute_url()}evidence/add/"
    answer = as_(ben).post(add, typed_evidence(exhibit=exhibit.pk))
    assert answer.status_code == 422, "it is not offered to whoever does not know it"
    make_evidence(claim=make_claim(case=case), by=ben, exhibit=exhibit, source=exhibit.source, credibility="")
    assert as_(ben).get(exhibit.get_absolute_url()).status_code == 200
    assert as_(ann).get(exhibit.get_absolute_url()).status_code == 200
