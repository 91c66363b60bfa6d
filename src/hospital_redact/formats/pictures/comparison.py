"""Whether a written picture is the source with its patches painted over, pixel by pixel."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hospital_redact.formats.pictures.files import Frame, frames, kind_of, orientation
from hospital_redact.formats.pictures.redacting import Patch

JPEG_TOLERANCE = 16
"""Grey values by which a sample of a JPEG that is compressed anew may differ outside the boxes (10 measured)."""
JPEG_RIPPLE = 24
"""Grey values up to which a sample inside a box of a JPEG may rise, beside its edge (7 measured)."""
_STRIP = 512
"""Rows that are compared at a time."""


def compare_picture(before: bytes, after: bytes, patches: Sequence[Patch]) -> str | None:
    """Return what is wrong with ``after`` as a copy of ``before`` under ``patches``, or ``None``: no document text.

    Every pixel outside the patches is the same, every patch is of one colour. In a JPEG, samples may differ by
    ``JPEG_TOLERANCE``. Raises ReadError as ``read_picture`` does.
    """
    for old, new in zip_longest(frames(before), frames(after)):
        if old is None or new is None:
            return "the number of pages differs"
        if old.image.size != new.image.size:
            return "the size differs"
        if orientation(old.image) != orientation(new.image):
            return "it is turned otherwise"
        if wrong := _compare(old, new, [patch for patch in patches if patch.frame == old.number]):
            return wrong
    return None


def _compare(old: Frame, new: Frame, patches: Sequence[Patch]) -> str | None:
    lossy = kind_of(new.image) == "JPEG" and bool(patches)
    width, height = old.image.size
    outside = np.ones((height, width), dtype=bool)
    for patch in patches:
        outside[patch.y0 : patch.y1, patch.x0 : patch.x1] = False
    tolerance = JPEG_TOLERANCE if lossy else 0
    for top in range(0, height, _STRIP):
        area = (0, top, width, min(height, top + _STRIP))
        was, now = _samples(old.image.crop(area)), _samples(new.image.crop(area))
        if was.shape != now.shape or int((np.abs(was - now).max(axis=2) * outside[top : area[3]]).max()) > tolerance:
            return "pixels outside the boxes differ"
    for patch in patches:
        box = (patch.x0, patch.y0, min(patch.x1, width), min(patch.y1, height))
        if box[0] >= box[2] or box[1] >= box[3]:
            continue
        inside = _samples(new.image.crop(box))
        if int((inside.max(axis=(0, 1)) - inside.min(axis=(0, 1))).max()) > (JPEG_RIPPLE if lossy else 0):
            return "a box is not of one colour"
    return None


def _samples(image: Image.Image) -> NDArray[np.int32]:
    """Return the samples as they show (height, width, bands): nothing stands behind what lets everything through."""
    if image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.int32)[:, :, None]
    samples: NDArray[Any] = np.asarray(image.convert("RGBA")).astype(np.int32)
    samples[samples[:, :, 3] == 0] = 0
    return samples
