"""What is known of a format before its libraries are loaded is true of it, and a plain text loads none of them."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from importlib import import_module
from pathlib import Path

import docx
import pytest

from hospital_redact import formats
from hospital_redact.formats.base import Source


def _zip(name: str, content: str = "") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, content)
    return target.getvalue()


def _word() -> bytes:
    target = io.BytesIO()
    docx.Document().save(target)
    return target.getvalue()


DATA = {
    "pdf": b"\n\n%PDF-1.7\n",
    "archive": _zip("a.txt"),
    "docx": b"junk" + _word(),
    "torn": b"PK\x03\x04....ppt/slides",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpeg": b"\xff\xd8\xff\xe0",
    "tiff": b"MM\0*",
    "bmp": b"BM\0\0\0\0" + bytes(4) + bytes(4) + b"\x28\0\0\0",
    "webp": b"RIFF\0\0\0\0WEBP",
    "dicom": bytes(128) + b"DICM" + bytes(200),
    "page": "\ufeff \u3000<!-- a --><HTML >".encode("utf-16"),
    "page in GB18030": "\u3000<html>".encode("gb18030"),
    "xml": b"\xef\xbb\xbf\n<?xml version='1.0'?><a/>",
}
"""Beginnings of files, some with something before what marks them."""

HEAVY = "docx fontTools html5lib openpyxl pikepdf PIL pptx presidio_analyzer presidio_anonymizer pypdf pypdfium2 spacy"


@pytest.mark.parametrize("name", formats.OUTLINES)
def test_name_endings_are_those_of_the_format(name: str) -> None:
    assert formats.OUTLINES[name].suffixes == import_module(f"hospital_redact.formats.{name}").FORMAT.suffixes


def test_a_plain_text_loads_no_library_of_another_format(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("1. 患者赵小满，体温<38度，电话13957100321。\n", encoding="utf-8")
    code = (
        f"import sys, hospital_redact as hr; assert hr.Redactor().review({str(path)!r}).removed; "
        f"print(*(set({HEAVY.split()}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("what", DATA)
def test_what_a_format_recognises_is_possible_under_any_name(what: str) -> None:
    recognised = [format_ for format_ in formats.all_formats() if format_.recognises(DATA[what])]
    assert recognised
    assert set(recognised) <= set(formats.possible_formats(Source("a.unknown", DATA[what])))
