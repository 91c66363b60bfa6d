"""Images of a PDF: read whatever their kind, painted over at full resolution, everything else the same."""

from __future__ import annotations

import io

import picture_builder
import pikepdf
import planting
import pytest
import scan_builder

from hospital_redact.formats import pdf
from hospital_redact.formats.base import Source
from hospital_redact.formats.pictures import ocr
from hospital_redact.model import Document, Kind, RedactionPlan

VALUE = "330106197803124560"
LINES = ("住院病案首页", f"身份证号：{VALUE}", "诊断：急性胆囊炎，随诊。")


def _read(data: bytes) -> Document:
    return pdf.FORMAT.read(Source("scan.pdf", data))


def _write(data: bytes, plan: RedactionPlan) -> bytes:
    target = io.BytesIO()
    pdf.FORMAT.write(Source("scan.pdf", data), plan, target)
    return target.getvalue()


def _proved(data: bytes, document: Document, plan: RedactionPlan, copy: bytes) -> list[str]:
    """Return what is wrong with a copy."""
    found = [*pdf.FORMAT.compare(document, plan, _read(copy))]
    found += pdf.FORMAT.compare_pictures(Source("scan.pdf", data), document, plan, Source("copy.pdf", copy))
    return [f"{one.place}: {one.what}" for one in found]


def _redacted(data: bytes) -> bytes:
    """Return the copy of a scan without VALUE, after it was proved and read again."""
    document = _read(data)
    plan = planting.plan_for(document, VALUE)
    assert plan.edits
    copy = _write(data, plan)
    assert _proved(data, document, plan, copy) == []
    assert planting.occurrences(_read(copy), VALUE) == []
    assert [b.text for b in _read(copy).blocks if VALUE[6:12] in b.text] == []
    return copy


@pytest.mark.parametrize("kind", scan_builder.KINDS)
def test_a_value_in_an_image_of_each_kind_is_found_and_painted_over(kind: str) -> None:
    data = scan_builder.scan(scan_builder.KINDS[kind], picture_builder.page(LINES, width=760))
    copy = _redacted(data)
    assert "诊断：急性胆囊炎，随诊。" in [b.text for b in _read(copy).blocks]


@pytest.mark.parametrize(
    "matrix",
    [
        (0, 350, -130, 0, 300, 200),  # turned by a quarter
        (-350, 0, 0, -130, 500, 600),  # upside down
        (350, 0, 0, -130, 40, 600),  # stored upside down, shown upright
        (340, 60, -22, 126, 40, 400),  # slanted
    ],
)
def test_an_image_is_read_however_it_lies_on_the_page(matrix: tuple[float, ...]) -> None:
    image = picture_builder.page(LINES, width=760)
    if matrix[3] < 0 < matrix[0]:
        image = image.transpose(picture_builder.FLIPPED)
    data = scan_builder.scan(scan_builder.KINDS["flate_grey"], image, matrix)
    copy = _redacted(data)
    before, after = scan_builder.samples(data), scan_builder.samples(copy)
    changed = (before != after).any(axis=2).mean()
    assert 0.001 < changed < 0.05  # the boxes and nothing else
    assert "身份证号：█" in ["".join(b.text.split()) for b in _read(copy).blocks]


def test_an_inline_image_is_read_and_painted_over() -> None:
    _redacted(scan_builder.inline(picture_builder.page(LINES, width=760)))


def test_an_image_in_a_form_that_is_drawn_twice_is_painted_over_where_the_plan_says() -> None:
    data = scan_builder.in_forms(picture_builder.page(LINES, width=760))
    document = _read(data)
    plan = planting.plan_for(document, VALUE)
    assert len(plan.edits) == 2
    once = planting.make_plan(document, [plan.edits[0]])
    copy = _write(data, once)
    assert _proved(data, document, once, copy) == []
    assert len(planting.occurrences(_read(copy), VALUE)) == 1
    assert len([b for b in _read(copy).blocks if b.text == LINES[2]]) == 2


def test_an_image_on_two_pages_stays_one_object_where_the_same_goes() -> None:
    data = scan_builder.scan(scan_builder.KINDS["flate_grey"], picture_builder.page(LINES, width=760), pages=2)
    copy = _redacted(data)
    with pikepdf.open(io.BytesIO(copy)) as opened:
        keys = {page.obj["/Resources"]["/XObject"]["/X1"].objgen for page in opened.pages}
    assert len(keys) == 1


def test_a_copy_with_a_pixel_changed_beside_the_box_is_not_proved() -> None:
    image = picture_builder.page(LINES, width=760)
    data = scan_builder.scan(scan_builder.KINDS["flate_grey"], image)
    document = _read(data)
    plan = planting.plan_for(document, VALUE)
    other = image.copy()
    other.putpixel((690, 250), (0, 0, 0))
    forged = _write(scan_builder.scan(scan_builder.KINDS["flate_grey"], other), plan)
    assert any("pixels outside" in wrong for wrong in _proved(data, document, plan, forged))
    assert _proved(data, document, plan, data)  # nothing was painted over


def test_a_box_drawn_over_a_scan_by_another_tool_is_found() -> None:
    data = scan_builder.scan(scan_builder.KINDS["flate_grey"], picture_builder.page(LINES, width=760))
    document = _read(data)
    plan = planting.plan_for(document, VALUE)
    with pikepdf.open(io.BytesIO(data)) as opened:
        opened.pages[0].contents_add(b"q 0 g 10 300 580 250 re f Q")
        target = io.BytesIO()
        opened.save(target)
    assert _proved(data, document, plan, target.getvalue())


def test_without_the_extra_an_image_is_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    data = scan_builder.scan(scan_builder.KINDS["flate_grey"], picture_builder.page(LINES, width=760))
    document = _read(data)
    assert [(u.what, str(u.location)) for u in document.unread] == [("image", "page 1, image 1")]
    assert not [b for b in document.blocks if b.kind is Kind.PICTURE]


@pytest.mark.parametrize(("kind", "single_path"), [("QRCode", True), ("QRCode", False), ("Code128", False)])
def test_a_code_that_the_page_draws_as_shapes_blocks(kind: str, single_path: bool) -> None:
    data = scan_builder.drawn_code(picture_builder.code("ZY-0004417820", kind, 1), single_path=single_path)
    assert ("barcode", "page 1, drawn barcode") in [(u.what, str(u.location)) for u in _read(data).unread]


def test_a_table_of_thin_borders_is_no_code() -> None:
    borders = b"".join(b"%d %d 0.5 18 re f " % (60 + 40 * n, 500 - 18 * row) for n in range(12) for row in range(20))
    document = _read(scan_builder.drawn(b"0 g " + borders))
    assert document.unread == ()


def test_what_a_scan_shows_under_removed_text_of_its_hidden_layer_goes_as_well() -> None:
    # The layer names a patient whom OCR may read otherwise: here the pixels show other digits than the layer.
    image = picture_builder.page(["330108888888888888", "diagnosis"], width=760)
    data = scan_builder.with_layer(image, VALUE)
    document = _read(data)
    plan = planting.plan_for(document, VALUE)
    assert [document.blocks[e.span.block].kind for e in plan.edits] == [Kind.PARAGRAPH]
    copy = _write(data, plan)
    assert _proved(data, document, plan, copy) == []
    assert not [b.text for b in _read(copy).blocks if "8888" in b.text and b.kind is Kind.PICTURE]
