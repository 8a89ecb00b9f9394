"""Saying where an exhibit comes from, by hand and by one key."""

from playwright.sync_api import expect

from tests.browser.axe import too_wide, violations

PLACE = "/cases/BY/exhibits/1/trace/"


def test_what_is_said_of_an_exhibit_is_taken_back_and_said_again_by_one_key(sign_in):
    page = sign_in("analyst")
    for exhibit in range(1, 30):  # one of which nobody has said anything
        page.goto(place := f"/cases/BY/exhibits/{exhibit}/trace/")
        if page.get_by_text("Nobody has said where it comes from").count():
            break
    lineage, told = page.locator("#lineage"), page.locator("#messages")
    if not lineage.get_by_label("How do you know?").is_visible():
        lineage.get_by_text("Say where it comes from", exact=True).click()
    lineage.get_by_label("speaks at first hand, and repeats nothing").check()
    lineage.get_by_role("button", name="Say it").click()
    expect(lineage.get_by_text("Say how you know: it will be asked.")).to_be_visible()
    expect(lineage.get_by_label("How do you know?")).to_be_focused()

    lineage.get_by_label("How do you know?").fill("The author was there.")
    lineage.get_by_role("button", name="Say it").click()
    expect(lineage.get_by_text("It speaks at first hand, so it counts as an origin.")).to_be_visible()
    expect(told).to_contain_text("Said: ")
    assert not violations(page, dark=True)
    assert not too_wide(page, 360, 768, 1360)

    page.locator("h1").click()
    page.keyboard.press("u")
    expect(told).to_contain_text("Taken back: ")
    expect(lineage.get_by_text("Nobody has said where it comes from")).to_be_visible()
    page.keyboard.press("u")
    expect(told).to_contain_text("Said: ")
    expect(lineage.get_by_text("The author was there.").first).to_be_visible()
    lineage.get_by_role("button", name="Take back").first.click()
    expect(told).to_contain_text("Taken back: ")
    assert page.url.endswith(place)


def test_an_exhibit_that_it_repeats_is_found_as_one_types(sign_in):
    page = sign_in("analyst")
    page.goto(PLACE)
    if not page.get_by_label("How do you know?").is_visible():
        page.get_by_text("Say where it comes from", exact=True).click()
    listed = page.get_by_label("The exhibit that it repeats", exact=True)
    everything = listed.locator("option").count()
    value = listed.locator("option").nth(2).get_attribute("value") or ""
    listed.select_option(value)
    page.get_by_label("How do you know?").fill("Typed before.")

    page.get_by_label("Find the exhibit that it repeats").press_sequentially("no such words")
    expect(page.get_by_text("No exhibit is like that. Fewer words find more.")).to_be_visible()
    assert everything > 2
    expect(listed).to_have_value(value)
    expect(page.get_by_label("How do you know?")).to_have_value("Typed before.")
    assert page.url.endswith(PLACE)
