"""Which cells head a cell: the grid of a table, its heading rows and its first column."""

from __future__ import annotations

from hospital_redact.formats.docx.properties import is_on
from hospital_redact.formats.docx.vocabulary import w
from hospital_redact.formats.ooxml.package import Element
from hospital_redact.model import TablePosition

MAX_GRID = 256
"""Columns beyond this number share a place; Word allows 63."""


class TableHeads:
    """Gives each cell its place and heads; must be told of every cell in reading order (:meth:`note`).

    A first row that is one cell over the whole table is a title, not a heading. Heading rows are those marked so
    (``w:tblHeader``), else the first row that is no title.
    """

    def __init__(self, table: int, rows: list[list[Element]]) -> None:
        self._table = table
        self._columns = [_columns_of(row) for row in rows]
        self._width = max((row[-1][1] for row in self._columns if row), default=0)
        self._headings = self._heading_rows(rows)
        self._continued = [bool(row) and _continues(row[0]) for row in rows]
        self._column_heads: dict[int, int] = {}
        self._row_head: int | None = None

    def _heading_rows(self, rows: list[list[Element]]) -> range:
        first = 0
        while first < len(rows) - 1 and len(rows[first]) == 1 and self._width > 1:
            first += 1
        last = first + 1
        while last < len(rows) and _is_heading(rows[last]):
            last += 1
        return range(first, last)

    def position(self, row: int, index: int) -> TablePosition:
        """Return the place of cell ``index`` of ``row`` (both from 0) with the block numbers of its heads."""
        column = self._columns[row][index][0]
        below = row >= self._headings.stop
        return TablePosition(
            table=self._table,
            row=row,
            column=column,
            column_header=self._column_heads.get(column) if below else None,
            row_header=self._row_head if below and index > 0 else None,
        )

    def note(self, position: TablePosition, block: int, text: str) -> None:
        """Say that the cell at ``position`` begins with block number ``block`` and holds ``text``."""
        index = next(i for i, (start, _) in enumerate(self._columns[position.row]) if start == position.column)
        if position.row in self._headings and text.strip():
            for column in range(*self._columns[position.row][index]):
                self._column_heads[column] = block
        if index == 0 and not self._continued[position.row]:
            self._row_head = block if text.strip() else None


def _columns_of(row: list[Element]) -> list[tuple[int, int]]:
    """Return (first, end) grid columns of each cell."""
    found: list[tuple[int, int]] = []
    column = _before(row[0]) if row else 0
    for cell in row:
        end = min(column + _number(cell, "tcPr", "gridSpan", 1), MAX_GRID + len(found))
        end = max(end, column + 1)
        found.append((column, end))
        column = end
    return found


def _before(cell: Element) -> int:
    row = next(cell.iterancestors(w("tr")), None)
    return 0 if row is None else _number(row, "trPr", "gridBefore", 0)


def _number(element: Element, properties: str, name: str, default: int) -> int:
    found = element.find(f"{w(properties)}/{w(name)}")
    value = "" if found is None else found.get(w("val"), "")
    return min(int(value), MAX_GRID) if value.isascii() and value.isdigit() else default


def _is_heading(row: list[Element]) -> bool:
    parent = next(row[0].iterancestors(w("tr")), None) if row else None
    return parent is not None and bool(is_on(parent.find(f"{w('trPr')}/{w('tblHeader')}")))


def _continues(cell: Element) -> bool:
    merged = cell.find(f"{w('tcPr')}/{w('vMerge')}")
    return merged is not None and merged.get(w("val"), "continue") == "continue"
