"""Pictures: read by OCR, painted over, written without anything but pixels, compared pixel by pixel.

Used for picture files and by every format that holds pictures: read with :func:`read_picture`, add
``reading.placed(...)`` to the document's blocks, give the edits of those blocks by index to :func:`redact_picture`
when writing, and to :func:`patches_of` and :func:`compare_picture` in ``Format.compare_pictures``.
"""

from hospital_redact.formats.pictures.comparison import compare_picture
from hospital_redact.formats.pictures.files import is_picture
from hospital_redact.formats.pictures.format import FORMAT
from hospital_redact.formats.pictures.ocr import available
from hospital_redact.formats.pictures.reading import PictureReading, read_picture
from hospital_redact.formats.pictures.redacting import Patch, StrippedPicture, patches_of, redact_picture
from hospital_redact.formats.pictures.rereading import compare_read
from hospital_redact.formats.pictures.views import views_of

__all__ = [
    "FORMAT",
    "Patch",
    "PictureReading",
    "StrippedPicture",
    "available",
    "compare_picture",
    "compare_read",
    "is_picture",
    "patches_of",
    "read_picture",
    "redact_picture",
    "views_of",
]
