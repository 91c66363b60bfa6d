"""What must stand in a text for an expression to match, read off the expression, so that most never run.

A small reader for the syntax of the ``regex`` module. For each expression it finds *needles*, strings of which every
match holds at least one, how long a match can be, and whether it can reach over a line end. Whatever the reader does
not know makes the answer weaker (the expression runs on the whole text) and never wrong. The idea is that of RE2's
prefilters (Russ Cox, "Regular Expression Matching with a Trigram Index", 2012).
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

import regex

from hospital_redact.detection.compilation import as_later, compile_now, key_of, written_down
from hospital_redact.detection.needles import (
    ANY,
    ANY_DIGIT,
    ANY_OR_LINE_END,
    DIGIT,
    EMPTY,
    LOWER_STRANGERS,
    MAX_SET,
    NOTHING,
    TEXT_END,
    Facts,
    Needs,
    anchor_of,
    in_sequence,
    lower,
    needs_of,
    one_of,
    repeated,
    united,
)

_RARE = frozenset({"{Lu}", "{N}", "{Nd}"})  # properties of few characters of a text
_MAX_DEPTH = 40
_MAX_SOURCE = 50_000
_MANY_DIGITS = 5  # as many in a set stand for all
_KNOWN_FLAGS = regex.IGNORECASE | regex.MULTILINE | regex.DOTALL | regex.VERBOSE | regex.UNICODE | regex.VERSION0


_SHORTEST = 64  # characters of a group that is worth keeping
_MAX_GROUPS = 64  # that begin alike
_GROUPS: dict[tuple[tuple[bool, ...], str], list[tuple[str, Facts, bool]]] = {}
"""What was read of long groups, by the state of the reader and how they begin: text, facts, and the state after it."""


class Branch(NamedTuple):
    """An alternative of an expression and what it needs, one of ``needs`` or another; none where that is not known."""

    source: str
    flags: int
    needs: tuple[Needs, ...]

    @property
    def pattern(self) -> regex.Pattern[str]:
        """The alternative, compiled when it is first needed: most never are."""
        return _compiled(self.source, self.flags)


@lru_cache(maxsize=8192)
def _compiled(source: str, flags: int) -> regex.Pattern[str]:
    return compile_now(source, flags)


@lru_cache(maxsize=4096)
def find_branches(pattern: regex.Pattern[str]) -> tuple[Branch, ...]:
    """Return what :func:`read_branches` does, without reading where it is written down already."""
    if later := as_later(pattern):
        branches = written_down().branches.get(key_of(later.pattern, later.given_flags))
        if branches is not None:
            return tuple(_as_branch(*branch) for branch in branches)
    return read_branches(pattern)


def branch_as_written(branch: Branch) -> list[object]:
    """Return ``branch`` as it stands in the table."""
    needs = [[sorted(need.needles), need.before, need.after, need.lines] for need in branch.needs]
    return [branch.source, branch.flags, needs]


def _as_branch(source: str, flags: int, needs: list[Any]) -> Branch:
    return Branch(source, flags, tuple(Needs(frozenset(need[0]), *need[1:]) for need in needs))


def read_branches(pattern: regex.Pattern[str]) -> tuple[Branch, ...]:
    """Return the alternatives of ``pattern`` in their order; it matches what the first of them that matches does.

    One by one they are searched many times as fast as together. Where they cannot be told apart, or have groups by
    whose names a caller could ask for another's, the whole is the only one.
    """
    alone = (Branch(pattern.pattern, pattern.flags, ()),)
    if len(pattern.pattern) > _MAX_SOURCE or pattern.named_lists or pattern.flags & ~_KNOWN_FLAGS:
        return alone
    reader = _Reader(pattern)
    try:
        facts = reader.read()
        needs = [needs_of(branch) for branch in facts]
        if len(facts) > 1 and set(pattern.groupindex) <= {"value"}:
            return tuple(
                Branch(_sharpened(source, fact), pattern.flags, (need,) if need else ())
                for source, fact, need in zip(reader.sources, facts, needs, strict=True)
            )
        known = tuple(need for need in needs if need is not None)
        whole = _sharpened(pattern.pattern, one_of(facts), alternatives=len(facts) > 1)
        return (Branch(whole, pattern.flags, known if len(known) == len(needs) else ()),)
    except (_UnknownError, IndexError, ValueError):
        return alone


def _sharpened(source: str, facts: Facts, *, alternatives: bool = False) -> str:
    """Return the expression, told first with which characters alone it can begin: it is searched many times as fast."""
    if facts.first and not facts.empty:
        opening = _FLAGS_ALONE.match(source)
        at = opening.end() if opening else 0
        rest = f"(?:{source[at:]})" if alternatives else source[at:]
        source = f"{source[:at]}(?=[{''.join(sorted(facts.first))}]){rest}"
    return source


class _UnknownError(Exception):
    """Syntax that the reader does not know."""


class _Reader:
    """Recursive descent over one expression."""

    def __init__(self, pattern: regex.Pattern[str]) -> None:
        self._source = pattern.pattern
        self._at = 0
        self._multiline = bool(pattern.flags & regex.MULTILINE)
        self._dot_all = bool(pattern.flags & regex.DOTALL)
        self._verbose = bool(pattern.flags & regex.VERBOSE)
        self._both_cases = False  # where an expression minds the case, but this part of it does not
        self._depth = 0
        self.sources: list[str] = []  # of the branches that were read last, in the end those of the whole

    def read(self) -> list[Facts]:
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

    def _branches(self) -> list[Facts]:
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

    def _branch(self) -> Facts:
        parts = []
        self._skip()
        while self._at < len(self._source) and not self._peek("|") and not self._peek(")"):
            parts.append(self._quantified(self._atom()))
            self._skip()
        return in_sequence(parts)

    def _skip(self) -> None:
        """Pass over what a verbose expression has for its reader only."""
        if self._verbose:
            self._at = _REMARKS.match(self._source, self._at).end()  # type: ignore[union-attr]  # matches nothing too

    def _quantified(self, part: Facts) -> Facts:
        while self._at < len(self._source):
            self._skip()
            bounds = self._bounds()
            if bounds is None:
                break
            if not self._take("?"):
                self._take("+")
            part = repeated(part, *bounds)
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

    def _atom(self) -> Facts:
        char = self._next()
        if char == "(":
            return self._group()
        if char == "[":
            return self._set()
        if char == "\\":
            return self._escape()
        if char == ".":
            return ANY_OR_LINE_END if self._dot_all else ANY
        if char in "^$":
            # A range that ends with a line looks like a text that ends there.
            return TEXT_END if char == "$" and not self._multiline else NOTHING
        if char in "*+?{":
            raise _UnknownError
        return self._literal(char)

    def _literal(self, char: str) -> Facts:
        first = self._spelt(char)
        folded = _folded(char)
        if folded is None:
            return replace(ANY, first=first)
        return Facts(frozenset([folded]), None, 1, 1 if char == "\n" else 0, first=first, empty=False)

    def _spelt(self, *chars: str) -> frozenset[str] | None:
        """Return ``chars`` as members of a set, in both cases where the case does not matter here."""
        if not self._both_cases:
            return frozenset(map(_as_member, chars))
        if not all(char.isascii() or char.lower() == char.upper() for char in chars):
            return None
        strangers = {stranger for stranger, letter in LOWER_STRANGERS if letter in {char.lower() for char in chars}}
        return frozenset(_as_member(char) for c in chars for char in {c.lower(), c.upper()} | strangers)

    def _group(self) -> Facts:
        """Read the rest of a group, or take what was read of the same one: the rules share long lists of words."""
        start, state = self._at, (self._multiline, self._dot_all, self._verbose, self._both_cases)
        known = _GROUPS.setdefault((state, self._source[start : start + _SHORTEST]), [])
        for text, facts, dot_all in known:
            if self._source.startswith(text, start):
                self._at, self._dot_all = start + len(text), dot_all
                return facts
        facts = self._new_group()
        text = self._source[start : self._at]
        if len(text) >= _SHORTEST and len(known) < _MAX_GROUPS:
            known.append((text, facts, self._dot_all))
        return facts

    def _new_group(self) -> Facts:
        multiline, both_cases = self._multiline, self._both_cases
        if self._take("?#"):
            self._at = self._source.index(")", self._at) + 1
            return NOTHING
        behind = self._take("?<=") or self._take("?<!")
        ahead = not behind and (self._take("?=") or self._take("?!"))
        if not behind and not ahead and self._take("?"):
            opening = _OPENING.match(self._source, self._at)
            if opening is None:
                raise _UnknownError
            self._at = opening.end()
            self._dot_all |= "s" in (opening["flags"] or "")
            self._multiline |= "m" in (opening["flags"] or "")
            self._both_cases |= "i" in (opening["flags"] or "")
            if "x" in (opening["flags"] or "") and not self._verbose:
                raise _UnknownError  # in force for a part only
            if opening["alone"]:
                return NOTHING
        positive = self._source[self._at - 1] == "="
        inner = one_of(self._branches())
        if not self._take(")"):
            raise _UnknownError
        self._multiline, self._both_cases = multiline, both_cases
        if behind:
            return NOTHING  # an expression that is searched from the middle of a text sees what stands before
        if not ahead:
            return inner
        anchor = anchor_of(inner) if positive else None
        # What is only looked at may lie wherever the match goes on: as far before the end as behind it.
        anchor = anchor and anchor._replace(after=inner.reach)
        return Facts(EMPTY, anchor, inner.reach, inner.lines, inner.reach)

    def _escape(self) -> Facts:
        char = self._next()
        if char in _CLASSES:
            return _CLASSES[char]
        if char in "pP":
            name = _PROPERTY.match(self._source, self._at)
            if name is None:
                raise _UnknownError
            self._at = name.end()
            first = self._property(char, name.group())
            return replace(ANY if _no_line_end("\\" + char + name.group()) else ANY_OR_LINE_END, first=first)
        return self._literal(_character(char, self))

    def _property(self, char: str, name: str) -> frozenset[str] | None:
        """Return a property as a member of a set, if it is one that few characters of a text have."""
        return frozenset([rf"\p{name}"]) if char == "p" and name in _RARE and not self._both_cases else None

    def code(self, digits: int) -> str:
        """Return the character of the next ``digits`` hexadecimal digits."""
        self._at += digits
        return chr(int(self._source[self._at - digits : self._at], 16))

    def _set(self) -> Facts:
        start = self._at - 1
        negated = self._take("^")
        members: set[str] | None = set()
        begun: frozenset[str] | None = frozenset()
        while not members or not self._peek("]"):
            low, spelt = self._member()
            if self._peek("-") and not self._source.startswith("-]", self._at):
                self._at += 1
                high, _ = self._member()
                if low is None or high is None:
                    raise _UnknownError
                low = _range(low, high)
                spelt = None if low is None else self._spelt(*low)
            members = None if low is None or members is None else members | low
            begun = united(begun, spelt)
            if members is None and self._peek("]"):
                break
        self._at += 1
        fits = _no_line_end(self._source[start : self._at])
        folded = {_folded(char) for char in members or ()}
        begun = None if negated else begun
        if negated or members is None or None in folded:
            return replace(ANY if fits else ANY_OR_LINE_END, first=begun)
        strings = {char for char in folded if char}
        if sum(char in "0123456789" for char in strings) >= _MANY_DIGITS:
            strings = strings.difference("0123456789") | {DIGIT}
        return Facts(frozenset(strings), None, 1, 0 if fits else 1, first=begun, empty=False)

    def _member(self) -> tuple[set[str] | None, frozenset[str] | None]:
        """Return the characters, as folded, of one member of a set, and itself; none for what is not known of it."""
        char = self._next()
        if char == "[" and self._peek(":"):
            raise _UnknownError
        if char != "\\":
            return {char}, self._spelt(char)
        char = self._next()
        if char == "d":
            return {DIGIT}, ANY_DIGIT.first
        if char == "s":
            return None, frozenset([r"\s"])
        if char in "SwWD":
            return None, None
        if char in "pP":
            name = _PROPERTY.match(self._source, self._at)
            if name is None:
                raise _UnknownError
            self._at = name.end()
            return None, self._property(char, name.group())
        char = "\b" if char == "b" else _character(char, self)
        return {char}, self._spelt(char)


_BOUNDS = regex.compile(r"\{(?:(?P<exact>\d+)|(?P<least>\d*),(?P<most>\d*))\}")
_OPENING = regex.compile(r"P?<(?![=!])[A-Za-z_]\w*>|:|>|(?P<flags>[imsx]+)(?:(?P<alone>\))|:)|-i:")
_REMARKS = regex.compile(r"(?:\s|#[^\n]*(?:\n|$))*+")
_PROPERTY = regex.compile(r"\{\^?[\w =:-]+\}|[A-Z]")
_FLAGS_ALONE = regex.compile(r"\(\?[imsx]+\)")
_CLASSES = {
    "b": NOTHING,
    "B": NOTHING,
    "d": ANY_DIGIT,
    "w": ANY,
    "S": ANY,
    "s": replace(ANY_OR_LINE_END, first=frozenset([r"\s"])),
    "W": ANY_OR_LINE_END,
    "D": ANY_OR_LINE_END,
}
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


def _as_member(char: str) -> str:
    """Return ``char`` as a member of a set."""
    return rf"\x{ord(char):02x}" if char.isascii() and not char.isalnum() else char


def _folded(char: str) -> str | None:
    """Return ``char`` as in a text in small letters; none for foreign letters with case, which have several forms."""
    if not char.isascii() and char.lower() != char.upper():
        return None
    return lower(char)


def _range(low: set[str], high: set[str]) -> set[str] | None:
    first, last = ord(*low), ord(*high)
    return {chr(code) for code in range(first, last + 1)} if last - first <= MAX_SET else None


@lru_cache(maxsize=4096)
def _no_line_end(expression: str) -> bool:
    """Whether an expression for one character takes no line end, in either case."""
    try:
        return regex.fullmatch(expression, "\n") is None
    except regex.error:
        return False
