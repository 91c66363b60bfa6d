"""Words by which records name their values: what they stand for, which say nothing, which are parts of a name.

Keys of JSON, elements of XML and heads of columns: ``naming.toml`` has the lists. They tell how a record is laid out,
so that ``zyh`` is read as a person reads 住院号; what is confidential is not said here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files

from hospital_redact.model import Block, Segment, View

_SEPARATOR = re.compile(r"[\s_\-.]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
# Components of HL7 version 2 as XML: the field around them says what they are.
_COMPONENT = re.compile(r"(?:cx|xpn|fn|xtn|xad|sad|ts|hd|ce|cwe|xcn|pl|dr)\.\d{1,2}")


@cache
def _lists() -> tuple[dict[str, str], dict[str, frozenset[str]]]:
    """Return what each name stands for, and the lists of names by what they do."""
    data = tomllib.loads(files("hospital_redact.formats").joinpath("naming.toml").read_text(encoding="utf-8"))
    meanings = {name: meaning for meaning, names in data["meanings"].items() for name in names.split()}
    return meanings, {kind: frozenset(names.split()) for kind, names in data["levels"].items()}


def _bare(name: str) -> str:
    """Return ``name`` small and without a prefix of name spaces."""
    return name.casefold().rpartition(":")[2]


def meaning_of(name: str) -> str:
    """Return what a program's ``name`` stands for (``zyh``: 住院号), nothing for other names."""
    return _lists()[0].get(_SEPARATOR.sub("", _bare(name)), "")


def is_generic(name: str) -> bool:
    """Whether ``name`` says only that there is a value (``value``, ``text``): what stands above it is the label."""
    return _bare(name) in _lists()[1]["generic"] or _COMPONENT.fullmatch(_bare(name)) is not None


def name_part(name: str) -> str:
    """Return ``family`` or ``given`` where ``name`` heads a part of a person's name, else nothing."""
    bare = _SEPARATOR.sub("", _bare(name))
    return next((part for part in ("family", "given") if bare in _lists()[1][part]), "")


def in_order(parts: Sequence[tuple[str, int]], blocks: Sequence[Block]) -> tuple[int, ...]:
    """Return the numbers of the blocks of one person's name as it is read, or nothing unless both parts are there.

    ``parts`` are (``family`` or ``given``, block). A Chinese name has its family name first.
    """
    if {part for part, _ in parts} != {"family", "given"}:
        return ()
    chinese = any(_HAN.search(blocks[number].text) for _, number in parts)
    first = "family" if chinese else "given"
    ordered = sorted(parts, key=lambda part: part[0] != first)
    return tuple(number for _, number in ordered)


class ViewBuilder:
    """Puts a view together from blocks and from what stands between them. A block may stand in it several times."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._segments: list[Segment] = []
        self._length = 0
        self._shown: set[int] = set()

    def add(self, text: str) -> None:
        """Add characters of no block."""
        self._pieces.append(text)
        self._length += len(text)

    def new_line(self) -> None:
        """Begin a line, unless one has just begun."""
        if self._pieces and not self._pieces[-1].endswith("\n"):
            self.add("\n")

    def show(self, number: int, block: Block) -> None:
        """Add the text of a block."""
        if block.text:
            self._segments.append(Segment(self._length, number, 0, len(block.text)))
            self._shown.add(number)
            self.add(block.text)

    def show_rest(self, numbers: Iterable[int], blocks: Sequence[Block]) -> None:
        """Add a line for each block that does not stand in the view yet, so that detectors see its text."""
        for number in numbers:
            if number not in self._shown:
                self.add("\n\n")  # what stands on the line below a label may be taken for its value
                self.show(number, blocks[number])

    def show_value(self, number: int, blocks: Sequence[Block], label: int | None) -> None:
        """Add a line with a value behind its label block."""
        if label is not None:
            self.show(label, blocks[label])
            meaning = meaning_of(blocks[label].text)
            self.add(f" {meaning}: " if meaning else ": ")
        self.show(number, blocks[number])
        self.add("\n" if blocks[number].text.strip() else "\n\n")

    def show_name(self, numbers: Iterable[int], blocks: Sequence[Block], label: int | None) -> None:
        """Add a line with a person's name whose parts are ``numbers``, behind its label block if there is one."""
        if label is not None:
            self.show(label, blocks[label])
            self.add(": ")
        for between, number in _spaced(tuple(numbers), blocks):
            self.add(between)
            self.show(number, blocks[number])
        self.add("\n")

    def view(self, name: str = "blocks") -> View:
        """Return the view."""
        return View(name, "".join(self._pieces), tuple(self._segments))


def _spaced(numbers: Sequence[int], blocks: Sequence[Block]) -> Iterator[tuple[str, int]]:
    chinese = any(_HAN.search(blocks[number].text) for number in numbers)
    for place, number in enumerate(numbers):
        yield "" if chinese or not place else " ", number
