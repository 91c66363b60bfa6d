"""Presidio both ways: its recognisers inside our detector, our rules inside somebody's ``AnalyzerEngine``.

This module imports presidio (a second) and is therefore loaded at the first detection. Nothing here builds an
``AnalyzerEngine``, which downloads a model when it gets no engine, or calls what reaches for the network. What
presidio would log and skip (an expression that times out, an exception) is a DetectionError here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import regex
from presidio_analyzer import (
    AnalysisExplanation,
    EntityRecognizer,
    PatternRecognizer,
    RecognizerResult,
    RemoteRecognizer,
)
from presidio_analyzer.nlp_engine import NlpArtifacts, SpacyNlpEngine
from presidio_analyzer.predefined_recognizers import (
    CryptoRecognizer,
    EmailRecognizer,
    EsNieRecognizer,
    EsNifRecognizer,
    ItFiscalCodeRecognizer,
    SgFinRecognizer,
    UrlRecognizer,
)

from hospital_redact.detection.patterns import search
from hospital_redact.detection.scene import Scene
from hospital_redact.detection.taggers import load_pipeline
from hospital_redact.errors import DetectionError
from hospital_redact.model import Action, Block, Document, Finding, Location, Policy, Role, join_blocks

if TYPE_CHECKING:
    from hospital_redact.detection.detector import Detector

RULE = "presidio"
"""Rule id of findings by presidio's recognisers."""

CHUNK = 20_000
OVERLAP = 1_000
LANGUAGES = ("zh", "en")
_HAN = regex.compile(r"[\p{Han}\u3000-\u303f\uff00-\uffef]")
_LANGUAGE_OF_RULES = "zh"
_NAME = "HospitalRecognizer"


class OfflineEngine(SpacyNlpEngine):
    """A presidio NLP engine over our own pipelines: blank Chinese with LAC, and the small English model."""

    def __init__(self) -> None:
        super().__init__(models=[{"lang_code": language, "model_name": "offline"} for language in LANGUAGES])

    def load(self) -> None:
        """Load both pipelines; never downloads. Raises DetectionError HR302 when a model is missing."""
        pipelines: Any = {language: load_pipeline(language) for language in LANGUAGES}
        self.nlp = pipelines


@cache
def offline_engine() -> OfflineEngine:
    """Return the loaded engine, for ``AnalyzerEngine(nlp_engine=...)`` and for recognisers that need artifacts."""
    engine = OfflineEngine()
    engine.load()
    return engine


@cache
def built_in_recognizers() -> tuple[EntityRecognizer, ...]:
    """Return presidio's own recognisers that add to our rules: foreign numbers with a check character, and wallets.

    They are language-independent; those without a check digit, and those that our rules cover, are not among them.
    """
    kinds = (CryptoRecognizer, EsNieRecognizer, EsNifRecognizer, ItFiscalCodeRecognizer, SgFinRecognizer)
    return tuple(kind(supported_language="en") for kind in kinds)


def check_recognizers(recognizers: Sequence[EntityRecognizer]) -> None:
    """Refuse recognisers that leave the machine. Raises DetectionError HR301 with the class's name."""
    for recognizer in recognizers:
        if isinstance(recognizer, RemoteRecognizer | EmailRecognizer | UrlRecognizer):
            raise DetectionError(
                "HR301",
                "{recogniser} reaches for the network; the rules email and url do its work offline",
                recogniser=type(recognizer).__name__,
            )


def run_recognizers(scene: Scene, recognizers: Sequence[EntityRecognizer], policy: Policy) -> Iterator[Finding]:
    """Yield the findings of ``recognizers`` and of :func:`built_in_recognizers` in a scene.

    Raises DetectionError HR301 when one of them raises, or one of its expressions takes too long.
    """
    people = [r for r in policy.rules if r.detection.recogniser == "person_name" and r.id.endswith("other")]
    for checked, group in ((True, built_in_recognizers()), (False, recognizers)):
        for recognizer in group:
            for result in _results(scene.text, recognizer):
                if checked and result.score < 1:
                    continue
                spans = tuple(sorted(scene.locate(result.start, result.end)))
                if not spans:
                    continue
                person = result.entity_type == "PERSON" and bool(people)
                yield Finding(
                    spans=spans,
                    rule=people[0].id if person else RULE,
                    category=people[0].category if person else "patient_identity",
                    matter=people[0].matter if person else "person",
                    entity=people[0].entity if person else str(result.entity_type),
                    action=Action.PLACEHOLDER,
                    confidence=min(1.0, max(0.0, float(result.score))),
                    detector="presidio",
                    role=Role.OTHER if person else None,
                    evidence=("presidio", "check_digit") if checked else ("presidio",),
                )


def _results(text: str, recognizer: EntityRecognizer) -> Iterator[RecognizerResult]:
    """Yield results on ``text``, in overlapping chunks, failing closed."""
    name = type(recognizer).__name__
    language = recognizer.supported_language
    if language != "zh":
        # Presidio's \b sees no border between a letter and a Chinese character; a blank of the same width is one.
        text = _HAN.sub(" ", text)
    start = 0
    while start < len(text):
        chunk = text[start : start + CHUNK]
        _check_speed(recognizer, chunk)
        try:
            artifacts: Any = None if isinstance(recognizer, PatternRecognizer) else _artifacts(chunk, language)
            results = recognizer.analyze(chunk, recognizer.supported_entities, artifacts) or []
        except DetectionError:
            raise
        except Exception:
            raise DetectionError(
                "HR301", "the presidio recogniser {recogniser} failed; nothing was decided", recogniser=name
            ) from None
        for result in results:
            if 0 <= result.start < result.end <= len(chunk) and not (
                result.end == len(chunk) and start + CHUNK < len(text) and result.start > CHUNK - OVERLAP
            ):
                result.start += start
                result.end += start
                yield result
        if start + CHUNK >= len(text):
            return
        start += CHUNK - OVERLAP


def _check_speed(recognizer: EntityRecognizer, text: str) -> None:
    """Run a recogniser's expressions under our time limit first: presidio would log a timeout and go on without."""
    if not isinstance(recognizer, PatternRecognizer):
        return
    patterns: Any = vars(recognizer)["patterns"]
    for pattern in patterns:
        try:
            compiled = regex.compile(pattern.regex, recognizer.global_regex_flags or 0)
        except regex.error:
            raise DetectionError(
                "HR301", "{recogniser}: a pattern does not compile; correct it", recogniser=type(recognizer).__name__
            ) from None
        for _ in search(compiled, text, f"of {type(recognizer).__name__}"):
            pass


def _artifacts(text: str, language: str) -> NlpArtifacts:
    return offline_engine().process_text(text, language if language in LANGUAGES else "en")


class HospitalRecognizer(EntityRecognizer):
    """All rules of a policy as one presidio recogniser, for any ``AnalyzerEngine`` in Chinese or English.

    Give one for each language of the engine. Results carry the rule's entity and confidence; names of staff in their
    public role, and what only reports (keep, flag, stop), are left out.
    """

    def __init__(self, detector: Detector, *, supported_language: str = _LANGUAGE_OF_RULES) -> None:
        self.detector = detector
        entities = sorted({r.entity for r in detector.policy.rules if r.action.removes})
        super().__init__(supported_entities=entities, name=_NAME, supported_language=supported_language)

    def load(self) -> None:
        """Nothing to load: models come at first use."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """Return results for ``entities`` in ``text``; offsets are code points. Raises DetectionError."""
        del nlp_artifacts  # the detector has its own
        lines = text.split("\n")
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line) + 1)
        blocks = tuple(Block(line, Location("text", f"line {n}")) for n, line in enumerate(lines, 1))
        document = Document("", "text/plain", "", blocks, (join_blocks(blocks),))
        results: list[RecognizerResult] = []
        for finding in self.detector.detect(document):
            removed = finding.action.removes and finding.role is not Role.STAFF
            if not removed or finding.entity not in entities:
                continue
            results.extend(
                RecognizerResult(
                    entity_type=finding.entity,
                    start=starts[span.block] + span.start,
                    end=starts[span.block] + span.end,
                    score=finding.confidence,
                    analysis_explanation=AnalysisExplanation(
                        recognizer=_NAME,
                        original_score=finding.confidence,
                        pattern_name=finding.rule,
                        textual_explanation=f"rule {finding.rule}: {', '.join(finding.evidence)}",
                    ),
                    recognition_metadata={
                        RecognizerResult.RECOGNIZER_NAME_KEY: _NAME,
                        RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                    },
                )
                for span in finding.spans
            )
        return results


def as_presidio_recognizer(policy: Policy, *, language: str = _LANGUAGE_OF_RULES) -> HospitalRecognizer:
    """Return a recogniser with all rules of ``policy`` for ``registry.add_recognizer``; ``language`` is zh or en."""
    from hospital_redact.detection.detector import Detector  # noqa: PLC0415 - the detector imports this module late

    return HospitalRecognizer(Detector(policy), supported_language=language)
