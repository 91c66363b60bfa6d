"""What is drawn over a sheet: text boxes, pictures, charts, each in its place and in a form of the copy's own.

What shows and has no such form leaves a box that says what stood there, or is unread. Source: ECMA-376 part 1, 20.5.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from hospital_redact.errors import ReadError
from hospital_redact.formats.ooxml.blips import Blip, blip_of
from hospital_redact.formats.ooxml.charts import Chart, read_chart
from hospital_redact.formats.ooxml.diagrams import diagram_lines
from hospital_redact.formats.ooxml.labels import CHART_LABEL, DIAGRAM_LABEL, OBJECT_LABEL, PICTURE_LABEL
from hospital_redact.formats.ooxml.namespaces import NS_A, NS_C, NS_DGM, NS_MC, NS_R, NS_XDR
from hospital_redact.formats.ooxml.package import OFFICE_RELATION, Element, NewPart, Package, Relation
from hospital_redact.formats.ooxml.shapes import copy_formatting, holds_writing
from hospital_redact.formats.pictures import PictureReading
from hospital_redact.formats.xlsx.boxes import fill_box
from hospital_redact.formats.xlsx.draft import Draft, Drawn, Image
from hospital_redact.formats.xlsx.oldshapes import OldShape
from hospital_redact.formats.xlsx.strings import loose_texts, parse_or_none
from hospital_redact.formats.xlsx.vocabulary import s
from hospital_redact.model import Kind, Location, TablePosition, Unread

DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.drawing+xml"
CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
IMAGE_RELATION = OFFICE_RELATION + "image"
MAX_SHAPES = 2000
"""Drawn things of a sheet that are looked at."""

ReadPicture = Callable[[bytes, str], PictureReading]

_X, _A, _C = f"{{{NS_XDR}}}", f"{{{NS_A}}}", f"{{{NS_C}}}"
_R_ID, _EMBED = f"{{{NS_R}}}id", f"{{{NS_R}}}embed"
_ANCHORS = {
    _X + "twoCellAnchor": ("from", "to"),
    _X + "oneCellAnchor": ("from", "ext"),
    _X + "absoluteAnchor": ("pos", "ext"),
}
_ALTERNATIVES, _CHOICE, _FALLBACK = (f"{{{NS_MC}}}{name}" for name in ("AlternateContent", "Choice", "Fallback"))
_PLACE = re.compile(r"-?\d{1,8}")
_PLAIN_NAME = re.compile(r"(?:[^\W\d]| ){1,12} ?\d{0,4}")
_OBJECT_ANCHOR = s("anchor")


class DrawingReader:
    """Reads the drawings of a workbook into ``draft``; pictures by ``read_picture``, each part once."""

    def __init__(self, package: Package, draft: Draft, taken: set[str], read_picture: ReadPicture) -> None:
        self._package = package
        self._draft = draft
        self._taken = taken
        self._read_picture = read_picture
        self._images: dict[tuple[str, tuple[float, float, float, float]], Image | None] = {}
        self._charts = 0
        self._part = ""
        self._relations: dict[str, Relation] = {}
        self._new = NewPart("", "")
        self._counts: dict[str, int] = {}
        self._shapes = 0

    def read(self, name: str, part: str) -> NewPart | None:
        """Read the drawing in part ``name`` of the source; ``part`` is how locations call its sheet.

        Return the drawing's part of the copy, ``None`` if nothing of it stays.
        """
        root = self._package.root(name)
        self._taken.add(name)
        self._part = part
        self._relations = self._package.relations(name)
        self._counts, self._shapes = {}, 0
        self._new = self._drawing()
        assert self._new.root is not None
        for anchor in root.iter(*_ANCHORS):
            self._anchor(anchor, self._new.root)
        if len(self._new.root) == 0:
            self._draft.parts.remove(self._new)
            return None
        return self._new

    def _anchor(self, anchor: Element, root: Element) -> None:
        attributes = {"editAs": anchor.get("editAs", "")}
        known = anchor.tag == _X + "twoCellAnchor" and attributes["editAs"] in ("twoCell", "oneCell", "absolute")
        out = etree.SubElement(root, anchor.tag, attributes if known else {})
        for name in _ANCHORS[anchor.tag]:
            place = anchor.find(_X + name)
            if place is None or not _copy_place(place, out):
                root.remove(out)
                self._leave(anchor, "drawing", "a drawing has no place on its sheet")
                return
        start = len(out)
        for child in anchor:
            if child.tag not in (_X + "from", _X + "to", _X + "ext", _X + "pos", _X + "clientData"):
                self._object(child, out)
        if len(out) == start:
            root.remove(out)
        else:
            for extra in list(out)[start + 1 :]:
                out.remove(extra)
            etree.SubElement(out, _X + "clientData")

    def read_object(
        self, source: Element, sheet: NewPart | None, part: str, shape: OldShape | None = None
    ) -> NewPart | None:
        """Put a box in the place of an embedded object (``oleObject``) of a sheet, into its drawing if it has one.

        ``shape`` is its frame in the old drawing language, where it has one. Return the drawing's part. An object that
        does not say where it stands blocks.
        """
        self._part = part
        place = next((e for e in source.iter(_OBJECT_ANCHOR)), None)
        anchor = etree.Element(_X + "twoCellAnchor")
        corners = [] if place is None else [e for e in place if etree.QName(e).localname in ("from", "to")]
        for corner in corners:
            new = etree.SubElement(anchor, _X + etree.QName(corner).localname)
            new.extend(etree.fromstring(etree.tostring(child)) for child in corner)
        if not corners and shape is not None and shape.corners is not None:
            anchor.extend(shape.corners)
        if len(anchor) != 2 or not all(_copy_place(corner, etree.Element(anchor.tag)) for corner in anchor):
            self._leave(source, "embedded_object", "an embedded object does not say where it stands")
            return sheet
        return self._place_box(anchor, sheet, OBJECT_LABEL, "embedded_object")

    def read_control(self, shape: OldShape, sheet: NewPart | None, part: str) -> NewPart | None:
        """Put a box with the text of a form control in its place; as :meth:`read_object`."""
        self._part = part
        anchor = etree.Element(_X + "twoCellAnchor")
        if shape.corners is None:
            place = self._place("control")
            self._draft.drop("control", part)
            self._draft.unread.append(Unread("control", place, "a form control does not say where it stands"))
            self._draft.bury(shape.text, Kind.ALT_TEXT, place)
            return sheet
        anchor.extend(shape.corners)
        return self._place_box(anchor, sheet, shape.text, "control")

    def _place_box(self, anchor: Element, sheet: NewPart | None, label: str, what: str) -> NewPart:
        self._new = sheet or self._drawing()
        assert self._new.root is not None
        self._box(anchor, anchor, label, what)
        etree.SubElement(anchor, _X + "clientData")
        self._new.root.append(anchor)
        return self._new

    def _drawing(self) -> NewPart:
        number = 1 + sum(p.content_type == DRAWING_TYPE for p in self._draft.parts)
        new = NewPart(f"xl/drawings/drawing{number}.xml", DRAWING_TYPE)
        new.root = etree.Element(_X + "wsDr", nsmap={"xdr": NS_XDR, "a": NS_A, "r": NS_R})
        self._draft.parts.append(new)
        return new

    # -- what is drawn ------------------------------------------------------------------------------------------

    def _object(self, source: Element, out: Element) -> None:
        self._shapes += 1
        if self._shapes > MAX_SHAPES:
            raise ReadError("HR204", "a sheet has more than {max_shapes} drawings; split it", max_shapes=MAX_SHAPES)
        if source.tag == _ALTERNATIVES:
            self._alternatives(source, out)
            return
        self._names(source)
        match source.tag:
            case tag if tag == _X + "sp":
                self._shape(source, out)
            case tag if tag == _X + "cxnSp":
                self._connector(source, out)
            case tag if tag == _X + "pic":
                self._picture(source, out)
            case tag if tag == _X + "graphicFrame":
                self._frame(source, out)
            case tag if tag == _X + "grpSp":
                self._group(source, out)
            case tag if tag == _X + "contentPart":
                self._leave(source, "ink", "ink is not read", out)
            case _:
                self._leave(source, "drawing", "the drawing is of an unknown kind", out)

    def _alternatives(self, source: Element, out: Element) -> None:
        """Read one of several forms: a chart's or shape's own, else what a reader shows that knows no other."""
        branches = [child for child in source if child.tag in (_CHOICE, _FALLBACK)]
        known = next(
            (b for b in branches for c in b if c.tag in (_X + "sp", _X + "pic", _X + "grpSp", _X + "cxnSp")), None
        )
        chosen = next((b for b in branches if b.tag == _CHOICE and b is known), None)
        frames = [frame for branch in branches for frame in branch.iter(_X + "graphicFrame")]
        if chosen is None and frames:
            self._frame(frames[0], out)
            said = "\n".join(text for b in branches if b.tag == _FALLBACK for text in loose_texts(b))
            self._draft.bury(said, Kind.ALT_TEXT, Location(self._part, "drawing"))
            return
        chosen = chosen if chosen is not None else known
        if chosen is None:
            self._leave(source, "drawing", "the drawing is of an unknown kind", out)
            return
        for branch in branches:
            if branch is not chosen:
                self._draft.bury("\n".join(loose_texts(branch)), Kind.ALT_TEXT, Location(self._part, "drawing"))
        for child in chosen:
            self._object(child, out)

    def _names(self, source: Element) -> None:
        for names in source.iterfind(f"*/{_X}cNvPr"):
            said = [names.get("title", ""), names.get("descr", "")]
            name = names.get("name", "")
            said.append("" if _PLAIN_NAME.fullmatch(name) else name)
            text = "\n".join(filter(None, said))
            if text:
                self._draft.drop("alternative_text", self._part)
                self._draft.bury(text, Kind.ALT_TEXT, Location(self._part, "drawing"))
            for link in names.iter(_A + "hlinkClick", _A + "hlinkHover"):
                self._draft.bury(link.get("tooltip", ""), Kind.LINK, Location(self._part, "drawing"))

    def _place(self, what: str) -> Location:
        self._counts[what] = self._counts.get(what, 0) + 1
        return Location(self._part, f"{what} {self._counts[what]}")

    def _leave(self, source: Element, what: str, reason: str, out: Element | None = None) -> None:
        """Leave out what shows and is not read, so that it blocks; a box in ``out`` says that something stood there."""
        place = self._place(what.replace("_", " "))
        self._draft.unread.append(Unread(what, place, reason))
        self._draft.bury("\n".join(loose_texts(source)), Kind.ALT_TEXT, place)
        if out is None:
            self._draft.drop(what, self._part)
        else:
            self._box(source, out, PICTURE_LABEL, what, Kind.LABEL)

    def _shape(self, source: Element, out: Element) -> None:
        if holds_writing(source):
            self._leave(source, "drawing", "a free drawing may show handwriting", out)
            return
        element = self._begin("sp", out)
        self._form(source, element)
        body = source.find(_X + "txBody")
        if body is not None:
            self._text(body, element)

    def _begin(self, kind: str, out: Element) -> Element:
        element = etree.SubElement(out, _X + kind)
        names = {
            "sp": "nvSpPr",
            "cxnSp": "nvCxnSpPr",
            "pic": "nvPicPr",
            "graphicFrame": "nvGraphicFramePr",
            "grpSp": "nvGrpSpPr",
        }
        holder = etree.SubElement(element, _X + names[kind])
        number = self._draft.drawings = self._draft.drawings + 1
        etree.SubElement(holder, _X + "cNvPr", {"id": str(number + 1), "name": f"Drawing {number}"})
        etree.SubElement(holder, _X + names[kind].replace("nv", "cNv"))
        return element

    def _form(self, source: Element, element: Element) -> None:
        form = source.find(_X + "spPr")
        if form is None:
            form = etree.Element(_X + "spPr")
        new = copy_formatting(form, element, _X + "spPr")
        assert new is not None
        if new.find(_A + "prstGeom") is None:
            geometry = etree.Element(_A + "prstGeom", {"prst": "rect"})
            etree.SubElement(geometry, _A + "avLst")
            new.insert(1 if new.find(_A + "xfrm") is not None else 0, geometry)
        if form.find(_A + "blipFill") is not None:
            self._leave(form, "image_not_kept", "a picture fills a form; it cannot stay")

    def _connector(self, source: Element, out: Element) -> None:
        self._form(source, self._begin("cxnSp", out))

    def _text(self, body: Element, element: Element) -> None:
        place = self._place("text box")
        new = etree.SubElement(element, _X + "txBody")
        formatting = body.find(_A + "bodyPr")
        if formatting is None or copy_formatting(formatting, new) is None:
            etree.SubElement(new, _A + "bodyPr")
        etree.SubElement(new, _A + "lstStyle")
        paragraphs = body.findall(_A + "p")
        label = len(paragraphs) == 1 and "".join(loose_texts(paragraphs[0])) == PICTURE_LABEL
        kind = Kind.LABEL if label else Kind.PARAGRAPH
        for number, paragraph in enumerate(paragraphs, 1):
            self._paragraph(paragraph, new, Location(self._part, f"{place.address} paragraph {number}"), kind)
        if new.find(_A + "p") is None:
            etree.SubElement(new, _A + "p")

    def _paragraph(self, source: Element, body: Element, place: Location, kind: Kind) -> None:
        new = etree.SubElement(body, _A + "p")
        pieces: list[tuple[Element, str]] = []
        for child in source:
            if child.tag == _A + "pPr":
                copy_formatting(child, new)
            elif child.tag == _A + "br":
                pieces.append((etree.SubElement(new, child.tag), "\n"))
            elif child.tag in (_A + "r", _A + "fld"):
                run = etree.SubElement(new, _A + "r")
                properties = child.find(_A + "rPr")
                if properties is not None:
                    copy_formatting(properties, run)
                piece = etree.SubElement(run, _A + "t")
                piece.text = "".join(t.text or "" for t in child.findall(_A + "t"))
                pieces.append((piece, piece.text))
            elif child.tag != _A + "endParaRPr":
                self._draft.bury("\n".join(loose_texts(child)), Kind.PARAGRAPH, place)
                self._draft.drop("unknown_element", self._part)
        text = "".join(said for _, said in pieces)
        if text:
            number = self._draft.show(text, kind, place)
            self._draft.drawn.append(Drawn(number, tuple(pieces)))

    def _group(self, source: Element, out: Element) -> None:
        element = self._begin("grpSp", out)
        form = source.find(_X + "grpSpPr")
        copy_formatting(form if form is not None else etree.Element(_X + "grpSpPr"), element, _X + "grpSpPr")
        for child in source:
            if child.tag not in (_X + "nvGrpSpPr", _X + "grpSpPr", _X + "extLst"):
                self._object(child, element)

    def _box(self, source: Element, out: Element, label: str, what: str, kind: Kind = Kind.PARAGRAPH) -> None:
        """Put a box with a ``label`` in the place of ``source``."""
        self._draft.drop(what, self._part)
        element = self._begin("sp", out)
        place = self._place("text box")
        for number, (text, piece) in enumerate(fill_box(source, element, label.split("\n")), 1):
            block = self._draft.show(text, kind, Location(self._part, f"{place.address} paragraph {number}"))
            self._draft.drawn.append(Drawn(block, ((piece, text),)))

    # -- charts and diagrams ------------------------------------------------------------------------------------

    def _frame(self, source: Element, out: Element) -> None:
        data = source.find(f"{_A}graphic/{_A}graphicData")
        uri = "" if data is None else data.get("uri", "")
        if data is not None and uri == NS_C:
            shown = data.find(_C + "chart")
            self._chart(source, out, "" if shown is None else shown.get(_R_ID, ""))
        elif data is not None and uri == NS_DGM:
            ids = data.find(f"{{{NS_DGM}}}relIds")
            root = self._target("" if ids is None else ids.get(f"{{{NS_R}}}dm", ""), "diagramData")
            lines = () if root is None else diagram_lines(root)
            self._box(source, out, "\n".join(lines) or DIAGRAM_LABEL, "smartart")
        elif "slicer" in uri or "timeslicer" in uri:
            self._draft.drop("slicer", self._part)
        elif "chart" in uri:
            self._box(source, out, CHART_LABEL, "chart")
        else:
            self._box(source, out, OBJECT_LABEL, "embedded_object")

    def _target(self, key: str, kind: str) -> Element | None:
        relation = self._relations.get(key)
        if relation is None or relation.external or relation.kind != kind or relation.target not in self._package.parts:
            return None
        return parse_or_none(self._package.parts[relation.target])

    def _chart(self, source: Element, out: Element, key: str) -> None:
        root = self._target(key, "chart")
        chart = None if root is None else read_chart(root)
        if chart is None:
            self._box(source, out, CHART_LABEL, "chart")
            return
        self._taken.add(self._relations[key].target)
        self._charts += 1
        part = NewPart(f"xl/charts/chart{self._charts}.xml", CHART_TYPE, chart.root)
        self._draft.parts.append(part)
        frame = self._begin("graphicFrame", out)
        transform = source.find(_X + "xfrm")
        copy_formatting(transform if transform is not None else etree.Element(_X + "xfrm"), frame, _X + "xfrm")
        graphic = etree.SubElement(frame, _A + "graphic")
        data = etree.SubElement(graphic, _A + "graphicData", {"uri": NS_C})
        etree.SubElement(
            data, _C + "chart", {_R_ID: self._new.relate(OFFICE_RELATION + "chart", part.name)}, nsmap={"c": NS_C}
        )
        self._show_chart(chart)

    def _show_chart(self, chart: Chart) -> None:
        draft = self._draft
        place = self._place("chart")
        for word in chart.dropped:
            draft.drop(word, self._part)
        draft.bury("\n".join(chart.lost), Kind.METADATA, place)
        first, table = len(draft.live), draft.tables
        for text, pieces, _, cell in chart.lines:
            location, position = place, None
            if cell is not None:
                location = Location(self._part, f"{place.address} row {cell.row + 1} column {cell.column + 1}")
                heads = [None if head is None else first + head for head in (cell.column_head, cell.row_head)]
                position = TablePosition(table + cell.table, cell.row, cell.column, *heads)
                draft.tables = max(draft.tables, table + cell.table + 1)
            number = draft.show(text, Kind.CELL if position else Kind.PARAGRAPH, location, position)
            draft.drawn.append(Drawn(number, pieces))

    # -- pictures -----------------------------------------------------------------------------------------------

    def _picture(self, source: Element, out: Element) -> None:
        blip = blip_of(source)
        image = None if blip.problem else self._image(blip)
        if image is None:
            self._leave(
                source,
                "image_not_kept",
                blip.problem or "the picture is of a kind that is not read, is damaged or is missing",
                out,
            )
            return
        element = self._begin("pic", out)
        fill = etree.SubElement(element, _X + "blipFill")
        etree.SubElement(fill, _A + "blip", {_EMBED: self._new.relate(IMAGE_RELATION, image.part.name)})
        etree.SubElement(etree.SubElement(fill, _A + "stretch"), _A + "fillRect")
        self._form(source, element)
        if not image.places:
            draft = self._draft
            first = len(draft.live)
            placed = image.reading.placed(first, draft.tables)
            draft.tables = max([draft.tables, *(b.cell.table + 1 for b in placed if b.cell is not None)])
            for number, block in enumerate(placed):
                draft.live.append(block)
                draft.drawn.append(Drawn(first + number, (), image, number))
        image.places.append(element)

    def _image(self, blip: Blip) -> Image | None:
        """Return a picture, each part and cut of it once; ``None`` if it is of no known kind or damaged."""
        found = self._relations.get(blip.relation)
        if found is None or found.external or found.kind != "image" or found.target not in self._package.parts:
            return None
        key = (found.target, blip.crop)
        if key not in self._images:
            self._images[key] = self._read_image(self._package.parts[found.target], blip.crop)
        if self._images[key] is not None:
            self._taken.add(found.target)
        return self._images[key]

    def _read_image(self, data: bytes, crop: tuple[float, float, float, float]) -> Image | None:
        from hospital_redact.formats.pictures.cropping import crop_picture  # noqa: PLC0415 - loads Pillow

        draft = self._draft
        name = f"xl/media/image{len(draft.images) + 1}"
        try:
            shown = crop_picture(data, *crop) if any(crop) else data
            reading = self._read_picture(shown, name)
        except ReadError:
            return None
        image = Image(NewPart(name, ""), shown, reading)
        draft.images.append(image)
        draft.parts.append(image.part)
        draft.unread += reading.unread
        for part in reading.dropped:
            draft.drop(part.what, part.part, part.count)
        return image


def _copy_place(source: Element, out: Element) -> bool:
    """Copy a corner, a position or a size; return whether all of it is numbers."""
    values = {str(key): str(value) for key, value in source.attrib.items()}
    if set(values) - {"cx", "cy", "x", "y"} or not all(_PLACE.fullmatch(value) for value in values.values()):
        return False
    new = etree.SubElement(out, source.tag, values)
    for child in source:
        text = (child.text or "").strip()
        if child.tag not in (_X + "col", _X + "colOff", _X + "row", _X + "rowOff") or not _PLACE.fullmatch(text):
            return False
        etree.SubElement(new, child.tag).text = text
    return True
