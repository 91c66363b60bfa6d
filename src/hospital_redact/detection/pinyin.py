"""How Chinese names read in pinyin, without tones: from ``readings.toml`` beside this module, read at first use.

A character may have several readings, and a family name its own (单 shan); all count, because a document that names
somebody in both scripts shall not keep one of them.
"""

from __future__ import annotations

import importlib.resources
import itertools
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from hospital_redact.detection.words import COMPOUND_SURNAMES

MAX_READINGS = 24
"""So many readings of one name are followed, the usual ones of each character first."""

_UMLAUT = {"lv": ("lv", "lu", "lyu"), "nv": ("nv", "nu", "nyu")}


@cache
def _table() -> Mapping[str, tuple[str, ...]]:
    """Return the readings of each character."""
    source = importlib.resources.files("hospital_redact.detection").joinpath("readings.toml").read_text("utf-8")
    table: dict[str, list[str]] = defaultdict(list)
    for reading, chars in tomllib.loads(source).items():
        for char in chars:
            table[char].extend(_UMLAUT.get(reading, (reading,)))
    return {char: tuple(found) for char, found in table.items()}


def read_aloud(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield family name and given syllables of a Chinese ``name``, in small letters: 张小明 gives zhang, (xiao, ming).

    Nothing for a name with a character that the table lacks; at most :data:`MAX_READINGS`.
    """
    family = 2 if name[:2] in COMPOUND_SURNAMES and len(name) > 2 else 1
    choices = [_table().get(char, ()) for char in name]
    for syllables in itertools.islice(itertools.product(*choices), MAX_READINGS):
        yield "".join(syllables[:family]), syllables[family:]
