"""The workbook format: every place in which a value can stand, what is kept, and what is refused."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import planting
import pytest
import xlsx_builder as builder
import xlsx_kit as kit
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from support import shared_dir
from xlsx_calls import left, nothing, opened, read, write

from hospital_redact.errors import ReadError
from hospital_redact.formats.base import Source
from hospital_redact.formats.xlsx import FORMAT, grid
from hospital_redact.model import Document

VALUE = kit.VALUE
EVERY = builder.EVERY
build = builder.build


# -- every slot ------------------------------------------------------------------------------------


def test_there_are_enough_slots() -> None:
    assert len(EVERY) >= 100


@pytest.mark.parametrize("name", EVERY)
def test_value_is_gone_from_slot(name: str) -> None:
    data = build([name])
    document = read(data)
    plan = planting.plan_for(document, VALUE)
    copy = write(data, plan)
    assert left(copy, *kit.FRAGMENTS) == []
    assert list(FORMAT.compare(document, plan, read(copy))) == []
    texts = {value for row in opened(copy) for value in row}
    assert {"前面保留", "后面保留"} <= texts


@pytest.mark.parametrize("name", EVERY)
def test_slot_without_plan_holds_the_value_only_where_it_shows(name: str) -> None:
    """The cleaning alone removes what does not show, and nothing that shows."""
    data = build([name])
    document = read(data)
    copy = write(data, nothing(document))
    if name in kit.SHOWS:
        assert any(spans for spans in planting.occurrences(read(copy), VALUE))
    else:
        assert left(copy, *kit.FRAGMENTS) == []
    assert list(FORMAT.compare(document, nothing(document), read(copy))) == []


@pytest.mark.parametrize("name", kit.SHOWS | kit.HIDDEN)
def test_slot_is_read_for_detection(name: str) -> None:
    document = read(build([name]))
    found = planting.occurrences(document, VALUE)
    assert found
    survives = {document.blocks[span.block].survives for spans in found for span in spans}
    assert (name in kit.SHOWS) in survives


@pytest.mark.parametrize("name", kit.HIDDEN)
def test_what_is_left_out_is_listed(name: str) -> None:
    plain = {(part.what, part.part): part.count for part in read(build([])).dropped}
    planted = read(build([name]))
    more = [part for part in planted.dropped if part.count > plain.get((part.what, part.part), 0)]
    assert more or name in ("code_name", "lost_margin_code", "fallback_of_drawing")
    assert not [part for part in planted.dropped if VALUE in part.part or VALUE in part.what]


def test_all_slots_at_once() -> None:
    alone = {"sheet_name", "hidden_sheet_name", "very_hidden_sheet", "hidden_sheet", "hidden_sheet_header", "macros"}
    taken: set[str] = set()
    names = []
    for name in EVERY:
        made = kit.Kit()
        EVERY[name](made, VALUE)
        new = set(made.parts) | {cell for cell in ("A2", "B2", "C2") if f'r="{cell}"' in "".join(made.rows)}
        new |= {"row"} if len(made.rows) > 1 else set()
        new |= {
            word
            for word in ("headerFooter", "definedNames", "cols", "sheetPr")
            if word in made.setup + made.workbook + made.before
        }
        if name not in alone and not new & taken and "xl/drawings" not in str(made.relations):
            names.append(name)
            taken |= new
    assert len(names) > 40
    data = build(names)
    document = read(data)
    plan = planting.plan_for(document, VALUE)
    copy = write(data, plan)
    assert left(copy, *kit.FRAGMENTS) == []
    assert list(FORMAT.compare(document, plan, read(copy))) == []


# -- what stays ------------------------------------------------------------------------------------


def test_layout_survives() -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "检验"
    sheet.append(["项目", "结果"])
    sheet.append(["白细胞", 5.25])
    sheet["A1"].font = Font(name="黑体", bold=True, size=14, color="FFFF0000")
    sheet["A1"].fill = PatternFill("solid", fgColor="FFEEEEEE")
    sheet["A1"].alignment = Alignment(horizontal="center", wrap_text=True)
    sheet["B2"].number_format = '0.0"例"'
    sheet["B2"].border = Border(top=Side("thin"))
    sheet.merge_cells("A4:B5")
    sheet.column_dimensions["A"].width = 33
    sheet.row_dimensions[1].height = 40
    sheet.freeze_panes = "B2"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.print_area = "A1:B5"
    sheet.print_title_rows = "1:1"
    assert sheet.oddFooter is not None
    assert sheet.oddFooter.center is not None
    sheet.oddFooter.center.text = "第 &P 页"
    sheet.conditional_formatting.add("B2:B9", Rule("cellIs", operator="greaterThan", formula=["5"]))
    stream = io.BytesIO()
    made.save(stream)
    copy = openpyxl.load_workbook(io.BytesIO(write(stream.getvalue(), nothing(read(stream.getvalue())))))
    kept = copy["检验"]
    assert (kept["A1"].font.name, kept["A1"].font.b, kept["A1"].font.sz) == ("黑体", True, 14)
    assert kept["A1"].font.color.rgb == "FFFF0000"
    assert kept["A1"].fill.fgColor.rgb == "FFEEEEEE"
    assert kept["A1"].alignment.wrap_text
    assert kept["B2"].number_format == '0.0"例"'
    assert kept["B2"].border.top.style == "thin"
    assert kept["B2"].value == 5.25
    assert [str(area) for area in kept.merged_cells.ranges] == ["A4:B5"]
    assert kept.column_dimensions["A"].width == 33
    assert kept.row_dimensions[1].height == 40
    assert kept.freeze_panes == "B2"
    assert kept.page_setup.orientation == "landscape"
    assert kept.print_area == "'检验'!$A$1:$B$5"
    assert kept.print_title_rows == "$1:$1"
    assert kept.oddFooter is not None
    assert kept.oddFooter.center is not None
    assert kept.oddFooter.center.text == "第 &P 页"
    assert [rule.operator for found in kept.conditional_formatting for rule in found.rules] == ["greaterThan"]


def test_a_workbook_with_macros_becomes_a_plain_one() -> None:
    data = build(["macros"])
    assert "macros" in {part.what for part in read(data).dropped}
    copy = zipfile.ZipFile(io.BytesIO(write(data, nothing(read(data)))))
    assert "spreadsheetml.sheet.main+xml" in copy.read("[Content_Types].xml").decode()
    assert "macro" not in copy.read("[Content_Types].xml").decode().lower()
    assert not [name for name in copy.namelist() if "vba" in name.lower()]


def test_a_copy_made_again_is_the_same() -> None:
    data = build(["inline_text", "rich_text", "oddHeader_C", "text_box", "chart_title"][1:])
    once = write(data, nothing(read(data)))
    again = read(once)
    assert again.dropped == ()
    assert [b for b in again.blocks if not b.survives] == []
    assert write(once, nothing(again)) == once


def test_pictures_stay_without_what_stands_beside_the_pixels() -> None:
    data = build(["picture_comment"])
    document = read(data)
    copy = write(data, nothing(document))
    assert [n for n in zipfile.ZipFile(io.BytesIO(copy)).namelist() if "media" in n] == ["xl/media/image1.png"]
    assert (
        list(FORMAT.compare_pictures(Source("a.xlsx", data), document, nothing(document), Source("a.xlsx", copy))) == []
    )


def test_libreoffice_opens_the_copy(tmp_path: Path) -> None:
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")
    data = build(["rich_text", "oddHeader_C", "text_box", "chart_title", "merged_cell"][1:])
    (tmp_path / "copy.xlsx").write_bytes(write(data, planting.plan_for(read(data), VALUE)))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [
        program,
        "--headless",
        profile,
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "copy.xlsx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    said = (tmp_path / "copy.csv").read_text(encoding="utf-8", errors="replace")
    assert "前面保留" in said
    assert "后面保留" in said


# -- limits and hostile files ----------------------------------------------------------------------


def refused(data: bytes) -> str:
    with pytest.raises(ReadError) as caught:
        read(data)
    assert VALUE not in str(caught.value)
    return caught.value.code


def test_a_million_rows_are_streamed_and_refused() -> None:
    made = kit.Kit()
    made.rows = ["".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, grid.MAX_CELLS + 3))]
    made.last = ""
    assert refused(made.save()) == "HR204"


def test_empty_rows_cost_nothing() -> None:
    made = kit.Kit()
    made.rows += [f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(2, 20_000)]
    made.last = ""
    data = made.save()
    copy = zipfile.ZipFile(io.BytesIO(write(data, nothing(read(data))))).read("xl/worksheets/sheet1.xml")
    assert copy.count(b"<row") < 300


def test_one_text_in_every_cell_is_counted() -> None:
    made = kit.Kit()
    index = made.share(f"<t>{'长' * 1_000_000}</t>")
    made.rows += [kit.row(n, f'<c r="A{n}" t="s"><v>{index}</v></c>') for n in range(2, 100)]
    assert refused(made.save()) == "HR204"


@pytest.mark.parametrize(
    "rows",
    [
        kit.row(5, kit.text("A5", "甲")) + kit.row(4, kit.text("A4", "乙")),
        kit.row(5, kit.text("A5", "甲"), kit.text("A5", "乙")),
        kit.row(5, kit.text("B5", "甲"), kit.text("A5", "乙")),
        kit.row(5, kit.text("A6", "甲")),
        kit.row(5, '<c r="A5"><v>1</v><v>2</v></c>'),
        kit.row(5, '<c r="A5" t="s"><v>99</v></c>'),
        kit.row(5, '<c r="XFE5"><v>1</v></c>'),
        kit.row(1_048_577, "<c><v>1</v></c>"),
    ],
)
def test_what_two_readers_may_read_differently_is_refused(rows: str) -> None:
    made = kit.Kit()
    made.rows.append(rows)
    made.last = ""
    assert refused(made.save()) == "HR203"


def test_entities_and_document_types_are_refused() -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    for part in ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"):
        data = io.BytesIO(build(["shared_text"]))
        stream = io.BytesIO()
        with zipfile.ZipFile(data) as old, zipfile.ZipFile(stream, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                new.writestr(
                    name, content.replace(kit.XML.encode(), (kit.XML + laughs).encode()) if name == part else content
                )
        assert refused(stream.getvalue()) == "HR203"


def test_many_merged_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid, "MAX_MERGES", 100)
    made = kit.Kit()
    merges = [f'<mergeCell ref="A{n}:B{n}"/>' for n in range(10, 200)]
    made.after = f"<mergeCells>{''.join(merges)}</mergeCells>"
    assert refused(made.save()) == "HR204"
    huge = kit.Kit()
    huge.after = '<mergeCells><mergeCell ref="A2:XFD1048576"/><mergeCell ref="B2:C3"/></mergeCells>'
    assert read(huge.save()).dropped  # what the whole sheet covers is left out


def test_a_dimension_that_lies_is_not_believed() -> None:
    made = kit.Kit()
    made.before = '<dimension ref="A1:XFD1048576"/>'
    assert len(read(made.save()).blocks) == 3


def test_public_files_are_redacted_or_refused() -> None:
    done = 0
    for path in sorted(shared_dir("corpus", "xlsx").iterdir())[::4]:
        document = read_or_refusal(path.read_bytes())
        if isinstance(document, ReadError):
            assert document.code in ("HR201", "HR202", "HR203", "HR204")
            continue
        copy = write(path.read_bytes(), nothing(document))
        assert list(FORMAT.compare(document, nothing(document), read(copy))) == []
        done += 1
    assert done >= 4


def read_or_refusal(data: bytes) -> Document | ReadError:
    try:
        return read(data)
    except ReadError as error:
        return error


# -- what shows and is not read --------------------------------------------------------------------


def test_an_embedded_object_leaves_a_box() -> None:
    made = kit.Kit()
    corner = "<xdr:col>1</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{0}</xdr:row><xdr:rowOff>0</xdr:rowOff>"
    ends = f"<from>{corner.format(1)}</from><to>{corner.format(5)}</to>"
    key = made.sheet_part("xl/embeddings/oleObject1.bin", "oleObject", VALUE)
    frame = f"<objectPr><anchor>{ends}</anchor></objectPr>"
    made.tail += f'<oleObjects><oleObject progId="{VALUE}" shapeId="1" r:id="{key}">{frame}</oleObject></oleObjects>'
    data = made.save()
    document = read(data)
    assert document.unread == ()
    assert "[嵌入对象]" in [block.text for block in document.blocks if block.survives]
    copy = write(data, nothing(document))
    assert left(copy, *kit.FRAGMENTS) == []
    assert list(FORMAT.compare(document, nothing(document), read(copy))) == []


def test_what_shows_and_is_not_read_blocks() -> None:
    control = f'<xml {kit.NAMESPACES}><v:shape><x:ClientData ObjectType="Checkbox"/></v:shape></xml>'
    made = kit.Kit()
    made.sheet_part("xl/drawings/vmlDrawing1.vml", "vmlDrawing", control)
    made.drawings.append(kit.anchor('<xdr:contentPart r:id="rId1"/>'))
    points = '<a:lnTo><a:pt x="1" y="2"/></a:lnTo>' * 60
    path = f"<a:custGeom><a:pathLst><a:path>{points}</a:path></a:pathLst></a:custGeom>"
    free = kit.shape(kit.run("签名")).replace('<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>', path)
    made.drawings.append(kit.anchor(free))
    made.setup += "<headerFooter><oddHeader>&amp;L&amp;G</oddHeader></headerFooter>"
    data = made.save()
    document = read(data)
    assert sorted(unread.what for unread in document.unread) == ["control", "drawing", "image", "ink"]
    copy = write(data, nothing(document))
    assert read(copy).unread == ()


def test_a_workbook_of_charts_alone_is_refused() -> None:
    made = kit.Kit()
    made.states["sheet1"] = "hidden"
    assert refused(made.save()) == "HR201"
