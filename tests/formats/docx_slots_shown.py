"""Slots whose value shows in a Word file and is read: one function a place."""

from __future__ import annotations

from docx_kit import (
    SHOWS,
    Kit,
    complex_field,
    paragraph,
    picture,
    png,
    run,
    slot,
    table,
    text,
)


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
def inserted_row(kit: Kit, value: str) -> None:
    row = f'<w:tr><w:trPr><w:ins w:id="1" w:author="某"/></w:trPr><w:tc>{paragraph(run(value))}</w:tc></w:tr>'
    kit.body.append(f"<w:tbl><w:tblPr/><w:tblGrid/>{row}</w:tbl>")


@slot(SHOWS)
def deleted_paragraph_end(kit: Kit, value: str) -> None:
    mark = '<w:rPr><w:del w:id="1" w:author="某"/></w:rPr>'
    kit.body += [paragraph(run(value[:5]), mark), paragraph(run(value[5:]))]


@slot(SHOWS)
def hidden_paragraph_end(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(run(value), "<w:rPr><w:vanish/></w:rPr>"))


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
    form = (
        f'<w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="甲"/>'
        f'<w:listEntry w:val="{value}"/></w:ddList></w:ffData>'
    )
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
