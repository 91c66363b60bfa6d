"""Words by which names are told from other words, read once from ``words.toml`` beside this module."""

from __future__ import annotations

import importlib.resources
import tomllib
from collections.abc import Iterable, Sequence
from types import MappingProxyType

_DATA = MappingProxyType(
    tomllib.loads(importlib.resources.files("hospital_redact.detection").joinpath("words.toml").read_text("utf-8"))
)


def words(key: str) -> frozenset[str]:
    """Return the entries of a list of words. Raises KeyError for an unknown one."""
    return frozenset(_DATA[key].split())


def characters(key: str) -> frozenset[str]:
    """Return the entries of a table of single characters. Raises KeyError for an unknown one."""
    return frozenset("".join(_DATA[key].split()))


SURNAMES = characters("surnames")
COMMON_SURNAMES = characters("common_surnames")
COMPOUND_SURNAMES = words("compound_surnames")
NOT_GIVEN = characters("not_given")
NOT_NAMES = words("not_names")
DUAL = words("dual")
FORM_WORDS = words("form_words")
FOLLOW = characters("follow")
FOLLOW_WORDS = tuple(sorted(words("follow_words")))
LEAD_IN = characters("lead_in")
"""Characters after which a name may begin: 由张伟."""
PARTICLES = words("particles")
STAFF_TITLES = words("staff_titles")
KIN_NICKNAMES = words("kin_nicknames")
TITLES = tuple(sorted(STAFF_TITLES | words("other_titles"), key=lambda title: (-len(title), title)))
"""Every title, the longest first."""


def alternatives(entries: Iterable[str]) -> str:
    """Return an expression for any of ``entries``, of those that begin alike the longest. No special characters."""
    return tree_of(tuple(entry) for entry in entries)


def tree_of(entries: Iterable[Sequence[str]], glue: str = "") -> str:
    """Return an expression for any of ``entries``, of those that begin alike the longest.

    An entry is a sequence of expressions for one character each; ``glue`` may stand between two. What several entries
    begin with stands but once: a list of hundreds of words, one after the other, is tried in full at every place.
    """
    branches: dict[str, list[Sequence[str]]] = {}
    ends = False
    for entry in sorted(set(entries), key=lambda entry: (-len(entry), entry)):
        if entry:
            branches.setdefault(entry[0], []).append(entry[1:])
        else:
            ends = True
    written = []
    for first, rest in branches.items():
        stem = [first]
        while rest and all(rest) and len({entry[0] for entry in rest}) == 1:
            stem.append(rest[0][0])
            rest = [entry[1:] for entry in rest]  # noqa: PLW2901 - what is left of it
        more = tree_of(rest, glue) if any(rest) else ""
        # Between the stem and a rest that may be nothing the glue belongs to the rest.
        joined = f"(?:{glue}{more})" if glue and more else more
        written.append(glue.join(stem) + joined + ("?" if more and not all(rest) else ""))
    return f"(?:{'|'.join(written)})" if written or not ends else ""
