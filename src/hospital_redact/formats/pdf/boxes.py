"""Boxes over what is removed: one a run of neighbours, lengthened into free space so that its length says less.

The exact width of a gap between proportional letters leaves about twenty candidates among thousands of names. What
stands behind the gap does not move, so a longer box helps only where nothing follows closely; the rest is counted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hospital_redact.formats.pdf.content import Drawn
from hospital_redact.formats.pdf.labels import BOX_MARGIN, Frame, Label, fit_label, frame_of
from hospital_redact.formats.pdf.paths import Rule
from hospital_redact.model import Box

STEP = 2.0
"""Ems to a multiple of which a box is lengthened."""
_APART = 2.2
"""Ems that stay free before the next text, so that it reads as far away as it did."""
_FLOWS = 1.5
"""Ems up to which the next text is taken to follow the removed one, so that its place tells the width."""
_BAND = 24.0
_ALIKE = 0.01
"""Share of an em by which advances may differ and still count as those of a font of one width."""


class Cover(NamedTuple):
    """One box: its frame, the label in it, and whether its width still tells something (``exact``)."""

    frame: Frame
    label: Label | None
    exact: bool

    def path(self) -> str:
        """Return the operators of its path, filled."""
        moves = [f"{x:.3f} {y:.3f} {'l' if n else 'm'}" for n, (x, y) in enumerate(self.frame.corners)]
        return " ".join([*moves, "h f"])


class Surroundings:
    """What stands on a page: the boxes of all its glyphs, and its upright rules."""

    def __init__(self, boxes: Iterable[Box], rules: Sequence[Rule]) -> None:
        self._bands: dict[int, list[Box]] = {}
        self._left, self._right = math.inf, -math.inf
        for box in boxes:
            self._left, self._right = min(self._left, box.x0), max(self._right, box.x1)
            for band in range(int(box.y0 // _BAND), int(box.y1 // _BAND) + 1):
                self._bands.setdefault(band, []).append(box)
        self._rules = [rule for rule in rules if not rule.horizontal]

    def cover(self, glyphs: Sequence[Drawn], text: str) -> Cover:
        """Return the box of a run of glyphs, with ``text`` in it where that fits."""
        frame, label = frame_of(glyphs), fit_label(text, glyphs)
        em = max(glyph.run.em for glyph in glyphs)
        advances = [glyph.advance for glyph in glyphs]
        if max(advances) - min(advances) <= _ALIKE * em:
            return Cover(frame, label, exact=False)  # a font of one width: the number of characters, no more
        if frame.ux != 1.0 or glyphs[0].run.font.vertical:
            return Cover(frame, label, exact=True)
        before, after = self._nearest(frame)
        free = min(after - _APART * em, self._right) if after < math.inf else self._right
        start, end = _lengthened(frame, em, max(before + _APART * em, self._left), self._within(frame, free))
        whole = (end - start) / (STEP * em)
        rounded = abs(whole - round(whole)) < _ALIKE
        return Cover(frame._replace(start=start, end=end), label, exact=not rounded or after - frame.end <= _FLOWS * em)

    def _nearest(self, frame: Frame) -> tuple[float, float]:
        """Return where the text before a frame ends and the text behind it begins, infinite where there is none."""
        before, after = -math.inf, math.inf
        middle = (frame.start + frame.end) / 2
        for band in range(int(frame.low // _BAND), int(frame.high // _BAND) + 1):
            for box in self._bands.get(band, ()):
                if box.y1 <= frame.low or box.y0 >= frame.high or _inside(box, frame):
                    continue
                if (box.x0 + box.x1) / 2 > middle:
                    after = min(after, box.x0)
                else:
                    before = max(before, box.x1)
        return before, after

    def _within(self, frame: Frame, free: float) -> float:
        """Return ``free``, or the place before the first rule behind a frame."""
        end = frame.end - BOX_MARGIN
        crossing = [r.x0 for r in self._rules if r.x0 >= end and r.y0 < frame.high and r.y1 > frame.low]
        return min([free, *(x - 1.0 for x in crossing)])


def _inside(box: Box, frame: Frame) -> bool:
    return frame.start <= box.x0 and box.x1 <= frame.end and frame.low <= box.y0 and box.y1 <= frame.high


def _lengthened(frame: Frame, em: float, left: float, right: float) -> tuple[float, float]:
    """Return the start and end of a frame lengthened to a multiple of the step, to the right first."""
    step = STEP * em
    wanted = math.ceil((frame.end - frame.start) / step - _ALIKE) * step - (frame.end - frame.start)
    behind = min(wanted, max(0.0, right - frame.end))
    ahead = min(wanted - behind, max(0.0, frame.start - left))
    return frame.start - ahead, frame.end + behind


def runs_of(characters: set[int], places: list[int | None]) -> list[list[tuple[int, int]]]:
    """Return (character, glyph) of what is removed from a line, in runs of neighbours."""
    runs: list[list[tuple[int, int]]] = []
    last = -2
    for character in sorted(characters):
        place = places[character]
        if place is None:
            if last == character - 1:
                last = character
            continue
        if last == character - 1 and runs:
            runs[-1].append((character, place))
        else:
            runs.append([(character, place)])
        last = character
    return runs
