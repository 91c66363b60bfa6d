"""Painting over what goes, at full resolution, and writing the picture anew without anything else."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any, NamedTuple

from PIL import Image, ImageDraw

from hospital_redact.errors import PlanError
from hospital_redact.formats.pictures.files import CONTENT_TYPES, Frame, frames, kind_of, orientation, resolution
from hospital_redact.formats.pictures.reading import PictureReading
from hospital_redact.formats.pictures.stripping import strip_jpeg_of
from hospital_redact.model import Edit, Kind

MARGIN = 2
"""Pixels by which a box reaches beyond the characters, at least; a twentieth of their height where that is more."""
JPEG_QUALITY = 98
"""Of what is compressed with loss anew: nobody sees a difference, and none is wider than ``JPEG_TOLERANCE``."""
_ORIENTATION = 0x0112


class StrippedPicture(NamedTuple):
    """Bytes of a written picture, their content type and name ending without the dot."""

    data: bytes
    content_type: str
    suffix: str


class Patch(NamedTuple):
    """A rectangle that is painted over: frame from 1, then pixels, the right and lower edge exclusive."""

    frame: int
    x0: int
    y0: int
    x1: int
    y1: int


def patches_of(edits: Mapping[int, Sequence[Edit]], reading: PictureReading) -> tuple[Patch, ...]:
    """Return what is painted over for ``edits``, by index into the blocks of ``reading``.

    Raises PlanError HR404 where an edit points outside a block.
    """
    found: set[Patch] = set()
    for number, group in edits.items():
        if not 0 <= number < len(reading.blocks):
            raise _outside(group)
        block = reading.blocks[number]
        if block.kind is not Kind.PICTURE:
            continue  # metadata, which no copy keeps
        for edit in group:
            if edit.span.end > len(block.text):
                raise _outside([edit])
            for glyph in block.glyphs[edit.span.start : edit.span.end]:
                if glyph is not None:
                    margin = max(MARGIN, math.ceil((glyph.box.y1 - glyph.box.y0) / 20))
                    found.add(
                        Patch(
                            glyph.page,
                            max(0, math.floor(glyph.box.x0) - margin),
                            max(0, math.floor(glyph.box.y0) - margin),
                            math.ceil(glyph.box.x1) + margin,
                            math.ceil(glyph.box.y1) + margin,
                        )
                    )
    return tuple(sorted(found))


def _outside(edits: Iterable[Edit]) -> PlanError:
    key = next((edit.id for edit in edits), "")
    return PlanError("HR404", "edit {id} points outside the document; make the plan again from this file", id=key)


def redact_picture(data: bytes, edits: Mapping[int, Sequence[Edit]], reading: PictureReading) -> StrippedPicture:
    """Return a picture file without the characters of ``edits`` and without anything that is no picture.

    ``edits`` go by index into ``reading.blocks``, and ``reading`` is what ``read_picture(data, …)`` gave. Under each
    edited character every pixel of its frame is black. Metadata, thumbnails, further pictures, private tags, what
    fully transparent pixels hide and bytes behind the end are gone; by which of eight ways a viewer turns the picture
    and its resolution stay. Every other pixel keeps its value. Only a JPEG that is edited is compressed anew, at
    quality 98 and without chroma subsampling, and differs by a few grey values (``compare_picture`` knows by how many).
    The file is of the same kind, a GIF becomes a PNG.

    Raises ReadError as ``read_picture`` does, and PlanError HR404.
    """
    patches = patches_of(edits, reading)
    written: list[tuple[Image.Image, dict[str, Any]]] = []
    kind = ""
    for frame in frames(data):
        kind = "PNG" if kind_of(frame.image) == "GIF" else kind_of(frame.image)
        if kind == "JPEG" and not patches and (whole := strip_jpeg_of(data, orientation(frame.image))) is not None:
            return StrippedPicture(whole, *CONTENT_TYPES[kind])
        written.append(_painted(frame, patches, kind))
    return StrippedPicture(_file(kind, written), *CONTENT_TYPES[kind])


def _painted(frame: Frame, patches: Iterable[Patch], kind: str) -> tuple[Image.Image, dict[str, Any]]:
    """Return a frame of nothing but pixels, painted over, and how it is saved."""
    image = frame.image
    saving: dict[str, Any] = {}
    if (dots := resolution(image)) is not None and kind != "WEBP":
        saving["dpi"] = dots
    if (turned := orientation(image)) != 1:  # Pillow has turned the pages of a TIFF already
        exif = Image.Exif()
        exif[_ORIENTATION] = turned
        saving["exif"] = exif
    own = [patch for patch in patches if patch.frame == frame.number]
    clean = _clean(image, paint=bool(own))
    for patch in own:
        ImageDraw.Draw(clean).rectangle((patch.x0, patch.y0, patch.x1 - 1, patch.y1 - 1), fill=_black(clean.mode))
    if kind == "TIFF":
        saving["compression"] = "group4" if clean.mode == "1" else "tiff_deflate"
    return clean, saving


def _clean(image: Image.Image, *, paint: bool) -> Image.Image:
    """Return a picture of the same pixels that holds nothing else; without a palette where one paints on it."""
    if image.has_transparency_data and image.mode != "RGBA":
        image = image.convert("RGBA")
    elif image.mode in ("P", "PA") and paint:
        image = image.convert("RGB")
    if image.mode == "RGBA":
        # What lets everything through may still hold a picture.
        shown = image.getchannel("A").point(lambda a: 255 if a else 0)
        empty = Image.new("RGBA", image.size)
        empty.paste(image, mask=shown)
        return empty
    new = Image.new(image.mode, image.size)
    if image.mode == "P":
        palette = image.getpalette()
        assert palette is not None
        new.putpalette(palette)
    new.paste(image)
    return new


def _black(mode: str) -> int | tuple[int, ...]:
    return {"RGB": (0, 0, 0), "RGBA": (0, 0, 0, 255), "CMYK": (0, 0, 0, 255), "LA": (0, 255)}.get(mode, 0)


def _file(kind: str, written: Sequence[tuple[Image.Image, dict[str, Any]]]) -> bytes:
    buffer = BytesIO()
    first, saving = written[0]
    match kind:
        case "JPEG":
            first.save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0, optimize=True, **saving)
        case "WEBP":
            first.save(buffer, "WEBP", lossless=True, exact=True, quality=50, method=2, **saving)
        case "TIFF":
            _save_pages(buffer, written)
        case _:
            first.save(buffer, kind, **saving)
    return buffer.getvalue()


def _save_pages(buffer: BytesIO, written: Sequence[tuple[Image.Image, dict[str, Any]]]) -> None:
    from PIL import TiffImagePlugin  # noqa: PLC0415 - only for pages

    with TiffImagePlugin.AppendingTiffWriter(buffer, new=True) as pages:
        for image, saving in written:
            image.save(pages, "TIFF", **saving)
            pages.newFrame()
