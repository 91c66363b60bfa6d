"""Slots in what is drawn in a Word file: boxes, WordArt, charts, diagrams, pictures, embedded files."""

from __future__ import annotations

import io
import zipfile

from docx_kit import (
    AXES,
    CANVAS,
    DIAGRAM,
    DROPPED,
    GROUP,
    HIDDEN,
    NAMESPACES,
    SHAPE,
    SHOWS,
    UNREAD,
    Kit,
    chart_part,
    drawing,
    paragraph,
    picture,
    png,
    rich,
    run,
    series,
    shape,
    slot,
    table,
    text,
)


def _inline(kit: Kit, content: str) -> None:
    kit.body.append(paragraph(f"<w:r>{content}</w:r>"))


# -- boxes -----------------------------------------------------------------------------------------


@slot(SHOWS)
def text_box(kit: Kit, value: str) -> None:
    """Written twice, as Word does for old programs."""
    old = (
        f"<w:pict><v:shape><v:textbox><w:txbxContent>{paragraph(run(value))}</w:txbxContent>"
        f"</v:textbox></v:shape></w:pict>"
    )
    new = drawing(SHAPE, shape(paragraph(run(value))))
    choice = f'<mc:Choice Requires="wps">{new}</mc:Choice><mc:Fallback>{old}</mc:Fallback>'
    _inline(kit, f"<mc:AlternateContent>{choice}</mc:AlternateContent>")


@slot(SHOWS)
def text_box_split(kit: Kit, value: str) -> None:
    _inline(kit, drawing(SHAPE, shape(paragraph("".join(run(letter) for letter in value)))))


@slot(SHOWS)
def text_box_table(kit: Kit, value: str) -> None:
    _inline(kit, drawing(SHAPE, shape(table([paragraph(run("姓名")), paragraph(run(value))]))))


@slot(SHOWS)
def text_box_in_text_box(kit: Kit, value: str) -> None:
    inner = f"<w:r>{drawing(SHAPE, shape(paragraph(run(value))))}</w:r>"
    _inline(kit, drawing(SHAPE, shape(paragraph(run("外") + inner))))


@slot(SHOWS)
def text_box_in_header(kit: Kit, value: str) -> None:
    content = paragraph(f"<w:r>{drawing(SHAPE, shape(paragraph(run(value))))}</w:r>")
    key = kit.word_part("header", "hdr", content, "header_box.xml")
    kit.references += f'<w:headerReference w:type="default" r:id="{key}"/>'


@slot(SHOWS)
def text_box_in_cell(kit: Kit, value: str) -> None:
    box = paragraph(f"<w:r>{drawing(SHAPE, shape(paragraph(run(value))))}</w:r>")
    kit.body.append(table([box, paragraph(run("乙"))]))


@slot(SHOWS)
def grouped_text_box(kit: Kit, value: str) -> None:
    nested = "<wpg:grpSp><wpg:cNvPr id='2' name='Group 2'/><wpg:cNvGrpSpPr/><wpg:grpSpPr/>{}</wpg:grpSp>"
    inner = nested.format(shape(paragraph(run(value))))
    group = f"<wpg:wgp><wpg:cNvGrpSpPr/><wpg:grpSpPr/>{shape(paragraph(run('图例')))}{inner}</wpg:wgp>"
    _inline(kit, drawing(GROUP, group))


@slot(SHOWS)
def canvas_text_box(kit: Kit, value: str) -> None:
    canvas = f"<wpc:wpc><wpc:bg/><wpc:whole/>{shape(paragraph(run(value)))}</wpc:wpc>"
    _inline(kit, drawing(CANVAS, canvas))


@slot(SHOWS)
def word_art(kit: Kit, value: str) -> None:
    warped = '<a:prstTxWarp prst="textPlain"><a:avLst/></a:prstTxWarp>'
    _inline(kit, drawing(SHAPE, shape(paragraph(run(value)), body=warped)))


@slot(SHOWS)
def vml_text_box(kit: Kit, value: str) -> None:
    box = f"<v:shape><v:textbox><w:txbxContent>{paragraph(run(value))}</w:txbxContent></v:textbox></v:shape>"
    _inline(kit, f"<w:pict>{box}</w:pict>")


@slot(SHOWS)
def vml_grouped_text_box(kit: Kit, value: str) -> None:
    box = f"<v:rect><v:textbox><w:txbxContent>{paragraph(run(value))}</w:txbxContent></v:textbox></v:rect>"
    _inline(kit, f'<w:pict><v:group style="width:90pt;height:40pt">{box}<v:oval/></v:group></w:pict>')


@slot(SHOWS)
def vml_word_art(kit: Kit, value: str) -> None:
    _inline(kit, f'<w:pict><v:shape type="#_x0000_t136"><v:textpath string="{value}"/></v:shape></w:pict>')


@slot(SHOWS)
def watermark(kit: Kit, value: str) -> None:
    art = f'<w:pict><v:shape type="#_x0000_t136"><v:textpath string="{value}"/></v:shape></w:pict>'
    key = kit.word_part("header", "hdr", paragraph(f"<w:r>{art}</w:r>"), "header_mark.xml")
    kit.references += f'<w:headerReference w:type="even" r:id="{key}"/>'


@slot(HIDDEN)
def vml_word_art_not_shown(kit: Kit, value: str) -> None:
    art = f'<v:rect style="display:none"><v:textpath string="{value}"/></v:rect>'
    _inline(kit, f'<w:pict><v:group style="width:90pt;height:40pt"><v:oval/>{art}</v:group></w:pict>')


@slot(UNREAD)
def vml_word_art_beside_a_free_form(kit: Kit, value: str) -> None:
    art = f'<v:shape><v:textpath string="{value}"/></v:shape>'
    _inline(kit, f'<w:pict><v:group>{art}<v:polyline points="0,0,9,9"/></v:group></w:pict>')


@slot(HIDDEN)
def text_box_not_shown(kit: Kit, value: str) -> None:
    box = drawing(SHAPE, shape(paragraph(run(value)))).replace("<wp:docPr ", '<wp:docPr hidden="1" ')
    _inline(kit, box)


@slot(HIDDEN)
def vml_text_box_not_shown(kit: Kit, value: str) -> None:
    box = f"<v:textbox><w:txbxContent>{paragraph(run(value))}</w:txbxContent></v:textbox>"
    _inline(kit, f'<w:pict><v:rect style="width:9pt;visibility:hidden">{box}</v:rect></w:pict>')


@slot(HIDDEN)
def grouped_text_box_not_shown(kit: Kit, value: str) -> None:
    hidden = shape(paragraph(run(value))).replace("<wps:wsp>", '<wps:wsp><wps:cNvPr id="3" name="Shape 3" hidden="1"/>')
    _inline(kit, drawing(GROUP, f"<wpg:wgp><wpg:cNvGrpSpPr/><wpg:grpSpPr/>{shape('')}{hidden}</wpg:wgp>"))


@slot(HIDDEN)
def vml_grouped_text_box_not_shown(kit: Kit, value: str) -> None:
    box = f"<v:textbox><w:txbxContent>{paragraph(run(value))}</w:txbxContent></v:textbox>"
    hidden = f'<v:rect style="width:9pt;display:none">{box}</v:rect>'
    _inline(kit, f'<w:pict><v:group style="width:90pt;height:40pt"><v:oval/>{hidden}</v:group></w:pict>')


@slot(HIDDEN)
def text_box_in_deletion(kit: Kit, value: str) -> None:
    box = drawing(SHAPE, shape(paragraph(run(value))))
    kit.body.append(paragraph(f'<w:del w:id="1" w:author="某"><w:r>{box}</w:r></w:del>'))


@slot(HIDDEN)
def text_box_fallback_differs(kit: Kit, value: str) -> None:
    box = f"<v:textbox><w:txbxContent>{paragraph(run(value))}</w:txbxContent></v:textbox>"
    old = f"<w:pict><v:rect>{box}</v:rect></w:pict>"
    choice = f'<mc:Choice Requires="wps">{drawing(SHAPE, shape(paragraph(run("新"))))}</mc:Choice>'
    _inline(kit, f"<mc:AlternateContent>{choice}<mc:Fallback>{old}</mc:Fallback></mc:AlternateContent>")


@slot(DROPPED)
def shape_attributes(kit: Kit, value: str) -> None:
    fill = f'<a:solidFill><a:srgbClr val="{value}"/></a:solidFill><a:extLst><a:ext uri="{value}"/></a:extLst>'
    box = shape(paragraph(run("框内")), fill).replace("<wps:cNvSpPr", f'<wps:cNvSpPr x:note="{value}"')
    _inline(kit, drawing(SHAPE, box))
    style = f'id="{value}" o:spid="{value}" href="{value}" style="width:9pt;mso-next-textbox:#{value}"'
    _inline(kit, f'<w:pict><v:rect {style}><v:fill x:note="{value}"/></v:rect></w:pict>')


@slot(UNREAD)
def free_form(kit: Kit, value: str) -> None:
    _inline(kit, drawing(SHAPE, _free(value, points=60)))


@slot(SHOWS)
def ornament(kit: Kit, value: str) -> None:
    """Few points draw an arrow and no word."""
    _inline(kit, drawing(SHAPE, _free(value, points=5)))


def _free(value: str, points: int) -> str:
    lines = "".join(f'<a:lnTo><a:pt x="{n % 9}" y="{n % 7}"/></a:lnTo>' for n in range(points))
    path = f'<a:path w="9" h="9"><a:moveTo><a:pt x="0" y="0"/></a:moveTo>{lines}</a:path>'
    geometry = f"<a:custGeom><a:pathLst>{path}</a:pathLst></a:custGeom>"
    return shape(paragraph(run(value))).replace('<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>', geometry)


# -- charts ----------------------------------------------------------------------------------------


def _bars(content: str) -> str:
    axes = '<c:axId val="1"/><c:axId val="2"/>'
    return f'<c:barChart><c:barDir val="col"/>{content}{axes}</c:barChart>{AXES}'


@slot(SHOWS)
def chart_title(kit: Kit, value: str) -> None:
    _inline(kit, kit.chart(chart_part(title=f"<c:title>{rich(value)}</c:title>")))


@slot(SHOWS)
def chart_title_of_cell(kit: Kit, value: str) -> None:
    cache = f'<c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>{value}</c:v></c:pt></c:strCache>'
    title = f"<c:title><c:tx><c:strRef><c:f>Sheet1!$A$1</c:f>{cache}</c:strRef></c:tx></c:title>"
    _inline(kit, kit.chart(chart_part(title=title)))


@slot(SHOWS)
def chart_series(kit: Kit, value: str) -> None:
    _inline(kit, kit.chart(chart_part(_bars(series(name=value)))))


@slot(SHOWS)
def chart_category(kit: Kit, value: str) -> None:
    _inline(kit, kit.chart(chart_part(_bars(series(category=value)))))


@slot(SHOWS)
def chart_value(kit: Kit, value: str) -> None:
    _inline(kit, kit.chart(chart_part(_bars(series(value=value)))))


@slot(SHOWS)
def chart_axis_title(kit: Kit, value: str) -> None:
    plot = _bars(series()).replace('<c:axPos val="l"/>', f'<c:axPos val="l"/><c:title>{rich(value)}</c:title>')
    _inline(kit, kit.chart(chart_part(plot)))


@slot(SHOWS)
def chart_label(kit: Kit, value: str) -> None:
    label = f'<c:dLbls><c:dLbl><c:idx val="0"/>{rich(value)}<c:showVal val="1"/></c:dLbl></c:dLbls>'
    _inline(kit, kit.chart(chart_part(_bars(series(rest=label)))))


@slot(SHOWS)
def chart_trend_line(kit: Kit, value: str) -> None:
    trend = f'<c:trendline><c:name>{value}</c:name><c:trendlineType val="linear"/></c:trendline>'
    _inline(kit, kit.chart(chart_part(_bars(series(rest=trend)))))


@slot(SHOWS)
def chart_levels(kit: Kit, value: str) -> None:
    inner, outer = (f'<c:lvl><c:pt idx="0"><c:v>{said}</c:v></c:pt></c:lvl>' for said in ("甲", value))
    levels = f'<c:multiLvlStrCache><c:ptCount val="2"/>{inner}{outer}</c:multiLvlStrCache>'
    category = f"<c:cat><c:multiLvlStrRef><c:f>Sheet1!$A$2:$B$3</c:f>{levels}</c:multiLvlStrRef></c:cat>"
    values = "<c:val><c:numLit><c:ptCount val='1'/><c:pt idx='0'><c:v>3</c:v></c:pt></c:numLit></c:val>"
    _inline(kit, kit.chart(chart_part(_bars(f'<c:ser><c:idx val="0"/>{category}{values}</c:ser>'))))


@slot(HIDDEN)
def chart_later_categories(kit: Kit, value: str) -> None:
    _inline(kit, kit.chart(chart_part(_bars(series() + series(category=value)))))


@slot(HIDDEN)
def chart_point_out_of_reach(kit: Kit, value: str) -> None:
    point = f'<c:pt idx="99999999"><c:v>{value}</c:v></c:pt></c:strCache></c:strRef></c:cat>'
    plot = _bars(series()).replace("</c:strCache></c:strRef></c:cat>", point)
    _inline(kit, kit.chart(chart_part(plot)))


@slot(HIDDEN)
def chart_two_names(kit: Kit, value: str) -> None:
    plot = _bars(series()).replace("<c:cat>", f"<c:tx><c:v>{value}</c:v></c:tx><c:cat>")
    _inline(kit, kit.chart(chart_part(plot)))


@slot(HIDDEN)
def chart_two_caches(kit: Kit, value: str) -> None:
    twin = f'<c:strCache><c:pt idx="0"><c:v>{value}</c:v></c:pt></c:strCache></c:strRef></c:cat>'
    _inline(kit, kit.chart(chart_part(_bars(series().replace("</c:strRef></c:cat>", twin)))))


@slot(HIDDEN)
def text_body_outside_a_box(kit: Kit, value: str) -> None:
    body = f"<w:txbxContent>{paragraph(run(value))}</w:txbxContent></wps:spPr>"
    _inline(kit, drawing(SHAPE, shape(paragraph(run("框"))).replace("</wps:spPr>", body)))


@slot(HIDDEN)
def drawing_text_in_a_shape(kit: Kit, value: str) -> None:
    body = f"<a:t>{value}</a:t></wps:spPr>"
    _inline(kit, drawing(SHAPE, shape("").replace("</wps:spPr>", body)))


@slot(HIDDEN)
def chart_sheet_name(kit: Kit, value: str) -> None:
    _inline(kit, kit.chart(chart_part(_bars(series().replace("Sheet1!", f"'{value}'!")))))


@slot(HIDDEN)
def chart_number_format(kit: Kit, value: str) -> None:
    plot = _bars(series()).replace("General", f"0&quot;{value}&quot;0")
    _inline(kit, kit.chart(chart_part(plot)))


@slot(HIDDEN)
def chart_extension(kit: Kit, value: str) -> None:
    _inline(kit, kit.chart(chart_part(rest=f'<c:extLst><c:ext uri="x"><x:y>{value}</x:y></c:ext></c:extLst>')))


@slot(HIDDEN)
def chart_user_shapes(kit: Kit, value: str) -> None:
    kit.part("word/drawings/drawing1.xml", f"<c:userShapes {NAMESPACES}><a:t>{value}</a:t></c:userShapes>")
    _inline(kit, kit.chart(chart_part(rest='<c:userShapes r:id="rId1"/>')))


@slot(HIDDEN)
def chart_of_unknown_kind(kit: Kit, value: str) -> None:
    _inline(kit, kit.chart(chart_part(f"<c:newChart><c:v>{value}</c:v></c:newChart>")))


@slot(HIDDEN)
def chart_extended(kit: Kit, value: str) -> None:
    """A chart of the newer kinds (waterfall and others)."""
    kit.part("word/charts/chartEx1.xml", f"<x:chartSpace {NAMESPACES}><x:t>{value}</x:t></x:chartSpace>")
    key = kit.relate("http://schemas.microsoft.com/office/2014/relationships/chartEx", "charts/chartEx1.xml")
    uri = "http://schemas.microsoft.com/office/drawing/2014/chartex"
    new = drawing(uri, f'<x:chart r:id="{key}"/>')
    choice = f'<mc:Choice Requires="x">{new}</mc:Choice><mc:Fallback>{run("此图表不可用")}</mc:Fallback>'
    kit.body.append(paragraph(f"<mc:AlternateContent>{choice}</mc:AlternateContent>"))


def workbook(value: str) -> bytes:
    """A package as a chart embeds it, with ``value`` in its shared strings."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/sharedStrings.xml", f"<sst><si><t>{value}</t></si></sst>")
    return stream.getvalue()


@slot(HIDDEN)
def chart_workbook(kit: Kit, value: str) -> None:
    kit.part("word/embeddings/Microsoft_Excel_Sheet1.xlsx", workbook(value), "application/x")
    relation = (
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/package"'
    )
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    _inline(kit, kit.chart(chart_part(rest='<c:externalData r:id="rId1"/>')))
    kit.parts["word/charts/_rels/chart1.xml.rels"] = (
        f'<Relationships xmlns="{relations}">{relation} Target="../embeddings/Microsoft_Excel_Sheet1.xlsx"/>'
        "</Relationships>"
    ).encode()


# -- diagrams and embedded files --------------------------------------------------------------------


def _diagram(kit: Kit, model: str) -> None:
    kit.part("word/diagrams/data1.xml", f"<dgm:dataModel {NAMESPACES}>{model}</dgm:dataModel>")
    key = kit.relate("diagramData", "diagrams/data1.xml")
    _inline(kit, drawing(DIAGRAM, f'<dgm:relIds r:dm="{key}"/>'))


def _point(key: int, kind: str, said: str) -> str:
    body = f"<dgm:t><a:bodyPr/><a:p><a:r><a:t>{said}</a:t></a:r></a:p></dgm:t>" if said else ""
    return f'<dgm:pt modelId="{key}" type="{kind}">{body}</dgm:pt>'


@slot(SHOWS)
def smart_art(kit: Kit, value: str) -> None:
    points = _point(0, "doc", "") + _point(2, "node", value) + _point(1, "node", "院长")
    links = (
        '<dgm:cxn modelId="9" srcId="0" destId="1" srcOrd="0"/><dgm:cxn modelId="8" srcId="1" destId="2" srcOrd="0"/>'
    )
    _diagram(kit, f"<dgm:ptLst>{points}</dgm:ptLst><dgm:cxnLst>{links}</dgm:cxnLst>")


@slot(HIDDEN)
def smart_art_drawing(kit: Kit, value: str) -> None:
    """The drawing that Word keeps of a diagram, which may say something else than its data."""
    kit.part(
        "word/diagrams/drawing1.xml", f"<x:drawing {NAMESPACES}><a:p><a:r><a:t>{value}</a:t></a:r></a:p></x:drawing>"
    )
    kit.relate("http://schemas.microsoft.com/office/2007/relationships/diagramDrawing", "diagrams/drawing1.xml")
    _diagram(kit, f"<dgm:ptLst>{_point(0, 'doc', '')}</dgm:ptLst>")


@slot(DROPPED)
def smart_art_names(kit: Kit, value: str) -> None:
    points = _point(0, "doc", "") + _point(1, "node", "院长").replace(
        "<dgm:t>", f'<dgm:prSet phldrT="{value}"/><dgm:t>'
    )
    _diagram(kit, f"<dgm:ptLst>{points}</dgm:ptLst>")


@slot(DROPPED)
def embedded_object(kit: Kit, value: str) -> None:
    kit.part("word/embeddings/oleObject1.bin", value.encode("utf-16-le"), "application/octet-stream")
    key = kit.relate("oleObject", "embeddings/oleObject1.bin")
    kit.part("word/media/preview.emf", value.encode("utf-16-le"), "image/x-emf")
    preview = kit.relate("image", "media/preview.emf")
    shown = f'<v:shape style="width:90pt;height:40pt"><v:imagedata r:id="{preview}" o:title="{value}"/></v:shape>'
    _inline(kit, f'<w:object>{shown}<o:OLEObject ProgID="Excel.Sheet.12" r:id="{key}"/></w:object>')


@slot(HIDDEN)
def embedded_workbook(kit: Kit, value: str) -> None:
    kit.part("word/embeddings/book.xlsx", workbook(value), "application/x")
    key = kit.relate("package", "embeddings/book.xlsx")
    _inline(kit, f'<w:object><o:OLEObject ProgID="Excel.Sheet.12" r:id="{key}"/></w:object>')


# -- pictures --------------------------------------------------------------------------------------


@slot(DROPPED)
def vml_picture_names(kit: Kit, value: str) -> None:
    kit.part("word/media/vml.png", png(value), "image/png")
    key = kit.relate("image", "media/vml.png")
    image = f'<v:imagedata r:id="{key}" o:title="{value}"/>'
    _inline(kit, f'<w:pict><v:shape alt="x" type="#_x0000_t75">{image}</v:shape></w:pict>')


@slot(DROPPED)
def picture_in_group(kit: Kit, value: str) -> None:
    kit.part("word/media/group.png", png(value), "image/png")
    inline = picture(kit.relate("image", "media/group.png"), "Picture 2")
    pic = inline[inline.index("<pic:pic>") : inline.index("</pic:pic>") + len("</pic:pic>")]
    _inline(
        kit, drawing(GROUP, f"<wpg:wgp><wpg:cNvGrpSpPr/><wpg:grpSpPr/>{shape(paragraph(run('图')))}{pic}</wpg:wgp>")
    )


@slot(DROPPED)
def picture_fill(kit: Kit, value: str) -> None:
    kit.part("word/media/fill.png", png(value), "image/png")
    key = kit.relate("image", "media/fill.png")
    _inline(kit, drawing(SHAPE, shape(paragraph(run("框")), f'<a:blipFill><a:blip r:embed="{key}"/></a:blipFill>')))


@slot(DROPPED)
def picture_recoloured(kit: Kit, value: str) -> None:
    kit.part("word/media/colour.png", png(value), "image/png")
    _inline(kit, picture(kit.relate("image", "media/colour.png"), extra="<a:duotone/>"))


@slot(DROPPED)
def ink(kit: Kit, value: str) -> None:
    kit.part("word/ink/ink1.xml", f"<x:ink {NAMESPACES}><x:trace>{value[-7:]}</x:trace></x:ink>")
    kit.body.append(
        paragraph(f'<w:r><w:contentPart r:id="{kit.relate("customXml", "ink/ink1.xml")}"/>{text("笔迹")}</w:r>')
    )
