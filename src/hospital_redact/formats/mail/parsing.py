"""Takes a mail apart: what a reader sees in its head, its texts and attachments, and everything that hides.

The parser of the standard library finds fields and parts; what it makes of damaged mails does no harm, since a copy
holds only what was read.
"""

from __future__ import annotations

import base64
import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email import policy
from email.generator import BytesGenerator
from email.message import Message
from email.parser import BytesParser
from io import BytesIO
from pathlib import PurePosixPath
from typing import TypeAlias

from hospital_redact.errors import ReadError
from hospital_redact.formats.base import Source
from hospital_redact.formats.mail.headers import certain_text, is_certain, parameters, text_of, text_of_bytes
from hospital_redact.formats.nesting import Contents, Held, Line, safe_name
from hospital_redact.formats.text import decode
from hospital_redact.model import Block, Kind, Location, RemovedPart, Unread

SHOWN = {"subject": "主题", "from": "发件人", "to": "收件人", "cc": "抄送", "date": "日期"}
"""The fields that a copy keeps, in its order, and the label that detectors see before each."""

MAX_FIELDS = 2000
MAX_PARTS = 1000
MAX_NESTING = 30
"""Multiparts in multiparts."""

# Numbers that machines sign with: no text of a person, and long runs of letters and digits that look like one.
_SIGNED = re.compile(r"(?i)(?:arc-.*|.*dkim-signature|domainkey-.*|.*authentication-results|received-spf|x-.*-sig.*)")
_STRUCTURE = ("mime-version", "content-type", "content-transfer-encoding", "content-disposition")
_STRUCTURE_PARAMETERS = frozenset(
    (
        *("boundary", "charset", "format", "delsp", "micalg", "protocol", "type", "report-type", "start", "method"),
        *("size", "smime-type", "creation-date", "modification-date", "read-date", "x-unix-mode"),
    )
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_FOLD = re.compile(r"\r?\n[ \t]")
_CODING = re.compile(r"[a-z0-9-]+")
_CODINGS = frozenset(
    ("7bit", "8bit", "7-bit", "8-bit", "binary", "quoted-printable", "base64", "x-uuencode", "uuencode", "uue", "x-uue")
)
_CALENDARS = ("text/calendar", "text/vcard", "text/x-vcard", "text/directory")
_CODED_CARD = re.compile(r"(?im)^[^:\r\n]*;(?:ENCODING=|QUOTED-PRINTABLE|BASE64|VALUE=BINARY)|[:;]data:")
_ENDING = re.compile(r"\.[a-z0-9]{1,8}")
_UUENCODED = re.compile(r"^begin(?:-base64)? [0-7]{3,4} \S", re.MULTILINE)
_ARMOURED = re.compile(r"^-----BEGIN PGP MESSAGE-----", re.MULTILINE)
_TEXTS = {"text/html": ".html", "application/xhtml+xml": ".html"}
_SUFFIXES = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/bmp": ".bmp",
    "image/tiff": ".tiff",
    "image/webp": ".webp",
    "application/json": ".json",
    "application/zip": ".zip",
    "application/rtf": ".rtf",
    "application/msword": ".doc",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.ms-powerpoint": ".ppt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
}
"""Endings for parts whose name has none; a part whose content says something else is refused as unread."""
_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
_SEALED = frozenset(
    {"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"}
)
_OWN_CHARSETS = ("", "utf-8", "us-ascii", "gb18030", "gbk", "gb2312", "utf-16")
_KEPT_MULTIPARTS = ("mixed", "alternative", "related")

Tree: TypeAlias = "tuple[str, list[Tree | int]]"
"""A multipart's kind and what is in it, files by their number in ``Contents.held``."""


@dataclass(slots=True, repr=False)
class MailContents(Contents):
    """What a mail holds: ``fields`` names those of ``lines`` that a copy keeps, ``tree`` how its parts lie."""

    fields: list[str] = field(default_factory=list)
    tree: Tree = ("mixed", [])


def parse_mail(source: Source) -> MailContents:
    """Return what a mail holds; raise ReadError HR202 (encrypted), HR203 (no mail) or HR204 (over a limit)."""
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(source.data)
    except RecursionError:
        raise ReadError("HR204", "the mail nests deeper than can be read; send its parts apart") from None
    except (ValueError, LookupError, TypeError, AttributeError, IndexError, AssertionError):
        raise ReadError("HR203", "the mail is damaged; save it again in its program") from None
    return _Parser().parse(message)


class _Parser:
    def __init__(self) -> None:
        self.contents = MailContents()
        self._texts = 0
        self._attachments = 0
        self._parts = 0

    def parse(self, message: Message) -> MailContents:
        self._head(message)
        node = self._part(message, 0)
        self.contents.tree = node if isinstance(node, tuple) else ("mixed", [] if node is None else [node])
        return self.contents

    # -- the head ------------------------------------------------------------------------------------------------

    def _head(self, message: Message) -> None:
        fields = list(message.raw_items())
        if len(fields) > MAX_FIELDS:
            raise ReadError(
                "HR204",
                "the mail has more than {max_fields} header fields; send its text as a document",
                max_fields=MAX_FIELDS,
            )
        first: dict[str, int] = {}
        for number, (name, _) in enumerate(fields):
            first.setdefault(name.lower(), number)
        for name, label in SHOWN.items():
            if name in first and not is_certain(str(fields[first[name]][1])):
                where = Location("mail", name)
                self.contents.unread.append(
                    Unread("header_field", where, "its encoding is unknown; accepted, it is left out")
                )
            elif name in first:
                kind = Kind.HEADING if name == "subject" else Kind.PARAGRAPH
                value = text_of(str(fields[first[name]][1]))
                self.contents.fields.append(name)
                self.contents.lines.append(Line(Block(value, Location("mail", name), kind), f"{label}："))
        shown = {first[name] for name in SHOWN if name in first}
        for number, (name, raw) in enumerate(fields):
            if number not in shown and name.lower() not in _STRUCTURE:
                self._hide("header_field", f"header field {number + 1}", "" if _SIGNED.fullmatch(name) else str(raw))
        if message.get_unixfrom():
            self._hide("header_field", "envelope line", str(message.get_unixfrom()))

    def _hide(self, what: str, where: str, raw: str) -> None:
        if text := text_of(raw):
            block = Block(text, Location("mail", where), Kind.METADATA, survives=False)
            self.contents.lines.append(Line(block))
        self.contents.dropped.append(RemovedPart(what, "mail"))

    # -- the parts -----------------------------------------------------------------------------------------------

    def _part(self, part: Message, depth: int) -> Tree | int | None:
        self._parts += 1
        if self._parts > MAX_PARTS or depth > MAX_NESTING:
            raise ReadError("HR204", "the mail has too many parts or nests too deep; send its parts apart")
        kind = _type_of(part)
        if depth:
            self._hidden_fields(part)
        if kind in _SEALED:
            raise encrypted()
        if part.is_multipart() and kind.startswith("multipart/"):
            return self._multipart(part, depth, kind.removeprefix("multipart/"))
        if not _is_clear(part):
            self._miss("it is not clear how this part is encoded; accepted, the copy goes without it")
            return None
        if kind.startswith("message/"):
            return self._message(part, kind)
        data = _payload(part)
        if kind in _SIGNATURES:
            self._drop("signature")
        elif kind == "application/ms-tnef" or data.startswith(b"\x78\x9f\x3e\x22"):
            self._miss("it is in Outlook's own format (winmail.dat); accepted, the copy goes without it")
        else:
            return self._leaf(part, kind, data)
        return None

    def _message(self, part: Message, kind: str) -> int | None:
        if kind in ("message/partial", "message/external-body"):
            self._miss("the rest of this part is somewhere else; accepted, the copy goes without it")
            return None
        inside = part.get_payload()
        messages = [piece for piece in inside if isinstance(piece, Message)] if isinstance(inside, list) else []
        try:
            data = b"\n".join(_bytes_of(piece) for piece in messages) if messages else _payload(part)
            if _raw(part, "content-transfer-encoding").strip().lower() == "base64":
                data = base64.b64decode(data.strip())
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            self._miss("a mail inside is damaged; accepted, the copy goes without it")
            return None
        if kind in ("message/rfc822", "message/global"):
            return self._attach(_file_name(part).removesuffix(".eml"), ".eml", data)
        return self._text(text_of_bytes(data), ".txt")  # a delivery report: fields as text

    def _multipart(self, part: Message, depth: int, kind: str) -> Tree:
        for what, text in (("preamble", part.preamble), ("epilogue", part.epilogue)):
            if isinstance(text, str) and text.strip():
                self._hide(what, what, text)
        children = part.get_payload()
        found = [self._part(child, depth + 1) for child in children if isinstance(child, Message)]
        return (kind if kind in _KEPT_MULTIPARTS else "mixed", [node for node in found if node is not None])

    def _leaf(self, part: Message, kind: str, data: bytes) -> int | None:
        name = _file_name(part)
        ending = PurePosixPath(name).suffix.lower()
        known = bool(_ENDING.fullmatch(ending)) and len(name) > len(ending)
        stem = name[: -len(ending)] if known else name
        said = parameters(_raw(part, "content-type"))
        if kind in _CALENDARS or ending in (".ics", ".vcf"):
            return self._card(stem, text_of_bytes(data, said.get("charset", "")))
        is_text = kind.startswith("text/") or kind == "application/xhtml+xml"
        if is_text and not name:
            return self._body(kind, data, said)
        if is_text and said.get("charset", "").lower() not in _OWN_CHARSETS:
            # The charset stands beside the text in a mail only: as a file it must be one that shows by itself.
            data = text_of_bytes(data, said["charset"]).encode()
        return self._attach(stem, ending if known else _SUFFIXES.get(kind, ""), data)

    def _body(self, kind: str, data: bytes, said: Mapping[str, str]) -> int | None:
        suffix = _TEXTS.get(kind, ".txt")
        text = certain_text(data, said.get("charset", ""))
        if text is None:
            with suppress(ReadError):  # it looks at more than one word of it
                text = decode(data).text
        if text is None:  # as a file, whose format knows more encodings, or refuses it
            self._texts += 1
            self.contents.held.append(Held(f"text {self._texts}", "", suffix, data))
            return len(self.contents.held) - 1
        if _ARMOURED.search(text):
            raise encrypted()
        if _UUENCODED.search(text):
            self._miss("a file stands in its text (uuencode); accepted, the copy goes without it")
            return None
        return self._text(_unflowed(text) if said.get("format", "").lower() == "flowed" else text, suffix)

    def _card(self, name: str, text: str) -> int | None:
        """Take a calendar or a card over as a text, its folded lines whole (RFC 5545 3.1, RFC 6350 3.2)."""
        text = _FOLD.sub("", text)
        if _CODED_CARD.search(text):
            self._miss("a calendar or card holds encoded data; accepted, the copy goes without it")
            return None
        if not name:
            return self._text(text, ".txt")
        return self._attach(name, ".txt", _clean(text).encode("utf-8", "replace"))

    def _text(self, text: str, suffix: str) -> int | None:
        if not text.strip():
            return None
        self._texts += 1
        # A page may name another charset inside; a mark before it wins (HTML standard, 13.2.3.2).
        mark = BOM_UTF8 if suffix == ".html" else b""
        data = mark + _clean(text).encode("utf-8", "replace")
        self.contents.held.append(Held(f"text {self._texts}", "", suffix, data))
        return len(self.contents.held) - 1

    def _attach(self, name: str, suffix: str, data: bytes) -> int:
        self._attachments += 1
        self.contents.held.append(Held(f"attachment {self._attachments}", name, suffix, data))
        return len(self.contents.held) - 1

    def _miss(self, why: str) -> None:
        self._attachments += 1
        self.contents.unread.append(Unread("attachment", Location(f"attachment {self._attachments}"), why))

    def _drop(self, what: str) -> None:
        self.contents.dropped.append(RemovedPart(what, "mail"))

    def _hidden_fields(self, part: Message) -> None:
        """Read what the head of a part says beside its name: a description, an id, a second name."""
        shown = _file_name(part)
        for name, raw in part.raw_items():
            if name.lower() not in _STRUCTURE:
                self._hide("part_header", f"part {self._parts}", str(raw))
                continue
            for key, value in parameters(str(raw)).items():
                if key not in _STRUCTURE_PARAMETERS and safe_name(value) != shown:
                    self._hide("part_header", f"part {self._parts}", value)


def encrypted() -> ReadError:
    """Return the refusal of a mail whose text is sealed."""
    return ReadError("HR202", "the mail is encrypted or sealed; save it opened in its mail program and try again")


def _clean(text: str) -> str:
    return _CONTROL.sub("", text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))


def _raw(part: Message, wanted: str) -> str:
    """Return a field as the parser holds it; ``Message.get`` would replace what is not ASCII."""
    return next((str(raw) for name, raw in part.raw_items() if name.lower() == wanted), "")


def _type_of(part: Message) -> str:
    return str(part.get_content_type()).lower()


def _file_name(part: Message) -> str:
    """Return the name that a mail program shows for an attachment, safe, without folders; empty where it has none."""
    for field_, key in (("content-disposition", "filename"), ("content-type", "name")):
        if found := parameters(_raw(part, field_)).get(key, ""):
            return safe_name(found).replace("/", "_")
    return ""


def _payload(part: Message) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError, IndexError):
        data = None
    return data if isinstance(data, bytes) else b""


def _is_clear(part: Message) -> bool:
    """Whether it is clear how a part is encoded; make it clear to the parser, which knows the bare words only."""
    for name in _STRUCTURE[1:]:
        if len({str(raw).strip().lower() for key, raw in part.raw_items() if key.lower() == name}) > 1:
            return False  # one program takes the first, another the last
    coding = _raw(part, "content-transfer-encoding")
    word = _CODING.match(coding.strip().lower())
    if coding.strip() and (word is None or word[0] not in _CODINGS):
        return False
    if word is not None:
        part.replace_header("content-transfer-encoding", word[0])
    return True


def _bytes_of(message: Message) -> bytes:
    stream = BytesIO()
    BytesGenerator(stream, mangle_from_=False, maxheaderlen=0, policy=policy.compat32).flatten(message)
    return stream.getvalue()


def _unflowed(text: str) -> str:
    """Return text of the format ``flowed`` with its paragraphs on one line each (RFC 3676)."""
    lines: list[list[str]] = []
    open_ = False
    for line in text.replace("\r\n", "\n").split("\n"):
        plain = line.removeprefix(" ")
        if open_ and not plain.startswith(">") and plain != "-- ":
            lines[-1].append(plain)
        else:
            lines.append([plain])
        open_ = plain.endswith(" ") and plain != "-- "
    return "\n".join("".join(pieces) for pieces in lines)
