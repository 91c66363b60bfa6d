"""Literal values wherever they stand: NFKC, white space ignored, inside words, across lines and cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import ahocorasick_rs

from hospital_redact.detection.disguises import read_disguised
from hospital_redact.detection.normalisation import normalise
from hospital_redact.detection.scene import Scene
from hospital_redact.model import Action, Document, Finding, Span

TERMS_RULE = "terms"
TERMS_ENTITY = "LISTED_TERM"


class FlatText:
    """A scene's text without white space, with the way back."""

    __slots__ = ("places", "text")

    def __init__(self, scene: Scene) -> None:
        self.places = [i for i, char in enumerate(scene.text) if not char.isspace()]
        self.text = "".join(scene.text.split())

    def __repr__(self) -> str:
        return f"FlatText({len(self.text)} chars)"

    def range(self, start: int, end: int) -> tuple[int, int]:
        """Return the scene's range of flat characters ``start`` to ``end``."""
        return self.places[start], self.places[end - 1] + 1


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
