"""Who else is on a claim, as two browsers see it."""

from playwright.sync_api import Page, expect

from tests.browser.axe import violations

CLAIM = "/cases/BY/claims/6/"  # which no other walk opens
ASK = "document.dispatchEvent(new Event('visibilitychange'))"  # as when the page comes back into sight
ASKED = "/claims/6/here/"


def hide(page: Page, hidden: bool) -> None:
    """The page, out of sight or in it."""
    page.evaluate("hidden => Object.defineProperty(document, 'hidden', { value: hidden, configurable: true })", hidden)


def test_two_on_one_claim_are_told_of_each_other(sign_in):
    first, second = sign_in("analyst"), sign_in("editor")
    with first.expect_response(lambda answer: ASKED in answer.url):
        first.goto(CLAIM)
    expect(first.locator("#here")).to_be_hidden()
    second.goto(CLAIM)
    expect(second.locator("#here")).to_contain_text("is here too.")
    first.get_by_label("Rationale").fill("Half a sen")
    with first.expect_response(lambda answer: ASKED in answer.url):
        first.evaluate(ASK)
    expect(first.locator("#here")).to_contain_text("is here too.")
    expect(first.get_by_label("Rationale")).to_be_focused()
    with first.expect_response(lambda answer: ASKED in answer.url) as again:
        first.evaluate(ASK)
    assert again.value.status == 204
    assert violations(first, dark=True) == []


def test_nobody_asks_while_the_page_is_out_of_sight(sign_in):
    page = sign_in("analyst")
    page.goto(CLAIM)
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if ASKED in request.url else None)
    hide(page, True)
    page.evaluate("htmx.trigger(document.querySelector('#here'), 'every', {}, false)")
    page.wait_for_timeout(300)
    assert asked == []
    hide(page, False)
    with page.expect_response(lambda answer: ASKED in answer.url):
        page.evaluate(ASK)


def test_whoever_was_signed_out_meanwhile_is_not_taken_from_what_they_type(sign_in):
    page = sign_in("analyst")
    page.goto(CLAIM)
    page.wait_for_load_state("networkidle")
    page.context.clear_cookies()
    with page.expect_response(lambda answer: ASKED in answer.url):
        page.evaluate(ASK)
    page.wait_for_timeout(300)
    assert page.url.endswith(CLAIM)
