"""Reads the tokens of an XML file into blocks, with the place of each in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from hospital_redact.errors import ReadError
from hospital_redact.formats.naming import ViewBuilder, in_order, is_generic, name_part
from hospital_redact.formats.splicing import Piece, structure_note
from hospital_redact.formats.xmltext.characters import DECLARATION, corrupt, escaped, pieces
from hospital_redact.model import Block, Kind, Location, TablePosition, View

MAX_DEPTH = 200
"""Deepest nesting that is read; libxml2 stops at 256."""
MAX_VALUES = 200_000
"""Most texts and attributes of a file: each is a block that detectors see."""

_NAME = r"[^\s<>/=\"'&!?;,()\[\]{}#%+*~@^$|\\`][^\s<>/=\"'&!?;,()\[\]{}#%+*~@^$|\\`]*+"
_TOKEN = re.compile(
    rf"""<!--(?P<comment>.*?)-->|<!\[CDATA\[(?P<cdata>.*?)\]\]>|<\?(?P<instruction>.*?)\?>"""
    rf"""|<!DOCTYPE(?P<doctype>(?:[^\[\]<>"']|"[^"]*"|'[^']*')*+)>|</(?P<end>{_NAME})\s*+>"""
    rf"""|<(?P<start>{_NAME})(?P<attributes>(?:\s++{_NAME}\s*+=\s*+(?:"[^"<]*"|'[^'<]*'))*+)\s*+(?P<empty>/?)>"""
    r"""|(?P<text>[^<]++)""",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(rf"""\s+({_NAME})\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_LINE_END = re.compile(r"\r\n?")
_ROWS = ("tr", "row", "table-row")
_CELLS = ("td", "th", "cell", "c", "col", "column", "table-cell", "entry", "field")
_KNOWN_SPACES = frozenset(
    """urn:hl7-org:v3 urn:hl7-org:sdtc urn:hl7-org:v2xml http://hl7.org/fhir urn:ihe:iti:xds-b:2007
    http://www.w3.org/2001/XMLSchema http://www.w3.org/2001/XMLSchema-instance http://www.w3.org/1999/xhtml
    http://www.w3.org/1999/xlink http://www.w3.org/2000/svg http://www.w3.org/2000/09/xmldsig#
    http://www.w3.org/XML/1998/namespace http://www.w3.org/2005/Atom http://www.w3.org/2003/05/soap-envelope
    http://schemas.xmlsoap.org/soap/envelope/ http://purl.org/dc/elements/1.1/ http://purl.org/dc/terms/""".split()  # noqa: SIM905
)
"""Names of public vocabularies, which say nothing of a document."""
DROPPED = {"comment": "comment", "instruction": "processing_instruction", "doctype": "document_type"}
"""What no copy keeps, by the group of the token, as a stable word."""


class _Section(NamedTuple):
    """Part of a run: ``text``, ``cdata`` or ``dropped`` (a comment or an instruction), with its raw characters."""

    kind: str
    raw: str
    start: int
    end: int


class Run(NamedTuple):
    """All between two tags."""

    start: int
    end: int
    sections: tuple[_Section, ...]

    def pieces(self, *, keeps_cdata: bool) -> Iterator[Piece]:
        """Yield what the run is made of, without what no copy keeps; CDATA as such or as plain text."""
        for kind, raw, _, _ in self.sections:
            if kind == "text":
                yield from pieces(raw)
            elif kind == "cdata" and keeps_cdata:
                yield Piece(f"<![CDATA[{raw}]]>", _LINE_END.sub("\n", raw))
            elif kind == "cdata":
                yield from (Piece(escaped(char), char) for char in _LINE_END.sub("\n", raw))

    def text(self) -> str:
        """Return what the run says."""
        return "".join(piece.text for piece in self.pieces(keeps_cdata=True))

    @property
    def shows(self) -> bool:
        """Whether it is more than white space; an empty CDATA section keeps the place of a text that was removed."""
        return any(s.kind == "cdata" or (s.kind == "text" and s.raw.strip()) for s in self.sections)

    @property
    def drops(self) -> bool:
        """Whether something in it stays out of every copy."""
        return any(section.kind == "dropped" for section in self.sections)


class Place(NamedTuple):
    """Characters ``start`` to ``end`` of the file that hold ``block``.

    ``kind`` is ``text``, ``mixed`` (text beside elements), ``attribute``, ``space`` (of names), ``name`` or
    ``dropped``.
    """

    start: int
    end: int
    block: int
    kind: str
    run: Run | None = None


@dataclass(slots=True, eq=False)
class _Element:
    """An element that is open: its name (a block), the name that says what its value is, and its place as a row."""

    name: int
    label: int
    table: int
    row: int
    columns: int = 0
    has_children: bool = False
    mixed: bool = False
    rows: dict[int, tuple[int, int]] = field(default_factory=dict)  # name of children -> table and last row
    parts: list[tuple[str, int]] = field(default_factory=list)
    index: int = 0
    """Which child of its parent it is."""
    children: int = 0
    heads: dict[int, int] = field(default_factory=dict)  # of a table: column -> block of the cell that heads it
    head_row: _Element | None = None
    row_head: int | None = None  # of a row: block of the cell that says what the others are


class Walker:
    """Walks the tokens with a stack of open elements."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.blocks: list[Block] = []
        self.places: list[Place] = []
        self.dropped: dict[str, int] = {}
        self.values: list[str] = []  # attribute values in order, for the comparison with lxml
        self.texts: list[str] = []
        self._frame: list[str] = []
        self._frame_end = 0
        self._names: dict[str, int] = {}
        self._view = ViewBuilder()
        self._whole_names = ViewBuilder()
        self._has_names = False
        self._stack: list[_Element] = []
        self._sections: list[_Section] = []
        self._run_start = 0
        self._hidden = ViewBuilder()
        self._tables = 0
        self._counted = 0
        self._elements = 0

    def read(self) -> None:
        """Fill ``blocks`` and ``places``; raise HR203 or HR204."""
        declaration = DECLARATION.match(self._text)
        at = self._run_start = declaration.end() if declaration else 0
        while at < len(self._text):
            match = _TOKEN.match(self._text, at)
            if match is None:
                raise corrupt("the XML is damaged or cut off; save it again as well-formed XML")
            self._take(match)
            at = match.end()
        self._end_run(at)
        self._frame.append(self._text[self._frame_end :])
        if self._stack or not self._elements:
            raise corrupt("the XML is damaged or cut off; save it again as well-formed XML")

    @property
    def note(self) -> str:
        """All that is no block and stays."""
        return structure_note(self._frame)

    def views(self) -> tuple[View, ...]:
        """Return lines of names and values, people's names whose parts have elements of their own, and comments."""
        self._view.show_rest(self._names.values(), self.blocks)
        views = [self._view.view()]
        if self._has_names:
            views.append(self._whole_names.view("names"))
        if self.dropped:
            views.append(self._hidden.view("comments"))
        return tuple(views)

    def _take(self, match: re.Match[str]) -> None:
        for kind in ("text", "cdata"):
            if match[kind] is not None:
                self._sections.append(_Section(kind, match[kind], *match.span()))
        for what in DROPPED:
            if match[what] is not None:
                self._drop(what, match)
        if match["end"] is not None:
            self._end_run(match.start(), closing=True)
            self._close(match["end"])
        elif match["start"] is not None:
            self._end_run(match.start())
            self._open(match)
        else:
            return
        self._run_start = match.end()

    def _drop(self, what: str, match: re.Match[str]) -> None:
        if what == "doctype" and self._elements:
            raise corrupt("the XML is damaged or cut off; save it again as well-formed XML")
        self.dropped[what] = count = self.dropped.get(what, 0) + 1
        kind = Kind.COMMENT if what == "comment" else Kind.METADATA
        number = self._add(
            Block(match[what].strip(), Location("text", f"{DROPPED[what]} {count}"), kind, survives=False)
        )
        self._hidden.show(number, self.blocks[number])
        self._hidden.add("\n")
        self._sections.append(_Section("dropped", "", *match.span()))

    # -- elements

    def _add(self, block: Block) -> int:
        self._counted += 1
        if self._counted > MAX_VALUES:
            raise ReadError(
                "HR204", "the file has more than {values} texts and attributes; split it", values=MAX_VALUES
            )
        self.blocks.append(block)
        return len(self.blocks) - 1

    def _name(self, name: str, start: int) -> int:
        if name not in self._names:
            self._names[name] = self._add(Block(name, Location("text", f"name {len(self._names) + 1}")))
        number = self._names[name]
        self._place(Place(start, start + len(name), number, "name"))
        return number

    def _place(self, place: Place) -> None:
        self._frame.append(self._text[self._frame_end : place.start])
        self._frame_end = place.end
        self.places.append(place)

    def _open(self, match: re.Match[str]) -> None:
        parent = self._stack[-1] if self._stack else None
        if parent is None and self._elements:
            raise corrupt("the XML is damaged or cut off; save it again as well-formed XML")
        if len(self._stack) >= MAX_DEPTH:
            raise ReadError("HR204", "the XML is nested deeper than {levels}; split it", levels=MAX_DEPTH)
        self._elements += 1
        name = self._name(match["start"], match.start("start"))
        label = parent.label if parent is not None and is_generic(match["start"]) else name
        table, row = self._next_row(parent, name)
        element = _Element(name, label, table, row)
        if parent is not None:
            parent.has_children = True
            element.index = parent.children
            parent.children += 1
        self._stack.append(element)
        self._take_attributes(match, element)
        if match["empty"]:
            self._close(match["start"])

    def _next_row(self, parent: _Element | None, name: int) -> tuple[int, int]:
        """Return table and row of an element's values: elements of one name side by side are rows of one table."""
        if parent is None:
            self._tables += 1
            return self._tables, 1
        if name not in parent.rows:
            self._tables += 1
            parent.rows[name] = (self._tables, 0)
        table, row = parent.rows[name]
        parent.rows[name] = (table, row + 1)
        return table, row + 1

    def _take_attributes(self, match: re.Match[str], element: _Element) -> None:
        for found in _ATTRIBUTE.finditer(match["attributes"]):
            shift = match.start("attributes")
            name = self._name(found.group(1), shift + found.start(1))
            group = 2 if found.group(2) is not None else 3
            text = "".join(piece.text for piece in pieces(found.group(group), attribute=True))
            is_space = found.group(1) == "xmlns" or found.group(1).startswith("xmlns:")
            if not is_space:
                self.values.append(text)
            elif text in _KNOWN_SPACES:
                continue
            label = element.label if is_generic(found.group(1)) else name
            position = TablePosition(element.table, element.row, element.columns, label)
            element.columns += 1
            number = self._value(text, "attribute", label, position)
            self._note_part(found.group(1), number, element)
            kind = "space" if is_space else "attribute"
            self._place(Place(shift + found.start(group), shift + found.end(group), number, kind))

    def _value(self, text: str, what: str, label: int, position: TablePosition) -> int:
        number = self._add(Block(text, Location("text", f"{what} {self._counted + 1}"), Kind.CELL, position))
        self._view.new_line()
        self._view.show_value(number, self.blocks, label)
        return number

    def _note_part(self, name: str, number: int, owner: _Element) -> None:
        if part := name_part(name):
            owner.parts.append((part, number))

    def _close(self, name: str) -> None:
        if not self._stack or self.blocks[self._stack[-1].name].text != name:
            raise corrupt("the XML is damaged or cut off; save it again as well-formed XML")
        element = self._stack.pop()
        whole = in_order(element.parts, self.blocks)
        if whole:
            self._whole_names.show_name(whole, self.blocks, element.label)
            self._has_names = True
        elif self._stack and is_generic(self.blocks[element.name].text):
            self._stack[-1].parts.extend(element.parts)
        if element.mixed and not (self._stack and self._stack[-1].mixed):
            self._view.add("\n")

    # -- text

    def _end_run(self, end: int, *, closing: bool = False) -> None:
        """Make a block of the text before a tag: where it shows, or where the element holds nothing else."""
        run = Run(self._run_start, end, tuple(self._sections))
        self._sections = []
        element = self._stack[-1] if self._stack else None
        leaf = closing and element is not None and not element.has_children
        if element is None and run.shows:
            raise corrupt("the XML is damaged or cut off; save it again as well-formed XML")
        if element is None or not (run.shows or leaf):
            for section in run.sections:
                if section.kind == "dropped":
                    self._place(Place(section.start, section.end, 0, "dropped"))
            if element is not None:
                self.texts.append(run.text())
            return
        text = run.text()
        self.texts.append(text)
        inline = len(self._stack) > 1 and self._stack[-2].mixed
        if leaf and not inline:
            parent = self._stack[-2] if len(self._stack) > 1 else element
            label = self._head_of_cell() or element.label
            position = TablePosition(parent.table, parent.row, parent.columns, label)
            parent.columns += 1
            number = self._value(text, "value", label, position)
            self._note_head(number)
            self._note_part(self.blocks[element.name].text, number, parent)
        else:
            self._begin_mixed(element, leaf=leaf)
            number = self._add(Block(text, Location("text", f"value {self._counted + 1}")))
            self._view.show(number, self.blocks[number])
        self._place(Place(run.start, run.end, number, "text" if leaf else "mixed", run))

    def _cell(self) -> tuple[_Element, _Element, _Element] | None:
        """Return the table, row and cell in which the open element stands, if it does."""
        for depth in range(len(self._stack) - 2, max(-1, len(self._stack) - 6), -1):
            if self._bare(self._stack[depth]) in _ROWS and self._bare(self._stack[depth + 1]) in _CELLS:
                above = reversed(self._stack[:depth])
                table = next((outer for outer in above if self._bare(outer) == "table"), self._stack[max(0, depth - 1)])
                return table, self._stack[depth], self._stack[depth + 1]
        return None

    def _bare(self, element: _Element) -> str:
        return self.blocks[element.name].text.casefold().rpartition(":")[2]

    def _head_of_cell(self) -> int | None:
        """Return the block that heads the cell whose text comes next: the ``th`` of its row, or the first row's."""
        if (place := self._cell()) is None:
            return None
        table, row, cell = place
        if self._bare(cell) == "th" or table.head_row in (None, row):
            return row.row_head if self._bare(cell) != "th" else None
        return table.heads.get(cell.index) if row.row_head is None else row.row_head

    def _note_head(self, number: int) -> None:
        """Note a cell that was read as one that heads others."""
        if (place := self._cell()) is None:
            return
        table, row, cell = place
        table.head_row = table.head_row or row
        if self._bare(cell) == "th":
            row.row_head = number
        if table.head_row is row:
            table.heads[cell.index] = number
            if row.row_head is not None and self._bare(cell) != "th":
                table.heads.clear()  # words at the left and what is said of them, no row of heads

    def _begin_mixed(self, element: _Element, *, leaf: bool) -> None:
        """Put the name before the first text of an element that holds text and elements side by side."""
        if leaf or element.mixed:
            return
        element.mixed = True
        if not element.has_children:
            self._view.new_line()
            self._view.show(element.label, self.blocks[element.label])
            self._view.add(": ")
