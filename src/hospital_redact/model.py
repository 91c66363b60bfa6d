"""The data of the flow: frozen, picklable, and without document text in ``repr``.

``read -> detect -> classify -> plan -> review -> redact -> verify -> record``. Each step takes values of this
module and returns values of this module. Nothing here imports another module of ours.

Offsets are Unicode code points, ends exclusive. Lengths on a page are points (1/72 inch), origin at the lower
left corner, y upwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from functools import total_ordering
from typing import NamedTuple

# --------------------------------------------------------------------------- places


@total_ordering
class Level(Enum):
    """The five-step secrecy scale of 第3篇 九; ordered, 公开 is the lowest."""

    PUBLIC = "公开"
    INTERNAL = "内部"
    SECRET = "秘密"
    CONFIDENTIAL = "机密"
    TOP_SECRET = "绝密"

    @property
    def rank(self) -> int:
        """0 for 公开 … 4 for 绝密."""
        return list(Level).index(self)

    def __lt__(self, other: object) -> bool:
        return self.rank < other.rank if isinstance(other, Level) else NotImplemented

    def __str__(self) -> str:
        return self.value


class Kind(StrEnum):
    """What a block is, so that detectors can weigh a heading more than a line."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    CELL = "cell"
    HEADER = "header"
    FOOTER = "footer"
    NOTE = "note"
    COMMENT = "comment"
    METADATA = "metadata"
    ALT_TEXT = "alt_text"
    LINK = "link"
    FILE_NAME = "file_name"


class Box(NamedTuple):
    """A rectangle on a page in points: left, bottom, right, top."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Location:
    """Where something is in a file, without its content.

    ``part`` is the container (``word/document.xml``, ``page``, ``text``), ``address`` the place inside it as a
    person would say it (``paragraph 12``, ``table 1 row 2 column 3``, ``line 7``); ``page`` counts from 1.
    """

    part: str
    address: str = ""
    page: int | None = None
    box: Box | None = None

    def __str__(self) -> str:
        page = f"page {self.page}" if self.page is not None else ""
        return ", ".join(word for word in (page, self.part if self.part != "page" else "", self.address) if word)


@dataclass(frozen=True, slots=True)
class TablePosition:
    """A cell's place: ``table``, ``row`` and ``column`` count from 0.

    ``column_header`` and ``row_header`` are block numbers of the cells that head this one, ``None`` where there
    is no such cell (a header cell itself, say). They are numbers, not text, so that no text stands twice.
    """

    table: int
    row: int
    column: int
    column_header: int | None = None
    row_header: int | None = None


class Glyph(NamedTuple):
    """One drawn glyph of a PDF page.

    ``code`` is the character code in ``font`` (the font's resource name on that page, or its object number),
    ``x``, ``y`` the origin in points, ``box`` the rectangle it covers.
    """

    page: int
    font: str
    code: int
    x: float
    y: float
    box: Box


@dataclass(frozen=True, slots=True, repr=False)
class Block:
    """A piece of text with its place. Each character of a document belongs to exactly one block.

    ``survives`` is false for text that no copy keeps (comments, metadata): it is read so that it counts for
    detection and the level, and every writer leaves it out.
    ``glyphs`` is empty, or holds for each character of ``text`` the glyph that draws it (``None`` for a character
    that no glyph draws, such as a space made from a gap).
    """

    text: str
    location: Location
    kind: Kind = Kind.PARAGRAPH
    cell: TablePosition | None = None
    survives: bool = True
    glyphs: tuple[Glyph | None, ...] = ()

    def __post_init__(self) -> None:
        if self.glyphs and len(self.glyphs) != len(self.text):
            raise ValueError("glyphs must be empty or one a character")

    def __repr__(self) -> str:
        return f"Block({self.kind}, {len(self.text)} chars, {self.location})"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters ``start`` to ``end`` (exclusive) of the block with number ``block``."""

    block: int
    start: int
    end: int

    def __post_init__(self) -> None:
        if self.block < 0 or not 0 <= self.start < self.end:
            raise ValueError("a span is not empty and has no negative offset")

    def overlaps(self, other: Span) -> bool:
        """Whether both share a character."""
        return self.block == other.block and self.start < other.end and other.start < self.end


class Segment(NamedTuple):
    """``length`` characters of a view from ``start`` on are those of ``block`` from ``offset`` on."""

    start: int
    block: int
    offset: int
    length: int


@dataclass(frozen=True, slots=True, repr=False)
class View:
    """A text that detectors see, with the map back to blocks.

    A document has one view or several (a PDF page: lines by geometry, drawing order, joined lines). Characters
    that no segment covers (line ends between blocks) belong to no block. ``segments`` are sorted by ``start``
    and do not overlap.
    """

    name: str
    text: str
    segments: tuple[Segment, ...]

    def locate(self, start: int, end: int) -> tuple[Span, ...]:
        """Return the spans of blocks under characters ``start`` to ``end`` of this view, adjacent ones joined."""
        low, high = 0, len(self.segments)
        while low < high:  # first segment that ends after `start`
            middle = (low + high) // 2
            if self.segments[middle].start + self.segments[middle].length <= start:
                low = middle + 1
            else:
                high = middle
        spans: list[Span] = []
        for segment in self.segments[low:]:
            if segment.start >= end:
                break
            first = segment.offset + max(start, segment.start) - segment.start
            last = segment.offset + min(end, segment.start + segment.length) - segment.start
            if spans and spans[-1].block == segment.block and spans[-1].end == first:
                spans[-1] = Span(segment.block, spans[-1].start, last)
            else:
                spans.append(Span(segment.block, first, last))
        return tuple(spans)

    def __repr__(self) -> str:
        return f"View({self.name}, {len(self.text)} chars, {len(self.segments)} segments)"


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that shows and could not be read, so that it blocks a release until a person accepts it.

    ``what`` is a stable word (``image``, ``chart``, ``text_box``, ``unknown_part``, ``glyphs_without_text`` …),
    which a policy or a plan can name; ``reason`` says why, without document text.
    """

    what: str
    location: Location
    reason: str


@dataclass(frozen=True, slots=True)
class RemovedPart:
    """Something that a writer leaves out of every copy: ``what`` (a stable word), ``part`` and how many."""

    what: str
    part: str
    count: int = 1


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    """What a reader found. ``sha256`` is that of the source's bytes, in hexadecimal.

    ``dropped`` lists what never shows and no copy keeps; ``unread`` what shows and was not understood;
    ``notes`` what a person should know (``owner_restrictions``), as stable words.
    """

    name: str
    media_type: str
    sha256: str
    blocks: tuple[Block, ...]
    views: tuple[View, ...]
    unread: tuple[Unread, ...] = ()
    dropped: tuple[RemovedPart, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Hash of all blocks as read; a different reader or reading option gives another one."""
        sha = hashlib.sha256()
        for block in self.blocks:
            fields = (block.kind.value, str(block.location), str(block.survives), block.text)
            sha.update("\x1f".join(fields).encode("utf-8", "surrogatepass") + b"\x1e")
        return sha.hexdigest()

    def text_of(self, spans: Iterable[Span]) -> str:
        """Return the characters under ``spans``, joined without separator."""
        return "".join(self.blocks[span.block].text[span.start : span.end] for span in spans)

    def __repr__(self) -> str:
        return f"Document({self.media_type}, {len(self.blocks)} blocks, {len(self.unread)} unread)"


def join_blocks(blocks: Iterable[Block], *, name: str = "blocks", numbers: Iterable[int] | None = None) -> View:
    """Return a view of ``blocks`` in their order: cells of one table row joined by a tab, the rest by a line end.

    ``numbers`` are the block numbers, when ``blocks`` are not all blocks of the document from 0 on.
    """
    pieces: list[str] = []
    segments: list[Segment] = []
    length = 0
    previous: Block | None = None
    numbered: Iterator[tuple[int, Block]] = iter(zip(numbers, blocks, strict=True)) if numbers else enumerate(blocks)
    for number, block in numbered:
        if previous is not None:
            a, b = previous.cell, block.cell
            same_row = a is not None and b is not None and (a.table, a.row) == (b.table, b.row)
            same_cell = same_row and a is not None and b is not None and a.column == b.column
            pieces.append("\t" if same_row and not same_cell else "\n")
            length += 1
        if block.text:
            segments.append(Segment(length, number, 0, len(block.text)))
        pieces.append(block.text)
        length += len(block.text)
        previous = block
    return View(name, "".join(pieces), tuple(segments))


# --------------------------------------------------------------------------- policy


class Action(StrEnum):
    """What happens to a finding's characters."""

    MASK = "mask"  # same number of characters, unreadable
    PLACEHOLDER = "placeholder"  # a numbered label, the same for the same value
    KEEP = "keep"  # found, reported on request, left as it is
    FLAG = "flag"  # left as it is, but a person must look
    STOP = "stop"  # a state mark: nothing is written


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


@dataclass(frozen=True, slots=True)
class Channel:
    """A way out of the house and the highest level it may carry."""

    id: str
    title: str
    highest: Level
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Policy:
    """All that a hospital has decided, loaded from ``rules/``.

    ``version`` is a hash over every rule, source and setting, so that a decision can name exactly what it used.
    ``levels`` maps a matter to its level; ``None`` means that the regulations give none: in scope, at least 秘密,
    and a person must look.
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
    terms_years: Mapping[Level, int]
    sources: Mapping[str, str]
    lexicons: Mapping[str, frozenset[str]]
    accept_unread: tuple[str, ...] = ()

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


# --------------------------------------------------------------------------- findings, level, plan


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
    category: str
    clause: Clause
    level: Level
    where: tuple[Location, ...] = ()

    def __str__(self) -> str:
        places = "; ".join(str(place) for place in self.where[:3])
        more = f" (+{len(self.where) - 3})" if len(self.where) > 3 else ""
        quote = f" 「{self.clause.quote}」" if self.clause.quote else ""
        return f"{self.level} {self.title} [{self.rule}] {self.clause}{quote} — {places}{more}"


@dataclass(frozen=True, slots=True)
class LevelSuggestion:
    """The suggested level before (``level``) and after redaction (``residual_level``), and the decision.

    ``needs_human`` is not empty when a person must look, and says at what (stable words). ``term_years`` is the
    proposed term of secrecy, ``None`` for 公开 and 内部.
    """

    level: Level
    residual_level: Level
    decision: Decision
    reasons: tuple[Reason, ...]
    categories: tuple[str, ...]
    needs_human: tuple[str, ...] = ()
    term_years: int | None = None


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


# --------------------------------------------------------------------------- outcome


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
