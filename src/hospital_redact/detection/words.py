"""Words by which names are told from other words, read once from ``words.toml`` beside this module."""

from __future__ import annotations

import importlib.resources
import tomllib
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


def alternatives(entries: frozenset[str]) -> str:
    """Return an expression for any of ``entries``, the longest first. They hold no special characters."""
    return "|".join(sorted(entries, key=lambda entry: (-len(entry), entry)))
