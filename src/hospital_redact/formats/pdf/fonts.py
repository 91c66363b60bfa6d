"""Fonts: from the bytes of a string to codes, Unicode text and advance widths (ISO 32000-1, 9.5 to 9.10)."""

from __future__ import annotations

import logging
import struct
import unicodedata
from io import BytesIO
from typing import NamedTuple

import pikepdf
from pdfminer.encodingdb import EncodingDB, name2unicode
from pdfminer.fontmetrics import FONT_METRICS
from pdfminer.pdffont import Type1FontHeaderParser
from pdfminer.psexceptions import PSException

from hospital_redact.formats.pdf import cmaps, dingbats
from hospital_redact.formats.pdf.objects import (
    decoded,
    entry,
    is_array,
    is_dict,
    is_name,
    is_stream,
    items_of,
    key_of,
    keys_of,
    name_of,
    number,
    numbers,
    value_of,
    word_of,
)

# pdfminer logs what it finds odd in a file, and that may be text of the document.
logging.getLogger("pdfminer").setLevel(logging.CRITICAL)

_TWO = 2
MAX_TEXT = 32
"""Characters that one glyph may stand for; a longer mapping is not a glyph's text."""
_SYMBOL_FONTS = ("symbol", "wingdings", "webdings", "zapfdingbats", "dingbats", "marlett")
_COLLECTIONS = {"GB1", "CNS1", "Japan1", "Korea1"}


class Code(NamedTuple):
    """One character code of a string.

    ``text`` is "" where the font gives no Unicode. ``advance`` is the displacement along the writing direction in
    ems (negative downwards in vertical writing), ``width`` the horizontal one; ``vx``, ``vy`` the position vector
    of vertical writing. ``spaced`` says whether word spacing applies (ISO 32000-1, 9.3.3).
    """

    code: int
    length: int
    text: str
    advance: float
    width: float
    vx: float
    vy: float
    spaced: bool


class Font:
    """A font as the interpreter needs it. ``key`` numbers fonts in the order in which a file first uses them."""

    def __init__(self, spec: pikepdf.Object, key: str) -> None:
        self.key = key
        self.spec = spec
        self.objgen = key_of(spec)
        self.base = word_of(entry(spec, "/BaseFont"))
        self.subtype = word_of(entry(spec, "/Subtype"))
        self.composite = self.subtype == "Type0"
        self.type3 = self.subtype == "Type3"
        self.draws_nothing = self.type3 and not keys_of(entry(spec, "/CharProcs"))
        """Whether it has no glyphs at all, as the font in the place of a missing one in a copy of ours."""
        self.embedded = self.type3 or _has_program(spec)
        """Whether the file holds its outlines."""
        self._encoded: dict[int, str] = {}
        self._codes: dict[tuple[int, int], Code] = {}
        self._strings: dict[bytes, list[Code]] = {}
        self._symbol = is_symbol_font(spec)
        self._dingbats = self.base == "ZapfDingbats"
        self._to_unicode = _to_unicode(spec)
        self.ascent, self.descent = 0.9, -0.22
        self.vertical = False
        if self.composite:
            self._open_composite()
        else:
            self._open_simple()

    def codes(self, data: bytes) -> list[Code]:
        """Return the codes of a shown string."""
        known = self._strings.get(data)
        if known is None:
            if self.composite:
                known = self._fixed_codes(data) if self._map.fixed == _TWO else self._varied_codes(data)
            else:
                known = [self._simple_code(byte) for byte in data]
            if len(self._strings) < 4096 and len(data) < 64:
                self._strings[data] = known
        return known

    # Simple fonts (9.6)

    def _open_simple(self) -> None:
        spec = self.spec
        descriptor = entry(spec, "/FontDescriptor")
        self._first = int(number(value_of(spec, "/FirstChar")))
        self._widths = [number(w) for w in items_of(entry(spec, "/Widths"))]
        self._missing = number(value_of(descriptor, "/MissingWidth"))
        self._scale = 0.001
        if self.type3:
            matrix = numbers(entry(spec, "/FontMatrix"), 6) or (0.001, 0, 0, 0.001, 0, 0)
            self._scale = matrix[0]
            box = numbers(entry(spec, "/FontBBox"), 4)
            if box and box[3] > box[1]:
                self.ascent, self.descent = min(2.0, box[3] * matrix[3]), max(-1.0, box[1] * matrix[3])
        else:
            self._extent(descriptor)
        self._metrics: dict[str, int] = {}
        if not self._widths and not self.type3:
            name = word_of(entry(spec, "/BaseFont"))
            self._metrics = FONT_METRICS.get(name, FONT_METRICS["Helvetica"])[1]
        self._encoding = self._simple_encoding(descriptor)

    def _simple_encoding(self, descriptor: pikepdf.Object | None) -> dict[int, str]:
        encoding = entry(self.spec, "/Encoding")
        symbolic = bool(int(number(value_of(descriptor, "/Flags"))) & 4)
        program = next(
            (key for key in ("/FontFile", "/FontFile2", "/FontFile3") if is_stream(entry(descriptor, key))), None
        )
        table: dict[int, str] = {}
        base = word_of(encoding) if is_name(encoding) else word_of(entry(encoding, "/BaseEncoding"))
        if base in EncodingDB.encodings:
            table = dict(EncodingDB.encodings[base])
        elif self._dingbats:
            table = dingbats.encoding()
        elif program == "/FontFile":
            table = _type1_encoding(entry(descriptor, program))
        elif not self.type3 and not self._symbol and (program is None or not symbolic):
            # Not embedded, or Latin by its own word: the standard encoding holds. Anything else has an encoding
            # inside the font program, which pdfium reads (see coverage.py).
            table = dict(EncodingDB.encodings["StandardEncoding"])
        if is_dict(encoding):
            _differences(table, entry(encoding, "/Differences"))
        return table

    def _simple_code(self, byte: int) -> Code:
        known = self._codes.get((byte, 1))
        if known is None:
            text = self._text(byte, self._encoding.get(byte, ""))
            index = byte - self._first
            if 0 <= index < len(self._widths):
                width = self._widths[index] * self._scale
            elif self._dingbats and not self._widths:
                width = dingbats.WIDTHS.get(byte, 0) * self._scale
            elif self._metrics:
                width = self._metrics.get(self._encoding.get(byte, ""), 500 if byte > 32 else 278) * self._scale
            else:
                width = self._missing * self._scale
            known = self._codes[byte, 1] = Code(byte, 1, text, width, width, 0.0, 0.0, byte == 32)
        return known

    # Composite fonts (9.7)

    def _open_composite(self) -> None:
        descendants = items_of(entry(self.spec, "/DescendantFonts"))
        font = descendants[0] if descendants else None
        self._extent(entry(font, "/FontDescriptor"))
        self._map = self._code_map(entry(self.spec, "/Encoding"), 0)
        self.vertical = self._map.vertical
        info = entry(font, "/CIDSystemInfo")
        registry, ordering = (_ascii(entry(info, key)) for key in ("/Registry", "/Ordering"))
        self._collection: dict[int, str] = {}
        if registry == "Adobe" and ordering in _COLLECTIONS:
            self._collection = cmaps.collection(f"Adobe-{ordering}", self.vertical)
        encoding = word_of(entry(self.spec, "/Encoding"))
        self._unicode_codes = "UCS2" in encoding or "UTF16" in encoding
        self._default = number(value_of(font, "/DW"), 1000.0)
        self._cid_widths = cid_widths(entry(font, "/W"))
        self._default_v = numbers(entry(font, "/DW2"), 2) or (880.0, -1000.0)
        self._cid_verticals = _cid_verticals(entry(font, "/W2")) if self.vertical else {}

    def _code_map(self, encoding: pikepdf.Object | None, depth: int) -> cmaps.CodeMap:
        if encoding is not None and is_stream(encoding) and depth < 4:
            uses = entry(encoding, "/UseCMap")
            base = self._code_map(uses, depth + 1) if uses is not None else None
            return cmaps.embedded(decoded(encoding), base, vertical=number(value_of(encoding, "/WMode")) == 1)
        found = cmaps.predefined(word_of(encoding))
        self.unknown_map = found is None
        return found or cmaps.CodeMap(vertical=False, spaces=((2, 0, 0xFFFF),))

    unknown_map = False
    """Whether the font's CMap is neither predefined nor in the file, so that its codes are guesses."""

    def _varied_codes(self, data: bytes) -> list[Code]:
        return [self._composite_code(*item) for item in self._map.split(data)]

    def _fixed_codes(self, data: bytes) -> list[Code]:
        """Return the codes of a string in which each has two bytes, as in nearly every file."""
        if len(data) % _TWO:
            return self._varied_codes(data)
        known, found = self._codes, []
        for code in struct.unpack(f">{len(data) // _TWO}H", data):
            hit = known.get((code, _TWO))
            found.append(hit if hit is not None else self._composite_code(code, _TWO, self._map.cid(code, _TWO)))
        return found

    def _composite_code(self, code: int, length: int, cid: int) -> Code:
        known = self._codes.get((code, length))
        if known is None:
            fallback = self._collection.get(cid, "")
            if not fallback and self._unicode_codes:
                fallback = code.to_bytes(length, "big").decode("utf-16-be", "ignore")
            text = self._text(code, fallback)
            width = self._cid_widths.get(cid, self._default) / 1000
            advance, vx, vy = width, 0.0, 0.0
            if self.vertical:
                w1, vx, vy = self._cid_verticals.get(cid, (self._default_v[1], width * 500, self._default_v[0]))
                advance, vx, vy = w1 / 1000, vx / 1000, vy / 1000
            spaced = length == 1 and code == 32
            known = self._codes[code, length] = Code(code, length, text, advance, width, vx, vy, spaced)
        return known

    # Both

    def width_of(self, code: int, length: int) -> tuple[int, float]:
        """Return the CID of a composite font's code and its width in thousandths of an em."""
        cid = next(self._map.split(code.to_bytes(length, "big")))[2]
        return cid, self._cid_widths.get(cid, self._default)

    def _extent(self, descriptor: pikepdf.Object | None) -> None:
        ascent, descent = number(value_of(descriptor, "/Ascent")), number(value_of(descriptor, "/Descent"))
        if ascent:
            self.ascent = min(1.2, max(0.75, ascent / 1000))
        if descent:
            self.descent = -min(0.4, max(0.2, abs(descent) / 1000))

    def encoded(self, code: int) -> str:
        """Return the text that the encoding of the font gives a code that was shown, whatever ToUnicode says."""
        return self._encoded.get(code, "")

    def _text(self, code: int, fallback: str) -> str:
        self._encoded[code] = fallback
        if self._to_unicode and (found := self._to_unicode.find(code)) is not None:
            text = cmaps.text_at(found, code)
            if usable(text, symbol=self._symbol):
                return text
        return fallback if usable(fallback, symbol=self._symbol) else ""


def _has_program(spec: pikepdf.Object) -> bool:
    descendants = items_of(entry(spec, "/DescendantFonts"))
    descriptor = entry(descendants[0] if descendants else spec, "/FontDescriptor")
    return any(is_stream(entry(descriptor, key)) for key in ("/FontFile", "/FontFile2", "/FontFile3"))


def is_symbol_font(spec: pikepdf.Object) -> bool:
    """Whether a font is one of signs by its name (Symbol, Wingdings ...)."""
    base = name_of(entry(spec, "/BaseFont")).decode("latin-1").lower()
    return any(word in base for word in _SYMBOL_FONTS)


def usable(text: str, *, symbol: bool = False) -> bool:
    """Whether ``text`` is what a reader sees: no control, private-use, unassigned or replacement character.

    Private-use characters of a ``symbol`` font are bullets and arrows, and pass.
    """
    if not text or len(text) > MAX_TEXT:
        return False
    if text.isascii() and text.isprintable():
        return True
    for character in text:
        category = unicodedata.category(character)
        if character == "\N{REPLACEMENT CHARACTER}" or category in ("Cs", "Cn"):
            return False
        if category == "Cc" and character not in "\t\n\r":
            return False
        if category == "Co" and not symbol:
            return False
    return True


def cid_widths(array: pikepdf.Object | None) -> dict[int, float]:
    """Return the widths of a ``W`` array (ISO 32000-1, 9.7.4.3) by CID, in thousandths of an em."""
    widths: dict[int, float] = {}
    items = items_of(array)
    index = 0
    while index + 1 < len(items):
        first, second = int(number(items[index])), items[index + 1]
        if isinstance(second, pikepdf.Object) and is_array(second):
            for offset, width in enumerate(items_of(second)):
                widths[first + offset] = number(width)
            index += 2
        elif index + 2 < len(items):
            width = number(items[index + 2])
            last = min(int(number(second)), 0xFFFF)
            widths.update(dict.fromkeys(range(max(0, first), last + 1), width))
            index += 3
        else:
            break
    return widths


def _cid_verticals(array: pikepdf.Object | None) -> dict[int, tuple[float, float, float]]:
    metrics: dict[int, tuple[float, float, float]] = {}
    items = items_of(array)
    index = 0
    while index + 1 < len(items):
        first, second = int(number(items[index])), items[index + 1]
        if isinstance(second, pikepdf.Object) and is_array(second):
            values = [number(v) for v in items_of(second)]
            for offset in range(len(values) // 3):
                metrics[first + offset] = (values[offset * 3], values[offset * 3 + 1], values[offset * 3 + 2])
            index += 2
        elif index + 4 < len(items):
            w1, vx, vy = (number(v) for v in items[index + 2 : index + 5])
            last = min(int(number(second)), 0xFFFF)
            metrics.update(dict.fromkeys(range(max(0, first), last + 1), (w1, vx, vy)))
            index += 5
        else:
            break
    return metrics


def _to_unicode(spec: pikepdf.Object) -> cmaps.RangeMap | None:
    stream = entry(spec, "/ToUnicode")
    if stream is None or not is_stream(stream):
        return None
    return cmaps.RangeMap(cmaps.parse_cmap(decoded(stream)).texts)


def _differences(table: dict[int, str], array: pikepdf.Object | None) -> None:
    code = 0
    for item in items_of(array):
        if isinstance(item, int):
            code = item
        elif is_name(item):
            table[code] = glyph_text(name_of(item)[1:])
            code += 1


def glyph_text(name: bytes) -> str:
    """Return the text of a glyph name by the Adobe Glyph List, "" where the name says nothing."""
    try:
        return name2unicode(name.decode("ascii"))
    except (KeyError, ValueError, RecursionError):
        return ""


def _type1_encoding(program: pikepdf.Object | None) -> dict[int, str]:
    """Return the encoding in the clear part of a Type 1 font program."""
    if program is None:
        return {}
    data = decoded(program)
    length = int(number(value_of(program, "/Length1"))) or len(data)
    head = data[: min(length, 65_536)]
    if b"StandardEncoding def" in head:
        return dict(EncodingDB.encodings["StandardEncoding"])
    try:
        return dict(Type1FontHeaderParser(BytesIO(head)).get_encoding())
    except (PSException, ValueError, TypeError, KeyError, IndexError):
        return {}


def _ascii(value: pikepdf.Object | None) -> str:
    return bytes(value).decode("ascii", "replace") if value is not None and not is_name(value) else ""
