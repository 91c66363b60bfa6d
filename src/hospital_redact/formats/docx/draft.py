"""The clean copy under construction, and what was read on the way.

The reader builds the copy while it reads, so that nothing can stand in the copy that it did not read: every
character of a surviving block belongs to a :class:`Piece`, an element of the copy, or to a picture. The writer carries
out the edits on them and packs the parts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from hospital_redact.formats.ooxml.drafting import OfficeDraft
from hospital_redact.formats.ooxml.package import Element, NewPart
from hospital_redact.model import Block, Kind, Location

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


@dataclass(slots=True, kw_only=True)
class Draft(OfficeDraft):
    """Everything that comes out of reading one file.

    ``live`` are the passages of the copy, in reading order. Block numbers count ``live`` first, then ``dead``.
    """

    live: list[Passage] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    """In the order in which they first show; each once, however often it shows."""
    drawings: int = 0
    """Drawings of the copy so far, in all parts."""

    def show(self, text: str, pieces: Iterable[Piece], location: Location, kind: Kind = Kind.PARAGRAPH) -> None:
        """Add a block of text that the copy keeps."""
        self.live.append(Passage(Block(text, location, kind), tuple(pieces)))

    def blocks(self) -> tuple[Block, ...]:
        """Return all blocks, live ones first."""
        return (*(passage.block for passage in self.live), *self.dead)
