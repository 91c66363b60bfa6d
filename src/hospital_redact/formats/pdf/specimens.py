"""Glyphs drawn alone: a sheet on which each code of a font shows its outline, black on white, apart from the page.

What stands around a glyph on its page (colours, clips, images, other text) does not matter here.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence

import numpy as np
import pikepdf
import pypdfium2  # type: ignore[import-untyped]  # it ships no types
from numpy.typing import NDArray
from pikepdf import Dictionary

from hospital_redact.formats.pdf.fonts import Font
from hospital_redact.formats.pdf.objects import entry, items_of, keys_of, number, numbers, value_of, written

Picture = NDArray[np.uint8]
"""Grey values (rows, columns) of one glyph, 0 is black."""

CELL = 64
"""Pixels of the side of a picture."""
EM = 40
"""Pixels of the font's size in it."""
BASE_LINE = 44
LEFT = 12
"""Pixels from the top to the base line and from the left to the origin."""
LINE = (BASE_LINE - 32, BASE_LINE + 8)
"""Rows between which a full-sized character stands."""
_COLUMNS, _ROWS = 24, 20
_KEYS = written(
    "/Type /Subtype /BaseFont /Encoding /FirstChar /LastChar /Widths /FontDescriptor /DescendantFonts /FontMatrix "
    "/FontBBox /CharProcs /Resources"
)


def draw(owner: pikepdf.Pdf, font: Font, codes: Sequence[tuple[int, int]]) -> Iterator[Picture | None]:
    """Yield the picture of each of ``codes`` (code and its length in bytes), ``None`` where none can be made.

    ``owner`` is the file that ``font`` belongs to.
    """
    size = _size(font)
    for start in range(0, len(codes), _COLUMNS * _ROWS):
        part = codes[start : start + _COLUMNS * _ROWS]
        try:
            pixels = _render(_sheet(owner, font, part, size))
        except Exception:  # whatever a library raises: this font shows nothing that could be looked at
            yield from (None for _ in part)
            continue
        for number_ in range(len(part)):
            x, y = number_ % _COLUMNS * CELL, number_ // _COLUMNS * CELL
            yield pixels[y : y + CELL, x : x + CELL]


def _size(font: Font) -> float:
    """Return the font size at which a character is about an em high: Type 3 fonts have units of their own."""
    if not font.type3:
        return EM
    matrix = numbers(entry(font.spec, "/FontMatrix"), 6) or (0.001, 0, 0, 0.001, 0, 0)
    box = numbers(entry(font.spec, "/FontBBox"), 4) or (0, 0, 0, 0)
    widest = max((number(width) for width in items_of(entry(font.spec, "/Widths"))), default=0.0)
    height = max(abs(box[3] - box[1]), widest) * abs(matrix[3])
    return EM / height if height > 0 else EM


def _sheet(owner: pikepdf.Pdf, font: Font, codes: Sequence[tuple[int, int]], size: float) -> bytes:
    """Return a PDF of one page with a cell a code, in rows from the top."""
    bare = owner.make_indirect(
        Dictionary({key: value_of(font.spec, key) for key in keys_of(font.spec) if key in _KEYS})
    )
    rows = -(-len(codes) // _COLUMNS)
    drawn: list[bytes] = []
    for index, (code, length) in enumerate(codes):
        x, y = index % _COLUMNS * CELL, (rows - 1 - index // _COLUMNS) * CELL
        # Vertical writing begins in the middle of the upper edge.
        at = (x + CELL // 2, y + CELL - LEFT // 2) if font.vertical else (x + LEFT, y + CELL - BASE_LINE)
        shown = code.to_bytes(length, "big").hex().encode()
        drawn.append(
            b"q %d %d %d %d re W n BT /F %f Tf 1 0 0 1 %d %d Tm <%s> Tj ET Q" % (x, y, CELL, CELL, size, *at, shown)
        )
    with pikepdf.new() as pdf, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        page = pdf.add_blank_page(page_size=(_COLUMNS * CELL, rows * CELL))
        page.obj["/Resources"] = Dictionary({"/Font": Dictionary({"/F": pdf.copy_foreign(bare)})})
        page.obj["/Contents"] = pdf.make_stream(b"\n".join(drawn))
        buffer = io.BytesIO()
        pdf.save(buffer, compress_streams=False)
    return buffer.getvalue()


def _render(data: bytes) -> Picture:
    document = pypdfium2.PdfDocument(data)
    try:
        page = document[0]
        bitmap = page.render(scale=1, grayscale=True, may_draw_forms=False)
        pixels = np.array(bitmap.to_numpy())
        bitmap.close()
        page.close()
    finally:
        document.close()
    return pixels.reshape(pixels.shape[0], pixels.shape[1])
