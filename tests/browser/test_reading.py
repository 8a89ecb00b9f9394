"""The reading room under real hands: decisions by key, selection over emoji, by touch and by keys alone."""

import re
import uuid

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations

FIRST = "The minister 👩🏽‍🚀 said the army has 48,000 men."
SECOND = "The border guard 🇧🇾 had 12,000 men in 2021; é and x\u0301 too."
THIRD = "The ministry said in December that 9,000 soldiers were massed near the border."
MARKED = "[data-document] mark[aria-current]"


@pytest.fixture
def room(sign_in):
    """`room(...)` is a page with a document that nobody has loaded before; keywords go to the browser context."""

    def opened(**options: object) -> Page:
        page: Page = sign_in("analyst", **options)
        page.goto("/cases/BY/documents/add/")
        page.get_by_label("Text", exact=True).fill(f"Report {uuid.uuid4()} 😀\n\n{FIRST} {SECOND}\n\n{THIRD}")
        page.get_by_role("button", name="Load", exact=True).click()
        expect(page.locator("[data-document]")).to_contain_text("9,000 soldiers")
        expect(page.get_by_role("button", name="Select by keys")).to_be_visible()  # the scripts are in
        return page

    return opened


def test_suggestions_are_decided_by_key_and_the_next_is_chosen_by_itself(room):
    page = room()
    page.keyboard.press("j")
    panel = page.locator("#claim")
    expect(panel.get_by_text("Suggestion", exact=True)).to_be_visible()
    assert not violations(page)
    while "48,000" not in panel.inner_text():
        before = page.locator(MARKED).first.get_attribute("data-mark")
        page.keyboard.press("j")
        expect(page.locator(MARKED).first).not_to_have_attribute("data-mark", before)
        expect(panel.get_by_role("button", name="Make it a claim")).to_be_visible()
        page.wait_for_url(f"**?suggestion={page.locator(MARKED).first.get_attribute('data-mark')[1:]}*")
    made = page.locator(MARKED).first.get_attribute("data-mark")

    page.keyboard.press("y")
    expect(panel.get_by_text("is made of")).to_be_visible()
    expect(page.locator(f'mark[data-mark="{made}"]')).to_have_count(0)
    expect(page.locator("mark.unverified")).not_to_have_count(0)
    following = page.locator(MARKED).first.get_attribute("data-mark")
    assert following != made
    assert f"suggestion={following[1:]}" in page.url, "the address names the mark"

    page.keyboard.press("n")
    expect(panel.get_by_text("Dismissed:")).to_be_visible()
    expect(page.locator(f'mark[data-mark="{following}"]')).to_have_count(0)
    page.keyboard.press("u")
    expect(page.locator(MARKED).first).to_have_attribute("data-mark", following)
    expect(panel.get_by_text("is made of")).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator(MARKED).first).to_have_attribute("data-mark", made)
    expect(page.locator("mark.unverified")).to_have_count(0)

    panel.get_by_role("button", name="Make it a claim").click()
    expect(panel.get_by_text("is made of")).to_be_visible()
    page.keyboard.press("e")
    page.wait_for_url("**/edit/")
    expect(page.get_by_label("The claim")).to_have_value(re.compile("army has 48,000 men"))


def select(page: Page, words: str) -> None:
    page.evaluate(
        """words => {
            const runs = [...document.querySelectorAll("[data-document] [data-start]")].map((run) => run.firstChild);
            const text = runs.map((run) => run.data).join("");
            const place = (offset, run = 0) =>
                offset <= runs[run].data.length ? [runs[run], offset] : place(offset - runs[run].data.length, run + 1);
            const at = text.indexOf(words);
            getSelection().setBaseAndExtent(...place(at), ...place(at + words.length));
        }""",
        words,
    )
    expect(page.get_by_role("button", name="New claim")).to_be_visible()


def test_words_after_emoji_and_combined_letters_are_the_words_by_touch_too(room):
    page = room(has_touch=True, is_mobile=True, viewport={"width": 360, "height": 800})
    for words in ("👩🏽‍🚀 said the army", "🇧🇾 had 12,000", "x\u0301 too"):
        select(page, words)
        page.get_by_role("button", name="New claim").tap()
        expect(page.get_by_label("The claim")).to_have_value(words)
        expect(page.locator("#claim mark")).to_have_text(words)
        page.get_by_role("link", name="Cancel").click()
        expect(page.get_by_label("The claim")).to_have_count(0)


def test_words_are_selected_by_keys_alone_and_said_aloud(room):
    page = room()
    where, said = page.url, page.locator("#caret-words")
    page.keyboard.press("v")
    expect(page.get_by_role("button", name="Select by keys")).to_have_attribute("aria-pressed", "true")
    expect(said).to_have_text("Report")
    assert not violations(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(said).to_have_text("minister")
    page.keyboard.press("ArrowUp")
    expect(said).to_have_text("The")
    page.keyboard.press("ArrowUp")
    expect(said).to_have_text("Report")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(said).to_have_text(FIRST)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("s")
    expect(said).to_have_text(SECOND)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(said).to_have_text("guard 🇧🇾 had 12,000 men")
    page.keyboard.press("Shift+ArrowLeft")
    expect(said).to_have_text("guard 🇧🇾 had 12,000")
    page.keyboard.press("Enter")
    expect(page.get_by_label("The claim")).to_have_value("guard 🇧🇾 had 12,000")
    expect(page.locator("#caret")).to_be_hidden()

    # What is looked up beside the form is no page to come back to: whoever reloads is in the reading room again.
    expect(page.locator(".like").get_by_role("status")).to_be_visible()
    assert page.url == where
    page.reload()

    # With the keys of one letter off, the button leads in, and Escape out again.
    expect(page.get_by_role("button", name="Select by keys")).to_be_visible()
    page.evaluate("document.documentElement.dataset.keys = 'off'")
    page.keyboard.press("v")
    expect(page.locator("#caret")).to_be_hidden()
    page.get_by_role("button", name="Select by keys").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#caret")).to_be_visible()
    words = said.inner_text()
    page.keyboard.press("s")
    expect(said).to_have_text(words)
    page.keyboard.press("Escape")
    expect(page.locator("#caret")).to_be_hidden()
    expect(page.get_by_role("button", name="Select by keys")).to_be_focused()
