"""What is typed into an assessment is not lost: by a reload, without a connection, after the session has ended."""

from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD

CLAIM = "/cases/BY/claims/9/"
EARLY = """
document.addEventListener("readystatechange", () => {
  if (document.readyState === "interactive" && location.search === "?early")
    document.querySelector("[name=rationale]").value = "Typed early.";
});
"""
KEPT = "Object.keys(localStorage).filter((key) => key.startsWith('draft ')).length"


def test_what_is_typed_is_saved_by_itself_and_is_there_after_a_reload(sign_in):
    page = sign_in("analyst")
    page.goto(CLAIM)
    page.get_by_label("Rationale").fill("The army has said so itself.")
    page.get_by_role("radio", name="Refuted").check()
    expect(page.locator("#draft-saved")).to_contain_text("Draft saved")
    page.reload()
    expect(page.get_by_label("Rationale")).to_have_value("The army has said so itself.")
    expect(page.get_by_role("radio", name="Refuted")).to_be_checked()


def test_without_a_connection_it_is_kept_and_saved_once_there_is_one(sign_in, complaints):
    page = sign_in("analyst")
    page.goto(CLAIM)
    page.context.set_offline(True)
    page.get_by_label("Rationale").fill("Typed in a tunnel.")
    status = page.locator("#draft-saved")
    expect(status).to_contain_text("there is no connection")
    page.context.set_offline(False)
    expect(status).to_contain_text("Draft saved")
    page.reload()
    expect(page.get_by_label("Rationale")).to_have_value("Typed in a tunnel.")
    complaints.clear()  # the browser says that there was no connection


def test_what_was_not_saved_before_a_reload_is_brought_back(sign_in):
    page = sign_in("analyst2")
    page.goto(CLAIM)
    page.get_by_label("What would change it").fill("A list of the units.")
    page.reload()
    expect(page.get_by_label("What would change it")).to_have_value("A list of the units.")
    expect(page.locator("#draft-saved")).to_contain_text("Draft saved")


def test_to_look_at_a_form_saves_nothing(sign_in):
    page = sign_in("editor2")
    posted = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    page.goto(CLAIM)
    page.wait_for_selector("#draft-saved[data-htmx-powered]", state="attached")
    page.wait_for_timeout(3500)
    assert [url for url in posted if "assess" in url] == []


def test_an_ended_session_takes_nobody_away_from_what_they_type(sign_in):
    page = sign_in("analyst")
    page.goto(CLAIM)
    page.context.clear_cookies()
    page.get_by_label("Rationale").fill("Typed after the session had ended.")
    expect(page.locator("#draft-saved")).to_contain_text("you have been signed out")
    assert page.url.endswith(CLAIM)
    assert page.evaluate(KEPT) == 1


def test_what_is_typed_before_the_programs_are_there_is_kept_too(sign_in):
    page = sign_in("analyst2")
    page.add_init_script(EARLY)
    page.goto(f"{CLAIM}?early")
    expect(page.locator("#draft-saved")).to_contain_text("Draft saved")
    page.goto(CLAIM)
    expect(page.get_by_label("Rationale")).to_have_value("Typed early.")


def test_signing_out_leaves_nothing_behind_in_the_browser(site, browser):
    # A session of its own: the others' would end with it.
    with browser.new_context(base_url=site) as context:
        page = context.new_page()
        page.goto(f"/accounts/login/?next={CLAIM}")
        page.get_by_label("Email").fill("analyst@example.org")
        page.get_by_label("Password").first.fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.route("**/assess/", lambda route: route.abort())  # nothing is saved, so it stays in the browser
        page.get_by_label("Rationale").fill("For nobody else's eyes.")
        expect(page.locator("#draft-saved")).to_contain_text("there is no connection")
        assert page.evaluate(KEPT) == 1
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/login/**")
        assert page.evaluate(KEPT) == 0
