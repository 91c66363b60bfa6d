"""What hospitals decide, as data: levels, clauses, rules, categories, recipients, channels; and the release context."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import total_ordering


@total_ordering
class Level(Enum):
    """The five-step secrecy scale of 第3篇 九; ordered, 公开 is the lowest."""

    PUBLIC = "公开"
    INTERNAL = "内部"
    SECRET = "秘密"  # noqa: S105 - a level, not a password
    CONFIDENTIAL = "机密"
    TOP_SECRET = "绝密"  # noqa: S105 - a level, not a password

    @property
    def rank(self) -> int:
        """0 for 公开 … 4 for 绝密."""
        return list(Level).index(self)

    def __lt__(self, other: object) -> bool:
        return self.rank < other.rank if isinstance(other, Level) else NotImplemented

    def __str__(self) -> str:
        return self.value


class Action(StrEnum):
    """What happens to a finding's characters."""

    MASK = "mask"  # same number of characters, unreadable
    PLACEHOLDER = "placeholder"  # a numbered label, the same for the same value
    KEEP = "keep"  # found, reported on request, left as it is
    FLAG = "flag"  # left as it is, but a person must look
    STOP = "stop"  # a state mark: nothing is written

    @property
    def removes(self) -> bool:
        """Whether the characters leave the copy."""
        return self in (Action.MASK, Action.PLACEHOLDER)


class Role(StrEnum):
    """Whose name a name is."""

    PATIENT = "patient"
    RELATIVE = "relative"
    STAFF = "staff"  # in a public role: kept by default
    STAFF_SUBJECT = "staff_subject"  # the subject of a pay, personnel or complaint document
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Clause:
    """A place in a regulation, statute or standard: ``source`` is a key of ``rules/sources.toml``."""

    source: str
    section: str
    quote: str = ""

    def __str__(self) -> str:
        return f"{self.source} {self.section}"


@dataclass(frozen=True, slots=True)
class Detection:
    """How an identifier rule finds its values: by ``pattern`` or by the built-in ``recogniser`` of that name.

    Patterns run on normalised text. A group named ``value`` narrows the span. ``context`` words count up to
    ``window`` code points before the match, or in the column header or label of its cell; ``require_context``
    makes them necessary. ``validator`` names a check; a value that fails it keeps ``confidence`` lowered to
    ``failed_confidence``, and 0 drops it (a shape that means nothing without its check digit).
    """

    pattern: str | None = None
    recogniser: str | None = None
    validator: str | None = None
    context: tuple[str, ...] = ()
    window: int = 14
    require_context: bool = False
    confidence: float = 0.8
    failed_confidence: float = 0.0
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class Examples:
    """A rule's own tests: texts in which it finds something, texts in which it finds nothing."""

    match: tuple[str, ...]
    no_match: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """An identifier rule (``rules/identifiers/<id>.toml``). It holds no level: the policy gives one by ``matter``."""

    id: str
    title: str
    title_en: str
    category: str
    matter: str
    entity: str
    action: Action
    label: str  # the word inside a placeholder, [患者1]
    label_en: str
    clauses: tuple[Clause, ...]
    detection: Detection
    examples: Examples
    priority: int = 0  # which of two findings on the same characters names them
    only_with: str = ""  # id of the category rule without which this rule's findings mean nothing
    floor: Level | None = None  # the level that a leader has set for a declared item (``declared.py``)


@dataclass(frozen=True, slots=True)
class Cues:
    """Evidence for a category by place; each is a tuple of literal words or, for ``patterns``, expressions."""

    titles: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    file_names: tuple[str, ...] = ()
    look_alikes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """A confidential category (``rules/categories/<id>.toml``).

    ``payload`` names the entities that are the secret itself (AMOUNT_SALARY): when the category fires and all of
    them have been removed, the residual level falls to 内部; a category without payload keeps its level.
    """

    id: str
    title: str
    title_en: str
    category: str
    matter: str
    clauses: tuple[Clause, ...]
    cues: Cues
    threshold: float
    payload: tuple[str, ...]
    examples: Examples


@dataclass(frozen=True, slots=True)
class Recipient:
    """A kind of recipient: what it may keep (``keep_matters``, ``keep_entities``) once ``requires`` is met.

    ``requires`` names fields of :class:`ReleaseContext` (``name``, ``subject``, ``reference`` …). ``own_subject_only``
    keeps identifiers of the named subject only. ``approval`` makes every copy a draft until it is approved.
    ``irreversible``: no copy for it may hold what somebody could turn back into a value.

    ``fits`` are the reported categories that a document for this recipient may have; another one is for a person to
    judge, ``None`` takes any. What stays of a matter in ``refuses`` is never released to it, and a document with an
    entity in ``refers_up`` is for somebody above. ``approvers`` are ids of settings that say who signs,
    ``conditions`` what must be at hand before the copy leaves (``consent``, ``receipt`` …), as stable words.
    ``circles`` are the words with which minutes name it where they state who may learn of them.
    """

    id: str
    title: str
    title_en: str
    clauses: tuple[Clause, ...]
    requires: tuple[str, ...] = ()
    keep_matters: tuple[str, ...] = ()
    keep_entities: tuple[str, ...] = ()
    own_subject_only: bool = False
    approval: bool = False
    irreversible: bool = False
    fits: tuple[str, ...] | None = None
    refuses: tuple[str, ...] = ()
    refers_up: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    circles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Channel:
    """A way out of the house and the highest level it may carry."""

    id: str
    title: str
    title_en: str
    highest: Level
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """One decision of a hospital where the regulations disagree or are silent (``rules/settings.toml``).

    ``conflict`` is its number in the list of conflicts (C1 to C25), empty for our own; ``value`` a word, number, truth
    value or list of texts, as :mod:`hospital_redact.settings` describes; of kind ``level`` the level's word, or
    ``undecided``.
    """

    id: str
    conflict: str
    title: str
    title_en: str
    value: str | int | bool | tuple[str, ...]
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Allowed:
    """What a hospital has published itself, and why it may stay.

    ``kind`` is ``value`` (a name of the hospital, a published phone, account or address) or ``staff`` (a name of the
    staff directory).
    """

    text: str
    kind: str
    reason: str

    def __repr__(self) -> str:
        return f"Allowed({self.kind}, {len(self.text)} chars)"


@dataclass(frozen=True, slots=True, repr=False)
class Policy:
    """All that a hospital has decided, loaded from ``rules/``.

    ``version`` is a hash over every rule, source and setting, so that a decision can name exactly what it used.
    ``levels`` maps a matter to its level; ``None`` means that the regulations give none: in scope, at least 秘密,
    and a person must look. ``lapsed`` are the sources that were not in force on the day of loading.
    """

    id: str
    title: str
    version: str
    rules: tuple[Rule, ...]
    categories: tuple[CategoryRule, ...]
    levels: Mapping[str, Level | None]
    level_clauses: Mapping[str, tuple[Clause, ...]]
    recipients: Mapping[str, Recipient]
    channels: Mapping[str, Channel]
    settings: Mapping[str, Setting]
    sources: Mapping[str, str]
    lexicons: Mapping[str, frozenset[str]]
    accept_unread: tuple[str, ...] = ()
    allow: tuple[Allowed, ...] = ()
    lapsed: frozenset[str] = frozenset()

    @property
    def terms_years(self) -> Mapping[Level, int]:
        """The years that a level lasts by default; 公开 and 内部 have no term."""
        return {level: int(self.settings[f"terms.{level}"].value) for level in Level if level >= Level.SECRET}  # type: ignore[arg-type]  # a whole number, by its declaration

    def flag(self, id_: str) -> bool:
        """Return whether the setting ``id_`` is on."""
        return self.settings[id_].value is True

    def number(self, id_: str) -> int:
        """Return the whole number that the setting ``id_`` holds; 0 where it holds none."""
        value = self.settings[id_].value
        return value if isinstance(value, int) else 0

    def word(self, id_: str) -> str:
        """Return the word that the setting ``id_`` holds."""
        return str(self.settings[id_].value)

    def texts(self, id_: str) -> tuple[str, ...]:
        """Return the texts that the setting ``id_`` holds; none where it holds no list."""
        value = self.settings[id_].value
        return value if isinstance(value, tuple) else ()

    def __repr__(self) -> str:
        return f"Policy({self.id}, {len(self.rules)} rules, {len(self.categories)} categories, {self.version[:12]})"


@dataclass(frozen=True, slots=True, repr=False)
class ReleaseContext:
    """To whom, about whom, why and how a document leaves. What is missing falls back to the public.

    ``recipient`` is a kind (``public``, ``insurer`` …), ``name`` the recipient's name, ``subject`` the person whose
    record it is, ``reference`` a consent, claim or approval number.
    """

    recipient: str = "public"
    name: str = ""
    subject: str = ""
    purpose: str = ""
    channel: str = ""
    reference: str = ""

    def __repr__(self) -> str:
        given = [n for n in ("name", "subject", "purpose", "channel", "reference") if getattr(self, n)]
        return f"ReleaseContext({self.recipient}, given: {', '.join(given) or 'nothing'})"
