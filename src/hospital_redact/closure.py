"""Close a plan under detection: what the copy would still show is planned as well, before a person sees the plan.

Removing a name changes the text around it, and a tagger may then see a name that it missed before. Without this
step the third rule of verification would refuse such a copy, and nobody could say which edit is wanting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from hospital_redact.detection.genre import explained_by_genre
from hospital_redact.model import CATEGORY_CUE, Document, Edit, Finding, Policy, RedactionPlan, Span, edits_by_block
from hospital_redact.planning import apply_plan, span_before
from hospital_redact.verification import remaining_findings

MAX_ROUNDS = 3
"""After so many rounds verification has the last word."""

Detect = Callable[[Document], Sequence[Finding]]
MakePlan = Callable[[Sequence[Finding]], RedactionPlan]


def close_plan(
    document: Document, findings: Sequence[Finding], policy: Policy, *, detect: Detect, make_plan: MakePlan
) -> tuple[tuple[Finding, ...], RedactionPlan]:
    """Return the findings with those that only the edited text shows, and the plan that removes them too."""
    closed = tuple(findings)
    plan = make_plan(closed)
    known: set[Span] = set()
    # The parts of a document do not show what it is about: what means nothing without its category needs it from the
    # whole.
    # A category that the kind of the whole text explains has no values in its parts either.
    explained = explained_by_genre(closed, {rule.id: rule for rule in policy.rules})
    cues = [f for f in closed if f.entity == CATEGORY_CUE and f.rule not in explained]
    fired = {"", "medical_record"} | {w for f in cues for w in (f.rule, f.category)}
    foreign = {rule.id for rule in policy.rules if rule.only_with not in fired}
    for _ in range(MAX_ROUNDS):
        spans = {edit.span for edit in plan.edits}
        # Only around what this round has changed can anything new be seen.
        edited = apply_plan(document, plan, near=spans - known)
        known = spans
        left = remaining_findings(document, plan, edited, policy=policy, findings=detect(edited))
        left = tuple(finding for finding in left if finding.rule not in foreign)
        if not left:
            break
        edits = edits_by_block(plan.edits)
        closed += tuple(_before(finding, document, edits) for finding in left)
        plan = make_plan(closed)
    return closed, plan


def _before(finding: Finding, document: Document, edits: Mapping[int, Sequence[Edit]]) -> Finding:
    spans = tuple(
        span_before(span, edits.get(span.block, ()), boxes=bool(document.blocks[span.block].glyphs))
        for span in finding.spans
    )
    # A subject's number is that of the edited text, where others are gone: it would join two persons.
    return replace(finding, spans=spans, subject=None, evidence=(*finding.evidence, "after_redaction"))
