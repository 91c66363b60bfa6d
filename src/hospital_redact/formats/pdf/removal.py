"""Which glyphs an edit removes: those under its characters, and those drawn over them once more.

Writer and verifier ask the same question of the same data, the blocks of a document.
"""

from __future__ import annotations

from collections.abc import Iterator

from hospital_redact.errors import PlanError
from hospital_redact.model import Block, Document, Glyph, Kind, RedactionPlan

_CELL = 20
_Grid = dict[tuple[int, str, int, int], list[Glyph]]
"""Removed glyphs by page, text and cell of so many points."""
TWIN = 0.3
"""Share of a glyph's height within which the same character drawn again is a twin (fake bold, a shadow)."""


def glyphs_of(block: Block) -> Iterator[tuple[int, int, Glyph]]:
    """Yield (start, end, glyph) for each glyph of a block; a ligature covers several characters."""
    position = 0 if block.kind is not Kind.PICTURE else len(block.glyphs)  # nothing of a picture is a glyph of the page
    while position < len(block.glyphs):
        glyph = block.glyphs[position]
        end = position + 1
        if glyph is not None:
            # The same object: two glyphs of no size may be equal, side by side.
            while end < len(block.glyphs) and block.glyphs[end] is glyph:
                end += 1
            yield position, end, glyph
        position = end


def removed_characters(document: Document, plan: RedactionPlan) -> dict[int, set[int]]:
    """Return for each block the characters whose glyphs ``plan`` removes.

    Raises PlanError HR404 where an edit points outside the document. An edit of a block that no copy keeps
    removes no glyph: the whole block goes.
    """
    removed: dict[int, set[int]] = {}
    for edit in plan.edits:
        span = edit.span
        if span.block == len(document.blocks):
            continue  # the file name, which the flow adds as the last block
        if span.block >= len(document.blocks) or span.end > len(document.blocks[span.block].text):
            raise PlanError(
                "HR404", "edit {id} points outside the document; make the plan again from this file", id=edit.id
            )
        block = document.blocks[span.block]
        if block.glyphs and block.kind is not Kind.PICTURE:
            removed.setdefault(span.block, set()).update(range(span.start, span.end))
    for number, characters in removed.items():
        for start, end, _ in glyphs_of(document.blocks[number]):
            if any(position in characters for position in range(start, end)):
                characters.update(range(start, end))
    _add_twins(document, removed)
    return removed


def _add_twins(document: Document, removed: dict[int, set[int]]) -> None:
    grid: _Grid = {}
    for number, characters in removed.items():
        block = document.blocks[number]
        for start, end, glyph in glyphs_of(block):
            text = block.text[start:end]
            if start in characters and text.strip():
                place = (glyph.page, text, int(glyph.x // _CELL), int(glyph.y // _CELL))
                grid.setdefault(place, []).append(glyph)
    if not grid:
        return
    pages = {page for page, _, _, _ in grid}
    letters = {text for _, text, _, _ in grid}
    for number, block in enumerate(document.blocks):
        if not block.glyphs or block.location.page not in pages:
            continue
        gone = removed.get(number, set())
        for start, end, glyph in glyphs_of(block):
            text = block.text[start:end]
            if text in letters and start not in gone and _is_twin(glyph, text, grid):
                removed.setdefault(number, set()).update(range(start, end))


def _is_twin(glyph: Glyph, text: str, grid: _Grid) -> bool:
    side = TWIN * _side(glyph)
    columns = {int((glyph.x - side) // _CELL), int((glyph.x + side) // _CELL)}
    rows = {int((glyph.y - side) // _CELL), int((glyph.y + side) // _CELL)}
    for column in columns:
        for row in rows:
            for other in grid.get((glyph.page, text, column, row), ()):
                reach = min(side, TWIN * _side(other))
                if abs(other.x - glyph.x) <= reach and abs(other.y - glyph.y) <= reach:
                    return True
    return False


def _side(glyph: Glyph) -> float:
    """Return the shorter side of a glyph's box, at least a fifth of the longer (an "i" is narrow)."""
    width, height = glyph.box.x1 - glyph.box.x0, glyph.box.y1 - glyph.box.y0
    return max(min(width, height), 0.2 * max(width, height))
