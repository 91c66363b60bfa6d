"""JSON (RFC 8259), one value or one a line (``.jsonl``, ``.ndjson``): keys, strings, numbers and words as blocks.

A block is a value or a key. The copy is the source's text with the edited
strings exchanged; an edited number becomes a string. Keys that say nothing (``value``) are read under the one above.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import BinaryIO, NamedTuple

from hospital_redact.errors import ReadError
from hospital_redact.formats.base import Difference, Format, Reading, Source
from hospital_redact.formats.naming import ViewBuilder, in_order, is_generic, name_part
from hospital_redact.formats.splicing import Piece, compare_in_place, rewrite, splice, structure_note
from hospital_redact.formats.text import READ_AS, decode
from hospital_redact.model import (
    Block,
    Document,
    Edit,
    Kind,
    Location,
    RedactionPlan,
    RemovedPart,
    TablePosition,
    View,
    apply_edits,
    edits_by_block,
)

MAX_DEPTH = 200
"""Deepest nesting that is read; the second reader of the verification stops before 1000."""
MAX_VALUES = 400_000
"""Most keys and values of a file: each is a block that detectors see, and their memory must stay below 800 MB."""

_MAX_DIGITS = 40
_HEADS = ("columns", "column", "headers", "header", "fields", "titles", "head", "heads", "cols", "表头", "列名", "字段")
_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(
    r"""[ \t\n\r]*+(?:(?P<string>"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*+")|(?P<mark>[\[\]{}:,])"""
    r"""|(?P<number>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?)|(?P<word>true|false|null)|(?P<end>\Z))"""
)
_PIECE = re.compile(r"\\u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\.|[^\\]+")
_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f\u2028\u2029]')
_UNWANTED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_START = re.compile(r'[ \t\r\n]*+[\[{"\-0-9tfn]')


class _Token(NamedTuple):
    """Characters ``start`` to ``end`` of the file: ``string``, ``number``, ``word`` or ``mark``."""

    kind: str
    start: int
    end: int
    raw: str


def _damaged(text: str, at: int) -> ReadError:
    return ReadError(
        "HR203",
        "this is no JSON from line {line} on; correct it, or name the file .txt to have it read as plain text",
        line=text.count("\n", 0, at) + 1,
    )


def _tokens(text: str) -> Iterator[_Token]:
    """Yield the tokens of ``text``; raise HR203 where there is none."""
    at = 0
    while True:
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _damaged(text, at)
        if match.lastgroup == "end":
            return
        yield _Token(match.lastgroup, match.start(match.lastgroup), match.end(), match[match.lastgroup])
        at = match.end()


def _pieces(raw: str) -> Iterator[Piece]:
    """Yield what a string is made of, quotes included: escapes (two for a character outside the BMP), characters."""
    yield Piece('"', "")
    for match in _PIECE.finditer(raw, 1, len(raw) - 1):
        written = match.group()
        yield Piece(written, json.loads(f'"{written}"') if written[0] == "\\" else written)
    yield Piece('"', "")


def _text_of(token: _Token) -> str:
    """Return what a value says: a string without its escapes, a number without its exponent."""
    if token.kind == "string":
        text: str = json.loads(token.raw, strict=True) if "\\" in token.raw else token.raw[1:-1]
        if _UNWANTED.search(text):
            raise ReadError("HR203", "a string of the JSON holds control characters; save it without them")
        return text
    if token.kind == "number" and "e" in token.raw.lower():
        value = Decimal(token.raw)
        return f"{value:f}" if abs(value.adjusted()) <= _MAX_DIGITS else token.raw
    return token.raw


def _escaped(text: str) -> str:
    """Return ``text`` as part of a string; what JSON or JavaScript cannot hold bare is escaped."""
    return _ESCAPED.sub(lambda match: json.dumps(match.group())[1:-1], text)


def _written(token: _Token, edits: Sequence[Edit]) -> str:
    """Return an edited value: always a string, since a label is no number."""
    if token.kind == "string":
        return rewrite(_pieces(token.raw), edits, _escaped)
    return f'"{_escaped(apply_edits(token.raw if token.kind == "word" else _text_of(token), edits))}"'


# --------------------------------------------------------------------------- structure


@dataclass(slots=True)
class _Frame:
    """An object or array that is open: whose ``label`` (a block) it bears, and what may come next."""

    is_object: bool
    label: int | None
    table: int
    row: int
    key: int | None = None
    expects: str = "first"
    columns: int = 0
    values: list[tuple[int, int]] = field(default_factory=list)  # (key block, value block), for names in parts
    elements: tuple[int, int] | None = None  # table and last row of what this array holds
    heads: list[int] = field(default_factory=list)  # blocks of the words that head the columns of arrays in arrays
    scalars: list[int] = field(default_factory=list)  # blocks of the values that stand in this array


class _Reader:
    """Walks the tokens with a stack, so that no depth of nesting costs a call."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.blocks: list[Block] = []
        self.places: list[tuple[_Token, int]] = []  # each key and value with its block, in the order of the file
        self._marks: list[str] = []
        self._keys = 0
        self._view = ViewBuilder()
        self._names = ViewBuilder()
        self._has_names = False
        self._stack: list[_Frame] = []
        self._tables = 0
        self._values = 0

    def read(self) -> None:
        """Fill ``blocks`` and ``places``; raise HR203 or HR204."""
        for token in _tokens(self._text):
            if token.kind == "mark":
                self._marks.append(token.raw)
                self._take_mark(token)
            elif self._is_key(token):
                self._take_key(token)
            else:
                self._before_value(token)
                self._take_value(token)
        if self._stack or not (self._marks or self.places):
            raise _damaged(self._text, len(self._text))

    @property
    def note(self) -> str:
        """What is no block and says something: the marks; white space between values says nothing."""
        return structure_note(self._marks)

    def views(self) -> tuple[View, ...]:
        """Return lines of keys and values, and lines of people's names whose parts have keys of their own."""
        return (self._view.view(), *([self._names.view("names")] if self._has_names else []))

    def _is_key(self, token: _Token) -> bool:
        top = self._stack[-1] if self._stack else None
        return top is not None and top.is_object and top.expects in ("first", "key") and token.kind == "string"

    def _before_value(self, token: _Token) -> None:
        top = self._stack[-1] if self._stack else None
        if top is None:
            return
        allowed = ("value",) if top.is_object else ("first", "value")
        if top.expects not in allowed:
            raise _damaged(self._text, token.start)
        top.expects = "comma"

    def _take_mark(self, token: _Token) -> None:
        top = self._stack[-1] if self._stack else None
        match token.raw:
            case "{" | "[":
                self._open(token)
            case "}" | "]":
                ends = ("first", "comma")
                if top is None or top.is_object != (token.raw == "}") or top.expects not in ends:
                    raise _damaged(self._text, token.start)
                self._close(self._stack.pop())
            case _:
                wanted = {":": "colon", ",": "comma"}[token.raw]
                if top is None or top.expects != wanted:
                    raise _damaged(self._text, token.start)
                top.expects = "value" if token.raw == ":" or not top.is_object else "key"

    def _open(self, token: _Token) -> None:
        self._before_value(token)
        top = self._stack[-1] if self._stack else None
        if len(self._stack) >= MAX_DEPTH:
            raise ReadError("HR204", "the JSON is nested deeper than {levels}; split it", levels=MAX_DEPTH)
        label = self._label(top)
        if top is not None and top.is_object and label is not None:
            self._show_generic_key(top, label)
            self._view.show(label, self.blocks[label])
            self._view.add(":\n\n")
        table, row = self._next_row(top)
        heads = top.heads if top is not None else []
        self._stack.append(_Frame(token.raw == "{", label, table, row, heads=heads))

    def _next_row(self, top: _Frame | None) -> tuple[int, int]:
        """Return the table and row of what opens: the objects of an array are rows of one table, counted from 1."""
        if top is not None and not top.is_object:
            if top.elements is None:
                self._tables += 1
                top.elements = (self._tables, 0)
            top.elements = (top.elements[0], top.elements[1] + 1)
            return top.elements
        self._tables += 1
        return self._tables, 1

    def _close(self, frame: _Frame) -> None:
        self._note_heads(frame)
        parts = [(name_part(self.blocks[key].text), value) for key, value in frame.values]
        whole = in_order([part for part in parts if part[0]], self.blocks)
        if whole:
            self._names.show_name(whole, self.blocks, frame.label)
            self._has_names = True

    def _note_heads(self, frame: _Frame) -> None:
        """Note an array of words as the heads of what comes: under ``columns``, or the first of arrays in an array."""
        above = self._stack[-1] if self._stack else None
        texts = [self.blocks[number].text for number in frame.scalars]
        if frame.is_object or above is None or len(texts) < 2 or any(_DIGIT.search(text) for text in texts):
            return
        named = above.is_object and above.key is not None and self.blocks[above.key].text.casefold() in _HEADS
        if named or (not above.is_object and not above.heads and frame.row == 1):
            above.heads = frame.scalars

    def _label(self, top: _Frame | None) -> int | None:
        """Return the block of the key that says what the next value is; a generic one gives way to that above."""
        if top is None:
            return None
        if not top.is_object or top.key is None:
            in_row = len(self._stack) > 1 and not self._stack[-2].is_object and top.columns < len(top.heads)
            return top.heads[top.columns] if in_row else top.label
        generic = top.label is not None and is_generic(self.blocks[top.key].text)
        return top.label if generic else top.key

    def _add(self, block: Block) -> int:
        self.blocks.append(block)
        return len(self.blocks) - 1

    def _count(self) -> None:
        self._values += 1
        if self._values > MAX_VALUES:
            raise ReadError("HR204", "the file has more than {values} keys and values; split it", values=MAX_VALUES)

    def _take_key(self, token: _Token) -> None:
        self._count()
        self._keys += 1
        top = self._stack[-1]
        top.key = self._add(Block(_text_of(token), Location("text", f"key {self._keys}")))
        top.expects = "colon"
        self.places.append((token, top.key))

    def _show_generic_key(self, top: _Frame | None, label: int | None) -> None:
        """Put a key that says nothing before the one that says what the value is: ``value 电话: 139``."""
        if top is not None and top.is_object and top.key is not None and top.key != label:
            self._view.show(top.key, self.blocks[top.key])
            self._view.add(" ")

    def _take_value(self, token: _Token) -> None:
        self._count()
        top = self._stack[-1] if self._stack else None
        label = self._label(top)
        position = None
        if top is not None:
            position = TablePosition(top.table, top.row, top.columns, label)
            top.columns += 1
        number = self._add(Block(_text_of(token), Location("text", f"value {self._values}"), Kind.CELL, position))
        if top is not None:
            key = top.key if top.is_object and top.key is not None else top.label
            # A given name may stand in a list of its own: its parts belong to the object around.
            owner = top if top.is_object else next((f for f in reversed(self._stack) if f.is_object), top)
            if key is not None and name_part(self.blocks[key].text):
                owner.values.append((key, number))
            top.scalars.append(number)
        self.places.append((token, number))
        self._show_generic_key(top, label)
        self._view.show_value(number, self.blocks, label)


class JsonFormat(Format):
    """See the module."""

    name = "json"
    media_type = "application/json"
    suffixes: tuple[str, ...] = (".json", ".jsonl", ".ndjson")

    def recognises(self, data: bytes) -> bool:
        """Whether ``data`` is an object or array, or several one after the other."""
        try:
            text = decode(data).text if data else ""
            return text.lstrip()[:1] in ("{", "[") and sum(1 for _ in _tokens(text)) > 1
        except ReadError:
            return False

    def read(self, source: Source) -> Document:
        """Return one block a value and one a key; raise HR203 for what is no JSON, HR204 for too deep or too many."""
        text, encoding, mark = decode(source.data)
        reader = _Reader(text)
        reader.read()
        return Document(
            name=source.name,
            media_type=self.media_type,
            sha256=source.sha256,
            blocks=tuple(reader.blocks),
            views=reader.views(),
            notes=(f"encoding:{encoding}", *(["byte_order_mark"] if mark else []), reader.note),
        )

    def write(self, source: Source, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
        """Write the text with the edited keys and values exchanged; nothing else changes."""
        text, encoding, mark = decode(source.data)
        reader = _Reader(text)
        reader.read()
        edits = edits_by_block(plan.edits)
        changes = (
            (token.start, token.end, _written(token, edits[number]))
            for token, number in reader.places
            if number in edits
        )
        target.write(mark + splice(text, changes).encode(encoding))
        return ()

    def compare(self, source: Document, plan: RedactionPlan, copy: Document) -> Iterator[Difference]:
        """Yield values that differ from the plan, and a changed encoding or structure."""
        return compare_in_place(source, plan, copy)

    def readings(self, data: bytes) -> Iterator[Reading]:
        """Yield the bytes, the text in every encoding, and all keys and values that Python's json module reads."""
        yield Reading("bytes", "whole file", data=data)
        for encoding in READ_AS:
            yield Reading(encoding, "whole file", text=data.decode(encoding, errors="replace"))
        yield Reading("json", "whole file", text="\n".join(_second_reading(decode(data).text)))


def _second_reading(text: str) -> Iterator[str]:
    """Yield all keys and values of one JSON value or several; raise HR203 where the json module stops."""
    decoder = json.JSONDecoder(object_pairs_hook=lambda pairs: [part for pair in pairs for part in pair])
    at = 0
    blank = re.compile(r"[ \t\r\n]*")
    try:
        while (at := _end_of(blank, text, at)) < len(text):
            value, at = decoder.raw_decode(text, at)
            waiting = [value]
            while waiting:
                item = waiting.pop()
                if isinstance(item, list):
                    waiting.extend(reversed(item))
                else:
                    yield str(item)
    except (ValueError, RecursionError):
        raise ReadError("HR203", "the JSON cannot be read a second time; save it again") from None


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


FORMAT = JsonFormat()
