"""What may happen to a document: the decision matrix, with who signs, what must be at hand, and the clause.

The matrix is that of domain/05_archetypes, strictest first. It looks at what stays in the copy for the recipient:

1. a state mark: refer up, write nothing (保密法 第31条)
2. a channel below the level of what stays, a marked original or minutes outside their circle without an approval, what
   the recipient must never have (标底): refuse
3. data of persons or genes to a party abroad, an invention before its filing: refer up
4. only matters stay whose level the regulations leave undecided: refer up
5. hospital secrets stay, a recipient that needs an approval, special diseases, children, many persons, a document
   that does not fit: approve, then release
6. something is removed: release the redacted copy; else release, with one sign-off

A patient's own record, to the patient or for treatment, needs no approval of the house.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hospital_redact.model import Clause, Decision, Level, Policy, Reason, Recipient, ReleaseContext

FOREIGN_PARTY = "foreign-party"
SPECIAL_DISEASE = "SPECIAL_DISEASE"
MINOR = "MINOR"

PERSONAL_MATTERS = ("patient", "person")

SECURE_CHANNEL = "secure_channel"
"""Condition: something of 秘密 or higher stays, and nobody has said how it leaves."""

CONSENT_OF_PATIENT = "consent_special_disease"
CONSENT_OF_GUARDIAN = "consent_guardian"

_STATE_MARK = Clause("secrecy-law", "第31条")
_UNDECIDED = Clause("secrecy-regulation", "第25条", "并自拟定之日起10个工作日内报有关部门确定")
_ABROAD = Clause("pipl", "第38条", "确需向中华人民共和国境外提供个人信息的，应当具备下列条件之一")
_CIRCLE = Clause("regulations-zh", "第4篇 5.5.4", "确定会议内容是否传达及传达范围")
_EXTERNAL = Clause("regulations-zh", "第4篇 5.4", "在对外交往与合作中需要提供医院秘密事项的,应当事先经总经理批准")


@dataclass(frozen=True, slots=True)
class Situation:
    """What the decision rests on.

    ``residual`` is the level of what stays, ``staying`` the matters of 秘密 or higher that stay with a decided level,
    ``undecided`` the others; ``flagged`` are entities that change nothing and count here (SPECIAL_DISEASE); ``persons``
    counts those whom the document is about; ``look_at`` what a person must look at in the context.
    """

    residual: Level
    staying: frozenset[str]
    undecided: frozenset[str]
    categories: tuple[str, ...]
    flagged: frozenset[str]
    persons: int
    persons_stay: bool
    removes: bool
    state_mark: bool = False
    copy_barred: bool = False
    outside_circle: bool = False
    look_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision, who signs for it, what must be at hand, why (reasons with clauses), and what a person looks at."""

    decision: Decision
    approvers: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    look_at: tuple[str, ...] = ()


def decide(situation: Situation, policy: Policy, context: ReleaseContext) -> Verdict:
    """Return what may happen to a document under ``context``, whose requirements are met."""
    recipient = policy.recipients[context.recipient]
    if situation.state_mark:
        why = _reason("decision_state_mark", "发现国家秘密标志", "a state mark was found", _STATE_MARK, situation)
        return Verdict(Decision.REFER_UP, policy.texts("approvers.secrecy_officer"), (), (why,))
    if refused := _refused(situation, policy, context, recipient):
        return refused
    if reasons := _for_above(situation, recipient):
        above = (*_signers(recipient, policy), *policy.texts("approvers.secrecy_officer"))
        return Verdict(Decision.REFER_UP, _once(above), recipient.conditions, reasons)
    return _released(situation, policy, context, recipient)


def _refused(situation: Situation, policy: Policy, context: ReleaseContext, recipient: Recipient) -> Verdict | None:
    """Return the verdict where nothing may be written and nobody above need decide; none elsewhere."""
    if reasons := _against_channel(situation, policy, context):
        return Verdict(Decision.REFUSE, reasons=reasons)
    if situation.copy_barred:
        return Verdict(Decision.REFUSE, policy.texts("approvers.copy"))
    if situation.outside_circle and not context.reference.strip():
        signers = policy.texts("release.external_approver")
        return Verdict(Decision.REFUSE, signers, reasons=(_outside_circle(situation),))
    if situation.staying & set(recipient.refuses) or situation.undecided & set(recipient.refuses):
        return Verdict(Decision.REFUSE, reasons=_against_recipient(situation, policy, recipient))
    return None


def _released(situation: Situation, policy: Policy, context: ReleaseContext, recipient: Recipient) -> Verdict:
    """Return the verdict where a copy may be written."""
    look_at = [f"unfit_document:{category}" for category in situation.categories if not _fits(category, recipient)]
    if situation.persons > policy.number("release.many_persons"):
        look_at.append("many_persons")
    signers = list(_signers(recipient, policy))
    conditions = list(recipient.conditions)
    reasons = [_outside_circle(situation)] if situation.outside_circle else []
    secrets = situation.staying - set(PERSONAL_MATTERS)
    if secrets:
        signers += policy.texts("release.external_approver")
        reasons.append(
            _reason("decision_external", "医院秘密对外提供须批准", "a secret leaves the house", _EXTERNAL, situation)
        )
    special = situation.persons > 0 and bool({SPECIAL_DISEASE, MINOR} & situation.flagged)
    if special:
        signers += policy.texts("approvers.special_disease")
        conditions += [CONSENT_OF_PATIENT] if SPECIAL_DISEASE in situation.flagged else []
        conditions += [CONSENT_OF_GUARDIAN] if MINOR in situation.flagged else []
    if situation.residual >= Level.SECRET and not context.channel:
        conditions.append(SECURE_CHANNEL)
    raised = bool(secrets) or recipient.approval or special or bool(look_at) or "second_patient" in situation.look_at
    if raised or (situation.residual >= Level.SECRET and not _is_own_record(recipient)):
        decision = Decision.APPROVE_THEN_RELEASE
    else:
        decision = Decision.RELEASE_REDACTED if situation.removes else Decision.RELEASE
    return Verdict(decision, _once(signers), _once(conditions), tuple(reasons), tuple(look_at))


def _fits(category: str, recipient: Recipient) -> bool:
    return recipient.fits is None or category in recipient.fits


def _is_own_record(recipient: Recipient) -> bool:
    """Whether the recipient has a right to the named subject's record: the patient, and who treats the patient."""
    return recipient.own_subject_only and not recipient.approval


def _signers(recipient: Recipient, policy: Policy) -> tuple[str, ...]:
    return tuple(name for id_ in recipient.approvers for name in policy.texts(id_))


def _against_channel(situation: Situation, policy: Policy, context: ReleaseContext) -> tuple[Reason, ...]:
    """Return a reason for each clause of a channel that may not carry what stays."""
    channel = policy.channels.get(context.channel)
    if channel is None or situation.residual <= channel.highest:
        return ()
    rule = f"channel_{channel.id}"
    return tuple(_reason(rule, channel.title, channel.title_en, clause, situation) for clause in channel.clauses)


def _against_recipient(situation: Situation, policy: Policy, recipient: Recipient) -> tuple[Reason, ...]:
    rule = f"recipient_{recipient.id}"
    matters = sorted((situation.staying | situation.undecided) & set(recipient.refuses))
    clauses = [clause for matter in matters for clause in policy.level_clauses[matter]]
    return tuple(_reason(rule, recipient.title, recipient.title_en, clause, situation) for clause in clauses)


def _for_above(situation: Situation, recipient: Recipient) -> tuple[Reason, ...]:
    """Return why somebody above must decide, or nothing."""
    abroad = recipient.id == FOREIGN_PARTY and situation.persons_stay
    flagged = situation.flagged & set(recipient.refers_up)
    if abroad or flagged:
        clauses = dict.fromkeys((*((_ABROAD,) if abroad else ()), *recipient.clauses))
        rule = f"recipient_{recipient.id}"
        return tuple(_reason(rule, recipient.title, recipient.title_en, clause, situation) for clause in clauses)
    if situation.undecided and not situation.staying - set(PERSONAL_MATTERS):
        title, title_en = "密级不明确的事项", "the level is not decided"
        return (_reason("decision_undecided", title, title_en, _UNDECIDED, situation),)
    return ()


def _outside_circle(situation: Situation) -> Reason:
    title, title_en = "超出会议确定的传达范围", "the recipient is outside the circle that the minutes state"
    return _reason("decision_outside_circle", title, title_en, _CIRCLE, situation)


def _reason(rule: str, title: str, title_en: str, clause: Clause, situation: Situation) -> Reason:
    return Reason(rule, title, title_en, "none", clause, situation.residual)


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
