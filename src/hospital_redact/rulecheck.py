"""``hospital-redact rules test``: every rule against its own examples, every pattern against hostile texts.

A rule that passes finds what its author meant and nothing that he excluded, and cannot be made to hang: what a
recogniser cannot finish in time is an error that stops a release (DetectionError HR301).
"""

from __future__ import annotations

import csv
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import regex

from hospital_redact.detection import Detector
from hospital_redact.detection.categories import find_categories
from hospital_redact.excerpts import Excerpts, find_excerpts
from hospital_redact.formats.text import document_of_text
from hospital_redact.model import Document, Examples, Finding, Policy
from hospital_redact.pseudonyms import KEY_BYTES
from hospital_redact.subjects import find_subjects, load_subjects

Detect = Callable[[Document], Sequence[Finding]]
MakeDetect = Callable[[Policy], Detect]

PERSON_NAME_RECOGNISER = "person_name"
ROSTER_RECOGNISER = "known_subject"
EXCERPT_RECOGNISER = "protected_excerpt"

TIMEOUT_SECONDS = 2.0
"""What a pattern may take on a hostile text of :data:`LONG` characters, which is one window of the detector."""

SHORT, LONG = 5_000, 20_000

# Four times the text in eight times the time and more is not linear; below this many seconds the clock is noise.
_GROWTH = 8.0
_NOISE_SECONDS = 0.05

# One unit is repeated: runs of digits, letters, Chinese, separators, and their mixtures nest the usual repeats.
_UNITS = (
    "1", "a", "A", "一", "第", " ", "\n", "-", ".", "1-", "1 ", "1,", "a1", "A1 ", "一1", "一 ", "姓名:", "工资",
    "10.", "1:", "a.", "a@", "(1", "Aa ", "第一条 ", "2024年1月", "2024-01-01 ", "1元", "“一", "—— ", "http://a",
)  # fmt: skip


_LITERALS = regex.compile(r"\p{Han}+|[A-Za-z0-9]+|[^\w\s]")


class RuleProblem(NamedTuple):
    """What is wrong with a rule: ``missed_example``, ``false_example``, ``slow_pattern``; ``detail`` says where."""

    rule: str
    kind: str
    detail: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.kind} ({self.detail})"


def check_rules(policy: Policy, detector: MakeDetect | None = None) -> Iterator[RuleProblem]:
    """Yield all problems of the rules of ``policy``.

    ``detector`` makes a search from a policy; by default ``Detector(policy).detect``.
    """
    yield from check_examples(policy, detector or _detector)
    yield from check_patterns(policy)


def check_examples(policy: Policy, detector: MakeDetect) -> Iterator[RuleProblem]:
    """Yield the examples in which a rule does not find what it should, or finds what it should not.

    An example speaks about its own rule: others that would claim the same characters are left out, except that the
    rules for names go together, because one recogniser gives each name to one of them.
    """
    names = tuple(rule for rule in policy.rules if rule.detection.recogniser == PERSON_NAME_RECOGNISER)
    for rule in policy.rules:
        if rule.detection.recogniser == ROSTER_RECOGNISER:
            yield from _check_examples(rule.id, rule.examples, lambda document: _find_on_roster(document, policy))
            continue
        if rule.detection.recogniser == EXCERPT_RECOGNISER:
            yield from _check_examples(rule.id, rule.examples, lambda document: _find_in_index(document, policy))
            continue
        alone = names if rule in names else (rule,)
        yield from _check_examples(rule.id, rule.examples, detector(replace(policy, rules=alone)))
    for category in policy.categories:
        yield from _check_examples(category.id, category.examples, lambda document: find_categories(document, policy))


def _check_examples(rule: str, examples: Examples, detect: Detect) -> Iterator[RuleProblem]:
    for number, text in enumerate(examples.match):
        if not _finds(rule, text, detect):
            yield RuleProblem(rule, "missed_example", f"match[{number}]")
    for number, text in enumerate(examples.no_match):
        if _finds(rule, text, detect):
            yield RuleProblem(rule, "false_example", f"no_match[{number}]")


def _finds(rule: str, text: str, detect: Detect) -> bool:
    return any(finding.rule == rule for finding in detect(document_of_text(text)))


def _find_on_roster(document: Document, policy: Policy) -> tuple[Finding, ...]:
    """Return what an example of a roster's rule shows: a roster as CSV, a line of three hyphens, and a text."""
    roster, text = _halves(document)
    subjects = load_subjects(csv.DictReader(roster.splitlines()))
    return find_subjects(document_of_text(text), (), subjects, policy)


def _find_in_index(document: Document, policy: Policy) -> tuple[Finding, ...]:
    """Return what an example of the rule for excerpts shows: a protected text, a line of three hyphens, and a text."""
    protected, text = _halves(document)
    excerpts = Excerpts(secrets.token_bytes(KEY_BYTES))
    excerpts.add(document_of_text(protected))
    return find_excerpts(document_of_text(text), excerpts, policy)


def _halves(document: Document) -> tuple[str, str]:
    first, _, second = "\n".join(block.text for block in document.blocks if block.survives).partition("\n---\n")
    return first, second


def _detector(policy: Policy) -> Detect:
    return Detector(policy).detect


def check_patterns(policy: Policy) -> Iterator[RuleProblem]:
    """Yield the patterns that take more than linear time on some hostile text."""
    for rule in policy.rules:
        if rule.detection.pattern is not None:
            flags = regex.IGNORECASE if rule.detection.ignore_case else 0
            yield from _check_pattern(rule.id, "detect.pattern", regex.compile(rule.detection.pattern, flags))
    for category in policy.categories:
        for number, pattern in enumerate(category.cues.patterns):
            yield from _check_pattern(category.id, f"cues.patterns[{number}]", regex.compile(pattern))


def _check_pattern(rule: str, where: str, pattern: regex.Pattern[str]) -> Iterator[RuleProblem]:
    # The module skips a text that lacks a literal which every match needs; an attacker's text will not lack it.
    literals = "\n" + "\n".join(_LITERALS.findall(pattern.pattern))
    for unit in _UNITS:
        slow = _slowness(pattern, unit, literals)
        if slow:
            yield RuleProblem(rule, "slow_pattern", f"{where} on repeated {unit!r}: {slow}")
            return  # one is enough to correct it


def _slowness(pattern: regex.Pattern[str], unit: str, tail: str) -> str:
    long = _seconds(pattern, unit * (LONG // len(unit)) + tail)
    if long is None:
        return f"more than {TIMEOUT_SECONDS:g} s"
    if long < _NOISE_SECONDS:
        return ""
    short = _seconds(pattern, unit * (SHORT // len(unit)) + tail)
    if short is not None and long > _GROWTH * max(short, _NOISE_SECONDS / _GROWTH):
        return "more than linear"
    return ""


def _seconds(pattern: regex.Pattern[str], text: str) -> float | None:
    """Return the CPU time of a search through ``text``, ``None`` when it runs out of time."""
    start = time.process_time()
    try:
        for _ in pattern.finditer(text, timeout=TIMEOUT_SECONDS):
            pass
    except TimeoutError:
        return None
    return time.process_time() - start
