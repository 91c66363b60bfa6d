"""openpyxl, opening and saving the same XLSX; peers' environment."""

from __future__ import annotations

import io

from protocol import Json, serve, time_runs


def read(request: Json) -> Json:
    """Open the file and take the value of every cell."""
    import openpyxl  # noqa: PLC0415 - workers import their library in the task

    def use() -> int:
        book = openpyxl.load_workbook(request["input"])
        return sum(value is not None for sheet in book for row in sheet.iter_rows(values_only=True) for value in row)

    return time_runs(request, use)


def redact(request: Json) -> Json:
    """Open and save, which changes nothing: the least that a copy can cost with that library."""
    import openpyxl  # noqa: PLC0415

    def use() -> int:
        book = openpyxl.load_workbook(request["input"])
        book.save(io.BytesIO())
        return sum(sheet.max_row * sheet.max_column for sheet in book)

    return time_runs(request, use)


if __name__ == "__main__":
    serve({"read": read, "redact": redact})
