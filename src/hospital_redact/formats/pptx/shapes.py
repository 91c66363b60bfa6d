"""The shapes of a slide, a layout or a master, built anew while they are read.

Names, alternative texts, links, animations and extensions go. A free form with many points may be writing: it leaves a
frame that says so, and is reported as unread.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

from lxml import etree

from hospital_redact.formats.ooxml.charts import Chart, ChartCell
from hospital_redact.formats.ooxml.labels import CHART_LABEL, DIAGRAM_LABEL, OBJECT_LABEL, PICTURE_LABEL
from hospital_redact.formats.ooxml.namespaces import NS_C, NS_DGM, NS_MC, NS_R
from hospital_redact.formats.ooxml.package import Element, NewPart
from hospital_redact.formats.ooxml.shapes import copy_formatting, holds_writing
from hospital_redact.formats.pptx.bodies import copy_body, empty_body, has_equation, plain_text
from hospital_redact.formats.pptx.draft import Draft, Picture, Piece
from hospital_redact.formats.pptx.tables import copy_table
from hospital_redact.formats.pptx.vocabulary import NSMAP, PROMPTS, a, numbers, p, placeholder, r, set_all, switches
from hospital_redact.model import Kind, Location, TablePosition, Unread

MAX_SHAPES = 20_000
"""Most shapes of one slide."""

_TABLE = "http://schemas.openxmlformats.org/drawingml/2006/table"
_MC = f"{{{NS_MC}}}"
_TITLES = ("title", "ctrTitle")
_MARGINS = ("dt", "ftr", "sldNum", "hdr")
PLAIN_NAME = re.compile(r"(?:[^\W\d]|[ \-]){1,30} ?\d{1,5}")
"""How programs name shapes: a word for the kind and a number."""


class Surroundings(Protocol):
    """What a slide needs of the file around it."""

    draft: Draft

    def picture(self, owner: str, part: NewPart, relation: str) -> Picture | None:
        """Return the picture that ``owner`` (a part of the source) names; ``None`` where it cannot stay."""
        ...

    def chart(self, owner: str, part: NewPart, relation: str) -> tuple[Chart, str] | None:
        """Return a chart and the id by which ``part`` may show its twin; ``None`` where it cannot stay."""
        ...

    def diagram(self, owner: str, relation: str) -> tuple[str, ...]:
        """Return the lines of a SmartArt."""
        ...


class ShapeReader:
    """Reads one tree of shapes. ``prompts`` says that text in placeholders only prompts, as on layouts and masters."""

    def __init__(self, around: Surroundings, owner: str, part: NewPart, page: int | None, *, prompts: bool) -> None:
        self._around = around
        self._draft = around.draft
        self._owner = owner
        self._part = part
        self._page = page
        self._prompts = prompts
        self._count = 0

    def copy(self, source: Element, out: Element) -> None:
        """Append the content of ``p:cSld`` to ``out``, which is one as well."""
        background = source.find(p("bg"))
        if background is not None:
            self._background(background, out)
        tree = etree.SubElement(out, p("spTree"))
        names = etree.SubElement(tree, p("nvGrpSpPr"))
        etree.SubElement(names, p("cNvPr"), {"id": "1", "name": ""})
        etree.SubElement(names, p("cNvGrpSpPr"))
        etree.SubElement(names, p("nvPr"))
        etree.SubElement(tree, p("grpSpPr"))
        held = source.find(p("spTree"))
        for child in () if held is None else held:
            self._shape(child, tree)

    # -- shapes ----------------------------------------------------------------------------------------------------

    def _shape(self, source: Element, out: Element) -> None:
        if source.tag in (p("nvGrpSpPr"), p("grpSpPr"), p("extLst")):
            return
        self._count += 1
        if self._count > MAX_SHAPES:
            self._unread("drawing", "more shapes than can be read")
            return
        self._sayings(source)
        match source.tag:
            case tag if tag == p("sp"):
                self._form(source, out)
            case tag if tag == p("cxnSp"):
                new = self._new(source, out, "nvCxnSpPr", "cNvCxnSpPr")
                self._look(source, new)
            case tag if tag == p("grpSp"):
                self._group(source, out)
            case tag if tag == p("pic"):
                self._picture(source, out)
            case tag if tag == p("graphicFrame"):
                self._frame(source, out)
            case tag if tag == _MC + "AlternateContent":
                for child in self._choose(source):
                    self._shape(child, out)
            case _:
                self._unread("drawing", "a kind of drawing that is not known, such as ink")

    def _choose(self, source: Element) -> Iterator[Element]:
        """Yield what an older program shows; what a newer one would show instead is text beside it."""
        fallback = source.find(_MC + "Fallback")
        choices = source.findall(_MC + "Choice")
        if fallback is not None and len(fallback):
            for choice in choices:
                self._draft.bury(plain_text(choice), Kind.ALT_TEXT, self._place("another version of a shape"))
            yield from fallback
        elif choices:
            yield from choices[0]

    def _form(self, source: Element, out: Element) -> None:
        body = source.find(p("txBody"))
        if holds_writing(source):
            self._unread("drawing", "a free drawing may show handwriting")
            if body is None or not plain_text(body).strip():
                self._box(source, out, (PICTURE_LABEL,), Kind.LABEL)
                return
        new = self._new(source, out, "nvSpPr", "cNvSpPr")
        kind = self._placeholder_of(source)
        self._look(source, new)
        if body is None:
            return
        held = etree.SubElement(new, p("txBody"))
        if kind is not None and self._prompts:
            text = "\n".join(line for line in plain_text(body).split("\n") if line not in PROMPTS)
            if text.strip():
                self._draft.drop("placeholder_prompt", self._part.name)
                self._draft.bury(text, Kind.METADATA, self._place(f"shape {self._count} prompt"))
            empty_body(body, held)
            return
        if has_equation(body):
            self._unread("equation", "an equation of a later version is not read")
        said = Kind.HEADING if kind in _TITLES else Kind.FOOTER if kind in _MARGINS else Kind.PARAGRAPH
        if plain_text(body) == PICTURE_LABEL:
            said = Kind.LABEL
        for number, (text, pieces) in enumerate(copy_body(body, held), 1):
            place = self._place(f"shape {self._count} paragraph {number}")
            self._draft.say(text, said, place, pieces, None)

    def _group(self, source: Element, out: Element) -> None:
        new = etree.SubElement(out, p("grpSp"))
        self._names(new, "nvGrpSpPr", "cNvGrpSpPr")
        frame = source.find(p("grpSpPr"))
        form = etree.SubElement(new, p("grpSpPr"))
        if frame is not None:
            for child in frame:
                copy_formatting(child, form)
            self._fill(frame, form)
        for child in source:
            self._shape(child, new)

    def _picture(self, source: Element, out: Element) -> None:
        new = self._new(source, out, "nvPicPr", "cNvPicPr")
        if next(source.iterfind(f"{p('nvPicPr')}/{p('nvPr')}/*[@{r('link')}]"), None) is not None:
            self._draft.drop("media", self._part.name)
        fill = source.find(p("blipFill"))
        if fill is None or not self._blip(fill, new, p("blipFill")):
            out.remove(new)
            self._box(source, out, (PICTURE_LABEL,), Kind.LABEL)
            return
        self._look(source, new)

    def _frame(self, source: Element, out: Element) -> None:
        data = source.find(f"{a('graphic')}/{a('graphicData')}")
        uri = "" if data is None else data.get("uri", "")
        if data is not None and uri == _TABLE and (table := data.find(a("tbl"))) is not None:
            copy_table(table, self._graphic(source, out, _TABLE), self._draft, self._part.name)
        elif data is not None and uri == NS_C:
            self._chart(source, data, out)
        elif data is not None and uri == NS_DGM:
            shown = data.find(f"{{{NS_DGM}}}relIds")
            lines = () if shown is None else self._around.diagram(self._owner, shown.get(r("dm"), ""))
            self._draft.drop("smartart", self._part.name)
            self._box(source, out, lines or (DIAGRAM_LABEL,))
        elif data is not None and uri.endswith("/presentationml/2006/ole"):
            self._draft.drop("embedded_object", self._part.name)
            self._box(source, out, (OBJECT_LABEL,))
        else:
            self._unread("drawing", "a kind of drawing that is not known")
            self._box(source, out, (PICTURE_LABEL,), Kind.LABEL)

    def _chart(self, source: Element, data: Element, out: Element) -> None:
        shown = data.find(f"{{{NS_C}}}chart")
        key = "" if shown is None else shown.get(r("id"), "")
        found = self._around.chart(self._owner, self._part, key)
        if found is None:
            self._draft.drop("chart", self._part.name)
            self._box(source, out, (CHART_LABEL,))
            return
        chart, relation = found
        target = self._graphic(source, out, NS_C)
        etree.SubElement(target, f"{{{NS_C}}}chart", {r("id"): relation}, nsmap={"c": NS_C, "r": NS_R})
        first, tables = len(self._draft.live), self._draft.tables
        self._draft.tables += 1 + max((line.cell.table for line in chart.lines if line.cell), default=-1)
        for number, line in enumerate(chart.lines, 1):
            pieces = tuple(Piece(element, text) for element, text in line.pieces)
            kind = Kind.HEADING if line.role == "title" else Kind.CELL if line.cell else Kind.PARAGRAPH
            place = self._place(f"chart {self._count} text {number}")
            self._draft.say(line.text, kind, place, pieces, _position(line.cell, tables, first))
        for text in chart.lost:
            self._draft.bury(text, Kind.METADATA, self._place(f"chart {self._count}"))
        for what in chart.dropped:
            self._draft.drop(what, self._part.name)

    def _box(self, source: Element, out: Element, lines: tuple[str, ...], kind: Kind = Kind.PARAGRAPH) -> None:
        """Append a plain frame with ``lines`` in the place of ``source``."""
        new = etree.SubElement(out, p("sp"))
        self._names(new, "nvSpPr", "cNvSpPr")
        for number, (text, shown) in enumerate(fill_box(source, new, lines), 1):
            place = self._place(f"shape {self._count} paragraph {number}")
            self._draft.say(text, kind, place, (Piece(shown, text),), None)

    # -- parts of shapes ---------------------------------------------------------------------------------------------

    def _new(self, source: Element, out: Element, names: str, own: str) -> Element:
        new = etree.SubElement(out, source.tag)
        held = self._names(new, names, own)
        shown = source.find(f"{p(names)}/{p(own)}")
        if own == "cNvSpPr" and shown is not None:
            set_all(held[1], switches(shown, "txBox"))
        ph = source.find(f"{p(names)}/{p('nvPr')}/{p('ph')}")
        if ph is not None:
            etree.SubElement(held[2], p("ph"), placeholder(ph))
        return new

    def _names(self, new: Element, names: str, own: str) -> Element:
        held = etree.SubElement(new, p(names))
        etree.SubElement(held, p("cNvPr"), {"id": str(self._count + 1), "name": f"Shape {self._count}"})
        etree.SubElement(held, p(own))
        etree.SubElement(held, p("nvPr"))
        return held

    @staticmethod
    def _placeholder_of(source: Element) -> str | None:
        ph = source.find(f"{p('nvSpPr')}/{p('nvPr')}/{p('ph')}")
        return None if ph is None else ph.get("type", "obj")

    def _look(self, source: Element, new: Element) -> None:
        """Append form, fill, line and the theme's style of ``source``."""
        form = etree.SubElement(new, p("spPr"))
        frame = source.find(p("spPr"))
        if frame is not None:
            for child in frame:
                copy_formatting(child, form)
            self._fill(frame, form)
        style = source.find(p("style"))
        if style is not None:
            held = etree.SubElement(new, p("style"))
            for child in style:
                copy_formatting(child, held)
            if len(held) != 4:  # all four or none (clause 19.3.1.46)
                new.remove(held)

    def _fill(self, source: Element, form: Element) -> None:
        """Add the picture that fills a shape, behind its geometry."""
        fill = source.find(a("blipFill"))
        if fill is None:
            return
        held = etree.Element(a("holder"))
        if self._blip(fill, held, a("blipFill")):
            behind = [n for n, child in enumerate(form) if child.tag in (a("xfrm"), a("prstGeom"), a("custGeom"))]
            form.insert(max(behind, default=-1) + 1, held[0])

    def _blip(self, source: Element, out: Element, tag: str) -> bool:
        """Append a picture fill called ``tag`` and return whether there is one."""
        blip = source.find(a("blip"))
        key = "" if blip is None else blip.get(r("embed"), "")
        found = self._around.picture(self._owner, self._part, key) if key else None
        if found is None:
            if blip is not None:
                self._unread("image_not_kept", "a picture that is not in the file, or of a kind that is not read")
            return False
        fill = etree.SubElement(out, tag)
        relation = self._part.relate(f"{NS_R}/image", found.part.name)
        etree.SubElement(fill, a("blip"), {r("embed"): relation})
        crop = source.find(a("srcRect"))
        if crop is not None:  # what is cut off is in the file and was read like the rest
            etree.SubElement(fill, a("srcRect"), numbers(crop, "l", "t", "r", "b"))
        etree.SubElement(etree.SubElement(fill, a("stretch")), a("fillRect"))
        found.uses.append(fill)
        return True

    def _background(self, source: Element, out: Element) -> None:
        new = etree.SubElement(out, p("bg"))
        for child in source:
            if child.tag == p("bgPr"):
                form = etree.SubElement(new, p("bgPr"))
                for part in child:
                    copy_formatting(part, form)
                self._fill(child, form)
                if not any(fill.tag in _FILLS for fill in form):
                    form.insert(0, etree.Element(a("noFill")))
                if form.find(a("effectLst")) is None:
                    etree.SubElement(form, a("effectLst"))
            elif child.tag == p("bgRef"):
                reference = etree.SubElement(new, p("bgRef"), numbers(child, "idx"))
                for part in child:
                    copy_formatting(part, reference)
        if not len(new):
            out.remove(new)

    def _graphic(self, source: Element, out: Element, uri: str) -> Element:
        new = etree.SubElement(out, p("graphicFrame"))
        self._names(new, "nvGraphicFramePr", "cNvGraphicFramePr")
        copy_transform(source.find(p("xfrm")), new, p("xfrm"))
        return etree.SubElement(etree.SubElement(new, a("graphic")), a("graphicData"), {"uri": uri})

    # -- what is said about it ---------------------------------------------------------------------------------------

    def _place(self, address: str) -> Location:
        return Location(self._part.name, address, self._page)

    def _unread(self, what: str, reason: str) -> None:
        self._draft.unread.append(Unread(what, self._place(f"shape {self._count}"), reason))

    def _sayings(self, source: Element) -> None:
        """Bury names, alternative texts and tips of links of one shape, without those inside a group."""
        for names in source.iterfind(f"./*/{p('cNvPr')}"):
            given = names.get("name", "")
            # "Picture 3" and "标题 1" are given by the program; anything else was typed or is a file name.
            texts = [names.get("title", ""), names.get("descr", ""), "" if PLAIN_NAME.fullmatch(given) else given]
            texts += [link.get("tooltip", "") for link in names]
            for text in dict.fromkeys(texts):
                if text.strip():
                    self._draft.drop("alternative_text", self._part.name)
                    self._draft.bury(text, Kind.ALT_TEXT, self._place(f"shape {self._count} name"))
        tips = [] if source.tag == p("grpSp") else [e.get("tooltip", "") for e in source.iter(a("hlinkClick"))]
        for tip in dict.fromkeys(tips):
            self._draft.bury(tip, Kind.LINK, self._place(f"shape {self._count} tip"))


_FILLS = (a("noFill"), a("solidFill"), a("gradFill"), a("blipFill"), a("pattFill"), a("grpFill"))


def _position(cell: ChartCell | None, tables: int, first: int) -> TablePosition | None:
    """Return the place of a chart's cell in the document: ``tables`` and blocks up to ``first`` came before."""
    if cell is None:
        return None
    heads = (None if head is None else head + first for head in (cell.column_head, cell.row_head))
    return TablePosition(cell.table + tables, cell.row, cell.column, *heads)


def copy_transform(source: Element | None, out: Element, tag: str) -> None:
    """Append the place and size of ``source`` (``p:xfrm``, ``a:xfrm``) to ``out`` as ``tag``."""
    new = etree.SubElement(out, tag)
    for name, keys in (("off", ("x", "y")), ("ext", ("cx", "cy"))):
        held = None if source is None else source.find(a(name))
        etree.SubElement(new, a(name), {**dict.fromkeys(keys, "0"), **({} if held is None else numbers(held, *keys))})


def fill_box(source: Element, box: Element, lines: Iterable[str]) -> list[tuple[str, Element]]:
    """Make ``box``, a ``p:sp`` with its names, a plain frame in the place of ``source`` that says ``lines``.

    Return each line with the element that shows it.
    """
    form = etree.SubElement(box, p("spPr"))
    place = source.find(p("xfrm"))
    copy_transform(source.find(f"{p('spPr')}/{a('xfrm')}") if place is None else place, form, a("xfrm"))
    etree.SubElement(etree.SubElement(form, a("prstGeom"), {"prst": "rect"}), a("avLst"))
    line = etree.SubElement(form, a("ln"), {"w": "6350"})
    etree.SubElement(etree.SubElement(line, a("solidFill")), a("srgbClr"), {"val": "808080"})
    body = etree.SubElement(box, p("txBody"))
    etree.SubElement(etree.SubElement(body, a("bodyPr"), {"wrap": "square"}), a("normAutofit"))
    said = []
    for text in lines:
        shown = etree.SubElement(etree.SubElement(etree.SubElement(body, a("p")), a("r")), a("t"))
        shown.text = text
        said.append((text, shown))
    return said


def put_label(picture: Element) -> None:
    """Put a frame that says what stood there in the place of ``picture``, a ``p:pic`` of the copy."""
    parent = picture.getparent()
    assert parent is not None
    box = etree.Element(p("sp"))
    names = etree.SubElement(box, p("nvSpPr"))
    for given in picture.iterfind(f"{p('nvPicPr')}/{p('cNvPr')}"):
        etree.SubElement(names, p("cNvPr"), {name: given.get(name, "") for name in ("id", "name")})
    etree.SubElement(names, p("cNvSpPr"))
    etree.SubElement(names, p("nvPr"))
    fill_box(picture, box, [PICTURE_LABEL])
    parent.replace(picture, box)


def new_root(tag: str) -> Element:
    """Return the root of a part of a presentation."""
    return etree.Element(p(tag), nsmap=NSMAP)
