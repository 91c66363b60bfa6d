"""Writing a redacted copy: codes taken out of the content streams, boxes drawn, everything else by allow-list.

No stream of the source is kept as it is: each page, form, pattern and glyph procedure is written anew from the
operators that were understood, so that what was not read cannot leave.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from io import BytesIO
from typing import Any, BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from hospital_redact.errors import VerificationError
from hospital_redact.formats.base import Source
from hospital_redact.formats.pdf.boxes import Cover, Surroundings, runs_of
from hospital_redact.formats.pdf.content import SHOW, Drawn, Instruction, Overlay, Stream
from hospital_redact.formats.pdf.fontpruning import FontPruner
from hospital_redact.formats.pdf.labels import TAG
from hospital_redact.formats.pdf.layers import Layers
from hospital_redact.formats.pdf.lettering import Lettering
from hospital_redact.formats.pdf.objects import (
    entry,
    every_object,
    is_dict,
    items_of,
    key_of,
    keys_of,
    name_of,
    number,
    numbers,
)
from hospital_redact.formats.pdf.pictures import paint, patches_for, patches_under, removed_boxes
from hospital_redact.formats.pdf.reader import Reading, take_reading
from hospital_redact.formats.pdf.removal import removed_characters
from hospital_redact.formats.pdf.resources import Cleaner, Names
from hospital_redact.formats.pdf.streams import Streams, is_form, lookup
from hospital_redact.model import Box, RedactionPlan, RemovedPart, edits_by_block

_MOVES = frozenset((b"Td", b"TD", b"T*", b"Tm", b"ET", b"'", b'"'))
_LOOK_AHEAD = 24
_BOX_KEYS = ("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox")

Cuts = dict[int, dict[int, list[Drawn]]]
"""Removed glyphs by operator index and item of one stream."""


def write_pdf(source: Source, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
    """Write the copy of ``source`` that ``plan`` describes to ``target``; return what was left out."""
    reading = take_reading(source)
    try:
        copy = _Copy(reading, plan)
        data = copy.build()
    finally:
        reading.pdf.close()
    _check(data)
    target.write(data)
    return (*reading.document.dropped, *copy.width_risks)


def _check(data: bytes) -> None:
    """Refuse a copy with more than one revision, or with bytes after its end."""
    if data.count(b"%%EOF") != 1 or data.count(b"startxref") != 1 or not data.rstrip(b"\r\n").endswith(b"%%EOF"):
        raise VerificationError("HR504", "the written PDF has more than one revision; nothing was written")


class _Copy:
    """One copy in the making. It changes the open document, never the source's bytes."""

    def __init__(self, reading: Reading, plan: RedactionPlan) -> None:
        self.reading = reading
        self.pdf = reading.pdf
        self.removed = removed_characters(reading.document, plan)
        self.gone = self._removed_glyphs()
        self._glyph_boxes = self._boxes_of_glyphs()
        self.boxes = self._boxed(plan)
        labels = [cover.label for covers in self.boxes.values() for cover in covers if cover.label is not None]
        self.lettering = Lettering(tuple(label.text for label in labels), TAG) if labels else None
        self.font: pikepdf.Object | None = None
        self.cuts: dict[int, Cuts] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
        for page, indexes in self.gone.items():
            for index in indexes:
                glyph = reading.pages[page - 1].glyphs[index]
                self.cuts[glyph.run.stream.number][glyph.run.operator][glyph.run.item].append(glyph)
        self.fonts = FontPruner(self.pdf)
        for content in reading.pages:
            gone = self.gone.get(content.page, set())
            for index, glyph in enumerate(content.glyphs):
                if index not in gone:
                    self.fonts.use(glyph.run.font, glyph.code, glyph.length, glyph.text)
                else:
                    self.fonts.lose(glyph.run.font)
        self.layers = Layers(self.pdf)
        self.cleaner = Cleaner(self.pdf, Streams(), self.fonts, self.layers)
        self.forms: dict[tuple[int, int], pikepdf.Object] = {}
        self.painted = self._painted(plan)

    def build(self) -> bytes:
        """Write every page anew, prune the document to what pages need, and save it in one revision."""
        self._keep_fonts_of_patterns()
        pages = [self._page(index) for index in range(len(self.reading.pages))]
        self._document(pages)
        buffer = BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.pdf.save(
                buffer,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
                compress_streams=True,
                recompress_flate=True,
                linearize=False,
                encryption=False,
                deterministic_id=True,
                fix_metadata_version=False,
            )
        return buffer.getvalue()

    def _painted(self, plan: RedactionPlan) -> dict[int, dict[int, pikepdf.Object]]:
        """Return the images that are painted over, by stream and operator; one for what several pages show alike."""
        edits = edits_by_block(plan.edits)
        boxes = removed_boxes(self.reading.document, plan)
        pictures = {id(picture.placed): picture for picture in self.reading.pictures}
        made: dict[object, pikepdf.Object] = {}
        painted: dict[int, dict[int, pikepdf.Object]] = defaultdict(dict)
        for content in self.reading.pages:
            for placed in (one for one in content.images if not one.blank):
                patches = patches_under(placed, boxes.get(content.page, ()))
                if (picture := pictures.get(id(placed))) is not None:
                    patches += patches_for(picture, edits)
                if patches:
                    key = (id(placed) if placed.inline else key_of(placed.image), patches)
                    if key not in made:
                        made[key] = paint(self.pdf, placed, patches)
                    painted[placed.stream.number][placed.operator] = made[key]
        return painted

    def _removed_glyphs(self) -> dict[int, set[int]]:
        gone: dict[int, set[int]] = defaultdict(set)
        for block, characters in self.removed.items():
            places = self.reading.places[block]
            page = self.reading.document.blocks[block].location.page
            assert page is not None
            gone[page].update(place for c in characters if (place := places[c]) is not None)
        return gone

    def _keep_fonts_of_patterns(self) -> None:
        """Keep all codes of fonts that draw text in patterns, masks or glyph procedures: nobody counted those."""
        if any(u.what.startswith("text_in_") for u in self.reading.document.unread):
            for item in every_object(self.pdf):
                if is_dict(item) and name_of(entry(item, "/Type")) == b"/Font":
                    self.fonts.keep_all(item)

    # Pages and forms

    def _page(self, index: int) -> pikepdf.Object:
        content = self.reading.pages[index]
        old = self.pdf.pages[index].obj
        names = Names()
        data = self._stream(content.stream, names) + b"\nQ\n"
        for overlay in content.overlays:
            data += names.put("/XObject", self._overlay(overlay)).unparse() + b" Do\n"
        data += self._boxes(content.page, names)
        new = Dictionary({"/Type": Name("/Page"), "/Contents": self.pdf.make_stream(b"q\n" + data)})
        for key in (*_BOX_KEYS, "/Rotate", "/UserUnit"):
            if (value := _inherited(old, key)) is not None:
                new[key] = value
        if "/MediaBox" not in new:
            new["/MediaBox"] = Array([0, 0, 612, 792])
        if (group := entry(old, "/Group")) is not None:
            new["/Group"] = self.cleaner.plain(group)
        new["/Resources"] = names.build()
        return self.pdf.make_indirect(new)

    def _stream(self, stream: Stream, names: Names) -> bytes:
        cuts = self.cuts.get(stream.number)
        painted = self.painted.get(stream.number, {})

        def replace(index: int, instruction: Instruction) -> list[Instruction] | None:
            operands, operator = instruction
            if operator in SHOW:
                if cuts is None or index not in cuts:
                    return None
                return _without(operands, operator, cuts[index], last=_ends_line(stream.instructions, index))
            if index in painted:
                return [([names.put("/XObject", painted[index])], b"Do")]
            if operator == b"Do" and index in stream.forms:
                return [([names.put("/XObject", self._form(stream.forms[index]))], b"Do")]
            if operator == b"Do" and operands and is_form(lookup(stream.resources, "/XObject", operands[0])):
                return []  # a form that draws itself, not drawn again
            return None

        return self.cleaner.rewrite(stream.instructions, stream.resources, names, replace)

    def _form(self, form: Stream) -> pikepdf.Object:
        """Return a form as this invocation needs it: shared where no invocation inside it is edited."""
        assert form.source is not None
        key = key_of(form.source)
        shared = form.own_resources and key != (0, 0) and not self._edited(form)
        if shared and key in self.forms:
            return self.forms[key]
        names = Names()
        data = self._stream(form, names)
        made = self.cleaner.stream_like(form.source, data, names)
        if shared:
            self.forms[key] = made
        return made

    def _overlay(self, overlay: Overlay) -> pikepdf.Object:
        """Return what an annotation draws as a form of its own."""
        names = Names()
        made = self.pdf.make_stream(self._stream(overlay.stream, names))
        made["/Type"], made["/Subtype"] = Name("/XObject"), Name("/Form")
        x0, y0, x1, y1 = overlay.box
        made["/BBox"] = Array([x0 - 1, y0 - 1, x1 + 1, y1 + 1])
        made["/Resources"] = names.build()
        return made

    def _edited(self, form: Stream) -> bool:
        stack = [form]
        while stack:
            stream = stack.pop()
            if stream.number in self.cuts or stream.number in self.painted or not stream.own_resources:
                return True
            stack.extend(stream.forms.values())
        return False

    def _boxes(self, page: int, names: Names) -> bytes:
        """Return the operators that draw a black box for each run of removed glyphs of a page, lettered if it fits."""
        covers = self.boxes.get(page, [])
        if not covers:
            return b""
        parts = ["q 0 g", *(cover.path() for cover in covers), "Q"]
        labels = [cover.label for cover in covers if cover.label is not None]
        if labels and self.lettering is not None:
            if self.font is None:
                self.font = self.lettering.build(self.pdf)
            font = names.put("/Font", self.font).unparse().decode("ascii")
            parts += [label.operators(font, self.lettering.codes(label.text)) for label in labels]
        return ("\n".join(parts) + "\n").encode("ascii")

    def _boxed(self, plan: RedactionPlan) -> dict[int, list[Cover]]:
        """Return the boxes by page, in reading order."""
        edits = edits_by_block(plan.edits)
        boxed: dict[int, list[Cover]] = defaultdict(list)
        around: dict[int, Surroundings] = {}
        for block in sorted(self.removed):
            page = self.reading.document.blocks[block].location.page
            assert page is not None
            content = self.reading.pages[page - 1]
            if page not in around:
                around[page] = Surroundings(self._glyph_boxes[page], content.rules)
            for run in runs_of(self.removed[block], self.reading.places[block]):
                under = {character for character, _ in run}
                text = "".join(e.replacement for e in edits.get(block, ()) if e.span.start in under)
                boxed[page].append(around[page].cover([content.glyphs[index] for _, index in run], text))
        return boxed

    def _boxes_of_glyphs(self) -> dict[int, list[Box]]:
        """Return the boxes of all glyphs of the pages on which something is removed."""
        blocks = self.reading.document.blocks
        pages = {blocks[block].location.page for block in self.removed}
        found: dict[int, list[Box]] = defaultdict(list)
        for block in blocks[: len(self.reading.places)]:
            if block.location.page in pages and block.location.page is not None:
                found[block.location.page] += [glyph.box for glyph in block.glyphs if glyph is not None]
        return found

    @property
    def width_risks(self) -> tuple[RemovedPart, ...]:
        """How many boxes of each page have a width that still tells something about what was there."""
        counts = {page: sum(cover.exact for cover in covers) for page, covers in sorted(self.boxes.items())}
        return tuple(RemovedPart("width_risk", f"page {page}", count) for page, count in counts.items() if count)

    # The document

    def _document(self, pages: list[pikepdf.Object]) -> None:
        """Replace the catalog and the trailer by ones that lead to ``pages`` and to nothing else."""
        pdf = self.pdf
        layers = self.layers.properties()
        tree = pdf.make_indirect(Dictionary({"/Type": Name("/Pages"), "/Count": len(pages)}))
        for page in pages:
            page["/Parent"] = tree
        tree["/Kids"] = Array(pages)
        root = pdf.Root
        for key in keys_of(root):
            if key != "/Pages":
                del root[key]
        root["/Type"] = Name("/Catalog")
        root["/Pages"] = tree
        if layers is not None:
            root["/OCProperties"] = layers
        for key in keys_of(pdf.trailer):
            if key not in ("/Root", "/Size", "/Encrypt"):
                del pdf.trailer[key]


def _inherited(page: pikepdf.Object, key: str) -> Any:
    node: pikepdf.Object | None = page
    for _ in range(64):
        if node is None:
            return None
        if key in keys_of(node):
            value: object = node[key]
            if key in _BOX_KEYS:
                found = numbers(value, 4)
                return Array(items_of(value)[:4]) if found else None
            return value if not isinstance(value, pikepdf.Object) else None
        node = entry(node, "/Parent")
    return None


def _ends_line(instructions: list[Instruction], index: int) -> bool:
    """Whether nothing is shown behind what the operator at ``index`` shows before the text moves to another place."""
    for _, operator in instructions[index + 1 : index + 1 + _LOOK_AHEAD]:
        if operator in _MOVES:
            return True
        if operator in (b"Tj", b"TJ"):
            return False
    return False


def _without(operands: list[Any], operator: bytes, cuts: dict[int, list[Drawn]], *, last: bool) -> list[Instruction]:
    """Return a show operator without the codes of removed glyphs, their advance kept as a displacement.

    Where the operator is the ``last`` of its line no advance is kept at its end: it would only tell the width.
    """
    before: list[Instruction] = []
    if operator == b'"':
        before = [([operands[0]], b"Tw"), ([operands[1]], b"Tc")]
    if operator in (b"'", b'"'):
        before.append(([], b"T*"))
    items = items_of(operands[0]) if operator == b"TJ" else [operands[-1]]
    array: list[Any] = []
    for item, value in enumerate(items):
        if item not in cuts:
            array.append(value)
            continue
        assert isinstance(value, pikepdf.Object)
        data, position = bytes(value), 0
        for glyph in sorted(cuts[item], key=lambda g: g.start):
            if glyph.start > position:
                array.append(String(data[position : glyph.start]))
            _displace(array, glyph.displacement)
            position = glyph.start + glyph.length
        if position < len(data):
            array.append(String(data[position:]))
    while last and array and not isinstance(array[-1], pikepdf.Object):
        array.pop()
    return [*before, ([Array(array)], b"TJ")]


def _displace(array: list[Any], amount: float) -> None:
    if array and not isinstance(array[-1], pikepdf.Object):
        array[-1] = round(number(array[-1]) + amount, 5)
    else:
        array.append(round(amount, 5))
