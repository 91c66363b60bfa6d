"""Images: which show one colour only, and which bytes of an image file inside a stream are not picture.

A JPEG or JPEG 2000 inside a PDF may carry EXIF, XMP, comments and a thumbnail of the picture before it was cut.
"""

from __future__ import annotations

import pikepdf

from hospital_redact.errors import ReadError
from hospital_redact.formats.pdf.objects import decoded, entry, number, value_of

_MAX_BLANK_BYTES = 16 * 1024 * 1024
_JPEG_KEPT = {0xE0, 0xEE}  # JFIF and Adobe (the colour transform); other APPn and COM hold no picture
_JPX_KEPT = {b"jP  ", b"ftyp", b"jp2h", b"jp2c"}


def is_blank(image: pikepdf.Object) -> bool:
    """Whether an image XObject is provably of one colour: one sample, or the same byte throughout.

    An image with a mask is never blank: the mask may draw letters. Data that cannot be decoded here (JPEG, JBIG2,
    CCITT) is not blank either.
    """
    width, height = number(value_of(image, "/Width")), number(value_of(image, "/Height"))
    if any(value_of(image, key) is not None for key in ("/SMask", "/Mask", "/Alternates")):
        return False
    if width <= 1 and height <= 1:
        return True
    if entry(image, "/Filter") is not None and b"/FlateDecode" not in entry_bytes(image):
        return False
    if width * height * 4 > _MAX_BLANK_BYTES:
        return False
    try:
        data = decoded(image)
    except ReadError:
        return False
    return bool(data) and data.count(data[:1]) == len(data)


def entry_bytes(image: pikepdf.Object) -> bytes:
    """Return the written form of the filters of a stream."""
    filters = entry(image, "/Filter")
    return filters.unparse() if filters is not None else b""


def strip_jpeg(data: bytes) -> bytes:
    """Return a JPEG file without application and comment segments that hold no picture, nor what follows its end."""
    if not data.startswith(b"\xff\xd8"):
        return data
    kept = [b"\xff\xd8"]
    position = 2
    while position + 4 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if marker == 0xDA:
            end = data.rfind(b"\xff\xd9")
            kept.append(data[position : end + 2] if end > position else data[position:])
            return b"".join(kept)
        length = int.from_bytes(data[position + 2 : position + 4], "big")
        segment = data[position : position + 2 + length]
        if not (0xE0 <= marker <= 0xEF or marker == 0xFE) or marker in _JPEG_KEPT:
            # JFIF may carry a thumbnail after its first 16 bytes.
            kept.append(b"\xff\xe0\x00\x10" + segment[4:16] + b"\0\0" if marker == 0xE0 else segment)
        position += 2 + length
    return data


def strip_jpx(data: bytes) -> bytes:
    """Return a JPEG 2000 file with only the boxes that hold the picture (ISO 15444-1, annex I)."""
    if data[4:8] != b"jP  ":
        return data
    kept: list[bytes] = []
    position = 0
    while position + 8 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        kind = data[position + 4 : position + 8]
        if length == 1 and position + 16 <= len(data):
            length = int.from_bytes(data[position + 8 : position + 16], "big")
        elif length == 0:
            length = len(data) - position
        if length < 8:
            return data
        if kind in _JPX_KEPT:
            kept.append(data[position : position + length])
        position += length
    return b"".join(kept)
