"""Rule 1 of the verification for what Office copies have in common: what no copy keeps, and their pictures."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from hospital_redact.formats.base import Difference
from hospital_redact.formats.ooxml.package import NewPart, read_entries
from hospital_redact.formats.pictures import PictureReading, compare_picture, patches_of
from hospital_redact.formats.pictures.files import frames
from hospital_redact.model import Document, Edit, Kind, RedactionPlan, edits_by_block

Look = Callable[[bytes, str], PictureReading]
"""How the pictures of a file are read: picture file and part -> what it says."""


class Shown(Protocol):
    """A picture of a copy under construction."""

    part: NewPart
    data: bytes
    reading: PictureReading


def compare_left_over(plan: RedactionPlan, copy: Document) -> Iterator[Difference]:
    """Yield hidden content of ``copy``, parts that no copy keeps, and unread content that nobody accepted."""
    for block in copy.blocks:
        if not block.survives and block.kind is not Kind.FILE_NAME:
            yield Difference(str(block.location), "the copy holds hidden text", hidden=True)
    for part in copy.dropped:
        yield Difference(part.part, f"the copy holds what no copy keeps: {part.what}", hidden=True)
    accepted = Counter((entry.what, entry.location) for entry in plan.accepted_unread)
    for unread in copy.unread:
        if (unread.what, str(unread.location)) not in accepted:
            yield Difference(str(unread.location), f"the copy shows what nobody accepted: {unread.what}")


def has_pictures(data: bytes) -> bool:
    """Whether a part of the package in ``data`` names a picture. Raises ReadError HR202, HR203 or HR204."""
    return any(b"/image" in content for name, content in read_entries(data).items() if name.endswith(".rels"))


def compare_images(
    before: Callable[[Look], Sequence[Shown]],
    after: Callable[[Look], Sequence[Shown]],
    document: Document,
    plan: RedactionPlan,
    folder: str,
) -> Iterator[Difference]:
    """Yield the pictures of a copy that are not those of its source with ``plan`` carried out, in their order.

    ``before`` and ``after`` return the pictures of source and copy, read as they are told: without OCR, as what they
    say is known from ``document``, the source as read. ``folder`` is where pictures lie in the package. Raises
    ReadError HR202, HR203 or HR204.
    """
    numbers: dict[str, list[int]] = {}
    for number, block in enumerate(document.blocks):
        if block.kind is Kind.PICTURE:
            numbers.setdefault(block.location.part, []).append(number)

    def known(picture: bytes, part: str) -> PictureReading:
        deque(frames(picture), maxlen=0)  # raises where reading it did
        blocks = tuple(document.blocks[number] for number in numbers.get(part, ()))
        return PictureReading(blocks, tuple(u for u in document.unread if u.location.part == part))

    accepted = {(entry.what, entry.location) for entry in plan.accepted_unread}
    edits = edits_by_block(plan.edits)
    wanted = [
        image
        for image in before(known)
        if all((unread.what, str(unread.location)) in accepted for unread in image.reading.unread)
    ]
    found = after(_unread_picture)
    if len(wanted) != len(found):
        yield Difference(folder, "the copy has more pictures or fewer")
    for old, new in zip(wanted, found, strict=False):
        part = old.part.name
        own: dict[int, list[Edit]] = {i: edits.get(number, []) for i, number in enumerate(numbers.get(part, ()))}
        wrong = compare_picture(old.data, new.data, patches_of(own, old.reading))
        if wrong:
            yield Difference(part, wrong)


def _unread_picture(picture: bytes, _: str) -> PictureReading:
    deque(frames(picture), maxlen=0)
    return PictureReading(())
