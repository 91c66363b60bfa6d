"""Barcodes and QR codes in pixels, by zxing-cpp."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from hospital_redact.formats.pictures.ocr import Pixels
from hospital_redact.model import Box

MAX_BARCODES = 200
"""Most codes of one frame that are looked at."""
_SQUARE = frozenset(("QRCode", "DataMatrix", "Aztec", "PDF417", "MicroQRCode", "RMQRCode", "MaxiCode"))
_REACH = 1.2
"""How far around its corners a code is followed, as a share of its longer side: the reader may name one scan line."""


class Barcode(NamedTuple):
    """A code with its text, empty where it was seen and could not be decoded, and its box in pixels."""

    text: str
    box: Box


def read_barcodes(pixels: Pixels) -> tuple[Barcode, ...]:
    """Return the codes in ``pixels`` (height, width, 3; RGB), upper ones first."""
    import zxingcpp  # noqa: PLC0415 - part of an extra

    if min(pixels.shape[:2]) < 10:
        return ()
    found = zxingcpp.read_barcodes(pixels, return_errors=True)[:MAX_BARCODES]
    codes = [Barcode(one.text if one.valid else "", _box(one, pixels)) for one in found]
    whole = [code for code in codes if code.text]
    # Black boxes and rules look like a damaged code of bars now and then; a pattern of two dimensions is no chance.
    broken = [
        code
        for one, code in zip(found, codes, strict=True)
        if not one.valid
        and str(one.format).rpartition(".")[2] in _SQUARE
        and not any(_touch(code.box, other.box) for other in whole)
    ]
    return tuple(sorted([*whole, *broken], key=lambda code: (code.box.y0, code.box.x0)))


def _touch(one: Box, other: Box) -> bool:
    return one.x0 < other.x1 and other.x0 < one.x1 and one.y0 < other.y1 and other.y0 < one.y1


def _box(found: Any, pixels: Pixels) -> Box:
    """Return the box of a code: its corners, and what of its bars reaches beyond them."""
    import cv2  # noqa: PLC0415 - part of an extra

    height, width = pixels.shape[:2]
    corners = [getattr(found.position, name) for name in ("top_left", "top_right", "bottom_right", "bottom_left")]
    # A code that was not decoded may have corners that nobody found.
    corners = [c for c in corners if (c.x, c.y) != (0, 0)] or corners
    xs, ys = [c.x for c in corners], [c.y for c in corners]
    x0, x1, y0, y1 = min(xs), max(xs) + 1, min(ys), max(ys) + 1
    side = max(x1 - x0, y1 - y0)
    reach = round(_REACH * side)
    left, right = max(0, x0 - reach), min(width, x1 + reach)
    top, bottom = max(0, y0 - reach), min(height, y1 + reach)
    grey = cv2.cvtColor(np.ascontiguousarray(pixels[top:bottom, left:right]), cv2.COLOR_RGB2GRAY)
    _, dark = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    gap = max(3, side // 16)  # wider than the spaces between the bars, narrower than the quiet zone
    joined = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8))
    _, labels = cv2.connectedComponents(joined)
    own = np.unique(labels[max(0, y0 - top) : y1 - top, max(0, x0 - left) : x1 - left])
    rows, columns = np.nonzero(np.isin(labels, own[own > 0]))
    if len(rows):
        x0, x1 = min(x0, left + int(columns.min())), max(x1, left + int(columns.max()) + 1)
        y0, y1 = min(y0, top + int(rows.min())), max(y1, top + int(rows.max()) + 1)
    return Box(max(0, x0 - 2), max(0, y0 - 2), min(width, x1 + 2), min(height, y1 + 2))
