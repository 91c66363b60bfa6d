"""``xl/styles.xml`` of the copy, and which number format each cell style has. Source: ECMA-376 part 1, 18.8."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import quoteattr

from hospital_redact.errors import ReadError
from hospital_redact.formats.ooxml.namespaces import NS_S
from hospital_redact.formats.ooxml.package import Element
from hospital_redact.formats.xlsx.numbers import BUILT_IN, NumberFormat, number_format
from hospital_redact.formats.xlsx.vocabulary import clean_value, clean_xml, s

MAX_STYLES = 65_536
"""Cell styles of a workbook; Excel allows 65,490."""
FIRST_OWN = 164
"""First number of a format that a file spells out (18.8.30)."""

_COLLECTIONS = ("fonts", "fills", "borders")
_DEFAULTS = {
    "fonts": '<font><sz val="11"/><name val="Calibri"/></font>',
    "fills": '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>',
    "borders": "<border><left/><right/><top/><bottom/><diagonal/></border>",
}
_INDEXES = {"fontId": "fonts", "fillId": "fills", "borderId": "borders"}


class Styles:
    """The styles of a workbook: ``formats[i]`` is the number format of cell style ``i``.

    ``words`` are the literals of number formats that no copy keeps. Formats number ``general`` where the source has no
    styles or an index is out of range.
    """

    def __init__(self, root: Element | None) -> None:
        self._codes = dict(BUILT_IN)
        self._own: dict[int, int] = {}
        """The number in the copy of each format that the source spells out and a copy may keep."""
        self.words: list[str] = []
        self._root = root
        self.formats: list[NumberFormat] = []
        self._xfs: list[Element] = []
        if root is None:
            self.formats = [number_format("General")]
            return
        if root.tag != s("styleSheet"):
            raise ReadError("HR203", "the part of styles is not what it is declared to be; open and save it in Excel")
        seen: set[int] = set()
        for element in root.iter(s("numFmt")):
            key, code = element.get("numFmtId", ""), element.get("formatCode", "")
            if key.isascii() and key.isdigit() and len(key) < 6 and int(key) not in seen:
                seen.add(int(key))
                self._codes[int(key)] = code
                self.words += number_format(code).words
                if not number_format(code).telling:
                    self._own[int(key)] = FIRST_OWN + len(self._own)
        self._xfs = root.findall(f"{s('cellXfs')}/{s('xf')}")
        if len(self._xfs) > MAX_STYLES:
            raise ReadError("HR204", "the workbook has more than {max_styles} cell styles", max_styles=MAX_STYLES)
        self.formats = [self._format(xf) for xf in self._xfs] or [number_format("General")]

    def __repr__(self) -> str:
        return f"Styles({len(self.formats)})"

    def _format(self, xf: Element) -> NumberFormat:
        return number_format(self._codes.get(_index(xf.get("numFmtId")), "General"))

    def markup(self) -> bytes:
        """Return the part."""
        root = self._root
        out = [f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="{NS_S}">']
        codes = [
            f'<numFmt numFmtId="{new}" formatCode={quoteattr(self._codes[key])}/>' for key, new in self._own.items()
        ]
        out += _list("numFmts", codes)
        sizes: dict[str, int] = {}
        for name in _COLLECTIONS:
            found = None if root is None else root.find(s(name))
            items = [] if found is None else [clean_xml(child) for child in found if child.tag == s(name[:-1])]
            items = [item or f"<{name[:-1]}/>" for item in items]
            sizes[name] = len(items)
            out += _list(name, items) if items else [f'<{name} count="1">{_DEFAULTS[name]}</{name}>']
        out.append('<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>')
        xfs = [self._xf(xf, sizes) for xf in self._xfs]
        out += _list("cellXfs", xfs or ['<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'])
        out.append('<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>')
        out += _list(
            "dxfs", [] if root is None else [self._difference(dxf) for dxf in root.iterfind(f"{s('dxfs')}/{s('dxf')}")]
        )
        out += self._colours()
        out.append("</styleSheet>")
        return "".join(out).encode()

    def _xf(self, xf: Element, sizes: dict[str, int]) -> str:
        number = _index(xf.get("numFmtId"))
        plain = number if self._codes.get(number) == BUILT_IN.get(number) and number < FIRST_OWN else 0
        attributes = f' numFmtId="{self._own.get(number, plain)}"'
        for name, collection in _INDEXES.items():
            index = _index(xf.get(name))
            attributes += f' {name}="{index if index < sizes[collection] else 0}"'
        attributes += ' xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1"'
        if xf.get("quotePrefix") in ("1", "true"):
            attributes += ' quotePrefix="1"'
        alignment = xf.find(s("alignment"))
        inner = "" if alignment is None else clean_xml(alignment)
        return f'<xf{attributes} applyAlignment="1">{inner}</xf>' if inner else f"<xf{attributes}/>"

    def _difference(self, dxf: Element) -> str:
        """Return a format of conditional formatting or tables, in the order that the standard asks for."""
        parts = {child.tag: clean_xml(child) for child in dxf if child.tag != s("protection")}
        inner = "".join(parts.get(s(name), "") for name in ("font", "fill", "alignment", "border"))
        return f"<dxf>{inner}</dxf>"

    def _colours(self) -> Iterable[str]:
        found = None if self._root is None else self._root.find(f"{s('colors')}/{s('indexedColors')}")
        if found is None:
            return []
        colours = [
            clean_value("rgbColor", "rgb", child.get("rgb", "")) for child in found if child.tag == s("rgbColor")
        ]
        if not colours or None in colours or len(colours) > 256:
            return []
        items = "".join(f'<rgbColor rgb="{colour}"/>' for colour in colours)
        return [f"<colors><indexedColors>{items}</indexedColors></colors>"]

    def differences(self) -> int:
        """Return how many formats of conditional formatting there are."""
        return 0 if self._root is None else len(self._root.findall(f"{s('dxfs')}/{s('dxf')}"))


def _list(name: str, items: Sequence[str]) -> list[str]:
    return [f'<{name} count="{len(items)}">', *items, f"</{name}>"] if items else []


def _index(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 8 else 0
