"""Mailboxes (mbox, RFC 4155): all mails of a folder in one file, taken apart into an archive of mails."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

from hospital_redact.errors import ReadError

MAX_MAILS = 1000
_FIRST_LINE = re.compile(rb"^From [^\r\n]*\r?\n", re.MULTILINE)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


def to_archive(data: bytes) -> bytes:
    """Return a zip archive of the mails of the mailbox ``data``, in their order, with names that count them.

    A mail begins at a line ``From `` at the beginning or behind an empty line; lines of texts that look like one bear
    a mark, which is taken away. Raises ReadError HR204 over ``MAX_MAILS``.
    """
    found = (match.start() for match in _FIRST_LINE.finditer(data))
    starts = [at for at in found if not at or data[max(0, at - 3) : at].endswith((b"\n\n", b"\n\r\n"))]
    if len(starts) > MAX_MAILS:
        raise ReadError("HR204", "the mailbox holds more than {max_mails} mails; split it", max_mails=MAX_MAILS)
    ends = [*starts[1:], len(data)]
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1):
            entry = zipfile.ZipInfo(f"{number}.eml", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            # The envelope line stays: the mail's own format reads it, and leaves it out.
            archive.writestr(entry, _QUOTED.sub(rb"\1", data[start:end]), compresslevel=6)
    return target.getvalue()
