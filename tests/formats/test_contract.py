"""Runs the contract over every built-in format."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache

import docx_builder
import pikepdf
import pytest
from contract import Case, FormatContract
from reportlab.pdfgen.canvas import Canvas

from hospital_redact.formats import docx, pdf, text


def _pdf(*lines: str) -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, invariant=True)
    for number, line in enumerate(lines):
        canvas.drawString(72, 760 - 24 * number, line)
    canvas.showPage()
    canvas.save()
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
