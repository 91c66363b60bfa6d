"""Font programs of a copy: outlines of characters that are no longer drawn are emptied, and names go.

A subset font holds the outlines of exactly the characters that a document used: after a name has been removed,
its outlines would still be there, unused, for anybody to see. Type 1 programs are left as they are.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterable
from io import BytesIO
from itertools import pairwise
from typing import Any, NamedTuple

from fontTools.agl import UV2AGL  # type: ignore[import-untyped]  # it ships no types
from fontTools.cffLib import CFFFontSet  # type: ignore[import-untyped]  # it ships no types
from fontTools.encodings.StandardEncoding import StandardEncoding  # type: ignore[import-untyped]  # it ships no types
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # it ships no types

# fontTools logs names of a font, and those come from the document.
logging.getLogger("fontTools").setLevel(logging.CRITICAL + 1)

MAX_PROGRAM_BYTES = 24 * 1024 * 1024
"""Larger programs are not taken apart."""
_DRAWING_TABLES = (b"cvt ", b"fpgm", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp", b"prep", b"vhea", b"vmtx")
_ENCODING_TABLES = (b"OS/2", b"cmap", b"post")
_ENDCHAR = b"\x0e"
_ARGS_ARE_WORDS, _SCALE, _MORE, _XY_SCALE, _TWO_BY_TWO = 0x1, 0x8, 0x20, 0x40, 0x80


def prune_truetype(data: bytes, used: set[int] | None, *, simple: bool) -> bytes:
    """Return a TrueType program with the tables that draw, and outlines of the glyphs ``used`` only.

    ``used`` is ``None`` where the glyphs are not known: then only tables go. A ``simple`` font needs the tables
    that its encoding is looked up in. Data that is not TrueType comes back as it is.
    """
    tables = _tables(data)
    if not tables:
        return data
    wanted = _DRAWING_TABLES + (_ENCODING_TABLES if simple else ())
    kept = {tag: body for tag, body in tables.items() if tag in wanted}
    if used is not None and all(tag in kept for tag in (b"glyf", b"loca", b"head", b"maxp")):
        _empty_outlines(kept, used)
    return _sfnt(data[:4], kept)


def _tables(data: bytes) -> dict[bytes, bytes]:
    if data[:4] not in (b"\0\1\0\0", b"true") or len(data) < 12 or len(data) > MAX_PROGRAM_BYTES:
        return {}
    tables: dict[bytes, bytes] = {}
    for index in range(int.from_bytes(data[4:6], "big")):
        record = data[12 + 16 * index : 28 + 16 * index]
        if len(record) < 16:
            return {}
        offset, length = struct.unpack(">LL", record[8:16])
        tables[record[:4]] = data[offset : offset + length]
    return tables


def _empty_outlines(tables: dict[bytes, bytes], used: set[int]) -> None:
    head, glyf, loca = tables[b"head"], tables[b"glyf"], tables[b"loca"]
    if len(head) < 54:
        return
    long = head[51] == 1
    size = 4 if long else 2
    count = len(loca) // size
    offsets = list(struct.unpack(f">{count}{'L' if long else 'H'}", loca[: count * size]))
    if not long:
        offsets = [offset * 2 for offset in offsets]
    kept = _with_components(glyf, offsets, used | {0})
    pieces: list[bytes] = []
    new, position = [0], 0
    for glyph in range(count - 1):
        outline = glyf[offsets[glyph] : offsets[glyph + 1]] if glyph in kept else b""
        outline += b"\0" * (-len(outline) % 4)
        pieces.append(outline)
        position += len(outline)
        new.append(position)
    tables[b"glyf"] = b"".join(pieces) or b"\0"
    # Always the long form: aligned outlines may outgrow the short one.
    tables[b"loca"] = struct.pack(f">{len(new)}L", *new)
    tables[b"head"] = head[:50] + b"\0\1" + head[52:]


def _with_components(glyf: bytes, offsets: list[int], used: set[int]) -> set[int]:
    """Return ``used`` and the glyphs that composite ones among them are made of."""
    kept: set[int] = set()
    stack = list(used)
    while stack:
        glyph = stack.pop()
        if glyph in kept or not 0 <= glyph < len(offsets) - 1:
            continue
        kept.add(glyph)
        stack.extend(_components(glyf[offsets[glyph] : offsets[glyph + 1]]))
    return kept


def _components(outline: bytes) -> Iterable[int]:
    if len(outline) < 14 or not outline[0] & 0x80:
        return
    position = 10
    while position + 4 <= len(outline):
        flags, glyph = struct.unpack(">HH", outline[position : position + 4])
        yield glyph
        position += 8 if flags & _ARGS_ARE_WORDS else 6
        position += 2 if flags & _SCALE else 4 if flags & _XY_SCALE else 8 if flags & _TWO_BY_TWO else 0
        if not flags & _MORE:
            return


def _sfnt(magic: bytes, tables: dict[bytes, bytes]) -> bytes:
    power = 1
    while power * 2 <= len(tables):
        power *= 2
    head = magic + struct.pack(">HHHH", len(tables), power * 16, power.bit_length() - 1, (len(tables) - power) * 16)
    directory, bodies = [], []
    offset = 12 + 16 * len(tables)
    for tag in sorted(tables):
        body = tables[tag]
        padded = body + b"\0" * (-len(body) % 4)
        checksum = sum(struct.unpack(f">{len(padded) // 4}L", padded)) & 0xFFFFFFFF
        directory.append(tag + struct.pack(">LLL", checksum, offset, len(body)))
        bodies.append(padded)
        offset += len(padded)
    return head + b"".join(directory) + b"".join(bodies)


def glyphs_of_codes(data: bytes, codes: set[int], texts: Iterable[str], names: Iterable[str]) -> set[int] | None:
    """Return every glyph that a simple TrueType font may show for ``codes``, by any of its encodings.

    ``texts`` and ``names`` are the characters and glyph names of these codes. ``None`` where that cannot be told.
    """
    if len(data) > MAX_PROGRAM_BYTES:
        return None
    try:
        font = TTFont(BytesIO(data), lazy=True, checkChecksums=0)
        order = {name: index for index, name in enumerate(font.getGlyphOrder())}
        points = codes | {0xF000 + code for code in codes} | {ord(c) for text in texts for c in text}
        wanted = set(names)
        met: set[int] = set()
        for table in font["cmap"].tables if "cmap" in font else ():
            wanted.update(name for point, name in table.cmap.items() if point in points)
            met.update(table.cmap)
        found = {order[name] for name in wanted if name in order}
    except Exception:  # a damaged font raises anything; its outlines then stay as they are
        return None
    # Where no map knows a code, viewers take it for the glyph.
    return found | {code for code in codes if code not in met and 0xF000 + code not in met}


class Wanted(NamedTuple):
    """The characters that a font still draws: codes (CIDs in a composite font), their texts and glyph names."""

    codes: set[int]
    texts: set[str]
    names: set[str]
    composite: bool


def _cff_names(top: Any, wanted: Wanted) -> set[str]:
    """Return the names of all glyphs that a CFF font may show for ``wanted``."""
    order = top.charset
    if wanted.composite:
        if hasattr(top, "ROS"):
            return {f"cid{code:05d}" for code in wanted.codes}
        return {order[code] for code in wanted.codes if code < len(order)}
    names = set(wanted.names)
    for encoding in (top.Encoding, StandardEncoding):
        if isinstance(encoding, list):
            names.update(encoding[code] for code in wanted.codes if code < len(encoding))
    for text in wanted.texts:
        names.update(UV2AGL.get(ord(character), f"uni{ord(character):04X}") for character in text)
    return _with_accents(top, names)


def _with_accents(top: Any, names: set[str]) -> set[str]:
    """Return ``names`` and the glyphs that accented ones are composed of (``seac``: four operands of endchar)."""
    found = set(names)
    for name in names:
        if name in top.CharStrings:
            string = top.CharStrings[name]
            string.decompile()
            parts = string.program[-5:-1] if string.program[-1:] == ["endchar"] else []
            if len(parts) == 4 and all(isinstance(part, int | float) for part in parts):
                found.update(StandardEncoding[int(code)] for code in parts[2:] if 0 <= code < 256)
    return found


def prune_cff(data: bytes, wanted: Wanted | None) -> bytes:
    """Return a bare CFF program without its texts, and with the outlines ``wanted`` only (``None`` keeps all).

    Bytes are overwritten where they stand, because a font that is put together anew may lose what viewers rely on
    (the font matrices of CID-keyed fonts). A program that cannot be taken apart comes back as it is.
    """
    if len(data) > MAX_PROGRAM_BYTES:
        return data
    try:
        fonts = CFFFontSet()
        fonts.decompile(BytesIO(data), None)
        top = fonts[0]
        out = bytearray(data)
        names, end = _index(data, data[2])
        _, end = _index(data, end)
        strings, _ = _index(data, end)
        # Notices and full names hold spaces, which glyph names never do.
        for start, stop in [*names, *(place for place in strings if b" " in data[slice(*place)])]:
            out[start:stop] = b"F" * (stop - start)
        if wanted is not None:
            keep = _cff_names(top, wanted)
            outlines, _ = _index(data, top.rawDict["CharStrings"])
            for glyph, (start, stop) in list(enumerate(outlines))[1:]:
                if top.charset[glyph] not in keep:
                    out[start:stop] = _ENDCHAR * (stop - start)
        return bytes(out)
    except Exception:  # a damaged font raises anything; its outlines then stay as they are
        return data


def _index(data: bytes, position: int) -> tuple[list[tuple[int, int]], int]:
    """Return the places of the items of a CFF INDEX, and where it ends (Adobe technical note 5176, section 5)."""
    count = int.from_bytes(data[position : position + 2], "big")
    if not count:
        return [], position + 2
    size = data[position + 2]
    first = position + 3
    offsets = [int.from_bytes(data[first + size * n : first + size * (n + 1)], "big") for n in range(count + 1)]
    base = first + size * (count + 1) - 1
    if sorted(offsets) != offsets or base + offsets[-1] > len(data):
        raise ValueError("the offsets of an INDEX do not ascend")
    return [(base + a, base + b) for a, b in pairwise(offsets)], base + offsets[-1]
