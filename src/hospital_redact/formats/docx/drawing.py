"""Pictures and other drawings: what they are, what they say, and the form in which a picture stays.

A picture stays with its size and place and nothing else: name, alternative text, links, effects and extensions
go, and the image bytes lose their metadata (:mod:`hospital_redact.formats.pictures.stripping`).
Source: ECMA-376 part 1, clause 20.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from lxml import etree

from hospital_redact.formats.docx.vocabulary import w
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

_WP = f"{{{NS_WP}}}"
_A = f"{{{NS_A}}}"
_PIC = f"{{{NS_PIC}}}"
_V = f"{{{NS_V}}}"
_EMBED = f"{{{NS_R}}}embed"
_LINK = f"{{{NS_R}}}link"
_SHAPES = frozenset({NS_WPS, NS_WPG, NS_WPC})
_FREE_FORM = (_A + "custGeom", _V + "curve", _V + "polyline", f"{{{NS_O}}}ink")
_PLAIN_NAME = re.compile(r"(?:[^\W\d]| ){1,12} ?\d{0,4}")


class Drawing(NamedTuple):
    """What a ``w:drawing``, ``w:pict`` or ``w:object`` is: ``what`` is ``image`` only for a picture that can stay.

    ``shape`` is a drawing without text, picture or free form (a line, a frame). ``relation`` is the id of the
    part that it shows, ``sayings`` its names and alternative texts, ``letters`` the text that it draws itself.
    """

    what: str
    reason: str
    relation: str = ""
    sayings: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()


def classify(element: Element) -> Drawing:
    """Return what ``element`` is and says."""
    sayings = tuple(_sayings(element))
    if element.tag == w("object") or element.find(f".//{{{NS_O}}}OLEObject") is not None:
        return Drawing("embedded_object", "an embedded file or control is not read", sayings=sayings)
    if next(element.iter(w("txbxContent")), None) is not None:
        return Drawing("text_box", "text boxes are not redacted yet", sayings=sayings)
    letters = tuple(p.get("string", "") for p in element.iter(_V + "textpath") if p.get("string"))
    if letters:
        return Drawing("text_box", "text drawn as a picture is not redacted yet", sayings=sayings, letters=letters)
    if element.tag == w("drawing"):
        return _classify_drawing(element, sayings)
    if next(element.iter(_V + "imagedata"), None) is not None or _has_picture_fill(element):
        return Drawing("image_not_kept", "a picture in the old drawing language cannot stay", sayings=sayings)
    return _classify_shape(element, sayings)


def _classify_drawing(element: Element, sayings: tuple[str, ...]) -> Drawing:
    data = element.find(f"./*/{_A}graphic/{_A}graphicData")
    uri = "" if data is None else data.get("uri", "")
    if data is None or uri not in (*_SHAPES, NS_C, NS_DGM, NS_PIC):
        chart = "chart" if "/chart" in uri else "drawing"
        return Drawing(chart, "the drawing is of an unknown kind", sayings=sayings)
    if uri in (NS_C, NS_DGM):
        what, path, name = ("chart", "*", "id") if uri == NS_C else ("smartart", f"{{{NS_DGM}}}relIds", "dm")
        shown = data.find(path)
        key = "" if shown is None else shown.get(f"{{{NS_R}}}{name}", "")
        return Drawing(what, "a drawing made from data is not redacted yet", key, sayings)
    if uri == NS_PIC:
        return _classify_picture(data, sayings)
    if next(data.iter(_A + "blip", _A + "t"), None) is not None:
        return Drawing("image_not_kept", "a picture inside a drawing cannot stay", sayings=sayings)
    return _classify_shape(data, sayings)


def _classify_picture(data: Element, sayings: tuple[str, ...]) -> Drawing:
    blips = list(data.iter(_A + "blip"))
    key = blips[0].get(_EMBED, "") if len(blips) == 1 else ""
    crop = next(data.iter(_A + "srcRect"), None)
    if not key or blips[0].get(_LINK):
        return Drawing("image_not_kept", "the picture lies outside the file", sayings=sayings)
    if crop is not None and any(str(value).strip("0%.") for value in crop.attrib.values()):
        return Drawing("image_not_kept", "the picture is cropped: what is cut off is still in it", sayings=sayings)
    if next(data.iter(_A + "clrChange", _A + "duotone", _A + "alphaModFix", _A + "biLevel"), None) is not None:
        return Drawing("image_not_kept", "the picture is recoloured: it may hide something", sayings=sayings)
    return Drawing("image", "what a picture shows is not read", key, sayings)


def _has_picture_fill(element: Element) -> bool:
    return any(fill.get(f"{{{NS_R}}}id") or fill.get(f"{{{NS_O}}}title") for fill in element.iter(_V + "fill"))


def _classify_shape(element: Element, sayings: tuple[str, ...]) -> Drawing:
    own_path = any(shape.get("path") for shape in element.iter(_V + "shape"))
    unknown = any(etree.QName(child).namespace not in _DRAWN for child in element.iter("*"))
    if own_path or unknown or next(element.iter(*_FREE_FORM), None) is not None:
        return Drawing("drawing", "a free drawing may show handwriting", sayings=sayings)
    return Drawing("shape", "a line or frame without text", sayings=sayings)


_DRAWN = frozenset(
    {
        NS_A,
        NS_WP,
        NS_WPS,
        NS_WPG,
        NS_WPC,
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
    for child in element.iter("*"):
        local = etree.QName(child).localname
        if local in ("docPr", "cNvPr"):
            found += [child.get("title", ""), child.get("descr", "")]
            name = child.get("name", "")
            # "Picture 3" and "图片 1" are given by Word; anything else was typed or is a file name.
            found.append("" if _PLAIN_NAME.fullmatch(name) else name)
        elif child.tag.startswith(_V):
            found += [child.get("alt", ""), child.get("title", ""), child.get(f"{{{NS_O}}}title", "")]
    return [text for text in dict.fromkeys(found) if text]


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


def picture(source: Element, run: Element, relation: str, number: int) -> Element:
    """Append the picture of ``source`` to ``run``, shown from ``relation``; ``number`` counts pictures from 1."""
    frame = source[0]
    drawing = etree.SubElement(run, w("drawing"))
    attributes = _kept(frame, _OUTER)
    anchored = frame.tag == _WP + "anchor"
    if anchored:
        attributes["relativeHeight"] = str(number)
        for name, default in (("simplePos", "0"), ("behindDoc", "0"), ("locked", "0"), ("layoutInCell", "1")):
            attributes.setdefault(name, default)
        attributes.setdefault("allowOverlap", "1")
    out = etree.SubElement(drawing, frame.tag if anchored else _WP + "inline", attributes, nsmap={"wp": NS_WP})
    for child in frame:
        local = etree.QName(child).localname
        if local in ("wrapTight", "wrapThrough"):
            # Their outline is a list of points; a square keeps the text beside the picture.
            etree.SubElement(out, _WP + "wrapSquare", {"wrapText": "bothSides"})
        elif local == "docPr":
            etree.SubElement(out, child.tag, {"id": str(number), "name": f"Picture {number}"})
        elif local == "graphic":
            _graphic(child, out, relation, number)
        elif child.tag.startswith(_WP):
            _framing(child, out)
    return drawing


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


def _graphic(source: Element, parent: Element, relation: str, number: int) -> None:
    graphic = etree.SubElement(parent, _A + "graphic", nsmap={"a": NS_A})
    data = etree.SubElement(graphic, _A + "graphicData", {"uri": NS_PIC})
    pic = etree.SubElement(data, _PIC + "pic", nsmap={"pic": NS_PIC})
    names = etree.SubElement(pic, _PIC + "nvPicPr")
    etree.SubElement(names, _PIC + "cNvPr", {"id": str(number), "name": f"Picture {number}"})
    etree.SubElement(names, _PIC + "cNvPicPr")
    fill = etree.SubElement(pic, _PIC + "blipFill")
    etree.SubElement(fill, _A + "blip", {_EMBED: relation}, nsmap={"r": NS_R})
    etree.SubElement(etree.SubElement(fill, _A + "stretch"), _A + "fillRect")
    form = etree.SubElement(pic, _PIC + "spPr")
    for transform in source.iter(_A + "xfrm"):
        new = etree.SubElement(form, _A + "xfrm", _kept(transform, ("rot", "flipH", "flipV")))
        for child in transform:
            if child.tag in (_A + "off", _A + "ext"):
                etree.SubElement(new, child.tag, _kept(child, ("x", "y", "cx", "cy")))
        break
    geometry = etree.SubElement(form, _A + "prstGeom", {"prst": "rect"})
    etree.SubElement(geometry, _A + "avLst")


def _kept(source: Element, names: tuple[str, ...]) -> dict[str, str]:
    values = ((name, source.get(name)) for name in names)
    return {name: value for name, value in values if value is not None and _is_place(value)}


def _is_place(value: str) -> bool:
    return _LENGTH.fullmatch(value) is not None or value in _PLACES
