"""The command ``clauses``: list the clauses of the regulations and what carries each."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from hospital_redact.commands.arguments import add_common
from hospital_redact.commands.printing import print_json, schema

if TYPE_CHECKING:
    from hospital_redact.languages import Language

# Imports stand in the functions that need them: --help must not load the flow.
# ruff: noqa: PLC0415, T201

SCOPES = ("core", "ledger", "admin", "ext", "none")


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], say: Language) -> None:
    """Add the command to the parser; help in the language of ``say``."""
    clauses = commands.add_parser("clauses", help=say("list the regulations' clauses and what carries each"))
    clauses.add_argument("--scope", choices=SCOPES, help=say("only clauses of this scope"))
    clauses.add_argument(
        "--format", choices=("text", "json"), default="text", help=say("output format (default: text)")
    )
    add_common(clauses, say)
    clauses.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry the command out and return its exit code."""
    from hospital_redact.clauses import load_clauses

    found = [clause for clause in load_clauses() if args.scope in (None, clause.scope)]
    if args.format == "json":
        print_json({**schema(), "clauses": [asdict(clause) for clause in found]}, indent=1)
        return 0
    for clause in found:
        print(f"{clause.section}  [{clause.scope}]  {clause.quote}")
        for carrier in clause.carried_by:
            print(f"    {carrier}")
        if not clause.carried_by and clause.scope != "none":
            print(f"    {args.say('nothing yet')}")
    return 0
