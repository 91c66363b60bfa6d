"""The parts of the benchmark and accuracy commands work on tiny inputs. Nothing here asserts a time."""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from pathlib import Path

import docx
import pytest
from support import ROOT, shared_dir

import hospital_redact as hr

sys.path.insert(0, str(ROOT / "benchmarks"))  # scripts that find their neighbours, as when they are run

import accuracy
import inputs
import peers
import report
import run

NO_PEERS = peers.Environment(Path("none"), dict.fromkeys(peers.PACKAGES, "not installed"))


# --------------------------------------------------------------------------- inputs


@pytest.mark.parametrize("language", run.LANGUAGES)
def test_records_are_the_same_for_a_seed_and_others_for_another(language: str) -> None:
    first = inputs.records(language, seed=1, count=2, size=500)
    assert first == inputs.records(language, seed=1, count=2, size=500)
    other = inputs.records(language, seed=2, count=2, size=500)
    assert not {r.text for r in first} & {r.text for r in other}
    for record in first:
        assert len(record.text) >= 500
        assert record.values
        assert all(value in record.text for value in record.values)


def test_numbers_in_the_records_have_valid_check_digits() -> None:
    found = hr.Redactor().review_text(inputs.records("mixed", seed=1, count=1, size=900)[0].text).findings
    entities = {f.entity: f.confidence for f in found}
    assert entities["CN_RESIDENT_ID"] > 0.9
    assert any("NHS" in entity for entity in entities)


def test_the_pdf_reads_as_its_lines(tmp_path: Path) -> None:
    made = inputs.pages(seed=3, count=2)
    inputs.write_pdf(made, tmp_path / "made.pdf")
    document = hr.Redactor().review(tmp_path / "made.pdf").document
    assert document.unread == ()
    text = "".join("".join(block.text.split()) for block in document.blocks)
    for lines, values in zip(made.lines, made.values, strict=True):
        assert len(lines) <= inputs.LINES_PER_PAGE
        assert all("".join(line.split()) in text for line in lines)
        assert values
        assert all(any(value in line for line in lines) for value in values)


def test_the_docx_has_the_paragraphs_asked_for(tmp_path: Path) -> None:
    inputs.write_docx(tmp_path / "made.docx", seed=1, paragraphs=25)
    paragraphs = docx.Document(str(tmp_path / "made.docx")).paragraphs
    assert len(paragraphs) == 25
    assert all(len(paragraph.runs) == 2 for paragraph in paragraphs)


# --------------------------------------------------------------------------- figures


def test_a_ratio_above_one_is_better_for_us() -> None:
    fast, slow = report.Figure((30.0, 10.0, 20.0)), report.Figure((10.0,))
    assert report.ratio(fast, slow, more_is_better=True) == "2"
    assert report.ratio(slow, fast, more_is_better=True) == "0.5"
    assert report.ratio(slow, fast, more_is_better=False) == "2"
    assert report.ratio(fast, report.Figure(why="no"), more_is_better=True) == report.DASH


def test_a_figure_shows_its_median_and_spread_or_why_there_is_none() -> None:
    assert str(report.Figure((3.0, 1.0, 1200.0))) == "3 (1 to 1,200)"
    assert str(report.Figure((0.256,))) == "0.26"
    assert str(report.Figure(why="no such tool")) == "not measured: no such tool"


def test_a_table_has_as_many_cells_in_every_line() -> None:
    lines = report.table(("a", "b"), [("1|2", "3")]).splitlines()
    assert {line.count("|") for line in lines} == {3}


# --------------------------------------------------------------------------- the benchmark


@pytest.fixture
def tiny(tmp_path: Path) -> list[run.Case]:
    """Return the cases of a benchmark whose texts are one record a run."""
    texts = run.make_texts(tmp_path, count=1, runs=1, longest=2000)
    for path in texts.values():
        content = json.loads(path.read_text(encoding="utf-8"))
        content["runs"] = [[text[:400] for text in texts] for texts in content["runs"]]
        path.write_text(json.dumps(content), encoding="utf-8")
    files = {"named": tmp_path / "named.pdf", "embedded": tmp_path / "none.pdf", "docx": tmp_path / "made.docx"}
    made = inputs.pages(seed=1, count=1)
    inputs.write_pdf(made, files["named"])
    inputs.write_docx(files["docx"], seed=1, paragraphs=5)
    files |= {"xlsx": tmp_path / "made.xlsx", "pptx": tmp_path / "made.pptx"}
    told = {
        "values": made.values[0],
        "docx-values": inputs.lines_of_records(seed=1, count=5)[1],
        "xlsx-values": inputs.write_xlsx(files["xlsx"], seed=1, rows=5, columns=4),
        "pptx-values": inputs.write_pptx(files["pptx"], seed=1, slides=2),
    }
    for name, values in told.items():
        files[name] = tmp_path / f"{name}.json"
        files[name].write_text(json.dumps([values]), encoding="utf-8")
    return run.list_cases(texts, files)


def test_every_task_of_ours_is_measured_and_missing_peers_are_named(tiny: list[run.Case]) -> None:
    chosen = {case.task: case for case in reversed(tiny) if "embedded" not in case.title.replace("not embedded", "")}
    tasks = {"start", "first", "detect", "detect_more", "classify", "review", "read", "redact", "remove", "prove"}
    assert set(chosen) == tasks
    for case in chosen.values():
        ours = peers.run_worker(peers.OURS, {**case.request, "task": case.task}, NO_PEERS)
        assert "error" not in ours, (case.title, ours)
        assert ours["wall"] > 0
        assert case.wall or all(rate > 0 for rate in ours["rates"])
    row = run.Row(
        case, case.peers[0], report.Figure((1.0,)), report.Figure(why="gone"), report.Figure(), report.Figure(), "0.0"
    )
    page = run.to_page([row], {"hospital-redact": hr.__version__})
    assert "not measured: gone" in page
    assert f"| {case.title} |" in page


def test_a_case_keeps_the_reason_of_a_peer_that_is_missing() -> None:
    case = run.Case("start", "s", "start", ("presidio",), "start", {}, rounds=1, wall=True)
    (row,) = run.measure(case, NO_PEERS)
    assert len(row.ours.values) == 1
    assert str(row.theirs) == "not measured: not installed"
    assert len(run.shown(row)) == len(run.HEAD)


def test_an_error_of_a_worker_names_no_text(tmp_path: Path) -> None:
    secret = tmp_path / "赵小满.pdf"
    secret.write_bytes(b"%PDF-1.7 nothing")
    answer = peers.run_worker(peers.OURS, {"task": "read", "input": str(secret), "runs": 1, "amount": 1}, NO_PEERS)
    assert answer["error"].startswith("ReadError HR2")
    assert "赵小满" not in json.dumps(answer, ensure_ascii=False)


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for an interpreter is a shell script")
@pytest.mark.parametrize("code", [0, 1])
def test_a_peer_that_cannot_be_installed_is_named(tmp_path: Path, code: int) -> None:
    python = tmp_path / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\necho called >> {tmp_path}/calls\nexit {code}\n", encoding="utf-8")
    python.chmod(0o755)
    for _ in range(2):  # what is installed is not installed again
        environment = peers.make_environment(tmp_path)
    calls = len((tmp_path / "calls").read_text(encoding="utf-8").splitlines())
    assert set(environment.missing) == (set(peers.PACKAGES) if code else set())
    assert calls == len(peers.PACKAGES) * (2 if code else 1)
    assert all("install.log" in why for why in environment.missing.values())


def test_the_committed_page_has_the_rows_of_the_command() -> None:
    nothing: dict[str, Path] = defaultdict(Path)
    titles = [case.title for case in run.list_cases(nothing, nothing) for _ in case.peers]
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith("| ")]
    assert [line.split(" | ")[0] for line in lines[2:]] == [f"| {t}" for t in titles]


# --------------------------------------------------------------------------- accuracy


def test_the_committed_page_of_accuracy_compares_all_tools() -> None:
    page = (ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8")
    for tool in accuracy.TOOLS:
        assert page.count(f"| {tool} |") > len(accuracy.GROUPS)
    assert all(title in page for title in accuracy.GROUPS.values())


def test_our_predictions_fit_the_scorer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accuracy, "WORK", tmp_path)  # a run of the command may be under way beside the tests
    shared_dir("eval", "score.py")
    gold = accuracy.read_jsonl(shared_dir("eval", "dev.jsonl"))[:2]
    found = accuracy.predict(peers.OURS, gold, NO_PEERS)
    assert [record["id"] for record in found.records] == [record["id"] for record in gold]
    result = accuracy.score(gold, found)
    assert result is not None
    assert result["documents"] == result["predicted"] == 2
    every = {peers.OURS: found, **{peer: accuracy.predict(peer, gold, NO_PEERS) for peer in accuracy.PEERS}}
    table = accuracy.overview(gold, every, {"default": found, "article-11": found})
    assert "not measured: not installed" in table
    assert accuracy.types(gold, every).count("\n") == len(result["redaction"]["by_type"]) + 2
    assert f"{result['level']['exact']}/2" in accuracy.levels(gold, {"default": found})


def test_the_accuracy_command_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(accuracy, "SHARED", tmp_path)
    assert accuracy.main() == 2
    assert "dev.jsonl is not there" in capsys.readouterr().err


def test_findings_are_counted_per_ten_thousand_characters() -> None:
    findings = [{"start": 0, "end": 4, "entity": "DATE_TIME"}, {"start": 2, "end": 10, "entity": "PERSON"}]
    assert accuracy.count_findings([{"findings": findings}], 100) == ["200", "100", "10.0 %"]


@pytest.mark.parametrize(("text", "language"), [("患者入院", "zh"), ("Patient 入院 was admitted today", "en")])
def test_the_language_of_a_text_is_told_by_its_characters(text: str, language: str) -> None:
    assert accuracy.language_of(text) == language


def test_no_peer_is_imported_by_the_package() -> None:
    peers_only = ("pymupdf", "fitz", "argus")
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py")]
    assert sources
    assert not [name for name in peers_only for text in sources if f"import {name}" in text or f"from {name}" in text]
