"""python-pptx, opening and saving the same PPTX; peers' environment."""

from __future__ import annotations

import io

from protocol import Json, serve, time_runs


def read(request: Json) -> Json:
    """Open the file and take the text of every shape."""
    import pptx  # noqa: PLC0415 - workers import their library in the task

    def use() -> int:
        slides = pptx.Presentation(request["input"]).slides
        return len(slides) if [s.text_frame.text for slide in slides for s in slide.shapes if s.has_text_frame] else 0

    return time_runs(request, use)


def redact(request: Json) -> Json:
    """Open and save, which changes nothing: the least that a copy can cost with that library."""
    import pptx  # noqa: PLC0415

    def use() -> int:
        presentation = pptx.Presentation(request["input"])
        presentation.save(io.BytesIO())
        return len(presentation.slides)

    return time_runs(request, use)


if __name__ == "__main__":
    serve({"read": read, "redact": redact})
