"""Which cells head a cell: tables on a sheet, the titles above them, their heading rows and first columns.

A sheet has no tables of its own (a list object is rare), so they are read as people do: rows up to an empty row
belong together, narrow rows on top are titles, the first full row of words heads what is below.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from hospital_redact.formats.xlsx.grid import Area
from hospital_redact.model import TablePosition

MAX_TITLES = 8
"""Rows above a heading that may be titles and remarks."""
_WIDE = 0.6
_ALIKE = 0.8
_MAX_WORD = 40
_MAX_DIGITS = 6


class Mark(NamedTuple):
    """A filled cell as seen from afar: its ``column`` from 1, whether it is a text, a short word or long, its style."""

    column: int
    is_text: bool
    is_word: bool
    style: int
    is_long: bool = False


class Outline:
    """A row with content: its number in the sheet from 1, how many cells it has, and what they are, when asked."""

    __slots__ = ("_make", "_marks", "number", "size")

    def __init__(self, number: int, size: int, make: Callable[[], tuple[Mark, ...]]) -> None:
        self.number = number
        self.size = size
        self._make = make
        self._marks: tuple[Mark, ...] | None = None

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The cells of the row."""
        if self._marks is None:
            self._marks = self._make()
        return self._marks

    def __repr__(self) -> str:
        return f"Outline({self.number}, {self.size} cells)"


def mark(column: int, text: str, style: int, *, is_text: bool) -> Mark:
    """Return the mark of a cell that shows ``text``."""
    digits = sum(char.isdigit() for char in text)
    is_word = is_text and len(text) <= _MAX_WORD and digits <= _MAX_DIGITS and 2 * digits <= len(text)
    return Mark(column, is_text, is_word, style, len(text) > _MAX_WORD)


@dataclass(slots=True)
class _Place:
    """Where a row belongs: ``table``, its ``row`` there, whether it is a heading or below one."""

    table: int
    row: int
    heading: bool = False
    below: bool = False


@dataclass(slots=True)
class Heads:
    """Gives each cell of a sheet its place and heads; must be told of every cell in reading order (:meth:`note`)."""

    places: dict[int, _Place]
    merges: dict[tuple[int, int], Area]
    tables: int
    """First table number that is not taken."""
    _table: int = -1
    _row: int = -1
    _columns: dict[int, int] = field(default_factory=dict)
    _first: int | None = None

    def position(self, row: int, column: int) -> TablePosition:
        """Return the place of the cell in ``row`` and ``column`` (from 1) with the block numbers of its heads."""
        place = self.places[row]
        if place.table != self._table:
            self._table, self._columns = place.table, {}
        if row != self._row:
            self._row, self._first = row, None
        head = self._columns.get(column) if place.below else None
        return TablePosition(place.table, place.row, column - 1, head, self._first if place.below else None)

    def note(self, row: int, column: int, block: int) -> None:
        """Say that the cell at ``row`` and ``column``, whose position was asked last, is block number ``block``."""
        place = self.places[row]
        if place.heading:
            area = self.merges.get((row, column))
            for covered in range(column, (area.last_column if area else column) + 1):
                self._columns[covered] = block
        if self._first is None:
            self._first = block


def find_heads(outlines: Sequence[Outline], merges: Sequence[Area], first_table: int) -> Heads:
    """Return the heads of a sheet whose rows with content are ``outlines``; tables count from ``first_table``."""
    starts = {(area.row, area.column): area for area in merges}
    places: dict[int, _Place] = {}
    table = first_table
    body: Outline | None = None  # the last row of the table before
    start = 0
    while start < len(outlines):
        end = start + 1
        while end < len(outlines) and outlines[end].number == outlines[end - 1].number + 1:
            end += 1
        group = outlines[start:end]
        start = end
        head = _heading(group)
        if body is not None and (head is None or _goes_on(body, group[head])):
            last = places[outlines[start - len(group) - 1].number]
            for number, outline in enumerate(group):
                # What stands above the rows that go on (小计, a department's name) is a row as well.
                below = number >= (head or 0) and not _is_remark(outline, starts, body.size)
                places[outline.number] = _Place(last.table, last.row + 1 + number, below=below or outline.size > 1)
        else:
            table = _begin(group, head, starts, places, table)
        if head is not None or body is not None:
            width = max(row.size for row in group)
            body = next((row for row in reversed(group) if row.size >= max(2, _WIDE * width)), body)
    return Heads(places, starts, table + 1 if outlines else table)


def _heading(group: Sequence[Outline]) -> int | None:
    """Return which row of ``group`` heads it: the first that is wide, if it holds words; ``None`` if none does."""
    width = max(row.size for row in group)
    if width < 2:
        return None
    for number, row in enumerate(group[: MAX_TITLES + 1]):
        if row.size >= max(2, _WIDE * width):
            words = sum(cell.is_word for cell in row.marks)
            return number if words >= 0.7 * len(row.marks) and len(group) > number + 1 else None
    return None


def _goes_on(body: Outline, row: Outline) -> bool:
    """Whether ``row`` looks like one more of the rows under a heading above: the same kinds of values or styles."""
    before = {cell.column: cell for cell in body.marks}
    pairs = [(before[cell.column], cell) for cell in row.marks if cell.column in before]
    if len(pairs) < 2 or len(pairs) < _ALIKE * max(len(body.marks), len(row.marks)):
        return False
    kinds = sum(a.is_text == b.is_text and a.is_word == b.is_word for a, b in pairs)
    numbers = any(not a.is_word for a, _ in pairs)
    styles = sum(a.style == b.style for a, b in pairs)
    return kinds >= _ALIKE * len(pairs) and (numbers or (styles == len(pairs) and len({a.style for a, _ in pairs}) > 1))


def _begin(
    group: Sequence[Outline],
    head: int | None,
    merges: dict[tuple[int, int], Area],
    places: dict[int, _Place],
    table: int,
) -> int:
    if places:
        table += 1
    if head is None:
        for number, outline in enumerate(group):
            places[outline.number] = _Place(table, number)
        return table
    for number, outline in enumerate(group[:head]):
        places[outline.number] = _Place(table, number)
    table += bool(head)
    last = _last_heading(group, head, merges)
    width = group[head].size
    for number, outline in enumerate(group[head:]):
        below = number > last - head and not _is_remark(outline, merges, width)
        places[outline.number] = _Place(table, number, heading=number <= last - head, below=below)
    return table


def _is_remark(outline: Outline, merges: dict[tuple[int, int], Area], width: int) -> bool:
    """Whether a row is a remark over the table and no row of it: one cell alone, long or as wide as half the table."""
    if outline.size != 1 or len(outline.marks) != 1:
        return False
    (cell,) = outline.marks
    area = merges.get((outline.number, cell.column))
    return cell.is_long or (area is not None and 2 * (area.last_column - area.column + 1) >= width)


def _last_heading(group: Sequence[Outline], head: int, merges: dict[tuple[int, int], Area]) -> int:
    """Return the last row of a heading of several: under cells merged sideways stand their parts, in words."""
    row = group[head]
    areas = [merges[row.number, cell.column] for cell in row.marks if (row.number, cell.column) in merges]
    bottom = max((area.last_row for area in areas), default=row.number)
    sideways = [area for area in areas if area.last_column > area.column and area.last_row == row.number]
    last = head
    while last + 2 < len(group) and all(cell.is_word for cell in group[last + 1].marks):
        below = group[last + 1]
        parts = bool(sideways) and all(
            any(area.column <= cell.column <= area.last_column for area in sideways) for cell in below.marks
        )
        if below.number > bottom and not (parts and last == head):
            break
        last += 1
    return last
