"""Tables drawn with rules: which cell each place of a page lies in.

Rules that cross make a grid; where a rule is missing between two of its cells they are one, as merged cells are drawn.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from hospital_redact.formats.pdf.paths import Rule
from hospital_redact.model import TablePosition

_SAME = 2.5
"""Points by which two rules of one line may differ."""
_REACH = 3.0
"""Points by which a rule may fall short of one that it meets."""
_OPEN = 10.0
"""Points by which rules reach beyond the last that cross them where a table is open at its sides."""
MAX_RULES_OF_TABLES = 3_000
"""Rules of a page, joined, from which nothing is a table: drawings have so many."""
_MIN_EDGES = 3
_TITLE_ROWS = 4
"""Rows among which the header is looked for."""
_MAX_ROWS = MAX_RULES_OF_TABLES
"""Rows by which the part of a table on the next page is counted on."""


class Edge(NamedTuple):
    """Rules of one line, joined: its place across, and from where to where it runs."""

    at: float
    start: float
    end: float


class Grid:
    """One table: ``columns`` are its vertical edges from left to right, ``rows`` its horizontal ones from the top."""

    def __init__(self, across: list[Edge], upright: list[Edge]) -> None:
        self._across, self._upright = across, upright
        self.columns = _edges([e.at for e in upright], [p for e in across for p in (e.start, e.end)])
        self.rows = _edges([e.at for e in across], [p for e in upright for p in (e.start, e.end)])[::-1]
        self._descending = [-y for y in self.rows]

    def cell(self, x: float, y: float) -> tuple[int, int] | None:
        """Return the row and column (from 0, from the top left) of a point, the first ones of merged cells."""
        column, row = bisect_right(self.columns, x) - 1, bisect_right(self._descending, -y) - 1
        if not (0 <= column < len(self.columns) - 1 and 0 <= row < len(self.rows) - 1):
            return None
        return self.merged(row, column)

    def merged(self, row: int, column: int) -> tuple[int, int]:
        """Return the first row and column of the cell that holds the one at ``row`` and ``column`` of the grid."""
        middle = (self.rows[row] + self.rows[row + 1]) / 2
        while column and not _holds(self._upright, self.columns[column], middle):
            column -= 1
        centre = (self.columns[column] + self.columns[column + 1]) / 2
        while row and not _holds(self._across, self.rows[row], centre):
            row -= 1
        return row, column


def find_tables(rules: Sequence[Rule]) -> list[Grid]:
    """Return the tables of a page from top to bottom: grids of at least two rows and two columns."""
    across = _join([(r.y0, r.x0, r.x1) for r in rules if r.horizontal])
    upright = _join([(r.x0, r.y0, r.y1) for r in rules if not r.horizontal])
    if len(across) + len(upright) > MAX_RULES_OF_TABLES or not across or not upright:
        return []
    grids = [Grid(*group) for group in _groups(across, upright)]
    tables = [grid for grid in grids if len(grid.columns) >= _MIN_EDGES and len(grid.rows) >= _MIN_EDGES]
    return sorted(tables, key=lambda grid: -grid.rows[0])


def _join(parts: list[tuple[float, float, float]]) -> list[Edge]:
    """Return parts (place across, start, end) of the same line that touch, joined."""
    lines: list[list[tuple[float, float, float]]] = []
    for part in sorted(parts):
        if lines and part[0] - lines[-1][0][0] <= _SAME:
            lines[-1].append(part)
        else:
            lines.append([part])
    edges: list[Edge] = []
    for line in lines:
        at = sum(place for place, _, _ in line) / len(line)
        start, end = None, 0.0
        for _, first, last in sorted(line, key=lambda part: part[1]):
            if start is not None and first <= end + _REACH:
                end = max(end, last)
                continue
            if start is not None:
                edges.append(Edge(at, start, end))
            start, end = first, last
        if start is not None:
            edges.append(Edge(at, start, end))
    return edges


def _groups(across: list[Edge], upright: list[Edge]) -> list[tuple[list[Edge], list[Edge]]]:
    """Return the edges that meet each other, directly or over others (union-find)."""
    parent = list(range(len(across) + len(upright)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    places = [edge.at for edge in across]  # sorted, as _join returns them
    for number, edge in enumerate(upright, len(across)):
        for other in range(bisect_left(places, edge.start - _REACH), bisect_right(places, edge.end + _REACH)):
            if across[other].start - _REACH <= edge.at <= across[other].end + _REACH:
                parent[root(number)] = root(other)
    groups: dict[int, tuple[list[Edge], list[Edge]]] = {}
    for number, edge in enumerate([*across, *upright]):
        groups.setdefault(root(number), ([], []))[number >= len(across)].append(edge)
    return list(groups.values())


def _edges(places: list[float], ends: list[float]) -> list[float]:
    """Return the distinct ``places``, and the outermost of ``ends`` where they reach well beyond."""
    found: list[float] = []
    for place in sorted(places):
        if not found or place - found[-1] > _SAME:
            found.append(place)
    if found and ends:
        if min(ends) < found[0] - _OPEN:
            found.insert(0, min(ends))
        if max(ends) > found[-1] + _OPEN:
            found.append(max(ends))
    return found


def _holds(edges: list[Edge], at: float, point: float) -> bool:
    """Whether an edge at ``at`` runs past ``point``; beyond the outermost rules nothing need be drawn."""
    return any(abs(edge.at - at) <= _SAME and edge.start - _REACH <= point <= edge.end + _REACH for edge in edges)


class InCell(Protocol):
    """A line of text that may stand in a cell: of the table, row and column with these numbers on its page."""

    page: int
    cell: tuple[int, int, int] | None
    text: str


def table_positions(lines: Sequence[InCell], grids: Sequence[Sequence[Grid]]) -> dict[int, TablePosition]:
    """Return the cells of ``lines`` by their number, tables counted through the file; ``grids`` are those of each page.

    The first table of a page that has the columns of the last one before goes on from there, under the same header,
    unless it repeats the header.
    """
    groups: dict[tuple[int, int], list[int]] = {}
    for number, line in enumerate(lines):
        if line.cell is not None:
            groups.setdefault((line.page, line.cell[0]), []).append(number)
    positions: dict[int, TablePosition] = {}
    table, first_row, shift = -1, 0, 0
    heads: dict[int, int] = {}
    for (page, place), numbers in groups.items():
        cells = {number: cell for number in numbers if (cell := lines[number].cell) is not None}
        header = _header_row(cells.values())
        top = {column: n for n, (_, row, column) in reversed(cells.items()) if row == header}
        before = grids[page - 2] if page > 1 and place == 0 else ()
        repeated = [lines[n].text for n in top.values()] == [lines[n].text for n in heads.values()]
        if before and not repeated and _same_columns(before[-1], grids[page - 1][0]):
            first_row, shift = first_row + _MAX_ROWS, 0
        else:
            # What stands above the header is no row of its table: it counts as a table of its own.
            table, first_row, heads, shift = table + (2 if header else 1), 0, top, header
        for number, (_, row, column) in cells.items():
            if row < shift:
                positions[number] = TablePosition(table - 1, row, column)
            else:
                at = row - shift + first_row
                positions[number] = TablePosition(table, at, column, column_header=heads.get(column) if at else None)
    return positions


def _header_row(cells: Iterable[tuple[int, int, int]]) -> int:
    """Return the first row that has cells in most columns: a title above it has one or two."""
    columns: dict[int, set[int]] = {}
    for _, row, column in cells:
        columns.setdefault(row, set()).add(column)
    most = max(len(found) for found in columns.values())
    return next((row for row in sorted(columns)[:_TITLE_ROWS] if len(columns[row]) > most / 2), min(columns))


def _same_columns(one: Grid, other: Grid) -> bool:
    if len(one.columns) != len(other.columns):
        return False
    return all(abs(a - b) <= _REACH for a, b in zip(one.columns, other.columns, strict=True))
