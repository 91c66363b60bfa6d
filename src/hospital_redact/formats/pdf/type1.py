"""Type 1 font programs of a copy (Adobe Type 1 Font Format, 1990): only glyphs that are drawn, and no names.

The encrypted part is taken apart, the procedures of glyphs that are no longer drawn go with their names, and it is
put together again; a Type 1 program has no offsets that this would break.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from fontTools.encodings.StandardEncoding import StandardEncoding  # type: ignore[import-untyped]  # it ships no types
from fontTools.misc import eexec  # type: ignore[import-untyped]  # it ships no types

from hospital_redact.formats.pdf.fontprograms import Wanted

_KEY, _GLYPH_KEY = 55665, 4330
_ENTRY = re.compile(rb"/([^\s/\[\](){}<>%]+)\s+(\d{1,6})\s+(RD|-\||\S{1,8})\s")
_END = re.compile(rb"\s*(ND|\|-|noaccess def|\S{1,8})")
_LEN_IV = re.compile(rb"/lenIV\s+(\d+)")
_SEAC, _ESCAPE = 6, 12
_ENCODED = re.compile(rb"dup\s+(\d+)\s*/(\S+)\s+put\s*")
_TEXT = re.compile(rb"\((?:\\.|[^()\\]|\((?:\\.|[^()\\])*\))*\)|%[^\r\n]*", re.DOTALL)
_NAMED = re.compile(rb"/FontName\s*/\S+")
_TRAILER = b"\n" + b"\n".join([b"0" * 64] * 8) + b"\ncleartomark\n"


class Type1(NamedTuple):
    """A program in its three parts, as ``Length1`` to ``Length3`` count them."""

    clear: bytes
    private: bytes
    trailer: bytes

    @property
    def data(self) -> bytes:
        """The whole program."""
        return self.clear + self.private + self.trailer


def prune_type1(data: bytes, wanted: Wanted | None) -> Type1 | None:
    """Return the program with the glyphs ``wanted`` and those they are composed of (``None`` keeps all).

    ``None`` where it cannot be taken apart.
    """
    try:
        clear, private = _parts(data)
        head, entries, rest = _glyphs(private)
    except (ValueError, IndexError):
        return None
    found = _LEN_IV.search(private)
    skip = int(found.group(1)) if found else 4
    keep = None
    if wanted is not None:
        own = {name for code, name in _encoding(clear) if code in wanted.codes}
        keep = _with_accents(entries, wanted.names | own | {".notdef"}, skip)
    kept = [whole for name, (whole, _) in entries.items() if keep is None or name in keep]
    body = head + b"".join(kept) + rest
    encrypted, _ = eexec.encrypt(b"\0\0\0\0" + body, _KEY)
    return Type1(_clear_part(clear, keep), encrypted, _TRAILER)


def _parts(data: bytes) -> tuple[bytes, bytes]:
    """Return the clear part, ending in ``eexec``, and the private part decrypted."""
    data = _without_segments(data)
    end = data.index(b"eexec") + 5
    while data[end] in b"\r\n \t":
        end += 1
    packed = data[end:]
    if re.fullmatch(rb"[0-9A-Fa-f\s]{4}", packed[:4]):
        digits = re.sub(rb"\s", b"", packed)
        stop = re.search(rb"[^0-9A-Fa-f]", digits)
        digits = digits[: stop.start()] if stop else digits
        packed = bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))
    plain, _ = eexec.decrypt(packed, _KEY)
    stop_at = plain.rindex(b"closefile") + len(b"closefile")
    return data[:end], plain[4:stop_at] + b"\n"


def _encoding(clear: bytes) -> list[tuple[int, str]]:
    """Return the codes that the program itself encodes, and their glyphs' names."""
    return [(int(match.group(1)), match.group(2).decode("latin-1")) for match in _ENCODED.finditer(clear)]


def _without_segments(data: bytes) -> bytes:
    """Return a program without the segment headers of a PFB file."""
    if data[:1] != b"\x80":
        return data
    parts: list[bytes] = []
    position = 0
    while data[position : position + 1] == b"\x80" and data[position + 1] in (1, 2):
        length = int.from_bytes(data[position + 2 : position + 6], "little")
        parts.append(data[position + 6 : position + 6 + length])
        position += 6 + length
    return b"".join(parts)


def _glyphs(private: bytes) -> tuple[bytes, dict[str, tuple[bytes, bytes]], bytes]:
    """Return what stands before the glyphs, each one as (as written, its encrypted procedure), and what follows."""
    start = private.index(b"begin", private.index(b"/CharStrings")) + 5
    entries: dict[str, tuple[bytes, bytes]] = {}
    position = start
    while (match := _ENTRY.match(private, _blank(private, position))) is not None:
        stop = match.end() + int(match.group(2))
        end = _END.match(private, stop)
        if end is None:
            raise ValueError("a glyph has no end")
        whole = private[position : end.end()]
        if whole.endswith(b"noaccess") and private[end.end() : end.end() + 4] == b" def":
            whole += b" def"
        entries[match.group(1).decode("latin-1")] = (whole, private[match.end() : stop])
        position += len(whole)
    if ".notdef" not in entries:
        raise ValueError("there are no glyphs")
    return private[:start], entries, private[position:]


def _blank(data: bytes, position: int) -> int:
    while position < len(data) and data[position] in b"\r\n \t":
        position += 1
    return position


def _with_accents(entries: dict[str, tuple[bytes, bytes]], names: set[str], skip: int) -> set[str]:
    """Return ``names`` and the base and accent of composed ones among them (``seac``, section 6.4)."""
    found = set(names)
    for name in names & entries.keys():
        plain, _ = eexec.decrypt(entries[name][1], _GLYPH_KEY)
        code = plain[skip:]
        if code[-2:] == bytes((_ESCAPE, _SEAC)) and len(code) > 4:
            found.update(StandardEncoding[number] for number in _last_numbers(code[:-2])[-2:] if 0 <= number < 256)
    return found


def _last_numbers(code: bytes) -> list[int]:
    """Return the numbers of a charstring (section 6.2)."""
    numbers: list[int] = []
    position = 0
    while position < len(code):
        first = code[position]
        if first >= 32 and first <= 246:
            numbers.append(first - 139)
        elif 247 <= first <= 250 and position + 1 < len(code):
            numbers.append((first - 247) * 256 + code[position + 1] + 108)
        elif 251 <= first <= 254 and position + 1 < len(code):
            numbers.append(-(first - 251) * 256 - code[position + 1] - 108)
        elif first == 255:
            numbers.append(int.from_bytes(code[position + 1 : position + 5], "big", signed=True))
        position += 5 if first == 255 else 2 if first >= 247 or first == _ESCAPE else 1
    return numbers


def _clear_part(clear: bytes, keep: set[str] | None) -> bytes:
    """Return the clear part without notices, comments and names, and with the encoding of what is kept."""

    def encoded(match: re.Match[bytes]) -> bytes:
        return match.group() if keep is None or match.group(2).decode("latin-1") in keep else b""

    text = _TEXT.sub(lambda match: b"()" if match.group()[:1] == b"(" else b"", clear)
    return b"%!PS-AdobeFont-1.0: F\n" + _NAMED.sub(b"/FontName /F", _ENCODED.sub(encoded, text))
