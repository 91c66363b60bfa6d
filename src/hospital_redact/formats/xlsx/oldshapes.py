"""Shapes of the old drawing language over a sheet: form controls, and where embedded objects stand.

Source: ECMA-376 part 4, clause 19.4 (spreadsheetML drawing of VML).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from lxml import etree

from hospital_redact.formats.ooxml.labels import CONTROL_LABEL
from hospital_redact.formats.ooxml.namespaces import NS_O, NS_V, NS_XDR
from hospital_redact.formats.ooxml.package import Element

_EXCEL = "{urn:schemas-microsoft-com:office:excel}"
_V, _X = f"{{{NS_V}}}", f"{{{NS_XDR}}}"
_NUMBER = re.compile(r"_s(\d{1,7})$")
_ANCHOR = re.compile(r"\s*" + r"\s*,\s*".join([r"(\d{1,7})"] * 8) + r"\s*")
_EMU_PER_PIXEL = 9525
_TICKED = ("Checkbox", "Radio")
_NOTE = "Note"


class OldShape(NamedTuple):
    """A shape: the number by which a sheet names it, its corners (``xdr:from``, ``xdr:to``; ``None``), how it reads.

    ``is_control`` says that it is a form control and not a frame of an embedded object.
    """

    number: str
    corners: tuple[Element, Element] | None
    text: str
    is_control: bool


def old_shapes(root: Element) -> list[OldShape]:
    """Return what shows in a sheet's old drawing besides the frames of comments."""
    shapes = []
    for shape in root.iter(_V + "shape", _V + "rect"):
        client = shape.find(_EXCEL + "ClientData")
        kind = _NOTE if client is None else client.get("ObjectType", "")
        hidden = "visibility:hidden" in re.sub(r"\s", "", shape.get("style", ""))
        if client is None or kind == _NOTE or hidden:
            continue
        found = _NUMBER.search(shape.get(f"{{{NS_O}}}spid", "")) or _NUMBER.search(shape.get("id", ""))
        shapes.append(OldShape(found[1] if found else "", _corners(client), _text(shape, client, kind), kind != "Pict"))
    return shapes


def _corners(client: Element) -> tuple[Element, Element] | None:
    given = _ANCHOR.fullmatch(client.findtext(_EXCEL + "Anchor") or "")
    if given is None:
        return None
    numbers = [int(number) for number in given.groups()]
    return _corner("from", numbers[:4]), _corner("to", numbers[4:])


def _corner(name: str, numbers: list[int]) -> Element:
    corner = etree.Element(_X + name)
    values = (numbers[0], numbers[1] * _EMU_PER_PIXEL, numbers[2], numbers[3] * _EMU_PER_PIXEL)
    for part, value in zip(("col", "colOff", "row", "rowOff"), values, strict=True):
        etree.SubElement(corner, _X + part).text = str(value)
    return corner


def _text(shape: Element, client: Element, kind: str) -> str:
    """Return what a control says, with its tick; a label where it says nothing."""
    said = " ".join(piece.strip() for box in shape.iter(_V + "textbox") for piece in map(str, box.itertext()))
    said = " ".join(said.split())
    if kind in _TICKED:
        ticked = (client.findtext(_EXCEL + "Checked") or "0").strip() in ("1", "2")
        return f"{'☑' if ticked else '☐'} {said}".strip()
    return said or CONTROL_LABEL
