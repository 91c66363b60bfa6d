"""The interpreter of content streams: which glyph is drawn where, and which bytes of which operator draw it.

It carries out the operators that move text (ISO 32000-1, 8.4, 9.3, 9.4), follows form XObjects, and keeps for
every glyph its place, so that a span of text maps back to exact codes. It draws nothing. What it meets and cannot
read as text (images, patterns, soft masks, unknown operators) it reports.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pikepdf

from hospital_redact.formats.pdf import limits
from hospital_redact.formats.pdf.annotations import appearances
from hospital_redact.formats.pdf.content import (
    INLINE_IMAGE,
    Drawn,
    Overlay,
    PageContent,
    PlacedImage,
    Run,
    Seen,
    Stream,
)
from hospital_redact.formats.pdf.fonts import Code, Font
from hospital_redact.formats.pdf.limits import corrupt, too_large
from hospital_redact.formats.pdf.objects import (
    IDENTITY,
    Matrix,
    entry,
    is_dict,
    is_name,
    is_stream,
    is_string,
    items_of,
    key_of,
    multiply,
    name_of,
    number,
    text_string,
    value_of,
)
from hospital_redact.formats.pdf.paths import Paths
from hospital_redact.formats.pdf.streams import DAMAGED, Streams, lookup, type3_procedures
from hospital_redact.model import Box

DARK = 0.25  # grey and colour values up to this count as black: nothing black is read on them


def interpret_page(
    streams: Streams,
    page: pikepdf.Page,
    index: int,
    resources: pikepdf.Object | None,
    fonts: pikepdf.Object | None = None,
) -> PageContent:
    """Interpret the contents of a page and what its annotations draw over it; ``index`` counts from 1.

    ``fonts`` are those of the interactive form, for appearances without resources.
    """
    stream = streams.stream(streams.parse_page(page), resources, IDENTITY, None)
    content = PageContent(index, stream)
    walk = _Walk(streams, content)
    walk.run(stream, State(IDENTITY), 0)
    for shown in appearances(page.obj):
        over = streams.stream(shown.instructions(), shown.resources(fonts), IDENTITY, None)
        walk.run(over, State(IDENTITY), 0)
        content.overlays.append(Overlay(over, shown.box))
    content.bars = walk.paths.bars.may_be_code()
    return content


def interpret_form(streams: Streams, form: pikepdf.Object, index: int) -> PageContent:
    """Interpret a form on its own, as the appearance of an annotation is, as if it were a page."""
    stream = streams.form(form, None, IDENTITY)
    content = PageContent(index, stream)
    _Walk(streams, content).run(stream, State(IDENTITY), 1)
    return content


class State:
    """The part of the graphics state that moves text, plus what decides whether a paint hides text."""

    __slots__ = ("ctm", "dark", "font", "leading", "rise", "scale", "size", "spacing", "word_spacing")

    def __init__(self, ctm: Matrix) -> None:
        self.ctm = ctm
        self.dark = True  # the fill colour is black until somebody sets it
        self.font: Font | None = None
        self.size = 0.0
        self.spacing = 0.0
        self.word_spacing = 0.0
        self.scale = 1.0
        self.leading = 0.0
        self.rise = 0.0

    def copy(self) -> State:
        """Return a copy, as ``q`` saves it."""
        new = State(self.ctm)
        new.font, new.size, new.spacing, new.word_spacing = self.font, self.size, self.spacing, self.word_spacing
        new.scale, new.leading, new.rise, new.dark = self.scale, self.leading, self.rise, self.dark
        return new


class _Walk:
    """One pass over a page: carries the state through its streams."""

    def __init__(self, streams: Streams, content: PageContent) -> None:
        self.streams = streams
        self.content = content
        self.state = State(IDENTITY)
        self.tm: Matrix = IDENTITY
        self.tlm: Matrix = IDENTITY
        self.stream = content.stream
        self.depth = 0
        self.index = 0
        self.paths = Paths(content.dark, content.rules)
        self.compatible = 0
        self.reported: set[tuple[str, tuple[int, int]]] = set()
        self.open_forms: set[tuple[int, int]] = set()

    def run(self, stream: Stream, state: State, depth: int) -> None:
        """Carry out all operators of ``stream`` from ``state``."""
        if depth > limits.MAX_DEPTH:
            raise too_large("the depth of forms inside forms")
        outer = (self.state, self.tm, self.tlm, self.stream, self.depth, self.index, self.compatible)
        self.state, self.stream, self.depth, self.compatible = state, stream, depth, 0
        self.tm = self.tlm = IDENTITY
        self.state.ctm = stream.ctm
        saved: list[State] = []
        handlers = _HANDLERS
        for index, (operands, operator) in enumerate(stream.instructions):
            self.index = index
            if operator == b"q":
                saved.append(self.state.copy())
                if len(saved) > limits.MAX_SAVED:
                    raise too_large("the number of saved graphics states")
            elif operator == b"Q":
                if saved:
                    self.state = saved.pop()
            elif (handler := handlers.get(operator)) is not None:
                handler(self, operands)
            elif operator not in _PASSIVE:
                self._unknown(operator)
        self.state, self.tm, self.tlm, self.stream, self.depth, self.index, self.compatible = outer
        if depth == 0 and self.paths.small_shapes >= 12:
            self.report("vector_drawing", None, "many small filled shapes, which may be letters drawn as outlines")

    def report(self, what: str, box: Box | None, reason: str, key: tuple[int, int] = (0, 0)) -> None:
        """Note something that shows and is not text; the same object is noted once a page."""
        if key != (0, 0) or box is None:
            if (what, key) in self.reported:
                return
            self.reported.add((what, key))
        if len(self.content.seen) < 2000:
            self.content.seen.append(Seen(what, box, reason))

    def _unknown(self, operator: bytes) -> None:
        if operator == DAMAGED:
            self.report("damaged_content", None, "a content stream is damaged and its end cannot be read")
        elif not self.compatible:
            self.report("unknown_operator", None, "a content stream uses an operator that no standard defines")

    # Graphics state

    def cm(self, operands: list[Any]) -> None:
        if len(operands) >= 6:
            a, b, c, d, e, f = (number(o) for o in operands[:6])
            self.state.ctm = multiply((a, b, c, d, e, f), self.state.ctm)

    def gs(self, operands: list[Any]) -> None:
        state = lookup(self.stream.resources, "/ExtGState", operands[0]) if operands and is_name(operands[0]) else None
        if state is None:
            return
        font = items_of(entry(state, "/Font"))
        if len(font) >= 2 and isinstance(font[0], pikepdf.Object) and is_dict(font[0]):
            self.state.font, self.state.size = self.streams.font(font[0]), number(font[1])
        mask = entry(state, "/SMask")
        group = entry(mask, "/G")
        if group is not None and is_stream(group):
            inside = self.streams.text_inside(group)
            if inside:
                what = "text_in_soft_mask" if inside == "text" else "image"
                self.report(what, None, f"a soft mask draws {inside}", key_of(group))

    def fill_colour(self, operands: list[Any]) -> None:
        plain = [number(o) for o in operands if not isinstance(o, pikepdf.Object)]
        self.state.dark = len(plain) == len(operands) and (
            plain[-1] > 1 - DARK if len(plain) == 4 else bool(plain) and max(plain) < DARK
        )
        self.colour(operands)

    def colour(self, operands: list[Any]) -> None:
        if not operands or not is_name(operands[-1]):
            return
        pattern = lookup(self.stream.resources, "/Pattern", operands[-1])
        if pattern is not None and is_stream(pattern):
            inside = self.streams.text_inside(pattern)
            if inside:
                what = "text_in_pattern" if inside == "text" else "image"
                self.report(what, None, f"a tiling pattern draws {inside}", key_of(pattern))

    # Paths: see paths.py

    def move(self, operands: list[Any]) -> None:
        if len(operands) >= 2:
            self.paths.move(number(operands[-2]), number(operands[-1]))

    def line(self, operands: list[Any]) -> None:
        if len(operands) >= 2:
            self.paths.line(number(operands[-2]), number(operands[-1]))

    def curve(self, operands: list[Any]) -> None:
        if len(operands) >= 2:
            self.paths.curve(number(operands[-2]), number(operands[-1]))

    def rectangle(self, operands: list[Any]) -> None:
        if len(operands) >= 4:
            x, y, width, height = (number(o) for o in operands[:4])
            self.paths.rectangle(x, y, width, height)

    def close_path(self, _operands: list[Any]) -> None:
        self.paths.close()

    def paint(self, *, fill: bool, stroke: bool, close: bool = False) -> None:
        if close:
            self.paths.close()
        self.paths.paint(self.state.ctm, fill=fill, stroke=stroke, dark=self.state.dark)

    def end_path(self, _operands: list[Any]) -> None:
        self.paths.clear()

    def gray(self, operands: list[Any]) -> None:
        self.state.dark = bool(operands) and number(operands[-1]) < DARK

    def rgb(self, operands: list[Any]) -> None:
        self.state.dark = len(operands) >= 3 and all(number(o) < DARK for o in operands[-3:])

    def cmyk(self, operands: list[Any]) -> None:
        self.state.dark = len(operands) >= 4 and number(operands[-1]) > 1 - DARK

    # XObjects and images

    def do(self, operands: list[Any]) -> None:
        target = lookup(self.stream.resources, "/XObject", operands[0]) if operands and is_name(operands[0]) else None
        if target is None or not is_stream(target):
            return
        subtype = name_of(entry(target, "/Subtype"))
        if subtype == b"/Form":
            self._form(target)
        elif subtype == b"/Image":
            width, height = (int(number(value_of(target, key))) for key in ("/Width", "/Height"))
            self._place(target, width, height, blank=self.streams.blank(target))
        else:
            self.report("unknown_object", self._unit_box(), "an external object of unknown kind", key_of(target))

    def _form(self, form: pikepdf.Object) -> None:
        key = key_of(form)
        if key in self.open_forms:
            return  # a form that draws itself: viewers stop here as well
        inner = self.streams.form(form, self.stream.resources, self.state.ctm)
        self.stream.forms[self.index] = inner
        self.open_forms.add(key)
        self.run(inner, self.state.copy(), self.depth + 1)
        self.open_forms.discard(key)

    def inline_image(self, operands: list[Any]) -> None:
        image = operands[0].iimage
        blank = image.width <= 1 and image.height <= 1
        self._place(operands[0], image.width, image.height, blank=blank, inline=True)

    def _place(self, image: Any, width: int, height: int, *, blank: bool, inline: bool = False) -> None:
        if len(self.content.images) >= limits.MAX_IMAGES:
            raise too_large("the number of images on a page")
        placed = PlacedImage(self.stream, self.index, image, self.state.ctm, width, height, inline, blank)
        self.content.images.append(placed)

    def _unit_box(self) -> Box:
        a, b, c, d, e, f = self.state.ctm
        xs, ys = (e, e + a, e + c, e + a + c), (f, f + b, f + d, f + b + d)
        return Box(min(xs), min(ys), max(xs), max(ys))

    # Marked content: its property lists may hold text that no glyph draws

    def properties(self, operands: list[Any]) -> None:
        if len(operands) < 2:
            return
        listed = operands[1]
        if is_name(listed):
            listed = lookup(self.stream.resources, "/Properties", listed)
        for key in ("/ActualText", "/Alt", "/E"):
            text = entry(listed, key)
            if text is not None and is_string(text) and len(self.content.shadow) < limits.MAX_STRINGS:
                self.content.shadow.append(text_string(text))

    # Text state and positioning

    def bt(self, _operands: list[Any]) -> None:
        self.tm = self.tlm = IDENTITY

    def tf(self, operands: list[Any]) -> None:
        if len(operands) < 2 or not is_name(operands[0]):
            return
        spec = lookup(self.stream.resources, "/Font", operands[0])
        self.state.font = self.streams.font(spec) if spec is not None and is_dict(spec) else None
        self.state.size = number(operands[1])

    def tc(self, operands: list[Any]) -> None:
        self.state.spacing = number(operands[0]) if operands else 0.0

    def tw(self, operands: list[Any]) -> None:
        self.state.word_spacing = number(operands[0]) if operands else 0.0

    def tz(self, operands: list[Any]) -> None:
        self.state.scale = number(operands[0], 100.0) / 100 if operands else 1.0

    def tl(self, operands: list[Any]) -> None:
        self.state.leading = number(operands[0]) if operands else 0.0

    def ts(self, operands: list[Any]) -> None:
        self.state.rise = number(operands[0]) if operands else 0.0

    def td(self, operands: list[Any]) -> None:
        if len(operands) >= 2:
            x, y = number(operands[0]), number(operands[1])
            a, b, c, d, e, f = self.tlm
            self.tm = self.tlm = (a, b, c, d, x * a + y * c + e, x * b + y * d + f)

    def td_leading(self, operands: list[Any]) -> None:
        if len(operands) >= 2:
            self.state.leading = -number(operands[1])
        self.td(operands)

    def set_matrix(self, operands: list[Any]) -> None:
        if len(operands) >= 6:
            a, b, c, d, e, f = (number(o) for o in operands[:6])
            self.tm = self.tlm = (a, b, c, d, e, f)

    def next_line(self, _operands: list[Any]) -> None:
        self.td([0, -self.state.leading])

    # Text showing

    def show(self, operands: list[Any]) -> None:
        if operands and is_string(operands[-1]):
            self._show_string(bytes(operands[-1]), 0)

    def show_line(self, operands: list[Any]) -> None:
        self.next_line(operands)
        self.show(operands)

    def show_spaced(self, operands: list[Any]) -> None:
        if len(operands) >= 3:
            self.state.word_spacing, self.state.spacing = number(operands[0]), number(operands[1])
        self.show_line(operands)

    def show_array(self, operands: list[Any]) -> None:
        if not operands:
            return
        for item, value in enumerate(items_of(operands[0])):
            if is_string(value):
                self._show_string(bytes(value), item)
            else:
                self._move(-number(value) / 1000 * self.state.size)

    def _move(self, distance: float) -> None:
        a, b, c, d, e, f = self.tm
        if self.state.font is not None and self.state.font.vertical:
            self.tm = (a, b, c, d, e + distance * c, f + distance * d)
        else:
            distance *= self.state.scale
            self.tm = (a, b, c, d, e + distance * a, f + distance * b)

    def _show_string(self, data: bytes, item: int) -> None:
        state, font = self.state, self.state.font
        if font is None or font.draws_nothing:
            if data.strip():
                self.report("text_without_font", None, "text is shown without a font and cannot be read")
            return
        codes = font.codes(data)
        self.streams.count_glyphs(len(codes))
        if font.type3:
            self._type3(font, codes)
        if font.unknown_map:
            self.report("unknown_character_map", None, "a font uses a character map that is not known", font.objgen)
        a, b, c, d, e, f = multiply(self.tm, state.ctm)
        size, scale, rise = state.size, state.scale, state.rise
        vertical = font.vertical
        if not all(map(math.isfinite, (a, b, c, d, e, f))):
            raise corrupt("a text position is not a finite number")
        bx, by = e + rise * c, f + rise * d
        # One unit of text space along the writing direction, on the page.
        px, py = (c, d) if vertical else (a, b)
        along = math.hypot(px, py)
        across = (abs(a * d - b * c) / along) if along else 0.0
        sign = -1.0 if (vertical != ((size < 0) != (scale < 0 and not vertical))) else 1.0
        ux, uy = (sign * px / along, sign * py / along) if along else (1.0, 0.0)
        em = abs(size) * (across if not vertical else math.hypot(a, b) * abs(scale))
        run = Run(self.content.page, font, em, ux, uy, self.stream, self.index, item, self.depth)
        glyphs = self.content.glyphs
        position, start = 0.0, 0
        measures: dict[tuple[float, float, bool], tuple[float, float, float]] = {}
        for code, length, text, advance, width, vx, vy, spaced in codes:
            # Most glyphs of a string share their measures, and then the numbers too: there may be millions.
            known = measures.get((advance, width, spaced))
            if known is None:
                extra = state.spacing + state.word_spacing if spaced else state.spacing
                extent = abs(advance * size) if vertical else abs(width * size * scale)
                shift = -1000 * (advance + extra / size) if size else 0.0
                known = measures[advance, width, spaced] = (advance * size + extra, extent * along, shift)
            step, extent, shift = known
            if vertical:
                left, up = -vx * size * scale, position - vy * size
                x, y = bx + left * a + up * c, by + left * b + up * d
            else:
                step *= scale
                x, y = bx + position * a, by + position * b if b else by
            glyphs.append(Drawn(run, code, text, x, y, extent, start, length, shift))
            position += step
            start += length
        a, b, c, d, e, f = self.tm
        px, py = (c, d) if vertical else (a, b)
        self.tm = (a, b, c, d, e + position * px, f + position * py)

    def _type3(self, font: Font, codes: list[Code]) -> None:
        """Report a Type 3 font whose procedures draw text of another font: those glyphs are not interpreted."""
        if ("text_in_type3", font.objgen) in self.reported:
            return
        used = {code.code for code in codes}
        for code, procedure in type3_procedures(font.spec):
            if code in used and self.streams.text_inside(procedure) == "text":
                self.report("text_in_type3", None, "a Type 3 font draws text of another font", font.objgen)


def _compatible(walk: _Walk, step: int) -> None:
    walk.compatible = max(0, walk.compatible + step)


def _painting(*, fill: bool = False, stroke: bool = False, close: bool = False) -> Callable[[_Walk, list[Any]], None]:
    return lambda walk, _: walk.paint(fill=fill, stroke=stroke, close=close)


_HANDLERS: dict[bytes, Callable[[_Walk, list[Any]], None]] = {
    b"cm": _Walk.cm,
    b"gs": _Walk.gs,
    b"g": _Walk.gray,
    b"rg": _Walk.rgb,
    b"k": _Walk.cmyk,
    b"sc": _Walk.fill_colour,
    b"scn": _Walk.fill_colour,
    b"SCN": _Walk.colour,
    b"c": _Walk.curve,
    b"v": _Walk.curve,
    b"y": _Walk.curve,
    b"m": _Walk.move,
    b"l": _Walk.line,
    b"h": _Walk.close_path,
    b"re": _Walk.rectangle,
    b"f": _painting(fill=True),
    b"F": _painting(fill=True),
    b"f*": _painting(fill=True),
    b"B": _painting(fill=True, stroke=True),
    b"B*": _painting(fill=True, stroke=True),
    b"b": _painting(fill=True, stroke=True, close=True),
    b"b*": _painting(fill=True, stroke=True, close=True),
    b"S": _painting(stroke=True),
    b"s": _painting(stroke=True, close=True),
    b"n": _Walk.end_path,
    b"Do": _Walk.do,
    INLINE_IMAGE: _Walk.inline_image,
    b"BDC": _Walk.properties,
    b"DP": _Walk.properties,
    b"BT": _Walk.bt,
    b"Tf": _Walk.tf,
    b"Tc": _Walk.tc,
    b"Tw": _Walk.tw,
    b"Tz": _Walk.tz,
    b"TL": _Walk.tl,
    b"Ts": _Walk.ts,
    b"Td": _Walk.td,
    b"TD": _Walk.td_leading,
    b"Tm": _Walk.set_matrix,
    b"T*": _Walk.next_line,
    b"Tj": _Walk.show,
    b"TJ": _Walk.show_array,
    b"'": _Walk.show_line,
    b'"': _Walk.show_spaced,
    b"BX": lambda walk, _: _compatible(walk, 1),
    b"EX": lambda walk, _: _compatible(walk, -1),
}

_PASSIVE = frozenset(b"w J j M d ri i W W* ET Tr CS cs SC sc G g RG rg K k sh BMC EMC MP d0 d1".split())
"""Operators that neither move text nor hide it."""
