"""Carries out the edits of a plan on the clean copy and packs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import BinaryIO

from lxml import etree

from hospital_redact.errors import PlanError
from hospital_redact.formats.docx.draft import Draft, Image
from hospital_redact.formats.docx.placeholders import put_label
from hospital_redact.formats.docx.reader import MAIN
from hospital_redact.formats.docx.texts import MATH_TEXT, TEXT_PATH, T, new_text, set_text
from hospital_redact.formats.ooxml.charts import write_text
from hospital_redact.formats.ooxml.editing import check_edits, share_edits, unwritable
from hospital_redact.formats.ooxml.namespaces import NS_W
from hospital_redact.formats.ooxml.package import write_package
from hospital_redact.model import Edit, RedactionPlan, RemovedPart, edits_by_block

_IN_WORD = f"{{{NS_W}}}"


def write_copy(draft: Draft, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
    """Write the copy to ``target`` and return what was left out.

    Raises PlanError HR404 for an edit outside its block or over another one, HR401 for a replacement that XML
    cannot hold. The draft is used up.
    """
    blocks = len(draft.live) + len(draft.dead)
    painted: dict[int, dict[int, list[Edit]]] = {}
    for number, edits in edits_by_block(plan.edits).items():
        if number < len(draft.live):
            passage = draft.live[number]
            check_edits(passage.block.text, edits)
            if passage.image is None:
                for element, text in share_edits(passage.pieces, edits):
                    _replace(element, text)
            else:
                painted.setdefault(id(passage.image), {})[passage.line] = edits
        elif number > blocks:  # one block more than ours: the name, which formats/__init__ adds
            raise PlanError("HR404", "an edit points outside the document; make the plan anew")
    for image in draft.images:
        _write_image(draft, image, painted.get(id(image), {}), plan)
    write_package(draft.parts, MAIN, target)
    return draft.removed()


def _replace(element: etree._Element, text: str) -> None:
    parent = element.getparent()
    assert parent is not None
    try:
        if element.tag == TEXT_PATH:
            element.set("string", text)
        elif not element.tag.startswith(_IN_WORD) and element.tag != MATH_TEXT:
            write_text(element, text)  # of a chart, where an empty text keeps its place
        elif not text:
            parent.remove(element)
        elif element.tag in (T, MATH_TEXT):
            set_text(element, text)
        else:
            # A tab or a symbol gives way to text, in the same run and so in the same format.
            parent.replace(element, new_text(etree.Element(parent.tag), text))
    except ValueError:
        raise unwritable() from None


def _write_image(draft: Draft, image: Image, edits: Mapping[int, Sequence[Edit]], plan: RedactionPlan) -> None:
    """Give a picture's part its painted bytes; put a label wherever it shows if not all of it was accepted."""
    from hospital_redact.formats.pictures import redact_picture  # noqa: PLC0415 - loads Pillow

    accepted = {(entry.what, entry.location) for entry in plan.accepted_unread}
    name = image.part.name
    if all((unread.what, str(unread.location)) in accepted for unread in image.reading.unread):
        made = redact_picture(image.data, edits, image.reading)
        image.part.data, image.part.content_type = made.data, made.content_type
        image.part.name = f"{name}.{made.suffix}"
    else:
        draft.parts.remove(image.part)
        for place in image.places:
            put_label(place)
        draft.drop("image", name, len(image.places))
        image.part.name = ""
    for part in draft.parts:
        part.retarget(name, image.part.name)
