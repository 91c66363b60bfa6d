"""Presentations: .pptx, and .pptm, .ppsx, .potx and kin, which become plain .pptx files.

What a copy keeps is a list (:mod:`.vocabulary` and the lists of :mod:`hospital_redact.formats.ooxml`), what it leaves
out is reported; see the package's modules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from hospital_redact.formats.base import Difference, Format, Reading, Source
from hospital_redact.formats.comparison import compare_blocks
from hospital_redact.formats.ooxml.package import is_office_file
from hospital_redact.formats.pictures import PictureReading, compare_picture, patches_of
from hospital_redact.formats.pptx.reader import read_draft
from hospital_redact.formats.pptx.readings import readings
from hospital_redact.formats.pptx.vocabulary import MAIN_TYPES
from hospital_redact.formats.pptx.writer import write_copy
from hospital_redact.model import Document, Kind, RedactionPlan, RemovedPart, edits_by_block, join_blocks


class PptxFormat(Format):
    """See the package, and :class:`~hospital_redact.formats.base.Format` for the contract."""

    name = "pptx"
    media_type = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    suffixes: tuple[str, ...] = (".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm")

    def recognises(self, data: bytes) -> bool:
        """Whether ``data`` is a zip that declares a presentation, or the torn beginning of one."""
        return is_office_file(data, MAIN_TYPES, "ppt/")

    def read(self, source: Source) -> Document:
        """Return the slides' text in order, then what no copy keeps; raise HR202, HR203 or HR204."""
        draft = read_draft(source.data)
        blocks = draft.blocks()
        return Document(
            name=source.name,
            media_type=self.media_type,
            sha256=source.sha256,
            blocks=blocks,
            views=(join_blocks(blocks),),
            unread=tuple(draft.unread),
            dropped=draft.removed(),
        )

    def write(self, source: Source, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
        """Write the clean copy with the plan's edits; a picture stays where all that is unread in it is accepted."""
        return write_copy(read_draft(source.data), plan, target)

    def compare(self, source: Document, plan: RedactionPlan, copy: Document) -> Iterator[Difference]:
        """Yield blocks that differ from the plan, hidden content, and unread content that nobody accepted."""
        yield from compare_blocks(source, plan, copy)
        for block in copy.blocks:
            if not block.survives and block.kind is not Kind.FILE_NAME:
                yield Difference(str(block.location), "the copy holds hidden text", hidden=True)
        for part in copy.dropped:
            yield Difference(part.part, f"the copy holds what no copy keeps: {part.what}", hidden=True)
        accepted = Counter((entry.what, entry.location) for entry in plan.accepted_unread)
        for unread in copy.unread:
            if (unread.what, str(unread.location)) not in accepted:
                yield Difference(str(unread.location), f"the copy shows what nobody accepted: {unread.what}")

    def compare_pictures(
        self, source: Source, document: Document, plan: RedactionPlan, copy: Source
    ) -> Iterator[Difference]:
        """Yield pictures of the copy that are not those of the source with the planned boxes painted over."""
        before = {picture.part.name: picture.data for picture in read_draft(source.data, _unread).pictures}
        edits = edits_by_block(plan.edits)
        for picture in read_draft(copy.data, _unread).pictures:
            name = picture.part.name
            numbers = [n for n, b in enumerate(document.blocks) if b.kind is Kind.PICTURE and b.location.part == name]
            reading = PictureReading(tuple(document.blocks[n] for n in numbers))
            patches = patches_of({i: edits[n] for i, n in enumerate(numbers) if n in edits}, reading)
            if name not in before:
                yield Difference(name, "the source has no such picture")
            elif wrong := compare_picture(before[name], picture.data, patches):
                yield Difference(name, wrong)

    def readings(self, data: bytes) -> Iterator[Reading]:
        """Yield what python-pptx, every decoded part and the raw bytes hold."""
        yield from readings(data)


def _unread(data: bytes, part: str) -> PictureReading:
    """Read nothing in a picture: only its place counts."""
    del data, part
    return PictureReading(())


FORMAT = PptxFormat()
