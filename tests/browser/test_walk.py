"""Whole jobs in a real browser: from a document's words to a report, with scripts and without."""

import uuid

import pytest
from playwright.sync_api import Page, expect

from tests.reports.test_pdf import text_of

WORDS = "the bridge carries 40 tonnes"


@pytest.fixture
def document(sign_in):
    """The path of a document that nobody has loaded before, in the sample case."""
    page = sign_in("analyst")
    page.goto("/cases/BY/documents/add/")
    # Each test a text of its own: the same text would be found, not loaded.
    page.get_by_label("Text", exact=True).fill(
        f"Bridge report {uuid.uuid4()}\n\nThe mayor said that {WORDS}. 😀 The town counts 9,000 people."
    )
    page.get_by_role("button", name="Load", exact=True).click()
    expect(page.locator("[data-document]")).to_contain_text(WORDS)
    return page.url.split("?")[0]


def select(page: Page, words: str) -> None:
    """Select these words in the document as a hand would: between their two ends."""
    page.evaluate(
        """words => {
            const walker = document.createTreeWalker(document.querySelector("[data-document]"), NodeFilter.SHOW_TEXT);
            for (let node; (node = walker.nextNode()); ) {
                const at = node.data.indexOf(words);
                if (at < 0) continue;
                const range = document.createRange();
                range.setStart(node, at);
                range.setEnd(node, at + words.length);
                getSelection().removeAllRanges();
                getSelection().addRange(range);
                return;
            }
            throw new Error("not in the document");
        }""",
        words,
    )
    expect(page.get_by_role("button", name="New claim")).to_be_visible()


def add_evidence(page: Page) -> None:
    page.get_by_text("Not in the list: describe a new exhibit").click()
    page.get_by_label("Title of a new exhibit").fill("Load table of the bridge")
    page.get_by_label("Or a new source").fill("Road office")
    page.get_by_text("Paste its text", exact=True).click()
    page.get_by_label("Or paste its text").fill("Permitted load: 40 tonnes.")
    page.get_by_label("Quotation").fill("Permitted load: 40 tonnes.")
    page.get_by_label("Credibility of the information").select_option("2")
    page.get_by_role("button", name="Supports").click()


def assess(page: Page) -> None:
    page.get_by_label("Supported The evidence bears the claim out.").check()
    page.get_by_label("Rationale").fill("The load table gives the same figure.")
    page.get_by_role("button", name="Submit assessment").click()
    expect(page.get_by_text("sealed").first).to_be_visible()


def decide(sign_in, claim: str, **options) -> None:
    """The second reviewer, the proposal, and somebody else's signature."""
    second = sign_in("analyst2", **options)
    second.goto(claim)
    expect(second.get_by_text("The load table gives the same figure.")).to_have_count(0)
    assess(second)
    expect(second.get_by_text("The load table gives the same figure.").first).to_be_visible()
    editor = sign_in("editor", **options)
    editor.goto(claim)
    proposal = editor.locator("form", has=editor.get_by_role("button", name="Propose verdict"))
    proposal.get_by_label("Supported", exact=False).first.check()
    proposal.get_by_label("Summary").fill("The load table bears it out.")
    proposal.get_by_label("Why so few origins are enough").fill("Nobody but the ferry's office counts the loads.")
    proposal.get_by_role("button", name="Propose verdict").click()
    expect(editor.get_by_text("Proposed", exact=True).first).to_be_visible()
    expect(editor.get_by_role("button", name="Sign off")).to_have_count(0)
    other = sign_in("editor2", **options)
    other.goto(claim)
    other.get_by_role("button", name="Sign off").click()
    expect(other.locator("h1 + .row .verdict, .verdict").first).to_contain_text("Supported")


def export(page: Page, claim: str) -> bytes:
    """A new report of the whole case, as PDF; the claim's statement stands in it."""
    page.goto(claim)
    statement = page.get_by_role("heading", level=1).inner_text()
    page.goto("/cases/BY/reports/add/")
    page.get_by_role("button", name="Freeze and make the report").click()
    expect(page.get_by_role("heading", name="Take it with you")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    content = download.value.path().read_bytes()
    assert " ".join(statement.split()) in " ".join(text_of(content).split())
    return content


def test_words_are_selected_and_go_all_the_way_to_a_report(document, sign_in):
    page = sign_in("analyst")
    page.goto(document)
    select(page, WORDS)
    page.keyboard.press("c")
    page.get_by_label("The claim").fill("The bridge carries 40 tonnes.")
    page.get_by_role("button", name="Save claim").click()
    expect(page.locator("mark.unverified", has_text=WORDS)).to_be_visible()
    page.get_by_role("link", name="Open claim").click()
    page.wait_for_url("**/claims/*/")
    claim = page.url

    page.keyboard.press("e")
    add_evidence(page)
    expect(page.locator(".evidence")).to_contain_text("Load table of the bridge")
    assess(page)
    decide(sign_in, claim)

    assert export(sign_in("editor"), claim).startswith(b"%PDF")


def test_the_same_walk_without_scripts(document, sign_in):
    page = sign_in("analyst", java_script_enabled=False)
    page.goto(document)
    page.get_by_role("link", name="Sentences", exact=True).click()
    page.locator("li", has_text=WORDS).get_by_role("link", name="Make a claim").click()
    page.get_by_label("The claim").fill("The bridge carries 40 tonnes, says the mayor.")
    page.get_by_role("button", name="Save claim").click()
    page.get_by_role("link", name="Open claim").click()
    claim = page.url

    page.get_by_role("link", name="Add evidence").click()
    add_evidence(page)
    expect(page.locator(".evidence")).to_contain_text("Load table of the bridge")
    assess(page)
    decide(sign_in, claim, java_script_enabled=False)

    assert export(sign_in("editor", java_script_enabled=False), claim).startswith(b"%PDF")


def test_what_was_removed_comes_back_with_one_key(document, sign_in):
    page = sign_in("analyst")
    page.goto(document)
    select(page, "The town counts 9,000 people")
    page.keyboard.press("c")
    page.get_by_role("button", name="Save claim").click()
    page.get_by_role("link", name="Open claim").click()
    page.wait_for_url("**/claims/*/")
    page.keyboard.press("e")
    add_evidence(page)
    expect(page.locator(".evidence")).to_contain_text("Load table of the bridge")

    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".evidence > li")).to_have_count(0)
    page.keyboard.press("u")
    expect(page.locator(".evidence")).to_contain_text("Load table of the bridge")


def test_marks_are_walked_with_j_and_k(sign_in):
    page = sign_in("analyst")
    page.goto("/cases/BY/documents/1/")
    page.keyboard.press("j")
    first = page.locator('mark[aria-current="true"]').first
    expect(first).to_be_visible()
    begun = first.get_attribute("data-mark")
    page.keyboard.press("j")
    expect(page.locator('mark[aria-current="true"]').first).not_to_have_attribute("data-mark", begun)
    page.keyboard.press("k")
    expect(page.locator('mark[aria-current="true"]').first).to_have_attribute("data-mark", begun)
    expect(page.locator("#claim")).to_contain_text("BY-")


def test_an_answer_that_lacks_its_rationale_keeps_what_was_chosen(sign_in):
    page = sign_in("analyst")
    page.goto("/cases/BY/claims/9/")
    page.get_by_label("Refuted The evidence speaks against the claim.").check()
    page.get_by_role("button", name="Submit assessment").click()
    expect(page.get_by_text("Say what leads you to this answer", exact=False)).to_be_visible()
    expect(page.get_by_label("Refuted The evidence speaks against the claim.")).to_be_checked()


def test_an_act_on_its_own_page_leads_back_to_the_claim(sign_in):
    page = sign_in("editor")
    page.goto("/cases/BY/claims/11/withdraw/")
    page.get_by_label("Reason").fill("Said of another attack.")
    page.get_by_role("button", name="Withdraw").click()
    page.wait_for_url("**/claims/11/")
    expect(page.get_by_text("Withdrawn").first).to_be_visible()
