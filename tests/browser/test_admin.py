"""The admin and a report's own pages in a real browser: axe finds nothing on them."""

import re

from playwright.sync_api import Page

from tests.browser.axe import too_wide, violations

# What Django's own templates and scripts do, which no template, style or option of ours reaches.
DJANGOS = {
    ".tabular th.original": "the table of inlines heads the column of a row's own name with an empty cell",
    ".select2-selection": "the script that turns a select into a search box names it after its value, not its label",
}


def lists_of(page: Page) -> list[str]:
    """The address of every list in the admin."""
    page.goto("/admin/")
    links = page.locator("#content-main table a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    return sorted({link for link in links if re.fullmatch(r"/admin/\w+/\w+/", link)})


def test_axe_finds_nothing_in_the_admin_that_differs_from_page_to_page(sign_in, complaints):
    page = sign_in("staff")
    lists = lists_of(page)
    assert "/admin/claims/entry/" in lists
    assert len(lists) > 15
    found = violations(page, dark=True)
    paths = [
        "claim/",
        "case/",
        "entry/",
        "case/1/change/",
        "scale/1/change/",
        "claim/add/",
        "user/add/",
        "user/2/close/",
    ]
    for path in paths:
        assert page.goto(f"/admin/claims/{path}").status == 200
        found += violations(page, exclude=DJANGOS, dark=True)
    assert not found, "\n".join(found)


def test_axe_finds_nothing_on_a_report_s_pages_and_in_its_web_pages(sign_in, complaints, tmp_path):
    page = sign_in("editor")
    page.goto("/cases/BY/reports/add/")
    page.get_by_role("button", name="Freeze and make the report").click()
    page.wait_for_url(re.compile(r"/reports/\d+/$"))
    report, found = page.url, []
    for name in ("report.html", "documents/1/annotated.html"):
        saved = tmp_path / name
        saved.parent.mkdir(parents=True, exist_ok=True)
        saved.write_bytes(page.request.get(report + name).body())
    pages = [(tmp_path / name).as_uri() for name in ("report.html", "documents/1/annotated.html")]
    for place in (report, f"{report}documents/", *pages):
        page.goto(place)
        found += violations(page, dark=True) + too_wide(page, 1360, 360)
    assert not found, "\n".join(found)
