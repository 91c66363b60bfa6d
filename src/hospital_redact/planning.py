"""Findings -> plan: which characters change, into what, and which findings stay and why.

A plan holds one edit a span and edits never overlap: overlapping findings become their union, so that no tail of
a longer finding is left. Replacement texts come from presidio-anonymizer's operators, called one by one, because
its engine merges and drops spans.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from hospital_redact.context import retention
from hospital_redact.errors import PlanError
from hospital_redact.model import (
    Action,
    Block,
    Document,
    Edit,
    Finding,
    Kept,
    Kind,
    Policy,
    RedactionPlan,
    ReleaseContext,
    Rule,
    Segment,
    Span,
    View,
    apply_edits,
    edits_by_block,
)

REMOVING = (Action.MASK, Action.PLACEHOLDER)
"""Actions that change characters; the others report."""

_HAN = re.compile(r"[\u3400-\u9fff]")


class _Region(NamedTuple):
    """Characters that change, and the findings on them, the one that names them first."""

    span: Span
    findings: tuple[Finding, ...]


def plan_redaction(
    document: Document,
    findings: Sequence[Finding],
    policy: Policy,
    context: ReleaseContext,
    *,
    terms_only: bool = False,
) -> RedactionPlan:
    """Return the plan for ``document``; what the context lets the recipient keep is listed with its reason.

    Raises PolicyError when ``context`` names an unknown recipient or channel.
    """
    stays = retention(document, findings, policy, context).kept_because
    removed: list[Finding] = []
    kept: list[Kept] = []
    for finding in findings:
        if finding.action not in REMOVING:
            continue
        why = stays(finding)
        if why is None:
            removed.append(finding)
        else:
            kept.append(Kept(f"k{len(kept) + 1}", finding.spans, finding.rule, finding.category, finding.entity, why))
    edits = _edits(document, removed, policy)
    covered = Coverage(edits)
    # A kept finding under a removed one goes with it: removal is the safe side.
    kept = [k for k in kept if not covered(k.spans)]
    return RedactionPlan(
        source_sha256=document.sha256,
        document_digest=document.digest,
        policy_id=policy.id,
        policy_version=policy.version,
        context=context,
        edits=edits,
        kept=tuple(kept),
        terms_only=terms_only,
    )


def _edits(document: Document, findings: Iterable[Finding], policy: Policy) -> tuple[Edit, ...]:
    rules = {rule.id: rule for rule in policy.rules}
    regions = _regions(findings, rules)
    groups = _groups(regions)
    labels = _Labels(chinese=_mostly_chinese(document))
    edits: list[Edit] = []
    labelled: set[int] = set()
    for number, (region, group) in enumerate(zip(regions, groups, strict=True), 1):
        finding = region.findings[0]
        rule = rules.get(finding.rule)
        text = document.text_of((region.span,))
        if finding.action is Action.MASK:
            replacement = mask(text)
        elif group in labelled:
            replacement = ""  # the group's label stands in its first span
        else:
            value = finding.subject or _normal(document.text_of(finding.spans))
            replacement = put_label(labels.label(rule, value))
            labelled.add(group)
        edits.append(
            Edit(
                id=f"e{number}",
                span=region.span,
                replacement=replacement,
                rule=finding.rule,
                category=finding.category,
                entity=finding.entity,
                reason=str(rule.clauses[0]) if rule else finding.rule,
                group=f"g{group + 1}",
                operator=finding.action.value,
            )
        )
    return tuple(edits)


def _regions(findings: Iterable[Finding], rules: dict[str, Rule]) -> list[_Region]:
    """Return the union of all spans, cut where findings do not touch, in document order."""

    def strength(finding: Finding) -> tuple[int, float, int]:
        rule = rules.get(finding.rule)
        return (rule.priority if rule else 100, finding.confidence, sum(s.end - s.start for s in finding.spans))

    placed = sorted(
        ((span, finding) for finding in findings for span in finding.spans), key=lambda pair: (pair[0].block, pair[0])
    )
    regions: list[tuple[Span, list[Finding]]] = []
    for span, finding in placed:
        if regions and regions[-1][0].overlaps(span):
            old = regions[-1][0]
            regions[-1] = (Span(old.block, old.start, max(old.end, span.end)), [*regions[-1][1], finding])
        else:
            regions.append((span, [finding]))
    return [_Region(span, tuple(sorted(found, key=strength, reverse=True))) for span, found in regions]


def _groups(regions: Sequence[_Region]) -> list[int]:
    """Return a group number for each region: regions that one finding connects share it (union-find)."""
    parent = list(range(len(regions)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    first_of: dict[int, int] = {}
    for number, region in enumerate(regions):
        for finding in region.findings:
            if len(finding.spans) > 1:
                other = first_of.setdefault(id(finding), number)
                low, high = sorted((root(number), root(other)))
                parent[high] = low
    return [root(number) for number in range(len(regions))]


class _Labels:
    """Numbers placeholders in order of appearance: the same value gets the same number under its label."""

    def __init__(self, *, chinese: bool) -> None:
        self._chinese = chinese
        self._numbers: dict[tuple[str, str], int] = {}
        self._count: Counter[str] = Counter()

    def label(self, rule: Rule | None, value: str) -> str:
        """Return for example ``[患者1]`` or ``[Patient 1]``."""
        word = (rule.label if self._chinese else rule.label_en) if rule else ("已删" if self._chinese else "Removed")
        key = (word, value)
        if key not in self._numbers:
            self._count[word] += 1
            self._numbers[key] = self._count[word]
        space = "" if self._chinese else " "
        return f"[{word}{space}{self._numbers[key]}]"


def _mostly_chinese(document: Document) -> bool:
    """Whether one character in twenty is Han: even a short Chinese form has more, an English letter has none."""
    text = "".join(block.text for block in document.blocks)[:20_000]
    return len(_HAN.findall(text)) * 20 >= max(1, sum(not c.isspace() for c in text))


def _normal(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


@cache
def _operator(name: str) -> Any:
    # Loaded late: presidio-anonymizer takes a second to import.
    from presidio_anonymizer.operators import Mask, Replace  # noqa: PLC0415

    return {"mask": Mask, "replace": Replace}[name]()


def mask(text: str) -> str:
    """Return ``text`` with every character replaced by an asterisk (presidio-anonymizer's mask)."""
    params = {"masking_char": "*", "chars_to_mask": len(text), "from_end": False}
    return str(_operator("mask").operate(text, params))


def put_label(label: str) -> str:
    """Return ``label`` as presidio-anonymizer's replace operator writes it."""
    return str(_operator("replace").operate("", {"new_value": label}))


class Coverage:
    """Answers which findings a plan removes; built once, since a plan may hold thousands of edits."""

    def __init__(self, edits: Iterable[Edit]) -> None:
        self._spans = {block: [e.span for e in group] for block, group in edits_by_block(edits).items()}

    def __call__(self, spans: Iterable[Span]) -> bool:
        """Whether every character of ``spans`` changes."""
        return all(_covered(span, self._spans.get(span.block, ())) for span in spans)


def _covered(span: Span, edited: Iterable[Span]) -> bool:
    position = span.start
    for edit in edited:  # sorted by start
        if edit.start <= position < edit.end:
            position = edit.end
    return position >= span.end


def check_plan(plan: RedactionPlan, document: Document, policy: Policy) -> None:
    """Raise PlanError unless ``plan`` was made for this file, as read by this reader, under this policy.

    HR402 another file, HR403 another reader or policy version, HR404 an edit outside the document or over
    another edit.
    """
    if plan.source_sha256 != document.sha256:
        raise PlanError("HR402", "the plan was made for another file, or the file has changed; make a new plan")
    if plan.document_digest != document.digest:
        raise PlanError("HR403", "the plan was made with another reader or reading setting; make a new plan")
    if (plan.policy_id, plan.policy_version) != (policy.id, policy.version):
        raise PlanError("HR403", "the plan was made under another policy or version of it; make a new plan")
    previous: Span | None = None
    for span in sorted(edit.span for edit in plan.edits):
        if span.block >= len(document.blocks) or span.end > len(document.blocks[span.block].text):
            raise PlanError("HR404", "an edit points outside the document (block {block})", block=span.block)
        if previous is not None and previous.overlaps(span):
            raise PlanError("HR404", "two edits overlap in block {block}; join them", block=span.block)
        previous = span
    for kept in plan.kept:
        for span in kept.spans:
            if span.block >= len(document.blocks) or span.end > len(document.blocks[span.block].text):
                raise PlanError("HR404", "a kept finding points outside the document (block {block})", block=span.block)


BOX = "\u2588"
"""How a drawn box reads: a full block, in the copy of a page and in ``apply_plan``."""


def apply_plan(document: Document, plan: RedactionPlan, *, near: Iterable[Span] | None = None) -> Document:
    """Return ``document`` as its copy would read: the surviving blocks, edited, in the same views; the others empty.

    Used to look at what would be left without writing a file. Drawn text has no replacement but a box. With
    ``near`` only the blocks of these spans and their neighbours keep their text.
    """
    edits = edits_by_block(plan.edits)
    looked_at = None if near is None else {span.block + step for span in near for step in (-1, 0, 1)}
    changed: list[Block] = []
    for number, block in enumerate(document.blocks):
        own = edits.get(number, [])
        if block.glyphs:
            own = [replace(edit, replacement=BOX) for edit in own]
        edits[number] = own
        kept = block.survives and (looked_at is None or number in looked_at)
        changed.append(replace(block, text=apply_edits(block.text, own) if kept else "", glyphs=()))
    views = tuple(_edited_view(view, changed, edits) for view in document.views)
    return replace(document, blocks=tuple(changed), views=views)


def _edited_view(view: View, blocks: Sequence[Block], edits: Mapping[int, Sequence[Edit]]) -> View:
    pieces: list[str] = []
    segments: list[Segment] = []
    length = position = 0
    for segment in view.segments:
        between = view.text[position : segment.start]
        position = segment.start + segment.length
        block = blocks[segment.block]
        start = end = 0
        if block.text:
            start = _after(segment.offset, edits[segment.block])
            end = _after(segment.offset + segment.length, edits[segment.block])
        if end > start:
            segments.append(Segment(length + len(between), segment.block, start, end - start))
        pieces += [between, block.text[start:end]]
        length += len(between) + end - start
    return View(view.name, "".join([*pieces, view.text[position:]]), tuple(segments))


def _after(offset: int, edits: Sequence[Edit]) -> int:
    """Return where ``offset`` of a block is after its edits; inside an edit, behind its replacement."""
    shift = 0
    for edit in edits:  # sorted by start
        if offset <= edit.span.start:
            break
        grown = len(edit.replacement) - (edit.span.end - edit.span.start)
        if offset < edit.span.end:
            return edit.span.start + shift + len(edit.replacement)
        shift += grown
    return offset + shift


def span_before(span: Span, edits: Iterable[Edit], *, boxes: bool) -> Span:
    """Return where ``span`` of an edited block stands in the block as it was; a touched replacement counts whole.

    ``edits`` are those of the block; ``boxes`` says that :data:`BOX` stands for each replacement.
    """
    start, end, shift = span.start, span.end, 0
    for edit in sorted(edits, key=lambda e: e.span.start):
        length = len(BOX) if boxes else len(edit.replacement)
        first = edit.span.start + shift  # of the replacement, in the edited block
        if first + length <= span.start:
            start += edit.span.end - edit.span.start - length
        elif first < span.start:
            start = edit.span.start
        if first + length <= span.end:
            end += edit.span.end - edit.span.start - length
        elif first < span.end:
            end = edit.span.end
        shift += length - (edit.span.end - edit.span.start)
    return Span(span.block, start, end)


def output_name(document: Document, plan: RedactionPlan) -> str:
    """Return the copy's file name: that of the source, with its edits applied where it has any."""
    for number, block in enumerate(document.blocks):
        if block.kind is Kind.FILE_NAME and (edits := plan.edits_of(number)):
            stem = re.sub(r'[<>:"/\\|?*\x00-\x1f\x7f]', "_", apply_edits(block.text, edits))
            return os.fsdecode(stem.encode()) + Path(document.name).suffix
    return document.name
