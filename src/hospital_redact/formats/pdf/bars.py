"""The many bars by which a page may draw a barcode or a QR code as shapes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from hospital_redact.formats.pdf.objects import Matrix

_MODULE = (0.5, 12.0)
"""Points that the side of a module of a QR code has, and the width of a bar at most."""
_MODULES = 40
_BARS = 20
"""Modules, and bars of one height side by side, from which on the page is looked at; tables have fewer borders."""


class Bars:
    """Counts the dark rectangles that may belong to a code."""

    def __init__(self) -> None:
        self._modules = 0
        self._rows: Counter[tuple[bool, int, int]] = Counter()

    def note(self, ctm: Matrix, rectangles: Iterable[tuple[float, float, float, float]]) -> None:
        """Count rectangles (two opposite corners, under ``ctm``) that are filled in black or nearly."""
        a, b, c, d, e, f = ctm
        for x0, y0, x1, y1 in rectangles:
            left, right = sorted((a * x0 + c * y0 + e, a * x1 + c * y1 + e))
            low, high = sorted((b * x0 + d * y0 + f, b * x1 + d * y1 + f))
            width, height = right - left, high - low
            if not _MODULE[0] <= min(width, height) <= _MODULE[1]:
                continue
            if max(width, height) < 4 * min(width, height):
                self._modules += 1
            if height > 2 * width:
                self._rows[False, round(low), round(high)] += 1
            elif width > 2 * height:
                self._rows[True, round(left), round(right)] += 1

    def may_be_code(self) -> bool:
        """Whether a page should be looked at."""
        return self._modules >= _MODULES or max(self._rows.values(), default=0) >= _BARS
