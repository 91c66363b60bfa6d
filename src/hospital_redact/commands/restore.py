"""The command ``restore``: turn reversible pseudonyms back into their values, with the key."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hospital_redact.commands.arguments import add_common, add_key

if TYPE_CHECKING:
    from hospital_redact.languages import Language

# Imports stand in the functions that need them: --help must not load the flow.
# ruff: noqa: PLC0415, T201


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], say: Language) -> None:
    """Add the command to the parser; help in the language of ``say``."""
    restore = commands.add_parser("restore", help=say("turn reversible pseudonyms of a copy back, with the key"))
    restore.add_argument("copy", metavar="COPY", help=say("the copy"))
    restore.add_argument("-o", "--output", metavar="FILE", required=True, help=say("file for the restored document"))
    restore.add_argument("--force", action="store_true", help=say("overwrite the file if it exists"))
    add_key(restore, say)
    add_common(restore, say)
    restore.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry the command out and return its exit code."""
    from hospital_redact.pseudonyms import Pseudonyms, read_key
    from hospital_redact.restoration import restore_copy

    pseudonyms = Pseudonyms(read_key(Path(args.key) if args.key else None), reversible=True)
    count = restore_copy(args.copy, args.output, pseudonyms, overwrite=args.force)
    print(args.say("{count} values restored", count=count))
    return 0
