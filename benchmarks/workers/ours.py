"""The tasks of hospital-redact itself; run by this environment's interpreter."""

from __future__ import annotations

import io
import json
import tempfile
from dataclasses import replace
from pathlib import Path

from protocol import Json, UnmeasuredError, load, serve, time_runs, time_texts

import hospital_redact as hr

MORE_RULES = 500
EXPRESSIONS = (
    r"(?<![0-9A-Za-z])X{number:03d}-\d{{6}}(?![0-9A-Za-z])",
    r"自编{number}号[:：]?\s?\d{{4,8}}",
    r"\b[A-Z]{{2}}{number}\d{{5}}\b",
    r"(?i)locker {number} code \w{{4}}",
    r"(?<!\d){number:03d}\d{{13}}0{{3}}(?!\d)",
)


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


def detect_more(request: Json) -> Json:
    """Detection alone, with 500 rules of one expression each besides the shipped ones; none of them matches."""
    from hospital_redact.detection import Detector  # noqa: PLC0415 - as above
    from hospital_redact.formats.text import document_of_text  # noqa: PLC0415

    policy = hr.load_policy("default")
    like = next(rule for rule in policy.rules if rule.detection.pattern and not rule.only_with)
    more = []
    for number in range(MORE_RULES):
        pattern = EXPRESSIONS[number % len(EXPRESSIONS)].format(number=number)
        detection = replace(like.detection, pattern=pattern, validator=None, context=(), require_context=False)
        more.append(replace(like, id=f"more_{number}", detection=detection))
    detector = Detector(replace(policy, rules=(*policy.rules, *more)))
    return time_texts(
        request, lambda text, _: len(detector.detect(document_of_text(text, name="text.txt", sha256="0" * 64)))
    )


def classify(request: Json) -> Json:
    """The level and the decision alone, of what was found before."""
    from hospital_redact.classification import classify as suggest  # noqa: PLC0415 - as above

    redactor = hr.Redactor()
    texts = (text for run in load(request)["runs"] for text in run)
    reviews = {text: redactor.review_text(text) for text in texts}

    def use(text: str, _: str) -> int:
        given = reviews[text]
        return len(suggest(given.document, given.findings, redactor.policy, hr.ReleaseContext()).reasons)

    return time_texts(request, use)


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
            redactor.redact(review, target, overwrite=True)  # raises where the copy is not proved
            return int(request["amount"])

        return time_runs(request, use)


def remove(request: Json) -> Json:
    """Read and write the copy without the values that it is told. It finds nothing by itself and proves nothing."""
    return _told(request, prove=False)


def prove(request: Json) -> Json:
    """Read, write the copy without the values that it is told, and prove it; detection is left out."""
    return _told(request, prove=True)


def _told(request: Json, *, prove: bool) -> Json:
    from hospital_redact import formats  # noqa: PLC0415 - workers import in the task
    from hospital_redact.detection import find_terms  # noqa: PLC0415
    from hospital_redact.formats.base import Source  # noqa: PLC0415
    from hospital_redact.planning import plan_redaction  # noqa: PLC0415
    from hospital_redact.verification import verify_copy  # noqa: PLC0415

    policy = hr.load_policy("default")
    values = sorted({value for page in json.loads(Path(request["values"]).read_text("utf-8")) for value in page})
    source = formats.load_source(Path(request["input"]))

    def use() -> int:
        format_ = formats.identify(source)
        document = formats.read_document(source, format_)
        plan = plan_redaction(document, find_terms(document, values), policy, hr.ReleaseContext(), terms_only=True)
        if len(plan.edits) < len(values):
            raise UnmeasuredError("some values were not found")
        target = io.BytesIO()
        format_.write(source, plan, target)
        if prove:
            copy = Source(source.name, target.getvalue())
            found = verify_copy(
                document, plan, copy, source=source, format_=format_, policy=policy, detect=lambda _: ()
            )
            if not found.passed:
                raise UnmeasuredError("the copy was not proved")
        return int(request["amount"])

    return time_runs(request, use)


if __name__ == "__main__":
    tasks = {
        "start": start,
        "first": first,
        "detect": detect,
        "detect_more": detect_more,
        "classify": classify,
        "review": review,
        "read": read,
        "redact": redact,
    }
    serve({**tasks, "remove": remove, "prove": prove})
