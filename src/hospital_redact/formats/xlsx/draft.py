"""The clean copy under construction: sheets with their cells, and what was read on the way.

Every text of the copy stands in a :class:`Cell`, a :class:`Margin` or a sheet's name, each with the number of the
block that holds it, so that nothing can stand in the copy that was not read.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from hospital_redact.formats.ooxml.drafting import OfficeDraft
from hospital_redact.formats.ooxml.package import Element, NewPart
from hospital_redact.formats.pictures import PictureReading
from hospital_redact.formats.xlsx.strings import Run
from hospital_redact.formats.xlsx.styles import Styles
from hospital_redact.model import Block, Kind, Location, TablePosition


class Cell(NamedTuple):
    """A cell of the copy: ``column`` from 1, ``style`` its index, ``shown`` how it reads.

    ``kind`` is ``n`` (number), ``b`` (logical), ``e`` (error), ``t`` (text) or empty; ``raw`` what is stored of the
    first three. ``formula`` is one that a copy may keep. ``block`` is the number of its block, -1 without one; -2 for
    the first stored block, -3 for the second, where a formula shows nothing yet.
    """

    column: int
    style: int
    kind: str = ""
    shown: str = ""
    raw: str = ""
    formula: str = ""
    runs: tuple[Run, ...] = ()
    block: int = -1


class Row(NamedTuple):
    """A row of the copy: ``number`` from 1 and its attributes as XML."""

    number: int
    attributes: str
    cells: list[Cell]


class Margin(NamedTuple):
    """A third of a page header or footer: ``tag`` (``oddHeader``), ``side`` (``L``), its pieces and block number.

    A piece is text, or a code (``&P``) of which the block shows one sign.
    """

    tag: str
    side: str
    pieces: tuple[tuple[str, str], ...]
    block: int


@dataclass(slots=True)
class Sheet:
    """A sheet of the copy. ``number`` counts the sheets of the copy from 1; ``name_block`` is its name's block."""

    number: int
    name: str
    name_block: int
    rows: list[Row] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    """Elements before the cells, as XML."""
    after: list[str] = field(default_factory=list)
    """Elements behind the cells up to the page setup, as XML."""
    setup: list[str] = field(default_factory=list)
    """Page setup."""
    breaks: list[str] = field(default_factory=list)
    margins: list[Margin] = field(default_factory=list)
    margin_attributes: str = ""
    drawing: NewPart | None = None
    lost_formulas: int = 0
    """Formulas that become values because of the plan."""
    print_names: list[tuple[str, list[str]]] = field(default_factory=list)
    """Print areas and titles: the built-in name and its ranges."""


@dataclass(slots=True)
class Image:
    """A picture of the copy: its ``part``, ``data`` (a picture file, as much of it as shows) and what it says.

    It stays only if all that is unread in it is accepted. ``places`` are the elements that show it.
    """

    part: NewPart
    data: bytes
    reading: PictureReading
    places: list[Element] = field(default_factory=list)


class Drawn(NamedTuple):
    """A block that is drawn over a sheet: elements of the copy with their share of its text, or a line of a picture."""

    block: int
    pieces: tuple[tuple[Element, str], ...]
    image: Image | None = None
    line: int = 0


@dataclass(slots=True, kw_only=True)
class Draft(OfficeDraft):
    """Everything that comes out of reading one file.

    Block numbers count ``live`` first, then ``stored`` (what cells hold and do not show), then ``dead``. Until all are
    read, a header that is dead is given as -1 for the first dead block, -2 for the second.
    """

    styles: Styles
    sheets: list[Sheet] = field(default_factory=list)
    live: list[Block] = field(default_factory=list)
    stored: list[Block] = field(default_factory=list)
    drawn: list[Drawn] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    drawings: int = 0
    """Drawn things of the copy so far."""
    from_1904: bool = False

    def show(self, text: str, kind: Kind, location: Location, cell: TablePosition | None = None) -> int:
        """Add a block of the copy and return its number."""
        self.live.append(Block(text, location, kind, cell))
        return len(self.live) - 1

    def blocks(self) -> tuple[Block, ...]:
        """Return all blocks: live, stored, dead."""
        first = len(self.live) + len(self.stored)
        return tuple(_resolved(block, first) for block in (*self.live, *self.stored, *self.dead))


def _resolved(block: Block, first: int) -> Block:
    cell = block.cell
    if cell is None or ((cell.column_header or 0) >= 0 and (cell.row_header or 0) >= 0):
        return block

    def number(header: int | None) -> int | None:
        return first - header - 1 if header is not None and header < 0 else header

    position = replace(cell, column_header=number(cell.column_header), row_header=number(cell.row_header))
    return replace(block, cell=position)
