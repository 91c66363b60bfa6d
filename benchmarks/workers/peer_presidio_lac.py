"""presidio on Chinese text, with our own pipeline around LAC as its NLP engine: its recognisers of every language."""

from __future__ import annotations

from typing import Any

from peer_presidio import keep_offline
from protocol import Json, serve, time_texts

LANGUAGE = "zh"


def engine() -> Any:
    """Return an ``AnalyzerEngine`` with presidio's recognisers for Chinese, behind it the tagger that we use."""
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry  # noqa: PLC0415 - the imports are measured
    from presidio_analyzer.nlp_engine import SpacyNlpEngine  # noqa: PLC0415

    from hospital_redact.detection.taggers import load_pipeline  # noqa: PLC0415

    keep_offline()

    class LacEngine(SpacyNlpEngine):
        """An engine whose pipeline is not loaded by name."""

        def load(self) -> None:
            pipelines: Any = {LANGUAGE: load_pipeline(LANGUAGE)}
            self.nlp = pipelines

    registry = RecognizerRegistry(supported_languages=[LANGUAGE])
    registry.load_predefined_recognizers(languages=[LANGUAGE])
    nlp_engine = LacEngine(models=[{"lang_code": LANGUAGE, "model_name": "hospital_redact_lac"}])
    return AnalyzerEngine(nlp_engine=nlp_engine, registry=registry, supported_languages=[LANGUAGE])


def start(request: Json) -> Json:
    """Be ready."""
    del request
    engine()
    return {}


def first(request: Json) -> Json:
    """Be ready and analyse one short text."""
    from protocol import load  # noqa: PLC0415 - reads the input only now, as the other peers

    analyzer = engine()
    return {"found": sum(len(analyzer.analyze(text=text, language=LANGUAGE)) for text in load(request)["runs"][0])}


def detect(request: Json) -> Json:
    """Analyse texts."""
    analyzer = engine()
    return time_texts(request, lambda text, _: len(analyzer.analyze(text=text, language=LANGUAGE)))


if __name__ == "__main__":
    serve({"start": start, "first": first, "detect": detect})
