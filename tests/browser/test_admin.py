"""The admin and a report's own pages in a real browser: axe finds nothing on them."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# What Django's own templates and scripts do, which no template, style or option of ours reaches.
DJANGOS = {
    ".tabular th.original": "the table of inlines heads the column of a row's own name with an empty cell",
    ".select2-selection": "the script that turns a select into a search box names it after its value, not its label",
}


def violations(page: Page, *, exclude: dict[str, str] | None = None) -> list[str]:
    """What axe finds on a page, but for the elements that `exclude` names, each with its reason."""
    context = {"exclude": [[selector] for selector in exclude]} if exclude else None
    found = Axe().run(page, context=context).response["violations"]
    return [f"{page.url}: {rule['id']} {rule['nodes'][0]['target']} {rule['nodes'][0]['html'][:200]}" for rule in found]


def lists_of(page: Page) -> list[str]:
    """The address of every list in the admin."""
    page.goto("/admin/")
    links = page.locator("#content-main table a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    return sorted({link for link in links if re.fullmatch(r"/admin/\w+/\w+/", link)})


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_admin(sign_in, complaints, scheme):
    page = sign_in("staff", color_scheme=scheme)
    lists = lists_of(page)
    assert "/admin/claims/entry/" in lists
    assert len(lists) > 15
    found = violations(page)
    forms = [f"/admin/claims/{path}/" for path in ("case/1/change", "scale/1/change", "claim/add", "user/add")]
    # Colours are the scheme's; the rest is the same in both.
    for path in [*(lists if scheme == "light" else lists[:1]), *forms]:
        assert page.goto(path).status == 200
        found += violations(page, exclude=DJANGOS)
    assert not found, "\n".join(found)


def test_axe_finds_nothing_on_a_report_s_page_and_in_its_web_page(sign_in, complaints, tmp_path):
    page = sign_in("editor")
    page.goto("/cases/BY/reports/add/")
    page.get_by_role("button", name="Freeze and make the report").click()
    page.wait_for_url(re.compile(r"/reports/\d+/$"))
    saved = tmp_path / "report.html"
    saved.write_bytes(page.request.get(f"{page.url}report.html").body())
    address, found = page.url, []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for place in (address, saved.as_uri()):
            page.goto(place)
            found += violations(page)
            for width in (1360, 360):
                page.set_viewport_size({"width": width, "height": 900})
                wide = page.evaluate("document.documentElement.scrollWidth")
                found += [f"{place}: {wide} pixels wide at {width}"] if wide > width else []
    assert not found, "\n".join(found)
