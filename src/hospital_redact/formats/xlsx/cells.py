"""The cells of one sheet as blocks: what shows is live, what is stored besides is stored, what is hidden is dead."""

from __future__ import annotations

from collections.abc import Container, Sequence

from hospital_redact.errors import ReadError
from hospital_redact.formats.xlsx.dates import date_of
from hospital_redact.formats.xlsx.draft import Cell, Draft, Row, Sheet
from hospital_redact.formats.xlsx.formulas import Formula, column_letters, read_formula
from hospital_redact.formats.xlsx.grid import Area, Grid, Line, Stored
from hospital_redact.formats.xlsx.heads import Heads, Mark, Outline, find_heads, mark
from hospital_redact.formats.xlsx.numbers import NumberFormat
from hospital_redact.formats.xlsx.strings import Run
from hospital_redact.model import Block, Kind, Location, TablePosition, Unread

STORED_TABLES = 1_000_000
"""What is stored besides what shows stands in tables of its own, numbered from here on."""
MAX_AREA = 200_000
"""Rows of merged cells that are remembered one by one; ``MAX_TALL`` more are asked each time."""
MAX_TALL = 50

Shown = tuple[str, str, str, tuple[Run, ...]]
"""How a cell shows: kind, text, what is stored of a number, runs."""


def address(row: int, column: int) -> str:
    """Return where a cell is, as a person would say it."""
    return f"cell {column_letters(column)}{row}"


def stored_number(value: float) -> str:
    """Return a number as a copy stores it: what a double holds, and no digit more."""
    return str(int(value)) if value == int(value) and abs(value) < 1e21 else repr(value)


class CellReader:
    """Puts the cells of a :class:`Grid` into ``draft``; ``part`` is how locations call the sheet."""

    def __init__(self, draft: Draft, part: str, grid: Grid, sheet: Sheet | None) -> None:
        self._draft = draft
        self._part = part
        self._grid = grid
        self._sheet = sheet
        self._covered = _Covered(grid.merges)
        self._hidden_columns = grid.hidden_columns

    def read(self) -> None:
        """Read all rows. Without a sheet of the copy every cell is dead."""
        sheet, draft = self._sheet, self._draft
        outlines = [self._outline(line) for line in self._grid.lines]
        heads = find_heads([o for o in outlines if o.size], self._grid.merges, draft.tables)
        draft.tables = heads.tables
        for line in self._grid.lines:
            number = line.number
            covered = self._covered.columns(number)
            bare = sheet is not None and not line.hidden
            cells: list[Cell] = []
            for cell in line.cells:
                column = cell.column
                if not bare or column in self._hidden_columns or column in covered:
                    why = "hidden_row" if line.hidden else "covered_cell" if column in covered else "hidden_column"
                    self._bury(line, cell, heads, why)
                    if cell.style and sheet is not None:
                        cells.append(Cell(column, cell.style))
                    continue
                text = cell.text
                if text is not None and not cell.formula and not text.hidden and text.plain and not text.runs:
                    form = self._format(cell)
                    if not form.changes_text:
                        # Most cells are this: a text and nothing else.
                        place = heads.position(number, column)
                        location = Location(self._part, address(number, column))
                        block = draft.show(text.plain, Kind.CELL, location, place)
                        heads.note(number, column, block)
                        cells.append(Cell(column, cell.style, "t", text.plain, block=block))
                        continue
                cells.append(self._live(number, cell, heads))
            if sheet is not None and (cells or line.attributes):
                sheet.rows.append(Row(number, line.attributes, cells))

    # -- how cells show -----------------------------------------------------------------------------------------

    def _outline(self, line: Line) -> Outline:
        covered = self._covered.columns(line.number)
        filled = [c for c in line.cells if (c.number is not None or c.text or c.word) and c.column not in covered]

        def marks() -> tuple[Mark, ...]:
            shown = ((cell, *self._show(cell)[:2]) for cell in filled)
            return tuple(mark(c.column, text, c.style, is_text=kind == "t") for c, kind, text in shown if text)

        return Outline(line.number, len(filled), marks)

    def _format(self, cell: Stored) -> NumberFormat:
        return self._draft.styles.formats[cell.style]

    def _show(self, cell: Stored) -> Shown:
        if cell.number is not None:
            form = self._format(cell)
            return "n", form.show(cell.number, from_1904=self._draft.from_1904), stored_number(cell.number), ()
        if cell.word:
            return ("b" if cell.word in ("TRUE", "FALSE") else "e"), cell.word, cell.word, ()
        if cell.text is None:
            return "", "", "", ()
        form = self._format(cell)
        text = form.show_text(cell.text.plain)
        return "t", text, "", cell.text.runs if text == cell.text.plain else ()

    # -- blocks -------------------------------------------------------------------------------------------------

    def _live(self, row: int, cell: Stored, heads: Heads) -> Cell:
        draft = self._draft
        where = address(row, cell.column)
        kind, shown, raw, runs = self._show(cell)
        place = heads.position(row, cell.column) if shown else None
        if cell.text is not None and cell.text.hidden:
            draft.drop("phonetic_hint", self._part)
            draft.bury(cell.text.hidden, Kind.METADATA, Location(self._part, f"{where}, hint"), place)
        if place is None:
            return self._without_show(where, cell, raw)
        form = self._format(cell)
        block = draft.show(shown, Kind.CELL, Location(self._part, where), place)
        heads.note(row, cell.column, block)
        telling = kind == "n" and form.telling
        if beside := self._beside(cell, shown, raw, form):
            self._store(beside, f"{where}, value", place, survives=not telling and kind != "t")
        if telling:
            draft.drop("number_format", self._part)
            kind, raw = "t", ""
        formula = self._formula(cell, where, place, stands=not telling) if cell.formula else ""
        return Cell(cell.column, cell.style, kind, shown, raw, formula, runs, block)

    def _without_show(self, where: str, cell: Stored, raw: str) -> Cell:
        """Return the cell for one that shows nothing: an empty one, or one whose format hides its value."""
        hidden = raw or (cell.text.plain if cell.text else "")
        if hidden:
            self._draft.drop("hidden_value", self._part)
            self._draft.bury(hidden, Kind.METADATA, Location(self._part, f"{where}, value"), None)
        if not cell.formula:
            return Cell(cell.column, cell.style)
        known = cell.text is not None and not hidden  # its result is an empty text
        formula = read_formula(cell.formula)
        stands = known or (not hidden and formula.keepable and _computes_only(cell.formula, formula))
        if not stands and not hidden:
            self._miss("formula", where, "a formula's result is not stored; open and save the file in Excel")
        block = -2 - len(self._draft.stored)
        kept = self._formula(cell, where, None, stands=stands)
        return Cell(cell.column, cell.style, "t" if known else "", formula=kept, block=block if kept else -1)

    def _beside(self, cell: Stored, shown: str, raw: str, form: NumberFormat) -> str:
        """Return what a cell stores and does not show, in a form in which it can be found; mostly nothing."""
        if cell.text is not None:
            return cell.text.plain if shown != cell.text.plain else ""
        if cell.number is None or raw == shown:
            return ""
        if form.is_date and not form.shows_all_of(cell.number):
            moment = date_of(cell.number, from_1904=self._draft.from_1904)
            if moment is not None and cell.number >= 1:
                return f"{moment:%Y-%m-%d} {raw}"
        return raw

    def _store(self, text: str, where: str, place: TablePosition | None, *, survives: bool) -> None:
        location = Location(self._part, where)
        position = _beside_place(place)
        if survives:
            self._draft.stored.append(Block(text, location, Kind.STORED, position))
        else:
            self._draft.bury(text, Kind.STORED, location, position)

    def _formula(self, cell: Stored, where: str, place: TablePosition | None, *, stands: bool) -> str:
        """Return the formula that the copy may keep, and read every other one for what it says."""
        formula = read_formula(cell.formula)
        kept = stands and formula.keepable
        if not kept:
            self._draft.drop("formula", self._part)
        # A formula without a text stands in no column: its numbers are rows and rates.
        self._store(f"={cell.formula}", f"{where}, formula", place if formula.has_text else None, survives=kept)
        return cell.formula if kept else ""

    def _bury(self, line: Line, cell: Stored, heads: Heads, why: str) -> None:
        """Read a cell that no copy keeps."""
        draft = self._draft
        _, text, _, _ = self._show(cell)
        if self._sheet is not None and (text or cell.formula):
            draft.drop(why, self._part)
        where = address(line.number, cell.column)
        # A cell under merged ones has no place of its own in the table.
        place = heads.position(line.number, cell.column) if text and line.number in heads.places else None
        before = len(draft.dead)
        draft.bury(text, Kind.CELL, Location(self._part, f"{where}, hidden"), place)
        if place is not None and len(draft.dead) > before:
            heads.note(line.number, cell.column, -before - 1)
        raw = cell.text.plain if cell.text else "" if cell.number is None else stored_number(cell.number)
        hint = cell.text.hidden if cell.text else ""
        for word, said in (("value", raw if raw != text else ""), ("hint", hint)):
            draft.bury(said, Kind.STORED, Location(self._part, f"{where}, {word}"), _beside_place(place))
        if cell.formula:
            location = Location(self._part, f"{where}, formula")
            draft.bury(f"={cell.formula}", Kind.STORED, location, _beside_place(place))

    def _miss(self, what: str, where: str, reason: str) -> None:
        self._draft.unread.append(Unread(what, Location(self._part, where), reason))


def _beside_place(place: TablePosition | None) -> TablePosition | None:
    if place is None:
        return None
    return TablePosition(STORED_TABLES + place.table, place.row, place.column, place.column_header, place.row_header)


def _computes_only(text: str, formula: Formula) -> bool:
    """Whether a formula computes from cells, and cannot put a text or a long number together by itself."""
    longest = max((len(part) for part in "".join(c if c.isdigit() else " " for c in text).split()), default=0)
    return bool(formula.areas) and not formula.has_text and "&" not in text and longest <= 7 and "CHAR" not in text


class _Covered:
    """Says which cells lie under merged cells and so do not show."""

    def __init__(self, merges: Sequence[Area]) -> None:
        self._rows: dict[int, list[Area]] = {}
        self._tall: list[Area] = []
        left = MAX_AREA
        for area in merges:
            left -= area.last_row - area.row + 1
            if left < 0:
                self._tall.append(area)
                if len(self._tall) > MAX_TALL:
                    raise ReadError("HR204", "the merged cells of a sheet cover too many rows; split it")
                continue
            for row in range(area.row, area.last_row + 1):
                self._rows.setdefault(row, []).append(area)

    def columns(self, row: int) -> Container[int]:
        """Return the columns of ``row`` that are covered."""
        if row not in self._rows and not self._tall:
            return ()
        ranges = [
            range(area.column + (row == area.row), area.last_column + 1)
            for area in (*self._rows.get(row, ()), *self._tall)
            if area.row <= row <= area.last_row
        ]
        return _Columns(ranges)


class _Columns:
    """Columns of several ranges."""

    def __init__(self, ranges: Sequence[range]) -> None:
        self._ranges = ranges

    def __contains__(self, column: object) -> bool:
        return any(column in one for one in self._ranges)
