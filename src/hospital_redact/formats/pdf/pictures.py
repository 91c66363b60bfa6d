"""The images of a PDF: drawn alone by pdfium as they show, read by OCR, painted over at full resolution.

An image is rendered at one pixel a sample on a page of its own, so that every filter, colour space and mask is taken
as a viewer takes it. The blocks of an image stand in points on its page, what is painted in samples of the image.
"""

from __future__ import annotations

import io
import math
import warnings
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pikepdf
import pypdfium2  # type: ignore[import-untyped]  # it ships no types
from numpy.typing import NDArray
from pikepdf import Dictionary, Name
from PIL import Image

from hospital_redact.formats.base import Difference
from hospital_redact.formats.pdf.content import PageContent, PlacedImage
from hospital_redact.formats.pdf.images import entry_bytes
from hospital_redact.formats.pdf.limits import corrupt
from hospital_redact.formats.pdf.objects import Matrix, entry, is_array, is_stream, key_of, number, value_of
from hospital_redact.formats.pdf.removal import glyphs_of, removed_characters
from hospital_redact.formats.pictures import PictureReading, patches_of
from hospital_redact.formats.pictures.comparison import JPEG_RIPPLE, JPEG_TOLERANCE
from hospital_redact.formats.pictures.reading import read_shown
from hospital_redact.formats.pictures.redacting import JPEG_QUALITY, Patch
from hospital_redact.model import (
    Block,
    Box,
    Document,
    Edit,
    Glyph,
    Kind,
    Location,
    RedactionPlan,
    Unread,
    edits_by_block,
)

Pixels = NDArray[np.uint8]

MAX_SAMPLES = 64_000_000
"""Pixels of one image; a larger one is not read."""
MAX_IMAGES = 1_000
"""Different images of one file that are read; further ones are not."""
_KEYS = ("/ColorSpace", "/BitsPerComponent", "/Decode", "/DecodeParms", "/Filter", "/ImageMask", "/SMaskInData")
_EDGE = 1e-6
_LOSSY = (b"/DCTDecode", b"/JPXDecode", b"/DCT")


@dataclass(frozen=True, slots=True)
class PdfPicture:
    """An image that a page draws, as read: ``first`` is the block number of block 0 of ``reading``.

    ``reading`` has boxes in samples, origin at the upper left of the image as it shows; ``mirrored`` says that the
    image is stored upside down against that.
    """

    page: int
    placed: PlacedImage
    first: int
    reading: PictureReading
    mirrored: bool


class Pictures:
    """Reads the images of one file, each different one once."""

    def __init__(self, owner: pikepdf.Pdf) -> None:
        self._owner = owner
        self._known: dict[object, PictureReading | None] = {}

    def read(
        self, pages: Iterable[PageContent], first: int, table: int
    ) -> tuple[list[PdfPicture], list[Block], list[Unread]]:
        """Return the pictures of ``pages``, their blocks (from ``first``, tables from ``table``), what is unread."""
        pictures: list[PdfPicture] = []
        blocks: list[Block] = []
        unread: list[Unread] = []
        for content in pages:
            # Counted with the blank ones: an image that is painted over is blank in the copy.
            for count, placed in enumerate(content.images, 1):
                if placed.blank:
                    continue
                part = f"image {count}"
                reading = self._reading(placed)
                if reading is None:
                    reason = "an image that is too large or too damaged to be read"
                    unread.append(Unread("image", Location(part, "", content.page, box_of(placed)), reason))
                    continue
                own = _located(reading, part, content.page)
                pictures.append(
                    PdfPicture(content.page, placed, first + len(blocks), reading, _is_mirrored(placed.ctm))
                )
                placed_blocks = own.placed(first + len(blocks), table)
                table = max([table, *(b.cell.table + 1 for b in placed_blocks if b.cell is not None)])
                blocks.extend(_on_page(block, placed, _is_mirrored(placed.ctm)) for block in placed_blocks)
                unread.extend(replace(u, location=replace(u.location, box=box_of(placed))) for u in own.unread)
        return pictures, blocks, unread

    def _reading(self, placed: PlacedImage) -> PictureReading | None:
        key = (_identity(placed), _is_mirrored(placed.ctm))
        if key not in self._known:
            if len(self._known) >= MAX_IMAGES:
                return None
            shown = _shown(self._owner, placed)
            self._known[key] = None if shown is None else read_shown(shown, "image", None)
        return self._known[key]


def box_of(placed: PlacedImage) -> Box:
    """Return the upright rectangle around an image on its page, in points."""
    a, b, c, d, e, f = placed.ctm
    xs, ys = (e, e + a, e + c, e + a + c), (f, f + b, f + d, f + b + d)
    return Box(min(xs), min(ys), max(xs), max(ys))


def _identity(placed: PlacedImage) -> object:
    key = (0, 0) if placed.inline else key_of(placed.image)
    return key if key != (0, 0) else pikepdf.unparse_content_stream([placed.image]) if placed.inline else id(placed)


def _is_mirrored(ctm: Matrix) -> bool:
    return ctm[0] * ctm[3] - ctm[1] * ctm[2] < 0


def _located(reading: PictureReading, part: str, page: int) -> PictureReading:
    return PictureReading(
        tuple(replace(b, location=replace(b.location, part=part, page=page)) for b in reading.blocks),
        tuple(replace(u, location=replace(u.location, part=part, page=page)) for u in reading.unread),
    )


def _on_page(block: Block, placed: PlacedImage, mirrored: bool) -> Block:
    """Return a block with its glyphs in points of the page."""
    a, b, c, d, e, f = placed.ctm
    width, height = placed.width, placed.height

    def moved(glyph: Glyph | None) -> Glyph | None:
        if glyph is None:
            return None
        box = glyph.box
        us = (box.x0 / width, box.x1 / width)
        vs = (box.y0 / height, box.y1 / height) if mirrored else (1 - box.y1 / height, 1 - box.y0 / height)
        xs = [a * u + c * v + e for u in us for v in vs]
        ys = [b * u + d * v + f for u in us for v in vs]
        return Glyph(block.location.page or 1, "ocr", 0, min(xs), min(ys), Box(min(xs), min(ys), max(xs), max(ys)))

    return replace(block, glyphs=tuple(moved(glyph) for glyph in block.glyphs))


# --------------------------------------------------------------------------- rendering


def _shown(owner: pikepdf.Pdf, placed: PlacedImage) -> tuple[Pixels, ...] | None:
    """Return an image as it shows on white paper, and without its masks, which may hide what is there all the same."""
    masked = not placed.inline and any(value_of(placed.image, key) is not None for key in ("/SMask", "/Mask"))
    rendered = [render(owner, placed, masks=True)]
    if masked:
        rendered.append(render(owner, placed, masks=False))
    if any(pixels is None for pixels in rendered):
        return None
    mirrored = _is_mirrored(placed.ctm)
    return tuple(pixels[::-1] if mirrored else pixels for pixels in rendered if pixels is not None)


def render(owner: pikepdf.Pdf, placed: PlacedImage, *, masks: bool) -> Pixels | None:
    """Return the samples (height, width, 3; RGB) of an image on white paper, upper row first as it is stored.

    ``None`` where it is over a limit or cannot be drawn. A stencil is drawn in black.
    """
    width, height = placed.width, placed.height
    if not 0 < width * height <= MAX_SAMPLES or width > 0xFFFF or height > 0xFFFF:
        return None
    try:
        return _draw(_alone(owner, placed, masks=masks), width, height)
    except Exception:  # whatever a library raises: this image is not read
        return None


def _draw(data: bytes, width: int, height: int) -> Pixels | None:
    document = pypdfium2.PdfDocument(data)
    try:
        page = document[0]
        bitmap = page.render(scale=1, no_smoothimage=True, rev_byteorder=True, prefer_bgrx=True, may_draw_forms=False)
        pixels = np.array(bitmap.to_numpy()[:, :, :3])
        bitmap.close()
        page.close()
    finally:
        document.close()
    return pixels if pixels.shape[:2] == (height, width) else None


def _alone(owner: pikepdf.Pdf, placed: PlacedImage, *, masks: bool) -> bytes:
    """Return a PDF that draws one image on one page, a point for each sample."""
    with pikepdf.new() as pdf, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        page = pdf.add_blank_page(page_size=(placed.width, placed.height))
        scale = b"q %d 0 0 %d 0 0 cm\n" % (placed.width, placed.height)
        if placed.inline:
            drawn = pikepdf.unparse_content_stream([placed.image])
            spaces = entry(placed.stream.resources, "/ColorSpace")
            if spaces is not None:
                page.obj["/Resources"] = Dictionary({"/ColorSpace": pdf.copy_foreign(owner.make_indirect(spaces))})
        else:
            page.obj["/Resources"] = Dictionary(
                {"/XObject": Dictionary({"/I": pdf.copy_foreign(_bare(owner, placed, masks=masks))})}
            )
            drawn = b"/I Do"
        page.obj["/Contents"] = pdf.make_stream(scale + drawn + b"\nQ")
        buffer = io.BytesIO()
        pdf.save(buffer, compress_streams=False)
        return buffer.getvalue()


def _bare(owner: pikepdf.Pdf, placed: PlacedImage, *, masks: bool) -> pikepdf.Object:
    """Return the image with the keys that draw it only, so that nothing else of the file is copied."""

    def bare(image: pikepdf.Object, *, inner: bool) -> pikepdf.Object:
        new = owner.make_stream(image.read_raw_bytes())
        new["/Type"], new["/Subtype"] = Name("/XObject"), Name("/Image")
        new["/Width"], new["/Height"] = int(number(value_of(image, "/Width"))), int(number(value_of(image, "/Height")))
        for key in (*_KEYS, *(("/Matte",) if inner else ())):
            if value_of(image, key) is not None:
                new[key] = value_of(image, key)
        for key in ("/SMask", "/Mask") if masks and not inner else ():
            mask = value_of(image, key)
            if isinstance(mask, pikepdf.Object):
                new[key] = bare(mask, inner=True) if is_stream(mask) else mask
        return new

    return bare(placed.image, inner=False)


# --------------------------------------------------------------------------- painting


def patches_for(picture: PdfPicture, edits: Mapping[int, Sequence[Edit]]) -> tuple[Patch, ...]:
    """Return what is painted for ``edits`` (by block of the document) in samples of the image as it is stored."""
    count = len(picture.reading.blocks)
    own = {n - picture.first: group for n, group in edits.items() if picture.first <= n < picture.first + count}
    patches = patches_of(own, picture.reading)
    if not picture.mirrored:
        return patches
    height = picture.placed.height
    return tuple(patch._replace(y0=max(0, height - patch.y1), y1=height - patch.y0) for patch in patches)


def patches_under(placed: PlacedImage, boxes: Iterable[Box]) -> tuple[Patch, ...]:
    """Return the samples of an image under ``boxes`` of its page: below a removed glyph a scan shows it too."""
    a, b, c, d, e, f = placed.ctm
    area = a * d - b * c
    if abs(area) < _EDGE:
        return ()
    found: set[Patch] = set()
    for box in boxes:
        corners = [(x - e, y - f) for x in (box.x0, box.x1) for y in (box.y0, box.y1)]
        us = [(d * x - c * y) / area for x, y in corners]
        vs = [(a * y - b * x) / area for x, y in corners]
        x0, x1 = max(0, math.floor(min(us) * placed.width)), min(placed.width, math.ceil(max(us) * placed.width))
        y0, y1 = (1 - max(vs)) * placed.height, (1 - min(vs)) * placed.height
        top, bottom = max(0, math.floor(y0)), min(placed.height, math.ceil(y1))
        if x0 < x1 and top < bottom:
            found.add(Patch(1, x0, top, x1, bottom))
    return tuple(sorted(found))


def removed_boxes(document: Document, plan: RedactionPlan) -> dict[int, list[Box]]:
    """Return by page the boxes of the glyphs that ``plan`` removes."""
    boxes: dict[int, list[Box]] = {}
    for number_, characters in removed_characters(document, plan).items():
        for start, _, glyph in glyphs_of(document.blocks[number_]):
            if start in characters:
                boxes.setdefault(glyph.page, []).append(glyph.box)
    return boxes


def paint(pdf: pikepdf.Pdf, placed: PlacedImage, patches: Sequence[Patch]) -> pikepdf.Object:
    """Return an image XObject of the same samples with ``patches`` in black, opaque in its masks.

    What was compressed with loss (JPEG, JPEG 2000) becomes a JPEG of high quality, all else keeps its values.
    """
    if _has_odd_mask(placed):
        pixels = _required(render(pdf, placed, masks=True))
        return _image(pdf, _with_patches(pixels, patches, 0), lossy=False)
    pixels = _with_patches(_required(render(pdf, placed, masks=False)), patches, 0)
    if _is_stencil(placed):
        return _stencil(pdf, pixels)
    new = _image(pdf, pixels, lossy=_is_lossy(placed))
    if not placed.inline:
        for key in ("/SMask", "/Mask"):
            mask = value_of(placed.image, key)
            if isinstance(mask, pikepdf.Object) and is_stream(mask):
                new[key] = _mask(pdf, placed, mask, patches, soft=key == "/SMask")
    return new


def _required(pixels: Pixels | None) -> Pixels:
    if pixels is None:
        raise corrupt("an image under removed text cannot be drawn")
    return pixels


def _is_stencil(placed: PlacedImage) -> bool:
    image = placed.image.iimage.obj if placed.inline else placed.image
    return bool(value_of(image, "/ImageMask") or value_of(image, "/IM"))


def _has_odd_mask(placed: PlacedImage) -> bool:
    """Whether transparency is mixed into the samples themselves: by a colour key, a matte, or inside JPEG 2000."""
    if placed.inline:
        return False
    matte = value_of(entry(placed.image, "/SMask"), "/Matte") is not None
    return is_array(value_of(placed.image, "/Mask")) or matte or bool(value_of(placed.image, "/SMaskInData"))


def _with_patches(pixels: Pixels, patches: Iterable[Patch], value: int) -> Pixels:
    changed = pixels.copy()
    for patch in patches:
        changed[patch.y0 : patch.y1, patch.x0 : patch.x1] = value
    return changed


def _image(pdf: pikepdf.Pdf, pixels: Pixels, *, lossy: bool) -> pikepdf.Object:
    height, width = pixels.shape[:2]
    grey = bool((pixels[:, :, 0] == pixels[:, :, 1]).all() and (pixels[:, :, 1] == pixels[:, :, 2]).all())
    samples = pixels[:, :, 0] if grey else pixels
    bits = 8
    new: pikepdf.Object
    if lossy:
        buffer = io.BytesIO()
        Image.fromarray(samples).save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0, optimize=True)
        new = pdf.make_stream(buffer.getvalue())
        new["/Filter"] = Name("/DCTDecode")
    elif grey and bool(((samples == 0) | (samples == 255)).all()):
        bits = 1
        new = _packed(pdf, np.packbits(samples > 127, axis=1).tobytes())
    else:
        new = _packed(pdf, samples.tobytes())
    new["/Type"], new["/Subtype"] = Name("/XObject"), Name("/Image")
    new["/Width"], new["/Height"], new["/BitsPerComponent"] = width, height, bits
    new["/ColorSpace"] = Name("/DeviceGray" if grey else "/DeviceRGB")
    return new


def _packed(pdf: pikepdf.Pdf, data: bytes) -> pikepdf.Object:
    new = pdf.make_stream(zlib.compress(data, 6))
    new["/Filter"] = Name("/FlateDecode")
    return new


def _stencil(pdf: pikepdf.Pdf, pixels: Pixels) -> pikepdf.Object:
    """Return a stencil mask (ISO 32000-1, 8.9.6.2) that paints where ``pixels`` are dark."""
    new = _packed(pdf, np.packbits(pixels[:, :, 0] > 127, axis=1).tobytes())
    new["/Type"], new["/Subtype"] = Name("/XObject"), Name("/Image")
    new["/Width"], new["/Height"], new["/BitsPerComponent"] = pixels.shape[1], pixels.shape[0], 1
    new["/ImageMask"] = True
    return new


def _mask(
    pdf: pikepdf.Pdf, placed: PlacedImage, mask: pikepdf.Object, patches: Sequence[Patch], *, soft: bool
) -> pikepdf.Object:
    """Return a soft mask or stencil of an image, opaque under ``patches``: its own samples may show the letters."""
    width, height = int(number(value_of(mask, "/Width"))), int(number(value_of(mask, "/Height")))
    alone = PlacedImage(placed.stream, placed.operator, mask, placed.ctm, width, height)
    across, down = width / placed.width, height / placed.height
    scaled = [
        Patch(
            p.frame,
            math.floor(p.x0 * across),
            math.floor(p.y0 * down),
            math.ceil(p.x1 * across - _EDGE),
            math.ceil(p.y1 * down - _EDGE),
        )
        for p in patches
    ]
    pixels = _required(render(pdf, alone, masks=False))
    if soft:
        return _image(pdf, _with_patches(pixels, scaled, 255), lossy=False)
    return _stencil(pdf, _with_patches(pixels, scaled, 0))


# --------------------------------------------------------------------------- comparing


Side = tuple[pikepdf.Pdf, Sequence[PageContent]]
"""An open file and pages of it."""


def compare_images(source: Side, copy: Side, document: Document, plan: RedactionPlan) -> Iterator[Difference]:
    """Yield each image of the pages given that is not the source's with its boxes painted over.

    The pages of both sides are those that bear edited pictures, in their order.
    """
    edits = edits_by_block(plan.edits)
    firsts: dict[tuple[int | None, str], int] = {}
    for number_, block in enumerate(document.blocks):
        if block.kind is Kind.PICTURE:
            firsts.setdefault((block.location.page, block.location.part), number_)
    reader = Pictures(source[0])
    boxes = removed_boxes(document, plan)
    for old, new in zip(source[1], copy[1], strict=True):
        if len(old.images) != len(new.images):
            yield Difference(f"page {old.page}", "the number of images differs")
            continue
        pictures, _, _ = reader.read([old], 0, 0)
        by_place = {id(picture.placed): picture for picture in pictures}
        for count, (was, now) in enumerate(zip(old.images, new.images, strict=True), 1):
            picture = by_place.get(id(was))
            place = f"page {old.page}, image {count}"
            patches = () if was.blank else patches_under(was, boxes.get(old.page, ()))
            if picture is not None:
                first = firsts.get((old.page, f"image {count}"), len(document.blocks))
                patches += patches_for(replace(picture, first=first), edits)
            if wrong := _compare((source[0], was), (copy[0], now), patches):
                yield Difference(place, wrong)


def _compare(
    source: tuple[pikepdf.Pdf, PlacedImage], copy: tuple[pikepdf.Pdf, PlacedImage], patches: Sequence[Patch]
) -> str | None:
    was, now = source[1], copy[1]
    if not patches and not was.inline and not now.inline and was.image.read_raw_bytes() == now.image.read_raw_bytes():
        return None
    if was.ctm != now.ctm and any(abs(x - y) > 0.01 for x, y in zip(was.ctm, now.ctm, strict=True)):
        return "it has moved"
    if (was.width, was.height) != (now.width, now.height):
        return "its size differs"
    old, new, alone = render(*source, masks=True), render(*copy, masks=True), render(*copy, masks=False)
    if old is None or new is None or alone is None:
        # Neither was read: a person accepted it as it is.
        return None if old is None and new is None and not patches else "it cannot be drawn"
    slack = _slack(was) if patches else 0
    return _compare_pixels(old, (new, alone), patches, lossy=_is_lossy(now), slack=slack)


def _slack(placed: PlacedImage) -> int:
    """Return how many samples of an image one of its mask covers, beyond one: around a box it is made opaque."""
    if placed.inline:
        return 0
    masks = [entry(placed.image, key) for key in ("/SMask", "/Mask")]
    widths = [number(value_of(mask, "/Width"), 1) for mask in masks if mask is not None and is_stream(mask)]
    heights = [number(value_of(mask, "/Height"), 1) for mask in masks if mask is not None and is_stream(mask)]
    ratios = [placed.width / max(1, w) for w in widths] + [placed.height / max(1, h) for h in heights]
    return math.ceil(max([1.0, *ratios]) - _EDGE) - 1


def _is_lossy(placed: PlacedImage) -> bool:
    return not placed.inline and any(name in entry_bytes(placed.image) for name in _LOSSY)


def _compare_pixels(
    old: Pixels, copies: tuple[Pixels, Pixels], patches: Sequence[Patch], *, lossy: bool, slack: int
) -> str | None:
    """Compare an image with its copy, as it shows and without its masks."""
    outside = np.ones(old.shape[:2], dtype=bool)
    for patch in patches:
        outside[max(0, patch.y0 - slack) : patch.y1 + slack, max(0, patch.x0 - slack) : patch.x1 + slack] = False
    difference = np.abs(old.astype(np.int16) - copies[0]).max(axis=2)
    if int((difference * outside).max()) > (JPEG_TOLERANCE if lossy else 0):
        return "pixels outside the boxes differ"
    for patch in patches:
        for pixels in copies:
            inside = pixels[patch.y0 : patch.y1, patch.x0 : patch.x1].astype(np.int16)
            if inside.size and int((inside.max(axis=(0, 1)) - inside.min(axis=(0, 1))).max()) > (
                JPEG_RIPPLE if lossy else 0
            ):
                return "a box is not of one colour"
    return None
