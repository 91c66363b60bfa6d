"""Rule 1 of the verification for formats whose copy is read again as text: block by block equality.

PDF compares glyphs instead; see the design, section 2.
"""

from __future__ import annotations

from collections.abc import Iterator

from hospital_redact.formats.base import Difference
from hospital_redact.model import Block, Document, Kind, RedactionPlan, apply_edits, edits_by_block


def compare_blocks(source: Document, plan: RedactionPlan, copy: Document) -> Iterator[Difference]:
    """Yield each surviving block of ``copy`` whose text is not that of ``source`` with ``plan`` applied.

    Blocks are paired in their order; a block too many or too few is a difference as well. The file name is not
    part of the content (a copy gets its name elsewhere) and is left out on both sides, and so are the lines of
    pictures, which are compared as pictures, the label in the place of a picture, which says nothing of either, and the
    address of a link that is edited, which goes as a whole. An edit that points outside its block is a difference, not
    an error.
    """
    edits = edits_by_block(plan.edits)
    wanted = [
        (block, apply_edits(block.text, edits.get(number, ())))
        for number, block in enumerate(source.blocks)
        if _is_content(block) and not (block.kind is Kind.LINK and edits.get(number))
    ]
    got = [block for block in copy.blocks if _is_content(block)]
    for (before, text), after in zip(wanted, got, strict=False):
        if text != after.text:
            yield Difference(str(before.location), "the text is not what the plan makes of the source")
    for before, _ in wanted[len(got) :]:
        yield Difference(str(before.location), "the block is missing in the copy")
    for after in got[len(wanted) :]:
        yield Difference(str(after.location), "the source has no such block")
    for number, group in edits.items():
        end = len(source.blocks[number].text) if number < len(source.blocks) else -1
        if any(edit.span.end > end for edit in group):
            yield Difference(f"block {number}", "an edit points outside its block")


def _is_content(block: Block) -> bool:
    return block.survives and block.kind not in (Kind.FILE_NAME, Kind.PICTURE, Kind.LABEL)
