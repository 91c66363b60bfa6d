"""Tables of fonts written anew from what a copy still draws: character maps, and glyph numbers by character."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Code = tuple[int, int]
"""A character code and its length in bytes."""
Range = tuple[int, int, int]
"""Length in bytes, first and last code."""

_HEAD = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap"
_TAIL = "endcmap CMapName currentdict /CMap defineresource pop end end"
_BLOCK = 100  # entries of one section (ISO 32000-2, 9.7.5.4)


def to_unicode(pairs: Sequence[tuple[Code, str]]) -> bytes:
    """Return a ToUnicode CMap of exactly these codes (ISO 32000-2, 9.10.3)."""
    lines = [
        _HEAD,
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
    ]
    sizes = sorted({length for (_, length), _ in pairs}) or [1]
    lines += _section("codespacerange", [f"<{'00' * size}> <{'FF' * size}>" for size in sizes])
    lines += _section("bfchar", [f"{_hex(code)} <{text.encode('utf-16-be').hex().upper()}>" for code, text in pairs])
    return "\n".join([*lines, _TAIL]).encode("ascii")


def code_map(spaces: Sequence[Range], cids: Sequence[tuple[Range, int]], *, vertical: bool, base: str = "") -> bytes:
    """Return a CMap with these code spaces that gives ranges of codes CIDs from one on (ISO 32000-2, 9.7.5.4).

    ``base`` is the predefined CMap that it builds on, "" for none.
    """
    lines = [
        _HEAD,
        *([f"/{base} usecmap"] if base else []),
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> def",
        f"/CMapName /Codes def /CMapType 1 def /WMode {int(vertical)} def",
    ]
    lines += _section("codespacerange", [_range(space) for space in spaces])
    lines += _section("cidrange", [f"{_range(codes)} {cid}" for codes, cid in cids])
    return "\n".join([*lines, _TAIL]).encode("ascii")


def glyph_numbers(table: bytes, cids: Iterable[int]) -> bytes:
    """Return a CIDToGIDMap (ISO 32000-2, 9.7.4.2) that holds the glyphs of ``cids`` and zero for others."""
    kept = sorted(cid for cid in cids if 2 * cid + 2 <= len(table))
    new = bytearray(2 * kept[-1] + 2 if kept else 0)
    for cid in kept:
        new[2 * cid : 2 * cid + 2] = table[2 * cid : 2 * cid + 2]
    return bytes(new)


def _hex(code: Code) -> str:
    number, length = code
    return f"<{number:0{2 * length}X}>"


def _range(codes: Range) -> str:
    length, first, last = codes
    return f"{_hex((first, length))} {_hex((last, length))}"


def _section(name: str, entries: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for start in range(0, len(entries), _BLOCK):
        part = entries[start : start + _BLOCK]
        lines += [f"{len(part)} begin{name}", *part, f"end{name}"]
    return lines
