"""Mails of Outlook become mails of the internet, and nothing of them survives a redaction."""

from __future__ import annotations

from pathlib import Path

import docx_builder
import outlook_builder
import planting
import pytest
from contract import VALUE, Case, holds
from support import shared_dir

from hospital_redact import Redactor, formats
from hospital_redact.errors import ReadError
from hospital_redact.formats import mail
from hospital_redact.formats.base import Source

MAIL = outlook_builder.outlook_mail(VALUE, {f"{VALUE}.docx": docx_builder.sample(VALUE), "b.txt": b"text"})


def test_nothing_survives_of_a_mail_of_outlook() -> None:
    source = formats.prepare(Source("a.msg", MAIL))
    assert source.notes == ("converted_from:msg",)
    assert source.name == "a.eml"
    case = Case(mail.FORMAT, lambda _: source.data, b"")
    document = case.read(source.data)
    labels = [(member.label, member.format) for member in document.members]
    assert labels == [
        *[("text 1", "text"), ("text 2", "html"), ("attachment 1", "docx"), ("attachment 2", "text")],
        ("attachment 3", "mail"),
    ]
    assert [(u.what, str(u.location)) for u in document.unread] == [("attachment", "attachment 4")]
    shown = [block.text for block in document.blocks if block.survives][:5]
    assert shown[:4] == [
        *[f"患者{VALUE}的转诊", f'"何立{VALUE}" <{VALUE}@example.cn>'],
        *[f"王 {VALUE} <to{VALUE}@example.cn>", f"刘 {VALUE} <cc{VALUE}@example.cn>"],
    ]
    dead = [block.text for block in document.blocks if not block.survives]
    assert any("bcc" in text for text in dead)
    assert any("X-Patient" in text for text in dead)
    assert any("topic" in text for text in dead)
    plan = planting.plan_for(document, VALUE)
    copy = case.write(source.data, plan)
    assert holds(case, copy, VALUE) == []
    assert list(mail.FORMAT.compare(document, plan, case.read(copy))) == []


def test_the_copy_of_an_msg_is_an_eml(tmp_path: Path) -> None:
    redactor = Redactor()
    path = tmp_path / "转诊.msg"
    path.write_bytes(outlook_builder.outlook_mail("赵小满", {}))
    review = redactor.review(path, terms=["赵小满"])
    (unread,) = review.document.unread
    assert str(unread.location) == "attachment 2"
    assert review.output_name == "转诊.eml"
    assert review.plan.source_sha256 == formats.load_source(path).sha256


def test_damaged_mails_are_refused() -> None:
    for part in range(1, 12):
        with pytest.raises(ReadError) as caught:
            formats.prepare(Source("a.msg", MAIL[: len(MAIL) * part // 12]))
        assert caught.value.code in ("HR201", "HR203")
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
    with pytest.raises(ReadError, match="HR207"):
        formats.prepare(Source("a.doc", MAIL))


def test_public_mails_are_redacted(tmp_path: Path) -> None:
    redactor = Redactor()
    for path in sorted(shared_dir("corpus", "msg").glob("*.msg")):
        review = redactor.review(path)
        assert "converted_from:msg" in review.document.notes
        assert review.document.blocks[0].text
        if not review.document.unread:
            assert redactor.redact(review, tmp_path / review.output_name).verification.passed
