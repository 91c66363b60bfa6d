"""The detector: every view, every rule, merged into findings on canonical spans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from hospital_redact.detection.addresses import find_addresses
from hospital_redact.detection.addresses_en import find_addresses_en
from hospital_redact.detection.care import tells_of_care
from hospital_redact.detection.categories import find_categories
from hospital_redact.detection.dates import find_dates
from hospital_redact.detection.declared import find_declared
from hospital_redact.detection.disguises import has_content, read_disguised
from hospital_redact.detection.genre import explained_by_genre
from hospital_redact.detection.labels import find_columns, find_labelled
from hospital_redact.detection.literals import FlatText, flatten, search_literals
from hospital_redact.detection.marks import find_marks
from hospital_redact.detection.merging import merge
from hospital_redact.detection.organisations import find_organisations
from hospital_redact.detection.patterns import CompiledRule, compile_rule, find_patterns
from hospital_redact.detection.people import find_people
from hospital_redact.detection.scene import Hit, Scene
from hospital_redact.detection.small_counts import find_small_counts
from hospital_redact.detection.statements import find_statements
from hospital_redact.detection.taggers import Seen
from hospital_redact.model import Document, Finding, Policy, Role, Rule, Span

if TYPE_CHECKING:
    from presidio_analyzer import EntityRecognizer

T = TypeVar("T", tuple[str, ...], float)

# All that presidio's own recognisers of foreign numbers and wallets can match: presidio takes a second to import.
_FOREIGN_NUMBER = re.compile(r"\d{7}-?[A-Za-z]|[A-Za-z]{6}[\dA-Za-z]{9}[A-Za-z]|(?:[Bb][Cc]1|[13])[A-Za-z0-9]{25}")

_STAFF_CATEGORIES = frozenset({"salary", "bonus", "personnel", "discipline", "staff_contact"})
# A list of phones says less: a patient's letter has one too.
_ABOUT_STAFF = _STAFF_CATEGORIES - {"staff_contact"}
_FOR_EVERYBODY = frozenset({"published", "administrative"})
_PATIENT_NUMBERS = frozenset(
    {"MEDICAL_RECORD_NO", "SPECIMEN_NO", "BED_NO", "INSURANCE_NO", "NHS_NUMBER", "HEALTH_CARD_NO"}
)
_PATIENT_VALUE = 0.7
_RECORD = "medical_record"
_TOLD_IN_RECORDS = frozenset({"research", "unpublished"})
"""What the records of a study's patients tell as well, whatever their title."""

_ROLE_WORDS = ("staff_subject", "patient", "relative", "staff", "other")


class Detector:
    """Finds what a policy's rules describe. Safe to use from several threads; models load at first use.

    ``recognizers`` are presidio recognisers that run besides the rules, see :mod:`.presidio_bridge`; one that would
    leave the machine is refused with DetectionError HR301.
    """

    def __init__(self, policy: Policy, *, recognizers: Sequence[EntityRecognizer] = ()) -> None:
        self.policy = policy
        self._rules = {rule.id: rule for rule in policy.rules}
        by_recogniser: dict[str, list[CompiledRule]] = {}
        self._people: dict[Role, Rule] = {}
        for rule in policy.rules:
            kind = rule.detection.recogniser
            if kind == "person_name":
                self._people[_role_of(rule)] = rule
            else:
                by_recogniser.setdefault(kind or "pattern", []).append(compile_rule(rule))
        self._by_recogniser = {kind: tuple(compiled) for kind, compiled in by_recogniser.items()}
        self._recognizers = tuple(recognizers)
        if recognizers:
            from hospital_redact.detection.presidio_bridge import check_recognizers  # noqa: PLC0415 - imports presidio

            check_recognizers(recognizers)

    def __repr__(self) -> str:
        return f"Detector({self.policy!r}, {len(self._recognizers)} presidio recognisers)"

    def detect(self, document: Document, *, seen: Seen | None = None) -> tuple[Finding, ...]:
        """Return the findings in ``document``, category cues included, sorted by place.

        ``seen`` spares the taggers what they have seen: pass the same empty dictionary whenever nearly the same text is
        detected again, as within one review, and drop it then. It holds parts of the text.

        Raises DetectionError HR301 when a rule or recogniser fails or takes too long, HR302 when a model is missing:
        nothing is skipped in silence.
        """
        plain = [Scene(document, view) for view in document.views]
        cues = find_categories(document, self.policy, scenes=plain)
        scenes = [*plain, *(reading for scene in plain for reading in read_disguised(scene))]
        categories = {cue.category for cue in cues}
        fired = categories | {cue.rule for cue in cues}
        findings = self._by_rules(plain, scenes, cues, fired)
        staff_document = bool(categories & _STAFF_CATEGORIES) and "medical_record" not in categories
        people = find_people(scenes, self._people, staff_document=staff_document, record=_RECORD in fired, seen=seen)
        findings.extend(self._findings(people))
        findings.extend(self._foreign(plain))
        merged = merge(findings, self._rules)
        explained = explained_by_genre((*merged, *cues), self._rules)
        if explained:
            explained |= {cue.category for cue in cues} - {cue.category for cue in cues if cue.rule not in explained}
            own = {rule.id for rule in self._rules.values() if rule.only_with in explained}
            merged = merge([finding for finding in findings if finding.rule not in own], self._rules)
        return (*merged, *cues)

    def _by_rules(
        self, plain: Sequence[Scene], scenes: Sequence[Scene], cues: Sequence[Finding], fired: set[str]
    ) -> list[Finding]:
        """Return what all rules but those of people find; ``fired`` is told when it is about a patient."""
        hits = self._hits(scenes, frozenset({"", *fired}))
        texts = (scene.text for scene in plain)
        if _RECORD not in fired and concerns_patient((hit for _, hit, _ in hits), cues, texts):
            fired.add(_RECORD)
            hits += self._hits(scenes, frozenset({_RECORD}))
        titled = {word for cue in cues if "titles" in cue.evidence for word in (cue.rule, cue.category)}
        # In a record doctors speak, decide and plan too: there only a title makes minutes or a plan of it.
        told = titled | (fired & _TOLD_IN_RECORDS) if _RECORD in fired else fired
        stated = [rule for rule in self._by_recogniser.get("statement", ()) if rule.rule.only_with in told]
        hits += [(scene, hit, None) for scene in plain for hit in find_statements(scene, stated, titled)]
        if small := self._by_recogniser.get("small_count", ()):
            smallest = self.policy.number("statistics.smallest_count")
            hits += [(scene, hit, None) for scene in plain for hit in find_small_counts(scene, small, smallest)]
        for scene in scenes:
            scene.matches.clear()
        subjects = _Subjects()
        findings = list(self._findings((scene, hit, subjects.of(scene, hit)) for scene, hit, _ in hits))
        findings.extend(self._findings(_repeated(scenes, hits, subjects)))
        return findings

    def _hits(self, scenes: Sequence[Scene], wanted: frozenset[str]) -> list[tuple[Scene, Hit, None]]:
        """Return the hits of all rules that need one of the categories ``wanted`` ("" for none)."""
        return [(scene, hit, None) for scene in scenes for hit in self._rule_hits(scene, wanted)]

    def _rule_hits(self, scene: Scene, wanted: frozenset[str]) -> Iterator[Hit]:
        def rules(kind: str) -> tuple[CompiledRule, ...]:
            return tuple(rule for rule in self._by_recogniser.get(kind, ()) if rule.rule.only_with in wanted)

        yield from find_patterns(scene, self._by_recogniser.get("pattern", ()), wanted)
        yield from find_labelled(scene, rules("labelled_value"))
        yield from find_columns(scene, rules("table_column"))
        yield from find_addresses(scene, rules("address"))
        yield from find_addresses_en(scene, rules("address_en"))
        yield from find_dates(scene, rules("date"))
        yield from find_organisations(scene, rules("organisation"))
        yield from find_declared(scene, rules("declared"))
        yield from find_marks(scene, rules("state_mark"), state=True)
        yield from find_marks(scene, rules("hospital_mark"), state=False)

    def _findings(self, entries: Iterable[tuple[Scene, Hit, str | None]]) -> Iterator[Finding]:
        for scene, hit, subject in entries:
            spans = tuple(sorted(scene.locate(hit.start, hit.end)))
            # A box alone is what is left of a value: there is nothing to find in it any more.
            if has_content(scene.document.text_of(spans)):
                if scene.disguises:
                    hit = replace(hit, evidence=(*hit.evidence, *scene.disguises))  # noqa: PLW2901 - the same, more told
                yield to_finding(hit, spans, subject)

    def _foreign(self, scenes: Sequence[Scene]) -> Iterator[Finding]:
        if not self._recognizers:
            scenes = [scene for scene in scenes if _FOREIGN_NUMBER.search(scene.text)]
        if not scenes:
            return
        from hospital_redact.detection.presidio_bridge import run_recognizers  # noqa: PLC0415 - imports presidio

        for scene in scenes:
            yield from run_recognizers(scene, self._recognizers, self.policy)


def concerns_patient(hits: Iterable[Hit], cues: Sequence[Finding], texts: Iterable[str] = ()) -> bool:
    """Whether a record, specimen, bed or insurance number, a labelled date of a visit, or what its words tell
    (:mod:`.care`) shows that a text is about a patient, whatever its kind.

    A letter, a chat or a list of text messages has none of the words of a record, and the dates and codes in it say as
    much. Texts about staff and texts for the public are left out.
    """
    # A blank form that holds such a number is filled in.
    strong = [cue for cue in cues if "weak" not in cue.evidence and cue.rule != "blank_form"]
    if any(cue.matter in _FOR_EVERYBODY for cue in strong):
        return False
    staff = {cue.category for cue in strong} & _ABOUT_STAFF
    numbered = not staff and any(
        (hit.rule.entity in _PATIENT_NUMBERS or (hit.rule.entity == "VISIT_DATE" and "label" in hit.evidence))
        and hit.rule.action.removes
        and not hit.rule.only_with
        and hit.confidence >= _PATIENT_VALUE
        for hit in hits
    )
    # A letter to an employer is about both: when somebody may work again and what the illness is.
    return numbered or (staff <= {"personnel"} and tells_of_care(texts))


def to_finding(hit: Hit, spans: tuple[Span, ...], subject: str | None) -> Finding:
    """Return the finding for ``hit`` at canonical ``spans``."""
    rule = hit.rule
    return Finding(
        spans=spans,
        rule=rule.id,
        category=rule.category,
        matter=rule.matter,
        entity=rule.entity,
        action=rule.action,
        confidence=_shared(round(hit.confidence, 3)),
        detector=hit.detector,
        role=hit.role,
        subject=subject,
        evidence=_shared(hit.evidence),
    )


@lru_cache(maxsize=4096)
def _shared(value: T) -> T:
    """Return an equal value that is there already: a long text has very many findings of a few kinds."""
    return value


def _role_of(rule: Rule) -> Role:
    """Return whose names a rule of the recogniser ``person_name`` stands for: the role is the end of its id."""
    name = f"{rule.id} {rule.entity}".casefold()
    return Role(next((word for word in _ROLE_WORDS if word in name), "other"))


class _Subjects:
    """Keys that are equal for equal values, without text."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}

    def of(self, scene: Scene, hit: Hit) -> str | None:
        """Return the key of the value under ``hit``; none for what only reports."""
        if not hit.rule.action.removes:
            return None
        value = compact(scene.text[hit.start : hit.end])
        return self._keys.setdefault(value, f"value-{len(self._keys) + 1}") if value else None


def compact(value: str) -> str:
    """Return the letters and digits of ``value`` in capitals."""
    return "".join(char for char in value if char.isalnum()).upper()


def _repeated(
    scenes: Sequence[Scene], hits: Sequence[tuple[Scene, Hit, None]], subjects: _Subjects
) -> Iterator[tuple[Scene, Hit, str | None]]:
    """Yield every further occurrence of values that were found: numbers of six characters and more."""
    known: dict[str, Hit] = {}
    for scene, hit, _ in hits:
        if not hit.rule.action.removes or hit.rule.only_with or hit.confidence < 0.5:
            continue
        value = flatten(scene.text[hit.start : hit.end])
        digits = sum(char.isdigit() for char in value)
        if len(value) < 6 or digits < 4 or "DATE" in hit.rule.entity or len(value) > 64:
            continue
        for form in {value, compact(value)}:
            old = known.get(form)
            if old is None or old.confidence < hit.confidence:
                known[form] = Hit(
                    hit.start, hit.end, hit.rule, hit.confidence, (*hit.evidence, "propagated"), hit.detector
                )
    words = list(known)
    for scene in scenes:
        for number, start, end in search_literals(FlatText(scene), words):
            if _inside_longer(scene.text, start, end):
                continue
            source = known[words[number]]
            hit = Hit(start, end, source.rule, source.confidence, source.evidence, source.detector)
            yield scene, hit, subjects.of(scene, hit)


def _inside_longer(text: str, start: int, end: int) -> bool:
    """Whether an occurrence is part of a longer number."""
    before = start > 0 and text[start - 1].isdigit() and text[start].isdigit()
    return before or (end < len(text) and text[end].isdigit() and text[end - 1].isdigit())
