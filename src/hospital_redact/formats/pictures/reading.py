"""Reading a picture: its text by OCR, its codes, what stands beside the pixels, and what was not understood."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from PIL import Image

from hospital_redact.formats.pictures import coverage, ocr
from hospital_redact.formats.pictures.barcodes import Barcode, read_barcodes
from hospital_redact.formats.pictures.coverage import Solid, mark_boxes
from hospital_redact.formats.pictures.files import frames
from hospital_redact.formats.pictures.layout import blocks_of_lines, glyph_at
from hospital_redact.formats.pictures.metadata import texts_beside
from hospital_redact.formats.pictures.ocr import Pixels
from hospital_redact.model import Block, Kind, Location, RemovedPart, Unread

CODE_LABEL = "条码号："
"""Stands before the text of a code, so that detectors take it for the number of something: a person cannot read it."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_TINY = 2
"""Pixels up to which nothing can be read: a rule, a spacer."""


class PictureReading(NamedTuple):
    """What was read in a picture.

    ``blocks`` are of :attr:`Kind.PICTURE`: a row of text each (a cell each where rows make a table), then the codes.
    Their places are ``Location(part, "picture line 3")`` and ``Location(part, "barcode 1")``, with ``page`` the frame
    where a file has several. Each character has a :class:`Glyph` with ``page`` the frame (from 1), ``font`` ``"ocr"``
    and ``box`` in PIXELS of that frame, origin at the UPPER left, y downwards (``box.y0`` is the upper edge); ``None``
    for spaces and tabs. A code reads ``条码号：`` and its text, whose characters all have the box of the code. Texts
    of metadata follow as blocks of :attr:`Kind.METADATA` that do not survive.

    ``unread`` is what shows and no text stands for; each has a place of its own that the copy gives it as well.
    """

    blocks: tuple[Block, ...]
    unread: tuple[Unread, ...] = ()
    dropped: tuple[RemovedPart, ...] = ()

    def placed(self, first: int, table: int) -> tuple[Block, ...]:
        """Return the blocks for a document in which they begin at number ``first`` and tables at ``table``."""

        def shifted(head: int | None) -> int | None:
            return None if head is None else head + first

        return tuple(
            replace(
                block,
                cell=block.cell
                and replace(
                    block.cell,
                    table=block.cell.table + table,
                    column_header=shifted(block.cell.column_header),
                    row_header=shifted(block.cell.row_header),
                ),
            )
            for block in self.blocks
        )


def read_picture(data: bytes, part: str) -> PictureReading:
    """Read a picture file (PNG, JPEG, TIFF, BMP, WebP, GIF), all its pages; ``part`` says in which part it is.

    Without the ``ocr`` extra there is one :class:`Unread` ``image`` a frame, and metadata is read all the same.
    Raises ReadError: HR201 for another kind of file or an animation, HR203 corrupt, HR204 over a limit.
    """
    shown: list[Block] = []
    beside: list[Block] = []
    unread: list[Unread] = []
    for frame in frames(data):
        seen = read_image(frame.image, part, frame.page)
        shown.extend(seen.placed(len(shown), _tables(shown)))
        unread.extend(seen.unread)
        for text in texts_beside(frame.image):
            location = Location(part, f"metadata {len(beside) + 1}", frame.page)
            beside.append(Block(text, location, Kind.METADATA, survives=False))
    dropped = (RemovedPart("picture_metadata", part, len(beside)),) if beside else ()
    return PictureReading((*shown, *beside), tuple(unread), dropped)


def read_image(image: Image.Image, part: str, page: int | None) -> PictureReading:
    """Read what one decoded picture shows; see :func:`read_picture`."""
    return read_shown(tuple(as_shown(image)), part, page)


def read_shown(shown: Sequence[Pixels], part: str, page: int | None) -> PictureReading:
    """Read a picture that shows in one way or, where it lets through, in several of one size; the first is the usual.

    See :func:`read_picture`.
    """
    if min(shown[0].shape[:2]) <= _TINY or all(int(p.min()) == int(p.max()) for p in shown):
        return PictureReading(())
    if not ocr.available():
        reason = 'a picture, which is not read without the extra "ocr"'
        return PictureReading((), (Unread("image", Location(part, "", page), reason),))
    if min(shown[0].shape[:2]) < ocr.MIN_SIDE:
        reason = "a picture that is too small to be read"
        return PictureReading((), (Unread("image", Location(part, "", page), reason),))
    lines: tuple[ocr.Line, ...] = ()
    codes: tuple[Barcode, ...] = ()
    for pixels in shown:
        lines = _more(lines, ocr.read_lines(pixels))
        codes = _more_codes(codes, read_barcodes(pixels))
    solid = Solid(shown[0], lines)
    lines = mark_boxes(lines, solid)
    unread = _unread(shown[0], lines, codes, solid, Location(part, "", page))
    blocks = list(blocks_of_lines(lines, part, page))
    for number, code in enumerate((c for c in codes if c.text), 1):
        text = _CONTROL.sub(" ", code.text)
        glyphs = (*(None,) * len(CODE_LABEL), *(glyph_at(code.box, page),) * len(text))
        location = Location(part, f"barcode {number}", page)
        blocks.append(Block(CODE_LABEL + text, location, Kind.PICTURE, glyphs=glyphs))
    return PictureReading(tuple(blocks), tuple(unread))


def as_shown(image: Image.Image) -> Iterator[Pixels]:
    """Yield the pixels (height, width, 3; RGB) as they show: on white paper and, where they let through, on black."""

    if image.mode.startswith("I;16"):
        values = np.asarray(image).astype(np.float32)
        top = max(1.0, float(values.max()))  # a radiograph uses a part of the range only
        grey = (values * (255.0 / top)).astype(np.uint8)
        yield np.repeat(grey[:, :, None], 3, axis=2)
        return
    if not image.has_transparency_data:
        yield np.asarray(image.convert("RGB"))
        return
    whole = image.convert("RGBA")
    papers = ("white", "black") if whole.getchannel("A").getextrema() != (255, 255) else ("white",)
    for paper in papers:
        under = Image.new("RGBA", whole.size, paper)
        yield np.asarray(Image.alpha_composite(under, whole).convert("RGB"))


def _unread(
    pixels: Pixels, lines: tuple[ocr.Line, ...], codes: tuple[Barcode, ...], solid: Solid, place: Location
) -> Iterator[Unread]:
    # One a frame and kind, without a number: a copy must give the same place to what a person accepted.
    if count := coverage.unclear(lines, pixels, solid):
        yield Unread(
            "unclear_text", place, f"lines of a picture that cannot be read for sure, or are handwritten: {count}"
        )
    if any(not code.text for code in codes):
        yield Unread("barcode", place, "a barcode in a picture that cannot be read")
    match coverage.beyond_text(pixels, lines, codes, solid):
        case "photo":
            yield Unread("photo", place, "a photograph, in which a person or a body may show")
        case "image":
            yield Unread("image", place, "a picture in which nothing was read")


def _more(lines: tuple[ocr.Line, ...], found: tuple[ocr.Line, ...]) -> tuple[ocr.Line, ...]:
    """Return ``lines`` with those of ``found`` that stand elsewhere, or are clearer than what stands there."""
    kept = list(lines)
    for line in found:
        rivals = [n for n, other in enumerate(kept) if ocr.shared(line.quad, other.quad) > 0.5]
        if all(kept[n].confidence < line.confidence for n in rivals):
            kept = [other for n, other in enumerate(kept) if n not in rivals] + [line]
    return tuple(kept)


def _more_codes(codes: tuple[Barcode, ...], found: tuple[Barcode, ...]) -> tuple[Barcode, ...]:
    return codes + tuple(code for code in found if code not in codes)


def _tables(blocks: list[Block]) -> int:
    return 1 + max((block.cell.table for block in blocks if block.cell is not None), default=-1)
