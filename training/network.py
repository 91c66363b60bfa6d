"""Trains the network of ``hospital_redact.detection.hospital_tagger`` in numpy: plain back-propagation and Adam."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hospital_redact.detection.hospital_tagger import WIDTH, Floats, Ints, Network, embed, features, window
from training.teacher import Labelled

SIZES = {"characters": 24, "bigrams": 10, "trigrams": 6}
HEIGHTS = {"bigrams": 1 << 18, "trigrams": 1 << 18}
HIDDEN = (128, 64)
BATCH = 8192
"""Characters a step."""

MIN_COUNT = 3
"""A character seen less often is unknown: so the row of the unknown is learnt too."""

RATE = 2e-3
LAC_WEIGHT = 1.0
LAC_POSITIVE = 4.0
"""A character that LAC would have found weighs this much more than one that it would not."""

DROP = 0.1
"""Share of characters read as unknown in training, that names of unseen characters be found by what surrounds them."""

Gradients = dict[str, Floats]


def new_network(codes: Ints, random: np.random.Generator) -> Network:
    """Return a network with random weights that knows the frequent characters of ``codes``."""
    counts = np.bincount(codes[codes < 65536], minlength=65536)
    known = np.flatnonzero(counts >= MIN_COUNT)
    ids = np.zeros(65536, dtype=np.uint16)
    ids[known] = np.arange(1, len(known) + 1)
    span, inputs = 2 * WIDTH + 1, sum(SIZES.values())

    def layer(rows: int, columns: int) -> Floats:
        values: Floats = (random.standard_normal((rows, columns)) * np.sqrt(2 / rows)).astype(np.float32)
        return values

    def table(rows: int, columns: int) -> Floats:
        values: Floats = (random.standard_normal((rows, columns)) * 0.1).astype(np.float32)
        return values

    return Network(
        ids=ids,
        characters=table(len(known) + 1, SIZES["characters"]),
        bigrams=table(HEIGHTS["bigrams"], SIZES["bigrams"]),
        trigrams=table(HEIGHTS["trigrams"], SIZES["trigrams"]),
        first=layer(span * inputs, HIDDEN[0]),
        first_bias=np.zeros(HIDDEN[0], dtype=np.float32),
        second=layer(span * HIDDEN[0], HIDDEN[1]),
        second_bias=np.zeros(HIDDEN[1], dtype=np.float32),
        last=layer(HIDDEN[1], 4),
        last_bias=np.zeros(4, dtype=np.float32),
    )


def train(data: Labelled, epochs: int, seed: int, report: Callable[[str], None]) -> Network:
    """Return a network trained on ``data``; the same data, seed and numpy give the same weights."""
    random = np.random.default_rng(seed)
    network = new_network(data.codes, random)
    adam = Adam(network)
    # Batches begin at line ends, so that no name is torn.
    ends = np.flatnonzero(data.codes == ord("\n")) + 1
    lines = list(zip(np.concatenate(([0], ends[:-1])), ends, strict=True))
    total_steps = epochs * (len(data.codes) // BATCH + 1)
    step = 0
    for epoch in range(epochs):
        order = random.permutation(len(lines))
        losses, chosen, size = [], list[int](), 0
        for index in order:
            chosen.append(int(index))
            size += int(lines[index][1] - lines[index][0])
            if size < BATCH:
                continue
            at = np.concatenate([np.arange(*lines[i]) for i in chosen])
            batch = Labelled(*(column[at] for column in data))
            batch.codes[random.random(len(at)) < DROP] = 65535
            loss, gradients = backward(batch, network)
            adam.step(network, gradients, RATE * max(0.02, 1 - step / total_steps))
            losses.append(loss)
            chosen, size = [], 0
            step += 1
        report(f"epoch {epoch + 1} of {epochs}: loss {np.mean(losses):.4f}")
    return network


def backward(batch: Labelled, network: Network) -> tuple[float, Gradients]:
    """Return the mean loss of ``batch`` and its gradient by every weight."""
    rows = features(batch.codes, network)
    x0 = window(embed(rows, network))
    h1 = np.maximum(x0 @ network.first + network.first_bias, 0)
    x1 = window(h1)
    h2 = np.maximum(x1 @ network.second + network.second_bias, 0)
    output = h2 @ network.last + network.last_bias

    count = len(output)
    tags = batch.tags.astype(np.int64)
    chance = np.exp(output[:, :3] - output[:, :3].max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    lac = 1 / (1 + np.exp(-output[:, 3]))
    weight = np.where(batch.lac == 1, LAC_POSITIVE, 1.0) * LAC_WEIGHT
    picked = chance[np.arange(count), tags]
    loss = (batch.sure * -np.log(picked + 1e-9)).sum()
    loss += (weight * -np.log(np.where(batch.lac == 1, lac, 1 - lac) + 1e-9)).sum()

    slope = np.empty_like(output)
    slope[:, :3] = chance
    slope[np.arange(count), tags] -= 1
    slope[:, :3] *= batch.sure[:, None]
    slope[:, 3] = weight * (lac - batch.lac)
    slope = (slope / count).astype(np.float32)

    found: Gradients = {"last": h2.T @ slope, "last_bias": slope.sum(axis=0)}
    slope2 = (slope @ network.last.T) * (h2 > 0)
    found |= {"second": x1.T @ slope2, "second_bias": slope2.sum(axis=0)}
    slope1 = unwindow(slope2 @ network.second.T) * (h1 > 0)
    found |= {"first": x0.T @ slope1, "first_bias": slope1.sum(axis=0)}
    inputs = unwindow(slope1 @ network.first.T)
    at = 0
    for name, column in zip(SIZES, rows, strict=True):
        found[name] = _sum_rows(inputs[:, at : at + SIZES[name]], column, len(getattr(network, name)))
        at += SIZES[name]
    return float(loss / count), found


def unwindow(values: Floats) -> Floats:
    """Return the transpose of :func:`window` applied to ``values``: each row collects what it gave to the others."""
    count, size = len(values), values.shape[1] // (2 * WIDTH + 1)
    wide = np.zeros((count + 2 * WIDTH, size), dtype=np.float32)
    for shift in range(2 * WIDTH + 1):
        wide[shift : shift + count] += values[:, shift * size : (shift + 1) * size]
    return wide[WIDTH : WIDTH + count]


def _sum_rows(values: Floats, rows: Ints, height: int) -> Floats:
    """Return a table of ``height`` rows in which the ``values`` of the same row are added up."""
    result = np.zeros((height, values.shape[1]), dtype=np.float32)
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    result[ordered[starts]] = np.add.reduceat(values[order], starts, axis=0)
    return result


class Adam:
    """The optimiser of Kingma and Ba 2015; changes the weights in place. Rows of tables not met stay as they are."""

    def __init__(self, network: Network) -> None:
        self._names = [name for name in network.__slots__ if name != "ids"]
        self._mean = {name: np.zeros_like(getattr(network, name)) for name in self._names}
        self._square = {name: np.zeros_like(getattr(network, name)) for name in self._names}
        self._count = 0

    def step(self, network: Network, gradients: Gradients, rate: float) -> None:
        """Move every weight against its gradient."""
        self._count += 1
        rate *= np.sqrt(1 - 0.999**self._count) / (1 - 0.9**self._count)
        for name in self._names:
            weights, gradient = getattr(network, name), gradients[name]
            met: NDArray[np.int64] | slice = slice(None)
            if name in SIZES:
                met = np.flatnonzero(gradient.any(axis=1))
            part = gradient[met]
            mean = self._mean[name][met] * 0.9 + part * 0.1
            square = self._square[name][met] * 0.999 + part * part * 0.001
            self._mean[name][met], self._square[name][met] = mean, square
            weights[met] -= (rate * mean / (np.sqrt(square) + 1e-8)).astype(np.float32)


def write_network(network: Network, path: Path) -> None:
    """Write ``network`` as ``hospital_tagger.read_network`` reads it: tables in bytes, the rest in half precision."""
    arrays: dict[str, Any] = {"ids": network.ids}
    for name in network.__slots__:
        values = getattr(network, name)
        if name in SIZES:
            scale = np.maximum(np.abs(values).max(axis=0) / 127, 1e-9).astype(np.float32)
            arrays[f"{name}_scale"] = scale
            arrays[name] = np.round(values / scale).astype(np.int8)
        elif name != "ids":
            arrays[name] = values.astype(np.float16)
    np.savez_compressed(path, **arrays)
