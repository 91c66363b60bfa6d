"""To whom a document goes decides what may stay: the effective release context, and why a finding is kept.

Everything falls back to the public, for whom all goes (design, section 5): a recipient keeps what its policy entry
names, and only once what that entry requires is given.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from hospital_redact.errors import PolicyError
from hospital_redact.model import Document, Finding, Policy, Recipient, ReleaseContext, Role

PUBLIC = "public"
AUTHORITY = "authority"
PERSON_NAME = "PERSON_NAME"
PATIENT = "patient"

_PRIVATE_ROLES = (Role.PATIENT, Role.RELATIVE)


class Retention(NamedTuple):
    """What stays: ``kept_because`` gives a stable word for a finding that stays and ``None`` for one that must go.

    Words: ``action:keep`` and so on for what no copy changes, ``role:staff``, ``context:<recipient>``.
    ``needs_human`` says what a person must look at: ``second_patient``, ``subject_not_found``.
    """

    kept_because: Callable[[Finding], str | None]
    needs_human: tuple[str, ...] = ()


def effective_context(context: ReleaseContext, policy: Policy) -> tuple[ReleaseContext, tuple[str, ...]]:
    """Return ``context``, or the same for the public where its recipient's requirements are not met, and why.

    The reasons are stable words (``context_missing:reference``). Raises
    :class:`~hospital_redact.errors.PolicyError` HR111 for a recipient or channel that ``policy`` does not know.
    """
    recipient = policy.recipients.get(context.recipient)
    if recipient is None:
        known = ", ".join(sorted(policy.recipients))
        raise PolicyError(
            "HR111", "the policy {id} knows no such recipient; it knows {known}", id=policy.id, known=known
        )
    if context.channel and context.channel not in policy.channels:
        known = ", ".join(sorted(policy.channels))
        raise PolicyError("HR111", "the policy {id} knows no such channel; it knows {known}", id=policy.id, known=known)
    missing = tuple(name for name in recipient.requires if not getattr(context, name).strip())
    if not missing:
        return context, ()
    return replace(context, recipient=PUBLIC), tuple(f"context_missing:{name}" for name in missing)


def retention(document: Document, findings: Sequence[Finding], policy: Policy, context: ReleaseContext) -> Retention:
    """Return what stays when ``document`` goes out under ``context``, which is made effective first.

    For a recipient who may see one person's record only (``own_subject_only``), the named subject's own mentions
    stay. Numbers and dates bear no name: those of the record stay while it is about this one patient, those that
    anybody may have (a phone, an identity card) only while nobody but the subject and staff is named, or when the
    policy lists their entity. A second patient is for a person to judge.
    """
    effective, _ = effective_context(context, policy)
    recipient = policy.recipients.get(effective.recipient)
    if recipient is not None and recipient.id == AUTHORITY and not policy.flag("purposes.statutory_report"):
        # Conflict C15: a hospital may hold that the duty to report does not reach what it has declared secret.
        recipient = replace(recipient, keep_matters=())
    if recipient is None or not recipient.own_subject_only:
        return Retention(lambda finding: _without_context(finding) or _kept_for(finding, recipient))
    persons = [finding for finding in findings if finding.entity == PERSON_NAME and finding.role is not Role.STAFF]
    own = {id(f) for f in persons if same_name(document.text_of(f.spans), effective.subject)}
    keys = {f.subject for f in persons if id(f) in own and f.subject is not None}
    others = [f for f in persons if id(f) not in own and f.subject not in keys]
    needs_human = []
    if not own:
        needs_human.append("subject_not_found")
    if any(finding.role is Role.PATIENT for finding in others):
        needs_human.append("second_patient")

    def kept(finding: Finding) -> str | None:
        word = _without_context(finding)
        if word is not None or not own:
            return word
        is_own = id(finding) in own or (finding.entity == PERSON_NAME and finding.subject in keys)
        return _kept_for_subject(finding, recipient, is_own, bool(others), "second_patient" in needs_human)

    return Retention(kept, tuple(needs_human))


def same_name(text: str, name: str) -> bool:
    """Whether two spellings are one name: after NFKC, without spaces, dots, case, and in any order of Latin words."""
    left = name_key(text)
    return bool(left) and left == name_key(name)


def name_key(name: str) -> tuple[str, ...]:
    """Return what is equal for the spellings of one name, see :func:`same_name`; nothing for no name."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    if all(ord(char) < 0x2E80 for char in folded):
        words = "".join(char if char.isalnum() else " " for char in folded).split()
        # Initials and order differ between "MAY, Rose T." and "Rose May".
        return tuple(sorted(word for word in words if len(word) > 1))
    joined = "".join(char for char in folded if char.isalnum())
    return (joined,) if joined else ()


def _without_context(finding: Finding) -> str | None:
    if not finding.action.removes:
        return f"action:{finding.action}"
    return "role:staff" if finding.role is Role.STAFF else None


def _kept_for(finding: Finding, recipient: Recipient | None) -> str | None:
    if recipient is None:
        return None
    # Keeping the names of a payroll must not keep a patient's.
    listed = finding.entity in recipient.keep_entities and finding.role not in _PRIVATE_ROLES
    return f"context:{recipient.id}" if listed or finding.matter in recipient.keep_matters else None


def _kept_for_subject(
    finding: Finding, recipient: Recipient, is_own: bool, has_others: bool, second_patient: bool
) -> str | None:
    word = f"context:{recipient.id}"
    listed = finding.entity in recipient.keep_entities
    if is_own:
        return word if listed or finding.matter in recipient.keep_matters else None
    if second_patient:
        return None
    if finding.entity == PERSON_NAME:
        return word if listed and finding.role is Role.RELATIVE else None
    if listed:
        return word
    if finding.matter not in recipient.keep_matters:
        return None
    return word if finding.matter == PATIENT or not has_others else None
