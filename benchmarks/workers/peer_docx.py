"""python-docx, opening and saving the same DOCX; peers' environment."""

from __future__ import annotations

import io

from protocol import Json, serve, time_runs


def read(request: Json) -> Json:
    """Open the file and take the text of every paragraph."""
    import docx  # noqa: PLC0415 - workers import their library in the task

    return time_runs(request, lambda: len([p.text for p in docx.Document(request["input"]).paragraphs]))


def redact(request: Json) -> Json:
    """Open and save, which changes nothing: the least that a copy can cost with that library."""
    import docx  # noqa: PLC0415

    def use() -> int:
        document = docx.Document(request["input"])
        document.save(io.BytesIO())
        return len(document.paragraphs)

    return time_runs(request, use)


if __name__ == "__main__":
    serve({"read": read, "redact": redact})
