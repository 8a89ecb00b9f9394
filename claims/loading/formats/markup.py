"""What a page's markup shows: read from front to end, so that no depth of nesting hurts."""

from html.parser import HTMLParser

from claims.loading.formats.paragraphs import Paragraphs
from claims.loading.formats.parsed import Note

UNSEEN = {"script", "style", "template", "noscript", "iframe", "object", "title", "textarea", "select", "svg", "math"}
# Elements without an end, which hide nothing but themselves.
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "ul",
}  # fmt: skip


class Page(HTMLParser):
    """A page read from front to end, so that no depth hurts: the words it shows and what it says of itself."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words, self.hidden = Paragraphs(), Paragraphs()
        self.title, self.language = "", ""
        self.meta: dict[str, str] = {}
        self.linked_data: list[str] = []
        self._in, self._unseen, self._depth = "", "", 0
        self._row = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "meta":
            name = (said.get("property") or said.get("name") or said.get("itemprop") or "").lower()
            self.meta.setdefault(name, said.get("content", "").strip())
        elif tag == "html":
            self.language = said.get("lang") or said.get("xml:lang") or ""
        if self._unseen:
            self._depth += tag == self._unseen
        elif tag in UNSEEN or (tag not in VOID and unseen(said)):
            self._unseen, self._depth = tag, 1
            self._in = "ld" if said.get("type") == "application/ld+json" else tag
            if self._in == "ld":
                self.linked_data.append("")
        else:
            self._lay_out(tag, starts=True)

    def handle_endtag(self, tag: str) -> None:
        if self._unseen:
            self._depth -= tag == self._unseen
            if self._depth == 0:
                self._unseen = self._in = ""
                self.hidden.end()
        else:
            self._lay_out(tag, starts=False)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.words.write(data)
        elif self._in == "ld":
            self.linked_data[-1] += data
        elif self._in == "title":
            self.title = self.title or " ".join(data.split())
        elif self._in not in UNSEEN:
            self.hidden.write(data)

    def _lay_out(self, tag: str, *, starts: bool) -> None:
        if tag == "br":
            self.words.line()
        elif tag in BLOCKS:
            self.words.end()
        elif tag == "tr":
            self.words.end(row=True)
            self._row = False
        elif tag in ("td", "th") and starts:
            if self._row:
                self.words.cell()
            self._row = True


def unseen(said: dict[str, str]) -> bool:
    style = said.get("style", "").replace(" ", "").lower()
    return "hidden" in said or "display:none" in style or "visibility:hidden" in style


def seen(html: str) -> Page:
    """A page, read."""
    page = Page()
    page.feed(html)
    page.close()
    return page


def hidden_words(page: Page) -> list[Note]:
    words = len(page.hidden.text().split())
    return [Note("hidden", words)] if words else []


def said_in(content: bytes) -> str:
    """The encoding that a page's first bytes declare. The prescan of browsers, made simple."""
    start = content[:2048].lower()
    for sign in (b"charset=", b"encoding="):
        if sign in start:
            word = start.split(sign, 1)[1].lstrip(b" \"'")[:40]
            return (
                word.replace(b'"', b" ")
                .replace(b"'", b" ")
                .replace(b">", b" ")
                .split(None, 1)[0]
                .decode("ascii", "ignore")
            )
    return ""
