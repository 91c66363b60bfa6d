"""Tables of PDF pages: cells by rules, headers that reach the detectors, and tables that go on overleaf."""

from __future__ import annotations

from pathlib import Path

import planting
import pytest
from pdf_builder import Builder
from test_pdf import read

from hospital_redact import Redactor
from hospital_redact.detection.structure import block_cells
from hospital_redact.formats.pdf.paths import Rule
from hospital_redact.formats.pdf.tables import find_tables
from hospital_redact.model import Document, Kind, Span
from hospital_redact.planning import apply_plan

LEFT, TOP, WIDTH, HEIGHT = 60, 780, 90, 36


def show(text: str, x: float, y: float) -> str:
    """Return the operators that show a Chinese text."""
    return f"BT /F2 10 Tf {x} {y} Td <{text.encode('utf-16-be').hex()}> Tj ET\n"


def table(rows: list[list[str]], *, thin: bool = False, top: float = TOP) -> str:
    """Return the operators that draw a ruled table; a line end inside a cell wraps it. ``thin`` fills its rules."""
    height, width = HEIGHT * len(rows), WIDTH * len(rows[0])
    drawn = []
    for number in range(len(rows) + 1):
        y = top - HEIGHT * number
        drawn.append(f"{LEFT} {y} {width} 0.5 re f" if thin else f"{LEFT} {y} m {LEFT + width} {y} l S")
    for number in range(len(rows[0]) + 1):
        x = LEFT + WIDTH * number
        drawn.append(f"{x} {top - height} 0.5 {height} re f" if thin else f"{x} {top} m {x} {top - height} l S")
    shown = [
        show(part, LEFT + 4 + WIDTH * column, top - 14 - 14 * line - HEIGHT * row)
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
        for line, part in enumerate(cell.split("\n"))
    ]
    return "\n".join([*drawn, *shown])


def pages(*contents: str) -> bytes:
    """Return a file with these pages."""
    builder = Builder()
    for content in contents[1:]:
        builder.pdf.add_blank_page(page_size=(595, 842))
        builder.pdf.pages[-1].Contents = builder.pdf.make_stream(content.encode())
        builder.pdf.pages[-1].Resources = builder.resources()
    return builder.build(contents[0].encode())


def headed(document: Document) -> dict[str, str]:
    """Return the header of each cell by its text."""
    return {
        block.text: document.blocks[block.cell.column_header].text
        for block in document.blocks
        if block.cell is not None and block.cell.column_header is not None
    }


ROWS = [["姓名", "电话", "科室"], ["上官云\n鹤", "13273878287", "药学部"], ["田七", "13273878288", "内科"]]


@pytest.mark.parametrize("thin", [False, True])
def test_cells_have_their_headers(thin: bool) -> None:
    document = read(pages(table(ROWS, thin=thin)))
    found = headed(document)
    assert found["田七"] == "姓名"
    assert found["鹤"] == "姓名"
    assert found["13273878287"] == "电话"
    assert found["内科"] == "科室"
    assert all((block.kind is Kind.CELL) == (block.cell is not None) for block in document.blocks)


def test_a_value_that_wraps_in_its_cell_is_joined() -> None:
    document = read(pages(table(ROWS)))
    joined = next(view for view in document.views if view.name == "joined")
    assert "上官云鹤\t13273878287" in joined.text


def test_a_title_in_the_table_is_no_header() -> None:
    rows = [["工资发放明细", "", "", ""], ["工号", "姓名", "岗位", "实发"], ["0117", "田七", "专技五级", "3440.00"]]
    found = headed(read(pages(table(rows))))
    assert found["田七"] == "姓名"
    assert found["3440.00"] == "实发"
    assert "姓名" not in found


def test_a_table_goes_on_overleaf_under_its_header() -> None:
    document = read(pages(table(ROWS), table([["马兰花", "13273878289", "外科"], ["常山", "13273878290", "儿科"]])))
    found = headed(document)
    assert found["马兰花"] == found["常山"] == "姓名"
    assert found["13273878290"] == "电话"
    cells = [block.cell for block in document.blocks if block.cell is not None]
    assert {cell.table for cell in cells} == {0}
    assert len({(cell.row, cell.column) for cell in cells}) == 15


def test_a_table_that_repeats_its_header_begins_anew() -> None:
    document = read(pages(table(ROWS), table([ROWS[0], ["马兰花", "13273878289", "外科"]])))
    assert headed(document)["马兰花"] == "姓名"
    assert {block.cell.table for block in document.blocks if block.cell is not None} == {0, 1}


def test_merged_cells_count_once() -> None:
    rules = [Rule(0, y, 90, y) for y in (0, 60)] + [Rule(x, 0, x, 60) for x in (0, 60, 90)]
    rules += [Rule(60, 30, 90, 30), Rule(30, 30, 30, 60), Rule(0, 30, 60, 30)]
    (grid,) = find_tables(rules)
    assert grid.cell(10, 50) == (0, 0)
    assert grid.cell(40, 50) == (0, 1)
    assert grid.cell(40, 10) == grid.cell(10, 10) == (1, 0)
    assert grid.cell(70, 10) == (1, 2)
    assert grid.cell(200, 10) is None


def test_a_frame_and_parallel_lines_are_no_table() -> None:
    assert find_tables([Rule(0, 0, 90, 0), Rule(0, 60, 90, 60), Rule(0, 0, 0, 60), Rule(90, 0, 90, 60)]) == []
    assert find_tables([Rule(0, y, 90, y) for y in range(0, 300, 20)]) == []


def test_the_columns_of_a_ruled_list_are_redacted_on_both_pages() -> None:
    first = [["姓名", "住院号", "诊断"], ["田七", "ZY20240117", "肺炎"], ["上官云\n鹤", "ZY20240118", "哮喘"]]
    data = pages(table(first), table([["马兰花", "ZY20240119", "高血压"], ["常山", "ZY20240120", "糖尿病"]]))
    review = Redactor().review(data, name="名单.pdf")
    left = "\n".join(block.text for block in apply_plan(review.document, review.plan).blocks)
    names = ["田七", "上官", "鹤", "马兰花", "常山", "ZY20240117", "ZY20240120"]
    assert [name for name in names if name in left] == []
    assert "姓名" in left


def test_a_pay_list_is_redacted_and_proved(tmp_path: Path) -> None:
    rows = [
        ["工号", "姓名", "岗位工资", "实发"],
        ["0117", "上官云\n鹤", "3440.00", "10316.58"],
        ["0242", "田七", "2410.00", "8210.40"],
        ["小计", "2人", "5850.00", "18526.98"],
    ]
    data = pages(show("柏岭县人民医院工资发放明细", LEFT, TOP + 20) + table(rows))
    redactor = Redactor()
    review = redactor.review(data, name="工资表.pdf")
    if not review.suggestion.decision.writes:
        pytest.skip("the policy in force gives out no pay list")
    copy = redactor.redact(review, tmp_path / "工资表.pdf")
    assert copy.verification.passed
    left = "\n".join(block.text for block in read((tmp_path / "工资表.pdf").read_bytes()).blocks)
    assert not [value for value in ("上官", "田七", "3440.00", "18526.98") if value in left]
    assert "岗位工资" in left


def test_what_stays_is_looked_at_under_its_header() -> None:
    document = read(pages(table(ROWS)))
    (number,) = [n for n, block in enumerate(document.blocks) if block.text == "田七"]
    plan = planting.make_plan(document, [planting.edit("e", Span(number, 0, 1), "")])
    near = apply_plan(document, plan, near=[Span(number, 0, 1)])
    assert near.blocks[number].text == "█七"
    cell = document.blocks[number].cell
    assert cell is not None
    assert cell.column_header is not None
    assert near.blocks[cell.column_header].text == "姓名"
    assert "13273878287" not in [block.text for block in near.blocks]


def test_a_header_that_wraps_heads_its_column_whole() -> None:
    document = read(pages(table([["病案\n号", "Home\naddress", "科室"], ["8842917", "Elm Road", "内科"]], top=700)))
    cells = block_cells(document, document.views[0], lambda start, end: (start, end))
    assert {cell.header for cell in cells if cell.row == 1} == {"病案号", "Home address", "科室"}
