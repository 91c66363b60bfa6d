"""The coverage gate: pdfium reads every page as well, and nothing that it places may be missing here.

Where a font gives no Unicode, pdfium's is borrowed by origin (it reads encodings inside font programs). Where
pdfium shows a character and the interpreter has no glyph at its origin, the page holds text that was not placed.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import pypdfium2  # type: ignore[import-untyped]  # it ships no types
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]  # it ships no types

from hospital_redact.formats.pdf.content import Drawn, PageContent
from hospital_redact.formats.pdf.fonts import usable
from hospital_redact.formats.pdf.limits import corrupt
from hospital_redact.model import Box

_SPACES = frozenset((0x20, 0x0A, 0x0D))
_HYPHENS = frozenset((0x02, 0x2D, 0xAD, 0xFFFE))
"""What pdfium may make up besides spaces and line ends."""
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


def compare_pages(data: bytes, contents: Sequence[PageContent]) -> list[list[Box]]:
    """Return, for each page, where pdfium reads characters that ``contents`` does not place.

    Glyphs without text get pdfium's, where that is sure. Raises HR203 where pdfium counts other pages.
    """
    missing: list[list[Box]] = []
    lenders: list[tuple[list[Drawn], list[Character]]] = []
    with opened(data) as document:
        if len(document) != len(contents):
            raise corrupt("two readers count different numbers of pages")
        for index, content in enumerate(contents):
            if content.overlays:
                page = document[index]
                pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY)
                page.close()
            silent = not all(glyph.text for glyph in content.glyphs)
            seen = characters(document, index, lends=silent)
            missing.append(unplaced(content.glyphs, seen))
            if silent:
                # pdfium puts ActualText in the place of glyphs, and that need not be what they show.
                lenders.append((content.glyphs, [] if content.shadow else seen))
    borrow(lenders)
    return missing


def characters(document: pypdfium2.PdfDocument, index: int, *, lends: bool = True) -> list[Character]:
    """Return what pdfium reads on page ``index`` (from 0), without the spaces and line ends it makes up.

    Where nobody borrows from them (``lends``), nobody asks which are doubtful, and none is.
    """
    try:
        page = document[index]
        text_page = page.get_textpage()
    except pypdfium2.PdfiumError:
        raise corrupt("the second reader cannot open a page") from None
    try:
        raw = text_page.raw
        x, y = ctypes.c_double(), ctypes.c_double()
        at_x, at_y = ctypes.byref(x), ctypes.byref(y)
        unicode_of, origin_of = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetCharOrigin
        found: list[Character] = []
        for number in range(pdfium.FPDFText_CountChars(raw)):
            code = unicode_of(raw, number)
            if code in _SPACES or (code in _HYPHENS and pdfium.FPDFText_IsGenerated(raw, number) == 1):
                continue
            if not origin_of(raw, number, at_x, at_y):
                continue
            doubtful = lends and pdfium.FPDFText_HasUnicodeMapError(raw, number) == 1
            text = chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else ""
            found.append(Character(text, x.value, y.value, doubtful))
        return found
    finally:
        text_page.close()
        page.close()


def borrow(pages: list[tuple[list[Drawn], list[Character]]]) -> None:
    """Give glyphs without text pdfium's at their origin, where pdfium is sure of it; changes the lists in place.

    A code of a font means one text throughout a file: where pdfium gives it two, it stays without.
    """
    votes: dict[tuple[str, int], set[str]] = {}
    for glyphs, seen in pages:
        silent = [glyph for glyph in glyphs if not glyph.text]
        if not silent:
            continue
        grid: dict[tuple[int, int], list[Character]] = {}
        for character in seen:
            if not character.doubtful and usable(character.text):
                grid.setdefault((int(character.x // 1), int(character.y // 1)), []).append(character)
        for glyph in silent:
            texts = {c.text for c in _near(grid, glyph.x, glyph.y)}
            votes.setdefault((glyph.run.font.key, glyph.code), set()).update(texts)
    for glyphs, _ in pages:
        for index, glyph in enumerate(glyphs):
            if not glyph.text:
                texts = votes.get((glyph.run.font.key, glyph.code), set())
                if len(texts) == 1:
                    glyphs[index] = glyph._replace(text=next(iter(texts)))


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
