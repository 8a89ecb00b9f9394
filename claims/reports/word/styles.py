"""How our Word documents look: every kind of paragraph and word is a style of its own, to be restyled in one place."""

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement, parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import CharacterStyle, ParagraphStyle

INK, FAINT, LINE, ACCENT = "1A1D24", "565D6B", "CFCFC7", "2747C9"
# The colours of the web page and the PDF: of the words, and of the ground below them.
LOOKS = {
    "supported": ("1C6E45", "E3F2EA"), "mixed": ("8A5A00", "FBF0D9"), "refuted": ("B02A2A", "FAE6E4"),
    "unverified": ("5A5F6B", "ECECEA"), "none": (FAINT, "FFFFFF"),
    "supports": ("1C6E45", ""), "refutes": ("B02A2A", ""), "context": (FAINT, ""),
}  # fmt: skip
SANS, SERIF, MONO = "Calibri", "Cambria", "Consolas"
FACT = Cm(5.5)  # from the margin to the value of a fact
# Name, size, space before and after (points), boldness.
PARAGRAPHS = {
    "Title": (26, 6, 14, True), "Heading 1": (16, 24, 8, True), "Heading 2": (13, 20, 6, True),
    "Heading 3": (11, 14, 4, True), "Heading 4": (10, 10, 3, True), "Caption": (9, 8, 4, True),
    "Quote": (10.5, 4, 4, False), "List Bullet": (10, 0, 3, False), "Header": (8, 0, 0, False),
    "Footer": (8, 0, 0, False),
}  # fmt: skip
OWN = {
    "Kicker": (11, 24, 0, True), "Fact": (9.5, 0, 2, False), "Faint": (8.5, 0, 4, False),
    "Notice": (10, 6, 6, False), "Table Text": (9, 2, 2, False), "Table Heading": (8.5, 2, 2, True),
    "toc 1": (10, 6, 2, True), "toc 2": (10, 0, 2, False), "Contents Heading": (13, 20, 6, True),
    "Read": (11, 0, 3, False), "Read Apart": (11, 10, 3, False),
    "annotation text": (10, 0, 0, False),
}  # fmt: skip
KNOWN = {"toc 1", "toc 2", "annotation text"}  # Word has these itself, and makes them anew by their names


def dress(document: Document) -> None:
    """Give a new document these styles and A4 pages."""
    styles = document.styles
    _drop_tables(document)
    _fonts(styles["Normal"], SANS)
    for name, shape in PARAGRAPHS.items():
        _paragraph(styles[name], *shape)
    for name, shape in OWN.items():
        added = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=name in KNOWN)
        added.base_style = styles["Normal"]
        _paragraph(added, *shape)
    _particular(document)
    _words(document)
    styles.element.append(_table())
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.2)
        section.top_margin, section.bottom_margin = Cm(2.4), Cm(2.2)
        section.header_distance = section.footer_distance = Cm(1.1)


def _paragraph(style: ParagraphStyle, size: float, before: float, after: float, bold: bool) -> None:
    _fonts(style, SERIF if style.name in ("Quote", "Read", "Read Apart") else SANS)
    font, shape = style.font, style.paragraph_format
    font.size, font.bold, font.italic = Pt(size), bold, False
    font.color.rgb = RGBColor.from_string(INK)
    shape.space_before, shape.space_after, shape.line_spacing = Pt(before), Pt(after), 1.15
    shape.keep_with_next = style.name.startswith(("Heading", "Caption", "Contents"))
    shape.widow_control = True
    _both(style.element.get_or_add_rPr())
    if (borders := style.element.pPr.find(qn("w:pBdr"))) is not None:
        style.element.pPr.remove(borders)


def _fonts(style: ParagraphStyle | CharacterStyle, name: str) -> None:
    """One font for all scripts that have it; what it lacks, the program takes from another."""
    rpr = style.element.get_or_add_rPr()
    if (old := rpr.find(qn("w:rFonts"))) is not None:
        rpr.remove(old)
    style.font.name = name
    fonts = rpr.find(qn("w:rFonts"))
    fonts.set(qn("w:cs"), "Courier New" if name == MONO else "Arial")


def _both(rpr: BaseOxmlElement) -> None:
    """What is said of Latin letters holds for Arabic and Hebrew ones too."""
    for name, twin in (("w:b", "w:bCs"), ("w:sz", "w:szCs"), ("w:i", "w:iCs")):
        if (said := rpr.find(qn(name))) is None:
            continue
        if (old := rpr.find(qn(twin))) is not None:
            rpr.remove(old)
        other = OxmlElement(twin)
        for key, value in said.attrib.items():
            other.set(key, value)
        said.addnext(other)


def _particular(document: Document) -> None:
    styles = document.styles
    normal = styles["Normal"]
    normal.font.size, normal.font.color.rgb = Pt(10), RGBColor.from_string(INK)
    normal.paragraph_format.space_after, normal.paragraph_format.line_spacing = Pt(6), 1.15
    _both(normal.element.get_or_add_rPr())
    for name in ("Kicker", "Faint", "Header", "Footer", "Table Heading"):
        styles[name].font.color.rgb = RGBColor.from_string(FAINT)
    fact = styles["Fact"].paragraph_format
    fact.left_indent, fact.first_line_indent = FACT, -FACT
    fact.tab_stops.add_tab_stop(FACT)
    quote = styles["Quote"]
    quote.paragraph_format.left_indent = quote.paragraph_format.right_indent = Cm(0.5)
    styles["toc 2"].paragraph_format.left_indent = Cm(0.5)
    _bordered(styles["Quote"], "left", LINE, 12)
    rightward = styles.add_style("Quote RTL", WD_STYLE_TYPE.PARAGRAPH)
    rightward.base_style = styles["Quote"]
    _bordered(rightward, "right", LINE, 12)
    _bordered(styles["Notice"], "left", LOOKS["mixed"][0], 24, LOOKS["mixed"][1])
    _bordered(styles["Heading 2"], "top", LINE, 6)


def _bordered(style: ParagraphStyle, side: str, colour: str, width: int, ground: str = "") -> None:
    """A line along one side of the paragraph, in eighths of a point, and a ground below it."""
    borders, line = OxmlElement("w:pBdr"), OxmlElement(f"w:{side}")
    for key, value in {"val": "single", "sz": str(width), "space": "8", "color": colour}.items():
        line.set(qn(f"w:{key}"), value)
    borders.append(line)
    if side == "right":  # a style has the lines of the one below it as well
        none = OxmlElement("w:left")
        none.set(qn("w:val"), "nil")
        line.addprevious(none)
    ppr = style.element.get_or_add_pPr()
    after = ("w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:outlineLvl", "w:contextualSpacing")
    ppr.insert_element_before(borders, *after)
    if ground:
        ppr.insert_element_before(_ground(ground), *after[1:])


def _ground(colour: str) -> BaseOxmlElement:
    shade = OxmlElement("w:shd")
    for key, value in {"val": "clear", "color": "auto", "fill": colour}.items():
        shade.set(qn(f"w:{key}"), value)
    return shade


def _words(document: Document) -> None:
    """Styles of single words: links, hashes, what stands faint, and a badge for each look."""
    add = document.styles.add_style
    link = add("Hyperlink", WD_STYLE_TYPE.CHARACTER, builtin=True)
    link.font.color.rgb, link.font.underline = RGBColor.from_string(ACCENT), True
    code = add("Code", WD_STYLE_TYPE.CHARACTER)
    _fonts(code, MONO)
    code.font.size = Pt(7.5)
    for name, colour in (("Label", FAINT), ("Context", FAINT), ("Verb", LOOKS["mixed"][0])):
        add(name, WD_STYLE_TYPE.CHARACTER).font.color.rgb = RGBColor.from_string(colour)
    quoted = add("Quoted", WD_STYLE_TYPE.CHARACTER)
    quoted.element.get_or_add_rPr().append(_ground(LOOKS["unverified"][1]))
    number = add("Mark Number", WD_STYLE_TYPE.CHARACTER)
    number.font.superscript, number.font.bold = True, True
    number.font.color.rgb = RGBColor.from_string(ACCENT)
    add("annotation reference", WD_STYLE_TYPE.CHARACTER, builtin=True).font.size = Pt(8)
    for look, (ink, ground) in LOOKS.items():
        style = add(f"Look {look}", WD_STYLE_TYPE.CHARACTER)
        style.font.bold, style.font.color.rgb = look != "none", RGBColor.from_string(ink)
        if ground:
            style.element.rPr.append(_ground(ground))
    # Comments name these two by identifiers of their own.
    for name, key in (("annotation text", "CommentText"), ("annotation reference", "CommentReference")):
        document.styles[name].element.set(qn("w:styleId"), key)


def _drop_tables(document: Document) -> None:
    """The template's hundred styles of tables, which would be most of a short document."""
    for style in [each for each in document.styles if each.type == WD_STYLE_TYPE.TABLE]:
        if style.name != "Normal Table":
            style.delete()


def _table() -> BaseOxmlElement:
    line = f'w:val="single" w:sz="4" w:space="0" w:color="{LINE}"'
    return parse_xml(
        '<w:style xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" w:type="table" '
        'w:customStyle="1" w:styleId="ReportTable"><w:name w:val="Report Table"/><w:basedOn w:val="TableNormal"/>'
        f"<w:tblPr><w:tblBorders><w:top {line}/><w:bottom {line}/><w:insideH {line}/></w:tblBorders>"
        '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        '<w:tblStylePr w:type="firstRow"><w:tblPr/><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="F5F5F2"/>'
        "</w:tcPr></w:tblStylePr></w:style>"
    )
