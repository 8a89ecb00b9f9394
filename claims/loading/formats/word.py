"""Word documents (.docx): the text that a reader sees, without what is hidden or deleted under tracking.

Its XML is read as a stream with expat, part by part: no tree is built, however deep it nests, and a document type
declaration, which its standard forbids, ends the reading. Source: ECMA-376, part 1 (17, the names) and part 2 (XML).
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator
from xml.parsers import expat

from claims.loading.formats.parsed import LONGEST_TEXT, Fault, Note, Parsed, iso_date, language_tag
from claims.text.normalising import clean

EXTRACTOR = "word text 1"
MOST_MEMBERS = 10_000
MOST_BYTES = 200_000_000  # unpacked, all members together
WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main ",
    "http://purl.oclc.org/ooxml/wordprocessingml/main ",
)
MATHS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/math ",
    "http://purl.oclc.org/ooxml/officeDocument/math ",
)
FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"
DELETED = {"del", "moveFrom"}
OTHERS = {"xl/": "Excel", "ppt/": "PowerPoint", "content.xml": "OpenDocument", "OEBPS/": "EPUB", "META-INF/": "archive"}

type Attributes = dict[str, str]


class Archive:
    """The members of a ZIP file, none of them unpacked further than declared and allowed."""

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        # NotImplementedError: zipfile's word for a newer version of the format, and for what is packed otherwise.
        except (zipfile.BadZipFile, NotImplementedError) as error:
            raise Fault("broken", str(error)) from None
        members = self._zip.infolist()
        self.names = {member.filename for member in members}
        declared = sum(member.file_size for member in members)
        if len(members) > MOST_MEMBERS or declared > MOST_BYTES:
            raise Fault("bomb", declared // 1_000_000)
        if any(member.flag_bits & 1 for member in members):
            raise Fault("password")
        self._read = 0

    def chunks(self, name: str) -> Iterator[bytes]:
        """A member's bytes, piece by piece. Raises Fault where there is more than was declared."""
        try:
            with self._zip.open(name) as member:
                while chunk := member.read(65536):
                    self._read += len(chunk)
                    if self._read > MOST_BYTES:
                        raise Fault("bomb", self._read // 1_000_000)
                    yield chunk
        # The two last: zipfile lets through what unpacking says of members that are cut off or damaged.
        except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error) as error:
            raise Fault("broken", str(error)) from None


def parse(
    archive: Archive,
    name: str,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None],
    data: Callable[[str], None],
) -> None:
    """Read an XML member, telling of each element and each piece of text. Raises Fault."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, data
    parser.StartDoctypeDeclHandler = refuse
    try:
        for chunk in archive.chunks(name):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Fault("broken", f"{name}: {error}") from None


def refuse(*_: object) -> None:
    raise Fault("entities")


def local(name: str) -> str:
    """A Word element's name without its namespace; nothing for elements of other kinds."""
    for namespace in WORD:
        if name.startswith(namespace):
            return name[len(namespace) :]
    return next((name[len(each) :] for each in MATHS if name in (each + "r", each + "t")), "")


def value(attributes: Attributes, name: str = "val") -> str:
    return next((attributes[each + name] for each in WORD if each + name in attributes), "")


def is_on(attributes: Attributes) -> bool:
    return value(attributes) not in ("0", "false", "off")


class Run:
    """Words in one formatting."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.hidden = False


class Body:
    """The text of a part, as it is read."""

    def __init__(self, hidden_styles: set[str]) -> None:
        self.hidden_styles = hidden_styles
        self.places: list[list[str]] = [[]]  # the body, and the tables, rows and cells that are open
        self.open: list[Run] = []  # paragraphs and runs; a text box holds paragraphs within a run
        self.kinds: list[str] = []
        self.notes: list[str] = []  # ids of the foot- and endnotes, as they are called for
        self.skipping, self.in_text, self.in_deleted = 0, 0, 0
        self.hidden, self.deleted, self.length = 0, 0, 0

    def start(self, name: str, attributes: Attributes) -> None:
        tag = local(name)
        if name == FALLBACK or tag in DELETED:
            self.skipping += 1
        elif tag == "delText":
            self.in_deleted += 1
        elif self.skipping:
            return
        elif tag in ("p", "r"):
            self.open.append(Run())
            self.kinds.append(tag)
        elif tag in ("tbl", "tr", "tc"):
            self.places.append([])
        elif tag == "t":
            self.in_text += 1
        elif self.open:
            self._property(tag, attributes)

    def _property(self, tag: str, attributes: Attributes) -> None:
        now, in_run = self.open[-1], self.kinds[-1] == "r"
        if (tag == "vanish" and in_run and is_on(attributes)) or (
            tag in ("rStyle", "pStyle") and value(attributes) in self.hidden_styles
        ):
            now.hidden = True
        elif not in_run:
            return  # tab stops and the like have the names of what stands in a run
        elif tag in ("tab", "ptab"):
            now.words.append("\t")
        elif tag in ("br", "cr"):
            now.words.append("\n")
        elif tag == "noBreakHyphen":
            now.words.append("\u2011")
        elif tag in ("footnoteReference", "endnoteReference"):
            self.notes.append(f"{tag[:-9]} {value(attributes, 'id')}")
            now.words.append(f"[{len(self.notes)}]")

    def data(self, words: str) -> None:
        if self.in_deleted:
            self.deleted += len(words.split())
        elif self.in_text and self.open and not self.skipping:
            self.length += len(words)
            if self.length > LONGEST_TEXT:
                raise Fault("long", LONGEST_TEXT)
            self.open[-1].words.append(words)

    def end(self, name: str) -> None:
        tag = local(name)
        if name == FALLBACK or tag in DELETED:
            self.skipping -= 1
        elif tag == "delText":
            self.in_deleted -= 1
        elif self.skipping:
            return
        elif tag == "t":
            self.in_text -= 1
        elif tag in ("p", "r"):
            self._close(tag)
        elif tag in ("tbl", "tr", "tc"):
            inner = self.places.pop()
            words = {"tbl": "\n", "tr": "\t", "tc": " "}[tag].join(inner).rstrip()
            if words.strip() or tag == "tc":
                self.places[-1].append(words)

    def _close(self, tag: str) -> None:
        closed = self.open.pop()
        self.kinds.pop()
        words = "".join(closed.words)
        if closed.hidden:
            self.hidden += len(words.split())
        elif tag == "r" and self.open:
            self.open[-1].words.append(words)
        elif words.strip():
            self.places[-1].append(words.strip())

    def text(self) -> str:
        return "\n\n".join(self.places[0])


def read(content: bytes) -> Parsed:
    """The text of a Word document, its notes at the end. Raises Fault and Unreadable."""
    archive = Archive(content)
    main = main_part(archive)
    folder = posixpath.dirname(main)
    styles = read_styles(archive, f"{folder}/styles.xml")
    body = Body(styles.hidden())
    parse(archive, main, body.start, body.end, body.data)
    blocks = [body.text(), *called_notes(archive, folder, body)]
    about = facts(archive, "docProps/core.xml") | facts(archive, "docProps/app.xml")
    notes = [Note(code, count) for code, count in (("hidden", body.hidden), ("deleted", body.deleted)) if count]
    return Parsed(
        clean("\n\n".join(blocks)),
        EXTRACTOR,
        title=about.get("title", ""),
        author=about.get("creator", ""),
        publisher=about.get("Company", ""),
        published=iso_date(about.get("created", "")),
        modified=iso_date(about.get("modified", "")),
        language=language_tag(about.get("language", "") or styles.language),
        notes=notes,
    )


def main_part(archive: Archive) -> str:
    """The name of the member that holds the text. Raises Fault where the archive is something else."""
    found: list[str] = []

    def start(name: str, attributes: Attributes) -> None:
        if attributes.get("Type", "").endswith("/officeDocument"):
            found.append(attributes.get("Target", "").lstrip("/"))

    if "_rels/.rels" in archive.names:
        parse(archive, "_rels/.rels", start, lambda name: None, lambda data: None)
    for name in [*found, "word/document.xml"]:
        if name in archive.names and name.startswith("word/"):
            return name
    for beginning, what in OTHERS.items():
        if any(name.startswith(beginning) for name in archive.names):
            raise Fault("archive", what)
    raise Fault("archive", "ZIP")


def called_notes(archive: Archive, folder: str, body: Body) -> Iterator[str]:
    """Footnotes and endnotes in the order in which the text calls for them, numbered as there."""
    texts: dict[str, str] = {}
    for kind in ("footnote", "endnote"):
        name = f"{folder}/{kind}s.xml"
        if name in archive.names:
            texts |= note_texts(archive, name, kind, body)
    for number, key in enumerate(body.notes[:], start=1):
        if texts.get(key):
            yield f"[{number}] {texts[key]}"


def note_texts(archive: Archive, name: str, kind: str, body: Body) -> dict[str, str]:
    """The text of each note of a part, by kind and id. What is hidden there is counted in with the body's."""
    texts: dict[str, str] = {}
    part, here = Body(body.hidden_styles), ""

    def start(element: str, attributes: Attributes) -> None:
        nonlocal here
        if local(element) == kind:
            here = f"{kind} {value(attributes, 'id')}"
        part.start(element, attributes)

    def end(element: str) -> None:
        part.end(element)
        if local(element) == kind:
            texts[here] = part.text()
            part.places = [[]]

    parse(archive, name, start, end, part.data)
    body.hidden, body.deleted = body.hidden + part.hidden, body.deleted + part.deleted
    return texts


class Styles:
    """Which styles hide their words, and the language that words have by default."""

    def __init__(self) -> None:
        self.language, self._now = "", ""
        self._hide: set[str] = set()
        self._based_on: dict[str, str] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        tag = local(name)
        if tag == "style":
            self._now = value(attributes, "styleId")
        elif tag == "basedOn":
            self._based_on[self._now] = value(attributes)
        elif tag == "vanish" and self._now and is_on(attributes):
            self._hide.add(self._now)
        elif tag == "lang" and not self._now and not self.language:
            self.language = value(attributes)

    def hidden(self) -> set[str]:
        """The styles that hide their words, by themselves or by what they are based on."""
        hidden = set(self._hide)
        while more := {style for style, base in self._based_on.items() if base in hidden} - hidden:
            hidden |= more
        return hidden


def read_styles(archive: Archive, name: str) -> Styles:
    styles = Styles()
    if name in archive.names:
        parse(archive, name, styles.start, lambda element: None, lambda data: None)
    return styles


def facts(archive: Archive, name: str) -> dict[str, str]:
    """What a part of properties says, by each property's name."""
    said: dict[str, str] = {}
    open_: list[str] = []

    def data(words: str) -> None:
        if open_ and len(said.get(open_[-1], "")) < 1000:
            said[open_[-1]] = said.get(open_[-1], "") + words

    if name in archive.names:
        parse(
            archive,
            name,
            lambda element, _: open_.append(element.rsplit(" ", 1)[-1]),
            lambda _: void(open_.pop()),
            data,
        )
    return said


def void(_: object) -> None:
    return None
