"""A small tagger of personal names in Chinese text, trained by this project on text that it generates.

A convolutional network over characters in numpy, a few megabytes, many times as fast as LAC. It has two outputs a
character: whether a person's name begins or goes on there (:func:`tag_persons`, the spaCy component
``hospital_redact_names``), and whether LAC would call it a person (:mod:`.gates`), which spares LAC the
text that holds no name. ``python -m training.build`` rebuilds the weights; ``docs/decisions/0007-taggers.md`` has the
measurements.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hospital_redact.errors import DetectionError

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

WEIGHTS = Path(__file__).with_name("hospital_tagger.npz")
"""The trained weights. Their hash is :data:`WEIGHTS_SHA256`, as a changed model is a policy that nobody decided."""

WEIGHTS_SHA256 = "b97d65e8b4cb1afee467cb745d05ef4175ae91fea2447597767823a2707113d8"

WIDTH = 3
"""Characters that a layer looks at to each side."""

CHUNK = 16_384
"""Characters handled at once: bounds the memory, a few hundred bytes a character and layer."""

OVERLAP = 2 * WIDTH + 2
"""Characters around a chunk on which its scores rest: two layers and the trigrams."""

OUTSIDE, BEGIN, INSIDE, LAC = range(4)
"""Columns of the output: the three tags and LAC's person."""

_MULTIPLIERS = (0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35)

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class Person(NamedTuple):
    """A person's name at code points ``start`` to ``end`` and how sure the tagger is, 0 to 1."""

    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The weights. ``ids`` gives each code point below 65536 the row of ``characters``; row 0 is any other.

    ``bigrams`` and ``trigrams`` are tables of hashed pairs and triples; their heights are powers of two. ``first`` and
    ``second`` are layers (inputs, outputs) over ``2 * WIDTH + 1`` characters with ``*_bias``; ``last`` is the output's.
    """

    ids: NDArray[np.uint16]
    characters: Floats
    bigrams: Floats
    trigrams: Floats
    first: Floats
    first_bias: Floats
    second: Floats
    second_bias: Floats
    last: Floats
    last_bias: Floats

    def __repr__(self) -> str:
        return f"Network({len(self.characters)} characters)"


class Features(NamedTuple):
    """Rows of the three tables for each character of a text."""

    characters: Ints
    bigrams: Ints
    trigrams: Ints


def code_points(text: str) -> Ints:
    """Return the code points of ``text``; lone surrogates are kept as they are."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)


def features(codes: Ints, network: Network) -> Features:
    """Return the rows of the tables of ``network`` for ``codes``."""
    ids = network.ids[np.minimum(codes, len(network.ids) - 1)].astype(np.int64)
    padded = np.concatenate(([0], ids, [0]))
    pair = padded[:-2] * _MULTIPLIERS[0] + ids * _MULTIPLIERS[1]
    triple = pair + padded[2:] * _MULTIPLIERS[2]
    return Features(ids, _row(pair, len(network.bigrams)), _row(triple, len(network.trigrams)))


def _row(keys: Ints, height: int) -> Ints:
    mixed = (keys ^ (keys >> 15)) * 0x2C1B3C6D & 0xFFFFFFFFFF
    return (mixed ^ (mixed >> 17)) & (height - 1)


def window(values: Floats) -> Floats:
    """Return for each row the rows around it, from ``WIDTH`` before to ``WIDTH`` after, side by side; zeros outside."""
    count, size = values.shape
    wide = np.zeros((count + 2 * WIDTH, size), dtype=np.float32)
    wide[WIDTH : WIDTH + count] = values
    view = np.lib.stride_tricks.sliding_window_view(wide.reshape(-1), (2 * WIDTH + 1) * size)[::size]
    return np.ascontiguousarray(view)


def embed(rows: Features, network: Network) -> Floats:
    """Return what the tables say of each character: (characters, inputs)."""
    return np.concatenate(
        (network.characters[rows.characters], network.bigrams[rows.bigrams], network.trigrams[rows.trigrams]), axis=1
    )


def forward(codes: Ints, network: Network) -> Floats:
    """Return the output for each of ``codes``: (characters, 4), logits in the columns named above."""
    hidden = np.maximum(window(embed(features(codes, network), network)) @ network.first + network.first_bias, 0)
    hidden = np.maximum(window(hidden) @ network.second + network.second_bias, 0)
    result: Floats = hidden @ network.last + network.last_bias
    return result


def score(text: str, network: Network) -> Floats:
    """Return the output for each code point of ``text``; linear in its length, memory bounded by :data:`CHUNK`."""
    codes = code_points(text)
    parts = []
    for start in range(0, len(codes), CHUNK):
        begin, end = max(0, start - OVERLAP), min(len(codes), start + CHUNK + OVERLAP)
        stop = min(len(codes), start + CHUNK)
        parts.append(forward(codes[begin:end], network)[start - begin : stop - begin])
    return np.concatenate(parts) if parts else np.zeros((0, 4), dtype=np.float32)


def decode(output: Floats, *, bias: float = 0.0) -> list[Person]:
    """Return the persons of an output of :func:`score`; ``bias`` above 0 finds more, below 0 fewer."""
    tags = output[:, :3].copy()
    tags[:, OUTSIDE] -= bias
    best = tags.argmax(axis=1)
    inside = best != OUTSIDE
    before = np.concatenate(([False], inside[:-1]))
    after = np.concatenate((inside[1:], [False]))
    begins = inside & (~before | (best == BEGIN))
    ends = inside & (~after | np.concatenate((begins[1:], [True])))
    sure = 1 / (1 + np.exp(np.clip(tags[:, OUTSIDE] - tags[:, 1:].max(axis=1), -30, 30)))
    return [
        Person(int(start), int(end) + 1, float(sure[start : end + 1].min()))
        for start, end in zip(np.flatnonzero(begins), np.flatnonzero(ends), strict=True)
    ]


def tag_persons(text: str) -> list[Person]:
    """Return the persons of ``text``, in its order. Raises DetectionError HR302 when the weights are not the listed."""
    return decode(score(text, load_network()))


@cache
def load_network() -> Network:
    """Return the trained network; loaded once. Raises DetectionError HR302 when its file is missing or another."""
    try:
        data = WEIGHTS.read_bytes()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != WEIGHTS_SHA256:
        raise DetectionError(
            "HR302", "a file of the model {package} is not the listed one; install it again", package="hospital-redact"
        )
    return read_network(WEIGHTS)


def read_network(path: Path) -> Network:
    """Return the network in ``path``; tables are stored as bytes with a scale for each column."""
    with np.load(path, allow_pickle=False) as file:
        arrays: dict[str, Any] = {name: file[name] for name in file.files}
    for table in ("characters", "bigrams", "trigrams"):
        arrays[table] = arrays[table].astype(np.float32) * arrays.pop(f"{table}_scale")
    ids = arrays.pop("ids")
    return Network(ids=ids, **{name: array.astype(np.float32) for name, array in arrays.items()})


@cache
def register() -> None:
    """Make the spaCy component ``hospital_redact_names`` known."""
    from spacy.language import Language  # noqa: PLC0415 - takes a second to import, and the tagger needs none of it

    @Language.factory("hospital_redact_names")
    def create(nlp: Language, name: str) -> NamesComponent:
        return NamesComponent(nlp, name)


class NamesComponent:
    """A spaCy component that sets ``doc.ents`` to the persons found. Works on the text, whatever the tokens."""

    def __init__(self, nlp: Language, name: str) -> None:
        del nlp, name
        load_network()

    def __call__(self, doc: Doc) -> Doc:
        """Mark the persons of ``doc``."""
        spans = (
            doc.char_span(person.start, person.end, label="PERSON", alignment_mode="expand")
            for person in tag_persons(doc.text)
        )
        doc.ents = [span for span in spans if span is not None]
        return doc
