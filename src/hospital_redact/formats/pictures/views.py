"""The texts that detectors see of a picture: its rows, and its columns with wrapped lines joined."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from hospital_redact.formats.pictures.coverage import COVERED
from hospital_redact.model import Block, Box, Kind, Segment, View, join_blocks

_SAME_COLUMN = 0.5
"""Share of the narrower of two pieces that stands above or below the other in one column."""
_FIELD = re.compile(r"[^:：]{1,8}[:：]")
_ROOM = 2.0
"""Heights of a line by which a wrapped line may end before the right edge of its column."""


@dataclass(eq=False, slots=True)
class _Piece:
    """Characters ``offset`` to ``offset + length`` of a block between tabs, and their box."""

    block: int
    offset: int
    text: str
    page: int
    box: Box
    height: float
    below: _Piece | None = None
    first: bool = True


def views_of(blocks: Sequence[Block], first: int = 0) -> tuple[View, ...]:
    """Return the rows, and where that differs the columns with wrapped lines joined.

    ``blocks`` have boxes in pixels, y downwards, and are those of a document from number ``first`` on.
    """
    rows = join_blocks(blocks, name="lines", numbers=range(first, first + len(blocks)))
    pieces = [piece for number, block in enumerate(blocks, first) for piece in _pieces(number, block)]
    _chain(pieces)
    if not any(piece.below is not None and wraps(piece, piece.below, pieces) for piece in pieces):
        return (rows,)
    return (rows, _columns(pieces))


def _pieces(number: int, block: Block) -> Iterable[_Piece]:
    if block.kind is not Kind.PICTURE:
        return
    offset = 0
    for text in block.text.split("\t"):
        glyphs = [g for g in block.glyphs[offset : offset + len(text)] if g is not None]
        if glyphs:
            boxes = [glyph.box for glyph in glyphs]
            box = Box(
                min(b.x0 for b in boxes), min(b.y0 for b in boxes), max(b.x1 for b in boxes), max(b.y1 for b in boxes)
            )
            yield _Piece(number, offset, text, glyphs[0].page, box, median(b.y1 - b.y0 for b in boxes))
        offset += len(text) + 1


def _chain(pieces: list[_Piece]) -> None:
    """Give each piece the one that goes on below it: next in its column, near and of like height."""
    for piece in pieces:
        candidates = [other for other in pieces if other.page == piece.page and other.first and _goes_on(piece, other)]
        if candidates:
            piece.below = min(candidates, key=lambda p: p.box.y0)
            piece.below.first = False


def _goes_on(piece: _Piece, other: _Piece) -> bool:
    gap = other.box.y0 - piece.box.y1
    common = min(piece.box.x1, other.box.x1) - max(piece.box.x0, other.box.x0)
    narrower = min(piece.box.x1 - piece.box.x0, other.box.x1 - other.box.x0)
    return (
        -0.5 * piece.height < gap < 1.5 * piece.height
        and other.box.y0 > piece.box.y0 + 0.5 * piece.height
        and common > _SAME_COLUMN * narrower
        and max(piece.height, other.height) < 1.5 * min(piece.height, other.height)
    )


def wraps(piece: _Piece, below: _Piece, pieces: Iterable[_Piece]) -> bool:
    """Whether a line goes on in the next: at the right edge of its column, no box there, and no new field below."""
    if _FIELD.match(below.text) or piece.text.endswith((":", "：", COVERED)) or below.text.startswith(COVERED):
        return False
    column = [p for p in pieces if p.page == piece.page and p.box.x0 < piece.box.x1 and p.box.x1 > piece.box.x0]
    edge = max(p.box.x1 for p in column)
    return edge - piece.box.x1 < _ROOM * piece.height and below.box.x0 < piece.box.x0 + 3 * piece.height


def _columns(pieces: Sequence[_Piece]) -> View:
    texts: list[str] = []
    segments: list[Segment] = []
    length = 0
    for start in pieces:
        piece: _Piece | None = start if start.first else None
        while piece is not None:
            segments.append(Segment(length, piece.block, piece.offset, len(piece.text)))
            joined = piece.below is not None and wraps(piece, piece.below, pieces)
            between = "\n"
            if joined and piece.below is not None:
                both = piece.text[-1:] + piece.below.text[:1]
                between = " " if both.isascii() and both.isalpha() else ""
            texts.append(piece.text + between)
            length += len(piece.text) + len(between)
            piece = piece.below
    return View("columns", "".join(texts), tuple(segments))
