"""Tables of values: cells with their heads, quotes and division kept, no formula made, values gone from every place."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import planting
import pytest
from contract import VALUE
from hypothesis import given
from hypothesis import strategies as st
from markup_builder import DELIMITED, full_table
from support import shared_dir

import hospital_redact as hr
from hospital_redact.errors import PlanError, ReadError
from hospital_redact.formats import delimited, identify
from hospital_redact.formats.base import Source
from hospital_redact.formats.delimited import FORMAT
from hospital_redact.model import Document, Edit, Kind, RedactionPlan, Span

PAYROLL = """青石医院2024年5月工资发放表,,,,
姓名,身份证号,科室,"实发工资",备注
张伟强,330106197803124560,心内科,8300.50,"补发,上月"
李小满,="330106198503124563",骨科,9300.00,"他说""收到""
已签"
王芳芳,\t330106199001014565,护理部,7150.25,-
合计,,,24750.75,
"""
PAYROLL_VALUES = ("张伟强", "李小满", "王芳芳", "330106197803124560", "330106198503124563", "330106199001014565")
AMOUNTS = ("8300.50", "9300.00", "7150.25", "24750.75")


def write(source: Source, plan: RedactionPlan) -> bytes:
    target = io.BytesIO()
    FORMAT.write(source, plan, target)
    return target.getvalue()


def read(text: str, name: str = "a.csv") -> Document:
    return FORMAT.read(Source(name, text.encode()))


def plan_of(document: Document, *edits: Edit) -> RedactionPlan:
    return planting.make_plan(document, list(edits))


def rows_of(document: Document) -> list[list[str]]:
    rows: dict[str, list[str]] = {}
    for block in document.blocks:
        rows.setdefault(block.location.address.split(" column")[0], []).append(block.text)
    return list(rows.values())


@pytest.mark.parametrize("slot", DELIMITED)
def test_no_place_keeps_a_value(slot: str) -> None:
    source = Source("a.csv", f"序号,编号,备注\r\n1,{DELIMITED[slot](VALUE)},x\r\n".encode())
    document = FORMAT.read(source)
    plan = planting.plan_for(document, VALUE)
    assert plan.edits
    copy = write(source, plan)
    cells = [planting.squeeze(cell) for row in csv.reader(io.StringIO(copy.decode(), newline="")) for cell in row]
    assert not [cell for cell in cells if VALUE in cell]
    assert VALUE not in planting.squeeze(copy.decode())
    assert list(FORMAT.compare(document, plan, FORMAT.read(Source("a.csv", copy)))) == []


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("gb18030", b""),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
    ],
)
def test_only_the_edited_cell_changes(encoding: str, mark: bytes) -> None:
    source = Source("a.csv", mark + full_table("原值").encode(encoding))
    document = FORMAT.read(source)
    number = next(n for n, block in enumerate(document.blocks) if block.text == "科室,原值")
    plan = plan_of(document, planting.edit("e1", Span(number, 3, 5), "[患者1]"))
    assert write(source, plan) == mark + full_table("原值").replace("科室,原值", "科室,[患者1]").encode(encoding)


@pytest.mark.parametrize(
    ("text", "name", "rows"),
    [
        ("a,b\n1,2\n", "a.csv", [["a", "b"], ["1", "2"]]),
        ("a\tb,c\n1\t2,3\n", "a.tsv", [["a", "b,c"], ["1", "2,3"]]),
        ("a;b\n1,5;2,5\n", "a.csv", [["a", "b"], ["1,5", "2,5"]]),
        ("a|b\r1|2\r", "a.csv", [["a", "b"], ["1", "2"]]),
        ("sep=;\na;b,c\n1;2,3\n", "a.csv", [["sep=", ""], ["a", "b,c"], ["1", "2,3"]]),
        ('a,b\n"x\ny","q""r"\n', "a.csv", [["a", "b"], ["x\ny", 'q"r']]),
        ('a,b\n"x"y,"open, and\nmore,z', "a.csv", [["a", "b"], ["xy", '"open', " and"], ["more", "z"]]),
        ("姓名\n张伟强\n", "a.csv", [["姓名"], ["张伟强"]]),
        ("a,\n,b", "a.csv", [["a", ""], ["", "b"]]),
    ],
)
def test_cells_are_found(text: str, name: str, rows: list[list[str]]) -> None:
    assert rows_of(read(text, name)) == rows


def test_a_cell_knows_what_heads_it() -> None:
    document = read(PAYROLL)
    heads = {
        block.text: document.blocks[block.cell.column_header].text
        for block in document.blocks
        if block.cell is not None and block.cell.column_header is not None
    }
    assert heads["张伟强"] == "姓名"
    assert heads["8300.50"] == "实发工资"
    assert "姓名" not in heads
    assert "青石医院2024年5月工资发放表" not in heads
    assert {block.kind for block in document.blocks} == {Kind.CELL}


def test_a_table_goes_on_behind_a_blank_row_and_another_has_its_own_heads() -> None:
    document = read("姓名,电话\n赵一,13900001111\n\n钱二,13900002222\n\n科室,床号\n内科,0123\n")
    heads = {
        block.text: document.blocks[block.cell.column_header].text
        for block in document.blocks
        if block.cell is not None and block.cell.column_header is not None
    }
    assert heads["钱二"] == "姓名"
    assert heads["0123"] == "床号"


@pytest.mark.parametrize("replacement", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"])
def test_a_replacement_never_begins_a_formula(replacement: str) -> None:
    source = Source("a.csv", b"a,b\nvalue,1\n")
    plan = plan_of(FORMAT.read(source), planting.edit("e", Span(2, 0, 5), replacement))
    with pytest.raises(PlanError) as caught:
        write(source, plan)
    assert caught.value.code == "HR401"
    assert "value" not in str(caught.value)


def test_what_an_edit_leaves_never_begins_a_formula() -> None:
    source = Source("a.csv", b"a,b\nvalue=1+1,1\n")
    plan = plan_of(FORMAT.read(source), planting.edit("e", Span(2, 0, 5), ""))
    with pytest.raises(PlanError):
        write(source, plan)


@pytest.mark.parametrize(
    "cell", ["+8613900001111", "-", "-5.5", "--", "- 无", "@全体", '="0012"', "=SUM(B2:B9)", "=B2-C2*1.5"]
)
def test_what_shows_as_it_stands_is_read(cell: str) -> None:
    assert read(f"a;b\n{cell};x\n").unread == ()


@pytest.mark.parametrize(
    "cell",
    ["=CHAR(65)", '="139"&"0000"&"1111"', "=UNICHAR(24352)", "=HYPERLINK(A1)", "@cmd|'/c calc'!A1", "=13900001111"],
)
def test_a_formula_that_shows_something_else_blocks(cell: str) -> None:
    unread = read(f"a;b\n{cell};x\n").unread
    assert [u.what for u in unread] == ["formula"]
    assert str(unread[0].location) == "table, row 2 column 1"


def test_a_row_that_is_emptied_stays_a_row() -> None:
    source = Source("a.csv", "姓名\r张伟强\n李一\n".encode())
    document = FORMAT.read(source)
    plan = plan_of(document, planting.edit("e", Span(1, 0, 3), ""))
    assert write(source, plan).decode() == '姓名\r""\n李一\n'
    assert list(FORMAT.compare(document, plan, FORMAT.read(Source("a.csv", write(source, plan))))) == []


def test_parts_of_a_name_stand_together_in_a_view() -> None:
    document = read("姓,名,科室\n欧阳,小满,骨科\n")
    assert [view.text for view in document.views if view.name == "names"] == ["欧阳小满\n"]
    document = read("First Name,Last Name\nMary,Poppins\n")
    assert [view.text for view in document.views if view.name == "names"] == ["Mary Poppins\n"]


def test_values_under_the_names_of_a_program_are_read_as_a_person_reads_them() -> None:
    document = read("xh,xm,zyh\n1,李一,0012\n2,王二\n")
    views = {view.name: view.text.split() for view in document.views}
    assert views["named values"] == ["xm", "姓名:", "李一", "zyh", "住院号:", "0012", "xm", "姓名:", "王二"]


def test_too_many_cells_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "MAX_CELLS", 100)
    with pytest.raises(ReadError) as caught:
        read("a,b\n" * 51)
    assert caught.value.code == "HR204"


def test_open_quotes_in_a_long_file_end() -> None:
    assert len(read('a,b\n"' + 'x""y,' * 50_000).blocks) == 50_003


@pytest.mark.parametrize(("name", "ours"), [("a.csv", True), ("a.tsv", True), ("a.txt", False), ("a.log", False)])
def test_the_name_decides_among_texts(name: str, ours: bool) -> None:
    assert (identify(Source(name, PAYROLL.encode())) is FORMAT) is ours


def test_a_table_in_name_only_is_refused() -> None:
    with pytest.raises(ReadError) as caught:
        identify(Source("a.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"))
    assert caught.value.code == "HR207"


CELL = st.text(st.sampled_from('ab"，,;\t\n\r 张伟=1'), max_size=6)


@given(st.lists(st.lists(CELL, min_size=2, max_size=3), min_size=2, max_size=4), st.sampled_from(",;\t"))
def test_what_python_writes_is_read_and_comes_back(rows: list[list[str]], delimiter: str) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([["姓名", "值", "号"][: len(rows[0])], *rows])
    text = f"sep={delimiter}\n" + stream.getvalue()
    source = Source("a.csv", text.encode())
    document = FORMAT.read(source)
    assert rows_of(document)[2:] == rows
    assert write(source, plan_of(document)) == source.data
    last = len(document.blocks) - 1
    if document.blocks[last].text and document.blocks[last].text.lstrip()[:1] != "=":
        plan = plan_of(document, planting.edit("e", Span(last, 0, len(document.blocks[last].text)), 'x"y\n;,z'))
        again = FORMAT.read(Source("a.csv", write(source, plan)))
        assert again.blocks[last].text == 'x"y\n;,z'
        assert list(FORMAT.compare(document, plan, again)) == []


def test_a_payroll_is_cleaned_by_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "工资发放表.csv"
    path.write_bytes(PAYROLL.replace("\n", "\r\n").encode("gb18030"))
    redactor = hr.Redactor()
    review = redactor.review(path)
    copy = redactor.redact(review, tmp_path / "out.csv")
    text = copy.path.read_bytes().decode("gb18030")
    assert copy.verification.passed
    assert not [value for value in (*PAYROLL_VALUES, *AMOUNTS) if value in text]
    kept = (
        '姓名,身份证号,科室,"实发工资",备注\r\n',
        "心内科",
        "护理部",
        '"补发,上月"',
        '"他说""收到""\r\n已签"',
        "青石医院2024年5月",
    )
    assert not [words for words in kept if words not in text]


def test_public_files_lose_a_word_and_nothing_else() -> None:
    for path in sorted(shared_dir("corpus", "csv").iterdir()):
        source = Source(path.name, path.read_bytes())
        document = FORMAT.read(source)
        text = "\n".join(block.text for block in document.blocks if block.survives)
        words = re.findall(r"[\u4e00-\u9fff]{3,5}|[A-Za-z]{6,}", text)
        if not words:
            continue
        word = words[len(words) // 2]
        plan = planting.plan_for(document, word, "[X]")
        target = io.BytesIO()
        FORMAT.write(source, plan, target)
        copy = FORMAT.read(Source(path.name, target.getvalue()))
        assert list(FORMAT.compare(document, plan, copy)) == [], path.name
        assert word not in planting.squeeze(target.getvalue().decode(errors="replace")), path.name
