"""Mails (.eml, RFC 5322 and MIME): both twins of the text, attachments and mails inside, each by its own format.

A copy has the fields of :data:`.parsing.SHOWN` and nothing else of a head; every other field is read, so that it counts
for detection, and left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from email import policy
from email.parser import BytesParser
from typing import BinaryIO

from hospital_redact.errors import ReadError
from hospital_redact.formats.base import Reading, Source
from hospital_redact.formats.mail.headers import parameters, text_of, text_of_bytes
from hospital_redact.formats.mail.parsing import MailContents, parse_mail
from hospital_redact.formats.mail.writing import mail_bytes
from hospital_redact.formats.nesting import Container, Packed

_HEAD = 64 * 1024
_FIELD = re.compile(rb"([!-9;-~]{1,76})[ \t]*:")
_KNOWN = frozenset(
    b"""from to cc subject date message-id received mime-version content-type return-path delivered-to reply-to sender
    x-mailer in-reply-to references resent-from dkim-signature""".split()
)


class MailFormat(Container[MailContents]):
    """See the package, and :class:`~hospital_redact.formats.base.Format` for the contract."""

    name = "mail"
    media_type = "message/rfc822"
    suffixes: tuple[str, ...] = (".eml",)
    what = "attachment"

    def recognises(self, data: bytes) -> bool:
        """Whether ``data`` begins with header fields, at least two of which are those of mails."""
        found: set[bytes] = set()
        lines = data[:_HEAD].removeprefix(b"\xef\xbb\xbf").splitlines()
        for number, line in enumerate(lines):
            if not line.strip():
                break
            field = _FIELD.match(line)
            if field:
                found.add(field[1].lower())
            elif line[:1] not in b" \t" and not (number == 0 and line.startswith(b"From ")):
                return False
        return len(found & _KNOWN) >= 2

    def unpack(self, source: Source) -> MailContents:
        """Return what a mail holds; see :func:`.parsing.parse_mail` for what is raised."""
        return parse_mail(source)

    def pack(self, contents: MailContents, texts: Sequence[str], files: Sequence[Packed], target: BinaryIO) -> None:
        """Write the mail anew."""
        target.write(mail_bytes(contents, texts, files))

    def own_readings(self, data: bytes) -> Iterator[Reading]:
        """Yield every field and every decoded part, as the modern parser of the standard library splits them."""
        try:
            message = BytesParser(policy=policy.default).parsebytes(data)
            for number, part in enumerate(message.walk(), 1):
                for _, raw in part.raw_items():
                    yield Reading("email", f"part {number}: header", text=text_of(str(raw)))
                    for value in parameters(str(raw)).values():
                        yield Reading("email", f"part {number}: header", text=value)
                for text in (part.preamble, part.epilogue):
                    if text:
                        yield Reading("email", f"part {number}: outside", text=text)
                body = part.get_payload(decode=True)
                if isinstance(body, bytes):
                    yield Reading("email", f"part {number}", data=body)
                    if part.get_content_maintype() == "text":
                        yield Reading(
                            "email", f"part {number}", text=text_of_bytes(body, part.get_content_charset() or "")
                        )
        except (ValueError, LookupError, TypeError, AttributeError, IndexError, AssertionError, RecursionError):
            raise ReadError("HR203", "the mail is damaged; save it again in its program") from None


FORMAT = MailFormat()
