"""XML: text, attributes and names as blocks; comments and processing instructions left out of every copy.

The copy is the source's own characters with the edited text and attribute values exchanged. So that what we read is
what others read, lxml reads the file as well, and both must agree. A document type is left out; one that declares
entities is refused. An element's or attribute's name is a block whatever how often it stands; it cannot be edited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from hospital_redact.errors import PlanError, ReadError
from hospital_redact.formats.base import Difference, Format, Reading, Source
from hospital_redact.formats.splicing import compare_in_place, rewrite, splice
from hospital_redact.formats.xmltext.characters import (
    DECLARATION,
    corrupt,
    decode_declared,
    escaped,
    escaped_value,
    pieces,
)
from hospital_redact.formats.xmltext.walker import DROPPED, Place, Walker
from hospital_redact.model import Document, Edit, RedactionPlan, RemovedPart, edits_by_block

_START = re.compile(r"\s*<(?:\?xml\s|!DOCTYPE\s|!--|[^\s!?/<>=])")
_ADDRESS = re.compile(r"[A-Za-z0-9:/._~*+-]+")  # what of a URI (RFC 3986) a mask may leave
_HTML = re.compile(r"\s*(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html[\s>])", re.IGNORECASE | re.DOTALL)


def _read(text: str) -> Walker:
    """Return what a file holds; raise HR203 where lxml reads something else or nothing."""
    reader = Walker(text)
    reader.read()
    declaration = DECLARATION.match(text)
    body = text[declaration.end() :] if declaration else text
    root = _parse(body)
    values = [str(value) for element in root.iter(etree.Element) for value in element.attrib.values()]
    if values != reader.values or _text_of(root) != "".join(reader.texts):
        raise corrupt("the XML is read differently by two readers; save it again as well-formed XML")
    return reader


def _parse(text: str) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise corrupt("the XML is damaged or cut off; save it again as well-formed XML") from None


def _text_of(root: etree._Element) -> str:
    return "".join(str(text) for text in root.itertext())


class XmlFormat(Format):
    """See the module."""

    name = "xml"
    media_type = "application/xml"
    suffixes: tuple[str, ...] = (".xml",)

    def recognises(self, data: bytes) -> bool:
        """Whether ``data`` begins as XML and is no HTML."""
        try:
            text = decode_declared(data).text if data else ""
        except ReadError:
            return False
        return bool(_START.match(text)) and not _HTML.match(text)

    def read(self, source: Source) -> Document:
        """Return one block a text, attribute and name; raise HR203 for what is no XML, HR204 for too deep or many."""
        text, encoding, mark = decode_declared(source.data)
        reader = _read(text)
        return Document(
            name=source.name,
            media_type=self.media_type,
            sha256=source.sha256,
            blocks=tuple(reader.blocks),
            views=reader.views(),
            dropped=_removed(reader),
            notes=(f"encoding:{encoding}", *(["byte_order_mark"] if mark else []), reader.note),
        )

    def write(self, source: Source, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
        """Write the text with edited values exchanged, without comments; raise PlanError HR401 for an edited name."""
        text, encoding, mark = decode_declared(source.data)
        reader = _read(text)
        edits = edits_by_block(plan.edits)
        changes: list[tuple[int, int, str]] = []
        for place in reader.places:
            new = _written(place, text[place.start : place.end], edits.get(place.block, []))
            if new is not None:
                changes.append((place.start, place.end, new))
        target.write(mark + splice(text, changes).encode(encoding, errors="xmlcharrefreplace"))
        return _removed(reader)

    def compare(self, source: Document, plan: RedactionPlan, copy: Document) -> Iterator[Difference]:
        """Yield values that differ from the plan, and a changed encoding or structure."""
        return compare_in_place(source, plan, copy)

    def readings(self, data: bytes) -> Iterator[Reading]:
        """Yield the bytes, the text in every encoding, and the text and attributes that lxml reads."""
        yield Reading("bytes", "whole file", data=data)
        text = decode_declared(data).text
        declaration = DECLARATION.match(text)
        root = _parse(text[declaration.end() :] if declaration else text)
        yield Reading("lxml", "text", text=_text_of(root))
        elements = list(root.iter(etree.Element))
        values = [str(value) for element in elements for value in element.attrib.values()]
        names = [str(name) for element in elements for name in (element.tag, *element.attrib)]
        spaces = [str(uri) for element in elements for uri in element.nsmap.values()]
        yield Reading("lxml", "attributes", text="\n".join([*values, *dict.fromkeys((*names, *spaces))]))


def _removed(reader: Walker) -> tuple[RemovedPart, ...]:
    return tuple(RemovedPart(DROPPED[what], "text", count) for what, count in sorted(reader.dropped.items()))


def _written(place: Place, raw: str, edits: list[Edit]) -> str | None:
    """Return how a place is written in a copy; nothing where it stays."""
    if place.kind == "dropped":
        return ""
    if place.run is None and not edits:
        return None
    if place.run is None:
        new = rewrite(pieces(raw, attribute=True), edits, escaped_value)
        if place.kind == "name" or (place.kind == "space" and not _ADDRESS.fullmatch(new)):
            raise PlanError(
                "HR401", "an XML name or name space that holds a value cannot bear a label; rename it in the source"
            )
        return new
    if not edits:
        new = "".join(piece.raw for piece in place.run.pieces(keeps_cdata=True)) if place.run.drops else raw
    else:
        new = rewrite(place.run.pieces(keeps_cdata=False), edits, escaped)
    return new + "<![CDATA[]]>" if place.kind == "mixed" and not new.strip() else new


FORMAT = XmlFormat()
