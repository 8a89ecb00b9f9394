"""What axe finds on a page, in both colour schemes."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Colours that are still on their way to the other scheme's are not looked at.
COLOURS = """async (context) => {
    await Promise.all(document.getAnimations().map((each) => each.finished));
    return axe.run(context ?? document, {runOnly: ["color-contrast"], resultTypes: ["violations"]});
}"""


def violations(page: Page, *, exclude: dict[str, str] | None = None, dark: bool = False) -> list[str]:
    """What axe finds on a page, but for the elements that `exclude` names, each with its reason.

    Colours are the scheme's, the rest is the same in both: `dark` looks at the colours of the dark one too.
    """
    context = {"exclude": [[selector] for selector in exclude]} if exclude else None
    found = list(Axe().run(page, context=context).response["violations"])
    if dark:
        page.emulate_media(color_scheme="dark")
        found += page.evaluate(COLOURS, context)["violations"]
        page.emulate_media(color_scheme="light")
    return [f"{page.url}: {rule['id']} {rule['nodes'][0]['target']} {rule['nodes'][0]['html'][:200]}" for rule in found]


def too_wide(page: Page, *widths: int) -> list[str]:
    """At which of these widths a page must be scrolled sideways."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{page.url}: {wide} pixels wide at {width}"] if wide > width else []
    return found
