"""Which counts of a table to hide so that none of them can be computed from what stays.

Counts below a smallest one are hidden first (primary suppression; 统计法 第28条). A hidden count that a row, a column
or a total still gives back takes a second one along (complementary suppression), until the sums of the table
determine none: each sum is a linear equation over the hidden counts, and a count is given back exactly where
Gaussian elimination leaves it alone in an equation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

Cell = tuple[int, int]
"""Row and column of a count."""

MAX_HIDDEN = 240
"""So many hidden counts are still solved; a table with more loses all its counts."""

_PRIME = 2_147_483_647  # sums have coefficients 1 and -1: elimination over a large prime field gives the true rank


class Sum(NamedTuple):
    """``parts`` add up to ``total``; ``None`` is a total that stands elsewhere and counts as known."""

    parts: tuple[Cell, ...]
    total: Cell | None


def suppress(counts: Mapping[Cell, int], sums: Sequence[Sum], smallest: int) -> frozenset[Cell]:
    """Return the cells of ``counts`` to hide: those of 1 to ``smallest`` - 1, and what protects them."""
    hidden = {cell for cell, count in counts.items() if 0 < count < smallest}
    totals = {entry.total for entry in sums}
    while hidden and len(hidden) <= MAX_HIDDEN:
        given = computable(hidden, sums) | _all_ones(counts, hidden, sums)
        before = len(hidden)
        for cell in sorted(given):
            partners = _cells(entry for entry in sums if cell in entry.parts or cell == entry.total)
            if len(hidden) > before and partners & hidden - given - {cell}:
                continue  # what this round has hidden may be enough; the next round tells
            visible = [other for other in partners - hidden if other in counts]
            if visible:
                # A zero hides nothing, and a total costs the reader more than a part.
                hidden.add(min(visible, key=lambda c: (counts[c] == 0, c in totals, counts[c], c)))
        if len(hidden) == before:
            return frozenset(hidden)
    return frozenset(counts) if hidden else frozenset()


def computable(hidden: Iterable[Cell], sums: Sequence[Sum]) -> frozenset[Cell]:
    """Return the cells among ``hidden`` whose value follows from ``sums`` and the counts that are not hidden."""
    unknown = set(hidden)
    rows: list[dict[Cell, int]] = []
    for entry in sums:
        row = {cell: 1 for cell in entry.parts if cell in unknown}
        if entry.total in unknown and entry.total is not None:
            row[entry.total] = _PRIME - 1
        if row:
            rows.append(row)
    return frozenset(next(iter(row)) for row in _reduced(rows) if len(row) == 1)


def _all_ones(counts: Mapping[Cell, int], hidden: Iterable[Cell], sums: Sequence[Sum]) -> frozenset[Cell]:
    """Return the hidden cells of sums whose hidden counts are all 1: zeros show, so their number is their sum."""
    unknown = set(hidden)
    found: set[Cell] = set()
    for entry in sums:
        parts = unknown & set(entry.parts)
        if entry.total not in unknown and parts and all(counts.get(cell) == 1 for cell in parts):
            found |= parts
    return frozenset(found)


def _cells(sums: Iterable[Sum]) -> set[Cell]:
    found: set[Cell] = set()
    for entry in sums:
        found.update(entry.parts)
        if entry.total is not None:
            found.add(entry.total)
    return found


def _reduced(rows: Sequence[dict[Cell, int]]) -> list[dict[Cell, int]]:
    """Return the reduced row echelon form of sparse ``rows``: each pivot stands in its own row alone."""
    done: dict[Cell, dict[Cell, int]] = {}
    for source in rows:
        row = dict(source)
        for pivot in [cell for cell in row if cell in done]:
            _subtract(row, done[pivot], row[pivot])
        if not row:
            continue
        pivot = min(row)
        inverse = pow(row[pivot], -1, _PRIME)
        row = {cell: value * inverse % _PRIME for cell, value in row.items()}
        for other in done.values():
            if pivot in other:
                _subtract(other, row, other[pivot])
        done[pivot] = row
    return list(done.values())


def _subtract(row: dict[Cell, int], other: Mapping[Cell, int], factor: int) -> None:
    """Take ``factor`` times ``other`` from ``row``, in place."""
    for cell, value in other.items():
        left = (row.get(cell, 0) - factor * value) % _PRIME
        if left:
            row[cell] = left
        else:
            row.pop(cell, None)
