"""ICC profiles of a copy (ISO 15076-1): the tags that turn colours, and none of the texts."""

from __future__ import annotations

import struct

_KEPT = frozenset(
    b"wtpt bkpt chad rXYZ gXYZ bXYZ rTRC gTRC bTRC kTRC A2B0 A2B1 A2B2 B2A0 B2A1 B2A2 gamt lumi cicp".split()
)
_HEADER = 128
_MAX_TAGS = 256
_TABLES = (b"mft1", b"mft2", b"mAB ", b"mBA ", b"curv", b"para", b"XYZ ", b"sf32", b"cicp")


def strip_profile(data: bytes) -> bytes | None:
    """Return the profile without texts, dates and makers' marks, ``None`` where it is none."""
    if len(data) < _HEADER + 4 or data[36:40] != b"acsp":
        return None
    count = int.from_bytes(data[_HEADER : _HEADER + 4], "big")
    if count > _MAX_TAGS or len(data) < _HEADER + 4 + 12 * count:
        return None
    bodies: dict[bytes, bytes] = {}
    for number in range(count):
        tag, offset, length = struct.unpack_from(">4sLL", data, _HEADER + 4 + 12 * number)
        body = data[offset : offset + length]
        if tag in _KEPT and len(body) == length and body[:4] in _TABLES:
            bodies[tag] = body
    if not bodies:
        return None
    start = _HEADER + 4 + 12 * len(bodies)
    table, blocks = [], bytearray()
    places: dict[bytes, int] = {}  # tags often share one curve
    for tag, body in sorted(bodies.items()):
        if body not in places:
            places[body] = start + len(blocks)
            blocks += body + b"\0" * (-len(body) % 4)
        table.append(struct.pack(">4sLL", tag, places[body], len(body)))
    # Kept of the header: version, class, colour spaces, mark, flags, attributes, intent and illuminant.
    header = bytearray(_HEADER)
    for first, last in ((8, 24), (36, 40), (44, 48), (56, 80)):
        header[first:last] = data[first:last]
    header[:4] = struct.pack(">L", start + len(blocks))
    return bytes(header) + struct.pack(">L", len(bodies)) + b"".join(table) + bytes(blocks)
