"""Formulas: what they refer to, what of them a copy may keep, and a shared one for each of its cells.

Source: ECMA-376 part 1, 18.17. A formula is kept only if every piece of it is on a list; anything else (names,
links to other files, functions that compute a reference) makes its cell a plain value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

MAX_ROW = 1_048_576
MAX_COLUMN = 16_384
MAX_FORMULA = 8192
"""Longest formula that is looked at; Excel allows no more."""

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")"""
    r"""|(?P<sheet>'(?:[^'\[\]]|'')+'!|[^\W\d][\w.]*!)"""
    r"""|(?P<ref>\$?[A-Za-z]{1,3}\$?[0-9]{1,7}(?![\w(.!])(?::\$?[A-Za-z]{1,3}\$?[0-9]{1,7}(?![\w(.!]))?)"""
    r"""|(?P<columns>\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?![\w(.!]))"""
    r"""|(?P<rows>\$?[0-9]{1,7}:\$?[0-9]{1,7}(?![\w.]))"""
    r"""|(?P<function>[A-Za-z_][\w.]*\()"""
    r"""|(?P<logical>(?:TRUE|FALSE)(?![\w(.!]))"""
    r"""|(?P<number>[0-9]+(?:\.[0-9]*)?(?:[Ee][+-]?[0-9]+)?|\.[0-9]+)"""
    r"""|(?P<error>\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A))"""
    r"""|(?P<open>\()|(?P<close>\))|(?P<sign>[-+*/^&=<>%,;{}\s]+)|(?P<other>.)""",
    re.DOTALL | re.IGNORECASE,
)
_CELL = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([0-9]{1,7})")
_COLUMN = re.compile(r"(\$?)([A-Za-z]{1,3})")
_ROW = re.compile(r"(\$?)([0-9]{1,7})")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_KEPT = _words(
    "ABS AND AVERAGE AVERAGEA AVERAGEIF AVERAGEIFS CEILING CHOOSE CONCAT CONCATENATE CORREL COUNT COUNTA"
    " COUNTBLANK COUNTIF COUNTIFS DATE DATEDIF DATEVALUE DAY DAYS EDATE EOMONTH EVEN EXACT EXP FALSE FIND FIXED"
    " FLOOR FREQUENCY GEOMEAN HLOOKUP HOUR IF IFERROR IFNA IFS INDEX INT ISBLANK ISERR ISERROR ISEVEN ISNA"
    " ISNUMBER ISODD ISTEXT LARGE LEFT LEN LN LOG LOG10 LOOKUP LOWER MATCH MAX MAXIFS MEDIAN MID MIN MINIFS"
    " MINUTE MOD MODE MONTH N NA NETWORKDAYS NOT NOW ODD OR PERCENTILE PERCENTRANK PI POWER PRODUCT PROPER"
    " QUARTILE QUOTIENT RANK REPLACE REPT RIGHT ROUND ROUNDDOWN ROUNDUP ROW ROWS COLUMN COLUMNS SEARCH SECOND"
    " SIGN SMALL SQRT STDEV STDEVP SUBSTITUTE SUBTOTAL SUM SUMIF SUMIFS SUMPRODUCT SUMSQ T TEXT TIME TIMEVALUE"
    " TODAY TRIM TRUE TRUNC UPPER VALUE VAR VARP VLOOKUP WEEKDAY WEEKNUM XOR YEAR YEARFRAC STDEV.S STDEV.P VAR.S"
    " VAR.P RANK.EQ RANK.AVG PERCENTILE.INC QUARTILE.INC MODE.SNGL"
)
"""Functions of formulas that a copy may keep: they look at the cells that their references name and nowhere else."""

_COUNTING = _words(
    "COUNT COUNTA COUNTBLANK COUNTIF COUNTIFS ROW ROWS COLUMN COLUMNS LEN YEAR ISBLANK ISERR ISERROR ISEVEN"
    " ISNA ISNUMBER ISODD ISTEXT RANK RANK.EQ RANK.AVG SIGN MATCH"
)
"""Functions whose result does not give back a value that they look at."""

_STRETCHING = frozenset({"SUMIF", "AVERAGEIF"})


class Area(NamedTuple):
    """Cells that a formula refers to, all numbers from 1, ends inclusive; an empty ``sheet`` is the formula's own.

    ``counted`` says that only a counting function looks at them.
    """

    sheet: str
    row: int
    column: int
    last_row: int
    last_column: int
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Formula:
    """What was found in a formula. ``keepable``: every piece is on the list; ``wild``: it may look anywhere."""

    areas: tuple[Area, ...]
    keepable: bool
    wild: bool
    has_text: bool


def column_number(letters: str) -> int:
    """Return the number from 1 of a column's letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


@lru_cache(maxsize=MAX_COLUMN)
def column_letters(number: int) -> str:
    """Return the letters of column ``number``, counted from 1."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_formula(text: str) -> Formula:
    """Return what the formula ``text`` (without the equals sign) refers to."""
    if len(text) > MAX_FORMULA:
        return Formula((), keepable=False, wild=True, has_text=True)
    return _Reader().read(text)


class _Reader:
    def __init__(self) -> None:
        self._areas: list[Area] = []
        self._within: list[bool] = []
        """For each open bracket whether a counting function stands before it."""
        self._keepable = True
        self._wild = False
        self._stretched = False

    def read(self, text: str) -> Formula:
        sheet = ""
        has_text = False
        for found in _TOKEN.finditer(text):
            kind, piece = found.lastgroup, found.group()
            match kind:
                case "ref" | "columns" | "rows":
                    self._refer(piece, sheet)
                case "function":
                    self._call(piece[:-1].upper().removeprefix("_XLFN."))
                case "open" | "close":
                    self._bracket(opens=kind == "open")
                case "text":
                    has_text = True
                case "other":
                    self._keepable, self._wild = False, True
                case "sign" if {"{", "}"} & set(piece):
                    self._keepable = False
            sheet = _sheet_name(piece) if kind == "sheet" else ""
        areas = _stretch(self._areas) if self._stretched else self._areas
        return Formula(tuple(areas), self._keepable and not self._within, self._wild, has_text)

    def _refer(self, piece: str, sheet: str) -> None:
        area = _area(piece, sheet, counted=any(self._within))
        if area is None:
            self._keepable = False
        else:
            self._areas.append(area)

    def _call(self, name: str) -> None:
        self._within.append(name in _COUNTING)
        self._stretched |= name in _STRETCHING
        if name not in _KEPT:
            self._keepable, self._wild = False, True

    def _bracket(self, *, opens: bool) -> None:
        if opens:
            self._within.append(False)
        elif self._within:
            self._within.pop()
        else:
            self._keepable = False


def _stretch(areas: list[Area]) -> list[Area]:
    """Return ``areas`` as large as the largest: what SUMIF adds up is as large as what it compares."""
    rows = max((area.last_row - area.row for area in areas), default=0)
    columns = max((area.last_column - area.column for area in areas), default=0)
    return [
        area._replace(
            last_row=max(area.last_row, min(area.row + rows, MAX_ROW)),
            last_column=max(area.last_column, min(area.column + columns, MAX_COLUMN)),
        )
        for area in areas
    ]


def _sheet_name(piece: str) -> str:
    name = piece[:-1]
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


def _area(piece: str, sheet: str, *, counted: bool) -> Area | None:
    first, _, last = piece.partition(":")
    ends = []
    for text in (first, last or first):
        if cell := _CELL.fullmatch(text):
            ends.append((int(cell[4]), int(cell[4]), column_number(cell[2]), column_number(cell[2])))
        elif column := _COLUMN.fullmatch(text):
            ends.append((1, MAX_ROW, column_number(column[2]), column_number(column[2])))
        elif row := _ROW.fullmatch(text):
            ends.append((int(row[2]), int(row[2]), 1, MAX_COLUMN))
    rows = [n for end in ends for n in end[:2]]
    columns = [n for end in ends for n in end[2:]]
    if min(rows) < 1 or max(rows) > MAX_ROW or max(columns) > MAX_COLUMN:
        return None
    return Area(sheet, min(rows), min(columns), max(rows), max(columns), counted)


def shift_formula(text: str, rows: int, columns: int) -> str:
    """Return ``text`` as it stands ``rows`` further down and ``columns`` further right (a shared formula, 18.3.1.40).

    A reference that leaves the sheet becomes ``#REF!``.
    """

    def moved(found: re.Match[str]) -> str:
        kind, piece = found.lastgroup, found.group()
        if kind == "ref":
            return ":".join(_moved_cell(cell, rows, columns) for cell in piece.split(":"))
        if kind == "columns":
            return ":".join(_moved(_COLUMN, part, columns) for part in piece.split(":"))
        if kind == "rows":
            return ":".join(_moved(_ROW, part, rows) for part in piece.split(":"))
        return piece

    return _TOKEN.sub(moved, text)


def _moved_cell(piece: str, rows: int, columns: int) -> str:
    found = _CELL.fullmatch(piece)
    if found is None:
        return "#REF!"
    column = _moved(_COLUMN, found[1] + found[2], columns)
    row = _moved(_ROW, found[3] + found[4], rows)
    return "#REF!" if "#REF!" in (column, row) else column + row


def _moved(pattern: re.Pattern[str], piece: str, by: int) -> str:
    found = pattern.fullmatch(piece)
    if found is None:
        return "#REF!"
    if found[1]:
        return piece
    letters = pattern is _COLUMN
    number = (column_number(found[2]) if letters else int(found[2])) + by
    if not 1 <= number <= (MAX_COLUMN if letters else MAX_ROW):
        return "#REF!"
    return column_letters(number) if letters else str(number)
