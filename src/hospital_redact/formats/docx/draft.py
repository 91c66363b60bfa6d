"""The clean copy under construction, and what was read on the way.

The reader builds the copy while it reads, so that nothing can stand in the copy that it did not read: every
character of a surviving block belongs to a :class:`Piece`, an element of the copy. The writer carries out the
edits on the pieces and packs the parts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from hospital_redact.formats.ooxml.package import Element, NewPart
from hospital_redact.model import Block, Kind, Location, RemovedPart, TablePosition, Unread


class Piece(NamedTuple):
    """Characters of a block and the element of the copy that shows them (``w:t``, ``w:tab``, ``w:sym`` …)."""

    element: Element
    text: str


class Passage(NamedTuple):
    """A block and its pieces; the texts of the pieces joined are that of the block. Dead ones have none."""

    block: Block
    pieces: tuple[Piece, ...] = ()


class Picture(NamedTuple):
    """A picture of the copy that stays only if ``unread`` is accepted; ``target`` is its part's name."""

    unread: Unread
    element: Element
    part: NewPart
    target: str


@dataclass(slots=True)
class Draft:
    """Everything that comes out of reading one file.

    ``live`` are the passages of the copy, in reading order; ``dead`` what no copy keeps. Block numbers count
    ``live`` first, then ``dead``, so that those of the copy do not depend on what was left out.
    """

    live: list[Passage] = field(default_factory=list)
    dead: list[Block] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    dropped: Counter[tuple[str, str]] = field(default_factory=Counter)
    parts: list[NewPart] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    tables: int = 0
    """Tables of the copy so far, in all parts: their numbers are those of the cells' positions."""

    def bury(self, text: str, kind: Kind, location: Location, cell: TablePosition | None = None) -> None:
        """Add a block of text that no copy keeps, unless it is blank."""
        if text.strip():
            self.dead.append(Block(text, location, kind, cell, survives=False))

    def drop(self, what: str, part: str, count: int = 1) -> None:
        """Count something that no copy keeps."""
        self.dropped[what, part] += count

    def blocks(self) -> tuple[Block, ...]:
        """Return all blocks, live ones first."""
        return (*(passage.block for passage in self.live), *self.dead)

    def removed(self) -> tuple[RemovedPart, ...]:
        """Return what no copy keeps, counted."""
        return tuple(RemovedPart(what, part, count) for (what, part), count in sorted(self.dropped.items()))
