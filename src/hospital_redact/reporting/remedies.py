"""What would change a suggestion: each line says what a person can do, and what then follows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from hospital_redact.languages import Language
from hospital_redact.reporting.data import Json

_LIFTED_BY_REFERENCE = ("copy_needs_approval", "outside_circle")


def remedies(entry: Json, say: Language) -> list[str]:
    """Return, in the language of ``say``, what would change level or decision of a scanned ``entry``; no values."""
    return list(dict.fromkeys((*_of_the_level(entry, say), *_of_the_decision(entry, say), *_of_the_doubts(entry, say))))


def _of_the_level(entry: Json, say: Language) -> Iterator[str]:
    if entry["residual_level"] != entry["level"]:
        yield say(
            "the redacted copy is {residual}, no longer {level}", residual=entry["residual_level"], level=entry["level"]
        )
    # What decisions.py gives as reasons sets no level.
    reasons = [r for r in entry["reasons"] if not r["rule"].startswith(("decision_", "channel_", "recipient_"))]
    steps = [(level, list(group)) for level, group in groupby(reasons, key=lambda reason: reason["level"])]
    if len(steps) > 1 and len(steps[0][1]) == 1:
        reason = steps[0][1][0]
        title = reason["title"] if say.name == "zh" else reason["title_en"]
        yield say("without “{title}” the document would be {level}", title=title, level=steps[1][0])


def _of_the_decision(entry: Json, say: Language) -> Iterator[str]:
    by_channel = any(reason["rule"].startswith("channel_") for reason in entry["reasons"])
    match entry["decision"]:
        case "refuse" if by_channel:
            yield say("a channel that may carry {level} lifts the refusal (--channel)", level=entry["residual_level"])
        case "refuse" if not any(word.startswith(_LIFTED_BY_REFERENCE) for word in entry["look_at"]):
            yield say("another recipient, or a version without what is refused, lifts the refusal")
        case "refer_up":
            yield say("the secrecy officer decides; this program writes nothing")
        case "approve_then_release":
            yield say("a recorded approval makes the draft a release")


def _of_the_doubts(entry: Json, say: Language) -> Iterator[str]:
    """Yield what answers each word of ``look_at`` that has an answer on the command line or in the document."""
    for word in entry["look_at"]:
        kind, _, what = word.partition(":")
        match kind:
            case "context_missing":
                option = {"name": "recipient"}.get(what, what)
                yield say("with --{option} it is judged for the recipient named, not for the public", option=option)
            case "published_by_own_words" | "copy_needs_approval" | "outside_circle":
                yield _of_the_reference(kind, say)
            case "subject_not_found":
                yield say("with --subject as the document writes the name, the subject's own data may stay")
            case "second_patient":
                yield say("a file for each patient may be judged alone")
            case "unread":
                yield say("what was not read must be read by a person, or removed")
            case "uncertain":
                yield say("if a person finds no {category} in it, that reason falls away", category=say(what))
            case "level_undecided":
                yield say("a level set by the hospital for it ([levels] of the policy) settles it")


def _of_the_reference(kind: str, say: Language) -> str:
    if kind == "published_by_own_words":
        return say("with --reference, where it was published, 公开 rests on more than its own words")
    if kind == "copy_needs_approval":
        return say("with --reference, the approval of a copy, a marked original may be copied")
    return say("with --reference, an approval, minutes may go outside their circle")
