"""What an independent reader and every decoded byte of a presentation hold (rule 2 of the verification)."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from hospital_redact.errors import ReadError
from hospital_redact.formats.base import Reading
from hospital_redact.formats.ooxml.readings import package_readings


def readings(data: bytes) -> Iterator[Reading]:
    """Yield what every decoded part and the raw bytes hold, and what python-pptx reads.

    Raises ReadError HR203 where the package or python-pptx fails: what cannot be read cannot be proved.
    """
    yield from package_readings(data)
    try:
        yield from _python_pptx(data)
    except ReadError:
        raise
    except Exception:
        raise ReadError("HR203", "python-pptx cannot open the file; open and save it in PowerPoint") from None


def _python_pptx(data: bytes) -> Iterator[Reading]:
    import pptx  # noqa: PLC0415 - only when verifying

    presentation = pptx.Presentation(BytesIO(data))
    for number, slide in enumerate(presentation.slides, 1):
        yield Reading("python-pptx", f"slide {number}", text="\n".join(_texts(slide.shapes)))
        if slide.has_notes_slide:
            yield Reading("python-pptx", f"notes {number}", text="\n".join(_texts(slide.notes_slide.shapes)))
    core = presentation.core_properties
    words = [core.author, core.title, core.subject, core.keywords, core.comments, core.category, core.last_modified_by]
    yield Reading("python-pptx", "core properties", text="\n".join(words))


def _texts(shapes: Any) -> Iterator[str]:
    for shape in shapes:
        if getattr(shape, "shapes", None) is not None:
            yield from _texts(shape.shapes)
        if shape.has_text_frame:
            yield shape.text_frame.text
        if getattr(shape, "has_table", False):
            yield from ("\t".join(cell.text for cell in row.cells) for row in shape.table.rows)
