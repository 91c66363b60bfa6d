"""The command ``redact``: write proved copies into a folder."""

from __future__ import annotations

import argparse
import getpass
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hospital_redact.commands.arguments import (
    add_context,
    add_excerpts,
    add_limits,
    add_passwords,
    add_pseudonyms,
    add_show_values,
    add_subjects,
    add_terms,
)
from hospital_redact.commands.inputs import UsageError, make_crew, make_policy, make_redactor, make_task, read_text
from hospital_redact.commands.printing import progress, report_failure, schema, write_report

if TYPE_CHECKING:
    from hospital_redact.languages import Language
    from hospital_redact.release import Register
    from hospital_redact.reporting.data import Json

# Imports stand in the functions that need them: --help must not load the flow.
# ruff: noqa: PLC0415, T201


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], say: Language) -> None:
    """Add the command to the parser; help in the language of ``say``."""
    redact = commands.add_parser("redact", help=say("write proved copies into a folder"))
    redact.add_argument("paths", nargs="+", metavar="PATH", help=say("files to redact"))
    redact.add_argument("-o", "--output", metavar="DIR", required=True, help=say("folder for the copies"))
    add_context(redact, say)
    add_passwords(redact, say)
    add_subjects(redact, say)
    add_excerpts(redact, say)
    add_pseudonyms(redact, say)
    add_limits(redact, say, 90)
    add_terms(redact, say)
    redact.add_argument(
        "--only-terms", action="store_true", help=say("remove the listed values only; copies are drafts")
    )
    redact.add_argument("--plan", metavar="FILE", help=say("carry out this edited plan (one PATH)"))
    redact.add_argument("--report", metavar="FILE", help=say("write a JSON report"))
    redact.add_argument("--register", metavar="PLACE", help=say("add an entry for each copy to this register"))
    redact.add_argument("--who", metavar="NAME", help=say("who signs the entries (default: the user's name)"))
    redact.add_argument("--force", action="store_true", help=say("overwrite copies that exist"))
    add_show_values(redact, say)
    redact.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry the command out and return its exit code."""
    from hospital_redact.batch import Output, exit_code, redact_file, redact_files
    from hospital_redact.isolation import REDACT_LIMITS
    from hospital_redact.planfile import load_plan
    from hospital_redact.reporting.text import redact_lines

    plan = None
    if args.plan:
        if len(args.paths) != 1:
            raise UsageError("a plan belongs to one file: name that file only")
        plan = load_plan(read_text(args.plan, "plan"))
        args.policy = args.policy or plan.policy_id
    if args.only_terms and not args.terms:
        raise UsageError("--only-terms needs --terms FILE")
    _require_own_place(args, "report")
    _require_own_place(args, "register")
    policy = make_policy(args)
    task = replace(make_task(args, policy), plan=plan, overwrite=args.force, terms_only=args.only_terms)
    entries: list[Json] = []
    inputs = progress(args.paths)
    register = _open_register(args.register) if args.register else None
    if register is not None:
        task = replace(task, register=register, who=args.who or getpass.getuser())
    with TemporaryDirectory(prefix="hospital-redact-") as claims:
        output = Output(Path(args.output), Path(claims), args.paths)
        if args.workers:
            done = redact_files(inputs, output, task, make_crew(args, REDACT_LIMITS))
        else:
            redactor = make_redactor(args, policy)
            done = (redact_file(redactor, number, path, output, task) for number, path in inputs)
        for entry in done:
            entries.append(entry)
            report_failure(entry, entry["path"])
            if not entry["code"]:
                print(*redact_lines(entry, args.say), sep="\n")
    if register is not None:
        # Whoever notes the head elsewhere can prove later that no entry was cut off.
        print(args.say("register: head {head}", head=register.head()))
        register.close()
    if args.report:
        write_report(Path(args.report), {**schema(), "files": entries})
    return exit_code(entries)


def _require_own_place(args: argparse.Namespace, option: str) -> None:
    """Refuse a report or register in the place of an input, of another file that is read, or among the copies."""
    from hospital_redact.batch import identity_of

    if not (given := getattr(args, option)):
        return
    place = Path(given)
    read = (*args.paths, args.terms, args.plan, args.register if option == "report" else None)
    taken = {identity_of(Path(name)) for name in read if name} - {None}
    if identity_of(place) in taken or (option == "report" and given == args.register):
        raise UsageError("--{option} would replace a file that this call reads; name another", option=option)
    suffix = place.suffix.casefold()
    if place.resolve().parent == Path(args.output).resolve() and suffix in {
        Path(p).suffix.casefold() for p in args.paths
    }:
        raise UsageError("--{option} could replace a copy; name another file", option=option)


def _open_register(place: str) -> Register:
    from hospital_redact.release import Register

    return Register(place)
