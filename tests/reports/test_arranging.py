"""What was chosen of a report shows in every format that people read: sections, order, groups, for whom it is."""

import base64
import io
import re

import pypdfium2
import pytest
from PIL import Image

from claims.reports.arranging import arranged
from claims.reports.choices import SECTIONS
from claims.reports.outline import outline
from claims.reports.render import render
from tests.reports.snapshots import make_capture, make_claim, make_snapshot, make_unsigned, make_verdict
from tests.reports.test_choices import words_of

READ = ("html", "pdf", "md", "docx")
SINCE = {
    "number": 3,
    "made_at": "2026-11-20T12:00:00Z",
    "sha256": "56" * 32,
    "claims_added": ["BY-1"],
    "claims_left_out": ["BY-9"],
    "ratings_moved": [{"ref": "BY-2", "was": "", "is": "Refuted"}],
    "evidence_added": [{"ref": "BY-2", "numbers": [4, 5]}],
}


def numbered(number, **changes):
    return make_claim(number=number, ref=f"BY-{number}", **changes)


def refuted(number, **changes):
    verdict = make_verdict(rating="refuted", label="Refuted", look="refuted")
    return numbered(number, verdict=verdict, **changes)


def chosen(*sections, **changes):
    claim = make_claim(comments=[
        {"number": 1, "text": "Look at the annex.", "by": "Ann", "at": "2026-11-20T12:00:00Z", "round": 1,
         "answers": None, "resolved": False}
    ])  # fmt: skip
    return make_snapshot(claim, sections=list(sections), **changes)


def headings_of(page):
    return [
        re.sub(r"<[^>]*>", "", found).strip() for found in re.findall(r"<h[2-4][^>]*>.*?</h[2-4]>", page, re.DOTALL)
    ]


@pytest.mark.parametrize(
    ("section", "heading"),
    [
        ("summary", "Summary"), ("verdicts", "Verdict ✓ Supported"), ("evidence", "Evidence"), ("evidence", "Sources"),
        ("figures", "Figures"), ("method", "Method and scales"), ("comments", "Comments"),
    ],
)  # fmt: skip
def test_a_section_stands_in_the_report_only_where_it_was_chosen(section, heading):
    assert heading in headings_of(render(chosen(section), "html").decode())
    rest = [code for code in SECTIONS if code != section]
    assert heading not in headings_of(render(chosen(*rest), "html").decode())


@pytest.mark.parametrize("name", READ)
def test_with_no_section_but_one_no_heading_stands_empty(name):
    words = words_of(render(chosen("verdicts"), name))
    for heading in ("No evidence has been brought", "Method and scales", "No source stands", "Back to the summary"):
        assert heading not in words


def test_without_the_verdicts_the_summary_still_tells_the_ratings():
    page = render(chosen("summary"), "html").decode()
    assert "✓" in page
    assert "The minister named the figure himself." not in page


def test_claims_come_in_the_order_chosen():
    claims = [make_unsigned(number=1, ref="BY-1", as_of=None), refuted(2, as_of="2023-02-21"), numbered(3)]
    claims[2]["as_of"] = "2023-01-01"

    def numbers(order):
        return [claim["number"] for _group, claim in arranged(make_snapshot(*claims, order=order))]

    assert numbers("number") == [1, 2, 3]
    assert numbers("rating") == [3, 2, 1], "from the top of the scale down, those without a verdict last"
    assert numbers("as_of") == [3, 2, 1], "the earliest first, those without a date last"


@pytest.mark.parametrize(
    ("grouping", "groups"),
    [
        ("", ["Claims"]),
        ("kind", ["Claims: Quantity", "Claims: State"]),
        ("rating", ["Claims: Supported", "Claims: Refuted", "Claims: No signed verdict"]),
        ("document", ["Claims: Briefing on the militia", "Claims: In no document"]),
    ],
)
def test_claims_are_grouped_as_was_chosen(grouping, groups):
    claims = [refuted(1, kind="quantity", kind_label="Quantity"), make_unsigned(passages=[]), numbered(3)]
    claims[2] |= {"kind": "quantity", "kind_label": "Quantity"}
    made = make_snapshot(*claims, grouping=grouping)
    assert [claim.opens.heading for claim in outline(made).claims if claim.opens] == groups
    for name in READ:
        words = words_of(render(made, name))
        assert all(group in words or "_".join(group.split()) in words for group in groups), name
    with pypdfium2.PdfDocument(render(made, "pdf")) as document:
        marks = [mark.get_title() for mark in document.get_toc()]
    assert [mark for mark in marks if mark.startswith("Claims")] == groups
    html = render(made, "html").decode()
    for anchor in re.findall(r'href="#([^"]+)"', html):
        assert f'id="{anchor}"' in html, anchor


def test_the_summary_leads_to_each_claim_and_the_claim_back():
    page = render(make_snapshot(make_claim()), "html").decode()
    assert '<a href="#claim-1">BY-1</a>' in page
    assert '<a href="#row-claim-1">Back to the summary</a>' in page
    assert 'id="row-claim-1"' in page
    text = render(make_snapshot(make_claim()), "md").decode()
    assert "[Back to the summary](#row-claim-1)" in text
    assert '<a id="row-claim-1"></a>' in text


@pytest.mark.parametrize("name", READ)
def test_a_report_says_for_whom_it_is(name):
    told = words_of(render(make_snapshot(make_claim(), audience="public"), name))
    assert "The public" in told
    assert "told apart by numbers" in " ".join(told.split())
    told = words_of(render(make_snapshot(make_claim()), name))
    assert "Internal use" in told
    assert "told apart by numbers" not in told


@pytest.mark.parametrize("name", READ)
def test_what_changed_since_the_report_before_is_a_section_of_it(name):
    told = " ".join(words_of(render(make_snapshot(make_claim(), make_unsigned(), since=SINCE), name)).split())
    assert "Changes since report 3" in told
    for words in ("BY-9", "left out", "no signed verdict", "evidence added: items 4, 5"):
        assert words in told


def test_where_nothing_changed_it_says_so():
    nothing = SINCE | {name: [] for name in ("claims_added", "claims_left_out", "ratings_moved", "evidence_added")}
    assert "It has the same claims with the same ratings" in render(make_snapshot(since=nothing), "md").decode()


@pytest.mark.parametrize("name", READ)
def test_the_custody_annex_lists_what_is_kept_with_its_hash(name):
    told = words_of(render(chosen("custody", custody=[make_capture()]), name))
    assert "Custody annex" in told
    assert "34" * 32 in "".join(told.split())
    assert "Custody annex" not in words_of(render(chosen("summary", custody=[]), name))


def test_logo_and_imprint_stand_on_the_title_page():
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(out, "PNG")
    logo = base64.b64encode(out.getvalue()).decode()
    made = make_snapshot(make_claim(), logo=logo, imprint="Policy desk\n1 Main Street <b>")
    page = render(made, "html").decode()
    assert f'src="data:image/png;base64,{logo}"' in page
    assert "1 Main Street &lt;b&gt;" in page
    content = render(made, "pdf")
    assert content == render(made, "pdf")
    with pypdfium2.PdfDocument(content) as document:
        first = document[0]
        assert "1 Main Street" in first.get_textpage().get_text_bounded()
        assert any(isinstance(each, pypdfium2.PdfImage) for each in first.get_objects())
