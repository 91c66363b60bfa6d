"""What is drawn in Word files: boxes, charts, diagrams and embedded files, read in order and kept in a clean form."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import Path

import docx_builder as builder
import docx_kit as kit
import planting
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from hospital_redact import Redactor
from hospital_redact.formats.base import Source
from hospital_redact.formats.docx import FORMAT
from hospital_redact.formats.ooxml.charts import MAX_POINTS, read_chart, write_text
from hospital_redact.model import Document, RedactionPlan

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


@cache
def default_redactor() -> Redactor:
    return Redactor()


def read(data: bytes) -> Document:
    return FORMAT.read(Source("病历.docx", data))


def write(data: bytes, plan: RedactionPlan) -> bytes:
    target = io.BytesIO()
    FORMAT.write(Source("病历.docx", data), plan, target)
    return target.getvalue()


def parts(copy: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        return {name: archive.read(name).decode("utf-8", errors="replace") for name in archive.namelist()}


def drawn(*drawings: str) -> bytes:
    package = kit.Kit()
    package.body = [kit.paragraph(kit.run("正文") + f"<w:r>{one}</w:r>") for one in drawings]
    return package.save()


def lines(document: Document) -> list[str]:
    return [block.text for block in document.blocks if block.survives]


def chart_of(markup: str) -> tuple[bytes, Document]:
    package = kit.Kit()
    package.body = [kit.paragraph(f"<w:r>{package.chart(markup)}</w:r>")]
    data = package.save()
    return data, read(data)


# -- boxes -----------------------------------------------------------------------------------------


def test_a_box_follows_its_paragraph_and_is_written_once() -> None:
    data = builder.build(["text_box"])
    document = read(data)
    assert lines(document)[2:4] == ["", kit.VALUE]
    copy = parts(write(data, planting.plan_for(document, kit.VALUE)))["word/document.xml"]
    assert copy.count("[患者1]") == 1
    assert "Fallback" not in copy
    assert 'Requires="wps"' in copy


def test_boxes_keep_their_place_and_order() -> None:
    anchor = (
        '<w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="{}" behindDoc="1" '
        'locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="page">'
        '<wp:posOffset>{}</wp:posOffset></wp:positionH><wp:positionV relativeFrom="paragraph"><wp:align>top</wp:align>'
        '</wp:positionV><wp:extent cx="99" cy="99"/><wp:wrapNone/><wp:docPr id="7" name="Box 1"/>'
        '<a:graphic><a:graphicData uri="{}">{}</a:graphicData></a:graphic></wp:anchor></w:drawing>'
    )
    boxes = [
        anchor.format(height, place, kit.SHAPE, kit.shape(kit.paragraph(kit.run(text))))
        for height, place, text in ((251659264, 1234, "前"), (251658240, 4321, "后"))
    ]
    data = drawn(*boxes)
    markup = parts(write(data, planting.make_plan(read(data), [])))["word/document.xml"]
    front, back = markup.split("</wp:anchor>")[:2]
    assert 'relativeHeight="2"' in front
    assert 'relativeHeight="1"' in back
    assert "<wp:posOffset>1234</wp:posOffset>" in front
    assert 'behindDoc="1"' in back
    assert "<wp:align>top</wp:align>" in back


def test_lines_and_frames_without_text_stay() -> None:
    line = '<v:line from="0,0" to="400pt,0" strokecolor="red" strokeweight="2pt"/>'
    data = drawn(f"<w:pict>{line}</w:pict>", kit.drawing(kit.SHAPE, kit.shape("")))
    document = read(data)
    assert not document.unread
    markup = parts(write(data, planting.make_plan(document, [])))["word/document.xml"]
    assert 'strokecolor="red"' in markup
    assert 'prst="rect"' in markup


# -- charts ----------------------------------------------------------------------------------------


def test_a_chart_is_read_as_a_table() -> None:
    plot = kit.series("应发", "王小测", "8800")
    axes = '<c:axId val="1"/><c:axId val="2"/>'
    _, document = chart_of(kit.chart_part(f'<c:barChart><c:barDir val="col"/>{plot}{axes}</c:barChart>{kit.AXES}'))
    (amount,) = [block for block in document.blocks if block.text == "8800"]
    assert amount.cell is not None
    assert amount.cell.column_header is not None
    assert amount.cell.row_header is not None
    assert document.blocks[amount.cell.column_header].text == "应发"
    assert document.blocks[amount.cell.row_header].text == "王小测"
    assert "王小测\t8800" in document.views[0].text


def test_a_removed_number_draws_nothing_and_reads_as_its_label() -> None:
    plot = kit.series("应发", "王小测", "8800")
    data, document = chart_of(kit.chart_part(f"<c:pieChart>{plot}</c:pieChart>"))
    plan = planting.plan_for(document, "8800", '[金额"1"]')
    copy = write(data, plan)
    assert list(FORMAT.compare(document, plan, read(copy))) == []
    root = etree.fromstring(parts(copy)["word/charts/chart1.xml"].encode())
    (literal,) = root.iter(C + "numLit")
    assert [value.text for value in literal.iter(C + "v")] == ["0", "15"]
    assert "8800" not in "".join(parts(copy).values())


def test_dates_of_a_chart_read_as_dates() -> None:
    plot = kit.series("体温").replace("strRef", "numRef").replace("strCache", "numCache")
    plot = plot.replace("<c:v>一月</c:v>", "<c:v>45123</c:v>").replace("<c:v>二月</c:v>", "<c:v>45124.5</c:v>")
    plot = plot.replace("$A$3</c:f><c:numCache>", "$A$3</c:f><c:numCache><c:formatCode>yyyy/m/d</c:formatCode>")
    _, document = chart_of(kit.chart_part(f"<c:lineChart>{plot}</c:lineChart>"))
    assert {"2023-07-16", "2023-07-17 12:00:00"} <= set(lines(document))


def test_what_a_chart_links_to_stays_behind() -> None:
    data = builder.build(["chart_workbook"])
    document = read(data)
    copy = parts(write(data, planting.plan_for(document, kit.VALUE)))
    assert not [name for name in copy if "embeddings" in name or name.startswith("word/charts/_rels")]
    assert "externalData" not in copy["word/charts/chart1.xml"]
    assert "<c:f>" not in copy["word/charts/chart1.xml"]
    assert {"chart_workbook", "embedded_object"} <= {part.what for part in document.dropped}


@pytest.mark.parametrize("name", ["chart_of_unknown_kind", "chart_extended"])
def test_a_chart_that_cannot_stay_leaves_a_box_or_its_fallback(name: str) -> None:
    data = builder.build([name])
    document = read(data)
    assert not document.unread
    assert {"[图表]", "此图表不可用"} & set(lines(document))


def test_a_chart_with_too_many_points_leaves_a_box() -> None:
    points = "".join(f'<c:pt idx="{n}"><c:v>{n}</c:v></c:pt>' for n in range(MAX_POINTS + 1))
    values = f"<c:val><c:numLit>{points}</c:numLit></c:val>"
    _, document = chart_of(kit.chart_part(f"<c:lineChart><c:ser>{values}</c:ser></c:lineChart>"))
    assert "[图表]" in lines(document)
    assert ("chart", "word/document.xml") in {(part.what, part.part) for part in document.dropped}


TEXTS = st.text(st.sampled_from('王1-%"\\;[]@#0 '), max_size=6)


@settings(max_examples=60, deadline=None)
@given(value=TEXTS, new=TEXTS, number=st.booleans())
def test_any_text_of_a_chart_is_read_back_as_written(value: str, new: str, number: bool) -> None:
    shown = "5" if number else value
    plot = kit.series(value="@@").replace("门诊量", "名")
    root = etree.fromstring(kit.chart_part(f"<c:pieChart>{plot}</c:pieChart>"))
    for element in root.iter(C + "v"):
        element.text = shown if element.text == "@@" else element.text
    chart = read_chart(root)
    assert chart is not None
    again = read_chart(etree.fromstring(etree.tostring(chart.root)))
    assert again is not None
    assert [line.text for line in again.lines] == [line.text for line in chart.lines]
    assert (again.lost, again.dropped) == ((), ())
    for line in chart.lines:
        write_text(line.pieces[0][0], new)
    written = read_chart(etree.fromstring(etree.tostring(chart.root)))
    assert written is not None
    assert [line.text for line in written.lines] == [new] * len(chart.lines)


# -- diagrams and embedded files ---------------------------------------------------------------------


def test_a_diagram_becomes_its_outline() -> None:
    document = read(builder.build(["smart_art"]))
    shown = lines(document)
    assert shown.index("院长") + 1 == shown.index(kit.VALUE)
    assert "smartart" in {part.what for part in document.dropped}


def test_an_embedded_file_leaves_a_box_of_its_size() -> None:
    data = builder.build(["embedded_object"])
    document = read(data)
    assert not document.unread
    assert "[嵌入对象]" in lines(document)
    copy = parts(write(data, planting.make_plan(document, [])))
    assert f'<wp:extent cx="{90 * 12700}" cy="{40 * 12700}"/>' in copy["word/document.xml"]
    assert not [name for name in copy if "embeddings" in name or "media" in name]


# -- from end to end -------------------------------------------------------------------------------


def test_a_report_with_boxes_and_a_chart_is_redacted_and_proved(tmp_path: Path) -> None:
    package = kit.Kit()
    card = [kit.paragraph(kit.run(text)) for text in ("患者姓名：王小测", "联系电话：13912345678")]
    chart = kit.chart_part(title=f"<c:title>{kit.rich('患者王小测体温变化')}</c:title>")
    package.body += [
        kit.paragraph(f"<w:r>{kit.drawing(kit.SHAPE, kit.shape(''.join(card)))}</w:r>"),
        kit.paragraph(kit.run("王小测因发热入院，病情好转。")),
        kit.paragraph(f"<w:r>{package.chart(chart)}</w:r>"),
    ]
    path = tmp_path / "病情报告.docx"
    path.write_bytes(package.save())
    redactor = default_redactor()
    copy = redactor.redact(redactor.review(path), tmp_path / "out.docx")
    assert copy.verification.passed
    text = "\n".join(lines(read((tmp_path / "out.docx").read_bytes())))
    assert not [value for value in ("王小测", "13912345678") if value in text]
    assert "因发热入院，病情好转。" in text
    assert "体温变化" in text


def test_a_chart_of_pay_loses_its_column(tmp_path: Path) -> None:
    package = kit.Kit()
    plot = kit.series("应发工资", "李小试", "8800").replace("<c:v>15</c:v>", "<c:v>9100</c:v>")
    package.body.append(
        kit.paragraph(f"<w:r>{package.chart(kit.chart_part(f'<c:pieChart>{plot}</c:pieChart>'))}</w:r>")
    )
    path = tmp_path / "工资.docx"
    path.write_bytes(package.save())
    redactor = default_redactor()
    review = redactor.review(path)
    assert {"8800", "9100"} <= {review.document.text_of((edit.span,)) for edit in review.plan.edits}
