"""Other readings of a scene: what it says once encodings are decoded, written-out figures are digits, and characters
that hide or turn text are taken at their word.

A reading is a scene of its own, of the lines around what was disguised, so that labels and columns still count. All
recognisers run on it; its offsets lead back to the original characters. Plain text has no other reading and pays for
a few searches.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from hospital_redact.detection.digits import announces, find_figures, find_spoken
from hospital_redact.detection.encodings import Piece, decode_selectors, find_encoded, find_opaque
from hospital_redact.detection.normalisation import Normalised, normalise
from hospital_redact.detection.scene import Scene
from hospital_redact.detection.structure import Cell, text_cells
from hospital_redact.model import Document, Span, Unread

_DEPTH = 3
"""So often an encoding may hold another."""

_AROUND = 240
"""How much of the lines before and after a disguised value belongs to its reading."""

_AFTER = 40
"""A hit so close behind a disguised part counts as well: its label may be what was disguised."""


@dataclass(frozen=True, slots=True, repr=False)
class Rearranged(Normalised):
    """A text whose characters need not stand in the order of the original."""

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the smallest range of the original that holds characters ``start`` to ``end``.

        Raises IndexError for an empty or impossible range.
        """
        if not 0 <= start < end <= len(self.text):
            raise IndexError("not a range of the text")
        first = min(self.starts[start:end])
        return first, max(first + 1, *self.ends[start:end])


@dataclass(frozen=True, slots=True, repr=False)
class _Draft:
    """A text, the places of its characters in the view, and a flag for each: 1 where it was disguised."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    flags: bytes


class PlainScene(Scene):
    """A scene as it reads without its disguises, of which ``kind`` is ``decoded``, ``figures`` or ``uncovered``."""

    __slots__ = ("_flags", "_reach", "disguises")

    def __init__(self, scene: Scene, kind: str, draft: _Draft) -> None:
        normal = Rearranged(draft.text, tuple(draft.starts), tuple(draft.ends))
        cells = () if kind == "uncovered" else _cells_within(scene, draft)
        super().__init__(scene.document, scene.view, normal, cells or text_cells(draft.text))
        self.disguises = (kind,)
        self._flags = draft.flags
        self._reach = 0 if kind == "figures" else _AFTER

    def locate(self, start: int, end: int) -> tuple[Span, ...]:
        """Return the canonical spans under ``start`` to ``end``; none for what the scene itself shows as well."""
        return super().locate(start, end) if 1 in self._flags[max(0, start - self._reach) : end] else ()


def read_disguised(scene: Scene) -> Iterator[PlainScene]:
    """Yield the other readings of ``scene``; none for plain text."""
    shown = _Draft(scene.text, scene.normal.starts, scene.normal.ends, b"")

    def heads(position: int) -> bool:
        cell = scene.cell_at(position)
        return cell is not None and announces(cell.header, cell.label)

    yield from _readings(scene, shown, "", heads)
    uncovered = _uncover(scene.view.text)
    if uncovered is not None:
        yield PlainScene(scene, "uncovered", uncovered)
        yield from _readings(scene, uncovered, "uncovered", lambda _: False)


def _readings(scene: Scene, base: _Draft, kind: str, heads: Callable[[int], bool]) -> Iterator[PlainScene]:
    """Yield what ``base`` says decoded, with its figures as digits, and both."""
    figures = [*find_figures(base.text, heads), *find_spoken(base.text)]
    if figures:
        yield PlainScene(scene, kind or "figures", _substitute(base, figures))
    decoded = _decode(base)
    if decoded is not None:
        yield PlainScene(scene, kind or "decoded", decoded)
        figures = [*find_figures(decoded.text, lambda _: False), *find_spoken(decoded.text)]
        if figures:
            yield PlainScene(scene, kind or "decoded", _substitute(decoded, figures))


def _decode(base: _Draft) -> _Draft | None:
    """Return ``base`` with its encodings decoded, one inside another up to :data:`_DEPTH`; nothing if it has none."""
    draft = base
    for _ in range(_DEPTH):
        pieces = find_encoded(draft.text)
        if not pieces:
            break
        draft = _substitute(draft, pieces)
    return None if draft is base else draft


# --------------------------------------------------------------------------- drafts


class _Builder:
    """Puts a draft together from parts of another."""

    def __init__(self, base: _Draft) -> None:
        self._base = base
        self._text: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._flags = bytearray()

    def copy(self, first: int, last: int) -> None:
        """Take characters ``first`` to ``last`` as they are."""
        self._text.append(self._base.text[first:last])
        self._starts.extend(self._base.starts[first:last])
        self._ends.extend(self._base.ends[first:last])
        self._flags += self._base.flags[first:last] or bytes(last - first)

    def read(self, piece: Piece) -> None:
        """Take ``piece`` as it reads."""
        places = piece.places or ((piece.start, piece.end),) * len(piece.text)
        self._text.append(piece.text)
        self._starts.extend(self._base.starts[start] for start, _ in places)
        self._ends.extend(self._base.ends[end - 1] for _, end in places)
        self._flags += b"\1" * len(piece.text)
        if not piece.text and self._flags:
            self._flags[-1] = 1

    def part(self, at: int) -> None:
        """Start another stretch of lines, which character ``at`` begins."""
        self._text.append("\n\n")
        self._starts.extend([self._base.starts[at]] * 2)
        self._ends.extend([self._base.starts[at]] * 2)
        self._flags += b"\0\0"

    def draft(self) -> _Draft:
        """Return what was put together."""
        return _Draft("".join(self._text), self._starts, self._ends, bytes(self._flags))


def _substitute(base: _Draft, pieces: Sequence[Piece]) -> _Draft:
    """Return the lines around ``pieces`` with each piece as it reads."""
    builder = _Builder(base)
    at = reach = 0  # what is copied so far, and how far the lines of the last piece go on
    for piece in sorted(pieces, key=lambda piece: piece.start):
        if piece.start < at:
            continue  # two readings of one run: the first stays
        first = _line_before(base.text, piece.start)
        if first > reach:
            builder.copy(at, reach)
            builder.part(first)
            at = first
        builder.copy(at, piece.start)
        builder.read(piece)
        at, reach = piece.end, max(reach, _line_after(base.text, piece.end))
    builder.copy(at, reach)
    return builder.draft()


def _line_before(text: str, at: int) -> int:
    """Return where the line before that of ``at`` begins, not further away than :data:`_AROUND`."""
    lowest = max(0, at - _AROUND)
    line = text.rfind("\n", lowest, at)
    return text.rfind("\n", lowest, line) + 1 or lowest if line > lowest else lowest


def _line_after(text: str, at: int) -> int:
    """Return where the line after that of ``at`` ends, not further away than :data:`_AROUND`."""
    highest = min(len(text), at + _AROUND)
    line = text.find("\n", at, highest)
    end = text.find("\n", line + 1, highest) if line >= 0 else -1
    return highest if end < 0 else end


def _cells_within(scene: Scene, draft: _Draft) -> tuple[Cell, ...]:
    """Return the scene's cells that the draft holds, where it holds them."""
    cells: list[Cell] = []
    for cell in scene.cells:
        start, end = scene.normal.original(cell.start, cell.end) if cell.start < cell.end else (0, 0)
        first, last = bisect_left(draft.starts, start), bisect_left(draft.starts, end)
        if first < last:
            cells.append(replace(cell, start=first, end=last))
    return tuple(cells)


# --------------------------------------------------------------------------- hidden and turned characters

_COVERED = re.compile(r"[\u202e\U000e0020-\U000e007e]|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4}")
_PARTS = re.compile(
    r"(?P<turned>\u202e[^\u202c\u2069\n]+)|(?P<tags>[\U000e0020-\U000e007e]+)|(?P<selectors>[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,})"
)
_CONTENT = re.compile(r"[^\W_]|[\U000e0020-\U000e007e\U000e0100-\U000e01ef]")
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def has_content(text: str) -> bool:
    """Whether ``text`` holds a letter or digit, or a hidden character that spells one."""
    return _CONTENT.search(text) is not None


def _uncover(text: str) -> _Draft | None:
    """Return a view's ``text`` as it shows, turned text turned, with what tags and variation selectors spell.

    U+202E shows what follows from right to left (Unicode Standard Annex 9); tag characters and selectors show nothing.
    """
    if text.isascii() or not _COVERED.search(text):
        return None
    pieces = [piece for piece in map(_uncovered, _PARTS.finditer(text)) if piece is not None]
    if not pieces:
        return None
    raw = _substitute(_Draft(text, range(len(text)), range(1, len(text) + 1), b""), pieces)
    normal = normalise(raw.text)
    places = [normal.original(i, i + 1) for i in range(len(normal.text))]
    return _Draft(
        normal.text,
        [min(raw.starts[first:last]) for first, last in places],
        [max(raw.ends[first:last]) for first, last in places],
        bytes(max(raw.flags[first:last]) for first, last in places),
    )


def _uncovered(match: re.Match[str]) -> Piece | None:
    start, run = match.start(), match.group()
    if match["turned"]:
        order = [i for i in range(len(run) - 1, -1, -1) if run[i] not in _TURNS]
        return Piece(
            start, match.end(), "".join(run[i] for i in order), tuple((start + i, start + i + 1) for i in order)
        )
    spelt = "".join(chr(ord(char) - 0xE0000) for char in run) if match["tags"] else decode_selectors(run)
    return Piece(start, match.end(), f" {spelt} ") if len(spelt.strip()) > 1 else None


# --------------------------------------------------------------------------- what nobody can read

_SELECTORS = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}")
_INVISIBLE_BITS = re.compile(r"[\u200b-\u200d\u2060-\u2064\ufeff]{16,}")


def find_unread(document: Document, removed: Sequence[Span]) -> tuple[Unread, ...]:
    """Return the runs of characters that look encoded and that nobody can read, but for those that ``removed`` covers.

    ``what`` is ``encoded_text``, or ``hidden_characters`` for characters without a look that carry something.
    """
    gone: dict[int, list[Span]] = {}
    for span in removed:
        gone.setdefault(span.block, []).append(span)
    found: dict[Unread, None] = {}
    for view in document.views:
        hidden = [] if view.text.isascii() else [*_hidden(view.text)]
        for what, (start, end) in [*(("encoded_text", place) for place in find_opaque(view.text)), *hidden]:
            # What no copy keeps (a token in the head of a mail) need not be read to leave.
            spans = [span for span in view.locate(start, end) if document.blocks[span.block].survives]
            if all(
                any(s.start <= span.start and span.end <= s.end for s in gone.get(span.block, ())) for span in spans
            ):
                continue
            place = document.blocks[spans[0].block].location
            found[Unread(what, place, f"{end - start} characters look encoded, and no reading of them is known")] = None
    return tuple(found)


def _hidden(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    for match in _SELECTORS.finditer(text):
        if not decode_selectors(match.group()):
            yield "hidden_characters", match.span()
    for match in _INVISIBLE_BITS.finditer(text):
        yield "hidden_characters", match.span()
