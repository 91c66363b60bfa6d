"""What the steps hand on: findings, the suggested level, the plan, the verification and the record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hospital_redact.model.document import Location, Span, Unread
from hospital_redact.model.policy import Action, Clause, Level, ReleaseContext, Role

CATEGORY_CUE = "CATEGORY_CUE"
"""Entity of the finding by which a category rule reports its cues: evidence, never an edit."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Characters that a rule found. ``spans`` are sorted, do not overlap, and may lie in several blocks.

    ``subject`` is a key that is equal for mentions of the same person or value in this document (``person-1``);
    it never holds text. ``evidence`` are stable words (``label``, ``check_digit``, ``context``, ``propagated``).
    """

    spans: tuple[Span, ...]
    rule: str
    category: str
    matter: str
    entity: str
    action: Action
    confidence: float
    detector: str
    role: Role | None = None
    subject: str | None = None
    evidence: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.spans:
            raise ValueError("a finding has at least one span")
        if any(a.block == b.block and a.end > b.start for a, b in zip(self.spans, self.spans[1:], strict=False)):
            raise ValueError("the spans of a finding are sorted and do not overlap")
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError("confidence lies between 0 and 1")


class Decision(StrEnum):
    """What may happen to a document (domain/05_archetypes)."""

    RELEASE = "release"
    RELEASE_REDACTED = "release_redacted"
    APPROVE_THEN_RELEASE = "approve_then_release"
    REFER_UP = "refer_up"
    REFUSE = "refuse"

    @property
    def writes(self) -> bool:
        """Whether a copy may be written at all."""
        return self not in (Decision.REFER_UP, Decision.REFUSE)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a level was suggested: the rule, its clause (with quotation) and where in the document."""

    rule: str
    title: str
    title_en: str
    category: str
    clause: Clause
    level: Level
    where: tuple[Location, ...] = ()

    def __str__(self) -> str:
        places = "; ".join(str(place) for place in self.where[:3])
        more = f" (+{len(self.where) - 3})" if len(self.where) > 3 else ""
        quote = f" 「{self.clause.quote}」" if self.clause.quote else ""
        return f"{self.level} {self.title} [{self.rule}] {self.clause}{quote} — {places}{more}"


@dataclass(frozen=True, slots=True, repr=False)
class QuasiIdentifier:
    """Something that stays and is true of few people: its ``kind`` (a stable word) and where it stands.

    ``offer`` is the coarser form as a stable word (``age_band``, ``year_only`` …), ``replacement`` that form as text
    for an edit, empty where the words go. Nothing is edited by itself: a person takes the offer into the plan.
    """

    kind: str
    spans: tuple[Span, ...]
    offer: str
    replacement: str

    def __repr__(self) -> str:
        return f"QuasiIdentifier({self.kind}, {len(self.spans)} spans, offer {self.offer})"


@dataclass(frozen=True, slots=True)
class Recognisable:
    """A person of whom so much stays that somebody may recognise him: ``person`` is a key without text."""

    person: str
    items: tuple[QuasiIdentifier, ...]


@dataclass(frozen=True, slots=True)
class LevelSuggestion:
    """The suggested level before (``level``) and after redaction (``residual_level``), and the decision.

    ``needs_human`` is not empty when a person must look, and says at what (stable words). ``term_years`` is the
    proposed term of secrecy, ``None`` for 公开 and 内部. ``approvers`` are those who sign for the decision, as the
    policy names them, ``conditions`` what must be at hand before the copy leaves (stable words), ``recognisable``
    who could still be recognised in the copy.
    """

    level: Level
    residual_level: Level
    decision: Decision
    reasons: tuple[Reason, ...]
    categories: tuple[str, ...]
    needs_human: tuple[str, ...] = ()
    term_years: int | None = None
    approvers: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    recognisable: tuple[Recognisable, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Edit:
    """One span to change. ``replacement`` is the text put there ("" removes; PDF draws a box either way).

    ``group`` is shared by edits that together are one value (it crossed a line or a cell). ``by`` and ``why`` are
    set when a person added or changed the edit.
    """

    id: str
    span: Span
    replacement: str
    rule: str
    category: str
    entity: str
    reason: str
    group: str
    operator: str = "placeholder"
    by: str = ""
    why: str = ""

    def __repr__(self) -> str:
        return f"Edit({self.id}, {self.span}, {self.operator}, {self.rule})"


@dataclass(frozen=True, slots=True, repr=False)
class Kept:
    """A finding that stays: its ``spans``, rule and why (``context:bank``, ``role:staff``, or a person's words)."""

    id: str
    spans: tuple[Span, ...]
    rule: str
    category: str
    entity: str
    why: str
    by: str = ""

    def __repr__(self) -> str:
        return f"Kept({self.id}, {self.rule}, {len(self.spans)} spans)"


@dataclass(frozen=True, slots=True)
class AcceptedUnread:
    """A person's word that something unreadable may leave: which (``what`` and ``location``), who, why."""

    what: str
    location: str
    by: str
    why: str


PLAN_OPTIONS: Mapping[str, tuple[str, ...]] = {"images": ("block", "remove")}
"""What ``RedactionPlan.options`` may say, the default first: whether pictures that cannot be read block a copy or are
left out of it."""


@dataclass(frozen=True, slots=True, repr=False)
class RedactionPlan:
    """What will be done to one file, as plain data that a person may edit before anything is written."""

    source_sha256: str
    document_digest: str
    policy_id: str
    policy_version: str
    context: ReleaseContext
    edits: tuple[Edit, ...]
    kept: tuple[Kept, ...] = ()
    accepted_unread: tuple[AcceptedUnread, ...] = ()
    terms_only: bool = False
    options: Mapping[str, str] = field(default_factory=dict)

    def option(self, name: str) -> str:
        """Return what ``options`` say of ``name``, or its default."""
        return self.options.get(name, PLAN_OPTIONS[name][0])

    def edits_of(self, block: int) -> tuple[Edit, ...]:
        """Return the edits of one block, by start."""
        return tuple(sorted((e for e in self.edits if e.span.block == block), key=lambda e: e.span.start))

    def __repr__(self) -> str:
        return f"RedactionPlan({len(self.edits)} edits, {len(self.kept)} kept, policy {self.policy_id})"


def edits_by_block(edits: Iterable[Edit]) -> dict[int, list[Edit]]:
    """Group ``edits`` by block number, each group sorted by start."""
    groups: dict[int, list[Edit]] = {}
    for edit in sorted(edits, key=lambda e: e.span):
        groups.setdefault(edit.span.block, []).append(edit)
    return groups


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return a block's ``text`` with its ``edits`` carried out. The edits must not overlap."""
    # Right to left, so that earlier offsets stay valid.
    for edit in sorted(edits, key=lambda e: e.span.start, reverse=True):
        text = text[: edit.span.start] + edit.replacement + text[edit.span.end :]
    return text


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the verification: its name, whether it passed, and where it failed (no text)."""

    name: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """What was proved about a copy. It never says "clean": see ``passed`` and what was not checked.

    ``still_found`` counts removed values found again, ``unplanned`` differences between copy and plan.
    """

    checks: tuple[Check, ...]
    still_found: int
    unplanned: int
    remaining_findings: int
    edits_proved: int
    kept: int
    unread: tuple[Unread, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every check ran and passed."""
        return bool(self.checks) and all(check.passed for check in self.checks)


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    """What the register keeps of a copy: hashes, never text. Times are UTC, ISO 8601."""

    source_sha256: str
    plan_sha256: str
    copy_sha256: str
    policy_id: str
    policy_version: str
    level: Level
    residual_level: Level
    decision: Decision
    status: str
    time: str
