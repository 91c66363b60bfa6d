"""What a page is made of while it is read: blocks, and the parts of the copy in order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from hospital_redact.formats.hypertext.vocabulary import SPACE
from hospital_redact.formats.pictures import PictureReading
from hospital_redact.model import Block, Kind, Location, RemovedPart, TablePosition, Unread

_SPACES = re.compile(f"[{SPACE}]+")


class Markup(NamedTuple):
    """Characters of the copy that the writer's own lists give."""

    text: str


class Words(NamedTuple):
    """Characters of ``block`` from ``start`` on, as text; in an attribute where ``quoted``.

    ``steady`` are those whose white space the copy shows as it is: attributes, and text in a ``pre``.
    """

    block: int
    start: int
    text: str
    quoted: bool = False
    steady: bool = False


class Picture(NamedTuple):
    """A picture that stands in the page as data: the blocks from ``first`` on are what was read in it."""

    data: bytes
    first: int
    reading: PictureReading


class Address(NamedTuple):
    """Where a link leads, which is all of ``block``: what is edited in part leads nowhere, and goes."""

    block: int
    text: str


Part = Markup | Words | Picture | Address


@dataclass(slots=True)
class _Line:
    """The block that is being filled: its number, kind, cell, and its parts so far."""

    number: int
    kind: Kind
    cell: TablePosition | None
    words: list[int] = field(default_factory=list)  # indices into the draft's parts
    length: int = 0
    ends_blank: bool = True


@dataclass(slots=True)
class Draft:
    """Collects blocks and parts. Text goes into one line until ``end_line``; white space as a browser shows it."""

    kind: Kind = Kind.PARAGRAPH
    cell: TablePosition | None = None
    preserves: bool = False
    in_pre: bool = False
    parts: list[Part] = field(default_factory=list)
    texts: list[Block | None] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    hidden: list[Block] = field(default_factory=list)
    _line: _Line | None = None
    _lines: int = 0

    def markup(self, text: str) -> None:
        """Add markup of the copy inside a line."""
        self.parts.append(Markup(text))

    def add(self, text: str) -> None:
        """Add shown text to the line, beginning one where none is open."""
        if self.preserves:
            for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
                if number:
                    self.end_line()
                    self.markup("<br>")
                self._add(line)
            return
        bare = _SPACES.sub(" ", text)
        if bare[:1] == " " and (self._line is None or self._line.ends_blank):
            bare = bare[1:]
        self._add(bare)

    def hold(self) -> None:
        """Keep the line even if nothing is in it: it stands for a text that was taken out."""
        line = self._begin()
        line.words.append(len(self.parts))
        self.parts.append(Words(line.number, line.length, "", steady=self.in_pre))

    def _begin(self) -> _Line:
        if self._line is None:
            self._line = _Line(self._reserve(), self.kind, self.cell)
        return self._line

    def _reserve(self) -> int:
        self.texts.append(None)
        return len(self.texts) - 1

    def _add(self, text: str) -> None:
        if not text:
            return
        line = self._begin()
        line.words.append(len(self.parts))
        self.parts.append(Words(line.number, line.length, text, steady=self.in_pre))
        line.length += len(text)
        # A blank that ends text whose white space counts is not one that a browser leaves out.
        line.ends_blank = text[-1] == " " and not self.preserves

    def end_line(self) -> None:
        """End the block: a blank at its end does not show."""
        line, self._line = self._line, None
        if line is None:
            return
        words = [(index, part) for index in line.words if isinstance(part := self.parts[index], Words)]
        last = next(((index, part) for index, part in reversed(words) if part.text), None)
        if last is not None and line.ends_blank:
            self.parts[last[0]] = last[1]._replace(text=last[1].text[:-1])
        text = "".join(part.text for part in (self.parts[i] for i in line.words) if isinstance(part, Words))
        self._lines += 1
        location = Location("text", f"line {self._lines}")
        self.texts[line.number] = Block(text, location, line.kind, line.cell)

    def leave_line(self) -> _Line | None:
        """Leave the line open for another one that stands between its words, and return it."""
        line, self._line = self._line, None
        return line

    def take_up_line(self, line: _Line | None) -> None:
        """Go on with a line that was left."""
        self._line = line

    def place(self, block: Block) -> int:
        """Add a block that is no part of a line, and return its number."""
        number = self._reserve()
        self.texts[number] = block
        return number

    def hide(self, what: str, text: str, kind: Kind = Kind.METADATA) -> None:
        """Note something that no copy keeps; its text, if it has any, is a block that does not survive."""
        self.counts[what] = self.counts.get(what, 0) + 1
        bare = _SPACES.sub(" ", text).strip()
        if bare:
            location = Location("text", f"{what} {self.counts[what]}")
            self.hidden.append(Block(bare, location, kind, survives=False))

    def dropped(self) -> tuple[RemovedPart, ...]:
        """Return what was hidden, counted."""
        return tuple(RemovedPart(what, "text", count) for what, count in sorted(self.counts.items()))
