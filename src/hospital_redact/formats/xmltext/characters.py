"""Bytes to characters and characters to what they stand for, as XML reads them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

from hospital_redact.errors import ReadError
from hospital_redact.formats.splicing import Piece

_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "gb2312": "gbk",
    "gbk": "gbk",
    "gb18030": "gb18030",
    "iso-8859-1": "latin-1",
    "windows-1252": "cp1252",
    "big5": "big5",
    "utf-16": "utf-16-le",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}
DECLARATION = re.compile(
    r"""<\?xml\s+version\s*=\s*["']1\.[01]["'](?:\s+encoding\s*=\s*["'](?P<encoding>[A-Za-z0-9._-]{1,40})["'])?"""
    r"""(?:\s+standalone\s*=\s*["'](?:yes|no)["'])?\s*\?>"""
)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,8}|#x[0-9A-Fa-f]{1,7}|amp|lt|gt|quot|apos);")
_PIECE = re.compile(rf"{_REFERENCE.pattern}|\r\n|[\r\n\t]|[^&\r\n\t]+")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_UNWANTED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


class _Decoded(NamedTuple):
    text: str
    encoding: str
    mark: bytes


def corrupt(message: str) -> ReadError:
    """Return the error for XML that cannot be read: what is wrong, and what to do."""
    return ReadError("HR203", message)


def decode_declared(data: bytes) -> _Decoded:
    """Return the text of ``data`` by its byte order mark or declaration, UTF-8 without either; raise HR203."""
    for mark, encoding, head in (
        (codecs.BOM_UTF8, "utf-8", codecs.BOM_UTF8),
        (codecs.BOM_UTF16_LE, "utf-16-le", codecs.BOM_UTF16_LE),
        (codecs.BOM_UTF16_BE, "utf-16-be", codecs.BOM_UTF16_BE),
        (b"", "utf-16-le", b"<\0?\0"),
        (b"", "utf-16-be", b"\0<\0?"),
    ):
        if data.startswith(head):
            text = _decode_as(data[len(mark) :], encoding)
            _declared_codec(text)  # a name that no encoding has stays in no copy
            return _Decoded(text, encoding, mark)
    codec = _declared_codec(data[:400].decode("latin-1"))
    if codec.startswith("utf-16"):
        raise corrupt("the XML is not in the encoding that it declares; save it again as well-formed XML")
    for each in (codec, "gb18030") if codec == "gbk" else (codec,):
        try:
            return _Decoded(_decode_as(data, each), each, b"")
        except ReadError:
            continue
    raise corrupt("the XML is not in the encoding that it declares; save it again as well-formed XML")


def _declared_codec(head: str) -> str:
    """Return the Python codec of the encoding that a file declares, UTF-8 if it declares none; raise HR203."""
    declaration = DECLARATION.match(head)
    codec = _CODECS.get(((declaration and declaration["encoding"]) or "utf-8").lower())
    if codec is None:
        raise corrupt("the XML declares an encoding that is not supported; save it again as well-formed XML")
    return codec


def _decode_as(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
        same = text.encode(encoding) == data
    except UnicodeError:
        raise corrupt("the XML is not in the encoding that it declares; save it again as well-formed XML") from None
    if not same or _UNWANTED.search(text):
        raise corrupt("the XML holds characters that do not survive a copy; save it again as well-formed XML")
    return text


def pieces(raw: str, *, attribute: bool = False) -> Iterator[Piece]:
    """Yield what a text or an attribute is made of, line ends as XML reads them (2.11, 3.3.3)."""
    at = 0
    for match in _PIECE.finditer(raw):
        if match.start() != at:
            break
        at = match.end()
        written = match.group()
        if written[0] == "&":
            yield Piece(written, _referred(written))
        elif written in ("\r\n", "\r", "\n", "\t"):
            yield Piece(written, " " if attribute else "\t" if written == "\t" else "\n")
        else:
            yield Piece(written, written)
    if at != len(raw):
        raise corrupt("the XML refers to something that it does not hold; save it again as well-formed XML")


def _referred(reference: str) -> str:
    name = reference[1:-1]
    if name[0] != "#":
        return _ENTITIES[name]
    code = int(name[2:], 16) if name[1] == "x" else int(name[1:])
    if code > 0x10FFFF or code in range(0xD800, 0xE000) or _UNWANTED.fullmatch(chr(code)):
        raise corrupt("the XML holds characters that do not survive a copy; save it again as well-formed XML")
    return chr(code)


def escaped(text: str) -> str:
    """Return ``text`` as the text of an element."""
    for char, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;")):
        text = text.replace(char, written)
    return text


def escaped_value(text: str) -> str:
    """Return ``text`` as an attribute's value: white space other than blanks as references, so that it stays."""
    text = escaped(text).replace('"', "&quot;").replace("'", "&apos;")
    return text.replace("\n", "&#10;").replace("\t", "&#9;")
