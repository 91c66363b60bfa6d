"""Zip archives: nothing survives in any place, names are made safe, limits hold, members keep their formats."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import container_builder
import docx_builder
import planting
import pytest
from contract import VALUE, Case, holds
from support import LETTER, LETTER_VALUES

from hospital_redact import Redactor, formats
from hospital_redact.errors import PlanError, ReadError
from hospital_redact.formats import archive, nesting
from hospital_redact.formats.base import Source
from hospital_redact.model import AcceptedUnread, Kind
from hospital_redact.planning import output_name

CASE = Case(archive.FORMAT, container_builder.sample_archive, container_builder.archive({}))


def names_in(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return file.namelist()


def refusal(data: bytes, name: str = "a.zip") -> ReadError:
    with pytest.raises(ReadError) as caught:
        formats.read_document(formats.prepare(Source(name, data)))
    return caught.value


def test_nothing_survives_in_any_place_of_an_archive() -> None:
    data = container_builder.planted_archive(VALUE)
    document = CASE.read(data)
    assert data.count(VALUE.encode()) >= 7
    copy = CASE.write(data, planting.plan_for(document, VALUE))
    assert holds(CASE, copy, VALUE) == []
    assert VALUE.encode() not in copy
    with zipfile.ZipFile(io.BytesIO(copy)) as file:
        entries = file.infolist()
        assert not file.comment
        assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
        assert not any(entry.extra or entry.comment for entry in entries)
        assert names_in(copy) == ["[患者1]/a [患者1].txt", "b.docx", "deep.zip", "mail.eml"]
    again = CASE.read(copy)
    assert not again.dropped
    assert list(archive.FORMAT.compare(document, planting.plan_for(document, VALUE), again)) == []


def test_members_are_read_and_written_by_their_own_formats() -> None:
    data = container_builder.archive({"a.txt": "甲\r\n乙".encode("gb18030"), "b.docx": docx_builder.sample(VALUE)})
    document = CASE.read(data)
    assert [(m.label, m.format) for m in document.members] == [("file 1", "text"), ("file 2", "docx")]
    assert {str(b.location) for b in document.blocks if b.text == "甲"} == {"file 1, line 1"}
    assert any(str(b.location).startswith("file 2: word/document.xml") for b in document.blocks)
    with zipfile.ZipFile(io.BytesIO(CASE.write(data, planting.plan_for(document, VALUE)))) as file:
        assert file.read("a.txt") == "甲\r\n乙".encode("gb18030")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/张三.txt", "_/_/etc/张三.txt"),
        ("/root/a.txt", "root/a.txt"),
        ("..\\windows\\a.txt", "_/windows/a.txt"),
        ("C:\\a.txt", "C_/a.txt"),
        ("a\u202etxt.b.txt", "a_txt.b.txt"),
    ],
)
def test_names_that_lead_elsewhere_are_made_safe(name: str, safe: str) -> None:
    data = container_builder.archive({name: "text"})
    document = CASE.read(data)
    assert names_in(CASE.write(data, planting.make_plan(document, []))) == [safe]


def test_names_of_windows_in_chinese_are_read() -> None:
    data = container_builder.archive({"ABCD.txt": "text"}).replace(b"ABCD", "张伟".encode("gb18030"))
    document = CASE.read(data)
    assert "张伟" in [block.text for block in document.blocks]
    assert names_in(CASE.write(data, planting.plan_for(document, "张伟"))) == ["[患者1].txt"]


def test_files_with_macros_leave_with_the_ending_of_a_document() -> None:
    data = container_builder.archive({"a.docm": docx_builder.sample(VALUE), "a.docx": docx_builder.sample(VALUE)})
    document = CASE.read(data)
    plan = planting.plan_for(document, VALUE)
    copy = CASE.write(data, plan)
    assert names_in(copy) == ["a.docx", "a-2.docx"]
    assert list(archive.FORMAT.compare(document, plan, CASE.read(copy))) == []
    alone = formats.read_document(Source("b.DOCM", docx_builder.sample(VALUE)))
    assert output_name(alone, planting.make_plan(alone, [])) == "b.docx"


def test_redacted_names_stay_different() -> None:
    data = container_builder.archive({"张伟.txt": "a", "李娜.txt": "b", "李娜.log": "c"})
    document = CASE.read(data)
    plan = planting.make_plan(
        document,
        [
            planting.edit(f"e{number}", spans[0], "某人")
            for number, spans in enumerate(
                [*planting.occurrences(document, "张伟"), *planting.occurrences(document, "李娜")]
            )
        ],
    )
    copy = CASE.write(data, plan)
    assert names_in(copy) == ["某人.txt", "某人-2.txt", "某人.log"]
    assert list(archive.FORMAT.compare(document, plan, CASE.read(copy))) == []


def test_a_file_that_cannot_be_read_blocks_and_leaves_only_by_a_persons_word(tmp_path: Path) -> None:
    path = tmp_path / "资料.zip"
    path.write_bytes(
        container_builder.archive({"a.txt": LETTER, "赵小满.exe": b"MZ\0\0" + VALUE.encode(), "空.txt": b""})
    )
    redactor = Redactor()
    review = redactor.review(path)
    (unread,) = review.document.unread
    assert (unread.what, str(unread.location)) == ("archive_member", "file 2")
    with pytest.raises(PlanError, match="HR405"):
        redactor.redact(review, tmp_path / "out.zip")
    word = AcceptedUnread(unread.what, str(unread.location), "科主任", "不随文外发")
    review = redactor.with_plan(review, replace(review.plan, accepted_unread=(word,)))
    copy = redactor.redact(review, tmp_path / "out.zip")
    assert names_in((tmp_path / "out.zip").read_bytes()) == ["a.txt"]
    assert {"archive_member", "empty_file"} <= {part.what for part in copy.removed_parts}


def test_a_copy_whose_member_was_exchanged_is_not_proved() -> None:
    data = container_builder.sample_archive(VALUE)
    document = CASE.read(data)
    plan = planting.plan_for(document, VALUE)
    copy = CASE.write(data, plan)
    with zipfile.ZipFile(io.BytesIO(copy)) as file:
        files = {name: file.read(name) for name in file.namelist()}
    for changed in (
        {**files, "readme.txt": b"nothing of a patient!\n"},
        {name: content for name, content in files.items() if name != "readme.txt"},
        {**files, "more.txt": b"more"},
        {**files, "readme.txt": files["case/letter.docx"]},
    ):
        again = CASE.read(container_builder.archive(changed))
        assert list(archive.FORMAT.compare(document, plan, again))
    hidden = CASE.read(container_builder.archive(files, comment=b"said"))
    assert [d.hidden for d in archive.FORMAT.compare(document, plan, hidden)] == [True, True]


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = container_builder.archive({"a.txt": b"0" * (8 * 1024 * 1024)})
    assert refusal(bomb).code == "HR204"
    deep = b"x"
    for number in range(nesting.MAX_DEPTH + 1):
        deep = container_builder.archive({"a.zip" if number else "a.txt": deep})
    assert refusal(deep).code == "HR204"
    assert (
        refusal(container_builder.archive({f"{n}.txt": b"x" for n in range(archive.MAX_ENTRIES + 1)})).code == "HR204"
    )
    monkeypatch.setattr(nesting, "MAX_FILES", 5)
    four = container_builder.archive({f"{n}.txt": b"x" for n in range(4)})
    assert refusal(container_builder.archive({"a.zip": four, "b.zip": four})).code == "HR204"
    monkeypatch.undo()
    monkeypatch.setattr(nesting, "MAX_BYTES", 1000)
    assert refusal(container_builder.archive({"a.txt": b"x" * 1001})).code == "HR204"
    assert CASE.read(four).members  # what a refused file spent is not counted for the next


def test_what_is_refused_as_a_whole() -> None:
    twice = container_builder.archive({"a.txt": "1", "b.txt": "2"}).replace(b"b.txt", b"A.txt")
    assert refusal(twice).code == "HR203"
    assert refusal(container_builder.archive({"a.txt": "1" * 99})[:60]).code == "HR203"
    assert refusal(container_builder.with_encrypted_entry(b"text", b"1234")).code == "HR202"
    assert refusal(b"Rar!\x1a\x07\x01\x00" + b"\0" * 50, "a.rar").code == "HR201"
    assert refusal(b"7z\xbc\xaf\x27\x1c" + b"\0" * 50, "a.7z").code == "HR201"
    lied = bytearray(container_builder.archive({"a.txt": b"0" * 500_000}))
    size = lied.rindex(b"PK\x01\x02") + 24
    lied[size : size + 4] = (10).to_bytes(4, "little")  # the directory lies about the unpacked size
    assert refusal(bytes(lied)).code == "HR203"


def test_an_encrypted_archive_opens_with_its_password(tmp_path: Path) -> None:
    data = container_builder.with_encrypted_entry(LETTER.encode(), "解压123".encode())
    redactor = Redactor()
    with pytest.raises(ReadError, match="HR202"):
        redactor.review(data, name="a.zip", passwords=["wrong"])
    review = redactor.review(data, name="a.zip", passwords=["wrong", "解压123"])
    assert review.document.notes == ("was_encrypted",)
    redactor.redact(review, tmp_path / "a.zip")
    copy = (tmp_path / "a.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(copy)) as file:
        text = file.read(file.namelist()[0]).decode()
    assert not [value for value in LETTER_VALUES if value in text]
    assert "胆囊结石" in text


AES = bytes.fromhex(
    "504b0304140001086300b7be785d000000002e0000000f0000000a000b00e79785e58e862e7478740199070002004145030800767fcf3bb21a37"
    "5bd897d59037ffdf99050521530360fb3feefa870a937c6712a213f67bfabc9a303acc8ee338b0504b01021403140001086300b7be785d000000"
    "002e0000000f0000000a000b000000000000000000800100000000e79785e58e862e7478740199070002004145030800504b0506000000000100"
    "010043000000610000000000"
)
"""Made by pyzipper 0.4.0: AES-256, AE-2, deflated, the password 解压123, one file of one line."""


def test_an_archive_encrypted_with_aes_opens_with_its_password() -> None:
    document = formats.read_document(Source("a.zip", AES, passwords=("wrong", "解压123")))
    assert [b.text for b in document.blocks if b.kind is not Kind.FILE_NAME] == ["患者赵小满"]
    assert refusal(AES).code == "HR202"
    changed = bytearray(AES)
    changed[70] ^= 1  # the authentication code no longer fits
    with pytest.raises(ReadError, match="HR202"):
        formats.read_document(Source("a.zip", bytes(changed), passwords=("解压123",)))
    assert refusal(AES.replace(b"\x01\x99", b"\x02\x99")).code == "HR202"
    with pytest.raises(ReadError, match="HR203"):
        formats.read_document(Source("a.zip", AES.replace(b"\x01\x99", b"\x02\x99"), passwords=("解压123",)))


def test_bytes_beside_the_entries_of_a_copy_are_not_proved() -> None:
    whole = container_builder.archive({"a.txt": "one", "b.txt": "two"})
    assert not list(
        filter(None, (r.text for r in archive.FORMAT.own_readings(whole) if r.text not in ("a.txt", "b.txt")))
    )
    with_more = b"PK\x03\x04 packed away" + whole  # zipfile still finds its entries
    with pytest.raises(ReadError, match="HR203"):
        list(archive.FORMAT.own_readings(with_more))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("a.txt", "one")
        file.writestr("gone.txt", "two")
        file.writestr("c.txt", "three")
        del file.filelist[1]  # as a tool leaves the bytes of an entry that it deleted
    with pytest.raises(ReadError, match="HR203"):
        list(archive.FORMAT.own_readings(stream.getvalue()))


def test_a_link_inside_is_not_followed() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        entry = zipfile.ZipInfo("link.txt")
        entry.external_attr = 0o120777 << 16
        file.writestr(entry, "/etc/passwd")
    document = CASE.read(stream.getvalue())
    assert [unread.what for unread in document.unread] == ["archive_member"]
    assert not document.members
