"""The chain of a register: what an entry holds, how its hash is made, and where a chain is broken.

An entry's hash covers its number, every field and the hash of the entry before it, so that whoever knows the newest
hash (the head) knows the whole history. The hash has no key: a person who can write the file can make a new chain
from any entry on, and only a head that was noted elsewhere shows that. Nothing here knows a database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from hospital_redact.errors import RegisterError
from hospital_redact.model import Decision, Level, ReleaseRecord

FORMAT_VERSION = 1
"""Version of the fields and of the hash; it stands in every entry and once in the register."""

GENESIS = hashlib.sha256(b"hospital-redact register").hexdigest()
"""What the first entry names as the hash before it; the head of an empty register."""

RECORD_FIELDS = (
    "source_sha256",
    "plan_sha256",
    "copy_sha256",
    "policy_id",
    "policy_version",
    "level",
    "residual_level",
    "decision",
    "status",
    "time",
)
"""The fields of :class:`~hospital_redact.model.ReleaseRecord`, each stored as text."""

TEXT_FIELDS = (*RECORD_FIELDS, "who", "refers_to")

MOVES = 1_000
"""How many numbers beyond the register's size are tried for a row that may have been renumbered."""


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One entry of the register. ``number`` counts from 1 without gaps.

    ``refers_to`` is the hash of the entry that this one withdraws, else empty. ``previous`` is the hash of the entry
    before, ``hash`` its own; both are SHA-256 in hexadecimal.
    """

    number: int
    format_version: int
    record: ReleaseRecord
    who: str
    refers_to: str
    previous: str
    hash: str

    def __repr__(self) -> str:
        return f"Entry({self.number}, {self.record.status}, {self.record.level}, {self.hash[:12]})"


class Row(NamedTuple):
    """An entry as it lies in the file: anybody may have changed it, so no value is of a sure type.

    ``fields`` holds ``format_version`` and TEXT_FIELDS.
    """

    number: int
    fields: Mapping[str, object]
    previous: object
    hash: object

    def holds_as(self, number: int) -> bool:
        """Whether the stored hash is that of this row as entry ``number``."""
        return self.hash == hash_fields(number, self.fields, self.previous)


def hash_fields(number: int, fields: Mapping[str, object], previous: object) -> str | None:
    """Return the hash of an entry, or None where a value has not the type that every writer gives it.

    It is SHA-256 over JSON in ASCII with sorted keys and no white space, of ``number``, ``previous``,
    ``format_version`` and TEXT_FIELDS.
    """
    texts = (previous, *(fields[name] for name in TEXT_FIELDS))
    if type(fields["format_version"]) is not int or any(type(text) is not str for text in texts):
        return None
    content = {**fields, "number": number, "previous": previous}
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def make_entry(number: int, record: ReleaseRecord, *, who: str, refers_to: str, previous: str) -> Entry:
    """Return entry ``number`` with its hash."""
    digest = hash_fields(number, fields_of(record, who=who, refers_to=refers_to), previous)
    if digest is None:  # a field that is no text
        raise RegisterError("HR605", "the entry is refused: every field of its record must be text")
    return Entry(number, FORMAT_VERSION, record, who, refers_to, previous, digest)


def fields_of(record: ReleaseRecord, *, who: str, refers_to: str) -> dict[str, object]:
    """Return what an entry stores of ``record``, as plain text and numbers."""
    texts: dict[str, object] = {name: getattr(record, name) for name in RECORD_FIELDS}
    texts |= {"level": record.level.value, "residual_level": record.residual_level.value}
    texts |= {"decision": record.decision.value, "who": who, "refers_to": refers_to}
    return {"format_version": FORMAT_VERSION, **texts}


def entry_of(row: Row) -> Entry:
    """Return ``row`` as an entry. Raises RegisterError HR603 where its hash is not that of its fields."""
    changed = Broken(row.number, Break.CHANGED).as_error()
    if not row.holds_as(row.number):
        raise changed
    # The hash holds, so every one of these is text.
    texts = {name: str(row.fields[name]) for name in TEXT_FIELDS}
    try:
        record = ReleaseRecord(
            source_sha256=texts["source_sha256"],
            plan_sha256=texts["plan_sha256"],
            copy_sha256=texts["copy_sha256"],
            policy_id=texts["policy_id"],
            policy_version=texts["policy_version"],
            level=Level(texts["level"]),
            residual_level=Level(texts["residual_level"]),
            decision=Decision(texts["decision"]),
            status=texts["status"],
            time=texts["time"],
        )
    except ValueError:  # a word that no writer of this format knows
        raise changed from None
    return Entry(
        number=row.number,
        format_version=FORMAT_VERSION,
        record=record,
        who=texts["who"],
        refers_to=texts["refers_to"],
        previous=str(row.previous),
        hash=str(row.hash),
    )


class Break(StrEnum):
    """What was done to the first entry that is not as it was written."""

    CHANGED = "changed"
    REMOVED = "removed"
    REORDERED = "reordered"
    INSERTED = "inserted"
    CUT_TAIL = "cut_tail"


_WHAT = {
    Break.CHANGED: "entry {number} was changed",
    Break.REMOVED: "entry {number} was removed",
    Break.REORDERED: "entry {number} stands in another place",
    Break.INSERTED: "entry {number} was inserted",
    Break.CUT_TAIL: "the expected head is not in the chain: entries before number {number} were cut from its end, or "
    "it was written anew",
}


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place where a chain is not as it was written: the entry's ``number`` and the ``kind`` of break.

    For ``cut_tail`` the number is one more than the last entry that is there. Where somebody gave changed entries new
    hashes up to some entry, that last one is named: what lies before cannot be told from the chain.
    """

    number: int
    kind: Break

    @property
    def message(self) -> str:
        """What happened and what to do."""
        return self.as_error().message

    def as_error(self) -> RegisterError:
        """Return the break as RegisterError HR603, to be raised."""
        return RegisterError(
            "HR603",
            "the register is broken: {what}; stop releasing, keep the file as evidence, compare it with the last "
            "backup that verifies",
            what=_WHAT[self.kind].format(number=self.number),
        )


class Neighbours(Protocol):
    """What the search for a break's kind asks of the same register, in the same snapshot."""

    def row(self, number: int) -> Row | None:
        """Return the row with that number."""
        ...

    def following(self, previous: str, *, after: int) -> Iterator[Row]:
        """Yield the rows with a number greater than ``after`` that name ``previous`` as the hash before them."""
        ...

    def has_copy(self, row: Row) -> bool:
        """Whether a row with a greater number bears the same hash."""
        ...

    def size(self) -> int:
        """Return the number of rows."""
        ...


def find_break(rows: Iterable[Row], neighbours: Neighbours, *, expect: str | None = None) -> Broken | None:
    """Return the first break of the chain of ``rows`` (by number), or None. Memory does not grow with the rows.

    ``expect`` is a head noted earlier: it must be the hash of some entry, since the register may have grown.
    """
    number, previous = 1, GENESIS
    missing = expect is not None and expect != GENESIS
    for row in rows:
        if row.number != number or row.previous != previous or not row.holds_as(number):
            return _diagnose(row, number, previous, neighbours)
        previous = str(row.hash)
        missing = missing and previous != expect
        number += 1
    return Broken(number, Break.CUT_TAIL) if missing else None


def _diagnose(row: Row, number: int, previous: str, neighbours: Neighbours) -> Broken:
    """Say what ``row`` does where entry ``number`` should follow the hash ``previous``."""
    elsewhere = any(other.holds_as(number) for other in neighbours.following(previous, after=row.number))
    written = _number_when_written(row, number, neighbours.size())
    if written is None:
        return Broken(number, Break.INSERTED if elsewhere else Break.CHANGED)
    if written == number:
        if elsewhere:
            return Broken(number, Break.INSERTED)
        # The row is as it was written, but the hash before it is not: its predecessor was given another one.
        return Broken(number if row.previous == previous or number == 1 else number - 1, Break.CHANGED)
    if written > number:
        if not elsewhere:
            return Broken(number, Break.REMOVED)
        return Broken(number, Break.INSERTED if neighbours.has_copy(row) else Break.REORDERED)
    return Broken(_first_inserted(row, number, written, neighbours), Break.INSERTED)


def _first_inserted(row: Row, number: int, written: int, neighbours: Neighbours) -> int:
    """Return which entry is the strange one when ``row`` was written as an earlier entry, whose place is taken."""
    holder, before = neighbours.row(written), neighbours.row(written - 1)
    link = GENESIS if written == 1 else before.hash if before else None
    is_copy = holder is not None and holder.hash == row.hash
    return written if row.previous == link and not is_copy else number


def _number_when_written(row: Row, number: int, size: int) -> int | None:
    """Return the number under which the row's hash holds, or None: then a field or the hash was changed."""
    if hash_fields(number, row.fields, row.previous) is None:
        return None
    if row.holds_as(number):
        return number
    for distance in range(size + MOVES):
        for candidate in {row.number + distance, row.number - distance}:
            if row.holds_as(candidate):
                return candidate
    return None
