"""Rule 1 of the verification for workbooks: the copy is the source with the plan carried out, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator

from hospital_redact.formats.base import Difference
from hospital_redact.formats.ooxml.comparison import compare_left_over
from hospital_redact.formats.xlsx.naming import sheet_names
from hospital_redact.formats.xlsx.settling import Settled, settle
from hospital_redact.model import Block, Document, Edit, Kind, Location, RedactionPlan, apply_edits, edits_by_block

_APART = (Kind.FILE_NAME, Kind.PICTURE, Kind.STORED, Kind.LABEL)
"""Blocks that are compared otherwise: names by who names the copy, pictures as pictures, stored values by place."""


def compare_workbooks(source: Document, plan: RedactionPlan, copy: Document) -> Iterator[Difference]:
    """Yield each place where ``copy`` is not ``source`` with ``plan`` carried out; see ``Format.compare``."""
    edits = edits_by_block(plan.edits)
    settled = settle(source.blocks, edits)
    wanted = list(_wanted(source, edits, settled))
    got = [block for block in copy.blocks if block.survives and block.kind not in _APART]
    for (before, text), after in zip(wanted, got, strict=False):
        if text != after.text:
            yield Difference(str(before.location), "the text is not what the plan makes of the source")
    for before, _ in wanted[len(got) :]:
        yield Difference(str(before.location), "the block is missing in the copy")
    for after in got[len(wanted) :]:
        yield Difference(str(after.location), "the source has no such block")
    yield from _stored(source, settled, copy)
    for number, group in edits.items():
        end = len(source.blocks[number].text) if number < len(source.blocks) else -1
        if any(edit.span.end > end for edit in group):
            yield Difference(f"block {number}", "an edit points outside its block")
    yield from compare_left_over(plan, copy)


def _wanted(source: Document, edits: dict[int, list[Edit]], settled: dict[int, Settled]) -> Iterator[tuple[Block, str]]:
    names = [n for n, block in enumerate(source.blocks) if _is_sheet_name(block)]
    before = [source.blocks[n].text for n in names]
    after = [apply_edits(source.blocks[n].text, edits.get(n, ())) for n in names]
    called = dict(zip(names, sheet_names(before, after), strict=True))
    for number, block in enumerate(source.blocks):
        if not block.survives or block.kind in _APART:
            continue
        change = settled.get(number)
        if number in called:
            text = called[number]
        elif change is not None and change.text is not None:
            text = change.text
        else:
            text = apply_edits(block.text, edits[number]) if number in edits else block.text
        # Without a text there is no cell, no paragraph of a box and no header; in a chart its place stays.
        if text or block.location.address.startswith("chart"):
            yield block, text


def _is_sheet_name(block: Block) -> bool:
    return block.survives and block.kind is Kind.HEADING and block.location.address == "name"


def _stored(source: Document, settled: dict[int, Settled], copy: Document) -> Iterator[Difference]:
    places = {_place(source.blocks[number]): change for number, change in settled.items()}
    wanted: dict[tuple[str, str], str] = {}
    for block in source.blocks:
        if not block.survives or block.kind is not Kind.STORED:
            continue
        part, address = place = _place(block)
        cell, _, word = address.rpartition(", ")
        change = places.get((part, cell)) or places.get(place)
        if change is None or (change.formula if word == "formula" else change.value):
            wanted[place] = block.text
    got = {_place(b): b.text for b in copy.blocks if b.survives and b.kind is Kind.STORED}
    for place in wanted.keys() | got.keys():
        if wanted.get(place) != got.get(place):
            what = "what the cell stores is not what the plan makes of the source"
            # Another tool may turn a formula into its value: what is not there shows nothing.
            yield Difference(str(Location(*place)), what, hidden=place not in got)


def _place(block: Block) -> tuple[str, str]:
    return block.location.part, block.location.address
