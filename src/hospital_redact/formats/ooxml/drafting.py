"""What the drafts of all Office formats hold: parts of the copy, and what was read that no copy keeps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from hospital_redact.formats.ooxml.package import NewPart
from hospital_redact.model import Block, Kind, Location, RemovedPart, TablePosition, Unread


@dataclass(slots=True, kw_only=True)
class OfficeDraft:
    """The clean copy of an Office file under construction, and what was read on the way.

    ``dead`` are blocks that no copy keeps; their numbers come last, so that those of the copy do not depend on what
    was left out. ``tables`` counts the tables of the copy so far, in all parts: their numbers are those of the cells'
    positions.
    """

    dead: list[Block] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    dropped: Counter[tuple[str, str]] = field(default_factory=Counter)
    parts: list[NewPart] = field(default_factory=list)
    tables: int = 0

    def bury(self, text: str, kind: Kind, location: Location, cell: TablePosition | None = None) -> None:
        """Add a block of text that no copy keeps, unless it is blank."""
        if text.strip():
            self.dead.append(Block(text, location, kind, cell, survives=False))

    def drop(self, what: str, part: str, count: int = 1) -> None:
        """Count something that no copy keeps."""
        self.dropped[what, part] += count

    def removed(self) -> tuple[RemovedPart, ...]:
        """Return what no copy keeps, counted."""
        return tuple(RemovedPart(what, part, count) for (what, part), count in sorted(self.dropped.items()) if count)
