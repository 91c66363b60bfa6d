"""From arguments to what the flow takes: a redactor, a context, a task, the crew of workers."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hospital_redact.batch import Crew, Task
    from hospital_redact.excerpts import Excerpts
    from hospital_redact.isolation import Limits
    from hospital_redact.languages import Language
    from hospital_redact.model import Allowed, Policy, ReleaseContext
    from hospital_redact.pipeline import Redactor
    from hospital_redact.pseudonyms import Pseudonyms
    from hospital_redact.subjects import RosterSource

# Imports stand in the functions that need them: --help must not load the flow.
# ruff: noqa: PLC0415, T201


class UsageError(Exception):
    """Wrong usage that argparse cannot see; a template and its values, as in our other errors."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template)
        self.template = template
        self.values = values


def make_redactor(args: argparse.Namespace, policy: Policy | None = None) -> Redactor:
    """Return the redactor of ``policy``, else of :func:`make_policy`, and of ``--excerpts``.

    Raises PolicyError, and as load_excerpts.
    """
    from hospital_redact.pipeline import Redactor

    return Redactor(policy or make_policy(args), excerpts=_index_of(args))


def make_policy(args: argparse.Namespace) -> Policy:
    """Return the policy of ``--policy`` and ``--rules``, which is all that a parent of workers needs of a redactor.

    Raises PolicyError.
    """
    from hospital_redact.policy import load_policy

    return load_policy(args.policy or "default", folders=[Path(folder) for folder in args.rules])


def _index_of(args: argparse.Namespace) -> Excerpts | None:
    """Return the index of ``--excerpts``; none for a command without it."""
    path, key = getattr(args, "excerpts", None), getattr(args, "excerpts_key", None)
    if not path:
        if key:
            raise UsageError("--excerpts-key needs --excerpts INDEX")
        return None
    from hospital_redact.excerpts import load_excerpts
    from hospital_redact.pseudonyms import read_key

    return load_excerpts(Path(path), read_key(Path(key) if key else None))


def make_crew(args: argparse.Namespace, defaults: Limits) -> Crew:
    """Return the worker processes that the limits ask for, ``defaults`` where they say nothing."""
    from hospital_redact.batch import Crew, Start

    given = {"seconds": args.time_limit, "memory_bytes": args.memory_limit, "open_files": args.open_files}
    if args.time_limit is not None:
        given["picture_seconds"] = 0.0  # who names a time means it
    try:
        limits = replace(defaults, **{name: value for name, value in given.items() if value is not None})
    except ValueError as error:
        raise UsageError(str(error)) from None
    start = Start(
        args.policy or "default",
        tuple(Path(folder) for folder in args.rules),
        args.log_level,
        _roster_of(args),
        _index_of(args),
    )
    return Crew(start, limits, args.workers)


def make_context(args: argparse.Namespace) -> ReleaseContext:
    """Return the release context as typed."""
    from hospital_redact.model import ReleaseContext

    return ReleaseContext(args.to, args.recipient, args.subject, args.purpose, args.channel, args.reference)


def make_task(args: argparse.Namespace, policy: Policy) -> Task:
    """Return what is the same for every file of a call. Raises PolicyError for a mistyped recipient or channel."""
    from hospital_redact.batch import Task
    from hospital_redact.context import effective_context

    context = make_context(args)
    effective_context(context, policy)  # wrong usage, found before any file
    return Task(
        context=context,
        terms=read_terms(getattr(args, "terms", None)),
        show_values=getattr(args, "show_values", False),
        language=args.say,
        subjects=_loaded(_roster_of(args), args.say),
        pseudonyms=_make_pseudonyms(args),
        allow=_read_allowed(args.allow),
        passwords=_read_passwords(args),
    )


def _read_passwords(args: argparse.Namespace) -> tuple[str, ...]:
    """Return the passwords of ``--password`` or the environment, else asked for where a file needs one."""
    given = getattr(args, "password", None) or [os.environ.get("HOSPITAL_REDACT_PASSWORD", "")]
    if passwords := tuple(filter(None, given)):
        return passwords
    if not sys.stdin.isatty() or not any(map(_is_locked, _documents_of(args))):
        return ()
    return tuple(filter(None, (getpass.getpass(args.say("password of the encrypted file: ")),)))


def _documents_of(args: argparse.Namespace) -> list[str]:
    return [*getattr(args, "paths", ()), *(getattr(args, name) for name in ("path", "original") if hasattr(args, name))]


def _is_locked(path: str) -> bool:
    from hospital_redact.errors import ReadError
    from hospital_redact.formats import load_source
    from hospital_redact.formats.unlocking import needs_password

    try:
        return needs_password(load_source(Path(path)))
    except ReadError:  # the run says why
        return False


def _roster_of(args: argparse.Namespace) -> RosterSource | None:
    """Return where the roster of ``--subjects`` is; none for a command without it."""
    if not getattr(args, "subjects", None):
        if getattr(args, "subjects_query", None):
            raise UsageError("--subjects-query needs --subjects URL")
        return None
    from hospital_redact.subjects import RosterSource

    source = RosterSource(args.subjects, args.subjects_query or "")
    if bool(args.subjects_query) != source.is_database:
        raise UsageError("a database needs --subjects-query, a file of a roster has none")
    return source


def _loaded(source: RosterSource | None, say: Language) -> RosterSource | None:
    """Return ``source``, loaded once in this process as well, so that its errors come before any file."""
    if source is not None:
        from hospital_redact.subjects import subjects_of

        if unused := subjects_of(source).unused:
            # Headings only. A column that nobody reads is values that nobody finds.
            print(say("columns of the roster that are not used: {columns}", columns=", ".join(unused)), file=sys.stderr)
    return source


def _make_pseudonyms(args: argparse.Namespace) -> Pseudonyms | None:
    """Return what ``--pseudonyms`` asks for; none for a command without it."""
    asked = getattr(args, "pseudonyms", None)
    if asked is None:
        if getattr(args, "key", None):
            raise UsageError("--key needs --pseudonyms")
        return None
    from hospital_redact.pseudonyms import Pseudonyms, read_key

    return Pseudonyms(read_key(Path(args.key) if args.key else None), reversible=asked == "reversible")


def _read_allowed(path: str | None) -> tuple[Allowed, ...]:
    """Return the entries of an ``--allow`` file; none without a file. Raises PolicyError."""
    if not path:
        return ()
    from hospital_redact.policy import load_allowed

    return load_allowed(read_text(path, "allow"))


def read_terms(path: str | None) -> tuple[str, ...]:
    """Return the values of a ``--terms`` file, stripped; none without a file."""
    if not path:
        return ()
    from hospital_redact.replacements import squeeze

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
