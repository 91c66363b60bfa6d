"""Placeholders in the boxes of a page: drawn where they fit, read apart from the lines, proved by their place."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import pdf_builder
import pikepdf
import planting
import pytest
from support import ROOT

from hospital_redact import Redactor
from hospital_redact.formats.base import Source
from hospital_redact.formats.pdf import FORMAT
from hospital_redact.formats.pdf.labels import SMALLEST
from hospital_redact.model import Document, Kind, RedactionPlan

VALUE = "QZ8842917K"


def read(data: bytes) -> Document:
    return FORMAT.read(Source("a.pdf", data))


def write(data: bytes, plan: RedactionPlan) -> bytes:
    target = io.BytesIO()
    FORMAT.write(Source("a.pdf", data), plan, target)
    return target.getvalue()


def labels_of(document: Document) -> list[str]:
    return [block.text for block in document.blocks if block.kind is Kind.LABEL]


@pytest.fixture(scope="module")
def data() -> bytes:
    return pdf_builder.SHOWN["tj"](VALUE)


@pytest.mark.parametrize("word", ["[患者1]", "[patient 1]", "[患者1之女]", "****"])
def test_a_label_stands_in_its_box(data: bytes, word: str) -> None:
    document = read(data)
    plan = planting.plan_for(document, VALUE, word)
    copy = read(write(data, plan))
    assert labels_of(copy) == [word]
    assert list(FORMAT.compare(document, plan, copy)) == []
    (label,) = (block for block in copy.blocks if block.kind is Kind.LABEL)
    edited = document.blocks[plan.edits[0].span.block]
    boxes = [glyph.box for glyph in edited.glyphs[plan.edits[0].span.start : plan.edits[0].span.end] if glyph]
    shown = [glyph for glyph in label.glyphs if glyph]
    assert all(glyph.x >= min(b.x0 for b in boxes) - 0.5 for glyph in shown)
    assert max(glyph.box.x1 for glyph in shown) <= max(b.x1 for b in boxes) + 0.5
    assert all(glyph.box.y1 - glyph.box.y0 >= SMALLEST for glyph in shown)


def test_the_line_reads_as_it_does_without_a_label(data: bytes) -> None:
    document = read(data)
    with_label = read(write(data, planting.plan_for(document, VALUE, "[患者1]")))
    without = read(write(data, planting.plan_for(document, VALUE, "")))
    assert labels_of(without) == []
    lines = [[b.text for b in copy.blocks if b.kind is not Kind.LABEL] for copy in (with_label, without)]
    assert lines[0] == lines[1]
    assert any("\u2588" in line for line in lines[0])


@pytest.mark.parametrize("word", ["[a very long label that no box of ten letters has room for]", "[\U0001f3e5]"])
def test_a_label_that_does_not_fit_leaves_a_plain_box(data: bytes, word: str) -> None:
    document = read(data)
    plan = planting.plan_for(document, VALUE, word)
    copy = read(write(data, plan))
    assert labels_of(copy) == []
    assert list(FORMAT.compare(document, plan, copy)) == []


def test_another_label_than_the_planned_one_is_a_difference(data: bytes) -> None:
    document = read(data)
    plan = planting.plan_for(document, VALUE, "[患者1]")
    other = dataclasses.replace(plan, edits=tuple(dataclasses.replace(e, replacement="[联系人]") for e in plan.edits))
    assert list(FORMAT.compare(document, plan, read(write(data, other))))


def test_a_source_in_the_labels_font_is_read_and_redacted(data: bytes) -> None:
    first = write(data, planting.plan_for(read(data), VALUE, "[WARD77]"))
    document = read(first)
    assert labels_of(document) == ["[WARD77]"]
    plan = planting.plan_for(document, "WARD77", "")
    again = write(first, plan)
    assert "WARD77" not in "".join(block.text for block in read(again).blocks)
    assert list(FORMAT.compare(document, plan, read(again))) == []


def test_the_font_holds_the_letters_used_and_no_more(data: bytes) -> None:
    copy = write(data, planting.plan_for(read(data), VALUE, "[患者1]"))
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        fonts = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and "HRBOXL" in str(o.get("/BaseFont"))]
        maps = [font.ToUnicode.read_bytes() for font in fonts if "/ToUnicode" in font]
    assert len(maps) == 1
    assert maps[0].count(b"> <") == len("[患者1]") + 1  # each letter, and the range of codes


def test_our_own_copy_with_labels_is_proved_again_as_a_foreign_one(tmp_path: Path) -> None:
    redactor = Redactor()
    review = redactor.review(ROOT / "examples" / "转诊信.pdf")
    copy = redactor.redact(review, tmp_path / "copy.pdf")
    assert any(block.kind is Kind.LABEL for block in read(copy.path.read_bytes()).blocks)
    assert redactor.verify(review, copy.path).passed
