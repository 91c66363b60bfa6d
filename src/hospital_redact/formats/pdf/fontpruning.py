"""Fonts of a copy: known keys, and no trace of characters that are no longer drawn.

ToUnicode, widths and encodings list every character that a document ever used, in a subset font often in the
order of first use; a removed name would still stand there.
"""

from __future__ import annotations

import re
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from hospital_redact.formats.pdf import cmaps
from hospital_redact.formats.pdf.fontnames import is_known_font, is_plain_glyph, substitute
from hospital_redact.formats.pdf.fontprograms import (
    Wanted,
    glyphs_of_codes,
    prune_cff,
    prune_opentype,
    prune_truetype,
    standard_names,
)
from hospital_redact.formats.pdf.fonts import Font, is_symbol_font
from hospital_redact.formats.pdf.fonttables import code_map, glyph_numbers, to_unicode
from hospital_redact.formats.pdf.objects import (
    decoded,
    entry,
    is_array,
    is_dict,
    is_name,
    is_stream,
    is_string,
    items_of,
    key_of,
    keys_of,
    name_of,
    number,
    value_of,
    word_of,
    written,
)
from hospital_redact.formats.pdf.type1 import prune_type1

_FONT_KEYS = written("/Type /Subtype /BaseFont /FirstChar /LastChar /DW /DW2 /W2 /FontBBox /FontMatrix")
_DESCRIPTOR_KEYS = written(
    "/Type /FontName /Flags /FontBBox /ItalicAngle /Ascent /Descent /Leading /CapHeight /XHeight /StemV "
    "/StemH /AvgWidth /MaxWidth /MissingWidth /FontStretch /FontWeight"
)
_ORDERINGS = (b"Identity", b"GB1", b"CNS1", b"Japan1", b"Japan2", b"Korea1", b"KR", b"UCS")
_PROGRAMS = ("/FontFile", "/FontFile2", "/FontFile3")


class FontPruner:
    """Cleans the fonts of one copy. ``use`` is called for every glyph that stays, before any font is cleaned."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._pdf = pdf
        self._used: dict[tuple[int, int], set[int]] = {}
        self._lengths: dict[tuple[int, int], dict[int, int]] = {}
        self._texts: dict[tuple[int, int], dict[int, str]] = {}
        self._all: set[tuple[int, int]] = set()
        self._less: set[tuple[int, int]] = set()
        self._count = 0

    def use(self, font: Font, code: int, length: int, text: str) -> None:
        """Note a glyph that stays."""
        key = font.objgen
        self._used.setdefault(key, set()).add(code)
        self._lengths.setdefault(key, {})[code] = length
        if text:
            self._texts.setdefault(key, {})[code] = text

    def lose(self, font: Font) -> None:
        """Note that a glyph of ``font`` goes: its program may not stay as it is."""
        self._less.add(font.objgen)

    def keep_all(self, spec: pikepdf.Object) -> None:
        """Note a font that draws text which is not interpreted (in patterns): none of its codes is pruned."""
        self._all.add(key_of(spec))

    def used(self, spec: pikepdf.Object) -> set[int] | None:
        """Return the codes that a font still draws, ``None`` where that is not known."""
        key = key_of(spec)
        return None if key in self._all or key == (0, 0) else self._used.get(key, set())

    def clean(self, spec: pikepdf.Object) -> pikepdf.Object:
        """Return a font with known keys, pruned to the codes that it still draws."""
        used = self.used(spec)
        new = self._keys(spec)
        composite = word_of(entry(spec, "/Subtype")) == "Type0"
        name = self._name(spec)
        new["/BaseFont"] = name
        if composite:
            self._composite(spec, new, name, used)
        else:
            self._simple(spec, new, name, used)
        if (mapping := self._to_unicode(spec, used)) is not None:
            new["/ToUnicode"] = mapping
        return new

    def clean_type3(self, spec: pikepdf.Object) -> pikepdf.Object:
        """Return a Type 3 font without its procedures, encoding and resources, which the caller adds."""
        used = self.used(spec)
        new = self._keys(spec)
        if "/BaseFont" in new:
            del new["/BaseFont"]
        new["/Widths"] = self._widths(spec, used)
        if (mapping := self._to_unicode(spec, used)) is not None:
            new["/ToUnicode"] = mapping
        return new

    def _keys(self, spec: pikepdf.Object) -> pikepdf.Object:
        new = Dictionary()
        for key in keys_of(spec):
            if key in _FONT_KEYS:
                value = value_of(spec, key)
                new[key] = _numbers_and_names(value)
        return new

    def _name(self, spec: pikepdf.Object) -> pikepdf.Object:
        """Return the font's name: a new one for an embedded font, whose name nothing needs."""
        descendants = items_of(entry(spec, "/DescendantFonts"))
        holder = descendants[0] if descendants else spec
        descriptor = entry(holder, "/FontDescriptor")
        if entry(spec, "/BaseFont") is not None and not any(entry(descriptor, key) is not None for key in _PROGRAMS):
            return self._family(spec, holder, descriptor)
        self._count += 1
        # A symbol font must still be known as one: its private-use characters are signs, not lost letters.
        return Name(f"/AAAAAA+{'Symbol' if is_symbol_font(spec) else ''}F{self._count}")

    def _family(self, spec: pikepdf.Object, holder: object, descriptor: pikepdf.Object | None) -> pikepdf.Object:
        """Return the name of a font that is not embedded, by which a viewer chooses one."""
        old = entry(spec, "/BaseFont")
        name = text_of_name(name_of(old))
        if old is not None and is_known_font(name):
            return old
        ordering = bytes(info).decode("ascii", "replace") if (info := _ordering(holder)) is not None else ""
        return Name(f"/{substitute(name, int(number(value_of(descriptor, '/Flags'))), ordering)}")

    def _simple(self, spec: pikepdf.Object, new: pikepdf.Object, name: pikepdf.Object, used: set[int] | None) -> None:
        if entry(spec, "/Widths") is not None:
            new["/Widths"] = self._widths(spec, used)
        encoding = entry(spec, "/Encoding")
        if encoding is not None and is_name(encoding):
            new["/Encoding"] = encoding
        elif encoding is not None and is_dict(encoding):
            kept = Dictionary({"/Type": Name("/Encoding")})
            if is_name(entry(encoding, "/BaseEncoding")):
                kept["/BaseEncoding"] = entry(encoding, "/BaseEncoding")
            descriptor = entry(spec, "/FontDescriptor")
            embedded = any(entry(descriptor, key) is not None for key in _PROGRAMS)
            kept["/Differences"] = _pruned_differences(entry(encoding, "/Differences"), used, embedded=embedded)
            new["/Encoding"] = kept
        self._descriptor(spec, new, name, spec)

    def _composite(
        self, spec: pikepdf.Object, new: pikepdf.Object, name: pikepdf.Object, used: set[int] | None
    ) -> None:
        encoding = entry(spec, "/Encoding")
        if encoding is not None and is_stream(encoding):
            new["/Encoding"] = self._cmap(spec, encoding, used)
        elif encoding is not None and is_name(encoding):
            new["/Encoding"] = encoding
        descendants = items_of(entry(spec, "/DescendantFonts"))
        old = descendants[0] if descendants else None
        if not isinstance(old, pikepdf.Object) or not is_dict(old):
            old = Dictionary({"/Type": Name("/Font"), "/Subtype": Name("/CIDFontType2")})
        inner = self._keys(old)
        inner["/BaseFont"] = name
        info = entry(old, "/CIDSystemInfo")
        if info is not None:
            inner["/CIDSystemInfo"] = _system_info(info)
        if used is None:
            if (widths := entry(old, "/W")) is not None:
                inner["/W"] = _numbers_and_names(widths)
        else:
            inner["/W"] = self._cid_widths(spec, used)
        mapping = entry(old, "/CIDToGIDMap")
        if mapping is not None and is_stream(mapping):
            table = decoded(mapping)
            cids = range(len(table) // 2) if used is None else self._cids(spec, used)
            inner["/CIDToGIDMap"] = self._pdf.make_stream(glyph_numbers(table, cids))
        elif mapping is not None and is_name(mapping):
            inner["/CIDToGIDMap"] = mapping
        self._descriptor(old, inner, name, spec)
        new["/DescendantFonts"] = Array([self._pdf.make_indirect(inner)])

    def _descriptor(
        self, spec: pikepdf.Object, new: pikepdf.Object, name: pikepdf.Object, font: pikepdf.Object
    ) -> None:
        old = entry(spec, "/FontDescriptor")
        if old is None or not is_dict(old):
            return
        kept = Dictionary()
        for key in keys_of(old):
            if key in _DESCRIPTOR_KEYS:
                kept[key] = _numbers_and_names(value_of(old, key))
        kept["/FontName"] = name
        for key in _PROGRAMS:
            program = entry(old, key)
            made = self._program(program, self._wanted(spec, font)) if is_stream(program) else None
            if made is None and is_stream(program) and key_of(font) not in self._less:
                made = self._unpruned(program)  # nothing of it has gone
            if made is not None:
                kept[key] = made
        new["/FontDescriptor"] = self._pdf.make_indirect(kept)

    def _program(self, program: pikepdf.Object, wanted: Wanted | None) -> pikepdf.Object | None:
        """Return a font program of what is still drawn, ``None`` where it cannot be taken apart."""
        data = decoded(program)
        subtype = word_of(entry(program, "/Subtype"))
        if value_of(program, "/Length2") is not None and not subtype:
            parts = prune_type1(data, wanted)
            if parts is None:
                return None
            new = self._pdf.make_stream(parts.data)
            for number_, part in enumerate(parts, 1):
                new[f"/Length{number_}"] = len(part)
            return new
        if subtype in ("Type1C", "CIDFontType0C"):
            pruned = prune_cff(data, wanted)
        elif subtype == "OpenType" and data[:4] == b"OTTO":
            pruned = prune_opentype(data, wanted)
        else:
            simple = wanted is None or not wanted.composite
            glyphs = wanted.codes if wanted is not None else None
            if wanted is not None and simple:
                glyphs = glyphs_of_codes(data, wanted.codes, wanted.texts, wanted.names)
            pruned = prune_truetype(data, glyphs, simple=simple)
        if pruned is None:
            return None
        new = self._pdf.make_stream(pruned)
        new["/Length1"] = len(pruned)
        if subtype:
            new["/Subtype"] = Name(f"/{subtype}")
        return new

    def _unpruned(self, program: pikepdf.Object) -> pikepdf.Object:
        new = self._pdf.make_stream(decoded(program))
        for key in ("/Length1", "/Length2", "/Length3"):
            if isinstance(value := value_of(program, key), int):
                new[key] = value
        if (subtype := word_of(entry(program, "/Subtype"))) in ("Type1C", "CIDFontType0C", "OpenType"):
            new["/Subtype"] = Name(f"/{subtype}")
        return new

    def _wanted(self, holder: pikepdf.Object, spec: pikepdf.Object) -> Wanted | None:
        """Return what font ``spec`` still draws; ``holder`` is its descendant, or the font itself."""
        used = self.used(spec)
        if used is None:
            return None
        texts = set(self._texts.get(key_of(spec), {}).values())
        if word_of(entry(spec, "/Subtype")) != "Type0":
            return Wanted(used, texts, _names_of(spec, used) | standard_names(used, texts), composite=False)
        cids = self._cids(spec, used)
        mapping = entry(holder, "/CIDToGIDMap")
        if mapping is not None and is_stream(mapping):
            table = decoded(mapping)
            cids |= {int.from_bytes(table[2 * cid : 2 * cid + 2], "big") for cid in cids}
        elif not word_of(entry(spec, "/Encoding")).startswith("Identity"):
            return (
                None
                if entry(entry(holder, "/FontDescriptor"), "/FontFile2") is not None
                else Wanted(cids, texts, set(), composite=True)
            )
        return Wanted(cids, texts, set(), composite=True)

    def _cids(self, spec: pikepdf.Object, used: set[int]) -> set[int]:
        font, lengths = Font(spec, ""), self._lengths.get(key_of(spec), {})
        return {font.width_of(code, lengths[code])[0] for code in used}

    def _cmap(self, spec: pikepdf.Object, encoding: pikepdf.Object, used: set[int] | None) -> pikepdf.Object:
        """Return the CMap of a composite font written anew: the codes used, or without texts where nobody knows."""
        parsed = cmaps.parse_cmap(decoded(encoding))
        vertical = number(value_of(encoding, "/WMode")) == 1 or parsed.vertical
        base = ""
        if used is not None:
            font, lengths = Font(spec, ""), self._lengths.get(key_of(spec), {})
            codes = [((lengths[code], code, code), font.width_of(code, lengths[code])[0]) for code in sorted(used)]
            spaces = [codes_ for codes_, _ in codes]
        else:
            spaces = list(parsed.spaces)
            codes = [((r.length, r.first, r.last), r.value) for r in parsed.cids if isinstance(r.value, int)]
            uses = word_of(entry(encoding, "/UseCMap")) or parsed.uses
            base = uses if cmaps.predefined(uses) is not None else ""
        new = self._pdf.make_stream(code_map(spaces, codes, vertical=vertical, base=base))
        new["/Type"], new["/CMapName"], new["/WMode"] = Name("/CMap"), Name("/Codes"), int(vertical)
        new["/CIDSystemInfo"] = _system_info(Dictionary())
        if base:
            new["/UseCMap"] = Name(f"/{base}")
        return new

    def _widths(self, spec: pikepdf.Object, used: set[int] | None) -> pikepdf.Object:
        first = int(number(value_of(spec, "/FirstChar")))
        widths = items_of(entry(spec, "/Widths"))
        return Array([_number(width) if used is None or first + n in used else 0 for n, width in enumerate(widths)])

    def _cid_widths(self, spec: pikepdf.Object, used: set[int]) -> pikepdf.Object:
        font = Font(spec, "")
        default = number(value_of(items_of(entry(spec, "/DescendantFonts"))[0], "/DW"), 1000.0)
        widths: dict[int, float] = {}
        for code, length in self._lengths.get(key_of(spec), {}).items():
            if code in used:
                cid, width = font.width_of(code, length)
                if width != default:
                    widths[cid] = width
        array: list[Any] = []
        for cid in sorted(widths):
            array.extend((cid, Array([_number(widths[cid])])))
        return Array(array)

    def _to_unicode(self, spec: pikepdf.Object, used: set[int] | None) -> pikepdf.Object | None:
        """Return a map of the characters as they were read, so that every reader of the copy reads the same."""
        if used is None:
            old = entry(spec, "/ToUnicode")
            return self._pdf.make_stream(decoded(old)) if old is not None and is_stream(old) else None
        if entry(spec, "/ToUnicode") is None and _has_known_characters(spec):
            return None  # a map of codes beside a predefined CMap is read as one of CIDs by some
        key = key_of(spec)
        lengths, texts = self._lengths.get(key, {}), self._texts.get(key, {})
        pairs = [((code, lengths[code]), texts[code]) for code in sorted(used & texts.keys(), key=texts.__getitem__)]
        return self._pdf.make_stream(to_unicode(pairs)) if pairs else None


def _has_known_characters(spec: pikepdf.Object) -> bool:
    """Whether a composite font has a predefined CMap of a known character collection (ISO 32000-1, 9.7.5.2)."""
    encoding = entry(spec, "/Encoding")
    composite = word_of(entry(spec, "/Subtype")) == "Type0"
    return composite and encoding is not None and is_name(encoding) and not word_of(encoding).startswith("Identity")


def text_of_name(written_: bytes) -> str:
    """Return the characters of a name as it is written: UTF-8, else GB18030, else bytes as they are."""
    raw = re.sub(rb"#([0-9A-Fa-f]{2})", lambda match: bytes([int(match.group(1), 16)]), written_[1:])
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _ordering(descendant: object) -> pikepdf.Object | None:
    """Return the ordering of a descendant font's character collection, ``None`` for a simple font."""
    found = entry(entry(descendant, "/CIDSystemInfo"), "/Ordering")
    return found if is_string(found) else None


def _names_of(spec: pikepdf.Object, used: set[int]) -> set[str]:
    """Return the glyph names that a simple font's Differences give the codes ``used``."""
    names: set[str] = set()
    code = 0
    for item in items_of(entry(entry(spec, "/Encoding"), "/Differences")):
        if isinstance(item, int):
            code = item
        elif is_name(item):
            if code in used:
                names.add(word_of(item))
            code += 1
    return names


def _pruned_differences(array: pikepdf.Object | None, used: set[int] | None, *, embedded: bool) -> pikepdf.Object:
    """Return the names of the codes ``used``; what is no character's name means nothing without a font program."""
    kept: list[Any] = []
    code, last = 0, -2
    for item in items_of(array):
        if isinstance(item, int):
            code = item
        elif is_name(item):
            if (used is None or code in used) and (embedded or is_plain_glyph(text_of_name(name_of(item)))):
                if code != last + 1:
                    kept.append(code)
                kept.append(item)
                last = code
            code += 1
    return Array(kept)


def _system_info(info: pikepdf.Object) -> pikepdf.Object:
    """Return a character collection by its known names; any other one means no more than Identity."""
    found = {key: bytes(value) for key in ("/Registry", "/Ordering") if is_string(value := entry(info, key))}
    known = found.get("/Registry") == b"Adobe" and found.get("/Ordering") in _ORDERINGS
    return Dictionary(
        {
            "/Registry": String("Adobe"),
            "/Ordering": String(found["/Ordering"].decode("ascii") if known else "Identity"),
            "/Supplement": int(number(value_of(info, "/Supplement"))),
        }
    )


def _numbers_and_names(value: Any) -> Any:
    if isinstance(value, pikepdf.Object):
        if is_array(value):
            return Array([_numbers_and_names(item) for item in items_of(value)])
        if not is_name(value):
            return 0
    return value


def _number(value: object) -> int | float:
    found = number(value)
    return int(found) if found == int(found) else found
