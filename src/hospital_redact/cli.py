"""The command line: what is typed goes to the flow, what comes back is printed; nothing else."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import secrets
import sys
from codecs import BOM_UTF8
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NoReturn

from hospital_redact import __version__
from hospital_redact.arguments import asked_language, build_parser
from hospital_redact.errors import HospitalRedactError, PolicyError

if TYPE_CHECKING:
    from hospital_redact.batch import Crew, Task
    from hospital_redact.isolation import Limits
    from hospital_redact.languages import Language
    from hospital_redact.model import ReleaseContext
    from hospital_redact.pipeline import Redactor
    from hospital_redact.release import Register
    from hospital_redact.reporting.data import Json

# Imports stand in the functions that need them: --help must not load the flow.
# ruff: noqa: PLC0415, T201

# --------------------------------------------------------------------------- commands


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    _use_utf8()
    from hospital_redact.languages import language_of

    say = language_of(asked_language(sys.argv[1:] if argv is None else argv))
    parser = build_parser(say)
    args = parser.parse_args(argv)
    args.say = say
    if args.command is None:
        parser.error(say("name a command; see --help"))
    run = {
        "scan": _scan,
        "redact": _redact,
        "plan": _plan,
        "verify": _verify,
        "rules": _rules_test,
        "register": _register_verify,
    }[args.command]
    if getattr(args, "log_level", None):
        from hospital_redact.logs import log_to_stderr

        # Workers inherit the key, so that one value has one fingerprint in all lines of a run.
        os.environ.setdefault("HOSPITAL_REDACT_LOG_KEY", secrets.token_hex(32))
        log_to_stderr(args.log_level)
    try:
        return run(args)
    except _UsageError as error:
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


class _UsageError(Exception):
    """Wrong usage that argparse cannot see; a template and its values, as in our other errors."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template)
        self.template = template
        self.values = values


def _scan(args: argparse.Namespace) -> int:
    from hospital_redact.batch import exit_code, scan_file, scan_files
    from hospital_redact.isolation import SCAN_LIMITS

    if bool(args.paths) == bool(args.records):
        raise _UsageError("name files, or --records FILE, one of both")
    redactor, task = _redactor(args), _task(args)
    if args.records:
        return _scan_records(redactor, task, args)
    entries = []
    inputs = _progress(args.paths)
    found = (
        scan_files(redactor, inputs, task, _crew(args, SCAN_LIMITS))
        if args.workers
        else (scan_file(redactor, number, path, task) for number, path in inputs)
    )
    for entry in found:
        entries.append(entry)
        _report_failure(entry, entry["id"])
        if args.format == "jsonl":
            _print_json(_with_schema(entry))
        elif args.format == "text" and not entry["code"]:
            from hospital_redact.reporting.text import scan_lines

            print(*scan_lines(entry, args.say), sep="\n")
    _print_whole(args.format, entries, args.say)
    reached = any(_reaches(entry, args.fail_level) for entry in entries if not entry["code"])
    return exit_code(entries) or int(reached)


def _print_whole(format_: str, entries: list[Json], say: Language) -> None:
    if format_ == "json":
        _print_json({**_schema(), "files": entries}, indent=1)
    elif format_ == "sarif":
        from hospital_redact.reporting.sarif import to_sarif

        _print_json(to_sarif(entries, version=__version__), indent=1)
    elif format_ == "html":
        from hospital_redact.reporting.page import to_page

        sys.stdout.write(to_page(entries, say))


def _scan_records(redactor: Redactor, task: Task, args: argparse.Namespace) -> int:
    from hospital_redact.batch import scan_record

    try:
        stream = Path(args.records).open("rb")  # noqa: SIM115 - closed below; only opening may fail here
    except OSError as error:
        raise _UsageError("the records cannot be opened ({kind})", kind=type(error).__name__) from None
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
                _print_json(_with_schema(found))
    return 3 if failed else int(reached)


def _reaches(entry: Json, level: str | None) -> bool:
    from hospital_redact.model import Level

    return level is not None and Level(entry["level"]) >= Level(level)


def _redact(args: argparse.Namespace) -> int:
    from hospital_redact.batch import Output, exit_code, redact_file, redact_files
    from hospital_redact.isolation import REDACT_LIMITS
    from hospital_redact.planfile import load_plan
    from hospital_redact.reporting.text import redact_lines

    plan = None
    if args.plan:
        if len(args.paths) != 1:
            raise _UsageError("a plan belongs to one file: name that file only")
        plan = load_plan(_read_text(args.plan, "plan"))
        args.policy = args.policy or plan.policy_id
    if args.only_terms and not args.terms:
        raise _UsageError("--only-terms needs --terms FILE")
    _require_own_place(args, "report")
    _require_own_place(args, "register")
    redactor = _redactor(args)
    task = replace(_task(args), plan=plan, overwrite=args.force, terms_only=args.only_terms)
    entries: list[Json] = []
    inputs = _progress(args.paths)
    register = _open_register(args.register) if args.register else None
    if register is not None:
        task = replace(task, register=register, who=args.who or getpass.getuser())
    with TemporaryDirectory(prefix="hospital-redact-") as claims:
        output = Output(Path(args.output), Path(claims), args.paths)
        done = (
            redact_files(redactor, inputs, output, task, _crew(args, REDACT_LIMITS))
            if args.workers
            else (redact_file(redactor, number, path, output, task) for number, path in inputs)
        )
        for entry in done:
            entries.append(entry)
            _report_failure(entry, entry["path"])
            if not entry["code"]:
                print(*redact_lines(entry, args.say), sep="\n")
    if register is not None:
        # Whoever notes the head elsewhere can prove later that no entry was cut off.
        print(args.say("register: head {head}", head=register.head()))
        register.close()
    if args.report:
        _write_report(Path(args.report), {**_schema(), "files": entries})
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
        raise _UsageError("--{option} would replace a file that this call reads; name another", option=option)
    suffix = place.suffix.casefold()
    if place.resolve().parent == Path(args.output).resolve() and suffix in {
        Path(p).suffix.casefold() for p in args.paths
    }:
        raise _UsageError("--{option} could replace a copy; name another file", option=option)


def _plan(args: argparse.Namespace) -> int:
    from hospital_redact.planfile import dump_plan

    redactor, task = _redactor(args), _task(args)
    review = redactor.review(args.path, context=task.context, terms=task.terms)
    sys.stdout.write(dump_plan(review.plan, review.document, show_values=args.show_values))
    return 0


def _verify(args: argparse.Namespace) -> int:
    from hospital_redact.planfile import load_plan

    plan = load_plan(_read_text(args.plan, "plan")) if args.plan else None
    args.policy = args.policy or (plan.policy_id if plan else None)
    redactor, task = _redactor(args), _task(args)
    context = plan.context if plan else task.context
    only = bool(task.terms) and plan is None
    review = redactor.review(args.original, context=context, terms=task.terms, terms_only=only)
    if plan:
        review = redactor.with_plan(review, plan)
    verification = redactor.verify(review, args.copy)
    from hospital_redact.reporting.text import verify_lines

    print(*verify_lines(verification, args.say), sep="\n")
    return 0 if verification.passed else 1


def _rules_test(args: argparse.Namespace) -> int:
    from hospital_redact.policy import load_policy
    from hospital_redact.rulecheck import check_rules

    policy = load_policy(folders=[Path(args.folder)] if args.folder else [])
    problems = 0
    for problem in check_rules(policy):
        problems += 1
        print(problem)
    say: Language = args.say
    if problems:
        print(say("{problems} problem(s)", problems=problems))
    else:
        print(say("every rule passed its own examples and the slow-pattern checks"))
    return 1 if problems else 0


def _open_register(place: str) -> Register:
    from hospital_redact.release import Register

    return Register(place)


def _register_verify(args: argparse.Namespace) -> int:
    from hospital_redact.release import Register

    register = Register(args.place, create=False)
    broken = register.verify(expect=args.expect)
    if broken is not None:
        raise broken.as_error()
    count = sum(1 for _ in register)
    print(args.say("{count} entries, the chain holds; head {head}", count=count, head=register.head()))
    return 0


# --------------------------------------------------------------------------- arguments


def _redactor(args: argparse.Namespace) -> Redactor:
    from hospital_redact.pipeline import Redactor

    redactor = Redactor(args.policy or "default", rules=[Path(folder) for folder in args.rules])
    from hospital_redact.context import effective_context

    effective_context(_context(args), redactor.policy)  # a mistyped recipient is wrong usage, before any file
    return redactor


def _crew(args: argparse.Namespace, defaults: Limits) -> Crew:
    from hospital_redact.batch import Crew, Start

    given = {"seconds": args.time_limit, "memory_bytes": args.memory_limit, "open_files": args.open_files}
    try:
        limits = replace(defaults, **{name: value for name, value in given.items() if value is not None})
    except ValueError as error:
        raise _UsageError(str(error)) from None
    start = Start(args.policy or "default", tuple(Path(folder) for folder in args.rules), args.log_level)
    return Crew(start, limits, args.workers)


def _context(args: argparse.Namespace) -> ReleaseContext:
    from hospital_redact.model import ReleaseContext

    return ReleaseContext(args.to, args.recipient, args.subject, args.purpose, args.channel, args.reference)


def _task(args: argparse.Namespace) -> Task:
    from hospital_redact.batch import Task

    return Task(
        context=_context(args),
        terms=_terms(getattr(args, "terms", None)),
        show_values=getattr(args, "show_values", False),
        language=args.say,
    )


def _terms(path: str | None) -> tuple[str, ...]:
    if not path:
        return ()
    from hospital_redact.planning import squeeze

    # A line of invisible characters is no value.
    terms = tuple(line.strip() for line in _read_text(path, "terms").splitlines() if squeeze(line))
    if not terms:
        raise _UsageError("the file of terms holds none")
    return terms


def _read_text(path: str, what: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise _UsageError("the {what} file cannot be read ({kind})", what=what, kind=type(error).__name__) from None


# --------------------------------------------------------------------------- printing


def _use_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A console in another code page must not stop the work: what it cannot show becomes an escape.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _progress(paths: Sequence[str]) -> Iterable[tuple[int, str]]:
    shown = len(paths) > 1 and sys.stderr.isatty()
    for number, path in enumerate(paths, 1):
        if shown:
            print(f"\r{number}/{len(paths)} ", end="", file=sys.stderr, flush=True)
        yield number, path
    if shown:
        print("\r", end="", file=sys.stderr)


def _report_failure(entry: Json, path: str) -> None:
    if entry["code"]:
        print(f"{entry['code']}: {path}: {entry['message']}", file=sys.stderr)


def _schema() -> Json:
    from hospital_redact.reporting.data import SCHEMA_VERSION

    return {"schema_version": SCHEMA_VERSION}


def _with_schema(entry: Json) -> Json:
    return {**_schema(), **entry}


def _print_json(value: Json, indent: int | None = None) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=indent))


def _write_report(path: Path, report: Json) -> None:
    from hospital_redact.errors import OutputError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError("HR703", "the report cannot be written ({kind})", kind=type(error).__name__) from None


def run() -> NoReturn:
    """Entry point for ``python -m hospital_redact``."""
    sys.exit(main())
