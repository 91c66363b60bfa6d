"""One file in, one outcome out, whatever happens: what the command line and other callers loop over.

An outcome is plain data (see :mod:`hospital_redact.reporting.data`) that always has ``number``, a path and a
``code``, which is ``None`` where all went well.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from unicodedata import normalize

from hospital_redact import isolation
from hospital_redact.errors import HospitalRedactError, OutputError, ReadError
from hospital_redact.isolation import Limits, WorkerPool, pictures_in, remove_stale
from hospital_redact.languages import ENGLISH, Language
from hospital_redact.logs import log_event, log_to_stderr
from hospital_redact.model import Allowed, Policy, RedactionPlan, ReleaseContext
from hospital_redact.reporting.data import (
    Json,
    describe_copy,
    describe_failure,
    describe_review,
    mask_path,
    values_of,
)

if TYPE_CHECKING:
    from hospital_redact.excerpts import Excerpts
    from hospital_redact.pipeline import Recorder, Redactor, Review
    from hospital_redact.pseudonyms import Pseudonyms
    from hospital_redact.subjects import RosterSource, Subjects

# The flow is imported by the functions that need it: a parent of worker processes needs none of it.
# ruff: noqa: PLC0415


_PUBLIC = ReleaseContext()


@dataclass(frozen=True, slots=True)
class Task:
    """What to do with each file: context, extra terms, what opens it, and whether values may be shown."""

    context: ReleaseContext = _PUBLIC
    terms: tuple[str, ...] = ()
    terms_only: bool = False
    show_values: bool = False
    plan: RedactionPlan | None = None
    overwrite: bool = False
    language: Language = ENGLISH
    register: Recorder | None = None
    who: str = ""
    subjects: RosterSource | None = None
    pseudonyms: Pseudonyms | None = None
    allow: tuple[Allowed, ...] = ()
    passwords: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Start:
    """Loads a worker's Redactor, models and roster included: their loading is not a file's time."""

    policy: str
    rules: tuple[Path, ...] = ()
    log_level: str | None = None
    subjects: RosterSource | None = None
    excerpts: Excerpts | None = None

    def redactor(self) -> Redactor:
        """Return the Redactor; its models load at their first use."""
        from hospital_redact.pipeline import Redactor

        return Redactor(self.policy, rules=self.rules, excerpts=self.excerpts)

    def __call__(self) -> Redactor:
        """Return the Redactor, ready to work."""
        redactor = self.redactor()
        redactor.review_text("患者赵小满，联系电话见附页。 Patient: John Smith.")
        if self.subjects is not None:
            from hospital_redact.subjects import subjects_of

            subjects_of(self.subjects)
        if self.log_level:
            log_to_stderr(self.log_level)
        return redactor


@dataclass(frozen=True, slots=True)
class Crew:
    """The worker processes of a run: what each loads, the limits on each file, how many work at once."""

    start: Start
    limits: Limits
    workers: int = 1


class Output:
    """The folder of one run: no copy may replace an input or the copy of an earlier one, ``--force`` or not.

    ``claims`` is an empty folder of this run: workers see each other's names and all ``inputs`` there.
    """

    def __init__(self, folder: Path, claims: Path, inputs: Iterable[str] = ()) -> None:
        self.folder = folder
        self._claims = claims
        for path in inputs:
            if mark := self._mark_of(Path(path)):
                mark.touch()

    def claim(self, name: str) -> Path:
        """Return the path for ``name``.

        Raises OutputError HR702 when another input of this run has it, HR704 when an input stands there.
        """
        mark = self._mark_of(self.folder / name)
        if mark is not None and mark.exists():
            raise OutputError("HR704", "the copy would replace its own source or another input; choose another folder")
        # Some file systems fold case or the ways to write an accent: "A.txt" would replace "a.txt".
        folded = normalize("NFC", normalize("NFD", name).casefold())
        claim = self._claims / sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()
        try:
            claim.touch(exist_ok=False)
        except FileExistsError:
            raise OutputError(
                "HR702", "another input of this call has the same name; use another output folder"
            ) from None
        return self.folder / name

    def _mark_of(self, path: Path) -> Path | None:
        identity = identity_of(path)
        return self._claims / "input-{}-{}".format(*identity) if identity else None


def identity_of(path: Path) -> tuple[int, int] | None:
    """Return what is the same for all names of one file, links followed; ``None`` where there is none."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


Numbered = tuple[int, str]
"""An input's number in the run and its path."""


def scan_files(inputs: Iterable[Numbered], task: Task, crew: Crew) -> Iterator[Json]:
    """Scan files in worker processes."""
    redactor = cache(crew.start.redactor)  # masks the path of a file whose worker failed
    with WorkerPool(crew.start, crew.limits, workers=crew.workers, weigh=_pictures) as pool:
        for outcome in pool.run(partial(_scan_input, task=task), inputs):
            number, path = outcome.task
            yield outcome.value or _failed_scan(redactor(), number, path, task, outcome.error)


def redact_files(inputs: Iterable[Numbered], output: Output, task: Task, crew: Crew) -> Iterator[Json]:
    """Redact files in worker processes; drafts of workers that ended, now or in an earlier run, are deleted."""
    redactor = cache(crew.start.redactor)  # as in scan_files
    remove_stale(output.folder)
    with WorkerPool(crew.start, crew.limits, workers=crew.workers, folder=output.folder, weigh=_pictures) as pool:
        for outcome in pool.run(partial(_redact_input, output=output, task=task), inputs):
            number, path = outcome.task
            yield outcome.value or _failed_redact(redactor(), number, path, task, outcome.error)


def _pictures(numbered: Numbered) -> int:
    return pictures_in(Path(numbered[1]))


def _scan_input(redactor: Redactor, numbered: Numbered, task: Task) -> Json:
    return scan_file(redactor, *numbered, task)


def _redact_input(redactor: Redactor, numbered: Numbered, output: Output, task: Task) -> Json:
    return redact_file(redactor, *numbered, output, task)


def scan_file(redactor: Redactor, number: int, path: str, task: Task) -> Json:
    """Review one file; errors become an entry with ``code`` and ``message``."""
    try:
        review = review_file(redactor, path, task)
        return {
            "number": number,
            "id": shown_path(redactor, path, task, review),
            **_scanned(review, redactor.policy, task),
        }
    except Exception as error:  # one bad file must not stop the others
        return _failed_scan(redactor, number, path, task, error)


def _failed_scan(redactor: Redactor, number: int, path: str, task: Task, error: BaseException | None) -> Json:
    failure = as_our_error(error)
    shown = shown_path(redactor, path, task)
    return {"number": number, "id": shown, "code": failure.code, "message": task.language.message(failure)}


def scan_record(redactor: Redactor, line: str | bytes, task: Task) -> Json:
    """Review one ``{"id", "text"}`` record; errors become an entry with ``code`` and ``message``.

    A record with a state mark is no error: it keeps its level, categories and findings.
    """
    try:
        record = json.loads(
            line if isinstance(line, str) else line.decode(), parse_constant=_no_constant, parse_float=_finite
        )
        name, text = record["id"], record["text"]
    except (ValueError, KeyError, TypeError, RecursionError):
        name, text = None, None
    if not isinstance(text, str):
        message = task.language('not a JSON object with "id" and "text"; correct the line')
        return {"id": name, "code": "HR203", "message": message}
    try:
        review = redactor.review_text(
            text, context=task.context, terms=task.terms, subjects=roster_of(task), allow=task.allow
        )
        return {"id": name, **describe_review(review, redactor.policy, show_values=task.show_values, text=text)}
    except Exception as error:
        failure = as_our_error(error)
        return {"id": name, "code": failure.code, "message": task.language.message(failure)}


def _no_constant(word: str) -> NoReturn:
    raise ValueError(word)  # NaN and Infinity are no JSON, and an id is printed as it came


def _finite(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise ValueError("no JSON number")
    return number


def redact_file(redactor: Redactor, number: int, path: str, output: Output, task: Task) -> Json:
    """Redact one file into ``output``; errors become an entry, with nothing written for it."""
    review = None
    try:
        review = review_file(redactor, path, task)
        if task.plan is not None:
            review = redactor.with_plan(review, task.plan)
        target = output.claim(review.output_name)
        copy = redactor.redact(review, target, overwrite=task.overwrite, register=task.register, who=task.who)
        outcome = describe_copy(review, copy, task.language)
        return {"number": number, "path": shown_path(redactor, path, task, review), **outcome}
    except Exception as error:  # one bad file must not stop the others
        return _failed_redact(redactor, number, path, task, error, review=review)


def _failed_redact(
    redactor: Redactor, number: int, path: str, task: Task, error: BaseException | None, *, review: Review | None = None
) -> Json:
    failure = as_our_error(error)
    refused = isinstance(failure, ReadError) or failure.code == "HR701"
    outcome = describe_failure(failure, "refused" if refused else "failed", review, task.language)
    return {"number": number, "path": shown_path(redactor, path, task, review), **outcome}


def as_our_error(error: BaseException | None) -> HospitalRedactError:
    """Return ``error`` as one of ours (see isolation.faults) and log its code."""
    ours = isolation.as_our_error(error or RuntimeError())
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
        # A name in Latin letters has capitals; most folders have none, and each costs milliseconds a file.
        if not task.terms and part.isascii() and not any(c.isdigit() or c.isupper() for c in part):
            continue
        named = redactor.review_text(part, terms=task.terms, subjects=roster_of(task), allow=task.allow)
        found |= values_of(named.document, named.removed)
    return mask_path(path, review, found)


def review_file(redactor: Redactor, path: str, task: Task) -> Review:
    """Review one file as ``task`` says. Raises as :meth:`Redactor.review`."""
    context = task.plan.context if task.plan is not None else task.context
    return redactor.review(
        os.fspath(path),
        context=context,
        terms=task.terms,
        terms_only=task.terms_only,
        subjects=roster_of(task),
        pseudonyms=task.pseudonyms,
        allow=task.allow,
        passwords=task.passwords,
    )


def roster_of(task: Task) -> Subjects | None:
    """Return the roster of ``task``, which each process loads once for itself: a task names only where it is."""
    if task.subjects is None:
        return None
    from hospital_redact.subjects import subjects_of

    return subjects_of(task.subjects)


def _scanned(review: Review, policy: Policy, task: Task) -> Json:
    return {**describe_review(review, policy, show_values=task.show_values), "code": None}


def exit_code(entries: Sequence[Json]) -> int:
    """Return 0, 1 when a decision wrote nothing, 3 when an input was refused or failed (3 wins)."""
    codes = {entry["code"] for entry in entries} - {None}
    if codes - {"HR701"}:
        return 3
    return 1 if codes else 0
