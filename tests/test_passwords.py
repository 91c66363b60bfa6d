"""``--password``, its variable and its question on a terminal."""

from __future__ import annotations

import getpass
import json
import sys
from pathlib import Path

import container_builder
import docx_builder
import pytest

from hospital_redact.cli import main

PASSWORD = "Sq-8842917"
NUMBER = "330106197803124560"


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("locked") / "病历.docx"
    path.write_bytes(container_builder.locked_office(docx_builder.sample(NUMBER), PASSWORD))
    return path


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOSPITAL_REDACT_PASSWORD", raising=False)


def test_without_a_password_the_file_is_refused(locked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--workers", "0", str(locked)]) == 3
    assert capsys.readouterr().err.startswith("HR202")


def test_a_password_opens_for_every_command(locked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, report = tmp_path / "out", tmp_path / "r.json"
    opens = ["--password", "another", "--password", PASSWORD]
    # With a worker, since the password must reach it.
    assert main(["redact", str(locked), "-o", str(out), "--report", str(report), *opens]) == 0
    (entry,) = json.loads(report.read_text(encoding="utf-8"))["files"]
    assert "was_encrypted" in entry["notes"]
    assert main(["plan", str(locked), *opens]) == 0
    assert main(["verify", str(locked), str(out / locked.name), *opens]) == 0
    shown = capsys.readouterr()
    assert PASSWORD not in shown.out + shown.err + report.read_text(encoding="utf-8")


def test_the_variable_opens(locked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSPITAL_REDACT_PASSWORD", PASSWORD)
    assert main(["scan", "--workers", "0", str(locked)]) == 0


def test_a_terminal_is_asked_only_where_a_file_needs_it(
    locked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return PASSWORD

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(getpass, "getpass", answer)
    plain = tmp_path / "a.txt"
    plain.write_text("随访安排见附页。", encoding="utf-8")
    assert main(["scan", "--workers", "0", str(plain)]) == 0
    assert asked == []
    assert main(["scan", "--workers", "0", str(plain), str(locked)]) == 0
    assert len(asked) == 1
