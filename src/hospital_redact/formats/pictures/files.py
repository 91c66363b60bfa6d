"""Opening picture files within limits: which kinds, how many frames, how many pixels."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageFile

from hospital_redact.errors import ReadError

MAX_PIXELS = 80_000_000
"""Largest frame, in pixels: an A3 page at 600 dpi has 70 million."""
MAX_FRAMES = 500
"""Most pages of a TIFF file."""
MAX_TOTAL_PIXELS = 2_000_000_000
"""Most pixels of all frames of a file together."""

MODES = frozenset(("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "I;16"))
"""Kinds of samples (Pillow's modes) that are read and written; others are refused."""
_PLUGINS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF")
_SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"GIF87a", b"GIF89a")
_EXIF_ORIENTATION = 0x0112

CONTENT_TYPES = {
    "PNG": ("image/png", "png"),
    "JPEG": ("image/jpeg", "jpg"),
    "TIFF": ("image/tiff", "tif"),
    "BMP": ("image/bmp", "bmp"),
    "WEBP": ("image/webp", "webp"),
}
"""Content type and name ending of what is written. A GIF is written as PNG."""


def is_picture(data: bytes) -> bool:
    """Whether the first bytes are those of a PNG, JPEG, TIFF, BMP, WebP or GIF file."""
    if data.startswith(_SIGNATURES):
        return True
    if data[:2] == b"BM":
        # Two letters say little: the four reserved bytes are zero, and the header has one of the known lengths.
        return data[6:10] == b"\0\0\0\0" and int.from_bytes(data[14:18], "little") in (12, 40, 52, 56, 64, 108, 124)
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def kind_of(image: Image.Image) -> str:
    """Return PNG, JPEG, TIFF, BMP, WEBP or GIF."""
    # A JPEG with further pictures behind it (CIPA DC-007) opens as MPO; only the first one shows.
    return "JPEG" if image.format == "MPO" else str(image.format)


class Frame(NamedTuple):
    """A decoded picture, its number from 1 and how many the file has."""

    image: Image.Image
    number: int
    of: int

    @property
    def page(self) -> int | None:
        """The number where there are several."""
        return self.number if self.of > 1 else None


def frames(data: bytes) -> Iterator[Frame]:
    """Yield the decoded frames of a picture file: the pages of a TIFF, else one.

    Their images have ``format`` and ``info`` as Pillow gives them. Raises ReadError: HR201 for a file of no known
    kind, an animation or unusual samples, HR203 corrupt, HR204 over a limit. A frame is good until the next is asked
    for.
    """
    if not is_picture(data):
        raise ReadError("HR201", "this kind of picture is not supported; save it as PNG, JPEG or TIFF")
    total = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = _opened(data)
        count = 1 if kind_of(image) == "JPEG" else _count(image)
        if count > 1 and kind_of(image) != "TIFF":
            raise ReadError("HR201", "an animated picture is not supported; save the frames that matter as PNG")
        if count > MAX_FRAMES:
            raise _too_large("pages")
        for number in range(count):
            _seek(image, number)
            total += image.width * image.height
            if image.width * image.height > MAX_PIXELS or total > MAX_TOTAL_PIXELS:
                raise _too_large("pixels")
            _load(image)
            if image.mode not in MODES and not image.mode.startswith("I;16"):
                raise ReadError("HR201", "a picture with samples of an unusual kind is not supported; save it as PNG")
            yield Frame(image, number + 1, count)


def _opened(data: bytes) -> ImageFile.ImageFile:
    try:
        return Image.open(BytesIO(data), formats=_PLUGINS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large("pixels") from None
    except MemoryError:
        raise _too_large("memory") from None
    except Exception:  # whatever a decoder raises may quote the file
        raise _corrupt() from None


def _count(image: ImageFile.ImageFile) -> int:
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception:  # whatever a decoder raises may quote the file
        raise _corrupt() from None


def _seek(image: ImageFile.ImageFile, number: int) -> None:
    try:
        if number:
            image.seek(number)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large("pixels") from None
    except Exception:  # whatever a decoder raises may quote the file
        raise _corrupt() from None


def _load(image: ImageFile.ImageFile) -> None:
    try:
        image.load()
    except MemoryError:
        raise _too_large("memory") from None
    except Exception:  # whatever a decoder raises may quote the file
        raise _corrupt() from None


def orientation(image: Image.Image) -> int:
    """Return by which of the eight ways of EXIF (tag 0x0112) a viewer turns the picture; 1 is not at all."""
    try:
        value = image.getexif().get(_EXIF_ORIENTATION, 1)
    except Exception:  # damaged metadata turns nothing
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def resolution(image: Image.Image) -> tuple[float, float] | None:
    """Return the dots an inch that the file names, or ``None``."""
    value = image.info.get("dpi")
    if not isinstance(value, tuple) or len(value) != 2:
        return None
    try:
        across, down = float(value[0]), float(value[1])
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return (across, down) if 1 <= across <= 10_000 and 1 <= down <= 10_000 else None


def _corrupt() -> ReadError:
    return ReadError("HR203", "the picture is damaged or cut off; save it again")


def _too_large(what: str) -> ReadError:
    return ReadError("HR204", "the picture is over the limit of {what}; make it smaller or split it", what=what)
