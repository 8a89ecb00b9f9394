"""From two answers that differ to a signed verdict, a reply, and a question that somebody takes on."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import too_wide, violations
from tests.browser.test_walk import assess, document

__all__ = ["document"]  # the fixture


def claim_from(page: Page, document: str, words: str) -> str:
    """The address of a new claim of these words of the document."""
    page.goto(f"{document}sentences/")
    page.locator("li", has_text=words).get_by_role("link", name="Make a claim").click()
    page.get_by_label("The claim").fill("The town counts 9,000 people.")
    page.get_by_role("button", name="Save claim").click()
    page.get_by_role("link", name="Open claim").click()
    page.wait_for_url("**/claims/*/")
    return page.url


def doubt(page: Page) -> None:
    """Answer that there is not enough evidence, which asks what would settle it."""
    page.get_by_label("Not enough evidence").check()
    page.get_by_label("Rationale").fill("Nobody says who counted.")
    page.get_by_role("button", name="Submit assessment").click()
    expect(page.get_by_text("Name what would settle it", exact=False)).to_be_visible()
    page.get_by_label("What would settle it").fill("The register of the town.")
    page.get_by_role("button", name="Submit assessment").click()
    expect(page.get_by_text("sealed").first).to_be_visible()


def propose_what_was_adopted(page: Page, scripts: bool) -> None:
    page.get_by_label("Adopt ", exact=False).first.check()
    if not scripts:
        page.get_by_role("button", name="Begin the proposal with this answer").click()
    expect(page.get_by_label("Summary")).to_have_value("The load table gives the same figure.")
    expect(page.locator("#proposal-answer input:checked")).to_have_count(1)
    page.get_by_label("Why they differed").select_option("sources")
    page.get_by_label("To whoever is overruled").fill("The load table names the office.")
    page.get_by_label("Why so few origins are enough").fill("Nobody else counts.")
    page.get_by_label("Open questions").fill("Who counted them?")
    if scripts:
        # What is typed elsewhere in the form stays as another answer is adopted.
        page.get_by_label("Adopt ", exact=False).last.check()
        expect(page.get_by_label("Summary")).to_have_value("Nobody says who counted.")
        expect(page.get_by_label("Why they differed")).to_have_value("sources")
        expect(page.get_by_label("To whoever is overruled")).to_have_value("The load table names the office.")
        page.get_by_label("Adopt ", exact=False).first.check()
        expect(page.get_by_label("Summary")).to_have_value("The load table gives the same figure.")
        page.get_by_label("Open questions").fill("Who counted them?")
    page.get_by_role("button", name="Propose verdict").click()
    page.wait_for_url("**/claims/*/")
    expect(page.get_by_text("Proposed", exact=True).first).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_an_answer_is_adopted_proposed_and_signed_off_by_somebody_else(document, sign_in, scripts):
    options = {"java_script_enabled": scripts}
    first, second = sign_in("analyst", **options), sign_in("analyst2", **options)
    claim = claim_from(first, document, "9,000 people")
    assess(first)
    second.goto(claim)
    doubt(second)

    editor = sign_in("editor", **options)
    editor.goto(claim)
    editor.get_by_role("link", name="They differ").click()
    if scripts:
        assert not violations(editor, dark=True)
        assert not too_wide(editor, 360, 768, 1360)
    propose_what_was_adopted(editor, scripts)
    expect(editor.get_by_role("button", name="Sign off")).to_have_count(0)

    second.goto("/")
    second.locator("section", has=second.get_by_role("heading", name="Overruled")).locator("a.title").first.click()
    if scripts:
        assert not violations(second, dark=True)
        assert not too_wide(second, 360, 768, 1360)
    second.get_by_label("Your reply").fill("I still do not know who counted.")
    second.get_by_role("button", name="Reply", exact=True).click()
    second.wait_for_url("**/claims/*/")

    other = sign_in("editor2", **options)
    other.goto(f"{claim}verdict/sign-off/")
    expect(other.get_by_text("I still do not know who counted.")).to_be_visible()
    expect(other.get_by_text("Nothing it rests on has changed since it was proposed.")).to_be_visible()
    other.get_by_role("button", name="Sign off").click()
    expect(other.locator(".verdict").first).to_contain_text("Supported")

    other.get_by_role("link", name="What is left open, and who looks into it").click()
    expect(other.get_by_text("The register of the town.")).to_be_visible()
    other.get_by_role("link", name="Who counted them?").click()
    other.get_by_label("Due").fill("2026-12-24")
    other.get_by_label("Owner").select_option(index=1)
    if scripts:
        assert not violations(other, dark=True)
        assert not too_wide(other, 360, 768, 1360)
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("24 Dec 2026")).to_be_visible()
    if scripts:
        assert not violations(other, dark=True)
        assert not too_wide(other, 360, 768, 1360)
