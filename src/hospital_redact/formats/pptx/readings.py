"""What an independent reader and every decoded byte of a presentation hold (rule 2 of the verification)."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from hospital_redact.errors import ReadError
from hospital_redact.formats.base import Reading
from hospital_redact.formats.ooxml.readings import package_readings
from hospital_redact.formats.pptx.vocabulary import a, is_word


def readings(data: bytes) -> Iterator[Reading]:
    """Yield what every decoded part and the raw bytes hold, and what python-pptx reads.

    Raises ReadError HR203 where the package or python-pptx fails: what cannot be read cannot be proved.
    """
    yield from package_readings(data, is_word)
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
        yield Reading("python-pptx", f"slide {number}", text=_text(slide.element))
        if slide.has_notes_slide:
            yield Reading("python-pptx", f"notes {number}", text=_text(slide.notes_slide.element))
    core = presentation.core_properties
    words = [core.author, core.title, core.subject, core.keywords, core.comments, core.category, core.last_modified_by]
    yield Reading("python-pptx", "core properties", text="\n".join(words))


def _text(root: Any) -> str:
    # The text of each shape would look its paragraphs up several times for the same characters.
    return "".join("\n" if e.tag == a("p") else e.text or "" for e in root.iter(a("p"), a("t")))
