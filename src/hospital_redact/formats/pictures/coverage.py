"""What of a picture no text stands for: black boxes, unclear lines, photographs, drawings.

A picture and its redacted copy must be judged alike: black boxes are taken out before anything is looked at.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hospital_redact.formats.pictures.barcodes import Barcode
from hospital_redact.formats.pictures.ocr import Line, Pixels
from hospital_redact.model import Box

Mask = NDArray[np.bool_]
Grey = NDArray[Any]

CLEAR = 0.9
"""Mean score of a line's characters below which it counts as not read: handwriting, blur, ornaments.

Measured on blurred and noisy lines: from 0.95 on 98 % of the characters are right, from 0.9 on 93 %, below 0.85 less
than 73 %."""
_CLEAR_BESIDE = 0.75
COVERED = "\N{FULL BLOCK}"
"""Stands in a line for a black box, so that what is on its two sides does not meet."""
_BLACK = 48
"""Grey value up to which a pixel may belong to a black box (JPEG leaves ripples in it)."""
_RIPPLE = 16
"""Steps of grey within a black box that compression explains."""
_BOX_SIDE = 9
"""Least width and height of a black box in pixels."""
_MAX_BOXES = 5_000
_FAR = 24
"""Grey values by which a pixel that is drawn differs from the paper."""
_INK = 60
"""Grey values between paper and ink in a column of letters beside a black box."""
_LOOKED_AT = 1000
"""Pixels of the longer side to which a picture is scaled down to look for photographs."""
_PHOTO_SIDE = 40
_PHOTO_SHARE = 0.004
"""Least side (pixels, scaled down) and share of the picture of a photograph that counts."""
_PHOTO_TONES = 9
"""Steps of grey, of 32, that a photograph has at least; a logo or a chart has few colours."""
_SIGN = 1.5
"""A doubtful line of at most one character that is no wider and taller than this by the usual is an icon."""


class Solid:
    """The black areas of a picture that are no strokes of letters, and no ground on which letters stand."""

    def __init__(self, pixels: Pixels, lines: tuple[Line, ...]) -> None:
        import cv2  # noqa: PLC0415 - part of an extra

        self._light = pixels.max(axis=2)
        opened = cv2.morphologyEx(
            (self._light <= _BLACK).astype(np.uint8), cv2.MORPH_OPEN, np.ones((_BOX_SIDE, _BOX_SIDE), np.uint8)
        )
        count, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
        grounds = self._grounds(labels, lines)
        boxes: list[Box] = []
        for number in range(1, count):
            x, y, width, height, area = (int(v) for v in stats[number])
            # A box along a slanted line is a staircase.
            if number not in grounds and 4 * area >= width * height and len(boxes) < _MAX_BOXES:
                boxes.append(Box(float(x), float(y), float(x + width), float(y + height)))
        self.boxes = tuple(boxes)
        self._mask: Mask = np.isin(labels, [0, *grounds], invert=True)

    def _grounds(self, labels: Grey, lines: tuple[Line, ...]) -> set[int]:
        """Return which areas have light letters on them, in a dark table head or a radiograph."""
        found: set[int] = set()
        for line in lines:
            for box in line.boxes:
                if not self.covers(box):
                    x0, y0, x1, y1 = _inside(box)
                    area = labels[y0:y1, x0:x1]
                    if area.size and float((area > 0).mean()) > 0.3:
                        found.update(int(n) for n in np.unique(area[area > 0]))
        return found

    def with_ripples(self) -> Mask:
        """Return the areas with the edge that compression leaves around them."""
        import cv2  # noqa: PLC0415 - part of an extra

        grown: Mask = cv2.dilate(self._mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
        return grown

    def any(self) -> bool:
        """Whether there is one."""
        return bool(self.boxes)

    def covers(self, box: NDArray[np.float32]) -> bool:
        """Whether the middle of a character's box is of one black, so that it was read into nothing."""
        x0, y0, x1, y1 = _inside(box)
        across, down = (x1 - x0) // 6, (y1 - y0) // 6
        area = self._light[y0 + down : y1 - down, x0 + across : x1 - across]
        # Dark letters on black are letters, however hard they are for a person to see.
        return bool(area.size) and int(area.max()) <= _BLACK and int(area.max()) - int(area.min()) < _RIPPLE


def _inside(box: NDArray[np.float32]) -> tuple[int, int, int, int]:
    """Return a character's box in whole pixels; nothing for a space."""
    if np.isnan(box[0]):
        return (0, 0, 0, 0)
    x0, y0, x1, y1 = (max(0, round(float(v))) for v in box)
    return x0, y0, x1, y1


def mark_boxes(lines: tuple[Line, ...], solid: Solid) -> tuple[Line, ...]:
    """Return ``lines`` with :data:`COVERED` for each black box on a line, and as a line for each beside one.

    What was read into a box is left out; a stroke as thick as a third of its line is none of a letter.
    """
    if not solid.any() or not lines:
        return lines
    heights = [_height(line) for line in lines]
    marked: list[Line] = []
    used: set[Box] = set()
    for line, height in zip(lines, heights, strict=True):
        own = [box for box in solid.boxes if _is_on(box, line) and min(box.x1 - box.x0, box.y1 - box.y0) > height / 3]
        used.update(own)
        marked.append(_with_boxes(line, own, solid) if own else line)
    usual = float(np.median(heights))
    quarters = _quarters(lines)
    for box in solid.boxes:
        across = box.x1 - box.x0 if quarters % 2 else box.y1 - box.y0
        if box not in used and usual / 2 < across < 4 * usual:
            corners = np.array(
                [(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)], dtype=np.float32
            )
            quad = np.roll(corners, -quarters, axis=0)
            marked.append(Line(COVERED, (1.0,), np.array([box], dtype=np.float32), quad, 1.0))
    return tuple(line for line in marked if line.text or line.scores == ())


def _quarters(lines: tuple[Line, ...]) -> int:
    """Return by how many quarters clockwise most of the text is turned."""
    length = [0.0] * 4
    for line in lines:
        dx, dy = line.quad[1] - line.quad[0]
        length[round(math.atan2(dy, dx) / (math.pi / 2)) % 4] += math.hypot(dx, dy)
    return length.index(max(length))


def _height(line: Line) -> float:
    sides = np.linalg.norm(line.quad - np.roll(line.quad, -1, axis=0), axis=1)
    return float(min(max(sides[0], sides[2]), max(sides[1], sides[3])))


def _is_on(box: Box, line: Line) -> bool:
    """Whether the middle of a box lies within a line."""
    x0, y0 = line.quad.min(axis=0)
    x1, y1 = line.quad.max(axis=0)
    return bool(x0 <= (box.x0 + box.x1) / 2 <= x1 and y0 <= (box.y0 + box.y1) / 2 <= y1)


class _Placed(NamedTuple):
    """A character along its line, from ``start`` to ``end`` in pixels."""

    start: float
    end: float
    text: str
    score: float
    box: Grey


def _with_boxes(line: Line, boxes: list[Box], solid: Solid) -> Line:
    along = line.quad[1] - line.quad[0]
    along = along / max(1e-6, float(np.linalg.norm(along)))
    nowhere = np.full(4, np.nan, dtype=np.float32)
    placed = [_placed(np.array(box, dtype=np.float32), along, COVERED, 1.0) for box in boxes]
    last = -np.inf
    for letter, score, box in zip(line.text, line.scores, line.boxes, strict=True):
        if np.isnan(box[0]):  # a space stands just behind what is before it
            placed.append(_Placed(last, last, letter, score, box))
        elif not solid.covers(box):
            placed.append(_placed(box, along, letter, score))
            last = placed[-1].end
    placed.sort(key=lambda one: (one.start + one.end, one.end))
    spaced: list[_Placed] = []
    for one in placed:
        before = spaced[-1] if spaced else None
        # What is beside a box never runs on: between two words it stands for a word.
        if before is not None and COVERED in (before.text, one.text) and " " not in (before.text, one.text):
            spaced.append(_Placed(before.end, before.end, " ", 1.0, nowhere))
        spaced.append(one)
    return line._replace(
        text="".join(one.text for one in spaced),
        scores=tuple(one.score for one in spaced),
        boxes=np.array([one.box for one in spaced], dtype=np.float32).reshape(-1, 4),
    )


def _placed(box: Grey, along: Grey, text: str, score: float) -> _Placed:
    ends = sorted((float(box[:2] @ along), float(box[2:] @ along)))
    return _Placed(ends[0], ends[1], text, score, box)


def unclear(lines: tuple[Line, ...], pixels: Pixels, solid: Solid) -> int:
    """Return how many lines were found and cannot be relied upon, beside icons and what is left of boxes."""
    heights = [_height(line) for line in lines if line.confidence >= CLEAR and len(line.text) > 1]
    usual = float(np.median(heights)) if heights else 0.0
    doubtful = (line for line in lines if line.confidence < CLEAR and not _is_sign(line, usual))
    # A short piece beside a box scores less than the line it was part of before.
    return sum(
        not _touches(line, solid) or (line.confidence < _CLEAR_BESIDE and _has_ink(line, pixels)) for line in doubtful
    )


def _touches(line: Line, solid: Solid) -> bool:
    x0, y0 = (float(v) for v in line.quad.min(axis=0))
    x1, y1 = (float(v) for v in line.quad.max(axis=0))
    near = _height(line) / 2
    return any(box.x0 - near < x1 and x0 < box.x1 + near and box.y0 < y1 and y0 < box.y1 for box in solid.boxes)


def _is_sign(line: Line, usual: float) -> bool:
    """Whether a line is one sign no larger than the letters around: a bullet, a tick, an icon."""
    sides = np.linalg.norm(line.quad - np.roll(line.quad, -1, axis=0), axis=1)
    return len(line.text) <= 1 and float(sides.max()) <= _SIGN * usual


def _has_ink(line: Line, pixels: Pixels) -> bool:
    """Whether more than the sliver of a character shows in a line: columns that are neither all paper nor all box."""
    low = np.maximum(np.floor(line.quad.min(axis=0)).astype(int), 0)
    high = np.ceil(line.quad.max(axis=0)).astype(int)
    grey = pixels[low[1] : high[1], low[0] : high[0]].astype(np.int16).mean(axis=2)
    if grey.shape[1] < grey.shape[0]:
        grey = grey.T
    margin = grey.shape[0] // 5  # above and below a box there is paper
    middle = grey[margin : grey.shape[0] - margin]
    if not middle.size:
        return False
    low_, high_ = np.percentile(middle, (5, 95), axis=0)
    mixed = high_ - low_ > _INK  # more than the noise of a bad scan
    return bool(mixed.sum() > 0.6 * grey.shape[0])


def beyond_text(pixels: Pixels, lines: tuple[Line, ...], codes: tuple[Barcode, ...], solid: Solid) -> str:
    """Return ``photo`` where a photograph shows, ``image`` where nothing was read but is drawn, else nothing."""
    import cv2  # noqa: PLC0415 - part of an extra

    grey = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)
    known = solid.with_ripples().astype(np.uint8)
    for line in (line for line in lines if line.confidence >= CLEAR):
        cv2.fillPoly(known, [np.round(line.quad).astype(np.int32)], 1)
    for code in codes:
        x0, y0, x1, y1 = (round(v) for v in code.box)
        known[y0:y1, x0:x1] = 1
    scale = min(1.0, _LOOKED_AT / max(grey.shape))
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    open_ = cv2.resize(known, size, interpolation=cv2.INTER_NEAREST) == 0
    if not open_.any():
        return ""
    paper = int(np.bincount(small[open_], minlength=256).argmax())
    drawn = (np.abs(small.astype(np.int16) - paper) > _FAR) & open_
    if _is_photo(small, drawn):
        return "photo"
    if not lines and not codes and not solid.any() and drawn.any():
        return "image"
    return ""


def _is_photo(grey: Grey, drawn: Mask) -> bool:
    """Whether a region of ``drawn`` is filled and of many tones."""
    import cv2  # noqa: PLC0415 - part of an extra

    # Strokes are thinner than what an opening leaves; the holes of a photograph are closed before.
    closed = cv2.morphologyEx(drawn.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    filled = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((15, 15), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(filled)
    for number in range(1, count):
        x, y, width, height, area = (int(v) for v in stats[number])
        if min(width, height) < _PHOTO_SIDE or area < _PHOTO_SHARE * grey.size:
            continue
        inside = labels[y : y + height, x : x + width] == number
        tones = np.bincount(grey[y : y + height, x : x + width][inside] // 8, minlength=32)
        if int((tones > 0.01 * area).sum()) >= _PHOTO_TONES:
            return True
    return False
