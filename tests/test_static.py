"""What is sent to the browser as it is: nothing foreign, nothing inline, nothing left untranslated."""

import hashlib
import json
import os
import re
from pathlib import Path

import pytest

from claims.management import web
from claims.management.web import collect_static
from workbench.static import collected_in

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "claims" / "static" / "claims"
VENDOR = STATIC / "vendor"
TEMPLATES = ROOT / "templates"

# A report is one file that is read offline, so it carries its own style sheet.
PAGES = [page for page in sorted(TEMPLATES.rglob("*.html")) if "reports" not in page.parts]

INLINE = {
    "an inline script": r"<script(?![^>]*\ssrc=)",
    "an inline style sheet": r"<style\b",
    "a style attribute": r"\sstyle\s*=",
    "an event handler": r"\son[a-z]+\s*=",
    "a javascript: address": r"javascript:",
    "an hx-on attribute": r"\s(?:data-)?hx-on\b",
    "a js: value": r"""["'\s]js:""",
    "a trigger filter": r"""hx-trigger\s*=\s*["'][^"']*\[""",
}
HIDDEN_FROM_READERS = [
    r"\{% comment.*?%\}.*?\{% endcomment %\}",
    r"\{#.*?#\}",
    r"\{% blocktrans(?:late)?\b.*?%\}.*?\{% endblocktrans(?:late)? %\}",
    r"\{% block page_class %\}.*?\{% endblock(?: page_class)? %\}",
    r"\{%.*?%\}",
    r"\{\{.*?\}\}",
    r"<!--.*?-->",
    r"<(code|kbd)\b[^>]*>.*?</\1>",
]
TAG = r"""<(?:"[^"]*"|'[^']*'|[^'">])*>"""
SPOKEN = r"""\s(?:title|alt|placeholder|aria-label|hx-confirm|data-[a-z-]*label)=("[^"]*"|'[^']*')"""


def blank(pattern: str, text: str) -> str:
    """The text with every match gone, its line breaks aside: line numbers stay true."""
    return re.sub(pattern, lambda match: " " + "\n" * match[0].count("\n"), text, flags=re.DOTALL)


def unmarked_words(template: str) -> list[tuple[int, str]]:
    """Words that a reader would see in English whatever their language, each with its line."""
    for pattern in HIDDEN_FROM_READERS:
        template = blank(pattern, template)
    visible = re.sub(r"&#?\w+;", " ", blank(TAG, template))
    found = [(match.start(), match[0]) for match in re.finditer(r"[^\W\d_]{2,}", visible)]
    lines = [(visible.count("\n", 0, start) + 1, word) for start, word in found]
    for attribute in re.finditer(SPOKEN, template):
        if re.search(r"[^\W\d_]{2,}", attribute[1]):
            lines.append((template.count("\n", 0, attribute.start()) + 1, attribute[1]))
    return sorted(lines)


def vendored():
    return json.loads((VENDOR / "manifest.json").read_text())


def test_every_vendored_file_is_the_one_that_was_checked():
    for entry in vendored():
        content = (VENDOR / entry["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], entry["file"]
        assert all(entry[key] for key in ("package", "version", "licence"))
        assert (VENDOR / entry["licence_file"]).read_text().strip()


def test_nothing_is_vendored_without_saying_so():
    named = {entry[key] for entry in vendored() for key in ("file", "licence_file")}
    assert {path.name for path in VENDOR.iterdir()} == named | {"manifest.json"}


def test_the_style_sheet_asks_nobody_else_for_anything():
    style = (STATIC / "look.css").read_text()
    for address in re.findall(r"url\(\s*[\"']?([^\"')]+)", style):
        assert (STATIC / address).is_file(), address
    assert "@import" not in style


def test_our_scripts_are_small_and_evaluate_nothing():
    scripts = list(STATIC.glob("*.js"))
    assert sum(script.stat().st_size for script in scripts) < 40 * 1024
    for script in scripts:
        assert not re.search(r"\beval\b|new Function|innerHTML|https?://", script.read_text()), script.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_pages_hold_nothing_inline(page):
    text = blank(r"\{#.*?#\}", page.read_text())
    found = [what for what, pattern in INLINE.items() if re.search(pattern, text, re.IGNORECASE)]
    assert not found, f"{page.relative_to(ROOT)} holds {', '.join(found)}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_every_visible_word_is_marked_for_translation(page):
    name = page.relative_to(ROOT)
    found = "\n".join(f"{name}:{line}: {word}" for line, word in unmarked_words(page.read_text()))
    assert not found, f"Not marked for translation:\n{found}"


def test_a_word_left_unmarked_is_noticed():
    template = """{% load i18n %}<p title="{{ x }}" class="card">{% translate "Claim" %} {# note #}
    {% blocktranslate with n=3 %}{{ n }} claims{% endblocktranslate %} <kbd>Esc</kbd> &middot; B3</p>
    {% if x > 2 %}<b aria-label="Close it">…</b>
    Verdict{% endif %}"""
    assert unmarked_words(template) == [(3, '"Close it"'), (4, "Verdict")]


def test_two_versions_of_the_files_stand_beside_each_other_and_older_ones_go(settings, tmp_path, monkeypatch):
    collected = []

    def collect(*args, **kwargs):
        settings.STATIC_ROOT.mkdir(parents=True)
        collected.append(settings.STATIC_ROOT.name)

    monkeypatch.setattr(web, "call_command", collect)
    for n, version in enumerate(("one", "two", "one", "three", "four")):
        settings.STATIC_ROOT = tmp_path / "static" / version
        collect_static()
        os.utime(settings.STATIC_ROOT, (n, n))
    assert collected == ["one", "two", "three", "four"]
    assert {path.name for path in (tmp_path / "static").iterdir()} == {"one", "three", "four"}, (
        "two was served least lately"
    )


def test_the_folder_is_named_for_what_the_files_were_made_of(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    style = tmp_path / "an_app_of_nobody" / "static" / "look.css"
    style.parent.mkdir(parents=True)
    (tmp_path / "an_app_of_nobody" / "__init__.py").touch()
    style.write_text("p {}")
    first = collected_in(tmp_path, ["an_app_of_nobody"])
    assert collected_in(tmp_path, ["an_app_of_nobody"]) == first
    style.write_text("p { color: red }")
    assert collected_in(tmp_path, ["an_app_of_nobody"]) != first
