"""What every decoded byte of an Office file holds (rule 2 of the verification)."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from html import unescape
from io import BytesIO

from hospital_redact.errors import ReadError
from hospital_redact.formats.base import Reading
from hospital_redact.formats.ooxml.package import display_name

_NAME = re.compile(rb"(</?|\s)(?:[A-Za-z0-9]{1,12}:)?[A-Za-z]{1,40}(?=[\s/>=])")
_TAG = re.compile(r"<[^<>]*>")
_PARAGRAPH_END = re.compile(r"</(?:\w+:)?(?:p|si|is|c)>")
_ATTRIBUTE = re.compile(r"""=\s*(?:"([^"]*)"|'([^']*)')""")
_MAX_PART_BYTES = 256 * 1024 * 1024
_ARCHIVE = b"PK\x03\x04"
_MAX_NESTING = 3


def package_readings(data: bytes) -> Iterator[Reading]:
    """Yield the raw file, and each entry's name, bytes, text and attributes; archives in it as well.

    The text of a part is given with its runs joined and paragraphs apart. Raises ReadError HR203 where the package
    is torn, HR204 where archives inside are too large or too deep: what cannot be read cannot be proved.
    """
    yield Reading("bytes", "whole file", data=data)
    yield from _entries(data, "", [])


def _entries(data: bytes, within: str, nested: list[int]) -> Iterator[Reading]:
    """Yield what an archive holds, and archives in it (an embedded workbook).

    ``within`` is the archive's own place, ``nested`` what archives in archives hold so far, in bytes. Raises HR204
    where that is too much.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            yield Reading("zip", f"{within}archive comment", data=archive.comment)
            if within:
                nested.extend(entry.file_size for entry in archive.infolist())
                if sum(nested) > _MAX_PART_BYTES or within.count(", ") > _MAX_NESTING:
                    raise ReadError("HR204", "the archives inside the file are too large or too deep; take them out")
            for entry in archive.infolist():
                place = within + display_name(entry.filename)
                yield Reading("zip", f"{place} name", text=entry.filename)
                yield Reading("zip", f"{place} comment", data=entry.comment + entry.extra)
                with archive.open(entry) as stream:
                    content = stream.read(_MAX_PART_BYTES)
                yield from _part(place, content)
                if content.startswith(_ARCHIVE):
                    yield from _entries(content, f"{place}, ", nested)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError):
        raise ReadError("HR203", "the file is damaged or cut off; send it again") from None


def _part(place: str, content: bytes) -> Iterator[Reading]:
    if content.lstrip()[:1] != b"<":
        yield Reading("zip parts", place, data=content)
        return
    # Names of elements and attributes are words of the format ("Format", "Hyperlink"), and a removed name may be one.
    yield Reading("zip parts", place, data=_NAME.sub(rb"\1", content))
    markup = content.decode("utf-8", errors="replace")
    text = _TAG.sub("", _PARAGRAPH_END.sub("\n", markup))
    yield Reading("xml text", place, text=unescape(text))
    values = [double or single for double, single in _ATTRIBUTE.findall(markup)]
    # As bytes: sizes and colours are full of two-digit numbers, and only longer values are looked for in bytes.
    yield Reading("xml attributes", place, data=unescape("\n".join(values)).encode())
