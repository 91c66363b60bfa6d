"""Passwords open files before they are read; they are shown nowhere, and copies need none."""

from __future__ import annotations

import io
from pathlib import Path

import container_builder
import docx_builder
import pikepdf
import pytest
from contract import VALUE

from hospital_redact import Redactor, formats
from hospital_redact.batch import Task
from hospital_redact.errors import ReadError
from hospital_redact.formats.base import Source
from hospital_redact.formats.unlocking import DEFAULT_PASSWORD, needs_password, unlock
from hospital_redact.model import Document

PASSWORD = "口令-Pass9"


def _pdf() -> bytes:
    stream = io.BytesIO()
    with pikepdf.new() as file:
        page = file.add_blank_page(page_size=(595, 842))
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )  # fmt: skip
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.obj.Contents = file.make_stream(b"BT /F1 12 Tf 1 0 0 1 72 700 Tm (Patient " + VALUE.encode() + b") Tj ET")
        file.save(stream, deterministic_id=True)
    return stream.getvalue()


LOCKED = {
    "a.pdf": container_builder.locked_pdf(_pdf(), PASSWORD),
    "a.docx": container_builder.locked_office(docx_builder.sample(VALUE), PASSWORD),
    "a.zip": container_builder.with_encrypted_entry(VALUE.encode(), PASSWORD.encode("gb18030"), "a.txt"),
    "a.eml": container_builder.mail(
        "见附件", files={"b.docx": container_builder.locked_office(docx_builder.sample(VALUE), PASSWORD)}
    ),
}


def read(name: str, *passwords: str) -> Document:
    source = formats.prepare(Source(name, LOCKED[name], passwords=passwords))
    document = formats.read_document(source)
    assert document.sha256 == Source(name, LOCKED[name]).sha256  # of the file that somebody has
    return document


@pytest.mark.parametrize("name", LOCKED)
def test_a_password_opens_and_a_wrong_one_is_refused(name: str) -> None:
    document = read(name, "wrong", PASSWORD)
    assert any(VALUE in block.text for block in document.blocks)
    assert "was_encrypted" in document.notes
    for passwords in ((), ("wrong",), ("",)):
        with pytest.raises(ReadError) as caught:
            read(name, *passwords)
        assert caught.value.code == "HR202"
        assert "wrong" not in str(caught.value)


@pytest.mark.parametrize("name", LOCKED)
def test_copies_need_no_password(name: str, tmp_path: Path, redactor: Redactor) -> None:
    review = redactor.review(LOCKED[name], name=name, passwords=[PASSWORD], terms=[VALUE])
    copy = redactor.redact(review, tmp_path / name)
    assert copy.verification.passed
    assert copy.record.source_sha256 == Source(name, LOCKED[name]).sha256
    again = formats.read_document(formats.prepare(formats.load_source(tmp_path / name)))
    assert "was_encrypted" not in again.notes
    assert not any(VALUE in block.text for block in again.blocks)


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor()


def test_the_default_password_of_excel_is_none() -> None:
    data = container_builder.locked_office(docx_builder.sample(VALUE), DEFAULT_PASSWORD)
    document = formats.read_document(formats.prepare(Source("a.docx", data)))
    assert any(VALUE in block.text for block in document.blocks)
    assert "was_encrypted" in document.notes


def test_unlocking_is_repeatable() -> None:
    for name in ("a.pdf", "a.docx"):
        source = Source(name, LOCKED[name], passwords=(PASSWORD,))
        assert unlock(source).data == unlock(source).data


def test_what_needs_a_password_is_known() -> None:
    assert all(needs_password(Source(name, data)) for name, data in LOCKED.items() if name != "a.eml")
    open_ = io.BytesIO()
    with pikepdf.open(io.BytesIO(_pdf())) as file:
        file.save(open_, encryption=pikepdf.Encryption(owner="owner", user=""))
    files = {"a.pdf": open_.getvalue(), "b.pdf": _pdf(), "c.docx": docx_builder.sample(VALUE), "d.txt": b"text"}
    assert not any(needs_password(Source(name, data)) for name, data in files.items())
    # Restrictions alone are none: the reader notes them.
    assert unlock(Source("a.pdf", files["a.pdf"], passwords=("x",))).data == files["a.pdf"]


def test_passwords_are_in_no_repr() -> None:
    source = formats.prepare(Source("a.pdf", LOCKED["a.pdf"], passwords=(PASSWORD,)))
    assert PASSWORD not in repr(source) + repr(Task(passwords=(PASSWORD,)))


def test_damaged_locked_files_are_refused() -> None:
    for name in ("a.pdf", "a.docx"):
        for part in range(1, 12):
            data = LOCKED[name][: len(LOCKED[name]) * part // 12]
            with pytest.raises(ReadError):
                formats.read_document(formats.prepare(Source(name, data, passwords=(PASSWORD,))))
