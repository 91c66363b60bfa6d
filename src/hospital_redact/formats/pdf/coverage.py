"""The coverage gate: pdfium reads every page as well, and nothing that it places may be missing here.

Where a font gives no Unicode, pdfium's is borrowed by origin (it reads encodings inside font programs). Where
pdfium shows a character and the interpreter has no glyph at its origin, the page holds text that was not placed.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from hospital_redact.formats.pdf.content import Drawn
from hospital_redact.formats.pdf.fonts import usable
from hospital_redact.formats.pdf.limits import corrupt
from hospital_redact.model import Box

TOLERANCE = 0.6
"""Points by which the origins of both readers may differ."""


class Character(NamedTuple):
    """One character as pdfium places it; ``doubtful`` where its own Unicode mapping failed."""

    text: str
    x: float
    y: float
    doubtful: bool


@contextmanager
def opened(data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """Open a file with pdfium. Raises HR203 where pdfium cannot."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        raise corrupt("the second reader cannot open it") from None
    try:
        yield document
    finally:
        document.close()


def characters(document: pypdfium2.PdfDocument, index: int) -> list[Character]:
    """Return what pdfium reads on page ``index`` (from 0), without the spaces and line ends it makes up."""
    try:
        page = document[index]
        text_page = page.get_textpage()
    except pypdfium2.PdfiumError:
        raise corrupt("the second reader cannot open a page") from None
    try:
        raw = text_page.raw
        x, y = ctypes.c_double(), ctypes.c_double()
        at_x, at_y = ctypes.byref(x), ctypes.byref(y)
        found: list[Character] = []
        for number in range(pdfium.FPDFText_CountChars(raw)):
            code = pdfium.FPDFText_GetUnicode(raw, number)
            if code in (0x20, 0x0A, 0x0D) or pdfium.FPDFText_IsGenerated(raw, number) == 1:
                continue
            if not pdfium.FPDFText_GetCharOrigin(raw, number, at_x, at_y):
                continue
            doubtful = pdfium.FPDFText_HasUnicodeMapError(raw, number) == 1
            text = chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else ""
            found.append(Character(text, x.value, y.value, doubtful))
        return found
    finally:
        text_page.close()
        page.close()


def borrow(glyphs: list[Drawn], seen: list[Character]) -> list[Drawn]:
    """Return ``glyphs``, those without text with pdfium's at their origin, where pdfium is sure of it."""
    if all(glyph.text for glyph in glyphs):
        return glyphs
    grid: dict[tuple[int, int], list[Character]] = {}
    for character in seen:
        if not character.doubtful and usable(character.text):
            grid.setdefault((int(character.x // 1), int(character.y // 1)), []).append(character)
    result: list[Drawn] = []
    for glyph in glyphs:
        if not glyph.text:
            texts = {c.text: None for c in _near(grid, glyph.x, glyph.y)}
            if len(texts) == 1:
                glyph = glyph._replace(text=next(iter(texts)))  # noqa: PLW2901 - the same glyph with its text
        result.append(glyph)
    return result


def _near(grid: dict[tuple[int, int], list[Character]], x: float, y: float) -> Iterator[Character]:
    column, row = int(x // 1), int(y // 1)
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            for character in grid.get((column + dx, row + dy), ()):
                if abs(character.x - x) <= TOLERANCE and abs(character.y - y) <= TOLERANCE:
                    yield character


def unplaced(glyphs: list[Drawn], seen: list[Character]) -> list[Box]:
    """Return where pdfium has characters and the interpreter has no glyph, one box a character."""
    cells: set[tuple[int, int]] = set()
    for glyph in glyphs:
        cells.add((int(glyph.x // 1), int(glyph.y // 1)))
    missing: list[Box] = []
    for character in seen:
        column, row = int(character.x // 1), int(character.y // 1)
        if (column, row) in cells:
            continue
        if any((column + dx, row + dy) in cells for dx in (-1, 0, 1) for dy in (-1, 0, 1)):
            continue
        missing.append(Box(character.x, character.y, character.x, character.y))
    return missing
