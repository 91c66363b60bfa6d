"""What an Office copy cannot keep and what it says in its place: pictures, free drawings, controls, sheets of charts.

Also words of the format that are removed values as well, and what of a sheet's entry rules stays.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import docx
import docx_kit
import openpyxl
import planting
import pptx
import pptx_builder
import pytest
import xlsx_kit
from openpyxl.chart import BarChart, Reference
from openpyxl.worksheet.datavalidation import DataValidation
from PIL import Image

from hospital_redact.detection import find_terms
from hospital_redact.formats import identify, read_document
from hospital_redact.formats.base import Source
from hospital_redact.formats.docx import FORMAT as WORD
from hospital_redact.formats.ooxml.labels import PICTURE_LABEL
from hospital_redact.formats.ooxml.readings import package_readings
from hospital_redact.formats.pptx import FORMAT as SLIDES
from hospital_redact.formats.xlsx import FORMAT as BOOK
from hospital_redact.model import Document, Kind, Policy, ReleaseContext, Verification
from hospital_redact.planning import plan_redaction
from hospital_redact.policy import load_policy
from hospital_redact.verification import PICTURES, blocking, verify_copy


@cache
def policy() -> Policy:
    return load_policy("default")


def redact(data: bytes, name: str, *values: str, images: str = "remove") -> tuple[bytes, Document, Verification]:
    """Return the copy of ``data`` without ``values``, its source as read, and the proof; nothing else is looked for."""
    source = Source(name, data)
    format_ = identify(source)
    document = read_document(source, format_)
    found = find_terms(document, values)
    plan = replace(
        plan_redaction(document, found, policy(), ReleaseContext(), terms_only=True), options={"images": images}
    )
    assert blocking(document, plan) == () or images == "block"
    target = io.BytesIO()
    format_.write(source, plan, target)
    copy = Source(name, target.getvalue())
    proof = verify_copy(document, plan, copy, source=source, format_=format_, policy=policy(), detect=lambda _: ())
    return copy.data, document, proof


def texts(data: bytes, name: str) -> list[str]:
    return [block.text for block in read_document(Source(name, data)).blocks]


def labels(document: Document) -> int:
    return sum(block.kind is Kind.LABEL for block in document.blocks)


def part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


# --------------------------------------------------------------------------- pictures that are left out


@cache
def noise() -> bytes:
    stream = io.BytesIO()
    Image.effect_noise((300, 200), 90).convert("RGB").save(stream, "PNG")
    return stream.getvalue()


def word_with(inline: Callable[[str], str], data: bytes = b"", name: str = "photo.png") -> bytes:
    kit = docx_kit.Kit()
    kit.part(f"word/media/{name}", data or noise(), "image/png" if name.endswith("png") else "image/x-emf")
    key = kit.relate("image", f"media/{name}")
    kit.body.append(docx_kit.paragraph(docx_kit.run("伤口照片 ") + f"<w:r>{inline(key)}</w:r>"))
    return kit.save()


def in_group(key: str) -> str:
    inline = docx_kit.picture(key)
    pic = inline[inline.index("<pic:pic>") : inline.index("</pic:pic>") + len("</pic:pic>")]
    group = f"<wpg:wgp><wpg:cNvGrpSpPr/><wpg:grpSpPr/>{pic}</wpg:wgp>"
    return docx_kit.drawing(docx_kit.GROUP, group)


def in_old_shape(key: str) -> str:
    image = f'<v:imagedata r:id="{key}"/>'
    return f'<w:pict><v:shape type="#_x0000_t75" style="width:90pt;height:60pt">{image}</v:shape></w:pict>'


@pytest.mark.parametrize("inline", [docx_kit.picture, in_group, in_old_shape])
def test_a_photograph_in_a_letter_gives_way_to_a_box_that_says_so(inline: Callable[[str], str]) -> None:
    data = word_with(inline)
    copy, document, proof = redact(data, "a.docx")
    assert {unread.what for unread in document.unread} <= PICTURES
    assert document.unread
    assert proof.passed, proof.checks
    assert PICTURE_LABEL in texts(copy, "a.docx")
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        assert not [name for name in archive.namelist() if "media" in name]
    docx.Document(io.BytesIO(copy))


def test_an_old_vector_picture_in_a_letter_is_left_out_with_a_box_and_blocks_by_default() -> None:
    data = word_with(docx_kit.picture, b"\x01\x00\x00\x00" + bytes(100), "chart.emf")
    copy, document, proof = redact(data, "a.docx")
    assert [unread.what for unread in document.unread] == ["image_not_kept"]
    assert labels(document) == 1
    assert proof.passed
    assert PICTURE_LABEL in texts(copy, "a.docx")
    assert "image_not_kept" in {left.what for left in document.dropped}
    assert blocking(document, planting.make_plan(document, []))


def free_form(points: int) -> str:
    lines = "".join(f'<a:lnTo><a:pt x="{n % 9}" y="{n % 7}"/></a:lnTo>' for n in range(points))
    path = f'<a:path w="9" h="9"><a:moveTo><a:pt x="0" y="0"/></a:moveTo>{lines}</a:path>'
    return f"<a:custGeom><a:pathLst>{path}</a:pathLst></a:custGeom>"


def test_a_free_drawing_in_a_letter_leaves_a_box_and_an_ornament_stays() -> None:
    rectangle = docx_kit.RECTANGLE
    kit = docx_kit.Kit()
    for points in (5, 90):
        shape = docx_kit.shape("").replace(rectangle, free_form(points))
        kit.body.append(docx_kit.paragraph(f"<w:r>{docx_kit.drawing(docx_kit.SHAPE, shape)}</w:r>"))
    copy, document, proof = redact(kit.save(), "a.docx")
    assert [unread.what for unread in document.unread] == ["drawing"]
    assert proof.passed
    markup = part(copy, "word/document.xml")
    assert markup.count("<a:custGeom") == 1
    assert texts(copy, "a.docx").count(PICTURE_LABEL) == 1


def test_a_photograph_on_a_slide_gives_way_to_a_frame_that_says_so() -> None:
    copy, document, proof = redact(pptx_builder.with_photo(), "a.pptx")
    assert document.unread
    assert proof.passed
    shown = [shape.text_frame.text for shape in pptx.Presentation(io.BytesIO(copy)).slides[0].shapes]
    assert PICTURE_LABEL in shown


def test_a_photograph_on_a_sheet_gives_way_to_a_box_that_says_so() -> None:
    kit = xlsx_kit.Kit()
    kit.part("xl/media/image1.png", noise())
    key = kit.relate("xl/drawings/drawing1.xml", "image", "../media/image1.png")
    kit.drawings.append(
        xlsx_kit.anchor(
            '<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="2" name="图片 1"/><xdr:cNvPicPr/></xdr:nvPicPr><xdr:blipFill>'
            f'<a:blip r:embed="{key}"/></xdr:blipFill><xdr:spPr><a:prstGeom prst="rect"/></xdr:spPr></xdr:pic>'
        )
    )
    copy, document, proof = redact(kit.save(), "a.xlsx")
    assert document.unread
    assert proof.passed
    assert PICTURE_LABEL in texts(copy, "a.xlsx")
    openpyxl.load_workbook(io.BytesIO(copy))


@pytest.mark.parametrize("format_", [WORD, SLIDES, BOOK], ids=["docx", "pptx", "xlsx"])
def test_only_the_label_itself_is_a_label(format_: object) -> None:
    """What is not compared between source and copy may say one thing only."""
    said = f"{PICTURE_LABEL} 张三"
    if format_ is WORD:
        kit = docx_kit.Kit()
        box = docx_kit.shape(docx_kit.paragraph(docx_kit.run(said)))
        kit.body.append(docx_kit.paragraph(f"<w:r>{docx_kit.drawing(docx_kit.SHAPE, box)}</w:r>"))
        document = read_document(Source("a.docx", kit.save()))
    elif format_ is BOOK:
        book = xlsx_kit.Kit()
        book.drawings.append(xlsx_kit.anchor(xlsx_kit.shape(xlsx_kit.run(said))))
        document = read_document(Source("a.xlsx", book.save()))
    else:
        document = read_document(Source("a.pptx", pptx_builder.sample("张三")))
        said = "患者 张三 已出院"
    assert said in [block.text for block in document.blocks]
    assert labels(document) == 0


# --------------------------------------------------------------------------- words of the format


@pytest.mark.parametrize("word", ["Hyperlink", "Types", "Normal", "document", "styles", "Relationship"])
def test_a_removed_word_of_the_format_is_no_leak(word: str) -> None:
    document = docx.Document()
    document.add_paragraph(f"院内代号 {word}，请勿外传。")
    document.styles.add_style("Hyperlink", 2)
    stream = io.BytesIO()
    document.save(stream)
    copy, _, proof = redact(stream.getvalue(), "a.docx", word)
    assert proof.passed, [(check.name, check.detail) for check in proof.checks]
    assert not any(word in text for text in texts(copy, "a.docx"))


@pytest.mark.parametrize(
    "leak",
    [
        '<w:p><w:r><w:t xml:space="preserve">Hyperlink</w:t></w:r></w:p>',
        '<w:p><w:pPr><w:framePr w:x="1" w:note="Hyperlink"/></w:pPr></w:p>',
        '<w:p><w:bookmarkStart w:id="1" w:name="Hyperlink"/></w:p>',
        "<!-- Hyperlink -->",
    ],
)
def test_a_word_of_the_format_that_stands_elsewhere_is_a_leak(leak: str) -> None:
    kit = docx_kit.Kit()
    kit.body.append(leak)
    readings = WORD.readings(kit.save())
    assert any("Hyperlink" in (reading.text or "") or b"Hyperlink" in (reading.data or b"") for reading in readings)


def test_a_number_of_a_cell_is_text_whatever_its_prefix() -> None:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", '<x:c r="A1"><x:v>20481937</x:v></x:c><xdr:row>31415926</xdr:row>')
    readings = list(package_readings(package.getvalue(), lambda element, name, value: False))
    seen = "\n".join(reading.text for reading in readings if reading.reader == "xml text" and reading.text)
    assert "20481937" in seen
    assert "31415926" not in seen


# --------------------------------------------------------------------------- sheets


def old_shape(kind: str, number: int, said: str, more: str = "") -> str:
    return (
        f'<v:shape id="_x0000_s{number}" type="#_x0000_t201" style="position:absolute">'
        f"<v:textbox><div><font>{said}</font></div></v:textbox>"
        f'<x:ClientData ObjectType="{kind}"><x:Anchor>1, 5, 2, 3, 4, 5, 6, 7</x:Anchor>{more}</x:ClientData></v:shape>'
    )


def with_old_shapes(*shapes: str, after: str = "") -> bytes:
    kit = xlsx_kit.Kit()
    markup = f"<xml {xlsx_kit.NAMESPACES}>{''.join(shapes)}</xml>"
    key = kit.sheet_part("xl/drawings/vmlDrawing1.vml", "vmlDrawing", markup, "application/vnd.x-vml")
    kit.tail = f'<legacyDrawing r:id="{key}"/>{after}'
    return kit.save()


def test_form_controls_become_boxes_whose_text_is_redacted() -> None:
    data = with_old_shapes(
        old_shape("Checkbox", 1025, "同意 王小测", "<x:Checked>1</x:Checked>"),
        old_shape("Drop", 1026, ""),
        old_shape("Note", 1027, "批注"),
    )
    copy, document, proof = redact(data, "a.xlsx", "王小测", images="block")
    assert document.unread == ()
    assert proof.passed, proof.checks
    shown = [block.text for block in document.blocks if block.survives]
    assert "☑ 同意 王小测" in shown
    assert "[控件]" in shown
    assert "批注" not in shown
    assert "王小测" not in "".join(texts(copy, "a.xlsx"))
    openpyxl.load_workbook(io.BytesIO(copy))


def test_an_embedded_object_stands_where_its_frame_says() -> None:
    object_ = '<oleObjects><oleObject progId="Word.Document" shapeId="1030" r:id="rIdX"/></oleObjects>'
    data = with_old_shapes(old_shape("Pict", 1030, ""), after=object_)
    _, document, proof = redact(data, "a.xlsx", images="block")
    assert document.unread == ()
    assert proof.passed
    assert "[嵌入对象]" in [block.text for block in document.blocks]


def test_a_control_without_a_place_blocks() -> None:
    data = with_old_shapes(old_shape("Button", 1025, "提交").replace("1, 5, 2, 3, 4, 5, 6, 7", "x"))
    assert [u.what for u in read_document(Source("a.xlsx", data)).unread] == ["control"]


def test_a_sheet_that_is_a_chart_stays_as_a_sheet_with_the_chart_on_it() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (["姓名", "奖金"], ["王小测", 4321], ["李测二", 1234]):
        sheet.append(line)
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3), titles_from_data=True)
    chart.title = "王小测科室奖金"
    book.create_chartsheet("图表").add_chart(chart)
    stream = io.BytesIO()
    book.save(stream)
    copy, document, proof = redact(stream.getvalue(), "a.xlsx", "王小测", images="block")
    assert document.unread == ()
    assert proof.passed, proof.checks
    again = openpyxl.load_workbook(io.BytesIO(copy))
    assert len(again.worksheets) == 2
    assert "<c:barChart>" in part(copy, "xl/charts/chart1.xml")
    assert "王小测" not in "".join(texts(copy, "a.xlsx"))


def test_limits_of_entry_and_filters_stay_where_they_hold_no_words() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (["科室", "人数"], ["内科", 3], ["外科", 5]):
        sheet.append(line)
    sheet.auto_filter.ref = "A1:B3"
    limit = DataValidation(type="whole", formula1="0", formula2="500", allow_blank=True)
    lists = [DataValidation(type="list", formula1=said) for said in ("$A$2:$A$3", '"甲,王小测"')]
    for rule in (limit, *lists):
        rule.add("B2:B3")
        sheet.add_data_validation(rule)
    stream = io.BytesIO()
    book.save(stream)
    copy, document, proof = redact(stream.getvalue(), "a.xlsx", images="block")
    assert proof.passed, proof.checks
    again = openpyxl.load_workbook(io.BytesIO(copy)).worksheets[0]
    assert again.auto_filter.ref == "A1:B3"
    assert [rule.formula1 for rule in again.data_validations.dataValidation] == ["0", "$A$2:$A$3"]
    assert "data_validation" in {left.what for left in document.dropped}
    assert "王小测" not in part(copy, "xl/worksheets/sheet1.xml")
