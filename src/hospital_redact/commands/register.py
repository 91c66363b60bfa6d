"""The command ``register``: check the register of copies."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from hospital_redact.commands.arguments import add_common

if TYPE_CHECKING:
    from hospital_redact.languages import Language

# Imports stand in the functions that need them: --help must not load the flow.
# ruff: noqa: PLC0415, T201


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], say: Language) -> None:
    """Add the command to the parser; help in the language of ``say``."""
    register = commands.add_parser("register", help=say("work on the register of copies"))
    register_commands = register.add_subparsers(dest="register_command", metavar="COMMAND", required=True)
    check = register_commands.add_parser("verify", help=say("check the chain of a register"))
    check.add_argument("place", metavar="PLACE", help=say("the register's file"))
    check.add_argument("--expect", metavar="HEAD", help=say("a head noted earlier: finds a tail that was cut off"))
    add_common(check, say)
    check.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry the command out and return its exit code."""
    from hospital_redact.release import Register

    register = Register(args.place, create=False)
    broken = register.verify(expect=args.expect)
    if broken is not None:
        raise broken.as_error()
    count = sum(1 for _ in register)
    print(args.say("{count} entries, the chain holds; head {head}", count=count, head=register.head()))
    return 0
