"""Working through the queue and over the columns of a case, by keys and by hand."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.axe import violations

TABLE = b"statement,kind\nThe bridge carries 40 tonnes.,quantity\nThe town counts 9000 people.,quantity\n"


@pytest.fixture(scope="module")
def room(site, browser, sessions) -> str:
    """The path of a case of its own, with two claims; `editor2`, for whom nothing else is due, reviews in it."""
    with browser.new_context(base_url=site, storage_state=sessions("staff")) as context:
        page = context.new_page()
        page.goto("/cases/add/")
        page.get_by_label("Title").fill("The bridge")
        page.get_by_label("Code").fill("BRIDGE")
        page.get_by_role("button", name="Begin the case").or_(page.locator("main button.primary")).first.click()
        page.wait_for_url("**/cases/BRIDGE/")
        for name, role in (("editor2", "analyst"), ("editor", "editor")):
            page.goto("/cases/BRIDGE/edit/")
            page.get_by_label("E-mail").fill(f"{name}@example.org")
            page.get_by_label("Role", exact=True).select_option(role)
            page.get_by_role("button", name="Add", exact=True).click()
            expect(page.locator("#messages")).to_contain_text("is in the case")
        page.goto("/cases/BRIDGE/claims/import/")
        page.locator("input[type=file]").set_input_files(FilePayload(name="c.csv", mimeType="text/csv", buffer=TABLE))
        page.get_by_role("button", name="Import").click()
        page.wait_for_url(lambda url: "import" not in url)
        page.goto("/cases/BRIDGE/")
        for _ in range(40):
            if page.get_by_role("link", name="The town counts 9000 people.").count():
                break
            page.wait_for_timeout(500)
            page.reload()
    return "/cases/BRIDGE/"


def ask(page: Page, room: str) -> None:
    """Tick both claims, look who gets them, and ask one reviewer by a day."""
    page.goto(room)
    for box in page.get_by_role("checkbox", name="BRIDGE-").all():
        box.check()
    page.get_by_role("button", name="those ticked").click()
    page.get_by_label("Henrik Dahl").check()
    page.get_by_label("All who are ticked").check()
    page.get_by_label("Due").fill("2026-01-01")
    page.get_by_role("button", name="See who gets how many").click()
    expect(page.get_by_text("This day has passed")).to_be_visible()
    page.get_by_label("Due").fill("2099-01-01")
    page.get_by_role("button", name="See who gets how many").click()
    expect(page.get_by_role("heading", name="Who gets how many")).to_be_visible()
    assert violations(page, dark=True) == []
    page.get_by_role("button", name="Ask them about 2 claims").click()
    expect(page.locator("#messages")).to_contain_text("Reviewers are asked about 2 claims.")


def answer(page: Page, act: Callable[[], Any]) -> None:
    page.keyboard.press("a")
    page.keyboard.press("Space")
    page.get_by_label("Rationale").fill("The load table says so.")
    act()


def test_the_queue_is_worked_through_by_keys(sign_in, room):
    ask(sign_in("editor"), room)
    page = sign_in("editor2")
    page.goto("/")
    expect(page.get_by_role("heading", name="Due")).to_be_visible()
    # What has the focus keeps its Enter.
    page.get_by_role("link", name="Cases").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/")
    page.goto("/")

    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/BRIDGE/claims/*/?from=due")
    first = page.url
    answer(page, lambda: page.keyboard.press("Control+Enter"))

    expect(page.locator("#messages")).to_contain_text("Your assessment is in, and sealed. Next: BRIDGE-")
    expect(page.locator("#messages")).to_contain_text("(1 left)")
    assert page.url != first
    assert page.url.endswith("?from=due")
    answer(page, lambda: page.get_by_role("button", name="Submit assessment").click())
    page.wait_for_url(lambda url: "BRIDGE" not in url)
    page.goto("/")
    expect(page.get_by_role("heading", name="Due")).to_have_count(0)


def test_cards_are_walked_by_keys_and_moved_by_hand(sign_in, room):
    page = sign_in("editor")
    page.goto("/cases/BY/columns/")
    assert violations(page, dark=True) == []
    page.keyboard.press("j")
    page.keyboard.press("j")
    card = page.locator(".claim-card[aria-current]")
    second = card.get_attribute("data-ref") or ""
    page.keyboard.press("m")
    expect(card.locator("details.menu a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(card.locator("details.menu")).not_to_have_attribute("open", "")

    page.locator(f'[data-ref="{second}"]').drag_to(page.locator('[data-status="signed_off"] h2'))
    expect(page.locator("#board-told")).to_have_text(f"{second} cannot be moved to “Signed off” from where it stands.")
    page.locator(f'[data-ref="{second}"]').drag_to(page.locator('[data-status="in_review"] h2'))
    page.wait_for_url(f"**/claims/{second.partition('-')[2]}/assign/")


def test_without_scripts_the_queue_and_the_columns_are_links(sign_in, room):
    page = sign_in("editor", java_script_enabled=False)
    page.goto("/")
    # What somebody said to me is read at its place; what is to be done leads on to the next.
    page.locator("section:not(:has(#mentioned))").get_by_role("link", name="begin").first.click()
    assert "?from=" in page.url
    page.goto("/cases/BY/columns/")
    page.locator("details.menu summary").first.click()
    page.locator("details.menu a").first.click()
    expect(page.locator("main form")).to_be_visible()
