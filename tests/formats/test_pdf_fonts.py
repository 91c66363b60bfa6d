"""Font programs of PDF copies: outlines, names and characters of what is no longer drawn are gone."""

from __future__ import annotations

import io
import struct

import pytest
from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]  # it ships no types
from fontTools.misc import eexec  # type: ignore[import-untyped]  # it ships no types
from fontTools.pens.t2CharStringPen import T2CharStringPen  # type: ignore[import-untyped]  # it ships no types
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]  # it ships no types
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # it ships no types

from hospital_redact.formats.pdf.fontnames import is_known_font, is_plain_glyph, substitute
from hospital_redact.formats.pdf.fontprograms import (
    Wanted,
    prune_cff,
    prune_opentype,
    prune_truetype,
    standard_names,
)
from hospital_redact.formats.pdf.profiles import strip_profile
from hospital_redact.formats.pdf.type1 import prune_type1

ONLY_A = Wanted({65}, {"A"}, standard_names({65}, {"A"}), composite=False)


def charstring(code: bytes) -> bytes:
    """Return a Type 1 charstring, encrypted as in a program."""
    encrypted, _ = eexec.encrypt(b"\0\0\0\0" + code, 4330)
    return bytes(encrypted)


def type1(extra: str = "") -> bytes:
    """Return a Type 1 program with A, B, an accent, and Aacute composed of A and acute (65 and 194)."""
    glyphs = {
        ".notdef": b"\x8b\xbd\x0d\x0e",
        "A": b"\x8b\xbd\x0d\x0e",
        "B": b"\x8b\xbd\x0d\x8c\x8d\x15\x0e",
        "acute": b"\x8b\xbd\x0d\x0e",
        "Aacute": b"\x8b\xbd\x0d\x8b\x8b\x8b" + bytes((65 + 139, 247, 194 - 108)) + b"\x0c\x06",
    }
    private = b"dup /Private 8 dict dup begin /RD {string currentfile exch readstring pop} def /lenIV 4 def\n"
    private += b"2 index /CharStrings %d dict dup begin\n" % len(glyphs)
    for name, code in glyphs.items():
        body = charstring(code)
        private += b"/%s %d RD %s ND\n" % (name.encode(), len(body), body)
    private += b"end end readonly put noaccess put dup/FontName get exch definefont pop mark currentfile closefile\n"
    clear = (
        f"%!PS-AdobeFont-1.0: Quillonberg 001.001\n% for Quillonberg (a note\n/FontName /Quillonberg def\n{extra}"
        "/FontInfo 2 dict dup begin /Notice (Copyright (c) Quillonberg 50%) readonly def end readonly def\n"
        "/Encoding 256 array 0 1 255 {1 index exch /.notdef put} for dup 65 /A put dup 66 /B put\nreadonly def\n"
        "currentfile eexec\n"
    ).encode()
    packed, _ = eexec.encrypt(b"\0\0\0\0" + private, 55665)
    return clear + bytes(packed) + b"0" * 512 + b"\ncleartomark\n"


def private_of(data: bytes) -> bytes:
    plain, _ = eexec.decrypt(data[data.index(b"eexec\n") + 6 :], 55665)
    return bytes(plain)


def test_a_type1_program_keeps_only_what_is_drawn() -> None:
    parts = prune_type1(type1(), ONLY_A)
    assert parts is not None
    assert b"Quillonberg" not in parts.data
    assert b"/B" not in parts.clear
    assert b"dup 65 /A put" in parts.clear
    private = private_of(parts.data)
    assert b"/A 8 RD" in private
    assert b"/.notdef" in private
    assert b"/B " not in private
    assert b"/acute" not in private
    assert len(parts.clear) + len(parts.private) + len(parts.trailer) == len(parts.data)


def test_a_composed_glyph_keeps_its_parts() -> None:
    wanted = Wanted({193}, {"Á"}, {"Aacute"}, composite=False)
    parts = prune_type1(type1(), wanted)
    assert parts is not None
    private = private_of(parts.data)
    assert all(name in private for name in (b"/Aacute", b"/A ", b"/acute"))
    assert b"/B " not in private


@pytest.mark.parametrize("data", [b"", b"%!PS eexec", b"%!PS-AdobeFont eexec\n" + bytes(range(200)), b"\x80\x01\xff"])
def test_what_is_no_type1_program_is_not_taken_apart(data: bytes) -> None:
    assert prune_type1(data, ONLY_A) is None


def truetype() -> bytes:
    """Return a TrueType program with A and B, and a name of its own for B."""
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "A", "Quillonberg"])
    builder.setupCharacterMap({65: "A", 66: "Quillonberg"})
    pen = TTGlyphPen(None)
    for x, y in ((0, 0), (500, 0), (500, 700)):
        (pen.lineTo if x else pen.moveTo)((x, y))
    pen.closePath()
    glyph = pen.glyph()
    builder.setupGlyf({".notdef": glyph, "A": glyph, "Quillonberg": glyph})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "A": (611, 0), "Quillonberg": (722, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Quillonberg"})
    builder.setupOS2()
    builder.setupPost()
    target = io.BytesIO()
    builder.save(target)
    return target.getvalue()


def test_a_truetype_program_forgets_characters_names_and_widths() -> None:
    pruned = prune_truetype(truetype(), {0, 1}, simple=True)
    assert pruned is not None
    assert b"Quillonberg" not in pruned
    font = TTFont(io.BytesIO(pruned))
    assert font.getBestCmap() == {65: font.getGlyphOrder()[1]}
    assert font["hmtx"].metrics[font.getGlyphOrder()[1]][0] == 611
    assert struct.pack(">H", 722) not in font.getTableData("hmtx")[8:12]
    assert font["glyf"][font.getGlyphOrder()[2]].numberOfContours == 0


def opentype(names: list[str]) -> bytes:
    """Return an OpenType program with CFF outlines of these glyphs."""
    builder = FontBuilder(1000, isTTF=False)
    builder.setupGlyphOrder([".notdef", *names])
    builder.setupCharacterMap({65: names[0]})
    strings = {}
    for number, name in enumerate([".notdef", *names]):
        pen = T2CharStringPen(600, None)
        pen.moveTo((0, 0))
        pen.lineTo((500 + number, 0))
        pen.lineTo((500, 700))
        pen.closePath()
        strings[name] = pen.getCharString()
    builder.setupCFF("Quillonberg", {"FullName": "Quillonberg Regular"}, strings, {})
    builder.setupHorizontalMetrics(dict.fromkeys([".notdef", *names], (600, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Quillonberg"})
    builder.setupOS2()
    builder.setupPost()
    target = io.BytesIO()
    builder.save(target)
    return target.getvalue()


def test_a_cff_program_forgets_names_and_outlines() -> None:
    whole = TTFont(io.BytesIO(opentype(["A", "Quillonberg.alt"]))).getTableData("CFF ")
    pruned = prune_cff(whole, ONLY_A)
    assert pruned is not None
    assert b"Quillonberg" in whole
    assert b"Quillonberg" not in pruned
    assert len(pruned) == len(whole)


def test_an_opentype_program_forgets_them_too() -> None:
    pruned = prune_opentype(opentype(["A", "Quillonberg.alt"]), ONLY_A)
    assert pruned is not None
    assert b"Quillonberg" not in pruned
    assert prune_opentype(truetype(), ONLY_A) is None


@pytest.mark.parametrize(
    "name", ["ArialMT", "ABCDEF+Arial,Bold", "TimesNewRomanPS-BoldMT", "STSong-Light", "宋体", "Helvetica-BoldOblique"]
)
def test_names_of_fonts_that_everybody_has_stay(name: str) -> None:
    assert is_known_font(name)


@pytest.mark.parametrize("name", ["陈超英", "QZ8842917K", "Arial-QZ8842917K", "Quillonberg,Bold", ""])
def test_other_names_of_fonts_go(name: str) -> None:
    assert not is_known_font(name)


def test_a_font_that_goes_has_one_like_it_in_its_place() -> None:
    assert substitute("Quillonberg-Bold", 2, "") == "Times-Bold"
    assert substitute("Quillonberg", 1, "") == "Courier"
    assert substitute("Quillonberg-Italic", 0, "") == "Helvetica-Oblique"
    assert substitute("Quillonberg", 0, "GB1") == "STSong-Light"


def test_glyph_names_say_a_character_or_a_number() -> None:
    assert all(map(is_plain_glyph, ["A", "Aacute", "uni4E00", "g12", "a20", "cid01234", ".notdef", "one.oldstyle"]))
    assert not any(map(is_plain_glyph, ["Quillonberg", "QZ8842917K0", "陈超英"]))


def test_a_colour_profile_keeps_its_colours_and_no_text() -> None:
    tags = {b"wtpt": b"XYZ \0\0\0\0" + bytes(12), b"desc": b"desc\0\0\0\0" + b"of Quillonberg.."}
    start = 132 + 12 * len(tags)
    table, bodies = b"", b""
    for tag, body in tags.items():
        table += struct.pack(">4sLL", tag, start + len(bodies), len(body))
        bodies += body
    header = bytearray(128)
    header[16:20], header[36:40], header[80:84] = b"RGB ", b"acsp", b"Quil"
    data = bytes(header) + struct.pack(">L", len(tags)) + table + bodies
    stripped = strip_profile(data)
    assert stripped is not None
    assert b"Quil" not in stripped
    assert b"wtpt" in stripped
    assert stripped[16:20] == b"RGB "
    assert int.from_bytes(stripped[:4], "big") == len(stripped)
    assert strip_profile(b"no profile") is None
