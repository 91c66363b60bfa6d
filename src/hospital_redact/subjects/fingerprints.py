"""Keyed fingerprints of names and numbers: what a roster keeps in the place of its values.

A text's fingerprint is the sum of its code points, each times a power of one odd base, modulo 2**64. Every window of a
document, and every number that is one slip of the pen away, has its fingerprint by a few operations on arrays, without
making a text of it. The base is drawn anew in each process, so that a fingerprint says nothing outside it, and no
document can be made to collide.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

Prints = NDArray[np.uint64]
Codes = NDArray[np.uint32]

MAX_LENGTH = 32
"""Longest name or number in characters; identifiers and names are shorter."""

_BASE = secrets.randbits(63) << 1 | 1
_INVERSE = pow(_BASE, -1, 1 << 64)
_MASK = (1 << 64) - 1

DIGITS = tuple(range(ord("0"), ord("9") + 1))
LETTERS = tuple(range(ord("A"), ord("Z") + 1))


def powers(count: int) -> Prints:
    """Return the first ``count`` powers of the base."""
    return _powers(_BASE, _rounded(count))[:count]


def _inverse_powers(count: int) -> Prints:
    return _powers(_INVERSE, _rounded(count))[:count]


def _rounded(count: int) -> int:
    return max(64, 1 << (count - 1).bit_length())  # few sizes, so that the cache stays small


@cache
def _powers(base: int, count: int) -> Prints:
    values = np.empty(count, np.uint64)
    values[0], filled, step = 1, 1, base
    while filled < count:  # doubling: base**filled times what is there
        values[filled : 2 * filled] = values[:filled] * np.uint64(step)
        filled, step = 2 * filled, step * step & _MASK
    return values


def codes_of(text: str) -> Codes:
    """Return the code points of ``text``."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def code_table(texts: Sequence[str]) -> Codes:
    """Return a row of code points for each text of at most :data:`MAX_LENGTH` characters, padded with zeros."""
    if not texts:
        return np.zeros((0, 1), np.uint32)
    width = max(1, *map(len, texts)) if len(texts) > 1 else max(1, len(texts[0]))
    return np.array(texts, f"<U{width}").view(np.uint32).reshape(len(texts), width)


def prints_of(table: Codes) -> Prints:
    """Return the fingerprint of each row; zeros at its end count for nothing."""
    return np.asarray((table.astype(np.uint64) * powers(table.shape[1])).sum(axis=1, dtype=np.uint64))


class Windows:
    """Fingerprints of any windows of one text."""

    __slots__ = ("_sums",)

    def __init__(self, codes: Codes) -> None:
        self._sums: Prints = np.zeros(len(codes) + 1, np.uint64)
        np.cumsum(codes.astype(np.uint64) * powers(len(codes)), dtype=np.uint64, out=self._sums[1:])

    def prints(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Prints:
        """Return the fingerprint of each window ``starts[i]`` to ``ends[i]`` (exclusive)."""
        difference: Prints = self._sums[ends] - self._sums[starts]
        return difference * _inverse_powers(len(self._sums))[starts]


def slips(codes: Sequence[int]) -> Prints:
    """Return the fingerprints of all texts that differ from ``codes`` by one slip.

    A slip is a character that is another, is wanting, is too many, or has changed places with its neighbour. Letters
    are tried only where ``codes`` has letters; digits always.
    """
    text = np.array(codes, np.uint64)
    alphabet = np.array(DIGITS if all(code in DIGITS for code in codes) else (*DIGITS, *LETTERS), np.uint64)
    power = powers(len(text) + 1)
    terms = text * power[:-1]
    before = np.concatenate((np.zeros(1, np.uint64), np.cumsum(terms, dtype=np.uint64)))
    whole = before[-1]
    after = whole - before  # of what stands from each place on
    shorter = before[:-1] + after[1:] * np.uint64(_INVERSE)
    other = (whole - terms)[:, None] + alphabet[None, :] * power[:-1, None]
    longer = (before + after * np.uint64(_BASE))[:, None] + alphabet[None, :] * power[:, None]
    swapped = whole + (text[1:] - text[:-1]) * (power[:-2] - power[1:-1])
    return np.setdiff1d(np.concatenate((shorter, other.ravel(), longer.ravel(), swapped)), whole)


class Table:
    """A multimap from fingerprints to numbers, in sorted arrays: eight bytes and four an entry."""

    __slots__ = ("_bits", "_values", "keys")

    def __init__(self, keys: Prints, values: NDArray[np.int32]) -> None:
        order = np.argsort(keys, kind="stable")
        self.keys: Prints = keys[order]
        self._values = values[order]
        # A byte for each of 2**24 groups of fingerprints: what is in none costs one look, and most is in none.
        self._bits = np.zeros(1 << 24, np.bool_)
        self._bits[self.keys >> np.uint64(40)] = True

    def __len__(self) -> int:
        return len(self.keys)

    def holds(self, keys: Prints) -> NDArray[np.bool_]:
        """Return which of ``keys`` are in the table."""
        found: NDArray[np.bool_] = self._bits[keys >> np.uint64(40)]
        maybe = np.flatnonzero(found)
        if len(maybe):
            places = np.searchsorted(self.keys, keys[maybe])
            places[places == len(self.keys)] = 0
            found[maybe] = self.keys[places] == keys[maybe]
        return found

    def of(self, key: np.uint64) -> NDArray[np.int32]:
        """Return the numbers under ``key``."""
        low, high = np.searchsorted(self.keys, key, "left"), np.searchsorted(self.keys, key, "right")
        return self._values[low:high]
