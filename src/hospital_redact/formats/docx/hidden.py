"""Reads what no copy keeps beside the stories: every other part, links, comments, properties, embedded files.

Each part is listed, and its text read into dead blocks, so that it counts for detection and the level.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from hospital_redact.errors import ReadError
from hospital_redact.formats.docx.draft import Draft
from hospital_redact.formats.docx.texts import plain_text
from hospital_redact.formats.docx.vocabulary import w
from hospital_redact.formats.ooxml.package import Package, Relation, display_name, parse_xml, read_entries
from hospital_redact.model import Kind, Location

_SOME_TEXT = re.compile(rb">\s*[^<\s]")
"""A character that may stand outside of markup, in UTF-8; in UTF-16 every ``>`` is followed by one."""
# Any: lxml-stubs does not know what a path gives.
_TEXTS: Any = etree.XPath("//text()[normalize-space()]", smart_strings=False)
_ARCHIVE = b"PK\x03\x04"
_DROPPED = {
    "comments": "comment",
    "commentsExtended": "comment_part",
    "commentsIds": "comment_part",
    "commentsExtensible": "comment_part",
    "people": "comment_author",
    "core-properties": "core_properties",
    "extended-properties": "app_properties",
    "custom-properties": "custom_properties",
    "customXml": "custom_xml",
    "customXmlProps": "custom_xml",
    "glossaryDocument": "glossary",
    "vbaProject": "macros",
    "wordVbaData": "macros",
    "attachedTemplate": "attached_template",
    "thumbnail": "thumbnail",
    "webSettings": "web_settings",
    "fontTable": "font_table",
    "font": "embedded_font",
    "printerSettings": "printer_settings",
    "signature": "signature",
    "origin": "signature",
    "extensibility": "custom_ui",
    "stylesWithEffects": "second_styles",
    "keyMapCustomizations": "key_map",
    "chart": "chart",
    "chartColorStyle": "chart",
    "chartStyle": "chart",
    "package": "embedded_object",
    "oleObject": "embedded_object",
    "control": "embedded_object",
    "aFChunk": "alt_chunk",
    "diagramData": "smartart",
    "diagramLayout": "smartart",
    "diagramQuickStyle": "smartart",
    "diagramColors": "smartart",
    "diagramDrawing": "smartart",
    "chartUserShapes": "chart_drawing",
    "chartEx": "chart",
    "webextension": "web_extension",
    "webextensiontaskpanes": "web_extension",
    "docMetadata": "sensitivity_label",
    "image": "image_part",
    "header": "unused_header",
    "footer": "unused_footer",
    "footnotes": "unused_notes",
    "endnotes": "unused_notes",
    "classificationlabels": "sensitivity_label",
}
"""What the relationships to parts that a copy leaves out are called in reports; others are ``unknown_part``."""


def read_hidden(draft: Draft, package: Package, taken: frozenset[str]) -> None:
    """List in ``draft`` every part of ``package`` that is not among ``taken``, and read what it says."""
    kinds: dict[str, str] = {}
    for entry in package.parts:
        if not entry.endswith(".rels"):
            continue
        owner = re.sub(r"(^|/)_rels/([^/]*)\.rels$", r"\1\2", entry)
        relations = package.relations(owner).values()
        _links(draft, display_name(owner) if owner else "package", [r for r in relations if r.external])
        for relation in relations:
            kinds.setdefault(relation.target, relation.kind)
    for name, data in package.parts.items():
        if name in taken or name.endswith(".rels"):
            continue
        kind = kinds.get(name)
        shown = display_name(name)
        if kind == "comments":
            _comments(draft, package, name, shown)
        elif kind in _PROPERTY_PARTS:
            _properties(draft, package, name, kind, shown)
        else:
            what = "orphan_part" if kind is None else _DROPPED.get(kind, "unknown_part")
            draft.drop("glossary" if "/glossary/" in shown else what, shown)
            draft.bury(loose_text(data), Kind.METADATA, Location(shown, "text"))


def _links(draft: Draft, shown: str, external: list[Relation]) -> None:
    for number, relation in enumerate(external, 1):
        draft.drop("external_link", shown)
        draft.bury(relation.target, Kind.LINK, Location(shown, f"link {number}"))


def _comments(draft: Draft, package: Package, name: str, shown: str) -> None:
    root = package.root(name)
    for number, comment in enumerate(root.findall(w("comment")), 1):
        draft.drop("comment", shown)
        place = Location(shown, f"comment {number}")
        for line in plain_text(comment).split("\n"):
            draft.bury(line, Kind.COMMENT, place)
        draft.bury(comment.get(w("author"), ""), Kind.METADATA, Location(shown, f"comment {number} author"))


def _properties(draft: Draft, package: Package, name: str, kind: str, shown: str) -> None:
    root = package.root(name)
    texts = [(element, (element.text or "").strip()) for element in root.iter("*")]
    found = [(element, text) for element, text in texts if text]
    if found or kind == "custom-properties":
        draft.drop(_DROPPED[kind], shown)
    for element, text in found:
        if _MACHINE_VALUE.fullmatch(text):
            continue  # counts and times that say nothing about anybody
        word = etree.QName(element).localname
        place = Location(shown, word if word in _PROPERTY_NAMES else "property")
        draft.bury(text, Kind.METADATA, place)
    for element in root.iter("*"):
        given = element.get("name") if kind == "custom-properties" else None
        draft.bury(given or "", Kind.METADATA, Location(shown, "property name"))


_PROPERTY_PARTS = ("core-properties", "extended-properties", "custom-properties")
_MACHINE_VALUE = re.compile(r"\d{1,4}|\d{4}-\d\d-\d\dT[\d:.]+Z?|true|false|\d\d\.\d{4}")
_PROPERTY_NAMES = frozenset(
    [
        "title",
        "subject",
        "creator",
        "keywords",
        "description",
        "lastModifiedBy",
        "category",
        "contentStatus",
        "language",
        "identifier",
        "version",
        "Company",
        "Manager",
        "Template",
        "Application",
        "HyperlinkBase",
    ]
)


def loose_text(data: bytes) -> str:
    """Return the text of any XML part, one piece a line, or of those of an embedded file; nothing for other bytes."""
    if data.startswith(_ARCHIVE):
        try:
            parts = read_entries(data)
        except ReadError:
            return ""  # it is left out whatever it holds
        return "\n".join(text for text in map(_xml_text, parts.values()) if text)
    return _xml_text(data)


def _xml_text(data: bytes) -> str:
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        return ""
    if _SOME_TEXT.search(data) is None:
        return ""  # styles and settings hold none, and are long
    try:
        root = parse_xml(data)
    except ReadError:
        return ""
    if next(root.iter(w("p")), None) is not None:
        return plain_text(root)
    texts: list[str] = _TEXTS(root)
    return "\n".join(text.strip() for text in texts)
