"""The command ``mark``: write the hospital's own secrecy mark into a document."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from hospital_redact.commands.arguments import add_common, add_policy, natural
from hospital_redact.commands.inputs import UsageError, make_redactor

if TYPE_CHECKING:
    from hospital_redact.languages import Language

# Imports stand in the functions that need them: --help must not load the flow.
# ruff: noqa: PLC0415, T201

LEVELS = ("秘密", "机密", "绝密")


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], say: Language) -> None:
    """Add the command to the parser; help in the language of ``say``."""
    mark = commands.add_parser("mark", help=say("write the hospital's own secrecy mark into a DOCX or PDF"))
    mark.add_argument("path", metavar="FILE", help=say("the file"))
    mark.add_argument("-o", "--output", metavar="DIR", required=True, help=say("folder for the marked file"))
    mark.add_argument("--level", choices=LEVELS, required=True, help=say("the level that was set"))
    term = mark.add_mutually_exclusive_group()
    term.add_argument("--years", metavar="N", type=natural, help=say("term in years (default: the policy's)"))
    term.add_argument("--until", metavar="DATE", help=say("last day of the term, as 2030-12-31"))
    term.add_argument("--event", metavar="TEXT", default="", help=say("the event that ends the term"))
    mark.add_argument("--setter", metavar="NAME", required=True, help=say("who set the level"))
    mark.add_argument("--force", action="store_true", help=say("overwrite copies that exist"))
    add_common(mark, say)
    add_policy(mark, say)
    mark.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry the command out and return its exit code."""
    from hospital_redact.errors import OutputError
    from hospital_redact.marking import compose, write_marked
    from hospital_redact.model import Level

    redactor = make_redactor(args)
    mark = compose(
        redactor.policy, Level(args.level), setter=args.setter, set_on=date.today(), years=args.years,
        until=read_date(args.until), event=args.event,
    )  # fmt: skip
    path = Path(args.path)
    review = redactor.review(path)
    target = Path(args.output) / path.name
    right = redactor.policy.word("mark.place") == "top_right"
    try:
        write_marked(path, target, mark, review.findings, review.document, right=right, overwrite=args.force)
    except OutputError as error:
        if error.code != "HR701":
            raise
        print(f"{error.code}: {args.say.message(error)}")
        return 1
    print(args.say("marked {mark}: {path}", mark=mark.text, path=target))
    return 0


def read_date(text: str | None) -> date | None:
    """Return the date that an option gives; raise UsageError where it is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError("a date is written as 2030-12-31") from None
