"""The command line: what is typed goes to a command, its failures become exit codes; nothing else."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Sequence
from typing import NoReturn

from hospital_redact import __version__
from hospital_redact.commands import COMMANDS
from hospital_redact.commands.arguments import add_language
from hospital_redact.commands.inputs import UsageError
from hospital_redact.errors import HospitalRedactError, PolicyError
from hospital_redact.languages import ENGLISH, LANGUAGES, Language, language_of

# Imports stand in the functions that need them: --help must not load the flow.
# ruff: noqa: PLC0415, T201


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    _use_utf8()
    say = language_of(_asked_language(sys.argv[1:] if argv is None else argv))
    parser = build_parser(say)
    args = parser.parse_args(argv)
    args.say = say
    if args.command is None:
        parser.error(say("name a command; see --help"))
    if args.log_level:
        from hospital_redact.logs import log_to_stderr

        # Workers inherit the key, so that one value has one fingerprint in all lines of a run.
        os.environ.setdefault("HOSPITAL_REDACT_LOG_KEY", secrets.token_hex(32))
        log_to_stderr(args.log_level)
    try:
        return int(args.run(args))
    except UsageError as error:
        print(f"hospital-redact: {say(error.template, **error.values)}", file=sys.stderr)
        return 2
    except HospitalRedactError as error:
        print(f"hospital-redact: {error.code}: {say.message(error)}", file=sys.stderr)
        # A mistyped policy or recipient and a broken rules folder are wrong usage.
        return 2 if isinstance(error, PolicyError) else 3
    except BrokenPipeError:  # `| head` closed the pipe: not an error, and nothing may be printed at exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # its text may quote a patient, and a traceback would show it
        from hospital_redact.isolation import as_our_error

        failure = as_our_error(error)
        print(f"hospital-redact: {failure.code}: {say.message(failure)}", file=sys.stderr)
        return 3


def build_parser(say: Language = ENGLISH) -> argparse.ArgumentParser:
    """Return the parser, its help in the language of ``say``. README and docs are tested against it."""
    say.use_for_usage()
    parser = argparse.ArgumentParser(
        prog="hospital-redact",
        description=say(
            "Find what must not leave a hospital, suggest a secrecy level, and write redacted copies that are proved "
            "against their plan. Works offline."
        ),
        epilog=say(
            "Exit codes: 0 done; 1 a decision wrote nothing, a level was reached (--fail-level) or a copy is not "
            "proved (verify); 2 wrong usage; 3 some input was refused or failed."
        ),
    )
    parser.add_argument(
        "--version", action="version", version=__version__, help=say("show program's version number and exit")
    )
    add_language(parser, say)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands, say)
    return parser


def _asked_language(argv: Sequence[str]) -> str | None:
    """Return what ``--lang`` asks for, before the parser, whose help is in that language, can say."""
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    first.add_argument("--lang")
    asked = first.parse_known_args(argv)[0].lang
    return asked if asked in LANGUAGES else None


def _use_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A console in another code page must not stop the work: what it cannot show becomes an escape.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def run() -> NoReturn:
    """Entry point for ``python -m hospital_redact``."""
    sys.exit(main())
