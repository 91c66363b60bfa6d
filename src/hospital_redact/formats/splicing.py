"""Copies that differ from their source in the planned characters only: pieces of a text exchanged by their offsets.

Shared by the formats whose copy is the source's own text (tables of values, JSON, XML).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from hospital_redact.formats.base import Difference
from hospital_redact.formats.comparison import compare_blocks
from hospital_redact.model import Document, Edit, RedactionPlan


class Piece(NamedTuple):
    """Characters ``raw`` of a file that stand for ``text``: an escape for its character, a run of others for itself."""

    raw: str
    text: str


def as_it_is(text: str) -> str:
    """Return ``text``."""
    return text


def portion(text: str, start: int, edits: Iterable[Edit], encode: Callable[[str], str] = as_it_is) -> str:
    """Return what ``edits`` of a block leave of ``text``, its characters from ``start`` on.

    A replacement, encoded, stands where its edit begins; characters of an edit that began earlier are gone.
    """
    end = start + len(text)
    kept: list[str] = []
    at = start
    for edit in edits:  # sorted by start, not overlapping
        if edit.span.end <= start or edit.span.start >= end:
            continue
        kept.append(text[at - start : max(at, edit.span.start) - start])
        if edit.span.start >= start:
            kept.append(encode(edit.replacement))
        at = min(end, edit.span.end)
    return "".join(kept) + text[at - start :]


def rewrite(pieces: Iterable[Piece], edits: Sequence[Edit], encode: Callable[[str], str]) -> str:
    """Return ``pieces`` with ``edits`` carried out; what no edit touches keeps its spelling."""
    out: list[str] = []
    at = number = 0
    for raw, text in pieces:
        end = at + len(text)
        while number < len(edits) and edits[number].span.end <= at:
            number += 1
        touched = number < len(edits) and edits[number].span.start < end
        if touched and raw == text:
            out.append(portion(text, at, edits[number:], encode))
        else:
            out.append(encode(portion(text, at, edits[number:])) if touched else raw)
        at = end
    return "".join(out)


def splice(text: str, changes: Iterable[tuple[int, int, str]]) -> str:
    """Return ``text`` with each (start, end, new) of ``changes``, which are in order, put in its place."""
    parts: list[str] = []
    at = 0
    for start, end, new in changes:
        parts += (text[at:start], new)
        at = end
    return "".join([*parts, text[at:]])


def structure_note(frame: Iterable[str]) -> str:
    """Return a note on all of a file that is no block, so that a copy can be compared: a hash, never text."""
    sha = hashlib.sha256()
    for part in frame:
        sha.update(part.encode("utf-8", "surrogatepass"))
    return f"structure:{sha.hexdigest()[:16]}"


def compare_in_place(source: Document, plan: RedactionPlan, copy: Document) -> Iterator[Difference]:
    """Yield blocks that differ from the plan, and a changed encoding or structure (``Document.notes``)."""
    yield from compare_blocks(source, plan, copy)
    for before, after in zip_longest(source.notes, copy.notes):
        if before != after:
            yield Difference("text", "the encoding or the structure changed")
