"""Rebuilds the weights of the name tagger: ``python -m training.build``, from the grammars, the specimens and LAC.

Writes ``hospital_tagger.npz`` and its hash into ``hospital_tagger.py``. One core, twelve minutes; the same versions
of Python, numpy, jieba and LAC give the same file on the same kind of machine.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import sys
import time
from pathlib import Path

# One thread: sums of several threads differ in their last bits, and the file shall be the same each time. Numpy reads
# this when it is imported.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

from hospital_redact.detection import hospital_tagger
from training.network import train, write_network
from training.teacher import generate_lines, joined, label

SHARES = {"zh": 0.15, "soup": 0.45, "specimens": 0.4}
"""Grammars, the specimens and their parts of the text. Loose words are the most: they teach what is *not* a name."""

CHARACTERS = 5_000_000
EPOCHS = 5
SEED = 20241124


def main() -> int:
    """Generate, label, train and write; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--characters", type=int, default=CHARACTERS, help="how much text to train on")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="how often to go through it")
    parser.add_argument("--output", type=Path, default=hospital_tagger.WEIGHTS, help="where to write the weights")
    chosen = parser.parse_args()
    begun = time.monotonic()

    def report(message: str) -> None:
        sys.stdout.write(f"{time.monotonic() - begun:6.0f} s  {message}\n")
        sys.stdout.flush()

    parts = []
    for grammar, share in SHARES.items():
        samples = generate_lines(grammar, SEED, int(chosen.characters * share))
        report(f"{grammar}: {len(samples)} lines generated")
        parts.append(label(samples, doubtful=grammar == "soup"))
    data = joined(parts)
    report(f"{int(data.lac.sum())} of {len(data.codes)} characters are persons to LAC")
    network = train(data, chosen.epochs, SEED, report)
    write_network(network, chosen.output)
    digest = hashlib.sha256(chosen.output.read_bytes()).hexdigest()
    if chosen.output == hospital_tagger.WEIGHTS:
        source = Path(hospital_tagger.__file__)
        text = re.sub(
            r'^WEIGHTS_SHA256 = "[0-9a-f]*"', f'WEIGHTS_SHA256 = "{digest}"', source.read_text("utf-8"), flags=re.M
        )
        source.write_text(text, encoding="utf-8")
    report(f"{chosen.output.name}: {chosen.output.stat().st_size} bytes, {digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
