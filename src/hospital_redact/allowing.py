"""Allow lists: what a hospital has published itself stays, with the reason on record.

A value (the hospital's name, a published phone or account) stays wherever it stands whole. Data of a patient is never
allowed away. A name of the staff directory shows that a person without any role is staff, in a text about no patient;
it never turns a patient, a relative or the subject of a pay or discipline paper into staff.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from hospital_redact.context import PATIENT, PERSON_NAME, name_key
from hospital_redact.model import CATEGORY_CUE, Action, Allowed, Document, Finding, Policy, Role
from hospital_redact.replacements import squeeze

DIRECTORY_SETTING = "public_directory"
"""Published phones, faxes and accounts (conflict C16): the setting is a list of values that are allowed."""

_PRIVATE = (Role.PATIENT, Role.RELATIVE, Role.STAFF_SUBJECT)


@dataclass(frozen=True, slots=True, repr=False)
class AllowList:
    """What may stay, by the keys under which it is compared: a directory of thousands is spelt once, not a finding."""

    values: frozenset[str] = frozenset()
    staff: frozenset[tuple[str, ...]] = frozenset()

    def __repr__(self) -> str:
        return f"AllowList({len(self.values)} values, {len(self.staff)} staff)"

    def plus(self, entries: Iterable[Allowed]) -> AllowList:
        """Return the list with ``entries`` as well."""
        entries = tuple(entries)
        values = {squeeze(entry.text) for entry in entries if entry.kind == "value"}
        staff = {name_key(entry.text) for entry in entries if entry.kind == "staff"}
        return AllowList(self.values | values, self.staff | (staff - {()})) if entries else self

    def apply(self, document: Document, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """Return ``findings`` with what is allowed turned into what stays.

        An allowed value's finding gets the action ``keep`` and the evidence ``allowed``; an allowed member of staff the
        role ``staff`` and the evidence ``staff_directory``.
        """
        if not self.values and not self.staff:
            return tuple(findings)
        about_patients = any(_is_about_patient(finding) for finding in findings)
        names = [f for f in findings if f.entity == PERSON_NAME and f.role in _PRIVATE]
        private = {name_key(document.text_of(finding.spans)) for finding in names}
        in_office = frozenset() if about_patients else self.staff - private

        def judged(finding: Finding) -> Finding:
            if not finding.action.removes or finding.entity == CATEGORY_CUE:
                return finding
            text = document.text_of(finding.spans)
            if finding.entity == PERSON_NAME:
                if finding.role not in (*_PRIVATE, Role.STAFF) and name_key(text) in in_office:
                    return replace(finding, role=Role.STAFF, evidence=(*finding.evidence, "staff_directory"))
                return finding
            if finding.matter != PATIENT and squeeze(text) in self.values:
                return replace(finding, action=Action.KEEP, evidence=(*finding.evidence, "allowed"))
            return finding

        return tuple(judged(finding) for finding in findings)


def allow_list(policy: Policy) -> AllowList:
    """Return what ``policy`` allows, its public directory included."""
    published = (Allowed(text, "value", DIRECTORY_SETTING) for text in policy.texts(DIRECTORY_SETTING))
    return AllowList().plus((*policy.allow, *published))


def _is_about_patient(finding: Finding) -> bool:
    return finding.matter == PATIENT or finding.role in (Role.PATIENT, Role.RELATIVE)
