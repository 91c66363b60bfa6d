"""What the interpreter finds: invocations of streams, the glyphs they draw, and what shows and is not text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pikepdf

from hospital_redact.formats.pdf.fonts import Font
from hospital_redact.formats.pdf.objects import Matrix
from hospital_redact.formats.pdf.paths import Rule
from hospital_redact.model import Box

Instruction = tuple[list[Any], bytes]
"""Operands (pikepdf objects and Python numbers) and operator of one instruction."""

INLINE_IMAGE = b"INLINE IMAGE"
SHOW = frozenset((b"Tj", b"TJ", b"'", b'"'))


@dataclass(eq=False, slots=True)
class Stream:
    """One invocation of a content stream: of a page, or of a form with the operator that draws it.

    ``forms`` maps the index of a ``Do`` to the invocation it makes; ``objgen`` is (0, 0) for a page.
    """

    number: int
    instructions: list[Instruction]
    resources: pikepdf.Object | None
    ctm: Matrix
    source: pikepdf.Object | None = None
    own_resources: bool = True
    forms: dict[int, Stream] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Run:
    """What the glyphs of one shown string share.

    ``em`` is the font size on the page in points, measured across the direction of writing; (``ux``, ``uy``) the
    unit vector along it. ``stream``, ``operator`` and ``item`` say where the string stands (``item`` counts the
    operands of a TJ array).
    """

    page: int
    font: Font
    em: float
    ux: float
    uy: float
    stream: Stream
    operator: int
    item: int
    depth: int
    extent: tuple[float, float, float] | None = None
    """Base line, lowest and highest point of the glyph whose box was asked for last."""


class Drawn(NamedTuple):
    """One glyph as drawn.

    ``x``, ``y`` is its origin and ``advance`` its extent along the writing direction, in points. Bytes ``start``
    to ``start + length`` of the string are its code; ``displacement`` is the TJ number that moves by as much.
    """

    run: Run
    code: int
    text: str
    x: float
    y: float
    advance: float
    start: int
    length: int
    displacement: float

    @property
    def box(self) -> Box:
        """The rectangle around the glyph on the page."""
        run = self.run
        em, ux, uy = run.em, run.ux, run.uy
        if ux == 1.0 and not run.font.vertical:
            x, y = self.x, self.y
            if run.extent is None or run.extent[0] != y:  # the numbers are shared: there may be millions of glyphs
                run.extent = (y, y + run.font.descent * em, y + run.font.ascent * em)
            return Box(x, run.extent[1], x + self.advance, run.extent[2])
        if run.font.vertical:
            # Origin at the left of the baseline; the cell reaches one em downwards.
            half = em / 2
            cx, cy = self.x + half * -uy, self.y + half * ux
            low, high = -half, half
            start, end = -run.font.ascent * em, -run.font.descent * em
            ax, ay = -uy, ux
        else:
            cx, cy = self.x, self.y
            low, high = run.font.descent * em, run.font.ascent * em
            start, end = 0.0, self.advance
            ax, ay = -uy, ux
        xs = [cx + ux * t + ax * s for t in (start, end) for s in (low, high)]
        ys = [cy + uy * t + ay * s for t in (start, end) for s in (low, high)]
        return Box(min(xs), min(ys), max(xs), max(ys))


class Seen(NamedTuple):
    """Something that shows and is not text: a stable word, where on the page, and why it was not read."""

    what: str
    box: Box | None
    reason: str


@dataclass(eq=False, frozen=True, slots=True)
class PlacedImage:
    """An image that a page draws: by which operator of which stream, and where (``ctm`` maps the unit square to it).

    ``image`` is the stream of an image XObject or the instruction of an inline image; ``blank`` says that it is of one
    colour throughout.
    """

    stream: Stream
    operator: int
    image: Any
    ctm: Matrix
    width: int
    height: int
    inline: bool = False
    blank: bool = False


class Overlay(NamedTuple):
    """What an annotation draws over the page, within ``box``."""

    stream: Stream
    box: Box


@dataclass(eq=False, slots=True)
class PageContent:
    """What the interpreter found on one page: ``page`` counts from 1, ``shadow`` is text in property lists.

    ``images`` are those drawn, in their order; ``bars`` says that its shapes may be a barcode.
    ``dark`` are rectangles filled in black or nearly, such as the boxes of a redaction, ``rules`` horizontal and
    vertical lines. ``overlays`` are the
    appearances of annotations, in their order; their glyphs are among ``glyphs``.
    """

    page: int
    stream: Stream
    glyphs: list[Drawn] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    shadow: list[str] = field(default_factory=list)
    dark: list[Box] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    overlays: list[Overlay] = field(default_factory=list)
    images: list[PlacedImage] = field(default_factory=list)
    bars: bool = False
