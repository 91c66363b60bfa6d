"""Cutting off what a document does not show of a picture."""

from __future__ import annotations

from io import BytesIO

from hospital_redact.errors import ReadError
from hospital_redact.formats.pictures.files import frames


def crop_picture(data: bytes, left: float, top: float, right: float, bottom: float) -> bytes:
    """Return the first frame of a picture file without the given share (0 to 1) of each side, as PNG.

    A pixel that is cut in two stays. Raises ReadError HR201 for a file of no known kind, HR203 for a damaged one, HR204
    over a limit.
    """
    image = next(frames(data)).image
    box = (
        int(image.width * left),
        int(image.height * top),
        image.width - int(image.width * right),
        image.height - int(image.height * bottom),
    )
    if box[0] >= box[2] or box[1] >= box[3]:
        raise ReadError("HR203", "nothing of the picture is left when it is cropped")
    cut = image.crop(box)
    if cut.mode not in ("1", "L", "LA", "P", "RGB", "RGBA"):
        cut = cut.convert("RGB")
    stream = BytesIO()
    cut.info.clear()
    cut.save(stream, format="PNG")
    return stream.getvalue()
