"""Where a claim's evidence comes from, as people see it: in a sentence, drawn, and as a table."""

import re

import pytest

from claims.models import Exhibit, Lineage
from tests.factories import make_assessment, make_claim, make_evidence, make_source, make_verdict
from tests.views.test_claims import text_of


@pytest.fixture
def claim(case):
    return make_claim(case=case, statement="Troops have been massed near the border.")


@pytest.fixture
def ministry(case):
    return make_source(case=case, name="Foreign ministry")


def origins(claim):
    return f"{claim.get_absolute_url()}origins/"


def say(exhibit, kind, original=None, *, by):
    Lineage(exhibit=exhibit, original=original, kind=kind, reason="It says so.", made_by=by).save(by=by)


def brought(claim, by, title, *, kind="", original=None, **fields):
    item = make_evidence(claim=claim, by=by, exhibit=Exhibit(title=title), **fields)
    if kind:
        say(item.cited, kind, original and original.cited, by=by)
    return item


@pytest.fixture
def repeated(claim, ministry, ann, case):
    """A statement, an agency that quotes it, and a border service that says otherwise."""
    statement = brought(claim, ann, "Statement of 21 February", kind="first_hand", source=ministry)
    agency = make_source(case=case, name="Wire agency")
    report = brought(claim, ann, "Agency report", kind="quotes", original=statement, source=agency)
    guard = brought(claim, ann, "Border briefing", kind="first_hand", stance="refutes")
    return statement, report, guard


def rows(page):
    body = page.split("<tbody>")[1].split("</tbody>")[0]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(r"<td.*?</td>", row, re.S)]
            for row in re.findall(r"<tr>.*?</tr>", body, re.S)]  # fmt: skip


def test_the_claims_page_says_that_a_repeat_does_not_corroborate(claim, repeated, ann, as_):
    page = text_of(as_(ann).get(claim.get_absolute_url()))
    assert "3 items, 2 origins; all support that it is true comes from 1." in page
    assert "Both supporting items trace back to Foreign ministry: evidence 2 quotes evidence 1." in page
    assert f'href="{origins(claim)}"' in page


def test_two_origins_are_said_without_a_warning(claim, repeated, ann, as_):
    brought(claim, ann, "A picture from above", kind="first_hand")
    page = text_of(as_(ann).get(claim.get_absolute_url()))
    assert "4 items, 3 origins" in page
    assert "all support" not in page


def test_support_of_unknown_lineage_says_what_to_do(claim, ann, as_):
    brought(claim, ann, "A rumour")
    page = text_of(as_(ann).get(claim.get_absolute_url()))
    assert "1 item, 0 origins, 1 of unknown lineage; all support that it is true is of unknown lineage" in page
    assert "Say where these come from" in page
    assert "evidence 1" in page


def test_without_evidence_nothing_is_said_nor_drawn(claim, ann, as_):
    assert "origins-said" not in text_of(as_(ann).get(claim.get_absolute_url()))
    page = text_of(as_(ann).get(origins(claim)))
    assert "Nothing is brought yet" in page
    assert "<svg" not in page.partition("<main")[2]


def test_the_table_says_what_counts_and_why(claim, repeated, ann, as_):
    brought(claim, ann, "A rumour")
    page = text_of(as_(ann).get(origins(claim)))
    table = rows(page)
    assert [row[0] for row in table] == ["1", "2", "3", "4"]
    assert table[0][1:] == [
        "Statement of 21 February", "Supports Is it true?", "speaks at first hand, and repeats nothing",
        "Foreign ministry", "origin 1", "counts: yes",
    ]  # fmt: skip
    assert table[1][3] == "quotes “Statement of 21 February”"
    assert table[1][5:] == ["origin 1", "counts: no: same origin as evidence 1"]
    assert table[2][5:] == ["origin 2", "counts: yes"]
    assert table[3][6] == "counts: no: of unknown lineage"


def test_the_drawing_names_speakers_stances_and_lineage_in_words(claim, repeated, ann, as_):
    page = text_of(as_(ann).get(origins(claim)))
    drawing = page.partition('class="picture lineage-picture"')[2].partition("</svg>")[0]
    assert "<title>Agency report. 2 Supports · origin 1</title>" in drawing
    assert "<title>Border briefing. 3 Refutes · origin 2</title>" in drawing
    assert "<title>Agency report quotes Statement of 21 February</title>" in drawing
    assert "<title>Foreign ministry, speaker</title>" in drawing
    assert "3 items, 2 origins" in drawing.partition("<desc")[2].partition("</desc>")[0]
    assert "style=" not in drawing


def test_what_is_only_repeated_is_drawn_too(claim, ann, case, as_):
    decree = Exhibit(case=case, title="The decree")
    decree.save(by=ann)
    say(decree, "first_hand", by=ann)
    say(brought(claim, ann, "A report").cited, "quotes", decree, by=ann)
    page = text_of(as_(ann).get(origins(claim)))
    assert "The decree. only repeated · origin 1" in page


def test_an_exhibit_brought_twice_is_one_node_with_both_numbers(claim, ann, as_):
    item = brought(claim, ann, "A statement", kind="first_hand")
    make_evidence(claim=claim, by=ann, exhibit=item.cited, stance="refutes", bearing="said")
    page = text_of(as_(ann).get(origins(claim)))
    assert page.count("A statement. 1 Supports, 2 Refutes · origin 1") == 1


def test_htmx_gets_the_drawing_alone(claim, repeated, ann, as_, htmx):
    page = text_of(as_(ann, **htmx).get(origins(claim)))
    assert page.lstrip().startswith('<div id="origins"')
    assert "<svg" in page


def test_markup_in_names_stays_text(claim, ann, case, as_):
    brought(claim, ann, "<b>Bold</b>", source=make_source(case=case, name="<script>x</script>"), kind="first_hand")
    page = text_of(as_(ann).get(origins(claim)))
    assert "<script>x" not in page
    assert "<b>Bold" not in page


def test_a_stranger_learns_nothing(claim, repeated, zoe, as_):
    assert as_(zoe).get(origins(claim)).status_code == 404


def test_the_number_of_queries_does_not_grow(claim, repeated, ann, as_, django_assert_max_num_queries):
    browser = as_(ann)
    with django_assert_max_num_queries(20) as few:
        browser.get(origins(claim))
    for n in range(10):
        brought(claim, ann, f"Report {n}", kind="quotes", original=repeated[0])
    with django_assert_max_num_queries(len(few)):
        browser.get(origins(claim))


@pytest.mark.parametrize("place", ["", "origins/"])
def test_no_reader_learns_from_what_repeats_it_who_is_withheld(claim, ann, rod, case, as_, place):
    hidden = make_source(case=case, name="Halina Kavalenka")
    letter = brought(claim, ann, "A quartermaster's letter", kind="first_hand", source=hidden, withheld=True)
    brought(claim, ann, "A report", kind="quotes", original=letter)
    brought(claim, ann, "A second letter of hers", kind="first_hand", source=hidden)
    page = text_of(as_(rod).get(claim.get_absolute_url() + place))
    for telling in ("Kavalenka", "quartermaster", "second letter", "same speaker"):
        assert telling not in page
    assert "3 items, 1 origin; all support that it is true comes from 1." in page
    assert "trace back to one origin: evidence 2 quotes evidence 1." in page
    assert "Kavalenka" in text_of(as_(ann).get(claim.get_absolute_url() + place))


def test_of_what_is_withheld_the_table_tells_no_origin_that_would_tell_whose_it_is(claim, ann, rod, ministry, as_):
    brought(claim, ann, "A statement", kind="first_hand")
    brought(claim, ann, "A letter", kind="first_hand", source=ministry, withheld=True)
    row = rows(text_of(as_(rod).get(origins(claim))))[1]
    assert row[1] == "Source withheld"
    assert row[4:] == ["", "origin –", "counts: with its origin, which is not told here"]


def test_who_is_to_rate_information_is_not_told_whose_it_is(claim, ann, ben, eve, case, ministry, as_):
    brought(claim, ann, "A statement", kind="first_hand", source=ministry)
    case.hides_sources = True
    case.save(by=eve)
    brought(claim, ann, "Her interview", kind="first_hand", source=ministry, credibility="")
    for page in (claim.get_absolute_url(), origins(claim)):
        told = text_of(as_(ben).get(page))
        assert "Her interview" not in told
        assert "evidence 2 is of the same speaker" not in told
        assert "evidence 2 is of the same speaker as evidence 1" in text_of(as_(ann).get(page))


def test_a_rating_as_confirmed_is_refused_without_a_name_to_who_rates_with_the_source_hidden(
    claim, ann, ben, eve, case, ministry, as_
):
    brought(claim, ann, "A statement", kind="first_hand", source=ministry)
    case.hides_sources = True
    case.save(by=eve)
    brought(claim, ann, "Her interview", kind="first_hand", source=ministry, credibility="")
    answer = as_(ben).post(f"{claim.get_absolute_url()}evidence/2/rate/", {"credibility": "1"})
    assert answer.status_code == 422
    page = text_of(answer)
    assert "needs two independent origins" in page
    assert "There is one." in page
    for telling in ("Foreign ministry", "same speaker", "Her interview"):
        assert telling not in page.partition("<main")[2]


def test_a_form_says_which_link_is_missing_and_lets_one_confirm_once_it_is_there(claim, repeated, ann, as_):
    _statement, report, _guard = repeated
    edit = f"{claim.get_absolute_url()}evidence/2/edit/"
    form = {"stance": "supports", "bearing": "true", "credibility": "1", "version": report.version}
    answer = as_(ann).post(edit, form)
    assert answer.status_code == 422
    page = text_of(answer)
    assert "There is one: Foreign ministry. Evidence 2 quotes evidence 1." in page
    brought(claim, ann, "A picture from above", kind="first_hand")
    assert as_(ann).post(edit, form).status_code == 302
    report.refresh_from_db()
    assert report.credibility == "1"


def test_evidence_that_is_confirmed_no_longer_says_so(claim, repeated, ann, as_):
    other = brought(claim, ann, "A picture from above", kind="first_hand")
    repeated[0].credibility = "1"
    repeated[0].save(by=ann)
    lost = "Evidence 1 is rated as confirmed by other independent sources, which does not hold any more."
    assert lost not in text_of(as_(ann).get(claim.get_absolute_url()))
    say(other.cited, "quotes", repeated[0].cited, by=ann)
    page = text_of(as_(ann).get(claim.get_absolute_url()))
    assert lost in page
    assert "Evidence 4 quotes evidence 1." in page


def test_a_proposal_on_one_origin_says_what_there_is_and_asks_why_it_is_enough(
    case, claim, repeated, ann, ben, eve, as_
):
    for reviewer in (ann, ben):
        make_assessment(claim=claim, by=reviewer)
    form = {"rating": case.rating("supported").pk, "summary": "The ministry says so."}
    propose = f"{claim.get_absolute_url()}verdict/propose/"
    answer = as_(eve).post(propose, form)
    assert answer.status_code == 422
    assert "Only 1 independent origin supports this" in text_of(answer)
    assert as_(eve).post(propose, form | {"one_origin": "Nobody else was there."}).status_code == 302
    page = text_of(as_(eve).get(claim.get_absolute_url()))
    assert "Nobody else was there." in page
    assert "Independent origins behind it</dt><dd>1</dd>" in page


def test_what_only_shares_a_speaker_with_an_origin_is_drawn_and_listed_as_unknown(claim, ann, ministry, as_):
    brought(claim, ann, "A statement", kind="first_hand", source=ministry)
    brought(claim, ann, "An interview", source=ministry)
    page = text_of(as_(ann).get(origins(claim)))
    assert rows(page)[1][-2:] == ["origin –", "counts: no: of unknown lineage"]
    assert "An interview. 2 Supports · lineage unknown" in page


def test_after_the_verdict_where_evidence_comes_from_can_still_be_said_but_not_by_readers(
    claim, ann, ben, eve, rod, as_
):
    item = brought(claim, ann, "A rumour")
    for person in (ann, ben):
        make_assessment(claim=claim, by=person)
    make_verdict(claim=claim, by=eve)
    trace = f"/cases/BY/exhibits/{item.cited.pk}/trace/"
    page = text_of(as_(ann).get(claim.get_absolute_url()))
    assert "Say where these come from" in page
    assert page.count(trace) == 2
    assert "Say where these come from" not in text_of(as_(rod).get(claim.get_absolute_url()))


def test_one_origin_counts_once_for_each_question(claim, ann, ministry, as_):
    for bearing in ("said", "true", "true"):
        brought(claim, ann, "A statement", kind="first_hand", source=ministry, bearing=bearing)
    page = text_of(as_(ann).get(origins(claim)))
    assert [row[-1] for row in rows(page)] == ["counts: yes", "counts: yes", "counts: no: same origin as evidence 2"]
