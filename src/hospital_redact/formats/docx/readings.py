"""What independent readers and every decoded byte of a Word file hold (rule 2 of the verification)."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import docx
from docx.oxml.ns import qn

from hospital_redact.errors import ReadError
from hospital_redact.formats.base import Reading
from hospital_redact.formats.docx.vocabulary import is_word
from hospital_redact.formats.ooxml.package import display_name
from hospital_redact.formats.ooxml.readings import package_readings

_P, _T = qn("w:p"), qn("w:t")


def readings(data: bytes) -> Iterator[Reading]:
    """Yield what every decoded part and the raw bytes hold, and what python-docx reads.

    Raises ReadError HR203 where the package or python-docx fails: what cannot be read cannot be proved.
    """
    yield from package_readings(data, is_word)
    yield from _python_docx(data)


def _python_docx(data: bytes) -> Iterator[Reading]:
    try:
        document = docx.Document(BytesIO(data))
        parts = [part for part in document.part.package.iter_parts() if hasattr(part, "element")]
        for part in parts:
            # Paragraph.text would search each paragraph four times as long for the same characters.
            pieces = ("\n" if e.tag == _P else e.text or "" for e in part.element.iter(_P, _T))
            yield Reading("python-docx", display_name(str(part.partname).lstrip("/")), text="".join(pieces))
        core = document.core_properties
        words = [core.author, core.title, core.subject, core.keywords, core.comments, core.category]
        words += [core.last_modified_by, core.content_status, core.identifier, core.language, core.version]
        yield Reading("python-docx", "core properties", text="\n".join(words))
    except ReadError:
        raise
    except Exception:
        raise ReadError("HR203", "python-docx cannot open the file; open and save it in Word") from None
