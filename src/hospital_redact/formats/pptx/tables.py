"""Tables on a slide: each cell with its place and the cells that head it."""

from __future__ import annotations

from lxml import etree

from hospital_redact.formats.ooxml.package import Element
from hospital_redact.formats.ooxml.shapes import copy_formatting
from hospital_redact.formats.pptx.bodies import copy_body
from hospital_redact.formats.pptx.draft import Draft
from hospital_redact.formats.pptx.tablestyles import BUILT_IN
from hospital_redact.formats.pptx.vocabulary import a, numbers, set_all, switches
from hospital_redact.model import Kind, Location, TablePosition

MAX_CELLS = 100_000
_SWITCHES = ("firstRow", "firstCol", "lastRow", "lastCol", "bandRow", "bandCol", "rtl")


def copy_table(source: Element, out: Element, draft: Draft, part: str) -> None:
    """Append the table ``source`` to ``out`` and its cells to ``draft``; ``part`` is the slide's name in the copy."""
    table = etree.SubElement(out, a("tbl"))
    properties = source.find(a("tblPr"))
    form = etree.SubElement(table, a("tblPr"))
    if properties is not None:
        set_all(form, switches(properties, *_SWITCHES))
        if properties.find(a("tableStyleId")) is not None:
            key = (properties.findtext(a("tableStyleId")) or "").strip()
            etree.SubElement(form, a("tableStyleId")).text = draft.table_styles.get(key, BUILT_IN)
    grid = etree.SubElement(table, a("tblGrid"))
    for column in source.iterfind(f"{a('tblGrid')}/{a('gridCol')}"):
        etree.SubElement(grid, a("gridCol"), numbers(column, "w"))
    _Rows(draft, part).copy(source, table)


class _Rows:
    """The rows of one table. A first row that is one cell over the whole width is a title, not a heading."""

    def __init__(self, draft: Draft, part: str) -> None:
        self._draft = draft
        self._part = part
        self._number = draft.tables
        draft.tables += 1
        self._heads: dict[int, int] = {}
        self._headed = False

    def copy(self, source: Element, table: Element) -> None:
        for number, row in enumerate(source.findall(a("tr"))):
            new = etree.SubElement(table, a("tr"), numbers(row, "h"))
            cells = row.findall(a("tc"))
            title = len(cells) > 1 and _span(cells[0]) >= len(cells)
            found: dict[int, int] = {}
            for column, cell in enumerate(cells):
                row_head = found.get(0) if self._headed and column else None
                position = TablePosition(self._number, number, column, self._heads.get(column), row_head)
                first = self._cell(cell, new, position)
                if first is not None:
                    found[column] = first
            if not self._headed and not title and found:
                self._heads = found
                self._headed = True

    def _cell(self, source: Element, row: Element, position: TablePosition) -> int | None:
        attributes = {**numbers(source, "gridSpan", "rowSpan"), **switches(source, "hMerge", "vMerge")}
        cell = etree.SubElement(row, a("tc"), attributes)
        body = etree.SubElement(cell, a("txBody"))
        place = Location(self._part, f"table {position.table + 1} row {position.row + 1} column {position.column + 1}")
        first: int | None = None
        held = source.find(a("txBody"))
        for text, pieces in copy_body(etree.Element(a("txBody")) if held is None else held, body):
            number = self._draft.say(text, Kind.CELL, place, pieces, position)
            if first is None and text.strip():
                first = number
        properties = source.find(a("tcPr"))
        form = etree.SubElement(cell, a("tcPr"))
        if properties is not None:
            set_all(form, numbers(properties, "marL", "marR", "marT", "marB"))
            if properties.get("anchor") in ("t", "ctr", "b"):
                form.set("anchor", properties.get("anchor", "t"))
            for child in properties:
                copy_formatting(child, form)
        return first


def _span(cell: Element) -> int:
    value = cell.get("gridSpan", "1")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 5 else 1
