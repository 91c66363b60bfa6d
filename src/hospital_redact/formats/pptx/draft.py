"""The clean copy of a presentation under construction, and what was read on the way; as for Word files."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from hospital_redact.formats.ooxml.package import Element, NewPart
from hospital_redact.formats.pictures import PictureReading
from hospital_redact.model import Block, Kind, Location, RemovedPart, TablePosition, Unread


class Piece(NamedTuple):
    """Characters of a block and the element of the copy that shows them (``a:t``, ``a:br``, a chart's text)."""

    element: Element
    text: str


class Passage(NamedTuple):
    """A block and its pieces; the texts of the pieces joined are that of the block. Lines of pictures have none."""

    block: Block
    pieces: tuple[Piece, ...] = ()


@dataclass(slots=True)
class Picture:
    """A picture file of the copy: its part, the bytes in the source, what was read in it.

    Its lines are blocks from ``first`` on. ``uses`` are the elements that show it, in the copy.
    """

    part: NewPart
    data: bytes
    reading: PictureReading
    first: int
    uses: list[Element] = field(default_factory=list)


@dataclass(slots=True)
class Draft:
    """Everything that comes out of reading one file.

    ``live`` are the passages of the copy, slide by slide; ``dead`` what no copy keeps. Block numbers count ``live``
    first, then ``dead``, so that those of the copy do not depend on what was left out.
    """

    live: list[Passage] = field(default_factory=list)
    dead: list[Block] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    dropped: Counter[tuple[str, str]] = field(default_factory=Counter)
    parts: list[NewPart] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    tables: int = 0
    table_styles: dict[str, str] = field(default_factory=dict)
    """Identifiers of table styles in the copy by those in the source."""

    def say(
        self, text: str, kind: Kind, location: Location, pieces: tuple[Piece, ...], cell: TablePosition | None
    ) -> int:
        """Add a passage and return the number of its block."""
        self.live.append(Passage(Block(text, location, kind, cell), pieces))
        return len(self.live) - 1

    def bury(self, text: str, kind: Kind, location: Location) -> None:
        """Add a block of text that no copy keeps, unless it is blank."""
        if text.strip():
            self.dead.append(Block(text, location, kind, survives=False))

    def drop(self, what: str, part: str, count: int = 1) -> None:
        """Count something that no copy keeps."""
        self.dropped[what, part] += count

    def blocks(self) -> tuple[Block, ...]:
        """Return all blocks, live ones first."""
        return (*(passage.block for passage in self.live), *self.dead)

    def removed(self) -> tuple[RemovedPart, ...]:
        """Return what no copy keeps, counted."""
        return tuple(RemovedPart(what, part, count) for (what, part), count in sorted(self.dropped.items()))
