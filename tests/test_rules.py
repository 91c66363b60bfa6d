"""Every rule against its own examples, and the checks of ``rules test`` against rules that must fail them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from hospital_redact.detection import Detector
from hospital_redact.model import CategoryRule, Cues, Policy, Rule
from hospital_redact.policy import load_policy
from hospital_redact.rulecheck import RuleProblem, check_examples, check_patterns

POLICY = load_policy()
RULES: dict[str, Rule | CategoryRule] = {rule.id: rule for rule in POLICY.rules} | {r.id: r for r in POLICY.categories}


@cache
def problems() -> tuple[RuleProblem, ...]:
    return tuple(check_examples(POLICY, lambda policy: Detector(policy).detect))


@pytest.mark.parametrize("rule", sorted(RULES))
def test_examples(rule: str) -> None:
    assert [problem for problem in problems() if problem.rule == rule] == []


def test_rule_ids_are_unique() -> None:
    assert len(RULES) == len(POLICY.rules) + len(POLICY.categories)


def test_patterns_never_use_word_boundaries_beside_han() -> None:
    # Han characters are word characters: \\b fails between 电话 and 138.
    patterns = [rule.detection.pattern or "" for rule in POLICY.rules]
    assert not [pattern for pattern in patterns if r"\b" in pattern]


def _only(rule: Rule) -> Policy:
    return replace(POLICY, rules=(rule,), categories=())


def _with_pattern(pattern: str) -> Rule:
    rule = next(rule for rule in POLICY.rules if rule.id == "email")
    return replace(rule, detection=replace(rule.detection, pattern=pattern, validator=None))


def test_a_missed_and_a_false_example_are_reported() -> None:
    policy = _only(_with_pattern(r"(?<![0-9])0\.5mg"))
    found = {str(problem) for problem in check_examples(policy, lambda p: Detector(p).detect)}
    assert "email: missed_example (match[0])" in found
    assert "email: false_example (no_match[0])" in found


@pytest.mark.parametrize("pattern", [r"(a+)+$x", r"(?:[0-9]+,?)+元", r"(?:\p{Han}+)*%"])
def test_slow_patterns_are_reported(pattern: str) -> None:
    kinds = {problem.kind for problem in check_patterns(_only(_with_pattern(pattern)))}
    assert kinds == {"slow_pattern"}


def test_a_slow_cue_is_reported() -> None:
    category = replace(POLICY.categories[0], cues=Cues(patterns=(r"(?:[0-9]+,?)+元",)))
    policy = replace(POLICY, rules=(), categories=(category,))
    assert [problem.detail.split(" ")[0] for problem in check_patterns(policy)] == ["cues.patterns[0]"]


def test_a_plain_pattern_is_not_reported() -> None:
    assert list(check_patterns(_only(_with_pattern(r"(?<![0-9])[0-9]{6}(?![0-9])")))) == []
