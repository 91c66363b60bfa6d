"""Expressions that are compiled at their first use, and the table of what was made of our own before.

There are a thousand expressions and most texts need a few hundred; to compile those, and to read off them where they
can match (:mod:`.expressions`), takes three seconds of every new process. So ``python tools/expressions.py`` writes
down what came out, for the expressions of the package and the release of the ``regex`` module of that day. What is not
in the table, or made by another release, is compiled and read as ever: a stale table costs time and changes no result.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple, cast

import regex
from regex import _regex

TABLE = Path(__file__).with_name("expressions.json")
"""``compiled`` by :func:`key_of` as :func:`as_written`, for the release ``regex``; ``branches`` see expressions.py."""


class Table(NamedTuple):
    """The table; ``compiled`` is empty where another release of ``regex`` is installed."""

    compiled: dict[str, list[Any]]
    branches: dict[str, list[Any]]


@cache
def written_down() -> Table:
    """Return the table, empty where it cannot be read."""
    try:
        table = json.loads(TABLE.read_bytes())
    except (OSError, ValueError):  # not written yet, or two branches of the project met in it
        return Table({}, {})
    return Table(table["compiled"] if table["regex"] == regex.__version__ else {}, table["branches"])


def key_of(pattern: str, flags: int) -> str:
    """Return how an expression with these flags is named in the table."""
    return hashlib.sha256(f"{int(flags)}:{pattern}".encode("utf-8", "surrogatepass")).hexdigest()[:20]


def compile_now(pattern: str, flags: int) -> regex.Pattern[str]:
    """Return the compiled expression, from the table if it is there. Raises regex.error."""
    known = written_down().compiled.get(key_of(pattern, flags))
    if known is None:
        return regex.compile(pattern, flags)
    all_flags, code, groups, offset, chars, char_flags, count = known
    names = {number: name for name, number in groups.items()}
    # What regex.compile itself calls in the end, and so do its pickles.
    make: Callable[..., regex.Pattern[str]] = _regex.compile  # type: ignore[attr-defined]  # not in the stubs
    return make(pattern, all_flags, b64decode(code), groups, names, {}, [], offset, tuple(chars), char_flags, count)


def as_written(pattern: regex.Pattern[str]) -> list[Any] | None:
    """Return a compiled expression as it stands in the table; none for one with named lists."""
    if pattern.named_lists:
        return None
    made_of: tuple[Any, ...] = pattern._pickled_data  # type: ignore[attr-defined]  # noqa: SLF001 - what a pickle keeps
    _, all_flags, code, groups, _, _, _, offset, chars, char_flags, count = made_of
    return [all_flags, b64encode(code).decode("ascii"), groups, offset, list(chars), char_flags, count]


class Later:
    """Stands for a pattern of the ``regex`` module: its text is here, the rest is compiled when it is asked for."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern = pattern
        self.given_flags = flags
        self._compiled: regex.Pattern[str] | None = None

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the pattern and keep it, so that it is as fast as the pattern's from then on.

        Raises regex.error for an expression that does not compile.
        """
        if name.startswith("__"):  # what copies and pickles look for
            raise AttributeError(name)
        if self._compiled is None:
            self._compiled = compile_now(self.pattern, self.given_flags)
        value = getattr(self._compiled, name)
        self.__dict__[name] = value
        return value

    def __repr__(self) -> str:
        return f"Later({self.pattern!r}, {self.given_flags})"


def as_later(value: object) -> Later | None:
    """Return ``value`` if it is of :func:`compile_later`."""
    return value if isinstance(value, Later) else None


@lru_cache(maxsize=8192)
def compile_later(pattern: str, flags: int = 0) -> regex.Pattern[str]:
    """Return what serves as the pattern that ``regex.compile`` makes, the same one for the same expression.

    It is compiled when it is first used, and only then a wrong expression is refused with ``regex.error``. Not for
    expressions made of a document's text: they are kept.
    """
    return cast("regex.Pattern[str]", Later(pattern, int(flags)))


def compile_checked(pattern: str, flags: int = 0) -> regex.Pattern[str]:
    """Return what :func:`compile_later` does, for an expression of a rule. Raises regex.error for a wrong one."""
    made = compile_later(pattern, int(flags))
    if key_of(pattern, flags) not in written_down().branches:
        _ = made.groups  # compiles
    return made
