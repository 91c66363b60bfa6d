"""What may stand in a copy: elements, their attributes, and the values that attributes may have.

The lists are the whole of what a copy of a workbook can hold besides its texts and numbers. Source: ECMA-376 part 1,
clause 18.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from xml.sax.saxutils import escape, quoteattr

from hospital_redact.formats.ooxml.fonts import is_known_font
from hospital_redact.formats.ooxml.namespaces import NS_S
from hospital_redact.formats.ooxml.package import Element

SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.{}+xml"
MAIN_TYPES = frozenset(
    {
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
        "application/vnd.ms-excel.sheet.macroenabled.main+xml",
        "application/vnd.ms-excel.template.macroenabled.main+xml",
    }
)
"""Content types of main documents, in lower case: xlsx, xltx, xlsm, xltm. A copy is an xlsx."""


@cache
def s(name: str) -> str:
    """Return the full name of a spreadsheet element."""
    return f"{{{NS_S}}}{name}"


_COLOUR = "rgb theme tint indexed auto"
_ATTRIBUTES_TEXT = {
    # styles
    "fonts fills borders font fill border": "",
    "b i strike condense extend outline shadow u vertAlign sz family charset scheme": "val",
    "name rFont": "val",
    "color fgColor bgColor tabColor": _COLOUR,
    "patternFill": "patternType",
    "gradientFill": "type degree left right top bottom",
    "stop": "position",
    "left right top bottom start end diagonal vertical horizontal": "style",
    "alignment": (
        "horizontal vertical textRotation wrapText indent relativeIndent justifyLastLine shrinkToFit readingOrder"
    ),
    "rgbColor": "rgb",
    # sheets
    "sheetPr": "",
    "outlinePr": "summaryBelow summaryRight showOutlineSymbols",
    "pageSetUpPr": "fitToPage",
    "sheetFormatPr": (
        "defaultRowHeight customHeight zeroHeight outlineLevelRow outlineLevelCol baseColWidth defaultColWidth"
    ),
    "sheetView": "showGridLines showRowColHeaders showZeros rightToLeft zoomScale zoomScaleNormal view workbookViewId",
    "pane": "xSplit ySplit topLeftCell activePane state",
    "printOptions": "horizontalCentered verticalCentered headings gridLines gridLinesSet",
    "pageMargins": "left right top bottom header footer",
    "pageSetup": (
        "paperSize scale fitToWidth fitToHeight pageOrder orientation blackAndWhite firstPageNumber useFirstPageNumber"
    ),
    "rowBreaks colBreaks": "count manualBreakCount",
    "brk": "id min max man pt",
    # conditional formats
    "colorScale": "",
    "cfvo": "type val gte",
    "dataBar": "minLength maxLength showValue",
    "iconSet": "iconSet showValue percent reverse",
}
ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    name: tuple(attributes.split()) for names, attributes in _ATTRIBUTES_TEXT.items() for name in names.split()
} | {"border": ("diagonalUp", "diagonalDown", "outline")}
"""Elements (local names in the main namespace) and the attributes that each may have."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENUMERATIONS = _words(
    "true false none single double singleAccounting doubleAccounting superscript subscript baseline major minor"
    " solid mediumGray darkGray lightGray darkHorizontal darkVertical darkDown darkUp darkGrid darkTrellis"
    " lightHorizontal lightVertical lightDown lightUp lightGrid lightTrellis gray125 gray0625 linear path thin"
    " medium dashed dotted thick hair mediumDashed dashDot mediumDashDot dashDotDot mediumDashDotDot"
    " slantDashDot general left center right fill justify centerContinuous distributed top bottom normal"
    " pageBreakPreview pageLayout bottomRight topRight bottomLeft topLeft frozen frozenSplit split overThenDown"
    " downThenOver default portrait landscape num percent max min formula percentile autoMin autoMax 3Arrows"
    " 3ArrowsGray 3Flags 3TrafficLights1 3TrafficLights2 3Signs 3Symbols 3Symbols2 4Arrows 4ArrowsGray"
    " 4RedToBlack 4Rating 4TrafficLights 5Arrows 5ArrowsGray 5Rating 5Quarters 1048575"
)
_NUMBER = re.compile(r"-?\d{1,6}(?:\.\d+)?(?:[Ee]-\d{1,3})?")
_COLOUR_VALUE = re.compile(r"[0-9A-Fa-f]{6}(?:[0-9A-Fa-f]{2})?")
_CELL = re.compile(r"[A-Z]{1,3}[1-9]\d{0,6}")


def clean_value(element: str, attribute: str, value: str) -> str | None:
    """Return ``value`` as a copy may hold it (numbers with four decimals), ``None`` where it may not."""
    if element in ("name", "rFont"):
        return value if is_known_font(value) else None
    if attribute == "rgb":
        return value if _COLOUR_VALUE.fullmatch(value) else None
    if value in _ENUMERATIONS:
        return value
    if _NUMBER.fullmatch(value):
        return number_text(float(value))
    return value if attribute == "topLeftCell" and _CELL.fullmatch(value) else None


def is_word(element: str, attribute: str, value: str) -> bool:
    """Whether ``attribute`` of ``element`` (local names) has ``value`` by the lists of this module, and is no text."""
    if (element, attribute) == ("cellStyle", "name"):
        return value == "Normal"
    return attribute in ATTRIBUTES.get(element, ()) and clean_value(element, attribute, value) is not None


def number_text(value: float) -> str:
    """Return a size or a share in at most four decimals."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def clean_xml(source: Element, only: frozenset[str] | None = None) -> str:
    """Return ``source`` and what is below it as XML, without what is on no list; ``only`` names the children kept.

    Empty where ``source`` itself is on no list. Nothing here has text of its own.
    """
    tag = source.tag
    if not tag.startswith(f"{{{NS_S}}}"):
        return ""
    name = tag[len(NS_S) + 2 :]
    if name not in ATTRIBUTES:
        return ""
    attributes = ""
    for attribute in ATTRIBUTES[name]:
        given = source.get(attribute)
        value = None if given is None else clean_value(name, attribute, given)
        if value is not None:
            attributes += f" {attribute}={quoteattr(value)}"
    if name in ("name", "rFont") and not attributes:
        return ""
    inner = "".join(clean_xml(child) for child in source if only is None or child.tag in only)
    return f"<{name}{attributes}>{inner}</{name}>" if inner else f"<{name}{attributes}/>"


_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = re.compile(f"[&<>\r]|_x|{_NOT_XML.pattern}")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescape_text(text: str) -> str:
    """Return a string of a workbook as it shows: ``_x0041_`` stands for a character (22.9.2.19)."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def escape_text(text: str) -> str:
    """Return ``text`` as XML text of a workbook."""
    if not _ESCAPES.search(text):
        return text
    text = _ESCAPED.sub(lambda found: "_x005F" + found.group(), text)
    return escape(_NOT_XML.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n"))
