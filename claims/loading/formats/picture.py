"""Safe pictures of what nobody's browser is to open: an image decoded and written anew, a PDF's page drawn."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

from PIL import Image

from claims.loading.formats import pdf  # now: once the process is confined, no library can be loaded any more
from claims.loading.formats.parsed import Fault

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")  # an SVG is a program, and is never drawn
MOST_PIXELS = 60_000_000
SIDE = 1600  # pixels of the longer side, at most
DENSEST = 3.0  # pixels a point, of a PDF's page


@dataclass
class Picture:
    """A PNG in base64, without anything but its pixels; of a file of so many pages."""

    png: str
    width: int
    height: int
    pages: int = 0


def read(content: bytes, page: int = 0) -> Picture:
    """An image, or with `page` that page of a PDF, from 1. Raises Fault."""
    return of_page(content, page) if page else of_image(content)


def of_image(content: bytes) -> Picture:
    """An image's first frame. Raises Fault."""
    Image.MAX_IMAGE_PIXELS = None  # told apart by ourselves, before anything is decoded
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except (OSError, ValueError, SyntaxError) as error:
        raise Fault("no_image") from error
    if image.width * image.height > MOST_PIXELS:
        raise Fault("pixels", MOST_PIXELS // 1_000_000)
    image.draft("RGB", (SIDE, SIDE))
    image.seek(0)
    return written(image)


def of_page(content: bytes, page: int) -> Picture:
    """A page of a PDF, drawn. Raises Fault."""
    document = pdf.opened(content)
    if not 1 <= page <= len(document):
        raise Fault("no_page", page)
    leaf = document[page - 1]
    scale = min(DENSEST, SIDE / max(leaf.get_size()))
    return written(leaf.render(scale=scale, draw_annots=False).to_pil(), len(document))


def written(image: Image.Image, pages: int = 0) -> Picture:
    """The picture, no larger than is shown, with none of what a file carries beside its pixels."""
    bare = image.convert("RGBA" if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info else "RGB")
    bare.thumbnail((SIDE, SIDE))
    fresh = Image.new(bare.mode, bare.size)
    fresh.paste(bare)
    out = io.BytesIO()
    fresh.save(out, "PNG")
    return Picture(base64.b64encode(out.getvalue()).decode(), fresh.width, fresh.height, pages)
