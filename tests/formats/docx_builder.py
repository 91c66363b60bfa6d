"""Builds Word files with a value planted in any of the slots, and the samples of the contract."""

from __future__ import annotations

import io

import docx
import docx_slots_drawn
import docx_slots_dropped
import docx_slots_hidden
import docx_slots_shown
from docx_kit import DROPPED, HIDDEN, SHOWS, UNREAD, VALUE, Kit

SLOT_MODULES = (docx_slots_shown, docx_slots_drawn, docx_slots_hidden, docx_slots_dropped)
"""Importing them fills the groups of slots."""


def build(names: list[str], value: str = VALUE) -> bytes:
    """Return a file with ``value`` in all slots of ``names``."""
    kit = Kit()
    every = SHOWS | HIDDEN | UNREAD | DROPPED
    for name in names:
        every[name](kit, value)
    return kit.save()


def sample(value: str) -> bytes:
    """Return a plain file that shows ``value`` in a paragraph, in a table and in the header."""
    return build(["plain", "table_cell", "header_default"], value)


def empty() -> bytes:
    """Return a file without a character."""
    stream = io.BytesIO()
    docx.Document().save(stream)
    return stream.getvalue()


def encrypted() -> bytes:
    """Return the head of a compound file and the directory entry by which an encrypted package is known."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(512)
