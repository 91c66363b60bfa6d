"""Literal values wherever they stand: NFKC, white space ignored, inside words, across lines and cells."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

import ahocorasick_rs
import regex

from hospital_redact.detection.disguises import read_disguised
from hospital_redact.detection.normalisation import normalise
from hospital_redact.detection.scene import Scene
from hospital_redact.model import Action, Document, Finding, Span

TERMS_RULE = "terms"
TERMS_ENTITY = "LISTED_TERM"


# What str.split calls white space.
_BLANK = regex.compile(r"[\s\x1c-\x1f]+")


class FlatText:
    """A scene's text without white space, with the way back."""

    __slots__ = ("_blanks", "_shifts", "text")

    def __init__(self, scene: Scene) -> None:
        self.text = "".join(scene.text.split())
        self._blanks: list[int] = []  # where in ``text`` white space has gone, and how much until there
        self._shifts = [0]
        for blank in _BLANK.finditer(scene.text):
            self._blanks.append(blank.start() - self._shifts[-1])
            self._shifts.append(self._shifts[-1] + blank.end() - blank.start())

    def __repr__(self) -> str:
        return f"FlatText({len(self.text)} chars)"

    def range(self, start: int, end: int) -> tuple[int, int]:
        """Return the scene's range of flat characters ``start`` to ``end``."""
        first, last = bisect_right(self._blanks, start), bisect_right(self._blanks, end - 1)
        return start + self._shifts[first], end + self._shifts[last]


def flatten(text: str) -> str:
    """Return ``text`` normalised and without white space."""
    return "".join(normalise(text).text.split())


def search_literals(flat: FlatText, words: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Yield (number of the word, start, end in the scene) for every occurrence of the flattened ``words``."""
    if not words:
        return
    automaton = ahocorasick_rs.AhoCorasick(list(words))
    for number, start, end in automaton.find_matches_as_indexes(flat.text, overlapping=True):
        yield (number, *flat.range(start, end))


def find_terms(document: Document, terms: Sequence[str]) -> tuple[Finding, ...]:
    """Return every place where one of ``terms`` stands in ``document``, in any view.

    Matched after NFKC, without regard to white space and invisible characters, case-sensitively, also inside words and
    across lines and cells, and in disguise (:mod:`.disguises`). Terms without a visible character match nothing.
    """
    values = list(dict.fromkeys(value for value in map(flatten, terms) if value))
    found: dict[tuple[Span, ...], int] = {}
    if not values:
        return ()
    plain = [Scene(document, view) for view in document.views]
    readings = [reading for scene in plain for reading in read_disguised(scene)]
    for scene in (*plain, *readings):
        for number, start, end in search_literals(FlatText(scene), values):
            spans = scene.locate(start, end)
            if spans:
                found.setdefault(tuple(sorted(spans)), number)
    return tuple(
        Finding(
            spans=spans,
            rule=TERMS_RULE,
            category=TERMS_RULE,
            matter=TERMS_RULE,
            entity=TERMS_ENTITY,
            action=Action.PLACEHOLDER,
            confidence=1.0,
            detector="terms",
            subject=f"term-{number + 1}",
            evidence=("listed",),
        )
        for spans, number in sorted(found.items())
    )
