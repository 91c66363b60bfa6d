"""Reads a whole file into a :class:`~hospital_redact.formats.docx.draft.Draft`: stories, notes, hidden places.

Only relationships on the list are followed. Every other part is left out of the copy, listed, and its text read
into dead blocks, so that it counts for detection and the level.
"""

from __future__ import annotations

import re

from lxml import etree

from hospital_redact.errors import ReadError
from hospital_redact.formats.docx.draft import Draft
from hospital_redact.formats.docx.properties import (
    Cleaner,
    Styles,
    numbering_part,
    settings_part,
    styles_part,
)
from hospital_redact.formats.docx.story import Story
from hospital_redact.formats.docx.texts import plain_text
from hospital_redact.formats.docx.theme import theme_part
from hospital_redact.formats.docx.vocabulary import MAIN_TYPES, w
from hospital_redact.formats.docx.walker import Walker
from hospital_redact.formats.ooxml.namespaces import NS_R, NS_W
from hospital_redact.formats.ooxml.package import (
    CONTENT_TYPES,
    OFFICE_RELATION,
    Element,
    NewPart,
    Package,
    Relation,
    display_name,
    open_package,
)
from hospital_redact.formats.pictures.stripping import strip_image
from hospital_redact.model import Kind, Location

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.{}+xml"
MAIN = "word/document.xml"
_R_ID = f"{{{NS_R}}}id"
_NSMAP = {"w": NS_W, "r": NS_R, "m": "http://schemas.openxmlformats.org/officeDocument/2006/math"}
_HEADERS = {w("headerReference"): ("header", "hdr"), w("footerReference"): ("footer", "ftr")}
_TYPED_NOTES = ("separator", "continuationSeparator", "continuationNotice")
_FORMAT_CHANGES = tuple(
    w(name)
    for name in [
        "rPrChange",
        "pPrChange",
        "tblPrChange",
        "tblPrExChange",
        "tblGridChange",
        "trPrChange",
        "tcPrChange",
        "sectPrChange",
        "numberingChange",
        "cellMerge",
    ]
)

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
    "image": "image_part",
    "header": "unused_header",
    "footer": "unused_footer",
    "footnotes": "unused_notes",
    "endnotes": "unused_notes",
    "classificationlabels": "sensitivity_label",
}
"""What the relationships to parts that a copy leaves out are called in reports; others are ``unknown_part``."""


def read_draft(data: bytes) -> Draft:
    """Return what is in the file and its clean copy; raise ReadError HR202, HR203 or HR204."""
    try:
        return _Reader(open_package(data, MAIN_TYPES)).read()
    except RecursionError:
        raise ReadError("HR204", "the document nests deeper than can be read; simplify it") from None


class _Reader:
    """Implements :class:`~hospital_redact.formats.docx.story.Surroundings`."""

    def __init__(self, package: Package) -> None:
        self.draft = Draft()
        self._package = package
        self._relations = {package.main: package.relations(package.main)}
        self._taken = {package.main, CONTENT_TYPES}
        styles = self._single("styles")
        self.styles = Styles(styles)
        self.cleaner = Cleaner(self.styles)
        self._styles_root = styles
        self._stories: list[tuple[str, NewPart, Kind]] = []
        self._header_parts: dict[tuple[str, str], NewPart] = {}
        self._notes: dict[str, dict[str, Element]] = {}
        self._note_roots: dict[str, Element] = {}
        self._note_ids: dict[tuple[str, str], str] = {}
        self._images: dict[str, NewPart | None] = {}
        self._main = NewPart(MAIN, WORD_TYPE.format("document.main"))

    def read(self) -> Draft:
        """Read everything, body first."""
        root = self._package.root(self._package.main)
        body = root.find(w("body"))
        if root.tag != w("document") or body is None:
            raise ReadError("HR203", "the main document has no body; open and save it in Word")
        if root.find(w("background")) is not None:
            self.draft.drop("background", MAIN)
        for kind in ("footnote", "endnote"):
            self._load_notes(kind)
        self._main.root = etree.Element(w("document"), nsmap=_NSMAP)
        self.draft.parts.append(self._main)
        story = self._story(self._package.main, self._main, root, Kind.PARAGRAPH)
        story.walk(body, etree.SubElement(self._main.root, w("body")))
        for key, part, kind in self._stories:
            source = self._package.root(key)
            assert part.root is not None
            self._story(key, part, source, kind).walk(source, part.root)
        for kind in ("footnote", "endnote"):
            self._read_notes(kind)
        self._formatting()
        self.draft.parts += [part for part in self._images.values() if part is not None]
        self._hidden_places()
        return self.draft

    def _story(self, key: str, part: NewPart, root: Element, kind: Kind) -> Story:
        self._taken.add(key)
        changes = sum(1 for _ in root.iter(*_FORMAT_CHANGES))
        if changes:
            self.draft.drop("tracked_formatting", part.name, changes)
        return Story(self, key, part, root, kind)

    def _relations_of(self, key: str) -> dict[str, Relation]:
        if key not in self._relations:
            self._relations[key] = self._package.relations(key)
        return self._relations[key]

    def _target(self, kind: str) -> str | None:
        """Return the name of the one part that the main document names by this relationship."""
        found = {
            relation.target
            for relation in self._relations[self._package.main].values()
            if relation.kind == kind and not relation.external and relation.target in self._package.parts
        }
        if len(found) > 1:
            raise ReadError(
                "HR203", "the document names several parts as its {kind}; open and save it in Word", kind=kind
            )
        return found.pop() if found else None

    def _single(self, kind: str) -> Element | None:
        name = self._target(kind)
        if name is None:
            return None
        self._taken.add(name)
        return self._package.root(name)

    # -- what stories ask ----------------------------------------------------------------------------------------

    def section(self, story: Walker, source: Element, out: Element) -> None:
        """Take over the header and footer references of a section, each part once."""
        place = 0
        for child in source:
            if child.tag not in _HEADERS or child.get(w("type"), "default") not in ("default", "first", "even"):
                continue
            word, tag = _HEADERS[child.tag]
            relation = self._relations_of(story.key).get(child.get(_R_ID, ""))
            if relation is None or relation.kind != word or relation.target not in self._package.parts:
                continue
            key = (word, relation.target)
            if key not in self._header_parts:
                number = 1 + sum(1 for known, _ in self._header_parts if known == word)
                part = NewPart(f"word/{word}{number}.xml", WORD_TYPE.format(word))
                part.root = etree.Element(w(tag), nsmap=_NSMAP)
                self._header_parts[key] = part
                self._stories.append((relation.target, part, Kind(word)))
                self.draft.parts.append(part)
            reference = etree.Element(child.tag, {w("type"): child.get(w("type"), "default")})
            reference.set(_R_ID, story.part.relate(OFFICE_RELATION + word, self._header_parts[key].name))
            out.insert(place, reference)
            place += 1

    def note(self, kind: str, key: str) -> str | None:
        """Return the id in the copy of a note, counted in the order of their marks from 1."""
        if key not in self._notes[kind]:
            return None
        if (kind, key) not in self._note_ids:
            self._note_ids[kind, key] = str(1 + sum(1 for known, _ in self._note_ids if known == kind))
        return self._note_ids[kind, key]

    def picture_part(self, story: Walker, relation: str) -> str | None:
        """Return the part in the copy of a picture, without its metadata; ``None`` if it is no PNG or JPEG."""
        found = self._relations_of(story.key).get(relation)
        if found is None or found.external or found.kind != "image" or found.target not in self._package.parts:
            return None
        if found.target not in self._images:
            image = strip_image(self._package.parts[found.target])
            number = 1 + sum(1 for part in self._images.values() if part is not None)
            self._images[found.target] = image and NewPart(
                f"word/media/image{number}.{image.suffix}", image.content_type, data=image.data
            )
        part = self._images[found.target]
        if part is None:
            return None
        self._taken.add(found.target)
        return part.name

    def hidden_text_of(self, story: Walker, relation: str) -> str:
        """Return the text of a chart's or diagram's part."""
        found = self._relations_of(story.key).get(relation)
        if found is None or found.external:
            return ""
        return _loose_text(self._package, found.target)

    # -- notes ---------------------------------------------------------------------------------------------------

    def _load_notes(self, kind: str) -> None:
        root = self._single(kind + "s")
        self._notes[kind] = {}
        if root is None:
            return
        self._note_roots[kind] = root
        for note in root.findall(w(kind)):
            key = note.get(w("id"), "")
            if note.get(w("type"), "normal") == "normal" and self._notes[kind].setdefault(key, note) is not note:
                raise ReadError("HR203", "two notes have the same number; open and save it in Word")

    def _read_notes(self, kind: str) -> None:
        root = self._note_roots.get(kind)
        if root is None:
            return
        part = NewPart(f"word/{kind}s.xml", WORD_TYPE.format(kind + "s"))
        part.root = etree.Element(w(kind + "s"), nsmap=_NSMAP)
        name = self._target(kind + "s") or ""
        story = self._story(name, part, root, Kind.NOTE)
        typed = {note.get(w("type"), ""): note for note in root.findall(w(kind))}
        for number, type_ in enumerate(_TYPED_NOTES, -1):
            if type_ in typed and number < 1:
                new = etree.SubElement(part.root, w(kind), {w("type"): type_, w("id"): str(number)})
                story.walk(typed[type_], new, f"{kind} {type_}")
        # Walking a note can add marks of other notes, so the list may grow.
        order = [key for known, key in self._note_ids if known == kind]
        for number, key in enumerate(order, 1):
            new = etree.SubElement(part.root, w(kind), {w("id"): str(number)})
            story.walk(self._notes[kind][key], new, f"{kind} {number}")
        for key, note in self._notes[kind].items():
            if (kind, key) not in self._note_ids:
                self.draft.drop("unused_note", part.name)
                self.draft.bury(plain_text(note), Kind.NOTE, Location(part.name, "unused note"))
        if len(part.root):
            self._main.relate(OFFICE_RELATION + kind + "s", part.name)
            self.draft.parts.append(part)

    # -- formatting ----------------------------------------------------------------------------------------------

    def _formatting(self) -> None:
        numbering = self._single("numbering")
        if numbering is not None:
            self._add_word("numbering", numbering_part(numbering, self.cleaner, self._numbering_text))
        settings = self._single("settings")
        self._add_word("settings", settings_part(settings, self.cleaner))
        if self._styles_root is not None:
            self._add_word("styles", styles_part(self._styles_root, self.styles, self.cleaner))
        theme = self._single("theme")
        if theme is not None:
            content_type = "application/vnd.openxmlformats-officedocument.theme+xml"
            self._add("theme", NewPart("word/theme/theme1.xml", content_type, theme_part(theme)))
        renamed = self.styles.renamed()
        if renamed:
            self.draft.drop("style_name", "word/styles.xml", len(renamed))
            self.draft.bury("\n".join(renamed), Kind.METADATA, Location("word/styles.xml", "style names"))
        if self.cleaner.lost_fonts:
            self.draft.drop("font_name", "word/styles.xml", len(self.cleaner.lost_fonts))
            names = "\n".join(sorted(self.cleaner.lost_fonts))
            self.draft.bury(names, Kind.METADATA, Location("word/styles.xml", "font names"))
        if settings is not None:
            self._settings_text(settings)

    def _add_word(self, kind: str, root: Element) -> None:
        self._add(kind, NewPart(f"word/{kind}.xml", WORD_TYPE.format(kind), root))

    def _add(self, kind: str, part: NewPart) -> None:
        self._main.relate(OFFICE_RELATION + kind, part.name)
        self.draft.parts.append(part)

    def _numbering_text(self, text: str) -> None:
        self.draft.drop("numbering_text", "word/numbering.xml")
        self.draft.bury(text, Kind.METADATA, Location("word/numbering.xml", "number text"))

    def _settings_text(self, settings: Element) -> None:
        variables = [e.get(w("val"), "") for e in settings.iter(w("docVar"))]
        if variables:
            self.draft.drop("document_variable", "word/settings.xml", len(variables))
            text = "\n".join(variables)
            self.draft.bury(text, Kind.METADATA, Location("word/settings.xml", "document variables"))
        for name, what in (
            ("mailMerge", "mail_merge"),
            ("documentProtection", "protection"),
            ("writeProtection", "protection"),
        ):
            if settings.find(w(name)) is not None:
                self.draft.drop(what, "word/settings.xml")

    # -- hidden places -------------------------------------------------------------------------------------------

    def _hidden_places(self) -> None:
        """List every part that is not in the copy, and read what it says."""
        kinds: dict[str, str] = {}
        for entry in self._package.parts:
            if not entry.endswith(".rels"):
                continue
            owner = re.sub(r"(^|/)_rels/([^/]*)\.rels$", r"\1\2", entry)
            self._links(owner)
            for relation in self._relations_of(owner).values():
                kinds.setdefault(relation.target, relation.kind)
        for name in self._package.parts:
            if name in self._taken or name.endswith(".rels"):
                continue
            kind = kinds.get(name)
            shown = display_name(name)
            if kind == "comments":
                self._comments(name, shown)
            elif kind in _PROPERTY_PARTS:
                self._properties(name, kind, shown)
            else:
                what = "orphan_part" if kind is None else _DROPPED.get(kind, "unknown_part")
                self.draft.drop("glossary" if "/glossary/" in shown else what, shown)
                self.draft.bury(_loose_text(self._package, name), Kind.METADATA, Location(shown, "text"))

    def _links(self, owner: str) -> None:
        shown = display_name(owner) if owner else "package"
        external = [r for r in self._relations_of(owner).values() if r.external]
        for number, relation in enumerate(external, 1):
            self.draft.drop("external_link", shown)
            self.draft.bury(relation.target, Kind.LINK, Location(shown, f"link {number}"))

    def _comments(self, name: str, shown: str) -> None:
        root = self._package.root(name)
        for number, comment in enumerate(root.findall(w("comment")), 1):
            self.draft.drop("comment", shown)
            place = Location(shown, f"comment {number}")
            for line in plain_text(comment).split("\n"):
                self.draft.bury(line, Kind.COMMENT, place)
            self.draft.bury(comment.get(w("author"), ""), Kind.METADATA, Location(shown, f"comment {number} author"))

    def _properties(self, name: str, kind: str, shown: str) -> None:
        root = self._package.root(name)
        texts = [(element, (element.text or "").strip()) for element in root.iter("*")]
        found = [(element, text) for element, text in texts if text]
        if found or kind == "custom-properties":
            self.draft.drop(_DROPPED[kind], shown)
        for element, text in found:
            if _MACHINE_VALUE.fullmatch(text):
                continue  # counts and times that say nothing about anybody
            word = etree.QName(element).localname
            place = Location(shown, word if word in _PROPERTY_NAMES else "property")
            self.draft.bury(text, Kind.METADATA, place)
        for element in root.iter("*"):
            given = element.get("name") if kind == "custom-properties" else None
            self.draft.bury(given or "", Kind.METADATA, Location(shown, "property name"))


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


def _loose_text(package: Package, name: str) -> str:
    """Return the text of any XML part, one piece a line; nothing if it is not readable XML."""
    data = package.parts.get(name)
    if data is None or not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        return ""
    try:
        root = package.root(name)
    except ReadError:
        return ""  # it is left out whatever it holds
    if next(root.iter(w("p")), None) is not None:
        return plain_text(root)
    texts = (str(text).strip() for text in root.itertext())
    return "\n".join(text for text in texts if text)
