"""From arguments to what the flow takes: a redactor, a context, a task, the crew of workers."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hospital_redact.batch import Crew, Task
    from hospital_redact.isolation import Limits
    from hospital_redact.model import ReleaseContext
    from hospital_redact.pipeline import Redactor

# Imports stand in the functions that need them: --help must not load the flow.
# ruff: noqa: PLC0415


class UsageError(Exception):
    """Wrong usage that argparse cannot see; a template and its values, as in our other errors."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template)
        self.template = template
        self.values = values


def make_redactor(args: argparse.Namespace) -> Redactor:
    """Return the redactor of ``--policy`` and ``--rules``. Raises PolicyError, also for a mistyped recipient."""
    from hospital_redact.pipeline import Redactor

    redactor = Redactor(args.policy or "default", rules=[Path(folder) for folder in args.rules])
    from hospital_redact.context import effective_context

    effective_context(make_context(args), redactor.policy)  # a mistyped recipient is wrong usage, before any file
    return redactor


def make_crew(args: argparse.Namespace, defaults: Limits) -> Crew:
    """Return the worker processes that the limits ask for, ``defaults`` where they say nothing."""
    from hospital_redact.batch import Crew, Start

    given = {"seconds": args.time_limit, "memory_bytes": args.memory_limit, "open_files": args.open_files}
    try:
        limits = replace(defaults, **{name: value for name, value in given.items() if value is not None})
    except ValueError as error:
        raise UsageError(str(error)) from None
    start = Start(args.policy or "default", tuple(Path(folder) for folder in args.rules), args.log_level)
    return Crew(start, limits, args.workers)


def make_context(args: argparse.Namespace) -> ReleaseContext:
    """Return the release context as typed."""
    from hospital_redact.model import ReleaseContext

    return ReleaseContext(args.to, args.recipient, args.subject, args.purpose, args.channel, args.reference)


def make_task(args: argparse.Namespace) -> Task:
    """Return what is the same for every file of a call."""
    from hospital_redact.batch import Task

    return Task(
        context=make_context(args),
        terms=read_terms(getattr(args, "terms", None)),
        show_values=getattr(args, "show_values", False),
        language=args.say,
    )


def read_terms(path: str | None) -> tuple[str, ...]:
    """Return the values of a ``--terms`` file, stripped; none without a file."""
    if not path:
        return ()
    from hospital_redact.planning import squeeze

    # A line of invisible characters is no value.
    terms = tuple(line.strip() for line in read_text(path, "terms").splitlines() if squeeze(line))
    if not terms:
        raise UsageError("the file of terms holds none")
    return terms


def read_text(path: str, what: str) -> str:
    """Return the text of a UTF-8 file that an option names; ``what`` it is goes into the UsageError."""
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise UsageError("the {what} file cannot be read ({kind})", what=what, kind=type(error).__name__) from None
