"""Talk in a real browser: a thread by keys alone, names that are offered, and what others add meanwhile."""

import re

from playwright.sync_api import Page, expect

from tests.browser.axe import too_wide, violations

CLAIM = "/cases/BY/claims/9/"


def field(page: Page):
    return page.get_by_label("Comment", exact=True)


def opened(page: Page, path: str = CLAIM) -> Page:
    page.goto(path)
    expect(field(page)).to_be_attached()
    return page


def test_a_thread_is_led_with_keys_alone(sign_in):
    page = opened(sign_in("analyst"))
    field(page).focus()
    page.keyboard.type("Do we mean men or soldiers?")
    page.keyboard.press("Control+Enter")
    said = page.locator(".comment", has_text="men or soldiers")
    expect(said).to_be_visible()
    expect(field(page)).to_have_value("")
    expect(page.locator("#messages")).to_contain_text("Said.")

    said.get_by_role("link", name="Answer").press("Enter")
    answer = page.get_by_label("Your answer")
    expect(answer).to_be_focused()
    page.keyboard.type("Soldiers, by the first sentence.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".answers .comment", has_text="Soldiers, by")).to_be_visible()

    said.get_by_role("link", name="Edit").press("Enter")
    box = page.locator("form[id^=edit-] textarea")
    expect(box).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("Do we mean men, or soldiers?")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".comment", has_text="men, or soldiers")).to_contain_text("edited")

    said = page.locator(".comment", has_text="men, or soldiers")
    said.get_by_role("button", name="Resolve").press("Enter")
    expect(page.locator("#talk summary", has_text="Resolved by")).to_be_visible()


def test_people_are_offered_as_their_name_is_typed_and_taken_with_keys(sign_in):
    page = opened(sign_in("analyst"))
    field(page).focus()
    page.keyboard.type("Ask @")
    listed = page.locator(".people [role=option]")
    expect(listed.first).to_have_attribute("aria-selected", "true")
    name = listed.nth(1).inner_text()
    page.keyboard.press("ArrowDown")
    expect(field(page)).to_have_attribute("aria-activedescendant", re.compile("-people-1$"))
    assert not violations(page, dark=True)
    page.keyboard.press("Enter")
    expect(field(page)).to_have_value(f"Ask @{name} ")
    expect(listed).to_have_count(0)
    page.keyboard.type("and @")
    expect(listed.first).to_be_visible()
    page.keyboard.press("Escape")
    expect(listed).to_have_count(0)
    field(page).fill("Ask @Nobody.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Nobody in this case is called “Nobody”")).to_be_visible()
    expect(field(page)).to_be_focused()
    field(page).fill("")


def test_what_others_add_waits_behind_a_count_and_what_is_typed_stays(sign_in):
    mine, other = opened(sign_in("analyst")), opened(sign_in("editor"))
    field(mine).fill("Half a thought")
    before = mine.evaluate("scrollY")
    field(other).fill("Which census is meant?")
    other.get_by_role("button", name="Ask everybody now").last.click()
    expect(other.locator(".comment", has_text="Which census")).to_be_visible()

    mine.evaluate("document.getElementById('news').dispatchEvent(new Event('every'))")
    button = mine.get_by_role("button", name="1 new")
    expect(button).to_be_visible()
    expect(mine.locator(".comment", has_text="Which census")).to_have_count(0)
    assert mine.evaluate("scrollY") == before
    mine.locator("h1").click()
    mine.keyboard.press("l")
    expect(mine.locator(".comment", has_text="Which census")).to_be_visible()
    expect(button).to_have_count(0)
    expect(field(mine)).to_have_value("Half a thought")
    assert not violations(mine)
    field(mine).fill("")


def test_a_quiet_poll_is_answered_304_and_a_hidden_page_asks_nothing(sign_in):
    page = opened(sign_in("analyst"))
    poll = "document.getElementById('news').dispatchEvent(new Event('every'))"
    for status in (200, 304, 304):
        with page.expect_response(re.compile("/news/")) as answered:
            page.evaluate(poll)
        assert answered.value.status == status
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => true, configurable: true})")
    page.evaluate(poll)
    page.wait_for_timeout(300)
    assert not [url for url in asked if "/news/" in url]


def test_a_piece_of_evidence_is_commented_on(sign_in):
    page = opened(sign_in("analyst"), "/cases/BY/claims/1/")
    page.get_by_role("link", name="Comment on this 1", exact=True).click()
    expect(field(page)).to_be_focused()
    expect(page.locator("#talk")).to_contain_text("On the one thing you chose.")


def test_notices_and_talk_fit_every_screen_and_axe_finds_nothing(sign_in):
    other = opened(sign_in("editor"))
    field(other).fill("@Nadia, which census is meant, the one of 2019 or the one that was announced for this year?")
    field(other).press("Control+Enter")
    expect(other.locator("#messages")).to_contain_text("Said")
    page = sign_in("analyst")
    for path in ("/notices/", f"{CLAIM}talk/", CLAIM):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert not violations(page, dark=True)
        assert not too_wide(page, 360, 768, 1360)


def test_without_scripts_one_talks_on_a_page_of_its_own(sign_in):
    page = sign_in("analyst", java_script_enabled=False)
    page.goto(CLAIM)
    page.get_by_role("link", name="On a page of its own").click()
    field(page).fill("Said without scripts.")
    page.get_by_role("button", name=re.compile("^Comment")).click()
    said = page.locator(".comment", has_text="Said without scripts.")
    expect(said).to_be_visible()
    said.get_by_role("link", name="Answer").click()
    page.get_by_label("Your answer").fill("And answered.")
    answering = page.locator("form", has=page.get_by_label("Your answer"))
    answering.get_by_role("button", name=re.compile("^Comment")).click()
    expect(page.locator(".answers").last).to_contain_text("And answered.")
