"""How much work a file may be, told from its bytes without reading it: pictures take seconds each, text hardly any.

The parent process looks here, so nothing is opened or decoded: marks are counted in the bytes as they are.
"""

from __future__ import annotations

import re
from pathlib import Path

_PICTURES = re.compile(rb"/Subtype\s{0,4}/Image\b|PK\x01\x02.{42}[^\x00]{0,40}media/", re.DOTALL)
"""An image object of a PDF (never inside a packed object, ISO 32000-1, 7.5.7), a media part in the list of a ZIP."""
_PIECE = 1 << 20
_SHARED = 128
_BYTES = 2_000_000
"""Bytes that count as a picture where no marks are found, as in a file of pictures."""


def pictures_in(path: Path) -> int:
    """Return about how many pictures a file holds; 0 where it cannot be opened, which its reader will say."""
    count = size = 0
    try:
        with path.open("rb") as file:
            before = b""
            while piece := file.read(_PIECE):
                size += len(piece)
                count += len(_PICTURES.findall(before + piece)) - len(_PICTURES.findall(before))
                before = piece[-_SHARED:]
    except OSError:
        return 0
    return max(count, size // _BYTES)
