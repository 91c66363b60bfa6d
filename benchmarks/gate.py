"""Measures what the gates before the taggers cost in names and save in work: ``python benchmarks/gate.py``.

A gate decides which parts of a text a tagger sees (detection/gates.py). The command prints, for each set of texts, the
share of the characters of names that are found before propagation, by what is shown and by the taggers, with the gate
and without it, how many persons only one of them finds, the share of the text that the tagger reads, and both speeds.
It needs the development material beside the repository, in ../shared/eval. Exit code 0 when the gates lose no person,
else 1; 2 when the material is not there.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from accuracy import PUBLIC, SHARED, MissingError, read_jsonl
from inputs import records
from report import number, percent, table

from hospital_redact.detection.gates import GATES, NO_GATES, Gates
from hospital_redact.detection.names_en import find_latin_names
from hospital_redact.detection.names_zh import find_chinese_names
from hospital_redact.detection.nicknames import find_other_names
from hospital_redact.detection.scene import Scene
from hospital_redact.detection.tagged import find_tagged
from hospital_redact.detection.taggers import Seen, tag
from hospital_redact.formats.text import document_of_text

LIMIT = 40_000
"""How much of each set is read, in code points: the whole takes less than two minutes."""


@dataclass
class Outcome:
    """What was found in a set: places in names, and persons, by text; CPU seconds of the tagger; code points read."""

    covered: set[tuple[int, int]] = field(default_factory=set)
    persons: set[tuple[int, int, int]] = field(default_factory=set)
    seconds: float = 0.0
    read: int = 0


def texts_of() -> dict[str, tuple[str, list[tuple[str, frozenset[int]]]]]:
    """Return the sets: language, and texts with the characters of names in them. Raises MissingError."""
    development = read_jsonl(SHARED / "eval" / "dev.jsonl")
    sets = {
        f"development, {language}": (
            language,
            [_marked(record) for record in development if record["lang"] == language],
        )
        for language in ("zh", "en")
    }
    for name, title in PUBLIC.items():
        sets[title] = "zh", _first(read_jsonl(SHARED / "eval" / "real" / f"{name}.jsonl"))
    sets["clinical notes without names"] = "zh", _first(read_jsonl(SHARED / "eval" / "real" / "clinical.jsonl"))
    for language in ("zh", "en"):
        made = records(language, seed=5, count=12)
        sets[f"made for the benchmarks, {language}"] = language, [(record.text, frozenset()) for record in made]
    return sets


def _first(given: Iterable[dict[str, object]]) -> list[tuple[str, frozenset[int]]]:
    marked, length = [], 0
    for record in given:
        marked.append(_marked(record))
        length += len(marked[-1][0])
        if length > LIMIT:
            break
    return marked


def _marked(record: dict[str, object]) -> tuple[str, frozenset[int]]:
    text = json.loads(json.dumps(record["text"]))
    places: set[int] = set()
    for span in json.loads(json.dumps(record.get("spans", []))):
        if "NAME" in span["type"] or span["type"] == "PERSON":
            places.update(range(span["start"], span["end"]))
    return text, frozenset(places)


def run(texts: list[tuple[str, frozenset[int]]], language: str, gates: Gates) -> Outcome:
    """Find names in ``texts`` with taggers behind ``gates``."""
    outcome = Outcome()
    for number_, (given, _) in enumerate(texts):
        document = document_of_text(given, name="text.txt", sha256="0" * 64)
        scene = Scene(document, document.views[0])
        shown = (*find_chinese_names(scene), *find_latin_names(scene), *find_other_names(scene.text))
        taken = {(mention.start, mention.end) for mention in shown}
        seen, start = Seen(), time.process_time()
        tag(scene.text, language, seen, gates, taken)
        outcome.seconds += time.process_time() - start
        outcome.read += sum(stop - first for first, stop in gates[language](scene.text, taken, seen.scores))
        tagged = tuple(find_tagged(scene.text, shown, seen, gates))
        for mention in (*shown, *tagged):
            place = scene.normal.original(mention.start, mention.end)
            outcome.covered |= {(number_, at) for at in range(*place)}
            outcome.persons.add((number_, *place))
    return outcome


def lost(found: Outcome, by: Outcome) -> int:
    """Return how many persons ``found`` has of whom ``by`` does not cover every character."""
    return sum(not {(text, at) for at in range(start, end)} <= by.covered for text, start, end in found.persons)


def main() -> int:
    """Print the table and return the exit code."""
    try:
        sets = texts_of()
    except MissingError as error:
        print(f"{error}: nothing was measured", file=sys.stderr)
        return 2
    run([("患者张伟入院。Seen by John Smith.", frozenset())], "zh", GATES)
    run([("Seen by John Smith.", frozenset())], "en", GATES)
    rows, missed = [], 0
    for title, (language, texts) in sets.items():
        gated, free = run(texts, language, GATES), run(texts, language, NO_GATES)
        length = sum(len(text) for text, _ in texts)
        missed += lost(free, gated)
        rows.append(
            (
                title,
                percent(_recall(texts, gated)),
                percent(_recall(texts, free)),
                str(lost(free, gated)),
                str(lost(gated, free)),
                percent(gated.read / length),
                number(length / gated.seconds),
                number(length / free.seconds),
            )
        )
    print(table(HEAD, rows))
    return 1 if missed else 0


def _recall(texts: list[tuple[str, frozenset[int]]], outcome: Outcome) -> float | None:
    """Return the share of the characters of names that are found; none where no names are known."""
    names = {(number_, place) for number_, (_, places) in enumerate(texts) for place in places}
    return len(names & outcome.covered) / len(names) if names else None


HEAD = (
    "Texts",
    "Recall, gated",
    "Recall, ungated",
    "Persons lost",
    "Persons gained",
    "Text read",
    "Characters/s, gated",
    "Characters/s, ungated",
)

if __name__ == "__main__":
    sys.exit(main())
