"""The width side channel: boxes grow into free space only, nothing moves, and what is left of the risk is counted."""

from __future__ import annotations

import io

import pikepdf
import planting
import pypdfium2  # type: ignore[import-untyped]  # it ships no types
from hypothesis import given
from hypothesis import strategies as st
from pdf_builder import Builder
from test_pdf import VALUE, origins, read

from hospital_redact.formats.base import Source
from hospital_redact.formats.pdf import FORMAT
from hospital_redact.formats.pdf.boxes import STEP, Surroundings
from hospital_redact.formats.pdf.paths import Rule
from hospital_redact.formats.pdf.reader import read_pdf
from hospital_redact.model import Box, Kind, RemovedPart, Span

LINE = b"BT /F1 12 Tf 72 600 Td (A line that reaches far enough to the right to leave room above it) Tj ET "


def redact(content: bytes, value: str = VALUE) -> tuple[bytes, bytes, tuple[RemovedPart, ...]]:
    """Return a page, its copy without the value, and what the writer reports."""
    data = Builder().build(LINE + content)
    target = io.BytesIO()
    removed = FORMAT.write(Source("a.pdf", data), planting.plan_for(read(data), value, ""), target)
    return data, target.getvalue(), removed


def longest_black(data: bytes, y: float) -> int:
    """Return the longest run of black pixels, at four a point, at the height ``y``."""
    image = pypdfium2.PdfDocument(data)[0].render(scale=4).to_numpy()
    row = "".join("#" if black else " " for black in image[int((842 - y) * 4)].max(axis=1) == 0)
    return max(map(len, row.split()))


def test_a_box_at_the_end_of_a_line_has_a_round_length() -> None:
    data, copy, removed = redact(f"BT /F1 12 Tf 72 700 Td (Patient {VALUE}) Tj ET".encode())
    length = longest_black(copy, 704) / 4
    assert abs(length / (STEP * 12) - round(length / (STEP * 12))) < 0.05
    assert not [part for part in removed if part.what == "width_risk"]
    assert not (origins(copy) - origins(data))


def test_a_box_inside_running_text_stays_tight_and_is_counted() -> None:
    _, copy, removed = redact(f"BT /F1 12 Tf 72 700 Td (Patient {VALUE} was seen) Tj ET".encode())
    assert RemovedPart("width_risk", "page 1", 1) in removed
    assert [block.text for block in read(copy).blocks if "Patient" in block.text] == ["Patient █ was seen"]


def test_letters_of_one_width_tell_their_number_only() -> None:
    shown = "患者欧阳静姝入院".encode("utf-16-be").hex().encode()
    _, _, removed = redact(b"BT /F2 12 Tf 72 700 Td <" + shown + b"> Tj ET", "欧阳静姝")
    assert not [part for part in removed if part.what == "width_risk"]


def test_no_gap_is_written_where_nothing_follows() -> None:
    _, copy, _ = redact(f"BT /F1 12 Tf 72 700 Td (Patient {VALUE}) Tj 0 -20 Td (next) Tj ET".encode())
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        parsed = pikepdf.parse_content_stream(pdf.pages[0])
        shown = [list(one.operands[0]) for one in parsed if str(one.operator) == "TJ"]
    assert [len(array) for array in shown] == [1]


@given(start=st.floats(80, 400), width=st.floats(5, 90), gap=st.floats(0, 200), rule=st.floats(0, 200))
def test_a_box_never_reaches_other_text_or_the_next_rule(start: float, width: float, gap: float, rule: float) -> None:
    data = Builder().build(f"BT /F1 12 Tf {start:.2f} 700 Td (QWI) Tj ET".encode())
    reading = read_pdf(Source("a.pdf", data))
    glyphs = [glyph for glyph in reading.pages[0].glyphs if glyph.y == 700]
    reading.pdf.close()
    end = glyphs[-1].x + glyphs[-1].advance
    other = Box(end + gap, 695, end + gap + width, 712)
    upright = Rule(end + rule, 600, end + rule, 800)
    own = [glyph.box for glyph in glyphs]
    cover = Surroundings([*own, other], [upright]).cover(glyphs, "")
    assert cover.frame.end <= max(end + 0.4, min(other.x0, upright.x0)) + 1e-6
    assert cover.frame.start <= glyphs[0].x


def test_two_values_side_by_side_share_a_box_and_its_label() -> None:
    data = Builder().build(b"BT /F1 12 Tf 72 700 Td (Patient " + VALUE.encode() + b"13912345678 seen) Tj ET")
    document = read(data)
    (number,) = [n for n, block in enumerate(document.blocks) if VALUE in block.text]
    start, end = 8, 8 + len(VALUE)
    edits = [
        planting.edit("a", Span(number, start, end), "[P1]"),
        planting.edit("b", Span(number, end, end + 11), "***********"),
    ]
    plan = planting.make_plan(document, edits)
    target = io.BytesIO()
    FORMAT.write(Source("a.pdf", data), plan, target)
    copy = read(target.getvalue())
    assert [block.text for block in copy.blocks if block.kind is Kind.LABEL] == ["[P1]***********"]
    assert list(FORMAT.compare(document, plan, copy)) == []
