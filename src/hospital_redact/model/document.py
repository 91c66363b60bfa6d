"""What a reader finds: blocks of text with their places, views for detectors, and what could not be read.

Offsets are Unicode code points, ends exclusive. Lengths on a page are points (1/72 inch), origin at the lower
left corner, y upwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a block is, so that detectors can weigh a heading more than a line."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    CELL = "cell"
    HEADER = "header"
    FOOTER = "footer"
    NOTE = "note"
    COMMENT = "comment"
    METADATA = "metadata"
    ALT_TEXT = "alt_text"
    LINK = "link"
    FILE_NAME = "file_name"
    LABEL = "label"
    """Text in the font in which copies of a page letter their boxes, which no line of the source pairs with."""
    PICTURE = "picture"
    """A line that OCR read in a picture; a second reading may give other lines (``Format.compare_pictures``)."""
    STORED = "stored"
    """What a cell holds besides what it shows (a number that shows rounded, a formula); goes when the cell changes."""


class Box(NamedTuple):
    """A rectangle on a page in points: left, bottom, right, top."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Location:
    """Where something is in a file, without its content.

    ``part`` is the container (``word/document.xml``, ``page``, ``text``), ``address`` the place inside it as a
    person would say it (``paragraph 12``, ``table 1 row 2 column 3``, ``line 7``); ``page`` counts from 1.
    """

    part: str
    address: str = ""
    page: int | None = None
    box: Box | None = None

    def __str__(self) -> str:
        page = f"page {self.page}" if self.page is not None else ""
        return ", ".join(word for word in (page, self.part if self.part != "page" else "", self.address) if word)


@dataclass(frozen=True, slots=True)
class TablePosition:
    """A cell's place: ``table``, ``row`` and ``column`` count from 0.

    ``column_header`` and ``row_header`` are block numbers of the cells that head this one, ``None`` where there
    is no such cell (a header cell itself, say). They are numbers, not text, so that no text stands twice.
    """

    table: int
    row: int
    column: int
    column_header: int | None = None
    row_header: int | None = None


class Glyph(NamedTuple):
    """One drawn glyph of a PDF page.

    ``code`` is the character code in ``font`` (the font's resource name on that page, or its object number),
    ``x``, ``y`` the origin in points, ``box`` the rectangle it covers.
    """

    page: int
    font: str
    code: int
    x: float
    y: float
    box: Box


@dataclass(frozen=True, slots=True, repr=False)
class Block:
    """A piece of text with its place. Each character of a document belongs to exactly one block.

    ``survives`` is false for text that no copy keeps (comments, metadata): it is read so that it counts for
    detection and the level, and every writer leaves it out.
    ``glyphs`` is empty, or holds for each character of ``text`` the glyph that draws it (``None`` for a character
    that no glyph draws, such as a space made from a gap).
    """

    text: str
    location: Location
    kind: Kind = Kind.PARAGRAPH
    cell: TablePosition | None = None
    survives: bool = True
    glyphs: tuple[Glyph | None, ...] = ()

    def __post_init__(self) -> None:
        if self.glyphs and len(self.glyphs) != len(self.text):
            raise ValueError("glyphs must be empty or one a character")

    def __repr__(self) -> str:
        return f"Block({self.kind}, {len(self.text)} chars, {self.location})"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters ``start`` to ``end`` (exclusive) of the block with number ``block``."""

    block: int
    start: int
    end: int

    def __post_init__(self) -> None:
        if self.block < 0 or not 0 <= self.start < self.end:
            raise ValueError("a span is not empty and has no negative offset")

    def overlaps(self, other: Span) -> bool:
        """Whether both share a character."""
        return self.block == other.block and self.start < other.end and other.start < self.end


class Segment(NamedTuple):
    """``length`` characters of a view from ``start`` on are those of ``block`` from ``offset`` on."""

    start: int
    block: int
    offset: int
    length: int


@dataclass(frozen=True, slots=True, repr=False)
class View:
    """A text that detectors see, with the map back to blocks.

    A document has one view or several (a PDF page: lines by geometry, drawing order, joined lines). Characters
    that no segment covers (line ends between blocks) belong to no block. ``segments`` are sorted by ``start``
    and do not overlap.
    """

    name: str
    text: str
    segments: tuple[Segment, ...]

    def locate(self, start: int, end: int) -> tuple[Span, ...]:
        """Return the spans of blocks under characters ``start`` to ``end`` of this view, adjacent ones joined.

        Empty where the range is empty or lies on line ends between blocks.
        """
        if start >= end:
            return ()
        low, high = 0, len(self.segments)
        while low < high:  # first segment that ends after `start`
            middle = (low + high) // 2
            if self.segments[middle].start + self.segments[middle].length <= start:
                low = middle + 1
            else:
                high = middle
        spans: list[Span] = []
        for number in range(low, len(self.segments)):  # a slice would copy the rest of a long text each time
            segment = self.segments[number]
            if segment.start >= end:
                break
            first = segment.offset + max(start, segment.start) - segment.start
            last = segment.offset + min(end, segment.start + segment.length) - segment.start
            if spans and spans[-1].block == segment.block and spans[-1].end == first:
                spans[-1] = Span(segment.block, spans[-1].start, last)
            else:
                spans.append(Span(segment.block, first, last))
        return tuple(spans)

    def __repr__(self) -> str:
        return f"View({self.name}, {len(self.text)} chars, {len(self.segments)} segments)"


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that shows and could not be read, so that it blocks a release until a person accepts it.

    ``what`` is a stable word (``image``, ``chart``, ``text_box``, ``unknown_part``, ``glyphs_without_text`` …),
    which a policy or a plan can name; ``reason`` says why, without document text.
    """

    what: str
    location: Location
    reason: str


@dataclass(frozen=True, slots=True)
class RemovedPart:
    """Something that a writer leaves out of every copy: ``what`` (a stable word), ``part`` and how many."""

    what: str
    part: str
    count: int = 1


@dataclass(frozen=True, slots=True, repr=False)
class Member:
    """A file inside a file (an attachment, a file of an archive) as the format with the name ``format`` read it.

    ``first`` is the number that block 0 of its ``document`` has in the whole; ``label`` says where it is, without its
    name (``attachment 2``). The blocks of the whole are those of the members, with ``label`` before each place.
    """

    label: str
    format: str
    first: int
    document: Document

    def __repr__(self) -> str:
        return f"Member({self.label}, {self.document!r})"


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    """What a reader found. ``sha256`` is that of the source's bytes, in hexadecimal.

    ``dropped`` lists what never shows and no copy keeps; ``unread`` what shows and was not understood;
    ``notes`` what a person should know (``owner_restrictions``), as stable words; ``members`` the files inside it.
    """

    name: str
    media_type: str
    sha256: str
    blocks: tuple[Block, ...]
    views: tuple[View, ...]
    unread: tuple[Unread, ...] = ()
    dropped: tuple[RemovedPart, ...] = ()
    notes: tuple[str, ...] = ()
    members: tuple[Member, ...] = ()

    @property
    def digest(self) -> str:
        """Hash of all blocks as read; a different reader or reading option gives another one."""
        sha = hashlib.sha256()
        for block in self.blocks:
            fields = (block.kind.value, str(block.location), str(block.survives), block.text)
            sha.update("\x1f".join(fields).encode("utf-8", "surrogatepass") + b"\x1e")
        return sha.hexdigest()

    def text_of(self, spans: Iterable[Span]) -> str:
        """Return the characters under ``spans``, joined without separator."""
        return "".join(self.blocks[span.block].text[span.start : span.end] for span in spans)

    def __repr__(self) -> str:
        return f"Document({self.media_type}, {len(self.blocks)} blocks, {len(self.unread)} unread)"


def join_blocks(blocks: Iterable[Block], *, name: str = "blocks", numbers: Iterable[int] | None = None) -> View:
    """Return a view of ``blocks`` in their order: cells of one table row joined by a tab, the rest by a line end.

    ``numbers`` are the block numbers, when ``blocks`` are not all blocks of the document from 0 on.
    """
    pieces: list[str] = []
    segments: list[Segment] = []
    length = 0
    previous: Block | None = None
    numbered: Iterator[tuple[int, Block]] = iter(zip(numbers, blocks, strict=True)) if numbers else enumerate(blocks)
    for number, block in numbered:
        if previous is not None:
            a, b = previous.cell, block.cell
            same_row = a is not None and b is not None and (a.table, a.row) == (b.table, b.row)
            same_cell = same_row and a is not None and b is not None and a.column == b.column
            pieces.append("\t" if same_row and not same_cell else "\n")
            length += 1
        if block.text:
            segments.append(Segment(length, number, 0, len(block.text)))
        pieces.append(block.text)
        length += len(block.text)
        previous = block
    return View(name, "".join(pieces), tuple(segments))
