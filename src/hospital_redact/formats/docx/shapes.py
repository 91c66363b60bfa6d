"""Shapes of Word (wps, wpg, wpc): drawn forms, groups and canvases, built anew around their text and pictures.

Source: ECMA-376 part 1, clause 20.1; [MS-DOCX] 2.5 for the elements of Word.
"""

from __future__ import annotations

from typing import NamedTuple

from lxml import etree

from hospital_redact.formats.docx import frames
from hospital_redact.formats.docx.drawing import TEXT_BODY, graphic_data
from hospital_redact.formats.docx.frames import ALTERNATIVES, CHOICE
from hospital_redact.formats.ooxml.namespaces import NS_A, NS_MC, NS_PIC, NS_WPC, NS_WPG, NS_WPS
from hospital_redact.formats.ooxml.package import Element
from hospital_redact.formats.ooxml.shapes import copy_formatting

_A = f"{{{NS_A}}}"
_WPS = f"{{{NS_WPS}}}"
_WPG = f"{{{NS_WPG}}}"
_WPC = f"{{{NS_WPC}}}"
_PIC = f"{{{NS_PIC}}}"
_PREFIXES = {NS_WPS: "wps", NS_WPG: "wpg", NS_WPC: "wpc"}
_BOX = (
    f'<wps:wsp xmlns:wps="{NS_WPS}" xmlns:a="{NS_A}"><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/>'
    '<a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/>'
    '<a:ln w="6350"><a:solidFill><a:srgbClr val="808080"/></a:solidFill></a:ln></wps:spPr></wps:wsp>'
)


class Shapes(NamedTuple):
    """What the shapes of a copy show.

    ``texts`` pairs the text of each box in the source with its empty place in the copy, ``pictures`` the pictures of
    the source with their twin and its ``a:blip``. ``fills`` are fills that are pictures, which stay behind,
    ``hidden`` the shapes that do not show.
    """

    texts: list[tuple[Element, Element]]
    pictures: list[tuple[Element, Element, Element]]
    fills: list[Element]
    hidden: list[Element]


def copy_shapes(source: Element, run: Element, number: int, rank: int) -> Shapes:
    """Append the shapes of ``source``, a ``w:drawing``, to ``run``. ``number`` and ``rank`` as for frames."""
    data = graphic_data(source)
    assert data is not None  # else it is no shape
    uri = data.get("uri", "")
    holder = _alternative(run, uri)
    target = frames.frame(source, holder, number, rank, uri)
    shapes = Shapes([], [], [], [])
    for child in data:
        _copy(child, target, shapes)
    return shapes


def new_box(run: Element, source: Element | None, size: tuple[int, int], number: int, rank: int) -> Element:
    """Append a plain box to ``run`` and return the empty place of its text.

    It stands where ``source`` (a ``w:drawing``) stood, or in the line with ``size`` (EMU) where that is ``None``.
    """
    holder = _alternative(run, NS_WPS)
    if source is None:
        data = frames.inline_frame(holder, *size, number, NS_WPS)
    else:
        size = frames.extent(source)
        data = frames.frame(source, holder, number, rank, NS_WPS)
    box = etree.fromstring(_BOX.format(width=size[0], height=size[1]))
    data.append(box)
    place = etree.SubElement(etree.SubElement(box, _WPS + "txbx"), TEXT_BODY)
    etree.SubElement(box, _WPS + "bodyPr")
    return place


def box_like(picture: Element) -> tuple[Element, Element]:
    """Return a plain box of the place and size of ``picture`` (``pic:pic``) in a group, and the place of its text."""
    box = etree.fromstring(_BOX.format(width=0, height=0))
    box.insert(0, etree.Element(_WPS + "cNvPr", {"id": "0", "name": "Label"}))
    form = box[2]
    for transform in picture.iterfind(f"{_PIC}spPr/{_A}xfrm"):
        form.remove(form[0])
        copy_formatting(transform, form)
        form.insert(0, form[-1])
    place = etree.SubElement(etree.SubElement(box, _WPS + "txbx"), TEXT_BODY)
    etree.SubElement(box, _WPS + "bodyPr")
    return box, place


def _alternative(run: Element, uri: str) -> Element:
    """Append the only branch of alternative contents: programs that do not know the shapes may leave them out."""
    prefix = _PREFIXES[uri]
    alternatives = etree.SubElement(run, ALTERNATIVES, nsmap={"mc": NS_MC})
    return etree.SubElement(alternatives, CHOICE, {"Requires": prefix}, nsmap={prefix: uri, "wps": NS_WPS})


def _copy(source: Element, out: Element, shapes: Shapes) -> None:
    """Append a shape, a group, a canvas or a picture to ``out``."""
    if any(child.get("hidden") in ("1", "true") for child in source if child.tag.endswith("}cNvPr")):
        shapes.hidden.append(source)
    elif source.tag == _WPS + "wsp":
        _shape(source, out, shapes)
    elif source.tag == _PIC + "pic":
        shapes.pictures.append((source, *frames.picture(source, out, len(shapes.pictures) + 1)))
    elif source.tag in (_WPG + "wgp", _WPG + "grpSp", _WPC + "wpc"):
        group = etree.SubElement(out, source.tag)
        for child in source:
            if child.tag == _WPG + "cNvGrpSpPr":
                etree.SubElement(group, child.tag)
            elif child.tag in (_WPG + "grpSpPr", _WPC + "bg", _WPC + "whole"):
                _frame(child, group, shapes)
            else:
                _copy(child, group, shapes)
        if source.tag == _WPG + "grpSp":
            group.insert(0, _name(source))


def _shape(source: Element, out: Element, shapes: Shapes) -> None:
    shape = etree.SubElement(out, source.tag)
    for child in source:
        match child.tag[len(_WPS) :] if child.tag.startswith(_WPS) else "":
            case "cNvSpPr":
                etree.SubElement(shape, child.tag, {"txBox": "1"} if child.get("txBox") in ("1", "true") else {})
            case "cNvCnPr":
                etree.SubElement(shape, child.tag)
            case "spPr" | "style" | "bodyPr":
                _frame(child, shape, shapes)
            case "txbx":
                box = etree.SubElement(shape, child.tag, _numbers(child, ("id",)))
                for text in child.iterfind(TEXT_BODY):
                    shapes.texts.append((text, etree.SubElement(box, TEXT_BODY)))
            case "linkedTxbx":
                etree.SubElement(shape, child.tag, _numbers(child, ("id", "seq")))
            case "cNvPr":
                shape.append(_name(source))


def _name(source: Element) -> Element:
    """Return a name of our own for a shape in a group, where each must have one."""
    parent = source.getparent()
    number = 1 + (0 if parent is None else parent.index(source))
    prefix = source.tag[: source.tag.index("}") + 1]
    return etree.Element(prefix + "cNvPr", {"id": str(number), "name": f"Shape {number}"})


def _frame(source: Element, out: Element, shapes: Shapes) -> None:
    shapes.fills.extend(source.iterfind(f".//{_A}blipFill"))
    copy_formatting(source, out, source.tag)


def _numbers(source: Element, names: tuple[str, ...]) -> dict[str, str]:
    values = ((name, source.get(name, "")) for name in names)
    return {name: value for name, value in values if value.isascii() and value.isdigit() and len(value) < 6}
