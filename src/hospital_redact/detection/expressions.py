"""What must stand in a text for an expression to match, read off the expression, so that most never run.

A small reader for the syntax of the ``regex`` module. For each expression it finds *needles*, strings of which every
match holds at least one, how long a match can be, and whether it can reach over a line end. Whatever the reader does
not know makes the answer weaker (the expression runs on the whole text) and never wrong. The idea is that of RE2's
prefilters (Russ Cox, "Regular Expression Matching with a Trigram Index", 2012).

Needles are spelt as :func:`fold` spells a text: small letters, and 0 for every digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import prod
from typing import NamedTuple

import regex

_MAX_SET = 256  # strings in one set
_MAX_LENGTH = 24  # characters of one needle
_COMMON_MARKS = frozenset(".,:;-/()\"'_、，。：；（）")
_TOO_FREQUENT = 0.07  # needles that stand everywhere spare nothing
_MAX_DEPTH = 40
_MAX_SOURCE = 50_000
_EMPTY = frozenset([""])

_KNOWN_FLAGS = regex.IGNORECASE | regex.MULTILINE | regex.DOTALL | regex.VERBOSE | regex.UNICODE | regex.VERSION0
_OTHER_DIGIT = regex.compile(r"(?V1)[\p{Nd}--[0-9]]")
# Letters that an expression without regard to case takes for i, s or k, and str.lower does not.
_LOWER_STRANGERS = (("\u0130", "i"), ("\u0131", "i"), ("\u017f", "s"), ("\u212a", "k"))


def fold(text: str) -> str:
    """Return ``text`` in small letters with 0 for every digit; the same length."""
    if not text.isascii():
        for stranger, letter in _LOWER_STRANGERS:
            text = text.replace(stranger, letter)
        text = _OTHER_DIGIT.sub("0", text)
    text = text.lower()
    for digit in "123456789":
        text = text.replace(digit, "0")
    return text


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


class Branch(NamedTuple):
    """An alternative of an expression and what it needs, one of ``needs`` or another; none where that is not known."""

    pattern: regex.Pattern[str]
    needs: tuple[Needs, ...]


@lru_cache(maxsize=4096)
def read_branches(pattern: regex.Pattern[str]) -> tuple[Branch, ...]:
    """Return the alternatives of ``pattern`` in their order; it matches what the first of them that matches does.

    One by one they are searched many times as fast as together. Where they cannot be told apart, or have groups by
    whose names a caller could ask for another's, the whole is the only one.
    """
    alone = (Branch(pattern, ()),)
    if len(pattern.pattern) > _MAX_SOURCE or pattern.named_lists or pattern.flags & ~_KNOWN_FLAGS:
        return alone
    reader = _Reader(pattern)
    try:
        needs = [_needs_of(branch) for branch in reader.read()]
        if len(needs) > 1 and set(pattern.groupindex) <= {"value"}:
            parts = [regex.compile(source, pattern.flags) for source in reader.sources]
            return tuple(Branch(part, (need,) if need else ()) for part, need in zip(parts, needs, strict=True))
    except (_UnknownError, IndexError, ValueError, regex.error):
        return alone
    known = tuple(need for need in needs if need is not None)
    return (Branch(pattern, known if len(known) == len(needs) else ()),)


def _needs_of(branch: _Facts) -> Needs | None:
    anchor = _anchor_of(branch)
    if anchor is None or (None in (anchor.before, anchor.after) and branch.lines is None):
        return None
    anchor = _shortest(anchor)
    return Needs(anchor.needles, anchor.before, anchor.after, branch.lines)


class _UnknownError(Exception):
    """Syntax that the reader does not know."""


class _Anchor(NamedTuple):
    """Needles with the most characters before and after them, as in :class:`Needs`."""

    needles: frozenset[str]
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class _Facts:
    """About a part of an expression: all its ``strings`` if they are few, or an ``anchor``.

    ``reach``: the most characters that it takes or looks at, ``ahead``: those that it only looks at, ``lines``: the
    most line ends among them.
    """

    strings: frozenset[str] | None = _EMPTY
    anchor: _Anchor | None = None
    reach: int | None = 0
    lines: int | None = 0
    ahead: int | None = 0


_ANY = _Facts(None, None, 1, 0)
_ANY_OR_LINE_END = _Facts(None, None, 1, 1)
_DIGIT = _Facts(frozenset("0"), None, 1, 0)
_NOTHING = _Facts()
_TEXT_END = _Facts(lines=None)


def _frequency(needles: frozenset[str]) -> float:
    """Return about how often one of ``needles`` stands at a place of a text."""
    if not needles or "" in needles:
        return 1.0
    return min(1.0, sum(prod(map(_share, needle)) for needle in needles))


def _share(char: str) -> float:
    """Return the share of ``char`` in ordinary text, roughly."""
    if char == "0" or char.isspace():
        return 0.06
    if char in _COMMON_MARKS:
        return 0.04
    if not char.isascii():
        return 0.001
    return 0.04 if char.isalpha() else 0.002


def _anchor_of(part: _Facts) -> _Anchor | None:
    """Return the best anchor of ``part``: its own, or all its strings."""
    return _better(part.anchor, _Anchor(part.strings, 0, part.ahead) if part.strings is not None else None)


def _better(*choices: _Anchor | None) -> _Anchor | None:
    """Return the rarest of ``choices``; nothing when all are too frequent."""
    known = [choice for choice in choices if choice is not None]
    best = min(known, key=lambda anchor: _frequency(anchor.needles), default=None)
    return best if best is not None and _frequency(best.needles) <= _TOO_FREQUENT else None


def _shortest(anchor: _Anchor) -> _Anchor:
    """Return ``anchor`` without the needles that hold another, which may begin later and end earlier."""
    kept: list[str] = []
    slack = 0
    for needle in sorted(anchor.needles, key=len):
        short = next((short for short in kept if short in needle), None)
        if short is None:
            kept.append(needle)
        else:
            slack = max(slack, len(needle) - len(short))
    return _Anchor(frozenset(kept), _sum(anchor.before, slack), _sum(anchor.after, slack))


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
    if len(left) * len(right) > _MAX_SET or max(map(len, left)) + max(map(len, right)) > _MAX_LENGTH:
        return None
    return frozenset(a + b for a, b in product(left, right))


def _sequence(parts: list[_Facts]) -> _Facts:
    """Return the facts about ``parts`` one after the other."""
    anchors: list[_Anchor | None] = []
    run: frozenset[str] = _EMPTY
    first = 0  # where ``run`` begins

    def anchor_between(start: int, stop: int, needles: frozenset[str]) -> _Anchor:
        before = _sum(*(part.reach for part in parts[:start]))
        return _Anchor(needles, before, _sum(*(p.ahead for p in parts[:stop]), *(p.reach for p in parts[stop:])))

    for number, part in enumerate(parts):
        if part.anchor is not None:
            around = anchor_between(number, number + 1, part.anchor.needles)
            before, after = _sum(around.before, part.anchor.before), _sum(around.after, part.anchor.after)
            anchors.append(around._replace(before=before, after=after))
        longer = _joined(run, part.strings) if part.strings is not None else None
        if longer is None:
            anchors.append(anchor_between(first, number, run))
            first, longer = (number, part.strings) if part.strings is not None else (number + 1, _EMPTY)
        run = longer
    if first:
        anchors.append(anchor_between(first, len(parts), run))
    sums = (_sum(*(getattr(part, name) for part in parts)) for name in ("reach", "lines", "ahead"))
    return _Facts(None if first else run, _better(*anchors), *sums)


def _choice(branches: list[_Facts]) -> _Facts:
    """Return the facts about one of ``branches``."""
    if len(branches) == 1:
        return branches[0]
    strings: frozenset[str] | None = frozenset()
    anchor: _Anchor | None = _Anchor(frozenset(), 0, 0)
    for branch in branches:
        strings = strings | branch.strings if strings is not None and branch.strings is not None else None
        best = _anchor_of(branch)
        if anchor is not None:
            anchor = best and _Anchor(
                anchor.needles | best.needles, _largest(anchor.before, best.before), _largest(anchor.after, best.after)
            )
    if strings is not None and len(strings) > _MAX_SET:
        strings = None
    maxima = (_largest(*(getattr(branch, name) for branch in branches)) for name in ("reach", "lines", "ahead"))
    return _Facts(strings, _better(anchor), *maxima)


def _repeated(part: _Facts, least: int, most: int | None) -> _Facts:
    """Return the facts about ``part`` from ``least`` to ``most`` times."""
    if most == 0:
        return _NOTHING
    sums = tuple(_times(number, most) for number in (part.reach, part.lines, part.ahead))
    anchor = part.anchor and part.anchor._replace(after=_sum(part.anchor.after, sums[0])) if least else None
    if part.strings is None:
        return _Facts(None, anchor, *sums)
    power = base = _EMPTY
    strings: frozenset[str] | None = frozenset()
    for count in range((most if most is not None else least) + 1):
        if count <= least:
            base = power
        if count >= least and strings is not None:
            strings = strings | power
            if most is None or len(strings) > _MAX_SET or count - least > 4:
                strings = None
                break
        longer = _joined(power, part.strings)
        if longer is None:
            strings = strings if count == most else None
            break
        power = longer
    if least and strings is None:
        anchor = _better(anchor, _Anchor(base, 0, sums[0]))
    return _Facts(strings, anchor, *sums)


class _Reader:
    """Recursive descent over one expression."""

    def __init__(self, pattern: regex.Pattern[str]) -> None:
        self._source = pattern.pattern
        self._at = 0
        self._multiline = bool(pattern.flags & regex.MULTILINE)
        self._dot_all = bool(pattern.flags & regex.DOTALL)
        self._verbose = bool(pattern.flags & regex.VERBOSE)
        self._depth = 0
        self.sources: list[str] = []  # of the branches that were read last, in the end those of the whole

    def read(self) -> list[_Facts]:
        """Return the facts about each branch of the expression, and keep their ``sources``.

        Raises _UnknownError, IndexError, ValueError.
        """
        branches = self._branches()
        if self._at != len(self._source):
            raise _UnknownError
        return branches

    def _next(self) -> str:
        char = self._source[self._at]
        self._at += 1
        return char

    def _peek(self, word: str) -> bool:
        return self._source.startswith(word, self._at)

    def _take(self, word: str) -> bool:
        if not self._peek(word):
            return False
        self._at += len(word)
        return True

    def _branches(self) -> list[_Facts]:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise _UnknownError
        starts = [self._at]
        branches = [self._branch()]
        while self._take("|"):
            starts.append(self._at)
            branches.append(self._branch())
        self._depth -= 1
        stops = [*(start - 1 for start in starts[1:]), self._at]
        self.sources = [self._source[start:stop] for start, stop in zip(starts, stops, strict=True)]
        return branches

    def _branch(self) -> _Facts:
        parts = []
        self._skip()
        while self._at < len(self._source) and not self._peek("|") and not self._peek(")"):
            parts.append(self._quantified(self._atom()))
            self._skip()
        return _sequence(parts)

    def _skip(self) -> None:
        """Pass over what a verbose expression has for its reader only."""
        if self._verbose:
            self._at = _REMARKS.match(self._source, self._at).end()  # type: ignore[union-attr]  # matches nothing too

    def _quantified(self, part: _Facts) -> _Facts:
        while self._at < len(self._source):
            self._skip()
            bounds = self._bounds()
            if bounds is None:
                break
            if not self._take("?"):
                self._take("+")
            part = _repeated(part, *bounds)
        return part

    def _bounds(self) -> tuple[int, int | None] | None:
        if self._take("?"):
            return 0, 1
        if self._take("*"):
            return 0, None
        if self._take("+"):
            return 1, None
        if not self._peek("{"):
            return None
        found = _BOUNDS.match(self._source, self._at)
        if found is None:
            raise _UnknownError  # fuzzy matching, or a brace by itself
        self._at = found.end()
        if found["exact"]:
            return int(found["exact"]), int(found["exact"])
        return int(found["least"] or 0), int(found["most"]) if found["most"] else None

    def _atom(self) -> _Facts:
        char = self._next()
        if char == "(":
            return self._group()
        if char == "[":
            return self._set()
        if char == "\\":
            return self._escape()
        if char == ".":
            return _ANY_OR_LINE_END if self._dot_all else _ANY
        if char in "^$":
            # A range that ends with a line looks like a text that ends there.
            return _TEXT_END if char == "$" and not self._multiline else _NOTHING
        if char in "*+?{":
            raise _UnknownError
        return _literal(char)

    def _group(self) -> _Facts:
        multiline = self._multiline
        if self._take("?#"):
            self._at = self._source.index(")", self._at) + 1
            return _NOTHING
        behind = self._take("?<=") or self._take("?<!")
        ahead = not behind and (self._take("?=") or self._take("?!"))
        if not behind and not ahead and self._take("?"):
            opening = _OPENING.match(self._source, self._at)
            if opening is None:
                raise _UnknownError
            self._at = opening.end()
            self._dot_all |= "s" in (opening["flags"] or "")
            self._multiline |= "m" in (opening["flags"] or "")
            if "x" in (opening["flags"] or "") and not self._verbose:
                raise _UnknownError  # in force for a part only
            if opening["alone"]:
                return _NOTHING
        positive = self._source[self._at - 1] == "="
        inner = _choice(self._branches())
        if not self._take(")"):
            raise _UnknownError
        self._multiline = multiline
        if behind:
            return _NOTHING  # an expression that is searched from the middle of a text sees what stands before
        if not ahead:
            return inner
        anchor = _anchor_of(inner) if positive else None
        # What is only looked at may lie wherever the match goes on: as far before the end as behind it.
        anchor = anchor and anchor._replace(after=inner.reach)
        return _Facts(_EMPTY, anchor, inner.reach, inner.lines, inner.reach)

    def _escape(self) -> _Facts:
        char = self._next()
        if char in "bB":
            return _NOTHING
        if char == "d":
            return _DIGIT
        if char in "wS":
            return _ANY
        if char in "sWD":
            return _ANY_OR_LINE_END
        if char in "pP":
            name = _PROPERTY.match(self._source, self._at)
            if name is None:
                raise _UnknownError
            self._at = name.end()
            return _ANY if _no_line_end("\\" + char + name.group()) else _ANY_OR_LINE_END
        return _literal(_character(char, self))

    def code(self, digits: int) -> str:
        """Return the character of the next ``digits`` hexadecimal digits."""
        self._at += digits
        return chr(int(self._source[self._at - digits : self._at], 16))

    def _set(self) -> _Facts:
        start = self._at - 1
        negated = self._take("^")
        members: set[str] | None = set()
        first = True
        while first or not self._peek("]"):
            first = False
            low = self._member()
            if self._peek("-") and not self._source.startswith("-]", self._at):
                self._at += 1
                high = self._member()
                if low is None or high is None:
                    raise _UnknownError
                members = _with_range(members, low, high)
            elif low is None or members is None:
                members = None
            else:
                members |= low
        self._at += 1
        fits = _no_line_end(self._source[start : self._at])
        folded = {_folded(char) for char in members or ()}
        if negated or members is None or None in folded:
            return _ANY if fits else _ANY_OR_LINE_END
        return _Facts(frozenset(char for char in folded if char), None, 1, 0 if fits else 1)

    def _member(self) -> set[str] | None:
        """Return the characters, as folded, of one member of a set; none for a property or a set within."""
        char = self._next()
        if char == "[" and self._peek(":"):
            raise _UnknownError
        if char != "\\":
            return {char}
        char = self._next()
        if char == "d":
            return {"0"}
        if char in "sSwWD":
            return None
        if char in "pP":
            name = _PROPERTY.match(self._source, self._at)
            if name is None:
                raise _UnknownError
            self._at = name.end()
            return None
        if char == "b":
            return {"\b"}
        return {_character(char, self)}


_BOUNDS = regex.compile(r"\{(?:(?P<exact>\d+)|(?P<least>\d*),(?P<most>\d*))\}")
_OPENING = regex.compile(r"P?<(?![=!])[A-Za-z_]\w*>|:|>|(?P<flags>[imsx]+)(?:(?P<alone>\))|:)")
_REMARKS = regex.compile(r"(?:\s|#[^\n]*(?:\n|$))*+")
_PROPERTY = regex.compile(r"\{\^?[\w =:-]+\}|[A-Z]")
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}


def _character(char: str, reader: _Reader) -> str:
    r"""Return what a backslash and ``char`` stand for. Raises _UnknownError for \G, \K, \1 and the like."""
    if char in _CONTROLS:
        return _CONTROLS[char]
    if char in "xuU":
        return reader.code({"x": 2, "u": 4, "U": 8}[char])
    if char.isalnum():
        raise _UnknownError
    return char


def _literal(char: str) -> _Facts:
    folded = _folded(char)
    if folded is None:
        return _ANY
    return _Facts(frozenset([folded]), None, 1, 1 if char == "\n" else 0)


def _folded(char: str) -> str | None:
    """Return how a folded text spells ``char``; none for foreign letters with case, which have several forms."""
    if not char.isascii() and char.lower() != char.upper():
        return None
    return fold(char)


def _with_range(members: set[str] | None, low: set[str], high: set[str]) -> set[str] | None:
    first, last = ord(*low), ord(*high)
    if members is None or last - first > _MAX_SET:
        return None
    return members | {chr(code) for code in range(first, last + 1)}


@lru_cache(maxsize=4096)
def _no_line_end(expression: str) -> bool:
    """Whether an expression for one character takes no line end, in either case."""
    try:
        return regex.fullmatch(expression, "\n") is None
    except regex.error:
        return False
