"""XML namespaces of Office Open XML, transitional, and what the strict variant calls them. Source: ECMA-376."""

from __future__ import annotations

NS_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NS_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NS_M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
NS_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
NS_PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"
NS_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
NS_WPS = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
NS_WPG = "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup"
NS_WPC = "http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas"
NS_WP14 = "http://schemas.microsoft.com/office/word/2010/wordprocessingDrawing"
NS_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
NS_DGM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
NS_S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
NS_XDR = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
NS_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
NS_V = "urn:schemas-microsoft-com:vml"
NS_O = "urn:schemas-microsoft-com:office:office"
NS_XML = "http://www.w3.org/XML/1998/namespace"

_STRICT = "http://purl.oclc.org/ooxml/"
STRICT_NAMESPACES = {
    _STRICT + "wordprocessingml/main": NS_W,
    _STRICT + "officeDocument/relationships": NS_R,
    _STRICT + "officeDocument/math": NS_M,
    _STRICT + "drawingml/main": NS_A,
    _STRICT + "drawingml/picture": NS_PIC,
    _STRICT + "drawingml/wordprocessingDrawing": NS_WP,
    _STRICT + "drawingml/chart": NS_C,
    _STRICT + "spreadsheetml/main": NS_S,
    _STRICT + "drawingml/spreadsheetDrawing": NS_XDR,
    _STRICT + "drawingml/diagram": NS_DGM,
    _STRICT + "officeDocument/extendedProperties": (
        "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
    ),
    _STRICT + "officeDocument/customProperties": (
        "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
    ),
}
"""Namespaces of ISO 29500-1 (strict) and the transitional ones that mean the same."""
