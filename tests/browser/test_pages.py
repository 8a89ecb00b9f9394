"""Every page in a real browser: axe finds nothing, nothing is wider than a phone, nothing is blocked."""

from collections.abc import Iterator
from itertools import chain

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.axe import too_wide, violations

PAGES = [
    ("editor", "/"),
    ("editor", "/cases/"),
    ("editor", "/cases/BY/"),
    ("editor", "/cases/BY/?status=open&words=belarus"),
    ("editor", "/cases/BY/edit/"),
    ("editor", "/cases/BY/log/"),
    ("editor", "/cases/BY/columns/"),
    ("editor", "/cases/BY/assign/?all=1"),
    ("analyst", "/cases/BY/documents/add/"),
    ("analyst", "/cases/BY/documents/1/"),
    ("analyst", "/cases/BY/documents/1/?claim=3"),
    ("analyst", "/cases/BY/documents/1/edit/"),
    ("analyst", "/cases/BY/documents/1/sentences/"),
    ("analyst", "/cases/BY/documents/1/claims/add/?start=233&end=386"),
    ("analyst", "/cases/BY/claims/9/"),
    ("reader", "/cases/BY/claims/1/"),
    ("editor", "/cases/BY/claims/12/"),
    ("editor", "/cases/BY/claims/12/settle/"),
    ("analyst2", "/cases/BY/claims/12/"),
    ("analyst2", "/cases/BY/claims/12/hypotheses/"),
    ("reader", "/cases/BY/claims/2/"),
    ("analyst2", "/cases/BY/claims/3/"),
    ("editor", "/cases/BY/questions/"),
    ("editor2", "/cases/BY/claims/13/"),
    ("analyst", "/cases/BY/claims/1/edit/"),
    ("analyst", "/cases/BY/claims/1/history/"),
    ("editor", "/cases/BY/claims/9/assign/"),
    ("editor", "/cases/BY/claims/9/withdraw/"),
    ("editor", "/cases/BY/claims/1/reopen/"),
    ("analyst", "/cases/BY/claims/9/assess/"),
    ("analyst", "/cases/BY/claims/9/evidence/add/"),
    ("analyst", "/cases/BY/claims/7/evidence/1/edit/"),
    ("analyst", "/cases/BY/claims/9/absences/add/"),
    ("editor", "/cases/BY/claims/12/verdict/propose/"),
    ("editor", "/cases/BY/leaning/"),
    ("reader", "/cases/BY/agreement/"),
    ("reader", "/cases/BY/agreement/?of=quantity&interval=yes"),
    ("reader", "/cases/BY/agreement/2/3/"),
    ("reader", "/help/"),
    ("editor", "/cases/BY/claims/1/changes/uphold/"),
    ("editor", "/cases/BY/reports/"),
    ("editor", "/cases/BY/reports/add/"),
    ("staff", "/cases/add/"),
    ("editor2", "/cases/BY/claims/13/verdict/sign-off/"),
    ("editor2", "/cases/BY/claims/13/verdict/send-back/"),
    ("analyst", "/cases/BY/claims/7/evidence/1/remove/"),
    ("analyst", "/sources/1/grade/"),
    ("editor", "/cases/BY/claims/9/reopen/"),
    ("analyst", "/cases/BY/claims/import/"),
    ("analyst", "/search/"),
    ("analyst", "/search/?q=belarus"),
    ("reader", "/search/?q=zebra&kind=claim"),
    ("analyst", "/cases/BY/claims/3/similar/"),
    ("analyst", "/cases/BY/claims/similar/?statement=The+army+of+Belarus+is+48,000+strong"),
    ("analyst", "/sources/"),
    ("analyst", "/sources/add/"),
    ("analyst", "/sources/1/"),
    ("analyst", "/sources/1/edit/"),
    ("analyst", "/sources/1/merge/"),
    ("analyst", "/sources/1/merge/?other=2"),
    ("analyst", "/sources/import/"),
    ("analyst", "/you/"),
    ("reader", "/accounts/password/change/"),
    ("reader", "/accounts/2fa/"),
    ("reader", "/accounts/2fa/totp/activate/"),
    ("reader", "/accounts/2fa/webauthn/add/"),
    ("reader", "/accounts/sessions/"),
    ("reader", "/accounts/reauthenticate/"),
    ("reader", "/accounts/logout/"),
    ("reader", "/cases/NONE/"),
]
REFUSED = {"/cases/BY/claims/9/reopen/": 409, "/cases/BY/claims/1/edit/": 409, "/cases/NONE/": 404}


def load(page: Page, *files: tuple[str, bytes]) -> None:
    page.locator("input[type=file]").set_input_files(
        [FilePayload(name=name, mimeType="text/plain", buffer=content) for name, content in files]
    )
    page.get_by_role("button", name="Load", exact=True).click()


def made(page: Page) -> Iterator[tuple[str, str]]:
    """Pages of what the sample has none of, each made when its turn has come."""
    add = "/cases/BY/documents/add/"
    page.goto(add)
    load(page, ("long.txt", b"Plain words stand here.\n\n" * 2_000))
    expect(page.get_by_role("navigation", name="Parts", exact=True)).to_be_visible()
    yield "analyst", page.url
    yield "analyst", f"{page.url.split('?')[0]}?part=2"

    page.goto(add)
    load(page, ("one.txt", b"The army has 48,000 men."), ("two.bin", b"a\0b"))
    page.wait_for_url("**/jobs/*/")
    yield "analyst", page.url
    expect(page.get_by_role("link", name="Load more")).to_be_visible(timeout=20_000)
    yield "analyst", page.url

    page.goto("/cases/BY/claims/7/evidence/1/remove/")
    page.get_by_role("button", name="Remove").click()
    page.wait_for_url("**/claims/7/?removed=1")
    yield "analyst", "/cases/BY/claims/7/evidence/1/restore/"
    page.get_by_role("button", name="Restore").click()
    page.wait_for_url("**/claims/7/")


@pytest.mark.parametrize("quarter", range(4))
def test_axe_finds_nothing_and_a_phone_is_wide_enough(sign_in, complaints, quarter):
    some = PAGES[quarter::4]
    pages = {name: sign_in(name) for name in {name for name, _path in some} | {"analyst"}}
    found = []
    for name, path in chain(some, made(pages["analyst"]) if quarter == 0 else ()):
        page = pages[name]
        status = page.goto(path).status
        found += [f"{path}: {status}"] if status != REFUSED.get(path, 200) else []
        found += too_wide(page, 360, 768, 1360) + violations(page, dark=True)
    assert not found, "\n".join(found)


def test_the_sign_in_page_is_clean_too(site, browser, complaints):
    context = browser.new_context(base_url=site)
    page = context.new_page()
    complaints.watch(page)
    page.goto("/accounts/login/")
    assert not violations(page, dark=True)
    context.close()


def test_the_case_page_is_light(site, browser, sessions):
    """At most 12 requests and 100 KiB on the first view, 15 KiB on the second, as they go over the wire."""
    fresh = browser.new_context(base_url=site, storage_state=sessions("editor"))
    page = fresh.new_page()
    network = fresh.new_cdp_session(page)
    network.send("Network.enable")
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))

    page.goto("/cases/BY/", wait_until="networkidle")
    first = list(sizes)
    sizes.clear()
    page.goto("/cases/", wait_until="networkidle")
    sizes.clear()
    page.goto("/cases/BY/", wait_until="networkidle")

    assert len(first) <= 12, first
    assert sum(first) <= 100 * 1024, first
    assert sum(sizes) <= 15 * 1024, sizes
    fresh.close()
