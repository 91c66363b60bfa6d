"""One spelling for every way to write a name, a number or a date; the roster and the document go through the same.

Names: as :func:`normalise` reads them (NFKC, simplified characters), without white space and dots, in small letters
without accents; Latin ones as the letters of their words. Numbers: letters and digits, in capitals.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import product

import numpy as np
import regex
from numpy.typing import NDArray

from hospital_redact.detection.lookalikes import EVERYWHERE
from hospital_redact.detection.normalisation import normalise
from hospital_redact.detection.pinyin import read_aloud
from hospital_redact.detection.shapes import DOTS
from hospital_redact.detection.words import COMPOUND_SURNAMES
from hospital_redact.subjects.fingerprints import Codes, Prints, codes_of, powers, prints_of

HAN = regex.compile(r"[\u3400-\u9fff]")
_PLAIN = regex.compile(r"[\u4e00-\u9fff]{2,6}")
_NOT_IN_NAMES = regex.compile(rf"[\s{DOTS}.]+")
WORD = regex.compile(r"[\p{Latin}][\p{Latin}'’]*")
"""A word in Latin letters; a hyphen parts two."""

_SIZE = 0x10000


@cache
def _simplified() -> Codes:
    table = np.arange(_SIZE, dtype=np.uint32)
    for code, char in EVERYWHERE.items():
        if code < _SIZE:
            table[code] = ord(char)
    return table


def simplify(codes: Codes) -> Codes:
    """Return ``codes`` as :func:`normalise` reads single characters: traditional forms and look-alikes folded."""
    return np.asarray(np.where(codes < _SIZE, _simplified()[np.minimum(codes, _SIZE - 1)], codes).astype(np.uint32))


def fold_han(name: str) -> str:
    """Return a name that holds Han characters without white space and dots; simplified later, as codes."""
    return name if _PLAIN.fullmatch(name) else _NOT_IN_NAMES.sub("", normalise(name).text).casefold()


def fold_letters(text: str) -> str:
    """Return ``text`` in small letters without accents and apostrophes."""
    if text.isascii():
        return text.replace("'", "").lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if char.isalpha())


def latin_keys(name: str) -> Iterator[str]:
    """Yield the letters of a Latin name in the orders in which it may be written; none for a single word."""
    words = [fold_letters(word.group()) for word in WORD.finditer(normalise(name).text)]
    if sum(len(word) > 1 for word in words) >= 2:  # initials are left out, in documents as well
        words = [word for word in words if len(word) > 1]
        if len(words) < 2:
            return
        orders = {tuple(words), (words[-1], *words[:-1]), (*words[1:], words[0]), (words[0], words[-1])}
        yield from {"".join(order) for order in orders}


def fold_number(value: str) -> str:
    """Return the letters and digits of ``value`` in capitals."""
    if value.isascii() and value.isalnum():
        return value.upper()
    return "".join(char for char in normalise(value).text if char.isascii() and char.isalnum()).upper()


# --------------------------------------------------------------------------- pinyin

_READINGS = 4
"""So many readings of one character are followed; two have more."""


class _Readings:
    """For each character of the basic plane its readings: fingerprint and length of the letters; 0 for none."""

    def __init__(self) -> None:
        self.prints = np.zeros((_READINGS, _SIZE), np.uint64)
        self.lengths = np.zeros((_READINGS, _SIZE), np.int64)
        known: dict[str, np.uint64] = {}
        for code in range(0x4E00, 0xA000):
            for number, (word, _) in enumerate(list(read_aloud(chr(code)))[:_READINGS]):
                if word not in known:
                    known[word] = prints_of(codes_of(word)[None, :])[0]
                self.prints[number, code], self.lengths[number, code] = known[word], len(word)


@cache
def _readings() -> _Readings:
    return _Readings()


@cache
def _compound() -> Prints:
    return prints_of(np.array([[ord(c) for c in name] for name in COMPOUND_SURNAMES if len(name) == 2], np.uint32))


def pinyin_prints(table: Codes) -> tuple[Prints, NDArray[np.int64]]:
    """Return the fingerprints of the pinyin of Han names, and the row of each.

    ``table`` holds simplified code points, a name a row. Both orders, family name first and last; of a character with
    several readings each counts. Names of more than four characters have none here.
    """
    found = [(np.zeros(0, np.uint64), np.zeros(0, np.int64))]
    lengths = (table != 0).sum(axis=1)
    for length in range(2, 5):
        rows = np.flatnonzero(lengths == length)
        if len(rows):
            found.extend(_pinyin_of(table[rows, :length], rows))
    return np.concatenate([prints for prints, _ in found]), np.concatenate([rows for _, rows in found])


def _pinyin_of(names: Codes, rows: NDArray[np.int64]) -> Iterator[tuple[Prints, NDArray[np.int64]]]:
    readings, width = _readings(), names.shape[1]
    names = np.minimum(names, _SIZE - 1)
    two = np.isin(prints_of(names[:, :2]), _compound()) if width > 2 else np.zeros(len(names), np.bool_)
    for chosen in product(range(_READINGS), repeat=width):
        spans = np.stack([readings.lengths[which, names[:, place]] for place, which in enumerate(chosen)], axis=1)
        whole = np.asarray((spans > 0).all(axis=1))
        if not whole.any():
            continue
        prints = np.stack([readings.prints[which, names[:, place]] for place, which in enumerate(chosen)], axis=1)
        for order, those in _orders(width, two & whole, ~two & whole):
            if those.any():
                yield _joined(prints[those][:, order], spans[those][:, order]), rows[those]


def _orders(
    width: int, two: NDArray[np.bool_], one: NDArray[np.bool_]
) -> Iterator[tuple[list[int], NDArray[np.bool_]]]:
    yield list(range(width)), one | two
    yield [*range(1, width), 0], one
    yield [*range(2, width), 0, 1], two


def _joined(prints: Prints, spans: NDArray[np.int64]) -> Prints:
    power = powers(64)
    total: Prints = prints[:, 0].copy()
    length = spans[:, 0].copy()
    for place in range(1, prints.shape[1]):
        total += prints[:, place] * power[length]
        length += spans[:, place]
    return total


# --------------------------------------------------------------------------- dates

_ISO = regex.compile(r"((?:19|20)[0-9]{2})[-/.年][ ]?([0-9]{1,2})[-/.月][ ]?([0-9]{1,2})(?![0-9])")
_COMPACT = regex.compile(r"(?<![0-9])((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})(?![0-9])")
_SHORT = regex.compile(r"(?<![0-9])([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]((?:19|20)[0-9]{2})(?![0-9])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORDED = regex.compile(
    rf"(?i)(?<![0-9])([0-9]{{1,2}})(?:st|nd|rd|th)?[ ]({'|'.join(_MONTHS)})[a-z]*\.?,?[ ]((?:19|20)[0-9]{{2}})"
    rf"|({'|'.join(_MONTHS)})[a-z]*\.?[ ]([0-9]{{1,2}})(?:st|nd|rd|th)?,?[ ]((?:19|20)[0-9]{{2}})"
)


def _day(year: str, month: str | int, day: str) -> int:
    """Return a day as the number yyyymmdd, 0 for none."""
    try:
        made = date(int(year), int(month), int(day))
    except ValueError:
        return 0
    return made.year * 10_000 + made.month * 100 + made.day


def read_day(value: str) -> int:
    """Return the day that a roster's field names as the number yyyymmdd, 0 where it names none."""
    return next((day for _, day in find_days(value)), 0)


def find_days(text: str) -> Iterator[tuple[int, int]]:
    """Yield place and yyyymmdd of the days in a normalised text; 3/4/1978 is read both ways."""
    for pattern in (_ISO, _COMPACT):
        for match in pattern.finditer(text):
            if day := _day(*match.groups()):
                yield match.start(), day
    for match in _SHORT.finditer(text):
        first, second, year = match.groups()
        for day in {_day(year, first, second), _day(year, second, first)} - {0}:
            yield match.start(), day
    for match in _WORDED.finditer(text):
        before, word, year, word2, after, year2 = match.groups()
        month = _MONTHS.index((word or word2).lower()[:3]) + 1
        if day := _day(year or year2, month, before or after):
            yield match.start(), day
