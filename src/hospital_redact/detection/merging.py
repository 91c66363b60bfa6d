"""Overlaps: they widen, never drop a tail. And what speaks against a weak finding: keep rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hospital_redact.model import Action, Finding, Role, Rule, Span

_STRONG = frozenset({"check_digit", "label", "header", "listed", "partly_masked"})
"""Evidence that a keep rule does not outweigh."""


def merge(findings: Sequence[Finding], rules: Mapping[str, Rule]) -> tuple[Finding, ...]:
    """Return ``findings`` without those that keep rules cancel, overlapping ones of the same fate joined.

    Fate is the action and, for names, whether the role keeps them: a name that may stay must not swallow one that
    must go. The finding of highest priority, then confidence, names the union. Sorted by place.
    """
    kept = _cancel(findings, rules)
    groups: dict[tuple[str, bool], list[Finding]] = {}
    for finding in kept:
        fate = "remove" if finding.action.removes else f"{finding.action.value}:{finding.rule}"
        groups.setdefault((fate, finding.role is Role.STAFF), []).append(finding)
    merged = [finding for group in groups.values() for finding in _join(group, rules)]
    return tuple(sorted(merged, key=lambda f: (f.spans, f.rule)))


def _priority(finding: Finding, rules: Mapping[str, Rule]) -> int:
    rule = rules.get(finding.rule)
    return rule.priority if rule else 100


def _cancel(findings: Sequence[Finding], rules: Mapping[str, Rule]) -> list[Finding]:
    """Drop findings that a keep rule of higher priority overlaps, unless a check digit or label supports them."""
    keeps: dict[int, list[tuple[Span, int]]] = {}
    for finding in findings:
        if finding.action is Action.KEEP:
            for span in finding.spans:
                keeps.setdefault(span.block, []).append((span, _priority(finding, rules)))
    if not keeps:
        return list(findings)

    def cancelled(finding: Finding) -> bool:
        # A sentence stays confidential whatever harmless number or masked name it quotes.
        if not finding.action.removes or finding.detector == "statement" or _STRONG & set(finding.evidence):
            return False
        rank = _priority(finding, rules)
        return any(
            priority > rank and span.overlaps(kept)
            for span in finding.spans
            for kept, priority in keeps.get(span.block, ())
        )

    return [finding for finding in findings if not cancelled(finding)]


def _join(findings: Sequence[Finding], rules: Mapping[str, Rule]) -> list[Finding]:
    """Join findings that share characters (union-find over spans in order)."""
    ordered = sorted(findings, key=lambda f: f.spans)
    parent = list(range(len(ordered)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    placed = sorted((span, number) for number, finding in enumerate(ordered) for span in finding.spans)
    reach: tuple[Span, int] | None = None
    for span, number in placed:
        if reach is not None and reach[0].overlaps(span):
            parent[root(number)] = root(reach[1])
            if span.end > reach[0].end:
                reach = (span, number)
        else:
            reach = (span, number)
    groups: dict[int, list[Finding]] = {}
    for number, finding in enumerate(ordered):
        groups.setdefault(root(number), []).append(finding)
    return [_union(group, rules) for group in groups.values()]


def _union(group: Sequence[Finding], rules: Mapping[str, Rule]) -> Finding:
    """Return one finding over all characters of ``group``, named by its strongest member."""
    if len(group) == 1:
        return group[0]
    # A whole name says better who it is than a part of it, which somebody else may bear as well.
    longest = max((_length(f) for f in group if f.role is not None), default=0)
    named = [f for f in group if f.role is None or _length(f) == longest]
    winner = max(named, key=lambda f: (_priority(f, rules), f.confidence, _length(f)))
    spans: list[Span] = []
    for span in sorted(span for finding in group for span in finding.spans):
        if spans and spans[-1].block == span.block and span.start <= spans[-1].end:
            spans[-1] = Span(span.block, spans[-1].start, max(spans[-1].end, span.end))
        else:
            spans.append(span)
    evidence = dict.fromkeys(word for finding in (winner, *group) for word in finding.evidence)
    subject = winner.subject if tuple(spans) == winner.spans or winner.role is not None else None
    return replace(
        winner,
        spans=tuple(spans),
        evidence=tuple(evidence),
        confidence=max(f.confidence for f in group if f.rule == winner.rule),
        subject=subject,
    )


def _length(finding: Finding) -> int:
    return sum(span.end - span.start for span in finding.spans)
