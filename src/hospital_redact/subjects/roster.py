"""The roster in memory: keyed fingerprints of names and numbers, birth dates, wards; no name and no number in clear.

A million records with a name, an identity card, a record number, a phone, a birth date and a ward take less than
200 MB. The roster is never written: it has no ``repr`` of its content and refuses to be pickled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NoReturn

import ahocorasick_rs
import numpy as np
import regex
from numpy.typing import NDArray

from hospital_redact.subjects.fingerprints import DIGITS, MAX_LENGTH, Prints, Table, code_table, prints_of
from hospital_redact.subjects.folding import (
    HAN,
    fold_han,
    fold_number,
    latin_keys,
    pinyin_prints,
    read_day,
    simplify,
)
from hospital_redact.subjects.sources import Portion, RosterSource, portions_of, read_portions

MIN_NUMBER = 6
"""Shorter numbers are in every document; they are no evidence, and not kept."""

LARGE = 10_000
"""From so many names on a roster holds everyday words, and names of two characters prove nothing."""

_MAX_WARDS = 20_000
_SEVERAL = regex.compile(r"[;,/、，；|]")
_CARD_LENGTH = 18
_MIN_DIGITS = 4
_MANY_DAYS = 100_000

Rows = NDArray[np.int32]
Days = NDArray[np.int32]


class Subjects:
    """The hospital's own patients or staff, for ``Redactor.review(..., subjects=...)``; made by :func:`load_subjects`.

    Safe to share between threads. ``len()`` is the number of records, ``unused`` the headings that were not understood.
    """

    def __init__(self, portions: Iterable[Portion]) -> None:
        taken = _Intake()
        for portion in portions:
            taken.add(portion)
        self.unused = tuple(dict.fromkeys(taken.unused))
        self.names, self.spellings, self.numbers = taken.tables()
        self.name_lengths = tuple(sorted(taken.name_lengths))
        self.first_characters = taken.first_characters
        self.births = np.concatenate(taken.births)
        self.wards = np.concatenate(taken.wards)
        self.staff = np.concatenate(taken.staff)
        self._shapes = taken.shapes()
        self._ward_words = tuple(taken.ward_codes)
        self._automaton = ahocorasick_rs.AhoCorasick(list(self._ward_words))

    def __len__(self) -> int:
        return len(self.births)

    def __repr__(self) -> str:
        return f"Subjects({len(self)} records)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a roster is not pickled, so that it is never written; load it again in the other process")

    @property
    def is_large(self) -> bool:
        """Whether a name alone, if it is short or an everyday word, proves nothing."""
        return len(self) > LARGE

    def find_wards(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield place and code of each ward that a normalised ``text`` names."""
        if self._ward_words:
            for number, start, _ in self._automaton.find_matches_as_indexes(text, overlapping=True):
                yield start, number + 1

    def chance(self, digits: int, letters: int, tries: int) -> float:
        """Return how many of the numbers of this shape a number that is none of them would meet in ``tries`` tries.

        It counts on digits being drawn freely, of which running numbers are the exception: they crowd in one corner,
        where only numbers of their own kind are.
        """
        return tries * self._shapes.get((digits, letters), 0) / 10.0**digits


class _Intake:
    """Takes portions in and holds arrays only."""

    def __init__(self) -> None:
        self.count = 0
        self.unused: list[str] = []
        self.births: list[NDArray[np.int32]] = []
        self.wards: list[NDArray[np.int32]] = []
        self.staff: list[NDArray[np.bool_]] = []
        self.ward_codes: dict[str, int] = {}
        self.name_lengths: set[int] = set()
        self.first_characters = np.zeros(0x10000, np.bool_)
        self._days: dict[str, int] = {}
        self._names: list[tuple[Prints, Rows]] = []
        self._spellings: list[tuple[Prints, Rows]] = []
        self._numbers: list[tuple[Prints, Rows]] = []
        self._shapes: dict[tuple[int, int], list[Prints]] = {}

    def add(self, portion: Portion) -> None:
        first, self.count = self.count, self.count + portion.size
        births = np.zeros(portion.size, np.int32)
        for column in portion.births:
            births = np.where(births > 0, births, np.array([self._day(field) for field in column], np.int32))
        for column in portion.numbers:
            births = self._add_numbers(column, first, births)
        for column in portion.names:
            self._add_names(column, first)
        wards = np.zeros(portion.size, np.int32)
        for column in portion.wards:
            wards = np.where(wards > 0, wards, np.array([self._ward(ward) for ward in column], np.int32))
        self.births.append(births)
        self.wards.append(wards)
        self.staff.append(np.array(portion.staff, np.bool_))
        self.unused.extend(portion.unused)

    def _day(self, field: str) -> int:
        if field not in self._days:
            if len(self._days) > _MANY_DAYS:
                self._days.clear()
            self._days[field] = read_day(field)
        return self._days[field]

    def _ward(self, ward: str) -> int:
        ward = ward.strip()
        if ward not in self.ward_codes:
            if len(ward) < 2 or len(ward) > MAX_LENGTH or len(self.ward_codes) >= _MAX_WARDS:
                return 0
            self.ward_codes[ward] = len(self.ward_codes) + 1
        return self.ward_codes[ward]

    def _add_numbers(self, column: Sequence[str], first: int, births: Days) -> Days:
        """Take a column of numbers in; return ``births`` with those that identity cards give where there was none."""
        texts, rows = _numbers_of(column)
        table = code_table(texts)
        digits = ((table >= DIGITS[0]) & (table <= DIGITS[-1])).sum(axis=1)
        lengths = (table != 0).sum(axis=1)
        kept = (lengths >= MIN_NUMBER) & (digits >= _MIN_DIGITS)
        prints = prints_of(table[kept])
        self._numbers.append((prints, rows[kept] + np.int32(first)))
        digits, letters = digits[kept], (lengths - digits)[kept]
        for shape in set(zip(digits.tolist(), letters.tolist(), strict=True)):
            same = (digits == shape[0]) & (letters == shape[1])
            self._shapes.setdefault(shape, []).append(prints[same])
        for place in np.flatnonzero((lengths == _CARD_LENGTH) & (births[rows] == 0)):
            births[rows[place]] = read_day(texts[place][6:14])
        return births

    def _add_names(self, column: Sequence[str], first: int) -> None:
        han: list[str] = []
        han_rows: list[int] = []
        latin: list[str] = []
        latin_rows: list[int] = []
        for row, field in enumerate(column):
            if HAN.search(field):
                name = fold_han(field)
                if 2 <= len(name) <= MAX_LENGTH:
                    han.append(name)
                    han_rows.append(row)
            elif field:
                keys = [key for key in latin_keys(field) if len(key) <= MAX_LENGTH]
                latin.extend(keys)
                latin_rows.extend([row] * len(keys))
        if han:
            table = simplify(code_table(han))
            rows = np.array(han_rows, np.int32) + np.int32(first)
            self._names.append((prints_of(table), rows))
            self.name_lengths.update(np.unique((table != 0).sum(axis=1)).tolist())
            self.first_characters[np.minimum(table[:, 0], 0xFFFF)] = True
            prints, which = pinyin_prints(table)
            self._spellings.append((prints, rows[which]))
        if latin:
            self._spellings.append((prints_of(code_table(latin)), np.array(latin_rows, np.int32) + np.int32(first)))

    def tables(self) -> tuple[Table, Table, Table]:
        """Return the tables of Han names, of Latin names and pinyin, and of numbers; the intake is empty then."""
        tables = []
        for parts in (self._names, self._spellings, self._numbers):
            keys = np.concatenate([prints for prints, _ in parts]) if parts else np.zeros(0, np.uint64)
            rows = np.concatenate([rows for _, rows in parts]) if parts else np.zeros(0, np.int32)
            parts.clear()
            tables.append(Table(keys, rows))
        return tables[0], tables[1], tables[2]

    def shapes(self) -> dict[tuple[int, int], int]:
        """Return how many different numbers of each count of digits and letters there are."""
        return {shape: len(np.unique(np.concatenate(prints))) for shape, prints in self._shapes.items()}


def _numbers_of(column: Sequence[str]) -> tuple[list[str], Rows]:
    """Return the folded numbers of a column and the row of each; one field may hold several."""
    if all(len(field) <= MAX_LENGTH and field.isascii() and field.isalnum() for field in column):
        texts, rows = list(map(str.upper, column)), list(range(len(column)))
    else:
        texts, rows = [], []
        for row, field in enumerate(column):
            for part in _SEVERAL.split(field):
                number = fold_number(part)
                if len(number) <= MAX_LENGTH:
                    texts.append(number)
                    rows.append(row)
    foreign = [place for place, text in enumerate(texts) if len(text) == 13 and text.startswith("86")]
    texts += [texts[place][2:] for place in foreign]  # without the country's code
    rows += [rows[place] for place in foreign]
    return texts, np.array(rows, np.int32)


def load_subjects(source: str | RosterSource | Iterable[Mapping[str, object]], *, query: str = "") -> Subjects:
    """Return the roster of a CSV or JSON lines file, of a database (an SQLAlchemy URL and a ``query``), or of records.

    Raises ReadError: HR203 and HR206 for a file, HR208 for a database, HR204 too many records, HR205 nothing that is
    understood.
    """
    if isinstance(source, RosterSource):
        return Subjects(read_portions(source))
    if isinstance(source, str):
        return load_subjects(RosterSource(source, query))
    return Subjects(portions_of(source))


@cache
def subjects_of(source: RosterSource) -> Subjects:
    """Return the roster of ``source``, loaded once in each process.

    Workers are spawned and load it for themselves: handing it over would copy it through a pipe for each of them.
    """
    return load_subjects(source)
