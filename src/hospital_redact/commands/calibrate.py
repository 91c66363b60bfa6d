"""The command ``calibrate``: run over files that were already published, show alarms, propose allow entries."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hospital_redact.commands.arguments import add_common, add_limits, add_policy
from hospital_redact.commands.inputs import UsageError, make_crew, make_redactor
from hospital_redact.commands.printing import progress, write_text

if TYPE_CHECKING:
    from hospital_redact.calibration import Calibration
    from hospital_redact.languages import Language
    from hospital_redact.model import Policy

# Imports stand in the functions that need them: --help must not load the flow.
# ruff: noqa: PLC0415, T201


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], say: Language) -> None:
    """Add the command to the parser; help in the language of ``say``."""
    calibrate = commands.add_parser("calibrate", help=say("run over published files: alarms by rule, allow entries"))
    calibrate.add_argument("folder", metavar="DIR", help=say("folder of files that were already published"))
    calibrate.add_argument("--write", metavar="FILE", help=say("write the proposed allow entries, with their values"))
    calibrate.add_argument("--force", action="store_true", help=say("overwrite the file if it exists"))
    add_common(calibrate, say)
    add_policy(calibrate, say)
    add_limits(calibrate, say, 60)
    calibrate.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry the command out and return its exit code."""
    from hospital_redact.batch import Task, scan_file, scan_files
    from hospital_redact.calibration import calibrate, proposal_text, proposals, published_files
    from hospital_redact.isolation import SCAN_LIMITS

    paths = [str(path) for path in published_files(Path(args.folder))]
    if not paths:
        raise UsageError("the folder holds no file")
    if args.write and Path(args.write).exists() and not args.force:
        raise UsageError("the file for the entries exists; choose another or use --force")
    redactor = make_redactor(args)
    task = Task(show_values=True)
    inputs = progress(paths)
    entries = (
        scan_files(inputs, task, make_crew(args, SCAN_LIMITS))
        if args.workers
        else (scan_file(redactor, number, path, task) for number, path in inputs)
    )
    result = calibrate(entries, redactor.policy)
    _print(result, redactor.policy, args.say)
    proposed = proposals(result)
    print(args.say("{count} allow entries are proposed", count=len(proposed)))
    if args.write:
        write_text(Path(args.write), proposal_text(proposed))
        print(args.say("written: {path}", path=args.write))
    if result.failed:
        print(args.say("{count} file(s) could not be read; scan them to see why", count=result.failed), file=sys.stderr)
    return 3 if result.failed else 0


def _print(result: Calibration, policy: Policy, say: Language) -> None:
    print(say("{files} files; alarms by rule (files in which it fired):", files=result.files))
    titles = {rule.id: (rule.title, rule.title_en) for rule in policy.rules}
    for rule, count in sorted(result.alarms.items(), key=lambda item: (-item[1], item[0])):
        title, title_en = titles.get(rule, (rule, rule))
        print(f"  {count:6}  ({result.files_by_rule[rule]})  {title if say.name == 'zh' else title_en} [{rule}]")
    levels = say(", ").join(f"{level} {count}" for level, count in sorted(result.levels.items()))
    print(say("levels: {levels}", levels=levels))
