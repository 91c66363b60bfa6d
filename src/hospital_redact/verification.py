"""Prove a written copy against its plan, by three rules that find different mistakes.

1. The copy, read again, equals the plan applied to the source: finds half an identifier left in a second run,
   which a search for the whole value misses.
2. What was removed is nowhere in the file: independent readers, every decoded part, raw bytes in every encoding.
3. The copy is detected again: each finding left is one that the plan keeps, by context or by a named person.

A check that cannot run fails. The outcome names checks and places, never values.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from hospital_redact import formats
from hospital_redact.context import retention
from hospital_redact.errors import HospitalRedactError, ReadError, VerificationError
from hospital_redact.formats.base import Format, Reading, Source
from hospital_redact.model import (
    Action,
    Check,
    Document,
    Edit,
    Finding,
    Policy,
    RedactionPlan,
    Span,
    Unread,
    Verification,
    apply_edits,
    edits_by_block,
)
from hospital_redact.planning import REMOVING, apply_plan

MIN_RAW_BYTES = 6
"""Raw sweeps look for values of at least this many bytes: shorter ones stand in compressed data by chance."""

_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
_SHORT = 4  # a value of fewer characters without Han counts only as a word of its own


def verify_copy(
    document: Document,
    plan: RedactionPlan,
    copy: Source,
    *,
    format_: Format,
    policy: Policy,
    detect: Callable[[Document], Sequence[Finding]],
    foreign: bool = False,
) -> Verification:
    """Return what can be proved about ``copy``, whose name is the one it will bear.

    ``detect`` is the detection under the plan's policy and context. In a ``foreign`` copy, which another tool made,
    what stands in the place of a removed value is free. Nothing is raised for a bad copy: see
    ``Verification.passed``.
    """
    try:
        again = formats.read_document(copy, format_)
    except ReadError as error:
        failed = Check("the copy can be read", passed=False, detail=error.code)
        return Verification((failed,), 0, 0, 0, 0, len(plan.kept))
    expected = with_replacements_of(document, plan, again) if foreign else plan
    every = _differences(document, expected, again, format_)
    differences = [place for place, hidden in every if not (hidden and foreign)]
    # Rules 2 and 3 look into hidden parts as well; a person should know that they are there.
    beside = "" if len(differences) == len(every) else "it keeps hidden parts"
    still = tuple(_still_found(document, plan, copy, format_))
    left = remaining_findings(document, expected, again, policy=policy, findings=detect(again))
    unread = unaccepted(again, plan)
    checks = (
        Check("copy equals plan", not differences, _places(differences) or beside),
        Check("removed values are nowhere in the file", not still, _places(still)),
        Check("detection finds nothing more", not left, _places(_where(again, f) for f in left)),
        Check("everything that shows was read", not unread, _places(str(u.location) for u in unread)),
    )
    return Verification(
        checks=checks,
        still_found=len(still),
        unplanned=len(differences),
        remaining_findings=len(left),
        edits_proved=len(plan.edits) if not differences and not still else 0,
        kept=len(plan.kept),
        unread=unread,
    )


def require_passed(verification: Verification) -> None:
    """Raise the VerificationError of the first check that failed."""
    codes = {
        "the copy can be read": "HR504",
        "copy equals plan": "HR501",
        "removed values are nowhere in the file": "HR502",
        "detection finds nothing more": "HR503",
        "everything that shows was read": "HR504",
    }
    for check in verification.checks:
        if not check.passed:
            where = f" ({check.detail})" if check.detail else ""
            raise VerificationError(
                codes[check.name],
                "check failed: {name}{where}; the draft was deleted, nothing was released",
                name=check.name,
                where=where,
            )
    if not verification.checks:
        raise VerificationError("HR504", "no check ran; the draft was deleted, nothing was released")


def unaccepted(document: Document, plan: RedactionPlan) -> tuple[Unread, ...]:
    """Return what shows, was not read and was accepted by nobody."""
    accepted = {(a.what, a.location) for a in plan.accepted_unread}
    return tuple(u for u in document.unread if (u.what, str(u.location)) not in accepted)


# --------------------------------------------------------------------------- rule 1


def _differences(
    document: Document, plan: RedactionPlan, copy: Document, format_: Format
) -> tuple[tuple[str, bool], ...]:
    """Return (where and what, whether it is hidden) for each difference."""
    found = [(f"{d.place}: {d.what}", d.hidden) for d in format_.compare(document, plan, copy)]
    edits = edits_by_block(plan.edits)
    name, want = len(document.blocks) - 1, copy.blocks[-1].text
    if apply_edits(document.blocks[name].text, edits.get(name, ())) != want and edits.get(name):
        found.append(("file name: differs from the plan", False))
    return tuple(found)


def with_replacements_of(document: Document, plan: RedactionPlan, copy: Document) -> RedactionPlan:
    """Return ``plan`` with the replacement texts that another tool's ``copy`` has at the planned places.

    Only whole blocks that align are adopted, and no text that shares two characters in a row with the value; what
    is not adopted is found as a difference.
    """
    edits = edits_by_block(plan.edits)
    mine = [number for number, block in enumerate(document.blocks) if block.survives]
    theirs = [block.text for block in copy.blocks if block.survives]
    if len(mine) != len(theirs):
        return plan
    adopted: dict[str, str] = {}
    for number, text in zip(mine, theirs, strict=True):
        if number not in edits:
            continue
        pattern, position = "", 0
        for edit in edits[number]:
            pattern += re.escape(document.blocks[number].text[position : edit.span.start]) + r"([\s\S]*?)"
            position = edit.span.end
        pattern += re.escape(document.blocks[number].text[position:])
        if match := re.fullmatch(pattern, text):
            for edit, put in zip(edits[number], match.groups(), strict=True):
                if not _shares_two(squeeze(put), squeeze(document.text_of((edit.span,)))):
                    adopted[edit.id] = put
    return replace(plan, edits=tuple(replace(e, replacement=adopted.get(e.id, e.replacement)) for e in plan.edits))


def _shares_two(text: str, value: str) -> bool:
    if len(value) < 2:
        return value in text
    return any(value[i : i + 2] in text for i in range(len(value) - 1))


# --------------------------------------------------------------------------- rule 2


def _still_found(document: Document, plan: RedactionPlan, copy: Source, format_: Format) -> Iterator[str]:
    """Yield "reader: place" for each removed value that a reading of the copy holds."""
    values = removed_values(document, plan)
    if _Needles(values).in_text(copy.name):
        yield "file name"
    needles = _Needles(values)
    try:
        for reading in format_.readings(copy.data):
            if needles.found_in(reading):
                yield f"{reading.reader}: {reading.place}"
    except HospitalRedactError as error:
        yield f"a reader failed: {error.code}"


def removed_values(document: Document, plan: RedactionPlan) -> frozenset[str]:
    """Return the removed values, normalised and without white space, that the plan leaves nowhere in view.

    A value that the plan keeps at another place is proved by rule 1 and its place.
    """
    groups: dict[str, list[Edit]] = {}
    for edit in plan.edits:
        groups.setdefault(edit.group, []).append(edit)
    values = {squeeze(document.text_of((edit.span,))) for edit in plan.edits}
    values |= {squeeze(document.text_of(e.span for e in sorted(g, key=lambda e: e.span))) for g in groups.values()}
    rest = apply_plan(document, plan)
    left = "\n".join(squeeze(block.text) for block in rest.blocks)
    return frozenset(value for value in values if len(value) > 1 and value not in left)


def squeeze(text: str) -> str:
    """Return ``text`` after NFKC and without white space and invisible characters, as values are compared."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(c for c in folded if not c.isspace() and unicodedata.category(c) != "Cf")


class _Needles:
    """The removed values, ready to be looked for in texts and bytes."""

    def __init__(self, values: Iterable[str]) -> None:
        from ahocorasick_rs import AhoCorasick, BytesAhoCorasick  # noqa: PLC0415 - loaded only when verifying

        values = sorted(values)
        short = [v for v in values if len(v) < _SHORT and v.isascii()]
        self._words = re.compile("|".join(rf"(?<![0-9A-Za-z]){re.escape(v)}(?![0-9A-Za-z])" for v in short) or r"(?!)")
        self._text = AhoCorasick([v for v in values if v not in set(short)])
        raw = {v.encode(e, errors="replace") for v in values for e in _ENCODINGS}
        self._bytes = BytesAhoCorasick(sorted(r for r in raw if len(r) >= MIN_RAW_BYTES))

    def found_in(self, reading: Reading) -> bool:
        """Whether ``reading`` holds a value."""
        if reading.data is not None:
            return bool(self._bytes.find_matches_as_indexes(reading.data))
        return reading.text is not None and self.in_text(reading.text)

    def in_text(self, text: str) -> bool:
        """Whether ``text`` holds a value: long ones whatever white space is inside, short ones as words."""
        return bool(self._text.find_matches_as_indexes(squeeze(text)) or self._words.search(text))


# --------------------------------------------------------------------------- rule 3


def remaining_findings(
    document: Document, plan: RedactionPlan, copy: Document, *, policy: Policy, findings: Sequence[Finding]
) -> tuple[Finding, ...]:
    """Return the findings of ``copy`` that nothing in the plan or its context keeps.

    A finding on a label or mask that the plan itself put there is none, as long as nothing but punctuation of the
    source is in it: half an address behind ``[住址1]`` is.
    """
    put = _put_there(document, plan, copy)
    stays = retention(copy, findings, policy, plan.context).kept_because
    kept = {squeeze(document.text_of(k.spans)) for k in plan.kept}
    left = []
    for finding in findings:
        if finding.action is Action.STOP:
            left.append(finding)
        elif finding.action in REMOVING:
            if not any(c.isalnum() for span in finding.spans for c in _outside(copy, span, put)):
                continue
            value = squeeze(copy.text_of(finding.spans))
            by_plan = any(value in whole for whole in kept)
            if not by_plan and stays(finding) is None:
                left.append(finding)
    return tuple(left)


def _put_there(document: Document, plan: RedactionPlan, copy: Document) -> dict[int, list[tuple[int, int]]]:
    """Return for each block of ``copy`` the ranges that the plan's replacement texts cover."""
    edits = edits_by_block(plan.edits)
    mine = [number for number, block in enumerate(document.blocks) if block.survives]
    theirs = [number for number, block in enumerate(copy.blocks) if block.survives]
    ranges: dict[int, list[tuple[int, int]]] = {}
    for source, target in zip(mine, theirs, strict=False):  # where the counts differ, rule 1 has failed
        shift = 0
        for edit in edits.get(source, ()):
            start = edit.span.start + shift
            if copy.blocks[target].text.startswith(edit.replacement, start):
                ranges.setdefault(target, []).append((start, start + len(edit.replacement)))
            shift += len(edit.replacement) - (edit.span.end - edit.span.start)
    return ranges


def _outside(copy: Document, span: Span, put: Mapping[int, Sequence[tuple[int, int]]]) -> str:
    """Return the characters of ``span`` that no replacement covers."""
    text = copy.blocks[span.block].text
    ranges = put.get(span.block, ())
    return "".join(text[i] for i in range(span.start, span.end) if not any(a <= i < b for a, b in ranges))


# --------------------------------------------------------------------------- words


def _where(document: Document, finding: Finding) -> str:
    return f"{finding.rule} at {document.blocks[finding.spans[0].block].location}"


def _places(places: Iterable[str]) -> str:
    listed = list(dict.fromkeys(places))
    return "; ".join(listed[:5]) + (f"; and {len(listed) - 5} more" if len(listed) > 5 else "")
