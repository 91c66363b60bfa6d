"""Presentations for tests: a value in each place in which one can hold text."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import pptx
from lxml import etree
from PIL import Image, ImageDraw, ImageFont
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.shapes import MSO_SHAPE
from pptx.util import Inches

A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DGM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"


def deck(*fill: Callable[[Any], None]) -> bytes:
    """A presentation with one titled slide, and what each of ``fill`` does to it."""
    file = pptx.Presentation()
    slide = file.slides.add_slide(file.slide_layouts[5])
    slide.shapes.title.text = "季度质控汇报"
    for do in fill:
        do(file)
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()


def sample(value: str) -> bytes:
    return deck(lambda file: _box(file, f"患者 {value} 已出院"))


def empty() -> bytes:
    file = pptx.Presentation()
    file.slides.add_slide(file.slide_layouts[6])
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()


def _slide(file: Any) -> Any:
    return file.slides[0]


def _box(file: Any, text: str) -> Any:
    box = _slide(file).shapes.add_textbox(Inches(1), Inches(2), Inches(5), Inches(1))
    box.text_frame.text = text
    return box


def split_runs(file: Any, value: str) -> None:
    paragraph = _box(file, "").text_frame.paragraphs[0]
    for letter in value:
        paragraph.add_run().text = letter


def in_field(file: Any, value: str) -> None:
    paragraph = _box(file, "编号 ").text_frame.paragraphs[0]
    field = paragraph._p.makeelement(
        f"{{{A}}}fld", {"id": "{00000000-0000-0000-0000-000000000001}", "type": "datetime"}
    )
    text = field.makeelement(f"{{{A}}}t", {})
    text.text = value
    field.append(text)
    paragraph._p.append(field)


def in_table(file: Any, value: str) -> None:
    table = _slide(file).shapes.add_table(2, 2, Inches(1), Inches(3), Inches(5), Inches(1)).table
    for (row, column), text in {(0, 0): "姓名", (0, 1): "编号", (1, 0): "甲", (1, 1): value}.items():
        table.cell(row, column).text = text


def in_group(file: Any, value: str) -> None:
    group = _slide(file).shapes.add_group_shape()
    group.shapes.add_textbox(Inches(1), Inches(4), Inches(3), Inches(1)).text_frame.text = value


def off_slide(file: Any, value: str) -> None:
    _slide(file).shapes.add_textbox(Inches(40), Inches(40), Inches(3), Inches(1)).text_frame.text = value


def in_shape(file: Any, value: str) -> None:
    _slide(file).shapes.add_shape(MSO_SHAPE.CLOUD, Inches(1), Inches(4), Inches(3), Inches(1)).text_frame.text = value


def on_layout(file: Any, value: str) -> None:
    shapes = file.slide_layouts[5].shapes
    shapes._spTree.append(_sp(value))


def on_master(file: Any, value: str) -> None:
    file.slide_master.shapes._spTree.append(_sp(value))


def _sp(value: str) -> Any:
    return etree.fromstring(
        f'<p:sp xmlns:p="{P}" xmlns:a="{A}"><p:nvSpPr><p:cNvPr id="900" name="Text 9"/><p:cNvSpPr txBox="1"/><p:nvPr/>'
        '</p:nvSpPr><p:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="300000"/></a:xfrm>'
        '<a:prstGeom prst="rect"/>'
        f"</p:spPr><p:txBody><a:bodyPr/><a:p><a:r><a:t>{value}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def _chart(file: Any, title: str, category: str, series: str, number: float = 3) -> None:
    data: Any = CategoryChartData()  # type: ignore[no-untyped-call]  # it ships no types
    data.categories = [category, "二月"]
    data.add_series(series, (number, 4))
    frame = _slide(file).shapes.add_chart(
        XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(2), Inches(4), Inches(3), data
    )
    frame.chart.has_title = True
    frame.chart.chart_title.text_frame.text = title


def chart_title(file: Any, value: str) -> None:
    _chart(file, value, "一月", "门诊")


def chart_category(file: Any, value: str) -> None:
    _chart(file, "图", value, "门诊")


def chart_series(file: Any, value: str) -> None:
    _chart(file, "图", "一月", value)


SHOWN: Mapping[str, Callable[[Any, str], None]] = {
    "title": lambda file, value: setattr(_slide(file).shapes.title, "text", value),
    "text_box": lambda file, value: _box(file, value) and None,
    "split_runs": split_runs,
    "line_break": lambda file, value: _box(file, f"{value[:4]}\v{value[4:]}") and None,
    "field": in_field,
    "table": in_table,
    "group": in_group,
    "off_slide": off_slide,
    "shape": in_shape,
    "layout": on_layout,
    "master": on_master,
    "chart_title": chart_title,
    "chart_category": chart_category,
    "chart_series": chart_series,
}
"""Places that a copy keeps: the value must be found there and redacted."""


def notes(file: Any, value: str) -> None:
    _slide(file).notes_slide.notes_text_frame.text = value


def hidden_slide(file: Any, value: str) -> None:
    slide = file.slides.add_slide(file.slide_layouts[5])
    slide.shapes.title.text = value
    slide._element.set("show", "0")


def alternative_text(file: Any, value: str) -> None:
    box = _box(file, "图")
    box._element.nvSpPr.cNvPr.set("descr", value)


def shape_name(file: Any, value: str) -> None:
    _box(file, "图").name = f"扫描件_{value}.png"


def core_properties(file: Any, value: str) -> None:
    file.core_properties.author = value
    file.core_properties.title = f"报告 {value}"


def link(file: Any, value: str) -> None:
    run = _box(file, "").text_frame.paragraphs[0].add_run()
    run.text = "见此"
    run.hyperlink.address = f"https://example.org/{value}"


def layout_prompt(file: Any, value: str) -> None:
    file.slide_layouts[5].placeholders[0].text_frame.text = value


def unused_layout(file: Any, value: str) -> None:
    file.slide_layouts[3].placeholders[0].text_frame.text = value


def slide_name(file: Any, value: str) -> None:
    _slide(file)._element.cSld.set("name", value)


def embedded_workbook(file: Any, value: str) -> None:
    _chart(file, "图", "一月", "门诊")
    chart = next(shape for shape in _slide(file).shapes if shape.has_chart).chart
    chart.part.chart_workbook.xlsx_part._blob += value.encode()


HIDDEN: Mapping[str, Callable[[Any, str], None]] = {
    "notes": notes,
    "hidden_slide": hidden_slide,
    "alternative_text": alternative_text,
    "shape_name": shape_name,
    "core_properties": core_properties,
    "link": link,
    "layout_prompt": layout_prompt,
    "unused_layout": unused_layout,
    "slide_name": slide_name,
    "embedded_workbook": embedded_workbook,
}
"""Places that no copy keeps."""


def with_part(name: str, content_type: str, body: str, kind: str, owner: str = "ppt/slides/slide1.xml") -> bytes:
    """A presentation with one more part, named by ``owner`` with a relationship of ``kind``."""
    data = deck()
    source = zipfile.ZipFile(io.BytesIO(data))
    stream = io.BytesIO()
    folder, _, last = owner.rpartition("/")
    relations = f"{folder}/_rels/{last}.rels"
    with zipfile.ZipFile(stream, "w") as target:
        for entry in source.namelist():
            content = source.read(entry)
            if entry == "[Content_Types].xml":
                override = f'<Override PartName="/{name}" ContentType="{content_type}"/></Types>'
                content = content.replace(b"</Types>", override.encode())
            elif entry == relations:
                relation = f'<Relationship Id="rIdX" Type="{R}/{kind}" Target="/{name}"/></Relationships>'
                content = content.replace(b"</Relationships>", relation.encode())
            target.writestr(entry, content)
        target.writestr(name, body)
    return stream.getvalue()


PARTS: Mapping[str, Callable[[str], bytes]] = {
    "comment": lambda v: with_part(
        "ppt/comments/comment1.xml",
        "application/vnd.openxmlformats-officedocument.presentationml.comments+xml",
        f'<p:cmLst xmlns:p="{P}"><p:cm authorId="0" idx="1"><p:pos x="1" y="1"/><p:text>{v}</p:text></p:cm></p:cmLst>',
        "comments",
    ),
    "comment_author": lambda v: with_part(
        "ppt/commentAuthors.xml",
        "application/vnd.openxmlformats-officedocument.presentationml.commentAuthors+xml",
        f'<p:cmAuthorLst xmlns:p="{P}"><p:cmAuthor id="0" name="{v}" initials="q" lastIdx="1" clrIdx="0"/>'
        "</p:cmAuthorLst>",
        "commentAuthors",
        "ppt/presentation.xml",
    ),
    "tag": lambda v: with_part(
        "ppt/tags/tag1.xml",
        "application/vnd.openxmlformats-officedocument.presentationml.tags+xml",
        f'<p:tagLst xmlns:p="{P}"><p:tag name="PATIENT" val="{v}"/></p:tagLst>',
        "tags",
    ),
    "custom_xml": lambda v: with_part("customXml/item1.xml", "application/xml", f"<x>{v}</x>", "customXml"),
    "macros": lambda v: with_part("ppt/vbaProject.bin", "application/vnd.ms-office.vbaProject", v, "vbaProject"),
    "ink": lambda v: with_part("ppt/ink/ink1.xml", "application/inkml+xml", f"<ink>{v}</ink>", "customXml"),
}
"""Parts that no copy keeps, by what they are called in reports."""


def smartart(value: str) -> bytes:
    """A slide with a diagram that says ``value``."""
    model = (
        f'<dgm:dataModel xmlns:dgm="{DGM}" xmlns:a="{A}"><dgm:ptLst>'
        '<dgm:pt modelId="1" type="doc"/><dgm:pt modelId="2">'
        f"<dgm:t><a:bodyPr/><a:p><a:r><a:t>{value}</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst><dgm:cxnLst>"
        '<dgm:cxn modelId="3" srcId="1" destId="2" srcOrd="0" destOrd="0"/></dgm:cxnLst></dgm:dataModel>'
    )
    data = with_part(
        "ppt/diagrams/data1.xml",
        "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml",
        model,
        "diagramData",
    )
    frame = (
        f'<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="77" name="D"/><p:cNvGraphicFramePr/><p:nvPr/>'
        '</p:nvGraphicFramePr><p:xfrm><a:off x="900000" y="900000"/><a:ext cx="3000000" cy="2000000"/></p:xfrm>'
        f'<a:graphic><a:graphicData uri="{DGM}"><dgm:relIds xmlns:dgm="{DGM}" xmlns:r="{R}" r:dm="rIdX"/>'
        "</a:graphicData></a:graphic></p:graphicFrame></p:spTree>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w") as target:
        for entry in source.namelist():
            content = source.read(entry)
            if entry == "ppt/slides/slide1.xml":
                content = content.replace(b"</p:spTree>", frame.encode())
            target.writestr(entry, content)
    return stream.getvalue()


def with_picture(value: str) -> bytes:
    """A slide with a picture in which ``value`` is written."""
    image = Image.new("RGB", (900, 160), "white")
    ImageDraw.Draw(image).text((30, 50), f"Patient {value}", fill="black", font=ImageFont.load_default(48))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    buffer.seek(0)
    return deck(lambda file: _slide(file).shapes.add_picture(buffer, Inches(1), Inches(2), Inches(6)) and None)


def with_photo() -> bytes:
    """A slide with a picture in which nothing can be read."""
    image = Image.effect_noise((400, 300), 90).convert("RGB")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    buffer.seek(0)
    return deck(lambda file: _slide(file).shapes.add_picture(buffer, Inches(1), Inches(2), Inches(6)) and None)
