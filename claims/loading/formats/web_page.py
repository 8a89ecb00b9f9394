"""Web pages: their main text by trafilatura, or all that can be seen where it finds none."""

import json
from typing import Any

import trafilatura
from lxml.etree import iterwalk

from claims.loading.formats.decoding import decode
from claims.loading.formats.markup import Page, hidden_words, said_in, seen
from claims.loading.formats.paragraphs import Paragraphs
from claims.loading.formats.parsed import Note, Parsed, iso_date, language_tag
from claims.text.normalising import clean

VISIBLE_EXTRACTOR = "visible text of a page 1"
HIDDEN = [
    "//*[@hidden]",
    "//*[contains(translate(@style, ' ', ''), 'display:none')]",
    "//*[contains(translate(@style, ' ', ''), 'visibility:hidden')]",
]
SHORT = 200  # characters; a main text below this, on a page with much more, is no main text
TITLE = ["og:title", "twitter:title", "dc.title", "citation_title"]
AUTHOR = ["author", "article:author", "dc.creator", "citation_author", "parsely-author"]
PUBLISHER = ["og:site_name", "publisher", "dc.publisher", "citation_publisher", "application-name"]
PUBLISHED = [
    "article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "dcterms.created", "pubdate",
    "citation_publication_date", "parsely-pub-date",
]  # fmt: skip
MODIFIED = ["article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "last-modified"]


def read(content: bytes, *, encoding: str = "", declared: str = "") -> Parsed:
    """A web page's main text. Raises Fault and Unreadable."""
    html, notes = decode(content, declared=declared or said_in(content), chosen=encoding)
    page = seen(html)
    everything, (main, extractor) = page.words.text(), main_text(html)
    if len(main) < SHORT and len(everything) > 2 * len(main):
        main, extractor = everything, VISIBLE_EXTRACTOR
        notes.append(Note("all_text"))
    elif (left_out := len(everything.split()) - len(main.split())) > 0:
        notes.append(Note("main_text", left_out))
    parsed = Parsed(clean(main), extractor, notes=notes + hidden_words(page))
    tell(parsed, page)
    return parsed


def main_text(html: str) -> tuple[str, str]:
    """The main text and what found it; nothing where it finds none, or the page is built so that it cannot."""

    extractor = f"trafilatura {trafilatura.__version__}"
    try:
        found = trafilatura.bare_extraction(html, include_comments=False, prune_xpath=HIDDEN)
    except (ValueError, RecursionError, AttributeError, TypeError, AssertionError):
        return "", extractor
    body = getattr(found, "body", None)
    return (laid_out(body) if body is not None else ""), extractor


def laid_out(body: Any) -> str:
    """The text of trafilatura's tree, a paragraph for each paragraph, heading and item."""

    words, row = Paragraphs(), False
    for event, element in iterwalk(body, events=("start", "end")):
        if element.tag == "lb" and event == "start":
            words.line()
        elif element.tag == "row":
            words.end(row=True)
            row = False
        elif element.tag == "cell" and event == "start":
            if row:
                words.cell()
            row = True
        elif element.tag in ("p", "head", "item", "quote", "list", "table", "code"):
            in_cell = next(element.iterancestors("cell"), None) is not None
            words.write(" ") if in_cell else words.end()
        words.write((element.text if event == "start" else element.tail) or "")
    return words.text()


def tell(parsed: Parsed, page: Page) -> None:
    """Fill in what a page says about itself: in its linked data, else in its meta elements."""
    article = described(page.linked_data)

    def first(key: str, names: list[str]) -> str:
        return named(article.get(key)) or next((page.meta[name] for name in names if page.meta.get(name)), "")

    parsed.title = first("headline", TITLE) or page.title
    author = first("author", AUTHOR)
    parsed.author = "" if "://" in author else author
    parsed.publisher = first("publisher", PUBLISHER)
    parsed.published, parsed.modified = (
        iso_date(first("datePublished", PUBLISHED)),
        iso_date(first("dateModified", MODIFIED)),
    )
    parsed.language = language_tag(named(article.get("inLanguage")) or page.language)


def described(scripts: list[str]) -> dict[str, Any]:
    """The article among a page's JSON-LD, or nothing. https://schema.org/Article"""
    for script in scripts:
        try:
            waiting = [json.loads(script, strict=False)]
        except (ValueError, RecursionError):
            continue
        while waiting:
            thing = waiting.pop(0)
            if isinstance(thing, list):
                waiting += thing[:100]
            elif isinstance(thing, dict):
                if any(kind in str(thing.get("@type")) for kind in ("Article", "Report", "BlogPosting")):
                    return thing
                waiting += [thing[key] for key in ("@graph", "mainEntity") if key in thing]
    return {}


def named(thing: Any) -> str:
    """What JSON-LD names: words, a thing with a name, or several of them."""
    if isinstance(thing, list):
        return ", ".join(filter(None, (named(each) for each in thing[:20] if not isinstance(each, list))))
    if isinstance(thing, dict):
        thing = thing.get("name") or thing.get("@value")
    return thing.strip() if isinstance(thing, str) else ""
