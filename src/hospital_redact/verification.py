"""Prove a written copy against its plan, by three rules that find different mistakes.

1. The copy, read again, equals the plan applied to the source: finds half an identifier left in a second run,
   which a search for the whole value misses.
2. What was removed is nowhere in the file: independent readers, every decoded part, raw bytes in every encoding.
3. The copy is detected again: each finding left is one that the plan keeps, by context or by a named person.

A check that cannot run fails. The outcome names checks and places, never values.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

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
    Kind,
    Policy,
    RedactionPlan,
    Span,
    Unread,
    Verification,
    apply_edits,
    edits_by_block,
)
from hospital_redact.planning import BOX, output_name, span_before
from hospital_redact.replacements import squeeze

MIN_RAW_BYTES = 6
"""Raw sweeps look for values of at least this many bytes: shorter ones stand in compressed data by chance."""

_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
_PIECE = 6
_DAY = 8
_SHORT = 4  # a value of fewer characters without Han counts only as a word of its own


def verify_copy(
    document: Document,
    plan: RedactionPlan,
    copy: Source,
    *,
    source: Source,
    format_: Format,
    policy: Policy,
    detect: Callable[[Document], Sequence[Finding]],
    foreign: bool = False,
) -> Verification:
    """Return what can be proved about ``copy`` of ``source``; its name is the one it will bear.

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
    every = (
        *_differences(document, expected, again, format_),
        *_picture_differences(source, document, plan, copy, format_),
    )
    differences = [place for place, hidden in every if not (hidden and foreign)]
    # Rules 2 and 3 look into hidden parts as well; a person should know that they are there.
    beside = "" if len(differences) == len(every) else "it keeps hidden parts"
    still = tuple(_still_found(document, plan, copy, format_, again))
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


PICTURES = frozenset({"image", "image_not_kept", "photo", "unclear_text", "barcode", "drawing", "ink"})
"""What is unread about pictures and free drawings that a copy leaves out unless a person accepts them."""


def unaccepted(document: Document, plan: RedactionPlan) -> tuple[Unread, ...]:
    """Return what shows, was not read and was accepted by nobody."""
    accepted = {(a.what, a.location) for a in plan.accepted_unread}
    return tuple(u for u in document.unread if (u.what, str(u.location)) not in accepted)


def blocking(document: Document, plan: RedactionPlan) -> tuple[Unread, ...]:
    """Return what of :func:`unaccepted` keeps a copy from being written.

    Pictures do not where ``plan`` removes them; that they are gone is then proved on the copy, in which nothing may
    be unread.
    """
    removes = plan.option("images") == "remove"
    return tuple(u for u in unaccepted(document, plan) if not (removes and u.what in PICTURES))


# --------------------------------------------------------------------------- rule 1


def _differences(
    document: Document, plan: RedactionPlan, copy: Document, format_: Format
) -> tuple[tuple[str, bool], ...]:
    """Return (where and what, whether it is hidden) for each difference."""
    found = [(f"{d.place}: {d.what}", d.hidden) for d in format_.compare(document, plan, copy)]
    edits = edits_by_block(plan.edits)
    name, want = len(document.blocks) - 1, copy.blocks[-1].text
    # Who writes the copy may choose its name freely, as long as nothing of a value is in it.
    named = {apply_edits(document.blocks[name].text, edits.get(name, ())), Path(output_name(document, plan)).stem}
    values = [document.text_of((edit.span,)) for edit in edits.get(name, ())]
    if want not in named and any(_holds_part(want, value) for value in values):
        found.append(("file name: differs from the plan", False))
    return tuple(found)


def _picture_differences(
    source: Source, document: Document, plan: RedactionPlan, copy: Source, format_: Format
) -> tuple[tuple[str, bool], ...]:
    try:
        found = format_.compare_pictures(source, document, plan, copy)
        return tuple((f"{d.place}: {d.what}", d.hidden) for d in found)
    except HospitalRedactError as error:
        return ((f"pictures cannot be compared: {error.code}", False),)


def with_replacements_of(document: Document, plan: RedactionPlan, copy: Document) -> RedactionPlan:
    """Return ``plan`` with the replacement texts that another tool's ``copy`` has at the planned places.

    Only whole blocks that align are adopted, and no text that shares two characters in a row with the value; what
    is not adopted is found as a difference.
    """
    edits = edits_by_block(plan.edits)
    mine = _compared(document)
    theirs = [copy.blocks[number].text for number in _compared(copy)]
    if len(mine) != len(theirs):
        return plan
    adopted: dict[str, str] = {}
    for number, text in zip(mine, theirs, strict=True):
        before = document.blocks[number].text
        for edit, put in zip(edits.get(number, ()), _put_between(before, edits.get(number, ()), text), strict=False):
            # On a page nothing but a label takes a value's place, and the plan says which.
            if not document.blocks[number].glyphs and not _holds_part(put, document.text_of((edit.span,))):
                adopted[edit.id] = put
    return replace(plan, edits=tuple(replace(e, replacement=adopted.get(e.id, e.replacement)) for e in plan.edits))


def _put_between(before: str, edits: Sequence[Edit], after: str) -> list[str]:
    """Return what stands in ``after`` in the place of each edit of ``before``; empty where the rest does not align."""
    put: list[str] = []
    position = start = 0
    for number, edit in enumerate(edits):
        between = before[position : edit.span.start]
        # The first place that fits leaves the most room for the rest, so no other place need be tried.
        found = after.find(between, start) if number else 0
        if found < 0 or not after.startswith(between, found):
            return []
        if number:
            put.append(after[start:found])
        start, position = found + len(between), edit.span.end
    end = len(after) - len(before) + position
    if not edits or end < start or after[end:] != before[position:]:
        return []
    return [*put, after[start:end]]


_NUMERALS = str.maketrans("〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖", "00123456789123456789")


def _holds_part(text: str, value: str) -> bool:
    """Whether ``text`` shows two characters in a row of ``value``, or all of a shorter one, however it spells them."""
    return any(_shares_two(spell(text), spell(value)) for spell in (squeeze, _spelt))


def _spelt(text: str) -> str:
    """Return letters and digits only, small, Chinese numerals as digits: 1-3-9 and 一三九 are 139."""
    return "".join(c for c in squeeze(text) if c.isalnum()).casefold().translate(_NUMERALS)


def _shares_two(text: str, value: str) -> bool:
    if len(value) < 2:
        return bool(value) and value in text
    return any(value[i : i + 2] in text for i in range(len(value) - 1))


# --------------------------------------------------------------------------- rule 2


def _still_found(
    document: Document, plan: RedactionPlan, copy: Source, format_: Format, again: Document
) -> Iterator[str]:
    """Yield "reader: place" for each removed value that a reading of the copy, or our own of hidden text, holds."""
    needles = _Needles(removed_values(document, plan))
    if needles.in_text(os.fsencode(copy.name).decode("utf-8", errors="replace")):
        yield "file name"
    pieces = _Pieces(document.text_of((edit.span,)) for edit in plan.edits)
    for block in again.blocks:
        if not block.survives and (needles.in_text(block.text) or pieces.in_text(block.text)):
            yield str(block.location)
    try:
        for reading in format_.readings(copy.data):
            if needles.found_in(reading):
                yield f"{reading.reader}: {reading.place}"
    except HospitalRedactError as error:
        yield f"a reader failed: {error.code}"


class _Pieces:
    """Parts of removed numbers, and other values whole, as hidden text may spell them: rule 1 cannot compare it."""

    def __init__(self, values: Iterable[str]) -> None:
        # Eight digits may be a day, and days stand in hidden places for other reasons.
        spelt = {word for word in map(_spelt, values) if len(word) > _DAY}
        pieces = (value[i : i + _PIECE] for value in spelt for i in range(len(value) - _PIECE + 1))
        self._whole = frozenset(word for word in spelt if not word.isdigit())
        self._pieces = frozenset(piece for piece in pieces if sum(c.isdigit() for c in piece) >= _PIECE - 1)

    def in_text(self, text: str) -> bool:
        """Whether ``text`` holds a value, or six characters in a row of a number, whatever stands between them."""
        spelt = _spelt(text)
        if any(word in spelt for word in self._whole):
            return True
        return any(spelt[i : i + _PIECE] in self._pieces for i in range(len(spelt) - _PIECE + 1))


def removed_values(document: Document, plan: RedactionPlan) -> frozenset[str]:
    """Return the removed values, normalised and without white space, that the plan leaves nowhere in view.

    A value that the plan keeps at another place is proved by rule 1 and its place.
    """
    from ahocorasick_rs import AhoCorasick  # noqa: PLC0415 - loaded only when verifying

    groups: dict[str, list[Edit]] = {}
    for edit in plan.edits:
        groups.setdefault(edit.group, []).append(edit)
    found = {squeeze(document.text_of((edit.span,))) for edit in plan.edits}
    several = (group for group in groups.values() if len(group) > 1)
    found |= {squeeze(document.text_of(e.span for e in sorted(g, key=lambda e: e.span))) for g in several}
    values = sorted(value for value in found if len(value) > 1)
    # A sign that nothing squeezes keeps the blocks apart, so that all of them are squeezed at once.
    left = squeeze("\0".join(_texts_left(document, plan)))
    search = AhoCorasick(list(map(_whole, values)))
    kept = {number for number, _, _ in search.find_matches_as_indexes(_whole(left), overlapping=True)}
    return frozenset(value for number, value in enumerate(values) if number not in kept)


def _whole(text: str) -> str:
    """Return ``text`` with a mark for each half of a pair of code units that stands alone, as JSON may write it."""
    return text.encode("utf-8", errors="replace").decode()


def _texts_left(document: Document, plan: RedactionPlan) -> Iterator[str]:
    """Yield the texts of the surviving blocks as the copy has them; see ``apply_plan``, which makes views as well."""
    edits = edits_by_block(plan.edits)
    for number, block in enumerate(document.blocks):
        own = edits.get(number, ())
        if block.survives:
            drawn = [replace(edit, replacement=BOX) for edit in own] if block.glyphs else own
            yield apply_edits(block.text, drawn) if own else block.text


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
    pairs = _pairs(document, copy)
    put = _put_there(plan, copy, pairs)
    stays = retention(copy, findings, policy, plan.context).kept_because
    kept_here = _KeptHere(document, plan, copy, pairs)
    left = []
    for finding in findings:
        if finding.action is Action.STOP:
            left.append(finding)
        elif finding.action.removes:
            if not any(c.isalnum() for span in finding.spans for c in _outside(copy, span, put)):
                continue
            if not kept_here(finding) and stays(finding) is None:
                left.append(finding)
    return tuple(left)


class _KeptHere:
    """Answers whether the plan keeps a finding of the copy: at its place, or as the same value elsewhere.

    Part of a kept value elsewhere is another value. Where a block cannot be led back (a page whose lines break
    otherwise), part of a kept value counts: there its place is proved by rule 1 alone.
    """

    def __init__(self, document: Document, plan: RedactionPlan, copy: Document, pairs: Mapping[int, int]) -> None:
        self._copy = copy
        self._values = {squeeze(document.text_of(k.spans)) for k in plan.kept}
        self._at: dict[int, list[Span]] = {}
        for kept in plan.kept:
            for span in kept.spans:
                self._at.setdefault(span.block, []).append(span)
        self._edits = edits_by_block(plan.edits)
        self._source_of = {target: source for source, target in pairs.items()}
        self._blocks = document.blocks

    def __call__(self, finding: Finding) -> bool:
        value = squeeze(self._copy.text_of(finding.spans))
        if value in self._values:
            return True
        return all(self._stands(span, value) for span in finding.spans)

    def _stands(self, span: Span, value: str) -> bool:
        source = self._source_of.get(span.block)
        edits = self._edits.get(source, []) if source is not None else []
        boxes = source is not None and bool(self._blocks[source].glyphs)
        drawn = [replace(edit, replacement=BOX) for edit in edits] if boxes else edits
        if source is None or apply_edits(self._blocks[source].text, drawn) != self._copy.blocks[span.block].text:
            return any(value in whole for whole in self._values)
        before = span_before(Span(source, span.start, span.end), edits, boxes=boxes)
        places = [s for s in self._at.get(source, ()) if s.overlaps(before)]
        gone = [edit.span for edit in edits]
        return all(
            any(s.start <= i < s.end for s in (*places, *gone)) or not self._blocks[source].text[i].isalnum()
            for i in range(before.start, before.end)
        ) and bool(places)


def _pairs(document: Document, copy: Document) -> dict[int, int]:
    """Return for each surviving block of ``document`` the one of ``copy`` in its place."""
    # Where the counts differ, rule 1 has failed.
    return dict(zip(_compared(document), _compared(copy), strict=False))


def _compared(document: Document) -> list[int]:
    """Return the numbers of the blocks that stand in a copy one for one.

    Those are no labels in boxes, nothing that OCR read, no addresses of links, which go when they are edited.
    """
    apart = (Kind.LABEL, Kind.PICTURE, Kind.STORED, Kind.LINK)
    return [n for n, block in enumerate(document.blocks) if block.survives and block.kind not in apart]


def _put_there(plan: RedactionPlan, copy: Document, pairs: Mapping[int, int]) -> dict[int, list[tuple[int, int]]]:
    """Return for each block of ``copy`` the ranges that the plan's replacement texts cover."""
    edits = edits_by_block(plan.edits)
    ranges: dict[int, list[tuple[int, int]]] = {}
    for source, target in pairs.items():
        shift = 0
        for edit in edits.get(source, ()):
            start = edit.span.start + shift
            if copy.blocks[target].text.startswith(edit.replacement, start):
                ranges.setdefault(target, []).append((start, start + len(edit.replacement)))
            shift += len(edit.replacement) - (edit.span.end - edit.span.start)
    words = sorted({edit.replacement for edit in plan.edits if edit.replacement}, key=len, reverse=True)
    labels = re.compile("|".join(map(re.escape, words)) or r"(?!)")
    for number, block in enumerate(copy.blocks):
        if block.kind is Kind.LABEL:
            ranges[number] = [match.span() for match in labels.finditer(block.text)]
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
