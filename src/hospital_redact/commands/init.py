"""The command ``init``: ask what a hospital is, and write its own policy folder."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hospital_redact.commands.arguments import add_common
from hospital_redact.commands.inputs import UsageError

if TYPE_CHECKING:
    from hospital_redact.languages import Language

# Imports stand in the functions that need them: --help must not load the flow.
# ruff: noqa: PLC0415, T201

BASES = ("default", "article-03", "article-04", "article-11")


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], say: Language) -> None:
    """Add the command to the parser; help in the language of ``say``."""
    init = commands.add_parser("init", help=say("write the hospital's own policy folder; asks what is not given"))
    init.add_argument("folder", metavar="DIR", help=say("the folder to write"))
    init.add_argument("--id", metavar="ID", default="hospital", help=say("id of the policy (default: hospital)"))
    init.add_argument("--name", metavar="NAME", help=say("the hospital's full name"))
    init.add_argument("--base", choices=BASES, help=say("the regulation that it follows"))
    for option, text in (
        ("alias", say("a further name of the hospital; may be given several times")),
        ("phone", say("a published phone or fax; may be given several times")),
        ("account", say("a published account; may be given several times")),
        ("department", say("a department; may be given several times")),
        ("approver", say("who approves an external release; may be given several times")),
    ):
        init.add_argument(f"--{option}", metavar="TEXT", action="append", help=text)
    init.add_argument("--staff", metavar="CSV", help=say("staff directory, with a column 姓名 or name"))
    init.add_argument("--force", action="store_true", help=say("overwrite the policy if it exists"))
    add_common(init, say)
    init.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry the command out and return its exit code."""
    from hospital_redact.own_policy import Answers, read_staff, write_policy

    say: Language = args.say
    answers = Answers(
        id=args.id,
        name=args.name or _ask(say("full name of the hospital"), say),
        base=args.base or _ask(say("regulation: {bases}", bases=", ".join(BASES)), say, "default"),
        aliases=_several(args.alias, say("further names, with ; between them"), say),
        phones=_several(args.phone, say("published phones and faxes, with ; between them"), say),
        accounts=_several(args.account, say("published accounts, with ; between them"), say),
        departments=_several(args.department, say("departments, with ; between them"), say),
        approvers=_several(args.approver, say("who approves an external release, with ; between them"), say),
        staff=read_staff(_bytes(args.staff)) if args.staff else (),
    )
    path = write_policy(Path(args.folder), answers, overwrite=args.force)
    print(say("written: {path}", path=path))
    print(say("use it with: --rules {folder} --policy {id}", folder=args.folder, id=args.id))
    return 0


def _ask(question: str, say: Language, default: str = "") -> str:
    """Return the answer to a question; without a terminal only what has a default can be left out."""
    if not sys.stdin.isatty():
        if not default:
            raise UsageError("nobody can be asked here: give --name")
        return default
    answer = input(f"{question}{say(': ')}").strip()
    return answer or default


def _several(given: Sequence[str] | None, question: str, say: Language) -> tuple[str, ...]:
    if given is not None:
        return tuple(given)
    if not sys.stdin.isatty():
        return ()
    return tuple(part.strip() for part in _ask(question, say, "").replace("；", ";").split(";") if part.strip())


def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UsageError("the {what} file cannot be read ({kind})", what="staff", kind=type(error).__name__) from None
