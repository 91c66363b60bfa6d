"""Needles: strings of which every match of an expression holds at least one, and how far a match reaches around them.

The facts about the parts of an expression, put together to the facts about the whole (:mod:`.expressions` reads the
parts). What is not known makes the answer weaker and never wrong.

A needle is spelt in small letters, as :func:`lower` spells a text. One that holds :data:`DIGIT`, which stands for any
digit, has it for all its digits, as :func:`fold_digits` spells a text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import pairwise, product
from math import fsum, prod
from typing import NamedTuple

import regex

MAX_SET = 256
"""Strings in one set."""

DIGIT = "\ufdd0"
"""Stands for any digit; no text holds it, as it is no character (Unicode, 23.7)."""

EMPTY = frozenset([""])

_MAX_LENGTH = 24  # characters of one needle
_MAX_FIRST = 1024  # members of the set with which an expression begins
_COMMON_MARKS = frozenset(".,:;-/()\"'_、，。：；（）")
_DIGIT_SHARE, _ONE_DIGIT_SHARE, _DIGIT_AGAIN = 0.06, 0.008, 0.7
_TOO_FREQUENT = 0.07  # needles that stand everywhere spare nothing
_ANY_DIGIT = regex.compile(r"\p{Nd}")
_TO_DIGIT = str.maketrans(dict.fromkeys("0123456789", DIGIT))
LOWER_STRANGERS = (("\u0130", "i"), ("\u0131", "i"), ("\u017f", "s"), ("\u212a", "k"))
"""Letters that an expression without regard to case takes for i, s or k, and str.lower does not."""


def lower(text: str) -> str:
    """Return ``text`` in small letters; the same length."""
    if not text.isascii():
        for stranger, letter in LOWER_STRANGERS:
            text = text.replace(stranger, letter)
    return text.lower()


def fold_digits(text: str) -> str:
    """Return ``text`` with :data:`DIGIT` for every digit; the same length."""
    return text.translate(_TO_DIGIT) if text.isascii() else _ANY_DIGIT.sub(DIGIT, text)


@dataclass(frozen=True, slots=True)
class Needs:
    """What every match of an expression, or of one of its branches, holds and how far it reaches.

    ``needles``: every match holds one of them. ``before`` and ``after``: the most characters from the start of a match
    to its needle, and from the needle to the last character that it looks at. ``lines``: the most line ends among all
    of them. None stands for no bound.
    """

    needles: frozenset[str]
    before: int | None
    after: int | None
    lines: int | None


class Anchor(NamedTuple):
    """Needles with the most characters before and after them, as in :class:`Needs`."""

    needles: frozenset[str]
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """About a part of an expression: all its ``strings`` if they are few, or an ``anchor``.

    ``reach``: the most characters that it takes or looks at, ``ahead``: those that it only looks at, ``lines``: the
    most line ends among them. ``first``: members of a set with which all that it takes begins, none for any character;
    ``empty``: it may take nothing.
    """

    strings: frozenset[str] | None = EMPTY
    anchor: Anchor | None = None
    reach: int | None = 0
    lines: int | None = 0
    ahead: int | None = 0
    first: frozenset[str] | None = frozenset()
    empty: bool = True


def _facts(
    strings: frozenset[str] | None,
    anchor: Anchor | None,
    measures: Iterable[int | None],
    first: frozenset[str] | None,
    empty: bool,
) -> Facts:
    reach, lines, ahead = measures
    return Facts(strings, anchor, reach, lines, ahead, first, empty)


ANY = Facts(None, None, 1, 0, first=None, empty=False)
ANY_OR_LINE_END = Facts(None, None, 1, 1, first=None, empty=False)
ANY_DIGIT = Facts(frozenset([DIGIT]), None, 1, 0, first=frozenset([r"\d"]), empty=False)
NOTHING = Facts()
TEXT_END = Facts(lines=None)


def needs_of(branch: Facts) -> Needs | None:
    """Return what every match of ``branch`` needs; none where that is not known or spares nothing."""
    anchor = anchor_of(branch)
    if anchor is None or (None in (anchor.before, anchor.after) and branch.lines is None):
        return None
    anchor = _shortest(anchor._replace(needles=_as_sought(anchor.needles)))
    return Needs(anchor.needles, anchor.before, anchor.after, branch.lines)


def _frequency(needles: frozenset[str]) -> float:
    """Return about how often one of ``needles`` stands at a place of a text."""
    if not needles or "" in needles:
        return 1.0
    return min(1.0, fsum(map(_needle_frequency, _as_sought(needles))))  # the same in whatever order


def _as_sought(needles: frozenset[str]) -> frozenset[str]:
    """Return ``needles`` with :data:`DIGIT` for all digits, if one of them holds it."""
    return frozenset(map(fold_digits, needles)) if any(DIGIT in needle for needle in needles) else needles


@lru_cache(maxsize=65_536)
def _needle_frequency(needle: str) -> float:
    # Where one digit stands others follow: a long run of them is no rare thing.
    again = sum(_is_digit(a) and _is_digit(b) for a, b in pairwise(needle))
    return prod(map(_share, needle)) * (_DIGIT_AGAIN / _DIGIT_SHARE) ** again


def _is_digit(char: str) -> bool:
    return char == DIGIT or char in "0123456789"


def _share(char: str) -> float:
    """Return the share of ``char`` in ordinary text, roughly."""
    if _is_digit(char):
        return _DIGIT_SHARE if char == DIGIT else _ONE_DIGIT_SHARE
    if char.isspace():
        return 0.06
    if char in _COMMON_MARKS:
        return 0.04
    if not char.isascii():
        return 0.001
    return 0.04 if char.isalpha() else 0.002


def anchor_of(part: Facts) -> Anchor | None:
    """Return the best anchor of ``part``: its own, or all its strings."""
    return _better(part.anchor, Anchor(part.strings, 0, part.ahead) if part.strings is not None else None)


def _better(*choices: Anchor | None) -> Anchor | None:
    """Return the rarest of ``choices``; nothing when all are too frequent."""
    known = [choice for choice in choices if choice is not None]
    best = min(known, key=lambda anchor: _frequency(anchor.needles), default=None)
    return best if best is not None and _frequency(best.needles) <= _TOO_FREQUENT else None


def _shortest(anchor: Anchor) -> Anchor:
    """Return ``anchor`` without the needles that hold another, which may begin later and end earlier.

    Needles with which a match begins go on doing so: the expression is then tried at their places alone.
    """
    kept: set[str] = set()
    sizes: set[int] = set()
    later = earlier = 0
    for needle in sorted(anchor.needles, key=len):
        inside = [
            (place, size)
            for size in sizes
            for place in range(1 if anchor.before == 0 else len(needle) - size + 1)
            if needle[place : place + size] in kept
        ]
        if inside:
            place, size = min(inside)
            later, earlier = max(later, place), max(earlier, len(needle) - size - place)
        else:
            kept.add(needle)
            sizes.add(len(needle))
    return Anchor(frozenset(kept), _sum(anchor.before, later), _sum(anchor.after, earlier))


def _sum(*numbers: int | None) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None


def _largest(*numbers: int | None) -> int | None:
    known = [number for number in numbers if number is not None]
    return max(known) if len(known) == len(numbers) else None


def _times(a: int | None, b: int | None) -> int | None:
    if a == 0 or b == 0:
        return 0
    return None if a is None or b is None else a * b


def _joined(left: frozenset[str], right: frozenset[str]) -> frozenset[str] | None:
    """Return every string of ``left`` with every one of ``right`` behind it, unless they are too many or too long."""
    if len(left) * len(right) > MAX_SET or max(map(len, left)) + max(map(len, right)) > _MAX_LENGTH:
        return None
    return frozenset(a + b for a, b in product(left, right))


def in_sequence(parts: list[Facts]) -> Facts:
    """Return the facts about ``parts`` one after the other."""
    anchors: list[Anchor | None] = []
    run: frozenset[str] = EMPTY
    first = 0  # where ``run`` begins

    def anchor_between(start: int, stop: int, needles: frozenset[str]) -> Anchor:
        before = _sum(*(part.reach for part in parts[:start]))
        return Anchor(needles, before, _sum(*(p.ahead for p in parts[:stop]), *(p.reach for p in parts[stop:])))

    for number, part in enumerate(parts):
        if part.anchor is not None:
            around = anchor_between(number, number + 1, part.anchor.needles)
            before, after = _sum(around.before, part.anchor.before), _sum(around.after, part.anchor.after)
            anchors.append(around._replace(before=before, after=after))
        if part.strings and DIGIT in "".join(part.strings) and DIGIT not in "".join(run):
            anchors.append(anchor_between(first, number, run))  # 19 and 20 are rarer than four digits
        longer = _joined(run, part.strings) if part.strings is not None else None
        if longer is None:
            anchors.append(anchor_between(first, number, run))
            first, longer = (number, part.strings) if part.strings is not None else (number + 1, EMPTY)
        run = longer
    if first:
        anchors.append(anchor_between(first, len(parts), run))
    sums = (_sum(*(getattr(part, name) for part in parts)) for name in ("reach", "lines", "ahead"))
    return _facts(None if first else run, _better(*anchors), sums, *_beginning(parts))


def _beginning(parts: list[Facts]) -> tuple[frozenset[str] | None, bool]:
    """Return with what ``parts`` one after the other begin, and whether all may take nothing."""
    begun: frozenset[str] | None = frozenset()
    for part in parts:
        begun = united(begun, part.first)
        if not part.empty:
            return begun, False
    return begun, True


def united(left: frozenset[str] | None, right: frozenset[str] | None) -> frozenset[str] | None:
    """Return the members of both sets; none where one is not known, or for more than a set should have."""
    if left is None or right is None or len(left) + len(right) > _MAX_FIRST:
        return None
    return left | right


def one_of(branches: list[Facts]) -> Facts:
    """Return the facts about one of ``branches``."""
    if len(branches) == 1:
        return branches[0]
    strings: frozenset[str] | None = frozenset()
    anchor: Anchor | None = Anchor(frozenset(), 0, 0)
    for branch in branches:
        strings = strings | branch.strings if strings is not None and branch.strings is not None else None
        best = anchor_of(branch)
        if anchor is not None:
            anchor = best and Anchor(
                anchor.needles | best.needles, _largest(anchor.before, best.before), _largest(anchor.after, best.after)
            )
    if strings is not None and len(strings) > MAX_SET:
        strings = None
    maxima = (_largest(*(getattr(branch, name) for branch in branches)) for name in ("reach", "lines", "ahead"))
    begun = reduce(united, (branch.first for branch in branches))
    return _facts(strings, _better(anchor), maxima, begun, any(branch.empty for branch in branches))


def repeated(part: Facts, least: int, most: int | None) -> Facts:
    """Return the facts about ``part`` from ``least`` to ``most`` times."""
    if most == 0:
        return NOTHING
    sums = tuple(_times(number, most) for number in (part.reach, part.lines, part.ahead))
    anchor = part.anchor and part.anchor._replace(after=_sum(part.anchor.after, sums[0])) if least else None
    begins = part.first, part.empty or not least
    if part.strings is None:
        return _facts(None, anchor, sums, *begins)
    power = base = EMPTY
    strings: frozenset[str] | None = frozenset()
    for count in range((most if most is not None else least) + 1):
        if count <= least:
            base = power
        if count >= least and strings is not None:
            strings = strings | power
            if most is None or len(strings) > MAX_SET or count - least > 4:
                strings = None
                break
        longer = _joined(power, part.strings)
        if longer is None:
            strings = strings if count == most else None
            break
        power = longer
    if least and strings is None:
        anchor = _better(anchor, Anchor(base, 0, sums[0]))
    return _facts(strings, anchor, sums, *begins)
