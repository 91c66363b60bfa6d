"""Tracked changes of Word files: accepted or rejected, joined where a paragraph's end went, never left."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import docx_kit as kit
import planting
import pytest

from hospital_redact import Redactor
from hospital_redact.formats.base import Source
from hospital_redact.formats.docx import FORMAT
from hospital_redact.model import Document
from hospital_redact.policy import load_policy

BY = 'w:id="1" w:author="某" w:date="2024-01-01T00:00:00Z"'


def document_with(*content: str) -> bytes:
    package = kit.Kit()
    package.body = list(content)
    return package.save()


def source(data: bytes, changes: str) -> Source:
    return Source("病历.docx", data, tracked_changes=changes)


def lines(document: Document) -> list[str]:
    return [block.text for block in document.blocks if block.survives and block.text != "后一段保留。"]


def deleted(text: str) -> str:
    return f"<w:del {BY}><w:r><w:delText>{text}</w:delText></w:r></w:del>"


def inserted(text: str, properties: str = "") -> str:
    return f"<w:ins {BY}>{kit.run(text, properties)}</w:ins>"


CHANGED = kit.paragraph(kit.run("体温") + deleted("38.5") + inserted("39.5") + kit.run("℃"))
MOVED = kit.paragraph(
    f"<w:moveFrom {BY}>{kit.run('甲')}</w:moveFrom>{kit.run('乙')}<w:moveTo {BY}>{kit.run('甲')}</w:moveTo>"
)


def rows(mark: str) -> str:
    changed = f"<w:tr><w:trPr><w:{mark} {BY}/></w:trPr><w:tc>{kit.paragraph(kit.run('改'))}</w:tc></w:tr>"
    return f"<w:tbl><w:tblPr/><w:tblGrid/><w:tr><w:tc>{kit.paragraph(kit.run('留'))}</w:tc></w:tr>{changed}</w:tbl>"


@pytest.mark.parametrize(
    ("content", "accepted", "rejected"),
    [
        (CHANGED, ["体温39.5℃"], ["体温38.5℃"]),
        (MOVED, ["乙甲"], ["甲乙"]),
        (rows("del"), ["留"], ["留", "改"]),
        (rows("ins"), ["留", "改"], ["留"]),
    ],
    ids=["run", "moved", "deleted_row", "inserted_row"],
)
def test_changes_are_accepted_or_rejected(content: str, accepted: list[str], rejected: list[str]) -> None:
    data = document_with(content)
    for changes, wanted in (("accepted", accepted), ("rejected", rejected)):
        document = FORMAT.read(source(data, changes))
        assert lines(document) == wanted
        plan = planting.make_plan(document, [])
        target = io.BytesIO()
        FORMAT.write(source(data, changes), plan, target)
        copy = Source("病历.docx", target.getvalue())
        again = FORMAT.read(copy)
        assert lines(again) == wanted
        assert list(FORMAT.compare(document, plan, again)) == []
        markup = zipfile.ZipFile(io.BytesIO(copy.data)).read("word/document.xml").decode()
        assert not [word for word in ("<w:ins", "<w:del", "<w:move", "Change", "某") if word in markup]


def test_what_is_not_kept_is_read_either_way() -> None:
    data = document_with(CHANGED)
    for changes, gone in (("accepted", "38.5"), ("rejected", "39.5")):
        document = FORMAT.read(source(data, changes))
        assert gone in [block.text for block in document.blocks if not block.survives]


def test_rejecting_gives_former_formatting_back() -> None:
    change = f"<w:b/><w:rPrChange {BY}><w:rPr><w:i/></w:rPr></w:rPrChange>"
    data = document_with(kit.paragraph(kit.run("字", change)))
    for changes, kept, gone in (("accepted", "<w:b/>", "<w:i/>"), ("rejected", "<w:i/>", "<w:b/>")):
        target = io.BytesIO()
        document = FORMAT.read(source(data, changes))
        FORMAT.write(source(data, changes), planting.make_plan(document, []), target)
        markup = zipfile.ZipFile(target).read("word/document.xml").decode()
        assert kept in markup
        assert gone not in markup


def test_a_value_over_a_deleted_paragraph_end_is_one() -> None:
    mark = f"<w:rPr><w:del {BY}/></w:rPr>"
    first, second = kit.VALUE[:4], kit.VALUE[4:]
    data = document_with(kit.paragraph(kit.run(first), mark), kit.paragraph(kit.run(second)))
    assert lines(FORMAT.read(source(data, "accepted"))) == [kit.VALUE]
    assert lines(FORMAT.read(source(data, "rejected"))) == [first, second]


def test_the_policy_says_which(tmp_path: Path) -> None:
    path = tmp_path / "记录.docx"
    path.write_bytes(document_with(CHANGED))
    policy = load_policy("default")
    setting = replace(policy.settings["copy.tracked_changes"], value="rejected")
    rejecting = replace(policy, settings={**policy.settings, setting.id: setting})
    for chosen, wanted in ((policy, "体温39.5℃"), (rejecting, "体温38.5℃")):
        redactor = Redactor(chosen)
        result = redactor.redact(redactor.review(path), tmp_path / f"{wanted[2:4]}.docx")
        assert result.verification.passed
        assert wanted in lines(FORMAT.read(Source("a.docx", (tmp_path / f"{wanted[2:4]}.docx").read_bytes())))
