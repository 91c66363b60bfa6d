"""Carries out the edits of a plan on the clean copy and packs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from lxml import etree

from hospital_redact.errors import PlanError
from hospital_redact.formats.ooxml.charts import write_text
from hospital_redact.formats.ooxml.package import write_package
from hospital_redact.formats.pictures import redact_picture
from hospital_redact.formats.pptx.draft import Draft, Passage, Picture, Piece
from hospital_redact.formats.pptx.vocabulary import MAIN, a, p
from hospital_redact.model import Edit, Kind, RedactionPlan, RemovedPart, edits_by_block


def write_copy(draft: Draft, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
    """Write the copy to ``target`` and return what was left out.

    Raises PlanError HR404 for an edit outside its block or over another one, HR401 for a replacement that XML cannot
    hold. The draft is used up.
    """
    blocks = len(draft.live) + len(draft.dead)
    edits = edits_by_block(plan.edits)
    for number, group in edits.items():
        if number < len(draft.live):
            if draft.live[number].block.kind is not Kind.PICTURE:
                _edit(draft.live[number], group)
        elif number > blocks:  # one block more than ours: the name, which formats/__init__ adds
            raise PlanError("HR404", "an edit points outside the document; make the plan anew")
    accepted = {(entry.what, entry.location) for entry in plan.accepted_unread}
    for picture in draft.pictures:
        if all((unread.what, str(unread.location)) in accepted for unread in picture.reading.unread):
            own = {n: edits[picture.first + n] for n in range(_shown(picture)) if picture.first + n in edits}
            done = redact_picture(picture.data, own, picture.reading)
            picture.part.data, picture.part.content_type = done.data, done.content_type
        else:
            _take_out(draft, picture)
    write_package(draft.parts, MAIN, target)
    return draft.removed()


def _shown(picture: Picture) -> int:
    return sum(block.survives for block in picture.reading.blocks)


def _take_out(draft: Draft, picture: Picture) -> None:
    """Remove a picture that holds what nobody read or accepted, and the shapes that only show it."""
    draft.drop("image", picture.part.name)
    draft.parts.remove(picture.part)
    for part in draft.parts:
        for kind, name in list(part.relations):
            if name == picture.part.name:
                del part.relations[kind, name]
    for fill in picture.uses:
        holder = fill.getparent()
        assert holder is not None
        if fill.tag == p("blipFill"):
            above = holder.getparent()
            assert above is not None
            above.remove(holder)
        else:
            holder.replace(fill, etree.Element(a("noFill")))


def _edit(passage: Passage, edits: Sequence[Edit]) -> None:
    """Give each piece its share of the new text: a replacement goes where the first character of its span was."""
    ends = [0, *(edit.span.end for edit in edits)]
    if any(e.span.start < end for e, end in zip(edits, ends, strict=False)) or ends[-1] > len(passage.block.text):
        raise PlanError("HR404", "edits overlap or point outside their block; make the plan anew")
    start = 0
    for piece in passage.pieces:
        end = start + len(piece.text)
        touching = [edit for edit in edits if edit.span.start < end and edit.span.end > start]
        if touching:
            text, position = [], start
            for edit in touching:
                text.append(piece.text[position - start : max(edit.span.start, start) - start])
                if edit.span.start >= start:
                    text.append(edit.replacement)
                position = min(edit.span.end, end)
            text.append(piece.text[position - start :])
            _replace(piece, "".join(text))
        start = end


def _replace(piece: Piece, text: str) -> None:
    try:
        if piece.element.tag != a("br"):
            write_text(piece.element, text)
            return
    except ValueError:
        raise PlanError("HR401", "a replacement holds characters that a document cannot; use plain text") from None
    parent = piece.element.getparent()
    assert parent is not None
    if not text:
        parent.remove(piece.element)
        return
    run = etree.Element(a("r"))
    etree.SubElement(run, a("t")).text = text
    parent.replace(piece.element, run)
