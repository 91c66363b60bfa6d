"""Runs the contract over every built-in format."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache

import docx_builder
import pikepdf
import pytest
from contract import Case, FormatContract

from hospital_redact.formats import docx, pdf, text


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
        # The head of a compound file and the directory entry by which an encrypted package is known.
        encrypted=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 504
        + "EncryptedPackage".encode("utf-16-le")
        + b"\0" * 512,
        unknown_part=docx_builder.build(["unknown_part"]),
    )


def _pdf_case() -> Case:
    return Case(
        pdf.FORMAT,
        sample=lambda value: _pdf("Discharge summary", f"Patient {value} was admitted.", "Diagnosis: pneumonia"),
        empty=_pdf(),
        encrypted=_encrypted_pdf(),
        unknown_part=_pdf_with_attachment(),
    )


@cache
def _built(make: Callable[[], Case]) -> Case:
    return make()


class TestContract(FormatContract):
    @pytest.fixture(params=[_text_case, _docx_case, _pdf_case], ids=["text", "docx", "pdf"])
    def case(self, request: pytest.FixtureRequest) -> Case:
        return _built(request.param)
