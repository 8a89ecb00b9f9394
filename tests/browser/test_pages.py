"""Every page in a real browser: axe finds nothing, nothing is wider than a phone, nothing is blocked."""

import pytest
from axe_playwright_python.sync_playwright import Axe

PAGES = [
    ("editor", "/"),
    ("editor", "/cases/"),
    ("editor", "/cases/BY/"),
    ("editor", "/cases/BY/?status=open&words=belarus"),
    ("editor", "/cases/BY/edit/"),
    ("editor", "/cases/BY/log/"),
    ("analyst", "/cases/BY/documents/add/"),
    ("analyst", "/cases/BY/documents/1/"),
    ("analyst", "/cases/BY/documents/1/?claim=3"),
    ("analyst", "/cases/BY/documents/1/edit/"),
    ("analyst", "/cases/BY/documents/1/sentences/"),
    ("analyst", "/cases/BY/documents/1/claims/add/?start=233&end=386"),
    ("analyst", "/cases/BY/claims/9/"),
    ("reader", "/cases/BY/claims/1/"),
    ("editor", "/cases/BY/claims/12/"),
    ("editor2", "/cases/BY/claims/13/"),
    ("analyst", "/cases/BY/claims/1/edit/"),
    ("analyst", "/cases/BY/claims/1/history/"),
    ("editor", "/cases/BY/claims/9/assign/"),
    ("editor", "/cases/BY/claims/9/withdraw/"),
    ("editor", "/cases/BY/claims/1/reopen/"),
    ("analyst", "/cases/BY/claims/9/assess/"),
    ("analyst", "/cases/BY/claims/9/evidence/add/"),
    ("analyst", "/cases/BY/claims/1/evidence/1/edit/"),
    ("editor", "/cases/BY/claims/12/verdict/propose/"),
    ("editor", "/cases/BY/reports/"),
    ("editor", "/cases/BY/reports/add/"),
    ("staff", "/cases/add/"),
    ("editor2", "/cases/BY/claims/13/verdict/sign-off/"),
    ("editor2", "/cases/BY/claims/13/verdict/send-back/"),
    ("analyst", "/cases/BY/claims/9/evidence/1/remove/"),
    ("analyst", "/sources/1/grade/"),
    ("editor", "/cases/BY/claims/9/reopen/"),  # refused: 409
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
    ("analyst", "/you/"),
    ("reader", "/accounts/password/change/"),
    ("reader", "/accounts/logout/"),
    ("reader", "/cases/NONE/"),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_a_phone_is_wide_enough(sign_in, complaints, scheme):
    pages = {name: sign_in(name, color_scheme=scheme) for name in {name for name, _path in PAGES}}
    axe, found = Axe(), []
    for name, path in PAGES:
        page = pages[name]
        page.goto(path)
        page.set_viewport_size({"width": 1360, "height": 900})
        found += [
            f"{path}: {axe_rule['id']} {axe_rule['nodes'][0]['html'][:200]}" for axe_rule in violations(axe, page)
        ]
        for width in (1360, 768, 360):
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate("document.documentElement.scrollWidth")
            found += [f"{path}: {wide} pixels wide at {width}"] if wide > width else []
    assert not found, "\n".join(found)


def violations(axe, page):
    return axe.run(page).response["violations"]


def test_the_sign_in_page_is_clean_too(site, browser, complaints):
    context = browser.new_context(base_url=site)
    page = context.new_page()
    complaints.watch(page)
    page.goto("/accounts/login/")
    assert not violations(Axe(), page)
    context.close()


def test_the_admin_keeps_to_the_policy(sign_in):
    page = sign_in("staff")
    for path in (
        "/admin/",
        "/admin/claims/claim/",
        "/admin/claims/case/",
        "/admin/claims/entry/",
        "/admin/claims/source/",
    ):
        assert page.goto(path).status == 200


def test_the_case_page_is_light(site, browser):
    """At most 12 requests and 100 KiB on the first view, 15 KiB on the second, as they go over the wire."""
    context = browser.new_context(base_url=site)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("editor@example.org")
    page.get_by_label("Password").first.fill("workbench-demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    cookies = context.cookies()
    fresh = browser.new_context(base_url=site)
    fresh.add_cookies(cookies)
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
    context.close()
    fresh.close()
