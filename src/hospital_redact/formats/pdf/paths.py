"""Paths of a page: not drawn, but noted where they are dark boxes, rules of tables, or letters drawn as outlines."""

from __future__ import annotations

import math
from typing import NamedTuple

from hospital_redact.formats.pdf import limits
from hospital_redact.formats.pdf.bars import Bars
from hospital_redact.formats.pdf.objects import Matrix
from hospital_redact.model import Box

_THIN = 2.5
"""Points up to which a filled rectangle is a rule."""
_SHORT = 4.0
_STRAIGHT = 1.0
"""Points by which a rule may lean."""
_MAX_PARTS = 2_000
"""Parts of one path that are looked at."""
_LETTER = range(3, 61)
"""Heights in points of shapes that may be letters."""


class Rule(NamedTuple):
    """A horizontal or vertical line on the page: from left to right, or upwards."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def horizontal(self) -> bool:
        """Whether it runs along the lines of text."""
        return self.x1 - self.x0 > self.y1 - self.y0


class Paths:
    """Collects the current path and judges it when it is painted; ``dark`` and ``rules`` are in points of the page."""

    def __init__(self, dark: list[Box], rules: list[Rule]) -> None:
        self.small_shapes = 0
        self.bars = Bars()
        self._dark = dark
        self._rules = rules
        self.clear()

    def clear(self) -> None:
        """Begin a new path."""
        self._curves = 0
        self._lines = 0
        self._low, self._high = math.inf, -math.inf
        self._points: list[tuple[float, float]] = []
        self._segments: list[tuple[float, float, float, float]] = []
        self._rectangles: list[tuple[float, float, float, float]] = []
        self._start = self._at = (0.0, 0.0)

    def move(self, x: float, y: float) -> None:
        """Begin a subpath at a point."""
        self._lines += 1
        self._point(x, y)
        self._start = self._at = (x, y)

    def line(self, x: float, y: float) -> None:
        """Draw a straight line to a point."""
        self._lines += 1
        self._point(x, y)
        self._segment(*self._at, x, y)
        self._at = (x, y)

    def curve(self, x: float, y: float) -> None:
        """Draw a curve to a point."""
        self._curves += 1
        self._low, self._high = min(self._low, y), max(self._high, y)
        self._at = (x, y)

    def close(self) -> None:
        """Draw a straight line back to where the subpath began."""
        self._segment(*self._at, *self._start)
        self._at = self._start

    def rectangle(self, x: float, y: float, width: float, height: float) -> None:
        """Draw a rectangle."""
        for px, py in ((x, y), (x + width, y), (x + width, y + height), (x, y + height)):
            self._point(px, py)
        if len(self._rectangles) < _MAX_PARTS:
            self._rectangles.append((x, y, x + width, y + height))
        self._start = self._at = (x, y)

    def paint(self, ctm: Matrix, *, fill: bool, stroke: bool, dark: bool) -> None:
        """Judge the path as it is painted under ``ctm``; ``dark`` says that its fill is black or nearly."""
        if fill:
            self._fill(ctm, dark=dark)
            if dark:
                self.bars.note(ctm, self._rectangles)
        if len(self._rules) < limits.MAX_RULES:
            if stroke:
                for segment in self._segments:
                    self._rule(ctm, *segment)
            for x0, y0, x1, y1 in self._rectangles:
                if stroke:
                    for edge in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)):
                        self._rule(ctm, *edge)
                else:
                    self._thin_rule(ctm, x0, y0, x1, y1)
            if fill and not stroke and not self._curves and self._segments and 4 <= len(self._points) <= 5:
                xs, ys = zip(*self._points, strict=True)
                self._thin_rule(ctm, min(xs), min(ys), max(xs), max(ys))
        self.clear()

    def _fill(self, ctm: Matrix, *, dark: bool) -> None:
        if dark and not self._curves and 4 <= len(self._points) <= 5:
            a, b, c, d, e, f = ctm
            xs = [a * x + c * y + e for x, y in self._points]
            ys = [b * x + d * y + f for x, y in self._points]
            self._dark.append(Box(min(xs), min(ys), max(xs), max(ys)))
        if self._curves >= 4 or self._lines >= 8:
            height = (self._high - self._low) * math.hypot(ctm[2], ctm[3])
            if _LETTER.start <= height < _LETTER.stop:
                self.small_shapes += 1

    def _point(self, x: float, y: float) -> None:
        self._low, self._high = min(self._low, y), max(self._high, y)
        if len(self._points) <= 8:
            self._points.append((x, y))

    def _segment(self, x0: float, y0: float, x1: float, y1: float) -> None:
        if len(self._segments) < _MAX_PARTS:
            self._segments.append((x0, y0, x1, y1))

    def _thin_rule(self, ctm: Matrix, x0: float, y0: float, x1: float, y1: float) -> None:
        width = abs(x1 - x0) * math.hypot(ctm[0], ctm[1])
        height = abs(y1 - y0) * math.hypot(ctm[2], ctm[3])
        if min(width, height) > _THIN:
            return
        if width > height:
            middle = (y0 + y1) / 2
            self._rule(ctm, x0, middle, x1, middle)
        else:
            middle = (x0 + x1) / 2
            self._rule(ctm, middle, y0, middle, y1)

    def _rule(self, ctm: Matrix, x0: float, y0: float, x1: float, y1: float) -> None:
        a, b, c, d, e, f = ctm
        ax, ay, bx, by = a * x0 + c * y0 + e, b * x0 + d * y0 + f, a * x1 + c * y1 + e, b * x1 + d * y1 + f
        wide, high = abs(bx - ax), abs(by - ay)
        if min(wide, high) <= _STRAIGHT and max(wide, high) >= _SHORT:
            self._rules.append(Rule(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)))
