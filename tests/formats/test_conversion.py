"""Older kinds of file: converted where LibreOffice is installed, refused with what to do where it is not."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
import time
import zipfile
from pathlib import Path

import container_builder
import pytest
from contract import VALUE
from PIL import Image

from hospital_redact import Redactor, formats
from hospital_redact.errors import ReadError
from hospital_redact.formats import conversion
from hospital_redact.formats.base import Source

NAME, NUMBER = "赵小满", "330106197803124560"

needs_libreoffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not on PATH")


def rtf(text: str, *, before: str = "") -> bytes:
    """Return a document of ``text``; characters that are not ASCII as ``\\u``."""
    coded = "".join(c if c.isascii() else f"\\u{ord(c)}?" for c in text.replace("\n", "\\par\n"))
    return f"{{\\rtf1\\ansi\\ansicpg936 {before}{{\\info{{\\author {VALUE}}}}}{coded}\\par}}".encode()


RECORD = rtf(f"出院小结\n姓名：{NAME}  性别：女\n身份证号：{NUMBER}\n患者{NAME}因右上腹痛3天入院。")


def refusal(data: bytes, name: str) -> ReadError:
    with pytest.raises(ReadError) as caught:
        formats.read_document(formats.prepare(Source(name, data)))
    return caught.value


@pytest.fixture
def _no_cache() -> None:
    conversion._converted.cache_clear()


@needs_libreoffice
def test_an_rtf_is_redacted_as_docx(tmp_path: Path) -> None:
    redactor = Redactor()
    path = tmp_path / f"{NAME}出院小结.rtf"
    path.write_bytes(RECORD)
    review = redactor.review(path)
    assert "converted_from:rtf" in review.document.notes
    assert review.output_name == "[患者1]出院小结.docx"
    copy = redactor.redact(review, tmp_path / "out" / review.output_name)
    assert copy.verification.passed
    assert copy.record.source_sha256 == Source("x", RECORD).sha256
    again = formats.read_document(formats.load_source(copy.path))
    text = "\n".join(block.text for block in again.blocks)
    assert NAME not in text
    assert NUMBER not in text
    assert "右上腹痛3天入院" in text
    # The copy can be proved again, and a plan made today fits tomorrow.
    assert redactor.verify(review, copy.path).passed
    conversion._converted.cache_clear()
    assert redactor.review(path).plan == review.plan


@needs_libreoffice
def test_a_doc_inside_an_archive_leaves_as_docx(tmp_path: Path) -> None:
    (tmp_path / "a.rtf").write_bytes(RECORD)
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'p').as_uri()}", "--headless", "--convert-to", "doc"]
    subprocess.run([*command, "--outdir", tmp_path, tmp_path / "a.rtf"], check=True, capture_output=True, timeout=90)
    old = (tmp_path / "a.doc").read_bytes()
    assert old.startswith(b"\xd0\xcf\x11\xe0")
    redactor = Redactor()
    data = container_builder.archive({f"{NAME}.doc": old})
    review = redactor.review(data, name="a.zip")
    assert [(member.format, member.document.name[-5:]) for member in review.document.members] == [("docx", ".docx")]
    assert "converted_from:doc" in review.document.notes
    redactor.redact(review, tmp_path / "out.zip")
    assert NAME.encode() not in (tmp_path / "out.zip").read_bytes()
    assert "[患者1].docx".encode() in (tmp_path / "out.zip").read_bytes()
    # A copy by another tool that still holds the old file is not proved: nobody read its bytes.
    renamed = container_builder.archive({"[患者1].doc": old})
    assert not redactor.verify(review, Source("out.zip", renamed)).passed
    assert refusal(old, "a.xls").code == "HR207"
    with pytest.raises(ReadError):
        redactor.verify(redactor.review(old, name="a.doc"), Source("a.doc", old))


@needs_libreoffice
@pytest.mark.usefixtures("_no_cache")
def test_a_document_brings_nothing_of_this_machine_in(tmp_path: Path) -> None:
    secret, picture = tmp_path / "secret.txt", tmp_path / "secret.bmp"
    secret.write_text("SECRET-OF-THE-MACHINE", encoding="utf-8")
    Image.new("RGB", (8, 8), (12, 200, 7)).save(picture)
    names = ["office", "text", "drawing", "svg-compatible"]
    spaces = "".join(f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in names)
    link = 'xmlns:xlink="http://www.w3.org/1999/xlink" xlink:type="simple" xlink:href'
    body = (
        f'<text:p>seen<drawing:frame text:anchor-type="as-char" svg-compatible:width="3cm"><drawing:image'
        f' {link}="{picture.as_uri()}"/></drawing:frame></text:p><text:section text:name="S"><text:section-source'
        f' {link}="{secret.as_uri()}"/><text:p>old</text:p></text:section>'
    )
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    data = container_builder.archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f'<office:document-content{spaces} office:version="1.2"><office:body><office:text>{body}'
            "</office:text></office:body></office:document-content>",
            "META-INF/manifest.xml": f'<m:manifest xmlns:m="{manifest}"><m:file-entry m:full-path="/"'
            ' m:media-type="application/vnd.oasis.opendocument.text"/><m:file-entry m:full-path="content.xml"'
            ' m:media-type="text/xml"/></m:manifest>',
        }
    )
    source = formats.prepare(Source("a.odt", data))
    with zipfile.ZipFile(io.BytesIO(source.data)) as package:
        assert not [name for name in package.namelist() if "media" in name]
        assert not any(b"SECRET-OF" in package.read(name) for name in package.namelist())
    assert "seen" in [block.text for block in formats.read_document(source).blocks]


@pytest.mark.usefixtures("_no_cache")
def test_without_libreoffice_the_refusal_names_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    error = refusal(RECORD, "a.rtf")
    assert error.code == "HR201"
    assert "LibreOffice" in str(error)
    inside = formats.read_document(Source("a.zip", container_builder.archive({"a.rtf": RECORD})))
    assert [unread.what for unread in inside.unread] == ["archive_member"]


@pytest.mark.skipif(os.name == "nt", reason="the program in its place is a shell script")
@pytest.mark.usefixtures("_no_cache")
def test_a_conversion_that_hangs_is_ended_with_all_that_it_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program, alive = tmp_path / "soffice", tmp_path / "alive"
    program.write_text(f"#!/bin/sh\n(sleep 3; echo alive > {alive}) &\nsleep 30\n", encoding="ascii")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(conversion, "TIME_LIMIT", 1.0)
    assert refusal(RECORD, "a.rtf").code == "HR204"
    assert not list(Path(tempfile.gettempdir()).glob(f"hospital-redact-convert-{os.getpid()}-*"))
    time.sleep(3)
    assert not alive.exists()
    program.write_text("#!/bin/sh\nexit 0\n", encoding="ascii")  # says that it is done and wrote nothing
    assert refusal(RECORD, "a.rtf").code == "HR203"


def test_folders_of_processes_that_were_killed_are_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    done = subprocess.Popen(["true"])
    done.wait()
    left = tmp_path / f"hospital-redact-convert-{done.pid}-abc"
    left.mkdir()
    (left / "source.doc").write_bytes(b"x")
    other = tmp_path / "hospital-redact-convert-mine"
    other.mkdir()
    with conversion._own_folder() as folder:
        assert folder.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == [other.name]


@pytest.mark.parametrize(
    ("name", "head", "advice"),
    [
        ("a.rar", b"Rar!\x1a\x07\x01\x00", "zip"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c", "zip"),
        ("a.gz", b"\x1f\x8b\x08\x00", "zip"),
        ("a.tar", b"a.txt".ljust(257, b"\0") + b"ustar", "zip"),
        ("a.mp4", b"\x00\x00\x00\x18ftypmp42", "sound and video"),
        ("a.mp3", b"ID3\x03\x00", "sound and video"),
        ("a.wav", b"RIFF\x24\x00\x00\x00WAVEfmt ", "sound and video"),
        ("a.heic", b"\x00\x00\x00\x18ftypheic", "JPEG"),
        ("a.txt", b"Rar!\x1a\x07\x01\x00", "zip"),
    ],
)
def test_kinds_that_nobody_reads_are_refused_with_their_own_advice(name: str, head: bytes, advice: str) -> None:
    error = refusal(head + b"\0" * 300, name)
    assert error.code == "HR201"
    assert advice in str(error)


def test_a_name_that_says_something_else_is_refused() -> None:
    assert refusal(RECORD, "a.doc").code == "HR207"
    assert refusal(RECORD, "a.txt").code == "HR207"
    ofd = container_builder.archive({"OFD.xml": "<x/>"})
    assert "PDF" in str(refusal(ofd, "a.ofd"))
    odt = {"mimetype": "application/vnd.oasis.opendocument.text", "META-INF/manifest.xml": "<m:encryption-data/>"}
    assert refusal(container_builder.archive(odt), "a.odt").code == "HR202"
    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.doc").code == "HR201"


@pytest.mark.parametrize("start", ["ID3456号患者", "BZh楼层", "MSCF 报告", "OggS", "fLaC 编号"])
def test_a_text_that_begins_like_another_kind_stays_a_text(start: str) -> None:
    document = formats.read_document(formats.prepare(Source("a.txt", f"{start}，随访。".encode())))
    assert document.blocks[0].text.startswith(start)


def test_a_mailbox_becomes_an_archive_of_its_mails(tmp_path: Path) -> None:
    mails = [
        f"From a@example.org Mon Mar  4 08:00:00 2024\nFrom: a@example.org\nTo: b@example.org\nSubject: {n}\n\n"
        f"患者王小测第{n}次随访。\n>From 后面还有。\n\n"
        for n in (1, 2)
    ]
    path = tmp_path / "信箱.mbox"
    path.write_bytes("".join(mails).encode())
    redactor = Redactor()
    review = redactor.review(path)
    assert "converted_from:mbox" in review.document.notes
    text = "\n".join(block.text for block in review.document.blocks)
    assert text.count("王小测") == 2
    assert "\nFrom 后面还有。" in text
    copy = redactor.redact(review, tmp_path / "信箱.zip")
    with zipfile.ZipFile(copy.path) as archive:
        assert archive.namelist() == ["1.eml", "2.eml"]
        assert not any("王小测".encode() in archive.read(name) for name in archive.namelist())


def test_outlooks_own_format_is_refused_with_advice() -> None:
    with pytest.raises(ReadError, match="winmail") as refusal:
        conversion.convert(Source("winmail.dat", b"\x78\x9f\x3e\x22" + bytes(50)))
    assert refusal.value.code == "HR201"
