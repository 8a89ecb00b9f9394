"""What hands and eyes find: choosing an exhibit, narrow screens, and keys that can be switched off."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations

FORM = "/cases/BY/claims/9/evidence/add/"


def exhibit(page: Page) -> Locator:
    return page.get_by_label("An exhibit in this case")


def test_an_exhibit_is_found_as_one_types_and_what_is_chosen_stays(sign_in):
    page = sign_in("analyst")
    page.goto(FORM)
    everything = exhibit(page).locator("option").count()
    chosen = exhibit(page).locator("option").nth(2)
    value, words = chosen.get_attribute("value") or "", chosen.inner_text()
    exhibit(page).select_option(value)
    other = exhibit(page).locator("option").nth(everything - 1).inner_text().split(" · ")[0]
    page.get_by_label("Note").fill("Typed before.")

    page.get_by_label("Find an exhibit").press_sequentially("zelensky")
    expect(page.get_by_role("status").filter(has_text="listed")).not_to_contain_text(f"{everything - 1} exhibits")
    expect(exhibit(page)).to_have_value(value)
    expect(page.get_by_label("Find an exhibit")).to_be_focused()
    page.get_by_label("Find an exhibit").fill(other)
    page.get_by_label("Find an exhibit").press("Enter")
    expect(exhibit(page)).to_contain_text(other)
    expect(exhibit(page)).to_have_value(value)
    expect(page.get_by_label("Note")).to_have_value("Typed before.")

    # Refused, the form comes back by a morph: the choice must not slip to its neighbour.
    page.get_by_text("Not in the list: describe a new exhibit").click()
    page.get_by_label("Title of a new exhibit").fill("One too many")
    page.get_by_label("Credibility of the information").select_option("3")
    page.get_by_role("button", name="Supports").click()
    expect(page.get_by_text("You chose an exhibit already")).to_be_visible()
    expect(exhibit(page)).to_have_value(value)
    expect(exhibit(page).locator("option:checked")).to_have_text(words)


def test_choosing_an_exhibit_folds_the_description_of_a_new_one_away(sign_in):
    page = sign_in("analyst")
    page.goto(FORM)
    title = page.get_by_label("Title of a new exhibit")
    expect(title).to_be_hidden()
    page.get_by_text("Not in the list: describe a new exhibit").click()
    expect(title).to_be_visible()
    exhibit(page).select_option(index=1)
    expect(title).to_be_hidden()
    exhibit(page).select_option(index=0)
    title.fill("What stands here stays in sight")
    exhibit(page).select_option(index=1)
    expect(title).to_be_visible()


def test_without_scripts_looking_for_an_exhibit_keeps_what_was_typed(sign_in):
    page = sign_in("analyst", java_script_enabled=False)
    page.goto(FORM)
    page.get_by_label("Note").fill("Typed before.")
    page.get_by_label("Find an exhibit").fill("zelensky")
    page.get_by_label("Find an exhibit").press("Enter")
    expect(page.get_by_label("Note")).to_have_value("Typed before.")
    expect(page.locator("[aria-invalid=true]")).to_have_count(0)
    page.get_by_label("Find an exhibit").fill("unheard-of")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.get_by_text("No exhibit is like that")).to_be_visible()
    expect(page.get_by_label("Note")).to_have_value("Typed before.")


def test_on_a_phone_every_way_stands_in_sight(sign_in):
    page = sign_in("staff", viewport={"width": 360, "height": 800})
    page.goto("/cases/BY/")
    links = page.get_by_role("navigation", name="Main").get_by_role("link")
    assert links.count() == 6
    for link in links.all():
        box = link.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360


def test_on_a_phone_the_answers_stand_above_the_proposal(sign_in):
    page = sign_in("editor", viewport={"width": 360, "height": 800})
    page.goto("/cases/BY/claims/12/")
    answers = page.get_by_role("heading", name="Others' assessments").bounding_box()
    proposal = page.get_by_role("button", name="Propose verdict").bounding_box()
    assert answers["y"] < proposal["y"]


def test_keys_of_one_letter_can_be_switched_off_and_stay_so(sign_in):
    page = sign_in("analyst")
    page.goto("/cases/BY/claims/9/")
    hint = page.get_by_role("link", name="Add evidence").locator("kbd")
    expect(hint).to_be_visible()
    page.keyboard.press("?")
    switch = page.get_by_role("checkbox", name="Keys of a single letter")
    expect(switch).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    expect(switch).to_be_hidden()
    expect(hint).to_be_hidden()

    page.reload()
    for key in ("q", "e", "?", "j"):
        page.keyboard.press(key)
    expect(page.locator("#evidence-form form")).to_have_count(0)
    expect(switch).to_be_hidden()
    assert page.url.endswith("/cases/BY/claims/9/")

    page.get_by_role("button", name="Keys").focus()
    page.keyboard.press("Enter")
    expect(switch).not_to_be_checked()
    expect(switch).to_have_accessible_description(re.compile("This browser remembers it"))
    expect(switch).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.locator("#evidence-form form")).to_be_visible()


def test_the_list_of_keys_passes_axe(sign_in):
    page = sign_in("analyst")
    for path in ("/cases/BY/claims/9/", FORM):
        page.goto(path)
        page.get_by_role("button", name="Keys").click()
        expect(page.get_by_role("checkbox", name="Keys of a single letter")).to_be_visible()
        assert not violations(page)
    page.goto(f"{FORM}?words=zelensky")
    assert not violations(page)


def test_evidence_left_empty_is_answered_by_our_own_sentences_the_first_one_focused(sign_in):
    page = sign_in("analyst")
    page.goto(FORM)
    page.get_by_role("button", name="Supports").click()
    expect(page.get_by_text("Choose how far this information is to be believed.")).to_be_visible()
    expect(page.locator("[aria-invalid=true]").first).to_be_focused()
    expect(exhibit(page)).to_be_focused()


def test_half_a_date_is_not_sent_as_none(sign_in):
    page = sign_in("analyst")
    page.goto("/cases/BY/documents/1/edit/")
    date = page.get_by_label("Published")
    date.focus()
    date.fill("")
    page.keyboard.type("03")
    assert date.evaluate("field => field.validity.badInput")
    page.get_by_role("button", name="Save").click()
    expect(date).to_be_focused()
    page.wait_for_timeout(300)
    assert page.url.endswith("/documents/1/edit/")


def test_on_a_phone_the_decision_on_a_suggestion_stands_in_sight(sign_in):
    page = sign_in("analyst", viewport={"width": 360, "height": 800})
    page.goto("/cases/BY/documents/add/")
    said = "According to the minister, the army had 48,000 to 65,000 men by March 2023, official figures confirmed."
    page.get_by_label("Text", exact=True).fill(f"Seen on a phone.\n\n{said}")
    page.get_by_role("button", name="Load", exact=True).click()
    page.locator("#suggestions a").first.click()
    for name in ("Make it a claim", "Dismiss"):
        expect(page.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
