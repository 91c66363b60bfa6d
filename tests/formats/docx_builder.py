"""Builds Word files with a value planted in a slot: one function a place in which a value can hide or show.

The package is written by hand, so that the test does not rest on the code under test; the base (styles, theme)
is python-docx's own template. All people and numbers are invented.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
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


class Kit:
    """A package in the making: fragments of the main parts, further parts, and relationships of the body."""

    def __init__(self) -> None:
        stream = io.BytesIO()
        docx.Document().save(stream)
        with zipfile.ZipFile(stream) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
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


PNG_DEFAULT = '<Default Extension="png" ContentType="image/png"/>'
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


def build(names: list[str], value: str = VALUE) -> bytes:
    """Return a file with ``value`` in all slots of ``names``."""
    kit = Kit()
    every = SHOWS | HIDDEN | UNREAD | DROPPED
    for name in names:
        every[name](kit, value)
    return kit.save()


def sample(value: str) -> bytes:
    """Return a plain file that shows ``value`` in a paragraph, in a table and in the header."""
    return build(["plain", "table_cell", "header_default"], value)


# -- text that shows ---------------------------------------------------------------------------------------------------


@slot(SHOWS)
def plain(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(run(f"患者{value}住院。")))


@slot(SHOWS)
def heading(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(run(f"{value}的病历"), '<w:pStyle w:val="Heading1"/>'))


@slot(SHOWS)
def split_runs(kit: Kit, value: str) -> None:
    pieces = [
        run(letter, "<w:b/>" if i % 2 else "") + '<w:proofErr w:type="spellStart"/>' for i, letter in enumerate(value)
    ]
    kit.body.append(paragraph(run("姓名：") + "".join(pieces) + run("。")))


@slot(SHOWS)
def no_break_hyphen(kit: Kit, value: str) -> None:
    pieces = "<w:noBreakHyphen/>".join(text(piece) for piece in value.split("-"))
    kit.body.append(paragraph(f"<w:r>{pieces}</w:r>"))


@slot(SHOWS)
def symbols(kit: Kit, value: str) -> None:
    signs = "".join(f'<w:sym w:font="Arial" w:char="{ord(letter):04X}"/>' for letter in value)
    kit.body.append(paragraph(f"<w:r>{signs}</w:r>"))


@slot(SHOWS)
def symbols_private(kit: Kit, value: str) -> None:
    digits = "".join(f'<w:sym w:font="Symbol" w:char="F0{ord(letter):02X}"/>' for letter in value[-7:])
    kit.body.append(paragraph(run(value[:-7]) + f"<w:r>{digits}</w:r>"))


@slot(SHOWS)
def tabs_inside(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(f"<w:r>{'<w:tab/>'.join(text(letter) for letter in value)}</w:r>"))


@slot(SHOWS)
def soft_hyphens(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(f"<w:r>{'<w:softHyphen/>'.join(text(letter) for letter in value)}</w:r>"))


@slot(SHOWS)
def line_breaks(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(f"<w:r>{text(value[:5])}<w:br/>{text(value[5:8])}<w:cr/>{text(value[8:])}</w:r>"))


@slot(SHOWS)
def full_width(kit: Kit, value: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in value)
    kit.body.append(paragraph(run(wide)))


@slot(SHOWS)
def ruby(kit: Kit, value: str) -> None:
    content = f"<w:rt>{run('wang')}</w:rt><w:rubyBase>{run(value)}</w:rubyBase>"
    kit.body.append(paragraph(f"<w:r><w:ruby><w:rubyPr/>{content}</w:ruby></w:r>"))


@slot(SHOWS)
def two_paragraphs(kit: Kit, value: str) -> None:
    kit.body += [paragraph(run(value[:5])), paragraph(run(value[5:]))]


def table(*rows: list[str]) -> str:
    lines = ["<w:tr>" + "".join(f"<w:tc><w:tcPr/>{cell}</w:tc>" for cell in row) + "</w:tr>" for row in rows]
    grid = '<w:tblGrid><w:gridCol w:w="4000"/><w:gridCol w:w="4000"/></w:tblGrid>'
    return f'<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/></w:tblPr>{grid}{"".join(lines)}</w:tbl>'


@slot(SHOWS)
def table_cell(kit: Kit, value: str) -> None:
    kit.body.append(
        table([paragraph(run("姓名")), paragraph(run("科室"))], [paragraph(run(value)), paragraph(run("内科"))])
    )


@slot(SHOWS)
def two_cells(kit: Kit, value: str) -> None:
    kit.body.append(table([paragraph(run(value[:5])), paragraph(run(value[5:]))]))


@slot(SHOWS)
def nested_table(kit: Kit, value: str) -> None:
    inner = table([paragraph(run(value)), paragraph(run("内"))])
    kit.body.append(table([inner + paragraph(""), paragraph(run("外"))]))


@slot(SHOWS)
def row_in_control(kit: Kit, value: str) -> None:
    row = f"<w:tr><w:tc><w:tcPr/>{paragraph(run(value))}</w:tc></w:tr>"
    kit.body.append(f"<w:tbl><w:tblPr/><w:tblGrid/><w:sdt><w:sdtContent>{row}</w:sdtContent></w:sdt></w:tbl>")


def _header(kit: Kit, kind: str, type_: str, value: str) -> None:
    root = {"header": "hdr", "footer": "ftr"}[kind]
    key = kit.word_part(kind, root, paragraph(run(f"某医院 {value}")), f"{kind}_{type_}.xml")
    kit.references += f'<w:{kind}Reference w:type="{type_}" r:id="{key}"/>'


@slot(SHOWS)
def header_default(kit: Kit, value: str) -> None:
    _header(kit, "header", "default", value)


@slot(SHOWS)
def header_first(kit: Kit, value: str) -> None:
    _header(kit, "header", "first", value)
    kit.section += "<w:titlePg/>"


@slot(SHOWS)
def header_even(kit: Kit, value: str) -> None:
    _header(kit, "header", "even", value)


@slot(SHOWS)
def footer_default(kit: Kit, value: str) -> None:
    _header(kit, "footer", "default", value)


@slot(SHOWS)
def footer_first(kit: Kit, value: str) -> None:
    _header(kit, "footer", "first", value)


@slot(SHOWS)
def footer_even(kit: Kit, value: str) -> None:
    _header(kit, "footer", "even", value)


@slot(SHOWS)
def header_of_inner_section(kit: Kit, value: str) -> None:
    key = kit.word_part("header", "hdr", paragraph(run(value)), "header_inner.xml")
    reference = f'<w:headerReference w:type="default" r:id="{key}"/>'
    kit.body.append(paragraph(run("上一节"), f"<w:sectPr>{reference}{kit.section}</w:sectPr>"))


@slot(SHOWS)
def footnote(kit: Kit, value: str) -> None:
    kit.word_part("footnotes", "footnotes", f'<w:footnote w:id="7">{paragraph(run(value))}</w:footnote>')
    kit.body.append(paragraph(run("见注") + '<w:r><w:footnoteReference w:id="7"/></w:r>'))


@slot(SHOWS)
def endnote(kit: Kit, value: str) -> None:
    kit.word_part("endnotes", "endnotes", f'<w:endnote w:id="7">{paragraph(run(value))}</w:endnote>')
    kit.body.append(paragraph(run("见注") + '<w:r><w:endnoteReference w:id="7"/></w:r>'))


@slot(SHOWS)
def insertion(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(f'<w:ins w:id="1" w:author="某" w:date="2024-01-01T00:00:00Z">{run(value)}</w:ins>'))


@slot(SHOWS)
def moved_to(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(f'<w:moveTo w:id="1" w:author="某">{run(value)}</w:moveTo>'))


@slot(SHOWS)
def control_block(kit: Kit, value: str) -> None:
    kit.body.append(f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph(run(value))}</w:sdtContent></w:sdt>")


@slot(SHOWS)
def control_inline(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(f"<w:sdt><w:sdtPr><w:text/></w:sdtPr><w:sdtContent>{run(value)}</w:sdtContent></w:sdt>"))


@slot(SHOWS)
def smart_tag(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(f'<w:smartTag w:element="PersonName">{run(value)}</w:smartTag>'))


@slot(SHOWS)
def custom_xml_inline(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(f'<w:customXml w:element="name">{run(value)}</w:customXml>'))


@slot(SHOWS)
def hyperlink_text(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(f'<w:hyperlink w:anchor="x">{run(value)}</w:hyperlink>'))


@slot(SHOWS)
def field_result(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(complex_field("MERGEFIELD x", run(value))))


@slot(SHOWS)
def simple_field_result(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(f'<w:fldSimple w:instr=" DATE ">{run(value)}</w:fldSimple>'))


@slot(SHOWS)
def page_field_result(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(complex_field(" PAGE \\* MERGEFORMAT ", run(value))))


@slot(SHOWS)
def dropdown_choice(kit: Kit, value: str) -> None:
    form = f'<w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="甲"/><w:listEntry w:val="{value}"/></w:ddList></w:ffData>'
    begin = f'<w:r><w:fldChar w:fldCharType="begin">{form}</w:fldChar></w:r>'
    kit.body.append(paragraph(begin + complex_field("FORMDROPDOWN", "").split("</w:r>", 1)[1]))


@slot(SHOWS)
def equation(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(f"<m:oMath><m:r><m:t>{value}</m:t></m:r></m:oMath>"))


@slot(SHOWS)
def fallback_text(kit: Kit, value: str) -> None:
    branches = f'<mc:Choice Requires="x"><x:new/></mc:Choice><mc:Fallback>{run(value)}</mc:Fallback>'
    kit.body.append(paragraph(f"<mc:AlternateContent>{branches}</mc:AlternateContent>"))


@slot(SHOWS)
def deleted_in_the_middle(kit: Kit, value: str) -> None:
    gone = '<w:del w:id="1" w:author="某"><w:r><w:delText>不</w:delText></w:r></w:del>'
    kit.body.append(paragraph(run(value[:5]) + gone + run(value[5:])))


@slot(SHOWS)
def white_and_tiny(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(run(value, '<w:color w:val="FFFFFF"/><w:sz w:val="2"/>')))


@slot(SHOWS)
def beside_a_picture(kit: Kit, value: str) -> None:
    kit.part("word/media/beside.png", png(), "image/png")
    key = kit.relate("image", "media/beside.png")
    kit.body.append(paragraph(f"<w:r>{text(value)}{picture(key)}</w:r>"))


# -- text that does not show -------------------------------------------------------------------------------------------


def complex_field(code: str, result: str) -> str:
    marks = {kind: f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")}
    instruction = f"<w:r><w:instrText>{escape(code)}</w:instrText></w:r>"
    return f"{marks['begin']}{instruction}{marks['separate']}{result}{marks['end']}"


@slot(HIDDEN)
def deletion(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(f'<w:del w:id="1" w:author="某"><w:r><w:delText>{value}</w:delText></w:r></w:del>'))


@slot(HIDDEN)
def moved_from(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(f'<w:moveFrom w:id="1" w:author="某">{run(value)}</w:moveFrom>'))


@slot(HIDDEN)
def deleted_row(kit: Kit, value: str) -> None:
    row = f'<w:tr><w:trPr><w:del w:id="1" w:author="某"/></w:trPr><w:tc>{paragraph(run(value))}</w:tc></w:tr>'
    kit.body.append(f"<w:tbl><w:tblPr/><w:tblGrid/>{row}</w:tbl>")


@slot(HIDDEN)
def deleted_cell(kit: Kit, value: str) -> None:
    cell = f'<w:tc><w:tcPr><w:cellDel w:id="1" w:author="某"/></w:tcPr>{paragraph(run(value))}</w:tc>'
    kit.body.append(f"<w:tbl><w:tblPr/><w:tblGrid/><w:tr>{cell}<w:tc>{paragraph(run('乙'))}</w:tc></w:tr></w:tbl>")


@slot(HIDDEN)
def vanish_direct(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(run("前") + run(value, "<w:vanish/>") + run("后")))


@slot(HIDDEN)
def vanish_by_run_style(kit: Kit, value: str) -> None:
    style = '<w:style w:type="character" w:styleId="Gone"><w:name w:val="Gone"/><w:rPr><w:vanish/></w:rPr></w:style>'
    kit.insert("word/styles.xml", "</w:styles>", style)
    kit.body.append(paragraph(run(value, '<w:rStyle w:val="Gone"/>')))


@slot(HIDDEN)
def vanish_by_base_style(kit: Kit, value: str) -> None:
    base = '<w:style w:type="paragraph" w:styleId="Base"><w:name w:val="Base"/><w:rPr><w:vanish/></w:rPr></w:style>'
    style = '<w:style w:type="paragraph" w:styleId="Top"><w:name w:val="Top"/><w:basedOn w:val="Base"/></w:style>'
    kit.insert("word/styles.xml", "</w:styles>", base + style)
    kit.body.append(paragraph(run(value), '<w:pStyle w:val="Top"/>'))


@slot(HIDDEN)
def vanish_by_default(kit: Kit, value: str) -> None:
    kit.insert("word/styles.xml", "</w:rPr></w:rPrDefault>", "<w:vanish/>")
    kit.body.append(paragraph(run(value)))


@slot(HIDDEN)
def field_code(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(complex_field(f' HYPERLINK "http://x.example/{value}" ', run("链接"))))


@slot(HIDDEN)
def simple_field_code(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(f'<w:fldSimple w:instr=" DOCPROPERTY {value} ">{run("值")}</w:fldSimple>'))


@slot(HIDDEN)
def text_in_code_zone(kit: Kit, value: str) -> None:
    kit.body.append(
        paragraph(
            complex_field("IF 1", "甲").replace("甲", run("甲")).replace("<w:instrText>", f"{text(value)}<w:instrText>")
        )
    )


@slot(HIDDEN)
def page_field_code(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(complex_field(f' PAGE \\# "{value}" ', run("1"))))


@slot(HIDDEN)
def form_field_names(kit: Kit, value: str) -> None:
    form = f'<w:ffData><w:name w:val="{value}"/><w:helpText w:val="{value}"/><w:textInput><w:default w:val="{value}"/></w:textInput></w:ffData>'
    begin = f'<w:r><w:fldChar w:fldCharType="begin">{form}</w:fldChar></w:r>'
    kit.body.append(paragraph(begin + complex_field("FORMTEXT", run("填写")).split("</w:r>", 1)[1]))


@slot(HIDDEN)
def comment(kit: Kit, value: str) -> None:
    content = f'<w:comment w:id="0" w:author="某" w:initials="M">{paragraph(run(value))}</w:comment>'
    kit.word_part("comments", "comments", content)
    mark = '<w:r><w:commentReference w:id="0"/></w:r>'
    kit.body.append(paragraph(f'<w:commentRangeStart w:id="0"/>{run("正文")}<w:commentRangeEnd w:id="0"/>{mark}'))


@slot(HIDDEN)
def comment_author(kit: Kit, value: str) -> None:
    content = f'<w:comment w:id="0" w:author="{value}" w:initials="M">{paragraph(run("请核对"))}</w:comment>'
    kit.word_part("comments", "comments", content)


@slot(HIDDEN)
def unused_footnote(kit: Kit, value: str) -> None:
    kit.word_part("footnotes", "footnotes", f'<w:footnote w:id="7">{paragraph(run(value))}</w:footnote>')


@slot(HIDDEN)
def link_target(kit: Kit, value: str) -> None:
    key = kit.relate("hyperlink", f"http://x.example/{value}", external=True)
    kit.body.append(paragraph(f'<w:hyperlink r:id="{key}">{run("链接")}</w:hyperlink>'))


@slot(HIDDEN)
def link_tooltip(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(f'<w:hyperlink w:anchor="x" w:tooltip="{value}">{run("链接")}</w:hyperlink>'))


@slot(HIDDEN)
def core_property(kit: Kit, value: str) -> None:
    kit.insert("docProps/core.xml", "</cp:coreProperties>", f"<cp:contentStatus>{value}</cp:contentStatus>")


@slot(HIDDEN)
def core_author(kit: Kit, value: str) -> None:
    markup = kit.parts["docProps/core.xml"].decode()
    kit.parts["docProps/core.xml"] = markup.replace("python-docx", value).encode()


@slot(HIDDEN)
def app_property(kit: Kit, value: str) -> None:
    kit.insert("docProps/app.xml", "</Properties>", f"<Manager>{value}</Manager><HyperlinkBase>{value}</HyperlinkBase>")


@slot(HIDDEN)
def custom_property(kit: Kit, value: str) -> None:
    namespace = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
    types = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
    content = f'<property fmtid="x" pid="2" name="{value}"><vt:lpwstr>{value}</vt:lpwstr></property>'
    kit.part("docProps/custom.xml", f'<Properties xmlns="{namespace}" xmlns:vt="{types}">{content}</Properties>')
    relation = f'<Relationship Id="rIdC" Type="{OFFICE}custom-properties" Target="docProps/custom.xml"/>'
    kit.insert("_rels/.rels", "</Relationships>", relation)


@slot(HIDDEN)
def custom_xml_part(kit: Kit, value: str) -> None:
    kit.part("customXml/item9.xml", f"<patient>{value}</patient>")
    kit.relate("customXml", "../customXml/item9.xml")


@slot(HIDDEN)
def glossary(kit: Kit, value: str) -> None:
    content = f"<w:docParts><w:docPart><w:docPartBody>{paragraph(run(value))}</w:docPartBody></w:docPart></w:docParts>"
    kit.part("word/glossary/document.xml", f"<w:glossaryDocument {NAMESPACES}>{content}</w:glossaryDocument>")
    kit.relate("glossaryDocument", "glossary/document.xml")


@slot(HIDDEN)
def unused_header(kit: Kit, value: str) -> None:
    kit.word_part("header", "hdr", paragraph(run(value)), "header_unused.xml")


@slot(HIDDEN)
def style_name(kit: Kit, value: str) -> None:
    style = f'<w:style w:type="paragraph" w:styleId="{value}"><w:name w:val="{value}"/><w:aliases w:val="{value}"/></w:style>'
    kit.insert("word/styles.xml", "</w:styles>", style)
    kit.body.append(paragraph(run("文字"), f'<w:pStyle w:val="{value}"/>'))


@slot(HIDDEN)
def font_name(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(run("文字", f'<w:rFonts w:ascii="{value}" w:eastAsia="{value}"/>')))


@slot(HIDDEN)
def number_text(kit: Kit, value: str) -> None:
    level = f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="{value}%1"/></w:lvl>'
    content = f'<w:abstractNum w:abstractNumId="91">{level}</w:abstractNum><w:num w:numId="91"><w:abstractNumId w:val="91"/></w:num>'
    kit.parts["word/numbering.xml"] = f"<w:numbering {NAMESPACES}>{content}</w:numbering>".encode()
    kit.body.append(paragraph(run("项"), '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="91"/></w:numPr>'))


@slot(HIDDEN)
def document_variable(kit: Kit, value: str) -> None:
    kit.insert("word/settings.xml", "</w:settings>", f'<w:docVars><w:docVar w:name="a" w:val="{value}"/></w:docVars>')


@slot(HIDDEN)
def attached_template(kit: Kit, value: str) -> None:
    relation = f'<Relationship Id="rId1" Type="{OFFICE}attachedTemplate" Target="file:///C:/{value}.dotx" TargetMode="External"/>'
    namespace = "http://schemas.openxmlformats.org/package/2006/relationships"
    kit.parts["word/_rels/settings.xml.rels"] = (
        f'<Relationships xmlns="{namespace}">{relation}</Relationships>'.encode()
    )


@slot(HIDDEN)
def picture_names(kit: Kit, value: str) -> None:
    kit.part("word/media/named.png", png(), "image/png")
    kit.body.append(paragraph(f"<w:r>{picture(kit.relate('image', 'media/named.png'), value)}</w:r>"))


@slot(HIDDEN)
def table_caption(kit: Kit, value: str) -> None:
    content = table([paragraph(run("甲")), paragraph(run("乙"))])
    kit.body.append(content.replace("</w:tblPr>", f'<w:tblCaption w:val="{value}"/></w:tblPr>'))


@slot(HIDDEN)
def ruby_reading(kit: Kit, value: str) -> None:
    content = f"<w:rt>{run(value)}</w:rt><w:rubyBase>{run('字')}</w:rubyBase>"
    kit.body.append(paragraph(f"<w:r><w:ruby><w:rubyPr/>{content}</w:ruby></w:r>"))


@slot(HIDDEN)
def orphan_xml(kit: Kit, value: str) -> None:
    kit.part("word/orphan.xml", f"<a>{value}</a>")


@slot(HIDDEN)
def choice_not_taken(kit: Kit, value: str) -> None:
    branches = f'<mc:Choice Requires="x">{run(value)}</mc:Choice><mc:Fallback>{run("旧")}</mc:Fallback>'
    kit.body.append(paragraph(f"<mc:AlternateContent>{branches}</mc:AlternateContent>"))


# -- what shows and is not redacted yet --------------------------------------------------------------------------------


def picture(key: str, name: str = "Picture 1", extra: str = "", crop: str = "") -> str:
    shape = f'<a:blip r:embed="{key}">{extra}</a:blip>{crop}<a:stretch><a:fillRect/></a:stretch>'
    pic = (
        f'<pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="{name}" descr="{name}"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill>{shape}</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="9525" cy="9525"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>'
    )
    return drawing("http://schemas.openxmlformats.org/drawingml/2006/picture", pic, name)


def drawing(uri: str, content: str, name: str = "Picture 1") -> str:
    properties = f'<wp:extent cx="9525" cy="9525"/><wp:docPr id="1" name="{name}" descr="{name}" title="{name}"/>'
    graphic = f'<a:graphic><a:graphicData uri="{uri}">{content}</a:graphicData></a:graphic>'
    return f"<w:drawing><wp:inline>{properties}{graphic}</wp:inline></w:drawing>"


SHAPE = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"


@slot(UNREAD)
def text_box(kit: Kit, value: str) -> None:
    box = f"<wps:wsp><wps:txbx><w:txbxContent>{paragraph(run(value))}</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp>"
    old = f"<w:pict><v:shape><v:textbox><w:txbxContent>{paragraph(run(value))}</w:txbxContent></v:textbox></v:shape></w:pict>"
    choice = f'<mc:Choice Requires="wps">{drawing(SHAPE, box)}</mc:Choice><mc:Fallback>{old}</mc:Fallback>'
    kit.body.append(paragraph(f"<w:r><mc:AlternateContent>{choice}</mc:AlternateContent></w:r>"))


@slot(UNREAD)
def vml_text_box(kit: Kit, value: str) -> None:
    box = f"<v:shape><v:textbox><w:txbxContent>{paragraph(run(value))}</w:txbxContent></v:textbox></v:shape>"
    kit.body.append(paragraph(f"<w:r><w:pict>{box}</w:pict></w:r>"))


@slot(UNREAD)
def word_art(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(f'<w:r><w:pict><v:shape><v:textpath string="{value}"/></v:shape></w:pict></w:r>'))


@slot(UNREAD)
def chart(kit: Kit, value: str) -> None:
    cached = f"<c:cat><c:strRef><c:strCache><c:pt><c:v>{value}</c:v></c:pt></c:strCache></c:strRef></c:cat>"
    kit.part("word/charts/chart1.xml", f"<c:chartSpace {NAMESPACES}>{cached}</c:chartSpace>")
    key = kit.relate("chart", "charts/chart1.xml")
    uri = "http://schemas.openxmlformats.org/drawingml/2006/chart"
    kit.body.append(paragraph(f"<w:r>{drawing(uri, f'<c:chart r:id={quoteattr(key)}/>')}</w:r>"))


@slot(UNREAD)
def smart_art(kit: Kit, value: str) -> None:
    kit.part(
        "word/diagrams/data1.xml",
        f"<dgm:dataModel {NAMESPACES}><a:p><a:r><a:t>{value}</a:t></a:r></a:p></dgm:dataModel>",
    )
    key = kit.relate("diagramData", "diagrams/data1.xml")
    uri = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
    kit.body.append(paragraph(f"<w:r>{drawing(uri, f'<dgm:relIds r:dm={quoteattr(key)}/>')}</w:r>"))


@slot(UNREAD)
def unknown_element(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(f"<x:thing>{value}</x:thing>"))


@slot(UNREAD)
def unknown_block(kit: Kit, value: str) -> None:
    kit.body.append(f"<x:thing>{value}</x:thing>")


@slot(UNREAD)
def equation_field(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(complex_field(f" EQ \\o\\ac(○,{value}) ", "")))


# -- what nobody reads -------------------------------------------------------------------------------------------------


@slot(DROPPED)
def alternative_chunk(kit: Kit, value: str) -> None:
    kit.part("word/afchunk.html", f"<p>{value}</p>", "text/html")
    kit.body.append(f'<w:altChunk r:id="{kit.relate("aFChunk", "afchunk.html")}"/>')


@slot(DROPPED)
def embedded_object(kit: Kit, value: str) -> None:
    kit.part("word/embeddings/oleObject1.bin", value.encode("utf-16-le"), "application/octet-stream")
    key = kit.relate("oleObject", "embeddings/oleObject1.bin")
    kit.body.append(paragraph(f'<w:r><w:object><o:OLEObject r:id="{key}"/></w:object></w:r>'))


@slot(DROPPED)
def unknown_part(kit: Kit, value: str) -> None:
    kit.part("word/strange.bin", value.encode(), "application/octet-stream")
    kit.body.append(paragraph(f'<x:show r:id="{kit.relate("http://x.example/strange", "strange.bin")}"/>'))


@slot(DROPPED)
def picture_comment(kit: Kit, value: str) -> None:
    kit.part("word/media/said.png", png(value), "image/png")
    kit.body.append(paragraph(f"<w:r>{picture(kit.relate('image', 'media/said.png'))}</w:r>"))


@slot(DROPPED)
def picture_exif(kit: Kit, value: str) -> None:
    said = b"Exif\0\0" + value.encode()
    data = JPEG[:2] + b"\xff\xe1" + struct.pack(">H", len(said) + 2) + said + JPEG[2:] + value.encode()
    kit.part("word/media/exif.jpeg", data, "image/jpeg")
    kit.body.append(paragraph(f"<w:r>{picture(kit.relate('image', 'media/exif.jpeg'))}</w:r>"))


@slot(DROPPED)
def picture_cropped(kit: Kit, value: str) -> None:
    kit.part(f"word/media/{value}.png", png(value), "image/png")
    key = kit.relate("image", f"media/{value}.png")
    kit.body.append(paragraph(f"<w:r>{picture(key, crop='<a:srcRect r=%s/>' % quoteattr('50000'))}</w:r>"))


@slot(DROPPED)
def picture_linked(kit: Kit, value: str) -> None:
    key = kit.relate("image", f"file:///C:/{value}.png", external=True)
    kit.body.append(paragraph(f"<w:r>{picture(key).replace('r:embed', 'r:link')}</w:r>"))


@slot(DROPPED)
def picture_twin(kit: Kit, value: str) -> None:
    kit.part("word/media/twin.png", png(), "image/png")
    kit.part("word/media/twin.svg", f"<svg><text>{value}</text></svg>", "image/svg+xml")
    kit.relate("image", "media/twin.svg")
    extra = f'<a:extLst><a:ext uri="{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}"><x:svgBlip x:name="{value}"/></a:ext></a:extLst>'
    kit.body.append(paragraph(f"<w:r>{picture(kit.relate('image', 'media/twin.png'), extra=extra)}</w:r>"))


@slot(DROPPED)
def old_picture(kit: Kit, value: str) -> None:
    kit.part("word/media/old.png", png(value), "image/png")
    key = kit.relate("image", "media/old.png")
    kit.body.append(
        paragraph(
            f'<w:r><w:pict><v:shape alt="x"><v:imagedata r:id="{key}" o:title="{value}"/></v:shape></w:pict></w:r>'
        )
    )


@slot(DROPPED)
def change_authors(kit: Kit, value: str) -> None:
    change = f'<w:rPrChange w:id="3" w:author="{value}" w:date="2024-01-01T00:00:00Z"><w:rPr/></w:rPrChange>'
    kit.body.append(paragraph(f'<w:ins w:id="1" w:author="{value}">{run("新", change)}</w:ins>'))


@slot(DROPPED)
def people(kit: Kit, value: str) -> None:
    kit.part("word/people.xml", f'<w15:people {NAMESPACES}><w15:person w15:author="{value}"/></w15:people>')
    kit.relate("http://schemas.microsoft.com/office/2011/relationships/people", "people.xml")


@slot(DROPPED)
def control_names(kit: Kit, value: str) -> None:
    binding = f'<w:dataBinding w:xpath="/a[{value}]" w:storeItemID="x"/>'
    names = f'<w:sdtPr><w:alias w:val="{value}"/><w:tag w:val="{value}"/><w:placeholder><w:docPart w:val="{value}"/></w:placeholder>{binding}</w:sdtPr>'
    kit.body.append(paragraph(f"<w:sdt>{names}<w:sdtContent>{run('内容')}</w:sdtContent></w:sdt>"))


@slot(DROPPED)
def bookmark_name(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(f'<w:bookmarkStart w:id="0" w:name="{value}"/>{run("书签")}<w:bookmarkEnd w:id="0"/>'))


@slot(DROPPED)
def unknown_attributes(kit: Kit, value: str) -> None:
    kit.body.append(
        f'<w:p w:rsidR="00{value}" x:note="{value}" w14:paraId="{value}"><w:r w:rsidR="{value}">{text("正文")}</w:r></w:p>'
    )


@slot(DROPPED)
def property_values(kit: Kit, value: str) -> None:
    kit.body.append(
        paragraph(run("字", f'<w:color w:val="{value}"/><w:lang w:val="{value}"/>'), f'<w:jc w:val="{value}"/>')
    )


@slot(DROPPED)
def namespace_name(kit: Kit, value: str) -> None:
    kit.body.append(f'<w:p xmlns:z="urn:{value[-7:]}">{run("正文")}</w:p>')


@slot(DROPPED)
def xml_comment(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(f"<!-- {value} --><?note {value}?>{run('正文')}"))


@slot(DROPPED)
def stray_text(kit: Kit, value: str) -> None:
    kit.body.append(f"<w:p>{value}{run('正文')}</w:p>")


@slot(DROPPED)
def settings_names(kit: Kit, value: str) -> None:
    merge = f'<w:mailMerge><w:query w:val="{value}"/></w:mailMerge><w:rsids><w:rsid w:val="{value}"/></w:rsids>'
    protection = f'<w:documentProtection w:hash="{value}"/><w:attachedSchema w:val="{value}"/>'
    kit.insert("word/settings.xml", "</w:settings>", merge + protection)


@slot(DROPPED)
def numbering_names(kit: Kit, value: str) -> None:
    kit.parts["word/numbering.xml"] = (
        f'<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId="1"><w:nsid w:val="{value}"/><w:name w:val="{value}"/>'
        f'<w:lvl w:ilvl="0"><w:numFmt w:val="custom" w:format="{value}"/></w:lvl></w:abstractNum></w:numbering>'
    ).encode()


@slot(DROPPED)
def theme_names(kit: Kit, value: str) -> None:
    markup = kit.parts["word/theme/theme1.xml"].decode()
    kit.parts["word/theme/theme1.xml"] = (
        markup.replace("<a:theme ", f'<a:theme z="{value}" ', 1)
        .replace('typeface="Calibri"', f'typeface="{value}"')
        .encode()
    )


@slot(DROPPED)
def font_table(kit: Kit, value: str) -> None:
    kit.insert("word/fontTable.xml", "</w:fonts>", f'<w:font w:name="{value}"><w:altName w:val="{value}"/></w:font>')


@slot(DROPPED)
def thumbnail(kit: Kit, value: str) -> None:
    kit.parts["docProps/thumbnail.jpeg"] = JPEG + value.encode()


@slot(DROPPED)
def macros(kit: Kit, value: str) -> None:
    kit.part("word/vbaProject.bin", value.encode(), "application/vnd.ms-office.vbaProject")
    kit.relate("http://schemas.microsoft.com/office/2006/relationships/vbaProject", "vbaProject.bin")


@slot(DROPPED)
def custom_ui(kit: Kit, value: str) -> None:
    kit.part("customUI/customUI.xml", f'<customUI label="{value}"/>')
    relation = "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"
    kit.insert(
        "_rels/.rels", "</Relationships>", f'<Relationship Id="rIdU" Type="{relation}" Target="customUI/customUI.xml"/>'
    )


@slot(DROPPED)
def embedded_font(kit: Kit, value: str) -> None:
    kit.part("word/fonts/font1.odttf", value.encode(), "application/vnd.openxmlformats-officedocument.obfuscatedFont")


@slot(DROPPED)
def printer_settings(kit: Kit, value: str) -> None:
    kit.part("word/printerSettings1.bin", value.encode("utf-16-le"), "application/octet-stream")
    kit.relate("printerSettings", "printerSettings1.bin")


@slot(DROPPED)
def orphan_binary(kit: Kit, value: str) -> None:
    kit.part("[trash]/0000.dat", value.encode(), "application/octet-stream")


@slot(DROPPED)
def part_name(kit: Kit, value: str) -> None:
    kit.part(f"word/{value}.xml", "<a/>")


@slot(DROPPED)
def zip_comment(kit: Kit, value: str) -> None:
    kit.comment = value.encode()


@slot(DROPPED)
def before_and_after_zip(kit: Kit, value: str) -> None:
    kit.front = value.encode()


@slot(DROPPED)
def page_background(kit: Kit, value: str) -> None:
    kit.background = f'<w:background w:color="FFFFFF"><v:background id="{value}"><v:fill o:title="{value}"/></v:background></w:background>'


@slot(DROPPED)
def relation_id(kit: Kit, value: str) -> None:
    kit.insert(
        "word/_rels/document.xml.rels",
        "</Relationships>",
        f'<Relationship Id="{value}" Type="{OFFICE}x" Target="{value}"/>',
    )


@slot(DROPPED)
def two_alternatives(kit: Kit, value: str) -> None:
    kit.body.append(
        paragraph(
            f'<w:r><w:rPr><mc:AlternateContent><mc:Choice Requires="x"><x:a x:b="{value}"/></mc:Choice></mc:AlternateContent></w:rPr>{text("字")}</w:r>'
        )
    )


def empty() -> bytes:
    """Return a file without a character."""
    stream = io.BytesIO()
    docx.Document().save(stream)
    return stream.getvalue()
