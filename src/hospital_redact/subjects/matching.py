"""Findings from a roster: which records a document shows, and every place where it shows them.

A record is *confirmed* by a number that hardly anybody else could have, or by two attributes near each other: a name
and a number, birth date or ward, or a common number and a birth date or ward. A confirmed record is found wherever the
document names it. Without a second attribute only a rare name accuses (see ``_is_rare_name``): thousands of a large
roster are called 王伟, and some are called 高兴.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hospital_redact.detection.names_en import is_eponym
from hospital_redact.detection.scene import Scene
from hospital_redact.detection.shapes import LABELS, is_dual
from hospital_redact.detection.words import FOLLOW, FOLLOW_WORDS, LEAD_IN, NOT_NAMES, TITLES
from hospital_redact.errors import DetectionError
from hospital_redact.model import CATEGORY_CUE, Document, Finding, Policy, Role, Rule, Span
from hospital_redact.subjects.clues import Clue, Clues, Kind, find_clues
from hospital_redact.subjects.folding import HAN
from hospital_redact.subjects.roster import Rows, Subjects

NAME_RULE, NUMBER_RULE, STAFF_RULE = "known_subject_name", "known_subject_number", "known_subject_staff"
PUBLIC_ROLE_RULE = "person_staff"
EVIDENCE = "roster"

NEAR = 120
"""A second attribute stands at most so many characters away, or in the same line."""

WARD_NEAR = 40
"""A ward is shared by many, so it stands nearer than that."""

_MAX_LINE = 2_000
_LABEL_LENGTH = 6
_PERSON = "PERSON_NAME"
_PATIENT = "patient"
_PRIVATE = (Role.PATIENT, Role.RELATIVE, Role.STAFF_SUBJECT)


@dataclass(frozen=True, slots=True, repr=False)
class _Match:
    """A clue that accuses: ``rows`` are the records it may be; ``sure``: more than the name and a ward says so."""

    scene: Scene
    clue: Clue
    rows: Rows
    sure: bool
    evidence: tuple[str, ...]


def find_subjects(
    document: Document, findings: Sequence[Finding], subjects: Subjects, policy: Policy
) -> tuple[Finding, ...]:
    """Return ``findings`` with what ``subjects`` adds: new findings, and the role of names that stand on the roster.

    A name that is found already keeps its subject key and becomes a patient's, everywhere in the document. A member of
    staff by the roster makes a name without a shown role one of staff, beside its number or birth date, or by a rare
    name in a text about no patient; a patient's name stays a patient's.

    Raises DetectionError HR301 when ``policy`` lacks the roster's rules.
    """
    rules = {rule.id: rule for rule in policy.rules}
    if missing := {NAME_RULE, NUMBER_RULE, STAFF_RULE} - set(rules):
        raise DetectionError("HR301", "the policy lacks the rule {rule}, which a roster needs", rule=min(missing))
    every = [find_clues(Scene(document, view), subjects) for view in document.views]
    judge = _Judge(subjects, every)
    return _Findings(document, findings, subjects, rules).with_matches(judge.matches())


class _Judge:
    """Decides which clues accuse."""

    def __init__(self, subjects: Subjects, every: Sequence[Clues]) -> None:
        self._subjects = subjects
        self._every = every
        self._beside: dict[int, Rows] = {}  # of a clue, by its id: the records that a second attribute shows
        strong = [clue.rows for clues in every for clue in clues.numbers if clue.alone]
        for clues in every:
            strong.extend(self._look_around(clues))
        self._strong = _union(strong)
        self._confirmed = _union([self._strong, *self._beside.values()])

    def matches(self) -> Iterator[_Match]:
        """Yield what accuses, sure ones first."""
        weak: list[_Match] = []
        for clues in self._every:
            for clue in (*clues.numbers, *clues.names):
                rows = np.intersect1d(clue.rows, self._confirmed)
                if len(rows):
                    is_name = clue.kind in (Kind.NAME, Kind.SPELLING)
                    if not is_name or _may_stand(clues.scene.text, clue):
                        evidence = (EVIDENCE, clue.kind.value, *self._words(clue))
                        yield _Match(clues.scene, clue, rows, bool(np.isin(rows, self._strong).any()), evidence)
                elif self._is_rare_name(clues.scene.text, clue):
                    weak.append(_Match(clues.scene, clue, clue.rows, False, (EVIDENCE, clue.kind.value, "rare")))
        yield from weak

    def _words(self, clue: Clue) -> tuple[str, ...]:
        if id(clue) in self._beside:
            return ("second_attribute",)
        return ("rare",) if clue.alone else ("propagated",)

    def _look_around(self, clues: Clues) -> Iterator[Rows]:
        """Note the records for which a second attribute stands near a clue; yield those that it is strong for."""
        text = clues.scene.text
        numbers = [clue.start for clue in clues.numbers]
        days, wards = [place for place, _ in clues.days], [place for place, _ in clues.wards]
        for clue in (*clues.names, *clues.numbers):
            low, high = _around(text, clue, NEAR)
            others: Sequence[Clue] = ()
            if clue.kind in (Kind.NAME, Kind.SPELLING):
                others = clues.numbers[bisect_left(numbers, low) : bisect_right(numbers, high)]
            near_days = {day for _, day in clues.days[bisect_left(days, low) : bisect_right(days, high)]}
            low, high = _around(text, clue, WARD_NEAR)
            near_wards = {code for _, code in clues.wards[bisect_left(wards, low) : bisect_right(wards, high)]}
            shown = _among(clue.rows, others)
            if near_days:
                shown |= np.isin(self._subjects.births[clue.rows], list(near_days))
            if shown.any():
                yield clue.rows[shown]
            elif near_wards:
                shown = np.isin(self._subjects.wards[clue.rows], list(near_wards))
            if shown.any():
                self._beside[id(clue)] = clue.rows[shown]

    def _is_rare_name(self, text: str, clue: Clue) -> bool:
        """Whether a name accuses without a second attribute.

        In a large roster: one record, three characters or more, standing by itself. In a small one a name of two
        characters that stands by itself, or a longer one, is enough. Everyday words never are, nor is a spelling in
        small letters or, in a large roster, any; nor what patients and staff are both called.
        """
        if clue.kind not in (Kind.NAME, Kind.SPELLING) or "\n" in text[clue.start : clue.end]:
            return False
        staff = self._subjects.staff[clue.rows]
        if bool(staff.any()) and not bool(staff.all()):
            return False
        if clue.kind is Kind.SPELLING:
            written = text[clue.start : clue.end]
            words = [word for word in written.replace("-", " ").replace(",", " ").split() if len(word) > 1]
            named = len(words) > 1 and all(word[0].isupper() for word in words)
            return named and not self._subjects.is_large and not is_eponym(text, clue.end)
        if is_dual(clue.text) or clue.text in NOT_NAMES:
            return False
        if self._subjects.is_large:
            return len(clue.rows) == 1 and len(clue.text) >= 3 and _stands_free(text, clue)
        return len(clue.text) >= 3 or _stands_free(text, clue)


def _around(text: str, clue: Clue, reach: int) -> tuple[int, int]:
    """Return the range in which an attribute is near: ``reach`` characters each way, the line if it is longer."""
    start = text.rfind("\n", max(0, clue.start - _MAX_LINE), clue.start) + 1 or max(0, clue.start - _MAX_LINE)
    end = text.find("\n", clue.end, clue.end + _MAX_LINE)
    end = min(len(text), clue.end + _MAX_LINE) if end < 0 else end
    return min(start, clue.start - reach), max(end, clue.end + reach)


def _union(parts: Sequence[Rows]) -> Rows:
    return np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.int32)


def _among(rows: Rows, others: Iterable[Clue]) -> NDArray[np.bool_]:
    known = [clue.rows for clue in others]
    return np.isin(rows, np.concatenate(known)) if known else np.zeros(len(rows), np.bool_)


def _may_stand(text: str, clue: Clue) -> bool:
    """Whether the name of a confirmed record may be that person here: not inside a word, not an everyday word."""
    if clue.kind is Kind.SPELLING:
        before, after = text[clue.start - 1 : clue.start], text[clue.end : clue.end + 1]
        return not before.isalpha() or HAN.match(before) is not None or not after.isalpha()
    if is_dual(clue.text) or clue.text in NOT_NAMES or len(clue.text) < 3:
        return _stands_free(text, clue) or (len(clue.text) == 2 and not is_dual(clue.text) and _follows(text, clue.end))
    return True


def _stands_free(text: str, clue: Clue) -> bool:
    """Whether nothing joins the name to the words beside it."""
    before = text[max(0, clue.start - _LABEL_LENGTH) : clue.start]
    led = (
        not before
        or not HAN.match(before[-1])
        or before[-1] in LEAD_IN
        or any(before.endswith(label) for label in _labels_of(before))
    )
    return led and _follows(text, clue.end)


def _labels_of(before: str) -> Iterator[str]:
    return (before[-length:] for length in range(1, len(before) + 1) if before[-length:] in LABELS)


def _follows(text: str, end: int) -> bool:
    after = text[end : end + 1]
    return not HAN.match(after or " ") or after in FOLLOW or text.startswith((*TITLES, *FOLLOW_WORDS), end)


class _Findings:
    """The findings of a document, to which matches are added."""

    def __init__(
        self, document: Document, findings: Sequence[Finding], subjects: Subjects, rules: dict[str, Rule]
    ) -> None:
        self._document = document
        self._subjects = subjects
        self._rules = rules
        self._found = list(findings)
        self._about_patients = any(
            f.matter == _PATIENT or f.role in (Role.PATIENT, Role.RELATIVE)
            for f in findings
            if f.entity != CATEGORY_CUE
        )
        self._by_block: dict[int, list[tuple[Span, int]]] = {}
        for number, finding in enumerate(findings):
            if finding.action.removes:
                for span in finding.spans:
                    self._by_block.setdefault(span.block, []).append((span, number))
        self._added: dict[tuple[Span, ...], Finding] = {}
        self._keys: dict[int, str] = {}  # of a record: the subject key of its name
        self._patients: set[str] = set()  # subject keys that the roster makes patients
        self._strong_patients: set[str] = set()
        self._staff: set[str] = set()
        self._same_person: dict[str, str] = {}  # of a subject key the one that counts

    def with_matches(self, matches: Iterable[_Match]) -> tuple[Finding, ...]:
        """Return the findings with all matches."""
        listed = [(match, spans) for match in matches if (spans := self._spans(match))]
        self._about_patients |= any(match.sure and self._is_patient(match.rows) for match, _ in listed)
        # Who is clear and found already comes first: they give the subject keys to all other spellings.
        listed.sort(key=lambda pair: (len(pair[0].rows) > 1, self._same(pair[1]) is None))
        for match, spans in listed:
            if match.clue.kind in (Kind.NUMBER, Kind.SLIP):
                self._take_number(match, spans)
            elif self._is_patient(match.rows):
                self._take_name(match, spans)
            else:
                self._take_staff(match, spans)
        findings = [self._settled(finding) for finding in self._found]
        return tuple(sorted((*findings, *self._added.values()), key=lambda f: (f.spans, f.rule)))

    def _is_patient(self, rows: Rows) -> bool:
        return not bool(self._subjects.staff[rows].all())

    def _spans(self, match: _Match) -> tuple[Span, ...]:
        return tuple(sorted(match.scene.locate(match.clue.start, match.clue.end)))

    def _same(self, spans: tuple[Span, ...]) -> int | None:
        """Return the number of the removing finding that covers all of ``spans``, names before others."""
        covering = [
            number
            for span, number in self._by_block.get(spans[0].block, ())
            if span.start <= spans[0].start and spans[0].end <= span.end and _covers(self._found[number].spans, spans)
        ]
        return min(covering, key=lambda number: self._found[number].entity != _PERSON, default=None)

    def _take_number(self, match: _Match, spans: tuple[Span, ...]) -> None:
        number = self._same(spans)
        if number is not None:
            self._note(number, match.evidence)
            return
        rule = self._rules[NUMBER_RULE if self._is_patient(match.rows) else STAFF_RULE]
        confidence = 0.95 if match.clue.kind is Kind.NUMBER else 0.8
        key = f"record-{int(match.rows[0])}-{match.clue.kind}"
        self._add(rule, match, spans, confidence=confidence, role=None, key=key)

    def _take_name(self, match: _Match, spans: tuple[Span, ...]) -> None:
        number = self._same(spans)
        found = self._found[number] if number is not None else None
        if found is None or found.entity != _PERSON:
            if number is not None and found is not None:
                self._note(number, match.evidence)
                return
            confidence = 0.9 if match.sure else 0.75
            rule = self._rules[NAME_RULE]
            self._add(rule, match, spans, confidence=confidence, role=Role.PATIENT, key=self._key_of(match))
            return
        assert number is not None
        if found.role is Role.STAFF and not match.sure:
            return  # an office that the document shows outweighs a name alone, and a ward, where doctors work as well
        self._note(number, match.evidence)
        if found.subject is not None:
            self._join(found.subject, match.rows)
            self._patients.add(found.subject)
            if match.sure:
                self._strong_patients.add(found.subject)
        elif found.role not in _PRIVATE:
            self._found[number] = self._as_patient(self._found[number])

    def _join(self, subject: str, rows: Rows) -> None:
        """Note that ``subject`` is named by ``rows``; two subjects of one record are one person."""
        for row in rows.tolist():
            first = self._keys.setdefault(row, subject)
            # A spelling of several records joins nobody: zhangwei is 张伟 and 张薇.
            if first != subject and len(rows) == 1 and first not in self._same_person:
                self._same_person.setdefault(subject, first)

    def _key_of(self, match: _Match) -> str:
        rows = match.rows.tolist()
        key = next((self._keys[row] for row in rows if row in self._keys), f"roster-{rows[0]}")
        for row in rows:
            self._keys.setdefault(row, key)
        return key

    def _take_staff(self, match: _Match, spans: tuple[Span, ...]) -> None:
        number = self._same(spans)
        if number is None or self._found[number].entity != _PERSON:
            return
        self._note(number, match.evidence)
        subject = self._found[number].subject
        shown = match.sure and "second_attribute" in match.evidence
        # A directory of names alone says who is staff only where a patient of the same name cannot be meant.
        listed = "rare" in match.evidence and not self._about_patients
        if subject is not None and (shown or listed):
            self._staff.add(subject)

    def _note(self, number: int, evidence: tuple[str, ...]) -> None:
        found = self._found[number]
        self._found[number] = replace(found, evidence=tuple(dict.fromkeys((*found.evidence, *evidence))))

    def _add(
        self, rule: Rule, match: _Match, spans: tuple[Span, ...], *, confidence: float, role: Role | None, key: str
    ) -> None:
        old = self._added.get(spans)
        if old is not None and old.confidence >= confidence:
            return
        self._added[spans] = Finding(
            spans=spans,
            rule=rule.id,
            category=rule.category,
            matter=rule.matter,
            entity=rule.entity,
            action=rule.action,
            confidence=confidence,
            detector=EVIDENCE,
            role=role,
            subject=key,
            evidence=match.evidence,
        )

    def _settled(self, finding: Finding) -> Finding:
        """Return ``finding`` with the role that the roster gives its subject; a patient's goes before one of staff."""
        if finding.entity != _PERSON or finding.subject is None:
            return finding
        settled = replace(finding, subject=self._same_person.get(finding.subject, finding.subject))
        if finding.role in _PRIVATE:
            return settled
        of_patient = self._patients if finding.role is Role.OTHER else self._strong_patients
        if of_patient & {finding.subject, settled.subject}:
            return self._as_patient(settled)
        rule = self._rules.get(PUBLIC_ROLE_RULE)
        if finding.role is Role.OTHER and finding.subject in self._staff and rule is not None:
            return _under(rule, settled, Role.STAFF)
        return settled

    def _as_patient(self, finding: Finding) -> Finding:
        return _under(self._rules[NAME_RULE], finding, Role.PATIENT)


def _under(rule: Rule, finding: Finding, role: Role) -> Finding:
    return replace(
        finding,
        rule=rule.id,
        category=rule.category,
        matter=rule.matter,
        action=rule.action,
        role=role,
    )


def _covers(outer: Sequence[Span], inner: Sequence[Span]) -> bool:
    return all(any(o.block == i.block and o.start <= i.start and i.end <= o.end for o in outer) for i in inner)
