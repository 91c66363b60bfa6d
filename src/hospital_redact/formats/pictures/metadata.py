"""What a picture file says beside its pixels: EXIF, XMP, IPTC, comments, text chunks. No copy keeps it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from PIL import ExifTags, Image

_MAX_TEXT = 200_000
_TAG = re.compile(r"<[^<>]*>")
_DIRECTORIES = (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo, ExifTags.IFD.Interop, ExifTags.IFD.IFD1)
_HARMLESS = frozenset(
    [
        "dpi",
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
        "adobe",
        "adobe_transform",
        "progressive",
        "progression",
        "gamma",
        "compression",
        "transparency",
        "background",
        "interlace",
        "aspect",
        "srgb",
        "loop",
        "duration",
        "timestamp",
        "version",
        "blend",
        "disposal",
        "bbox",
        "default_image",
        "mpoffset",
    ]
)
"""Entries of ``Image.info`` that tell how to draw."""


def texts_beside(image: Image.Image) -> tuple[str, ...]:
    """Return the texts in a file's metadata, decoded; bytes that are no text as what of them can be read."""
    found: list[str] = []
    total = 0
    for text in (*_of_info(image), *_of_exif(image)):
        text = text.replace("\0", " ").strip()  # noqa: PLW2901 - the same text
        if text and text not in found and total + len(text) <= _MAX_TEXT:
            found.append(text)
            total += len(text)
    return tuple(found)


def _of_info(image: Image.Image) -> Iterator[str]:
    for key, value in image.info.items():
        if not isinstance(key, str) or key in _HARMLESS or key == "exif":
            continue
        if key not in ("comment", "xmp", "XML:com.adobe.xmp", "icc_profile", "photoshop", "mp"):
            yield key
        yield from _texts(value)


def _of_exif(image: Image.Image) -> Iterator[str]:
    try:
        exif = image.getexif()
        entries = [*exif.items(), *(item for one in _DIRECTORIES for item in exif.get_ifd(one).items())]
    except Exception:  # damaged metadata: the copy drops it all the same
        return
    for _, value in entries:
        yield from _texts(value)


def _texts(value: object, depth: int = 0) -> Iterator[str]:
    if depth > 4:
        return
    if isinstance(value, str):
        yield unescape(_TAG.sub(" ", value)) if "<" in value else value
    elif isinstance(value, bytes):
        yield from _readable(value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(key, str):
                yield key
            yield from _texts(inner, depth + 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner, depth + 1)


def _readable(data: bytes) -> Iterator[str]:
    """Yield the runs of printable characters in bytes, as UTF-8, UTF-16 or GB18030 whichever makes most of it."""
    data = data[:_MAX_TEXT]
    for encoding in ("utf-8", "utf-16-le", "gb18030"):
        text = data.removeprefix(b"ASCII\0\0\0").removeprefix(b"UNICODE\0").decode(encoding, errors="replace")
        text = _TAG.sub(" ", text)
        runs = [run for run in re.findall(r"[^\x00-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff]{4,}", text) if _is_text(run)]
        if runs:
            yield unescape(" ".join(runs))
            return


def _is_text(run: str) -> bool:
    usual = sum(c.isascii() or "\u4e00" <= c <= "\u9fff" or "\u3000" <= c <= "\u303f" for c in run)
    return usual * 5 >= len(run) * 4
