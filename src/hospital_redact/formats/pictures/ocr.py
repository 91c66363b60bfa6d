"""Reading text in pixels: rapidocr (PP-OCR models that its wheel carries, no network), a box for each character.

Detection runs on a picture scaled to a page's usual size, recognition on the full resolution. What the models find
is cut into characters by the columns that the recogniser names and by the ink between them.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Points = NDArray[np.float32]

SHORT_SIDE = 1200
"""Pixels to which the shorter side of a picture is scaled down for finding lines: 10 point text on A4 is 20 high."""
LEAST_SIDE = 320
"""Pixels of the shorter side that the detector is given at least."""
TILE = 2048
OVERLAP = 256
"""A long picture is looked at in pieces of ``TILE`` pixels that share ``OVERLAP``, so that no line is cut."""
MIN_SIDE = 5
"""Pixels below which no letter is legible."""
CACHED = 512
"""Frames whose lines are remembered, so that a picture that is read, written and checked is looked at once."""
DOUBTFUL = 0.9
"""Mean score of a line's characters below which it is read upside down as well."""
_CLEARER = 0.05
_WIDE = frozenset("：，。；、！？）」』】》")
"""Signs with a gap of their own behind them."""
_WIDEST = 40
"""Width by height of a line beyond which it is recognised in pieces."""


class Line(NamedTuple):
    """A piece of text as one detected box: characters with box (left, top, right, bottom in pixels) and score.

    ``boxes`` holds NaN for a space that nothing draws. ``text`` is empty where a line was found and not one
    character recognised. ``quad`` are its corners: upper left, upper right, lower right, lower left as written.
    """

    text: str
    scores: tuple[float, ...]
    boxes: Points
    quad: Points
    found: float

    @property
    def confidence(self) -> float:
        """Mean of the scores of the letters and digits (of the signs where there are none), 0 to 1."""
        scores = [s for letter, s in zip(self.text, self.scores, strict=True) if letter.isalnum()] or self.scores
        return sum(scores) / len(scores) if scores else 0.0


@cache
def available() -> bool:
    """Whether the ``ocr`` extra is installed: rapidocr with its models, and zxing-cpp."""
    if any(find_spec(name) is None for name in ("rapidocr", "onnxruntime", "zxingcpp", "cv2")):
        return False
    return all(path.is_file() for path in _models().values())


def _models() -> dict[str, Path]:
    # Named one by one: rapidocr downloads a model that it does not find, and nothing here may use the network.
    spec = find_spec("rapidocr")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "models"
    return {
        "Det": folder / "PP-OCRv6_det_small.onnx",
        "Rec": folder / "PP-OCRv6_rec_small.onnx",
    }


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR  # noqa: PLC0415 - loads 30 MB of models, so only when there is a picture

    return RapidOCR(
        params={
            "Global.log_level": "critical",  # a log line may quote the document
            "Global.use_vertical_padding": False,
            "Global.return_word_box": True,
            "Det.limit_side_len": LEAST_SIDE,
            # One thread: batch workers run beside each other, and the answer must not depend on the machine.
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            **{f"{part}.model_path": str(path) for part, path in _models().items()},
        }
    )


def recogniser() -> Any:
    """Return the model that names characters, for who has single ones; its ``session`` may be asked at any time."""
    with _lock:
        return _engine()._load_rec_model()  # noqa: SLF001 - rapidocr has no public name for it


_lock = RLock()  # the engine keeps state between detection and recognition
_remembered: OrderedDict[bytes, tuple[Line, ...]] = OrderedDict()


def read_lines(pixels: Pixels) -> tuple[Line, ...]:
    """Return the pieces of text in ``pixels`` (height, width, 3; RGB), upper ones first.

    A picture turned by a quarter or by half is read upright; boxes are those of ``pixels``.
    """
    if min(pixels.shape[:2]) < MIN_SIDE or int(pixels.min()) == int(pixels.max()):
        return ()
    key = hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).digest()
    with _lock:
        if key not in _remembered:
            _remembered[key] = _read_any_way_up(pixels)
            if len(_remembered) > CACHED:
                _remembered.popitem(last=False)
        _remembered.move_to_end(key)
        return _remembered[key]


SPACE = Line(" ", (1.0,), np.full((1, 4), np.nan, dtype=np.float32), np.zeros((4, 2), dtype=np.float32), 1.0)
"""A space that nothing draws."""


class _Seen(NamedTuple):
    """Lines, how much of their length stands upright on its side, and how much upside down (shares)."""

    lines: tuple[Line, ...]
    tall: float
    inverted: float

    @property
    def worth(self) -> float:
        """Characters read, by how surely."""
        return sum(line.confidence**2 * len(line.text) for line in self.lines)


def _read_any_way_up(pixels: Pixels) -> tuple[Line, ...]:

    seen = _read_upright(pixels)
    if seen.tall <= 0.5 and seen.inverted <= 0.5:
        return seen.lines
    # Lines on their side: turned by a quarter, or written downwards as old Chinese is; the better reading tells.
    quarters = 2 if seen.tall <= 0.5 else 3 if seen.inverted > 0.5 else 1
    turned = _read_upright(np.ascontiguousarray(np.rot90(pixels, quarters)))
    if turned.worth < seen.worth * 0.98 or turned.tall > 0.5 or turned.inverted > 0.5:
        return seen.lines
    return tuple(_turn_back(line, quarters, pixels.shape[1], pixels.shape[0]) for line in turned.lines)


def _turn_back(line: Line, quarters: int, width: int, height: int) -> Line:
    """Return a line of a picture turned ``quarters`` times to the left in the coordinates before that."""

    def back(points: Points) -> Points:
        x, y = points[..., 0], points[..., 1]
        pairs = {1: (width - y, x), 2: (width - x, height - y), 3: (y, height - x)}[quarters]
        return np.stack(pairs, axis=-1).astype(np.float32)

    first, second = back(line.boxes[:, :2]), back(line.boxes[:, 2:])
    boxes = np.concatenate((np.minimum(first, second), np.maximum(first, second)), axis=1)
    return line._replace(boxes=boxes, quad=back(line.quad))


def _read_upright(pixels: Pixels) -> _Seen:
    quads = _find(pixels)
    crops = [_cut(pixels, quad) for quad, _ in quads]
    parts = [(n, piece) for n, crop in enumerate(crops) for piece in _pieces(crop.pixels)]
    if not parts:
        return _Seen((), 0.0, 0.0)
    images = [crops[n].pixels[:, a:b] for n, (a, b) in parts]
    read = _recognise(images)
    doubtful = [number for number, one in enumerate(read) if one.score < DOUBTFUL]
    flipped = dict(zip(doubtful, _recognise([images[n][::-1, ::-1] for n in doubtful]), strict=True))
    lines: list[Line] = []
    length = tall = inverted = 0.0
    for number, ((n, columns), image) in enumerate(zip(parts, images, strict=True)):
        other = flipped.get(number)
        upside_down = other is not None and other.score > read[number].score + _CLEARER
        one, shown = (other, image[::-1, ::-1]) if other is not None and upside_down else (read[number], image)
        length += image.shape[1]
        tall += image.shape[1] * crops[n].tall
        inverted += image.shape[1] * upside_down
        placed = _characters(shown, one.text, one.words)
        lines.append(_line(crops[n], columns, placed, upside_down=upside_down, found=quads[n][1]))
    return _Seen(tuple(lines), tall / length, inverted / length)


class _Recognised(NamedTuple):
    """Text of a crop, mean score of its characters, and rapidocr's account of where they are."""

    text: str
    score: float
    words: Any


def _recognise(crops: list[NDArray[Any]]) -> list[_Recognised]:
    if not crops:
        return []
    result = _engine().recognize_txt([np.ascontiguousarray(crop) for crop in crops])
    return [_Recognised(*one) for one in zip(result.txts, result.scores, result.word_results, strict=True)]


# --------------------------------------------------------------------------- finding lines


def _find(pixels: Pixels) -> list[tuple[Points, float]]:
    """Return the corners of each line in full resolution, with the detector's score, upper ones first."""
    import cv2  # noqa: PLC0415 - as the models

    height, width = pixels.shape[:2]
    scale = min(1.0, SHORT_SIDE / min(height, width))
    if max(height, width) < SHORT_SIDE // 2:
        scale = 2.0  # small pictures have small letters
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = pixels if scale == 1.0 else cv2.resize(pixels, size, interpolation=how)
    found: list[tuple[Points, float]] = []
    for top, left, tile in _tiles(small):
        for quad, score in _find_in(tile):
            found.append((((quad + np.array((left, top))) / scale).astype(np.float32), score))
    return _without_doubles(found)


def _tiles(pixels: NDArray[Any]) -> list[tuple[int, int, NDArray[Any]]]:
    height, width = pixels.shape[:2]
    if max(height, width) <= TILE + OVERLAP:
        return [(0, 0, pixels)]
    step = TILE - OVERLAP
    if height >= width:
        return [(y, 0, pixels[y : y + TILE]) for y in range(0, max(1, height - OVERLAP), step)]
    return [(0, x, pixels[:, x : x + TILE]) for x in range(0, max(1, width - OVERLAP), step)]


def _find_in(tile: NDArray[Any]) -> list[tuple[Points, float]]:
    import cv2  # noqa: PLC0415 - as the models
    from rapidocr.main import RapidOCRError  # noqa: PLC0415 - as the models

    engine = _engine()
    # The detector scales up what is smaller; a margin in the colour of the edge costs less and does no harm.
    down, right = max(0, LEAST_SIDE - tile.shape[0]), max(0, LEAST_SIDE - tile.shape[1])
    edge = [int(v) for v in np.median(tile[:, -1], axis=0)]
    padded = cv2.copyMakeBorder(tile, 0, down, 0, right, cv2.BORDER_CONSTANT, value=edge)
    try:
        _, result = engine.detect_and_crop(np.ascontiguousarray(padded[:, :, ::-1]), {})
    except RapidOCRError:  # nothing found
        return []
    limit = np.array([tile.shape[1], tile.shape[0]], dtype=np.float32)
    quads = [np.clip(quad, 0, limit) for quad in result.boxes]
    pairs = zip(quads, result.scores, strict=True)
    return [(quad, float(score)) for quad, score in pairs if min(_sides(quad)) >= MIN_SIDE]


def _sides(quad: Points) -> tuple[float, float]:
    """Return width and height of a quadrangle: the longer of each pair of opposite sides."""

    lengths = np.linalg.norm(quad - np.roll(quad, -1, axis=0), axis=1)
    return float(max(lengths[0], lengths[2])), float(max(lengths[1], lengths[3]))


def _without_doubles(found: list[tuple[Points, float]]) -> list[tuple[Points, float]]:
    """Return the lines sorted downwards, of those that two tiles share only the larger."""
    kept: list[tuple[Points, float]] = []
    for quad, score in sorted(found, key=lambda f: -_sides(f[0])[0] * _sides(f[0])[1]):
        if all(shared(quad, other) < 0.7 for other, _ in kept):
            kept.append((quad, score))
    return sorted(kept, key=lambda f: (float(f[0][:, 1].mean()), float(f[0][:, 0].min())))


def shared(quad: Points, other: Points) -> float:
    """Return which share of the upright box of ``quad`` lies in that of ``other``."""
    x0, y0 = quad.min(axis=0)
    x1, y1 = quad.max(axis=0)
    u0, v0 = other.min(axis=0)
    u1, v1 = other.max(axis=0)
    common = max(0.0, min(x1, u1) - max(x0, u0)) * max(0.0, min(y1, v1) - max(y0, v0))
    return float(common / max(1.0, (x1 - x0) * (y1 - y0)))


# --------------------------------------------------------------------------- lines into characters


class _Crop(NamedTuple):
    """A line cut out and laid flat; ``tall`` when it stood on its side and was turned to the left."""

    pixels: NDArray[Any]
    quad: Points
    tall: bool


def _cut(pixels: Pixels, quad: Points) -> _Crop:
    import cv2  # noqa: PLC0415 - as the models

    across, down = (max(1, round(side)) for side in _sides(quad))
    flat = np.array([[0, 0], [across, 0], [across, down], [0, down]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(quad.astype(np.float32), flat)
    cut = cv2.warpPerspective(pixels, matrix, (across, down), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)[
        :, :, ::-1
    ]
    tall = down >= 1.5 * across
    turned = np.ascontiguousarray(np.rot90(cut) if tall else cut)
    return _Crop(turned, quad, tall)


def _pieces(crop: NDArray[Any]) -> list[tuple[int, int]]:
    """Return the columns of a crop in pieces that the recogniser takes: nearly always the whole."""
    height, width = crop.shape[:2]
    if width <= _WIDEST * height:
        return [(0, width)]
    ink = _ink(crop)
    pieces: list[tuple[int, int]] = []
    start = 0
    while width - start > _WIDEST * height:
        low, high = start + (_WIDEST - 10) * height, start + _WIDEST * height
        end = low + int(ink[low:high].argmin())
        pieces.append((start, end))
        start = end
    return [*pieces, (start, width)]


def _ink(crop: NDArray[Any]) -> NDArray[np.float32]:
    """Return for each column how far its pixels are from the background, 0 to 255."""

    grey = crop.astype(np.float32).mean(axis=2)
    ink: Points = np.abs(grey - np.median(grey)).mean(axis=0).astype(np.float32)
    return ink


class _Placed(NamedTuple):
    """A character with the columns of its crop that it covers; none for a space."""

    text: str
    score: float
    columns: tuple[float, float] | None


def _characters(crop: NDArray[Any], text: str, words: Any) -> list[_Placed]:
    """Return the characters of a recognised line with their columns.

    ``words`` names for each character that is no space one of the recogniser's columns (``line_txt_len`` of them
    cover the crop).
    """
    letters = [letter for word in words.words for letter in word]
    if not letters:
        return []
    width, height = crop.shape[1], crop.shape[0]
    per_column = width / words.line_txt_len
    centres = [min(width - 1.0, (c + 0.5) * per_column) for group in words.word_cols for c in group]
    ends = _boundaries(_ink(crop), centres, width)
    scores = iter(words.confs)
    placed: list[_Placed] = []
    number = 0
    for letter in text:
        score = next(scores, 0.0)
        if letter.isspace():
            placed.append(_Placed(" ", score, None))
            continue
        gap = ends[number][0] - ends[number - 1][1] if number else 0.0
        if gap > (0.9 if placed and placed[-1].text in _WIDE else 0.45) * height and placed[-1].columns is not None:
            placed.append(_Placed(" ", 1.0, None))  # the recogniser passes over wide gaps
        placed.append(_Placed(letter, score, ends[number]))
        number += 1
    return placed


def _boundaries(ink: NDArray[np.float32], centres: list[float], width: int) -> list[tuple[float, float]]:
    """Return for each character its first and last column: parted where the ink is least, without wide gaps."""

    steps = np.diff(centres)
    usual = float(np.median(steps)) if len(steps) else float(width)
    starts, ends = [0.0], []
    for left, step in zip(centres, steps, strict=False):
        middle, reach = left + step / 2, max(1.0, 0.3 * step)
        low, high = int(max(0, middle - reach)), int(min(width, middle + reach + 1))
        columns = np.arange(low, high)
        cost = ink[low:high] + 0.02 * np.abs(columns - middle)
        best = float(columns[int(cost.argmin())]) + 0.5 if len(columns) else middle
        run = _blank_run(ink, int(best), int(left), int(left + step)) if step > 1.5 * usual else (best, best)
        ends.append(run[0])
        starts.append(run[1])
    ends.append(float(width))
    return list(zip(starts, ends, strict=True))


def _blank_run(ink: NDArray[np.float32], column: int, low: int, high: int) -> tuple[float, float]:
    """Return the stretch without ink around ``column``, between two characters."""
    paper = float(ink[low : high + 1].min()) * 1.5 + 4.0
    start = end = column
    while start > low and ink[start - 1] <= paper:
        start -= 1
    while end + 1 < min(high, len(ink)) and ink[end + 1] <= paper:
        end += 1
    return float(start), float(end + 1)


def _line(crop: _Crop, columns: tuple[int, int], placed: list[_Placed], *, upside_down: bool, found: float) -> Line:
    """Return a recognised piece of a crop, its columns from and to, with boxes in the picture."""
    start, width = columns[0], columns[1] - columns[0]

    whole = crop.pixels.shape[1]
    upper, lower = _edges(crop)
    boxes = np.full((len(placed), 4), np.nan, dtype=np.float32)
    for number, one in enumerate(placed):
        if one.columns is not None:
            a, b = (width - c for c in reversed(one.columns)) if upside_down else one.columns
            ts = np.array([start + a, start + b], dtype=np.float32) / whole
            corners = np.concatenate([edge[0] + (edge[1] - edge[0]) * ts[:, None] for edge in (upper, lower)])
            boxes[number] = (*corners.min(axis=0), *corners.max(axis=0))
    ts = np.array([start, start + width], dtype=np.float32) / whole
    ends = [edge[0] + (edge[1] - edge[0]) * ts[:, None] for edge in (upper, lower)]
    quad = np.array([ends[0][0], ends[0][1], ends[1][1], ends[1][0]], dtype=np.float32)
    if upside_down:
        quad = quad[[2, 3, 0, 1]]
    return Line("".join(p.text for p in placed), tuple(p.score for p in placed), boxes, quad, found)


def _edges(crop: _Crop) -> tuple[Points, Points]:
    """Return the upper and the lower edge of a crop, each from its left to its right end, in the picture."""
    tl, tr, br, bl = crop.quad

    if crop.tall:  # turned to the left: the right side of the picture is up
        return np.stack((tr, br)), np.stack((tl, bl))
    return np.stack((tl, tr)), np.stack((bl, br))
