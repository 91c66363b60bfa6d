"""A hospital's mark in a PDF: a line of its own on the first page, in free space, and document information.

The hospital's own document is marked, not redacted: the page's content stays as it is, wrapped so that what it leaves
set does not reach the mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO

import pikepdf
from pikepdf import Dictionary, Name

from hospital_redact.errors import OutputError, ReadError
from hospital_redact.formats.pdf.lettering import Lettering, can_letter, width_of
from hospital_redact.model import Box

SIZE = 14.0
"""Size of the letters in points."""

_UP, _DOWN = 15.0, 5.0  # how far its letters reach above and below the base line, and some air
_MARGIN = 36.0
_STEP = 3.0
_TRIES = 60


def write_mark(data: bytes, text: str, properties: Mapping[str, str], taken: Iterable[Box], *, right: bool) -> bytes:
    """Return the file ``data`` with ``text`` on its first page and ``properties`` in its document information.

    ``taken`` are the boxes of what the first page shows, in points. Raises OutputError HR705 where the label font lacks
    a letter or the top of the page has no free line, ReadError HR203 for a damaged file.
    """
    if not can_letter(text):
        raise OutputError("HR705", "the mark has letters that our font lacks; word the term differently")
    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            page = pdf.pages[0]
            x, y = _free_line(page, width_of(text, SIZE), list(taken), right=right)
            lettering = Lettering((text,))
            name = page.add_resource(lettering.build(pdf), Name.Font, prefix="HR")
            turn = _turn(page)
            page.contents_add(b"q\n", prepend=True)
            page.contents_add(
                b"\nQ q 0 g BT %s %d Tf %s Tm %s Tj ET Q\n"
                % (str(name).encode(), SIZE, _matrix(turn, x, y), lettering.codes(text))
            )
            for key, value in properties.items():
                pdf.docinfo[f"/{key}"] = value
            target = BytesIO()
            pdf.save(target, deterministic_id=True)
            return target.getvalue()
    except pikepdf.PdfError:
        raise ReadError("HR203", "the file is damaged and cannot be marked") from None


def read_properties(data: bytes) -> dict[str, str]:
    """Return the texts of the document information. Raises ReadError HR203."""
    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            info = pdf.trailer.get("/Info")
            entries = info.items() if isinstance(info, Dictionary) else ()
            return {key.removeprefix("/"): str(value) for key, value in entries if isinstance(value, pikepdf.String)}
    except pikepdf.PdfError:
        raise ReadError("HR203", "the file is damaged and cannot be read") from None


def _turn(page: pikepdf.Page) -> int:
    value = page.rotation if hasattr(page, "rotation") else 0
    return int(value) % 360


def _matrix(turn: int, x: float, y: float) -> bytes:
    a, b, c, d = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}.get(turn, (1, 0, 0, 1))
    return f"{a} {b} {c} {d} {x:.2f} {y:.2f}".encode()


def _free_line(page: pikepdf.Page, width: float, taken: list[Box], *, right: bool) -> tuple[float, float]:
    """Return where the mark starts, in the page's own coordinates: the highest free line within the upper margin."""
    left, bottom, edge, top = crop = _numbers(page.cropbox)
    turn = _turn(page)
    across = edge - left if turn in (0, 180) else top - bottom
    start = across - _MARGIN - width if right else _MARGIN
    if width > across - 2 * _MARGIN:
        raise OutputError("HR705", "the first page is too narrow for the mark")
    for step in range(_TRIES):
        down = 24.0 + step * _STEP
        corners = [
            _place(turn, (left, bottom, edge, top), start + dx, down + dy) for dx in (0, width) for dy in (-_UP, _DOWN)
        ]
        xs, ys = [c[0] for c in corners], [c[1] for c in corners]
        box = Box(min(xs), min(ys), max(xs), max(ys))
        if not any(_overlap(box, other) for other in taken):
            return _place(turn, crop, start, down)
    raise OutputError("HR705", "the head of the first page has no free line for the mark; leave it one")


def _numbers(box: pikepdf.Array) -> tuple[float, float, float, float]:
    left, bottom, right, top = (float(value) for value in box)
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def _place(turn: int, crop: tuple[float, float, float, float], across: float, down: float) -> tuple[float, float]:
    """Return the point ``across`` from the left and ``down`` from the top of the page as it is seen."""
    left, bottom, right, top = crop
    return {
        90: (left + down, bottom + across),
        180: (right - across, bottom + down),
        270: (right - down, top - across),
    }.get(turn, (left + across, top - down))


def _overlap(a: Box, b: Box) -> bool:
    return a.x0 < b.x1 and b.x0 < a.x1 and a.y0 < b.y1 and b.y0 < a.y1
