"""Reads what is drawn in a paragraph: pictures, charts, diagrams, boxes with text, embedded objects.

Each stays in its place in a form of the copy's own. What shows and has no such form leaves a box that says what stood
there (an embedded file), or is unread (a free drawing, which may be handwriting).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace

from lxml import etree

from hospital_redact.formats.docx import drawing, frames, shapes, vml
from hospital_redact.formats.docx.draft import Image, Passage, Piece
from hospital_redact.formats.docx.placeholders import put_label
from hospital_redact.formats.docx.texts import new_text
from hospital_redact.formats.docx.vocabulary import w
from hospital_redact.formats.docx.walker import Line, P, R, Walker
from hospital_redact.formats.ooxml.blips import Blip, blip_of
from hospital_redact.formats.ooxml.charts import Chart
from hospital_redact.formats.ooxml.labels import CHART_LABEL, DIAGRAM_LABEL, OBJECT_LABEL, PICTURE_LABEL
from hospital_redact.formats.ooxml.namespaces import NS_A, NS_C, NS_PIC, NS_R
from hospital_redact.formats.ooxml.package import OFFICE_RELATION, Element
from hospital_redact.model import Block, Kind, Location, TablePosition

IMAGE_RELATION = OFFICE_RELATION + "image"


class DrawingReader(Walker, ABC):
    """Reads drawings into the copy. What they say follows the paragraph in which they stand (``Line.after``)."""

    @abstractmethod
    def walk(self, source: Element, out: Element, place: str = "", cell: TablePosition | None = None) -> None:
        """Read the block-level content of ``source`` into ``out``."""

    def _drawing(self, source: Element, run: Element, line: Line, dead: str | None) -> None:
        found = drawing.classify(source)
        for text in found.sayings:
            self._say(text, line.location)
        reader = _READERS.get(found.what)
        if dead or self._is_hidden_drawing(source):
            self._draft.drop("hidden_drawing", self.part.name)
            self._skip(source, line.location, what="drawing", cell=line.cell)
        elif reader is None:
            self._leave(source, found.what, found.reason, run, line)
        else:
            reader(self, source, run, line, found)

    @staticmethod
    def _is_hidden_drawing(source: Element) -> bool:
        properties = (e for e in source.iterfind("./*/*") if e.tag.endswith("}docPr"))
        return any(e.get("hidden") in ("1", "true") for e in properties) or vml.is_hidden(source)

    def _leave(self, source: Element, what: str, reason: str, run: Element, line: Line) -> None:
        """Leave out what shows and is not read, so that it blocks; a box says that something stood there."""
        self._miss(what, line.location, reason)
        self._skip(source, line.location, what="drawing", cell=line.cell)
        self._box(source, run, (PICTURE_LABEL,), line, what, kind=Kind.LABEL)

    def _place(self, line: Line, what: str) -> Location:
        """Return the place of something in the paragraph of ``line``, numbered in its part."""
        number = self._numbers[what] = self._numbers.get(what, 0) + 1
        return Location(line.location.part, f"{line.location.address}, {what} {number}")

    def _next(self, source: Element) -> tuple[int, int]:
        """Return the number of a new drawing, and how far in front it lies."""
        self._draft.drawings += 1
        outer = source[0] if len(source) else source
        return self._draft.drawings, self._ranks.get(outer, self._draft.drawings)

    # -- pictures ------------------------------------------------------------------------------------------------

    def _picture(self, source: Element, run: Element, line: Line, found: drawing.Drawing) -> None:  # noqa: ARG002 - as its kin
        data = frames.frame(source, run, *self._next(source), NS_PIC)
        element = run[-1]
        held = drawing.graphic_data(source)
        original = None if held is None else held.find(f"{{{NS_PIC}}}pic")
        if original is None:
            run.remove(element)
            self._leave(source, "image_not_kept", "the picture lies outside the file", run, line)
            return
        _, blip = frames.picture(original, data, self._draft.drawings)
        self._attach(blip_of(original), blip, f"{{{NS_R}}}embed", element, line)

    def _attach(self, blip: Blip, holder: Element, attribute: str, element: Element, line: Line) -> None:
        """Make ``holder`` show a picture by ``attribute``; where it cannot stay, a label takes ``element``'s place."""
        image = None if blip.problem else self._around.image(self, blip.relation, blip.crop)
        if image is None:
            reason = blip.problem or "the picture is of a kind that is not read, is damaged or is missing"
            label, location = put_label(element), self._place(line, "text box")
            self._draft.drop("image_not_kept", self.part.name)
            self._miss("image_not_kept", line.location, reason)
            line.after.append(
                lambda: self._draft.show(PICTURE_LABEL, [Piece(label, PICTURE_LABEL)], location, Kind.LABEL)
            )
            return
        holder.set(attribute, self.part.relate(IMAGE_RELATION, image.part.name))
        if not image.places:
            line.after.append(lambda: self._show_image(image))
        image.places.append(element)

    def _show_image(self, image: Image) -> None:
        first, table = len(self._draft.live), self._draft.tables
        for number, block in enumerate(image.reading.placed(first, table)):
            if not block.survives:
                self._draft.dead.append(block)
                continue
            self._draft.live.append(Passage(block, (), image, number))
            if block.cell is not None:
                self._draft.tables = max(self._draft.tables, block.cell.table + 1)

    # -- shapes --------------------------------------------------------------------------------------------------

    def _shapes(self, source: Element, run: Element, line: Line, found: drawing.Drawing) -> None:  # noqa: ARG002 - as its kin
        if source.tag == w("drawing"):
            new = shapes.copy_shapes(source, run, *self._next(source))
            texts, fills, hidden = new.texts, new.fills, new.hidden
            for original, pic, blip in new.pictures:
                self._attach(blip_of(original), blip, f"{{{NS_R}}}embed", pic, line)
        else:
            old = vml.copy_vml(source, run)
            texts, fills, hidden = old.texts, old.fills, old.hidden
            for original, image in old.images:
                self._attach(drawing.vml_blip_of(original), image, f"{{{NS_R}}}id", image, line)
            for path, text in old.paths:
                line.after.append(self._later_path(path, text, self._place(line, "text box")))
        self._bury_unshown(source, {body for body, _ in texts}, hidden, line)
        for _ in fills:
            self._draft.drop("image_not_kept", self.part.name)
            self._miss("image_not_kept", line.location, "a picture fills a form; it cannot stay")
        for text_body, place in texts:
            line.after.append(self._later_box(text_body, place, self._place(line, "text box")))

    def _bury_unshown(self, source: Element, shown: set[Element], hidden: list[Element], line: Line) -> None:
        """Read what a drawing holds and does not show: its ``hidden`` forms, and text that stands in no box."""
        for form in hidden:
            self._draft.drop("hidden_drawing", self.part.name)
            self._skip(form, line.location, what="drawing", cell=line.cell)
        taken = shown | {body for form in hidden for body in form.iter(drawing.TEXT_BODY)}
        for child in drawing.own_elements(source):
            if child.tag == drawing.TEXT_BODY and child not in taken:  # where no box is: it shows nowhere
                self._skip(child, line.location, what="drawing", cell=line.cell)
            elif child.tag == f"{{{NS_A}}}t":
                self._draft.bury(child.text or "", Kind.PARAGRAPH, line.location, line.cell)

    def _later_path(self, path: Element, text: str, location: Location) -> Callable[[], None]:
        return lambda: self._draft.show(text, [Piece(path, text)], location, self._kind)

    def _later_box(self, source: Element, out: Element, location: Location) -> Callable[[], None]:
        def read() -> None:
            first = len(self._draft.live)
            self.walk(source, out, location.address)
            if [passage.block.text for passage in self._draft.live[first:]] == [PICTURE_LABEL]:
                passage = self._draft.live[first]
                self._draft.live[first] = passage._replace(block=replace(passage.block, kind=Kind.LABEL))
            if len(out) == 0 or out[-1].tag != P:  # a box ends with a paragraph, like a cell
                etree.SubElement(out, P)
                self._draft.show("", (), location, self._kind)

        return read

    def _box(
        self,
        source: Element,
        run: Element,
        lines: tuple[str, ...],
        line: Line,
        what: str,
        *,
        kind: Kind | None = None,
    ) -> None:
        """Put a box with ``lines`` in the place of ``source``."""
        drawn = source.tag == w("drawing") and len(source) > 0
        number, rank = self._next(source)
        place = shapes.new_box(run, source if drawn else None, vml.size_of(source), number, rank)
        location = self._place(line, "text box")
        self._draft.drop(what, self.part.name)

        def show() -> None:
            for text in lines:
                new = new_text(etree.SubElement(etree.SubElement(place, P), R), text)
                self._draft.show(text, [Piece(new, text)], location, kind or self._kind)

        line.after.append(show)

    # -- what is made from data ----------------------------------------------------------------------------------

    def _chart(self, source: Element, run: Element, line: Line, found: drawing.Drawing) -> None:
        chart = self._around.chart(self, found.relation)
        if chart is None:
            hidden = self._around.hidden_text_of(self, found.relation)
            self._draft.bury(hidden, Kind.PARAGRAPH, line.location, line.cell)
            self._box(source, run, (CHART_LABEL,), line, "chart")
            return
        part, read = chart
        data = frames.frame(source, run, *self._next(source), NS_C)
        key = self.part.relate(OFFICE_RELATION + "chart", part)
        etree.SubElement(data, f"{{{NS_C}}}chart", {f"{{{NS_R}}}id": key}, nsmap={"c": NS_C, "r": NS_R})
        location = self._place(line, "chart")
        for word in read.dropped:
            self._draft.drop(word, part)
        for text in read.lost:
            self._draft.bury(text, Kind.METADATA, location)
        line.after.append(lambda: self._show_chart(read, location))

    def _show_chart(self, chart: Chart, location: Location) -> None:
        first, table = len(self._draft.live), self._draft.tables
        for text, pieces, _, cell in chart.lines:
            kind, place, position = self._kind, location, None
            if cell is not None:
                kind = Kind.CELL if self._kind is Kind.PARAGRAPH else self._kind
                place = Location(location.part, f"{location.address} row {cell.row + 1} column {cell.column + 1}")
                heads = [None if head is None else first + head for head in (cell.column_head, cell.row_head)]
                position = TablePosition(table + cell.table, cell.row, cell.column, *heads)
                self._draft.tables = max(self._draft.tables, table + cell.table + 1)
            block = Block(text, place, kind, position)
            self._draft.live.append(Passage(block, tuple(Piece(*piece) for piece in pieces)))

    def _diagram(self, source: Element, run: Element, line: Line, found: drawing.Drawing) -> None:
        """Put the outline of a diagram in its place: its form comes from definitions that are not read."""
        lines = self._around.diagram(self, found.relation)
        self._box(source, run, lines or (DIAGRAM_LABEL,), line, "smartart")

    def _object(self, source: Element, run: Element, line: Line, found: drawing.Drawing) -> None:  # noqa: ARG002 - as its kin
        self._skip(source, line.location, what="drawing", cell=line.cell)
        self._box(source, run, (OBJECT_LABEL,), line, "embedded_object")


_READERS: dict[str, Callable[[DrawingReader, Element, Element, Line, drawing.Drawing], None]] = {
    "image": DrawingReader._picture,  # noqa: SLF001 - the table belongs to the class
    "shape": DrawingReader._shapes,  # noqa: SLF001 - the table belongs to the class
    "chart": DrawingReader._chart,  # noqa: SLF001 - the table belongs to the class
    "smartart": DrawingReader._diagram,  # noqa: SLF001 - the table belongs to the class
    "embedded_object": DrawingReader._object,  # noqa: SLF001 - the table belongs to the class
}
