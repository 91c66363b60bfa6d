"""Rules with a pattern: search, context words, check digits. Fails closed: a slow pattern is an error, not a miss."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from hospital_redact.detection.scene import Hit, Scene
from hospital_redact.detection.validators import find_validator
from hospital_redact.errors import DetectionError
from hospital_redact.model import Rule

TIMEOUT_SECONDS = 5.0
"""What one pattern may take on one window of :data:`WINDOW` characters. Ordinary ones take a millisecond."""

WINDOW = 20_000
OVERLAP = 2_000
"""Long texts are searched in windows of so many characters, which overlap so that no value is cut at an edge."""

# What may stand between a label and its value.
_AFTER_LABEL = regex.compile(r"[\s::=#.\-*_()是为]*(?:\([^()\n]{0,12}\)[\s::]*)?(?:号码?|编号|No\.?)?[\s::=#是为]*")
_SPACE = regex.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its expression and check, ready to run."""

    rule: Rule
    pattern: regex.Pattern[str]
    validate: Callable[[str], bool] | None
    words: tuple[str, ...]  # context words in lower case


def compile_rule(rule: Rule) -> CompiledRule:
    """Compile a rule that has a pattern. Raises DetectionError HR301 for a pattern or check that is unusable."""
    detection = rule.detection
    try:
        pattern = compile_pattern(detection.pattern or "", ignore_case=detection.ignore_case)
        validate = find_validator(detection.validator) if detection.validator else None
    except (regex.error, KeyError):
        raise DetectionError(
            "HR301", "rule {rule}: its pattern or validator cannot be used; correct the rule", rule=rule.id
        ) from None
    return CompiledRule(rule, pattern, validate, tuple(word.casefold() for word in detection.context))


@lru_cache(maxsize=2048)
def compile_pattern(pattern: str, *, ignore_case: bool = False) -> regex.Pattern[str]:
    """Compile an expression of a rule (Unicode, version 0 of the ``regex`` module)."""
    return regex.compile(pattern, regex.IGNORECASE if ignore_case else 0)


def search(pattern: regex.Pattern[str], text: str, owner: str) -> Iterator[regex.Match[str]]:
    """Yield the matches of ``pattern`` in ``text``, window by window; a value in an overlap may come twice.

    Raises DetectionError HR301, which names ``owner`` (a rule id) and nothing of the text, on a timeout.
    """
    start = 0
    while True:
        end = min(start + WINDOW, len(text))
        try:
            for match in pattern.finditer(text, start, end, timeout=TIMEOUT_SECONDS):
                # A match that touches the edge may be half a value: the next window has it whole.
                if match.end() == end < len(text) and match.start() > end - OVERLAP:
                    continue
                yield match
        except TimeoutError:
            raise DetectionError(
                "HR301",
                "rule {rule} took longer than {seconds:g} s; simplify its pattern",
                rule=owner,
                seconds=TIMEOUT_SECONDS,
            ) from None
        if end == len(text):
            return
        start = end - OVERLAP


def value_span(match: regex.Match[str]) -> tuple[int, int]:
    """Return where the value of a match lies: its group ``value`` if it has one."""
    if "value" in match.re.groupindex and match.start("value") >= 0:
        return match.span("value")
    return match.span()


def context_evidence(scene: Scene, start: int, words: Sequence[str], window: int) -> str:
    """Return ``label``, ``header`` or ``context`` when one of ``words`` (lower case) speaks for ``start``, or nothing.

    ``label``: it stands right before; ``header``: it heads the column or row; ``context``: it stands up to ``window``
    code points before. A dozen lines instead of a lemmatiser, which gives Chinese no lemmas (findings.md).
    """
    if not words:
        return ""
    before = scene.text[max(0, start - window - 8) : start].casefold()
    near = before[-window:]
    flat = _SPACE.sub("", near)
    found = [word for word in words if word in near or word in flat]
    if found and any(
        _AFTER_LABEL.fullmatch(before, before.rfind(word) + len(word)) for word in found if word in before
    ):
        return "label"
    cell = scene.cell_at(start)
    if cell is not None:
        heads = _SPACE.sub("", f"{cell.header}\n{cell.label}".casefold())
        if any(_SPACE.sub("", word) in heads for word in words):
            return "header"
    return "context" if found else ""


def find_patterns(scene: Scene, rules: Sequence[CompiledRule]) -> Iterator[Hit]:
    """Yield the hits of all pattern rules in a scene."""
    lower = _SPACE.sub("", scene.text.casefold())
    heads = {cell.header for cell in scene.cells} | {cell.label for cell in scene.cells}
    lower_heads = _SPACE.sub("", "\n".join(heads).casefold())
    for compiled in rules:
        detection = compiled.rule.detection
        if detection.require_context and not any(
            _SPACE.sub("", word) in lower or _SPACE.sub("", word) in lower_heads for word in compiled.words
        ):
            continue
        for match in search(compiled.pattern, scene.text, compiled.rule.id):
            start, end = value_span(match)
            hit = weigh(scene, compiled, start, end, scene.text[start:end])
            if hit is not None:
                yield hit


def weigh(scene: Scene, compiled: CompiledRule, start: int, end: int, value: str) -> Hit | None:
    """Return the hit for ``value`` at ``start`` to ``end``, with its confidence; nothing if it does not count."""
    if start >= end:
        return None
    detection = compiled.rule.detection
    evidence = ["pattern"]
    confidence = detection.confidence
    context = context_evidence(scene, start, compiled.words, detection.window)
    if context:
        evidence.append(context)
        confidence = min(1.0, confidence + 0.15)
    elif detection.require_context:
        return None
    if compiled.validate is not None:
        if compiled.validate(value):
            evidence.append("check_digit")
        elif detection.failed_confidence > 0:
            evidence.append("failed_check")
            confidence = detection.failed_confidence
        else:
            return None
    return Hit(start, end, compiled.rule, confidence, tuple(evidence), "pattern")
