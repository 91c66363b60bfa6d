"""argus-redact in fast mode (expressions only); peers' environment only."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from protocol import Json, UnmeasuredError, load, serve, time_texts

LANGUAGES = {"zh": ["zh"], "en": ["en"], "mixed": ["zh", "en"]}


def find(text: str, language: str) -> list[Json]:
    """Return the findings of ``text`` with offsets in code points."""
    argus: Any = import_module("argus_redact")  # in the peers' environment only
    *_, details = argus.redact(text, lang=LANGUAGES[language], mode="fast", detailed=True)
    return [{"start": e["start"], "end": e["end"], "entity": e["type"]} for e in details["entities"]]


def start(request: Json) -> Json:
    """Be ready: its expressions are compiled at the first call."""
    del request
    find("", "mixed")
    return {}


def first(request: Json) -> Json:
    """Be ready and redact one record."""
    content = load(request)
    (text,) = content["runs"][0]
    if not find(text, content["language"]):
        raise UnmeasuredError("nothing was found")
    return {}


def detect(request: Json) -> Json:
    """Redact texts; it has no public call that only detects."""
    return time_texts(request, lambda text, language: len(find(text, language)))


def findings(request: Json) -> Json:
    """Return the findings of each text."""
    return {"findings": [find(text, language) for language, text in load(request)["texts"]]}


if __name__ == "__main__":
    serve({"start": start, "first": first, "detect": detect, "findings": findings})
