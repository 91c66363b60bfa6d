"""Make the font that copies letter their labels and marks with: a subset of a Chinese font under the SIL OFL.

Usage::

    python tools/label_font.py FONT.ttf

``FONT.ttf`` is LXGW WenKai Regular, as the Debian package fonts-lxgw-wenkai installs it. The subset holds ASCII, some
punctuation and the 3,755 characters of GB 2312 level 1, without hinting and layout tables. The licence reserves the
name of the original, so the subset bears its own; OFL.txt beside the font says where it comes from.
"""

# ruff: noqa: T201
from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset  # type: ignore[import-untyped]  # it ships no types

TARGET = Path(__file__).parents[1] / "src" / "hospital_redact" / "formats" / "fonts" / "labels.ttf"
NAME = "Hospital Redact Labels"
PUNCTUATION = "·█—–、。，：；（）【】《》〔〕“”×…"


def characters() -> str:
    """Return the characters of the subset."""
    rows = range(0xB0, 0xD8)
    level_1 = [bytes([row, cell]) for row in rows for cell in range(0xA1, 0xFF) if (row, cell) <= (0xD7, 0xF9)]
    return "".join(map(chr, range(32, 127))) + PUNCTUATION + "".join(pair.decode("gb2312") for pair in level_1)


def main(source: str) -> None:
    """Write the subset of ``source``."""
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.name_IDs = [0, 1, 2, 4, 6, 13, 14]
    options.notdef_outline = True
    font = subset.load_font(source, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters())
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 4):
            record.string = NAME
        elif record.nameID == 6:
            record.string = NAME.replace(" ", "")
    font["head"].created = font["head"].modified = 0  # the same subset each time
    font.recalcTimestamp = False
    subset.save_font(font, str(TARGET), options)
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes, {len(font.getGlyphOrder())} glyphs")


if __name__ == "__main__":
    main(sys.argv[1])
