"""Mails: nothing survives in any place of the checklist, the copy is a mail, its parts keep their formats."""

from __future__ import annotations

import email
import email.policy
import io
import zipfile
from email.message import EmailMessage
from pathlib import Path

import container_builder
import docx_builder
import planting
import pytest
from contract import VALUE, Case, holds
from hypothesis import given, settings
from hypothesis import strategies as st
from support import LETTER, LETTER_VALUES

from hospital_redact import Redactor, formats
from hospital_redact.errors import ReadError
from hospital_redact.formats import mail
from hospital_redact.formats.base import Source
from hospital_redact.formats.mail.headers import certain_text, field_line, file_name_lines, parameters, text_of

CASE = Case(mail.FORMAT, container_builder.sample_mail, container_builder.empty_mail())


def opened(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def refusal(data: bytes) -> ReadError:
    with pytest.raises(ReadError) as caught:
        CASE.read(data)
    return caught.value


def test_nothing_survives_in_any_place_of_a_mail() -> None:
    data = container_builder.planted_mail(VALUE)
    document = CASE.read(data)
    assert len(planting.occurrences(document, VALUE)) > 45
    plan = planting.plan_for(document, VALUE)
    copy = CASE.write(data, plan)
    assert holds(CASE, copy, VALUE) == []
    assert VALUE.encode() not in copy
    again = CASE.read(copy)
    assert not again.dropped
    assert not again.unread
    assert list(mail.FORMAT.compare(document, plan, again)) == []
    message = opened(copy)
    assert set(message.keys()) <= {"From", "To", "Cc", "Subject", "Date", "MIME-Version", "Content-Type"}
    assert message["Subject"] == "[患者1] folded [患者1]"
    names = [part.get_filename() for part in message.walk() if part.get_filename()]
    assert names == ["[患者1].docx", "[患者1].zip", "[患者1].eml", "[患者1].txt", "[患者1].txt"]
    plain = next(part for part in message.walk() if part.get_content_type() == "text/plain")
    assert plain.get_content().splitlines()[0] == "plain [患者1] and [患者1] and flowed [患者1]"


def test_what_hides_in_a_mail_is_read_and_reported() -> None:
    document = CASE.read(container_builder.planted_mail(VALUE))
    dead = "\n".join(block.text for block in document.blocks if not block.survives)
    for word in ("preamble", "epilogue", "second subject", "inner one"):
        assert f"{word} " in dead
    assert {"header_field", "part_header", "preamble", "epilogue", "signature", "envelope line"} - {
        part.what for part in document.dropped
    } == {"envelope line"}
    assert {unread.what for unread in document.unread} == {"attachment"}


def test_both_twins_are_kept(tmp_path: Path) -> None:
    html = "<html><body><p>姓名：" + VALUE + "</p></body></html>"
    data = container_builder.mail(f"姓名：{VALUE}\n", html=html)
    document = CASE.read(data)
    assert [member.label for member in document.members] == ["text 1", "text 2"]
    message = opened(CASE.write(data, planting.plan_for(document, VALUE)))
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]


def test_a_mail_from_a_hospital(tmp_path: Path) -> None:
    zipped = container_builder.archive({"住院/赵小满.txt": LETTER, "说明.txt": "随访安排见附页。".encode("gb18030")})
    files = {"赵小满_病历.docx": docx_builder.sample("330106197803124560"), "资料.zip": zipped}
    path = tmp_path / "转诊.eml"
    page = "<html><body>" + "".join(f"<p>{line}</p>" for line in LETTER.splitlines()) + "</body></html>"
    path.write_bytes(container_builder.mail(LETTER, subject="患者赵小满的转诊资料", html=page, files=files))
    redactor = Redactor()
    review = redactor.review(path)
    assert not review.document.unread
    target = tmp_path / "out" / review.output_name
    copy = redactor.redact(review, target)
    assert copy.verification.passed
    message = opened(target.read_bytes())
    assert message["Subject"] == "患者[患者1]的转诊资料"
    body = message.get_body(("plain",))
    assert body is not None
    assert not [value for value in LETTER_VALUES if value in body.get_content()]
    assert "胆囊结石" in body.get_content()
    twin = message.get_body(("html",))
    assert twin is not None
    assert not [value for value in LETTER_VALUES if value in twin.get_content()]
    assert "胆囊结石" in twin.get_content()
    attached = {str(part.get_filename()): part.get_payload(decode=True) for part in message.iter_attachments()}
    assert list(attached) == ["[患者1]_病历.docx", "资料.zip"]
    data = attached["资料.zip"]
    assert isinstance(data, bytes)
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.namelist() == ["住院/[患者1].txt", "说明.txt"]
        assert file.read("说明.txt") == "随访安排见附页。".encode("gb18030")
    assert redactor.verify(review, target).passed


def test_senders_are_seen_with_their_label() -> None:
    document = CASE.read(container_builder.mail("text\n"))
    assert "发件人：何立 <heli@example.cn>\n收件人：王小雨" in document.views[0].text


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/encrypted; protocol=application/pgp-encrypted; boundary=x",
        "application/pkcs7-mime; smime-type=enveloped-data",
    ],
)
def test_sealed_mails_are_refused(kind: str) -> None:
    data = f"From: a@b.cn\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: {kind}\r\n\r\n--x\r\n\r\nx\r\n--x--\r\n"
    assert refusal(data.encode()).code == "HR202"
    armoured = container_builder.mail("-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n")
    assert refusal(armoured).code == "HR202"


@pytest.mark.parametrize(
    "part",
    [
        "Content-Type: message/external-body; access-type=local-file; name=x\r\n\r\nContent-Type: text/plain\r\n\r\n",
        "Content-Type: message/partial; id=x; number=1; total=2\r\n\r\nFrom: a@b.cn\r\n\r\nhalf",
        "Content-Type: text/plain\r\n\r\nbegin 644 secret.txt\r\n#86)C\r\n`\r\nend\r\n",
        "Content-Type: text/x-vcard\r\n\r\nBEGIN:VCARD\r\nPHOTO;ENCODING=b:/9j/4AAQ\r\nEND:VCARD\r\n",
        "Content-Type: text/plain\r\nContent-Transfer-Encoding: base65\r\n\r\nUVo4ODQyOTE3Sw==\r\n",
        "Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64\r\n\r\nUVo4ODQyOTE3Sw==\r\n",
        "Content-Type: video/mp4\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAAGGZ0eXBtcDQy\r\n",
    ],
)
def test_what_cannot_be_read_blocks_and_is_never_passed_through(part: str) -> None:
    head = "From: a@b.cn\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    data = f"{head}--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x\r\n{part}\r\n--x--\r\n".encode()
    document = CASE.read(data)
    assert [unread.what for unread in document.unread] == ["attachment"]
    copy = CASE.write(data, planting.plan_for(document, VALUE))
    assert [part.get_content_type() for part in opened(copy).walk()] == ["text/plain"]


def test_limits() -> None:
    many = b"".join(b"X-%d: y\r\n" % number for number in range(3000))
    assert refusal(b"From: a@b.cn\r\n" + many + b"\r\ntext").code == "HR204"
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(200))
    assert refusal(b"From: a@b.cn\r\nMIME-Version: 1.0\r\n" + deep + b"\r\ntext").code == "HR204"
    parts = b"--b\r\n\r\ntext\r\n" * 1100
    wide = b"From: a@b.cn\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + parts + b"--b--"
    assert refusal(wide).code == "HR204"
    inside = container_builder.mail("text\n")
    for _ in range(5):
        inside = container_builder.mail("text\n", files={"a.eml": inside})
    assert refusal(inside).code == "HR204"


def test_a_mail_is_known_by_its_head_and_a_text_stays_a_text() -> None:
    assert not mail.FORMAT.recognises("会议纪要：\n时间：5月6日\n".encode())
    assert not mail.FORMAT.recognises(b"Note: one field is no mail\nTo: nobody in particular says\nplain text\n")
    text = formats.identify(Source("minutes.txt", b"From: a@b.cn\nTo: c@d.cn\n\nwords\n"))
    assert text.name == "text"


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=120))
def test_fields_and_names_are_read_as_they_were_written(text: str) -> None:
    value = text_of(text.encode("utf-8", "replace").decode())
    line = field_line("Subject", value)
    assert max(map(len, line.split(b"\r\n"))) <= 998
    assert all(line.split(b"\r\n")[:-1])  # an empty line would end the head
    assert text_of(line.decode().partition(":")[2]) == value
    name = value.replace("/", "_")
    assert parameters(file_name_lines(name).decode().partition(":")[2]).get("filename", "") == name


def test_fields_in_raw_bytes_of_chinese_mail_programs_are_read() -> None:
    raw = "转诊：张伟".encode("gb18030").decode("utf-8", "surrogateescape")
    assert text_of(raw) == "转诊：张伟"
    # A character whose bytes stand in two words, as some programs write it.
    assert text_of("=?utf-8?b?6L0=?= =?utf-8?b?rA==?=") == "转"


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("患者张伟".encode(), "gb2312", "患者张伟"),  # UTF-8 under another name
        ("患者张伟".encode("gb18030"), "iso-8859-1", "患者张伟"),
        ("患者张伟".encode("gb18030"), "us-ascii", "患者张伟"),
        ("患者张伟".encode("gb18030"), "gb2312", "患者张伟"),
        ("模型".encode("gb18030"), "gbk", "模型"),
        ("患者张伟".encode("utf-16"), "utf-16", "患者张伟"),
        ("患者張偉".encode("big5"), "big5", "患者張偉"),
        ("déjà vu".encode("latin-1"), "iso-8859-1", "déjà vu"),
        ("患者張偉".encode("big5"), "", None),
        ("患者张伟".encode("gb18030"), "", None),  # for the text format to judge, which sees the whole
        (b"\xff\xfe\xfd", "no-such-set", None),
    ],
)
def test_a_charset_that_lies_does_not_hide_a_value(data: bytes, charset: str, text: str | None) -> None:
    assert certain_text(data, charset) == text


def test_a_text_in_an_encoding_that_nobody_can_tell_blocks() -> None:
    head = b"From: a@b.cn\r\nSubject: %b\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n"
    big5 = "患者張偉因右上腹痛入院，診斷為膽囊結石伴急性膽囊炎。".encode("big5")
    document = CASE.read(head % b"x" + big5)
    assert [str(unread.location) for unread in document.unread] == ["text 1"]
    document = CASE.read(head % big5 + b"text")
    assert [(unread.what, str(unread.location)) for unread in document.unread] == [("header_field", "mail, subject")]
    document = CASE.read(head % "患者张伟".encode("gb18030") + "患者张伟因右上腹痛入院。".encode("gb18030"))
    assert not document.unread
    assert [block.text for block in document.blocks if "张伟" in block.text] == ["患者张伟", "患者张伟因右上腹痛入院。"]


@pytest.mark.parametrize("coding", ["base64", "BASE64 ", "base64 (coded)", "Base64;x=y"])
def test_a_coding_is_known_however_it_is_written(coding: str) -> None:
    data = f"From: a@b.cn\r\nTo: c@d.cn\r\nContent-Transfer-Encoding: {coding}\r\n\r\nUVo4ODQyOTE3Sw==\r\n"
    assert VALUE in [block.text for block in CASE.read(data.encode()).blocks]


def test_an_attachment_whose_name_has_no_ending_gets_that_of_its_type() -> None:
    head = "From: a@b.cn\r\nTo: c@d.cn\r\nContent-Disposition: attachment; filename=record\r\n"
    data = f"{head}Content-Type: application/pdf\r\n\r\n%PDF-1.7 torn".encode()
    assert [unread.location.part for unread in CASE.read(data).unread] == ["attachment 1"]
    (held,) = mail.FORMAT.unpack(Source("a.eml", data)).held
    assert (held.name, held.suffix) == ("record", ".pdf")


def test_addresses_stay_addresses() -> None:
    document = CASE.read(container_builder.mail("text\n"))
    message = opened(CASE.write(container_builder.mail("text\n"), planting.make_plan(document, [])))
    sender = message["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == ("何立", "heli@example.cn")
    many = ", ".join(f"医生{number} <doctor{number}@example.cn>" for number in range(60))
    line = field_line("To", many)
    assert max(map(len, line.split(b"\r\n"))) <= 78
    assert text_of(line.decode().partition(":")[2]) == many
    long = "长" * 200
    sent = opened(field_line("Subject", long) + b"\r\ntext")
    assert sent["Subject"] == long


@pytest.mark.parametrize("charset", ["", "; charset=no-such-set", "; charset=us-ascii"])
def test_a_text_without_a_true_charset_becomes_utf8(charset: str) -> None:
    head = f"From: a@b.cn\r\nTo: c@d.cn\r\nMIME-Version: 1.0\r\nContent-Type: text/plain{charset}\r\n\r\n".encode()
    data = head + "患者张伟因右上腹痛入院。\r\n诊断：肺炎\r\n".encode("gb18030")
    document = CASE.read(data)
    plan = planting.plan_for(document, "张伟")
    copy = CASE.write(data, plan)
    assert list(mail.FORMAT.compare(document, plan, CASE.read(copy))) == []
    assert opened(copy).get_content() == "患者[患者1]因右上腹痛入院。\n诊断：肺炎\n"
