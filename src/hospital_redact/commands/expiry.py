"""The command ``expiry``: tell from marks which documents have become declassified."""

from __future__ import annotations

import argparse
from datetime import date
from typing import TYPE_CHECKING

from hospital_redact.commands.arguments import add_common, add_policy
from hospital_redact.commands.inputs import make_redactor
from hospital_redact.commands.mark import read_date
from hospital_redact.commands.printing import print_json, schema

if TYPE_CHECKING:
    from hospital_redact.languages import Language
    from hospital_redact.reporting.data import Json

# Imports stand in the functions that need them: --help must not load the flow.
# ruff: noqa: PLC0415, T201


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], say: Language) -> None:
    """Add the command to the parser; help in the language of ``say``."""
    expiry = commands.add_parser("expiry", help=say("tell from marks and register whose term is over"))
    expiry.add_argument("paths", nargs="*", metavar="PATH", help=say("files that bear marks"))
    expiry.add_argument("--register", metavar="PLACE", help=say("read the terms of copies in this register as well"))
    expiry.add_argument("--on", metavar="DATE", help=say("the day to judge by (default: today)"))
    expiry.add_argument("--format", choices=("text", "json"), default="text", help=say("output format (default: text)"))
    add_common(expiry, say)
    add_policy(expiry, say)
    expiry.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry the command out and return its exit code."""
    from hospital_redact.errors import HospitalRedactError
    from hospital_redact.expiry import Expiry, expiry_of, registered_expiries
    from hospital_redact.release import Register

    redactor = make_redactor(args)
    on = read_date(args.on) or date.today()
    entries: list[Json] = []

    def note(name: str, found: Expiry) -> None:
        expires = found.expires.isoformat() if found.expires else None
        entries.append(
            {"name": name, "state": found.state, "level": str(found.level), "expires": expires, "code": None}
        )

    for path in args.paths:
        try:
            note(path, expiry_of(redactor.review(path), on))
        except HospitalRedactError as error:
            entries.append({"name": path, "state": "failed", "level": None, "expires": None, "code": error.code})
    if args.register:
        register = Register(args.register, create=False)
        for number, found in registered_expiries(register, redactor.policy, on):
            note(args.say("entry {number}", number=number), found)
        register.close()
    if args.format == "json":
        print_json({**schema(), "on": on.isoformat(), "entries": entries}, indent=1)
    else:
        for entry in entries:
            print(f"{entry['name']}: {_line(entry, args.say)}")
    return 3 if any(entry["code"] for entry in entries) else 0


def _line(entry: Json, say: Language) -> str:
    texts = {
        "declassified": say("the term was over on {expires}: now {level}, a person reviews it", **entry),
        "patient_data": say("the term was over on {expires}, but data of patients does not expire: {level}", **entry),
        "in_force": say("{level} until {expires}", **entry),
        "event": say("{level} until its event", **entry),
        "unknown": say("{level}, and nobody can tell since when: look at it", **entry),
        "unmarked": say("bears no mark of the hospital"),
        "failed": say("cannot be read ({code})", **entry),
    }
    return texts[entry["state"]]
