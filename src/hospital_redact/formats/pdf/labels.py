"""Labels in boxes: where a placeholder fits inside the box of removed glyphs, and how a reader knows it again.

A label is text of the copy, in a font of its own name. Readers put it into lines of its own (``Kind.LABEL``), so that
the line in which the box stands reads as it does without one, whether or not the label fitted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from hospital_redact.formats.pdf.content import Drawn
from hospital_redact.formats.pdf.fonts import Font
from hospital_redact.formats.pdf.lettering import base_font, can_letter, width_of
from hospital_redact.model import Document, Edit, RedactionPlan, edits_by_block

TAG = "HRBOXL"
"""Subset tag of the font of labels; a hospital's mark has another."""
BOX_MARGIN = 0.4
"""Points by which a black box reaches beyond the glyphs it stands for."""
SMALLEST = 4.0
"""Points; a smaller label cannot be read on paper."""
_SHARE = 0.72  # of the box's height
_AIR = 1.0  # points at both ends
_BASE_LINE = 0.26  # how far above the lower edge the base line runs, as a share of the box's height


class Frame(NamedTuple):
    """A rectangle turned with the text: unit vector along it, and its extent along and across in points."""

    ux: float
    uy: float
    start: float
    end: float
    low: float
    high: float

    def point(self, along: float, up: float) -> tuple[float, float]:
        """Return the place on the page of a point of the frame."""
        return along * self.ux - up * self.uy, along * self.uy + up * self.ux

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """The four corners, one after the other."""
        ends = ((self.start, self.low), (self.end, self.low), (self.end, self.high), (self.start, self.high))
        return tuple(self.point(along, up) for along, up in ends)


class Label(NamedTuple):
    """A text, its size in points, and the frame in whose middle it stands."""

    text: str
    size: float
    frame: Frame

    def operators(self, font: str, codes: bytes) -> str:
        """Return the operators that draw it in white; ``font`` is the resource's name, ``codes`` the operand of Tj."""
        frame = self.frame
        slack = frame.end - frame.start - width_of(self.text, self.size)
        x, y = frame.point(frame.start + slack / 2, frame.low + _BASE_LINE * (frame.high - frame.low))
        # No digits that nothing needs: a long number spells many values.
        matrix = " ".join(map(short, (frame.ux, frame.uy, -frame.uy, frame.ux, x, y)))
        return f"q 1 g BT {font} {short(self.size)} Tf {matrix} Tm {codes.decode('ascii')} Tj ET Q"


def short(value: float) -> str:
    """Return a number as an operand with three decimals at most."""
    written = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


def frame_of(glyphs: Sequence[Drawn]) -> Frame:
    """Return the frame around a run of glyphs of one direction, with its margin."""
    ux, uy = glyphs[0].run.ux, glyphs[0].run.uy
    alongs: list[float] = []
    ups: list[float] = []
    for glyph in glyphs:
        box = glyph.box
        if glyph.run.font.vertical or abs(ux) in (0.0, 1.0):
            corners = [(x, y) for x in (box.x0, box.x1) for y in (box.y0, box.y1)]
        else:
            em, font = glyph.run.em, glyph.run.font
            corners = [
                (glyph.x + ux * t - uy * s, glyph.y + uy * t + ux * s)
                for t in (0.0, glyph.advance)
                for s in (font.descent * em, font.ascent * em)
            ]
        alongs.extend(x * ux + y * uy for x, y in corners)
        ups.extend(-x * uy + y * ux for x, y in corners)
    return Frame(
        ux,
        uy,
        min(alongs) - BOX_MARGIN,
        max(alongs) + BOX_MARGIN,
        min(ups) - BOX_MARGIN,
        max(ups) + BOX_MARGIN,
    )


def fit_label(text: str, glyphs: Sequence[Drawn]) -> Label | None:
    """Return ``text`` as large as it fits over ``glyphs``, or ``None`` where it does not, or writing is vertical."""
    if not text.strip() or glyphs[0].run.font.vertical or not can_letter(text):
        return None
    frame = frame_of(glyphs)
    room = frame.end - frame.start - 2 * _AIR
    size = math.floor(100 * min(_SHARE * (frame.high - frame.low), room / width_of(text, 1.0))) / 100
    return Label(text, size, frame) if size >= SMALLEST else None


def is_label_font(font: Font) -> bool:
    """Whether ``font`` bears the name of our labels' font. What stands in it is read like everything else."""
    return font.base == base_font(TAG)


class LabelPlaces:
    """Where ``plan`` may have labels: in the boxes of its edits, their own replacement's letters."""

    def __init__(self, source: Document, plan: RedactionPlan) -> None:
        self._places: dict[int, list[tuple[float, float, float, float, str]]] = {}
        for number, edits in edits_by_block(plan.edits).items():
            if number >= len(source.blocks):
                continue
            block = source.blocks[number]
            for start, end, text in _touching(edits):
                boxes = [glyph.box for glyph in block.glyphs[start:end] if glyph is not None]
                if text and boxes and block.location.page is not None:
                    x0, y0 = min(b.x0 for b in boxes), min(b.y0 for b in boxes)
                    x1, y1 = max(b.x1 for b in boxes), max(b.y1 for b in boxes)
                    place = (x0 - BOX_MARGIN, y0 - BOX_MARGIN, x1 + BOX_MARGIN, y1 + BOX_MARGIN, text)
                    self._places.setdefault(block.location.page, []).append(place)

    def hold(self, page: int, text: str, x: float, y: float) -> bool:
        """Whether a label's glyph ``text`` with its origin at ``x``, ``y`` is one that the plan put there."""
        return any(
            x0 <= x <= x1 and y0 <= y <= y1 and text in words for x0, y0, x1, y1, words in self._places.get(page, ())
        )


def _touching(edits: Sequence[Edit]) -> list[tuple[int, int, str]]:
    """Return start, end and replacements of edits of a block, those that touch as one: they share a box."""
    joined: list[tuple[int, int, str]] = []
    for edit in edits:
        if joined and edit.span.start <= joined[-1][1]:
            start, _, text = joined[-1]
            joined[-1] = (start, edit.span.end, text + edit.replacement)
        else:
            joined.append((edit.span.start, edit.span.end, edit.replacement))
    return joined
