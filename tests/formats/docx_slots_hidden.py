"""Slots whose value does not show in a Word file but counts for detection: one function a place."""

from __future__ import annotations

from docx_kit import (
    HIDDEN,
    NAMESPACES,
    OFFICE,
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
    form = (
        f'<w:ffData><w:name w:val="{value}"/><w:helpText w:val="{value}"/>'
        f'<w:textInput><w:default w:val="{value}"/></w:textInput></w:ffData>'
    )
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
    style = (
        f'<w:style w:type="paragraph" w:styleId="{value}">'
        f'<w:name w:val="{value}"/><w:aliases w:val="{value}"/></w:style>'
    )
    kit.insert("word/styles.xml", "</w:styles>", style)
    kit.body.append(paragraph(run("文字"), f'<w:pStyle w:val="{value}"/>'))


@slot(HIDDEN)
def font_name(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(run("文字", f'<w:rFonts w:ascii="{value}" w:eastAsia="{value}"/>')))


@slot(HIDDEN)
def number_text(kit: Kit, value: str) -> None:
    level = f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="{value}%1"/></w:lvl>'
    content = (
        f'<w:abstractNum w:abstractNumId="91">{level}</w:abstractNum>'
        f'<w:num w:numId="91"><w:abstractNumId w:val="91"/></w:num>'
    )
    kit.parts["word/numbering.xml"] = f"<w:numbering {NAMESPACES}>{content}</w:numbering>".encode()
    kit.body.append(paragraph(run("项"), '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="91"/></w:numPr>'))


@slot(HIDDEN)
def document_variable(kit: Kit, value: str) -> None:
    kit.insert("word/settings.xml", "</w:settings>", f'<w:docVars><w:docVar w:name="a" w:val="{value}"/></w:docVars>')


@slot(HIDDEN)
def attached_template(kit: Kit, value: str) -> None:
    relation = (
        f'<Relationship Id="rId1" Type="{OFFICE}attachedTemplate" '
        f'Target="file:///C:/{value}.dotx" TargetMode="External"/>'
    )
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
