"""Who a relative is to the patient, by the words beside the name: 其女孙晓雯, 孙晓雯（女儿）, his daughter Mary."""

from __future__ import annotations

import importlib.resources
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

import regex

from hospital_redact.detection.words import alternatives
from hospital_redact.model import Document, Finding, Role, Span

_WINDOW = 24


class Kin(NamedTuple):
    """What a person is (``zh``, ``en``) to the person with the subject key ``patient``, whose name ``rule`` found."""

    patient: str
    rule: str
    zh: str
    en: str


class _Words(NamedTuple):
    before: regex.Pattern[str]
    after: regex.Pattern[str]
    kin: Mapping[str, tuple[str, str]]


@cache
def _words() -> _Words:
    """Return the expressions for a word of kinship before and after a name, and what each word says."""
    source = importlib.resources.files("hospital_redact").joinpath("kinship.toml").read_text("utf-8")
    kin: dict[str, tuple[str, str]] = {}
    for entry in tomllib.loads(source)["kin"]:
        for word in (*entry["words"].split(), *entry["words_en"].split()):
            kin[word] = (entry["zh"], entry["en"])
    long = alternatives(frozenset(word for word in kin if len(word) > 1 and not word.isascii()))
    short = alternatives(frozenset(word for word in kin if len(word) == 1))
    latin = alternatives(frozenset(word for word in kin if word.isascii()))
    whose = r"(?:其|患者之?|患儿之?|病人之?|之)"
    before = regex.compile(
        rf"(?:(?P<kin>{long})|{whose}(?P<kin>{short}))(?:姓名)?[ :：]{{0,2}}$"
        rf"|(?<![A-Za-z])(?P<kin>(?i:{latin}))(?:['’]s name)?(?: is| was)?[ ,:]{{1,2}}$"
    )
    after = regex.compile(
        rf"[ ]?[(（,，、 ][ ]?(?:系|为|是)?(?:患者|病人|患儿|其)?(?:之|的)?(?P<kin>{long})(?!\p{{Han}})"
        rf"|[ ]?[(（,，][ ]?(?:系|为|是)?{whose}(?P<kin>{short})(?!\p{{Han}})"
        rf"|,? \(?(?:(?:his|her|the patient['’]s) )?(?P<kin>(?i:{latin}))(?![A-Za-z])"
    )
    return _Words(before, after, kin)


def find_kin(document: Document, findings: Sequence[Finding]) -> dict[str, Kin]:
    """Return the kinship of each relative by subject key: to the only patient, or to the one named last before.

    Relatives without a word of kinship, and those of nobody who is named, have none.
    """
    people = sorted((f for f in findings if f.role is not None and f.subject), key=lambda f: f.spans)
    patients = [(f.spans[0], f.subject, f.rule) for f in people if f.role is Role.PATIENT and f.subject]
    relatives = [f for f in people if f.role is Role.RELATIVE]
    found: dict[str, Kin] = {}
    for finding in relatives:
        subject = finding.subject
        if subject is None or subject in found or not patients:
            continue
        said = _beside(document.blocks[finding.spans[0].block].text, finding.spans)
        if said is not None:
            found[subject] = Kin(*_patient_before(finding.spans[0], patients), *said)
    return found


def _beside(text: str, spans: Sequence[Span]) -> tuple[str, str] | None:
    words = _words()
    start, end = spans[0].start, spans[0].end
    match = words.before.search(text, max(0, start - _WINDOW), start) or words.after.match(text, end, end + _WINDOW)
    return words.kin.get(match["kin"].lower()) if match else None


def _patient_before(place: Span, patients: Sequence[tuple[Span, str, str]]) -> tuple[str, str]:
    named = [(subject, rule) for span, subject, rule in patients if span < place]
    return named[-1] if named else patients[0][1:]
