"""Tables of values as text: CSV and TSV (RFC 4180 as spreadsheets read it), divided by comma, tab, semicolon or bar.

A block is a cell. The copy has the encoding, line ends, quotes and division of its source. A spreadsheet runs a cell
that begins with ``=``, ``+``, ``-`` or ``@`` as a formula, so no replacement may make one.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from hospital_redact.errors import PlanError, ReadError
from hospital_redact.formats.base import Difference, Format, Reading, Source
from hospital_redact.formats.naming import ViewBuilder, in_order, meaning_of, name_part
from hospital_redact.formats.splicing import compare_in_place, splice, structure_note
from hospital_redact.formats.text import READ_AS, decode
from hospital_redact.model import (
    Block,
    Document,
    Kind,
    Location,
    RedactionPlan,
    RemovedPart,
    TablePosition,
    Unread,
    View,
    apply_edits,
    edits_by_block,
    join_blocks,
)

MAX_CELLS = 600_000
"""Most cells of a file: each is a block that detectors see, and their memory must stay below 800 MB."""

_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_CHARS = 65_536
_SAMPLE_ROWS = 200
_DIRECTIVE = re.compile(r"sep=([,;|\t])(?:\r\n|\n|\r)", re.IGNORECASE)
_HEAD_ROWS = 8
_MAX_HEAD = 24
_NUMBER = re.compile(r"\d{4}|^[-+(]?[¥$€]?[\d.,]+%?\)?$")
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
# What begins so and is no formula: signed numbers, rules of dashes, words behind a dash or an at sign.
_SIGNED = re.compile(r"[-+－＋]?[¥$€]?[\d\s().,/%-]*|[-+=@－＋＝＠\s]+")
_WORDS = re.compile(r"[-－@＠]\s*[^\W\d][^=+()&^*|!]*")
# ="0017" keeps its zeros; sums and references show nothing but numbers of cells that were read.
_PLAIN_FORMULA = re.compile(
    r"""[=+@-]\s*(?:"[^"&]*"|(?:[-+*/(),:;<>=%\s]|\$?[A-Z]{1,3}\$?\d{1,7}(?![\d(])|(?<![\d.])\d{1,5}(?:\.\d{1,4})?(?!\d)"""
    r"""|(?:SUM|AVERAGE|COUNTA?|MIN|MAX|ROUND|IF|ABS|PRODUCT|MEDIAN|SUBTOTAL)(?=\())*)""",
    re.IGNORECASE,
)


class _Field(NamedTuple):
    """A cell as written: raw characters ``start`` to ``end``, its text, and where it stands."""

    start: int
    end: int
    text: str
    row: int
    column: int


def _field_pattern(delimiter: str) -> re.Pattern[str]:
    stop = rf"[^{re.escape(delimiter)}\r\n]*+"
    return re.compile(rf'("(?:[^"]++|"")*+"{stop}|{stop})({re.escape(delimiter)}|\r\n|\n|\r|\Z)')


def _fields(text: str, delimiter: str, *, rows: int | None = None) -> Iterator[_Field]:
    """Yield the cells of ``text`` in order, those of the first ``rows`` rows if given; raise HR204 at the limit."""
    pattern = _field_pattern(delimiter)
    at = row = column = count = 0
    while at < len(text) or column:
        match = pattern.match(text, at)
        assert match is not None  # the pattern matches the empty cell before any end
        raw, mark = match.groups()
        yield _Field(at, at + len(raw), _unquoted(raw), row, column)
        count += 1
        if count > MAX_CELLS:
            raise ReadError("HR204", "the table has more than {cells} cells; split the file", cells=MAX_CELLS)
        at = match.end()
        row, column = (row, column + 1) if mark == delimiter else (row + 1, 0)
        if mark == "" or row == rows:
            return


def _unquoted(raw: str) -> str:
    """Return the text of a cell; what follows a closing quote belongs to it, as in spreadsheets."""
    if not raw.startswith('"'):
        return raw
    body, end = raw[1:], 0
    while (end := body.find('"', end)) >= 0:
        if body[end + 1 : end + 2] != '"':
            return body[:end].replace('""', '"') + body[end + 1 :]
        end += 2
    return raw  # a quote that nothing closes is a character like others


def _quoted(text: str, raw: str, delimiter: str) -> str:
    """Return how an edited cell is written: in quotes if it was, or where it must be (RFC 4180, 2.5 to 2.7).

    So is one without text, since it may have been all of its row.
    """
    if not text or raw.startswith('"') or text[:1] == '"' or any(mark in text for mark in (delimiter, "\n", "\r")):
        return '"' + text.replace('"', '""') + '"'
    return text


def _find_delimiter(text: str, suffix: str) -> str:
    """Return what divides the cells: what an ``sep=`` line says, else what gives the most even rows."""
    if said := _DIRECTIVE.match(text):
        return said.group(1)
    sample = text[:_SAMPLE_CHARS]
    order = ("\t", *_DELIMITERS) if suffix == ".tsv" else _DELIMITERS
    best, best_score = order[0], (0.0, 0)
    for delimiter in order:
        score = _evenness(sample, delimiter)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _evenness(sample: str, delimiter: str) -> tuple[float, int]:
    """Return the share of rows with the usual number of cells, of at least two, and that number."""
    widths: Counter[int] = Counter()
    width = 0
    filled = False
    for field in _fields(sample, delimiter, rows=_SAMPLE_ROWS):
        if field.column == 0 and filled:
            widths[width] += 1
            filled = False
        width = field.column + 1
        filled = filled or bool(field.text)
    if filled:
        widths[width] += 1
    usual, count = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]), default=(0, 0))
    return (round(count / widths.total(), 2), usual) if usual > 1 else (0.0, 0)


# --------------------------------------------------------------------------- blocks


class _RowPlace(NamedTuple):
    """Where a row stands: its table, its number there (0 if it heads the table), and which row of the file heads it."""

    table: int
    row: int
    heading: int | None


def _layout(rows: Sequence[Sequence[str]]) -> list[_RowPlace]:
    """Give each row its table: a blank row ends one, and so does the title above the row that heads columns."""
    places = [_RowPlace(0, 1, None)] * len(rows)
    table, start, last = 0, 0, None
    for end in range(len(rows) + 1):
        if end < len(rows) and any(cell.strip() for cell in rows[end]):
            continue
        if end > start:
            found = _heading(rows, start, end)
            if found is None and last is not None and len(rows[last]) == len(rows[start]):
                found = last  # the table goes on behind a blank row
            body = start if found is None or found < start else found
            for row in range(start, body):
                places[row] = _RowPlace(table, row - start + 1, None)
            table += body > start
            for row in range(body, end):
                places[row] = _RowPlace(table, row - body + (found != body), found if row != found else None)
            table += 1
            last = found
        start = end + 1
    return places


def _heading(rows: Sequence[Sequence[str]], start: int, end: int) -> int | None:
    """Return the first of a table's rows that is nearly as wide as the table, of words, with a row below it."""
    filled = [[cell.strip() for cell in row if cell.strip()] for row in rows[start : min(end, start + _HEAD_ROWS)]]
    widest = max(map(len, filled))
    for number, words in enumerate(filled):
        figures = any(len(word) > _MAX_HEAD or _NUMBER.search(word) for word in words)
        if len(words) >= 0.6 * widest and not figures and start + number + 1 < end:
            return start + number
    return None


def _blocks(rows: Sequence[Sequence[str]], places: Sequence[_RowPlace]) -> Iterator[Block]:
    firsts: list[int] = []
    count = 0
    for row in rows:
        firsts.append(count)
        count += len(row)
    for number, (row, place) in enumerate(zip(rows, places, strict=True)):
        heads = range(0)
        if place.heading is not None:
            first = firsts[place.heading]
            heads = range(first, first + len(rows[place.heading]))
        for column, text in enumerate(row):
            head = heads[column] if column < len(heads) else None
            position = TablePosition(place.table, place.row, column, head)
            yield Block(text, Location("table", f"row {number + 1} column {column + 1}"), Kind.CELL, position)


def _further_views(rows: Sequence[Sequence[str]], places: Sequence[_RowPlace], blocks: Sequence[Block]) -> list[View]:
    """Return a view of names whose parts have columns of their own, and one of values under a program's names."""
    names, values = ViewBuilder(), ViewBuilder()
    headings = {place.heading for place in places if place.heading is not None}
    parts_of = {row: [(name_part(word), column) for column, word in enumerate(rows[row])] for row in headings}
    meant_in = {row: [column for column, word in enumerate(rows[row]) if meaning_of(word)] for row in headings}
    first = 0
    for row, place in zip(rows, places, strict=True):
        if place.heading is not None:
            parts = [(part, first + column) for part, column in parts_of[place.heading] if part and column < len(row)]
            if whole := in_order(parts, blocks):
                names.show_name(whole, blocks, None)
            for column in meant_in[place.heading]:
                position = blocks[first + column].cell if column < len(row) else None
                if position is not None:
                    values.show_value(first + column, blocks, position.column_header)
        first += len(row)
    views = (names.view("names"), values.view("named values"))
    return [view for view in views if view.segments]


def _unread(blocks: Sequence[Block]) -> Iterator[Unread]:
    for block in blocks:
        if block.text[:1] in _FORMULA[:4] and not _is_plain(block.text):
            yield Unread("formula", block.location, "a spreadsheet shows what the formula gives, not what was read")


def _is_plain(text: str) -> bool:
    """Whether a cell that begins like a formula shows only what stands in it, or numbers of cells that were read."""
    bare = text.strip()
    return any(pattern.fullmatch(bare) for pattern in (_SIGNED, _PLAIN_FORMULA, _WORDS))


class DelimitedFormat(Format):
    """See the module."""

    name = "csv"
    media_type = "text/csv"
    suffixes: tuple[str, ...] = (".csv", ".tsv")

    def recognises(self, data: bytes) -> bool:
        """Whether ``data`` is a text whose rows mostly have the same number of cells, at least two."""
        try:
            sample = decode(data).text[:_SAMPLE_CHARS] if data else ""
        except ReadError:
            return False
        share, width = max(_evenness(sample, delimiter) for delimiter in _DELIMITERS)
        return width > 1 and share >= 0.5

    def read(self, source: Source) -> Document:
        """Return one block a cell, with the cell that heads its column; raise HR203 or HR204."""
        text, encoding, mark = decode(source.data)
        delimiter = _find_delimiter(text, Path(source.name).suffix.lower())
        rows: list[list[str]] = []
        frame: list[str] = []
        at = 0
        for field in _fields(text, delimiter):
            if field.column == 0:
                rows.append([])
            rows[-1].append(field.text)
            frame.append(text[at : field.start])
            at = field.end
        frame.append(text[at:])
        places = _layout(rows)
        blocks = tuple(_blocks(rows, places))
        return Document(
            name=source.name,
            media_type=self.media_type,
            sha256=source.sha256,
            blocks=blocks,
            views=(join_blocks(blocks), *_further_views(rows, places, blocks)),
            unread=tuple(_unread(blocks)),
            notes=(f"encoding:{encoding}", *(["byte_order_mark"] if mark else []), structure_note(frame)),
        )

    def write(self, source: Source, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
        """Write the table with the edited cells exchanged; raise PlanError HR401 where one would become a formula."""
        text, encoding, mark = decode(source.data)
        delimiter = _find_delimiter(text, Path(source.name).suffix.lower())
        edits = edits_by_block(plan.edits)
        changes: list[tuple[int, int, str]] = []
        for number, field in enumerate(_fields(text, delimiter)):
            if number in edits:
                new = apply_edits(field.text, edits[number])
                _refuse_formula(field, new)
                changes.append((field.start, field.end, _quoted(new, text[field.start : field.end], delimiter)))
        target.write(mark + splice(text, changes).encode(encoding))
        return ()

    def compare(self, source: Document, plan: RedactionPlan, copy: Document) -> Iterator[Difference]:
        """Yield cells that differ from the plan, and a changed encoding, line end or division."""
        return compare_in_place(source, plan, copy)

    def readings(self, data: bytes) -> Iterator[Reading]:
        """Yield the bytes, the text in every encoding, and the cells that the csv module of Python reads."""
        yield Reading("bytes", "whole file", data=data)
        for encoding in READ_AS:
            yield Reading(encoding, "whole file", text=data.decode(encoding, errors="replace"))
        text = decode(data).text
        # The limit is that of the process: others may have raised it, and it is never lowered here.
        csv.field_size_limit(max(len(text), csv.field_size_limit()))
        for delimiter in _DELIMITERS:
            rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            try:
                cells = "\n".join("\t".join(row) for row in rows)
            except csv.Error:
                raise ReadError("HR203", "the table cannot be read a second time; save it again as CSV") from None
            yield Reading("csv", "whole file", text=cells)


def _refuse_formula(field: _Field, new: str) -> None:
    if new.lstrip()[:1] in _FORMULA and new.lstrip() and field.text.lstrip()[:1] not in _FORMULA:
        raise PlanError(
            "HR401",
            "row {row} column {column} would begin like a formula; choose another replacement",
            row=field.row + 1,
            column=field.column + 1,
        )


FORMAT = DelimitedFormat()
