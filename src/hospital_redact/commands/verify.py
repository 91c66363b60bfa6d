"""The command ``verify``: prove a copy against its original."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from hospital_redact.commands.arguments import (
    add_context,
    add_excerpts,
    add_passwords,
    add_pseudonyms,
    add_subjects,
    add_terms,
)
from hospital_redact.commands.inputs import make_redactor, make_task, read_text

if TYPE_CHECKING:
    from hospital_redact.languages import Language

# Imports stand in the functions that need them: --help must not load the flow.
# ruff: noqa: PLC0415, T201


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], say: Language) -> None:
    """Add the command to the parser; help in the language of ``say``."""
    verify = commands.add_parser("verify", help=say("prove a copy against its original, whoever made it"))
    verify.add_argument("original", metavar="ORIGINAL")
    verify.add_argument("copy", metavar="COPY")
    add_context(verify, say)
    add_passwords(verify, say)
    add_subjects(verify, say)
    add_excerpts(verify, say)
    add_pseudonyms(verify, say)
    add_terms(verify, say)
    verify.add_argument("--plan", metavar="FILE", help=say("the plan that the copy carries out"))
    verify.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry the command out and return its exit code."""
    from hospital_redact.batch import review_file
    from hospital_redact.planfile import load_plan

    plan = load_plan(read_text(args.plan, "plan")) if args.plan else None
    args.policy = args.policy or (plan.policy_id if plan else None)
    redactor = make_redactor(args)
    task = make_task(args, redactor.policy)
    task = replace(task, plan=plan, terms_only=bool(task.terms) and plan is None)
    review = review_file(redactor, args.original, task)
    if plan:
        review = redactor.with_plan(review, plan)
    verification = redactor.verify(review, args.copy)
    from hospital_redact.reporting.text import verify_lines

    print(*verify_lines(verification, args.say), sep="\n")
    return 0 if verification.passed else 1
