"""Font programs of a copy: outlines of characters that are no longer drawn are emptied, and names go.

A subset font holds the outlines of exactly the characters that a document used: after a name has been removed,
its outlines would still be there, unused, for anybody to see. Type 1 programs are in :mod:`.type1`.
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
from pdfminer.encodingdb import EncodingDB

# fontTools logs names of a font, and those come from the document.
logging.getLogger("fontTools").setLevel(logging.CRITICAL + 1)

MAX_PROGRAM_BYTES = 24 * 1024 * 1024
"""Larger programs are not taken apart."""
_DRAWING_TABLES = (b"cvt ", b"fpgm", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp", b"prep", b"vhea", b"vmtx")
_ENCODING_TABLES = (b"OS/2", b"cmap", b"post")
_STANDARD_NAMES = 258
"""Names of the Macintosh order, which post counts first."""
_PREDEFINED_CHARSETS = 2
_ENDCHAR = b"\x0e"
_ARGS_ARE_WORDS, _SCALE, _MORE, _XY_SCALE, _TWO_BY_TWO = 0x1, 0x8, 0x20, 0x40, 0x80


def prune_truetype(data: bytes, used: set[int] | None, *, simple: bool) -> bytes | None:
    """Return a TrueType program with the tables that draw, and outlines of the glyphs ``used`` only.

    ``used`` is ``None`` where the glyphs are not known: then only tables go. A ``simple`` font needs the tables
    that its encoding is looked up in. ``None`` where the data cannot be taken apart.
    """
    tables = _tables(data)
    if not tables:
        return None
    wanted = _DRAWING_TABLES + (_ENCODING_TABLES if simple else ())
    kept = {tag: body for tag, body in tables.items() if tag in wanted}
    if used is not None:
        if not all(tag in kept for tag in (b"glyf", b"loca", b"head", b"maxp")):
            return None
        glyphs = _empty_outlines(kept, used)
        for metrics, header in ((b"hmtx", b"hhea"), (b"vmtx", b"vhea")):
            if metrics in kept and header in kept:
                kept[metrics] = _pruned_metrics(kept[metrics], kept[header], glyphs)
        if simple and not _prune_encodings(data, kept, glyphs):
            return None
    return _sfnt(data[:4], kept)


def _pruned_metrics(table: bytes, header: bytes, glyphs: set[int]) -> bytes:
    """Return hmtx or vmtx with zeros for all but ``glyphs`` (OpenType, hmtx)."""
    full = int.from_bytes(header[34:36], "big")
    new = bytearray(len(table))
    # The last full entry is the advance of all glyphs behind it, where there are any.
    for glyph in glyphs | ({full - 1} if len(table) > 4 * full else set()):
        start = 4 * glyph if glyph < full else 4 * full + 2 * (glyph - full)
        end = start + (4 if glyph < full else 2)
        new[start:end] = table[start:end]
    return bytes(new[: len(table)])


def _prune_encodings(data: bytes, tables: dict[bytes, bytes], glyphs: set[int]) -> bool:
    """Take the characters and names of all but ``glyphs`` out of cmap and post; return whether that could be done."""
    if b"post" in tables:
        tables[b"post"] = _pruned_names(tables[b"post"], glyphs)
    if b"cmap" not in tables:
        return True
    try:
        font = TTFont(BytesIO(data), lazy=True, checkChecksums=0)
        table = font["cmap"]
        for part in table.tables:
            part.cmap = {code: name for code, name in part.cmap.items() if font.getGlyphID(name) in glyphs}
        tables[b"cmap"] = table.compile(font)
    except Exception:  # a damaged font raises anything
        return False
    return True


def _pruned_names(post: bytes, glyphs: set[int]) -> bytes:
    """Return a post table of format 2 with the names of ``glyphs`` only (OpenType, post); another one without names."""
    if post[:4] == b"\0\1\0\0":
        return post  # the standard names, which say nothing
    count = int.from_bytes(post[32:34], "big")
    if post[:4] != b"\0\2\0\0" or len(post) < 34 + 2 * count:
        return b"\0\3\0\0" + post[4:32]
    names: list[bytes] = []
    position = 34 + 2 * count
    while position < len(post):
        names.append(post[position + 1 : position + 1 + post[position]])
        position += 1 + post[position]
    indexes: list[int] = []
    kept: list[bytes] = []
    for glyph in range(count):
        index = int.from_bytes(post[34 + 2 * glyph : 36 + 2 * glyph], "big") if glyph in glyphs else 0
        if index >= _STANDARD_NAMES:
            name = names[index - _STANDARD_NAMES] if index - _STANDARD_NAMES < len(names) else b""
            kept.append(name)
            index = _STANDARD_NAMES + len(kept) - 1
        indexes.append(index)
    body = struct.pack(f">{count}H", *indexes) + b"".join(bytes([len(name)]) + name for name in kept)
    return post[:34] + body


def _tables(data: bytes) -> dict[bytes, bytes]:
    if data[:4] not in (b"\0\1\0\0", b"true", b"OTTO") or len(data) < 12 or len(data) > MAX_PROGRAM_BYTES:
        return {}
    tables: dict[bytes, bytes] = {}
    for index in range(int.from_bytes(data[4:6], "big")):
        record = data[12 + 16 * index : 28 + 16 * index]
        if len(record) < 16:
            return {}
        offset, length = struct.unpack(">LL", record[8:16])
        tables[record[:4]] = data[offset : offset + length]
    return tables


def _empty_outlines(tables: dict[bytes, bytes], used: set[int]) -> set[int]:
    """Empty all outlines but those of ``used`` and what they are made of; return these."""
    head, glyf, loca = tables[b"head"].ljust(54, b"\0"), tables[b"glyf"], tables[b"loca"]
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
    return kept


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


def standard_names(codes: Iterable[int], texts: Iterable[str]) -> set[str]:
    """Return the glyph names that the standard encodings give ``codes``, and the Adobe Glyph List ``texts``."""
    names = {StandardEncoding[code] for code in codes if code < len(StandardEncoding)}
    shown = {table[code] for table in EncodingDB.encodings.values() for code in codes if code in table}
    for text in shown.union(texts):
        names.update(UV2AGL.get(ord(character), f"uni{ord(character):04X}") for character in text)
    return names


def _cff_names(top: Any, wanted: Wanted) -> set[str]:
    """Return the names of all glyphs that a CFF font may show for ``wanted``."""
    order = top.charset
    if wanted.composite:
        if hasattr(top, "ROS"):
            return {f"cid{code:05d}" for code in wanted.codes}
        return {order[code] for code in wanted.codes if code < len(order)}
    names = set(wanted.names)
    if isinstance(top.Encoding, list):
        names.update(top.Encoding[code] for code in wanted.codes if code < len(top.Encoding))
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


def prune_opentype(data: bytes, wanted: Wanted | None) -> bytes | None:
    """Return an OpenType program with CFF outlines without its texts; see :func:`prune_cff`."""
    tables = _tables(data)
    if b"CFF " not in tables:
        return None
    outlines = prune_cff(tables[b"CFF "], wanted)
    if outlines is None:
        return None
    kept = {tag: body for tag, body in tables.items() if tag in (b"head", b"hhea", b"hmtx", b"maxp", b"vhea", b"vmtx")}
    return _sfnt(data[:4], {**kept, b"CFF ": outlines})


def prune_cff(data: bytes, wanted: Wanted | None) -> bytes | None:
    """Return a bare CFF program without its texts, and with the outlines ``wanted`` only (``None`` keeps all).

    Bytes are overwritten where they stand, because a font that is put together anew may lose what viewers rely on
    (the font matrices of CID-keyed fonts). ``None`` where a program cannot be taken apart.
    """
    if len(data) > MAX_PROGRAM_BYTES:
        return None
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
            gone = [name not in keep for name in top.charset]
            outlines, _ = _index(data, top.rawDict["CharStrings"])
            for glyph, (start, stop) in list(enumerate(outlines))[1:]:
                if gone[glyph]:
                    out[start:stop] = _ENDCHAR * (stop - start)
            _forget_characters(out, top.rawDict.get("charset", 0), gone)
            if not hasattr(top, "ROS"):
                _forget_names(out, data, strings, {name for name in top.charset if name in keep})
        return bytes(out)
    except Exception:  # a damaged font raises anything
        return None


def _forget_characters(out: bytearray, position: int, gone: list[bool]) -> None:
    """Overwrite in the charset of a CFF program (technical note 5176, section 13) the glyphs that are ``gone``."""
    if position <= _PREDEFINED_CHARSETS:
        return
    kind, glyph = out[position], 1
    position += 1
    while glyph < len(gone):
        left = 0 if kind == 0 else int.from_bytes(out[position + 2 : position + 2 + kind], "big")
        if all(gone[glyph : glyph + left + 1]):
            out[position : position + 2] = b"\0\0"  # where two glyphs are the same character, the first counts
        glyph += left + 1
        position += 2 + kind


def _forget_names(out: bytearray, data: bytes, strings: list[tuple[int, int]], kept: set[str]) -> None:
    """Overwrite the strings of a CFF program that are the name of no glyph that is kept."""
    for start, stop in strings:
        if data[start:stop].decode("latin-1") not in kept:
            out[start:stop] = b"F" * (stop - start)


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
