"""File formats: one module or folder each, behind the contract in :mod:`hospital_redact.formats.base`.

This is the only place that opens files and imports file libraries. The content decides what a file is; a name
that says something else is refused, because a person who looks at the name would trust the wrong thing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

from hospital_redact.errors import OutputError, ReadError, our_errors_only
from hospital_redact.formats.base import MAX_FILE_BYTES, Format, Source
from hospital_redact.model import Block, Document, Kind, Location, Segment, View

BUILT_IN = ("pdf", "docx", "text")
"""Modules of this folder in the order in which they are asked; text last, since nearly everything decodes."""

ENTRY_POINT_GROUP = "hospital_redact.formats"


@cache
def all_formats() -> tuple[Format, ...]:
    """Return the built-in formats and those that installed packages offer. Imports their libraries."""
    built_in = tuple(import_module(f"{__name__}.{name}").FORMAT for name in BUILT_IN)
    offered: tuple[Format, ...] = tuple(point.load() for point in entry_points(group=ENTRY_POINT_GROUP))
    return offered + built_in


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


def identify(source: Source) -> Format:
    """Return the format of the content; raise HR201 (unsupported), HR202 (encrypted) or HR207 (wrong name)."""
    suffix = Path(source.name).suffix.lower()
    if source.data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        _refuse_compound_file(source.data)
    named = next((f for f in all_formats() if suffix in f.suffixes), None)
    found = next((f for f in all_formats() if f.recognises(source.data)), None)
    if found is None and named is None:
        raise ReadError("HR201", "this kind of file is not supported; convert it to DOCX, PDF or TXT")
    if found is None or found is not named:
        if named is None and found is not None and found.name == "text":
            raise ReadError("HR201", "this kind of file is not supported; convert it to DOCX, PDF or TXT")
        if found is None and named is not None and named.name == "text" and b"\0" not in source.data:
            named.read(source)  # a text in an encoding that we do not read; the error says so
        is_what = f"is {found.name}" if found else "is of no known kind or damaged"
        raise ReadError(
            "HR207",
            "the name ends in {suffix} but the content {is_what}; check and rename it",
            suffix=_ending(suffix),
            is_what=is_what,
        )
    return found


def _ending(suffix: str) -> str:
    # A file name may carry a patient's name after its last dot: show only endings that we know.
    known = {s for f in all_formats() for s in f.suffixes}
    return suffix if suffix in known else "something unknown"


def _refuse_compound_file(data: bytes) -> None:
    from hospital_redact.formats.ooxml.package import is_encrypted_office  # noqa: PLC0415 - loads lxml, so only when needed

    if is_encrypted_office(data):
        raise ReadError("HR202", "the file is encrypted; save it without a password and try again")
    raise ReadError("HR201", "legacy Office files are not supported; save it as DOCX")


def read_document(source: Source, format_: Format | None = None) -> Document:
    """Read ``source`` with its format and add the file name (without ending) as the last block and view."""
    reader = format_ or identify(source)
    with our_errors_only():
        document = reader.read(source)
    return add_file_name(document)


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
    return Document(
        name=document.name,
        media_type=document.media_type,
        sha256=document.sha256,
        blocks=(*document.blocks, block),
        views=(*document.views, view),
        unread=document.unread,
        dropped=document.dropped,
        notes=document.notes,
    )
