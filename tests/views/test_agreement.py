"""How far a case's reviewers agree, and that nothing of it tells of a round that is still blind."""

import datetime
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.models import Claim, Pair, Pattern, Role, Split
from claims.views import agreement
from claims.views.agreement import figure, lasting, share
from tests.factories import make_assessment, make_case, make_claim, make_user, make_verdict

PLACE = "/cases/BY/agreement/"
MARCH = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)


@pytest.fixture
def decide(case, ann, ben, eve, max_):
    """`decide("supported", "refuted")` is a signed claim that Ann and Ben have answered so."""

    def made(one: str, other: str, *, signed: bool = True, claim: Claim | None = None, **fields) -> Claim:
        claim = claim or make_claim(case=case, **fields)
        make_assessment(claim=claim, by=ann, rating=one)
        make_assessment(claim=claim, by=ben, rating=other)
        make_verdict(claim=claim, by=eve, signed_by=max_ if signed else None, difference="reading")
        return Claim.objects.get(pk=claim.pk)

    return made


def page(browser, path: str = PLACE, status: int = 200) -> str:
    response = browser.get(path)
    assert response.status_code == status
    # The token of its forms is another each time.
    return re.sub(r'(?<=csrfmiddlewaretoken" value=")\w+', "", str(response.content.decode()))


def words(browser, path: str = PLACE) -> str:
    """The page's text, as one reads it."""
    return " ".join(re.sub(r"<[^>]+>", " ", page(browser, path)).split())


# the figures


def test_a_case_without_signed_reviews_says_what_makes_them(as_, case, ann):
    assert "No review to compare yet" in words(as_(ann))


def test_the_figures_stand_with_their_n(as_, ann, decide):
    for _ in range(3):
        decide("supported", "supported")
        decide("refuted", "refuted")
    decide("supported", "refuted")
    decide("supported", "not-enough")
    shown = words(as_(ann))
    assert "8 reviews with two answers or more, 16 answers" in shown
    assert "in 6 of 8" in shown
    assert "Percent agreement 75 %" in shown
    # By hand: answers supported 8, refuted 7, not enough 1; apart 2; 1 - 15 · 2 · 2 / (2 · (8 · 7 + 8 + 7)).
    assert "Alpha, nominal 0.58" in shown
    assert "far apart counting more than near: n 7 reviews" in shown
    assert "Off the scale 6 %" in shown


def test_what_is_undefined_is_a_dash(as_, ann, decide):
    decide("supported", "supported")
    shown = words(as_(ann))
    assert "Percent agreement 100 %" in shown
    assert "Alpha, nominal –" in shown
    assert "κ –" in shown


def test_kinds_and_months_have_their_rows_and_figures_of_their_own(as_, ann, decide):
    with time_machine.travel(MARCH, tick=False):
        decide("supported", "refuted", kind="plan")
    with time_machine.travel(MARCH + datetime.timedelta(days=31), tick=False):
        decide("supported", "supported", kind="event")
        decide("refuted", "refuted", kind="event")
    shown = words(as_(ann))
    assert "n 1 Plan 0 % agreement" in shown
    assert "n 2 Event 100 % agreement nominal 1.00" in shown
    assert shown.index("n 2 Apr 2026") < shown.index("n 1 Mar 2026")
    assert "in 2 of 2" in words(as_(ann), f"{PLACE}?of=event")
    assert "in 0 of 1" in words(as_(ann), f"{PLACE}?of=2026-03")


def test_the_line_over_time_has_a_point_a_month_and_stands_in_a_table_too(as_, ann, decide):
    for month in range(3):
        with time_machine.travel(MARCH + datetime.timedelta(days=31 * month), tick=False):
            decide("supported", "supported")
            decide("refuted", "refuted" if month else "supported")
    shown = page(as_(ann))
    assert shown.count("<circle") == 3
    assert "<title>Mar 2026: 0.00, n 2</title>" in shown
    assert "<title>May 2026: 1.00, n 2</title>" in shown


@pytest.mark.parametrize("asked", ["nothing", "2026-13", "2020-01", "forecast", "2026-03%00", "x" * 400])
def test_a_part_of_which_nothing_is_counted_is_not_found(as_, ann, decide, asked):
    decide("supported", "supported", kind="plan")
    page(as_(ann), f"{PLACE}?of={asked}", 404)


def test_the_interval_comes_after_the_page_and_by_a_link_without_scripts(as_, ann, decide, htmx):
    for answer in ("supported", "refuted") * 5:
        decide(answer, answer)
    decide("supported", "refuted")
    browser = as_(ann)
    assert "Nominal lies between" not in page(browser)
    assert 'hx-get="?of=&amp;interval=yes"' in page(browser)
    whole = page(browser, f"{PLACE}?of=&interval=yes")
    assert "<h1>" in whole
    part = browser.get(f"{PLACE}?of=&interval=yes", headers=htmx).content.decode()
    assert "<h1>" not in part
    found = re.search(r"Nominal lies between</dt><dd>(\S+) to (\S+)</dd>", whole)
    assert found is not None
    assert found[0] in part, "the same every time"
    assert 0 < float(found[1]) < float(found[2]) <= 1


# nothing of a blind round


def test_answers_of_a_round_that_is_not_signed_off_are_counted_nowhere(as_, case, ann, ben, eve, decide, max_):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann, rating="refuted", rationale="A secret rationale.")
    before = page(as_(ben))
    make_assessment(claim=claim, by=eve, rating="supported")
    make_verdict(claim=claim, by=eve, difference="reading")
    assert page(as_(ben)) == before
    for place in (f"{PLACE}{ann.pk}/{eve.pk}/", f"{PLACE}{eve.pk}/{ann.pk}/"):
        page(as_(ben), place, 404)


def test_a_reopened_round_tells_nothing_of_its_new_answers(as_, case, ann, ben, eve, decide):
    claim = decide("supported", "refuted")
    path = f"{PLACE}{ann.pk}/{ben.pk}/"
    before = [page(as_(ben)), page(as_(ben), path)]
    claim = claim.reopen(by=eve, why="A new census.")
    make_assessment(claim=claim, by=ann, rating="not-enough")
    assert [page(as_(ben)), page(as_(ben), path)] == before


def test_a_stranger_learns_nothing(as_, zoe, decide, ann, ben):
    decide("supported", "refuted")
    page(as_(zoe), PLACE, 404)
    page(as_(zoe), f"{PLACE}{ann.pk}/{ben.pk}/", 404)


def test_a_reader_sees_what_a_reader_may_see_of_signed_claims(as_, rod, decide, ann, ben):
    claim = decide("supported", "refuted")
    assert "Ann" in page(as_(rod), claim.get_absolute_url())
    assert "Ann" in page(as_(rod))
    assert claim.ref in page(as_(rod), f"{PLACE}{ann.pk}/{ben.pk}/")


def test_pairs_of_another_case_are_not_found(as_, ann, ben, eve, decide):
    decide("supported", "refuted")
    make_case(code="XX", members={ann: Role.ANALYST})
    page(as_(ann), f"/cases/XX/agreement/{ann.pk}/{ben.pk}/", 404)


# two by two


def test_a_pair_leads_to_the_claims_where_they_split(as_, ann, ben, decide):
    decide("supported", "supported")
    apart = decide("supported", "not-enough")
    path = f"{PLACE}{ann.pk}/{ben.pk}/"
    shown = page(as_(ann))
    assert f'<a href="{path}"' in shown
    assert f'<a href="{PLACE}{ben.pk}/{ann.pk}/"' in shown
    shown = words(as_(ann), path)
    assert "n 2 signed reviews that both answered: 50 % alike, kappa 0.00." in shown
    listed = shown[shown.index("Where they split") :]
    assert apart.ref in listed
    assert "BY-1" not in listed
    assert listed.index("Ann Supported") < listed.index("Ben Not enough evidence")


def test_from_the_other_side_the_answers_change_places(as_, ann, ben, decide):
    decide("supported", "not-enough")
    shown = words(as_(ann), f"{PLACE}{ben.pk}/{ann.pk}/")
    listed = shown[shown.index("Where they split") :]
    assert listed.index("Ben Not enough evidence") < listed.index("Ann Supported")
    assert "Not enough evidence 1 0 0 0 0" in shown


def test_the_first_row_of_the_cross_table_is_what_the_first_said(as_, ann, ben, decide):
    decide("supported", "refuted")
    assert "Supported 0 0 1 0 0" in words(as_(ann), f"{PLACE}{ann.pk}/{ben.pk}/")


def test_a_pair_that_never_split_has_no_link(as_, ann, ben, decide):
    decide("supported", "supported")
    assert f"{PLACE}{ann.pk}/{ben.pk}/" not in page(as_(ann))
    assert "They never did" in words(as_(ann), f"{PLACE}{ann.pk}/{ben.pk}/")


def test_splits_of_two_rounds_of_one_claim_show_each_its_own_answers(as_, ann, ben, eve, decide):
    claim = decide("supported", "refuted")
    decide("conflicting", "not-enough", claim=claim.reopen(by=eve, why="A new census."))
    shown = words(as_(ann), f"{PLACE}{ann.pk}/{ben.pk}/")
    second, first = shown.rindex("Conflicting evidence"), shown.rindex("Refuted")
    assert shown.index("round 2", shown.index("Where they split")) < second < first


def test_splits_come_page_by_page_the_newest_first(as_, ann, ben, decide, monkeypatch):
    monkeypatch.setattr(agreement, "PAGE", 2)
    refs = [decide("supported", "refuted").ref for _ in range(5)]
    path, browser, seen = f"{PLACE}{ann.pk}/{ben.pk}/", as_(ann), list[str]()
    address = path
    while address:
        shown = page(browser, address)
        seen += re.findall(r'<td class="ref">(BY-\d+)', shown)
        more = re.search(r'rel="next" href="(\?before=\d+)"', shown)
        address = f"{path}{more[1]}" if more else ""
    assert seen == refs[::-1]
    assert "None beyond this one" in page(browser, f"{path}?before=1")
    page(browser, f"{path}?before=x", 404)


@pytest.mark.parametrize("keys", ["0/0", "1/99999999999999999999", "99999999999999999999/1"])
def test_people_who_are_nobody_are_not_found(as_, ann, case, keys):
    page(as_(ann), f"{PLACE}{keys}/", 404)


def test_of_many_reviewers_those_who_answered_most_are_shown(as_, case, ann, ben, eve, decide, monkeypatch):
    monkeypatch.setattr(agreement, "PEOPLE", 2)
    tam = make_user(name="Tamsin")
    case.enrol(tam, Role.ANALYST, by=eve)
    decide("supported", "supported")
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=tam)
    decide("supported", "supported")
    make_assessment(claim=claim, by=ann)
    make_verdict(claim=claim, by=eve, signed_by=make_editor(case, eve))
    shown = words(as_(ann))
    assert "the 2 who answered most" in shown
    assert "Tamsin" not in shown


def make_editor(case, by):
    editor = make_user()
    case.enrol(editor, Role.EDITOR, by=by)
    return editor


# time, and words for figures


def test_how_long_answers_took_stands_for_all_and_for_each(as_, case, ann, ben, eve, max_):
    with time_machine.travel(MARCH, tick=False) as clock:
        claim = make_claim(case=case)
        clock.shift(datetime.timedelta(hours=5))
        make_assessment(claim=claim, by=ann)
        clock.shift(datetime.timedelta(days=10))
        make_assessment(claim=claim, by=ben)
        make_verdict(claim=claim, by=eve, signed_by=max_)
    shown = words(as_(ann))
    timed = shown[shown.index("Time to answer") :]
    assert "2 answers All reviewers" in timed
    assert re.search(r"1 answer Ann a quarter within (4\.\d|5\.\d) h", timed)
    assert re.search(r"1 answer Ben a quarter within (10|11) days", timed)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(30, "under a minute"), (600, "10 min"), (5 * 3600, "5.0 h"), (30 * 3600, "30 h"), (86400 * 40, "40 days")],
)
def test_times_are_told_in_the_unit_that_suits_them(seconds, told):
    assert lasting(seconds) == told


def test_a_figure_that_rounds_to_nothing_has_no_sign():
    assert figure(-0.001) == "0.00"
    assert figure(-0.25) == "\N{MINUS SIGN}0.25"
    assert figure(None) == "–"


def test_a_share_is_all_or_nothing_only_where_it_is():
    assert [share(value) for value in (0.0, 0.0001, 0.5, 0.9999, 1.0, None)] == [
        "0 %", "1 %", "50 %", "99 %", "100 %", "–",
    ]  # fmt: skip


# speed


def test_the_page_asks_no_more_for_more_rows(as_, case, ann, ben, decide):
    decide("supported", "refuted")
    browser = as_(ann)

    def queries(path: str) -> int:
        page(browser, path)
        with CaptureQueriesContext(connection) as caught:
            page(browser, path)
        return len(caught)

    paths = [PLACE, f"{PLACE}{ann.pk}/{ben.pk}/"]
    few = [queries(path) for path in paths]
    for answer in ("supported", "partly", "refuted", "not-enough"):
        decide(answer, "refuted", kind="plan")
    assert [queries(path) for path in paths] == few
    assert Pattern.objects.filter(case=case).count() > Split.objects.filter(case=case).count() > Pair.objects.count()


def test_the_case_leads_to_it(as_, case, ann):
    assert f'href="{PLACE}"' in page(as_(ann), "/cases/BY/")


# the pictures


def test_which_answers_stand_beside_which_is_drawn_and_listed(as_, ann, decide):
    decide("supported", "supported")
    decide("supported", "refuted")
    shown = page(as_(ann)).partition('class="picture answers-picture"')[2].partition("</figure>")[0]
    assert re.findall(r"<td[^>]*>([^<]+)</td>", shown) == ["Supported", "Supported", "1", "Supported", "Refuted", "1"]


def test_what_is_drawn_shares_no_id_with_the_page(as_, ann, decide):
    for days in (0, 40):
        with time_machine.travel(MARCH + datetime.timedelta(days=days)):
            decide("supported", "supported")
            decide("refuted", "supported")
    shown = page(as_(ann), f"{PLACE}?interval=yes")
    assert shown.count('class="picture ') == 3
    ids = re.findall(r'\bid="([^"]+)"', shown)
    assert len(ids) == len(set(ids))


def test_alpha_is_drawn_with_its_interval(as_, ann, decide):
    for _ in range(4):
        decide("supported", "supported")
        decide("refuted", "refuted")
    decide("supported", "refuted")
    drawn = (
        page(as_(ann), f"{PLACE}?interval=yes")
        .partition('class="picture coefficients-picture"')[2]
        .partition("</svg>")[0]
    )
    assert re.search(r"Alpha, nominal: 0\.\d\d \(.?\d\.\d\d to \d\.\d\d\)", drawn)
    assert "9 reviews" in drawn
