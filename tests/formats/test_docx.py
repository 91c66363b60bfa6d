"""The Word format: every place in which a value can stand, what is kept, and what is refused."""

from __future__ import annotations

import io
import random
import zipfile
from copy import deepcopy

import docx
import docx_builder as builder
import docx_kit as kit
import planting
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.shared import Pt
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from support import shared_dir

from hospital_redact.errors import PlanError, ReadError
from hospital_redact.formats.base import Source
from hospital_redact.formats.docx import FORMAT
from hospital_redact.formats.ooxml.package import MAX_DEPTH, MAX_ENTRIES, is_encrypted_office
from hospital_redact.formats.pictures.stripping import strip_image
from hospital_redact.model import AcceptedUnread, Document, Kind, RedactionPlan, Span

VALUE = kit.VALUE
EVERY = kit.SHOWS | kit.HIDDEN | kit.UNREAD | kit.DROPPED


def read(data: bytes) -> Document:
    return FORMAT.read(Source("病历.docx", data))


def write(data: bytes, plan: RedactionPlan) -> bytes:
    target = io.BytesIO()
    FORMAT.write(Source("病历.docx", data), plan, target)
    return target.getvalue()


def left(data: bytes, *values: str) -> list[str]:
    """Return the readings of ``data`` that hold one of ``values`` in any encoding."""
    return planting.places_of(values, FORMAT.readings(data))


def document_with(content: str) -> bytes:
    package = kit.Kit()
    package.body = [content]
    return package.save()


# -- every slot ------------------------------------------------------------------------------------


def test_there_are_enough_slots() -> None:
    assert len(EVERY) >= 100


@pytest.mark.parametrize("name", EVERY)
def test_value_is_gone_from_slot(name: str) -> None:
    data = builder.build([name])
    document = read(data)
    plan = planting.plan_for(document, VALUE)
    copy = write(data, plan)
    assert left(copy, *kit.FRAGMENTS) == []
    assert list(FORMAT.compare(document, plan, read(copy))) == []
    lines = [p.text for p in docx.Document(io.BytesIO(copy)).paragraphs]
    if name != "vanish_by_default":
        assert {"出院小结", "前一段保留。", "后一段保留。"} <= set(lines)


@pytest.mark.parametrize("name", EVERY)
def test_slot_without_plan_holds_the_value_only_where_it_shows(name: str) -> None:
    """The cleaning alone removes what does not show, and nothing that shows."""
    data = builder.build([name])
    document = read(data)
    accepted = [AcceptedUnread(u.what, str(u.location), "reviewer", "test") for u in document.unread]
    copy = write(data, planting.make_plan(document, [], accepted))
    found = left(copy, *kit.FRAGMENTS)
    if name in kit.SHOWS:
        assert any(spans for spans in planting.occurrences(read(copy), VALUE))
    else:
        assert found == []


@pytest.mark.parametrize("name", kit.SHOWS | kit.HIDDEN | kit.UNREAD)
def test_slot_is_read_for_detection(name: str) -> None:
    document = read(builder.build([name]))
    found = planting.occurrences(document, VALUE)
    assert found
    survives = {document.blocks[span.block].survives for spans in found for span in spans}
    assert survives == {name in kit.SHOWS}


@pytest.mark.parametrize("name", kit.UNREAD)
def test_slot_blocks(name: str) -> None:
    assert read(builder.build([name])).unread


UNLISTED = {
    *("unknown_attributes", "property_values", "namespace_name", "xml_comment", "stray_text", "numbering_names"),
    *("theme_names", "zip_comment", "before_and_after_zip", "two_alternatives", "relation_id", "picture_exif"),
    *("picture_comment", "picture_twin", "choice_not_taken", "control_names", "form_field_names", "page_field_code"),
    *("core_property", "core_author", "app_property", "thumbnail", "font_table"),
}
"""Slots in attributes, in bytes outside every part, and in parts that the base file has (and lists) already."""


@pytest.mark.parametrize("name", [name for name in kit.HIDDEN | kit.DROPPED if name not in UNLISTED])
def test_what_is_left_out_is_listed(name: str) -> None:
    plain = {(part.what, part.part): part.count for part in read(builder.build([])).dropped}
    planted = read(builder.build([name]))
    more = [part for part in planted.dropped if part.count > plain.get((part.what, part.part), 0)]
    assert more or planted.unread
    assert not [part for part in planted.dropped if VALUE in part.part or VALUE in part.what]


CLASHES = frozenset(
    ["unused_footnote", "comment_author", "vanish_by_default", "numbering_names", "header_of_inner_section"]
)
"""Slots that need a part which another slot makes as well, or that hide the rest."""


def test_all_slots_at_once() -> None:
    names = [n for n in EVERY if n not in CLASHES]
    data = builder.build(names)
    document = read(data)
    plan = planting.plan_for(document, VALUE)
    copy = write(data, plan)
    assert left(copy, *kit.FRAGMENTS) == []
    assert list(FORMAT.compare(document, plan, read(copy))) == []


def test_a_partial_edit_leaves_a_difference() -> None:
    """Half an identifier left behind is what rule 1 is for."""
    data = builder.build(["split_runs"])
    document = read(data)
    plan = planting.plan_for(document, VALUE)
    (whole,) = plan.edits
    half = Span(whole.span.block, whole.span.start, whole.span.end - 4)
    copy = write(data, planting.make_plan(document, [planting.edit("e", half, "[患者1]")]))
    assert list(FORMAT.compare(document, plan, read(copy)))


# -- what stays ------------------------------------------------------------------------------------


def test_runs_keep_their_formatting() -> None:
    made = docx.Document()
    line = made.add_paragraph()
    line.add_run("姓名：").bold = True
    first = line.add_run("王小")
    first.italic = True
    first.font.size = Pt(15)
    line.add_run("测，男").underline = True
    stream = io.BytesIO()
    made.save(stream)
    document = read(stream.getvalue())
    copy = docx.Document(io.BytesIO(write(stream.getvalue(), planting.plan_for(document, "王小测", "[患者1]"))))
    runs = copy.paragraphs[0].runs
    assert [run.text for run in runs] == ["姓名：", "[患者1]", "，男"]
    assert (runs[0].bold, runs[1].italic, runs[1].font.size, runs[2].underline) == (True, True, Pt(15), True)


def test_layout_survives() -> None:
    made = docx.Document()
    made.add_heading("检验报告", 1)
    made.add_paragraph("第一项", style="List Number")
    grid = made.add_table(2, 2, style="Table Grid")
    grid.cell(0, 0).merge(grid.cell(0, 1)).text = "标题"
    made.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    made.sections[0].header.paragraphs[0].text = "某医院"
    made.sections[0].page_width = Pt(500)
    stream = io.BytesIO()
    made.save(stream)
    copy = docx.Document(io.BytesIO(write(stream.getvalue(), planting.make_plan(read(stream.getvalue()), []))))
    assert [p.style.name if p.style else "" for p in copy.paragraphs] == ["Heading 1", "List Number", "Normal"]
    assert copy.paragraphs[1].style is not None
    assert (
        copy.paragraphs[1].style.paragraph_format.left_indent == made.styles["List Number"].paragraph_format.left_indent
    )
    assert 'w:numId w:val="' in copy.paragraphs[1].style.element.xml
    assert copy.tables[0].style is not None
    assert copy.tables[0].style.name == "Table Grid"
    assert copy.tables[0].cell(0, 1).text == "标题"
    assert 'w:br w:type="page"' in copy.paragraphs[2]._p.xml
    assert copy.sections[0].header.paragraphs[0].text == "某医院"
    assert copy.sections[0].page_width == Pt(500)


def test_page_numbers_stay_fields() -> None:
    data = document_with(kit.paragraph(kit.run("第") + kit.complex_field(" PAGE ", kit.run("3"))))
    copy = write(data, planting.make_plan(read(data), []))
    markup = zipfile.ZipFile(io.BytesIO(copy)).read("word/document.xml").decode()
    assert markup.count("fldChar ") == 3
    assert "<w:instrText>PAGE</w:instrText>" in markup


def test_half_a_page_field_becomes_text() -> None:
    """A mark that went with a deletion must not turn the result into a code."""
    field = kit.complex_field(" PAGE ", kit.run("3"))
    separate = '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    data = document_with(kit.paragraph(field.replace(separate, f'<w:del w:id="1">{separate}</w:del>')))
    document = read(data)
    assert document.blocks[0].text == "3"
    plan = planting.make_plan(document, [])
    copy = write(data, plan)
    assert list(FORMAT.compare(document, plan, read(copy))) == []
    assert b"fldChar" not in zipfile.ZipFile(io.BytesIO(copy)).read("word/document.xml")


def test_a_copy_made_again_is_the_same() -> None:
    data = builder.build(sorted(kit.SHOWS))
    document = read(data)
    once = write(data, planting.plan_for(document, "nothing"))
    again = read(once)
    assert again.dropped == ()
    assert write(once, planting.plan_for(again, "nothing")) == once


# -- how it is read --------------------------------------------------------------------------------


def test_kinds_and_headers_of_cells() -> None:
    made = docx.Document()
    title = made.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.add_run("某医院绩效发放表").bold = True
    made.add_heading("一、名单", 2)
    grid = made.add_table(4, 3)
    for row, cells in enumerate(
        (("发放表", "", ""), ("姓名", "工号", "金额"), ("王小测", "1001", "8000"), ("李小试", "1002", "9000"))
    ):
        for column, content in enumerate(cells):
            grid.cell(row, column).text = content
    grid.cell(0, 0).merge(grid.cell(0, 2))
    stream = io.BytesIO()
    made.save(stream)
    document = read(stream.getvalue())
    kinds = {block.text: block.kind for block in document.blocks if block.text}
    assert kinds["某医院绩效发放表"] is Kind.HEADING
    assert kinds["一、名单"] is Kind.HEADING
    assert kinds["9000"] is Kind.CELL
    (amount,) = [b for b in document.blocks if b.text == "9000"]
    assert amount.cell is not None
    assert amount.cell.column_header is not None
    assert amount.cell.row_header is not None
    assert document.blocks[amount.cell.column_header].text == "金额"
    assert document.blocks[amount.cell.row_header].text == "李小试"
    (head,) = [b for b in document.blocks if b.text == "金额"]
    assert head.cell is not None
    assert head.cell.column_header is None
    assert "1001\t8000" in document.views[0].text


def test_deleted_text_does_not_split_a_value() -> None:
    document = read(builder.build(["deleted_in_the_middle"]))
    assert VALUE in [block.text for block in document.blocks if block.survives]


def test_check_boxes_are_read() -> None:
    form = "<w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData>"
    begin = f'<w:r><w:fldChar w:fldCharType="begin">{form}</w:fldChar></w:r>'
    field = begin + kit.complex_field("FORMCHECKBOX", "").split("</w:r>", 1)[1]
    document = read(document_with(kit.paragraph(field + kit.run("同意"))))
    assert document.blocks[0].text == "☒同意"


def test_strict_names_are_read() -> None:
    data = builder.build(["plain"])
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            content = old.read(name).replace(
                b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                b"http://purl.oclc.org/ooxml/wordprocessingml/main",
            )
            new.writestr(name, content)
    assert any(VALUE in block.text for block in read(stream.getvalue()).blocks)


# -- edits -----------------------------------------------------------------------------------------

LETTERS = st.text(st.sampled_from("王小测张A1-\t\n\u00ad☒"), min_size=1, max_size=4)


@settings(max_examples=30, deadline=None)
@given(pieces=st.lists(LETTERS, min_size=1, max_size=6), choice=st.data())
def test_edits_do_exactly_what_they_say(pieces: list[str], choice: st.DataObject) -> None:
    """Any non-overlapping edits over any runs give the text that the plan says."""
    marks = {
        "\t": "<w:tab/>",
        "\n": "<w:br/>",
        "\u00ad": "<w:softHyphen/>",
        "☒": '<w:sym w:font="Wingdings" w:char="F053"/>',
    }
    runs = "".join(
        f"<w:r>{''.join(marks.get(letter) or kit.text(letter) for letter in piece)}</w:r>" for piece in pieces
    )
    data = document_with(kit.paragraph(runs))
    document = read(data)
    text = "".join(pieces)
    assert document.blocks[0].text == text
    cuts = sorted(choice.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    spans = [Span(0, a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    edits = [
        planting.edit(f"e{n}", span, choice.draw(st.sampled_from(["", "█", "[患者1]", " <&> "])))
        for n, span in enumerate(spans)
    ]
    plan = planting.make_plan(document, edits)
    copy = read(write(data, plan))
    assert list(FORMAT.compare(document, plan, copy)) == []


def test_edits_outside_the_document_are_refused() -> None:
    data = builder.build(["plain"])
    document = read(data)
    for span in (Span(0, 0, 999), Span(999, 0, 1)):
        with pytest.raises(PlanError) as caught:
            write(data, planting.make_plan(document, [planting.edit("e", span, "x")]))
        assert caught.value.code == "HR404"
    twice = [planting.edit("a", Span(0, 0, 2), "x"), planting.edit("b", Span(0, 1, 3), "x")]
    with pytest.raises(PlanError):
        write(data, planting.make_plan(document, twice))


def test_replacements_that_xml_cannot_hold_are_refused() -> None:
    data = builder.build(["plain"])
    with pytest.raises(PlanError) as caught:
        write(data, planting.plan_for(read(data), VALUE, "\x00"))
    assert caught.value.code == "HR401"


# -- hostile files ---------------------------------------------------------------------------------


def repacked(change: dict[str, bytes], data: bytes | None = None) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data or builder.build(["plain"]))) as old:
        parts = {name: old.read(name) for name in old.namelist()} | change
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return stream.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(ReadError) as caught:
        read(data)
    return caught.value.code


def test_bombs_are_refused() -> None:
    assert refused(repacked({"word/media/bomb.bin": b"\0" * (9 * 1024 * 1024)})) == "HR204"
    assert refused(repacked({f"word/x{n}.bin": b"" for n in range(MAX_ENTRIES)})) == "HR204"


def test_deep_nesting_is_refused() -> None:
    depth = MAX_DEPTH // 2
    nested = "<w:smartTag>" * depth * 2 + kit.run("x") + "</w:smartTag>" * depth * 2
    assert refused(document_with(kit.paragraph(nested))) == "HR204"


def test_entities_and_document_types_are_refused() -> None:
    data = builder.build(["plain"])
    main = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    declared = main.replace("?>", '?><!DOCTYPE w:document [<!ENTITY x "boom">]>', 1)
    assert refused(repacked({"word/document.xml": declared.encode()})) == "HR203"
    outside = main.replace("?>", '?><!DOCTYPE w:document SYSTEM "file:///etc/passwd">', 1)
    assert refused(repacked({"word/document.xml": outside.encode()})) == "HR203"


def test_two_parts_of_one_name_are_refused() -> None:
    data = builder.build(["plain"])
    stream = io.BytesIO(data)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("word/Document.xml", "<x/>")
    assert refused(stream.getvalue()) == "HR203"


def test_missing_parts_are_refused() -> None:
    assert refused(repacked({"_rels/.rels": b"<x/>"})) == "HR203"
    assert refused(repacked({"word/document.xml": b"<x/>"})) == "HR203"
    assert refused(repacked({"word/styles.xml": b"<unclosed>"})) == "HR203"


def test_names_with_folders_do_not_leave_the_package() -> None:
    document = read(repacked({"../../evil.xml": b"<a>x</a>", "C:\\evil.bin": b"x"}))
    assert {part.part for part in document.dropped if part.what == "orphan_part"} == {"another part"}


def test_other_office_files_are_not_ours() -> None:
    types = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("xl/workbook.xml", "<x/>")
    assert not FORMAT.recognises(stream.getvalue())
    assert not is_encrypted_office(stream.getvalue())


def test_tampered_markup_is_read_or_refused() -> None:
    """Elements and attributes changed at random: an error of ours, or a copy that is what the plan says."""
    chance = random.Random(11)
    outcomes = {"proved": 0, "refused": 0}
    for _ in range(25):
        data = builder.build(chance.sample(sorted(EVERY), 5))
        root = etree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml"))
        elements = [element for element in root.iter("*") if element.getparent() is not None]
        for _ in range(chance.choice((1, 4, 9))):
            element, other = chance.choice(elements), chance.choice(elements)
            change = chance.randrange(4)
            if change == 0 and (parent := element.getparent()) is not None:
                parent.remove(element)
            elif change == 1:
                other.append(deepcopy(element))
            elif change == 2:
                element.tag = other.tag
            elif element.attrib:
                element.set(chance.choice(sorted(element.keys())), chance.choice(["", "-1", "²", "9" * 20, " 1"]))
        try:
            tampered = repacked({"word/document.xml": etree.tostring(root)}, data)
            document = read(tampered)
        except ReadError:
            outcomes["refused"] += 1
            continue
        plan = planting.plan_for(document, VALUE)
        assert list(FORMAT.compare(document, plan, read(write(tampered, plan)))) == []
        outcomes["proved"] += 1
    assert outcomes["proved"] > 10


def test_torn_files_are_ours_and_refused() -> None:
    data = builder.build(["plain"])
    assert FORMAT.recognises(data[: len(data) // 2])
    assert refused(data[: len(data) // 2]) == "HR203"


def test_images_lose_their_metadata() -> None:
    stripped = strip_image(kit.png("comment"))
    assert stripped is not None
    assert stripped.data == kit.png()
    jpeg = strip_image(kit.JPEG[:2] + b"\xff\xfe\x00\x06abcd" + kit.JPEG[2:] + b"tail")
    assert jpeg is not None
    assert jpeg.data == kit.JPEG
    assert strip_image(b"GIF89a") is None
    assert strip_image(kit.JPEG[:-4]) is None
    assert strip_image(kit.png()[:-5]) is None


# -- real files ------------------------------------------------------------------------------------


def test_public_files_round_trip() -> None:
    """Files of public projects: each is read or refused, and the copies are what the plan says."""
    outcomes: dict[str, int] = {}
    for path in sorted(shared_dir("corpus", "docx").iterdir()):
        data = path.read_bytes()
        if len(data) > 60_000:
            continue
        try:
            document = read(data)
        except ReadError as error:
            outcomes[error.code] = outcomes.get(error.code, 0) + 1
            continue
        number = next((n for n, b in enumerate(document.blocks) if b.survives and len(b.text) > 8), None)
        edits = [] if number is None else [planting.edit("e", Span(number, 2, 6), "[患者1]")]
        accepted = [AcceptedUnread(u.what, str(u.location), "reviewer", "test") for u in document.unread]
        plan = planting.make_plan(document, edits, accepted)
        copy = write(data, plan)
        assert list(FORMAT.compare(document, plan, read(copy))) == [], path.name
        assert len(docx.Document(io.BytesIO(copy)).element.body), path.name
        outcomes["verified"] = outcomes.get("verified", 0) + 1
    assert outcomes["verified"] >= 40
    assert outcomes["HR202"] == 2
