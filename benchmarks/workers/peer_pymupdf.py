"""PyMuPDF on the same PDF; peers' environment only, because its licence is the AGPL."""

from __future__ import annotations

import io
import json
from importlib import import_module
from pathlib import Path
from typing import Any

from protocol import Json, UnmeasuredError, load, serve, time_runs


def library() -> Any:
    """Return the module, which is in the peers' environment only."""
    return import_module("pymupdf")


def read(request: Json) -> Json:
    """Read every character with its place."""
    pymupdf = library()

    def use() -> int:
        with pymupdf.open(request["input"]) as document:
            found = [page.get_text("rawdict")["blocks"] for page in document]
        return len(found) if all(found) else 0

    return time_runs(request, use)


def redact(request: Json) -> Json:
    """Redact the values that it is told, page by page, and save. It finds and proves nothing."""
    pymupdf = library()
    values = json.loads(Path(request["values"]).read_text(encoding="utf-8"))

    def use() -> int:
        boxes = 0
        with pymupdf.open(request["input"]) as document:
            for page, known in zip(document, values, strict=True):
                for quad in (quad for value in known for quad in page.search_for(value)):
                    page.add_redact_annot(quad, fill=(0, 0, 0))
                    boxes += 1
                page.apply_redactions()
            document.save(io.BytesIO(), garbage=3, deflate=True)
            if boxes < sum(map(len, values)):
                raise UnmeasuredError("some values were not found in the PDF")
            return len(document)

    return time_runs(request, use)


def build(request: Json) -> Json:
    """Write pages with an embedded subset of the Chinese font that comes with it, as office programs do."""
    pymupdf = library()
    font = pymupdf.Font("cjk")
    with pymupdf.open() as document:
        for lines in load(request):
            page = document.new_page(width=595, height=842)
            writer = pymupdf.TextWriter(page.rect)
            for number, line in enumerate(lines):
                writer.append((50, 50 + 22 * number), line, font=font, fontsize=12)
            writer.write_text(page)
        document.subset_fonts()
        document.save(request["output"], garbage=3, deflate=True)
    return {}


if __name__ == "__main__":
    serve({"read": read, "redact": redact, "build": build})
