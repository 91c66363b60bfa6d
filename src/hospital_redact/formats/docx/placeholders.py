"""Boxes that say that a picture stood there, in the place of pictures that a copy leaves out."""

from __future__ import annotations

from lxml import etree

from hospital_redact.formats.docx import shapes
from hospital_redact.formats.docx.drawing import TEXT_BODY
from hospital_redact.formats.docx.texts import new_text
from hospital_redact.formats.docx.vocabulary import w
from hospital_redact.formats.ooxml.labels import PICTURE_LABEL
from hospital_redact.formats.ooxml.namespaces import NS_PIC, NS_V, NS_WP
from hospital_redact.formats.ooxml.package import Element

_V = f"{{{NS_V}}}"


def put_label(element: Element) -> Element:
    """Put a box with :data:`PICTURE_LABEL` in the place of ``element`` of a copy; return its ``w:t``.

    ``element`` is a ``w:drawing`` with a picture, a ``pic:pic`` in a group, or a ``v:imagedata``.
    """
    parent = element.getparent()
    assert parent is not None
    if element.tag == w("drawing"):
        outer = element[0]
        names = outer.find(f"{{{NS_WP}}}docPr")
        number = 1 if names is None else int(names.get("id", "1"))
        place = shapes.new_box(parent, element, (0, 0), number, int(outer.get("relativeHeight", "1")))
        parent.replace(element, parent[-1])
    elif element.tag == f"{{{NS_PIC}}}pic":
        box, place = shapes.box_like(element)
        parent.replace(element, box)
    else:
        parent.set("stroked", "t")
        box = etree.Element(_V + "textbox")
        place = etree.SubElement(box, TEXT_BODY)
        parent.replace(element, box)
    return new_text(etree.SubElement(etree.SubElement(place, w("p")), w("r")), PICTURE_LABEL)
