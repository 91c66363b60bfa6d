"""Rule 1 for the pictures of a Word file: painted where the plan says so, and nowhere else different."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from hospital_redact.formats.base import Difference, Source
from hospital_redact.formats.docx.reader import read_draft
from hospital_redact.formats.ooxml.package import read_entries
from hospital_redact.formats.pictures import PictureReading, compare_picture, patches_of
from hospital_redact.formats.pictures.files import frames
from hospital_redact.model import Document, Edit, Kind, RedactionPlan, edits_by_block


def compare_images(source: Source, document: Document, plan: RedactionPlan, copy: Source) -> Iterator[Difference]:
    """Yield the pictures of ``copy`` that are not those of ``source`` with ``plan`` carried out, in their order.

    ``document`` is ``source`` as read. Raises ReadError HR202, HR203 or HR204.
    """
    if not (_has_pictures(source.data) or _has_pictures(copy.data)):
        return
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
    before = [
        image
        for image in read_draft(source.data, known, rejected=source.tracked_changes == "rejected").images
        if all((unread.what, str(unread.location)) in accepted for unread in image.reading.unread)
    ]
    after = read_draft(copy.data, _unread_picture).images
    if len(before) != len(after):
        yield Difference("word/media", "the copy has more pictures or fewer")
    for old, new in zip(before, after, strict=False):
        part = old.part.name
        own: dict[int, list[Edit]] = {i: edits.get(number, []) for i, number in enumerate(numbers.get(part, ()))}
        wrong = compare_picture(old.data, new.data, patches_of(own, old.reading))
        if wrong:
            yield Difference(part, wrong)


def _has_pictures(data: bytes) -> bool:
    entries = read_entries(data)
    return any(b"/image" in content for name, content in entries.items() if name.endswith(".rels"))


def _unread_picture(picture: bytes, _: str) -> PictureReading:
    deque(frames(picture), maxlen=0)
    return PictureReading(())
