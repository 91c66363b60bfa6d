"""Pictures of Word files: read by OCR, painted over, cut to what shows, and proved."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import docx
import docx_builder as builder
import docx_kit as kit
import planting
import pytest
from PIL import Image, ImageDraw, ImageFont
from support import ROOT

from hospital_redact import Redactor
from hospital_redact.errors import ReadError
from hospital_redact.formats import pictures
from hospital_redact.formats.base import Source
from hospital_redact.formats.docx import FORMAT, reader
from hospital_redact.formats.pictures import ocr
from hospital_redact.formats.pictures.cropping import crop_picture
from hospital_redact.model import AcceptedUnread, Document, Kind, RedactionPlan
from hospital_redact.policy import load_policy

WORD = "WANGXIAO"
"""A value that shows in pictures."""


@cache
def drawn(*lines: str, width: int = 640) -> bytes:
    """A picture of printed lines."""
    image = Image.new("RGB", (width, 60 * len(lines) + 20), "white")
    font = ImageFont.truetype(str(ROOT / "src" / "hospital_redact" / "formats" / "fonts" / "labels.ttf"), 36)
    for number, line in enumerate(lines):
        ImageDraw.Draw(image).text((20, 60 * number + 10), line, fill="black", font=font)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


@cache
def default_redactor() -> Redactor:
    return Redactor()


def with_picture(data: bytes, crop: str = "", *, times: int = 1) -> bytes:
    package = kit.Kit()
    package.part("word/media/scan.png", data, "image/png")
    key = package.relate("image", "media/scan.png")
    package.body += [kit.paragraph(f"<w:r>{kit.picture(key, crop=crop)}</w:r>")] * times
    return package.save()


def read(data: bytes) -> Document:
    return FORMAT.read(Source("病历.docx", data))


def write(data: bytes, plan: RedactionPlan) -> bytes:
    target = io.BytesIO()
    FORMAT.write(Source("病历.docx", data), plan, target)
    return target.getvalue()


def differences(data: bytes, plan: RedactionPlan, copy: bytes) -> list[str]:
    document = read(data)
    found = [*FORMAT.compare(document, plan, read(copy))]
    found += FORMAT.compare_pictures(Source("病历.docx", data), document, plan, Source("病历.docx", copy))
    return [f"{d.place}: {d.what}" for d in found]


def media(copy: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.startswith("word/media/")}


def shown_lines(document: Document) -> list[str]:
    return [block.text for block in document.blocks if block.kind is Kind.PICTURE]


reads_pictures = pytest.mark.skipif(not pictures.available(), reason='needs the extra "ocr"')


@reads_pictures
def test_what_a_picture_shows_is_read_painted_and_proved() -> None:
    data = with_picture(drawn(f"Name {WORD}", "Diagnosis pneumonia"), times=2)
    document = read(data)
    plan = planting.plan_for(document, WORD)
    assert len(plan.edits) == 1  # one picture, however often it shows
    copy = write(data, plan)
    assert differences(data, plan, copy) == []
    text = " ".join(shown_lines(read(copy)))
    assert WORD not in text
    assert "pneumonia" in text
    assert len(docx.Document(io.BytesIO(copy)).inline_shapes) == 2


@reads_pictures
def test_a_picture_that_was_not_painted_is_not_proved() -> None:
    data = with_picture(drawn(f"Name {WORD}"))
    document = read(data)
    plan = planting.plan_for(document, WORD)
    nothing = planting.make_plan(document, [], list(plan.accepted_unread))
    assert differences(data, plan, write(data, nothing))
    assert differences(data, nothing, write(data, plan))


@reads_pictures
def test_what_is_cut_off_is_neither_read_nor_kept() -> None:
    whole = drawn("Diagnosis pneumonia", f"Name {WORD}")
    data = with_picture(whole, '<a:srcRect b="50000"/>')
    document = read(data)
    assert not planting.occurrences(document, WORD)
    copy = write(data, planting.plan_for(document, "nothing"))
    (image,) = media(copy).values()
    assert Image.open(io.BytesIO(image)).height == Image.open(io.BytesIO(whole)).height // 2
    assert "srcRect" not in zipfile.ZipFile(io.BytesIO(copy)).read("word/document.xml").decode()


def test_cropping_keeps_the_pixels_that_show() -> None:
    image = Image.new("RGB", (10, 4))
    image.putdata([(x * 20, y * 60, 7) for y in range(4) for x in range(10)])
    stream = io.BytesIO()
    image.save(stream, "PNG", pnginfo=None)
    cut = Image.open(io.BytesIO(crop_picture(stream.getvalue(), 0.25, 0.5, 0.1, 0.0)))
    assert cut.size == (7, 2)
    assert cut.getpixel((0, 0)) == (40, 120, 7)


@pytest.fixture
def _no_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)


@pytest.mark.usefixtures("_no_ocr")
def test_accepted_pictures_stay_and_others_go() -> None:
    data = with_picture(drawn("one"), times=2)
    document = read(data)
    assert [u.what for u in document.unread] == ["image"]
    plan = planting.plan_for(document, "nothing")
    copy = write(data, plan)
    assert differences(data, plan, copy) == []
    assert len(docx.Document(io.BytesIO(copy)).inline_shapes) == 2
    gone = write(data, planting.plan_for(document, "nothing", accept=False))
    assert len(docx.Document(io.BytesIO(gone)).inline_shapes) == 0
    assert not media(gone)
    assert b"image" not in zipfile.ZipFile(io.BytesIO(gone)).read("word/_rels/document.xml.rels")


@pytest.mark.usefixtures("_no_ocr")
def test_pictures_are_accepted_one_by_one() -> None:
    package = kit.Kit()
    for name in ("a", "b"):
        package.part(f"word/media/{name}.png", drawn(name), "image/png")
        package.body.append(kit.paragraph(f"<w:r>{kit.picture(package.relate('image', f'media/{name}.png'))}</w:r>"))
    data = package.save()
    document = read(data)
    first, second = document.unread
    assert str(first.location) != str(second.location)
    plan = planting.make_plan(document, [], [AcceptedUnread(second.what, str(second.location), "a", "b")])
    assert len(docx.Document(io.BytesIO(write(data, plan))).inline_shapes) == 1


@pytest.mark.usefixtures("_no_ocr")
def test_old_and_grouped_pictures_stay() -> None:
    package = kit.Kit()
    package.part("word/media/a.png", drawn("a"), "image/png")
    key = package.relate("image", "media/a.png")
    frame = '<v:shape style="width:90pt;height:30pt" type="#_x0000_t75">'
    old = f'<w:pict>{frame}<v:imagedata r:id="{key}"/></v:shape></w:pict>'
    inline = kit.picture(key)
    pic = inline[inline.index("<pic:pic>") : inline.index("</pic:pic>") + len("</pic:pic>")]
    group = kit.drawing(kit.GROUP, f"<wpg:wgp><wpg:cNvGrpSpPr/><wpg:grpSpPr/>{pic}{kit.shape('')}</wpg:wgp>")
    package.body += [kit.paragraph(f"<w:r>{old}</w:r>"), kit.paragraph(f"<w:r>{group}</w:r>")]
    data = package.save()
    plan = planting.plan_for(read(data), "nothing")
    copy = write(data, plan)
    assert differences(data, plan, copy) == []
    markup = zipfile.ZipFile(io.BytesIO(copy)).read("word/document.xml").decode()
    assert markup.count("v:imagedata") == 1
    assert markup.count("<a:blip ") == 1
    assert len(media(copy)) == 1


@pytest.mark.usefixtures("_no_ocr")
def test_pictures_that_cannot_be_read_are_left_out_where_the_policy_says_so(tmp_path: Path) -> None:
    path = tmp_path / "记录.docx"
    path.write_bytes(with_picture(drawn("one")))
    policy = load_policy("default")
    setting = replace(policy.settings["copy.images"], value="remove")
    redactor = Redactor(replace(policy, settings={**policy.settings, setting.id: setting}))
    copy = redactor.redact(redactor.review(path), tmp_path / "out.docx")
    assert copy.verification.passed
    assert not media((tmp_path / "out.docx").read_bytes())


@reads_pictures
def test_a_report_with_a_scan_is_redacted_and_proved(tmp_path: Path) -> None:
    path = tmp_path / "检验报告.docx"
    path.write_bytes(with_picture(drawn("姓名：王小测", "联系电话：13912345678", "诊断：肺炎")))
    redactor = default_redactor()
    review = redactor.review(path)
    assert not review.document.unread
    copy = redactor.redact(review, tmp_path / "out.docx")
    assert copy.verification.passed
    text = "".join(shown_lines(read((tmp_path / "out.docx").read_bytes())))
    assert "肺炎" in text
    assert "13912345678" not in text
    assert "王小测" not in text


def test_pictures_that_cannot_stay_block() -> None:
    for name in ("picture_linked", "picture_recoloured", "picture_fill"):
        assert "image_not_kept" in [u.what for u in read(builder.build([name])).unread], name


@pytest.mark.usefixtures("_no_ocr")
def test_too_many_pictures_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_PICTURES", 1)
    package = kit.Kit()
    for name in ("a", "b"):
        package.part(f"word/media/{name}.png", drawn(name), "image/png")
        package.body.append(kit.paragraph(f"<w:r>{kit.picture(package.relate('image', f'media/{name}.png'))}</w:r>"))
    with pytest.raises(ReadError) as caught:
        read(package.save())
    assert caught.value.code == "HR204"
