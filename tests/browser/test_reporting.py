"""An editor chooses a report, sees what it will be like, makes it and takes it along: with and without scripts."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.axe import too_wide, violations

ADD = "/cases/BY/reports/add/"


def make_and_take(page: Page) -> str:
    """The report's Markdown, as it was downloaded."""
    page.get_by_role("button", name="Freeze and make the report").click()
    page.wait_for_url(re.compile(r"/reports/\d+/$"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Text (Markdown)").click()
    return download.value.path().read_text()


def test_a_report_is_made_by_keys_alone(sign_in):
    page = sign_in("editor")
    page.goto("/cases/BY/")
    page.keyboard.press("x")
    expect(page.get_by_label("Title")).to_be_focused()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/reports/\d+/$"))


def test_a_report_is_chosen_seen_made_and_taken_along(sign_in):
    page = sign_in("editor", viewport={"width": 1360, "height": 900})
    page.goto(ADD)
    seen = page.locator("#preview")
    expect(seen).to_contain_text("Method and scales")
    page.get_by_label("Title").fill("What the briefing claims")
    expect(seen.get_by_role("heading", name="What the briefing claims")).to_be_visible()
    page.get_by_label("Method and scales").uncheck()
    expect(seen).not_to_contain_text("Method and scales")
    page.get_by_label("Groups").select_option("By kind")
    expect(seen).to_contain_text("Claims: ")
    page.get_by_label("Only those ticked below").check()
    page.get_by_role("checkbox", name=re.compile(r"^BY-2 ")).check()
    expect(seen).to_contain_text("1 claim chosen by hand")

    assert not violations(page, dark=True) + too_wide(page, 1360, 768, 360)

    text = make_and_take(page)
    assert text.startswith("# What the briefing claims")
    assert "BY-2" in text
    assert "Method and scales" not in text


def test_the_same_without_scripts(sign_in):
    page = sign_in("editor", java_script_enabled=False)
    page.goto(ADD)
    page.get_by_label("Title").fill("Chosen without scripts")
    page.get_by_label("Only those ticked below").check()
    page.get_by_role("checkbox", name=re.compile(r"^BY-3 ")).check()
    page.get_by_role("button", name="Show the preview").click()
    seen = page.locator("#preview")
    expect(seen).to_contain_text("1 claim chosen by hand")
    expect(seen.get_by_role("heading", name="Chosen without scripts")).to_be_visible()
    expect(page.get_by_role("checkbox", name=re.compile(r"^BY-3 "))).to_be_checked()

    text = make_and_take(page)
    assert text.startswith("# Chosen without scripts")
