"""Reading, writing and searching workbooks in tests."""

from __future__ import annotations

import io

import openpyxl
import planting
import xlsx_kit as kit

from hospital_redact.formats.base import Source
from hospital_redact.formats.xlsx import FORMAT
from hospital_redact.model import AcceptedUnread, Document, RedactionPlan


def read(data: bytes) -> Document:
    return FORMAT.read(Source("名单.xlsx", data))


def write(data: bytes, plan: RedactionPlan) -> bytes:
    target = io.BytesIO()
    FORMAT.write(Source("名单.xlsx", data), plan, target)
    return target.getvalue()


def left(data: bytes, *values: str) -> list[str]:
    """Return the readings of ``data`` that hold one of ``values`` in any encoding."""
    return planting.places_of(values, FORMAT.readings(data))


def opened(data: bytes) -> list[list[object]]:
    """Return the values of the first sheet as openpyxl reads them, which also checks that it opens the file."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]


def nothing(document: Document) -> RedactionPlan:
    accepted = [AcceptedUnread(u.what, str(u.location), "reviewer", "test") for u in document.unread]
    return planting.make_plan(document, [], accepted)


def book(*given: str, styles: tuple[str, ...] = ()) -> bytes:
    """Return a workbook whose second row is ``given``."""
    made = kit.Kit()
    for code in styles:
        made.style(code)
    made.rows.append(kit.row(2, *given))
    return made.save()
