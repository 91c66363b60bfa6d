"""The command line as a user types it: exit codes, messages, what is written and what is never shown."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import LETTER, LETTER_VALUES

from hospital_redact.cli import main


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "转诊单.txt"
    path.write_text(LETTER, encoding="utf-8")
    return path


def run(*args: object) -> int:
    # In this process: a worker's start costs seconds. tests/isolation/test_faults_of_formats.py has workers.
    here = ["--workers", "0"] if args[0] in ("scan", "redact") else []
    return main([str(args[0]), *here, *(str(arg) for arg in args[1:])])


def test_redact_writes_the_copy_and_the_report(
    letter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, report = tmp_path / "out", tmp_path / "out" / "report.json"
    assert run("redact", letter, "-o", out, "--report", report) == 0
    printed = capsys.readouterr()
    (entry,) = json.loads(report.read_text(encoding="utf-8"))["files"]
    assert entry["status"] in ("verified", "draft")
    assert entry["counts"]["patient_identity"] >= 6
    assert all(check["passed"] for check in entry["checks"])
    assert len(entry["checks"]) == 4
    everything = printed.out + printed.err + report.read_text(encoding="utf-8")
    everything += (out / letter.name).read_text(encoding="utf-8")
    assert not [value for value in LETTER_VALUES if value in everything]


def test_bad_files_cost_one_line_each_and_the_others_are_done(
    letter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "empty.txt").write_bytes(b"")
    (bad / "named.docx").write_bytes(b"%PDF-1.7\n")
    (bad / "cut.pdf").write_bytes(b"%PDF-1.7\n1 0 obj\n<<")
    (bad / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF")
    (bad / "locked.docx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    files = [*sorted(bad.iterdir()), bad / "missing.txt", bad]
    before = {f: f.read_bytes() for f in files if f.is_file()}
    out = tmp_path / "out"
    assert run("redact", *files, letter, "-o", out) == 3
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(files)
    assert [line[:5] for line in lines] == ["HR203", "HR205", "HR201", "HR207", "HR203", "HR206", "HR206"]
    assert [p.name for p in out.iterdir()] == [letter.name]
    assert {f: f.read_bytes() for f in before} == before


def test_an_existing_copy_is_kept_unless_forced(
    letter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run("redact", letter, "-o", out) == 0
    (out / letter.name).write_text("mine", encoding="utf-8")
    assert run("redact", letter, "-o", out) == 3
    assert "HR702" in capsys.readouterr().err
    assert (out / letter.name).read_text(encoding="utf-8") == "mine"
    assert run("redact", letter, "-o", out, "--force") == 0
    assert "[患者1]" in (out / letter.name).read_text(encoding="utf-8")


def test_the_output_folder_may_not_be_the_inputs(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("redact", letter, "-o", letter.parent, "--force") == 3
    assert "HR704" in capsys.readouterr().err
    assert letter.read_text(encoding="utf-8") == LETTER


def test_two_inputs_of_one_name_do_not_replace_each_other(
    letter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "b" / letter.name
    other.parent.mkdir()
    other.write_text(LETTER.replace("胆囊", "阑尾"), encoding="utf-8")
    assert run("redact", letter, other, "-o", tmp_path / "out", "--force") == 3
    assert "HR702" in capsys.readouterr().err
    assert "胆囊" in (tmp_path / "out" / letter.name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["-x.txt", "空 格 与 汉字.txt", "a'b;$(c).txt"])
def test_odd_names_work(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / name).write_text(LETTER, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run("redact", "-o", "out", "--", name) == 0
    assert [p.name for p in (tmp_path / "out").iterdir()] == [name]


def test_found_values_are_masked_in_paths(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = LETTER_VALUES[0]
    folder = tmp_path / f"患者{name}"
    folder.mkdir()
    path = folder / f"{name}转诊单.txt"
    path.write_text(LETTER, encoding="utf-8")
    assert run("redact", path, "-o", tmp_path / "out", "--report", tmp_path / "r.json") == 0
    assert run("scan", path, "--format", "json") == 0
    (folder / "bad.pdf").write_bytes(b"x")
    assert run("scan", folder / "bad.pdf") == 3
    shown = capsys.readouterr()
    assert name not in shown.out + shown.err + (tmp_path / "r.json").read_text(encoding="utf-8")
    assert run("scan", path, "--show-values") == 0
    assert name in capsys.readouterr().out


def test_scan_json_holds_json_only_and_offsets_of_the_text(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("scan", letter, "--format", "json") == 0
    result = json.loads(capsys.readouterr().out)
    (entry,) = result["files"]
    found = {LETTER[f["start"] : f["end"]] for f in entry["findings"]}
    assert {"赵小满", "13957100321", "0004417820", "孙晓雯"} <= found
    assert {"level", "residual_level", "decision", "needs_human", "categories", "reasons"} <= entry.keys()


@pytest.mark.parametrize("format_", ["jsonl", "sarif"])
def test_scan_formats_are_json(format_: str, letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("scan", letter, "--format", format_) == 0
    printed = capsys.readouterr().out
    assert json.loads(printed)
    assert not [value for value in LETTER_VALUES if value in printed]


def test_the_page_escapes_what_comes_from_a_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "<script>alert(1)<.txt"
    path.write_text(LETTER, encoding="utf-8")
    assert run("scan", path, "--format", "html") == 0
    page = capsys.readouterr().out
    assert "<script" not in page
    assert not [value for value in LETTER_VALUES if value in page]


def test_records_never_stop_at_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = tmp_path / "in.jsonl"
    text = LETTER.replace("\n", "\r\n")
    lines = [{"id": 1, "text": text}, {"id": "m", "text": "机密★5年\n特急\n\n关于某事项的报告\n" + LETTER}, {"id": 3}]
    records.write_text("\n".join(json.dumps(line) for line in lines) + "\nnot json\n\n", encoding="utf-8")
    assert run("scan", "--records", records) == 3
    printed = capsys.readouterr()
    first, marked, third, fourth = map(json.loads, printed.out.splitlines())
    assert {text[f["start"] : f["end"]] for f in first["findings"]} >= {"赵小满", "13957100321"}
    assert (marked["level"], marked["decision"]) in {("机密", "refer_up"), ("绝密", "refer_up")}
    assert "state_secret_mark" in marked["categories"]
    assert marked["findings"]
    assert third["code"] == fourth["code"] == "HR203"
    assert "line 3" in printed.err
    assert "line 4" in printed.err


def test_fail_level(letter: Path) -> None:
    assert run("scan", letter, "--fail-level", "秘密") == 1
    assert run("scan", letter, "--fail-level", "绝密") == 0


def test_a_state_mark_gives_one_and_an_unreadable_file_wins(letter: Path, tmp_path: Path) -> None:
    marked = tmp_path / "marked.txt"
    marked.write_text("绝密★长期\n\n某报告\n正文若干。\n", encoding="utf-8")
    empty = tmp_path / "empty.txt"
    empty.write_bytes(b"")
    assert run("redact", marked, letter, "-o", tmp_path / "a") == 1
    assert [p.name for p in (tmp_path / "a").iterdir()] == [letter.name]
    assert run("redact", marked, empty, "-o", tmp_path / "b") == 3


@pytest.mark.parametrize(
    "args",
    [
        ["scan"],
        ["scan", "a.txt", "--to", "nobody"],
        ["scan", "a.txt", "--policy", "none-such"],
        ["scan", "a.txt", "--channel", "none-such"],
        ["redact", "a.txt", "b.txt", "-o", "out", "--plan", "p.json"],
        ["redact", "a.txt", "-o", "out", "--only-terms"],
        ["redact", "a.txt", "-o", "out", "--terms", "missing.txt"],
    ],
)
def test_wrong_usage_is_two_and_one_line(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*args) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_plan_goes_out_is_edited_and_comes_back(
    letter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("plan", letter) == 0
    text = capsys.readouterr().out
    assert not [value for value in LETTER_VALUES if value in text]
    plan = json.loads(text)
    for edit in plan["edits"]:
        if edit["replacement"] == "[患者1]":
            edit.update(replacement="[某女]", by="王审", why="可读")
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    assert run("redact", letter, "--plan", path, "-o", tmp_path / "out") == 0
    assert "[某女]" in (tmp_path / "out" / letter.name).read_text(encoding="utf-8")
    assert run("verify", letter, tmp_path / "out" / letter.name, "--plan", path) == 0
    letter.write_text(LETTER + "添一行\n", encoding="utf-8")
    assert run("redact", letter, "--plan", path, "-o", tmp_path / "out2") == 3
    assert "HR402" in capsys.readouterr().err


def test_verify_tells_a_good_copy_from_a_leak(letter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("redact", letter, "-o", tmp_path / "out") == 0
    copy = tmp_path / "out" / letter.name
    assert run("verify", letter, copy) == 0
    copy.write_text(copy.read_text(encoding="utf-8").replace("[患者1]", LETTER_VALUES[0]), encoding="utf-8")
    capsys.readouterr()
    assert run("verify", letter, copy) == 1
    printed = capsys.readouterr().out
    assert "FAILED" in printed
    assert LETTER_VALUES[0] not in printed


def test_terms_are_removed_inside_words_and_across_lines(tmp_path: Path) -> None:
    path, terms = tmp_path / "a.txt", tmp_path / "terms.txt"
    path.write_text("代号蓝鲸三号方案\n又见蓝鲸\n三号。\n", encoding="utf-8")
    terms.write_text("\n蓝鲸三号\n", encoding="utf-8")
    assert run("redact", path, "-o", tmp_path / "out", "--terms", terms, "--only-terms") == 0
    copy = (tmp_path / "out" / "a.txt").read_text(encoding="utf-8")
    assert "蓝鲸" not in copy
    assert copy.startswith("代号")
    assert copy.count("\n") == 3
    assert run("verify", path, tmp_path / "out" / "a.txt", "--terms", terms) == 0


def test_the_program_runs_as_a_module_in_any_locale(letter: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hospital_redact", "scan", str(letter)],
        capture_output=True,
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0"},
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert "level 秘密" in done.stdout.decode("utf-8")
