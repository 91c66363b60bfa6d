"""The frame of a drawing in the page, and a picture in it: size, place and wrapping, and nothing else.

Source: ECMA-376 part 1, clauses 20.2 and 20.4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from hospital_redact.formats.docx.vocabulary import w
from hospital_redact.formats.ooxml.namespaces import NS_A, NS_MC, NS_PIC, NS_R, NS_WP
from hospital_redact.formats.ooxml.package import Element
from hospital_redact.formats.ooxml.shapes import copy_formatting

EMU_PER_INCH = 914_400
ALTERNATIVES = f"{{{NS_MC}}}AlternateContent"
CHOICE, FALLBACK = f"{{{NS_MC}}}Choice", f"{{{NS_MC}}}Fallback"
_WP = f"{{{NS_WP}}}"
_A = f"{{{NS_A}}}"
_PIC = f"{{{NS_PIC}}}"
_LENGTH = re.compile(r"-?\d{1,8}")
_PLACES = frozenset(
    [
        "true",
        "false",
        "column",
        "margin",
        "page",
        "paragraph",
        "character",
        "line",
        "leftMargin",
        "rightMargin",
        "topMargin",
        "bottomMargin",
        "insideMargin",
        "outsideMargin",
        "left",
        "right",
        "center",
        "inside",
        "outside",
        "top",
        "bottom",
        "bothSides",
        "largest",
    ]
)
_FRAME: dict[str, tuple[str, ...]] = {
    "simplePos": ("x", "y"),
    "positionH": ("relativeFrom",),
    "positionV": ("relativeFrom",),
    "align": (),
    "posOffset": (),
    "extent": ("cx", "cy"),
    "effectExtent": ("l", "t", "r", "b"),
    "wrapNone": (),
    "wrapSquare": ("wrapText", "distT", "distB", "distL", "distR"),
    "wrapTopAndBottom": ("distT", "distB"),
}
_OUTER = ("distT", "distB", "distL", "distR", "simplePos", "behindDoc", "locked", "layoutInCell", "allowOverlap")


def frame(source: Element, run: Element, number: int, rank: int, uri: str) -> Element:
    """Append a drawing in the place and size of ``source`` (``w:drawing``) to ``run``.

    ``number`` counts the drawings of a document from 1, ``rank`` says how far in front it lies, ``uri`` names what
    will stand in it. Returns the empty ``a:graphicData``.
    """
    outer = source[0]
    drawing = etree.SubElement(run, w("drawing"))
    attributes = _kept(outer, _OUTER)
    anchored = outer.tag == _WP + "anchor"
    if anchored:
        attributes["relativeHeight"] = str(rank)
        for name, default in (("simplePos", "0"), ("behindDoc", "0"), ("locked", "0"), ("layoutInCell", "1")):
            attributes.setdefault(name, default)
        attributes.setdefault("allowOverlap", "1")
    out = etree.SubElement(drawing, outer.tag if anchored else _WP + "inline", attributes, nsmap={"wp": NS_WP})
    for child in _unwrapped(outer):
        local = etree.QName(child).localname
        if local in ("wrapTight", "wrapThrough"):
            # Their outline is a list of points; a square keeps the text beside the picture.
            etree.SubElement(out, _WP + "wrapSquare", {"wrapText": "bothSides"})
        elif child.tag.startswith(_WP) and local != "docPr":
            _framing(child, out)
    etree.SubElement(out, _WP + "docPr", {"id": str(number), "name": f"Drawing {number}"})
    return _graphic_data(out, uri)


def inline_frame(run: Element, width: int, height: int, number: int, uri: str) -> Element:
    """Append a drawing of ``width`` and ``height`` (EMU) in the line of text to ``run``; as :func:`frame`."""
    drawing = etree.SubElement(run, w("drawing"))
    out = etree.SubElement(drawing, _WP + "inline", nsmap={"wp": NS_WP})
    etree.SubElement(out, _WP + "extent", {"cx": str(width), "cy": str(height)})
    etree.SubElement(out, _WP + "docPr", {"id": str(number), "name": f"Drawing {number}"})
    return _graphic_data(out, uri)


def _graphic_data(parent: Element, uri: str) -> Element:
    graphic = etree.SubElement(parent, _A + "graphic", nsmap={"a": NS_A})
    return etree.SubElement(graphic, _A + "graphicData", {"uri": uri})


def _unwrapped(outer: Element) -> Iterator[Element]:
    """Yield the children of a frame; of alternative positions the one in lengths, which all programs know."""
    for child in outer:
        if child.tag == ALTERNATIVES:
            yield from child.iterfind(f"{FALLBACK}/*")
        else:
            yield child


def extent(source: Element) -> tuple[int, int]:
    """Return the width and height of a frame in EMU (914,400 an inch); an inch where it has none."""
    found = source.find(f"./*/{_WP}extent")
    sides = ["", ""] if found is None else [found.get("cx", ""), found.get("cy", "")]
    width, height = (int(side) if re.fullmatch(r"[1-9]\d{0,7}", side) else EMU_PER_INCH for side in sides)
    return width, height


def _framing(source: Element, parent: Element) -> None:
    local = etree.QName(source).localname
    if local not in _FRAME:
        return
    element = etree.SubElement(parent, source.tag, _kept(source, _FRAME[local]))
    text = (source.text or "").strip()
    if local in ("align", "posOffset") and _is_place(text):
        element.text = text
    for child in source:
        if child.tag.startswith(_WP):
            _framing(child, element)


def picture(source: Element, parent: Element, number: int) -> tuple[Element, Element]:
    """Append the picture of ``source`` (``pic:pic``) without its image; return it and its ``a:blip``."""
    pic = etree.SubElement(parent, _PIC + "pic", nsmap={"pic": NS_PIC})
    names = etree.SubElement(pic, _PIC + "nvPicPr")
    etree.SubElement(names, _PIC + "cNvPr", {"id": str(number), "name": f"Picture {number}"})
    etree.SubElement(names, _PIC + "cNvPicPr")
    fill = etree.SubElement(pic, _PIC + "blipFill")
    blip = etree.SubElement(fill, _A + "blip", nsmap={"r": NS_R})
    etree.SubElement(etree.SubElement(fill, _A + "stretch"), _A + "fillRect")
    form = etree.SubElement(pic, _PIC + "spPr")
    for transform in source.iter(_A + "xfrm"):
        copy_formatting(transform, form)
        break
    geometry = etree.SubElement(form, _A + "prstGeom", {"prst": "rect"})
    etree.SubElement(geometry, _A + "avLst")
    for line in source.iterfind(f"{_PIC}spPr/{_A}ln"):
        copy_formatting(line, form)
    return pic, blip


def _kept(source: Element, names: tuple[str, ...]) -> dict[str, str]:
    values = ((name, source.get(name)) for name in names)
    return {name: value for name, value in values if value is not None and _is_place(value)}


def _is_place(value: str) -> bool:
    return _LENGTH.fullmatch(value) is not None or value in _PLACES
