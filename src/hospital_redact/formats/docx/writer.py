"""Carries out the edits of a plan on the clean copy and packs it."""

from __future__ import annotations

from typing import BinaryIO

from lxml import etree

from hospital_redact.errors import PlanError
from hospital_redact.formats.docx.draft import Draft, Passage
from hospital_redact.formats.docx.reader import MAIN
from hospital_redact.formats.docx.runs import IMAGE_RELATION
from hospital_redact.formats.docx.texts import MATH_TEXT, T, new_text
from hospital_redact.formats.ooxml.package import write_package
from hospital_redact.model import Edit, RedactionPlan, RemovedPart, edits_by_block


def write_copy(draft: Draft, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
    """Write the copy to ``target`` and return what was left out.

    Raises PlanError HR404 for an edit outside its block or over another one, HR401 for a replacement that XML
    cannot hold. The draft is used up.
    """
    blocks = len(draft.live) + len(draft.dead)
    for number, edits in edits_by_block(plan.edits).items():
        if number < len(draft.live):
            _edit(draft.live[number], edits)
        elif number > blocks:  # one block more than ours: the name, which formats/__init__ adds
            raise PlanError("HR404", "an edit points outside the document; make the plan anew")
    _drop_pictures(draft, plan)
    write_package(draft.parts, MAIN, target)
    return draft.removed()


def _edit(passage: Passage, edits: list[Edit]) -> None:
    """Give each piece its share of the new text: a replacement goes where the first character of its span was."""
    length = len(passage.block.text)
    ends = [0, *(edit.span.end for edit in edits)]
    if any(edit.span.start < end for edit, end in zip(edits, ends, strict=False)) or ends[-1] > length:
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
            _replace(piece.element, "".join(text))
        start = end


def _replace(element: etree._Element, text: str) -> None:
    parent = element.getparent()
    assert parent is not None
    try:
        if not text:
            parent.remove(element)
        elif element.tag in (T, MATH_TEXT):
            element.text = text
        else:
            # A tab or a symbol gives way to text, in the same run and so in the same format.
            parent.replace(element, new_text(etree.Element(parent.tag), text))
    except ValueError:
        raise PlanError("HR401", "a replacement holds characters that a document cannot; use plain text") from None


def _drop_pictures(draft: Draft, plan: RedactionPlan) -> None:
    """Take out the pictures that nobody accepted, and the parts that then nothing shows."""
    accepted = {(entry.what, entry.location) for entry in plan.accepted_unread}
    shown: set[tuple[str, str]] = set()
    for picture in draft.pictures:
        if (picture.unread.what, str(picture.unread.location)) in accepted:
            shown.add((picture.part.name, picture.target))
            continue
        parent = picture.element.getparent()
        assert parent is not None
        parent.remove(picture.element)
        draft.drop(picture.unread.what, picture.part.name)
    for part in draft.parts:
        for kind, name in list(part.relations):
            if kind == IMAGE_RELATION and (part.name, name) not in shown:
                del part.relations[kind, name]
    targets = {target for _, target in shown}
    draft.parts = [p for p in draft.parts if not p.name.startswith("word/media/") or p.name in targets]
