"""From glyphs to lines: groups by direction and baseline, gaps as spaces and tabs, columns, and the joined lines.

All measures are relative to the font size. Writing direction is taken from each glyph, so that vertical and
rotated text forms lines in its own frame: ``along`` grows in the direction of writing, ``up`` to its left.
"""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from statistics import median

from hospital_redact.formats.pdf.content import Drawn
from hospital_redact.formats.pdf.tables import Grid
from hospital_redact.model import Box

BASELINE = 0.4
"""Glyphs whose baselines differ by less than this share of the font size stand on one line."""
OVERLAP = 0.5
"""A glyph covering more than this share of another starts a layer of its own (text on text, fake bold)."""
WORD_GAP = 0.15
"""Gap in ems from which a space is put between two glyphs."""
MIXED_WORD_GAP = 0.35
"""The same between a full-width character and a letter or digit, where programs put a quarter of an em."""
WIDE_WORD_GAP = 0.5
"""The same between two full-width characters, which kerning spreads."""
TAB_GAP = 1.5
COVERED = "\u2588"
"""How a dark box in a line reads: a full block."""
NO_GLYPH = -1
MAX_COVERED = 5_000
MIN_COLUMN_LINES = 8
"""Lines beside each other from which a gutter is taken for one between columns."""


@dataclass(eq=False, slots=True)
class Line:
    """One geometric line. ``glyphs`` holds, for each character of ``text``, the index of its glyph or ``None``.

    ``start``, ``end`` and ``up`` are in the frame of the direction ``angle`` (whole degrees); ``first`` is the
    lowest index of its glyphs in drawing order. ``cell`` is the table of the page (counted from the top), the row and
    the column in which it stands.
    """

    page: int
    angle: int
    text: str
    glyphs: list[int | None]
    start: float
    end: float
    up: float
    em: float
    first: int
    box: Box
    cell: tuple[int, int, int] | None = None


class _Placed:
    """A glyph in the frame of its direction."""

    __slots__ = ("along", "em", "end", "glyph", "index", "up")

    @property
    def text(self) -> str:
        """What the glyph shows."""
        return self.glyph.text

    def __init__(self, index: int, glyph: Drawn, cos: float, sin: float) -> None:
        self.index = index
        self.glyph = glyph
        self.em = glyph.run.em or 1.0
        x, y = glyph.x, glyph.y
        if glyph.run.font.vertical:
            # The recorded origin is the one of horizontal writing; the line runs through the cell's middle.
            self.along = x * cos + y * sin - glyph.run.font.ascent * self.em
            self.up = -x * sin + y * cos
            self.end = self.along + glyph.advance
        else:
            self.along = x * cos + y * sin
            self.up = -x * sin + y * cos
            self.end = self.along + glyph.advance


def build_lines(
    page: int,
    glyphs: list[Drawn],
    boxes: list[Box] | None = None,
    dark: Sequence[Box] = (),
    indexes: Iterable[int] | None = None,
    *,
    grids: Sequence[Grid] = (),
) -> list[Line]:
    """Return the lines of a page from top to bottom, columns one after the other. Every glyph is in one line.

    What stands in the tables ``grids`` forms lines by cell, row by row.

    ``indexes`` are those of the glyphs that count, all without them.

    ``boxes`` are those of the glyphs, where the caller has them. A rectangle of ``dark`` that stands in a line like
    a word reads as :data:`COVERED`, as it does to a person: else what stands on its two sides would meet.
    """
    boxes = boxes if boxes is not None else [glyph.box for glyph in glyphs]
    groups: dict[int, list[_Placed]] = {}
    frames: dict[tuple[float, float], tuple[int, float, float]] = {}
    for index in _numbers(len(glyphs)) if indexes is None else indexes:
        glyph = glyphs[index]
        direction = (glyph.run.ux, glyph.run.uy)
        frame = frames.get(direction)
        if frame is None:
            angle = round(math.degrees(math.atan2(direction[1], direction[0]))) % 360
            radians = math.radians(angle)
            frame = frames[direction] = (angle, math.cos(radians), math.sin(radians))
        placed = _Placed(index, glyph, frame[1], frame[2])
        group = groups.setdefault(frame[0], [])
        if group and _is_accent(glyph.text) and abs(placed.along - group[-1].end) < placed.em:
            # It stands over the letter drawn before it, wherever its origin is.
            placed.along, placed.end = group[-1].along, group[-1].end
        group.append(placed)
    if groups.get(0):
        groups[0].extend(_covered(groups[0], dark))
    cells: dict[tuple[int, int, int], list[_Placed]] = {}
    if groups.get(0) and grids:
        groups[0] = _part_cells(groups[0], grids, cells)
    lines: list[Line] = []
    for angle in sorted(groups, key=lambda a: -len(groups[a])):
        pieces = _columns(_separate(groups[angle]))
        lines.extend(line for piece in pieces if (line := _line(page, angle, piece, boxes)) is not None)
    for number in reversed(range(len(grids))):
        inside = [
            replace(line, cell=place)
            for place in sorted(place for place in cells if place[0] == number)
            for piece in _separate(cells[place])
            if (line := _line(page, 0, piece, boxes)) is not None
        ]
        top = grids[number].rows[0]
        at = next((n for n, line in enumerate(lines) if line.angle or line.up < top), len(lines))
        lines[at:at] = inside
    return lines


_known_numbers: list[int] = []


def _numbers(count: int) -> Iterable[int]:
    """Return the numbers from 0 to ``count``, the same objects for each page: every character keeps one."""
    _known_numbers.extend(range(len(_known_numbers), count))
    return islice(_known_numbers, count)


def _is_accent(text: str) -> bool:
    return bool(text) and not text.isascii() and all(map(unicodedata.combining, text))


def _part_cells(
    placed: list[_Placed], grids: Sequence[Grid], cells: dict[tuple[int, int, int], list[_Placed]]
) -> list[_Placed]:
    """Put into ``cells`` what stands in a table, by table, row and column; return the rest."""
    rest: list[_Placed] = []
    for glyph in placed:
        x, y = (glyph.along + glyph.end) / 2, glyph.up + 0.3 * glyph.em
        for number, grid in enumerate(grids):
            place = grid.cell(x, y)
            if place is not None:
                cells.setdefault((number, *place), []).append(glyph)
                break
        else:
            rest.append(glyph)
    return rest


def _separate(placed: list[_Placed]) -> list[list[_Placed]]:
    """Return the rows of glyphs of one direction, texts that lie on each other apart."""
    rows: list[list[_Placed]] = []
    for row in _rows(placed):
        rows.extend([row] if not _overlaps(row) else [r for layer in _layers(row) for r in _rows(layer)])
    return rows


class _Covered(_Placed):
    """A dark box in the place of a word: it has no glyph, and index -1."""

    __slots__ = ("box",)

    def __init__(self, box: Box, usual: float) -> None:
        self.index = NO_GLYPH
        self.box = box
        self.along, self.end = box.x0, box.x1
        # A box reaches from the descent to the ascent of the text that was there.
        self.em = min((box.y1 - box.y0) / 1.2, usual)
        self.up = box.y0 + 0.25 * self.em

    @property
    def text(self) -> str:
        return COVERED


def _covered(placed: list[_Placed], dark: Sequence[Box]) -> list[_Placed]:
    """Return the dark boxes of about a line's height that cover no glyph."""
    if not dark:
        return []
    size = median(glyph.em for glyph in placed)
    seen = (glyph for glyph in placed if glyph.text.strip())  # a box may lie on a space that stays
    centres = sorted((glyph.up + 0.3 * glyph.em, (glyph.along + glyph.end) / 2) for glyph in seen)
    found: list[_Placed] = []
    for box in dict.fromkeys(dark):
        if not (0.6 * size <= box.y1 - box.y0 <= 2.5 * size and box.x1 - box.x0 >= 0.4 * size):
            continue
        first = bisect_left(centres, (box.y0, -math.inf))
        beside = islice(centres, first, bisect_right(centres, (box.y1, math.inf)))
        covers = any(box.x0 <= x <= box.x1 for _, x in beside)
        if not covers:
            found.append(_Covered(box, size))
        if len(found) >= MAX_COVERED:
            break
    return found


def _rows(placed: list[_Placed]) -> list[list[_Placed]]:
    """Return the glyphs of one direction by baseline, from top to bottom, each row in the order of writing."""
    rows: list[list[_Placed]] = []
    reference = size = 0.0
    for glyph in sorted(placed, key=lambda p: (-p.up, p.along)):
        if rows and abs(reference - glyph.up) <= BASELINE * min(size, max(glyph.em, 0.5 * size)):
            rows[-1].append(glyph)
            size = max(size, glyph.em)
        else:
            rows.append([glyph])
            reference, size = glyph.up, glyph.em
    for row in rows:
        row.sort(key=lambda p: (p.along, p.index))
    return rows


def _overlaps(row: list[_Placed]) -> bool:
    """Whether glyphs of a row lie on each other: a quick look, so that most rows need no more."""
    end, width = -math.inf, 0.0
    for glyph in row:
        own = glyph.end - glyph.along
        if own <= 0 or glyph.text.isspace():
            continue
        if end - glyph.along > OVERLAP * min(width, own):
            return True
        end, width = glyph.end, own
    return False


def _layers(placed: list[_Placed]) -> list[list[_Placed]]:
    """Part glyphs that lie on each other, by drawing order, so that two texts on one spot do not interleave."""
    cells: dict[tuple[int, int], list[tuple[int, _Placed]]] = {}
    layers: list[list[_Placed]] = [[]]
    for glyph in sorted(placed, key=lambda p: p.index):
        width = glyph.end - glyph.along
        column, row = int(glyph.along // 20), int(glyph.up // 20)
        taken = 0
        if width > 0 and glyph.text.strip():
            hits: set[int] = set()
            for dx in (-1, 0, 1):
                for dy in (-1, 0, 1):
                    for layer, other in cells.get((column + dx, row + dy), ()):
                        if abs(other.up - glyph.up) > 0.3 * min(other.em, glyph.em):
                            continue
                        shared = min(other.end, glyph.end) - max(other.along, glyph.along)
                        if shared > OVERLAP * min(width, other.end - other.along):
                            hits.add(layer)
            while taken in hits:
                taken += 1
            cells.setdefault((column, row), []).append((taken, glyph))
        if taken == len(layers):
            layers.append([])
        layers[taken].append(glyph)
    return layers


def _columns(rows: list[list[_Placed]]) -> list[list[_Placed]]:
    """Split rows at gutters between columns of running text; the left column comes first."""
    pieces: list[list[_Placed]] = []
    block: list[list[_Placed]] = []
    gutter: tuple[float, float] | None = None
    for row in rows:
        gaps = _gaps(row)
        if gutter is not None:
            shared = [(max(g[0], gutter[0]), min(g[1], gutter[1])) for g in gaps]
            shared = [g for g in shared if g[1] - g[0] > 0.5 * row[0].em]
            beside = row[-1].end <= gutter[1] or row[0].along >= gutter[0]
            if shared or beside:
                block.append(row)
                gutter = shared[0] if shared else gutter
                continue
            pieces.extend(_split(block, gutter))
            block, gutter = [], None
        wide = [g for g in gaps if g[1] - g[0] > row[0].em]
        if len(wide) == 1:
            gutter, block = wide[0], [row]
        else:
            pieces.append(row)
    if gutter is not None:
        pieces.extend(_split(block, gutter))
    return pieces


def _gaps(row: list[_Placed]) -> list[tuple[float, float]]:
    gaps: list[tuple[float, float]] = []
    end = row[0].end
    for glyph in row[1:]:
        if glyph.text.isspace():
            continue
        if glyph.along - end > 0.8 * glyph.em:
            gaps.append((end, glyph.along))
        end = max(end, glyph.end)
    return gaps


def _split(block: list[list[_Placed]], gutter: tuple[float, float]) -> list[list[_Placed]]:
    """Split a block of rows at its gutter where both sides are running text; else return the rows whole."""
    middle = (gutter[0] + gutter[1]) / 2
    left = [[g for g in row if g.along < middle] for row in block]
    right = [[g for g in row if g.along >= middle] for row in block]
    if not all(_running(side, opposite) for side, opposite in ((left, right), (right, left))):
        return block
    return [row for row in left if row] + [row for row in right if row]


def _running(side: list[list[_Placed]], opposite: list[list[_Placed]]) -> bool:
    """Whether one side of a gutter is running text: enough lines, and most of them full."""
    both = [row for row, other in zip(side, opposite, strict=True) if row and other]
    if len(both) < MIN_COLUMN_LINES:
        return False
    lengths = sorted(row[-1].end - row[0].along for row in both)
    full = lengths[len(lengths) * 4 // 5]
    long = sum(length > 0.75 * full for length in lengths)
    return long > 0.6 * len(lengths) and full > 12 * both[0][0].em


def _line(page: int, angle: int, row: list[_Placed], all_boxes: list[Box]) -> Line | None:
    text: list[str] = []
    indexes: list[int | None] = []
    previous: _Placed | None = None
    for placed in row:
        shown = placed.text
        if previous is not None:
            gap = _gap_text(previous, placed)
            if (gap and not (text[-1].isspace() or shown[:1].isspace())) or gap == "\t":
                text.append(gap)
                indexes.append(None)
        if shown:
            # A glyph of several characters (a ligature) stands under each of them.
            clean = shown.translate(_CONTROLS)
            text.extend(clean)
            indexes.extend([placed.index if placed.index != NO_GLYPH else None] * len(clean))
        else:
            text.append("\N{REPLACEMENT CHARACTER}")
            indexes.append(placed.index)
        if previous is None or placed.end >= previous.end or not shown.isspace():
            previous = placed
    if not text:
        return None
    shapes = [p.box if isinstance(p, _Covered) else all_boxes[p.index] for p in row]
    lefts, bottoms, rights, tops = zip(*shapes, strict=True)
    sizes = sorted(p.em for p in row if p.index != NO_GLYPH) or sorted(p.em for p in row)
    return Line(
        page,
        angle,
        "".join(text),
        indexes,
        row[0].along,
        max(p.end for p in row),
        row[0].up,
        sizes[len(sizes) // 2],
        min((p.index for p in row if p.index != NO_GLYPH), default=NO_GLYPH),
        Box(min(lefts), min(bottoms), max(rights), max(tops)),
    )


_CONTROLS = {9: " ", 10: " ", 13: " ", 0x2028: " ", 0x2029: " "}


def _gap_text(before: _Placed, after: _Placed) -> str:
    """Return what stands for the gap between two glyphs of a line: nothing, a space or a tab."""
    gap = after.along - before.end
    em = min(before.em, after.em) if before.em and after.em else max(before.em, after.em)
    if gap <= WORD_GAP * em:  # as nearly everywhere
        return ""
    if gap > TAB_GAP * max(before.em, after.em):
        return "\t"
    wide = _is_wide(before.text) + _is_wide(after.text)
    return " " if gap > (WORD_GAP, MIXED_WORD_GAP, WIDE_WORD_GAP)[wide] * em else ""


def _is_wide(text: str) -> bool:
    return bool(text) and (
        "\u2e80" <= text[0] <= "\u9fff" or "\uf900" <= text[0] <= "\ufaff" or "\uff00" <= text[0] <= "\uff60"
    )


def continues(line: Line, following: Line) -> bool:
    """Whether ``following`` may be the same paragraph or cell, wrapped: a value may run over the line end.

    Lenient on purpose: joining too much adds a text that detectors see once more, joining too little hides a
    value. A line that ends a sentence is not joined, since no value holds a full stop.
    """
    if (line.page, line.angle, line.cell) != (following.page, following.angle, following.cell):
        return False
    size = max(line.em, following.em)
    drop = line.up - following.up
    if not 0.5 * size < drop < 2.6 * size or abs(line.em - following.em) > 0.25 * size:
        return False
    if following.start > line.end or following.end < line.start:
        return False
    if following.end > line.end + 8 * size or following.start > line.start + 4 * size:
        return False
    return line.text.rstrip()[-1:] not in "。；！？!?;"


def hyphenated(line: str, following: str) -> bool:
    """Whether ``line`` ends in a hyphen that only the line end put there: a letter before it, a small one after."""
    ending = line.rstrip()
    return len(ending) > 1 and ending[-1] in "-\u00ad\u2010" and ending[-2].isalpha() and following[:1].islower()
