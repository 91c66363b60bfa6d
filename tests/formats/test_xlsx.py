"""The workbook format: every place in which a value can stand, what is kept, and what is refused."""

from __future__ import annotations

import io

import openpyxl
import planting
import pytest
import xlsx_builder as builder
import xlsx_kit as kit

from hospital_redact.formats.base import Source
from hospital_redact.formats.xlsx import FORMAT
from hospital_redact.model import AcceptedUnread, Document, RedactionPlan

VALUE = kit.VALUE
EVERY = builder.EVERY
build = builder.build


def read(data: bytes) -> Document:
    return FORMAT.read(Source("名单.xlsx", data))


def write(data: bytes, plan: RedactionPlan) -> bytes:
    target = io.BytesIO()
    FORMAT.write(Source("名单.xlsx", data), plan, target)
    return target.getvalue()


def left(data: bytes, *values: str) -> list[str]:
    """Return the readings of ``data`` that hold one of ``values`` in any encoding."""
    found = []
    for reading in FORMAT.readings(data):
        for value in values:
            if reading.text is not None and planting.squeeze(value) in planting.squeeze(reading.text):
                found.append(f"{reading.reader} {reading.place}")
            encodings = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
            if reading.data is not None and any(value.encode(e) in reading.data for e in encodings):
                found.append(f"{reading.reader} {reading.place}")
    return found


def opened(data: bytes) -> list[list[object]]:
    """Return the values of the first sheet as openpyxl reads them, which also checks that it opens the file."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]


def nothing(document: Document) -> RedactionPlan:
    accepted = [AcceptedUnread(u.what, str(u.location), "reviewer", "test") for u in document.unread]
    return planting.make_plan(document, [], accepted)


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
