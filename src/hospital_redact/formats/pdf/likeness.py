"""What a glyph looks like: its shape beside those of the label font, which has the usual Chinese characters.

A shape is its ink, scaled to one size and blurred, so that fonts of different styles compare. Measured on 5,800
Chinese glyphs of 90 fonts: half of them are as much like their own character as :data:`SAME`; of any two characters of
the label font one pair in three hundred is.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO

import numpy as np
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # it ships no types
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from hospital_redact.formats.fonts import label_font
from hospital_redact.formats.pdf.specimens import BASE_LINE, CELL, EM, LEFT, Picture

Shape = NDArray[np.float32]

SAME = 0.82
SAME_SIGN = 0.9
"""Likeness from which a glyph is taken for a Chinese character, and for a letter or sign: those differ in less."""
_UNLIKE = 0.45
_ALIKE = 0.77
_INK = 64
_SIDE = 32
_EDGE = 2
_BLUR = 1.2


def shape_of(picture: Picture) -> Shape | None:
    """Return the shape of a glyph as a vector of length 1, ``None`` where nothing is drawn."""
    ink = 255 - picture.astype(np.int16)
    rows, columns = np.flatnonzero(ink.max(axis=1) > _INK), np.flatnonzero(ink.max(axis=0) > _INK)
    if not len(rows):
        return None
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.uint8)
    scale = (_SIDE - 2 * _EDGE) / max(cut.shape)
    size = (max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale)))
    room = Image.new("L", (_SIDE, _SIDE))
    small = Image.fromarray(cut).resize(size, Image.Resampling.BILINEAR)
    room.paste(small, ((_SIDE - size[0]) // 2, (_SIDE - size[1]) // 2))
    vector = np.asarray(room.filter(ImageFilter.GaussianBlur(_BLUR))).astype(np.float32).ravel()
    vector -= vector.mean()
    length = float(np.linalg.norm(vector))
    return vector / length if length else None


def likeness(shape: Shape, character: str) -> float | None:
    """Return how alike a shape and a character are, at most 1; ``None`` where the label font has none."""
    other = _known(character)
    return None if other is None else float(shape @ other)


def nearest(shape: Shape) -> tuple[str, float]:
    """Return the Chinese character of the label font that a shape is most like, and how alike they are."""
    characters, shapes = _all()
    alike = shapes @ shape
    best = int(alike.argmax())
    return characters[best], float(alike[best])


def strokes(picture: Picture) -> tuple[int, int]:
    """Return how many strokes a row and a column of a glyph cross at most."""
    inked = (picture < 255 - _INK).astype(np.int8)
    across = (np.diff(inked, axis=1, prepend=0) > 0).sum(axis=1)
    down = (np.diff(inked, axis=0, prepend=0) > 0).sum(axis=0)
    return int(across.max()), int(down.max())


def height(picture: Picture) -> float:
    """Return how high a glyph is, in ems."""
    rows = np.flatnonzero(picture.min(axis=1) < 255 - _INK)
    return (int(rows[-1]) - int(rows[0]) + 1) / EM if len(rows) else 0.0


def is_unlike(own: float, other: float) -> bool:
    """Whether a glyph that is ``own`` alike the character it should be, and ``other`` another, is surely not it."""
    return own < _UNLIKE and other >= _ALIKE


@cache
def _known(character: str) -> Shape | None:
    if len(character) != 1 or ord(character) not in _characters():
        return None
    picture = Image.new("L", (CELL, CELL), 255)
    ImageDraw.Draw(picture).text((LEFT, BASE_LINE), character, font=_font(), fill=0, anchor="ls")
    return shape_of(np.asarray(picture))


@cache
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(BytesIO(label_font()), EM)


@cache
def _characters() -> frozenset[int]:
    return frozenset(TTFont(BytesIO(label_font()), lazy=True).getBestCmap())


@cache
def _all() -> tuple[list[str], NDArray[np.float32]]:
    chosen = [chr(code) for code in sorted(_characters()) if 0x4E00 <= code <= 0x9FFF]
    pairs = [(one, shape) for one in chosen if (shape := _known(one)) is not None]
    return [one for one, _ in pairs], np.stack([shape for _, shape in pairs])
