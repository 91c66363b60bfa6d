"""The parts of a Word file for tests: written by hand, so that no test rests on the code under test.

The base (styles, theme, settings) is python-docx's own template. All people and numbers are invented.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from xml.sax.saxutils import escape, quoteattr

import docx

VALUE = "QZ-王小测-8842917"
"""The planted value: Latin letters, Han, digits and hyphens."""
FRAGMENTS = ("王小测", "8842917")
"""Parts of the value that identify by themselves: none of them may be left."""

NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "wpg": "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup",
        "wpc": "http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas",
        "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
        "w15": "http://schemas.microsoft.com/office/word/2012/wordml",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "v": "urn:schemas-microsoft-com:vml",
        "o": "urn:schemas-microsoft-com:office:office",
        "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
        "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
        "x": "urn:example:unknown",
    }.items()
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."


def text(value: str) -> str:
    return f'<w:t xml:space="preserve">{escape(value)}</w:t>'


def run(value: str, properties: str = "") -> str:
    return f"<w:r>{f'<w:rPr>{properties}</w:rPr>' if properties else ''}{text(value)}</w:r>"


def paragraph(content: str, properties: str = "") -> str:
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{content}</w:p>"


def png(comment: str = "") -> bytes:
    """A picture of one pixel, with a text chunk if ``comment`` is given."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    said = chunk(b"tEXt", b"Comment\0" + comment.encode()) if comment else b""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + said + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b"")


def _segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


JPEG = (
    b"\xff\xd8"
    + _segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    + _segment(0xDB, b"\0" + bytes([1] * 64))
    + _segment(0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0")
    + _segment(0xDA, b"\x01\x01\0\0\x3f\0")
    + b"\x12\xff\x00\x34\xff\xd9"
)
"""The segments of a JPEG of one pixel; its contents are never decoded."""


def complex_field(code: str, result: str) -> str:
    marks = {kind: f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")}
    instruction = f"<w:r><w:instrText>{escape(code)}</w:instrText></w:r>"
    return f"{marks['begin']}{instruction}{marks['separate']}{result}{marks['end']}"


def table(*rows: list[str]) -> str:
    lines = ["<w:tr>" + "".join(f"<w:tc><w:tcPr/>{cell}</w:tc>" for cell in row) + "</w:tr>" for row in rows]
    grid = '<w:tblGrid><w:gridCol w:w="4000"/><w:gridCol w:w="4000"/></w:tblGrid>'
    return f'<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/></w:tblPr>{grid}{"".join(lines)}</w:tbl>'


def picture(key: str, name: str = "Picture 1", extra: str = "", crop: str = "") -> str:
    shape = f'<a:blip r:embed="{key}">{extra}</a:blip>{crop}<a:stretch><a:fillRect/></a:stretch>'
    pic = (
        f'<pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="{name}" descr="{name}"/><pic:cNvPicPr/></pic:nvPicPr>'
        f"<pic:blipFill>{shape}</pic:blipFill><pic:spPr><a:xfrm>"
        f'<a:off x="0" y="0"/><a:ext cx="9525" cy="9525"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>'
    )
    return drawing("http://schemas.openxmlformats.org/drawingml/2006/picture", pic, name)


def drawing(uri: str, content: str, name: str = "Picture 1") -> str:
    properties = f'<wp:extent cx="9525" cy="9525"/><wp:docPr id="1" name="{name}" descr="{name}" title="{name}"/>'
    graphic = f'<a:graphic><a:graphicData uri="{uri}">{content}</a:graphicData></a:graphic>'
    return f"<w:drawing><wp:inline>{properties}{graphic}</wp:inline></w:drawing>"


def shape(content: str, properties: str = "", body: str = "") -> str:
    """A rectangle of Word, with ``content`` as the block-level content of its text box."""
    form = f'<a:xfrm><a:off x="0" y="0"/><a:ext cx="1800000" cy="600000"/></a:xfrm>{RECTANGLE}{properties}'
    box = f"<wps:txbx><w:txbxContent>{content}</w:txbxContent></wps:txbx>" if content else ""
    return f"<wps:wsp><wps:cNvSpPr/><wps:spPr>{form}</wps:spPr>{box}<wps:bodyPr>{body}</wps:bodyPr></wps:wsp>"


RECTANGLE = '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
SHAPE = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
GROUP = "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup"
CANVAS = "http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas"
CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
DIAGRAM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
PNG_DEFAULT = '<Default Extension="png" ContentType="image/png"/>'


@cache
def base_parts() -> dict[str, bytes]:
    """Return the parts of python-docx's own empty document."""
    stream = io.BytesIO()
    docx.Document().save(stream)
    with zipfile.ZipFile(stream) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def chart_part(plot: str = "", title: str = "", rest: str = "") -> str:
    """A chart with ``plot`` in its plot area, or one of two values."""
    plot = plot or f'<c:barChart><c:barDir val="col"/>{series()}<c:axId val="1"/><c:axId val="2"/></c:barChart>{AXES}'
    return (
        f"<c:chartSpace {NAMESPACES}><c:chart>{title}<c:plotArea><c:layout/>{plot}</c:plotArea>"
        f'<c:plotVisOnly val="1"/></c:chart>{rest}</c:chartSpace>'
    )


AXES = (
    '<c:catAx><c:axId val="1"/><c:scaling/><c:delete val="0"/><c:axPos val="b"/><c:crossAx val="2"/></c:catAx>'
    '<c:valAx><c:axId val="2"/><c:scaling/><c:delete val="0"/><c:axPos val="l"/><c:crossAx val="1"/></c:valAx>'
)


def series(name: str = "门诊量", category: str = "一月", value: str = "12", rest: str = "") -> str:
    """A series with two points; the second is plain."""

    def points(first: str, second: str) -> str:
        return f'<c:ptCount val="2"/><c:pt idx="0"><c:v>{first}</c:v></c:pt><c:pt idx="1"><c:v>{second}</c:v></c:pt>'

    title = f'<c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>{name}</c:v></c:pt></c:strCache>'
    names = f"<c:strCache>{points(category, '二月')}</c:strCache>"
    numbers = f"<c:numCache><c:formatCode>General</c:formatCode>{points(value, '15')}</c:numCache>"
    return (
        f'<c:ser><c:idx val="0"/><c:order val="0"/>'
        f"<c:tx><c:strRef><c:f>Sheet1!$B$1</c:f>{title}</c:strRef></c:tx>{rest}"
        f"<c:cat><c:strRef><c:f>Sheet1!$A$2:$A$3</c:f>{names}</c:strRef></c:cat>"
        f"<c:val><c:numRef><c:f>Sheet1!$B$2:$B$3</c:f>{numbers}</c:numRef></c:val></c:ser>"
    )


def rich(value: str) -> str:
    """Text of a title of a chart."""
    return f"<c:tx><c:rich><a:bodyPr/><a:p><a:r><a:t>{value}</a:t></a:r></a:p></c:rich></c:tx>"


class Kit:
    """A package in the making: fragments of the main parts, further parts, and relationships of the body."""

    def __init__(self) -> None:
        self.parts = dict(base_parts())
        self.body: list[str] = [paragraph(run("出院小结"), '<w:pStyle w:val="Title"/>'), paragraph(run("前一段保留。"))]
        self.section = (
            '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1800" w:bottom="1440" w:left="1800"/>'
        )
        self.references = ""
        self.background = ""
        self.relations: list[str] = []
        self.types: list[str] = []
        self.comment = b""
        self.front = b""
        self.tail = b""

    def relate(self, kind: str, target: str, *, external: bool = False) -> str:
        key = f"rIdNew{len(self.relations)}"
        type_ = kind if ":" in kind else OFFICE + kind
        mode = ' TargetMode="External"' if external else ""
        self.relations.append(f'<Relationship Id="{key}" Type="{type_}" Target={quoteattr(target)}{mode}/>')
        return key

    def part(self, name: str, data: str | bytes, content_type: str = "application/xml") -> None:
        self.parts[name] = data.encode() if isinstance(data, str) else data
        self.types.append(f'<Override PartName={quoteattr("/" + name)} ContentType="{content_type}"/>')

    def word_part(self, kind: str, root: str, content: str, name: str = "") -> str:
        """Add a part such as a header and return its relationship id."""
        name = name or f"{kind}.xml"
        self.part(f"word/{name}", f"<w:{root} {NAMESPACES}>{content}</w:{root}>", f"{WORD}{kind}+xml")
        return self.relate(kind, name)

    def chart(self, markup: str) -> str:
        """Add a chart and return the drawing that shows it."""
        number = 1 + sum(name.startswith("word/charts/") for name in self.parts)
        kind = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
        self.part(f"word/charts/chart{number}.xml", markup, kind)
        key = self.relate("chart", f"charts/chart{number}.xml")
        return drawing(CHART, f"<c:chart r:id={quoteattr(key)}/>")

    def insert(self, part: str, before: str, content: str) -> None:
        markup = self.parts[part].decode()
        assert before in markup
        self.parts[part] = markup.replace(before, content + before, 1).encode()

    def save(self) -> bytes:
        body = "".join(self.body)
        tail = paragraph(run("后一段保留。"))
        section = f"<w:sectPr>{self.references}{self.section}</w:sectPr>"
        document = f"<w:document {NAMESPACES}>{self.background}<w:body>{body}{tail}{section}</w:body></w:document>"
        self.parts["word/document.xml"] = ('<?xml version="1.0" encoding="UTF-8"?>' + document).encode()
        self.insert("word/_rels/document.xml.rels", "</Relationships>", "".join(self.relations))
        self.insert("[Content_Types].xml", "</Types>", "".join(self.types) + PNG_DEFAULT)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in self.parts.items():
                archive.writestr(name, data)
            archive.comment = self.comment
        return self.front + stream.getvalue() + self.tail


Slot = Callable[[Kit, str], None]
SHOWS: dict[str, Slot] = {}
"""Slots whose value shows and is read: an edit removes it, the rest stays."""
HIDDEN: dict[str, Slot] = {}
"""Slots whose value does not show but is read for detection; every copy leaves it out."""
UNREAD: dict[str, Slot] = {}
"""Slots whose value shows and is not redacted yet: they block, and are left out once accepted."""
DROPPED: dict[str, Slot] = {}
"""Slots whose value no reader needs: names, attributes, foreign bytes. Every copy leaves it out."""


def slot(group: dict[str, Slot]) -> Callable[[Slot], Slot]:
    def register(function: Slot) -> Slot:
        group[function.__name__] = function
        return function

    return register
