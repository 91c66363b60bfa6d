"""Where the cells of a page's tables stand, and which cells head them."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from hospital_redact.formats.hypertext.parsing import local_name
from hospital_redact.model import TablePosition

_MAX_SPAN = 1000


@dataclass(slots=True)
class Table:
    """A table that is being read. The first row of several cells heads the columns, and so does one of ``th`` alone."""

    number: int
    row: int = -1
    column: int = 0
    heads: dict[int, int] = field(default_factory=dict)  # column -> block of the cell that heads it
    new_heads: dict[int, int] = field(default_factory=dict)
    taken: dict[int, int] = field(default_factory=dict)  # column -> rows that a cell above still covers
    row_head: int | None = None
    is_head: bool = False
    is_title: bool = False
    in_list: bool = False
    """Whether it is a list of words (``dl``)."""

    def begin_row(self, row: Element, *, in_head: bool) -> None:
        """Begin a row ``tr``; one of a single cell above the heads is a title."""
        cells = [local_name(cell) for cell in row if local_name(cell) in ("td", "th")]
        self.is_title = len(cells) < 2 and not self.heads and self.row < 0
        self.is_head = len(cells) > 1 and (in_head or not self.heads or all(name == "th" for name in cells))
        self.row += not self.is_title
        self.column, self.row_head = 0, None

    def end_row(self) -> None:
        """End the row: what heads columns does so from the next row on."""
        self.heads.update(self.new_heads)
        self.new_heads = {}
        self.taken = {column: rows - 1 for column, rows in self.taken.items() if rows > 1}

    def begin_cell(self, attributes: dict[str, str]) -> tuple[TablePosition | None, range]:
        """Return the place of the next cell, none in a title, and the columns that it covers."""
        while self.taken.get(self.column):
            self.column += 1
        columns = range(self.column, self.column + _span(attributes.get("colspan", "")))
        self.taken.update(dict.fromkeys(columns, _span(attributes.get("rowspan", ""))))
        column, self.column = self.column, columns.stop
        if self.is_title:
            return None, columns
        head = None if self.is_head else self.heads.get(column)
        return TablePosition(self.number, self.row, column, head, self.row_head), columns

    def end_cell(self, columns: range, block: int | None, *, is_th: bool) -> None:
        """Note the first block of a cell, if it has one, as what heads its columns or its row."""
        if block is None:
            return
        if self.is_head:
            self.new_heads.update(dict.fromkeys(columns, block))
        elif is_th and columns.start == 0:
            self.row_head = block

    def end_word(self, block: int | None) -> None:
        """Note the block of a word of a list, of which what follows is said."""
        self.row_head = block


def _span(value: str) -> int:
    return max(1, min(_MAX_SPAN, int(value))) if value.isascii() and value.isdigit() and len(value) < 5 else 1
