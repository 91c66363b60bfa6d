"""Character maps: how bytes of a string fall into codes, codes into CIDs, and codes into Unicode.

Predefined CMaps and the CID-to-Unicode tables of Adobe's character collections come with pdfminer.six; CMaps
inside the file (ISO 32000-1, 9.7.5.3 and 9.10.3) are read here, because their ranges must not be expanded: a
file may claim four thousand million codes in one line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from pdfminer.cmapdb import CMap, CMapDB
from pdfminer.psexceptions import PSException

from hospital_redact.formats.pdf.limits import MAX_CMAP_RANGES, corrupt, too_large

_TOKEN = re.compile(
    rb"%[^\r\n]*|<<|>>|<([0-9A-Fa-f\s]*)>|\[|\]|/([^\s<>\[\](){}/%]*)|([+-]?\d+)|\((?:\\.|[^\\)])*\)|[^\s<>\[\](){}/%]+"
)


class Range(NamedTuple):
    """Codes ``first`` to ``last`` of ``length`` bytes map to ``value`` onwards (a CID, or UTF-16BE bytes)."""

    length: int
    first: int
    last: int
    value: int | bytes


class RangeMap:
    """A map from codes to values by ranges; where ranges overlap, the one given last counts."""

    def __init__(self, ranges: list[Range]) -> None:
        if len(ranges) > MAX_CMAP_RANGES:
            raise too_large("a character map of a font")
        single = {r.first: r for r in ranges if r.first == r.last}
        wide = sorted((r for r in ranges if r.first < r.last), key=lambda r: r.first)
        self._single = single
        self._wide = wide
        self._starts = [r.first for r in wide]

    def __bool__(self) -> bool:
        return bool(self._single or self._wide)

    def find(self, code: int) -> Range | None:
        """Return the range that holds ``code``."""
        if (hit := self._single.get(code)) is not None:
            return hit
        index = bisect_right(self._starts, code)
        # Ranges seldom overlap; a few steps back find the one that still reaches this code.
        for found in reversed(self._wide[max(0, index - 4) : index]):
            if found.last >= code:
                return found
        return None


class CodeMap:
    """An embedded or predefined CMap: splits bytes into codes and gives each its CID.

    ``split`` yields ``(code, length in bytes, cid)``; an unknown code has CID 0 (ISO 32000-1, 9.7.6.3).
    """

    def __init__(
        self,
        *,
        vertical: bool,
        spaces: tuple[tuple[int, int, int], ...] = (),
        cids: RangeMap | None = None,
        base: CodeMap | None = None,
        table: CMap | None = None,
        fixed: int = 0,
    ) -> None:
        self.vertical = vertical
        self._spaces = spaces
        self._cids = cids
        self._base = base
        self._table = table
        whole = base is None and len(spaces) == 1 and spaces[0][1:] == (0, 256 ** spaces[0][0] - 1)
        self.fixed = spaces[0][0] if whole else fixed
        """How many bytes every code has, 0 where that differs."""

    def cid(self, code: int, length: int) -> int:
        """Return the CID of a code of ``length`` bytes."""
        return self._cid(code.to_bytes(length, "big"), code)

    def split(self, data: bytes) -> Iterator[tuple[int, int, int]]:
        """Yield the codes of ``data`` one after the other."""
        position = 0
        while position < len(data):
            length = max(1, min(self._length(data, position), len(data) - position))
            code = int.from_bytes(data[position : position + length], "big")
            yield code, length, self._cid(data[position : position + length], code)
            position += length

    def _length(self, data: bytes, position: int) -> int:
        for length, low, high in self._spaces:
            code = data[position : position + length]
            lows, highs = low.to_bytes(length, "big"), high.to_bytes(length, "big")
            if len(code) == length and all(a <= c <= b for a, c, b in zip(lows, code, highs, strict=True)):
                return length
        if self._base is not None:
            return self._base._length(data, position)  # noqa: SLF001 - the same class
        if self._table is not None:
            return _table_length(self._table.code2cid, data, position)
        # No range fits: as many bytes as the shortest code has (ISO 32000-1, 9.7.6.3).
        return min((length for length, _, _ in self._spaces), default=2)

    def _cid(self, raw: bytes, code: int) -> int:
        if self._cids is not None and (found := self._cids.find(code)) is not None and isinstance(found.value, int):
            return found.value + code - found.first
        if self._base is not None:
            return self._base._cid(raw, code)  # noqa: SLF001 - the same class
        if self._table is None:
            return code if self._cids is None else 0
        node: object = self._table.code2cid
        for byte in raw:
            if not isinstance(node, dict):
                return 0
            node = node.get(byte)
        return node if isinstance(node, int) else 0


def _table_length(table: dict[int, object], data: bytes, position: int) -> int:
    """Return the length of the code at ``position`` by a predefined CMap's tree of bytes."""
    node: object = table.get(data[position])
    length = 1
    if node is None:
        # An undefined lead byte: as long as the shortest code of this CMap.
        node = next(iter(table.values()), 0)
        if any(isinstance(value, int) for value in table.values()):
            return 1
    while isinstance(node, dict):
        following = node.get(data[position + length]) if position + length < len(data) else None
        node = following if following is not None else next(iter(node.values()), 0)
        length += 1
    return length


@lru_cache(maxsize=64)
def predefined(name: str) -> CodeMap | None:
    """Return the predefined CMap ``name`` (ISO 32000-1, table 118), ``None`` where it is unknown."""
    if name in ("Identity-H", "Identity-V"):
        return CodeMap(vertical=name.endswith("V"), spaces=((2, 0, 0xFFFF),))
    try:
        table = CMapDB.get_cmap(name)
    except (CMapDB.CMapNotFound, OSError, ValueError):
        return None
    if not isinstance(table, CMap):
        return None
    return CodeMap(vertical=table.is_vertical() or name.endswith("V"), table=table, fixed=2 if "UCS2" in name else 0)


@lru_cache(maxsize=16)
def collection(name: str, vertical: bool) -> dict[int, str]:
    """Return the CID-to-Unicode table of a character collection (``Adobe-GB1``), empty where there is none."""
    try:
        return CMapDB.get_unicode_map(name, vertical).cid2unichr
    except (CMapDB.CMapNotFound, PSException, OSError, ValueError):
        return {}


class ParsedCMap(NamedTuple):
    """What a CMap stream says. ``uses`` is the name of the CMap it builds on."""

    spaces: tuple[tuple[int, int, int], ...]
    cids: list[Range]
    texts: list[Range]
    uses: str
    vertical: bool


class _Hex(bytes):
    """A hexadecimal string of a CMap; a class of its own, so that a name is not taken for one."""


def parse_cmap(data: bytes) -> ParsedCMap:
    """Read a CMap stream: code spaces, CID ranges and Unicode ranges, unexpanded. Raises HR204 over the limit."""
    return _Parser().parse(data)


class _Parser:
    """Collects operands on a stack until a keyword says what they were."""

    def __init__(self) -> None:
        self.spaces: set[tuple[int, int, int]] = set()
        self.cids: list[Range] = []
        self.texts: list[Range] = []
        self.uses = ""
        self.vertical = False
        self.stack: list[object] = []
        self.array: list[object] | None = None

    def parse(self, data: bytes) -> ParsedCMap:
        for token in _TOKEN.finditer(data):
            word = token.group(0)
            if word.startswith(b"%"):
                continue
            if token.group(1) is not None:
                self._push(_Hex(_unhex(token.group(1))))
            elif token.group(2) is not None:
                self._push(token.group(2).decode("latin-1"))
            elif token.group(3) is not None:
                self._push(int(token.group(3)[:12]))
            elif word == b"[":
                self.array = []
            elif word == b"]":
                self.stack.append(self.array or [])
                self.array = None
            elif word not in (b"<<", b">>", b"dict", b"dup"):
                self._keyword(word)
                self.stack.clear()
        return ParsedCMap(tuple(sorted(self.spaces)), self.cids, self.texts, self.uses, self.vertical)

    def _push(self, value: object) -> None:
        holder = self.stack if self.array is None else self.array
        holder.append(value)
        if max(len(holder), len(self.texts), len(self.cids)) > MAX_CMAP_RANGES:
            raise too_large("a character map of a font")

    def _keyword(self, word: bytes) -> None:
        stack = self.stack
        if word == b"usecmap" and stack and isinstance(stack[-1], str):
            self.uses = stack[-1]
        elif word == b"def" and len(stack) >= 2 and stack[-2] == "WMode":
            self.vertical = stack[-1] == 1
        elif word == b"endcodespacerange":
            self._code_spaces()
        elif word in (b"endcidrange", b"endbfrange"):
            self._add(self.cids if word == b"endcidrange" else self.texts, stack[::3], stack[1::3], stack[2::3])
        elif word in (b"endcidchar", b"endbfchar"):
            self._add(self.cids if word == b"endcidchar" else self.texts, stack[::2], stack[::2], stack[1::2])

    def _code_spaces(self) -> None:
        for low, high in zip(self.stack[::2], self.stack[1::2], strict=False):
            if isinstance(low, _Hex) and isinstance(high, _Hex) and 0 < len(low) == len(high) <= 4:
                self.spaces.add((len(low), int.from_bytes(low, "big"), int.from_bytes(high, "big")))

    @staticmethod
    def _add(found: list[Range], lows: list[object], highs: list[object], values: list[object]) -> None:
        for low, high, value in zip(lows, highs, values, strict=False):
            if isinstance(low, _Hex) and isinstance(high, _Hex):
                found.extend(_ranges(low, high, value))


def _unhex(digits: bytes) -> bytes:
    packed = b"".join(digits.split())
    return bytes.fromhex((packed + b"0" * (len(packed) % 2)).decode("ascii"))


def _ranges(low: bytes, high: bytes, value: object) -> Iterator[Range]:
    if not 0 < len(low) <= 4:
        return
    first, last = int.from_bytes(low, "big"), int.from_bytes(high[: len(low)], "big")
    if last < first:
        return
    if isinstance(value, list):
        for offset, item in enumerate(value[: last - first + 1]):
            if isinstance(item, bytes):
                yield Range(len(low), first + offset, first + offset, item)
    elif isinstance(value, int | bytes):
        yield Range(len(low), first, last, value)


def text_at(found: Range, code: int) -> str:
    """Return the Unicode text that a range of a ToUnicode CMap gives ``code``; "" where it is not valid UTF-16."""
    if isinstance(found.value, int):
        return ""
    raw = found.value if len(found.value) > 1 else b"\0" + found.value
    offset = code - found.first
    if offset:
        # Only the last unit counts up (ISO 32000-1, 9.10.3); some writers let it carry over.
        raw = (int.from_bytes(raw, "big") + offset).to_bytes(len(raw) + 1, "big")[-len(raw) :]
    return raw.decode("utf-16-be", "ignore").replace("\0", "")


def embedded(data: bytes, base: CodeMap | None, *, vertical: bool) -> CodeMap:
    """Return the CMap in a stream; ``base`` is what its UseCMap entry names."""
    parsed = parse_cmap(data)
    if base is None and parsed.uses:
        base = predefined(parsed.uses)
    if not parsed.spaces and base is None:
        raise corrupt("a font's character map has no code space")
    return CodeMap(
        vertical=vertical or parsed.vertical,
        spaces=parsed.spaces,
        cids=RangeMap(parsed.cids),
        base=base,
    )
