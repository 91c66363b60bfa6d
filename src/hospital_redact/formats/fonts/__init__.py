"""The font that copies letter their labels and marks with; see OFL.txt and tools/label_font.py."""

from __future__ import annotations

from importlib.resources import files


def label_font() -> bytes:
    """Return the TrueType font: ASCII, some punctuation and GB 2312 level 1."""
    return files(__name__).joinpath("labels.ttf").read_bytes()
