"""The tasks of hospital-redact itself; run by this environment's interpreter."""

from __future__ import annotations

import tempfile
from pathlib import Path

from protocol import Json, UnmeasuredError, load, serve, time_runs, time_texts

import hospital_redact as hr


def start(request: Json) -> Json:
    """Be ready: import and load the rules."""
    del request
    hr.Redactor()
    return {}


def first(request: Json) -> Json:
    """Be ready and review one record."""
    (text,) = load(request)["runs"][0]
    if not hr.Redactor().review_text(text).removed:
        raise UnmeasuredError("nothing was found")
    return {}


def detect(request: Json) -> Json:
    """Detection alone."""
    from hospital_redact.detection import Detector  # noqa: PLC0415 - not part of the start-up that is measured
    from hospital_redact.formats.text import document_of_text  # noqa: PLC0415

    detector = Detector(hr.load_policy("default"))
    return time_texts(
        request, lambda text, _: len(detector.detect(document_of_text(text, name="text.txt", sha256="0" * 64)))
    )


def review(request: Json) -> Json:
    """Detection, level and plan."""
    redactor = hr.Redactor()
    return time_texts(request, lambda text, _: len(redactor.review_text(text).findings))


def read(request: Json) -> Json:
    """Read a file into blocks."""
    from hospital_redact import formats  # noqa: PLC0415

    path = Path(request["input"])

    def use() -> int:
        document = formats.read_document(formats.load_source(path))
        return int(request["amount"]) if document.blocks else 0

    return time_runs(request, use)


def redact(request: Json) -> Json:
    """Read, detect, plan, write and prove."""
    redactor = hr.Redactor()
    redactor.review_text("患者赵小满，电话13957100321。 Patient Owen Marsden, 07700 900123.")  # loads the models
    path = Path(request["input"])
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / path.name

        def use() -> int:
            review = redactor.review(path)
            copy = redactor.redact(review, target, overwrite=True)
            if copy.status != "verified":
                raise UnmeasuredError(f"the copy is {copy.status}")
            return int(request["amount"])

        return time_runs(request, use)


if __name__ == "__main__":
    serve({"start": start, "first": first, "detect": detect, "review": review, "read": read, "redact": redact})
