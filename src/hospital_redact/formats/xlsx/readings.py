"""What an independent reader and every decoded byte of a workbook hold (rule 2 of the verification)."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from itertools import chain

import python_calamine

from hospital_redact.errors import ReadError
from hospital_redact.formats.base import Reading
from hospital_redact.formats.ooxml.readings import APART, package_readings
from hospital_redact.formats.xlsx.vocabulary import is_word


def readings(data: bytes) -> Iterator[Reading]:
    """Yield what every decoded part and the raw bytes hold, and what calamine reads.

    Raises ReadError HR203 where the package or calamine fails: what cannot be read cannot be proved.
    """
    yield from package_readings(data, is_word)
    yield from _calamine(data)


def _calamine(data: bytes) -> Iterator[Reading]:
    try:
        book = python_calamine.load_workbook(BytesIO(data))
        for number, name in enumerate(book.sheet_names, 1):
            yield Reading("calamine", f"sheet {number} name", text=name)
            values = chain.from_iterable(book.get_sheet_by_name(name).to_python())
            yield Reading("calamine", f"sheet {number}", text=APART.join(map(str, values)))
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError, ReadError):
        raise
    except BaseException:  # a panic of the Rust library is no Exception
        raise ReadError("HR203", "the workbook cannot be opened a second time; open and save it in Excel") from None
