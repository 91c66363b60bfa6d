"""Documents that people of this project wrote, with the names marked, and new names put in their place.

A grammar teaches what its sentences hold; these teach where a name stands in an ordinary letter, list or chat.
``specimens/*.txt`` holds them: a line ``====`` ends a document, ``[[赵小满]]`` is a person, in whatever form
it is written. All people are invented.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from random import Random

from hospital_redact.detection.words import COMPOUND_SURNAMES, SURNAMES
from training.grammar import Mark, Sample
from training.names import Name, chinese_name, english_name, han_name
from training.noise import spoil

SPECIMENS = Path(__file__).with_name("specimens")

_END = re.compile(r"^====\n", re.M)
_NAME = re.compile(r"\[\[(.+?)\]\]")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_NICK = re.compile("[小老阿大]")
_AS_WRITTEN = 0.15
"""Share of the documents that keep their own names."""

_GIVEN_ALONE = 3
"""Characters from which on a name without a family name is one by its sound."""


@cache
def read_specimens() -> tuple[str, ...]:
    """Return the documents as they stand in their files, names in double brackets."""
    files = sorted(SPECIMENS.glob("*.txt"))
    return tuple(text for file in files for text in _END.split(file.read_text(encoding="utf-8")) if text.strip())


class Copyist:
    """Copies specimens with other names: the same seed, the same documents."""

    def __init__(self, seed: int) -> None:
        self._random = Random(f"specimens {seed}")

    def __repr__(self) -> str:
        return f"Copyist({len(read_specimens())} specimens)"

    def document(self) -> Sample:
        """Return the next copy, spoiled as scans and chats are."""
        text = self._random.choice(read_specimens())
        names = {} if self._random.random() >= _AS_WRITTEN else {name: name for name in _NAME.findall(text)}
        pieces, marks, at, done = list[str](), list[Mark](), 0, 0
        for match in _NAME.finditer(text):
            pieces.append(text[done : match.start()])
            at += len(pieces[-1])
            name = names.get(match[1])
            if name is None:
                name = names[match[1]] = self._another(match[1], names)
            pieces.append(name)
            marks.append(Mark(at, at + len(name), "PERSON", "other"))
            at += len(name)
            done = match.end()
        pieces.append(text[done:])
        return spoil(Sample("".join(pieces), tuple(marks)), self._random)

    def _another(self, name: str, names: dict[str, str]) -> str:
        """Return another name of the form of ``name``; parts of a name met before become parts of its copy."""
        random = self._random
        for known, copy in names.items():
            if known != copy and known.endswith(name) and _HAN.fullmatch(copy):
                return copy[-len(name) :]
        if not _HAN.fullmatch(name):
            return chinese_name(random).full if _HAN.search(name) else english_name(random).full
        if len(name) == 1:
            return han_name(random).family[0]
        if len(name) == 2 and _NICK.match(name):
            return name[0] + _part(han_name(random), given=name[1] not in SURNAMES)
        if name[0] in SURNAMES or name[:2] in COMPOUND_SURNAMES:
            return chinese_name(random).full
        return han_name(random).given if len(name) < _GIVEN_ALONE else chinese_name(random).full


def _part(name: Name, *, given: bool) -> str:
    return name.given[-1] if given else name.family[0]
