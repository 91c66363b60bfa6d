"""A value planted in every further place of a PDF: gone from the copy, or the release is blocked."""

from __future__ import annotations

import io

import pdf_slots
import pikepdf
import planting
import pytest
from pdf_builder import Builder
from pikepdf import Dictionary, Name, String
from test_pdf import VALUE, places_of, read, write

from hospital_redact.formats.base import Reading
from hospital_redact.formats.pdf import FORMAT
from hospital_redact.verification import _Needles


@pytest.mark.parametrize("slot", pdf_slots.DRAWN)
def test_a_value_that_shows_is_found_and_removed(slot: str) -> None:
    value = "Quillonberg" if slot == "hyphenated" else VALUE
    data = pdf_slots.DRAWN[slot](value)
    document = read(data)
    plan = planting.plan_for(document, value)
    assert plan.edits
    copy = write(data, plan)
    assert places_of(copy, value) == []
    assert list(FORMAT.compare(document, plan, read(copy))) == []
    assert document.unread == ()


@pytest.mark.parametrize("slot", pdf_slots.BESIDE)
def test_a_value_beside_the_pages_is_in_no_copy(slot: str) -> None:
    data = pdf_slots.BESIDE[slot](VALUE)
    document = read(data)
    copy = write(data, planting.make_plan(document, []))
    held = VALUE.encode() in data or VALUE.encode().hex().encode() in data or places_of(data, VALUE)
    assert held, "the slot does not hold the value"
    assert places_of(copy, VALUE) == []
    again = read(copy)
    assert all(block.survives for block in again.blocks)
    assert list(FORMAT.compare(document, planting.make_plan(document, []), again)) == []


@pytest.mark.parametrize("slot", pdf_slots.MARKED)
def test_what_a_person_must_see_blocks(slot: str) -> None:
    data = pdf_slots.MARKED[slot](VALUE)
    document = read(data)
    assert document.unread
    copy = write(data, planting.make_plan(document, []))
    if slot != "inline_image":  # whose samples are the picture itself
        assert places_of(copy, VALUE) == []


@pytest.mark.parametrize("word", ["First", "Adobe", "Page", "Georgia", "Identity", "Helvetica", "Contents"])
def test_a_value_that_is_a_word_of_pdf_can_be_removed(word: str) -> None:
    data = pdf_slots.DRAWN["under_image"](word)
    document = read(data)
    copy = write(data, planting.plan_for(document, word))
    held = {f"{r.reader}: {r.place}" for r in FORMAT.readings(copy) if holds(r, word)}
    assert held == set()
    assert any(holds(r, word) for r in FORMAT.readings(data))


def holds(reading: Reading, word: str) -> bool:
    """Whether a reading has the word, as the verifier asks it."""
    return _Needles([word]).found_in(reading)


def test_a_check_mark_of_a_form_is_read() -> None:
    builder = Builder()
    builder.fonts.ZaDb = builder.pdf.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.ZapfDingbats)
    )
    document = read(builder.build(b"BT /ZaDb 12 Tf 72 700 Td (4lnu) Tj ET"))
    assert document.unread == ()
    assert "✔●■◆" in document.views[0].text


def test_a_field_whose_value_is_not_what_it_shows_blocks() -> None:
    with pikepdf.open(io.BytesIO(pdf_slots.DRAWN["widget"](VALUE))) as pdf:
        pdf.Root.AcroForm.NeedAppearances = True
        target = io.BytesIO()
        pdf.save(target)
        assert read(target.getvalue()).unread == ()
        pdf.Root.AcroForm.Fields[0].V = String("another person")
        target = io.BytesIO()
        pdf.save(target)
    assert [u.what for u in read(target.getvalue()).unread] == ["annotation"]


def test_a_signature_is_dropped_and_listed() -> None:
    document = read(pdf_slots.BESIDE["signature"](VALUE))
    assert "signature" in {part.what for part in document.dropped}
    assert document.unread == ()
