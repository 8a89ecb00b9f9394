"""Evidence by real hands: a text is captured, its words are selected, and they stand in the form as in the text."""

import uuid

from playwright.sync_api import Page, expect

from tests.browser.axe import violations

WORDS = "The depot 👩🏽‍🚀 held 412 lorries in March."
TEXT = f"A list of the depots.\n\n{WORDS} Nobody counted them again."


def select(page: Page, words: str) -> None:
    """Select these words in the exhibit's text, as a mouse does."""
    page.evaluate(
        """words => {
            const runs = [...document.querySelectorAll("[data-exhibit-text] [data-start]")];
            const run = runs.find((each) => each.textContent.includes(words));
            const start = run.firstChild.data.indexOf(words);
            getSelection().setBaseAndExtent(run.firstChild, start, run.firstChild, start + words.length);
        }""",
        words,
    )


def test_words_of_a_captured_text_are_quoted_by_selecting_them(sign_in):
    page = sign_in("analyst")
    title = f"Depot list {uuid.uuid4()}"
    page.goto("/cases/BY/claims/8/evidence/add/")
    page.locator("#new-exhibit > summary").click()
    page.get_by_label("Title of a new exhibit").fill(title)
    page.get_by_label("Or a new source").fill("Depot office")
    page.get_by_label("Credibility of the information").select_option("3")
    page.get_by_role("button", name="Context").click()
    expect(page.get_by_text("Evidence added.")).to_be_visible()

    page.get_by_role("link", name=title).click()
    expect(page.get_by_text("No text of it is held")).to_be_visible()
    page.keyboard.press("c")
    page.locator("summary", has_text="Paste its text").click()
    page.get_by_label("Or paste its text").fill(TEXT)
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator("[data-exhibit-text]")).to_contain_text(WORDS)
    assert not violations(page)
    page.locator("#captures").get_by_role("link").first.click()
    expect(page.locator("#custody")).to_contain_text("received")
    assert not violations(page)

    page.goto("/cases/BY/claims/8/")
    page.keyboard.press("e")
    page.get_by_label("An exhibit in this case", exact=True).select_option(label=f"{title} · Depot office")
    page.locator("summary", has_text="Read it, and select").click()
    expect(page.locator("#text [data-exhibit-text]")).to_contain_text(WORDS)
    select(page, WORDS)
    expect(page.get_by_label("Quotation")).to_have_value(WORDS)
    expect(page.get_by_label("Where in it")).to_have_value("par. 2")
    assert not violations(page)

    page.get_by_label("Quotation").fill(WORDS.replace("412", "421"))
    select(page, "Nobody counted them again.")
    page.wait_for_timeout(400)
    expect(page.get_by_label("Quotation")).to_have_value(WORDS.replace("412", "421"))
    page.get_by_label("Credibility of the information").select_option("3")
    page.get_by_role("button", name="Supports").click()
    expect(page.get_by_text("These words do not stand in the exhibit's text")).to_be_visible()
    page.get_by_label("Quotation").fill(WORDS)
    page.get_by_role("button", name="Supports").click()
    expect(page.locator("#evidence blockquote", has_text=WORDS)).to_be_visible()
