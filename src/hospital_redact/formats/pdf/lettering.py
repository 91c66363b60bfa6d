"""Text that we add to a PDF: an embedded subset of the label font that holds the letters used and no more.

The font is written as ISO 32000-2 9.7 describes: a composite font with Identity-H whose codes are the glyph numbers
of the subset, with widths and a ToUnicode map, so that every reader finds what it shows.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO

import pikepdf
from fontTools import subset  # type: ignore[import-untyped]  # it ships no types
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # it ships no types
from pikepdf import Array, Dictionary, Name, String

from hospital_redact.formats.fonts import label_font

_MARKS = "HRLABL"


def base_font(tag: str) -> str:
    """Return the name of a subset with ``tag``, as ISO 32000-2 9.9.2 writes it."""
    return f"{tag}+HospitalRedactLabels"


@cache
def _metrics() -> tuple[dict[int, float], float, float]:
    """Return the advance of each character, ascent and descent, in thousandths of the size."""
    font = TTFont(BytesIO(label_font()), lazy=True)
    scale = 1000 / font["head"].unitsPerEm
    widths = font["hmtx"].metrics
    advances = {code: widths[glyph][0] * scale for code, glyph in font.getBestCmap().items()}
    return advances, font["hhea"].ascent * scale, font["hhea"].descent * scale


def can_letter(text: str) -> bool:
    """Whether the label font has every character of ``text``."""
    return all(ord(char) in _metrics()[0] for char in text)


def width_of(text: str, size: float) -> float:
    """Return how wide ``text`` is at ``size`` points, in points. Raises KeyError where :func:`can_letter` is false."""
    return sum(_metrics()[0][ord(char)] for char in text) * size / 1000


class Lettering:
    """The letters that one file needs. Ask for all texts first, then build the font once.

    ``tag`` is the subset's, six capitals, by which readers tell what the letters are for.
    """

    def __init__(self, texts: tuple[str, ...], tag: str = _MARKS) -> None:
        self._name = base_font(tag)
        options = subset.Options()
        options.hinting = False
        options.layout_features = []
        options.name_IDs = []  # a name may be a value that was removed
        options.notdef_outline = True
        self._font = subset.load_font(BytesIO(label_font()), options)
        subsetter = subset.Subsetter(options)
        subsetter.populate(text="".join(texts))
        subsetter.subset(self._font)
        self._options = options
        cmap = self._font.getBestCmap()
        self._glyphs = {chr(code): self._font.getGlyphID(name) for code, name in cmap.items()}

    def codes(self, text: str) -> bytes:
        """Return ``text`` as the operand of Tj: a hexadecimal string of two-byte codes."""
        return b"<" + b"".join(b"%04X" % self._glyphs[char] for char in text) + b">"

    def build(self, pdf: pikepdf.Pdf) -> pikepdf.Object:
        """Add the font to ``pdf`` and return it."""
        buffer = BytesIO()
        subset.save_font(self._font, buffer, self._options)
        advances, ascent, descent = _metrics()
        base = Name(f"/{self._name}")
        file = pdf.make_stream(buffer.getvalue())
        file["/Length1"] = len(buffer.getvalue())
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=base,
            Flags=4,
            FontBBox=Array([0, round(descent), 1000, round(ascent)]),
            ItalicAngle=0,
            Ascent=round(ascent),
            Descent=round(descent),
            CapHeight=round(ascent),
            StemV=80,
            FontFile2=pdf.make_indirect(file),
        )
        widths = Array()
        for char, glyph in sorted(self._glyphs.items(), key=lambda item: item[1]):
            widths.extend([glyph, Array([round(advances[ord(char)], 2)])])
        child = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=base,
            CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
            FontDescriptor=pdf.make_indirect(descriptor),
            DW=1000,
            W=widths,
            CIDToGIDMap=Name.Identity,
        )
        font = Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=base,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(child)]),
            ToUnicode=pdf.make_stream(self._to_unicode()),
        )
        return pdf.make_indirect(font)

    def _to_unicode(self) -> bytes:
        lines = [f"<{glyph:04X}> <{char.encode('utf-16-be').hex().upper()}>" for char, glyph in self._glyphs.items()]
        chunks = [lines[i : i + 100] for i in range(0, len(lines), 100)]
        maps = "\n".join(f"{len(c)} beginbfchar\n" + "\n".join(c) + "\nendbfchar" for c in chunks)
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CMapName /HospitalRedactLabels def\n/CMapType 2 def\n"
            "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
            f"{maps}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
        ).encode()
