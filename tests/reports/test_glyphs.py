import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from claims.reports.glyphs import glyphless, shown
from claims.reports.render import render
from tests.reports.snapshots import make_claim, make_evidence, make_snapshot


def follows_pdf_ua(text: str) -> bool:
    """Whether the PDF of a report does in which this text stands, in a statement and in a quotation."""
    claim = make_claim(statement=f"a{text}b", evidence=[make_evidence(quote=f"a{text}b")])
    return b"pdfuaid" in render(make_snapshot(claim), "pdf")


def test_what_no_font_has_is_named_once_and_in_order():
    assert glyphless("中 and 文 and 中 again: 😀") == ["中", "文", "😀"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Плот, Ελλάς, כוח, القوة, naïve",
        "a\u202eb\u0007c\u2028d\u200de\ufe0f",
        "✓ ≈ ✕",
        "e\u0301 \u1e9b\u0323",
        "\x00",
        "\ufeff",
        "\\u0000",
    ],
)
def test_scripts_with_a_font_and_what_prints_nothing_lack_nothing(text):
    assert glyphless(text) == []
    assert follows_pdf_ua(text)


@settings(max_examples=15, deadline=None)
@example(text="中")
@example(text="😀")
@example(text="\u0605")
@example(text="\U00013430")
@example(text="\u0958")
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=4))
def test_it_says_just_what_the_pdf_does(text):
    assert follows_pdf_ua(text) == (glyphless(text) == [])


def test_every_character_that_it_calls_shown_is():
    printed = "".join(sorted(c for c in shown() if unicodedata.category(c)[0] not in "CZM"))
    assert len(printed) > 5000
    assert follows_pdf_ua(printed)
