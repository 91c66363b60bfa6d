"""Limits of the PDF reader, and the errors that say which one was met. A hostile file stops here, not in memory."""

from __future__ import annotations

from hospital_redact.errors import ReadError

MAX_PAGES = 5_000
MAX_OPERATORS = 6_000_000
"""Operators carried out in one file, each invocation of a form counted again."""
MAX_GLYPHS = 3_000_000
MAX_SPECIMENS = 60_000
"""Different glyphs of one file, each looked at alone."""
MAX_KEPT_GLYPHS = 150_000
"""Glyphs of the largest file that is kept in memory between reading and writing; about 1 kB each."""
MAX_FORMS = 40_000
"""Invocations of form XObjects in one file."""
MAX_DEPTH = 24
"""Forms inside forms, and graphics states saved without being restored count separately (MAX_SAVED)."""
MAX_SAVED = 2_000
MAX_STREAM_BYTES = 128 * 1024 * 1024
"""Decoded bytes of one stream."""
MAX_TOTAL_BYTES = 768 * 1024 * 1024
"""Decoded bytes of all streams that are looked into."""
MAX_OBJECTS = 1_000_000
MAX_CMAP_RANGES = 200_000
MAX_ANNOTATIONS = 20_000
"""Annotations on one page."""
MAX_RULES = 20_000
"""Horizontal and vertical lines of one page that are looked at."""
MAX_STRINGS = 100_000
"""Strings read out of metadata, outlines, annotations and the like."""
MAX_IMAGES = 20_000
"""Images that one page draws."""
MAX_NESTING = 120
"""Dictionaries and arrays inside each other, followed from the catalog."""


def too_large(what: str) -> ReadError:
    """Return the error for something over a limit."""
    return ReadError(
        "HR204", "the PDF is over a limit of this reader: {what}; split the document and try again", what=what
    )


def corrupt(what: str) -> ReadError:
    """Return the error for something that cannot be understood."""
    return ReadError("HR203", "the PDF cannot be read: {what}; open it in its program and save it again", what=what)
