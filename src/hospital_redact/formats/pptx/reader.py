"""Reads a whole presentation into a :class:`~hospital_redact.formats.pptx.draft.Draft`.

The copy has the slides that show, the layouts and masters that they use, and their pictures and charts. Hidden slides,
notes, comments and every other part are left out, listed, and their text read into dead blocks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from lxml import etree

from hospital_redact.errors import ReadError
from hospital_redact.formats.ooxml.charts import Chart, read_chart
from hospital_redact.formats.ooxml.diagrams import diagram_lines
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
from hospital_redact.formats.ooxml.shapes import copy_formatting
from hospital_redact.formats.ooxml.theme import theme_part
from hospital_redact.formats.pictures import PictureReading, read_picture
from hospital_redact.formats.pptx.bodies import plain_text
from hospital_redact.formats.pptx.draft import Draft, Passage, Picture
from hospital_redact.formats.pptx.shapes import PLAIN_NAME, ShapeReader, new_root
from hospital_redact.formats.pptx.tablestyles import copy_styles
from hospital_redact.formats.pptx.vocabulary import (
    LAYOUTS,
    MAIN,
    MAIN_TYPES,
    PPT_TYPE,
    PROMPTS,
    a,
    colour_map,
    numbers,
    p,
    r,
    set_all,
    switches,
)
from hospital_redact.model import Kind, Location

MAX_SLIDES = 3000
_FIRST_MASTER = 2_147_483_648  # identifiers of masters and layouts start here (clause 19.7.14)
_CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_THEME_TYPE = "application/vnd.openxmlformats-officedocument.theme+xml"
_DROPPED = {
    "comments": "comment",
    "commentAuthors": "comment_author",
    "authors": "comment_author",
    "notesSlide": "speaker_notes",
    "notesMaster": "speaker_notes",
    "handoutMaster": "handout_master",
    "tags": "custom_tag",
    "presProps": "presentation_properties",
    "viewProps": "presentation_properties",
    "core-properties": "core_properties",
    "extended-properties": "app_properties",
    "custom-properties": "custom_properties",
    "customXml": "custom_xml",
    "customXmlProps": "custom_xml",
    "vbaProject": "macros",
    "thumbnail": "thumbnail",
    "font": "embedded_font",
    "printerSettings": "printer_settings",
    "chart": "chart",
    "chartEx": "chart",
    "chartColorStyle": "chart",
    "chartStyle": "chart",
    "chartUserShapes": "chart",
    "package": "embedded_object",
    "oleObject": "embedded_object",
    "control": "embedded_object",
    "vmlDrawing": "embedded_object",
    "diagramData": "smartart",
    "diagramLayout": "smartart",
    "diagramQuickStyle": "smartart",
    "diagramColors": "smartart",
    "diagramDrawing": "smartart",
    "video": "media",
    "audio": "media",
    "media": "media",
    "image": "image_part",
    "slide": "hidden_slide",
    "slideLayout": "unused_layout",
    "slideMaster": "unused_layout",
    "theme": "unused_layout",
    "themeOverride": "unused_layout",
    "signature": "signature",
    "origin": "signature",
    "classificationlabels": "sensitivity_label",
    "revisionInfo": "revision_information",
    "changesInfo": "revision_information",
    "slideUpdateInfo": "revision_information",
}
"""What the relationships to parts that a copy leaves out are called in reports; others are ``unknown_part``."""
_SUFFIXES = ((b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF8", "png"), (b"BM", "bmp"), (b"RIFF", "webp"))
_SAID = frozenset({"name", "initials", "val", "userId", "descr", "title", "tooltip", "tag", "displayName"})
_MACHINE = re.compile(r"[\d.,:/+\-TZ%]{0,24}|true|false|\{[0-9A-Fa-f\-]{36}\}|[a-z][A-Za-z0-9]{0,30}|[0-9A-F]{6}")

Look = Callable[[bytes, str], PictureReading]
"""How pictures are read: by OCR, or not at all where only their places matter."""


def read_draft(data: bytes, look: Look = read_picture) -> Draft:
    """Return what is in the file and its clean copy; raise ReadError HR202, HR203 or HR204."""
    try:
        return _Reader(open_package(data, MAIN_TYPES), look).read()
    except RecursionError:
        raise ReadError("HR204", "the document nests deeper than can be read; simplify it") from None


class _Layout(NamedTuple):
    """A layout or master of the copy: its part, and the numbers of those under it."""

    part: NewPart
    ids: list[str]


class _Reader:
    """Implements :class:`~hospital_redact.formats.pptx.shapes.Surroundings`."""

    def __init__(self, package: Package, look: Look) -> None:
        self.draft = Draft()
        self._package = package
        self._look = look
        self._relations: dict[str, dict[str, Relation]] = {}
        self._taken = {package.main, CONTENT_TYPES}
        self._layouts: dict[str, NewPart] = {}
        self._masters: dict[str, NewPart] = {}
        self._pictures: dict[str, Picture | None] = {}
        self._charts = 0
        self._next_id = _FIRST_MASTER
        self._main = NewPart(MAIN, PPT_TYPE.format("presentation.main"))

    def read(self) -> Draft:
        """Read everything, slides first."""
        source = self._package.root(self._package.main)
        if source.tag != p("presentation"):
            raise ReadError("HR203", "the main document is no presentation; open and save it in PowerPoint")
        root = self._main.root = new_root("presentation")
        self.draft.parts.append(self._main)
        self._table_styles()
        masters = etree.SubElement(root, p("sldMasterIdLst"))
        slides = etree.SubElement(root, p("sldIdLst"))
        for number, key in enumerate(self._slides(source), 1):
            if number > MAX_SLIDES:
                raise ReadError("HR204", "the presentation has more than {slides} slides; split it", slides=MAX_SLIDES)
            part = self._slide(key, number)
            etree.SubElement(
                slides, p("sldId"), {"id": str(255 + number), r("id"): self._relate(self._main, "slide", part)}
            )
        for part in self._masters.values():
            relation = self._relate(self._main, "slideMaster", part)
            etree.SubElement(masters, p("sldMasterId"), {"id": self._number(), r("id"): relation})
        for empty in [held for held in (masters, slides) if not len(held)]:
            root.remove(empty)
        self._sizes(source, root)
        self.draft.parts += [picture.part for picture in self._pictures.values() if picture is not None]
        self._names(source)
        self._hidden_places()
        return self.draft

    # -- slides, layouts, masters ------------------------------------------------------------------------------------

    def _slides(self, source: Element) -> Iterator[str]:
        """Yield the parts of the slides that show, in their order."""
        relations = self._of(self._package.main)
        seen: set[str] = set()
        for entry in source.iterfind(f"{p('sldIdLst')}/{p('sldId')}"):
            found = relations.get(entry.get(r("id"), ""))
            if found is None or found.kind != "slide" or found.external or found.target not in self._package.parts:
                raise ReadError("HR203", "a slide is named that is not in the file; open and save it in PowerPoint")
            if found.target not in seen and self._package.root(found.target).get("show", "1") not in ("0", "false"):
                yield found.target
            seen.add(found.target)

    def _slide(self, key: str, number: int) -> NewPart:
        source = self._package.root(key)
        part = NewPart(f"ppt/slides/slide{number}.xml", PPT_TYPE.format("slide"))
        part.root = new_root("sld")
        set_all(part.root, switches(source, "showMasterSp"))
        self._taken.add(key)
        self.draft.parts.append(part)
        self._tree(key, source, part, number, prompts=False)
        self._colours(source, part.root)
        layout = self._single(key, "slideLayout")
        if layout is not None:
            self._relate(part, "slideLayout", self._layout(layout))
        return part

    def _layout(self, key: str) -> NewPart:
        if key in self._layouts:
            return self._layouts[key]
        source = self._package.root(key)
        part = NewPart(f"ppt/slideLayouts/slideLayout{len(self._layouts) + 1}.xml", PPT_TYPE.format("slideLayout"))
        part.root = new_root("sldLayout")
        set_all(part.root, switches(source, "showMasterSp"))
        if (kind := source.get("type", "")) in LAYOUTS:
            part.root.set("type", kind)
        self._layouts[key] = part
        self._taken.add(key)
        self.draft.parts.append(part)
        self._tree(key, source, part, None, prompts=True)
        self._colours(source, part.root)
        above = self._single(key, "slideMaster")
        if above is None:
            raise ReadError("HR203", "a layout has no master; open and save it in PowerPoint")
        master = self._master(above)
        self._relate(part, "slideMaster", master)
        assert master.root is not None
        held = master.root.find(p("sldLayoutIdLst"))
        assert held is not None
        relation = self._relate(master, "slideLayout", part)
        etree.SubElement(held, p("sldLayoutId"), {"id": self._number(), r("id"): relation})
        return part

    def _master(self, key: str) -> NewPart:
        if key in self._masters:
            return self._masters[key]
        source = self._package.root(key)
        part = NewPart(f"ppt/slideMasters/slideMaster{len(self._masters) + 1}.xml", PPT_TYPE.format("slideMaster"))
        part.root = new_root("sldMaster")
        self._masters[key] = part
        self._taken.add(key)
        self.draft.parts.append(part)
        self._tree(key, source, part, None, prompts=True)
        colours = source.find(p("clrMap"))
        etree.SubElement(part.root, p("clrMap"), {} if colours is None else colour_map(colours))
        etree.SubElement(part.root, p("sldLayoutIdLst"))
        styles = source.find(p("txStyles"))
        if styles is not None:
            held = etree.SubElement(part.root, p("txStyles"))
            for child in styles:
                if child.tag in (p("titleStyle"), p("bodyStyle"), p("otherStyle")):
                    new = etree.SubElement(held, child.tag)
                    for level in child:
                        copy_formatting(level, new)
        theme = self._single(key, "theme")
        number = len(self._masters)
        clean = NewPart(f"ppt/theme/theme{number}.xml", _THEME_TYPE)
        clean.root = theme_part(etree.Element("none") if theme is None else self._package.root(theme))
        if theme is not None:
            self._taken.add(theme)
        self.draft.parts.append(clean)
        self._relate(part, "theme", clean)
        return part

    def _table_styles(self) -> None:
        found = self._single(self._package.main, "tableStyles")
        if found is None:
            return
        root, self.draft.table_styles = copy_styles(self._package.root(found))
        self._taken.add(found)
        part = NewPart("ppt/tableStyles.xml", PPT_TYPE.format("tableStyles"), root)
        self.draft.parts.append(part)
        self._relate(self._main, "tableStyles", part)

    def _tree(self, key: str, source: Element, part: NewPart, page: int | None, *, prompts: bool) -> None:
        held = source.find(p("cSld"))
        if held is None or part.root is None:
            raise ReadError("HR203", "a slide has no content; open and save it in PowerPoint")
        self.draft.bury(_typed(held.get("name", "")), Kind.METADATA, Location(part.name, "name", page))
        if source.find(p("timing")) is not None:
            self.draft.drop("animation", part.name)
        new = etree.SubElement(part.root, p("cSld"))
        ShapeReader(self, key, part, page, prompts=prompts).copy(held, new)

    @staticmethod
    def _colours(source: Element, root: Element) -> None:
        new = etree.SubElement(root, p("clrMapOvr"))
        override = source.find(f"{p('clrMapOvr')}/{a('overrideClrMapping')}")
        mapped = {} if override is None else colour_map(override)
        etree.SubElement(new, a("overrideClrMapping") if mapped else a("masterClrMapping"), mapped)

    def _sizes(self, source: Element, root: Element) -> None:
        for name in ("sldSz", "notesSz"):
            size = source.find(p(name))
            values = {} if size is None else numbers(size, "cx", "cy")
            default = {"cx": "9144000", "cy": "6858000"} if name == "sldSz" else {"cx": "6858000", "cy": "9144000"}
            etree.SubElement(root, p(name), {**default, **values})
        styles = source.find(p("defaultTextStyle"))
        if styles is not None:
            new = etree.SubElement(root, p("defaultTextStyle"))
            for level in styles:
                copy_formatting(level, new)

    # -- what shapes ask ---------------------------------------------------------------------------------------------

    def picture(self, owner: str, part: NewPart, relation: str) -> Picture | None:
        """See :class:`~hospital_redact.formats.pptx.shapes.Surroundings`."""
        del part
        found = self._of(owner).get(relation)
        if found is None or found.external or found.kind != "image" or found.target not in self._package.parts:
            return None
        if found.target not in self._pictures:
            self._pictures[found.target] = self._read_picture(self._package.parts[found.target])
        if self._pictures[found.target] is not None:
            self._taken.add(found.target)
        return self._pictures[found.target]

    def _read_picture(self, data: bytes) -> Picture | None:
        number = 1 + sum(1 for known in self._pictures.values() if known is not None)
        suffix = next((suffix for head, suffix in _SUFFIXES if data.startswith(head)), "tiff")
        part = NewPart(f"ppt/media/image{number}.{suffix}", "")
        try:
            reading = self._look(data, part.name)
        except ReadError as error:
            if error.code == "HR204":
                raise
            return None  # a kind that is not read, or damaged: it shows, and the caller says so
        picture = Picture(part, data, reading, len(self.draft.live))
        for block in reading.placed(len(self.draft.live), self.draft.tables):
            if block.survives:
                self.draft.live.append(Passage(block))
            else:
                self.draft.dead.append(block)
        tables = [block.cell.table for block in reading.blocks if block.cell is not None]
        self.draft.tables += 1 + max(tables, default=-1)
        self.draft.unread.extend(reading.unread)
        for left_out in reading.dropped:
            self.draft.drop(left_out.what, left_out.part, left_out.count)
        self.draft.pictures.append(picture)
        return picture

    def chart(self, owner: str, part: NewPart, relation: str) -> tuple[Chart, str] | None:
        """See :class:`~hospital_redact.formats.pptx.shapes.Surroundings`."""
        found = self._of(owner).get(relation)
        if found is None or found.external or found.target not in self._package.parts:
            return None
        chart = read_chart(self._package.root(found.target))
        if chart is None:
            return None
        self._charts += 1
        self._taken.add(found.target)
        new = NewPart(f"ppt/charts/chart{self._charts}.xml", _CHART_TYPE, chart.root)
        self.draft.parts.append(new)
        return chart, self._relate(part, "chart", new)

    def diagram(self, owner: str, relation: str) -> tuple[str, ...]:
        """See :class:`~hospital_redact.formats.pptx.shapes.Surroundings`."""
        found = self._of(owner).get(relation)
        if found is None or found.external or found.target not in self._package.parts:
            return ()
        return tuple(line for text in diagram_lines(self._package.root(found.target)) for line in text.split("\n"))

    # -- relationships -----------------------------------------------------------------------------------------------

    def _of(self, key: str) -> dict[str, Relation]:
        if key not in self._relations:
            self._relations[key] = self._package.relations(key)
        return self._relations[key]

    def _single(self, key: str, kind: str) -> str | None:
        """Return the one part that ``key`` names by this kind of relationship."""
        found = {x.target for x in self._of(key).values() if x.kind == kind and not x.external}
        found &= self._package.parts.keys()
        if len(found) > 1:
            raise ReadError("HR203", "a slide names several parts as its {kind}; open and save it", kind=kind)
        return found.pop() if found else None

    @staticmethod
    def _relate(part: NewPart, kind: str, target: NewPart) -> str:
        return part.relate(OFFICE_RELATION + kind, target.name)

    def _number(self) -> str:
        self._next_id += 1
        return str(self._next_id - 1)

    # -- hidden places -----------------------------------------------------------------------------------------------

    def _names(self, source: Element) -> None:
        """Bury names of sections and of custom shows, which the copy does not have."""
        for number, element in enumerate(source.iter("*"), 1):
            name = _typed(element.get("name", ""))
            if name and element.tag != a("latin"):
                self.draft.drop("section_name", MAIN)
                self.draft.bury(name, Kind.METADATA, Location(MAIN, f"name {number}"))

    def _hidden_places(self) -> None:
        """List every part that is not in the copy, and read what it says."""
        kinds: dict[str, str] = {}
        for entry in self._package.parts:
            if not entry.endswith(".rels"):
                continue
            owner = re.sub(r"(^|/)_rels/([^/]*)\.rels$", r"\1\2", entry)
            self._links(owner)
            for relation in self._of(owner).values():
                kinds.setdefault(relation.target, relation.kind)
        for name in self._package.parts:
            if name in self._taken or name.endswith(".rels"):
                continue
            kind, shown = kinds.get(name), display_name(name)
            what = "orphan_part" if kind is None else _DROPPED.get(kind, "unknown_part")
            if what in ("core_properties", "app_properties") and not len(self._package.root(name)):
                continue  # empty, as a copy has them
            self.draft.drop(what, shown)
            said = Kind.COMMENT if what == "comment" else Kind.NOTE if what == "speaker_notes" else Kind.METADATA
            for number, line in enumerate(_loose_lines(self._package, name), 1):
                self.draft.bury(line, said, Location(shown, f"text {number}"))

    def _links(self, owner: str) -> None:
        shown = display_name(owner) if owner else "package"
        for number, relation in enumerate([x for x in self._of(owner).values() if x.external], 1):
            self.draft.drop("external_link", shown)
            self.draft.bury(relation.target, Kind.LINK, Location(shown, f"link {number}"))


def _typed(text: str) -> str:
    """Return ``text`` unless it is a word, number or identifier that programs write."""
    return "" if _MACHINE.fullmatch(text) else text


def _loose_lines(package: Package, name: str) -> list[str]:
    """Return what any XML part says, paragraph by paragraph, and the attributes that people fill in."""
    data = package.parts[name]
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        return []
    try:
        root = package.root(name)
    except ReadError:
        return []  # it is left out whatever it holds
    if next(root.iter(a("p")), None) is not None:
        lines = plain_text(root).split("\n")
    else:
        lines = [str(text) for text in root.itertext()]
    attributes = [str(value) for element in root.iter("*") for key, value in element.items() if key in _SAID]
    # Layouts say the same hundreds of times.
    given = {text for text in set(attributes) if PLAIN_NAME.fullmatch(text)}
    said = [*map(str.strip, lines), *(text for text in attributes if text not in given)]
    machine = {text for text in set(said) if text in PROMPTS or _MACHINE.fullmatch(text)}
    return [text for text in said if text not in machine]
