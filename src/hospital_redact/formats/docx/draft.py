"""The clean copy under construction, and what was read on the way.

The reader builds the copy while it reads, so that nothing can stand in the copy that it did not read: every
character of a surviving block belongs to a :class:`Piece`, an element of the copy, or to a picture. The writer carries
out the edits on them and packs the parts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from hospital_redact.formats.ooxml.package import Element, NewPart
from hospital_redact.model import Block, Kind, Location, RemovedPart, TablePosition, Unread

if TYPE_CHECKING:  # loads numpy, which most files do not need
    from hospital_redact.formats.pictures import PictureReading


class Piece(NamedTuple):
    """Characters of a block and the element of the copy that shows them (``w:t``, ``w:tab``, ``w:sym`` …)."""

    element: Element
    text: str


@dataclass(slots=True)
class Image:
    """A picture of the copy: its ``part``, ``data`` (a picture file, as much of it as shows) and what it says.

    It stays only if all that is unread in it is accepted. ``places`` are the elements that show it.
    """

    part: NewPart
    data: bytes
    reading: PictureReading
    places: list[Element] = field(default_factory=list)


class Passage(NamedTuple):
    """A block and its pieces; the texts of the pieces joined are that of the block. Dead ones have none.

    A line in a picture has no piece but its ``image`` and its number there (``line``).
    """

    block: Block
    pieces: tuple[Piece, ...] = ()
    image: Image | None = None
    line: int = 0


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
    images: list[Image] = field(default_factory=list)
    """In the order in which they first show; each once, however often it shows."""
    tables: int = 0
    """Tables of the copy so far, in all parts: their numbers are those of the cells' positions."""
    drawings: int = 0
    """Drawings of the copy so far, in all parts."""

    def bury(self, text: str, kind: Kind, location: Location, cell: TablePosition | None = None) -> None:
        """Add a block of text that no copy keeps, unless it is blank."""
        if text.strip():
            self.dead.append(Block(text, location, kind, cell, survives=False))

    def show(self, text: str, pieces: Iterable[Piece], location: Location, kind: Kind = Kind.PARAGRAPH) -> None:
        """Add a block of text that the copy keeps."""
        self.live.append(Passage(Block(text, location, kind), tuple(pieces)))

    def drop(self, what: str, part: str, count: int = 1) -> None:
        """Count something that no copy keeps."""
        self.dropped[what, part] += count

    def blocks(self) -> tuple[Block, ...]:
        """Return all blocks, live ones first."""
        return (*(passage.block for passage in self.live), *self.dead)

    def removed(self) -> tuple[RemovedPart, ...]:
        """Return what no copy keeps, counted."""
        return tuple(RemovedPart(what, part, count) for (what, part), count in sorted(self.dropped.items()))
