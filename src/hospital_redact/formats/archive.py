"""Zip archives: each file inside goes through its own format; the copy is packed anew.

Names are keys, never paths on a disk. Comments, extra fields, dates, rights, empty folders and what stands before,
between and after the entries stay behind. Source: PKWARE APPNOTE 6.3.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO

from hospital_redact.errors import ReadError
from hospital_redact.formats.base import Reading, Source
from hospital_redact.formats.nesting import Container, Contents, Held, Line, Packed, safe_name
from hospital_redact.formats.unlocking import AES_ENTRY, aes_method, open_aes
from hospital_redact.model import Block, Kind, Location, RemovedPart, Unread

MAX_ENTRIES = 2000
MAX_TOTAL_BYTES = 256 * 1024 * 1024
MAX_RATIO = 200
"""Largest compression ratio of an entry over ``RATIO_FROM_BYTES``; text of people stays below 20."""
RATIO_FROM_BYTES = 1024 * 1024

_FIRST_ENTRY, _EMPTY = b"PK\x03\x04", b"PK\x05\x06"
# By these an Office file (ECMA-376 part 2), an OFD (GB/T 33190) and an OpenDocument or EPUB are known.
_MARK_NAMES = frozenset({"[Content_Types].xml", "OFD.xml", "mimetype"})
_MARKS_OF_DOCUMENTS = (b"[Content_Types].xml", b"OFD.xml", b"mimetypeapplication/")
_HEAD = 64 * 1024
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1
_DESCRIPTOR = 24  # bytes
_PACKED_AS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, AES_ENTRY)
_ENDING = re.compile(r"\.[a-z0-9]{1,8}")
# What systems add by themselves and no person sees.
_OF_THE_SYSTEM = re.compile(r"(?:^|/)(?:__MACOSX/.*|\.DS_Store|Thumbs\.db|desktop\.ini)$", re.IGNORECASE)
_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError, RuntimeError),
    *(ValueError, OverflowError, IndexError, KeyError),
)


class ArchiveFormat(Container[Contents]):
    """See the module, and :class:`~hospital_redact.formats.base.Format` for the contract."""

    name = "zip"
    media_type = "application/zip"
    suffixes: tuple[str, ...] = (".zip",)
    what = "archive_member"

    def recognises(self, data: bytes) -> bool:
        """Whether ``data`` begins as a zip archive does, and is not a document that is packed as one."""
        if not data.startswith((_FIRST_ENTRY, _EMPTY)):
            return False
        try:
            with zipfile.ZipFile(BytesIO(data)) as archive:
                names = archive.namelist()
        except _ERRORS:  # torn: still an archive, so that it is refused as damaged and not as something else
            return not any(mark in data[:_HEAD] for mark in _MARKS_OF_DOCUMENTS)
        return not _MARK_NAMES.intersection(names)

    def unpack(self, source: Source) -> Contents:
        """Return the files of an archive; raise HR202 (no password fits), HR203 (damaged) or HR204 (over a limit)."""
        try:
            with zipfile.ZipFile(BytesIO(source.data)) as archive:
                return _contents(archive, source)
        except _ERRORS:
            raise ReadError("HR203", "the archive is damaged or cut off; pack it again") from None

    def pack(self, contents: Contents, texts: Sequence[str], files: Sequence[Packed], target: BinaryIO) -> None:  # noqa: ARG002 - an archive has no text of its own that a copy keeps
        """Write ``files`` under their new names, in their order, all with one date."""
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                entry = zipfile.ZipInfo(f"{file.name}{file.suffix}", date_time=(1980, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.create_system = 0
                archive.writestr(entry, file.data, compresslevel=6)

    def own_readings(self, data: bytes) -> Iterator[Reading]:
        """Yield the names, comments and extra fields of the directory.

        Raises HR203 where bytes lie beside the entries: they may be packed, so that nobody sees what they hold.
        """
        try:
            with zipfile.ZipFile(BytesIO(data)) as archive:
                if _has_gaps(archive, data):
                    raise ReadError("HR203", "the archive holds bytes that belong to none of its files; pack it again")
                yield Reading("zip", "archive comment", data=archive.comment)
                for number, entry in enumerate(archive.infolist(), 1):
                    yield Reading("zip", f"file {number}: name", text=entry.filename)
                    yield Reading("zip", f"file {number}: comment", data=entry.comment + entry.extra)
        except _ERRORS:
            raise ReadError("HR203", "the archive is damaged or cut off; pack it again") from None


def _contents(archive: zipfile.ZipFile, source: Source) -> Contents:
    contents = Contents()
    entries = archive.infolist()
    _check_sizes(entries)
    if archive.comment:
        contents.lines.append(_hidden(_decoded(archive.comment), "archive comment"))
        contents.dropped.append(RemovedPart("archive_comment", "archive"))
    seen: set[str] = set()
    number = 0
    for entry in entries:
        name = safe_name(_name_of(entry))
        if entry.is_dir() or _OF_THE_SYSTEM.search(name):
            contents.lines.append(_hidden(name, "folder name"))
            contents.dropped.append(RemovedPart("folder" if entry.is_dir() else "system_file", "archive"))
            continue
        number += 1
        label = f"file {number}"
        if not name or name.casefold() in seen:
            raise ReadError("HR203", "two files of the archive have the same name, or one has none; pack it again")
        seen.add(name.casefold())
        if entry.comment:
            contents.lines.append(_hidden(_decoded(entry.comment), f"{label}: comment"))
            contents.dropped.append(RemovedPart("file_comment", label))
        if stat.S_ISLNK(entry.external_attr >> 16):
            contents.unread.append(
                Unread("archive_member", Location(label), "it is a link to another file; accepted, it is left out")
            )
            continue
        suffix = PurePosixPath(name).suffix.lower()
        known = bool(_ENDING.fullmatch(suffix)) and len(name) > len(suffix)
        stem = name[: -len(suffix)] if known else name
        if entry.flag_bits & _ENCRYPTED and "was_encrypted" not in contents.notes:
            contents.notes.append("was_encrypted")
        contents.held.append(Held(label, stem, suffix if known else "", _data_of(archive, entry, source)))
    return contents


def _check_sizes(entries: Sequence[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise ReadError("HR204", "the archive holds more than {max_files} files; split it", max_files=MAX_ENTRIES)
    total = 0
    for entry in entries:
        if entry.compress_type not in _PACKED_AS:
            raise ReadError(
                "HR201", "a file is packed or encrypted in a way that is not supported; pack it as plain zip"
            )
        total += entry.file_size
        dense = entry.file_size > RATIO_FROM_BYTES and entry.file_size > MAX_RATIO * max(1, entry.compress_size)
        if total > MAX_TOTAL_BYTES or dense:
            raise ReadError("HR204", "the archive unpacks to more than the limits allow; split it")


def _data_of(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, source: Source) -> bytes:
    if not entry.flag_bits & _ENCRYPTED:
        with archive.open(entry) as stream:
            return stream.read(entry.file_size + 1)
    for password in source.passwords:
        # People typed it on a system whose names are UTF-8 or GBK.
        for encoding in ("utf-8", "gb18030"):
            coded = password.encode(encoding, "replace")
            data = (
                _aes_data(source.data, entry, coded)
                if entry.compress_type == AES_ENTRY
                else _zip_data(archive, entry, coded)
            )
            if data is not None:
                return data
    raise ReadError("HR202", "a file of the archive is encrypted; give its password, or pack it without one")


def _zip_data(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, password: bytes) -> bytes | None:
    try:
        with archive.open(entry, pwd=password) as stream:
            return stream.read(entry.file_size + 1)
    except _ERRORS:  # a wrong password shows by a byte of check, or by a sum that is wrong
        return None


def _aes_data(data: bytes, entry: zipfile.ZipInfo, password: bytes) -> bytes | None:
    named = aes_method(entry.extra)
    if named is None:
        raise ReadError("HR203", "the archive is damaged or cut off; pack it again")
    name_length, extra_length = struct.unpack_from("<HH", data, entry.header_offset + 26)
    start = entry.header_offset + 30 + name_length + extra_length
    packed = open_aes(data[start : start + entry.compress_size], password, named[0])
    if packed is None or named[1] == zipfile.ZIP_STORED:
        return packed
    return zlib.decompressobj(-15).decompress(packed, entry.file_size + 1)


def _name_of(entry: zipfile.ZipInfo) -> str:
    """Return the name as its system meant it: zipfile reads what is not marked as UTF-8 as code page 437."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename
    raw = entry.orig_filename.encode("cp437", errors="replace")
    return _decoded(raw)


def _has_gaps(archive: zipfile.ZipFile, data: bytes) -> bool:
    end = 0
    for entry in sorted(archive.infolist(), key=lambda entry: entry.header_offset):
        # A size that was not known when the entry began stands behind it (APPNOTE 4.3.9).
        if not 0 <= entry.header_offset - end <= (_DESCRIPTOR if end else 0):
            return True
        name_length, extra_length = struct.unpack_from("<HH", data, entry.header_offset + 26)
        end = entry.header_offset + 30 + name_length + extra_length + entry.compress_size
    return not 0 <= archive.start_dir - end <= (_DESCRIPTOR if end else 0)


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _hidden(text: str, where: str) -> Line:
    return Line(Block(text, Location("archive", where), Kind.METADATA, survives=False))


FORMAT = ArchiveFormat()
