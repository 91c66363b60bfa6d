"""What every recogniser looks at: one view, normalised, with its tables; and what it answers with.

Offsets of a :class:`Hit` count characters of ``Scene.text`` (normalised). ``Scene.locate`` leads back to blocks.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import regex

from hospital_redact.detection.needles import DIGIT, fold_digits, lower
from hospital_redact.detection.normalisation import Normalised, normalise
from hospital_redact.detection.structure import Cell, block_cells, text_cells
from hospital_redact.model import Document, Role, Rule, Span, View

_DIGITS = regex.compile(f"{DIGIT}+")
_LINE_END = regex.compile(r"\n")


@dataclass(frozen=True, slots=True)
class Hit:
    """Characters ``start`` to ``end`` of a scene that ``rule`` claims, before overlaps are settled.

    ``evidence`` are stable words: ``pattern``, ``context``, ``label``, ``header``, ``check_digit``,
    ``failed_check``, ``tagger``, ``propagated``, ``presidio``, ``level:机密``, and what a reading saw through.
    """

    start: int
    end: int
    rule: Rule
    confidence: float
    evidence: tuple[str, ...]
    detector: str
    role: Role | None = None


class Scene:
    """One view of a document, ready to be searched. Holds text, so its ``repr`` shows none."""

    disguises: tuple[str, ...] = ()
    """Stable words for what a reading saw through, see :mod:`.disguises`; they become evidence of its hits."""

    __slots__ = (
        "_cell_starts",
        "_digit_runs",
        "_folded",
        "_line_starts",
        "_lowered",
        "cells",
        "document",
        "matches",
        "normal",
        "text",
        "view",
    )

    def __init__(
        self, document: Document, view: View, normal: Normalised | None = None, cells: tuple[Cell, ...] | None = None
    ) -> None:
        """Prepare ``view``; a reading that is not the plain one (:mod:`.disguises`) brings its own text and cells."""
        self.document = document
        self.view = view
        self.normal: Normalised = normalise(view.text) if normal is None else normal
        self.text = self.normal.text
        self._lowered: str | None = None
        self._folded: str | None = None
        self._digit_runs: list[tuple[int, int]] | None = None
        self._line_starts: list[int] | None = None
        self.matches: dict[regex.Pattern[str], list[regex.Match[str]]] = {}
        if cells is None:
            drawn = block_cells(document, view, self.normalised_range)
            cells = drawn or text_cells(self.text)
            if drawn:
                cells = tuple(sorted((*drawn, *text_cells(self.text, taken=drawn)), key=lambda cell: cell.start))
        self.cells: tuple[Cell, ...] = cells
        self._cell_starts = [cell.start for cell in self.cells]

    @property
    def lowered(self) -> str:
        """``text`` in small letters, as needles are spelt (:mod:`.needles`); the same length."""
        if self._lowered is None:
            self._lowered = lower(self.text)
        return self._lowered

    @property
    def folded(self) -> str:
        """``lowered`` with one sign for all digits; the same length."""
        if self._folded is None:
            self._folded = fold_digits(self.lowered)
        return self._folded

    @property
    def digit_runs(self) -> list[tuple[int, int]]:
        """Where digits stand in ``text``: ranges of them alone, in order."""
        if self._digit_runs is None:
            self._digit_runs = [run.span() for run in _DIGITS.finditer(self.folded)]
        return self._digit_runs

    @property
    def line_starts(self) -> list[int]:
        """Where the lines of ``text`` begin, in order, and the length of ``text``."""
        if self._line_starts is None:
            ends = [match.end() for match in _LINE_END.finditer(self.text)]
            self._line_starts = [0, *ends, len(self.text)]
        return self._line_starts

    def __repr__(self) -> str:
        return f"Scene({len(self.text)} chars, {len(self.cells)} cells)"

    def normalised_range(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of ``text`` that comes from characters ``start`` to ``end`` of the view; may be empty."""
        starts = self.normal.starts
        return bisect_left(starts, start), bisect_left(starts, end)

    def locate(self, start: int, end: int) -> tuple[Span, ...]:
        """Return the canonical spans under normalised characters ``start`` to ``end``; none between blocks."""
        return self.view.locate(*self.normal.original(start, end))

    def cell_at(self, position: int) -> Cell | None:
        """Return the cell that holds ``position``."""
        index = bisect_right(self._cell_starts, position) - 1
        if index >= 0 and self.cells[index].start <= position < self.cells[index].end:
            return self.cells[index]
        return None

    def next_cell(self, cell: Cell) -> Cell | None:
        """Return the cell right of ``cell`` in its row."""
        index = bisect_left(self._cell_starts, cell.start) + 1
        if index < len(self.cells) and (self.cells[index].table, self.cells[index].row) == (cell.table, cell.row):
            return self.cells[index]
        return None

    def line_end(self, position: int) -> int:
        """Return where the line of ``position`` ends."""
        end = self.text.find("\n", position)
        return len(self.text) if end < 0 else end
