"""The cells of one sheet as they are stored: streamed row by row, so that a long sheet needs no tree.

Source: ECMA-376 part 1, 18.3.1.4 (c), 18.3.1.73 (row), 18.3.1.80 (sheetData).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, NamedTuple

from lxml import etree

from hospital_redact.errors import ReadError
from hospital_redact.formats.ooxml.namespaces import NS_S
from hospital_redact.formats.ooxml.package import Element
from hospital_redact.formats.xlsx.formulas import MAX_COLUMN, MAX_ROW, column_letters, column_number, shift_formula
from hospital_redact.formats.xlsx.strings import Text, read_text
from hospital_redact.formats.xlsx.vocabulary import clean_value, s, unescape_text

MAX_CELLS = 250_000
"""Filled cells of a workbook."""
MAX_TEXT = 64 * 1024 * 1024
"""Characters of a workbook's cells together: one shared text may stand in every cell."""
MAX_EMPTY = 200
"""Rows without content that keep their format below the last row with content."""
MAX_MERGES = 65_536

C, ROW, V, F, IS, COLS, SHEET_DATA = s("c"), s("row"), s("v"), s("f"), s("is"), s("cols"), s("sheetData")
_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})(?::\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6}))?")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]?\d{1,3})?")
_ERROR = re.compile(r"#[A-Z/0!?_]{2,20}")
MAX_DIGITS = 400
MAX_SIZE = 1e300
"""Larger numbers, and longer ones, are texts; Excel knows none."""
_ROW_ATTRIBUTES = ("ht", "customHeight", "s", "customFormat", "outlineLevel", "thickTop", "thickBot")
_STRICT_MAIN = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
_ON = ("1", "true")


class Stored(NamedTuple):
    """A cell as it is stored: a ``number``, a logical or error ``word``, or a ``text``; and its formula."""

    column: int
    style: int
    number: float | None = None
    word: str = ""
    text: Text | None = None
    formula: str = ""


class Line(NamedTuple):
    """A stored row; ``hidden`` if it does not show."""

    number: int
    attributes: str
    hidden: bool
    cells: list[Stored]


class Area(NamedTuple):
    """A range of cells, numbers from 1, ends inclusive."""

    row: int
    column: int
    last_row: int
    last_column: int


@dataclass(slots=True)
class Budget:
    """What is left of the limits of a workbook."""

    styles: int
    """Cell styles of the workbook."""
    cells: int = MAX_CELLS
    text: int = MAX_TEXT

    def spend(self, length: int) -> None:
        """Count a filled cell with so many characters; raise HR204 over the limits."""
        self.cells -= 1
        self.text -= length
        if self.cells < 0 or self.text < 0:
            raise ReadError(
                "HR204", "the workbook has more than {max_cells} filled cells; split it", max_cells=MAX_CELLS
            )


@dataclass(slots=True)
class Grid:
    """The rows of a sheet and the rest of its part. ``others`` are the elements around the cells by local name."""

    lines: list[Line] = field(default_factory=list)
    columns: Element | None = None
    hidden_columns: frozenset[int] = frozenset()
    merges: list[Area] = field(default_factory=list)
    others: dict[str, list[Element]] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)
    """Texts in elements that cells do not have."""


def read_range(text: str) -> Area | None:
    """Return the range that ``A1:B2`` names, ``None`` for anything else."""
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    columns = sorted((column_number(found[1]), column_number(found[3] or found[1])))
    rows = sorted((int(found[2]), int(found[4] or found[2])))
    if columns[1] > MAX_COLUMN or rows[1] > MAX_ROW:
        return None
    return Area(rows[0], columns[0], rows[1], columns[1])


def range_text(area: Area) -> str:
    """Return ``A1:B2``."""
    first = f"{column_letters(area.column)}{area.row}"
    last = f"{column_letters(area.last_column)}{area.last_row}"
    return first if first == last else f"{first}:{last}"


def read_grid(data: bytes, shared: Sequence[Text], used: set[int], budget: Budget) -> Grid:
    """Return the grid of a worksheet's part. ``used`` gets the numbers of the shared texts that it shows.

    Raises ReadError HR203 (not well formed, rows or cells out of order, a text that does not exist) and HR204.
    """
    if _STRICT_MAIN in data[:4096]:
        data = data.replace(_STRICT_MAIN, NS_S.encode())
    return _Reader(shared, used, budget).read(data)


class _Reader:
    def __init__(self, shared: Sequence[Text], used: set[int], budget: Budget) -> None:
        self._shared = shared
        self._used = used
        self._budget = budget
        self._masters: dict[str, tuple[int, int, str]] = {}
        self._empty = 0
        self._grid = Grid()
        self._columns = {column_letters(number): number for number in range(1, 257)}
        self._styles: dict[str | None, int] = {None: 0}

    def read(self, data: bytes) -> Grid:
        grid = self._grid
        context: Any = etree.iterparse(  # lxml-stubs does not know `root`
            BytesIO(data),
            events=("end",),
            tag=(ROW, COLS),
            remove_comments=True,
            remove_pis=True,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        )
        try:
            checked = False
            for _, element in context:
                if not checked:
                    _check_type(element)
                    checked = True
                self._take(element)
            root = context.root
        except (etree.XMLSyntaxError, LookupError, ValueError):
            raise ReadError("HR203", "a sheet is not well-formed XML; open and save it in Excel") from None
        _check_type(root)
        if root.tag != s("worksheet"):
            raise ReadError("HR203", "a sheet is not what it is declared to be; open and save it in Excel")
        for child in root:
            if isinstance(child.tag, str):
                name = child.tag[len(NS_S) + 2 :] if child.tag.startswith(f"{{{NS_S}}}") else "other"
                grid.others.setdefault(name, []).append(child)
        if len(grid.others.get("sheetData", ())) > 1:
            raise ReadError("HR203", "a sheet holds its cells twice; open and save it in Excel")
        grid.merges = list(_merges(grid.others.get("mergeCells", ())))
        return grid

    def _take(self, element: Element) -> None:
        parent = element.getparent()
        if parent is None:
            return
        if element.tag == COLS and parent.getparent() is None:
            self._grid.columns = element
            self._grid.hidden_columns = _hidden_columns(element)
        above = parent.getparent()
        if element.tag != ROW or parent.tag != SHEET_DATA or above is None or above.getparent() is not None:
            return  # a row inside of something else shows nowhere
        self._line(element)
        element.clear()
        while element.getprevious() is not None:
            del parent[0]

    def _line(self, row: Element) -> None:
        lines = self._grid.lines
        last = lines[-1].number if lines else 0
        number = _count(row.get("r")) or last + 1
        if not last < number <= MAX_ROW:
            raise ReadError("HR203", "the rows of a sheet are not in order; open and save it in Excel")
        cells: list[Stored] = []
        column = 0
        filled = False
        ending = str(number)
        for element in row:
            if element.tag != C:
                self._odd(element)
                continue
            place = element.get("r")
            # The usual cell, before all that may be odd about one: this loop runs as often as there are cells.
            known = self._columns.get(place[: -len(ending)]) if place and place.endswith(ending) else None
            column = known if known and known > column else _column(place, number, column)
            cell = self._cell(element, number, column)
            filled = filled or cell[2] is not None or cell[4] is not None or bool(cell[3] or cell[5])
            cells.append(cell)
        hidden = row.get("hidden") in _ON or row.get("ht") in ("0", "0.0")
        self._empty = 0 if filled else self._empty + 1
        if self._empty <= MAX_EMPTY:
            lines.append(Line(number, _row_attributes(row, self._budget.styles, hidden=hidden), hidden, cells))
        elif lines:
            # The order of rows is still checked, by the last one.
            lines[-1] = Line(number, "", hidden, [])

    def _cell(self, element: Element, row: int, column: int) -> Stored:
        given = element.get("s")
        style = self._styles.get(given, -1)
        if style < 0:
            style = _count(given)
            self._styles[given] = style = style if style < self._budget.styles else 0
        children = len(element)
        if children == 0:
            return Stored(column, style)
        kind = element.get("t", "n")
        if children == 1:
            child = element[0]
            if child.tag == V:
                return self._stored(kind, child.text or "", None, column=column, style=style)
            if child.tag == IS and kind == "inlineStr":
                return self._stored(kind, None, read_text(child), column=column, style=style)
        return self._odd_cell(element, kind, row, Stored(column, style))

    def _odd_cell(self, element: Element, kind: str, row: int, cell: Stored) -> Stored:
        """Read a cell with a formula or with something besides its value."""
        value: str | None = None
        inline: Text | None = None
        formula = ""
        for child in element:
            if child.tag == V:
                if value is not None:
                    raise ReadError("HR203", "a cell has two values; open and save it in Excel")
                value = child.text or ""
            elif child.tag == F:
                formula = self._formula(child, row, cell.column)
            elif child.tag == IS and inline is None:
                inline = read_text(child)
            else:
                self._odd(child)
        return self._stored(kind, value, inline, column=cell.column, style=cell.style, formula=formula)

    def _stored(
        self, kind: str, value: str | None, inline: Text | None, *, column: int, style: int, formula: str = ""
    ) -> Stored:
        if kind == "s" and value and inline is None:
            text = self._shared_text(value)
        elif kind == "n" and value and inline is None:
            if _NUMBER.fullmatch(value.strip()) and len(value) < MAX_DIGITS and abs(number := float(value)) < MAX_SIZE:
                self._budget.spend(len(value))
                return Stored(column, style, number, "", None, formula)
            text = Text(value)
        elif kind == "inlineStr" or (inline is not None and value is None):
            text = inline or Text("")
            if value:
                self._grid.odd.append(value)
        elif inline is not None:
            raise ReadError("HR203", "a cell has two values; open and save it in Excel")
        elif value is None or (value == "" and kind != "str"):
            return Stored(column, style, formula=formula)
        elif word := _word(kind, value):
            self._budget.spend(len(word))
            return Stored(column, style, None, word, None, formula)
        else:
            text = Text(unescape_text(value))
        if not text.plain and not text.hidden and not formula:
            return Stored(column, style)
        self._budget.spend(len(text.plain) + 1)
        return Stored(column, style, None, "", text, formula)

    def _shared_text(self, value: str) -> Text:
        number = _count(value.strip(), len(self._shared))
        if number >= len(self._shared):
            raise ReadError("HR203", "a cell shows a text that does not exist; open and save it in Excel")
        self._used.add(number)
        return self._shared[number]

    def _formula(self, element: Element, row: int, column: int) -> str:
        text = element.text or ""
        kind = element.get("t", "normal")
        key = element.get("si", "")
        if kind == "shared" and text:
            self._masters[key] = (row, column, text)
        elif kind == "shared":
            first = self._masters.get(key)
            # Without its master a formula is unknown: it must not count as none.
            return "#REF!()" if first is None else shift_formula(first[2], row - first[0], column - first[1])
        elif kind != "normal":
            # An array's or a data table's formula fills cells that do not say so.
            return f"{{{text}}}"
        return text

    def _odd(self, element: Element) -> None:
        if isinstance(element.tag, str):
            self._grid.odd += [t for t in (str(piece).strip() for piece in element.itertext()) if t]


def _word(kind: str, value: str) -> str:
    """Return how a logical value or an error shows; an empty text for anything else."""
    if kind == "b" and value in ("0", "1", "true", "false"):
        return "TRUE" if value in _ON else "FALSE"
    return value if kind == "e" and _ERROR.fullmatch(value) else ""


def _check_type(element: Element) -> None:
    information: Any = element.getroottree().docinfo  # lxml-stubs does not know doctype
    if information.doctype:
        raise ReadError("HR203", "a part of the file declares a document type, which Office files must not")


def _count(value: str | None, otherwise: int = 0) -> int:
    """Return a whole number of an attribute; ``otherwise`` for anything else."""
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 9 else otherwise


def _column(place: str | None, row: int, last: int) -> int:
    found = _PLACE.fullmatch(place) if place else None
    if place and (found is None or int(found[2]) != row):
        raise ReadError("HR203", "a cell is not where its row is; open and save it in Excel")
    column = last + 1 if found is None else column_number(found[1])
    if not last < column <= MAX_COLUMN:
        raise ReadError("HR203", "the cells of a row are not in order; open and save it in Excel")
    return column


def _row_attributes(row: Element, styles: int, *, hidden: bool) -> str:
    out = ' hidden="1"' if hidden else ""
    for name in _ROW_ATTRIBUTES:
        given = row.get(name)
        value = None if given is None else clean_value("row", name, given)
        if value is not None and not (hidden and name == "ht") and not (name == "s" and _count(value) >= styles):
            out += f' {name}="{value}"'
    return out


def _hidden_columns(columns: Element) -> frozenset[int]:
    hidden: set[int] = set()
    for column in columns:
        if column.get("hidden") in _ON or column.get("width") in ("0", "0.0"):
            first, last = _count(column.get("min")), _count(column.get("max"))
            if 1 <= first <= last <= MAX_COLUMN:
                hidden.update(range(first, last + 1))
    return frozenset(hidden)


def _merges(elements: Sequence[Element]) -> Iterator[Area]:
    found = 0
    for element in elements:
        for merge in element:
            area = read_range(merge.get("ref", "")) if merge.tag == s("mergeCell") else None
            if area is not None and (area.row, area.column) != (area.last_row, area.last_column):
                found += 1
                if found > MAX_MERGES:
                    raise ReadError("HR204", "a sheet has more than {max_merges} merged cells", max_merges=MAX_MERGES)
                yield area
