"""The PDF format: every slot planted, removed and looked for by independent readers; what is not read blocks."""

from __future__ import annotations

import io
from collections import Counter

import pdf_builder
import pikepdf
import planting
import pypdfium2  # type: ignore[import-untyped]  # it ships no types
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import shared_dir

from hospital_redact.errors import PlanError, ReadError, VerificationError
from hospital_redact.formats.base import Source
from hospital_redact.formats.pdf import FORMAT, coverage, limits
from hospital_redact.formats.pdf.fontprograms import _tables
from hospital_redact.formats.pdf.removal import glyphs_of, removed_characters
from hospital_redact.model import Document, Kind, RedactionPlan, Span

VALUE = "QZ8842917K"
CHINESE = {"chinese", "gbk", "vertical"}


def value_of(slot: str) -> str:
    return "欧阳静姝" if slot in CHINESE else VALUE


def read(data: bytes) -> Document:
    return FORMAT.read(Source("a.pdf", data))


def write(data: bytes, plan: RedactionPlan) -> bytes:
    target = io.BytesIO()
    FORMAT.write(Source("a.pdf", data), plan, target)
    return target.getvalue()


def places_of(data: bytes, value: str) -> list[str]:
    """Return where the value, or a stretch of four of its characters, still stands."""
    pieces = {value[i : i + 4] for i in range(len(value) - 3)}
    found = []
    for reading in FORMAT.readings(data):
        if reading.text is not None and any(piece in planting.squeeze(reading.text) for piece in pieces):
            found.append(f"{reading.reader}: {reading.place}")
        if reading.data is not None and any(
            piece.encode(code) in reading.data for piece in pieces for code in ("utf-8", "utf-16-be", "gbk")
        ):
            found.append(f"{reading.reader}: {reading.place}")
    return found


def origins(data: bytes) -> Counter[tuple[str, float, float]]:
    """Return what pdfium shows and where, to a tenth of a point."""
    with coverage.opened(data) as document:
        return Counter(
            (c.text, round(c.x, 1), round(c.y, 1))
            for i in range(len(document))
            for c in coverage.characters(document, i)
        )


@pytest.mark.parametrize("slot", pdf_builder.SHOWN)
def test_a_drawn_value_is_found_removed_and_nothing_else_moves(slot: str) -> None:
    value = value_of(slot)
    data = pdf_builder.SHOWN[slot](value)
    document = read(data)
    assert planting.occurrences(document, value)
    plan = planting.plan_for(document, value)
    copy = write(data, plan)
    assert places_of(copy, value) == []
    assert list(FORMAT.compare(document, plan, read(copy))) == []
    before, after = origins(data), origins(copy)
    labels = Counter(letter for block in read(copy).blocks if block.kind is Kind.LABEL for letter in block.text)
    assert Counter(text for text, _, _ in (after - before).elements()) <= labels
    gone = before - after
    assert gone, "the test would prove nothing if pdfium never saw the value"
    assert {text for text, _, _ in gone} <= set(value)


@pytest.mark.parametrize("slot", pdf_builder.HIDDEN)
def test_a_value_that_no_page_draws_is_in_no_copy(slot: str) -> None:
    data = pdf_builder.HIDDEN[slot](VALUE)
    document = read(data)
    plan = planting.make_plan(document, [])
    copy = write(data, plan)
    assert VALUE.encode() in data or places_of(data, VALUE), "the slot does not hold the value"
    assert places_of(copy, VALUE) == []
    again = read(copy)
    assert list(FORMAT.compare(document, plan, again)) == []
    assert all(block.survives for block in again.blocks)
    if not slot.startswith("actual_text"):  # there pdfium shows the ActualText, which is gone
        assert origins(copy) == origins(data)


UNSEEN = {"tag", "comment", "unused_resource", "resource_name", "to_unicode", "older_revision", "unreferenced", "slack",
          "after_the_end"}  # fmt: skip


@pytest.mark.parametrize("slot", sorted(pdf_builder.HIDDEN.keys() - UNSEEN))
def test_hidden_text_is_read_for_detection(slot: str) -> None:
    document = read(pdf_builder.HIDDEN[slot](VALUE))
    assert any(VALUE in block.text and not block.survives for block in document.blocks)


@pytest.mark.parametrize("slot", ["info", "annotation", "attachment", "link", "outline", "javascript", "unknown_key"])
def test_what_no_copy_keeps_is_listed(slot: str) -> None:
    data = pdf_builder.HIDDEN[slot](VALUE)
    document = read(data)
    assert document.dropped
    removed = FORMAT.write(Source("a.pdf", data), planting.make_plan(document, []), io.BytesIO())
    assert removed == document.dropped


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (pdf_builder.with_pattern(VALUE), "text_in_pattern"),
        (pdf_builder.with_soft_mask(VALUE), "text_in_soft_mask"),
        (pdf_builder.with_type3(VALUE), "text_in_type3"),
        (pdf_builder.with_image(bytes(range(16))), "image"),
        (pdf_builder.HIDDEN["form_field"](VALUE), "annotation"),
        (pdf_builder.Builder().build(b"1 2 zz"), "unknown_operator"),
        (pdf_builder.Builder().build(b"BI /W 4 /H 4 /BPC 8 /CS /G ID 0123456789abcdef EI"), "image"),
    ],
)
def test_what_shows_and_is_not_read_is_unread(data: bytes, what: str) -> None:
    assert what in {unread.what for unread in read(data).unread}


def test_what_is_harmless_does_not_block() -> None:
    plain = pdf_builder.Builder().build(b"0.5 g 10 10 500 2 re f 20 20 m 300 20 l S 1 0 0 RG 40 40 100 50 re B")
    assert read(plain).unread == ()
    assert read(pdf_builder.with_image(b"\xff" * 16)).unread == ()
    assert read(pdf_builder.HIDDEN["link"](VALUE)).unread == ()


def test_a_hidden_layer_stays_hidden() -> None:
    data = pdf_builder.SHOWN["hidden_layer"](VALUE)
    copy = write(data, planting.make_plan(read(data), []))

    def ink(content: bytes) -> int:
        page = pypdfium2.PdfDocument(content)[0]
        return int((page.render(scale=1).to_numpy() < 128).sum())

    assert ink(copy) == ink(data)
    assert VALUE in read(copy).views[0].text


def test_a_box_is_drawn_where_the_value_stood() -> None:
    data = pdf_builder.SHOWN["tj"](VALUE)
    document = read(data)
    plan = planting.plan_for(document, VALUE)
    edit = plan.edits[0].span
    glyph = document.blocks[edit.block].glyphs[edit.start + 4]
    assert glyph is not None
    image = pypdfium2.PdfDocument(write(data, plan))[0].render(scale=1).to_numpy()
    x, y = (glyph.box.x0 + glyph.box.x1) / 2, 842 - (glyph.box.y0 + glyph.box.y1) / 2
    assert image[int(y), int(x)].max() == 0


def test_fake_bold_goes_with_its_twin() -> None:
    data = pdf_builder.SHOWN["fake_bold"](VALUE)
    document = read(data)
    first = planting.occurrences(document, VALUE)[0]
    plan = planting.make_plan(document, [planting.edit("e", span, "") for span in first])
    assert places_of(write(data, plan), VALUE) == []


def test_an_owner_password_only_restricts() -> None:
    data = pdf_builder.encrypted(user="")
    document = read(data)
    assert "owner_restrictions" in document.notes
    with pikepdf.open(io.BytesIO(write(data, planting.plan_for(document, VALUE)))) as copy:
        assert not copy.is_encrypted


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (pdf_builder.encrypted(user="user"), "HR202"),
        (b"%PDF-1.7\nnothing of use", "HR203"),
        (pdf_builder.nested_forms(40, 1), "HR204"),
        (pdf_builder.compressed_bomb(160 << 20), "HR204"),
    ],
    ids=["encrypted", "corrupt", "deep", "bomb"],
)
def test_a_hostile_file_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(data)
    assert caught.value.code == code


def test_forms_that_multiply_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_FORMS", 1000)  # the real limit takes seconds to reach
    with pytest.raises(ReadError) as caught:
        read(pdf_builder.nested_forms(12, 8))
    assert caught.value.code == "HR204"


def test_a_form_that_draws_itself_ends() -> None:
    builder = pdf_builder.Builder()
    form = builder.pdf.make_indirect(builder.form(b"/Self Do BT /F1 12 Tf 72 700 Td (loop) Tj ET"))
    form.Resources.XObject = pikepdf.Dictionary(Self=form)
    builder.xobjects["/Self"] = form
    data = builder.build(b"/Self Do")
    document = read(data)
    assert "loop" in document.views[0].text
    assert (
        list(FORMAT.compare(document, planting.make_plan(document, []), read(write(data, _no_edits(document))))) == []
    )


def _no_edits(document: Document) -> RedactionPlan:
    return planting.make_plan(document, [])


def test_names_need_not_be_utf_8() -> None:
    builder = pdf_builder.Builder()
    builder.fonts["/XX"] = builder.fonts.F1
    data = builder.build(f"BT /XX 12 Tf 72 700 Td (Patient {VALUE} seen) Tj ET".encode())
    data = data.replace(b"/XX", b"/\xcb\xce")
    document = read(data)
    plan = planting.plan_for(document, VALUE)
    assert plan.edits
    assert places_of(write(data, plan), VALUE) == []


def test_an_edit_outside_the_document_is_refused() -> None:
    data = pdf_builder.SHOWN["tj"](VALUE)
    plan = planting.make_plan(read(data), [planting.edit("e", Span(99, 0, 3), "")])
    with pytest.raises(PlanError) as caught:
        write(data, plan)
    assert caught.value.code == "HR404"


def test_a_copy_that_cannot_be_checked_does_not_pass() -> None:
    with pytest.raises(VerificationError) as caught:
        list(FORMAT.readings(b"%PDF-1.7 broken"))
    assert caught.value.code == "HR504"


def test_a_moved_glyph_is_a_difference() -> None:
    data = pdf_builder.SHOWN["tj"](VALUE)
    document = read(data)
    moved = read(data.replace(b"72 700 Td", b"72.1 700 Td"))
    assert list(FORMAT.compare(document, _no_edits(document), moved))


def test_the_size_of_text_makes_a_heading() -> None:
    builder = pdf_builder.Builder()
    data = builder.build(b"BT /F1 20 Tf 72 800 Td (Discharge summary) Tj ET")
    kinds = {block.text: block.kind.value for block in read(data).blocks}
    assert kinds["Discharge summary"] == "heading"
    assert kinds[pdf_builder.BEFORE] == "paragraph"


def _truetype(copy: bytes) -> list[dict[bytes, bytes]]:
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        return [
            _tables(bytes(item.FontFile2.read_bytes()))
            for item in pdf.objects
            if isinstance(item, pikepdf.Dictionary) and "/FontFile2" in item
        ]


def test_outlines_and_maps_of_removed_characters_go() -> None:
    data = shared_dir("corpus", "made", "rl_wqy_ttf.pdf").read_bytes()
    document = read(data)
    letters = Counter(character for block in document.blocks if block.survives for character in block.text)
    only = min((c for c in letters if "\u4e00" <= c <= "\u9fff"), key=letters.__getitem__)
    plan = planting.plan_for(document, only)
    without, with_it = write(data, plan), write(data, _no_edits(document))
    sizes = [sum(len(tables[b"glyf"]) for tables in _truetype(copy)) for copy in (without, with_it)]
    assert 0 < sizes[0] < sizes[1]
    maps = "".join(r.text or "" for r in FORMAT.readings(without) if r.reader == "character map")
    assert maps
    assert only not in maps
    assert not any(b"name" in tables for tables in _truetype(without))


WORDS = st.text(alphabet="ABCDEFGHKLMNPQRSTUVWXYZ23456789 ", min_size=3, max_size=24).map(lambda t: t.strip() or "ABC")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines=st.lists(WORDS, min_size=1, max_size=4), choice=st.data())
def test_any_span_removes_its_codes_and_no_others(lines: list[str], choice: st.DataObject) -> None:
    builder = pdf_builder.Builder()
    shown = " ".join(
        f"BT /F1 11 Tf 90 {650 - 20 * n} Td [({line[:2]}) -15 ({line[2:]})] TJ ET" for n, line in enumerate(lines)
    )
    data = builder.build(shown.encode())
    document = read(data)
    number = choice.draw(st.integers(0, len(document.blocks) - 1))
    text = document.blocks[number].text
    start = choice.draw(st.integers(0, len(text) - 1))
    end = choice.draw(st.integers(start + 1, len(text)))
    plan = planting.make_plan(document, [planting.edit("e", Span(number, start, end), "")])
    copy = read(write(data, plan))
    assert list(FORMAT.compare(document, plan, copy)) == []
    gone = removed_characters(document, plan)
    assert gone.get(number, set()) >= {i for i in range(start, end) if document.blocks[number].glyphs[i] is not None}
    before = sum(1 for block in document.blocks for _ in glyphs_of(block))
    removed = sum(1 for n, c in gone.items() for s, _, _ in glyphs_of(document.blocks[n]) if s in c)
    assert sum(1 for block in copy.blocks for _ in glyphs_of(block)) == before - removed


@pytest.mark.parametrize(("font", "codec"), [("F2", "utf-16-be"), ("F3", "gbk")])
def test_a_font_with_a_predefined_map_stays_readable_for_every_reader(font: str, codec: str) -> None:
    shown = "姓名：赵小满 后天来院".encode(codec).hex()
    data = pdf_builder.Builder().build(f"BT /{font} 12 Tf 72 700 Td <{shown}> Tj ET".encode())
    document = read(data)
    copy = write(data, planting.plan_for(document, "赵小满"))
    texts = {r.reader: planting.squeeze(r.text or "") for r in FORMAT.readings(copy) if r.place == "all pages"}
    assert all("后天来院" in text for text in texts.values()), texts.keys()
    assert not places_of(copy, "赵小满")
    assert len(texts) == 2
