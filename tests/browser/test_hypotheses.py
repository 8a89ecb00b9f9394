"""Competing hypotheses in a real browser: marked cell by cell with the keyboard, and at home on a phone."""

from playwright.sync_api import expect

from tests.browser.axe import too_wide, violations

PAGE = "/cases/BY/claims/7/hypotheses/"


def add(page, *statements: str) -> None:
    page.goto(PAGE)
    for statement in statements:
        page.get_by_label("Another hypothesis").fill(statement)
        page.get_by_role("button", name="Add hypothesis").click()
        expect(page.locator("#weighed")).to_contain_text(statement)


def test_a_cell_is_saved_as_soon_as_it_is_chosen_and_a_reload_has_it(sign_in):
    page = sign_in("analyst")
    add(page, "It was so.", "It was otherwise.")
    first = page.get_by_label("Evidence 1, H1")
    first.focus()
    page.keyboard.type("II")
    expect(page.locator("#matrix-saved")).to_contain_text("Saved ")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Evidence 1, H2")).to_be_focused()
    page.get_by_label("Evidence 1, H2").select_option("C")
    expect(page.locator("#apart-1")).to_have_text("3 of 4")
    expect(page.get_by_label("Evidence 1, H1")).to_have_value("II")
    page.reload()
    expect(page.get_by_label("Evidence 1, H1")).to_have_value("II")
    expect(page.locator("#matrix thead th").nth(1)).to_contain_text("H2")

    page.get_by_role("link", name="Order without evidence 1").click()
    expect(page.locator("#weighed .notice")).to_contain_text("Without evidence 1")
    assert violations(page, dark=True) == []
    assert too_wide(page, 360, 768) == []
    page.get_by_role("link", name="Others’ beside it").click()
    expect(page.locator("#compared")).to_contain_text("nobody else’s matrix")
    assert violations(page, dark=True) == []


def test_all_of_it_works_without_javascript(sign_in):
    page = sign_in("analyst2", java_script_enabled=False)
    add(page, "Nobody can know.")
    page.locator("#matrix select").first.select_option("I")
    page.get_by_role("button", name="Save marks").click()
    expect(page.locator("#messages")).to_contain_text("Saved ")
    expect(page.locator("#matrix select option[value=I][selected]")).to_have_count(1)
