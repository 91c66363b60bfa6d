"""Which parts of a text the taggers see: cells and parts of lines that may hold a name that nothing else has shown.

Taggers take most of the time of detection. The gate of Chinese asks our own network, which is many times as fast
as LAC and has learned to tell where LAC sees a person (:mod:`.hospital_tagger`); it looks where a name that would
be believed can begin. What the gates cost in names found is measured by ``benchmarks/gate.py``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import regex
from numpy.typing import NDArray

from hospital_redact.detection.compilation import compile_later
from hospital_redact.detection.hospital_tagger import LAC, Floats, code_points
from hospital_redact.detection.words import COMPOUND_SURNAMES, SURNAMES, characters, words

MAX_LINE = 400
"""Longer lines and cells are cut, in code points: the tagger's memory grows with what it is given at once."""

MARGIN = 60
"""Characters that the English tagger sees on both sides of what may be a name. It looks no further than four words."""

CONTEXT = 6
"""Characters beside a clause that LAC sees at least, in whole clauses: cut off at a comma, it no longer sees who
somebody is."""


class Thresholds(NamedTuple):
    """What our own network must say, as a logit, of one of the first characters of a possible name.

    ``shaped``: where a family name, a name by sound or one with a dot begins; ``other``: of any other two characters.
    """

    shaped: float
    other: float


IN_USE = Thresholds(-10.0, -7.0)
"""Where it was measured, no name of which LAC is believed, and that nothing else shows, scores less."""

_DOTS = "·•‧・"
_STARTS, _HAN, _DOT, _SOUND, _GIVEN = (1 << bit for bit in range(5))
_TWO_HAN = compile_later(r"\p{Han}[·•‧・]?\p{Han}")
_CELL = compile_later(r"[\t|]+| {3,}")
_CLAUSE = compile_later(r"[^，,。;；!?！？:：]*[，,。;；!?！？:：]*")
_STOP = compile_later(r"[.;!?\t|] *| {2,}")
# Two words with capitals, or with the small words of names between them. A single one is no evidence (names_en.py).
_PARTICLE = r"(?:d[aeiou]|del|della|de[nr]|dos|das|v[ao]n|bint?i?|al|el|l[ae]|te[nr]|ibn|abu|[sda]/[olp]|y|e)"
_LATIN_PAIR = compile_later(
    r"(?<!\p{L})(?P<first>\p{Lu}[\p{L}'’.-]*+),?[ \u00a0]"
    rf"(?:(?i:{_PARTICLE})[ '’-]){{0,2}}(?P<second>\p{{Lu}}[\p{{L}}'’-]*)"
)
_NO_NAMES = words("latin_not_names") | words("latin_things")

Range = tuple[int, int]
Scores = Callable[[str], Floats]
Gate = Callable[[str, Iterable[Range], Scores], Iterator[Range]]
"""What yields the parts of a text that a tagger shall see, in order, without line ends.

Takes the text, where names stand that are known already, and what scores a text as :func:`.hospital_tagger.score`.
"""

Gates = Mapping[str, Gate]


def _pieces(text: str, start: int, stop: int) -> Iterator[Range]:
    """Yield the cells of a line, long ones sentence by sentence."""
    at = start
    for cut in [*(match.end() for match in _CELL.finditer(text, start, stop)), stop]:
        if cut - at > MAX_LINE:
            for match in _STOP.finditer(text, at, cut):
                yield from _no_longer(at, match.end())
                at = match.end()
        yield from _no_longer(at, cut)
        at = cut


def _no_longer(start: int, stop: int) -> Iterator[Range]:
    for at in range(start, stop, MAX_LINE):
        yield at, min(stop, at + MAX_LINE)


def lines_in_pieces(text: str) -> Iterator[Range]:
    """Yield the cells of all lines of ``text``, long ones sentence by sentence."""
    start = 0
    for line in text.split("\n"):
        yield from _pieces(text, start, start + len(line))
        start += len(line) + 1


def _pieces_at(text: str, spots: Sequence[int]) -> Iterator[Range]:
    """Yield the pieces of lines that hold one of ``spots``, which are in order."""
    done = 0
    for spot in spots:
        if spot < done:
            continue
        start, stop = text.rfind("\n", 0, spot) + 1, text.find("\n", spot)
        done = len(text) if stop < 0 else stop + 1
        yield from (piece for piece in _pieces(text, start, len(text) if stop < 0 else stop) if _holds(spots, *piece))


def _holds(spots: Sequence[int], start: int, stop: int) -> bool:
    place = bisect_left(spots, start)
    return place < len(spots) and spots[place] < stop


# --------------------------------------------------------------------------- Chinese


def is_chinese(text: str) -> bool:
    """Whether ``text`` has two Chinese characters in a row, without which there is no name."""
    return _TWO_HAN.search(text) is not None


def chinese_gate(text: str, taken: Iterable[Range], scores: Scores, thresholds: Thresholds = IN_USE) -> Iterator[Range]:
    """Yield the clauses in which a name may begin that is not ``taken``, with those beside them."""
    if not is_chinese(text):
        return
    spots = _beginnings(text, taken, scores(text)[:, LAC], thresholds)
    for start, stop in _pieces_at(text, spots):
        clauses = [clause.span() for clause in _CLAUSE.finditer(text, start, stop) if clause.end() > clause.start()]
        yield from _with_context(clauses, [_holds(spots, *clause) for clause in clauses])


def _beginnings(text: str, taken: Iterable[Range], scores: Floats, thresholds: Thresholds) -> list[int]:
    """Return where a name may begin of which LAC would be believed, in order."""
    padding = np.zeros(2, dtype=np.uint8)
    kinds = np.concatenate((_kinds()[np.minimum(code_points(text), len(_kinds()) - 1)], padding))
    first, second, third = kinds[:-2], kinds[1:-1], kinds[2:]
    padded = np.concatenate((scores, np.full(2, -np.inf, dtype=np.float32)))
    of_two = np.maximum(padded[:-2], padded[1:-1])
    of_three = np.maximum(of_two, padded[2:])
    pair = (first & second & _HAN) > 0
    short = pair & (((first & _STARTS) | (second & _GIVEN)) > 0)
    long = ((first & third & _HAN) > 0) & ((second & _DOT) > 0) | ((first & second & third & _SOUND) > 0)
    found = short & (of_two >= thresholds.shaped) | long & (of_three >= thresholds.shaped)
    found |= pair & (of_two >= thresholds.other)
    for start, stop in taken:  # from its last character on another may begin: what is known may be too short
        found[start : stop - 1] = False
    spots: list[int] = np.flatnonzero(found).tolist()
    return spots


@cache
def _kinds() -> NDArray[np.uint8]:
    """Return for each code point what it is; the last place stands for all above."""
    table = np.zeros(0x30000, dtype=np.uint8)
    for match in regex.finditer(
        r"\p{Han}+", "".join(map(chr, range(0xD800))) + "".join(map(chr, range(0xE000, 0x30000)))
    ):
        table[ord(match[0][0]) : ord(match[0][-1]) + 1] |= _HAN
    given = characters("given_only")
    starts = SURNAMES | given | {name[0] for name in COMPOUND_SURNAMES}
    for kind, chars in ((_STARTS, starts), (_GIVEN, given), (_SOUND, characters("sounds")), (_DOT, frozenset(_DOTS))):
        table[[ord(char) for char in chars]] |= kind
    return table


def _with_context(clauses: Sequence[Range], likely: Sequence[bool]) -> Iterator[Range]:
    """Yield the ``likely`` ones of ``clauses`` with their neighbours; what touches is one."""
    at: Range | None = None
    for number, (start, stop) in enumerate(clauses):
        if not likely[number]:
            continue
        first = last = number
        while first > 0 and start - clauses[first][0] < CONTEXT:
            first -= 1
        while last + 1 < len(clauses) and clauses[last][1] - stop < CONTEXT:
            last += 1
        low, high = clauses[first][0], clauses[last][1]
        if at is not None and low > at[1]:
            yield at
            at = None
        at = (low, high) if at is None else (at[0], high)
    if at is not None:
        yield at


# --------------------------------------------------------------------------- English


def english_gate(text: str, taken: Iterable[Range], scores: Scores) -> Iterator[Range]:
    """Yield what stands around two words with capitals of which neither is known to be in no name, within a line."""
    del scores
    known = sorted(taken)
    pairs = [
        match.span()
        for match in _LATIN_PAIR.finditer(text, overlapped=True)
        if not any(match[part].casefold().strip(".'’-") in _NO_NAMES for part in ("first", "second"))
    ]
    pairs = [pair for pair in pairs if not _inside(known, *pair)]
    spots = [start for start, _ in pairs]
    for start, stop in _pieces_at(text, spots):
        parts: list[Range] = []
        for first, last in pairs[bisect_left(spots, start) : bisect_left(spots, stop)]:
            low = _word_start(text, max(start, first - MARGIN), start)
            high = _word_end(text, min(stop, last + MARGIN), stop)
            if parts and low <= parts[-1][1]:
                parts[-1] = parts[-1][0], max(parts[-1][1], high)
            else:
                parts.append((low, high))
        yield from parts


def _inside(ranges: Sequence[Range], start: int, stop: int) -> bool:
    """Whether one of ``ranges``, which are in order and short, holds ``start`` to ``stop``."""
    place = bisect_left(ranges, (start + 1, 0))
    return any(end >= stop for _, end in ranges[max(0, place - 3) : place])


def _word_start(text: str, at: int, start: int) -> int:
    while at > start and not text[at - 1].isspace():
        at -= 1
    return at


def _word_end(text: str, at: int, stop: int) -> int:
    while at < stop and not text[at].isspace():
        at += 1
    return at


# --------------------------------------------------------------------------- both


def _everything(text: str, taken: Iterable[Range], scores: Scores) -> Iterator[Range]:
    del taken, scores
    return lines_in_pieces(text)


GATES: Gates = {"zh": chinese_gate, "en": english_gate}
"""For each language its gate."""

NO_GATES: Gates = {"zh": _everything, "en": _everything}
"""For measuring: everything is seen."""
