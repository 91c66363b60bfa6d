"""Runs the contract over every built-in format."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache

import container_builder
import docx_builder
import markup_builder
import picture_builder
import pikepdf
import pptx_builder
import pytest
import xlsx_builder
from contract import Case, FormatContract

from hospital_redact.formats import archive, docx, mail, pdf, pictures, pptx, text, xlsx

# The head of a compound file and the directory entry by which an encrypted package is known.
ENCRYPTED_OFFICE = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 512
)


def _pdf(*lines: str) -> bytes:
    """A page with a line of Helvetica for each of ``lines``."""
    shown = b"".join(b"1 0 0 1 72 %d Tm (%s) Tj " % (760 - 24 * n, line.encode()) for n, line in enumerate(lines))
    stream = io.BytesIO()
    with pikepdf.new() as file:
        page = file.add_blank_page(page_size=(595, 842))
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.obj.Contents = file.make_stream(b"BT /F1 12 Tf " + shown + b"ET")
        file.save(stream, deterministic_id=True)
    return stream.getvalue()


def _encrypted_pdf() -> bytes:
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(_pdf("secret"))) as file:
        file.save(stream, encryption=pikepdf.Encryption(owner="owner", user="user"))
    return stream.getvalue()


def _pdf_with_attachment() -> bytes:
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(_pdf("seen"))) as file:
        file.attachments["x.bin"] = b"attached"
        file.save(stream)
    return stream.getvalue()


def _text_case() -> Case:
    return Case(
        text.FORMAT,
        sample=lambda value: f"出院小结\r\n姓名：{value}\r\n诊断：肺炎\r\n".encode(),
        empty=b"\n",
        damage_shows=False,
    )


def _docx_case() -> Case:
    return Case(
        docx.FORMAT,
        sample=docx_builder.sample,
        empty=docx_builder.empty(),
        encrypted=ENCRYPTED_OFFICE,
        unknown_part=docx_builder.build(["unknown_part"]),
    )


def _pptx_case() -> Case:
    return Case(
        pptx.FORMAT,
        sample=pptx_builder.sample,
        empty=pptx_builder.empty(),
        encrypted=ENCRYPTED_OFFICE,
        unknown_part=pptx_builder.PARTS["custom_xml"]("x"),
    )


def _xlsx_case() -> Case:
    return Case(
        xlsx.FORMAT,
        sample=xlsx_builder.sample,
        empty=xlsx_builder.empty(),
        encrypted=ENCRYPTED_OFFICE,
        unknown_part=xlsx_builder.build(["unknownKind"]),
        empty_text="空",
    )


def _pdf_case() -> Case:
    return Case(
        pdf.FORMAT,
        sample=lambda value: _pdf("Discharge summary", f"Patient {value} was admitted.", "Diagnosis: pneumonia"),
        empty=_pdf(),
        encrypted=_encrypted_pdf(),
        unknown_part=_pdf_with_attachment(),
    )


def _picture_case() -> Case:
    return Case(pictures.FORMAT, sample=picture_builder.sample, empty=picture_builder.empty())


def _archive_case() -> Case:
    return Case(
        archive.FORMAT,
        sample=container_builder.sample_archive,
        empty=container_builder.archive({}),
        encrypted=container_builder.with_encrypted_entry(b"text", b"1234"),
        unknown_part=container_builder.archive({"a.exe": b"MZ\0"}),
    )


def _mail_case() -> Case:
    return Case(
        mail.FORMAT,
        sample=container_builder.sample_mail,
        empty=container_builder.empty_mail(),
        encrypted=b"From: a@b.cn\r\nTo: c@d.cn\r\nContent-Type: application/pkcs7-mime\r\n\r\nMIAG",
        unknown_part=container_builder.mail("text\n", files={"a.exe": b"MZ\0"}),
        damage_shows=False,  # a mail has no sums, and whatever stands in it is its text
    )


_MARKUP = [
    markup_builder.csv_case,
    markup_builder.json_case,
    markup_builder.xml_case,
    markup_builder.html_case,
    markup_builder.markdown_case,
]
_MARKUP_IDS = ["csv", "json", "xml", "html", "markdown"]


@cache
def _built(make: Callable[[], Case]) -> Case:
    return make()


class TestContract(FormatContract):
    @pytest.fixture(
        params=[
            _text_case,
            _docx_case,
            _xlsx_case,
            _pptx_case,
            _pdf_case,
            _picture_case,
            _archive_case,
            _mail_case,
            *_MARKUP,
        ],
        ids=["text", "docx", "xlsx", "pptx", "pdf", "picture", "archive", "mail", *_MARKUP_IDS],
    )
    def case(self, request: pytest.FixtureRequest) -> Case:
        return _built(request.param)
