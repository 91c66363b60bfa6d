"""A hospital's mark in a Word file: a paragraph of its own at the head, and document properties.

The hospital's own document is marked, not redacted: every part stays as it is but the body's first paragraph and the
custom properties (ECMA-376 part 1, 15.2.12.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.package import OpcPackage
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.shared import Pt
from docx.text.paragraph import Paragraph
from lxml import etree

from hospital_redact.errors import ReadError

_NS = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VT = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_PREFIXES: Any = {None: _NS, "vt": _VT}  # the stubs do not know the default namespace
_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_NAME = PackURI("/docProps/custom.xml")
_FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


def write_mark(data: bytes, text: str, properties: Mapping[str, str], *, right: bool) -> bytes:
    """Return the file ``data`` with ``text`` as first paragraph and ``properties`` set. Raises ReadError HR203."""
    document = _open(data)
    element = etree.SubElement(document.element.body, f"{{{document.element.nsmap['w']}}}p")
    document.element.body.insert(0, element)
    paragraph = Paragraph(element, document._body)  # type: ignore[arg-type]  # noqa: SLF001 - there is no public way to add at the head
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.LEFT
    run = paragraph.add_run(text)
    run.bold = True
    run.font.size = Pt(14)
    _set_properties(document.part.package, properties)
    target = BytesIO()
    document.save(target)
    return target.getvalue()


def read_properties(data: bytes) -> dict[str, str]:
    """Return the custom properties that are text. Raises ReadError HR203."""
    part = _custom_part(_open(data).part.package)
    return {} if part is None else {p.get("name", ""): "".join(map(str, p.itertext())) for p in _parse(part.blob)}


def _open(data: bytes) -> Document:
    try:
        return docx.Document(BytesIO(data))
    except Exception:
        raise ReadError("HR203", "the file is damaged and cannot be marked") from None


def _custom_part(package: OpcPackage) -> Part | None:
    return next(
        (r.target_part for r in package.rels.values() if r.reltype == RELATIONSHIP_TYPE.CUSTOM_PROPERTIES), None
    )


def _parse(blob: bytes) -> etree._Element:
    try:
        return etree.fromstring(blob, _PARSER)
    except etree.XMLSyntaxError:
        raise ReadError("HR203", "the file is damaged and cannot be marked") from None


def _set_properties(package: OpcPackage, properties: Mapping[str, str]) -> None:
    part = _custom_part(package)
    root = etree.Element(f"{{{_NS}}}Properties", nsmap=_PREFIXES) if part is None else _parse(part.blob)
    for old in [p for p in root if p.get("name") in properties]:
        root.remove(old)
    number = max((int(p.get("pid", "1")) for p in root), default=1)
    for name, value in properties.items():
        number += 1
        entry = etree.SubElement(root, f"{{{_NS}}}property", fmtid=_FORMAT_ID, pid=str(number), name=name)
        etree.SubElement(entry, f"{{{_VT}}}lpwstr").text = value
    blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    if part is None:
        package.relate_to(
            Part(_NAME, _TYPE, blob, package),  # type: ignore[arg-type]  # the stubs ask for the wrong class
            RELATIONSHIP_TYPE.CUSTOM_PROPERTIES,
        )
    else:
        part._blob = blob  # noqa: SLF001 - a part of this kind has no other way to be changed
