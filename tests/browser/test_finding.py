"""Finding things again in a real browser: the search as one types, and claims like the one that is being made."""

import re

from playwright.sync_api import expect

FORM = "/cases/BY/documents/1/claims/add/?start=233&end=386"


def test_the_search_follows_what_is_typed_and_takes_one_step_of_history(sign_in):
    page = sign_in("analyst")
    page.goto("/cases/BY/")
    page.keyboard.press("/")
    page.keyboard.type("belarus")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=belarus")

    page.locator("#q").press("End")
    page.locator("#q").press_sequentially(" union", delay=40)
    page.wait_for_url("**/search/?q=belarus+union")
    page.select_option("#in-kind", "claim")
    page.wait_for_url("**/search/?q=belarus+union&kind=claim")
    expect(page.locator("#found h2")).to_have_text(["Claims"])

    page.go_back()
    page.wait_for_url("**/search/?q=belarus+union")
    expect(page.locator("#found h2")).to_have_text(["Claims", "Documents", "Evidence"])
    page.go_back()
    page.wait_for_url("**/cases/BY/")


def test_claims_like_the_one_being_made_are_shown_and_stay_while_it_is_corrected(sign_in):
    page = sign_in("analyst")
    page.goto(FORM)
    like = page.locator(".like")
    expect(like).to_contain_text("BY-1")
    page.get_by_label("The claim").fill("The army of Belarus is 48,000 strong.")
    expect(like).to_contain_text("BY-3 of this case says just this, word for word")

    page.get_by_label("The claim").evaluate("area => area.maxLength = 2000")
    page.get_by_label("The claim").fill("The army of Belarus is 48,000 strong." + " Or so." * 200)
    page.get_by_role("button", name="Save claim").click()
    expect(page.locator("#claim .errorlist")).to_contain_text("too long")
    expect(like.get_by_role("status")).to_be_visible()


def test_other_words_in_the_reading_room_are_looked_for_anew(sign_in):
    page = sign_in("analyst")
    page.goto("/cases/BY/documents/1/")
    for start, end, said in ((233, 386, "BY-1"), (400, 520, "No claim you may see is like this one.")):
        page.evaluate(
            """([start, end]) => {
                const form = document.getElementById("new-claim-selection");
                form.elements.start.value = start;
                form.elements.end.value = end;
                form.requestSubmit();
            }""",
            [start, end],
        )
        expect(page.locator(".like")).to_contain_text(said)


def test_a_link_is_made_taken_back_and_made_again_on_the_claims_page(sign_in):
    page = sign_in("analyst")
    page.goto("/cases/BY/claims/9/")
    beside, told = page.locator("#beside"), page.locator("#messages")
    beside.get_by_text("Link with another claim").click()
    beside.get_by_label("Its number").fill("by-3")
    beside.get_by_role("button", name="Contradicts").last.click()
    expect(told).to_contain_text("Linked: BY-9 contradicts BY-3.")
    expect(page.locator("#history")).to_contain_text("linked two claims")

    beside.get_by_role("button", name="Take back").click()
    expect(told).to_contain_text("Taken back: BY-9 contradicts BY-3.")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("u")
    expect(told).to_contain_text("Linked: BY-9 contradicts BY-3.")
    page.goto("/cases/BY/claims/3/")
    expect(beside).to_contain_text("BY-9")
    beside.get_by_role("button", name="Take back").click()
    expect(told).to_contain_text("Taken back: BY-9 contradicts BY-3.")


def test_what_is_exported_follows_the_filter(sign_in):
    page = sign_in("editor")
    page.goto("/cases/BY/")
    page.get_by_label("Status", exact=True).select_option("signed_off")
    page.wait_for_url("**/cases/BY/?status=signed_off")
    page.get_by_role("link", name="Export report").click()
    page.wait_for_url("**/cases/BY/reports/add/?status=signed_off")
    expect(page.locator("#report")).to_contain_text("Status: Signed off")


def test_looking_for_similar_claims_leaves_the_address_alone(sign_in):
    page = sign_in("analyst", viewport={"width": 1360, "height": 900})
    page.goto("/cases/BY/documents/1/")
    page.evaluate(
        """() => {
            const form = document.getElementById("new-claim-selection");
            form.elements.start.value = 233;
            form.elements.end.value = 386;
            form.requestSubmit();
        }"""
    )
    expect(page.locator(".like")).to_contain_text("BY-1")
    page.get_by_label("The claim").fill("The army of Belarus is 48,000 strong.")
    expect(page.locator(".like")).to_contain_text("BY-3")
    assert "/claims/similar/" not in page.url

    # The form is longer than its panel: what sends it stays in sight.
    save = page.get_by_role("button", name="Save claim")
    expect(save).to_be_in_viewport(ratio=1)
    box, panel = save.bounding_box(), page.locator("aside.stick").bounding_box()
    assert box["y"] + box["height"] <= panel["y"] + panel["height"]


def test_a_wrong_number_brings_the_focus_to_its_field(sign_in):
    page = sign_in("analyst")
    page.goto("/cases/BY/claims/9/")
    beside = page.locator("#beside")
    beside.get_by_text("Link with another claim").click()
    beside.get_by_label("Its number").fill("BY-999")
    beside.get_by_role("button", name="Same as").last.click()
    expect(beside.get_by_label("Its number")).to_be_focused()
    expect(beside.get_by_label("Its number")).to_have_accessible_description(re.compile("is called “BY-999”"))
