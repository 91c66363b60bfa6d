"""The clean copy of a presentation under construction, and what was read on the way; as for Word files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from hospital_redact.formats.ooxml.drafting import OfficeDraft
from hospital_redact.formats.ooxml.package import Element, NewPart
from hospital_redact.formats.pictures import PictureReading
from hospital_redact.model import Block, Kind, Location, TablePosition


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


@dataclass(slots=True, kw_only=True)
class Draft(OfficeDraft):
    """Everything that comes out of reading one file.

    ``live`` are the passages of the copy, slide by slide. Block numbers count ``live`` first, then ``dead``.
    """

    live: list[Passage] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    table_styles: dict[str, str] = field(default_factory=dict)
    """Identifiers of table styles in the copy by those in the source."""

    def say(
        self, text: str, kind: Kind, location: Location, pieces: tuple[Piece, ...], cell: TablePosition | None
    ) -> int:
        """Add a passage and return the number of its block."""
        self.live.append(Passage(Block(text, location, kind, cell), pieces))
        return len(self.live) - 1

    def blocks(self) -> tuple[Block, ...]:
        """Return all blocks, live ones first."""
        return (*(passage.block for passage in self.live), *self.dead)
