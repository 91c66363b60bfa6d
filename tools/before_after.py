"""Draw the picture of the README, an example beside its copy: python tools/before_after.py"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]  # it ships no types
from PIL import Image

from hospital_redact import Redactor

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "转诊信.pdf"
TARGET = ROOT / "docs" / "img" / "before-after.png"
SCALE = 1.24
GAP = 24


def picture_of(path: Path) -> Image.Image:
    """Return the first page of a file, without the empty paper below its text, in a thin frame."""
    document = pypdfium2.PdfDocument(path)
    page = document[0].render(scale=SCALE).to_pil().convert("L")
    document.close()
    lowest = page.point(lambda grey: 255 if grey < 200 else 0).getbbox()[3]
    page = page.crop((0, 0, page.width, min(page.height, lowest + 44)))
    framed = Image.new("L", page.size, 154)
    framed.paste(page.crop((1, 1, page.width - 1, page.height - 1)), (1, 1))
    return framed


def main() -> None:
    """Redact the example and write both pages side by side."""
    redactor = Redactor()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.pdf"
        redactor.redact(redactor.review(EXAMPLE), copy)
        before, after = picture_of(EXAMPLE), picture_of(copy)
    whole = Image.new("L", (before.width + GAP + after.width, max(before.height, after.height)), 255)
    whole.paste(before, (0, 0))
    whole.paste(after, (before.width + GAP, 0))
    whole.quantize(16).save(TARGET, optimize=True)


if __name__ == "__main__":
    main()
