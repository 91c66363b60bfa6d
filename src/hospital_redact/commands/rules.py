"""The command ``rules``: run rules' own examples."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hospital_redact.commands.arguments import add_common

if TYPE_CHECKING:
    from hospital_redact.languages import Language

# Imports stand in the functions that need them: --help must not load the flow.
# ruff: noqa: PLC0415, T201


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], say: Language) -> None:
    """Add the command to the parser; help in the language of ``say``."""
    rules = commands.add_parser("rules", help=say("work on rules"))
    rules_commands = rules.add_subparsers(dest="rules_command", metavar="COMMAND", required=True)
    test = rules_commands.add_parser("test", help=say("run every rule's own examples and the slow-pattern checks"))
    test.add_argument("folder", nargs="?", metavar="DIR", help=say("a hospital's own rules, beside the shipped ones"))
    add_common(test, say)
    test.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry the command out and return its exit code."""
    from hospital_redact.policy import load_policy
    from hospital_redact.rulecheck import check_rules

    policy = load_policy(folders=[Path(args.folder)] if args.folder else [])
    problems = 0
    for problem in check_rules(policy):
        problems += 1
        print(problem)
    say: Language = args.say
    if problems:
        print(say("{problems} problem(s)", problems=problems))
    else:
        print(say("every rule passed its own examples and the slow-pattern checks"))
    return 1 if problems else 0
