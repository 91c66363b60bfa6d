"""Word files: .docx, and .docm, .dotx, .dotm, which become plain .docx documents.

What a copy keeps is a list (:mod:`.vocabulary`), what it leaves out is reported; see the package's modules.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from hospital_redact.formats.base import Difference, Format, Reading, Source
from hospital_redact.formats.comparison import compare_blocks
from hospital_redact.formats.docx.draft import Draft
from hospital_redact.formats.docx.reader import read_draft
from hospital_redact.formats.docx.readings import readings
from hospital_redact.formats.docx.vocabulary import MAIN_TYPES
from hospital_redact.formats.docx.writer import write_copy
from hospital_redact.formats.ooxml.comparison import compare_images, compare_left_over, has_pictures
from hospital_redact.formats.ooxml.package import is_office_file
from hospital_redact.formats.ooxml.pausing import without_collection
from hospital_redact.formats.ooxml.waiting import Waiting
from hospital_redact.model import Document, RedactionPlan, RemovedPart, join_blocks


class DocxFormat(Format):
    """See the package, and :class:`~hospital_redact.formats.base.Format` for the contract."""

    name = "docx"
    media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    suffixes: tuple[str, ...] = (".docx", ".docm", ".dotx", ".dotm")

    def __init__(self) -> None:
        self._drafts = Waiting(_draft)

    def recognises(self, data: bytes) -> bool:
        """Whether ``data`` is a zip that declares a Word document, or the torn beginning of one."""
        return is_office_file(data, MAIN_TYPES, "word/")

    def read(self, source: Source) -> Document:
        """Return the paragraphs in reading order, then what no copy keeps; raise HR202, HR203 or HR204."""
        with without_collection():
            draft = self._drafts.read(source)
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
        """Write the clean copy with the plan's edits; of what is unread only accepted pictures stay."""
        return write_copy(self._drafts.take(source), plan, target)

    def compare(self, source: Document, plan: RedactionPlan, copy: Document) -> Iterator[Difference]:
        """Yield blocks that differ from the plan, hidden content, and unread content that nobody accepted."""
        yield from compare_blocks(source, plan, copy)
        yield from compare_left_over(plan, copy)

    def compare_pictures(
        self, source: Source, document: Document, plan: RedactionPlan, copy: Source
    ) -> Iterator[Difference]:
        """Yield pictures that are not those of the source with the plan's boxes painted over."""
        if has_pictures(source.data) or has_pictures(copy.data):
            rejected = source.tracked_changes == "rejected"
            yield from compare_images(
                lambda look: read_draft(source.data, look, rejected=rejected).images,
                lambda look: read_draft(copy.data, look).images,
                document,
                plan,
                "word/media",
            )

    def readings(self, data: bytes) -> Iterator[Reading]:
        """Yield what python-docx, every decoded part and the raw bytes hold."""
        yield from readings(data)


def _draft(source: Source) -> Draft:
    return read_draft(source.data, rejected=source.tracked_changes == "rejected")


FORMAT = DocxFormat()
