# ruff: noqa: E501 - markup is easier to check in one line
"""Slots of a workbook in which a value can stand: one function a place."""

from __future__ import annotations

from xlsx_kit import NAMESPACES, SHOWS, XML, Kit, anchor, row, run, shape, slot, text

CHART = (
    f"{XML}<c:chartSpace {NAMESPACES}><c:chart><c:title><c:tx><c:rich><a:bodyPr/><a:p><a:r><a:t>{{title}}</a:t></a:r></a:p>"
    "</c:rich></c:tx></c:title><c:plotArea><c:layout/><c:barChart><c:barDir val='col'/><c:ser><c:idx val='0'/>"
    "<c:order val='0'/><c:tx><c:strRef><c:f>名单!$B$1</c:f><c:strCache><c:ptCount val='1'/><c:pt idx='0'><c:v>{series}</c:v></c:pt>"
    "</c:strCache></c:strRef></c:tx><c:cat><c:strRef><c:f>名单!$A$2:$A$3</c:f><c:strCache><c:ptCount val='1'/>"
    "<c:pt idx='0'><c:v>{category}</c:v></c:pt></c:strCache></c:strRef></c:cat><c:val><c:numRef><c:f>名单!$B$2:$B$3</c:f>"
    "<c:numCache><c:formatCode>General</c:formatCode><c:ptCount val='1'/><c:pt idx='0'><c:v>5</c:v></c:pt></c:numCache>"
    "</c:numRef></c:val></c:ser><c:axId val='1'/><c:axId val='2'/></c:barChart><c:catAx><c:axId val='1'/>"
    "<c:scaling/><c:delete val='0'/><c:axPos val='b'/><c:crossAx val='2'/></c:catAx><c:valAx><c:axId val='2'/><c:scaling/>"
    "<c:delete val='0'/><c:axPos val='l'/><c:crossAx val='1'/></c:valAx></c:plotArea></c:chart></c:chartSpace>"
)


def chart(kit: Kit, **said: str) -> None:
    words = {"title": "图", "series": "列", "category": "行"} | said
    kit.part(
        "xl/charts/chart1.xml",
        CHART.format(**words),
        "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
    )
    key = kit.relate("xl/drawings/drawing1.xml", "chart", "/xl/charts/chart1.xml")
    frame = (
        '<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="3" name="Chart 1"/><xdr:cNvGraphicFramePr/>'
        '</xdr:nvGraphicFramePr><xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic>'
        f'<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart r:id="{key}"/>'
        "</a:graphicData></a:graphic></xdr:graphicFrame>"
    )
    kit.drawings.append(anchor(frame))


# -- what shows --------------------------------------------------------------------------------------------------------


@slot(SHOWS)
def inline_text(kit: Kit, value: str) -> None:
    kit.rows.append(row(2, text("A2", f"患者{value}入院")))


@slot(SHOWS)
def shared_text(kit: Kit, value: str) -> None:
    kit.rows.append(row(2, f'<c r="A2" t="s"><v>{kit.share(f"<t>{value}</t>")}</v></c>'))


@slot(SHOWS)
def rich_text(kit: Kit, value: str) -> None:
    head, tail = value[:5], value[5:]
    runs = f"<r><rPr><b/><sz val='12'/></rPr><t>{head}</t></r><r><t>{tail}</t></r>"
    kit.rows.append(row(2, f'<c r="A2" t="s"><v>{kit.share(runs)}</v></c>'))


@slot(SHOWS)
def escaped_text(kit: Kit, value: str) -> None:
    hidden = "".join(f"_x{ord(letter):04X}_" for letter in value)
    kit.rows.append(row(2, text("A2", hidden)))


@slot(SHOWS)
def formula_result(kit: Kit, value: str) -> None:
    kit.rows.append(row(2, text("A2", value), f'<c r="B2" t="str"><f>A2&amp;"。"</f><v>{value}。</v></c>'))


@slot(SHOWS)
def text_format(kit: Kit, value: str) -> None:
    style = kit.style('@"（复诊）"')
    kit.rows.append(row(2, text("A2", value, f' s="{style}"')))


@slot(SHOWS)
def strict_date_text(kit: Kit, value: str) -> None:
    kit.rows.append(row(2, f'<c r="A2" t="d"><v>{value}</v></c>'))


@slot(SHOWS)
def merged_cell(kit: Kit, value: str) -> None:
    kit.rows.append(row(2, text("A2", value)))
    kit.after += '<mergeCells count="1"><mergeCell ref="A2:C3"/></mergeCells>'


@slot(SHOWS)
def sheet_name(kit: Kit, value: str) -> None:
    kit.names["sheet1"] = value


@slot(SHOWS)
def second_sheet(kit: Kit, value: str) -> None:
    kit.sheet("sheet2", "表二", row(1, text("A1", value)))


def margin(tag: str, side: str) -> None:
    def plant(kit: Kit, value: str) -> None:
        kit.setup += f"<headerFooter><{tag}>&amp;{side}&amp;12 {value} 第&amp;P页</{tag}></headerFooter>"

    SHOWS[f"{tag}_{side}"] = plant


for place in ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"):
    for third in "LCR":
        margin(place, third)


@slot(SHOWS)
def text_box(kit: Kit, value: str) -> None:
    kit.drawings.append(anchor(shape(run(value[:4]) + run(value[4:]))))


@slot(SHOWS)
def text_box_in_group(kit: Kit, value: str) -> None:
    group = "<xdr:nvGrpSpPr><xdr:cNvPr id='9' name='Group 1'/><xdr:cNvGrpSpPr/></xdr:nvGrpSpPr><xdr:grpSpPr/>"
    kit.drawings.append(anchor(f"<xdr:grpSp>{group}{shape(run(value))}</xdr:grpSp>"))


@slot(SHOWS)
def text_box_field(kit: Kit, value: str) -> None:
    kit.drawings.append(anchor(shape(f'<a:fld id="{{1}}" type="TxLink"><a:t>{value}</a:t></a:fld>')))


@slot(SHOWS)
def chart_title(kit: Kit, value: str) -> None:
    chart(kit, title=value)


@slot(SHOWS)
def chart_series(kit: Kit, value: str) -> None:
    chart(kit, series=value)


@slot(SHOWS)
def chart_category(kit: Kit, value: str) -> None:
    chart(kit, category=value)


@slot(SHOWS)
def smartart(kit: Kit, value: str) -> None:
    points = f"<dgm:pt modelId='1' type='doc'/><dgm:pt modelId='2'><dgm:t><a:p><a:r><a:t>{value}</a:t></a:r></a:p></dgm:t></dgm:pt>"
    link = "<dgm:cxnLst><dgm:cxn modelId='3' srcId='1' destId='2' srcOrd='0'/></dgm:cxnLst>"
    kit.part(
        "xl/diagrams/data1.xml",
        f"{XML}<dgm:dataModel {NAMESPACES}><dgm:ptLst>{points}</dgm:ptLst>{link}</dgm:dataModel>",
    )
    key = kit.relate("xl/drawings/drawing1.xml", "diagramData", "/xl/diagrams/data1.xml")
    kit.drawings.append(
        anchor(
            "<xdr:graphicFrame macro=''><xdr:nvGraphicFramePr><xdr:cNvPr id='3' name='Diagram 1'/><xdr:cNvGraphicFramePr/>"
            "</xdr:nvGraphicFramePr><xdr:xfrm/><a:graphic><a:graphicData "
            f"uri='http://schemas.openxmlformats.org/drawingml/2006/diagram'><dgm:relIds r:dm='{key}'/>"
            "</a:graphicData></a:graphic></xdr:graphicFrame>"
        )
    )
