"""The trainer: its gradients are those of its loss, it learns, and what it writes reads back the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hospital_redact.detection.hospital_tagger import (
    BEGIN,
    INSIDE,
    LAC,
    OUTSIDE,
    Network,
    code_points,
    decode,
    forward,
    read_network,
    score,
)
from training.network import SIZES, backward, new_network, train, write_network
from training.teacher import Labelled

TEXT = "患者何平来院\n医生说没事\n何平出院了\n今天很安静\n" * 12


def labelled() -> Labelled:
    codes = code_points(TEXT)
    tags = np.full(len(codes), OUTSIDE, dtype=np.int8)
    lac = np.zeros(len(codes), dtype=np.int8)
    for at in [i for i in range(len(TEXT)) if TEXT.startswith("何平", i)]:
        tags[at], tags[at + 1] = BEGIN, INSIDE
        lac[at : at + 2] = 1
    return Labelled(codes, tags, lac, np.ones(len(codes), dtype=np.int8))


@pytest.fixture(scope="module")
def network() -> Network:
    return new_network(code_points(TEXT), np.random.default_rng(1))


@pytest.mark.parametrize(
    "name", ["characters", "bigrams", "trigrams", "first", "first_bias", "second", "second_bias", "last", "last_bias"]
)
def test_a_gradient_is_the_slope_of_the_loss(network: Network, name: str) -> None:
    data = labelled()
    batch = Labelled(data.codes[:24], data.tags[:24], data.lac[:24], data.sure[:24])
    _, gradients = backward(batch, network)
    weights = getattr(network, name)
    at = np.unravel_index(np.abs(gradients[name]).argmax(), weights.shape)
    before, step = weights[at], np.float32(1e-2)
    losses = []
    for value in (before + step, before - step):
        weights[at] = value
        losses.append(backward(batch, network)[0])
    weights[at] = before
    assert (losses[0] - losses[1]) / (2 * step) == pytest.approx(gradients[name][at], rel=0.1, abs=2e-3)


def test_it_learns_and_reads_back_what_it_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.network.BATCH", 64)
    reports: list[str] = []
    trained = train(labelled(), 12, 1, reports.append)
    again = train(labelled(), 12, 1, reports.append)
    assert all((getattr(trained, name) == getattr(again, name)).all() for name in ("characters", "first", "last"))
    assert len(reports) == 24
    found = decode(score("患者何平出院了", trained))
    assert [(person.start, person.end) for person in found] == [(2, 4)]
    assert score("今天很安静", trained)[:, LAC].max() < 0
    path = tmp_path / "network.npz"
    write_network(trained, path)
    read = read_network(path)
    codes = code_points(TEXT)
    assert np.abs(forward(codes, read) - forward(codes, trained)).max() < 0.3
    assert all(getattr(read, name).dtype == np.float32 for name in SIZES)
