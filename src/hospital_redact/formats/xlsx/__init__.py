"""Excel workbooks: .xlsx, and .xlsm, .xltx, .xltm, which become plain .xlsx workbooks.

What a copy keeps is a list (:mod:`.vocabulary`), what it leaves out is reported. A cell is one thing: what it shows,
the number behind it and its formula go together (:mod:`.settling`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from hospital_redact.formats.base import Difference, Format, Reading, Source
from hospital_redact.formats.ooxml.comparison import compare_images
from hospital_redact.formats.ooxml.package import is_office_file
from hospital_redact.formats.ooxml.pausing import without_collection
from hospital_redact.formats.ooxml.waiting import Waiting
from hospital_redact.formats.xlsx.comparison import compare_workbooks
from hospital_redact.formats.xlsx.reader import read_draft
from hospital_redact.formats.xlsx.readings import readings
from hospital_redact.formats.xlsx.vocabulary import MAIN_TYPES
from hospital_redact.formats.xlsx.writer import write_copy
from hospital_redact.model import Block, Document, Kind, RedactionPlan, RemovedPart, Segment, View, join_blocks

_APART = "\n。\n"


class XlsxFormat(Format):
    """See the package, and :class:`~hospital_redact.formats.base.Format` for the contract."""

    name = "xlsx"
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    suffixes: tuple[str, ...] = (".xlsx", ".xlsm", ".xltx", ".xltm")

    def __init__(self) -> None:
        self._drafts = Waiting(lambda source: read_draft(source.data))

    def recognises(self, data: bytes) -> bool:
        """Whether ``data`` is a zip that declares a workbook, or the torn beginning of one."""
        return is_office_file(data, MAIN_TYPES, "xl/")

    def read(self, source: Source) -> Document:
        """Return the sheets' cells row by row, what they store, then what no copy keeps; raise HR202 to HR204."""
        with without_collection():
            draft = self._drafts.read(source)
            blocks = draft.blocks()
            return Document(
                name=source.name,
                media_type=self.media_type,
                sha256=source.sha256,
                blocks=blocks,
                views=_views(blocks),
                unread=tuple(draft.unread),
                dropped=draft.removed(),
            )

    def write(self, source: Source, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
        """Write the clean copy with the plan's edits; of what is unread only accepted pictures stay."""
        with without_collection():
            return write_copy(self._drafts.take(source), plan, target)

    def compare(self, source: Document, plan: RedactionPlan, copy: Document) -> Iterator[Difference]:
        """Yield cells that differ from the plan, hidden content, and unread content that nobody accepted."""
        with without_collection():
            differences = list(compare_workbooks(source, plan, copy))
        yield from differences

    def compare_pictures(
        self, source: Source, document: Document, plan: RedactionPlan, copy: Source
    ) -> Iterator[Difference]:
        """Yield pictures that are not those of the source with the plan's boxes painted over."""
        shown = any(block.kind is Kind.PICTURE for block in document.blocks)
        if shown or any(unread.location.part.startswith("xl/media/") for unread in document.unread):
            yield from compare_images(
                lambda look: read_draft(source.data, look).images,
                lambda look: read_draft(copy.data, look).images,
                document,
                plan,
                "xl/media",
            )

    def readings(self, data: bytes) -> Iterator[Reading]:
        """Yield what openpyxl, every decoded part and the raw bytes hold."""
        yield from readings(data)


def _views(blocks: Sequence[Block]) -> tuple[View, ...]:
    """Return what shows and what is hidden in one view, and in another what cells store besides.

    There a sign stands between the values: those of other cells come and go with a plan, and digits of two cells that
    become neighbours are no number.
    """
    stored = [number for number, block in enumerate(blocks) if block.kind is Kind.STORED]
    others = [number for number, block in enumerate(blocks) if block.kind is not Kind.STORED]
    view = join_blocks((blocks[number] for number in others), numbers=others)
    if not stored:
        return (view,)
    pieces: list[str] = []
    segments: list[Segment] = []
    start = 0
    for number in stored:
        text = blocks[number].text
        segments.append(Segment(start, number, 0, len(text)))
        pieces += (text, _APART)
        start += len(text) + len(_APART)
    return view, View("stored", "".join(pieces), tuple(segments))


FORMAT = XlsxFormat()
