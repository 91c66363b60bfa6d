"""Builds PDF files whose text stands in images only, an image of each kind that a page may draw."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import picture_builder
import pikepdf
import pypdfium2  # type: ignore[import-untyped]  # it ships no types
from pikepdf import Array, Dictionary, Name
from PIL import Image

Make = Callable[[pikepdf.Pdf, Image.Image], pikepdf.Object]


def image_object(pdf: pikepdf.Pdf, data: bytes, size: tuple[int, int], **keys: Any) -> pikepdf.Object:
    """Return an image XObject of raw ``data``."""
    new = pdf.make_stream(data)
    new["/Type"], new["/Subtype"] = Name("/XObject"), Name("/Image")
    new["/Width"], new["/Height"] = size
    for key, value in keys.items():
        new[f"/{key}"] = value
    return new


def flate(pdf: pikepdf.Pdf, image: Image.Image, **keys: Any) -> pikepdf.Object:
    space = {"L": "/DeviceGray", "RGB": "/DeviceRGB", "CMYK": "/DeviceCMYK", "1": "/DeviceGray"}[image.mode]
    packed = zlib.compress(image.tobytes())
    bits = 1 if image.mode == "1" else 8
    return image_object(
        pdf, packed, image.size, ColorSpace=Name(space), BitsPerComponent=bits, Filter=Name("/FlateDecode"), **keys
    )


def jpeg(pdf: pikepdf.Pdf, image: Image.Image, **options: Any) -> pikepdf.Object:
    space = {"L": "/DeviceGray", "RGB": "/DeviceRGB", "CMYK": "/DeviceCMYK"}[image.mode]
    data = picture_builder.file_of(image, "JPEG", quality=80, **options)
    return image_object(pdf, data, image.size, ColorSpace=Name(space), BitsPerComponent=8, Filter=Name("/DCTDecode"))


def jpeg2000(pdf: pikepdf.Pdf, image: Image.Image) -> pikepdf.Object:
    data = picture_builder.file_of(image, "JPEG2000", quality_mode="dB", quality_layers=[45])
    return image_object(
        pdf, data, image.size, ColorSpace=Name("/DeviceRGB"), BitsPerComponent=8, Filter=Name("/JPXDecode")
    )


def fax(pdf: pikepdf.Pdf, image: Image.Image) -> pikepdf.Object:
    """Return a CCITT group 4 image, as many scanners make."""
    tiff = picture_builder.file_of(image.convert("1"), "TIFF", compression="group4", strip_size=1 << 24)
    with Image.open(io.BytesIO(tiff)) as opened:
        tags = opened.tag_v2  # type: ignore[attr-defined]  # of TIFF files
        (start,), (size,) = tags[273], tags[279]
        black_is_1 = tags[262] == 0
    parameters = Dictionary({"/K": -1, "/Columns": image.width, "/Rows": image.height, "/BlackIs1": not black_is_1})
    return image_object(
        pdf, tiff[start : start + size], image.size, ColorSpace=Name("/DeviceGray"), BitsPerComponent=1,
        Filter=Name("/CCITTFaxDecode"), DecodeParms=parameters,
    )  # fmt: skip


def indexed(pdf: pikepdf.Pdf, image: Image.Image) -> pikepdf.Object:
    small = image.convert("L").quantize(16)
    palette = bytes(small.getpalette() or [])[:48]
    space = Array([Name("/Indexed"), Name("/DeviceRGB"), len(palette) // 3 - 1, pikepdf.String(palette)])
    return image_object(pdf, small.tobytes(), image.size, ColorSpace=space, BitsPerComponent=8)


def stencil(pdf: pikepdf.Pdf, image: Image.Image) -> pikepdf.Object:
    return image_object(pdf, image.convert("1").tobytes(), image.size, BitsPerComponent=1, ImageMask=True)


def letters_in_soft_mask(pdf: pikepdf.Pdf, image: Image.Image) -> pikepdf.Object:
    """Return an image that is black throughout: the letters are in what it lets through."""
    alpha = Image.eval(image.convert("L"), lambda v: 255 - v)
    black = Image.new("L", image.size, 0)
    black.putpixel((0, 0), 1)  # two values, so that nothing takes it for blank
    return flate(pdf, black, SMask=flate(pdf, alpha))


def letters_under_soft_mask(pdf: pikepdf.Pdf, image: Image.Image) -> pikepdf.Object:
    """Return an image whose letters are there and do not show."""
    alpha = Image.new("L", image.size, 0)
    alpha.paste(255, (0, 0, 30, 30))
    return flate(pdf, image.convert("L"), SMask=flate(pdf, alpha))


def letters_in_stencil(pdf: pikepdf.Pdf, image: Image.Image) -> pikepdf.Object:
    black = Image.new("L", image.size, 0)
    black.putpixel((0, 0), 1)
    mask = image_object(pdf, image.convert("1").tobytes(), image.size, BitsPerComponent=1, ImageMask=True)
    return flate(pdf, black, Mask=mask)


def keyed(pdf: pikepdf.Pdf, image: Image.Image) -> pikepdf.Object:
    """Return an image whose white lets through."""
    return flate(pdf, image.convert("L"), Mask=Array([250, 255]))


KINDS: dict[str, Make] = {
    "flate_rgb": flate,
    "flate_grey": lambda pdf, image: flate(pdf, image.convert("L")),
    "flate_cmyk": lambda pdf, image: flate(pdf, image.convert("CMYK")),
    "one_bit": lambda pdf, image: flate(pdf, image.convert("1")),
    "inverted": lambda pdf, image: flate(pdf, Image.eval(image.convert("L"), lambda v: 255 - v), Decode=Array([1, 0])),
    "indexed": indexed,
    "jpeg": jpeg,
    "jpeg_grey": lambda pdf, image: jpeg(pdf, image.convert("L")),
    "jpeg_cmyk": lambda pdf, image: jpeg(pdf, image.convert("CMYK")),
    "jpeg2000": jpeg2000,
    "fax": fax,
    "stencil": stencil,
    "soft_mask": letters_in_soft_mask,
    "under_soft_mask": letters_under_soft_mask,
    "stencil_mask": letters_in_stencil,
    "colour_key": keyed,
}


def scan(make: Make, image: Image.Image, matrix: tuple[float, ...] | None = None, pages: int = 1) -> bytes:
    """Return a PDF whose pages draw ``image``, made by ``make``, with ``matrix`` (default: upright at half size)."""
    with pikepdf.new() as pdf:
        made = pdf.make_indirect(make(pdf, image))
        for _ in range(pages):
            page = pdf.add_blank_page(page_size=(595, 842))
            page.obj["/Resources"] = Dictionary({"/XObject": Dictionary({"/Im0": made})})
            a, b, c, d, e, f = matrix or (image.width / 2, 0, 0, image.height / 2, 20, 400)
            page.obj["/Contents"] = pdf.make_stream(b"q %f %f %f %f %f %f cm /Im0 Do Q" % (a, b, c, d, e, f))
        return _saved(pdf)


def inline(image: Image.Image) -> bytes:
    """Return a PDF that draws ``image`` as an inline image."""
    grey = image.convert("L")
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        head = b"BI /W %d /H %d /BPC 8 /CS /G /F /AHx ID " % grey.size
        drawn = head + grey.tobytes().hex().encode() + b"> EI"
        page.obj["/Contents"] = pdf.make_stream(b"q 450 0 0 100 20 600 cm " + drawn + b" Q")
        return _saved(pdf)


def in_forms(image: Image.Image) -> bytes:
    """Return a PDF with a form that draws ``image``, drawn twice by its page."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        form = pdf.make_stream(b"q 500 0 0 100 0 0 cm /Im0 Do Q")
        form["/Type"], form["/Subtype"], form["/BBox"] = Name("/XObject"), Name("/Form"), Array([0, 0, 500, 100])
        made = pdf.make_indirect(flate(pdf, image))
        form["/Resources"] = Dictionary({"/XObject": Dictionary({"/Im0": made})})
        page.obj["/Resources"] = Dictionary({"/XObject": Dictionary({"/Fm0": pdf.make_indirect(form)})})
        page.obj["/Contents"] = pdf.make_stream(b"q 1 0 0 1 20 100 cm /Fm0 Do Q q 1 0 0 1 20 500 cm /Fm0 Do Q")
        return _saved(pdf)


def _saved(pdf: pikepdf.Pdf) -> bytes:
    buffer = io.BytesIO()
    pdf.save(buffer, deterministic_id=True)
    return buffer.getvalue()


def samples(data: bytes, page: int = 0, scale: float = 2.0) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return a page as pdfium draws it."""
    with pypdfium2.PdfDocument(data) as document:
        return np.array(document[page].render(scale=scale).to_numpy()[:, :, :3])


def drawn(content: bytes) -> bytes:
    """Return a PDF of one page with ``content``."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        page.obj["/Contents"] = pdf.make_stream(content)
        return _saved(pdf)


def drawn_code(image: Image.Image, *, single_path: bool) -> bytes:
    """Return a PDF that draws a barcode as black rectangles of 2 points a module, in one path or in one each."""
    dark = np.asarray(image.convert("L")) < 128
    parts: list[bytes] = []
    if dark.shape[0] == dark.shape[1]:
        parts = [b"%d %d 2 2 re" % (100 + 2 * x, 600 - 2 * y) for y, x in np.argwhere(dark)]
    else:
        middle = dark[dark.shape[0] // 2]
        parts = [b"%d 500 2 60 re" % (60 + 2 * x) for x in np.flatnonzero(middle)]
    between = b" " if single_path else b" f "
    return drawn(b"0 g " + between.join(parts) + b" f")


def with_layer(image: Image.Image, text: str) -> bytes:
    """Return a scan with an invisible layer that has ``text`` over its first line."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        font = Dictionary(
            {"/Type": Name("/Font"), "/Subtype": Name("/Type1"), "/BaseFont": Name("/Helvetica"),
             "/Encoding": Name("/WinAnsiEncoding")}
        )  # fmt: skip
        made = pdf.make_indirect(flate(pdf, image.convert("L")))
        page.obj["/Resources"] = Dictionary(
            {"/XObject": Dictionary({"/Im0": made}), "/Font": Dictionary({"/F1": font})}
        )
        width, height = image.width / 2, image.height / 2
        drawn = b"q %f 0 0 %f 20 400 cm /Im0 Do Q " % (width, height)
        layer = b"BT 3 Tr /F1 16 Tf 1 0 0 1 38 %f Tm (%s) Tj ET" % (400 + height - 34, text.encode())
        page.obj["/Contents"] = pdf.make_stream(drawn + layer)
        return _saved(pdf)
