"""Builds mails of Outlook (MS-OXMSG) in compound files (MS-CFB), with a value in every property of text."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

Tree: TypeAlias = "Mapping[str, bytes | Tree]"

_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_TEXT, _BINARY, _OBJECT, _LONG, _TIME = 0x001F, 0x0102, 0x000D, 0x0003, 0x0040


class _Entry:
    def __init__(self, name: str, kind: int, data: bytes = b"") -> None:
        self.name, self.kind, self.data = name, kind, data
        self.child = self.right = _FREE
        self.start, self.size = _END, len(data)

    def packed(self) -> bytes:
        name = self.name.encode("utf-16-le")
        head = name.ljust(64, b"\0") + struct.pack(
            "<HBBIII", len(name) + 2, self.kind, 1, _FREE, self.right, self.child
        )
        return head + b"\0" * 36 + struct.pack("<IQ", self.start, self.size)


def compound(tree: Tree) -> bytes:
    """Return a compound file of version 3 with the storages (mappings) and streams of ``tree``."""
    entries = [_Entry("Root Entry", 5)]
    _place(entries, 0, tree)
    sectors: list[bytes] = []
    fat: list[int] = []

    def store(data: bytes) -> int:
        first = len(sectors)
        pieces = [data[i : i + _SECTOR].ljust(_SECTOR, b"\0") for i in range(0, len(data), _SECTOR)]
        sectors.extend(pieces)
        fat.extend([*range(first + 1, first + len(pieces)), _END])
        return first

    mini, mini_fat = b"", []
    for entry in entries[1:]:
        if entry.kind != 2 or not entry.data:
            continue
        if entry.size >= _CUTOFF:
            entry.start = store(entry.data)
        else:
            entry.start = len(mini) // _MINI
            count = -(-entry.size // _MINI)
            mini += entry.data.ljust(count * _MINI, b"\0")
            mini_fat += [*range(entry.start + 1, entry.start + count), _END]
    entries[0].start, entries[0].size = store(mini), len(mini)
    packed = b"".join(entry.packed() for entry in entries)
    directory = store(packed + b"\0" * (-len(packed) % _SECTOR))
    table = struct.pack(f"<{len(mini_fat)}I", *mini_fat)
    mini_sectors = -(-len(table) // _SECTOR)
    mini_start = store(table.ljust(mini_sectors * _SECTOR, b"\xff"))
    count = 1
    while (len(fat) + count) * 4 > count * _SECTOR:
        count += 1
    first = len(sectors)
    fat += [_FAT] * count
    whole = struct.pack(f"<{len(fat)}I", *fat).ljust(count * _SECTOR, b"\xff")
    header = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, count, directory, 0, _CUTOFF, mini_start, mini_sectors, _END, 0)
    header += struct.pack("<109I", *[*range(first, first + count), *[_FREE] * (109 - count)])
    return header + b"".join(sectors) + whole


def _place(entries: list[_Entry], parent: int, tree: Tree) -> None:
    numbers = []
    for name in sorted(tree, key=lambda name: (len(name), name.upper())):
        content = tree[name]
        numbers.append(len(entries))
        entries.append(_Entry(name, 2, content) if isinstance(content, bytes) else _Entry(name, 1))
        if not isinstance(content, bytes):
            _place(entries, numbers[-1], content)
    for here, following in pairwise(numbers):
        entries[here].right = following
    if numbers:
        entries[parent].child = numbers[0]


def storage(head: int, properties: Sequence[tuple[int, int, object]]) -> dict[str, bytes | Tree]:
    """Return the streams of ``properties`` (id, type, value); ``head`` is the length of the head of their list."""
    listed, streams = b"\0" * head, {}
    for number, kind, value in properties:
        tag = struct.pack("<HHI", kind, number, 6)
        name = f"__substg1.0_{number:04X}{kind:04X}"
        if kind == _TEXT:
            data = str(value).encode("utf-16-le")
            streams[name], listed = data, listed + tag + struct.pack("<II", len(data) + 2, 0)
        elif kind == _BINARY:
            assert isinstance(value, bytes)
            streams[name], listed = value, listed + tag + struct.pack("<II", len(value), 0)
        elif kind == _OBJECT:
            streams[name], listed = value, listed + tag + struct.pack("<II", _FREE, 1)  # type: ignore[assignment] # a storage
        else:
            listed += tag + struct.pack("<Q", value)
    return {**streams, "__properties_version1.0": listed}


def _mail(value: str, head: int, inside: Mapping[str, Tree]) -> dict[str, bytes | Tree]:
    properties: list[tuple[int, int, object]] = [
        (0x001A, _TEXT, "IPM.Note"),
        (0x0037, _TEXT, f"患者{value}的转诊"),
        (0x0070, _TEXT, f"topic {value}"),
        (0x007D, _TEXT, f"Received: from {value}\r\nX-Patient: {value}\r\n"),
        (0x0039, _TIME, 133_594_128_000_000_000),
        (0x0C1A, _TEXT, f"何立{value}"),
        (0x0C1F, _TEXT, f"{value}@example.cn"),
        (0x0E04, _TEXT, f"shown to {value}"),
        (0x1000, _TEXT, f"姓名：{value}\r\n诊断：肺炎\r\n"),
        (0x1013, _BINARY, f"<html><body><p>姓名：{value}</p></body></html>".encode()),
        (0x3FDE, _LONG, 65001),
    ]
    recipient = [(0x0C15, _LONG, 1), (0x3001, _TEXT, f"王 {value}"), (0x39FE, _TEXT, f"to{value}@example.cn")]
    copied = [(0x0C15, _LONG, 2), (0x3001, _TEXT, f"刘 {value}"), (0x39FE, _TEXT, f"cc{value}@example.cn")]
    blind = [(0x0C15, _LONG, 3), (0x3001, _TEXT, f"暗 {value}"), (0x39FE, _TEXT, f"bcc{value}@example.cn")]
    people = {
        f"__recip_version1.0_#{number:08X}": storage(8, who) for number, who in enumerate((recipient, copied, blind))
    }
    return {**storage(head, properties), **people, **inside}


def outlook_mail(value: str, files: Mapping[str, bytes]) -> bytes:
    """Return a mail that shows ``value`` everywhere, with ``files``, an object and a mail attached to it."""
    attached: dict[str, Tree] = {}

    def attach(properties: list[tuple[int, int, object]]) -> None:
        attached[f"__attach_version1.0_#{len(attached):08X}"] = storage(8, properties)

    for name, data in files.items():
        attach([(0x3705, _LONG, 1), (0x3707, _TEXT, name), (0x3704, _TEXT, "SHORT~1"), (0x3701, _BINARY, data)])
    inner = {"__attach_version1.0_#00000000": storage(8, [
        (0x3705, _LONG, 1), (0x3707, _TEXT, f"inner {value}.txt"), (0x3701, _BINARY, value.encode()),
    ])}  # fmt: skip
    attach([(0x3705, _LONG, 5), (0x3707, _TEXT, f"{value}.msg"), (0x3701, _OBJECT, _mail(value, 24, inner))])
    attach([(0x3705, _LONG, 6), (0x3707, _TEXT, f"object {value}.ole"), (0x3701, _OBJECT, {"x": value.encode()})])
    return compound(_mail(value, 32, attached))
