"""Presentations: every place that shows is read and redacted, every hidden one is left out."""

from __future__ import annotations

import dataclasses
import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import planting
import pptx
import pptx_builder as builder
import pytest
from support import shared_dir

from hospital_redact import Redactor
from hospital_redact.errors import PlanError, ReadError
from hospital_redact.formats import pictures
from hospital_redact.formats.base import Source
from hospital_redact.formats.pptx import FORMAT
from hospital_redact.model import Document, Kind, RedactionPlan

VALUE = "QZ8842917K"


def read(data: bytes) -> Document:
    return FORMAT.read(Source("a.pptx", data))


def write(data: bytes, plan: RedactionPlan) -> bytes:
    target = io.BytesIO()
    FORMAT.write(Source("a.pptx", data), plan, target)
    return target.getvalue()


def places_of(data: bytes, value: str = VALUE) -> list[str]:
    """Return the readings of ``data`` that hold ``value``."""
    encoded = [value.encode(code) for code in ("utf-8", "utf-16-le")]
    return [
        f"{reading.reader}: {reading.place}"
        for reading in FORMAT.readings(data)
        if (reading.text is not None and planting.squeeze(value) in planting.squeeze(reading.text))
        or (reading.data is not None and any(code in reading.data for code in encoded))
    ]


@pytest.mark.parametrize("slot", builder.SHOWN)
def test_a_shown_value_is_found_and_goes(slot: str) -> None:
    data = builder.deck(lambda file: builder.SHOWN[slot](file, VALUE))
    document = read(data)
    assert not document.unread
    plan = planting.plan_for(document, VALUE)
    assert plan.edits
    copy = write(data, plan)
    assert places_of(copy) == []
    assert list(FORMAT.compare(document, plan, read(copy))) == []
    assert "[患者1]" in "\n".join(block.text for block in read(copy).blocks)
    pptx.Presentation(io.BytesIO(copy))


@pytest.mark.parametrize("slot", builder.HIDDEN)
def test_a_hidden_value_is_in_no_copy(slot: str) -> None:
    data = builder.deck(lambda file: builder.HIDDEN[slot](file, VALUE))
    document = read(data)
    plan = planting.make_plan(document, [])
    copy = write(data, plan)
    assert places_of(data), "the slot does not hold the value"
    assert places_of(copy) == []
    assert document.dropped
    assert list(FORMAT.compare(document, plan, read(copy))) == []
    if slot != "embedded_workbook":
        assert any(VALUE in block.text and not block.survives for block in document.blocks)


@pytest.mark.parametrize("slot", builder.PARTS)
def test_a_part_that_no_copy_keeps_is_listed_and_read(slot: str) -> None:
    data = builder.PARTS[slot](VALUE)
    document = read(data)
    copy = write(data, planting.make_plan(document, []))
    assert places_of(copy) == []
    assert document.dropped
    if slot != "macros":
        assert any(VALUE in block.text for block in document.blocks)


def test_a_diagram_becomes_its_text() -> None:
    data = builder.smartart(VALUE)
    document = read(data)
    plan = planting.plan_for(document, VALUE)
    copy = write(data, plan)
    assert places_of(copy) == []
    assert "smartart" in {part.what for part in document.dropped}
    assert "[患者1]" in "\n".join(block.text for block in read(copy).blocks)


def test_a_table_gives_its_cells_their_heads() -> None:
    document = read(builder.deck(lambda file: builder.in_table(file, VALUE)))
    (cell,) = (block for block in document.blocks if block.text == VALUE)
    assert cell.kind is Kind.CELL
    assert cell.cell is not None
    assert cell.cell.column_header is not None
    assert cell.cell.row_header is not None
    assert document.blocks[cell.cell.column_header].text == "编号"
    assert document.blocks[cell.cell.row_header].text == "甲"


def test_a_picture_is_read_and_painted_over() -> None:
    if not pictures.available():
        pytest.skip("needs the extra ocr")
    data = builder.with_picture(VALUE)
    document = read(data)
    assert any(block.kind is Kind.PICTURE for block in document.blocks)
    plan = planting.plan_for(document, VALUE)
    assert plan.edits
    copy = write(data, plan)
    again = read(copy)
    assert not planting.occurrences(again, VALUE)
    source, written = Source("a.pptx", data), Source("a.pptx", copy)
    assert list(FORMAT.compare_pictures(source, document, plan, written)) == []
    untouched = write(data, planting.make_plan(document, [], list(plan.accepted_unread)))
    assert list(FORMAT.compare_pictures(source, document, plan, Source("a.pptx", untouched)))


def test_a_file_with_a_missing_slide_is_refused() -> None:
    data = builder.deck()
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w") as target:
        for entry in source.namelist():
            if entry != "ppt/slides/slide1.xml":
                target.writestr(entry, source.read(entry))
    with pytest.raises(ReadError) as caught:
        read(stream.getvalue())
    assert caught.value.code == "HR203"


def test_a_briefing_is_redacted_from_end_to_end(tmp_path: Path) -> None:
    def fill(file: object) -> None:
        builder.SHOWN["text_box"](file, "患者：赵小满，身份证号11010519491231002X，电话13957100321。")
        builder.HIDDEN["notes"](file, "赵小满家属要求保密")

    path = tmp_path / "疑难病例讨论.pptx"
    path.write_bytes(builder.deck(fill))
    redactor = Redactor()
    review = redactor.review(path)
    assert {"patient_identity"} <= {finding.category for finding in review.findings}
    copy = redactor.redact(review, tmp_path / "out.pptx")
    assert copy.verification.passed
    for value in ("赵小满", "11010519491231002X", "13957100321"):
        assert places_of(copy.path.read_bytes(), value) == []
    shown = [shape.text_frame.text for shape in pptx.Presentation(str(copy.path)).slides[0].shapes]
    assert any("[患者1]" in text for text in shown)
    assert shown[0] == "季度质控汇报"


def test_public_files_are_read_or_refused_and_open_again() -> None:
    folder = shared_dir() / "corpus" / "pptx"
    files = sorted(folder.iterdir())
    outcomes = {"read": 0, "refused": 0}
    for path in files:
        try:
            draft_before = FORMAT.read(Source(path.name, path.read_bytes()))
        except ReadError:
            outcomes["refused"] += 1
            continue
        outcomes["read"] += 1
        plan = planting.make_plan(draft_before, [])
        copy = write(path.read_bytes(), plan)
        pptx.Presentation(io.BytesIO(copy))
    assert outcomes["read"] > outcomes["refused"]


def test_libreoffice_opens_the_copy(tmp_path: Path) -> None:
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("soffice is not on PATH (Debian: libreoffice-impress-nogui)")
    data = builder.deck(*(lambda file, fill=fill: fill(file, VALUE) for fill in builder.SHOWN.values()))
    document = read(data)
    copy = tmp_path / "copy.pptx"
    copy.write_bytes(write(data, planting.plan_for(document, VALUE)))
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(copy)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert (tmp_path / "copy.pdf").read_bytes().startswith(b"%PDF")


def test_a_picture_that_cannot_be_read_blocks_or_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "查房.pptx"
    path.write_bytes(builder.with_photo())
    redactor = Redactor()
    review = redactor.review(path)
    assert review.document.unread
    with pytest.raises(PlanError) as caught:
        redactor.redact(review, tmp_path / "out.pptx")
    assert caught.value.code == "HR405"
    plan = dataclasses.replace(review.plan, options={"images": "remove"})
    copy = redactor.redact(redactor.with_plan(review, plan), tmp_path / "out.pptx")
    assert copy.verification.passed
    with zipfile.ZipFile(copy.path) as package:
        assert not [name for name in package.namelist() if "media" in name]
    assert "image" in {part.what for part in copy.removed_parts}
