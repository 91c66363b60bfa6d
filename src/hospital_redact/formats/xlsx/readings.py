"""What an independent reader and every decoded byte of a workbook hold (rule 2 of the verification)."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import python_calamine

from hospital_redact.errors import ReadError
from hospital_redact.formats.base import Reading
from hospital_redact.formats.ooxml.readings import package_readings

_APART = "\x01"
"""Stands between cells: numbers of two cells are no number together, and white space would join them."""


def readings(data: bytes) -> Iterator[Reading]:
    """Yield what every decoded part and the raw bytes hold, and what calamine reads.

    Raises ReadError HR203 where the package or calamine fails: what cannot be read cannot be proved.
    """
    for reading in package_readings(data):
        if reading.reader == "xml text" and reading.text and reading.place.startswith("xl/worksheets/"):
            yield reading._replace(text=reading.text.replace("\n", _APART))
        else:
            yield reading
    yield from _calamine(data)


def _calamine(data: bytes) -> Iterator[Reading]:
    try:
        book = python_calamine.load_workbook(BytesIO(data))
        for number, name in enumerate(book.sheet_names, 1):
            yield Reading("calamine", f"sheet {number} name", text=name)
            rows = book.get_sheet_by_name(name).to_python()
            texts = (str(value) for row in rows for value in row if value != "")
            yield Reading("calamine", f"sheet {number}", text=_APART.join(texts))
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError, ReadError):
        raise
    except BaseException:  # a panic of the Rust library is no Exception
        raise ReadError("HR203", "the workbook cannot be opened a second time; open and save it in Excel") from None
