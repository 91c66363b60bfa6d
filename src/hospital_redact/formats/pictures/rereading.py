"""Whether what OCR reads in a copy is what it read in the source without the edited characters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from hospital_redact.formats.base import Difference
from hospital_redact.formats.pictures.coverage import COVERED
from hospital_redact.model import Block, Box, Document, Edit, Kind, RedactionPlan, edits_by_block

_LOST = 6
"""Characters in a row that a second reading must not miss; fewer may be read otherwise beside a box."""

_Character = tuple[int, int, str, str, Box, int]
"""Block, offset, character, picture, box and page."""


def compare_read(
    source: Document, plan: RedactionPlan, copy: Document, covered: Mapping[int, Sequence[Box]] = MappingProxyType({})
) -> Iterator[Difference]:
    """Yield what a second reading of the pictures finds under a box, and where it differs in pictures without one.

    Two readings of a picture in which something is painted over need not be the same letter by letter; that nothing
    else has changed in it is proved by the pixels (``Format.compare_pictures``). ``covered`` are boxes, by page, under
    which the plan removes more: what a scan shows below its text layer.
    """
    edits = edits_by_block(plan.edits)
    before = list(_characters(source.blocks))
    gone = [c for c in before if _is_edited(c, edits)]
    stay = [c for c in before if not _is_edited(c, edits) and not _is_covered(c, source, covered)]
    found = list(_characters(copy.blocks))
    yield from _still_there(gone, found)
    painted = {c[3] for c in gone}
    for what, missed in (
        ("text of a picture that was to stay is missing", _missed(stay, found)),
        ("a picture has text that the source does not have", _missed(found, before)),
    ):
        for where, page in sorted(missed):
            if where not in painted and page not in covered:
                yield Difference(where, what)


def _characters(blocks: Iterable[Block]) -> Iterator[_Character]:
    for number, block in enumerate(blocks):
        if block.kind is Kind.PICTURE:
            for offset, (letter, glyph) in enumerate(zip(block.text, block.glyphs, strict=True)):
                if glyph is not None and not letter.isspace() and letter != COVERED:
                    yield number, offset, letter, f"{block.location.part}, page {glyph.page}", glyph.box, glyph.page


def _is_edited(character: _Character, edits: dict[int, list[Edit]]) -> bool:
    number, offset = character[:2]
    return any(edit.span.start <= offset < edit.span.end for edit in edits.get(number, ()))


def _is_covered(character: _Character, source: Document, covered: Mapping[int, Sequence[Box]]) -> bool:
    number, offset, _, _, box, _ = character
    glyph = source.blocks[number].glyphs[offset]
    boxes = covered.get(glyph.page, ()) if glyph is not None else ()
    return any(_common(box, other) > 0.2 * _area(box) for other in boxes)


class _Places:
    """Characters by where they stand, to ask which of them share a place."""

    _CELL = 32

    def __init__(self, characters: Iterable[_Character]) -> None:
        self._cells: dict[tuple[str, int, int], list[_Character]] = {}
        for character in characters:
            for key in self._keys(character):
                self._cells.setdefault(key, []).append(character)

    def _keys(self, character: _Character) -> Iterator[tuple[str, int, int]]:
        picture, box = character[3:5]
        for column in range(int(box.x0) // self._CELL, int(box.x1) // self._CELL + 1):
            for row in range(int(box.y0) // self._CELL, int(box.y1) // self._CELL + 1):
                yield picture, column, row

    def under(self, character: _Character, share: float) -> Iterator[_Character]:
        """Yield those that cover at least ``share`` of the character, or it them."""
        for key in self._keys(character):
            for other in self._cells.get(key, ()):
                if _common(character[4], other[4]) >= share * min(_area(character[4]), _area(other[4])):
                    yield other


def _area(box: Box) -> float:
    return max(1.0, (box.x1 - box.x0) * (box.y1 - box.y0))


def _common(one: Box, other: Box) -> float:
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.y1, other.y1) - max(one.y0, other.y0)
    return max(0.0, across) * max(0.0, down)


def _still_there(gone: list[_Character], found: list[_Character]) -> Iterator[Difference]:
    """Yield a difference for each picture in which an edited character is read again in its place.

    Another character may be read into a box; that it is of one colour is proved by its pixels.
    """
    places = _Places(gone)

    def stands(character: _Character) -> bool:
        half = _area(character[4]) / 2
        rivals = (other for other in places.under(character, 0.5) if other[2] == character[2])
        return any(_common(character[4], other[4]) >= half for other in rivals)

    for where in sorted({c[3] for c in found if stands(c)}):
        yield Difference(where, "a character that was to go can still be read")


def _missed(wanted: list[_Character], found: list[_Character]) -> set[tuple[str, int]]:
    """Return the pictures, each with its page, in which several of ``wanted`` in a row have none of ``found`` there."""
    places = _Places(found)
    missed: set[tuple[str, int]] = set()
    run = 0
    last = (-1, -1)
    for character in wanted:
        number, offset = character[:2]
        missing = next(places.under(character, 0.3), None) is None
        run = (run if last == (number, offset - 1) else 0) + 1 if missing else 0
        if run >= _LOST:
            missed.add((character[3], character[5]))
        last = (number, offset)
    return missed
