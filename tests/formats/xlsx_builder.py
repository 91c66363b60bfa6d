"""Builds workbooks with a value planted in any of the slots, and the samples of the contract."""

from __future__ import annotations

import xlsx_slots
import xlsx_slots_hidden
from xlsx_kit import DROPPED, HIDDEN, SHOWS, VALUE, Kit, row

SLOT_MODULES = (xlsx_slots, xlsx_slots_hidden)
"""Importing them fills the groups of slots."""
EVERY = SHOWS | HIDDEN | DROPPED


def build(names: list[str], value: str = VALUE) -> bytes:
    """Return a file with ``value`` in all slots of ``names``."""
    kit = Kit()
    for name in names:
        EVERY[name](kit, value)
    return kit.save()


def sample(value: str) -> bytes:
    """Return a workbook that shows ``value`` in a cell, in a header and on a second sheet."""
    return build(["inline_text", "oddHeader_L", "second_sheet"], value)


def empty() -> bytes:
    """Return a workbook without a filled cell; its sheet is called ``空``."""
    kit = Kit()
    kit.names["sheet1"] = "空"
    kit.rows, kit.last = [row(1, '<c r="A1"/>')], ""
    return kit.save()
