"""The command ``scan``: report findings, level and decision of files or records; write nothing."""

from __future__ import annotations

import argparse
import sys
from codecs import BOM_UTF8
from pathlib import Path
from typing import TYPE_CHECKING

from hospital_redact import __version__
from hospital_redact.commands.arguments import (
    add_context,
    add_excerpts,
    add_limits,
    add_passwords,
    add_show_values,
    add_subjects,
)
from hospital_redact.commands.inputs import UsageError, make_crew, make_policy, make_redactor, make_task
from hospital_redact.commands.printing import print_json, progress, report_failure, schema, with_schema

if TYPE_CHECKING:
    from hospital_redact.batch import Task
    from hospital_redact.languages import Language
    from hospital_redact.pipeline import Redactor
    from hospital_redact.reporting.data import Json

# Imports stand in the functions that need them: --help must not load the flow.
# ruff: noqa: PLC0415, T201

LEVELS = ("公开", "内部", "秘密", "机密", "绝密")
FORMATS = ("text", "json", "jsonl", "sarif", "html")


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], say: Language) -> None:
    """Add the command to the parser; help in the language of ``say``."""
    scan = commands.add_parser("scan", help=say("report findings, level and decision; write nothing"))
    scan.add_argument("paths", nargs="*", metavar="PATH", help=say("files to scan"))
    scan.add_argument(
        "--records", metavar="IN.jsonl", help=say('scan {"id", "text"} records, one a line, instead of files')
    )
    add_context(scan, say)
    add_passwords(scan, say)
    add_subjects(scan, say)
    add_excerpts(scan, say)
    add_limits(scan, say, 60)
    scan.add_argument("--format", choices=FORMATS, default="text", help=say("output format (default: text)"))
    scan.add_argument("--explain", action="store_true", help=say("say why each finding was made (format text)"))
    scan.add_argument("--fail-level", choices=LEVELS, help=say("exit 1 when a file reaches this level"))
    add_show_values(scan, say)
    scan.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry the command out and return its exit code."""
    from hospital_redact.batch import exit_code, scan_file, scan_files
    from hospital_redact.isolation import SCAN_LIMITS

    if bool(args.paths) == bool(args.records):
        raise UsageError("name files, or --records FILE, one of both")
    policy = make_policy(args)
    task = make_task(args, policy)
    if args.records:
        return _scan_records(make_redactor(args, policy), task, args)
    entries = []
    inputs = progress(args.paths)
    if args.workers:
        found = scan_files(inputs, task, make_crew(args, SCAN_LIMITS))
    else:
        redactor = make_redactor(args, policy)
        found = (scan_file(redactor, number, path, task) for number, path in inputs)
    for entry in found:
        entries.append(entry)
        report_failure(entry, entry["id"])
        if args.format == "jsonl":
            print_json(with_schema(entry))
        elif args.format == "text" and not entry["code"]:
            from hospital_redact.reporting.text import scan_lines

            print(*scan_lines(entry, args.say, explain=args.explain), sep="\n")
    _print_whole(args.format, entries, args.say)
    reached = any(_reaches(entry, args.fail_level) for entry in entries if not entry["code"])
    return exit_code(entries) or int(reached)


def _print_whole(format_: str, entries: list[Json], say: Language) -> None:
    if format_ == "json":
        print_json({**schema(), "files": entries}, indent=1)
    elif format_ == "sarif":
        from hospital_redact.reporting.sarif import to_sarif

        print_json(to_sarif(entries, version=__version__), indent=1)
    elif format_ == "html":
        from hospital_redact.reporting.page import to_page

        sys.stdout.write(to_page(entries, say))


def _scan_records(redactor: Redactor, task: Task, args: argparse.Namespace) -> int:
    from hospital_redact.batch import scan_record

    try:
        stream = Path(args.records).open("rb")  # noqa: SIM115 - closed below; only opening may fail here
    except OSError as error:
        raise UsageError("the records cannot be opened ({kind})", kind=type(error).__name__) from None
    failed = reached = False
    with stream:
        for number, data in enumerate(stream, 1):
            line = data.removeprefix(BOM_UTF8) if number == 1 else data
            if line.strip():
                found = scan_record(redactor, line, task)
                if code := found.get("code"):
                    failed = True
                    print(f"{code}: {args.say.place('line')} {number}: {found['message']}", file=sys.stderr)
                else:
                    reached |= _reaches(found, args.fail_level)
                print_json(with_schema(found))
    return 3 if failed else int(reached)


def _reaches(entry: Json, level: str | None) -> bool:
    from hospital_redact.model import Level

    return level is not None and Level(entry["level"]) >= Level(level)
