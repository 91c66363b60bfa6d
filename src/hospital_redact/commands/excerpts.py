"""The command ``excerpts``: keep the keyed index of protected files."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hospital_redact.commands.arguments import add_common, add_key

if TYPE_CHECKING:
    from hospital_redact.languages import Language

# Imports stand in the functions that need them: --help must not load the flow.
# ruff: noqa: PLC0415, T201


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], say: Language) -> None:
    """Add the command to the parser; help in the language of ``say``."""
    excerpts = commands.add_parser("excerpts", help=say("keep the index of protected files"))
    below = excerpts.add_subparsers(dest="excerpts_command", metavar="COMMAND", required=True)
    files = below.add_parser("add", help=say("take files into the index; it holds fingerprints, never text"))
    files.add_argument("paths", nargs="+", metavar="FILE", help=say("protected files"))
    files.add_argument("--index", metavar="INDEX", required=True, help=say("the index; made where there is none"))
    add_key(files, say)
    add_common(files, say)
    files.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry the command out and return its exit code: 3 when a file could not be taken in."""
    from hospital_redact.excerpts import Excerpts, load_excerpts, save_excerpts
    from hospital_redact.formats import load_source, prepare, read_document
    from hospital_redact.isolation import as_our_error
    from hospital_redact.pseudonyms import read_key

    say: Language = args.say
    key, index = read_key(Path(args.key) if args.key else None), Path(args.index)
    excerpts = load_excerpts(index, key) if index.exists() else Excerpts(key)
    added = failed = 0
    for number, path in enumerate(args.paths, 1):
        try:
            document = read_document(prepare(load_source(Path(path))))
            if document.unread:
                # What nobody read cannot be found again: a person should know that it is not protected.
                print(say("file {number}: {count} part(s) cannot be read and are not in the index",
                          number=number, count=len(document.unread)), file=sys.stderr)  # fmt: skip
            added += excerpts.add(document)
        except Exception as error:  # one bad file must not stop the others
            failed += 1
            failure = as_our_error(error)
            # The name of a protected file may say what is in it.
            print(f"{failure.code}: {say('file {number}', number=number)}: {say.message(failure)}", file=sys.stderr)
    if added:
        save_excerpts(excerpts, index)
    print(say("{added} file(s) added; the index holds {count}", added=added, count=len(excerpts)))
    return 3 if failed else 0
