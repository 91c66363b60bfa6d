"""What several commands print or write: progress, failures, JSON, reports."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hospital_redact.reporting.data import Json

# Imports stand in the functions that need them: --help must not load the flow.
# ruff: noqa: PLC0415, T201


def progress(paths: Sequence[str]) -> Iterable[tuple[int, str]]:
    """Yield numbered paths, and count them on a terminal."""
    shown = len(paths) > 1 and sys.stderr.isatty()
    for number, path in enumerate(paths, 1):
        if shown:
            print(f"\r{number}/{len(paths)} ", end="", file=sys.stderr, flush=True)
        yield number, path
    if shown:
        print("\r", end="", file=sys.stderr)


def report_failure(entry: Json, path: str) -> None:
    """Print the code and message of a file that failed."""
    if entry["code"]:
        print(f"{entry['code']}: {path}: {entry['message']}", file=sys.stderr)


def schema() -> Json:
    """Return the field that every JSON output starts with."""
    from hospital_redact.reporting.data import SCHEMA_VERSION

    return {"schema_version": SCHEMA_VERSION}


def with_schema(entry: Json) -> Json:
    """Return ``entry`` after the version of its schema."""
    return {**schema(), **entry}


def print_json(value: Json, indent: int | None = None) -> None:
    """Print ``value``; in one line without ``indent``."""
    print(json.dumps(value, ensure_ascii=False, indent=indent))


def write_report(path: Path, report: Json) -> None:
    """Write the JSON report. Raises OutputError HR703."""
    write_text(path, json.dumps(report, ensure_ascii=False, indent=1) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8. Raises OutputError HR703."""
    from hospital_redact.errors import OutputError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError("HR703", "the report cannot be written ({kind})", kind=type(error).__name__) from None
