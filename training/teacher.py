"""Text with what is known of each character: the person tags by construction, and LAC's opinion of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hospital_redact.detection.gates import MAX_LINE
from hospital_redact.detection.hospital_tagger import BEGIN, INSIDE, OUTSIDE, Ints, code_points
from hospital_redact.detection.taggers import load_pipeline
from training.generate import Writer
from training.grammar import Sample
from training.noise import lines
from training.specimens import Copyist

SPECIMENS = "specimens"


class Labelled(NamedTuple):
    """Lines joined by line ends: code points, their tags (``OUTSIDE``, ``BEGIN``, ``INSIDE``), LAC's persons (0, 1).

    ``sure`` is 0 where a tag shall not be learnt, else 1.
    """

    codes: Ints
    tags: NDArray[np.int8]
    lac: NDArray[np.int8]
    sure: NDArray[np.int8]


def generate_lines(grammar: str, seed: int, characters: int) -> list[Sample]:
    """Return lines of generated documents, each line once, about ``characters`` code points together.

    ``grammar`` is a file of ``grammars/``, or ``specimens``.
    """
    writer = Copyist(seed) if grammar == SPECIMENS else Writer(grammar, seed)
    seen, result, total = set[str](), list[Sample](), 0
    while total < characters:
        for line in lines(writer.document()):
            if len(line.text) <= MAX_LINE and line.text not in seen:
                seen.add(line.text)
                result.append(line)
                total += len(line.text)
    return result


def label(samples: list[Sample], *, doubtful: bool) -> Labelled:
    """Return ``samples`` as arrays, read by LAC as well.

    ``doubtful`` samples are words in loose order: whether a word that LAC calls a person is none there, or a name that
    it passes over is one, nobody can say, so nothing is learnt from either.
    """
    text = "\n".join(sample.text for sample in samples)
    tags = np.full(len(text) + 1, OUTSIDE, dtype=np.int8)
    lac = np.zeros(len(text) + 1, dtype=np.int8)
    at = 0
    read = load_pipeline("zh").pipe((sample.text for sample in samples), batch_size=64)
    for sample, document in zip(samples, read, strict=True):
        for mark in sample.marks:
            if mark.label == "PERSON":
                tags[at + mark.start] = BEGIN
                tags[at + mark.start + 1 : at + mark.end] = INSIDE
        for found in document.ents:
            lac[at + found.start_char : at + found.end_char] = 1
        at += len(sample.text) + 1
    sure = ((tags != OUTSIDE) == (lac == 1)) if doubtful else np.ones(len(tags))
    return Labelled(code_points(text + "\n"), tags, lac, sure.astype(np.int8))


def joined(parts: list[Labelled]) -> Labelled:
    """Return ``parts`` one after the other."""
    return Labelled(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
