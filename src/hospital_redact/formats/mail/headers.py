"""Header fields of a mail: decoded from every way to write them, and written again in one (RFC 5322, 2047, 2231)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from email.utils import decode_rfc2231, unquote
from itertools import groupby

MAX_VALUE = 64 * 1024
"""Longest field that is read, in characters."""

_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?)")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]+")
_PARAMETER = re.compile(r""";\s*([A-Za-z0-9!#$&+.^_`{|}~-]+)(\*\d+)?(\*)?\s*=\s*("(?:\\.|[^"\\])*"|[^;\s]*)""")
_PLAIN = re.compile(r"[\x20-\x7e]*")
_LONGEST_LINE = 900  # RFC 5322 2.1.1 allows 998
_LINE = 76
_WORD_BYTES = 42  # of text in one encoded word, whose whole length may be 75


def text_of(raw: str) -> str:
    """Return a field's value as a person sees it: bytes as UTF-8 or GB18030, encoded words decoded, one line.

    ``raw`` is what the parser of the standard library holds: bytes beyond ASCII as surrogates.
    """
    text = text_of_bytes(raw[:MAX_VALUE].encode("utf-8", "surrogateescape"))
    text = _BETWEEN_WORDS.sub(r"\1", text)
    # Runs of words with one charset may share a character of several bytes: their bytes are joined first.
    pieces: list[str] = []
    position, charset, held = 0, "", b""
    for match in _WORD.finditer(text):
        if match.start() > position or match[1].lower() != charset:
            pieces.append(_decoded(held, charset))
            held = b""
        pieces.append(text[position : match.start()])
        charset, position = match[1].lower(), match.end()
        held += _word_bytes(match[2], match[3])
    pieces += [_decoded(held, charset), text[position:]]
    return _SPACE.sub(" ", "".join(pieces)).strip()


def text_of_bytes(data: bytes, charset: str = "") -> str:
    """Return ``data`` decoded from ``charset``, or what it reads as; never raises."""
    return _decoded(data, charset)


def certain_text(data: bytes, charset: str) -> str | None:
    """Return ``data`` decoded, or ``None`` where nobody can tell from what: read wrongly, a value would not be found.

    What is UTF-8 with Han characters is that, whatever ``charset`` says, and pairs of GB 2312 are none of the Latin
    sets as which old programs send them. Without a charset, what could be either is neither.
    """
    named = _SUPERSETS.get(charset.lower(), charset.lower())
    text = _utf8_with_han(data, named)
    if text is not None:
        return text
    if not data.isascii() and _GB_PAIRS.fullmatch(data):
        if not named:
            return None
        if named.startswith(_LATIN):
            named = "gb18030"
    try:
        return data.decode(named or "utf-8")
    except (UnicodeError, LookupError, ValueError):
        return None


def _utf8_with_han(data: bytes, named: str) -> str | None:
    """Return ``data`` as UTF-8 where that is certain; a few pairs of GB 2312 are UTF-8 as well, but of two bytes."""
    if data.isascii() or named.startswith(("utf-16", "utf-32")):
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if max(text) > "\u07ff" else None


def is_certain(raw: str) -> bool:
    """Whether it is certain how to read a field's bytes beyond ASCII, as the parser holds them."""
    data = raw.encode("utf-8", "surrogateescape")
    utf8 = certain_text(data, "") is not None
    return utf8 or (_GB_PAIRS.fullmatch(data) is not None and not _is_utf8(data))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def parameters(raw: str) -> dict[str, str]:
    """Return the parameters of a field (``filename``, ``name``, ``charset``) by name in lower case.

    Parts of one value (RFC 2231 section 3) are joined, and what is encoded is decoded.
    """
    whole = raw[:MAX_VALUE].encode("utf-8", "surrogateescape")
    found: dict[str, list[tuple[int, bool, str]]] = {}
    for match in _PARAMETER.finditer(text_of_bytes(whole).replace("\r", "").replace("\n", "")):
        name, number, extended, value = match.groups()
        order = int(number[1:6]) if number else -1
        found.setdefault(name.lower(), []).append((order, bool(extended), unquote(value)))
    return {name: _joined(parts) for name, parts in found.items()}


def _joined(parts: list[tuple[int, bool, str]]) -> str:
    plain = [value for order, extended, value in parts if order < 0 and not extended]
    parts = sorted(part for part in parts if part[0] >= 0 or part[1])
    if not parts:
        return text_of(plain[0])
    charset, pieces = "", []
    for number, (_, extended, value) in enumerate(parts):
        rest = value
        if extended and number == 0:
            named, _, rest = decode_rfc2231(value)
            charset = named or ""
        pieces.append(_from_percent(rest) if extended else rest.encode("utf-8", "surrogateescape"))
    return _SPACE.sub(" ", _decoded(b"".join(pieces), charset)).strip()


def _from_percent(text: str) -> bytes:
    coded = text.encode("utf-8", "surrogateescape")
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), coded)


def field_line(name: str, value: str) -> bytes:
    """Return the line, or lines, of a field: words of ASCII as they are, so that addresses stay ones; others encoded.

    :func:`text_of` gives ``value`` back.
    """
    words = value.split(" ")
    if "" in words or "=?" in value:  # what unfolding would change is encoded whole
        return f"{name}: {_folded([_encoded(value)])}\r\n".encode("ascii")
    pieces = [
        " ".join(group) if plain else _encoded(" ".join(group))
        for plain, group in groupby(words, lambda word: bool(_PLAIN.fullmatch(word)) and len(word) < _LONGEST_LINE)
    ]
    return f"{name}: {_folded(pieces)}\r\n".encode("ascii")


def _folded(pieces: Iterable[str]) -> str:
    lines: list[str] = []
    for word in " ".join(pieces).split(" "):
        if lines and len(lines[-1]) + len(word) < _LINE:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "\r\n ".join(lines)


def file_name_lines(name: str) -> bytes:
    """Return the field that gives an attachment its name (RFC 2231: UTF-8, every byte that is not a letter encoded)."""
    coded = "".join(chr(b) if chr(b).isalnum() and b < 128 else f"%{b:02X}" for b in name.encode("utf-8", "replace"))
    pieces = _pieces(coded)
    if len(pieces) == 1:
        return f"Content-Disposition: attachment;\r\n filename*=UTF-8''{coded}\r\n".encode("ascii")
    pieces[0] = f"UTF-8''{pieces[0]}"
    lines = [f" filename*{number}*={piece}" for number, piece in enumerate(pieces)]
    return ("Content-Disposition: attachment;\r\n" + ";\r\n".join(lines) + "\r\n").encode("ascii")


def _pieces(coded: str) -> list[str]:
    return re.findall(r"(?:%[0-9A-F]{2}|[0-9A-Za-z]){1,20}", coded) or [""]


def _encoded(text: str) -> str:
    """Return ``text`` as encoded words with a space between, which does not count; each with whole characters."""
    words: list[str] = []
    piece = b""
    for char in text:
        coded = char.encode("utf-8", "replace")
        if len(piece) + len(coded) > _WORD_BYTES:
            words.append(_word(piece))
            piece = b""
        piece += coded
    return " ".join([*words, _word(piece)])


def _word(piece: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(piece).decode('ascii')}?="


def _word_bytes(kind: str, text: str) -> bytes:
    coded = text.encode("utf-8", "replace")
    if kind in "qQ":
        return re.sub(rb"=([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), coded.replace(b"_", b" "))
    try:
        return base64.b64decode(coded + b"=" * (-len(coded) % 4))
    except (binascii.Error, ValueError):
        return coded


_LATIN = ("iso-8859", "latin", "windows-12", "cp12", "ascii", "us-ascii")
_GB_PAIRS = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xf7][\xa1-\xfe])*")
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030"}


def _decoded(data: bytes, charset: str) -> str:
    named = _SUPERSETS.get(charset.lower(), charset)
    text = _utf8_with_han(data, named.lower())
    if text is not None:
        return text
    for encoding in (named, "utf-8", "gb18030"):
        try:
            return data.decode(encoding or "utf-8")
        except (UnicodeError, LookupError, ValueError):
            continue
    return data.decode("utf-8", "replace")
