"""Who can still be recognised in a copy: what is true of few people, counted per person.

A false name beside a precise date, a rare disease and a village still points to one person (domain/05_archetypes,
trap of the press release; 民法典 第1038条). The rules ``quasi_*`` find such words and change nothing; here those that
stay are given to the person they are said of, and a person of whom as many kinds stay as the setting
``release.quasi_identifiers`` says is reported, each with a coarser form for the reviewer to take into the plan.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from hospital_redact.model import (
    CATEGORY_CUE,
    Document,
    Finding,
    Policy,
    QuasiIdentifier,
    Recognisable,
    Role,
    Span,
)

QUASI = "QUASI_"
"""What the entities of the rules begin with; the rest names the kind."""

UNNAMED = "unnamed"
"""Key of the one person of a text that names nobody."""

_NAME = "PERSON_NAME"
_MASKED = "MASKED_NAME"
_RECORD = "medical_record"
# What a recipient keeps of a person whose name goes says as much as a word that no rule removes.
_KEPT_AS = {
    "ADDRESS": "village",
    "BIRTH_DATE": "date",
    "VISIT_DATE": "date",
    "OCCUPATION": "occupation",
    "EMPLOYER": "occupation",
    "AGE_OVER_89": "age",
}
# An age says little, and so does a county; together they point.
_TOGETHER = frozenset({"age", "home_town"})
_OFFERS = {
    "age": "age_band",
    "date": "year_only",
    "village": "county_only",
    "home_town": "province_only",
    "rare_disease": "disease_group",
    "occupation": "occupation_group",
    "minority": "leave_out",
    "kinship": "leave_out",
}
_NUMBER = re.compile(r"\d{1,3}")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_HAN = re.compile(r"[\u3400-\u9fff]")
_COUNTY = re.compile(r"[\u3400-\u9fff]{1,6}?[县市区旗州]")
_OF_THE_PAPER = re.compile(
    r"(?:日期|时间|印发|签发|发布|公布|发表|报告|审核|记者|讯|电|date|reported|published|issued|printed)\W{0,6}$", re.I
)
_FEW = 12  # a line with so few characters beside its date is the date of the paper


class _Mention(NamedTuple):
    """Somebody at a place: the key of the person, and whether the name stays."""

    span: Span
    person: str
    role: Role | None
    stays: bool


def count_persons(findings: Iterable[Finding]) -> int:
    """Return how many persons the names among ``findings`` name; staff in office do not count."""
    names = [f for f in findings if f.entity == _NAME and f.role is not Role.STAFF]
    keys = {f.subject for f in names if f.subject is not None}
    return len(keys) + sum(f.subject is None for f in names)


def find_recognisable(
    document: Document, findings: Sequence[Finding], policy: Policy, removed: Callable[[Finding], bool]
) -> tuple[Recognisable, ...]:
    """Return the persons of ``document`` of whom enough stays to recognise them, in the order of the text.

    ``findings`` are those of the detector; ``removed`` says which of them the copy loses. A person whose name stays is
    known to the recipient and not reported.
    """
    mentions = _mentions(document, findings, removed)
    if not mentions and not any(f.entity == CATEGORY_CUE and f.rule == _RECORD for f in findings):
        return ()
    known = {mention.person for mention in mentions if mention.stays}
    items: dict[str, dict[str, list[Span]]] = {}
    for kind, span in _staying(document, findings, removed):
        person = _person_at(span, mentions)
        if person not in known:
            items.setdefault(person, {}).setdefault(kind, []).append(span)
    enough = policy.number("release.quasi_identifiers")
    return tuple(
        Recognisable(person, tuple(_item(document, kind, spans) for kind, spans in found.items()))
        for person, found in items.items()
        if _count(found) >= enough
    )


def _count(found: Mapping[str, object]) -> int:
    return len(found.keys() - _TOGETHER) + int(found.keys() >= _TOGETHER)


def _mentions(
    document: Document, findings: Sequence[Finding], removed: Callable[[Finding], bool]
) -> tuple[_Mention, ...]:
    found: list[_Mention] = []
    masked: dict[str, str] = {}
    for finding in findings:
        span = finding.spans[0]
        if finding.entity == _NAME and finding.role is not Role.STAFF:
            # Names without a key are few and far between; each counts as somebody else.
            person = finding.subject or f"person-at-{span.block}-{span.start}"
            found.append(_Mention(span, person, finding.role, not removed(finding)))
        elif finding.entity == _MASKED:
            key = masked.setdefault(document.text_of(finding.spans), f"masked-{len(masked) + 1}")
            found.append(_Mention(span, key, None, stays=False))
    # 其女孙某 is named beside the patient, and what follows is the patient's.
    mine = [mention for mention in found if mention.role is not Role.RELATIVE]
    return tuple(sorted(mine or found, key=lambda mention: mention.span))


def _person_at(span: Span, mentions: Sequence[_Mention]) -> str:
    """Return who is spoken of at ``span``: the last one named before it, or the first after."""
    if not mentions:
        return UNNAMED
    before = [mention for mention in mentions if mention.span <= span]
    return (before[-1] if before else mentions[0]).person


def _staying(
    document: Document, findings: Sequence[Finding], removed: Callable[[Finding], bool]
) -> Iterator[tuple[str, Span]]:
    """Yield kind and place of each quasi-identifier that the copy keeps."""
    gone: dict[int, list[Span]] = {}
    for finding in findings:
        if finding.action.removes and removed(finding):
            for span in finding.spans:
                gone.setdefault(span.block, []).append(span)
    for finding in sorted(findings, key=lambda f: f.spans):
        kind = finding.entity.removeprefix(QUASI).casefold() if finding.entity.startswith(QUASI) else ""
        if not kind and finding.action.removes:
            kind = _KEPT_AS.get(finding.entity, "")
        span = finding.spans[0]
        if not kind or not document.blocks[span.block].survives:
            continue
        if any(span.overlaps(other) for other in gone.get(span.block, ())):
            continue
        if kind != "date" or not _is_of_the_paper(document.blocks[span.block].text, span):
            yield kind, span


def _is_of_the_paper(text: str, span: Span) -> bool:
    """Whether a date is that of the document: alone on its line, or under a label that says so."""
    rest = text[: span.start] + text[span.end :]
    return sum(char.isalnum() for char in rest) < _FEW or bool(_OF_THE_PAPER.search(text, 0, span.start))


def _item(document: Document, kind: str, spans: Sequence[Span]) -> QuasiIdentifier:
    offer = _OFFERS.get(kind, "leave_out")
    return QuasiIdentifier(kind, tuple(spans), offer, _coarser(offer, document.text_of(spans[:1])))


def _coarser(offer: str, text: str) -> str:
    """Return ``text`` in its coarser form, empty where nothing coarser is in it."""
    chinese = _HAN.search(text) is not None
    if offer == "age_band" and (number := _NUMBER.search(text)):
        low = int(number.group()) // 10 * 10
        return f"{low}—{low + 9}岁" if chinese else f"{low}–{low + 9} years old"
    if offer == "year_only" and (year := _YEAR.search(text)):
        return f"{year.group()}年" if chinese else year.group()
    if offer == "county_only" and (county := _COUNTY.search(text)):
        return county.group()
    if offer == "disease_group":
        return "某罕见病" if chinese else "a rare disease"
    return ""
