"""What the edits of a plan mean for every cell: its new text, whether its number stays, whether its formula does.

The writer carries it out, the comparison expects it; both look at nothing but blocks and edits. A cell is one thing:
what it shows, what it stores and its formula go together. A formula that looks at something that changes or is left out
becomes its value; where the value would give a removed one back it goes too.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from hospital_redact.formats.xlsx.formulas import Area, Formula, column_number, read_formula
from hospital_redact.model import Block, Edit, Kind, apply_edits

GONE = "***"
"""What stands where a value would give back a removed one."""
MAX_ROUNDS = 16
"""So often formulas on formulas are followed; what is open then counts as changed."""
MAX_LEAVES = 1000
"""So many cells of an area are asked what was removed behind them."""
_FEW = 3
"""So many removed inputs hide each other in a sum."""
_PLACE = re.compile(r"cell ([A-Z]{1,3})(\d{1,7})(?:, (value|formula|hidden|hint))?")
_SHEET = re.compile(r"sheet (\d+)")
_SIMPLE = re.compile(r"[^0-9.\-]")


class Settled(NamedTuple):
    """What becomes of a cell: its ``text`` if that changes, whether it keeps its formula and what it stores."""

    text: str | None
    formula: bool
    value: bool


@dataclass(slots=True)
class _Cell:
    shown: int = -1
    value: int = -1
    formula: int = -1
    lost: bool = False
    """Whether something of it is left out of every copy."""
    rule: Formula | None = None


Place = tuple[int, int, int]
"""Sheet, row and column, each from 1."""


def settle(blocks: Sequence[Block], edits: Mapping[int, Sequence[Edit]]) -> dict[int, Settled]:
    """Return for the number of each block of a cell (what it shows; else its formula) what changes about it.

    Cells about which nothing changes are left out; so are edits of blocks that are no cells.
    """
    return _Settling(blocks, edits).settle()


@dataclass(slots=True)
class _Settling:
    blocks: Sequence[Block]
    edits: Mapping[int, Sequence[Edit]]
    cells: dict[Place, _Cell] = field(default_factory=dict)
    known: dict[tuple[str, str], _Cell] = field(default_factory=dict)
    """The same cells by how locations call them."""
    sheets: dict[str, int] = field(default_factory=dict)
    renamed: set[int] = field(default_factory=set)
    drawn: list[int] = field(default_factory=list)
    settled: dict[int, Settled] = field(default_factory=dict)

    def settle(self) -> dict[int, Settled]:
        self._sort()
        edited = [place for place, cell in self.cells.items() if self._is_edited(cell)]
        for place in edited:
            cell = self.cells[place]
            if cell.shown >= 0 or cell.formula >= 0:
                self.settled[cell.shown if cell.shown >= 0 else cell.formula] = self._edited(cell)
        self._follow(edited)
        self._charts(edited)
        return self.settled

    def _sort(self) -> None:
        """Sort the blocks of cells that matter into cells: edited ones, and those that hold more than they show."""
        shown: list[int] = []
        for number, block in enumerate(self.blocks):
            kind = block.kind
            if kind is Kind.CELL and block.survives:
                if number in self.edits:
                    self._add(number, block)
                else:
                    shown.append(number)
            elif kind in (Kind.CELL, Kind.STORED, Kind.METADATA):
                self._add(number, block)
            elif kind is Kind.HEADING and block.location.address == "name":
                self._name(number, block)
        # What else shows counts where something of its cell is among those, and in charts.
        for number in shown:
            location = self.blocks[number].location
            cell = self.known.get((location.part, location.address))
            if cell is not None:
                cell.shown = number
            elif location.address.startswith("chart"):
                self.drawn.append(number)

    def _name(self, number: int, block: Block) -> None:
        sheet = _SHEET.fullmatch(block.location.part)
        if sheet is not None:
            self.sheets[block.text.casefold()] = int(sheet[1])
            if self.edits.get(number):
                self.renamed.add(int(sheet[1]))

    def _add(self, number: int, block: Block) -> None:
        sheet = _SHEET.fullmatch(block.location.part)
        found = None if sheet is None else _PLACE.fullmatch(block.location.address)
        if found is None or sheet is None:
            return
        key = (block.location.part, f"cell {found[1]}{found[2]}")
        cell = self.known.get(key)
        if cell is None:
            place = (int(sheet[1]), int(found[2]), column_number(found[1]))
            cell = self.known[key] = self.cells[place] = _Cell()
        match found[3]:
            case None:
                cell.shown = number
            case "formula":
                cell.formula = number
                cell.rule = read_formula(block.text[1:])
            case "value" if block.survives:
                cell.value = number
            case "value" | "hidden":
                cell.lost = True

    def _is_edited(self, cell: _Cell) -> bool:
        return any(number >= 0 and self.edits.get(number) for number in (cell.shown, cell.value, cell.formula))

    def _edited(self, cell: _Cell) -> Settled:
        shown, value = (self.edits.get(number, ()) if number >= 0 else () for number in (cell.shown, cell.value))
        if cell.shown < 0:
            return Settled(None, formula=False, value=False)
        if shown:
            return Settled(apply_edits(self.blocks[cell.shown].text, shown), formula=False, value=False)
        if value:
            return Settled("".join(edit.replacement for edit in value) or GONE, formula=False, value=False)
        return Settled(None, formula=False, value=True)  # a name in the formula: what it shows may stay

    # -- formulas ------------------------------------------------------------------------------------------------

    def _follow(self, edited: Iterable[Place]) -> None:
        """Settle the formulas that look at what changed or was left out, directly or through others."""
        formulas = [(place, cell) for place, cell in self.cells.items() if cell.rule is not None]
        if not formulas:
            return
        inputs = _Inputs()
        for place in edited:
            inputs.add(place, frozenset([place]) if self._gives(self.cells[place]) else frozenset())
        for place, cell in self.cells.items():
            if cell.lost and not inputs.holds(place):
                inputs.add(place, frozenset())
        open_ones = [(place, cell) for place, cell in formulas if not inputs.holds(place)]
        forwards = True
        for _ in range(MAX_ROUNDS):
            left: list[tuple[Place, _Cell]] = []
            for place, cell in open_ones if forwards else reversed(open_ones):
                leaves = self._leaves(place, cell, inputs, bool(self.edits))
                if leaves is None:
                    left.append((place, cell))
                else:
                    inputs.add(place, leaves)
                    self._settle_formula(cell, leaves)
            if len(left) == len(open_ones):
                return
            open_ones = left if forwards else left[::-1]
            forwards = not forwards
        for _, cell in open_ones:
            self._settle_formula(cell, _MANY)

    def _gives(self, cell: _Cell) -> bool:
        """Whether an edit took something from what the cell shows or stores."""
        return any(number >= 0 and bool(self.edits.get(number)) for number in (cell.shown, cell.value))

    def _leaves(self, place: Place, cell: _Cell, inputs: _Inputs, anything: bool) -> frozenset[Place] | None:
        """Return the removed cells that a formula looks at; ``None`` if nothing that it looks at changes."""
        assert cell.rule is not None
        touched = cell.rule.wild and anything
        leaves: set[Place] = set(_MANY) if touched else set()
        for area in cell.rule.areas:
            sheet = self.sheets.get(area.sheet.casefold(), 0) if area.sheet else place[0]
            if sheet == 0 or (sheet in self.renamed and area.sheet):
                touched = True  # a sheet that is hidden, renamed or not there
            if sheet:
                found = inputs.within(sheet, area)
                if found is not None:
                    touched = True
                    leaves |= set() if area.counted else found
        if not touched:
            return None
        return frozenset(leaves) if len(leaves) < _FEW else _MANY

    def _settle_formula(self, cell: _Cell, leaves: frozenset[Place]) -> None:
        if cell.shown < 0:
            self.settled[cell.formula] = Settled(None, formula=False, value=False)
            return
        text = self.blocks[cell.shown].text
        stored = self.blocks[cell.value].text if cell.value >= 0 else text
        if leaves and self._gives_back(text, stored, leaves):
            self.settled[cell.shown] = Settled(GONE, formula=False, value=False)
        elif self.blocks[cell.formula].survives:
            self.settled[cell.shown] = Settled(None, formula=False, value=True)

    def _gives_back(self, text: str, stored: str, leaves: frozenset[Place]) -> bool:
        """Whether a formula's value says what was removed from the cells that it looks at."""
        number = _number(stored) if _number(stored) is not None else _number(text)
        if leaves is _MANY or len(leaves) >= _FEW:
            return self._is_removed(text, number)
        if number is not None:
            return any(c.isdigit() for place in leaves for c in self._said(place))
        return any(_tells(text, self._said(place)) for place in leaves)

    def _said(self, place: Place) -> str:
        cell = self.cells[place]
        numbers = [n for n in (cell.shown, cell.value) if n >= 0]
        return " ".join(self.blocks[number].text for number in numbers)

    def _is_removed(self, text: str, number: float | None) -> bool:
        removed = self._removed()
        if number is not None:
            return round(number, 2) in removed.numbers
        spelt = _spelt(text)
        return any(len(word) > 1 and word in spelt for word in removed.words) if len(removed.words) < 5000 else True

    def _removed(self) -> _Removed:
        if self._known is None:
            self._known = self._collect()
        return self._known

    _known: _Removed | None = None

    def _collect(self) -> _Removed:
        numbers: set[float] = set()
        words: set[str] = set()
        for cell in self.cells.values():
            if self._gives(cell):
                for block in (cell.shown, cell.value):
                    if block < 0:
                        continue
                    text = self.blocks[block].text
                    value = _number(text)
                    if value is not None:
                        numbers.add(round(value, 2))
                    for edit in self.edits.get(block, ()):
                        words.add(_spelt(text[edit.span.start : edit.span.end]))
        return _Removed(numbers, words - {""})

    # -- charts --------------------------------------------------------------------------------------------------

    def _charts(self, edited: Iterable[Place]) -> None:
        """Let go what a chart shows of a removed cell: its data are the cells' values a second time."""
        said: set[str] = set()
        for place in edited:
            cell = self.cells[place]
            if self._gives(cell):
                said |= {_spelt(self.blocks[n].text) for n in (cell.shown, cell.value) if n >= 0}
        for number in self.drawn:
            if not self.edits.get(number) and len(word := _spelt(self.blocks[number].text)) > 1 and word in said:
                self.settled[number] = Settled(GONE, formula=False, value=False)


class _Removed(NamedTuple):
    numbers: set[float]
    words: set[str]


_MANY: frozenset[Place] = frozenset({(0, 0, 0), (0, 0, 1), (0, 0, 2)})
"""More removed cells than hide each other."""


class _Inputs:
    """The cells that change, by sheet and column, with the removed ones behind them."""

    def __init__(self) -> None:
        self._leaves: dict[Place, frozenset[Place]] = {}
        self._touched = _Rows()
        self._telling = _Rows()

    def add(self, place: Place, leaves: frozenset[Place]) -> None:
        self._leaves[place] = leaves
        self._touched.add(place)
        if leaves:
            self._telling.add(place)

    def holds(self, place: Place) -> bool:
        return place in self._leaves

    def within(self, sheet: int, area: Area) -> frozenset[Place] | None:
        """Return the removed cells behind what changes in an area (some of many), ``None`` if nothing does."""
        if next(self._touched.within(sheet, area), None) is None:
            return None
        found: set[Place] = set()
        for place in islice(self._telling.within(sheet, area), MAX_LEAVES):
            found |= self._leaves[place]
            if len(found) >= _FEW:
                return _MANY
        return frozenset(found)


class _Rows:
    """Places, sorted by sheet, column and row."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[int, list[int]]] = {}

    def add(self, place: Place) -> None:
        sheet, row, column = place
        rows = self._rows.setdefault(sheet, {}).setdefault(column, [])
        if not rows or rows[-1] < row:
            rows.append(row)
        else:
            insort(rows, row)

    def within(self, sheet: int, area: Area) -> Iterator[Place]:
        for column, rows in self._rows.get(sheet, {}).items():
            if area.column <= column <= area.last_column:
                for index in range(bisect_left(rows, area.row), len(rows)):
                    if rows[index] > area.last_row:
                        break
                    yield sheet, rows[index], column


def _number(text: str) -> float | None:
    bare = _SIMPLE.sub("", text)
    letters = any(c.isalpha() for c in text.replace("E+", ""))
    if letters or not any(c.isdigit() for c in bare):
        return None
    try:
        return float(bare)
    except ValueError:
        return None


def _spelt(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isalnum()).casefold()


def _tells(text: str, removed: str) -> bool:
    """Whether two characters in a row of a removed text stand in ``text``."""
    spelt, gone = _spelt(text), _spelt(removed)
    return any(gone[i : i + 2] in spelt for i in range(len(gone) - 1)) or (len(gone) == 1 and gone in spelt)
