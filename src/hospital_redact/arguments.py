"""The arguments of the command line. README and docs are tested against this parser."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from gettext import gettext

from hospital_redact import __version__
from hospital_redact.languages import ENGLISH, Language

LANGUAGES = ("zh", "en")
LOG_LEVELS = ("debug", "info", "warning", "error")
LEVELS = ("公开", "内部", "秘密", "机密", "绝密")
FORMATS = ("text", "json", "jsonl", "sarif", "html")


def build_parser(say: Language = ENGLISH) -> argparse.ArgumentParser:
    """Return the parser, its help in the language of ``say``."""
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
    _add_language(parser, say)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    scan = commands.add_parser("scan", help=say("report findings, level and decision; write nothing"))
    scan.add_argument("paths", nargs="*", metavar="PATH", help=say("files to scan"))
    scan.add_argument(
        "--records", metavar="IN.jsonl", help=say('scan {"id", "text"} records, one a line, instead of files')
    )
    _add_context(scan, say)
    _add_limits(scan, say, 60)
    scan.add_argument("--format", choices=FORMATS, default="text", help=say("output format (default: text)"))
    scan.add_argument("--fail-level", choices=LEVELS, help=say("exit 1 when a file reaches this level"))
    _add_show_values(scan, say)

    redact = commands.add_parser("redact", help=say("write proved copies into a folder"))
    redact.add_argument("paths", nargs="+", metavar="PATH", help=say("files to redact"))
    redact.add_argument("-o", "--output", metavar="DIR", required=True, help=say("folder for the copies"))
    _add_context(redact, say)
    _add_limits(redact, say, 90)
    _add_terms(redact, say)
    redact.add_argument(
        "--only-terms", action="store_true", help=say("remove the listed values only; copies are drafts")
    )
    redact.add_argument("--plan", metavar="FILE", help=say("carry out this edited plan (one PATH)"))
    redact.add_argument("--report", metavar="FILE", help=say("write a JSON report"))
    redact.add_argument("--register", metavar="PLACE", help=say("add an entry for each copy to this register"))
    redact.add_argument("--who", metavar="NAME", help=say("who signs the entries (default: the user's name)"))
    redact.add_argument("--force", action="store_true", help=say("overwrite copies that exist"))
    _add_show_values(redact, say)

    plan = commands.add_parser("plan", help=say("print the plan of one file as JSON, to be edited"))
    plan.add_argument("path", metavar="FILE", help=say("the file"))
    _add_context(plan, say)
    _add_terms(plan, say)
    _add_show_values(plan, say)

    verify = commands.add_parser("verify", help=say("prove a copy against its original, whoever made it"))
    verify.add_argument("original", metavar="ORIGINAL")
    verify.add_argument("copy", metavar="COPY")
    _add_context(verify, say)
    _add_terms(verify, say)
    verify.add_argument("--plan", metavar="FILE", help=say("the plan that the copy carries out"))

    rules = commands.add_parser("rules", help=say("work on rules"))
    rules_commands = rules.add_subparsers(dest="rules_command", metavar="COMMAND", required=True)
    test = rules_commands.add_parser("test", help=say("run every rule's own examples and the slow-pattern checks"))
    test.add_argument("folder", nargs="?", metavar="DIR", help=say("a hospital's own rules, beside the shipped ones"))
    _add_common(test, say)

    register = commands.add_parser("register", help=say("work on the register of copies"))
    register_commands = register.add_subparsers(dest="register_command", metavar="COMMAND", required=True)
    check = register_commands.add_parser("verify", help=say("check the chain of a register"))
    check.add_argument("place", metavar="PLACE", help=say("the register's file"))
    check.add_argument("--expect", metavar="HEAD", help=say("a head noted earlier: finds a tail that was cut off"))
    _add_common(check, say)
    return parser


def _add_context(parser: argparse.ArgumentParser, say: Language) -> None:
    _add_common(parser, say)
    group = parser.add_argument_group(say("policy and release context (what is missing falls back to the public)"))
    group.add_argument("--policy", metavar="ID", help=say("policy (default: default)"))
    group.add_argument("--rules", metavar="DIR", action="append", default=[], help=say("a hospital's own rules folder"))
    group.add_argument("--to", metavar="RECIPIENT", default="public", help=say("kind of recipient (default: public)"))
    group.add_argument("--recipient", metavar="NAME", default="", help=say("name of the recipient"))
    group.add_argument("--subject", metavar="NAME", default="", help=say("the person whose record it is"))
    group.add_argument("--purpose", metavar="P", default="", help=say("what the recipient needs it for"))
    group.add_argument("--channel", metavar="C", default="", help=say("how it leaves"))
    group.add_argument("--reference", metavar="R", default="", help=say("consent, claim or approval number"))


def _add_common(parser: argparse.ArgumentParser, say: Language) -> None:
    _add_language(parser, say)
    parser.add_argument(
        "--log-level", choices=LOG_LEVELS, help=say("write events as JSON lines to standard error (default: none)")
    )


def _add_language(parser: argparse.ArgumentParser, say: Language) -> None:
    parser.add_argument("--lang", choices=LANGUAGES, help=say("language of texts (default: the locale's)"))


def _add_terms(parser: argparse.ArgumentParser, say: Language) -> None:
    parser.add_argument("--terms", metavar="FILE", help=say("UTF-8 file of further values to remove, one a line"))


def _add_limits(parser: argparse.ArgumentParser, say: Language, seconds: int) -> None:
    group = parser.add_argument_group(say("worker processes"))
    group.add_argument(
        "--workers",
        metavar="N",
        type=_natural,
        default=1,
        help=say("files at once, each in a process of its own; 0: in this process, without limits (default: 1)"),
    )
    group.add_argument(
        "--time-limit",
        metavar="S",
        type=float,
        help=say("seconds that a file may take (default: {seconds})", seconds=seconds),
    )
    group.add_argument(
        "--memory-limit", metavar="MB", type=_megabytes, help=say("memory that a file may take (default: 4096; Linux)")
    )
    group.add_argument(
        "--open-files", metavar="N", type=_natural, help=say("open files of a worker (default: 256; not on Windows)")
    )


def _natural(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(gettext("not a whole number"))  # as argparse says its own
    return int(text)


def _megabytes(text: str) -> int:
    return _natural(text) * 1024 * 1024


def _add_show_values(parser: argparse.ArgumentParser, say: Language) -> None:
    parser.add_argument("--show-values", action="store_true", help=say("print found values (never by default)"))


def asked_language(argv: Sequence[str]) -> str | None:
    """Return what ``--lang`` asks for, before the parser, whose help is in that language, can say."""
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    first.add_argument("--lang")
    asked = first.parse_known_args(argv)[0].lang
    return asked if asked in LANGUAGES else None
