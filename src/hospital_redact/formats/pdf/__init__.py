"""The PDF format: pages with a text layer are read glyph by glyph, and glyphs are removed, not covered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from hospital_redact.errors import HospitalRedactError
from hospital_redact.formats.base import Difference, Format, Reading, Source
from hospital_redact.formats.pdf.comparison import compare_documents
from hospital_redact.formats.pdf.limits import corrupt, too_large
from hospital_redact.formats.pdf.pictures import compare_images, removed_boxes
from hospital_redact.formats.pdf.reader import forget_reading, interpret_pages, keep_reading, open_pdf, read_pdf
from hospital_redact.formats.pdf.readings import readings_of
from hospital_redact.formats.pdf.writer import write_pdf
from hospital_redact.formats.pictures import compare_read
from hospital_redact.model import Document, Kind, RedactionPlan, RemovedPart


class PdfFormat(Format):
    """See :class:`~hospital_redact.formats.base.Format`."""

    name = "pdf"
    media_type = "application/pdf"
    suffixes: tuple[str, ...] = (".pdf",)

    def recognises(self, data: bytes) -> bool:
        """Whether the mark of a PDF stands within the first 1024 bytes (ISO 32000-1, annex H.3.4.1)."""
        return b"%PDF-" in data[:1024]

    def read(self, source: Source) -> Document:
        """Read all text of the pages and beside them.

        Raises ReadError: HR202 needs a password, HR203 corrupt, HR204 over a limit, HR205 no pages.
        """
        forget_reading()
        try:
            reading = read_pdf(source)
        except HospitalRedactError:
            raise
        except (RecursionError, MemoryError):
            raise too_large("depth or memory") from None
        except Exception:  # a third party's exception may quote the document
            raise corrupt("it is damaged in a way this reader does not know") from None
        keep_reading(source.data, reading)
        return reading.document

    def write(self, source: Source, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
        """Write the copy: edited glyphs taken out and boxed, the rest by allow-list, in one revision.

        Raises as :meth:`read` does, and PlanError HR404.
        """
        try:
            return write_pdf(source, plan, target)
        except HospitalRedactError:
            raise
        except (RecursionError, MemoryError):
            raise too_large("depth or memory") from None
        except Exception:  # a third party's exception may quote the document
            raise corrupt("it cannot be written anew") from None

    def compare(self, source: Document, plan: RedactionPlan, copy: Document) -> Iterator[Difference]:
        """Yield each place where the glyphs of ``copy`` are not those of ``source`` without the removed ones."""
        yield from compare_documents(source, plan, copy)
        yield from compare_read(source, plan, copy, removed_boxes(source, plan))

    def compare_pictures(
        self, source: Source, document: Document, plan: RedactionPlan, copy: Source
    ) -> Iterator[Difference]:
        """Yield each image, on pages where one is edited, that is not the source's with its boxes painted over."""
        blocks = [document.blocks[e.span.block] for e in plan.edits if e.span.block < len(document.blocks)]
        shown = {block.location.page for block in document.blocks if block.kind is Kind.PICTURE}
        shown |= {unread.location.page for unread in document.unread if unread.location.part.startswith("image ")}
        numbers = sorted({b.location.page for b in blocks if b.location.page in shown and b.location.page is not None})
        if not numbers:
            return
        with open_pdf(source.data) as before, open_pdf(copy.data) as after:
            if len(before.pages) != len(after.pages):
                yield Difference("document", "the number of pages differs")
                return
            old, new = ((pdf, interpret_pages(pdf, numbers)) for pdf in (before, after))
            yield from compare_images(old, new, document, plan)

    def readings(self, data: bytes) -> Iterator[Reading]:
        """Yield what pdfium, pdfminer.six, pypdf, every decoded stream and string, and the raw bytes hold."""
        return readings_of(data)


FORMAT: Format = PdfFormat()
