"""Barcodes and QR codes that a page draws as shapes, read off the page as it shows.

Nothing here takes such a code out: a page that shows one blocks until a person has looked at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hospital_redact.formats.pdf import coverage
from hospital_redact.formats.pdf.content import PageContent
from hospital_redact.formats.pdf.pictures import box_of
from hospital_redact.formats.pictures import available
from hospital_redact.formats.pictures.barcodes import read_barcodes
from hospital_redact.formats.pictures.ocr import Pixels
from hospital_redact.model import Box, Location, Unread

_DOTS = 200
"""Dots an inch at which a page is drawn to be looked at."""
_LARGEST = 4_000
"""Pixels of the longer side at most."""


def drawn_codes(data: bytes, pages: Iterable[PageContent]) -> Iterator[Unread]:
    """Yield each code that a page of the file ``data`` shows and none of its images holds.

    Without the ``ocr`` extra each page with many bars is one.
    """
    looked_at = [content for content in pages if content.bars]
    if not looked_at:
        return
    reason = "a barcode that the page draws as shapes; no copy can be made without it"
    if not available():
        for content in looked_at:
            yield Unread("barcode", Location("page", "drawn barcode", content.page), reason)
        return
    with coverage.opened(data) as document:
        for content in looked_at:
            page = document[content.page - 1]
            page.set_rotation(0)
            left, low, right, high = page.get_cropbox()
            scale = min(_DOTS / 72, _LARGEST / max(1.0, right - left, high - low))
            pixels = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=True).to_numpy()[:, :, :3].copy()
            page.close()
            for placed in content.images:  # what they hold was read there
                x0, y0, x1, y1 = box_of(placed)
                _whiten(pixels, Box(x0 - left, y0 - low, x1 - left, y1 - low), scale)
            if read_barcodes(pixels):
                yield Unread("barcode", Location("page", "drawn barcode", content.page), reason)


def _whiten(pixels: Pixels, box: Box, scale: float) -> None:
    height = pixels.shape[0]
    rows = slice(max(0, height - round(box.y1 * scale)), max(0, height - round(box.y0 * scale)))
    pixels[rows, max(0, round(box.x0 * scale)) : max(0, round(box.x1 * scale))] = 255
