"""What a drawing is and says: a picture, a chart, a diagram, shapes with or without text, or something unread.

How each stays is said in :mod:`.frames` (the frame in the page), :mod:`.shapes` and :mod:`.vml` (the old drawing
language). Names, alternative texts, links and effects of the source are read here and never kept.
Source: ECMA-376 part 1, clause 20; part 4, clause 19 (VML).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from hospital_redact.formats.docx.vocabulary import w
from hospital_redact.formats.ooxml.blips import Blip
from hospital_redact.formats.ooxml.namespaces import (
    NS_A,
    NS_C,
    NS_DGM,
    NS_O,
    NS_PIC,
    NS_R,
    NS_V,
    NS_W,
    NS_WP,
    NS_WPC,
    NS_WPG,
    NS_WPS,
)
from hospital_redact.formats.ooxml.package import Element
from hospital_redact.formats.ooxml.shapes import holds_writing

_A = f"{{{NS_A}}}"
_V = f"{{{NS_V}}}"
TEXT_BODY = w("txbxContent")
_SHAPES = frozenset({NS_WPS, NS_WPG, NS_WPC})
_FREE_FORM = frozenset({_V + "curve", _V + "polyline", f"{{{NS_O}}}ink"})
PATHS = {
    "4": "m10800,l,10800,10800,21600,21600,10800xe",
    "5": "m10800,l,21600r21600,xe",
    "13": "m16200,l16200,5400,,5400,,16200,16200,16200,16200,21600,21600,10800xe",
    "20": "m,l21600,21600e",
    "32": "m,l21600,21600e",
    "110": "m10800,l,10800,10800,21600,21600,10800xe",
}
"""Forms that a copy draws, by their number (part 4, ``o:spt``): diamonds, a triangle, an arrow, lines."""
_PLAIN_NAME = re.compile(r"(?:[^\W\d]| ){1,12} ?\d{0,4}")


class Drawing(NamedTuple):
    """What a ``w:drawing``, ``w:pict`` or ``w:object`` is.

    ``what`` is ``image`` (a picture that can stay), ``chart``, ``smartart``, ``embedded_object``, ``shape`` (drawn
    forms, pictures among them, and their text), or the word under which it is unread. ``relation`` is the id of the
    part that it shows, ``sayings`` its names and alternative texts.
    """

    what: str
    reason: str = ""
    relation: str = ""
    sayings: tuple[str, ...] = ()


def classify(element: Element) -> Drawing:
    """Return what ``element`` is and says."""
    sayings = tuple(_sayings(element))
    if element.tag == w("object") or next(element.iter(f"{{{NS_O}}}OLEObject"), None) is not None:
        return Drawing("embedded_object", sayings=sayings)
    if element.tag == w("drawing"):
        return _classify_drawing(element, sayings)
    return _classify_shape(element, sayings)


def _classify_drawing(element: Element, sayings: tuple[str, ...]) -> Drawing:
    data = graphic_data(element)
    uri = "" if data is None else data.get("uri", "")
    if data is None or uri not in (*_SHAPES, NS_C, NS_DGM, NS_PIC):
        chart = "chart" if "/chart" in uri else "drawing"
        return Drawing(chart, "the drawing is of an unknown kind", sayings=sayings)
    if uri in (NS_C, NS_DGM):
        what, path, name = ("chart", "*", "id") if uri == NS_C else ("smartart", f"{{{NS_DGM}}}relIds", "dm")
        shown = data.find(path)
        key = "" if shown is None else shown.get(f"{{{NS_R}}}{name}", "")
        return Drawing(what, relation=key, sayings=sayings)
    if uri == NS_PIC:
        return Drawing("image", sayings=sayings)
    return _classify_shape(data, sayings)


def _classify_shape(element: Element, sayings: tuple[str, ...]) -> Drawing:
    if holds_writing(element):
        return Drawing("drawing", "a free drawing may show handwriting", sayings=sayings)
    for child in own_elements(element):
        if child.tag in _FREE_FORM or (child.tag == _V + "shape" and not _is_known_form(child)):
            return Drawing("drawing", "a free drawing may show handwriting", sayings=sayings)
        if etree.QName(child).namespace not in _DRAWN:
            return Drawing("drawing", "the drawing holds something of an unknown kind", sayings=sayings)
    return Drawing("shape", sayings=sayings)


def _is_known_form(shape: Element) -> bool:
    path = shape.get("path")
    return not path or path in PATHS.values()


def graphic_data(element: Element) -> Element | None:
    """Return what the frame of a ``w:drawing`` holds."""
    return element.find(f"./*/{_A}graphic/{_A}graphicData")


def own_elements(element: Element) -> Iterator[Element]:
    """Yield the elements under ``element`` that belong to the drawing, not to the text in its boxes."""
    for child in element:
        if child.tag != _A + "extLst":  # what a program may leave out (part 3, clause 7.2)
            yield child
            if child.tag != TEXT_BODY:
                yield from own_elements(child)


def vml_blip_of(image: Element) -> Blip:
    """Return what a ``v:imagedata`` shows (part 4, clause 19.1.2.11)."""
    key = image.get(f"{{{NS_R}}}id", "") or image.get(f"{{{NS_O}}}relid", "")
    if not key or image.get("src") or image.get(f"{{{NS_R}}}href"):
        return Blip("", problem="the picture lies outside the file")
    if any(image.get(name) for name in ("chromakey", "recolortarget", "embosscolor", "bilevel")):
        return Blip("", problem="the picture is recoloured: it may hide something")
    left, top, right, bottom = (_fraction(image.get("crop" + side, "0")) for side in ("left", "top", "right", "bottom"))
    return Blip(key, (left, top, right, bottom))


def _fraction(value: str) -> float:
    fixed = value.removesuffix("f")
    number = float(fixed) if re.fullmatch(r"-?\d{0,7}(?:\.\d{1,9})?", fixed) and fixed.strip("-.") else 0.0
    return min(max(number / 65536 if value.endswith("f") else number, 0.0), 1.0)


_DRAWN = frozenset(
    {
        NS_A,
        NS_WP,
        NS_WPS,
        NS_WPG,
        NS_WPC,
        NS_PIC,
        NS_V,
        NS_O,
        NS_W,
        "urn:schemas-microsoft-com:office:word",
        "http://schemas.microsoft.com/office/word/2010/wordprocessingDrawing",
        "http://schemas.microsoft.com/office/drawing/2010/main",
        "http://schemas.microsoft.com/office/drawing/2014/main",
    }
)


def _sayings(element: Element) -> list[str]:
    found: list[str] = []
    for child in own_elements(element):
        local = etree.QName(child).localname
        if local in ("docPr", "cNvPr"):
            found += [child.get("title", ""), child.get("descr", "")]
            name = child.get("name", "")
            # "Picture 3" and "图片 1" are given by Word; anything else was typed or is a file name.
            found.append("" if _PLAIN_NAME.fullmatch(name) else name)
        elif child.tag.startswith(_V):
            found += [child.get("alt", ""), child.get("title", ""), child.get(f"{{{NS_O}}}title", "")]
    return [text for text in dict.fromkeys(found) if text]
