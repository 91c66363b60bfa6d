"""From findings to a suggested secrecy level, before and after redaction, and what may happen to the document.

The level is the highest of its matters under the policy (design, section 5). Where nothing is found it is 公开 only
on evidence of publication, and 内部 otherwise. Nothing is lowered in silence: each exemption is in ``needs_human``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import regex

from hospital_redact.circles import MEETING_CIRCLE, OUTSIDE_CIRCLE, is_outside_circle
from hospital_redact.context import PATIENT, PERSON_NAME, effective_context, retention
from hospital_redact.decisions import Situation, decide
from hospital_redact.detection.categories import SELF_DECLARED
from hospital_redact.detection.genre import BLANK_FORM, explained_by_genre
from hospital_redact.model import (
    CATEGORY_CUE,
    Action,
    Document,
    Finding,
    Level,
    LevelSuggestion,
    Location,
    Policy,
    Reason,
    ReleaseContext,
    Role,
    Span,
)
from hospital_redact.policy import CATEGORIES, NO_CATEGORY
from hospital_redact.quasi_identifiers import QUASI, count_persons, find_recognisable

PUBLISHED = "published"
ADMINISTRATIVE = "administrative"
MEDICAL_RECORD = "medical_record"
PUBLIC_CONTACT = "PUBLIC_CONTACT"
HOSPITAL_MARK = "HOSPITAL_MARK"

_PERSONAL = (PATIENT, "person")
# What a notice or a paper prints for its readers, and what says nothing without a patient. It is redacted like
# everything else; that it stands in such a text does not make the text secret. A numbered identifier does.
_SOFT_ENTITIES = frozenset(
    {
        PERSON_NAME, "PHONE_NUMBER", "FAX_NUMBER", "EMAIL_ADDRESS", "URL", "ADDRESS", "POSTCODE", "EMPLOYER",
        "OCCUPATION", "VISIT_DATE", "BED_NO", "AGE_OVER_89", "PHOTO_REFERENCE",
    }
)  # fmt: skip
# Rules for a number of no known kind: in a text that shows itself to be public, it is the number of the text.
_UNEXPLAINED = frozenset({"record_code", "record_reference"})
# Evidence without which a general or published text is not drawn into a category by its wording.
_HARD_EVIDENCE = frozenset({"columns", "patterns", "persons"})
# Evidence for a patient's name that a public notice about staff has as well.
_SAID_OF_ANYBODY = frozenset({"sex", "propagated", "tagger", "shape"})
_SEVERAL = 3
# These speak of patients without telling of one.
_OF_FIGURES = frozenset({"statistics", "research", "finance", "plan"})
# In papers of these kinds the numbers in rows are those of staff.
_OF_STAFF = frozenset({"salary", "bonus", "personnel", "staff_contact"})
_ACCOUNTS = frozenset({"BANK_CARD", "BANK_ACCOUNT", "IBAN"})
_CODE = regex.compile(
    r"(?<![0-9A-Za-z.,/-])(?:(?!(?:19|20)\d{6}(?!\d))\d{6,20}|[A-Z]{1,4}-?\d{5,16}|\d{2,8}[A-Z]{1,3}\d{3,12})(?![0-9A-Za-z.,%])"
)
_NO_LEVEL = "nothing"
_MAX_PLACES = 8

Removed = Callable[[Finding], bool]


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A finding that counts, with the level its matter has here."""

    finding: Finding
    level: Level
    undecided: bool


def classify(
    document: Document,
    findings: Sequence[Finding],
    policy: Policy,
    context: ReleaseContext,
    *,
    removed: Removed | None = None,
) -> LevelSuggestion:
    """Suggest a level for ``document`` and decide what may happen to it.

    ``findings`` come from the detector, category cues among them. ``removed`` answers whether the plan removes a
    finding; without it, what :func:`hospital_redact.context.retention` does not keep counts as removed.
    Raises :class:`~hospital_redact.errors.PolicyError` HR111 for an unknown recipient or channel.
    """
    effective, missing = effective_context(context, policy)
    kept = retention(document, findings, policy, effective)
    if removed is None:
        removed = _removed_unless(kept.kept_because)
    facts = _Facts(findings, policy)
    weighed = facts.weigh()
    level = max((item.level for item in weighed), default=facts.base)
    stays, rests_on = _staying(facts, weighed, removed)
    residual = max((item.level for item in stays), default=Level.INTERNAL if weighed else facts.base)
    categories = _categories(facts, weighed)
    outside = is_outside_circle(document, findings, categories, policy, effective)
    verdict = decide(
        Situation(
            residual=residual,
            staying=frozenset(i.finding.matter for i in stays if i.level >= Level.SECRET and not i.undecided),
            undecided=frozenset(i.finding.matter for i in stays if i.undecided),
            categories=categories,
            flagged=frozenset(facts.flagged),
            persons=count_persons(facts.persons) or int(facts.has_patient),
            persons_stay=any(not removed(f) for f in facts.persons),
            removes=any(_may_be_removed(f) and removed(f) for f in facts.values),
            state_mark=facts.stops,
            copy_barred=_copy_is_barred(facts.marked, policy, effective),
            outside_circle=outside,
            look_at=kept.needs_human,
        ),
        policy,
        effective,
    )
    reasons = _reasons(document, policy, weighed or facts.background)
    recognisable = find_recognisable(document, findings, policy, removed)
    words = (
        *missing,
        *kept.needs_human,
        *rests_on,
        *verdict.look_at,
        *((OUTSIDE_CIRCLE,) if outside else ()),
        *(f"recognisable:{r.person}" for r in recognisable),
        *_not_in_force((*reasons, *verdict.reasons), weighed, policy),
    )
    return LevelSuggestion(
        level=level,
        residual_level=residual,
        decision=verdict.decision,
        # Why nothing may be written is what a reader needs first.
        reasons=(*reasons, *verdict.reasons) if verdict.decision.writes else (*verdict.reasons, *reasons),
        categories=categories,
        needs_human=_needs_human(document, facts, weighed, effective, words),
        term_years=_term(policy, level, weighed),
        approvers=verdict.approvers,
        conditions=verdict.conditions,
        recognisable=recognisable,
    )


def _removed_unless(kept_because: Callable[[Finding], str | None]) -> Removed:
    return lambda finding: kept_because(finding) is None


class _Facts:
    """The findings sorted by what they mean for the level."""

    def __init__(self, findings: Sequence[Finding], policy: Policy) -> None:
        self.policy = policy
        cues = [f for f in findings if f.entity == CATEGORY_CUE]
        self.spans = [span for f in findings if f.entity != CATEGORY_CUE for span in f.spans]
        self.values = [f for f in findings if f.entity != CATEGORY_CUE and f.matter != _NO_LEVEL]
        self.flagged = {f.entity for f in findings if f.matter == _NO_LEVEL and f.action is Action.FLAG}
        self.published = [f for f in cues if f.matter == PUBLISHED]
        # A hospital may hold that even a general notice is in scope (conflict C14).
        exempting = policy.flag("exempt.general_notice")
        self.notices = [f for f in cues if f.matter == ADMINISTRATIVE and exempting]
        self.cues = [f for f in cues if f.matter not in (PUBLISHED, ADMINISTRATIVE)]
        self.explained = explained_by_genre(findings, {rule.id: rule for rule in policy.rules})
        self.switchboards = [s for f in findings if f.entity == PUBLIC_CONTACT for s in f.spans]
        self.exempted: list[str] = []
        self.stops = any(f.action is Action.STOP for f in findings)
        self.persons = [f for f in self.values if f.matter in _PERSONAL and _may_be_removed(f)]

    @property
    def exempt(self) -> bool:
        """Whether the text shows itself to be a general notice or published: in its title, or in several ways."""
        shown = [set(finding.evidence) for finding in (*self.published, *self.notices)]
        blank = any(finding.rule == BLANK_FORM for finding in self.notices)
        return blank or any("titles" in places or {"patterns", "phrases"} <= places for places in shown)

    @property
    def marked(self) -> Level:
        """Return the level that the hospital's own mark states; 公开 where there is none."""
        words = (word for f in self.values if f.entity == HOSPITAL_MARK for word in f.evidence)
        return max((_marked(word) for word in words), default=Level.PUBLIC)

    @property
    def background(self) -> list[_Weighed]:
        """Return what speaks for 公开 or 内部 where nothing else is found."""
        return [_Weighed(f, self._level_of(f)[0], False) for f in (*self.notices, *self.published)]

    @property
    def base(self) -> Level:
        """Return the level of a text in which nothing is found."""
        de_identified = any(f.rule == MEDICAL_RECORD for f in self.cues)
        if self.published and not self._is_for_the_house and not (de_identified and not self.exempt):
            return Level.PUBLIC
        return Level.INTERNAL

    @property
    def _is_for_the_house(self) -> bool:
        """Whether a notice is one for the staff: 通告 and 停诊 in a title are said to the public as well.

        A title alone yields to a text that speaks to the public in more than its own title.
        """
        bare = all(set(notice.evidence) == {"titles"} for notice in self.notices)
        said = any({"patterns", "phrases"} & set(finding.evidence) for finding in self.published)
        return bool(self.notices) and not (bare and said)

    @property
    def has_patient(self) -> bool:
        """Whether the text is about a patient, and not about staff or business with personal data in it.

        In a record every number and every name is a patient's. Elsewhere a number of staff, of a device or of a column
        may look like one: there it takes a patient who is called so beside it, or several numbers.
        """
        numbers = [f for f in self.persons if f.matter == PATIENT and not self._is_soft(f)]
        called = [f for f in self.persons if f.role is Role.PATIENT]
        if any(f.rule == MEDICAL_RECORD for f in self.cues) and not self._is_in_passing:
            # In a published case the names are those of authors, in an empty form there are none.
            return bool(numbers) or any(not self.exempt or not self._is_soft(f) for f in self.persons)
        numbers = [f for f in numbers if f.entity != "DEVICE_SERIAL"]
        if any(f.rule == BLANK_FORM for f in self.notices):
            return bool(numbers)  # what a form asks for is taken for a name
        if any(f.matter not in (PATIENT, "unpublished") for f in self.cues):
            several = len(numbers) >= _SEVERAL and not any(f.category in _OF_STAFF for f in self.cues)
            return bool(numbers and called) or several
        if self.exempt:  # 公示: 男, 1981年6月生 is what an appointment says of anybody
            called = [f for f in called if "sex" not in f.evidence or set(f.evidence) - _SAID_OF_ANYBODY]
        return bool(numbers or called)

    @property
    def _is_in_passing(self) -> bool:
        """Whether the words of a record belong to a surer matter: figures of a ward, the plan of a trial."""
        record = [f for f in self.cues if f.rule == MEDICAL_RECORD]
        if any({"titles", "persons", "columns"} & set(f.evidence) for f in record):
            return False
        sure = max(f.confidence for f in record)
        return any(f.category in _OF_FIGURES and f.confidence >= sure for f in self.cues)

    def weigh(self) -> list[_Weighed]:
        """Return the findings that raise the level, with their levels; note what is exempt."""
        weighed = []
        for finding in self.values:
            if finding.action is Action.KEEP or finding.role is Role.STAFF:
                continue
            if self._is_harmless_here(finding):
                self._exempt("personal_data")
                continue
            level, undecided = self._level_of(finding)
            if level > Level.PUBLIC:
                weighed.append(_Weighed(finding, level, undecided))
        # Once something is proved confidential, wording counts as well, whatever the title says.
        wording_only = self.exempt and not any(_HARD_EVIDENCE & set(finding.evidence) for finding in self.cues)
        for finding in self.cues:
            if finding.rule == MEDICAL_RECORD and not self.has_patient:
                continue  # nobody is in it: teaching material, an empty form, a published case
            if wording_only or finding.rule in self.explained:
                self._exempt(finding.rule)
                continue
            weighed.append(_Weighed(finding, *self._level_of(finding)))
        # 请勿外传 says that something is confidential, and another cue or a patient says what.
        others = any(item.finding.entity == CATEGORY_CUE and item.finding.rule != SELF_DECLARED for item in weighed)
        if others or self.has_patient:
            weighed = [item for item in weighed if item.finding.rule != SELF_DECLARED]
        return weighed

    def _is_harmless_here(self, finding: Finding) -> bool:
        if finding.entity in _SOFT_ENTITIES and any(a.overlaps(b) for a in finding.spans for b in self.switchboards):
            return True
        return (
            self.exempt
            and not self.has_patient
            and (self._is_soft(finding) or finding.entity == "BIRTH_DATE")
            and finding.role is not Role.STAFF_SUBJECT
        )

    def _is_soft(self, finding: Finding) -> bool:
        if finding.entity == "BANK_ACCOUNT" and not self.cues:  # where the public pays or donates
            return any("titles" in shown.evidence for shown in self.published)
        return finding.entity in _SOFT_ENTITIES or (self.exempt and finding.rule in _UNEXPLAINED)

    def _exempt(self, what: str) -> None:
        word = f"exempted:{what}"
        if word not in self.exempted:
            self.exempted.append(word)

    def _level_of(self, finding: Finding) -> tuple[Level, bool]:
        """Return the level of a finding and whether the policy leaves it undecided; a mark is a floor."""
        level = self.policy.levels.get(finding.matter)
        floor = max((_marked(word) for word in finding.evidence), default=Level.PUBLIC)
        if level is None:
            return max(Level.SECRET, floor), True
        return max(level, floor), False


def _marked(evidence: str) -> Level:
    """Return the level that a mark states (evidence ``level:机密``)."""
    kind, _, word = evidence.partition(":")
    return Level(word) if kind == "level" and word in [level.value for level in Level] else Level.PUBLIC


def _may_be_removed(finding: Finding) -> bool:
    return finding.action.removes and finding.role is not Role.STAFF


def _staying(
    facts: _Facts, weighed: Sequence[_Weighed], removed: Removed
) -> tuple[tuple[_Weighed, ...], tuple[str, ...]]:
    """Return what stays in the copy, and on which removed payloads the rest is gone (``payload_removed:salary``).

    What was confidential and is removed leaves a text that is 内部. A figure that detection missed would still be in
    it, so a person must look where a category lost its level that way.
    """
    stays: list[_Weighed] = []
    rests_on: list[str] = []
    payload_of = {rule.id: frozenset(rule.payload) for rule in facts.policy.categories}
    for item in weighed:
        finding = item.finding
        if finding.entity != CATEGORY_CUE:
            gone = removed(finding)
        elif finding.rule == MEDICAL_RECORD:
            gone = all(removed(f) for f in facts.persons)
        else:
            entities = payload_of.get(finding.rule, frozenset())
            payload = [f for f in facts.values if f.entity in entities]
            gone = bool(payload) and all(removed(f) for f in payload)
            if gone:
                rests_on.append(f"payload_removed:{finding.rule}")
        if not gone:
            stays.append(item)
    return tuple(stays), tuple(rests_on)


def _copy_is_barred(marked: Level, policy: Policy, context: ReleaseContext) -> bool:
    """Whether what bears the hospital's mark may not be copied: never, or not without an approval (第4篇 5.2.1)."""
    if marked < Level.SECRET:
        return False
    return policy.word(f"copy.{marked}") == "forbid" or not context.reference.strip()


def _needs_human(
    document: Document,
    facts: _Facts,
    weighed: Sequence[_Weighed],
    context: ReleaseContext,
    words: Iterable[str],
) -> tuple[str, ...]:
    found = list(words)
    if document.unread:
        found.append("unread")
    if facts.stops:
        found.append("state_mark")
    if any(item.undecided for item in weighed):
        found.append("level_undecided")
    if any(item.finding.entity == HOSPITAL_MARK for item in weighed):
        found.append("hospital_mark")
    if _copy_is_barred(facts.marked, facts.policy, context):
        found.append(f"copy_needs_approval:{facts.marked}")
    if not weighed and facts.base is Level.PUBLIC and not context.reference.strip():
        found.append("published_by_own_words")
    if facts.persons:
        # Quasi-identifiers count together, not one by one; a circle is no matter of persons.
        counted = {entity for entity in facts.flagged if not entity.startswith(QUASI)} - {MEETING_CIRCLE}
        found += [f"flagged:{entity.lower()}" for entity in sorted(counted)]
    uncertain = {i.finding.rule for i in weighed if i.finding.entity == CATEGORY_CUE and i.finding.confidence < 0.55}
    found += [f"uncertain:{rule}" for rule in sorted(uncertain)]
    found += facts.exempted
    if facts.has_patient and _holds_unexplained_code(document, facts):
        found.append("unexplained_code")
    return tuple(dict.fromkeys(found))


def _holds_unexplained_code(document: Document, facts: _Facts) -> bool:
    """Whether a code of six digits and more, or of letters and five, stands in a patient's paper under no finding.

    It may be the number of a record in a form that no rule knows: a person sees what it is.
    """
    explained: dict[int, list[Span]] = {}
    for span in facts.spans:
        explained.setdefault(span.block, []).append(span)
    for number, block in enumerate(document.blocks):
        for match in _CODE.finditer(block.text):
            code = Span(number, *match.span())
            if not any(code.overlaps(span) for span in explained.get(number, ())):
                return True
    return False


def _categories(facts: _Facts, weighed: Sequence[_Weighed]) -> tuple[str, ...]:
    """Return the reported categories.

    Cues, marks and patients establish a category. Another value (a phone, a password) belongs to the category of the
    document it stands in, and to its own only where there is none. Some categories bring another with them.
    """
    established = {
        i.finding.category for i in weighed if i.finding.entity == CATEGORY_CUE or i.finding.action is Action.STOP
    }
    established.discard(NO_CATEGORY)
    business = bool(established - {MEDICAL_RECORD, "state_secret_mark", "unpublished"})
    epidemic = any(f.category == "epidemic" and "weak" not in f.evidence for f in facts.cues)
    if epidemic and not any({"titles", "columns"} & set(f.evidence) for f in facts.cues if f.rule == MEDICAL_RECORD):
        established.discard(MEDICAL_RECORD)  # a report of cases tells of patients and is no record of one
    if facts.has_patient:
        # Who is a patient somewhere has an illness there, whatever the paper is called.
        established |= {"patient_identity"} if business else {"patient_identity", MEDICAL_RECORD}
    if not established:
        established = {item.finding.category for item in weighed if item.level >= Level.SECRET}
    if "research" in established:  # 第4篇 4.4.1: what is being studied is not yet public
        established.add("unpublished")
    if "discipline" in established:  # 第4篇 3.6: the decision goes into the personnel file
        established.add("personnel")
    entities = {item.finding.entity for item in weighed}
    # What a paper about pay says of somebody's account and home belongs to the pay.
    apart = business and not facts.has_patient and not established & {"salary", "bonus"}
    if apart and _ACCOUNTS & entities:  # 第3篇 八: accounts of the house and its payees
        established.add("accounts_seals")
    relatives = any(item.finding.role is Role.RELATIVE for item in weighed)
    if apart and relatives and {"ADDRESS", "PHONE_NUMBER"} <= entities:
        established.add("staff_contact")  # 第11篇 二.1(6): home, family and telephone of staff, in whatever paper
    return tuple(category for category in CATEGORIES if category in established)


def _reasons(document: Document, policy: Policy, weighed: Sequence[_Weighed]) -> tuple[Reason, ...]:
    """Return one reason a rule and level, highest level first, with the clause that sets the level."""
    titles = {rule.id: (rule.title, rule.title_en) for rule in policy.rules}
    titles |= {rule.id: (rule.title, rule.title_en) for rule in policy.categories}
    groups: dict[tuple[str, Level], list[Finding]] = {}
    for item in weighed:
        groups.setdefault((item.finding.rule, item.level), []).append(item.finding)
    reasons = []
    for (rule, level), group in groups.items():
        clauses = policy.level_clauses.get(group[0].matter, ())
        if clauses:
            places = _places(document, group)
            reasons.append(Reason(rule, *titles.get(rule, (rule, rule)), group[0].category, clauses[0], level, places))
    return tuple(sorted(reasons, key=lambda reason: (-reason.level.rank, reason.rule)))


def _not_in_force(reasons: Iterable[Reason], weighed: Iterable[_Weighed], policy: Policy) -> Iterable[str]:
    """Return ``clause_not_in_force:<source>`` for each clause of a reason, and each rule that rests on such alone.

    The level stays: to lower it because a regulation lapsed is for a person.
    """
    rules = {item.finding.rule for item in weighed}
    clauses_of = {rule.id: rule.clauses for rule in policy.rules} | {
        rule.id: rule.clauses for rule in policy.categories
    }
    resting = [{clause.source for clause in clauses_of.get(rule, ())} for rule in rules]
    sources = {reason.clause.source for reason in reasons}.union(*(s for s in resting if s <= policy.lapsed))
    return [f"clause_not_in_force:{source}" for source in sorted(sources & policy.lapsed)]


def _places(document: Document, findings: Iterable[Finding]) -> tuple[Location, ...]:
    numbers = dict.fromkeys(span.block for finding in findings for span in finding.spans)
    return tuple(document.blocks[number].location for number in list(numbers)[:_MAX_PLACES])


def _term(policy: Policy, level: Level, weighed: Sequence[_Weighed]) -> int | None:
    """Return the proposed term; what patients alone make secret does not expire."""
    setters = {item.finding.matter for item in weighed if item.level == level}
    return None if setters <= set(_PERSONAL) else policy.terms_years.get(level)
