"""Plain text: UTF-8, UTF-16 and GB18030, with or without a byte order mark; line ends stay as they are.

A block is a line without its line end. The copy has the encoding, mark and line ends of its source, so that it
differs from it in the planned characters only.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest
from typing import BinaryIO, NamedTuple

from hospital_redact.errors import ReadError
from hospital_redact.formats.base import Difference, Format, Reading, Source
from hospital_redact.formats.comparison import compare_blocks
from hospital_redact.model import (
    Block,
    Document,
    Kind,
    Location,
    RedactionPlan,
    RemovedPart,
    apply_edits,
    edits_by_block,
    join_blocks,
)

_LINE = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")
# Control characters never stand in a written document; with them it is something else, or an attack on terminals.
# ESC changes the alphabet in ISO 2022: the letters after it are not those that we would read.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_SAMPLE = 65_536
_GB_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")
_GB_FREQUENT = re.compile(rb"[\xb0-\xd7][\xa1-\xfe]")
_BIG5_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\xa1-\xfe]")
_BIG5_FREQUENT = re.compile(rb"[\xa4-\xc6][\x40-\x7e\xa1-\xfe]")
READ_AS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
"""Every encoding in which a value could hide in a text; for ``readings``."""


class _Decoded(NamedTuple):
    text: str
    encoding: str
    mark: bytes


def decode(data: bytes) -> _Decoded:
    """Return the text of ``data``, its encoding (a Python codec name) and byte order mark; raise HR203."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return _decode_as(data, encoding, mark)
    if _is_big5(data):
        raise ReadError("HR203", "the text is probably Big5, which is not supported; save it as UTF-8")
    # Without a mark, UTF-16 shows by NUL bytes: ASCII characters, digits and line ends have one each.
    for encoding in ("utf-8", "gb18030", *_utf16_guess(data)):
        try:
            return _decode_as(data, encoding, b"")
        except ReadError:
            continue
    raise ReadError("HR203", "the text is not UTF-8, UTF-16 or GB18030, or is cut off; save it as UTF-8")


def _is_big5(data: bytes) -> bool:
    """Whether ``data`` reads better as Big5 than as GB18030: by the share of frequent characters in each.

    Nearly every Big5 text decodes as GB18030, to characters that mean nothing, in which nothing is found. In both
    encodings the frequent characters have a range of their own (GB 2312 rows 16 to 55, Big5 A4 to C6).
    """
    if b"\0" in data:  # UTF-16, or no text
        return False
    head = data[:_SAMPLE]
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return False
    return _share(_GB_PAIR, head, _GB_FREQUENT) < _share(_BIG5_PAIR, head, _BIG5_FREQUENT)


def _share(pair: re.Pattern[bytes], data: bytes, frequent: re.Pattern[bytes]) -> float:
    pairs = pair.findall(data)
    han = [p for p in pairs if p[0] not in (0xA1, 0xA2, 0xA3)]  # punctuation and full-width letters in both
    return sum(bool(frequent.fullmatch(p)) for p in han) / len(han) if han else 0.0


def _utf16_guess(data: bytes) -> tuple[str, ...]:
    even, odd = data[0::2].count(0), data[1::2].count(0)
    if len(data) % 2 or even == odd:
        return ()
    return ("utf-16-le",) if odd > even else ("utf-16-be",)


def _decode_as(data: bytes, encoding: str, mark: bytes) -> _Decoded:
    body = data[len(mark) :]
    try:
        text = body.decode(encoding)
        same = text.encode(encoding) == body
    except UnicodeError:
        raise ReadError(
            "HR203", "the text is not valid {encoding}, or is cut off; save it as UTF-8", encoding=encoding
        ) from None
    if not same:  # GB18030 has a few bytes with two readings: the copy would change what nobody planned
        raise ReadError("HR203", "the text does not survive {encoding} unchanged; save it as UTF-8", encoding=encoding)
    guessed = encoding.startswith("utf-16") and not mark
    if _CONTROL.search(text) or (guessed and any(unicodedata.category(c) in ("Cn", "Co") for c in text)):
        raise ReadError("HR203", "the text holds control characters; save it as plain text")
    return _Decoded(text, encoding, mark)


def split_lines(text: str) -> tuple[tuple[str, str], ...]:
    """Return (line, line end) pairs whose concatenation is ``text``; line ends are CRLF, LF, CR or nothing."""
    pairs = tuple((match.group(1), match.group(2)) for match in _LINE.finditer(text) if match.group())
    return pairs or (("", ""),)


def document_of_text(
    text: str, *, name: str = "text", sha256: str = "", encoding: str = "utf-8", mark: bool = False
) -> Document:
    """Return the document of a text: one block a line; the encoding, mark and line ends stand in ``notes``."""
    lines = split_lines(text)
    blocks = tuple(
        Block(line, Location("text", f"line {number}"), Kind.PARAGRAPH) for number, (line, _) in enumerate(lines, 1)
    )
    ends = sorted({end for _, end in lines if end})
    notes = (f"encoding:{encoding}", *(["byte_order_mark"] if mark else []), f"line_ends:{ends!r}")
    return Document(name, "text/plain", sha256, blocks, (join_blocks(blocks),), notes=notes)


def _with_last_line(source: Document, plan: RedactionPlan, copy: Document) -> Document:
    """Return ``copy`` with the last line that ``plan`` empties: behind the last line end, nothing is no line."""
    lines = [block for block in source.blocks if block.kind is not Kind.FILE_NAME]
    there = [block for block in copy.blocks if block.kind is not Kind.FILE_NAME]
    number = len(lines) - 1
    if len(there) != number or not number or apply_edits(lines[number].text, plan.edits_of(number)):
        return copy
    return replace(copy, blocks=(*there, replace(lines[number], text="")))


class TextFormat(Format):
    """See the module."""

    name = "text"
    media_type = "text/plain"
    suffixes: tuple[str, ...] = (".txt", ".log")

    def recognises(self, data: bytes) -> bool:
        """Whether ``data`` is not empty, decodes to its end and holds no control characters."""
        if not data:
            return False
        try:
            decode(data)
        except ReadError:
            return False
        return True

    def read(self, source: Source) -> Document:
        """Return one block a line."""
        text, encoding, mark = decode(source.data)
        return document_of_text(text, name=source.name, sha256=source.sha256, encoding=encoding, mark=bool(mark))

    def write(self, source: Source, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
        """Write the text with the plan's edits in place; nothing else changes."""
        text, encoding, mark = decode(source.data)
        edits = edits_by_block(plan.edits)
        target.write(mark)
        for number, (line, end) in enumerate(split_lines(text)):
            target.write((apply_edits(line, edits.get(number, ())) + end).encode(encoding))
        return ()

    def compare(self, source: Document, plan: RedactionPlan, copy: Document) -> Iterator[Difference]:
        """Yield lines that differ from the plan, and a changed encoding, mark or line end."""
        yield from compare_blocks(source, plan, _with_last_line(source, plan, copy))
        for before, after in zip_longest(source.notes, copy.notes):
            if before != after:
                yield Difference("text", "encoding or line ends changed")

    def readings(self, data: bytes) -> Iterator[Reading]:
        """Yield the bytes, and the text in every encoding in which a value could hide."""
        yield Reading("bytes", "whole file", data=data)
        for encoding in READ_AS:
            yield Reading(encoding, "whole file", text=data.decode(encoding, errors="replace"))


FORMAT = TextFormat()
