"""Builds picture files for tests: pages of text, codes, and what a file may hide beside its pixels."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from typing import Any

import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from hospital_redact.formats.fonts import label_font

SIZE = 30
"""Pixels of a character: 10 point text at 216 dots an inch."""


@cache
def font(size: int = SIZE) -> ImageFont.FreeTypeFont:
    """Return the font that the package itself letters with, which holds Chinese."""
    return ImageFont.truetype(io.BytesIO(label_font()), size)


def page(lines: Sequence[str], *, size: int = SIZE, width: int = 1100, mode: str = "RGB") -> Image.Image:
    """Return black lines of text on white paper."""
    image = Image.new("RGB", (width, 80 + len(lines) * size * 2), "white")
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((40, 40 + number * size * 2), line, font=font(size), fill="black")
    return image.convert(mode)


def file_of(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Return the bytes of a picture file."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def sample(value: str, kind: str = "PNG") -> bytes:
    """Return a picture of a short letter that shows ``value``."""
    return file_of(page(["出院小结", f"姓名：{value}", "诊断：急性胆囊炎，建议随诊。"], width=700), kind)


def empty() -> bytes:
    """Return a white picture."""
    return file_of(Image.new("RGB", (300, 200), "white"))


def code(text: str, kind: str = "QRCode", scale: int = 4) -> Image.Image:
    """Return a barcode as a picture, with its quiet zone."""
    made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
    return Image.fromarray(zxingcpp.write_barcode_to_image(made, scale=scale)).convert("RGB")


FLIPPED = Image.Transpose.FLIP_TOP_BOTTOM
