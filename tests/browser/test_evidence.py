"""Adding evidence in a real browser: an address that is pasted does the rest, and nothing typed is lost."""

from playwright.sync_api import Page, expect

ADD = "/cases/BY/claims/9/evidence/add/"


def test_a_pasted_address_begins_a_new_exhibit_and_keeps_what_is_typed(sign_in):
    page: Page = sign_in("analyst")
    page.goto("/cases/BY/claims/9/")
    page.get_by_role("link", name="Add evidence").click()
    first = page.get_by_label("Find an exhibit by its web address or by words")
    expect(first).to_be_focused()
    page.get_by_label("Quotation").fill("No soldier of ours has crossed.")
    expect(page.get_by_label("Title of a new exhibit")).not_to_be_visible()
    first.fill("https://news.example/1")

    expect(page.locator("#id_url")).to_have_value("https://news.example/1")
    expect(page.get_by_label("Title of a new exhibit")).to_be_visible()
    expect(page.get_by_label("Quotation")).to_have_value("No soldier of ours has crossed.")
    page.get_by_label("Title of a new exhibit").fill("The spokesman on Monday")
    page.get_by_label("Or a new source").fill("A spokesman")
    page.get_by_label("Credibility").select_option("3")
    page.get_by_role("button", name="Supports").click()
    expect(page.get_by_text("Evidence added.")).to_be_visible()

    page.goto(ADD)
    first.fill("http://news.example/1/#top")
    expect(page.locator("#id_exhibit option:checked")).to_have_text("The spokesman on Monday · A spokesman")
    expect(page.get_by_label("Title of a new exhibit")).not_to_be_visible()


def test_a_few_keys_lead_from_the_first_field_to_the_stances(sign_in):
    page: Page = sign_in("analyst")
    page.goto(ADD)
    passed = []
    for _ in range(14):
        page.keyboard.press("Tab")
        passed.append(page.evaluate("document.activeElement.value"))
        if passed[-1] == "supports":
            break
    assert passed[-1] == "supports", passed
    assert len(passed) <= 10, passed


def test_a_fault_in_what_is_folded_away_is_shown_and_has_the_focus(sign_in):
    page: Page = sign_in("analyst")
    page.goto(ADD)
    page.locator("#id_exhibit").select_option(index=1)
    page.get_by_label("Credibility").select_option("3")
    page.get_by_text("Withhold who it is, primary or secondary").click()
    page.get_by_label("Secondary: it tells").check()
    page.get_by_role("button", name="Context").click()
    expect(page.get_by_text("Say why it is primary or secondary")).to_be_visible()
    expect(page.get_by_label("Why")).to_be_focused()
