"""Annotations and form fields that show: a copy has their appearance as part of the page, and nothing else of them.

The appearance that a viewer would draw is interpreted and redacted like a form of the page (ISO 32000-2, 12.5.5).
"""

from __future__ import annotations

from typing import NamedTuple

import pikepdf
from pikepdf import Dictionary, Name

from hospital_redact.formats.pdf import limits
from hospital_redact.formats.pdf.content import Instruction
from hospital_redact.formats.pdf.limits import too_large
from hospital_redact.formats.pdf.objects import (
    Matrix,
    entry,
    is_dict,
    is_name,
    is_stream,
    items_of,
    matrix_of,
    name_of,
    number,
    numbers,
    value_of,
)
from hospital_redact.formats.pdf.streams import named
from hospital_redact.model import Box

_HIDDEN, _PRINT, _NO_VIEW = 2, 4, 32
_NOT_FLATTENED = frozenset(
    b"/Popup /Text /FileAttachment /Sound /Movie /Screen /RichMedia /3D /Redact /TrapNet /PrinterMark".split()
)
"""Icons beside the text, media that a page cannot hold, and marks that were never part of it."""


class Appearance(NamedTuple):
    """What one annotation draws: its form, the matrix that places it, its rectangle, and its layer."""

    form: pikepdf.Object
    matrix: Matrix
    box: Box
    layer: pikepdf.Object | None

    def instructions(self) -> list[Instruction]:
        """Return the operators that draw it; their names are those of :meth:`resources`."""
        draw: list[Instruction] = [(list(self.matrix), b"cm"), ([Name("/Shown")], b"Do")]
        if self.layer is not None:
            draw = [([Name("/OC"), Name("/Layer")], b"BDC"), *draw, ([], b"EMC")]
        return [([], b"q"), *draw, ([], b"Q")]

    def resources(self, fonts: pikepdf.Object | None) -> pikepdf.Object:
        """Return the resources of :meth:`instructions`; ``fonts`` are those of a form that has none of its own."""
        made = Dictionary({"/XObject": Dictionary({"/Shown": self.form})})
        if self.layer is not None:
            made["/Properties"] = Dictionary({"/Layer": self.layer})
        if fonts is not None and is_dict(fonts):
            made["/Font"] = fonts
        return made


def is_hidden(annotation: pikepdf.Object) -> bool:
    """Whether an annotation shows neither on a screen nor on paper."""
    flags = int(number(value_of(annotation, "/F")))
    return bool(flags & _HIDDEN) or bool(flags & _NO_VIEW and not flags & _PRINT)


def shown_form(annotation: pikepdf.Object) -> pikepdf.Object | None:
    """Return the appearance stream that becomes part of the page, ``None`` where there is none."""
    if is_hidden(annotation) or name_of(entry(annotation, "/Subtype")) in _NOT_FLATTENED:
        return None
    normal = entry(entry(annotation, "/AP"), "/N")
    if normal is not None and is_dict(normal):
        state = entry(annotation, "/AS")
        normal = named(normal, state) if is_name(state) else None
    return normal if is_stream(normal) else None


def appearances(page: pikepdf.Object) -> list[Appearance]:
    """Return what the annotations of a page draw, in their order."""
    listed = items_of(entry(page, "/Annots"))
    if len(listed) > limits.MAX_ANNOTATIONS:
        raise too_large("the number of annotations on a page")
    found: list[Appearance] = []
    for annotation in listed:
        form = shown_form(annotation) if isinstance(annotation, pikepdf.Object) and is_dict(annotation) else None
        if form is None or not isinstance(annotation, pikepdf.Object):
            continue
        placed = _placement(form, numbers(entry(annotation, "/Rect"), 4))
        if placed is not None:
            layer = entry(annotation, "/OC")
            found.append(Appearance(form, *placed, layer if is_dict(layer) else None))
    return found


def _placement(form: pikepdf.Object, rectangle: tuple[float, ...] | None) -> tuple[Matrix, Box] | None:
    """Return the matrix of algorithm "appearance streams" (12.5.5) and the rectangle; ``None`` for no extent."""
    box = numbers(entry(form, "/BBox"), 4)
    if box is None or rectangle is None:
        return None
    a, b, c, d, e, f = matrix_of(entry(form, "/Matrix"))
    corners = [(x * a + y * c + e, x * b + y * d + f) for x in (box[0], box[2]) for y in (box[1], box[3])]
    x0, x1 = min(x for x, _ in corners), max(x for x, _ in corners)
    y0, y1 = min(y for _, y in corners), max(y for _, y in corners)
    target = Box(
        min(rectangle[0], rectangle[2]),
        min(rectangle[1], rectangle[3]),
        max(rectangle[0], rectangle[2]),
        max(rectangle[1], rectangle[3]),
    )
    if x1 - x0 <= 0 or y1 - y0 <= 0:
        return None
    across, up = (target.x1 - target.x0) / (x1 - x0), (target.y1 - target.y0) / (y1 - y0)
    moved = (across, 0.0, 0.0, up, target.x0 - x0 * across, target.y0 - y0 * up)
    return (moved, target) if across > 0 and up > 0 else None
