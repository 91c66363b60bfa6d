"""Plans of a whole and of its members, names that are safe, and views that lead to the right characters."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import container_builder
import docx_builder
import planting
from contract import VALUE
from hypothesis import given, settings
from hypothesis import strategies as st

from hospital_redact import formats
from hospital_redact.formats import archive
from hospital_redact.formats.base import Source
from hospital_redact.formats.nesting import member_plan, safe_name
from hospital_redact.model import Document, Kept, RedactionPlan, Span

CSV = "姓名,住院号\n张伟,0004417820\n李娜,0004417821\n".encode()


def read(data: bytes) -> Document:
    return formats.read_document(Source("a.zip", data))


def test_a_member_gets_its_part_of_the_plan_counted_as_it_counts() -> None:
    data = container_builder.archive({"a.txt": f"x\n{VALUE}", "b.txt": f"{VALUE}\ny", "c.txt": "z"})
    document = read(data)
    plan = planting.plan_for(document, VALUE)
    plan = planting.make_plan(document, list(plan.edits))
    first, second, third = document.members
    assert [edit.span for edit in member_plan(plan, first).edits] == [Span(1, 0, len(VALUE))]
    assert [edit.span for edit in member_plan(plan, second).edits] == [Span(0, 0, len(VALUE))]
    assert member_plan(plan, third).edits == ()
    for member in document.members:
        part = member_plan(plan, member)
        assert (part.source_sha256, part.document_digest) == (member.document.sha256, member.document.digest)


def test_what_a_person_kept_or_accepted_reaches_the_member() -> None:
    data = container_builder.archive({"a.txt": VALUE, "b.docx": docx_builder.build(["free_form", "unknown_element"])})
    document = read(data)
    inner = document.members[1]
    assert inner.document.unread
    plan = planting.plan_for(document, VALUE)
    accepted = [(entry.what, entry.location) for entry in member_plan(plan, inner).accepted_unread]
    assert accepted == [(unread.what, str(unread.location)) for unread in inner.document.unread]
    spans = (Span(document.members[0].first, 0, 2), Span(inner.first, 0, 1))
    kept = planting.make_plan(document, [])
    kept = replace(kept, kept=(Kept("k1", spans, "r", "c", "E", "why"),))
    assert [k.spans for k in member_plan(kept, document.members[0]).kept] == [(Span(0, 0, 2),)]
    assert [k.spans for k in member_plan(kept, inner).kept] == [(Span(0, 0, 1),)]


def test_tables_of_two_members_are_two_tables_with_their_own_heads() -> None:
    document = read(container_builder.archive({"a.csv": CSV, "b.csv": CSV}))
    cells = [(number, block.cell) for number, block in enumerate(document.blocks) if block.cell is not None]
    tables = {cell.table for _, cell in cells}
    assert len(tables) == 2
    for number, cell in cells:
        if cell.column_header is not None:
            assert document.blocks[cell.column_header].text in ("姓名", "住院号")
            member = next(m for m in document.members if m.first <= number < m.first + len(m.document.blocks))
            assert member.first <= cell.column_header < member.first + len(member.document.blocks)


def test_places_say_where_without_names() -> None:
    data = container_builder.archive({f"{VALUE}.zip": container_builder.archive({"赵小满.txt": "text"})})
    document = read(data)
    assert [str(b.location) for b in document.blocks] == [
        "file 1, name",
        "file 1: file 1, name",
        "file 1: file 1, line 1",
        "file name",
    ]


@given(st.text(max_size=60))
def test_a_safe_name_is_relative_and_stays_what_it_is(text: str) -> None:
    name = safe_name(text)
    assert safe_name(name) == name
    assert not name.startswith("/")
    assert not {".", "..", ""} & set(name.split("/")) or name == ""
    assert not set('\\:*?"<>|\0\n') & set(name)


@settings(deadline=None, max_examples=40)
@given(st.dictionaries(st.text("ab张伟/. ", min_size=1, max_size=8), st.text("x张伟1", max_size=12), max_size=5))
def test_any_archive_is_read_and_written(files: dict[str, str]) -> None:
    named = {f"{safe_name(name).casefold() or '_'}.txt": text for name, text in files.items()}
    data = container_builder.archive(named)
    document = archive.FORMAT.read(Source("a.zip", data))
    plan = planting.plan_for(document, "张伟")
    copy = archive.FORMAT.read(Source("a.zip", _written(data, plan)))
    assert list(archive.FORMAT.compare(document, plan, copy)) == []
    assert not any("张伟" in block.text for block in copy.blocks)


def _written(data: bytes, plan: RedactionPlan) -> bytes:
    target = BytesIO()
    archive.FORMAT.write(Source("a.zip", data), plan, target)
    return target.getvalue()


def test_readings_that_nobody_finishes_spend_nothing() -> None:
    deep = container_builder.archive({"a.zip": container_builder.archive({"b.zip": container_builder.archive({})})})
    started = [iter(archive.FORMAT.readings(deep)) for _ in range(6)]
    for readings in started:
        next(readings)
        next(readings)
    assert read(container_builder.archive({"a.zip": deep})).members
