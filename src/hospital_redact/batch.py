"""One file in, one outcome out, whatever happens: what the command line and other callers loop over.

An outcome is plain data (see :mod:`hospital_redact.reporting.data`) that always has ``number``, a path and a
``code``, which is ``None`` where all went well.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hospital_redact.errors import HospitalRedactError, OutputError, ReadError
from hospital_redact.languages import ENGLISH, Language
from hospital_redact.logs import log_event
from hospital_redact.model import RedactionPlan, ReleaseContext
from hospital_redact.pipeline import PUBLIC, Recorder, Redactor, Review
from hospital_redact.reporting.data import (
    Json,
    describe_copy,
    describe_failure,
    describe_review,
    mask_path,
    values_of,
)


@dataclass(frozen=True, slots=True)
class Task:
    """What to do with each file: context, extra terms, and whether values may be shown."""

    context: ReleaseContext = PUBLIC
    terms: tuple[str, ...] = ()
    terms_only: bool = False
    show_values: bool = False
    plan: RedactionPlan | None = None
    overwrite: bool = False
    language: Language = ENGLISH
    register: Recorder | None = None
    who: str = ""


class Output:
    """The folder of one run: no input may replace the copy of an earlier one, ``--force`` or not."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken: set[str] = set()

    def claim(self, name: str) -> Path:
        """Return the path for ``name``; raise OutputError HR702 when another input of this run has it."""
        # Some file systems fold case: "A.txt" would replace "a.txt".
        if name.casefold() in self._taken:
            raise OutputError("HR702", "another input of this call has the same name; use another output folder")
        self._taken.add(name.casefold())
        return self._folder / name


def scan_file(redactor: Redactor, number: int, path: str, task: Task) -> Json:
    """Review one file; errors become an entry with ``code`` and ``message``."""
    try:
        review = _review(redactor, path, task)
        return {"number": number, "id": shown_path(redactor, path, task, review), **_scanned(review, task)}
    except Exception as error:  # one bad file must not stop the others
        failure = as_our_error(error)
        shown = shown_path(redactor, path, task)
        return {"number": number, "id": shown, "code": failure.code, "message": task.language.message(failure)}


def scan_record(redactor: Redactor, line: str, task: Task) -> Json:
    """Review one ``{"id", "text"}`` record; errors become an entry with ``code`` and ``message``.

    A record with a state mark is no error: it keeps its level, categories and findings.
    """
    try:
        record = json.loads(line)
        name, text = record["id"], record["text"]
    except (ValueError, KeyError, TypeError):
        name, text = None, None
    if not isinstance(text, str):
        message = task.language('not a JSON object with "id" and "text"; correct the line')
        return {"id": name, "code": "HR203", "message": message}
    try:
        review = redactor.review_text(text, context=task.context, terms=task.terms)
        return {"id": name, **describe_review(review, show_values=task.show_values, text=text)}
    except Exception as error:
        failure = as_our_error(error)
        return {"id": name, "code": failure.code, "message": task.language.message(failure)}


def redact_file(redactor: Redactor, number: int, path: str, output: Output, task: Task) -> Json:
    """Redact one file into ``output``; errors become an entry, with nothing written for it."""
    review = None
    try:
        review = _review(redactor, path, task)
        if task.plan is not None:
            review = redactor.with_plan(review, task.plan)
        target = output.claim(review.output_name)
        copy = redactor.redact(review, target, overwrite=task.overwrite, register=task.register, who=task.who)
        outcome = describe_copy(review, copy, task.language)
    except Exception as error:  # one bad file must not stop the others
        failure = as_our_error(error)
        refused = isinstance(failure, ReadError) or failure.code == "HR701"
        outcome = describe_failure(failure, "refused" if refused else "failed", review, task.language)
    return {"number": number, "path": shown_path(redactor, path, task, review), **outcome}


def as_our_error(error: Exception) -> HospitalRedactError:
    """Return ``error``, or HR900 in place of a third party's, whose text may quote a patient."""
    if isinstance(error, HospitalRedactError):
        ours = error
    elif isinstance(error, MemoryError):
        ours = ReadError("HR204", "the file needs more memory than there is; split it")
    else:
        ours = HospitalRedactError(
            "HR900", "unexpected {kind}; nothing was written, please report it", kind=type(error).__name__
        )
    log_event("input_failed", level=logging.ERROR, code=ours.code)
    return ours


def shown_path(redactor: Redactor, path: str, task: Task, review: Review | None = None) -> str:
    """Return ``path`` on one line, found values masked unless ``task`` shows them.

    The names of folders are looked through as well, since a file could not be read or its folder bears a name.
    """
    if task.show_values:
        return mask_path(path)
    found: set[str] = set()
    for part in {*Path(path).parts[:-1], *(() if review else (Path(path).stem,))}:
        if part.isascii() and not any(c.isdigit() for c in part):
            continue
        named = redactor.review_text(part)
        found |= values_of(named.document, named.removed)
    return mask_path(path, review, found)


def _review(redactor: Redactor, path: str, task: Task) -> Review:
    context = task.plan.context if task.plan is not None else task.context
    return redactor.review(os.fspath(path), context=context, terms=task.terms, terms_only=task.terms_only)


def _scanned(review: Review, task: Task) -> Json:
    return {**describe_review(review, show_values=task.show_values), "code": None}


def exit_code(entries: Sequence[Json]) -> int:
    """Return 0, 1 when a decision wrote nothing, 3 when an input was refused or failed (3 wins)."""
    codes = {entry["code"] for entry in entries} - {None}
    if codes - {"HR701"}:
        return 3
    return 1 if codes else 0
