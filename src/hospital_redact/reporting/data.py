"""Reviews and copies as plain JSON data (the schema of ``scan`` and of ``--report``).

Offsets are Unicode code points of the whole text, line ends included; for other formats than plain text they
count the document's blocks joined by line ends, and ``where`` names the place. Found values are masked in paths
and stand in ``text`` only with ``show_values``.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from hospital_redact.errors import HospitalRedactError
from hospital_redact.formats.text import decode, split_lines
from hospital_redact.languages import ENGLISH, Language
from hospital_redact.model import Document, Edit, Finding, LevelSuggestion, Policy, Recognisable, Span

if TYPE_CHECKING:
    from hospital_redact.pipeline import RedactedCopy, Review

SCHEMA_VERSION = 1
PLAIN_TEXT = "text/plain"

Json = dict[str, Any]


# --------------------------------------------------------------------------- scan


def describe_review(review: Review, policy: Policy, *, show_values: bool = False, text: str | None = None) -> Json:
    """Return what ``scan`` prints of one document; ``text`` is the record's own text where there is one.

    Each finding says by which rule, under which clause of ``policy`` and on what evidence it was made.
    """
    if text is None and review.document.media_type == PLAIN_TEXT:
        text = decode(review.source.data).text
    offsets = _Offsets(review.document, text)
    clauses = {rule.id: str(rule.clauses[0]) for rule in policy.rules}
    findings = [
        {
            "start": start,
            "end": end,
            "entity": finding.entity,
            "category": finding.category,
            "rule": finding.rule,
            "clause": clauses.get(finding.rule, ""),
            "confidence": round(finding.confidence, 2),
            "evidence": list(finding.evidence),
            "where": str(review.document.blocks[spans[0].block].location),
            **({"text": review.document.text_of(spans)} if show_values else {}),
        }
        for finding in review.removed
        for start, end, spans in offsets.ranges(finding.spans)
    ]
    return {
        **_describe_level(review.suggestion),
        "categories": list(review.suggestion.categories),
        "reasons": [
            {
                "rule": reason.rule,
                "title": reason.title,
                "title_en": reason.title_en,
                "clause": str(reason.clause),
                "quote": reason.clause.quote,
                "level": str(reason.level),
                "where": [str(place) for place in reason.where[:5]],
            }
            for reason in review.suggestion.reasons
        ],
        "look_at": list(review.suggestion.needs_human),
        "recognisable": [
            _describe_recognisable(review.document, r, show_values) for r in review.suggestion.recognisable
        ],
        "findings": sorted(findings, key=lambda f: (f["start"], f["end"])),
        "unread": [{"what": u.what, "where": str(u.location), "reason": u.reason} for u in review.document.unread],
        "notes": list(review.document.notes),
    }


def _describe_level(suggestion: LevelSuggestion) -> Json:
    return {
        "level": str(suggestion.level),
        "residual_level": str(suggestion.residual_level),
        "decision": suggestion.decision.value,
        "needs_human": bool(suggestion.needs_human),
        "approvers": list(suggestion.approvers),
        "conditions": list(suggestion.conditions),
    }


def _describe_recognisable(document: Document, who: Recognisable, show_values: bool) -> Json:
    """Return who could be recognised by what, and the coarser form on offer; as text only when asked for."""
    return {
        "person": who.person,
        "items": [
            {
                "kind": item.kind,
                "where": _where(document, item.spans),
                "offer": item.offer,
                **({"text": document.text_of(item.spans[:1]), "coarser": item.replacement} if show_values else {}),
            }
            for item in who.items
        ],
    }


class _Offsets:
    """Maps spans of blocks to offsets of the whole text."""

    def __init__(self, document: Document, text: str | None) -> None:
        self._starts: dict[int, int] = {}
        if text is not None:
            self._text, position = text, 0
            for number, (line, end) in enumerate(split_lines(text)):
                self._starts[number] = position
                position += len(line) + len(end)
        else:
            self._text = "\n".join(block.text for block in document.blocks)
            position = 0
            for number, block in enumerate(document.blocks):
                self._starts[number] = position
                position += len(block.text) + 1

    def ranges(self, spans: Iterable[Span]) -> Iterator[tuple[int, int, tuple[Span, ...]]]:
        """Yield (start, end, spans): spans with nothing but white space between them make one range."""
        group: list[Span] = []
        start = end = -1
        for span in spans:
            if span.block not in self._starts:  # the file name, in a text whose offsets count its lines
                continue
            first = self._starts[span.block] + span.start
            if group and not self._text[end:first].strip():
                group.append(span)
            else:
                if group:
                    yield start, end, tuple(group)
                group, start = [span], first
            end = self._starts[span.block] + span.end
        if group:
            yield start, end, tuple(group)


# --------------------------------------------------------------------------- redact


def describe_copy(review: Review, copy: RedactedCopy, say: Language = ENGLISH) -> Json:
    """Return what a report says of a written copy; ``message`` is in the language of ``say``."""
    return {
        "status": copy.status,
        "output": str(copy.path),
        "code": None,
        "message": _verdict(review, copy, say),
        **_describe_level(copy.suggestion),
        **_describe_plan(review),
        "checks": [{"name": c.name, "passed": c.passed, "detail": c.detail} for c in copy.verification.checks],
        "removed_parts": [{"what": p.what, "part": p.part, "count": p.count} for p in copy.removed_parts],
        "record": {
            "source_sha256": copy.record.source_sha256,
            "plan_sha256": copy.record.plan_sha256,
            "copy_sha256": copy.record.copy_sha256,
            "policy": copy.record.policy_id,
            "policy_version": copy.record.policy_version,
            "time": copy.record.time,
        },
    }


def describe_failure(error: HospitalRedactError, status: str, review: Review | None, say: Language = ENGLISH) -> Json:
    """Return what a report says of an input for which nothing was written."""
    known = {**_describe_level(review.suggestion), **_describe_plan(review)} if review else {}
    return {
        "status": status,
        "output": None,
        "code": error.code,
        "message": say.message(error),
        "level": None,
        "residual_level": None,
        "decision": None,
        "counts": {},
        "checks": [],
        "removed_parts": [],
        "kept": [],
        **known,
    }


def _describe_plan(review: Review) -> Json:
    return {
        "categories": list(review.suggestion.categories),
        "counts": dict(sorted(Counter(finding.category for finding in review.removed).items())),
        "look_at": list(review.suggestion.needs_human),
        "kept": [
            {
                "rule": k.rule,
                "category": k.category,
                "why": k.why,
                "by": k.by,
                "where": _where(review.document, k.spans),
            }
            for k in review.plan.kept
        ],
        "notes": list(review.document.notes),
    }


def _where(document: Document, spans: Sequence[Span]) -> str:
    return str(document.blocks[spans[0].block].location)


def _verdict(review: Review, copy: RedactedCopy, say: Language) -> str:
    """Say what is proved and what is not; never that the copy is clean."""
    return say(
        "{proved} planned edits proved, {removed} hidden parts left out, {kept} findings kept, "
        "{unread} unread parts accepted; detection may have missed something: a person releases",
        proved=copy.verification.edits_proved,
        removed=sum(part.count for part in copy.removed_parts if part.what != "width_risk"),  # boxes, no parts
        kept=copy.verification.kept,
        unread=len(review.plan.accepted_unread),
    )


# --------------------------------------------------------------------------- paths


def mask_path(path: str, review: Review | None = None, findings_in_path: Iterable[str] = ()) -> str:
    """Return ``path`` on one printable line, with every removed value in it replaced by ``***``."""
    values = {value for value in findings_in_path if value}
    if review is not None:
        values |= _values(review.document, review.plan.edits)
    for value in sorted(values, key=len, reverse=True):
        if len(value) > 1:
            path = path.replace(value, "***")
    return printable(path)


def _values(document: Document, edits: Iterable[Edit]) -> set[str]:
    return {document.text_of((edit.span,)).strip() for edit in edits}


def printable(text: str) -> str:
    """Return ``text`` on one line: control, format and unencodable characters become ``?``, so no terminal
    command, fake log line or direction change comes out of a name."""
    whole = os.fsencode(text).decode("utf-8", errors="replace")
    return "".join(c if c.isprintable() else "?" for c in whole)


def values_of(document: Document, findings: Iterable[Finding]) -> set[str]:
    """Return the texts of ``findings``, to be masked elsewhere."""
    return {document.text_of(finding.spans) for finding in findings}
