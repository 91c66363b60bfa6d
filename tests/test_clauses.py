"""Every clause of the regulations is listed, and every core one is carried by something that exists."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator

import pytest
import yaml
from support import shared_dir

from hospital_redact.clauses import CarriedClause, load_clauses, missing_carriers
from hospital_redact.cli import build_parser, main
from hospital_redact.policy import load_policy

CLAUSES = load_clauses()
POLICY = load_policy()


def options() -> dict[str, set[str]]:
    """Return the options of each command."""
    found: dict[str, set[str]] = {}
    for action in build_parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, parser in action.choices.items():
                found[name] = {word for part in _parsers(parser) for a in part._actions for word in a.option_strings}
    return found


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _parsers(below)


def test_every_carrier_exists() -> None:
    assert missing_carriers(CLAUSES, POLICY, options()) == []


def test_every_core_clause_is_carried() -> None:
    assert [clause.section for clause in CLAUSES if clause.scope == "core" and not clause.carried_by] == []


def test_a_carrier_that_does_not_exist_is_found() -> None:
    names = ["rule:x", "category:x", "level:x", "setting:x", "recipient:x", "channel:x", "decision:x", "command:x"]
    wrong = (*names, "option:scan --x", "option:x --lang", "code:x", "thing:x", "x")
    found = missing_carriers([CarriedClause("第1篇 一", "core", "x", wrong)], POLICY, options())
    assert [carrier for _, carrier in found] == list(wrong)


def test_the_list_is_complete() -> None:
    rows = yaml.safe_load((shared_dir() / "domain" / "01_clauses.yaml").read_text(encoding="utf-8"))["rows"]
    assert [(c.section, c.scope, c.quote) for c in CLAUSES] == [(r["id"], r["scope"], r["quote"]) for r in rows]


def test_the_quotations_are_the_regulations_own_words() -> None:
    text = "".join((shared_dir() / "domain" / "regulations-zh.txt").read_text(encoding="utf-8").split())
    # The sentences that lead to the lists of the preface stand together as one entry that asks for nothing.
    assert [c.section for c in CLAUSES if "".join(c.quote.split()) not in text and c.scope != "none"] == []


@pytest.mark.parametrize("scope", ["core", "ledger", "admin", "ext", "none"])
def test_the_command_lists_a_scope(scope: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clauses", "--scope", scope, "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)["clauses"]
    assert [entry["section"] for entry in listed] == [c.section for c in CLAUSES if c.scope == scope]


def test_the_command_prints_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clauses"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len([line for line in lines if not line.startswith(" ")]) == len(CLAUSES)
