from __future__ import annotations

import pytest
import regex
from detection_kit import make_policy, make_rule, removed, shipped_detector, text_document
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, Pattern, PatternRecognizer, RecognizerResult
from presidio_analyzer.predefined_recognizers import EmailRecognizer, SpacyRecognizer
from presidio_analyzer.recognizer_registry import RecognizerRegistry

from hospital_redact import Redactor
from hospital_redact.detection import Detector, patterns
from hospital_redact.detection.presidio_bridge import as_presidio_recognizer, offline_engine
from hospital_redact.errors import DetectionError
from hospital_redact.policy import load_policy


def plate(language: str = "en", pattern: str = r"\bQX\d{4}\b") -> PatternRecognizer:
    return PatternRecognizer("PLATE", patterns=[Pattern("plate", pattern, 0.7)], supported_language=language)


def test_their_recogniser_runs_in_our_detector() -> None:
    detector = Detector(make_policy(make_rule(pattern="zzz")), recognizers=[plate()])
    document = text_document("车辆QX1234停在门口")
    (finding,) = detector.detect(document)
    assert document.text_of(finding.spans) == "QX1234"
    assert finding.entity == "PLATE"
    assert finding.detector == "presidio"


def test_artifacts_come_from_our_pipelines() -> None:
    class People(EntityRecognizer):
        def load(self) -> None:
            pass

        def analyze(self, text: str, entities: list[str], nlp_artifacts: object = None) -> list[RecognizerResult]:
            found = getattr(nlp_artifacts, "entities", [])
            return [RecognizerResult("PERSON", e.start_char, e.end_char, 0.8) for e in found]

    document = text_document("昨天张伟在门诊复查")
    detector = Detector(
        make_policy(make_rule(pattern="zzz")), recognizers=[People(["PERSON"], supported_language="zh")]
    )
    assert removed(document, detector.detect(document)) == ["张伟"]


def test_what_raises_is_an_error_without_text() -> None:
    class Broken(EntityRecognizer):
        def load(self) -> None:
            pass

        def analyze(self, text: str, entities: list[str], nlp_artifacts: object = None) -> list[RecognizerResult]:
            raise ValueError(text)

    detector = Detector(make_policy(make_rule(pattern="zzz")), recognizers=[Broken(["X"])])
    with pytest.raises(DetectionError) as caught:
        detector.detect(text_document("段雨桐"))
    assert caught.value.code == "HR301"
    assert "段雨桐" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_what_times_out_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "TIMEOUT_SECONDS", 0.05)
    slow = plate(pattern=r"(?:(?:a|aa)+)+x")
    detector = Detector(make_policy(make_rule(pattern="zzz")), recognizers=[slow])
    with pytest.raises(DetectionError, match="HR301"):
        detector.detect(text_document("a" * 60))


def test_what_leaves_the_machine_is_refused() -> None:
    with pytest.raises(DetectionError, match="EmailRecognizer"):
        Detector(make_policy(), recognizers=[EmailRecognizer()])


def test_foreign_numbers_with_a_check_character() -> None:
    document = text_document("证件X1234567L号")
    assert removed(document, shipped_detector().detect(document)) == ["X1234567L"]


def test_our_rules_run_in_their_engine() -> None:
    registry = RecognizerRegistry(supported_languages=["zh", "en"])
    for language in ("zh", "en"):
        registry.add_recognizer(as_presidio_recognizer(load_policy("default"), language=language))
    engine = AnalyzerEngine(registry=registry, nlp_engine=offline_engine(), supported_languages=["zh", "en"])
    text = "第一行\n患者段雨桐，电话13911223344"
    values = {text[r.start : r.end] for r in engine.analyze(text, language="zh")}
    assert values == {"段雨桐", "13911223344"}
    english = "Patient: Jonathan Ashcroft"
    assert {english[r.start : r.end] for r in engine.analyze(english, language="en")} == {"Jonathan Ashcroft"}
    assert regex.search(
        "rule person_patient",
        str(engine.analyze(english, language="en", return_decision_process=True)[0].analysis_explanation),
    )


def test_their_recogniser_runs_in_our_flow() -> None:
    review = Redactor(recognizers=[plate()]).review_text("车辆QX1234停在门口，患者段雨桐来取。")
    removed_texts = {review.document.text_of(finding.spans) for finding in review.removed}
    assert removed_texts >= {"QX1234", "段雨桐"}


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("zh", "昨天下午段雨桐到门诊复查，\n由主任接诊。", "段雨桐"),
        ("en", "Yesterday Harriet Thackeray came back to the clinic.", "Harriet Thackeray"),
    ],
)
def test_their_engine_finds_names_with_our_taggers(language: str, text: str, name: str) -> None:
    registry = RecognizerRegistry(supported_languages=[language])
    registry.add_recognizer(SpacyRecognizer(supported_language=language))
    engine = AnalyzerEngine(registry=registry, nlp_engine=offline_engine(), supported_languages=[language])
    assert name in {text[r.start : r.end] for r in engine.analyze(text, language=language, entities=["PERSON"])}
