"""Grammars of text: files of rules with slots and choices, expanded at random into text whose marked spans are known.

A file holds rules, each a line ``:name`` and one alternative a line below it; ``3* `` before an alternative gives it
three times the weight. Within an alternative ``{slot}`` is replaced and ``<a|b|>`` stands for one of its parts; ``\\n``
and ``\\t`` are the line end and the tab; ``#`` begins a line of comment.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import NamedTuple

_RULE = re.compile(r":[a-z][a-z0-9]*")

MAX_DEPTH = 40
"""Slots inside slots; a grammar that goes deeper never ends."""


class Mark(NamedTuple):
    """What the characters ``start`` to ``end`` (code points) of a text are: a label such as ``PERSON``, and a role."""

    start: int
    end: int
    label: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """A generated text and its marks in their order."""

    text: str
    marks: tuple[Mark, ...]

    def __repr__(self) -> str:
        return f"Sample({len(self.text)} chars, {len(self.marks)} marks)"


class Value(NamedTuple):
    """What a slot writes; ``label`` is empty for text that is nothing particular."""

    text: str
    label: str = ""
    role: str = ""


class Alternative(NamedTuple):
    """One way to write a rule: its weight and its parsed parts."""

    weight: int
    parts: tuple[Part, ...]


class Slot(NamedTuple):
    """A place to be filled by what is called ``name``."""

    name: str


class Choice(NamedTuple):
    """A place where one of ``options`` stands."""

    options: tuple[tuple[Part, ...], ...]


Part = str | Slot | Choice
Rules = dict[str, tuple[Alternative, ...]]
Filler = Callable[[str], Value | None]
"""Gives the value of a slot that is no rule; None for a name it does not know."""


def read_rules(path: Path) -> Rules:
    """Return the rules of a grammar file. Raises ValueError naming the line that cannot be read."""
    rules: dict[str, list[Alternative]] = {}
    current: list[Alternative] | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        if _RULE.fullmatch(line):
            if line[1:] in rules:
                raise ValueError(f"{path.name}:{number}: the rule {line[1:]} is there already")
            current = rules[line[1:]] = []
            continue
        if current is None:
            raise ValueError(f"{path.name}:{number}: an alternative before the first rule")
        weight, star, rest = line.partition("* ")
        body = rest if star and weight.isdigit() else line
        try:
            parts, end = _parse(body.replace("\\n", "\n").replace("\\t", "\t"), 0, nested=False)
        except ValueError as error:
            raise ValueError(f"{path.name}:{number}: {error}") from None
        del end
        current.append(Alternative(int(weight) if body is rest else 1, parts))
    if empty := next((name for name, alternatives in rules.items() if not alternatives), ""):
        raise ValueError(f"{path.name}: the rule {empty} is empty")
    return {name: tuple(alternatives) for name, alternatives in rules.items()}


def _parse(text: str, at: int, *, nested: bool) -> tuple[tuple[Part, ...], int]:
    """Return the parts of ``text`` from ``at`` to its end, or to the ``|`` or ``>`` that ends a nested option."""
    parts: list[Part] = []
    while at < len(text) and not (nested and text[at] in "|>"):
        if text[at] == "{":
            end = text.index("}", at)
            parts.append(Slot(text[at + 1 : end]))
            at = end + 1
        elif text[at] == "<":
            options: list[tuple[Part, ...]] = []
            while text[at] != ">":
                option, at = _parse(text, at + 1, nested=True)
                options.append(option)
                if at >= len(text):
                    raise ValueError("a choice without its end")
            parts.append(Choice(tuple(options)))
            at += 1
        else:
            stops = "{<|>" if nested else "{<"
            end = next((i for i in range(at, len(text)) if text[i] in stops), len(text))
            parts.append(text[at:end])
            at = end
    return tuple(parts), at


def expand(rules: Rules, start: str, fill: Filler, random: Random) -> Sample:
    """Return a text made from the rule ``start``. Raises ValueError for an unknown slot or a grammar without end."""
    pieces: list[Value] = []
    _Expansion(rules, fill, random, pieces).write((Slot(start),), 0)
    marks, at = [], 0
    for piece in pieces:
        if piece.label:
            marks.append(Mark(at, at + len(piece.text), piece.label, piece.role))
        at += len(piece.text)
    return Sample("".join(piece.text for piece in pieces), tuple(marks))


class _Expansion(NamedTuple):
    """One expansion under way; what is written is added to ``pieces``."""

    rules: Rules
    fill: Filler
    random: Random
    pieces: list[Value]

    def write(self, parts: tuple[Part, ...], depth: int) -> None:
        """Add what ``parts`` write, ``depth`` slots and choices inside others."""
        if depth > MAX_DEPTH:
            raise ValueError("slots inside slots without end")
        for part in parts:
            if isinstance(part, str):
                self.pieces.append(Value(part))
            elif isinstance(part, Choice):
                self.write(self.random.choice(part.options), depth + 1)
            elif part.name in self.rules:
                alternatives = self.rules[part.name]
                weights = [alternative.weight for alternative in alternatives]
                self.write(self.random.choices(alternatives, weights)[0].parts, depth + 1)
            else:
                value = self.fill(part.name)
                if value is None:
                    raise ValueError(f"nothing fills the slot {part.name}")
                self.pieces.append(value)
