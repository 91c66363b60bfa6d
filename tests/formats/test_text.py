"""Plain text: encodings, marks and line ends survive; nothing but the planned characters changes."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_redact.errors import ReadError
from hospital_redact.formats import add_file_name
from hospital_redact.formats.base import Source
from hospital_redact.formats.text import FORMAT, decode, document_of_text, split_lines
from hospital_redact.model import Document, Edit, RedactionPlan, ReleaseContext, Span

TEXT = "姓名：赵小满\r\n电话：13900001111\n\n完\r末行"


def read(source: Source) -> Document:
    return add_file_name(FORMAT.read(source))


def plan_for(source: Source, *edits: Edit) -> RedactionPlan:
    document = read(source)
    return RedactionPlan(source.sha256, document.digest, "p", "v", ReleaseContext(), edits)


def edit(block: int, start: int, end: int, replacement: str) -> Edit:
    return Edit("e1", Span(block, start, end), replacement, "r", "patient_identity", "X", "", "g1")


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("gb18030", b""),
    ],
)
def test_a_copy_keeps_encoding_mark_and_line_ends(encoding: str, mark: bytes) -> None:
    source = Source("a.txt", mark + TEXT.encode(encoding))
    target = io.BytesIO()
    FORMAT.write(source, plan_for(source, edit(0, 3, 6, "[患者1]"), edit(1, 3, 14, "*" * 11)), target)
    expected = TEXT.replace("赵小满", "[患者1]").replace("13900001111", "*" * 11)
    assert target.getvalue() == mark + expected.encode(encoding)


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]) | st.sampled_from("\r\n\t"), min_size=1))
def test_lines_and_their_ends_join_to_the_text(text: str) -> None:
    assert "".join(line + end for line, end in split_lines(text)) == text


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]) | st.sampled_from("\r\n\t"), min_size=1))
def test_the_empty_plan_gives_the_same_bytes(text: str) -> None:
    source = Source("a.txt", text.encode())
    target = io.BytesIO()
    FORMAT.write(source, plan_for(source), target)
    assert target.getvalue() == source.data


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"a\x00b", b"\x81", b"\xef\xbb\xbf\xff", b"\xff\xd8\x00\x10JF"])
def test_what_is_not_text_is_refused(data: bytes) -> None:
    with pytest.raises(ReadError) as caught:
        decode(data)
    assert caught.value.code == "HR203"


def test_an_empty_plan_on_a_changed_copy_is_a_difference() -> None:
    source = Source("a.txt", TEXT.encode())
    document, copy = read(source), read(Source("a.txt", TEXT.replace("完", "元").encode()))
    assert list(FORMAT.compare(document, plan_for(source), copy))


def test_changed_line_ends_are_a_difference() -> None:
    source = Source("a.txt", TEXT.encode())
    document, copy = read(source), read(Source("a.txt", TEXT.replace("\r\n", "\n").encode()))
    assert [d.what for d in FORMAT.compare(document, plan_for(source), copy)] == ["encoding or line ends changed"]


def test_the_view_maps_back_to_the_lines() -> None:
    document = document_of_text(TEXT)
    (view,) = document.views
    at = view.text.index("13900001111")
    assert document.text_of(view.locate(at, at + 11)) == "13900001111"
    assert view.locate(at, at + 11) == (Span(1, 3, 14),)


def test_a_last_line_that_is_removed_whole_is_proved() -> None:
    source = Source("a.txt", "姓名：赵小\n满".encode())
    plan = plan_for(source, edit(0, 3, 5, "[患者1]"), edit(1, 0, 1, ""))
    target = io.BytesIO()
    FORMAT.write(source, plan, target)
    copy = read(Source("a.txt", target.getvalue()))
    assert list(FORMAT.compare(read(source), plan, copy)) == []
    assert list(FORMAT.compare(read(source), plan_for(source), copy))
