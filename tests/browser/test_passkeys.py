"""Passkeys in a real browser: one that stands in the browser's own memory is added, signs in alone, and is removed."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import too_wide, violations
from tests.browser.conftest import PASSWORD

PERSON = "analyst2@example.org"
HOME = re.compile(r":\d+/$")


@pytest.fixture
def page(site, browser, complaints):
    # Browsers give no passkeys to an address of figures.
    with browser.new_context(base_url=site.replace("127.0.0.1", "localhost")) as context:
        context.set_default_timeout(8000)
        page = context.new_page()
        complaints.watch(page)
        network = context.new_cdp_session(page)
        network.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True,
        }  # fmt: skip
        network.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        yield page


def sign_in(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(PERSON)
    page.get_by_label("Password").first.fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_passkey_is_added_signs_in_alone_and_is_a_second_factor_until_it_is_removed(page):
    sign_in(page)
    page.wait_for_url(HOME)
    found: list[str] = []
    for path in (
        "/accounts/2fa/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/sessions/",
    ):
        page.goto(path)
        found += violations(page, dark=True) + too_wide(page, 360, 768, 1360)
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("What you call it").fill("My laptop")
    page.get_by_label("It alone signs me in").check()
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/recovery-codes/")
    found += violations(page, dark=True) + too_wide(page, 360, 768, 1360)
    try:
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/login/**")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(HOME)
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()

        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/login/**")
        sign_in(page)
        page.wait_for_url("**/2fa/authenticate/")
        found += violations(page, dark=True) + too_wide(page, 360, 768, 1360)
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url(HOME)
    finally:
        page.goto("/accounts/2fa/")
        found += violations(page, dark=True) + too_wide(page, 360, 768, 1360)
        page.get_by_role("link", name="Remove My laptop").click()
        found += violations(page, dark=True)
        page.get_by_role("button", name="Remove").click()
        expect(page.get_by_role("link", name="Remove My laptop")).not_to_be_attached()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("scripts", [True, False])
def test_where_passkeys_cannot_work_the_sign_in_page_does_not_speak_of_them(site, browser, scripts):
    with browser.new_context(base_url=site, java_script_enabled=scripts) as context:  # 127.0.0.1
        page = context.new_page()
        page.goto("/accounts/login/", wait_until="networkidle")
        expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
        assert "passkey" not in page.inner_text("main").lower()
        sign_in(page)
        page.wait_for_url(HOME)
        page.goto("/accounts/2fa/webauthn/add/", wait_until="networkidle")
        why = "Passkeys do not work here" if scripts else "Passkeys need JavaScript"
        expect(page.get_by_text(why)).to_be_visible()
        expect(page.get_by_role("button", name="Add a passkey")).not_to_be_visible()
