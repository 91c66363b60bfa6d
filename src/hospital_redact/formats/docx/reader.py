"""Reads a whole file into a :class:`~hospital_redact.formats.docx.draft.Draft`: stories, notes, hidden places.

Only relationships on the list are followed. Every other part is left out of the copy, listed, and its text read
into dead blocks, so that it counts for detection and the level.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from lxml import etree

from hospital_redact.errors import ReadError
from hospital_redact.formats.docx.changes import turn_changes
from hospital_redact.formats.docx.draft import Draft, Image
from hospital_redact.formats.docx.hidden import loose_text, read_hidden
from hospital_redact.formats.docx.properties import (
    Cleaner,
    Styles,
    numbering_part,
    settings_part,
    styles_part,
)
from hospital_redact.formats.docx.story import Story
from hospital_redact.formats.docx.texts import plain_text
from hospital_redact.formats.docx.vocabulary import MAIN_TYPES, w, without_style_words
from hospital_redact.formats.docx.walker import Walker
from hospital_redact.formats.ooxml.charts import Chart, read_chart
from hospital_redact.formats.ooxml.diagrams import diagram_lines
from hospital_redact.formats.ooxml.namespaces import NS_R, NS_W
from hospital_redact.formats.ooxml.package import (
    CONTENT_TYPES,
    OFFICE_RELATION,
    Element,
    NewPart,
    Package,
    Relation,
    open_package,
)
from hospital_redact.formats.ooxml.theme import theme_part
from hospital_redact.model import Kind, Location

CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
if TYPE_CHECKING:
    from hospital_redact.formats.pictures import PictureReading

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.{}+xml"
MAIN = "word/document.xml"
MAX_PICTURES = 500
"""Most different pictures of a document: each takes a second or more to read."""
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

ReadPicture = Callable[[bytes, str], "PictureReading"]
"""Reads a picture file; the second is the part's name in the copy, without an ending."""


def read_draft(data: bytes, read_picture: ReadPicture | None = None, *, rejected: bool = False) -> Draft:
    """Return what is in the file and its clean copy; raise ReadError HR202, HR203 or HR204.

    ``read_picture`` says what pictures say, for who knows it already; else they are read. Tracked changes are
    accepted, or ``rejected``.
    """
    try:
        return _Reader(open_package(data, MAIN_TYPES), read_picture or _read_picture, rejected=rejected).read()
    except RecursionError:
        raise ReadError("HR204", "the document nests deeper than can be read; simplify it") from None


def _read_picture(data: bytes, name: str) -> PictureReading:
    from hospital_redact.formats.pictures import read_picture  # noqa: PLC0415 - loads numpy, and models for OCR

    return read_picture(data, name)


class _Reader:
    """Implements :class:`~hospital_redact.formats.docx.story.Surroundings`."""

    def __init__(self, package: Package, read_picture: ReadPicture, *, rejected: bool) -> None:
        self._rejected = rejected
        self._read_picture = read_picture
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
        self._images: dict[tuple[str, tuple[float, float, float, float]], Image | None] = {}
        self._charts = 0
        self._main = NewPart(MAIN, WORD_TYPE.format("document.main"))

    def read(self) -> Draft:
        """Read everything, body first."""
        root = self._root(self._package.main)
        body = root.find(w("body"))
        if root.tag != w("document") or body is None:
            raise ReadError("HR203", "the main document has no body; open and save it in Word")
        for kind in ("footnote", "endnote"):
            self._load_notes(kind)
        self._main.root = etree.Element(w("document"), nsmap=_NSMAP)
        self._background(root.find(w("background")))
        self.draft.parts.append(self._main)
        story = self._story(self._package.main, self._main, root, Kind.PARAGRAPH)
        story.walk(body, etree.SubElement(self._main.root, w("body")))
        for key, part, kind in self._stories:
            source = self._root(key)
            assert part.root is not None
            self._story(key, part, source, kind).walk(source, part.root)
        for kind in ("footnote", "endnote"):
            self._read_notes(kind)
        self._formatting()
        read_hidden(self.draft, self._package, frozenset(self._taken))
        return self.draft

    def _background(self, source: Element | None) -> None:
        """Keep the colour of the pages (clause 17.2.1); a picture behind the text goes."""
        if source is None or self._main.root is None:
            return
        colour = source.get(w("color"), "")
        if re.fullmatch(r"[0-9A-Fa-f]{6}", colour):
            etree.SubElement(self._main.root, w("background"), {w("color"): colour})
        if len(source):
            self.draft.drop("background", MAIN)

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
        return self._root(name)

    def _root(self, name: str) -> Element:
        root = self._package.root(name)
        if self._rejected:
            turn_changes(root)
        return root

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

    def image(self, story: Walker, relation: str, crop: tuple[float, float, float, float]) -> Image | None:
        """Return a picture, each part and cut of it once; ``None`` if it is of no known kind or damaged."""
        found = self._relations_of(story.key).get(relation)
        if found is None or found.external or found.kind != "image" or found.target not in self._package.parts:
            return None
        if (found.target, crop) not in self._images:
            self._images[found.target, crop] = self._read_image(found.target, crop)
        image = self._images[found.target, crop]
        if image is not None:
            self._taken.add(found.target)
        return image

    def _read_image(self, target: str, crop: tuple[float, float, float, float]) -> Image | None:
        from hospital_redact.formats.pictures.cropping import crop_picture  # noqa: PLC0415 - loads Pillow

        if len(self._images) >= MAX_PICTURES:
            raise ReadError(
                "HR204", "the document shows more than {max_pictures} pictures; split it", max_pictures=MAX_PICTURES
            )
        data = self._package.parts[target]
        name = self._image_name("" if any(crop) else target)
        try:
            shown = crop_picture(data, *crop) if any(crop) else data
            reading = self._read_picture(shown, name)
        except ReadError:
            return None
        image = Image(NewPart(name, ""), shown, reading)
        self.draft.images.append(image)
        self.draft.parts.append(image.part)
        self.draft.unread += reading.unread
        for part in reading.dropped:
            self.draft.drop(part.what, part.part, part.count)
        return image

    def _image_name(self, target: str) -> str:
        """Return the name that Word gives a picture, where it has one: a copy that lost its neighbour has the same."""
        used = {image.part.name for image in self.draft.images}
        own = re.fullmatch(r"(word/media/image[1-9]\d{0,3})\.\w{1,5}", target)
        free = (f"word/media/image{number}" for number in range(1, len(used) + 2))
        return own[1] if own and own[1] not in used else next(name for name in free if name not in used)

    def chart(self, story: Walker, relation: str) -> tuple[str, Chart] | None:
        """Return a chart, each as often as it shows, so that each has its own text."""
        root = self._root_of(story, relation, "chart")
        chart = None if root is None else read_chart(root)
        if chart is None:
            return None
        self._charts += 1
        name = f"word/charts/chart{self._charts}.xml"
        self.draft.parts.append(NewPart(name, CHART_TYPE, chart.root))
        self._taken.add(self._relations_of(story.key)[relation].target)
        return name, chart

    def diagram(self, story: Walker, relation: str) -> tuple[str, ...]:
        """Return what a diagram says."""
        root = self._root_of(story, relation, "diagramData")
        lines = () if root is None else diagram_lines(root)
        if lines:
            self._taken.add(self._relations_of(story.key)[relation].target)
        return lines

    def _root_of(self, story: Walker, relation: str, kind: str) -> Element | None:
        found = self._relations_of(story.key).get(relation)
        if found is None or found.external or found.kind != kind or found.target not in self._package.parts:
            return None
        return self._package.root(found.target)

    def hidden_text_of(self, story: Walker, relation: str) -> str:
        """Return the text of a chart's or diagram's part."""
        found = self._relations_of(story.key).get(relation)
        if found is None or found.external:
            return ""
        return loose_text(self._package.parts.get(found.target, b""))

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
            names = "\n".join(filter(None, map(without_style_words, renamed)))
            self.draft.bury(names, Kind.METADATA, Location("word/styles.xml", "style names"))
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
