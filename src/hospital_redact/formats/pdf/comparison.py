"""Rule 1 for PDF: the glyphs of the copy are those of the source without the removed ones, each in its place."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from hospital_redact.formats.base import Difference
from hospital_redact.formats.pdf.labels import LabelPlaces
from hospital_redact.formats.pdf.removal import glyphs_of, removed_characters
from hospital_redact.model import Document, RedactionPlan

TOLERANCE = 0.02
"""Points by which an origin may differ: rounding of numbers in content streams."""

_PICTURES = frozenset({"image", "photo", "unclear_text", "barcode"})
_Found = tuple[int, str, float, float]
"""Code, text, x and y of a glyph."""


def compare_documents(source: Document, plan: RedactionPlan, copy: Document) -> Iterator[Difference]:
    """Yield each difference between ``copy`` and ``source`` with ``plan`` applied."""
    removed = removed_characters(source, plan)
    before, after = _blocks_by_page(source), _blocks_by_page(copy)
    labels = LabelPlaces(source, plan)
    for page in sorted(before.keys() | after.keys()):
        # One page at a time: a file may have millions of glyphs.
        wanted, found = _drawn(source, before.get(page, ()), removed), _drawn(copy, after.get(page, ()), {})
        missing, left = _unmatched(wanted, found)
        extra = sum(not labels.hold(page, text, x, y) for _, text, x, y in left)
        if missing:
            yield Difference(f"page {page}", f"{missing} glyphs that were to stay are missing or have moved")
        if extra:
            yield Difference(f"page {page}", f"{extra} glyphs that were to go, or that nobody planned, are there")
    hidden = sum(not block.survives for block in copy.blocks)
    if hidden:
        yield Difference("document", f"{hidden} texts that no copy keeps are still there", hidden=True)
    # What a picture shows is compared by its pixels; a box in it may make another word of it.
    unread = [
        Counter((u.what, u.location.page) for u in document.unread if u.what not in _PICTURES)
        for document in (source, copy)
    ]
    for what, where in sorted(unread[1] - unread[0], key=str):
        yield Difference(f"page {where}", f"the copy shows something unread that the source does not ({what})")


def _blocks_by_page(document: Document) -> dict[int, list[int]]:
    """Return the numbers of the blocks with glyphs by page."""
    pages: dict[int, list[int]] = defaultdict(list)
    for number, block in enumerate(document.blocks):
        if block.glyphs and block.location.page is not None:
            pages[block.location.page].append(number)
    return pages


def _drawn(document: Document, numbers: Iterable[int], removed: dict[int, set[int]]) -> list[_Found]:
    found: list[_Found] = []
    for number in numbers:
        block, gone = document.blocks[number], removed.get(number, ())
        for start, end, glyph in glyphs_of(block):
            if start not in gone:
                found.append((glyph.code, block.text[start:end], glyph.x, glyph.y))
    return found


def _unmatched(wanted: list[_Found], found: list[_Found]) -> tuple[int, list[_Found]]:
    """Return how many of the first, and which of the second, have no partner of the same code, text and place."""
    grid: dict[tuple[int, str, int, int], list[_Found]] = defaultdict(list)
    for one in found:
        grid[one[0], one[1], round(one[2]), round(one[3])].append(one)
    missing = 0
    for code, text, x, y in wanted:
        if not _take(grid, code, text, x, y):
            missing += 1
    return missing, [one for cell in grid.values() for one in cell]


def _take(grid: dict[tuple[int, str, int, int], list[_Found]], code: int, text: str, x: float, y: float) -> bool:
    # Two roundings of a coordinate at most: just below and just above.
    for column in {round(x - TOLERANCE), round(x + TOLERANCE)}:
        for row in {round(y - TOLERANCE), round(y + TOLERANCE)}:
            cell = grid.get((code, text, column, row), [])
            for index, one in enumerate(cell):
                if abs(one[2] - x) <= TOLERANCE and abs(one[3] - y) <= TOLERANCE:
                    del cell[index]
                    return True
    return False
