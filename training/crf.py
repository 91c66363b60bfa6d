"""A linear-chain CRF on the same generated text: the peer of the network in ``measure.py``. Not shipped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pycrfsuite  # type: ignore[import-untyped]  # the package has no types

from hospital_redact.detection.words import SURNAMES
from training.teacher import generate_lines

MODEL = Path(__file__).parents[1] / "build" / "training" / "names.crf"
CHARACTERS, SEED, ROUNDS = 400_000, 1, 60


def _features(text: str) -> list[list[str]]:
    padded = f"\x02\x02{text}\x03\x03"
    rows = []
    for i in range(2, len(text) + 2):
        row = [f"{d}:{padded[i + d]}" for d in (-2, -1, 0, 1, 2)]
        row += [f"{d}b:{padded[i + d : i + d + 2]}" for d in (-2, -1, 0, 1)]
        row.append(f"s:{padded[i] in SURNAMES}")
        rows.append(row)
    return rows


def train_crf() -> None:
    """Train the model and write it to :data:`MODEL`; a minute or two."""
    MODEL.parent.mkdir(parents=True, exist_ok=True)
    trainer = pycrfsuite.Trainer(verbose=False)
    for grammar in ("zh", "soup"):
        for line in generate_lines(grammar, SEED, CHARACTERS // 2):
            tags = ["O"] * len(line.text)
            for mark in line.marks:
                if mark.label == "PERSON":
                    tags[mark.start : mark.end] = ["B", *["I"] * (mark.end - mark.start - 1)]
            trainer.append(_features(line.text), tags)
    trainer.set_params({"c1": 0.1, "c2": 0.05, "max_iterations": ROUNDS})
    trainer.train(str(MODEL))


@cache
def _tagger() -> Any:
    tagger = pycrfsuite.Tagger()
    tagger.open(str(MODEL))
    return tagger


def load_crf() -> int:
    """Load the model that :func:`train_crf` wrote and return its size in bytes."""
    _tagger()
    return MODEL.stat().st_size


def tag_crf(text: str) -> list[tuple[int, int]]:
    """Return the persons of ``text``."""
    spans, at = list[tuple[int, int]](), 0
    for line in text.split("\n"):
        start = -1
        for i, label in enumerate([*_tagger().tag(_features(line)), "O"]):
            if start >= 0 and label != "I":
                spans.append((at + start, at + i))
                start = -1
            if label == "B" or (label == "I" and start < 0):
                start = i
        at += len(line) + 1
    return spans
