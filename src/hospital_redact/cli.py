"""The command line: arguments and printing, nothing else."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from hospital_redact import __version__
from hospital_redact.errors import HospitalRedactError, PolicyError

if TYPE_CHECKING:
    from hospital_redact.batch import Task
    from hospital_redact.languages import Language
    from hospital_redact.model import ReleaseContext
    from hospital_redact.pipeline import Redactor
    from hospital_redact.release import Register
    from hospital_redact.reporting.data import Json

# Imports stand in the functions that need them: --help must not load the flow.
# ruff: noqa: PLC0415, T201

LANGUAGES = ("zh", "en")
LOG_LEVELS = ("debug", "info", "warning", "error")
LEVELS = ("公开", "内部", "秘密", "机密", "绝密")
FORMATS = ("text", "json", "jsonl", "sarif", "html")


def build_parser(say: Language | None = None) -> argparse.ArgumentParser:
    """Return the parser, its help in the language of ``say``; README and docs are tested against it."""
    from hospital_redact.languages import ENGLISH

    say = say or ENGLISH
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
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    scan = commands.add_parser("scan", help=say("report findings, level and decision; write nothing"))
    scan.add_argument("paths", nargs="*", metavar="PATH", help=say("files to scan"))
    scan.add_argument(
        "--records", metavar="IN.jsonl", help=say('scan {"id", "text"} records, one a line, instead of files')
    )
    _add_context(scan, say)
    scan.add_argument("--format", choices=FORMATS, default="text", help=say("output format (default: text)"))
    scan.add_argument("--fail-level", choices=LEVELS, help=say("exit 1 when a file reaches this level"))
    _add_show_values(scan, say)

    redact = commands.add_parser("redact", help=say("write proved copies into a folder"))
    redact.add_argument("paths", nargs="+", metavar="PATH", help=say("files to redact"))
    redact.add_argument("-o", "--output", metavar="DIR", required=True, help=say("folder for the copies"))
    _add_context(redact, say)
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
    parser.add_argument("--lang", choices=LANGUAGES, help=say("language of texts (default: the locale's)"))
    parser.add_argument(
        "--log-level", choices=LOG_LEVELS, help=say("write events as JSON lines to standard error (default: none)")
    )


def _add_terms(parser: argparse.ArgumentParser, say: Language) -> None:
    parser.add_argument("--terms", metavar="FILE", help=say("UTF-8 file of further values to remove, one a line"))


def _add_show_values(parser: argparse.ArgumentParser, say: Language) -> None:
    parser.add_argument("--show-values", action="store_true", help=say("print found values (never by default)"))


# --------------------------------------------------------------------------- commands


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    _use_utf8()
    from hospital_redact.languages import language_of

    say = language_of(_asked_language(sys.argv[1:] if argv is None else argv))
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


class _UsageError(Exception):
    """Wrong usage that argparse cannot see; a template and its values, as in our other errors."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template)
        self.template = template
        self.values = values


def _asked_language(argv: Sequence[str]) -> str | None:
    """Return what ``--lang`` asks for, before the parser, whose help is in that language, can say."""
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    first.add_argument("--lang")
    asked = first.parse_known_args(argv)[0].lang
    return asked if asked in LANGUAGES else None


def _scan(args: argparse.Namespace) -> int:
    from hospital_redact.batch import exit_code, scan_file
    from hospital_redact.model import Level

    if bool(args.paths) == bool(args.records):
        raise _UsageError("name files, or --records FILE, one of both")
    redactor, task = _redactor(args), _task(args)
    if args.records:
        return _scan_records(redactor, task, args)
    entries = []
    for number, path in _progress(args.paths):
        entry = scan_file(redactor, number, path, task)
        entries.append(entry)
        _report_failure(entry, entry["id"])
        if args.format == "jsonl":
            _print_json(_with_schema(entry))
        elif args.format == "text" and not entry["code"]:
            from hospital_redact.reporting.text import scan_lines

            print(*scan_lines(entry, args.say), sep="\n")
    _print_whole(args.format, entries)
    reached = args.fail_level and any(
        Level(entry["level"]) >= Level(args.fail_level) for entry in entries if not entry["code"]
    )
    return exit_code(entries) or int(bool(reached))


def _print_whole(format_: str, entries: list[Json]) -> None:
    if format_ == "json":
        _print_json({**_schema(), "files": entries}, indent=1)
    elif format_ == "sarif":
        from hospital_redact.reporting.sarif import to_sarif

        _print_json(to_sarif(entries, version=__version__), indent=1)
    elif format_ == "html":
        from hospital_redact.reporting.page import to_page

        sys.stdout.write(to_page(entries))


def _scan_records(redactor: Redactor, task: Task, args: argparse.Namespace) -> int:
    from hospital_redact.batch import scan_record

    try:
        stream = Path(args.records).open(encoding="utf-8-sig")  # noqa: SIM115 - closed below; only opening may fail here
    except OSError as error:
        raise _UsageError("the records cannot be opened ({kind})", kind=type(error).__name__) from None
    failed = False
    with stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                found = scan_record(redactor, line, task)
                if code := found.get("code"):
                    failed = True
                    print(f"{code}: {args.say.place('line')} {number}: {found['message']}", file=sys.stderr)
                _print_json(_with_schema(found))
    return 3 if failed else 0


def _redact(args: argparse.Namespace) -> int:
    from hospital_redact.batch import Output, exit_code, redact_file
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
    redactor = _redactor(args)
    task = replace(_task(args), plan=plan, overwrite=args.force, terms_only=args.only_terms)
    entries: list[Json] = []
    output = Output(Path(args.output))
    register = _open_register(args.register) if args.register else None
    task = replace(task, register=register, who=args.who or getpass.getuser())
    for number, path in _progress(args.paths):
        entry = redact_file(redactor, number, path, output, task)
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
    terms = tuple(line.strip() for line in _read_text(path, "terms").splitlines() if line.strip())
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
