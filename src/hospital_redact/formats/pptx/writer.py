"""Carries out the edits of a plan on the clean copy and packs it."""

from __future__ import annotations

from typing import BinaryIO

from lxml import etree

from hospital_redact.errors import PlanError
from hospital_redact.formats.ooxml.editing import check_edits, share_edits, write_drawn
from hospital_redact.formats.ooxml.package import write_package
from hospital_redact.formats.pictures import redact_picture
from hospital_redact.formats.pptx.draft import Draft, Picture
from hospital_redact.formats.pptx.shapes import put_label
from hospital_redact.formats.pptx.vocabulary import MAIN, a, p
from hospital_redact.model import Kind, RedactionPlan, RemovedPart, edits_by_block


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
                passage = draft.live[number]
                check_edits(passage.block.text, group)
                for element, text in share_edits(passage.pieces, group):
                    write_drawn(element, text)
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
    """Remove a picture that holds what nobody read or accepted; what only shows it becomes a labelled frame."""
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
            put_label(holder)
        else:
            holder.replace(fill, etree.Element(a("noFill")))
