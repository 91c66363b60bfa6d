"""The parts of a workbook for tests: written by hand, so that no test rests on the code under test.

All people and numbers are invented.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from xml.sax.saxutils import escape, quoteattr

VALUE = "QZ-王小测-8842917"
"""The planted value: Latin letters, Han, digits and hyphens."""
FRAGMENTS = ("王小测", "8842917")
"""Parts of the value that identify by themselves: none of them may be left."""

NAMESPACES = " ".join(
    f'xmlns{":" if prefix else ""}{prefix}="{uri}"'
    for prefix, uri in {
        "": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "xdr": "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
        "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
        "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "v": "urn:schemas-microsoft-com:vml",
        "o": "urn:schemas-microsoft-com:office:office",
        "x": "urn:schemas-microsoft-com:office:excel",
        "x14": "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main",
        "xm": "http://schemas.microsoft.com/office/excel/2006/main",
    }.items()
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml."
XML = '<?xml version="1.0" encoding="UTF-8"?>'
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def text(place: str, value: str, more: str = "") -> str:
    """A cell with a text of its own."""
    return f'<c r="{place}" t="inlineStr"{more}><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def number(place: str, value: str, style: int = 0, formula: str = "") -> str:
    """A cell with a number, and a formula if given."""
    inner = f"<f>{escape(formula)}</f>" if formula else ""
    return f'<c r="{place}" s="{style}">{inner}<v>{value}</v></c>'


def row(index: int, *cells: str, more: str = "") -> str:
    return f'<row r="{index}"{more}>{"".join(cells)}</row>'


def anchor(content: str) -> str:
    """A drawing over the cells from B2 to D4."""
    ends = "".join(
        f"<xdr:{name}><xdr:col>{at}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{at}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:{name}>"
        for name, at in (("from", 1), ("to", 4))
    )
    return f"<xdr:twoCellAnchor>{ends}{content}<xdr:clientData/></xdr:twoCellAnchor>"


def shape(said: str, name: str = "TextBox 1", descr: str = "") -> str:
    """A text box of one paragraph."""
    return (
        f'<xdr:sp textlink=""><xdr:nvSpPr><xdr:cNvPr id="2" name={quoteattr(name)} descr={quoteattr(descr)}/>'
        '<xdr:cNvSpPr txBox="1"/></xdr:nvSpPr><xdr:spPr><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr>'
        f"<xdr:txBody><a:bodyPr/><a:lstStyle/><a:p>{said}</a:p></xdr:txBody></xdr:sp>"
    )


def run(said: str) -> str:
    return f"<a:r><a:rPr/><a:t>{escape(said)}</a:t></a:r>"


class Kit:
    """A workbook in the making: one sheet that keeps two texts, further sheets, parts and relationships."""

    def __init__(self) -> None:
        self.parts: dict[str, bytes] = {}
        self.types: list[str] = []
        self.names: dict[str, str] = {"sheet1": "名单"}
        self.states: dict[str, str] = {}
        self.rows: list[str] = [row(1, text("A1", "前面保留"))]
        self.last = row(900, text("A900", "后面保留"))
        self.before = ""
        self.after = ""
        self.setup = ""
        self.tail = ""
        self.shared: list[str] = []
        self.formats = ""
        self.styles: list[str] = ['<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>']
        self.fonts = '<font><sz val="11"/><name val="宋体"/></font>'
        self.differences = ""
        self.workbook = ""
        self.workbook_head = "<workbookPr/>"
        self.drawings: list[str] = []
        self.relations: dict[str, list[str]] = {}
        self.more: dict[str, str] = {}
        self.main = f"{SHEET}sheet.main+xml"
        self.comment = b""
        self.front = b""
        self.end = b""

    def relate(self, owner: str, kind: str, target: str, *, external: bool = False) -> str:
        """Add a relationship of the part ``owner`` ("" is the package) and return its id."""
        known = self.relations.setdefault(owner, [])
        key = f"rIdNew{len(known)}"
        type_ = kind if ":" in kind else OFFICE + kind
        mode = ' TargetMode="External"' if external else ""
        known.append(f'<Relationship Id="{key}" Type="{type_}" Target={quoteattr(target)}{mode}/>')
        return key

    def part(self, name: str, data: str | bytes, content_type: str = "application/xml") -> None:
        self.parts[name] = data.encode() if isinstance(data, str) else data
        self.types.append(f'<Override PartName={quoteattr("/" + name)} ContentType="{content_type}"/>')

    def sheet_part(self, name: str, kind: str, data: str, content_type: str = "application/xml") -> str:
        """Add a part of the first sheet and return its relationship id."""
        self.part(name, data, content_type)
        return self.relate("xl/worksheets/sheet1.xml", kind, "/" + name)

    def sheet(self, key: str, name: str, rows: str, state: str = "") -> None:
        """Add a further sheet."""
        self.names[key] = name
        self.states[key] = state
        self.more[key] = f"{XML}<worksheet {NAMESPACES}><sheetData>{rows}</sheetData></worksheet>"

    def share(self, markup: str) -> int:
        """Add a shared string and return its number."""
        self.shared.append(f"<si>{markup}</si>")
        return len(self.shared) - 1

    def style(self, code: str) -> int:
        """Add a cell style with a number format and return its number."""
        number = 164 + self.formats.count("<numFmt ")
        self.formats += f'<numFmt numFmtId="{number}" formatCode={quoteattr(code)}/>'
        self.styles.append(f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0"/>')
        return len(self.styles) - 1

    def _close(self) -> None:
        if self.drawings:
            drawing = f"{XML}<xdr:wsDr {NAMESPACES}>{''.join(self.drawings)}</xdr:wsDr>"
            key = self.sheet_part("xl/drawings/drawing1.xml", "drawing", drawing)
            self.tail = f'<drawing r:id="{key}"/>{self.tail}'
        body = f"{self.before}<sheetData>{''.join(self.rows)}{self.last}</sheetData>{self.after}{self.setup}{self.tail}"
        self.part(
            "xl/worksheets/sheet1.xml", f"{XML}<worksheet {NAMESPACES}>{body}</worksheet>", f"{SHEET}worksheet+xml"
        )
        for key, markup in self.more.items():
            self.part(f"xl/worksheets/{key}.xml", markup, f"{SHEET}worksheet+xml")
        sheets = ""
        for number, (key, name) in enumerate(self.names.items(), 1):
            relation = self.relate("xl/workbook.xml", "worksheet", f"worksheets/{key}.xml")
            state = f' state="{self.states[key]}"' if self.states.get(key) else ""
            sheets += f'<sheet name={quoteattr(name)} sheetId="{number}"{state} r:id="{relation}"/>'
        book = f"{XML}<workbook {NAMESPACES}>{self.workbook_head}<sheets>{sheets}</sheets>{self.workbook}</workbook>"
        self.part("xl/workbook.xml", book, self.main)
        if self.shared:
            self.part(
                "xl/sharedStrings.xml",
                f"{XML}<sst {NAMESPACES}>{''.join(self.shared)}</sst>",
                f"{SHEET}sharedStrings+xml",
            )
            self.relate("xl/workbook.xml", "sharedStrings", "sharedStrings.xml")
        styles = (
            f"{XML}<styleSheet {NAMESPACES}><numFmts>{self.formats}</numFmts><fonts>{self.fonts}</fonts>"
            '<fills><fill><patternFill patternType="none"/></fill></fills><borders><border/></borders>'
            f"<cellXfs>{''.join(self.styles)}</cellXfs><dxfs>{self.differences}</dxfs></styleSheet>"
        ).replace("<numFmts></numFmts>", "")
        self.part("xl/styles.xml", styles, f"{SHEET}styles+xml")
        self.relate("xl/workbook.xml", "styles", "styles.xml")
        self.relate("", "officeDocument", "xl/workbook.xml")

    def save(self) -> bytes:
        self._close()
        defaults = "".join(
            f'<Default Extension="{ending}" ContentType="{kind}"/>'
            for ending, kind in (
                ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
                ("xml", "application/xml"),
                ("png", "image/png"),
                ("bin", "application/octet-stream"),
                ("vml", "application/vnd.openxmlformats-officedocument.vmlDrawing"),
            )
        )
        namespace = "http://schemas.openxmlformats.org/package/2006/content-types"
        types = f'{XML}<Types xmlns="{namespace}">{defaults}{"".join(self.types)}</Types>'
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", types)
            for name, data in self.parts.items():
                archive.writestr(name, data)
            for owner, relations in self.relations.items():
                folder, _, name = owner.rpartition("/")
                path = f"{folder}/_rels/{name}.rels" if folder else "_rels/.rels"
                archive.writestr(path, f'{XML}<Relationships xmlns="{RELATIONS}">{"".join(relations)}</Relationships>')
            archive.comment = self.comment
        return self.front + stream.getvalue() + self.end


Slot = Callable[[Kit, str], None]
SHOWS: dict[str, Slot] = {}
"""Slots whose value shows and is read: an edit removes it, the rest stays."""
HIDDEN: dict[str, Slot] = {}
"""Slots whose value does not show but is read for detection; every copy leaves it out."""
DROPPED: dict[str, Slot] = {}
"""Slots whose value no reader needs: attributes, foreign bytes. Every copy leaves it out."""


def slot(group: dict[str, Slot]) -> Callable[[Slot], Slot]:
    def register(function: Slot) -> Slot:
        group[function.__name__] = function
        return function

    return register
