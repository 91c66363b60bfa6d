"""Plain boxes over a sheet, in the place of what a copy leaves out."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from hospital_redact.formats.ooxml.labels import PICTURE_LABEL
from hospital_redact.formats.ooxml.namespaces import NS_A, NS_XDR
from hospital_redact.formats.ooxml.package import Element
from hospital_redact.formats.ooxml.shapes import copy_formatting

_X, _A = f"{{{NS_XDR}}}", f"{{{NS_A}}}"


def fill_box(source: Element, box: Element, lines: Iterable[str]) -> list[tuple[str, Element]]:
    """Make ``box``, an ``xdr:sp`` with its names, a white box in the place of ``source`` that says ``lines``.

    Return each line with the element that shows it.
    """
    form = etree.SubElement(box, _X + "spPr")
    place = source.find(_X + "xfrm")
    transform = source.find(f"{_X}spPr/{_A}xfrm") if place is None else place
    if transform is not None:
        copy_formatting(transform, form, _A + "xfrm")
    etree.SubElement(etree.SubElement(form, _A + "prstGeom", {"prst": "rect"}), _A + "avLst")
    colour = etree.SubElement(etree.SubElement(form, _A + "solidFill"), _A + "srgbClr", {"val": "FFFFFF"})
    line = etree.SubElement(etree.SubElement(form, _A + "ln", {"w": "9525"}), _A + "solidFill")
    etree.SubElement(line, colour.tag, {"val": "7F7F7F"})
    body = etree.SubElement(box, _X + "txBody")
    etree.SubElement(body, _A + "bodyPr")
    etree.SubElement(body, _A + "lstStyle")
    said = []
    for text in lines:
        piece = etree.SubElement(etree.SubElement(etree.SubElement(body, _A + "p"), _A + "r"), _A + "t")
        piece.text = text
        said.append((text, piece))
    return said


def put_label(picture: Element) -> None:
    """Put a box that says what stood there in the place of ``picture``, an ``xdr:pic`` of the copy."""
    parent = picture.getparent()
    assert parent is not None
    box = etree.Element(_X + "sp")
    names = etree.SubElement(box, _X + "nvSpPr")
    for given in picture.iterfind(f"{_X}nvPicPr/{_X}cNvPr"):
        etree.SubElement(names, _X + "cNvPr", {name: given.get(name, "") for name in ("id", "name")})
    etree.SubElement(names, _X + "cNvSpPr")
    fill_box(picture, box, [PICTURE_LABEL])
    parent.replace(picture, box)
