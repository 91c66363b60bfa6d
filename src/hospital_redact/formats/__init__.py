"""File formats: one module or folder each, behind the contract in :mod:`hospital_redact.formats.base`.

This is the only place that opens files and imports file libraries. The content decides what a file is; a name
that says something else is refused, because a person who looks at the name would trust the wrong thing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import NamedTuple

from hospital_redact.errors import OutputError, ReadError, our_errors_only
from hospital_redact.formats.base import MAX_FILE_BYTES, Format, Source
from hospital_redact.model import Block, Document, Kind, Location, Segment, View

BUILT_IN = (
    "pdf",
    "docx",
    "xlsx",
    "pptx",
    "pictures",
    "archive",
    "mail",
    "hypertext",
    "xmltext",
    "jsontext",
    "text",
    "delimited",
    "markdown",
)
"""Modules of this folder in the order in which they are asked; text late, since nearly everything decodes."""

_CHARACTERS = ("mail", "html", "xml", "json", "csv", "markdown", "text")
"""Formats of plain characters: several read the same content, so there the name decides."""

ENTRY_POINT_GROUP = "hospital_redact.formats"


class Outline(NamedTuple):
    """What is known of a built-in format before its libraries are loaded: name endings, and what its files may be."""

    suffixes: tuple[str, ...]
    may_be: Callable[[bytes], bool]


def _may_be_zip(data: bytes) -> bool:
    return data.startswith(b"PK") or b"PK\x05\x06" in data  # the end of the directory: something may stand before it


def _may_be_picture(data: bytes) -> bool:
    return data.startswith((b"\x89PNG", b"\xff\xd8", b"II*", b"MM\0", b"GIF8", b"BM", b"RIFF")) or b"DICM" in data[:256]


_MARKUP = re.compile(rb"[^!-;=-~]*<")
"""Nothing that shows in ASCII before the first tag."""

OUTLINES = {
    "pdf": Outline((".pdf",), lambda data: b"%PDF-" in data[:1024]),
    "docx": Outline((".docx", ".docm", ".dotx", ".dotm"), _may_be_zip),
    "xlsx": Outline((".xlsx", ".xlsm", ".xltx", ".xltm"), _may_be_zip),
    "pptx": Outline((".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm"), _may_be_zip),
    "pictures": Outline(
        (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".gif", ".dcm", ".dicom"), _may_be_picture
    ),
    "archive": Outline((".zip",), _may_be_zip),
    "hypertext": Outline((".html", ".htm"), lambda data: _MARKUP.match(data) is not None),
    "xmltext": Outline((".xml",), lambda data: _MARKUP.match(data) is not None),
}
"""Of the formats with large libraries, which a plain text need not wait for. ``may_be`` is true of every file that
``recognises`` is true of."""


def all_formats() -> tuple[Format, ...]:
    """Return the built-in formats and those that installed packages offer. Imports their libraries."""
    return (*_offered(), *map(_built_in, BUILT_IN))


@cache
def _offered() -> tuple[Format, ...]:
    return tuple(point.load() for point in entry_points(group=ENTRY_POINT_GROUP))


@cache
def _built_in(name: str) -> Format:
    made: Format = import_module(f"{__name__}.{name}").FORMAT
    return made


def possible_formats(source: Source) -> tuple[Format, ...]:
    """Return :func:`all_formats` without those that neither the name nor the content of ``source`` can be of."""
    suffix = Path(source.name).suffix.lower()
    outlines = ((name, OUTLINES.get(name)) for name in BUILT_IN)
    names = [name for name, known in outlines if not known or suffix in known.suffixes or known.may_be(source.data)]
    return (*_offered(), *map(_built_in, names))


def load_source(path: Path) -> Source:
    """Read a file of at most ``MAX_FILE_BYTES`` bytes; raise ReadError HR204, HR205 or HR206."""
    try:
        if path.is_dir():
            raise ReadError("HR206", "this is a folder; name the files in it")
        if not path.is_file():
            raise ReadError("HR206", "there is no such file, or it is a device or a pipe; check the path")
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ReadError(
            "HR206", "the file cannot be opened ({kind}); check its permissions", kind=type(error).__name__
        ) from None
    return check_source(Source(path.name, data))


def check_source(source: Source) -> Source:
    """Return ``source`` unless it is empty (HR205) or larger than ``MAX_FILE_BYTES`` (HR204)."""
    if not source.data:
        raise ReadError("HR205", "the file is empty; send the document itself")
    if len(source.data) > MAX_FILE_BYTES:
        raise ReadError("HR204", "the file is larger than {bytes} MiB; split it", bytes=MAX_FILE_BYTES // 2**20)
    return source


def prepare(source: Source) -> Source:
    """Return ``source`` as the formats here read it: unlocked with its passwords, converted from an older kind.

    Raises ReadError HR201 (a kind that nothing here reads or converts, with advice), HR202 (no password fits) or HR203.
    """
    from hospital_redact.formats import conversion, unlocking  # noqa: PLC0415 - both load libraries when they are needed

    return conversion.convert(unlocking.unlock(source))


def identify(source: Source) -> Format:
    """Return the format of the content; raise HR201 (unsupported), HR202 (encrypted) or HR207 (wrong name)."""
    suffix = Path(source.name).suffix.lower()
    if source.data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):  # not prepared, so a copy
        _refuse_compound_file(source.data)
    formats = possible_formats(source)
    named = next((f for f in formats if suffix in f.suffixes), None)
    found = next((f for f in formats if f.recognises(source.data)), None)
    if found and named and {found.name, named.name} <= set(_CHARACTERS):
        found = named
    if found is None and named is None:
        raise ReadError("HR201", "this kind of file is not supported; convert it to DOCX, PDF or TXT")
    if found is None or found is not named:
        if named is None and found is not None and found.name == "text":
            raise ReadError("HR201", "this kind of file is not supported; convert it to DOCX, PDF or TXT")
        if found is None and named is not None and named.name in _CHARACTERS and b"\0" not in source.data:
            named.read(source)  # a text in an encoding that we do not read; the error says so
        is_what = f"is {found.name}" if found else "is of no known kind or damaged"
        raise ReadError(
            "HR207",
            "the name ends in {suffix} but the content {is_what}; check and rename it",
            suffix=shown_ending(suffix),
            is_what=is_what,
        )
    return found


_DOCUMENTS = ("docx", "xlsx", "pptx")


def copy_ending(suffix: str) -> str:
    """Return the ending of a copy: that of its source, but for templates and files with macros, which become documents.

    Office opens no document whose ending promises macros.
    """
    named = next((f for f in all_formats() if suffix.lower() in f.suffixes), None)
    if named is None or named.name not in _DOCUMENTS or suffix.lower() == named.suffixes[0]:
        return suffix
    return named.suffixes[0]


def shown_ending(suffix: str) -> str:
    """Return ``suffix`` where it is an ending that we know, else a neutral word: it may be a name."""
    from hospital_redact.formats.conversion import is_older_kind  # noqa: PLC0415 - only for an error

    known = {s for f in all_formats() for s in f.suffixes}
    return suffix if suffix in known or is_older_kind(suffix) else "something unknown"


def _refuse_compound_file(data: bytes) -> None:
    from hospital_redact.formats.ooxml.package import is_encrypted_office  # noqa: PLC0415 - loads lxml, so only when needed

    if is_encrypted_office(data):
        raise ReadError("HR202", "the file is encrypted; give its password, or save it without one and try again")
    raise ReadError("HR201", "this older kind of Office file is not read as it is; save it as DOCX, XLSX or PPTX first")


def read_document(source: Source, format_: Format | None = None) -> Document:
    """Read ``source`` with its format and add the file name (without ending) as the last block and view."""
    reader = format_ or identify(source)
    with our_errors_only():
        document = reader.read(source)
    return add_file_name(replace(document, notes=(*document.notes, *source.notes)))


def write_mark(source: Source, document: Document, text: str, properties: Mapping[str, str], *, right: bool) -> bytes:
    """Return ``source`` with a hospital's mark ``text`` at its head, left or right, and document properties.

    ``document`` is what ``read_document`` made of it. Raises OutputError HR705 for a format that bears no mark or a
    page without room for it, ReadError HR203 for a damaged file.
    """
    match identify(source).name:
        case "docx":
            from hospital_redact.formats.docx import marking as word  # noqa: PLC0415 - loads python-docx

            return word.write_mark(source.data, text, properties, right=right)
        case "pdf":
            from hospital_redact.formats.pdf import marking as pdf  # noqa: PLC0415 - loads fontTools

            first = [b for b in document.blocks if b.location.page == 1]
            taken = [glyph.box for block in first for glyph in block.glyphs if glyph is not None]
            return pdf.write_mark(source.data, text, properties, taken, right=right)
        case name:
            raise OutputError("HR705", "a mark is written into DOCX and PDF only, not into {name}", name=name)


def mark_properties(source: Source) -> dict[str, str]:
    """Return the document properties in which a mark's setter and date may stand. Raises ReadError HR203."""
    match identify(source).name:
        case "docx":
            from hospital_redact.formats.docx import marking as word  # noqa: PLC0415 - loads python-docx

            return word.read_properties(source.data)
        case "pdf":
            from hospital_redact.formats.pdf import marking as pdf  # noqa: PLC0415 - loads fontTools

            return pdf.read_properties(source.data)
        case _:
            return {}


def add_file_name(document: Document) -> Document:
    """Return ``document`` with its name, without the ending, as last block, so that detectors see it."""
    # In a locale that cannot hold a name, Python gives surrogates; the bytes are nearly always UTF-8.
    stem = os.fsencode(Path(document.name).stem).decode("utf-8", errors="replace")
    number = len(document.blocks)
    block = Block(stem, Location("file name"), Kind.FILE_NAME)
    view = View("file name", stem, (Segment(0, number, 0, len(stem)),) if stem else ())
    return replace(document, blocks=(*document.blocks, block), views=(*document.views, view))
