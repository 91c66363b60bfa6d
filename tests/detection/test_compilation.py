"""Expressions that are compiled at their first use, and the table of what was made of our own before."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import regex
from support import ROOT

from hospital_redact.detection import compilation
from hospital_redact.detection.compilation import (
    TABLE,
    Later,
    as_later,
    compile_checked,
    compile_later,
    compile_now,
    key_of,
    written_down,
)
from hospital_redact.detection.expressions import Branch, branch_as_written, find_branches, read_branches

TEXT = "患者赵小满，住院号0012345，电话 13957100321；Patient Owen Marsden, NHS 943 476 5919"


def test_an_expression_is_compiled_when_it_is_used() -> None:
    late = compile_later(r"(?P<value>\d{7})", regex.IGNORECASE)
    later = as_later(late)
    assert later is not None
    assert later._compiled is None
    match = late.search(TEXT)
    assert match is not None
    assert (match["value"], match.re.flags) == ("0012345", regex.compile(r"(?P<value>\d{7})", regex.IGNORECASE).flags)
    assert late.groupindex == {"value": 1}
    assert compile_later(r"(?P<value>\d{7})", regex.IGNORECASE) is late


def test_a_wrong_expression_of_a_rule_is_refused_at_once() -> None:
    with pytest.raises(regex.error):
        compile_checked(r"(?P<value>\d{7}")


def test_what_is_written_down_matches_what_is_compiled() -> None:
    rows = json.loads(TABLE.read_bytes())
    assert rows["regex"] == regex.__version__
    sources = {(str(source), int(flags)) for found in rows["branches"].values() for source, flags, _ in found}
    assert len(sources) > 500
    for source, flags in sorted(sources)[::20]:
        made, plain = compile_now(source, flags), regex.compile(source, flags)
        assert key_of(source, flags) in written_down().compiled
        assert [m.span() for m in made.finditer(TEXT)] == [m.span() for m in plain.finditer(TEXT)]
        assert (made.flags, made.groupindex, made.groups) == (plain.flags, plain.groupindex, plain.groups)


def test_branches_come_back_as_they_were_written() -> None:
    pattern = r"(?:住院号|病案号)[:：]?\d{6,10}|MRN ?\d{6}"
    (row, *_) = [branch_as_written(branch) for branch in read_branches(compile_later(pattern))]
    source, flags, needs = json.loads(json.dumps(row))
    again = compilation.Table({}, {key_of(pattern, 0): [[source, flags, needs]]})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hospital_redact.detection.expressions.written_down", lambda: again)
        found = find_branches(Later(pattern, 0))
    assert found == read_branches(compile_later(pattern))[:1]
    assert isinstance(found[0], Branch)


def test_a_table_that_cannot_be_used_costs_only_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pattern = r"电话 ?(\d+)"
    for content in (
        "<<<<<<< a conflict",
        json.dumps({"regex": "1", "branches": {}, "compiled": {key_of(pattern, 0): []}}),
    ):
        table = tmp_path / "expressions.json"
        table.write_text(content, encoding="utf-8")
        monkeypatch.setattr(compilation, "TABLE", table)
        compilation.written_down.cache_clear()
        try:
            match = compile_now(pattern, 0).search(TEXT)
            assert match is not None
            assert match[1] == "13957100321"
        finally:
            compilation.written_down.cache_clear()


def test_the_table_is_in_step_with_the_rules() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "expressions.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
