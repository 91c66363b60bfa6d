"""Findings -> plan: which characters change, into what, and which findings stay and why.

A plan holds one edit a span and edits never overlap: overlapping findings become their union, so that no tail of
a longer finding is left.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, NoReturn

from hospital_redact.context import effective_context, retention
from hospital_redact.detection.literals import TERMS_RULE
from hospital_redact.errors import PlanError
from hospital_redact.formats import copy_ending
from hospital_redact.model import (
    PLAN_OPTIONS,
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
from hospital_redact.pseudonyms import Pseudonyms, check_reversible
from hospital_redact.replacements import Operator, Replacements, holds_any, squeeze

_NOT_SHOWN = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")


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
    pseudonyms: Pseudonyms | None = None,
) -> RedactionPlan:
    """Return the plan for ``document``; what the context lets the recipient keep is listed with its reason.

    With ``pseudonyms`` placeholders are those of a release, else they are numbered in this document.
    Raises PolicyError when ``context`` names an unknown recipient or channel, PlanError HR406 where reversible
    pseudonyms may not go.
    """
    effective, _ = effective_context(context, policy)
    if pseudonyms is not None and pseudonyms.reversible:
        check_reversible(policy.recipients[effective.recipient], document)
    stays = retention(document, findings, policy, context).kept_because
    removed: list[Finding] = []
    kept: list[Kept] = []
    for finding in findings:
        if not finding.action.removes:
            continue
        why = stays(finding)
        if why is None:
            removed.append(finding)
        else:
            kept.append(Kept(f"k{len(kept) + 1}", finding.spans, finding.rule, finding.category, finding.entity, why))
    edits = _edits(document, removed, policy, pseudonyms)
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
        options={name: policy.word(f"copy.{name}") for name in PLAN_OPTIONS},
    )


def _edits(
    document: Document, findings: Sequence[Finding], policy: Policy, pseudonyms: Pseudonyms | None
) -> tuple[Edit, ...]:
    rules = {rule.id: rule for rule in policy.rules}
    regions = _regions(findings, rules)
    groups = _groups(regions)
    wholes = _wholes(document, regions, groups)
    chosen = Replacements(document, findings, rules, _values(document, regions, wholes), pseudonyms)
    edits: list[Edit] = []
    labelled: set[int] = set()
    for number, (region, group) in enumerate(zip(regions, groups, strict=True), 1):
        finding = region.findings[0]
        rule = rules.get(finding.rule)
        text = document.text_of((region.span,))
        operator = chosen.operator(finding)
        if operator is Operator.MASK:
            replacement = chosen.mask(text)
        elif group in labelled:
            replacement = ""  # the group's label stands in its first span
        else:
            sealed = operator is Operator.ENCRYPT
            replacement = chosen.seal(rule, wholes[group]) if sealed else chosen.label(rule, finding, len(text))
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
                operator=operator.value,
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


def _wholes(document: Document, regions: Sequence[_Region], groups: Sequence[int]) -> dict[int, str]:
    """Return all characters of each group."""
    whole: dict[int, str] = {}
    for region, group in zip(regions, groups, strict=True):
        whole[group] = whole.get(group, "") + document.text_of((region.span,))
    return whole


def _values(document: Document, regions: Sequence[_Region], wholes: Mapping[int, str]) -> frozenset[str]:
    """Return what no replacement may hold: removed values of two characters or more, and every listed term."""
    values = {squeeze(document.text_of((region.span,))) for region in regions}
    listed = {term for region in regions for term in _terms_of(document, region)}
    values.update(listed, map(squeeze, wholes.values()))
    return frozenset(value for value in values if len(value) > 1 or value in listed) - {""}


def _terms_of(document: Document, region: _Region) -> set[str]:
    # A person lists a term of one character to see it nowhere; a bed's number is not in "[患者1]".
    return {squeeze(document.text_of(f.spans)) for f in region.findings if f.rule == TERMS_RULE}


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

    HR401 two edits of one id, a kept finding without a place, or a replacement that holds a removed value or a
    character that does not show; HR402 another file, HR403 another reader or policy version, HR404 an edit outside the
    document or over another edit.
    """
    if plan.source_sha256 != document.sha256:
        raise PlanError("HR402", "the plan was made for another file, or the file has changed; make a new plan")
    if plan.document_digest != document.digest:
        raise PlanError("HR403", "the plan was made with another reader or reading setting; make a new plan")
    if (plan.policy_id, plan.policy_version) != (policy.id, policy.version):
        raise PlanError("HR403", "the plan was made under another policy or version of it; make a new plan")
    previous: Span | None = None
    for span in sorted(edit.span for edit in plan.edits):
        if not _is_inside(span, document):
            raise PlanError("HR404", "an edit points outside the document (block {block})", block=span.block)
        if previous is not None and previous.overlaps(span):
            raise PlanError("HR404", "two edits overlap in block {block}; join them", block=span.block)
        previous = span
    _check_replacements(plan, document)
    _check_kept(plan, document)


def _is_inside(span: Span, document: Document) -> bool:
    return span.block < len(document.blocks) and span.end <= len(document.blocks[span.block].text)


def _check_kept(plan: RedactionPlan, document: Document) -> None:
    for kept in plan.kept:
        if not kept.spans:
            raise PlanError("HR401", "a kept finding has no span; say where it is, or take it out")
        for span in kept.spans:
            if not _is_inside(span, document):
                raise PlanError("HR404", "a kept finding points outside the document (block {block})", block=span.block)


def _check_replacements(plan: RedactionPlan, document: Document) -> None:
    if len({edit.id for edit in plan.edits}) < len(plan.edits):
        raise PlanError("HR401", "two edits of the plan have the same id; give each its own")
    values = [squeeze(document.text_of((edit.span,))) for edit in plan.edits]
    removed = {value for value in values if len(value) > 1}
    checked: set[str] = set()
    for edit, value in zip(plan.edits, values, strict=True):
        if value and squeeze(edit.replacement) == value:
            _refuse_value(edit)
        if edit.replacement in checked:
            continue
        checked.add(edit.replacement)
        if any(unicodedata.category(c) in _NOT_SHOWN for c in edit.replacement):
            raise PlanError(
                "HR401",
                "the replacement in block {block} holds a line end or a character that does not show; use plain text",
                block=edit.span.block,
            )
        if holds_any(edit.replacement, removed):
            _refuse_value(edit)


def _refuse_value(edit: Edit) -> NoReturn:
    raise PlanError(
        "HR401",
        "the replacement in block {block} holds a removed value; to keep a value reject its edit",
        block=edit.span.block,
    )


def check_signatures(plan: RedactionPlan, suggested: RedactionPlan) -> None:
    """Raise PlanError HR401 where ``plan`` keeps something that ``suggested`` removes and nobody signed for it.

    A person signs with ``by`` and ``why`` (see planfile). ``suggested`` is made from the findings of the same file,
    for the context of ``plan``. What is only removed besides needs no signature here.
    """
    if plan.terms_only != suggested.terms_only:
        raise PlanError("HR401", "the plan says 'terms_only' and this call does not, or the other way round")
    contextual = {(kept.spans, kept.why) for kept in suggested.kept}
    for kept in plan.kept:
        if not (kept.by.strip() and kept.why.strip()) and (kept.spans, kept.why) not in contextual:
            raise PlanError("HR401", "a kept finding is signed by nobody: say who in 'by' and the reason in 'why'")
    signed = [
        Edit(kept.id, span, "", kept.rule, kept.category, kept.entity, "", kept.id)
        for kept in plan.kept
        if kept.by.strip()
        for span in kept.spans
    ]
    accounted = Coverage((*plan.edits, *signed))
    now = {edit.span: edit for edit in plan.edits}
    for edit in suggested.edits:
        if not accounted((edit.span,)):
            raise PlanError(
                "HR401",
                "an edit in block {block} was taken out or narrowed; reject it with 'by' and 'why' instead",
                block=edit.span.block,
            )
        changed = now.get(edit.span)
        if changed is not None and changed.replacement != edit.replacement and not changed.by.strip():
            raise PlanError(
                "HR401",
                "the replacement in block {block} was changed: say who in 'by' and the reason in 'why'",
                block=edit.span.block,
            )


BOX = "\u2588"
"""How a drawn box reads: a full block, in the copy of a page and in ``apply_plan``."""


def apply_plan(document: Document, plan: RedactionPlan, *, near: Iterable[Span] | None = None) -> Document:
    """Return ``document`` as its copy would read: the surviving blocks, edited, in the same views; the others empty.

    Used to look at what would be left without writing a file. Drawn text has no replacement but a box. With
    ``near`` only the blocks of these spans, their neighbours and the headers of both keep their text.
    """
    edits = edits_by_block(plan.edits)
    looked_at = None
    if near is not None:
        looked_at = {span.block + step for span in near for step in (-1, 0, 1)}
        cells = [block.cell for n, block in enumerate(document.blocks) if n in looked_at and block.cell is not None]
        looked_at.update(head for c in cells for head in (c.column_header, c.row_header) if head is not None)
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


_MAX_NAME_BYTES = 255
"""What the common file systems allow for one name."""


def output_name(document: Document, plan: RedactionPlan) -> str:
    """Return the copy's file name: that of the source, with its edits applied where it has any."""
    path = Path(document.name)
    suffix = copy_ending(path.suffix)
    number = len(document.blocks) - 1  # files inside have names of their own
    if number >= 0 and document.blocks[number].kind is Kind.FILE_NAME and (edits := plan.edits_of(number)):
        stem = re.sub(r'[<>:"/\\|?*\x00-\x1f\x7f]', "_", apply_edits(document.blocks[number].text, edits))
        room = _MAX_NAME_BYTES - len(os.fsencode(suffix))
        # Labels are longer than many names; a cut inside a character drops that character.
        return os.fsdecode(stem.encode()[:room].decode("utf-8", errors="ignore").encode()) + suffix
    return document.name.removesuffix(path.suffix) + suffix
