"""Picture files without metadata, bit for bit the same picture."""

from __future__ import annotations

import zlib
from typing import NamedTuple


class Image(NamedTuple):
    """Image bytes without metadata: their content type and name ending."""

    data: bytes
    content_type: str
    suffix: str


def strip_image(data: bytes) -> Image | None:
    """Return a PNG or JPEG without its metadata, or ``None`` for anything else or damaged.

    PNG keeps the chunks that draw (PNG 3rd edition, clause 5.6), JPEG all segments but comments and application
    data other than JFIF's and Adobe's colour transform (ITU-T T.81, B.2.4); what follows the image goes too.
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        stripped = _strip_png(data)
        return None if stripped is None else Image(stripped, "image/png", "png")
    if data.startswith(b"\xff\xd8\xff"):
        stripped = _strip_jpeg(data)
        return None if stripped is None else Image(stripped, "image/jpeg", "jpeg")
    return None


def strip_jpeg_of(data: bytes, orientation: int) -> bytes | None:
    """Return a JPEG without its metadata, bit for bit the same picture, or ``None`` for a damaged one.

    Of its EXIF stays by which of eight ways a viewer turns it (``orientation``, tag 0x0112), since else it would show
    turned otherwise.
    """
    stripped = _strip_jpeg(data)
    if stripped is None or orientation == 1:
        return stripped
    # One directory of one entry, TIFF 6.0 clause 2: tag, type SHORT, count 1, value.
    entry = b"\x01\x12\x00\x03\x00\x00\x00\x01" + bytes((0, orientation, 0, 0))
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + entry + b"\0\0\0\0"
    return stripped[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + stripped[2:]


_PNG_CHUNKS = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"bKGD", b"sBIT"}
)


def _strip_png(data: bytes) -> bytes | None:
    out = [data[:8]]
    position = 8
    while position + 12 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        kind = data[position + 4 : position + 8]
        end = position + 12 + length
        if end > len(data) or zlib.crc32(data[position + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            return None
        if kind in _PNG_CHUNKS:
            out.append(data[position:end])
        if kind == b"IEND":
            return b"".join(out)
        position = end
    return None


def _strip_jpeg(data: bytes) -> bytes | None:
    out = [data[:2]]
    position = 2
    while position + 2 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xFF:  # a fill byte
            position += 1
            continue
        if marker == 0xD9:
            return b"".join([*out, b"\xff\xd9"])
        end = position + 2 + int.from_bytes(data[position + 2 : position + 4], "big")
        if end > len(data) or marker in (0x00, 0x01, *range(0xD0, 0xD8)):
            return None
        adobe = marker == 0xEE and data[position + 4 : position + 9] == b"Adobe" and end - position == 16
        if marker == 0xE0 and data[position + 4 : position + 9] == b"JFIF\0":
            # Up to the density; a thumbnail may follow and show what was cut from the image since.
            out.append(b"\xff\xe0\x00\x10" + data[position + 4 : position + 16] + b"\0\0")
        elif adobe or not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            out.append(data[position:end])
        position = end
        if marker == 0xDA:
            position = _end_of_scan(data, end)
            out.append(data[end:position])
    return None


def _end_of_scan(data: bytes, position: int) -> int:
    """Return where entropy-coded data ends: at a marker that is neither stuffing nor a restart."""
    while True:
        position = data.find(b"\xff", position)
        if position < 0 or position + 1 >= len(data):
            return len(data)
        if data[position + 1] == 0x00 or 0xD0 <= data[position + 1] <= 0xD7:
            position += 2
        else:
            return position
