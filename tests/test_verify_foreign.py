"""``verify`` on copies that other tools made: a box drawn over text is no redaction, a replaced run may be."""

from __future__ import annotations

from pathlib import Path

import docx
import pikepdf
import pytest
from support import ROOT

from hospital_redact.cli import main

LETTER = ROOT / "examples" / "转诊信.pdf"


def test_a_copy_that_only_draws_boxes_over_the_text_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / LETTER.name
    with pikepdf.open(LETTER) as pdf:
        for page in pdf.pages:
            page.contents_add(pikepdf.Stream(pdf, b"q 0 g 0 0 2000 2000 re f Q"))
        pdf.save(copy)
    assert main(["verify", str(LETTER), str(copy)]) == 1
    printed = capsys.readouterr().out
    assert "FAILED  removed values are nowhere in the file" in printed


def test_our_own_copy_of_it_is_proved(tmp_path: Path) -> None:
    assert main(["redact", "--workers", "0", str(LETTER), "-o", str(tmp_path)]) == 0
    assert main(["verify", str(LETTER), str(tmp_path / LETTER.name)]) == 0


@pytest.mark.parametrize(("leave", "code"), [(False, 0), (True, 1)])
def test_another_tools_word_copy(leave: bool, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    original, copy, terms = tmp_path / "a.docx", tmp_path / "copy" / "a.docx", tmp_path / "terms.txt"
    document = docx.Document()
    document.add_paragraph("项目代号蓝鲸三号，负责人另行通知。")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text = "代号"
    table.cell(0, 1).text = "蓝鲸三号"
    document.save(str(original))
    terms.write_text("蓝鲸三号\n", encoding="utf-8")
    again = docx.Document(str(original))
    again.paragraphs[0].runs[0].text = "项目代号■■■■，负责人另行通知。"
    again.tables[0].cell(0, 1).text = "蓝鲸三号" if leave else "■■■■"
    for name in ("author", "comments", "title", "last_modified_by"):
        setattr(again.core_properties, name, "")
    copy.parent.mkdir()
    again.save(str(copy))
    assert main(["verify", str(original), str(copy), "--terms", str(terms)]) == code
    assert ("FAILED" in capsys.readouterr().out) is leave
