"""Turns a mail of Outlook (.msg, MS-OXMSG) into a mail of the internet, before anything is read.

Texts, fields, attachments and mails inside are taken over; every other property that is text becomes a field, so that
it counts for detection and no copy keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import format_datetime
from pathlib import PurePosixPath

from oxmsg import Message
from oxmsg.attachment import Attachment
from oxmsg.domain import constants
from oxmsg.properties import Properties
from oxmsg.recipient import Recipient
from oxmsg.storage import Storage

from hospital_redact.errors import ReadError
from hospital_redact.formats.mail.headers import field_line, text_of, text_of_bytes
from hospital_redact.formats.mail.parsing import MailContents
from hospital_redact.formats.mail.writing import mail_bytes
from hospital_redact.formats.nesting import MAX_DEPTH, Packed, safe_name

_RECIPIENT_TYPE, _RTF, _ATTACH_METHOD, _ATTACH_SHORT_NAME = 0x0C15, 0x1009, 0x3705, 0x3704  # MS-OXPROPS
_EMBEDDED_MESSAGE = 5  # MS-OXCMSG 2.2.2.9
_OBJECT_STREAM = "__substg1.0_3701000D"
_EMBEDDED_HEADER = 24  # MS-OXMSG 2.4.1.2; that of the outermost mail is 32
_TO, _CC = 1, 2
_TEXT_TYPES = {"001F": "utf-16-le", "001E": ""}
_TAKEN_OVER = frozenset(
    (constants.PID_BODY, constants.PID_BODY_HTML, constants.PID_SUBJECT, constants.PID_MESSAGE_CLASS)
)
_MAX_ATTACHMENTS = 1000


class _Embedded(Message):
    """A mail that is attached to another one: the same, but for the length of its head."""

    @property
    def properties(self) -> Properties:
        """The properties of this mail."""
        return Properties(self._storage, properties_header_offset=_EMBEDDED_HEADER)


def to_internet_mail(data: bytes) -> bytes:
    """Return the mail in ``data``; raise ReadError HR203 (damaged) or HR204 (too deep or too much)."""
    try:
        return _converted(Message.load(data), 1)
    except ReadError:
        raise
    except Exception:  # a damaged file raises whatever its bytes lead to, and the text may quote the mail
        raise ReadError("HR203", "the mail is damaged or cut off; save it again in Outlook, as EML or TXT") from None


def _converted(message: Message, depth: int) -> bytes:
    if depth > MAX_DEPTH:
        raise ReadError(
            "HR204", "files lie in files deeper than {max_depth} levels; send them apart", max_depth=MAX_DEPTH
        )
    fields = {"subject": message.subject, "from": message.sender or "", **_recipients(message)}
    if message.sent_date is not None:
        fields["date"] = format_datetime(message.sent_date)
    shown = {name: text_of(value) for name, value in fields.items() if value}
    files = [*_texts(message)]
    twins: list[int] = list(range(len(files)))
    for attachment in message.attachments[: _MAX_ATTACHMENTS + 1]:
        files.append(_attached(attachment, len(files), depth))
    if len(files) > _MAX_ATTACHMENTS:
        raise ReadError("HR204", "the mail has too many parts or nests too deep; send its parts apart")
    contents = MailContents(
        fields=list(shown), tree=("mixed", [("alternative", list(twins)), *range(len(twins), len(files))])
    )
    hidden = b"".join(field_line(name, text) for name, text in _other_texts(message))
    return hidden + mail_bytes(contents, list(shown.values()), files)


def _recipients(message: Message) -> dict[str, str]:
    found: dict[str, list[str]] = {"to": [], "cc": []}
    for recipient in message.recipients:
        name, address = text_of(recipient.name), text_of(recipient.email_address)
        who = f"{name} <{address}>" if name and address and name != address else name or address
        kind = recipient.properties.int_prop_value(_RECIPIENT_TYPE)
        if who and kind in (_TO, _CC, None):
            found["cc" if kind == _CC else "to"].append(who)
    return {name: ", ".join(people) for name, people in found.items()}


def _texts(message: Message) -> Iterator[Packed]:
    properties = message.properties
    plain = message.body or ""
    if plain.strip():
        yield Packed(0, "", ".txt", plain.encode("utf-8", "replace"))
    page = properties.binary_prop_value(constants.PID_HTML)
    html = text_of_bytes(page, properties.body_encoding) if page else properties.str_prop_value(constants.PID_BODY_HTML)
    if html and html.strip():
        yield Packed(int(bool(plain.strip())), "", ".html", html.encode("utf-8", "replace"))
    rich = properties.binary_prop_value(_RTF)
    if rich and not plain.strip() and not (html and html.strip()):
        # The text is there in Outlook's packed form only: as a file that cannot be read it blocks.
        yield Packed(0, "text", ".rtf", rich)


def _attached(attachment: Attachment, number: int, depth: int) -> Packed:
    properties = attachment.properties
    name = attachment.file_name or properties.str_prop_value(_ATTACH_SHORT_NAME) or "attachment"
    name = safe_name(text_of(name)).replace("/", "_") or "attachment"
    if properties.int_prop_value(_ATTACH_METHOD) == _EMBEDDED_MESSAGE:
        return Packed(
            number, name.removesuffix(".msg"), ".eml", _converted(_Embedded(_object_of(attachment)), depth + 1)
        )
    suffix = PurePosixPath(name).suffix
    # An object of another program or a link to a file has no bytes: it blocks as a file that cannot be read.
    return Packed(number, name.removesuffix(suffix) if suffix else name, suffix, attachment.file_bytes or b"\0")


def _storage_of(thing: Message | Attachment | Recipient) -> Storage:
    storage = thing._storage  # noqa: SLF001 - python-oxmsg gives no other way to mails inside and to other properties
    assert isinstance(storage, Storage)
    return storage


def _object_of(attachment: Attachment) -> Storage:
    return next(inner for inner in _storage_of(attachment).storages if inner.name == _OBJECT_STREAM)


def _other_texts(message: Message) -> Iterator[tuple[str, str]]:
    """Yield a field for every property of text that is not shown: transport headers, topic, names of people."""
    storages = [_storage_of(message), *(_storage_of(recipient) for recipient in message.recipients)]
    for storage in storages:
        for stream in storage.streams:
            name = stream.path.rpartition("/")[2]
            kind = name[-4:]
            if not name.startswith("__substg1.0_") or kind not in _TEXT_TYPES or len(name) != 20:
                continue
            if int(name[12:16], 16) not in _TAKEN_OVER:
                yield f"X-Outlook-{name[12:16]}", text_of(text_of_bytes(stream.bytes_, _TEXT_TYPES[kind]).strip("\0"))
