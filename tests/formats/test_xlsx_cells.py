"""Cells of a workbook: how they read, and that what they show, store and compute goes together."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import planting
import pytest
import xlsx_builder as builder
import xlsx_kit as kit
import xlsx_slots
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsx_calls import book, left, nothing, opened, read, write

import hospital_redact as hr
from hospital_redact.errors import PlanError
from hospital_redact.formats.xlsx import FORMAT
from hospital_redact.formats.xlsx.formulas import Area, read_formula, shift_formula
from hospital_redact.formats.xlsx.naming import sheet_names
from hospital_redact.formats.xlsx.numbers import number_format
from hospital_redact.model import Block, Document, Kind, RedactionPlan, Span

VALUE = kit.VALUE
build = builder.build


# -- how cells read --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("General", 13812345678, "13812345678"),
        ("General", 0.1 + 0.2, "0.3"),
        ("General", 123456789012, "1.23457E+11"),
        ("0.00", 2.675, "2.68"),
        ("#,##0.00", 1234567.891, "1,234,567.89"),
        ("0.00%", 0.12345, "12.35%"),
        ("0.00E+00", 13812345678, "1.38E+10"),
        ('"¥"#,##0.00;"¥"-#,##0.00', -5, "¥-5.00"),
        ("000-0000-0000", 13812345678, "138-1234-5678"),
        ("0.00_ ;[Red]-0.00\\ ", -12.345, "-12.35 "),
        ('_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', 0, " -   "),
        ("[>=10000]0!.0,;0", 123, "123"),
        ("# ?/?", 1.5, "1 1/2"),
        ("yyyy-mm-dd", 45356, "2024-03-05"),
        ('yyyy"年"m"月"d"日"', 45356.75, "2024年3月5日"),
        ("[$-804]yyyy年mm月dd日", 45356, "2024年03月05日"),
        ('上午/下午h"时"mm"分"', 0.75, "下午6时00分"),
        ("yyyy/m/d h:mm:ss", 45356.999999, "2024/3/6 0:00:00"),
        ("[h]:mm", 1.5, "36:00"),
        ("mm:ss", 0.0123, "17:43"),
        ("aaaa", 45356, "星期二"),
        ("[DBNum2]0", 1234, "壹贰叁肆"),
        ('0"例"', 7, "7例"),
        (";;;", 5, ""),
    ],
)
def test_numbers_read_as_shown(code: str, value: float, shown: str) -> None:
    made = kit.Kit()
    made.rows.append(kit.row(2, kit.number("A2", repr(value), made.style(code))))
    assert number_format(code).show(value) == shown
    document = read(made.save())
    live = [block.text for block in document.blocks if block.survives and block.kind is Kind.CELL]
    assert live == ["前面保留", *([shown] if shown else []), "后面保留"]


@settings(max_examples=200, deadline=None)
@given(
    code=st.text('0#?.,%;-+E/ymdhs@[]"\\_*年月:General<>=1 ', max_size=20),
    value=st.floats(allow_nan=False, allow_infinity=False, width=32),
)
def test_any_format_shows_something_or_nothing(code: str, value: float) -> None:
    assert isinstance(number_format(code).show(value), str)


@pytest.mark.parametrize(
    "code", ['"张三"0', "张0三", "\\张\\三0", "[张三]0", '0;"张三"', "[$张三-804]0", "[=13812345678]0;0"]
)
def test_words_of_a_number_format_are_telling(code: str) -> None:
    made = kit.Kit()
    made.rows.append(kit.row(2, kit.number("A2", "5", made.style(code))))
    data = made.save()
    copy = write(data, nothing(read(data)))
    assert number_format(code).telling
    assert not {"张三", "13812345678"} & set(
        zipfile.ZipFile(io.BytesIO(copy)).read("xl/styles.xml").decode().split('"')
    )


def cells(document: Document) -> dict[str, Block]:
    return {b.location.address: b for b in document.blocks if b.survives and b.kind is Kind.CELL}


def test_headers_of_a_payroll() -> None:
    document = read(payroll())
    found = cells(document)

    def head(place: str) -> str:
        cell = found[f"cell {place}"].cell
        assert cell is not None
        return "" if cell.column_header is None else document.blocks[cell.column_header].text

    assert [head(f"{column}5") for column in "ABCDEFG"] == [
        "序号",
        "姓名",
        "手机号",
        "应发",
        "扣款",
        "实发",
        "出生日期",
    ]
    assert head("A12") == ""  # a remark below the table
    assert head("B11") == "姓名"  # after an empty row the table goes on
    assert head("A1") == head("D4") == ""
    assert head("B15") == "医师"  # another table
    assert found["cell B3"].cell is not None
    assert found["cell B3"].cell.row == 0


def payroll() -> bytes:
    """A payroll as hospitals send it: titles, a heading of two rows, formulas, an empty row, a second table."""
    made = kit.Kit()
    made.names["sheet1"], made.last = "张晓明工资", ""
    money, day, short = made.style("#,##0.00"), made.style('m"月"d"日"'), made.style("0.00E+00")
    made.rows = [
        kit.row(1, kit.text("A1", "某市第一人民医院2024年3月工资发放表")),
        kit.row(2, kit.text("A2", "部门：内科"), kit.text("G2", "单位：元")),
        kit.row(
            3,
            *(
                kit.text(f"{c}3", t)
                for c, t in zip("ABCDFGH", ("序号", "姓名", "手机号", "工资", "实发", "出生日期", "个税"), strict=True)
            ),
        ),
        kit.row(4, kit.text("D4", "应发"), kit.text("E4", "扣款")),
    ]
    merges = ("A1:H1", "A3:A4", "B3:B4", "C3:C4", "D3:E3", "F3:F4", "G3:G4", "H3:H4")
    made.after += "<mergeCells>" + "".join(f'<mergeCell ref="{area}"/>' for area in merges) + "</mergeCells>"
    people = [
        ("张晓明", "13812345678", 12345.678, 1200.5, 31021),
        ("李思远", "13900001111", 8000, 300, 30000),
        ("王雨桐", "13700002222", 9800.55, 410, 29500),
        ("陈嘉怡", "13600003333", 7600.25, 205, 28000),
    ]
    for r, (name, phone, due, less, born) in zip((5, 6, 7, 11), people, strict=True):
        made.rows.append(
            kit.row(
                r,
                kit.number(f"A{r}", str(r)),
                kit.text(f"B{r}", name),
                kit.number(f"C{r}", phone, short),
                kit.number(f"D{r}", str(due), money),
                kit.number(f"E{r}", str(less), money),
                kit.number(f"F{r}", str(due - less), money, f"D{r}-E{r}"),
                kit.number(f"G{r}", str(born), day),
                kit.number(f"H{r}", str(round(due * 0.03, 4)), money, f"D{r}*0.03"),
            )
        )
    made.rows.append(kit.row(12, kit.text("A12", "注：薪级工资按文件套改，" + "夜班费并入津补贴，" * 4)))
    made.rows.append(kit.row(14, kit.text("A14", "科室"), kit.text("B14", "医师")))
    made.rows.append(kit.row(15, kit.text("A15", "内科"), kit.text("B15", "周医生")))
    return made.save()


def test_a_payroll_from_end_to_end(tmp_path: Path) -> None:
    source = tmp_path / "工资表.xlsx"
    source.write_bytes(payroll())
    redactor = hr.Redactor()
    review = redactor.review(source)
    copy = redactor.redact(review, tmp_path / "out" / review.output_name)
    values = [str(value) for row in opened(copy.path.read_bytes()) for value in row if value is not None]
    assert copy.verification.passed
    assert {"某市第一人民医院2024年3月工资发放表", "姓名", "应发", "个税", "科室"} <= set(values)
    gone = ("张晓明", "李思远", "王雨桐", "陈嘉怡", "1381234", "12345.6", "12,345", "11145.1", "370.37", "31021")
    assert left(copy.path.read_bytes(), *gone) == []
    assert not [value for value in values if value.startswith("=")]


# -- a cell is one thing ---------------------------------------------------------------------------


def plan_on(
    document: Document, address: str, *, kind: Kind | None = None, replacement: str = "[已删]"
) -> RedactionPlan:
    numbers = [
        n
        for n, block in enumerate(document.blocks)
        if block.location.address == address and (kind is None or block.kind is kind)
    ]
    edits = [planting.edit(f"e{n}", Span(n, 0, len(document.blocks[n].text)), replacement) for n in numbers]
    assert edits
    return planting.make_plan(document, edits)


def second_row(data: bytes) -> list[object]:
    return [value for value in opened(data)[1] if value is not None]


def test_an_edited_number_leaves_no_number_behind() -> None:
    data = book(kit.number("A2", "12345.678", 1), kit.number("B2", "12345.678", 1), styles=("#,##0",))
    document = read(data)
    plan = plan_on(document, "cell A2")
    copy = write(data, plan)
    assert second_row(copy) == ["[已删]", 12345.678]
    assert list(FORMAT.compare(document, plan, read(copy))) == []


def test_what_is_found_behind_a_number_goes_with_what_shows() -> None:
    data = book(kit.number("A2", "13812345678", 1), styles=("0.00E+00",))
    document = read(data)
    plan = plan_on(document, "cell A2, value", replacement="[电话1]")
    copy = write(data, plan)
    assert second_row(copy) == ["[电话1]"]
    assert list(FORMAT.compare(document, plan, read(copy))) == []
    assert left(copy, "1.38E+10", "13812345678") == []


@pytest.mark.parametrize(
    ("formula", "value", "edited", "expected"),
    [
        ("A2*2", "200", "A2", "***"),  # gives it back
        ("A2+B2", "300", "A2", "***"),  # by the other one
        ("SUM(A2:D2)", "1000", "A2 B2 C2", 1000),  # three hide each other
        ("MAX(A2:D2)", "300", "A2 B2 C2", "***"),  # one of them itself
        ("COUNT(A2:D2)", "4", "A2", 4),
        ("C2*2", "600", "A2", "=C2*2"),  # looks at nothing that goes
        ("E2", "1", "A2", "***"),  # by way of another formula
    ],
)
def test_formulas_on_removed_values(formula: str, value: str, edited: str, expected: object) -> None:
    given = [kit.number(f"{c}2", n) for c, n in zip("ABCD", ("100", "200", "300", "400"), strict=True)]
    data = book(*given, kit.number("E2", "100", formula="A2"), kit.number("F2", value, formula=formula))
    document = read(data)
    numbers = [
        n
        for n, b in enumerate(document.blocks)
        if b.location.address in [f"cell {e}2" for e in edited.replace("2", "").split()]
    ]
    edits = [planting.edit(f"e{n}", Span(n, 0, 3), "[已删]") for n in numbers]
    plan = planting.make_plan(document, edits)
    copy = write(data, plan)
    assert second_row(copy)[-1] == expected
    assert list(FORMAT.compare(document, plan, read(copy))) == []


def test_a_name_in_a_formula_takes_the_formula_and_leaves_the_value() -> None:
    data = book(kit.number("A2", "7", formula='COUNTIF(B1:B9,"张三丰")'))
    document = read(data)
    plan = planting.plan_for(document, "张三丰")
    copy = write(data, plan)
    assert second_row(copy) == [7]
    assert list(FORMAT.compare(document, plan, read(copy))) == []


def test_a_formula_on_a_hidden_column_becomes_its_value() -> None:
    made = kit.Kit()
    made.before = '<cols><col min="3" max="3" width="9" hidden="1"/></cols>'
    made.rows.append(
        kit.row(2, kit.number("A2", "10", formula="C2*2"), kit.number("B2", "2", formula="1+1"), kit.number("C2", "5"))
    )
    data = made.save()
    document = read(data)
    copy = write(data, nothing(document))
    assert second_row(copy) == [10, "=1+1"]
    assert list(FORMAT.compare(document, nothing(document), read(copy))) == []


def test_a_formula_that_shows_nothing_yet() -> None:
    made = kit.Kit()
    made.rows.append(
        kit.row(2, kit.number("A2", "5"), '<c r="B2"><f>A2*2</f></c>', '<c r="C2"><f>"138"&amp;"12345678"</f></c>')
    )
    data = made.save()
    document = read(data)
    assert [(u.what, u.location.address) for u in document.unread] == [("formula", "cell C2")]
    assert second_row(write(data, nothing(document))) == [5, "=A2*2"]
    plan = planting.make_plan(
        document, list(plan_on(document, "cell A2").edits), list(nothing(document).accepted_unread)
    )
    copy = write(data, plan)
    assert second_row(copy) == ["[已删]"]
    assert list(FORMAT.compare(document, plan, read(copy))) == []


def test_a_chart_lets_go_what_its_cells_let_go() -> None:
    made = kit.Kit()
    xlsx_slots.chart(made, category="赵小花")
    made.rows.append(kit.row(2, kit.text("A2", "赵小花")))
    data = made.save()
    document = read(data)
    plan = plan_on(document, "cell A2")
    copy = write(data, plan)
    assert left(copy, "赵小花") == []
    assert list(FORMAT.compare(document, plan, read(copy))) == []


def test_references_of_formulas() -> None:
    found = read_formula("SUM($B$2:B10)+VLOOKUP(A2,'我的 表'!A:C,2,0)")
    assert found.areas[0] == Area("", 2, 2, 10, 2)
    assert found.areas[2] == Area("我的 表", 1, 1, 1048576, 3)
    assert found.keepable
    for wild in (
        'INDIRECT("A1")',
        "OFFSET(A1,1,1)",
        "常数*2",
        "[1]表!A1",
        "Table1[金额]",
        "cmd|'/c calc'!A1",
        "表一:表三!A1",
    ):
        assert read_formula(wild).wild
        assert not read_formula(wild).keepable
    assert shift_formula("A1+$A1+A$1+$A$1+LOG10(B2)", 1, 1) == "B2+$A2+B$1+$A$1+LOG10(C3)"
    assert shift_formula("A1", -1, 0) == "#REF!"


LETTERS = st.text(st.sampled_from("王小测A1 \n<&>_x0041_"), min_size=1, max_size=8)


@settings(max_examples=40, deadline=None)
@given(pieces=st.lists(LETTERS, min_size=1, max_size=4), choice=st.data())
def test_edits_do_exactly_what_they_say(pieces: list[str], choice: st.DataObject) -> None:
    """Any edits that do not overlap, over any runs, give the text that the plan says."""
    made = kit.Kit()
    runs = "".join(
        f"<r><rPr><b/></rPr>{kit.text('A1', piece).split('<is>')[1].split('</is>')[0]}</r>" for piece in pieces
    )
    made.rows.append(kit.row(2, f'<c r="A2" t="s"><v>{made.share(runs)}</v></c>'))
    data = made.save()
    document = read(data)
    block = next(n for n, b in enumerate(document.blocks) if b.location.address == "cell A2")
    text = document.blocks[block].text
    cuts = sorted(choice.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    spans = [Span(block, a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    edits = [
        planting.edit(f"e{n}", span, choice.draw(st.sampled_from(["", "█", "[患者1]", " <&> ", "=1+1"])))
        for n, span in enumerate(spans)
    ]
    plan = planting.make_plan(document, edits)
    assert list(FORMAT.compare(document, plan, read(write(data, plan)))) == []


def test_a_replacement_is_no_formula() -> None:
    data = book(kit.text("A2", "张三丰"))
    copy = write(data, plan_on(read(data), "cell A2", replacement="=HYPERLINK(1)"))
    book_ = openpyxl.load_workbook(io.BytesIO(copy))
    assert "<f>" not in zipfile.ZipFile(io.BytesIO(copy)).read("xl/worksheets/sheet1.xml").decode()
    assert book_.worksheets[0]["A2"].value == "=HYPERLINK(1)"


def test_edits_outside_the_document_are_refused() -> None:
    data = build(["inline_text"])
    document = read(data)
    for span in (Span(0, 0, 999), Span(999, 0, 1)):
        with pytest.raises(PlanError) as caught:
            write(data, planting.make_plan(document, [planting.edit("e", span, "x")]))
        assert caught.value.code == "HR404"


def test_names_of_sheets() -> None:
    assert sheet_names(["甲", "乙", "丙"], ["[患者1]", "[患者1]", "丙"]) == ["(患者1)", "(患者1) (2)", "丙"]
    assert sheet_names(["甲"], ["*" * 40]) == ["＊" * 31]
    assert sheet_names(["甲", "-"], ["", "-"]) == ["- (2)", "-"]


def test_numbers_behind_two_cells_are_no_number() -> None:
    """An edited cell stores nothing any more, and what its neighbours store must not grow together."""
    document = read(book(kit.number("A2", "0.12", 1), kit.number("B2", "34.5", 1), styles=("0",)))
    assert [block.text for block in document.blocks if block.kind is Kind.STORED] == ["0.12", "34.5"]
    assert planting.occurrences(document, "1234") == []
    assert len(planting.occurrences(document, "34.5")) == 1
