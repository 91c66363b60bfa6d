"""Logs name rules and places, and fingerprints that only the key's owner can compare."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import LETTER, LETTER_VALUES

from hospital_redact import logs
from hospital_redact.cli import main


@pytest.fixture(autouse=True)
def _restore(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs.LOGGER, "handlers", list(logs.LOGGER.handlers))
    monkeypatch.setattr(logs.LOGGER, "propagate", logs.LOGGER.propagate)
    monkeypatch.setattr(logs.LOGGER, "level", logs.LOGGER.level)


def test_the_log_of_a_run_holds_events_and_no_value(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"{LETTER_VALUES[0]}.txt"
    path.write_text(LETTER, encoding="utf-8")
    (tmp_path / "bad.pdf").write_bytes(b"x")
    args = [
        "redact",
        str(path),
        str(tmp_path / "bad.pdf"),
        "-o",
        str(tmp_path / "out"),
        "--log-level",
        "debug",
        "--workers",
        "0",
    ]
    assert main(args) == 3
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    assert {"finding", "reviewed", "copy_written", "input_failed"} <= {line["event"] for line in lines}
    text = json.dumps(lines, ensure_ascii=False)
    assert not [value for value in LETTER_VALUES if value in text]


def test_nothing_is_logged_by_default(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.txt"
    path.write_text(LETTER, encoding="utf-8")
    assert main(["scan", "--workers", "0", str(path)]) == 0
    assert capsys.readouterr().err == ""


def test_fingerprints_depend_on_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    prints = set()
    for key in ("one", "two"):
        monkeypatch.setenv("HOSPITAL_REDACT_LOG_KEY", key)
        logs._key.cache_clear()
        assert logs.fingerprint("13957100321") == logs.fingerprint("13957100321")
        prints.add(logs.fingerprint("13957100321"))
    logs._key.cache_clear()
    assert len(prints) == 2


def test_an_exceptions_text_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.log_to_stderr("info")
    logs.LOGGER.error("failed", exc_info=ValueError("赵小满"))
    line = json.loads(capsys.readouterr().err)
    assert line["error"] == "ValueError"
    assert "赵小满" not in json.dumps(line, ensure_ascii=False)
