"""Files inside files: an attachment or a file of an archive is read and written by the format that it has itself.

A container (mail, archive) says what it holds (:class:`Contents`) and how a copy is put together; the rest is the same
for all: each file is prepared, identified and read as if it had come alone, its blocks are appended with its label
before their places, and its part of the plan goes to its own format. A file that cannot be read blocks; a person may
accept that the copy goes without it. It is never passed through.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import lru_cache
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO, Generic, NamedTuple, TypeVar

from hospital_redact import formats
from hospital_redact.errors import HospitalRedactError, ReadError, our_errors_only
from hospital_redact.formats.base import Difference, Format, Reading, Source
from hospital_redact.model import (
    AcceptedUnread,
    Block,
    Document,
    Edit,
    Kind,
    Location,
    Member,
    RedactionPlan,
    RemovedPart,
    Segment,
    Span,
    Unread,
    View,
    apply_edits,
    edits_by_block,
)

MAX_DEPTH = 4
"""Containers in containers, the outermost one counted."""
MAX_FILES = 2000
MAX_BYTES = 512 * 1024 * 1024
"""All files inside a file together, at every depth, in bytes."""

_NOT_IN_A_NAME = re.compile(r'[<>:"|?*\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]')
_UNREAD_ELEMENTS = {
    "HR201": "its kind is not supported (HR201); accepted, the copy goes without it",
    "HR203": "it is damaged or cut off (HR203); accepted, the copy goes without it",
    "HR207": "its content is not what its name says (HR207); accepted, the copy goes without it",
}
"""Why a file inside could not be read, by the code of its refusal."""
_NOT_UNREAD = ("HR202", "HR204")  # encrypted, over a limit: for the whole file


class Line(NamedTuple):
    """A block of a container's own text, and the word that stands before it where detectors see it."""

    block: Block
    heading: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Held:
    """A file that a container holds: ``label`` says where (``attachment 2``); ``name`` is without the ending.

    A file without a name of its own (the text of a mail) has an empty ``name``.
    """

    label: str
    name: str
    suffix: str
    data: bytes


@dataclass(slots=True, repr=False)
class Contents:
    """What a container holds: its own text, its files, and what it loses or could not be read."""

    lines: list[Line] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    dropped: list[RemovedPart] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Packed(NamedTuple):
    """A file of the copy: which one of ``Contents.held`` it was, its new name and ending, its bytes."""

    number: int
    name: str
    suffix: str
    data: bytes


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file inside, ready to be written: ``number`` counts ``Contents.held``."""

    number: int
    source: Source
    format: Format
    member: Member


C = TypeVar("C", bound=Contents)


class Container(Format, Generic[C]):
    """A format whose files hold other files."""

    what: str
    """The stable word for a file inside that cannot be read."""

    @abstractmethod
    def unpack(self, source: Source) -> C:
        """Return what ``source`` holds. Raises ReadError as :meth:`Format.read`."""

    @abstractmethod
    def pack(self, contents: C, texts: Sequence[str], files: Sequence[Packed], target: BinaryIO) -> None:
        """Write a copy of ``contents`` with new ``texts`` of its lines and new ``files``, in their order."""

    @abstractmethod
    def own_readings(self, data: bytes) -> Iterator[Reading]:
        """Yield what independent readers find in ``data``, its files as bytes."""

    def read(self, source: Source) -> Document:
        """Return the container's own text, the names of its files, then each file as its format reads it."""
        return self._open(source)[1]

    def write(self, source: Source, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
        """Write the container anew, each file by its own format; what was not read is left out."""
        contents, document, opened = self._open(source)
        edits = edits_by_block(plan.edits)
        texts = [apply_edits(line.block.text, edits.get(n, ())) for n, line in enumerate(contents.lines)]
        names = _names_of_copy(document, edits)
        removed = [*document.dropped]
        files = []
        for item in opened:
            stream = BytesIO()
            lost = item.format.write(item.source, member_plan(plan, item.member), stream)
            removed = [part for part in removed if not _is_of(part, item.member)]
            removed += [_relabelled(part, item.member.label) for part in lost]
            name = names[_number_of_name(contents, item.number)] if contents.held[item.number].name else ""
            files.append(Packed(item.number, name, _suffix(item.source.name), stream.getvalue()))
        self.pack(contents, texts, files, target)
        left_out = len(contents.held) - len(opened) - sum(not held.data for held in contents.held)
        return (*removed, *([RemovedPart(self.what, self.name, left_out)] if left_out else ()))

    def compare(self, source: Document, plan: RedactionPlan, copy: Document) -> Iterator[Difference]:
        """Yield where the container's own text or the names of its files differ, and what its files' formats find."""
        yield from _compare_own(source, plan, copy)
        for before, after in zip(source.members, copy.members, strict=False):
            if before.format != after.format:
                yield Difference(before.label, "the file inside is of another format than in the source")
                continue
            plan_of_it = member_plan(plan, before)
            for found in format_named(before.format).compare(before.document, plan_of_it, after.document):
                yield found._replace(place=f"{before.label}: {found.place}")
        if len(source.members) != len(copy.members):
            yield Difference(self.name, "the copy does not hold the files that it should")

    def compare_pictures(
        self, source: Source, document: Document, plan: RedactionPlan, copy: Source
    ) -> Iterator[Difference]:
        """Yield what the formats of the files inside find in their pictures."""
        opened, again = self._open(source)[2], self._open(copy)[2]
        for member, before, after in zip(document.members, opened, again, strict=False):
            plan_of_it = member_plan(plan, member)
            found_in_it = before.format.compare_pictures(before.source, member.document, plan_of_it, after.source)
            for found in found_in_it:
                yield found._replace(place=f"{member.label}: {found.place}")

    def readings(self, data: bytes) -> Iterator[Reading]:
        """Yield the raw file, what independent readers find in it, and the readings of each file inside."""
        yield from self.readings_at(data, 1)

    def readings_at(self, data: bytes, depth: int) -> Iterator[Reading]:
        """Yield the same for a container at ``depth``; raise HR204 where that is too deep."""
        if depth > MAX_DEPTH:
            raise _too_deep()
        yield Reading("bytes", "whole file", data=data)
        yield from self.own_readings(data)
        for held in self.unpack(Source(f"copy{self.suffixes[0]}", data)).held:
            yield Reading("name", f"{held.label}: name", text=held.name)
            yield Reading("bytes", held.label, data=held.data)
            format_ = _format_of_copy(held)
            if format_ is None:
                continue
            if isinstance(format_, Container):
                found = format_.readings_at(held.data, depth + 1)
            else:
                found = format_.readings(held.data)
            for reading in found:
                yield reading._replace(place=f"{held.label}: {reading.place}")

    def open_(self, source: Source) -> tuple[C, Document, list[_Opened]]:
        """Return what ``source`` holds, the whole as read, and its files ready to be written."""
        with _one_deeper():
            contents = self.unpack(source)
            found = [_open_held(held, source, self.what) for held in _counted(contents.held)]
        document, opened = _join(self, source, contents, found)
        return contents, document, opened

    def _open(self, source: Source) -> tuple[C, Document, list[_Opened]]:
        return self.open_(source) if _SPENT.get() else _open_outermost(self, source)  # type: ignore[return-value] # the cache forgets C


@lru_cache(maxsize=2)
def _open_outermost(container: Container[Contents], source: Source) -> tuple[Contents, Document, list[_Opened]]:
    # The file and its copy are each opened to be read, written and compared; pictures inside take seconds each time.
    return container.open_(source)


def format_named(name: str) -> Format:
    """Return the format called ``name``."""
    return next(format_ for format_ in formats.all_formats() if format_.name == name)


def member_plan(plan: RedactionPlan, member: Member) -> RedactionPlan:
    """Return the part of a whole's ``plan`` that concerns its ``member``, as its own format counts blocks."""
    first, end = member.first, member.first + len(member.document.blocks)

    def inside(span: Span) -> bool:
        return first <= span.block < end

    def shifted(span: Span) -> Span:
        return Span(span.block - first, span.start, span.end)

    accepted = {(entry.what, entry.location): entry for entry in plan.accepted_unread}
    taken_over: list[AcceptedUnread] = []
    for unread in member.document.unread:
        entry = accepted.get((unread.what, str(_placed(unread.location, member.label))))
        if entry is not None:
            taken_over.append(replace(entry, location=str(unread.location)))
    return replace(
        plan,
        source_sha256=member.document.sha256,
        document_digest=member.document.digest,
        edits=tuple(replace(e, span=shifted(e.span)) for e in plan.edits if inside(e.span)),
        kept=tuple(
            replace(k, spans=spans) for k in plan.kept if (spans := tuple(shifted(s) for s in k.spans if inside(s)))
        ),
        accepted_unread=tuple(taken_over),
    )


def safe_name(text: str) -> str:
    """Return ``text`` as the name of a file in a container: relative, without what a system might act upon."""
    parts = [_NOT_IN_A_NAME.sub("_", part).strip() for part in text.replace("\\", "/").split("/")]
    return "/".join("_" if not part.strip(".") else part for part in parts if part)


# --------------------------------------------------------------------------- limits


@dataclass(slots=True)
class _Spent:
    depth: int = 0
    files: int = 0
    bytes: int = 0


_SPENT: ContextVar[_Spent | None] = ContextVar("_SPENT", default=None)


@contextmanager
def _one_deeper() -> Iterator[None]:
    """Count a container in the outermost one that is being read; raise HR204 where it lies too deep."""
    outermost = _SPENT.get()
    spent = outermost or _Spent()
    token = None if outermost else _SPENT.set(spent)
    spent.depth += 1
    try:
        if spent.depth > MAX_DEPTH:
            raise _too_deep()
        yield
    finally:
        spent.depth -= 1
        if token is not None:
            _SPENT.reset(token)


def _too_deep() -> ReadError:
    return ReadError("HR204", "files lie in files deeper than {max_depth} levels; send them apart", max_depth=MAX_DEPTH)


def _counted(held: Sequence[Held]) -> Sequence[Held]:
    spent = _SPENT.get()
    assert spent is not None
    spent.files += len(held)
    spent.bytes += sum(len(item.data) for item in held)
    if spent.files > MAX_FILES:
        raise ReadError("HR204", "the file holds more than {max_files} files; split it", max_files=MAX_FILES)
    if spent.bytes > MAX_BYTES:
        raise ReadError("HR204", "the files inside hold more than {mib} MiB; split it", mib=MAX_BYTES // 2**20)
    return held


# --------------------------------------------------------------------------- reading


def _open_held(held: Held, outer: Source, what: str) -> tuple[Source, Format, Document] | Unread | None:
    """Return a file as its format reads it, why it cannot be read, or ``None`` for an empty one."""
    if not held.data:
        return None
    name = f"{held.name.rpartition('/')[2] or 'file'}{held.suffix}"
    try:
        source = formats.prepare(
            Source(name, held.data, passwords=outer.passwords, tracked_changes=outer.tracked_changes)
        )
        format_ = formats.identify(source)
        with our_errors_only():
            return source, format_, format_.read(source)
    except ReadError as error:
        if error.code in _NOT_UNREAD:
            raise
        why = _UNREAD_ELEMENTS.get(error.code, _UNREAD_ELEMENTS["HR203"])
        return Unread(what, Location(held.label), why)


def _join(
    container: Format,
    source: Source,
    contents: Contents,
    found: Sequence[tuple[Source, Format, Document] | Unread | None],
) -> tuple[Document, list[_Opened]]:
    """Return the whole document, and the files that a copy will hold."""
    blocks = [line.block for line in contents.lines]
    views = [_view_of_lines(contents.lines)]
    unread, dropped, notes = [*contents.unread], [*contents.dropped], [*contents.notes]
    names = [
        Block(held.name, Location(held.label, "name"), Kind.FILE_NAME, survives=isinstance(got, tuple))
        for held, got in zip(contents.held, found, strict=True)
        if held.name
    ]
    views.append(_view_of_lines([Line(block) for block in names], len(blocks), "names"))
    blocks += names
    opened: list[_Opened] = []
    tables = 0
    for number, (held, got) in enumerate(zip(contents.held, found, strict=True)):
        if got is None:
            dropped.append(RemovedPart("empty_file", held.label))
        elif isinstance(got, Unread):
            unread.append(got)
        else:
            inner, format_, document = got
            member = Member(held.label, format_.name, len(blocks), document)
            opened.append(_Opened(number, inner, format_, member))
            blocks += [_placed_block(block, member, tables) for block in document.blocks]
            tables = 1 + max([tables, *(b.cell.table + tables for b in document.blocks if b.cell)])
            views += [_placed_view(view, member) for view in document.views]
            unread += [replace(u, location=_placed(u.location, held.label)) for u in document.unread]
            dropped += [_relabelled(part, held.label) for part in document.dropped]
            notes += inner.notes
    whole = Document(
        name=source.name,
        media_type=container.media_type,
        sha256=source.sha256,
        blocks=tuple(blocks),
        views=tuple(view for view in views if view.text),
        unread=tuple(unread),
        dropped=tuple(dropped),
        notes=tuple(dict.fromkeys(notes)),
        members=tuple(item.member for item in opened),
    )
    return whole, opened


def _view_of_lines(lines: Sequence[Line], first: int = 0, name: str = "own text") -> View:
    pieces: list[str] = []
    segments: list[Segment] = []
    length = 0
    for number, (block, heading) in enumerate(lines, first):
        if block.text:
            segments.append(Segment(length + len(heading), number, 0, len(block.text)))
        pieces.append(f"{heading}{block.text}\n")
        length += len(pieces[-1])
    return View(name, "".join(pieces), tuple(segments))


def _placed(location: Location, label: str) -> Location:
    part = label if location.part in ("page", "text") else f"{label}: {location.part}"
    return replace(location, part=part)


def _placed_block(block: Block, member: Member, tables: int) -> Block:
    cell = block.cell
    if cell is not None:
        column, row = cell.column_header, cell.row_header
        cell = replace(
            cell,
            table=cell.table + tables,
            column_header=None if column is None else column + member.first,
            row_header=None if row is None else row + member.first,
        )
    return replace(block, location=_placed(block.location, member.label), cell=cell)


def _placed_view(view: View, member: Member) -> View:
    segments = tuple(segment._replace(block=segment.block + member.first) for segment in view.segments)
    return View(f"{member.label}: {view.name}", view.text, segments)


def _relabelled(part: RemovedPart, label: str) -> RemovedPart:
    return replace(part, part=f"{label}: {part.part}")


def _is_of(part: RemovedPart, member: Member) -> bool:
    return part.part.startswith(f"{member.label}: ")


def _format_of_copy(held: Held) -> Format | None:
    """Return the format of a file of a copy, which needs no preparing; ``None`` where it has none."""
    try:
        return formats.identify(Source(f"file{held.suffix}", held.data)) if held.data else None
    except HospitalRedactError:  # reading the copy finds it as unread
        return None


# --------------------------------------------------------------------------- names and comparison


def _suffix(name: str) -> str:
    return formats.copy_ending(PurePosixPath(name).suffix.lower())


def _number_of_name(contents: Contents, number: int) -> int:
    return len(contents.lines) + sum(bool(held.name) for held in contents.held[:number])


def _own(document: Document) -> Sequence[tuple[int, Block]]:
    """Return the blocks of the container's own text and of the names in it; not its own file's name."""
    end = document.members[0].first if document.members else len(document.blocks)
    return [(n, block) for n, block in enumerate(document.blocks[:end]) if block.location.part != "file name"]


def _names_of_copy(document: Document, edits: Mapping[int, Iterable[Edit]]) -> dict[int, str]:
    """Return the new name for each surviving block that is a file's name; no two are equal."""
    names: dict[int, str] = {}
    taken: set[tuple[str, str]] = set()
    endings = {member.label: _suffix(member.document.name) for member in document.members}
    for number, block in _own(document):
        if block.kind is Kind.FILE_NAME and block.survives:
            wanted = safe_name(apply_edits(block.text, edits.get(number, ()))) or "_"
            name, count, ending = wanted, 1, endings.get(block.location.part, "")
            while (name.casefold(), ending) in taken:
                count += 1
                name = f"{wanted}-{count}"
            taken.add((name.casefold(), ending))
            names[number] = name
    return names


def _compare_own(source: Document, plan: RedactionPlan, copy: Document) -> Iterator[Difference]:
    edits = edits_by_block(plan.edits)
    names = _names_of_copy(source, edits)
    wanted = [
        (block, names[number] if number in names else apply_edits(block.text, edits.get(number, ())))
        for number, block in _own(source)
        if block.survives
    ]
    got = [block for _, block in _own(copy) if block.survives]
    for (before, text), after in zip(wanted, got, strict=False):
        if text != after.text or before.kind is not after.kind:
            yield Difference(str(before.location), "the text is not what the plan makes of the source")
    for before, _ in wanted[len(got) :]:
        yield Difference(str(before.location), "the block is missing in the copy")
    for after in got[len(wanted) :]:
        yield Difference(str(after.location), "the source has no such block")
    for _, block in _own(copy):
        if not block.survives:
            yield Difference(str(block.location), "the copy holds hidden text", hidden=True)
    inside = tuple(f"{member.label}: " for member in copy.members)
    for part in copy.dropped:
        if not part.part.startswith(inside):
            yield Difference(part.part, f"the copy holds what no copy keeps: {part.what}", hidden=True)
    if copy.notes:
        # What had to be unlocked or converted was not read as it is, so nothing is proved about its bytes.
        yield Difference("whole file", "the copy holds a file that is encrypted or of an older kind")
