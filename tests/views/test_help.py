"""The help page draws the moves from the one table that the rules read."""

import re

import pytest
from django.utils.html import escape

from claims.models import MOVES, Role, Status
from claims.models.moves import Move
from claims.views import help


def page(browser) -> str:
    response = browser.get("/help/")
    assert response.status_code == 200
    return str(response.content.decode())


def test_every_state_and_every_move_is_in_the_picture_and_in_the_table(as_, zoe):
    shown = page(as_(zoe))
    picture, table = shown[: shown.index("</svg>")], shown[shown.index("</svg>") :]
    for status in Status:
        assert f">{status.label}</text>" in picture
    for move in MOVES.values():
        assert f">{escape(str(move.label))}</text>" in picture
        assert f"<b>{escape(str(move.label))}</b>" in table
        assert escape(str(move.hint)) in table
    assert picture.count('class="head"') == len(MOVES)
    assert picture.count("<circle") == sum(len(move.start) for move in MOVES.values())
    assert table.count("<td>with a reason</td>") == sum(move.needs_reason for move in MOVES.values())


def test_a_new_move_in_the_table_appears_in_the_picture(as_, zoe, monkeypatch):
    roles = frozenset({Role.READER})
    new = Move("appeal", "Appeal", frozenset({Status.SIGNED_OFF}), Status.TO_DECIDE, roles, hint="Somebody objects.")  # type: ignore[arg-type]
    before = page(as_(zoe))
    monkeypatch.setattr(help, "MOVES", MOVES | {"appeal": new})
    shown = page(as_(zoe))
    assert "Appeal" not in before
    assert "<title>Appeal: Signed off → To decide</title>" in shown
    assert "Appeal: Signed off → To decide." in shown[shown.index("<desc") : shown.index("</desc>")]
    assert shown.count('class="head"') == before.count('class="head"') + 1
    row = next(row for row in re.findall(r"<tr>.*?</tr>", shown, re.DOTALL) if "Appeal" in row)
    assert "Reader" in row
    assert "Somebody objects." in row


def test_the_picture_has_a_title_and_says_in_words_what_it_shows(as_, zoe):
    shown = page(as_(zoe))
    assert 'role="img" aria-labelledby="moves-title" aria-describedby="moves-words"' in shown
    assert "Sign off: Proposed → Signed off." in shown


@pytest.mark.parametrize("path", ["/", "/cases/", "/sources/", "/help/"])
def test_every_page_leads_to_it(as_, zoe, path):
    assert 'href="/help/"' in as_(zoe).get(path).content.decode()


def test_whoever_is_not_signed_in_is_asked_to_first(client, db):
    assert client.get("/help/").status_code == 302
    assert 'href="/help/"' not in client.get("/accounts/login/").content.decode()
