"""Builds mails and archives for tests: with a value in every place of the leak checklist, and ordinary ones."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from email.message import EmailMessage

import docx_builder
import pikepdf
from msoffcrypto.format.ooxml import OOXMLFile  # type: ignore[import-untyped] # the library has no types


def archive(files: Mapping[str, bytes | str], *, comment: bytes = b"") -> bytes:
    """Return a zip with ``files`` by their names."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.comment = comment
        for name, data in files.items():
            file.writestr(name, data)
    return stream.getvalue()


def sample_archive(value: str) -> bytes:
    """Return an archive whose files, one in another archive, and their names show ``value``."""
    return archive(
        {
            f"case/{value}.txt": f"姓名：{value}\n",
            "case/letter.docx": docx_builder.sample(value),
            "case/inner.zip": archive({"note.txt": f"again {value}\n"}),
            "readme.txt": "nothing of a patient\n",
        }
    )


def planted_archive(value: str) -> bytes:
    """Return an archive with ``value`` in every place that a zip has for text, readable or not."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.comment = f"comment {value}".encode()
        entry = zipfile.ZipInfo(f"{value}/a {value}.txt", date_time=(2024, 5, 6, 7, 8, 10))
        entry.comment = f"of the file {value}".encode()
        entry.extra = struct.pack("<HH", 0x7777, len(value)) + value.encode()
        file.writestr(entry, f"姓名：{value}")
        file.writestr("b.docx", docx_builder.sample(value))
        file.writestr(f"folder {value}/", b"")
        file.writestr("__MACOSX/._a.txt", f"{value}".encode())
        file.writestr("deep.zip", archive({f"{value}.txt": value}, comment=value.encode()))
        file.writestr("mail.eml", sample_mail(value))
    return f"before {value}".encode() + stream.getvalue()


def with_encrypted_entry(text: bytes, password: bytes, name: str = "病历.txt") -> bytes:
    """Return an archive with one entry encrypted as APPNOTE 6.1 says, which the standard library cannot write."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def crc(byte: int, value: int) -> int:
        return zlib.crc32(bytes([byte]), value ^ 0xFFFFFFFF) ^ 0xFFFFFFFF

    def update(byte: int) -> None:
        keys[0] = crc(byte, keys[0])
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = crc(keys[1] >> 24, keys[2])

    def encrypted(data: bytes) -> bytes:
        out = bytearray()
        for byte in data:
            mixed = keys[2] | 2
            out.append(byte ^ (((mixed * (mixed ^ 1)) >> 8) & 0xFF))
            update(byte)
        return bytes(out)

    for byte in password:
        update(byte)
    check = zlib.crc32(text)
    body = encrypted(b"\0" * 11 + bytes([check >> 24]) + text)
    raw = name.encode()
    common = struct.pack("<HHHHHIIIHH", 20, 0x801, 0, 0, 0x5800, check, len(body), len(text), len(raw), 0)
    local = b"PK\x03\x04" + common + raw + body
    central = b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + raw
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


def mail(text: str, *, subject: str = "转诊资料", html: str = "", files: Mapping[str, bytes] | None = None) -> bytes:
    """Return an ordinary mail as a mail program writes it."""
    message = EmailMessage()
    message["From"] = "何立 <heli@example.cn>"
    message["To"] = "王小雨 <wangxy@example.cn>"
    message["Subject"] = subject
    message["Date"] = "Mon, 06 May 2024 10:00:00 +0800"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, data in (files or {}).items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def sample_mail(value: str) -> bytes:
    """Return a mail that shows ``value`` in its subject, its text and an attachment."""
    files = {f"{value}.docx": docx_builder.sample(value), "note.txt": f"note {value}\n".encode()}
    return mail(f"姓名：{value}\n诊断：肺炎\n", subject=f"about {value}", files=files)


def empty_mail() -> bytes:
    return b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n"


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def planted_mail(value: str) -> bytes:
    """Return a mail with ``value`` in every place of the checklist that a copy can keep or leave out."""
    half, rest = value[:4], value[4:]
    gb = base64.b64encode(f"附件{value}".encode("gb18030")).decode()
    nested = mail(f"inside {value}\n", subject=f"fwd {value}", files={f"{value}.txt": value.encode()})
    docx = base64.encodebytes(docx_builder.sample(value)).decode()
    zipped = base64.encodebytes(sample_archive(value)).decode()
    html = f"<html><head><meta charset=gb2312><title>{value}</title></head><body><p>姓名 {value}</p></body></html>"
    page = base64.encodebytes(html.encode("gb18030")).decode()
    return (
        f"""From {value}@example.cn Mon May  6 10:00:00 2024
Return-Path: <{value}@example.cn>
Received: from {value}.example.cn by mx.example.cn; Mon, 6 May 2024 10:00:00 +0800
 for <{value}@example.cn>
From: =?utf-8?b?{_coded("何立" + value)}?= <{value}@example.cn>
To: "{value}" <{value}@example.cn>
Cc: =?gb2312?B?{gb}?=
Bcc: {value}@example.cn
Reply-To: {value} <x@example.cn>
Sender: {value}@example.cn
Subject: =?utf-8?q?{half}?=
 =?utf-8?q?{rest}?= folded {half}=?utf-8?b?{_coded(rest)}?=
Subject: a second subject {value}
Date: Mon, 06 May 2024 10:00:00 +0800 ({value})
Message-ID: <{value}.1@example.cn>
In-Reply-To: <{value}.0@example.cn>
References: <{value}.0@example.cn>
 <{value}.00@example.cn>
Thread-Topic: {value}
Thread-Index: {_coded(value)}
X-Patient: {value}
X-Originating-IP: [{value}]
List-Unsubscribe: <mailto:{value}@example.cn>
Organization: =?utf-8?q?{value}?=
Comments: {value}
Keywords: {value}
X-Empty:
MIME-Version: 1.0 ({value})
Content-Type: multipart/mixed; boundary="b{value}"; x-note="{value}"

preamble {value}
--b{value}
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain; charset=utf-8; format=flowed
Content-Transfer-Encoding: quoted-printable
Content-Description: {value}
Content-ID: <{value}@example.cn>
Content-Location: http://example.cn/{value}

plain {value} and {half}=
{rest} and flowed {half[:2]} =

{half[2:]}{rest}
--inner
Content-Type: text/html; charset=gb2312
Content-Transfer-Encoding: base64

{page}
--inner--
epilogue of the inner one {value}
--b{value}
Content-Type: application/octet-stream; name="{value}.docx"
Content-Disposition: attachment; filename*0*=utf-8''{half}; filename*1={rest}.docx
Content-Transfer-Encoding: base64

{docx}
--b{value}
Content-Type: application/zip; name="=?utf-8?b?{_coded(value + ".zip")}?="
Content-Transfer-Encoding: base64

{zipped}
--b{value}
Content-Type: message/rfc822
Content-Disposition: attachment; filename="{value}.eml"

""".replace("\n", "\r\n").encode()
        + nested
        + f"""
--b{value}
Content-Type: text/calendar; charset=utf-8; method=REQUEST

BEGIN:VCALENDAR
SUMMARY:visit of {half}
 {rest}
ORGANIZER;CN={value}:mailto:x@example.cn
END:VCALENDAR
--b{value}
Content-Type: text/vcard; name="{value}.vcf"
Content-Disposition: attachment; filename="{value}.vcf"

BEGIN:VCARD
FN:{value}
END:VCARD
--b{value}
Content-Type: application/pkcs7-signature; name="{value}.p7s"

{value}
--b{value}
Content-Type: application/ms-tnef; name="winmail.dat"
Content-Transfer-Encoding: base64

{base64.encodebytes(bytes.fromhex("789f3e22") + value.encode()).decode()}
--b{value}
Content-Type: application/octet-stream; name="{value}.dat"

\0binary {value}
--b{value}--
epilogue {value}
""".replace("\n", "\r\n").encode()
    )


def locked_pdf(data: bytes, password: str) -> bytes:
    """Return a PDF that needs ``password``."""
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as file:
        file.save(stream, encryption=pikepdf.Encryption(owner="owner", user=password))
    return stream.getvalue()


def locked_office(data: bytes, password: str) -> bytes:
    """Return an Office file that needs ``password`` (MS-OFFCRYPTO, agile)."""
    stream = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt(password, stream)
    return stream.getvalue()
