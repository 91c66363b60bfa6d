"""Allow lists: what a hospital has published itself stays, with the reason on record.

A value (the hospital's name, a published phone or account) stays wherever it stands whole. Data of a patient is never
allowed away. A name of the staff directory shows that a person without any role is staff, in a text about no patient;
it never turns a patient, a relative or the subject of a pay or discipline paper into staff.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hospital_redact.context import PATIENT, PERSON_NAME, same_name
from hospital_redact.model import CATEGORY_CUE, Action, Allowed, Document, Finding, Policy, Role
from hospital_redact.replacements import squeeze

DIRECTORY_SETTING = "public_directory"
"""Published phones, faxes and accounts (conflict C16): the setting is a list of values that are allowed."""

_REMOVING = (Action.MASK, Action.PLACEHOLDER)
_PRIVATE = (Role.PATIENT, Role.RELATIVE, Role.STAFF_SUBJECT)


def apply_allowed(
    document: Document, findings: Sequence[Finding], policy: Policy, allowed: Sequence[Allowed] = ()
) -> tuple[Finding, ...]:
    """Return ``findings`` with what ``policy`` and ``allowed`` allow turned into what stays.

    An allowed value's finding gets the action ``keep`` and the evidence ``allowed``; an allowed member of staff the
    role ``staff`` and the evidence ``staff_directory``.
    """
    entries = (*policy.allow, *_published(policy), *allowed)
    if not entries:
        return tuple(findings)
    values = {squeeze(entry.text) for entry in entries if entry.kind == "value"}
    staff = [entry.text for entry in entries if entry.kind == "staff"]
    about_patients = any(_is_about_patient(finding) for finding in findings)
    private = [document.text_of(f.spans) for f in findings if f.entity == PERSON_NAME and f.role in _PRIVATE]

    def judged(finding: Finding) -> Finding:
        if finding.action not in _REMOVING or finding.entity == CATEGORY_CUE:
            return finding
        text = document.text_of(finding.spans)
        if finding.entity == PERSON_NAME:
            known = finding.role not in (*_PRIVATE, Role.STAFF) and any(same_name(text, name) for name in staff)
            if known and not about_patients and not any(same_name(text, name) for name in private):
                return replace(finding, role=Role.STAFF, evidence=(*finding.evidence, "staff_directory"))
            return finding
        if finding.matter != PATIENT and squeeze(text) in values:
            return replace(finding, action=Action.KEEP, evidence=(*finding.evidence, "allowed"))
        return finding

    return tuple(judged(finding) for finding in findings)


def _published(policy: Policy) -> Iterator[Allowed]:
    for text in policy.texts(DIRECTORY_SETTING):
        yield Allowed(text, "value", DIRECTORY_SETTING)


def _is_about_patient(finding: Finding) -> bool:
    return finding.matter == PATIENT or finding.role in (Role.PATIENT, Role.RELATIVE)
