"""Reading a picture again: its elements and where they reach, for the tests that say what holds of every picture."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from claims.weighing.pictures.svg import SIZE, Picture, wide

SVG = "{http://www.w3.org/2000/svg}"
PLAIN = {f"{SVG}{tag}" for tag in ("svg", "title", "desc", "g", "path", "rect", "circle", "text")}
type Box = tuple[float, float, float, float]  # left, top, right, bottom


def read(picture: Picture) -> ElementTree.Element:
    """The picture as it parses."""
    return ElementTree.fromstring(picture.svg("picture"))  # noqa: S314 - what we have drawn


def texts(picture: Picture) -> list[tuple[str, Box]]:
    """Every line of words, with the room that it takes at most."""
    return [("".join(each.itertext()), box) for each, box in boxes(read(picture)) if each.tag == f"{SVG}text"]


def boxes(element: ElementTree.Element, x: float = 0, y: float = 0) -> Iterator[tuple[ElementTree.Element, Box]]:
    """Every shape and line of words with where it reaches."""
    moved = re.fullmatch(r"translate\((\S+) (\S+)\)", element.get("transform", ""))
    if moved:
        x, y = x + float(moved[1]), y + float(moved[2])
    for each in element:
        yield from boxes(each, x, y)
    told = {key: float(value) for key, value in element.attrib.items() if re.fullmatch(r"-?[\d.]+", value)}
    match element.tag.removeprefix(SVG):
        case "rect":
            left, top = x + told.get("x", 0), y + told.get("y", 0)
            yield element, (left, top, left + told["width"], top + told["height"])
        case "circle":
            across = told["r"]
            yield (
                element,
                (x + told["cx"] - across, y + told["cy"] - across, x + told["cx"] + across, y + told["cy"] + across),
            )
        case "text":
            size = told.get("font-size", SIZE)
            length = wide("".join(element.itertext()), int(size), bold=element.get("font-weight") == "bold")
            back = {"start": 0.0, "middle": 0.5, "end": 1.0}[element.get("text-anchor", "start")]
            left = x + told["x"] - back * length
            yield element, (left, y + told["y"] - size * 0.8, left + length, y + told["y"] + size * 0.25)
        case "path":
            points = list(reached(element.get("d", "")))
            ones, others = [x + one for one, _other in points], [y + other for _one, other in points]
            yield element, (min(ones), min(others), max(ones), max(others))


def reached(path: str) -> Iterator[tuple[float, float]]:
    """Every point that a path names; a curve stays among the points that bend it."""
    x = y = 0.0
    for letter, told in re.findall(r"([MLHVCZvh])([^MLHVCZvh]*)", path):
        numbers = [float(each) for each in told.split()]
        match letter:
            case "H":
                x = numbers[0]
            case "V":
                y = numbers[0]
            case "h":
                x += numbers[0]
            case "v":
                y += numbers[0]
            case "M" | "L" | "C":
                for x, y in zip(numbers[::2], numbers[1::2], strict=True):
                    yield x, y
        yield x, y


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share room."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def check(picture: Picture) -> None:
    """What holds of every picture: it parses, says what it is, stays within its edges, and holds nothing foreign."""
    root = read(picture)
    assert root.get("role") == "img"
    about = [root.get("aria-labelledby"), root.get("aria-describedby")]
    assert [each.get("id") for each in root[:2]] == about
    assert [each.tag for each in root[:2]] == [f"{SVG}title", f"{SVG}desc"]
    assert root[0].text
    assert root[1].text
    named = {name for each in root.iter() for name in each.attrib}
    assert not named & {"style", "href", "onload", "src"}
    assert not {each.tag for each in root.iter()} - PLAIN
    for each, (left, top, right, bottom) in boxes(root):
        assert -0.5 <= left <= right <= picture.width + 0.5, ElementTree.tostring(each)
        assert -0.5 <= top <= bottom <= picture.height + 0.5, ElementTree.tostring(each)
    words = texts(picture)
    for n, (said, box) in enumerate(words):
        for other, beside in words[:n]:
            assert not overlap(box, beside), (said, other)
    assert picture.rows
    assert all(len(row) == len(picture.columns) for row in picture.rows)
