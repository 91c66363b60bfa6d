"""Single characters: what the recogniser takes a picture of one for, and how likely it is each of some others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hospital_redact.formats.pictures.ocr import recogniser

_HEIGHT = 48  # of the recogniser's input
_WIDTH = 64
_AT_ONCE = 32
_INK = 160
"""Grey value below which a pixel is drawn."""
_MARGIN = 4


_RIVALS = 3


class Sign(NamedTuple):
    """The likeliest character, how likely it or one of its closest rivals is, and the likeliest one that was asked for.

    Rivals are often one character as several scripts write it. ``known`` says whether the recogniser has a name for
    any of those that were asked for.
    """

    text: str
    score: float
    asked: float
    known: bool


def read_signs(pictures: Sequence[NDArray[np.uint8]], asked: Sequence[str], line: tuple[int, int]) -> list[Sign]:
    """Return what each picture (grey, dark on light, one character) shows; ``asked`` are the characters to weigh.

    ``line`` are the rows between which a full-sized character stands: a small letter must not look like a large one.
    """
    found: list[Sign] = []
    for start in range(0, len(pictures), _AT_ONCE):
        batch = np.stack([_prepared(one, line) for one in pictures[start : start + _AT_ONCE]])
        shades = np.repeat((batch / 127.5 - 1)[:, None], 3, axis=1).astype(np.float32)
        likely = recogniser().session(shades).max(axis=1)
        likely[:, 0] = 0  # the blank between characters
        found.extend(_sign(one, wanted) for one, wanted in zip(likely, asked[start:], strict=False))
    return found


@cache
def _names() -> tuple[list[str], dict[str, int]]:
    names: list[str] = list(recogniser().postprocess_op.character)
    return names, {name: number for number, name in enumerate(names)}


def _sign(likely: NDArray[np.float32], asked: str) -> Sign:
    names, numbers = _names()
    order = np.argsort(likely)[::-1][:_RIVALS]
    places = [numbers[character] for character in asked if character in numbers]
    rivals = float(sum(likely[n] for n in order if names[n].isalnum()))
    return Sign(names[int(order[0])], rivals, max((float(likely[n]) for n in places), default=0.0), bool(places))


def _prepared(picture: NDArray[np.uint8], line: tuple[int, int]) -> NDArray[Any]:
    import cv2  # noqa: PLC0415 - part of an extra

    rows, columns = np.flatnonzero(picture.min(axis=1) < _INK), np.flatnonzero(picture.min(axis=0) < _INK)
    upper, lower = min(int(rows[0]), line[0]), max(int(rows[-1]) + 1, line[1])
    cut = picture[upper:lower, max(0, int(columns[0]) - _MARGIN) : int(columns[-1]) + 1 + _MARGIN]
    width = min(_WIDTH, max(_MARGIN, round(cut.shape[1] * _HEIGHT / cut.shape[0])))
    room = np.full((_HEIGHT, _WIDTH), 255, dtype=np.uint8)
    left = (_WIDTH - width) // 2
    room[:, left : left + width] = cv2.resize(cut, (width, _HEIGHT), interpolation=cv2.INTER_AREA)
    return room
