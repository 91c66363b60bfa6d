"""The words of PDF itself, which are no text of a document though a person may be called Page, First or Georgia."""

from __future__ import annotations

import re

from hospital_redact.formats.pdf.fontnames import is_known_font
from hospital_redact.formats.pdf.fonts import glyph_text
from hospital_redact.formats.pdf.objects import written

_WORDS = written(
    """
    Adobe AIS All Alpha Alternate AntiAlias ArtBox AS Ascent AvgWidth BaseEncoding BaseFont BaseState BBox BC BG BG2
    BitsPerComponent BitsPerCoordinate BitsPerFlag BitsPerSample Black BlackIs1 BlackPoint BleedBox BM Bounds C0 C1 CA
    CalGray CalRGB CapHeight Catalog Category CCITTFaxDecode CharProcs CIDFontType0 CIDFontType0C CIDFontType2
    CIDSystemInfo CIDToGIDMap CMap CMapName CNS1 Codes Color Colorants ColorBurn ColorDodge Colors ColorSpace
    ColorTransform Columns Compatible Contents Coords Count CropBox CS Cyan Darken DCTDecode Decode DecodeParms
    Default DescendantFonts Descent DeviceCMYK DeviceGray DeviceN DeviceRGB Difference Differences Domain DW DW2
    EarlyChange Encode EncodedByteAlign Encoding EndOfBlock EndOfLine Event Exclusion Export ExportState Extend
    ExtGState Filter First FirstChar FL Flags FlateDecode Font FontBBox FontDescriptor FontFile FontFile2 FontFile3
    FontMatrix FontName FontStretch FontWeight Form FormType Frequency Function Functions FunctionType Gamma GB1 Group
    Halftone HalftoneType HardLight Height HT Hue ICCBased ID Identity Identity-H Identity-V Image ImageMask Index
    Indexed Info Intent Interpolate Isolated ItalicAngle Japan1 JBIG2Decode JBIG2Globals JPXDecode Kids Knockout
    Korea1 KR Lab LastChar Layer LC Leading Length Length1 Length2 Length3 Lighten LJ Luminosity LW LZW LZWDecode
    MacExpertEncoding MacRomanEncoding Magenta Mask Matrix Matte MaxWidth MediaBox MissingWidth ML Multiply Name None
    Normal ObjStm OC OCG OCGs OCMD OCProperties OFF ON OP OpenType OPM Order Ordering Overlay Page Pages PaintType
    Parent Pattern PatternType Predictor Print PrintState Process Properties Range Registry Resources RI Root Rotate
    Rows RunLengthDecode SA Saturation Screen Separation Shading ShadingType Size SM SMask SMaskInData SoftLight
    SpotFunction StandardEncoding StemH StemV Subtype Supplement TilingType Times-Roman TK ToUnicode TR TR2
    TransferFunction Transparency TrimBox TrueType Type Type0 Type1 Type1C Type3 UCR UCR2 UCS Usage UseCMap UserUnit
    VE View ViewState WhitePoint Width Widths WinAnsiEncoding WMode XHeight XObject XRef XStep Yellow YStep
    """
)
_CMAP_WORDS = re.compile(
    rb"/?\b(?:CIDInit|ProcSet|findresource|dict|begincmap|endcmap|begincodespacerange|endcodespacerange|beginbfchar|"
    rb"endbfchar|beginbfrange|endbfrange|begincidrange|endcidrange|CIDSystemInfo|Registry|Adobe|Ordering|UCS|Identity|"
    rb"Supplement|CMapName|CMapType|Adobe-Identity-UCS|currentdict|defineresource|WMode|Codes|begin|end|def|pop)\b"
)
_COLLECTION = re.compile(rb"/(?:Registry|Ordering)\s*\((?:Adobe|Identity|UCS|GB1|CNS1|Japan1|Korea1|KR)\)")
_NAME = re.compile(rb"/([A-Za-z0-9,+_.-]+)")
_MADE = re.compile(r"([A-Zg]|Ink)[0-9]{1,5}|[A-Z]{6}\+(Symbol)?F[0-9]+|[A-Z]{6}\+HospitalRedactLabels")
"""Names that the writer of copies makes: of resources, glyph procedures and fonts."""
_CMAPS = re.compile(
    r"((UniGB|UniCNS|UniJIS|UniKS)-(UCS2|UTF8|UTF16|UTF32)|[A-Za-z0-9]{2,9}-EUC|GBK2K|GBKp-EUC|90ms-RKSJ)-[HV]"
)


def is_vocabulary(name: str) -> bool:
    """Whether a name (without its slash) is a word of PDF, of a font that comes with systems, or of a glyph."""
    known = name in _WORDS or _MADE.fullmatch(name) or _CMAPS.fullmatch(name) or is_known_font(name)
    return bool(known) or bool(glyph_text(name.encode("utf-8", "replace")))


def without_vocabulary(data: bytes) -> bytes:
    """Return written objects without the names that are words of PDF, and character maps without their keywords."""

    def kept(match: re.Match[bytes]) -> bytes:
        return b"/" if is_vocabulary(match.group(1).decode("ascii")) else match.group()

    return _NAME.sub(kept, _COLLECTION.sub(b"", _CMAP_WORDS.sub(b"", data) if b"begincmap" in data else data))
