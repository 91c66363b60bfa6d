"""What must stand in a text for an expression to match, read off the expression, so that most never run.

A small reader for the syntax of the ``regex`` module. For each expression it finds *needles*, strings of which every
match holds at least one, how long a match can be, and whether it can reach over a line end. Whatever the reader does
not know makes the answer weaker (the expression runs on the whole text) and never wrong. The idea is that of RE2's
prefilters (Russ Cox, "Regular Expression Matching with a Trigram Index", 2012).

Needles are spelt as :func:`fold` spells a text: small letters, and 0 for every digit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import prod

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

    ``needles``: every match holds one of them. ``reach``: the most characters from the start of a match to the last one
    that it looks at, ``lines``: the most line ends among them; none: no bound.
    """

    needles: frozenset[str]
    reach: int | None
    lines: int | None


@lru_cache(maxsize=4096)
def read_needs(pattern: regex.Pattern[str]) -> tuple[Needs, ...]:
    """Return what each branch of ``pattern`` needs; nothing when a branch needs nothing or cannot be read."""
    if len(pattern.pattern) > _MAX_SOURCE or pattern.named_lists or pattern.flags & ~_KNOWN_FLAGS:
        return ()
    reader = _Reader(pattern)
    try:
        branches = reader.read()
    except (_UnknownError, IndexError, ValueError):
        return ()
    needs = []
    for branch in branches:
        needles = _better(branch.needles, branch.strings)
        if needles is None or (branch.reach is None and branch.lines is None):
            return ()
        needs.append(Needs(_shortest(needles), branch.reach, branch.lines))
    return tuple(needs)


class _UnknownError(Exception):
    """Syntax that the reader does not know."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """About a part of an expression: all its ``strings`` if they are few, else ``needles``; see :class:`Needs`."""

    strings: frozenset[str] | None = _EMPTY
    needles: frozenset[str] | None = None
    reach: int | None = 0
    lines: int | None = 0


_ANY = _Facts(None, None, 1, 0)
_ANY_OR_LINE_END = _Facts(None, None, 1, 1)
_DIGIT = _Facts(frozenset("0"), None, 1, 0)
_NOTHING = _Facts()
_TEXT_END = _Facts(lines=None)


def _frequency(needles: frozenset[str] | None) -> float:
    """Return about how often one of ``needles`` stands at a place of a text; 1 where nothing is known."""
    if not needles or "" in needles:
        return 1.0
    return min(1.0, sum(prod(map(_share, needle)) for needle in needles))


def _share(char: str) -> float:
    """Return the share of ``char`` in ordinary text, roughly."""
    if char == "0" or char.isspace():
        return 0.06
    if char in _COMMON_MARKS:
        return 0.02
    if not char.isascii():
        return 0.001
    return 0.04 if char.isalpha() else 0.002


def _better(*choices: frozenset[str] | None) -> frozenset[str] | None:
    best = min(choices, key=_frequency)
    return best if _frequency(best) <= _TOO_FREQUENT else None


def _shortest(needles: frozenset[str]) -> frozenset[str]:
    """Return ``needles`` without those that hold another."""
    kept: list[str] = []
    for needle in sorted(needles, key=len):
        if not any(short in needle for short in kept):
            kept.append(needle)
    return frozenset(kept)


def _sum(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a + b


def _larger(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else max(a, b)


def _times(a: int | None, b: int | None) -> int | None:
    if a == 0 or b == 0:
        return 0
    return None if a is None or b is None else a * b


def _joined(left: frozenset[str], right: frozenset[str]) -> frozenset[str] | None:
    """Return every string of ``left`` with every one of ``right`` behind it, unless they are too many or too long."""
    if len(left) * len(right) > _MAX_SET or max(map(len, left)) + max(map(len, right)) > _MAX_LENGTH:
        return None
    return frozenset(a + b for a, b in product(left, right))


def _sequence(parts: Iterable[_Facts]) -> _Facts:
    run: frozenset[str] = _EMPTY
    needles: frozenset[str] | None = None
    reach: int | None = 0
    lines: int | None = 0
    whole = True
    for part in parts:
        reach = _sum(reach, part.reach)
        lines = _sum(lines, part.lines)
        longer = _joined(run, part.strings) if part.strings is not None else None
        needles = _better(needles, part.needles)
        if longer is not None:
            run = longer
            continue
        whole = False
        needles = _better(needles, run, part.strings)
        run = part.strings if part.strings is not None else _EMPTY
    return _Facts(run if whole else None, needles if whole else _better(needles, run), reach, lines)


def _choice(branches: list[_Facts]) -> _Facts:
    if len(branches) == 1:
        return branches[0]
    reach: int | None = 0
    lines: int | None = 0
    for branch in branches:
        reach = _larger(reach, branch.reach)
        lines = _larger(lines, branch.lines)
    strings: frozenset[str] | None = frozenset()
    needles: frozenset[str] | None = frozenset()
    for branch in branches:
        strings = strings | branch.strings if strings is not None and branch.strings is not None else None
        best = _better(branch.needles, branch.strings)
        needles = needles | best if needles is not None and best is not None else None
    if strings is not None and len(strings) > _MAX_SET:
        strings = None
    return _Facts(strings, needles, reach, lines)


def _repeated(part: _Facts, least: int, most: int | None) -> _Facts:
    if most == 0:
        return _NOTHING
    reach, lines = _times(part.reach, most), _times(part.lines, most)
    if part.strings is None:
        return _Facts(None, part.needles if least else None, reach, lines)
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
    return _Facts(strings, _better(part.needles, base) if least and strings is None else None, reach, lines)


class _Reader:
    """Recursive descent over one expression."""

    def __init__(self, pattern: regex.Pattern[str]) -> None:
        self._source = pattern.pattern
        self._at = 0
        self._multiline = bool(pattern.flags & regex.MULTILINE)
        self._dot_all = bool(pattern.flags & regex.DOTALL)
        self._verbose = bool(pattern.flags & regex.VERBOSE)
        self._depth = 0

    def read(self) -> list[_Facts]:
        """Return the facts about each branch of the expression. Raises _UnknownError, IndexError, ValueError."""
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
        branches = [self._branch()]
        while self._take("|"):
            branches.append(self._branch())
        self._depth -= 1
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
            if "x" in (opening["flags"] or "") and not self._verbose:
                raise _UnknownError  # in force for a part only
            if opening["alone"]:
                return _NOTHING
        positive = self._source[self._at - 1] == "="
        inner = _choice(self._branches())
        if not self._take(")"):
            raise _UnknownError
        if behind:
            return _NOTHING  # an expression that is searched from the middle of a text sees what stands before
        if not ahead:
            return inner
        return _Facts(_EMPTY, _better(inner.needles, inner.strings) if positive else None, inner.reach, inner.lines)

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
