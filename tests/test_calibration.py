"""``calibrate``: alarms by rule over published files, proposals that load, and nothing of patients in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hospital_redact import Redactor
from hospital_redact.batch import Task, scan_file
from hospital_redact.calibration import calibrate, proposal_text, proposals, published_files
from hospital_redact.cli import main
from hospital_redact.policy import load_allowed, load_policy

NOTICE = "云桥市第一人民医院便民通知\n活动由沈若溪联络，家里电话：0571-55500123。\n"


@pytest.fixture
def published(tmp_path: Path) -> Path:
    folder = tmp_path / "published"
    (folder / "2025").mkdir(parents=True)
    (folder / "a.txt").write_text(NOTICE + "时间为周六上午。", encoding="utf-8")
    (folder / "2025" / "b.txt").write_text(NOTICE + "请带好衣物。", encoding="utf-8")
    (folder / "c.txt").write_text("患者王大海，住院号：ZY20260317，身份证号：11010519491231002X。", encoding="utf-8")
    (folder / "d.txt").write_text(
        "患者王大海，住院号：ZY20260317，身份证号：11010519491231002X，复诊。", encoding="utf-8"
    )
    (folder / "link.txt").symlink_to(folder / "a.txt")
    return folder


def test_files_are_walked_in_order_without_links(published: Path) -> None:
    assert [path.name for path in published_files(published)] == ["a.txt", "c.txt", "d.txt", "b.txt"]


def test_what_was_published_twice_is_proposed_and_patients_never(published: Path) -> None:
    redactor = Redactor()
    files = enumerate(published_files(published), 1)
    result = calibrate(
        (scan_file(redactor, n, str(path), Task(show_values=True)) for n, path in files), redactor.policy
    )
    proposed = {(entry.text, entry.kind) for entry in proposals(result)}
    assert {("0571-55500123", "value"), ("沈若溪", "staff")} <= proposed
    assert not any(text in ("王大海", "ZY20260317", "11010519491231002X") for text, _ in proposed)
    assert result.files == 4
    assert result.alarms["resident_id"] == 2
    assert "沈若溪" not in repr(result)


def test_proposals_can_be_used_as_they_are(published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "allow.toml"
    words = ["calibrate", str(published), "--write", str(target), "--workers", "0"]
    assert main(words) == 0
    printed = capsys.readouterr().out
    assert "0571-55500123" not in printed
    assert "[landline]" in printed
    assert {entry.text for entry in load_allowed(target.read_text(encoding="utf-8"))} >= {"0571-55500123", "沈若溪"}
    assert main(words) == 2  # it exists
    notice = str(published / "a.txt")
    assert main(["redact", notice, "-o", str(tmp_path / "out"), "--workers", "0", "--allow", str(target)]) == 0
    assert "沈若溪联络" in (tmp_path / "out" / "a.txt").read_text(encoding="utf-8")


def test_files_that_cannot_be_read_are_counted(published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (published / "e.docx").write_bytes(b"PK\x03\x04 torn")
    assert main(["calibrate", str(published)]) == 3
    assert "1 file(s)" in capsys.readouterr().err


def test_hostile_values_stay_values() -> None:
    text = 'x"\n[[allow]]\ntext = "y'
    entry = {"code": None, "level": "公开", "findings": [{"rule": "url", "entity": "URL", "text": text}]}
    proposed = proposals(calibrate([entry, entry], load_policy()))
    assert [e.text for e in load_allowed(proposal_text(proposed))] == ['x" [[allow]] text = "y']


def test_an_empty_folder_is_wrong_usage(tmp_path: Path) -> None:
    assert main(["calibrate", str(tmp_path)]) == 2
