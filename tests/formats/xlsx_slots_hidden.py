# ruff: noqa: E501 - markup is easier to check in one line
"""Slots of a workbook in which a value stands and does not show: one function a place."""

from __future__ import annotations

from docx_kit import png
from xlsx_kit import DROPPED, HIDDEN, NAMESPACES, SHOWS, XML, Kit, anchor, number, row, run, shape, slot, text

# -- what is hidden ----------------------------------------------------------------------------------------------------


@slot(HIDDEN)
def formula_literal_not_kept(kit: Kit, value: str) -> None:
    kit.rows.append(row(2, number("A2", "1", formula=f'INDIRECT("{value}")')))


@slot(SHOWS)
def formula_literal(kit: Kit, value: str) -> None:
    kit.rows.append(row(2, number("A2", "1", formula=f'IF(A1="{value}",1,0)')))


@slot(HIDDEN)
def array_formula(kit: Kit, value: str) -> None:
    kit.rows.append(row(2, f'<c r="A2"><f t="array" ref="A2:A3">LEN("{value}")</f><v>3</v></c>'))


@slot(SHOWS)
def shared_formula(kit: Kit, value: str) -> None:
    first = f'<c r="B2"><f t="shared" ref="B2:B3" si="0">COUNTIF(A2,"{value}")</f><v>0</v></c>'
    kit.rows += [row(2, first), row(3, '<c r="B3"><f t="shared" si="0"/><v>0</v></c>')]


@slot(HIDDEN)
def unused_shared_text(kit: Kit, value: str) -> None:
    kit.share(f"<t>{value}</t>")


@slot(HIDDEN)
def phonetic_hint(kit: Kit, value: str) -> None:
    hint = f'<t>字</t><rPh sb="0" eb="1"><t>{value}</t></rPh><phoneticPr fontId="0"/>'
    kit.rows.append(row(2, f'<c r="A2" t="s"><v>{kit.share(hint)}</v></c>'))


@slot(HIDDEN)
def hidden_sheet(kit: Kit, value: str) -> None:
    kit.sheet("sheet2", "表二", row(1, text("A1", value)), "hidden")


@slot(HIDDEN)
def very_hidden_sheet(kit: Kit, value: str) -> None:
    kit.sheet("sheet2", "表二", row(1, text("A1", value)), "veryHidden")


@slot(HIDDEN)
def hidden_sheet_name(kit: Kit, value: str) -> None:
    kit.sheet("sheet2", value, row(1, text("A1", "表")), "hidden")


@slot(HIDDEN)
def hidden_sheet_header(kit: Kit, value: str) -> None:
    kit.sheet("sheet2", "表二", "", "hidden")
    kit.more["sheet2"] = kit.more["sheet2"].replace(
        "</worksheet>", f"<headerFooter><oddHeader>{value}</oddHeader></headerFooter></worksheet>"
    )


@slot(HIDDEN)
def hidden_row(kit: Kit, value: str) -> None:
    kit.rows.append(row(2, text("A2", value), more=' hidden="1"'))


@slot(HIDDEN)
def row_without_height(kit: Kit, value: str) -> None:
    kit.rows.append(row(2, text("A2", value), more=' ht="0" customHeight="1"'))


@slot(HIDDEN)
def hidden_column(kit: Kit, value: str) -> None:
    kit.before += '<cols><col min="3" max="4" width="9" hidden="1"/></cols>'
    kit.rows.append(row(2, text("A2", "看"), text("C2", value)))


@slot(HIDDEN)
def column_without_width(kit: Kit, value: str) -> None:
    kit.before += '<cols><col min="3" max="3" width="0" customWidth="1"/></cols>'
    kit.rows.append(row(2, text("C2", value)))


@slot(HIDDEN)
def under_merged_cells(kit: Kit, value: str) -> None:
    kit.rows.append(row(2, text("A2", "看"), text("B2", value)))
    kit.after += '<mergeCells count="1"><mergeCell ref="A2:C3"/></mergeCells>'


@slot(HIDDEN)
def hidden_by_format(kit: Kit, value: str) -> None:
    kit.rows.append(row(2, text("A2", value, f' s="{kit.style(";;;")}"')))


@slot(SHOWS)
def number_format_literal(kit: Kit, value: str) -> None:
    kit.rows.append(row(2, number("A2", "5", kit.style(f'"{value}"0'))))


@slot(HIDDEN)
def number_format_unused(kit: Kit, value: str) -> None:
    kit.style(f'0"{value}"')


@slot(HIDDEN)
def comment(kit: Kit, value: str) -> None:
    body = f'<comments {NAMESPACES}><authors><author>某</author></authors><commentList><comment ref="A1" authorId="0"><text><r><t>{value[:4]}</t></r><r><t>{value[4:]}</t></r></text></comment></commentList></comments>'
    kit.sheet_part("xl/comments1.xml", "comments", XML + body)


@slot(HIDDEN)
def comment_author(kit: Kit, value: str) -> None:
    body = f"<comments {NAMESPACES}><authors><author>{value}</author></authors><commentList/></comments>"
    kit.sheet_part("xl/comments1.xml", "comments", XML + body)


@slot(HIDDEN)
def comment_shape(kit: Kit, value: str) -> None:
    body = f'<xml {NAMESPACES}><v:shape alt="{value}"><v:textbox><div>{value}</div></v:textbox><x:ClientData ObjectType="Note"/></v:shape></xml>'
    kit.tail += f'<legacyDrawing r:id="{kit.sheet_part("xl/drawings/vmlDrawing1.vml", "vmlDrawing", body)}"/>'


@slot(HIDDEN)
def threaded_comment(kit: Kit, value: str) -> None:
    body = f'{XML}<ThreadedComments xmlns="urn:t"><threadedComment ref="A1"><text>{value}</text></threadedComment></ThreadedComments>'
    kit.sheet_part(
        "xl/threadedComments/threadedComment1.xml",
        "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment",
        body,
    )


@slot(HIDDEN)
def person(kit: Kit, value: str) -> None:
    kit.part(
        "xl/persons/person.xml",
        f'{XML}<personList xmlns="urn:t"><person displayName="{value}" userId="u"/></personList>',
    )
    kit.relate(
        "xl/workbook.xml", "http://schemas.microsoft.com/office/2017/10/relationships/person", "persons/person.xml"
    )


@slot(HIDDEN)
def defined_name(kit: Kit, value: str) -> None:
    kit.workbook += f'<definedNames><definedName name="常数">"{value}"</definedName></definedNames>'


@slot(HIDDEN)
def defined_name_itself(kit: Kit, value: str) -> None:
    kit.workbook += (
        f'<definedNames><definedName name="{value}" hidden="1" comment="注">名单!$A$1</definedName></definedNames>'
    )


@slot(HIDDEN)
def print_title_with_words(kit: Kit, value: str) -> None:
    kit.workbook += f'<definedNames><definedName name="_xlnm.Print_Area" localSheetId="0">OFFSET(名单!$A$1,"{value}",1)</definedName></definedNames>'


@slot(HIDDEN)
def validation_list(kit: Kit, value: str) -> None:
    kit.after += f'<dataValidations count="1"><dataValidation type="list" sqref="A2"><formula1>"甲,{value}"</formula1></dataValidation></dataValidations>'


@slot(HIDDEN)
def validation_prompt(kit: Kit, value: str) -> None:
    kit.after += (
        f'<dataValidations count="1"><dataValidation prompt="{value}" error="{value}" sqref="A2"/></dataValidations>'
    )


@slot(HIDDEN)
def conditional_format(kit: Kit, value: str) -> None:
    kit.differences = "<dxf/>"
    kit.after += f'<conditionalFormatting sqref="A2"><cfRule type="expression" dxfId="0" priority="1"><formula>A2="{value}"</formula></cfRule></conditionalFormatting>'


@slot(HIDDEN)
def conditional_text(kit: Kit, value: str) -> None:
    kit.after += f'<conditionalFormatting sqref="A2"><cfRule type="containsText" text="{value}" priority="1"/></conditionalFormatting>'


@slot(HIDDEN)
def filter_value(kit: Kit, value: str) -> None:
    kit.after += f'<autoFilter ref="A1:B9"><filterColumn colId="0"><filters><filter val="{value}"/></filters></filterColumn></autoFilter>'


@slot(HIDDEN)
def hyperlink(kit: Kit, value: str) -> None:
    key = kit.relate("xl/worksheets/sheet1.xml", "hyperlink", f"mailto:{value}@example.invalid", external=True)
    kit.after += f'<hyperlinks><hyperlink ref="A1" r:id="{key}"/></hyperlinks>'


@slot(HIDDEN)
def hyperlink_tooltip(kit: Kit, value: str) -> None:
    kit.after += (
        f'<hyperlinks><hyperlink ref="A1" location="名单!A1" display="{value}" tooltip="{value}"/></hyperlinks>'
    )


@slot(HIDDEN)
def scenario(kit: Kit, value: str) -> None:
    kit.after += (
        f'<scenarios><scenario name="{value}" user="某"><inputCells r="A2" val="{value}"/></scenario></scenarios>'
    )


@slot(HIDDEN)
def custom_view(kit: Kit, value: str) -> None:
    kit.after += f"<customSheetViews><customSheetView guid='{{1}}'><headerFooter><oddHeader>{value}</oddHeader></headerFooter></customSheetView></customSheetViews>"


@slot(HIDDEN)
def custom_workbook_view(kit: Kit, value: str) -> None:
    kit.workbook += f"<customWorkbookViews><customWorkbookView name='{value}'/></customWorkbookViews>"


@slot(HIDDEN)
def code_name(kit: Kit, value: str) -> None:
    kit.before += f'<sheetPr codeName="{value}"/>'


@slot(HIDDEN)
def sparkline(kit: Kit, value: str) -> None:
    kit.tail += f"<extLst><ext uri='{{1}}'><x14:sparklineGroups><x14:sparkline><xm:f>{value}!A1</xm:f></x14:sparkline></x14:sparklineGroups></ext></extLst>"


@slot(HIDDEN)
def table_definition(kit: Kit, value: str) -> None:
    body = f'<table {NAMESPACES} id="1" name="{value}" displayName="{value}" ref="A1:A2"><tableColumns><tableColumn id="1" name="{value}"/></tableColumns></table>'
    kit.tail += f'<tableParts count="1"><tablePart r:id="{kit.sheet_part("xl/tables/table1.xml", "table", XML + body)}"/></tableParts>'


def workbook_part(kind: str, name: str, body: str) -> None:
    def plant(kit: Kit, value: str) -> None:
        kit.part(name, XML + body.replace("VALUE", value).replace("<root", f"<root {NAMESPACES}"))
        kit.relate("xl/workbook.xml", kind, "/" + name)

    HIDDEN[kind] = plant


workbook_part(
    "pivotCacheDefinition", "xl/pivotCache/pivotCacheDefinition1.xml", '<root refreshedBy="某"><s v="VALUE"/></root>'
)
workbook_part("pivotCacheRecords", "xl/pivotCache/pivotCacheRecords1.xml", '<root><r><s v="VALUE"/></r></root>')
workbook_part("pivotTable", "xl/pivotTables/pivotTable1.xml", '<root name="VALUE"/>')
workbook_part("externalLink", "xl/externalLinks/externalLink1.xml", "<root><cell r='A1'><v>VALUE</v></cell></root>")
workbook_part("connections", "xl/connections.xml", '<root><dbPr command="select VALUE"/></root>')
workbook_part("queryTable", "xl/queryTables/queryTable1.xml", '<root name="VALUE"/>')
workbook_part("slicerCache", "xl/slicerCaches/slicerCache1.xml", '<root name="VALUE"/>')
workbook_part("slicer", "xl/slicers/slicer1.xml", '<root caption="VALUE"/>')
workbook_part("timelineCache", "xl/timelineCaches/timelineCache1.xml", '<root name="VALUE"/>')
workbook_part("calcChain", "xl/calcChain.xml", "<root><c r='A1'/>VALUE</root>")
workbook_part("sheetMetadata", "xl/metadata.xml", '<root name="VALUE"/>')
workbook_part("revisionHeaders", "xl/revisions/revisionHeaders.xml", '<root userName="VALUE"/>')
workbook_part("usernames", "xl/revisions/userNames.xml", '<root name="VALUE"/>')
workbook_part("xmlMaps", "xl/xmlMaps.xml", "<root>VALUE</root>")
workbook_part("customXml", "customXml/item1.xml", "<root>VALUE</root>")
workbook_part("unknownKind", "xl/unknown.xml", "<root>VALUE</root>")
workbook_part("ctrlProp", "xl/ctrlProps/ctrlProp1.xml", '<root fmlaMacro="VALUE"/>')


@slot(HIDDEN)
def core_property(kit: Kit, value: str) -> None:
    body = (
        f'<cp:coreProperties xmlns:cp="urn:cp" xmlns:dc="urn:dc"><dc:creator>{value}</dc:creator></cp:coreProperties>'
    )
    kit.part("docProps/core.xml", XML + body)
    kit.relate(
        "", "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties", "docProps/core.xml"
    )


@slot(HIDDEN)
def app_property(kit: Kit, value: str) -> None:
    kit.part(
        "docProps/app.xml",
        f'{XML}<Properties xmlns="urn:a"><Company>{value}</Company><TitlesOfParts>{value}</TitlesOfParts></Properties>',
    )
    kit.relate("", "extended-properties", "docProps/app.xml")


@slot(HIDDEN)
def custom_property(kit: Kit, value: str) -> None:
    kit.part(
        "docProps/custom.xml",
        f'{XML}<Properties xmlns="urn:a"><property name="{value}"><t>{value}</t></property></Properties>',
    )
    kit.relate("", "custom-properties", "docProps/custom.xml")


@slot(HIDDEN)
def orphan_part(kit: Kit, value: str) -> None:
    kit.part(
        "xl/worksheets/sheet77.xml",
        f"{XML}<worksheet {NAMESPACES}><sheetData>{row(1, text('A1', value))}</sheetData></worksheet>",
    )


@slot(HIDDEN)
def alternative_text(kit: Kit, value: str) -> None:
    kit.drawings.append(anchor(shape(run("框"), descr=value)))


@slot(HIDDEN)
def shape_name(kit: Kit, value: str) -> None:
    kit.drawings.append(anchor(shape(run("框"), name=value)))


@slot(HIDDEN)
def fallback_of_drawing(kit: Kit, value: str) -> None:
    choice = f'<mc:Choice Requires="x14">{shape(run("框"))}</mc:Choice>'
    kit.drawings.append(
        anchor(f"<mc:AlternateContent>{choice}<mc:Fallback>{shape(run(value))}</mc:Fallback></mc:AlternateContent>")
    )


@slot(HIDDEN)
def lost_margin_code(kit: Kit, value: str) -> None:
    kit.setup += f'<headerFooter><oddHeader>&amp;"{value},Bold"看</oddHeader></headerFooter>'


@slot(HIDDEN)
def element_in_cell(kit: Kit, value: str) -> None:
    kit.rows.append(row(2, f'<c r="A2"><v>1</v><extLst><ext>{value}</ext></extLst></c>'))


# -- what no reader needs ----------------------------------------------------------------------------------------------


@slot(DROPPED)
def macros(kit: Kit, value: str) -> None:
    kit.main = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    kit.part("xl/vbaProject.bin", value.encode("utf-16-le"), "application/vnd.ms-office.vbaProject")
    kit.relate("xl/workbook.xml", "http://schemas.microsoft.com/office/2006/relationships/vbaProject", "vbaProject.bin")


@slot(DROPPED)
def printer_settings(kit: Kit, value: str) -> None:
    kit.part("xl/printerSettings/printerSettings1.bin", value.encode("utf-16-le"))
    kit.setup += f'<pageSetup paperSize="9" r:id="{kit.relate("xl/worksheets/sheet1.xml", "printerSettings", "/xl/printerSettings/printerSettings1.bin")}"/>'


@slot(DROPPED)
def data_model(kit: Kit, value: str) -> None:
    kit.part("xl/model/item.data", value.encode())
    kit.relate(
        "xl/workbook.xml", "http://schemas.microsoft.com/office/2011/relationships/powerPivotData", "model/item.data"
    )


@slot(DROPPED)
def thumbnail(kit: Kit, value: str) -> None:
    kit.part("docProps/thumbnail.png", png(value), "image/png")
    kit.relate(
        "", "http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail", "docProps/thumbnail.png"
    )


@slot(DROPPED)
def embedded_workbook(kit: Kit, value: str) -> None:
    kit.sheet_part("xl/embeddings/oleObject1.bin", "oleObject", value)


@slot(DROPPED)
def background(kit: Kit, value: str) -> None:
    kit.part("xl/media/image9.png", png(value), "image/png")
    kit.tail += f'<picture r:id="{kit.relate("xl/worksheets/sheet1.xml", "image", "/xl/media/image9.png")}"/>'


@slot(DROPPED)
def picture_comment(kit: Kit, value: str) -> None:
    kit.part("xl/media/image1.png", png(value), "image/png")
    key = kit.relate("xl/drawings/drawing1.xml", "image", "/xl/media/image1.png")
    form = "<xdr:spPr><a:prstGeom prst='rect'><a:avLst/></a:prstGeom></xdr:spPr>"
    names = "<xdr:nvPicPr><xdr:cNvPr id='3' name='Picture 1'/><xdr:cNvPicPr/></xdr:nvPicPr>"
    fill = f"<xdr:blipFill><a:blip r:embed='{key}'/><a:stretch><a:fillRect/></a:stretch></xdr:blipFill>"
    kit.drawings.append(anchor(f"<xdr:pic>{names}{fill}{form}</xdr:pic>"))


@slot(DROPPED)
def font_name(kit: Kit, value: str) -> None:
    kit.fonts = f'<font><name val="{value}"/></font>'


@slot(DROPPED)
def style_name(kit: Kit, value: str) -> None:
    kit.styles.append(f'<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" name="{value}"/>')


@slot(DROPPED)
def unknown_attributes(kit: Kit, value: str) -> None:
    kit.rows.append(f'<row r="2" note="{value}"><c r="A2" note="{value}"><v note="{value}">1</v></c></row>')


@slot(DROPPED)
def stray_text(kit: Kit, value: str) -> None:
    kit.rows.append(f'{value}<row r="2">{value}<c r="A2">{value}<v>1</v></c></row>')


@slot(DROPPED)
def xml_comment(kit: Kit, value: str) -> None:
    kit.rows.append(f"<!-- {value.replace('-', '')} --><?note {value}?>")


@slot(DROPPED)
def rows_elsewhere(kit: Kit, value: str) -> None:
    kit.tail += f"<extLst><ext><sheetData>{row(1, text('A1', value))}</sheetData></ext></extLst>"


@slot(DROPPED)
def zip_comment(kit: Kit, value: str) -> None:
    kit.comment = value.encode()


@slot(DROPPED)
def before_and_after_zip(kit: Kit, value: str) -> None:
    kit.front = value.encode()


@slot(DROPPED)
def attached_scheme(kit: Kit, value: str) -> None:
    kit.sheet_part("xl/customProperty1.bin", "customProperty", value)
