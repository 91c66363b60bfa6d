"""What an independent reader and every decoded byte of a workbook hold (rule 2 of the verification)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO

import python_calamine

from hospital_redact.errors import ReadError
from hospital_redact.formats.base import Reading
from hospital_redact.formats.ooxml.readings import package_readings

_APART = "\x01"
"""Stands between cells: numbers of two cells are no number together, and white space would join them."""

_CORNERS = re.compile(r"<xdr:(col|colOff|row|rowOff)>-?\d{1,8}</xdr:\1>")
_TAG = re.compile(r"<[^<>]*>")


def readings(data: bytes) -> Iterator[Reading]:
    """Yield what every decoded part and the raw bytes hold, and what calamine reads.

    Raises ReadError HR203 where the package or calamine fails: what cannot be read cannot be proved.
    """
    for reading in package_readings(data):
        text = reading.text if reading.reader == "xml text" else None
        drawn = reading.place.startswith("xl/drawings/")
        if text is not None and reading.place.startswith("xl/worksheets/"):
            yield reading._replace(text=text.replace("\n", _APART))
        elif text is None or not drawn:
            yield reading
        if drawn and reading.reader == "zip parts" and reading.data is not None:
            # Where a drawing stands is numbers between tags, which are no text.
            markup = _CORNERS.sub("", reading.data.decode("utf-8", errors="replace"))
            yield Reading("xml text", reading.place, text=unescape(_TAG.sub("", markup)))
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
