"""Pictures: found by OCR, painted over to the pixel, nothing beside the pixels left."""

from __future__ import annotations

import io
import socket
import zlib
from pathlib import Path

import numpy as np
import picture_builder
import picture_slots
import planting
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from support import LETTER, LETTER_VALUES

import hospital_redact as hr
from hospital_redact.errors import ReadError
from hospital_redact.formats import pictures
from hospital_redact.formats.base import Source
from hospital_redact.formats.pictures import files, ocr
from hospital_redact.model import Document, Edit, Kind, RedactionPlan, Span

VALUE = "QZ8842917K"


def _read(data: bytes, name: str = "picture.png") -> Document:
    return pictures.FORMAT.read(Source(name, data))


def _write(data: bytes, plan: RedactionPlan) -> bytes:
    target = io.BytesIO()
    pictures.FORMAT.write(Source("picture.png", data), plan, target)
    return target.getvalue()


def _wrong(data: bytes, document: Document, plan: RedactionPlan, copy: bytes) -> list[str]:
    found = [*pictures.FORMAT.compare(document, plan, _read(copy))]
    found += pictures.FORMAT.compare_pictures(Source("a.png", data), document, plan, Source("b.png", copy))
    return [f"{one.place}: {one.what}" for one in found]


def _holding(data: bytes, value: str) -> list[str]:
    """Return in which bytes of a file, packed ones unpacked, and in which reading ``value`` stands."""
    found = [r.place for r in pictures.FORMAT.readings(data) if r.text is not None and value in r.text]
    bodies = [data]
    position = -1
    while (position := data.find(b"\x78", position + 1)) >= 0:
        try:
            bodies.append(zlib.decompressobj().decompress(data[position:], 1 << 20))
        except zlib.error:
            continue
    encodings = ("utf-8", "utf-16-le", "utf-16-be")
    return found + ["bytes" for body in bodies if any(value.encode(e) in body for e in encodings)]


@pytest.mark.parametrize("slot", picture_slots.SLOTS)
def test_nothing_beside_the_pixels_survives(slot: str) -> None:
    data = picture_slots.SLOTS[slot](VALUE)
    document = _read(data)
    plan = planting.make_plan(document, [])
    if slot == "png_under_alpha":
        before = np.asarray(picture_slots.under_alpha(data))
        assert (before < 128).sum() > 1.3 * (np.asarray(picture_slots.picture()) < 128).sum()
    else:
        assert VALUE.encode() in data or _holding(data, VALUE)
    copy = _write(data, plan)
    assert _holding(copy, VALUE) == []
    assert _wrong(data, document, plan, copy) == []
    if slot == "png_under_alpha":
        assert not np.asarray(picture_slots.under_alpha(copy))[-90:].any()
    assert not [b for b in _read(copy).blocks if not b.survives]
    shown = [b.text for b in document.blocks if b.kind is Kind.PICTURE]
    assert [b.text for b in _read(copy).blocks] == shown


READ_AS_TEXT = ("jpeg_exif", "jpeg_xmp", "jpeg_iptc", "jpeg_comment", "png_text", "png_exif", "tiff_tags", "webp_exif")


@pytest.mark.parametrize("slot", READ_AS_TEXT)
def test_what_stands_in_metadata_is_read_for_detection_and_reported(slot: str) -> None:
    document = _read(picture_slots.SLOTS[slot]("患者沈若溪"))
    assert [b for b in document.blocks if "沈若溪" in b.text and b.kind is Kind.METADATA and not b.survives]
    assert [d.what for d in document.dropped] == ["picture_metadata"]


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "L"), ("PNG", "LA"), ("PNG", "1"), ("PNG", "P"), ("PNG", "I;16"),
        ("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("TIFF", "1"), ("TIFF", "L"), ("TIFF", "CMYK"),
        ("BMP", "RGB"), ("BMP", "P"), ("WEBP", "RGB"), ("WEBP", "RGBA"), ("GIF", "P"),
    ],
)  # fmt: skip
def test_a_value_is_painted_over_and_every_other_pixel_stays(kind: str, mode: str) -> None:
    image = picture_builder.page([f"姓名：{VALUE}", "明日复查。"], width=760)
    data = picture_builder.file_of(image.convert("L").convert(mode) if mode == "I;16" else image.convert(mode), kind)
    reading = pictures.read_picture(data, "image 1")
    (number,) = (n for n, block in enumerate(reading.blocks) if VALUE in block.text)
    start = reading.blocks[number].text.index(VALUE)
    edit = planting.edit("e1", Span(number, start, start + len(VALUE)), "[编号1]")
    edits: dict[int, list[Edit]] = {number: [edit]}
    copy = pictures.redact_picture(data, edits, reading)
    assert files.kind_of(Image.open(io.BytesIO(copy.data))) == ("PNG" if kind == "GIF" else kind)
    patches = pictures.patches_of(edits, reading)
    assert pictures.compare_picture(data, copy.data, patches) is None
    assert pictures.compare_picture(data, copy.data, ()) is not None
    assert pictures.compare_picture(data, data, patches) is not None
    again = pictures.read_picture(copy.data, "image 1")
    assert ["".join(b.text.split()) for b in again.blocks] == ["姓名：█", "明日复查。"]
    assert again.unread == ()


def test_pages_of_a_tiff_are_read_and_painted_over_each() -> None:
    first = picture_builder.page([f"姓名：{VALUE}"], width=760, mode="1")
    second = picture_builder.page(["第二页", f"编号：{VALUE}"], width=760, mode="1").rotate(90, expand=True)
    data = picture_builder.file_of(first, "TIFF", compression="group4", save_all=True, append_images=[second])
    document = _read(data, "scan.tif")
    plan = planting.plan_for(document, VALUE)
    assert [str(document.blocks[e.span.block].location) for e in plan.edits] == [
        "page 1, picture, picture line 1",
        "page 2, picture, picture line 2",
    ]
    copy = _write(data, plan)
    assert _wrong(data, document, plan, copy) == []
    with Image.open(io.BytesIO(copy)) as opened:
        assert (opened.n_frames, opened.size) == (2, first.size)  # type: ignore[attr-defined]  # of TIFF files
    assert "第二页" in [b.text for b in _read(copy).blocks]


def test_how_a_viewer_turns_a_picture_stays() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = VALUE
    for kind in ("JPEG", "PNG", "TIFF"):
        shown = picture_builder.page([f"姓名：{VALUE}"], width=760).rotate(90, expand=True)
        data = picture_builder.file_of(shown, kind, exif=exif)
        document = _read(data)
        for plan in (planting.plan_for(document, VALUE), planting.make_plan(document, [])):
            copy = _write(data, plan)
            with Image.open(io.BytesIO(copy)) as opened:
                # A TIFF is turned when it is opened, and written as it shows.
                assert opened.getexif().get(0x0112) == (6 if kind != "TIFF" else None)
                assert opened.size == (shown.size if kind != "TIFF" else shown.size[::-1])
                assert 0x010E not in opened.getexif()
            assert _wrong(data, document, plan, copy) == []


@pytest.mark.parametrize("kind", ["QRCode", "DataMatrix", "Aztec", "Code128", "PDF417"])
@pytest.mark.parametrize("angle", [0, 90, 5])
def test_a_code_is_decoded_and_blanked(kind: str, angle: int) -> None:
    code = picture_builder.code("ZY-0004417820", kind, 3).convert("L").rotate(angle, expand=True, fillcolor=255)
    image = Image.new("L", (max(400, code.width + 90), max(330, code.height + 90)), 255)
    image.paste(code, (45, 45))
    data = picture_builder.file_of(image)
    document = _read(data)
    (block,) = (b for b in document.blocks if b.location.address == "barcode 1")
    assert block.text == "条码号：ZY-0004417820"
    plan = planting.plan_for(document, "0004417820")
    copy = _write(data, plan)
    assert _wrong(data, document, plan, copy) == []
    assert not [b for b in _read(copy).blocks if "barcode" in b.location.address]
    assert _wrong(data, document, plan, data)


def test_a_code_that_cannot_be_decoded_blocks() -> None:
    code = picture_builder.code("ZY-0004417820", "PDF417", 3).convert("L").rotate(12, expand=True, fillcolor=255)
    image = Image.new("L", (760, 500), 255)
    image.paste(code, (60, 60))
    assert "barcode" in {u.what for u in _read(picture_builder.file_of(image)).unread}


def test_light_letters_on_a_dark_ground_are_read_as_well() -> None:
    image = Image.eval(picture_builder.page([f"编号：{VALUE}"], width=760), lambda v: 255 - v)
    document = _read(picture_builder.file_of(image))
    assert [b.text for b in document.blocks] == [f"编号：{VALUE}"]


def test_letters_that_let_the_ground_through_are_read() -> None:
    letters = Image.eval(picture_builder.page([f"编号：{VALUE}"], width=760, mode="L"), lambda v: 255 - v)
    for colour in ((255, 255, 255), (0, 0, 0)):
        image = Image.new("RGBA", letters.size, (*colour, 0))
        image.putalpha(letters)
        assert f"编号：{VALUE}" in [b.text for b in _read(picture_builder.file_of(image)).blocks]


def test_a_long_picture_is_read_to_its_end() -> None:
    lines = [f"第{number}行记录" for number in range(1, 46)]
    document = _read(picture_builder.file_of(picture_builder.page([*lines, f"编号：{VALUE}"], width=400)))
    assert [b.text for b in document.blocks] == [*lines, f"编号：{VALUE}"]


def test_a_table_becomes_cells_with_heads() -> None:
    image = picture_builder.page([""] * 4, width=1000)
    draw = ImageDraw.Draw(image)
    for row, cells in enumerate(
        (("姓名", "住院号", "科室"), ("陈国栋", "0071234", "心内科"), ("林小雨", "0071299", "骨科"))
    ):
        for column, cell in enumerate(cells):
            draw.text((60 + 320 * column, 40 + 60 * row), cell, font=picture_builder.font(), fill="black")
    document = _read(picture_builder.file_of(image))
    by_text = {b.text: b for b in document.blocks}
    place = by_text["林小雨"].cell
    assert place is not None
    assert place.column_header is not None
    assert document.blocks[place.column_header].text == "姓名"
    assert by_text["0071299"].cell is not None
    assert document.views[0].text.splitlines()[2] == "林小雨\t0071299\t骨科"


def test_a_value_that_wraps_is_one_in_the_view_of_columns() -> None:
    lines = ["患者因反复咳嗽来院就诊，身份证号为330106", "197803124560，已核对。"]
    document = _read(picture_builder.file_of(picture_builder.page(lines, width=760)))
    assert planting.occurrences(document, "330106197803124560")


def test_doubtful_lines_photographs_and_empty_readings_block() -> None:
    clean = picture_builder.page(["张三丰复查"], width=760, mode="L").reduce(3).resize((760, 140))
    noisy = np.asarray(clean) + np.random.default_rng(3).normal(0, 60, (140, 760))
    blurred = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    assert {u.what for u in _read(picture_builder.file_of(blurred)).unread} & {"unclear_text", "image"}
    photo = picture_slots.seal(picture_builder.page(["门诊通知", "下周停诊", "请互相转告"], width=760))
    assert ("photo", "picture") in [(u.what, str(u.location)) for u in _read(picture_builder.file_of(photo)).unread]
    drawing = Image.new("L", (300, 200), 255)
    ImageDraw.Draw(drawing).line((20, 180, 150, 20, 280, 180), fill=0, width=3)
    assert [u.what for u in _read(picture_builder.file_of(drawing)).unread] == ["image"]
    assert _read(picture_builder.empty()).unread == ()


def test_a_copy_is_judged_as_its_source() -> None:
    photo = picture_slots.seal(picture_builder.page([f"姓名：{VALUE}"], width=760))
    data = picture_builder.file_of(photo)
    document = _read(data)
    copy = _write(data, planting.plan_for(document, VALUE))
    assert {(u.what, u.location) for u in _read(copy).unread} == {(u.what, u.location) for u in document.unread}


@given(
    digits=st.text("0123456789", min_size=6, max_size=18),
    size=st.integers(20, 44),
    shift=st.integers(0, 200),
    shade=st.integers(0, 110),
    paper=st.integers(225, 255),
)
@settings(max_examples=4, deadline=None, derandomize=True)
def test_what_is_read_is_gone_from_the_copy(digits: str, size: int, shift: int, shade: int, paper: int) -> None:
    image = Image.new("L", (1040, 200), paper)
    draw = ImageDraw.Draw(image)
    draw.text((30 + shift, 40), f"病案号：{digits}", font=picture_builder.font(size), fill=shade)
    draw.text((30, 130), "请妥善保管。", font=picture_builder.font(size), fill=shade)
    data = picture_builder.file_of(image)
    document = _read(data)
    plan = planting.plan_for(document, digits)
    assert plan.edits
    copy = _write(data, plan)
    assert _wrong(data, document, plan, copy) == []
    left = "".join(b.text for b in _read(copy).blocks)
    assert not any(digits[i : i + 2] in left for i in range(len(digits) - 1))


def _refused(data: bytes, name: str = "picture.png") -> str:
    with pytest.raises(ReadError) as caught:
        _read(data, name)
    return caught.value.code


def test_what_is_not_supported_is_refused_with_advice() -> None:
    assert _refused(b"\0" * 128 + b"DICM" + b"\x02\0\0\0", "scan.dcm") == "HR201"
    frames = [picture_builder.page([f"第{n}张"], width=300) for n in range(2)]
    for kind in ("GIF", "WEBP", "PNG"):
        moving = picture_builder.file_of(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
        assert _refused(moving) == "HR201"
        with pytest.raises(ReadError, match="animated"):
            pictures.read_picture(moving, "image 1")
    assert _refused(picture_builder.file_of(Image.new("F", (20, 20)), "TIFF"), "a.tif") == "HR201"


def test_limits_hold_before_the_pixels_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = bytearray(picture_builder.empty())
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    bomb[29:33] = zlib.crc32(bytes(bomb[12:29])).to_bytes(4, "big")
    assert _refused(bytes(bomb)) == "HR204"
    monkeypatch.setattr(files, "MAX_FRAMES", 2)
    small = Image.new("1", (20, 20))
    pages = picture_builder.file_of(small, "TIFF", save_all=True, append_images=[small, small])
    assert _refused(pages, "a.tif") == "HR204"
    monkeypatch.setattr(files, "MAX_TOTAL_PIXELS", 500)
    monkeypatch.setattr(files, "MAX_FRAMES", 20)
    assert _refused(pages, "a.tif") == "HR204"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "WEBP"])
def test_a_file_that_is_cut_off_is_refused(kind: str) -> None:
    data = picture_builder.file_of(picture_builder.page([VALUE], width=760), kind)
    for part in (0.2, 0.5, 0.9):
        assert _refused(data[: int(len(data) * part)]).startswith("HR2")


def test_reading_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    ocr._engine.cache_clear()
    data = picture_builder.file_of(picture_builder.page([f"编号{VALUE}7"], width=760))
    assert _read(data).views[0].text == f"编号{VALUE}7"


def test_without_the_extra_a_picture_is_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    document = _read(picture_slots.SLOTS["jpeg_comment"]("患者沈若溪"))
    assert [(u.what, str(u.location)) for u in document.unread] == [("image", "picture")]
    assert [b.text for b in document.blocks] == ["患者沈若溪"]
    assert _read(picture_builder.empty()).unread == ()


@pytest.fixture(scope="module")
def redactor() -> hr.Redactor:
    return hr.Redactor()


def test_a_referral_letter_as_a_photographed_page(redactor: hr.Redactor, tmp_path: Path) -> None:
    image = picture_builder.page([line for line in LETTER.splitlines() if line], width=1250)
    image.paste(picture_builder.code("0004417820"), (1000, 20))
    source = tmp_path / "转诊单.jpg"
    image.save(source)
    copy = redactor.redact(redactor.review(source), tmp_path / "out" / source.name)
    assert copy.verification.passed
    data = (tmp_path / "out" / source.name).read_bytes()
    left = "".join(b.text for b in _read(data).blocks)
    assert [value for value in LETTER_VALUES if value in left] == []
    assert "转诊单" in left
    assert "急性胆囊炎" in left


def test_lines_beside_a_box_are_not_joined() -> None:
    image = picture_builder.page(["住址：浙江省杭州市西湖区", "患者因腹痛三天来院就诊"], width=760)
    draw = ImageDraw.Draw(image)
    draw.rectangle((130, 36, 420, 80), fill="black")
    document = _read(picture_builder.file_of(image))
    assert ["".join(b.text.split()) for b in document.blocks] == ["住址：█", "患者因腹痛三天来院就诊"]
    assert not [v for v in document.views if "█患" in "".join(v.text.split("\t")).replace(" ", "")]
