"""What in a text stands on the roster: names in every spelling, numbers exact and with one slip, days and wards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
import regex
from numpy.typing import NDArray

from hospital_redact.detection.scene import Scene
from hospital_redact.detection.shapes import DOTS
from hospital_redact.subjects.fingerprints import DIGITS, MAX_LENGTH, Table, Windows, codes_of, slips
from hospital_redact.subjects.folding import WORD, find_days, fold_letters
from hospital_redact.subjects.roster import MIN_NUMBER, Rows, Subjects

MIN_SLIP = 8
"""Shorter numbers count as they are only: with one slip they are too many others."""

RARE = 1e-3
"""A number says who it is by itself where fewer than this many would be met by chance."""

_MAX_WORDS = 5
_MAX_GROUPS = 18
_MIN_SPELLING = 4
_MAX_ROWS = 20  # a number of more records is a hospital's own, or a placeholder

_SKIPPED = np.array([ord(char) for char in DOTS], np.uint32)
_WORD_GAP = regex.compile(r"[ ,.\-_]{1,3}(?:\p{Latin}[ .,]{1,3})?")
_NUMERALS = str.maketrans("〇零一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖", "0012345678912123456789")
_GROUP = regex.compile(r"[0-9]+|[A-Za-z]{1,6}(?=[ \-./_#]?[0-9])|(?<=[0-9])[A-Za-z]{1,6}")
_GROUP_GAP = regex.compile(r"[ \-./_·()]{0,3}|[ ]?\n[ ]?")
_DATED = regex.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_DATE_IN_DIGITS = 4  # a day of a century is one of some 10**4.5, not of 10**8


class Kind(StrEnum):
    """What a clue is."""

    NAME = "name"
    SPELLING = "spelling"  # in Latin letters: pinyin, or a Latin name
    NUMBER = "number"
    SLIP = "slip"  # a number with one slip


@dataclass(frozen=True, slots=True, repr=False)
class Clue:
    """Characters ``start`` to ``end`` of a scene's text that match the records ``rows``.

    ``alone``: the number is so rare that it needs no second attribute. ``text`` is the name as it was folded.
    """

    kind: Kind
    start: int
    end: int
    rows: Rows
    alone: bool = False
    text: str = ""

    def __repr__(self) -> str:
        return f"Clue({self.kind}, {len(self.rows)} records)"


@dataclass(frozen=True, slots=True, repr=False)
class Clues:
    """All that a scene shows; each list by place."""

    scene: Scene
    names: tuple[Clue, ...]
    numbers: tuple[Clue, ...]
    days: tuple[tuple[int, int], ...]
    wards: tuple[tuple[int, int], ...]

    def __repr__(self) -> str:
        return f"Clues({len(self.names)} names, {len(self.numbers)} numbers)"


def find_clues(scene: Scene, subjects: Subjects) -> Clues:
    """Return what of ``subjects`` the text of ``scene`` shows. Linear in its length."""
    return Clues(
        scene,
        tuple(sorted((*_names(scene.text, subjects), *_spellings(scene.text, subjects)), key=lambda clue: clue.start)),
        tuple(sorted(_numbers(scene.text, subjects), key=lambda clue: clue.start)),
        tuple(sorted(find_days(scene.text))),
        tuple(subjects.find_wards(scene.text)),
    )


def _names(text: str, subjects: Subjects) -> Iterator[Clue]:
    """Yield Han names, in traditional characters as well, also with blanks and dots inside."""
    codes = codes_of(text)
    blank = (codes == 32) | ((codes >= 9) & (codes <= 13)) | np.isin(codes, _SKIPPED) | (codes == ord("."))
    places = np.flatnonzero(~blank)
    flat = codes[places]
    starts = np.flatnonzero(subjects.first_characters[np.minimum(flat, 0xFFFF)])
    windows = Windows(flat)
    rows: dict[int, Rows] = {}
    for length in subjects.name_lengths:
        firsts = starts[starts + length <= len(flat)]
        prints = windows.prints(firsts, firsts + length)
        held = subjects.names.holds(prints)
        for first, key in zip(firsts[held].tolist(), prints[held].tolist(), strict=True):
            if key not in rows:
                rows[key] = np.unique(subjects.names.of(np.uint64(key)))
            start, end = int(places[first]), int(places[first + length - 1]) + 1
            if _is_gap_small(text[start:end], length):
                name = "".join(map(chr, flat[first : first + length].tolist()))
                yield Clue(Kind.NAME, start, end, rows[key], text=name)


def _is_gap_small(written: str, length: int) -> bool:
    return "\t" not in written and len(written) - length <= 4 * (length - 1)


def _spellings(text: str, subjects: Subjects) -> Iterator[Clue]:
    """Yield runs of words in Latin letters that spell a name: pinyin in both orders, Latin names, run together."""
    words = [match for match in WORD.finditer(text) if match.end() - match.start() > 1]
    if not words or not len(subjects.spellings):
        return
    letters = [fold_letters(match.group()) for match in words]
    bounds = np.concatenate((np.zeros(1, np.int64), np.cumsum([len(word) for word in letters], dtype=np.int64)))
    apart = np.array([not _WORD_GAP.fullmatch(text, a.end(), b.start()) for a, b in pairwise(words)], np.bool_)
    windows = Windows(codes_of("".join(letters)))
    for first, last, key in _runs(windows, bounds, apart, subjects.spellings, most=_MAX_WORDS, least=_MIN_SPELLING):
        start, end = words[first].start(), words[last].end()
        yield Clue(
            Kind.SPELLING,
            start,
            end,
            np.unique(subjects.spellings.of(np.uint64(key))),
            text="".join(letters[first : last + 1]),
        )


def _runs(
    windows: Windows, bounds: NDArray[np.int64], apart: NDArray[np.bool_], table: Table, *, most: int, least: int
) -> Iterator[tuple[int, int, int]]:
    """Yield first group, last group and fingerprint of each run of joined groups that ``table`` holds."""
    count = len(bounds) - 1
    breaks = np.concatenate((np.zeros(1, np.int64), np.cumsum(apart, dtype=np.int64)))
    for size in range(1, min(most, count) + 1):
        firsts = np.arange(count - size + 1)
        firsts = firsts[breaks[firsts + size - 1] == breaks[firsts]]
        lengths = bounds[firsts + size] - bounds[firsts]
        firsts = firsts[(lengths >= least) & (lengths <= MAX_LENGTH)]
        if not len(firsts):
            continue
        prints = windows.prints(bounds[firsts], bounds[firsts + size])
        held = table.holds(prints)
        for first, key in zip(firsts[held].tolist(), prints[held].tolist(), strict=True):
            yield first, first + size - 1, key


def _numbers(text: str, subjects: Subjects) -> Iterator[Clue]:
    """Yield numbers of the roster, in groups, across line ends and in Chinese numerals as well."""
    digits = text.translate(_NUMERALS)
    groups = list(_GROUP.finditer(digits))
    if not groups or not len(subjects.numbers):
        return
    values = [match.group().upper() for match in groups]
    bounds = np.concatenate((np.zeros(1, np.int64), np.cumsum([len(value) for value in values], dtype=np.int64)))
    apart = np.array([not _GROUP_GAP.fullmatch(digits, a.end(), b.start()) for a, b in pairwise(groups)], np.bool_)
    windows = Windows(codes_of("".join(values)))
    taken: set[int] = set()
    for first, last, key in _runs(windows, bounds, apart, subjects.numbers, most=_MAX_GROUPS, least=MIN_NUMBER):
        rows = np.unique(subjects.numbers.of(np.uint64(key)))
        value = "".join(values[first : last + 1])
        if len(rows) > _MAX_ROWS or _inside_longer(groups, values, first, last):
            continue
        taken.update(range(first, last + 1))
        yield Clue(Kind.NUMBER, groups[first].start(), groups[last].end(), rows, _is_rare(value, subjects, 1))
    yield from _with_slips(groups, values, apart, taken, subjects)


def _inside_longer(groups: list[regex.Match[str]], values: list[str], first: int, last: int) -> bool:
    """Whether the run is a part of a longer unbroken number: digits beside digits are never apart in one group."""
    before = first > 0 and groups[first - 1].end() == groups[first].start() and _both(values[first - 1], values[first])
    after = (
        last + 1 < len(values)
        and groups[last].end() == groups[last + 1].start()
        and _both(values[last], values[last + 1])
    )
    return before or after


def _both(left: str, right: str) -> bool:
    return left[-1].isdigit() and right[0].isdigit()


def _with_slips(
    groups: list[regex.Match[str]],
    values: list[str],
    apart: NDArray[np.bool_],
    taken: set[int],
    subjects: Subjects,
) -> Iterator[Clue]:
    seen: dict[str, tuple[Rows, bool]] = {}
    for first, last in _whole_runs(groups, apart):
        value = "".join(values[first : last + 1])
        if not MIN_SLIP <= len(value) <= MAX_LENGTH or taken & set(range(first, last + 1)) or _is_day(value):
            continue
        if value not in seen:
            seen[value] = _one_slip_away(value, subjects)
        rows, alone = seen[value]
        if len(rows):
            yield Clue(Kind.SLIP, groups[first].start(), groups[last].end(), rows, alone)


def _whole_runs(groups: list[regex.Match[str]], apart: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield first and last group of what may be one number: unbroken, and as far as groups are joined."""
    runs: set[tuple[int, int]] = set()
    for joined in (lambda i: not apart[i], lambda i: groups[i].end() == groups[i + 1].start()):
        first = 0
        for i in range(len(groups)):
            if i + 1 == len(groups) or not joined(i):
                runs.add((first, i))
                first = i + 1
    yield from sorted(runs)


def _one_slip_away(value: str, subjects: Subjects) -> tuple[Rows, bool]:
    if sum(char.isdigit() for char in value) < MIN_NUMBER:
        return np.zeros(0, np.int32), False
    tries = slips([ord(char) for char in value])
    hits = tries[subjects.numbers.holds(tries)]
    rows = np.unique(np.concatenate([subjects.numbers.of(key) for key in hits])) if len(hits) else np.zeros(0, np.int32)
    if len(rows) > _MAX_ROWS:
        return np.zeros(0, np.int32), False
    return rows, _is_rare(value, subjects, len(tries))


def _is_rare(value: str, subjects: Subjects, tries: int) -> bool:
    """Whether ``value`` could hardly meet a number of the roster by chance; what reads as a day always could."""
    if _is_day(value):
        return False
    digits = sum(ord(char) in DIGITS for char in value)
    letters = len(value) - digits
    shapes = {digits} if tries == 1 else {digits - 1, digits, digits + 1}
    chance = max(subjects.chance(count, letters, tries) for count in shapes)
    return chance * (10**_DATE_IN_DIGITS if _DATED.match(value) else 1) <= RARE


def _is_day(value: str) -> bool:
    return len(value) == 8 and _DATED.fullmatch(value) is not None
