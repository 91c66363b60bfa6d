"""Excerpts of protected files (第8篇 三): a keyed index of what they say, and the passages of a document with the same.

The words of a file are reduced to letters, characters and digits, then cut at every place into shingles of about twelve
Han characters or 24 letters. A shingle is kept as the first eight bytes of its HMAC-SHA-256 (RFC 2104), and of every
few in a row only the smallest (winnowing: Schleimer, Wilkerson, Aiken 2003, "Winnowing: local algorithms for document
fingerprinting"). No text is stored, and who lacks the key can neither read the index nor try texts against it.

A passage accuses with several shingles of one file. What stands in several unlike files (a form of address, a heading)
is common and accuses nobody by itself, nor are titles of laws and the words of the regulations taken into an index.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import regex
from numpy.typing import NDArray

from hospital_redact.clauses import load_clauses
from hospital_redact.detection.disguises import read_disguised
from hospital_redact.detection.scene import Scene
from hospital_redact.drafts import draft_file, publish
from hospital_redact.errors import DetectionError, OutputError, PlanError, ReadError
from hospital_redact.formats.text import document_of_text
from hospital_redact.model import Document, Finding, Policy, Span
from hospital_redact.pseudonyms import KEY_BYTES
from hospital_redact.subjects.fingerprints import Prints, Table

RULE = "protected_excerpt"
EVIDENCE = "excerpt"

SHINGLE = 24
"""Weight of a shingle: a Han character weighs 2, another letter or a digit 1."""

WINDOW = 3
"""Of so many shingles in a row one is kept."""

ACCUSING = 3
"""So many different shingles of one file, none of them common, make a passage an excerpt: 20 Han characters at most."""

COMMON = 3
"""What stands in so many unlike files is common."""

_ALIKE = 0.5  # a share of shingles from which on two files are versions of one
_MAX_INDEX_BYTES = 512 * 1024 * 1024
_FORMAT = "hospital-redact-excerpts"
_VERSION = 1
_HAN = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
_LAW = regex.compile(
    r"《[^《》\n]{2,60}?(?:法|条例|规定|规范|规程|规则|办法|细则|通则|标准|指南|共识|制度)[^《》\n]{0,12}》"
)
_PAUSES = frozenset("。!?:;\n\t“”\"'《》()")


Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, repr=False)
class Protected:
    """One file of an index: ``id`` is a fingerprint of its bytes, ``family`` the id of the file it is a version of.

    ``marks`` are the fingerprints of its shingles, sorted.
    """

    id: str
    family: str
    marks: Prints

    def __repr__(self) -> str:
        return f"Protected({len(self.marks)} shingles)"


@dataclass(frozen=True, slots=True, repr=False)
class _Shingles:
    """The shingles of a text: number ``i`` goes from letter ``i`` to letter ``ends[i]`` (exclusive)."""

    ends: Numbers
    marks: Prints

    def kept(self) -> Numbers:
        """Return the numbers of those that winnowing keeps: the smallest of each window, of equal ones the last."""
        if len(self.marks) <= WINDOW:
            return np.arange(len(self.marks))[-1:]
        windows = np.lib.stride_tricks.sliding_window_view(self.marks, WINDOW)
        last = WINDOW - 1 - np.argmin(windows[:, ::-1], axis=1)
        return np.unique(np.arange(len(windows)) + last)


class Excerpts:
    """The index: what each protected file says, as keyed fingerprints.

    ``key`` is 32 secret bytes. Raises PlanError HR407 for a key of another length.
    """

    def __init__(self, key: bytes, files: Iterable[Protected] = ()) -> None:
        if len(key) != KEY_BYTES:
            raise PlanError("HR407", "a key is {bytes} bytes; make one with: openssl rand -hex 16", bytes=KEY_BYTES)
        # A release's pseudonyms and the index may share a key: what one shows says nothing about the other.
        self._key = hmac.digest(key, _FORMAT.encode(), hashlib.sha256)
        self._files = {file.id: file for file in files}
        self._families: list[str] = []
        self._table: Table | None = None

    def __repr__(self) -> str:
        return f"Excerpts({len(self._files)} files)"

    def __len__(self) -> int:
        return len(self._files)

    def add(self, document: Document) -> bool:
        """Take ``document`` into the index; ``False`` if its file is there already.

        Raises ReadError HR205 where it says too little to be known again.
        """
        id_ = self._mac(document.sha256.encode()).hex()
        if id_ in self._files:
            return False
        marks = np.setdiff1d(self._marks_of(document, kept=True), self._public)
        if len(marks) < ACCUSING:
            raise ReadError("HR205", "the file says too little to be known again; nothing was added")
        shared = marks[self._held().holds(marks)]
        standing = [family for mark in shared for family in self._standing(mark)]
        family, count = Counter(standing).most_common(1)[0] if standing else (id_, 0)
        self._files[id_] = Protected(id_, family if count >= _ALIKE * len(marks) else id_, marks)
        self._table = None
        return True

    @cached_property
    def _public(self) -> Prints:
        """The shingles of the regulations themselves, which anybody may quote."""
        quotes = "\n".join(clause.quote for clause in load_clauses())
        return self._marks_of(document_of_text(quotes), kept=False)

    def _standing(self, mark: np.uint64) -> set[str]:
        """Return the families of files in which ``mark`` stands."""
        return {self._families[number] for number in self._held().of(mark).tolist()}

    def _held(self) -> Table:
        if self._table is None:
            self._families = [file.family for file in self._files.values()]
            keys = [file.marks for file in self._files.values()]
            numbers = [np.full(len(marks), number, np.int32) for number, marks in enumerate(keys)]
            empty = (np.zeros(0, np.uint64), np.zeros(0, np.int32))
            self._table = Table(np.concatenate(keys), np.concatenate(numbers)) if keys else Table(*empty)
        return self._table

    def _marks_of(self, document: Document, *, kept: bool) -> Prints:
        found = [np.zeros(0, np.uint64)]
        for view in document.views:
            letters = _Letters(Scene(document, view))
            shingles = self._shingles(letters)
            numbers = shingles.kept() if kept else np.arange(len(shingles.marks))
            found.append(shingles.marks[numbers[~letters.are_law(numbers, shingles.ends[numbers])]])
        return np.unique(np.concatenate(found))

    def _shingles(self, letters: _Letters) -> _Shingles:
        """Return the shingle that begins at each letter; at the end of a text there is none."""
        text = letters.text
        ends = np.searchsorted(letters.weights, letters.weights[:-1] + SHINGLE)
        ends = ends[ends <= len(text)]
        marks = b"".join(
            self._mac(text[first:last].encode("utf-8", "surrogatepass")) for first, last in enumerate(ends.tolist())
        )
        return _Shingles(ends, np.frombuffer(marks, ">u8").astype(np.uint64))

    def _mac(self, data: bytes) -> bytes:
        return hmac.digest(self._key, data, hashlib.sha256)[:8]

    def find(self, scene: Scene) -> Iterator[tuple[int, int]]:
        """Yield start and end in ``scene`` of each passage that repeats a protected file. Linear in its length."""
        letters = _Letters(scene)
        shingles = self._shingles(letters)
        held = np.flatnonzero(self._held().holds(shingles.marks))
        if not len(held):
            return
        # Shingles that overlap or touch are one passage.
        for run in np.split(held, np.flatnonzero(held[1:] > shingles.ends[held[:-1]]) + 1):
            if self._accuses(shingles.marks[run]):
                yield letters.widened(int(run[0]), int(shingles.ends[run[-1]]))

    def _accuses(self, marks: Prints) -> bool:
        families: Counter[str] = Counter()
        for mark in np.unique(marks):
            standing = self._standing(mark)
            if len(standing) < COMMON:
                families.update(standing)
        return max(families.values(), default=0) >= ACCUSING

    def dump(self) -> bytes:
        """Return the index as it is stored."""
        files = [
            {
                "id": file.id,
                "family": file.family,
                "marks": base64.b64encode(file.marks.astype(">u8").tobytes()).decode(),
            }
            for file in self._files.values()
        ]
        head = {"format": _FORMAT, "version": _VERSION, "check": self.check}
        return json.dumps({**head, "files": files}).encode()

    @property
    def check(self) -> str:
        """What the key makes of a fixed word: another key makes something else."""
        return self._mac(b"check").hex()


class _Letters:
    """The letters of a scene, in small letters, with the way back."""

    def __init__(self, scene: Scene) -> None:
        self._written = scene.text
        self.places = [place for place, char in enumerate(scene.text) if char.isalnum()]
        self.text = "".join(_small(scene.text[place]) for place in self.places)
        self.weights = np.concatenate(
            (np.zeros(1, np.int64), np.cumsum([2 if _HAN.match(char) else 1 for char in self.text], dtype=np.int64))
        )
        in_law = np.zeros(len(scene.text), np.bool_)
        for match in _LAW.finditer(scene.text):
            in_law[match.start() : match.end()] = True
        self._laws = np.concatenate((np.zeros(1, np.int64), np.cumsum(in_law[self.places], dtype=np.int64)))

    def are_law(self, firsts: Numbers, lasts: Numbers) -> NDArray[np.bool_]:
        """Return whether more than half of each range of letters is the title of a rule, which everybody may cite."""
        return np.asarray(2 * (self._laws[lasts] - self._laws[firsts]) > lasts - firsts)

    def widened(self, first: int, last: int) -> tuple[int, int]:
        """Return the scene's range of letters ``first`` to ``last``, and of what winnowing may have left at its ends.

        That is less than a window of letters on either side, and not beyond a sentence.
        """
        for _ in range(WINDOW - 1):
            if first > 0 and not self._pauses(first - 1):
                first -= 1
            if last < len(self.places) and not self._pauses(last - 1):
                last += 1
        return self.places[first], self.places[last - 1] + 1

    def _pauses(self, letter: int) -> bool:
        """Whether a sentence ends between ``letter`` and the next."""
        return any(char in _PAUSES for char in self._written[self.places[letter] + 1 : self.places[letter + 1]])


def _small(char: str) -> str:
    small = char.lower()
    return small if len(small) == 1 else char


def find_excerpts(document: Document, excerpts: Excerpts, policy: Policy) -> tuple[Finding, ...]:
    """Return the passages of ``document`` that repeat a protected file, in every view and reading.

    Raises DetectionError HR301 when ``policy`` lacks the rule.
    """
    rule = next((rule for rule in policy.rules if rule.id == RULE), None)
    if rule is None:
        raise DetectionError("HR301", "the policy lacks the rule {rule}, which an index of excerpts needs", rule=RULE)
    plain = [Scene(document, view) for view in document.views]
    places: dict[tuple[Span, ...], None] = {}
    for scene in (*plain, *(reading for shown in plain for reading in read_disguised(shown))):
        for start, end in excerpts.find(scene):
            if spans := tuple(sorted(scene.locate(start, end))):
                places[spans] = None
    return tuple(
        Finding(
            spans=spans,
            rule=rule.id,
            category=rule.category,
            matter=rule.matter,
            entity=rule.entity,
            action=rule.action,
            confidence=rule.detection.confidence,
            detector="excerpts",
            evidence=(EVIDENCE,),
        )
        for spans in sorted(places)
    )


def load_excerpts(path: Path, key: bytes) -> Excerpts:
    """Return the index in the file ``path``.

    Raises ReadError HR203 for what is no index, HR204 for one that is too large, HR206 where it cannot be opened;
    PlanError HR407 for a key that did not make it.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_INDEX_BYTES + 1)
    except OSError as error:
        raise ReadError("HR206", "the index cannot be opened ({kind})", kind=type(error).__name__) from None
    if len(data) > _MAX_INDEX_BYTES:
        raise ReadError("HR204", "the index of excerpts is too large; make several")
    try:
        content = json.loads(data)
        known = content["format"] == _FORMAT and content["version"] == _VERSION
        check = str(content["check"])
        files = [
            Protected(
                str(f["id"]), str(f["family"]), np.frombuffer(base64.b64decode(f["marks"]), ">u8").astype(np.uint64)
            )
            for f in content["files"]
            if known
        ]
    except (ValueError, KeyError, TypeError, RecursionError):
        known = False
    if not known:
        raise ReadError("HR203", "this is no index of excerpts, or it is damaged; make it again")
    excerpts = Excerpts(key, files)
    if not hmac.compare_digest(check.encode(), excerpts.check.encode()):
        raise PlanError("HR407", "the key does not open this index; use the key that made it")
    return excerpts


def save_excerpts(excerpts: Excerpts, path: Path) -> None:
    """Write the index to ``path``, whole or not at all. Raises OutputError HR703."""
    try:
        with draft_file(path) as draft:
            with draft.open("wb") as stream:
                stream.write(excerpts.dump())
                stream.flush()
                os.fsync(stream.fileno())
            publish(draft, path, overwrite=True)
    except OSError as error:
        raise OutputError("HR703", "the index cannot be written ({kind})", kind=type(error).__name__) from None
