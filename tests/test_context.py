"""Who may keep what: requirements fall back to the public, and own-subject recipients keep one person only."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from hospital_redact.context import effective_context, retention, same_name
from hospital_redact.errors import PolicyError
from hospital_redact.model import (
    Action,
    Block,
    Document,
    Finding,
    Location,
    ReleaseContext,
    Role,
    Span,
    join_blocks,
)
from hospital_redact.policy import load_policy

POLICY = load_policy()


def document(*lines: str) -> Document:
    blocks = tuple(Block(line, Location("text", f"line {n}")) for n, line in enumerate(lines, 1))
    return Document("a.txt", "text/plain", "", blocks, (join_blocks(blocks),))


def finding(
    block: int,
    text: str,
    *,
    entity: str = "PERSON_NAME",
    matter: str = "patient",
    role: Role | None = None,
    subject: str | None = None,
    action: Action = Action.PLACEHOLDER,
) -> Finding:
    return Finding(
        spans=(Span(block, 0, len(text)),),
        rule="rule",
        category="patient_identity",
        matter=matter,
        entity=entity,
        action=action,
        confidence=0.9,
        detector="test",
        role=role,
        subject=subject,
    )


def words(doc: Document, findings: Sequence[Finding], context: ReleaseContext) -> list[str | None]:
    kept = retention(doc, findings, POLICY, context)
    return [kept.kept_because(f) for f in findings]


PATIENT = finding(0, "司徒文澜", role=Role.PATIENT, subject="person-1")
MRN = finding(1, "0002416835", entity="MEDICAL_RECORD_NO", action=Action.MASK)
PHONE = finding(2, "13590316284", entity="PHONE_NUMBER", matter="person", action=Action.MASK)
DOC = document("司徒文澜", "0002416835", "13590316284", "季晓芸")
INSURER = ReleaseContext("insurer", name="泰和人寿", subject="司徒 文澜", reference="RA-1")


def test_the_public_keeps_nothing() -> None:
    assert words(DOC, [PATIENT, MRN, PHONE], ReleaseContext()) == [None, None, None]


@pytest.mark.parametrize("missing", ["name", "subject", "reference"])
def test_a_missing_requirement_falls_back_to_the_public(missing: str) -> None:
    given = {"name": "泰和人寿", "subject": "司徒文澜", "reference": "RA-1"} | {missing: " "}
    context = ReleaseContext("insurer", **given)
    effective, reasons = effective_context(context, POLICY)
    assert effective.recipient == "public"
    assert reasons == (f"context_missing:{missing}",)
    assert words(DOC, [PATIENT, MRN], context) == [None, None]


def test_a_complete_context_stays_as_it_is() -> None:
    assert effective_context(INSURER, POLICY) == (INSURER, ())


@pytest.mark.parametrize("context", [ReleaseContext("aunt"), ReleaseContext(channel="pigeon")])
def test_unknown_recipients_and_channels_are_refused(context: ReleaseContext) -> None:
    with pytest.raises(PolicyError) as caught:
        effective_context(context, POLICY)
    assert caught.value.code == "HR111"


def test_the_insurer_keeps_the_record_of_the_named_patient() -> None:
    kept = retention(DOC, [PATIENT, MRN, PHONE], POLICY, INSURER)
    assert [kept.kept_because(f) for f in (PATIENT, MRN, PHONE)] == ["context:insurer"] * 3
    assert kept.needs_human == ()


def test_a_relative_goes_and_takes_along_what_may_be_the_relatives() -> None:
    relative = finding(3, "季晓芸", role=Role.RELATIVE, subject="person-2")
    assert words(DOC, [PATIENT, MRN, PHONE, relative], INSURER) == ["context:insurer", "context:insurer", None, None]


def test_a_second_patient_needs_a_person_and_keeps_no_numbers() -> None:
    second = finding(3, "季晓芸", role=Role.PATIENT, subject="person-2")
    kept = retention(DOC, [PATIENT, MRN, PHONE, second], POLICY, INSURER)
    assert [kept.kept_because(f) for f in (PATIENT, MRN, PHONE, second)] == ["context:insurer", None, None, None]
    assert kept.needs_human == ("second_patient",)


def test_mentions_of_the_same_person_stay_together() -> None:
    surname = finding(3, "季晓芸", role=Role.PATIENT, subject="person-1")
    assert words(DOC, [PATIENT, surname], INSURER) == ["context:insurer"] * 2


def test_nothing_stays_when_the_subject_is_not_in_the_document() -> None:
    other = ReleaseContext("insurer", name="泰和人寿", subject="高峰", reference="RA-1")
    kept = retention(DOC, [PATIENT, MRN], POLICY, other)
    assert [kept.kept_because(f) for f in (PATIENT, MRN)] == [None, None]
    assert "subject_not_found" in kept.needs_human


def test_a_referral_keeps_the_familys_contacts() -> None:
    relative = finding(3, "季晓芸", role=Role.RELATIVE, subject="person-2")
    context = ReleaseContext("referral-hospital", name="上级医院", subject="司徒文澜")
    assert words(DOC, [PATIENT, MRN, PHONE, relative], context) == ["context:referral-hospital"] * 4


def test_the_bank_keeps_names_cards_and_amounts_of_staff_only() -> None:
    doc = document("上官云鹤", "6222029400528020061", "10316.58", "210202197205196153", "高峰")
    findings = [
        finding(0, "上官云鹤", role=Role.STAFF_SUBJECT, matter="staff_private"),
        finding(1, "6222029400528020061", entity="BANK_CARD", matter="person"),
        finding(2, "10316.58", entity="AMOUNT_SALARY", matter="pay_wage"),
        finding(3, "210202197205196153", entity="CN_RESIDENT_ID", matter="person"),
        finding(4, "高峰", role=Role.PATIENT),
    ]
    context = ReleaseContext("bank", name="农商行", reference="2024-09")
    assert words(doc, findings, context) == ["context:bank"] * 3 + [None, None]


def test_staff_in_a_public_role_stay_for_everybody() -> None:
    assert words(DOC, [finding(3, "季晓芸", role=Role.STAFF, matter="person")], ReleaseContext()) == ["role:staff"]


@pytest.mark.parametrize("action", [Action.KEEP, Action.FLAG, Action.STOP])
def test_what_no_copy_changes_stays(action: Action) -> None:
    assert words(DOC, [finding(3, "季晓芸", action=action)], INSURER) == [f"action:{action}"]


@pytest.mark.parametrize(
    ("text", "name", "same"),
    [
        ("司徒文澜", "司徒 文澜", True),
        ("阿依古丽·买买提", "阿依古丽•买买提", True),
        ("MAY, Rose T.", "Rose May", True),
        ("ＭＡＹ Rose", "may rose", True),
        ("高峰", "高长顺", False),
        ("Rose May", "April May", False),
        ("", "", False),
        ("T.", "R.", False),
    ],
)
def test_same_name(text: str, name: str, same: bool) -> None:
    assert same_name(text, name) is same
