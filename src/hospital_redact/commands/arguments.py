"""Arguments that several commands share."""

from __future__ import annotations

import argparse
from gettext import gettext

from hospital_redact.languages import LANGUAGES, Language

PSEUDONYMS = ("keyed", "reversible")
LOG_LEVELS = ("debug", "info", "warning", "error")


def add_context(parser: argparse.ArgumentParser, say: Language) -> None:
    """Add the options of policy and release context, and the common ones."""
    add_common(parser, say)
    group = parser.add_argument_group(say("policy and release context (what is missing falls back to the public)"))
    _add_policy_to(group, say)
    group.add_argument("--to", metavar="RECIPIENT", default="public", help=say("kind of recipient (default: public)"))
    group.add_argument("--recipient", metavar="NAME", default="", help=say("name of the recipient"))
    group.add_argument("--subject", metavar="NAME", default="", help=say("the person whose record it is"))
    group.add_argument("--purpose", metavar="P", default="", help=say("what the recipient needs it for"))
    group.add_argument("--channel", metavar="C", default="", help=say("how it leaves"))
    group.add_argument("--reference", metavar="R", default="", help=say("consent, claim or approval number"))
    group.add_argument(
        "--allow", metavar="FILE", help=say("TOML file of further [[allow]] entries: what may stay, and why")
    )


def add_policy(parser: argparse.ArgumentParser, say: Language) -> None:
    """Add ``--policy`` and ``--rules`` to a command that looks at no release."""
    _add_policy_to(parser, say)


def _add_policy_to(group: argparse._ActionsContainer, say: Language) -> None:
    group.add_argument("--policy", metavar="ID", help=say("policy (default: default)"))
    group.add_argument("--rules", metavar="DIR", action="append", default=[], help=say("a hospital's own rules folder"))


def add_common(parser: argparse.ArgumentParser, say: Language) -> None:
    """Add the options of every command."""
    add_language(parser, say)
    parser.add_argument(
        "--log-level", choices=LOG_LEVELS, help=say("write events as JSON lines to standard error (default: none)")
    )


def add_language(parser: argparse.ArgumentParser, say: Language) -> None:
    """Add ``--lang``."""
    parser.add_argument("--lang", choices=LANGUAGES, help=say("language of texts (default: the locale's)"))


def add_terms(parser: argparse.ArgumentParser, say: Language) -> None:
    """Add ``--terms``."""
    parser.add_argument("--terms", metavar="FILE", help=say("UTF-8 file of further values to remove, one a line"))


def add_subjects(parser: argparse.ArgumentParser, say: Language) -> None:
    """Add the options of a roster."""
    group = parser.add_argument_group(say("known subjects"))
    group.add_argument(
        "--subjects",
        metavar="ROSTER",
        help=say("roster of patients or staff to find as well: .csv, .tsv, .jsonl, or an SQLAlchemy URL"),
    )
    group.add_argument("--subjects-query", metavar="SQL", help=say("the query that gives the roster of a database"))


def add_excerpts(parser: argparse.ArgumentParser, say: Language) -> None:
    """Add the options of an index of protected files."""
    group = parser.add_argument_group(say("excerpts of protected files"))
    group.add_argument(
        "--excerpts", metavar="INDEX", help=say("index of protected files, whose excerpts are found as well")
    )
    group.add_argument(
        "--excerpts-key",
        metavar="FILE",
        help=say("file with the key of the index, 32 bytes (default: the variable HOSPITAL_REDACT_KEY)"),
    )


def add_pseudonyms(parser: argparse.ArgumentParser, say: Language) -> None:
    """Add the options of pseudonyms."""
    group = parser.add_argument_group(say("pseudonyms"))
    group.add_argument(
        "--pseudonyms",
        choices=PSEUDONYMS,
        help=say("keyed: the same placeholder for a person in all files; reversible: one that the key opens"),
    )
    add_key(group, say)


def add_passwords(parser: argparse.ArgumentParser, say: Language) -> None:
    """Add ``--password``."""
    parser.add_argument(
        "--password",
        metavar="P",
        action="append",
        default=[],
        help=say("password of an encrypted file (default: HOSPITAL_REDACT_PASSWORD; else a terminal is asked)"),
    )


def add_key(group: argparse._ActionsContainer, say: Language) -> None:
    """Add ``--key``."""
    group.add_argument(
        "--key", metavar="FILE", help=say("file with the key, 32 bytes (default: the variable HOSPITAL_REDACT_KEY)")
    )


def add_limits(parser: argparse.ArgumentParser, say: Language, seconds: int) -> None:
    """Add the options of worker processes; ``seconds`` is the default time limit of a file."""
    group = parser.add_argument_group(say("worker processes"))
    group.add_argument(
        "--workers",
        metavar="N",
        type=natural,
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
        "--memory-limit", metavar="MB", type=megabytes, help=say("memory that a file may take (default: 4096; Linux)")
    )
    group.add_argument(
        "--open-files", metavar="N", type=natural, help=say("open files of a worker (default: 256; not on Windows)")
    )


def natural(text: str) -> int:
    """Return the whole number that ``text`` writes; for argparse."""
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(gettext("not a whole number"))  # as argparse says its own
    return int(text)


def megabytes(text: str) -> int:
    """Return the bytes of ``text`` megabytes; for argparse."""
    return natural(text) * 1024 * 1024


def add_show_values(parser: argparse.ArgumentParser, say: Language) -> None:
    """Add ``--show-values``."""
    parser.add_argument("--show-values", action="store_true", help=say("print found values (never by default)"))
