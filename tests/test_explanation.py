"""Why a finding was made: in JSON always, in text with ``--explain``, its value only when asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hospital_redact.cli import main

TEXT = "出院记录\n住院号：0098213\n身份证号：110105194912310021\n入院日期：2024年3月5日\n"
VALUES = ("0098213", "110105194912310021", "2024年3月5日")


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_json_says_rule_clause_confidence_and_evidence(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", str(letter), "--format", "json", "--workers", "0"]) == 0
    found = {f["rule"]: f for f in json.loads(capsys.readouterr().out)["files"][0]["findings"]}
    record = found["medical_record_number"]
    assert record["clause"] == "regulations-zh 前言 范围1"
    assert "label" in record["evidence"]
    assert all(f["clause"] and f["evidence"] and 0 < f["confidence"] <= 1 for f in found.values())
    assert not any("text" in f for f in found.values())


def test_text_explains_without_values(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", str(letter), "--explain", "--workers", "0", "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert "[medical_record_number] regulations-zh 前言 范围1; confidence" in out
    assert "+label" in out
    assert "-failed_check" in out  # the last digit of the card is wrong
    assert not any(value in out for value in VALUES)


def test_text_explains_with_values_when_asked(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", str(letter), "--explain", "--show-values", "--workers", "0", "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert all(value in out for value in VALUES)
    assert "confidence" in out


def test_without_explain_a_terminal_sees_the_counts(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", str(letter), "--workers", "0", "--lang", "en"]) == 0
    assert "confidence" not in capsys.readouterr().out
