"""The command ``plan``: print the plan of one file, to be edited."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from hospital_redact.commands.arguments import (
    add_context,
    add_excerpts,
    add_passwords,
    add_pseudonyms,
    add_show_values,
    add_subjects,
    add_terms,
)
from hospital_redact.commands.inputs import make_redactor, make_task

if TYPE_CHECKING:
    from hospital_redact.languages import Language

# Imports stand in the functions that need them: --help must not load the flow.
# ruff: noqa: PLC0415


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], say: Language) -> None:
    """Add the command to the parser; help in the language of ``say``."""
    plan = commands.add_parser("plan", help=say("print the plan of one file as JSON, to be edited"))
    plan.add_argument("path", metavar="FILE", help=say("the file"))
    add_context(plan, say)
    add_passwords(plan, say)
    add_subjects(plan, say)
    add_excerpts(plan, say)
    add_pseudonyms(plan, say)
    add_terms(plan, say)
    add_show_values(plan, say)
    plan.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry the command out and return its exit code."""
    from hospital_redact.batch import review_file
    from hospital_redact.planfile import dump_plan

    redactor = make_redactor(args)
    task = make_task(args, redactor.policy)
    review = review_file(redactor, args.path, task)
    sys.stdout.write(dump_plan(review.plan, review.document, show_values=args.show_values))
    return 0
