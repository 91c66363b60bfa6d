"""Picture files on their own: PNG, JPEG, TIFF with pages, BMP, WebP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from hospital_redact.errors import ReadError
from hospital_redact.formats.base import Difference, Format, Reading, Source
from hospital_redact.formats.pictures import ocr
from hospital_redact.formats.pictures.comparison import compare_picture
from hospital_redact.formats.pictures.files import frames, is_picture
from hospital_redact.formats.pictures.metadata import texts_beside
from hospital_redact.formats.pictures.reading import PictureReading, read_picture
from hospital_redact.formats.pictures.redacting import patches_of, redact_picture
from hospital_redact.formats.pictures.rereading import compare_read
from hospital_redact.formats.pictures.views import views_of
from hospital_redact.model import Document, RedactionPlan, RemovedPart, edits_by_block

_PART = "picture"
_KINDS = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".bmp": "image/bmp",
    ".webp": "image/webp",
}
_REFUSED = (".gif", ".dcm", ".dicom")


class PictureFormat(Format):
    """See :class:`~hospital_redact.formats.base.Format`."""

    name = "picture"
    media_type = "image/*"
    suffixes: tuple[str, ...] = (*_KINDS, *_REFUSED)

    def recognises(self, data: bytes) -> bool:
        """Whether the first bytes are those of a picture, GIF and DICOM included, which are refused with advice."""
        return is_picture(data) or _is_dicom(data)

    def read(self, source: Source) -> Document:
        """Return what OCR reads, codes decoded, and metadata as blocks that no copy keeps.

        Raises ReadError: HR201 for DICOM, GIF and animations, HR203 corrupt, HR204 over a limit.
        """
        kind = _kind_of(source.data)
        reading = read_picture(source.data, _PART)
        named = _KINDS.get(PurePosixPath(source.name).suffix.lower(), kind)
        return Document(
            source.name,
            kind,
            source.sha256,
            reading.blocks,
            views_of(reading.blocks),
            reading.unread,
            reading.dropped,
            ("picture_kind_differs",) if named != kind else (),
        )

    def write(self, source: Source, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
        """Write the picture painted over, all its pages, in the same kind of file, with nothing but pixels.

        Raises as :meth:`read` does, and PlanError HR404.
        """
        _kind_of(source.data)
        reading = read_picture(source.data, _PART)
        edits = edits_by_block(edit for edit in plan.edits if edit.span.block != len(reading.blocks))
        target.write(redact_picture(source.data, edits, reading).data)
        return reading.dropped

    def compare(self, source: Document, plan: RedactionPlan, copy: Document) -> Iterator[Difference]:
        """Yield what a second reading of the copy finds under a box, misses beside the boxes, or has in addition."""
        for number, group in edits_by_block(plan.edits).items():
            end = len(source.blocks[number].text) if number < len(source.blocks) else -1
            if any(edit.span.end > end for edit in group):
                yield Difference(f"block {number}", "an edit points outside its block")
        yield from compare_read(source, plan, copy)
        if hidden := sum(not block.survives for block in copy.blocks):
            yield Difference(_PART, f"{hidden} texts that no copy keeps are still there", hidden=True)

    def compare_pictures(
        self, source: Source, document: Document, plan: RedactionPlan, copy: Source
    ) -> Iterator[Difference]:
        """Yield a difference where a pixel outside the boxes changed, or a box is not of one colour."""
        edits = {n: group for n, group in edits_by_block(plan.edits).items() if n < len(document.blocks)}
        patches = patches_of(edits, PictureReading(document.blocks))
        if wrong := compare_picture(source.data, copy.data, patches):
            yield Difference(_PART, wrong)

    def readings(self, data: bytes) -> Iterator[Reading]:
        """Yield the bytes around uncompressed pixels, all metadata, and what OCR reads. Raises as :meth:`read` does."""
        yield Reading("raw", "file", data=_without_samples(data))
        for frame in frames(data):
            for text in texts_beside(frame.image):
                yield Reading("Pillow", f"metadata of page {frame.number}", text=text)
        if ocr.available():
            for block in read_picture(data, _PART).blocks:
                yield Reading("ocr", str(block.location), text=block.text)


def _is_dicom(data: bytes) -> bool:
    return data[128:132] == b"DICM"


def _kind_of(data: bytes) -> str:
    """Return the content type of a file that is read; raise HR201 with advice for GIF and DICOM."""
    if _is_dicom(data):
        raise ReadError(
            "HR201",
            "this is a DICOM picture, whose tags name the patient; have the archive (PACS) export it without them "
            "as PNG, and send that",
        )
    if data.startswith(b"GIF8"):
        raise ReadError("HR201", "GIF pictures are not supported on their own; save it as PNG")
    if data.startswith(b"\x89PNG"):
        return "image/png"
    if data.startswith(b"\xff\xd8"):
        return "image/jpeg"
    if data.startswith((b"II", b"MM")):
        return "image/tiff"
    return "image/bmp" if data.startswith(b"BM") else "image/webp"


def _without_samples(data: bytes) -> bytes:
    """Return a file without samples that are not compressed, in which any text stands by chance: those of BMP."""
    if not data.startswith(b"BM"):
        return data
    start, size = int.from_bytes(data[10:14], "little"), int.from_bytes(data[34:38], "little")
    return data[:start] + b"\0" + (data[start + size :] if size else b"")


FORMAT: Format = PictureFormat()
