"""Word, Excel and PowerPoint files that are hostile or huge: the same limits for all three."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import docx
import openpyxl
import planting
import pptx_builder
import pytest
from docx.text.paragraph import Paragraph

from hospital_redact.errors import ReadError
from hospital_redact.formats import docx as word
from hospital_redact.formats import pptx as powerpoint
from hospital_redact.formats import xlsx as excel
from hospital_redact.formats.base import Format, Source
from hospital_redact.formats.ooxml.package import MAX_ENTRIES


def _docx() -> bytes:
    stream, file = io.BytesIO(), docx.Document()
    file.add_paragraph("质控简报")
    file.save(stream)
    return stream.getvalue()


def _xlsx() -> bytes:
    stream, book = io.BytesIO(), openpyxl.Workbook()
    book.create_sheet("简报", 0).append(["质控", "简报"])
    book.save(stream)
    return stream.getvalue()


OFFICE = [
    (word.FORMAT, _docx, "word/document.xml"),
    (excel.FORMAT, _xlsx, "xl/worksheets/sheet1.xml"),
    (powerpoint.FORMAT, pptx_builder.deck, "ppt/slides/slide1.xml"),
]
KINDS = pytest.mark.parametrize(("format_", "make", "part"), OFFICE, ids=["docx", "xlsx", "pptx"])
Make = Callable[[], bytes]


def rewritten(data: bytes, change: Callable[[str, bytes], bytes], more: dict[str, bytes] | None = None) -> bytes:
    """Return the package with each entry as ``change`` makes it, and ``more`` entries."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
        for name, content in (more or {}).items():
            target.writestr(name, content)
    return stream.getvalue()


def code_of(format_: Format, data: bytes) -> str:
    with pytest.raises(ReadError) as caught:
        format_.read(Source(f"a{format_.suffixes[0]}", data))
    return caught.value.code


def after_declaration(content: bytes, put: bytes) -> bytes:
    head, end, rest = content.partition(b"?>")
    return head + end + put + rest


@KINDS
def test_entities_are_refused(format_: Format, make: Make, part: str) -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY e SYSTEM "file:///etc/hostname">]>'
    bad = rewritten(make(), lambda name, content: after_declaration(content, laughs) if name == part else content)
    assert code_of(format_, bad) == "HR203"


@KINDS
def test_deep_nesting_is_refused(format_: Format, make: Make, part: str) -> None:
    deep = b"<x>" * 300 + b"</x>" * 300

    def nest(name: str, content: bytes) -> bytes:
        root, _, tag = content.rpartition(b"</")
        return root + deep + b"</" + tag if name == part else content

    assert code_of(format_, rewritten(make(), nest)) in ("HR203", "HR204")


@KINDS
def test_a_dense_entry_and_too_many_entries_are_refused(format_: Format, make: Make, part: str) -> None:
    del part
    dense = rewritten(make(), lambda _, content: content, {"docProps/thumbnail.bin": b"\0" * 80_000_000})
    assert code_of(format_, dense) == "HR204"
    many = {f"customXml/bulk{number}.xml": b"<x/>" for number in range(MAX_ENTRIES + 1)}
    assert code_of(format_, rewritten(make(), lambda _, content: content, many)) == "HR204"


@KINDS
def test_names_that_climb_out_of_the_folder_are_in_no_copy(format_: Format, make: Make, part: str) -> None:
    del part
    data = rewritten(
        make(), lambda _, content: content, {"../../evil.xml": b"<x>QZ8842917K</x>", "/etc/x.xml": b"<x/>"}
    )
    source = Source(f"a{format_.suffixes[0]}", data)
    document = format_.read(source)
    target = io.BytesIO()
    format_.write(source, planting.make_plan(document, []), target)
    with zipfile.ZipFile(target) as copy:
        assert not [name for name in copy.namelist() if ".." in name or "evil" in name or name.startswith("/")]
        assert not [name for name in copy.namelist() if b"QZ8842917K" in copy.read(name)]
    assert document.dropped


def test_a_table_of_ten_thousand_paragraphs_is_read_and_redacted() -> None:
    stream, file = io.BytesIO(), docx.Document()
    cell = file.add_table(rows=1, cols=1).cell(0, 0)
    body = cell.paragraphs[0]._p
    for number in range(10_000):
        paragraph = body.makeelement(body.tag, {})
        cell._tc.append(paragraph)
        run = Paragraph(paragraph, cell).add_run(f"条目{number}")
        if number == 9_999:
            run.text = "QZ8842917K"
    file.save(stream)
    source = Source("a.docx", stream.getvalue())
    document = word.FORMAT.read(source)
    plan = planting.plan_for(document, "QZ8842917K")
    assert len(plan.edits) == 1
    target = io.BytesIO()
    word.FORMAT.write(source, plan, target)
    copy = word.FORMAT.read(Source("a.docx", target.getvalue()))
    assert list(word.FORMAT.compare(document, plan, copy)) == []
    assert sum(block.text.startswith("条目") for block in copy.blocks) == 9_999
