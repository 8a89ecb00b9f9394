"""What is typed into a form is not lost because somebody signed in again elsewhere, or the connection is gone."""

from playwright.sync_api import expect

TALK = "/cases/BY/claims/6/talk/"


def test_a_comment_outlives_a_lost_connection_and_a_token_that_no_longer_fits(sign_in, complaints):
    page = sign_in("editor")
    page.goto(TALK)
    form = page.locator("form", has=page.locator("textarea[name=text]")).first
    form.locator("textarea").fill("The corps is named in the second paragraph.")
    page.context.set_offline(True)
    form.locator("button.primary, button.button").first.click()
    expect(page.locator("#messages")).to_contain_text("there is no connection")
    page.context.set_offline(False)
    page.evaluate(
        "document.querySelectorAll('[name=csrfmiddlewaretoken]').forEach(each => each.value = 'a'.repeat(64))"
    )
    form.locator("button.primary, button.button").first.click()
    expect(page.locator("#messages")).to_contain_text("press the button again")
    expect(form.locator("textarea")).to_have_value("The corps is named in the second paragraph.")
    form.locator("button.primary, button.button").first.click()
    expect(page.locator("main")).to_contain_text("The corps is named in the second paragraph.")
    complaints.clear()  # the browser says that there was no connection
