"""From pieces of text to rows and tables: what stands beside each other is one row, rows that align are a table."""

from __future__ import annotations

import math
from typing import NamedTuple

from hospital_redact.formats.pictures.coverage import COVERED
from hospital_redact.formats.pictures.ocr import SPACE, Line
from hospital_redact.model import Block, Box, Glyph, Kind, Location, TablePosition

_SLANT = math.radians(15)
"""A piece that is turned by more against the page is a row of its own."""
_TALLER = 2.5
"""Pieces of one row differ in height by at most this factor."""


class _Piece(NamedTuple):
    """A line, or several that touch, with its extent along and across (``upper`` to ``lower``) the rows of the page."""

    lines: tuple[Line, ...]
    start: float
    end: float
    upper: float
    lower: float
    slanted: bool

    @property
    def height(self) -> float:
        return max(1.0, self.lower - self.upper)


_Row = list[_Piece]


def blocks_of_lines(lines: tuple[Line, ...], part: str, page: int | None) -> tuple[Block, ...]:
    """Return the lines as blocks: one a row, its pieces joined by tabs; one a cell where rows make a table.

    Tables and the block numbers of their heads count from 0 within what is returned.
    """
    rows = _rows([line for line in lines if line.text])
    blocks: list[Block] = []
    table = -1
    for first, last in _tables(rows):
        if last == first:
            location = Location(part, f"picture line {first + 1}", page)
            blocks.append(_block(rows[first], location, page))
            continue
        table += 1
        blocks.extend(
            _cells(rows[first : last + 1], table=table, number=len(blocks), first=first, part=part, page=page)
        )
    return tuple(blocks)


def _rows(lines: list[Line]) -> list[_Row]:
    angle = _angle(lines)
    cos, sin = math.cos(angle), math.sin(angle)
    pieces = [_piece(line, angle, cos, sin) for line in lines]
    rows: list[_Row] = []
    for piece in sorted(pieces, key=lambda p: (p.upper + p.lower) / 2):
        row = next((r for r in reversed(rows[-6:]) if _beside(r, piece)), None)
        if row is None:
            rows.append([piece])
        else:
            row.append(piece)
    rows = [_joined(row) for row in rows]
    rows.sort(key=lambda row: sum(p.upper + p.lower for p in row) / len(row))
    return rows


def _joined(row: _Row) -> _Row:
    """Return a row from left to right, a black box and the text beside it as one piece: so it was before."""
    joined: _Row = []
    for piece in sorted(row, key=lambda p: p.start):
        last = joined[-1] if joined else None
        if last is not None and COVERED in (last.lines[-1].text, piece.lines[0].text):
            gap = (piece.start - last.end) / min(last.height, piece.height)
            if gap < 1:
                lines = (*last.lines, SPACE, *piece.lines)
                joined[-1] = last._replace(lines=lines, end=max(last.end, piece.end))
                continue
        joined.append(piece)
    return joined


def _angle(lines: list[Line]) -> float:
    """Return the direction of the rows in radians: the median of the lines of the quarter with most text.

    Rows of a picture that lies on its side run up or down, those of old Chinese writing down.
    """
    quarters: dict[int, list[tuple[float, float]]] = {}
    for line in lines:
        dx, dy = (float(v) for v in line.quad[1] - line.quad[0])
        angle = math.atan2(dy, dx)
        quarters.setdefault(round(angle / (math.pi / 2)) % 4, []).append((math.hypot(dx, dy), angle))
    if not quarters:
        return 0.0
    most = max(quarters.values(), key=lambda q: sum(length for length, _ in q))
    most.sort(reverse=True)
    longer = sorted(math.remainder(angle - most[0][1], math.tau) for _, angle in most[: (len(most) + 1) // 2])
    return most[0][1] + longer[len(longer) // 2]


def _piece(line: Line, angle: float, cos: float, sin: float) -> _Piece:
    along = [float(x) * cos + float(y) * sin for x, y in line.quad]
    across = [float(y) * cos - float(x) * sin for x, y in line.quad]
    dx, dy = (float(v) for v in line.quad[1] - line.quad[0])
    turned = abs(math.remainder(math.atan2(dy, dx) - angle, math.tau)) > _SLANT
    return _Piece((line,), min(along), max(along), min(across), max(across), turned)


def _beside(row: _Row, piece: _Piece) -> bool:
    """Whether ``piece`` stands on the row: level with the nearest piece of it, of like height, and not over one."""
    if piece.slanted or any(p.slanted for p in row):
        return False
    nearest = min(row, key=lambda p: max(p.start - piece.end, piece.start - p.end))
    common = min(nearest.lower, piece.lower) - max(nearest.upper, piece.upper)
    alike = max(nearest.height, piece.height) <= _TALLER * min(nearest.height, piece.height)
    apart = all(min(p.end, piece.end) - max(p.start, piece.start) < 0.5 * piece.height for p in row)
    return alike and apart and common > 0.5 * min(nearest.height, piece.height)


def _tables(rows: list[_Row]) -> list[tuple[int, int]]:
    """Return (first, last) of each table of at least two rows of several pieces, and of each other row alone."""
    groups: list[tuple[int, int]] = []
    number = 0
    while number < len(rows):
        last = number
        while len(rows[last]) > 1 and last + 1 < len(rows) and _continues(rows[last], rows[last + 1]):
            last += 1
        groups.append((number, last))
        number = last + 1
    return groups


def _continues(row: _Row, following: _Row) -> bool:
    if len(following) < 2 or min(p.upper for p in following) - max(p.lower for p in row) > 3 * row[0].height:
        return False
    aligned = sum(any(_under(p, q) for q in row) for p in following)
    return aligned >= 2 and aligned * 2 >= len(following)


def _under(piece: _Piece, upper: _Piece) -> bool:
    return min(piece.end, upper.end) - max(piece.start, upper.start) > 0.3 * min(
        piece.end - piece.start, upper.end - upper.start
    )


def _cells(rows: list[_Row], *, table: int, number: int, first: int, part: str, page: int | None) -> list[Block]:
    """Return the blocks of a table; ``number`` is that of its first block, ``first`` the row of the page."""
    anchors = max(rows, key=len)
    heads: dict[int, int] = {}
    blocks: list[Block] = []
    for index, row in enumerate(rows):
        columns: dict[int, _Row] = {}
        for piece in row:
            columns.setdefault(_column(piece, anchors), []).append(piece)
        row_head = None
        for place, column in enumerate(sorted(columns)):
            own = number + len(blocks)
            if index == 0:
                heads[column] = own
            cell = TablePosition(table, index, column, heads.get(column) if index else None, row_head)
            if place == 0 and index:
                row_head = own
            location = Location(part, f"picture line {first + index + 1} column {column + 1}", page)
            blocks.append(_block(columns[column], location, page, cell))
    return blocks


def _column(piece: _Piece, anchors: _Row) -> int:
    """Return the number of the anchor that shares most with ``piece``, else of the nearest."""

    def distance(number: int) -> tuple[float, float]:
        anchor = anchors[number]
        shared = min(piece.end, anchor.end) - max(piece.start, anchor.start)
        return -max(0.0, shared), abs(piece.start + piece.end - anchor.start - anchor.end)

    return min(range(len(anchors)), key=distance)


def _block(row: _Row, location: Location, page: int | None, cell: TablePosition | None = None) -> Block:
    text: list[str] = []
    glyphs: list[Glyph | None] = []
    for number, piece in enumerate(row):
        if number:
            text.append("\t")
            glyphs.append(None)
        for line in piece.lines:
            for letter, box in zip(line.text, line.boxes, strict=True):
                x0, y0, x1, y1 = (float(v) for v in box)
                text.append(letter)
                glyphs.append(None if math.isnan(x0) else glyph_at(Box(x0, y0, x1, y1), page))
    return Block("".join(text), location, Kind.PICTURE, cell, glyphs=tuple(glyphs))


def glyph_at(box: Box, page: int | None) -> Glyph:
    """Return the glyph of a character that OCR read in ``box``: pixels from the upper left corner."""
    return Glyph(page or 1, "ocr", 0, box.x0, box.y1, box)
