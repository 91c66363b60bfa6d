"""One reading for every spelling: text normalised for matching, with the way back to each original character.

Matching happens on NFKC (Unicode Standard Annex 15) without characters that do not show: full-width digits become
digits, ligatures letters, and a zero-width space inside a number no longer hides it. Look-alikes and traditional forms
are read as what they stand for (see :mod:`.lookalikes`). Spans always go back to the original, and cover the invisible
characters between the first and the last one.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from hospital_redact.detection.lookalikes import EVERYWHERE, fold_letters

# Characters that stay one and the same character under NFKC and never combine: the fast path. Everything else takes
# the slow one, character by character.
_STABLE = r"\t\n\r\x20-\x7e\u3001-\u3011\u3041-\u3094\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\u2018-\u201d\u2500-\u25ff"
_SYMBOLS = "".join(
    char
    for char in map(
        chr,
        (
            *range(0xA1, 0x180),
            *range(0x2010, 0x2028),
            *range(0x2030, 0x2060),
            *range(0x2190, 0x2800),
            *range(0x3012, 0x3020),
        ),
    )
    if unicodedata.normalize("NFKC", char) == char and unicodedata.category(char)[0] != "C"
)
_UNSTABLE_RUN = re.compile(rf"[^{_STABLE}{re.escape(_SYMBOLS)}]+")

# Invisible although their category is not Cf: joiner, Hangul fillers, Mongolian and other variation selectors.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u3164\uffa0\u17b4\u17b5") | frozenset(
    chr(code)
    for first, last in ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0000, 0xE0FFF))
    for code in range(first, last + 1)
)
# A black box reads as the word for somebody or something masked (张某), so that no label reaches for what stands behind
# the box. A lone surrogate, which no encoding has, is no character.
_SINGLE = {**EVERYWHERE, 0x2588: "某", **dict.fromkeys(range(0xD800, 0xE000), "\ufffd")}
# ①138… is a number after the mark of an entry: the mark stays, or it would be the number's first digit.
_CIRCLED = r"\u2460-\u2473\u24ea-\u24ff\u2776-\u2793"
_ENTRY_MARK = re.compile(rf"[{_CIRCLED}](?<![0-9A-Za-z{_CIRCLED}].)(?=[0-9])")

_LINE_CONTROLS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85")


@dataclass(frozen=True, slots=True, repr=False)
class Normalised:
    """Normalised ``text``; its character ``i`` comes from characters ``starts[i]`` to ``ends[i]`` of the original.

    ``starts`` and ``ends`` never fall. Several characters may come from one (``㎎`` gives ``mg``), and one from
    several (a letter and its accent).
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the smallest range of the original that holds normalised characters ``start`` to ``end``.

        Raises IndexError for an empty or impossible range.
        """
        if not 0 <= start < end <= len(self.text):
            raise IndexError("not a range of the normalised text")
        return self.starts[start], max(self.ends[end - 1], self.starts[start] + 1)

    def __repr__(self) -> str:
        return f"Normalised({len(self.text)} chars)"


@cache
def _folded(char: str) -> str:
    """Return what one character becomes on its own; nothing for one that does not show."""
    if char in _INVISIBLE:
        return ""
    category = unicodedata.category(char)
    if category == "Cf" or (category == "Cc" and char not in _LINE_CONTROLS):
        return ""
    return unicodedata.normalize("NFKC", char)


def normalise(text: str) -> Normalised:
    """Return ``text`` in NFKC without invisible characters, with its offset map. Linear in ``len(text)``."""
    plain = text if text.isascii() else _ENTRY_MARK.sub("•", text).translate(_SINGLE)
    if not _UNSTABLE_RUN.search(plain):
        return Normalised(plain, range(len(plain)), range(1, len(plain) + 1))
    pieces: list[str] = []
    starts, ends = array("I"), array("I")
    copied = 0
    for run in _UNSTABLE_RUN.finditer(plain):
        first, last = run.span()
        # The character before the run may be the base of an accent at its start.
        if first > copied and _is_mark(plain[first]):
            first -= 1
        pieces.append(plain[copied:first])
        starts.extend(range(copied, first))
        ends.extend(range(copied + 1, first + 1))
        _fold_run(plain, (first, last), pieces, starts, ends)
        copied = last
    pieces.append(plain[copied:])
    starts.extend(range(copied, len(plain)))
    ends.extend(range(copied + 1, len(plain) + 1))
    return Normalised(fold_letters("".join(pieces)), starts, ends)


@cache
def _is_mark(char: str) -> bool:
    """Whether ``char`` is an accent or a frame around the character before it."""
    return unicodedata.category(char) in ("Mn", "Me")


def _fold_run(text: str, run: tuple[int, int], pieces: list[str], starts: array[int], ends: array[int]) -> None:
    """Append the folded characters of ``run``, each cluster of base and accents as one."""
    at, last = run
    while at < last:
        stop = at + 1
        cluster = _folded(text[at])
        while stop < last and (_is_mark(text[stop]) or not _folded(text[stop])):
            cluster += _folded(text[stop])
            stop += 1
        # Invisible characters at the end of a cluster belong to no character, unless an accent follows them.
        cover = stop
        while cover > at + 1 and not _folded(text[cover - 1]):
            cover -= 1
        if cluster:
            folded = _without_frames(unicodedata.normalize("NFKC", cluster))
            pieces.append(folded)
            starts.extend([at] * len(folded))
            ends.extend([cover] * len(folded))
        at = stop


def _without_frames(cluster: str) -> str:
    """Return ``cluster`` without the marks that are no part of a letter; Thai, Hebrew and others spell with them."""
    if len(cluster) > 1 and not "\u0370" <= cluster[0] < "\u2000":
        return "".join(char for char in cluster if not _is_mark(char))
    return cluster
