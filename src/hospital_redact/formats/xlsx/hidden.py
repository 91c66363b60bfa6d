"""Everything of a workbook that no copy keeps and that may say something: read for detection, counted for reports.

Comments, names, links, tables, pivot caches, connections, properties and parts that nothing refers to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from hospital_redact.formats.ooxml.package import CONTENT_TYPES, Element, Package, display_name
from hospital_redact.formats.xlsx.draft import Draft
from hospital_redact.formats.xlsx.layout import telling_texts
from hospital_redact.formats.xlsx.strings import parse_or_none, read_text
from hospital_redact.formats.xlsx.vocabulary import s
from hospital_redact.model import Kind, Location

MAX_TEXTS = 200_000
"""Texts of one part that are read; a pivot cache may hold a table a second time."""
_DROPPED = {
    "comments": "comment",
    "threadedComment": "comment",
    "person": "comment_author",
    "vmlDrawing": "comment_shape",
    "core-properties": "core_properties",
    "extended-properties": "app_properties",
    "custom-properties": "custom_properties",
    "customXml": "custom_xml",
    "customXmlProps": "custom_xml",
    "customProperty": "custom_properties",
    "vbaProject": "macros",
    "wordVbaData": "macros",
    "xlMacrosheet": "macros",
    "xlIntlMacrosheet": "macros",
    "thumbnail": "thumbnail",
    "printerSettings": "printer_settings",
    "origin": "signature",
    "signature": "signature",
    "extensibility": "custom_ui",
    "calcChain": "calculation_chain",
    "externalLink": "external_link",
    "externalLinkPath": "external_link",
    "connections": "connection",
    "queryTable": "connection",
    "powerPivotData": "data_model",
    "table": "table_definition",
    "tableSingleCells": "table_definition",
    "xmlMaps": "custom_xml",
    "pivotTable": "pivot_table",
    "pivotCacheDefinition": "pivot_cache",
    "pivotCacheRecords": "pivot_cache",
    "slicer": "slicer",
    "slicerCache": "slicer",
    "timeline": "slicer",
    "timelineCache": "slicer",
    "chart": "chart",
    "chartEx": "chart",
    "chartColorStyle": "chart",
    "chartStyle": "chart",
    "chartUserShapes": "chart",
    "chartsheet": "chart",
    "dialogsheet": "unknown_part",
    "drawing": "drawing_part",
    "image": "image_part",
    "package": "embedded_object",
    "oleObject": "embedded_object",
    "control": "control",
    "ctrlProp": "control",
    "activeXControlBinary": "control",
    "diagramData": "smartart",
    "diagramLayout": "smartart",
    "diagramQuickStyle": "smartart",
    "diagramColors": "smartart",
    "diagramDrawing": "smartart",
    "sheetMetadata": "metadata_part",
    "revisionHeaders": "revision",
    "revisionLog": "revision",
    "usernames": "revision",
    "volatileDependencies": "connection",
    "classificationlabels": "sensitivity_label",
    "hyperlink": "external_link",
}
"""What the relationships to parts that a copy leaves out are called in reports; others are ``unknown_part``."""
_PROPERTIES = ("core-properties", "extended-properties", "custom-properties")
_MACHINE_VALUE = re.compile(
    r"\d{1,4}|\d{4}-\d\d-\d\dT[\d:.]+Z?|true|false|\d\d\.\d{4}|Microsoft (?:Macintosh )?Excel|Worksheets?|工作表"
)
_FILTER = "_xlnm._FilterDatabase"
_PRINT_NAMES = frozenset({"_xlnm.Print_Area", "_xlnm.Print_Titles", _FILTER})
_PLAIN_PLACE = re.compile(r"\$?[A-Z]{1,3}(?:\$?\d{1,7})?(?::\$?[A-Z]{1,3}(?:\$?\d{1,7})?)?|\$?\d{1,7}:\$?\d{1,7}")


class HiddenPlaces:
    """Reads what is left. ``taken`` are the parts that were read, ``names`` those of the sheets that show."""

    def __init__(self, package: Package, draft: Draft, taken: set[str], names: list[str]) -> None:
        self._package = package
        self._draft = draft
        self._taken = taken | {CONTENT_TYPES}
        self._names = names

    def read(self, workbook: Element) -> None:
        """Read the workbook's own lists and every part that is not in the copy."""
        self._workbook(workbook)
        kinds: dict[str, str] = {}
        for entry in self._package.parts:
            if not entry.endswith(".rels"):
                continue
            owner = re.sub(r"(^|/)_rels/([^/]*)\.rels$", r"\1\2", entry)
            self._links(owner)
            for relation in self._package.relations(owner).values():
                kinds.setdefault(relation.target, relation.kind)
        for name in self._package.parts:
            if name not in self._taken and not name.endswith(".rels"):
                self._part(name, kinds.get(name))

    def _workbook(self, root: Element) -> None:
        for child in root:
            if child.tag in (
                s("sheets"),
                s("bookViews"),
                s("calcPr"),
                s("workbookPr"),
            ):
                continue
            if child.tag == s("definedNames"):
                self._defined_names(child)
                continue
            said = "\n".join(dict.fromkeys(telling_texts(child)))
            self._draft.bury(said, Kind.METADATA, Location("xl/workbook.xml", "text"))
        protected = [root.find(s(name)) for name in ("workbookProtection", "fileSharing")]
        if any(element is not None for element in protected):
            self._draft.drop("protection", "xl/workbook.xml")
        if root.find(s("customWorkbookViews")) is not None:
            self._draft.drop("custom_view", "xl/workbook.xml")

    def _defined_names(self, element: Element) -> None:
        for number, name in enumerate(element.findall(s("definedName")), 1):
            given, text = name.get("name", ""), (name.text or "").strip()
            if given in _PRINT_NAMES and self._print_name(given, text):
                continue
            self._draft.drop("defined_name", "xl/workbook.xml")
            said = [
                given,
                text,
                *(name.get(key, "") for key in ("comment", "description", "customMenu", "help", "statusBar")),
            ]
            self._draft.bury(
                "\n".join(filter(None, said)), Kind.METADATA, Location("xl/workbook.xml", f"name {number}")
            )

    def _print_name(self, given: str, text: str) -> bool:
        """Give a sheet its print area or titles; return whether the name is nothing but that."""
        for sheet in self._draft.sheets:
            quoted = sheet.name.replace("'", "''")
            bare = text.replace(f"'{quoted}'!", "").replace(f"{sheet.name}!", "")
            ranges = bare.split(",")
            if bare != text and all(_PLAIN_PLACE.fullmatch(piece) for piece in ranges):
                if given != _FILTER:
                    sheet.print_names.append((given, ranges))
                return True
        return False

    def _links(self, owner: str) -> None:
        shown = display_name(owner) if owner else "package"
        external = [r for r in self._package.relations(owner).values() if r.external]
        for number, relation in enumerate(external, 1):
            self._draft.drop("external_link", shown)
            self._draft.bury(relation.target, Kind.LINK, Location(shown, f"link {number}"))

    def _part(self, name: str, kind: str | None) -> None:
        shown = display_name(name)
        root = parse_or_none(self._package.parts[name])
        if kind in _PROPERTIES and root is not None:
            self._property_part(root, kind, shown)
            return
        self._draft.drop("orphan_part" if kind is None else _DROPPED.get(kind, "unknown_part"), shown)
        if root is None:
            return
        if kind == "comments":
            self._comments(root, shown)
        elif kind == "vmlDrawing":
            self._old_drawing(root, shown)
        else:
            said = "\n".join(_some(telling_texts(root)))
            self._draft.bury(said, Kind.METADATA, Location(shown, "text"))

    def _comments(self, root: Element, shown: str) -> None:
        authors = [(author.text or "").strip() for author in root.iter(s("author"))]
        for number, author in enumerate(authors, 1):
            self._draft.bury(author, Kind.METADATA, Location(shown, f"comment author {number}"))
        for number, comment in enumerate(root.iter(s("comment")), 1):
            text = comment.find(s("text"))
            said = "" if text is None else f"{read_text(text).plain}\n{read_text(text).hidden}".strip()
            self._draft.bury(said, Kind.COMMENT, Location(shown, f"comment {number}"))

    def _old_drawing(self, root: Element, shown: str) -> None:
        """Read the words of shapes of the old drawing language: frames of comments, and controls that became boxes."""
        said = "\n".join(_some(telling_texts(root)))
        self._draft.bury(said, Kind.METADATA, Location(shown, "text"))

    def _property_part(self, root: Element, kind: str, shown: str) -> None:
        if kind == "custom-properties" or any((element.text or "").strip() for element in root.iter("*")):
            self._draft.drop(_DROPPED[kind], shown)
        for element in root.iter("*"):
            text = (element.text or "").strip()
            if text and not _MACHINE_VALUE.fullmatch(text) and text not in self._names:
                word = etree.QName(element).localname
                place = Location(shown, word if word in _PROPERTY_NAMES else "property")
                self._draft.bury(text, Kind.METADATA, place)
            if kind == "custom-properties":
                self._draft.bury(element.get("name", ""), Kind.METADATA, Location(shown, "property name"))


def _some(texts: Iterator[str]) -> list[str]:
    """Return each text once, in order, up to the limit."""
    found: dict[str, None] = {}
    for text in texts:
        found[text] = None
        if len(found) >= MAX_TEXTS:
            break
    return list(found)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PROPERTY_NAMES = _words(
    "title subject creator keywords description lastModifiedBy category contentStatus language identifier"
    " version Company Manager Template Application HyperlinkBase"
)
