"""The content streams and fonts of one file, parsed once and counted against the limits."""

from __future__ import annotations

import warnings
from typing import Any

import pikepdf

from hospital_redact.formats.pdf import limits
from hospital_redact.formats.pdf.content import INLINE_IMAGE, SHOW, Instruction, Stream
from hospital_redact.formats.pdf.fonts import Font
from hospital_redact.formats.pdf.images import is_blank
from hospital_redact.formats.pdf.limits import corrupt, too_large
from hospital_redact.formats.pdf.objects import (
    Matrix,
    decoded,
    entry,
    is_dict,
    is_name,
    is_stream,
    items_of,
    key_of,
    matrix_of,
    multiply,
    name_of,
)


class Streams:
    """The content streams and fonts of one file: parsed and opened once, counted against the limits of the file."""

    def __init__(self) -> None:
        self._fonts: dict[tuple[int, int], Font] = {}
        self._direct_fonts: list[Font] = []
        self._parsed: dict[tuple[int, int], list[Instruction]] = {}
        self._blank: dict[tuple[int, int], bool] = {}
        self._reads_text: dict[tuple[int, int], str] = {}
        self._streams = 0
        self._operators = 0
        self._glyphs = 0
        self._bytes = 0

    def text_inside(self, stream: pikepdf.Object, depth: int = 0) -> str:
        """Return what a pattern, soft mask or Type 3 procedure draws: ``text``, ``image``, or "" for neither."""
        key = key_of(stream)
        if key in self._reads_text:
            return self._reads_text[key]
        if depth > limits.MAX_DEPTH:
            raise too_large("the depth of forms inside forms")
        self._reads_text[key] = ""  # a stream that draws itself draws nothing new
        found = ""
        resources = entry(stream, "/Resources")
        for operands, operator in self.parse(stream):
            if operator in SHOW:
                found = "text"
                break
            if operator == INLINE_IMAGE:
                found = "image"
            elif operator == b"Do" and operands and is_name(operands[0]):
                inner = lookup(resources, "/XObject", operands[0])
                if inner is not None and is_stream(inner):
                    found = (self.text_inside(inner, depth + 1) if is_form(inner) else "image") or found
                    if found == "text":
                        break
        self._reads_text[key] = found
        return found

    def parse(self, stream: pikepdf.Object) -> list[Instruction]:
        """Return the instructions of a content stream."""
        key = key_of(stream)
        known = self._parsed.get(key) if key != (0, 0) else None
        if known is None:
            self._count_bytes(len(decoded(stream)))
            known = _parse(stream)
            if key != (0, 0):
                self._parsed[key] = known
        return known

    def font(self, spec: pikepdf.Object) -> Font:
        """Return the font of a dictionary, opened once a file."""
        key = key_of(spec)
        if key != (0, 0):
            if key not in self._fonts:
                self._fonts[key] = Font(spec, f"F{len(self._fonts) + len(self._direct_fonts) + 1}")
            return self._fonts[key]
        written = spec.unparse()
        for font in self._direct_fonts:
            if font.spec.unparse() == written:
                return font
        self._direct_fonts.append(Font(spec, f"F{len(self._fonts) + len(self._direct_fonts) + 1}"))
        return self._direct_fonts[-1]

    def parse_page(self, page: pikepdf.Page) -> list[Instruction]:
        """Return the instructions of a page, its content streams read as one."""
        contents = entry(page.obj, "/Contents")
        if contents is None:
            return []
        parts = [part for part in (items_of(contents) or [contents]) if isinstance(part, pikepdf.Object)]
        for part in parts:
            if is_stream(part):
                self._count_bytes(len(decoded(part)))
        return _parse(page.obj) if any(is_stream(part) for part in parts) else []

    def form(self, form: pikepdf.Object, inherited: pikepdf.Object | None, ctm: Matrix) -> Stream:
        """Return one invocation of a form; without resources of its own it has those of its caller."""
        own = entry(form, "/Resources")
        has_own = own is not None and is_dict(own)
        matrix = multiply(matrix_of(entry(form, "/Matrix")), ctm)
        stream = self.stream(self.parse(form), own if has_own else inherited, matrix, form)
        stream.own_resources = has_own
        return stream

    def stream(
        self,
        instructions: list[Instruction],
        resources: pikepdf.Object | None,
        ctm: Matrix,
        source: pikepdf.Object | None,
    ) -> Stream:
        """Return one invocation of a content stream, numbered in the order of drawing."""
        self._streams += 1
        if self._streams > limits.MAX_FORMS:
            raise too_large("the number of forms drawn")
        self._operators += len(instructions)
        if self._operators > limits.MAX_OPERATORS:
            raise too_large("the number of operators")
        return Stream(self._streams, instructions, resources, ctm, source)

    def _count_bytes(self, count: int) -> None:
        self._bytes += count
        if self._bytes > limits.MAX_TOTAL_BYTES:
            raise too_large("the decoded size of all streams")

    def count_glyphs(self, count: int) -> None:
        """Count glyphs against the limit of the file."""
        self._glyphs += count
        if self._glyphs > limits.MAX_GLYPHS:
            raise too_large("the number of glyphs")

    def blank(self, image: pikepdf.Object) -> bool:
        """Whether an image XObject shows one colour only, looked at once a file."""
        key = key_of(image)
        if key not in self._blank or key == (0, 0):
            self._blank[key] = is_blank(image)
        return self._blank[key]


def _parse(stream: pikepdf.Object) -> list[Instruction]:
    """Return instructions of a page or stream. Damage is marked by an instruction that no viewer knows."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            parsed = pikepdf.parse_content_stream(stream)
        except (pikepdf.PdfError, RuntimeError, ValueError, TypeError):
            raise corrupt("a content stream cannot be parsed") from None
    result: list[Instruction] = []
    for instruction in parsed:
        if isinstance(instruction, pikepdf.ContentStreamInlineImage):
            result.append(([instruction], INLINE_IMAGE))
        else:
            result.append((list(instruction.operands), instruction.operator.unparse()))
    if caught:
        result.append(([], DAMAGED))
    return result


DAMAGED = b"%damaged"
"""Stands at the end of a stream whose tail could not be parsed; a comment, so that writing it would do nothing."""


def lookup(resources: pikepdf.Object | None, group: str, name: Any) -> pikepdf.Object | None:
    """Return the resource ``name`` of a ``group`` (``/Font``), ``None`` where it is missing."""
    holder = entry(resources, group)
    if holder is None or not is_dict(holder):
        return None
    return named(holder, name)


def is_form(target: pikepdf.Object | None) -> bool:
    """Whether an XObject is a form."""
    return target is not None and is_stream(target) and name_of(entry(target, "/Subtype")) == b"/Form"


def named(holder: pikepdf.Object, name: Any) -> pikepdf.Object | None:
    """Return ``holder[name]`` of a dictionary, ``None`` where it is missing or a plain value."""
    try:
        found: object = holder[name]
    except (KeyError, ValueError):
        return None
    return found if isinstance(found, pikepdf.Object) else None


def type3_procedures(spec: pikepdf.Object) -> list[tuple[int, pikepdf.Object]]:
    """Return the glyph procedures of a Type 3 font by code (ISO 32000-1, 9.6.5)."""
    procedures = entry(spec, "/CharProcs")
    if procedures is None or not is_dict(procedures):
        return []
    found: list[tuple[int, pikepdf.Object]] = []
    code = 0
    for item in items_of(entry(entry(spec, "/Encoding"), "/Differences")):
        if isinstance(item, int):
            code = item
        elif is_name(item):
            procedure = named(procedures, item)
            if procedure is not None and is_stream(procedure):
                found.append((code, procedure))
            code += 1
    return found
