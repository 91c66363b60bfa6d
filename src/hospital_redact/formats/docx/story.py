"""Walks one story (body, header, footer, note): reads its text and builds its clean twin in the same pass.

Insertions are accepted, deletions and moves left out; hyperlinks, fields, smart tags and content controls are
unwrapped; of alternative contents one is taken. Text that does not show becomes a dead block.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml import etree

from hospital_redact.formats.docx.changes import ends_in_deletion
from hospital_redact.formats.docx.draft import Passage
from hospital_redact.formats.docx.fields import balance_fields
from hospital_redact.formats.docx.frames import ALTERNATIVES
from hospital_redact.formats.docx.properties import is_on
from hospital_redact.formats.docx.runs import RunReader
from hospital_redact.formats.docx.tables import TableHeads
from hospital_redact.formats.docx.vocabulary import w
from hospital_redact.formats.docx.walker import (
    DELETED_TAGS,
    P_PR,
    R_PR,
    VAL,
    WRAPPER_TAGS,
    Line,
    P,
    R,
    Surroundings,
)
from hospital_redact.formats.ooxml.package import Element, NewPart
from hospital_redact.model import Block, Kind, Location, TablePosition

TBL, TR, TC, SECTION = w("tbl"), w("tr"), w("tc"), w("sectPr")
_OUTLINE = f"{P_PR}/{w('outlineLvl')}"
TITLE_HALF_POINTS = 28
TITLE_LENGTH = 60


class Story(RunReader):
    """Reads ``root`` (of part ``key`` in the source) into a part of the copy and the draft. One object a part."""

    def __init__(self, around: Surroundings, key: str, part: NewPart, root: Element, kind: Kind) -> None:
        super().__init__(around, key, part, root, kind)
        self._paragraphs = 0
        self._tables = 0
        self._leading = kind is Kind.PARAGRAPH

    # -- blocks ------------------------------------------------------------------------------------------------

    def walk(self, source: Element, out: Element, place: str = "", cell: TablePosition | None = None) -> None:
        """Read the block-level content of ``source`` into ``out``."""
        joined: list[Element] = []
        for child in source:
            tag = child.tag
            if tag == P:
                if ends_in_deletion(child) and _is_paragraph(child.getnext()):
                    joined.append(child)
                    continue
                self._paragraph(child, out, place, cell, joined)
                joined = []
            elif tag == TBL:
                self._table(child, out)
            elif tag == SECTION:
                self._section(child, out)
            elif tag == ALTERNATIVES:
                chosen = self._choose(child, self._location(place))
                if chosen is not None:
                    self.walk(chosen, out, place, cell)
            elif tag in WRAPPER_TAGS:
                self._note_wrapper(child, self._location(place))
                self.walk(child, out, place, cell)
            elif tag in DELETED_TAGS:
                self._draft.drop("tracked_deletion", self.part.name)
                self._skip(child, self._location(place))
            else:
                self._unknown(child, self._location(place), None)

    def _section(self, source: Element, out: Element) -> None:
        new = self._around.cleaner.copy(source, out)
        if new is not None:
            self._around.section(self, source, new)

    def _location(self, place: str) -> Location:
        return Location(self.part.name, place or f"paragraph {max(1, self._paragraphs)}")

    def _paragraph(
        self, source: Element, out: Element, place: str, cell: TablePosition | None, joined: Sequence[Element] = ()
    ) -> None:
        """Read a paragraph; those of ``joined`` stand before it and became one with it by a deletion."""
        if cell is None and not place:
            self._paragraphs += 1
        paragraph = etree.SubElement(out, P)
        properties = source[0] if len(source) and source[0].tag == P_PR else source.find(P_PR)
        style = ""
        if properties is not None:
            named = properties.find(w("pStyle"))
            style = "" if named is None else named.get(VAL, "")
            new = self._around.cleaner.copy_flat(properties, paragraph)
            section, made = properties.find(SECTION), new.find(SECTION)
            if section is not None and made is not None:
                self._around.section(self, section, made)
        line = Line(self._location(place), style, cell)
        for part in (*joined, source):
            self._inline(part, paragraph, line, None)
        if joined:
            self._draft.drop("tracked_deletion", self.part.name, len(joined))
        if self._fields.begin_of:
            balance_fields(paragraph)
        text = "".join(piece.text for piece in line.pieces)
        block = Block(text, line.location, self._kind_of(paragraph, style, text, cell), cell)
        self._draft.live.append(Passage(block, tuple(line.pieces)))
        for what, pieces in line.dead.items():
            kind = Kind.METADATA if what == "field_code" else Kind.PARAGRAPH
            self._draft.bury("".join(pieces), kind, line.location, cell)
        leading = self._leading
        for read in line.after:
            read()
        self._leading = leading  # a box beside the title is none

    def _kind_of(self, paragraph: Element, style: str, text: str, cell: TablePosition | None) -> Kind:
        if self._kind is not Kind.PARAGRAPH:
            return self._kind
        if cell is not None:
            self._leading = False
            return Kind.CELL
        level = paragraph.find(_OUTLINE)
        direct = "" if level is None else level.get(VAL, "")
        if text.strip() and (
            (direct and direct in "012345678") or self._around.styles.outline_level(style) is not None
        ):
            return Kind.HEADING
        if self._leading and text.strip():
            # Titles of Chinese official documents are plain paragraphs: the first ones, centred, large or bold.
            self._leading = len(text) <= TITLE_LENGTH and self._is_title(paragraph, style)
            return Kind.HEADING if self._leading else Kind.PARAGRAPH
        return Kind.PARAGRAPH

    def _is_title(self, paragraph: Element, style: str) -> bool:
        styles = self._around.styles
        aligned = paragraph.find(f"{P_PR}/{w('jc')}")
        where = aligned.get(VAL) if aligned is not None else styles.lookup(style, f"{P_PR}/{w('jc')}")
        if where != "center":
            return False
        sizes = [e.get(VAL, "") for e in paragraph.iterfind(f"{R}/{R_PR}/{w('sz')}")]
        sizes.append(styles.lookup(style, f"{R_PR}/{w('sz')}") or "")
        large = any(size.isdigit() and int(size) >= TITLE_HALF_POINTS for size in sizes)
        return large or any(is_on(e) for e in paragraph.iterfind(f"{R}/{R_PR}/{w('b')}"))

    # -- tables ------------------------------------------------------------------------------------------------

    def _table(self, source: Element, out: Element) -> None:
        self._tables += 1
        self._draft.tables += 1
        place = f"table {self._tables}"
        table = etree.SubElement(out, TBL)
        for child in source:
            if child.tag in (w("tblPr"), w("tblGrid")):
                self._around.cleaner.copy(child, table)
        for said in source.iterfind(f"{w('tblPr')}/*"):
            if said.tag in (w("tblCaption"), w("tblDescription")):
                self._say(said.get(VAL, ""), Location(self.part.name, place))
        rows = []
        for row in self._members(source, TR, place):
            if row.find(f"{w('trPr')}/{w('del')}") is not None:
                self._draft.drop("tracked_deletion", self.part.name)
                self._skip(row, Location(self.part.name, place))
            else:
                rows.append([(row, cell) for cell in self._members(row, TC, place)])
        rows = [row for row in rows if row]
        heads = TableHeads(self._draft.tables - 1, [[cell for _, cell in row] for row in rows])
        for index, row_cells in enumerate(rows):
            new_row = self._row(row_cells[0][0], table)
            for column, (_, cell) in enumerate(row_cells):
                self._cell(cell, new_row, heads.position(index, column), heads, place)
        if table.find(TR) is None:
            out.remove(table)  # no cell is left, so no table was nested in it either
            self._tables -= 1
            self._draft.tables -= 1

    def _row(self, source: Element, table: Element) -> Element:
        row = etree.SubElement(table, TR)
        for child in source:
            if child.tag in (w("tblPrEx"), w("trPr")):
                self._around.cleaner.copy(child, row)
        return row

    def _cell(self, source: Element, row: Element, position: TablePosition, heads: TableHeads, place: str) -> None:
        live = self._draft.live
        place = f"{place} row {position.row + 1} column {position.column + 1}"
        cell = etree.SubElement(row, TC)
        properties = source.find(w("tcPr"))
        if properties is not None:
            self._around.cleaner.copy(properties, cell)
        first = len(live)
        if properties is not None and properties.find(w("cellDel")) is not None:
            self._draft.drop("tracked_deletion", self.part.name)
            self._skip(source, Location(self.part.name, place))
        else:
            self.walk(source, cell, place, position)
        if len(cell) == 0 or cell[-1].tag != P:  # a cell ends with a paragraph (clause 17.4.66)
            etree.SubElement(cell, P)
            live.append(Passage(Block("", Location(self.part.name, place), Kind.CELL, position)))
        heads.note(position, first, "".join(passage.block.text for passage in live[first:]))

    def _members(self, source: Element, wanted: str, place: str) -> Iterator[Element]:
        """Yield the rows of a table or the cells of a row, out of whatever wraps them."""
        for child in source:
            if child.tag == wanted:
                yield child
            elif child.tag == ALTERNATIVES:
                chosen = self._choose(child, Location(self.part.name, place))
                if chosen is not None:
                    yield from self._members(chosen, wanted, place)
            elif child.tag in WRAPPER_TAGS:
                self._note_wrapper(child, Location(self.part.name, place))
                yield from self._members(child, wanted, place)
            elif child.tag in DELETED_TAGS:
                self._draft.drop("tracked_deletion", self.part.name)
                self._skip(child, Location(self.part.name, place))
            else:
                self._unknown(child, Location(self.part.name, place), None)


def _is_paragraph(element: Element | None) -> bool:
    return element is not None and element.tag == P
