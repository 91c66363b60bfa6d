"""The plan as a JSON file that a person edits.

Each edit says where it is and which rule asked for it. A person may change ``replacement``, widen ``start`` and
``end``, add an edit, or set ``"status": "rejected"``; whoever changes something signs with ``by`` and ``why``.
``where``, ``clause`` and (only when asked for) ``text`` are there to read; they are not read back.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from hashlib import sha256
from json import dumps
from typing import Literal

from hospital_redact.errors import PlanError
from hospital_redact.model import (
    PLAN_OPTIONS,
    AcceptedUnread,
    Document,
    Edit,
    Kept,
    RedactionPlan,
    ReleaseContext,
    Span,
)

SCHEMA_VERSION: Literal[1] = 1

_STRICT = {"extra": "forbid"}  # a mistyped key must not be ignored: it could be the rejection of an edit


@dataclass(frozen=True)
class _PlannedEdit:
    __pydantic_config__ = _STRICT

    block: int
    start: int
    end: int
    replacement: str = ""
    id: str = ""
    status: Literal["planned", "rejected"] = "planned"
    rule: str = "person"
    category: str = "terms"
    entity: str = "BY_HAND"
    clause: str = ""
    group: str = ""
    operator: str = "placeholder"
    where: str = ""
    text: str = ""
    by: str = ""
    why: str = ""


@dataclass(frozen=True)
class _Place:
    __pydantic_config__ = _STRICT

    block: int
    start: int
    end: int


@dataclass(frozen=True)
class _KeptFinding:
    __pydantic_config__ = _STRICT

    id: str
    spans: list[_Place]
    rule: str
    category: str
    entity: str
    why: str
    by: str = ""
    text: str = ""


@dataclass(frozen=True)
class _Accepted:
    __pydantic_config__ = _STRICT

    what: str
    location: str
    by: str
    why: str


@dataclass(frozen=True)
class _Context:
    __pydantic_config__ = _STRICT

    recipient: str = "public"
    name: str = ""
    subject: str = ""
    purpose: str = ""
    channel: str = ""
    reference: str = ""


@dataclass(frozen=True)
class _PlanFile:
    __pydantic_config__ = _STRICT

    schema_version: Literal[1]
    source_sha256: str
    document_digest: str
    policy_id: str
    policy_version: str
    context: _Context = field(default_factory=_Context)
    edits: list[_PlannedEdit] = field(default_factory=list)
    kept: list[_KeptFinding] = field(default_factory=list)
    accepted_unread: list[_Accepted] = field(default_factory=list)
    unread: list[dict[str, str]] = field(default_factory=list)
    terms_only: bool = False
    options: dict[str, str] = field(default_factory=dict)


def dump_plan(plan: RedactionPlan, document: Document, *, show_values: bool = False) -> str:
    """Return ``plan`` as JSON text. Document text stands in it only with ``show_values``."""

    def text(*spans: Span) -> str:
        return document.text_of(spans) if show_values else ""

    edits = [
        _PlannedEdit(
            block=e.span.block,
            start=e.span.start,
            end=e.span.end,
            replacement=e.replacement,
            id=e.id,
            rule=e.rule,
            category=e.category,
            entity=e.entity,
            clause=e.reason,
            group=e.group,
            operator=e.operator,
            where=str(document.blocks[e.span.block].location),
            text=text(e.span),
            by=e.by,
            why=e.why,
        )
        for e in plan.edits
    ]
    kept = [
        _KeptFinding(
            id=k.id,
            spans=[_Place(s.block, s.start, s.end) for s in k.spans],
            rule=k.rule,
            category=k.category,
            entity=k.entity,
            why=k.why,
            by=k.by,
            text=text(*k.spans),
        )
        for k in plan.kept
    ]
    accepted = {(a.what, a.location) for a in plan.accepted_unread}
    whole = _PlanFile(
        schema_version=SCHEMA_VERSION,
        source_sha256=plan.source_sha256,
        document_digest=plan.document_digest,
        policy_id=plan.policy_id,
        policy_version=plan.policy_version,
        context=_Context(**asdict(plan.context)),
        edits=edits,
        kept=kept,
        accepted_unread=[_Accepted(**asdict(a)) for a in plan.accepted_unread],
        unread=[
            {"what": u.what, "location": str(u.location), "reason": u.reason}
            for u in document.unread
            if (u.what, str(u.location)) not in accepted
        ],
        terms_only=plan.terms_only,
        options=dict(plan.options),
    )
    return dumps(asdict(whole), ensure_ascii=False, indent=1) + "\n"


def load_plan(text: str) -> RedactionPlan:
    """Return the plan in JSON ``text``; raise PlanError HR401 naming the field that is wrong, never its value."""
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415 - 40 ms that only plans pay for

    try:
        whole = TypeAdapter(_PlanFile).validate_json(text)
    except ValidationError as error:
        places = [".".join(str(part) for part in e["loc"]) + f" ({e['type']})" for e in error.errors()]
        raise PlanError(
            "HR401", "the plan is malformed at {places}; correct it", places="; ".join(places[:5])
        ) from None
    edits: list[Edit] = []
    kept: list[Kept] = [
        Kept(k.id, tuple(_span(p.block, p.start, p.end) for p in k.spans), k.rule, k.category, k.entity, k.why, k.by)
        for k in whole.kept
    ]
    for number, e in enumerate(whole.edits, 1):
        span = _span(e.block, e.start, e.end)
        name = e.id or f"a{number}"
        if e.status == "rejected":
            _require_signature(name, e.by, e.why)
            kept.append(Kept(name, (span,), e.rule, e.category, e.entity, e.why, e.by))
            continue
        if e.rule == "person":
            _require_signature(name, e.by, e.why)
        group = e.group or f"ga{number}"
        reason = e.clause or e.why
        edits.append(
            Edit(name, span, e.replacement, e.rule, e.category, e.entity, reason, group, e.operator, e.by, e.why)
        )
    for name, value in whole.options.items():
        if value not in PLAN_OPTIONS.get(name, ()):
            raise PlanError(
                "HR401", "the plan sets an option that is not known; options are {known}", known=", ".join(PLAN_OPTIONS)
            )
    for a in whole.accepted_unread:
        _require_signature(a.what, a.by, a.why)
    return RedactionPlan(
        source_sha256=whole.source_sha256,
        document_digest=whole.document_digest,
        policy_id=whole.policy_id,
        policy_version=whole.policy_version,
        context=ReleaseContext(**asdict(whole.context)),
        edits=tuple(edits),
        kept=tuple(kept),
        accepted_unread=tuple(AcceptedUnread(**asdict(a)) for a in whole.accepted_unread),
        terms_only=whole.terms_only,
        options=whole.options,
    )


def hash_plan(plan: RedactionPlan) -> str:
    """Return the SHA-256 of everything the plan decides, in hexadecimal."""
    return sha256(dumps(asdict(plan), ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


def _span(block: int, start: int, end: int) -> Span:
    try:
        return Span(block, start, end)
    except ValueError:
        raise PlanError("HR401", "a span of block {block} is empty or negative; correct it", block=block) from None


def _require_signature(name: str, by: str, why: str) -> None:
    if not by.strip() or not why.strip():
        # `name` comes from the plan file, not from the document; still, only a short id is shown.
        shown = name if len(name) <= 40 and name.isprintable() else "an entry"
        raise PlanError(
            "HR401", "{shown} was changed by a person: say who in 'by' and the reason in 'why'", shown=shown
        )
