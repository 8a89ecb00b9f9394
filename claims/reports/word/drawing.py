"""The report's pictures as PNG, for programs that show no SVG: drawn by typst with the fonts of the PDF."""

import json
from collections.abc import Sequence

import typst
from docx.image.image import Image

from claims.reports.pdf import FONTS
from claims.reports.pictures import Drawn

POINTS = 0.75  # of a picture's unit
SHARPNESS = 192  # pixels to the inch
# Each on a page of its own size. The text of a picture is data, like all text.
PAGES = b"""
#for one in json(bytes(sys.inputs.pictures)) {
  page(width: one.width * 1pt, height: one.height * 1pt, margin: 0pt, image(bytes(one.svg), format: "svg", width: 100%))
}
"""


def sizes(drawn: Drawn, wide: int, high: int) -> tuple[int, int]:
    """Width and height in points within these bounds; (0, 0) where nothing could be read at that size."""
    scale = min(POINTS, wide / drawn.width, high / drawn.height)
    return (round(drawn.width * scale), round(drawn.height * scale)) if scale >= 0.3 else (0, 0)


def fitted(png: bytes, wide: int, high: int) -> tuple[int, int]:
    """Width and height in points of a PNG that is made as large as these bounds allow; its own are pixels."""
    image = Image.from_blob(png)
    scale = min(wide / image.px_width, high / image.px_height)
    return max(1, round(image.px_width * scale)), max(1, round(image.px_height * scale))


def pngs(pictures: Sequence[Drawn]) -> list[bytes]:
    """Each of these pictures as a PNG, in order."""
    if not pictures:
        return []
    pages = [{"svg": one.svg, "width": one.width * POINTS, "height": one.height * POINTS} for one in pictures]
    made: bytes | list[bytes] = typst.compile(
        PAGES, font_paths=FONTS, sys_inputs={"pictures": json.dumps(pages)}, format="png", ppi=SHARPNESS
    )
    return [made] if isinstance(made, bytes) else made
